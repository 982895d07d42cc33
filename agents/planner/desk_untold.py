"""Desk untold: what a fraud desk asks that no figure here tells, and what is asked back instead of another figure."""

import re

from agents.planner.doubts import ALERTS_ONLY

_HOLDERS = r"(?:customers?|clients?|account holders?)"
_KINDS = (
    r"(?:business|corporate|company|individual|retail|private|commercial|nri|senior|salaried|male|female|women|young)"
)
_OF_KINDS = (
    r"(?:business(?:es)?|compan(?:y|ies)|individuals?|persons?|people|firms?|corporates?|shops|women|men|seniors"
    r"|pensioners)"
)
_PARTIES = (
    r"(?:payees?|beneficiar(?:y|ies)|recipients?|receivers?|counterpart(?:y|ies)|payers?|senders?|sources|people"
    r"|persons|accounts|customers)"
)
_LINKED = r"(?:connected|linked|tied) (?:to|with)\b"
_PAYMENTS = r"(?:payments?|transactions?|transfers?)"
_MOST = r"(?:highest|biggest|worst|top|maximum|most|lowest|smallest|average|mean)"
_FAILED = r"(?:fail\w*|declin\w*|bounc\w*|reject\w*)"
_UNTOLD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), question)
    for pattern, question in (
        (
            rf"\b{_KINDS} {_HOLDERS}\b|\b{_HOLDERS}\b.*\b(?:are|were|is)(?: \w+)? {_OF_KINDS}\b"
            r"|\bhow many (?:businesses|companies|individuals|firms|people|persons)"
            r" (?:bank|have (?:an )?accounts?|hold accounts?|are (?:our|with us))\b",
            "I know customers by name, and not what kind of customer they are. Do you mean all of them?",
        ),
        (
            r"\b(?:customers?|clients?|accounts?|who)\b.*\b(?:never|no|without|zero|not|haven't|hasn't|didn't|hadn't)\b"
            r"(?: \w+){0,4} (?:alerts?|flagged|alerted)\b",
            "I know which customers have alerts, and not which have none. Do you mean those who have some?",
        ),
        (
            rf"\b(?:which|who|whose)\b(?! (?:\w+ )?alerts?\b)[^.?]*"
            rf"\b(?:{_MOST} (?:alert |risk |fraud )*(?:scores?|points)"
            r"|scor\w+ (?:the )?(?:highest|most|worst)"
            r"|(?:highest|best|top|worst|lowest)[- ](?:scor(?:ed|ing)|rated) (?:alert|payment))\b",
            ALERTS_ONLY,
        ),
        (
            r"\bfan[- ]?(?:in|out)s?\b|\bhops?\b|\bdegrees? of separation\b|\bneighbou?rs?\b"
            rf"|\bmost (?:different|distinct|unique) {_PARTIES}\b"
            r"|\b(?:shar(?:e|es|ed|ing)|with|have|has|having)(?: (?:the|a|an|any))?(?: (?:same|common|shared|mutual))*"
            rf" {_PARTIES}(?: in common)? (?:with|as|in common)\b"
            rf"|\b(?:pays?|paid|paying|sends?|sent)(?: (?:money|to))* the same {_PARTIES} (?:as|that|which|like)\b"
            rf"|\b{_PARTIES} (?:(?:that|which|who|are|is) )*{_LINKED}|\bwho (?:is|are) {_LINKED}"
            r"|\b(?<!how )many (?:different |distinct |new )?(?:senders|recipients|payers|beneficiaries)\b",
            "I tell whom an account paid and who paid it, money that went in a circle, accounts that moved money on"
            " within a day and several payments just under a limit. Which of these do you mean?",
        ),
        (
            rf"\b(?:{_HOLDERS}|accounts?|who)\b[^.?]*\b(?:(?:made|makes?|had|has|have|with|did|sent)"
            rf" (?:no|zero|not (?:a single|any|one)) (?:successful |outgoing )?{_PAYMENTS}"
            rf"|without (?:any|a single|a|one) {_PAYMENTS}|(?:paid|spent|sent) (?:nothing|nobody|no one)"
            r"|(?:didn't|did not|haven't|have not|hasn't|has not|never)"
            r" (?:made?|makes?|paid|pays?|sen[dt]|spen[dt]|transact(?:ed)?)"
            r" (?:any\w*|a single|at all|in|during|since|for|this|last))\b",
            "I know which customers paid, and not which did not. Do you mean those who paid the least?",
        ),
        (
            rf"\b(?:most|main|top|common\w*|usual|biggest|leading)\b[^.?]*\b(?:reasons?|causes?)\b[^.?]*\b{_FAILED}\b"
            rf"|\b{_FAILED}\b[^.?]*\b(?:by|per) (?:reason|cause)\b"
            rf"|\bwhy do (?:most|so many)\b[^.?]*\b{_PAYMENTS}\b[^.?]*\b(?:fail|bounce|get (?:declined|rejected))\b",
            "I tell why one payment failed, and how many failed. Which do you mean?",
        ),
    )
)


def untold_at_desk(text: str) -> str | None:
    """What to ask back where normalised words about a whole bank ask for such a thing; None where they do not."""
    return next((question for asks, question in _UNTOLD if asks.search(text)), None)
