"""Work in a task of its own, which is cancelled once when nobody wants its result any more, and then ends in peace.

A web server's way of hanging up cancels again and again until the work has ended. That leaves the database driver no
moment to tell PostgreSQL to stop: the connection would be closed, and the statement run on for nobody.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_ending: set[asyncio.Task[Any]] = set()
"""Holds on to them: the event loop alone would let go of a task that nobody waits for."""


async def result_of(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns, or raises."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    finally:
        _end(task)


async def events_of(events: AsyncIterator[T]) -> AsyncGenerator[T]:
    """The same events as they come, and the error that they end with if they do."""
    queue: asyncio.Queue[tuple[T] | None] = asyncio.Queue()

    async def listen() -> None:
        try:
            async for event in events:
                queue.put_nowait((event,))
        finally:
            queue.put_nowait(None)

    task = asyncio.create_task(listen())
    try:
        while (heard := await queue.get()) is not None:
            yield heard[0]
        await task
    finally:
        _end(task)


def _end(task: asyncio.Task[Any]) -> None:
    if not task.done():
        _ending.add(task)
        task.add_done_callback(_ending.discard)
        task.cancel()
