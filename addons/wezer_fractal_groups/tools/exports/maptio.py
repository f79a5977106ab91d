"""Maptio: a map as JSON, and the CSV file of its export.

Every initiative is a circle. Who is accountable for it leads it, helpers help; a helper
with roles fills these. Roles that are wanted are roles that nobody fills yet.
"""

from typing import Any

from .structure import Person, Sheet, Source, Structure, identity, person, plain, word

NAME = "Maptio"
COLUMNS = ("Depth", "Circle", "Parent Circle", "Type", "Person")


def recognises(source: Source) -> bool:
    """Return whether this is a map, or its CSV file."""
    return bool(_maps(source)) or any(map(_is_export, source.sheets))


def read(source: Source) -> Structure:
    """Return the initiatives and their people."""
    found = Structure()
    for initiative in _maps(source):
        _read_tree(found, initiative)
    for sheet in filter(_is_export, source.sheets):
        _read_sheet(found, sheet)
    return found


def _maps(source: Source) -> list[dict]:
    items = [item for name in source.lists for item in source.items(name)]
    maps = [
        item["initiative"] if isinstance(item.get("initiative"), dict) else item
        for item in items
    ]
    return [
        item
        for item in maps
        if isinstance(item.get("children"), list)
        and ("accountable" in item or "helpers" in item)
    ]


def _is_export(sheet: Sheet) -> bool:
    return all(sheet.column(name) for name in COLUMNS)


# === JSON === #


def _read_tree(found: Structure, root: dict) -> None:
    """Read a tree of any depth, without recursion."""
    waiting = [(root, "", "1")]
    while waiting:
        node, parent, path = waiting.pop()
        number = identity(node) or path
        reference = f"maptio/{number}"
        where = f"initiative {number}"
        found.group(
            reference,
            parent,
            node.get("name"),
            where,
            purpose=plain(node.get("description")),
        )
        _people(found, node, reference, where)
        children = [one for one in node.get("children") or [] if isinstance(one, dict)]
        waiting += reversed(
            [(one, reference, f"{path}.{n}") for n, one in enumerate(children, 1)]
        )


def _people(found: Structure, node: dict, reference: str, where: str) -> None:
    roles: dict[str, str] = {}

    def role_of(role: Any) -> str:
        """Return the reference of a role of this initiative, made once."""
        title = plain(role.get("title")) if isinstance(role, dict) else ""
        about = plain(role.get("description")) if isinstance(role, dict) else ""
        # A role without a title is called as its description begins.
        title = title or about.partition("\n")[0][:100]
        key = word(title)
        if key and key not in roles:
            roles[key] = f"{reference}/{key}"
            found.role(roles[key], reference, title, where, purpose=about)
        return roles.get(key, "")

    lead = node.get("accountable")
    if isinstance(lead, dict):
        found.member(reference, _person(lead), "lead", where)
    for helper in [lead, *(node.get("helpers") or [])]:
        if not isinstance(helper, dict):
            continue
        places = [role_of(role) for role in helper.get("roles") or []]
        for place in filter(None, places):
            found.member(place, _person(helper), "member", where)
        if helper is not lead and not any(places):
            found.member(reference, _person(helper), "helper", where)
    for vacancy in node.get("vacancies") or []:
        role_of(vacancy)


def _person(user: dict) -> Person:
    name = plain(user.get("name"))
    if not name:
        parts = (plain(user.get(part)) for part in ("firstname", "lastname"))
        name = " ".join(filter(None, parts))
    return person(user.get("user_id"), name, user.get("email"))


# === CSV === #


def _read_sheet(found: Structure, sheet: Sheet) -> None:
    """Read the export: rows of a circle together, circles before those inside.

    The first row of a circle names who is accountable, the others its helpers; the
    words for both are the team's own.
    """
    depth_of, name_of, parent_of, type_of, person_of = map(sheet.column, COLUMNS)
    above: dict[int, str] = {}
    used: set[str] = set()
    types = [word(cells.get(type_of)) for _where, cells in sheet.rows]
    # Where both have one word, a circle begins where its name changes.
    lead_type = types[0] if len(set(types)) > 1 else None
    last = None
    for kind, (where, cells) in zip(types, sheet.rows, strict=True):
        name = plain(cells.get(name_of))
        depth = _depth(cells.get(depth_of))
        parent_name = plain(cells.get(parent_of))
        here = (depth, name, parent_name)
        begins = here != last or kind == lead_type
        if begins:
            parent = above.get(depth - 1, "")
            if not parent and parent_name:
                # The outermost circle has no row of its own.
                parent = f"maptio/{parent_name}"
                above[depth - 1] = parent
                used.add(parent)
                found.group(parent, "", parent_name, where)
            reference = _free(f"{parent or 'maptio'}/{name}", used)
            above[depth] = reference
            found.group(reference, parent, name, where)
        last = here
        who = plain(cells.get(person_of))
        if who:
            relation = "lead" if begins else "helper"
            found.member(above[depth], person("", who), relation, where)


def _depth(cell: Any) -> int:
    text = str(cell or "").strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _free(reference: str, used: set[str]) -> str:
    """Return a reference that no circle before has."""
    number, free = 1, reference
    while free in used:
        number += 1
        free = f"{reference} ({number})"
    used.add(free)
    return free
