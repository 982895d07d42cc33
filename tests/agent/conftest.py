"""The household in the database, and the analyst over it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agents.chat import Analyst
from core.db import Database
from core.identity.access import Principal, Role
from core.ledger.relay import drain
from core.settings import Settings
from tests.agent.household import PAYEES, PAYMENTS, Chat, Household, at, customer_principal
from tests.agent.model_server import ModelServer
from tests.agent.served import Served, api_process, login_of
from tests.factories import fresh, make_account, make_bank, make_customer, pay


@pytest.fixture(scope="session")
async def household(database: Database) -> Household:
    async with database.unit() as session:
        bank = await make_bank(session, name=fresh("Sahyadri Bank"))
        meera, dev = await make_customer(session, name="Meera Rao"), await make_customer(session, name="Dev Nair")
        account = await make_account(session, bank, meera, floor_minor=-(10**12))
        other = await make_account(session, bank, dev, floor_minor=-(10**12))
        home = Household(
            bank, customer_principal(meera), customer_principal(dev),
            Principal(fresh("user"), "a@finlens.example", "An analyst", Role.ANALYST, bank_id=bank.id), account,
        )  # fmt: skip
        for name, code in PAYEES.items():
            kind = {"kind": "business", "merchant_category_code": code} if code else {}
            payee = await make_customer(session, name=name, **kind)
            home.payees[name] = await make_account(session, bank, payee, floor_minor=-(10**12))
        for name, month, day, amount_minor, facts in PAYMENTS:
            facts = {"occurred_at": at(month, day, facts.pop("hour", 12), facts.pop("year", 2026)), **facts}
            await pay(session, account, home.payees[name], amount_minor, **facts)
        for month in range(1, 7):
            await pay(
                session, home.payees["Acme Software"], account, 9_000_000, occurred_at=at(month, 1), category="salary"
            )
        await pay(session, home.payees["Rahul Verma"], account, 150_000, occurred_at=at(5, 9))
        refunded = await pay(session, account, home.payees["Fresh Mart"], 20_000, occurred_at=at(5, 20))
        await pay(session, home.payees["Fresh Mart"], account, 20_000, occurred_at=at(5, 21), reverses_id=refunded.id)
        await pay(session, other, home.payees["Fresh Mart"], 7_777_700, occurred_at=at(5, 5))
        await pay(
            session, other, home.payees["Rahul Sharma"], 8_888_800, occurred_at=at(5, 6), description="secret-of-dev"
        )
    await drain(database)
    return home


@pytest.fixture(scope="session")
async def analyst(settings: Settings, database: Database) -> AsyncIterator[Analyst]:
    async with Analyst.open(settings, database) as analyst:
        yield analyst


@pytest.fixture
def chat(analyst: Analyst, household: Household) -> Chat:
    """A conversation of Meera's that has not begun."""
    return Chat(analyst, household.meera)


@pytest.fixture(scope="session")
async def served(
    settings: Settings, database: Database, household: Household, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The API as a process over the household's database."""
    people = {"meera": household.meera, "dev": household.dev, "analyst": household.analyst}
    users = {name: await login_of(database, principal) for name, principal in people.items()}
    with api_process(settings, tmp_path_factory.mktemp("served")) as url:
        yield Served(settings, url, users)


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    """An OpenAI-compatible server in a process of its own."""
    script = Path(__file__).with_name("openai_server.py")
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        yield ModelServer(int(process.stdout.readline()))
        process.terminate()
