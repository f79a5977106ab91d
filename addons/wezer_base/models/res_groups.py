from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        result = super().write(vals)
        if {"user_ids", "implied_ids", "implied_by_ids"} & vals.keys():
            # Whose group changed may act for others now, or no longer.
            self.env["res.partner"]._wezer_invalidate_acting()
        return result
