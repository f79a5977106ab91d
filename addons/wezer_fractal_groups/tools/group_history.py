"""The history of the structure of groups: what is recorded, and any day read back.

Each event of ``wezer.group.event`` that changes a group holds the whole structure of
the group before and after it (:data:`STRUCTURE`); each event about the person in a
role names the membership. So the structure of a day is the last event of each group
and of each membership up to the end of that day: two queries, whatever the number of
groups and events.
"""

import datetime
from typing import Any, NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

# The fields of a group that its history keeps: ``{key in an event: field}``.
STRUCTURE = {
    "name": "name",
    "kind": "kind",
    "parent": "parent_id",
    "active": "active",
    "link": "link",
}
STRUCTURE_FIELDS = frozenset(STRUCTURE.values())
# The fields of a membership that say who has a role, and until when.
PLACE_FIELDS = frozenset({"group_id", "partner_id", "state", "date_to"})
# Events about a group itself; the others are about a person in a role.
GROUP_KINDS = (
    "founded",
    "renamed",
    "changed",
    "moved",
    "merged",
    "closed",
    "reopened",
)
PERSON_KINDS = ("role_given", "term_changed", "role_ended")


class ActingFor(int):
    """The id of the party in whose name something is done.

    A type of its own: a context that a program sends holds plain numbers only.
    """


class GroupState(NamedTuple):
    """What a group was at a moment."""

    name: str
    kind: str
    parent: int | None
    active: bool
    link: str


class Filler(NamedTuple):
    """A person who had a role, and the last day of the term."""

    person: int
    until: datetime.date | None


class Structure(NamedTuple):
    """All groups at a moment, and who had which role."""

    groups: dict[int, GroupState]
    fillers: dict[int, list[Filler]]


# === WRITING === #


def state_of(group: models.Model) -> dict:
    """Return the structure of ``group`` (sudo) as an event keeps it."""
    return {
        "name": group.name,
        "kind": group.kind,
        "parent": group.parent_id.id or None,
        "active": group.active,
        "link": group.link,
    }


def steps(before: dict | None, after: dict, merged: bool) -> list[tuple]:
    """Return what happened between two states: ``[(kind, before, after)]``.

    Each step changes one thing, and begins where the one before it ended.
    """
    if before is None:
        return [("founded", None, after)]
    if merged:
        return [("merged", before, after)]
    found, now = [], before
    closes = before["active"] and not after["active"]
    order = [
        ("closed" if closes else "reopened", ("active",)),
        ("renamed", ("name",)),
        ("changed", ("kind", "link")),
        ("moved", ("parent",)),
    ]
    for kind, keys in order:
        then = {**now, **{key: after[key] for key in keys}}
        if then != now:
            found.append((kind, now, then))
            now = then
    return found


# === READING BACK === #


def structure_on(env: api.Environment, day: datetime.date) -> Structure:
    """Return the structure at the end of a day of the community."""
    return structure_at(env, days.end(env, day) - days.SECOND, day)


