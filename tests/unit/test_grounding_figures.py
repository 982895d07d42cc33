"""Figures are worked out again from their sources, and planted wrong numbers are caught wherever they stand."""

import random
from datetime import date
from decimal import Decimal

import pytest

from agents.answer import Figure
from agents.draft import Draft, Figures
from agents.evidence import Evidence, SourceUnknown, Table, absent, cell, computed, per_unit, rows_of
from agents.findings import Finding, Findings
from agents.grounding import unfounded
from agents.plan import InsightTask
from core.insights.query import InsightQuery, InsightResult, Measure, QueryPeriod
from core.money import Money
from core.periods import Unit

MAY = QueryPeriod(start=date(2026, 5, 1), end=date(2026, 6, 1), unit=Unit.MONTH)
APRIL = QueryPeriod(start=date(2026, 4, 1), end=date(2026, 5, 1), unit=Unit.MONTH)
NOW, BEFORE = cell("result 1", 1, "spend"), cell("result 2", 1, "spend")


def _findings() -> Findings:
    queries = [InsightQuery(measures=(Measure.SPEND,), period=period) for period in (MAY, APRIL)]
    results = [
        InsightResult(query=queries[0], columns=[], rows=[{"currency": "INR", "spend": 1_284_020}]),
        InsightResult(query=queries[1], columns=[], rows=[{"currency": "INR", "spend": 1_000_000}]),
    ]
    evidence = Evidence()
    tables = tuple(evidence.add_result(result) for result in results)
    return Findings(evidence, [Finding(InsightTask(queries=tuple(queries)), tables, tuple(results))])


@pytest.fixture
def findings() -> Findings:
    return _findings()


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (NOW, 1_284_020),
        (computed("difference", NOW, BEFORE), 284_020),
        (computed("sum", NOW, BEFORE), 2_284_020),
        (computed("growth", NOW, BEFORE), Decimal("28.402")),
        (computed("share", BEFORE, computed("sum", NOW, BEFORE)), Decimal(100) * 1_000_000 / Decimal(2_284_020)),
        (computed("median", NOW, BEFORE, absent("result 1", "EUR")), 1_000_000),
        (per_unit(NOW, Unit.DAY), Decimal(1_284_020) / 31),
        (per_unit(NOW, Unit.MONTH), 1_284_020),
        (rows_of("result 1"), 1),
    ],
)
def test_a_source_comes_to_its_value(source: str, value: object, findings: Findings) -> None:
    assert findings.evidence.value_of(source) == value


@pytest.mark.parametrize(
    "source",
    [
        "42",
        "a guess",
        cell("result 9", 1, "spend"),
        cell("result 1", 2, "spend"),
        cell("result 1", 0, "spend"),
        cell("result 1", 1, "income"),
        computed("product", NOW, BEFORE),
        computed("growth", NOW, absent("result 1", "EUR")),
        absent("result 1", "INR"),
    ],
)
def test_a_source_that_names_nothing_is_refused(source: str, findings: Findings) -> None:
    with pytest.raises(SourceUnknown):
        findings.evidence.value_of(source)


GOOD = [
    "Spending, May 2026: ₹12,840.20.",
    "You spent 12,840.20 in May 2026, ₹2,840.20 more than in April 2026 (+28.4 %).",
    "About ₹12,840, or 12.8 thousand; a month before it was ₹10,000.",
    "It grew by 28 %, from ₹0.1 lakh to ₹0.13 lakh.",
    "Over 31 days in May 2026 that is ₹12,840.20.",
]
WRONG = [
    "Spending, May 2026: ₹12,840.30.",
    "You spent ₹12,480.20 in May 2026.",
    "You spent ₹2,840.20 more (+24.8 %).",
    "You spent ₹12,840.20 in May 2025.",
    "You made 17 payments of ₹12,840.20.",
    "That is 1.5 lakh.",
    "You spent ₹1.00 in May 2026.",
    "You spent 31 rupees, or INR 31.",
    "On 3 May 2026 you spent ₹12,840.20.",
]


