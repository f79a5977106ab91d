from odoo import api, models

from odoo.addons.wezer_base.tools.notice_look import NoticeLook


class WezerNotice(models.Model):
    """Notices of agreements."""

    _inherit = "wezer.notice"

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "agreement_review": (self.env._("An agreement is to be reviewed"), True),
            "agreement_assent": (self.env._("I am asked to agree personally"), True),
            "agreement_in_force": (self.env._("My circle agreed on something"), True),
            "agreement_breach": (self.env._("An agreement was not kept"), True),
        }

    @api.model
    def _looks(self):
        return {
            **super()._looks(),
            "agreement_review": NoticeLook("circles", "fa-refresh", asks=True),
            "agreement_assent": NoticeLook("circles", "fa-check-square-o", asks=True),
            "agreement_in_force": NoticeLook("circles", "fa-check"),
            "agreement_breach": NoticeLook("circles", "fa-exclamation-triangle"),
        }
