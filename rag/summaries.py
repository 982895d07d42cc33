"""Summaries: plain text about one account, written by code from facts. The same facts always give the same text.

Three kinds, so that a question finds its payments whichever way it is put: a month, a counterparty, and single payments
that somebody may remember. Descriptions and names are quoted, cut to size; nothing in them is ever obeyed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median_low
from typing import Literal
from uuid import UUID

from core.money import Currency
from core.periods import Period
from rag.category_words import CATEGORY_WORDS
from rag.facts import IDS_MAX, Holder, Payment, Relation
from rag.festivals import festivals_in, festivals_near
from rag.wording import amount, category, count, day, listed, moment, name, note, plain, quoted, text_of

Kind = Literal["month", "counterparty", "transaction"]

NOTABLE_MAX = 20
"""Single payments that one month tells of, the largest."""

_TOP = 3
_FESTIVALS_MAX = 5
_UNCATEGORISED = "uncategorised"
_AMONG_PEOPLE = frozenset({"transfer", "gifts", _UNCATEGORISED})
"""Of payments with no trade behind them, the note is all that tells what they were for."""
_NIGHT_ENDS = 5
"""Hour before which a payment is at an odd one; statements that know no time of day say midnight."""
_LARGE = 4
"""Times the month's median payment: a first payment to somebody is worth telling from here on."""

