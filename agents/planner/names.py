"""Names in questions: payees, accounts, channels of the caller's scope. Exact before partial before misspelt."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from agents.planner.mentions import Mention
from agents.planner.spelling import is_slip
from agents.planner.words import normalise, stem, words
from agents.scope import Counterparty, Scope
from core.imports.merchants import firm_called, firm_of

PHRASE_WORDS_MAX = 6
LISTED_MAX = 40
"""Names that one condition lists; past it, what they have in common is looked for in the name."""
SUGGESTED_MIN = 66
SUGGESTIONS_MAX = 3

_LEGAL_FORMS = frozenset("ltd limited pvt private inc llp llc plc co corp gmbh sro india the and of".split())
_RAILS = frozenset("upi pos neft imps rtgs ach nach ecs bil onl atm vps mps inf ecom ref txn int".split())
# Cities as statements write them.
_CITIES = frozenset(
    "blr bengaluru bangalore mum mumbai bom del delhi pune chn chennai maa hyd hyderabad kol ccu ind in".split()
)
# What may differ between names of one and the same firm: branch words, numbers, places it lists itself under.
_BRANCH = (
    frozenset("store stores shop shops branch outlet online payments pay services service express".split())
    | _LEGAL_FORMS
    | _RAILS
    | _CITIES
)
_NOT_BRANDS = frozenset({"transfer", "own_transfer", "uncategorised", "salary", "pension"})


@dataclass(frozen=True, slots=True)
class Named:
    """Payees that a phrase stands for. `is_unclear` when they are several that need not be one firm or person.

    `contains` replaces the list where it would be too long: payees whose name holds it.
    """

    said: str
    names: tuple[str, ...]
    is_unclear: bool = False
    is_corrected: bool = False
    contains: str | None = None


NameMention = Mention[Named]


@dataclass(frozen=True, slots=True)
class _Known:
    party: Counterparty
    plain: str
    tokens: tuple[str, ...]
    squashed: str


class Names:
    """The names of one scope, indexed once and asked per question."""

    def __init__(self, scope: Scope) -> None:
        self._known = [_known(party) for party in scope.counterparties]

    @cached_property
    def _by_plain(self) -> dict[str, list[_Known]]:
        return _grouped((name.plain, name) for name in self._known)

    @cached_property
    def _by_squashed(self) -> dict[str, list[_Known]]:
        return _grouped((name.squashed, name) for name in self._known)

    @cached_property
    def _by_token(self) -> dict[str, list[_Known]]:
        return _grouped((token, name) for name in self._known for token in dict.fromkeys(name.tokens))

    @cached_property
    def _by_firm(self) -> dict[str, list[_Known]]:
        return _grouped((firm_of(name.party.name), name) for name in self._known)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words that occur in names."""
        return frozenset(self._by_token)

    def read(self, text: str, *, common: frozenset[str]) -> list[NameMention]:
        """Every phrase of a normalised question that names a payee, longer and shorter readings alike.

        `common` are words of questions: alone they name nobody, unless they are the whole name.
        """
        found: list[NameMention] = []
        spoken = words(text)
        for first in range(len(spoken)):
            for last in range(first, min(first + PHRASE_WORDS_MAX, len(spoken))):
                start, end = spoken[first][1], spoken[last][2]
                mention = self._read(text[start:end], start, end, common)
                if mention:
                    found.append(mention)
        return found

    def beginning(self, word: str) -> Named | None:
        """The payees whose name begins with this word; None where there are none."""
        found = [name for name in self._by_token.get(word, []) if name.tokens[0] == word]
        return _named(word, found) if found else None

    def said_in_full(self, text: str) -> list[str]:
        """Names of several words that a normalised question says from their first to their last."""
        spoken = words(text)
        spans = (
            text[spoken[first][1] : spoken[last][2]]
            for first in range(len(spoken))
            for last in range(first + 1, min(first + PHRASE_WORDS_MAX, len(spoken)))
        )
        return [span for span in spans if span in self._by_plain]

    def _read(self, phrase: str, start: int, end: int, common: frozenset[str]) -> NameMention | None:
        phrase = phrase.removesuffix("'s").removesuffix("'")
        tokens = _tokens(phrase)
        if not tokens:
            return None
        telling = [token for token in tokens if token not in common and stem(token) not in common and len(token) > 1]
        if exact := self._by_plain.get(phrase) or self._by_squashed.get(_squash(phrase)):
            # A name that is also a common word ("Rent") is read as the word, at equal length.
            return Mention("name", Named(phrase, _names(exact)), start, end, weight=8 if telling else -1)
        if tokens[0] in _GLUE or tokens[-1] in _GLUE:
            return None
        if not telling and not (len(tokens) > 1 and len(self._holding(tokens)) == 1):
            return None  # words of questions name somebody only together: "metro card"
        if partial := self._holding(tokens) or (len(tokens) == 1 and self._holding(_singular(tokens[0]))):
            return Mention("name", _named(phrase, partial), start, end, weight=4)
        # What statements also call a firm, people do too: "TfL" for Transport for London.
        firm = firm_called(phrase)
        if firm and (known := self._by_firm.get(firm)):
            return Mention("name", Named(phrase, _names(known)), start, end, weight=4)
        return None

    def _holding(self, tokens: tuple[str, ...]) -> list[_Known]:
        """Names that hold all of `tokens`; every one of them is a word of theirs, or together they are one."""
        rarest = min((self._by_token.get(token, []) for token in tokens), key=len)
        held = [name for name in rarest if set(tokens) <= set(name.tokens)]
        if held:
            return held
        squashed = "".join(tokens)
        return [name for name in self._known if len(squashed) >= 5 and name.squashed.startswith(squashed)]

    def misspelt(self, phrase: str, *, common: frozenset[str]) -> Named | None:
        """The payee that `phrase` is a misspelling of, if it is that of one alone. A slip for one of the `common` words
        of questions is none for a name that has this word in it."""
        squashed = _squash(phrase)
        if len(squashed) < 4:
            return None
        near = {name.squashed for name in self._known if is_slip(squashed, name.squashed)}
        if not near and " " not in phrase:
            return self._misspelt_token(phrase, common)
        if len(near) != 1:
            return None
        found = self._by_squashed[near.pop()]
        return Named(phrase, _names(found), is_corrected=True)

    def _misspelt_token(self, word: str, common: frozenset[str]) -> Named | None:
        near = [token for token in self._by_token if token not in common and is_slip(word, token)]
        if len(near) != 1:
            return None
        held = self._by_token[near[0]]
        is_inside = all(name.tokens[0] != near[0] for name in held)
        if len(word) <= _SHORT_WORD and is_inside and word != _without_umlauts(near[0]):
            return None  # "Miete" is no slip for the Mitte of "Finanzamt Mitte"
        found = _named(near[0], held)
        return Named(word, found.names, found.is_unclear, is_corrected=True, contains=found.contains)

    def suggestions(self, phrase: str) -> list[str]:
        """Names that look like `phrase`, the likest first: whole against whole, or word against word."""
        plain = normalise(phrase)
        likeness = {name.party.name: _likeness(plain, name) for name in self._known}
        likest = sorted((name for name in likeness if likeness[name] >= SUGGESTED_MIN), key=lambda n: (-likeness[n], n))
        return likest[:SUGGESTIONS_MAX]


