from odoo import models

from .wezer_deal import NEGOTIATING


class WezerAnnouncement(models.Model):
    """Those who answered, for who chooses among them."""

    _inherit = "wezer.announcement"

    def _candidates(self):
        """Return who answered and waits, for the author's actors; others get none.

        Sorted by the lower bound of the score, not its mean: who is known by many
        comes before who had one good deal; new ones after them, in their order.

        :return: list of dicts ``deal``, ``partner``, ``score``
        """
        self.ensure_one()
        announcement = self.sudo()
        if not self.env.user._acts_for(announcement.author_id, "market"):
            return []
        deals = self.env["wezer.deal"].sudo()
        deals = deals.search(
            [("announcement_id", "=", self.id), ("state", "in", NEGOTIATING)],
            order="id",
        )
        # As the caller sees them: who keeps his score to himself has none here.
        scores = deals.replier_id.sudo(False)._wezer_scores()
        rows = [
            {
                "deal": deal,
                "partner": deal.replier_id,
                "score": scores[deal.replier_id.id],
            }
            for deal in deals
        ]
        return sorted(rows, key=lambda row: -row["score"].get("lower", -1.0))

    def _said_of(self):
        """Return what those who answered said once it was done, revealed only."""
        self.ensure_one()
        return self.env["wezer.assessment"]._about(self)
