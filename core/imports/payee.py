"""Who was paid, read out of a statement's narration: `CARD PAYMENT TO TESCO STORES 3217 LONDON GB` is Tesco Stores.

Banks put the name between the way the money went, card numbers, dates, references, a shop's number, its town and its
country. All of that is taken away by tables, without memory: the same narration gives the same name in every import.
A firm that is known is called the same whatever stands behind its name.
"""

import re
import unicodedata
from functools import lru_cache

from core.imports.merchants import firm_called, firm_cut_short, firm_of
from core.imports.narration import listed, phrases
from core.imports.places import CITIES, COUNTRIES, STATES

NAME_MAX = 60
_ACH_NAME_LENGTH = 16
"""Letters that ACH keeps of a company's name."""

_CARD_RAILS = r"""
    card, debit card, credit card, check ?card, contactless, visa, maestro, mastercard, girocard, apple ?pay, google
    ?pay, pos, point[ -]of[ -]sale, nets(?: qr)?, bank credit, ecom, clp, bcc, deb, vis, purchase, pur, payment, authorized, recurring, online,
    international, withdrawal, refund, return, reversal, credit, debit, kauf, erstattung, retoure, gutschrift, crv,
    ref, me dc si, dc si, si, by debit card, othpg, othpos, sbipos, sbipg, pos signature, signature, pin, dbt, intl,
    merchandise, chip, tap, e-?com, online pos, cash ?back, card purchase, transaction, sepa-elv-lastschrift, elv,
    int'l, (?:ec-?|debit|kredit)?karten(?:zahlung|umsatz), debitkartenumsatz, karte, ec
"""
_OTHER_RAILS = r"""
    direct debit, standing order, sto, faster payments?, bank giro, giro, bill payment, bill pay, bacs, chaps, bgc,
    fpo, fpi, dd, so, sepa, (?:folge|erst|basis)?lastschrift, dauerauftrag(?:/terminueberw\.?)?, einzug, gehalt/rente,
    (?:ue|ü)berweisung, echtzeit, zelle, ach ?(?:[dc]r?)?, nach, wire, direct dep(?:osit)?, inst xfer, transfer, trf,
    tfr, (?:chq|cheque)(?: (?:no|dep|issued)\.?)?, paid, sent, received, imps, neft, rtgs, internet banking, net
    ?banking, instant, mandate, (?:salary|wages) from, mr, mrs, miss, ms, che(?:ck|que) ?#? ?\d+, inb, mob, orig co name, electronic, withdraw(?:al)?, deposit(?= ach), paypal inst xfer, os razorpay, tp
    ?ach, share \d+, lohn, gehalt
"""
_JOINTS = "to, from, for, at, via, by, ref, an, von, bei, on"
_PROCESSORS = r"""
    paypal, pp, sq, sqc, tst, sumup, izettle, zettle, iz, sp, stripe, py, paytm, phonepe, razorpay, rzp, payu,
    billdesk, ccavenue, klarna, ppro, eb, fs, wpy, ckoc?, gpay, whop, crv, dnh, fsp, bt, dd, ic, ext, cke, sqsp,
    shopify, nyx, ctlp, usa, lsp, ls, sz, wl, ppl, 2co, dri, fastspring, adyen, worldpay
"""
_BARE_PROCESSORS = "sq, sp, tst"
"""Those that some banks print without their star."""

