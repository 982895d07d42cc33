"""The door that charts, REST and the analyst go through: `compute` answers one InsightQuery."""

from collections.abc import Sequence
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import Dialect, RowMapping, Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import QueryTooSlow
from core.identity.access import Principal
from core.insights import compile
from core.insights.buckets import WEEKDAYS
from core.insights.catalogue import DIMENSIONS, MEASURES, check, period_before
from core.insights.query import Dimension, EntryRow, InsightQuery, InsightResult, QueryPeriod, ResultColumn

_POSTGRES: Dialect = postgresql.dialect(paramstyle="named")  # pyright: ignore[reportUnknownMemberType]


async def compute(
    connection: AsyncConnection, principal: Principal, query: InsightQuery, *, explain: bool = False
) -> InsightResult:
    """The figures of `query` over what `principal` may see, from all that the ledger has committed.

    `connection` comes from `Database.look()`: read-only, as finlens_reader. With `explain` the result carries the SQL.
    Raises QueryRefused for a query that makes no sense, QueryTooSlow for one that hits the time limit.
    """
    check(query)
    statement = compile.figures(query, principal)
    found = await _fetch(connection, statement)
    entries = await _fetch(connection, compile.rows(query, principal)) if query.rows else ()
    before = period_before(query)
    return InsightResult(
        query=query,
        columns=_columns(query),
        rows=[_row(query, group) for group in found],
        cut_off=_cut_off(query, found),
        entries=[_entry(principal, entry) for entry in entries],
        compared_with=QueryPeriod.of(before) if before else None,
        sql=_text(statement) if explain else None,
    )


async def _fetch(connection: AsyncConnection, statement: Select[Any]) -> Sequence[RowMapping]:
    try:
        return (await connection.execute(statement)).mappings().all()
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        await connection.rollback()
        raise QueryTooSlow from error


def _columns(query: InsightQuery) -> list[ResultColumn]:
    groups = [ResultColumn(name=d.value, kind="dimension", unit=DIMENSIONS[d].unit) for d in query.group_by]
    return groups + [
        ResultColumn(name=name, kind="measure", unit=MEASURES[compile.measure_of(name)].unit)
        for name in compile.columns(query)
    ]


def _row(query: InsightQuery, group: RowMapping) -> dict[str, Any]:
    groups = {name: _shown(name, group[name]) for name in compile.keys(query)}
    # A sum of bigints comes as a Decimal without a fraction.
    values = {name: None if group[name] is None else int(group[name]) for name in compile.columns(query)}
    return {**groups, "currency": group["currency"], **values}


def _shown(name: str, value: Any) -> str | None:
    """A group's value as text that is the same in JSON, in CSV and in an answer."""
    match name:
        case Dimension.WEEKDAY:
            return WEEKDAYS[int(value) - 1]
        case Dimension.HOUR:
            return f"{int(value):02d}:00"
        case _:
            return None if value is None else str(value)


def _cut_off(query: InsightQuery, found: Sequence[RowMapping]) -> int:
    groups = {group["currency"]: group["groups"] for group in found}
    return sum(max(0, count - query.limit) for count in groups.values())


def _entry(principal: Principal, entry: RowMapping) -> EntryRow:
    local = entry["occurred_at"].astimezone(principal.zone)
    return EntryRow(**{**entry, "occurred_at": local.isoformat()})


def _text(statement: Select[Any]) -> str:
    """The statement with its values written in, so that it can be pasted into psql and checked."""
    compiled = statement.compile(dialect=_POSTGRES, compile_kwargs={"literal_binds": True})
    return compiled.string
