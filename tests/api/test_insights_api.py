"""REST of insights: figures, refusals, export and the overview, each for the caller's own scope."""

import csv
import html
import io
import re
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from pyarrow import parquet

from core.app import create_app
from core.db import Database
from core.identity import routes as identity
from core.insights import compile
from core.insights import routes as insights
from core.settings import Settings
from tests.api.conftest import People
from tests.factories import make_account, make_customer, pay

MAY = {"start": "2026-05-01", "end": "2026-06-01", "unit": "month"}
NOON = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, routers=[identity.router, insights.router])
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def spending(people: People, database: Database) -> People:
    """Asha pays Ravi 12.50 in May and 10.00 in April; a shop with a dangerous name gets 7.00 of hers in May."""
    town = people.town
    async with database.unit() as session:
        shop = await make_account(session, town.bank, await make_customer(session, name='=HYPERLINK("x")'))
        await pay(session, town.asha_account, town.ravi_account, 12_50, occurred_at=NOON, category="gifts")
        await pay(session, town.asha_account, town.ravi_account, 10_00, occurred_at=NOON.replace(month=4))
        await pay(session, town.asha_account, shop, 7_00, occurred_at=NOON, category="groceries")
    return people


async def ask(people: People, who: str, **query: Any) -> list[dict[str, Any]]:
    response = await people[who].post("/insights/query", json={"period": MAY, **query})
    assert response.status_code == 200, response.text
    return response.json()["rows"]


async def test_each_caller_gets_the_figures_of_their_own_scope(spending: People) -> None:
    spend = {"measures": ["spend"]}
    assert await ask(spending, "customer", **spend) == [{"currency": "INR", "spend": 19_50}]
    assert await ask(spending, "ravi", **spend) == []
    assert await ask(spending, "ravi", measures=["income"]) == [{"currency": "INR", "income": 12_50}]
    assert await ask(spending, "staff", **spend) == [{"currency": "INR", "spend": 19_50}]
    assert await ask(spending, "stranger", **spend) == []
    assert await ask(spending, "stranger_staff", measures=["volume"]) == []


async def test_scope_cannot_be_put_into_the_query(spending: People) -> None:
    body = {"measures": ["spend"], "period": MAY, "customer_id": str(spending.town.asha.id)}
    response = await spending["ravi"].post("/insights/query", json=body)
    assert response.status_code == 422


async def test_naming_a_foreign_account_finds_nothing(spending: People) -> None:
    mine = {"field": "account", "operator": "in", "values": [str(spending.town.asha_account.id)]}
    assert await ask(spending, "customer", measures=["spend"], filters=[mine]) == [{"currency": "INR", "spend": 19_50}]
    assert await ask(spending, "ravi", measures=["income", "spend", "volume"], filters=[mine]) == []


async def test_without_a_token_nothing_is_told(app: FastAPI, people: People) -> None:
    nobody = people["customer"]
    del nobody.headers["Authorization"]
    for method, path in (("POST", "/query"), ("GET", "/catalogue"), ("GET", "/overview")):
        response = await nobody.request(method, f"/insights{path}", json={"measures": ["spend"], "period": MAY})
        assert response.status_code == 401


async def test_explained_sql_gives_the_same_figure_when_pasted(spending: People, settings: Settings) -> None:
    described = {"field": "description", "operator": "not_in", "values": ["100% it's :bound %s"]}
    body = {"measures": ["spend", "median"], "period": MAY, "filters": [described]}
    response = await spending["customer"].post("/insights/query?explain=true", json=body)
    assert settings.reader_database_url
    with psycopg.connect(settings.reader_database_url.get_secret_value()) as psql:
        [(currency, spend, median, _)] = psql.execute(response.json()["sql"]).fetchall()
    assert [{"currency": currency, "spend": spend, "median": median}] == response.json()["rows"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"measures": ["happiness"]},
        {"group_by": ["customer_id"]},
        {"period": {"start": "2026-06-01", "end": "2026-05-01"}},
        {"period": {"start": "1900-01-01", "end": "2100-01-01"}},
        {"period": {"start": "0001-01-01", "end": "0002-01-01"}},
        {"limit": 100_000},
        {"filters": [{"field": "hour", "operator": "at_least", "values": [1.5]}]},
        {"filters": [{"field": "hour", "operator": "at_least", "values": [True]}]},
        {"measures": []},
    ],
)
async def test_nonsense_is_malformed(people: People, wrong: dict[str, Any]) -> None:
    response = await people["customer"].post("/insights/query", json={"measures": ["spend"], "period": MAY, **wrong})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


BY_PAYEE: dict[str, Any] = {
    "measures": ["spend", "share", "count"],
    "group_by": ["month", "counterparty"],
    "period": MAY,
}


async def test_a_spreadsheet_holds_numbers_days_and_harmless_text(spending: People) -> None:
    response = await spending["customer"].post("/insights/query?format=xlsx", json=BY_PAYEE)
    assert response.headers["content-disposition"] == 'attachment; filename="insights.xlsx"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        sheet, strings = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    assert "<f>" not in sheet, "a name was taken for a formula"
    assert '=HYPERLINK("x")' in html.unescape(strings)
    assert re.findall(r'<c r="[DEF]2"[^>]*><v>([^<]+)</v>', sheet) == ["12.50", "64.1", "1"]


