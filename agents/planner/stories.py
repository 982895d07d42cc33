"""Stories: what is told beside a question, dropped once it has lent the question whom and when it speaks of."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agents.intents.intent import OFF_LIMITS, Intent
from agents.plan import Operation
from agents.planner.alert_turns import as_payments, pays_them
from agents.planner.alerts import alert_status
from agents.planner.asking import compares_things
from agents.planner.clause import OBJECT_KINDS, Clause, is_cue
from agents.planner.clauses import REASON
from agents.planner.frame import Frame, Topic, left_out
from agents.planner.intended import meanings, named
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.planner.noted import noted
from agents.planner.parse import COMPARING
from agents.planner.parties import party_said
from agents.planner.reading import Reading, narrower_than
from agents.planner.shown import ASKS_FIGURE
from agents.planner.slots import MERE_HEADS
from agents.planner.weighing import AGREED, WHO_IS, Understood, asks_to_afford, says_nothing
from core.insights.catalogue import ALERT_STATES
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Period, Unit

PLAIN = 0.7
"""The least at which a statement is taken for the question that it stands for: "I think I was charged twice"."""
_ASKS = (
    Cue.HOW_MUCH, Cue.WHICH, Cue.WHO, Cue.WHERE, Cue.WHEN, Cue.DAYS_AGO, Cue.WHY, Cue.SHOW, Cue.SINCE_WHEN,
)  # fmt: skip
_ASKING = re.compile(
    r"\b(?:how|what|which|who|whom|when|where|why|whose|tell|give|gimme|list|show|compare|calculate|total|count|kitna|find"
    r"|check|verify|state|furnish|break|split|sum|add|need|want|require|(?:would|should|'d) like|see|let)\b|[?]"
)
_ASKS_WHAT = re.compile(r"(?:and |so |but )?what(?:'s)? (?:my|our|the|did|do|does|have|has|was|were|is|are)\b")
_BY_THAT = re.compile(r"\bthat (?:method|way|mode|means|app|card|route|channel)\b")
_EXPLAINS = re.compile(r"(?:as in|that is|i mean|meaning|namely|i\.?e\.?)\b")
_OF_SUMS = (Cue.TOTAL, Cue.BOTH, Cue.ANAPHORA, Cue.HOW_MUCH, Cue.OR)
"""Without one of these nothing is added up."""
_THEM = r"(?:them|it|him|her|that|those|these)(?: (?:two|three|both|payments))?"
WITHOUT_THEM = re.compile(
    rf"\b(?:without|excluding|except(?: for)?|minus|leaving out|not counting|drop|remove|exclude) {_THEM}\b"
    rf"|\b(?:take|leave|keep) {_THEM} out\b"
)
_TELLS = re.compile(
    r"(?:(?:well|oh|hmm|ok|so|and|but|no|yes|now|goodness|dear),? )*"
    r"(?:(?:i|we|my|our|the|it|there|they|he|she|this|that)\b"
    r"|(?:one|some|an?|a certain) (?:\w+ )?(?:payees?|customers?|accounts?|beneficiary|recipient|person|merchant)\b)"
)
_STATES = re.compile(
    r"\b(?:was|were|is|are|(?:has|have) been|looks?|looked|seems?|seemed|feels?|felt|went|ate|got|kept|keeps"
    r"|cost|ran)\b"
)
"""Verbs of a statement: "shopping was heavy in October" tells, where "shopping in October" asks."""
_TELLS_OF = re.compile(r"\b(?:says|said|thinks|told|believes|claims|insists|reckons|swears|owes?|complains|grumbles)\b")


def with_edits(told: Sequence[Understood]) -> list[Understood]:
    """A later clause that only names something belongs to the one before it: "..., Arogya Pharmacy, that is"; a first
    one that only leaves something out, to the one behind: "take Gita's out, then what is September?"."""
    edits: list[Understood] = []
    for n, one in enumerate(told):
        asks_again = n > 0 and _asks_again(one, told[n - 1])
        adds = _adds_to(one) if n > 0 else len(told) > 1 and _only_leaves_out(one)
        modifies = not asks_again and (adds or one.parsed.only_modifies)
        edits.append(replace(one, parsed=replace(one.parsed, only_modifies=modifies)))
    return edits


def _only_leaves_out(one: Understood) -> bool:
    frame = one.parsed.frame
    names_more = (frame.objects, frame.conditions, frame.periods, frame.ask, frame.measure, frame.topic)
    return one.intent is Intent.EDIT and bool(frame.without) and not any(names_more)


def _adds_to(one: Understood) -> bool:
    return one.intent is Intent.EDIT and not _asks(one) and not says_nothing(one.parsed)


def _asks_again(one: Understood, before: Understood) -> bool:
    """ "Groceries last month? Petrol?", "how much in May? And the month before?": the same of something else."""
    frame, last = one.parsed.frame, before.parsed.frame
    if one.intent is not Intent.EDIT or _asks(one):
        return False
    is_other = Clause(one.reading).has(Cue.AGAIN) or _are_apart(frame.objects, last.objects)
    of_another = is_other and bool(frame.objects and last.objects)
    return of_another or bool((frame.periods or frame.against) and last.periods)


def _are_apart(some: Sequence[Filter], others: Sequence[Filter]) -> bool:
    """Whether both name one kind of thing and share none of it: nothing is of both."""
    return any(a.field == b.field and not set(a.values) & set(b.values) for a in some for b in others)


def _without_talk(told: Sequence[Understood]) -> list[Understood]:
    """Without "cheers" and "blimey", where something else is said."""
    said = [one for one in told if one.reading.position > 1 or not _is_talk(one)]
    return said or list(told)


def _is_talk(one: Understood) -> bool:
    return one.reading.wants.first is Intent.SMALL_TALK and says_nothing(one.parsed)


def with_stories(told: Sequence[Understood]) -> list[Understood]:
    """Where one clause asks, another that neither asks nor is surely meant to is a story beside it."""
    if len(told) < 2:
        return list(told)
    told = _without_talk(told)
    asked_outright = any(_asks_outright(one) for one in told)
    told = [replace(one, intent=Intent.STORY) if _asks_who_it_is(one) else one for one in told]
    meant = [one for one in told if _is_meant(one)]
    edits = [one for one in told if one.intent is Intent.EDIT and not says_nothing(one.parsed)]
    if not (meant or edits or any(_asks(one) or _asks_a_figure(one) for one in told)):
        return list(told)
    asked = {one.intent for one in told if _asks(one)} - {None}
    stories = [
        one
        if n > 0 and _goes_on(one)
        else replace(one, intent=Intent.STORY)
        if _is_story(one, bool(meant))
        or _only_plans(one, told)
        or _is_aside(one, told)
        or (_states(one) and any(_asks_outright(later) or _bids_alerts(later) for later in told[n + 1 :]))
        or (asked_outright and (_only_tells(one) or (one is told[0] and _opens(one.reading))))
        or (one.intent in asked and not _asks(one))
        else one
        for n, one in enumerate(told)
    ]
    return stories if any(one.intent is not Intent.STORY for one in stories) else list(told)


def _goes_on(one: Understood) -> bool:
    """ "And the month before?" asks, though it has no word of a question."""
    goes_on = one.reading.has(Cue.AGAIN) or one.reading.text.startswith("and ")
    return one.intent is Intent.EDIT and goes_on


def _asks_outright(one: Understood) -> bool:
    clause = Clause(one.reading)
    asks = clause.has(*_ASKS, Cue.DIFFERENCE, Cue.SHARE) or clause.says(Measure.COUNT)
    return asks or bool(_ASKS_WHAT.match(one.reading.text))


def _bids_alerts(one: Understood) -> bool:
    """ "Alerts that fell on a Thursday, all time?": at a desk their name alone asks how many there are."""
    return one.parsed.frame.is_of_alerts and one.intent is Intent.ALERTS


def _asks(one: Understood) -> bool:
    clause = Clause(one.reading)
    if _EXPLAINS.match(one.reading.text) or REASON.match(one.reading.text):
        return False
    opens_asking = any(cue.start == 0 for cue in clause.find(Cue.YES_NO))
    return clause.has(*_ASKS) or clause.says(Measure.COUNT) or opens_asking or bool(_ASKING.search(one.reading.text))


def _asks_who_it_is(one: Understood) -> bool:
    """ "Who is Farida Khan?", beside a question about her: it says whom that is about."""
    says_more = [mention for mention in one.reading.mentions if mention.kind not in ("cue", "name")]
    names, said = one.reading.of("name"), WHO_IS.match(one.reading.text)
    if said is None or len(names) != 1 or says_more or one.reading.unknown:
        return False
    return not said["what"] or (said.end(), len(one.reading.text)) == (names[0].start, names[0].end)


def _is_meant(one: Understood) -> bool:
    """Whether a statement surely stands for a question: "I think I was charged twice"."""
    idle = (Intent.STORY, Intent.EDIT, Intent.SMALL_TALK, None)
    if one.intent is Intent.SUM_OF_THOSE and not Clause(one.reading).has(*_OF_SUMS):
        return False
    return one.intent not in idle and one.reading.wants.confidence >= PLAIN


def _only_names(reading: Reading) -> bool:
    """Nothing but payees or categories: "Sab Kuch Mall, how much have they given back?"."""
    kinds = {mention.kind for mention in reading.mentions if not is_cue(mention, Cue.OR, Cue.AGAIN)}
    return bool(kinds) and kinds <= set(OBJECT_KINDS) and not reading.unknown


def _opens(reading: Reading) -> bool:
    return _only_names(reading) or _sets_scene(reading)


def _sets_scene(reading: Reading) -> bool:
    """Words that name nothing but how often something is held, or which time it is: "weekly huddle in ten minutes",
    "first week on the desk"."""
    times = (Cue.EACH, Cue.FIRST, Cue.LATEST)
    return bool(reading.unknown) and all(is_cue(m, *times) or _is_time(m) for m in reading.mentions)


def _is_time(mention: Mention[Any]) -> bool:
    return is_cue(mention, Cue.NOUN) and mention.value[1] in (Dimension.DAY, Dimension.WEEK, Dimension.MONTH)


def _only_tells(one: Understood) -> bool:
    """A statement beside an outright question: "I should like to ask him for a discount", "Arjun says I owe him"."""
    clause = Clause(one.reading)
    if clause.has(*_ASKS) or clause.says(Measure.COUNT):
        return False
    is_meant = _is_meant(one) and one.intent not in OFF_LIMITS
    return bool(_TELLS_OF.search(one.reading.text)) or (not is_meant and _tells(one))


def _states(one: Understood) -> bool:
    """ "Ate out like crazy in October": it says how something was, and no surer than that asks for its figure."""
    return bool(_STATES.search(one.reading.text)) and not _asks(one) and not _is_meant(one)


def _tells(one: Understood) -> bool:
    return bool(_TELLS.match(one.reading.text)) and not one.parsed.only_modifies


_PLANS = re.compile(
    r"(?:(?:well|oh|ok|so|and|but|now|also),? )*"
    r"(?:don't|do not|never|wanna|gonna|will|would|must|need|needs|needed|no need|going|have to|has to|want|wants"
    r"|hoping|before|\w+ing|\w+ to be|i|we|my|our|it|he|she|they)\b"
)
_PLANNED = frozenset({Intent.ACT, Intent.ADVICE, Intent.OFF_TOPIC, Intent.SMALL_TALK})
_PLANNED_WORDS = frozenset({"action", "advice", "topic", "future"})


def _only_plans(one: Understood, told: Sequence[Understood]) -> bool:
    """What somebody is about to do, or wants nothing of, beside a sure question about payments: "planning to buy gold,
    so how much is in my accounts?". Nothing is done for it, so it need not be refused."""
    wants, frame = one.reading.wants, one.parsed.frame
    refused = wants.first in _PLANNED or one.reading.refusal in _PLANNED_WORDS
    refused = refused or (wants.of(*_PLANNED) >= AGREED and not frame.names_anything)
    asks = Clause(one.reading).has(*ASKS_FIGURE) if refused else _asks_a_figure(one)
    is_idle = refused or not one.parsed.has_cue or not one.reading.mentions
    if not is_idle or asks or not _PLANS.match(one.reading.text):
        return False
    others = [other for other in told if other is not one]
    return any(other.intent is not None and _asks_a_figure(other) and not other.reading.refusal for other in others)


