"""Period phrases: "last month", "this FY", "between 3 and 17 May", "since Diwali" as days, relative to today.

Two steps: `_ATOMS` find phrases that name a period by themselves, then `_JOINS` read what stands between and before
them ("from .. to ..", "since ..", "first week of ..") and make one period of both.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.planner.calendar_words import (
    FESTIVALS,
    MONTHS,
    NUMBERS,
    ORDINALS,
    UNITS,
    WEEKDAYS,
    festival,
    weekend_of,
)
from agents.planner.mentions import Mention, cover
from core.insights.buckets import WEEK_DAYS, WEEKEND_DAYS
from core.periods import Period, Unit, add_months

VAGUE_DAYS = 30
"""What "lately" means."""
AROUND_DAYS = 7
"""How far "around Diwali" reaches on either side."""
_PARTS_OF_DAY = "morning|afternoon|evening|night"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A period as the question names it.

    `prior` marks "the month before", "the month after", "same period last year": it moves whatever period the
    question speaks of; `period` is then what it means when the question names no other.
    """

    period: Period
    has_year: bool = True
    prior: str | None = None
    grain: Unit | None = None
    weekdays: tuple[str, ...] = ()
    """Of "the weekend" and "Monday to Friday": beside a longer period they mean those days of it."""
    is_everything: bool = False
    is_so_far: bool = False
    """Of a bare "so far": everything, or only this month, as what it stands beside lasts or not."""
    ends: tuple[Period, Period] | None = None
    """Of "from May to June" both periods: "the change from May to June" compares them."""


PeriodMention = Mention[Spoken]


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_F = {
    "month": rf"(?P<month>{_alternatives(MONTHS)})\b\.?",
    "day": r"(?P<day>\d{1,2})(?:st|nd|rd|th)?",
    "year": r"(?P<year>(?:19|20)\d\d)(?![\d/-])",
    "weekday": rf"(?P<weekday>{_alternatives(WEEKDAYS)})",
    "n": rf"(?P<n>\d{{1,3}}|{_alternatives(NUMBERS)})",
    "unit": rf"(?P<unit>{_alternatives(name for name in UNITS if name != 'fy')}|fortnights?)",
    "festival": rf"(?P<festival>{_alternatives(FESTIVALS)})",
    "ordinal": rf"(?P<ordinal>{_alternatives(ORDINALS)}|last)",
    "this": r"(?P<this>this|the current|current|the present|present)(?: (?:calendar|whole|entire|full))?",
    "last": r"(?P<last>(?:the )?(?:last|previous|prior|preceding|past))",
    "rel_year": r"(?P<rel_year>this year|the current year|current year|last year|the previous year|previous year)",
    "fiscal": r"(?:fy|financial year|fiscal year|fiscal|tax year)",
    "near_fy": r"(?P<near_fy>(?:(?:this|the current|current|the|the last|last|the previous|previous) )?"
    r"(?:fy|financial year|fiscal year|tax year))(?! ?'?\d)",
}
# A number after a month that counts something else is no day: "in May 2 payments", "may 5k".
_NOT_A_COUNT = (
    r"(?![\d%]|[.,]\d|\s*(?:k\b|lakh|lac|crore|cr\b|rs|inr|rupees|payments?|transactions?|times|largest|biggest))"
)


