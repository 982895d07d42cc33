"""Habits: how often, what one visit costs, and which days, in words that the tables know."""

import re
from calendar import monthrange

from agents.planner.calendar_words import FESTIVALS, MONTHS

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_NTH = r"\d{1,2}(?:st|nd|rd|th)"
_UNIT = r"(?:day|week|month|quarter|year)"
_WHEN = (
    rf"\b(?:this|last|past|previous|in|since|during|between|from|ever|today|yesterday|every|each|{_UNIT}s?|{_MONTH})\b"
)
_OCCASION = r"(?:outing|visit|trip|ride|fill|fill-up|refill|refuel|meal|order|ticket|session|haircut|purchase|booking|recharge|go)"
_VISITS = r"(?:fills|fill-ups|refills|visits|rides|trips|orders|recharges|meals|outings|purchases)"
_AGAINST = r"(?:vs\.?|versus|or|against|compared (?:to|with)|and|over|than)"
_ONE_OF_THEM = r".*\b(?:just|only) the week"
_YEAR = r"(?:(?:of |in )?(?:this year|last year|20\d\d))"
_FESTIVAL = rf"(?:{'|'.join(map(re.escape, sorted(FESTIVALS, key=len, reverse=True)))})(?: week(?:end)?)?"
_ROSE = r"(?:went|gone|going|go|came|come) (?:up|down)|rose|risen|fell|fallen|dropped|increased|decreased|jumped|changed|grew|shot up"

