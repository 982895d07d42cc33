"""What users argue about, one fact a test: refunds, own transfers, currencies, months, scope, and what is too slow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import inspect, text

from core.banking.tables import Account, Customer
from core.db import Database
from core.errors import QueryRefused, QueryTooSlow
from core.identity.access import Principal, Role
from core.insights.compute import compute
from core.insights.query import InsightQuery
from core.insights.reporting import ACCOUNT, ENTRY
from core.settings import Settings
from tests.factories import Town, check_books, make_account, make_bank, make_customer, make_town, pay

MAY = {"start": "2026-05-01", "end": "2026-06-01", "unit": "month"}
NOON = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)


def as_customer(customer: Customer, zone: str = "Asia/Kolkata") -> Principal:
    return Principal("user:1", "c@finlens.example", "C", Role.CUSTOMER, customer_id=customer.id, time_zone=zone)


async def ask(database: Database, principal: Principal, *measures: str, **query: Any) -> list[dict[str, Any]]:
    wanted = InsightQuery.model_validate({"measures": measures, "period": MAY, **query})
    async with database.look() as connection:
        return (await compute(connection, principal, wanted)).rows


async def spend_by(database: Database, principal: Principal, dimension: str, **query: Any) -> dict[str, int]:
    rows = await ask(database, principal, "spend", group_by=[dimension], **query)
    return {row[dimension]: row["spend"] for row in rows}


async def test_a_refund_nets_in_the_category_of_what_it_takes_back(database: Database, town: Town) -> None:
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 900, occurred_at=NOON, category="clothing")
        await pay(session, town.asha_account, town.ravi_account, 100, occurred_at=NOON, category="clothing")
        await pay(
            session,
            town.ravi_account,
            town.asha_account,
            900,
            occurred_at=NOON,
            category="clothing",
            reverses_id=paid.id,
        )
    assert await spend_by(database, as_customer(town.asha), "category") == {"clothing": 100}
    [asha] = await ask(database, as_customer(town.asha), "spend", "income", "net", "count", flow="any")
    assert asha == {"currency": "INR", "spend": 100, "income": 0, "net": -100, "count": 3}
    [ravi] = await ask(database, as_customer(town.ravi), "income", "count", flow="in")
    assert ravi == {"currency": "INR", "income": 100, "count": 2}
    await check_books(database)


async def test_a_refund_that_names_no_category_nets_where_its_payment_went(database: Database, town: Town) -> None:
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 900, occurred_at=NOON, category="clothing")
        await pay(session, town.ravi_account, town.asha_account, 300, occurred_at=NOON, reverses_id=paid.id)
    assert await spend_by(database, as_customer(town.asha), "category") == {"clothing": 600}
    await check_books(database)


async def test_money_between_own_accounts_is_neither_spend_nor_income(database: Database, town: Town) -> None:
    async with database.unit() as session:
        savings = await make_account(session, await make_bank(session), town.asha)
        await pay(session, town.asha_account, savings, 5_000, occurred_at=NOON)
    asha = as_customer(town.asha)
    assert await ask(database, asha, "spend", "income", "net", "count", flow="any") == [
        {"currency": "INR", "spend": 0, "income": 0, "net": 0, "count": 1}
    ]
    assert await ask(database, asha, "count") == []
    assert await ask(database, asha, "volume") == [{"currency": "INR", "volume": 5_000}]
    by_account = await ask(database, asha, "volume", group_by=["account"])
    assert {row["account_id"]: row["volume"] for row in by_account} == {
        str(town.asha_account.id): 5_000,
        str(savings.id): 5_000,
    }


async def test_two_currencies_are_two_rows(database: Database, town: Town) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        cash = await make_account(session, bank, currency="CZK")
        koruny = await make_account(session, bank, town.asha, currency="CZK")
        shop = await make_account(session, bank, await make_customer(session), currency="CZK")
        await pay(session, cash, koruny, 10_000, occurred_at=NOON)
        await pay(session, koruny, shop, 3_000, occurred_at=NOON)
        await pay(session, koruny, shop, 1_000, occurred_at=NOON)
        await pay(session, town.asha_account, town.ravi_account, 50_000, occurred_at=NOON)
    assert await ask(database, as_customer(town.asha), "spend") == [
        {"currency": "CZK", "spend": 4_000},
        {"currency": "INR", "spend": 50_000},
    ]


async def test_currencies_are_added_at_the_rates_that_are_stated(database: Database, town: Town) -> None:
    async with database.unit() as session:
        koruny = [
            await make_account(session, await make_bank(session), who, currency="CZK") for who in (town.asha, None)
        ]
        await pay(session, koruny[1], koruny[0], 9_000, occurred_at=NOON)
        await pay(session, koruny[0], koruny[1], 4_000, occurred_at=NOON, category="fuel")
        await pay(session, town.asha_account, town.ravi_account, 10_000, occurred_at=NOON, category="fuel")
        await pay(session, town.asha_account, town.ravi_account, 11_000, occurred_at=NOON, category="rent")
    rate = {"currency": "CZK", "rate": "4.005", "on": "2026-05-29"}
    asked = {"group_by": ["category"], "limit": 1, "convert": {"to": "INR", "rates": [rate]}}
    [first] = await ask(database, as_customer(town.asha), "spend", "count", **asked)
    assert first == {"category": "fuel", "currency": "INR", "spend": 26_020, "count": 2}
    asked["convert"] = {"to": "EUR", "rates": [rate]}
    with pytest.raises(QueryRefused, match="money in INR"):
        await ask(database, as_customer(town.asha), "spend", **asked)
    await check_books(database)


async def test_a_limit_holds_for_each_currency(database: Database, town: Town) -> None:
    async with database.unit() as session:
        koruny = [await make_account(session, await make_bank(session), town.asha, currency="CZK")]
        koruny.append(await make_account(session, await make_bank(session), currency="CZK"))
        for n, category in enumerate(("travel", "rent", "tax")):
            await pay(session, koruny[1], koruny[0], 100, occurred_at=NOON.replace(month=3))
            await pay(session, koruny[0], koruny[1], 10 + n, occurred_at=NOON, category=category)
            await pay(session, town.asha_account, town.ravi_account, 1_000 + n, occurred_at=NOON, category=category)
    rows = await ask(database, as_customer(town.asha), "spend", group_by=["category"], limit=1, others=True)
    assert [(row["currency"], row["category"], row["spend"]) for row in rows] == [
        ("CZK", "tax", 12),
        ("CZK", "(others)", 21),
        ("INR", "tax", 1_002),
        ("INR", "(others)", 2_001),
    ]


@pytest.mark.parametrize(("zone", "month"), [("Asia/Kolkata", "2026-06-01"), ("UTC", "2026-05-01")])
async def test_months_follow_the_askers_time_zone(database: Database, town: Town, zone: str, month: str) -> None:
    last_of_may = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    async with database.unit() as session:
        await pay(session, town.asha_account, town.ravi_account, 700, occurred_at=last_of_may)
    two_months = {"start": "2026-05-01", "end": "2026-07-01"}
    by_month = await spend_by(database, as_customer(town.asha, zone), "month", period=two_months)
    assert [name for name, spend in by_month.items() if spend] == [month]
    assert await ask(database, as_customer(town.asha, zone), "spend", period=MAY) == (
        [{"currency": "INR", "spend": 700}] if month == "2026-05-01" else []
    )


async def test_a_period_holds_its_first_instant_and_not_its_last(database: Database, town: Town) -> None:
    async with database.unit() as session:
        for day, amount in ((datetime(2026, 5, 1, tzinfo=UTC), 1), (datetime(2026, 6, 1, tzinfo=UTC), 2)):
            await pay(session, town.asha_account, town.ravi_account, amount, occurred_at=day)
    assert await ask(database, as_customer(town.asha, "UTC"), "spend") == [{"currency": "INR", "spend": 1}]


async def test_an_annotation_moves_one_side_only(database: Database, town: Town) -> None:
    async with database.unit() as session:
        paid = await pay(session, town.asha_account, town.ravi_account, 800, occurred_at=NOON, category="gifts")
        await session.execute(  # pyright: ignore[reportDeprecated]
            text(
                "INSERT INTO insights.annotation (transaction_id, account_id, category) VALUES (:id, :account, 'rent')"
            ),
            {"id": paid.id, "account": town.asha_account.id},
        )
    assert await spend_by(database, as_customer(town.asha), "category") == {"rent": 800}
    [ravi] = await ask(database, as_customer(town.ravi), "income", group_by=["category"])
    assert (ravi["category"], ravi["income"]) == ("gifts", 800)


async def test_an_average_rounds_half_to_even(database: Database, town: Town) -> None:
    async with database.unit() as session:
        for amount in (1, 2, 2, 5):
            await pay(session, town.asha_account, town.ravi_account, amount, occurred_at=NOON)
    [row] = await ask(database, as_customer(town.asha), "average", "median")
    assert row == {"currency": "INR", "average": 2, "median": 2}  # 10 / 4 = 2.5


async def test_empty_months_are_there_with_zero(database: Database, town: Town) -> None:
    async with database.unit() as session:
        await pay(session, town.asha_account, town.ravi_account, 400, occurred_at=NOON)
    quarter = {"start": "2026-04-01", "end": "2026-07-01", "unit": "quarter"}
    rows = await ask(database, as_customer(town.asha), "spend", "average", group_by=["month"], period=quarter)
    assert [(row["month"], row["spend"], row["average"]) for row in rows] == [
        ("2026-04-01", 0, None),
        ("2026-05-01", 400, 400),
        ("2026-06-01", 0, None),
    ]


async def test_the_year_before_lies_under_its_own_months(database: Database, town: Town) -> None:
    async with database.unit() as session:
        await pay(session, town.asha_account, town.ravi_account, 400, occurred_at=NOON)
        await pay(session, town.asha_account, town.ravi_account, 300, occurred_at=NOON.replace(year=2025))
    two_months = {"start": "2026-05-01", "end": "2026-07-01", "unit": "month"}
    query = {"group_by": ["month"], "period": two_months, "compare": "year_before"}
    rows = await ask(database, as_customer(town.asha), "spend", **query)
    assert [(row["month"], row["spend"], row["spend_before"]) for row in rows] == [
        ("2026-05-01", 400, 300),
        ("2026-06-01", 0, 0),
    ]


async def test_nobody_elses_money_is_ever_counted(database: Database) -> None:
    """Planted: the same counterparty, category, words and amounts in two towns; each asker sees one of them."""
    async with database.unit() as session:
        ours, theirs = await make_town(session), await make_town(session)
        for town in (ours, theirs):
            facts = {"occurred_at": NOON, "description": "rent", "category": "rent"}
            await pay(session, town.asha_account, town.ravi_account, 11 if town is ours else 5_000, **facts)
            await pay(session, town.ravi_account, town.cash, 13 if town is ours else 7_000, **facts)
        # Money from their town arrives in ours: its sender is still none of our business.
        await pay(session, theirs.asha_account, ours.asha_account, 17, occurred_at=NOON)
    measures = ("spend", "income", "volume", "count")
    askers: Sequence[tuple[Principal, dict[str, int]]] = [
        (as_customer(ours.asha), {"spend": 11, "income": 17, "volume": 28, "count": 2}),
        (as_customer(ours.ravi), {"spend": 13, "income": 11, "volume": 24, "count": 2}),
        (_staff(ours), {"spend": 24, "income": 28, "volume": 41, "count": 3}),
    ]
    for principal, expected in askers:
        assert await ask(database, principal, *measures, flow="any") == [{"currency": "INR", **expected}]


async def test_a_role_without_its_scope_sees_nothing(database: Database, town: Town) -> None:
    for role in (Role.CUSTOMER, Role.STAFF, Role.ANALYST):
        lost = Principal("user:1", "x@finlens.example", "X", role)
        assert await ask(database, lost, "volume", period={"start": "2020-01-01", "end": "2030-01-01"}) == []


async def test_cash_and_outside_accounts_are_nobodys_spending(database: Database, town: Town) -> None:
    period = {"start": "2026-01-01", "end": "2027-01-01"}
    assert await ask(database, _staff(town), "spend", "income", "count", flow="any", period=period) == [
        {"currency": "INR", "spend": 0, "income": 2_000_00, "count": 2}
    ]


async def test_two_accounts_of_one_name_stay_two_rows(database: Database, town: Town) -> None:
    async with database.unit() as session:
        second = await make_account(session, await make_bank(session), town.asha)
        await _rename(session, "Everyday", town.asha_account, second)
        await pay(session, town.asha_account, second, 900, occurred_at=NOON.replace(month=4))
        for account in (town.asha_account, second):
            await pay(session, account, town.ravi_account, 300, occurred_at=NOON)
    rows = await ask(database, as_customer(town.asha), "spend", group_by=["account"])
    assert [(row["account"], row["spend"]) for row in rows] == [("Everyday", 300), ("Everyday", 300)]
    assert {row["account_id"] for row in rows} == {str(town.asha_account.id), str(second.id)}


async def test_contains_means_these_very_signs_in_any_case(database: Database, town: Town) -> None:
    texts = {1: "a_b", 2: "axb", 4: "100% cotton", 8: "100 cottons", 16: "back\\slash", 32: "ČAJ", 64: "it's"}
    async with database.unit() as session:
        for amount, description in texts.items():
            facts = {"occurred_at": NOON, "description": description}
            await pay(session, town.asha_account, town.ravi_account, amount, **facts)
    for part, spend in {"A_B": 1, "0%": 4, "\\": 16, "čaj": 32, "'": 64, "": 127}.items():
        contains = {"field": "description", "operator": "contains", "values": [part]}
        rows = await ask(database, as_customer(town.asha), "spend", filters=[contains])
        assert (part, rows) == (part, [{"currency": "INR", "spend": spend}])


async def test_rows_are_the_entries_behind_the_figures(database: Database, town: Town) -> None:
    async with database.unit() as session:
        for amount in (100, 300, 200):
            await pay(session, town.asha_account, town.ravi_account, amount, occurred_at=NOON, description="lunch")
    query = InsightQuery.model_validate({"measures": ["spend"], "period": MAY, "rows": 2})
    async with database.look() as connection:
        result = await compute(connection, as_customer(town.asha), query)
    assert [(e.amount_minor, e.counterparty, e.description) for e in result.entries] == [
        (-300, "Ravi", "lunch"),
        (-200, "Ravi", "lunch"),
    ]
    assert result.entries[0].occurred_at == "2026-05-12T12:00:00+05:30"


async def test_what_takes_too_long_is_refused_with_a_sentence(
    database: Database, town: Town, settings: Settings
) -> None:
    assert settings.database_url
    query = InsightQuery.model_validate({"measures": ["spend"], "period": MAY})
    with psycopg.connect(settings.database_url.get_secret_value()) as owner:
        owner.execute("LOCK TABLE insights.annotation")
        async with database.look() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '50ms'"))
            with pytest.raises(QueryTooSlow, match="shorter period"):
                await compute(connection, as_customer(town.asha), query)
            owner.rollback()
            # The connection is good for the next question.
            assert (await compute(connection, as_customer(town.asha), query)).rows == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM ledger.transaction",
        "SELECT 1 FROM banking.customer",
        "SELECT 1 FROM identity.app_user",
        "DELETE FROM insights.annotation",
        "CREATE TABLE reporting.mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
        "SET ROLE finlens_app",
    ],
)
async def test_the_reader_sees_reporting_views_and_writes_nothing(database: Database, statement: str) -> None:
    async with database.look() as connection:
        with pytest.raises(Exception, match=r"permission denied|read-only transaction"):
            await connection.execute(text(statement))


async def test_the_reader_cannot_leave_its_read_only_transaction(database: Database) -> None:
    async with database.look() as connection:
        await connection.execute(text("SELECT count(*) FROM reporting.account"))
        with pytest.raises(Exception, match="read-write mode"):
            await connection.execute(text("SET transaction_read_only = off"))


@pytest.mark.parametrize("view", [ENTRY, ACCOUNT], ids=lambda view: view.name)
async def test_columns_are_those_of_the_view(database: Database, view: Any) -> None:
    async with database.app.connect() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_columns(view.name, schema="reporting"))
    assert [(c["name"], c["type"].python_type) for c in found] == [(c.name, c.type.python_type) for c in view.columns]


async def test_a_customers_question_reads_both_indexes_by_account_and_time(database: Database, town: Town) -> None:
    query = InsightQuery.model_validate({"measures": ["net"], "flow": "any", "group_by": ["month"], "period": MAY})
    async with database.look() as connection:
        sql = (await compute(connection, as_customer(town.asha), query, explain=True)).sql
        # A table this small is read whole; what matters is that the condition can be an index's.
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {sql}"))
    for index, column in (("transaction_sender", "sender"), ("transaction_receiver", "receiver")):
        assert index in plan
        assert f"Index Cond: (({column}_account_id = " in plan
    assert plan.count("(occurred_at >= '2026-04-30 18:30:00+00'") == 2


def _staff(town: Town) -> Principal:
    return Principal("user:2", "s@finlens.example", "S", Role.STAFF, bank_id=town.bank.id)


async def _rename(session: Any, name: str, *accounts: Account) -> None:
    for account in accounts:
        await session.execute(
            text("UPDATE banking.account SET name = :name WHERE id = :id"), {"name": name, "id": account.id}
        )
