"""Taking a whole batch back: one correction for each of its transfers, or none.

Written by a few statements whatever the size of the batch. The sum of all corrections
decides whether a wallet falls below its limit, not the order in which they are posted.
"""

from typing import Any

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import locks

from . import refusals

# Wallets that a refusal names.
NAMED = 5

# Levies go back in proportion, see ``settlement.py``; the part of a claim goes back
# with the claim.
GIVEN = "(coalesce(t.reversed_minor, 0) - coalesce(t.claim_minor, 0))"
LEVY_BACK = f"""div(2 * coalesce({{levy}}, 0) * ({GIVEN} + n.amount_minor)
                   + t.amount_minor, 2 * t.amount_minor)
           - div(2 * coalesce({{levy}}, 0) * {GIVEN}
                   + t.amount_minor, 2 * t.amount_minor)"""
# What moves, one row for each ledger entry: the amount, then the levies.
MOVES = f"""
    SELECT n.id AS transfer_id, n.wezer_currency_id, v.part, v.from_id, v.to_id,
           v.minor, v.kind
      FROM wezer_transfer n
      JOIN wezer_transfer t ON t.id = n.parent_id
      JOIN wezer_currency c ON c.id = t.wezer_currency_id
      LEFT JOIN wezer_wallet y ON y.partner_id = c.treasury_partner_id
       AND y.wezer_currency_id = c.id
      CROSS JOIN LATERAL (VALUES
          (1, n.payer_wallet_id, n.payee_wallet_id, n.amount_minor, 'correction'),
          (2, y.id, t.payer_wallet_id,
           {LEVY_BACK.format(levy="t.levy_payer_minor")}, 'levy'),
          (3, y.id, t.payee_wallet_id,
           {LEVY_BACK.format(levy="t.levy_payee_minor")}, 'levy')
      ) v(part, from_id, to_id, minor, kind)
     WHERE n.batch_number = %(made)s AND v.minor > 0"""
NET = f"""
    SELECT wallet, sum(minor) AS minor FROM (
        SELECT from_id AS wallet, -minor AS minor FROM ({MOVES}) moves
        UNION ALL
        SELECT to_id, minor FROM ({MOVES}) moves) sides
     GROUP BY wallet"""


def lock(batch: models.Model) -> None:
    """Let two who take the same batch back do it one after the other."""
    batch.env.flush_all()
    locks.execute_locking(
        batch.env,
        "SELECT id FROM wezer_batch WHERE id = %s FOR NO KEY UPDATE",
        [batch.id],
        returns=False,
    )
    batch.invalidate_recordset()


def take_back(batch: models.Model, reason: str, numbered: bool = False) -> models.Model:
    """Return what is left of each transfer to its payer, the levies with it.

    :param batch: ``wezer.batch`` (sudo), locked
    :param numbered: a refusal names wallets by their numbers, for others to read it
    :return: the batch of corrections (sudo)
    :raise Refusal: rules ``external``, ``nothing``, ``limit``
    """
    env = batch.env
    _check_inside(batch)
    _lock_rows(batch)
    made = batch._next_id()
    given = {
        "batch": batch.id,
        "made": made,
        "now": fields.Datetime.now(),
        "uid": env.uid,
        "person": env.user.partner_id.id,
        "reason": reason,
    }
    moneys = _write_transfers(env, given)
    if not moneys:
        raise Refusal(
            env._("All payments of this batch have been given back already."),
            rule="nothing",
        )
    _write_entries(env, given)
    env.invalidate_all(flush=False)
    _check_limits(batch, given, numbered)
    env.cr.execute(
        """UPDATE wezer_transfer SET reversed_minor = amount_minor
            WHERE id IN (SELECT parent_id FROM wezer_transfer
                          WHERE batch_number = %(made)s)""",
        given,
    )
    env["wezer.wallet"]._invalidate_sums()
    batch._keep(
        made,
        "take_back",
        [{"money": money} for money in moneys],
        [{"state": "posted"}] * len(moneys),
        reason,
    )
    currencies = env["wezer.currency"].browse(set(moneys))
    if "immediate" in currencies.mapped("accounting_mode"):
        env.ref("wezer_currency.ir_cron_seal").sudo()._trigger()
    return batch.browse(made)


def _check_inside(batch: models.Model) -> None:
    """Refuse a batch of outside money: its receipts are its payees' to confirm."""
    outside = batch.env["wezer.transfer"].search_count(
        [
            ("batch_number", "=", batch.id),
            ("wezer_currency_id.external", "=", True),
        ],
        limit=1,
    )
    if outside:
        raise Refusal(
            batch.env._(
                "This batch has payments in a currency whose money moves outside. Give"
                " them back one by one."
            ),
            rule="external",
        )


def _lock_rows(batch: models.Model) -> None:
    """Lock the transfers, then the wallets that change, each in the order of ids."""
    locks.execute_locking(
        batch.env,
        """SELECT id FROM wezer_transfer WHERE batch_number = %s
            ORDER BY id FOR NO KEY UPDATE""",
        [batch.id],
        returns=False,
    )
    locks.execute_locking(
        batch.env,
        """SELECT w.id FROM wezer_wallet w
             JOIN wezer_currency c ON c.id = w.wezer_currency_id
            WHERE (w.is_system IS NOT TRUE OR wezer_treasury_has_limit(c))
              AND (w.id IN (SELECT payer_wallet_id FROM wezer_transfer
                             WHERE batch_number = %(batch)s
                            UNION
                            SELECT payee_wallet_id FROM wezer_transfer
                             WHERE batch_number = %(batch)s)
                   OR (w.partner_id = c.treasury_partner_id AND c.id IN (
                       SELECT wezer_currency_id FROM wezer_transfer
                        WHERE batch_number = %(batch)s)))
            ORDER BY w.id FOR NO KEY UPDATE OF w""",
        {"batch": batch.id},
        returns=False,
    )