_WRITTEN: tuple[tuple[str, str], ...] = (
    # How often.
    (
        rf"\bhow (?:often|frequently) (?:do|does) (?P<who>i|we) (?!.*{_WHEN})(?!.*\bon average\b)",
        r"how many times per month do \g<who> ",
    ),
    (
        rf"\b(?P<asks>how many (?:times|[\w' ]{{2,25}}?)|how (?:often|frequently)) (?P<who>do (?:i|we)\b[^?]*?) (?:each|every) (?P<unit>{_UNIT})\b",
        r"\g<asks> per \g<unit> \g<who>",
    ),
    (rf"^(?P<what>[\w' ]+?) {_VISITS} per (?P<unit>{_UNIT})\b", r"how many \g<what> payments per \g<unit>"),
    (
        rf"\bhow many (?P<unit>days|weeks|months) (?:now )?have (?P<who>i|we) (?!.*{_WHEN})",
        r"how many \g<unit> have \g<who> ever ",
    ),
    # What one of them costs.
    (
        rf"\bhow much (?:is|was|does|for|do (?:i|we) (?:spend|pay) (?:on|for)) (?:one|a single|each|an average) (?P<what>[\w' ]+?) {_OCCASION}(?: cost(?: me| us)?)?(?=$|[ ?.!,])",
        r"what is the average \g<what> payment",
    ),
    (
        rf"\bhow much (?:money )?(?:do |did |have )?(?:(?:i|we) )?(?:spend |spent |pay |paid )?(?:on|for|at) (?P<what>[\w' ]+?) (?:per|each|every) {_OCCASION}\b",
        r"what is the average \g<what> payment",
    ),
    (
        r"\bhow much (?:does|did|do) (?:one|a single) (?P<what>[\w' ]+?) cost(?: me| us)?(?=$|[ ?.!,])",
        r"what is the average \g<what> payment",
    ),
    (
        r"\bhow much (?:is|was|for) (?:one|a single) (?P<what>[\w' ]{3,30}?)(?= ?[?.!]*$)",
        r"what is the average \g<what> payment",
    ),
    (
        r"\bhow much (?:do|did) (?:i|we) spend (?:on|in|during|for) (?:a|an|one) (?:typical|normal|usual|average|single) (?:trip|visit|run) to (?:the |a )?(?P<what>[\w' ]{3,30}?)(?= ?[?.!]*$)",
        r"what is the average \g<what> payment",
    ),
    # How long.
    (
        r"^(?:the )?(?:number of )?days between (?!the\b|\d)(?P<what>(?:my )?[\w' ]+?)(?: on average)?(?= ?[?.!]*$)(?!.* and )",
        r"every how many days do i pay for \g<what>",
    ),
    (
        r"\bhow (?:many days|long) (?:does|do|will|did) (?:a|an|one|my|the|each) (?P<what>(?!balance|money|savings|salary|pay|cash|funds)[\w' ]+?) last(?: me| us)?(?: on average)?(?=$|[?.!])",
        r"every how many days do i pay for \g<what>",
    ),
    (
        r"\b(?:the )?(?:gap|time|interval) between (?:my |the )?(?:last|latest|most recent) (?:two|2) (?P<what>salaries|paychecks|visits|fills|refills|trips|orders|rides|recharges)\b",
        r"how many days between my last two \g<what>",
    ),
    (r"\b(?:visits? to (?:the |my |a )?doctors?|doctors?'?s? visits?)\b", "hospital visits"),
    (r"\bdid (?P<who>i|we) (?:last )?(?:fly|take a (?:flight|plane))\b", r"did \g<who> last pay for flights"),
    (r"\b(?P<who>i|we) (?:last )?(?:flew|fly|have flown|took a (?:flight|plane))\b", r"\g<who> last paid for flights"),
    (
        r"\b(?:did|has|was|is) (?:my |the )?(?P<what>salary|pension|pay|wages) (?:come|came|been paid|paid|credited|arrived?)(?: in)? (?:on time|late|early)\b",
        r"when did my \g<what> come in",
    ),
    (r"\b(?P<what>[\w'&]+)[- ](?:type|style|like) (?P<bought>orders|payments|purchases)\b", r"\g<what> \g<bought>"),
    (
        r"\b(?P<last>last|latest|first|recent) (?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) (?=(?:at|with)\b|to (?!\d))",
        r"\g<last> \g<n> payments ",
    ),
    # Which days.
    (r"\bzero[- ](?=(?:spend|payment|expense))", "no "),
    (
        r"\b(?:the )?most (?:number of )?(?P<what>payments|transactions|orders|purchases)(?: (?:i|we)(?: have|'ve)?(?: ever)? (?:made|had|did|placed))? (?:in|on) (?:one|a|any|a single|any one) (?P<unit>day|week|month)\b",
        r"which \g<unit> had the most \g<what>",
    ),
    (
        rf"\bweek ?ends? (?:spend(?:ing)? )?(?P<link>{_AGAINST}) week ?days?\b(?!{_ONE_OF_THEM})",
        r"weekends \g<link> weekdays",
    ),
    (
        rf"\bweek ?days? (?:spend(?:ing)? )?(?P<link>{_AGAINST}) week ?ends?\b(?!{_ONE_OF_THEM})",
        r"weekdays \g<link> weekends",
    ),
    (
        r"\b(?P<most>most expensive|costliest|dearest|priciest|heaviest|biggest|highest|cheapest|least expensive|quietest|lightest) weekend\b",
        r"\g<most> week on weekends",
    ),
    (
        rf"\b(?P<one>(?:last|this) weekend\b.*\b{_AGAINST}) (?:the )?(?:weekend before|previous weekend|one before)(?: that| it)?(?! last)",
        r"\g<one> the weekend before last",
    ),
    (
        rf"\b(?P<day>{_FESTIVAL}) (?P<this>{_YEAR})(?P<link>,? {_AGAINST}) (?P<last>{_YEAR})\b",
        r"\g<day> \g<this>\g<link> \g<day> \g<last>",
    ),
    (
        rf"\bthis (?P<day>{_FESTIVAL})(?P<link>,? {_AGAINST}) (?:last \g<day>|{_YEAR})\b".replace(r"\g<day>", "(?P=day)"),
        r"\g<day> this year\g<link> \g<day> last year",
    ),
    (
        rf"\b(?:quietest|slowest|calmest|lightest) (?:spending )?(?P<unit>{_UNIT}(?: on weekends)?)\b",
        r"which \g<unit> did i spend the least",
    ),
    (
        rf"\b(?:what (?:is|was) )?(?:my |the )?busiest (?P<unit>{_UNIT}(?: on weekends)?)\b",
        r"which \g<unit> had the most payments",
    ),
    (
        r"\b(?P<day>(?:day|date|week|month)s?) (?:without|with no) (?:any |a |a single |making any )?(?:payments?|spend(?:ing)?|transactions?|purchases?|expenses?)\b(?! (?:to|at|on|of|from|above|over|by)\b)",
        r"\g<day> did i spend nothing",
    ),
    # What changed.
    (
        rf"^(?P<and>(?:and |so )?)what (?:all )?(?:has |have )?(?P<did>{_ROSE}) (?:the )?most\b",
        r"\g<and>which category \g<did> the most",
    ),
    (
        rf"\b(?P<rose>(?:which|what) .*\b(?:{_ROSE})(?:(?: the)? (?:most|least))?) since last (?P<unit>month|week|quarter|year)\b",
        r"\g<rose> from last \g<unit> to this \g<unit>",
    ),
    (
        rf"^(?:was|is) (?P<month>{_MONTH}|(?:this|last) month) (?:a|an) (?:\w+ )?(?:expensive|costly|cheap|heavy|bad|good|normal|usual) month\b",
        r"was my spending in \g<month> more than usual",
    ),
    # Days of a month that is named beside them.
    (
        rf"\b(?:mid|end of|start of|beginning of|early|late)[- ](?:the )?month (?=(?:spend|spending|expenses)\b.*\b{_NTH}\b)",
        "",
    ),
    (
        rf"\b(?:in |of )?(?P<month>{_MONTH}),? (?:from |between )?(?:the )?(?P<first>{_NTH}) (?P<to>to|till|until|through|and|-) (?:the )?(?P<last>{_NTH})(?! (?:of )?{_MONTH})",
        r"from \g<first> to \g<last> \g<month>",
    ),
)  # fmt: skip
"""A phrase, and the words that the tables know for it, in the order in which they are tried."""
_PHRASES = tuple((re.compile(pattern), replacement) for pattern, replacement in _WRITTEN)