class PeriodReader:
    """Reads period phrases as of `today`. `first_day` is where the asker's data begin: "ever" starts there; `payday`
    is when a salary came last; `is_month_first` reads "11/05" as the fifth of November."""

    def __init__(
        self,
        today: date,
        first_day: date | None = None,
        payday: date | None = None,
        *,
        is_month_first: bool = False,
    ) -> None:
        self.payday = payday
        self._is_month_first = is_month_first
        self.today = today
        self.tomorrow = today + timedelta(days=1)
        self.first_day = min(first_day or today, today)

    def read(self, text: str) -> list[PeriodMention]:
        """The periods that a normalised question names, joined where it joins them, in its order."""
        atoms = _without_glosses(cover(self._atoms(text)), text)
        joined = _Joiner(self, text, atoms).joined()
        return [one for one in joined if not one.value.is_so_far or len(joined) == 1]

    @property
    def everything(self) -> Period:
        return Period(self.first_day, self.tomorrow)

    def until_now(self, start: date) -> Period:
        return Period(min(start, self.today), self.tomorrow)

    def up_to(self, end: date) -> Period:
        return Period(min(self.first_day, end - timedelta(days=1)), end)

    def _atoms(self, text: str) -> Iterator[PeriodMention]:
        for weight, (pattern, read) in enumerate(reversed(_ATOMS)):
            for match in pattern.finditer(text):
                try:
                    spoken = read(self, match)
                except (ValueError, OverflowError):  # 31 April, 40/13/2025: no date after all
                    continue
                if spoken is not None:
                    yield Mention("period", spoken, match.start(), match.end(), weight)

    # One method per family of phrases; each gets the match and gives None where it is no period after all.

    def ever(self, _: re.Match[str]) -> Spoken:
        return Spoken(self.everything, is_everything=True)

    def so_far(self, _: re.Match[str]) -> Spoken:
        return Spoken(self.everything, is_everything=True, is_so_far=True)

    def near_day(self, match: re.Match[str]) -> Spoken:
        back = {"day before yesterday": 2, "yesterday": 1, "last night": 1}
        phrase = match["near"].removeprefix("the ")
        return self._day(self.today - timedelta(days=back.get(phrase, 0)))

    def last_payday(self, _: re.Match[str]) -> Spoken | None:
        return self._day(self.payday) if self.payday else None

    def iso(self, match: re.Match[str]) -> Spoken:
        return self._day(date(int(match["year"]), int(match["m"]), int(match["day"])))

    def day_month_year(self, match: re.Match[str]) -> Spoken:
        year = int(match["year"])
        year += 2000 if year < 70 else 1900 if year < 100 else 0
        month, day = self._month_and_day(match)
        return self._day(date(year, month, day))

    def _month_and_day(self, match: re.Match[str]) -> tuple[int, int]:
        """In the asker's order, or in the other where only that makes a date; dots are never American."""
        first, second = int(match["day"]), int(match["m"])
        is_month_first = self._is_month_first and "." not in match.group()
        month, day = (first, second) if is_month_first else (second, first)
        return (day, month) if month > 12 >= day else (month, day)

    def day_month(self, match: re.Match[str]) -> Spoken | None:
        month, day = MONTHS[match["month"]], int(match["day"])
        year = self._said_year(match)
        if year is None:
            return self._day(self._recent_day(month, day), has_year=False)
        return self._day(date(year, month, day))

    def day_slash_month(self, match: re.Match[str]) -> Spoken | None:
        return self._day(self._recent_day(*self._month_and_day(match)), has_year=False)

    def month(self, match: re.Match[str]) -> Spoken | None:
        if self._is_modal(match):
            return None
        number, year = MONTHS[match["month"]], self._said_year(match)
        is_gone = match.group().startswith(("last ", "past ", "previous ")) and number == self.today.month
        has_year = year is not None or match.group().startswith("this ") or is_gone
        return self._month(year or self._recent_year(number) - is_gone, number, has_year=has_year)

    def month_slash_year(self, match: re.Match[str]) -> Spoken:
        return self._month(int(match["year"]), int(match["m"]))

    def quarter(self, match: re.Match[str]) -> Spoken:
        number = int(match["q"]) if match["q"] else ORDINALS.get(match["ordinal"], 4)
        if fiscal := self._said_fiscal(match):
            start = add_months(fiscal, 3 * (number - 1))
            return Spoken(Period.of(Unit.QUARTER, start), grain=Unit.QUARTER)
        year = self._said_year(match)
        start = date(year or self._recent_year(3 * number - 2), 3 * number - 2, 1)
        return Spoken(Period.of(Unit.QUARTER, start), has_year=year is not None, grain=Unit.QUARTER)

    def half(self, match: re.Match[str]) -> Spoken:
        second = (match["half"] or match["half2"]) in ("2", "second", "2nd")
        if fiscal := self._said_fiscal(match):
            start = add_months(fiscal, 6 * second)
            return Spoken(Period(start, add_months(start, 6)))
        year = self._said_year(match)
        year, has_year = year or self._recent_year(7 if second else 1), year is not None
        return Spoken(Period(date(year, 7, 1), date(year + 1, 1, 1)) if second else Period(date(year, 1, 1), date(year, 7, 1)), has_year)  # fmt: skip

    def fiscal_year(self, match: re.Match[str]) -> Spoken:
        return self._fiscal(self._fiscal_start(match["fy"]))

    def fiscal_span(self, match: re.Match[str]) -> Spoken | None:
        """ "2025-26" is a financial year only if the years follow each other."""
        return self.fiscal_year(match) if int(match["b"]) == int(match["a"]) + 1 else None

    def near_fiscal_year(self, match: re.Match[str]) -> Spoken:
        this = Period.of(Unit.FISCAL_YEAR, self.today)
        return Spoken(this.previous() if match["last"] else this, grain=Unit.FISCAL_YEAR)

    def bare_fiscal_year(self, _: re.Match[str]) -> Spoken:
        return Spoken(Period.of(Unit.FISCAL_YEAR, self.today), grain=Unit.FISCAL_YEAR)

    def year(self, match: re.Match[str]) -> Spoken | None:
        return Spoken(Period.of(Unit.YEAR, date(int(match["year"]), 1, 1)), grain=Unit.YEAR)

    def this_unit(self, match: re.Match[str]) -> Spoken | None:
        if match["unit"].startswith("fortnight"):
            return self._last(14, Unit.DAY)
        unit = UNITS[match["unit"]]
        return Spoken(Period.of(unit, self.today), grain=unit)

    def last_unit(self, match: re.Match[str]) -> Spoken | None:
        if match["unit"].startswith("fortnight"):
            return self._last(14, Unit.DAY)
        unit, period = UNITS[match["unit"]], Period.of(UNITS[match["unit"]], self.today)
        if match["last"].endswith("past"):
            return self._last(1, unit)
        prior = None if match["last"].endswith("last") else "previous"
        return Spoken(period.previous(), prior=prior, grain=unit)

    def year_up_to_now(self, _: re.Match[str]) -> Spoken:
        """ "Over the last year": the twelve months that end today, where "last year" is the one before this."""
        return self._last(1, Unit.YEAR)

    def unit_before_last(self, match: re.Match[str]) -> Spoken:
        unit = UNITS[match["unit"]]
        return Spoken(Period.of(unit, self.today).shifted(-2), grain=unit)

    def last_n_units(self, match: re.Match[str]) -> Spoken | None:
        count = NUMBERS.get(match["n"]) or int(match["n"])
        if not 0 < count <= 400:
            return None
        if match["unit"].startswith("fortnight"):
            return self._last(14 * count, Unit.DAY)
        unit = UNITS[match["unit"]]
        if unit is Unit.DAY or "past" in match["which"] or "ing" in match["which"]:
            return self._last(count, unit)
        return self._whole(count, unit)

    def up_to_this_day(self, match: re.Match[str]) -> Spoken | None:
        """ "By this date last month", "by this date in October": as much of it as has passed of this one."""
        this = Period.of(UNITS[match["unit"] or "month"], self.today)
        spoken = self.month(match) if match["month"] else Spoken(this.previous())
        if spoken is None:
            return None
        before = spoken.period
        return Spoken(Period(before.start, min(before.start + (self.tomorrow - this.start), before.end)))

    def units_ago(self, match: re.Match[str]) -> Spoken | None:
        count = NUMBERS.get(match["n"]) or int(match["n"])
        if match["unit"].startswith("fortnight"):
            return self._day(self.today - timedelta(days=14 * count))
        unit = UNITS[match["unit"]]
        return Spoken(Period.of(unit, self.today).shifted(-count), grain=unit)

    def to_date(self, match: re.Match[str]) -> Spoken:
        word = next(group for group in match.groups() if group)
        unit = {"y": Unit.YEAR, "m": Unit.MONTH, "q": Unit.QUARTER, "f": Unit.FISCAL_YEAR, "w": Unit.WEEK, "d": Unit.DAY}[word[0]]  # fmt: skip
        return Spoken(Period.of(unit, self.today), grain=unit)

    def weekend(self, match: re.Match[str]) -> Spoken:
        start, end = weekend_of(self.today)
        if start > self.today or match["last"] or match["before"]:
            start, end = start - timedelta(days=7), end - timedelta(days=7)
        if match["before"]:
            start, end = start - timedelta(days=7), end - timedelta(days=7)
        if match["this"]:
            start, end = weekend_of(self.today)
        return Spoken(Period(start, end), weekdays=() if any(match.groups()) else WEEKEND_DAYS)

    def weekday(self, match: re.Match[str]) -> Spoken:
        number, week = WEEKDAYS[match["weekday"]], match["week"] or ""
        monday = self.today - timedelta(days=self.today.weekday())
        if "last" in week or "previous" in week:
            return self._day(monday + timedelta(days=number - 7))
        if "this" in week:
            return self._day(monday + timedelta(days=number))
        back = (self.today.weekday() - number) % 7
        spoken = self._day(self.today - timedelta(days=back or (7 if match["last"] else 0)))
        return spoken if match["last"] else replace(spoken, weekdays=(WEEK_DAYS[number],))

    def festival(self, match: re.Match[str]) -> Spoken | None:
        year = self._said_year(match)
        years = [year] if year else [self.today.year, self.today.year - 1]
        found = [day for day in (festival(match["festival"], year) for year in years) if day]
        days = [day for day in found if day <= self.today or year]
        if days and match["around"]:
            return self._around(days[0], match["around"])
        return self._day(days[0], has_year=year is not None) if days else None

    @staticmethod
    def _around(day: date, unit: str) -> Spoken:
        """The week or the month of a festival, or the weekend nearest to it."""
        if unit in ("week", "month"):
            return Spoken(Period.of(Unit(unit), day))
        saturday = day - timedelta(days=(day.weekday() - 5) % 7 if day.weekday() in (0, 1, 5, 6) else day.weekday() - 5)
        return Spoken(Period(saturday, saturday + timedelta(days=2)))

    def day_of_month(self, match: re.Match[str]) -> Spoken:
        day, which = int(match["day"]), match["which"] or ""
        this = Period.of(Unit.MONTH, self.today)
        month = this.previous() if "last" in which or "previous" in which else this
        if not which and day > self.today.day:
            month = this.previous()
        return self._day(month.start.replace(day=day), has_year=False)

    def lately(self, _: re.Match[str]) -> Spoken:
        return self._last(VAGUE_DAYS, Unit.DAY)

    def prior_year(self, match: re.Match[str]) -> Spoken:
        whole = Period.of(Unit.YEAR, self.today).previous()
        if said := _OF_UNIT.search(match.group()):
            unit = Unit.MONTH if said.group() == "time" else UNITS[said.group()]
            whole = Period.of(unit, self.today).year_before()
        return Spoken(whole, prior="year_before")

    def prior(self, match: re.Match[str]) -> Spoken:
        unit = UNITS.get(match["unit"] or "", Unit.MONTH)
        return Spoken(Period.of(unit, self.today).previous(), prior="previous", grain=unit)

    def following(self, match: re.Match[str]) -> Spoken:
        unit = UNITS.get(match["unit"] or "", Unit.MONTH)
        return Spoken(Period.of(unit, self.today), prior="following", grain=unit)

    # Parts that several families share.

    def _day(self, day: date, *, has_year: bool = True) -> Spoken:
        return Spoken(Period.of(Unit.DAY, day), has_year, grain=Unit.DAY)

    def _month(self, year: int, month: int, *, has_year: bool = True) -> Spoken:
        return Spoken(Period.of(Unit.MONTH, date(year, month, 1)), has_year, grain=Unit.MONTH)

    def _fiscal(self, start: date) -> Spoken:
        return Spoken(Period.of(Unit.FISCAL_YEAR, start), grain=Unit.FISCAL_YEAR)

    def _last(self, count: int, unit: Unit) -> Spoken:
        """The `count` units that end today, today included."""
        length = Period.of(unit, self.today)
        if unit in (Unit.DAY, Unit.WEEK):
            start = self.tomorrow - timedelta(days=count * length.days)
        else:
            start = add_months(self.tomorrow, -count * {Unit.MONTH: 1, Unit.QUARTER: 3}.get(unit, 12))
        return Spoken(Period(start, self.tomorrow), grain=unit)

    def _whole(self, count: int, unit: Unit) -> Spoken:
        """The `count` whole units before the one that holds today, as "last month" is the one before."""
        this = Period.of(unit, self.today)
        return Spoken(Period(this.shifted(-count).start, this.start, unit), grain=unit)

    def _recent_year(self, month: int) -> int:
        """The year in which `month` last began."""
        return self.today.year - (month > self.today.month)

    def _recent_day(self, month: int, day: int) -> date:
        for year in range(self.today.year, self.today.year - 9, -1):  # 29 February may be eight years back
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if found <= self.today:
                return found
        raise ValueError("no such day")

    def _said_year(self, match: re.Match[str]) -> int | None:
        groups = match.groupdict()
        if groups.get("year"):
            return int(groups["year"])
        if groups.get("short_year"):
            return 2000 + int(groups["short_year"])
        if groups.get("rel_year"):
            return self.today.year - ("this" not in groups["rel_year"] and "current" not in groups["rel_year"])
        return None

    def _said_fiscal(self, match: re.Match[str]) -> date | None:
        """The first day of the financial year that a quarter or a half is said to be of."""
        if match["fy"]:
            return self._fiscal_start(match["fy"])
        if not match["near_fy"]:
            return None
        this = Period.of(Unit.FISCAL_YEAR, self.today)
        return (this.previous() if re.search("last|previous", match["near_fy"]) else this).start

    def _fiscal_start(self, said: str) -> date:
        """FY 2025-26 begins on 1 April 2025, and so does FY26: Indian years are named after their end."""
        numbers = [int(part) for part in re.findall(r"\d+", said)]
        first = numbers[0] + (2000 if numbers[0] < 100 else 0)
        return date(first if len(numbers) == 2 else first - 1, 4, 1)

    @staticmethod
    def _is_modal(match: re.Match[str]) -> bool:
        """ "May I see ..." is no month; "in May I spent" is."""
        if match["month"] != "may":
            return False
        before, after = match.string[: match.start()], match.string[match.end() :]
        asks = re.match(r" (?:i|we|you|be|have|please)\b", after)
        return bool(asks) and not re.search(r"\b(?:in|of|for|during|since|from|till|until|last|and|,) $", before)


