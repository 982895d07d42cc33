"""Grounding: every number of an answer is a cell of what was found, or a declared operation on such cells."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.answer import Figure
from agents.draft import Draft
from agents.evidence import Evidence, SourceUnknown, whole
from agents.plan import InsightTask
from agents.run import Findings
from agents.wording import group_name, money
from core.insights.query import InsightQuery
from core.money import Money
from core.periods import Period


def unfounded(draft: Draft, findings: Findings) -> list[str]:
    """What in the draft stands on nothing: labels of figures that their source does not come to, numbers of the text
    that are no such figure. Empty for a grounded answer."""
    evidence = findings.evidence
    wrong = [figure.label for figure in draft.figures if not _holds(figure, evidence)]
    return wrong + list(_loose_numbers(draft, findings))


def _holds(figure: Figure, evidence: Evidence) -> bool:
    """Whether the source comes to the value, worked out afresh."""
    try:
        value = evidence.value_of(figure.source)
    except SourceUnknown:
        return False
    match figure.unit:
        case "money":
            return whole(value) == figure.value_minor and evidence.currency_of(figure.source) == figure.currency
        case "count" | "days":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.005")
        case "percent":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.0001")
        case "date":
            return str(value)[:10] == figure.value
        case "text":
            return figure.value is not None


_SCALES = {
    "k": 3,
    "thousand": 3,
    "lakh": 5,
    "lakhs": 5,
    "lac": 5,
    "million": 6,
    "m": 6,
    "crore": 7,
    "crores": 7,
    "cr": 7,
}
_NUMBER = re.compile(
    r"(?P<number>\d[\d,\u00a0\u202f]*(?:\.\d+)?)\s?(?P<scale>k|thousand|lakhs?|lac|crores?|cr|million|m)?(?P<percent>\s?%)?(?![\w])",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _loose_numbers(draft: Draft, findings: Findings) -> Iterator[str]:
    """Numbers of the text that are neither a found value as displayed nor part of a known name or date."""
    text = _without_known_words(draft, findings)
    values = {abs(value) for value in _values(draft, findings)}
    percents = {abs(Decimal(str(f.value))) for f in draft.figures if f.unit == "percent"}
    for match in _NUMBER.finditer(text):
        said = _said(match)
        if said is None:
            yield match.group()
            continue
        number, step = said
        pool = percents if match["percent"] else values
        if not any(abs(value - number) <= step / 2 for value in pool):
            yield match.group()


def _said(match: re.Match[str]) -> tuple[Decimal, Decimal] | None:
    """The number, and the step of its last digit: 1.2 lakh is 120,000 give or take half of 10,000."""
    plain = re.sub(r"[,\u00a0\u202f]", "", match["number"]).rstrip(".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    scale = _SCALES.get((match["scale"] or "").lower(), 0)
    digits = len(plain.partition(".")[2])
    return number.scaleb(scale), Decimal(1).scaleb(scale - digits)


def _values(draft: Draft, findings: Findings) -> Iterator[Decimal]:
    """Every number found, in the unit it is displayed in, and those that the plan itself holds."""
    for figure in draft.figures:
        yield from _figure_values(figure)
    for table in findings.evidence.tables.values():
        yield Decimal(table.rows_in_all)
        yield Decimal(len(table.rows))
        for row in table.rows:
            yield from _row_values(row)
    for query in _queries(findings):
        yield from _query_values(query, findings)
    for finding in findings.found:
        yield Decimal(len(finding.results) - 1)  # "the median of the 6 months before"


def _figure_values(figure: Figure) -> Iterator[Decimal]:
    if figure.value_minor is not None and figure.currency is not None:
        yield Money(figure.value_minor, figure.currency).decimal
    elif isinstance(figure.value, (int, float)):
        yield Decimal(str(figure.value))


def _row_values(row: Any) -> Iterator[Decimal]:
    currency = row.get("currency")
    for name, value in row.items():
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if currency is None or name.startswith(("count", "points")):
            yield Decimal(value)
        else:
            yield Money(value, str(currency)).decimal


def _queries(findings: Findings) -> Iterator[InsightQuery]:
    for finding in findings.found:
        if isinstance(finding.task, InsightTask):
            yield from finding.task.queries


def _query_values(query: InsightQuery, findings: Findings) -> Iterator[Decimal]:
    yield Decimal(query.limit)
    yield Decimal(query.rows)
    yield from _lengths(query.period.period)
    currencies = {
        row["currency"] for table in findings.evidence.tables.values() for row in table.rows if "currency" in row
    }
    for condition in query.filters:
        for value in condition.values:
            if condition.field == "amount_minor" and isinstance(value, int):
                yield from (Money(value + off, c).decimal for c in currencies for off in (-1, 0, 1))


def _lengths(period: Period) -> Iterator[Decimal]:
    days = period.days
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    yield from (Decimal(n) for n in (days, round(days / 7), months, months + 1))


def _without_known_words(draft: Draft, findings: Findings) -> str:
    """The text without names, quoted texts, dates and labels of periods: their digits are nobody's figures."""
    text = draft.text
    for known in sorted(_known_words(draft, findings), key=len, reverse=True):
        if known and any(char.isdigit() for char in known):
            text = text.replace(known, " ")
    return text


def _known_words(draft: Draft, findings: Findings) -> Iterable[str]:
    words: set[str] = set()
    for table in findings.evidence.tables.values():
        if table.period is not None:
            words |= _period_words(table.period.period)
        for row in table.rows:
            words |= _row_words(row)
    for query in _queries(findings):
        words |= _query_words(query, findings)
    for finding in findings.found:
        if finding.explanation is not None:
            words |= {reason.sentence for reason in finding.explanation.reasons}
    return words


def _period_words(period: Period) -> set[str]:
    last = period.end.fromordinal(period.end.toordinal() - 1)
    return {
        period.label,
        f"{period.start.day} {period.start:%B %Y}",
        f"{last.day} {last:%B %Y}",
        f"{period.start:%B %Y}",
        f"{period.start:%Y}",
    }


def _row_words(row: Any) -> set[str]:
    words: set[str] = set()
    for name, value in row.items():
        if not isinstance(value, str):
            continue
        words.add(value)
        if _ISO_DAY.match(value):
            words |= _dates(value, name)
        else:
            words.add(group_name(name, value))
    return words


def _dates(value: str, name: str) -> set[str]:
    day = date.fromisoformat(value[:10])
    known = {f"{day.day} {day:%B %Y}", f"{day:%B %Y}"}
    return known | ({group_name(name, value)} if name in ("day", "week", "month", "quarter", "year") else set())


def _query_words(query: InsightQuery, findings: Findings) -> set[str]:
    words = _period_words(query.period.period)
    for finding in findings.found:
        if isinstance(finding.task, InsightTask):
            for result in finding.results:
                if result.compared_with is not None:
                    words |= _period_words(result.compared_with.period)
            words.add(finding.task.note)
            if finding.task.threshold is not None:
                words |= {
                    money(finding.task.threshold.said_minor, row["currency"]) for r in finding.results for row in r.rows
                }
    for condition in query.filters:
        words |= {str(value) for value in condition.values if isinstance(value, str)}
        if condition.field == "hour":
            words |= {
                f"{value:02d}:{minutes}"
                for value in condition.values
                if isinstance(value, int)
                for minutes in ("00", "59")
            }
            words |= {"00:00", "23:59"}
    return words
