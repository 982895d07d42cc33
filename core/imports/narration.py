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


def says_own(narration: str, kind: str = "", *, is_outgoing: bool = True) -> bool:
    """Whether it says that both accounts are one holder's: a card is its holder's account, so paying its bill is one.

    `kind` is what the bank calls rows of this kind, of which "credit card payment" is no bill: one pays shops so. Who
    issued a card names its bill when money goes out; what comes in from there may be a shop's takings.
    """
    said = f"{kind} {narration}"
    is_self = _SELF.search(said) is not None and _CASH_TAKEN.search(said) is None
    is_bill = _CARD_BILL.search(narration) is not None or (is_outgoing and _ISSUED.search(narration) is not None)
    return is_self or is_bill or _OWN.search(said) is not None


def says_transfer(narration: str) -> bool:
    """Whether it may be a movement between one holder's accounts, if another row says the same."""
    return _TRANSFER.search(narration) is not None and _CASH_TAKEN.search(narration) is None


def _whole(table: str) -> re.Pattern[str]:
    """A pattern of the table's phrases as whole words."""
    return re.compile(rf"(?<![^\W_])(?:{phrases(table)})(?![^\W_])", re.IGNORECASE)


_OWN = _whole(r"""
    own (?:\w+ )?(?:account|a/?c|transfer)s?, self[ -]?(?:transfer|tfr|trf|account|a/c), between (?:my |own )?accounts, internal transfer, external transfer (?:to|from), umbuchung, eigen(?:es )?konto,
    (?:to|from|into) (?:my |a |the )?savings?, (?:to|from) (?:my )?(?:sav|chk|checking|isa), (?:to|from) share \d+, savings? pot, pot transfer,
    (?:to|from) pot, (?:tfr|trf|transfer|xfer|sweep)\b.*\b(?:savings?|sav|saver|isa|pot), savings? (?:transfer|tfr), tagesgeld,
    rd installment transfer, overdraft protection transfer
""")
_SELF = re.compile(r"(?<=[/\-])self(?=[/\-]|$)", re.IGNORECASE)
_CASH_TAKEN = _whole(r"(?:atm|atw|eaw|nwd|nfs|cash|chq|cheque|clg)\b.*\bself, self\b.*\b(?:atm|cash|chq|cheque)")
"""`self` stands beside a machine or a cheque: the holder takes cash out."""
_CARD_BILL = _whole(r"""
    (?:credit ?card|cc)\W(?:no\W+|ending (?:in )?)?[\dx*]*\d{3}\W+(?:bill\w*|auto ?pay|dues|(?:re)?payment(?!
    (?:to|at))|pmt|pymt),
    (?:bil|bbps|billpay|inf|inft|ift|neft|imps|rtgs|mmt)\b.*[/\- ]credit ?c(?:ards?)?(?!
    (?:purchase|fees?|charges?|machine|loan|emi)\b),
    (?:bil|bbps|billpay|bill ?pay(?:ment)?)\b.*\b\d{4}\d*[x*]{4}[x*]*\d{3}\d*,
    upi\b.*[/\-](?:\w+ )?(?:bank|hdfc|icici|sbi|axis|kotak|indusind|idfc(?: first)?|rbl|yes|hsbc|citi|amex) credit
    cards?(?=[/\-]|$),
    (?:auto ?debit|auto ?pay|si)\W(?:credit ?card|cc)\W+[\dx*]*\d{3}.*,
    payment to (?:my |your |the )?(?:credit|chase|citi|discover|amex|barclays|capital one) cards?(?: (?:ending|x|\d).*)?,
    (?:credit ?card|cc) ?(?:bill\w*|auto ?pay|dues|(?:re)?payment(?! (?:to|at))|pmt|pymt), card (?:bill\w*|auto ?pay|dues),
    auto ?pay(?:ment)? payment, payment(?: received)?\W+thank you, auto ?payment thank you, cred club, cred\.club,
    amex e?payment, amex epayment, american express (?:ach pmt|payment|epayment|dd|europe|services), chase credit crd, capital one (?:crcard|mobile pmt|online pmt|card),
    (?:citi|discover|barclays|synchrony|wf|boa|bofa|usaa|td) (?:card|credit card|e-payment|crd|autopay)\b.*, barclaycard, applecard gsbank, gsbank payment, card services pmt,
    sbi cards?, kreditkartenabrechnung\w*, kreditkarten-?abrechnung, (?:ausgleich|abrechnung) kreditkarte, mbna, newday, lloyds credit card
""")
_BANKS = """
    american express, amex, hsbc, first direct, lloyds, halifax, bank of scotland, natwest, rbs, ulster, barclays,
    santander, nationwide, tsb, (?:tesco|sainsbury'?s|m&s|co-?op(?:erative)?|metro) bank, virgin money, asda money,
    partnership, aqua, marbles, fluid, zable, capital one, chase, citi, citibank, discover, wells fargo, bank of
    america, us bank, pnc, synchrony
"""
_SHOPS = "tesco, sainsbury'?s, m&s, marks (?:&|and) spencer, john lewis, post office, asda, virgin, co-?op"
"""Shops that issue cards: behind their names `CARD 4417` is what paid there."""
_CARDS_ALONE = "american exp(?:ress)?, amex, capital one, mbna, newday, vanquis, jaja"
"""Issuers of whom a bank account has nothing to pay but a card's bill."""
_ISSUED = re.compile(
    rf"(?<![^\W_])(?:(?:{phrases(_BANKS)})(?: bank)?(?: plc| uk)? (?:(?:credit|charge) ?cards?|cards?|cc)"
    rf"|(?:{phrases(_SHOPS)}) credit ?cards?|{phrases(_CARDS_ALONE)})"
    r"(?:[\s,.:()/\-]+(?:bank|plc|ltd|limited|uk|europe|cards?|dd|direct debit|ref(?:erence)?|mandate|no|payments?|pymt|pmt|bill"
    r"|[\w*]*\d[\w*]*|[x*]+))*[\s.]*$",
    re.IGNORECASE,
)
"""Nothing but numbers and words of paying stands behind: `HSBC CREDIT CARD FEE` is no bill."""
_TRANSFER = _whole(
    r"transfer\w*, tfr, trf, xfer, savings?, sav, own, self, umbuchung, \u00fcbertrag, uebertrag, sparen, pot, sweep"
)
_REFUND = _whole(r"""
    refund\w*, reversal, reversed, rvsl, chargeback, cash ?back, money back, returned, return of goods, (?:purchase|merchandise|pos|card|upi|neft|imps|rtgs) returns?,
    credit voucher, (?:upi|imps|neft|pos)[/ \-]rev, rev[/ \-](?:upi|imps|neft|pos), crv(?: pos)?, pos ref, pos cr, tax ref,
    \w*erstattung\w*, retoure\w*, r(?:\u00fc|ue)ckzahlung, r(?:\u00fc|ue)cklastschrift, storno, rimborso, remboursement, reembolso, devoluci(?:\u00f3|o)n
""")
