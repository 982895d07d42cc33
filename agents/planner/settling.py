"""Settling: a frame as this caller means it, by what their own payments are: a person refunds nothing, rides are taken
in taxis, of one category the payees are ranked."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from agents.plan import Operation
from agents.planner.frame import Frame, Topic
from agents.planner.holdings import held
from agents.planner.parse import COMPARING, asks_in_money
from agents.planner.series import FIXED
from agents.planner.slots import INCOME_CATEGORIES, change_said, merged, persons_paid
from agents.scope import Scope
from core.insights.query import Dimension, Filter, Flow, Measure, Operator, QueryPeriod
from core.periods import Period

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?: 20\d\d)?"
_IS_BASE = re.compile(
    r"\b(?:than|compared (?:to|with)|over|vs\.?|versus|against|relative to)(?: (?:it|what it|what i|that of|i))?"
    r"(?: (?:was|is|did|spent|paid|had been))?(?: (?:in|during|for))? "
    rf"(?:(?:the )?(?:last|previous) (?:month|week|quarter|year)|{_MONTH})\b"
)
_PERSON = re.compile(
    r"\b(?:which|what|who is the|whom?|the|any)(?: \w+)? (?:person|individual)\b"
    r"|\bhow many (?:different |distinct |other )?(?:people|persons|individuals|friends)\b"
    r"(?! (?:paid|sent|gave)| ?(?:/|or|and) ?\w)"
    r"|\bpeople (?:(?:that|who|whom) )?(?:i|we)(?: have|'ve)? (?:sent|send|transferred)\b"
    r"|(?<!shops and )(?<!shops or )\b(?:(?:top|biggest|main)(?: \w+)?|which|who are the)"
    r" (?:people|persons|individuals)\b"
    r"(?! ?(?:/|or|and) ?\w)"
)
_SHOPS = re.compile(r"\b(?:shops|stores)\b")
_ANYBODY = re.compile(
    r"\b(?:people|ppl|persons?|individuals?|merchants?|payees?|compan(?:y|ies)|parties|apps?|places?|anyone|anybody)\b"
)
_NO_SHOPS = ("transfer", "rent", "investment", "loan", "insurance", "tax", "fees", "cash")
"""What nobody pays in a shop: persons, landlords, funds, and cash drawn."""
_WHICH_FRIEND = re.compile(
    r"^(?:and |so )?(?:which|what)(?: one)?(?: of my)? (?:friend|relative|mate|buddy|person)s?\b"
)
_OCCASION = re.compile(r"\bhow many (?P<what>rides|meals|refills|fill-?ups|recharges|trips|visits|orders|bookings)\b")
_OF_OCCASION = {
    "rides": "taxi", "meals": "eating_out", "refills": "fuel", "fillups": "fuel", "fill-ups": "fuel",
    "recharges": "telecom",
}  # fmt: skip
"""What is counted by its own word, where no category is named."""
_BY_PAYEE = (Dimension.COUNTERPARTY,)
_PERSONS = "transfer"
"""The category of payments between people."""
_EARNED = Filter(field="category", operator=Operator.NOT_IN, values=tuple(sorted(INCOME_CATEGORIES)))


def settled(frame: Frame, text: str, scope: Scope, today: date) -> Frame:
    """The frame of a question in full, whose normalised words are `text`, as a caller of this scope means it."""
    frame = _of_refund(_of_people(_without_contradiction(frame, scope), scope), text)
    frame = _of_purchases(frame, text)
    frame = _of_income(_of_senders(_from_who_pays(_of_payers(frame, scope), text, scope), text, scope))
    frame = _of_occasions(_of_shops(_of_persons(_of_friends(frame, text), text, scope), text, scope), text)
    frame = _of_tariff(_of_price(_of_its_parts(frame), text, scope), text, scope)
    frame = _to_first_paid(_by_customer(_as_it_stands(frame, text, scope), text), text, scope)
    frame = held(_beyond_the_one(frame), text, today)
    return _with_running(_of_all_together(_held_apart(frame, text)), text, today)


_PURCHASE = re.compile(
    r"\b(?:purchases?|buys)\b"
    r"|\b(?:things?|items?|stuff|something|what|one) (?:that )?(?:i|we)(?:'ve| have)?(?: ever)? (?:bought|purchased)\b"
)
_NOT_BOUGHT = (
    "rent", "loan", "transfer", "insurance", "tax", "investment", "fees", "cash", "utilities", "telecom", "childcare",
    "education",
)  # fmt: skip
"""Categories in which money goes out and nothing is bought in a shop."""
_BY_AMOUNT = frozenset({"largest", "smallest"})


def _of_purchases(frame: Frame, text: str) -> Frame:
    """ "My biggest purchase", "purchases over 500": of what was bought, and not the rent or an instalment."""
    by_size = frame.measure in (Measure.LARGEST, Measure.SMALLEST) or frame.latest in _BY_AMOUNT
    is_limited = any(f.field == "amount_minor" for f in frame.conditions)
    names_any = frame.topic or frame.objects or frame.without or frame.flow is Flow.IN or frame.group_by
    if names_any or not (by_size or is_limited) or not _PURCHASE.search(text):
        return frame
    kept_out = Filter(field="category", operator=Operator.NOT_IN, values=_NOT_BOUGHT)
    return frame.with_changes(without=(kept_out,))


_CUSTOMER = re.compile(r"\b(?:customers?|clients?|account holders?)\b")


def _by_customer(frame: Frame, text: str) -> Frame:
    """ "Which customer": whoever has several accounts is one."""
    is_each = frame.group_by == (Dimension.ACCOUNT,) and frame.topic is None
    if not is_each or not _CUSTOMER.search(text) or re.search(r"\baccounts?\b(?! holders?)", text):
        return frame
    return frame.with_changes(group_by=(Dimension.CUSTOMER,))


_SOMEBODY = (
    r"(?:some(?:body|one)|any(?:body|one)|a (?:person|payee|shop|merchant)|people|persons|payees|shops|merchants|those"
    r"|whom)"
)
_FIRST_PAID = re.compile(
    r"\b(?:to|at|with|paid|pay|pays|for) (?:(?:an?|any|some|the) )?(?:brand[- ]?|completely |totally )?"
    r"(?:new|first[- ]time) (?:payee|person|people|merchant|shop|recipient|beneficiar|counterpart|contact)"
    rf"|\b{_SOMEBODY}(?: (?:that|who|whom))? (?:i|we|they|he|she)(?:'d|'ve| had| have| has)?(?: never| not)"
    r" (?:paid|sent (?:money|anything) to|bought from|dealt with|transferred to)\b"
)
_OF_SINGLES = (Measure.LARGEST, Measure.SMALLEST, Measure.AVERAGE, Measure.MEDIAN)
_BIG = re.compile(r"\b(?:large|largest|big|biggest|high|highest|huge)\b")


def _to_first_paid(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "The largest payment to somebody new": of the payments that were the first ones between two; and which customers
    made such payments, where customers are asked for."""
    if not _FIRST_PAID.search(text) or frame.is_of_alerts or frame.topic is not None:
        return frame
    first = Filter(field="payee_is_new", operator=Operator.IN, values=("new",))
    if scope.is_of_many and frame.ask in _OF_FIRSTS and _WHICH_CUSTOMERS.search(text):
        measure = Measure.LARGEST if _BIG.search(text) else Measure.SPEND
        asked = {"ask": Operation.RANK, "measure": measure, "group_by": (Dimension.CUSTOMER,)}
        return frame.with_changes(**asked, conditions=(*frame.conditions, first))
    is_told = first in frame.conditions or frame.measure not in _OF_SINGLES
    return frame if is_told else frame.with_changes(conditions=(*frame.conditions, first))


