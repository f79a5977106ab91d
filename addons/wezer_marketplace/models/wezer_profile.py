from odoo import models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _wezer_party_values(self):
        """Add what this party wants and offers now, as the caller may see it."""
        values = super()._wezer_party_values()
        values["announcements"], _count = self.env["wezer.announcement"]._search_public(
            {"author": self.sudo().partner_id.id}, limit=12
        )
        return values