_RHYTHM_MIN = 3
_RHYTHMS = (
    (3, "every few days"), (10, "about weekly"), (20, "about every two weeks"), (45, "about monthly"),
    (150, "every few months"), (250, "about twice a year"), (450, "about yearly"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """A text, what it is about (`subject`, unique per account and kind), and the transactions it speaks of."""

    kind: Kind
    subject: str
    period: Period
    text: str
    transaction_ids: Sequence[UUID]
    transaction_days: Sequence[date]
    """Theirs, in the same order: a period narrows what a find tells of."""

    @property
    def text_hash(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


def month_summary(holder: Holder, month: Period, payments: Sequence[Payment]) -> Summary:
    """What an account did in a month that had at least one payment; the largest come first in `transaction_ids`."""
    by_size = sorted(payments, key=_by_size)
    currency = holder.currency
    by_category = [(category(p.category), p.spend_minor) for p in payments if p.category != _UNCATEGORISED]
    paid_to = [(name(p.counterparty), p.spend_minor) for p in payments]
    refunded_by = [(name(p.counterparty), -p.spend_minor) for p in payments if p.is_refund]
    received_from = [(name(p.counterparty), p.income_minor) for p in payments]
    sentences = [
        f"{name(holder.customer)} at {name(holder.bank)} in {month.label}.",
        _total("Spent", sum(p.spend_minor for p in payments), sum(map(_is_paid, payments)), currency),
        _total("Received", sum(p.income_minor for p in payments), sum(map(_is_received, payments)), currency),
        listed("Festivals", festivals_in(holder.time_zone, month.start, month.end)[:_FESTIVALS_MAX]),
        _ranking("Most went on", by_category, currency),
        _ranking("Paid most to", paid_to, currency),
        _largest(by_size, currency),
        _ranking("Refunded by", refunded_by, currency),
        _ranking("Received most from", received_from, currency),
    ]
    return Summary(
        kind="month",
        subject=f"{month.start:%Y-%m}",
        period=month,
        text=text_of(sentences, described=(p.description for p in by_size)),
        transaction_ids=[p.id for p in by_size[:IDS_MAX]],
        transaction_days=[p.at.date() for p in by_size[:IDS_MAX]],
    )


def counterparty_summary(holder: Holder, relation: Relation) -> Summary:
    """All that passed between an account and one counterparty."""
    other = "own accounts" if relation.is_own else name(relation.counterparty)
    currency = holder.currency
    sentences = [
        f"{name(holder.customer)} and {other}{_kind_of(relation.category)}: {_history(relation)}.",
        _total("Paid", relation.paid_minor, relation.paid_count, currency),
        _total("Received", relation.received_minor, relation.received_count, currency),
        f"Usually {amount(relation.typical_minor, currency)}." if len(relation.transaction_ids) > 1 else "",
        f"Refunded {amount(relation.refunded_minor, currency)}." if relation.refunded_minor else "",
    ]
    return Summary(
        kind="counterparty",
        subject=str(relation.key),
        period=Period(relation.first_at.date(), relation.last_at.date() + timedelta(days=1)),
        text=text_of(sentences, described=relation.descriptions),
        transaction_ids=relation.transaction_ids,
        transaction_days=relation.transaction_days,
    )


def payment_summaries(
    holder: Holder, month: Period, payments: Sequence[Payment], *, first_ids: Collection[UUID]
) -> list[Summary]:
    """The month's payments that somebody may ask about: the largest, large ones to a new payee, flagged, refunded, at
    an odd hour, and what people wrote a note to each other about.

    `first_ids`: payments that were the first to their payee.
    """
    paid = sorted(filter(_is_paid, payments), key=_by_size)
    large_minor = _LARGE * median_low([p.amount_minor for p in paid]) if paid else 0

    def is_notable(payment: Payment) -> bool:
        is_new_and_large = payment.id in first_ids and payment.amount_minor >= large_minor
        return (
            payment in paid[:1]
            or is_new_and_large
            or payment.is_flagged
            or payment.is_refund
            or _was_refunded(payment)
            or _is_noted(payment)
            or _is_at_night(payment)
        )

    notable = [payment for payment in sorted(payments, key=_by_size) if is_notable(payment)][:NOTABLE_MAX]
    return [
        _payment_summary(
            holder, payment, is_first=payment.id in first_ids, largest_of=month if payment in paid[:1] else None
        )
        for payment in notable
    ]


def _payment_summary(holder: Holder, payment: Payment, *, is_first: bool, largest_of: Period | None) -> Summary:
    verb, preposition = ("received", "from") if payment.is_incoming else ("paid", "to")
    on = payment.at.date()
    sentences = [
        *([_sentence(note(payment.description))] if _is_noted(payment) else []),
        f"{name(holder.customer)} {verb} {amount(payment.amount_minor, holder.currency)} {preposition} "
        f"{name(payment.counterparty)}{_circumstances(payment)}.",
        _sentence(quoted(payment.description)),
        f"The largest payment of {largest_of.label}." if largest_of else "",
        "The first payment to them." if is_first else "",
        "At night, at an odd hour." if _is_at_night(payment) else "",
        "Flagged as unusual." if payment.is_flagged else "",
        "A refund of an earlier payment." if payment.is_refund else "",
        f"Refunded on {day(payment.refunded_on)}." if payment.refunded_on else "",
        listed("Around", festivals_near(holder.time_zone, on)[:_FESTIVALS_MAX]),
    ]
    return Summary(
        kind="transaction",
        subject=str(payment.id),
        period=Period(on, on + timedelta(days=1)),
        text=text_of(sentences),
        transaction_ids=[payment.id],
        transaction_days=[on],
    )


def _is_paid(payment: Payment) -> bool:
    return not (payment.is_incoming or payment.is_own_transfer or payment.is_refund)


def _is_received(payment: Payment) -> bool:
    return payment.is_incoming and not (payment.is_own_transfer or payment.is_refund)


def _circumstances(payment: Payment) -> str:
    """Left short beside a note: measured, whatever else a text says takes meaning from the note."""
    if _is_noted(payment):
        return f" on {moment(payment.at) if _is_at_night(payment) else day(payment.at)}"
    return f"{_kind_of(payment.category)} by {name(payment.channel)} on {moment(payment.at)}"


def _is_noted(payment: Payment) -> bool:
    return bool(payment.description) and payment.category in _AMONG_PEOPLE and not payment.is_own_transfer


def _is_at_night(payment: Payment) -> bool:
    return payment.at.hour < _NIGHT_ENDS and payment.at.time() != time()


def _was_refunded(payment: Payment) -> bool:
    return payment.refunded_on is not None


def _by_size(payment: Payment) -> tuple[int, UUID]:
    return -payment.amount_minor, payment.id


def _largest(by_size: Sequence[Payment], currency: Currency) -> str:
    largest = next(filter(_is_paid, by_size), None)
    if largest is None:
        return ""
    paid = f"Largest payment: {amount(largest.amount_minor, currency)} to {name(largest.counterparty)}"
    return f"{paid} on {largest.at.day} {largest.at:%B} {quoted(largest.description)}".rstrip() + "."


def _ranking(label: str, amounts: Iterable[tuple[str, int]], currency: Currency) -> str:
    """`Most went on Rent 30000, Groceries 12840 INR.`: positive sums per name, largest first; or nothing."""
    sums: defaultdict[str, int] = defaultdict(int)
    for key, minor in amounts:
        sums[key] += minor
    top = sorted(((-minor, key) for key, minor in sums.items() if minor > 0))[:_TOP]
    ranked = ", ".join(f"{key} {plain(-minor, currency)}" for minor, key in top)
    return f"{label} {ranked} {currency}." if ranked else ""


def _total(verb: str, minor: int, payments: int, currency: Currency) -> str:
    return f"{verb} {amount(minor, currency)} in {count(payments)}." if payments else ""


def _sentence(words: str) -> str:
    return f"{words}." if words else ""


def _kind_of(slug: str) -> str:
    """The category, and what else people call what is bought there."""
    words = f": {CATEGORY_WORDS[slug]}" if slug in CATEGORY_WORDS else ""
    return "" if slug == _UNCATEGORISED else f" ({category(slug)}{words})"


def _history(relation: Relation) -> str:
    payments = relation.paid_count + relation.received_count
    if payments < _RHYTHM_MIN:
        return f"{count(payments)}, last on {day(relation.last_at)}"
    gap_days = (relation.last_at.date() - relation.first_at.date()).days // (payments - 1)
    rhythm = next((words for days, words in _RHYTHMS if gap_days <= days), "rarely")
    return f"{count(payments)} since {day(relation.first_at)}, {rhythm}, last on {day(relation.last_at)}"
