"""Elections: without candidates, with candidates, by lot, and who follows whom.

An election without candidates has steps: all name a person, unseen; all names appear at
once; each may change theirs; one of the named is asked, and then put to everybody for
consent. Candidates of the other methods stand before the vote opens, or, in a draw,
with a hidden number until it closes.
"""

import secrets
from collections import defaultdict
from datetime import timedelta
from typing import Any

from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal

from . import (
    answer_fields,
    clocks,
    closing,
    integration,
    lot,
    recall,
    roll,
    rules,
    seats,
    voting,
)
from .seat_history import terms_said

_lt = LazyTranslate(__name__)

# Parts of the hours of an election without candidates: 5, 2 and 3 of 10 days.
NAMING, SHARING, CONSENT = (1, 2), (1, 5), (3, 10)
# So long the person who facilitates may take to propose somebody, and a person who is
# asked to answer.
PROPOSING_HOURS = 72
ASKED_HOURS = 72
# So long objections may take to be settled after the last answers.
OBJECTION_HOURS = 72
# After so many persons who were dropped the circle looks elsewhere.
NOMINEES_MOST = 3
# Candidates have at least so long to stand.
STAND_HOURS = 72
NUMBER_MOST = 10**20
CANDIDATES = ("schulze", "stv")


def role_of(decision: Any) -> Any:
    """Return the role (sudo) that a decision fills, or none."""
    roles = decision.env["wezer.group"].sudo()
    for outcome in decision.outcome_ids:
        if outcome.kind == "role":
            return roles.browse((outcome.params or {}).get("role") or []).exists()
    return roles


def has_candidates(decision: Any) -> bool:
    """Return whether people stand for a role, to be voted on."""
    asked = rules.asked_method(decision)
    return asked in CANDIDATES and bool(role_of(decision))


def is_of_persons(decision: Any) -> bool:
    """Return whether people are elected or drawn, by whichever method."""
    if decision.method in ("person", "draw") or has_candidates(decision):
        return True
    return bool(decision.option_ids.person_id)


def settings_of(decision: Any) -> None:
    """Complete a draft (sudo) that fills a role: votes on persons are secret."""
    if has_candidates(decision) and decision.secrecy == "open":
        if roll.can_be_secret(decision):
            decision.secrecy = "secret"
    name_seats(decision)


def name_seats(decision: Any) -> None:
    """Name the seats that a draft (sudo) fills, and the terms of by-elections."""
    role = role_of(decision)
    if not role:
        # It was an election before it was changed.
        decision.place_ids = decision.place_ids.browse()
        return
    seats.forget_terms(decision, role)
    seats.say_terms(decision, role, seats.name_places(decision, role))


def why_not_announce(decision: Any) -> Refusal | None:
    """Return why an election (sudo) cannot be announced as it is, or None."""
    env = decision.env
    if decision.is_recall and not recall.is_signed(decision):
        return Refusal(
            env._("A third of those who would vote have to sign this first."),
            rule="recall",
            value=str(recall.signed(decision)),
        )
    if decision.method == "person" and not role_of(decision):
        return Refusal(
            env._("Choose the role that is filled."), rule="role", field="role_id"
        )
    if decision.method in ("person", "draw") and decision.secrecy != "open":
        return Refusal(
            env._("People are named and drawn in the open, once all have answered."),
            rule="secret",
            field="secrecy",
        )
    return seats.why_not_seat(decision)


def delay_hours(decision: Any) -> int:
    """Return how long candidates have to stand before the vote opens."""
    return STAND_HOURS if has_candidates(decision) else 0


# === PERSONS === #


def why_not_person(decision: Any, person: Any, role: Any = None) -> Refusal | None:
    """Return why ``person`` cannot be elected by ``decision`` (sudo), or None.

    :param role: that it fills, where it has no outcomes yet
    """
    env, group = decision.env, decision.group_id
    active = person and person._wezer_profile().state == "active"
    if not active or person.id not in set(group._effective_member_ids()):
        return Refusal(
            env._("Choose a person who counts in this circle."),
            rule="person",
            field="person_id",
        )
    role = role or role_of(decision)
    return seats.why_not_given(decision, role, person) if role else None


# === STEPS OF AN ELECTION WITHOUT CANDIDATES === #


def begin(decision: Any) -> None:
    """Begin the first step (sudo): naming."""
    if decision.method == "person":
        _begin(decision, "naming", _part(decision, NAMING))


