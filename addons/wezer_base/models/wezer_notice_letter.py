import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models

from ..tools.arrival import with_arrival
from ..tools.cron import for_each_due
from ..tools.notice_look import PLAIN

# A subject with names is not longer.
SUBJECT_LENGTH = 120


class WezerNoticeLetter(models.AbstractModel):
    """The letters about notices that people want to read at once.

    A letter is written in one transaction, which marks its notices, and sent in
    another: nothing that a member reads or settles waits for a mail server, and a
    process that ends between sending and marking repeats one letter.
    """

    _name = "wezer.notice.letter"
    _description = "E-mails about notices"

    # === THE SCHEDULED ACTION === #

    @api.model
    def _cron_send(self):
        """Write the letters that are due, and send the messages to devices.

        Those that failed are tried again. Notices to many are written first. Devices
        come last: a service that does not answer holds up nothing else.
        """
        notices = self.env["wezer.notice"].sudo()
        if not notices._cron_write():
            return False
        mails = self.env["mail.mail"].sudo()
        finished = for_each_due(
            notices, notices._due_domain("letter_due"), self._write_letter
        ) and for_each_due(mails, mails._wezer_failed_domain(), self._try_again)
        if mails.search_count(
            [("state", "=", "outgoing"), ("wezer_notice_ids", "!=", False)], limit=1
        ):
            # Odoo's queue sends them, and commits each.
            mails._wezer_send_soon()
        return finished and self.env["wezer.notice.push"]._cron_send()

    @api.model
    def _wake(self, *delays):
        """Let the scheduled action run after each of these times (sudo)."""
        now = fields.Datetime.now()
        cron = self.env.ref("wezer_base.ir_cron_letters", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger([now + delay for delay in delays])

    # === WRITING === #

    @api.model
    def _write_letter(self, notice):
        """Write one letter about the matter of ``notice``, if one is wanted.

        :return: the mail; empty where there is none
        """
        no_mail = self.env["mail.mail"].sudo()
        partner = notice.partner_id
        often = self.env["wezer.notice.choice"]._frequency_of(partner)
        if (
            not partner.email
            or often(notice.kind) != "at_once"
            or not self.env["wezer.notice"]._readers(partner)
        ):
            # It is in the digest, or on the website only.
            notice.letter_due = False
            return no_mail
        notices = notice._with_matter("letter_due").filtered(
            lambda one: often(one.kind) == "at_once"
        )
        now = fields.Datetime.now()
        digest = self.env["wezer.digest"]._for_partner(partner)
        if digest._is_refused(now):
            # The first digest that is sent to the address again tells them.
            notices.letter_due = False
            return no_mail
        later = digest._quiet_until(now)
        if later:
            notices.letter_due = later
            self._wake(later - now)
            return no_mail
        mail = no_mail.create(self._prepare_letter(partner, notices))
        notices.write({"date_mailed": now, "letter_due": False, "mail_id": mail.id})
        return mail

    @api.model
    def _prepare_letter(self, partner, notices):
        """Return the mail to ``partner`` about ``notices`` of one matter."""
        reader = self.env["wezer.sentence"]._read_by(partner)
        here = self.with_context(**reader.env.context)
        notices = notices.with_context(**reader.env.context)
        company = self.env.company
        newest = notices[-1]
        look = notices._looks().get(newest.kind, PLAIN)
        url = newest.url or "/my/notices"
        base_url = partner.get_base_url()
        stop = self.env["wezer.digest"]._stop_url(partner, look.group)
        record = notices._matter()
        answers = self.env["wezer.answer"]
        is_answerable = answers._is_answerable(partner, record)
        answer_to = is_answerable and answers._address(partner, record)
        body = here.env["ir.qweb"]._render(
            "wezer_base.notice_letter",
            {
                "partner": partner,
                "notices": notices,
                "amount": notices._amount_text(partner),
                # Who is logged in already is led on at once.
                "button_url": with_arrival(f"{base_url}/web/login", url),
                "button_label": look.button,
                "group": notices._groups()[look.group],
                "base_url": base_url,
                "stop_url": stop,
                "company": company,
                "answer_to": answer_to,
                "answer_note": answer_to
                and answers._note(partner, record.with_env(here.env)),
                # Where people may want to answer, the letter says where they can.
                "is_answerable": is_answerable or look.replies,
            },
            lang=here.env.lang,
            minimal_qcontext=True,
        )
        return {
            **({"reply_to": answer_to} if answer_to else {}),
            **self._mail_vals(partner, here._subject(partner, notices), body, stop),
            "message_id": self._message_id(partner, "letter", notices.ids),
            # By it mail programs put the letters about one matter together.
            "references": self._message_id(
                partner, "matter", [newest.res_model, newest.res_id or newest.id]
            ),
        }

    @api.model
    def _subject(self, partner, notices):
        """Return the subject: lock screens and other people's eyes see it.

        Names and amounts are in it only where ``partner`` has chosen so.
        """
        newest = notices[-1]
        event = notices._kind_label(newest.kind)
        if self.env["wezer.digest"]._for_partner(partner).with_names:
            event = newest.text
            if len(event) > SUBJECT_LENGTH:
                event = f"{event[:SUBJECT_LENGTH].rstrip()}…"
        return self._subject_of(event)

    @api.model
    def _subject_of(self, event):
        """Return the subject of an e-mail about ``event``, a few words."""
        return self.env._(
            "%(event)s – %(community)s", event=event, community=self.env.company.name
        )

    @api.model
    def _message_id(self, partner, what, parts):
        """Return an identifier of a letter: the same letter has it again."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        text = f"{database}:{partner.id}:{what}:{parts}"
        host = urlsplit(partner.get_base_url()).hostname or "localhost"
        return f"<{hashlib.sha256(text.encode()).hexdigest()[:40]}@{host}>"

    @api.model
    def _mail_vals(self, partner, subject, body, stop):
        """Return a mail to ``partner`` that the link ``stop`` stops."""
        company = self.env.company
        return {
            # Titles and names stay inside of their line.
            "subject": " ".join(subject.split()),
            "body_html": body,
            "email_from": company._wezer_email_from(),
            # Without the name: headers are read by all servers on the way.
            "email_to": partner.email,
            "auto_delete": True,
            "headers": repr(
                {
                    "List-Unsubscribe": f"<{stop}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    "Auto-Submitted": "auto-generated",
                    "X-Auto-Response-Suppress": "OOF, AutoReply",
                }
            ),
        }

    # === WHAT FAILED === #

    @api.model
    def _try_again(self, mail):
        """Let a mail that failed be sent once more, when its time has come.

        One that nobody waits for any more is deleted, also before it was sent: the
        server may have been away for days. After the last try the notices
        are left to the digest, unless it would be refused, too, and the mail to the
        administrators.
        """
        if mail._wezer_drop_settled():
            return
        notices = mail.wezer_notice_ids
        if mail.state == "outgoing":
            return
        if mail.wezer_next_try:
            self._leave_out_what_is_over(mail)
            mail.write({"wezer_tries": mail.wezer_tries + 1, "wezer_next_try": False})
            mail.mark_outgoing()
            self._wake(timedelta(minutes=1))
            return
        pause = mail._wezer_pause()
        if pause is None:
            if mail._wezer_is_in_vain():
                notices.mail_id = False
            else:
                # Still those of the mail: whichever of it and the digest comes first
                # tells them.
                notices.date_mailed = False
            return
        mail.wezer_next_try = fields.Datetime.now() + pause
        self._wake(pause)

    @api.model
    def _leave_out_what_is_over(self, mail):
        """Write a letter again where some of its notices are read or settled by now."""
        notices = mail.wezer_notice_ids
        waiting = notices.filtered(lambda one: not one.is_read and not one.settled)
        # A digest has no letter before it, and stays as it is.
        if waiting != notices and mail.references:
            waiting = waiting.sorted(lambda one: (one.date, one.id))
            # They are made anew, too.
            mail.attachment_ids.unlink()
            mail.write(self._prepare_letter(waiting.partner_id, waiting))
            (notices - waiting).mail_id = False
