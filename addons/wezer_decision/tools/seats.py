"""Seats of roles: which places an election serves, and for how long.

A role can have several seats. An election names the places (``place_ids``) whose ends
it serves: those whose terms end, or those that fell vacant. So each seat is elected
once, whatever becomes of the elections of the others, and a by-election has the rest of
the term of the place that it follows.
"""

from datetime import date, timedelta
from typing import Any

from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import elections, rules

RE_ELECT_DAYS = 30
RUNNING = (
    *("draft", "announced", "open", "counting", "tied", "adopted"),
    *("challenged", "stuck"),
)
# What the history of circles tells of roles.
GIVEN, ENDED = "role_given", "role_ended"


# === SEATS === #


def outcomes_of(role: Any) -> Any:
    """Return the outcomes (sudo) of all decisions that fill ``role``, oldest first.

    Whichever circle decides: a circle can have moved since.
    """
    outcomes = role.env["wezer.outcome"].sudo()
    rows = role.env.execute_query(
        SQL(
            """SELECT id FROM wezer_outcome
                WHERE kind = 'role' AND params ->> 'role' = %s ORDER BY id""",
            str(role.id),
            to_flush=outcomes._fields["params"],
        )
    )
    return outcomes.browse(number for (number,) in rows)


def under_way(role: Any) -> Any:
    """Return the decisions (sudo) that are to fill ``role`` and are not over.

    A draft that only its author sees is none.
    """
    found = outcomes_of(role).decision_id
    return found.filtered(
        lambda one: (
            one.state in RUNNING and (one.state != "draft" or one.is_shared_draft)
        )
    )


def given_by(decision: Any) -> Any:
    """Return the places (sudo) in its role that ``decision`` has given.

    Not those of people who were invited, and declined.
    """
    done = decision.outcome_ids.filtered(
        lambda one: one.kind == "role" and one.state == "done" and one.res_id
    )
    places = decision.env["wezer.group.membership"].sudo()
    role = elections.role_of(decision)
    places = places.browse(done.mapped("res_id")).exists()
    places = places.filtered(lambda place: place.group_id == role)
    over = places.filtered(lambda place: place.state == "left")
    if over:
        events = decision.env["wezer.group.event"].sudo()
        told = [("membership", "in", over.ids), ("kind", "=", GIVEN)]
        had = set(events.search(told).mapped("membership"))
        places -= over.filtered(lambda place: place.id not in had)
    return places


def elected_elsewhere(places: Any, but: Any, drafted: bool = False) -> Any:
    """Return those of ``places`` (sudo) that another decision elects, or has elected.

    A place that its decision gave to the same person again has a new end.

    :param but: not by this decision
    :param drafted: drafts that the circle sees count, too
    """
    decisions = places.env["wezer.decision"].sudo()
    others = decisions.search(
        Domain("place_ids", "in", places.ids)
        & Domain("id", "not in", but.ids)
        & Domain("state", "in", (*RUNNING, "done")),
        order="id",
    )
    found = places.browse()
    for other in others:
        if other.state == "draft" and not (drafted and other.is_shared_draft):
            continue
        given = given_by(other)
        if other.state != "done" or given:
            found = (found | (other.place_ids & places)) - given
    return found


def term_of(place: Any) -> date | None:
    """Return the last day of the term of a place in a role (sudo), or None.

    Of a place that ended before: the day on which it would have ended.
    """
    if place.held_over_since or place.state != "left":
        return place.held_over_since or place.date_to or None
    event = place.env["wezer.group.event"].sudo()
    event = event.search(
        [("membership", "=", place.id), ("kind", "=", ENDED)],
        order="id desc",
        limit=1,
    )
    return event.until or None


def ahead(circle: Any) -> timedelta:
    """Return how long before the end of a term its election is drafted."""
    return timedelta(days=rules.policy(circle, "re_elect_days") or RE_ELECT_DAYS)


def _history(role: Any) -> Any:
    """Return the events (sudo) of people who were given ``role``, or lost it."""
    events = role.env["wezer.group.event"].sudo()
    told = [("group_id", "=", role.id), ("kind", "in", (GIVEN, ENDED))]
    return events.search(told, order="id")


