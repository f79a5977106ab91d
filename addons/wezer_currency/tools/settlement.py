"""Paying from a reservation, and giving back what was paid.

State and data only: who may is checked by the caller, an action of the transfer or the
record whose money it is (a deal). All functions take a ``wezer.transfer``.

Levies follow the amount in proportion (:func:`amounts.proportion`): what is paid in
parts takes its levy from what the reservation holds, what is given back in parts brings
its levy back, never more in all.

In issued money nobody goes below zero: what the one who gives back does not have stays
a *claim*, a reversal in the state ``requested``.
"""

from typing import Any

from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal

from . import refusals
from .amounts import proportion

_lt = LazyTranslate(__name__)

#: Kinds of transfers that return what another transfer, their parent, moved.
RETURNS = ("reversal", "correction")

# Rounds in which the levy that comes back is added to what can be taken.
TAKEABLE_ROUNDS = 3


# === PAYING FROM A RESERVATION === #


def held(transfer: models.Model) -> tuple[int, int]:
    """Return ``(amount, levy of the payer)`` that ``transfer`` still sets aside."""
    transfer = transfer.sudo()
    if transfer.state == "pending":
        return transfer.amount_minor, 0
    rest = transfer.amount_minor - transfer.settled_minor
    spent = proportion(
        transfer.levy_payer_minor, transfer.settled_minor, transfer.amount_minor
    )
    return rest, transfer.levy_payer_minor - spent


def settle_idempotent(
    transfer: models.Model, minor: int, key: Any, scope: Any, keep_rest: bool = False
) -> Any:
    """Settle, or return what the same ``key`` settled before.

    :param minor: minor units to pay; None pays all that is held
    :param key: of the call, or a false value
    :param str scope: whose namespace the key lives in
    :param bool keep_rest: what is not paid stays set aside, else it is freed
    :return: the transfer that is done or pending (sudo)
    """
    transfer = transfer.sudo()
    if key and transfer.done_key == key:
        # It paid all of it: only asking for all of it is the same request.
        if minor not in (None, transfer.amount_minor):
            raise refusals.used_key(transfer.env)
        return transfer
    data = [transfer.id, minor, keep_rest]
    whole = minor == transfer.amount_minor and not transfer.settled_minor
    if not (whole and transfer.origin_model):
        # Of an origin, whose keys are made by code, all of it is settled by itself.
        first = transfer._find_by_key(scope, key, data)
        if first:
            return first
    transfer._check_state("settle")
    if refusal := transfer._data_refusal("settle"):
        raise refusal
    return _settle(
        transfer, minor, keep_rest, **transfer._prepare_key_vals(scope, key, data)
    )


def _settle(transfer: models.Model, minor: int, keep_rest: bool, **extra: Any) -> Any:
    """Pay from what is held; never refused for a limit."""
    held_minor, held_levy = held(transfer)
    minor = held_minor if minor is None else minor
    if not 0 < minor <= held_minor:
        raise Refusal(
            transfer.env._("You cannot pay more than the amount set aside."),
            rule="held",
            value=transfer.wezer_currency_id._format(minor),
            limit=transfer.wezer_currency_id._format(held_minor),
        )
    if minor == transfer.amount_minor:
        _pay_held(transfer, minor, held_levy, transfer.levy_payee_minor)
        transfer.done_key = extra.get("key")
        return transfer
    payment = _make_part(transfer, minor, extra)
    _pay_held(payment, minor, payment.levy_payer_minor, payment.levy_payee_minor)
    transfer.settled_minor += minor
    if transfer.settled_minor == transfer.amount_minor:
        transfer._set_state("ended", end_reason="settled")
    elif not keep_rest:
        transfer._free("settled")
    return payment


def _make_part(transfer: models.Model, minor: int, extra: Any) -> Any:
    """Make the linked payment of a part, its levies taken from what is held."""
    currency = transfer.wezer_currency_id
    payment = transfer.create(
        {
            **transfer._prepare_transfer_vals(
                transfer.payer_id, transfer.payee_id, currency, minor, transfer.purpose
            ),
            "origin_model": transfer.origin_model,
            "origin_id": transfer.origin_id,
            "parent_id": transfer.id,
            "category_id": transfer.category_id.id,
            "state": "pending" if currency.external else "done",
            **extra,
        }
    )
    payment.levy_payer_minor = _levy_of_part(transfer, transfer.levy_payer_minor, minor)
    payment.levy_payee_minor = _levy_of_part(transfer, transfer.levy_payee_minor, minor)
    return payment


