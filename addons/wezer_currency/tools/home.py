"""The money on the home of a member; see ``res.users._wezer_dashboard``."""

from odoo import models

from . import statement

# So many wallets a home shows, and so many days their curves go back.
WALLETS = 4
CURVE_DAYS = 91
# The drawing of a curve, in its own units.
WIDTH, HEIGHT, MARGIN = 120, 32, 3


def wallets(user: models.Model, party: models.Model) -> list[dict]:
    """Return the balances of ``party`` that ``user`` sees, outside money left out.

    :return: dicts ``name`` and ``color`` of the currency, ``balance`` (text),
        ``below`` (text, where the balance is below zero, without a sign), ``reserved``
        (text, or empty), ``url`` and ``curve`` (points of a line, or empty)
    """
    env = user.env
    # As the user: whose wallets one sees is the record rules' to say.
    found = env["wezer.wallet"].search_fetch(
        [
            ("partner_id", "=", party.id),
            ("state", "!=", "closed"),
            ("wezer_currency_id.external", "=", False),
        ],
        limit=WALLETS,
    )
    found.sudo().wezer_currency_id._wezer_take_kept()
    return [
        _wallet(wallet)
        for wallet in found.sudo().sorted(
            lambda wallet: (wallet.wezer_currency_id.sequence, wallet.id)
        )
    ]


def _wallet(wallet: models.Model) -> dict:
    currency, balance = wallet.wezer_currency_id, wallet._balance_now()
    points = statement.balance_over_time(wallet, CURVE_DAYS)
    return {
        "name": currency.name,
        "color": currency.color,
        "balance": currency._format_short(balance),
        "below": currency._format_short(-balance) if balance < 0 else "",
        "reserved": currency._format_short(wallet.reserved) if wallet.reserved else "",
        "url": f"/my/wallets/{wallet.id}",
        "curve": line([minor for _day, minor in points]),
    }


def line(numbers: list[int]) -> str:
    """Return ``numbers`` as the points of a line, as SVG writes them.

    Empty where nothing changed: a flat line says nothing.
    """
    low, high = min(numbers), max(numbers)
    if low == high:
        return ""
    across = (WIDTH - 2 * MARGIN) / (len(numbers) - 1)
    up = (HEIGHT - 2 * MARGIN) / (high - low)
    return " ".join(
        f"{MARGIN + place * across:.1f},{HEIGHT - MARGIN - (number - low) * up:.1f}"
        for place, number in enumerate(numbers)
    )
