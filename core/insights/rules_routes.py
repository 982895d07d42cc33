"""A customer's own rules over REST: list, try out, add, change, take back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from core.audit import record
from core.identity.guard import CurrentPrincipal, Unit
from core.insights.rule_effects import RuleEffect, effect, remember, telling
from core.insights.rules import (
    NewRule,
    Rule,
    RulePatch,
    add_rule,
    change_rule,
    delete_rule,
    lock_rules,
    rule_of,
    rules_of,
)
from core.versions import IfMatch, check_version, tag

router = APIRouter(prefix="/rules")


class RuleToTry(NewRule):
    instead_of: UUID | None = None
    """A rule of the caller's own that would go."""


@router.get("")
async def list_rules(principal: CurrentPrincipal, session: Unit) -> list[Rule]:
    """The caller's rules in the order in which they are asked; at most 100."""
    return await rules_of(session, principal.own_customer())


@router.post("", status_code=201)
async def create_rule(new: NewRule, principal: CurrentPrincipal, session: Unit, response: Response) -> Rule:
    """From now on payments that fit have this category, those of the past too, unless an earlier rule fits."""
    customer_id = principal.own_customer()
    await lock_rules(session, customer_id)
    async with telling(session, customer_id, actor=principal.subject):
        rule = await add_rule(session, customer_id, new)
    await record(session, actor=principal.subject, action="rule.add", subject=f"rule:{rule.id}", category=rule.category)
    tag(response, rule.version)
    return rule


@router.post("/preview")
async def preview_rule(new: RuleToTry, principal: CurrentPrincipal, session: Unit) -> RuleEffect:
    """What the rule would change, were it added (in place of `instead_of`). Nothing is stored."""
    customer_id = principal.own_customer()
    await lock_rules(session, customer_id)
    await remember(session, customer_id)
    if new.instead_of:
        await delete_rule(session, customer_id, await rule_of(session, customer_id, new.instead_of))
    await add_rule(session, customer_id, new)
    found = await effect(session, customer_id)
    await session.rollback()
    return found


@router.get("/{rule_id}")
async def read_rule(rule_id: UUID, principal: CurrentPrincipal, session: Unit, response: Response) -> Rule:
    rule = await rule_of(session, principal.own_customer(), rule_id)
    tag(response, rule.version)
    return rule


@router.patch("/{rule_id}")
async def patch_rule(
    rule_id: UUID,
    patch: Annotated[RulePatch, Body()],
    principal: CurrentPrincipal,
    session: Unit,
    response: Response,
    if_match: IfMatch = None,
) -> Rule:
    """Change what the rule asks for, its category or its place."""
    customer_id = principal.own_customer()
    await lock_rules(session, customer_id)
    rule = await rule_of(session, customer_id, rule_id)
    check_version(if_match, rule.version)
    async with telling(session, customer_id, actor=principal.subject):
        changed = await change_rule(session, customer_id, rule, patch)
    await record(session, actor=principal.subject, action="rule.change", subject=f"rule:{rule_id}", fields=[*patch])
    tag(response, changed.version)
    return changed


@router.delete("/{rule_id}", status_code=204)
async def remove_rule(rule_id: UUID, principal: CurrentPrincipal, session: Unit) -> None:
    """Payments have the category again that they would have had without the rule."""
    customer_id = principal.own_customer()
    await lock_rules(session, customer_id)
    rule = await rule_of(session, customer_id, rule_id)
    async with telling(session, customer_id, actor=principal.subject):
        await delete_rule(session, customer_id, rule)
    await record(session, actor=principal.subject, action="rule.delete", subject=f"rule:{rule_id}")
