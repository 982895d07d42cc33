"""The stage of a benchmark: a PostgreSQL of its own, migrated and settled with accounts, and gone when the run ends,
unless it is to be kept."""

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg import sql

from core.banking.accounts import NO_FLOOR_MINOR
from core.errors import SetupError
from core.identity.tokens import issue_access_token
from core.ids import new_id
from core.ledger.transfers import BATCH_MAX, Transfer, apply_transfers
from core.money import Money
from core.settings import Settings
from finlens.bench.load import HOST
from finlens.installation import bring_up_to_date, connected, environment
from finlens.postgres import SUPERUSER, EmbeddedPostgres, Server
from finlens.presence import find
from finlens.processes import Program

CURRENCY = "INR"
OPENING_MINOR = 10**12
"""What each account begins with: no payment of a benchmark is refused for want of money."""
SLOW_DISK_US = 1_500
TIMED_COMMITS = 40

Report = Callable[[str], None]


@dataclass(frozen=True)
class Ground:
    """A running installation with nothing in it."""

    settings: Settings
    postgres: EmbeddedPostgres

    @property
    def server(self) -> Server:
        server = self.postgres.running()
        if server is None:
            raise SetupError("The PostgreSQL of this benchmark has ended")
        return server

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that may do anything, in autocommit."""
        with psycopg.connect(self.server.url(SUPERUSER), autocommit=True) as connection:
            yield connection

    def program(self, name: str, *command: str, port: int | None = None) -> Program:
        """A Python module of this installation as a process: ready when it answers on `port`, or without one, when
        it has noted its presence."""
        listens_on = {} if port is None else {"FINLENS_API_PORT": str(port)}
        return Program(
            name=name,
            command=(sys.executable, "-m", *command),
            environment={**environment(self.settings), **listens_on},
            log=self.settings.home / "logs" / f"{name}.log",
            is_ready=lambda: _answers(port) if port else find(self.settings.home, name) is not None,
        )


@dataclass(frozen=True)
class Stage(Ground):
    """A running installation with funded accounts of one bank, and one member of its staff who makes the payments."""

    teller_id: UUID
    accounts: Sequence[UUID]

    def token(self) -> str:
        """A fresh access token of the teller, good for Settings.access_token_ttl_s."""
        return issue_access_token(self.settings, self.teller_id, datetime.now(UTC))

    def set_slow_disk(self, is_slow: bool) -> None:
        """Make each flush of the log take SLOW_DISK_US longer, as on a slower disk; raises SetupError if it does not.

        PostgreSQL sleeps `commit_delay` before a flush, with the log locked, if at least `commit_siblings` other
        transactions are open. With 0 siblings it does not look, so a lone commit waits too.
        """
        with self.superuser() as connection:
            connection.execute("ALTER SYSTEM SET commit_siblings = 0")
            delay_us = SLOW_DISK_US if is_slow else 0
            connection.execute(sql.SQL("ALTER SYSTEM SET commit_delay = {}").format(sql.Literal(delay_us)))
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT current_setting('commit_delay')::int").fetchone() != (delay_us,):
                time.sleep(0.01)
        took_us = self.commit_us()
        if is_slow and took_us < SLOW_DISK_US:
            raise SetupError(f"commit_delay does not slow the disk down: a commit took {took_us:.0f} microseconds")

    def commit_us(self) -> float:
        """Microseconds of the fastest of a few lone commits that write."""
        with self.superuser() as connection:
            took = []
            for _ in range(TIMED_COMMITS):
                began = time.perf_counter()
                connection.execute("SELECT pg_logical_emit_message(true, 'bench', '')")
                took.append(time.perf_counter() - began)
        return min(took) * 1e6


@contextmanager
def ground(report: Report, *, extra_settings: str = "", keep: Path | None = None) -> Iterator[Ground]:
    """An installation for as long as the block runs, in a folder that is deleted afterwards, or in the one to `keep`:
    what it holds is there the next time. `extra_settings` go to the end of its .conf."""
    with tempfile.TemporaryDirectory(prefix="finlens-bench-") as folder:
        home = keep or Path(folder)
        postgres = EmbeddedPostgres(home, extra_settings=extra_settings)
        try:
            postgres.start(report)
            settings = connected(_settings(home))
            bring_up_to_date(settings)
            yield Ground(settings, postgres)
        finally:
            postgres.stop() if keep else postgres.remove()


@contextmanager
def stage(report: Report, *, accounts: int, extra_settings: str = "") -> Iterator[Stage]:
    """A stage with that many accounts for as long as the block runs."""
    with ground(report, extra_settings=extra_settings) as bare:
        report(f"Opening {accounts:,} accounts")
        teller_id, opened = asyncio.run(_settle(bare.server, accounts))
        yield Stage(bare.settings, bare.postgres, teller_id, opened)


def _settings(home: Path) -> Settings:
    """Nothing of the user's own installation: no address, and no .env file."""
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        home=home,
        database_url=None,
        app_database_url=None,
        reader_database_url=None,
    )


_SETTLE = (
    "INSERT INTO banking.bank (id, name, code) VALUES (%(bank)s, 'Bench', 'BENCH')",
    """INSERT INTO identity.app_user (id, email, name, role, bank_id)
       VALUES (%(teller)s, 'teller@finlens.example', 'Teller', 'staff', %(bank)s)""",
    """INSERT INTO banking.customer (id, name, kind)
       SELECT id, 'Customer ' || n, 'person' FROM unnest(%(accounts)s::uuid[]) WITH ORDINALITY u(id, n)""",
    # an account has its customer's id here; cash belongs to nobody and may owe anything
    """INSERT INTO banking.account (id, bank_id, customer_id, kind, number, name, currency, opened_on)
       SELECT id, %(bank)s, id, 'customer', id::text, 'Current', 'INR', current_date
         FROM unnest(%(accounts)s::uuid[]) id
       UNION ALL SELECT %(cash)s, %(bank)s, NULL, 'system', 'cash', 'Cash', 'INR', current_date""",
    """INSERT INTO ledger.balance (account_id, bank_id, currency, floor_minor)
       SELECT id, bank_id, currency, CASE kind WHEN 'system' THEN %(no_floor)s ELSE 0 END FROM banking.account""",
)


async def _settle(server: Server, how_many: int) -> tuple[UUID, list[UUID]]:
    """Employ a teller, open that many accounts and pay the opening balance into each."""
    bank, teller, cash, *accounts = (new_id() for _ in range(how_many + 3))
    facts = {"bank": bank, "teller": teller, "cash": cash, "accounts": accounts, "no_floor": NO_FLOOR_MINOR}
    async with await psycopg.AsyncConnection.connect(server.url("finlens_owner")) as connection:
        for statement in _SETTLE:
            await connection.execute(statement, facts)
        for first in range(0, how_many, BATCH_MAX):
            openings = [_opening(cash, account) for account in accounts[first : first + BATCH_MAX]]
            await apply_transfers(connection, openings, [None] * len(openings))
    return teller, accounts


def _opening(cash: UUID, account: UUID) -> Transfer:
    return Transfer(
        sender_account_id=cash,
        receiver_account_id=account,
        money=Money(OPENING_MINOR, CURRENCY),
        occurred_at=datetime.now(UTC),
        client="bench",
        key=f"opening {account}",
        description=f"opening {account}",
    )


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://{HOST}:{port}/livez", timeout=2).is_success
    except httpx.HTTPError:
        return False
