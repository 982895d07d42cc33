"""Doubts: what keeps a frame in full from being told, and what is asked back about it, or why it is declined."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from agents.plan import PLACES_MAX, Decline, Operation
from agents.planner.frame import Frame, Topic
from agents.planner.parse import COMPARING
from agents.planner.refusals import declined
from agents.planner.slots import INCOME_CATEGORIES
from agents.scope import Scope
from agents.wording import days_known
from core.identity.access import Principal
from core.insights.forecast import DAYS_MAX
from core.insights.query import Dimension, Flow, Measure, Operator
from core.periods import Period, Unit

ALERTS_ONLY = (
    "I count, add up and rank alerts by period, state, customer, points, one reason, ways of paying, amounts and hours."
    " Could you ask for them so?"
)
ALLOWED_WHEN = "I hold such an amount against one day, week, month or year. Which one do you mean?"
NEW_PRICE = "I can tell when what you pay somebody changed, and by how much. Whom do you mean?"
_WHICH_PAYMENT = "Which payment do you mean? Name the payee, the amount or the day."
_OF_ONE = frozenset({Topic.FORECAST, Topic.BUDGETS, Topic.UNUSUAL, Topic.DUPLICATES})
"""Asked of one customer's accounts."""
_OF_A_STRETCH = frozenset(
    {
        Operation.RANK, Operation.LIST, Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.WHO, Operation.SHARE,
        Operation.COUNT_GROUPS, Operation.TO_NEW, Operation.MET, Operation.SAVINGS_RATE, Operation.PACE,
    }
)  # fmt: skip
"""Asked of several periods they are asked of all the days from the first to the last."""


_DAYS_OF = {Unit.WEEK: 7, Unit.MONTH: 28, Unit.QUARTER: 89, Unit.YEAR: 180, Unit.FISCAL_YEAR: 180}
"""So many days have to be looked at for a mean of such a stretch; half a year tells of a year."""


def _is_shorter_than_its_unit(frame: Frame) -> bool:
    """ "What is that a year?", of one month."""
    least = _DAYS_OF.get(frame.unit, 0) if frame.unit else 0
    return bool(frame.periods) and sum(p.period.days for p in frame.periods) < least


def _have_gaps(frame: Frame) -> bool:
    periods = sorted((p.period for p in frame.periods), key=lambda period: period.start)
    return any(one.end < other.start for one, other in pairwise(periods))


@dataclass(frozen=True, slots=True)
class Case:
    """A frame in full, and who asks for it; `listed` is how many payments the last answer showed."""

    frame: Frame
    principal: Principal
    scope: Scope
    today: date
    listed: int


def doubted(case: Case) -> str | Decline | None:
    """The question to ask back, or the refusal; None where nothing is in doubt."""
    if (gone := _long_ago(case)) is not None:
        return gone
    for is_doubtful, doubt in _RULES:
        if is_doubtful(case):
            return doubt
    return None


def _held(frame: Frame) -> list[Period]:
    """The periods that are held against each other, the one that only "than before" speaks of too."""
    periods = [one.period for one in frame.periods]
    if len(periods) != 1 or frame.against in (None, "following"):
        return periods
    [one] = periods
    return [one, one.year_before() if frame.against == "year_before" else one.previous()]


def _long_ago(case: Case) -> Decline | None:
    """The refusal to tell a balance of before the first payment that is known, or to compare with such days."""
    frame, first_day = case.frame, case.scope.first_day
    reach = days_known(first_day, case.scope.last_day)
    is_held = frame.topic is None and frame.ask in COMPARING
    if is_held and first_day is not None and any(one.end <= first_day for one in _held(frame)):
        return Decline(reason=f"I know nothing from so long ago to hold it against. {reach}", status="no_data")
    if frame.topic is not Topic.BALANCE or frame.objects or not frame.periods:
        return None
    if first_day is not None and frame.periods[0].end > first_day:
        return None
    return Decline(reason=f"I know no balance from so long ago. {reach}", status="no_data")


def _sees_no_alerts(case: Case) -> bool:
    of_alerts = case.frame.is_of_alerts or case.frame.topic in (Topic.SIGNALS, Topic.CIRCLES)
    return of_alerts and not case.principal.sees_alerts


