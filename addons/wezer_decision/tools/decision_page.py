"""What the page of one decision shows to its reader.

Nothing is counted here but who has voted: answers stay unread until it closed.
"""

import random
from typing import Any

from odoo.addons.wezer_base.tools import days

from ..models.wezer_decision import CLOSED, DECISION
from . import (
    answer_fields,
    appeals,
    delegations,
    elections,
    how_counted,
    integration,
    no_voice,
    recall,
    result_view,
    seats,
    suspensions,
    text_changes,
)

# So many voters the page names; the page of the roll has all of them.
VOTERS_SHOWN = 12
# Acts on a decision that the page shows below everything else.
GUIDING = {
    "extend",
    "ask_up",
    "pass_up",
    "withdraw",
    "void",
    "challenge",
    "reopen",
    "decline",
}
OBJECTION_ACTS = (
    "ask_test",
    "reply_test",
    "uphold",
    "set_aside",
    "withdraw",
    "confirm",
)


def values(decision: Any) -> dict:
    """Return what the page shows of ``decision``, which the user may read."""
    env = decision.env
    visitor = env.user._is_public()
    person = env.user.partner_id
    inside = not visitor and decision.group_id.is_user_member
    is_open = decision.state == "open"
    closed = decision.state in CLOSED
    voices = helped = off = env["wezer.decision.voter"].sudo()
    ballots = env["wezer.ballot"]
    if not visitor and decision.state != "draft":
        # Whose voices the reader may cast: checked by the decision itself.
        voices = decision.sudo()._voices()
        if is_open:
            helped = decision.sudo()._voices_of_others() - voices
            voices |= helped
        if voices:
            ballots = ballots.search([("voter_id", "in", voices.ids)])
        else:
            off = off.sudo(False).search(
                [("decision_id", "=", decision.id), ("person_id", "=", person.id)]
            )
    may = permissions(decision, visitor)
    options = shown_options(decision)
    holding = rules_of(decision)
    found = {
        "decision": decision,
        "visitor": visitor,
        "inside": inside,
        # Members talk about it, and a person who appeals is heard.
        "talks": bool(decision.discussion_id)
        and (inside or appeals.is_heard(decision)),
        "closed": closed,
        "late": is_open and bool(decision.closes) and decision.closes <= env.cr.now(),
        "labels": labels(env),
        "voices": voices,
        "helped": helped,
        "no_voice": no_voice.why(decision, off[:1])
        if is_open and not voices and not visitor
        else "",
        "ballots": {ballot.voter_id.id: ballot for ballot in ballots},
        "said": {
            ballot.voter_id.id: answer_fields.said(decision, ballot.choice)
            for ballot in ballots
        },
        "cells": {
            ballot.voter_id.id: answer_fields.cells(decision, ballot.choice)
            for ballot in ballots
        },
        "field": answer_fields.prefix(decision),
        "words": answer_fields.words(env).get(decision.method, {}),
        "date_words": answer_fields.date_words(env),
        "options": options,
        "may": may,
        "unready": unready(decision, may),
        "guiding": may & GUIDING,
        "rules": holding,
        "counted": how_counted.sentences(
            decision, holding, [row["option"] for row in options]
        ),
        "versions": versions(decision) if inside or decision.version_id else [],
        "outcomes": outcomes(decision),
        "role": role_of(decision),
        **passed(decision),
        # Who gave their voice for a category sees what is decided under it.
        "category": decision.sudo().category_id.display_name,
        "challenge": decision._challenge_words(),
        "objections": objections(decision, person) if inside else [],
        "decides": decision.method == "advice" and decision._is_decider(),
        "fallback": fallback(decision) if "object" in may else "",
        "advice": advice(decision) if "decide" in may else ballots.browse(),
        "nominations": nominations(decision) if inside else {},
        "counts": turnout(decision) if inside else {},
        "faces": faces(decision) if inside else {},
        # Who judges a challenge reads it as well, without names.
        "kept_off": suspensions.shown(decision, inside)
        if inside or "judge" in may
        else [],
        "result": result_view.values(decision) if closed else {},
        "nominee": nominee_of(decision) if inside else None,
        "signatures": signatures(decision) if inside else {},
        "given": delegation_of(decision) if voices - helped and not closed else None,
        "delegable": is_open
        and (
            delegations.policy(decision) != "none" or delegations.has_proxies(decision)
        ),
        "carries": would_carry(decision) if is_open and voices - helped else 0,
        "carried": carried(decision) if closed and inside else [],
    }
    found["names"] = {} if visitor else names(people_of(decision, found))
    return found


