"""A load generator that leaves the machine to what it measures: bytes prepared beforehand, and no HTTP library."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Self, cast

from core.errors import FinLensError

HOST = "127.0.0.1"
DRAIN_TIMEOUT_S = 30.0

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


class UnexpectedAnswer(FinLensError):
    """The server said something that this load does not expect: the figures would mean nothing."""

    code, title = "unexpected_answer", "The server gave an answer that no benchmark can use"


class Asked(NamedTuple):
    """A payment that a request asks for."""

    key: str
    amount_minor: int


class Shot(NamedTuple):
    """One request: the payments in it, and its bytes."""

    payments: Sequence[Asked]
    request: bytes


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request in flight. Reads answers that carry a Content-Length, and no others."""

    def __init__(self, answered: Callable[[Self, int, bytes], None], lost: Callable[[Self, Exception], None]) -> None:
        self._answered, self._lost = answered, lost
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by its class

    def send(self, request: bytes) -> None:
        assert self._transport is not None
        self._transport.write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data
        head_end = received.find(_HEAD_END)
        if head_end < 0:
            return
        try:
            whole = head_end + len(_HEAD_END) + _content_length(received, head_end)
            if len(received) < whole:
                return
            if len(received) > whole:
                raise UnexpectedAnswer(f"more than one answer to one request: {received[whole:][:200]!r}")
            self._received = b""
            self._answered(self, int(received[9:12]), received[head_end + len(_HEAD_END) :])
        except Exception as error:
            self._lost(self, error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self, exc or ConnectionResetError("the server closed the connection"))


def _content_length(received: bytes, head_end: int) -> int:
    head = received[:head_end].lower()
    at = head.find(_LENGTH)
    if at < 0 or not head.startswith(b"http/1.1 "):
        raise UnexpectedAnswer(f"an answer without a length: {head[:200]!r}")
    line_end = head.find(b"\r\n", at + len(_LENGTH))
    return int(head[at + len(_LENGTH) : line_end if line_end > 0 else head_end])


@dataclass(slots=True)
class Burst:
    """What a burst did, from the first request to the last answer.

    The answers are kept as they came, to be read when nobody is being measured.
    """

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    answers: list[tuple[Sequence[Asked], bytes]] = field(default_factory=list)
    """What was asked, and the body that came back."""
    generator_cpu_s: float = 0.0


class _Clients:
    """Clients that send the next shot as soon as the last one is answered, until the time is up."""

    def __init__(self, shots: Iterator[Shot], status: int, seconds: float) -> None:
        self._shots, self._status = shots, status
        self._under_way: dict[Connection, tuple[Shot, float]] = {}
        self._began_at = time.perf_counter()
        self._ends_at = self._began_at + seconds
        self.burst = Burst()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self, connection: Connection) -> None:
        shot = next(self._shots)
        self._under_way[connection] = shot, time.perf_counter()
        connection.send(shot.request)

    def answered(self, connection: Connection, status: int, body: bytes) -> None:
        now = time.perf_counter()
        shot, sent_at = self._under_way.pop(connection)
        if status != self._status:
            raise UnexpectedAnswer(f"{status}, not {self._status}: {body[:500].decode(errors='replace')}")
        self.burst.answers.append((shot.payments, body))
        self.burst.latencies_s.append(now - sent_at)
        if now < self._ends_at:
            self.begin(connection)
        elif not self._under_way and not self.done.done():
            self.burst.seconds = now - self._began_at
            self.done.set_result(None)

    def lost(self, _: Connection, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error if isinstance(error, FinLensError) else UnexpectedAnswer(str(error)))


async def fire(port: int, shots: Iterator[Shot], *, connections: int, seconds: float, status: int) -> Burst:
    """Load the server on `port`: requests begin for `seconds`, and the last ones are waited for.

    Raises UnexpectedAnswer at the first answer with another status, and at the first lost connection.
    """
    loop = asyncio.get_running_loop()
    cpu_before = time.process_time()
    clients = _Clients(shots, status, seconds)
    opened: list[Connection] = []
    try:
        with _no_garbage_collection():
            for _ in range(connections):
                _, connection = await loop.create_connection(
                    lambda: Connection(clients.answered, clients.lost), HOST, port
                )
                opened.append(connection)
                clients.begin(connection)
            await asyncio.wait_for(clients.done, seconds + DRAIN_TIMEOUT_S)
    finally:
        for connection in opened:
            connection.close()
    clients.burst.generator_cpu_s = time.process_time() - cpu_before
    return clients.burst


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Nothing here makes cycles, and looking for them would show in the latencies of whoever waits."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
