"""Carrying out scheduled payments, one at a time, in the order of their dates."""

from typing import Any

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.tools import days

from . import recurrence, refused_tries

_lt = LazyTranslate(__name__)


def run(transfer: models.Model) -> None:
    """Pay a scheduled transfer that is due, and schedule the next of its series.

    What is refused ends the transfer with the reason; both sides get a notice.
    """
    transfer.ensure_one()
    transfer._check_state("run")
    user = transfer.person_id.with_context(active_test=False).user_ids[:1]
    frozen = transfer.payer_wallet_id.state != "open"
    if frozen or not (user and user._acts_for(transfer.payer_id, "wallet")):
        reason = (
            _lt("The wallet is not open.")
            if frozen
            else _lt(
                "The person who scheduled this payment may no"
                " longer pay from this wallet."
            )
        )
        detail = transfer.env._(reason)
        transfer._set_state("ended", end_reason="cancelled", end_detail=detail)
        _notify_not_paid(transfer, reason)
        return
    schedule_next(transfer)
    try:
        with transfer.env.cr.savepoint():
            # What is refused is said to them: in their language.
            _pay(transfer.with_user(user).with_context(lang=user.lang))
    except UserError as error:
        reason = str(error.args[0])
        transfer._set_state("ended", end_reason="failed", end_detail=reason)
        _notify_not_paid(transfer, reason)


def _pay(transfer: models.Model) -> None:
    """Pay as the person who scheduled it, by the rules and charges of today."""
    scheduled = transfer.sudo()
    currency = transfer._open_currency(scheduled.wezer_currency_id.id)
    transfer._resolve_party(scheduled.payee_id.id, "payee")
    refused_tries.check(transfer.env, scheduled.payer_id, scheduled.payee_id)
    levies = transfer._levies_between(
        scheduled.payer_wallet_id, scheduled.payee_wallet_id, scheduled.amount_minor
    )
    scheduled.write({"levy_payer_minor": levies[0], "levy_payee_minor": levies[1]})
    if currency._is_issued() and scheduled.payer_wallet_id.is_system:
        scheduled.kind = "issue"
    transfer._execute()


def schedule_next(transfer: models.Model) -> None:
    """Schedule the next of a series, counted from its first day."""
    if not transfer.every:
        return
    number = transfer.schedule_number + 1
    # The same day of the community, whichever day it is in UTC.
    zone = days.community_zone(transfer.env, transfer.company_id)
    date = days.moved(
        transfer.schedule_start, recurrence.step(transfer.every, number), zone
    )
    if transfer.end_deadline and date > transfer.end_deadline:
        return
    transfer.copy(
        {
            "state": "scheduled",
            "date": date,
            "schedule_number": number,
            "parent_id": (transfer.parent_id or transfer).id,
            "key_scope": False,
            "key": False,
            "key_hash": False,
        }
    )


def _notify_not_paid(transfer: models.Model, reason: Any) -> None:
    """Leave both sides a notice; the reason is the payer's own."""
    words = {
        "payer": transfer.payer_id.name,
        "payee": transfer.payee_id.name,
        "amount": transfer._said_amount(),
        "reason": reason,
    }
    transfer._notify_side(
        transfer.payer_id,
        "scheduled",
        _lt(
            "Your payment of %(amount)s to %(payee)s was not made: %(reason)s",
            **words,
        ),
    )
    transfer._notify_side(
        transfer.payee_id,
        "scheduled",
        _lt("%(payer)s could not pay you %(amount)s as planned.", **words),
    )
