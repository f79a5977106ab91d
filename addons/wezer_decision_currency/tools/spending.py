"""What a circle spends together: amounts above a worth that it decided.

A circle that decides spending together (policy ``decides_spend``) may set from how many
hours' worth on (``spend_from``); a circle inside another makes that stricter, never
looser. What the circle paid one payee, or set aside for it, within
:data:`SPENT_DAYS` days counts together, so that splitting evades nothing. What a
decision pays is not counted, and is never asked.
"""

from datetime import timedelta
from typing import Any

from odoo import api, fields

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks
from odoo.addons.wezer_base.tools.text import clean_line

# As much of a purpose as a link carries.
PURPOSE_LENGTH = 200
# How far back counts what one payee was paid.
SPENT_DAYS = 30
# By a decision: what has this origin was asked together.
DECIDED = "wezer.decision"


def worth(currency: Any, minor: int) -> float:
    """Return the worth of an amount in hours, as the currency compares values."""
    return minor / currency.minor_per_unit * currency.hours_per_unit


def spent_hours(payer: Any, payee: Any, but: int = 0) -> float:
    """Return the worth in hours of what ``payee`` got from ``payer`` lately.

    :param payer: ``res.partner``
    :param payee: ``res.partner``
    :param but: id of a transfer that is not counted
    """
    env: api.Environment = payer.env
    env["wezer.transfer"].flush_model()
    env.cr.execute(
        """SELECT t.wezer_currency_id,
                  sum(CASE WHEN t.state = 'reserved'
                           THEN t.amount_minor - coalesce(t.settled_minor, 0)
                           ELSE t.amount_minor END)::text
             FROM wezer_transfer t
            WHERE t.payer_id = %(payer)s AND t.payee_id = %(payee)s
              AND t.kind IN ('payment', 'donation')
              AND t.state IN ('reserved', 'pending', 'done') AND t.id <> %(but)s
              AND t.origin_model IS DISTINCT FROM %(decided)s
              AND greatest(t.date, t.create_date) > %(since)s
            GROUP BY 1""",
        {
            "payer": payer.id,
            "payee": payee.id,
            "but": but,
            "decided": DECIDED,
            "since": fields.Datetime.now() - timedelta(days=SPENT_DAYS),
        },
    )
    currencies = env["wezer.currency"].sudo()
    return sum(
        worth(currencies.browse(number), int(minor))
        for number, minor in env.cr.fetchall()
    )


def limit_of(circle: Any) -> float:
    """Return from how many hours' worth on this circle decides together; 0: all."""
    hours, _policy = circle._strictest("spend_from")
    return hours or 0


def why_not(
    payer: Any,
    currency: Any,
    minor: int,
    payee: Any = None,
    but: int = 0,
    outcome: str = "pay",
    purpose: str = "",
) -> Refusal | None:
    """Return why the circle of ``payer`` has to be asked together, or None.

    :param payer: ``res.partner`` (sudo)
    :param currency: ``wezer.currency`` (sudo)
    :param payee: ``res.partner``; None where several are paid
    :param but: id of a transfer that is not counted twice
    :param outcome: the kind of outcome of a decision that would do the same
    :param purpose: what was written as its purpose, for the form of a proposal
    """
    env = payer.env
    group = env["wezer.group"]._of_partner(payer)
    if not group:
        return None
    circle = group._circle()
    data = {
        "payee": payee.id if payee else None,
        "currency": currency.id,
        "amount": currency._decimal(minor),
        "purpose": clean_line(purpose, PURPOSE_LENGTH),
    }
    error = circle._why_reserved("spend", outcome=outcome, **data)
    if not error:
        return None
    limit = limit_of(circle)
    # Two at once would both count what neither has paid yet.
    locks.hold(env, f"decision.spend:{payer.id}", payee.id if payee else 0)
    spent = worth(currency, minor)
    if payee:
        spent += spent_hours(payer, payee, but)
    if spent <= limit:
        return None
    if limit:
        message = env._(
            "%(circle)s decides together about spending: within %(days)s days one"
            " recipient gets at most the worth of %(limit)s hours without a decision."
            " With this it would be %(value)s hours.",
            circle=circle.name,
            days=SPENT_DAYS,
            limit=f"{limit:g}",
            value=f"{spent:.2f}".rstrip("0").rstrip("."),
        )
        return Refusal(
            message,
            rule=error.rule,
            value=currency._format(minor),
            limit=f"{limit:g}",
            link=error.link,
        )
    return error
