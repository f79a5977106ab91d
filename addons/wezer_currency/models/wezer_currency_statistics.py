from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import is_id

INTERVALS = ("week", "month", "year")
# At most so many weeks, months or years at a time.
BOUNDS_MAX = 1000
# What people do with the money, without what the community takes or corrects.
TRADE = ("payment", "donation")
YEAR = timedelta(days=365)
GROUPS = "wezer_base.group_moderator,wezer_base.group_administrator"


class WezerCurrency(models.Model):
    """How the money lives: velocity, activity, credit, concentration."""

    _inherit = "wezer.currency"

    stat_volume = fields.Char(
        string="Paid in a year", compute="_compute_statistics", groups=GROUPS
    )
    stat_velocity = fields.Float(
        string="Velocity a year",
        compute="_compute_statistics",
        groups=GROUPS,
        digits=(16, 2),
        help="How often a unit changed hands: what was paid in a year, over what"
        " those above zero have together.",
    )
    stat_wallets = fields.Integer(
        string="Wallets", compute="_compute_statistics", groups=GROUPS
    )
    stat_active = fields.Integer(
        string="Active in 30 days", compute="_compute_statistics", groups=GROUPS
    )
    stat_first_trade = fields.Float(
        string="Days from joining to the first trade",
        compute="_compute_statistics",
        groups=GROUPS,
        digits=(16, 1),
        help="The median over members who traded.",
    )
    stat_credit_granted = fields.Char(
        string="Credit granted", compute="_compute_statistics", groups=GROUPS
    )
    stat_credit_used = fields.Char(
        string="Credit used", compute="_compute_statistics", groups=GROUPS
    )
    stat_concentration = fields.Float(
        string="Held by the richest tenth (%)",
        compute="_compute_statistics",
        groups=GROUPS,
        digits=(16, 1),
    )
    stat_beyond = fields.Integer(
        string="Beyond a limit", compute="_compute_statistics", groups=GROUPS
    )

    def _compute_statistics(self):
        names = [name for name in self._fields if name.startswith("stat_")]
        for record in self:
            currency = record._origin
            values = currency._statistics() if currency else {}
            for name in names:
                record[name] = values.get(name, False)

    def _statistics(self):
        """Return the values of the fields ``stat_…``."""
        self.ensure_one()
        # What was paid in this second counts too.
        now = fields.Datetime.now() + timedelta(seconds=1)
        sums = self._stock()
        volume = int(self._trade_sum(now - YEAR, now))
        beyond = [("wezer_currency_id", "=", self.id), ("beyond_limit", "=", True)]
        return {
            "stat_volume": self._format(volume),
            "stat_velocity": volume / sums["held"] if sums["held"] else 0.0,
            "stat_wallets": sums["wallets"],
            "stat_active": self._active(now - timedelta(days=30), now),
            "stat_first_trade": self._first_trade(),
            "stat_credit_granted": self._format(sums["granted"]),
            "stat_credit_used": self._format(sums["used"]),
            "stat_concentration": (
                100.0 * sums["top"] / sums["held"] if sums["held"] else 0.0
            ),
            # Only how many: the caller may be no moderator.
            "stat_beyond": self.env["wezer.wallet"].sudo().search_count(beyond),
        }

    def _stock(self):
        """Return what wallets hold together, in minor units, exact."""
        self.ensure_one()
        self.env["wezer.wallet"].flush_model()
        self.flush_model()
        self.env.cr.execute(
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
            [self.id],
        )
        wallets, held, used, granted, top = self.env.cr.fetchone()
        return {
            "wallets": wallets,
            "held": int(held),
            "used": int(used),
            "granted": int(granted),
            "top": int(top),
        }

    def _trade_sum(self, start, end):
        self.env.cr.execute(
            """SELECT coalesce(sum(amount_minor), 0)::text FROM wezer_transfer
                WHERE wezer_currency_id = %s AND state = 'done' AND kind IN %s
                  AND date >= %s AND date < %s""",
            [self.id, TRADE, start, end],
        )
        return self.env.cr.fetchone()[0]

    def _active(self, start, end, least=1):
        """Return how many wallets traded at least ``least`` times."""
        self.env.cr.execute(
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
                "currency": self.id,
                "kinds": TRADE,
                "start": start,
                "end": end,
                "least": least,
            },
        )
        return self.env.cr.fetchone()[0]

    def _wallets_between(self, start, end):
        """Return how many members' wallets were open at some moment."""
        self.env["wezer.wallet"].flush_model()
        self.env.cr.execute(
            """SELECT count(*) FROM wezer_wallet
                WHERE wezer_currency_id = %s AND is_system IS NOT TRUE
                  AND opened_on < %s AND (closed_on IS NULL OR closed_on >= %s)""",
            [self.id, end, start],
        )
        return self.env.cr.fetchone()[0]

    def _first_trade(self):
        self.env.cr.execute(
            """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM (
                   SELECT extract(epoch FROM min(t.date) - p.create_date) / 86400
                          AS days
                     FROM wezer_profile p
                     JOIN wezer_wallet w ON w.partner_id = p.partner_id
                      AND w.wezer_currency_id = %s
                     JOIN wezer_transfer t ON t.state = 'done' AND t.kind IN %s
                      AND (t.payer_wallet_id = w.id OR t.payee_wallet_id = w.id)
                      AND t.historic IS NOT TRUE
                    GROUP BY p.id, p.create_date) firsts WHERE days >= 0""",
            [self.id, TRADE],
        )
        return self.env.cr.fetchone()[0] or 0.0

    # === SERIES === #

    def statistics(self, date_from, date_to, interval="month", least=1):
        """Return the trade of each week, month or year; moderators, administrators.

        :param date_from: first moment, in UTC
        :param date_to: the moment after the last
        :param int least: who traded so often counts as active
        :return: dicts ``start``, ``transfers``, ``volume`` (text), ``active``
            wallets, and ``wallets``: how many were open at some moment of it
        """
        self.ensure_one()
        user = self.env.user
        if not (
            self.env.su
            or user.has_group("wezer_base.group_administrator")
            or user.has_group("wezer_base.group_moderator")
        ):
            raise NotAllowed(
                self.env._("Moderators and administrators see the statistics."),
                rule="role",
            )
        if interval not in INTERVALS:
            raise Refusal(self.env._("Week, month or year."), rule="interval")
        if not is_id(least):
            raise Refusal(
                self.env._("Say how often, as a whole number."),
                rule="least",
                value=str(least),
            )
        moments = self.env["wezer.transfer"]
        start, end = (
            moments._moment(date_from, "date"),
            moments._moment(date_to, "date"),
        )
        if not start or not end or start >= end:
            raise Refusal(self.env._("Say from when until when."), rule="date")
        bounds = self._bounds(start, end, interval)
        self.env["wezer.transfer"].flush_model()
        self.env.cr.execute(
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
                "currency": self.id,
                "kinds": TRADE,
            },
        )
        return [
            {
                "start": fields.Datetime.to_string(first),
                "transfers": count,
                "volume": self._decimal(int(volume)),
                "active": self._active(max(first, start), after, least),
                "wallets": self._wallets_between(max(first, start), after),
            }
            for first, after, count, volume in self.env.cr.fetchall()
        ]

    def _bounds(self, start, end, interval):
        """Return the moments at which the community's weeks, months or years begin.

        The first begins at or before ``start``, the last before ``end``.
        """
        company = self.company_id
        day = days.day_of(self.env, start, company)
        if interval == "week":
            day -= timedelta(days=day.weekday())
        else:
            day = day.replace(day=1, month=1 if interval == "year" else day.month)
        bounds, number = [], 0
        while True:
            try:
                following = day + relativedelta(**{f"{interval}s": number})
            except (ValueError, OverflowError):
                # The calendar ends.
                return bounds
            moment = days.begin(self.env, following, company)
            if moment >= end:
                return bounds
            if number >= BOUNDS_MAX:
                raise Refusal(
                    self.env._(
                        "This period has more than %s parts. Choose a shorter period or"
                        " longer parts.",
                        BOUNDS_MAX,
                    ),
                    rule="date",
                    limit=str(BOUNDS_MAX),
                )
            bounds.append(moment)
            number += 1

    def action_flows(self):
        """Open who paid whom in this currency, as graph and table."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Flows of %(name)s", name=self.name),
            "res_model": "wezer.money.flow",
            "view_mode": "graph,pivot,list",
            # One currency at a time: others are never added to it.
            "domain": [("wezer_currency_id", "=", self.id)],
        }


class WezerMoneyFlow(models.Model):
    """Who paid whom: one row a month, pair, category and kind."""

    _name = "wezer.money.flow"
    _description = "Flows of money"
    _inherit = ["wezer.record.mixin"]
    _auto = False
    _order = "month desc"

    month = fields.Date(readonly=True)
    wezer_currency_id = fields.Many2one(
        "wezer.currency", string="Currency", readonly=True
    )
    payer_id = fields.Many2one("res.partner", readonly=True)
    payee_id = fields.Many2one("res.partner", readonly=True)
    category_id = fields.Many2one("wezer.category", "Purpose", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env["wezer.transfer"]._fields["kind"].selection,
        readonly=True,
    )
    transfers = fields.Integer("Payments", readonly=True)
    units = fields.Float(readonly=True, help="In units of the currency.")
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        """A month is one of the community's: no view of the database knows its zone."""
        companies = self.env["res.company"].sudo().search([])
        zones = SQL(", ").join(
            SQL("(%s, %s)", company.id, company._wezer_zone().key)
            for company in companies
        )
        self.env["wezer.transfer"].flush_model()
        return SQL(
            """SELECT min(t.id) AS id,
                      date_trunc('month', t.date AT TIME ZONE 'UTC'
                                 AT TIME ZONE z.name)::date AS month,
                      t.wezer_currency_id, t.payer_id, t.payee_id, t.category_id,
                      t.kind, t.company_id, count(*)::int AS transfers,
                      (sum(t.amount_minor) / min(c.minor_per_unit))::float AS units
                 FROM wezer_transfer t JOIN wezer_currency c
                   ON c.id = t.wezer_currency_id
                 JOIN (VALUES %s) z(company_id, name) ON z.company_id = t.company_id
                WHERE t.state = 'done'
                GROUP BY 2, 3, 4, 5, 6, 7, 8""",
            zones,
        )
