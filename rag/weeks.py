"""Weeks: what happened at a bank in one, for its staff. The figures are those of core.insights."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, Role
from core.insights.compute import compute
from core.insights.query import Dimension, Flow, InsightQuery, Measure, Order, QueryPeriod
from core.insights.rollups import BANK_TIME_ZONE
from core.money import Currency
from core.periods import Period, Unit, midnight
from rag.festivals import festivals_in
from rag.summaries import Summary, Told
from rag.wording import amount, category, count, gist_of, listed, name, ranking, text_of

_TOP = 3
_LARGEST = 10

_BANK = text("SELECT name FROM banking.bank WHERE id = :bank")
_LARGEST_PAID = text("""
    SELECT transaction_id AS id, (occurred_at AT TIME ZONE :zone)::date AS day, -amount_minor AS amount_minor,
           coalesce(counterparty_customer_id, counterparty_account_id) AS key
      FROM reporting.entry
     WHERE bank_id = :bank AND occurred_at >= :start AND occurred_at < :end AND status = 'success'
       AND direction = 'out' AND customer_id IS NOT NULL
     ORDER BY amount_minor, transaction_id LIMIT :limit
""")


async def week_summary(connection: AsyncConnection, bank_id: UUID, monday: date) -> Summary | None:
    """What a bank's customers did in the week that begins on `monday`, in the bank's days; None if nothing."""
    week = Period.of(Unit.WEEK, monday)
    staff = Principal("index", "", "", Role.STAFF, bank_id=bank_id, time_zone=BANK_TIME_ZONE)

    async def ask(measures: tuple[Measure, ...], by: Dimension | None = None, flow: Flow = Flow.OUT) -> list[Any]:
        query = InsightQuery(
            measures=measures,
            flow=flow,
            group_by=(by,) if by else (),
            period=QueryPeriod(start=week.start, end=week.end),
            order=Order(by=measures[0]) if by else None,
            limit=_TOP,
        )
        return (await compute(connection, staff, query)).rows

    moved = await ask((Measure.VOLUME, Measure.COUNT), flow=Flow.ANY)
    if not any(row["count"] for row in moved):
        return None
    bank = name(await connection.scalar(_BANK, {"bank": bank_id}) or "")
    by_category = await ask((Measure.SPEND,), Dimension.CATEGORY)
    by_payee = await ask((Measure.SPEND,), Dimension.COUNTERPARTY)
    flagged = sum(row["flagged"] or 0 for row in await ask((Measure.FLAGGED,), flow=Flow.ANY))
    festivals = listed("Festivals", festivals_in(BANK_TIME_ZONE, week.start, week.end))
    currency = moved[0]["currency"]
    sentences = [
        f"{bank} in the week of {week.label}.",
        *(f"{count(row['count'])} moved {amount(row['volume'], row['currency'])}." for row in moved[:_TOP]),
        f"{flagged} flagged." if flagged else "Nothing flagged.",
        ranking("Most went on", [(category(key), minor) for key, minor in _ranked(by_category, currency)], currency),
        ranking("Paid most to", [(name(key), minor) for key, minor in _ranked(by_payee, currency)], currency),
        festivals,
    ]
    meanings = [
        f"The bank's week of {week.label}.",
        listed("Customers spent on", [category(key) for key, _ in _ranked(by_category, currency)]),
        listed("Paid to", [name(key) for key, _ in _ranked(by_payee, currency)]),
        festivals,
    ]
    return Summary(
        kind="week",
        subject=f"{week.start:%G-W%V}",
        period=week,
        text=text_of(sentences),
        gist=gist_of(meanings),
        told=await _largest(connection, bank_id, week),
    )


def _ranked(rows: list[Any], currency: Currency) -> list[tuple[str, int]]:
    """(group, amount) of one currency: amounts of two are never ranked together."""
    group = next((key for key in ("category", "counterparty") if rows and key in rows[0]), "")
    return [(str(row[group]), row["spend"]) for row in rows if row["currency"] == currency and row["spend"] > 0]


async def _largest(connection: AsyncConnection, bank_id: UUID, week: Period) -> list[Told]:
    start, end = (midnight(day, ZoneInfo(BANK_TIME_ZONE)) for day in (week.start, week.end))
    parameters = {"bank": bank_id, "zone": BANK_TIME_ZONE, "start": start, "end": end, "limit": _LARGEST}
    rows = await connection.execute(_LARGEST_PAID, parameters)
    return [Told(row.id, row.day, row.amount_minor, row.key) for row in rows]
