"""One import, from files to posted money: `run_import` is the door.

The rows are read and understood first, so files or a profile that do not fit store nothing. Then they are posted from
old to new in units of CHUNK rows, each with its raw rows: a run that is stopped leaves finished units behind, and the
next run of the same files matches those and goes on.
"""

import json
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from core import audit
from core.db import Database
from core.imports.holders import Holders, find_accounts
from core.imports.known import recognise
from core.imports.own import Family
from core.imports.posting import Poster
from core.imports.profile import Profile
from core.imports.reconcile import BalanceDifference, in_bank_order
from core.imports.records import Line
from core.imports.remarks import Names
from core.imports.report import Report
from core.imports.signs import Signs
from core.imports.sources import Row, Sources
from core.imports.staging import LeftOut, Stage, Staged
from core.imports.statement import Entry, understand
from core.imports.tables import Batch, StoredDifference

CHUNK = 500
"""Rows of one unit. Each may need a second transfer for its account's opening, and a unit posts at most 1,000."""

STATISTICS_FROM = 1_000
"""Posted rows from which on the tables are so much larger that the database has to be told at once."""
_TAKE_STATISTICS = text("SELECT imports.take_statistics()")

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how many rows of it, and of how many (None: not known yet)."""

# Two imports at a time would open the same accounts: the second one waits for the first one's unit.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('imports'))")

# One statement with one value for a whole chunk: row by row this would cost more than posting them.
_KEEP = text("""
    INSERT INTO imports.row (batch_id, file, line, raw, outcome, reason, transaction_id)
    SELECT :batch_id, row.*
      FROM json_to_recordset(CAST(:rows AS json))
           row(file text, line integer, raw text, outcome text, reason text, transaction_id uuid)
""")

_T = TypeVar("_T")


class Units(Protocol):
    """Where units of work come from: the database, or one that is rolled back in the end."""

    def unit(self) -> AbstractAsyncContextManager[AsyncSession]: ...


async def run_import(
    database: Database,
    profile: Profile,
    paths: Sequence[Path],
    *,
    actor: str,
    is_dry_run: bool = False,
    progress: Progress = lambda _what, _done, _of: None,
) -> Report:
    """Post what these files hold and report what became of each row.

    A dry run does all of it in one unit that is rolled back: the report is exact, and nothing is stored.
    Raises ProfileInvalid or FileUnreadable, having stored nothing, if the files cannot be read as the profile says.
    """
    started = time.monotonic()
    sources = Sources(profile, paths)
    async with database.unit() as session:
        known_otherwise = await recognise(session, sources)
    with Stage() as stage:
        signs, names = Signs(), Names()
        for entry in _stage(sources, stage, progress):
            signs.add(entry)
            names.add(entry)
        async with _rehearsal(database) if is_dry_run else nullcontext(database) as units:
            report = await _Import(units, sources, stage, names, progress, actor).run()
    report.turned, report.known_otherwise, report.unread = signs.turned, known_otherwise, sources.unread
    if not is_dry_run and report.posted >= STATISTICS_FROM:
        async with database.unit() as session:
            await session.execute(_TAKE_STATISTICS)  # pyright: ignore[reportDeprecated]  # as below
    report.batch_id = None if is_dry_run else report.batch_id
    report.seconds = time.monotonic() - started
    return report


class _Rehearsal:
    """One unit for everything, rolled back by its owner."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @asynccontextmanager
    async def unit(self) -> AsyncGenerator[AsyncSession]:
        yield self._session
        await self._session.flush()


@asynccontextmanager
async def _rehearsal(database: Database) -> AsyncGenerator[Units]:
    async with AsyncSession(database.app, expire_on_commit=False) as session:
        yield _Rehearsal(session)
        await session.rollback()


def _stage(sources: Sources, stage: Stage, progress: Progress) -> Iterator[Entry]:
    """Read and understand every row; each that is understood comes out as well."""
    profile = sources.profile
    sources.load_tables(stage.leave_out)
    for count, row in enumerate(sources.rows(profile.transactions.file, stage.leave_out)):
        if count % CHUNK == 0:
            progress("Reading", count, None)
        if not row.is_taken:
            stage.leave_out(row.path, row.line, "the profile leaves it out", outcome="skipped")
            continue
        try:
            entry = understand(row.record, profile)
        except ValueError as broken:
            stage.leave_out(row.path, row.line, str(broken))
            continue
        stage.add(row.path, row.line, entry)
        yield entry


