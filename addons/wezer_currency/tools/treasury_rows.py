"""Rows of a treasurer's batch: between the treasury and wallets of one currency.

A wallet is named by its number or its reference, as the treasurer's list of wallets
shows them. References that were imported are often numbers too: what could be either is
refused, and ``#17`` is always the number. Nothing is looked up by names or addresses,
and what is not found has one sentence for every cause: trying names tells nothing about
hidden people.
"""

from typing import Any

from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.numbers import is_id

from . import refusals
from .batch import MEMBER_ROWS, batch_refusal
from .texts import PURPOSE_LENGTH, cleaned, storable

DIRECTIONS = ("to_member", "from_member", "paid_in")
# A sale of issued money: the treasury pays, and the money that came in is booked. Each
# is a journal entry of its own.
SALE = "paid_in"
SALES_MAX = 200
# The keys of what these rows post begin with it; the number of the act follows.
KEY = "act/"
# In the place of a wallet's id: the number of one wallet, the reference of another.
AMBIGUOUS = 0


def read(currency: models.Model, rows: Any) -> list[dict]:
    """Return the rows as they are kept with the act.

    :param currency: ``wezer.currency`` (sudo)
    :return: dicts ``wallet`` (id), ``minor`` (text: JSON has no large numbers),
        ``purpose``, ``direction``
    :raise Refusal: rule ``rows``
    :raise BatchRefusal: rule ``batch``, with every bad row's reason
    """
    env = currency.env
    if not isinstance(rows, list | tuple) or not all(
        isinstance(row, dict) for row in rows
    ):
        raise Refusal(env._("The rows of a batch have to be a list."), rule="rows")
    if not 0 < len(rows) <= MEMBER_ROWS:
        raise Refusal(
            env._("Enter at least one row, and %s at most.", MEMBER_ROWS),
            rule="rows",
            value=str(len(rows)),
            limit=str(MEMBER_ROWS),
        )
    known = _wallets(currency, [row.get("wallet") for row in rows])
    good, bad = [], []
    for number, row in enumerate(rows, start=1):
        try:
            good.append(_read_row(currency, row, known))
        except Refusal as refusal:
            reason = str(refusal.args[0])
            bad.append({"row": number, "rule": refusal.rule, "reason": reason})
    if bad:
        raise batch_refusal(env, bad, len(rows))
    sales = sum(row["direction"] == SALE for row in good)
    if sales > SALES_MAX:
        raise Refusal(
            env._("Enter %s sales at most in one batch.", SALES_MAX),
            rule="rows",
            value=str(sales),
            limit=str(SALES_MAX),
        )
    return good


def _wallets(currency: models.Model, names: list) -> dict[str, int]:
    """Return ``{number or reference: wallet id}`` of members' wallets."""
    texts = {str(name).strip() for name in names if isinstance(name, str | int)}
    texts = {text for text in texts if text and storable(text)}
    wallets = currency.env["wezer.wallet"].sudo()
    own = [("wezer_currency_id", "=", currency.id), ("is_system", "=", False)]
    digits = (text.removeprefix("#") for text in texts)
    short = (int(text) for text in digits if text.isdecimal() and len(text) <= 10)
    ids = [number for number in short if is_id(number)]
    found = {}
    for wallet in wallets.search([*own, ("id", "in", ids)]):
        found[str(wallet.id)] = found[f"#{wallet.id}"] = wallet.id
    for wallet in wallets.search([*own, ("reference", "in", list(texts))]):
        same = found.get(wallet.reference, wallet.id) == wallet.id
        found[wallet.reference] = wallet.id if same else AMBIGUOUS
    return found


def _read_row(currency: models.Model, row: dict, known: dict) -> dict:
    env: api.Environment = currency.env
    name = str(row.get("wallet") or "").strip()
    wallet = known.get(name)
    if wallet == AMBIGUOUS:
        raise Refusal(
            env._(
                "%(name)s is the number of one wallet and the reference of another."
                " Write #%(name)s for the number.",
                name=name,
            ),
            rule="ambiguous",
            value=name,
        )
    if not wallet:
        raise Refusal(
            env._("This is no wallet of this currency. Enter its number."),
            rule="wallet",
        )
    direction = row.get("direction") or DIRECTIONS[0]
    if direction not in DIRECTIONS:
        raise Refusal(
            env._("Choose whether the member pays or receives."), rule="direction"
        )
    if direction == SALE and not currency._has_value():
        raise refusals.no_value(env)
    minor = env["wezer.transfer"]._positive_amount(currency, row.get("amount"))
    return {
        "wallet": wallet,
        "minor": str(minor),
        "purpose": cleaned(row.get("purpose"), PURPOSE_LENGTH),
        "direction": direction,
    }


def post(act: models.Model) -> models.Model:
    """Post the rows of an act, all or none; limits apply as for any payment.

    :param act: ``wezer.treasury.act`` (sudo)
    :return: the batch (sudo)
    :raise BatchRefusal: rule ``batch``
    """
    env, currency = act.env, act.wezer_currency_id
    treasury = currency._treasury_wallet().id
    rows = []
    for place, row in enumerate(act.rows):
        pays = row["direction"] == "from_member"
        rows.append(
            {
                "payer_wallet": row["wallet"] if pays else treasury,
                "payee_wallet": treasury if pays else row["wallet"],
                "minor": int(row["minor"]),
                "purpose": row["purpose"] or act.reason,
                "kind": "fee" if pays else "payment",
                "key": f"{KEY}{act.id}/{place}",
                "money": currency.id,
                # A treasurer reads all wallets of the currency, but not all names.
                "open_book": True,
                "numbered": True,
            }
        )
    batches = env["wezer.batch"]
    number = batches._next_id()
    answers = env["wezer.transfer"]._post_rows(rows, batch=number)
    bad = [
        {**answer, "row": place}
        for place, answer in enumerate(answers, start=1)
        if answer["state"] == "refused"
    ]
    if bad:
        raise batch_refusal(env, bad, len(rows))
    batches._keep(number, "payments", rows, answers, act.reason)
    sold = [
        answer["id"]
        for row, answer in zip(act.rows, answers, strict=True)
        if row["direction"] == SALE
    ]
    for transfer in env["wezer.transfer"].browse(sold):
        transfer._book_money(1)
    return batches.browse(number)


def takes(transfer: models.Model) -> bool:
    """Return whether a treasurer took this transfer (sudo) from a member's wallet.

    Fees and demurrage are not among them: the currency says when they are taken.
    """
    return transfer.kind == "fee" and (transfer.key or "").startswith(KEY)