_IN = rf"(?:in|of|for|during) (?P<month>{_MONTH})\b"
_TAIL = re.compile(
    rf"\b{_IN}(?P<between>.*?),? (?P<from>after|past|from) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of|to|till|until))"
)
_HEAD = re.compile(
    rf"\b{_IN}(?P<between>.*?),? (?P<to>before|till|until|up ?to|by) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! of)"
)
_BEHIND = re.compile(
    rf"\b(?P<side>after|before|till|until|up ?to|by) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th) in (?P<month>{_MONTH})\b"
)


def with_habits(text: str) -> str:
    """ "How often do I eat out" as "how many times per month do I eat out", "how much is one cab ride" as "what is the
    average cab payment", "in September, after the 25th" as "from 26 september to 30 september"."""
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    text = _BEHIND.sub(r"in \g<month> \g<side> the \g<day>th", text)
    return _HEAD.sub(_days_until, _TAIL.sub(_days_after, text))


def _days_after(said: re.Match[str]) -> str:
    first = int(said["day"]) + (said["from"] != "from")
    return _days_of(said, first, monthrange(2001, MONTHS[said["month"]])[1])


def _days_until(said: re.Match[str]) -> str:
    return _days_of(said, 1, int(said["day"]) - (said["to"] == "before"))


def _days_of(said: re.Match[str], first: int, last: int) -> str:
    if not first <= last:
        return said.group()
    return f"{said['between']} from {first} {said['month']} to {last} {said['month']}".strip()
