"""Consent: objections, new versions that answer them, and what happens without end.

A decision by consent is not adopted over a live objection. It waits for some days after
its closing time, until the objections are settled or there is a new version; after some
rounds the fallback of the circle holds.
"""

from datetime import timedelta
from typing import Any

from odoo.tools import LazyTranslate

from . import majority, reminders, roll, rules, voting

_lt = LazyTranslate(__name__)

REASON_LEAST = 20
# An objection that nobody speaks for lapses after so many days.
SILENT_DAYS = 7
# Whether a version answers an objection: asked twice, then silence says yes.
CONFIRM_HOURS = 72
REMIND_HOURS = 36
# Where nobody facilitates, all say within this time whether a question lacks an answer.
TEST_HOURS = 72
# So long a decision waits for a new version after its closing time.
WAIT_DAYS = 7
QUESTIONS = ("worse", "because", "mine", "wait")


def live(decision: Any) -> Any:
    """Return the objections that stand in the way."""
    return decision.objection_ids.filtered(
        lambda objection: objection.state in objection._state_machine.unfinished
    )


def object_to(decision: Any, voter: Any, vals: dict) -> Any:
    """Keep an objection of ``voter`` (sudo), checked before, and tell of it."""
    env, person = decision.env, voter.person_id
    if decision.secrecy == "open":
        voting.keep_open(decision, voter, "object", vals["reason"])
    # A secret ballot is cast beside it: an objection has a name, a ballot has none.
    # Who objects to the new version has said that it does not answer the older ones.
    earlier = live(decision).filtered(lambda one: one.person_id == person)
    objection = env["wezer.objection"].create(
        {
            "decision_id": decision.id,
            "version_id": decision.version_id.id,
            "person_id": person.id,
            **vals,
        }
    )
    for one in earlier:
        one._finish("withdrawn", "again")
    decision._log("objection", {"objection": objection.id})
    objection._tell_raised()
    return objection


def new_version(decision: Any, body: str, change: str, answered: Any) -> Any:
    """Put a new text to all who were asked (sudo, locked), and ask them again.

    :param answered: the objections that it answers
    """
    env = decision.env
    number = max(decision.version_ids.mapped("number"), default=0) + 1
    version = env["wezer.decision.version"].create(
        {
            "decision_id": decision.id,
            "number": number,
            "body": body,
            "change": change,
            "author_id": env.user.partner_id.id,
            "date": decision._now(),
        }
    )
    voting.void_all(decision)
    roll.follow(decision)
    least = decision._full_hour(
        decision._now() + timedelta(hours=decision.rules["version_hours"])
    )
    decision.write(
        {
            "version_id": version.id,
            "closes": max(decision.closes, least),
            "waits_until": False,
        }
    )
    reminders.begin_again(decision)
    for objection in live(decision) & answered:
        objection.write(
            {
                "answered_by_id": version.id,
                "asked_at": decision._now(),
                "notices_sent": 1,
            }
        )
    decision._log("version", {"number": number})
    decision._tell_version(version)
    return version


def lapse_leavers(decision: Any) -> None:
    """Let the objections of people lapse who left, or may not take part (sudo)."""
    for objection in live(decision):
        person = objection.person_id
        active = person._wezer_profile().state == "active"
        if not active or not roll.is_among(decision, person):
            objection._finish("lapsed", "left")


def tick(decision: Any) -> None:
    """Do what has become due for the live objections (sudo, locked)."""
    lapse_leavers(decision)
    for objection in live(decision):
        _tick_one(objection)


def due(decision: Any) -> list:
    """Return the moments at which something becomes due for the objections."""
    moments = []
    for objection in live(decision):
        if not objection.asked_at:
            continue
        if objection.answered_by_id:
            hours = REMIND_HOURS if objection.notices_sent < 2 else CONFIRM_HOURS
            moments.append(objection.asked_at + timedelta(hours=hours))
        elif objection.state == "tested":
            if objection.stances and objection._without_facilitator():
                moments.append(objection.asked_at + timedelta(hours=TEST_HOURS))
            if not objection.answers:
                moments.append(objection.asked_at + timedelta(days=SILENT_DAYS))
    return moments


