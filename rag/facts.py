"""What the ledger holds about accounts, read by SQL: the facts that summaries are written from.

Each query serves many accounts at once: what a payment changes is little, and a round trip for each account would cost
more than the reading. Amounts are integers of minor units and positive; days and hours are those of the account
holder's time zone; whatever comes in several rows has a total order. So the same ledger gives the same facts, however
it was filled.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.money import Currency
from core.periods import Period, midnight

BUSINESS_POSTINGS_MAX = 500
"""A business that has paid and been paid more often than this gets no summaries: nobody remembers its single payments,
insights answer its questions, and every sale would have its month written and embedded anew."""

IDS_MAX = 200
"""Transactions that one summary names, the newest."""

DESCRIPTIONS_MAX = 50

USUAL_OF_MIN = 4
"""Payments of a category from which on one of them may be called unusual."""

_Fact = TypeVar("_Fact")


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
    is_first: bool
    """Nothing was paid to them before."""
    usual_minor: int | None
    """The median of what the account paid in this category in the year up to its month's end; None of fewer than
    USUAL_OF_MIN payments."""
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
    is_own: bool
    descriptions: Sequence[str]
    """Of the latest payments, the newest first."""
    transaction_ids: Sequence[UUID]
    """The newest first."""
    transaction_days: Sequence[date]
    """Theirs, in the same order, as are the amounts."""
    transaction_amounts_minor: Sequence[int]


@dataclass(frozen=True, slots=True)
class Touched:
    """What of an account's texts may read otherwise now: its months, and its counterparties' keys; and when the newest
    of the payments occurred that touched them."""

    months: Sequence[Period]
    counterparties: Sequence[UUID]
    newest: datetime


# The version of a balance counts the account's postings.
_HOLDERS = text("""
    SELECT a.account_id, a.bank_id, a.customer_id, a.customer, a.bank, a.currency, a.time_zone
      FROM reporting.account a
      JOIN ledger.balance b ON b.account_id = a.account_id AND b.bank_id = a.bank_id
      JOIN banking.customer c ON c.id = a.customer_id
     WHERE a.account_id = ANY (:accounts) AND (c.kind = 'person' OR b.version <= :postings_max)
     ORDER BY a.account_id
""")

# OFFSET 0 keeps each look at the view one over an account's month, and not one over everything. What was usual, and
# who had been paid before, is asked of the payments themselves: the view would work out the category of each by rules.
_PAYMENTS = text("""
    SELECT w.account_id, p.*
      FROM unnest(CAST(:accounts AS uuid[]), CAST(:zones AS text[]), CAST(:starts AS timestamptz[]),
                  CAST(:ends AS timestamptz[])) w(account_id, zone, start_at, end_at)
     CROSS JOIN LATERAL (
        SELECT e.*, sent.first_id IS NOT NULL AS is_first,
               CASE WHEN usual.payments >= :usual_of_min THEN usual.minor END AS usual_minor,
               (SELECT (min(x.occurred_at) AT TIME ZONE w.zone)::date
                  FROM ledger.transaction x WHERE x.reverses_id = e.id AND x.status = 'success') AS refunded_on,
               EXISTS (SELECT FROM fraud.alert l
                        WHERE l.transaction_id = e.id AND l.account_id = w.account_id) AS is_flagged
          FROM (
            SELECT e.transaction_id AS id,
                   coalesce(e.counterparty_customer_id, e.counterparty_account_id) AS counterparty_key,
                   e.counterparty, e.direction = 'in' AS is_incoming, abs(e.amount_minor) AS amount_minor,
                   e.spend_minor, e.income_minor, e.category, e.channel, e.description,
                   e.occurred_at AT TIME ZONE w.zone AS at, e.is_own_transfer, e.reverses_id IS NOT NULL AS is_refund
              FROM reporting.entry e
             WHERE e.account_id = w.account_id AND e.occurred_at >= w.start_at AND e.occurred_at < w.end_at
               AND e.status = 'success'
            OFFSET 0) e
          LEFT JOIN (
            SELECT DISTINCT ON (coalesce(a.customer_id, a.id)) t.id AS first_id
              FROM ledger.transaction t JOIN banking.account a ON a.id = t.receiver_account_id
             WHERE t.sender_account_id = w.account_id AND t.occurred_at < w.end_at AND t.status = 'success'
               AND t.reverses_id IS NULL
             ORDER BY coalesce(a.customer_id, a.id), t.occurred_at, t.id) sent ON sent.first_id = e.id
          LEFT JOIN (
            SELECT coalesce(t.category, c.category) AS category, count(*) AS payments,
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY t.amount_minor) AS minor
              FROM ledger.transaction t
              JOIN banking.account a ON a.id = t.receiver_account_id
              LEFT JOIN banking.customer c ON c.id = a.customer_id
             WHERE t.sender_account_id = w.account_id AND t.occurred_at < w.end_at
               AND t.occurred_at >= w.end_at - interval '1 year' AND t.status = 'success' AND t.reverses_id IS NULL
             GROUP BY 1) usual ON usual.category = e.category
        OFFSET 0) p
     ORDER BY w.account_id, p.at, p.id
