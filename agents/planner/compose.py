"""From a Frame to a task: queries, their periods, what is done with their figures. Defaults are chosen, and said."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal
from uuid import UUID

from agents.evidence import DAYS_OF_YEAR
from agents.plan import (
    QUERIES_MAX,
    AlertsTask,
    BalanceTask,
    BudgetsTask,
    CirclesTask,
    CoverageTask,
    DuplicatesTask,
    ExplainTask,
    ForecastTask,
    InsightTask,
    Operation,
    RecallTask,
    RecurringTask,
    RefundsTask,
    SignalsTask,
    Task,
    UnusualTask,
)
from agents.planner.frame import Frame, Topic, left_out
from agents.planner.parse import COMPARING
from agents.planner.slots import merged
from agents.scope import Scope
from core.insights.query import (
    BALANCES,
    GROUPS_MAX,
    Dimension,
    Filter,
    Flow,
    Having,
    InsightQuery,
    Measure,
    Operator,
    Order,
    QueryPeriod,
)
from core.periods import Period, Unit, add_months

ROWS_SHOWN = 100
LISTED_MAX = 50
GROUPS_SHOWN = 20
USUAL_PERIODS = {Unit.DAY: 8, Unit.WEEK: 8, Unit.MONTH: 6, Unit.QUARTER: 4, Unit.YEAR: 3, Unit.FISCAL_YEAR: 3}
"""How many periods before are looked at to say what is usual."""

_CALENDAR = {
    Unit.DAY: Dimension.DAY, Unit.WEEK: Dimension.WEEK, Unit.MONTH: Dimension.MONTH,
    Unit.QUARTER: Dimension.QUARTER, Unit.YEAR: Dimension.YEAR, Unit.FISCAL_YEAR: Dimension.YEAR,
}  # fmt: skip
_COMPARED = {
    "category": Dimension.CATEGORY, "counterparty": Dimension.COUNTERPARTY, "channel": Dimension.CHANNEL,
    "weekday": Dimension.WEEKDAY, "weekend": Dimension.WEEKEND,
}  # fmt: skip
_TIMED = frozenset(_CALENDAR.values())
_DRAWN = frozenset({Measure.SPEND, Measure.INCOME, Measure.NET, Measure.COUNT})
LOOKED_THROUGH_DAYS = 31
"""What is looked through for the unusual, where no period was said."""
COURSE_PERIODS = 6
COURSE_DAYS_MAX = 31
_REFUND: dict[str, Literal["largest", "latest", "earliest"]] = {
    "largest": "largest", "latest": "latest", "earliest": "earliest",
}  # fmt: skip
_OBJECT_FIELDS = frozenset({"category", "counterparty", "description"})
_EXTREMES = frozenset({Measure.LARGEST, Measure.SMALLEST})
_MEANS = frozenset({Measure.AVERAGE, Measure.MEDIAN, Measure.ALERT_PRECISION})
_DATED = frozenset(
    {
        Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.PROJECTED, Operation.SINCE_LAST, Operation.CHANGED,
        Operation.RISEN, Operation.INTERVAL, Operation.GAP, Operation.STREAK,
    }
)  # fmt: skip
"""What is looked for whenever it was."""
_HELD_TOGETHER = frozenset({Operation.COMPARE, Operation.DIFFERENCE, Operation.GROWTH, Operation.USUAL})
_WHENEVER = frozenset(
    {
        Operation.VALUE, Operation.LIST, Operation.BREAKDOWN, Operation.RANK, Operation.COUNT_GROUPS, Operation.SHARE,
        Operation.VERSUS, Operation.WHO,
    }
)  # fmt: skip
_LISTED = {Flow.OUT: (Measure.COUNT, Measure.SPEND), Flow.IN: (Measure.COUNT, Measure.INCOME)}


def compose(frame: Frame, scope: Scope, today: date) -> tuple[Task, Frame]:
    """The task that answers `frame` as of `today`; and the frame with the period that was chosen where none was said,
    so that "the month before" has something to move."""
    composer = _Composer(_told_apart(_as_list(frame)), scope, today)
    task = composer.task()
    if frame.periods or not isinstance(task, InsightTask):
        return task, frame
    period, _ = composer.default_period(frame.ask or Operation.VALUE)
    return task, frame.with_changes(periods=(QueryPeriod.of(period),), is_default_period=True)


def _as_list(frame: Frame) -> Frame:
    """The second largest payment is found in a list of the largest; the largest itself is a value."""
    if frame.position == 1 or frame.ask not in (None, Operation.VALUE) or frame.measure not in _EXTREMES:
        return frame
    which = "largest" if frame.measure is Measure.LARGEST else "smallest"
    return frame.with_changes(ask=Operation.LIST, measure=None, latest=which, limit=frame.position)


def _told_apart(frame: Frame) -> Frame:
    """Payments that raised an alert are told apart by it as by any other condition."""
    if not frame.is_of_alerted:
        return frame
    return frame.with_changes(conditions=(*frame.conditions, *frame.alert_filters))


def _noting(task: InsightTask, note: str) -> InsightTask:
    return task.model_copy(update={"note": " ".join(part for part in (note, task.note) if part)})


@dataclass(frozen=True, slots=True)
class _Span:
    """A period as far as it has come: `whole` is the calendar's, `so_far` ends today at the latest."""

    whole: Period
    so_far: Period

    @property
    def is_cut(self) -> bool:
        return self.whole != self.so_far

    def before(self, count: int = 1, *, by_year: bool = False) -> Period:
        """The comparable period `count` before: of one that is still running, as many days."""
        moved = self.whole
        for _ in range(count):
            moved = moved.year_before() if by_year else moved.previous()
        if not self.is_cut:
            return moved
        return Period(moved.start, min(moved.start + timedelta(days=self.so_far.days), moved.end))


