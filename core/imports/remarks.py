"""Remarks that stick to the name of somebody whom the same files also name without one: `Janet Holroyd Birthday`."""

from dataclasses import replace

import msgspec

from core.imports.narration import listed
from core.imports.staging import Staged
from core.imports.statement import Entry, Partner

NAMES_MAX = 10_000
"""Names that are remembered of one import."""

_NAME_WORDS = 2
_REMARKS = frozenset(
    listed("""
        birthday, bday, xmas, christmas, present, presents, gift, wedding, anniversary, thanks, thank, thankyou, cheers,
        ta, love, holiday, hol, trip, tickets, ticket, dinner, lunch, drinks, curry, pizza, beers, food, taxi, petrol,
        rent, bills, bill, share, half, split, deposit, loan, owed, payback, repayment, refund, money, cash, monthly,
        weekly, for, from, re, ref, geburtstag, geschenk, danke, miete, urlaub, essen
    """)
)
"""Words that begin what somebody writes on a payment, and no part of a name."""


class Names:
    """Names of first and last that an import's rows have, of which longer ones may be the same with a remark."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def add(self, entry: Entry) -> None:
        name = entry.partner.name
        if entry.partner.kind == "external" and name.count(" ") == _NAME_WORDS - 1 and len(self._known) < NAMES_MAX:
            self._known.setdefault(name.casefold(), name)

    def told(self, row: Staged) -> Staged:
        """The row with its partner as they are called without a remark."""
        partner, currency = row.entry.partner, row.entry.currency
        name = self._without_remark(partner.name)
        if name is None or partner.number != f"{partner.name.casefold()} {currency}":
            return row
        partner = Partner(partner.kind, partner.bank, f"{name.casefold()} {currency}", name)
        return replace(row, entry=msgspec.structs.replace(row.entry, partner=partner))

    def _without_remark(self, name: str) -> str | None:
        words = name.casefold().split()
        is_remark = len(words) > _NAME_WORDS and words[_NAME_WORDS] in _REMARKS
        return self._known.get(" ".join(words[:_NAME_WORDS])) if is_remark else None
