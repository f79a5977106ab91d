from odoo import api, models


class WezerInvariant(models.AbstractModel):
    """What is said counts only where a deal was paid."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("What counts in a score belongs to a paid deal"),
                self._check_assessed_deals,
            ),
        ]

    def _check_assessed_deals(self):
        """An assessment with weight: its deal was paid, and not wholly refunded."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.id, a.origin_id, d.state, d.end_reason
                 FROM wezer_assessment a
                 LEFT JOIN wezer_deal d ON d.id = a.origin_id
                WHERE a.origin_model = 'wezer.deal' AND a.state = 'revealed'
                  AND NOT coalesce(a.no_weight, false)
                  AND (d.id IS NULL OR d.date_paid IS NULL
                       OR d.end_reason = 'refunded')
                ORDER BY a.id"""
        )
        return self.env.cr.fetchall()
