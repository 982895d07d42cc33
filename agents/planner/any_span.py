"""Any span: "was there a week with more than 50k spent", "which months crossed 2 lakhs" in words that the tables know.

The sum belongs to each of those weeks or months, and neither to the whole period nor to a single payment.
"""

import re

_NUMBER = r"(?:\d[\d,.]*|(?:half )?a|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty)"
_UNITS = r"(?:k|lakhs?|lacs?|l|crores?|cr|thousand|hundred)"
_SUM = rf"(?:rs\.? ?|inr ?|₹ ?)?(?:{_NUMBER} ?{_UNITS}|\d[\d,.]*)(?: rupees)?(?!\w)"
_UP = (
    r"(?:(?:went|go|goes|gone|going|was|were|is|are|been|came to|ran|comes? to) )?(?:over|above|beyond|past|more than"
    r"|higher than|upwards of|greater than)|cross(?:e[ds])?|crossing|exceed(?:s|ed|ing)?|topp?(?:s|ed)?"
)
_DOWN = (
    r"(?:(?:went|go|goes|gone|was|were|is|are|been|stayed|remained|came to) )?(?:under|below|less than|lower than"
    r"|fewer than)"
)
_SPENT = (
    r"(?:(?:my|our|the) )?(?:total |overall |whole )?(?:spen[dt]\w*|paid|pay|blew|expenses?|outgo(?:ing)?s?|outflows?)"
)
_UNIT = r"(?:(?:single|one|calendar) )*(?P<unit>day|week|month|quarter)s?"
_WHEN = r"(?P<when> (?:of|in|during|since|from|this|last|over) (?:the |this |last )?[\w']+(?: 20\d\d)?)??"
_SAYS = (
    r" (?:where|when|in which|on which|that|with|having|had|has|have|did|does)?(?: (?:had|has|have|did))? ?"
    r"(?:(?:cost|costs|costed|seen?|saw)(?: me| us)? )?"
)
_THERE = r"(?:(?:was|is|were|are|has|have|had) there (?:ever )?(?:been )?)"
_ASKS = rf"{_THERE}?(?:any|even (?:a|one))|{_THERE}(?:a|one|some)|(?:did|has|have|does|do) (?:any|even one)"
_WHICH = r"(?:in |on |during )?(?:which|what) (?:of the )?"
_LISTED = r"(?:(?:list|show|name|tell|give) (?:me )?)?(?:all )?(?:the )?(?=(?:day|week|month|quarter)s\b)"
_THING = (
    r"(?!(?:i|we|my|our|the|more|less|go\w*|went|was|were|is|are|been|came|cross\w*|exceed\w*|this|last|of|in|spen\w+)\b)"
    r"[a-z]+"
)
_SUBJECT = rf"(?:my |our |the )?(?P<subject>{_THING}(?: (?:and )?{_THING})??)"
_OF_SPANS = re.compile(
    rf"^(?:(?:so|and|ok|also) )*(?:(?:{_ASKS}) |{_WHICH}|{_LISTED}){_UNIT}{_WHEN}{_SAYS}"
    rf"(?:(?:(?:i|we)(?: have| had)? )?{_SPENT}(?P<what> (?:on|in|at|to|for) [a-z][a-z&' ]*?)?"
    rf"|{_SUBJECT})? ?(?:(?P<up>{_UP})|(?P<down>{_DOWN})) (?P<sum>{_SUM})"
    rf"(?: (?:was |were )?(?:spent|in spending|of spending|spending|spend|in all|in total))?(?P<rest>[\w&' ]*)$"
)
_OF_OTHERS = re.compile(
    r"\b(?:payments?|transactions?|purchases?|orders?|bills?|visits?|times?|average|usual|budgets?|earn\w*|income|salary"
    r"|sav\w+|receiv\w*|balance|it|they|them|those|these|than (?:i|in|on|my|what|last|the)|or|and (?:how|which|what))\b"
)
"""What is no sum of all that was spent in such a span."""


def with_any_span(text: str) -> str:
    """ "Any month in 2026 with more than 20k on eating out" as "did i spend more than 20k on eating out in any month in
    2026"."""
    said = _OF_SPANS.match(text.rstrip(" ?.!"))
    if said is None or _OF_OTHERS.search(text):
        return text
    found = {name: part or "" for name, part in said.groupdict().items()}
    side = "more" if found["up"] else "less"
    subject = f" on {found['subject']}" if found["subject"] else ""
    about = f"{found['what']}{subject}{found['rest']}"
    when = re.sub("^ of ", " in ", found["when"])  # "the week of October" would be its first
    return f"did i spend {side} than {found['sum']}{about} in any {found['unit']}{when}"
