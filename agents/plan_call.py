"""PlanCall: the one tool call that a model plans with, and the closed lists that it chooses from.

No argument names a customer, a bank or an account number; every value is a key of a list that the resolvers made. What
comes of it is a Frame, which goes the same way as the built-in planner's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.aliases import Aliases, said
from agents.context import AgentContext
from agents.plan import TASKS_MAX, ExplainTask, InsightTask, Operation, Task, Threshold
from agents.planner import customs
from agents.planner.ahead import day_ahead
from agents.planner.frame import Frame, Prior, Topic
from agents.planner.memory import Memory
from agents.planner.mentions import Mention
from agents.planner.periods import PeriodReader
from agents.planner.reading import Reading
from agents.planner.slots import FILTER_VALUES_MAX, merged
from core.categories import BY_SLUG
from core.fraud.reasons import POINTS_MAX, ReasonCode
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.money import Currency, Money
from core.periods import Unit

PAYEES_MAX = 40
_USUAL_PERIODS = ("this month", "last month", "this year", "last year", "this fy", "past 30 days", "all time")

Measured = Literal[
    Measure.SPEND, Measure.INCOME, Measure.NET, Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST,
    Measure.SMALLEST, Measure.VOLUME,
]  # fmt: skip
Grouped = Literal[
    Dimension.CATEGORY, Dimension.COUNTERPARTY, Dimension.ACCOUNT, Dimension.BANK, Dimension.CHANNEL, Dimension.STATUS,
    Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR, Dimension.WEEKDAY,
    Dimension.HOUR,
]  # fmt: skip
"""What answers have words for."""

Amount = Annotated[Decimal | None, Field(ge=0, le=10**12, max_digits=15, description="in whole units of money")]
Hour = Annotated[int | None, Field(ge=0, le=23)]
Keys = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=20)]


class Part(BaseModel):
    """One question of the asker's, as keys of the lists."""

    model_config = ConfigDict(extra="forbid")

    topic: Topic | Literal["clarify", "out_of_scope"] = Topic.MONEY
    ask: Operation = Operation.VALUE
    measure: Measured | None = None
    flow: Flow | None = None
    group_by: Annotated[list[Grouped], Field(max_length=2)] = []
    periods: Annotated[Keys, Field(max_length=3)] = []
    against: Prior | None = None
    categories: Keys = []
    payees: Keys = []
    words: Annotated[Keys, Field(max_length=1)] = []
    except_categories: Keys = []
    except_payees: Keys = []
    accounts: Keys = []
    channels: Keys = []
    statuses: Annotated[list[Literal["pending", "processing", "success", "failed"]], Field(max_length=4)] = []
    weekdays: Annotated[Keys, Field(max_length=7)] = []
    first_hour: Hour = None
    last_hour: Hour = None
    at_least: Amount = None
    above: Amount = None
    at_most: Amount = None
    below: Amount = None
    threshold: Annotated[
        Literal["above", "below"] | None, Field(description="the amount given is what the total is held against")
    ] = None
    limit: Annotated[int | None, Field(ge=1, le=50)] = None
    descending: bool = True
    asks_difference: bool = False
    unit: Unit | None = None
    first: Literal["largest", "smallest", "latest", "earliest"] | None = None
    opens: Annotated[bool, Field(description="of a balance: the opening one")] = False
    is_next: Annotated[bool, Field(description="of recurring payments: when the next one is due")] = False
    alert_status: Literal["open", "confirmed", "dismissed"] | None = None
    alerts_ask: Annotated[
        Literal["alerts", "value", "accounts", "customers", "riskiest"],
        Field(
            description="of alerts: themselves, the money in them, how many accounts or customers, the riskiest ones"
        ),
    ] = "alerts"
    points_min: Annotated[int | None, Field(ge=0, le=POINTS_MAX)] = None
    points_max: Annotated[int | None, Field(ge=0, le=POINTS_MAX)] = None
    reason: Annotated[ReasonCode | None, Field(description="of alerts and signals: the pattern")] = None
    on: Annotated[str | None, Field(max_length=20, description="of a forecast: a key of the days ahead")] = None
    spend: Annotated[Amount, Field(description="of a forecast: what the asker would like to spend by then")] = None
    text: Annotated[str, Field(max_length=300)] = ""
    """For `recall`: what is remembered of a payment. For `clarify`: what to ask back."""


