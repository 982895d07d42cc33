"""Words of narrations: what the tables that read them are written in, and whether money came back or is one's own."""

import re


def phrases(table: str) -> str:
    """A pattern of the phrases of a table, which commas part: of two that begin alike the longer one is tried first."""
    listed = [" ".join(phrase.split()) for phrase in table.split(",")]
    return "|".join(sorted((one for one in listed if one), key=len, reverse=True))


def says_refund(narration: str) -> bool:
    """Whether it calls the money that came in a refund."""
    return _REFUND.search(narration) is not None


def says_own(narration: str) -> bool:
    """Whether it says that both accounts are one holder's."""
    return _OWN.search(narration) is not None


def says_transfer(narration: str) -> bool:
    """Whether it may be a movement between one holder's accounts, if another row says the same."""
    return _TRANSFER.search(narration) is not None


_OWN_WORDS = r"""
    own (?:account|transfer), self[ -]?transfer, between (?:my |own )?accounts, internal transfer, umbuchung, eigen(?:es )?konto,
    (?:to|from|into) (?:my |a |the )?savings?, savings? pot, pot transfer, (?:to|from) pot,
    (?:tfr|trf|transfer|xfer|sweep)\b.*\b(?:savings?|sav|saver|isa|pot), savings? (?:transfer|tfr), tagesgeld
"""
_TRANSFER_WORDS = (
    r"transfer\w*, tfr, trf, xfer, savings?, sav, own, self, umbuchung, \u00fcbertrag, uebertrag, sparen, pot, sweep"
)
_OWN = re.compile(rf"(?<![^\W_])(?:{phrases(_OWN_WORDS)})(?![^\W_])", re.IGNORECASE)
_TRANSFER = re.compile(rf"(?<![^\W_])(?:{phrases(_TRANSFER_WORDS)})(?![^\W_])", re.IGNORECASE)
_REFUND_WORDS = r"""
    refund\w*, reversal, reversed, chargeback, cash ?back, money back, returned, return of goods, credit voucher, upi/rev,
    \w*erstattung\w*, retoure\w*, r(?:\u00fc|ue)ckzahlung, r(?:\u00fc|ue)cklastschrift, storno, rimborso, remboursement,
    reembolso
"""
_REFUND = re.compile(rf"(?<![^\W_])(?:{phrases(_REFUND_WORDS)})(?![^\W_])", re.IGNORECASE)
