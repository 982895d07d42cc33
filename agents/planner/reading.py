"""Reading: a question as mentions of things the caller's data have, and the words that stand for nothing known."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from agents.intents.classifier import UNASKED, Wants
from agents.planner import customs
from agents.planner.alert_words import read_alert_words, speaks_of_alerts
from agents.planner.amounts import read_amounts
from agents.planner.calendar_words import FESTIVALS, MONTHS, NUMBERS, UNITS, WEEKDAYS
from agents.planner.categories import NARROWER, WORDS, read_categories
from agents.planner.channels import read_channels
from agents.planner.clauses import announced
from agents.planner.compounds import compounded, without_head
from agents.planner.desk_words import in_table_words
from agents.planner.kinds import payees_of_kind, telling_words
from agents.planner.lexicon import CLOCK, FILLER, PATTERNS, REFUSALS, Cue, cue_words
from agents.planner.mentions import Mention, cover
from agents.planner.names import Named, Names
from agents.planner.neutral import UNSPENT
from agents.planner.noted import as_written, noted, remarked
from agents.planner.ordinals import placed
from agents.planner.periods import PeriodReader
from agents.planner.rewrites import written_out
from agents.planner.spelling import corrected, is_word, swapped
from agents.planner.strangers import is_anothers_spending, stranger
from agents.planner.words import capitals, normalise, stem, words
from agents.scope import OwnAccount, Scope
from core.insights.query import Measure

_SPELLABLE = frozenset(
    """
    much many spend spent spending payment payments transaction transactions merchant merchants category categories
    average largest biggest highest smallest lowest compare compared previous month months monthly week weeks
    weekly weekend weekends yesterday today year quarter total balance salary income received receive account
    accounts alerts alert flagged usual percentage between before after since except excluding difference
    purchase purchases expense expenses subscription subscriptions savings saved earned breakdown channel
    transfer transfers withdrawals deposits often times during february september november december october
    january august electricity electric internet broadband
    """.split()
)
_COMMON = frozenset(
    """
    save saves saved saving savings max min top net most least more less only card cards upi cash bank banks one two three first last
    """.split()
)


_OBJECT_OF = re.compile(
    r"\b(?:on|at|to|for|from|with|via|in|near|against|besides|except|excluding|without|towards?|buying|bought|purchased"
    r"|called|named|paid|pay|paying|send|sent|gave|give|given|lent|owe|owed)"
    r"(?: (?:my|our|the|a|an|some|any|all|this|that|these|those|his|her|their|every|other))*$"
    r"|\b(?:split|broken|break|group(?:ed)?|sort(?:ed)?)\b.* by$"
)
_AT_PLACE = re.compile(
    r"\b(?:at|from) (?P<place>[a-z']{2,})"
    r"(?=[ ,]+(?:in|on|for|during|since|last|this|between|so far|ever|altogether)\b|[ ?.!]*$)"
)
_NOWHERE = frozenset("home work night all me us him her them once least most times hand that this".split())
_THAT = r"(?: the| my| our| this| that)*$"
_DOES = re.compile(rf"\b(?:did|does|has|have|had|is|was){_THAT}")
_DID = re.compile(rf"\b(?:did|does){_THAT}")
_HAS = re.compile(rf"(?<!\bi )(?<!\bwe )(?<!\bthey )\b(?:has|have|had){_THAT}")
_ASKER = re.compile(r"$|(?:i|we|you|u|my|our|me|us)\b")
_DONE = re.compile(
    r"(?:\w+ly |ever |already |also )?(?:\w{2,}ed|given|got|sent|paid|spent|made|taken|sold|bought|cost)\b"
)
_TAKES = re.compile(
    r"(?:take|took|taken|charged?|charging|get|got|gotten|receive|received|cost|costs|costing|earn|earned|deduct|deducted"
    r"|debit|debited|bill|billed|cut)\b"
)
""" "Did LIC take": who takes money is somebody."""
_HAVE_I = re.compile(r"(?:did|do|does|have|has|had|was|is|i|we)\b")
""" "How much shagun have I given": what stands between is what was paid for."""
_DO_I = re.compile(r"\b(?:how much|what) (?:do|does|did) (?:i|we|he|she|they)$")
_ACCOUNTS = re.compile(r"\b(?:customers?|clients?|accounts?)\b")
_NEWLY = re.compile(r"\bnew (?:customers?|clients?|accounts?)\b")
_JOINED = re.compile(
    r"\b(?:open(?:ed|ing)?|on-?board(?:ed|ing)?|join(?:ed|ing)?|clos(?:ed|ing)|activated|dormant|inactive|registered|acquired|signed)\b"
)
"""Since when somebody is a customer no payment tells."""
_DEBTS = frozenset("owe owes owed owing".split())
"""What is owed no payment tells."""
_MANNER = re.compile(r"(?!family|supply|italy)[a-z]{3,}ly")
"""Adverbs of manner: "quietly", "mostly" name nobody."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_CAME = re.compile(r"(?:rec(?:ei|ie)ved|credited|earned|paid out|deducted|charged)\b")
""" "Child benefit received this year": what stands before it is what came."""
_AFTER_A_NAME = re.compile(r"$|(?:in|on|at|for|during|since|last|this|from|until|till|between)\b")
_SEASON = re.compile(r"\b(?:summer|winter|spring|autumn|monsoons?|rainy season)\b")
"""Begins on another day wherever it is said."""
_QUALIFIERS = frozenset(
    """
    next latest recent weekly monthly yearly annual previous usual regular normal daily silly stupid bloody damn big
    small single whole entire own new old dear dearest such various several certain different actual real true proper
    projected expected estimated planned overall cumulative other sole mr mrs ms dr shri smt miss house home household family before again after twice already later earlier since back forth apart together she he they who whoever
    """.split()
)
"""Before what is paid for they say nothing of what it is."""
_PAID_FOR = re.compile(
    r"(?:totals?|bills?|fees?|payments?|charges?|fares?|expenses?|subscriptions?|shopping|purchases?|orders?|trips?|rides?|tickets?"
    r"|classes|lessons|dues|rent|emis?|recharges?|spends?|spending)\b"
)


