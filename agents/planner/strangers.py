"""Strangers: questions about the world and the money of others, which no payment of the asker tells.

What askers mean of themselves they say so: "which restaurant gets most of my money". Where they do not, a restaurant
that "has the best biryani", somebody who "earns more" and what "a wedding" costs are not found in their payments,
though each of the words may be.
"""

import re
from collections.abc import Iterable

_ASKER = re.compile(r"\b(?:i|i'm|i've|i'd|me|my|mine|myself|we|we've|us|our|ours)\b")
_SUBJECT = re.compile(r"\b(?:i|i've|we|we've)\b")
_EARNS = r"(?:spen[dt]s?|spending|earn(?:s|ed|ing)?|owns?|donate[ds]?)"
_GAINS = (
    rf"(?:{_EARNS}|owned|make|made|have|buy|bought|sell|sold|collect(?:s|ed)?|lose|lost|invest(?:s|ed)?|save[ds]?"
    r"|raise[ds]?|produce[ds]?|burn(?:s|ed|t)?|pay(?= (?:for|in|as|on average|usually|these days)\b))"
)
_PEOPLE = (
    r"(?:people|indians|americans|farmers|students|families|companies|banks|governments?|celebrities|billionaires"
    r"|politicians|actors|cricketers|engineers|doctors|teachers|millennials|households|folks)"
)
_FINE = r"(?:best|better|good|tastiest|finest|nicest|yummiest|freshest|coolest|healthiest)"
_PLACES = r"(?:restaurants?|shops?|places?|hotels?|cafes?|apps?|brands?|movies?|dish(?:es)?)"
_OF_NOBODY = re.compile(
    rf"\bwho(?:'s| is| are| was| has| have)? (?:\w+ ){{0,2}}?{_EARNS}\b"
    rf"|\b(?:do|does|did|have|has|how much) (?:(?:the|most|rich|young|indian|average) )*{_PEOPLE}(?: in [\w ]+?)?"
    rf" {_GAINS}\b"
)
"""Somebody who spends or earns and is not the asker."""
_RICHER = re.compile(
    r"\b(?:richer|poorer|wealthier) than\b|\bwho (?:is|are) (?:the )?(?:better|worse|richer|poorer|wealthier)\b"
)
_EVENTS = (
    r"\b(?:ipl|auctions?|box office|world cup|olympics|oscars?|gdp|fiscal|union budget|army|parliament|population"
    r"|census|capital of|prime minister|president of|bollywood|hollywood|richest|wealthiest|billionaires?"
    r"|national debt|launched|invented|founded|discovered|born)\b"
    r"(?! (?:tickets?|subscriptions?|packs?|passes|house|shop|fees?))"
    r"|\bwho (?:started|created|runs|introduced)\b"
    r"|\bwhich (?:country|countries|nation|continent|planet|celebrity|actor|politician|party|team|player|movie|film"
    r"|state|city|town)\b"
)
_PRICES = (
    r"\b(?:shares?|stocks?) (?:(?:is|are) )?(?:prices?|doing|trading|performing|closing|worth buying)\b"
    r"|\bwhat(?:'s| is) the (?:current |latest |going |daily |maximum )*"
    r"(?:(?:price|limit)s? of|(?:price|rate|limit)s? (?:for|on))\b"
)
_QUALITIES = (
    rf"\b(?:gives?|serves?|sells?|makes?|offers?|provides?|has|have|is|are) (?:the |some )?{_FINE}\b"
    r"(?! (?:months?|weeks?|days?|years?|quarters?)\b)"
    r"|\b(?:sells?|offers?|serves?) (?:the )?cheap(?:est)?\b"
    rf"|\b{_FINE} (?:\w+ ){{0,3}}(?:{_PLACES}|offers?|deals?|discounts?|cashback|coupons?)\b"
    rf"|\b(?:popular|famous|trending|(?:top|best|highest)[- ]rated) {_PLACES}\b"
)
_FACTS = (
    r"^(?:so |and )?what(?:'s| is| are)(?: an?)? (?:upi|neft|imps|rtgs|ecs|emis?|sips?|kyc|gst|ifsc|atms?|netbanking"
    r"|credit cards?|inflation)$"
    r"|\bwhat(?:'s| is) for (?:dinner|lunch|breakfast|tea)\b"
    r"|\bhow many (?:seconds|minutes|hours|days|weeks|months) (?:are )?(?:there )?in (?:an? (?:\w+ )?\w+|[a-z]{3,9})$"
)
_OF_THE_WORLD = re.compile("|".join((_EVENTS, _PRICES, _QUALITIES, _FACTS)))
"""Events, prices, what is good and what is known: nobody has it in their payments."""
_NEAR = re.compile(
    r"\b(?:nearby|near me|near here|near by|around here|close by|in town"
    r"|in (?:this|my|our) (?:area|city|town|locality))\b"
    r"|\b(?:nearest|closest)\b(?! (?:rupee|hundred|thousand|lakh|crore|ten|whole|round|rs|\d))"
)
_NUMBER = r"[\d.,]+(?: ?(?:%|percent|per cent|k|lakhs?|crores?|rupees|rs))?"
_SUM = re.compile(
    r"(?:(?:so|and|hey|ok|please|quick|what|what's|what is|how much is|calculate|compute|work out|solve|tell me"
    rf"|can you|for me)[ ,:]*)*{_NUMBER}(?: of)?"
    r"(?: ?(?:%|\+|(?<= )-(?= )|\*|/|x|plus|minus|times|into|of|less|divided by|multiplied by|added to|and)"
    rf" ?{_NUMBER})+(?: ?(?:=|equals?|please|for me|\?))*"
)
"""Numbers and what is done to them, and nothing that they are of."""
_A_THING = re.compile(r"\b(?:does|do|is|are|would|will|should) (?:an?|one)$")
_COSTS = re.compile(r"(?:\w+ ){0,3}(?:costs?|priced?|go for|sell for|charge|burn|worth)\b")
_DOES = re.compile(r"\b(?:did|does|do|has|have|had|is|are)(?: the| all)?$")
_DOES_SO = re.compile(rf"(?:\w+ly |ever |already |really )?{_GAINS}\b")
_WILL = re.compile(r"(?:^|\b(?:and|so|but) )will$")
_OWNED = re.compile(
    r"(?:annual |total |monthly |last |net )*(?:revenues?|profits?|turnover|incomes?|salary|worth|wealth|fortune"
    r"|balance|budget|earnings|spending|sales|wedding|trips?|expenses|accounts?)\b"
)


