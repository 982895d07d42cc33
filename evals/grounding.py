"""The exam of grounding: wrong figures, days and names planted into real answers, and right ones said in other ways.

Planted words stand where a model's would: beside the draft that the built-in templates made of what was found.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from agents.claims import When, claims
from agents.context import AgentContext
from agents.draft import Draft
from agents.findings import Findings
from agents.graph import build_graph
from agents.grounding import unfounded, unfounded_words
from agents.planner.names import Names
from agents.scope import Scope, read_scope
from agents.wording import category
from core.db import Database
from core.identity.users import principal_by_email
from core.ids import new_id
from core.money import Money
from core.periods import today_in
from evals.exam import Case, load_suites
from evals.truth import Examiner
from rag.embedder import Embedder

SUITE = "grounding"
PLANTED = 1_000
"""Of each kind at most; as many as the answers have room for."""
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Told:
    """One answer with what it was made of."""

    question: str
    draft: Draft
    findings: Findings
    scope: Scope


@dataclass(slots=True)
class GroundingReport:
    answers: int = 0
    planted: Counter[str] = field(default_factory=Counter[str])
    caught: Counter[str] = field(default_factory=Counter[str])
    right: Counter[str] = field(default_factory=Counter[str])
    passed: Counter[str] = field(default_factory=Counter[str])
    missed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """The kind and the words of what slipped through."""
    refused: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """The same of what was right and not let through."""

    @property
    def metrics(self) -> dict[str, float]:
        return {
            "caught": self.caught.total() / max(self.planted.total(), 1),
            "passed": self.passed.total() / max(self.right.total(), 1),
            "planted": float(self.planted.total()),
        }

    def document(self) -> dict[str, object]:
        kinds = {kind: [self.caught[kind], self.planted[kind]] for kind in sorted(self.planted)}
        right = {kind: [self.passed[kind], self.right[kind]] for kind in sorted(self.right)}
        return {
            "metrics": self.metrics, "answers": self.answers, "caught": kinds, "passed": right,
            "missed": self.missed, "refused": self.refused,
        }  # fmt: skip


async def examine_grounding(
    database: Database,
    embedder: Embedder,
    *,
    as_of: date | None = None,
    planted: int = PLANTED,
    progress: Callable[[str], None] = lambda _: None,
) -> GroundingReport:
    """Take every question of the exams that gets an answer, plant what is wrong into it, and count what is caught."""
    report, chance = GroundingReport(), random.Random(SEED)  # noqa: S311  # an exam, no secret
    told: list[Told] = []
    cases = [case for suite in load_suites() for case in suite.cases]
    askers = {asker: await _context(asker, database, embedder, as_of) for asker in {case.asker for case in cases}}
    for case in cases:
        progress(f"grounding: {case.id}")
        one = await _answered(case, askers[case.asker])
        if one is not None:
            told.append(one)
            _let_through(one, report)
    report.answers = len(told)
    for kind, plant in _KINDS.items():
        _plant(kind, plant, told, chance, report, planted)
    return report


def _plant(
    kind: str,
    plant: "Callable[[Told, random.Random], str | None]",
    told: Sequence[Told],
    chance: random.Random,
    report: GroundingReport,
    planted: int,
) -> None:
    for _ in range(3 * planted):
        if report.planted[kind] >= -(-planted // len(_KINDS)):
            return
        one = chance.choice(told)
        words = plant(one, chance)
        if words is None or words == one.draft.text:
            continue
        report.planted[kind] += 1
        if unfounded_words(words, one.draft, one.findings):
            report.caught[kind] += 1
        else:
            report.missed.append((kind, words))


def _let_through(one: Told, report: GroundingReport) -> None:
    """What is right must pass: the built-in text under both checks, and the same figures as people round them."""
    ways: dict[str, list[str]] = {"built-in": unfounded(one.draft, one.findings)}
    ways["as words"] = unfounded_words(one.draft.text, one.draft, one.findings)
    for kind, say in (("rounded", _rounded), ("in lakhs", _in_lakhs), ("rephrased", _rephrased)):
        if (words := say(one.draft)) is not None:
            ways[kind] = unfounded_words(words, one.draft, one.findings)
    for kind, wrong in ways.items():
        report.right[kind] += 1
        report.passed[kind] += not wrong
        if wrong:
            report.refused.append((kind, f"{one.draft.text} <- {wrong}"))


async def _context(asker: str, database: Database, embedder: Embedder, as_of: date | None) -> AgentContext:
    async with database.unit() as session:
        principal = await principal_by_email(session, asker)
        scope = await read_scope(await session.connection(), principal)
    today = as_of or today_in(principal.zone, datetime.now(UTC))
    return AgentContext(principal, today, scope, Names(scope), database, embedder, new_id())


async def _answered(case: Case, context: AgentContext) -> Told | None:
    async with context.database.unit() as session:
        examiner = Examiner(await session.connection(), context.principal, context.today)
        names = {name: str(await examiner.value(select, {})) for name, select in case.let.items()}
    question = case.ask.format(**names)
    step: dict[str, Any] = {}
    async for update in build_graph().astream(  # pyright: ignore[reportUnknownMemberType]  # langgraph types it in part
        {"question": question}, context=context, stream_mode="updates"
    ):
        step |= update.get("run") or {}
    match step:
        case {"findings": Findings() as findings, "draft": Draft(status="answered") as draft}:
            return Told(question, draft, findings, context.scope)
        case _:
            return None


# What is planted.


def _amounts(draft: Draft) -> list[str]:
    """The amounts of the text as it shows them."""
    shown = {
        Money(abs(figure.value_minor), figure.currency).display()
        for figure in draft.figures
        if figure.value_minor is not None and figure.currency is not None
    }
    return sorted(amount for amount in shown if amount in draft.text and any(digit in amount for digit in "123456789"))


def _with_slip(one: Told, chance: random.Random) -> str | None:
    """One digit of an amount another one, or two neighbours swapped."""
    amounts = _amounts(one.draft)
    if not amounts:
        return None
    amount = chance.choice(amounts)
    places = [n for n, char in enumerate(amount) if char.isdigit()]
    at = chance.choice(places)
    digits = list(amount)
    digits[at] = chance.choice([digit for digit in "0123456789" if digit != digits[at]])
    return one.draft.text.replace(amount, "".join(digits), 1)


def _with_magnitude(one: Told, chance: random.Random) -> str | None:
    """An amount ten or a hundred times too large."""
    amounts = _amounts(one.draft)
    if not amounts:
        return None
    amount = chance.choice(amounts)
    return one.draft.text.replace(
        amount, re.sub(r"(\d)(?=[.,]\d\d\D*$)", rf"\g<1>{chance.choice(['0', '00'])}", amount), 1
    )


def _with_other_amount(one: Told, chance: random.Random) -> str | None:
    """An amount of the same evidence that the answer does not give: right somewhere, wrong here."""
    amounts = _amounts(one.draft)
    others = sorted(
        {
            Money(abs(value), str(row["currency"])).display()
            for table in one.findings.evidence.tables.values()
            for row in table.rows
            if row.get("currency")
            for name, value in row.items()
            if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_minor")
        }
    )
    others = [other for other in others if other not in one.draft.text]
    return one.draft.text.replace(chance.choice(amounts), chance.choice(others), 1) if amounts and others else None


def _with_percent(one: Told, chance: random.Random) -> str | None:
    """A share that is not the answer's."""
    found = list(re.finditer(r"\d+(?:\.\d+)? %", one.draft.text))
    wrong = f"{chance.randrange(1, 99)}.{chance.randrange(1, 9)} %"
    if not found:
        return f"{one.draft.text} That is {wrong} of it all."
    match = chance.choice(found)
    return f"{one.draft.text[: match.start()]}{wrong}{one.draft.text[match.end() :]}"


