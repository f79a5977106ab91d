"""Voters whom a suspension kept off the roll: who reads it, and what follows.

A suspension when a decision is announced changes who decides. It stands on
the roll with its days, and the roll can be challenged. Only voices that were off from
the beginning are shown: of a secret vote nobody learns who had voted by then.
"""

from typing import Any

from odoo import SUPERUSER_ID
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from odoo.addons.wezer_base.tools import days

_lt = LazyTranslate(__name__)

# So many are named on the page of a decision.
SHOWN = 50


def _domain(decision: Any) -> Domain:
    # As the index of the roll has it.
    return Domain("decision_id", "=", decision.id) & Domain(
        "off_reason", "=", "suspended"
    )


def rows(decision: Any) -> Any:
    """Return the rows (sudo) of voters who were suspended when it was announced."""
    voters = decision.env["wezer.decision.voter"].sudo()
    return voters.search(_domain(decision), limit=SHOWN)


def suspenders(decision: Any) -> Any:
    """Return the people (sudo) who suspended voters: parties to the decision.

    Those who did so while answers were taken, too, whether or not the voter had
    answered by then: of a secret vote, they would learn it from not being a judge.
    """
    env, people = decision.env, decision.env["res.partner"].sudo()
    if not decision.announced_at:
        return people
    voters, profiles = env["wezer.decision.voter"], env["wezer.profile"]
    rows = env.execute_query(
        SQL(
            """SELECT suspended_by_id FROM wezer_decision_voter
                WHERE decision_id = %(decision)s AND off_reason = 'suspended'
                  AND suspended_by_id IS NOT NULL
                UNION
               SELECT p.suspended_by_id FROM wezer_profile p
                WHERE p.suspended_by_id IS NOT NULL AND p.suspended_date >= %(day)s
                  AND EXISTS (
                      SELECT FROM wezer_decision_voter v
                       WHERE v.decision_id = %(decision)s
                         AND v.person_id = p.partner_id)""",
            decision=decision.id,
            day=days.day_of(env, decision.announced_at, decision.company_id),
            to_flush=(
                *(
                    voters._fields[name]
                    for name in ("off_reason", "person_id", "suspended_by_id")
                ),
                *(
                    profiles._fields[name]
                    for name in ("partner_id", "suspended_by_id", "suspended_date")
                ),
            ),
        )
    )
    return people.browse(number for (number,) in rows)


def has_row(decision: Any, person: Any) -> bool:
    """Return whether a suspension kept ``person`` from answering."""
    voters = decision.env["wezer.decision.voter"].sudo()
    own = Domain("decision_id", "=", decision.id) & Domain("person_id", "=", person.id)
    kept = Domain("off_reason", "in", ("suspended", "suspended_later"))
    return bool(voters.search_count(own & kept, limit=1))


def log(decision: Any) -> None:
    """Write how many a suspension keeps from answering into the log, at opening."""
    voters = decision.env["wezer.decision.voter"].sudo()
    number = voters.search_count(_domain(decision))
    if number:
        decision._log("kept_off", {"number": number})


def end(people: Any) -> None:
    """Note that the suspension of ``people`` (sudo) ended, and tell them.

    The roll stays as it was written: nobody is added to it.
    """
    env = people.env
    found = env["wezer.decision.voter"].search(
        Domain("person_id", "in", people.ids)
        & Domain("off_reason", "=", "suspended")
        & Domain("suspended_until", "=", False)
        & Domain("decision_id.state", "in", ("announced", "open"))
    )
    for decision, own in found.grouped("decision_id").items():
        own.suspended_until = days.today(env, decision.company_id)
        # By nobody: who suspends and resumes members is known to judges only.
        decision.with_user(SUPERUSER_ID)._log("kept_off_ended")
        decision._tell(
            own.person_id,
            "decision_changed",
            _lt(
                "“%(title)s” is decided without your vote, because your membership was"
                " suspended when it was announced. If that was a mistake, you can"
                " challenge the result.",
                title=decision.title,
            ),
            "kept_off",
        )


def shown(decision: Any, named: bool) -> list[dict]:
    """Return the voters as the page shows them: ``name``, ``since``, ``until``.

    :param named: whether the reader may know who they are
    """
    env, kept = decision.env, rows(decision)
    names = {}
    if named and kept:
        profiles = env["wezer.profile"].search(
            [("partner_id", "in", kept.person_id.ids)]
        )
        names = {one.sudo().partner_id.id: one.name for one in profiles}
    return [
        {
            "name": names.get(row.person_id.id) or env._("A member"),
            "since": row.suspended_from,
            "until": row.suspended_until,
        }
        for row in kept
    ]
