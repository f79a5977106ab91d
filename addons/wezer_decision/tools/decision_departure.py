"""What a member decided, when they leave or merge two accounts.

Each function takes ``res.partner`` records and is called by the method of the same
subject of ``res.partner`` (see ``wezer_base``). A vote that was cast stands: who leaves
keeps it under the pseudonym, and of a secret one nobody knows whose it is.
"""

from typing import Any

from odoo import models
from odoo.tools import SQL

from . import clocks, closing, integration
from .outcomes import PARTIES

ERASED = "…"
# A voice that is used bears no trace of why it could not be.
VOTED = {
    "state": "voted",
    "off_reason": False,
    "suspended_from": False,
    "suspended_until": False,
    "suspended_by_id": False,
}


def personal_data(partners: models.Model) -> dict[str, list]:
    """Return what ``partners`` proposed, answered and objected, for their download."""
    env, rows = partners.env, partners.env["wezer.personal.data"]

    def own(model: str, name: str, *names: str) -> list:
        found = env[model].sudo().search([(name, "in", partners.ids)], order="id")
        return rows._rows(found, list(names))

    return {
        "decisions_proposed": own(
            "wezer.decision", "proposer_id", "group_id", "title", "state", "closes"
        ),
        "decisions_asked": own(
            "wezer.decision.voter", "person_id", "decision_id", "state"
        ),
        "votes": own("wezer.ballot", "person_id", "decision_id", "choice", "reason"),
        "earlier_votes": own(
            "wezer.ballot.past", "person_id", "decision_id", "choice", "reason"
        ),
        "objections": own(
            "wezer.objection",
            "person_id",
            *("decision_id", "state", "reason", "concerns", "suggestion", "answers"),
        ),
        "nominations": own(
            "wezer.nomination",
            "person_id",
            *("decision_id", "nominee_id", "reason", "changed_to_id", "changed_reason"),
        ),
        "candidacies": own(
            "wezer.decision.option", "person_id", "decision_id", "description"
        ),
        "challenges": own("wezer.decision", "challenged_by_id", "challenge_reason"),
    }


def erase(partners: models.Model) -> None:
    """Erase the reasons that ``partners`` gave, and end what only they go on with."""
    env = partners.env
    mine = [("person_id", "in", partners.ids)]
    for name in ("wezer.ballot", "wezer.ballot.past"):
        with_reason = [*mine, ("reason", "not in", (False, ""))]
        env[name].sudo().search(with_reason).write({"reason": ERASED})
    objections = env["wezer.objection"].sudo().search(mine)
    for decision in objections.decision_id.filtered(
        lambda decision: decision.state == "open"
    ):
        for objection in integration.live(decision) & objections:
            objection._finish("lapsed", "left")
        clocks.set_due(decision)
    objections.write(
        {"reason": ERASED, "concerns": False, "suggestion": False, "answers": False}
    )
    nominations = env["wezer.nomination"].sudo().search(mine)
    nominations.write({"reason": ERASED})
    nominations.filtered("changed_reason").write({"changed_reason": ERASED})
    candidacies = env["wezer.decision.option"].sudo().search(mine)
    candidacies.filtered("description").write({"description": ERASED})
    drafts = env["wezer.decision"].sudo()
    drafts.search([("challenged_by_id", "in", partners.ids)]).write(
        {"challenge_reason": ERASED}
    )
    drafts.search(
        [("proposer_id", "in", partners.ids), ("state", "=", "draft")]
    ).unlink()
    running = env["wezer.decision.voter"].sudo()
    running.search(
        [*mine, ("state", "=", "may"), ("decision_id.state", "in", clocks.RUNNING)]
    ).write({"state": "off", "off_reason": "left"})


