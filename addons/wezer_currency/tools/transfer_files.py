"""Transfers from files and into files, for the launcher and the back office."""

from collections.abc import Iterator
from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools import days

from .transfer_import import TransferImport, check_administrator

# Transfers read at once by an export.
PAGE = 5000
TRANSFER_HEADS = "id date payer payee currency amount kind state purpose key".split()
BALANCE_HEADS = "partner currency balance reserved".split()


# === IMPORT === #


def import_rows(
    transfers: models.Model,
    rows: list,
    mode: str = "strict",
    dry_run: bool = False,
    create: bool = False,
    digits: int | None = None,
    accept_dates: bool = False,
) -> dict:
    """Post the rows of a file in the caller's transaction, all or none.

    :param rows: as ``tools.transfer_rows`` reads them
    :return: see :meth:`TransferImport.run`
    """
    work = TransferImport(transfers, mode, dry_run, create, digits, accept_dates)
    return work.run([rows])


# === EXPORT === #


def transfer_rows(transfers: models.Model) -> Iterator[Any]:
    """Yield the heading, then every transfer, oldest first."""
    check_administrator(transfers)
    env = transfers.env
    yield TRANSFER_HEADS
    last = 0
    while True:
        page = transfers.sudo().search([("id", ">", last)], order="id", limit=PAGE)
        names = reference_texts(page.payer_wallet_id | page.payee_wallet_id)
        for transfer in page:
            currency = transfer.wezer_currency_id
            yield [
                transfer.id,
                days.file_text(env, transfer.date),
                names[transfer.payer_wallet_id.id],
                names[transfer.payee_wallet_id.id],
                currency.code,
                currency._decimal(transfer.amount_minor),
                transfer.kind,
                transfer.state,
                transfer.purpose or "",
                transfer.key or "",
            ]
        if len(page) < PAGE:
            return
        last = page[-1].id
        env.invalidate_all()


def balance_rows(wallets: models.Model) -> Iterator[Any]:
    """Yield the heading, then what every wallet has."""
    check_administrator(wallets.env["wezer.transfer"])
    yield BALANCE_HEADS
    wallets = wallets.sudo().search([], order="wezer_currency_id, id")
    names = reference_texts(wallets)
    for wallet in wallets:
        currency = wallet.wezer_currency_id
        yield [
            names[wallet.id],
            currency.code,
            currency._decimal(wallet._balance_now()),
            currency._decimal(wallet.reserved),
        ]


def reference_texts(wallets: models.Model) -> dict:
    """Return ``{wallet id: what a file calls it}``, so that an import finds it."""
    slugs = {
        profile.partner_id.id: profile.slug
        for profile in wallets.partner_id._wezer_profile()
    }
    return {
        wallet.id: wallet.reference
        or slugs.get(wallet.partner_id.id)
        or wallet.partner_id.name
        or str(wallet.partner_id.id)
        for wallet in wallets
    }
