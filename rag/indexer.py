"""Indexer: keeps the summaries in step with the ledger.

Each step is short, resumable and safe to run in several processes at once:
  1. `jottings`: jot down what the ledger's change log tells of new payments: each can be found by its words from that
     commit on;
  2. `news`: mark what the change log puts out of date;
  3. `retelling`: write the texts of what is marked;
  4. `embedding`: give a vector to each gist that has none.
Each has a lane of its own, so that none waits for the next. Whoever asks comes first, then the newest payments, and
many payments of one account between two rounds cost one retelling.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass

from core.db import Database
from core.ledger.relay import drain
from rag.backlog import Pending, pending
from rag.embedder import Embedder
from rag.embedding import GISTS_MAX, adopt, embed_some, give_way, sweep
from rag.jottings import drop_jottings, jot_all
from rag.news import hear_all
from rag.retelling import ACCOUNTS_MAX, retell_accounts, retell_series, retell_week

POLL_S = 0.2
_POLL_FIRST_S = 0.02
"""What a lane waits at first that has nothing to do: twice as long each time, up to its own beat."""
VECTOR_LANES = (8, GISTS_MAX)
"""Gists that each lane takes at once: few, for the newest to wait for no others; and many, which costs less."""
TIDY_S = 30.0
"""How often jottings that are told in full by now, and vectors that nothing needs any more, are looked for."""
PATTERNS_MAX = 2
"""Accounts whose series, and weeks, that are retold in one round: each takes as long as many texts."""
COURTESY_S = 5.0
"""How long series and weeks wait while there are more accounts to retell than one round takes, or new payments to
embed."""
TEXTS_COURTESY_S = 2.0
"""How long accounts to retell wait for new payments to be embedded: their lines can be found by then, and a retelling
keeps a core busy that would have embedded dozens."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one round, or several, did."""

    jotted: int = 0
    """New payments told in one line, once for each side."""
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
            self.jotted + other.jotted,
            self.events + other.events,
            self.accounts + other.accounts,
            self.series + other.series,
            self.weeks + other.weeks,
            self.changed + other.changed,
            self.embedded + other.embedded,
        )

    def __bool__(self) -> bool:
        return any(astuple(self))


async def follow(
    database: Database,
    embedder: Embedder,
    *,
    poll_s: float = POLL_S,
    rest_s: float | None = None,
    report: Callable[[Work], None] = lambda _: None,
) -> None:
    """Index what the ledger commits until cancelled, and whatever is left from before.

    `rest_s` replaces the time that series, weeks and jottings are left alone. `report` hears what each round of a lane
    did that had something to do.
    """
    await _work(database, embedder, asyncio.Event(), poll_s=poll_s, rest_s=rest_s, report=report)


async def index_pending(
    database: Database, embedder: Embedder, *, report: Callable[[Work, Pending], None] = lambda _done, _left: None
) -> Work:
    """Work until there is nothing pending: everything committed before this call is indexed when it returns.

    `report` hears again and again what has been done so far, and what is left.
    """
    await drain(database)
    rounds: list[Work] = []
    ended = asyncio.Event()
    working = asyncio.create_task(_work(database, embedder, ended, poll_s=POLL_S, rest_s=0, report=rounds.append))
    beat = _beats(POLL_S)
    try:
        # What a step has claimed counts as pending until it has committed.
        while not working.done() and (left := await pending(database)):
            report(sum(rounds, Work()), left)
            await asyncio.sleep(next(beat))
    finally:
        ended.set()
        await working
    await _tidied(database, embedder, rest_s=0)
    return sum(rounds, Work())


async def _work(
    database: Database,
    embedder: Embedder,
    ended: asyncio.Event,
    *,
    poll_s: float,
    rest_s: float | None,
    report: Callable[[Work], None],
) -> None:
    """All lanes side by side, each until `ended`."""
    await adopt(database, embedder)
    told = asyncio.Event()

    async def lane(step: Callable[[], Awaitable[Work]], every_s: float = poll_s) -> None:
        beat = _beats(every_s)
        while not ended.is_set():
            if work := await step():
                report(work)
                beat = _beats(every_s)
            else:
                await _either(ended, next(beat))

    async def texts() -> Work:
        await give_way(database, TEXTS_COURTESY_S)
        work = await _texts(database)
        (told.clear if work.accounts >= ACCOUNTS_MAX else told.set)()
        return work

    async def patterns() -> Work:
        # Not for ever: what never comes to rest recurs, too.
        await _either(told, COURTESY_S)
        await give_way(database, COURTESY_S)
        return await _patterns(database, rest_s=rest_s)

    try:
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(lane(lambda: _lines(database)))
            lanes.create_task(lane(lambda: _news(database)))
            lanes.create_task(lane(texts))
            lanes.create_task(lane(patterns))
            for at_most in VECTOR_LANES:
                lanes.create_task(lane(lambda at_most=at_most: _vectors(database, embedder, at_most)))
            lanes.create_task(lane(lambda: _tidied(database, embedder, rest_s=rest_s), TIDY_S))
    except ExceptionGroup as failed:
        # Whoever begins anew asks what kind of error it was, and of two at once the first tells.
        raise failed.exceptions[0] from failed


def _beats(every_s: float) -> Iterator[float]:
    """Seconds to wait between looks that find nothing."""
    wait_s = _POLL_FIRST_S
    while True:
        yield min(wait_s, every_s)
        wait_s *= 2


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, or so long."""
    # Not asyncio.wait_for: it forgets that it was cancelled where the event comes at the same moment.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _lines(database: Database) -> Work:
    return Work(jotted=await jot_all(database))


async def _news(database: Database) -> Work:
    return Work(events=await hear_all(database))


async def _texts(database: Database) -> Work:
    retold = await retell_accounts(database)
    return Work(accounts=retold.subjects, changed=retold.changed)


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


async def _vectors(database: Database, embedder: Embedder, at_most: int) -> Work:
    return Work(embedded=await embed_some(database, embedder, at_most=at_most))


async def _tidied(database: Database, embedder: Embedder, *, rest_s: float | None = None) -> Work:
    """Nothing new: what is told in full, and what no summary needs any more, is taken away."""
    await (drop_jottings(database) if rest_s is None else drop_jottings(database, rest_s=rest_s))
    await sweep(database, embedder)
    return Work()
