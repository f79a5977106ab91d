"""Text of any script in a PDF by reportlab. Runs without Odoo.

Each letter is drawn by the first font that has it; Arabic and Hebrew are shaped and
ordered. What no font has is written in another way, in brackets: a letter by its sound
(``[NiHao]``), a sign by its name (``[grinning face]``). No box stands for anything.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from anyascii import anyascii
from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# Fonts of the operating system, used where they are installed.
SYSTEM = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
# Colours of skin: variants of the sign before them.
SKIN = range(0x1F3FB, 0x1F400)
FLAGS = range(0x1F1E6, 0x1F200)
RTL = ("R", "AL")
# A code that has no two bytes, as reportlab writes it.
BEYOND = re.compile(r"<([0-9A-Fa-f]{5})>")

_reshape = ArabicReshaper(
    # Few fonts have a letter that stands alone twice: the plain one is drawn.
    {"use_unshaped_instead_of_isolated": True, "delete_harakat": True}
).reshape


class CopiedFont(TTFont):
    """A font whose letters can be copied out of the PDF, those of many bytes too.

    Reportlab writes the code of an emoji where a PDF has to have it as UTF-16.
    """

    def addObjects(self, doc: Any) -> Any:  # noqa: N802
        """Add the font to a document."""
        added = super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if str(name).startswith("toUnicodeCMap:"):
                stream.content = BEYOND.sub(_as_utf_16, stream.content)
        return added


def _as_utf_16(code: re.Match) -> str:
    return f"<{chr(int(code[1], 16)).encode('utf-16-be').hex().upper()}>"


class Face(NamedTuple):
    """A registered font: its name, and which characters it has."""

    name: str
    glyphs: frozenset[int]


class Faces:
    """Fonts in the order in which they are asked for a letter."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Register the fonts at ``paths``, and those of the system behind them."""
        there = [path for path in SYSTEM if Path(path).exists()]
        self.faces = [_register(path) for path in (*paths, *there)]

    @property
    def name(self) -> str:
        """Return the name of the main face."""
        return self.faces[0].name

    def _of(self, char: str) -> Face | None:
        return next((face for face in self.faces if ord(char) in face.glyphs), None)

    # === SUBSTITUTES === #

    def written(self, text: str) -> str:
        """Return ``text`` with what no font has written in another way."""
        parts, missing = [], ""
        for char in unicodedata.normalize("NFC", str(text)):
            if char != "\n" and _is_unseen(char):
                continue
            if char == "\n" or self._of(char):
                parts += [_substitute(missing), char]
                missing = ""
            else:
                missing += char
        return "".join([*parts, _substitute(missing)])

    # === DRAWN === #

    def markup(self, text: str, size: float, width: float | None = None) -> str:
        """Return ``text`` as the XML of a paragraph, each run in its font.

        :param float width: of the column, for lines that run from right to left:
            they are broken here, before their letters are ordered
        """
        lines = []
        for line in self.written(text).split("\n"):
            if any(unicodedata.bidirectional(char) in RTL for char in line):
                lines += [
                    self._runs(self._ordered(part))
                    for part in self._broken(line, size, width)
                ]
            else:
                lines.append(self._runs(line))
        return "<br/>".join(lines)

    def _broken(self, line: str, size: float, width: float | None) -> list[str]:
        lines, now = [], ""
        for word in line.split(" "):
            longer = f"{now} {word}" if now else word
            if now and width and self._width(longer, size) > width:
                lines.append(now)
                now = word
            else:
                now = longer
        return [*lines, now]

    def _ordered(self, line: str) -> str:
        """Return a line as it is drawn from left to right, its letters joined."""
        drawn = []
        for char in get_display(_reshape(line)):
            if self._of(char):
                drawn.append(char)
            else:
                # A joined form that the font lacks: its plain letters, as drawn.
                drawn += reversed(unicodedata.normalize("NFKC", char))
        return "".join(drawn)

    def _width(self, line: str, size: float) -> float:
        return sum(
            pdfmetrics.stringWidth(run, name, size)
            for name, run in self._split(_reshape(line))
        )

    def _split(self, line: str) -> Iterator[Any]:
        """Yield ``(font, run)``: a run stays in its font as long as it can."""
        face, run = self.faces[0], ""
        for char in line:
            here = face if ord(char) in face.glyphs else self._of(char)
            if here and here != face and run:
                yield face.name, run
                run = ""
            face, run = here or face, run + char
        if run:
            yield face.name, run

    def _runs(self, line: str) -> str:
        return "".join(
            escape(run)
            if name == self.name
            else f'<font name="{name}">{escape(run)}</font>'
            for name, run in self._split(line)
        )


@cache
def _register(path: str) -> Face:
    name = f"Wezer-{Path(path).stem}"
    font = CopiedFont(name, path)
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(font)
    return Face(name, frozenset(font.face.charToGlyph))


def _is_unseen(char: str) -> bool:
    """Return whether this draws nothing: joiners, variants, marks of direction."""
    return (
        ord(char) in SKIN
        or unicodedata.category(char) in ("Cc", "Cf")
        or "VARIATION SELECTOR" in _name(char)
    )


def _name(char: str) -> str:
    return unicodedata.name(char, "")


def _substitute(missing: str) -> str:
    """Return what is written for characters that no font has."""
    if not missing:
        return ""
    words, letters = [], ""
    for char in missing:
        if unicodedata.category(char)[0] in "LMN":
            letters += char
            continue
        words += [anyascii(letters)] if letters else []
        letters = ""
        if ord(char) in FLAGS:
            # Two of them make the flag of a country.
            words.append(f"flag letter {chr(ord(char) - FLAGS.start + ord('A'))}")
            continue
        words.append(_name(char).lower() or f"U+{ord(char):04X}")
    words += [anyascii(letters) or f"U+{ord(letters[0]):04X}"] if letters else []
    return f"[{', '.join(filter(None, words))}]"
