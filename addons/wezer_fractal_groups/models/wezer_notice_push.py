from odoo import api, models


class WezerNoticePush(models.Model):
    """Messages to devices about news of circles."""

    _inherit = "wezer.notice.push"

    @api.model
    def _write_push(self, notice):
        if notice.kind == "group_news":
            news = self.env["wezer.news"].sudo()
            news._settle_unreached(notice.partner_id)
            if not news.browse(notice.res_id).exists().send_letter:
                notice.push_due = False
            if notice.settled or not notice.push_due:
                return
        super()._write_push(notice)