""")

# What only a look over the account's other payments tells is left for when its month is told.
_POSTINGS = text("""
    SELECT w.account_id, e.*
      FROM unnest(CAST(:accounts AS uuid[]), CAST(:zones AS text[]), CAST(:ids AS uuid[])) w(account_id, zone, id)
     CROSS JOIN LATERAL (
        SELECT e.transaction_id AS id,
               coalesce(e.counterparty_customer_id, e.counterparty_account_id) AS counterparty_key,
               e.counterparty, e.direction = 'in' AS is_incoming, abs(e.amount_minor) AS amount_minor,
               e.spend_minor, e.income_minor, e.category, e.channel, e.description,
               e.occurred_at AT TIME ZONE w.zone AS at, e.is_own_transfer, e.reverses_id IS NOT NULL AS is_refund,
               false AS is_first, NULL::bigint AS usual_minor, NULL::date AS refunded_on, false AS is_flagged
          FROM reporting.entry e
         WHERE e.transaction_id = w.id AND e.account_id = w.account_id AND e.status = 'success'
        OFFSET 0) e
     ORDER BY w.account_id, e.id
""")

_RELATIONS = text("""
    SELECT w.account_id, w.key, r.*
      FROM unnest(CAST(:accounts AS uuid[]), CAST(:zones AS text[]), CAST(:keys AS uuid[])) w(account_id, zone, key)
     CROSS JOIN LATERAL (
        SELECT max(e.counterparty) AS counterparty,
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
               min(e.occurred_at) AT TIME ZONE w.zone AS first_at, max(e.occurred_at) AT TIME ZONE w.zone AS last_at,
               bool_or(e.is_own_transfer) AS is_own,
               (array_agg(e.description ORDER BY e.occurred_at DESC, e.transaction_id DESC))
                   [1:CAST(:descriptions_max AS int)] AS descriptions,
               (array_agg(e.transaction_id ORDER BY e.occurred_at DESC, e.transaction_id DESC))
                   [1:CAST(:ids_max AS int)] AS transaction_ids,
               (array_agg((e.occurred_at AT TIME ZONE w.zone)::date
                          ORDER BY e.occurred_at DESC, e.transaction_id DESC))
                   [1:CAST(:ids_max AS int)] AS transaction_days,
               (array_agg(abs(e.amount_minor) ORDER BY e.occurred_at DESC, e.transaction_id DESC))
                   [1:CAST(:ids_max AS int)] AS transaction_amounts_minor
          FROM reporting.entry e
         WHERE e.account_id = w.account_id AND e.status = 'success'
           AND e.counterparty_account_id = ANY (ARRAY(
                   SELECT a.id FROM banking.account a WHERE a.customer_id = w.key
                    UNION ALL
                   SELECT a.id FROM banking.account a WHERE a.id = w.key AND a.customer_id IS NULL))
        HAVING count(*) > 0) r
     ORDER BY w.account_id, w.key
""")


async def holders(connection: AsyncConnection, accounts: Collection[UUID]) -> list[Holder]:
    """Those of `accounts` that summaries are written for: persons' and small businesses', in id order."""
    parameters = {"accounts": list(accounts), "postings_max": BUSINESS_POSTINGS_MAX}
    return [Holder(**row) for row in (await connection.execute(_HOLDERS, parameters)).mappings()]


async def payments(
    connection: AsyncConnection, holders: Iterable[Holder], touched: Mapping[UUID, Touched]
) -> dict[UUID, list[Payment]]:
    """By account, its payments of the touched months, oldest first."""
    wanted = [(holder, month) for holder in holders for month in touched[holder.account_id].months]
    if not wanted:  # only to plan the statement takes longer than to look at an account
        return {}
    parameters = {
        "accounts": [holder.account_id for holder, _ in wanted],
        "zones": [holder.time_zone for holder, _ in wanted],
        "starts": [midnight(month.start, ZoneInfo(holder.time_zone)) for holder, month in wanted],
        "ends": [midnight(month.end, ZoneInfo(holder.time_zone)) for holder, month in wanted],
        "usual_of_min": USUAL_OF_MIN,
    }
    rows = (await connection.execute(_PAYMENTS, parameters)).mappings()
    return _by_account((row["account_id"], Payment(**_without_account(row))) for row in rows)


async def postings(
    connection: AsyncConnection, holders: Iterable[Holder], wanted: Mapping[UUID, Collection[UUID]]
) -> dict[UUID, list[Payment]]:
    """By account, the payments of these ids as they stand alone: nothing is said of what came before or after."""
    pairs = [(holder, id) for holder in holders for id in wanted[holder.account_id]]
    parameters = {
        "accounts": [holder.account_id for holder, _ in pairs],
        "zones": [holder.time_zone for holder, _ in pairs],
        "ids": [id for _, id in pairs],
    }
    rows = (await connection.execute(_POSTINGS, parameters)).mappings()
    return _by_account((row["account_id"], Payment(**_without_account(row))) for row in rows)


async def relations(
    connection: AsyncConnection, holders: Iterable[Holder], touched: Mapping[UUID, Touched]
) -> dict[UUID, list[Relation]]:
    """By account, its whole history with each of the touched counterparties, in key order."""
    wanted = [(holder, key) for holder in holders for key in touched[holder.account_id].counterparties]
    parameters = {
        "accounts": [holder.account_id for holder, _ in wanted],
        "zones": [holder.time_zone for holder, _ in wanted],
        "keys": [key for _, key in wanted],
        "descriptions_max": DESCRIPTIONS_MAX,
        "ids_max": IDS_MAX,
    }
    rows = (await connection.execute(_RELATIONS, parameters)).mappings()
    return _by_account((row["account_id"], Relation(**_without_account(row))) for row in rows)


def _without_account(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "account_id"}


def _by_account(pairs: Iterable[tuple[UUID, _Fact]]) -> dict[UUID, list[_Fact]]:
    grouped: dict[UUID, list[_Fact]] = defaultdict(list)
    for account_id, fact in pairs:
        grouped[account_id].append(fact)
    return grouped
