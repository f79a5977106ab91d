"""How much one person lets leave the treasury of a currency: the four-eyes rule.

The rule holds where a currency has a treasurer, or sets an amount above which a second
person decides (``four_eyes_minor``). It counts together what one person posts alone as
an act (``wezer.treasury.act``) and what the same person pays, issues, sets aside or
gives back for the treasury. What is more waits, as an act, for a second person.
"""

from datetime import timedelta
from typing import Any

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days, locks

from . import refusals

# Days in which amounts are counted together, so that splitting evades nothing.
ALONE_DAYS = 30


def ruled_treasuries(env: api.Environment) -> dict[int, int]:
    """Return the treasuries under the rule: ``{wallet id: currency id}``."""
    currencies, offices = env["wezer.currency"], env["wezer.currency.office"]
    rows = env.execute_query(
        SQL(
            """SELECT w.id, c.id FROM wezer_currency c
                 JOIN wezer_wallet w ON w.wezer_currency_id = c.id
                  AND w.partner_id = c.treasury_partner_id
                WHERE w.is_system AND (coalesce(c.four_eyes_minor, 0) > 0
                      OR EXISTS (SELECT FROM wezer_currency_office o
                                  WHERE o.wezer_currency_id = c.id
                                    AND o.role = 'treasurer'
                                    AND (o.until IS NULL OR o.until >= %s)))""",
            days.today(env),
            to_flush=(
                currencies._fields["four_eyes_minor"],
                currencies._fields["treasury_partner_id"],
                offices._fields["until"],
                offices._fields["role"],
            ),
        )
    )
    return dict(rows)


def alone_minor(currency: models.Model, person: models.Model, but: int = 0) -> int:
    """Return what ``person`` let leave the treasury alone lately, in minor units.

    :param person: ``res.partner``
    :param but: id of a transfer that is not counted
    """
    env = currency.env
    env["wezer.transfer"].flush_model()
    env["wezer.treasury.act"].flush_model()
    # By the day on which it was entered, too: administrators choose dates.
    env.cr.execute(
        """SELECT coalesce(sum(minor), 0)::text FROM (
               SELECT amount_minor AS minor FROM wezer_treasury_act
                WHERE proposer_id = %(person)s AND wezer_currency_id = %(currency)s
                  AND state = 'posted' AND decider_id IS NULL AND posted_on > %(since)s
               UNION ALL
               SELECT CASE WHEN t.state = 'reserved'
                           THEN t.amount_minor - coalesce(t.settled_minor, 0)
                           ELSE t.amount_minor END
                 FROM wezer_transfer t
                 JOIN wezer_wallet w ON w.id = t.payer_wallet_id
                WHERE w.wezer_currency_id = %(currency)s AND w.partner_id = %(treasury)s
                  AND t.person_id = %(person)s AND t.kind <> 'correction'
                  AND t.state IN ('reserved', 'pending', 'done') AND t.id <> %(but)s
                  AND greatest(t.date, t.create_date) > %(since)s
                  AND NOT EXISTS (SELECT FROM wezer_treasury_act a
                                   WHERE a.batch_id = t.batch_number)) counted""",
        {
            "person": person.id,
            "currency": currency.id,
            "treasury": currency.sudo().treasury_partner_id.id,
            "since": fields.Datetime.now() - timedelta(days=ALONE_DAYS),
            "but": but,
        },
    )
    return int(env.cr.fetchone()[0])


def check_transfer(transfer: models.Model) -> None:
    """Refuse a payment of a treasury that needs a second person, before it moves.

    :param transfer: ``wezer.transfer``; the person who lets the money go becomes its
        person
    :raise NotAllowed: rule ``four_eyes``: auditors only read
    :raise Refusal: rule ``four_eyes``
    """
    known = transfer.sudo()
    if not known.payer_wallet_id.is_system or _is_program(transfer.env):
        return
    if known.payer_wallet_id.id not in ruled_treasuries(transfer.env):
        return
    _check(transfer.env, known.wezer_currency_id, known.amount_minor, known.id)
    if not known.origin_model:
        # A request was entered by another person than the one who accepts it.
        known.person_id = transfer.env.user.partner_id


def check_posted(transfers: models.Model, ids: Any) -> None:
    """Refuse what takes too much from a treasury, once it is written.

    :param ids: of the transfers that the current user posted together
    :raise NotAllowed: rule ``four_eyes``
    :raise Refusal: rule ``four_eyes``
    """
    _check_written(transfers.env, SQL("id = ANY(%s)", list(ids)))


def check_import(transfers: models.Model, batch: int | None) -> None:
    """Refuse a file that takes too much from a treasury, once it is written.

    :param batch: number of the batch that its transfers belong to
    :raise NotAllowed: rule ``four_eyes``
    :raise Refusal: rule ``four_eyes``
    """
    _check_written(transfers.env, SQL("batch_number = %s", batch))


def _check_written(env: api.Environment, written: SQL) -> None:
    if _is_program(env) or not (ruled := ruled_treasuries(env)):
        return
    rows = env.execute_query(
        SQL(
            """SELECT wezer_currency_id, sum(amount_minor)::text FROM wezer_transfer
                WHERE %s AND payer_wallet_id = ANY(%s) GROUP BY 1 ORDER BY 1""",
            written,
            list(ruled),
        )
    )
    for number, minor in rows:
        currency = env["wezer.currency"].sudo().browse(number)
        _check(env, currency, int(minor), written=True)


def check_planned(currency: models.Model, payer: models.Model, minor: int) -> None:
    """Refuse to plan a payment of a treasury that would be refused on its day.

    :param currency: ``wezer.currency`` (sudo)
    :param payer: ``res.partner``
    :raise NotAllowed: rule ``four_eyes``
    :raise Refusal: rule ``four_eyes``
    """
    env = currency.env
    if payer != currency.treasury_partner_id or _is_program(env):
        return
    if currency.id in ruled_treasuries(env).values():
        _check(env, currency, minor)


def _is_program(env: api.Environment) -> bool:
    """Return whether the server itself works: a shell, an import by a command."""
    return env.uid == SUPERUSER_ID


def _reads(currency: models.Model) -> bool:
    """Return whether the current user reads the books, and can propose there."""
    return bool(currency.sudo(False)._may_read_books())


def _check(
    env: api.Environment,
    currency: models.Model,
    minor: int,
    but: int = 0,
    written: bool = False,
) -> None:
    """Refuse ``minor`` where the current user may not let it go alone.

    :param written: it is counted with what was posted before
    """
    user = env.user
    if user._wezer_is_auditor(currency):
        raise user._wezer_office_refusal(currency.ids)
    limit = currency.four_eyes_minor
    if not user._acts_for(currency.treasury_partner_id, "wallet"):
        # The other side of a deal learns nothing of the rules of a treasury.
        if minor > limit:
            raise refusals.other_side(env, pays=True)
        return
    # Two at once would both count what neither has posted yet.
    locks.hold(env, f"treasury.act:{currency.id}", user.partner_id.id)
    alone = alone_minor(currency, user.partner_id, but) - (minor if written else 0)
    if alone + minor > limit:
        raise refusals.needs_second(
            env, currency, minor, max(limit - alone, 0), _reads(currency)
        )
