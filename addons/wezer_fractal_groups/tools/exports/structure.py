"""What a reader of an export is given, and what it returns. Runs without Odoo."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_TAGS = re.compile(r"<[^>]*>")
_BREAKS = re.compile(r"<\s*(?:br|/p|/li|/div)\b[^>]*>", re.I)


class UnknownExport(ValueError):
    """A file that no reader recognises; the text says what it holds."""


class Sheet(NamedTuple):
    """A table: where it is from, its headings, and ``(place, cells)`` of each row.

    The place is where a person finds the row: ``Members, line 3``.
    """

    name: str
    headings: list[str]
    rows: list[tuple[str, dict[str, str]]]

    def column(self, *names: str) -> str:
        """Return the heading that is called like one of ``names``, or nothing."""
        known = {word(heading): heading for heading in self.headings}
        return next((known[word(name)] for name in names if word(name) in known), "")


class Source(NamedTuple):
    """The files of an export.

    :param dict lists: ``{name: list of dicts}`` of JSON files, those of the same name
        together
    :param list sheets: tables of CSV and XLSX files
    """

    lists: dict[str, list]
    sheets: list[Sheet]

    def items(self, name: str) -> list[dict]:
        """Return the dicts of the list ``name``."""
        return [item for item in self.lists.get(name, []) if isinstance(item, dict)]

    def summary(self) -> str:
        """Return what the files hold, for a message."""
        parts = [f"lists: {', '.join(sorted(self.lists))}"] if self.lists else []
        parts += [
            f"{sheet.name}: {', '.join(sheet.headings[:12])}" for sheet in self.sheets
        ]
        return "; ".join(parts)[:400] or "nothing"


class Structure:
    """Groups and memberships, as rows of our own files.

    A role is a group of the kind ``role``. Rows of a person who is in a place twice are
    put together: what they look after there is joined.
    """

    def __init__(self) -> None:
        self.groups: list[dict] = []
        self.members: list[dict] = []
        self._places: dict[tuple, dict] = {}
        self._names: dict[str, set] = {}

    def group(
        self, reference: str, parent: str, name: Any, where: str, **more: Any
    ) -> dict:
        """Add a circle or a role, and return its row; ``more`` are further cells."""
        row: dict[str, Any] = {
            "row": len(self.groups) + 1,
            "group": reference,
            "parent": parent,
        }
        row.update(name=plain(name) or reference, where=where, **more)
        self.groups.append(row)
        return row

    def role(
        self, reference: str, circle: str, name: Any, where: str, **more: Any
    ) -> dict:
        """Add a role in a circle, and return its row."""
        return self.group(reference, circle, name, where, kind="role", **more)

    def member(
        self, group: str, person: "Person", relation: str, where: str, **more: Any
    ) -> None:
        """Add a person to a group or role; twice is once."""
        cells = {name: plain(value) for name, value in more.items() if value}
        key = group, person.key, word(relation)
        before = self._places.get(key)
        if before:
            focus = [before.get("focus"), cells.get("focus")]
            if focus[1] and focus[1] not in (focus[0] or "").split(", "):
                before["focus"] = ", ".join(filter(None, focus))
            return
        row = {
            "row": len(self.members) + 1,
            "group": group,
            "person": person.email or person.name,
            "name": person.name,
            "relation": relation,
            "where": where,
            **cells,
        }
        if not person.email:
            # Two people of one name cannot be told apart in our file.
            keys = self._names.setdefault(word(person.name), set())
            keys.add(person.key)
            if len(keys) > 1:
                row["problem"] = ("namesake", person.name)
        self._places[key] = row
        self.members.append(row)


class Person(NamedTuple):
    """A person of an export: what tells them apart there, name, address."""

    key: str
    name: str
    email: str = ""


def person(key: Any, name: Any, email: Any = "") -> Person:
    """Return a person; without a key, the address or the name tells them apart."""
    address = plain(email).lower()
    address = address if "@" in address else ""
    # A name is no address, whatever somebody wrote into it.
    shown = plain(name).replace("@", " ").strip() or address.partition("@")[0]
    return Person(str(key or address or word(shown)), " ".join(shown.split()), address)


def word(text: Any) -> str:
    """Return a word as words are compared: no accents, case, blanks or signs."""
    bare = unicodedata.normalize("NFKD", str(text or "").casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "", bare)


def plain(value: Any) -> str:
    """Return a value as text without markup; one line for each item of a list."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dict):
        names = ("description", "title", "name", "body", "text", "value")
        return next((plain(value[name]) for name in names if value.get(name)), "")
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(plain, value)))
    text = str(value)
    if "<" in text:
        text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", text)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(filter(None, lines))


def yes(value: Any) -> bool:
    """Return whether a cell or value says yes."""
    return value is True or word(value) in (
        "true",
        "yes",
        "1",
        "x",
        "oui",
        "vrai",
        "ja",
    )


def pieces(text: Any) -> Iterator[str]:
    """Yield the parts of a cell that holds several.

    A comma divides only where nothing else does: names have commas, too.
    """
    cell = str(text or "")
    for piece in re.split("[;\n]" if re.search("[;\n]", cell) else ",", cell):
        if piece.strip():
            yield piece.strip()


def by_id(items: Iterable[dict]) -> dict[str, dict]:
    """Return ``{id as text: item}``; of two with one id, the fuller."""
    found: dict[str, dict] = {}
    for item in items:
        number = identity(item)
        if number and len(item) >= len(found.get(number, ())):
            found[number] = item
    return found


def identity(value: Any) -> str:
    """Return the id of an item, or of a reference to one, as text."""
    if isinstance(value, dict):
        value = value.get("id")
    if value is None or isinstance(value, bool | list | float):
        return ""
    return str(value).strip()