def _atom(pattern: str) -> re.Pattern[str]:
    pattern = re.sub(r"(?<!\?P)<(\w+)>", lambda name: _F[name[1]], pattern)
    return re.compile(rf"(?<![\w.,/])(?:{pattern})(?!\w)(?:'s(?!\w))?")


_Read = Callable[[PeriodReader, re.Match[str]], Spoken | None]
_FY_NUMBER = r"(?P<fy>'?(?:20)?\d\d(?:\s?[-/]\s?(?:20)?\d\d)?)"

_ATOMS: list[tuple[re.Pattern[str], _Read]] = [
    (_atom(pattern), read)
    for pattern, read in (
        (r"(?:for |of |in )?all time|ever|overall|(?<!year )(?<!month )(?<!quarter )(?:to|till) date|(?:till|until|up to|upto) now|(?:the )?whole time|since (?:the )?(?:very )?(?:beginning|start)(?! of)|so far in total|(?:over|in) (?:the |my )?(?:whole|entire|full) (?:history|time)|since i (?:opened|joined|started)(?: (?:my|the|this) account)?|since (?:the|my|this|our) (?:bank )?account (?:was |is |has been )?(?:opened|open|began|started)|lifetime|(?:(?:in|over|across|through(?:out)?) )?(?:(?:all (?:of )?)?(?:our|my|its|their|the|recorded) )?(?:whole|entire|full|complete) history|(?:in|over|across|through(?:out)?) (?:all (?:of )?)?(?:our|my|its|their|recorded) history|in (?:all )?history|on record|since (?:we|you|they|records|monitoring|counting|the (?:bank|desk|system|data|records))(?: have| has)? (?:(?:first )?(?:began|started|opened|beg[iu]ns?|went live|exists?|existed))(?: (?:monitoring|counting|recording|watching|keeping (?:records|count)|looking|doing this|operations|work(?:ing)?))?|since (?:inception|day one|the (?:very )?outset)|from (?:day one|the (?:very )?(?:start|beginning|outset)(?! of))", PeriodReader.ever),
        (rf"(?P<near>today|(?:the )?day before yesterday|yesterday|tonight|last night|this (?:{_PARTS_OF_DAY}))", PeriodReader.near_day),
        (r"(?P<year>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<day>\d{1,2})", PeriodReader.iso),
        (r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<m>\d{1,2})(?P=mark)(?P<year>(?:19|20)?\d\d)", PeriodReader.day_month_year),
        (r"(?:the )?<day>(?: of)?[ -]?<month>(?:(?:,| of)?[ -]?<year>| ?'(?P<short_year>\d\d)|,?(?: of)? <rel_year>)?", PeriodReader.day_month),
        (r"<month>(?: the)? ?(?P<day>\d{1,2})(?:st|nd|rd|th)?" + _NOT_A_COUNT + r"(?:,? <year>|,? <rel_year>)?", PeriodReader.day_month),
        (r"(?:the )?<day>[ -]<month>-(?P<short_year>\d\d)", PeriodReader.day_month),
        (r"(?P<day>[0-3]?\d)/(?P<m>[0-3]?\d)", PeriodReader.day_slash_month),
        (r"(?P<day>[0-3]?\d)\.(?P<m>[01]?\d)\.", PeriodReader.day_slash_month),
        (r"(?P<m>0?[1-9]|1[0-2])[/-](?P<year>(?:19|20)\d\d)", PeriodReader.month_slash_year),
        (r"(?P<year>(?:19|20)\d\d)[/-](?P<m>0[1-9]|1[0-2])", PeriodReader.month_slash_year),
        (r"(?:the )?(?:month of )?(?:(?:last|this|past|previous) )?<month>(?:(?:,| of)?[ -]?<year>| ?'(?P<short_year>\d\d)|,?(?: of)? <rel_year>)?", PeriodReader.month),
        (r"<rel_year>(?:'s)? <month>", PeriodReader.month),
        (r"<year> <month>", PeriodReader.month),
        (rf"(?:(?:q|quarter )(?P<q>[1-4])|(?:the )?<ordinal> quarter(?= of))(?:(?: of| in|,)? ?(?:<fiscal> ?{_FY_NUMBER}|<near_fy>|<year>|<rel_year>))?", PeriodReader.quarter),
        (rf"(?:the )?(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th)(?P<q>) quarter(?:(?: of| in|,)? ?(?:<fiscal> ?{_FY_NUMBER}|<near_fy>|<year>|<rel_year>))?", PeriodReader.quarter),
        (rf"(?:h(?P<half>[12])|(?:the )?(?P<half2>first|second|1st|2nd) half(?: of)?(?= (?:19|20|this year|last year|(?:this |the |last |current |previous )*(?:fy|financial|fiscal))))(?:(?: of| in|,)? ?(?:<fiscal> ?{_FY_NUMBER}|<near_fy>|<year>|<rel_year>))?", PeriodReader.half),
        (rf"<fiscal> ?{_FY_NUMBER}", PeriodReader.fiscal_year),
        (r"(?P<fy>20(?P<a>\d\d)\s?[-/]\s?(?:20)?(?P<b>\d\d))", PeriodReader.fiscal_span),
        (r"(?:<this>|<last>) <fiscal>(?: (?:so far|to date))?", PeriodReader.near_fiscal_year),
        (r"(?:year )?<year>", PeriodReader.year),
        (r"(?:fy|financial year|fiscal year|fiscal)(?: (?:so far|to date|till now))?", PeriodReader.bare_fiscal_year),
        (r"(?:<this>) <unit>(?: (?:so far|to date))?", PeriodReader.this_unit),
        (r"(?:(?<=of )|(?<=in )|(?<=for ))the (?:calendar )?(?P<unit>month|year|quarter|week)(?!'s| before)", PeriodReader.this_unit),
        (r"(?<=over )the last year", PeriodReader.year_up_to_now),
        (r"<last> <unit>", PeriodReader.last_unit),
        (r"(?:the )?<unit> before last", PeriodReader.unit_before_last),
        (r"(?:the )?(?P<which>last|past|previous|trailing|rolling|recent|preceding|prior) <n>(?: (?:full|complete|whole|calendar))? <unit>", PeriodReader.last_n_units),
        (r"<n> <unit> (?:ago|back)", PeriodReader.units_ago),
        (r"(year|month|quarter|week|fy)[- ](?:to|till)[- ]date|(y|m|q)td|(f)ytd|so far this (year|month|quarter|week|fy|financial year)", PeriodReader.to_date),
        (r"(?:(?:the |a )?(?:(?P<this>this)|(?P<last>last|past|previous)) weekend|(?:the |a )?weekend(?P<before> before last)?)", PeriodReader.weekend),
        (r"(?:by|till|until|up ?to|as of) (?:this|today's) (?:date|day|time|point)(?: of| in)? (?:last (?P<unit>week|month|quarter|year)|<month>(?:,? <year>|,? <rel_year>)?)", PeriodReader.up_to_this_day),
        (r"so far", PeriodReader.so_far),
        (r"(?P<week>last week|this week)(?:'s)? (?:on )?(?P<last>)<weekday>", PeriodReader.weekday),
        (r"(?:(?P<last>last|this past|past|previous) |this )?<weekday>(?: (?:of )?(?P<week>last week|this week|the previous week|previous week))?", PeriodReader.weekday),
        (r"(?<=since )(?:(?:my|the|last|latest) )*(?:salary|pay ?check|pay|wages)(?: (?:came|was credited|was paid|arrived|hit|landed|got credited)(?: in)?)?\b(?! day)|(?:(?:my|the|last|latest) )*pay ?day", PeriodReader.last_payday),
        (r"(?:(?:last|this) )?<festival>(?: (?P<around>week|weekend|month)\b)?(?:,?(?: of)? (?:<year>|<rel_year>))?", PeriodReader.festival),
        (r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)(?! (?:largest|biggest|highest|most|half|week|quarter|payment|transaction|smallest|lowest))(?: (?:of )?(?P<which>this month|last month|the month|the previous month|previous month))?", PeriodReader.day_of_month),
        (r"(?:lately|recently|of late|these days|nowadays|in recent (?:days|weeks|times))", PeriodReader.lately),
        (r"(?:in |from |of |during |for )?(?:the )?(?:same|corresponding) (?:<n> )?(?:periods?|time|months?|quarters?|weeks?|days?|dates|stretch)(?: (?:of|in|from|for|during))?(?: the)? (?:last|previous|prior) year|(?:the )?(?:same|corresponding) (?:(?:\d{1,3}|two|three|four|five|six) )?(?:periods?|time|months?|quarters?|weeks?|days?|stretch) (?:a|one) year (?:ago|earlier|before|back)|a year (?:earlier|before)|(?:the )?year before(?: that)?|(?:this|same) time last year|one year (?:earlier|before)", PeriodReader.prior_year),
        (r"(?:the )?<n> (?P<unit>days|weeks|months|quarters|years) (?:before|prior|preceding|earlier)(?: (?:that|those|it|them|this))?(?= ?[?.!,]*$)", PeriodReader.prior),
        (r"(?:the )?(?P<unit>month|week|quarter|day|period|one) before(?: that| it)?(?! last| yesterday)|(?:the )?(?:(?:previous|prior|preceding|earlier) (?:period|one)|last period)|(?:and )?(?:(?:the )?(?:month|one|time) )?before that(?= ?[?.!]*$)|(?:the )?same (?:period|days|time) (?:of |in )?(?:the )?(?:last|previous) month", PeriodReader.prior),
        (r"(?:the )?(?P<unit>month|week|quarter|day|year|period|one) (?:after(?: that| it)|following(?: that)?)|(?:the )?(?:following|subsequent) (?P<unit2>month|week|quarter|day|year|period|one)|the next one", PeriodReader.following),
    )
]  # fmt: skip
"""In order of preference where two read the same stretch."""


