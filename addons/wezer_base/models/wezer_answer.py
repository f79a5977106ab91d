import base64
import binascii
import hashlib
import logging
import struct
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import consteq, email_normalize, hmac
from odoo.tools.mail import generate_tracking_message_id

from ..exceptions import NotAllowed, Refusal
from ..tools import answer_mail
from ..tools.arrival import with_arrival
from ..tools.locks import Busy, is_contention

_logger = logging.getLogger(__name__)

# A letter can be answered for so long.
VALID_DAYS = 60
# An older e-mail is not taken: what was received is remembered for a week.
OLD_DAYS = 7
MOST_BYTES = 40 * 1024 * 1024
# So many answers about one record, and so many e-mails about what was refused, are
# sent to a person within some hours: what programs would say to each other ends.
ANSWERS_MOST, REFUSALS_MOST, WITHIN_SECONDS = 20, 5, 2 * 3600
# What a token is made of: the word of the model, the person, the record, its last day,
# and the signature, in so many letters as fit before an "@".
PACKED = struct.Struct(">cIIH")
SIGNATURE_BYTES = 14
# Letters that are left before the token: 64 are allowed before an "@".
LOCAL_MOST = 64 - 1 - answer_mail.TOKEN_LETTERS
# The answer to a test e-mail, of no model.
TEST = "t"
EPOCH = fields.Date.to_date("2020-01-01")


