"""Words and numbers of ours as SQL text. Nothing that a user wrote ever passes here."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, Text, cast, func, literal_column

ZERO: ColumnElement[int] = literal_column("0", Integer)


def word(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", Text)


def number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer)


def half_even(total: ColumnElement[Any], parts: ColumnElement[Any]) -> ColumnElement[Any]:
    """`total` shared among `parts` (above 0), rounded once, half to even, on either side of zero."""
    # Of a bigint, sign() would be a float.
    return func.sign(cast(total, Numeric)) * func.reporting.half_even(func.abs(total), parts)


def percent(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    """With one decimal place. NULL where the whole is not above zero: there is no part of nothing."""
    thousandths = half_even(number(1000) * part, above_zero(whole))
    return func.round(thousandths / literal_column("10.0"), number(1))


def above_zero(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.nullif(func.greatest(value, ZERO), ZERO)