class PlanCall(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: Annotated[list[Part], Field(min_length=1, max_length=TASKS_MAX)]


TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "plan", "description": "What to compute.", "parameters": PlanCall.model_json_schema()},
}


@dataclass(frozen=True, slots=True)
class Lists:
    """The closed values that one question may be planned with, by the key that stands for them."""

    periods: Mapping[str, QueryPeriod]
    payees: Mapping[str, tuple[str, ...]]
    accounts: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    channels: Sequence[str]
    days: Mapping[str, date]
    """Days ahead that the question names."""
    currency: Currency
    said: Sequence[tuple[str, frozenset[str]]] = ()
    """What the question itself names: in whose list, and by which keys. A plan leaves none of it out."""


def lists_of(readings: Sequence[Reading], memory: Memory, context: AgentContext, aliases: Aliases) -> Lists:
    """What this question may be planned with: what it says, what it leans on, and the usual periods."""
    periods = {
        f"p{n}": QueryPeriod.of(mention.value.period)
        for n, (mention, _) in enumerate(_all("period", readings), start=1)
    }
    payees: dict[str, tuple[str, ...]] = {
        aliases.of(said(mention, reading)): mention.value.names
        for mention, reading in _all("name", readings)
        if not mention.value.is_unclear
    }
    accounts = {
        aliases.of(said(mention, reading), "account"): tuple(str(account.account_id) for account in mention.value)
        for mention, reading in _all("account", readings)
    }
    words = {aliases.of(mention.value, "word"): mention.value for mention, _ in _all("description", readings)}
    named = [
        *(("categories", frozenset(mention.value)) for mention, _ in _all("category", readings)),
        *(("payees", frozenset({key})) for key in payees),
        *(("accounts", frozenset({key})) for key in accounts),
        *(("words", frozenset({key})) for key in words),
        *([("periods", frozenset(periods))] if periods else []),
    ]
    ahead = [day for reading in readings if (day := day_ahead(reading.text, context.today))]
    for condition in _filters(memory.frame):
        for value in map(str, condition.values):
            match condition.field:
                case "counterparty":
                    payees.setdefault(aliases.of(value), (value,))
                case "account":
                    accounts.setdefault(aliases.of(value, "account") if aliases.private else value[-6:], (value,))
                case "description":
                    words.setdefault(aliases.of(value, "word"), value)
                case _:
                    pass
    return Lists(
        periods={**periods, **_usual_periods(memory, context)},
        payees=dict(list(payees.items())[:PAYEES_MAX]),
        accounts=accounts,
        words=words,
        channels=context.scope.channels,
        days={f"d{n}": day for n, day in enumerate(ahead, start=1)},
        currency=context.scope.currency,
        said=named,
    )


def _all(kind: str, readings: Sequence[Reading]) -> list[tuple[Mention[Any], Reading]]:
    return [(mention, reading) for reading in readings for mention in reading.of(kind)]


def _usual_periods(memory: Memory, context: AgentContext) -> dict[str, QueryPeriod]:
    is_month_first = customs.is_month_first(context.scope.currency)
    reader = PeriodReader(context.today, context.scope.first_day, context.scope.payday, is_month_first=is_month_first)
    earlier = {"earlier": memory.frame.periods[0]} if memory.frame and memory.frame.periods else {}
    usual = {phrase.replace(" ", "_"): QueryPeriod.of(reader.read(phrase)[0].value.period) for phrase in _USUAL_PERIODS}
    return {**earlier, **usual}


def _filters(frame: Frame | None) -> tuple[Filter, ...]:
    return (*frame.objects, *frame.without, *frame.conditions) if frame else ()


def check_whole(call: PlanCall, lists: Lists) -> None:
    """Raises ValueError where no part of the plan has something that the question names."""
    looks_ahead = any(part.topic is Topic.FORECAST for part in call.parts)
    for kind, keys in lists.said:
        if kind == "periods" and looks_ahead:
            continue  # "at the end of December" is a day ahead, and may read as a month
        used = {key for part in call.parts for name in (kind, f"except_{kind}") for key in getattr(part, name, ())}
        if not used & keys:
            raise ValueError(f"the question speaks of {' or '.join(sorted(keys))} ({kind}), and the plan does not.")