def _write_transfers(env: Any, given: dict) -> list[int]:
    """Write a correction of each transfer; return the currency of each."""
    env.cr.execute(
        """INSERT INTO wezer_transfer
               (payer_id, payee_id, payer_wallet_id, payee_wallet_id,
                wezer_currency_id, company_id, amount_minor, levy_payer_minor,
                levy_payee_minor, settled_minor, reversed_minor, claim_minor, purpose,
                category_id, kind, state, date, parent_id, reason, batch_number,
                person_id, notice_pending, historic, create_uid, write_uid,
                create_date, write_date)
           SELECT payee_id, payer_id, payee_wallet_id, payer_wallet_id,
                  wezer_currency_id, company_id,
                  amount_minor - coalesce(reversed_minor, 0), 0, 0, 0, 0, 0, purpose,
                  category_id, 'correction', 'done', %(now)s, id, %(reason)s, %(made)s,
                  %(person)s, TRUE, payer_id = payee_id, %(uid)s, %(uid)s,
                  %(now)s, %(now)s
             FROM wezer_transfer
            WHERE batch_number = %(batch)s AND state = 'done'
              AND amount_minor > coalesce(reversed_minor, 0)
            ORDER BY id
        RETURNING wezer_currency_id""",
        given,
    )
    return [row[0] for row in env.cr.fetchall()]


def _write_entries(env: Any, given: dict) -> None:
    """Write the ledger entries with the balances after them, and update the sums."""
    env.cr.execute(
        f"""WITH moves AS (
                SELECT *, row_number() OVER (ORDER BY transfer_id, part) AS place
                  FROM ({MOVES}) moves WHERE from_id <> to_id),
            sides AS (
                SELECT place, from_id AS wallet, -minor AS minor FROM moves
                UNION ALL SELECT place, to_id, minor FROM moves),
            running AS (
                SELECT s.place, s.wallet,
                       w.balance + sum(s.minor) OVER (
                           PARTITION BY s.wallet ORDER BY s.place) AS after
                  FROM sides s JOIN wezer_wallet w ON w.id = s.wallet
                 WHERE w.is_system IS NOT TRUE)
            INSERT INTO wezer_ledger_entry
                (transfer_id, wezer_currency_id, from_id, to_id, amount, kind, date,
                 from_balance, to_balance)
            SELECT m.transfer_id, m.wezer_currency_id, m.from_id, m.to_id, m.minor,
                   m.kind, %(now)s, f.after, t.after
              FROM moves m
              LEFT JOIN running f ON f.place = m.place AND f.wallet = m.from_id
              LEFT JOIN running t ON t.place = m.place AND t.wallet = m.to_id
             ORDER BY m.place""",
        given,
    )
    env.cr.execute(
        f"""UPDATE wezer_wallet w
               SET balance = w.balance
                   + CASE WHEN w.is_system THEN 0 ELSE net.minor END
              FROM ({NET}) net JOIN wezer_wallet x ON x.id = net.wallet
              JOIN wezer_currency c ON c.id = x.wezer_currency_id
             WHERE w.id = net.wallet
               AND (w.is_system IS NOT TRUE OR wezer_treasury_has_limit(c))""",
        given,
    )
    env.cr.execute(
        f"""INSERT INTO wezer_wallet_accrual (wallet_id, delta)
            SELECT net.wallet, net.minor FROM ({NET}) net
              JOIN wezer_wallet w ON w.id = net.wallet
             WHERE w.is_system AND net.minor <> 0""",
        given,
    )


def _check_limits(batch: models.Model, given: dict, numbered: bool) -> None:
    """Refuse what brings a wallet below its limit, or mark it where that only warns.

    :raise Refusal: rule ``limit``
    """
    env = batch.env
    env.cr.execute(
        f"""SELECT w.id, c.limit_policy = 'block' OR c.kind <> 'mutual_credit'
              FROM ({NET}) net JOIN wezer_wallet w ON w.id = net.wallet
              JOIN wezer_currency c ON c.id = w.wezer_currency_id
             WHERE net.minor < 0 AND wezer_spendable(w, c) < 0
             ORDER BY w.id""",
        given,
    )
    found = env.cr.fetchall()
    refused = [wallet for wallet, blocks in found if blocks]
    if refused:
        raise _below_limit(batch, refused, numbered)
    if found:
        env.cr.execute(
            """UPDATE wezer_transfer SET beyond_limit = TRUE
                WHERE batch_number = %s AND payer_wallet_id = ANY(%s)""",
            [given["made"], [wallet for wallet, _blocks in found]],
        )


def _below_limit(batch: models.Model, ids: list[int], numbered: bool) -> Refusal:
    """Return the refusal that names the wallets, as far as the user may know them."""
    env = batch.env
    wallets = env["wezer.wallet"].browse(ids[:NAMED])
    if numbered:
        names = [refusals.numbered(env, wallet.id) for wallet in wallets]
    else:
        names = wallets.with_env(env(su=False)).mapped("display_name")
    first = wallets[0]
    lower = first._limits()[0] or 0
    return Refusal(
        env._(
            "Nothing was taken back, because %(count)s wallets would fall below their"
            " limit: %(names)s.",
            count=len(ids),
            names=", ".join(names) + ("…" if len(ids) > NAMED else ""),
        ),
        rule="limit",
        value=str(len(ids)),
        limit=first.wezer_currency_id._format(lower),
    )
