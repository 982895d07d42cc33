"""How everything in insights reads: rows of a statement, within the reader's time limit."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import RowMapping, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import QueryTooSlow


async def fetch(connection: AsyncConnection, statement: Select[Any]) -> Sequence[RowMapping]:
    """The rows of a statement. Raises QueryTooSlow when it hits the reader's time limit."""
    async with _in_time(connection):
        return (await connection.execute(statement)).mappings().all()


async def fetch_text(connection: AsyncConnection, text: str, values: Mapping[str, Any]) -> Sequence[RowMapping]:
    """The same, of a statement that is text already."""
    async with _in_time(connection):
        return (await connection.exec_driver_sql(text, dict(values))).mappings().all()


@asynccontextmanager
async def _in_time(connection: AsyncConnection) -> AsyncGenerator[None]:
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        await connection.rollback()
        raise QueryTooSlow from error
