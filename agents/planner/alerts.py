"""What a clause asks of alerts: which ones, and whether as alerts or as the payments that raised them."""

import re
from typing import Literal

from agents.plan import AlertsAsk, Operation
from agents.planner.alert_words import asks_reasons
from agents.planner.clause import BEGINS_PART, Clause
from agents.planner.frame import Frame
from agents.planner.lexicon import Cue
from agents.planner.stretches import as_ranged, narrowed, spoken
from core.insights.catalogue import ALERT_STATES
from core.insights.query import Dimension, Filter, Flow, Measure, Operator
from core.periods import Unit


def is_explanation(clause: Clause) -> bool:
    if _OF_POINTS.search(clause.reading.text) and clause.has(Cue.PAYMENTS) and _names_one_payment(clause):
        return not clause.has(Cue.ALERTS)  # "which score did the payment of 88,600 get"
    if clause.has(Cue.WHY):
        return clause.has(Cue.FLAGGED, Cue.ALERTS) or not clause.measures
    is_about_one = clause.has(Cue.YES_NO) and clause.has(Cue.PAYMENTS, Cue.ANAPHORA)
    return is_about_one and clause.has(Cue.FLAGGED) and not clause.has(Cue.ALERTS)


def _names_one_payment(clause: Clause) -> bool:
    """By its amount, or by payee and day: "the score of the payment to Meera Dutta on 19 November"."""
    if clause.reading.of("amount"):
        return True
    days = [said for said in clause.reading.of("period") if said.value.period.unit is Unit.DAY]
    counts = clause.says(Measure.COUNT, Measure.AVERAGE, Measure.MEDIAN) or scored(clause)
    names_party = bool(clause.reading.of("name") or clause.reading.of("account"))
    return len(days) == 1 and names_party and not counts


def is_alerts(clause: Clause) -> bool:
    return is_of_alerts(clause) and not narrows_alerts(clause)


def is_of_alerts(clause: Clause) -> bool:
    if clause.says(Measure.ALERT_PRECISION):
        return False
    dates = clause.reading.is_of_many and clause.has(Cue.WHEN, Cue.LATEST, Cue.FIRST) and not clause.has(Cue.WHY)
    asks = clause.has(Cue.SHOW, Cue.WHICH, Cue.PAYMENTS) or clause.says(Measure.COUNT) or dates
    return clause.has(Cue.ALERTS) or (clause.has(Cue.FLAGGED) and asks) or speaks_of_ones(clause)


_ONES = re.compile(r"\b(?:open|confirmed|dismissed|unresolved) ones\b")


def speaks_of_ones(clause: Clause) -> bool:
    """ "The open ones that scored 90", at a desk where nothing but alerts is scored and open."""
    return bool(clause.reading.of("points")) and bool(_ONES.search(clause.reading.text))


_ALERT_CUES = (
    Cue.DIFFERENCE, Cue.COMPARE, Cue.SHARE, Cue.GROUP, Cue.EACH, Cue.TREND, Cue.BREAKDOWN, Cue.WEEKDAYS, Cue.HOURS,
    Cue.WHEN, Cue.DAYS_AGO, Cue.PACE,
)  # fmt: skip


_ALERT_MEASURES = (Measure.AVERAGE, Measure.MEDIAN, Measure.LARGEST, Measure.SMALLEST)


_ALERT_GROUPS = frozenset(Dimension) - {Dimension.ACCOUNT, Dimension.CUSTOMER, Dimension.BANK}


_OF_MONEY = re.compile(r"\b(?:amounts?|value|money|worth|rupees|sums?|volume|add(?:s|ed)? up|c[oa]mes? to)\b")


_OF_POINTS = re.compile(r"\b(?:risk\w*|scor\w*|points?)\b")


def narrows_alerts(clause: Clause) -> bool:
    """Whether alerted payments are asked about as payments are: the largest, by card, by month. Alerts themselves are
    counted and listed by period, state and points."""
    if not is_of_alerts(clause) or clause.has(Cue.WHY) or asks_reasons(clause.reading.text):
        return False
    if len(states_said(clause)) > 1 or clause.reading.of("tally") or has_most_alerts(clause) or _has_most_money(clause):
        return True
    if _OF_POINTS.search(said_without(clause, "points")):
        return False
    if names_one_alert(clause):
        return True
    if scored(clause):
        return _asks_of_scored(clause)
    if _are_of_periods(clause):
        return True
    named = any(clause.reading.of(kind) for kind in ("channel", "category", "name", "description", "amount", "account"))
    groups = (clause.has(Cue.MOST, Cue.LEAST, Cue.WHICH) or clause.counts_nouns(_ALERT_GROUPS)) and any(
        noun.value[1] in _ALERT_GROUPS for noun in clause.find(Cue.NOUN)
    )
    return named or groups or clause.has(*_ALERT_CUES) or clause.says(*_ALERT_MEASURES)


def _are_of_periods(clause: Clause) -> bool:
    """ "How many alerts in May and in July": of several stretches, which a list of alerts has no room for."""
    return len(narrowed(as_ranged(spoken(clause)))) > 1


