from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_reputation(self):
        """Return the stored overall scores of these partners (sudo)."""
        return (
            self.env["wezer.reputation"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("criterion_id", "=", False),
                    ("skill_id", "=", False),
                    ("group_partner_id", "=", False),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )

    def _wezer_scores(self):
        """Return what others see of these parties' reputations, in one query.

        :return: ``{partner id: {"new": True} or {"score": 4.4, "n": 12}}``
        """
        scores = {partner.id: {"new": True} for partner in self}
        for row in self._wezer_reputation().filtered(lambda row: not row.is_new):
            scores[row.partner_id.id] = {
                "score": round(row.score, 1),
                "n": row.n_assessors,
            }
        return scores

    def _wezer_score(self):
        """Return what others see of this party's reputation.

        :return: ``{"new": True}``, or ``{"score": 4.4, "n": 12}``
        """
        self.ensure_one()
        return self._wezer_scores()[self.id]
