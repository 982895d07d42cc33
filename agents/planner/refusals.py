"""Refusals: what is not answered at all, and the sentence that says so."""

import re

from agents.plan import Decline

_REASONS = {
    "action": "I answer questions about payments; I cannot move money or change anything.",
    "claim": "I answer questions about payments; a dispute is raised with your bank.",
    "future": "I know what has happened, and do not look ahead yet.",
    "advice": "I tell what your payments were; advice on what to do with money I leave to others.",
    "others": "I can only speak about your own accounts.",
    "secrets": "I answer questions about payments, and nothing else is mine to show.",
    "alerts": "Fraud alerts are for those who work on them; why a payment of your own was flagged, I can tell.",
    "greeting": "Hello. Ask me about your payments: what you spent, where it went, who paid you.",
    "thanks": "You are welcome. I am here whenever you have a question about your payments.",
    "farewell": "Goodbye. Your payments will be here when you next have a question about them.",
    "noted": "Very well. Ask me whenever you would like to know more about your payments.",
    "topic": "That is not something your payments can tell.",
    "recurring": "What recurs I look for in one customer's payments, and you ask for a whole bank.",
    "one": "That I can tell of one customer's accounts, and you ask for a whole bank.",
    "owner": "I can only tell the balance of your own accounts.",
}  # fmt: skip

_FAREWELLS = (
    r"bye|goodbye|bye-bye|see you(?: later| soon| tomorrow)?|see ya|good night|take care|that(?:'s| is| will be) all"
)
_THANKS = r"thank(?:s| you)|thx|ty|cheers|much appreciated|appreciate (?:it|that)"
_NODS = (
    r"ok|okay|k|nice|great|good|cool|fine|perfect|alright|right|super|awesome|excellent|brilliant|lovely|wow|lol|haha"
    r"|hmm|noted|understood|got it|i see|makes sense|fair enough|good to know|well done"
)
_BESIDE = (
    r"so much|very much|very|so|a lot|a ton|many|for (?:today|now|that|this|your help|the help)"
    r"|oh|ah|then|that is|that's|job|one|and|all"
)
_COURTESY = re.compile(
    rf"(?=.*\b(?:{_FAREWELLS}|{_THANKS}|{_NODS})\b)(?:(?:{_FAREWELLS}|{_THANKS}|{_NODS}|{_BESIDE})(?:[ ,.!]+|$))+"
)


def is_courtesy(text: str) -> bool:
    """Whether nothing is asked: "great, thanks a lot", "perfect", "ok bye"."""
    return _COURTESY.fullmatch(text) is not None


def courtesy(text: str) -> str:
    """What is answered where nothing is asked: a greeting, or thanks, a farewell, a nod behind an answer."""
    if re.search(rf"\b(?:{_FAREWELLS})\b", text):
        return "farewell"
    if re.search(rf"\b(?:{_THANKS})\b", text):
        return "thanks"
    return "noted" if is_courtesy(text) else "greeting"


def declined(reason: str) -> Decline:
    """The refusal for one of these reasons."""
    return Decline(reason=_REASONS[reason])
