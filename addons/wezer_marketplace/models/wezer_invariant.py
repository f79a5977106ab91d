from odoo import api, models

from odoo.addons.wezer_currency.tools.amounts import PRICE_MAX_MINOR

from ..tools import deal_money


class WezerInvariant(models.AbstractModel):
    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (self.env._("A paid deal was paid"), self._check_paid_deals),
            (
                self.env._("No announcement has more deals than places"),
                self._check_places,
            ),
            (
                self.env._("No price and no rate is higher than a price can be"),
                self._check_prices,
            ),
        ]

    def _check_paid_deals(self):
        rows = []
        deals = self.env["wezer.deal"].sudo()
        for deal in deals.search([("state", "=", "paid")], order="id"):
            if deal.event_ids.filtered(lambda event: event.action == "resolve"):
                continue
            done = deal_money.payments(deal, "done")
            for currency, minor in deal_money.due_sums(deal, whole=True).items():
                paid = done.filtered(
                    lambda payment, currency=currency: (
                        payment.wezer_currency_id == currency
                    )
                )
                if sum(paid.mapped("amount_minor")) != minor:
                    rows.append((deal.id, currency.code))
        return rows

    def _check_prices(self):
        """Return ``(table, id, minor units)`` of prices that could not be typed."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT * FROM (
                   SELECT 'wezer_announcement_price', id, greatest(unit_minor,
                          total_minor) AS minor FROM wezer_announcement_price
                    UNION ALL
                   SELECT 'wezer_terms_price', id, total_minor FROM wezer_terms_price
                    UNION ALL
                   SELECT 'project_project', id, wezer_rate_minor FROM project_project
                    UNION ALL
                   SELECT 'project_task', id, wezer_rate_minor FROM project_task
               ) prices(found_in, id, minor)
                WHERE minor > %s OR minor < 0""",
            [PRICE_MAX_MINOR],
        )
        return [
            (table, number, str(minor))
            for table, number, minor in self.env.cr.fetchall()
        ]

    def _check_places(self):
        announcements = self.env["wezer.announcement"].sudo()
        return [
            (one.id, one.places, one.places_used)
            for one in announcements.search([("places", ">", 0)])
            if one.places_used > one.places
        ]
