"""Words as people list and compare them: skills, categories, synonyms."""

import re
from typing import Any

from .near_words import tokens
from .text import normalise


def split_words(text: str | None) -> list[str]:
    """Return the words of a list as people write it: commas, semicolons, lines."""
    pieces = (" ".join(piece.split()) for piece in re.split(r"[,;\n]", text or ""))
    return [piece for piece in pieces if piece]


def word_key(text: str | None) -> str:
    """Return ``text`` as words are compared: no accents, capitals, bars, controls."""
    plain = (char if char.isprintable() else " " for char in text or "")
    return normalise("".join(plain).replace("|", " "))


def suggested_model(env: Any, kind: Any) -> Any:
    """Return the model whose records are suggested as ``kind``, or None.

    A model says so by its class attribute ``_suggested_as``, and has ``_suggest()``
    and ``_suggestion()``.
    """
    if not kind or not isinstance(kind, str):
        return None
    for name, model in env.registry.items():
        if getattr(model, "_suggested_as", None) == kind:
            return env[name]
    return None


def searched_text(pieces: list[str | None]) -> str:
    """Return what a search looks into: the words of ``pieces``, between blanks.

    A word with a sign on it is kept as it is written, and without the sign.

    >>> searched_text(["Anna Müller,", "|c++|cuisine|", None])
    'anna muller, c++ cuisine muller c'
    """
    words = normalise(" ".join(filter(None, pieces)).replace("|", " ")).split()
    known = set(words)
    bare = [word for word in tokens(" ".join(words)) if word not in known]
    return " ".join([*words, *bare])
