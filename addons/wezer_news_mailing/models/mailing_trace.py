from odoo import api, models


class MailingTrace(models.Model):
    """One e-mail of a mailing; of news, only sending and bouncing are kept."""

    _inherit = "mailing.trace"

    _wezer_waiting_idx = models.Index(
        "(mass_mailing_id) WHERE trace_status = 'outgoing'"
    )

    @api.model
    def _wezer_of_mails(self, mails):
        """Return the traces (sudo) of those of ``mails`` that bring news."""
        return self.sudo().search(
            [
                ("mail_mail_id", "in", mails.ids),
                ("mass_mailing_id.wezer_news_id", "!=", False),
            ]
        )

    def _wezer_observed(self, domain):
        """Return these and what ``domain`` finds, without the e-mails of news."""
        traces = self + (self.search(domain) if domain else self.browse())
        return traces.filtered(
            # sudo: only whether it is news.
            lambda trace: not trace.sudo().mass_mailing_id.wezer_news_id
        )

    def set_opened(self, domain=None):
        return super(MailingTrace, self._wezer_observed(domain)).set_opened()

    def set_clicked(self, domain=None):
        return super(MailingTrace, self._wezer_observed(domain)).set_clicked()

    def set_replied(self, domain=None):
        return super(MailingTrace, self._wezer_observed(domain)).set_replied()
