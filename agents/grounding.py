"""Grounding: every number, day, name and share of an answer is a cell of what was found, or a declared operation on
such cells."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from agents.aliases import stranger
from agents.answer import Figure
from agents.claims import WEEKDAYS, Claim, Multiple, Number, When, claims, known_day
from agents.draft import Draft
from agents.evidence import Evidence, SourceUnknown, whole
from agents.findings import Findings
from agents.known import Known, known
from agents.wording import group_name

_COLUMN = re.compile(r"column (\w+)$")


def unfounded(draft: Draft, findings: Findings) -> list[str]:
    """What in the draft stands on nothing: labels of figures that their source does not come to, claims of the text
    that nothing found bears out. Empty for a grounded answer."""
    wrong = [figure.label for figure in draft.figures if not _holds(figure, findings.evidence)]
    found = known(list(draft.figures), findings)
    found.words.update(_MORE.findall(draft.text))
    return wrong + _loose(draft.text, found, _multiples(draft))


def unfounded_words(text: str, draft: Draft, findings: Findings) -> list[str]:
    """What in a model's `text` goes beyond the draft that it was given: claims that neither the draft nor its figures
    make, names that are in neither, links; or that the figure which was asked for is not in it."""
    return [
        *_loose(text, _given(draft, known(list(draft.figures), findings)), _multiples(draft)),
        *strangers(text, " ; ".join((draft.text, *(_words(figure) for figure in draft.figures)))),
        *_links(text, draft.text),
        *([] if _says(text, draft) else ["the figure that was asked for is missing"]),
    ]


def _holds(figure: Figure, evidence: Evidence) -> bool:
    """Whether the source comes to the value, worked out afresh."""
    try:
        value = evidence.value_of(figure.source)
    except SourceUnknown:
        return False
    match figure.unit:
        case "money":
            return whole(value) == figure.value_minor and evidence.currency_of(figure.source) == figure.currency
        case "count" | "days":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.005")
        case "percent":
            return abs(Decimal(str(figure.value)) - Decimal(value)) <= Decimal("0.0001")
        case "date":
            return str(value)[:10] == figure.value
        case "text":
            return _is_named(str(figure.value), value, figure.source)


def _is_named(shown: str, value: object, source: str) -> bool:
    """Whether a cell is shown as itself or by its everyday name; own accounts have names of their own."""
    column = _COLUMN.search(source)
    if column is None or column[1].startswith("account"):
        return value is not None
    return str(value) in shown or group_name(column[1], value) in shown


# Claims.


_MORE = re.compile(r"\band \d+ more\b")
"""Of a list that was cut."""


def _loose(text: str, known: Known, multiples: Sequence[Decimal]) -> list[str]:
    """The claims that are not borne out, as they are written."""
    found = claims(_without(known.words, text))
    return [claim.shown for claim in found if not _is_founded(claim, known, multiples)]


def _is_founded(claim: Claim, known: Known, multiples: Sequence[Decimal]) -> bool:
    match claim:
        case When(weekday=int(weekday)):
            return known_day(claim, known.days) or any(
                WEEKDAYS[weekday].casefold() == w.casefold() for w in known.words
            )
        case When(day=int()):
            return known_day(claim, known.days)
        case When(month=int()):
            return known_day(claim, known.days | known.months)
        case When():
            return known_day(claim, known.days) or claim.year in known.years
        case Multiple():
            return any(claim.least <= ratio <= claim.most for ratio in multiples)
        case Number():
            return any(claim.fits(value) for value in _pool(claim, known))


def _pool(number: Number, known: Known) -> Iterator[Decimal]:
    """What a number may be: an amount of its sign's currency, a share, a number of days or payments, or any of them."""
    if number.is_percent:
        yield from known.percents
    elif number.currencies is not None:
        yield from (value for currency, value in known.money if currency in number.currencies)
    elif number.is_span:
        yield from known.spans
    elif number.noun:
        yield from known.counted.get(number.noun, ()) if known.counted else known.counts
    else:
        yield from (value for _, value in known.money)
        yield from () if number.is_scaled else known.counts


def _multiples(draft: Draft) -> list[Decimal]:
    """How many times the figure asked for is another one of its kind, or the other way round; and shares as parts."""
    values = [
        Decimal(figure.value_minor or 0) if figure.unit == "money" else _plain(figure) for figure in draft.figures
    ]
    kinds = [(figure.unit, figure.currency) for figure in draft.figures]
    pairs = (
        [(values[0], value) for value, kind in zip(values, kinds, strict=True) if kind == kinds[0]] if values else []
    )
    ratios = [ratio for one, other in pairs if one and other for ratio in (abs(one / other), abs(other / one))]
    return ratios + [abs(value) / 100 for value, (unit, _) in zip(values, kinds, strict=True) if unit == "percent"]


def _plain(figure: Figure) -> Decimal:
    return Decimal(str(figure.value)) if isinstance(figure.value, int | float) else Decimal(0)


