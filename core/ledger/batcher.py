"""Group commit: payments that wait are posted by one call and one commit; while it runs, the next batch fills.

There is no timer. Alone, a payment is a batch of one and waits for nobody; under load the batches grow by themselves,
and one flush of the disk serves hundreds of payments.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from time import monotonic

import psycopg
import structlog

from core.errors import FinLensError, Overloaded
from core.ledger.transfers import BATCH_MAX, Posting, Transfer, apply_transfers

WRITERS = 2
"""Connections that post: one commits while the other decides. More only wait for each other's accounts."""
QUEUE_MAX = 10_000
PATIENCE_S = 10.0
"""How long a payment waits for a database that is away, before its client is asked to try again."""
RETRY_AFTER_S = 1
_RECONNECT_S = 0.1

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

# A server that goes away, and what it takes back by itself: the same keys are sent again, so nothing is posted twice.
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError)


@dataclass(frozen=True, slots=True)
class _Waiting:
    transfer: Transfer
    trace_id: str | None
    answer: asyncio.Future[Posting]


@dataclass(slots=True)
class _Writer:
    """One connection, opened when it is needed and again when it is lost."""

    conninfo: str
    connection: psycopg.AsyncConnection | None = None
    away_since: float | None = None

    async def apply(self, batch: Sequence[_Waiting]) -> list[Posting]:
        """The answers, however often the connection has to be opened for them. Raises Overloaded after PATIENCE_S."""
        while True:
            try:
                return await self._try(batch)
            except _PASSING as error:
                await self._lose(error)

    async def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.close()

    async def _try(self, batch: Sequence[_Waiting]) -> list[Posting]:
        if self.connection is None:
            self.connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        postings = await apply_transfers(
            self.connection, [one.transfer for one in batch], [one.trace_id for one in batch]
        )
        self.away_since = None
        return postings

    async def _lose(self, error: Exception) -> None:
        now = monotonic()
        if self.away_since is None:
            self.away_since = now
            log.warning("the ledger's connection was lost", error=type(error).__name__)
        await self.close()
        if now - self.away_since > PATIENCE_S:
            raise Overloaded("The ledger is away; the same key can safely be sent again", retry_after_s=RETRY_AFTER_S)
        await asyncio.sleep(_RECONNECT_S)


@dataclass(slots=True)
class Batcher:
    """The queue of one process, and its writers. `async with Batcher.open(conninfo) as batcher`."""

    _queue: deque[_Waiting] = field(default_factory=deque[_Waiting])
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def open(cls, conninfo: str) -> AsyncGenerator["Batcher"]:
        """A batcher whose writers log in with `conninfo`. Whoever still waits at the end is told to try again."""
        batcher = cls()
        writers = [_Writer(conninfo) for _ in range(WRITERS)]
        tasks = [asyncio.create_task(batcher._write(writer)) for writer in writers]
        try:
            yield batcher
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in writers:
                await writer.close()
            _refuse(batcher._queue, Overloaded("FinLens is stopping", retry_after_s=RETRY_AFTER_S))

    async def post(self, transfer: Transfer, trace_id: str | None) -> Posting:
        """The answer to `transfer`, after its commit. Raises Overloaded when too many wait, or the database is away."""
        if len(self._queue) >= QUEUE_MAX:
            raise Overloaded(retry_after_s=RETRY_AFTER_S)
        waiting = _Waiting(transfer, trace_id, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.answer

    async def _write(self, writer: _Writer) -> None:
        while True:
            await self._arrived.wait()
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))]
            if not self._queue:
                self._arrived.clear()
            if batch:
                await _answer(writer, batch)


async def _answer(writer: _Writer, batch: Sequence[_Waiting]) -> None:
    """Every one of `batch` gets an answer or a refusal. If the call fails as a whole, each is posted on its own, so
    that one that cannot be posted fails alone."""
    try:
        postings = await writer.apply(batch)
    except asyncio.CancelledError:
        _refuse(batch, Overloaded("FinLens is stopping", retry_after_s=RETRY_AFTER_S))
        raise
    except Overloaded as refusal:
        _refuse(batch, refusal)
    except Exception as error:  # a writer outlives whatever one batch brings
        log.error("a batch failed", payments=len(batch), error=type(error).__name__)
        if len(batch) == 1:
            _refuse(batch, FinLensError())
            return
        for one in batch:
            await _answer(writer, [one])
    else:
        for one, posting in zip(batch, postings, strict=True):
            if not one.answer.done():  # the client may have gone
                one.answer.set_result(_first_heard(one.transfer, posting))


def _first_heard(transfer: Transfer, posting: Posting) -> Posting:
    """A replay of ourselves is none: our first answer was lost with the connection."""
    return replace(posting, is_replay=False) if posting.is_replay and posting.id == transfer.id else posting


def _refuse(batch: Sequence[_Waiting], refusal: FinLensError) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(copy(refusal))  # each has a traceback of its own
