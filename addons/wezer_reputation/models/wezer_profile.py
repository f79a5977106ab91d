from odoo import models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _wezer_party_values(self):
        """Add the score and what others said, where it is revealed."""
        values = super()._wezer_party_values()
        values["reputation"] = self.sudo().partner_id._wezer_score()
        values["assessments"] = self.env["wezer.assessment"].browse()
        if not self.env.user._is_public():
            values["assessments"] = self.env["wezer.assessment"].search(
                [
                    ("assessed_id", "=", self.sudo().partner_id.id),
                    ("state", "=", "revealed"),
                ],
                limit=10,
            )
        return values