_OF_UNIT = re.compile(r"\b(?:time|month|quarter|week)\b")
"""Of "the same month last year" the month."""
_FROM = re.compile(r"\b(?:from|between|betw|starting|b/w)(?: the)? $")
_TO = re.compile(r",? ?(?:to|till|until|til|upto|up to|through|thru|and|-)(?: the)? ?")
_ONLY_TO = re.compile(r",? ?(?:to|till|until|til|upto|up to|through|thru|-)(?: the)?(?: end of)?(?: the)? ?")
_BARE_DAY = re.compile(r"(?:\b(?:from|between|betw)(?: the)? |(?<![\w.,/-])(?:on )?(?:the )?)(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: ?(?:-|to|and|until|till|through|upto)(?: the)? ?)$")  # fmt: skip
_TAIL_DAY = re.compile(
    r" ?(?:-|to|and|until|till|through|upto)(?: the)? ?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\w|[.,]\d)"
)
_LINK = re.compile(
    r" ?(?:and|to|or|,|, and|-|vs\.?|versus|till|until|through|than|with|against|compared (?:to|with))(?: in| for)?(?: the)? ?"
)
_NOW = r"(?:now|date|today|present|the present)(?!\w)"
_TILL_NOW = re.compile(rf",? ?(?:to|till|until|through|up to|upto) {_NOW}")
_AND_NOW = re.compile(rf",? and {_NOW}")
_ONWARDS = re.compile(r" (?:onwards?|(?:on|forward|and later)(?= ?[?.!,;]|$| till| until))(?!\w)")
_SINCE = re.compile(r"\b(?:ever )?since(?: the)?(?: (?:start|beginning|end) of)?(?: the)? $")
_SO_LONG_BEFORE = re.compile(
    rf"\b(?:the )?(?:last )?(?P<n>\d{{1,3}}|{_alternatives(n for n in NUMBERS if n != 'second')}) (?P<length>days|weeks|months)"
    r" (?P<side>before|prior to|preceding|leading up to|ahead of|after|following|from)(?: the)? $"
)
_AFTER = re.compile(r"\bafter(?: the)?(?: end of)?(?: the)? $")
_BEFORE = re.compile(r"\b(?:before|prior to)(?: the)? $")
_UNTIL = re.compile(r"\b(?:until|till|til|up ?to|through|upto|as of|by)(?: the end of)?(?: the)? $")
_NTH = re.compile(r"(?:the )?\d{1,2}(?:st|nd|rd|th)(?: (?:of )?(?:this|last|the|the previous|previous) month)?")
_BY = ("by ", "by the ")
_AROUND = re.compile(r"\b(?:around|(?<!what )(?<!how )about|near|close to|during|over|at)(?: the time of)?(?: the)? $")
_PART = re.compile(
    rf"(?:\b(?:in|during|for|over) )?(?:\bthe )?\b(?:(?P<half>first|second|1st|2nd|last) half|(?P<week>{_alternatives(ORDINALS)}|last) week"
    r"|(?P<third>early|mid|middle|late|(?<!i )(?<!we )(?<!to )(?:beginning|start|end)))(?:[ -](?:of|in|part of))?[ -]?(?:the )?$"
)
_FIRST_DAYS = re.compile(
    rf"\b(?:the )?(?P<edge>first|last) (?P<n>\d{{1,2}}|{_alternatives(NUMBERS)})? ?(?P<length>days?|(?<=\d )weeks|(?<=[a-z] )weeks) (?:of|in) (?:the )?$"
)
_WEEK_OF = re.compile(
    r"(?<!each )(?<!every )(?<!per )(?<!which )(?<!what )(?<!by )\b(?:the )?week (?:of|beginning|starting|commencing|from)(?: the)? $"
)
_WEEKEND_OF = re.compile(r"\b(?:the )?(?:(?:(?P<last>last)|first) weekend (?:of|in)|weekend of)(?: the)? $")


