"""How the money lives: velocity, activity, credit, concentration.

All functions take a ``wezer.currency``; who may see the figures, its fields and methods
decide.
"""

from datetime import timedelta
from typing import Any

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from . import recurrence

# At most so many weeks, months or years at a time.
BOUNDS_MAX = 1000
# What people do with the money, without what the community takes or corrects.
TRADE = ("payment", "donation")
YEAR = timedelta(days=365)


def figures(currency: models.Model) -> dict:
    """Return the values of the fields ``stat_…``."""
    # What was paid in this second counts too.
    now = fields.Datetime.now() + timedelta(seconds=1)
    sums = _stock(currency)
    volume = int(_trade_sum(currency, now - YEAR, now))
    own = [("wezer_currency_id", "=", currency.id)]
    # Only how many: the caller may be no moderator.
    wallets = currency.env["wezer.wallet"].sudo()
    return {
        "stat_volume": currency._format(volume),
        "stat_velocity": volume / sums["held"] if sums["held"] else 0.0,
        "stat_wallets": sums["wallets"],
        "stat_active": _active(currency, now - timedelta(days=30), now),
        "stat_first_trade": _first_trade(currency),
        "stat_credit_granted": currency._format(sums["granted"]),
        "stat_credit_used": currency._format(sums["used"]),
        "stat_concentration": (
            100.0 * sums["top"] / sums["held"] if sums["held"] else 0.0
        ),
        "stat_beyond": wallets.search_count([*own, ("beyond_limit", "=", True)]),
        "stat_warned": wallets.search_count([*own, ("beyond_warning", "=", True)]),
    }


def _stock(currency: models.Model) -> dict:
    """Return what wallets hold together, in minor units, exact."""
    currency.env["wezer.wallet"].flush_model()
    currency.flush_model()
    currency.env.cr.execute(
        """WITH w AS (
               SELECT w.balance,
                      -wezer_lower_limit(w, c) AS credit,
                      ntile(10) OVER (ORDER BY w.balance DESC, w.id) AS tenth
                 FROM wezer_wallet w
                 JOIN wezer_currency c ON c.id = w.wezer_currency_id
                WHERE c.id = %s AND w.is_system IS NOT TRUE
                  AND w.state <> 'closed')
           SELECT count(*), coalesce(sum(greatest(balance, 0)), 0)::text,
                  coalesce(sum(greatest(-balance, 0)), 0)::text,
                  coalesce(sum(credit), 0)::text,
                  coalesce(sum(greatest(balance, 0)) FILTER (WHERE tenth = 1),
                           0)::text
             FROM w""",
        [currency.id],
    )
    wallets, held, used, granted, top = currency.env.cr.fetchone()
    return {
        "wallets": wallets,
        "held": int(held),
        "used": int(used),
        "granted": int(granted),
        "top": int(top),
    }


def _trade_sum(currency: models.Model, start: Any, end: Any) -> Any:
    currency.env.cr.execute(
        """SELECT coalesce(sum(amount_minor), 0)::text FROM wezer_transfer
            WHERE wezer_currency_id = %s AND state = 'done' AND kind IN %s
              AND date >= %s AND date < %s""",
        [currency.id, TRADE, start, end],
    )
    return currency.env.cr.fetchone()[0]


def _active(currency: models.Model, start: Any, end: Any, least: int = 1) -> Any:
    """Return how many wallets traded at least ``least`` times."""
    currency.env.cr.execute(
        """SELECT count(*) FROM (
               SELECT wallet FROM (
                   SELECT id, payer_wallet_id AS wallet FROM wezer_transfer
                    WHERE wezer_currency_id = %(currency)s AND state = 'done'
                      AND kind IN %(kinds)s AND date >= %(start)s
                      AND date < %(end)s
                   UNION
                   SELECT id, payee_wallet_id FROM wezer_transfer
                    WHERE wezer_currency_id = %(currency)s AND state = 'done'
                      AND kind IN %(kinds)s AND date >= %(start)s
                      AND date < %(end)s) sides
                GROUP BY wallet HAVING count(*) >= %(least)s) active""",
        {
            "currency": currency.id,
            "kinds": TRADE,
            "start": start,
            "end": end,
            "least": least,
        },
    )
    return currency.env.cr.fetchone()[0]


