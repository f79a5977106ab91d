"""A panel as the court of a dispute: the moderators of a circle decide together.

Where the circle that has a dispute decided so (policy ``dispute_panel``) and at least
:data:`PANEL_LEAST` of its moderators may decide, none of them decides alone: a decision
of theirs does, and carries out what a moderator's would. Where fewer are left, because
the others are parties or took part, each may decide as before. ``outcome`` is one
``wezer.outcome`` (sudo) with the values ``dispute`` (id), ``outcome`` and ``reason``
(see ``wezer.deal.action_resolve``), and for a part ``amount`` and ``currency``.
"""

from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import record_id

PANEL_LEAST = 3
# What the panel has begun to decide, and not finished.
UNDER_WAY = ("announced", "open", "counting", "tied", "adopted", "challenged", "stuck")
PARAMS = {
    **dict.fromkeys(("dispute", "currency"), "id"),
    **dict.fromkeys(("outcome", "amount"), "line"),
    "reason": "text",
}


def members(dispute: Any) -> Any:
    """Return the people (``res.partner``) of the panel of a dispute, or none."""
    circle = dispute.circle_id
    people = dispute.env["res.partner"].sudo()
    if not circle or not circle._policy("dispute_panel")[0]:
        return people
    deciders = dispute._deciders().partner_id
    return deciders.sudo() if len(deciders) >= PANEL_LEAST else people


def waiting_disputes(group: Any) -> Any:
    """Return the open disputes (sudo) that the user decides in a circle's panel."""
    env = group.env
    found = env["wezer.dispute"].sudo()
    if not group.sudo()._policy("dispute_panel")[0]:
        return found
    held = found.search(
        [("circle_id", "=", group.id), ("state", "=", "open")], limit=80
    )
    return held.filtered(lambda one: env.user.partner_id in members(one))


def asked(group: Any, params: dict) -> Any:
    """Return the people (sudo) of the panel of the dispute that a form names, or none.

    :param params: as the form has them; only where the user decides the dispute
    """
    number = record_id(params.get("dispute"))
    dispute = waiting_disputes(group).filtered(lambda one: one.id == number)
    return members(dispute) if dispute else group.env["res.partner"].sudo()


def running(dispute: Any) -> Any:
    """Return the decision of the panel about a dispute that is under way, or none.

    :param dispute: ``wezer.dispute`` (sudo)
    """
    decisions = dispute.env["wezer.decision"].sudo()
    under_way = decisions.search(
        [
            ("group_id", "=", dispute.circle_id.id),
            ("outcome_ids.kind", "=", "dispute"),
            ("state", "in", UNDER_WAY),
        ],
        order="id desc",
    )
    return under_way.filtered(
        lambda decision: any(
            (outcome.params or {}).get("dispute") == dispute.id
            for outcome in decision.outcome_ids
            if outcome.kind == "dispute"
        )
    )[:1]


def why_not_alone(dispute: Any) -> Refusal | None:
    """Return why no moderator decides this dispute alone, or None.

    :param dispute: ``wezer.dispute`` (sudo)
    """
    if not dispute or not members(dispute):
        return None
    env, circle = dispute.env, dispute.circle_id
    decision = running(dispute)
    if decision:
        return Refusal(
            env._(
                "The moderators of %(circle)s are deciding this together: “%(title)s”.",
                circle=circle.name,
                title=decision.title,
            ),
            rule="decision",
            link=(decision._url(), env._("Open the decision")),
        )
    return Refusal(
        env._(
            "The moderators of %(circle)s decide disputes together.", circle=circle.name
        ),
        rule="decision",
        link=(
            f"/groups/{circle.slug}/propose?outcome=dispute&dispute={dispute.id}",
            env._("Propose it"),
        ),
    )


def dispute_of(outcome: Any) -> Any:
    """Return the open dispute (sudo) that the circle of the decision has.

    :raise Refusal: rule ``dispute``
    """
    env = outcome.env
    number = record_id((outcome.params or {}).get("dispute")) or []
    dispute = env["wezer.dispute"].browse(number).exists()
    if (
        not dispute
        or dispute.state != "open"
        or dispute.circle_id != outcome.decision_id.group_id
    ):
        raise Refusal(
            env._("Choose a dispute that waits for this circle."), rule="dispute"
        )
    return dispute


def check(outcome: Any) -> None:
    """Refuse what the panel cannot decide; the decision itself is tried out.

    :raise Refusal: rules ``dispute``, ``panel``
    """
    dispute, decision = dispute_of(outcome), outcome.decision_id
    panel = members(dispute)
    if decision.electorate != "named" or decision.named_ids != panel or not panel:
        raise Refusal(
            outcome.env._("The moderators of the circle are the ones who decide this."),
            rule="panel",
        )


def execute(outcome: Any) -> Any:
    """Decide the dispute, and return it (sudo)."""
    dispute = dispute_of(outcome)
    _decide(outcome, dispute)
    return dispute


def sentence(outcome: Any) -> str:
    """Return the outcome as people read it: what was decided, nothing of the deal.

    The members of the panel also read how much is paid.
    """
    env, params = outcome.env, outcome.params or {}
    labels = dict(env["wezer.dispute"]._fields["outcome"]._description_selection(env))
    said = labels.get(params.get("outcome"), "…")
    amount = params.get("amount")
    if amount and env.user.partner_id in outcome.decision_id.named_ids:
        currency = env["wezer.currency"].sudo().browse(params.get("currency") or [])
        said = f"{said} ({amount} {currency.exists().code or ''})"
    return env._(
        "Dispute %(number)s is decided: %(outcome)s",
        number=params.get("dispute") or "…",
        outcome=said,
    )


def concerned(outcome: Any) -> Any:
    """Return the parties of the dispute, and who took part in the deal: no voters."""
    number = record_id((outcome.params or {}).get("dispute")) or []
    dispute = outcome.env["wezer.dispute"].browse(number).exists()
    return dispute.deal_id._parties() | dispute.took_part_ids


def _decide(outcome: Any, dispute: Any) -> None:
    params = outcome.params or {}
    amounts = None
    if params.get("amount") and params.get("currency"):
        amounts = {params["currency"]: params["amount"]}
    dispute.deal_id._lock()
    dispute.deal_id._do_resolve(
        params.get("outcome"),
        params.get("reason"),
        amounts,
        outcome.decision_id.group_id.partner_id,
    )
