"""Terms of roles: elections before they end, and people who stay until then."""

from datetime import date, timedelta
from typing import Any

from odoo.fields import Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.tools import days

from . import drafts, elections, rules

_lt = LazyTranslate(__name__)

# The person in a role stays so long beyond the term, while a successor is elected.
HOLD_DAYS = 60
RE_ELECT_DAYS = 30
RUNNING = (
    *("draft", "announced", "open", "counting", "tied", "adopted"),
    *("challenged", "stuck"),
)


def terms_in_row(role: Any, person: Any) -> int:
    """Return how many times in a row ``person`` was put into ``role`` by decisions."""
    outcomes = role.env["wezer.outcome"].sudo()
    done = outcomes.search(
        Domain("kind", "=", "role")
        & Domain("state", "=", "done")
        & Domain("decision_id.group_id", "=", role._circle().id),
        order="id desc",
    )
    people: dict[int, set] = {}
    for outcome in done:
        params = outcome.params or {}
        if params.get("role") == role.id:
            chosen = people.setdefault(outcome.decision_id.id, set())
            chosen.add(params.get("person"))
    # Between two terms of a person the other seats are elected, and not their own.
    seats = len(elections.fillers_of(role)) or 1
    found = others = 0
    for chosen in people.values():
        others = 0 if person.id in chosen else others + len(chosen)
        if others >= seats:
            break
        found += person.id in chosen
    return found


def rest_of_term(role: Any) -> date | None:
    """Return until when a vacant role was filled by the last election, or None."""
    today = days.today(role.env, role.company_id)
    if any(place.is_live for place in role.sudo().membership_ids):
        return None
    outcomes = role.env["wezer.outcome"].sudo()
    for outcome in outcomes.search(
        [("kind", "=", "role"), ("state", "=", "done")], order="id desc", limit=200
    ):
        params = outcome.params or {}
        if params.get("role") == role.id:
            until = params.get("until")
            day = date.fromisoformat(until) if until else None
            return day if day and day > today else None
    return None


def under_way(role: Any) -> Any:
    """Return the decisions (sudo) that are to fill ``role`` and are not over."""
    outcomes = (
        role.env["wezer.outcome"]
        .sudo()
        .search(
            Domain("kind", "=", "role")
            & Domain("decision_id.state", "in", RUNNING)
            & Domain("decision_id.group_id", "=", role.sudo()._circle().id)
        )
    )
    return outcomes.filtered(
        lambda one: (one.params or {}).get("role") == role.id
    ).decision_id


def propose_due(decisions: Any) -> None:
    """Draft the elections of roles whose terms end soon (sudo); for the clock."""
    env = decisions.env
    today = days.today(env)
    places = env["wezer.group.membership"].search(
        Domain("group_id.kind", "=", "role")
        & Domain("state", "=", "active")
        & Domain("date_to", ">=", today)
        & Domain("date_to", "<=", today + timedelta(days=365))
    )
    for role, of_role in places.sorted("date_to").grouped("group_id").items():
        circle = role._circle()
        method = rules.policy(circle, "roles_by")
        ahead = rules.policy(circle, "re_elect_days") or RE_ELECT_DAYS
        if not method or method == "manage" or not circle.active:
            continue
        last = today + timedelta(days=ahead)
        ending = of_role.filtered(lambda place, last=last: place.date_to <= last)
        running = under_way(role)
        if method == "stv":
            # All seats at once.
            if ending and not running:
                draft(decisions, role, method, ending)
            continue
        for place in ending[len(running) :]:
            draft(decisions, role, method, place)


def draft(decisions: Any, role: Any, method: str, places: Any) -> Any:
    """Draft the election of ``role``, to be announced by who facilitates (sudo).

    :param places: those whose terms end: one, or as many as are elected together
    """
    place = places[:1]
    env, circle = decisions.env, role._circle()
    facilitators = circle._facilitators()
    vals = {
        "group_id": circle.id,
        "title": env._("Election: %s", role.name),
        "proposer_id": circle.partner_id.id,
        "is_shared_draft": True,
        "execute_date": place.date_to + timedelta(days=1),
        "facilitator_id": facilitators[:1].id,
        "method": method,
        "electorate": rules.electorate(circle),
        "settings": {"seats": len(places)} if len(places) > 1 else {},
    }
    body = env._(
        "The term of %(name)s in %(role)s ends on %(day)s.",
        name=place.partner_id.name,
        role=role.name,
        day=days.format_day(env, place.date_to),
    )
    params = {"role": role.id}
    if method == "consent":
        params["person"] = place.partner_id.id
    decision = drafts.create(decisions, vals, body, "role", params)
    elections.settings_of(decision)
    people = facilitators[:1] or circle.partner_id._wezer_actor_partners("manage")
    decision._tell(
        people,
        "decision_changed",
        _lt(
            "The term of %(name)s in %(role)s ends soon. Announce the election.",
            name=place.partner_id.name,
            role=role.name,
        ),
        "announce",
    )
    return decision


def holds_until(place: Any) -> date | None:
    """Return until when a person stays beyond the term: while the role is elected."""
    role = place.group_id
    if role.kind != "role" or not under_way(role):
        return None
    end = place.held_over_since or place.date_to
    return end + timedelta(days=HOLD_DAYS)


def held_over(decision: Any) -> Any:
    """Return the places of people who stay until their successors are there (sudo).

    Those whose terms ended first come first.
    """
    role = elections.role_of(decision)
    places = role.membership_ids if role else decision.env["wezer.group.membership"]
    held = places.filtered(lambda place: place.is_live and place.held_over_since)
    return held.sorted(lambda place: (place.held_over_since, place.id))


def end_held_over(decision: Any, before: Any) -> None:
    """End the places of people whose successors are there now (sudo).

    Where each seat is elected by itself, the others keep theirs.

    :param before: what :func:`held_over` returned before the role was given
    """
    held = held_over(decision)
    filled = len(decision.outcome_ids.filtered(lambda one: one.kind == "role"))
    if decision.method != "stv":
        held = held[: max(filled - len(before - held), 0)]
    for place in held:
        place._end_term()
