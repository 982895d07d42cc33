"""Untold: what a question asks that no figure here tells, and what is asked back instead of another figure."""

import re

_DAY_PART = "morning|afternoon|evening|night"
_UNTOLD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), question)
    for pattern, question in (
        (
            rf"\b(?P<one>{_DAY_PART})s?\b.*\b(?:or|than|versus|vs|against)\b.*\b(?!(?P=one))(?:{_DAY_PART})s?\b",
            "I tell what went out in one part of the day at a time. Which do you mean?",
        ),
        (
            r"\b(?:\d{1,2}(?:st|nd|rd|th)?|first|last|\w+teenth|\w+th)(?: day)? (?:of|in) (?:each|every) month\b",
            "I look at days of the week and at whole months, and not at one day of each month. Which days do you mean?",
        ),
        (
            r"\bwhich (?!(?:\w+ )?(?:day|date|week|month|year)s?\b).*"
            r"\b(?:haven't|have not|hasn't|has not|didn't|did not)\b.*\b(?:paid|pay|charged?|debited|renewed)\b",
            "I tell what was paid, and not what was left out. Shall I list what comes back, and when it is due next?",
        ),
        (
            r"\b(?:that|which) (?:i|we) (?:didn't|did not|haven't|have not|hadn't|had not)"
            r"(?: (?:pay|spend|have|buy|make|do))?(?: (?:for|it|them))?"
            r" (?:in|during|last|the (?:month|year|week) before)\b",
            "I tell what was paid, and not who was paid at one time and not at another. Which sum do you mean?",
        ),
        (
            r"\bhow (?:much|long|far)\b.*\b(?:salary|pay|wages|income|pension)\b.*"
            r"\b(?:lasts?|gone|used up|eaten up|over) *(?:by\b.*)?[?.!]*$",
            "I tell what came in and what was spent, and not how long the one lasts. Which days' spending do you mean?",
        ),
        (
            r"\bhalf of (?:it|that|this|them|those)\b(?! (?:year|quarter|month|week|fy|financial|fiscal))"
            r"|(?:^|\s)x ?\d{1,3}\b"
            r"|\b(?:divided|multiplied) by (?:\d|two|three|four)"
            r"|\b(?:split|shared?|divided) (?:it |that )?(?:equally|evenly|\w+ ways)\b"
            r"|\b(?:one|each) person'?s share\b",
            "I tell what was paid, and neither multiply nor divide it. Which sum do you mean?",
        ),
        (
            r"\b(?:came|come|comes|coming|credited|deposited|received|arrived|paid) (?:in ?to|to|in)"
            r" (?:(?:my|the|our) )?(?:second|savings?|other|joint|current|salary|main) (?:account|a/c)\b",
            "I tell what came in from others, and what was moved between your own accounts. Which do you mean?",
        ),
        (
            r"\b(?:owe[sd]?|owing) (?:me|us)\b",
            "I tell what was paid, and not what is owed. Whose payments do you mean?",
        ),
        (
            r"\bhow much (?:more )?(?:can|could|may) (?:i|we) (?:still |yet )?spend(?! on| at)(?! .*\d)",
            "Up to which amount? You could say that you keep 60,000 a month, and ask what is left of it.",
        ),
        (
            r"\bsav(?:e|ed|ing|ings) (?:\w+ )?(?:at|with|by (?:going|buying|shopping)) (?!least|most|the end)",
            "Savings are income less spending as a whole. Do you mean how much you spent there?",
        ),
        (
            r"\bhow (?:long|many (?:days|weeks|months)) (?:will|would|can|could|does|do|might)\b"
            r".*\b(?:balance|money|savings|funds|cash)\b.*\blast\b",
            "I look ahead to the balance of a day, and not to when it is gone. Which day do you mean?",
        ),
    )
)


def untold(text: str) -> str | None:
    """What to ask back where normalised words ask for such a thing; None where they do not."""
    return next((question for asks, question in _UNTOLD if asks.search(text)), None)
