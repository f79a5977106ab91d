from odoo import models


class ResPartner(models.Model):
    """What became of a party's promises: beside its score (``wezer_reputation``)."""

    _inherit = "res.partner"

    def _wezer_commitment_outcomes(self):
        """Paid is kept by both; given back or let lapse, not by who worked."""
        kept = super()._wezer_commitment_outcomes()
        deals = self.env["wezer.deal"].sudo()
        deals = deals.search(self._wezer_promises_domain())
        for deal in deals:
            if deal.state == "paid":
                kept.append((True, deal.date_paid or deal.date_state))
            elif deal.payee_id == self:
                kept.append((False, deal.date_state))
        return kept

    def _wezer_promises_domain(self):
        """Return the domain of the agreed deals of this party that are over."""
        return [
            "|",
            ("payee_id", "=", self.id),
            ("payer_id", "=", self.id),
            ("date_accepted", "!=", False),
            "|",
            ("state", "=", "paid"),
            ("end_reason", "in", ("released", "refunded", "expired")),
        ]
