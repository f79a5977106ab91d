"""What a member said in discussions, when they leave or merge two accounts.

Each function takes ``res.partner`` records and is called by the method of the same
subject of ``res.partner`` (see ``wezer_base``).
"""

from typing import Any

from odoo import models
from odoo.tools import SQL


def personal_data(partners: models.Model) -> dict[str, list]:
    """Return what ``partners`` wrote in discussions, for their download."""
    env = partners.env
    rows = env["wezer.personal.data"]
    begun = env["wezer.discussion"]._of_person(partners)
    said = env["wezer.discussion.word"]._of_person(partners)
    summaries = (
        env["wezer.discussion.summary"]
        .sudo()
        .search([("author_id", "in", partners.ids)], order="id")
    )
    return {
        "discussions": rows._rows(begun, ["group_id", "date", "title", "body"]),
        "discussion_messages": rows._rows(said, ["discussion_id", "date", "text"]),
        "discussion_summaries": rows._rows(
            summaries, ["discussion_id", "date", "text"]
        ),
    }


def erase(partners: models.Model) -> None:
    """Erase what ``partners`` said; that something was said stays to be seen."""
    env = partners.env
    env["wezer.discussion"]._of_person(partners)._erase()
    for partner in partners:
        env["wezer.discussion.word"]._of_person(partner)._remove(partner)
    env["wezer.discussion.word"].sudo().search(
        [("person_id", "in", partners.ids), ("kind", "=", "reaction")]
    ).unlink()
    _readers(partners).unlink()


def prepare_merge(partner: models.Model, target: Any) -> None:
    """Leave one row to both where two would be the same: reactions, places read."""
    _readers(partner).unlink()
    partner.env.execute_query(
        SQL(
            """DELETE FROM wezer_discussion_word own
                USING wezer_discussion_word other
                WHERE own.kind = 'reaction' AND other.kind = 'reaction'
                  AND own.person_id = %s AND other.person_id = %s
                  AND own.reply_to_id = other.reply_to_id
                  AND own.reaction = other.reaction RETURNING own.id""",
            partner.id,
            target.id,
            to_flush=partner.env["wezer.discussion.word"]._fields["reaction"],
        )
    )
    partner.env["wezer.discussion.word"].invalidate_model()


def _readers(partners: models.Model) -> models.Model:
    readers = partners.env["wezer.discussion.reader"].sudo()
    return readers.search([("person_id", "in", partners.ids)])
