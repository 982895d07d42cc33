"""Words of alerts: why they were raised, with how many points, how many of them somebody has. Only those who work on
alerts say so; to anybody else they are words like others."""

import re
from collections.abc import Iterator
from typing import Any

from agents.planner.calendar_words import NUMBERS
from agents.planner.lexicon import Cue
from agents.planner.mentions import Mention
from agents.scope import Scope
from core.fraud.reasons import ReasonCode

KINDS = ("reason", "points", "tally")
"""Why alerts were raised (a ReasonCode); their points, and how many somebody has (the least and the most of them)."""

_WEIGHT = 9

_MONEY = (
    r"(?:(?:the |that )?(?:money|funds?|amounts?|cash|sums?|it|they)(?: that| which)? "
    r"(?:(?:had |has |have )?(?:come|came|comes|coming|arrived?|was received|received)(?: in)?(?: and| but)? )?"
    r"(?:(?:was|were|is|are|got|gets|being|had been|has been|have been) )?)?"
)
_AT_ONCE = r"(?:straight|right|quickly|immediately|soon|shortly|promptly|swiftly|directly|just|at once|almost at once)"
_IN_DAYS = r"(?:with)?in (?:the |a |an |one |two |\d+ |a few |the same )?(?:days?|hours?|minutes?)(?: or two)?"
_ARRIVAL = (
    r"(?: (?:after|of|as|that))(?: (?:it|they|the|that|money|funds?|having|being|was|were|had|has|have|arriv\w+|came|"
    r"come|coming|in|received|receipt|landed|landing|credited|got|there))+"
)
_SOON = rf"(?: again)?(?: (?:very |so )?(?:{_AT_ONCE}|{_IN_DAYS}|(?:on )?the same day))+(?:{_ARRIVAL})?"
_LIMIT = r"(?:(?:a|an|the|any|some|our) )?(?:[\w-]+ )?(?:limits?|thresholds?|ceilings?|caps?|cut-?offs?)"
_NEW = (
    r"(?:an? |the )?(?:brand[- ])?(?:new|unknown|first-time)[- ]"
    r"(?:payees?|beneficiar(?:y|ies)|recipients?|counterpart(?:y|ies)|people|persons?)"
)
_HIGH = r"(?:an? |the )?(?:high|large|big|huge|hefty)(?:[- ](?:amounts?|sums?|values?|payments?|transfers?))"
_WITH = r" (?:and|with|plus|\+|&|for|combined with|together with|as well as) "
_REASONS: dict[ReasonCode, str] = {
    "PASS_THRU": r"pass(?:ed|es|ing)?[- ]?thr(?:ough|u)(?: (?:the|an?|their|his|her) accounts?)?"
    rf"|{_MONEY}(?:pass(?:ed|es|ing)?|mov(?:ed|es|ing)|forward(?:ed|s|ing)?) (?:it |them |(?:the )?money )?"
    rf"(?:{_AT_ONCE} )?(?:on|along|onwards?|through(?: (?:the|an?|their) accounts?)?)(?:{_SOON})?"
    rf"|{_MONEY}(?:left|leaves|leaving|went|going|sent|gone)(?: out| on| away)?{_SOON}"
    r"|in and (?:straight |right )?out",
    "STRUCT": r"structur(?:ing|ed)|smurfing|limit[- ]dodging|splitting"
    r"|(?:(?:somebody|someone|people|customers?|payments|amounts|sums|who|that) )?"
    r"(?:(?:was|were|are|is|being) )?"
    r"(?:(?:kept|keeps?|keeping|stays?|stayed|staying|sits?|sitting|sat|comes?|came|coming) )?"
    rf"(?:just|slightly|right|barely|narrowly) (?:under|below|beneath|short of)(?: {_LIMIT})?(?! (?:rs|inr|₹|\d))"
    rf"|(?:under|below) {_LIMIT}",
    "NEW_PAYEE_HIGH": rf"{_NEW}(?:{_WITH}{_HIGH})?|{_HIGH}(?:{_WITH}| (?:going )?to | sent to | paid to ){_NEW}"
    r"|(?:large |high |big )?first(?:[- ]time)? payments? to (?:somebody|someone|people) new"
    r"|(?:somebody|someone) new",
    "VEL_BURST": r"(?:payment )?bursts?(?: of (?:payments|activity))?|velocity"
    r"|(?:so |too |very )?many payments (?:with)?in (?:an? |the )?(?:\w+ )?(?:short|brief|little)"
    r" (?:time|while|period|span)"
    r"|(?:(?:many |several )?payments )?in (?:quick|rapid) succession|rapid[- ]fire(?: payments)?",
    "ODD_HOUR": r"(?:at |in )?(?:an? |the )?(?:odd|unusual|strange|weird|unsocial|ungodly)[- ](?:hours?|times?)"
    r"(?: of (?:the )?(?:day|night))?|odd[- ]timing",
    "AMT_SELF": r"(?:an? )?unusual(?:ly)? (?:(?:large|high|big) )?(?:amounts?|sums?|payments?)"
    r"|(?:(?:an? )?(?:amounts?|sums?|payments?) )?(?:far |much |way |well )?(?:larger|bigger|higher) than"
    r" (?:(?:is|was|their|the|its|"
    r"his|her|own|customer's|account's) )*(?:usual|normal)"
    r"|(?:an? )?(?:amounts?|sums?|payments?) (?:far |much |way |well )?above"
    r" (?:(?:their|the|its|own|customer's|account's) )*"
    r"(?:usual|normal)",
}  # fmt: skip
_FOR = (
    r"(?:because(?: of)?|due to|owing to|on account of|for reasons? of|on (?:the )?grounds? (?:of|that)|tagged(?: as)?|"
    r"coded(?: as)?) "
)
_REASON_PATTERNS = [
    (code, re.compile(rf"(?<![\w-])(?:{_FOR})?(?:{pattern})(?![\w-])")) for code, pattern in _REASONS.items()
]
_NAMED = re.compile(
    r"(?<![\w-])(?:(?:as|for|among|in|with|names?|naming|that|this|the|its|their|one of) )*reasons?(?![\w-])"
)
_BY_REASON = re.compile(r"\b(?:by|per|each|every|which|what|other) (?:\w+ )?reasons?\b")
_SPEAKS = re.compile(r"\balerts?\b|\balerted\b|\bflagged\b|\bflags?\b")
_SAID_ALONE = frozenset({"PASS_THRU", "STRUCT", "ODD_HOUR", "VEL_BURST"})
"""What is said of nothing but alerts: the others are words of many questions."""
_WORDS_ALONE = 7

