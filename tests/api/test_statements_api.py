"""Balances, entries and statements over REST: three forms that say the same, safe to open, bounded."""

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from httpx import Response
from pypdf import PdfReader

from core.db import Database
from core.ledger import statement_routes
from core.ledger.statement_pdf import as_pdf
from core.ledger.statements import Statement
from tests.api.conftest import People
from tests.factories import check_books, make_account, make_customer, pay

NOON = datetime(2026, 5, 12, 6, 30, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://evil.example", "click")'


@dataclass(frozen=True)
class May:
    """Asha's account in May 2026: 1,28,402.50 came in, and four payments to a shop left."""

    people: People
    url: str

    async def read(self, form: str, who: str = "customer") -> Response:
        answer = await self.people[who].get(f"{self.url}/statements/2026-05", params={"format": form})
        assert answer.status_code == 200, answer.text
        return answer

    async def json(self) -> dict[str, Any]:
        return (await self.read("json")).json()

    async def csv(self) -> list[dict[str, str]]:
        return [*csv.DictReader(io.StringIO((await self.read("csv")).content.decode("utf-8-sig")))]

    async def pdf_text(self) -> str:
        pages = PdfReader(io.BytesIO((await self.read("pdf")).content)).pages
        return "\n".join(page.extract_text() for page in pages)


@pytest.fixture
async def may(people: People, database: Database) -> May:
    town = people.town
    async with database.unit() as session:
        shop = await make_account(session, town.bank, await make_customer(session, name="@अनुष्का Stores"))
        await pay(session, town.cash, town.asha_account, 1_28_402_50, occurred_at=NOON - timedelta(days=3))
        for place, words in enumerate((FORMULA, "+91 98", "किराया मई", 'two\nlines, "quoted"')):
            moment = NOON + timedelta(hours=place)
            facts = {"description": words, "category": "groceries", "occurred_at": moment}
            await pay(session, town.asha_account, shop, 1_000 + place, **facts)
    return May(people, f"/accounts/{town.asha_account.id}")


async def test_json_csv_and_pdf_say_the_same(may: May) -> None:
    document, lines, text = await may.json(), await may.csv(), await may.pdf_text()
    assert [line["kind"] for line in lines] == ["opening", *["entry"] * 5, "closing"]
    assert [lines[0]["balance"], lines[-1]["balance"]] == [document[name]["amount"] for name in ("opening", "closing")]
    for entry, line in zip(document["entries"], lines[1:-1], strict=True):
        assert (entry["amount"], entry["balance"], entry["transaction_id"]) == (
            line["amount"],
            line["balance"],
            line["reference"],
        )
        assert datetime.fromisoformat(line["occurred_at"]) == datetime.fromisoformat(entry["occurred_at"])
        assert entry["transaction_id"] in text
        assert grouped(entry["balance_minor"]) in text
    assert "1,28,402.50" in text
    assert grouped(document["closing"]["amount_minor"]) in text
    assert document["bank"] in text


def grouped(minor: int) -> str:
    """1,28,402.50: two digits a group above the thousands."""
    whole, cents = divmod(minor, 100)
    head, tail = str(whole)[:-3], str(whole)[-3:]
    groups = re.findall(r"\d{1,2}(?=(?:\d{2})*$)", head)
    return ",".join([*groups, tail]) + f".{cents:02d}"


async def test_the_document_is_a_statement_whose_balances_run(may: May) -> None:
    statement = Statement.model_validate(await may.json())
    balance = statement.opening.amount_minor
    for entry in statement.entries:
        balance += entry.amount_minor
        assert entry.balance_minor == balance
    assert balance == statement.closing.amount_minor
    assert (statement.count_in, statement.count_out) == (1, 4)
    assert statement.total_in.amount == "128402.50"
    assert (statement.holder, statement.currency, statement.time_zone) == ("Asha", "INR", "Asia/Kolkata")


async def test_csv_is_for_excel_and_runs_nothing(may: May, database: Database) -> None:
    content = (await may.read("csv")).content
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 8  # names, opening, 5 entries, closing; the \n in a description is not an end
    lines = await may.csv()
    assert [line["description"] for line in lines[2:-1]] == [
        f"'{FORMULA}",
        "'+91 98",
        "किराया मई",
        'two\nlines, "quoted"',
    ]
    assert {line["counterparty"] for line in lines[2:-1]} == {"'@अनुष्का Stores"}
    assert lines[2]["amount"] == "-10.00"
    await check_books(database)


async def test_the_same_data_gives_the_same_bytes(may: May) -> None:
    first, second = [(await may.read("pdf", who)).content for who in ("customer", "admin")]
    assert first == second
    assert first.startswith(b"%PDF-")


async def test_a_pdf_of_many_pages_repeats_its_heads_and_carries_its_sums(may: May) -> None:
    statement = Statement.model_validate(await may.json())
    pages = PdfReader(io.BytesIO(as_pdf(statement, statement.entries * 20))).pages
    texts = [page.extract_text() for page in pages]
    assert len(pages) > 3
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Money out" in text
    assert ["Brought forward" in text for text in texts] == [False] + [True] * (len(pages) - 1)
    assert ["Carried forward" in text for text in texts] == [True] * (len(pages) - 1) + [False]
    for before, after in pairwise(texts):
        assert sums(before, "Carried forward") == sums(after, "Brought forward")


def sums(text: str, label: str) -> list[str]:
    return text.split(label)[1].split()[:3]


async def test_a_pdf_that_leaves_entries_out_says_so(may: May) -> None:
    statement = Statement.model_validate(await may.json())
    text = PdfReader(io.BytesIO(as_pdf(statement, statement.entries[:2]))).pages[0].extract_text()
    assert "first 2 of 5 entries" in text
    assert "CSV" in text
    assert grouped(statement.closing.amount_minor) in text


@pytest.mark.parametrize(
    "words", ["शर्मा एण्ड सन्स", "தமிழ் செல்வன்", "اردو بازار", "李小龍 🍜", "\ufdd0 \u202e", "W" * 900, "a " * 400]
)
async def test_no_name_stops_a_pdf(may: May, words: str) -> None:
    statement = Statement.model_validate(await may.json())
    statement.holder = statement.bank = statement.account_name = words
    assert as_pdf(statement, statement.entries).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/pdf;q=0.9, text/csv;q=0.8", "application/pdf"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml", "application/json"),
    ],
)
async def test_the_accept_header_chooses_the_form(may: May, accept: str, expected: str) -> None:
    answer = await may.people["customer"].get(f"{may.url}/statements/2026-05", headers={"Accept": accept})
    assert (answer.headers["content-type"], answer.headers["vary"]) == (expected, "Accept")


