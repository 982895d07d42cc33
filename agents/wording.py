"""Words for queries and figures: "Groceries by card, May 2026". Templates and checks share them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.categories import BY_SLUG
from core.fraud.reasons import ReasonCode
from core.insights.buckets import WEEKEND_DAYS, WORKING_DAYS
from core.insights.catalogue import ALERT_STATES
from core.insights.query import Dimension, Filter, Flow, InsightQuery, Measure, Operator
from core.money import Currency, Money
from core.periods import Period, Unit

_LISTED = 4

REASONS: dict[ReasonCode, str] = {
    "AMT_SELF": "payments far larger than the account's own usual",
    "NEW_PAYEE_HIGH": "large first payments to somebody new",
    "VEL_BURST": "many payments in a short time",
    "ODD_HOUR": "payments at hours unusual for the account",
    "STRUCT": "several payments just under a limit",
    "PASS_THRU": "money that left soon after it came in",
}
"""What the payments of an alert show, by why it was raised."""


def money(minor: int, currency: Currency) -> str:
    return Money(minor, currency).display()


def percent(value: Decimal | float) -> str:
    """One decimal, or none where it would be a zero: `12.5 %`, `40 %`."""
    return f"{Decimal(value):.1f}".removesuffix(".0") + " %"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str], word: str = "and") -> str:
    """ "a, b and c", shortened where there are many."""
    if len(names) > _LISTED:
        return f"{', '.join(names[: _LISTED - 1])} {word} {len(names) - _LISTED + 1} more"
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else names[0]


def category(slug: str) -> str:
    return BY_SLUG[slug].name if slug in BY_SLUG else slug.replace("_", " ").capitalize()


def dimension_name(dimension: str, query: InsightQuery) -> str:
    """What people call a dimension: the other side is a payee, or a payer where money came in."""
    if dimension == Dimension.COUNTERPARTY:
        return "payer" if query.flow is Flow.IN else "payee"
    return {Dimension.WEEKDAY: "day of the week", Dimension.HOUR: "hour of the day"}.get(
        Dimension(dimension), dimension
    )


def group_name(dimension: str, value: object) -> str:
    """A group's value as people say it: `Eating out`, `May 2026`, `week of 4 May 2026`."""
    if value is None:
        return "(none)"
    text = str(value)
    match dimension:
        case Dimension.CATEGORY:
            return category(text)
        case Dimension.MONTH | Dimension.QUARTER | Dimension.YEAR | Dimension.DAY | Dimension.WEEK:
            return _calendar(dimension, text)
        case Dimension.CHANNEL | Dimension.STATUS:
            return _channel(text)
        case Dimension.WEEKEND:
            return f"{text}s"
        case _:
            return text


def _calendar(dimension: str, text: str) -> str:
    start = date.fromisoformat(text)
    if dimension == Dimension.WEEK:
        return f"week of {start.day} {start:%B %Y}"
    return Period.of(Unit(dimension), start).label


def _channel(text: str) -> str:
    return text.upper() if text in ("upi", "atm", "neft", "imps", "rtgs", "pos") else text.replace("_", " ")


_MEASURES: dict[Measure, str] = {
    Measure.SPEND: "Spending",
    Measure.INCOME: "Income",
    Measure.NET: "Savings",
    Measure.VOLUME: "Money moved",
    Measure.COUNT: "Payments",
    Measure.AVERAGE: "Average payment",
    Measure.MEDIAN: "Median payment",
    Measure.LARGEST: "Largest payment",
    Measure.SMALLEST: "Smallest payment",
    Measure.COUNTERPARTIES: "Payees",
    Measure.NEW_COUNTERPARTIES: "New payees",
    Measure.FAILED_SHARE: "Failed payments as a share of all",
    Measure.ALERT_PRECISION: "Confirmed alerts as a share of all that were decided",
    Measure.BALANCE: "Balance",
    Measure.BALANCE_AVERAGE: "Average balance",
    Measure.BALANCE_LOWEST: "Lowest balance",
}


def days_known(first: date | None, last: date | None) -> str:
    """From when to when there are payments: "Your payments here run from 1 May 2025 to 22 November 2026."."""
    if first is None or last is None:
        return "There are no payments here yet."
    return f"Your payments here run from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}."


def subject(query: InsightQuery, measure: Measure | None = None) -> str:
    """What a figure is about, without its period: `Groceries`, `Paid to Swiggy by card`, `Spending except Rent`."""
    measure = measure or query.measures[0]
    about = _objects(query)
    said = (_condition(f) for f in query.filters if f.field not in _OBJECTS)
    conditions = "".join(f" {words}" for words in said if words) + _points(query) + _hours(query)
    left_out = [name for f in query.filters if f.operator in _LEFT_OUT and f.field in _OBJECTS for name in _values(f)]
    except_for = f" except {listed(left_out)}" if left_out else ""
    return f"{_head(query, measure, about)}{conditions}{except_for}"


_OBJECTS = frozenset({"category", "counterparty", "description"})
_LEFT_OUT = (Operator.NOT_IN, Operator.NOT_CONTAINS)


def _head(query: InsightQuery, measure: Measure, about: str) -> str:
    match measure:
        case Measure.SPEND | Measure.INCOME:
            if not about:
                return _MEASURES[measure]
            payee = any(f.field == "counterparty" and f.operator not in _LEFT_OUT for f in query.filters)
            if payee:
                return f"{'Received from' if measure is Measure.INCOME else 'Paid to'} {about}"
            names_income = "income" in about.lower() or _is_income(query)
            received = " received" if measure is Measure.INCOME and not names_income else ""
            return f"{about[0].upper()}{about[1:]}{received}"
        case Measure.NET if about:
            return f"Received from {about} less paid there"
        case Measure.NET | Measure.VOLUME:
            return f"{_MEASURES[measure]}{f' with {about}' if about else ''}"
        case _:
            noun = _MEASURES[measure]
            if query.flow is Flow.IN:
                noun = noun.replace("payment", "payment received").replace("Payments", "Payments received")
            elif query.flow is Flow.ANY:
                noun = noun.replace("payment", "transaction").replace("Payments", "Transactions")
            return f"{noun}{f', {about}' if about else ''}"


def _is_income(query: InsightQuery) -> bool:
    slugs = {str(value) for f in query.filters if f.field == "category" for value in f.values}
    return bool(slugs) and all(slug in BY_SLUG and BY_SLUG[slug].group == "income" for slug in slugs)


def _objects(query: InsightQuery) -> str:
    """Payees before categories before words of descriptions: `Swiggy (Eating out)`."""
    kept = {f.field: _values(f) for f in query.filters if f.field in _OBJECTS and f.operator not in _LEFT_OUT}
    payees, categories = kept.get("counterparty"), kept.get("category")
    parts = [f"{listed(payees)}{f' ({listed(categories)})' if categories else ''}"] if payees else []
    if categories and not payees:
        parts.append(listed(categories))
    if said := kept.get("description"):
        parts.append(f"payments that mention “{said[0]}”")
    return ", ".join(parts)


def _values(f: Filter) -> list[str]:
    if f.field == "category":
        return [category(str(value)) for value in f.values]
    return [str(value) for value in f.values]


def _condition(f: Filter) -> str:
    names = listed([_channel(str(value)) for value in f.values])
    match f.field:
        case "channel":
            return f"other than by {names}" if f.operator in _LEFT_OUT else f"by {names}"
        case "status":
            return f"({names})"
        case "weekday":
            halves = {WORKING_DAYS: "on weekdays", WEEKEND_DAYS: "on weekends"}
            each = listed([f"{str(value).capitalize()}s" for value in f.values])
            return halves.get(tuple(str(value) for value in f.values), f"on {each}")
        case "account":
            return "in that account"
        case "alert":
            states = listed([str(value) for value in f.values], "or")
            return "with an alert" if len(f.values) == len(ALERT_STATES[:-1]) else f"with an alert ({states})"
        case "alert_reason":
            return f"for {listed([words for code, words in REASONS.items() if code in f.values], 'or')}"
        case "payee_is_new":
            return f"to {names} payees"
        case "weekend":
            return "" if len(f.values) > 1 else f"on {names}s"
        case _:
            return ""


def _points(query: InsightQuery) -> str:
    limits = {f.operator: int(f.values[0]) for f in query.filters if f.field == "alert_points"}
    return points_between(limits.get(Operator.AT_LEAST), limits.get(Operator.AT_MOST))


def points_between(low: int | None, high: int | None) -> str:
    """The points that alerts are limited to: ` of 80 points and more`."""
    if low is not None and low == high:
        return f" of {low} points"
    if low is not None and high is not None:
        return f" of {low} to {high} points"
    at_least = f" of {low} points and more" if low is not None else ""
    return at_least + (f" of {high} points at most" if high is not None else "")


def _hours(query: InsightQuery) -> str:
    limits = {f.operator: f.values[0] for f in query.filters if f.field == "hour"}
    if not limits:
        return ""
    first, last = limits.get(Operator.AT_LEAST, 0), limits.get(Operator.AT_MOST, 23)
    return f" between {int(first):02d}:00 and {int(last):02d}:59"


def amounts(query: InsightQuery, currency: Currency) -> str:
    """The amounts that a query is limited to: ` of at least ₹500.01`."""
    limits = {f.operator: int(f.values[0]) for f in query.filters if f.field == "amount_minor"}
    low, high = limits.get(Operator.AT_LEAST), limits.get(Operator.AT_MOST)
    if low is not None and high is not None:
        return (
            f" of {money(low, currency)}" if low == high else f" of {money(low, currency)} to {money(high, currency)}"
        )
    if low is not None:
        # "Above 5,000" is kept as "at least 5,000.01".
        return f" above {money(low - 1, currency)}" if low % 10 == 1 else f" of at least {money(low, currency)}"
    if high is not None:
        return f" below {money(high + 1, currency)}" if high % 10 == 9 else f" of at most {money(high, currency)}"
    return ""


def inside(words: str) -> str:
    """`words` as they stand inside a sentence: without the capital of a beginning, names untouched."""
    return words[:1].lower() + words[1:]


def label(query: InsightQuery, measure: Measure | None = None) -> str:
    """A figure's label: what it is about, and when."""
    return f"{subject(query, measure)}, {query.period.period.label}"
