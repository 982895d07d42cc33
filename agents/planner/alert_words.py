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

_THE = r"(?:(?:an?|the|any|some|our|one|that|this|their|his|her) )?"
_ACCOUNT = rf"{_THE}(?:(?:same|single|own) )?(?:accounts?|customers?|senders?|persons?)"
_PAYMENTS = r"(?:payments?|transfers?|transactions?|debits?|amounts?|sums?)"
_WAS = r"(?:(?:was|were|is|are|got|gets|being|had been|has been|have been) )?"
_FROM = r"(?: from (?:(?:an?|the|some|several|many|various|new|unknown|different|other|\w+ish) )*[a-z]{3,})"
_IN = (
    r"(?:(?:had |has |have )?(?:come|came|comes|coming|arriv\w+|was received|received|land(?:ed|s|ing)?|hits?|reached"
    r"|(?:was |were |got )?credited)"
    rf"(?: in(?:to)?)?(?: {_ACCOUNT})?{_FROM}?)"
)
_ALL_OF_IT = (
    r"(?:(?:(?:nearly|almost|virtually|practically) )?(?:all|everything|the whole|most|the bulk|the lot)(?: of)? )?"
    r"(?:(?:it|them|that|this|the (?:money|sum|amount)) )?"
)
_MONEY = (
    r"(?:(?:the |that )?(?:money|funds?|amounts?|cash|sums?|credits?|deposits?|it|they)(?: that| which)? "
    rf"(?:{_IN},?(?: and| but)?(?: then)? )?{_ALL_OF_IT}{_WAS})?"
)
_AT_ONCE = (
    r"(?:straight(?: ?away)?|right(?: away)?|quickly|immediately|instantly|soon|shortly|promptly|swiftly|directly|just"
    r"|at once|almost at once)"
)
_IN_DAYS = r"(?:with)?in (?:the |a |an |one |two |\d+ |a few |the same )?(?:days?|hours?|minutes?)(?: or two)?"
_ARRIVAL = (
    r"(?: (?:after|of|as|that))(?: (?:it|they|the|that|money|funds?|having|being|was|were|had|has|have|arriv\w+|came|"
    r"come|coming|in|received|receipt|landed|landing|credited|got|there))+"
)
_SOON = rf"(?: again)?(?: (?:very |so )?(?:{_AT_ONCE}|{_IN_DAYS}|(?:on )?the same day))+(?:{_ARRIVAL}| after(?:wards?)?| thereafter)?"
_PUSHED = (
    r"(?:push|shov|shift|rout|channel(?:l)?|funnel(?:l)?|whisk|transferr|wir|flush|drain|siphon|empti|pass|mov|forward)ed"
    r"|pushing|sent|sending|swept|left|leaves|leaving|went|going|gone|flew"
)
_OUT = r"(?:on|along|onwards?|through|out|away|off|elsewhere)(?: again)?"
_JUST = (
    r"(?:only just|just|slightly|right|barely|narrowly|fractionally|marginally|ever so slightly"
    r"|a (?:whisker|hair(?:'s breadth)?|touch|notch|shade|tad|little|bit|fraction|sliver|rupee))"
)
_BELOW = r"(?:under|below|beneath|short of|shy of|inside)"
_SUM = r"(?:(?:rs\.? ?|inr ?|₹ ?)?\d[\d,.]*(?: ?(?:k|l|lakhs?|lacs?|thousand))?(?: rupees)? )?"
_LIMIT = rf"{_THE}{_SUM}(?:[\w-]+ ){{0,2}}(?:limits?|thresholds?|ceilings?|caps?|cut-?offs?)"
_SPLIT = (
    r"(?:split(?:ting)?|break(?:ing)?|broken?|chop(?:ping|ped)?|slic(?:ing|ed)|carv(?:ing|ed)|cut(?:ting)?)"
    rf"(?: up| down)?(?: {_THE}(?:(?:big|bigger|large|larger|single) )?{_PAYMENTS})?"
)
_INTO = rf"(?: in(?:to)? (?:\w+ )?(?:small(?:er)?|bits|pieces|chunks|parts)(?: {_PAYMENTS}| ones| bits)?)"
_TO_STAY = r"(?: (?:in order |so as )?to (?:stay|keep|remain|slip|get|be|come|sit|go|duck))"
_PAYEE = r"(?:payees?|beneficiar(?:y|ies)|recipients?|counterpart(?:y|ies)|receivers?)"
_NEVER_PAID = (
    rf"(?:(?:{_ACCOUNT}|they|he|she|who|whom|somebody|someone) )?(?:(?:had|has|have|was|were) )?never (?:before )?"
    r"(?:been )?(?:paid|sent (?:money|anything) to|dealt with|transacted with|seen)"
    rf"(?: (?:to )?{_THE}(?:persons?|somebody|someone|anybody|one|him|them|party|accounts?|{_PAYEE}))?"
    r"(?: before| until then| earlier)?"
)
_NEW = (
    r"(?:an? |the )?(?:brand[- ])?(?:new|unknown|unfamiliar|first-time|never-before-seen)[- ]"
    rf"(?:{_PAYEE}|people|persons?)|(?:a |complete |total )*strangers?"
    rf"|(?:{_THE}(?:{_PAYEE}|people|persons?|somebody|someone) )?{_NEVER_PAID}"
    rf"|(?:{_PAYEE}|people|somebody|someone|a person) (?:(?:being |was |were |that was )?paid )?for the first time"
)
_BIG = r"(?:(?:very|quite|rather|unusually|so|also|pretty) )?(?:high|large|big|huge|hefty|substantial|sizeable)"
_HIGH = (
    rf"(?:an? |the )?{_BIG}(?:[- ](?:amounts?|sums?|values?|payments?|transfers?|money))"
    rf"|{_THE}(?:amounts?|sums?|values?|payments?|money|it) (?:was |were |is |being )?{_BIG}|a lot(?: of money)?"
)
_WITH = r",? (?:and|with|plus|\+|&|for|combined with|together with|as well as|but) (?:that )?"
_MANY = (
    r"(?:(?:lots|loads|plenty|heaps|dozens|tons|a lot|a (?:large|high|great|huge|big) number) of"
    r"|(?:so |too |very )?(?<!how )many|several|multiple|numerous)"
)
_SHORTLY = (
    r"(?:(?:with)?in|inside|over|during|in the (?:space|span) of)"
    r"(?: (?:an?|the|one|just|only|about|under|few|very|single|couple of|half|\d+))* "
    r"(?:hours?|minutes?|mins|(?:\w+ )?(?:short|brief|little) (?:time|while|period|span|window|stretch))"
)
_FLURRY = r"(?:flurr(?:y|ies)|spates?|strings?|volleys?|barrages?|clusters?|bursts?)"
_USUAL = r"(?:usual|normal|typical|average|habit\w*|pattern|history|past)"
_OWN = r"(?:(?:is|what's|was|their|the|its|his|her|own|this|customer's|account's|customer|account|what|for|of|they|he|she) )*"
_FOR_IT = rf"(?: for (?:{_ACCOUNT}|them|him|her))?"
_REASONS: dict[ReasonCode, str] = {
    "PASS_THRU": r"(?:(?:rapid|quick|fast|swift|speedy) )?pass(?:ed|es|ing)?[- ]?thr(?:ough|u)(?: (?:the|an?|their|his|her) accounts?)?"
    r"(?: of (?:the )?(?:funds|money|cash))?"
    rf"|{_MONEY}(?:pass(?:ed|es|ing)?|mov(?:ed|es|ing)|forward(?:ed|s|ing)?) (?:it |them |(?:the )?money )?"
    rf"(?:{_AT_ONCE} )?(?:on|along|onwards?|through(?: (?:the|an?|their) accounts?)?)(?: again)?(?:{_SOON}|{_ARRIVAL})?"
    rf"|{_MONEY}(?:{_PUSHED}) (?:it |them )?{_AT_ONCE} (?:back )?{_OUT}(?:{_SOON}|{_ARRIVAL})?"
    rf"|{_MONEY}(?:{_PUSHED})(?: it| them)?(?: out| on| away)?{_SOON}"
    rf"|{_MONEY}{_AT_ONCE} (?:{_PUSHED}) (?:it |them )?{_OUT}"
    rf"|(?:(?:money|funds|cash) (?:(?:went|goes|came|comes|moved|moves|flowed|was) )?)?(?:straight |right )?in,? (?:and |then )?(?:money |funds |cash )?(?:straight |right )?"
    rf"(?:back )?out(?: again)?(?:{_SOON})?(?! of\b)"
    rf"|{_MONEY}(?:(?:did not|didn't|does not|doesn't|never|hardly|barely) )"
    rf"(?:stay(?:ed)?|rest(?:ed)?|sit|sat|touch(?:ed)?|linger(?:ed)?|remain(?:ed)?)"
    rf"(?: {_ACCOUNT})?(?: (?:for )?(?:very )?long| at all)?(?: (?:in|on|with) {_ACCOUNT})?",
    "STRUCT": r"structur(?:ing|ed)|smurfing|limit[- ]dodging"
    rf"|(?:(?:people|customers?|somebody|someone|who|they) )?(?:(?:is|are|was|were) )?"
    rf"(?:{_SPLIT}{_INTO}?{_TO_STAY}(?: {_JUST})? {_BELOW} {_LIMIT}|{_SPLIT}{_INTO}|splitting(?: {_PAYMENTS})?)"
    r"|(?:(?:somebody|someone|people|customers?|several|multiple|many|payments|transfers|amounts|sums|who|that"
    r"|keeping|making|sending|holding|having) )*"
    r"(?:(?:was|were|are|is|being) )?"
    r"(?:(?:kept|keeps?|keeping|stays?|stayed|staying|sits?|sitting|sat|comes?|came|coming) )?"
    rf"{_JUST} {_BELOW}(?: {_LIMIT})?(?! (?:rs|inr|₹|\d))"
    rf"|(?:(?:kept|keeps?|keeping|stays?|stayed|staying) )?{_BELOW} {_LIMIT}"
    r"|(?:dodg|avoid|evad|duck|skirt|circumvent|bypass|escap)(?:e|ed|es|s|ing)?"
    rf" (?:{_LIMIT}|{_THE}(?:[\w-]+ )?report(?:s|ing)?)",
    "NEW_PAYEE_HIGH": rf"(?:{_NEW})(?:{_WITH}(?:{_HIGH}))?"
    rf"|{_THE}{_PAYEE} (?:was|were|is|are) (?:brand[- ])?(?:new|unknown|unfamiliar)(?:{_WITH}(?:{_HIGH}|{_PAYMENTS} {_BIG}))?"
    rf"|(?:{_HIGH})(?:{_WITH}| (?:going |went )?to | sent to | paid to )(?:{_NEW})"
    r"|(?:large |high |big )?first(?:[- ](?:time|ever))? payments? to (?:somebody|someone|people|a|an|the)"
    rf"(?: new| {_PAYEE}| stranger| person)(?:{_WITH}(?:{_HIGH}))?"
    r"|(?:somebody|someone) new|new[- ]payee[- ](?:and[- ])?high(?:[- ](?:amounts?|values?))?",
    "VEL_BURST": r"(?:payment )?bursts?(?: of (?:payments|activity))?|velocity"
    rf"|{_MANY} (?:(?:small|quick|successive) )?{_PAYMENTS}(?: (?:from|by|on|out of) {_ACCOUNT})?"
    rf"(?: (?:made|sent|done|fired off))? {_SHORTLY}"
    rf"|(?:a )?{_FLURRY} of (?:\w+ )?(?:{_PAYMENTS}|activity)(?: {_SHORTLY})?"
    rf"|(?:(?:many |several )?payments )?in (?:quick|rapid) succession|rapid[- ]fire(?: {_PAYMENTS})?"
    rf"|back[- ]to[- ]back(?: {_PAYMENTS})?|(?:{_PAYMENTS} )?(?:coming |made )?thick and fast"
    r"|(?:one )?payments? (?:right )?after (?:another|the other|payment)",
    "ODD_HOUR": r"(?:at |in )?(?:an? |the )?(?:odd|unusual|strange|weird|unsocial|ungodly|untypical)[- ](?:hours?|times?)"
    r"(?: of (?:the )?(?:day|night))?(?: for (?:the|that|this) (?:account|customer))?|odd[- ]timing"
    rf"|(?:outside|out of) (?:of )?(?:their|his|her|its|the (?:customer|account)'s) (?:own )?{_USUAL} (?:hours?|times?)"
    rf"|at (?:an? )?(?:hours?|times?)(?: of (?:the )?(?:day|night))?(?: when| that| at which)? {_OWN}"
    r"(?:(?:hardly|rarely|seldom|never|not|is|are|ever|normally|usually) )+(?:pays?|paid|sends?|active|uses?)(?: anything)?",
    "AMT_SELF": r"(?:an? )?(?:unusual(?:ly)?|abnormal(?:ly)?|exceptional(?:ly)?|uncharacteristic(?:ally)?)"
    r" (?:(?:large|high|big) )?(?:amounts?|sums?|payments?)|(?:odd|strange|weird)[- ](?:amounts?|sums?)"
    rf"|{_THE}(?:amounts?|sums?|values?) (?:was|were|is|are|being|looked|looks?) (?:(?:very|so|quite|rather|too) )?"
    r"(?:unusual|abnormal|odd|strange|untypical|atypical|exceptional|out of the ordinary)(?:ly (?:large|high|big))?"
    rf"(?: for {_ACCOUNT})?"
    rf"|(?:{_THE}{_PAYMENTS} )?{_WAS}(?:far |much |way |well )?(?:(?:larger|bigger|higher) than|above|over|beyond) {_OWN}"
    rf"(?:{_USUAL}|(?:usually|normally|typically|ever) (?:pays?|paid|sends?|sent|spends?|spent))(?: {_PAYMENTS})?{_FOR_IT}"
    rf"|(?:{_THE}{_PAYMENTS} )?{_WAS}\w+ times {_OWN}{_USUAL}(?: {_PAYMENTS})?"
    rf"|{_THE}{_PAYMENTS} {_WAS}(?:out of (?:all )?(?:proportion|line|character|keeping)|not in (?:line|keeping))"
    rf"(?: (?:to|with|for) {_OWN}(?:{_USUAL}|account|customer)?(?: {_PAYMENTS})?)?",
}  # fmt: skip
_FOR = (
    r"(?:where|in which|wherein|because(?: of)?|due to|owing to|on account of|for reasons? of|on (?:the )?grounds? (?:of|that)|tagged(?: as)?|"
    r"coded(?: as)?) "
)
_REASON_PATTERNS = [
    (code, re.compile(rf"(?<![\w-])(?:{_FOR})?(?:{pattern}|{code.casefold()})(?![\w-])"))
    for code, pattern in _REASONS.items()
]
_NAMED = re.compile(
    r"(?<![\w-])(?:(?:as|by|for|among|in|with|names?|naming|that|this|the|its|their|same|of|one of) )*"
    r"(?:reasons?|rules?|typolog(?:y|ies)|scenarios?|patterns?)(?![\w-])"
    r"|(?:of )?(?:that|this|the same) (?:sorts?|kinds?|types?|nature|pattern)\b|\bsuch(?= (?:\w+ )?alerts?\b)|\bi\.e\.?(?= )"
)
_BY_REASON = re.compile(
    r"\b(?:by|per|each|every|which|what|other) (?:\w+ )?(?:reasons?|rules?|typolog(?:y|ies)|scenarios?|patterns?)\b"
)
_ASKS_REASONS = re.compile(
    r"(?:\b(?:by|per|each|every|which|what|what (?:is|are|was|were)) (?:the )?)?"
    r"\b(?:(?:most|top|main|commonest|biggest|leading|usual|common|frequent|cited|often) )*"
    r"(?:(?:alert|fraud|risk|detection) )?(?:reasons?|rules?|typolog(?:y|ies)|scenarios?)"
    r"(?: (?:for|of|behind|in|among|is|are|was|were|has|have|had|the|most|often|cited|common|frequent|frequently))*\b"
)
_REASONS_OF = re.compile(
    r"\b(?:reasons|rules|typologies|scenarios)(?: (?:behind|for|of|in|among))+ (?:[\w']+ ){0,3}?alerts\b"
)
_MOST_OF_ALL = re.compile(r"\b(?:most|top|main|common\w*|leading)\b")
_SEVERAL_ALERTS = re.compile(r"\balerts\b|\b(?:flagged|alerted) (?:payments|transactions|transfers)\b")
_SPEAKS = re.compile(r"\balerts?\b|\balerted\b|\bflagged\b|\bflags?\b")
_SAID_ALONE = frozenset({"PASS_THRU", "STRUCT", "ODD_HOUR", "VEL_BURST"})
"""What is said of nothing but alerts: the others are words of many questions."""
_WORDS_ALONE = 7
_NOTHING_ELSE = 0.8
"""The least part of a clause that tells a reason and nothing else."""

