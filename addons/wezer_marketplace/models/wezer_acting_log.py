from odoo import api, models


class WezerActingLog(models.Model):
    """What was done on the market for somebody else, in words."""

    _inherit = "wezer.acting.log"

    @api.model
    def _labels(self):
        return {
            **super()._labels(),
            "post": self.env._("%(person)s posted an announcement for %(party)s"),
            "announcement": self.env._(
                "%(person)s changed an announcement for %(party)s"
            ),
            "answer": self.env._("%(person)s answered an announcement for %(party)s"),
            "deal": self.env._("%(person)s took a step in a deal for %(party)s"),
        }

    def _url(self):
        act = self.sudo()
        if act.res_model == "wezer.deal":
            return f"/my/deals/{act.res_id}"
        if act.res_model == "wezer.announcement":
            announcement = self.env["wezer.announcement"].sudo().browse(act.res_id)
            return announcement.exists() and f"/market/{announcement.slug}"
        return super()._url()
