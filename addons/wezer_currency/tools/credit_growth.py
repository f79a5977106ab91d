"""Credit that grows with payments received: counted at night, limited by a cap.

The rule. For each other wallet: what was received from it since the day the currency
names, less what was paid to it, at the moment when this was highest. The sum over all
others is what the credit grows by. So paying later makes no credit smaller, and money
that goes to and fro between two people counts once. Payments and gifts count, less what
was given back of them; charges, issued money, and what was imported do not. Nor do
payments between people and the parties they act for at that time (a day either side,
as such rights are kept in days), and between two accounts of one person.

How the limit follows from it is one function of the database (``wezer_grown_limit`` in
``models/posting.sql``): not beyond the cap, and never less than what was granted.

It is counted at night, not with each payment: payments stay as quick as they are. The
figure follows from the transfers alone, so a run that was interrupted is simply
repeated, and credit that grew by a payment is gone when the payment is given back.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from odoo import fields, models
from odoo.tools import SQL, split_every

from odoo.addons.wezer_base.tools.locks import execute_locking, is_contention

# Wallets that are counted in one transaction.
CHUNK = 200
ATTEMPTS = 3
# Payments whose transaction began before the last count and ended after it.
OVERLAP = timedelta(days=1)
COUNTED = ("payment", "donation")
# What gives a payment back.
RETURNS = ("reversal", "correction")


def grow(currency: models.Model) -> int:
    """Let the credit of all wallets of ``currency`` (sudo) grow; return how many did.

    In a scheduled action each chunk of wallets is committed by itself.
    """
    env = currency.env
    env.flush_all()
    began = fields.Datetime.now()
    count = 0
    for ids in split_every(CHUNK, _concerned(currency), list):
        count += _grow_with_retries(currency, ids)
    currency.credit_counted = began
    return count


def _concerned(currency: models.Model) -> list[int]:
    """Return the wallets whose figure may have changed since the last count.

    Those that received something, and those that gave something back; all where
    another day was chosen.
    """
    since = currency.credit_grows_since
    counted = currency.credit_counted
    if counted:
        since = max(since, counted - OVERLAP)
    rows = currency.env.execute_query(
        SQL(
            """SELECT w.id FROM wezer_wallet w
                WHERE w.wezer_currency_id = %(currency)s AND w.is_system IS NOT TRUE
                  AND ((w.credit_grown > 0 AND %(all)s) OR w.id IN (
                      SELECT CASE WHEN kind = ANY(%(kinds)s) THEN payee_wallet_id
                                  ELSE payer_wallet_id END
                        FROM wezer_transfer
                       WHERE wezer_currency_id = %(currency)s AND state = 'done'
                         AND date >= %(since)s AND kind = ANY(%(known)s)))
                ORDER BY w.id""",
            currency=currency.id,
            all=not counted,
            since=since,
            kinds=list(COUNTED),
            known=list(COUNTED + RETURNS),
        )
    )
    return [row[0] for row in rows]


def _grow_with_retries(currency: models.Model, ids: list[int]) -> int:
    env = currency.env
    cron = env["ir.cron"] if env.context.get("ir_cron_progress_id") else None
    for attempt in range(ATTEMPTS):
        try:
            with env.cr.savepoint():
                count = _grow_some(currency, ids)
        except Exception as error:
            env.invalidate_all(flush=False)
            if cron is None or attempt + 1 == ATTEMPTS or not is_contention(error):
                raise
            # Somebody paid meanwhile: a new transaction sees it.
            cron._commit_progress()
            continue
        if cron is not None:
            cron._commit_progress()
        return count
    return 0


def _grow_some(currency: models.Model, ids: list[int]) -> int:
    """Count for some wallets, and keep the changes of their limits."""
    env = currency.env
    wallets = env["wezer.wallet"].sudo()
    execute_locking(
        env,
        "SELECT id FROM wezer_wallet WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        [ids],
    )
    before = _limits(wallets, ids)
    env.cr.execute(
        SQL(
            """UPDATE wezer_wallet w SET credit_grown = s.minor
                 FROM (%s) s(wallet_id, minor)
                WHERE w.id = s.wallet_id AND s.minor <> coalesce(w.credit_grown, 0)""",
            _sums(currency, ids),
        )
    )
    wallets.invalidate_model(["credit_grown", "limits_text"], flush=False)
    changed = [
        (wallet_id, *limits)
        for wallet_id, limits in _limits(wallets, ids).items()
        if limits != before[wallet_id]
    ]
    if changed:
        env["wezer.wallet.limit.change"]._note(currency, "grown", changed)
        env.flush_all()
    return len(changed)


def _limits(wallets: models.Model, ids: list[int]) -> dict:
    """Return ``{wallet id: (lower, upper)}`` in force."""
    wallets.env.cr.execute(
        """SELECT w.id, wezer_lower_limit(w, c)::text, wezer_upper_limit(w, c)::text
             FROM wezer_wallet w JOIN wezer_currency c ON c.id = w.wezer_currency_id
            WHERE w.id = ANY(%s)""",
        [ids],
    )
    return {
        row[0]: tuple(None if text is None else int(text) for text in row[1:])
        for row in wallets.env.cr.fetchall()
    }


def _sums(currency: models.Model, ids: list[int]) -> SQL:
    """Return the query of ``(wallet id, minor)``: what the credit of each grows by."""
    ties = SQL(" UNION ALL ").join(currency.env["res.partner"]._wezer_tie_selects())
    return SQL(
        """WITH ties AS MATERIALIZED (
               SELECT person, party, since - interval '1 day' AS since,
                      until + interval '1 day' AS until
                 FROM (%(ties)s) t(person, party, since, until, recorded)
                WHERE until >= %(since)s - interval '1 day'),
           both_ways AS MATERIALIZED (
               SELECT person AS one, party AS two, since, until FROM ties
               UNION ALL
               SELECT party, person, since, until FROM ties),
           counted AS (
               SELECT t.id, t.date, t.payer_wallet_id AS payer,
                      t.payee_wallet_id AS payee,
                      t.amount_minor - coalesce(t.reversed_minor, 0) AS minor
                 FROM wezer_transfer t
                WHERE (t.payee_wallet_id = ANY(%(ids)s)
                       OR t.payer_wallet_id = ANY(%(ids)s))
                  AND t.state = 'done' AND t.kind = ANY(%(kinds)s)
                  AND t.historic IS NOT TRUE AND t.date >= %(since)s
                  AND NOT EXISTS (
                      SELECT FROM both_ways b
                       WHERE b.one = t.payer_id AND b.two = t.payee_id
                         AND t.date BETWEEN b.since AND b.until)),
           runs AS (
               SELECT own, other,
                      sum(minor) OVER (PARTITION BY own, other ORDER BY date, id) AS net
                 FROM (SELECT id, date, payee AS own, payer AS other, minor FROM counted
                       UNION ALL
                       SELECT id, date, payer, payee, -minor FROM counted) sides
                WHERE own = ANY(%(ids)s) AND own <> other),
           highest AS (
               SELECT own, other, max(net) AS minor FROM runs
                GROUP BY own, other HAVING max(net) > 0)
           SELECT w.id, coalesce(sum(h.minor), 0)
             FROM unnest(%(ids)s) w(id) LEFT JOIN highest h ON h.own = w.id
            GROUP BY w.id""",
        ids=ids,
        since=currency.credit_grows_since,
        kinds=list(COUNTED),
        ties=ties,
    )


# === WHAT A MEMBER READS OF IT === #


def explanation(wallet: models.Model) -> dict | None:
    """Return how far the lower limit of ``wallet`` (sudo) grew, None where it cannot.

    :return: ``grown`` and ``cap`` in minor units, and whether it ``may_grow`` further
    """
    currency = wallet.wezer_currency_id
    own = wallet.own_limits
    if not currency.credit_grows or (own and not wallet.own_grows):
        return None
    lower = wallet._limits()[0]
    granted = wallet.lower_limit if own else currency.lower_limit
    if lower is None or wallet.is_system or currency.kind != "mutual_credit":
        return None
    cap = -currency.credit_cap
    if granted <= cap:
        return None
    return {"grown": granted - lower, "cap": cap, "may_grow": lower > cap}


def changes(wallet: models.Model, limit: int) -> Iterator[models.Model]:
    """Yield the latest changes of the limits of ``wallet`` (sudo), the newest first.

    Those of the currency are among them, as long as the wallet has no limits of its
    own.
    """
    domain: list[Any] = [("wallet_id", "=", wallet.id)]
    if not wallet.own_limits:
        domain = [
            "|",
            *domain,
            "&",
            ("wallet_id", "=", False),
            ("wezer_currency_id", "=", wallet.wezer_currency_id.id),
        ]
    yield from wallet.env["wezer.wallet.limit.change"].search_fetch(domain, limit=limit)
