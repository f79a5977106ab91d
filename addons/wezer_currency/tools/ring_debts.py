"""What members owe each other by their own trade in a mutual credit.

Somebody who paid another more than they were paid back owes them the difference: they
had goods or work for it, and gave none yet. Payments count, what was given back of
them, and earlier settlements; donations, charges, opening balances and everything with
a treasury do not.
"""

from odoo import fields, models
from odoo.tools import SQL

from .circulation import Pair

# What comes back of something else counts as that does.
RETURNS = ("reversal", "correction")
TRADE = ("payment", "clearing", *RETURNS)
NO_TRADE = ("donation",)


def open_debts(
    currency: models.Model, limit: int
) -> tuple[dict[Pair, int], dict[Pair, int]]:
    """Return what may be settled now, and what is owed now.

    Between open wallets whose owners agreed beforehand. What live settlements propose
    already is owed, and may not be settled twice.

    :param limit: only so many of the largest debts
    :return: both ``{(wallet that owes, wallet that is owed): minor units}``; the first
        has the largest first
    """
    env = currency.env
    env["wezer.wallet"].flush_model()
    env["wezer.clearing"].flush_model()
    agreed = SQL(
        """WITH agreed AS MATERIALIZED (
               SELECT id FROM wezer_wallet
                WHERE wezer_currency_id = %s AND settles_in_circles
                  AND state = 'open' AND is_system IS NOT TRUE
                  AND (circles_paused_until IS NULL OR circles_paused_until < %s))""",
        currency.id,
        fields.Datetime.now(),
    )
    both = SQL(
        "e.from_id IN (SELECT id FROM agreed) AND e.to_id IN (SELECT id FROM agreed)"
    )
    owed = _read(currency, both, limit, agreed)
    debts = dict(owed)
    rows = env.execute_query(
        SQL(
            """SELECT l.debtor_wallet_id, l.creditor_wallet_id,
                      sum(c.amount_minor)::text
                 FROM wezer_clearing c JOIN wezer_clearing_line l
                   ON l.clearing_id = c.id
                WHERE c.wezer_currency_id = %s AND c.state IN ('proposed', 'agreed')
                GROUP BY 1, 2""",
            currency.id,
        )
    )
    for debtor, creditor, minor in rows:
        pair = debtor, creditor
        left = debts.pop(pair, 0) - int(minor)
        if left > 0:
            debts[pair] = left
    return dict(sorted(debts.items(), key=lambda row: (-row[1], row[0]))), owed


def debts_between(currency: models.Model, pairs: list[Pair]) -> dict[Pair, int]:
    """Return what is owed now within each of ``pairs``, in either direction.

    It costs the entries of the wallet of a pair that has fewer.
    """
    # Written out, so that the planner sees which side has fewer entries.
    sides = SQL(" OR ").join(
        SQL("(e.from_id = %s AND e.to_id = %s)", *side)
        for pair in pairs
        for side in (pair, pair[::-1])
    )
    return _read(currency, sides, None)


def _read(
    currency: models.Model, sides: SQL, limit: int | None, with_: SQL | None = None
) -> dict[Pair, int]:
    """Return ``{(debtor, creditor): minor units}``, the largest first.

    :param sides: which entries ``e`` count, by their two wallets
    """
    rows = currency.env.execute_query(
        SQL(
            """%(with_)s
               SELECT CASE WHEN minor > 0 THEN a ELSE b END AS debtor,
                      CASE WHEN minor > 0 THEN b ELSE a END AS creditor,
                      abs(minor)::text
                 FROM (
                   SELECT least(e.from_id, e.to_id) AS a,
                          greatest(e.from_id, e.to_id) AS b,
                          sum(CASE WHEN e.from_id < e.to_id
                              THEN e.amount ELSE -e.amount END) AS minor
                     FROM wezer_ledger_entry e
                    WHERE (%(sides)s) AND e.wezer_currency_id = %(currency)s
                      AND e.kind IN %(trade)s
                      AND (e.kind NOT IN %(returns)s OR NOT EXISTS (
                           SELECT FROM wezer_transfer r
                             JOIN wezer_transfer p ON p.id = r.parent_id
                            WHERE r.id = e.transfer_id AND p.kind IN %(no_trade)s))
                    GROUP BY 1, 2) pairs
                WHERE minor <> 0
                ORDER BY abs(minor) DESC, 1, 2 LIMIT %(limit)s""",
            with_=with_ or SQL(""),
            sides=sides,
            currency=currency.id,
            trade=TRADE,
            returns=RETURNS,
            no_trade=NO_TRADE,
            limit=limit,
        )
    )
    return {(debtor, creditor): int(minor) for debtor, creditor, minor in rows}