class WezerAnswer(models.AbstractModel):
    """Answers to letters about notices, written with a mail program.

    Each letter that can be answered has an address of its own to answer to, with a
    token that names the reader and the record, and is signed. What arrives there from
    the reader's e-mail address is written by the reader, through the method that the
    page uses: with their rights, and within the same limits.
    """

    _name = "wezer.answer"
    _description = "Answers by e-mail"

    @api.model
    def _models(self):
        """Return the models that take answers, addons add theirs: ``{letter: name}``.

        A record of theirs has ``_may_answer()``, ``_answer(text, files)`` and
        ``_answer_note()``, which says who reads it, called as the person, and
        ``_answer_length``, the most characters that it takes. The letters are part of
        addresses that people have: they never change.
        """
        return {"c": "wezer.conversation"}

    # === ADDRESSES === #

    @api.model
    def _address(self, partner, record):
        """Return the address to which ``partner`` answers about ``record``, or "".

        The caller has asked :meth:`_is_answerable`.
        """
        base = self.env.company._wezer_answers_to()
        if not base:
            return ""
        words = {model: word for word, model in self._models().items()}
        return self._address_with(base, words[record._name], partner, record.id)

    @api.model
    def _is_answerable(self, partner, record):
        """Return whether the matter takes answers, and ``partner`` may write one."""
        if record._name not in self._models().values() or not record.id:
            return False
        user = self._user_of(partner)
        return bool(user) and record.with_user(user)._may_answer()

    @api.model
    def _note(self, partner, record):
        """Return a sentence: what becomes of an answer of ``partner``, who reads it.

        The caller has asked :meth:`_is_answerable`.
        """
        return record.with_user(self._user_of(partner))._answer_note()

    @api.model
    def _test_address(self, partner):
        """Return the address of the answer to a test e-mail, or ""."""
        company = self.env.company
        base = company.sudo().wezer_answer_address
        return self._address_with(base, TEST, partner, company.id) if base else ""

    @api.model
    def _address_with(self, base, word, partner, number):
        local, _at, domain = base.partition("@")
        last = fields.Datetime.now().date() + timedelta(days=VALID_DAYS)
        packed = PACKED.pack(word.encode(), partner.id, number, (last - EPOCH).days)
        token = base64.b32encode(packed + self._signature(packed)).decode().lower()
        return f"{local}+{token}@{domain}"

    @api.model
    def _signature(self, packed):
        # The database's secret signs; it is shown to nobody.
        text = hmac(self.env(su=True), "wezer-answer", packed.hex())
        return bytes.fromhex(text)[:SIGNATURE_BYTES]

    @api.model
    def _read_token(self, token):
        """Return ``(letter of the model, partner id, record id, last day)`` or None."""
        try:
            data = base64.b32decode(token.upper())
            packed, signature = data[: PACKED.size], data[PACKED.size :]
            word, partner_id, number, day = PACKED.unpack(packed)
        except (binascii.Error, struct.error, ValueError):
            return None
        if not consteq(signature, self._signature(packed)):
            return None
        return word.decode(), partner_id, number, EPOCH + timedelta(days=day)

    @api.model
    def _user_of(self, partner):
        """Return the log-in of ``partner`` (sudo) that writes, or none."""
        return partner.sudo().user_ids.filtered("active")[:1]

    # === RECEIVING (sudo) === #

    @api.model
    def _receive(self, data):
        """Take an e-mail that was sent to addresses of ours.

        :param bytes data: the e-mail, as a server handed it over
        :return: whether something was written
        """
        found = next(
            filter(None, map(self._read_token, answer_mail.tokens(data))), None
        )
        message = answer_mail.read(data)
        number = answer_mail.header(message, "Message-Id")
        reason = "token" if found is None else self._why_ignored(message)
        if reason:
            # Nobody is told: the sender of a forged e-mail learns nothing.
            _logger.info("Answer by e-mail %s is ignored: %s", number[:200], reason)
            return False
        word, partner_id, record_id, last_day = found
        partner = self.env["res.partner"].browse(partner_id).exists()
        user = self._user_of(partner)
        keys = self.env["wezer.idempotency.key"]
        digest = hashlib.sha256(number.encode() or data).hexdigest()[:40]
        about = f"answer:{word}:{record_id}:{partner_id}"
        if not user or not keys._is_first(f"{about}:{digest}"):
            return False
        if not keys._is_below(about, ANSWERS_MOST, WITHIN_SECONDS):
            _logger.info("Answers by e-mail come too often: %s", about)
            return False
        if answer_mail.sender(message) not in self._addresses_of(partner):
            self._refuse_stranger(message, partner)
            return False
        return self._take(message, user, word, record_id, last_day, len(data))

    @api.model
    def _why_ignored(self, message):
        """Return why nobody may be answered, "" where a person wrote this e-mail."""
        reason = answer_mail.automatic(message)
        address = answer_mail.sender(message)
        own = (self.env.company.email, self.env.company.wezer_answer_address)
        if reason or not address:
            return reason or "From"
        if answer_mail.TOKEN.search(address) or address in map(email_normalize, own):
            return "own address"
        number = answer_mail.header(message, "Message-Id")
        letters = self.env["mail.message"].sudo()
        if number and letters.search_count([("message_id", "=", number)], limit=1):
            return "own e-mail"
        return "sender check" if answer_mail.is_forged(message) else ""

    @api.model
    def _addresses_of(self, partner):
        """Return the e-mail addresses from which ``partner`` may answer."""
        users = partner.user_ids.filtered("active")
        texts = [partner.email, *users.mapped("login"), *users.mapped("email")]
        return set(filter(None, (email_normalize(text or "") for text in texts)))

    @api.model
    def _may_refuse(self, partner):
        """Return whether one more e-mail about a refusal is sent, and count it (sudo).

        :param partner: the reader of the letter that was answered
        """
        keys = self.env["wezer.idempotency.key"]
        about = f"answer-refused:{partner.id}"
        return keys._is_below(about, REFUSALS_MOST, WITHIN_SECONDS)

    @api.model
    def _take(self, message, user, word, record_id, last_day, size):
        """Write the answer as ``user``, or tell them why it was not; see `_receive`."""
        if word == TEST:
            return self.env["res.company"].browse(record_id)._wezer_note_answer()
        # As the person, with nobody else's rights.
        here = self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_id.ids
        )
        model = self._models().get(word)
        record = here.env[model].browse(record_id) if model in self.env else None
        url = record._url() if record is not None and record.sudo().exists() else "/my"
        try:
            with self.env.cr.savepoint():
                here._check_age(message, last_day, size)
                left = here._write(message, record)
        except Busy as error:
            # In a transaction of its own, Odoo tries again.
            raise ConcurrencyError(str(error)) from error
        except (Refusal, NotAllowed) as error:
            here._tell(message, url, [str(error)])
            return False
        except UserError:
            # What Odoo's own errors say is not for the eyes of members.
            here._tell(message, url, [here._sentence_gone()])
            return False
        except Exception as error:
            if is_contention(error):
                raise
            _logger.exception("An answer by e-mail cannot be taken")
            here._tell(message, url, [here._sentence_gone()])
            return False
        if left:
            here._tell(message, url, left, taken=True)
        return True

    @api.model
    def _sentence_gone(self):
        return self.env._("The matter of this e-mail can no longer be answered.")

    @api.model
    def _check_age(self, message, last_day, size):
        """Raise where the letter or the answer is too old, or too large."""
        sent, now = answer_mail.sent_at(message), fields.Datetime.now()
        if last_day < now.date() or (sent and sent < now - timedelta(days=OLD_DAYS)):
            raise Refusal(
                self.env._("It came too late: e-mails are taken for some time only."),
                rule="old",
                value=str(sent or ""),
                limit=str(last_day),
            )
        if size > MOST_BYTES:
            raise Refusal(
                self.env._("The e-mail is too large. Send smaller files."),
                rule="size",
                value=str(size),
                limit=str(MOST_BYTES),
            )

    @api.model
    def _write(self, message, record):
        """Write the answer for the user; return sentences about what was left out."""
        if record is None or not record.exists():
            raise Refusal(self._sentence_gone(), rule="gone")
        text, files = answer_mail.words(message), answer_mail.files(message)
        if not text and not files:
            raise Refusal(
                self.env._("There are no words of yours above the quoted text."),
                rule="empty",
            )
        if len(text) > record._answer_length:
            raise Refusal(
                self.env._(
                    "It is too long: an answer can have up to %(count)s characters.",
                    count=record._answer_length,
                ),
                rule="length",
                value=str(len(text)),
                limit=str(record._answer_length),
            )
        left = record._answer(text, files)
        self._mark_read(record)
        return left

    @api.model
    def _mark_read(self, record):
        """Mark as read what the user was sent about ``record``: they have read that."""
        notices = self.env["wezer.notice"]
        mailed = notices.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("partner_id", "=", self.env.user.partner_id.id),
                ("date_mailed", "!=", False),
                ("is_read", "=", False),
            ]
        )
        if mailed:
            notices.mark_read(mailed.ids)

    # === TELLING WHAT WAS NOT TAKEN === #

    @api.model
    def _refuse_stranger(self, message, partner):
        """Tell a sender that is not the reader of the letter how to answer.

        Neither who that is nor what it is about.
        """
        if not self._may_refuse(partner):
            return
        company = self.env.company.sudo()
        here = self.with_context(lang=company.partner_id.lang)
        sentence = here.env._(
            "An answer must come from the e-mail address that our e-mail was sent to."
            " Answer from there, or on the website."
        )
        here._send(message, answer_mail.sender(message), [sentence], "/my")

    @api.model
    def _tell(self, message, url, sentences, taken=False):
        """Tell the user what was not taken of their answer, and where the page is.

        :param bool taken: whether the words were, and only files were not
        """
        partner = self.env.user.partner_id
        # Members write neither keys nor e-mails.
        answers = self.sudo()
        if answers._may_refuse(partner):
            answers._send(message, partner.email, sentences, url, taken)

    @api.model
    def _send(self, message, to, sentences, url, taken=False):
        """Queue an e-mail about an answer (sudo), to which no program may reply."""
        company = self.env.company
        number = answer_mail.header(message, "Message-Id")[:200]
        subject = (
            self.env._("Files of your answer were not added")
            if taken
            else self.env._("Your answer was not delivered")
        )
        base_url = company.get_base_url()
        body = self.env["ir.qweb"]._render(
            "wezer_base.answer_refused_mail",
            {
                "company": company,
                "taken": taken,
                "sentences": sentences,
                "button_url": with_arrival(f"{base_url}/web/login", url),
            },
            lang=self.env.lang,
            minimal_qcontext=True,
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env["wezer.notice.letter"]._subject_of(subject),
                "body_html": body,
                "email_from": company._wezer_email_from(),
                "email_to": to,
                "auto_delete": True,
                # Odoo ignores what answers to such a number.
                "references": f"{number} "
                + generate_tracking_message_id("loop-detection-bounce-email"),
                "headers": repr(
                    {
                        "Auto-Submitted": "auto-replied",
                        "X-Auto-Response-Suppress": "All",
                        "Precedence": "bulk",
                    }
                ),
            }
        )
        self.env["mail.mail"]._wezer_send_soon()