def _given(draft: Draft, found: Known) -> Known:
    """What the draft itself says: its figures, and the claims of its text as exactly as what was found has them."""
    given = Known(words={word for word in found.words if word in draft.text} | set(_MORE.findall(draft.text)))
    for figure in draft.figures:
        given.add_figure(figure)
    whens: list[When] = []
    for claim in claims(" ; ".join((draft.text, *(figure.label for figure in draft.figures)))):
        if isinstance(claim, Number):
            _give(claim, given, found)
        elif isinstance(claim, When):
            whens.append(claim)
    for when in whens:
        if when.weekday is not None:
            given.words.add(WEEKDAYS[when.weekday])
        days = {day for day in found.days if known_day(when, {day})}
        given.years.update(day.year for day in days)
        if when.day is not None:
            given.days.update(days)
        elif when.month is not None:
            given.months.update(day.replace(day=1) for day in days)
    return given


def _give(number: Number, given: Known, found: Known) -> None:
    if number.is_percent:
        given.percents.update(value for value in found.percents if number.fits(value))
    elif number.is_span:
        given.spans.add(number.value)
    elif number.noun:
        given.counted.setdefault(number.noun, set()).add(number.value)
    else:
        given.money.update((currency, value) for currency, value in found.money if number.fits(value))
        given.counts.update(value for value in found.counts if number.fits(value) and number.currencies is None)


def _without(words: set[str], text: str) -> str:
    """The text without the known words that hold digits, the longest first; a number is never cut in two."""
    present = [word for word in words if word in text and any(map(str.isdigit, word))]
    for word in sorted(present, key=len, reverse=True):
        text = re.sub(rf"(?<![\d.,]){re.escape(word)}(?!\d|[.,]\d)", " ", text)
    return text


# Names.

_CAPITAL = re.compile(r"(?<![\w'’])[A-Z][\w&'’.-]*\w|(?<![\w'’])[A-Z]\b")
_NAME = re.compile(r"[\w&’'-]+")
_BEGINS = re.compile(r"(?:^|[.!?:;]\s+|[“\"(]\s*)$")
_LINK = re.compile(r"\w+://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b|\S+@\S+")
_OPENERS = frozenset(
    """
    a about across after all almost also altogether although among an and another as at average because before below
    besides between both but by compared currently during each even every exactly excluding finally first for from
    fewer here how however i if in income into is it its just largest last later least less leaving looking more most
    much my nearly next no none not nothing now of on one only or other our out over overall part payments per please
    put roughly savings second since smallest so some spending that the their then there these they this those though
    through to together total transactions twice under until up usually was we were what when where which while with
    within without yes you your
    """.split()
)
"""Words that begin sentences and name nobody."""


def strangers(text: str, given: str) -> list[str]:
    """Names in `text` that are not in `given`: runs of words with a capital, where no sentence asks for one."""
    if alias := stranger(text):
        return [alias]
    known_names = f" {' '.join(_NAME.findall(given.casefold()))} "
    return [name for name in _names(text) if f" {' '.join(_NAME.findall(name.casefold()))} " not in known_names]


def _names(text: str) -> Iterator[str]:
    """Runs of words with capitals, without what begins a sentence and names nobody, and without months and the like."""
    run: list[str] = []
    end = 0
    for match in _CAPITAL.finditer(text):
        word = match.group()
        plain = re.sub(r"['’]s?$", "", word)
        begins = bool(_BEGINS.search(text[: match.start()]))
        if run and (text[end : match.start()] != " " or begins):
            yield " ".join(run)
            run = []
        end = match.end()
        if plain.casefold() in _CALENDAR or (begins and plain.casefold() in _OPENERS):
            if run:
                yield " ".join(run)
            run = []
        else:
            run.append(plain)
    if run:
        yield " ".join(run)


def _words(figure: Figure) -> str:
    return f"{figure.label} ; {figure.value if figure.unit == 'text' else ''}"


_CALENDAR = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays i inr rs eur
    usd gbp czk fy q1 q2 q3 q4
    """.split()
)
"""Checked as days, or as signs of money."""


def _links(text: str, given: str) -> Iterator[str]:
    return (match.group() for match in _LINK.finditer(text) if match.group() not in given)


def _says(text: str, draft: Draft) -> bool:
    """Whether the text has the figure that was asked for, the first of the draft."""
    if not draft.figures:
        return True
    asked, wanted = draft.figures[0], Known()
    wanted.add_figure(asked)
    if asked.unit == "text":
        return str(asked.value).casefold() in text.casefold()
    if any(word in text for word in wanted.words):
        return True
    pool = wanted.percents | wanted.counts | wanted.spans | {value for _, value in wanted.money}
    for claim in claims(text):
        if isinstance(claim, Number) and any(claim.fits(value) for value in pool):
            return True
        if isinstance(claim, When) and wanted.days and known_day(claim, wanted.days):
            return True
    return asked.value == 0 and bool(re.search(r"\b(?:no|none|nothing|not|same)\b", text, re.IGNORECASE))
