"""`check`: what cannot be asked together is refused with the reason, and with the nearest query that works."""

from collections.abc import Callable, Collection, Iterator
from math import prod
from typing import Any, NoReturn, get_args

from core.categories import CATEGORIES
from core.errors import QueryRefused
from core.fraud.reasons import POINTS_MAX, ReasonCode
from core.identity.access import Principal, Role
from core.insights.buckets import CALENDAR, SERIAL, WEEKEND, buckets, isoweekday, offset
from core.insights.catalogue import ALERT_STATES, DIMENSIONS, FILTERS, MEASURES, PERCENT_MAX, period_before, unit_of
from core.insights.query import (
    BALANCES,
    GROUPS_MAX,
    RANKED_MAX,
    Dimension,
    Filter,
    Flow,
    InsightQuery,
    Measure,
    Operator,
    Ratio,
)
from core.ledger.tables import TransactionStatus

Refusal = tuple[str, dict[str, Any]]
"""The reason, and the changes that put it right."""

_TAKEN = frozenset({*Measure, *Dimension, "account_id", "customer_id"})
_RATIOS = {("money", "money"), ("count", "count"), ("money", "count")}


def check(query: InsightQuery, principal: Principal) -> None:
    """Raises QueryRefused with the reason, and in `nearest` a query that works, unless all parts go together and are
    for somebody of the principal's role."""
    found = next(_refusals(query, principal), None)
    if found:
        _refuse(query, principal, *found)


def _refuse(query: InsightQuery, principal: Principal, reason: str, changes: dict[str, Any]) -> NoReturn:
    """Refuse with the same query, `changes` made, and whatever else was wrong put right, as the nearest that works."""
    nearest = query.model_copy(update=changes)
    try:
        check(nearest, principal)
    except QueryRefused as another:
        raise QueryRefused(reason, **another.facts) from None
    raise QueryRefused(reason, nearest=nearest.model_dump(mode="json", exclude_defaults=True))


def _refusals(query: InsightQuery, principal: Principal) -> Iterator[Refusal]:
    yield from _repeats(query)
    yield from _staff(query) if principal.role is Role.CUSTOMER else _customers(query)
    for rule in _RULES:
        yield from rule(query)


def _repeats(query: InsightQuery) -> Iterator[Refusal]:
    measures, dimensions = tuple(dict.fromkeys(query.measures)), tuple(dict.fromkeys(query.group_by))
    if (measures, dimensions) != (query.measures, query.group_by):
        yield "Name each measure and each dimension once", {"measures": measures, "group_by": dimensions}


def _staff(query: InsightQuery) -> Iterator[Refusal]:
    for measure in _measures(query):
        if MEASURES[measure].is_for_staff:
            yield f"{measure} is for a bank's staff", _only(query, lambda m: not MEASURES[m].is_for_staff)
    for dimension in query.group_by:
        if DIMENSIONS[dimension].is_for_staff:
            yield f"{dimension} is for a bank's staff", _grouped(query, lambda d: not DIMENSIONS[d].is_for_staff)
    for given in _filters_of(query):
        if FILTERS[given.field].is_for_staff:
            yield f"{given.field} is for a bank's staff", _filtered(query, lambda f: not FILTERS[f.field].is_for_staff)


def _customers(query: InsightQuery) -> Iterator[Refusal]:
    reason = "is told to customers, of their own money"
    for dimension in query.group_by:
        if DIMENSIONS[dimension].is_for_customers:
            yield f"{dimension} {reason}", _grouped(query, lambda d: not DIMENSIONS[d].is_for_customers)
    for given in _filters_of(query):
        if FILTERS[given.field].is_for_customers:
            yield f"{given.field} {reason}", _filtered(query, lambda f: not FILTERS[f.field].is_for_customers)


def _names(query: InsightQuery) -> Iterator[Refusal]:
    given = [named.name for named in (*query.conditional, *query.ratios)]
    for name in given:
        if name in _TAKEN or name.endswith("_before") or given.count(name) > 1:
            yield f"Call it something else than {name}, which is taken", _without(query, {name})


