"""Two accounts of one person become one: wallets, reservations and balances.

All functions take the account that ends (``source``) and the one that goes on
(``target``), both ``res.partner`` (sudo).
"""

from typing import Any

from odoo import models
from odoo.tools import SQL

from . import departure


def preview(source: Any) -> list:
    """Return ``[(label, amount)]`` of what the wallets of ``source`` hold."""
    return [
        (
            source.env._("Balance of the wallet in %(name)s", name=currency.name),
            currency._format(wallet._balance_now()),
        )
        for wallet in departure.wallets(source)
        for currency in wallet.wezer_currency_id
        if not currency.external
    ]


def merge(source: Any, target: Any) -> None:
    """Move what is set aside and what is there, by the ledger's own function.

    The old wallets close at zero and keep their lines; transfers name the account
    that goes on, so that what is given back later comes from it.
    """
    _end_between(source, target)
    source.env["wezer.currency.office"]._merge(source, target)
    departure.acceptances(source).unlink()
    into = {
        wallet: wallet._merge_target(target) for wallet in departure.wallets(source)
    }
    held = _free_held(source)
    for wallet, new in into.items():
        _repoint_transfers(wallet, new)
    # What waited is held again, by the wallets that go on.
    for transfer, reserved, incoming in held:
        transfer._move(reserved=reserved, incoming=incoming, check=False)
    for wallet, new in into.items():
        wallet._merge_into(new)


def _end_between(source: Any, target: Any) -> None:
    """End what is open between the two accounts: nobody pays to themselves."""
    states = source.env["wezer.transfer"]._state_machine.sources("close")
    between = departure.transfers_of(source, states, origins=False).filtered(
        lambda transfer: transfer.payer_id | transfer.payee_id == source | target
    )
    between._close("cancelled")


def _free_held(source: Any) -> Any:
    """Free what live transfers hold; return ``(transfer, reserved, incoming)``."""
    states = source.env["wezer.transfer"]._state_machine.sources("settle", "confirm")
    held = []
    for transfer in departure.transfers_of(source, states):
        rest, levy = transfer._held()
        transfer._move(reserved=-(rest + levy), incoming=-rest, check=False)
        held.append((transfer, rest + levy, rest))
    return held


def _repoint_transfers(wallet: models.Model, new: Any) -> None:
    """Let the transfers of ``wallet`` name the wallet that goes on, and its owner.

    What the two accounts paid each other stays as it was.
    """
    transfers = wallet.env["wezer.transfer"]
    transfers.flush_model()
    for side, other in (("payer", "payee"), ("payee", "payer")):
        wallet.env.cr.execute(
            SQL(
                "UPDATE wezer_transfer"
                " SET %(wallet)s = %(new)s, %(party)s = %(owner)s"
                " WHERE %(wallet)s = %(old)s AND %(other)s <> %(owner)s",
                wallet=SQL.identifier(f"{side}_wallet_id"),
                party=SQL.identifier(f"{side}_id"),
                other=SQL.identifier(f"{other}_id"),
                new=new.id,
                old=wallet.id,
                owner=new.partner_id.id,
            )
        )
    transfers.invalidate_model(flush=False)
