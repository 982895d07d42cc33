"""Inert: text that is read as text wherever it is shown, whatever the names in it hold.

Payees and notes are other people's words, and chat clients render answers as Markdown: a name must become no link that
somebody clicks, no image that tells its server who has looked, no HTML, and no command to a terminal.
"""

import re

from agents.answer import Answer

WORD_JOINER = "\N{WORD JOINER}"
"""Nobody sees it, and what it stands in is no longer the syntax of anything."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# Of links and images: `](`, `][` and `]:`; of addresses that GitHub's Markdown links by itself: `://`, `www.` and `@`.
_JOINTS = re.compile(r"(?<=\])(?=[(\[:])|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=[\w.+-]@)(?=\w)", re.IGNORECASE)


def inert(text: str) -> str:
    """The text as it looks, without control characters, and with nothing in it that Markdown or HTML would act on."""
    return _JOINTS.sub(WORD_JOINER, _TAG.sub("‹", _CONTROL.sub("", text)))


def inert_answer(answer: Answer) -> Answer:
    """The answer with everything inert that is shown as prose; rows, and values of figures, stay as the ledger has
    them."""
    return answer.model_copy(
        update={
            "answer": inert(answer.answer),
            "figures": [figure.model_copy(update={"label": inert(figure.label)}) for figure in answer.figures],
            "citations": [one.model_copy(update={"text": inert(one.text)}) for one in answer.citations],
        }
    )