def silent_until(objection: Any) -> Any:
    """Return when a live objection ends by itself if its author says nothing.

    False where it does not: it waits for others.
    """
    if not objection.asked_at:
        return False
    if objection.answered_by_id:
        return objection.asked_at + timedelta(hours=CONFIRM_HOURS)
    if objection.state == "tested" and not objection.answers:
        return objection.asked_at + timedelta(days=SILENT_DAYS)
    return False


def _tick_one(objection: Any) -> None:
    asked, now = objection.asked_at, objection.decision_id._now()
    if not asked:
        return
    if objection.answered_by_id:
        if now >= asked + timedelta(hours=CONFIRM_HOURS):
            objection._finish("answered", "silent")
        elif objection.notices_sent < 2 and now >= asked + timedelta(
            hours=REMIND_HOURS
        ):
            objection.notices_sent = 2
            objection._tell_answered()
        return
    if objection.state != "tested":
        return
    if now >= asked + timedelta(hours=TEST_HOURS) and objection._without_facilitator():
        _count_stances(objection)
    if (
        objection.state == "tested"
        and not objection.answers
        and now >= asked + timedelta(days=SILENT_DAYS)
    ):
        objection._finish("lapsed", "silent")


def _count_stances(objection: Any) -> None:
    """Set aside where two thirds of those who answered find an answer missing."""
    stances = list((objection.stances or {}).values())
    against = stances.count("set_aside")
    missing = objection._unanswered()
    if missing and stances and majority.is_reached(against, len(stances), "2/3"):
        objection._finish("set_aside", "voters")
    elif stances:
        objection.write({"state": "raised", "asked_at": False, "stances": False})


# === AT THE END === #


def waits(decision: Any) -> bool:
    """Return whether a decision that should close waits for its objections (sudo)."""
    if not live(decision) or _is_last_round(decision):
        return False
    until = decision.closes + timedelta(days=WAIT_DAYS)
    if decision._now() >= until:
        return False
    if not decision.waits_until:
        decision.waits_until = until
        decision._tell_waits()
    return True


def _is_last_round(decision: Any, *more: Any) -> bool:
    """Return whether there were objections to as many versions as the circle reads.

    Versions to which nobody had time to object lead to no other way of deciding.

    :param more: versions that are counted as if somebody objected to them
    """
    objected = decision.objection_ids.version_id.union(*more)
    return len(objected) >= decision.rules["consent_rounds"]


def fallback(decision: Any) -> str:
    """Return what decides where objections to the present version remain (sudo)."""
    if decision.method != "consent":
        return ""
    if not _is_last_round(decision, decision.version_id):
        return ""
    found = decision.rules["consent_fallback"]
    above = decision._upper_circle()
    # One step only.
    if found == "above" and (decision.passed_from_id or not above):
        return ""
    return found


def for_counting(decision: Any) -> dict[str, Any]:
    """Return the rules as the counting tools read them, with the objections (sudo)."""
    found, asked = rules.for_counting(decision), decision.rules or {}
    if decision.method not in ("consent", "person"):
        return found
    found["live_objections"] = len(live(decision))
    found["silence"] = bool(asked.get("silence_consents"))
    if asked.get("consent_fallback") == "majority" and _is_last_round(decision):
        found["fallback"] = asked["fallback_share"]
    return found


def tell(decision: Any, found: dict) -> None:
    """Put into a count by consent what became of the objections (sudo).

    :param found: what was counted; it is changed
    """
    states = decision.objection_ids.mapped("state")
    found["objections"] = {state: states.count(state) for state in set(states)}
    found["versions"] = len(decision.version_ids)
    if decision.method == "consent" and live(decision) and _is_last_round(decision):
        found["fallback"] = decision.rules["consent_fallback"]


def passes_up(decision: Any) -> bool:
    """Return whether the circle above decides what this one could not (sudo)."""
    return bool(
        live(decision) and _is_last_round(decision) and fallback(decision) == "above"
    )
