"""What the outbox costs: the money statement as it is, and the same statement without its INSERT into the outbox."""

import asyncio
import random
import re
from datetime import UTC, datetime
from statistics import median

import psutil
import psycopg

from core.ids import new_id
from core.ledger.transfers import Transfer, apply_transfers
from core.money import Money
from finlens.bench.measure import cpu_s
from finlens.bench.stage import CURRENCY, Stage
from migrations.run import ROOT

BATCH = 100
"""About what waits for a busy server with 128 clients."""
BATCHES = 60
ROUNDS = 6

_INSERT = re.compile(r"^    INSERT INTO ledger\.outbox .*?;\n", re.DOTALL | re.MULTILINE)


def outbox_cost(stage: Stage) -> float:
    """How much more PostgreSQL CPU a payment takes with its outbox row than without, in percent.

    Leaves the stage with a statement that may tell nobody: measure this last.
    """
    source = (ROOT / "core/ledger/apply_transfers.sql").read_text()
    without, found = _INSERT.subn("", source)
    if found != 1:
        raise ValueError(f"apply_transfers.sql has {found} inserts into the outbox, not one")
    shares = []
    for _ in range(ROUNDS):
        bare_s, whole_s = (asyncio.run(_cost_s(stage, text)) for text in (without, source))
        shares.append(whole_s / bare_s - 1)
    return round(100 * median(shares), 1)


async def _cost_s(stage: Stage, source: str) -> float:
    """CPU seconds of one connection that applies BATCHES batches with this statement."""
    with stage.superuser() as superuser:
        superuser.execute("TRUNCATE ledger.outbox")
    async with await psycopg.AsyncConnection.connect(stage.server.url("finlens_owner"), autocommit=True) as connection:
        await connection.execute(source.encode())
        backend = psutil.Process(connection.info.backend_pid)
        await _apply(connection, stage)  # what is planned and cached once is not the payments' cost
        before_s = cpu_s(backend)
        for _ in range(BATCHES):
            await _apply(connection, stage)
        return cpu_s(backend) - before_s


async def _apply(connection: psycopg.AsyncConnection, stage: Stage) -> None:
    transfers = [_transfer(stage) for _ in range(BATCH)]
    await apply_transfers(connection, transfers, [None] * BATCH)


def _transfer(stage: Stage) -> Transfer:
    sender, receiver = random.sample(stage.accounts, 2)
    key = str(new_id())
    return Transfer(
        sender_account_id=sender,
        receiver_account_id=receiver,
        money=Money(random.randint(1_000, 9_999), CURRENCY),  # noqa: S311  # load, not a secret
        occurred_at=datetime.now(UTC),
        client="bench",
        key=key,
        description=key,
    )
