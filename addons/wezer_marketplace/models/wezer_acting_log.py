from odoo import api, models


class WezerActingLog(models.Model):
    """What was done on the market for somebody else, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "post": self.env._("posted an announcement"),
            "announcement": self.env._("changed an announcement"),
            "answer": self.env._("answered an announcement"),
            "deal": self.env._("took a step in a deal"),
        }

    def _url(self):
        act = self.sudo()
        if act.res_model == "wezer.deal":
            return f"/my/deals/{act.res_id}"
        if act.res_model == "wezer.announcement":
            announcement = self.env["wezer.announcement"].sudo().browse(act.res_id)
            return announcement.exists() and f"/market/{announcement.slug}"
        return super()._url()
