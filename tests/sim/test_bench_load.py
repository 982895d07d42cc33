"""The load generator against servers that misbehave: a figure must not come of an answer that was not understood."""

import asyncio
from collections.abc import Iterator
from itertools import islice
from uuid import uuid4

import msgspec
import pytest

from finlens.bench.load import Asked, Shot, UnexpectedAnswer, fire
from finlens.bench.payments import Payments

ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


def shots() -> Iterator[Shot]:
    while True:
        yield Shot((Asked("key", 1),), b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")


async def load(*pieces: bytes, ends: bool = False):
    """A burst against a server that answers every request with `pieces`, one after another."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0.001)
            if ends:
                break
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return await fire(port, shots(), connections=2, seconds=0.05, status=201)


async def test_answers_are_counted_up_to_the_last() -> None:
    burst = await load(ANSWER)
    assert len(burst.answers) == len(burst.latencies_s) > 2
    assert burst.answers[0] == ((("key", 1),), b"{}")
    assert burst.seconds >= 0.05


async def test_an_answer_may_come_in_pieces() -> None:
    burst = await load(ANSWER[:5], ANSWER[5:30], ANSWER[30:])
    assert {body for _, body in burst.answers} == {b"{}"}


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (ANSWER.replace(b"201", b"503"), "503, not 201"),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "without a length"),
        (ANSWER + ANSWER, "more than one answer"),
    ],
)
async def test_any_other_answer_ends_the_burst(answer: bytes, complaint: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=complaint):
        await load(answer)


async def test_a_lost_connection_ends_the_burst() -> None:
    with pytest.raises(UnexpectedAnswer, match="closed the connection"):
        await load(ANSWER[:20], ends=True)


def test_payments_are_of_one_length_and_each_has_its_own_key() -> None:
    drawn = list(islice(Payments([uuid4() for _ in range(9)], seed=1).single("token"), 500))
    assert len({len(shot.request) for shot in drawn}) == 1
    assert len({shot.payments[0].key for shot in drawn}) == 500
    asked, body = drawn[0].payments[0], msgspec.json.decode(drawn[0].request.partition(b"\r\n\r\n")[2])
    assert (body["description"], body["amount_minor"]) == asked


def test_half_of_hot_payments_touch_the_hot_account() -> None:
    accounts = [uuid4() for _ in range(100)]
    drawn = islice(Payments(accounts, seed=1, hot_share=0.5).single("token"), 1_000)
    hot = sum(str(accounts[0]).encode() in shot.request for shot in drawn)
    assert 400 < hot < 600


def test_a_bulk_asks_for_as_many_payments_as_it_says() -> None:
    shot = next(Payments([uuid4() for _ in range(9)], seed=1).bulk("token", 20))
    items = msgspec.json.decode(shot.request.partition(b"\r\n\r\n")[2])
    assert [(item["idempotency_key"], item["amount_minor"]) for item in items] == list(shot.payments)
