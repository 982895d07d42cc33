"""Cases: payments that were flagged, each with its reasons, for those who work on alerts and not for customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.fraud.reasons import render
from core.money import Money
from core.periods import Period, midnight
from rag.facts import IDS_MAX, Holder, Touched
from rag.summaries import Summary, Told
from rag.wording import amount, gist_of, moment, name, quoted, text_of

_ALERTS = text("""
    SELECT w.account_id, l.transaction_id AS id, l.occurred_at AT TIME ZONE w.zone AS at, l.customer, l.counterparty,
           l.amount_minor, l.currency, l.description, l.points, l.reasons, w.zone,
           (SELECT jsonb_agg(jsonb_build_object(
                       'id', t.id, 'day', (t.occurred_at AT TIME ZONE w.zone)::date, 'amount_minor', t.amount_minor,
                       'key', coalesce(a.customer_id, a.id))
                       ORDER BY t.id = l.transaction_id DESC, t.occurred_at DESC, t.id)
              FROM ledger.transaction t
              JOIN banking.account a
                ON a.id = CASE t.sender_account_id WHEN w.account_id THEN t.receiver_account_id
                                                   ELSE t.sender_account_id END
             -- One array of ids: with an OR, every alert would read the whole ledger.
             WHERE t.id = ANY (ARRAY(
                   SELECT l.transaction_id
                    UNION
                   SELECT x.id::uuid
                     FROM jsonb_array_elements(l.reasons) r
                    CROSS JOIN LATERAL jsonb_array_elements_text(r -> 'transaction_ids') x(id)))) AS told
      FROM unnest(CAST(:accounts AS uuid[]), CAST(:zones AS text[]), CAST(:starts AS timestamptz[]),
                  CAST(:ends AS timestamptz[])) w(account_id, zone, start_at, end_at)
      JOIN LATERAL (
        SELECT * FROM reporting.alert l
         WHERE l.account_id = w.account_id AND l.occurred_at >= w.start_at AND l.occurred_at < w.end_at
        OFFSET 0) l ON true
     ORDER BY w.account_id, l.occurred_at, l.transaction_id
""")


async def case_summaries(
    connection: AsyncConnection, holders: Iterable[Holder], touched: Mapping[UUID, Touched]
) -> dict[UUID, list[Summary]]:
    """By account, one for each alert of the touched months. What an analyst decided is not told: it may change."""
    wanted = [(holder, month) for holder in holders for month in touched[holder.account_id].months]
    if not wanted:
        return {}
    parameters = {
        "accounts": [holder.account_id for holder, _ in wanted],
        "zones": [holder.time_zone for holder, _ in wanted],
        "starts": [midnight(month.start, ZoneInfo(holder.time_zone)) for holder, month in wanted],
        "ends": [midnight(month.end, ZoneInfo(holder.time_zone)) for holder, month in wanted],
    }
    found: dict[UUID, list[Summary]] = defaultdict(list)
    for row in (await connection.execute(_ALERTS, parameters)).mappings():
        found[row["account_id"]].append(_summary(row))
    return found


def _summary(alert: RowMapping) -> Summary:
    other, on = name(alert["counterparty"]), alert["at"].date()
    reasons = _reasons(alert)
    said = f"{quoted(alert['description'])}." if alert["description"].strip() else ""
    sentences = [
        f"Fraud alert: {name(alert['customer'])} paid {amount(alert['amount_minor'], alert['currency'])} to {other} "
        f"on {moment(alert['at'])}, {alert['points']} points.",
        *reasons,
        said,
    ]
    told = [Told(UUID(one["id"]), one["day"], one["amount_minor"], UUID(one["key"])) for one in alert["told"]]
    return Summary(
        kind="case",
        subject=str(alert["id"]),
        period=Period(on, on + timedelta(days=1)),
        text=text_of(sentences),
        gist=gist_of([f"Fraud alert: suspicious payment to {other} in {on:%B %Y}.", said, *_meanings(alert)]),
        told=told[:IDS_MAX],
    )


def _reasons(alert: RowMapping) -> list[str]:
    money = Money(alert["amount_minor"], alert["currency"])
    rendered = render(alert["reasons"], money=money, counterparty=alert["counterparty"], time_zone=alert["zone"])
    return [reason.sentence for reason in rendered]


def _meanings(alert: RowMapping) -> Sequence[str]:
    return [f"{_MEANING[reason['code']]}." for reason in alert["reasons"]]


_MEANING = {
    "AMT_SELF": "Unusually large amount for this account",
    "NEW_PAYEE_HIGH": "Large first payment to a new payee",
    "VEL_BURST": "Many payments within minutes",
    "ODD_HOUR": "At an unusual hour, at night",
    "STRUCT": "Several payments just under a reporting limit, structuring",
    "PASS_THRU": "Money moved on soon after it came in, a mule account",
}
