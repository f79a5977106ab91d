from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    """Notices of discussions: in the digest, unless a person wants them at once."""

    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "discussion": (self.env._("News in discussions of my circles"), True),
        }

    @api.model
    def _groups(self):
        return {**super()._groups(), "discussions": self.env._("Discussions")}

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "discussion": NoticeLook("discussions", "fa-comments-o"),
        }
