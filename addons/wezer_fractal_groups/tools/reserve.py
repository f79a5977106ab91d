"""Which matter of a circle a change belongs to, and which circle decides it.

A circle can decide that all of it together decides a matter. From then on, nobody
changes anything of the matter alone: ``wezer.group._why_reserved`` refuses in every
public action, and, through the functions here, where administrators change records by
hand or by a file. A decision of the circle executes through the internal methods
(``_do_…``), which do not ask.

Never reserved: to refuse permissions from above, to leave, to answer an invitation, to
join a circle that lets everyone join, the clock that ends a term, a member who leaves
the community or merges two accounts, what moderators do about disputes, and the look of
a circle (cover, colour, place on the map, language).
"""

from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools.rights import RIGHTS

MATTERS = ("policy", "role", "member", "structure")
RIGHT_FIELDS = tuple(f"right_{right}" for right in RIGHTS)
# Fields of a group → matters. All others are its look, or kept by the suite.
STRUCTURE_FIELDS = {
    *("name", "kind", "parent_id", "active", "partner_id", "merged_into_id"),
    *("purpose", "domains", "accountabilities", "visibility", "join_policy"),
    *("books_open", "link", *RIGHT_FIELDS),
}
# Who can become a member follows from these.
MEMBER_FIELDS = {"join_policy"}
MEMBER_POLICIES = {"members_invite"}
# Fields of a membership: who is in, and until when.
PLACE_FIELDS = {"group_id", "partner_id", "state", "date_from", "date_to", "is_guest"}


def changed(record: models.Model, vals: dict, fields: Any) -> set[str]:
    """Return those of ``fields`` that ``vals`` gives another value."""
    record.ensure_one()
    return {
        name
        for name in fields & vals.keys()
        if (value := record._fields[name].convert_to_cache(vals[name], record))
        != record._fields[name].convert_to_cache(record[name], record)
        and (value or record[name])
    }


def deciding_circle(group: models.Model) -> models.Model:
    """Return the circle (sudo) that decides who fills this role, or is in this circle.

    The lead of a circle is chosen by the circle above it, unless that one's permissions
    end here.
    """
    group = group.sudo()
    circle = group._circle()
    if group.kind == "role" and group.link == "lead" and circle.rights_reach:
        return circle.parent_id or circle
    return circle


def check_place(group: models.Model, outcome: str = "", **data: Any) -> None:
    """Refuse where the circle itself decides who is in ``group``.

    :param outcome: the kind of outcome that would do it, and what it needs
    """
    error = why_not_place(group, outcome, **data)
    if error:
        raise error


def why_not_place(group: models.Model, outcome: str = "", **data: Any) -> Any:
    """Return the refusal of :func:`check_place`, or None."""
    matter = "role" if group.sudo().kind == "role" else "member"
    return deciding_circle(group)._why_reserved(matter, outcome=outcome, **data)


def check_new_groups(model: models.Model, vals_list: list[dict]) -> None:
    """Refuse groups made by hand inside a circle that decides its structure itself."""
    for vals in vals_list:
        circle = model.sudo().browse(vals.get("parent_id") or [])
        if circle:
            circle._check_reserved("structure", outcome="found")


def check_groups(groups: models.Model, vals: dict) -> None:
    """Refuse a change by hand of groups whose circle decides it itself."""
    for group in groups.sudo():
        names = changed(group, vals, group._structure_fields())
        check_structure(group, names)
        if "parent_id" in names:
            # Where it comes from, and where it goes to.
            around = group.parent_id | group.browse(vals["parent_id"] or [])
            for circle in around:
                circle._check_reserved("structure", outcome="move")


def check_structure(group: models.Model, names: set[str], outcome: str = "") -> None:
    """Refuse to change the fields ``names`` of ``group``, where its circle decides."""
    circle = group.sudo()._circle()
    if names:
        data = {"group": group.id, "fields": sorted(names)}
        circle._check_reserved("structure", outcome=outcome or "update", **data)
    if names & MEMBER_FIELDS:
        circle._check_reserved("member", outcome=outcome or "update", group=group.id)


def check_removed(groups: models.Model) -> None:
    """Refuse to delete groups where the circle around them decides its structure."""
    for group in groups.sudo():
        for circle in group._circle() | group.parent_id:
            circle._check_reserved("structure", outcome="close", group=group.id)


def check_policy(
    group: models.Model, key: str, value: Any = None, outcome: str = "policy"
) -> None:
    """Refuse to set a policy of a circle that decides its policies itself."""
    error = why_not_policy(group, key, value, outcome)
    if error:
        raise error


def why_not_policy(
    group: models.Model, key: str, value: Any = None, outcome: str = "policy"
) -> Any:
    """Return the refusal of :func:`check_policy`, or None."""
    group, data = group.sudo(), {"key": key, "value": value}
    error = group._why_reserved("policy", outcome=outcome, **data)
    if not error and key in MEMBER_POLICIES:
        error = group._why_reserved("member", outcome=outcome, **data)
    return error
