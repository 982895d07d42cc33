"""Words of narrations: what the tables that read them are written in, and whether money came back."""

import re


def phrases(table: str) -> str:
    """A pattern of the phrases of a table, which commas part: of two that begin alike the longer one is tried first."""
    listed = [" ".join(phrase.split()) for phrase in table.split(",")]
    return "|".join(sorted((one for one in listed if one), key=len, reverse=True))


def says_refund(narration: str) -> bool:
    """Whether it calls the money that came in a refund."""
    return _REFUND.search(narration) is not None


_REFUND_WORDS = r"""
    refund\w*, reversal, reversed, chargeback, cash ?back, money back, returned, return of goods, credit voucher, upi/rev,
    \w*erstattung\w*, retoure\w*, r(?:\u00fc|ue)ckzahlung, r(?:\u00fc|ue)cklastschrift, storno, rimborso, remboursement,
    reembolso
"""
_REFUND = re.compile(rf"(?<![^\W_])(?:{phrases(_REFUND_WORDS)})(?![^\W_])", re.IGNORECASE)
