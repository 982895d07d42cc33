"""`finlens insight '{...}' --as EMAIL`: one typed query from the command line."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from core.db import Database
from core.errors import InvalidRequest
from core.insights.compute import compute
from core.insights.query import InsightQuery, InsightResult, ResultColumn
from core.money import Money
from core.settings import Settings
from finlens.installation import installation
from finlens.operator import acting_for


def insight(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="an InsightQuery as JSON; GET /insights/catalogue")],
    email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="whose accounts are asked about")],
    explain: Annotated[bool, typer.Option("--explain", help="show the SQL that computes the figures")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
) -> None:
    """Compute the figures of one typed query over what a user or customer may see."""
    wanted = _parse(query)
    settings = installation(Console(stderr=True).print)
    result = asyncio.run(_ask(settings, email, wanted, explain))
    if as_json:
        print(result.model_dump_json())
    else:
        _print(result, Console())


def _parse(text: str) -> InsightQuery:
    try:
        return InsightQuery.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the query"
        raise InvalidRequest(f"{where}: {first['msg']}") from None


async def _ask(settings: Settings, email: str, query: InsightQuery, explain: bool) -> InsightResult:
    database = Database.of(settings)
    try:
        asked = query.model_dump(mode="json", exclude_defaults=True)
        principal = await acting_for(database, email, "insight.query", query=asked)
        async with database.look() as connection:
            return await compute(connection, principal, query, explain=explain)
    finally:
        await database.close()


def _print(result: InsightResult, console: Console) -> None:
    table = Table(*(column.name for column in result.columns))
    for row in result.rows:
        table.add_row(*(_shown(column, row) for column in result.columns))
    console.print(table if result.rows else "Nothing was found: no entries in this period that the filters leave")
    if result.cut_off:
        console.print(f"{result.cut_off} more groups lie beyond the limit")
    if result.sql:
        console.print(result.sql, markup=False, soft_wrap=True, highlight=False)


def _shown(column: ResultColumn, row: dict) -> str:
    value = row[column.name]
    if value is None:
        return ""
    return Money(value, row["currency"]).display() if column.unit == "money" else str(value)