def _references(query: InsightQuery) -> Iterator[Refusal]:
    """What refers to a column finds it among those asked for."""
    measured = {*query.measures, *(conditional.name for conditional in query.conditional)}
    for ratio in query.ratios:
        for name in (ratio.part, ratio.whole):
            if name not in measured:
                yield f"{ratio.name} needs {name}, which the query does not ask for", _without(query, {ratio.name})
    columns = measured.union(ratio.name for ratio in query.ratios)
    for having in query.having:
        if having.by not in columns:
            kept = tuple(other for other in query.having if other.by in columns)
            yield f"Keep groups by something the query asks for, not by {having.by}", {"having": kept}
    if query.order and query.order.by not in {*columns, *query.group_by}:
        yield f"Order by something the query asks for, not by {query.order.by}", {"order": None}


def _kinds(query: InsightQuery) -> Iterator[Refusal]:
    for ratio in query.ratios:
        units = (unit_of(query, ratio.part), unit_of(query, ratio.whole))
        if units not in _RATIOS:
            yield _odd_ratio(ratio, units), _without(query, {ratio.name})


def _odd_ratio(ratio: Ratio, units: tuple[str, str]) -> str:
    reason = f"{ratio.part} is {units[0]} and {ratio.whole} is {units[1]}"
    return f"{reason}: a ratio is money of money, count of count, or money by a count"


def _balances(query: InsightQuery) -> Iterator[Refusal]:
    """A balance is of accounts: it has no category, no hour, and no payment beside it."""
    of_accounts = [measure for measure in _measures(query) if measure in BALANCES]
    of_payments = [measure for measure in _measures(query) if measure not in (*BALANCES, Measure.SHARE)]
    if not of_accounts:
        return
    if of_payments:
        is_first = query.measures[0] in BALANCES
        reason = f"{of_accounts[0]} is of accounts and {of_payments[0]} of payments: ask for one of them"
        yield reason, _only(query, lambda m: m is Measure.SHARE or (m in BALANCES) is is_first)
    if query.conditional:
        reason = f"{of_accounts[0]} is of accounts: filter the whole query instead"
        yield reason, _without(query, {conditional.name for conditional in query.conditional})
    for dimension in query.group_by:
        if not DIMENSIONS[dimension].goes_with_balances:
            reason = f"A balance has no {dimension}: group by account, bank, currency or time"
            yield reason, _grouped(query, lambda d: DIMENSIONS[d].goes_with_balances)
    for given in query.filters:
        if not FILTERS[given.field].goes_with_balances:
            reason = f"A balance has no {given.field}: filter by account, bank or currency"
            yield reason, _filtered(query, lambda f: FILTERS[f.field].goes_with_balances)
    if query.rows:
        yield "No single entries stand behind a balance: leave rows out", {"rows": 0}


def _shares(query: InsightQuery) -> Iterator[Refusal]:
    odd = {conditional.name for conditional in query.conditional if conditional.measure is Measure.SHARE}
    if odd:
        yield "share is of a measure beside it, and cannot be conditional: use a ratio", _without(query, odd)
    if Measure.SHARE in query.measures and not any(MEASURES[measure].adds_up for measure in query.measures):
        others = tuple(measure for measure in query.measures if measure is not Measure.SHARE)
        changes = _without(query, {Measure.SHARE}) if others else {"measures": (Measure.SPEND, Measure.SHARE)}
        yield "share needs a measure beside it that adds up, such as spend or count", changes


def _statuses(query: InsightQuery) -> Iterator[Refusal]:
    reason = "failed_share looks at payments of every status: leave status out"
    if Measure.FAILED_SHARE in _measures(query):
        if Dimension.STATUS in query.group_by:
            yield reason, _grouped(query, lambda d: d is not Dimension.STATUS)
        if any(given.field == "status" for given in _filters_of(query)):
            yield reason, _filtered(query, lambda f: f.field != "status")


def _flows(query: InsightQuery) -> Iterator[Refusal]:
    """`income` beside a count of payments out would read as if those were the payments counted."""
    measures = _measures(query)
    following = [measure for measure in measures if MEASURES[measure].follows_flow]
    odd = [measure for measure in measures if query.flow not in MEASURES[measure].flows]
    if following and odd:
        common = next(
            flow for flow in (Flow.OUT, Flow.IN, Flow.ANY) if all(flow in MEASURES[m].flows for m in measures)
        )
        reason = f"{odd[0]} is not about flow '{query.flow}', which {following[0]} would speak of: use '{common}'"
        yield reason, {"flow": common}