_INFINITIVE = re.compile(r"\b(?:wish|want|need|like|love|hope|try|trying|going|able|plan|intend)(?:e?d|s)? to$")
_SPENT_THERE = re.compile(r"(?:spends?|spending|spent)\b")
_COLOURS = re.compile(r"(?:ed|ing|al|ive|ous|able|ible|ful|less|ish|ary)$")
""" "Swiggy spend" is what was spent there; "projected spend", "lavish spending" are of no shop."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`mentions` lie side by side in the order of the question; `unknown` are the phrases between them."""

    text: str
    mentions: tuple[Mention[Any], ...]
    unknown: tuple[str, ...]
    refusal: str | None = None
    position: int = 1
    """Which place of a rank is asked for: 2 for the second biggest."""
    is_anew: bool = False
    """Whether it was announced as a new question, which leans on no other."""
    wants: Wants = UNASKED
    """What its meaning says, where a classifier was asked."""
    is_of_many: bool = False
    """Whether it was asked of the accounts of several customers."""
    capitals: frozenset[str] = frozenset()
    """The words that are written as names are."""

    def of(self, kind: str) -> list[Mention[Any]]:
        return [mention for mention in self.mentions if mention.kind == kind]

    def has(self, *cues: Cue) -> bool:
        return any(mention.value[0] in cues for mention in self.of("cue"))

    def beside(self, phrase: str, kind: str) -> Iterator[tuple[str, Mention[Any]]]:
        """An unknown phrase together with a mention next to it: "goa" and the category "trip" as "goa
        trip". A phrase that a story told of is beside none."""
        start = self.text.find(phrase)
        for mention in self.of(kind) if start >= 0 else ():
            if mention.start == start + len(phrase) + 1 or mention.end + 1 == start:
                first, last = min(start, mention.start), max(start + len(phrase), mention.end)
                yield self.text[first:last], mention

    def names_something(self, phrase: str) -> bool:
        """Whether an unknown phrase stands where a payee or a category would: behind "on", "at", "to", or right before
        what is paid for. Elsewhere an unknown word only colours the question; one that was spelt otherwise does not."""
        start = self.text.find(phrase)
        if start < 0:
            return True
        before, after = self.text[:start].rstrip(), self.text[start + len(phrase) :].lstrip()
        head = phrase.split()[-1]
        if self.is_of_many and (_JOINED.search(phrase) or _NEWLY.search(self.text)) and _ACCOUNTS.search(self.text):
            return True
        slugs = _within(phrase)
        said = {slug for mention in self.of("category") for slug in mention.value}
        if (not self.of("name") or "salary" in slugs) and (
            (slugs and not set(slugs) <= said) or len(list(read_categories(phrase))) > 1
        ):
            return True  # narrower than a category, or two that clash: "health insurance"
        if (head in _DEBTS and _DO_I.search(before)) or _SEASON.search(phrase):
            return True
        if head in UNSPENT or stem(head) in UNSPENT or _MANNER.fullmatch(phrase) or phrase in NUMBERS:
            return False
        if set(phrase.split()) <= UNSPENT | _QUALIFIERS or _INFINITIVE.search(before):
            return False
        if (
            any(char.isdigit() for char in phrase)
            and not _YEAR.fullmatch(phrase)
            and not before.endswith((" last", " past", " previous"))
        ):
            return True
        qualifies = any(m.kind == "category" and m.start == len(self.text) - len(after) for m in self.mentions)
        ends_a_name = any(m.end + 1 == start for m in self.of("name")) and bool(_AFTER_A_NAME.match(after))
        is_last = self.has(Cue.EXCEPT) or bool(_AFTER_A_NAME.match(after)) or after.startswith(("that ", "which "))
        goes_on = is_last and any(
            self.text[m.end : start].strip() in ("and", "or", "plus")
            for m in self.mentions
            if m.kind in ("name", "category")
        )
        return (
            self._is_written_as_name(phrase)
            or (bool(_SPENT_THERE.match(after)) and not _COLOURS.search(phrase))
            or _acts(before, after)
            or _is_held_against(phrase, before, after)
            or (before.endswith("how much") and bool(_HAVE_I.match(after)))
            or goes_on
            or bool(_OBJECT_OF.search(before))
            or bool(_PAID_FOR.match(after))
            or (not before and bool(_CAME.match(after)))
            or (self.is_of_many and _is_payer(before, f" {after}"))
            or qualifies
            or ends_a_name
        )

    def _is_written_as_name(self, phrase: str) -> bool:
        """ "Amazon", with its capital; not where it tells of a time: "since Ganpati"."""
        said = phrase.split()
        return bool(self.capitals.intersection(said) - UNSPENT) and said[0] not in _QUALIFIERS

    def without(self, mention: Mention[Any]) -> "Reading":
        return replace(self, mentions=tuple(other for other in self.mentions if other is not mention))

    def with_kind(self, phrase: str, slugs: tuple[str, ...], named: Named) -> "Reading":
        """The same question with a kind within the categories `slugs` told by payees."""
        if slugs == _OWN:  # which stay own transfers, to some of one's own accounts
            return self.with_mention(phrase.split()[-1], "name", named)
        said = next((m for m in self.of("category") if m.value == slugs and phrase in self.text[m.start : m.end]), None)
        return (self.without(said) if said else self).with_mention(phrase, "name", named)

    def with_mention(self, phrase: str, kind: str, value: object) -> "Reading":
        """The same question with an unknown phrase resolved."""
        start = self.text.index(phrase)
        mention: Mention[Any] = Mention(kind, value, start, start + len(phrase))
        mentions = sorted((*self.mentions, mention), key=lambda m: m.start)
        return replace(
            self,
            mentions=tuple(mentions),
            unknown=tuple(p for p in self.unknown if p not in phrase and phrase not in p),
        )


