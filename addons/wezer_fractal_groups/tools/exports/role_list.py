"""A table of roles: one row for each role, or for each role and person.

Made for the spreadsheets of GlassFrog and Peerdom, whose headings are not described
publicly: the usual names of the columns are understood. A circle is known by its name.
"""

from typing import Any

from .structure import Sheet, Source, Structure, person, pieces, plain, word

NAME = "a list of roles"
COLUMNS = {
    "role": ("Role", "Role Name", "Rôle", "Nom du rôle", "Rolle", "Rol"),
    "circle": ("Circle", "Circle Name", "Cercle", "Kreis", "Círculo", "Cercle parent"),
    "parent": ("Parent Circle", "Super Circle", "Supercircle", "Parent", "Überkreis"),
    "purpose": ("Purpose", "Raison d'être", "Zweck", "Propósito"),
    "domains": ("Domains", "Domain", "Domaines", "Domänen", "Dominios"),
    "accountabilities": (
        *("Accountabilities", "Accountability", "Responsibilities"),
        *("Redevabilités", "Verantwortlichkeiten", "Responsabilidades"),
    ),
    "people": (
        *(
            "Person",
            "People",
            "Person Name",
            "Filled By",
            "Role Filler",
            "Role Fillers",
        ),
        *("Assigned To", "Assignees", "Holders", "Peers", "Members", "Personnes"),
    ),
    "email": ("Email", "Person Email", "E-mail", "Courriel"),
    "focus": ("Focus", "Scope"),
}


def recognises(source: Source) -> bool:
    """Return whether there is a table with roles, circles, and what they are for."""
    return any(map(_is_list, source.sheets))


def read(source: Source) -> Structure:
    """Return circles, roles and who fills them."""
    found = Structure()
    for sheet in filter(_is_list, source.sheets):
        _read_sheet(found, sheet)
    return found


def _is_list(sheet: Sheet) -> bool:
    columns = _columns(sheet)
    told = columns["people"] or columns["purpose"] or columns["accountabilities"]
    return bool(columns["role"] and columns["circle"] and told)


def _columns(sheet: Sheet) -> dict[str, str]:
    return {name: sheet.column(*names) for name, names in COLUMNS.items()}


def _read_sheet(found: Structure, sheet: Sheet) -> None:
    columns = _columns(sheet)
    rows = [
        (where, {name: cells.get(heading, "") for name, heading in columns.items()})
        for where, cells in sheet.rows
    ]
    circles = _Circles(found, [row for _where, row in rows])
    made: dict[str, dict] = {}
    for where, row in rows:
        circle = circles.made(row["circle"], where)
        place, relation, name = circle, "member", plain(row["role"])
        if circles.is_circle(row):
            place, relation = circles.made(name, where), "lead"
        elif name:
            reference = f"{circle['group']}/{name}"
            if reference not in made:
                made[reference] = found.role(reference, circle["group"], name, where)
            place = made[reference]
        for text in ("purpose", "domains", "accountabilities"):
            if name and plain(row[text]) and not place.get(text):
                place[text] = plain(row[text])
        _add_people(found, place["group"], relation, row, where)


class _Circles:
    """The circles of a table, each made when it is first named."""

    def __init__(self, found: Structure, rows: list[dict]) -> None:
        self.found = found
        self.rows: dict[str, dict] = {}
        self.names = {word(row["circle"]): plain(row["circle"]) for row in rows}
        # The circle around each: of a role that is a circle, or of its own column.
        self.around = {word(row["circle"]): plain(row["parent"]) for row in rows}
        self.around.update(
            (word(row["role"]), plain(row["circle"]))
            for row in rows
            if self.is_circle(row)
        )

    def is_circle(self, row: dict) -> bool:
        """Return whether the role of this row has roles of its own."""
        key = word(row["role"])
        return key in self.names and key != word(row["circle"])

    def made(self, called: Any, where: str) -> dict:
        """Return the row of a circle, made with those around it."""
        chain: list[str] = []
        key = word(called)
        self.names.setdefault(key, plain(called))
        while key and key not in self.rows and key not in chain:
            chain.append(key)
            outer = self.around.get(key) or ""
            self.names.setdefault(word(outer), outer)
            key = word(outer)
        for key in reversed(chain):
            # Named even where it is inside this one: such a row is refused.
            around = word(self.around.get(key))
            parent = f"circle/{self.names[around]}" if around else ""
            name = self.names[key]
            self.rows[key] = self.found.group(f"circle/{name}", parent, name, where)
        return self.rows.get(word(called), {"group": ""})


def _add_people(
    found: Structure, place: str, relation: str, row: dict, where: str
) -> None:
    emails = list(pieces(row["email"]))
    names = list(pieces(row["people"])) or emails
    for position, name in enumerate(names):
        email = emails[position] if len(emails) == len(names) else ""
        if "@" in name and not email:
            email = name
        who = person("", name, email)
        found.member(place, who, relation, where, focus=row["focus"])