async def test_whoever_finds_every_place_at_the_desk_taken_is_told_to_come_again(
    may: May, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_routes, "_desk", asyncio.Semaphore(0))
    refused = await may.people["customer"].get(f"{may.url}/statements/2026-05", params={"format": "pdf"})
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "overloaded", "2")
    await may.read("csv")


async def test_several_may_ask_for_a_pdf_at_once(may: May) -> None:
    first, *others = await asyncio.gather(*(may.read("pdf") for _ in range(statement_routes.DRAWINGS_MAX)))
    assert {answer.content for answer in others} == {first.content}


@pytest.mark.parametrize(("month", "status"), [("2026-13", 422), ("2026-5", 422), ("May", 422), ("2099-12", 422)])
async def test_a_month_that_is_none_or_has_not_begun_is_refused(may: May, month: str, status: int) -> None:
    answer = await may.people["customer"].get(f"{may.url}/statements/{month}")
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid_request")


async def test_months_come_newest_first_and_page_by_page(may: May, database: Database) -> None:
    town, client = may.people.town, may.people["customer"]
    async with database.unit() as session:
        for year in (2021, 2023, 2024):
            await pay(session, town.cash, town.asha_account, 5, occurred_at=NOON.replace(year=year))
    found, cursor = [], None
    while cursor or not found:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"{may.url}/statements", params=params)).json()
        found += [month["month"] for month in page["data"]]
        cursor = page["next_cursor"]
    assert found[1:] == ["2026-05", "2024-05", "2023-05", "2021-05"]
    foreign = await client.get(f"/accounts/{town.ravi_account.id}/statements", params={"cursor": "abc"})
    assert foreign.status_code == 404


async def test_a_cursor_of_one_account_opens_no_other(may: May, database: Database) -> None:
    staff, town = may.people["staff"], may.people.town
    cursor = (await staff.get(f"{may.url}/entries", params={"limit": 1})).json()["next_cursor"]
    answer = await staff.get(f"/accounts/{town.ravi_account.id}/entries", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_entries_are_signed_numbered_and_sum_to_the_balance(may: May) -> None:
    client, entries, cursor = may.people["customer"], [], None
    while cursor or not entries:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"{may.url}/entries", params=params)).json()
        entries += page["data"]
        cursor = page["next_cursor"]
    balance = (await client.get(f"{may.url}/balance")).json()
    assert sum(entry["amount_minor"] for entry in entries) == balance["posted"]["amount_minor"]
    assert sorted(entry["version"] for entry in entries) == [*range(1, len(entries) + 1)]
    assert max(entries, key=lambda entry: entry["version"])["balance_after_minor"] == balance["posted"]["amount_minor"]
    assert entries == sorted(entries, key=lambda entry: entry["occurred_at"], reverse=True)


async def test_a_balance_that_is_known_is_not_sent_again(may: May, database: Database) -> None:
    client, town = may.people["customer"], may.people.town
    first = await client.get(f"{may.url}/balance")
    known = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    again = await client.get(f"{may.url}/balance", headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    async with database.unit() as session:
        await pay(session, town.cash, town.asha_account, 1)
    changed = await client.get(f"{may.url}/balance", headers=known)
    assert (changed.status_code, changed.json()["version"]) == (200, first.json()["version"] + 1)


async def test_a_balance_at_an_instant(may: May) -> None:
    client = may.people["customer"]
    at = (NOON + timedelta(hours=1)).isoformat()
    answer = await client.get(f"{may.url}/balance", params={"at": at})
    amounts = {name: answer.json()[name]["amount"] for name in ("posted", "pending_out", "available")}
    assert amounts == {"posted": "128382.49", "pending_out": "0.00", "available": "128382.49"}
    assert (datetime.fromisoformat(answer.json()["as_of"]), answer.json()["version"]) == (
        NOON + timedelta(hours=1),
        None,
    )
    assert "etag" not in answer.headers


@pytest.mark.parametrize("at", ["2099-01-01T00:00:00Z", "2026-05-12T00:00:00", "yesterday", "2026-05-12"])
async def test_an_instant_that_is_none_or_to_come_is_refused(may: May, at: str) -> None:
    answer = await may.people["customer"].get(f"{may.url}/balance", params={"at": at})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_accounts_in_yen_have_no_decimals_anywhere(people: People, database: Database) -> None:
    async with database.unit() as session:
        payer = await make_account(session, people.other.bank, currency="JPY")
        account = await make_account(session, people.other.bank, people.town.asha, currency="JPY")
        await pay(session, payer, account, 1_234_567, occurred_at=NOON)
    answer = await people["customer"].get(f"/accounts/{account.id}/statements/2026-05", params={"format": "pdf"})
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "1,234,567" in text
    assert "1,234,567." not in text