def asks_points(clause: Clause) -> bool:
    """Whether a payment's score is asked for, and not its reasons alone."""
    return bool(re.search(r"\b(?:scor\w+|points?)\b", clause.reading.text))


def scored(clause: Clause) -> bool:
    """Whether alerts are told apart by why they were raised, or with how many points: no payment is."""
    return any(clause.reading.of(kind) for kind in ("reason", "points"))


_MOST_ALERTS = re.compile(
    r"\b(?:most|fewest|least)(?: number of)?(?: (?:open|confirmed|dismissed|unresolved|fraud|of the))* alerts?\b"
)


_BESIDE_GROUPS = tuple(cue for cue in _ALERT_CUES if cue not in (Cue.GROUP, Cue.BREAKDOWN))


_OF_SCORED = (*_ALERT_CUES, Cue.EXCEPT, Cue.MOST, Cue.LEAST, Cue.FIRST)


def _asks_of_scored(clause: Clause) -> bool:
    """Whether alerts that are told apart by reason or points are asked about as payments are."""
    named = any(clause.reading.of(kind) for kind in ("channel", "category", "name", "amount", "description"))
    return named or clause.has(*_OF_SCORED) or clause.says(*_ALERT_MEASURES)


_MOST_MONEY = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|least|lowest|smallest)\b(?: \w+)?"
    r" (?:money|value|sums?|amounts?|total|rupees)\b"
    r"|\bthe most in (?:flagged|alerted)\b"
)


def _has_most_money(clause: Clause) -> bool:
    """ "Which customer has the largest sum in flagged payments": by what they come to."""
    names_holders = any(noun.value[1] is Dimension.ACCOUNT for noun in clause.find(Cue.NOUN))
    return names_holders and bool(_MOST_MONEY.search(clause.reading.text))


_ONE_ALERT = re.compile(
    r"\b(?:oldest|earliest|first|latest|newest|most recent|last)"
    r"(?: (?:still|open|confirmed|dismissed|unresolved|fraud))*"
    r" (?:alert|(?:flagged|alerted|suspicious) (?:payment|transaction|transfer))\b"
)


def names_one_alert(clause: Clause) -> bool:
    return bool(_ONE_ALERT.search(said_without(clause, "reason", "points")))


def has_most_alerts(clause: Clause) -> bool:
    """ "Which customer has the most alerts": by their number, and not by their points."""
    return bool(_MOST_ALERTS.search(said_without(clause, "reason", "points"))) and (
        clause.has(Cue.WHO) or any(noun.value[1] is Dimension.ACCOUNT for noun in clause.find(Cue.NOUN))
    )


def scores(clause: Clause) -> dict[str, object]:
    """Why alerts were raised and with how many points, where that is said once."""
    reasons, points = clause.reading.of("reason"), clause.reading.of("points")
    if len({m.value for m in reasons}) > 1 or len({m.value for m in points}) > 1:
        return {}
    clause.place(*reasons, *points)
    low, high = points[0].value if points else (None, None)
    return {"reason": reasons[0].value if reasons else None, "points_min": low, "points_max": high}


def raised(clause: Clause) -> list[Filter]:
    """The condition that payments raised an alert, where they are asked about as payments."""
    if not narrows_alerts(clause):
        return []
    clause.take(Cue.ALERTS, Cue.FLAGGED)
    states, status = states_said(clause), alert_status(clause)
    values = states if len(states) > 1 else (status,) if status else ALERT_STATES[:-1]
    return [Filter(field="alert", operator=Operator.IN, values=values)]


def states_said(clause: Clause) -> tuple[str, ...]:
    """The states of alerts that are said, each once: "confirmed or dismissed"."""
    return tuple(dict.fromkeys(str(mention.value[1]) for mention in clause.find(Cue.ALERT_STATUS)))


def of_alerted(frame: Frame, clause: Clause) -> Frame:
    """Of payments that raised an alert all are meant, whoever's they are, and "the most" is of their number unless
    money is asked for. They are a part of what was paid: only that is scored."""
    if not frame.is_of_alerted:
        return frame
    of_payments = (Operation.LIST, Operation.WHEN_LAST, Operation.WHEN_FIRST, Operation.WHO)
    is_pace = frame.ask is Operation.PACE and not (
        clause.says(Measure.SPEND, Measure.INCOME) or clause.has(Cue.HOW_MUCH)
    )
    counts = is_pace or (frame.measure is None and frame.ask not in of_payments)
    sums = {Measure.SPEND: Measure.VOLUME, Measure.INCOME: Measure.VOLUME}
    if counts and _OF_MONEY.search(said_without(clause, "amount", "reason")):
        return frame.with_changes(measure=Measure.VOLUME, flow=Flow.ANY)
    measure = Measure.COUNT if counts else sums.get(frame.measure, frame.measure) if frame.measure else None
    if _is_share_of_alerts(frame, clause):
        return frame.with_changes(measure=measure, flow=Flow.ANY, whole=_of_all_alerts(frame, clause))
    is_part = frame.ask is Operation.SHARE and (len(frame.conditions) == 1 or bool(frame.whole))
    return frame.with_changes(measure=measure, flow=Flow.OUT if is_part else Flow.ANY)


