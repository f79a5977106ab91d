from odoo import api, models


class WezerAct(models.Model):
    """What was done for a group, in words."""

    _inherit = "wezer.act"

    @api.model
    def _words(self):
        return {
            **super()._words(),
            "invite": self.env._("invited somebody"),
            "accept_member": self.env._("let somebody in"),
            "refuse_member": self.env._("let somebody not in"),
        }

    def _url(self):
        act = self.sudo()
        if act.res_model == "wezer.group":
            group = self.env["wezer.group"].sudo().browse(act.res_id)
            return group.exists() and f"/groups/{group.slug}"
        return super()._url()
