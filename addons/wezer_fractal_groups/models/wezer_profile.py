from odoo import models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _wezer_party_values(self):
        """Add what the page of a group shows, where this is a group's profile."""
        values = super()._wezer_party_values()
        group = self.env["wezer.group"]._of_partner(self.sudo().partner_id)
        if group:
            group = self.env["wezer.group"].sudo(False).search([("id", "=", group.id)])
        values["group"] = group
        if group:
            values.update(group._page_values())
        return values
