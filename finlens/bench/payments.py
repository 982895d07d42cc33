"""The payments that a benchmark makes: random, all of one length, rendered before anybody is measured."""

import random
from collections.abc import Iterator, Sequence
from itertools import count, cycle, islice
from uuid import UUID

from finlens.bench.load import Asked, Shot

DIFFERENT = 1 << 14
"""Pairs of accounts that are drawn before they come round again."""

_serial = count()


class Payments:
    """Endless payments among `accounts`; the first of these is on one side or the other of `hot_share` of them.

    A payment's description is its key, so that what was stored can be told from what was asked without trusting the
    ledger's own idea of a key.
    """

    def __init__(self, accounts: Sequence[UUID], *, seed: int, hot_share: float = 0.0) -> None:
        chance = random.Random(seed)  # noqa: S311  # a repeatable load, not a secret
        names = [str(account) for account in accounts]
        self._openings = [_opening(chance, names, hot_share) for _ in range(DIFFERENT)]

    def single(self, token: str) -> Iterator[Shot]:
        """One payment per request."""
        for amount_minor, opening in cycle(self._openings):
            key = _new_key()
            text = key.encode()
            yield Shot((Asked(key, amount_minor),), _post("/transactions", token, text, b'%b%b"}' % (opening, text)))

    def bulk(self, token: str, size: int) -> Iterator[Shot]:
        """`size` payments per request, each with a key of its own beside that of the request."""
        openings = cycle(self._openings)
        while True:
            asked, items = [], []
            for amount_minor, opening in islice(openings, size):
                key = _new_key()
                text = key.encode()
                asked.append(Asked(key, amount_minor))
                items.append(b'%b%b","idempotency_key":"%b"}' % (opening, text, text))
            yield Shot(asked, _post("/transactions/bulk", token, _new_key().encode(), b"[%b]" % b",".join(items)))


def _opening(chance: random.Random, accounts: Sequence[str], hot_share: float) -> tuple[int, bytes]:
    """An amount, and the JSON of a payment of it up to its description."""
    sender, receiver = chance.sample(accounts[1:], 2)
    if chance.random() < hot_share:
        sender, receiver = chance.choice([(accounts[0], receiver), (sender, accounts[0])])
    amount_minor = chance.randint(1_000, 9_999)
    text = (
        f'{{"sender_account_id":"{sender}","receiver_account_id":"{receiver}",'
        f'"amount_minor":{amount_minor},"currency":"INR","description":"'
    )
    return amount_minor, text.encode()


def _post(path: str, token: str, key: bytes, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\nidempotency-key: "
    ).encode()
    return b"%b%b\r\ncontent-length: %d\r\n\r\n%b" % (head, key, len(body), body)


def _new_key() -> str:
    return f"{next(_serial):016x}"