_MORE = r"above|over|more than|exceeding|greater than|higher than|beyond|>"
_LEAST = r"at ?least|minimum(?: of)?|min|from|>="
_FEWER = r"below|under|less than|lower than|fewer than|<"
_MOST = r"at ?most|up ?to|maximum(?: of)?|max|<="
_AFTER = (
    r"(?P<up> ?(?:\+|plus)| (?:or|and) (?:more|higher|above|over|up|upwards))"
    r"|(?P<down> (?:or|and) (?:less|lower|below|under|fewer))"
)


def _side(number: str) -> str:
    return rf"(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<fewer>{_FEWER})|(?P<most>{_MOST}))? ?{number}(?:{_AFTER})?"


_N = r"(?P<n>\d{1,2})(?![\d,.]\d|\d|k\b)"
_OF = r"(?:(?:of|was|is|are|were|at|between) )?"
_SCORES = r"(?:with |having |an? |the )*(?:risk )?(?:scor(?:e|es|ed|ing)|points?|pts|rat(?:ed|ing))"
_HAVING = r"(?:carry(?:ing)?|carries|with|have|has|had|having|got|scoring)"
_POINTS = [
    re.compile(rf"(?<![\w-]){_SCORES} {_OF}{_side(_N)}(?: (?:points?|pts))?(?![\w-])"),
    re.compile(
        rf"(?<![\w-])(?:{_HAVING} )?{_side(_N)} ?(?:points?|pts|score)"
        r"(?:(?P<up2> (?:or|and) (?:more|above|higher)))?(?![\w-])"
    ),
    re.compile(
        rf"(?<![\w-]){_HAVING} {_side(_N)}(?![\w-])"
        r"(?! (?:\w+ ){0,2}(?:alerts?|times|payments|days|lakhs?|crores?))"
    ),
]  # fmt: skip
_FROM_TO = re.compile(
    rf"(?<![\w-])(?:{_SCORES} )?(?:between |from )?(?P<low>\d{{1,2}}) ?(?:and|to|-) ?(?P<high>\d{{1,2}})"
    r"(?: (?:points?|pts))?(?![\w-])"
)
_COUNTS = "|".join(word for word in sorted(NUMBERS, key=len, reverse=True) if word not in ("a", "an"))
_TALLY = re.compile(
    rf"(?<![\w-])(?:{_side(rf'(?P<n>[0-9]{{1,3}}|{_COUNTS})')}|(?P<several>several|multiple))"
    r"(?= (?:(?:still|open|unresolved|confirmed|dismissed|fraud|risk) )*alerts?\b)"
)


