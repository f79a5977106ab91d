"""The end of a decision: counted once, under a lock, and carried out.

What is counted, and when, does not depend on when the clock comes: later answers than
the closing time were refused, and all that counts is in the roll and the ballots.
"""

import logging
from datetime import timedelta
from typing import Any

from odoo.exceptions import UserError

from odoo.addons.wezer_base.tools import locks

from . import appeals, counting, elections, integration, roll, rules, terms, voting
from .secrecy import LEAST_FOR_ROLL

_logger = logging.getLogger(__name__)

CHALLENGE_HOURS = 48
JUDGE_DAYS = 14
# The person who decides after advice has so long once the advice is in.
DECIDER_DAYS = 14


def close(decision: Any) -> None:
    """End the voting (sudo, locked): from now on nobody votes, and nothing is counted.

    The count is another transaction, which begins after this one: it sees all votes
    that this one waited for.
    """
    if not decision.group_id.active:
        end(decision, "closed_circle")
    elif decision.method == "advice":
        _wait_for_decider(decision)
    else:
        decision.write({"state": "counting", "closed_at": decision.closes})


def count(decision: Any) -> None:
    """Count the ballots, and write state, result and seal (sudo, locked).

    A decision that is over without a count (too few secret votes) gets no result.
    """
    roll.refresh(decision)
    if decision.method in ("consent", "person"):
        integration.lapse_leavers(decision)
    if elections.waits(decision):
        return
    if decision.method == "consent":
        if integration.waits(decision):
            decision.write({"state": "open", "closed_at": False})
            return
        if integration.passes_up(decision) and _passed_up(decision):
            return
    options = decision._ballot_options()
    if decision.method in rules.WITH_OPTIONS and all(
        option.is_withdrawn or option.is_none for option in options
    ):
        end(decision, "no_options")
        return
    voices, answered = roll.counts(decision)
    tallies: dict = {}
    if decision.secrecy != "open":
        # Shuffled whatever comes out: who voted when must be gone in any case.
        tallies = decision.env["wezer.urn"].sudo()._count_and_shuffle(decision)
        if not tallies:
            end(decision, "too_few")
            return
    found = found_by(decision, tallies)
    if decision.method in ("consent", "person"):
        integration.tell(decision, found)
    if decision.method == "person" and found["adopted"]:
        found["elected"] = [decision.nominee_id.name]
    found["state"] = _outcome_of(decision, found)
    if found["state"] == "no_quorum":
        # It may be opened again: nobody knows how it stands.
        names = ("method", "state", "roll", "answered", "quorum", "quorum_met")
        found = {name: found[name] for name in names if name in found}
    decision.write(
        {
            "result": found,
            "seal": found.get("seal", False),
            "roll_shown": decision.secrecy == "open" or answered >= LEAST_FOR_ROLL,
        }
    )
    settle(decision, found["state"])


def ballots_of(
    decision: Any, secret: dict[str, int] | None = None
) -> tuple[list[str], dict[str, int], dict[str, Any], dict[str, dict[str, int]]]:
    """Return options, ballots, rules, and ballots by college, as counted (sudo).

    :param secret: the ballots of a secret vote, where they were just counted
    """
    options = [option.label for option in decision._ballot_options()]
    voices, _answered = roll.counts(decision)
    given = {**integration.for_counting(decision), "roll": voices}
    if decision.method == "draw":
        options, tallies, drawn = elections.counted(decision)
        return options, tallies, {**given, **drawn}, {}
    if decision.secrecy == "open":
        tallies, by_college = voting.tallies(decision)
        return options, tallies, given, by_college
    tallies = decision._tallies() if secret is None else secret
    weighed = decision.electorate == "colleges"
    by_college = decision._tallies_by_college() if weighed else {}
    return options, tallies, given, by_college


def found_by(decision: Any, secret: dict[str, int] | None = None) -> dict[str, Any]:
    """Return what the ballots of ``decision`` say (sudo).

    :param secret: the ballots of a secret vote, where they were just counted
    """
    options, tallies, given, by_college = ballots_of(decision, secret)
    found = counting.count(decision.method, options, tallies, given, by_college)
    found.update(roll=given["roll"], answered=sum(tallies.values()))
    if decision.method == "draw":
        ids = given["option_ids"]
        found["answered"] = len(ids)
        found["standing_ids"] = ids
        found["elected_ids"] = [ids[n - 1] for n in found["elected_numbers"]]
    return found


def _passed_up(decision: Any) -> bool:
    """Let the circle above decide; return False where it cannot."""
    try:
        with decision.env.cr.savepoint():
            decision._pass_up()
    except UserError as error:
        decision.env.invalidate_all(flush=False)
        _logger.info("Decision %s is not passed up: %s", decision.id, error.args[0])
        return False
    return True


