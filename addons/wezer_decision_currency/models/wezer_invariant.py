from odoo import api, models


class WezerInvariant(models.AbstractModel):
    """What decisions spend is set aside, paid or freed as the decision stands."""

    _inherit = "wezer.invariant"

    @api.model
    def _checks(self):
        return super()._checks() + [
            (
                self.env._("Money is set aside for adopted decisions only"),
                self._check_reserved_decisions,
            ),
            (
                self.env._("Each payment that a decision made has its transfer"),
                self._check_paid_decisions,
            ),
        ]

    def _check_reserved_decisions(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT t.id, d.id, d.state FROM wezer_transfer t
                 LEFT JOIN wezer_decision d ON d.id = t.origin_id
                WHERE t.origin_model = 'wezer.decision' AND t.state = 'reserved'
                  AND coalesce(d.state, '') NOT IN ('adopted', 'challenged', 'stuck')"""
        )
        return self.env.cr.fetchall()

    def _check_paid_decisions(self):
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT o.id, o.decision_id FROM wezer_outcome o
                WHERE o.kind = 'pay' AND o.state = 'done'
                  AND NOT EXISTS (
                      SELECT FROM wezer_transfer t
                       WHERE t.origin_model = 'wezer.decision'
                         AND t.origin_id = o.decision_id AND t.origin_part = o.id
                         AND t.state IN ('pending', 'done'))"""
        )
        return self.env.cr.fetchall()