class _Import:
    """One run: holders first, then the rows that cannot be posted, then those that can."""

    def __init__(
        self, units: Units, sources: Sources, stage: Stage, names: Names, progress: Progress, actor: str
    ) -> None:
        self._units = units
        self._sources = sources
        self._stage = stage
        self._names = names
        self._progress = progress
        self._batch = Batch(
            profile=sources.profile.name,
            files=[str(path) for paths in sources.paths.values() for path in paths],
            actor=actor,
        )
        self._report = Report(batch_id=self._batch.id, assumed=sources.assumed)
        self._spans = stage.spans()
        self._holders = Holders(sources.profile, self._spans, self._reject_holder)

    async def run(self) -> Report:
        async with self._unit() as session:
            session.add(self._batch)
            await self._audit(session, "import.start", files=self._batch.files, profile=self._batch.profile)
        await self._add_holders()
        await self._keep_left_out()
        self._poster = await self._new_poster()
        await self._post()
        return await self._finish()

    @asynccontextmanager
    async def _unit(self) -> AsyncGenerator[AsyncSession]:
        async with self._units.unit() as session:
            await session.execute(_LOCK)  # pyright: ignore[reportDeprecated]  # exec() is for SQLModel's own selects
            yield session

    def _reject_holder(self, path: Path, line: Line, reason: str) -> None:
        """A line that holds a payment too is rejected as that payment, with the same reason."""
        if path not in self._sources.paths.get(self._sources.profile.transactions.file, ()):
            self._stage.leave_out(path, line, reason)

    async def _add_holders(self) -> None:
        profile, holders = self._sources.profile, self._holders
        for customers in profile.customers:
            for rows in self._chunks("Customers", customers.file):
                async with self._unit() as session:
                    await holders.add_customers(session, customers, rows)
        for accounts in profile.accounts:
            for rows in self._chunks("Accounts", accounts.file):
                async with self._unit() as session:
                    await holders.open_accounts(session, accounts, rows)
        self._report.customers_added = holders.customers_added
        self._report.accounts_opened = holders.accounts_opened
        self._report.accounts_apart = holders.apart

    def _chunks(self, what: str, kind: str) -> Iterator[list[Row]]:
        done = 0
        for chunk in _chunked(row for row in self._sources.rows(kind, self._stage.leave_out) if row.is_taken):
            yield chunk
            done += len(chunk)
            self._progress(what, done, None)

    async def _new_poster(self) -> Poster:
        async with self._unit() as session:
            stated = await find_accounts(session, self._spans)
            family = await Family.of(
                session, {one.customer_id for one in stated.values() if one.customer_id}, self._spans
            )
        if not family.is_empty:
            family.pair(self._stage.in_order())
        return Poster(self._sources.profile, self._holders.refused, family, self._holders.opened)

    async def _keep_left_out(self) -> None:
        for chunk in _chunked(self._stage.left_out()):
            async with self._unit() as session:
                for row in chunk:
                    self._report.leave_out(row)
                await self._keep(session, [_raw(row, row.outcome, row.reason) for row in chunk])

    async def _post(self) -> None:
        done = 0
        for chunk in _chunked(map(self._names.told, _in_bank_order(self._stage.in_order()))):
            async with self._unit() as session:
                outcomes, differences = await self._poster.post(session, chunk)
                self._report.add(outcomes)
                await self._differ(session, differences)
                await self._keep(session, [_raw(o.row, o.outcome, o.reason, o.transaction_id) for o in outcomes])
            done += len(chunk)
            self._progress("Posting", done, self._stage.count)

    async def _keep(self, session: AsyncSession, rows: list[dict[str, object]]) -> None:
        """Store raw rows in the unit that decided them, and the counts so far."""
        values = {"batch_id": self._batch.id, "rows": json.dumps(rows)}
        await session.execute(_KEEP, values)  # pyright: ignore[reportDeprecated]  # as above
        await self._count(session)

    async def _differ(self, session: AsyncSession, differences: list[BalanceDifference]) -> None:
        self._report.differ(differences)
        session.add_all(StoredDifference(batch_id=self._batch.id, **asdict(found)) for found in differences)

    async def _count(self, session: AsyncSession, **more: object) -> None:
        report = self._report
        counts = {
            "read_count": report.read, "posted_count": report.posted, "matched_count": report.matched,
            "rejected_count": report.rejected_count, "skipped_count": report.skipped,
        }  # fmt: skip
        change = update(Batch).where(col(Batch.id) == self._batch.id).values(**counts, **more)
        await session.execute(change)  # pyright: ignore[reportDeprecated]  # as above

    async def _finish(self) -> Report:
        report = self._report
        report.unknown_categories = dict(self._poster.unknown_categories)
        report.read_categories = dict(self._poster.read_categories)
        report.refunds = self._poster.refunds
        report.opened_at_zero = self._poster.opened_at_zero
        async with self._unit() as session:
            await self._differ(session, self._poster.settle())
            await self._count(session, finished_at=datetime.now(UTC))
            await self._audit(
                session, "import.finish", posted=report.posted, matched=report.matched, rejected=report.rejected_count
            )
        return report

    async def _audit(self, session: AsyncSession, action: str, **facts: object) -> None:
        await audit.record(session, actor=self._batch.actor, action=action, subject=f"import:{self._batch.id}", **facts)


def _raw(
    row: Staged | LeftOut, outcome: str, reason: str | None, transaction_id: UUID | None = None
) -> dict[str, object]:
    return {
        "file": row.file,
        "line": row.line,
        # PostgreSQL cannot hold a NUL; its picture stands in for it.
        "raw": row.raw.replace("\0", "\u2400"),
        "outcome": outcome,
        "reason": reason,
        "transaction_id": transaction_id and str(transaction_id),
    }


def _in_bank_order(rows: Iterable[Staged]) -> Iterator[Staged]:
    """The rows with each account's day in the order of its balances."""
    balances: dict[tuple[str, str], int] = {}
    for (bank, account, _), day in groupby(rows, lambda row: (row.entry.bank, row.entry.account, row.entry.day)):
        ordered = in_bank_order(list(day), balances.get((bank, account), 0))
        if (last := ordered[-1].entry.balance_minor) is not None:
            balances[bank, account] = last
        yield from ordered


def _chunked(rows: Iterable[_T]) -> Iterator[list[_T]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
