"""Casting a vote, changing it, and taking it back.

Many vote at once: each holds the decision together with the others (``FOR SHARE``), and
the clock that closes it waits for all of them. Nothing on the decision's row changes.
"""

from typing import Any

from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks, payload

from . import ballots

REASON_LENGTH = 4000
# More than ranks or points of all options ever need.
CHOICE_LENGTH = 2000


def is_objection(decision: Any, choice: Any) -> bool:
    """Return whether ``choice`` objects, however it is written: that needs a reason."""
    text = choice[:CHOICE_LENGTH].strip().lower() if isinstance(choice, str) else ""
    return text == "object" and decision.method in ("consent", "person")


def cast(
    decision: Any, choice: Any, voter: Any, reason: Any = None, code: Any = None
) -> Any:
    """Cast or change the vote of ``voter`` (sudo), checked before.

    :param code: of a secret vote that is changed
    :return: the code of a secret vote, else True
    """
    choice = parse(decision, choice)
    if decision.secrecy != "open":
        urn = decision.env["wezer.urn"].sudo()
        if code:
            urn._change(voter, code, choice)
            return code
        return urn._cast(voter, choice)
    keep_open(decision, voter, choice, reason)
    return True


def parse(decision: Any, choice: Any) -> str:
    """Return ``choice`` as its one text.

    :raise Refusal: the rule of the counting tools
    """
    if decision.method == "advice":
        return ""
    env = decision.env
    text = choice if isinstance(choice, str) else str(choice or "")
    try:
        if len(text) > CHOICE_LENGTH:
            raise ballots.BadChoice("choice", "Too long", len(text), CHOICE_LENGTH)
        return ballots.parse(
            decision.method,
            text,
            len(decision._ballot_options()),
            decision.rules,
        )
    except ballots.BadChoice as error:
        if decision.secrecy != "open":
            # What somebody meant to vote is in no message, and so in no log.
            raise Refusal(
                env._("This is not an answer to this decision."),
                rule=error.rule,
                field="secret_choice",
            ) from None
        raise Refusal(
            env._(
                "“%(choice)s” is not an answer to this decision.",
                choice=payload.shortened(choice),
            ),
            rule=error.rule,
            value=payload.shortened(error.value),
            limit=payload.shortened(error.limit),
            field="choice",
        ) from error


def keep_open(decision: Any, voter: Any, choice: str, reason: Any = None) -> None:
    """Write the ballot of an open vote (sudo); the one before stays as an older one."""
    env = decision.env
    vals = {
        "person_id": env.user.partner_id.id,
        "choice": choice,
        "reason": payload.text(env, reason, REASON_LENGTH, "reason"),
        "version_id": decision.version_id.id,
    }
    ballot = env["wezer.ballot"].search([("voter_id", "=", voter.id)])
    if ballot:
        if (ballot.choice, ballot.reason) != (vals["choice"], vals["reason"]):
            ballot._keep_past()
            ballot.write(vals)
        return
    _mark(voter)
    env["wezer.ballot"].create(
        {
            "decision_id": decision.id,
            "voter_id": voter.id,
            **vals,
        }
    )


def _mark(voter: Any) -> None:
    """Mark that a voice was used: of two at once, the second is done anew."""
    rows = locks.execute_locking(
        voter.env,
        """UPDATE wezer_decision_voter SET state = 'voted'
            WHERE id = %s AND state = 'may' RETURNING id""",
        [voter.id],
    )
    voter.invalidate_recordset(["state"], flush=False)
    if not rows:
        raise Refusal(voter.env._("You have voted already."), rule="voted")


def take_back(decision: Any, voter: Any, code: Any = None) -> None:
    """Take a vote back (sudo), checked before: the voice can be used again."""
    if decision.secrecy != "open":
        decision.env["wezer.urn"].sudo()._take_back(voter, code)
        return
    ballot = decision.env["wezer.ballot"].search([("voter_id", "=", voter.id)])
    ballot._keep_past()
    ballot.unlink()
    voter.state = "may"


def void_all(decision: Any) -> None:
    """Keep all ballots as older ones, and ask everybody again (sudo): a new version."""
    decision.env["wezer.ballot"]._void_all(decision)
    if decision.secrecy != "open":
        decision.env["wezer.urn"].sudo()._destroy(decision)


def tallies(decision: Any) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Return how often each choice was made, and the same for each college (sudo).

    A voice that is carried counts as the ballot of the person who carries it. Asked of
    the database in groups; called once, at closing.
    """
    env = decision.env
    env["wezer.ballot"].flush_model()
    carried: dict[int, int] = {}
    if (decision.rules or {}).get("delegation", "none") != "none":
        carried = env["wezer.vote.delegation"].sudo()._carried(decision)
    rows = env.execute_query(
        SQL(
            """WITH voice AS (
                   SELECT b.voter_id AS voice, b.choice FROM wezer_ballot b
                    WHERE b.decision_id = %s
                   UNION ALL
                   SELECT c.voice, b.choice
                     FROM unnest(%s::int[], %s::int[]) c (voice, source)
                     JOIN wezer_ballot b ON b.voter_id = c.source
               )
               SELECT voice.choice, v.college_id, count(*)
                 FROM voice JOIN wezer_decision_voter v ON v.id = voice.voice
                GROUP BY 1, 2""",
            decision.id,
            list(carried),
            list(carried.values()),
        )
    )
    total: dict[str, int] = {}
    colleges: dict[str, dict[str, int]] = {}
    names = decision.env["wezer.decision.college"].sudo()
    for choice, college, number in rows:
        choice = choice or ""
        total[choice] = total.get(choice, 0) + number
        if college:
            of_college = colleges.setdefault(names.browse(college).name, {})
            of_college[choice] = of_college.get(choice, 0) + number
    return total, colleges
