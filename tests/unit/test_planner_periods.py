"""Period phrases, read as of Sunday 22 November 2026 by somebody whose payments begin on 1 March 2025."""

from datetime import date, timedelta

import pytest

from agents.planner.ahead import day_ahead, days_ahead
from agents.planner.periods import PeriodReader
from agents.planner.words import normalise

TODAY = date(2026, 11, 22)


def read(text: str, today: date = TODAY) -> list[str]:
    """Each period of the text as `first day..last day`."""
    periods = [mention.value.period for mention in PeriodReader(today, date(2025, 3, 1)).read(normalise(text))]
    return [f"{period.start}..{period.end - timedelta(days=1)}" for period in periods]


PHRASES = {
    "today": "2026-11-22..2026-11-22",
    "yesterday's": "2026-11-21..2026-11-21",
    "the day before yesterday": "2026-11-20..2026-11-20",
    "last night": "2026-11-21..2026-11-21",
    "this week": "2026-11-16..2026-11-22",
    "last week": "2026-11-09..2026-11-15",
    "the week before last": "2026-11-02..2026-11-08",
    "this month": "2026-11-01..2026-11-30",
    "last month": "2026-10-01..2026-10-31",
    "month before last": "2026-09-01..2026-09-30",
    "so far this month": "2026-11-01..2026-11-30",
    "this quarter": "2026-10-01..2026-12-31",
    "last quarter": "2026-07-01..2026-09-30",
    "this year": "2026-01-01..2026-12-31",
    "year to date": "2026-01-01..2026-12-31",
    "YTD": "2026-01-01..2026-12-31",
    "last year": "2025-01-01..2025-12-31",
    "past year": "2025-11-23..2026-11-22",
    "over the last year": "2025-11-23..2026-11-22",
    "since dussehra 20 october": "2026-10-20..2026-11-22",
    "since Diwali, 9 November": "2026-11-09..2026-11-22",
    "in the two weeks before 30 October": "2026-10-16..2026-10-29",
    "the 3 days after Diwali": "2026-11-09..2026-11-11",
    "two months before May": "2026-03-01..2026-04-30",
    "this FY": "2026-04-01..2027-03-31",
    "last financial year": "2025-04-01..2026-03-31",
    "FY 2025-26": "2025-04-01..2026-03-31",
    "fy26": "2025-04-01..2026-03-31",
    "in 2025-26": "2025-04-01..2026-03-31",
    "Q2": "2026-04-01..2026-06-30",
    "Q2 2025": "2025-04-01..2025-06-30",
    "Q2 FY26": "2025-07-01..2025-09-30",
    "quarter 3": "2026-07-01..2026-09-30",
    "second quarter of 2025": "2025-04-01..2025-06-30",
    "the last quarter of 2025": "2025-10-01..2025-12-31",
    "h1 2025": "2025-01-01..2025-06-30",
    "second half of 2025": "2025-07-01..2025-12-31",
    "May": "2026-05-01..2026-05-31",
    "december": "2025-12-01..2025-12-31",
    "in May 2025": "2025-05-01..2025-05-31",
    "May '25": "2025-05-01..2025-05-31",
    "sept": "2026-09-01..2026-09-30",
    "5/2025": "2025-05-01..2025-05-31",
    "October last year": "2025-10-01..2025-10-31",
    "last year in May": "2025-05-01..2025-05-31",
    "last October": "2026-10-01..2026-10-31",
    "november this year": "2026-11-01..2026-11-30",
    "March 1994": "1994-03-01..1994-03-31",
    "in 1994": "1994-01-01..1994-12-31",
    "past 90 days": "2026-08-25..2026-11-22",
    "last 30 days": "2026-10-24..2026-11-22",
    "last 7 days": "2026-11-16..2026-11-22",
    "last 3 months": "2026-08-01..2026-10-31",
    "the last three months": "2026-08-01..2026-10-31",
    "past 3 months": "2026-08-23..2026-11-22",
    "past couple of weeks": "2026-11-09..2026-11-22",
    "last 2 years": "2024-01-01..2025-12-31",
    "two weeks ago": "2026-11-02..2026-11-08",
    "3 months ago": "2026-08-01..2026-08-31",
    "10 days ago": "2026-11-12..2026-11-12",
    "last fortnight": "2026-11-09..2026-11-22",
    "lately": "2026-10-24..2026-11-22",
    "on 12 May": "2026-05-12..2026-05-12",
    "12th of May 2025": "2025-05-12..2025-05-12",
    "May 12, 2025": "2025-05-12..2025-05-12",
    "july the 20th 1992": "1992-07-20..1992-07-20",
    "2025-05-12": "2025-05-12..2025-05-12",
    "12/05/2025": "2025-05-12..2025-05-12",
    "12.5.25": "2025-05-12..2025-05-12",
    "12-May-25": "2025-05-12..2025-05-12",
    "05/31/2025": "2025-05-31..2025-05-31",
    "on 5/11": "2026-11-05..2026-11-05",
    "23 December": "2025-12-23..2025-12-23",
    "29 February": "2024-02-29..2024-02-29",
    "the 12th": "2026-11-12..2026-11-12",
    "the 25th": "2026-10-25..2026-10-25",
    "the 3rd of last month": "2026-10-03..2026-10-03",
    "on Monday": "2026-11-16..2026-11-16",
    "last Monday": "2026-11-16..2026-11-16",
    "Saturday last week": "2026-11-14..2026-11-14",
    "last weekend": "2026-11-14..2026-11-15",
    "this weekend": "2026-11-21..2026-11-22",
    "between 3 and 17 May": "2026-05-03..2026-05-17",
    "from 3rd to 17th of May 2025": "2025-05-03..2025-05-17",
    "May 3 to 17": "2026-05-03..2026-05-17",
    "3-17 May": "2026-05-03..2026-05-17",
    "10th - 20th oct": "2026-10-10..2026-10-20",
    "from the 16th to the 22nd of Apr": "2026-04-16..2026-04-22",
    "from the 2nd to the 10th": "2026-11-02..2026-11-10",
    "between 15 Aug and 15 Sep": "2026-08-15..2026-09-15",
    "from 2026-01-01 to 2026-03-31": "2026-01-01..2026-03-31",
    "15 March 1994 to 20 April 1994": "1994-03-15..1994-04-20",
    "from monday to wednesday": "2026-11-16..2026-11-18",
    "from June to August": "2026-06-01..2026-08-31",
    "from November to January": "2025-11-01..2026-01-31",
    "between March and May 2024": "2024-03-01..2024-05-31",
    "between 2024 and 2025": "2024-01-01..2025-12-31",
    "since March": "2026-03-01..2026-11-22",
    "since last week": "2026-11-09..2026-11-22",
    "since Diwali": "2026-11-08..2026-11-22",
    "around Diwali": "2026-11-01..2026-11-15",
    "since Diwali last year": "2025-10-20..2026-11-22",
    "on christmas": "2025-12-25..2025-12-25",
    "from May onwards": "2026-05-01..2026-11-22",
    "from May until now": "2026-05-01..2026-11-22",
    "before May": "2025-03-01..2026-04-30",
    "until June": "2025-03-01..2026-06-30",
    "after 5 November": "2026-11-06..2026-11-22",
    "ever": "2025-03-01..2026-11-22",
    "first week of May": "2026-05-01..2026-05-07",
    "the last week of October": "2026-10-25..2026-10-31",
    "the week of 12 May": "2026-05-11..2026-05-17",
    "early May": "2026-05-01..2026-05-10",
    "end of last month": "2026-10-21..2026-10-31",
    "first 10 days of May": "2026-05-01..2026-05-10",
    "q1 of this financial year": "2026-04-01..2026-06-30",
    "in the second quarter of the last fy": "2025-07-01..2025-09-30",
    "H1 FY26": "2025-04-01..2025-09-30",
    "in the first half of this financial year": "2026-04-01..2026-09-30",
    "in the first half of the year": "2026-01-01..2026-06-30",
    "in the second half of last year": "2025-07-01..2025-12-31",
    "between Diwali and now": "2026-11-08..2026-11-22",
    "between August and today": "2026-08-01..2026-11-22",
    "by the 10th": "2026-11-01..2026-11-10",
    "by the 10th of October": "2026-10-01..2026-10-10",
    "until the 10th of October": "2025-03-01..2026-10-10",
    "by this date last month": "2026-10-01..2026-10-22",
    "by this date in October": "2026-10-01..2026-10-22",
    "till this day in february": "2026-02-01..2026-02-22",
    "by this date in may 2025": "2025-05-01..2025-05-22",
    "the 7 days before Diwali": "2026-11-01..2026-11-07",
    "so far": "2025-03-01..2026-11-22",
    "october so far": "2026-10-01..2026-10-31",
    "the weekend before last": "2026-11-07..2026-11-08",
    "before the 10th of last month": "2026-10-01..2026-10-09",
    "year till date": "2026-01-01..2026-12-31",
    "till now": "2025-03-01..2026-11-22",
    "from 1 September": "2026-09-01..2026-11-22",
    "16 November onwards": "2026-11-16..2026-11-22",
    "on the last weekend of October": "2026-10-31..2026-11-01",
    "on the first weekend in October": "2026-10-03..2026-10-04",
}


