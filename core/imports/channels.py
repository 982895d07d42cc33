"""How a row's money went, where the file does not say."""

import re

from core.imports.narration import phrases
from core.imports.places import COUNTRIES, STATES

UNKNOWN = "unknown"

_TABLE = {
    "atm": r"""
        atm, atw, eaw, nwd, nfs, (?:\w+-)?cash ?(?:withdrawal|wdl|machine), cashpoint, lnk, notemachine, bargeld\w*, geldautomat,
        ga nr\d*
    """,
    "direct_debit": r"""
        direct debit, dd, (?:folge|erst|basis)?lastschrift, sepa-lastschrift, ach ?d(?:ebit|r)?, nach, ecs, mandate, ach(?=/), achdr
    """,
    "standing_order": "standing order, sto, ^so, dauerauftrag",
    "upi": "upi",
    "neft": "neft",
    "imps": "imps",
    "rtgs": "rtgs",
    "cheque": r"che(?:que|ck)(?: no)?\.? ?#? ?\d+, chq, clg",
    "card": r"""
        card, visa, mastercard, maestro, contactless, pos, ecom, checkcard, girocard, debitk, point of sale,
        (?:ec-?|debit)?karten(?:zahlung|umsatz), debitkartenumsatz, me dc si, deb, vis, bcc, clp, pcd, pci, vps, vin, ips, othpg, sbipos, (?:sq|tst|sp|paypal|py) ?\*.*
    """,
    "transfer": r"""
        transfer, tfr, trf, faster payments?, fpo, fpi, bacs, bgc, giro, chaps, zelle, wire, ach, (?:sepa-)?(?:ue|\u00fc)berweisung,
        bill payment, direct dep(?:osit)?, gutschrift, online banking, (?:ppd|web|ccd|tel) id, tpt, inft, inb, bil, ib, billpay
    """,
}
_CHANNELS = [
    (channel, re.compile(rf"(?<![^\W_])(?:{phrases(words)})(?![^\W_])", re.IGNORECASE))
    for channel, words in _TABLE.items()
]
_BY_CARD = re.compile(
    r"(?<![^\W_])(?:visa|master ?card|maestro|girocard|debitk|kaufumsatz|(?:debit|ec-?)?karten(?:zahlung|umsatz))(?![^\W_])",
    re.IGNORECASE,
)
"""What a German bank prints on a purchase by card, which it books as a direct debit."""
_SHOP = re.compile(rf"\w[\w*#./' -]* (?:{phrases(STATES.upper())}|{phrases(COUNTRIES.upper())})")
"""Many American and some British cards print nothing but the shop with its state or country."""


def read_channel(narration: str) -> str:
    """`card`, `upi`, `direct_debit` ... as the narration says; `unknown` where it does not."""
    said = next((channel for channel, words in _CHANNELS if words.search(narration)), "")
    if said == "direct_debit" and "lastschrift" in narration.casefold() and _BY_CARD.search(narration):
        return "card"
    return said or ("card" if _SHOP.fullmatch(narration.strip()) else UNKNOWN)
