"""A customer's own rules: what a payment is like, and the category it then has. The first that fits wins.

They take effect where entries are read (views.sql): from its commit on a rule holds for all payments, past and to come,
and nothing remains of it once it is deleted. docs/decisions/0009-categories.md says why, and what goes before a rule.
"""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import TypedDict

from core.errors import InvalidRequest, NotFound, TooManyRules
from core.ids import new_id
from core.ledger.history import CategorySlug, Channel, Direction
from core.money import AmountMinor, Currency
from core.text import Line

RULES_MAX = 100

Place = Annotated[int, Field(ge=1, le=RULES_MAX, description="1 is asked first")]


class RuleFields(BaseModel):
    """What a rule asks of a payment, all of it at once, and the category it gives. Texts are looked for anywhere in the
    description or in the other side's name, in any case; amounts are included."""

    model_config = ConfigDict(extra="forbid")

    category: CategorySlug
    description: Line | None = None
    counterparty: Line | None = None
    direction: Direction | None = None
    channel: Channel | None = None
    currency: Currency | None = None
    amount_minor_min: AmountMinor | None = None
    amount_minor_max: AmountMinor | None = None

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        least, most = self.amount_minor_min, self.amount_minor_max
        if not any((self.description, self.counterparty, self.direction, self.channel, least, most)):
            raise ValueError("a rule asks for something: a text, a counterparty, a direction, a channel or an amount")
        if (least or most) and self.currency is None:
            raise ValueError("amounts are of one currency: name it")
        if least and most and least > most:
            raise ValueError("amount_minor_min is larger than amount_minor_max")
        return self


class NewRule(RuleFields):
    place: Place | None = Field(default=None, description="after all others, unless said")


class Rule(RuleFields):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    place: int
    version: int
    created_at: datetime
    updated_at: datetime


class RulePatch(TypedDict, total=False):
    """The fields to change, and no others; null asks for nothing any more."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # pyright: ignore[reportGeneralTypeIssues]  # as pydantic documents

    category: CategorySlug
    description: Line | None
    counterparty: Line | None
    direction: Direction | None
    channel: Channel | None
    currency: Currency | None
    amount_minor_min: AmountMinor | None
    amount_minor_max: AmountMinor | None
    place: Place


# One writer at a time for each customer: places stay without gaps.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('insights.rule'), hashtext(CAST(:customer_id AS text)))")
_ALL = text("SELECT * FROM insights.rule WHERE customer_id = :customer_id ORDER BY place")
_ADD = text("""
    INSERT INTO insights.rule (id, customer_id, place, category, description, counterparty, direction, channel,
                               currency, amount_minor_min, amount_minor_max)
    VALUES (:id, :customer_id, :place, :category, :description, :counterparty, :direction, :channel, :currency,
            :amount_minor_min, :amount_minor_max)
    RETURNING *
""")
_CHANGE = text("""
    UPDATE insights.rule
       SET place = :place, category = :category, description = :description, counterparty = :counterparty,
           direction = :direction, channel = :channel, currency = :currency, amount_minor_min = :amount_minor_min,
           amount_minor_max = :amount_minor_max, version = version + 1, updated_at = now()
     WHERE id = :id
    RETURNING *
""")
_DELETE = text("DELETE FROM insights.rule WHERE id = :id")
_SHIFT = text("""
    UPDATE insights.rule SET place = place + :by
     WHERE customer_id = :customer_id AND place BETWEEN :first AND :last AND id <> :but
""")


async def rules_of(session: AsyncSession, customer_id: UUID) -> list[Rule]:
    """The customer's rules in the order in which they are asked."""
    found = await session.execute(_ALL, {"customer_id": customer_id})  # pyright: ignore[reportDeprecated]  # text()
    return [Rule.model_validate(dict(row)) for row in found.mappings()]


async def rule_of(session: AsyncSession, customer_id: UUID, id: UUID) -> Rule:
    """One of the customer's rules. Raises NotFound if they have none of this id."""
    for rule in await rules_of(session, customer_id):
        if rule.id == id:
            return rule
    raise NotFound


async def lock_rules(session: AsyncSession, customer_id: UUID) -> None:
    """Nobody else changes the customer's rules until this unit ends."""
    await session.execute(_LOCK, {"customer_id": customer_id})  # pyright: ignore[reportDeprecated]  # text()


async def add_rule(session: AsyncSession, customer_id: UUID, new: NewRule) -> Rule:
    """The rule in its place; those from there on move back by one. Raises TooManyRules."""
    count = len(await rules_of(session, customer_id))
    if count >= RULES_MAX:
        raise TooManyRules
    id, place = new_id(), min(new.place or RULES_MAX, count + 1)
    await _shift(session, customer_id, place, count, by=1, but=id)
    facts = {**new.model_dump(), "id": id, "customer_id": customer_id, "place": place}
    return await _written(session, _ADD, facts)


async def change_rule(session: AsyncSession, customer_id: UUID, rule: Rule, patch: RulePatch) -> Rule:
    """The rule as the patch says. Raises InvalidRequest if its fields would no longer fit together."""
    fields = _checked({**rule.model_dump(include={*RuleFields.model_fields}), **patch})
    place = min(fields.place or rule.place, len(await rules_of(session, customer_id)))
    if place < rule.place:
        await _shift(session, customer_id, place, rule.place, by=1, but=rule.id)
    else:
        await _shift(session, customer_id, rule.place, place, by=-1, but=rule.id)
    return await _written(session, _CHANGE, {**fields.model_dump(), "id": rule.id, "place": place})


async def delete_rule(session: AsyncSession, customer_id: UUID, rule: Rule) -> None:
    await session.execute(_DELETE, {"id": rule.id})  # pyright: ignore[reportDeprecated]  # text()
    await _shift(session, customer_id, rule.place, RULES_MAX, by=-1, but=rule.id)


def _checked(facts: dict[str, Any]) -> NewRule:
    try:
        return NewRule.model_validate(facts)
    except ValidationError as error:
        raise InvalidRequest(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


async def _shift(session: AsyncSession, customer_id: UUID, first: int, last: int, *, by: int, but: UUID) -> None:
    places = {"customer_id": customer_id, "first": first, "last": last, "by": by, "but": but}
    await session.execute(_SHIFT, places)  # pyright: ignore[reportDeprecated]  # text()


async def _written(session: AsyncSession, statement: Any, facts: dict[str, Any]) -> Rule:
    row = (await session.execute(statement, facts)).mappings().one()  # pyright: ignore[reportDeprecated]  # text()
    return Rule.model_validate(dict(row))
