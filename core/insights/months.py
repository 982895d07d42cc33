"""The `month` parameter of insights."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from core.periods import Period, Unit

Month = Annotated[str | None, Query(pattern=r"^(19[5-9]\d|20\d\d)-(0[1-9]|1[0-2])$", examples=["2026-05"])]
"""`2026-05`; this month where it is left out."""


def first_of(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None


def month_so_far(month: str | None, today: date) -> Period:
    """The month, up to and with today when it is not over yet."""
    whole = Period.of(Unit.MONTH, first_of(month) or today)
    return Period(whole.start, today + timedelta(days=1)) if whole.holds(today) else whole
