"""Transfers from files and into files, for the launcher and the back office."""

from collections.abc import Iterator
from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS

from . import batch
from .transfer_rows import FIELDS

# Transfers read at once by an export.
PAGE = 5000
TRANSFER_HEADS = "id date payer payee currency amount kind state purpose key".split()
BALANCE_HEADS = "partner currency balance reserved".split()


def check_administrator(transfers: models.Model) -> None:
    """Raise unless the user may take whole files in and out."""
    if not transfers._is_administrator():
        raise NotAllowed(
            transfers.env._("Only administrators can import and export whole files."),
            rule="role",
        )


# === IMPORT === #


def import_rows(
    transfers: models.Model,
    rows: list,
    mode: str = "strict",
    dry_run: bool = False,
    create: bool = False,
    digits: int | None = None,
) -> dict:
    """Post the rows of a file, all or none.

    :param rows: as ``tools.transfer_rows`` reads them
    :param create: make the currencies, members and wallets that are missing
    :param digits: decimals of a currency that is made
    :return: dict ``posted``, ``known``, ``skipped`` (counts), ``refused`` and
        ``overdrafts`` (dicts with ``row`` and ``reason``), ``made``
    """
    env = transfers.env
    check_administrator(transfers)
    wanted = [row for row in rows if not row.get("skip")]
    report: dict[str, Any] = {
        "posted": 0,
        "known": 0,
        "skipped": len(rows) - len(wanted),
    }
    report.update(refused=[], overdrafts=[], made=[])
    unread = [row for row in rows if row.get("problem")]
    if unread:
        report["refused"] = [
            {
                "row": row["row"],
                "rule": row["problem"][0],
                "reason": in_words(env, row["problem"]),
            }
            for row in unread
        ]
        return report
    savepoint = env.cr.savepoint()
    try:
        if create:
            report["made"] = _make_currencies(env, wanted, digits)
        answers = batch.post(
            transfers, [_values(env, row) for row in wanted], mode, create=create
        )
    except Refusal as refusal:
        savepoint.close(rollback=True)
        env.invalidate_all(flush=False)
        if not getattr(refusal, "rows", None):
            raise
        report["refused"] = [
            {**bad, "row": wanted[bad["row"] - 1]["row"]} for bad in refusal.rows
        ]
        return report
    _add_answers(env, report, wanted, answers)
    failed = bool(report["refused"])
    if failed:
        report["posted"] = 0
    savepoint.close(rollback=failed or dry_run)
    if failed or dry_run:
        env.invalidate_all(flush=False)
    return report


def _add_answers(env: api.Environment, report: Any, rows: Any, answers: Any) -> None:
    for row, answer in zip(rows, answers, strict=True):
        if answer["state"] == "refused":
            report["refused"].append(
                {
                    "row": row["row"],
                    "rule": answer["rule"],
                    "reason": answer["reason"],
                }
            )
            continue
        report[answer["state"]] += 1
        if answer.get("beyond"):
            report["overdrafts"].append(
                {
                    "row": row["row"],
                    "payer": row.get("payer"),
                    "payee": row.get("payee"),
                    "amount": row.get("amount"),
                    "reason": str(env._("This goes beyond a limit.")),
                }
            )


def _values(env: api.Environment, row: dict) -> Any:
    values = {field: row[field] for field in FIELDS if field in row}
    if values.get("category"):
        name = values["category"]
        found = env["wezer.category"]._find(str(name)[:SEARCH_LETTERS])
        values["category"] = found[:1].id or name
    return values


def _make_currencies(env: api.Environment, rows: Any, digits: Any) -> Any:
    """Make the currencies that the rows name and nobody has; return their codes."""
    codes = {row.get("currency") for row in rows} - {None}
    currencies = env["wezer.currency"].sudo()
    known = currencies.with_context(active_test=False).search(
        [("code", "in", list(codes)), ("company_id", "=", env.company.id)]
    )
    missing = sorted(codes - set(known.mapped("code")))
    currencies.create(
        [
            {"name": code, "code": code, "digits": 2 if digits is None else digits}
            for code in missing
        ]
    )
    return missing


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