def _with_count(one: Told, chance: random.Random) -> str | None:
    """Another number of payments."""
    found = list(
        re.finditer(r"\b([\d,]+) (payment|transaction|account|alert|refund|recurring payment)s?\b", one.draft.text)
    )
    if not found:
        return f"{one.draft.text} It was {chance.randrange(2, 90)} payments." if one.draft.figures else None
    match = chance.choice(found)
    wrong = int(match[1].replace(",", "")) + chance.choice([-2, -1, 1, 2, 10, 100])
    return f"{one.draft.text[: match.start(1)]}{max(wrong, 0):,}{one.draft.text[match.end(1) :]}" if wrong > 0 else None


def _with_day(one: Told, chance: random.Random) -> str | None:
    """A day, a month or a year that is another one."""
    found = [claim for claim in claims(one.draft.text) if isinstance(claim, When) and claim.month and claim.year]
    if not found:
        return None
    when = chance.choice(found)
    assert when.month and when.year
    day = date(when.year, when.month, when.day or 1)
    moved = day + timedelta(
        days=chance.choice([-400, -366, -62, -31, 31, 62, 366, 400, *([-3, 2, 5] if when.day else [])])
    )
    shown = f"{moved.day} {moved:%B %Y}" if when.day else f"{moved:%B %Y}"
    plain = f"{day.day} {day:%B %Y}" if when.day else f"{day:%B %Y}"
    return one.draft.text.replace(plain, shown, 1) if plain in one.draft.text else None