@pytest.mark.parametrize(("phrase", "expected"), PHRASES.items())
def test_a_phrase_names_its_days(phrase: str, expected: str) -> None:
    assert read(f"how much did i spend on groceries {phrase}") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in May and June", ["2026-05-01..2026-05-31", "2026-06-01..2026-06-30"]),
        ("May and June 2025", ["2025-05-01..2025-05-31", "2025-06-01..2025-06-30"]),
        ("more in may 2025 than in may 2024", ["2025-05-01..2025-05-31", "2024-05-01..2024-05-31"]),
        ("may 2026 vs 2025", ["2026-05-01..2026-05-31", "2025-05-01..2025-05-31"]),
        ("may this year vs last year", ["2026-05-01..2026-05-31", "2025-05-01..2025-05-31"]),
    ],
)
def test_several_periods_share_what_is_said_once(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "May I see my groceries",
        "payments above 50000",
        "top 5 merchants",
        "31/02/2025",
        "how many times",
        "2nd largest",
    ],
)
def test_what_only_looks_like_a_period_is_none(text: str) -> None:
    assert read(text) == []


def test_a_leap_year_has_its_29_february() -> None:
    assert read("last month", date(2024, 3, 31)) == ["2024-02-01..2024-02-29"]
    assert read("past month", date(2024, 3, 31)) == ["2024-03-01..2024-03-31"]
    assert read("on 29 february", date(2025, 3, 1)) == ["2024-02-29..2024-02-29"]