def stranger(text: str, unknown: Iterable[str]) -> str | None:
    """Why a customer's normalised question with these unknown phrases is none about their payments; None where it may
    be one."""
    if _SUM.fullmatch(text) or (_NEAR.search(text) and not _SUBJECT.search(text)):
        return "topic"
    if _RICHER.search(text):
        return "others"
    if speaks_of_asker(text):
        return None
    if _OF_NOBODY.search(text) or any(_is_owner(text, phrase) for phrase in unknown):
        return "others"
    return "topic" if _OF_THE_WORLD.search(text) or any(_is_foreign(text, phrase) for phrase in unknown) else None


_SPENDS = re.compile(
    r" (?:(?:ever|already|also|really|usually) )?(?:spen[dt]|buy|bought|purchased?|earn(?:ed)?|saved?|owns?|donated?"
    r"|withdr[ae]wn?)\b"
)
_DOES_ONE = re.compile(r"\b(?:did|does|do|has|have|had)(?: (?:my|our) \w+)?$")


def is_anothers_spending(text: str, start: int, end: int) -> bool:
    """Whether whom a normalised text names from `start` to `end` is asked about as one who spends or earns: "how much
    did Arjun Mathew spend on restaurants". What somebody else does with money no payment of the asker tells."""
    does = _DOES_ONE.search(text[:start].rstrip()) and _SPENDS.match(text[end:])
    return bool(does) and not speaks_of_asker(text)


_KIN = re.compile(
    r"\b(?:my|our) (?:wife|husband|spouse|partner|brother|sister|mother|father|mom|mum|dad|son|daughter|friend|cousin"
    r"|neighbou?r|boss|colleague|uncle|aunt|girlfriend|boyfriend|roommate|flatmate|in-laws?)\b"
)
_THEY_SPEND = re.compile(
    r"\b(?:did|does|has|have|do) (?:he|she|they) (?:spen[dt]|earn(?:ed)?|saved?|withdr[ae]wn?)\b"
    r"|\b(?:his|her|their) (?:monthly |own |bank )?(?:salary|income|pay|pension|balance|savings|spending"
    r"|expenses|account)\b"
)


def asks_of_kin(told: Iterable[str], asked: Iterable[str]) -> bool:
    """Whether normalised clauses tell of somebody's brother or friend, and those that ask are about what that one
    spends or earns: "my brother banks here too. How much did he spend?"."""
    return any(map(_KIN.search, told)) and any(map(_THEY_SPEND.search, asked))


def speaks_of_asker(text: str) -> bool:
    """Whether a normalised text speaks of the one who asks."""
    return bool(_ASKER.search(text))


def _around(text: str, phrase: str) -> tuple[str, str]:
    start = text.index(phrase)
    return text[:start].rstrip(), text[start + len(phrase) :].lstrip()


def _is_owner(text: str, phrase: str) -> bool:
    """ "Infosys's revenue"."""
    return phrase.endswith("'s") and bool(_OWNED.match(_around(text, phrase)[1]))


def _is_foreign(text: str, phrase: str) -> bool:
    """ "Did India spend", "does a wedding cost", "will Tata Motors close"."""
    before, after = _around(text, phrase)
    acts = _DOES.search(before) and _DOES_SO.match(after)
    costs = _A_THING.search(before) and _COSTS.match(after)
    return bool(acts or costs or _WILL.search(before))
