"""Dates and times as banks print them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ISO = "iso"
RECOGNISED = "recognised"
"""Instead of formats: those in which all of a file's dates can be read, see `spelling`."""

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
NAMED = (
    "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d %B %Y", "%d/%b/%Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y",
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
)  # fmt: skip
"""Formats that can be read in one way only."""

_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p", ", %H:%M:%S", ", %H:%M")
_COUNTED = re.compile(r"(seconds|hours|days) since (\d{4}-\d\d-\d\d)")
_YEARS = range(1900, 2200)
SHOWN_MAX = 8

UNTIMED = time(12, 0, 0, 1)
"""Local time of a payment of which only the day is known: noon, so that the day is the same in every time zone but the
farthest, and a microsecond, which no bank's clock shows, so that it can be told from a payment made at noon (the fraud
rules on hours and bursts leave such payments out). The order within the day is carried by the ids."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a row says it happened. `at` is None where only the day is known."""

    day: date
    at: datetime | None

    def instant(self, zone: ZoneInfo) -> datetime:
        """UTC; noon where the time of day is unknown."""
        return (self.at or datetime.combine(self.day, UNTIMED, zone)).astimezone(UTC)


def formats(named: object) -> object:
    """The formats that a word stands for: `eu` (day first), `us` (month first), `iso`; anything else as it is."""
    orders = {"eu": DAY_FIRST, "us": MONTH_FIRST, ISO: (), RECOGNISED: ()}
    if not isinstance(named, str):
        return named
    if named not in orders:
        return [named]
    if named == RECOGNISED:
        return [RECOGNISED]
    days = (*orders[named], *NAMED)
    return [ISO, *days, *(f"{day}{clock}" for day in days for clock in _CLOCKS)]


def check_format(form: str) -> str:
    """The format itself. Raises ValueError with what would work when it is none."""
    if form in (ISO, RECOGNISED) or _COUNTED.fullmatch(form):
        return form
    if "%" not in form:
        raise ValueError(f"{form!r} is not a date format: write iso, %d/%m/%Y, %y%m%d or days since 2024-01-01")
    try:
        datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(form), form)  # noqa: DTZ007  # tries the format only
    except ValueError as broken:
        raise ValueError(f"{form!r} is not a date format: {broken}") from None
    return form


@lru_cache(maxsize=10_000)
def parse_moment(text: str, formats: tuple[str, ...], zone: ZoneInfo) -> Moment:
    """The moment `text` names in the first format that fits; times without an offset are local to `zone`.

    Raises ValueError with a sentence that shows the formats tried.
    """
    for form in formats:
        try:
            moment = _parse(text, form, zone)
        except (ValueError, OverflowError):
            continue
        if moment.day.year in _YEARS:
            return moment
    shown = " or ".join(formats) if len(formats) <= SHOWN_MAX else f"{' or '.join(formats[:SHOWN_MAX])}, ..."
    raise ValueError(f"{text!r} is not a date in the format {shown}")


def _parse(text: str, form: str, zone: ZoneInfo) -> Moment:
    if counted := _COUNTED.fullmatch(form):
        unit, start = counted.groups()
        then = datetime.combine(date.fromisoformat(start), time(), UTC if unit == "seconds" else zone)
        moved = then + timedelta(**{unit: float(text)})
        return Moment(moved.date(), None) if unit == "days" else _timed(moved, zone)
    if form == ISO:
        if len(text) <= 10:
            return Moment(date.fromisoformat(text), None)
        return _timed(datetime.fromisoformat(text), zone)
    read = datetime.strptime(text, form)  # noqa: DTZ007  # the zone is added below where the text has none
    has_time = any(code in form for code in ("%H", "%I", "%c", "%X", "%T"))
    return _timed(read, zone) if has_time else Moment(read.date(), None)


def _timed(moment: datetime, zone: ZoneInfo) -> Moment:
    local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return Moment(local.date(), local)