def _acts(before: str, after: str) -> bool:
    """Whether an unknown phrase between these words is who does something: "did Amazon give", "has Myntra refunded"."""
    takes = _DOES.search(before) and _TAKES.match(after)
    does = _DID.search(before) and not _ASKER.match(after)
    return bool(takes or does or (_HAS.search(before) and _DONE.match(after)))


_OR = re.compile(r"\b(?:or|vs\.?|versus|than|by)(?: the| my| our)*$")
_OR_BEHIND = re.compile(r"(?:or|vs\.?|versus)\b")
_WHICH = re.compile(r"\bwhich$")


def _is_held_against(phrase: str, before: str, after: str) -> bool:
    """Whether an unknown phrase between these words is one of two that are held against each other, or what is asked
    for: "cheaper than Zomato", "which city"."""
    is_strange = not all(is_word(word) or len(word) < _SHORT for word in phrase.split())
    held = _OR.search(before) or _OR_BEHIND.match(after)
    return bool(held and is_strange) or bool(_WHICH.search(before))


_SHORT = 4
"""Shorter words are not told from names."""


_OWN = ("own_transfer",)
_PERSONS = "transfer"
"""The category of payments between people."""
_UNTELLING = frozenset({_PERSONS, "uncategorised"})
_FOR_IT = re.compile(r"\bfor(?: (?:the|those|these|that|some|our|my|his|her|their))?$")


_KINDS_SAID = re.compile(
    rf"\b(?:{'|'.join(sorted((re.escape(kind) for kind in NARROWER if ' ' in kind), key=len, reverse=True))})\b"
)
_LASTING = frozenset(
    {
        "rent", "investment", "insurance", "loan", "tax", "education", "childcare", "gifts", "transfer", "salary",
        "pension", "interest",
    }
)  # fmt: skip
"""What is paid, or earned, over years: "rent so far" is all of it, and "groceries so far" those of this month."""


