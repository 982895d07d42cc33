"""From a Reading to a Frame: which of the things said fill which slot. What finds no place is reported, never dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from agents.plan import Operation, Threshold
from agents.planner.amounts import Bounds
from agents.planner.categories import NARROWER
from agents.planner.frame import Frame, Topic
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.names import Named
from agents.planner.periods import Spoken
from agents.planner.reading import Reading
from agents.scope import OwnAccount
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.money import Currency
from core.periods import Unit

T = TypeVar("T")

_UNITS = {
    Unit.DAY: Dimension.DAY, Unit.WEEK: Dimension.WEEK, Unit.MONTH: Dimension.MONTH,
    Unit.QUARTER: Dimension.QUARTER, Unit.YEAR: Dimension.YEAR,
}  # fmt: skip
_FLOWLESS = frozenset({Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST})
_INCOME_CATEGORIES = frozenset({"salary", "pension", "interest", "business_income"})
_PLURAL = 5
"""How many "the biggest expenses" are."""
_CHANGE = r"chang|increas|decreas|gr[eo]w|ris|rose|f[ea]ll|gone|went|go |jump"
_COMPARING = frozenset({Operation.COMPARE, Operation.DIFFERENCE, Operation.GROWTH})
_OBJECT_KINDS = frozenset({"category", "name", "description"})
# Cues that only colour a question; any other one that fills no slot makes the reading doubtful.
_COLOUR = frozenset(
    {Cue.HOW_MUCH, Cue.SHOW, Cue.TOTAL, Cue.PAYMENTS, Cue.YES_NO, Cue.TO_ME, Cue.ANAPHORA, Cue.AGAIN, Cue.ONLY,
     Cue.BOTH, Cue.WHICH, Cue.WHO, Cue.OR, Cue.MEMORY, Cue.INTO, Cue.OUT_OF}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """The frame, and everything that keeps it from being trusted."""

    frame: Frame
    is_follow_up: bool
    """It leans on what was said before: "and in April?", "show me those"."""
    narrows: bool
    """"Only", "of those": it adds to the last question's conditions and does not replace them."""
    has_cue: bool
    """At least something in it is about money."""
    says_flagged: bool = False
    asks_amount: bool = False
    """ "And how much?": money is wanted, whatever the last question counted."""
    unclear_names: tuple[Named, ...] = ()
    unplaced: tuple[str, ...] = ()
    """Phrases that were understood and found no slot."""
    wrong_currency: Currency | None = None


def parse(reading: Reading, currencies: Sequence[Currency]) -> Parsed:
    return _Parser(reading, currencies).parsed()


