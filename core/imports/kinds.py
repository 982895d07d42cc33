"""What a bank's own code for the kind of a row tells: of `CPT` and `LNK COOP HEADINGLEY` that a machine gave cash."""

import re
from typing import NamedTuple

from core.imports.narration import listed, phrases


class Kind(NamedTuple):
    """The way that rows of a kind go, and what money is for that goes out or comes in; empty where it says nothing."""

    channel: str = ""
    out: str = ""
    into: str = ""

    def slug(self, *, is_outgoing: bool) -> str:
        return self.out if is_outgoing else self.into


_CASH = Kind("atm", "cash", "cash")
_TABLE = {
    "cpt, csh, atm, c/l, spb, cdm, cash point, cashpoint, cash machine, cash withdrawal, atm withdrawal": _CASH,
    "geldautomaat, bargeldauszahlung": _CASH,
    "fee, fees, chg, com, fpc, bank charge, bank charges, account fee, entgelt, entgelte": Kind("", "fees", "fees"),
    "int, interest, gross interest": Kind("", "fees", "interest"),
    "mtg, mortgage": Kind("", "loan", ""),
    "sal, salary": Kind("", "", "salary"),
    "dd, d/d, ddr, incasso": Kind("direct_debit"),
    "so, s/o, sto": Kind("standing_order"),
    "fpi, fpo, bgc, bac, bp, obp, ibp, mpi, mpo, pay, tfr, trf, dpc": Kind("transfer"),
    "online bankieren, overschrijving, ideal": Kind("transfer"),
    "deb, pos, vis, eft, ))), presentment, kartenzahlung, kartenverf\u00fcgung, betaalautomaat": Kind("card"),
    "chq, cheque": Kind("cheque"),
}
"""Codes of British banks, and the words that British, German and Dutch ones write out."""
_KINDS = {code: kind for codes, kind in _TABLE.items() for code in listed(codes)}

_MACHINE = re.compile(rf"(?:{phrases('lnk, notemachine, cashzone, cardtronics, cash ?machine, cash ?point')})\b", re.I)
"""Machines that stand in shops, and are printed before the shop's name."""


def kind_of(code: str, narration: str) -> Kind:
    """What the code says, or what the narration begins with where it has none."""
    return _KINDS.get(code.strip().casefold()) or (_CASH if _MACHINE.match(narration) else Kind())
