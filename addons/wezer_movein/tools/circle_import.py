"""Importing the groups of a community: circles, roles, and who is in them.

Systems that know no groups have none; then nothing is done here. Groups that were
imported before are found again, and keep their members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo.addons.wezer_base.tools.text import (
    TITLE_LENGTH,
    clean_line,
    clean_text,
    has_letter,
)

from .content import Group, Membership

if TYPE_CHECKING:
    from .community_import import CommunityImport

RIGHTS = ("wallet", "market", "invite", "manage", "project", "moderate")
CHOICES = {
    "visibility": ("public", "network", "parents", "members"),
    "join_policy": ("open", "request", "invitation"),
    "link": ("none", "lead", "representative"),
}
TEXTS = ("purpose", "domains", "accountabilities")
TEXT_LENGTH = 8000
FLAGS = ("books_open", "refuse_rights")
STATES = ("invited", "requested", "active", "left")
FOCUS_LENGTH = 200
COLORS = tuple("12345678")


class CircleImport:
    """The groups of one import.

    :param work: the import; its people are there already
    """

    def __init__(self, work: CommunityImport) -> None:
        self.work, self.env = work, work.env
        self.content = work.content
        # By the keys in the files: ids of groups.
        self.ids: dict[str, int] = {}

    def run(self) -> dict[str, int]:
        """Import groups and members; return the partner of each group by its key."""
        groups = self.content.groups
        if not groups:
            return {}
        self.ids = self.work._known("group", "wezer.group", groups)
        made: dict[str, int] = {}
        for level in self._levels():
            missing = [key for key in level if key not in self.ids]
            ids = self.work._create(
                "wezer.group", [self._vals(groups[key]) for key in missing], "groups"
            )
            new = dict(zip(missing, ids, strict=True))
            made.update(new)
            self.ids.update(new)
        self.work._remember("group", "wezer.group", made)
        self._take_members(set(made))
        records = self.env["wezer.group"].browse(self.ids.values())
        return dict(zip(self.ids, records.partner_id.ids, strict=True))

    def _levels(self) -> list[list[str]]:
        """Return the keys of the groups, those of one depth together, roots first.

        Of groups that are inside each other in a circle none is left: they have no
        root.
        """
        groups = self.content.groups
        level = [key for key, one in groups.items() if one.parent not in groups]
        inside: dict[str, list[str]] = {}
        for key, one in groups.items():
            inside.setdefault(one.parent, []).append(key)
        levels = []
        while level:
            levels.append(level)
            level = [below for key in level for below in inside.get(key, [])]
        return levels

    def _vals(self, group: Group) -> dict[str, Any]:
        name = clean_line(group.name, TITLE_LENGTH)
        said = group.details
        vals: dict[str, Any] = {
            "name": name if has_letter(name) else self.env._("Without a name"),
            "kind": "role" if group.kind == "role" else "circle",
            "parent_id": self.ids.get(group.parent, False),
            "active": group.is_active,
            "company_id": self.work.company.id,
            "join_policy": "request",
        }
        for field, choices in CHOICES.items():
            if said.get(field) in choices:
                vals[field] = said[field]
        for field in TEXTS:
            vals[field] = clean_text(said.get(field, ""), TEXT_LENGTH) or False
        for field in FLAGS:
            if field in said:
                vals[field] = said[field] == "yes"
        if group.kind == "role":
            vals |= {f"right_{name}": name in group.rights for name in RIGHTS}
        if said.get("color", "") in COLORS:
            vals["color"] = int(said["color"])
        if reference := clean_line(group.reference, TITLE_LENGTH):
            taken = self.env["wezer.group"].search_count(
                [("reference", "=", reference)], limit=1
            )
            vals["reference"] = False if taken else reference
        return vals

    def _take_members(self, made: set[str]) -> None:
        """Put the people into the groups that were made now."""
        rows = [
            self._membership_vals(one)
            for one in self.content.memberships
            if one.group in made
            and one.person in self.work.people
            and one.state in STATES
        ]
        self.work._create("wezer.group.membership", rows, "members")

    def _membership_vals(self, one: Membership) -> dict[str, Any]:
        return {
            "group_id": self.ids[one.group],
            "partner_id": self.work.people[one.person],
            "state": one.state,
            "is_guest": one.is_guest,
            "date_from": one.since or False,
            "date_to": one.until or False,
            "focus": clean_line(one.focus, FOCUS_LENGTH) or False,
        }
