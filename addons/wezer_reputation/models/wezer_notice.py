from odoo import api, models


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        kinds = {
            **super()._kinds(),
            "assessment_reply": (self.env._("Somebody answers what I said"), True),
            "assessment_moderated": (
                self.env._("A moderator took words away, or gave them back"),
                True,
            ),
        }
        user = self.env.user
        if user.has_group("wezer_base.group_moderator"):
            kinds["reputation_ring"] = (self.env._("People praise each other"), True)
        if user.has_group("wezer_base.group_administrator"):
            kinds["reputation_coverage"] = (
                self.env._("Scores could not be renewed"),
                True,
            )
        return kinds
