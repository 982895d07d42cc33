"""Who was paid, read out of a statement's narration: `CARD PAYMENT TO TESCO STORES 3217 LONDON GB` is Tesco Stores.

Banks put the name between the way the money went, card numbers, dates, references, a shop's number, its town and its
country. All of that is taken away by tables, without memory: the same narration gives the same name in every import.
"""

import re
import unicodedata
from functools import lru_cache

from core.imports.narration import phrases

NAME_MAX = 60

_CARD_RAILS = r"""
    card, debit card, credit card, check ?card, contactless, visa, maestro, mastercard, girocard, apple ?pay, google ?pay,
    pos, point of sale, ecom, clp, bcc, deb, vis, purchase, pur, payment, authorized, recurring, online, international,
    withdrawal, refund, return, reversal, credit, debit, kartenzahlung, kauf, erstattung, retoure, gutschrift
"""
_OTHER_RAILS = r"""
    direct debit, standing order, faster payments?, bank giro, giro, bill payment, bill pay, bacs, chaps, bgc, fpo, fpi, dd,
    so, sepa, (?:folge|erst|basis)?lastschrift, dauerauftrag, (?:ue|ü)berweisung, echtzeit, zelle, ach(?: [dc])?, nach, wire,
    direct dep(?:osit)?, inst xfer, transfer, trf, tfr, internet banking, net ?banking, instant, mandate, (?:salary|wages) from, mr, mrs, miss, ms
"""
_JOINTS = "to, from, for, at, via, by, ref, an, von, bei, on"
_PROCESSORS = r"""
    paypal, pp, sq, sqc, tst, sumup, izettle, zettle, iz, sp, stripe, py, paytm, phonepe, razorpay, rzp, payu, billdesk,
    ccavenue, klarna, ppro, eb, fs, wpy, ckoc?, gpay, whop, crv, dnh, fsp, bt
"""
_STRUCTURED = r"by transfer, to transfer, ecom pur, upi, neft, imps, rtgs, mmt, bil, inb, ach, nach, ecs, tpt, mob, vps, vin, ift, inft"
_STRUCTURE_WORDS = (
    _STRUCTURED
    + ", dr, cr, d, c, p2m, p2a, p2p, onl, netbank, mum, pay, payment, paid, collect, rev, reversal, refund, debit, credit, "
    "int, onus, self, na, ok, bank, upiout, upiin"
)
_REFERENCES = r"""
    ref(?:erence|erenz)?(?: no)?, mandate, agreement, invoice, inv, rate \d, card \d+, card ending, value date, on \d, kd-?nr,
    kundennr, rg-?nr, rechnung, re-?nr, eref, mref, svwz, cred, iban, bic, ppd id, web id, trace, txn, id, auth, tid, mid,
    sagt danke, dankt, thanks, xx+, ending in, authorized on, effective, acct?, account,
    salary, payroll, gehalt, lohn
"""
_LEGAL = r"""
    ltd, limited, plc, pvt, private, inc, llc, llp, corp, corporation, gmbh(?: & co\.? ?kg)?(?:-\w+)?, ag, kg, co kg, & co,
    ohg, e\.? ?v, se, mbh, ab, bv, nv, s\.? ?a, s\.? ?a\.? r\.? ?l, s\.? ?c\.? ?a, et cie, eu, europe
"""
_TAIL = r"""
    salary, payroll, wages, lohn, gehalt, pymts?, pmts?, payments?, purchase, refund, reversal, chargeback, returns?,
    erstattung, retoure, direct debit, standing order, web, autopay, s/mkts?, ppd
"""
_COUNTRIES = (
    "gb, gbr, uk, de, deu, in, ind, us, usa, ie, irl, fr, fra, nl, nld, es, esp, it, ita, lu, lux, at, aut, ch, che"
)
_STATES = """
    al, ak, az, ar, ca, ct, dc, fl, ga, hi, ia, id, il, ks, ky, la, ma, md, mi, mn, mo, ms, mt, nc, nd, ne, nh, nj, nm, nv, ny,
    oh, ok, or, pa, ri, sc, sd, tn, tx, ut, va, vt, wa, wi, wv, wy
"""
_CITIES = """
    london, camden, manchester, birmingham, leeds, liverpool, bristol, sheffield, edinburgh, glasgow, cardiff, belfast,
    nottingham, leicester, newcastle, brighton, oxford, cambridge, york, southampton, portsmouth, watford, luton, croydon,
    coventry, harrogate, dublin, mumbai, navi mumbai, delhi, new delhi, bangalore, bengaluru, hyderabad, chennai, kolkata,
    pune, ahmedabad, jaipur, gurgaon, gurugram, noida, kochi, lucknow, indore, thane, chandigarh, surat, nagpur, mysuru,
    new york, brooklyn, los angeles, los gatos, san francisco, san jose, san diego, oakland, seattle, portland, chicago,
    houston, austin, dallas, boston, miami, atlanta, denver, phoenix, philadelphia, las vegas, washington, minneapolis,
    detroit, orlando, tampa, berlin, hamburg, muenchen, münchen, munich, koeln, köln, frankfurt, stuttgart, duesseldorf,
    düsseldorf, leipzig, dresden, hannover, bremen, nuernberg, nürnberg, dortmund, bonn, potsdam, paris, amsterdam,
    luxembourg, wien, vienna, zuerich, zürich, madrid, barcelona, singapore, dubai
"""
_BRANDS = {r"am(?:zn|azon)(?! ?(?:prime|web|music|video|pay|fresh))": "Amazon", r"booking\.com": "Booking.com"}
"""Names that one merchant writes in many ways."""
_CHAINS = """
    tesco, aldi, lidl, asda, morrisons, waitrose, rewe, kaufland, penny, walmart, starbucks, mcdonalds, greggs, boots, shell, esso,
    aral, ikea
"""
"""Chains whose shops print a kind of shop behind the name: `TESCO EXPRESS`, `ALDI STORES`, `SHELL OIL`."""