def unready(decision: Any, may: set[str]) -> str:
    """Return why a draft is not put to the circle now, for who can change it."""
    if decision.state != "draft" or "edit" not in may or "announce" in may:
        return ""
    # sudo: what runs in the circle is counted, also what this reader does not see.
    return str(decision.sudo()._why_not_announce() or "")


def for_moderators(decision: Any) -> dict:
    """Return what moderators see of a decision that only its circle reads.

    As much as others see of one that is no secret: title, times, how many answered and,
    after closing, the result. No text, no answer, and nobody on the roll.
    """
    # sudo: whether the user moderates it was checked; nothing else is shown.
    known, env = decision.sudo(), decision.env
    asked, answered = known._progress()
    closed = known.state in CLOSED
    result = result_view.shown_result(known) if closed else {}
    circle = known.group_id.with_env(env)._wezer_with_visible_name()
    may = decision._moderating()
    return {
        "decision": known,
        "circle": circle.sudo(),
        "labels": labels(env),
        "may": may,
        "appealing": appealing(decision) if "appeal" in may else {},
        "challenge": decision._challenge_words(),
        "kept_off": suspensions.shown(known, named=False),
        "asked": asked,
        "answered": answered,
        "rows": result_view.result_rows(env, known, result) if result else [],
        "elected": ", ".join(result.get("elected") or ()),
        "names": names(known.proposer_id.with_env(env)),
    }


def appealing(decision: Any) -> dict:
    """Return to whom, and until when, the user appeals: the person put out."""
    # sudo: they were told both when it was carried out.
    known = decision.sudo()
    return {"circle": known._upper_circle().name, "until": appeals.until(known)}


def nominee_of(decision: Any) -> Any:
    """Return the person (sudo) whom an election puts to everybody, or none."""
    if decision.phase != "consent":
        return decision.env["res.partner"]
    # Known to members from this step on.
    return decision.sudo().nominee_id


def signatures(decision: Any) -> dict:
    """Return how many have signed a recall, and how many have to, and until when."""
    if not decision.is_recall or decision.state != "draft":
        return {}
    # Who signed stays hidden, and who would vote may be.
    known = decision.sudo()
    return {
        "signed": recall.signed(known),
        "wanted": recall.wanted(known),
        "until": recall.recall_until(known),
    }


def delegation_of(decision: Any) -> Any:
    """Return the delegation of the reader's own voice in a decision, or none."""
    given = decision.env["wezer.vote.delegation"]
    rules = rules_of(decision)
    if rules.get("delegation", "none") == "none" and not rules.get("procurations"):
        return given
    return given._my_holder(decision)


def would_carry(decision: Any) -> int:
    """Return for how many others the reader votes, too, where they vote."""
    if rules_of(decision).get("delegation", "none") == "none":
        return 0
    return decision.env["wezer.vote.delegation"]._would_carry(decision)


def carried(decision: Any) -> list[dict]:
    """Return how many voices each person carried in a closed open vote."""
    if decision.secrecy != "open":
        return []
    if rules_of(decision).get("delegation", "none") == "none":
        return []
    return decision.env["wezer.vote.delegation"]._voices_carried(decision)


def people_of(decision: Any, found: dict) -> Any:
    """Return everybody whom the page names."""
    people = decision.proposer_id | decision.facilitator_id | decision.decider_id
    for row in found["versions"]:
        people |= row["version"].author_id
    for row in found["objections"]:
        people |= row["objection"].person_id
    people |= found["advice"].person_id.sudo(False)
    for row in found["options"]:
        people |= row["option"].person_id
    for person, rows in found["nominations"].get("rows", ()):
        people |= person
        for row in rows:
            people |= row.person_id | row.nominee_id
    mine = found["nominations"].get("mine")
    if mine:
        people |= mine.nominee_id | mine.changed_to_id
    if found["nominee"]:
        people |= found["nominee"]
    if found["given"]:
        people |= found["given"].holder_id
    for row in found["carried"]:
        people |= row["holder"].person_id.union(*(c.person_id for c in row["chains"]))
    for row in found["result"].get("ballots", {}).get("rows", ()):
        people |= row["person"]
    return people


