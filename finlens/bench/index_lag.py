"""How long after its commit a payment can be found: payments over HTTP at a steady rate, while the worker follows."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import psycopg

from core.db import dsn, owner_url
from core.ids import new_id
from finlens.bench.load import HOST
from finlens.bench.measure import percentile
from finlens.bench.stage import Report, Stage

WANTED_S = 3.0
TICK_S = 0.1
SAMPLED_PER_S = 20
"""Payments that are looked for; all of them at the lower rate."""
AMONG_PEOPLE = 0.2
WORKED_OFF_S = 180.0

WORDS = (
    "groceries", "team lunch", "cab share", "school fees", "medicines", "movie tickets", "rent", "house repair",
    "birthday cake", "petrol", "internet bill", "gym", "books", "train tickets", "shoes", "dinner", "coffee", "gift",
)  # fmt: skip

# As a payment of its own, or among those with its payee. By the summaries' unique key: a look costs next to nothing.
_FOUND = """
    SELECT u.id, bool_or(m.gist_hash IS NOT NULL)
      FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) u(id, account_id, payee)
     CROSS JOIN LATERAL (VALUES ('transaction', u.id::text), ('counterparty', u.payee)) about(kind, subject)
      JOIN rag.summary s ON s.account_id = u.account_id AND s.kind = about.kind AND s.subject = about.subject
      LEFT JOIN rag.meaning m ON m.summary_id = s.id AND m.gist_hash = s.gist_hash
     WHERE u.id = ANY (s.transaction_ids)
     GROUP BY u.id
"""
_CAST = "SELECT account_id, customer_id, is_merchant FROM public.cast_list WHERE no > 0"
_BACKLOG = """
    SELECT (SELECT count(*) FROM rag.unembedded),
           coalesce(extract(epoch FROM now() - (SELECT min(marked_at) FROM rag.unembedded)), 0)::float8
"""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A payment that a summary of its payer is to tell of."""

    account_id: UUID
    payee: str
    committed_at: float


@dataclass
class Lags:
    """Seconds from the answer to the payer until the payment was found, by what finds it."""

    per_s: float
    payments: int = 0
    sampled: int = 0
    words_s: list[float] = field(default_factory=list)
    vectors_s: list[float] = field(default_factory=list)
    backlog_gists: int = 0
    """Gists without a vector when the last payment was made, and how long the oldest had waited."""
    backlog_s: float = 0.0
    worked_off_s: float | None = None
    """From then until none was left; None if it took longer than WORKED_OFF_S."""

    def document(self) -> dict[str, Any]:
        return {
            "asked_per_s": self.per_s,
            "payments": self.payments,
            "sampled": self.sampled,
            "words_within_3_s": self._within(self.words_s),
            "words_p95_s": self._p95(self.words_s),
            "vectors_within_3_s": self._within(self.vectors_s),
            "vectors_p95_s": self._p95(self.vectors_s),
            "backlog_gists": self.backlog_gists,
            "backlog_s": round(self.backlog_s, 1),
            "worked_off_s": None if self.worked_off_s is None else round(self.worked_off_s, 1),
        }

    def _within(self, found_s: Sequence[float]) -> float:
        """The share of all that were looked for: what was never found is not left out."""
        return round(sum(each <= WANTED_S for each in found_s) / self.sampled, 4)

    def _p95(self, found_s: Sequence[float]) -> float | None:
        missing = [float("inf")] * (self.sampled - len(found_s))
        worst = percentile([*found_s, *missing], 0.95)
        return None if worst == float("inf") else round(worst, 2)


async def watch_lag(own: Stage, port: int, report: Report, *, per_s: int, seconds: float) -> Lags:
    """Pay `per_s` times a second for `seconds`; look for what was paid until all is found and nothing waits."""
    report(f"Paying {per_s} times a second for {seconds:.0f} s")
    watch = _Watch(own, Lags(per_s))
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=30) as client:
        looking = asyncio.create_task(watch.look())
        ends_at = time.perf_counter() + seconds
        tick_at = time.perf_counter()
        while tick_at < ends_at:
            await watch.pay(client, max(1, round(per_s * TICK_S)))
            tick_at += TICK_S
            await asyncio.sleep(max(0.0, tick_at - time.perf_counter()))
        await watch.work_off()
        looking.cancel()
    found = watch.lags.document()
    report(f"Within 3 s: words {found['words_within_3_s']:.1%}, vectors {found['vectors_within_3_s']:.1%}")
    return watch.lags


