"""The rows of decisions on a member's to-do list."""

from typing import Any

from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days

from ..models.wezer_objection import LIVE
from . import decision_list

# So many rows of each kind; the list of decisions has all.
ROWS = 30


def rows(user: Any) -> list[dict]:
    """Return the rows of ``user``, as ``res.users._wezer_todo`` has them."""
    env = user.env(user=user.id, su=False)
    return [
        *_to_answer(env),
        *_objections(env),
        *_guided(env),
        *_challenged(env),
    ]


def _row(decision: Any, text: str, button: str, due: Any = False) -> dict:
    return {
        "section": "now",
        "partner": decision.sudo().group_id.partner_id,
        "text": text,
        "url": f"/decisions/{decision.id}",
        "button": button,
        "due": days.day_of(decision.env, due) if due else False,
    }


def _to_answer(env: Any) -> list[dict]:
    """Return a row for each open decision that waits for the user's answer."""
    found = env["wezer.decision"].search(
        decision_list.asked(env), limit=ROWS, order="closes, id"
    )
    said = []
    for decision in found:
        if decision.method == "person" and not _is_asked(decision):
            continue
        values = {"title": decision.title, "circle": decision.group_id.name}
        if decision.method == "person" and decision.phase == "naming":
            text = env._("%(circle)s looks for a person: “%(title)s”.", **values)
            button = env._("Name a person")
        elif decision.method == "advice":
            text = env._("You are asked for advice: “%(title)s”.", **values)
            button = env._("Give advice")
        else:
            text = env._("%(circle)s decides: “%(title)s”.", **values)
            button = env._("Answer")
        due = decision.phase_closes or decision.closes
        said.append(_row(decision, text, button, due))
    return said


def _is_asked(decision: Any) -> bool:
    """Return whether an election without candidates waits for the user now."""
    if decision.phase != "naming":
        return decision.phase == "consent"
    person = decision.env.user.partner_id
    return not decision.env["wezer.nomination"].search_count(
        [("decision_id", "=", decision.id), ("person_id", "=", person.id)], limit=1
    )


def _objections(env: Any) -> list[dict]:
    """Return objections that wait for a word of the user."""
    person = env.user.partner_id
    found = env["wezer.objection"].search(
        [
            ("state", "in", LIVE),
            ("decision_id.state", "=", "open"),
            "|",
            "|",
            ("person_id", "=", person.id),
            ("decision_id.proposer_id", "=", person.id),
            ("decision_id.facilitator_id", "=", person.id),
        ],
        limit=ROWS,
    )
    said = []
    for objection in found:
        decision = objection.decision_id
        values = {"title": decision.title}
        tested = objection.state == "tested" and not objection.answers
        if objection.person_id == person and tested:
            text = env._("Your objection to “%(title)s” is being tested.", **values)
            said.append(_row(decision, text, env._("Answer four questions")))
        elif objection.person_id == person and objection._may("confirm"):
            text = env._(
                "There is a new version of “%(title)s”. Does it answer your objection?",
                **values,
            )
            said.append(_row(decision, text, env._("Say so")))
        elif decision.proposer_id == person and not objection.answered_by_id:
            text = env._(
                "There is an objection to your proposal “%(title)s”.", **values
            )
            said.append(_row(decision, text, env._("Answer it")))
        elif objection.answers and objection._may("uphold"):
            text = env._("An objection to “%(title)s” was tested.", **values)
            said.append(_row(decision, text, env._("Judge the test")))
    return said


def _guided(env: Any) -> list[dict]:
    """Return what waits for who facilitates, or may try again what failed."""
    person = env.user.partner_id
    found = env["wezer.decision"].search(
        Domain("state", "=", "stuck")
        | (
            Domain("state", "=", "draft")
            & Domain("facilitator_id", "=", person.id)
            & Domain("proposer_id", "!=", person.id)
            & Domain("is_recall", "=", False)
        )
        | (
            Domain("state", "=", "open")
            & Domain("facilitator_id", "=", person.id)
            & Domain("phase", "=", "proposing")
        ),
        limit=ROWS,
    )
    # Whom it concerns hears of it before anybody else: read past the hidden field.
    decisions = env["wezer.decision"].sudo()
    asked = decisions.search([("state", "=", "open"), ("asked_id", "=", person.id)])
    asking = decisions.browse(found.ids).filtered("asked_id").sudo(False)
    said = []
    for decision in asked.sudo(False):
        text = env._("You are proposed: “%s”. Would you do it?", decision.title)
        said.append(_row(decision, text, env._("Answer"), decision.phase_closes))
    for decision in found:
        if decision.state == "draft":
            text = env._("An election is due: “%s”.", decision.title)
            said.append(_row(decision, text, env._("Announce it")))
        elif decision.state == "open" and decision in asking:
            continue
        elif decision.state == "open":
            text = env._("Everybody has named a person: “%s”.", decision.title)
            button = env._("Propose one of them")
            said.append(_row(decision, text, button, decision.phase_closes))
        elif decision._may("retry"):
            text = env._(
                "“%s” was adopted, but could not be carried out.", decision.title
            )
            said.append(_row(decision, text, env._("See why")))
    return said


def _challenged(env: Any) -> list[dict]:
    """Return the challenges that the user judges as a moderator."""
    return [
        _row(
            decision,
            env._("The result of “%s” was challenged.", decision.title),
            env._("Judge the challenge"),
            decision.challenge_until,
        )
        for decision in env["wezer.decision"]._to_judge(ROWS)
    ]