class Reader:
    """Reads questions of one caller, as of one day."""

    def __init__(self, scope: Scope, names: Names, today: date, vocabulary: frozenset[str] = frozenset()) -> None:
        """`vocabulary` are further words of questions: alone they name no payee."""
        self._scope = scope
        self._common = common_words() | vocabulary
        self._names = names
        is_month_first = customs.is_month_first(scope.currency)
        self._periods = PeriodReader(today, scope.first_day, scope.payday, is_month_first=is_month_first)

    def read(self, question: str) -> Reading:
        asked, is_anew = announced(normalise(question))
        plain, position = placed(asked)
        text = self._written_out(plain)
        text = in_table_words(text) if self._scope.is_of_many else text
        reading = self._once(text)
        spelt = self._spelt(reading)
        if spelt != text:
            reading = self._once(spelt)
        reading = self._with_purposes(self._without_own_kinds(self._with_misspelt_names(reading)))
        return replace(reading, position=position, is_anew=is_anew, capitals=capitals(question))

    def _written_out(self, plain: str) -> str:
        """`plain` in words that the tables know, with names in one piece: "Midnight Momo" is no hour of the day."""
        text = self._in_words_known(plain)
        if text == plain:
            return text
        remarks = (plain[m.start : m.end] for m in remarked(plain, self._scope.remarks, common_words()))
        said = (*self._names.said_in_full(plain), *(what for what, *_ in noted(plain)), *remarks)
        broken = [name for name in said if name not in text]
        for n, name in enumerate(broken):
            plain = plain.replace(name, f"payee{n}said")
        text = self._in_words_known(plain) if broken else text
        for n, name in enumerate(broken):
            text = text.replace(f"payee{n}said", name)
        return text

    def _in_words_known(self, plain: str) -> str:
        return written_out(customs.understood_abroad(plain, self._scope.currency))

    def _once(self, text: str) -> Reading:
        read = compounded(text, cover(self._candidates(text)))
        mentions = [m if _is_named_whole(m, read) else self._narrowed(m, text) for m in read]
        mentions = _without_titles(_without_speakers(_with_differences(mentions, text), text), text)
        mentions = _without_what_for(_without_wages(_without_excluded_measures(mentions, text), text), text)
        mentions = _without_mere_so_far(mentions)
        unknown = tuple(_unknown(text, mentions))
        refusal = self._refusal(text, mentions, unknown)
        return Reading(text, tuple(mentions), unknown, refusal, is_of_many=self._scope.is_of_many)

    def _refusal(self, text: str, mentions: list[Mention[Any]], unknown: tuple[str, ...]) -> str | None:
        """Why no payment answers a question, where its words say so."""
        refusal = next((reason for reason, pattern in REFUSALS if pattern.search(text)), None)
        if refusal or self._scope.is_of_many:
            return refusal
        own = {account.holder for account in self._scope.accounts}
        others = (m for m in mentions if m.kind == "name" and not own.intersection(m.value.names))
        if any(is_anothers_spending(text, m.start, m.end) for m in others):
            return "others"
        return stranger(text, unknown)

    def _narrowed(self, mention: Mention[Any], text: str) -> Mention[Any]:
        """ "Broadband" as those payees of its category whose names say so, where others are there beside them."""
        said = text[mention.start : mention.end]
        if mention.kind == "name":
            return replace(mention, value=self._with_its_kind(mention.value, said))
        if mention.kind != "category":
            return mention
        phrase = without_head(said)
        remark = as_written(phrase, self._scope.remarks)
        if remark and not set(mention.value).intersection(self._scope.categories):
            return replace(mention, kind="description", value=remark)  # nothing but the remark says what it was for
        found = payees_of_kind(said, mention.value, self._scope.counterparties)
        found = found or payees_of_kind(phrase, mention.value, self._scope.counterparties)
        of_category = (party.name for party in self._scope.counterparties if party.category in mention.value)
        if not found or set(found).issuperset(of_category):
            return mention
        return replace(mention, kind="name", value=Named(phrase, found))

    def _with_its_kind(self, named: Named, said: str) -> Named:
        """Of a kind that the name of one shop says too all shops: "coffee" is not only "Verve Coffee"."""
        found = payees_of_kind(said, _within(said), self._scope.counterparties)
        return replace(named, names=tuple(dict.fromkeys((*named.names, *found))), is_unclear=False) if found else named

    def _candidates(self, text: str) -> Iterator[Mention[Any]]:
        yield from (replace(mention, weight=3) for mention in self._periods.read(text))
        yield from (replace(mention, weight=2) for mention in read_amounts(text, self._scope.currency))
        yield from read_categories(text)
        yield from read_channels(text, self._scope)
        yield from _bare_transfers(text, self._scope)
        yield from self._named(text)
        yield from (Mention("description", what, start, end, weight=9) for what, start, end in noted(text))
        yield from remarked(text, self._scope.remarks, common_words())
        yield from _accounts(text, self._scope)
        yield from _holders(text, self._scope)
        yield from read_alert_words(text, self._scope)
        yield from _cues(text)
        yield from _clock(text)

    def _named(self, text: str) -> Iterator[Mention[Any]]:
        """Payees. A word of many questions names one only where a payee would stand: "I sent Rahul", not "I trust"."""
        yield from self._names.read(text, common=self._common)
        yield from self._places(text)
        yield from self._kinds(text)
        if self._common != common_words():
            closer = self._names.read(text, common=common_words())
            yield from (mention for mention in closer if _OBJECT_OF.search(text[: mention.start].rstrip()))

    def _kinds(self, text: str) -> Iterator[Mention[Any]]:
        """Kinds of several words of which the first is in a name too, "coffee shops" are not only "Verve Coffee", or
        the last is their category: "council tax" is not all tax."""
        for said in _KINDS_SAID.finditer(text):
            first, *_, last = said.group().split()
            ends_in_category = last in WORDS and set(WORDS[last]) <= set(_within(said.group()))
            if (first in self._names.vocabulary or ends_in_category) and (named := self._of_kind(said.group())):
                yield Mention("name", named, *said.span(), weight=4)

    def _places(self, text: str) -> Iterator[Mention[Any]]:
        """Payees whose name begins with a word of questions, where only a place can stand: "at Next in May"."""
        for said in _AT_PLACE.finditer(text):
            word = said["place"]
            named = self._names.beginning(word) if word in self._common and word not in _NOWHERE else None
            if named:
                yield Mention("name", named, *said.span("place"), weight=9)

    def _spelt(self, reading: Reading) -> str:
        """The text with misspelt words of the language itself put right; names are not touched."""
        text = reading.text
        for word, start, end in reversed(words(text)):
            if any(m.start < end and start < m.end for m in reading.mentions) or word in FILLER or len(word) < 4:
                continue
            is_known = word in self._names.vocabulary or word in self._common
            if not is_known and (right := _right(word)):
                text = text[:start] + right + text[end:]
        return text

    def _with_misspelt_names(self, reading: Reading) -> Reading:
        for said in reading.unknown:
            phrase = _unqualified(said)
            if (named := self._of_kind(phrase)) or (named := self._misspelt(phrase)):
                reading = reading.with_mention(phrase, "name", named)
        return reading

    def _without_own_kinds(self, reading: Reading) -> Reading:
        """Without a kind narrower than a category where a payee of that category is named: "the health insurance
        premium to Suraksha Kavach" is what they got."""
        names = {name for mention in reading.of("name") for name in mention.value.names}
        categories = {party.category for party in self._scope.counterparties if party.name in names}
        kinds = categories - {"salary"}  # a bonus is not all that an employer pays
        rest = tuple(phrase for phrase in reading.unknown if not kinds & set(narrower_than(phrase)))
        return replace(reading, unknown=rest)

    def _with_purposes(self, reading: Reading) -> Reading:
        """With what a person was paid for looked for in descriptions, "what did I pay Leela for movie tickets": the
        category of what persons are paid does not say what it was for."""
        named = {name for mention in reading.of("name") for name in mention.value.names}
        kinds = {party.category for party in self._scope.counterparties if party.name in named}
        for purpose in reading.of("category") if kinds and kinds <= _UNTELLING else ():
            if not _UNTELLING.intersection(purpose.value) and _FOR_IT.search(reading.text[: purpose.start].rstrip()):
                phrase = reading.text[purpose.start : purpose.end]
                reading = reading.without(purpose).with_mention(phrase, "description", phrase)
        return reading

    def _misspelt(self, phrase: str) -> Named | None:
        if {phrase, stem(phrase)} & NARROWER.keys() or phrase in self._common:
            return None
        return self._names.misspelt(phrase, common=self._common)

    def _of_kind(self, phrase: str) -> Named | None:
        """ "Electricity": the payees of a category whose names say so, together."""
        slugs = _within(phrase)
        found = payees_of_kind(phrase, slugs, self._scope.counterparties)
        return Named(phrase, found) if found else None


