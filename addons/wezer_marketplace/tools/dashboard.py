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
