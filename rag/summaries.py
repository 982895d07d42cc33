"""Summaries: plain text about one account, written by code from facts. The same facts always give the same text.

Three kinds here, so that a question finds its payments whichever way it is put: a month, a counterparty, and single
payments that somebody may remember. `series`, `cases` and `weeks` tell of more. Descriptions and names are quoted, cut
to size; nothing in them is ever obeyed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median_low
from typing import Literal
from uuid import UUID

from core.money import Currency
from core.periods import Period
from rag.facts import IDS_MAX, Holder, Payment, Relation
from rag.festivals import festivals_in, festivals_near
from rag.wording import (
    UNCATEGORISED,
    amount,
    category,
    count,
    day,
    gist_of,
    kind_of,
    listed,
    moment,
    name,
    note,
    quoted,
    ranking,
    text_of,
    total,
)

Kind = Literal["month", "counterparty", "transaction", "series", "case", "week"]

NOTABLE_MAX = 20
"""Single payments that one month tells of, the largest."""

_TOP = 3
_FESTIVALS_MAX = 5
_AMONG_PEOPLE = frozenset({"transfer", "gifts", UNCATEGORISED})
"""Of payments with no trade behind them, the note is all that tells what they were for."""
_NIGHT_ENDS = 5
"""Hour before which a payment is at an odd one; statements that know no time of day say midnight."""
_LARGE = 4
"""Times the month's median payment: a first payment to somebody is worth telling from here on."""
_UNUSUAL = 3
"""Times what is usual for the category."""