def kinds_said(reading: Reading) -> list[tuple[str, tuple[str, ...]]]:
    """The kinds that a question names within categories, with these: those that no payee's name told."""
    narrower = (m for m in reading.of("category") if not _is_named_whole(m, reading.mentions))
    named = [(reading.text[m.start : m.end], m.value) for m in narrower]
    said = [(phrase if telling_words(phrase) else without_head(phrase), slugs) for phrase, slugs in named]
    said += [(phrase, _within(phrase)) for phrase in map(without_head, reading.unknown)]
    return [(phrase, slugs) for phrase, slugs in said if slugs and telling_words(phrase)]


def _is_named_whole(kind: Mention[Any], mentions: Sequence[Mention[Any]]) -> bool:
    """Whether subscriptions are named once more: "all my subscriptions, the streaming and so on" are all of them."""
    others = (m.value for m in mentions if m is not kind and m.kind == "category")
    return kind.kind == "category" and kind.value == ("subscriptions",) and kind.value in others


def _without_mere_so_far(mentions: list[Mention[Any]]) -> list[Mention[Any]]:
    """Without a "so far" of which only this month can be meant, which is what no period means."""
    categories = {slug for m in mentions if m.kind == "category" for slug in m.value}
    cues = [m.value for m in mentions if m.kind == "cue"]
    is_total = any(cue is Cue.TOTAL for cue, _ in cues) and bool(categories or (Cue.MEASURE, Measure.SPEND) in cues)
    if is_total or _LASTING & categories:
        return mentions
    return [m for m in mentions if m.kind != "period" or not m.value.is_so_far]


