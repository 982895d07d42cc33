"""Suggestions: a category for payments out that nothing has given one, by what their words mean.

A payment's words are compared with what its holder has said of others of their own payments, and with what people buy
in each category. Other customers' payments have no part in it, and a person's name says nothing of what was bought: it
is left out. Below CONFIDENT there is no suggestion. Suggestions are shown and never counted.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.categories import BY_SLUG
from core.db import Database
from rag.category_words import CATEGORY_WORDS
from rag.embedder import Embedder, Vectors
from rag.embedding import give_way

CONFIDENT = 0.5
"""Cosine from which on a suggestion is worth making: `finlens eval suggestions` prints what it buys."""

POLL_S = 1.0
COURTESY_S = 5.0
"""How long suggestions wait for new payments to be embedded, between two looks."""
_CHANGES = 500
_SAID_MAX = 200
_SAME_PAYEE_MAX = 200

# How a payment was made is no part of what was bought.
_RAIL = re.compile(r"\b(upi|pos|ecom|neft|imps|rtgs|ach|nach|atm|ref|txn|card)\b|[\d/:#*_-]+", re.IGNORECASE)

_MAY_FOLLOW = text("SELECT pg_try_advisory_xact_lock(hashtext('rag.suggestions'))")

# What the holder has said of a payment may tell of others to the same payee.
_FRESH = text("""
    WITH fresh AS (
        SELECT c.position, c.account_id, c.transaction_id, c.kind
          FROM ledger.change c
         WHERE c.position > (SELECT position FROM rag.progress WHERE consumer = 'suggestions')
         ORDER BY c.position LIMIT :changes
    ), passed AS (
        UPDATE rag.progress SET position = (SELECT max(position) FROM fresh)
         WHERE consumer = 'suggestions' AND EXISTS (SELECT FROM fresh)
    ), paid AS (
        SELECT f.kind, t.*
          FROM fresh f
          JOIN ledger.transaction t ON t.id = f.transaction_id AND t.sender_account_id = f.account_id
    ), touched AS (
        SELECT p.id, p.sender_account_id, p.category, p.reverses_id FROM paid p
         UNION
        SELECT o.id, o.sender_account_id, o.category, o.reverses_id
          FROM paid p
         CROSS JOIN LATERAL (
            SELECT x.* FROM ledger.transaction x
             WHERE x.sender_account_id = p.sender_account_id AND x.receiver_account_id = p.receiver_account_id
             ORDER BY x.occurred_at DESC LIMIT :same_payee) o
         WHERE p.kind = 'modified'
    ), uncaught AS (
        SELECT e.*
          FROM touched t
         -- OFFSET 0 has the view asked for one payment at a time, and not for all of them at once.
         CROSS JOIN LATERAL (
            SELECT x.transaction_id, x.account_id, x.customer_id, x.description,
                   CASE WHEN c.kind = 'person' THEN '' ELSE x.counterparty END AS payee
              FROM reporting.entry x
              LEFT JOIN banking.customer c ON c.id = x.counterparty_customer_id
             WHERE x.transaction_id = t.id AND x.account_id = t.sender_account_id AND x.direction = 'out'
               AND x.category = 'uncategorised' AND NOT x.is_own_transfer AND x.customer_id IS NOT NULL
            OFFSET 0) e
         -- What says itself what it is needs no look at the view.
         WHERE t.reverses_id IS NULL AND coalesce(t.category, 'uncategorised') = 'uncategorised'
    )
    SELECT h.heard, u.* FROM (SELECT count(*) AS heard FROM fresh) h LEFT JOIN uncaught u ON true
""")
_SAID = text("""
    SELECT s.* FROM unnest(CAST(:customers AS uuid[])) u(customer_id)
     CROSS JOIN LATERAL (
        SELECT a.customer_id, n.category, t.description,
               CASE WHEN rc.kind = 'person' THEN '' ELSE coalesce(rc.name, ra.name) END AS payee
          FROM banking.account a
          JOIN insights.annotation n ON n.account_id = a.id AND n.category IS NOT NULL
          JOIN ledger.transaction t ON t.id = n.transaction_id AND t.sender_account_id = a.id
          JOIN banking.account ra ON ra.id = t.receiver_account_id
          LEFT JOIN banking.customer rc ON rc.id = ra.customer_id
         WHERE a.customer_id = u.customer_id
         ORDER BY n.updated_at DESC LIMIT :limit) s
""")
_STORE = text("""
    INSERT INTO insights.suggestion (transaction_id, account_id, category, confidence)
    SELECT * FROM unnest(CAST(:transactions AS uuid[]), CAST(:accounts AS uuid[]), CAST(:categories AS text[]),
                         CAST(:confidences AS real[]))
        ON CONFLICT (transaction_id, account_id) DO UPDATE
       SET category = excluded.category, confidence = excluded.confidence
