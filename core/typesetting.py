"""Sheets of A4 with text in any script that the fonts know: Roboto, and Noto where Roboto has no letter."""

import threading
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, cast, get_args

import font_roboto  # pyright: ignore[reportMissingTypeStubs]
import manimgx_fonts  # pyright: ignore[reportMissingTypeStubs]
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapeData, TTFont, shapeStr  # pyright: ignore[reportUnknownVariableType]
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4

ROBOTO = Path(font_roboto.__file__).parent / "files"
NOTO = Path(manimgx_fonts.__file__).parent

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for a letter that no font has."""

_ONE_AT_A_TIME = threading.Lock()
"""reportlab keeps its fonts in a registry of the process."""


Face = Literal["Roboto-Regular", "Roboto-Medium"]


@dataclass(frozen=True, slots=True)
class Style:
    size: float
    colour: str
    face: Face = "Roboto-Regular"


Run = tuple[str, str]
"""A font's name and the words that are set in it."""


@contextmanager
def sheet(*, title: str, author: str) -> Generator["Sheet"]:
    """A sheet to write on; one at a time in this process. The same words give the same bytes."""
    with _ONE_AT_A_TIME:
        yield Sheet(title=title, author=author)


class Sheet:
    """Pages, one after the other. Places are points from the left and from the top."""

    def __init__(self, *, title: str, author: str) -> None:
        self._file = BytesIO()
        # invariant: no time of making, no random id.
        self._canvas = Canvas(self._file, pagesize=A4, invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._fonts: dict[str, TTFont] = {}
        self._settings: dict[tuple[str, str], Run] = {}
        for face in get_args(Face):
            self._font(face, ROBOTO / f"{face}.ttf")

    def write(
        self,
        x: float,
        y: float,
        words: str,
        style: Style,
        *,
        align: Literal["left", "right"] = "left",
        width: float | None = None,
    ) -> None:
        """The words on one line, cut where they are wider than `width`. They begin at `x`, or end there."""
        runs = self._runs(words if width is None else self._cut(words, style, width), style)
        if align == "right":
            x -= _width(runs, style.size)
        self._canvas.setFillColor(HexColor(style.colour))
        line = self._canvas.beginText(x, HEIGHT - y)
        for font, part in runs:
            line.setFont(font, style.size)
            line.textOut(_shaped(font, part, style.size))
        self._canvas.drawText(line)

    def rule(self, x: float, y: float, end: float, colour: str, *, thickness: float = 0.5) -> None:
        self._canvas.setStrokeColor(HexColor(colour))
        self._canvas.setLineWidth(thickness)
        self._canvas.line(x, HEIGHT - y, end, HEIGHT - y)

    def tint(self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0) -> None:
        self._canvas.setFillColor(HexColor(colour))
        self._canvas.roundRect(x, HEIGHT - y - height, width, height, radius, stroke=0, fill=1)

    def turn(self) -> None:
        """What follows stands on the next page."""
        self._canvas.showPage()

    def finished(self) -> bytes:
        self._canvas.save()
        return self._file.getvalue()

    def wrapped(self, words: str, style: Style, width: float, *, lines_max: int) -> list[str]:
        """The words on lines that fit `width`; what does not fit on the last one becomes an ellipsis."""
        lines = [""]
        for word in words.split():
            longer = f"{lines[-1]} {word}".strip()
            if self._measured(longer, style) <= width or not lines[-1]:
                lines[-1] = longer
            elif len(lines) == lines_max:
                lines[-1] += " \N{HORIZONTAL ELLIPSIS}"
                break
            else:
                lines.append(word)
        return [self._cut(line, style, width) for line in lines if line]

    def _cut(self, line: str, style: Style, width: float) -> str:
        if self._measured(line, style) <= width:
            return line
        kept = line.rstrip(" \N{HORIZONTAL ELLIPSIS}")
        while kept and self._measured(f"{kept}\N{HORIZONTAL ELLIPSIS}", style) > width:
            kept = kept[:-1]
        return f"{kept}\N{HORIZONTAL ELLIPSIS}"

    def _measured(self, words: str, style: Style) -> float:
        return _width(self._runs(words, style), style.size)

    def _runs(self, words: str, style: Style) -> list[Run]:
        """The words, cut where the font changes."""
        if words.isascii():
            return [(style.face, words)]
        runs: list[Run] = []
        for character in words:
            if runs and unicodedata.category(character) in _NEUTRAL and _has(self._fonts[runs[-1][0]], character):
                runs[-1] = (runs[-1][0], runs[-1][1] + character)
                continue
            font, character = self._setting(character, style.face)
            if runs and font == runs[-1][0]:
                runs[-1] = (font, runs[-1][1] + character)
            else:
                runs.append((font, character))
        return runs

    def _setting(self, character: str, face: str) -> Run:
        """The font that has the letter, and the letter; or the sign for one that none has."""
        known = self._settings.get((face, character))
        if known is None:
            fonts = (face, *(self._font(path.stem, path) for path in _candidates(character)))
            font = next((name for name in fonts if _has(self._fonts[name], character)), None)
            known = self._settings[face, character] = (font, character) if font else (face, UNKNOWN)
        return known

    def _font(self, name: str, path: Path) -> str:
        if name not in self._fonts:
            self._fonts[name] = _roboto(name, path) if path.parent == ROBOTO else TTFont(name, path)
            pdfmetrics.registerFont(self._fonts[name])  # pyright: ignore[reportUnknownMemberType]  # an untyped stub
        return name


_NEUTRAL = {"Mn", "Mc", "Me", "Cf", "Zs"}
"""Marks, joiners and spaces belong to the words that they follow: a font shapes only what stands in one run."""


@cache
def _roboto(name: str, path: Path) -> TTFont:
    # Kept, since reading it takes longer than a short statement. A shaped font is read anew for each sheet: it numbers
    # the ligatures that it meets, and what it met on other sheets must not show in the bytes of this one.
    return TTFont(name, path, shapable=False)


def _shaped(font: str, words: str, size: float) -> str:
    return words if font.startswith("Roboto") else cast(str, shapeStr(words, font, size))


def _width(runs: Sequence[Run], size: float) -> float:
    return sum(_run_width(_shaped(font, words, size), font, size) for font, words in runs)


def _run_width(words: str, font: str, size: float) -> float:
    glyphs: list[ShapeData] | None = getattr(words, "__shapeData__", None)
    if glyphs is None:
        return pdfmetrics.stringWidth(words, font, size)
    return sum(glyph.x_advance for glyph in glyphs) * size / 1000


def _has(font: TTFont, character: str) -> bool:
    return ord(character) in font.face.charToGlyph


def _candidates(character: str) -> Sequence[Path]:
    """The fonts that may have the letter, by its name: DEVANAGARI LETTER A is in Noto Sans Devanagari."""
    script = unicodedata.name(character, "").split(" ")[0].title()
    names = (f"NotoSans{script}", "NotoSans", "NotoSansSymbols", "NotoEmoji")
    return [path for name in names if (path := NOTO / f"{name}[wght].ttf").exists()]
