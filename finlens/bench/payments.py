"""The payments that a benchmark makes: random, all of one length, rendered before anybody is measured."""

import random
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from uuid import UUID

from finlens.bench.load import Shot

DIFFERENT = 1 << 15
"""Pairs of accounts that are drawn before they come round again."""

_serial = count()


class Payments:
    """Endless payments among `accounts`; the first of these is on one side or the other of `hot_share` of them.

    A payment's description is its key, so that what was stored can be told from what was asked without trusting the
    ledger's own idea of a key.
    """

    def __init__(self, accounts: Sequence[UUID], *, seed: int, hot_share: float = 0.0) -> None:
        chance = random.Random(seed)  # noqa: S311  # a repeatable load, not a secret
        self._openings = [_opening(chance, accounts, hot_share) for _ in range(DIFFERENT)]

    def single(self, token: str) -> Iterator[Shot]:
        """One payment per request."""
        for opening in cycle(self._openings):
            key = _new_key()
            text = key.encode()
            body = b'%b%b"}' % (opening, text)
            yield Shot((key,), _post("/transactions", token, text, body))

    def bulk(self, token: str, size: int) -> Iterator[Shot]:
        """`size` payments per request, each with a key of its own beside that of the request."""
        openings = cycle(self._openings)
        while True:
            keys = [_new_key() for _ in range(size)]
            texts = [key.encode() for key in keys]
            items = [b'%b%b","idempotency_key":"%b"}' % (next(openings), text, text) for text in texts]
            yield Shot(keys, _post("/transactions/bulk", token, _new_key().encode(), b"[%b]" % b",".join(items)))


def _opening(chance: random.Random, accounts: Sequence[UUID], hot_share: float) -> bytes:
    """A payment as JSON up to its description."""
    pair = chance.sample(accounts[1:], 2)
    if chance.random() < hot_share:
        pair[chance.randrange(2)] = accounts[0]
    sender, receiver = pair
    return (
        f'{{"sender_account_id":"{sender}","receiver_account_id":"{receiver}",'
        f'"amount_minor":{chance.randint(1_000, 9_999)},"currency":"INR","description":"'
    ).encode()


def _post(path: str, token: str, key: bytes, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\nidempotency-key: "
    ).encode()
    return b"%b%b\r\ncontent-length: %d\r\n\r\n%b" % (head, key, len(body), body)


def _new_key() -> str:
    return f"{next(_serial):016x}"
