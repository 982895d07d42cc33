"""The judge of the benchmarks: what it must notice, each planted behind the ledger's back."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from core.db import Database
from core.settings import Settings
from finlens.bench.books import Acknowledged, Moment, Verdict, judge, moment
from finlens.postgres import SUPERUSER, Server
from tests.factories import make_town, pay


@dataclass(frozen=True)
class Case:
    """Books in which three payments were made after `before`, each of them acknowledged."""

    books: psycopg.Connection
    before: Moment
    acknowledged: list[Acknowledged]

    def verdict(self) -> Verdict:
        return judge(self.books, self.acknowledged, self.before)

    def plant(self, statement: str, *values: object) -> None:
        assert self.books.execute(statement.encode(), values).rowcount == 1


@pytest.fixture(scope="module")
def own_settings(settings_of: Callable[[str], Settings], database_name: str) -> Settings:
    """The judge looks at the whole of the books, so no other test may write in them."""
    return settings_of(f"{database_name}_books")


@pytest.fixture
async def database(own_settings: Settings) -> AsyncIterator[Database]:
    database = Database.of(own_settings)
    yield database
    await database.close()


@pytest.fixture
def books(own_settings: Settings, server: Server, database_name: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection, whose changes are taken back."""
    with psycopg.connect(server.url(SUPERUSER, f"{database_name}_books")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
async def case(database: Database, books: psycopg.Connection) -> Case:
    async with database.unit() as session:
        town = await make_town(session)
    before, acknowledged = moment(books), []
    for amount_minor in (100, 200, 300):
        key = f"{town.bank.code} {amount_minor}"
        async with database.unit() as session:
            posting = await pay(session, town.asha_account, town.ravi_account, amount_minor, description=key)
        acknowledged.append(Acknowledged(key, amount_minor, str(posting.id)))
    return Case(books, before, acknowledged)


async def test_books_that_are_right_have_no_failures(case: Case) -> None:
    assert case.verdict() == (0, 0, 0, 0)
    assert case.verdict().failures == []


async def test_an_acknowledged_payment_that_is_gone_is_lost(case: Case) -> None:
    case.plant("DELETE FROM ledger.transaction WHERE id = %s", case.acknowledged[0].id)
    assert case.verdict().lost == 1
    assert case.verdict().unbalanced == 2


async def test_an_acknowledged_payment_of_another_amount_is_lost(case: Case) -> None:
    case.plant("UPDATE ledger.transaction SET amount_minor = 1 WHERE id = %s", case.acknowledged[0].id)
    assert case.verdict().lost == 1


async def test_a_key_that_paid_twice_is_doubled(case: Case) -> None:
    first, second, _ = case.acknowledged
    case.plant("UPDATE ledger.transaction SET description = %s WHERE id = %s", first.key, second.id)
    assert case.verdict().doubled == 1


async def test_money_from_nowhere_is_drift(case: Case) -> None:
    case.plant("UPDATE ledger.balance SET posted_minor = posted_minor + 7 WHERE account_id = %s", one_account(case))
    assert case.verdict().sum_drift_minor == 7
    assert case.verdict().unbalanced == 1
    assert len(case.verdict().failures) == 2


async def test_a_gap_in_the_numbering_is_unbalanced(case: Case) -> None:
    case.plant("UPDATE ledger.balance SET version = version + 1 WHERE account_id = %s", one_account(case))
    assert case.verdict() == (0, 0, 0, 1)


def one_account(case: Case) -> object:
    return max(case.before.balances)
