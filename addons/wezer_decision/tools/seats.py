"""Seats of roles: which places an election serves, and for how long.

A role can have several seats. An election names the places (``place_ids``) whose ends
it serves: those whose terms end, or those that fell vacant. So each seat is elected
once, whatever becomes of the elections of the others, and a by-election has the rest of
the term of the place that it follows.
"""

from datetime import date
from typing import Any

from odoo.fields import Command

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_fractal_groups.tools.reserve import deciding_circle

from . import elections, rules
from .seat_history import GIVEN, RUNNING, History, terms_said

# === SEATS === #


def outcomes_of(role: Any) -> Any:
    """Return the outcomes (sudo) of all decisions that fill ``role``, oldest first."""
    return History(role).outcomes(role)


def under_way(role: Any, known: History | None = None) -> Any:
    """Return the decisions (sudo) that are to fill ``role`` and are not over.

    A draft that only its author sees is none.
    """
    found = (known or History(role)).outcomes(role).decision_id
    return found.filtered(
        lambda one: (
            one.state in RUNNING and (one.state != "draft" or one.is_shared_draft)
        )
    )


def given_by(decision: Any) -> Any:
    """Return the places (sudo) in its role that ``decision`` has given.

    Not those of people who were invited, and declined.
    """
    role = elections.role_of(decision)
    return History(role).given_by(decision, role)


def term_of(place: Any) -> date | None:
    """Return the last day of the term of a place in a role (sudo), or None.

    Of a place that ended before: the day on which it would have ended.
    """
    return History(place.group_id).term_of(place)


def name_places(decision: Any, role: Any) -> list[date | None]:
    """Say which places the draft (sudo) of an election serves.

    :return: until when each of the elected has the role; see :func:`terms_of`
    """
    if role.kind != "role" or deciding_circle(role) != decision.group_id:
        # Another circle decides this: nobody here reads who has the role.
        decision.place_ids = [Command.clear()]
        return []
    known = History(role)
    if not (decision.is_shared_draft and decision.place_ids.group_id == role):
        found = _own_places(decision, role)
        found += known.vacant(role, decision) + known.ending(role, decision)
        decision.place_ids = [Command.set(found[: seats_of(decision)].ids)]
    return terms_of(decision, role, known)


def terms_of(decision: Any, role: Any, known: History) -> list[date | None]:
    """Return until when the people have the role whom an election (sudo) puts into it.

    In the order of election, the longest term first: of a place that fell vacant the
    rest of its term, of all others a whole term, which is None.
    """
    whole = role._term_end() or date.max
    number = seats_of(decision)
    terms = [known.rest_of(place) for place in decision.place_ids[:number]]
    terms += [None] * (number - len(terms))
    return sorted(terms, key=lambda until: until or whole, reverse=True)


def forget_terms(decision: Any, role: Any) -> None:
    """Take from the draft (sudo) of an election the ends of seats that it named."""
    known = History(role)
    named = decision.place_ids.filtered(
        lambda place: place.state == "left" and place.group_id == role
    )
    ends = {str(known.term_of(place)) for place in named}
    for outcome in decision.outcome_ids.filtered(lambda one: one.kind == "role"):
        params = {**(outcome.params or {})}
        params.pop("untils", None)
        if params.get("until") in ends:
            del params["until"]
        if params != outcome.params:
            outcome.params = params


def say_terms(decision: Any, role: Any, terms: list[date | None]) -> None:
    """Write into the draft (sudo) of an election until when the elected have the role.

    A day that somebody chose stays.
    """
    planned = decision.outcome_ids.filtered(
        lambda one: one.kind == "role" and (one.params or {}).get("role") == role.id
    )
    together = rules.asked_method(decision) in rules.OF_PERSONS
    if together and len(set(terms)) > 1:
        for outcome in planned:
            params = {**(outcome.params or {})}
            if not params.get("until"):
                untils = [str(until) if until else None for until in terms]
                outcome.params = {**params, "untils": untils}
        return
    for outcome, until in zip(planned, terms, strict=False):
        params = outcome.params or {}
        if until and not params.get("until"):
            outcome.params = {**params, "until": str(until)}


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


def _is_rest(decision: Any, until: date) -> bool:
    """Return whether ``until`` is the end of the terms of places that fell vacant."""
    places = decision.place_ids
    return (
        len(places) == seats_of(decision)
        and all(place.state == "left" for place in places)
        and {term_of(place) for place in places} == {until}
    )


def why_not_seat(decision: Any) -> Refusal | None:
    """Return why an election (sudo) would fill a seat twice, or None."""
    places, role = decision.place_ids, elections.role_of(decision)
    if not places or not role:
        return None
    known = History(role)
    taken = known.elected_elsewhere(role, places, decision)
    taken |= places.browse(known.followed(role) & set(places.ids))
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
    if terms := said_terms(decision):
        return env._(
            "This is about the seats of %(names)s. They have different terms:"
            " %(terms)s. The person who is elected first has the longest one.",
            **values,
            terms=", ".join(terms),
        )
    if until and _is_rest(decision, until):
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


def said_terms(decision: Any) -> list[str]:
    """Return in words the terms of seats (sudo) that are elected together and differ.

    In the order of election.
    """
    env = decision.env
    return [
        env._("until %s", days.format_day(env, days.parse_day(until)))
        if until
        else env._("a whole term")
        for until in terms_said(decision)
    ]


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
    known = History(role)
    for decision, _done in _elections(role):
        before = {
            place.id: number
            for number, place in known.successors(decision, role).items()
        }
        for place in known.given_by(decision, role).sorted("id"):
            if place not in decision.place_ids:
                first = before.get(place.id, place.id)
                found[place.id] = found.get(first, first)
    return found


def _spans(role: Any) -> dict[int, tuple[date, date | None]]:
    """Return for each place in ``role`` from which to which day somebody had it."""
    found: dict[int, tuple[date, date | None]] = {}
    for event in History(role).events(role):
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
