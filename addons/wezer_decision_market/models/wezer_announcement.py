from odoo import fields, models

from odoo.addons.wezer_decision_currency.tools import spending


class WezerAnnouncement(models.Model):
    _inherit = "wezer.announcement"

    decision_id = fields.Many2one(
        "wezer.decision",
        string="Published by decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The decision of the circle that published this announcement.",
    )

    def _publishable_refusal(self):
        """Refuse a want that costs more than its author may spend without a decision.

        What a decision published is not asked again, as long as its terms stay.
        """
        refusal = super()._publishable_refusal()
        announcement = self.sudo()
        if refusal or announcement.kind != "want" or announcement.decision_id:
            return refusal
        for line in announcement.price_line_ids:
            refusal = spending.why_not(
                announcement.author_id,
                line.wezer_currency_id,
                line.total_minor,
                outcome="publish",
            )
            if refusal:
                return refusal
        return None

    def action_edit(self, vals, acting_partner_id=None, version=None):
        """Forget the decision where what it decided is changed by its author."""
        decided = self.sudo().filtered("decision_id")
        before = {one: one._decided_terms() for one in decided}
        done = super().action_edit(vals, acting_partner_id, version)
        for announcement, terms in before.items():
            if announcement._decided_terms() != terms:
                announcement.decision_id = False
        return done

    def _decided_terms(self):
        """Return what a decision decides of an announcement: how much for what."""
        self.ensure_one()
        prices = {
            line.wezer_currency_id: line.unit_minor for line in self.price_line_ids
        }
        return self.kind, self.quantity, self.unit, self.places, prices
