import xmlrpc.client
from functools import partial

from odoo import api, models
from odoo.service.model import retrying

from ..tools import answer_mail


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Extend Odoo's: answers to letters go where their address says.

        Both a mail server that Odoo fetches from and a mail gateway hand e-mails over
        here. What is not sent to an address of ours is Odoo's.
        """
        data = message
        if isinstance(data, xmlrpc.client.Binary):
            data = data.data
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        if self._wezer_may_hand_over() and answer_mail.tokens(data):
            # Who may hand over e-mails may hand over everybody's; what they do is
            # done as the person who is named by the signature.
            receive = partial(self.env["wezer.answer"].sudo()._receive, data)
            if self.env.context.get("fetchmail_cron_running"):
                # Each e-mail has a transaction of its own there, and is fetched once.
                return retrying(receive, self.env)
            return receive()
        return super().message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    @api.model
    def _wezer_may_hand_over(self):
        """Return whether the caller is Odoo itself, or the log-in of a mail gateway."""
        return self.env.su or self.env.user._is_internal()
