"""Statements over REST: which months there are, and one month as JSON, CSV or PDF."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing
from datetime import date
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from core.errors import InvalidRequest, Overloaded
from core.identity.guard import CurrentPrincipal, CursorsOf, Look, ServicesOf, Unit
from core.ledger.statement_pdf import ENTRIES_MAX, as_pdf
from core.ledger.statement_text import as_csv, as_json
from core.ledger.statements import (
    Month,
    MonthsQuery,
    Statement,
    StatementEntry,
    StatementHead,
    StatementMonth,
    letterhead,
    month_view,
    months,
    position_of,
    statement_entries,
    statement_head,
)
from core.paging import Page, PageQuery
from core.periods import Period
from core.periods import Unit as Calendar

router = APIRouter(prefix="/accounts/{account_id}/statements")

SPOOL_BYTES = 1_000_000
"""What of one statement is kept in memory; the rest waits on disk."""


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


DRAWINGS_MAX = 8
"""PDFs under way at a time; whoever comes then is told to come again."""

# A thread of its own: those that check passwords would wait behind a long statement otherwise.
_drawer = ThreadPoolExecutor(1, thread_name_prefix="statement-pdf")
_desk = asyncio.Semaphore(DRAWINGS_MAX)

MEDIA_TYPES = {Format.JSON: "application/json", Format.CSV: "text/csv", Format.PDF: "application/pdf"}

_AS_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The statement, in the form that `format` or the Accept header asks for",
        "content": {"text/csv": {}, "application/pdf": {}},
    }
}


@router.get("")
async def list_statements(
    account_id: UUID,
    query: Annotated[PageQuery, Query()],
    principal: CurrentPrincipal,
    services: ServicesOf,
    cursors: CursorsOf,
    session: Unit,
    look: Look,
) -> Page[StatementMonth]:
    """The months in which the account moved, newest first; each is a statement."""
    paper = await letterhead(session, principal, account_id)
    wanted = MonthsQuery(**query.model_dump(), account_id=account_id)
    found = await months(look, paper, wanted, cursors.position(wanted))
    return cursors.page(
        wanted,
        found,
        view=lambda first: month_view(paper, first, services.now()),
        position=lambda first: position_of(paper, first),
    )


@router.get("/{month}", response_model=Statement, responses=_AS_FILES)
async def read_statement(
    account_id: UUID,
    month: Month,
    request: Request,
    principal: CurrentPrincipal,
    services: ServicesOf,
    format: Format | None = None,
) -> Response:
    """A month of the account: opening balance, every entry with the balance after it, closing balance.

    A PDF shows the first 2,000 entries and says so; JSON and CSV are complete.
    """
    period = Period.of(Calendar.MONTH, date.fromisoformat(f"{month}-01"))
    kind = format or _accepted(request.headers.get("accept", ""))
    # Not the request's connections: drawing goes on, and others wait to draw, when the reading is done.
    async with services.database.unit() as session:
        paper = await letterhead(session, principal, account_id)
    if period.instants(paper.zone)[0] > services.now():
        raise InvalidRequest("This month has not begun yet")
    async with services.database.look() as look:
        head = await statement_head(look, paper, period, services.now())
        async with aclosing(statement_entries(look, head)) as entries:
            match kind:
                case Format.JSON:
                    body = await _spooled(as_json(head, entries))
                case Format.CSV:
                    body = await _spooled(as_csv(head, entries))
                case Format.PDF:
                    body = await _first(entries, ENTRIES_MAX)
    if isinstance(body, list):
        return Response(await _drawn(head, body), headers=_headers(kind, head), media_type=MEDIA_TYPES[kind])
    return StreamingResponse(_chunks(body), headers=_headers(kind, head), media_type=MEDIA_TYPES[kind])


def _accepted(accept: str) -> Format:
    """The first form of ours that the header names; JSON for everyone else."""
    asked = [media.split(";")[0].strip().lower() for media in accept.split(",")]
    return next((kind for name in asked for kind, media in MEDIA_TYPES.items() if media == name), Format.JSON)


def _headers(kind: Format, head: StatementHead) -> dict[str, str]:
    if kind is Format.JSON:
        return {"Vary": "Accept"}
    account = re.sub(r"[^A-Za-z0-9-]", "", head.account_number)
    name = f"statement-{account}-{head.month}.{kind}"
    return {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{name}"'}


async def _spooled(parts: AsyncIterator[bytes]) -> SpooledTemporaryFile[bytes]:
    """All parts, written before the first is sent: a slow reader then holds no connection and no snapshot of the
    database, and a fault on the way is a problem document instead of half a file."""
    with ExitStack() as unfinished:
        file = unfinished.enter_context(SpooledTemporaryFile[bytes](max_size=SPOOL_BYTES))
        async for part in parts:
            file.write(part)
        file.seek(0)
        unfinished.pop_all()  # from here on _chunks closes it
    return file


def _chunks(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(64 * 1024):
            yield chunk


async def _first(entries: AsyncIterator[StatementEntry], count: int) -> list[StatementEntry]:
    shown: list[StatementEntry] = []
    async for entry in entries:
        shown.append(entry)
        if len(shown) == count:
            break
    return shown


async def _drawn(head: StatementHead, entries: list[StatementEntry]) -> bytes:
    if _desk.locked():
        raise Overloaded("Too many statements are being drawn; please try again in a moment", retry_after_s=2)
    async with _desk:
        return await asyncio.get_running_loop().run_in_executor(_drawer, as_pdf, head, entries)
