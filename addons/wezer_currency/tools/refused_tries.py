"""Probing of other people's wallets: refusals are counted and limited.

A payer who is refused :data:`TRIES_A_DAY` times in a day for the same other side's
reasons is refused untested for the rest of it. The count is kept in the table
``wezer_refused_try`` (``models/posting.sql``), beside the transaction of the posting:
it stays although what is refused is rolled back.
"""

from psycopg2.errors import SerializationFailure

from odoo import api, models

from odoo.addons.wezer_base.tools import days, locks

from . import refusals

TRIES_A_DAY = 5
# Attempts to count a refusal that others count at the same moment.
COUNT_ATTEMPTS = 3


def check(
    env: api.Environment, payer: models.Model, payee: models.Model, pays: bool = False
) -> None:
    """Raise the other side's refusal where the pair was refused too often today.

    Those who try at once wait for each other, and read what was counted in a
    transaction of its own, as it is counted: their own may have begun earlier.
    """
    if refused_pairs(env, [payer.id], payee.id):
        raise refusals.other_side(env, pays)


def refused_pairs(
    env: api.Environment, payer_ids: list, payee_id: int | None = None
) -> set:
    """Return ``{(payer id, payee id)}`` that were refused too often today."""
    locks.hold(env, "tries", *payer_ids)
    with env.registry.cursor() as cr:
        cr.execute(
            "SELECT payer_id, payee_id FROM wezer_refused_try"
            " WHERE payer_id = ANY(%s) AND (%s IS NULL OR payee_id = %s)"
            "   AND day = %s AND tries >= %s",
            [payer_ids, payee_id, payee_id, days.today(env), TRIES_A_DAY],
        )
        return set(cr.fetchall())


def count(env: api.Environment, payer: models.Model, payee: models.Model) -> None:
    """Count a refusal, in a transaction of its own."""
    for _attempt in range(COUNT_ATTEMPTS):
        try:
            # Not the posting's own transaction: nothing of money is in here.
            with env.registry.cursor() as cr:
                cr.execute(
                    "INSERT INTO wezer_refused_try AS known VALUES (%s, %s, %s, 1)"
                    " ON CONFLICT (payer_id, payee_id, day)"
                    " DO UPDATE SET tries = known.tries + 1",
                    [payer.id, payee.id, days.today(env)],
                )
            return
        except SerializationFailure:
            continue


def purge(env: api.Environment) -> None:
    """Delete what was counted on earlier days."""
    env.cr.execute("DELETE FROM wezer_refused_try WHERE day < %s", [days.today(env)])