def _tells_too_much_of_alerts(case: Case) -> bool:
    frame = case.frame
    is_told_elsewhere = frame.topic not in (Topic.ALERTS, Topic.SIGNALS, Topic.EXPLAIN) and not frame.is_of_alerted
    is_elsewhere = frame.tells_alerts and is_told_elsewhere
    return is_elsewhere or (frame.topic is Topic.ALERTS and _says_more_than_alerts(frame))


def _holds_income_against_spending(case: Case) -> bool:
    slugs = case.frame.values_of("category")
    is_versus = case.frame.ask is Operation.VERSUS and bool(slugs & INCOME_CATEGORIES and slugs - INCOME_CATEGORIES)
    return is_versus or (
        bool(slugs) and slugs <= _ONLY_EARNED and case.frame.ask in COMPARING and _is_spent(case.frame)
    )


_ONLY_EARNED = INCOME_CATEGORIES - {"interest"}


def _is_spent(frame: Frame) -> bool:
    return frame.topic is None and frame.measure is Measure.SPEND and frame.flow is Flow.OUT


def _looks_too_far(case: Case) -> bool:
    frame = case.frame
    last = frame.due.end - timedelta(days=1) if frame.due else frame.on if frame.topic is Topic.FORECAST else None
    return last is not None and (last - case.today).days > DAYS_MAX


def _explains_unknown(case: Case) -> bool:
    frame = case.frame
    names_one = frame.objects or frame.conditions or frame.periods
    is_lost = frame.topic is Topic.EXPLAIN and not (names_one or case.listed)
    return is_lost or (_asks_points_of_shown(frame) and case.listed > 1)


def _is_all_ahead(case: Case) -> bool:
    """Whether all of it is still to come; what is due then is known."""
    periods = () if case.frame.topic is Topic.RECURRING else case.frame.periods
    return bool(periods) and all(period.start > case.today for period in periods)


def _compares_with_what_is_ahead(case: Case) -> bool:
    """ "This weekend against last weekend", on a Monday."""
    frame = case.frame
    is_held = frame.topic is None and frame.ask in COMPARING
    return is_held and any(period.start > case.today for period in frame.periods)


def _has_recurring_periods(case: Case) -> bool:
    frame = case.frame
    is_of_recurring = frame.topic is Topic.RECURRING
    return is_of_recurring and ((bool(frame.periods) and not frame.is_next) or _says_more_than_a_list(frame))


def _adds_up(frame: Frame) -> bool:
    """Whether the parts of a category and of a payee may be added."""
    return frame.ask in (None, Operation.VALUE) and frame.measure in (
        None,
        Measure.SPEND,
        Measure.INCOME,
        Measure.COUNT,
    )


def _ranks_one_payee(frame: Frame) -> bool:
    """Whether payees are to be ranked of whom only one is asked about."""
    return frame.group_by[:1] == (Dimension.COUNTERPARTY,) and len(frame.values_of("counterparty")) == 1


_PLACED = (Operation.RANK, Operation.WHEN_LAST, Operation.WHEN_FIRST)


def _is_ranked(frame: Frame) -> bool:
    """Whether places count: of groups by their sum, of payments by their amount or their day."""
    of_payments = frame.measure in (Measure.LARGEST, Measure.SMALLEST) or frame.latest is not None
    return frame.topic is None and (frame.ask in _PLACED or of_payments)


def _asks_points_of_shown(frame: Frame) -> bool:
    """ "What score did that one get?", of what the last answer showed."""
    names = (frame.objects, frame.conditions, frame.periods)
    return frame.topic is Topic.EXPLAIN and frame.alerts_ask == "points" and not any(names)


def _says_more_than_alerts(frame: Frame) -> bool:
    """Conditions and groups that a list of alerts has no room for, and that must not be dropped."""
    conditions = [f for f in frame.conditions if f.field != "account"]
    limited = frame.limit is not None and frame.alerts_ask != "riskiest"
    more = (frame.objects, frame.without, conditions, frame.group_by, frame.threshold, limited, frame.against)
    sums = frame.alerts_ask == "value" and frame.measure in (Measure.SPEND, Measure.INCOME, Measure.VOLUME)
    asks_more = frame.ask not in (None, Operation.VALUE, Operation.LIST)
    measures_more = frame.measure not in (None, Measure.COUNT) and not sums and frame.alerts_ask != "points"
    return any(more) or asks_more or measures_more or len(frame.periods) > 1


