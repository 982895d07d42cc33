"""A model's words are held against the draft it was given: claim by claim, name by name."""

from datetime import date
from decimal import Decimal

import pytest

from agents.claims import Multiple, Number, When, claims
from agents.draft import Draft, Figures
from agents.evidence import Evidence, Table, cell, computed, rows_of
from agents.findings import Finding, Findings
from agents.grounding import unfounded_words
from agents.plan import InsightTask
from core.insights.query import Dimension, Flow, InsightQuery, InsightResult, Measure, QueryPeriod
from core.periods import Unit

MAY = QueryPeriod(start=date(2026, 5, 1), end=date(2026, 6, 1), unit=Unit.MONTH)
TEXT = (
    "Fresh Mart: ₹12,840.20 (Spending, May 2026). Then Spice Route ₹6,420.10; Mr Rao ₹420.00, 3 payments on 3 May 2026 "
    "(32.6 %)."
)


@pytest.fixture
def findings() -> Findings:
    rows = [
        {"counterparty": name, "currency": "INR", "spend": minor}
        for name, minor in (
            ("Fresh Mart", 1_284_020),
            ("Spice Route", 642_010),
            ("Mr Rao", 42_000),
            ("Netflix", 99_900),
        )
    ]
    query = InsightQuery(measures=(Measure.SPEND,), flow=Flow.OUT, group_by=(Dimension.COUNTERPARTY,), period=MAY)
    evidence = Evidence()
    result = InsightResult(query=query, columns=[], rows=rows)
    table = evidence.add_result(result)
    entries = [{"occurred_at": "2026-05-03T10:00:00+05:30"}, {"occurred_at": "2026-05-17T10:00:00+05:30"}]
    evidence.add(Table("entries 7", [*entries, {"occurred_at": "2026-04-03"}], rows_in_all=3))
    return Findings(evidence, [Finding(InsightTask(queries=(query,)), (table,), (result,))])


@pytest.fixture
def draft(findings: Findings) -> Draft:
    make = Figures(findings.evidence)
    sources = [cell("result 1", row, "spend") for row in (1, 2, 3)]
    return Draft(
        TEXT,
        [
            make.money("Fresh Mart, May 2026", sources[0]),
            make.money("Spice Route, May 2026", sources[1]),
            make.money("Mr Rao, May 2026", sources[2]),
            make.percent("Share", computed("share", sources[1], computed("sum", *sources))),
            make.count("Payments", rows_of("entries 7")),
        ],
    )


