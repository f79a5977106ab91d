from odoo import models

from ..tools import spending


class WezerTransfer(models.Model):
    _inherit = "wezer.transfer"

    def _statement_details(self):
        """Lead from what a decision paid to the decision, and name its circle."""
        details = super()._statement_details()
        # sudo: which decision it is; whether the reader may see it is asked below.
        decided = self.sudo().filtered(lambda one: one.origin_model == spending.DECIDED)
        if not decided:
            return details
        decisions = self.env[spending.DECIDED].search_fetch(
            [("id", "in", decided.mapped("origin_id"))]
        )
        groups = decisions.sudo().group_id.sudo(False)._filtered_access("read")
        by_id = {decision.id: decision for decision in decisions}
        for transfer in decided:
            decision = by_id.get(transfer.origin_id)
            if decision:
                circle = decision.sudo().group_id.sudo(False) & groups
                details[transfer.id] = {
                    "url": f"/decisions/{decision.id}",
                    "circle": circle.sudo().name,
                }
        return details
