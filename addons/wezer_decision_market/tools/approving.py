"""The outcome *approve*: the circle's approval of work that was delivered to it.

``outcome`` is one ``wezer.outcome`` (sudo) with the parameter ``deal`` (id). A decision
counts as the approval of one person: where two are needed, a second one comes from a
person.
"""

from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_decision.tools import outcomes


def deal_of(outcome: Any) -> Any:
    """Return the deal (sudo) that the circle of the decision pays.

    :raise Refusal: rule ``deal``
    """
    env = outcome.env
    number = record_id((outcome.params or {}).get("deal")) or []
    deal = env["wezer.deal"].browse(number).exists()
    if not deal or deal.payer_id != outcome.decision_id.group_id.partner_id:
        raise Refusal(
            env._("Choose a deal in which the circle itself pays."), rule="deal"
        )
    return deal


def waiting_deals(group: Any) -> Any:
    """Return the deals of a circle, as the user sees them, that wait for approval."""
    deals = group.env["wezer.deal"]
    states = deals._state_machine.sources("approve")
    payer = group.sudo().partner_id
    return deals.search(
        [("payer_id", "=", payer.id), ("state", "in", states)], limit=80
    )


def check(outcome: Any) -> None:
    """Refuse a deal that the circle does not pay; the approval itself is tried out.

    :raise Refusal: rules ``deal``, ``electorate``
    """
    deal_of(outcome)
    # The approval is the circle's: some of its members do not give it.
    outcomes.check_electorate(outcome)


def execute(outcome: Any) -> Any:
    """Approve, and return the deal (sudo)."""
    deal = deal_of(outcome)
    deal._do_approve(deal.payer_id)
    return deal


def sentence(outcome: Any) -> str:
    """Return the outcome as people read it."""
    env = outcome.env
    number = record_id((outcome.params or {}).get("deal")) or []
    deal = env["wezer.deal"].browse(number).exists()
    return env._(
        "%(circle)s approves what was delivered: “%(title)s”",
        circle=outcome.decision_id.group_id.name,
        title=deal.title or "…",
    )


def concerned(outcome: Any) -> Any:
    """Return the people (``res.partner``) who did or agreed the work: no voters."""
    number = record_id((outcome.params or {}).get("deal")) or []
    deal = outcome.env["wezer.deal"].browse(number).exists()
    return deal.conflicted_ids | deal.payee_id | deal.coworker_ids