_OF_FIRSTS = (Operation.TO_NEW, Operation.MET, Operation.RANK, Operation.BREAKDOWN)
_WHICH_CUSTOMERS = re.compile(
    r"\b(?:which|what|list|show|who|any)\b(?: \w+){0,3} (?:customers?|clients?|account holders?)\b"
)


def is_of_nothing(frame: Frame, text: str) -> bool:
    """Whether visits or orders are counted and nobody can tell where."""
    said = _OCCASION.search(text)
    return said is not None and said["what"] not in _OF_OCCASION and _names_nothing(frame)


def _names_nothing(frame: Frame) -> bool:
    return not (frame.objects or frame.without or frame.is_of_alerts or frame.topic)


def _kinds(names: Iterable[str], scope: Scope) -> set[str]:
    """The categories of these payees."""
    return {party.category for party in scope.counterparties if party.name in names}


def _categories(*slugs: str) -> tuple[Filter, ...]:
    return (Filter(field="category", operator=Operator.IN, values=slugs),)


def _without_contradiction(frame: Frame, scope: Scope) -> Frame:
    """Of "instalments to my mutual fund" the fund: a payee who never is of the category named is meant without."""
    slugs, names = frame.values_of("category"), frame.values_of("counterparty")
    kinds = _kinds(names, scope)
    if not slugs or not kinds or frame.are_apart or kinds & slugs:
        return frame
    return frame.with_changes(objects=tuple(f for f in frame.objects if f.field != "category"))


