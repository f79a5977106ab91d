from odoo import api, models


class WezerNoticePush(models.Model):
    """Messages to devices about news of circles."""

    _inherit = "wezer.notice.push"

    @api.model
    def _write_push(self, notice):
        if notice.kind == "group_news":
            self.env["wezer.news"]._settle_unreached(notice.partner_id)
            if notice.settled:
                return
        super()._write_push(notice)
