"""Why somebody who reads an open decision does not answer it, as they read it."""

from typing import Any

from . import appeals, roll


def why(decision: Any, off: Any) -> str:
    """Return why the user, who has no voice in ``decision``, does not answer it.

    :param off: their row of the roll, where they have one
    """
    env, group = decision.env, decision.group_id
    if not group.is_user_member and appeals.is_heard(decision):
        return of_reason(env, "concerned")
    if not group.is_user_member:
        return env._("Only members of the circle answer this.")
    if off.suspended_until:
        return env._(
            "Your membership was suspended when this was announced, so you do not"
            " answer it. If the suspension was a mistake, you can challenge the result."
        )
    if off:
        return of_reason(env, off.off_reason) or env._("You do not answer this.")
    # Who would be asked is no secret to people of the circle.
    known, person = decision.sudo(), env.user.partner_id
    if roll.is_among(known, person):
        return env._("You joined after this was announced, so you do not answer it.")
    place = group.sudo()._membership_of(person)
    if place.is_live and place.is_guest:
        return env._("You are a guest here: the members of the circle answer this.")
    if known.electorate == "direct":
        return env._(
            "The members of the circle answer this. You are here by a role, or by a"
            " circle inside it."
        )
    labels = dict(decision._fields["electorate"]._description_selection(env))
    return env._("You were not asked. Asked: %s.", labels[known.electorate])


def of_reason(env: Any, reason: str) -> str:
    """Return why a person on the roll does not answer, by the reason of their row."""
    return {
        "concerned": env._(
            "This is about you, so others answer it. You can speak in the discussion."
        ),
        "decides": env._("You decide this, so the others give advice."),
        "suspended": env._("Your membership is suspended, so you do not answer this."),
        "suspended_later": env._(
            "Your membership is suspended, so you do not answer this."
        ),
        "left": env._("You left the circle, so you do not answer this."),
        "short": env._("You have been a member for too short a time to answer this."),
    }.get(reason, "")