RIGHT = [
    TEXT,
    "You spent ₹12,840.20 at Fresh Mart in May 2026.",
    "About ₹12,840 went to Fresh Mart, twice what Spice Route got (₹6,420).",
    "Fresh Mart got 12.84 thousand rupees, INR 12,840.20.",
    "In May you paid Fresh Mart ₹12,840.20, in three payments.",
    "₹12,840.20, most of it at Fresh Mart's. On 3 May 2026 you paid Mr Rao.",
    "₹0.13 lakh, or Rs 12,840.20 at fresh mart.",
    "₹12,840.20: Spice Route took half of that.",
]
WRONG = {
    "another amount of the evidence": "You spent ₹12,840.20 at Fresh Mart and ₹999.00 more.",
    "another currency": "You spent €12,840.20.",
    "dollars": "You spent $12,840.20.",
    "a name of the evidence that the draft does not have": "You spent ₹12,840.20 at Netflix.",
    "a name at the beginning": "Netflix got ₹12,840.20.",
    "a name made of two": "₹12,840.20 went to Fresh Rao.",
    "a name in the middle": "₹12,840.20 went to Fresh Mart and to Priya.",
    "another day": "On 17 May 2026 you paid ₹12,840.20.",
    "another month": "You spent ₹12,840.20 in April 2026.",
    "another month, bare": "You spent ₹12,840.20, more than in March.",
    "another year": "You spent ₹12,840.20 in May 2025.",
    "a day in figures": "You spent ₹12,840.20 on 2026-05-04.",
    "a day with a slash": "You spent ₹12,840.20 on 04/05/2026.",
    "a range": "From 2 to 3 May 2026 you spent ₹12,840.20.",
    "a weekday": "You spent ₹12,840.20 on a Wednesday.",
    "another count": "You spent ₹12,840.20 in 4 payments.",
    "a count in words": "You spent ₹12,840.20 in seventeen payments.",
    "a count of another thing": "You spent ₹12,840.20 at 3 accounts.",
    "a span": "You spent ₹12,840.20 in 9 days.",
    "another share": "₹12,840.20, which is 32.7 %.",
    "a share in words": "₹12,840.20, which is forty percent.",
    "a wrong multiple": "₹12,840.20, three times what Spice Route got.",
    "a wrong fraction": "₹12,840.20, a fifth of everything.",
    "a hedged multiple": "₹12,840.20, more than five times the usual.",
    "in lakhs": "₹12,840.20, or 1.3 lakh.",
    "a link": "₹12,840.20, see evil.example/x for more.",
    "an address": "₹12,840.20, ask help@evil.example.",
    "no figure at all": "You spent a lot at Fresh Mart in May 2026.",
    "the second figure alone": "Spice Route got ₹6,420.10 in May 2026.",
    "an alias that stands for nobody": "₹12,840.20 went to merchant_9.",
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_what_the_draft_says_may_be_said_otherwise(text: str, draft: Draft, findings: Findings) -> None:
    assert unfounded_words(text, draft, findings) == []


@pytest.mark.parametrize("kind", WRONG)
def test_what_the_draft_does_not_say_may_not_be_said(kind: str, draft: Draft, findings: Findings) -> None:
    assert unfounded_words(WRONG[kind], draft, findings) != []


def test_a_day_of_the_week_that_was_asked_about_may_be_named(draft: Draft, findings: Findings) -> None:
    asked = Draft(f"Spending on Saturdays and Sundays: ₹12,840.20. {draft.text}", draft.figures)
    assert unfounded_words("On Saturdays and Sundays ₹12,840.20 went.", asked, findings) == []
    assert unfounded_words("On Tuesdays ₹12,840.20 went.", asked, findings) != []


@pytest.mark.parametrize(
    ("text", "value", "currencies"),
    [
        ("₹1.2 lakh", "120000", {"INR"}),
        ("Rs 5k", "5000", {"INR"}),
        ("2.5 crore rupees", "25000000", {"INR"}),
        ("CZK 1,000.50", "1000.50", {"CZK"}),
        ("1,000 euros", "1000", {"EUR"}),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, value: str, currencies: set[str]) -> None:
    [claim] = claims(text)
    assert isinstance(claim, Number) and (claim.value, claim.currencies) == (Decimal(value), currencies)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3 May 2026", [(2026, 5, 3)]),
        ("May 3rd, 2026", [(2026, 5, 3)]),
        ("3 to 17 May 2026", [(2026, 5, 3), (2026, 5, 17)]),
        ("28 April to 3 May 2026", [(2026, 4, 28), (2026, 5, 3)]),
        ("Q2 2026", [(2026, 4, None), (2026, 6, None)]),
        ("FY 2025-26", [(2025, 4, None), (2026, 3, None)]),
        ("in May", [(None, 5, None)]),
        ("since 2024", [(2024, None, None)]),
        ("2026-05-03T10:00", [(2026, 5, 3)]),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: list[tuple[int | None, ...]]) -> None:
    assert [(c.year, c.month, c.day) for c in claims(text) if isinstance(c, When)] == days


def test_may_is_a_verb_too() -> None:
    assert not list(claims("You may have paid twice".replace("twice", "it"))) and not list(claims("May I ask"))


@pytest.mark.parametrize(("text", "factor"), [("twice", 2), ("half of it", 0.5), ("3 times as much", 3), ("2.5x", 2.5)])
def test_multiples_are_read(text: str, factor: float) -> None:
    [claim] = claims(text)
    assert isinstance(claim, Multiple) and claim.least <= Decimal(str(factor)) <= claim.most
