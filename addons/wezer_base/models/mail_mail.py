from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize_all

from ..exceptions import NotAllowed, Refusal
from ..tools.locks import try_once
from ..tools.mail_reasons import GENERAL, answer_in, is_final, kind_of

# E-mails to so many addresses in a row, and none that went out: the server takes none.
ALL_FAILED = 3
# A recipient that is refused says nothing about the server.
ABOUT_ONE = ("address",)
# So many failed e-mails a page shows.
SHOWN = 50
# Failures after which Odoo would delete an e-mail as if it had been sent.
FORGOTTEN = ("mail_email_invalid", "mail_email_missing")
# So long after each failure in turn a letter is tried again: a day and a half in all.
PAUSES = [timedelta(minutes=5 * 3**step) for step in range(6)]
# What no later try changes.
HOPELESS = [*FORGOTTEN, "mail_bl", "mail_optout"]


class MailMail(models.Model):
    """E-mails that wait for a server, their failures, and letters about notices."""

    _name = "mail.mail"
    _inherit = ["mail.mail", "wezer.record.mixin"]
    _wezer_private_name = False
    # A stable word; subjects and texts are Odoo's.
    _wezer_raw = ("wezer_failure",)

    wezer_failure = fields.Char(string="Kind of failure", readonly=True, copy=False)
    wezer_none_since = fields.Boolean(
        string="None sent since",
        readonly=True,
        copy=False,
        help="This e-mail failed, and no other has been delivered since.",
    )
    wezer_notice_ids = fields.One2many(
        "wezer.notice", "mail_id", string="Notices of this e-mail"
    )
    wezer_tries = fields.Integer(string="Tries after the first", copy=False)
    wezer_next_try = fields.Datetime(string="Next try", copy=False)

    _wezer_failed_idx = models.Index("(wezer_failure) WHERE state = 'exception'")
    _wezer_none_since_idx = models.Index("(wezer_failure) WHERE wezer_none_since")

    # === SENDING === #

    @api.model
    def _wezer_send_soon(self):
        """Let the queue run now: nobody waits for the mail server meanwhile."""
        # Those who cause an e-mail may not touch scheduled actions.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Extend Odoo's: while no server is set, e-mails wait and do not fail.

        What its reader has read, or is settled, since it was written is not sent.
        """
        mails = self - self._wezer_drop_settled(post_send_callback)
        waiting = self.browse()
        if not raise_exception and not self.env["ir.mail_server"]._wezer_is_set():
            waiting = mails.filtered(lambda mail: not mail.mail_server_id)
        return super(MailMail, mails - waiting).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _wezer_drop_settled(self, post_send_callback=None):
        """Delete the letters among these that nobody waits for; return what they were.

        :param post_send_callback: as of :meth:`send`: they are done, too
        """
        dropped = self.filtered(
            # sudo: only whether somebody waits for the letter.
            lambda mail: mail.sudo()._wezer_is_settled()
        )
        if dropped:
            dropped.sudo().unlink()
            if post_send_callback:
                post_send_callback(dropped.ids)
        return dropped

    def _wezer_is_settled(self):
        """Return whether this is a letter whose notices are all read or settled."""
        self.ensure_one()
        notices = self.wezer_notice_ids
        return bool(notices) and all(one.is_read or one.settled for one in notices)

    def cancel(self):
        """Extend Odoo's: the next digest has the notices of what was not sent."""
        unsent = self.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        # sudo: notices are written by the suite only.
        unsent.sudo().wezer_notice_ids.date_mailed = False
        return super().cancel()

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        kept = self.browse()
        if failure_type:
            self._wezer_note_failure(failure_type, success_emails)
            if failure_type in FORGOTTEN:
                kept = self.filtered("auto_delete")
                kept.auto_delete = False
        else:
            self._wezer_note_success()
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        kept.auto_delete = True
        return result

    def _wezer_note_failure(self, failure_type, delivered):
        digests = self.env["wezer.digest"]
        by_kind = self.grouped(lambda mail: kind_of(mail.failure_reason, failure_type))
        for kind, mails in by_kind.items():
            mails.write({"wezer_failure": kind, "wezer_none_since": True})
            for mail in mails.filtered(lambda mail: mail._wezer_is_final()):
                addresses = mail._wezer_addresses()
                # Of several recipients it is not known which of them is refused.
                if kind == "address" and len(addresses) == 1 and not delivered:
                    digests._note_refused(addresses)
        self.env["res.company"]._wezer_forget_mail_trouble()

    def _wezer_addresses(self):
        """Return the addresses that this e-mail goes to, in small letters."""
        self.ensure_one()
        # sudo: who sends an e-mail may not read all contacts that it goes to.
        recipients = self.sudo().recipient_ids
        return {
            *email_normalize_all(self.email_to),
            *filter(None, recipients.mapped("email_normalized")),
        }

    def _wezer_is_final(self):
        """Return whether the server has refused this e-mail for good."""
        self.ensure_one()
        return is_final(self.failure_reason, self.wezer_failure)

    def _wezer_note_success(self):
        """Note that the earlier failures are over, without failing itself.

        The e-mail has left: an error here would send it again.
        """
        for mail in self:
            self.env["wezer.digest"]._note_delivered(mail._wezer_addresses())
        self.env["mail.mail"].flush_model(["wezer_none_since"])
        failed = SQL("SELECT id FROM mail_mail WHERE wezer_none_since")
        if not self.env.execute_query(SQL("%s LIMIT 1", failed)):
            return
        clear = SQL(
            "UPDATE mail_mail SET wezer_none_since = FALSE"
            " WHERE id IN (%s FOR UPDATE SKIP LOCKED)",
            failed,
        )
        # Another transaction has just noted it on the same rows, or the next will.
        try_once(self.env, clear)
        self.env["mail.mail"].invalidate_model(["wezer_none_since"], flush=False)
        self.env["res.company"]._wezer_forget_mail_trouble()

    # === LETTERS ABOUT NOTICES, TRIED AGAIN === #

    @api.model
    def _wezer_failed_domain(self):
        """Return which letters failed, or are over before they went out.

        What waits for the mail server, for days perhaps, is not looked at each time.
        """
        unread = Domain("is_read", "=", False) & Domain("settled", "=", False)
        over = Domain("state", "=", "outgoing") & Domain(
            "wezer_notice_ids", "not any", unread
        )
        failed = (
            Domain("state", "=", "exception")
            & Domain("failure_type", "not in", HOPELESS)
            & (
                Domain("wezer_next_try", "=", False)
                | Domain("wezer_next_try", "<=", fields.Datetime.now())
            )
        )
        # Those of a letter that was given up are left to the digest.
        told = Domain("wezer_notice_ids", "any", [("date_mailed", "!=", False)])
        return told & (over | failed)

    def _wezer_pause(self):
        """Return how long to wait before the next try, None where there is none."""
        self.ensure_one()
        if self.wezer_tries >= len(PAUSES) or self._wezer_is_final():
            return None
        return PAUSES[self.wezer_tries]

    def _wezer_is_in_vain(self):
        """Return whether the next digest would fail as this e-mail did.

        A digest that is refused is not written again, unless it is the server that
        refuses all.
        """
        self.ensure_one()
        is_digest = not self.references
        return is_digest and self._wezer_is_final() and not self._wezer_trouble()

    # === WHAT FAILS === #

    @api.model
    def _wezer_trouble(self):
        """Return why e-mails cannot be sent now, as a stable word; "" where they can.

        Recipients that are refused, however many, say nothing about the others.
        """
        if not self.env["ir.mail_server"]._wezer_is_set():
            return "server"
        # Only counted: nobody reads other people's e-mails by it.
        failed = self.sudo()._read_group(
            [("wezer_none_since", "=", True)],
            ["wezer_failure"],
            ["email_to:count_distinct"],
        )
        for kind, _addresses in failed:
            if kind in GENERAL:
                return kind
        counted = [count for kind, count in failed if kind not in ABOUT_ONE]
        if sum(counted) >= ALL_FAILED:
            return "other"
        return ""

    @api.model
    def _wezer_reasons(self):
        """Return the sentence for each kind of failure."""
        return {
            "server": self.env._("No mail server is set."),
            "connection": self.env._(
                "The mail server cannot be reached. Check its name, its port and the"
                " encryption."
            ),
            "login": self.env._(
                "The mail server refuses the log-in. Check the user name and the"
                " password."
            ),
            "encryption": self.env._(
                "The encrypted connection to the mail server fails. Choose the"
                " encryption that its provider names, and the port that belongs to it."
            ),
            "sender": self.env._(
                "The mail server refuses the sender's address. Use an address that"
                " belongs to the account at the mail server."
            ),
            "address": self.env._("The mail server refuses the recipient's address."),
            "policy": self.env._(
                "The rules of the mail server do not let this e-mail through."
            ),
            "content": self.env._("The mail server refuses the content of the e-mail."),
            "other": self.env._("The mail server did not take the e-mail."),
        }

    def _wezer_reason(self):
        """Return in plain words why this e-mail failed, with the server's answer."""
        self.ensure_one()
        kind = self.wezer_failure or kind_of(self.failure_reason, self.failure_type)
        sentence = self._wezer_reasons()[kind]
        answer = answer_in(self.failure_reason)
        if not answer:
            return sentence
        return self.env._(
            "%(reason)s Its answer: %(answer)s", reason=sentence, answer=answer
        )

    # === FAILED E-MAILS, FOR ADMINISTRATORS === #

    @api.model
    def _wezer_is_for(self, user):
        """Return whether ``user`` deals with e-mails that were not sent."""
        return user.has_group("wezer_base.group_administrator")

    @api.model
    def _wezer_check_administrator(self):
        if not self._wezer_is_for(self.env.user):
            raise NotAllowed(
                self.env._("Only administrators see e-mails that were not sent."),
                rule="role",
            )

    @api.model
    def _wezer_failed_rows(self):
        """Return the e-mails that failed, the newest first, for administrators.

        Neither subject nor text: they are between the sender and the recipient.

        :return: dicts ``id``, ``to``, ``date``, ``reason``
        """
        self._wezer_check_administrator()
        # Checked just above; each row says only what is needed to put it right.
        failed = self.sudo().search([("state", "=", "exception")], limit=SHOWN)
        return [
            {
                "id": mail.id,
                "to": mail.email_to
                or ", ".join(filter(None, mail.recipient_ids.mapped("email")))
                or "–",
                "date": mail.date,
                "reason": mail._wezer_reason(),
            }
            for mail in failed
        ]

    @api.model
    def _wezer_trouble_text(self):
        """Return in plain words why no e-mail can be sent now, for administrators.

        It is empty where they can be sent.
        """
        self._wezer_check_administrator()
        # The word behind it, which nobody reads; checked just above.
        trouble = self.env.company.sudo().wezer_mail_trouble
        return self._wezer_reasons()[trouble] if trouble else ""

    def _wezer_failed_sudo(self):
        """Return these e-mails (sudo), which the caller, an administrator, deals with.

        :raise NotAllowed: rule ``role``
        :raise Refusal: rule ``state``, where one did not fail
        """
        self._wezer_check_administrator()
        mails = self.sudo().exists()
        if not mails or any(mail.state != "exception" for mail in mails):
            raise Refusal(
                self.env._("This e-mail is no longer among those that were not sent."),
                rule="state",
            )
        return mails

    def action_wezer_send_again(self) -> bool:
        """Put e-mails that failed into the queue again.

        :raise NotAllowed: rule ``role``
        :raise Refusal: rule ``state``
        """
        mails = self._wezer_failed_sudo()
        # What was left to the digest is told by the letter after all.
        mails.wezer_notice_ids.date_mailed = fields.Datetime.now()
        mails.mark_outgoing()
        self._wezer_send_soon()
        return True

    def action_wezer_set_aside(self) -> bool:
        """Send e-mails that failed no more, and list them no longer.

        :raise NotAllowed: rule ``role``
        :raise Refusal: rule ``state``
        """
        self._wezer_failed_sudo().cancel()
        return True

    @api.model
    def _wezer_todo_rows(self, user):
        """Return what an administrator has to do about e-mails that do not go out."""
        if not self._wezer_is_for(user):
            return []
        # Only counted, see above.
        mails, rows, reasons = self.sudo(), [], self._wezer_reasons()
        failed = mails._read_group(
            [("state", "=", "exception")], ["wezer_failure"], ["__count"]
        )
        for kind, count in failed:
            reason = reasons[kind or "other"]
            text = self.env._("An e-mail was not sent. %(reason)s", reason=reason)
            if count > 1:
                text = self.env._(
                    "%(count)s e-mails were not sent. %(reason)s",
                    count=count,
                    reason=reason,
                )
            rows.append((text, "/my/emails", self.env._("See")))
        if not self.env["ir.mail_server"]._wezer_is_set():
            waiting = mails.search_count(
                Domain("state", "=", "outgoing"), limit=SHOWN * 20
            )
            if waiting:
                text = self.env._(
                    "E-mails wait to be sent: no mail server is set. Waiting now:"
                    " %(count)s.",
                    count=waiting,
                )
                action = "/odoo/action-wezer_base.wezer_outgoing_mail_action"
                rows.append((text, action, self.env._("Set a mail server")))
        return [
            {
                "section": "now",
                "partner": user.partner_id,
                "text": text,
                "url": url,
                "button": button,
                "due": False,
            }
            for text, url, button in rows
        ]