_NOBODY = "check, cheque, chq, deposit, cash deposit, transfer, payment, balance, unknown"

_CARD_RAIL = re.compile(rf"(?:{phrases(_CARD_RAILS)}|\)\)\)|-)(?![\w'.&/*])[\s:]*", re.IGNORECASE)
_OTHER_RAIL = re.compile(rf"(?:{phrases(_OTHER_RAILS)})(?![\w'&/*])[\s:.\-]*", re.IGNORECASE)
_JOINT = re.compile(rf"(?:{phrases(_JOINTS)})(?![\w'.&/*])[\s:.\-]*", re.IGNORECASE)
_LEADING_CODE = re.compile(r"[\d/.:#*x\-]+(?= )\s*", re.IGNORECASE)
_IS_STRUCTURED = re.compile(rf"(?:{phrases(_STRUCTURED)})\b[^/\-]{{0,6}}[/\-]", re.IGNORECASE)
_STRUCTURE_WORD = re.compile(rf"(?:{phrases(_STRUCTURE_WORDS)})(?: (?:{phrases(_STRUCTURE_WORDS)}))*", re.IGNORECASE)
_PROCESSOR = re.compile(rf"(?:{phrases(_PROCESSORS)})_?[\s.\-]*\*+\s*", re.IGNORECASE)
_BOUGHT_AT = re.compile(r"\b(?:ihr einkauf bei|your purchase at)\s+", re.IGNORECASE)
_CUT = re.compile(
    rf"(?<=\w)[\s.]*(?://|(?:[\s,;(]+|(?<=\W))(?:{phrases(_REFERENCES)})(?=[\W\d]|$)|,\s*\d).*", re.IGNORECASE
)
_DOMAIN = re.compile(
    r"(?:www\.)?([a-z0-9\-]+)\.(?:com|co\.\w\w|org|net|gov\.\w\w|de|in|io|uk|fr|nl|app|tv)\b.*", re.IGNORECASE
)
_CODE = re.compile(r"#?\d[\d\-/:.x*]+|#\w+|(?=\w*\d\w*\d\w*\d)\w{5,}|x{3,}\w*|\*.*", re.IGNORECASE)
_PLACE = re.compile(rf"[\s,.\-]+(?:{phrases(_COUNTRIES)}|{phrases(_STATES)}|{phrases(_CITIES)})$", re.IGNORECASE)
_ENDING = re.compile(rf"[\s,.\-]+(?:{phrases(_LEGAL)}|{phrases(_TAIL)})\.?$", re.IGNORECASE)
_OF_PLACE = re.compile(r"\b(?:of|the|city|stadt|stadtwerke)$", re.IGNORECASE)
_CHAIN = re.compile(rf"({phrases(_CHAINS)})(?! (?:bank|mobile|insurance|energy))(?!\w)", re.IGNORECASE)
_NO_NAME = re.compile(rf"(?:{phrases(_NOBODY)})", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=10_000)
def payee_of(narration: str) -> str:
    """The name in it, in title case. Empty where it names nobody."""
    text = " ".join(unicodedata.normalize("NFKC", narration).split()).strip(" *-/")
    name = _of_structure(text) if _IS_STRUCTURED.match(text) else _of_sentence(text)
    if chain := _CHAIN.match(name):
        name = chain[1]
    name = next((brand for form, brand in _BRANDS.items() if re.match(form, name, re.IGNORECASE)), _titled(name))
    return name[:NAME_MAX].strip() if len(_LETTERS.findall(name)) > 1 and not _NO_NAME.fullmatch(name) else ""


