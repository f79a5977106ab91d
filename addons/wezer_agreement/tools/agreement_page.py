"""What the pages of agreements show, asked of the database at once."""

from typing import Any
from urllib.parse import quote

from odoo.fields import Domain

from odoo.addons.wezer_decision.tools import text_changes

from ..models.wezer_agreement import (
    BODY_LENGTH,
    MONTHS_MOST,
    REVIEW_MONTHS,
    TEXT_LENGTH,
)

ACTIONS = (
    *("edit", "new_version", "discard", "note", "end", "assent", "begin_review"),
    *("review", "report_breach", "name_responsible"),
)
# Breaches and answers that a page shows.
ROWS_SHOWN = 20
# Ended agreements that the register lists.
ENDED_SHOWN = 100


def register_values(group: Any) -> dict:
    """Return what the register of ``group`` shows to the user."""
    agreements = group.env["wezer.agreement"]
    holding = agreements._holding_for(group)
    own = holding.filtered(lambda one: one.sudo().group_id == group)
    categories = agreements._fields["category"]._description_selection(group.env)
    return {
        "group": group,
        "own": [
            (label, own.filtered(lambda one, word=word: one.category == word))
            for word, label in categories
        ],
        "above": holding - own,
        "drafts": agreements._drafts_of(group),
        "ended": agreements.search(
            [
                ("group_id", "=", group.id),
                ("state", "=", "ended"),
                ("version_id", "!=", False),
            ],
            limit=ENDED_SHOWN,
        ),
        "may_draft": not group.env.user._is_public()
        and not agreements._why_not_draft(group),
    }


def page_values(agreement: Any, number: int | None = None) -> dict:
    """Return what the page of ``agreement`` shows to the user.

    :param number: of an earlier version, or of the draft; without, the one in force
    """
    env = agreement.env
    versions = env["wezer.agreement.version"].search(
        [("agreement_id", "=", agreement.id)]
    )
    current = agreement.sudo().version_id or agreement.sudo().draft_id
    shown = versions.filtered(lambda one: one.number == number) or versions.filtered(
        lambda one: one == current
    )
    shown = (shown or versions)[:1]
    earlier = versions.filtered(lambda one: one.number < shown.number)[:1]
    visitor = env.user._is_public()
    may = (
        set()
        if visitor
        else {action for action in ACTIONS if not agreement._why_not(action)}
    )
    deciding = env["wezer.decision"]
    if not visitor and agreement._deciding():
        deciding = deciding.search([("id", "=", agreement._deciding().id)])
    record = agreement.sudo()
    return {
        "agreement": agreement,
        "group": agreement.group_id,
        "versions": versions,
        "version": shown,
        "earlier": earlier,
        "changes": text_changes.changes(earlier.body, shown.body) if earlier else [],
        "decision": _decision(shown, visitor),
        "deciding": deciding,
        "propose": _propose(agreement),
        "draft": versions.filtered(lambda one: not one.date_from),
        "may": may,
        "why_not_note": _why_not_note(agreement, visitor),
        "in_force": record.state == "in_force" and shown == record.version_id,
        "assent": _assent(agreement, visitor),
        "asks": record.must_assent in ("new", "all") and record.state == "in_force",
        "assent_count": agreement._assent_count() if record.version_id else 0,
        "assents": _assents(agreement, visitor),
        "responsible": _profile(record.responsible_id, visitor).filtered("is_person"),
        "responsible_name": "" if visitor else _name(agreement),
        **_talk(agreement, visitor),
        "limits": {"text": TEXT_LENGTH, "body": BODY_LENGTH},
    }


def _why_not_note(agreement: Any, visitor: bool) -> Any:
    """Return the refusal to note the draft, where the circle decides it together."""
    if visitor or not agreement.sudo().draft_id:
        return None
    error = agreement._why_not("note")
    return error if getattr(error, "link", None) else None


def _propose(agreement: Any) -> dict[str, str]:
    """Return the addresses at which a decision about ``agreement`` is proposed."""
    record = agreement.sudo()
    page = f"/groups/{record.group_id.slug}/propose?outcome=agreement"
    title = quote((record.draft_id or record.version_id).title)
    about = f"{page}&agreement={record.id}&title={title}"
    return {
        "adopt": f"{about}&act=adopt",
        "end": f"{about}&act=end",
    }


def _decision(version: Any, visitor: bool) -> Any:
    """Return the decision that adopted ``version``, if the user may read it."""
    decisions = version.env["wezer.decision"]
    found = version.sudo().decision_id
    return decisions.search([("id", "=", found.id)]) if found else decisions


def _assent(agreement: Any, visitor: bool) -> Any:
    """Return the user's own row for the version in force, if there is one."""
    assents = agreement.env["wezer.agreement.assent"]
    if visitor:
        return assents.sudo().browse()
    return assents.search(
        [
            ("version_id", "=", agreement.sudo().version_id.id),
            ("person_id", "=", agreement.env.user.partner_id.id),
        ],
        limit=1,
    )


