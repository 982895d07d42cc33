"""Several questions in one sentence, taken apart: "How much in May, and is that more than usual?"."""

import re

CLAUSES_MAX = 3

_STARTERS = (
    r"how (?:much|many|often|does|do|did|has|is|was)|what(?:'s| is| was| are| were| share| percentage| did)?|which|who|whom|where|when|why|"
    r"is (?:that|it|this)|was (?:that|it|this)|are (?:they|those|these)|did (?:i|we)|do (?:i|we)|have (?:i|we)|show|list|compare"
)
_BREAK = re.compile(
    rf"\s*(?:[?;!]+|\.(?=\s))\s*(?:and |also |then )?(?=\S)|,? (?:and|also|then|plus|&) (?:also |then )?(?=(?:{_STARTERS})\b)|, (?=(?:{_STARTERS})\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:a |one |my )?(?:different|another|new|next|other|one more|quick|last|second|first)(?: \w+)? (?:question|thing|one)|"
    r"question|hi|hello|hey|sir|madam|dear \w+)\s*[:,\-]+\s*",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:hi|hello|hey|thanks|thank you|please|ok|okay|good (?:morning|evening|afternoon))[\s,.!]*(?:finlens|there)?[\s,.!]*$",
    re.IGNORECASE,
)


def clauses(question: str) -> list[str]:
    """The questions in `question`, at most CLAUSES_MAX; greetings are left out."""
    parts = [part.strip(" ,.?!;") for part in _BREAK.split(_OPENING.sub("", question.strip()))]
    asked = [part for part in parts if part and not _POLITE.match(part)]
    return asked[:CLAUSES_MAX] or [question.strip()]