def _of_structure(text: str) -> str:
    """`UPI/DR/412345678901/SWIGGY/YESB/swiggy@ybl`: the first part that is no code, else the address."""
    parts = [part.strip() for part in re.split(r"[/*\-]", text)]
    named = [part for part in parts if _is_name(part)]
    addressed = [part.partition("@")[0] for part in parts if "@" in part]
    return _without_endings(_CUT.sub("", next(iter([*named, *addressed]), "")))


def _is_name(part: str) -> bool:
    is_code = "@" in part or sum(c.isdigit() for c in part) > 2 or re.search("x{3}", part, re.IGNORECASE)
    return len(_LETTERS.findall(part)) > 2 and not is_code and not _STRUCTURE_WORD.fullmatch(part)


def _of_sentence(text: str) -> str:
    if bought := _BOUGHT_AT.search(text):
        text = text[bought.end() :]
    text, is_by_card = _without_rails(text)
    text = _CUT.sub("", _PROCESSOR.sub("", text, count=1))
    text = _without_codes(text.split())
    return _without_endings(_without_places(text) if is_by_card else text)


def _without_rails(text: str) -> tuple[str, bool]:
    """The text after the way it was paid, and whether a card may have paid: then a shop's town may end it."""
    may_be_card = True
    while True:
        rail = _CARD_RAIL.match(text) or _JOINT.match(text) or _LEADING_CODE.match(text)
        other = None if rail else _OTHER_RAIL.match(text)
        found = rail or other
        if found is None or not _LETTERS.search(text[found.end() :]):
            return text, may_be_card
        may_be_card = may_be_card and other is None
        text = text[found.end() :]


def _without_codes(words: list[str]) -> str:
    """The words before the first number of a shop, telephone or card; a web address counts by its name."""
    kept: list[str] = []
    for word in words:
        domain = _DOMAIN.fullmatch(word)
        if kept and (_CODE.fullmatch(word) or (domain and ("/" in word or domain[1].casefold() == kept[0].casefold()))):
            break
        if domain and not word.lower().startswith("booking"):
            word = domain[1]
        head, star, _ = word.partition("*")
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
    if word.isupper() and (len(word) < 3 or not re.search("[AEIOUYÄÖÜ]", word)):
        return word
    return (
        word
        if not word.isupper() and not word.islower()
        else re.sub(r"(?<![\w'])\w", lambda c: c[0].upper(), word.lower())
    )
