"""Words as people list and compare them: skills, categories, synonyms."""

import re

from .text import normalise


def split_words(text: str | None) -> list[str]:
    """Return the words of a list as people write it: commas, semicolons, lines."""
    pieces = (" ".join(piece.split()) for piece in re.split(r"[,;\n]", text or ""))
    return [piece for piece in pieces if piece]


def word_key(text: str | None) -> str:
    """Return ``text`` as words are compared: no accents, capitals, bars, controls."""
    plain = (char if char.isprintable() else " " for char in text or "")
    return normalise("".join(plain).replace("|", " "))
