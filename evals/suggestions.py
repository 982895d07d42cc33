"""The exam of suggestions: payees whose category is known from their merchant's code, that code hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from core.db import Database
from rag.embedder import Embedder
from rag.suggestions import CONFIDENT, Guess, Meanings, words_of

# Each payee once, however often it is paid, with the words of its latest payment.
_PAYEES = text("""
    SELECT c.name, c.category, p.description
      FROM banking.customer c
     CROSS JOIN LATERAL (
        SELECT t.description
          FROM banking.account a JOIN ledger.transaction t ON t.receiver_account_id = a.id
         WHERE a.customer_id = c.id AND t.status = 'success' AND t.category IS NULL
         ORDER BY t.occurred_at DESC LIMIT 1) p
     WHERE c.kind = 'business' AND c.category <> 'uncategorised'
     ORDER BY c.id
""")


@dataclass(frozen=True, slots=True)
class SuggestionScore:
    """For how many payees the nearest meaning was right; how many suggestions were made, and how many were right."""

    payees: int
    nearest_right: int
    suggested: int
    suggested_right: int


async def examine_suggestions(database: Database, embedder: Embedder) -> SuggestionScore:
    async with database.app.connect() as connection:
        payees = (await connection.execute(_PAYEES)).all()
    known = Meanings.of_categories(embedder)
    guesses = [
        (_best(known, embedder, words), payee.category)
        for payee in payees
        if (words := words_of(payee.name, payee.description))
    ]
    suggested = [(guess, right) for guess, right in guesses if guess.confidence >= CONFIDENT]
    return SuggestionScore(
        payees=len(guesses),
        nearest_right=sum(guess.category == right for guess, right in guesses),
        suggested=len(suggested),
        suggested_right=sum(guess.category == right for guess, right in suggested),
    )


def _best(known: Meanings, embedder: Embedder, words: Sequence[str]) -> Guess:
    return max(known.nearest(words, embedder), key=lambda guess: guess.confidence)