def _without_glosses(atoms: list[PeriodMention], text: str) -> list[PeriodMention]:
    """A period with the one in brackets behind it, which only explains it: "since Diwali (8 Nov)"; and a day that is
    named with its date as that day: "since Dussehra 20 October"."""
    kept: list[PeriodMention] = []
    for atom in atoms:
        if kept and text[kept[-1].end : atom.start] == " (" and text[atom.end : atom.end + 1] == ")":
            kept[-1] = replace(kept[-1], end=atom.end + 1)
        elif kept and _is_dated(kept[-1], atom, text):
            kept[-1] = replace(atom, start=kept[-1].start)
        else:
            kept.append(atom)
    return kept


_DATE_FOLLOWS = re.compile(r",? (?:on |i\.?e\.? |which was (?:on )?)?(?:the )?")


def _is_dated(day: PeriodMention, date_said: PeriodMention, text: str) -> bool:
    """Whether a festival is followed by the day on which it was, as the asker has it."""
    is_festival = any(name in text[day.start : day.end] for name in FESTIVALS) and day.value.period.days == 1
    is_day = date_said.value.period.days == 1 and date_said.value.grain is Unit.DAY
    return is_festival and is_day and bool(_DATE_FOLLOWS.fullmatch(text[day.end : date_said.start]))


