"""What the ledger holds about one account, read by SQL: the facts that summaries are written from.

Amounts are integers of minor units and positive; days and hours are those of the account holder's time zone; whatever
comes in several rows has a total order. So the same ledger gives the same facts, however it was filled.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.money import Currency
from core.periods import Period, midnight

BUSINESS_POSTINGS_MAX = 500
"""A business that has paid and been paid more often than this gets no summaries: nobody remembers its single payments,
insights answer its questions, and every sale would have its month written and embedded anew."""

IDS_MAX = 200
"""Transactions that one summary names, the newest."""

DESCRIPTIONS_MAX = 50


@dataclass(frozen=True, slots=True)
class Holder:
    """An account, and who holds it where."""

    account_id: UUID
    bank_id: UUID
    customer_id: UUID
    customer: str
    bank: str
    currency: Currency
    time_zone: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One successful entry of the account. `refunded_on` and `is_flagged` say what became of it since."""

    id: UUID
    counterparty_key: UUID
    counterparty: str
    is_incoming: bool
    amount_minor: int
    spend_minor: int
    income_minor: int
    category: str
    channel: str
    description: str
    at: datetime
    is_own_transfer: bool
    is_refund: bool
    refunded_on: date | None
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """All that passed between the account and one counterparty: a customer with any account, or an outside account."""

    key: UUID
    counterparty: str
    category: str
    paid_count: int
    paid_minor: int
    received_count: int
    received_minor: int
    refunded_minor: int
    """What came back of what was paid."""
    typical_minor: int
    """The median amount, of two in the middle the smaller."""
    first_at: datetime
    last_at: datetime
    first_paid_id: UUID | None
    is_own: bool
    descriptions: Sequence[str]
    """Of the latest payments, the newest first."""
    transaction_ids: Sequence[UUID]
    """The newest first."""
    transaction_days: Sequence[date]
    """Theirs, in the same order."""


# The version of a balance counts the account's postings.
_HOLDERS = text("""
    SELECT a.account_id, a.bank_id, a.customer_id, a.customer, a.bank, a.currency, a.time_zone
      FROM reporting.account a
      JOIN ledger.balance b ON b.account_id = a.account_id AND b.bank_id = a.bank_id
      JOIN banking.customer c ON c.id = a.customer_id
     WHERE a.account_id = ANY (:accounts) AND (c.kind = 'person' OR b.version <= :postings_max)
     ORDER BY a.account_id
""")

_PAYMENTS = text("""
    SELECT e.transaction_id AS id,
           coalesce(e.counterparty_customer_id, e.counterparty_account_id) AS counterparty_key, e.counterparty,
           e.direction = 'in' AS is_incoming, abs(e.amount_minor) AS amount_minor, e.spend_minor, e.income_minor,
           e.category, e.channel, e.description, e.occurred_at AT TIME ZONE :zone AS at, e.is_own_transfer,
           e.reverses_id IS NOT NULL AS is_refund,
           (r.refunded_at AT TIME ZONE :zone)::date AS refunded_on,
           EXISTS (SELECT FROM reporting.alert l
                    WHERE l.transaction_id = e.transaction_id AND l.account_id = e.account_id) AS is_flagged
      FROM reporting.entry e
      LEFT JOIN (
        SELECT x.reverses_id AS id, min(x.occurred_at) AS refunded_at
          FROM reporting.entry x
         WHERE x.account_id = :account AND x.occurred_at >= :start AND x.status = 'success'
           AND x.reverses_id IS NOT NULL
         GROUP BY x.reverses_id
      ) r ON r.id = e.transaction_id
     WHERE e.account_id = :account AND e.occurred_at >= :start AND e.occurred_at < :end AND e.status = 'success'
     ORDER BY e.occurred_at, e.transaction_id
""")

_RELATIONS = text("""
    SELECT coalesce(e.counterparty_customer_id, e.counterparty_account_id) AS key, max(e.counterparty) AS counterparty,
           (array_agg(e.category ORDER BY e.occurred_at DESC, e.transaction_id DESC))[1] AS category,
           count(*) FILTER (WHERE e.direction = 'out' AND e.reverses_id IS NULL) AS paid_count,
           coalesce(sum(-e.amount_minor) FILTER (WHERE e.direction = 'out' AND e.reverses_id IS NULL), 0)::bigint
               AS paid_minor,
           count(*) FILTER (WHERE e.direction = 'in' AND e.reverses_id IS NULL) AS received_count,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.direction = 'in' AND e.reverses_id IS NULL), 0)::bigint
               AS received_minor,
           coalesce(sum(e.amount_minor) FILTER (WHERE e.direction = 'in' AND e.reverses_id IS NOT NULL), 0)::bigint
               AS refunded_minor,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(e.amount_minor)) AS typical_minor,
           min(e.occurred_at) AT TIME ZONE :zone AS first_at, max(e.occurred_at) AT TIME ZONE :zone AS last_at,
           (array_agg(e.transaction_id ORDER BY e.occurred_at, e.transaction_id)
               FILTER (WHERE e.direction = 'out' AND e.reverses_id IS NULL))[1] AS first_paid_id,
           bool_or(e.is_own_transfer) AS is_own,
           (array_agg(e.description ORDER BY e.occurred_at DESC, e.transaction_id DESC))
               [1:CAST(:descriptions_max AS int)] AS descriptions,
           (array_agg(e.transaction_id ORDER BY e.occurred_at DESC, e.transaction_id DESC))
               [1:CAST(:ids_max AS int)] AS transaction_ids,
           (array_agg((e.occurred_at AT TIME ZONE :zone)::date ORDER BY e.occurred_at DESC, e.transaction_id DESC))
               [1:CAST(:ids_max AS int)] AS transaction_days
      FROM reporting.entry e
     WHERE e.account_id = :account AND e.status = 'success'
       AND coalesce(e.counterparty_customer_id, e.counterparty_account_id) = ANY (:keys)
     GROUP BY 1
     ORDER BY 1
""")


async def holders(connection: AsyncConnection, accounts: Collection[UUID]) -> list[Holder]:
    """Those of `accounts` that summaries are written for: persons' and small businesses', in id order."""
    parameters = {"accounts": list(accounts), "postings_max": BUSINESS_POSTINGS_MAX}
    return [Holder(**row) for row in (await connection.execute(_HOLDERS, parameters)).mappings()]


async def payments(connection: AsyncConnection, holder: Holder, months: Sequence[Period]) -> list[Payment]:
    """The account's payments of these months, oldest first."""
    zone = ZoneInfo(holder.time_zone)
    parameters = {
        "account": holder.account_id,
        "zone": holder.time_zone,
        "start": midnight(min(month.start for month in months), zone),
        "end": midnight(max(month.end for month in months), zone),
    }
    rows = (await connection.execute(_PAYMENTS, parameters)).mappings()
    found = [Payment(**row) for row in rows]
    return [payment for payment in found if any(month.holds(payment.at.date()) for month in months)]


async def relations(connection: AsyncConnection, holder: Holder, keys: Collection[UUID]) -> list[Relation]:
    """The account's whole history with each of these counterparties, in key order."""
    parameters = {
        "account": holder.account_id,
        "zone": holder.time_zone,
        "keys": list(keys),
        "descriptions_max": DESCRIPTIONS_MAX,
        "ids_max": IDS_MAX,
    }
    rows = (await connection.execute(_RELATIONS, parameters)).mappings()
    return [Relation(**row) for row in rows]
