"""How many people have to approve the work of a deal, and why.

One, unless the circles of the payer or the community decided that more have to where
the payer owes much to one worker. Who may approve is a permission of the deal
(``wezer.deal._check_approve``); an approval is a record (``wezer.deal.approval``).
``deal`` is one deal.
"""

from datetime import timedelta
from typing import Any

from odoo import fields

# How far back counts what a payer owed a worker.
OWED_DAYS = 30
# ``(approvals, key of the circles' policy, field of the community's settings)``
RULES = (
    (3, "approvals_3_from", "wezer_three_approvals_hours"),
    (2, "approvals_2_from", "wezer_two_approvals_from_value"),
)


def rule(deal: Any) -> tuple[int, float, Any]:
    """Return ``(approvals, hours, the deciding policy or empty)`` in force.

    A person who pays for themselves decides alone.
    """
    deal = deal.sudo()
    env, company = deal.env, deal.company_id
    group = env["wezer.group"]._of_partner(deal.payer_id).sudo()
    empty = env["wezer.group.policy"].sudo()
    if not group and deal.payer_id != company.partner_id:
        return 1, 0, empty
    if not deal.accepted_terms_id.price_line_ids:
        return 1, 0, empty
    owed = None
    for approvals, key, setting in RULES:
        hours, policy = group._strictest(key) if group else (None, empty)
        if company[setting] and (hours is None or company[setting] < hours):
            hours, policy = company[setting], empty
        if hours is None:
            continue
        owed = owed_hours(deal) if owed is None else owed
        if owed >= hours:
            return approvals, hours, policy
    return 1, 0, empty


def owed_hours(deal: Any) -> float:
    """Return the most hours that the payer owed one of the workers in 30 days."""
    since = fields.Datetime.now() - timedelta(days=OWED_DAYS)
    workers = deal.payee_id | deal.coworker_ids
    deals = deal.search(
        [
            ("payer_id", "=", deal.payer_id.id),
            "|",
            ("payee_id", "in", workers.ids),
            ("coworker_ids", "in", workers.ids),
            # Agreed, paid or not.
            ("state", "in", deal._state_machine.sources("dispute", "resolve")),
            ("date_accepted", ">=", since),
            ("company_id", "=", deal.company_id.id),
        ]
    )
    # The deal itself counts whatever its age.
    deals = (deals | deal).filtered("accepted_terms_id.price_line_ids")
    return max(
        sum(
            other._price_hours()
            for other in deals
            if worker in other.payee_id | other.coworker_ids
        )
        for worker in workers
    )


def text(deal: Any) -> str:
    """Return why several approvals are needed and how many there are; "" for one."""
    env = deal.env
    wanted, hours, policy = rule(deal)
    if wanted < 2:
        return ""
    names = {
        "given": len(deal.sudo().approver_ids),
        "wanted": wanted,
        "hours": f"{hours:g}",
    }
    circle = policy.group_id.with_env(env).sudo(False)._wezer_with_visible_name()
    if not circle:
        return env._(
            "%(given)s of %(wanted)s approvals. The community requires them"
            " because this person is owed %(hours)s hours or more within 30"
            " days.",
            **names,
        )
    reason = env._(
        "%(given)s of %(wanted)s approvals. %(circle)s requires them because"
        " this person is owed %(hours)s hours or more within 30 days.",
        circle=circle.name,
        **names,
    )
    return f"{reason} {policy.reason}" if policy.reason else reason


def record(deal: Any, party: Any, person: Any = None) -> None:
    """Record an approval for ``party``, and how many are needed (sudo).

    :param person: whose approval it counts as; the caller's where left out
    """
    wanted = rule(deal)[0]
    if wanted != deal.approvals_wanted:
        deal.approvals_wanted = wanted
    deal.env["wezer.deal.approval"].create(
        {
            "deal_id": deal.id,
            "milestone": deal.milestone,
            "partner_id": party.id,
            "person_id": (person or deal.env.user.partner_id).id,
            "date": fields.Datetime.now(),
        }
    )
