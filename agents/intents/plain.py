"""Plain sentences: what is particular to one question (names, amounts, days) replaced by one example of its kind."""

from agents.planner.reading import Reading

_EXAMPLES = {
    "category": "groceries",
    "name": "amazon",
    "description": "amazon",
    "period": "last month",
    "amount": "5000",
}


def plain(reading: Reading) -> str:
    """The clause as the classifier reads it: two questions that differ only in whom they name are the same to it."""
    text = reading.text
    for mention in reversed(reading.mentions):
        if example := _EXAMPLES.get(mention.kind):
            text = f"{text[: mention.start].rstrip()} {example}{text[mention.end :]}"
    return text.strip()
