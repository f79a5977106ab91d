from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_score(self):
        """Return what others see of this party's reputation.

        :return: ``{"new": True}``, or ``{"score": 4.4, "n": 12}``
        """
        self.ensure_one()
        row = (
            self.env["wezer.reputation"]
            .sudo()
            .search([("partner_id", "=", self.id), ("criterion_id", "=", False)])
        )
        if not row or row.is_new:
            return {"new": True}
        return {"score": round(row.score, 1), "n": row.n_assessors}
