"""Periods and amounts in the spending utterances of NLU++ (Casanueva et al. 2022), a public set that nobody here wrote.

Its labels were made on 15 March 2022 for a bot that also books ahead: a day without a year lies in the future there. A
question about spending looks back, so of such a day only the day of the month is held against ours. A day more or less
at an edge is a convention: "the last 23 days" begin there a day earlier, and months may end on the first of the next.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.planner.amounts import read_amounts
from agents.planner.periods import PeriodReader
from agents.planner.rewrites import written_out
from agents.planner.words import normalise

DATA = os.environ.get("FINLENS_DATA_DIR")
LABELLED_ON = date(2022, 3, 15)

pytestmark = pytest.mark.skipif(not DATA, reason="FINLENS_DATA_DIR is not set: NLU++ is not ours to ship")


def _utterances() -> list[dict[str, Any]]:
    return json.loads((Path(DATA or "") / "nlupp" / "banking_folds_0_9.json").read_text())


def _is_of_spending(utterance: dict[str, Any]) -> bool:
    text = utterance["text"].lower()
    return "shopping_category" in utterance.get("slots", {}) or "spend" in text or "spent" in text


def _labelled(slots: dict[str, Any]) -> tuple[date | None, date | None] | None:
    """First and last day, None where the label leaves one open."""

    def day(value: dict[str, int]) -> date:
        return date(value["year"], value["month"], value["day"])

    if "date_period" in slots:
        values = slots["date_period"]["values"]
        return (day(values["from"]), day(values["to"])) if values["type"] == "absolute" else None
    if "date" in slots:
        return day(slots["date"]["value"]), day(slots["date"]["value"])
    if not {"date_from", "date_to"} & set(slots):
        return None
    first, last = (slots.get(name) for name in ("date_from", "date_to"))
    return (day(first["value"]) if first else None, day(last["value"]) if last else None)


def _is_same(label: date | None, ours: date) -> bool:
    if label is None or abs(label - ours) <= timedelta(days=1):
        return True
    return label > LABELLED_ON and label.day == ours.day


def _is_read(text: str, label: tuple[date | None, date | None]) -> bool:
    reader = PeriodReader(LABELLED_ON, date(2015, 1, 1))
    read = [mention.value.period for mention in reader.read(written_out(normalise(text)))]
    return any(
        _is_same(label[0], one.start)
        and (_is_same(label[1], one.end - timedelta(days=1)) or one.end > LABELLED_ON > one.start)
        for one in read
    )


def test_nine_in_ten_periods_of_spending_are_read_as_they_are_labelled() -> None:
    labelled = [(one["text"], _labelled(one.get("slots", {}))) for one in _utterances() if _is_of_spending(one)]
    asked = [(text, label) for text, label in labelled if label]
    missed = [text for text, label in asked if not _is_read(text, label)]
    assert len(asked) >= 30
    assert len(missed) <= len(asked) / 10, missed


def test_nine_in_ten_amounts_are_read_as_they_are_labelled() -> None:
    asked = [
        (one["text"], round(one["slots"]["amount_of_money"]["value"]["amount"] * 100))
        for one in _utterances()
        if "amount_of_money" in one.get("slots", {})
    ]
    missed = [
        text
        for text, minor in asked
        if minor not in [m.value.said_minor for m in read_amounts(written_out(normalise(text)), "GBP")]
    ]
    assert len(asked) >= 60
    assert len(missed) <= len(asked) / 10, missed