def followed(role: Any) -> set[int]:
    """Return the ids of the places in ``role`` that somebody else has now.

    By an election that names the place; else who was given the role next, and not by
    an election of another place, follows.
    """
    given: dict[int, int] = {}
    ended: dict[int, int] = {}
    for event in _history(role):
        if event.kind == GIVEN:
            given[event.membership] = event.id
            ended.pop(event.membership, None)
        else:
            ended[event.membership] = event.id
    found, named = set(), set()
    for decision in outcomes_of(role).decision_id:
        if decision.state == "done" and decision.place_ids:
            places = given_by(decision)
            if places:
                found.update((decision.place_ids - places).ids)
            named.update(places.ids)
    for place, moment in sorted(given.items(), key=lambda one: one[1]):
        before = [
            (end, one)
            for one, end in ended.items()
            if end < moment and one not in found
        ]
        if before and place not in named:
            # Of several vacant seats, that which fell vacant last.
            found.add(max(before)[1])
    return found


def vacant(role: Any, but: Any) -> Any:
    """Return the places (sudo) in ``role`` that fell vacant before their terms end.

    Not those of which another decision than ``but`` elects the successors, nor those
    whose terms end so soon that the next term is elected already.
    """
    places = role.sudo().membership_ids.filtered(lambda place: place.state == "left")
    if not places:
        return places
    last = days.today(role.env, role.company_id) + ahead(deciding_circle(role))
    filled = followed(role)
    open_ones = places.filtered(
        lambda place: place.id not in filled and (term_of(place) or date.min) > last
    )
    found = open_ones - elected_elsewhere(open_ones, but)
    return found.sorted(lambda place: (term_of(place), place.id))


def ending(role: Any, but: Any, drafted: bool = False) -> Any:
    """Return the places (sudo) in ``role`` whose terms end soon, or are over.

    Not those of which another decision elects the successors; see
    :func:`elected_elsewhere`.
    """
    today = days.today(role.env, role.company_id)
    last = today + ahead(deciding_circle(role))
    places = role.sudo().membership_ids.filtered(
        lambda place: place.is_live and (term_of(place) or date.max) <= last
    )
    found = places - elected_elsewhere(places, but, drafted)
    return found.sorted(lambda place: (term_of(place), place.id))


def name_places(decision: Any, role: Any) -> date | None:
    """Say which places the draft (sudo) of an election serves.

    :return: the rest of the term, of a by-election; else None
    """
    if role.kind != "role" or deciding_circle(role) != decision.group_id:
        # Another circle decides this: nobody here reads who has the role.
        decision.place_ids = [Command.clear()]
        return None
    if not (decision.is_shared_draft and decision.place_ids.group_id == role):
        found = _own_places(decision, role)
        found += vacant(role, decision) + ending(role, decision)
        decision.place_ids = [Command.set(found[: seats_of(decision)].ids)]
    return rest_of_term(decision)


def seats_of(decision: Any) -> int:
    """Return how many people an election (sudo) puts into its role."""
    if rules.asked_method(decision) in rules.OF_PERSONS:
        return (decision.settings or {}).get("seats") or 1
    role = elections.role_of(decision).id
    return len(
        decision.outcome_ids.filtered(
            lambda one: one.kind == "role" and (one.params or {}).get("role") == role
        )
    )


def _own_places(decision: Any, role: Any) -> Any:
    """Return the places (sudo) of people who are to have the role again."""
    people = {(one.params or {}).get("person") for one in decision.outcome_ids}
    return role.sudo().membership_ids.filtered(
        lambda place: place.is_live and place.partner_id.id in people
    )


def rest_of_term(decision: Any) -> date | None:
    """Return the last day of the term of the places that fell vacant, or None."""
    places = decision.place_ids
    terms = {term_of(place) for place in places if place.state == "left"}
    whole = len(places) == seats_of(decision)
    whole = whole and all(place.state == "left" for place in places)
    if not whole or len(terms) != 1:
        # Seats whose terms end on different days are filled for a term of their own.
        return None
    [until] = terms
    today = days.today(decision.env, decision.company_id)
    return until if until and until > today else None


def why_not_seat(decision: Any) -> Refusal | None:
    """Return why an election (sudo) would fill a seat twice, or None."""
    places, role = decision.place_ids, elections.role_of(decision)
    if not places or not role:
        return None
    taken = elected_elsewhere(places, decision)
    taken |= places.browse(followed(role) & set(places.ids))
    if not taken:
        return None
    return Refusal(
        decision.env._(
            "The seat of %(name)s in %(role)s is being elected already, or somebody"
            " else has it.",
            name=taken[:1].partner_id.name,
            role=role.name,
        ),
        rule="seat",
        value=str(taken[:1].id),
    )


