"""Warnings before a limit: the payment is made, and whose balance it is is told.

The rule is ``wezer_lower_warning``, ``wezer_upper_warning`` (``models/posting.sql``),
asked when money moves. The payer is told of a balance that has become low, the payee of
one that has become high; neither is told anything of the other's.
"""

from odoo import models
from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

from odoo.addons.wezer_base.tools.stored_sentence import pack

_lt = LazyTranslate(__name__)


def marks(transfer: models.Model, answer: str) -> dict:
    """Return the values that ``transfer`` takes from an answer of ``wezer_move``.

    What was marked when money was set aside stays when it is paid.
    """
    words, before = answer.split("_")[1:], sides(transfer)
    vals: dict = {
        "warned": warned(
            "payer" in words or "payer" in before, "payee" in words or "payee" in before
        )
    }
    if "beyond" in words:
        vals["beyond_limit"] = True
    return vals


def warned(payer: bool, payee: bool) -> str | None:
    """Return the value of the field ``warned``."""
    if payer and payee:
        return "both"
    return "payer" if payer else "payee" if payee else None


def sides(transfer: models.Model) -> tuple:
    """Return the sides that ``transfer`` (sudo) warned: ``payer``, ``payee``."""
    both = "payer", "payee"
    return tuple(side for side in both if transfer.warned in (side, "both"))


def _sentence(transfer: models.Model, side: str) -> LazyGettext | None:
    """Return what one side is told; None where its warning was taken away since."""
    currency = transfer.wezer_currency_id
    limits = transfer[f"{side}_wallet_id"]._limits_now()
    pays = side == "payer"
    warning = limits.lower_warning if pays else limits.upper_warning
    if warning is None:
        return None
    limit = limits.lower if pays else limits.upper
    if currency.limit_policy != "block":
        limit = None
    values = {
        "amount": transfer._said_amount(),
        "name": transfer[f"{'payee' if pays else 'payer'}_id"].name,
        "owner": transfer[f"{side}_id"].name,
        "warning": currency._said(warning),
        "limit": currency._said(limit or 0),
    }
    if pays and limit is None:
        return _lt(
            "After %(amount)s for %(name)s, the balance of %(owner)s is below"
            " %(warning)s.",
            **values,
        )
    if pays:
        return _lt(
            "After %(amount)s for %(name)s, the balance of %(owner)s is below"
            " %(warning)s. Payments that take it below %(limit)s are refused.",
            **values,
        )
    if limit is None:
        return _lt(
            "After %(amount)s from %(name)s, the balance of %(owner)s is above"
            " %(warning)s. It is a good time to spend.",
            **values,
        )
    return _lt(
        "After %(amount)s from %(name)s, the balance of %(owner)s is above"
        " %(warning)s. It is a good time to spend: payments that take it above"
        " %(limit)s are refused.",
        **values,
    )


def read(transfer: models.Model, side: str) -> str:
    """Return what one side is told, in the language of the reader.

    :param transfer: wezer.transfer (sudo)
    :param side: ``payer`` or ``payee``
    """
    said = _sentence(transfer, side)
    return transfer.env["wezer.sentence"]._text(pack(said)) if said else ""


def notify(transfer: models.Model) -> None:
    """Leave each side that ``transfer`` (sudo) warned its notice."""
    for side in sides(transfer):
        wallet = transfer[f"{side}_wallet_id"]
        if said := _sentence(transfer, side):
            transfer[f"{side}_id"]._wezer_notify(
                "balance_warning",
                said,
                # The next one replaces it: a busy day leaves one notice.
                record=wallet,
                subject=f"{side}_warning",
                url=f"/my/wallets/{wallet.id}",
                right="wallet",
            )
