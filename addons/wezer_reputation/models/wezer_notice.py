from odoo import api, models


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        kinds = super()._kinds()
        user = self.env.user
        if user.has_group("wezer_base.group_moderator"):
            kinds["reputation_ring"] = (self.env._("People praise each other"), True)
        if user.has_group("wezer_base.group_administrator"):
            kinds["reputation_coverage"] = (
                self.env._("Scores could not be renewed"),
                True,
            )
        return kinds
