from datetime import timedelta

from odoo import models

from odoo.addons.wezer_base.models.mail_mail import HOPELESS


class MailMail(models.Model):
    """E-mails with news: their traces follow them.

    Odoo's own link from an e-mail to its mailing stays empty: by it, each e-mail would
    get a picture that tells who opens it, and the mailing's way to unsubscribe instead
    of the circle's.
    """

    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        traces = self.env["mailing.trace"]._wezer_of_mails(self)
        if traces and not failure_type:
            # Before it is deleted. A bounce names the e-mail by its identifier.
            for trace in traces:
                trace.message_id = trace.mail_mail_id.message_id
            traces.set_sent()
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        if traces and failure_type:
            # What is tried again is still on its way.
            traces.filtered(
                lambda trace: (
                    failure_type in HOPELESS
                    or trace.mail_mail_id._wezer_pause() is None
                )
            ).set_failed(failure_type=failure_type)
        self._wezer_look_after_mailings(traces)
        return result

    def unlink(self):
        traces = self.env["mailing.trace"]._wezer_of_mails(self)
        waiting = traces.filtered(lambda trace: trace.trace_status == "outgoing")
        result = super().unlink()
        waiting.set_canceled()
        self._wezer_look_after_mailings(waiting)
        return result

    def mark_outgoing(self):
        result = super().mark_outgoing()
        self.env["mailing.trace"]._wezer_of_mails(self).write(
            {"trace_status": "outgoing", "failure_type": False}
        )
        return result

    def cancel(self):
        result = super().cancel()
        traces = self.env["mailing.trace"]._wezer_of_mails(self).set_canceled()
        self._wezer_look_after_mailings(traces)
        return result

    def _wezer_look_after_mailings(self, traces):
        """Let the scheduled action close mailings of which no e-mail waits now.

        Not here: the e-mail has left, and another transaction may hold the mailing.
        """
        mailings = traces.mass_mailing_id
        waiting = [("mass_mailing_id", "in", mailings.ids)]
        waiting.append(("trace_status", "=", "outgoing"))
        if mailings and not traces.search_count(waiting, limit=1):
            self.env["wezer.notice.letter"]._wake(timedelta())