def narrower_than(phrase: str) -> tuple[str, ...]:
    """The categories within which a phrase names something narrower, if it does."""
    return _within(without_head(phrase))


def _within(phrase: str) -> tuple[str, ...]:
    return NARROWER.get(phrase) or NARROWER.get(stem(phrase)) or ()


def _unqualified(phrase: str) -> str:
    """ "Next electricity" is electricity."""
    first, _, rest = phrase.partition(" ")
    return _unqualified(rest) if rest and first in _QUALIFIERS else phrase


@cache
def common_words() -> frozenset[str]:
    """Words of questions: alone they name no payee."""
    phrases = [*WORDS, *MONTHS, *WEEKDAYS, *UNITS, *FESTIVALS, *NUMBERS]
    return (
        frozenset(word for phrase in phrases for word in phrase.split()) | FILLER | _SPELLABLE | _COMMON | cue_words()
    )


def _right(word: str) -> str | None:
    return _respelt(word) or swapped(word, FILLER | cue_words()) or _filler_meant(word)


@cache
def _filler_meant(word: str) -> str | None:
    """The word that changes nothing of which this is a slip: then it changes nothing either."""
    return corrected(word, frozenset(w for w in FILLER if len(w) > 4))


@cache
def _respelt(word: str) -> str | None:
    return corrected(word, common_words() - FILLER - _COMMON - cue_words() | _SPELLABLE)


_TAKEN_AWAY = ("minus", "less")


