"""Somebody with full power over the database alters the records, and `verify` names the first row that does not fit."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from core.audit import chain_events, record
from core.db import Database
from core.ledger.annotations import annotate
from core.ledger.audit_chain import Fault, verify
from core.ledger.relay import drain
from core.ledger.transfers import post_transfers
from core.settings import Settings
from finlens.installation import environment
from finlens.postgres import SUPERUSER, Server
from tests.factories import Town, check_books, make_town, make_transfer, pay

NAMES = iter(range(1_000))


@dataclass(frozen=True)
class Bank:
    """A small ledger of its own with everything told and chained, and the superuser who may alter all of it."""

    settings: Settings
    database: Database
    town: Town
    paid: list[UUID]
    """From Asha to Ravi, 1 to 6 rupees."""
    tamperer: psycopg.Connection

    def tamper(self, statement: str, **values: object) -> int:
        """Rows that the superuser altered."""
        values = {"asha": self.town.asha_account.id, "ravi": self.town.ravi_account.id, **values}
        return self.tamperer.execute(statement, values).rowcount

    async def fault(self, **options: UUID) -> Fault:
        found = (await verify(self.database, **options)).fault
        assert found is not None
        return found


@pytest.fixture(scope="module")
def template(settings_of: Callable[[str], Settings], database_name: str) -> Settings:
    return settings_of(f"{database_name}_audit")


@pytest.fixture(scope="module")
async def filled(template: Settings) -> tuple[Town, list[UUID]]:
    database = Database.of(template)
    async with database.unit() as session:
        town = await make_town(session)
        paid = [(await pay(session, town.asha_account, town.ravi_account, 100 * n)).id for n in range(1, 7)]
        refused = make_transfer(town.asha_account.id, town.ravi_account.id, 10**9)
        accepted = make_transfer(town.asha_account.id, town.ravi_account.id, 50, is_deferred=True)
        await post_transfers(session, [refused, accepted])
        for number in range(5):
            await record(session, actor="user:x", action="account.open", subject=f"account:{number}", number=number)
    await drain(database)
    async with database.unit() as session:
        assert paid[0]
        patch = {"note": "for the trip"}
        side = town.asha_account.id
        await annotate(session, patch, transaction_id=paid[0], account_id=side, version=0, actor="user:asha")
    await drain(database)
    assert await chain_events(database) == 5
    await check_books(database)
    await database.close()
    return town, [id for id in paid if id]


@pytest.fixture
async def bank(server: Server, template: Settings, filled: tuple[Town, list[UUID]]) -> AsyncIterator[Bank]:
    """A copy of the filled ledger."""
    assert template.database_url is not None
    source = template.database_url.get_secret_value().rsplit("/", 1)[1].split("?")[0]
    name = f"{source}_{next(NAMES)}"
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} OWNER finlens_owner")
    addresses = {
        f"{prefix}database_url": type(template.database_url)(server.url(role, name))
        for prefix, role in (("", "finlens_owner"), ("app_", "finlens_app"), ("reader_", "finlens_reader"))
    }
    settings = template.model_copy(update=addresses)
    database = Database.of(settings)
    with psycopg.connect(server.url(SUPERUSER, name), autocommit=True) as tamperer:
        yield Bank(settings, database, *filled, tamperer)
    await database.close()


async def test_untouched_records_verify_and_progress_is_told(bank: Bank) -> None:
    heard: list[str] = []
    verdict = await verify(bank.database, progress=lambda log, done, of: heard.append(log))
    assert (verdict.fault, verdict.events) == (None, 5)
    assert verdict.changes == 2 * 8 + 2 + 1
    assert list(dict.fromkeys(heard)) == ["changes", "balances", "transactions", "events"]


async def test_payments_that_are_not_told_yet_are_no_fault(bank: Bank) -> None:
    async with bank.database.unit() as session:
        await pay(session, bank.town.asha_account, bank.town.ravi_account, 10)
        await record(session, actor="user:x", action="account.open", subject="account:6")
    assert (await verify(bank.database)).fault is None
    async with bank.database.app.begin() as connection:
        await connection.exec_driver_sql("SELECT ledger.take_pending(10)")
    async with bank.database.app.begin() as connection:
        await connection.exec_driver_sql(
            "SELECT ledger.settle_transfers(ARRAY(SELECT id FROM ledger.transaction WHERE status = 'processing'))"
        )
    assert (await verify(bank.database)).fault is None
    await drain(bank.database)
    assert (await verify(bank.database)).fault is None


@pytest.mark.parametrize(
    ("alteration", "field"),
    [
        ("amount_minor = amount_minor + 1", "amount_minor"),
        ("sender_balance_after_minor = sender_balance_after_minor + 1", "balance_after_minor"),
        ("occurred_at = occurred_at - interval '1 day'", "occurred_at"),
        ("posted_at = posted_at + interval '1 second'", "posted_at"),
        ("status = 'failed', failure_code = 'insufficient_funds', posted_at = NULL", "status"),
        ("sender_version = 77", "version"),
        ("description = 'for charity'", "wording"),
        ("category = 'salary'", "wording"),
        ("receiver_account_id = gen_random_uuid()", "wording"),
        ("sender_account_id = gen_random_uuid()", "account_id"),
    ],
)
async def test_an_altered_payment_is_named_with_its_field(bank: Bank, alteration: str, field: str) -> None:
    assert bank.tamper(f"UPDATE ledger.transaction SET {alteration} WHERE id = %(id)s", id=bank.paid[2]) == 1
    fault = await bank.fault()
    assert (fault.log, fault.field, fault.transaction_id) == ("changes", field, bank.paid[2])
    assert fault.account_id == bank.town.asha_account.id
    assert str(bank.paid[2]) in fault.sentence


async def test_an_altered_amount_is_told_with_both_values(bank: Bank) -> None:
    bank.tamper("UPDATE ledger.transaction SET amount_minor = 30000 WHERE id = %(id)s", id=bank.paid[2])
    fault = await bank.fault()
    assert (fault.recorded, fault.found) == ("-300", "-30000")


async def test_the_first_of_several_is_named(bank: Bank) -> None:
    bank.tamper("UPDATE ledger.transaction SET description = 'x' WHERE id = ANY (%(ids)s)", ids=bank.paid[3:])
    assert (await bank.fault()).transaction_id == bank.paid[3]


async def test_a_deleted_payment_is_missed(bank: Bank) -> None:
    bank.tamper("DELETE FROM ledger.transaction WHERE id = %(id)s", id=bank.paid[4])
    fault = await bank.fault()
    assert (fault.field, fault.recorded, fault.found) == ("transaction_id", str(bank.paid[4]), None)


async def test_a_payment_that_came_by_another_way_is_found(bank: Bank) -> None:
    bank.tamper(
        """INSERT INTO ledger.transaction
           SELECT (t).* FROM (SELECT jsonb_populate_record(x, '{"id": "00000000-0000-7000-8000-000000000000",
                    "key_fingerprint": "00000000-0000-7000-8000-000000000000"}') AS t
                    FROM ledger.transaction x WHERE id = %(id)s) y""",
        id=bank.paid[0],
    )
    fault = await bank.fault()
    assert (fault.log, fault.transaction_id) == ("transactions", UUID("00000000-0000-7000-8000-000000000000"))


@pytest.mark.parametrize("column", ["amount_minor", "balance_after_minor", "version", "position"])
@pytest.mark.parametrize("side", ["asha", "ravi"])
async def test_an_altered_row_of_the_log_does_not_fit_its_digest(bank: Bank, column: str, side: str) -> None:
    where = f"transaction_id = %(id)s AND account_id = %({side})s"
    bank.tamper(f"UPDATE ledger.change SET {column} = {column} + 1000 WHERE {where}", id=bank.paid[3])
    fault = await bank.fault()
    expected = "the position before it" if column == "position" else "digest"
    assert (fault.log, fault.field) == ("changes", expected)


@pytest.mark.parametrize(
    "alteration", ["actor = 'user:nobody'", "trace_id = 'x'", "at = at + interval '1 s'", "status = 'failed'"]
)
async def test_who_did_it_and_when_are_part_of_the_digest(bank: Bank, alteration: str) -> None:
    bank.tamper(f"UPDATE ledger.change SET {alteration} WHERE transaction_id = %(id)s", id=bank.paid[3])
    fault = await bank.fault()
    assert (fault.field, fault.transaction_id) == ("digest", bank.paid[3])


async def test_an_altered_row_with_a_digest_made_anew_breaks_the_link_after_it(bank: Bank) -> None:
    bank.tamper("UPDATE ledger.change SET actor = 'user:nobody' WHERE transaction_id = %(id)s", id=bank.paid[3])
    bank.tamper(
        """UPDATE ledger.change c SET digest = ledger.link(NULL, (
             SELECT x.digest FROM ledger.change x WHERE x.account_id = c.account_id AND x.position < c.position
              ORDER BY x.position DESC LIMIT 1), ledger.change_bytes(c)) WHERE transaction_id = %(id)s""",
        id=bank.paid[3],
    )
    fault = await bank.fault()
    assert (fault.field, fault.transaction_id) == ("digest", bank.paid[4])


async def test_a_deleted_row_of_the_log_leaves_a_gap(bank: Bank) -> None:
    bank.tamper("DELETE FROM ledger.change WHERE transaction_id = %(id)s AND account_id = %(asha)s", id=bank.paid[3])
    fault = await bank.fault()
    assert (fault.field, fault.found) == ("the position before it", None)
    assert (fault.account_id, fault.transaction_id) == (bank.town.ravi_account.id, bank.paid[3])


async def test_swapped_rows_of_the_log_do_not_fit(bank: Bank) -> None:
    bank.tamper(
        """UPDATE ledger.change c SET transaction_id = x.transaction_id, amount_minor = x.amount_minor,
                  wording = x.wording
             FROM ledger.change x
            WHERE c.account_id = %(asha)s AND x.account_id = %(asha)s
              AND ((c.transaction_id = %(a)s AND x.transaction_id = %(b)s)
                   OR (c.transaction_id = %(b)s AND x.transaction_id = %(a)s)) AND c.kind = 'added'""",
        a=bank.paid[2], b=bank.paid[3],
    )  # fmt: skip
    assert (await bank.fault()).field == "digest"


async def test_a_log_that_lost_its_end_is_found_by_its_head_or_else_by_the_balance(bank: Bank) -> None:
    """Everything that tells of the last three payments is removed, and the payments with it."""
    last = bank.paid[3:]
    bank.tamper("DELETE FROM ledger.change WHERE position >= (SELECT min(position) FROM ledger.change"
                " WHERE transaction_id = ANY (%(ids)s))", ids=last)  # fmt: skip
    fault = await bank.fault()
    assert (fault.log, fault.field) == ("changes", "the last position")
    bank.tamper("UPDATE ledger.chain_head SET position = (SELECT max(position) FROM ledger.change) WHERE log='changes'")
    bank.tamper("DELETE FROM ledger.transaction WHERE id = ANY (%(ids)s)", ids=last)
    fault = await bank.fault()
    assert (fault.log, fault.field, fault.recorded, fault.found) == ("balances", "version", "4", "7")


async def test_an_altered_balance_is_found(bank: Bank) -> None:
    bank.tamper("UPDATE ledger.balance SET posted_minor = posted_minor + 1 WHERE account_id = %(ravi)s")
    fault = await bank.fault()
    assert (fault.log, fault.field, fault.account_id) == ("balances", "posted_minor", bank.town.ravi_account.id)
    assert int(fault.found or 0) == int(fault.recorded or 0) + 1


async def test_one_account_is_walked_alone(bank: Bank) -> None:
    bank.tamper("UPDATE ledger.balance SET posted_minor = posted_minor + 1 WHERE account_id = %(ravi)s")
    assert (await verify(bank.database, account_id=bank.town.asha_account.id)).fault is None
    assert (await bank.fault(account_id=bank.town.ravi_account.id)).log == "balances"


@pytest.mark.parametrize(
    "alteration", ["actor = 'user:y'", "facts = '{}'", "at = at - interval '1 s'", "request_id = 'x'", "subject = 'x'"]
)
async def test_an_altered_event_does_not_fit_its_digest(bank: Bank, alteration: str) -> None:
    bank.tamper(f"UPDATE identity.audit_event SET {alteration} WHERE position = 3")
    fault = await bank.fault()
    assert (fault.log, fault.position, fault.field) == ("events", 3, "digest")


async def test_a_removed_event_is_missed(bank: Bank) -> None:
    bank.tamper("DELETE FROM identity.audit_event WHERE position = 3")
    fault = await bank.fault()
    assert (fault.log, fault.position, fault.field) == ("events", 4, "the position before it")


async def test_a_removed_last_event_is_missed(bank: Bank) -> None:
    bank.tamper("DELETE FROM identity.audit_event WHERE position = 5")
    fault = await bank.fault()
    assert (fault.log, fault.recorded, fault.found) == ("events", "5", "4")


async def test_an_event_that_was_slipped_in_is_found(bank: Bank) -> None:
    bank.tamper(
        """INSERT INTO identity.audit_event (id, at, actor, action, subject)
           VALUES (gen_random_uuid(), %(at)s, 'user:y', 'account.open', 'account:9')""",
        at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert await chain_events(bank.database) == 1
    fault = await bank.fault()
    assert (fault.log, fault.position, fault.field) == ("events", 6, "at")


@pytest.fixture
def in_slices_of_three(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("core.ledger.audit_chain.SLICE", 3)
    yield


@pytest.mark.usefixtures("in_slices_of_three")
async def test_slices_hide_no_fault(bank: Bank) -> None:
    assert (await verify(bank.database)).fault is None
    bank.tamper("UPDATE ledger.transaction SET description = 'x' WHERE id = %(id)s", id=bank.paid[5])
    assert (await bank.fault()).transaction_id == bank.paid[5]
    bank.tamper("DELETE FROM ledger.change WHERE position IN (4, 7)")
    assert (await bank.fault()).position == 5


async def test_the_command_names_the_row_and_fails(bank: Bank) -> None:
    async def run() -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "finlens", "audit", "verify", "--json"]
        return await asyncio.to_thread(
            subprocess.run, command, env=environment(bank.settings), capture_output=True, text=True, timeout=60
        )

    good = await run()
    assert (good.returncode, json.loads(good.stdout)["fault"]) == (0, None), good.stderr
    bank.tamper("UPDATE ledger.transaction SET amount_minor = 30000 WHERE id = %(id)s", id=bank.paid[2])
    bad = await run()
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["fault"]["transaction_id"] == str(bank.paid[2])