def _outcome_of(decision: Any, found: dict) -> str:
    """Return the state that a count leads to."""
    if not found["answered"] or not found["quorum_met"]:
        silent = decision.method == "consent" and decision.rules["silence_consents"]
        if not (silent and found["answered"]):
            return "no_quorum"
    if decision.method == "check":
        return "done"
    if "adopted" in found:
        return "adopted" if found["adopted"] else "rejected"
    if not found["elected"]:
        return "rejected"
    by_lot = any(tie.get("by") == "lot" for tie in found["ties"])
    return "tied" if by_lot else "adopted"


def settle(decision: Any, state: str) -> None:
    """Lead a decision to ``state`` after its count, and tell of it (sudo)."""
    vals = {"state": state, "waits_until": False}
    if state != "no_quorum":
        vals["phase"] = False
    if state == "adopted":
        # From the time at which the result is known, however late the clock came.
        challengeable = decision._now() + timedelta(hours=CHALLENGE_HOURS)
        vals["challenge_until"] = challengeable
        vals["executes_at"] = max(challengeable, decision._planned_execution())
    decision.write(vals)
    if state == "tied":
        return
    if state == "adopted":
        elections.fill_outcomes(decision)
        for outcome in decision.outcome_ids:
            outcome._adopt()
    decision._end_objections()
    decision._log(
        "closed",
        {"state": state, "seal": decision.seal, "method": decision.method},
    )
    decision._tell_result()


def draw_lot(decision: Any) -> None:
    """Let the lot decide between options with the same result (sudo, locked).

    The lot is in the result already: it follows from the seal.
    """
    settle(decision, "adopted")


def end(decision: Any, why: str, reason: str | None = None) -> None:
    """End a decision without a result (sudo); nothing is counted."""
    if decision.secrecy != "open" and not decision.result:
        decision.env["wezer.urn"].sudo()._destroy(decision)
    vals = {
        "state": "ended",
        "ended_why": why,
        "void_reason": reason,
        "phase": False,
        "waits_until": False,
    }
    if not decision.closed_at:
        vals["closed_at"] = decision._now()
    adopted = decision.state in ("challenged", "stuck")
    decision.write(vals)
    if adopted:
        for outcome in decision.outcome_ids:
            outcome._drop()
    decision._end_objections()
    decision._log("ended", {"why": why})
    decision._tell_result()


def withdraw_draft(decision: Any) -> None:
    """End a draft (sudo): nobody was asked, so nothing is told."""
    decision.write(
        {
            "state": "ended",
            "ended_why": "withdrawn",
            "closed_at": decision._now(),
        }
    )
    decision._end_objections()


def _wait_for_decider(decision: Any) -> None:
    """The advice is in: the decider has some days, then it ends."""
    until = decision.closes + timedelta(days=DECIDER_DAYS)
    if decision._now() >= until:
        end(decision, "given_up")
    elif not decision.waits_until:
        decision.waits_until = until


def decide(decision: Any, adopt: bool, text: str) -> None:
    """Close a decision after advice, as the decider says (sudo, locked)."""
    voices, answered = roll.counts(decision)
    state = "adopted" if adopt else "rejected"
    decision.write(
        {
            "closed_at": decision._now(),
            "roll_shown": True,
            "result": {
                "method": "advice",
                "roll": voices,
                "answered": answered,
                "adopted": bool(adopt),
                "decided": text,
                "state": state,
            },
        }
    )
    settle(decision, state)


# === AFTER ADOPTION === #


def execute(decision: Any) -> None:
    """Carry out all outcomes, or none of them (sudo, locked)."""
    if role := elections.role_of(decision):
        # Of two that give seats of a role at once, the second sees the first.
        locks.hold(decision.env, "role", role.id)
    if elections.replace_gone(decision):
        return
    terms.name_held_over(decision)
    planned = decision.outcome_ids.filtered(lambda outcome: outcome.state != "done")
    failed = planned.browse()
    try:
        with decision.env.cr.savepoint():
            for outcome in planned:
                failed = outcome
                outcome._execute()
                outcome.write({"state": "done", "error": False})
            failed = planned.browse()
            decision.env.flush_all()
    except UserError as error:
        decision.env.invalidate_all(flush=False)
        failed.write({"state": "failed", "error": str(error.args[0])[:500]})
        decision.state = "stuck"
        decision._log("stuck", {"outcome": failed.id})
        decision._tell_stuck()
        return
    decision.write({"state": "done", "executes_at": decision._now()})
    terms.end_held_over(decision)
    decision._log("executed")
    decision.env["wezer.notice"]._settle(decision, subjects=["stuck"])
    appeals.tell(decision)


def let_stand(decision: Any) -> None:
    """Nobody judged a challenge in time: the decision stands (sudo, locked)."""
    stand(decision, None)


def stand(decision: Any, reason: str | None) -> None:
    """Dismiss a challenge (sudo): the decision is carried out when it was due."""
    decision.write(
        {
            "state": "adopted",
            "judge_reason": reason,
            "challenge_until": False,
            "executes_at": max(decision.executes_at, decision._now()),
        }
    )
    decision._log("challenge_dismissed")
    decision.env["wezer.notice"]._settle(decision, subjects=["challenge"])
    decision._tell_judged()
