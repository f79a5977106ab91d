"""Answers to letters by e-mail: of many mail programs, of strangers and of machines."""

import base64
import io
import uuid
import xmlrpc.client
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import mute_logger, tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models import wezer_answer
from odoo.addons.wezer_base.tools import answer_mail, answer_text
from odoo.addons.wezer_marketplace.models import wezer_deal_evidence
from odoo.addons.wezer_marketplace.tests.common import MarketCommon

from .letter_box import LetterBox

MESSAGES = Path(__file__).parent / "data" / "answers"
BASE = "answers@ormes.example"
LUC, ANNA = "luc@secret.example", "anna@secret.example"
ENGINE = "odoo.addons.wezer_base.models.wezer_answer"
QUIET = ("odoo.addons.mail.models.mail_mail", ENGINE)
# What each message file says to the other side.
WORDS = {
    "gmail": "Yes, Saturday at ten is fine.\n\nShall I bring the “big” drill?",
    "gmail_french": "D'accord pour samedi à dix heures.",
    "gmail_spanish": "El sábado a las diez me va bien.",
    "gmail_catalan": "Dissabte a les deu em va bé.",
    "outlook_german": "Hallo Anna,\n\nich komme gern am Samstag um zehn. Der Schlüssel"
    " liegt beim Bäcker.\n\nGrüße\nLuc",
    "outlook_mobile": "OK for Saturday.",
    "outlook_html_only": "Saturday works for me.\nI bring the ladder.",
    "apple_french": "Voici le mur avant.\n\nEt je viens samedi.",
    "thunderbird_below": "Samstag um zehn passt mir gut.\n\nWo ist der Schlüssel?",
    "thunderbird_between": "On Saturday.\n\nYes: two of them.",
    "k9_german": "Passt, bis Samstag!",
    "samsung": "See you on Saturday",
    "yahoo_unmarked": "Agreed for Saturday.",
    "html_only": "Prêt & motivé <3\nÀ samedi.",
    "windows_1252": "Ça coûte 20 € – “très bien”, dit-elle.",
    "windows_called_latin": "Das macht 20 € – „alles klar“.",
    "unknown_encoding": "Grüße aus dem Garten.",
    "forwarded": "Please read this one again.",
    "signature": "Thanks, I bring:\n\n- a ladder\n- two brushes\n\nBest regards until"
    " then: do not forget the key.",
    "hostile": "Good day.\n\nA link\n<script>alert(7)</script>",
}
BY_MACHINES = {
    "automatic_exchange": "Auto-Submitted",
    "automatic_vacation": "Precedence",
    "automatic_german": "Subject",
    "undelivered": "Auto-Submitted",
}