def names(people: Any) -> dict[int, str]:
    """Return the name of each person, as far as the reader may know it."""
    profiles = people.env["wezer.profile"].search([("partner_id", "in", people.ids)])
    known = {profile.sudo().partner_id.id: profile.name for profile in profiles}
    unknown = people.env._("A member")
    return {number: known.get(number, unknown) for number in people.ids}


def permissions(decision: Any, visitor: bool) -> set[str]:
    """Return the actions that the reader may do now with ``decision``."""
    if visitor:
        return set()
    return {
        action
        for action in DECISION.actions_from(decision.state)
        if DECISION.who(action) != "clock" and decision._may(action)
    }


def labels(env: Any) -> dict[str, dict[str, str]]:
    """Return how the fields with choices name their values."""
    decisions, objections = env["wezer.decision"], env["wezer.objection"]
    found = {
        name: dict(decisions._fields[name]._description_selection(env))
        for name in ("method", "state", "electorate", "secrecy", "phase", "ended_why")
    }
    found["objection"] = dict(objections._fields["state"]._description_selection(env))
    off = env["wezer.decision.voter"]._fields["off_reason"]
    found["off"] = dict(off._description_selection(env))
    return found


def shown_options(decision: Any) -> list[dict]:
    """Return the options with their numbers on the ballot.

    Where persons stand, each reader has an own order, always the same: no name gains
    by standing first.
    """
    rows = [
        {"number": number, "option": option}
        for number, option in enumerate(answer_fields.options_of(decision), 1)
    ]
    rows = [row for row in rows if not row["option"].is_withdrawn]
    if decision.method == "majority":
        # One option was left: yes or no to it.
        rows = [row for row in rows if not row["option"].is_none]
    if decision.state == "open" and any(row["option"].person_id for row in rows):
        mixed = random.Random(f"{decision.id}-{decision.env.uid}")  # noqa: S311
        mixed.shuffle(rows)
        rows.sort(key=lambda row: row["option"].is_none)
    return rows


def rules_of(decision: Any) -> dict:
    """Return the rules that hold, or would hold if it opened now."""
    return decision.rules or decision.sudo()._rules_now()


def versions(decision: Any) -> list[dict]:
    """Return the versions, the current one first, each with what changed in it."""
    found = decision.version_ids.sorted("number", reverse=True)
    rows = []
    for place, version in enumerate(found):
        before = found[place + 1 : place + 2]
        rows.append(
            {
                "version": version,
                "changes": text_changes.changes(before.body or "", version.body or "")
                if before
                else [],
            }
        )
    return rows


def outcomes(decision: Any) -> list[dict]:
    """Return what happens if the decision is adopted, as sentences."""
    said = [
        {
            "outcome": one,
            "sentence": one._sentence(),
            "url": one._url(),
            "note": one._note() if decision.group_id.is_user_member else "",
        }
        for one in decision.outcome_ids
    ]
    # Nothing follows from a decision that is a text only.
    return [row for row in said if row["sentence"]]


def role_of(decision: Any) -> dict:
    """Return the role that is given, as far as the reader sees it, and for how long."""
    known = elections.role_of(decision.sudo())
    role = known and decision.env["wezer.group"].search([("id", "=", known.id)])
    if not role:
        return {}
    given = decision.sudo().outcome_ids.filtered(lambda one: one.kind == "role")[:1]
    return {
        "role": role,
        "until": days.parse_day((given.params or {}).get("until") or ""),
        "terms": ", ".join(seats.said_terms(decision.sudo())),
        "days": known._policy("role_term_days")[0],
    }


def objections(decision: Any, person: Any) -> list[dict]:
    """Return the objections, the live ones first, and what the reader may do."""
    found = decision.objection_ids
    live = found._state_machine.unfinished
    rows = [
        {
            "objection": objection,
            "live": objection.state in live,
            "ended": ended_words(objection),
            "mine": objection.person_id == person,
            "silent_until": objection.person_id == person
            and objection.state in live
            and integration.silent_until(objection),
            "may": {
                action
                for action in OBJECTION_ACTS
                if decision.state == "open"
                and objection.state in live
                and objection._may(action)
            },
        }
        for objection in found
    ]
    return sorted(rows, key=lambda row: not row["live"])