def test_a_bare_month_is_its_latest_one_on_the_first_and_last_day_of_a_year() -> None:
    assert read("in january", date(2026, 1, 1)) == ["2026-01-01..2026-01-31"]
    assert read("in december", date(2026, 1, 1)) == ["2025-12-01..2025-12-31"]
    assert read("in december", date(2026, 12, 31)) == ["2026-12-01..2026-12-31"]


def test_the_financial_year_turns_in_april() -> None:
    assert read("this fy", date(2026, 3, 31)) == ["2025-04-01..2026-03-31"]
    assert read("this fy", date(2026, 4, 1)) == ["2026-04-01..2027-03-31"]


def test_a_range_remembers_its_ends() -> None:
    [mention] = PeriodReader(TODAY).read("change from may to june")
    assert [period.label for period in mention.value.ends or ()] == ["May 2026", "June 2026"]


def test_the_month_before_waits_for_something_to_be_before() -> None:
    [mention] = PeriodReader(TODAY).read("and the month before")
    assert mention.value.prior == "previous"
    [mention] = PeriodReader(TODAY).read("same period last year")
    assert mention.value.prior == "year_before"


def test_a_range_of_weekdays_reaches_back_over_the_weekend_on_a_monday() -> None:
    (mention,) = PeriodReader(date(2026, 6, 15), date(2025, 5, 1)).read("monday to friday")
    assert mention.value.weekdays == ("monday", "tuesday", "wednesday", "thursday", "friday")
    assert (mention.value.period.start, mention.value.period.end) == (date(2026, 6, 8), date(2026, 6, 13))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("due this week", "2026-11-22..2026-11-22"),
        ("due next week", "2026-11-23..2026-11-29"),
        ("due this month", "2026-11-22..2026-11-30"),
        ("due before the 5th", "2026-11-22..2026-12-04"),
        ("due by the 5th", "2026-11-22..2026-12-05"),
        ("due on the 5th", "2026-12-05..2026-12-05"),
        ("due on 1 december", "2026-12-01..2026-12-01"),
        ("due in december", "2026-12-01..2026-12-31"),
        ("due before december", "2026-11-22..2026-11-30"),
        ("due before month end", "2026-11-22..2026-11-30"),
        ("due by friday", "2026-11-22..2026-11-27"),
        ("due tomorrow", "2026-11-23..2026-11-23"),
        ("due in the next 10 days", "2026-11-22..2026-12-02"),
        ("due next weekend", "2026-11-28..2026-11-29"),
    ],
)
def test_days_to_come_are_read_from_today_on(text: str, days: str) -> None:
    period = days_ahead(normalise(text), TODAY)
    assert period is not None
    assert f"{period.start}..{period.end - timedelta(days=1)}" == days


