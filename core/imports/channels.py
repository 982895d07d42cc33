"""How a row's money went, where the file does not say."""

import re

from core.imports.narration import phrases

UNKNOWN = "unknown"

_TABLE = {
    "atm": r"atm, atw, eaw, nwd, cash ?(?:withdrawal|wdl|machine), cashpoint, lnk, notemachine, bargeld\w*, geldautomat, ga nr\d*",
    "direct_debit": r"direct debit, dd, (?:folge|erst|basis)?lastschrift, sepa-lastschrift, ach d(?:ebit)?, nach, ecs, mandate",
    "standing_order": "standing order, dauerauftrag",
    "upi": "upi",
    "neft": "neft",
    "imps": "imps",
    "rtgs": "rtgs",
    "cheque": r"che(?:que|ck)(?: no)?\.? ?\d+, chq",
    "card": r"card, visa, mastercard, maestro, contactless, pos, ecom, checkcard, kartenzahlung, girocard, debitk, point of sale",
    "transfer": r"""
        transfer, tfr, trf, faster payments?, fpo, fpi, bacs, giro, chaps, zelle, wire, ach, (?:ue|\u00fc)berweisung, bill payment,
        direct dep(?:osit)?, gutschrift, online banking
    """,
}
_CHANNELS = [
    (channel, re.compile(rf"(?<![^\W_])(?:{phrases(words)})(?![^\W_])", re.IGNORECASE))
    for channel, words in _TABLE.items()
]


def read_channel(narration: str) -> str:
    """`card`, `upi`, `direct_debit` ... as the narration says; `unknown` where it does not."""
    return next((channel for channel, words in _CHANNELS if words.search(narration)), UNKNOWN)
