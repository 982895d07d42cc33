"""Why a payment was flagged, or was not: its reasons, the payments they cite, and what is normal for the account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.fraud.alerts import AlertStatus
from core.fraud.reasons import Reason, render
from core.identity.access import Principal, visible_accounts
from core.insights.reporting import ENTRY
from core.money import Currency, Money

CITED_MAX = 50


class Usual(BaseModel):
    """The last payments of the account to others before this one, at most a hundred, in its currency."""

    payments: int
    since: datetime
    median_minor: int
    largest_minor: int


class CitedPayment(BaseModel):
    """`amount_minor` is negative when the money left the account."""

    id: UUID
    occurred_at: datetime
    counterparty: str
    amount_minor: int
    currency: Currency
    description: str


class Explanation(BaseModel):
    """What FinLens thinks of one payment. Without reasons, nothing unusual was found; `alert_status` None: no alert."""

    transaction_id: UUID
    account_id: UUID
    account: str
    customer: str | None
    counterparty: str
    amount_minor: int
    currency: Currency
    description: str
    occurred_at: datetime
    failure: str | None = None
    """Why no money moved, in words; None for a payment that went through, or is still to."""
    points: int
    alert_status: AlertStatus | None
    reasons: list[Reason]
    usual: Usual | None
    """None for an account's first payment."""
    cited: list[CitedPayment]


_FACTS = text("""
    SELECT e.transaction_id, e.account_id, e.account, a.customer, a.time_zone, e.counterparty,
           -e.amount_minor AS amount_minor, e.currency, e.description, e.occurred_at,
           replace(e.failure_code, '_', ' ') AS failure, coalesce(s.points, 0) AS points,
           coalesce(s.reasons, '[]') AS reasons, l.status AS alert_status
      FROM reporting.entry e
      JOIN reporting.account a ON a.account_id = e.account_id
      LEFT JOIN reporting.score s ON s.transaction_id = e.transaction_id
      LEFT JOIN reporting.alert l ON l.transaction_id = e.transaction_id
     WHERE e.transaction_id = :id AND e.direction = 'out'
""")

_USUAL = text("""
    SELECT count(*) AS payments, min(x.occurred_at) AS since, max(x.minor) AS largest_minor,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY x.minor) AS median_minor
      FROM (
        SELECT e.occurred_at, -e.amount_minor AS minor
          FROM reporting.entry e
         WHERE e.account_id = :account_id AND e.direction = 'out' AND e.status = 'success'
           AND e.reverses_id IS NULL AND NOT e.is_own_transfer
           AND e.occurred_at <= :occurred_at AND e.occurred_at > :occurred_at - interval '400 days'
           AND (e.occurred_at, e.transaction_id) < (:occurred_at, :id)
         ORDER BY e.occurred_at DESC, e.transaction_id DESC
         LIMIT 100
      ) x
    HAVING count(*) > 0
""")

_CITED = text("""
    SELECT e.transaction_id AS id, e.occurred_at, e.counterparty, e.amount_minor, e.currency, e.description
      FROM reporting.entry e
     WHERE e.account_id = :account_id AND e.transaction_id = ANY (CAST(:ids AS uuid[]))
     ORDER BY e.occurred_at, e.transaction_id
""")


async def explain_transaction(connection: AsyncConnection, principal: Principal, transaction_id: UUID) -> Explanation:
    """The explanation of a payment out of an account that the principal may see. Raises NotFound for any other."""
    await _require_visible(connection, principal, transaction_id)
    facts = (await connection.execute(_FACTS, {"id": transaction_id})).mappings().one()
    reasons = _reasons(facts)
    usual = await connection.execute(
        _USUAL, {"id": transaction_id, "account_id": facts["account_id"], "occurred_at": facts["occurred_at"]}
    )
    cited = await _cited(connection, facts["account_id"], reasons)
    return Explanation.model_validate(
        {**facts, "reasons": reasons, "usual": usual.mappings().one_or_none(), "cited": cited}
    )


async def _require_visible(connection: AsyncConnection, principal: Principal, transaction_id: UUID) -> None:
    may_see = visible_accounts(principal, customer_id=ENTRY.c.customer_id, bank_id=ENTRY.c.bank_id)
    is_it = (ENTRY.c.transaction_id == transaction_id) & (ENTRY.c.direction == "out")
    if (await connection.execute(select(ENTRY.c.transaction_id).where(is_it, may_see))).first() is None:
        raise NotFound("There is no such payment, or it did not leave an account that you may see")


def _reasons(facts: RowMapping) -> list[Reason]:
    return render(
        facts["reasons"],
        money=Money(facts["amount_minor"], facts["currency"]),
        counterparty=facts["counterparty"],
        # An account without a customer is never judged, so there is no sentence that could need a zone.
        time_zone=facts["time_zone"] or "UTC",
    )


async def _cited(connection: AsyncConnection, account_id: UUID, reasons: Sequence[Reason]) -> Sequence[RowMapping]:
    ids = list({cited: None for reason in reasons for cited in reason.transaction_ids})[:CITED_MAX]
    return (await connection.execute(_CITED, {"account_id": account_id, "ids": ids})).mappings().all()