@dataclass(frozen=True, slots=True)
class _Composer:
    frame: Frame
    scope: Scope
    today: date

    def task(self) -> Task:
        match self.frame.topic:
            case Topic.BALANCE:
                return self._balance()
            case Topic.COVERAGE:
                return CoverageTask()
            case Topic.ALERTS:
                return self._alerts()
            case Topic.EXPLAIN:
                return self._explain()
            case Topic.RECURRING:
                return self._recurring()
            case Topic.REFUNDS:
                return self._refunds()
            case Topic.FORECAST:
                return self._forecast()
            case Topic.BUDGETS:
                return self._budgets()
            case Topic.UNUSUAL:
                period, note = self._looked_through()
                return UnusualTask(period=period, note=note)
            case Topic.DUPLICATES:
                return self._duplicates()
            case Topic.SIGNALS:
                period, note = self._looked_through()
                return SignalsTask(reason=self.frame.reason or "PASS_THRU", period=period, note=note)
            case Topic.CIRCLES:
                period, note = self._looked_through()
                return CirclesTask(period=period, note=note)
            case Topic.RECALL:
                return RecallTask(text=self.frame.text[:500], period=self._said_period())
            case _:
                return self._insight()

    # Other topics.

    def _account_ids(self) -> tuple[UUID, ...]:
        return tuple(UUID(str(value)) for f in self.frame.conditions if f.field == "account" for value in f.values)

    def _balance(self) -> BalanceTask:
        counts = self.frame.measure is Measure.COUNT
        periods = [one.period for one in self.frame.periods]
        if self.frame.ask in COMPARING and periods:
            before, *at = (self._balance_day(period) for period in sorted(periods, key=lambda period: period.end))
            last = at[0] if at else None
            return BalanceTask(account_ids=self._account_ids(), at=last, before=before, sign=self.frame.sign)
        at = self._balance_day(periods[0]) if periods else None
        return BalanceTask(counts=counts, account_ids=self._account_ids(), at=at)

    def _balance_day(self, period: Period) -> date | None:
        """The last day of the period, for an opening balance the one before its first; None for now."""
        day = (period.start if self.frame.opens else period.end) - timedelta(days=1)
        return day if day < self.today else None

    def _recurring(self) -> RecurringTask:
        return RecurringTask(
            categories=self._named("category"),
            counterparties=self._named("counterparty"),
            incoming=self.frame.flow is Flow.IN,
            recurs=self.frame.recurs,
            is_next=self.frame.is_next,
            due=self.frame.due,
            counts=self.frame.measure is Measure.COUNT,
            a_year=self.frame.ask is Operation.PACE and self.frame.unit is Unit.YEAR,
            is_dearest=self.frame.latest == "largest",
            days_from=self.today if self.frame.is_next and self.frame.unit is Unit.DAY else None,
        )

    def _named(self, field: str) -> tuple[str, ...]:
        return tuple(str(value) for f in self.frame.objects if f.field == field for value in f.values)

    def _refunds(self) -> RefundsTask:
        period = self._said_period()
        return RefundsTask(
            period=period,
            categories=self._named("category"),
            counterparties=self._named("counterparty"),
            counts=self.frame.measure is Measure.COUNT,
            asks=_REFUND.get(self.frame.latest or "", "all"),
            asks_amount=self.frame.asks_amount,
            asks_who=bool(self.frame.group_by),
            days_to=self.today if self.frame.unit is Unit.DAY else None,
            note="" if period else "You named no period, so this is all of them.",
        )

    def _alerts(self) -> AlertsTask:
        period = self._said_period()
        note = "" if period else "You named no period, so this is all of them."
        frame = self.frame
        return AlertsTask(
            asks=frame.alerts_ask,
            period=period,
            status=frame.alert_status,
            points_min=frame.points_min,
            points_max=frame.points_max,
            reason=frame.reason,
            account_ids=self._account_ids(),
            limit=frame.limit,
            note=note,
        )

    def _forecast(self) -> ForecastTask:
        end = Period.of(Unit.MONTH, self.today).end
        on = self.frame.on or (end if end - self.today > timedelta(days=1) else add_months(end, 1)) - timedelta(days=1)
        note = "" if self.frame.on else "You named no day, so this is the end of the month."
        return ForecastTask(on=on, spend_minor=self.frame.spend_minor, account_ids=self._account_ids(), note=note)

    def _budgets(self) -> BudgetsTask:
        period = self.frame.periods[0].period if self.frame.periods else Period.of(Unit.MONTH, self.today)
        return BudgetsTask(month=period.start.replace(day=1), categories=self._named("category"))

    def _duplicates(self) -> DuplicatesTask:
        period, note = self._charged()
        return DuplicatesTask(
            asks="amount" if self.frame.asks_amount else "day" if self.frame.ask is Operation.WHEN_LAST else "number",
            period=period, categories=self._named("category"), counterparties=self._named("counterparty"), note=note,
        )  # fmt: skip

    def _charged(self) -> tuple[QueryPeriod, str]:
        """What is looked through for double charges: of a payee who is named everything, where no period is."""
        if self.frame.periods or not self._named("counterparty"):
            return self._looked_through()
        everything = self.scope.everything(self.today)
        return QueryPeriod.of(everything), _since_the_first(everything)

    def _looked_through(self) -> tuple[QueryPeriod, str]:
        """The period said, else the month up to today; and a note where it was chosen."""
        if said := self._said_period():
            return said, ""
        last = min(self.scope.last_day or self.today, self.today)
        period = Period(last - timedelta(days=LOOKED_THROUGH_DAYS - 1), last + timedelta(days=1))
        note = f"You named no period, so these are the {LOOKED_THROUGH_DAYS} days to {_day(last)}."
        return QueryPeriod.of(period), note

    def _explain(self) -> ExplainTask:
        frame = self.frame.with_changes(ask=Operation.LIST, measure=None, flow=Flow.OUT, limit=5, latest="latest")
        task = _Composer(frame.with_changes(topic=None), self.scope, self.today)._insight()
        return ExplainTask(query=task.queries[0], asks_points=self.frame.alerts_ask == "points")

    def _said_period(self) -> QueryPeriod | None:
        return QueryPeriod.of(self._span(self.frame.periods[0].period).so_far) if self.frame.periods else None

    # Figures.

    def _insight(self) -> InsightTask:
        operation = self.frame.ask or Operation.VALUE
        spans, note = self._spans(operation)
        build = {
            Operation.LIST: self._list,
            Operation.WHEN_LAST: self._list,
            Operation.WHEN_FIRST: self._list,
            Operation.WHO: self._list,
            Operation.SINCE_LAST: self._since_last,
            Operation.CHANGED: self._changed,
            Operation.RISEN: self._interval,
            Operation.INTERVAL: self._interval,
            Operation.GAP: self._streak,
            Operation.STREAK: self._streak,
            Operation.RANGE: self._range,
            Operation.BESIDE_ONE: self._beside_one,
            Operation.DRIVEN: self._driven,
            Operation.BREAKDOWN: self._breakdown,
            Operation.RANK: self._rank,
            Operation.COUNT_GROUPS: self._count_groups,
            Operation.TO_NEW: self._to_new,
            Operation.MET: self._to_new,
            Operation.COMPARE: self._compare,
            Operation.DIFFERENCE: self._compare,
            Operation.GROWTH: self._compare,
            Operation.MOVED: self._moved,
            Operation.VERSUS: self._versus,
            Operation.SHARE: self._share,
            Operation.USUAL: self._usual,
            Operation.PACE: self._pace,
            Operation.SAVINGS_RATE: self._savings_rate,
            Operation.PROJECTED: self._projected,
            Operation.LEFT: self._left,
        }.get(operation, self._value)
        task = _noting(build(operation, spans), note)
        if not self._is_chosen_month(operation, spans):
            return task
        everything = self._span(self.scope.everything(self.today))
        note = f"You named no period, and {spans[0].so_far.label} has nothing, so this is everything since"
        otherwise = _noting(build(operation, [everything]), f"{note} {_day(everything.whole.start)}.")
        return task.model_copy(update={"otherwise": otherwise})

    def _is_chosen_month(self, operation: Operation, spans: list[_Span]) -> bool:
        """Whether one figure is asked for, of the month that was chosen because no time was named: then it is asked
        for whenever it was, if that month has none."""
        is_month = len(spans) == 1 and spans[0].whole.unit is Unit.MONTH
        return not self.frame.periods and operation in _WHENEVER and is_month

    def _apart(self, spans: list[_Span]) -> InsightTask:
        """A category and a payee side by side: the one, and the other where it is not of the category; of a payee whose
        category it is, the payee and the rest: "hospital and medicines"."""
        categories = tuple(f for f in self.frame.objects if f.field == "category")
        others = tuple(f for f in self.frame.objects if f.field != "category")
        outside = left_out(categories)
        parts = (categories, (*others, *outside))
        if self._is_payee_of(categories, others):
            parts = (others, (*categories, *left_out(others)))
        queries = [self._query(span.so_far, objects=(*part, *self.frame.without)) for span in spans for part in parts]
        return InsightTask(operation=Operation.SUM, queries=tuple(queries))

    def _is_payee_of(self, categories: tuple[Filter, ...], others: tuple[Filter, ...]) -> bool:
        """Whether all who are named are mostly paid for what the categories are."""
        slugs = {slug for f in categories for slug in f.values}
        names = {name for f in others for name in f.values}
        kinds = {party.category for party in self.scope.counterparties if party.name in names}
        return bool(kinds) and kinds <= slugs and all(f.field == "counterparty" for f in others)

    def _value(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        if self.frame.are_apart:
            return self._apart(spans[: QUERIES_MAX // 2])
        if len(spans) > 1:
            queries = tuple(self._query(span.so_far) for span in spans)
            return InsightTask(operation=Operation.SUM, queries=queries)
        measures = self._measures()
        largest = measures[0] in (Measure.LARGEST, Measure.SMALLEST)
        first = "smallest" if measures[0] is Measure.SMALLEST else "largest"
        rows = 3 if largest else 0 if measures[0] in BALANCES else ROWS_SHOWN
        query = self._query(spans[0].so_far, measures=measures, rows=rows, rows_first=first)
        course = self._course(spans[0]) if operation is Operation.VALUE and measures[0] in _DRAWN else ()
        sign = self.frame.sign if measures[0] is Measure.NET or operation is Operation.LEFT else "more"
        return InsightTask(operation=operation, queries=(query, *course), threshold=self.frame.threshold, sign=sign)

    def _left(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        """What was spent, beside the limit that was named or the income that it is taken off."""
        if self.frame.threshold is not None:
            return self._value(operation, spans)
        spent = self._query(spans[0].so_far, rows=ROWS_SHOWN)
        earned = {"measures": (Measure.INCOME,), "flow": Flow.IN, "filters": self.frame.whole, "rows": 0}
        return InsightTask(operation=operation, queries=(spent, spent.model_copy(update=earned)))

    def _course(self, span: _Span) -> tuple[InsightQuery, ...]:
        """What a chart beside the value shows: the same value of the periods up to this one, or within it."""
        end = span.so_far.end
        match span.whole.unit:
            case Unit.MONTH | Unit.QUARTER as unit:
                start, by = span.whole.shifted(1 - COURSE_PERIODS).start, _CALENDAR[unit]
            case _:
                start, by = span.so_far.start, Dimension.DAY if span.so_far.days <= COURSE_DAYS_MAX else Dimension.MONTH
        period = self._covered(Period(start, end))
        return (self._query(period, group_by=(by,), limit=500),) if period.days > 1 else ()

    def _list(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        first = self.frame.latest or "latest"
        limit = max(self.frame.limit or LISTED_MAX, self.frame.position)
        if operation is not Operation.LIST:
            limit = self.frame.position
            first = "earliest" if operation is Operation.WHEN_FIRST else self.frame.latest or "latest"
        flow = self.frame.flow or (Flow.OUT if self._is_outgoing() else Flow.ANY)
        # A sum has its refunds with it; the last, the largest or the second payment is never one that came back.
        measures = _LISTED.get(flow, (Measure.COUNT,)) if limit >= LISTED_MAX else (Measure.COUNT,)
        period = _stretch(spans)
        query = self._query(period, measures=measures, flow=flow, rows=min(limit, LISTED_MAX), rows_first=first)
        frame = self.frame
        return InsightTask(
            operation=operation, queries=(query,), unit=frame.unit, asks_amount=frame.asks_amount,
            asks_mean=frame.measure is Measure.AVERAGE, position=frame.position,
        )  # fmt: skip

    def _since_last(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        return InsightTask(operation=operation, queries=(self._latest(spans, 2),), sign=self.frame.sign)

    def _latest(self, spans: list[_Span], rows: int) -> InsightQuery:
        """How many payments there are, with so many of the last."""
        return self._query(_stretch(spans), measures=(Measure.COUNT,), rows=rows, rows_first="latest")

    def _changed(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        """The payments of the period, and of the year before it where the first of them have theirs before."""
        query, frame = self._latest(spans, LISTED_MAX), self.frame
        start = query.period.start
        earlier = QueryPeriod(start=add_months(start, -12), end=start)
        before = (query.model_copy(update={"period": earlier}),) if frame.periods else ()
        return InsightTask(operation=operation, queries=(query, *before), sign=frame.sign, of_change=frame.of_change)

    def _interval(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        """The last two payments; or the last and the first."""
        rows = self.frame.limit or 1
        latest = self._latest(spans, rows)
        earliest = latest.model_copy(update={"rows_first": "earliest"})
        queries = (latest,) if rows > 1 else (latest, earliest)
        return InsightTask(operation=operation, queries=queries, sign=self.frame.sign)

    def _streak(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        """The days with a payment, a year in each query."""
        period, frame = self._covered(_stretch(spans)), self.frame
        starts = range(max(0, period.days - QUERIES_MAX * DAYS_OF_YEAR), period.days, DAYS_OF_YEAR)
        days = [period.start + timedelta(days=n) for n in starts]
        paid = Having(by=Measure.COUNT, operator=Operator.AT_LEAST, value=1)
        queries = tuple(
            self._query(
                Period(one, later),
                measures=(Measure.COUNT,),
                group_by=(Dimension.DAY,),
                limit=GROUPS_MAX,
                having=(paid,),
            )
            for one, later in pairwise([*days, period.end])
        )
        return InsightTask(operation=operation, queries=queries, streak=frame.streak, of_none=frame.counts_none)

    def _range(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        period, groups = _stretch(spans), self.frame.group_by[:1]
        if not groups:
            query = self._query(period, measures=(Measure.LARGEST, Measure.SMALLEST))
            return InsightTask(operation=operation, queries=(query,))
        order = Order(by=self._measures()[0], descending=True)
        query = self._query(self._covered(period), group_by=groups, order=order, limit=GROUPS_MAX)
        return InsightTask(operation=operation, queries=(query,))

    def _beside_one(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        one = Measure.SMALLEST if self.frame.latest == "smallest" else Measure.LARGEST
        query = self._query(_stretch(spans), measures=(self.frame.plain, one), rows=1, rows_first=one.value)
        return InsightTask(operation=operation, queries=(query,))

    def _driven(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        whole = self._compare(operation, spans).queries[0].model_copy(update={"group_by": (), "rows": 0})
        parts = whole.model_copy(update={"group_by": self.frame.group_by[:1], "limit": GROUPS_MAX})
        return InsightTask(operation=operation, queries=(whole, parts))

    def _is_outgoing(self) -> bool:
        """A list without a direction holds both ways, but "payments to Swiggy", "largest payments" and those
        whose sum is asked for go out."""
        is_spent = self.frame.latest in ("largest", "smallest") or self.frame.asks_amount
        return is_spent or any(f.field == "category" for f in self.frame.objects)

    def _breakdown(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        groups = self.frame.group_by or (Dimension.CATEGORY,)
        queries: list[InsightQuery] = []
        for span in spans[:2]:
            period = self._covered(span.so_far) if set(groups) & _TIMED else span.so_far
            others = (
                not set(groups) & _TIMED and len(groups) == 1 and self._measures()[0] in (Measure.SPEND, Measure.INCOME)
            )
            limit = 500 if set(groups) & _TIMED else GROUPS_SHOWN
            first_of_each = self.frame.limit if groups[0] in _TIMED and len(groups) == 2 else None
            queries.append(
                self._query(
                    period,
                    group_by=groups,
                    limit=limit,
                    limit_per=first_of_each,
                    others=others and Dimension.WEEKDAY not in groups and Dimension.HOUR not in groups,
                )
            )
        if len(queries) == 2 and not set(groups) & _TIMED:
            return self._compare(Operation.COMPARE, spans)
        if self.frame.is_aside and groups == (Dimension.COUNTERPARTY,) and len(queries) == 1:
            # Where one payee is all of it, how often and how much each time tell why.
            queries.append(self._query(spans[0].so_far, measures=(Measure.COUNT, Measure.AVERAGE)))
        return InsightTask(operation=Operation.BREAKDOWN, queries=tuple(queries))

    def _rank(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        groups = self.frame.group_by or (Dimension.CATEGORY,)
        measures = self._measures()
        order = Order(by=measures[0], descending=self.frame.descending)
        limit = max(self.frame.limit or 1, 1)
        period = _stretch(spans)
        # Some more than asked for: a winner is told with whom it left behind.
        shown = limit if limit > 1 else 5 + self.frame.position - 1
        query = self._query(period, measures=measures, group_by=groups[:1], order=order, limit=shown)
        frame = self.frame
        return InsightTask(
            operation=operation, queries=(query,), first=limit, asks_amount=frame.asks_amount, position=frame.position
        )

    def _count_groups(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        having = self._having()
        by = tuple(Measure.COUNT for one in having if one.by == Measure.COUNT)[:1] or None
        query = self._query(_stretch(spans), measures=by, group_by=self.frame.group_by[:1], limit=500, having=having)
        return InsightTask(operation=operation, queries=(query,))

    def _having(self) -> tuple[Having, ...]:
        """Which days or months count: those with so much, or with nothing; of other groups all do."""
        frame, said = self.frame, self.frame.threshold
        if said is None and not set(frame.group_by) & _TIMED:
            return ()
        if said is None:
            if frame.counts_none:
                return (Having(by=Measure.COUNT, operator=Operator.AT_MOST, value=0),)
            return (Having(by=Measure.COUNT, operator=Operator.AT_LEAST, value=1),)
        by = self._measures()[0]
        low = [Having(by=by, operator=Operator.AT_LEAST, value=v) for v in (said.low_minor,) if v is not None]
        high = [Having(by=by, operator=Operator.AT_MOST, value=v) for v in (said.high_minor,) if v is not None]
        return (*low, *high)

    def _to_new(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        sums, met = self._measures()[0], Measure.NEW_COUNTERPARTIES
        query = InsightQuery(
            measures=(sums, met), flow=self._flow(), group_by=(Dimension.COUNTERPARTY,), limit=GROUPS_MAX,
            filters=(*self.frame.objects, *self.frame.without, *self.frame.conditions),
            period=QueryPeriod.of(_stretch(spans)), having=(Having(by=met, operator=Operator.AT_LEAST, value=1),),
        )  # fmt: skip
        return InsightTask(operation=operation, queries=(query,))

    def _compare(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        first = spans[0]
        if len(spans) > 1:
            now, before = first.so_far, spans[1].so_far
        else:
            now, before = first.so_far, first.before(by_year=self.frame.against == "year_before")
        is_uneven = len(spans) > 1 and spans[0].is_cut != spans[1].is_cut
        running = next((span.whole.label for span in spans if span.is_cut), "")
        groups = tuple(d for d in self.frame.group_by if d not in _TIMED)[:1]
        query = self._query(
            now, group_by=groups, compare=QueryPeriod.of(before), limit=GROUPS_SHOWN, rows=0 if groups else ROWS_SHOWN
        )
        notes = (f"{running} is not over yet." if is_uneven else "", self._known_in_part(now, before))
        note, operation = " ".join(filter(None, notes)), Operation.COMPARE if groups else operation
        return InsightTask(operation=operation, queries=(query,), sign=self.frame.sign, note=note)

    def _known_in_part(self, *periods: Period) -> str:
        """Which of these began before the first payment: what is held against it is held against its rest."""
        first = self.scope.first_day
        cut = next((one for one in periods if first and one.start < _whole_start(first, Unit.MONTH) < one.end), None)
        return f"Of {cut.label} only the days from {_day(first)} are known." if cut and first else ""

    def _moved(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        task = self._compare(operation, spans)
        query = task.queries[0].model_copy(update={"limit": GROUPS_MAX})
        return task.model_copy(update={"operation": operation, "queries": (query,)})

    def _versus(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        things = (*self.frame.objects, *self.frame.conditions)
        compared = next(f for f in things if f.field in _COMPARED and len(f.values) > 1)
        timed = tuple(d for d in self.frame.group_by if d in _TIMED)[:1]
        order = None if timed else Order(by=self._measures()[0], descending=self.frame.descending)
        groups, limit = (*timed, _COMPARED[compared.field]), 200 if timed else GROUPS_SHOWN
        query = self._query(_stretch(spans), group_by=groups, order=order, limit=limit)
        if timed:
            return InsightTask(operation=Operation.BREAKDOWN, queries=(query,))
        asked = self.frame.asks_difference
        return InsightTask(operation=operation, queries=(query,), asks_difference=asked, sign=self.frame.sign)

    def _share(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        period, frame = _stretch(spans), self.frame
        part = self._query(period, measures=self._sums(), rows=ROWS_SHOWN)
        if frame.share_of == "income":
            of_income = {"measures": (Measure.INCOME,), "flow": Flow.IN, "filters": frame.whole, "rows": 0}
            whole = part.model_copy(update=of_income)
        else:
            objects, conditions = _of_whole(frame)
            # "Leaving out rent, what share was food?" leaves it out of the whole; "what share was not rent?" does not.
            without = frame.without if frame.objects else ()
            whole = self._query(period, measures=self._sums(), objects=(*objects, *without), conditions=conditions)
        return InsightTask(operation=operation, queries=(part, whole))

    def _usual(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        span = _of_month(spans[0])
        unit = span.whole.unit
        earlier = [span.before(count) for count in range(1, USUAL_PERIODS[unit or Unit.DAY] + 1)]
        first = self.scope.first_day and _whole_start(self.scope.first_day, unit or Unit.DAY)
        known = [period for period in earlier if first and period.start >= first]
        queries = (self._query(span.so_far, rows=ROWS_SHOWN), *(self._query(period) for period in known))
        return InsightTask(operation=operation, queries=queries, unit=unit)

    def _projected(self, operation: Operation, _: list[_Span]) -> InsightTask:
        """The month so far, if it is this one, and what the rest of it came to in earlier months."""
        this, is_this = self._span(Period.of(Unit.MONTH, self.today)), not self.frame.is_next
        passed = this.so_far.days if is_this else 0
        known = [one for n in range(1, USUAL_PERIODS[Unit.MONTH] + 1) if self._is_known(one := this.whole.shifted(-n))]
        rests = [Period(start, one.end) for one in known if (start := one.start + timedelta(days=passed)) < one.end]
        now = [self._query(this.so_far)] if is_this else []
        return InsightTask(
            operation=operation, queries=(*now, *map(self._query, rests)), unit=Unit.MONTH if is_this else None
        )

    def _pace(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        unit = self.frame.unit or Unit.MONTH
        period = self._covered(_stretch(spans))
        total = self._query(period)
        parts = self._query(period, group_by=(_CALENDAR[unit],), limit=500) if unit is not Unit.DAY else None
        return InsightTask(operation=operation, queries=(total, parts) if parts else (total,), unit=unit)

    def _savings_rate(self, operation: Operation, spans: list[_Span]) -> InsightTask:
        query = self._query(_stretch(spans), measures=(Measure.NET, Measure.INCOME), flow=Flow.ANY)
        return InsightTask(operation=operation, queries=(query,))

    def _is_known(self, month: Period) -> bool:
        """Whether the data cover the month from its start."""
        first = self.scope.first_day
        return first is not None and month.start >= _whole_start(first, Unit.MONTH)

    # Parts of queries.

    def _measures(self) -> tuple[Measure, ...]:
        measure = self.frame.measure or self.frame.plain
        if measure is Measure.NET:
            return (Measure.NET, Measure.INCOME, Measure.SPEND)
        return (measure,)

    def _sums(self) -> tuple[Measure, ...]:
        if self.frame.measure is Measure.COUNT:
            return (Measure.COUNT,)
        return (self.frame.plain,)

    def _flow(self) -> Flow:
        return self.frame.flow or Flow.OUT

    def _query(
        self,
        period: Period,
        *,
        measures: tuple[Measure, ...] | None = None,
        flow: Flow | None = None,
        objects: tuple[Filter, ...] | None = None,
        conditions: tuple[Filter, ...] | None = None,
        **parts: Any,
    ) -> InsightQuery:
        frame = self.frame
        measures = measures or self._measures()
        flow = flow or self._flow()
        if measures[0] in (Measure.NET, Measure.VOLUME, *BALANCES):
            flow = Flow.ANY
        if "group_by" in parts and Dimension.ACCOUNT not in parts["group_by"]:
            measures = measures[:1]
        filters = (
            *(frame.objects if objects is None else objects),
            *(frame.without if objects is None else ()),
            *(frame.conditions if conditions is None else conditions),
        )
        return InsightQuery(measures=measures, flow=flow, filters=filters, period=QueryPeriod.of(period), **parts)

    # Periods.

    def _spans(self, operation: Operation) -> tuple[list[_Span], str]:
        if self.frame.periods:
            return [self._span(p.period) for p in dict.fromkeys(self.frame.periods)], ""
        period, note = self.default_period(operation)
        return [self._span(period)], note

    def _span(self, whole: Period) -> _Span:
        tomorrow = self.today + timedelta(days=1)
        if whole.start > self.today or whole.end <= tomorrow:
            return _Span(whole, whole)
        return _Span(whole, Period(whole.start, tomorrow))

    def default_period(self, operation: Operation) -> tuple[Period, str]:
        """What is meant where no period was said: see docs/asking.md."""
        frame, everything = self.frame, self.scope.everything(self.today)
        if operation in _DATED or frame.latest in ("latest", "earliest"):
            return everything, ""
        last_month = Period.of(Unit.MONTH, self.today).previous()
        if operation is Operation.PACE or set(frame.group_by) & (_TIMED | {Dimension.WEEKDAY, Dimension.HOUR}):
            return self._for_time(everything)
        is_net = frame.measure is Measure.NET and not self._names_payee()
        of_income = is_net or (operation is Operation.SHARE and frame.share_of == "income")
        if of_income and self._is_known(last_month):
            return last_month, f"You named no period, so this is {last_month.label}."  # this month is not paid yet
        if operation not in _HELD_TOGETHER and (self._names_payee() or self._is_lasting(operation)):
            return everything, _since_the_first(everything)
        month = self._month_with_data()
        name = f"{month.label} so far" if month.holds(self.today) else month.label
        return month, f"You named no period, so this is {name}."

    def _names_payee(self) -> bool:
        """Whether somebody is named; to a bank, whoever holds an account is named as a payee is."""
        conditions = self.frame.conditions if self.scope.is_of_many else ()
        of_payee = any(f.field in ("counterparty", "description") for f in self.frame.objects)
        return of_payee or any(f.field == "account" for f in conditions)

    def _is_lasting(self, operation: Operation) -> bool:
        """Whether it is asked of all that is known: an extreme, a mean, what raised alerts, an exact sum."""
        frame = self.frame
        is_extreme = frame.measure in _EXTREMES or frame.latest in ("largest", "smallest")
        is_figure = is_extreme or operation is Operation.RANGE or frame.measure in _MEANS
        return is_figure or frame.is_of_alerted or _names_exact_sum(frame)

    def _for_time(self, everything: Period) -> tuple[Period, str]:
        """For a course of time: whole months before this one for a pace, the last twelve months else."""
        this = Period.of(Unit.MONTH, self.today)
        unit = self.frame.unit
        if self.frame.ask is Operation.PACE and unit in (None, Unit.DAY, Unit.WEEK, Unit.MONTH):
            period = (
                Period(max(add_months(this.start, -6), _next_month(everything.start)), this.start, Unit.MONTH)
                if add_months(this.start, -1) >= everything.start
                else this
            )
        elif set(self.frame.group_by) & {Dimension.YEAR, Dimension.QUARTER} or unit is not None:
            period = everything
        else:
            period = Period(max(add_months(this.start, -11), Period.of(Unit.MONTH, everything.start).start), this.end)
        return period, f"You named no period, so this is {self._span(period).so_far.label}."

    def _covered(self, period: Period) -> Period:
        """The part of a course of time from the month of the first payment on: before it, nothing is no zero."""
        first = Period.of(Unit.MONTH, self.scope.first_day or self.today).start
        return Period(first, period.end) if period.start < first < period.end else period

    def _month_with_data(self) -> Period:
        last = min(self.scope.last_day or self.today, self.today)
        this = Period.of(Unit.MONTH, self.today)
        return this if this.holds(last) else Period.of(Unit.MONTH, last)


def _of_month(span: _Span) -> _Span:
    """The first days of a month as a month that is cut there: they are like the first days of other months."""
    month = Period.of(Unit.MONTH, span.whole.start)
    begins = span.whole.unit is None and span.whole.start == month.start and span.whole.end < month.end
    return _Span(month, span.so_far) if begins else span


def _of_whole(frame: Frame) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """The objects and conditions of the whole that a share is of: its own account, and what was said of it."""
    alerted = tuple(f for f in frame.conditions if f.field == "alert")
    if alerted and len(frame.conditions) > len(alerted) and not frame.whole:
        return (), alerted  # of alerts the part that is by UPI
    if frame.objects and not frame.whole:
        by_some_way = any(f.field == "channel" for f in frame.conditions)
        return (frame.objects, ()) if by_some_way else ((), frame.conditions)  # of all fuel the part that is by card
    objects = tuple(f for f in frame.whole if f.field in _OBJECT_FIELDS)
    said = tuple(f for f in frame.whole if f.field not in _OBJECT_FIELDS)
    return objects, merged((*said, *(f for f in frame.conditions if f.field == "account")))


def _stretch(spans: list[_Span]) -> Period:
    """From the first period to the last: they follow each other where several make sense at all."""
    if len(spans) == 1:
        return spans[0].so_far
    return Period(min(span.so_far.start for span in spans), max(span.so_far.end for span in spans))


def _whole_start(first_day: date, unit: Unit) -> date:
    """The first day of the first period that the data cover from its start."""
    start = Period.of(unit, first_day)
    return start.start if (first_day - start.start).days <= 1 + start.days // 10 else start.end


def _since_the_first(everything: Period) -> str:
    return f"You named no period, so this is everything since {_day(everything.start)}."


def _next_month(day: date) -> date:
    month = Period.of(Unit.MONTH, day)
    return month.start if day.day <= 4 else month.end


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _names_exact_sum(frame: Frame) -> bool:
    """ "Is there a payment of exactly 499?": whenever it was."""
    bounds = [f.values for f in frame.conditions if f.field == "amount_minor"]
    return len(bounds) == 2 and bounds[0] == bounds[1]