@dataclass
class _Parser:
    reading: Reading
    currencies: Sequence[Currency]
    used: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.mentions = list(self.reading.mentions)
        self.cues = self.reading.of("cue")

    # Small questions to the reading. `take` marks as used what it gives.

    def has(self, *cues: Cue) -> bool:
        return self.reading.has(*cues)

    def find(self, *cues: Cue) -> list[Mention[Any]]:
        return [mention for mention in self.cues if mention.value[0] in cues]

    def take(self, *cues: Cue) -> list[Any]:
        found = self.find(*cues)
        self.used |= {id(mention) for mention in found}
        return [mention.value[1] for mention in found]

    def taken(self, kind: str) -> list[Mention[Any]]:
        found = self.reading.of(kind)
        self.used |= {id(mention) for mention in found}
        return found

    def text_of(self, mention: Mention[Any]) -> str:
        return self.reading.text[mention.start : mention.end]

    def gap(self, one: Mention[Any], other: Mention[Any]) -> str:
        return self.reading.text[one.end : other.start].strip()

    # The slots.

    def parsed(self) -> Parsed:
        measures = self.take(Cue.MEASURE)
        objects, without = self._objects()
        topic = self._topic(measures)
        frame = Frame(
            topic=topic,
            objects=objects,
            without=without,
            periods=self._periods(),
            against=self._against(),
            alert_status=self._alert_status() if topic is Topic.ALERTS else None,
            text=self.reading.text if topic is Topic.RECALL else "",
        )
        frame = self._conditions(frame)
        frame = self._measured(frame, measures)
        frame = self._asked(frame, measures)
        leans = self._leans(frame, measures)
        if not leans and self._only_prior() and frame.ask not in _COMPARING:
            # "In the previous month" beside nothing that it could move.
            periods = tuple(QueryPeriod.of(s.period) for s in self._spoken()[:1])
            frame = frame.with_changes(periods=periods, against=None)
        return Parsed(
            frame=frame,
            is_follow_up=leans,
            narrows=self.has(Cue.ONLY) or self._is_of_those(),
            has_cue=bool(self.mentions)
            and (
                bool(measures)
                or bool(objects)
                or topic is not None
                or len(self.mentions) > 1
                or self.has(Cue.PAYMENTS, Cue.GROUP, Cue.TOP)
            ),
            says_flagged=self.has(Cue.FLAGGED, Cue.ALERTS),
            asks_amount=self.has(Cue.HOW_MUCH, Cue.TOTAL) and not measures,
            unclear_names=tuple(m.value for m in self.reading.of("name") if m.value.is_unclear),
            unplaced=tuple(self._unplaced()),
            wrong_currency=self._wrong_currency(),
        )

    def _topic(self, measures: list[Any]) -> Topic | None:
        if self.has(Cue.COVERAGE) and not measures:
            self.take(Cue.COVERAGE, Cue.NOUN, Cue.WHEN)
            return Topic.COVERAGE
        asks_why = self.has(Cue.WHY) or (self.has(Cue.YES_NO) and self.has(Cue.PAYMENTS, Cue.ANAPHORA))
        if (self.has(Cue.FLAGGED, Cue.ALERTS) and asks_why and not self.has(Cue.ALERTS)) or (
            self.has(Cue.WHY) and self.has(Cue.ALERTS, Cue.FLAGGED)
        ):
            self.take(Cue.FLAGGED, Cue.ALERTS, Cue.WHY, Cue.LATEST)
            return Topic.EXPLAIN
        if self.has(Cue.WHY) and not measures:
            self.take(Cue.WHY)
            return Topic.EXPLAIN
        if self.has(Cue.ALERTS) or (self.has(Cue.FLAGGED) and self.has(Cue.SHOW, Cue.WHICH, Cue.PAYMENTS)):
            self.take(Cue.ALERTS, Cue.FLAGGED, Cue.LATEST)
            return Topic.ALERTS
        is_of_money = bool(set(measures) - {Measure.COUNT}) or bool(self.reading.of("amount"))
        if self.has(Cue.BALANCE, Cue.ACCOUNTS) and not is_of_money and not self.reading.of("category"):
            self.take(Cue.BALANCE, Cue.ACCOUNTS, Cue.NOUN, Cue.GROUP, Cue.LATEST)
            return Topic.BALANCE
        if self.has(Cue.MEMORY) or self._is_memory(measures):
            self.take(Cue.MEMORY)
            return Topic.RECALL
        return None

    def _alert_status(self) -> Literal["open", "confirmed", "dismissed"] | None:
        said = self.reading.text
        if "open" in said or "pending" in said or "new alert" in said:
            self.take(Cue.STATUS)
            return "open"
        return "confirmed" if "confirmed" in said else "dismissed" if "dismissed" in said else None

    def _is_memory(self, measures: list[Any]) -> bool:
        """ "That payment around Diwali for a trip": one payment, told apart by nothing that a query could hold."""
        said = [self.text_of(m) for m in self.find(Cue.ANAPHORA)]
        return (
            not measures
            and any(text.startswith("that ") and text != "that" for text in said)
            and bool(self.reading.of("period"))
        )

    def _objects(self) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
        """What is asked about, and what is left out: everything that "except" reaches."""
        kept: list[Mention[Any]] = []
        left_out: list[Mention[Any]] = []
        excluding = False
        for mention in self.mentions:
            if mention.kind == "cue" and mention.value[0] is Cue.EXCEPT:
                excluding = True
                self.used.add(id(mention))
            elif mention.kind in _OBJECT_KINDS:
                (left_out if excluding else kept).append(mention)
                self.used.add(id(mention))
            elif not (mention.kind == "cue" and mention.value[0] in (Cue.OR, Cue.TOTAL, Cue.PAYMENTS, Cue.MEASURE)):
                excluding = False
        return _filters(kept, Operator.IN), _filters(left_out, Operator.NOT_IN)

    def _spoken(self) -> list[Spoken]:
        return [mention.value for mention in self.reading.of("period")]

    def _periods(self) -> tuple[QueryPeriod, ...]:
        """Periods said outright. "The previous month" beside another one only moves that one: see `_against`."""
        self.taken("period")
        spoken = self._spoken()
        if len(spoken) == 1 and spoken[0].ends and self.has(Cue.DIFFERENCE, Cue.COMPARE):
            first, second = spoken[0].ends
            changed = any(re.match(_CHANGE, self.text_of(m)) for m in self.find(Cue.DIFFERENCE))
            return tuple(map(QueryPeriod.of, (second, first) if changed else (first, second)))
        return tuple(QueryPeriod.of(s.period) for s in spoken if s.prior is None)

    def _against(self) -> Literal["previous", "year_before"] | None:
        priors = [s.prior for s in self._spoken() if s.prior]
        if priors:
            return "year_before" if "year_before" in priors else "previous"
        said = " ".join(self.text_of(m) for m in self.find(Cue.DIFFERENCE))
        return "year_before" if "year" in said or "yoy" in said else None

    def _conditions(self, frame: Frame) -> Frame:
        conditions: list[Filter] = []
        for mention in self.taken("channel"):
            conditions.append(Filter(field="channel", operator=Operator.IN, values=mention.value))
        for mention in self.taken("account"):
            accounts: tuple[OwnAccount, ...] = mention.value
            ids = tuple(str(account.account_id) for account in accounts)[:50]
            conditions.append(Filter(field="account", operator=Operator.IN, values=ids))
        for days in self.take(Cue.WEEKDAYS):
            conditions.append(Filter(field="weekday", operator=Operator.IN, values=days))
        for first, last in self.take(Cue.HOURS):
            conditions += [Filter(field="hour", operator=Operator.AT_LEAST, values=(first,)),
                           Filter(field="hour", operator=Operator.AT_MOST, values=(last,))]  # fmt: skip
        if statuses := self.take(Cue.STATUS):
            conditions.append(Filter(field="status", operator=Operator.IN, values=tuple(statuses)))
        return self._amounts(frame.with_changes(conditions=_merged(conditions)))

    def _amounts(self, frame: Frame) -> Frame:
        bounds: list[Bounds] = [mention.value for mention in self.taken("amount")]
        if not bounds:
            return frame
        if len(bounds) == 1 and self._is_threshold(bounds[0]):
            b = bounds[0]
            said = Threshold(low_minor=b.low_minor, high_minor=b.high_minor, said_minor=b.said_minor)
            return frame.with_changes(threshold=said, ask=Operation.THRESHOLD)
        limits: list[Filter] = []
        for b in bounds:
            if b.low_minor is not None:
                limits.append(Filter(field="amount_minor", operator=Operator.AT_LEAST, values=(b.low_minor,)))
            if b.high_minor is not None:
                limits.append(Filter(field="amount_minor", operator=Operator.AT_MOST, values=(b.high_minor,)))
        return frame.with_changes(conditions=(*frame.conditions, *limits))

    def _is_threshold(self, bounds: Bounds) -> bool:
        """ "Did I spend more than 5,000 on fuel?" asks about the total; "payments above 5,000" are single ones."""
        verbs = [m for m in self.find(Cue.MEASURE) if m.value[1] in (Measure.SPEND, Measure.INCOME, Measure.NET)]
        return self.has(Cue.YES_NO) and bool(verbs) and not self.has(Cue.PAYMENTS) and not bounds.is_exact

    def _wrong_currency(self) -> Currency | None:
        said = {mention.value.currency for mention in self.reading.of("amount")} - {None}
        return next((currency for currency in said if self.currencies and currency not in self.currencies), None)

    def _measured(self, frame: Frame, measures: list[Measure]) -> Frame:
        """The measure and which way the money goes."""
        if frame.topic is Topic.BALANCE:
            counts = any(self.text_of(m).startswith("how many") for m in self.find(Cue.ACCOUNTS))
            return frame.with_changes(measure=Measure.COUNT if counts or Measure.COUNT in measures else None)
        flow = self._flow(frame, measures)
        specific = [m for m in measures if m not in (Measure.SPEND, Measure.INCOME)]
        if self.has(Cue.SAVINGS_RATE):
            self.take(Cue.SAVINGS_RATE, Cue.SHARE)
            return frame.with_changes(ask=Operation.SAVINGS_RATE, measure=Measure.NET, flow=Flow.ANY)
        if Measure.SPEND in measures and Measure.INCOME in measures and self.has(Cue.COMPARE) and not frame.objects:
            return frame.with_changes(measure=Measure.NET, flow=Flow.ANY)
        chosen = next((m for m in (Measure.COUNT, Measure.NET, Measure.VOLUME, Measure.MEDIAN, Measure.AVERAGE, Measure.LARGEST, Measure.SMALLEST) if m in specific), None)  # fmt: skip
        if chosen is None and measures:
            chosen = Measure.INCOME if flow is Flow.IN else Measure.SPEND
        if chosen is None and flow is Flow.IN:
            chosen = Measure.INCOME
        return frame.with_changes(measure=chosen, flow=Flow.ANY if chosen in (Measure.NET, Measure.VOLUME) else flow)

    def _flow(self, frame: Frame, measures: list[Measure]) -> Flow | None:
        if Measure.INCOME in measures and not self._paid_by_asker(measures):
            return Flow.IN
        if self.has(Cue.TO_ME):
            return Flow.IN
        if Measure.SPEND in measures:
            return Flow.OUT
        slugs = {value for f in frame.objects if f.field == "category" for value in f.values}
        if slugs and slugs <= _INCOME_CATEGORIES:
            return Flow.IN
        if (
            Measure.COUNT in measures
            and any(
                "transaction" in self.text_of(m) or "txn" in self.text_of(m)
                for m in self.find(Cue.MEASURE, Cue.PAYMENTS)
            )
            and not frame.objects
        ):
            return Flow.ANY
        return None

    def _paid_by_asker(self, measures: list[Measure]) -> bool:
        """ "Spent" and "received" in one clause: the verb of the asker's own doing decides, unless both are meant."""
        return Measure.SPEND in measures and self.has(Cue.EXCEPT)

    # What is wanted of the figures.

    def _asked(self, frame: Frame, measures: list[Measure]) -> Frame:
        frame = frame.with_changes(group_by=tuple(dict.fromkeys(self.take(Cue.GROUP)))[:2])
        for rule in (self._share, self._usual, self._rank, self._when, self._which, self._latest, self._compare, self._grouped, self._listed):  # fmt: skip
            if frame.ask is not None:
                break
            frame = rule(frame, measures)
        self._take_calendar_nouns(frame)
        return frame

    def _share(self, frame: Frame, _: list[Measure]) -> Frame:
        if not self.has(Cue.SHARE):
            return frame
        if self.has(Cue.DIFFERENCE, Cue.MORE, Cue.LESS):
            self.take(Cue.SHARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS, Cue.COMPARE)
            return frame.with_changes(ask=Operation.GROWTH)
        self.take(Cue.SHARE)
        of_income = Measure.INCOME in [m.value[1] for m in self.find(Cue.MEASURE)]
        share_of: Literal["spending", "income"] = (
            "income" if of_income and frame.flow is Flow.IN and frame.objects else "spending"
        )
        changes: dict[str, object] = {"ask": Operation.SHARE, "share_of": share_of, "whole": self._whole(frame)}
        if share_of == "income":
            slugs = {value for f in frame.objects for value in f.values}
            changes |= {"flow": Flow.IN, "measure": Measure.INCOME} if slugs <= _INCOME_CATEGORIES else {"flow": Flow.OUT, "measure": Measure.SPEND}  # fmt: skip
        return frame.with_changes(**changes)

    def _whole(self, frame: Frame) -> tuple[Filter, ...]:
        """The objects said right after "share of", when others follow: "what share of food was at Swiggy"."""
        mentions = [m for m in self.mentions if m.kind in _OBJECT_KINDS]
        share = self.find(Cue.SHARE)[0]
        if len(frame.objects) < 2 or not mentions or mentions[0].start < share.start:
            return ()
        return _filters(mentions[:1], Operator.IN)

    def _usual(self, frame: Frame, _: list[Measure]) -> Frame:
        if not self.has(Cue.USUAL):
            return frame
        self.take(Cue.USUAL, Cue.MORE, Cue.LESS, Cue.COMPARE, Cue.DIFFERENCE)
        return frame.with_changes(ask=Operation.USUAL)

    def _rank(self, frame: Frame, measures: list[Measure]) -> Frame:
        """ "Top 5 merchants", "the largest payment", "biggest expense category"."""
        tops = self.find(Cue.TOP)
        extremes = [m for m in self.find(Cue.MEASURE) if m.value[1] in (Measure.LARGEST, Measure.SMALLEST)]
        if not tops and not extremes:
            return frame
        first = (tops or extremes)[0]
        count = abs(int(first.value[1])) if tops else None
        descending = int(first.value[1]) > 0 if tops else first.value[1] is Measure.LARGEST
        self.take(Cue.TOP, Cue.MOST, Cue.LEAST)
        dimension = self._noun_after(first)
        if dimension is not None or (frame.group_by and tops):
            groups = (dimension,) if dimension else frame.group_by
            plural = dimension is not None and self._is_plural(first)
            return frame.with_changes(
                ask=Operation.RANK, group_by=groups, descending=descending, measure=self._amount(frame, measures),
                limit=count or (_PLURAL if plural else 1),
            )  # fmt: skip
        if tops:
            return frame.with_changes(
                ask=Operation.LIST,
                limit=count,
                latest="largest" if descending else "smallest",
                measure=self._amount(frame, measures),
            )
        if self._is_plural_payment(first):
            latest = "largest" if descending else "smallest"
            return frame.with_changes(ask=Operation.LIST, limit=_PLURAL, latest=latest, measure=None)
        return frame

    def _amount(self, frame: Frame, measures: list[Measure]) -> Measure | None:
        """The sum to rank by, where "largest" was about groups and not about payments."""
        if Measure.COUNT in measures:
            return Measure.COUNT
        if frame.measure in (Measure.NET, Measure.VOLUME):
            return frame.measure
        if Measure.SPEND in measures or Measure.INCOME in measures or frame.flow:
            return Measure.INCOME if frame.flow is Flow.IN else Measure.SPEND
        return None

    def _noun_after(self, start: Mention[Any]) -> Dimension | None:
        """The dimension that a rank is about: the noun next to it, with at most "spending" or a category between."""
        following = [m for m in self.mentions if m.start >= start.end]
        for n, mention in enumerate(following[:3]):
            if (
                mention.kind == "cue"
                and mention.value[0] is Cue.NOUN
                and not (n and self.gap(following[n - 1], mention))
            ):
                self.used.add(id(mention))
                return mention.value[1]
            in_between = mention.kind == "category" or (mention.kind == "cue" and (
                mention.value[0] is Cue.PAYMENTS or mention.value == (Cue.MEASURE, Measure.SPEND) or mention.value == (Cue.MEASURE, Measure.INCOME)))  # fmt: skip
            if not in_between:
                return None
        return None

    def _is_plural_payment(self, extreme: Mention[Any]) -> bool:
        """ "The biggest expenses" without a number: a few of them."""
        after = next((m for m in self.mentions if m.start >= extreme.end), None)
        is_payment = (
            after is not None
            and after.kind == "cue"
            and after.value in ((Cue.PAYMENTS, None), (Cue.MEASURE, Measure.SPEND))
        )
        return after is not None and is_payment and self.text_of(after).endswith("s")

    def _is_plural(self, start: Mention[Any]) -> bool:
        noun = next(m for m in self.mentions if m.start >= start.end and m.kind == "cue" and m.value[0] is Cue.NOUN)
        return self.text_of(noun).endswith("s")

    def _when(self, frame: Frame, measures: list[Measure]) -> Frame:
        if not self.has(Cue.WHEN):
            return frame
        self.take(Cue.WHEN)
        if self.has(Cue.MOST, Cue.LEAST):
            least = bool(self.take(Cue.MOST, Cue.LEAST)) and self.has(Cue.LEAST)
            return frame.with_changes(ask=Operation.RANK, group_by=(Dimension.DAY,), limit=1, descending=not least)
        if frame.measure in (Measure.LARGEST, Measure.SMALLEST):
            return frame.with_changes(ask=Operation.LIST, limit=1, latest=str(frame.measure.value), measure=None)
        first = self.has(Cue.FIRST)
        self.take(Cue.FIRST, Cue.LATEST)
        return frame.with_changes(ask=Operation.WHEN_FIRST if first else Operation.WHEN_LAST)

    def _which(self, frame: Frame, measures: list[Measure]) -> Frame:
        """ "Which category did I spend most on", "who paid me", "where does my money go"."""
        dimension = self._asked_dimension(frame)
        if dimension is None:
            return frame
        ranked = self.has(Cue.MOST, Cue.LEAST, Cue.MORE, Cue.LESS)
        least = self.has(Cue.LEAST, Cue.LESS)
        often = any(
            "often" in self.text_of(m) or "frequent" in self.text_of(m) or "times" in self.text_of(m)
            for m in self.find(Cue.MOST, Cue.LEAST)
        )
        if Measure.COUNT in measures and not ranked and self._counts(dimension):
            return frame.with_changes(ask=Operation.COUNT_GROUPS, group_by=(dimension,), measure=self._plain(frame))
        extreme = (
            frame.measure
            if frame.measure in (Measure.LARGEST, Measure.SMALLEST) and not self.has(Cue.PAYMENTS)
            else None
        )
        if extreme is not None:  # "which merchant was the biggest": of merchants, not of payments
            ranked, least = True, extreme is Measure.SMALLEST
            frame = frame.with_changes(measure=self._amount(frame, measures))
        self.take(Cue.MOST, Cue.LEAST, *((Cue.MORE, Cue.LESS) if ranked else ()))
        changes: dict[str, object] = {
            "ask": Operation.RANK if ranked else Operation.BREAKDOWN,
            "group_by": (dimension,),
            "descending": not least,
        }
        if ranked:
            changes["limit"] = 1
        if often:
            changes["measure"] = Measure.COUNT
        return frame.with_changes(**changes)

    def _counts(self, dimension: Dimension) -> bool:
        """ "How many merchants": the noun stands right behind."""
        noun = next((m for m in self.find(Cue.NOUN) if m.value[1] is dimension), None)
        count = next((m for m in self.find(Cue.MEASURE) if m.value[1] is Measure.COUNT), None)
        return bool(noun and count and noun.start >= count.end and not self.gap(count, noun))

    def _plain(self, frame: Frame) -> Measure:
        return Measure.INCOME if frame.flow is Flow.IN else Measure.SPEND

    def _asked_dimension(self, frame: Frame) -> Dimension | None:
        nouns = self.find(Cue.NOUN)
        if nouns and (
            self.has(Cue.WHICH, Cue.WHO, Cue.SHOW, Cue.BREAKDOWN, Cue.MOST, Cue.LEAST) or frame.measure is Measure.COUNT
        ):
            self.used.add(id(nouns[0]))
            return nouns[0].value[1]
        if self.has(Cue.WHO):
            return Dimension.COUNTERPARTY
        if self.has(Cue.WHERE):
            self.take(Cue.WHERE)
            return Dimension.COUNTERPARTY if self.has(Cue.MOST, Cue.LEAST) else Dimension.CATEGORY
        if self.has(Cue.MOST, Cue.LEAST) and not frame.group_by:
            return Dimension.CATEGORY
        return None

    def _latest(self, frame: Frame, _: list[Measure]) -> Frame:
        if not self.has(Cue.LATEST, Cue.FIRST):
            return frame
        first = self.has(Cue.FIRST)
        counts = self.take(Cue.LATEST, Cue.FIRST)
        limit = max((abs(count) for count in counts if isinstance(count, int)), default=1)
        plural = any(self.text_of(m).endswith("s") for m in self.find(Cue.PAYMENTS))
        return frame.with_changes(
            ask=Operation.LIST,
            limit=10 if limit == 1 and plural else limit,
            latest="earliest" if first else "latest",
            measure=None,
        )

    def _compare(self, frame: Frame, measures: list[Measure]) -> Frame:
        compares = self.has(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS)
        if not compares and not (frame.against and self._spoken() and not self._only_prior()):
            return frame
        differs = self.has(Cue.DIFFERENCE)
        self.take(Cue.COMPARE, Cue.DIFFERENCE, Cue.MORE, Cue.LESS)
        if len(frame.periods) < 2 and self._things_compared(frame):
            return frame.with_changes(ask=Operation.VERSUS, asks_difference=differs)
        return frame.with_changes(ask=Operation.DIFFERENCE if differs else Operation.COMPARE)

    def _only_prior(self) -> bool:
        return all(s.prior for s in self._spoken())

    def _things_compared(self, frame: Frame) -> bool:
        fields = ("category", "counterparty", "channel")
        things = [f for f in (*frame.objects, *frame.conditions) if f.field in fields and len(f.values) > 1]
        return bool(things) and frame.against is None

    def _grouped(self, frame: Frame, measures: list[Measure]) -> Frame:
        rates, courses = self.take(Cue.PACE), self.take(Cue.EACH)
        unit: Unit | None = next(iter((*rates, *courses)), None)
        breaks = self.has(Cue.BREAKDOWN, Cue.TREND)
        asks_rate = bool(rates) and (self.has(Cue.HOW_MUCH) or Measure.COUNT in measures)
        if unit and (asks_rate or Measure.AVERAGE in measures) and not breaks and not frame.group_by:
            measure = Measure.COUNT if Measure.COUNT in measures else self._plain(frame)
            return frame.with_changes(ask=Operation.PACE, unit=unit, measure=measure)
        dimensions = [*frame.group_by, *([_UNITS[unit]] if unit else [])]
        if self.has(Cue.TREND) and not dimensions:
            dimensions = [Dimension.MONTH]
        if self.has(Cue.BREAKDOWN) and not dimensions:
            dimensions = [Dimension.CATEGORY]
        self.take(Cue.BREAKDOWN, Cue.TREND)
        if not dimensions:
            return frame
        groups = tuple(dict.fromkeys(dimensions))[:2]
        return frame.with_changes(ask=Operation.BREAKDOWN, group_by=groups)

    def _listed(self, frame: Frame, measures: list[Measure]) -> Frame:
        shows_those = self.has(Cue.SHOW) and self.has(Cue.ANAPHORA)
        whole = frame.measure in (None, Measure.SPEND, Measure.INCOME)
        asks_list = self.has(Cue.PAYMENTS) and not self.has(Cue.HOW_MUCH, Cue.TOTAL, Cue.ONLY) and whole
        bought = not self.has(Cue.HOW_MUCH, Cue.TOTAL) and self.reading.text.startswith(
            ("what did i buy", "what have i bought")
        )
        if shows_those or asks_list or bought:
            return frame.with_changes(ask=Operation.LIST, measure=None)
        if frame.topic is None and frame.measure is not None:
            return frame.with_changes(ask=Operation.VALUE)
        return frame

    def _take_calendar_nouns(self, frame: Frame) -> None:
        """ "For the month of May", "in that month": a noun of time that only repeats what the period says."""
        for mention in self.find(Cue.NOUN):
            if mention.value[1] in frame.group_by or (
                mention.value[1] is Dimension.ACCOUNT and self.reading.of("account")
            ):
                self.used.add(id(mention))

    # How far it stands on its own.

    def _leans(self, frame: Frame, measures: list[Measure]) -> bool:
        if self.has(Cue.AGAIN, Cue.ANAPHORA, Cue.YES):
            return True
        says_what = bool(set(measures) - {Measure.LARGEST, Measure.SMALLEST}) or frame.topic is not None
        return (not says_what and not self.has(Cue.PAYMENTS, Cue.LATEST)) or (
            self._only_prior() and bool(self._spoken()) and not measures
        )

    def _is_of_those(self) -> bool:
        return any(
            self.reading.text[: m.start].rstrip().endswith(("of", "from", "among")) for m in self.find(Cue.ANAPHORA)
        )

    def _unplaced(self) -> list[str]:
        return [
            self.text_of(mention)
            for mention in self.mentions
            if id(mention) not in self.used and not (mention.kind == "cue" and mention.value[0] in _COLOUR)
        ]