def _one_calendar(query: InsightQuery) -> Iterator[Refusal]:
    if CALENDAR.issuperset(query.group_by) and len(query.group_by) == 2:
        finest = next(d for d in Dimension if d in query.group_by)
        yield f"Group by one calendar unit: {finest} says it all", {"group_by": (finest,)}


def _conditions(query: InsightQuery) -> Iterator[Refusal]:
    for condition in _filters_of(query):
        if reason := next(_faults(condition), None):
            yield reason, _filtered(query, lambda f: next(_faults(f), None) is None)


def _faults(condition: Filter) -> Iterator[str]:
    field, values, facts = condition.field, condition.values, FILTERS[condition.field]
    most = {Operator.IN: len(values), Operator.NOT_IN: len(values), Operator.BETWEEN: 2}.get(condition.operator, 1)
    if condition.operator not in facts.operators:
        yield f"{field} takes {', '.join(facts.operators)}, not {condition.operator}"
    if len(values) != most:
        yield f"{condition.operator} takes {'two values' if most == 2 else 'one value'}, not {len(values)}"
    fits = _VALUE.get(field, _is_text)
    wrong = [value for value in values if not fits(value)]
    if wrong:
        yield f"{field} is compared with {facts.values}, not with {wrong[0]!r}"
    elif condition.operator is Operator.BETWEEN and int(values[0]) > int(values[1]):
        yield f"between takes the lower value first, and {values[0]} is above {values[1]}"


def _is_text(value: str | int) -> bool:
    # PostgreSQL's text cannot hold the zero character, so nothing stored can match it.
    return isinstance(value, str) and "\0" not in value


def _is_one_of(*words: str) -> Callable[[str | int], bool]:
    return lambda value: value in words


def _is_within(most: int) -> Callable[[str | int], bool]:
    return lambda value: isinstance(value, int) and 0 <= value <= most


_VALUE: dict[str, Callable[[str | int], bool]] = {
    "status": _is_one_of(*TransactionStatus),
    "category_group": _is_one_of(*(category.group for category in CATEGORIES)),
    "payee_is_new": _is_one_of("new", "known"),
    "recurring": _is_one_of("recurring", "one_off"),
    "weekend": _is_one_of(*WEEKEND),
    "weekday": lambda value: isoweekday(value) is not None,
    "amount_minor": _is_within(2**63 - 1),
    "percent_of_usual": _is_within(PERCENT_MAX),
    "alert": _is_one_of(*ALERT_STATES),
    "alert_reason": _is_one_of(*get_args(ReasonCode)),
    "alert_points": _is_within(POINTS_MAX),
    "hour": _is_within(23),
}


def _others(query: InsightQuery) -> Iterator[Refusal]:
    if not query.others:
        return
    loose = [measure for measure in _measures(query) if not MEASURES[measure].adds_up]
    loose_names = [*loose, *(ratio.name for ratio in query.ratios)]
    timed = [dimension for dimension in query.group_by if dimension in SERIAL]
    if not set(query.group_by) - {Dimension.CURRENCY}:
        yield "(others) needs groups to put together", {"others": False}
    if loose_names:
        yield f"{loose_names[0]} of several groups is not the sum of theirs: leave (others) out", {"others": False}
    if timed:
        yield f"(others) puts names together, and {timed[0]} has none: leave it out", {"others": False}
    if query.limit_per:
        yield "(others) stands for what one limit cuts off: leave limit_per out", {"limit_per": None}


def _conversion(query: InsightQuery) -> Iterator[Refusal]:
    """Converted are sums: of anything else each currency has its own, and what is kept or cut would be cut before."""
    if query.convert is None:
        return
    loose = [m for m in _measures(query) if not MEASURES[m].adds_up or MEASURES[m].unit == "percent"]
    cut = [name for name in ("ratios", "having", "limit_per", "others") if getattr(query, name)]
    stated = [rate.currency for rate in query.convert.rates]
    if loose:
        yield f"{loose[0]} is no sum: ask for it by currency", {"convert": None}
    if cut:
        yield f"{cut[0]} is told of each currency by itself: leave it out, or do not convert", {"convert": None}
    if Dimension.CURRENCY in query.group_by:
        yield "Of all currencies there is one group", _grouped(query, lambda d: d is not Dimension.CURRENCY)
    if query.convert.to in stated or len({*stated}) < len(stated):
        yield "State one rate for each other currency", {"convert": None}


