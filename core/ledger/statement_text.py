"""Statements as JSON and as CSV, line by line: a busy month need not fit into memory."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from core.ledger.statements import StatementEntry, StatementHead
from core.spreadsheet import harmless

BOM = "\N{BYTE ORDER MARK}"
"""Excel reads UTF-8 as the local code page without it; other readers skip it."""

COLUMNS = (
    "kind", "date", "occurred_at", "reference", "counterparty", "description", "category", "amount", "balance",
    "currency", "account",
)  # fmt: skip
"""`date` is the holder's; `occurred_at` the instant. `kind` is opening, entry or closing."""


async def as_json(head: StatementHead, entries: AsyncIterator[StatementEntry]) -> AsyncIterator[bytes]:
    """One document of the shape of `Statement`."""
    yield head.model_dump_json().removesuffix("}").encode() + b',"entries":['
    separator = b""
    async for entry in entries:
        yield separator + msgspec.json.encode(entry)
        separator = b","
    yield b"]}"


async def as_csv(head: StatementHead, entries: AsyncIterator[StatementEntry]) -> AsyncIterator[bytes]:
    """RFC 4180: names, the opening balance, the entries, the closing balance. Names and texts are never formulas."""
    yield (BOM + _record(*COLUMNS)).encode()
    yield _border(head, "opening", head.opening.amount)
    async for entry in entries:
        yield _entry(head, entry, head.zone)
    yield _border(head, "closing", head.closing.amount)


def _entry(head: StatementHead, entry: StatementEntry, zone: ZoneInfo) -> bytes:
    local = entry.occurred_at.astimezone(zone)
    words = map(harmless, (entry.counterparty, entry.description, entry.category))
    return _record(
        "entry", f"{local:%Y-%m-%d}", local.isoformat(), str(entry.transaction_id), *words, entry.amount,
        entry.balance, head.currency, harmless(head.account_number),
    ).encode()  # fmt: skip


def _border(head: StatementHead, kind: str, balance: str) -> bytes:
    day = head.start if kind == "opening" else head.end - timedelta(days=1)
    return _record(
        kind, f"{day:%Y-%m-%d}", "", "", "", f"{kind.capitalize()} balance", "", "", balance, head.currency,
        harmless(head.account_number),
    ).encode()  # fmt: skip


def _record(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