_RHYTHM_MIN = 3
_RHYTHMS = (
    (3, "every few days"), (10, "about weekly"), (20, "about every two weeks"), (45, "about monthly"),
    (150, "every few months"), (250, "about twice a year"), (450, "about yearly"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A payment that a summary speaks of, with what a question may narrow it by."""

    id: UUID
    day: date
    amount_minor: int
    counterparty_key: UUID


@dataclass(frozen=True, slots=True)
class Summary:
    """A text, what it is about (`subject`, unique per account and kind), and the payments it speaks of.

    `gist` is what of the text has a meaning, and alone is embedded: figures, days and the holder's name have none. So
    a payment of the usual kind changes the text and not the gist, and payments alike of two people share a vector.
    """

    kind: Kind
    subject: str
    period: Period
    text: str
    gist: str
    told: Sequence[Told]

    @property
    def transaction_ids(self) -> list[UUID]:
        return [payment.id for payment in self.told]

    @property
    def text_hash(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def gist_hash(self) -> bytes:
        return hashlib.sha256(self.gist.encode()).digest()


def month_summary(holder: Holder, month: Period, payments: Sequence[Payment]) -> Summary:
    """What an account did in a month that had at least one payment; the largest come first in `told`."""
    by_size = sorted(payments, key=_by_size)
    currency = holder.currency
    spent_on = _top((category(p.category), p.spend_minor) for p in payments if p.category != UNCATEGORISED)
    paid_to = _top((name(p.counterparty), p.spend_minor) for p in payments)
    refunded_by = _top((name(p.counterparty), -p.spend_minor) for p in payments if p.is_refund)
    received_from = _top((name(p.counterparty), p.income_minor) for p in payments)
    festivals = listed("Festivals", festivals_in(holder.time_zone, month.start, month.end)[:_FESTIVALS_MAX])
    sentences = [
        f"{name(holder.customer)} at {name(holder.bank)} in {month.label}.",
        total("Spent", sum(p.spend_minor for p in payments), sum(map(_is_paid, payments)), currency),
        total("Received", sum(p.income_minor for p in payments), sum(map(_is_received, payments)), currency),
        festivals,
        ranking("Most went on", spent_on, currency),
        ranking("Paid most to", paid_to, currency),
        _largest(by_size, currency),
        ranking("Refunded by", refunded_by, currency),
        ranking("Received most from", received_from, currency),
    ]
    meanings = [
        f"{month.label}.",
        festivals,
        *(listed(label, [key for key, _ in top]) for label, top in (("Spent on", spent_on), ("Paid to", paid_to))),
        listed("Refunded by", [key for key, _ in refunded_by]),
    ]
    return Summary(
        kind="month",
        subject=f"{month.start:%Y-%m}",
        period=month,
        text=text_of(sentences, described=(p.description for p in by_size)),
        gist=gist_of(meanings, described=(p.description for p in by_size)),
        told=[_told(p) for p in by_size[:IDS_MAX]],
    )


def counterparty_summary(holder: Holder, relation: Relation) -> Summary:
    """All that passed between an account and one counterparty."""
    other = "own accounts" if relation.is_own else name(relation.counterparty)
    currency = holder.currency
    sentences = [
        f"{name(holder.customer)} and {other}{kind_of(relation.category)}: {_history(relation)}.",
        total("Paid", relation.paid_minor, relation.paid_count, currency),
        total("Received", relation.received_minor, relation.received_count, currency),
        f"Usually {amount(relation.typical_minor, currency)}." if len(relation.transaction_ids) > 1 else "",
        f"Refunded {amount(relation.refunded_minor, currency)}." if relation.refunded_minor else "",
    ]
    columns = (relation.transaction_ids, relation.transaction_days, relation.transaction_amounts_minor)
    return Summary(
        kind="counterparty",
        subject=str(relation.key),
        period=Period(relation.first_at.date(), relation.last_at.date() + timedelta(days=1)),
        text=text_of(sentences, described=relation.descriptions),
        gist=gist_of([f"{other}{kind_of(relation.category)}."], described=relation.descriptions),
        told=[Told(id, day, minor, relation.key) for id, day, minor in zip(*columns, strict=True)],
    )


def payment_summaries(holder: Holder, month: Period, payments: Sequence[Payment]) -> list[Summary]:
    """The month's payments that somebody may ask about: the largest, large ones to a new payee, unusually large ones
    for what they buy, flagged, refunded, at an odd hour, and what people wrote a note to each other about."""
    paid = sorted(filter(_is_paid, payments), key=_by_size)
    large_minor = _LARGE * median_low([p.amount_minor for p in paid]) if paid else 0

    def is_notable(payment: Payment) -> bool:
        return (
            payment in paid[:1]
            or (payment.is_first and payment.amount_minor >= large_minor)
            or payment.is_flagged
            or payment.is_refund
            or _was_refunded(payment)
            or _is_noted(payment)
            or _is_at_night(payment)
            or _is_unusual(payment)
        )

    notable = [payment for payment in sorted(payments, key=_by_size) if is_notable(payment)][:NOTABLE_MAX]
    return [payment_summary(holder, payment, largest_of=month if payment in paid[:1] else None) for payment in notable]


def payment_summary(holder: Holder, payment: Payment, *, largest_of: Period | None = None) -> Summary:
    """One payment: who, what for, when, and what it is known by."""
    verb, preposition = ("received", "from") if payment.is_incoming else ("paid", "to")
    on = payment.at.date()
    said = [_sentence(note(payment.description))] if _is_noted(payment) else []
    other = name(payment.counterparty)
    known_by = [
        f"The largest payment of {largest_of.label}." if largest_of else "",
        "The first payment to them." if payment.is_first else "",
        f"Unusually large for {category(payment.category)}." if _is_unusual(payment) else "",
        "At night, at an odd hour." if _is_at_night(payment) else "",
        "Flagged as unusual." if payment.is_flagged else "",
        "A refund of an earlier payment." if payment.is_refund else "",
        f"Refunded on {day(payment.refunded_on)}." if payment.refunded_on else "",
        listed("Around", festivals_near(holder.time_zone, on)[:_FESTIVALS_MAX]),
    ]
    paid = f"{name(holder.customer)} {verb} {amount(payment.amount_minor, holder.currency)}"
    sentences = [
        *said,
        f"{paid} {preposition} {other}{_circumstances(payment)}.",
        _sentence(quoted(payment.description)),
        *known_by,
    ]
    meanings = [
        *(said or [f"{other}{kind_of(payment.category)}.", _sentence(note(payment.description))]),
        f"{verb} {preposition} {other} in {on:%B %Y}." if said else f"{verb} in {on:%B %Y}.",
        *known_by,
    ]
    return Summary(
        kind="transaction",
        subject=str(payment.id),
        period=Period(on, on + timedelta(days=1)),
        text=text_of(sentences),
        gist=gist_of(meanings),
        told=[_told(payment)],
    )


def _told(payment: Payment) -> Told:
    return Told(payment.id, payment.at.date(), payment.amount_minor, payment.counterparty_key)


def _is_paid(payment: Payment) -> bool:
    return not (payment.is_incoming or payment.is_own_transfer or payment.is_refund)


def _is_received(payment: Payment) -> bool:
    return payment.is_incoming and not (payment.is_own_transfer or payment.is_refund)


def _circumstances(payment: Payment) -> str:
    """Left short beside a note: measured, whatever else a text says takes meaning from the note."""
    if _is_noted(payment):
        return f" on {moment(payment.at) if _is_at_night(payment) else day(payment.at)}"
    return f"{kind_of(payment.category)} by {name(payment.channel)} on {moment(payment.at)}"


def _is_noted(payment: Payment) -> bool:
    return bool(payment.description) and payment.category in _AMONG_PEOPLE and not payment.is_own_transfer


def _is_at_night(payment: Payment) -> bool:
    return payment.at.hour < _NIGHT_ENDS and payment.at.time() != time()


def _is_unusual(payment: Payment) -> bool:
    return (
        _is_paid(payment)
        and payment.usual_minor is not None
        and payment.amount_minor >= _UNUSUAL * payment.usual_minor
        and payment.category not in _AMONG_PEOPLE
    )


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


def _top(amounts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The names with the largest positive sums, and these."""
    sums: defaultdict[str, int] = defaultdict(int)
    for key, minor in amounts:
        sums[key] += minor
    ordered = sorted((-minor, key) for key, minor in sums.items() if minor > 0)
    return [(key, -minor) for minor, key in ordered[:_TOP]]


def _sentence(words: str) -> str:
    return f"{words}." if words else ""


def _history(relation: Relation) -> str:
    payments = relation.paid_count + relation.received_count
    if payments < _RHYTHM_MIN:
        return f"{count(payments)}, last on {day(relation.last_at)}"
    gap_days = (relation.last_at.date() - relation.first_at.date()).days // (payments - 1)
    rhythm = next((words for days, words in _RHYTHMS if gap_days <= days), "rarely")
    return f"{count(payments)} since {day(relation.first_at)}, {rhythm}, last on {day(relation.last_at)}"
