"""Holaspirit: the workbook of its export, its sheets as CSV, and JSON of its API.

A row of circles and roles does not give the row of the circle around it: it names it,
and it is found by that name.
"""

from typing import Any

from .structure import (
    Person,
    Sheet,
    Source,
    Structure,
    by_id,
    identity,
    person,
    plain,
    word,
    yes,
)

NAME = "Holaspirit"
ROLES = ("Role ID", "Role", "IsCircle")
PEOPLE = ("Email", "Circle ID", "Circle", "Last name")


def recognises(source: Source) -> bool:
    """Return whether this is a workbook of Holaspirit, or what its API answers."""
    return any(map(_lists_roles, source.sheets)) or bool(_api_items(source, "circle"))


def read(source: Source) -> Structure:
    """Return circles, roles and who fills them."""
    found = Structure()
    if any(map(_lists_roles, source.sheets)):
        _Workbook(source).read(found)
    else:
        _read_api(found, source)
    return found


def _lists_roles(sheet: Sheet) -> bool:
    return all(sheet.column(name) for name in ROLES)


def _lists_people(sheet: Sheet) -> bool:
    return all(sheet.column(name) for name in PEOPLE)


class _Workbook:
    def __init__(self, source: Source) -> None:
        self.sheets = source.sheets
        # name of a circle → references of the circles that are called so
        self.named: dict[str, list[str]] = {}
        self.places: dict[str, str] = {}

    def read(self, found: Structure) -> None:
        roles = [sheet for sheet in self.sheets if _lists_roles(sheet)]
        for sheet in roles:
            for _where, cells in sheet.rows:
                self._learn(sheet, cells)
        for sheet in roles:
            for where, cells in sheet.rows:
                self._group(found, sheet, where, cells)
        for sheet in filter(_lists_people, self.sheets):
            for where, cells in sheet.rows:
                self._member(found, sheet, where, cells)

    def _learn(self, sheet: Sheet, cells: dict) -> None:
        number = plain(cells.get(sheet.column("Role ID")))
        name = plain(cells.get(sheet.column("Role")))
        reference = f"holaspirit/{number or word(name)}"
        self.places[number] = reference
        if yes(cells.get(sheet.column("IsCircle"))):
            self.named.setdefault(word(name), []).append(reference)

    def _around(self, sheet: Sheet, cells: dict) -> tuple[str, tuple | None]:
        """Return the circle that a row names, and why it is not known."""
        name = plain(cells.get(sheet.column("Circle")))
        number = plain(cells.get(sheet.column("Circle ID")))
        if not name and not number:
            return "", None
        if number in self.places:
            return self.places[number], None
        same = self.named.get(word(name), [])
        if len(same) == 1:
            return same[0], None
        if not same:
            return f"holaspirit/{name or number}", None
        return f"holaspirit/{name}", ("two_circles", name)

    def _group(self, found: Structure, sheet: Sheet, where: str, cells: dict) -> None:
        name = plain(cells.get(sheet.column("Role")))
        number = plain(cells.get(sheet.column("Role ID")))
        parent, problem = self._around(sheet, cells)
        more: dict[str, Any] = {
            text: plain(cells.get(sheet.column(text.capitalize())))
            for text in ("purpose", "domains", "accountabilities")
        }
        if problem:
            more["problem"] = problem
        add = found.group if yes(cells.get(sheet.column("IsCircle"))) else found.role
        add(
            self.places.get(number, f"holaspirit/{word(name)}"),
            parent,
            name,
            where,
            **more,
        )

    def _member(self, found: Structure, sheet: Sheet, where: str, cells: dict) -> None:
        names = (cells.get(sheet.column(name)) for name in ("First name", "Last name"))
        name = " ".join(filter(None, map(plain, names)))
        who = person("", name, cells.get(sheet.column("Email")))
        number = plain(cells.get(sheet.column("Role ID")))
        more: dict[str, Any] = {
            "focus": cells.get(sheet.column("Scope")),
            "since": _day(cells.get(sheet.column("Since"))),
            "until": _day(cells.get(sheet.column("Until"))),
        }
        place, problem = self.places.get(number, ""), None
        if not place:
            place, problem = self._around(sheet, cells)
        if problem:
            more["problem"] = problem
        found.member(place, who, "member", where, **more)
        if yes(cells.get(sheet.column("Circle Admin"))):
            found.member(place, who, "admin", where)


def _day(cell: Any) -> str:
    """Return the day of a date with a time, which people write in many ways."""
    return plain(cell)[:10] if plain(cell)[4:5] == "-" else plain(cell)


# === API === #


def _api_items(source: Source, kind: str) -> list[dict]:
    """Return the items of one type, whichever list they are in."""
    items = [item for name in sorted(source.lists) for item in source.items(name)]
    if kind == "circle":
        return [item for item in items if "parentCircle" in item and "role" in item]
    if kind == "role":
        keys = ("accountabilities", "domains", "purpose")
        return [
            item
            for item in items
            if any(key in item for key in keys) and "name" in item
        ]
    return [item for item in items if "email" in item or "displayName" in item]


def _read_api(found: Structure, source: Source) -> None:
    circles = by_id(_api_items(source, "circle"))
    roles = by_id(
        item for item in _api_items(source, "role") if identity(item) not in circles
    )
    people = {
        number: _api_person(number, item)
        for number, item in by_id(_api_items(source, "member")).items()
    }
    own = {identity(circle.get("role")) for circle in circles.values()} - {""}
    for number, circle in circles.items():
        role = roles.get(identity(circle.get("role")), {})
        name = circle.get("name") or role.get("name")
        parent, where = _reference(circle.get("parentCircle")), f"circle {number}"
        found.group(_reference(number), parent, name, where, **_texts(role))
        lead = identity(circle.get("lead"))
        if lead in people:
            found.member(_reference(number), people[lead], "lead", where)
        for key in ("members", "decisionMakers", "nonDecisionMakers"):
            _api_members(found, _reference(number), circle.get(key), people, where)
    for number, role in roles.items():
        if number in own:
            continue
        around = _reference(role.get("circle") or role.get("parentCircle"))
        where = f"role {number}"
        found.role(_reference(number), around, role.get("name"), where, **_texts(role))
        for key in ("members", "assignedMembers"):
            _api_members(found, _reference(number), role.get(key), people, where)


def _api_members(
    found: Structure, place: str, items: Any, people: dict, where: str
) -> None:
    for item in items if isinstance(items, list) else []:
        number = identity(item)
        who = people.get(number)
        if not who and isinstance(item, dict):
            who = _api_person(number, item)
        if who:
            found.member(place, who, "member", where)


def _api_person(number: str, item: dict) -> Person:
    names = (plain(item.get(name)) for name in ("firstName", "lastName"))
    name = plain(item.get("displayName")) or " ".join(filter(None, names))
    return person(number, name, item.get("email"))


def _reference(value: Any) -> str:
    number = identity(value)
    return f"holaspirit/{number}" if number else ""


def _texts(role: dict) -> dict[str, str]:
    return {
        name: plain(role.get(name))
        for name in ("purpose", "domains", "accountabilities")
    }