def _part(decision: Any, part: tuple[int, int]) -> int:
    return max(decision.rules["hours"] * part[0] // part[1], 1)


def _begin(decision: Any, phase: str, hours: int) -> None:
    """Begin a step that lasts ``hours``; its end is the time that is shown."""
    until = decision._full_hour(decision._now() + timedelta(hours=hours))
    decision.write(
        {
            "phase": phase,
            "phase_closes": until if phase != "consent" else False,
            "closes": until,
            "waits_until": False,
            # Reminders go to those who have not named anybody, or not answered.
            "reminded": {"naming": False, "consent": "half"}.get(phase, "last"),
        }
    )
    clocks.set_due(decision)


def end_phase(decision: Any) -> None:
    """End a step whose time is over (sudo, locked)."""
    {"naming": _share, "sharing": _choose, "proposing": _propose_most_named}[
        decision.phase
    ](decision)


def nominate(decision: Any, voter: Any, person: Any, reason: str) -> None:
    """Name ``person`` (sudo, locked, checked), or change once after all were shown."""
    nominations = decision.env["wezer.nomination"]
    own = nominations.search([("voter_id", "=", voter.id)])
    if decision.phase == "sharing":
        own.write({"changed_to_id": person.id, "changed_reason": reason})
        return
    vals = {"nominee_id": person.id, "reason": reason}
    if own:
        own.write(vals)
    else:
        nominations.create(
            {
                "decision_id": decision.id,
                "voter_id": voter.id,
                "person_id": voter.person_id.id,
                **vals,
            }
        )
    voices, named = progress(decision)
    if named >= voices:
        _share(decision)


def progress(decision: Any) -> tuple[int, int]:
    """Return how many may name a person (sudo), and how many of them did."""
    voices, _answered = roll.counts(decision)
    return voices, decision.env["wezer.nomination"].search_count(
        [("decision_id", "=", decision.id), ("voter_id.state", "!=", "off")]
    )


def unanswered(decision: Any) -> Any:
    """Return the people (sudo) who have named nobody yet."""
    nominations = decision.env["wezer.nomination"].search(
        [("decision_id", "=", decision.id)]
    )
    return decision._voting_people("may", "voted") - nominations.person_id


def _share(decision: Any) -> None:
    """Show all names and reasons at once."""
    if not _live(decision):
        reject(decision)
        return
    _begin(decision, "sharing", _part(decision, SHARING))
    decision._log("names_shown")
    decision._tell_voters(
        "decision_changed",
        _lt(
            "All names for “%(title)s” are shown now. You can change yours once, until"
            " %(moment)s.",
            title=decision.title,
            moment=decision.closes,
        ),
        "asked",
    )


def _choose(decision: Any) -> None:
    """Let the person who facilitates propose somebody; nobody does: the most named."""
    _begin(decision, "proposing", PROPOSING_HOURS)
    facilitator = decision.facilitator_id
    if not facilitator or facilitator in named(decision):
        # People who were named do not choose among the named.
        _propose_most_named(decision)
        return
    decision._tell(
        facilitator,
        "decision_changed",
        _lt(
            "“%(title)s”: propose one of the people who were named, until %(moment)s.",
            title=decision.title,
            moment=decision.closes,
        ),
        "propose",
    )


def _live(decision: Any) -> Any:
    """Return the nominations (sudo) of people who are not out of the question."""
    return decision.env["wezer.nomination"].search(
        [("decision_id", "=", decision.id), ("is_dropped", "=", False)], order="id"
    )


def named(decision: Any) -> Any:
    """Return the people (sudo) who are named, and can be elected."""
    people = decision.env["res.partner"].sudo()
    for nomination in _live(decision):
        people |= nomination._stands_for()
    return people.filtered(lambda person: not why_not_person(decision, person))


def most_named(decision: Any) -> Any:
    """Return the person (sudo) whom most named.

    Of several: the only one of them who named themselves; else the one who has the role
    now; else the lot.
    """
    people = named(decision)
    voices: dict[int, int] = defaultdict(int)
    own = set()
    for nomination in _live(decision):
        person = nomination._stands_for()
        voices[person.id] += 1
        if person == nomination.person_id:
            own.add(person.id)
    if not people:
        return people
    most = max(voices[person.id] for person in people)
    tied = people.filtered(lambda person: voices[person.id] == most)
    alone = tied.filtered(lambda person: person.id in own)
    if len(tied) > 1 and len(alone) == 1:
        return alone
    fillers = fillers_of(role_of(decision)) & tied
    if len(tied) > 1 and len(fillers) == 1:
        return fillers
    cast = [f"{one.voter_id.id}:{one._stands_for().id}" for one in _live(decision)]
    first = lot.order(lot.seal(decision.id, cast), tied.ids)[0]
    return people.browse(first)


def fillers_of(role: Any) -> Any:
    """Return the people (sudo) who have ``role`` now."""
    places = role.sudo().membership_ids
    return places.filtered(lambda place: place.is_live).partner_id


def _propose_most_named(decision: Any) -> None:
    """Propose the most named person; who was asked and did not answer is left out."""
    if decision.asked_id:
        drop(decision, decision.asked_id)
        return
    person = most_named(decision)
    if person:
        ask(decision, person, "")
    else:
        reject(decision)


def ask(decision: Any, person: Any, reason: str) -> None:
    """Ask a person who was named (sudo, locked), before anybody else hears of it."""
    decision.write({"asked_id": person.id, "asked_reason": reason})
    _begin(decision, "proposing", ASKED_HOURS)
    decision.env["wezer.notice"]._settle(decision, subjects=["propose"])
    decision._tell(
        person,
        "nominated",
        _lt(
            "You are proposed for “%(title)s”. Say until %(moment)s whether you agree.",
            title=decision.title,
            moment=decision.closes,
        ),
        "nominated",
    )


def accept(decision: Any) -> None:
    """Put a person who agreed to everybody for consent (sudo, locked)."""
    env, person = decision.env, decision.asked_id
    role = role_of(decision)
    reason = decision.asked_reason or ""
    body = env._("%(name)s is proposed for %(role)s.", name=person.name, role=role.name)
    number = max(decision.version_ids.mapped("number"), default=0) + 1
    version = env["wezer.decision.version"].create(
        {
            "decision_id": decision.id,
            "number": number,
            "body": f"{body}\n\n{reason}".strip(),
            "author_id": (decision.facilitator_id or person).id,
            "date": decision._now(),
        }
    )
    voting.void_all(decision)
    decision.write(
        {
            "version_id": version.id,
            "nominee_id": person.id,
            "asked_id": False,
            "asked_reason": False,
        }
    )
    _begin(decision, "consent", _part(decision, CONSENT))
    env["wezer.notice"]._settle(decision, subjects=["nominated", "propose"])
    decision._log("person_proposed")
    decision._tell_voters(
        "decision_asked",
        _lt(
            "%(name)s is proposed for “%(title)s”. Answer until %(moment)s.",
            name=person.name,
            title=decision.title,
            moment=decision.closes,
        ),
        "asked",
    )


def drop(decision: Any, person: Any) -> None:
    """Take back that ``person`` is proposed (sudo, locked): the names fall away."""
    for nomination in _live(decision):
        if nomination._stands_for() == person:
            nomination.is_dropped = True
    for objection in integration.live(decision):
        objection._finish("lapsed", "dropped")
    decision.write({"nominee_id": False, "asked_id": False, "asked_reason": False})
    decision.env["wezer.notice"]._settle(decision, subjects=["nominated", "asked"])
    dropped = decision.env["wezer.nomination"].search(
        [("decision_id", "=", decision.id), ("is_dropped", "=", True)]
    )
    people = {nomination._stands_for().id for nomination in dropped}
    if len(people) >= NOMINEES_MOST or not named(decision):
        reject(decision)
    else:
        _choose(decision)


def reject(decision: Any) -> None:
    """End an election without a person (sudo): look elsewhere, or change the role."""
    voices, answered = progress(decision)
    decision.write(
        {
            "closed_at": decision._now(),
            "roll_shown": True,
            "nominee_id": False,
            "asked_id": False,
            "result": {
                "method": "person",
                "state": "rejected",
                "roll": voices,
                "answered": answered,
                "elected": [],
            },
        }
    )
    closing.settle(decision, "rejected")


def waits(decision: Any) -> bool:
    """Return whether a consent round that should end is not over yet (sudo).

    Objections have some days to be settled; then the person is not proposed any more.
    """
    if decision.method != "person" or not integration.live(decision):
        return False
    until = decision.closes + timedelta(hours=OBJECTION_HOURS)
    decision.write({"state": "open", "closed_at": False})
    if decision._now() >= until:
        drop(decision, decision.nominee_id)
    elif not decision.waits_until:
        decision.waits_until = until
        decision._tell(
            decision.facilitator_id,
            "decision_changed",
            _lt(
                "There are objections in “%(title)s”. Settle them until %(moment)s, or"
                " propose somebody else.",
                title=decision.title,
                moment=until,
            ),
            "waits",
        )
    return True


# === STANDING === #


def stand(decision: Any, text: str) -> Any:
    """Let the user stand for a role (sudo, checked); return the option."""
    person = decision.env.user.partner_id
    option = decision.option_ids.filtered(lambda one: one.person_id == person)
    vals: dict[str, Any] = {"consents_to_stand": True, "is_withdrawn": False}
    if text:
        vals["description"] = text
    if option:
        option.write(vals)
        return option
    return option.create(
        {
            "decision_id": decision.id,
            "sequence": 1 + max(decision.option_ids.mapped("sequence"), default=0),
            "label": person.name,
            "person_id": person.id,
            **vals,
        }
    )


def tell_candidates(decision: Any) -> None:
    """Tell people who are named as candidates that they may stand (sudo)."""
    if has_candidates(decision):
        decision._tell(
            decision.option_ids.person_id,
            "nominated",
            _lt(
                "You are proposed as a candidate in “%(title)s”. Say until %(moment)s"
                " whether you stand.",
                title=decision.title,
                moment=decision.opens,
            ),
            "nominated",
        )


def hidden_number() -> str:
    """Return a number for a draw that nobody can guess."""
    return str(secrets.randbelow(NUMBER_MOST))


def settle_candidates(decision: Any) -> None:
    """Fix the options of an election that opens (sudo): people who agreed to stand."""
    if not has_candidates(decision):
        return
    for option in decision.option_ids.filtered(lambda one: not one.is_none):
        # A label without a person would take votes, and could not have the role.
        if not option.consents_to_stand or why_not_person(decision, option.person_id):
            option.is_withdrawn = True
    wanted = (decision.settings or {}).get("seats") or 1
    if wanted == 1 or rules.wants_none(decision):
        add_none(decision)


def settle_none(decision: Any) -> None:
    """Let a draft (sudo) of a ranking have “none of these”, or not, as it asks for.

    Elections get it when they open.
    """
    if has_candidates(decision):
        return
    if rules.wants_none(decision):
        add_none(decision)
    else:
        decision.option_ids.filtered("is_none").unlink()


def add_none(decision: Any) -> None:
    """Put “none of these” behind all other options (sudo), once."""
    options = decision.option_ids
    if not options.filtered("is_none"):
        options.create(
            {
                "decision_id": decision.id,
                "sequence": 1 + max(options.mapped("sequence"), default=0),
                "label": answer_fields.none_label(decision.env),
                "is_none": True,
            }
        )


# === COUNTING, AND AFTER === #


def counted(decision: Any) -> tuple[list[str], dict[str, int], dict[str, Any]]:
    """Return labels, ballots and rules of a draw, as they are counted (sudo)."""
    cast = decision.env["wezer.ballot"].search([("decision_id", "=", decision.id)])
    # Counted once, the same people stand whenever it is counted again.
    known = (decision.result or {}).get("standing_ids")
    standing = {}
    for ballot in cast.filtered("choice"):
        if known:
            drawn = _drawn_as(ballot, known)
        else:
            person = ballot.person_id
            drawn = None if why_not_person(decision, person) else person.id
        if drawn:
            standing[drawn] = ballot
    standing = dict(sorted(standing.items()))
    left_out = set(_gone(decision))
    text = ",".join(ballot.choice for ballot in standing.values())
    given = {
        "option_ids": list(standing),
        "withdrawn": [n for n, one in enumerate(standing, 1) if one in left_out],
        "none_option": None,
        "starts": None,
    }
    names = [ballot.person_id.name for ballot in standing.values()]
    return names, {text: 1} if text else {}, given


def _drawn_as(ballot: Any, known: list[int]) -> int | None:
    """Return the number by which the person of a ballot (sudo) was drawn, if any.

    The lot follows from the numbers of people: a person who merged two accounts since
    then was drawn by the number of the account that ended.
    """
    person = ballot.person_id
    people = ballot.env["res.partner"].sudo().browse(known)
    mine = [one.id for one in people if _present(one) == person]
    # Of two accounts that both stood, each voice is still that of its own.
    party = ballot.voter_id.party_id
    return party.id if party.id in mine else next(iter(mine), None)


def _present(person: Any) -> Any:
    """Return the account (sudo) as which a merged account goes on, else itself."""
    while person.wezer_merged_into_id:
        person = person.wezer_merged_into_id
    return person


def _gone(decision: Any) -> list[int]:
    """Return the ids of people who were elected and declined, or left."""
    return list((decision.result or {}).get("gone") or [])


def elected(decision: Any) -> Any:
    """Return the people (sudo) who are elected by the result, in its order."""
    people = decision.env["res.partner"].sudo()
    result = decision.result or {}
    if not result.get("adopted", True) or decision.state == "rejected":
        return people
    if decision.method == "person":
        return decision.nominee_id
    if decision.method == "draw":
        ids = result.get("elected_ids") or []
        return people.concat(*[_present(one) for one in people.browse(ids)])
    options = list(decision._ballot_options())
    if decision.method == "majority":
        chosen = [one for one in options if not one.is_withdrawn and not one.is_none]
    else:
        chosen = [options[n - 1] for n in result.get("elected_numbers") or []]
    return people.concat(*[one.person_id for one in chosen if one.person_id])


def fill_outcomes(decision: Any) -> None:
    """Put the elected people into the outcomes of an election (sudo)."""
    asked = rules.asked_method(decision)
    if asked not in rules.OF_PERSONS:
        return
    planned = decision.outcome_ids.filtered(
        lambda one: one.kind == "role" and one.state != "done"
    )
    people = elected(decision)
    if not planned or not people:
        return
    first, others = planned[0], planned[1:]
    others.unlink()
    terms = terms_said(decision)
    given = {**(first.params or {})}
    for number, person in enumerate(people):
        params = {**given, "person": person.id}
        if terms:
            # The first elected has the longest term; None is a whole one.
            params["until"] = terms[number] if number < len(terms) else None
        if number == 0:
            first.params = params
            # One of them says the terms of all.
            given.pop("untils", None)
        else:
            first.copy({"decision_id": decision.id, "params": params})


def outcomes_to_propose(decision: Any) -> list[dict[str, Any]]:
    """Return the outcomes of ``decision`` (sudo) as its proposal had them.

    Of an election: without the people it found, and once for all seats.
    """
    planned = decision.outcome_ids
    by_election: tuple[str, ...] = ()
    if rules.asked_method(decision) in rules.OF_PERSONS:
        given = planned.filtered(lambda one: one.kind == "role")
        planned -= given[1:]
        # Until when, is asked of the role again.
        by_election = ("person", "until", "untils")
    return [
        {
            "sequence": one.sequence,
            "kind": one.kind,
            "params": {
                key: value
                for key, value in (one.params or {}).items()
                if one.kind != "role" or key not in by_election
            },
        }
        for one in planned
    ]


def replace(decision: Any, person: Any) -> None:
    """Count again without a person who was elected, and is not any more (sudo).

    The same ballots say who follows; in an election without candidates nobody does.
    """
    before = decision.result
    gone = [*_gone(decision), *_numbers_of(decision, person)]
    decision._log("person_declined")
    if decision.method in ("person", "majority"):
        decision.result = {**before, "gone": gone, "elected": [], "state": "rejected"}
        closing.settle(decision, "rejected")
        return
    for option in decision.option_ids:
        if option.person_id == person:
            option.is_withdrawn = True
    names = [*(before.get("gone_names") or []), person.name]
    _count_again(decision, gone, names)


def _count_again(decision: Any, gone: list[int], names: list[str]) -> None:
    """Count without those who are gone, and settle what comes out (sudo)."""
    decision.result = {**decision.result, "gone": gone}
    found = closing.found_by(decision)
    found["gone"] = gone
    found["gone_names"] = names
    state = "adopted" if found["elected"] else "rejected"
    found["state"] = state
    decision.result = found
    closing.settle(decision, state)


def _numbers_of(decision: Any, person: Any) -> list[int]:
    """Return the numbers under which a person (sudo) stands in a result."""
    drawn = (decision.result or {}).get("standing_ids") or []
    found = [one.id for one in person.browse(drawn) if _present(one) == person]
    return found or person.ids


def replace_gone(decision: Any) -> bool:
    """Replace an elected person who is not there any more (sudo); return whether.

    So is the second seat of a person who stood with two accounts that were merged.
    """
    asked = rules.asked_method(decision)
    if asked not in rules.OF_PERSONS or not role_of(decision):
        return False
    people = elected(decision)
    for person in people:
        if why_not_person(decision, person):
            replace(decision, person)
            return True
    if len(people) == len(set(people)):
        return False
    twice = next(one for one in people if list(people).count(one) > 1)
    gone = _gone(decision)
    if decision.method == "draw":
        gone += _numbers_of(decision, twice)[1:]
    else:
        standing = decision.option_ids.filtered(
            lambda one: one.person_id == twice and not one.is_withdrawn
        )
        standing[1:].is_withdrawn = True
    _count_again(decision, gone, (decision.result or {}).get("gone_names") or [])
    return True
