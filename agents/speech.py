"""Speech: a model's words as they come, sentence by sentence; what has been checked goes out, the rest never does."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.answer import TextChunk

SENTENCES_MAX = 4
TEXT_MAX = 1_000
HEARD_MAX = 4_000

_END = re.compile(r"(?<=[.!?])(?<!Rs\.)(?<!No\.)\s+")
_MARKS = str.maketrans("", "", "<>[]{}*`#|\\~")


@dataclass(slots=True)
class Speech:
    """`reveal` puts names back, `wrong_in` names what a text says without ground, `release` sends a piece on."""

    reveal: Callable[[str], str]
    wrong_in: Callable[[str], list[str]]
    release: Callable[[TextChunk], None]
    said: str = ""
    heard: str = ""
    wrong: str = ""
    """Why nothing more is said."""
    _waiting: str = ""

    def hear(self, piece: str) -> bool:
        """Take the next piece of text; false once there is no use in more."""
        self.heard += piece
        *whole, self._waiting = _END.split(self._waiting + piece)
        return all(map(self._say, whole)) and len(self.heard) <= HEARD_MAX

    def end(self, *, is_cut: bool) -> None:
        """The last sentence, unless the model was cut off in the middle of it."""
        if not self.wrong and not is_cut and len(self.heard) <= HEARD_MAX:
            self._say(self._waiting)

    def noting(self, notes: Sequence[str]) -> str:
        """What was said, and those of `notes` that were not."""
        for note in notes:
            if note not in self.said:
                self.said += f" {note}"
                self.release(TextChunk(text=f" {note}"))
        return self.said

    def _say(self, sentence: str) -> bool:
        """Release the sentence if everything up to its end is founded."""
        words = plain(self.reveal(sentence))
        if not words:
            return True
        text = f"{self.said} {words}".strip()
        wrong = self.wrong_in(text)
        if wrong or len(text) > TEXT_MAX or text.count(". ") >= SENTENCES_MAX:
            self.wrong = ", ".join(wrong) or "too many words"
            return False
        self.release(TextChunk(text=text[len(self.said) :]))
        self.said = text
        return True


def plain(text: str) -> str:
    """One line without the marks of HTML and Markdown."""
    return " ".join(re.sub(r"(?<!\w)_+|_+(?!\w)", "", text.translate(_MARKS)).split())
