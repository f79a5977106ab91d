from odoo import models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def action_approve(self):
        """Remember who admitted whom: trust flows along admissions."""
        result = super().action_approve()
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo().filtered(lambda one: not one.admitted_by_id):
            profile.admitted_by_id = self.env.user.partner_id
        return result

    def _wezer_party_values(self):
        """Add the score and what others said, where it is revealed."""
        values = super()._wezer_party_values()
        partner = self.sudo().partner_id
        values["reputation"] = partner._wezer_score()
        values["assessments"] = self.env["wezer.assessment"].browse()
        if not self.env.user._is_public():
            # The caller's own rights: what is blind stays blind.
            values["assessments"] = self.env["wezer.assessment"].search(
                [("assessed_id", "=", partner.id), ("state", "=", "revealed")],
                limit=10,
            )
        return values