""")


@dataclass(frozen=True, slots=True)
class Guess:
    category: str
    confidence: float


class Meanings:
    """Texts whose category is known, as vectors."""

    def __init__(self, categories: Sequence[str], vectors: Vectors) -> None:
        self._categories = categories
        self._vectors = vectors

    @classmethod
    def of_categories(cls, embedder: Embedder) -> Self:
        """The categories' names and what people buy in them."""
        words = [
            (slug, word.strip())
            for slug, listed in CATEGORY_WORDS.items()
            for word in (BY_SLUG[slug].name, *listed.split(","))
        ]
        return cls([slug for slug, _ in words], embedder.embed([word for _, word in words]))

    def and_said(self, said: Sequence[tuple[str, str]], embedder: Embedder) -> "Meanings":
        """With what a holder has said: pairs of a text and its category."""
        if not said:
            return self
        vectors = embedder.embed([words for words, _ in said])
        return Meanings([*self._categories, *(slug for _, slug in said)], np.vstack([self._vectors, vectors]))

    def nearest(self, texts: Sequence[str], embedder: Embedder) -> list[Guess]:
        """For each text the category of the known one that means most the same."""
        likeness = embedder.embed(texts) @ self._vectors.T
        best = [int(place) for place in likeness.argmax(axis=1)]
        # Rounding may take a cosine of equal texts past 1.
        return [
            Guess(self._categories[place], min(1.0, max(0.0, float(row[place]))))
            for row, place in zip(likeness, best, strict=True)
        ]


def words_of(payee: str, description: str) -> list[str]:
    """What of a payment says what it was for: the payee's name where it is no person's, and the description, each
    without the words of the rail that it went by."""
    cleaned = (" ".join(_RAIL.sub(" ", words).split()) for words in (payee, description))
    return [*dict.fromkeys(words for words in cleaned if words)]


async def suggest_on(database: Database, embedder: Embedder) -> None:
    """Keep suggestions in step with the ledger until cancelled."""
    known = await asyncio.to_thread(Meanings.of_categories, embedder)
    while True:
        await give_way(database, COURTESY_S)
        if not await suggest_next(database, embedder, known):
            await asyncio.sleep(POLL_S)


async def suggest_next(database: Database, embedder: Embedder, known: Meanings) -> int:
    """Suggest for what the next changes have left without a category; returns how many changes it heard of."""
    async with database.app.begin() as connection:
        if not await connection.scalar(_MAY_FOLLOW):
            return 0
        touched = (await connection.execute(_FRESH, {"changes": _CHANGES, "same_payee": _SAME_PAYEE_MAX})).all()
        uncaught = [row for row in touched if row.transaction_id]
        said = await _said(connection, {row.customer_id for row in uncaught})
        found = await asyncio.to_thread(_guesses, uncaught, said, embedder, known)
        if found:
            await connection.execute(_STORE, _columns(found))
    return touched[0].heard


async def _said(connection: AsyncConnection, customers: Iterable[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """What each of the customers has said of their own payments: texts and their categories."""
    said: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for row in await connection.execute(_SAID, {"customers": list(customers), "limit": _SAID_MAX}):
        said[row.customer_id] += [(words, row.category) for words in words_of(row.payee, row.description)]
    return said


def _guesses(
    uncaught: Sequence[Any], said: dict[UUID, list[tuple[str, str]]], embedder: Embedder, known: Meanings
) -> list[tuple[Any, Guess]]:
    """The sides that have a confident guess, each with the best of its words'."""
    of_customer: dict[UUID, list[Any]] = defaultdict(list)
    for row in uncaught:
        of_customer[row.customer_id].append(row)
    return [
        (row, guess)
        for customer_id, rows in of_customer.items()
        for row, guess in _best(rows, known.and_said(said.get(customer_id, []), embedder), embedder)
        if guess.confidence >= CONFIDENT
    ]


def _best(rows: Sequence[Any], known: Meanings, embedder: Embedder) -> list[tuple[Any, Guess]]:
    words = {words: None for row in rows for words in words_of(row.payee, row.description)}
    if not words:
        return []
    guessed = dict(zip(words, known.nearest([*words], embedder), strict=True))
    guesses = ((row, [guessed[words] for words in words_of(row.payee, row.description)]) for row in rows)
    return [(row, max(of_row, key=lambda guess: guess.confidence)) for row, of_row in guesses if of_row]


def _columns(found: Sequence[tuple[Any, Guess]]) -> dict[str, list[Any]]:
    return {
        "transactions": [row.transaction_id for row, _ in found],
        "accounts": [row.account_id for row, _ in found],
        "categories": [guess.category for _, guess in found],
        "confidences": [guess.confidence for _, guess in found],
    }
