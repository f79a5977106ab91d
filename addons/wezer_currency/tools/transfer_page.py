"""What the page of one transfer shows, as far as its reader may know it."""

from typing import Any

from odoo import models

from .settlement import RETURNS


def values(transfer: models.Model) -> dict:
    """Return the values of the page.

    :param transfer: ``wezer.transfer`` that the user may read, as the user
    :return: ``transfer`` (sudo), ``payer`` and ``payee`` (names), ``kind`` and
        ``state`` (words), ``parent`` and ``returns`` (sudo: what it returns, and what
        returned it), ``person`` (name, of a correction), ``wallet`` (whose statement
        leads here), ``may_correct``, ``left`` (text: what can still be corrected)
    """
    env, known = transfer.env, transfer.sudo()
    parties = known.payer_id | known.payee_id
    acts = env.user._acts_for(parties, "wallet")
    if acts:
        # Both sides know each other's name, also of whom the directory does not show.
        names = {party.id: party.display_name for party in parties}
    else:
        names = env["wezer.wallet"]._visible_names(env.user, parties)
    labels = dict(known._fields["kind"]._description_selection(env))
    states = dict(known._fields["state"]._description_selection(env))
    wallets = known.payer_wallet_id | known.payee_wallet_id
    seen = wallets.filtered(lambda wallet: wallet._visible_as(env.user))
    left = known.amount_minor - known.reversed_minor
    return {
        "transfer": known,
        "payer": names[known.payer_id.id],
        "payee": names[known.payee_id.id],
        "kind": labels[known.kind],
        "state": states[known.state],
        "parent": known.parent_id if known.kind in RETURNS else known.browse(),
        "returns": _returns(known),
        "person": known.person_id.display_name if known.kind == "correction" else "",
        "wallet": seen[:1],
        "may_correct": transfer._may("correct") or _may_propose(transfer),
        "left": known.wezer_currency_id._format(left),
    }


def _may_propose(transfer: models.Model) -> bool:
    """Return whether the user, a treasurer, may propose a correction."""
    currency = transfer.sudo().wezer_currency_id
    return bool(
        transfer.env.user._wezer_is_treasurer(currency)
        and currency.treasurer_corrections
        and not transfer._look_refusal()
        and not transfer._origin_refusal()
        and not transfer._state_refusal("correct")
        and not transfer._data_refusal("correct")
    )


def _returns(transfer: Any) -> models.Model:
    """Return what returned this transfer, or a part of it, oldest first."""
    return transfer.search(
        [("parent_id", "=", transfer.id), ("kind", "in", RETURNS)], order="id"
    )