def _limits(query: InsightQuery) -> Iterator[Refusal]:
    if query.limit_per and len(query.group_by) != 2:
        yield "limit_per is for two dimensions: so many of the second for each of the first", {"limit_per": None}


def _groups(query: InsightQuery) -> Iterator[Refusal]:
    count = prod(len(buckets(d, query.period.period)) for d in query.group_by if d in SERIAL)
    is_ranked = len(query.group_by) == 1 and query.order is not None
    most = RANKED_MAX if is_ranked else GROUPS_MAX
    if count > most:
        reason = f"That makes {count} groups, and {most} is the most: take a longer unit or a shorter period"
        named = tuple(dimension for dimension in query.group_by if dimension not in CALENDAR)
        yield reason, _grouped_by(query, (*named, *_coarser(query, named)))


def _coarser(query: InsightQuery, beside: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """The finest calendar unit that stays below the limit beside a weekday or an hour."""
    period = query.period.period
    others = prod(len(buckets(dimension, period)) for dimension in beside if dimension in SERIAL)
    order = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
    return tuple([d for d in order if len(buckets(d, period)) * others <= GROUPS_MAX][:1])


def _comparison(query: InsightQuery) -> Iterator[Refusal]:
    before = period_before(query)
    for dimension in query.group_by:
        if before and dimension in CALENDAR and offset(dimension, query.period.period, before) is None:
            reason = f"The {dimension}s of {query.period.period.label} and of {before.label} do not line up"
            way_out = f"compare without grouping by {dimension}, or group without comparing"
            yield f"{reason}: {way_out}", {"compare": None}


_RULES: tuple[Callable[[InsightQuery], Iterator[Refusal]], ...] = (
    _names, _references, _kinds, _shares, _balances, _statuses, _flows, _one_calendar, _conditions, _others,
    _conversion, _limits, _groups, _comparison,
)  # fmt: skip


def _measures(query: InsightQuery) -> tuple[Measure, ...]:
    return (*query.measures, *(conditional.measure for conditional in query.conditional))


def _filters_of(query: InsightQuery) -> tuple[Filter, ...]:
    return (*query.filters, *(given for conditional in query.conditional for given in conditional.filters))


def _only(query: InsightQuery, wanted: Callable[[Measure], bool]) -> dict[str, Any]:
    """The changes that leave the wanted measures alone."""
    unwanted = {measure for measure in query.measures if not wanted(measure)}
    return _without(query, {*unwanted, *(c.name for c in query.conditional if not wanted(c.measure))})


def _without(query: InsightQuery, names: Collection[str]) -> dict[str, Any]:
    """The changes that leave out columns, and what refers to them. There is always something that is measured."""
    measures = tuple(measure for measure in query.measures if measure not in names) or (Measure.SPEND,)
    conditional = tuple(given for given in query.conditional if given.name not in names)
    measured = {*measures, *(given.name for given in conditional)}
    ratios = tuple(r for r in query.ratios if r.name not in names and {r.part, r.whole} <= measured)
    known = measured.union(ratio.name for ratio in ratios)
    return {
        "measures": measures,
        "conditional": conditional,
        "ratios": ratios,
        "having": tuple(having for having in query.having if having.by in known),
        "order": query.order if query.order and query.order.by in {*known, *query.group_by} else None,
    }


def _grouped(query: InsightQuery, wanted: Callable[[Dimension], bool]) -> dict[str, Any]:
    return _grouped_by(query, tuple(dimension for dimension in query.group_by if wanted(dimension)))


def _grouped_by(query: InsightQuery, dimensions: tuple[Dimension, ...]) -> dict[str, Any]:
    lost = query.order and query.order.by in set(query.group_by) - set(dimensions)
    return {"group_by": dimensions, "order": None if lost else query.order}


def _filtered(query: InsightQuery, wanted: Callable[[Filter], bool]) -> dict[str, Any]:
    """The changes that leave out filters, and conditional measures that need one."""
    lost = {given.name for given in query.conditional if not all(map(wanted, given.filters))}
    return {**_without(query, lost), "filters": tuple(filter(wanted, query.filters))}
