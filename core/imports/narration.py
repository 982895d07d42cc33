"""Words of narrations: what the tables that read them are written in, and whether money came back or is one's own."""

import re


def listed(table: str) -> list[str]:
    """The phrases of a table, which commas part."""
    phrases = (" ".join(phrase.split()) for phrase in table.split(","))
    return [phrase for phrase in phrases if phrase]


def phrases(table: str) -> str:
    """A pattern of the phrases of a table: of two that begin alike the longer one is tried first."""
    return "|".join(sorted(listed(table), key=len, reverse=True))


def says_refund(narration: str) -> bool:
    """Whether it calls the money that came in a refund."""
    return _REFUND.search(narration) is not None


def says_own(narration: str, kind: str = "") -> bool:
    """Whether it says that both accounts are one holder's: a card is its holder's account, so paying its bill is one.

    `kind` is what the bank calls rows of this kind, of which "credit card payment" is no bill: one pays shops so.
    """
    return _OWN.search(f"{kind} {narration}") is not None or _CARD_BILL.search(narration) is not None


def says_transfer(narration: str) -> bool:
    """Whether it may be a movement between one holder's accounts, if another row says the same."""
    return _TRANSFER.search(narration) is not None


def _whole(table: str) -> re.Pattern[str]:
    """A pattern of the table's phrases as whole words."""
    return re.compile(rf"(?<![^\W_])(?:{phrases(table)})(?![^\W_])", re.IGNORECASE)


_OWN = _whole(r"""
    own (?:\w+ )?(?:account|a/?c|transfer)s?, self[ -]?(?:transfer|tfr|trf|account|a/c), (?<=[/\-])self(?=[/\-]|$), between (?:my |own )?accounts, internal transfer, external transfer (?:to|from), umbuchung, eigen(?:es )?konto,
    (?:to|from|into) (?:my |a |the )?savings?, (?:to|from) (?:my )?(?:sav|chk|checking|isa), (?:to|from) share \d+, savings? pot, pot transfer,
    (?:to|from) pot, (?:tfr|trf|transfer|xfer|sweep)\b.*\b(?:savings?|sav|saver|isa|pot), savings? (?:transfer|tfr), tagesgeld,
    rd installment transfer, overdraft protection transfer
""")
_CARD_BILL = _whole(r"""
    (?:credit ?card|cc) ?(?:bill\w*|auto ?pay|dues|(?:re)?payment(?! (?:to|at))|pmt|pymt), card (?:bill\w*|auto ?pay|dues),
    auto ?pay(?:ment)? payment, payment(?: received)?\W+thank you, auto ?payment thank you, cred club, cred\.club,
    amex e?payment, amex epayment, american express (?:ach pmt|payment|epayment|dd|europe|services), chase credit crd, capital one (?:crcard|mobile pmt|online pmt|card),
    (?:citi|discover|barclays|synchrony|wf|boa|bofa|usaa|td) (?:card|credit card|e-payment|crd|autopay)\b.*, barclaycard, applecard gsbank, gsbank payment, card services pmt,
    sbi cards?, kreditkartenabrechnung\w*, kreditkarten-?abrechnung, (?:ausgleich|abrechnung) kreditkarte, mbna, newday, lloyds credit card
""")
_TRANSFER = _whole(
    r"transfer\w*, tfr, trf, xfer, savings?, sav, own, self, umbuchung, \u00fcbertrag, uebertrag, sparen, pot, sweep"
)
_REFUND = _whole(r"""
    refund\w*, reversal, reversed, rvsl, chargeback, cash ?back, money back, returned, return of goods, (?:purchase|merchandise|pos|card|upi|neft|imps|rtgs) returns?,
    credit voucher, (?:upi|imps|neft|pos)[/ \-]rev, rev[/ \-](?:upi|imps|neft|pos), crv(?: pos)?, pos ref, pos cr, tax ref,
    \w*erstattung\w*, retoure\w*, r(?:\u00fc|ue)ckzahlung, r(?:\u00fc|ue)cklastschrift, storno, rimborso, remboursement, reembolso, devoluci(?:\u00f3|o)n
""")
