"""The rows of decisions on a member's to-do list."""

from typing import Any

from odoo.addons.wezer_base.tools import days

from . import decision_lookup, delegations

# So many rows of each kind; the list of decisions has all.
ROWS = 30


def rows(user: Any) -> list[dict]:
    """Return the rows of ``user``, as ``res.users._wezer_todo`` has them."""
    env = user.env(user=user.id, su=False)
    waiting = decision_lookup.waiting_ids(env.user, ROWS)
    decisions = env["wezer.decision"]
    # Read together, and filtered by the rules in memory.
    kinds = ("answer", "asked", "guided")
    ids = dict.fromkeys(number for kind in kinds for number in waiting[kind])
    # sudo: rows of the roll that a mandate lets the user cast.
    voices = env["wezer.decision.voter"].sudo().browse(waiting["voice"])
    ids |= dict.fromkeys(voices.decision_id.ids)
    seen = set(decisions.browse(ids)._filtered_access("read").ids)

    def of(kind: str) -> Any:
        found = decisions.browse(number for number in waiting[kind] if number in seen)
        return found.with_prefetch(list(ids))

    objections = env["wezer.objection"].browse(waiting["objection"])
    found: dict[int, dict] = {}
    # One row of each decision: what nobody else can do there comes first.
    for decision, row in (
        *_guided(of("asked"), of("guided")),
        *_objections(objections._filtered_access("read")),
        *_challenged(env),
        *_to_answer(of("answer")),
        *_for_others(env, voices.filtered(lambda one: one.decision_id.id in seen)),
    ):
        found.setdefault(decision.id, row)
    return list(found.values())


def _row(
    decision: Any, text: str, button: str, due: Any = False, place: str = ""
) -> tuple[Any, dict]:
    """Return a decision and its row.

    :param place: the part of the page where the button is
    """
    return decision, {
        "section": "now",
        "partner": decision.sudo().group_id.partner_id,
        "text": text,
        "url": f"/decisions/{decision.id}{place}",
        "button": button,
        "due": days.day_of(decision.env, due) if due else False,
    }


def _to_answer(found: Any) -> list[tuple[Any, dict]]:
    """Return a row for each open decision that waits for the user's answer."""
    env = found.env
    said = []
    for decision in found:
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
        said.append(_row(decision, text, button, due, "#answer"))
    return said


def _for_others(env: Any, voices: Any) -> list[tuple[Any, dict]]:
    """Return a row for each decision in which the user answers for members.

    :param voices: rows of the roll (sudo) that nobody has used yet
    """
    said, person = [], env.user.partner_id
    waiting = voices.grouped("decision_id")
    cast = delegations.cast_for_others(voices.decision_id, person) if waiting else {}
    rolls = delegations.roll_sizes(voices.decision_id.browse(cast))
    for known, mine in waiting.items():
        used = cast.get(known.id, 0)
        if used and used >= delegations.cap(known, rolls[known.id]):
            # Nobody votes for more members than that.
            continue
        decision = env["wezer.decision"].browse(known.id)
        text = env._(
            "You answer for %(names)s: “%(title)s”.",
            names=", ".join(mine.party_id.mapped("name")),
            title=decision.title,
        )
        said.append(_row(decision, text, env._("Answer"), known.closes, "#answer"))
    return said


def _objections(found: Any) -> list[tuple[Any, dict]]:
    """Return objections that wait for a word of the user."""
    env, person = found.env, found.env.user.partner_id
    said = []
    for objection in found:
        decision = objection.decision_id
        values = {"title": decision.title}
        due = decision.waits_until or decision.closes
        place = f"#objection_{objection.id}"
        tested = objection.state == "tested" and not objection.answers
        if objection.person_id == person and tested:
            text = env._("Your objection to “%(title)s” is being tested.", **values)
            button = env._("Answer four questions")
            said.append(_row(decision, text, button, due, place))
        elif objection.person_id == person and objection._may("confirm"):
            text = env._(
                "There is a new version of “%(title)s”. Does it answer your objection?",
                **values,
            )
            said.append(_row(decision, text, env._("Say so"), due, place))
        elif decision.proposer_id == person and not objection.answered_by_id:
            text = env._(
                "There is an objection to your proposal “%(title)s”.", **values
            )
            said.append(_row(decision, text, env._("Answer it"), due, "#proposal"))
        elif objection.answers and objection._may("uphold"):
            text = env._("An objection to “%(title)s” was tested.", **values)
            said.append(_row(decision, text, env._("Judge the test"), due, place))
    return said


def _guided(asked: Any, found: Any) -> list[tuple[Any, dict]]:
    """Return what waits for who facilitates, or may try again what failed.

    :param asked: where the user is asked to take a role, before anybody hears of it
    """
    env = found.env
    said = []
    for decision in asked:
        text = env._("You are proposed: “%s”. Would you do it?", decision.title)
        due = decision.phase_closes
        said.append(_row(decision, text, env._("Answer"), due, "#answer"))
    for decision in found:
        if decision.state == "draft":
            text = env._("An election is due: “%s”.", decision.title)
            said.append(_row(decision, text, env._("Announce it")))
        elif decision.state == "open" and decision.method == "advice":
            text = env._("All advice has been given: “%s”.", decision.title)
            said.append(_row(decision, text, env._("Decide"), decision.waits_until))
        elif decision.state == "open":
            text = env._("Everybody has named a person: “%s”.", decision.title)
            button, due = env._("Propose one of them"), decision.phase_closes
            said.append(_row(decision, text, button, due, "#nominations"))
        elif decision._may("retry"):
            text = env._(
                "“%s” was adopted, but could not be carried out.", decision.title
            )
            said.append(_row(decision, text, env._("See why")))
    return said


def _challenged(env: Any) -> list[tuple[Any, dict]]:
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
