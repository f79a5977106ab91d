from collections import Counter
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import mute_logger, tagged
from odoo.tools import html2plaintext

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.models.mail_mail import PAUSES
from odoo.addons.wezer_base.tests.test_notice_letter import Servers
from odoo.addons.wezer_fractal_groups.tests import test_news

from ..hooks import uninstall_hook

QUIET = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestNewsMailing(test_news.TestNews):
    """All that holds of news without mailings holds with them, and what they add.

    Marta and Paul are users of Email Marketing; only Paul publishes for the library,
    which has three members.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailings = cls.env["mailing.mailing"]
        cls.traces = cls.env["mailing.trace"]
        cls.env["wezer.notice"].search([]).unlink()
        cls.env["mail.mail"].search([]).unlink()
        cls.env.company.write({"name": "Les Ormes", "email": "post@ormes.example"})
        cls.env["ir.mail_server"].create({"name": "Any", "smtp_host": "127.0.0.1"})
        marketing = "mass_mailing.group_mass_mailing_user"
        cls.marta = mail_new_test_user(
            cls.env, login="wzg_marta", name="Marta", groups=marketing, password="marta"
        )
        cls.publisher = mail_new_test_user(
            cls.env, login="wzg_paul", name="Paul", groups=marketing, password="paul"
        )
        cls.library = cls._circle("Test library", visibility="members")
        cls._put(cls.publisher, cls._role("Librarian", cls.library, "invite"))
        cls.readers = cls.env["res.users"]
        for name in ("first", "second", "third"):
            reader = cls._member(name)
            reader.partner_id.email = f"{name}@example.org"
            cls._put(reader, cls.library)
            cls.readers |= reader

    def setUp(self):
        super().setUp()
        self.start = fields.Datetime.now()
        self.servers = Servers(self)

    def _sent_news(self, **vals):
        """Return published news of the library: its members get an e-mail."""
        return self._published(
            self.publisher, self.library, **{"send_letter": True, **vals}
        )

    def _run(self, minutes=6):
        """Let the scheduled actions do what is due after so many minutes."""
        with freeze_time(self.start + timedelta(minutes=minutes)), mute_logger(QUIET):
            self.env["wezer.notice.letter"]._cron_send()
            self.env["mail.mail"].process_email_queue()
            self.env["wezer.notice.letter"]._cron_send()
            self.env.invalidate_all()

    def _mailing_of(self, news):
        return self.mailings.search([("wezer_news_id", "=", news.id)])

    def _counts(self, news, user=None):
        counts = news.with_user(user or self.publisher)._mailing_counts()
        return {what: count for what, count in counts.items() if count}

    # === SENDING === #

    def test_the_mailing_of_news_shows_how_its_emails_went(self):
        news = self._sent_news()
        mailing = self._mailing_of(news)
        self.assertEqual((mailing.state, mailing.subject), ("sending", news.title))
        self.assertIn("Bring tables.", html2plaintext(mailing.body_html))
        with freeze_time(self.start + timedelta(minutes=6)):
            self.env["wezer.notice.letter"]._cron_send()
        self.assertEqual(self._counts(news), {"waiting": 3})
        self._run()
        self.assertEqual(len(self.servers.taken), 3)
        self.assertEqual(self._counts(news), {"is_done": True, "sent": 3})
        self.assertEqual((mailing.state, mailing.delivered), ("done", 3))
        traces = mailing.mailing_trace_ids
        people = self.readers.partner_id.ids
        self.assertEqual(set(traces.mapped("res_id")), set(people))
        self.assertEqual(set(traces.mapped("model")), {"res.partner"})
        self.assertFalse(any(traces.mapped("email")), "no address is kept")
        self.assertEqual(
            set(traces.mapped("message_id")),
            {letter["Message-Id"] for letter in self.servers.taken},
        )
        self.assertFalse(traces.mail_mail_id, "deleted when they were sent")

    def test_no_email_has_a_picture_or_link_that_is_counted(self):
        self._sent_news(text="See https://example.org/market")
        self._run()
        self.assertEqual(len(self.servers.taken), 3)
        for letter in self.servers.taken:
            body = letter.get_body(("html",)).get_content()
            self.assertIn('href="https://example.org/market"', body)
            self.assertNotIn("/mail/track/", body)
            self.assertNotIn("/r/", body)
            self.assertNotIn("/mailing/", body)
            self.assertIn("/news/stop/", body)
            self.assertRegex(letter["List-Unsubscribe"], r"^<http.*/news/stop/.*>$")
            self.assertEqual(
                letter["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
            )
            self.assertNotIn("Market", letter["Subject"])

    def test_an_answer_or_a_forged_link_counts_nobody_as_a_reader(self):
        news = self._sent_news()
        self._run()
        trace = self._mailing_of(news).mailing_trace_ids[0]
        other = self.traces.create(
            {
                "mass_mailing_id": self._marketing_mailing().id,
                "model": "res.partner",
                "res_id": self.luc.partner_id.id,
                "message_id": trace.message_id,
            }
        )
        known = [("message_id", "=", trace.message_id)]
        for act in ("set_opened", "set_clicked", "set_replied"):
            getattr(self.traces, act)(known)
            getattr(trace, act)()
            self.assertEqual(trace.trace_status, "sent", act)
        self.assertFalse(trace.open_datetime)
        self.assertFalse(trace.links_click_datetime)
        self.assertEqual(other.trace_status, "reply", "of other mailings it counts")

    def test_an_email_that_is_tried_again_waits_until_it_is_given_up(self):
        news = self._sent_news()
        self.servers.fault = ConnectionRefusedError("451 try again later")
        minutes = 6
        self._run(minutes)
        mailing = self._mailing_of(news)
        for pause in PAUSES:
            self.assertEqual(self._counts(news), {"waiting": 3})
            self.assertEqual(mailing.state, "sending")
            minutes += pause.total_seconds() / 60 + 1
            self._run(minutes)
        self.assertEqual(self._counts(news), {"is_done": True, "refused": 3})
        mails = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        self.assertEqual(set(mails.mapped("state")), {"exception"})
        # An administrator sends one again, and sets one aside.
        self.servers.fault = None
        mails[0].with_user(self.admin).action_wezer_send_again()
        mails[1].with_user(self.admin).action_wezer_set_aside()
        counts = {"is_done": True, "waiting": 1, "refused": 1, "cancelled": 1}
        self.assertEqual(self._counts(news), counts)
        self._run(minutes + 1)
        counts = {"is_done": True, "sent": 1, "refused": 1, "cancelled": 1}
        self.assertEqual(self._counts(news), counts)

    def test_an_email_that_came_back_is_counted(self):
        news = self._sent_news()
        self._run()
        letter = self.servers.taken[0]
        domain = self.env["mail.alias.domain"].search([], limit=1) or self.env[
            "mail.alias.domain"
        ].create({"name": "ormes.example", "bounce_alias": "bounce"})
        self.env["mail.thread"].message_process(
            None,
            f"""Return-Path: <>