_SHARE_OF_ALERTS = re.compile(
    r"\b(?:share|percentage|percent|per cent|%|proportion|fraction|portion) of (?:[\w']+ ){0,4}?alerts?\b"
)


def _is_share_of_alerts(frame: Frame, clause: Clause) -> bool:
    """ "What share of this year's alerts are still open", or scored above 80: of alerts, and not of all that was
    paid."""
    is_of_state = [(f.field, len(f.values)) for f in frame.conditions] == [("alert", 1)]
    tells_part = is_of_state or (frame.tells_alerts and all(f.field == "alert" for f in frame.conditions))
    text = said_without(clause, "reason", "points")
    return frame.ask is Operation.SHARE and tells_part and bool(_SHARE_OF_ALERTS.search(text))


def _of_all_alerts(frame: Frame, clause: Clause) -> tuple[Filter, ...]:
    """All alerts; where two things tell them apart those of the one that is said before the verb: "what share of
    structuring alerts scored above 80"."""
    every = Filter(field="alert", operator=Operator.IN, values=ALERT_STATES[:-1])
    states = tuple(f for f in frame.conditions if len(f.values) == 1)
    said = [*clause.reading.of("reason"), *clause.reading.of("points"), *clause.find(Cue.ALERT_STATUS)]
    if len(said) < 2:
        return (every,)
    alerts = clause.find(Cue.ALERTS, Cue.FLAGGED)
    verb = BEGINS_PART.search(clause.reading.text, alerts[0].end if alerts else 0)
    part = [m for m in said if verb and m.start >= verb.start()] or [max(said, key=lambda m: m.start)]
    before = {m.kind for m in said if m not in part}
    within = frame.with_changes(
        reason=frame.reason if "reason" in before else None,
        points_min=frame.points_min if "points" in before else None,
        points_max=frame.points_max if "points" in before else None,
    )
    return (*(states if "cue" in before and states else (every,)), *within.alert_filters)


def alert_status(clause: Clause) -> Literal["open", "confirmed", "dismissed"] | None:
    pending = "pending" in clause.take(Cue.STATUS)
    said = clause.take(Cue.ALERT_STATUS)
    return said[0] if said else "open" if pending else None


def said_without(clause: Clause, *kinds: str) -> str:
    """The question without what tells payments, or alerts, apart: "because money was moved on" asks for no money, and
    "below 50,000 rupees" for no rupees."""
    text = clause.reading.text
    for mention in (mention for kind in kinds for mention in clause.reading.of(kind)):
        text = text[: mention.start] + " " * mention.length + text[mention.end :]
    return " ".join(text.split())


def alerts_asked(clause: Clause, asks: AlertsAsk | None) -> dict[str, object] | None:
    """What is wanted of alerts, and with how many points; None where something is said that lists have no room for."""
    text, said = said_without(clause, "reason"), scores(clause)
    if not said or clause.has(Cue.USUAL) or narrows_alerts(clause) or clause.reading.of("amount"):
        return None
    if clause.has(Cue.SHARE) or len(states_said(clause)) > 1:
        return None
    if of_each := _of_points(text) or ("reasons" if asks_reasons(text) else None):
        if clause.has(*_BESIDE_GROUPS):
            return None
        return {"alerts_ask": of_each, "ask": None, "measure": None, "group_by": (), "limit": None, **said}
    if asks in (None, "value") and clause.says(Measure.COUNT):
        counted = re.search(
            r"\b(?:how many|number of|count of)(?: \w+)? (?P<what>accounts?|customers?|clients?)\b", text
        )
        if counted:
            holders = "accounts" if counted["what"].startswith("account") else "customers"
            return {"alerts_ask": holders, "ask": None, "measure": Measure.COUNT, "group_by": (), **said}
        asks = "alerts"
    if asks == "value" and clause.reading.of("reason") and not _OF_WORTH.search(text):
        asks = "alerts"  # an amount is spoken of where the reason is told, and asked for nowhere
    if asks is None and _OF_WORTH.search(text):
        asks = "value"
    return {"alerts_ask": asks or "alerts", **said}


_OF_WORTH = re.compile(r"\b(?:worth|value|amount|how much|sum|rupees|money|add(?:s|ed)? up|comes? to|came to)\b")
_POINTS_ASKED: dict[AlertsAsk, re.Pattern[str]] = {
    "points": re.compile(r"\b(?:highest|largest|biggest|top|max(?:imum)?)(?: \w+)? (?:scores?|points?)\b"),
    "lowest": re.compile(r"\b(?:lowest|smallest|min(?:imum)?|fewest)(?: \w+)? (?:scores?|points?)\b"),
    "mean": re.compile(r"\b(?:average|mean)(?: \w+)? (?:scores?|points?)\b|\b(?:scores?|points?) on average\b"),
}


def _of_points(text: str) -> AlertsAsk | None:
    return next((asks for asks, said in _POINTS_ASKED.items() if said.search(text)), None)
