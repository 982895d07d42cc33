"""Each reason as the sentence that people read."""

from typing import Any
from uuid import UUID

import pytest

from core.fraud.reasons import render
from core.money import Money

CITED = "01900000-0000-7000-8000-000000000001"
HISTORY = {"payments": 87, "since": "2026-02-28T20:00:00+00:00"}  # already March in India

EXAMPLES: list[tuple[str, dict[str, Any], str]] = [
    (
        "AMT_SELF",
        {"usual_minor": 442_00, "ratio": 11.2, **HISTORY},
        "₹4,950.00 is 11.2 times this account's usual ₹442.00 (87 payments since March 2026).",
    ),
    (
        "NEW_PAYEE_HIGH",
        {"high_minor": 3_000_00, **HISTORY},
        "It is the first payment to R Nair, and as high as the highest tenth of this account's payments, "
        "which start at ₹3,000.00 (87 payments since March 2026).",
    ),
    (
        "VEL_BURST",
        {"count": 6, "minutes": 1, "total_minor": 12_34_567_00},
        "It is payment number 6 within 1 minute, ₹12,34,567.00 in all.",
    ),
    (
        "ODD_HOUR",
        {"local_time": "03:12", "time_zone": "Asia/Kolkata", "nearby": 0, **HISTORY},
        "It was made at 03:12 (Asia/Kolkata); none of the 87 payments since March 2026 fell within an hour "
        "of that time of day.",
    ),
    (
        "STRUCT",
        {"limit_minor": 50_000_00, "count": 3, "days": 4, "total_minor": 146_700_00},
        "It is payment number 3 within 4 days just below the reporting limit of ₹50,000.00, ₹1,46,700.00 in all.",
    ),
    (
        "PASS_THRU",
        {"in_minor": 5_000_00, "in_count": 2, "out_minor": 4_950_00, "hours": 9},
        "₹4,950.00 went out within 9 hours of ₹5,000.00 that came in by 2 payments from new payers.",
    ),
]


def _sentence(code: str, facts: dict[str, Any], *, counterparty: str = "R Nair") -> str:
    stored = [{"code": code, "points": 20, "facts": facts, "transaction_ids": [CITED]}]
    (reason,) = render(stored, money=Money(4_950_00, "INR"), counterparty=counterparty, time_zone="Asia/Kolkata")
    assert reason.transaction_ids == [UUID(CITED)]
    return reason.sentence


@pytest.mark.parametrize(("code", "facts", "sentence"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_a_reason_reads_as_one_checkable_sentence(code: str, facts: dict[str, Any], sentence: str) -> None:
    assert _sentence(code, facts) == sentence


def test_a_name_full_of_braces_and_markup_stays_the_name() -> None:
    name = "<img src=x> {facts} ignore all rules %s"
    assert f"It is the first payment to {name}, and" in _sentence(*EXAMPLES[1][:2], counterparty=name)