class _Joiner:
    """Makes one period of neighbouring atoms and the words around them."""

    def __init__(self, reader: PeriodReader, text: str, atoms: list[PeriodMention]) -> None:
        self.reader, self.text, self.atoms = reader, text, atoms

    def joined(self) -> list[PeriodMention]:
        self.atoms = cover(self._with_days(self._part(atom)) for atom in self.atoms)
        self._share_years()
        self._share_months()
        joined: list[PeriodMention] = []
        while self.atoms:
            joined.append(self._range() or self._open(self.atoms.pop(0)))
        return joined

    def _before(self, atom: PeriodMention) -> str:
        return self.text[: atom.start]

    def _part(self, atom: PeriodMention) -> PeriodMention:
        """The first week of May, early 2025, the week of 12 May, the last 5 days of March."""
        before, period = self._before(atom), atom.value.period
        if period.days > 1 and (match := _FIRST_DAYS.search(before)):
            return self._widened(atom, match, _edge_days(period, match))
        if period.days > 20 and period.unit and (match := _PART.search(before)):
            return self._widened(atom, match, _part_of(period, match))
        if match := _WEEK_OF.search(before):
            return self._widened(atom, match, Period.of(Unit.WEEK, period.start))
        if match := _WEEKEND_OF.search(before):
            if period.days > 7:
                return self._widened(atom, match, _weekend_within(period, is_last=bool(match["last"])))
            return self._widened(atom, match, Period(*weekend_of(period.start)))
        return atom

    def _with_days(self, atom: PeriodMention) -> PeriodMention:
        """ "3 to 17 May" and "May 3 to 17": the day that borrows its month from its neighbour."""
        period = atom.value.period
        if atom.value.grain is not Unit.DAY or period.days != 1:
            return atom
        if (match := _BARE_DAY.search(self._before(atom))) and not self._is_of_another(match):
            start = _same_month(period.start, int(match["day"]))
            if (
                start and start >= period.start and "between" in match.group()
            ):  # "between the 30th and the 16th of June"
                start = _same_month(add_months(period.start.replace(day=1), -1), int(match["day"]))
            if start and start < period.start:
                return self._widened(atom, match, Period(start, period.end), grain=None)
        if (match := _TAIL_DAY.match(self.text, atom.end)) and not self._starts_within(match):
            last = _same_month(period.start, int(match["day"]))
            if last and last > period.start:
                value = replace(atom.value, period=Period(period.start, last + timedelta(days=1)), grain=None)
                return replace(atom, value=value, end=match.end())
        return atom

    def _widened(
        self, atom: PeriodMention, match: re.Match[str], period: Period, grain: Unit | None = None
    ) -> PeriodMention:
        return replace(atom, value=replace(atom.value, period=period, grain=grain), start=match.start())

    def _is_of_another(self, match: re.Match[str]) -> bool:
        """Whether the day has a month of its own: "between December 20 and December 31"."""
        return any(atom.start < match.start() < atom.end for atom in self.atoms)

    def _starts_within(self, match: re.Match[str]) -> bool:
        return any(match.start() < atom.start < match.end() for atom in self.atoms)

    def _share_years(self) -> None:
        """In "March and May 2024" the year stands for both."""
        for i in range(len(self.atoms) - 2, -1, -1):
            atom, after = self.atoms[i], self.atoms[i + 1]
            if not atom.value.has_year and after.value.has_year and self._are_linked(atom, after):
                self.atoms[i] = replace(atom, value=self._in_year_of(atom.value, after.value.period))

    def _share_months(self) -> None:
        """In "May 2026 vs 2025" the month stands for both; "last year in May" is one month."""
        for i in range(len(self.atoms) - 2, -1, -1):
            atom, after = self.atoms[i], self.atoms[i + 1]
            if atom.value.grain is Unit.MONTH and after.value.grain is Unit.YEAR and self._are_linked(atom, after):
                moved = _years_on(atom.value.period, after.value.period.start.year - atom.value.period.start.year)
                self.atoms[i + 1] = replace(after, value=replace(atom.value, period=moved, has_year=True))
            elif (
                "year" in self.text[atom.start : atom.end]
                and not after.value.has_year
                and re.fullmatch(r",? (?:in|on) ", self.text[atom.end : after.start])
            ):
                moved = _years_on(after.value.period, atom.value.period.start.year - after.value.period.start.year)
                value = replace(after.value, period=moved, has_year=True)
                self.atoms[i : i + 2] = [replace(after, value=value, start=atom.start)]

    def _are_linked(self, atom: PeriodMention, after: PeriodMention) -> bool:
        return bool(_LINK.fullmatch(self.text[atom.end : after.start]))

    def _in_year_of(self, spoken: Spoken, later: Period) -> Spoken:
        """`spoken` in the last year that puts it before the end of `later`, which names its year."""
        years = later.start.year - spoken.period.start.year
        period = _years_on(spoken.period, years)
        return replace(spoken, period=period if period.start < later.end else _years_on(period, -1), has_year=True)

    def _range(self) -> PeriodMention | None:
        """ "from A to B", "between A and B", "A till now"."""
        first = self.atoms[0]
        opened = _FROM.search(self._before(first))
        till_now = _TILL_NOW.match(self.text, first.end)
        if match := till_now or (opened and _AND_NOW.match(self.text, first.end)):
            # "Until now" by itself is everything; behind a period it is where this one ends.
            self.atoms[1:] = [atom for atom in self.atoms[1:] if atom.start >= match.end()]
            return self._take(1, opened, self.reader.until_now(first.value.period.start), end=match.end())
        if len(self.atoms) < 2:
            return None
        second = self.atoms[1]
        gap = self.text[first.end : second.start]
        links = _TO if opened else _ONLY_TO
        opened = opened or _SINCE.search(self._before(first))  # "since January, till the end of October"
        if not links.fullmatch(gap):
            return None
        begin, end = first.value.period, second.value.period.end
        of_week = bool(first.value.weekdays and second.value.weekdays)
        if begin.start >= end and (of_week or not first.value.has_year):
            begin = _weeks_on(begin, -1) if of_week else _years_on(begin, -1)
        start = begin.start
        if start >= end:
            return None
        both = {first.value.grain, second.value.grain}
        unit = Unit.MONTH if both == {Unit.MONTH} else None
        days = first.value.weekdays + second.value.weekdays
        return self._take(
            2, opened, Period(start, end, unit), end=second.end, ends=(begin, second.value.period), days=days
        )

    def _take(
        self,
        count: int,
        opened: re.Match[str] | None,
        period: Period,
        *,
        end: int,
        ends: tuple[Period, Period] | None = None,
        days: tuple[str, ...] = (),
    ) -> PeriodMention:
        first = self.atoms[0]
        del self.atoms[:count]
        return Mention(
            "period", Spoken(period, ends=ends, weekdays=_from_to(days)), opened.start() if opened else first.start, end
        )

    def _open(self, atom: PeriodMention) -> PeriodMention:
        """ "since A", "from A on", "before A", "until A", "around A"."""
        before, period, reader = self._before(atom), atom.value.period, self.reader
        if match := _SO_LONG_BEFORE.search(before):
            return self._opened(atom, match, self._beside(period, match))
        if match := _SINCE.search(before):
            return self._opened(atom, match, reader.until_now(period.start))
        if (match := _FROM.search(before)) and (tail := _ONWARDS.match(self.text, atom.end)):
            return replace(self._opened(atom, match, reader.until_now(period.start)), end=tail.end())
        if period.days == 1 and (match := _FROM.search(before)) and match.group().startswith("from"):
            return self._opened(atom, match, reader.until_now(period.start))
        if tail := _ONWARDS.match(self.text, atom.end):
            return Mention("period", Spoken(reader.until_now(period.start)), atom.start, tail.end())
        if match := _AFTER.search(before):
            return self._opened(atom, match, reader.until_now(period.end))
        if match := _BEFORE.search(before):
            return self._opened(atom, match, self._up_to(atom, period.start))
        if match := _UNTIL.search(before):
            return self._opened(atom, match, self._up_to(atom, min(period.end, reader.tomorrow)))
        if (
            period.days == 1
            and (match := _AROUND.search(before))
            and match.group().startswith(("around", "about", "near", "close"))
        ):
            days = timedelta(days=AROUND_DAYS)
            return self._opened(atom, match, Period(period.start - days, min(period.end + days, reader.tomorrow)))
        return atom

    def _beside(self, period: Period, match: re.Match[str]) -> Period:
        """ "The two weeks before my last payday": so many days, weeks or months right before a period or after it."""
        count = NUMBERS.get(match["n"]) or int(match["n"])
        if match["side"] in ("after", "following", "from"):
            start = period.start if match["side"] == "from" else period.end
            return Period(start, min(_moved(start, count, match["length"]), self.reader.tomorrow))
        return Period(_moved(period.start, -count, match["length"]), period.start)

    def _up_to(self, atom: PeriodMention, end: date) -> Period:
        """Everything before `end`; of "by the 20th" the days of its month."""
        start = Period.of(Unit.MONTH, atom.value.period.start).start
        is_within = _NTH.fullmatch(self.text, atom.start, atom.end) or self.text[: atom.start].endswith(_BY)
        is_within = is_within and atom.value.period.days == 1 and start < end
        return Period(start, end) if is_within else self.reader.up_to(end)

    def _opened(self, atom: PeriodMention, match: re.Match[str], period: Period) -> PeriodMention:
        return Mention("period", Spoken(period), match.start(), atom.end)


