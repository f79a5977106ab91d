from odoo import models


class WezerTransfer(models.Model):
    _inherit = "wezer.transfer"

    def _statement_details(self):
        """Lead from what a deal paid to the deal, and name its circle."""
        details = super()._statement_details()
        # sudo: which deal it is; whether the reader may see it is asked below.
        of_deals = self.sudo().filtered(lambda one: one.origin_model == "wezer.deal")
        if not of_deals:
            return details
        # Only deals and groups that the reader may see.
        deals = self.env["wezer.deal"].search_fetch(
            [("id", "in", of_deals.mapped("origin_id"))]
        )
        groups = deals.sudo().announcement_id.group_ids.sudo(False)
        seen = groups._filtered_access("read")
        by_id = {deal.id: deal for deal in deals}
        for transfer in of_deals:
            deal = by_id.get(transfer.origin_id)
            if deal:
                circle = deal.sudo().announcement_id.group_ids.sudo(False) & seen
                details[transfer.id] = {
                    "url": f"/my/deals/{deal.id}",
                    "circle": circle[:1].sudo().name,
                }
        return details