def frame_of(part: Part, lists: Lists) -> Frame:
    """The frame that a part stands for. Raises ValueError with a sentence where a key is in no list, or where fields
    contradict each other."""
    _check_shape(part)
    objects = (
        *_listed("category", part.categories, _known_categories(part.categories)),
        *_listed("counterparty", part.payees, lists.payees),
        *(
            Filter(field="description", operator=Operator.CONTAINS, values=(_known("words", key, lists.words),))
            for key in part.words
        ),
    )
    left_out = (
        *_listed("category", part.except_categories, _known_categories(part.except_categories), Operator.NOT_IN),
        *_listed("counterparty", part.except_payees, lists.payees, Operator.NOT_IN),
    )
    return Frame(
        topic=part.topic if isinstance(part.topic, Topic) and part.topic is not Topic.MONEY else None,
        ask=part.ask,
        measure=part.measure,
        flow=part.flow,
        group_by=tuple(part.group_by),
        objects=objects,
        without=left_out,
        conditions=_conditions(part, lists),
        periods=tuple(_known("periods", key, lists.periods) for key in part.periods),
        against=part.against,
        limit=part.limit,
        descending=part.descending,
        asks_difference=part.asks_difference,
        unit=part.unit,
        latest=part.first,
        threshold=_threshold(part, lists.currency),
        share_of="spending" if part.ask is Operation.SHARE else None,
        opens=part.opens,
        is_next=part.is_next,
        alert_status=part.alert_status,
        alerts_ask=part.alerts_ask,
        points_min=part.points_min,
        points_max=part.points_max,
        reason=part.reason,
        on=_known("days ahead", part.on, lists.days) if part.on else next(iter(lists.days.values()), None),
        spend_minor=None if part.spend is None else _minor(part.spend, lists.currency),
        text=part.text,
    )


def _check_shape(part: Part) -> None:
    """What the composer takes for granted."""
    if part.ask is Operation.VERSUS and max(map(len, (part.categories, part.payees, part.channels))) < 2:
        raise ValueError("versus needs two categories, payees or channels.")
    if part.ask in (Operation.RANK, Operation.COUNT_GROUPS) and not part.group_by:
        raise ValueError(f"{part.ask} needs group_by.")
    if (part.ask is Operation.THRESHOLD) != (part.threshold is not None):
        raise ValueError("threshold needs both ask=threshold and threshold=above or below, with one amount.")
    if part.topic is Topic.RECALL and not part.text:
        raise ValueError("recall needs text.")


def check_room(part: Part, task: Task) -> None:
    """Raises ValueError where a part says more than its task has room for: nothing that is asked is left out."""
    if isinstance(task, InsightTask | ExplainTask):
        return
    fields = type(task).model_fields
    kept = {"categories": "categories", "payees": "counterparties", "accounts": "account_ids"}
    more = [name for name, field in kept.items() if getattr(part, name) and field not in fields]
    more += [name for name in _CONDITIONS if getattr(part, name) not in (None, [])]
    if more:
        raise ValueError(f"{part.topic} has no room for {', '.join(more)}.")


_CONDITIONS = (
    "words", "except_categories", "except_payees", "channels", "statuses", "weekdays", "first_hour", "last_hour",
    "at_least", "above", "at_most", "below", "group_by",
)  # fmt: skip


def _known(kind: str, key: str, values: Mapping[str, Any]) -> Any:
    if key not in values:
        raise ValueError(f"there is no {key!r} among the {kind}; there are {', '.join(values) or 'none'}.")
    return values[key]


