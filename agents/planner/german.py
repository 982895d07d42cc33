"""German words in a question that is English else, in the English words that the tables know: "Miete 2026 total".

Words that are English as well ("bar", "Rate", "Handy") are left alone, and so are those of one bill that descriptions
tell ("Kfz-Steuer", "Rundfunkbeitrag").
"""

import re

_ENGLISH: dict[str, str] = {
    # what is paid and earned
    "rent": "miete kaltmiete warmmiete mietzahlung mietzahlungen",
    "salary": "gehalt gehalts lohn lohns monatsgehalt",
    "electricity": "strom stromabschlag stromrechnung stromkosten stromanbieter",
    "groceries": "lebensmittel supermarkteinkauf supermarkteinkaufe",
    "supermarket": "supermarkt", "supermarkets": "supermarkte supermaerkte",
    "fuel": "tanken benzin sprit kraftstoff tankfullungen",
    "petrol station": "tankstelle", "petrol stations": "tankstellen",
    "insurance": "versicherung versicherungen versicherungsbeitrag versicherungsbeitrage",
    "taxes": "steuer steuern",
    "utilities": "nebenkosten",
    "water": "wasser wasserrechnung",
    "internet bill": "internetrechnung",
    "mobile phone": "handyvertrag handyrechnung mobilfunk",
    "cash": "bargeld", "withdrawals": "abhebungen barabhebungen", "withdrawal": "abhebung barabhebung",
    "donations": "spenden", "gifts": "geschenke",
    "pharmacy": "apotheke", "pharmacies": "apotheken",
    "doctor": "arzt arztrechnung", "dentist": "zahnarzt zahnarztin", "vet": "tierarzt tierarztin",
    "clothes": "kleidung klamotten", "furniture": "mobel moebel", "cinema": "kino", "hairdresser": "friseur frisor",
    "travel": "urlaub reisen reise", "pension": "altersrente", "interest": "zinsen", "fees": "gebuhren gebuehren",
    "loan": "kredit darlehen", "education": "bildung", "health": "gesundheit", "childcare": "kita kindergarten",
    "restaurants": "gaststatten gaststaetten", "eating out": "auswartsessen",
    "public transport": "nahverkehr opnv oepnv", "subscriptions": "abos abonnements",
    # what is asked of it
    "spending": "ausgaben", "income": "einnahmen einkommen", "balance": "kontostand guthaben",
    "tax refund": "steuererstattung steuerruckerstattung steuerrueckerstattung",
    "refund": "erstattung ruckerstattung rueckerstattung", "refunds": "erstattungen ruckerstattungen",
    # when
    "january": "januar", "february": "februar", "march": "marz maerz", "june": "juni", "july": "juli",
    "october": "oktober", "december": "dezember", "today": "heute", "yesterday": "gestern",
}  # fmt: skip
"""An English word, and the German ones that say it, without accents."""

_WORDS = {form: word for word, forms in _ENGLISH.items() for form in forms.split()}
_TIMES = (
    (re.compile(r"\bdies(?:en|er|em|es) (?P<unit>monat|jahr)\b"), "this "),
    (re.compile(r"\bletzt(?:en|er|em|es) (?P<unit>monat|jahr)\b"), "last "),
)
_UNITS = {"monat": "month", "jahr": "year"}
_WORD = re.compile(r"(?<![\w&'-])[a-z]{4,}(?![\w&'-])")


def in_english(text: str) -> str:
    """A normalised text with the German words that stand alone in it in English."""
    for pattern, which in _TIMES:
        text = pattern.sub(lambda said, which=which: which + _UNITS[said["unit"]], text)
    return _WORD.sub(lambda said: _WORDS.get(said.group(), said.group()), text)