def _assents(agreement: Any, visitor: bool) -> list[dict]:
    """Return who agreed, for those responsible; nothing for others."""
    if visitor or not agreement.is_user_responsible:
        return []
    rows = agreement.env["wezer.agreement.assent"].search(
        [("version_id", "=", agreement.sudo().version_id.id)], limit=200
    )
    return [
        {"profile": _profile(row.sudo().person_id, visitor), "date": row.date}
        for row in rows
    ]


def _profile(partner: Any, visitor: bool) -> Any:
    """Return the profile of ``partner`` that the user sees, or none."""
    profiles = partner.env["wezer.profile"].sudo(False)
    if visitor or not partner:
        return profiles.browse()
    return profiles.search([("partner_id", "=", partner.id)], limit=1)


def _name(agreement: Any) -> str:
    """Return who is responsible, as the user may know it."""
    party = agreement.sudo().responsible_id
    profile = _profile(party, visitor=False)
    if profile:
        return profile.name
    groups = agreement.env["wezer.group"]
    return groups.search([("partner_id", "=", party.id)], limit=1).name or ""


def _talk(agreement: Any, visitor: bool) -> dict:
    """Return breaches, concerns and answers, as the user may read them."""
    env = agreement.env
    if visitor:
        return {"breaches": [], "concerns": [], "answers": [], "answer": None}
    words = env["wezer.discussion.word"].search(
        [
            ("discussion_id", "=", agreement.sudo().discussion_id.id),
            ("kind", "=", "breach"),
        ],
        limit=ROWS_SHOWN,
        order="id desc",
    )
    concerns = env["wezer.agreement.concern"].search(
        [("version_id", "=", agreement.sudo().version_id.id)]
    )
    answers = env["wezer.agreement.answer"].search(
        [
            ("agreement_id", "=", agreement.id),
            ("review_round", "=", agreement.review_round),
        ],
        limit=ROWS_SHOWN * 10,
    )
    own = answers.filtered(
        lambda row: row.sudo().person_id == env.user.partner_id and not row.is_shown
    )
    shown = answers.filtered("is_shown")
    people = words.sudo().person_id
    people |= concerns.sudo().person_id | shown.sudo().person_id
    profiles = env["wezer.profile"].search([("partner_id", "in", people.ids)])
    names = {one.sudo().partner_id.id: one for one in profiles}

    labels = dict(answers._fields["answer"]._description_selection(env))

    def row(record: Any) -> dict:
        text = "reason" if record._name == answers._name else "text"
        return {
            "row": record,
            "who": names.get(record.sudo().person_id.id),
            "lang": record._written_in(text),
            "label": labels[record.answer] if text == "reason" else "",
        }

    return {
        "breaches": [row(one) for one in words],
        "concerns": [row(one) for one in concerns],
        "answers": [row(one) for one in shown],
        "answer": own,
    }


def form_values(group: Any, agreement: Any = None, new_version: bool = False) -> dict:
    """Return what the form of an agreement, or of a new version, shows."""
    env = group.env
    agreements = env["wezer.agreement"]
    versions = env["wezer.agreement.version"]
    record = agreement.sudo() if agreement else agreements.sudo()
    draft = record.version_id if new_version else record.draft_id
    roles = group.sudo().role_ids.filtered("active")
    return {
        "group": group,
        "agreement": agreement or agreements,
        "draft": draft,
        "new_version": new_version,
        "first": not agreement or record.state == "draft",
        "version": agreement.edit_version() if agreement and not new_version else "",
        "categories": agreements._fields["category"]._description_selection(env),
        "assents": versions._fields["must_assent"]._description_selection(env),
        "above": agreements.browse()
        if agreement
        else agreements._holding_for(group).filtered(
            lambda one: one.sudo().group_id != group
        ),
        "parties": [
            (env.user.partner_id.id, env._("I am")),
            *((role.partner_id.id, role.name) for role in roles),
        ],
        "responsible": record.responsible_id.id,
        "limits": {
            "title": agreements._fields["title"].size,
            "text": TEXT_LENGTH,
            "body": BODY_LENGTH,
        },
        "months": record.review_months or REVIEW_MONTHS,
        "months_most": MONTHS_MOST,
    }


def book_values(group: Any, with_inside: bool = False) -> dict:
    """Return the register of ``group`` as a book: what is in force, with its proofs.

    :param with_inside: the circles inside, too
    """
    env = group.env
    domain = Domain("state", "=", "in_force")
    here = Domain("group_id", "=", group.id)
    if with_inside:
        here |= Domain("group_id.ancestor_ids", "in", group.ids)
    found = env["wezer.agreement"].search(domain & here, order="title, id")
    above = env["wezer.agreement"]._holding_for(group) - found
    versions = env["wezer.agreement.version"].search(
        [("agreement_id", "in", (found | above).ids), ("date_from", "!=", False)]
    )
    return {
        "group": group,
        "chapters": [
            {
                "agreement": one,
                "version": one.version_id,
                "history": versions.filtered(
                    lambda version, one=one: version.agreement_id == one
                ),
                "count": one._assent_count(),
            }
            for one in (*found, *above)
        ],
        "categories": dict(found._fields["category"]._description_selection(env)),
    }