def _filters(mentions: Sequence[Mention[Any]], operator: Operator) -> tuple[Filter, ...]:
    """One filter per field, in the order in which the fields were first named."""
    filters: list[Filter] = []
    for mention in mentions:
        match mention.kind:
            case "category":
                filters.append(Filter(field="category", operator=operator, values=mention.value))
            case "name":
                filters.append(_name_filter(mention.value, operator))
            case _:
                filters.append(Filter(field="description", operator=Operator.CONTAINS, values=(mention.value,)))
    return _merged(filters)


def _name_filter(named: Named, operator: Operator) -> Filter:
    if named.contains is not None and operator is Operator.IN:
        return Filter(field="counterparty", operator=Operator.CONTAINS, values=(named.contains,))
    return Filter(field="counterparty", operator=operator, values=named.names)


def _merged(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """Lists of one field together: "groceries and fuel" is either of them."""
    merged: dict[tuple[str, Operator], Filter] = {}
    rest: list[Filter] = []
    for condition in filters:
        if condition.operator not in (Operator.IN, Operator.NOT_IN):
            rest.append(condition)
            continue
        known = merged.get((condition.field, condition.operator))
        values = tuple(dict.fromkeys((*(known.values if known else ()), *condition.values)))[:50]
        merged[condition.field, condition.operator] = Filter(
            field=condition.field, operator=condition.operator, values=values
        )
    return (*merged.values(), *rest)


def narrower_hint(phrase: str) -> tuple[str, ...]:
    """Categories that a phrase is a part of: offered, never taken."""
    return NARROWER.get(phrase, ())