_FORGOES = re.compile(r"no \w+(?: \w+)? (?:this|for me|any ?more|since|these days|today|at all|again)\b")
""" "No gold this Dhanteras": nothing of it is left out."""
_ASIDE = re.compile(
    r"(?:(?:well|oh|ok|so|and|but|now|also|yes|ah),? )*"
    r"(?:(?:just|only|finally|almost|already|recently|with|in|since) )*"
    r"(?:about to|off to|back (?:from|to|in|home)|tired|fed up|sick of|done with|bored|busy|never|not|i|we|my|our|it|he"
    r"|she|they|\w{2,}(?:ed|ing))\b"
)


def _is_aside(one: Understood, told: Sequence[Understood]) -> bool:
    """What neither asks nor bids, beside an outright question that says itself what it is of, or points at the payee
    who is named here: "about to delete the ZipCab app. How much have they taken?"."""
    forgoes = bool(_FORGOES.match(one.reading.text))
    if _asks(one) or not (forgoes or (_ASIDE.match(one.reading.text) and one.reading.unknown)):
        return False
    if one.parsed.only_modifies and not forgoes:
        return False
    asking = [other for other in told if other is not one and _asks_outright(other) and not other.reading.refusal]
    names = bool(one.reading.of("name"))
    return any(_says_of_what(other) or (names and party_said(other.reading.text)) for other in asking)


