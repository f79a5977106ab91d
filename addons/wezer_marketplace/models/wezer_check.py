from odoo import api, models


class WezerCheck(models.AbstractModel):
    _inherit = "wezer.check"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("No money stays set aside without a live deal"),
                self._check_reserved_deals,
            ),
            (
                self.env._("An agreed deal has its money set aside"),
                self._check_agreed_money,
            ),
            (self.env._("A paid deal was paid"), self._check_paid_deals),
            (
                self.env._("No announcement has more deals than places"),
                self._check_places,
            ),
        ]

    def _check_reserved_deals(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT t.id, t.origin_id FROM wezer_transfer t
                 LEFT JOIN wezer_proposition p ON p.id = t.origin_id
                WHERE t.origin_model = 'wezer.proposition'
                  AND t.state IN ('reserved', 'pending')
                  AND coalesce(p.state, 'ended') NOT IN
                      ('accepted', 'delivered', 'approved', 'confirming', 'disputed')
                ORDER BY t.id"""
        )
        return self.env.cr.fetchall()

    def _check_agreed_money(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT p.id, l.wezer_currency_id FROM wezer_proposition p
                 JOIN wezer_terms_price l ON l.terms_id = p.accepted_terms_id
                WHERE p.state IN ('accepted', 'delivered') AND NOT EXISTS (
                      SELECT 1 FROM wezer_transfer t
                       WHERE t.origin_model = 'wezer.proposition' AND t.origin_id = p.id
                         AND t.wezer_currency_id = l.wezer_currency_id
                         AND t.state = 'reserved' AND t.amount_minor = l.total_minor)
                ORDER BY p.id"""
        )
        return self.env.cr.fetchall()

    def _check_paid_deals(self):
        rows = []
        deals = self.env["wezer.proposition"].sudo()
        for deal in deals.search([("state", "=", "paid")], order="id"):
            if deal.event_ids.filtered(lambda event: event.action == "resolve"):
                continue
            for line in deal.accepted_terms_id.price_line_ids:
                done = deal._transfers().filtered(
                    lambda one, line=line: (
                        one.state == "done"
                        and one.kind != "reversal"
                        and one.wezer_currency_id == line.wezer_currency_id
                    )
                )
                if sum(done.mapped("amount_minor")) != deal._due_minor(line):
                    rows.append((deal.id, line.wezer_currency_id.code))
        return rows

    def _check_places(self):
        announcements = self.env["wezer.announcement"].sudo()
        return [
            (one.id, one.places, one.places_used)
            for one in announcements.search([("places", ">", 0)])
            if one.places_used > one.places
        ]
