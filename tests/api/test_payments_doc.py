"""docs/payments.md is true: its requests are sent as they stand there, and answer as it says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from httpx import Response

from core.db import Database
from tests.api.conftest import People
from tests.factories import check_books, fresh

PAGE = Path(__file__).parents[2] / "docs" / "payments.md"
_BLOCK = re.compile(r"```http\n(.*?)\n```", re.DOTALL)


async def _send(block: str, people: People, names: dict[str, str]) -> tuple[Response, str]:
    """The answer to one block, and what the block says it is: a status, with a code where it refuses."""
    head, *middle, expected = block.split("\n\n")
    for name, value in names.items():
        head, middle = head.replace(f"{{{name}}}", value), [part.replace(f"{{{name}}}", value) for part in middle]
    [(method, path), *lines] = [line.split(" ", 1) for line in head.splitlines()]
    headers = {"Content-Type": "application/json", **{name.rstrip(":"): value for name, value in lines}}
    caller = people[headers.pop("As", "customer")]
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = fresh(headers["Idempotency-Key"])
    return await caller.request(method, path, headers=headers, content=middle[0] if middle else None), expected


async def test_requests_of_the_page_answer_as_it_says(people: People, database: Database) -> None:
    names = {
        "asha": str(people.town.asha_account.id),
        "ravi": str(people.town.ravi_account.id),
        "day": (datetime.now(UTC) + timedelta(days=40)).date().isoformat(),
    }
    blocks = _BLOCK.findall(PAGE.read_text())
    assert len(blocks) == 12
    for block in blocks:
        answer, expected = await _send(block, people, names)
        said = " ".join([str(answer.status_code), *([answer.json()["code"]] if answer.is_error else [])])
        assert said == expected, (block, answer.text)
        if "rent-2026-06" in block:
            names["rent"] = answer.json()["id"]
        if "Idempotency-Key: hotel\n" in block:
            names["hold"] = answer.json()["id"]
    await check_books(database)
