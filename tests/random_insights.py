"""Random InsightQueries, and the words of the random ledger that they are asked about."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from core.insights.catalogue import FILTERS
from core.insights.query import BALANCES, Dimension, Flow, InsightQuery, Measure, Operator

START, DAYS = date(2025, 11, 20), 200
CATEGORIES = ["groceries", "rent", "salary", "travel"]
NAMES = ["Asha", "Asha", "Ravi", "Grocer", "CAFÉ_%", "Cash"]
ACCOUNTS = ["Everyday", "Savings", "Cash"]
CHANNELS = ["upi", "card", "transfer"]
WORDS = ["", "rent May", "100% cotton", "a_b", "back\\slash", "ČAJ", "čaj", "TEA", "tea"]
# A query is only as strong as what it hits: amounts repeat, and instants cling to borders of days and months.
AMOUNTS = [1, 2, 99, 100, 101, 2_500, 2_500, 99_999]

DAY = st.integers(0, DAYS + 10).map(lambda n: START + timedelta(days=n - 5))
MONTH = st.sampled_from([date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)])


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any]:
    """Whole months half of the time, any days otherwise."""
    whole = draw(st.booleans())
    start, end = sorted(draw(st.lists(MONTH if whole else DAY, min_size=2, max_size=2, unique=True)))
    return {"start": start, "end": end, "unit": "month" if whole else None}


def _weeks_before(period: dict[str, Any]) -> dict[str, Any]:
    """The one comparison in which days and weeks line up whatever the period is."""
    return {name: period[name] - timedelta(weeks=3) for name in ("start", "end")}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(FILTERS)))
    operator = draw(st.sampled_from(FILTERS[name].operators))
    pool: dict[str, list[Any]] = {
        "account": ACCOUNTS,
        "counterparty": NAMES,
        "channel": CHANNELS,
        "category": [*CATEGORIES, "gifts", "uncategorised"],
        "description": WORDS,
        "status": ["success", "failed", "pending"],
        "weekday": ["monday", "Saturday", 3, 7],
        "amount_minor": AMOUNTS,
        "hour": [0, 4, 5, 12, 23],
        "category_group": ["food", "home", "other", "leisure"],
        "bank": ["Bank", "B"],
        "customer": NAMES,
        "currency": ["INR", "CZK"],
        "payee_is_new": ["new", "known"],
        "recurring": ["recurring", "one_off"],
        "weekend": ["weekday", "weekend"],
        "alert": ["open", "confirmed", "dismissed", "none"],
        "alert_reason": ["PASS_THRU", "STRUCT", "ODD_HOUR"],
        "alert_points": [0, 60, 70, 80, 99],
        "percent_of_usual": [0, 1, 50, 99, 100, 101, 200, 10_000],
    }
    if operator is Operator.BETWEEN:
        values = sorted(draw(st.lists(st.sampled_from(pool[name]), min_size=2, max_size=2)))
    elif operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
        values = [draw(st.sampled_from(["", "%", "_", "\\", "t", "TEA", "Čaj", "Ever", "gro", "fé_", *pool[name]]))]
    else:
        most = 3 if operator in (Operator.IN, Operator.NOT_IN) else 1
        values = draw(st.lists(st.sampled_from(pool[name]), min_size=1, max_size=most))
    return {"field": name, "operator": operator, "values": values}


PAYMENT_MEASURES = [measure for measure in Measure if measure not in BALANCES]


@st.composite
def drafts(draw: st.DrawFn) -> InsightQuery:
    """Any query that parses, whether it makes sense or not."""
    kind = draw(st.sampled_from([PAYMENT_MEASURES] * 4 + [[*BALANCES, Measure.SHARE], list(Measure)]))
    measures = draw(st.lists(st.sampled_from(sorted(kind)), min_size=1, max_size=4, unique=True))
    dimensions = draw(st.lists(st.sampled_from(Dimension), max_size=2, unique=True))
    measured = st.sampled_from(PAYMENT_MEASURES)
    conditional = [
        {
            "name": f"some_{n}",
            "measure": draw(measured),
            "filters": draw(st.lists(conditions(), min_size=1, max_size=2)),
        }
        for n in range(draw(st.sampled_from([0, 0, 0, 1, 2])))
    ]
    columns = st.sampled_from([*measures, *(named["name"] for named in conditional)])
    ratio = st.builds(dict, name=st.sampled_from(["one", "other"]), part=columns, whole=columns)
    having = st.builds(
        dict,
        by=columns | st.just("one"),
        operator=st.sampled_from(["at_least", "at_most"]),
        value=st.sampled_from([-1, 0, 1, 3, 50, 100, 5_000]),
    )
    period = draw(periods())
    order = st.builds(dict, by=columns | st.sampled_from(["one", *dimensions]), descending=st.booleans())
    return InsightQuery.model_validate(
        {
            "measures": measures,
            "conditional": conditional,
            "ratios": draw(st.just([]) | st.lists(ratio, max_size=2)),
            "group_by": dimensions,
            "filters": draw(st.lists(conditions(), max_size=2)),
            "flow": draw(st.sampled_from(Flow)),
            "period": period,
            "compare": draw(
                st.none() | st.sampled_from(["previous", "year_before", _weeks_before(period)]) | periods()
            ),
            "having": draw(st.just([]) | st.lists(having, max_size=2)),
            "order": draw(st.none() | order),
            "limit": draw(st.sampled_from([1, 3, 500, 500])),
            "limit_per": draw(st.sampled_from([None, None, 1, 3])),
            "others": draw(st.sampled_from([False, False, True])),
            "rows": draw(st.sampled_from([0, 5])),
        }
    )