def _says_more_than_a_list(frame: Frame) -> bool:
    others = [f for f in frame.objects if f.field not in ("category", "counterparty") or f.operator is not Operator.IN]
    a_year = frame.ask is Operation.PACE and frame.unit is Unit.YEAR
    asks_more = not (frame.is_next or a_year) and (
        frame.ask not in (None, Operation.VALUE, Operation.LIST) or frame.limit is not None
    )
    more = (others, frame.without, frame.conditions, frame.group_by, frame.threshold, len(frame.periods) > 1)
    return asks_more or any(more)


def _asks_who(frame: Frame) -> bool:
    """Whether a list asks for its payees, and for nothing else."""
    by_payee = frame.group_by == (Dimension.COUNTERPARTY,)
    return by_payee and not _says_more_than_a_list(frame.with_changes(group_by=()))


def _of(is_doubtful: Callable[[Frame], object]) -> Callable[[Case], bool]:
    """A rule that looks at the frame alone."""
    return lambda case: bool(is_doubtful(case.frame))


def _of_staff(topics: frozenset[Topic]) -> Callable[[Case], bool]:
    """A rule for topics that only one customer's own payments tell."""
    return lambda case: case.frame.topic in topics and case.principal.customer_id is None


_RULES: tuple[tuple[Callable[[Case], bool], str | Decline], ...] = (
    (_sees_no_alerts, declined("alerts")),
    (_tells_too_much_of_alerts, ALERTS_ONLY),
    (_of(lambda f: f.topic is Topic.BALANCE and f.objects), declined("owner")),
    (_of_staff(frozenset({Topic.RECURRING})), declined("recurring")),
    (_has_recurring_periods, "I list what recurs now, by payee and category. Could you ask without more?"),
    (
        _of(lambda f: f.are_apart and not _adds_up(f)),
        "That is a category and a payee. Could you ask about one of them at a time?",
    ),
    (
        _holds_income_against_spending,
        "One of these comes in and the other goes out. Which of the two do you mean?",
    ),
    (_of_staff(_OF_ONE), declined("one")),
    (_looks_too_far, f"I look at most {DAYS_MAX} days ahead. Which day until then do you mean?"),
    (
        _of(lambda f: f.topic is Topic.REFUNDS and _says_more_than_a_list(f) and not _asks_who(f)),
        "I add up and list refunds by period, payee and category. Could you ask for that?",
    ),
    (_explains_unknown, _WHICH_PAYMENT),
    (
        _of(lambda f: f.ask is Operation.RANK and _ranks_one_payee(f)),
        "That is one payee only. Among whom shall I look: which category, or which payees?",
    ),
    (
        _of(lambda f: f.position > PLACES_MAX),
        f"I count no farther than {PLACES_MAX} payments. Which day or month do you mean?",
    ),
    (
        _of(lambda f: f.position > 1 and not _is_ranked(f)),
        "I can tell the second or third by amount or by time. Of what?",
    ),
    (
        _of(lambda f: f.measure is Measure.NET and any(one.field != "counterparty" for one in f.objects)),
        "Savings are income less spending as a whole. Do you mean how much you spent there?",
    ),
    (
        _of(lambda f: f.ask is Operation.SHARE and not (f.objects or f.conditions or f.whole)),
        "A share of what: which category, payee or way of paying do you mean?",
    ),
    (_is_all_ahead, declined("future")),
    (_compares_with_what_is_ahead, "One of these is still to come. Which two shall I hold against each other?"),
    (
        _of(lambda f: f.ask is Operation.PACE and _is_shorter_than_its_unit(f)),
        "That is a shorter time than you ask of. Over which months shall I look?",
    ),
    (_of(lambda f: f.ask is Operation.CHANGED and not f.objects), NEW_PRICE),
    (
        _of(lambda f: f.ask is Operation.INTERVAL and not (f.objects or f.conditions)),
        "Between which payments? A payee or a category would do.",
    ),
    (
        _of(lambda f: f.topic is None and f.ask in _OF_A_STRETCH and _have_gaps(f)),
        "Between these periods lies another. Could you ask of one of them at a time?",
    ),
)
"""In the order in which they are looked at: the first that fits decides."""
