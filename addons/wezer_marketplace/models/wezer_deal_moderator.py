from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _wezer_invalidate_acting(self):
        result = super()._wezer_invalidate_acting()
        self.env["wezer.deal"].invalidate_model(["is_user_moderator"], flush=False)
        return result
