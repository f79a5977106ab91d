from markupsafe import Markup

from odoo import models
from odoo.fields import Domain
from odoo.tools import plaintext2html


def without_fields(text):
    """Return a text in which Odoo finds no field to fill in, also in copies of it."""
    while "{{" in text:
        text = text.replace("{{", "{ {")
    return text


class WezerNews(models.Model):
    """News whose e-mails are counted in a mailing."""

    _inherit = "wezer.news"

    def _tell(self):
        if self.send_letter:
            self._mailing()
        return super()._tell()

    # === THE MAILING === #

    def _mailing(self):
        """Return the mailing (sudo) of this news, made when it is first asked for."""
        self.ensure_one()
        mailings = self.env["mailing.mailing"].sudo()
        return mailings.search([("wezer_news_id", "=", self.id)]) or (
            mailings.with_context(
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            ).create(self._mailing_vals())
        )

    def _mailing_vals(self):
        sender = self.company_id._wezer_email_from()
        title, text = without_fields(self.title), without_fields(self.text)
        body = Markup("<h1>%s</h1>%s") % (title, plaintext2html(text))
        return {
            "wezer_news_id": self.id,
            "subject": title,
            # Every internal user sees the names of sources.
            "name": self.env._("News of a circle, number %(number)s", number=self.id),
            "body_arch": body,
            "body_html": body,
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            # A copy reaches nobody until its recipients are chosen.
            "mailing_domain": repr([("id", "=", False)]),
            "state": "sending",
            "user_id": False,
            "email_from": sender,
            "reply_to_mode": "new",
            "reply_to": sender,
        }

    def _add_to_mailing(self, mail, partner):
        """Count ``mail`` to ``partner`` in the mailing (sudo); without the address."""
        self.env["mailing.trace"].sudo().create(
            {
                "mass_mailing_id": self._mailing().id,
                "mail_mail_id": mail.id,
                "message_id": mail.message_id,
                "model": partner._name,
                "res_id": partner.id,
            }
        )

    def _next_of_mailing(self):
        """Return the id of a person whose e-mail waits (sudo), as a list.

        It is not written yet, not sent yet, or will be tried again.
        """
        notices = self.env["wezer.notice"].sudo()
        told = (
            Domain("res_model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("kind", "=", "group_news")
            & Domain("settled", "=", False)
        )
        many = notices.search(told & Domain("partner_id", "=", False), limit=1)
        if many:
            return many.reader_ids[:1]
        due = Domain("letter_due", "!=", False) & Domain("is_read", "=", False)
        notice = notices.search(told & due, limit=1)
        if notice:
            return notice.partner_id.ids
        traces = self.env["mailing.trace"].sudo()
        waiting = [
            ("mass_mailing_id", "=", self._mailing().id),
            ("trace_status", "=", "outgoing"),
        ]
        return traces.search(waiting, limit=1).mapped("res_id")

    # === HOW IT WENT === #

    def _mailing_counts(self):
        """Return how the e-mails went, to those who publish for the circle.

        Numbers only: not who got one, and nothing of who opened it.

        :return: ``{"is_done", "sent", "waiting", "refused", "returned", "cancelled"}``;
            empty for everybody else, and where there is no mailing
        """
        self.ensure_one()
        if not self._publishing_right(self.group_id):
            return {}
        # Checked just above; mailings are for users of Email Marketing otherwise.
        mailing = (
            self.env["mailing.mailing"].sudo().search([("wezer_news_id", "=", self.id)])
        )
        if not mailing:
            return {}
        counts = dict(
            mailing.mailing_trace_ids._read_group(
                [("mass_mailing_id", "=", mailing.id)], ["trace_status"], ["__count"]
            )
        )
        return {
            "is_done": mailing.state == "done",
            "sent": counts.get("sent", 0),
            "waiting": counts.get("outgoing", 0),
            "refused": counts.get("error", 0),
            "returned": counts.get("bounce", 0),
            "cancelled": counts.get("cancel", 0),
        }
