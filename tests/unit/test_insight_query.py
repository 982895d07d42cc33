"""What can be asked, what is refused and what is offered instead; calendar groups; the compiled SQL text."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from core.errors import QueryRefused
from core.identity.access import Principal, Role
from core.insights import compile
from core.insights.buckets import buckets, isoweekday, offset
from core.insights.catalogue import DIMENSIONS, FILTERS, MEASURES, catalogue
from core.insights.overview import so_far
from core.insights.query import Dimension, Filter, InsightQuery, Measure, QueryPeriod
from core.insights.refusals import check
from core.insights.shape import shape_of
from core.periods import Period, Unit
from tests.random_insights import drafts

SNAPSHOTS = Path(__file__).with_name("insight_sql")
MAY = {"start": "2026-05-01", "end": "2026-06-01", "unit": "month"}
ASHA = Principal("user:1", "a@finlens.example", "A", Role.CUSTOMER, customer_id=UUID(int=1))
STAFF = Principal("user:2", "s@finlens.example", "S", Role.STAFF, bank_id=UUID(int=2), time_zone="Europe/Prague")


def query(*measures: str, **facts: Any) -> InsightQuery:
    return InsightQuery.model_validate({"measures": measures, "period": MAY, **facts})


def where(field: str, operator: str, *values: str | int) -> dict[str, Any]:
    return {"filters": [{"field": field, "operator": operator, "values": values}]}


IN_EUROS = {"to": "EUR", "rates": [{"currency": "INR", "rate": "0.0105", "on": "2026-05-29"}]}
REFUSED = [
    (query("spend", "spend"), "once", query("spend")),
    (query("income", "count"), "income is not about flow 'out'", query("income", "count", flow="in")),
    (query("spend", "income", "average"), "income is not about", query("spend", "income", "average", flow="any")),
    (query("spend", group_by=["day", "month"]), "day says it all", query("spend", group_by=["day"])),
    (query("spend", order={"by": "income"}), "not by income", query("spend")),
    (query("average", group_by=["category"], others=True), "average", query("average", group_by=["category"])),
    (query("spend", others=True), "needs groups", query("spend")),
    (query("median", convert=IN_EUROS), "median is no sum", query("median")),
    (query("spend", "share", convert=IN_EUROS), "share is no sum", query("spend", "share")),
    (
        query("spend", group_by=["currency"], convert=IN_EUROS),
        "one group",
        query("spend", convert=IN_EUROS),
    ),
    (
        query("spend", group_by=["category"], others=True, convert=IN_EUROS),
        "others is told of each currency",
        query("spend", group_by=["category"], others=True),
    ),
    (
        query("spend", convert={**IN_EUROS, "to": "INR"}),
        "one rate for each other",
        query("spend"),
    ),
    (query("spend", group_by=["weekday"], others=True), "weekday has none", query("spend", group_by=["weekday"])),
    (
        query("spend", **where("amount_minor", "contains", "1")),
        "at_least, at_most, above, below, between, not contains",
        query("spend"),
    ),
    (query("spend", **where("amount_minor", "at_least", 1, 2)), "one value, not 2", query("spend")),
    (query("spend", **where("amount_minor", "at_least", 2**63)), "one integer", query("spend")),
    (query("spend", **where("hour", "at_most", 24)), "0 to 23, not with 24", query("spend")),
    (query("spend", **where("weekday", "in", "caturday")), "not with 'caturday'", query("spend")),
    (query("spend", **where("status", "in", "lost")), "pending, processing, success, failed", query("spend")),
    (query("spend", **where("description", "in", "a\0b")), "description", query("spend")),
    (query("spend", **where("category", "in", 5)), "category slugs, not with 5", query("spend")),
    (
        query("spend", group_by=["day"], compare="year_before", period={"start": "2024-02-01", "end": "2024-03-01"}),
        "do not line up",
        query("spend", group_by=["day"], period={"start": "2024-02-01", "end": "2024-03-01"}),
    ),
    (
        query("spend", group_by=["day"], period={"start": "2000-01-01", "end": "2027-05-19"}),
        "10000 groups, and 500 is the most",
        query("spend", group_by=["month"], period={"start": "2000-01-01", "end": "2027-05-19"}),
    ),
    (
        query("spend", group_by=["day"], order={"by": "spend"}, period={"start": "2000-01-01", "end": "2027-05-19"}),
        "10000 groups",
        query("spend", group_by=["month"], order={"by": "spend"}, period={"start": "2000-01-01", "end": "2027-05-19"}),
    ),
    (
        query("spend", group_by=["hour", "day"]),
        "744 groups",
        query("spend", group_by=["hour", "week"]),
    ),
    (query("balance", "spend"), "of accounts and spend of payments", query("balance")),
    (query("balance", group_by=["category"]), "has no category", query("balance")),
    (query("balance", **where("hour", "at_most", 5)), "has no hour", query("balance")),
    (query("balance", rows=5), "No single entries", query("balance")),
    (query("share"), "share needs a measure", query("spend", "share")),
    (query("median", "share"), "share needs a measure", query("median")),
    (query("failed_share", group_by=["status"]), "every status", query("failed_share")),
    (query("spend", limit_per=3, group_by=["category"]), "two dimensions", query("spend", group_by=["category"])),
    (query("spend", having=[{"by": "count", "operator": "at_least", "value": 3}]), "not by count", query("spend")),
    (query("spend", **where("amount_minor", "between", 9, 1)), "lower value first", query("spend")),
    (query("spend", **where("category_group", "in", "fun")), "groups of categories", query("spend")),
    (query("spend", ratios=[{"name": "odd", "part": "spend", "whole": "count"}]), "odd needs count", query("spend")),
    (
        query("count", "spend", ratios=[{"name": "odd", "part": "count", "whole": "spend"}]),
        "count is count and spend is money",
        query("count", "spend"),
    ),
    (
        query("count", conditional=[{"name": "spend", "measure": "count", **where("hour", "at_most", 5)}]),
        "spend, which is taken",
        query("count"),
    ),
    (  # two faults: the query that is offered has neither
        query("average", others=True, **where("hour", "in", 5)),
        "hour takes at_least, at_most, above, below, between, not in",
        query("average"),
    ),
]


@pytest.mark.parametrize(("asked", "reason", "nearest"), REFUSED, ids=[reason for _, reason, _ in REFUSED])
def test_what_makes_no_sense_is_refused_with_the_nearest_that_does(
    asked: InsightQuery, reason: str, nearest: InsightQuery
) -> None:
    with pytest.raises(QueryRefused) as refusal:
        check(asked, STAFF)
    assert reason in refusal.value.detail
    offered = InsightQuery.model_validate(refusal.value.facts["nearest"])
    assert offered == nearest
    check(offered, STAFF)


@settings(max_examples=150)
@given(draft=drafts(), asker=st.sampled_from([ASHA, STAFF]))
def test_the_nearest_query_that_a_refusal_offers_always_works(draft: InsightQuery, asker: Principal) -> None:
    try:
        check(draft, asker)
    except QueryRefused as refusal:
        offered = InsightQuery.model_validate(refusal.facts["nearest"])
        check(offered, asker)
        assert offered != draft


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        (query("flagged", "spend"), query("spend")),
        (query("failed_share"), query("spend")),
        (query("spend", group_by=["customer"]), query("spend")),
        (query("spend", **where("customer", "in", "Ravi")), query("spend")),
    ],
)
def test_what_is_the_staffs_is_refused_to_a_customer(asked: InsightQuery, nearest: InsightQuery) -> None:
    check(asked, STAFF)
    with pytest.raises(QueryRefused, match="staff") as refusal:
        check(asked, ASHA)
    assert InsightQuery.model_validate(refusal.value.facts["nearest"]) == nearest


@pytest.mark.parametrize(
    "asked",
    [
        query("spend", "count", "average", "median", group_by=["category", "month"], compare="previous"),
        query("income", group_by=["month"]),
        query("net", "volume", "count", flow="any"),
        query("spend", group_by=["weekday", "hour"]),
        query("spend", "volume", "count", flow="any", group_by=["account", "counterparty"], others=True, limit=1),
        query("spend", group_by=["day"], period={"start": "2025-01-01", "end": "2026-05-16"}),
        query("count", flow="any", group_by=["status"], **where("weekday", "not_in", "SUNDAY", 6)),
    ],
)
def test_what_makes_sense_passes(asked: InsightQuery) -> None:
    check(asked, STAFF)


def test_the_catalogue_knows_every_measure_dimension_and_filter() -> None:
    assert set(MEASURES) == set(Measure)
    assert set(DIMENSIONS) == set(Dimension)
    field = Filter.model_json_schema()["properties"]["field"]
    assert set(FILTERS) == set(field["enum"])
    assert catalogue().query_schema["properties"].keys() == InsightQuery.model_fields.keys()


def test_a_unit_that_the_period_is_not_made_of_is_no_unit() -> None:
    clipped = QueryPeriod(start=date(2026, 11, 1), end=date(2026, 11, 23), unit=Unit.MONTH)
    assert clipped.period.previous() == Period(date(2026, 10, 10), date(2026, 11, 1))
    whole = QueryPeriod(start=date(2026, 9, 1), end=date(2026, 11, 1), unit=Unit.MONTH)
    assert whole.period.previous() == Period(date(2026, 7, 1), date(2026, 9, 1), Unit.MONTH)


def test_a_leap_day_apart_the_year_before_is_never_empty() -> None:
    day = QueryPeriod(start=date(2024, 2, 28), end=date(2024, 2, 29))
    assert day.period.year_before() == Period(date(2023, 2, 28), date(2023, 3, 1))
    february = QueryPeriod(start=date(2025, 2, 1), end=date(2025, 3, 1), unit=Unit.MONTH)
    assert february.period.year_before() == Period(date(2024, 2, 1), date(2024, 3, 1), Unit.MONTH)


@given(start=st.dates(date(2000, 1, 1), date(2030, 1, 1)), days=st.integers(1, 800))
def test_calendar_groups_cover_the_period_without_gap_or_overlap(start: date, days: int) -> None:
    period = Period(start, date.fromordinal(start.toordinal() + days))
    for dimension in (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR):
        starts = buckets(dimension, period)
        unit = Unit(dimension.value)
        floors = {Period.of(unit, date.fromordinal(start.toordinal() + n)).start for n in range(days)}
        assert starts == sorted(floors)


def test_a_short_period_has_only_its_own_weekdays() -> None:
    assert buckets(Dimension.WEEKDAY, Period(date(2026, 11, 21), date(2026, 11, 24))) == [1, 6, 7]


@pytest.mark.parametrize(
    ("dimension", "period", "before", "apart"),
    [
        (Dimension.MONTH, Period(date(2026, 1, 1), date(2027, 1, 1)), Period(date(2025, 1, 1), date(2026, 1, 1)), 12),
        (Dimension.MONTH, Period(date(2026, 4, 1), date(2026, 7, 1)), Period(date(2026, 1, 1), date(2026, 4, 1)), 3),
        (Dimension.MONTH, Period(date(2026, 4, 1), date(2026, 7, 1)), Period(date(2026, 1, 1), date(2026, 2, 1)), None),
        (Dimension.DAY, Period(date(2026, 5, 1), date(2026, 5, 31)), Period(date(2026, 4, 1), date(2026, 5, 1)), 30),
        (Dimension.DAY, Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 4, 1), date(2026, 5, 1)), None),
        (Dimension.WEEK, Period(date(2026, 5, 4), date(2026, 5, 18)), Period(date(2026, 4, 20), date(2026, 5, 4)), 14),
        (Dimension.WEEK, Period(date(2026, 5, 1), date(2026, 5, 31)), Period(date(2026, 4, 1), date(2026, 5, 1)), None),
    ],
)
def test_two_periods_line_up_or_do_not(dimension: Dimension, period: Period, before: Period, apart: int | None) -> None:
    assert offset(dimension, period, before) == apart


def test_weekdays_are_names_or_iso_numbers() -> None:
    assert [isoweekday(value) for value in ("Monday", "SUNDAY", 7, 0, 8, "day")] == [1, 7, 7, None, None, None]


@pytest.mark.parametrize(
    ("today", "end", "before"),
    [
        (date(2026, 11, 22), date(2026, 11, 23), (date(2026, 10, 1), date(2026, 10, 23))),
        (date(2026, 11, 30), date(2026, 12, 1), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 12, 5), date(2026, 12, 1), (date(2026, 10, 1), date(2026, 11, 1))),
    ],
)
def test_a_month_under_way_is_held_against_the_same_days(today: date, end: date, before: tuple[date, date]) -> None:
    period, earlier = so_far(Period.of(Unit.MONTH, date(2026, 11, 1)), today)
    assert (period.start, period.end) == (date(2026, 11, 1), end)
    assert (earlier.start, earlier.end) == before


def test_the_last_day_of_march_has_no_twin_in_february() -> None:
    _, earlier = so_far(Period.of(Unit.MONTH, date(2026, 3, 1)), date(2026, 3, 31))
    assert earlier == Period(date(2026, 2, 1), date(2026, 3, 1))


SHAPES = {
    "total": (ASHA, query("spend")),
    "category_compared": (ASHA, query("spend", "median", group_by=["category"], compare="previous")),
    "months_of_a_bank": (STAFF, query("income", "net", "count", flow="any", group_by=["month"])),
    "weekend_share": (
        ASHA,
        query(
            "spend",
            conditional=[{"name": "weekend", "measure": "spend", **where("weekend", "in", "weekend")}],
            ratios=[{"name": "weekend_share", "part": "weekend", "whole": "spend"}],
        ),
    ),
    "balances": (ASHA, query("balance", "balance_lowest", group_by=["account", "month"])),
    "alerts_of_a_bank": (STAFF, query("flagged", "alert_precision", "failed_share", group_by=["customer"])),
    "new_payees_above_usual": (
        ASHA,
        query("new_counterparties", group_by=["fiscal_year"], **where("percent_of_usual", "above", 200)),
    ),
    "new_payees_of_a_bank": (STAFF, query("new_counterparties", flow="out")),
    "best_of_each": (
        ASHA,
        query(
            "spend",
            "share",
            group_by=["category_group", "counterparty"],
            limit_per=3,
            having=[{"by": "share", "operator": "at_least", "value": 5}],
        ),
    ),
    "accounts_and_others": (
        ASHA,
        query("spend", group_by=["account"], limit=3, others=True, **where("description", "contains", "100%")),
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_sql_text_is_what_it_was(name: str) -> None:
    """A diff of a snapshot is a diff of what is computed: read it, then delete the file to take the new text."""
    principal, asked = SHAPES[name]
    path = SNAPSHOTS / f"{name}.sql"
    now = text_of(compile.figures(shape_of(asked, principal)))
    if not path.exists():
        path.write_text(now)
        pytest.fail(f"{path.name} is new: read it before you keep it")
    assert now == path.read_text()


def test_values_never_change_the_sql_text() -> None:
    def shape(principal: Principal, words: list[str], start: str) -> str:
        period = {"start": start, "end": "2026-06-01"}
        asked = query("spend", group_by=["day"], period=period, **where("counterparty", "in", *words))
        return text_of(compile.figures(shape_of(asked, principal)))

    other = Principal("user:3", "b@finlens.example", "B", Role.CUSTOMER, customer_id=UUID(int=3), time_zone="UTC")
    assert shape(ASHA, ["a"], "2026-05-01") == shape(other, ["x'; DROP TABLE t; --", "b", "c"], "2025-05-01")


@settings(max_examples=25)
@given(word=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_no_word_of_a_user_reaches_the_sql_text(word: str) -> None:
    marked = f"~{word}~"
    for field in ("category", "counterparty", "account", "channel", "description"):
        for operator in FILTERS[field].operators:
            asked = query("spend", **where(field, operator, marked))
            assert marked not in text_of(compile.figures(shape_of(asked, ASHA)))


def text_of(statement: Select[Any]) -> str:
    return str(statement.compile(dialect=postgresql.dialect(paramstyle="named"))) + "\n"