def fallback(decision: Any) -> str:
    """Return in words what decides where objections to the last version remain."""
    found = integration.fallback(decision.sudo())
    if found == "majority":
        return decision.env._(
            "This is the last version: where objections remain, a majority decides."
        )
    if found == "above":
        return decision.env._(
            "This is the last version: where objections remain, the circle above"
            " decides."
        )
    return ""


def passed(decision: Any) -> dict:
    """Return the decision that passed this on, and the one that it was passed on to.

    As far as the reader may see them; an appeal says itself what it is about.
    """
    before, after = [], []
    # sudo: the reader's rules are asked by the search.
    known = decision.sudo()
    if known.passed_from_id and not appeals.is_appeal(known):
        before = [("id", "=", known.passed_from_id.id)]
    if decision.ended_why == "passed_up":
        after = [("passed_from_id", "=", decision.id)]
    return {"passed_from": _seen(decision, before), "passed_to": _seen(decision, after)}


def _seen(decision: Any, domain: list) -> Any:
    """Return a decision whose circle the reader sees as well, or none."""
    found = decision.search(domain, limit=1) if domain else decision.browse()
    return found if found.group_id._wezer_with_visible_name() else found.browse()


def advice(decision: Any) -> Any:
    """Return the advice (ballots, sudo) for the person who decides, once it is in."""
    # Others read it after the decision.
    ballots = decision.env["wezer.ballot"].sudo()
    return ballots.search([("decision_id", "=", decision.id), ("reason", "!=", False)])


def ended_words(objection: Any) -> str:
    """Return why an objection ended, where that is not said by its state."""
    env = objection.env
    if objection.state == "answered" and objection.end_reason == "silent":
        return env._("The new version answers it; nobody said otherwise.")
    return {
        "again": env._("A newer objection of the same person took its place."),
        "left": env._("The person left the circle."),
        "silent": env._("The person did not answer within seven days."),
    }.get(objection.end_reason or "", "")


def nominations(decision: Any) -> dict:
    """Return the reader's nomination and, once they are shared, those of all."""
    if decision.method != "person":
        return {}
    env = decision.env
    found = env["wezer.nomination"].search([("decision_id", "=", decision.id)])
    mine = found.filtered(lambda row: row.person_id == env.user.partner_id)
    named: dict[Any, list] = {}
    if decision.phase != "naming":
        for row in found:
            named.setdefault(row.changed_to_id or row.nominee_id, []).append(row)
    rows = sorted(named.items(), key=lambda row: (-len(row[1]), row[0].id))
    return {"mine": mine[:1], "rows": rows}


def turnout(decision: Any) -> dict:
    """Return how many were asked, and how many of them answered.

    Which answer was given is not read.
    """
    asked, answered = decision.sudo()._progress()
    return {"asked": asked, "answered": answered}


def faces(decision: Any) -> dict:
    """Return some of the people who were asked, and their profiles.

    Of a secret decision nobody is named until the roll is shown: who has answered
    is then one of these.
    """
    env = decision.env
    voters = env["wezer.decision.voter"].search(
        [("decision_id", "=", decision.id), ("state", "!=", "off")],
        # As the index has them: the roll is written in this order.
        order="party_id.id",
        limit=VOTERS_SHOWN,
    )
    if decision.secrecy != "open" and not decision.roll_shown:
        return {}
    return {"rows": with_profiles(voters)}


def with_profiles(voters: Any) -> list[dict]:
    """Return the voters with the profile of each person, as far as it is seen."""
    env = voters.env
    people = voters.sudo().person_id
    profiles = env["wezer.profile"].search([("partner_id", "in", people.ids)])
    by_person = {profile.sudo().partner_id.id: profile for profile in profiles}
    return [
        {
            "voter": voter,
            "since": voter.suspended_from,
            "until": voter.suspended_until,
            "profile": by_person.get(voter.sudo().person_id.id, profiles.browse()),
        }
        for voter in voters
    ]