def _with_name(one: Told, chance: random.Random) -> str | None:
    """Another payee of the caller's, or one that nobody knows, in place of a name."""
    named = [party.name for party in one.scope.counterparties if party.name in one.draft.text]
    named += [category(slug) for slug in one.scope.categories if category(slug) in one.draft.text]
    if not named:
        return None
    name = chance.choice(named)
    others = [
        party.name for party in one.scope.counterparties if party.name not in one.draft.text and party.name != name
    ]
    invented = ["Netflix", "Tesla Motors", "Priya Menon", "Globex", "Dr Kapoor"]
    return one.draft.text.replace(name, chance.choice([*others[:200], *invented]), 1)


def _with_multiple(one: Told, chance: random.Random) -> str | None:
    """A comparison that nobody made."""
    said = chance.choice(["3.7 times as much as before", "seven times the usual", "four times as much as others spend"])
    return f"{one.draft.text} That is {said}."


def _with_sentence(one: Told, chance: random.Random) -> str | None:
    """A figure that came from nowhere."""
    amount = Money(chance.randrange(100_00, 9_999_999), one.scope.currency).display()
    said = [
        f"You also paid {amount} in fees.", f"Your balance is {amount}.", f"Last year it was {amount}.",
        f"About {chance.randrange(11, 95)} lakh is left.", f"You could save {amount} a month.",
    ]  # fmt: skip
    return f"{one.draft.text} {chance.choice(said)}"


_KINDS: dict[str, Callable[[Told, random.Random], str | None]] = {
    "a slip in an amount": _with_slip,
    "another magnitude": _with_magnitude,
    "another amount of the evidence": _with_other_amount,
    "a share": _with_percent,
    "a number of payments": _with_count,
    "a day or a month": _with_day,
    "a name": _with_name,
    "a multiple": _with_multiple,
    "a sentence": _with_sentence,
}


# What is right.


def _numbers(draft: Draft) -> Iterator[tuple[str, Decimal]]:
    for figure in draft.figures:
        if figure.value_minor is not None and figure.currency == "INR":
            yield Money(abs(figure.value_minor), "INR").display(), Money(abs(figure.value_minor), "INR").decimal


def _rounded(draft: Draft) -> str | None:
    """Amounts without their paise."""
    text = draft.text
    for shown, value in _numbers(draft):
        text = text.replace(shown, f"₹{round(value):,}")
    return text if text != draft.text else None


def _in_lakhs(draft: Draft) -> str | None:
    text = draft.text
    for shown, value in _numbers(draft):
        if value >= 100_000:
            text = text.replace(shown, f"₹{value / 100_000:.2f} lakh")
    return text if text != draft.text else None


def _rephrased(draft: Draft) -> str | None:
    """The first figure in a sentence as a model would put it."""
    figure = draft.figures[0] if draft.figures else None
    if figure is None or figure.value_minor is None or figure.currency is None or figure.unit != "money":
        return None
    amount = Money(abs(figure.value_minor), figure.currency).display()
    return f"That comes to {amount} in all ({figure.label})."