def _says_of_what(one: Understood) -> bool:
    return bool(one.parsed.frame.objects) or one.parsed.frame.is_of_alerts


def _asks_a_figure(one: Understood) -> bool:
    says_what = one.reading.mentions and (one.parsed.frame.measure or one.parsed.frame.topic)
    return Clause(one.reading).has(*ASKS_FIGURE) or bool(says_what)


def _is_story(one: Understood, others_mean: bool) -> bool:
    wants = one.reading.wants
    if REASON.match(one.reading.text):
        return True
    if others_mean and not one.reading.mentions and not _asks(one) and " " in one.reading.text:
        return not any(map(one.reading.names_something, one.reading.unknown))
    if wants.first is None or _is_meant(one):
        return False
    if wants.first is Intent.SMALL_TALK or _EXPLAINS.match(one.reading.text):
        return True
    if _asks(one):  # "would you kindly verify?" asks for what has been said
        return others_mean and says_nothing(one.parsed) and not meanings(one.parsed.frame)
    if says_nothing(one.parsed) and not meanings(one.parsed.frame):
        return True
    return one.intent is Intent.STORY or wants.of(Intent.STORY) >= AGREED or _tells(one)


_GUESSES = re.compile(
    r"(?:i (?:could )?swear|i am sure|i'm sure|i bet|i (?:think|guess|believe|suppose|reckon)|maybe|perhaps)\b"
)
"""What is only guessed narrows nothing."""