def _known_categories(slugs: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    if unknown := [slug for slug in slugs if slug not in BY_SLUG]:
        raise ValueError(f"there is no category {unknown[0]!r}.")
    return {slug: (slug,) for slug in slugs}


def _listed(
    name: Literal["category", "counterparty", "account"],
    keys: Iterable[str],
    values: Mapping[str, tuple[str, ...]],
    operator: Operator = Operator.IN,
) -> list[Filter]:
    kind = {"category": "categories", "counterparty": "payees", "account": "accounts"}[name]
    found = tuple(dict.fromkeys(value for key in keys for value in _known(kind, key, values)))
    return [Filter(field=name, operator=operator, values=found[:FILTER_VALUES_MAX])] if found else []


def _conditions(part: Part, lists: Lists) -> tuple[Filter, ...]:
    for channel in part.channels:
        _known("channels", channel, {name: name for name in lists.channels})
    chosen: list[tuple[Literal["channel", "weekday", "status"], Sequence[str]]] = [
        ("channel", part.channels), ("weekday", part.weekdays), ("status", part.statuses),
    ]  # fmt: skip
    found = [Filter(field=name, operator=Operator.IN, values=tuple(values)) for name, values in chosen if values]
    found += _listed("account", part.accounts, lists.accounts)
    for operator, hour in ((Operator.AT_LEAST, part.first_hour), (Operator.AT_MOST, part.last_hour)):
        found += [Filter(field="hour", operator=operator, values=(hour,))] if hour is not None else []
    low, high = _bounds(part, lists.currency) if part.threshold is None else (None, None)
    for operator, minor in ((Operator.AT_LEAST, low), (Operator.AT_MOST, high)):
        found += [Filter(field="amount_minor", operator=operator, values=(minor,))] if minor is not None else []
    return merged(found)


def _bounds(part: Part, currency: Currency) -> tuple[int | None, int | None]:
    """The least and the most that an amount may be, in minor units: "above 500" is 500.01 and more."""
    if (part.at_least is not None and part.above is not None) or (part.at_most is not None and part.below is not None):
        raise ValueError("give at_least or above, and at_most or below, not both.")
    low = part.at_least if part.above is None else part.above
    high = part.at_most if part.below is None else part.below
    return (
        None if low is None else _minor(low, currency) + (part.above is not None),
        None if high is None else _minor(high, currency) - (part.below is not None),
    )


def _minor(amount: Decimal, currency: Currency) -> int:
    return Money.parse(str(amount), currency).amount_minor


def _threshold(part: Part, currency: Currency) -> Threshold | None:
    if part.threshold is None:
        return None
    said = [amount for amount in (part.at_least, part.above, part.at_most, part.below) if amount is not None]
    if len(said) != 1:
        raise ValueError("threshold needs exactly one amount.")
    minor = _minor(said[0], currency)
    if part.threshold == "above":
        return Threshold(low_minor=minor + 1, high_minor=None, said_minor=minor)
    return Threshold(low_minor=None, high_minor=minor - 1, said_minor=minor)


_ARGUMENTS = {
    "category": "categories", "counterparty": "payees", "account": "accounts", "description": "words",
    "channel": "channels", "weekday": "weekdays", "status": "statuses",
}  # fmt: skip
"""What a condition's field is called in a part."""


def as_part(frame: Mapping[str, Any], key_of: Callable[[str, Any], Any] = lambda _, value: value) -> dict[str, Any]:
    """A stored frame as the arguments that would give it, as far as a model has use for them; `key_of` gives the key
    of a condition's value."""
    part = {name: frame[name] for name in Part.model_fields if name in frame and name not in ("text", "threshold")}
    if "latest" in frame:
        part["first"] = frame["latest"]
    for prefix, filters in (("", "objects"), ("", "conditions"), ("except_", "without")):
        for condition in frame.get(filters, ()):
            if name := _ARGUMENTS.get(condition["field"]):
                keys = [key_of(condition["field"], value) for value in condition["values"]]
                part[prefix + name] = [*part.get(prefix + name, ()), *keys]
    return part


def as_keys(frame: Frame, lists: Lists) -> dict[str, Any]:
    """An earlier frame as the model may see it: its values by their keys."""
    stored = frame.model_dump(mode="json", exclude_defaults=True)
    by_field: dict[str, Mapping[str, Any]] = {
        "counterparty": lists.payees, "account": lists.accounts,
        "description": {key: (value,) for key, value in lists.words.items()},
    }  # fmt: skip

    def key_of(name: str, value: Any) -> Any:
        keys = by_field.get(name)
        return value if keys is None else next((key for key, values in keys.items() if str(value) in values), "")

    return as_part({**stored, **({"periods": ["earlier"]} if frame.periods else {})}, key_of)
