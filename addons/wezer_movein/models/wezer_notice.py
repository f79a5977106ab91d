from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "moved_in": (
                self.env._("Something about a community that moves in"),
                True,
            ),
        }

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "moved_in": NoticeLook("care", "fa-exclamation-triangle"),
        }
