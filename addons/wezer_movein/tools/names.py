"""Finds the member that a name in a list of payments stands for. Runs without Odoo.

A name is taken as another way of writing a member's name only where one member fits.
"""

import unicodedata
from collections.abc import Mapping

# Kinds of spellings, in the order in which they are told.
_ORDER = ("last_first", "initial", "first_initial", "turned", "blanks", "letters")


class Names:
    """The names of the members, and the ways in which payments write them.

    :param names: account → name
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._ways: dict[str, dict[str, list[str]]] = {}
        self._names: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._told: dict[str, dict[str, str]] = {}
        for code, name in names.items():
            self.add(code, name)

    def add(self, code: str, name: str) -> None:
        """Add a member."""
        self._names[code] = name
        self._exact.setdefault(name, []).append(code)
        for kind, way in ways_of(name):
            self._ways.setdefault(way, {}).setdefault(code, []).append(kind)
        self._found.clear()

    def find(self, text: str) -> str:
        """Return the account of the member that ``text`` names, empty where none."""
        if text not in self._found:
            self._found[text] = self._find(text)
        return self._found[text]

    def _find(self, text: str) -> str:
        if text in self._names:
            return text
        codes = self._exact.get(text, [])
        if len(codes) == 1:
            return codes[0]
        found = self._ways.get(_bare(text), {})
        # Accents tell members apart whose names are the same without them.
        if len(found) != 1:
            return ""
        ((code, kinds),) = found.items()
        if self._names[code] == text:
            return code
        kind = kinds[0]
        if kind == "same":
            is_trimmed = " ".join(text.split()) == self._names[code]
            kind = "blanks" if is_trimmed else "letters"
        self._told.setdefault(code, {})[text] = kind
        return code

    @property
    def ways(self) -> dict[str, list[str]]:
        """Accounts of members, and how payments write their names in other ways."""
        return {
            code: sorted(ways, key=lambda way: (_ORDER.index(ways[way]), way))
            for code, ways in self._told.items()
        }


def ways_of(name: str) -> list[tuple[str, str]]:
    """Return ``(kind, text to compare)`` of the ways in which people write a name."""
    words = name.split()
    found = [("same", _bare(name))]
    if len(words) > 1:
        first, last = words[0], " ".join(words[1:])
        front, end = " ".join(words[:-1]), words[-1]
        for given, family in {(first, last), (front, end)}:
            found += [
                ("last_first", _bare(f"{family}, {given}")),
                ("initial", _bare(f"{given[0]}. {family}")),
                ("first_initial", _bare(f"{given} {family[0]}.")),
                ("turned", _bare(f"{family} {given}")),
            ]
    return list(dict.fromkeys(found))


def _bare(text: str) -> str:
    """Return a text without case, accents, and more than one blank."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