def _with_differences(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """ "UPI minus card" is a difference, where "groceries minus BigBasket" leaves out a part."""
    things = [m for m in mentions if m.kind in ("channel", "period", "category", "account", "name")]
    cues = [m for m in mentions if m.kind == "cue" and text[m.start : m.end] in _TAKEN_AWAY]
    if len(cues) != 1:
        return mentions
    [cue] = cues
    before = [m.kind for m in things if m.end <= cue.start][-1:]
    behind = [m.kind for m in things if m.start >= cue.end][:1]
    if not before or before != behind:
        return mentions
    return [replace(m, value=(Cue.DIFFERENCE, None)) if m is cue else m for m in mentions]


_REACHES = re.compile(r"(?: [\w']+){0,4} (?:to|from|by|at|for|on) ")


def _without_excluded_measures(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """Of "excluding the deposit to Gita" Gita alone: what is left out says not which way the rest went."""
    told: list[Mention[Any]] = []
    for one, other, behind in zip(mentions, mentions[1:], mentions[2:], strict=False):
        is_left_out = one.kind == "cue" and one.value[0] is Cue.EXCEPT
        is_left_out = is_left_out and not text[one.start :].startswith(("not ", "but "))
        is_measure = other.kind == "cue" and other.value == (Cue.MEASURE, Measure.INCOME)
        reaches = behind.kind in ("name", "category") and _REACHES.fullmatch(text[other.end : behind.start])
        told += [other] if is_left_out and is_measure and reaches else []
    return [replace(m, kind="cue", value=(Cue.NEUTRAL, None)) if m in told else m for m in mentions]


def _without_wages(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """Without the salary that somebody is paid for what a remark tells: "the maid's salary" is what she got."""
    wages = [
        other
        for one, other in pairwise(mentions)
        if one.kind == "description" and other.value == ("salary",) and _WHOSE.fullmatch(text[one.end : other.start])
    ]
    return [replace(m, kind="cue", value=(Cue.NEUTRAL, None)) if m in wages else m for m in mentions]


def _without_what_for(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """Without what one of several things was for: "the flat deposit to Gita Soren and the insurance" are two payees'."""
    things = [m for m in mentions if m.kind in ("name", "category")]
    told = [
        one
        for one, other in pairwise(mentions)
        if one.kind == "description" and other in things and _TO_WHOM.fullmatch(text[one.end : other.start])
    ]
    return [replace(m, kind="cue", value=(Cue.NEUTRAL, None)) if len(things) > 1 and m in told else m for m in mentions]


_TO_WHOM = re.compile(r" (?:to|at|from|by) (?:the |my )?")
_WHOSE = re.compile(r"(?:'s?| ki| ka)? (?:monthly )?")
_SAYS = re.compile(
    r" (?:(?:keeps?|kept|is|was|always|still|now|also) )?(?:says?|said|saying|claims?|claimed|claiming|thinks|thought"
    r"|insists?|insisted|believes|swears|reckons|told (?:me|us))\b"
)


def _without_speakers(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """Without somebody who only says what is said of another: "Arjun says I paid PixelKart twice"."""
    names = [m for m in mentions if m.kind == "name"]
    speakers = [m for m in names if _SAYS.match(text[m.end :])]
    if len(speakers) == len(names):
        return mentions
    return [replace(m, kind="cue", value=(Cue.NEUTRAL, None)) if m in speakers else m for m in mentions]


def _without_titles(mentions: list[Mention[Any]], text: str) -> list[Mention[Any]]:
    """Without what somebody is called beside the name: "my friend Leela" is Leela."""
    titles = [
        one
        for one, other in pairwise(mentions)
        if one.kind == "category"
        and one.value == (_PERSONS,)
        and other.kind == "name"
        and text[one.end : other.start] == " "
    ]
    return [replace(m, kind="cue", value=(Cue.NEUTRAL, None)) if m in titles else m for m in mentions]


_BARE_TRANSFERS = re.compile(
    r"(?:(?:and|also|then|ok|so|what about|how about) )*(?:(?:my|the|all|just|only) )*(?P<said>transfers)"
    r"(?: (?:in|for|during|over|of|since|last|this|past|the|month|year|week|quarter|20\d\d"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|then|too|as well|alone|only|please))*"
)

_SPENT_ON_TRANSFERS = re.compile(
    r"\b(?:(?:spen[dt]|spending|much|went|gone|goes|go) (?:on|in|for|as|into)"
    r"|(?:share|part|percent|percentage|proportion)\b[\w ]*? (?:was|were|is|are|of|for|on|went to|goes to))"
    r" (?:my |the )?(?P<said>transfers)\b(?! (?:to|from|between|of|above|over|below|under|by|via|i|we|that|which)\b)"
)


def _bare_transfers(text: str, scope: Scope) -> Iterator[Mention[Any]]:
    """ "And transfers?", "transfers in September": to a customer those to people, which go by that name, and not every
    payment."""
    said = None if scope.is_of_many else _BARE_TRANSFERS.fullmatch(text) or _SPENT_ON_TRANSFERS.search(text)
    if said and any(party.category == _PERSONS for party in scope.counterparties):
        yield Mention("category", (_PERSONS,), *said.span("said"), weight=9)


def _cues(text: str) -> Iterator[Mention[Any]]:
    for cue, value, pattern in PATTERNS:
        for match in pattern.finditer(text):
            # "Which shop" asks for a payee, though "shop" may be a verb elsewhere.
            is_asked_for = cue is Cue.NOUN and text[: match.start()].endswith("which ")
            yield Mention(
                "cue", (cue, _value(value, match)), match.start(), match.end(), weight=6 if is_asked_for else 1
            )


def _value(value: object, match: re.Match[str]) -> object:
    """What a rank counts to, with its direction: 5 for "top 5", -3 for "bottom 3"."""
    if value not in ("n", "low"):
        return value
    said = next((group for group in match.groups() if group), "one")
    count = NUMBERS.get(said) or int(said)
    return -count if value == "low" else count


def _clock(text: str) -> Iterator[Mention[Any]]:
    for match in CLOCK.finditer(text):
        if match["b"]:
            first, last = _hour(match["a"], match["ahalf"] or match["bhalf"]), _last_hour(match["b"], match["bhalf"])
        elif match["side"] in ("after", "past", "since"):
            first, last = _hour(match["c"], match["chalf"]), 23
        else:
            first, last = 0, _last_hour(match["c"], match["chalf"])
        if 0 <= first <= last <= 23:
            yield Mention("cue", (Cue.HOURS, (first, last)), match.start(), match.end(), weight=4)


def _last_hour(number: str, half: str) -> int:
    """The hour before the one that a stretch ends with; midnight ends a day."""
    return (_hour(number, half) or 24) - 1


def _hour(number: str, half: str) -> int:
    hour = int(number) % 12 if half.startswith(("a", "p")) else int(number)
    return hour + 12 if half.startswith("p") else hour


_ACCOUNT_WORDS = r"(?:(?:in|from|at|with|through|of|on|out of|into|to) )?(?:my |the )?"


def _accounts(text: str, scope: Scope) -> Iterator[Mention[Any]]:
    """Own accounts by bank, by name, or by the end of their number."""
    for name, accounts in _account_names(scope.accounts).items():
        pattern = rf"(?<![\w&-]){_ACCOUNT_WORDS}{re.escape(name)}(?:'s)?(?: bank)?(?: (?:savings |current )?accounts?)?(?![\w&])"
        for match in re.finditer(pattern, text):
            if name in common_words() and "account" not in match.group():
                continue
            named = match.start() + match.group().index(name)
            for start in {match.start(), named}:  # "in my" may belong to what is before: "how much is in my ..."
                yield Mention("account", tuple(accounts), start, match.end(), weight=3)


_OTHER_SIDE = re.compile(
    r"\b(?:to|towards?|into|from|with|between|paid|paying|payee|receiver|recipient|beneficiary|involving)(?: (?:a|the|one))?$"
)
"""Before a name, in a question about alerts, it tells of whom was paid; otherwise alerts are of those who pay."""


_SENDS = re.compile(
    r" (?:(?:has|have|had) )?(?:ever |also |already |so far |just )?(?:made|sent|did|done|transferred|gave|given)\b"
)
_THEIR_PAYMENT = re.compile(r"\b(?:payments?|transfers?|transactions?|money|amounts?|sums?)(?: that| which)?$")
""" "The payment Asha Menon made": hers."""
_FROM_HERE = re.compile(r"(?:^|\bfrom|[:;,(-]|\b(?:payments?|transfers?|transactions?|money|total|sum))$")
_TO_THERE = re.compile(r" (?:->|=>|\u2192|to|towards) ")
_CHOICE = re.compile(r"(?:,| or)$")
""" "Which customer spends more, Arjun Singh or Asha Menon"."""


def _holders(text: str, scope: Scope) -> Iterator[Mention[Any]]:
    """To a bank: the accounts of a customer who is named as the one who pays, spends or has."""
    if not scope.is_of_many:
        return
    for name, accounts in _account_holders(scope.accounts).items():
        for match in re.finditer(
            rf"\b(?:(?:did|has|does|had|is|customer|of|for|by|on|against) )?{re.escape(name)}(?:'s?)?\b", text
        ):
            before, after = text[: match.start()].rstrip(), text[match.end() :]
            acts = after.startswith((" spend", " spent", " pay", " paid", " receive", " was flagged", " got flagged"))
            acts = acts or (_SENDS.match(after) and _THEIR_PAYMENT.search(before)) or _is_payer(before, after)
            is_choice = "which customer" in text and (_CHOICE.search(before) or after.startswith(" or "))
            if (
                match.group() != name
                or acts
                or is_choice
                or (speaks_of_alerts(text) and not _OTHER_SIDE.search(before))
            ):
                yield Mention("account", tuple(accounts), match.start(), match.end(), weight=9)


def _is_payer(before: str, after: str) -> bool:
    """ "From Arjun Singh to Meera Dutta", "Arjun Singh -> Meera Dutta"."""
    return bool(_FROM_HERE.search(before) and _TO_THERE.match(after))


_OF_ACCOUNTS = re.compile(r"(?: (?:bank|cards?|accounts?|savings?|current|joint|credit|debit|plc|ltd))+$")
""" "Amex Card" is the Amex."""
_TELL_NOTHING = frozenset("first second third main other old new own personal family house household home work".split())
""" "Second account" is not every second."""


@cache
def _account_holders(accounts: tuple[OwnAccount, ...]) -> dict[str, list[OwnAccount]]:
    holders: dict[str, list[OwnAccount]] = {}
    for account in accounts:
        holders.setdefault(normalise(account.holder), []).append(account)
    return holders


@cache
def _account_names(accounts: tuple[OwnAccount, ...]) -> dict[str, list[OwnAccount]]:
    names: dict[str, list[OwnAccount]] = {}
    for account in accounts:
        bank = normalise(account.bank)
        own = normalise(account.name)
        short = {_OF_ACCOUNTS.sub("", name) for name in (bank, own)} - common_words() - _TELL_NOTHING
        for name in {bank, bank.removesuffix(" bank"), own, normalise(account.number), *short}:
            names.setdefault(name, []).append(account)
    return {name: found for name, found in names.items() if len(name) > 2}


def _unknown(text: str, mentions: list[Mention[Any]]) -> Iterator[str]:
    """The phrases that no mention covers: neighbouring words that are not filler, together."""
    run: tuple[int, int] | None = None
    for word, start, end in words(text):
        covered = any(mention.start < end and start < mention.end for mention in mentions)
        if covered or word in FILLER or stem(word) in FILLER:
            if run:
                yield text[run[0] : run[1]]
            run = None
            continue
        run = (run[0] if run else start, end)
    if run:
        yield text[run[0] : run[1]]
