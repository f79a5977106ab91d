"""GlassFrog: JSON as its API (version 3) answers: circles, roles, people, assignments.

A role that was expanded into a circle is that circle: its purpose, domains and
accountabilities are the circle's, and who fills it leads the circle.
"""

from typing import Any

from .structure import Person, Source, Structure, by_id, identity, person, plain, word

NAME = "GlassFrog"
LEAD_ROLES = ("leadlink", "circlelead")
REP_ROLES = ("replink", "circlerep", "circlerepresentative")


def recognises(source: Source) -> bool:
    """Return whether these are answers of GlassFrog's API."""
    roles = source.items("roles")
    if not roles or "holders" in source.lists or "peers" in source.lists:
        return False
    links = [item.get("links") for item in roles]
    return any(isinstance(link, dict) and "circle" in link for link in links)


def read(source: Source) -> Structure:
    """Return circles, roles and who fills them."""
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self.circles = by_id(source.items("circles"))
        self.roles = by_id(source.items("roles"))
        people = source.items("people") + source.items("members")
        self.people = {
            number: person(number, item.get("name"), item.get("email"))
            for number, item in by_id(people).items()
        }
        self.texts = {
            name: by_id(source.items(name)) for name in ("domains", "accountabilities")
        }
        # role → its assignments
        self.assignments: dict[str, list[dict]] = {}
        for assignment in source.items("assignments"):
            role_id = identity(_links(assignment).get("role"))
            self.assignments.setdefault(role_id, []).append(assignment)
        # circle → the role in the circle around it that was expanded into it
        self.expanded: dict[str, str] = {}
        for number, role in self.roles.items():
            inner = identity(_links(role).get("supporting_circle"))
            if inner:
                self.expanded[inner] = number
        for number, circle in self.circles.items():
            role_id = identity(_links(circle).get("supported_role"))
            if role_id in self.roles:
                self.expanded[number] = role_id

    def read(self) -> Structure:
        """Return what the answers hold."""
        found = Structure()
        for number, circle in self.circles.items():
            role = self.roles.get(self.expanded.get(number, ""), {})
            found.group(
                f"glassfrog/circle/{number}",
                _circle(_links(role).get("circle")),
                circle.get("name") or circle.get("short_name"),
                f"circle {number}",
                **self._cells(role),
            )
            for person_id in _list(_links(circle).get("people")):
                self._member(found, f"glassfrog/circle/{number}", person_id, "member")
        expanded = set(self.expanded.values())
        leads = {
            identity(_links(role).get("circle"))
            for role in self.roles.values()
            if word(role.get("name")) in LEAD_ROLES and self._fillers(role)
        }
        for number, role in self.roles.items():
            if number not in expanded:
                self._role(found, number, role)
        for circle_id, number in self.expanded.items():
            # The lead link of a circle is who fills its role in the circle around it.
            if circle_id not in leads:
                for person_id, more in self._fillers(self.roles[number]):
                    place = f"glassfrog/circle/{circle_id}"
                    self._member(found, place, person_id, "lead", **more)
        self._rest(found)
        return found

    def _role(self, found: Structure, number: str, role: dict) -> None:
        name = word(role.get("name"))
        relation = (
            "lead"
            if name in LEAD_ROLES
            else "representative"
            if name in REP_ROLES
            else plain(role.get("name"))
        )
        reference = f"glassfrog/role/{number}"
        found.role(
            reference,
            _circle(_links(role).get("circle")),
            role.get("name"),
            f"role {number}",
            relation=relation,
            **self._cells(role),
        )
        for person_id, more in self._fillers(role):
            self._member(found, reference, person_id, "member", **more)

    def _fillers(self, role: dict) -> list[tuple[str, dict]]:
        """Return ``(person id, focus and term)`` of who fills a role."""
        until = role.get("elected_until")
        fillers = {
            identity(person_id): {"until": until}
            for person_id in _list(_links(role).get("people"))
        }
        for assignment in self.assignments.get(identity(role), []):
            if number := identity(_links(assignment).get("person")):
                fillers[number] = {
                    "focus": assignment.get("focus"),
                    "until": assignment.get("election") or until,
                }
        return list(fillers.items())

    def _member(
        self, found: Structure, group: str, person_id: Any, relation: str, **more: Any
    ) -> None:
        number = identity(person_id)
        who = self.people.get(number) or Person(number, "")
        found.member(group, who, relation, f"person {number}", **more)

    def _cells(self, role: dict) -> dict[str, str]:
        """Return purpose, domains and accountabilities of a role."""
        cells = {"purpose": plain(role.get("purpose"))}
        for name, known in self.texts.items():
            items = _list(_links(role).get(name)) or _list(role.get(name))
            cells[name] = plain(
                [
                    known.get(identity(item), item if isinstance(item, dict) else None)
                    for item in items
                ]
            )
        return cells

    def _rest(self, found: Structure) -> None:
        """Put who is in no circle into the outermost, where there is one."""
        tops = [row["group"] for row in found.groups if not row["parent"]]
        there = {row["person"] for row in found.members}
        for number, who in self.people.items():
            if len(tops) == 1 and (who.email or who.name) not in there:
                self._member(found, tops[0], number, "member")


def _circle(value: Any) -> str:
    number = identity(value)
    return f"glassfrog/circle/{number}" if number else ""


def _links(item: dict) -> dict:
    links = item.get("links")
    return links if isinstance(links, dict) else {}


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []
