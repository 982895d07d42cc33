"""Lapses: whether something that came back regularly still does, and what has stopped."""

import re
from dataclasses import replace

from agents.plan import Recurs
from agents.planner.clause import Clause
from agents.planner.frame import Frame, Topic
from agents.planner.intended import named
from agents.planner.reading import Reading
from agents.planner.weighing import Understood
from core.insights.query import Flow

_REGULAR = (
    r"(?:subscriptions?|memberships?|recurring (?:payments?|bills?)|standing orders?|emis?|autopays?|mandates?|plans?)"
)
_ENDED = (
    r"(?:stop(?:ped|s)?|end(?:ed)?|laps(?:ed?|es)|cancel(?:l?ed|s)?|discontinued?|quit|dropped|given up|gave up"
    r"|no longer (?:pay|run)\w*)"
)
_STOPPED = re.compile(
    rf"\b(?:what|which|any)(?: of (?:my|the))? (?:\w+ )?(?:{_REGULAR}|bills?|payments)\b.*\b{_ENDED}\b"
    rf"|\b(?:did|have) (?:i|we|any)\b.*\b{_ENDED}\b.*\b{_REGULAR}\b|\b{_ENDED} {_REGULAR}\b"
)
_TAKES = r"(?:charg|bill|debit|deduct|pay|tak|collect|renew|com|go|cost)\w*"
_STATE = re.compile(
    r"\b(?:am|are) (?:i|we) still (?:being )?(?:pay|charg|bill|debit|subscrib|on|us|a member)\w*"
    r"|\b(?:do|have) (?:i|we) still (?:have|got|pay|subscribe)\b"
    rf"|\b(?:is|are|does|do|has|have) (?!there\b)[\w&' ]+? still (?:active|running|live|on|valid|{_TAKES})\b"
    rf"|\b(?:is|are) (?!there\b)[\w&' ]+? (?:still )?(?:active|running|live|{_ENDED})(?: or not| now| yet| already)?$"
    rf"|\b(?:did|have) (?:i|we) (?:already |really |actually )?{_ENDED} (?!{_REGULAR})"
    rf"|\b(?:has|have) (?!i |we |you )[\w&' ]+? (?:been )?{_ENDED}\b"
)
_OF_WHICH = re.compile(r"\b(?:which|what|how many|how much|list|show|when)\b")
""" "How many subscriptions am I still paying for": of those that run."""
_OWN = re.compile(
    rf"still|active|running|live|valid|member|subscribed|{_REGULAR}|{_ENDED}|{_TAKES}|already|really|actually|yet"
)


def with_lapses(one: Understood) -> Understood:
    """A clause that asks what has stopped, or whether somebody is still paid, as one of that; any other as it is."""
    if (asks := _asked(one.reading.text)) is None:
        return one
    reading = _without_own_words(one.reading)
    said = named(Clause(reading))
    is_vague = asks == "state" and (not said.objects or _OF_WHICH.search(reading.text))
    if is_vague or said.periods or said.conditions or reading.unknown:
        return one
    frame = Frame(topic=Topic.RECURRING, recurs=asks, objects=said.objects, flow=Flow.OUT)
    parsed = replace(one.parsed, frame=frame, alone=frame, is_follow_up=False, has_cue=True, unplaced=())
    return Understood(reading, replace(parsed, only_modifies=False))


def _asked(text: str) -> Recurs | None:
    if _STOPPED.search(text):
        return "stopped"
    return "state" if _STATE.search(text) else None


def _without_own_words(reading: Reading) -> Reading:
    """Without the words that ask for this, also where they looked like a payee's."""
    kept = tuple(m for m in reading.mentions if m.kind != "name" or not _OWN.fullmatch(m.value.said))
    words = [word for phrase in reading.unknown for word in phrase.split() if not _OWN.fullmatch(word)]
    return replace(reading, mentions=kept, unknown=tuple(filter(reading.names_something, words)))
