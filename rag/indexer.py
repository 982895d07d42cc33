"""Indexer: keeps the summaries in step with the ledger.

Each step is short, resumable and safe to run in several processes at once:
  1. `news`: hear the ledger's change log and mark what it puts out of date;
  2. `retelling`: write the texts of what is marked; a text can be found by its words from that commit on;
  3. `embedding`: give a vector to each text whose gist is another now.
Words do not wait for vectors: the two have lanes of their own. Whoever asks comes first, then the newest payments, and
many payments of one account between two rounds cost one retelling.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from core.db import Database
from core.ledger.relay import drain
from rag.backlog import Pending, pending
from rag.embedder import Embedder
from rag.embedding import adopt, embed_some
from rag.news import hear_all
from rag.retelling import ACCOUNTS_MAX, retell_accounts, retell_counterparties, retell_series, retell_week

POLL_S = 0.2
COUNTERPARTIES_MAX = 4
"""Batches of accounts whose counterparties are retold before the months of one batch are: they take a third as long."""
PATTERNS_MAX = 2
"""Accounts whose series, and weeks, that are retold in one round: each takes as long as many texts."""
COURTESY_S = 5.0
"""How long a step of the other lanes waits while there are more accounts to retell than one round takes."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one round, or several, did."""

    events: int = 0
    """Changes heard of: one for each side of a payment."""
    accounts: int = 0
    """Accounts of which something was retold."""
    series: int = 0
    """Accounts whose recurring payments were looked for."""
    weeks: int = 0
    changed: int = 0
    """Texts that are new or read differently now."""
    embedded: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.events + other.events,
            self.accounts + other.accounts,
            self.series + other.series,
            self.weeks + other.weeks,
            self.changed + other.changed,
            self.embedded + other.embedded,
        )

    def __bool__(self) -> bool:
        return any((self.events, self.accounts, self.series, self.weeks, self.changed, self.embedded))


async def follow(
    database: Database,
    embedder: Embedder,
    *,
    poll_s: float = POLL_S,
    rest_s: float | None = None,
    report: Callable[[Work], None] = lambda _: None,
) -> None:
    """Index what the ledger commits until cancelled, and whatever is left from before.

    `rest_s` replaces the time that series and weeks are left alone. `report` hears what each round of a lane did that
    had something to do.
    """
    await adopt(database, embedder)
    told = asyncio.Event()

    async def lane(step: Callable[[], Awaitable[Work]]) -> None:
        while True:
            if work := await step():
                report(work)
            else:
                await asyncio.sleep(poll_s)

    async def words() -> Work:
        work = await _words(database)
        (told.clear if work.accounts >= ACCOUNTS_MAX else told.set)()
        return work

    async def after_words(step: Callable[[], Awaitable[Work]]) -> Work:
        # Not for ever: what never comes to rest is to be found by its meaning, too.
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), COURTESY_S)
        return await step()

    try:
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(lane(words))
            lanes.create_task(lane(lambda: after_words(lambda: _patterns(database, rest_s=rest_s))))
            lanes.create_task(lane(lambda: after_words(lambda: _vectors(database, embedder))))
    except ExceptionGroup as ended:
        # Whoever begins anew asks what kind of error it was, and of two at once the first tells.
        raise ended.exceptions[0] from ended


async def index_pending(
    database: Database, embedder: Embedder, *, report: Callable[[Work, Pending], None] = lambda _done, _left: None
) -> Work:
    """Work until there is nothing pending: everything committed before this call is indexed when it returns.

    `report` hears after each round what has been done so far, and what is left.
    """
    await drain(database)
    await adopt(database, embedder)
    done, left = Work(), await pending(database)
    while left:
        work = await _words(database) + await _patterns(database, rest_s=0) + await _vectors(database, embedder)
        done, left = done + work, await pending(database)
        report(done, left)
        if not work:  # somebody else is at it
            await asyncio.sleep(POLL_S)
    return done


async def _words(database: Database) -> Work:
    """Counterparties before months: a new payment is found by its words while the texts of its month wait."""
    heard, changed = await hear_all(database), 0
    for _ in range(COUNTERPARTIES_MAX):
        counterparties = await retell_counterparties(database)
        changed += counterparties.changed
        if not counterparties.subjects:
            break
    retold = await retell_accounts(database)
    return Work(events=heard, accounts=retold.subjects, changed=changed + retold.changed)


async def _patterns(database: Database, *, rest_s: float | None = None) -> Work:
    """What takes a longer look, some accounts and weeks at a time."""
    rest = {} if rest_s is None else {"rest_s": rest_s}
    done = Work()
    for _ in range(PATTERNS_MAX):
        series, week = await retell_series(database, **rest), await retell_week(database, **rest)
        if not series.subjects + week.subjects:
            break
        done += Work(series=series.subjects, weeks=week.subjects, changed=series.changed + week.changed)
    return done


async def _vectors(database: Database, embedder: Embedder) -> Work:
    return Work(embedded=await embed_some(database, embedder))
