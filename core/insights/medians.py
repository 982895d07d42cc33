"""Medians of accounts with very many payments, from their sums of whole days: how many payments there are of each band
of amounts says in which band the middle one lies, and only that band's amounts are read. They are exact.

What a median is of is said in `entries.py`; a test holds every answer from here against the one from the entries.
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, distinct, func, or_, select

from core.identity.access import Role
from core.insights import cells
from core.insights.buckets import MONTHLY
from core.insights.query import Dimension, Measure
from core.insights.shape import Shape
from core.insights.words import number

_DIMENSIONS = MONTHLY | {Dimension.CURRENCY}
_BAND_DIGITS = 4
"""A band is what the texts of its amounts begin with."""


def can_answer(shape: Shape) -> bool:
    """Whether cells tell apart all that the question does. Amounts are kept for accounts alone."""
    return (
        shape.measures == (Measure.MEDIAN,)
        and not shape.parts[0].filters
        and not shape.is_compared
        and _DIMENSIONS.issuperset(shape.group_by)
        and all(given.field == "currency" for given in shape.filters)
        and shape.asker.role is Role.CUSTOMER
    )


def groups(shape: Shape) -> Select[Any]:
    """One row per group and currency: its columns, the median, and how many entries stand behind it."""
    bands = _ranked(shape, _counted(shape, "band").cte("counted_bands"))
    middle = _middle(bands.cte("bands")).cte("middle")
    wanted = select(func.array_agg(distinct(middle.c.label))).scalar_subquery()
    amounts = _within(shape, _counted(shape, "amount", wanted).cte("counted"), middle).cte("amounts")
    keys, a = [amounts.c[name] for name in _keys(shape)], amounts.c
    first, second = (func.max(a.amount_minor).filter(_holds(a, place)) for place in _middle_places(a.total))
    median = func.reporting.half_even(first + second, number(2)).label(Measure.MEDIAN)
    return select(*keys, median, func.max(a.total).label("entries")).group_by(*keys)


def _keys(shape: Shape) -> list[str]:
    return [*shape.keys, "currency"]


def _counted(shape: Shape, by: str, *bands: ColumnElement[Any]) -> Select[Any]:
    """How many payments there are, by band or by amount."""
    cell = cells.source(shape, "", by, *bands).c
    keys = [*(cells.key(name, shape, cell, "") for name in shape.keys), cell.currency]
    columns: list[ColumnElement[Any]] = [
        *keys, cell.label, func.sum(cell.entries).label("entries"), func.max(cell.smallest_minor).label("amount_minor"),
    ]  # fmt: skip
    conditions = (cells.is_of_flow(shape, cell), *(cells.matches(given, cell) for given in shape.filters))
    return select(*columns).where(*conditions).group_by(*keys, cell.label)


def _ranked(shape: Shape, counted: CTE) -> Select[Any]:
    """Beside each band, how many payments there are up to and with it, and in all."""
    c, keys = counted.c, [counted.c[name] for name in _keys(shape)]
    upto = func.sum(c.entries).over(partition_by=keys, order_by=c.label).label("upto")
    return select(counted, upto, func.sum(c.entries).over(partition_by=keys).label("total"))


def _middle(bands: CTE) -> Select[Any]:
    """The bands in which the two middle payments lie."""
    return select(bands).where(or_(*(_holds(bands.c, place) for place in _middle_places(bands.c.total))))


def _within(shape: Shape, counted: CTE, middle: CTE) -> Select[Any]:
    """Beside each amount of those bands, how many payments there are up to and with it, and in all."""
    c, m = counted.c, middle.c
    of_band = func.sum(c.entries).over(partition_by=[*(c[name] for name in _keys(shape)), m.label], order_by=c.label)
    shown: Select[Any] = select(counted, (m.upto - m.entries + of_band).label("upto"), m.total)
    alike = [c[name] == m[name] for name in _keys(shape)]
    return shown.join_from(counted, middle, and_(*alike, func.left(c.label, number(_BAND_DIGITS)) == m.label))


def _middle_places(total: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Of the two middle payments, one and the same where the number is odd."""
    return func.div(total + number(1), number(2)), func.div(total, number(2)) + number(1)


def _holds(c: Any, place: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(c.upto - c.entries < place, place <= c.upto)
