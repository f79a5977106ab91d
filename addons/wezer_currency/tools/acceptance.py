"""Taking back what was paid automatically.

Functions take a ``wezer.transfer``; who may is checked by its action.
"""

from typing import Any

from odoo import fields, models
from odoo.tools import LazyTranslate

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from . import settlement

_lt = LazyTranslate(__name__)


def take_back_refusal(transfer: models.Model) -> Refusal | None:
    """Return why ``transfer`` cannot be taken back, or None."""
    paid, env = transfer.sudo(), transfer.env
    if not paid.automatic:
        return Refusal(
            env._("Only payments that were made automatically can be taken back."),
            rule="automatic",
        )
    if paid.take_back_until < fields.Datetime.now():
        until = days.format_day(env, days.day_of(env, paid.take_back_until))
        return Refusal(
            env._("This payment could be taken back until %(day)s.", day=until),
            rule="take_back",
            limit=until,
        )
    return settlement.reverse_refusal(transfer)


def take_back(transfer: models.Model) -> Any:
    """Take back all that is left of ``transfer``, and tell the payee.

    :return: the linked transfer that gives it back (sudo)
    """
    paid = transfer.sudo()
    left = paid.amount_minor - paid.reversed_minor
    reversal = settlement.reverse_idempotent(
        transfer, left, None, transfer._key_scope("take_back")
    )
    transfer.env["wezer.notice"]._settle(paid)
    if reversal.state != "done":
        # A claim, which tells the payee by itself.
        return reversal
    paid.payee_id._wezer_notify(
        "taken_back",
        _lt(
            "%(name)s took back %(amount)s, which had been paid to you automatically.",
            name=paid.payer_id.name,
            amount=paid.wezer_currency_id._said(reversal.amount_minor),
        ),
        url=f"/my/wallets/{paid.payee_wallet_id.id}",
        right="wallet",
    )
    return reversal