def prepare_merge(partner: models.Model, target: Any) -> None:
    """Leave one voice to both accounts of a person in each decision.

    Of two open votes the later one counts. Two secret ones cannot be told apart: such
    a decision is void.
    """
    voters = partner.env["wezer.decision.voter"].sudo()
    theirs = voters.search([("party_id", "=", partner.id)])
    others = {
        voter.decision_id: voter
        for voter in voters.search(
            [
                ("party_id", "=", target.id),
                ("decision_id", "in", theirs.decision_id.ids),
            ]
        )
    }
    advised = partner.env["wezer.decision"].sudo()
    advised = advised.search(
        [
            ("method", "=", "advice"),
            ("decider_id", "=", partner.id),
            ("state", "in", clocks.RUNNING),
        ]
    )
    for voter in theirs:
        other = others.get(voter.decision_id)
        if other and voter.decision_id.state in (*clocks.RUNNING, "counting"):
            _leave_one(voter, other)
    # The person who decides after advice gives none, by whichever account.
    voters.search(
        [
            ("decision_id", "in", advised.ids),
            ("person_id", "=", target.id),
            ("state", "=", "may"),
        ]
    ).write({"state": "off", "off_reason": "decides"})
    _leave_one_candidacy(partner, target)
    _rename(partner, target)


def _leave_one_candidacy(partner: models.Model, target: Any) -> None:
    """Let a person who stands for a role with both accounts stand once."""
    options = partner.env["wezer.decision.option"].sudo()
    mine = options.search(
        [
            ("person_id", "=", partner.id),
            ("decision_id.state", "in", ("draft", *clocks.RUNNING, "counting")),
        ]
    )
    others = options.search(
        [
            ("person_id", "=", target.id),
            ("decision_id", "in", mine.decision_id.ids),
            ("is_withdrawn", "=", False),
        ]
    )
    for option in mine.filtered(
        lambda one: one.decision_id in others.decision_id and not one.is_withdrawn
    ):
        if option.decision_id.state in ("draft", "announced"):
            option.unlink()
        else:
            # Ballots name it by its place: what ranks it goes on to the next.
            option.is_withdrawn = True


def _rename(partner: models.Model, target: Any) -> None:
    """Let values that name ``partner`` by number name ``target``.

    Also of what is done: who was put out can still appeal.
    """
    env = partner.env
    outcomes = env["wezer.outcome"].sudo()
    outcomes.flush_model(["params"])
    names = {
        name
        for kind in outcomes._kinds().values()
        for name, shape in kind.params.items()
        if shape in PARTIES
    }
    named = SQL(" OR ").join(
        SQL("params ->> %s = %s", name, str(partner.id)) for name in sorted(names)
    )
    rows = env.execute_query(SQL("SELECT id FROM wezer_outcome WHERE %s", named))
    for outcome in outcomes.browse([row[0] for row in rows]):
        kind = outcome._kind()
        outcome.params = {
            name: target.id
            if value == partner.id and kind.params.get(name) in PARTIES
            else value
            for name, value in outcome.params.items()
        }
    # What each voter says about the test of an objection.
    objections = env["wezer.objection"].sudo()
    said = objections.search(
        [
            ("state", "in", objections._state_machine.unfinished),
            ("stances", "!=", False),
        ]
    )
    for objection in said.filtered(lambda one: str(partner.id) in one.stances):
        stances = dict(objection.stances)
        own = stances.pop(str(partner.id))
        objection.stances = {str(target.id): own, **stances}


def _leave_one(voter: Any, other: Any) -> None:
    """Leave one of two voices (sudo); that of the merged account stays with it."""
    decision = voter.decision_id
    if voter.state == other.state == "voted":
        if decision.secrecy != "open":
            closing.end(
                decision,
                "void",
                decision.env._(
                    "Two accounts that voted turned out to be one person's, and their"
                    " secret votes cannot be told from the others."
                ),
            )
            clocks.set_due(decision)
            return
        ballots = decision.env["wezer.ballot"]
        both = ballots.search([("voter_id", "in", (voter | other).ids)])
        latest = both.sorted("write_date")[-1:]
        if latest.voter_id == voter:
            both.filtered(lambda ballot: ballot.voter_id == other).unlink()
            latest.voter_id = other
        else:
            (both - latest).unlink()
    elif voter.state == "voted" and decision.secrecy == "open":
        ballots = decision.env["wezer.ballot"]
        ballots.search([("voter_id", "=", voter.id)]).voter_id = other
        other.write(VOTED)
    elif voter.state == "voted":
        # The secret vote is in the urn; who has voted stays to be seen, in the
        # college in which it was cast.
        other.write({**VOTED, "college_id": voter.college_id.id})
    voter.write({"state": "off", "off_reason": "merged"})
