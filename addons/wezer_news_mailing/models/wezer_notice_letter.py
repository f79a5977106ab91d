from odoo import api, models


class WezerNoticeLetter(models.AbstractModel):
    """The e-mails with news, which are counted in their mailing."""

    _inherit = "wezer.notice.letter"

    @api.model
    def _cron_send(self):
        finished = super()._cron_send()
        self.env["mailing.mailing"].sudo()._wezer_close_finished()
        return finished

    @api.model
    def _write_letter(self, notice):
        mail = super()._write_letter(notice)
        if mail and notice.kind == "group_news":
            # sudo: what the scheduled action does.
            news = self.env["wezer.news"].sudo().browse(notice.res_id)
            news._add_to_mailing(mail, notice.partner_id)
        return mail

    @api.model
    def _news_vals(self, partner, news):
        vals = super()._news_vals(partner, news)
        # The server that the settings of Email Marketing name, if they name one.
        vals["mail_server_id"] = news._mailing().mail_server_id.id
        return vals