def _levy_of_part(transfer: models.Model, levy: Any, minor: int) -> Any:
    """Return the part of ``levy`` that goes with the next ``minor`` settled."""
    done, total = transfer.settled_minor, transfer.amount_minor
    return proportion(levy, done + minor, total) - proportion(levy, done, total)


def _pay_held(payment: Any, minor: int, levy_payer: Any, levy_payee: Any) -> None:
    if payment.wezer_currency_id.external:
        # What was set aside stays promised until it is received.
        payment._set_state("pending")
        if not payment.origin_model:
            payment._notify_payee()
        return
    payment._move(
        amount=minor,
        reserved=-(minor + levy_payer),
        incoming=-minor,
        check=False,
        levies=(levy_payer, levy_payee),
    )
    # A deal notifies its own people.
    payment._set_state("done", notice_pending=not payment.origin_model)


# === OUTSIDE MONEY === #


def receive(transfer: models.Model) -> None:
    """Note that the outside money came."""
    transfer = transfer.sudo()
    minor = transfer.amount_minor
    transfer._move(reserved=-minor, incoming=-minor, check=False)
    transfer._set_state("done")
    transfer.env["wezer.notice"]._settle(transfer)


def deny(transfer: models.Model) -> None:
    """Note that the outside money did not come."""
    transfer = transfer.sudo()
    transfer._free("denied")
    if transfer.kind in RETURNS:
        # What did not come back may be given back again.
        transfer.parent_id.reversed_minor -= transfer.amount_minor
    transfer.env["wezer.notice"]._settle(transfer)


# === GIVING BACK === #


def reverse_refusal(transfer: models.Model) -> Refusal | None:
    """Return why nothing of ``transfer`` can be given back, or None."""
    if transfer.sudo().kind in RETURNS:
        return Refusal(
            transfer.env._("Money that was given back cannot be taken back again."),
            rule="reversal",
        )
    if transfer.sudo().reversed_minor >= transfer.sudo().amount_minor:
        return _too_much_back(transfer.sudo(), 0)
    return None


def _too_much_back(transfer: models.Model, minor: int) -> Any:
    currency = transfer.wezer_currency_id
    left = transfer.amount_minor - transfer.reversed_minor
    return Refusal(
        transfer.env._("You cannot give back more than was paid."),
        rule="reverse",
        value=currency._format(minor),
        limit=currency._format(left),
    )


def reverse_idempotent(
    transfer: models.Model, minor: int | None, key: Any, scope: Any, reason: str = ""
) -> Any:
    """Give back, or return what the same ``key`` gave back before.

    :param minor: minor units to give back; None gives back all that is left
    :param key: of the call, or a false value
    :param str scope: whose namespace the key lives in
    :param reason: of a correction, which is no party's own act
    :return: the reversal (sudo): done, pending where the money is outside, or a claim
    """
    transfer = transfer.sudo()
    data = [transfer.id, minor, reason] if reason else [transfer.id, minor]
    first = transfer._find_by_key(scope, key, data)
    if first:
        return first
    transfer._check_state("reverse")
    extra: dict[str, Any] = {}
    if reason:
        extra = {"kind": "correction", "reason": reason, "notice_pending": True}
    extra.update(transfer._prepare_key_vals(scope, key, data))
    return _reverse(transfer, minor, **extra)


def _reverse(transfer: models.Model, minor: int | None, **extra: Any) -> Any:
    """Make the linked transfer that gives back ``minor`` (all when None)."""
    if refusal := transfer.kind in RETURNS and reverse_refusal(transfer):
        raise refusal
    left = transfer.amount_minor - transfer.reversed_minor
    minor = left if minor is None else minor
    if not 0 < minor <= left:
        raise _too_much_back(transfer, minor)
    currency = transfer.wezer_currency_id
    given = transfer.reversed_minor - transfer.claim_minor
    transfer.reversed_minor += minor
    taken = minor
    if currency._is_issued():
        taken = _takeable(transfer, given, minor)
    if taken < minor:
        keyed = ("key_scope", "key", "key_hash") if taken else ()
        words = {name: extra[name] for name in extra if name not in keyed}
        claim = _make_claim(transfer, minor - taken, **words)
        if not taken:
            return claim
    reversal = _make_reversal(
        transfer,
        taken,
        state="pending" if currency.external else "done",
        origin_model=transfer.origin_model,
        origin_id=transfer.origin_id,
        **extra,
    )
    if currency.external:
        reversal._move(reserved=taken, incoming=taken, check=False)
        if not reversal.origin_model:
            # The first payer confirms that it came back.
            reversal._notify_payee()
        return reversal
    _return_levies(transfer, reversal, given, given + taken)
    reversal._move(amount=taken, check=False)
    reversal.notice_pending = True
    wallet = reversal.payer_wallet_id
    if wallet._is_beyond_lower_limit():
        # It passed all the same, and is marked.
        reversal.beyond_limit = not wallet.is_system
    return reversal


