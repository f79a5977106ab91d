"""The outcome *pay*: money of the circle that a decision gives to a recipient.

When the decision is adopted the money is set aside, so that nothing else spends it;
when it is carried out the recipient gets it. What is not covered then leaves the
decision stuck, and nothing is done. Money of an external currency is promised: the
recipient says whether it came. ``outcome`` is one ``wezer.outcome`` (sudo) of kind
``pay``, with the parameters ``payee`` and ``currency`` (ids), ``amount`` (as people
write it) and ``purpose``.
"""

from typing import Any

from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.text import clean_line
from odoo.addons.wezer_currency.tools import amounts, refusals
from odoo.addons.wezer_decision.tools import roll

from .spending import DECIDED, PURPOSE_LENGTH

_lt = LazyTranslate(__name__)


def parties(outcome: Any) -> tuple[Any, Any, Any, int]:
    """Return ``(payer, payee, currency, minor units)``; refuse what is none.

    :raise Refusal: rules ``party``, ``currency``, ``amount``, ``unit``, ``state``
    """
    env, params = outcome.env, outcome.params or {}
    payer = outcome.decision_id.group_id.partner_id
    transfers = env["wezer.transfer"].sudo()
    payee = transfers._resolve_party(record_id(params.get("payee")), "payee")
    if payee == payer:
        raise refusals.same_party(env)
    currency = transfers._open_currency(record_id(params.get("currency")))
    minor = transfers._positive_amount(currency, params.get("amount"))
    return payer, payee, currency, minor


def check(outcome: Any) -> None:
    """Refuse values that say no payment; whether it is covered is tried out."""
    parties(outcome)


def adopt(outcome: Any) -> None:
    """Set the money aside."""
    _reserve(outcome)


def execute(outcome: Any) -> Any:
    """Pay once, and return the transfer (sudo): done, or pending where external.

    :raise Refusal: rules of :func:`parties`; ``state`` or ``other_side`` where a wallet
        is not open any more
    """
    paid = of(outcome).filtered(
        lambda one: one.state in ("pending", "done") and one.kind != "reversal"
    )
    if paid:
        return paid[:1]
    transfer = _reserve(outcome)
    if transfer.payee_wallet_id.state != "open":
        # What was set aside is settled whatever the limits; not into a frozen wallet.
        raise refusals.other_side(outcome.env, pays=False)
    transfer.payer_wallet_id._check_open()
    transfer._settle()
    _notify(transfer)
    return transfer


def _notify(transfer: Any) -> None:
    """Leave the recipient a notice of what came, or of what to confirm."""
    done = transfer.state == "done"
    words = {"name": transfer.payer_id.name, "amount": transfer._said_amount()}
    transfer.payee_id._wezer_notify(
        "paid" if done else "receipt",
        _lt("%(name)s paid you %(amount)s, by decision.", **words)
        if done
        else _lt(
            "%(name)s paid you %(amount)s, by decision. Did you receive it?", **words
        ),
        url=f"/my/transfers/{transfer.id}",
        record=transfer,
        right="wallet",
    )


def drop(outcome: Any) -> None:
    """Free what was set aside: the decision is not carried out."""
    for transfer in of(outcome):
        if transfer.state == "reserved":
            transfer._release()


def sentence(outcome: Any) -> str:
    """Return the outcome as people read it."""
    env, params = outcome.env, outcome.params or {}
    payee = env["res.partner"].sudo().browse(record_id(params.get("payee")) or [])
    number = record_id(params.get("currency")) or []
    currency = env["wezer.currency"].sudo().browse(number).exists()
    amount = str(params.get("amount") or "")
    if currency:
        try:
            amount = currency._format(amounts.parse(amount, *_unit(currency)))
        except amounts.AmountError:
            amount = f"{amount} {currency.code}"
    words = {
        "circle": outcome.decision_id.group_id.name,
        "payee": payee.exists().name or "…",
        "amount": amount,
        "purpose": clean_line(params.get("purpose") or "", PURPOSE_LENGTH),
    }
    if words["purpose"]:
        return env._("%(circle)s pays %(amount)s to %(payee)s: %(purpose)s", **words)
    return env._("%(circle)s pays %(amount)s to %(payee)s", **words)


def note(outcome: Any) -> str:
    """Return that the recipient is among the people who decide, where that is so.

    That is allowed; all who read the decision are told.
    """
    env, decision = outcome.env, outcome.decision_id
    number = record_id((outcome.params or {}).get("payee")) or []
    payee = env["res.partner"].sudo().browse(number).exists()
    if not payee:
        return ""
    if decision.state == "draft":
        decides = roll.is_among(decision, payee)
    else:
        decides = decision.env["wezer.decision.voter"].search_count(
            [
                ("decision_id", "=", decision.id),
                ("person_id", "=", payee.id),
                ("state", "!=", "off"),
            ],
            limit=1,
        )
    if not decides:
        return ""
    return env._("%(name)s gets the money, and answers here, too.", name=payee.name)


def of(outcome: Any) -> Any:
    """Return the transfers (sudo) of this outcome, oldest first."""
    transfers = outcome.env["wezer.transfer"]._for_origin(outcome.decision_id)
    return transfers.filtered(lambda transfer: transfer.origin_part == outcome.id)


def outcome_of(transfer: Any) -> Any:
    """Return the outcome (sudo) that made a payment, empty where none did.

    :param transfer: ``wezer.transfer`` (sudo)
    """
    outcomes = transfer.env["wezer.outcome"].sudo()
    if transfer.origin_model != DECIDED or transfer.kind == "reversal":
        return outcomes
    return outcomes.browse(transfer.origin_part).exists()


def received(outcome: Any, *states: str) -> Any:
    """Return the payment (sudo) of one of these states that the user received.

    :raise NotAllowed: where the user does not act for the recipient
    :raise Refusal: rule ``state``
    """
    env = outcome.env
    payments = of(outcome).filtered(lambda one: one.kind != "reversal")
    env.user._check_acts_for(payments[:1].payee_id, "wallet")
    found = payments.filtered(lambda one: one.state in states)[:1]
    if not found:
        raise Refusal(
            env._("This is not possible now. The payment has changed."), rule="state"
        )
    return found


def _unit(currency: Any) -> Any:
    return currency._counting_unit(currency.id)


def _key(outcome: Any, act: str) -> str:
    return f"decision:{outcome.decision_id.id}:{outcome.id}:{act}"


def _reserve(outcome: Any) -> Any:
    """Set the money aside once, and return the reservation (sudo)."""
    live = of(outcome).filtered(lambda transfer: transfer._is_live())
    if live:
        return live[0]
    payer, payee, currency, minor = parties(outcome)
    tries = len(of(outcome))
    return outcome.env["wezer.transfer"]._reserve(
        outcome.decision_id,
        payer,
        payee,
        currency,
        minor,
        clean_line((outcome.params or {}).get("purpose") or "", PURPOSE_LENGTH)
        or outcome.decision_id._open_title()
        or outcome.decision_id.group_id.name,
        _key(outcome, f"reserve:{tries}"),
        part=outcome.id,
    )