class _Watch:
    def __init__(self, own: Stage, lags: Lags) -> None:
        self.lags = lags
        self._own = own
        self._chance = random.Random(int(lags.per_s))  # noqa: S311  # a repeatable load, not a secret
        self._sample_every = max(1, round(lags.per_s / SAMPLED_PER_S))
        self._unfound: dict[UUID, _Sent] = {}
        self._unembedded: dict[UUID, _Sent] = {}
        with own.superuser() as connection:
            cast = connection.execute(_CAST).fetchall()
        self._people = [(account, customer) for account, customer, is_merchant in cast if not is_merchant]
        self._merchants = [(account, customer) for account, customer, is_merchant in cast if is_merchant]

    async def pay(self, client: httpx.AsyncClient, count: int) -> None:
        """One request of `count` payments, most of them to merchants."""
        asked = [self._payment() for _ in range(count)]
        answer = await client.post(
            "/transactions/bulk",
            json=[body for body, _, _ in asked],
            headers={"Authorization": f"Bearer {self._own.token()}", "Idempotency-Key": str(new_id())},
        )
        now = time.perf_counter()
        for result, (_, account_id, payee) in zip(answer.raise_for_status().json()["items"], asked, strict=True):
            self.lags.payments += 1
            if self.lags.payments % self._sample_every == 0:
                self.lags.sampled += 1
                id = UUID(result["id"])
                self._unfound[id] = self._unembedded[id] = _Sent(account_id, payee, now)

    def _payment(self) -> tuple[dict[str, Any], UUID, str]:
        payer, _ = self._chance.choice(self._people)
        others = self._people if self._chance.random() < AMONG_PEOPLE else self._merchants
        payee, customer = self._chance.choice(others)
        while payee == payer:
            payee, customer = self._chance.choice(others)
        body = {
            "sender_account_id": str(payer),
            "receiver_account_id": str(payee),
            "amount_minor": self._chance.randint(1_000, 500_000),
            "currency": "INR",
            "description": self._chance.choice(WORDS),
        }
        return body, payer, str(customer)

    async def look(self) -> None:
        """Look for what is not found yet, again and again, until cancelled."""
        url = dsn(owner_url(self._own.settings))
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            while True:
                sent = {**self._unfound, **self._unembedded}
                columns = [list(sent), [s.account_id for s in sent.values()], [s.payee for s in sent.values()]]
                rows = await (await connection.execute(_FOUND, columns)).fetchall()
                now = time.perf_counter()
                for id, is_embedded in rows:
                    _note(id, self._unfound, self.lags.words_s, now)
                    if is_embedded:
                        _note(id, self._unembedded, self.lags.vectors_s, now)
                await asyncio.sleep(TICK_S)

    async def work_off(self) -> None:
        """Wait until no gist waits for a vector any more."""
        began = time.perf_counter()
        url = dsn(owner_url(self._own.settings))
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            self.lags.backlog_gists, self.lags.backlog_s = await self._backlog(connection)
            while time.perf_counter() - began < WORKED_OFF_S:
                gists, _ = await self._backlog(connection)
                if not gists and not self._unfound and not self._unembedded:
                    self.lags.worked_off_s = time.perf_counter() - began
                    return
                await asyncio.sleep(TICK_S)

    async def _backlog(self, connection: psycopg.AsyncConnection[Any]) -> tuple[int, float]:
        row = await (await connection.execute(_BACKLOG)).fetchone()
        assert row is not None
        return row


def _note(id: UUID, waiting: dict[UUID, _Sent], lags: list[float], now: float) -> None:
    if sent := waiting.pop(id, None):
        lags.append(now - sent.committed_at)