def _of_people(frame: Frame, scope: Scope) -> Frame:
    """What a person "paid back" or "returned" is money received: only shops refund."""
    if frame.topic is not Topic.REFUNDS or _kinds(frame.values_of("counterparty"), scope) != {_PERSONS}:
        return frame
    measure = frame.measure or Measure.INCOME
    return frame.with_changes(topic=None, ask=Operation.VALUE, measure=measure, flow=Flow.IN, latest=None)


_OF_ITS_SUM = re.compile(r"\b(?:how much|amount|value|worth|what sum|how large|how big)\b")


def _of_refund(frame: Frame, text: str) -> Frame:
    """ "How much was the last refund", "the last refund in rupees": its amount before its day. "Who refunded me": the
    payees, and no sum of each."""
    if frame.topic is Topic.REFUNDS and frame.ask is Operation.BREAKDOWN and frame.group_by == _BY_PAYEE:
        frame = frame.with_changes(ask=None)
    is_one = frame.topic is Topic.REFUNDS and frame.latest is not None
    if not is_one or not (_OF_ITS_SUM.search(text) or asks_in_money(text)):
        return frame
    return frame.with_changes(asks_amount=True)


def _of_income(frame: Frame) -> Frame:
    """ "How much was the interest the last time it came?": what is only earned comes in, though nothing says so."""
    slugs = frame.values_of("category")
    if frame.topic is not None or frame.flow is not None or not slugs or not slugs <= INCOME_CATEGORIES:
        return frame
    measure = Measure.INCOME if frame.measure is Measure.SPEND or frame.ask in COMPARING else frame.measure
    return frame.with_changes(flow=Flow.IN, measure=measure)


_OF_PARTIES = (Operation.COUNT_GROUPS, Operation.RANK, Operation.BREAKDOWN)


def _of_payers(frame: Frame, scope: Scope) -> Frame:
    """ "How many people paid Asha?", asked at a bank: whoever paid into her account there, else the customers who paid
    her. Among the payees of one payee nobody is counted."""
    is_of_parties = frame.ask in _OF_PARTIES and frame.group_by == (Dimension.COUNTERPARTY,) and not frame.topic
    names = [f for f in frame.objects if f.field == "counterparty" and len(f.values) == 1]
    is_of_one = bool(names) and frame.objects == tuple(names[:1]) and frame.flow is not Flow.IN
    if not (scope.is_of_many and is_of_parties and is_of_one) or frame.is_of_alerted or _names_account(frame):
        return frame
    own = tuple(str(one.account_id) for one in scope.accounts if one.holder in names[0].values)
    if not own:
        return frame.with_changes(group_by=(Dimension.CUSTOMER,))
    into = Filter(field="account", operator=Operator.IN, values=own)
    measure = Measure.INCOME if frame.measure in (None, Measure.SPEND) else frame.measure
    return frame.with_changes(objects=(), conditions=(*frame.conditions, into), flow=Flow.IN, measure=measure)


