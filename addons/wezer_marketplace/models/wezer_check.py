from odoo import api, models


class WezerCheck(models.AbstractModel):
    _inherit = "wezer.check"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (self.env._("A paid deal was paid"), self._check_paid_deals),
            (
                self.env._("No announcement has more deals than places"),
                self._check_places,
            ),
        ]

    def _check_paid_deals(self):
        rows = []
        deals = self.env["wezer.proposition"].sudo()
        for deal in deals.search([("state", "=", "paid")], order="id"):
            if deal.event_ids.filtered(lambda event: event.action == "resolve"):
                continue
            done = deal._payments("done")
            for currency, minor in deal._due_sums(whole=True).items():
                paid = done.filtered(
                    lambda one, currency=currency: one.wezer_currency_id == currency
                )
                if sum(paid.mapped("amount_minor")) != minor:
                    rows.append((deal.id, currency.code))
        return rows

    def _check_places(self):
        announcements = self.env["wezer.announcement"].sudo()
        return [
            (one.id, one.places, one.places_used)
            for one in announcements.search([("places", ">", 0)])
            if one.places_used > one.places
        ]