def _draft(text: str, findings: Findings) -> Draft:
    make = Figures(findings.evidence)
    figures = [
        make.money("Spending, May 2026", NOW),
        make.money("Difference", computed("difference", NOW, BEFORE)),
        make.percent("Change", computed("growth", NOW, BEFORE)),
    ]
    return Draft(text, figures)


@pytest.mark.parametrize("text", GOOD)
def test_figures_may_be_rounded_and_written_as_people_do(text: str, findings: Findings) -> None:
    assert unfounded(_draft(text, findings), findings) == []


@pytest.mark.parametrize("text", WRONG)
def test_a_number_that_was_not_found_is_caught(text: str, findings: Findings) -> None:
    assert unfounded(_draft(text, findings), findings) != []


@pytest.mark.parametrize(
    "figure",
    [
        Figure(label="wrong sum", value_minor=1_284_021, currency="INR", unit="money", source=NOW),
        Figure(label="wrong currency", value_minor=1_284_020, currency="EUR", unit="money", source=NOW),
        Figure(label="no source", value_minor=1_284_020, currency="INR", unit="money", source="the model said so"),
        Figure(label="wrong percent", value=28.5, unit="percent", source=computed("growth", NOW, BEFORE)),
        Figure(label="wrong count", value=2, unit="count", source=rows_of("result 1")),
    ],
)
def test_a_figure_that_its_source_does_not_come_to_is_caught(figure: Figure, findings: Findings) -> None:
    assert unfounded(Draft("", [figure]), findings) == [figure.label]


def test_a_thousand_planted_wrong_sums_are_caught(findings: Findings) -> None:
    """Wrong by a swap of digits, a slip, another magnitude; seed 20260522."""
    chance = random.Random(20260522)
    missed: list[str] = []
    for _ in range(1_000):
        wrong = _planted(chance)
        text = f"You spent ₹{wrong:,.2f} in May 2026."
        if not unfounded(_draft(text, findings), findings):
            missed.append(text)
    assert len(missed) <= 5, missed


def _planted(chance: random.Random) -> Decimal:
    true = {Decimal("12840.20"), Decimal("10000.00"), Decimal("2840.20")}
    while True:
        digits = list("1284020")
        i, j = chance.sample(range(len(digits)), 2)
        digits[i], digits[j] = digits[j], digits[i]
        if chance.random() < 0.5:
            digits[chance.randrange(len(digits))] = str(chance.randrange(10))
        wrong = Decimal("".join(digits)).scaleb(-2) * chance.choice([1, 1, 10])
        if wrong not in true and wrong > 1_000:
            return wrong


def test_money_is_known_as_its_country_writes_it() -> None:
    findings = _findings()
    findings.evidence.add(Table("entries 1", [{"currency": "CZK", "amount_minor": 1_284_020}]))
    shown = Money(1_284_020, "CZK").display()
    assert unfounded(Draft(f"To bylo {shown}."), findings) == []
    assert unfounded(Draft(f"To bylo {shown.replace('4', '5')}."), findings) != []


def test_a_way_of_paying_is_no_currency() -> None:
    findings = _findings()
    findings.evidence.add(Table("result 9", [{"channel": "upi", "currency": "INR", "count": 248}]))
    assert unfounded(Draft("By channel: UPI 248 payments."), findings) == []
    assert unfounded(Draft("By channel: UPI 249 payments."), findings) != []


def test_a_name_with_digits_is_no_figure() -> None:
    findings = _findings()
    findings.evidence.add(
        Table("entries 1", [{"counterparty": "7-Eleven 24", "currency": "INR", "amount_minor": -500}])
    )
    assert unfounded(Draft("₹5.00 went to 7-Eleven 24."), findings) == []
    assert unfounded(Draft("₹5.00 went to 7-Eleven 25."), findings) != []


def test_second_table_of_a_name_takes_no_figure_from_the_first() -> None:
    """ "Which payments recur, and when is the next one due?" asks for the same series twice, in another order."""
    evidence = Evidence()
    first = evidence.add(Table("recurring", [{"amount_minor": 5}]))
    second = evidence.add(Table("recurring", [{"amount_minor": 7}]))
    assert (first.name, second.name) == ("recurring", "recurring 2")
    assert [evidence.value_of(cell(table.name, 1, "amount_minor")) for table in (first, second)] == [5, 7]
