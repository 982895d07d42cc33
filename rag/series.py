"""Series: what an account pays or gets again and again, one text for each. What recurs is for core.insights to say."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal, Role
from core.insights.movements import Movement, movements
from core.insights.recurring import RecurringPayment, recurring_in
from core.periods import Period
from rag.facts import IDS_MAX, Holder
from rag.summaries import Summary, Told
from rag.wording import amount, count, day, gist_of, kind_of, listed, name, text_of

SERIES_MAX = 40
"""Series that one account tells of, those that cost most in a year first."""

_CHANGES_MAX = 2

_LAST_DAY = text("""
    SELECT (max(occurred_at) AT TIME ZONE :zone)::date FROM reporting.entry
     WHERE account_id = :account AND status = 'success'
""")


async def series_summaries(connection: AsyncConnection, holder: Holder) -> list[Summary]:
    """One for each recurring payment, as of the account's last payment: a text says nothing of the day it is read."""
    last_day = await connection.scalar(_LAST_DAY, {"account": holder.account_id, "zone": holder.time_zone})
    if last_day is None:
        return []
    owner = Principal("index", "", "", Role.CUSTOMER, customer_id=holder.customer_id, time_zone=holder.time_zone)
    history = await movements(connection, owner, today=last_day, account_id=holder.account_id)
    by_id = {movement.transaction_id: movement for movement in history}
    keys = await _keys(connection, {movement.counterparty_account_id for movement in history})
    return [_summary(holder, series, by_id, keys) for series in recurring_in(history, last_day)[:SERIES_MAX]]


async def _keys(connection: AsyncConnection, accounts: set[UUID]) -> dict[UUID, UUID]:
    """By account, its customer where it has one."""
    rows = await connection.execute(
        text("SELECT id, coalesce(customer_id, id) AS key FROM banking.account WHERE id = ANY (:ids)"),
        {"ids": list(accounts)},
    )
    return {row.id: row.key for row in rows}


def _summary(holder: Holder, series: RecurringPayment, by_id: dict[UUID, Movement], keys: dict[UUID, UUID]) -> Summary:
    other = f"{name(series.counterparty)}{kind_of(series.category)}"
    verb, preposition = ("pays", "to") if series.direction == "out" else ("gets", "from")
    often = series.interval.replace("_", "-")
    usually = "usually " if series.amount == "varies" else ""
    changes = [
        f"{amount(change.to_minor, series.currency)} from {day(change.on)}"
        for change in series.price_changes[-_CHANGES_MAX:]
    ]
    sentences = [
        f"{name(holder.customer)} {verb} {usually}{amount(series.amount_minor, series.currency)} {often} "
        f"{preposition} {other}.",
        f"{count(series.payments)} since {day(series.first_on)}, last on {day(series.last_on)}.",
        listed("Price changed to", changes),
        "Recurring, regular.",
    ]
    told = [by_id[id] for id in reversed(series.transaction_ids)]
    return Summary(
        kind="series",
        # two series of one payee begin on two days, or move in two directions
        subject=f"{series.counterparty_account_id}:{series.direction}:{series.first_on}:{series.amount_minor}",
        period=Period(series.first_on, series.last_on + timedelta(days=1)),
        text=text_of(sentences, described=(movement.description for movement in told)),
        gist=gist_of(
            [
                f"Recurring {often} payment {preposition} {other}.",
                "Regular subscription, standing order or instalment.",
            ],
            described=(movement.description for movement in told),
        ),
        told=[
            Told(one.transaction_id, one.on, abs(one.amount_minor), keys[one.counterparty_account_id])
            for one in told[:IDS_MAX]
        ],
    )