_MORE = r"above|over|more than|exceeding|greater than|higher than|beyond|>"
_LEAST = r"at ?least|minimum(?: of)?|min|from|>="
_FEWER = r"below|under|less than|lower than|fewer than|<"
_MOST = r"at ?most|up ?to|maximum(?: of)?|max|<="
_AFTER = (
    r"(?P<up> ?(?:\+|plus)| (?:or|and) (?:more|higher|above|over|up|upwards))"
    r"|(?P<down> (?:or|and) (?:less|lower|below|under|fewer))"
)


def _side(number: str) -> str:
    exactly = r"(?:(?:exactly|precisely|a full) )?"
    return rf"(?:(?P<more>{_MORE})|(?P<least>{_LEAST})|(?P<fewer>{_FEWER})|(?P<most>{_MOST}))? ?{exactly}{number}(?:{_AFTER})?"


_N = r"(?P<n>100|\d{1,2})(?![\d,.]\d|\d|k\b)"
_OF = r"(?:(?:of|was|is|are|were|at|between) )?"
_SCORES = r"(?:with |having |an? |the )*(?:risk )?(?:scor(?:e|es|ed|ing)|points?|pts|rat(?:ed|ing))"
_HAVING = r"(?:carry(?:ing)?|carries|with|have|has|had|having|got|scoring)"
_POINTS = [
    re.compile(rf"(?<![\w-]){_SCORES} {_OF}{_side(_N)}(?: (?:points?|pts))?(?![\w-])"),
    re.compile(
        rf"(?<![\w-])(?:{_HAVING} )?{_side(_N)} ?(?:points?|pts|score)"
        r"(?:(?P<up2> (?:or|and) (?:more|above|higher|up|upwards?|over|beyond))"
        r"|(?P<down2> (?:or|and) (?:less|lower|below|under|fewer|down)))?(?![\w-])"
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
    r"(?= (?:(?:still|open|unresolved|confirmed|dismissed|fraud|risk) )*"
    r"(?:alerts?|(?:flagged|alerted) (?:payments?|transactions?|transfers?))\b)"
)


_COLOUR_WORDS = """
    team desk colleague colleagues analyst analysts auditor auditors officer manager bank's books somebody someone risk
    behind several cite cites concern concerns relate relates involve involves affect affects collect collects gather
    gathers sit sits name names deserve deserves across system whose today right because real actual attention hold holds
    such carry carries bear bears show shows get gets land lands come comes look looks cause
    causes clock saw sees seen bring brings brought gives gave
"""
_COLOUR = frozenset(_COLOUR_WORDS.split())
_VERB = re.compile(r"[a-z]{3,}(?:ed|ing)")
_TELLING = re.compile(
    r"(?:re)?(?:decid|review|assign|escalat|handl|solv|resolv|clos|clear|repeat|duplicat|unassign|investigat)\w*"
)
"""Verbs that tell some alerts from others, in ways that nothing here knows."""


def speaks_of_alerts(text: str) -> bool:
    """Whether alerts are spoken of, or payments that raised one."""
    return bool(_SPEAKS.search(text))


def colours_alerts(phrase: str) -> bool:
    """Whether a phrase that is nothing known leaves what is asked of alerts as it is."""
    said = re.findall(r"[\w'-]+", phrase)
    return all(word in _COLOUR or (_VERB.fullmatch(word) and not _TELLING.fullmatch(word)) for word in said)


def asks_reasons(text: str) -> bool:
    """Whether alerts are asked about by what they were raised for: "which rule raised the most alerts"."""
    said = _ASKS_REASONS.search(text)
    ranks = said is not None and _MOST_OF_ALL.search(said.group())
    asks = bool(ranks or _BY_REASON.search(text) or _REASONS_OF.search(text))
    return asks and bool(_SEVERAL_ALERTS.search(text))


def read_alert_words(text: str, scope: Scope) -> Iterator[Mention[Any]]:
    """Reasons, points and numbers of alerts in a question of somebody who works on them."""
    if not scope.is_of_many:
        return
    reasons = list(_reasons(text))
    yield from reasons
    yield from _points(text)
    yield from _tallies(text)
    if asks_reasons(text):
        for match in _ASKS_REASONS.finditer(text):
            yield Mention("cue", (Cue.NEUTRAL, None), match.start(), match.end(), weight=_WEIGHT)
    elif reasons and not _BY_REASON.search(text):
        for match in _NAMED.finditer(text):
            yield Mention("cue", (Cue.NEUTRAL, None), match.start(), match.end(), weight=_WEIGHT)


def _reasons(text: str) -> Iterator[Mention[Any]]:
    is_spoken_of, is_short = speaks_of_alerts(text), len(text.split()) <= _WORDS_ALONE
    for code, pattern in _REASON_PATTERNS:
        is_said = is_spoken_of or (is_short and code in _SAID_ALONE)
        for match in pattern.finditer(text):
            if is_said or len(match.group()) >= _NOTHING_ELSE * len(text):
                yield Mention("reason", code, match.start(), match.end(), weight=_WEIGHT)


def _points(text: str) -> Iterator[Mention[Any]]:
    for match in _FROM_TO.finditer(text):
        if re.search(r"scor|point|pts|rat", match.group()):
            bounds = (int(match["low"]), int(match["high"]))
            yield Mention("points", bounds, match.start(), match.end(), weight=_WEIGHT)
    for pattern in _POINTS:
        for match in pattern.finditer(text):
            yield Mention("points", _bounds(match, int(match["n"])), match.start(), match.end(), weight=_WEIGHT)


def _tallies(text: str) -> Iterator[Mention[Any]]:
    for match in _TALLY.finditer(text):
        said = match["n"]
        if match["several"]:
            yield Mention("tally", (2, None), match.start(), match.end(), weight=_WEIGHT)
        elif said and match.group() != said:
            bounds = _bounds(match, NUMBERS.get(said) or int(said))
            yield Mention("tally", bounds, match.start(), match.end(), weight=_WEIGHT)


def _bounds(match: re.Match[str], number: int) -> tuple[int | None, int | None]:
    """The least and the most that are meant, both included; a number alone is that number."""
    said = match.groupdict()
    if match["more"]:
        return number + 1, None
    if match["fewer"]:
        return None, number - 1
    if match["least"] or match["up"] or said.get("up2"):
        return number, None
    if match["most"] or match["down"] or said.get("down2"):
        return None, number
    return number, number
