from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        kinds = {
            **super()._kinds(),
            "assessment_reply": (self.env._("Someone answered my assessment"), True),
            "assessment_moderated": (
                self.env._(
                    "A moderator hid the text of an assessment or showed it again"
                ),
                True,
            ),
        }
        user = self.env.user
        if user.has_group("wezer_base.group_moderator"):
            kinds["reputation_ring"] = (
                self.env._("People mostly assess each other"),
                True,
            )
        if user.has_group("wezer_base.group_administrator"):
            kinds["reputation_coverage"] = (
                self.env._("The scores could not be updated"),
                True,
            )
        return kinds

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "assessment_reply": NoticeLook("people", "fa-comment-o"),
            "assessment_moderated": NoticeLook("people", "fa-eye-slash"),
            "reputation_ring": NoticeLook("care", "fa-exclamation-triangle"),
            "reputation_coverage": NoticeLook("care", "fa-exclamation-triangle"),
        }