@pytest.mark.parametrize("text", ["due", "due last month", "due on 31 april 2026"])
def test_what_names_no_day_to_come_has_none(text: str) -> None:
    assert days_ahead(normalise(text), TODAY) is None


def test_a_balance_is_looked_for_at_the_end_of_the_days_to_come() -> None:
    assert day_ahead("what will i have before the 5th", TODAY) == date(2026, 12, 5)
    assert day_ahead("what will i have by month end", TODAY) == date(2026, 11, 30)


AMERICAN = {
    "11/05/2026": "2026-11-05..2026-11-05",
    "from 10/01/2026 to 10/15/2026": "2026-10-01..2026-10-15",
    "8/18": "2026-08-18..2026-08-18",
    "18/8/2026": "2026-08-18..2026-08-18",
    "05.11.2026": "2026-11-05..2026-11-05",
    "2026-05-11": "2026-05-11..2026-05-11",
}


@pytest.mark.parametrize(("text", "days"), AMERICAN.items())
def test_american_dates_name_the_month_first_unless_dots_or_numbers_forbid(text: str, days: str) -> None:
    (mention,) = PeriodReader(TODAY, date(2025, 3, 1), is_month_first=True).read(text)
    period = mention.value.period
    assert f"{period.start}..{period.end - timedelta(days=1)}" == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("8/18", "2026-08-18..2026-08-18"),
        ("between december 20 and december 31", "2025-12-20..2025-12-31"),
        ("from the 10th to the 20th of october", "2026-10-10..2026-10-20"),
        ("thanksgiving last year", "2025-11-27..2025-11-27"),
        ("thanksgiving week last year", "2025-11-24..2025-11-30"),
        ("black friday 2025", "2025-11-28..2025-11-28"),
        ("labor day", "2026-09-07..2026-09-07"),
        ("memorial day 2026", "2026-05-25..2026-05-25"),
    ],
)
def test_dates_and_holidays_of_elsewhere_are_read(text: str, days: str) -> None:
    assert read(text) == [days]
