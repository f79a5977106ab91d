"""What helps people to pay: whom they know, and a last look before large amounts.

Functions take ``wezer.transfer`` of the reader's environment. They answer only those
who act for the payer; to anybody else they say nothing.
"""

import statistics
from typing import Any, NamedTuple

from odoo import models
from odoo.tools import SQL

from . import amounts

# Among so many transfers of a payer the recent people are looked for.
RECENT_TRANSFERS = 200
RECENT_PEOPLE = 12
# What is usual is told from the last payments, from three on.
USUAL_PAYMENTS = 20
USUAL_FROM = 3
USUAL_TIMES = 5
# Up to so many hours or units nothing is unusual.
FLOOR_HOURS = 3
FLOOR_UNITS = 30


class Unusual(NamedTuple):
    """Why a payment deserves a last look.

    :param str reason: ``warning`` (it leaves the balance below its warning),
        ``limit`` (below a limit that does not refuse), ``times`` (more than five times
        the usual) or ``half`` (more than half of what there is)
    :param int minor: the balance that would be left, what is usual, or what there is
    :param warning: the warning or the limit that is passed
    :param lower: the limit that refuses
    """

    reason: str
    minor: int
    warning: int | None = None
    lower: int | None = None


def recent_partner_ids(transfers: models.Model, partner: Any) -> list[int]:
    """Return the partners that ``partner`` last paid or was paid by, the latest first.

    Two limited scans; whom the reader may see is for the caller to ask.
    """
    transfers.flush_model(["payer_id", "payee_id", "state"])
    rows = transfers.env.execute_query(
        SQL(
            """SELECT other FROM (
                   (SELECT payee_id AS other, id FROM wezer_transfer
                     WHERE payer_id = %(own)s AND state IN ('done', 'pending')
                       AND kind <> 'clearing'
                     ORDER BY id DESC LIMIT %(limit)s)
                   UNION ALL
                   (SELECT payer_id, id FROM wezer_transfer
                     WHERE payee_id = %(own)s AND state IN ('done', 'pending')
                       AND kind <> 'clearing'
                     ORDER BY id DESC LIMIT %(limit)s)) sides
                GROUP BY other ORDER BY max(id) DESC LIMIT %(people)s""",
            own=partner.id,
            limit=RECENT_TRANSFERS,
            people=RECENT_PEOPLE,
        )
    )
    return [row[0] for row in rows]


def recent_profiles(transfers: models.Model, partner: Any) -> models.Model:
    """Return the profiles of :func:`recent_partner_ids` that the reader may see."""
    ids = recent_partner_ids(transfers, partner)
    profiles = transfers.env["wezer.profile"].search(
        [("partner_id", "in", ids), ("state", "=", "active")]
    )
    place = {partner_id: number for number, partner_id in enumerate(ids)}
    return profiles.sorted(lambda profile: place[profile.sudo().partner_id.id])


def unusual(transfers: models.Model, payer: Any, currency: Any, minor: int) -> Any:
    """Return why paying ``minor`` deserves a last look, None where it does not.

    It leaves the balance below its warning; or it is more than five times the median
    of the last payments, or more than half of the balance, and not small.

    :param payer: res.partner (sudo) for whom the caller acts
    :param currency: wezer.currency (sudo)
    :rtype: Unusual | None
    """
    wallets = transfers.env["wezer.wallet"]
    limits = wallets._limits_of({(payer.id, currency.id)})[payer.id, currency.id]
    found = _beyond(currency, limits, minor + currency._levies(minor)[0])
    if found or _is_refused(currency, limits, minor):
        # What is refused anyway has its own reason.
        return found
    floor = FLOOR_HOURS if currency._is_hours() else FLOOR_UNITS
    if minor <= floor * currency.minor_per_unit:
        return None
    paid = transfers.sudo().search_fetch(
        [
            ("payer_id", "=", payer.id),
            ("wezer_currency_id", "=", currency.id),
            ("state", "in", ("done", "pending")),
            ("kind", "!=", "clearing"),
        ],
        ["amount_minor"],
        limit=USUAL_PAYMENTS,
        order="id desc",
    )
    if len(paid) >= USUAL_FROM:
        usual = int(statistics.median_low(paid.mapped("amount_minor")))
        if minor > USUAL_TIMES * usual:
            return Unusual("times", usual)
    wallet = wallets._find(payer, currency)
    balance = wallet._balance_now() if wallet and not currency.external else 0
    if balance > 0 and 2 * minor > balance:
        return Unusual("half", balance)
    return None


def _is_refused(currency: Any, limits: Any, minor: int) -> bool:
    """Return whether a limit refuses that ``minor`` leaves."""
    if limits.spendable is None or minor <= limits.spendable:
        return False
    return currency.limit_policy == "block" or currency.kind != "mutual_credit"


def warnings_before(transfers: models.Model, payer: Any, leaving: dict) -> list[str]:
    """Return which warnings, or limits that do not refuse, are passed, as sentences.

    One query for all currencies.

    :param payer: res.partner (sudo) for whom the caller acts
    :param leaving: ``{wezer.currency (sudo): minor units}``, the levies with them
    """
    pairs = {(payer.id, currency.id) for currency in leaving}
    known = transfers.env["wezer.wallet"]._limits_of(pairs)
    found = [
        (currency, _beyond(currency, known[payer.id, currency.id], minor))
        for currency, minor in leaving.items()
    ]
    return [reason_text(transfers, currency, why) for currency, why in found if why]


def _beyond(currency: Any, limits: Any, minor: int) -> Unusual | None:
    """Return the warning, or the limit that does not refuse, that ``minor`` passes."""
    if _is_refused(currency, limits, minor):
        return None
    left = limits.available - minor
    if limits.spendable is not None and minor > limits.spendable:
        return Unusual("limit", left, limits.lower)
    if limits.lower_warning is not None and left < limits.lower_warning:
        blocks = currency.limit_policy == "block"
        return Unusual(
            "warning", left, limits.lower_warning, limits.lower if blocks else None
        )
    return None


def reason_text(transfers: models.Model, currency: Any, found: Unusual) -> str:
    """Return the sentence that tells the reader why to look again.

    :param currency: wezer.currency (sudo)
    """
    env, known = transfers.env, currency._format(found.minor)
    if found.reason == "times":
        return env._(
            "This is more than five times the usual amount, which is %(amount)s.",
            amount=known,
        )
    if found.reason == "half":
        return env._(
            "This is more than half of the balance, which is %(amount)s.", amount=known
        )
    warning = currency._format(found.warning)
    if found.reason == "limit":
        return env._(
            "The balance would be %(balance)s, below the limit of %(limit)s. The"
            " payment is possible, and the moderators are told.",
            balance=known,
            limit=warning,
        )
    if found.lower is None:
        return env._(
            "The balance would be %(balance)s, below %(warning)s.",
            balance=known,
            warning=warning,
        )
    return env._(
        "The balance would be %(balance)s, below %(warning)s. Payments that take it"
        " below %(limit)s are refused.",
        balance=known,
        warning=warning,
        limit=currency._format(found.lower),
    )


def read_amount(currency: Any, text: Any) -> int | None:
    """Return the minor units of ``text``, None where it is refused when it is paid."""
    try:
        return amounts.parse(text, currency.minor_per_unit, currency._is_hours())
    except amounts.AmountError:
        return None