_GLUE = frozenset("and or to of at in on for from by with the a my".split())
_NUMBERED = re.compile(r"\d+")


def _known(party: Counterparty) -> _Known:
    plain = normalise(party.name)
    tokens = _tokens(plain)
    return _Known(party, plain, tuple(dict.fromkeys((*tokens, *map(stem, tokens)))), _squash(plain))


def _tokens(plain: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+(?:[&'][^\W_]+)*", plain))


def _singular(token: str) -> tuple[str, ...]:
    """ "My Ubers" are Uber's."""
    return (token.removesuffix("s"),) if len(token) > _PLURAL_MIN else (token,)


_PLURAL_MIN = 4
_SHORT_WORD = 5
"""Letters up to which a misspelt word is taken for the first word of a name alone, and for none inside of it."""


def _squash(plain: str) -> str:
    return re.sub(r"[\W_]+", "", plain)


def _without_umlauts(token: str) -> str:
    """ "Frueh" as "Früh" is compared."""
    return re.sub(r"(?<=[aou])e", "", token)


def _names(known: Sequence[_Known]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.party.name for name in known))


def _grouped(pairs: Iterable[tuple[str, _Known]]) -> dict[str, list[_Known]]:
    groups: defaultdict[str, list[_Known]] = defaultdict(list)
    for key, name in pairs:
        groups[key].append(name)
    return dict(groups)


def _named(said: str, found: list[_Known]) -> Named:
    names = _names(found)
    if len(names) > LISTED_MAX:
        return Named(said, names[:LISTED_MAX], contains=said)
    return Named(said, names, is_unclear=len(names) > 1 and not _are_one(found))


def _are_one(found: list[_Known]) -> bool:
    """Whether several names are one firm: a category of shops that they share, or a difference that means nothing."""
    categories = {name.party.category for name in found}
    if len(categories) == 1 and not categories & _NOT_BRANDS:
        return True
    cores = {tuple(t for t in name.tokens if t not in _BRANCH and not _NUMBERED.search(t)) for name in found}
    return len(cores) == 1


def _likeness(plain: str, name: _Known) -> float:
    """0 to 100. Of several words the least alike counts, so that one shared word does not make a name."""
    by_word = min(
        max((fuzz.ratio(word, token) for token in name.tokens), default=0.0) for word in _tokens(plain) or ("",)
    )
    return max(by_word, fuzz.ratio(_squash(plain), name.squashed))