_COLOUR_WORDS = """
    team desk colleague colleagues analyst analysts auditor auditors officer manager bank's books somebody someone risk
    behind several cite cites concern concerns relate relates involve involves affect affects collect collects gather
    gathers sit sits name names deserve deserves across system whose today right because real actual attention queue
"""
_COLOUR = frozenset(_COLOUR_WORDS.split())
_VERB = re.compile(r"[a-z]{3,}(?:ed|ing)")
_TELLING = re.compile(
    r"(?:re)?(?:decid|review|assign|escalat|handl|solv|resolv|clos|clear|repeat|duplicat|unassign|investigat)\w*"
)
"""Verbs that tell some alerts from others, in ways that nothing here knows."""


def colours_alerts(phrase: str) -> bool:
    """Whether a phrase that is nothing known leaves what is asked of alerts as it is."""
    said = re.findall(r"[\w'-]+", phrase)
    return all(word in _COLOUR or (_VERB.fullmatch(word) and not _TELLING.fullmatch(word)) for word in said)


def read_alert_words(text: str, scope: Scope) -> Iterator[Mention[Any]]:
    """Reasons, points and numbers of alerts in a question of somebody who works on them."""
    if not scope.is_of_many:
        return
    reasons = list(_reasons(text))
    yield from reasons
    yield from _points(text)
    yield from _tallies(text)
    if reasons and not _BY_REASON.search(text):
        for match in _NAMED.finditer(text):
            yield Mention("cue", (Cue.NEUTRAL, None), match.start(), match.end(), weight=_WEIGHT)


def _reasons(text: str) -> Iterator[Mention[Any]]:
    is_spoken_of, is_short = bool(_SPEAKS.search(text)), len(text.split()) <= _WORDS_ALONE
    for code, pattern in _REASON_PATTERNS:
        if is_spoken_of or (is_short and code in _SAID_ALONE):
            for match in pattern.finditer(text):
                yield Mention("reason", code, match.start(), match.end(), weight=_WEIGHT)


def _points(text: str) -> Iterator[Mention[Any]]:
    for match in _FROM_TO.finditer(text):
        if re.search(r"scor|point|pts|rat", match.group()):
            bounds = (int(match["low"]), int(match["high"]))
            yield Mention("points", bounds, match.start(), match.end(), weight=_WEIGHT)
    for pattern in _POINTS:
        for match in pattern.finditer(text):
            is_up = bool(match.groupdict().get("up2"))
            yield Mention("points", _bounds(match, int(match["n"]), is_up), match.start(), match.end(), weight=_WEIGHT)


def _tallies(text: str) -> Iterator[Mention[Any]]:
    for match in _TALLY.finditer(text):
        said = match["n"]
        if match["several"]:
            yield Mention("tally", (2, None), match.start(), match.end(), weight=_WEIGHT)
        elif said and match.group() != said:
            bounds = _bounds(match, NUMBERS.get(said) or int(said))
            yield Mention("tally", bounds, match.start(), match.end(), weight=_WEIGHT)


def _bounds(match: re.Match[str], number: int, is_up: bool = False) -> tuple[int | None, int | None]:
    """The least and the most that are meant, both included; a number alone is that number."""
    if match["more"]:
        return number + 1, None
    if match["fewer"]:
        return None, number - 1
    if match["least"] or match["up"] or is_up:
        return number, None
    if match["most"] or match["down"]:
        return None, number
    return number, number