async def test_parquet_is_exact(spending: People) -> None:
    accept = {"Accept": "application/vnd.apache.parquet"}
    response = await spending["customer"].post("/insights/query", json=BY_PAYEE, headers=accept)
    table = parquet.read_table(io.BytesIO(response.content)).to_pylist()
    assert table[0] == {
        "month": date(2026, 5, 1),
        "counterparty": "Ravi",
        "currency": "INR",
        "spend": Decimal("12.5000"),
        "share": Decimal("64.1"),
        "count": 1,
    }
    assert [row["counterparty"] for row in table] == ["Ravi", '=HYPERLINK("x")']


async def test_where_parquet_cannot_be_written_that_is_said(spending: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    response = await spending["customer"].post("/insights/query?format=parquet", json=BY_PAYEE)
    assert (response.status_code, response.json()["code"]) == (501, "format_missing")


async def test_one_text_of_sql_serves_every_customer_with_their_own_rows(spending: People) -> None:
    """The second asker of a shape gets a statement that was made for the first."""
    query = {"measures": ["volume", "counterparties"], "group_by": ["payee_is_new"], "flow": "any"}
    texts = compile.figures_text.cache_info().misses
    asha = await ask(spending, "customer", **query)
    made = compile.figures_text.cache_info().misses - texts
    ravi = await ask(spending, "ravi", **query)
    assert compile.figures_text.cache_info().misses == texts + made
    assert [(row["payee_is_new"], row["volume"]) for row in asha] == [("known", 12_50), ("new", 7_00)]
    assert [(row["payee_is_new"], row["volume"]) for row in ravi] == [("known", 12_50)]
    assert await ask(spending, "stranger", **query) == []


async def test_explain_shows_the_plan(spending: People) -> None:
    body = {"measures": ["spend"], "period": MAY}
    told = (await spending["customer"].post("/insights/query?explain=true", json=body)).json()
    assert "cost=" in told["plan"]
    assert str(spending.town.asha.id) in told["sql"]


@pytest.mark.parametrize("measure", ["failed_share", "flagged", "fraud_amount", "alert_precision", "review_hours"])
async def test_what_is_the_staffs_is_refused_to_customers(spending: People, measure: str) -> None:
    body = {"measures": [measure], "period": MAY}
    response = await spending["customer"].post("/insights/query", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "query_refused")
    assert "staff" in response.json()["detail"]
    assert (await spending["staff"].post("/insights/query", json=body)).status_code == 200


async def test_what_comes_back_is_told_to_customers_alone(spending: People) -> None:
    body = {"measures": ["spend"], "group_by": ["recurring"], "period": MAY}
    assert (await spending["customer"].post("/insights/query", json=body)).status_code == 200
    refused = (await spending["staff"].post("/insights/query", json=body)).json()
    assert (refused["code"], refused["nearest"].get("group_by")) == ("query_refused", None)


async def test_a_refusal_says_why_and_names_a_query_that_works(people: People) -> None:
    body = {"measures": ["average", "spend"], "group_by": ["category"], "others": True, "period": MAY}
    response = await people["customer"].post("/insights/query", json=body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "query_refused")
    assert "average" in problem["detail"]
    again = await people["customer"].post("/insights/query", json=problem["nearest"])
    assert again.status_code == 200


async def test_the_catalogue_holds_the_schema_of_a_query(people: People) -> None:
    told = (await people["customer"].get("/insights/catalogue")).json()
    assert told["measures"]["spend"]["unit"] == "money"
    assert set(told["query_schema"]["required"]) == {"measures", "period"}


async def test_csv_holds_decimals_and_no_formula(spending: People) -> None:
    body = {
        "measures": ["spend", "count", "median"],
        "group_by": ["counterparty"],
        "compare": "previous",
        "period": MAY,
    }
    response = await spending["customer"].post("/insights/query", json=body, headers={"Accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows == [
        ["counterparty", "currency", "spend", "spend_before", "count", "count_before", "median", "median_before"],
        ["Ravi", "INR", "12.50", "10.00", "1", "1", "12.50", "10.00"],
        ['\'=HYPERLINK("x")', "INR", "7.00", "0.00", "1", "0", "7.00", ""],
    ]


async def test_the_overview_is_one_answer_per_currency(spending: People) -> None:
    told = (await spending["customer"].get("/insights/overview", params={"month": "2026-05"})).json()
    [rupees] = told["currencies"]
    assert rupees["this_month"] == {"income_minor": 0, "spend_minor": 19_50, "net_minor": -19_50}
    assert rupees["before"]["spend_minor"] == 10_00
    assert [(c["name"], c["spend_minor"]) for c in rupees["categories"]][:2] == [
        ("Gifts and donations", 12_50),
        ("Groceries", 7_00),
    ]
    assert [(m["counterparty"], m["payments"]) for m in rupees["merchants"]] == [("Ravi", 1), ('=HYPERLINK("x")', 1)]
    assert [m["month"] for m in rupees["trend"]][::11] == ["2025-06-01", "2026-05-01"]
    assert [m["spend_minor"] for m in rupees["trend"]][-3:] == [0, 10_00, 19_50]
    assert rupees["balance_minor"] == 1_000_00 - 29_50
    assert [account["posted_minor"] for account in told["accounts"]] == [1_000_00 - 29_50]


async def test_the_overview_of_a_bank_counts_its_customers_alone(spending: People) -> None:
    told = (await spending["staff"].get("/insights/overview", params={"month": "2026-05"})).json()
    [rupees] = told["currencies"]
    # Cash owes what the customers hold; it is no customer.
    assert (rupees["accounts"], rupees["balance_minor"]) == (3, 2_000_00)


async def test_the_overview_refuses_what_is_no_month(people: People) -> None:
    for month in ("2026-13", "2026", "0001-01"):
        response = await people["customer"].get("/insights/overview", params={"month": month})
        assert response.status_code == 422
