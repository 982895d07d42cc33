import pytest

from webapp.charts import money_of, option_of


def _chart(kind: str, labels: list[str], *series: list[int | None]) -> dict:
    named = [{"name": f"series {n}", "values": values} for n, values in enumerate(series)]
    return {"kind": kind, "title": "t", "labels": labels, "series": named, "unit": "money", "currency": "INR"}


def test_a_course_of_time_is_a_line_with_gaps_where_nothing_was_measured():
    option = option_of(_chart("line", ["Aug", "Sep", "Oct"], [100, None, 300]))
    assert option["xAxis"]["data"] == ["Aug", "Sep", "Oct"]
    assert [(series["type"], series["data"]) for series in option["series"]] == [("line", [100, None, 300])]


def test_a_legend_is_shown_only_where_there_is_more_than_one_series():
    assert option_of(_chart("bar", ["a", "b"], [1, 2], [3, 4]))["legend"]["show"]
    assert not option_of(_chart("bar", ["a", "b"], [1, 2]))["legend"]["show"]


def test_long_names_stand_one_under_another():
    shops = [f"A shop with a long name, number {n}" for n in range(6)]
    option = option_of(_chart("bar", shops, [6, 5, 4, 3, 2, 1]))
    assert (option["yAxis"]["data"], option["yAxis"]["inverse"]) == (shops, True)


def test_a_donut_leaves_out_what_is_nothing():
    option = option_of(_chart("donut", ["Rent", "Pets", "Fuel"], [100, 0, 50]))
    assert [part["name"] for part in option["series"][0]["data"]] == ["Rent", "Fuel"]


@pytest.mark.parametrize(
    ("currency", "locale", "digits"), [("INR", "en-IN", 2), ("BHD", "en-US", 3), ("JPY", "en-US", 0)]
)
def test_axes_group_and_round_as_the_currency_does(currency: str, locale: str, digits: int):
    assert money_of(currency) == {"currency": currency, "locale": locale, "digits": digits}


def test_plain_counts_are_no_money():
    assert money_of(None) == {}
