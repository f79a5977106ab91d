"""Figures of a community by month, for its administrators' dashboard.

Each function asks the database once; months begin and end in the community's time zone.
"""

from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days

# So many months, the present one included.
MONTHS = 12
# So many categories are named.
CATEGORIES = 12
# So many currencies have a curve of their credit.
CURRENCIES = 3


def months(env: api.Environment) -> list[date]:
    """Return the first days of the months shown, the oldest first."""
    this = days.today(env).replace(day=1)
    return [this - relativedelta(months=back) for back in reversed(range(MONTHS))]


def _month_of(env: api.Environment, column: SQL) -> SQL:
    """Return the first day of the month of a moment, where the community is."""
    return SQL(
        "date_trunc('month', %s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
        column,
        days.community_zone(env).key,
    )


def _by_month(env: api.Environment, rows: list[tuple]) -> list:
    found = dict(rows)
    return [found.get(month, 0) for month in months(env)]


def _since(env: api.Environment) -> SQL:
    return SQL("%s", days.begin(env, months(env)[0]))


def hours(env: api.Environment) -> list[float]:
    """Return the hours that members paid each other, by month.

    What was given back later does not count.
    """
    env["wezer.transfer"].flush_model()
    moment = SQL("t.date")
    rows = env.execute_query(
        SQL(
            """SELECT %s, round(sum(t.amount_minor - t.reversed_minor)
                               / max(c.minor_per_unit)::numeric, 2)::float
                 FROM wezer_transfer t
                 JOIN wezer_currency c ON c.id = t.wezer_currency_id
                WHERE t.state = 'done' AND t.kind IN ('payment', 'donation')
                  AND c.unit_kind = 'hour' AND c.company_id = %s AND t.date >= %s
                GROUP BY 1""",
            _month_of(env, moment),
            env.company.id,
            _since(env),
        )
    )
    return _by_month(env, rows)


def active_members(env: api.Environment) -> list[int]:
    """Return how many people paid or were paid, in any currency, by month."""
    env["wezer.transfer"].flush_model()
    rows = env.execute_query(
        SQL(
            """SELECT month, count(DISTINCT partner_id)
                 FROM (SELECT %s AS month, person.partner_id
                         FROM wezer_transfer t
                         JOIN wezer_currency c ON c.id = t.wezer_currency_id
                        CROSS JOIN LATERAL (VALUES (t.payer_id), (t.payee_id))
                              AS person (partner_id)
                        WHERE t.state = 'done' AND t.kind IN ('payment', 'donation')
                          AND c.company_id = %s AND t.date >= %s) part
                 JOIN wezer_profile p USING (partner_id)
                WHERE p.is_person
                GROUP BY month""",
            _month_of(env, SQL("t.date")),
            env.company.id,
            _since(env),
        )
    )
    return _by_month(env, rows)


def new_members(env: api.Environment) -> list[int]:
    """Return how many people joined, by month."""
    env["wezer.profile"].flush_model()
    first = months(env)[0]
    rows = env.execute_query(
        SQL(
            """SELECT date_trunc('month', joined_date)::date, count(*)
                 FROM wezer_profile
                WHERE is_person AND joined_date >= %s AND company_id = %s
                GROUP BY 1""",
            first,
            env.company.id,
        )
    )
    return _by_month(env, rows)


def credit_used(env: api.Environment) -> dict[int, list[float]]:
    """Return the credit in use at the end of each month, by currency.

    From the balances of now and the entries of the months shown: what came later is
    taken away again. Wallets without both are not looked at.
    """
    env["wezer.ledger.entry"].flush_model()
    env["wezer.wallet"].flush_model()
    starts = [days.begin(env, month) for month in months(env)]
    rows = env.execute_query(
        SQL(
            """WITH chosen AS (
                   SELECT id, minor_per_unit FROM wezer_currency
                    WHERE company_id = %s AND kind = 'mutual_credit'
                      AND external IS NOT TRUE AND active
                    ORDER BY sequence, id LIMIT %s),
               moves AS (
                   SELECT side.wallet_id,
                          width_bucket(e.date, %s::timestamp[]) AS month,
                          sum(side.change) AS change
                     FROM wezer_ledger_entry e
                     JOIN chosen c ON c.id = e.wezer_currency_id
                    CROSS JOIN LATERAL (VALUES (e.from_id, -e.amount),
                                               (e.to_id, e.amount))
                          AS side (wallet_id, change)
                    WHERE e.date >= %s
                    GROUP BY 1, 2),
               ends AS (
                   SELECT w.wezer_currency_id, m.month,
                          w.balance - coalesce(sum(moves.change) OVER (
                              PARTITION BY w.id ORDER BY m.month DESC
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                          ), 0) AS balance
                     FROM wezer_wallet w
                     JOIN chosen c ON c.id = w.wezer_currency_id
                    CROSS JOIN generate_series(1, %s) AS m (month)
                     LEFT JOIN moves ON moves.wallet_id = w.id
                      AND moves.month = m.month
                    WHERE w.is_system IS NOT TRUE
                      AND (w.balance < 0 OR w.id IN (SELECT wallet_id FROM moves)))
               SELECT c.id, m.month,
                      coalesce(sum(greatest(-ends.balance, 0)), 0)
                          / c.minor_per_unit::numeric
                 FROM chosen c
                CROSS JOIN generate_series(1, %s) AS m (month)
                 LEFT JOIN ends ON ends.wezer_currency_id = c.id
                  AND ends.month = m.month
                GROUP BY c.id, c.minor_per_unit, m.month
                ORDER BY c.id, m.month""",
            env.company.id,
            CURRENCIES,
            starts,
            starts[0],
            MONTHS,
            MONTHS,
        )
    )
    used = {}
    for currency, _month, amount in rows:
        used.setdefault(currency, []).append(round(float(amount), 2))
    return used


def deals_by_state(env: api.Environment) -> list[tuple[str, int]]:
    """Return ``(state, number)`` of all deals."""
    env["wezer.deal"].flush_model()
    return env.execute_query(
        SQL(
            """SELECT state, count(*) FROM wezer_deal WHERE company_id = %s
                GROUP BY state ORDER BY state""",
            env.company.id,
        )
    )


def deals_by_category(env: api.Environment) -> list[tuple[int | None, int]]:
    """Return ``(category, number)`` of deals paid in the months shown, most first."""
    env["wezer.deal"].flush_model()
    return env.execute_query(
        SQL(
            """SELECT category_id, count(*) FROM wezer_deal
                WHERE company_id = %s AND date_paid >= %s
                GROUP BY category_id ORDER BY count(*) DESC, category_id LIMIT %s""",
            env.company.id,
            _since(env),
            CATEGORIES,
        )
    )