@tagged("post_install", "-at_install")
class TestAnswersByMail(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.notice"].search([]).unlink()
        cls.env["mail.mail"].search([]).unlink()
        cls.env.company.write(
            {
                "name": "Les Ormes",
                "email": "post@ormes.example",
                "wezer_answer_address": BASE,
                "wezer_answer_tested": fields.Datetime.now(),
            }
        )
        cls.luc, cls.anna = cls.test2, cls.test1
        cls.luc.partner_id.email, cls.anna.partner_id.email = LUC, ANNA
        cls.deal = cls.claim(cls, cls.luc, cls.announce(cls, cls.anna))
        cls.answers = cls.env["wezer.answer"]
        cls.to = cls.answers._address(cls.luc.partner_id, cls.deal.sudo())

    def setUp(self):
        super().setUp()
        # Of each test: a letter is due some minutes after what it tells.
        self.start = fields.Datetime.now()

    def _message(self, name, to=None, sender=LUC, number=1, date=None):
        """Return a message file as bytes, sent by ``sender`` to the address ``to``."""
        data = (MESSAGES / f"{name}.eml").read_bytes().replace(b"\n", b"\r\n")
        for mark, value in (
            ("FROM", sender),
            ("TO", to or self.to),
            ("ID", str(number)),
            ("DATE", format_datetime(date or fields.Datetime.now())),
        ):
            data = data.replace(f"@{mark}@".encode(), value.encode())
        return data

    def _mail(self, text="Hello.", sender=LUC, to=None, **headers):
        """Return an e-mail, as its headers say."""
        mail = EmailMessage()
        headers = {
            "From": sender,
            "To": to or self.to,
            "Message-ID": f"<{self.id()}@mail.example>",
            "Subject": "Re: Someone wrote",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in headers.items():
            if value is not None:
                mail[name] = value
        mail.set_content(text)
        return mail

    def _hand_over(self, data):
        """Hand an e-mail over as Odoo's fetching does; return what was written."""
        if isinstance(data, EmailMessage):
            data = data.as_bytes()
        before = self._said()
        self.env["mail.thread"].message_process(False, data)
        self.env.flush_all()
        return self._said()[len(before) :]

    def _said(self):
        self.deal.sudo().invalidate_recordset(["message_line_ids"])
        return self.deal.sudo().message_line_ids.mapped("body")

    def _told(self):
        """Return the e-mails that say what was not taken, and forget them."""
        mails = self.env["mail.mail"].search([("subject", "ilike", "answer")])
        told = [(mail.email_to, str(mail.body_html)) for mail in mails]
        mails.unlink()
        return told

    # === THE WHOLE WAY === #

    def test_a_letter_that_left_is_answered_and_the_answer_stands_in_the_deal(self):
        box = LetterBox(self.env)
        self.addCleanup(box.close)
        self.deal.with_user(self.anna).action_send_message("When do you come?")
        with freeze_time(self.start + timedelta(minutes=6)), mute_logger(*QUIET):
            self.env["wezer.notice.letter"]._cron_send()
            box.deliver()
            (letter,) = [one for one in box.letters if one["To"] == LUC]
            self.assertIn(
                "You can also answer this e-mail",
                letter.get_body(("plain",)).get_content(),
            )
            answer = EmailMessage()
            answer["From"], answer["To"] = f"Luc <{LUC}>", letter["Reply-To"]
            answer["Message-ID"] = "<of-luc@mail.example>"
            answer["In-Reply-To"] = letter["Message-ID"]
            quote = letter.get_body(("plain",)).get_content()
            answer.set_content(
                "On Saturday.\n\nOn 5 Jan 2026, at 10:00, Les Ormes wrote:\n"
                + "".join(f"> {line}\n" for line in quote.splitlines())
            )
            self.assertEqual(self._hand_over(answer), ["On Saturday."])
            line = self.deal.sudo().message_line_ids[-1]
            self.assertEqual(line.person_id, self.luc.partner_id)
            self.assertEqual(line.create_uid, self.luc)
            read = self.env["wezer.notice"].search(
                [("partner_id", "=", self.luc.partner_id.id), ("is_read", "=", True)]
            )
            self.assertEqual(read.mapped("kind"), ["message"], "it was in the letter")
            self.env["wezer.notice.letter"]._cron_send()
        with freeze_time(self.start + timedelta(minutes=12)), mute_logger(*QUIET):
            self.env["wezer.notice.letter"]._cron_send()
            box.deliver()
        letter = [one for one in box.letters if one["To"] == ANNA][-1]
        self.assertEqual(
            letter["Reply-To"].partition("+")[0], BASE.partition("@")[0], "Anna's"
        )

    def test_a_conversation_is_answered_and_its_rules_hold(self):
        conversations = self.env["wezer.conversation"]
        number = conversations.with_user(self.anna).action_start(
            self.luc.partner_id._wezer_profile().id, "May I ask?"
        )
        talk = conversations.browse(number)
        to = self.answers._address(self.luc.partner_id, talk)
        self._hand_over(self._message("gmail_french", to))
        self.assertEqual(talk.message_ids[-1].text, WORDS["gmail_french"])
        self.assertEqual(talk.message_ids[-1].person_id, self.luc.partner_id)
        self.assertEqual(talk.state, "open")
        talk.with_user(self.anna).action_leave()
        conversations.with_user(self.luc).browse(number).action_block()
        self._hand_over(self._message("signature", to))
        self.assertEqual(len(talk.message_ids), 2)
        ((address, body),) = self._told()
        self.assertEqual(address, LUC)
        self.assertIn("Unblock them", body)
        self.assertIn(f"/my/messages/{number}", body)
        self.assertFalse(self.answers._is_answerable(self.luc.partner_id, talk))

    def _address(self, user, record):
        return self.answers._address(user.partner_id, record.sudo())

    def test_a_moderator_and_the_sides_of_a_dispute_answer_into_the_deal(self):
        gus = self.moderator
        gus.partner_id.email = "gus@secret.example"
        self.assertFalse(self.answers._is_answerable(gus.partner_id, self.deal.sudo()))
        early = self._address(gus, self.deal)
        self.assertEqual(
            self._hand_over(self._mail(sender="gus@secret.example", to=early)), []
        )
        self.assertEqual(len(self._told()), 1)
        self.deal.with_user(self.luc).action_dispute("It is not as agreed")
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", gus.partner_id.id), ("settled", "=", False)]
        )
        letters = self.env["wezer.notice.letter"]
        letter = letters._prepare_letter(gus.partner_id, notice)
        self.assertIn("Both sides read what you write.", letter["body_html"])
        mail = self._with_files([("a.txt", b"a")], "Which door?")
        for name, value in (("From", "gus@secret.example"), ("To", letter["reply_to"])):
            mail.replace_header(name, value)
        mail.replace_header("Message-ID", "<which@mail.example>")
        self.assertEqual(self._hand_over(mail), ["Which door?"])
        self.assertFalse(self.deal.sudo().evidence_ids)
        ((address, body),) = self._told()
        self.assertEqual(address, "gus@secret.example")
        self.assertIn("Only the two sides of a deal can add files", body)
        line = self.deal.sudo().message_line_ids[-1]
        self.assertEqual((line.person_id, line.by_moderator), (gus.partner_id, True))
        mail = self._mail(
            "The red one.", sender=ANNA, to=self._address(self.anna, self.deal)
        )
        self.assertEqual(self._hand_over(mail), ["The red one."])
        self.assertFalse(self.deal.sudo().message_line_ids[-1].by_moderator)
        told = self.env["wezer.notice"].search(
            [("partner_id", "=", gus.partner_id.id), ("kind", "=", "message")]
        )
        self.assertFalse(told.settled)
        # Afterwards the deal is the business of its sides alone.
        self.deal.with_user(self.luc).action_withdraw_dispute()
        self.assertTrue(told.settled)
        mail = self._mail(
            "One more.",
            sender="gus@secret.example",
            to=letter["reply_to"],
            Message_ID="<more@mail.example>",
        )
        self.assertEqual(self._hand_over(mail), [])
        self.assertEqual(len(self._told()), 1)

    def test_a_question_is_answered_by_its_author_and_asked_on_by_who_asked(self):
        want = self.announce(self.anna, title="Paint the barn")
        questions = self.env["wezer.announcement.question"]
        number = questions.with_user(self.luc).action_ask(want.id, "Which colour?")
        question = questions.browse(number)
        notices = self.env["wezer.notice"]
        letters = self.env["wezer.notice.letter"]

        def letter(user):
            found = notices.search(
                [("partner_id", "=", user.partner_id.id), ("settled", "=", False)]
                + [("res_model", "=", question._name)]
            )
            return letters._prepare_letter(user.partner_id, found)

        asked = letter(self.anna)
        self.assertIn("The person who asked reads what you write.", asked["body_html"])
        # The person who asked cannot answer in the author's place, nor a stranger.
        foreign = self._mail("Blue.", to=asked["reply_to"])
        for user in (self.stranger, self.moderator):
            self.assertFalse(self.answers._is_answerable(user.partner_id, question))
        self._hand_over(foreign)
        self.assertFalse(question.answer)
        ((address, _body),) = self._told()
        self.assertEqual(address, LUC)
        numbers = iter(range(9))

        def answer(text, sender, to):
            mark = f"<{next(numbers)}@question.example>"
            self._hand_over(self._mail(text, sender=sender, to=to, Message_ID=mark))

        answer("x" * 1001, ANNA, asked["reply_to"])
        self.assertIn("up to 1000 characters", self._told()[0][1])
        answer("Red.", ANNA, asked["reply_to"])
        self.assertEqual((question.answer, question.published), ("Red.", False))
        self.assertEqual(question.answerer_id, self.anna.partner_id)
        # What was answered, and perhaps shown to everybody, is not overwritten.
        answer("No, green.", ANNA, asked["reply_to"])
        self.assertEqual(question.answer, "Red.")
        self.assertIn("was answered already", self._told()[0][1])
        told = letter(self.luc)
        self.assertIn("sent to the author as a new question", told["body_html"])
        answer("A dark red?", LUC, told["reply_to"])
        again = want.sudo().question_ids - question
        self.assertEqual(
            (again.body, again.asker_id), ("A dark red?", self.luc.partner_id)
        )
        for text in ("Or two?", "Or three?", "Or four?"):
            answer(text, LUC, told["reply_to"])
        self.assertEqual(len(want.sudo().question_ids), 4)
        self.assertIn("are waiting for an answer here", self._told()[0][1])
        want.action_close()
        self.assertFalse(self.answers._is_answerable(self.luc.partner_id, question))
        question.with_user(self.luc).action_withdraw()
        answer("Hello?", LUC, told["reply_to"])
        self.assertIn("can no longer be answered", self._told()[0][1])

    # === WHAT PEOPLE WROTE === #

    def test_of_every_mail_program_the_own_words_are_taken_and_nothing_else(self):
        self.assertEqual(
            {path.stem for path in MESSAGES.glob("*.eml")}, {*WORDS, *BY_MACHINES}
        )
        # The whole way for some; the others differ in what is read only.
        for name, words in WORDS.items():
            with self.subTest(name):
                message = answer_mail.read(self._message(name))
                self.assertEqual(answer_mail.words(message), words)
                self.assertEqual(answer_mail.automatic(message), "")
        for name in ("gmail", "hostile", "windows_1252"):
            self.assertEqual(self._hand_over(self._message(name)), [WORDS[name]])
        self.assertEqual(self._told(), [])

    def test_text_made_to_be_slow_is_read_within_the_same_steps(self):
        lines = [
            "On x wrote " * 1800,
            *(["Am x schrieb " * 14] * 40),
            *[">" * 150] * 40,
        ]
        text = "\n".join(["Mine.", "", *lines])
        searched = []
        with patch.object(
            answer_text.EmailMessage,
            "HEADER_REGEX",
            property(lambda _self: type("", (), {"search": searched.append})),
        ):
            answer_text.own_words(text)
        (given,) = searched
        self.assertLessEqual(max(map(len, given.split("\n"))), answer_text.LONG_LINE)
        self.assertLessEqual(len(given), answer_text.LOOKED_AT)

    def test_an_answer_without_words_or_with_too_many_is_refused_with_the_reason(
        self,
    ):
        for number, text in enumerate(("> only a quote", "x" * 4001)):
            mail = self._mail(text, Message_ID=f"<{number}@mail.example>")
            self.assertEqual(self._hand_over(mail), [])
        told = self._told()
        self.assertEqual([to for to, _body in told], [LUC, LUC])
        for words in ("no words of yours", "up to 4000 characters"):
            self.assertEqual(len([1 for _to, body in told if words in body]), 1, words)

    def test_broken_e_mails_are_answered_with_a_reason_or_not_at_all(self):
        head = self._mail(Content_Type=None).as_bytes().partition(b"\n\n")[0]
        head = b"\n".join(
            line for line in head.splitlines() if not line.startswith(b"Content-")
        )
        for number, rest in enumerate(
            (
                b"Content-Type: multipart/mixed\n\nno boundary",
                b"Content-Type: text/html\n\n",
                b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 90000,
                b"Content-Type: text/plain; charset=utf-16\n\n\xd8\x00\xd8",
                b"Content-Type: image/png; name*=x''%ff%00\n\nx",
            )
        ):
            mark = f"<{number}@broken.example>".encode()
            data = head.replace(f"<{self.id()}@mail.example>".encode(), mark)
            with self.subTest(rest=rest[:60]):
                said = self._hand_over(data + b"\n" + rest)
                files = self.deal.sudo().evidence_ids
                self.assertEqual(len(said) + len(self._told()) + len(files), 1)

    # === FILES === #

    def _with_files(self, files, text="Look."):
        mail = self._mail(text)
        for name, content in files:
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        return mail

    def test_files_are_added_to_the_deal_and_marked_for_both_sides(self):
        mail = self._with_files([("../plan.txt", b"plan"), ("list.pdf", b"%PDF")])
        self.assertEqual(self._hand_over(mail), ["Look."])
        files = self.deal.sudo().evidence_ids
        self.assertEqual(files.mapped("name"), ["plan.txt", "list.pdf"])
        self.assertEqual(files.mapped("by_mail"), [True, True])
        self.assertEqual(files.person_id, self.luc.partner_id)
        for user in (self.anna, self.luc):
            seen = files.with_user(user)
            self.assertEqual(seen.mapped("by_mail"), [True, True])
        shown = self.deal.with_user(self.luc).action_add_evidence("own.txt", b"own")
        self.assertFalse(files.browse(shown).by_mail)
        self.assertEqual(self._told(), [])

    def test_large_many_and_empty_files_are_refused_as_on_the_page(self):
        self.patch(wezer_deal_evidence, "MAX_BYTES", 1000)
        large = b"x" * 1001
        files = [("large.bin", large), ("empty.txt", b"")]
        files += [(f"{n}.txt", b"x") for n in range(11)]
        self.assertEqual(self._hand_over(self._with_files(files)), ["Look."])
        names = self.deal.sudo().evidence_ids.mapped("name")
        self.assertEqual(names, [f"{n}.txt" for n in range(10)])
        ((address, body),) = self._told()
        self.assertEqual(address, LUC)
        for words in ("“large.bin”: A file can have up to 5 MB.", "“empty.txt”: "):
            self.assertIn(words, body)
        self.assertIn("“10.txt”: A deal can have up to ten files.", body)

    def test_decoration_signatures_and_forwarded_headers_are_no_files(self):
        mail = self._with_files([("note.txt", b"note")])
        for kind, name, content, cid in (
            ("image/png", "logo.png", b"x" * 900, "<logo@x>"),
            ("application/pgp-signature", "signature.asc", b"x", None),
            ("application/ms-tnef", "winmail.dat", b"x", None),
        ):
            major, minor = kind.split("/")
            mail.add_attachment(
                content, maintype=major, subtype=minor, filename=name, cid=cid
            )
        found = answer_mail.files(answer_mail.read(mail.as_bytes()))
        self.assertEqual([file.name for file in found], ["note.txt"])

    def test_a_photograph_of_a_message_loses_where_it_was_taken(self):
        image, exif = Image.effect_noise((200, 200), 90), Image.Exif()
        exif[0x010F] = "Secret camera"
        stream = io.BytesIO()
        image.save(stream, "JPEG", exif=exif, quality=95)
        self.assertIn(b"Secret camera", stream.getvalue())
        self._hand_over(self._with_files([("IMG_1.jpeg", stream.getvalue())], "Done"))
        (file,) = self.deal.sudo().evidence_ids
        content = base64.b64decode(file.with_context(bin_size=False).content)
        self.assertNotIn(b"Secret camera", content)

    # === WHO MAY NOT === #

    def test_a_stranger_with_the_address_is_told_nothing_but_how_to_answer(self):
        mail = self._mail(sender="eve@evil.example")
        self.assertEqual(self._hand_over(mail), [])
        ((address, body),) = self._told()
        self.assertEqual(address, "eve@evil.example")
        for private in (LUC, self.luc.name, self.deal.title, f"deals/{self.deal.id}"):
            self.assertNotIn(private, body)

    def test_the_other_side_cannot_write_by_the_address_of_a_reader(self):
        self.assertEqual(self._hand_over(self._mail(sender=ANNA)), [])
        ((address, _body),) = self._told()
        self.assertEqual(address, ANNA)

    def test_several_or_hidden_senders_are_nobody(self):
        for sender in (
            f"{LUC}, eve@evil.example",
            f'"{LUC}" <eve@evil.example>',
            f"=?utf-8?q?{LUC.replace('@', '=40')}?= <eve@evil.example>",
            "undisclosed:;",
        ):
            data = self._mail().as_bytes()
            data = data.replace(f"From: {LUC}".encode(), f"From: {sender}".encode())
            self.assertEqual(self._hand_over(data), [], sender)
        data = self._mail().as_bytes()
        twice = f"From: eve@evil.example\nFrom: {LUC}".encode()
        self.assertEqual(
            self._hand_over(data.replace(f"From: {LUC}".encode(), twice)), []
        )
        self.assertLessEqual({to for to, _body in self._told()}, {"eve@evil.example"})

    def test_an_address_that_was_changed_or_made_up_is_answered_by_nobody(self):
        local, _at, domain = self.to.partition("@")
        changed = local[:-3] + ("aaa" if local[-3:] != "aaa" else "bbb")
        other = self.answers._address(self.anna.partner_id, self.deal.sudo())
        mixed = local[:20] + other.partition("@")[0][20:]
        for wrong in (changed, mixed, "answers+" + "a" * 40):
            with patch.object(wezer_answer._logger, "info") as log:
                self.assertEqual(
                    self._hand_over(self._mail(to=f"{wrong}@{domain}")), []
                )
            self.assertEqual(log.call_args.args[-1], "token")
            self.assertNotIn(LUC, str(log.call_args))
        self.assertEqual(self._told(), [])

    def test_no_two_readers_or_records_have_the_same_address(self):
        other = self.make_deal(title="Another")
        found = {
            self.answers._address(user.partner_id, deal.sudo())
            for user in (self.luc, self.anna)
            for deal in (self.deal, other)
        }
        self.assertEqual(len(found), 4)
        self.assertLessEqual(max(len(one.partition("@")[0]) for one in found), 64)
        for user in (self.stranger, self.moderator):
            answerable = self.answers._is_answerable(user.partner_id, self.deal.sudo())
            self.assertFalse(answerable, user.name)

    def test_too_late_gone_or_of_a_person_who_left_is_not_taken(self):
        with freeze_time(self.start + timedelta(days=wezer_answer.VALID_DAYS + 2)):
            self.assertEqual(self._hand_over(self._mail()), [])
        late = self._message("gmail", date=self.start - timedelta(days=8))
        self.assertEqual(self._hand_over(late), [])
        self.assertEqual(
            len([1 for _to, body in self._told() if "too late" in body]), 2
        )
        gone = self.answers._address_with(BASE, "d", self.luc.partner_id, 2**31 - 1)
        self.assertEqual(self._hand_over(self._mail(to=gone)), [])
        self.assertIn("can no longer be answered", self._told()[0][1])
        foreign = self.make_deal(author=self.test3, replier=self.anna, title="Roof")
        to = self.answers._address_with(BASE, "d", self.luc.partner_id, foreign.id)
        self._hand_over(self._mail(to=to))
        self.assertFalse(foreign.sudo().message_line_ids)
        self.assertNotIn("Roof", self._told()[0][1])
        self.luc.active = False
        self.assertEqual(self._hand_over(self._mail(Message_ID="<left@x.example>")), [])
        self.assertEqual(self._told(), [])

    def test_a_sender_that_the_receiving_server_does_not_believe_is_ignored(self):
        for number, (result, taken) in enumerate(
            (
                ("mx.example; dmarc=fail header.from=secret.example", 0),
                ("mx.example; spf=fail smtp.mailfrom=secret.example; dkim=none", 0),
                ("mx.example; spf=fail; dkim=pass header.d=secret.example", 1),
                ("mx.example; spf=softfail; dmarc=pass", 1),
                ("mx.example; none", 1),
            )
        ):
            mail = self._mail(
                f"Number {number}.",
                Authentication_Results=result,
                Message_ID=f"<{number}@auth.example>",
            )
            self.assertEqual(len(self._hand_over(mail)), taken, result)
        self.assertEqual(self._told(), [])

    def test_only_odoo_and_log_ins_of_the_back_office_hand_over_mail(self):
        data = self._mail().as_bytes()
        threads = self.env["mail.thread"]
        for user in (self.luc, self.stranger, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError), self.cr.savepoint():
                threads.with_user(user).message_process(False, data)
            self.assertEqual(self._said(), [])
        gateway = xmlrpc.client.Binary(data)
        threads.with_user(self.moderator).message_process(False, gateway)
        self.assertEqual(self._said(), ["Hello."])

    # === MACHINES, AND TWICE === #

    @mute_logger(ENGINE)
    def test_what_programs_answer_is_ignored_and_answered_by_nobody(self):
        for name, sign in BY_MACHINES.items():
            message = answer_mail.read(self._message(name))
            self.assertEqual(answer_mail.automatic(message), sign, name)
            self.assertEqual(self._hand_over(self._message(name)), [], name)
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "auto_reply"},
            {"X_Auto_Response_Suppress": "OOF"},
            {"X_Autoreply": "yes"},
            {"List_Id": "<list.example>"},
            {"Return_Path": "<>"},
            {"sender": "MAILER-DAEMON@mail.example"},
            {"sender": "no-reply@secret.example"},
            {"sender": BASE},
            {"sender": self.to},
            {"sender": "post@ormes.example"},
        ):
            self.assertEqual(self._hand_over(self._mail(**headers)), [], headers)
        own = self.env["mail.message"].create({"message_id": "<own@ormes.example>"})
        self.assertEqual(self._hand_over(self._mail(Message_ID=own.message_id)), [])
        self.assertEqual(self._told(), [])
        self.assertEqual(len(self._hand_over(self._mail(Auto_Submitted="no"))), 1)

    def test_the_same_mail_handed_over_twice_is_one_message(self):
        data = self._message("gmail")
        self.assertEqual(len(self._hand_over(data)), 1)
        with freeze_time(self.start + timedelta(hours=1)):
            self.assertEqual(self._hand_over(data), [])
        stranger = self._mail(sender="eve@evil.example")
        for _time in range(2):
            self._hand_over(stranger)
        self.assertEqual(len(self._told()), 1)

    def test_two_programs_that_answer_each_other_come_to_an_end(self):
        most = 4
        self.patch(wezer_answer, "ANSWERS_MOST", most)
        with mute_logger(ENGINE):
            for number in range(most + 3):
                self._hand_over(
                    self._mail(f"Away {number}.", Message_ID=f"<{number}@loop.example>")
                )
        self.assertEqual(len(self._said()), most)
        # By the address of another reader, of which no answer came yet.
        self.patch(wezer_answer, "REFUSALS_MOST", most - 2)
        to = self.answers._address(self.anna.partner_id, self.deal.sudo())
        for number in range(most):
            mail = self._mail(
                sender="eve@evil.example",
                to=to,
                Message_ID=f"<{number}@eve.example>",
            )
            self._hand_over(mail)
        told = self.env["mail.mail"].search([("email_to", "=", "eve@evil.example")])
        self.assertEqual(len(told), most - 2)

    def test_a_refusal_cannot_be_answered_by_a_program_nor_reach_the_gateway(self):
        self._hand_over(self._mail("> nothing"))
        mail = self.env["mail.mail"].search([("subject", "ilike", "answer")])
        self.assertIn("'Auto-Submitted': 'auto-replied'", mail.headers)
        self.assertIn("-loop-detection-bounce-email@", mail.references)
        self.assertNotIn("+", mail.reply_to or "")

    # === WHERE IT IS SET UP === #

    def _letter(self):
        self.env["wezer.notice"].search([]).unlink()
        self.deal.with_user(self.anna).action_send_message(f"Hello {uuid.uuid4()}")
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        )
        letters = self.env["wezer.notice.letter"]
        return letters._prepare_letter(self.luc.partner_id, notice)

    def test_a_letter_has_an_address_to_answer_to_only_where_answers_arrive(self):
        company = self.env.company
        self.assertEqual(self._letter()["reply_to"], self.to)
        for vals in (
            {"wezer_answer_tested": False},
            {"wezer_answer_tested": self.start, "wezer_answer_fetched": True},
            {"wezer_answer_address": False, "wezer_answer_fetched": False},
        ):
            company.write(vals)
            letter = self._letter()
            self.assertNotIn("reply_to", letter, vals)
            self.assertIn("Answer on the page", letter["body_html"])
        company.write({"wezer_answer_address": BASE, "wezer_answer_fetched": True})
        self.env["fetchmail.server"].create(
            {"name": "In", "server_type": "imap", "state": "done", "server": "x"}
        )
        self.assertIn("reply_to", self._letter())

    def test_what_nobody_answers_says_nothing_of_answers(self):
        notice = self.luc.partner_id._wezer_notify(
            "approved", "Welcome.", url="/my", record=self.luc.partner_id
        )
        letters = self.env["wezer.notice.letter"]
        letter = letters._prepare_letter(self.luc.partner_id, notice)
        self.assertNotIn("reply_to", letter)
        self.assertNotIn("nswer", letter["body_html"])

    def test_a_letter_that_takes_no_answer_says_where_to_answer(self):
        """Of circles' messages, and of what takes no answer any more."""
        letters = self.env["wezer.notice.letter"]
        kinds = ("question", "question_answered", "group_message", "dispute")
        for kind, look in self.env["wezer.notice"]._looks().items():
            with self.subTest(kind):
                self.assertEqual(look.replies, kind in kinds)
        for kind in kinds:
            notice = self.luc.partner_id._wezer_notify(
                kind, "Look at this.", url="/my", record=self.luc.partner_id
            )
            letter = letters._prepare_letter(self.luc.partner_id, notice)
            self.assertNotIn("reply_to", letter, kind)
            self.assertIn("Answer on the page", letter["body_html"], kind)

    def test_an_administrator_sets_the_address_and_tries_it_by_a_test_e_mail(self):
        admin = self.env.ref("base.user_admin")
        admin.email = "admin@ormes.example"
        self.env.company.write({"wezer_answer_address": False})
        box = LetterBox(self.env)
        self.addCleanup(box.close)
        forms = self.env["wezer.outgoing.mail"].with_user(admin)
        for wrong in ("no address", "a+b@ormes.example", f"{'x' * 24}@ormes.example"):
            form = forms.create({"answer_address": wrong, "smtp_host": "127.0.0.1"})
            with self.assertRaises(Refusal):
                form._apply_answers()
        form = forms.create({"answer_address": f" {BASE.upper()} "})
        with box.sending(), mute_logger(*QUIET):
            form.action_test()
        self.assertTrue(form.is_delivered, form.result)
        self.assertIn("Waiting", form.answer_state)
        self.assertFalse(self.env.company._wezer_answers_to())
        (letter,) = box.letters
        self._hand_over(
            self._mail(sender="eve@evil.example", to=str(letter["Reply-To"]))
        )
        self.assertFalse(self.env.company._wezer_answers_to())
        self._hand_over(
            self._mail(
                sender="admin@ormes.example",
                to=str(letter["Reply-To"]),
                Message_ID="<admin@mail.example>",
            )
        )
        self.assertEqual(self.env.company._wezer_answers_to(), BASE)
        form.invalidate_recordset()
        self.assertIn("On:", form.answer_state)
        forms.create({"answer_address": "other@ormes.example"})._apply_answers()
        self.assertFalse(self.env.company._wezer_answers_to(), "to be tried again")