def structure_at(
    env: api.Environment, moment: datetime.datetime, day: datetime.date | None = None
) -> Structure:
    """Return the structure at a moment, of the companies of the user.

    It knows no visibility: whoever shows it leaves out what the reader may not see.

    :param day: the community's day of the moment
    """
    day = day or days.day_of(env, moment)
    events = env["wezer.group.event"].sudo()
    events.flush_model()
    companies = list(env.companies.ids)
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT ON (group_id) group_id, after
                 FROM wezer_group_event
                WHERE after IS NOT NULL AND date <= %s AND company_id = ANY(%s)
                ORDER BY group_id, id DESC""",
            moment,
            companies,
        )
    )
    groups = {group_id: GroupState(**after) for group_id, after in rows}
    rows = env.execute_query(
        SQL(
            """SELECT group_id, person_id, until FROM (
                   SELECT DISTINCT ON (membership) group_id, person_id, until, kind, id
                     FROM wezer_group_event
                    WHERE membership IS NOT NULL AND date <= %s
                      AND company_id = ANY(%s)
                    ORDER BY membership, id DESC) latest
                WHERE kind <> 'role_ended' AND person_id IS NOT NULL
                  AND (until IS NULL OR until >= %s)
                ORDER BY group_id, id""",
            moment,
            companies,
            day,
        )
    )
    fillers: dict[int, list[Filler]] = {}
    for group_id, person, until in rows:
        fillers.setdefault(group_id, []).append(Filler(person, until))
    return Structure(groups, fillers)


def recorded_since(env: api.Environment) -> datetime.date | None:
    """Return the day from which on every change was recorded when it happened.

    What lies before was made from stored dates by an update; None where nothing was.
    """
    rows = env.execute_query(
        SQL(
            """SELECT max(create_date) FROM wezer_group_event
                WHERE is_rebuilt AND company_id = ANY(%s)""",
            list(env.companies.ids),
        )
    )
    return days.day_of(env, rows[0][0]) or None


def tree_on(model: Any, day: datetime.date, root: Any = None) -> list[dict]:
    """Return the circles of a day that the user may see now, as nested dicts.

    Names and places are those of that day. A circle is left out where the user may
    not see it today, also where it was visible then.

    :param model: ``wezer.group`` with the user's environment
    :param root: only this circle and what was inside it
    :return: dicts ``id``, ``parent`` (an id or ""), ``name``, ``slug``, ``size``
        (people with a role there or inside), ``closed`` (whether it is closed now),
        ``roles`` and ``children``; a role is a dict ``id``, ``name``, ``link`` and
        ``people``, profiles that the user may see, with ``hidden`` for the others
    """
    env = model.env
    then = structure_on(env, day)
    alive = {one: state for one, state in then.groups.items() if state.active}
    seen = {
        group.id: group
        for group in model.with_context(active_test=False).search_fetch(
            [("id", "in", list(alive))], ["slug", "active"]
        )
    }
    profiles = _profiles_of(
        env,
        {
            filler.person
            for role, fillers in then.fillers.items()
            if role in seen
            for filler in fillers
        },
    )
    nodes: dict[int, dict] = {}
    for one, group in seen.items():
        state = alive[one]
        if state.kind == "circle":
            nodes[one] = {
                "id": one,
                "parent": state.parent or "",
                "name": state.name,
                "slug": group.slug,
                "closed": not group.active,
                "people": set(),
                "roles": [],
                "children": [],
            }
    for one in seen:
        state = alive[one]
        node = nodes.get(state.parent or 0)
        if state.kind == "role" and node:
            fillers = then.fillers.get(one, [])
            node["people"].update(filler.person for filler in fillers)
            node["roles"].append(_role_row(one, state, fillers, profiles))
    tops = []
    for one, node in nodes.items():
        parent = nodes.get(alive[one].parent or 0)
        (parent["children"] if parent else tops).append(node)
    if root is not None:
        tops = [nodes[root.id]] if root.id in nodes else []
    _finish(tops)
    return tops


def rows_of(nodes: list[dict]) -> list[dict]:
    """Return the circles of a tree in the order in which a list shows them.

    :return: the nodes, with their ``depth``
    """
    rows = []
    todo = [(node, 0) for node in reversed(nodes)]
    while todo:
        node, depth = todo.pop()
        node["depth"] = depth
        rows.append(node)
        todo += [(child, depth + 1) for child in reversed(node["children"])]
    return rows


def _role_row(one: int, state: GroupState, fillers: Any, profiles: dict) -> dict:
    known = [
        {"profile": profiles[filler.person], "until": filler.until}
        for filler in fillers
        if filler.person in profiles
    ]
    return {
        "id": one,
        "name": state.name,
        "link": state.link,
        "people": known,
        "hidden": len(fillers) - len(known),
    }


def _finish(tops: list[dict]) -> None:
    """Count people, and sort by name; without recursion, the deepest first."""
    order = list(tops)
    for node in order:
        order += node["children"]
    for node in reversed(order):
        for child in node["children"]:
            node["people"] |= child["people"]
        node["children"].sort(key=_by_name)
        node["roles"].sort(key=lambda role: (role["link"] != "lead", *_by_name(role)))
        node["size"] = len(node["people"])
    for node in order:
        del node["people"]
    tops.sort(key=_by_name)


def _by_name(row: dict) -> tuple:
    return row["name"].casefold(), row["id"]


def _profiles_of(env: api.Environment, people: Any) -> dict:
    """Return ``{partner id: profile}`` of those whose profile the user may see."""
    profiles = env["wezer.profile"].search_fetch([("partner_id", "in", list(people))])
    return {profile.sudo().partner_id.id: profile for profile in profiles}


class Past:
    """The circles of a day, for the map; see :class:`.group_map.Present`."""

    def __init__(self, env: api.Environment, day: datetime.date) -> None:
        self.nodes = {
            node["id"]: node for node in rows_of(tree_on(env["wezer.group"], day))
        }

    def parents(self) -> dict[int, int | None]:
        """Return ``{circle: circle around it}`` of all that the user sees."""
        return {
            own: node["parent"] if node["parent"] in self.nodes else None
            for own, node in self.nodes.items()
        }

    def sizes(self, ids: Any) -> dict[int, int]:
        """Return how many people had a role there or inside."""
        return {own: self.nodes[own]["size"] for own in ids}

    def by_name(self, ids: Any) -> list[int]:
        """Return these ids in the order of the names of that day."""
        return sorted(ids, key=lambda own: _by_name(self.nodes[own]))

    def details(self, ids: Any) -> dict[int, dict]:
        """Return what the map says of these circles; they say that they are past."""
        return {own: self._details(self.nodes[own]) for own in ids}

    def _details(self, node: dict) -> dict:
        leads = [role for role in node["roles"] if role["link"] == "lead"]
        return {
            "name": node["name"],
            "slug": node["slug"],
            "lead": [row["profile"].name for role in leads for row in role["people"]],
            "vacancies": sum(
                not role["people"] and not role["hidden"] for role in node["roles"]
            ),
            "past": True,
        }