def _month_of_year(one: Understood, told: Period) -> Period | None:
    """ "That month (2025)", of a month that the story tells: that year's."""
    said = [period.period for period in one.parsed.frame.periods]
    if told.unit is not Unit.MONTH or [period.unit for period in said] != [Unit.YEAR]:
        return None
    return (
        Period.of(Unit.MONTH, told.start.replace(year=said[0].start.year)) if one.reading.has(Cue.THAT_TIME) else None
    )


def lent(one: Understood, stories: Sequence[Reading]) -> Understood:
    """A question with whom, when, and which place the story before it speaks of, where the question does not say."""
    place = max((story.position for story in stories), default=1)
    if place > 1 and one.parsed.frame.position == 1:
        placed = [each.with_changes(position=place) for each in (one.parsed.frame, one.parsed.alone)]
        return replace(one, parsed=replace(one.parsed, frame=placed[0], alone=placed[1]))
    frame = one.parsed.frame
    if frame.topic is Topic.FORECAST and asks_to_afford(one.reading):
        return _priced(one, stories)
    if frame.topic in (Topic.BALANCE, Topic.COVERAGE):
        return one
    told = [named(Clause(story)) for story in stories]
    if refund := _of_refund_told(one, stories):
        return _changed(one, refund | _named_before(told, points=True), stories)
    if frame.topic is Topic.ALERTS:
        return _changed(_alerted_to(one), _whose_alerts(frame, told), stories)
    changes: dict[str, Any] = {}
    firm = [frame for story, frame in zip(stories, told, strict=True) if not _GUESSES.match(story.text)]
    periods = [period for story in firm for period in story.periods]
    if len(periods) == 1 and not frame.periods and not _doubts_the_first(frame, stories):
        changes["periods"] = tuple(periods)
    elif len(periods) == 1 and (month := _month_of_year(one, periods[0].period)):
        changes["periods"] = (QueryPeriod.of(month),)
    elif len(periods) == 1 and len(frame.periods) == 1 and frame.ask in COMPARING:
        changes["periods"] = (*periods, *frame.periods)  # "my October was insane: by how much was it up on September?"
    if _came_in(stories) and not Clause(one.reading).says(Measure.SPEND, Measure.INCOME):
        measure = Measure.INCOME if frame.measure is Measure.SPEND else frame.measure
        changes |= {"flow": Flow.IN, "measure": measure}
    if not frame.objects and WITHOUT_THEM.search(one.reading.text):
        return _without(one, told)
    if not frame.objects or _only_charges(one):
        changes |= _named_before(
            [frame for story, frame in zip(stories, told, strict=True) if not REASON.match(story.text)],
            points=_points_back(one) or any(_only_names(story) or noted(story.text) for story in stories),
        )
    elif meant := _explained(stories):
        changes["objects"] = meant
    if any(one in frame.without for one in left_out(changes.get("objects", ()))):
        del changes["objects"]  # "that includes the rent: what is it without the rent?"
    if not (frame.objects or changes.get("objects")) and (strange := _strange(one, stories)):
        return replace(one, reading=replace(one.reading, unknown=(*one.reading.unknown, *strange)))
    changes |= _on_account(frame, told) or _of_alerts_told(one, stories)
    if not changes:
        return one
    if frame.ask in (Operation.COMPARE, Operation.DIFFERENCE) and len(frame.periods) < 2:
        changes |= _held_apart(frame.with_changes(**changes))
    return _changed(one, changes, stories)