To: {domain.bounce_email}
From: MAILER-DAEMON <mailer-daemon@example.org>
Subject: Undelivered Mail Returned to Sender
Message-Id: <returned@example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

User unknown
--part
Content-Type: message/delivery-status

Final-Recipient: rfc822; {letter["To"]}
Action: failed
Status: 5.1.1
--part
Content-Type: message/rfc822

From: {letter["From"]}
To: {letter["To"]}
Message-Id: {letter["Message-Id"]}
Subject: {letter["Subject"]}

Text
--part--
""",
        )
        self.env.invalidate_all()
        counts = {"is_done": True, "sent": 2, "returned": 1}
        self.assertEqual(self._counts(news), counts)
        self.assertEqual(self._mailing_of(news).bounced, 1)

    def test_an_email_whose_sender_was_killed_is_the_same_email_again(self):
        """The process ends after the server has the e-mail, before it is marked."""
        news = self._sent_news()
        with freeze_time(self.start + timedelta(minutes=6)):
            self.env["wezer.notice.letter"]._cron_send()
        mails = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        repeated = mails[1].message_id
        mails[0].send()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            mails[1].send()
            raise ZeroDivisionError
        self.env.invalidate_all()
        self.assertEqual(self._counts(news), {"sent": 1, "waiting": 2})
        self._run()
        self._run(8)
        sent = Counter(letter["Message-Id"] for letter in self.servers.taken)
        self.assertEqual(sorted(sent.values()), [1, 1, 2])
        self.assertEqual(sent[repeated], 2)
        self.assertEqual(self._counts(news), {"is_done": True, "sent": 3})

    def test_what_is_no_longer_needed_is_cancelled(self):
        news = self._sent_news()
        with freeze_time(self.start + timedelta(minutes=6)):
            self.env["wezer.notice.letter"]._cron_send()
        self._told(news).filtered(
            lambda notice: notice.partner_id == self.readers[0].partner_id
        ).is_read = True
        news.with_user(self.publisher).action_withdraw()
        self._run()
        self.assertFalse(self.servers.taken)
        self.assertEqual(self._counts(news), {"is_done": True, "cancelled": 3})

    def test_news_that_nobody_gets_at_once_is_done(self):
        for user in self.readers:
            self.env["wezer.digest"].with_user(user).choose({"circles": "daily"})
        news = self._sent_news()
        self._run()
        self.assertEqual(self._counts(news), {"is_done": True})
        self.assertFalse(self._mailing_of(self._sent_news(send_letter=False)))

    def test_the_queue_of_mailings_sends_nothing_of_news(self):
        news = self._sent_news()
        mailing, queue = self._mailing_of(news), self.mailings
        self.patch(
            self.env.registry["ir.cron"], "_commit_progress", lambda *_args, **_more: 1
        )
        queue._process_mass_mailing_queue()
        self.assertEqual(mailing.state, "sending", "people wait for their notice")
        mailing.action_send_mail(self.stranger.partner_id.ids)
        self.assertFalse(self.env["mail.mail"].search([("mailing_id", "!=", False)]))
        self._told(news).is_read = True
        queue._process_mass_mailing_queue()
        self.assertEqual(mailing.state, "done")
        # No report on who opened it.
        self.env["ir.config_parameter"].set_param(
            "mass_mailing.mass_mailing_reports", True
        )
        mailing.sent_date -= timedelta(days=2)
        before = self.env["mail.mail"].search_count([])
        queue._process_mass_mailing_queue()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_the_server_for_mailings_sends_the_emails(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Mailings", "smtp_host": "127.0.0.1", "sequence": 99}
        )
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("mass_mailing.mail_server_id", server.id)
        self._sent_news()
        self.assertEqual(self._send().mail_server_id, server)

    def test_other_mailings_are_sent_as_odoo_sends_them(self):
        sale = self._marketing_mailing()
        partner = self.luc.partner_id
        sale.write(
            {
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr([("id", "=", partner.id)]),
            }
        )
        with mute_logger(QUIET):
            sale.action_send_mail()
            self.env["mail.mail"].process_email_queue()
        (letter,) = self.servers.taken
        self.assertIn("/mail/track/", letter.get_body(("html",)).get_content())
        self.assertIn("/mailing/", letter["List-Unsubscribe"])
        trace = sale.mailing_trace_ids
        self.assertEqual((trace.trace_status, trace.email), ("sent", partner.email))
        self.traces.set_opened([("message_id", "=", trace.message_id)])
        self.env.invalidate_all()
        self.assertEqual((sale.state, sale.sent, sale.opened), ("done", 1, 1))

    # === WHO SEES THE MAILING === #

    def _marketing_mailing(self, user=None):
        """Return a mailing that a user of Email Marketing made."""
        return self.mailings.with_user(user or self.marta).create(
            {"subject": "Sale", "body_html": "<p>Sale</p>"}
        )

    def test_the_mailing_is_seen_by_those_who_publish_and_changed_by_nobody(self):
        news = self._sent_news(title="Secret meeting")
        mailing = self._mailing_of(news)
        self._run()
        self.reader = self.readers[0]
        everybody = ("marta", "publisher", "admin", "reader", "stranger", "visitor")
        for name in everybody:
            user = getattr(self, name)
            sees = name == "publisher"
            with self.subTest(name):
                own = mailing.with_user(user)
                self.assertEqual(own.has_access("read"), sees)
                for operation in ("write", "unlink"):
                    self.assertFalse(own.has_access(operation))
                if user.has_group("mass_mailing.group_mass_mailing_user"):
                    found = own.search([("subject", "=", "Secret meeting")])
                    self.assertEqual(bool(found), sees)
                    groups = own._read_group([], ["subject"])
                    self.assertEqual(("Secret meeting",) in groups, sees)
                    traces = self.traces.with_user(user)
                    self.assertFalse(
                        traces.search([("mass_mailing_id", "=", mailing.id)])
                    )
                self.assertEqual(bool(self._counts(news, user)), sees)
        own = mailing.with_user(self.publisher)
        self.assertEqual((own.state, own.sent, own.bounced), ("done", 3, 0))
        self.assertTrue(own.wezer_is_news)
        with self.assertRaises(AccessError):
            own.read(["wezer_news_id"])
        for act in (
            lambda: own.write({"subject": "Other"}),
            own.action_launch,
            own.action_put_in_queue,
            own.action_retry_failed,
            own.action_set_favorite,
            own.unlink,
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                act()
        # No other mailing becomes that of news.
        for user in (self.marta, self.publisher):
            sale = self._marketing_mailing(user)
            with self.assertRaises(AccessError):
                sale.wezer_news_id = news.id
            with self.assertRaises(AccessError):
                self.mailings.with_user(user).create(
                    {"subject": "News", "wezer_news_id": news.id}
                )
            with self.assertRaises(AccessError):
                self.traces.with_user(user).create(
                    {
                        "mass_mailing_id": mailing.id,
                        "model": "res.partner",
                        "res_id": self.luc.partner_id.id,
                    }
                )
        self.assertEqual(self._counts(news), {"is_done": True, "sent": 3})

    def test_nothing_else_says_what_the_news_of_a_circle_is(self):
        news = self._sent_news(title="Secret meeting", text="Behind the shed")
        mailing = self._mailing_of(news)
        self._run()
        with self.assertRaises(AccessError):
            # By a wizard that shows the name of a mailing, and sends its text.
            self.env["mailing.mailing.test"].with_user(self.marta).create(
                {"mass_mailing_id": mailing.id, "email_to": "marta@example.org"}
            )
        self.assertNotIn("Secret", mailing.with_user(self.marta).sudo().name)
        self.assertEqual(mailing.with_user(self.marta).sudo().display_name, "Private")
        rows = self.env["mailing.trace.report"].search([]).mapped("name")
        self.assertFalse([name for name in rows if "Secret" in name])
        for login, password in (("wzg_marta", "marta"), ("wzg_paul", "paul")):
            self.authenticate(login, password)
            answer = self.url_open(f"/mailing/{mailing.id}/view")
            self.assertEqual(answer.status_code, 401)
            self.assertNotIn("Behind", answer.text)
        sale = self._marketing_mailing()
        self.authenticate("wzg_marta", "marta")
        self.assertEqual(self.url_open(f"/mailing/{sale.id}/view").status_code, 200)

    def test_a_copy_of_the_mailing_computes_nothing_and_reaches_nobody(self):
        news = self._sent_news(title="Sum {{ 6 * 7 }}", text="<t t-out='6 * 7'/>")
        self._told(news).is_read = True
        self._run()
        copy = self._mailing_of(news).with_user(self.publisher).copy()
        self.assertFalse(copy.wezer_is_news)
        self.assertEqual((copy.state, copy._get_recipients()), ("draft", []))
        partner = self.luc.partner_id
        for name in ("subject", "body_html"):
            text = copy.sudo()._render_field(name, partner.ids)[partner.id]
            self.assertNotIn("42", text, name)
            self.assertIn("6 * 7", text, name)

    def test_the_page_of_the_news_shows_the_numbers_to_those_who_publish(self):
        news = self._published(send_letter=True)
        self._run()
        title = "E-mails with this news"
        page = self._page(news._url(), self.ines.login).text_content()
        self.assertIn(title, page)
        self.assertIn("Sent: 4", page)
        self.assertNotIn("Waiting", page)
        self.assertNotIn(title, self._page(news._url(), "wzg_luc").text_content())
        news.sudo().visibility = "public"
        self.assertNotIn(title, self._page(news._url()).text_content())

    def test_the_mailing_goes_with_its_news_and_with_the_addon(self):
        news = self._sent_news()
        mailing = self._mailing_of(news)
        sale = self._marketing_mailing().sudo()
        sale.with_context(active_test=False).search([]).invalidate_recordset()
        mailing.active = False
        uninstall_hook(self.env)
        self.assertFalse(mailing.exists())
        self.assertTrue(sale.exists())
        again = self._mailing_of(self._sent_news())
        self.env.flush_all()
        again.sudo().wezer_news_id.unlink()
        self.assertFalse(again.exists())
