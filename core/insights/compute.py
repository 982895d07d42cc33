"""The door that charts, REST and the analyst go through: `compute` answers one InsightQuery."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Dialect, RowMapping
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from core.insights import cells, compile, medians
from core.insights.buckets import label
from core.insights.catalogue import DIMENSIONS, period_before, span_of, unit_of
from core.insights.conversion import converted, unconverted
from core.insights.parameters import parameters
from core.insights.query import Dimension, EntryRow, InsightQuery, InsightResult, QueryPeriod, ResultColumn
from core.insights.reading import fetch_text
from core.insights.recurring import recurring_ids
from core.insights.refusals import check
from core.insights.rollups import rollups_of
from core.insights.shape import Shape, column_names, columns_of, shape_of

_POSTGRES: Dialect = postgresql.dialect(paramstyle="named")  # pyright: ignore[reportUnknownMemberType]


async def compute(
    connection: AsyncConnection,
    principal: Principal,
    query: InsightQuery,
    *,
    explain: bool = False,
    with_rollups: bool = True,
) -> InsightResult:
    """The figures of `query` over what `principal` may see, from all that the ledger has committed.

    `connection` comes from `Database.look()`: read-only, as finlens_reader. With `explain` the result carries the SQL
    and PostgreSQL's plan for it. Raises QueryRefused for a query that makes no sense, QueryTooSlow for one that hits
    the time limit. Without `with_rollups` the entries are added up, however many they are.
    """
    check(query, principal)
    if query.convert:
        each = unconverted(query)
        return converted(query, await compute(connection, principal, each, explain=explain, with_rollups=with_rollups))
    shape, values = shape_of(query, principal), parameters(query, principal)
    has_cells = with_rollups and (cells.can_answer(shape) or medians.can_answer(shape))
    if has_cells and (rollups := await rollups_of(connection, principal)):
        shape, values = replace(shape, is_summed=True), {**values, "rollups": rollups}
    if shape.uses("recurring"):
        values["recurring_ids"] = await recurring_ids(connection, principal, span_of(query))
    text = compile.figures_text(shape)
    found = await fetch_text(connection, text, values)
    entries = await fetch_text(connection, compile.rows_text(shape), values) if query.rows else ()
    plan = await fetch_text(connection, f"EXPLAIN {text}", values) if explain else ()
    before = period_before(query)
    return InsightResult(
        query=query,
        columns=_columns(query),
        rows=_rows(query, found),
        cut_off=_cut_off(query, found),
        entries=[_entry(principal, entry) for entry in entries],
        compared_with=QueryPeriod.of(before) if before else None,
        source="rollup" if shape.is_summed else "entries",
        sql=_text(shape, values) if explain else None,
        plan="\n".join(line["QUERY PLAN"] for line in plan) or None,
    )


def _columns(query: InsightQuery) -> list[ResultColumn]:
    groups = [ResultColumn(name=d.value, kind="dimension", unit=DIMENSIONS[d].unit) for d in query.group_by]
    sides = ("", "_before") if query.compare else ("",)
    return groups + [
        ResultColumn(name=name + side, kind="measure", unit=unit_of(query, name))
        for name in column_names(query)
        for side in sides
    ]


def _rows(query: InsightQuery, found: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """The groups with their names and values as they are told."""
    sides = ("", "_before") if query.compare else ("",)
    columns = [
        (told + side, known + side, float if unit_of(query, told) == "percent" else int)
        for told, known in column_names(query).items()
        for side in sides
    ]
    keys = [(dimension, name) for dimension in query.group_by for name in columns_of(dimension)]
    return [
        {
            **{name: _shown(dimension, group[name]) for dimension, name in keys},
            "currency": group["currency"],
            # A sum of bigints comes as a Decimal without a fraction, a percentage as one with one place.
            **{told: None if group[known] is None else kind(group[known]) for told, known, kind in columns},
        }
        for group in found
    ]


def _shown(dimension: Dimension, value: Any) -> str | None:
    return None if value is None else label(dimension, value)


def _cut_off(query: InsightQuery, found: Sequence[RowMapping]) -> int:
    groups = {group["currency"]: group["groups"] for group in found}
    if query.others:
        return sum(max(0, count - query.limit) for count in groups.values())
    return sum(groups.values()) - len(found)


def _entry(principal: Principal, entry: RowMapping) -> EntryRow:
    local = entry["occurred_at"].astimezone(principal.zone)
    return EntryRow(**{**entry, "occurred_at": local.isoformat()})


def _text(shape: Shape, values: Mapping[str, Any]) -> str:
    """The statement with its values written in, so that it can be pasted into psql and checked."""
    statement = compile.figures(shape)
    named = {name: values[name] for name in statement.compile(dialect=_POSTGRES).params}
    compiled = statement.params(named).compile(dialect=_POSTGRES, compile_kwargs={"literal_binds": True})
    return compiled.string
