"""Currencies put together: exact, rounded once, in the order that the question asks for."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QueryRefused
from core.insights.conversion import converted, unconverted
from core.insights.query import Dimension, InsightQuery, InsightResult, Measure, ResultColumn

MAY = {"start": "2026-05-01", "end": "2026-06-01"}
IN_YEN = {"to": "JPY", "rates": [{"currency": "INR", "rate": "1.75", "on": "2026-05-29"},
                                 {"currency": "BHD", "rate": "400", "on": "2026-05-29"}]}  # fmt: skip


def answer(rows: list[dict[str, Any]], *, cut_off: int = 0, **facts: Any) -> InsightResult:
    asked = InsightQuery.model_validate({"measures": ["spend"], "period": MAY, "convert": IN_YEN, **facts})
    kinds = {
        **dict.fromkeys(map(str, Dimension), ("dimension", "text")),
        **dict.fromkeys(map(str, Measure), ("measure", "money")),
    }
    kinds["count"] = ("measure", "count")
    columns = [ResultColumn.model_validate({"name": name, "kind": kinds[name][0], "unit": kinds[name][1]})
               for name in (*asked.group_by, *asked.measures)]  # fmt: skip
    return converted(asked, InsightResult(query=unconverted(asked), columns=columns, rows=rows, cut_off=cut_off))


@given(rupees=st.integers(-(10**15), 10**15), dinars=st.integers(-(10**15), 10**15), yen=st.integers(-(10**15), 10**15))
def test_the_sum_is_exact_and_rounded_once(rupees: int, dinars: int, yen: int) -> None:
    figures = {"INR": rupees, "BHD": dinars, "JPY": yen}
    [row] = answer([{"currency": currency, "spend": minor} for currency, minor in figures.items()]).rows
    # 100 paise to the rupee, 1,000 fils to the dinar, and the yen has no smaller coin.
    exact = Decimal(rupees) * 175 / 10_000 + Decimal(dinars) * 4 / 10 + yen
    assert (row["currency"], row["spend"]) == ("JPY", round(exact))


def test_half_a_yen_goes_to_the_even_one() -> None:
    assert [answer([{"currency": "INR", "spend": paise}]).rows[0]["spend"] for paise in (200, 600)] == [4, 10]
    assert [answer([{"currency": "BHD", "spend": fils}]).rows[0]["spend"] for fils in (1, 2, -2)] == [0, 1, -1]


def test_groups_meet_and_their_new_sums_decide_which_come_first() -> None:
    rows = [
        {"category": "rent", "currency": "INR", "spend": 30_000, "count": 1},
        {"category": "fuel", "currency": "INR", "spend": 20_000, "count": 2},
        {"category": "fuel", "currency": "BHD", "spend": 1_000, "count": 3},
    ]
    found = answer(rows, measures=["spend", "count"], group_by=["category"], limit=1)
    assert found.rows == [{"category": "fuel", "currency": "JPY", "spend": 750, "count": 5}]
    assert found.cut_off == 1
    assert found.query.convert is not None


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ["May", "June", "July"]),
        ({"by": "spend"}, ["June", "July", "May"]),
        ({"by": "month"}, ["July", "June", "May"]),
        ({"by": "spend", "descending": False}, ["May", "July", "June"]),
    ],
)
def test_times_come_in_their_own_order_unless_another_is_asked_for(order: Any, expected: list[str]) -> None:
    rows = [
        {"month": name, "currency": "JPY", "spend": spend} for name, spend in (("May", 1), ("June", 9), ("July", 5))
    ]
    found = answer(rows, group_by=["month"], order=order)
    assert [row["month"] for row in found.rows] == expected


def test_money_without_a_rate_is_refused_with_what_works() -> None:
    with pytest.raises(QueryRefused, match="money in EUR: state its rate in JPY") as refused:
        answer([{"currency": "EUR", "spend": 1}])
    assert "convert" not in str(refused.value.facts["nearest"])


def test_too_many_groups_are_not_converted_in_part() -> None:
    with pytest.raises(QueryRefused, match="more than 500 groups"):
        answer([], cut_off=1)