def _doubts_the_first(frame: Frame, stories: Sequence[Reading]) -> bool:
    """ "When was my first payment to the gym? They say since 2026": of all payments, whatever is said."""
    return frame.ask is Operation.WHEN_FIRST and any(_TELLS_OF.search(story.text) for story in stories)


_THERE = re.compile(r"\b(?:there|them|they|him|her)\b(?<!is there)(?<!was there)(?<!are there)(?<!were there)")


def _strange(one: Understood, stories: Sequence[Reading]) -> list[str]:
    """What stories name that nothing here has and the question is of: something narrower than a category, or
    somebody, where it points there: "went to Zudio in May. How much did I spend there?"."""
    points = bool(_THERE.search(one.reading.text))
    return [
        phrase
        for story in stories
        for phrase in story.unknown
        if narrower_than(phrase) or (points and (story.names_something(phrase) or story.text.startswith(phrase)))
    ]


def _changed(one: Understood, changes: dict[str, Any], stories: Sequence[Reading]) -> Understood:
    """The question with what it was lent; it leans on another only where its story does: "now Vikram Singh, ..."."""
    if not changes:
        return one
    goes_on = any(story.has(Cue.AGAIN) for story in stories)
    frame, alone = (each.with_changes(**changes) for each in (one.parsed.frame, one.parsed.alone))
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=alone, is_follow_up=goes_on))


def _alerted_to(one: Understood) -> Understood:
    """ "Farida Khan again. What are the flagged payments to her worth?": of payments, for no alert has a payee."""
    if not pays_them(one.reading) or one.parsed.frame.tells_alerts:
        return one
    frame = as_payments(one.parsed.frame)
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame))


def _whose_alerts(frame: Frame, told: Sequence[Frame]) -> dict[str, object]:
    """ "Writing up Sneha Sharma. What are her alerts worth?": of whom the story speaks."""
    payees = tuple(f for story in told for f in story.objects if f.field == "counterparty")
    changes = _on_account(frame, told)
    return changes | ({"objects": payees} if payees and not (changes or frame.conditions) else {})


def _of_refund_told(one: Understood, stories: Sequence[Reading]) -> dict[str, object]:
    """ "They say they refunded me. When was it?": of the money back, and of no payment."""
    frame = one.parsed.frame
    clause = Clause(one.reading)
    tells = any(story.has(Cue.REFUNDS) for story in stories)
    if not tells or frame.topic or frame.objects or not says_nothing(one.parsed) or clause.says(Measure.SPEND):
        return {}
    latest = "latest" if clause.has(Cue.WHEN, Cue.LATEST) else None
    return {"topic": Topic.REFUNDS, "ask": None, "measure": None, "flow": Flow.OUT, "latest": latest, "limit": None}


def _on_account(frame: Frame, told: Sequence[Frame]) -> dict[str, object]:
    """To a bank: the customer whom a story names as the one who pays."""
    accounts = tuple(f for story in told for f in story.conditions if f.field == "account")
    if not accounts or any(f.field == "account" for f in frame.conditions):
        return {}
    return {"conditions": (*frame.conditions, *accounts[:1])}


def _of_alerts_told(one: Understood, stories: Sequence[Reading]) -> dict[str, object]:
    """Of payments that raised an alert, where a story speaks of them: "one payee is in so many of these alerts. Who is
    paid most often?", "the open alerts: how many customers do they belong to?"."""
    frame = one.parsed.frame
    told = [clause for clause in map(Clause, stories) if clause.has(Cue.ALERTS) and clause.reading.is_of_many]
    speaks_of = {noun.value[1] for clause in told for noun in clause.find(Cue.NOUN)}
    ranks = frame.ask is Operation.RANK and speaks_of.intersection(frame.group_by)
    counts = frame.ask is Operation.COUNT_GROUPS and Clause(one.reading).has(Cue.ANAPHORA)
    if not told or frame.is_of_alerted or not (ranks or counts):
        return {}
    status = next(filter(None, map(alert_status, told)), None)
    raised = Filter(field="alert", operator=Operator.IN, values=(status,) if status else ALERT_STATES[:-1])
    return {"conditions": (*frame.conditions, raised), "measure": Measure.COUNT, "flow": Flow.ANY}


def _priced(one: Understood, stories: Sequence[Reading]) -> Understood:
    """ "A phone for 60k. Can I afford it?": what it costs is told before."""
    said = [mention.value.said_minor for story in stories for mention in story.of("amount")]
    if one.parsed.frame.spend_minor is not None or len(said) != 1:
        return one
    frame = one.parsed.frame.with_changes(spend_minor=said[0])
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame))


def _held_apart(frame: Frame) -> dict[str, object]:
    """Two things that a story names are held against each other, and not the same in two periods."""
    differs = frame.ask is Operation.DIFFERENCE
    return {"ask": Operation.VERSUS, "asks_difference": differs} if compares_things(frame) else {}


def _without(one: Understood, told: Sequence[Frame]) -> Understood:
    """ "I live at that Saffron Leaf place. What is it without them?": the last question, but for whom a story names."""
    without = left_out(f for story in told for f in story.objects if f.operator is Operator.IN)
    if not without:
        return one
    periods = tuple(period for story in told for period in story.periods)
    frame = one.parsed.frame
    frame = frame.with_changes(without=without, periods=frame.periods or periods[:1])
    return replace(one, parsed=replace(one.parsed, frame=frame, alone=frame, unplaced=(), is_follow_up=True))


def _came_in(stories: Sequence[Reading]) -> bool:
    """Whether all that is told of is money that came in: "Ananya sent me something in July; how much was it"."""
    told = [Clause(story) for story in stories]
    return any(clause.says(Measure.INCOME) for clause in told) and not any(c.says(Measure.SPEND) for c in told)


def _explained(stories: Sequence[Reading]) -> tuple[Filter, ...]:
    """Whom the asker meant: "the pharmacy; I mean Arogya"."""
    meant = [named(Clause(story)) for story in stories if _EXPLAINS.match(story.text)]
    return tuple(f for story in meant for f in story.objects if f.field == "counterparty")


def _only_charges(one: Understood) -> bool:
    """ "On what date did they charge me?": being paid, and no category of its own."""
    said = [m for m in one.reading.mentions if m.kind in OBJECT_KINDS]
    clause = Clause(one.reading)
    return clause.has(Cue.ANAPHORA) and all(
        m.kind == "category" and set(clause.text_of(m).split()) <= MERE_HEADS for m in said
    )


def _points_back(one: Understood) -> bool:
    frame = one.parsed.frame
    says_how_much_alone = frame.measure is None and not frame.conditions
    clause = Clause(one.reading)
    # "My wife says we overspend on restaurants. What was the monthly average?" says of nothing what it is of.
    is_of_nothing = not clause.has(Cue.PAYMENTS, Cue.TOTAL) and not clause.says(
        Measure.SPEND, Measure.INCOME, Measure.NET
    )
    is_mean = frame.ask is Operation.PACE or frame.measure in (Measure.AVERAGE, Measure.MEDIAN)
    points = clause.has(Cue.ANAPHORA) or bool(_BY_THAT.search(one.reading.text))
    return points or says_how_much_alone or (is_mean and is_of_nothing)


def _named_before(told: Sequence[Frame], *, points: bool) -> dict[str, object]:
    """Payees of a story; its categories and ways of paying only where the question points back at them."""
    objects = [f for story in told for f in story.objects]
    payees = tuple(f for f in objects if f.field == "counterparty")
    if payees or not points:
        return {"objects": payees} if payees else {}
    ways = tuple(f for story in told for f in story.conditions if f.field == "channel")
    return {**({"objects": tuple(objects)} if objects else {}), **({"conditions": ways} if ways else {})}