def _make_reversal(transfer: models.Model, minor: int, **extra: Any) -> models.Model:
    vals = transfer._prepare_transfer_vals(
        transfer.payee_id,
        transfer.payer_id,
        transfer.wezer_currency_id,
        minor,
        transfer.purpose,
    )
    return transfer.create(
        {
            **vals,
            "kind": "reversal",
            "levy_payer_minor": 0,
            "levy_payee_minor": 0,
            "parent_id": transfer.id,
            "category_id": transfer.category_id.id,
            **extra,
        }
    )


def _return_levies(
    transfer: models.Model, reversal: Any, before: Any, after: Any
) -> None:
    """Give both sides' levies back, in proportion, never more in all."""
    wallets = transfer.env["wezer.wallet"]
    currency = transfer.wezer_currency_id
    treasury = wallets._get(currency.treasury_partner_id, currency)
    for wallet, levy in (
        (transfer.payer_wallet_id, transfer.levy_payer_minor),
        (transfer.payee_wallet_id, transfer.levy_payee_minor),
    ):
        back = _levy_back(transfer, levy, before, after)
        if back:
            transfer.env.cr.execute(
                "SELECT wezer_move(%s, %s, %s, 'levy', %s, 0, 0, NULL, 0, 0,"
                " TRUE, FALSE, %s)",
                [reversal.id, treasury.id, wallet.id, back, fields.Datetime.now()],
            )


def _levy_back(transfer: models.Model, levy: Any, before: Any, after: Any) -> Any:
    """Return the part of ``levy`` that goes back with what is given back."""
    total = transfer.amount_minor
    return proportion(levy, after, total) - proportion(levy, before, total)


# === CLAIMS === #


def is_claim(transfer: models.Model) -> bool:
    """Return whether ``transfer`` is a reversal that no deal settles."""
    return transfer.sudo().kind in RETURNS and not transfer.sudo().origin_model


def complete_claim(transfer: models.Model) -> None:
    """Count an accepted claim as given back, its levies with it."""
    if is_claim(transfer):
        claim, paid = transfer.sudo(), transfer.sudo().parent_id
        given = paid.reversed_minor - paid.claim_minor
        _return_levies(paid, claim, given, given + claim.amount_minor)
        paid.claim_minor -= claim.amount_minor


def waive_claim(transfer: models.Model) -> None:
    """Give a claim up: the amount may be given back another time."""
    if is_claim(transfer):
        claim = transfer.sudo()
        claim.parent_id.claim_minor -= claim.amount_minor
        claim.parent_id.reversed_minor -= claim.amount_minor


def _takeable(transfer: models.Model, given: Any, minor: int) -> Any:
    """Return how much of ``minor`` the payee has, with the levy that comes back.

    The rest stays a claim.
    """
    wallet = transfer.payee_wallet_id
    if wallet.is_system:
        return minor
    spendable = wallet._lock_spendable()
    levy, taken = transfer.levy_payee_minor, min(minor, max(spendable, 0))
    for _round in range(TAKEABLE_ROUNDS):
        back = _levy_back(transfer, levy, given, given + taken)
        taken = min(minor, max(spendable + back, 0))
    if taken > spendable + _levy_back(transfer, levy, given, given + taken):
        taken = min(minor, max(spendable, 0))
    return taken


def _make_claim(transfer: models.Model, minor: int, **extra: Any) -> Any:
    """Leave a claim for what could not be taken back; it does not expire."""
    transfer.claim_minor += minor
    claim = _make_reversal(transfer, minor, state="requested", **extra)
    claim._notify_side(
        claim.payer_id,
        "request",
        _lt(
            "You owe %(name)s %(amount)s, which you have to give back.",
            name=claim.payee_id.name,
            amount=claim._said_amount(),
        ),
    )
    return claim