def why_not_given(decision: Any, role: Any, person: Any) -> Refusal | None:
    """Return why a decision (sudo) cannot give ``role`` to ``person``, or None."""
    most = rules.policy(decision.group_id, "terms_in_row")
    if most and terms_in_row(role, person) >= most:
        return Refusal(
            decision.env._(
                "%(name)s has had this role for %(terms)s terms. The circle decided"
                " that somebody else takes over then.",
                name=person.name,
                terms=most,
            ),
            rule="terms",
            value=str(most),
            limit=str(most),
            field="person_id",
        )
    return _why_not_second(decision, role, person)


def _why_not_second(decision: Any, role: Any, person: Any) -> Refusal | None:
    """Return why a person who has another seat of ``role`` cannot have this one."""
    places = decision.place_ids
    own = role.sudo().membership_ids.filtered(
        lambda place: place.is_live and place.partner_id == person
    )
    if not places or not own - places - given_by(decision):
        return None
    return Refusal(
        decision.env._(
            "%(name)s has another seat of this role already.", name=person.name
        ),
        rule="seat",
        value=str(own[:1].id),
        field="person_id",
    )


def note(outcome: Any) -> str:
    """Return which seat an election (sudo) is about, for members."""
    env, decision = outcome.env, outcome.decision_id
    places = decision.place_ids
    if outcome != decision.outcome_ids.filtered(lambda one: one.kind == "role")[:1]:
        return ""
    until = days.parse_day((outcome.params or {}).get("until") or "")
    values = {"names": ", ".join(places.partner_id.mapped("name"))}
    if until and rest_of_term(decision) == until:
        return env._(
            "By-election: %(names)s left before the end of the term. The elected person"
            " has the rest of it, until %(day)s.",
            **values,
            day=days.format_day(env, until),
        )
    if not places or decision.is_shared_draft:
        # The text of a draft by the clock says it.
        return ""
    return env._("This is about the seat of %(names)s.", **values)


# === TERMS IN A ROW === #


def terms_in_row(role: Any, person: Any) -> int:
    """Return how many times in a row ``person`` was put into ``role`` by decisions.

    The row ends where all seats were given to others while the person had none.
    """
    spans, roots = _spans(role), _roots(role)
    mine = role.sudo().membership_ids.filtered(lambda one: one.partner_id == person)
    own = set(mine.ids)
    found, others = 0, set()
    for decision, done in _elections(role, reverse=True):
        if any((one.params or {}).get("person") == person.id for one in done):
            found, others = found + 1, set()
            continue
        moment = decision.executes_at or decision.create_date
        day = days.day_of(role.env, moment, role.company_id)
        stayed = any(_covers(spans.get(place), day) for place in own)
        if stayed and not own & set(decision.place_ids.ids):
            continue
        # A seat that is given twice within a term is one seat.
        others |= {roots.get(one.res_id, (one.id, None)) for one in done}
        seats = sum(_covers(span, day) for span in spans.values())
        if len(others) >= max(seats, 1):
            break
    return found


def _elections(role: Any, reverse: bool = False) -> list[tuple[Any, Any]]:
    """Return the decisions that gave ``role``, and what they gave, oldest first."""
    done = outcomes_of(role).filtered(lambda one: one.state == "done")
    pairs = done.grouped("decision_id").items()
    return sorted(pairs, key=lambda pair: pair[0].id, reverse=reverse)


def _roots(role: Any) -> dict[int, Any]:
    """Return for each place that decisions gave the first place of its seat."""
    found: dict[int, Any] = {}
    for decision, _done in _elections(role):
        given, named = given_by(decision), decision.place_ids
        before = (named - given).sorted("id").ids
        for place in given.sorted("id").ids:
            if place not in named.ids:
                first = before.pop(0) if before else place
                found[place] = found.get(first, first)
    return found


def _spans(role: Any) -> dict[int, tuple[date, date | None]]:
    """Return for each place in ``role`` from which to which day somebody had it."""
    found: dict[int, tuple[date, date | None]] = {}
    for event in _history(role):
        day = days.day_of(role.env, event.date, role.company_id)
        begin = found.get(event.membership, (day, None))[0]
        found[event.membership] = (begin, None if event.kind == GIVEN else day)
    return found


def _covers(span: tuple[date, date | None] | None, day: date) -> bool:
    """Return whether somebody had a place on ``day``, and kept it."""
    if not span:
        return False
    begin, end = span
    return begin <= day and (end is None or end > day)
