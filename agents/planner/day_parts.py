"""Parts of the day beside an hour: "evening spends after 6", "morning cabs before 10" in words that the tables know."""

import re

_PARTS = {"morning": "am", "afternoon": "pm", "evening": "pm"}
_PAID = r"(?:spen\w+|expenses?|payments?|transactions?|purchases?|orders?|shopping|rides?|cabs?|meals?)"
_HOUR = r"(?P<side>after|before|from|since|past|till|until|by) (?P<hour>1[0-2]|[1-9])(?::00)?(?: ?(?P<half>am|pm))?"
_SAID = re.compile(
    rf"\b(?:my |the )?(?P<part>{'|'.join(_PARTS)})s? (?P<what>{_PAID}) {_HOUR}"
    rf"(?!\w|[:.,/]\d| (?:days?|weeks?|months?|years?|rupees|rs|payments?)\b)"
)
_ALONE = re.compile(rf"(?<!this )(?<!last )(?<!tomorrow )\b(?P<part>{'|'.join(_PARTS)}) (?P<what>{_PAID})\b")


def with_day_parts(text: str) -> str:
    """ "Morning spends before 10" as "spends before 10 am"; "evening spends" by itself as "spends in the evening"."""
    text = _SAID.sub(lambda said: f"{said['what']} {said['side']} {said['hour']} {_half(said)}", text)
    return _ALONE.sub(r"\g<what> in the \g<part>", text)


def _half(said: re.Match[str]) -> str:
    return said["half"] or _PARTS[said["part"]]
