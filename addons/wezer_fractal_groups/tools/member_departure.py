"""A member's places in groups when they leave the community, or merge two accounts.

Each function takes ``res.partner`` records and is called by the method of the same
subject of ``res.partner`` (see ``wezer_base``).
"""

from typing import Any

from odoo import api, models
from odoo.tools import SQL

from ..models.wezer_group_membership import MEMBERSHIP

DUTIES = ("assignee_partner_id", "reviewer_partner_id")
# Without another person who holds them, a circle can do little.
NEEDED_RIGHTS = ("wallet", "manage")
MEMBERSHIP_FIELDS = ["state", "date_from", "date_to", "focus", "consent_note"]


def personal_data(partners: models.Model) -> dict[str, list]:
    """Return memberships, tasks and messages of ``partners``, for their download."""
    env = partners.env
    rows = env["wezer.personal.data"]
    memberships = [
        {
            "group": place.group_id.name,
            "kind": place.group_id.kind,
            **rows._rows(place, MEMBERSHIP_FIELDS)[0],
        }
        for place in partners._wezer_memberships()
    ]
    tasks = _tasks(env).search(["|", *((name, "in", partners.ids) for name in DUTIES)])
    messages = env["wezer.group.message"]._of_person(partners)
    news = env["wezer.news"]._of_person(partners)
    refused = env["wezer.news.refusal"].sudo()
    refused = refused.search([("partner_id", "in", partners.ids)], order="id")
    events = env["wezer.group.event"].sudo()
    done = events.search(
        ["|", ("person_id", "in", partners.ids), ("actor_id", "in", partners.ids)],
        order="id",
    )
    return {
        "memberships": memberships,
        "tasks": rows._rows(tasks, ["name", *DUTIES, "date_deadline", "state"]),
        "group_history": rows._rows(done, ["group_id", "kind", "date", "until"]),
        "news": rows._rows(news, ["group_id", "date", "state", "title", "text"]),
        "refused_letters": rows._rows(refused, ["group_id"]),
        "group_messages": rows._rows(messages, ["group_id", "date", "text"]),
    }


def leave_hints(partners: models.Model) -> list[dict]:
    """Return a hint for each circle that nobody else acts for; none of them blocks."""
    env, hints = partners.env, []
    for place in partners._wezer_memberships().filtered("is_live"):
        role = place.group_id
        if role.kind != "role":
            continue
        circle = role.parent_id
        alone = any(
            role[f"right_{right}"]
            and circle.partner_id._wezer_actor_partners(right) <= partners
            for right in NEEDED_RIGHTS
        )
        if alone:
            text = env._(
                "Only you can act for %(group)s. If you can, give the role"
                " %(role)s to someone else.",
                group=circle.name,
                role=role.name,
            )
            hints.append({"text": text, "url": f"/groups/{role.slug}", "blocks": False})
    return hints


def end_everything(partners: models.Model) -> None:
    """End all places and open tasks of ``partners``, and erase their messages."""
    places = partners._wezer_memberships()
    places.filtered(lambda place: place.state in MEMBERSHIP.unfinished)._end()
    places.write({"focus": False, "consent_note": False})
    for name in DUTIES:
        # Finished tasks keep their people; open ones wait for somebody else.
        _tasks(partners.env).search(
            [(name, "in", partners.ids), ("is_closed", "=", False)]
        ).with_context(tracking_disable=True, mail_notrack=True).write({name: False})
    partners.env["wezer.news.refusal"].sudo().search(
        [("partner_id", "in", partners.ids)]
    ).unlink()
    for partner in partners:
        partners.env["wezer.group.message"]._of_person(partner)._remove(partner)


def prepare_merge(partner: models.Model, target: Any) -> None:
    """Leave one place a group to ``partner`` and ``target`` together: the fuller one.

    What ``partner`` follows because of groups is dropped: ``target`` takes it up anew.
    """
    partner.env.execute_query(
        SQL(
            "DELETE FROM wezer_group_follower_sync WHERE partner_id = %s RETURNING id",
            partner.id,
        )
    )
    others = {place.group_id: place for place in _unfinished(target)}
    for place in _unfinished(partner):
        other = others.get(place.group_id)
        if other:
            keeps = place.state == "active" and other.state != "active"
            (other if keeps else place)._end()


def _unfinished(partner: models.Model) -> models.Model:
    return partner._wezer_memberships().filtered(
        lambda place: place.state in MEMBERSHIP.unfinished
    )


def _tasks(env: api.Environment) -> models.Model:
    return env["project.task"].sudo().with_context(active_test=False)