_STRUCTURED = r"""
    by transfer, to transfer, trf, ecom pur, upi, neft, imps, rtgs, mmt, bil, inb, ach, nach, ecs, tpt, mob, vps, vin, ips,
    ift, inft, inf, clg, chq paid, pos, mb, ib funds transfer, ib billpay, funds transfer, billpay, int\.? ?transfer,
    debit-ach\w*, msi, top, ob, pci, pcd, ft, lccbrn, recd, rcvd, received, sent, wdl tfr, dep tfr, bbps, upi
    ?(?:out|in|ar|ab)
"""
_REMARKS = r"""
    dr, cr, d, c, p2m, p2a, p2p, onl, bpay, out, received from, tp ?ach, micr.*, inward.*, netbank, mum, pay, payment,
    payments?(?: (?:from|fr|to|via|on|using|by|for).*)?, (?:paid|sent)(?:
    (?:via|using|from|through|by|on|for|with).*)?, collect.*, rev, reversal, refund, debit, credit, int, onus, self, self transfer, na, ok, rent, salary, si, tad, autopay, mandate\w*, upi
    (?:mandate|payment|transaction|intent|lite|auto ?pay), txn.*, bill ?pay\w*, chq, cms, null, no remarks?, remarks,
    request, food, grocery, gift, google ?pay, g ?pay, phone ?pe, bhim(?: upi)?
"""
"""Parts of a structure that name nobody: directions, remarks."""
_BANKS = r"""
    (?:[\w.]+ )*bank(?: (?:ltd|limited|(?:of )?india|l\w?))?, (?:bank|state bank) of [\w ]+, (?:central|union|the)
    bank of(?: \w+)?, (?:paytm|airtel|jio|fino|nsdl|india post) paymen\w*(?: b\w*)?, (?:punjab national|kotak mahindra|indian
    overseas|the federal|federal|south indian|city union|standard chart\w*|karur vysya|tamilnad merc\w*|idfc first|\w+
    small f\w*(?: \w+)?)(?: b\w*)?, hdfc, icic, icici, sbin, sbi, utib, axis, yesb, kkbk, kotak, punb, pnb, cnrb, barb,
    ubin, idib, ibkl, indb, fdrl, pytm, airp, jiop, citi, hsbc, scbl, dbss, idfb, aubl, rblx?, ratn, kvbl, sibl, mahb,
    ioba, ucba, cbin, bkid, boi, bob
"""
"""Banks of the other side, cut short as structures print them."""
_CLEARING_HOUSES = r"""
    (?:the )?indian clearing corp(?:oration)?(?: (?:ltd|limited))?, iccl, bse star ?mf, nse clearing(?:
    (?:ltd|limited))?, nscc?l
"""
_REFERENCES = r"""
    ref(?:erence|erenz)?(?: no)?, mandate, agreement, invoice, inv, rate \d, card \d+, card ending, value date, on \d,
    kd-?nr, kundennr, rg-?nr, rechnung, re-?nr, eref, mref, svwz, cred, iban, bic, ppd id, web id, trace, txn, id,
    auth, tid, mid, sagt danke, dankt, thanks, xx+, ending in, authorized on, effective, acct?, account, orig id, des,
    indn, type(?=:), co(?=:), tel id, ccd id, salary, payroll, gehalt, lohn, help\.\S+, transaction#?, beitrag,
    abschlag, mitgliedschaft, kfn \d
"""
_LEGAL = r"""
    ltd, limited, lt, plc, pvt, pv, private, privat, priva, priv, l, limi, limite, inc, llc, llp, corp, corporation,
    gmbh(?: & co\.? ?kg)?(?:-\w+)?, ag, kg, co kg, & co, ohg, e\.? ?v, se, mbh, ab, b\.? ?v, n\.? ?v, s\.? ?a, s\.? ?a\.? r\.?
    ?l, s\.? ?c\.? ?a, et cie, eu, europe, pte, pty, srl, s\.p\.a, sas, sl, ug
"""
_TAIL = r"""
    rent, salary, payroll, wages, lohn, gehalt, pymts?, pmts?, payments?, purchase, refund, reversal, chargeback,
    returns?, erstattung, retoure, direct debit, standing order, web, web pay, autopay, auto ?pay, bill paymt, paymt,
    s/mkts?, ppd, ccd, pos debit, pos credit, debit card, visa debit, pos, pur, onl, recurring, contactless, sbi,
    hdfc, icici, bill ?pay, online pmt, epay, e-?payment, ach, ach pmt
"""
_SHORT_WORDS = listed("of, at, in, on, by, to, my, de, la, le, el, du, di, no, am, im, an, zu, al, es, dr, st")
"""Words of two letters that are no initials."""

_NOBODY = r"""
    check, (?:chq|cheque)(?: (?:paid|issued|dep))?, paid, deposit, cash deposit, transfer, payment, balance, unknown,
    emi, si, loan, remote online deposit, mobile deposit, (?:emi|loan|chq|inst|clg) (?:chq|inst|emi|loan), rent, savings transfer,
    (?:inter)?net ?banking, online banking, mobile banking, sip, mutual funds?, (?:received\W+)?thank ?you
"""