_PAID_OUT = re.compile(
    r"\b(?:i|we|have i|have we) (?:\w+ )?(?:pay|paid|sen[dt]|spen[dt]|g[ai]ve|transfer(?:red)?)\b|\bpaid to\b"
)


def _from_who_pays(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Child benefit this year": of a payee who has only ever paid the asker, what came in."""
    names = frame.values_of("counterparty")
    if frame.topic or frame.flow is Flow.IN or not names or scope.is_of_many or _PAID_OUT.search(text):
        return frame
    paying = {party.name for party in scope.counterparties if party.only_pays}
    if not names <= paying:
        return frame
    return frame.with_changes(flow=Flow.IN, measure=Measure.INCOME if frame.measure is Measure.SPEND else frame.measure)


def _names_account(frame: Frame) -> bool:
    return any(f.field == "account" for f in frame.conditions)


_WHO_SENDS = re.compile(
    r"\bwho(?: has| have)? (?:sent|paid|gave|given|transferred) (?:the )?(?:most|least|highest|maximum)\b"
)


def _of_senders(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Who sent the most?": to one customer somebody who sends is whom money came from."""
    ranks = frame.ask is Operation.RANK and frame.group_by == (Dimension.COUNTERPARTY,)
    if not ranks or scope.is_of_many or not _WHO_SENDS.search(text):
        return frame
    measure = Measure.INCOME if frame.measure in (None, Measure.SPEND) else frame.measure
    return frame.with_changes(flow=Flow.IN, measure=measure)


def _of_occasions(frame: Frame, text: str) -> Frame:
    """ "How many rides did I take" are taxi rides."""
    said = _OCCASION.search(text)
    slug = _OF_OCCASION.get(said["what"]) if said and _names_nothing(frame) else None
    return frame.with_changes(objects=_categories(slug)) if slug else frame


def _of_friends(frame: Frame, text: str) -> Frame:
    """ "Which friend transferred me money": whom it was from, and not what all of them sent."""
    if not _WHICH_FRIEND.search(text) or frame.ask is not Operation.VALUE or frame.group_by:
        return frame
    return frame.with_changes(ask=Operation.RANK, group_by=(Dimension.COUNTERPARTY,), limit=frame.limit or 1)


def _of_persons(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Which person did I send the most": people, and no shop or landlord, who are payees of their own kinds."""
    of_payees = frame.ask in _OF_PARTIES and frame.group_by[:1] == (Dimension.COUNTERPARTY,) and _PERSON.search(text)
    said = persons_paid(text) if frame.flow is Flow.OUT else _FROM_PERSONS.search(text)
    are_persons = frame.ask in _OF_PAYMENTS and said
    leaves_them_out = any(_PERSONS in f.values for f in frame.without)
    if not (of_payees or are_persons) or leaves_them_out or frame.objects or frame.topic or scope.is_of_many:
        return frame
    if frame.flow is Flow.IN:
        return frame.with_changes(without=(*frame.without, _EARNED))
    knows_people = any(party.category == _PERSONS for party in scope.counterparties)
    return frame.with_changes(objects=_categories(_PERSONS)) if knows_people else frame


def _of_shops(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Top 3 shops", "how many new shops": without persons, landlords and funds."""
    of_payees = frame.ask in _OF_PARTIES and frame.group_by[:1] == (Dimension.COUNTERPARTY,)
    of_new = frame.measure is Measure.NEW_COUNTERPARTIES or frame.ask is Operation.MET
    is_other = frame.objects or frame.topic or frame.flow is Flow.IN or scope.is_of_many
    known = tuple(slug for slug in _NO_SHOPS if slug in scope.categories)
    if not known:
        return frame
    others = Filter(field="category", operator=Operator.NOT_IN, values=known)
    if frame.values_of("counterparty") and frame.without == (others,):
        return frame.with_changes(without=())  # one of those shops: all that was paid there
    if not (of_payees or of_new) or is_other or not _SHOPS.search(text) or _ANYBODY.search(text):
        return frame
    return frame.with_changes(without=merged((*frame.without, others)))


_FROM_PERSONS = re.compile(r"\bfrom (?:(?:other|private|some|my) )?(?:people|persons|individuals|friends)\b")
_OF_PAYMENTS = (Operation.VALUE, Operation.LIST, Operation.WHEN_LAST, Operation.WHEN_FIRST)


def _of_its_parts(frame: Frame) -> Frame:
    """ "Which of my subscriptions costs the most": of one category the payees, which is no rank of categories; what
    went to one payee has no such parts."""
    if frame.ask is Operation.BREAKDOWN and frame.group_by == (Dimension.COUNTERPARTY,) and not frame.topic:
        is_one = len(frame.values_of("counterparty")) == 1
        return frame.with_changes(ask=Operation.VALUE, group_by=()) if is_one else frame
    is_ranked = frame.ask is Operation.RANK and frame.group_by[:1] == (Dimension.CATEGORY,)
    if not is_ranked or len(frame.values_of("category")) != 1:
        return frame
    return frame.with_changes(group_by=(Dimension.COUNTERPARTY,))


def _of_price(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "Has Netflix gone up?", "has it gone up this year?", of a salary: whether they take or give more than they did,
    and not what went there in two months."""
    kinds = _kinds(frame.values_of("counterparty"), scope) | frame.values_of("category")
    asks = frame.ask in COMPARING and not frame.against and _HAS_IT.match(text) and not _THAN.search(text)
    if not (asks and kinds and kinds <= FIXED) or frame.group_by:
        return frame
    asked = {"of_change": "difference" if _BY_HOW_MUCH.match(text) else "day", "sign": change_said(text)}
    return frame.with_changes(ask=Operation.CHANGED, measure=None, periods=frame.periods[:1], **asked)


def _beyond_the_one(frame: Frame) -> Frame:
    """ "Is 51,328 the largest payment to her?": of all of them, and not of those of that amount."""
    amounts = [f for f in frame.conditions if f.field == "amount_minor"]
    is_one = len(amounts) == 2 and amounts[0].values == amounts[1].values
    if not is_one or frame.measure not in (Measure.LARGEST, Measure.SMALLEST):
        return frame
    return frame.with_changes(conditions=tuple(f for f in frame.conditions if f.field != "amount_minor"))


def _of_tariff(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "How much does Netflix cost": what it took last, where it takes the same again and again."""
    kinds = _kinds(frame.values_of("counterparty"), scope) | frame.values_of("category")
    asks = frame.ask in (None, Operation.VALUE) and frame.measure is Measure.SPEND and COSTS_NOW.fullmatch(text)
    if frame.topic is not None or frame.periods or not (asks and kinds and kinds <= FIXED):
        return frame
    return frame.with_changes(ask=Operation.LIST, measure=None, latest="latest", limit=1, flow=Flow.OUT)


def _as_it_stands(frame: Frame, text: str, scope: Scope) -> Frame:
    """ "How much is my broadband", "what is my salary": what came last, of one who takes or pays the same each time."""
    slugs, names = frame.values_of("category"), frame.values_of("counterparty")
    payees = [party for party in scope.counterparties if party.name in names or (party.category in slugs and not names)]
    is_sum = frame.ask in (None, Operation.VALUE) and frame.measure in (None, Measure.SPEND, Measure.INCOME)
    is_bare = not (frame.topic or frame.periods or frame.conditions or frame.without or frame.group_by)
    if not (is_sum and is_bare and len(payees) == 1 and _STANDS_AT.fullmatch(text)) or payees[0].category not in FIXED:
        return frame
    flow = Flow.IN if payees[0].category in INCOME_CATEGORIES else Flow.OUT
    return frame.with_changes(ask=Operation.LIST, measure=None, latest="latest", limit=1, flow=flow)


_STANDS_AT = re.compile(
    r"(?:how much|what)(?:'s| is| are) (?:my|the|our)(?! total\b| average\b)(?: monthly| current)? [\w&' ]+?"
    r"(?<!spend)(?<!spending)(?: now| these days| currently| at present| at the moment)?"
    r"|(?!how\b|what\b)(?:(?:my|the) )?[\w&' ]+ (?:cost|price|fee|fees|tariff)"
)
COSTS_NOW = re.compile(
    r"(?:(?:and|so|ok) )?(?:how much|what) (?:do|does|will|would) [\w&' ]+? (?:cost|charge|take|bill)(?: me| us)?"
    r"(?: now| these days| currently| at present| at the moment)?"
)
""" "How much does StreamRasa cost me now"."""


_BY_HOW_MUCH = re.compile(r"(?:and |so )?(?:by )?how much\b")
_HAS_IT = re.compile(rf"(?:and |so )?(?:{_BY_HOW_MUCH.pattern} )?(?:has|have|did)\b")
_THAN = re.compile(r"\b(?:than|from|compared|against|vs\.?|versus|over|between)\b")
_AGAINST = re.compile(r"\b(?:vs\.?|versus|v/s|against|compar\w+|than|or)(?!\w)")


def _held_apart(frame: Frame, text: str) -> Frame:
    """ "The monthly average of 2025 against that of 2026": of each year by itself; and of more than two months that are
    to be compared."""
    if frame.ask is Operation.COMPARE and len(frame.periods) > 2 and not frame.group_by:
        return frame.with_changes(ask=Operation.VALUE, are_held_apart=True)
    is_apart = frame.ask is Operation.PACE and len(frame.periods) > 1 and bool(_AGAINST.search(text))
    return frame.with_changes(are_held_apart=True) if is_apart else frame


_ADDED_UP = frozenset(
    {Measure.SPEND, Measure.INCOME, Measure.NET, Measure.VOLUME, Measure.COUNT, Measure.NEW_COUNTERPARTIES}
)
"""What two periods come to together is the sum of what each came to; an average or a largest is no such sum."""


def _of_all_together(frame: Frame) -> Frame:
    """ "The average payment of July and August" is that of both months as one, where they touch; else of each."""
    adds_up = frame.measure is None or frame.measure in _ADDED_UP
    if adds_up or len(frame.periods) < 2 or frame.topic or frame.ask not in (None, Operation.VALUE):
        return frame
    periods = sorted((period.period for period in frame.periods), key=lambda period: period.start)
    if any(one.end != other.start for one, other in pairwise(periods)):
        return frame.with_changes(are_held_apart=True)
    return frame.with_changes(periods=(QueryPeriod.of(Period(periods[0].start, periods[-1].end)),))


def _with_running(frame: Frame, text: str, today: date) -> Frame:
    """ "Is my rent higher than in May?": what is running, held against the one period that is said."""
    if frame.ask not in (*COMPARING, Operation.MOVED) or len(frame.periods) != 1 or frame.against:
        return frame
    base = frame.periods[0].period
    if base.unit is None or base.end > today or not _IS_BASE.search(text):
        return frame
    running = Period.of(base.unit, today)
    if frame.ask is Operation.MOVED and running.previous() == base:
        return frame.with_changes(periods=(QueryPeriod.of(running),))  # as many days of each tell what rose
    return frame.with_changes(periods=(QueryPeriod.of(running), *frame.periods))
