"""Calendar periods: half-open ranges of days, turned into instants only at a customer's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"  # India: 1 April to 31 March


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12, Unit.FISCAL_YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` (included) to `end` (not included). `unit` is set when it is one whole calendar unit or
    several of them, so that "the period before" means the calendar's own neighbour."""

    start: date
    end: date
    unit: Unit | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("a period must end after it starts")

    @classmethod
    def of(cls, unit: Unit, day: date) -> "Period":
        """The calendar unit that holds `day`; weeks start on Monday."""
        start = _floor(day, unit)
        return cls(start, _shift(start, unit, 1), unit)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def previous(self) -> "Period":
        """The comparable period before: the calendar neighbour of a whole unit, else as many days just before."""
        return self.shifted(-1)

    def shifted(self, count: int) -> "Period":
        """This period moved by `count` of its own lengths."""
        if self.unit in _MONTHS:
            months = _months_between(self.start, self.end) * count
            return Period(add_months(self.start, months), add_months(self.end, months), self.unit)
        step = timedelta(days=self.days * count)
        return Period(self.start + step, self.end + step, self.unit)

    def year_before(self) -> "Period":
        """The same days a year earlier; 29 February falls back to the 28th."""
        start, end = add_months(self.start, -12), add_months(self.end, -12)
        # 28 February of a leap year ends on the 29th, which has no twin.
        return Period(start, max(end, start + timedelta(days=1)), self.unit)

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The two borders as UTC instants: midnight of each day where the customer lives."""
        return midnight(self.start, zone), midnight(self.end, zone)

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def label(self) -> str:
        """Short English for people: `May 2026`, `April to June 2026`, `FY 2026-27`, `3 to 17 May 2026`. Quarters go by
        their months: whose Q1 begins in January and whose in April no label can know."""
        last = self.end - timedelta(days=1)
        if self.days == 1:
            return _day(self.start)
        match self.unit:
            case Unit.MONTH if _months_between(self.start, self.end) == 1:
                return f"{self.start:%B %Y}"
            case Unit.QUARTER if _months_between(self.start, self.end) == 3:
                return f"{self.start:%B} to {last:%B %Y}"
            case Unit.YEAR if _months_between(self.start, self.end) == 12:
                return f"{self.start.year}"
            case Unit.FISCAL_YEAR if _months_between(self.start, self.end) == 12:
                return f"FY {self.start.year}-{self.end.year % 100:02d}"
            case _:
                pass
        if (self.start.year, self.start.month) == (last.year, last.month):
            return f"{self.start.day} to {_day(last)}"
        if self.start.year == last.year:
            return f"{self.start.day} {self.start:%B} to {_day(last)}"
        return f"{_day(self.start)} to {_day(last)}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a day begins in `zone`, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def today_in(zone: ZoneInfo, now: datetime) -> date:
    return now.astimezone(zone).date()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _floor(day: date, unit: Unit) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)
        case Unit.FISCAL_YEAR:
            return date(day.year - (day.month < 4), 4, 1)


def _shift(start: date, unit: Unit, count: int) -> date:
    if unit in _MONTHS:
        return add_months(start, _MONTHS[unit] * count)
    return start + timedelta(days=count * (7 if unit is Unit.WEEK else 1))


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month