_CARD_RAIL = re.compile(rf"(?:{phrases(_CARD_RAILS)}|\)\)\)|-)(?![\w'.&/*])[\s:\-]*", re.IGNORECASE)
_OTHER_RAIL = re.compile(rf"(?:{phrases(_OTHER_RAILS)})(?![\w'&/*])[\s:.\-]*", re.IGNORECASE)
_JOINT = re.compile(rf"(?:{phrases(_JOINTS)})(?![\w'.&/*])[\s:.\-]*", re.IGNORECASE)
_LEADING_CODE = re.compile(r"(?:[\d/.:#*x\-]+|[a-z]*\d{4,})(?= )\s*", re.IGNORECASE)
_IS_STRUCTURED = re.compile(
    rf"(?:\d{{6,}}-|rev[/\-])?(?:{phrases(_STRUCTURED)})(?![^\W_])[^/\-]{{0,6}}[/:_\-]", re.IGNORECASE
)
_FILLER = phrases(f"{_STRUCTURED}, {_REMARKS}, {_BANKS}")
_NAMES_NOBODY = re.compile(rf"(?:{_FILLER})(?: (?:{_FILLER}))*", re.IGNORECASE)
_NAME_LAST = re.compile(r"(?:mmt|inf|bil/inft)/", re.IGNORECASE)
_BANK = re.compile(phrases(_BANKS), re.IGNORECASE)
_CLEARING_HOUSE = re.compile(phrases(_CLEARING_HOUSES), re.IGNORECASE)
_FUND = re.compile(r".*\b(?:funds?|sip|mf|amc|etf|elss)\b.*", re.IGNORECASE)
_BY_UPI = re.compile(r"(?:[\w ]+[\- ])?upi ?(?:out|in|ar|ab)?[/\-]", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:to transfer/|by transfer/)?upi/\d{9,}", re.IGNORECASE)
_PARTS = re.compile(r"/([\w.\-]+@[\w.]*)(?:/|$)|(?<!\b[aA])[/*:_\-]")
"""What parts a structure; an address between strokes is one part, whatever stands in it."""
_NO_ADDRESS = re.compile(
    r"paytm(?:-?qr|[\-.])\w*|bharatpe[.\w]*|q\d+|\d+|vyapar[.\w]*|gpay-?\d+|ibkpos\w*|\w*\d{4,}\w*", re.IGNORECASE
)
_PROCESSOR = re.compile(
    rf"(?:(?:{phrases(_PROCESSORS)})_?[\s.\-]*\*+\s*|(?:{phrases(_BARE_PROCESSORS)})\s+(?=\w))", re.IGNORECASE
)
_BOUGHT_AT = re.compile(r"\b(?:ihr einkauf bei|your purchase at)\s+", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:auftraggeber|empf(?:ä|ae)nger|zahlungspflichtiger|naam|name) ?: *(?P<name>.+?)"
    r"(?: +(?:kto/iban|blz/bic|iban|bic|buchungstext|verwendungszweck|omschrijving|kenmerk|ref\.)(?=[ :]).*|$)",
    re.IGNORECASE,
)
"""Some banks print all they know in one cell, each part behind its name: `Empfänger: REWE Buchungstext: ...`."""
_CONFIRMED = re.compile(r"\s+conf(?:irmation)?(?:\s*#.*|\s+(?=\w*\d)\w{6,}|\s+[a-z]{8,12})$", re.IGNORECASE)
"""The code of a payment between persons; those of nine may hold no digit at all."""
_IS_PRINTED = re.compile(rf"\d|//|[*#]|\b(?-i:[A-ZÄÖÜ]{{5,}})\b|[\s,.]+(?:{phrases(_LEGAL)})\.?$", re.IGNORECASE)
"""A number, strokes, capitals or a firm's form: nobody writes a name so who writes it by hand."""
_COLLECTORS = "paypal, klarna, adyen, mollie, stripe, sumup, payone, ratepay, amazon pay, apple pay, google pay"
"""Who collects for shops, and tells the shop in the narration."""
_CARD_ISSUED = re.compile(r"(?:visa|mastercard|maestro|girocard) +(?=\w)", re.IGNORECASE)
_COLLECTOR = re.compile(rf"(?:{phrases(_COLLECTORS)})(?![^\W_])", re.IGNORECASE)
_CUT = re.compile(
    rf"(?<=\w)[\s.]*(?://|(?:[\s,;(]+|(?<=\W))(?:{phrases(_REFERENCES)})(?=[\W\d]|$)|,\s*\d).*", re.IGNORECASE
)
_GLUED_NUMBER = re.compile(r"(?<=[^\W\d_]{4})\d{6,}$")
_DOMAIN = re.compile(
    r"(?:www\.)?([a-z0-9\-]+)\.(?:com|co\.\w\w|org|net|gov\.\w\w|de|in|io|uk|fr|nl|app|tv)\b.*", re.IGNORECASE
)
_CODE = re.compile(r"#?\d[\d\-/:.x*]+|\d{3}-[a-z]{6,}|#\w+|(?=\w*\d\w*\d\w*\d)\w{5,}|x{3,}\w*|\*.*", re.IGNORECASE)
_PLACE = re.compile(rf"[\s,.\-]+(?:{phrases(COUNTRIES)}|{phrases(STATES)}|{phrases(CITIES)})$", re.IGNORECASE)
_ENDING = re.compile(rf"[\s,.\-]+(?:{phrases(_LEGAL)}|{phrases(_TAIL)})\.?$", re.IGNORECASE)
_OF_PLACE = re.compile(r"\b(?:of|the|city|stadt|stadtwerke)$", re.IGNORECASE)
_NO_NAME = re.compile(rf"(?:{phrases(_NOBODY)})", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")
_UNKNOWN_PROCESSOR = re.compile(r"[a-z]{2,4}\*(?=[a-z][a-z']+(?: |$))", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def payee_of(narration: str) -> str:
    """The name in it: a firm's as firms are called, else in title case. Empty where it names nobody."""
    text = _plain(narration)
    name = _of_structure(text) if _IS_STRUCTURED.match(text) else _of_sentence(text)
    is_nobody = len(_LETTERS.findall(name)) < 2 or _NO_NAME.fullmatch(name)
    firm = firm_of(name) or (firm_cut_short(name) if len(name) == _ACH_NAME_LENGTH else "")
    return firm or ("" if is_nobody else _titled(name)[:NAME_MAX].strip())


def payee_called(name: str, narration: str = "") -> str:
    """Who a column's name stands for: one that a machine printed (in capitals, with numbers, a firm's form or the way of
    paying) is read like a narration, one that somebody wrote stays. A shop stands behind the name of who collects for it.
    """
    if shop := shop_behind(name, narration):
        return shop
    text = _plain(name)
    is_printed = _IS_PRINTED.search(text) or _CARD_ISSUED.match(text) or (text.isupper() and " " in text)
    # A column needs no "to" before the name: AN NGUYEN is called so.
    firm = firm_called(text)
    return firm or (payee_of(text) if is_printed and not _JOINT.match(text) else "") or name


def shop_behind(name: str, narration: str) -> str:
    """The shop that somebody collects for, as the narration tells it; empty where it tells none."""
    return payee_of(narration) if _COLLECTOR.match(_plain(name)) and _BOUGHT_AT.search(narration) else ""


def told_by(narration: str, name: str = "") -> tuple[str, str]:
    """The words in it that tell who was paid, and those that only tell why, because the payer wrote them.

    They can be told apart only where a payment by UPI names somebody; else all words are of the first kind. `name` is
    who was paid, where that is known.
    """
    payee, text = name or payee_of(narration), _plain(narration)
    if not payee or not _BY_UPI.match(text):
        return f"{payee} {narration}", ""
    parts = _parts(text)
    written = [part for part in parts if "@" not in part and not _BANK.fullmatch(part)]
    return " ".join([payee, *(part for part in parts if "@" in part)]), " ".join(written)


def _plain(narration: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", narration).split()).strip(" *-/")


def _of_structure(text: str) -> str:
    """`UPI/DR/412345678901/SWIGGY/YESB/swiggy@ybl`: the first part that names somebody, else the address."""
    parts = _parts(text)
    at = next((place for place, part in enumerate(parts) if "@" in part), len(parts))
    before, addresses, behind = parts[:at], [part for part in parts if "@" in part], parts[at + 1 :]
    # What stands behind an address was written by the payer, but for what follows a bank.
    behind = behind if _is_bank(behind) else []
    if _is_remark(before, addresses, behind):
        before = before[:-1]
    named = [name for name in map(_of_part, [*before, *behind]) if name]
    names = [*(reversed(named) if _NAME_LAST.match(text) else named), *map(_of_address, addresses)]
    return _without_clearing_house([name for name in names if not _NO_ADDRESS.fullmatch(name)])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _PARTS.split(text) if part is not None]


def _is_bank(parts: list[str]) -> bool:
    return bool(parts) and _BANK.fullmatch(parts[0]) is not None


def _is_remark(before: list[str], addresses: list[str], behind: list[str]) -> bool:
    """Whether what stands between a reference and the address is none's name: the bank follows at once, so that the
    remark has no other place, and the address does not say the same."""
    if not behind or not _REFERENCE.fullmatch("/".join(before[:-1])):
        return False
    address = "".join(_LETTERS.findall(addresses[0].partition("@")[0])).casefold()
    return not any(word.casefold() in address for word in re.findall(r"[^\W\d_]{4,}", before[-1]))


def _without_clearing_house(names: list[str]) -> str:
    """The first name; of a fund that a clearing house collects for, the fund's."""
    first = next(iter(names), "")
    if not _CLEARING_HOUSE.fullmatch(first):
        return first
    return next((name for name in names[1:] if firm_of(name) or _FUND.fullmatch(name)), first)


def _of_address(part: str) -> str:
    """`suresh.kumar91@okaxis` is suresh kumar: dots part names, and numbers tell namesakes apart."""
    address = part.partition("@")[0]
    return address if _NO_ADDRESS.fullmatch(address) else re.sub(r"[._]+", " ", re.sub(r"\d+$", "", address)).strip()


def _of_part(part: str) -> str:
    """The name in one part of a structure; empty where it is a code, an address, a bank or a remark."""
    if "@" in part or _NAMES_NOBODY.fullmatch(part):
        return ""
    name = firm_of(part) if _is_code(part) else _of_sentence(part)
    if firm := firm_cut_short(name):
        return firm
    return name if firm_of(name) or (len(_LETTERS.findall(name)) > 2 and not _NO_NAME.fullmatch(name)) else ""


def _is_code(part: str) -> bool:
    is_number = " " not in part and sum(c.isdigit() for c in part) > 2
    return is_number or re.search("x{3}", part, re.IGNORECASE) is not None


def _of_sentence(text: str) -> str:
    if bought := _BOUGHT_AT.search(text):
        text = text[bought.end() :]
    elif labelled := _LABELLED.search(text):
        text = labelled["name"]
    text, is_by_card = _without_rails(text)
    if not is_by_card:
        text = _CONFIRMED.sub("", text)
    if not firm_of(text):
        text = _CUT.sub("", _UNKNOWN_PROCESSOR.sub("", _PROCESSOR.sub("", text, count=1).lstrip("* ")))
    return firm_of(text) or _of_shop(text, is_by_card)


def _of_shop(text: str, is_by_card: bool) -> str:
    """A name behind which numbers, a town and the form of a firm may stand."""
    text = _without_endings(_without_codes(text.split()))
    return _without_endings(_without_places(text)) if is_by_card else text


def _without_rails(text: str) -> tuple[str, bool]:
    """The text after the way it was paid, and whether a card may have paid: then a shop's town may end it."""
    may_be_card = True
    while not firm_of(text):
        rail = _CARD_RAIL.match(text) or _JOINT.match(text) or _LEADING_CODE.match(text)
        other = None if rail else _OTHER_RAIL.match(text)
        found = rail or other
        if found is None or not _LETTERS.search(text[found.end() :]):
            break
        may_be_card = may_be_card and other is None
        text = text[found.end() :]
    return text, may_be_card


def _without_codes(words: list[str]) -> str:
    """The words before the first number of a shop, telephone or card; a web address counts by its name."""
    kept: list[str] = []
    for word in words:
        domain = _DOMAIN.fullmatch(word)
        if kept and (_CODE.fullmatch(word) or (domain and ("/" in word or domain[1].casefold() == kept[0].casefold()))):
            break
        if domain and not word.lower().startswith("booking"):
            word = domain[1]
        head, star, _ = _GLUED_NUMBER.sub("", word).partition("*")
        if head:
            kept.append(head)
        if star and kept:
            break
    return " ".join(word for word in kept if not word.isdigit())


def _without_places(text: str) -> str:
    while (place := _PLACE.search(text)) and not _OF_PLACE.search(text[: place.start()]):
        text = text[: place.start()]
    return text


def _without_endings(text: str) -> str:
    text = text.strip(" ,.;:-/*_")
    while (ending := _ENDING.search(text)) and _LETTERS.search(text[: ending.start()]):
        text = text[: ending.start()].strip(" ,.;:-/*&_")
    return text


def _titled(name: str) -> str:
    return " ".join(_titled_word(word) for word in name.split())


def _titled_word(word: str) -> str:
    """Initials (BP, H&M, KFC) stay; what is written in both cases is the bank's own spelling."""
    is_initials = len(word) < 3 or not re.search("[AEIOUYÄÖÜ]", word)
    if word.isupper() and is_initials and word.lower().rstrip(".") not in _SHORT_WORDS:
        return word
    return (
        word
        if not word.isupper() and not word.islower()
        else re.sub(r"(?<![\w'])\w", lambda c: c[0].upper(), word.lower())
    )