def _wallets_between(currency: models.Model, start: Any, end: Any) -> Any:
    """Return how many members' wallets were open at some moment."""
    currency.env["wezer.wallet"].flush_model()
    currency.env.cr.execute(
        """SELECT count(*) FROM wezer_wallet
            WHERE wezer_currency_id = %s AND is_system IS NOT TRUE
              AND opened_on < %s AND (closed_on IS NULL OR closed_on >= %s)""",
        [currency.id, end, start],
    )
    return currency.env.cr.fetchone()[0]


def _first_trade(currency: models.Model) -> Any:
    currency.env.cr.execute(
        """WITH trades AS (
               SELECT payer_wallet_id, payee_wallet_id, date FROM wezer_transfer
                WHERE wezer_currency_id = %s AND state = 'done' AND kind IN %s
                  AND historic IS NOT TRUE)
           SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM (
               SELECT extract(epoch FROM min(t.date) - p.create_date) / 86400
                      AS days
                 FROM (SELECT payer_wallet_id AS wallet, date FROM trades
                       UNION ALL
                       SELECT payee_wallet_id, date FROM trades) t
                 JOIN wezer_wallet w ON w.id = t.wallet
                 JOIN wezer_profile p ON p.partner_id = w.partner_id
                GROUP BY p.id, p.create_date) firsts WHERE days >= 0""",
        [currency.id, TRADE],
    )
    return currency.env.cr.fetchone()[0] or 0.0


def series(
    currency: models.Model, start: Any, end: Any, interval: Any, least: int = 1
) -> list:
    """Return the trade of each interval, see ``wezer.currency.statistics``."""
    bounds = _bounds(currency, start, end, interval)
    currency.env["wezer.transfer"].flush_model()
    currency.env.cr.execute(
        """SELECT s, e, count(t.id), coalesce(sum(t.amount_minor), 0)::text
             FROM unnest(%(from)s::timestamp[], %(to)s::timestamp[]) given(s, e)
             LEFT JOIN wezer_transfer t ON t.wezer_currency_id = %(currency)s
              AND t.state = 'done' AND t.kind IN %(kinds)s
              AND t.date >= greatest(s, %(start)s) AND t.date < e
            GROUP BY s, e ORDER BY s""",
        {
            "from": bounds,
            "to": [*bounds[1:], end],
            "start": start,
            "currency": currency.id,
            "kinds": TRADE,
        },
    )
    return [
        {
            "start": fields.Datetime.to_string(first),
            "transfers": count,
            "volume": currency._decimal(int(volume)),
            "active": _active(currency, max(first, start), after, least),
            "wallets": _wallets_between(currency, max(first, start), after),
        }
        for first, after, count, volume in currency.env.cr.fetchall()
    ]


def _bounds(currency: models.Model, start: Any, end: Any, interval: Any) -> Any:
    """Return the moments at which the community's weeks, months or years begin.

    The first begins at or before ``start``, the last before ``end``.
    """
    company = currency.company_id
    day = days.day_of(currency.env, start, company)
    if interval == "week":
        day -= timedelta(days=day.weekday())
    else:
        day = day.replace(day=1, month=1 if interval == "year" else day.month)
    bounds, number = [], 0
    while True:
        try:
            following = day + recurrence.step(interval, number)
        except (ValueError, OverflowError):
            # The calendar ends.
            return bounds
        moment = days.begin(currency.env, following, company)
        if moment >= end:
            return bounds
        if number >= BOUNDS_MAX:
            raise Refusal(
                currency.env._(
                    "This period has more than %s parts. Choose a shorter period or"
                    " longer parts.",
                    BOUNDS_MAX,
                ),
                rule="date",
                limit=str(BOUNDS_MAX),
            )
        bounds.append(moment)
        number += 1
