"""Terms of roles: elections before they end, and people who stay until then."""

from datetime import date, timedelta
from typing import Any

from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import closing, drafts, elections, rules, seats

_lt = LazyTranslate(__name__)

# The person in a role stays so long beyond the term, while a successor is elected.
HOLD_DAYS = 60


# === BEFORE TERMS END (by the clock) === #


def propose_due(decisions: Any) -> None:
    """Draft the elections of roles whose terms end soon (sudo); for the clock."""
    env = decisions.env
    _drop_needless(decisions)
    today = days.today(env)
    places = env["wezer.group.membership"].search(
        Domain("group_id.kind", "=", "role")
        & Domain("state", "=", "active")
        & Domain("date_to", ">=", today)
        & Domain("date_to", "<=", today + timedelta(days=365))
    )
    for role in places.sorted("date_to").group_id:
        circle = deciding_circle(role)
        method = rules.policy(circle, "roles_by")
        if not method or method == "manage" or not circle.active or not role.active:
            continue
        missing = seats.ending(role, decisions.browse(), drafted=True)
        missing -= _taken_up(role, missing)
        if method != "stv":
            for place in missing:
                draft(decisions, role, method, place)
        elif missing:
            _draft_together(decisions, role, missing)


def _taken_up(role: Any, places: Any) -> Any:
    """Let elections that name no place yet serve ``places``; return those served.

    Somebody may have proposed an election long before the term ends.
    """
    free = seats.under_way(role).filtered(lambda one: not one.place_ids).sorted("id")
    served = places.browse()
    for place in places:
        then = [("execute_date", "=", seats.term_of(place) + days.DAY)]
        election = (free.filtered_domain(then) or free)[:1]
        if not election:
            break
        election.place_ids |= place
        served |= place
        if len(election.place_ids) >= seats.seats_of(election):
            free -= election
    return served


def _draft_together(decisions: Any, role: Any, places: Any) -> None:
    """Draft one election for all seats, or let the draft that there is have them."""
    drafted = seats.under_way(role).filtered(
        lambda one: one.state == "draft" and one.method == "stv" and _by_clock(one)
    )[:1]
    if not drafted:
        draft(decisions, role, "stv", places)
        return
    drafted.place_ids |= places
    drafted.settings = {**(drafted.settings or {}), "seats": len(drafted.place_ids)}
    said = [drafted.version_id.body, *(_term_sentence(place) for place in places)]
    drafted.version_id.body = "\n".join(said)


def _by_clock(decision: Any) -> bool:
    """Return whether the clock drafted an election."""
    return (
        decision.is_shared_draft
        and not decision.is_recall
        and decision.proposer_id == decision.group_id.partner_id
    )


def _drop_needless(decisions: Any) -> None:
    """End drafts of the clock (sudo) that nobody needs any more.

    The role ended, another circle gives it now, or each seat has somebody.
    """
    drafts_of_clock = decisions.search(
        Domain("state", "=", "draft")
        & Domain("is_shared_draft", "=", True)
        & Domain("is_recall", "=", False)
    ).filtered(_by_clock)
    for decision in drafts_of_clock:
        role = elections.role_of(decision)
        if (
            not role.active
            or not decision.group_id.active
            or deciding_circle(role) != decision.group_id
            or _is_served(decision, role)
        ):
            closing.withdraw_draft(decision)


def _is_served(decision: Any, role: Any) -> bool:
    """Return whether nobody is missing where a draft wants to elect somebody."""
    places = decision.place_ids
    if not places:
        return False
    last = days.today(role.env, role.company_id) + seats.ahead(decision.group_id)
    later = places.filtered(
        lambda place: place.is_live and (seats.term_of(place) or date.max) > last
    )
    filled = places.browse(seats.followed(role) & set(places.ids))
    return not places - later - filled - seats.elected_elsewhere(places, decision)


def draft(decisions: Any, role: Any, method: str, places: Any) -> Any:
    """Draft the election of ``role``, to be announced by who facilitates (sudo).

    :param places: those whose terms end: one, or as many as are elected together
    """
    place = places[:1]
    env, circle = decisions.env, deciding_circle(role)
    facilitators = circle._facilitators()
    begin = seats.term_of(place) + days.DAY
    vals = {
        "group_id": circle.id,
        "title": env._("Election: %s", role.name),
        "proposer_id": circle.partner_id.id,
        "is_shared_draft": True,
        "execute_date": begin if begin > days.today(env) else False,
        "facilitator_id": facilitators[:1].id,
        "method": method,
        "electorate": rules.electorate(circle),
        "settings": {"seats": len(places)} if len(places) > 1 else {},
        "place_ids": [Command.set(places.ids)],
    }
    params = {"role": role.id}
    if method == "consent":
        vals["method"] = "person"
        asked = decisions.new({"group_id": circle.id})
        if not elections.why_not_person(asked, place.partner_id, role):
            vals["method"] = "consent"
            params["person"] = place.partner_id.id
    body = "\n".join(_term_sentence(one) for one in places)
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


def _term_sentence(place: Any) -> str:
    """Return when the term of a place ends, or ended, for the text of an election."""
    env, last = place.env, seats.term_of(place)
    values = {
        "name": place.partner_id.name,
        "role": place.group_id.name,
        "day": days.format_day(env, last),
    }
    if last < days.today(env, place.company_id):
        return env._("The term of %(name)s in %(role)s ended on %(day)s.", **values)
    return env._("The term of %(name)s in %(role)s ends on %(day)s.", **values)


# === AFTER TERMS END === #


def holds_until(place: Any) -> date | None:
    """Return until when a person stays beyond the term: while the seat is elected."""
    role = place.group_id
    if role.kind != "role":
        return None
    running = seats.under_way(role)
    if not running.filtered(lambda one: place in one.place_ids or not one.place_ids):
        return None
    end = seats.term_of(place)
    return end + timedelta(days=HOLD_DAYS) if end else None


def name_held_over(decision: Any) -> None:
    """Let an election (sudo) that names no place follow people who stay until then."""
    role = elections.role_of(decision)
    if not role or decision.place_ids:
        return
    number = len(decision.outcome_ids.filtered(lambda one: one.kind == "role"))
    held = seats.ending(role, decision).filtered("held_over_since")
    decision.place_ids = [Command.set(held[:number].ids)]


def end_held_over(decision: Any) -> None:
    """End the places of people whose successors are there now (sudo).

    Each seat that is elected by itself has a successor of its own; of seats that are
    elected together, all terms are over. A person who was only invited is not there.
    """
    given = seats.given_by(decision).filtered("is_live")
    today = days.today(decision.env, decision.company_id)
    over = decision.place_ids.filtered(
        lambda place: (
            place.state == "active"
            and place not in given
            and (place.held_over_since or place.date_to and place.date_to < today)
        )
    )
    if decision.method != "stv":
        over = over[: len(given - decision.place_ids)]
    for place in over if given else over.browse():
        place._end_term()


def successors_came(places: Any) -> None:
    """End the places of people who stayed until those of ``places`` accepted (sudo)."""
    outcomes = places.env["wezer.outcome"].sudo()
    found = outcomes.search(
        Domain("kind", "=", "role")
        & Domain("state", "=", "done")
        & Domain("res_model", "=", places._name)
        & Domain("res_id", "in", places.ids)
    )
    for decision in found.decision_id.filtered("place_ids"):
        end_held_over(decision)
