"""The history of groups from before it was kept, made from stored dates.

It tells what the database knows, and no more:

* A group is known since its row was created; its name, and whether it leads or
  represents, is that of today.
* Where it was is what proposals to move and to merge say that were carried out. Where
  they do not lead to today's place, the move happened at the latest when the group was
  last changed; the same holds for closing.
* A person who has a role now has it since the membership began. Whether a membership
  that ended had begun cannot be told from an offer that was declined: it is kept as an
  earlier membership, and nobody is shown in the role because of it.
"""

from typing import Any

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

from .group_history import state_of


def rebuild(env: api.Environment) -> int:
    """Create the events of all groups without any; return how many were created."""
    rows = env.execute_query(
        SQL(
            """SELECT id FROM wezer_group g WHERE NOT EXISTS (
                      SELECT 1 FROM wezer_group_event e WHERE e.group_id = g.id)
                ORDER BY id"""
        )
    )
    groups = env["wezer.group"].sudo().with_context(active_test=False)
    groups = groups.browse([row[0] for row in rows])
    changes = _changes_of(groups)
    vals_list: list[dict] = []
    for group in groups:
        vals_list += _group_events(group, changes.get(group, []))
    for place in groups.filtered(lambda one: one.kind == "role").membership_ids:
        vals_list += _place_events(place)
    # Of each group in the order made here, also where dates contradict it.
    env["wezer.group.event"].sudo().create(vals_list)
    return len(vals_list)


def _changes_of(groups: models.Model) -> dict:
    """Return ``{group: its carried out moves and mergers (sudo)}``, the first first."""
    found: dict = {}
    changes = groups.env["wezer.group.change"].sudo()
    for change in changes.search(
        [("group_id", "in", groups.ids), ("date_done", "!=", False)],
        order="date_done, id",
    ):
        group = change.group_id.with_context(active_test=False)
        found.setdefault(group, []).append(change)
    return found


def _event(group: models.Model, kind: str, date: Any, **vals: Any) -> dict:
    return {"group_id": group.id, "kind": kind, "date": date, "is_rebuilt": True} | vals


def _group_events(group: models.Model, changes: list) -> list[dict]:
    """Return the events of a group itself; the last ends in what it is now."""
    events: list[dict] = []
    now = state_of(group)
    first = changes[0].old_parent_id.id if changes else now["parent"]
    state = {**now, "parent": first or None, "active": True}

    def add(kind: str, date: Any, before: Any, after: dict, who: Any = None) -> None:
        events.append(
            _event(
                group,
                kind,
                # Never before what came before it.
                max([date, *(event["date"] for event in events)]),
                before=before,
                after=after,
                from_id=before and before["parent"],
                to_id=after["parent"],
                actor_id=who,
            )
        )

    creator = group.create_uid
    person = creator.partner_id.id if creator.id not in (False, SUPERUSER_ID) else False
    add("founded", group.create_date, None, state, person)
    for change in changes:
        target = change.target_id.id or None
        if change.kind == "merge" and not now["active"]:
            after = {**state, "parent": target, "active": False}
            add("merged", change.date_done, state, after)
        elif change.kind == "move" and target != state["parent"]:
            after = {**state, "parent": target}
            add("moved", change.date_done, state, after)
        else:
            continue
        state = after
    if state["parent"] != now["parent"]:
        after = {**state, "parent": now["parent"]}
        add("moved", group.write_date, state, after)
        state = after
    if state["active"] != now["active"]:
        kind = "reopened" if now["active"] else "closed"
        add(kind, group.write_date, state, now)
    return events


def _place_events(place: models.Model) -> list[dict]:
    """Return what is known of a person in a role."""
    day = place.date_from
    since = days.begin(place.env, day, place.company_id) if day else place.create_date
    about = {
        "person_id": place.partner_id.id,
        "until": place.date_to,
        "to_id": place.group_id.parent_id.id,
    }
    if place.state == "active":
        return [
            _event(place.group_id, "role_given", since, membership=place.id, **about)
        ]
    if place.state == "left" and day and place.date_to and place.date_to > day:
        return [_event(place.group_id, "past_role", since, **about)]
    return []
