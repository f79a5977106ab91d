"""Terms of roles: elections before they end, and people who stay until then."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from odoo.fields import Command, Domain
from odoo.tools import LazyTranslate, split_every

from odoo.addons.wezer_base.tools import days, locks
from odoo.addons.wezer_base.tools.cron import for_each_due
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import closing, drafts, elections, rules, seats
from .seat_history import ENDED, History

_lt = LazyTranslate(__name__)

# The person in a role stays so long beyond the term, while a successor is elected.
HOLD_DAYS = 60
# Terms that end later are of no concern today, whatever a circle decided.
AHEAD_MOST = 365
# So many roles are looked at together.
CHUNK = 500


# === BEFORE TERMS END, AND AFTER SEATS FELL VACANT (by the clock) === #


def propose_due(decisions: Any) -> None:
    """Draft the elections of seats that end soon or fell vacant (sudo); for the clock.

    Roles are looked at many at once; each that needs an election is asked again in a
    transaction of its own.
    """
    drafted = decisions.search(
        Domain("state", "=", "draft")
        & Domain("is_shared_draft", "=", True)
        & Domain("is_recall", "=", False)
    ).filtered(_by_clock)
    changed = [one.id for one, *rest in _with_roles(drafted) if _changes(one, *rest)]
    still = Domain("id", "in", changed) & Domain("state", "=", "draft")
    if not for_each_due(decisions, still, _keep_up):
        return
    roles = decisions.env["wezer.group"]
    due = [role.id for role, known in _in_question(roles) if any(_missing(role, known))]
    for_each_due(roles, Domain("id", "in", due), _draft_missing)


def _in_question(roles: Any) -> Iterator[tuple[Any, History]]:
    """Yield the roles (sudo) with terms that end within a year, or ended too early."""
    env = roles.env
    today = days.today(env)
    places = env["wezer.group.membership"]._read_group(
        Domain("group_id.kind", "=", "role")
        & Domain("state", "=", "active")
        & Domain("date_to", ">=", today)
        & Domain("date_to", "<=", today + timedelta(days=AHEAD_MOST)),
        ["group_id"],
    )
    left = env["wezer.group.event"]._read_group(
        Domain("group_id.kind", "=", "role")
        & Domain("kind", "=", ENDED)
        & Domain("until", ">=", today),
        ["group_id"],
    )
    ids = sorted({role.id for (role,) in (*places, *left)})
    for numbers in split_every(CHUNK, ids):
        found = roles.browse(numbers)
        known = History(found)
        for role in found:
            yield role, known


def _missing(role: Any, known: History) -> tuple[Any, Any]:
    """Return the places (sudo) in ``role`` whose successors nobody elects yet.

    :return: those whose terms end soon, and those of which by-elections are due
    """
    none = role.env["wezer.group.membership"]
    method = known.policy(role, "roles_by")
    circle = deciding_circle(role)
    if not method or method == "manage" or not circle.active or not role.active:
        return none, none
    nobody = role.env["wezer.decision"]
    vacant = known.vacant(role, nobody, drafted=True)
    if vacant:
        vacant -= _withdrawn(role, known)
    return known.ending(role, nobody, drafted=True), vacant


def _withdrawn(role: Any, known: History) -> Any:
    """Return the places (sudo) whose by-elections were withdrawn before anybody voted.

    The circle leaves such a seat vacant until its term ends.
    """
    return (
        known.outcomes(role)
        .decision_id.filtered(
            lambda one: (
                one.state == "ended"
                and one.ended_why == "withdrawn"
                and not one.announced_at
                and _by_clock(one)
                and _terms_in(one, known)
            )
        )
        .place_ids
    )


def _draft_missing(role: Any) -> None:
    """Draft the elections that ``role`` (sudo, locked) needs."""
    # Of two clocks at once, the second sees the drafts of the first.
    locks.hold(role.env, "role", role.id)
    known = History(role)
    method = known.policy(role, "roles_by")
    for places in _missing(role, known):
        left = places - _taken_up(role, places, known)
        if not left:
            continue
        if method == "stv":
            _draft_together(role, left, known)
        else:
            for place in left:
                draft(role, method, place, known)


def _taken_up(role: Any, places: Any, known: History) -> Any:
    """Let elections that name no place yet serve ``places``; return those served.

    Somebody may have proposed an election long before.
    """
    free = seats.under_way(role, known).filtered(lambda one: not one.place_ids)
    free = free.sorted("id")
    served = places.browse()
    for place in places:
        then = [("execute_date", "=", known.term_of(place) + days.DAY)]
        election = (free.filtered_domain(then) or free)[:1]
        if not election:
            break
        election.place_ids |= place
        served |= place
        if len(election.place_ids) >= seats.seats_of(election):
            free -= election
    return served


def _draft_together(role: Any, places: Any, known: History) -> None:
    """Draft one election for all seats, or let the draft that there is have them."""
    rest = bool(known.rest_of(places[:1]))
    drafted = seats.under_way(role, known).filtered(
        lambda one: (
            one.state == "draft"
            and one.method == "stv"
            and _by_clock(one)
            and bool(_terms_in(one, known)) == rest
        )
    )[:1]
    if drafted:
        _rewrite(drafted, drafted.place_ids | places, known)
    else:
        draft(role, "stv", places, known)


def _rewrite(decision: Any, places: Any, known: History) -> None:
    """Let a draft of the clock (sudo) elect the successors of these places."""
    before = decision.place_ids
    settings = {**(decision.settings or {})}
    settings.pop("seats", None)
    if len(places) > 1:
        settings["seats"] = len(places)
    # With the places go their terms.
    seats.forget_terms(decision, places.group_id)
    body = decision.version_id.body
    if body == _text(before, known):
        body = _text(places, known)
    elif added := places - before:
        # Somebody changed the text: it stays.
        body = f"{body}\n{_text(added, known)}"
    decision.version_id.body = body
    decision.write({"place_ids": [Command.set(places.ids)], "settings": settings})
    elections.name_seats(decision)


def _text(places: Any, known: History) -> str:
    return "\n".join(_term_sentence(place, known) for place in places)


def _by_clock(decision: Any) -> bool:
    """Return whether the clock drafted an election."""
    return (
        decision.is_shared_draft
        and not decision.is_recall
        and decision.proposer_id == decision.group_id.partner_id
    )


def _terms_in(decision: Any, known: History) -> set[str]:
    """Return the ends of vacant places (sudo) that a draft of the clock elects for."""
    params = decision.outcome_ids[:1].params or {}
    ends = {
        str(known.term_of(place))
        for place in decision.place_ids
        if place.state == "left"
    }
    return ends & {params.get("until"), *(params.get("untils") or [])}


def _with_roles(drafted: Any) -> Iterator[tuple[Any, Any, History]]:
    """Yield drafts of the clock (sudo) with the role of each."""
    roles = drafted.env["wezer.group"]
    for chunk in split_every(CHUNK, drafted.ids, drafted.browse):
        asked = {
            one: (outcome.params or {}).get("role") or 0
            for one in chunk
            for outcome in one.outcome_ids[:1]
        }
        known = History(roles.browse(sorted(set(asked.values()))).exists())
        there = {role.id: role for role in known.roles}
        for one in chunk:
            yield one, there.get(asked.get(one, 0), roles), known


def _changes(decision: Any, role: Any, known: History) -> bool:
    """Return whether a draft of the clock (sudo) is not what is needed any more."""
    due = _still_due(decision, role, known)
    return due is None or due != decision.place_ids


def _still_due(decision: Any, role: Any, known: History) -> Any:
    """Return the places (sudo) that a draft of the clock names, and nobody else fills.

    None where the role ended, or another circle gives it now.
    """
    places = decision.place_ids
    if (
        not role.active
        or not decision.group_id.active
        or deciding_circle(role) != decision.group_id
    ):
        return None
    if _terms_in(decision, known):
        # So late, the next term is elected.
        due = places.filtered(known.rest_of)
    else:
        last = known.last(role)
        due = places.filtered(
            lambda place: (
                not place.is_live or (known.term_of(place) or date.max) <= last
            )
        )
    due -= due.browse(known.followed(role))
    return due - known.elected_elsewhere(role, due, decision)


def _keep_up(decision: Any) -> None:
    """End a draft of the clock (sudo, locked), or the part that nobody needs."""
    for one, role, known in _with_roles(decision):
        due = _still_due(one, role, known)
        if due:
            _rewrite(one, due, known)
            continue
        closing.withdraw_draft(one)
        # The seat is filled, or elected in another way: nobody left it vacant.
        one.place_ids = [Command.clear()]


def draft(role: Any, method: str, places: Any, known: History) -> Any:
    """Draft the election of ``role`` (sudo), to be announced by who facilitates.

    :param places: those whose terms end, or that fell vacant: one, or as many as are
        elected together
    """
    place, rest = places[:1], known.rest_of(places[:1])
    env, circle = role.env, deciding_circle(role)
    decisions = env["wezer.decision"]
    facilitators = circle._facilitators()
    begin = known.term_of(place) + days.DAY
    title = env._("By-election: %s", role.name) if rest else ""
    vals = {
        "group_id": circle.id,
        "title": title or env._("Election: %s", role.name),
        "proposer_id": circle.partner_id.id,
        "is_shared_draft": True,
        "execute_date": begin if not rest and begin > days.today(env) else False,
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
        if place.is_live and not elections.why_not_person(
            asked, place.partner_id, role
        ):
            vals["method"] = "consent"
            params["person"] = place.partner_id.id
    decision = drafts.create(decisions, vals, _text(places, known), "role", params)
    elections.settings_of(decision)
    people = facilitators[:1] or circle.partner_id._wezer_actor_partners("manage")
    said = {"name": ", ".join(places.partner_id.mapped("name")), "role": role.name}
    decision._tell(
        people,
        "decision_changed",
        _lt(
            "The seat of %(name)s in %(role)s is vacant. Announce the election.", **said
        )
        if rest
        else _lt(
            "The term of %(name)s in %(role)s ends soon. Announce the election.", **said
        ),
        "announce",
    )
    return decision


def _term_sentence(place: Any, known: History) -> str:
    """Return when the term of a place ends, or ended, for the text of an election."""
    env, last = place.env, known.term_of(place)
    values = {
        "name": place.partner_id.name,
        "role": place.group_id.name,
        "day": days.format_day(env, last),
    }
    if known.rest_of(place):
        return env._(
            "The seat of %(name)s in %(role)s is vacant. Its term ends on %(day)s.",
            **values,
        )
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
    held = History(role).ending(role, decision).filtered("held_over_since")
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