def _moved(day: date, count: int, length: str) -> date:
    if length == "months":
        return add_months(day, count)
    return day + timedelta(days=count * (7 if length == "weeks" else 1))


def _weekend_within(period: Period, *, is_last: bool) -> Period:
    """The first or the last Saturday of a period and the day after it."""
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    saturdays = [day for day in days if day.weekday() == 5]
    saturday = saturdays[-1 if is_last else 0]
    return Period(saturday, saturday + timedelta(days=2))


def _from_to(days: tuple[str, ...]) -> tuple[str, ...]:
    """Monday to Friday: the two and the ones between."""
    if len(days) != 2:
        return ()
    first, last = (WEEK_DAYS.index(day) for day in days)
    return tuple(WEEK_DAYS[(first + n) % 7] for n in range((last - first) % 7 + 1))


def _weeks_on(period: Period, weeks: int) -> Period:
    moved = timedelta(weeks=weeks)
    return Period(period.start + moved, period.end + moved, period.unit)


def _years_on(period: Period, years: int) -> Period:
    return Period(add_months(period.start, 12 * years), add_months(period.end, 12 * years), period.unit)


def _same_month(day: date, number: int) -> date | None:
    try:
        return day.replace(day=number)
    except ValueError:
        return None


def _edge_days(period: Period, match: re.Match[str]) -> Period:
    count = (NUMBERS.get(match["n"] or "one") or int(match["n"])) * (7 if match["length"] == "weeks" else 1)
    days = timedelta(days=min(count, period.days))
    if match["edge"] == "first":
        return Period(period.start, period.start + days)
    return Period(period.end - days, period.end)


def _middle(period: Period) -> date:
    """Where the second half begins: of a year the seventh month, of a month the 16th, of others the day half-way."""
    if period.unit in (Unit.YEAR, Unit.FISCAL_YEAR):
        return add_months(period.start, 6)
    return period.start + timedelta(days=15 if period.days < 32 else (period.days + 1) // 2)


def _part_of(period: Period, match: re.Match[str]) -> Period:
    if match["half"]:
        middle = _middle(period)
        return Period(period.start, middle) if match["half"] in ("first", "1st") else Period(middle, period.end)
    if match["week"]:
        if match["week"] == "last":
            return Period(period.end - timedelta(days=7), period.end)
        start = period.start + timedelta(days=7 * (ORDINALS[match["week"]] - 1))
        return Period(start, min(start + timedelta(days=7), period.end))
    third = timedelta(days=period.days // 3)
    match match["third"]:
        case "early" | "beginning" | "start":
            return Period(period.start, period.start + third)
        case "mid" | "middle":
            return Period(period.start + third, period.start + 2 * third)
        case _:
            return Period(period.start + 2 * third, period.end)
