import email
import re
from datetime import timedelta
from email import policy
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, mute_logger, tagged
from odoo.tools import LazyTranslate

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..exceptions import Refusal
from ..models import mail_mail, wezer_notice
from ..tools import days, notice_choices
from .common import WezerCommon

_lt = LazyTranslate(__name__)
# The private words of the fixtures, which no subject and no header may have.
PRIVATE = ("Anna", "Luc", "12:34", "Orchard")


class Servers:
    """Mail servers that take letters, refuse them, or are not there."""

    def __init__(self, case):
        self.taken, self.fault = [], None
        servers = patch.multiple(
            IrMail_Server,
            _disable_send=lambda _self: False,
            _connect__=lambda _self, **_kwargs: None,
            send_email=lambda _self, message, **_kwargs: self.take(message),
        )
        servers.start()
        case.addCleanup(servers.stop)

    def take(self, message):
        if self.fault:
            raise self.fault
        self.taken.append(
            email.message_from_bytes(message.as_bytes(), policy=policy.default)
        )
        return message["Message-Id"]


@tagged("post_install", "-at_install")
class TestNoticeLetter(HttpCase, WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["wezer.notice"].search([]).unlink()
        cls.env["mail.mail"].search([]).unlink()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env.company.write({"name": "Les Ormes", "email": "post@ormes.example"})
        cls.env["ir.mail_server"].create({"name": "Any", "smtp_host": "127.0.0.1"})
        cls.letters = cls.env["wezer.notice.letter"]
        cls.partner = cls.luc.partner_id

    def setUp(self):
        super().setUp()
        # Of each test: what it leaves is due some minutes later, however long the
        # tests before took.
        self.start = fields.Datetime.now()

    def _notify(self, text="Anna lets you pay 12:34.", kind="mandate", **values):
        values = {"url": "/my/acting", "record": self.luc_profile, **values}
        return self.partner._wezer_notify(kind, text, **values)

    def _run(self, minutes=6):
        """Write what is due after so many minutes, and let Odoo's queue send it."""
        with (
            freeze_time(self.start + timedelta(minutes=minutes)),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self.letters._cron_send()
            self.env["mail.mail"].process_email_queue()
            self.env.invalidate_all()

    # === WHAT IS SENT, AND WHAT IS NOT === #

    def test_events_of_one_matter_within_minutes_make_one_letter(self):
        servers = Servers(self)
        self._notify("First.", subject="one")
        self._notify("Second.", subject="two")
        self._notify("Of something else.", record=self.anna.partner_id)
        self._run(1)
        self.assertEqual(servers.taken, [], "more may happen")
        self._run()
        told = [one.get_body(("plain",)).get_content() for one in servers.taken]
        self.assertEqual(len(told), 2)
        together = next(text for text in told if "First." in text)
        self.assertIn("Second.", together)
        self._run(60)
        self.assertEqual(len(servers.taken), 2, "once")
        with freeze_time(self.start + timedelta(days=30)):
            self.assertFalse(self.env["wezer.digest"]._send_to(self.partner))

    def test_what_is_read_settled_or_not_wanted_is_not_sent(self):
        servers = Servers(self)
        notices = self.env["wezer.notice"]
        self._notify("Read.", subject="read").is_read = True
        self._notify("Settled.", subject="settled")
        notices._settle(self.luc_profile, subjects=["settled"])
        self._notify("Only on the page.", kind="declined", subject="declined")
        self._notify("Weekly.", kind="contact", record=self.anna.partner_id)
        self._run()
        self.assertEqual(servers.taken, [])
        self._notify("Refused.")
        self.env["wezer.digest"].with_user(self.luc).choose({"people": "never"})
        self._run(30)
        self.env["wezer.digest"].with_user(self.luc).choose({"people": "at_once"})
        self._notify("Suspended.", record=self.anna.partner_id)
        self.luc_profile.state = "suspended"
        self._run(60)
        self.assertEqual(servers.taken, [])

    def test_in_quiet_hours_a_letter_waits_for_their_end(self):
        servers = Servers(self)
        self.partner.tz = "Asia/Tokyo"
        local = days.to_local(self.start, days.zone_called("Asia/Tokyo"))
        hours = [str(local.hour), str((local.hour + 2) % 24)]
        self.env["wezer.digest"].with_user(self.luc).choose({}, quiet=hours)
        self._notify()
        self._run(59 - local.minute if local.minute < 50 else 6)
        self.assertEqual(servers.taken, [])
        self._run(121)
        self.assertEqual(len(servers.taken), 1)

    def test_quiet_hours_end_on_the_next_day_and_where_clocks_change(self):
        paris = days.zone_called("Europe/Paris")
        for moment, begin, until, end in (
            ("2026-06-01 21:30:00", 22, 7, "2026-06-02 05:00:00"),
            ("2026-06-02 03:00:00", 22, 7, "2026-06-02 05:00:00"),
            ("2026-06-02 05:00:00", 22, 7, None),
            ("2026-06-02 10:30:00", 12, 14, "2026-06-02 12:00:00"),
            ("2026-06-02 12:00:00", 12, 14, None),
            ("2026-06-02 12:00:00", 14, 14, None),
            # 02:00 does not exist in this night.
            ("2026-03-28 23:30:00", 0, 2, "2026-03-29 01:00:00"),
        ):
            with self.subTest(moment=moment, begin=begin):
                found = days.quiet_until(
                    fields.Datetime.to_datetime(moment), begin, until, paris
                )
                self.assertEqual(found, fields.Datetime.to_datetime(end))

    # === THE LETTER === #

    def test_a_letter_says_nothing_private_but_in_its_body(self):
        servers = Servers(self)
        self._notify()
        self._run()
        (letter,) = servers.taken
        self.assertEqual(
            letter["Subject"], "Authorisations to act for someone – Les Ormes"
        )
        self.assertEqual(letter["To"], "luc@secret.example")
        self.assertEqual(letter["Auto-Submitted"], "auto-generated")
        shown = "\n".join(f"{name}: {value}" for name, value in letter.items())
        for word in PRIVATE:
            self.assertNotIn(word, shown)
        stop = self.env["wezer.digest"]._stop_url(self.partner, "people")
        self.assertEqual(letter["List-Unsubscribe"], f"<{stop}>")
        self.assertEqual(letter["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        for part in ("plain", "html"):
            body = letter.get_body((part,)).get_content()
            self.assertIn("Anna lets you pay 12:34.", body)
        self.assertIn(self.env.company.email_secondary_color, body)
        self.assertIn("/web/login?redirect=/my/acting", body)

    def test_no_kind_shows_names_amounts_or_addresses_outside_of_the_letter(self):
        """Neither in a subject or header, nor on a lock screen."""
        notices, pushes = self.env["wezer.notice"], self.env["wezer.notice.push"]
        groups = list(notices._groups())
        self.env["wezer.digest"].with_user(self.luc).choose({}, push=groups)
        self.env["mail.push.device"].create(
            {"partner_id": self.partner.id, "endpoint": "https://a", "keys": "{}"}
        )
        text, shown, pushed = "Anna pays Luc 12:34 at Orchard Road 5.", {}, 0
        for kind in notices._looks().keys() - notices._unsent_kinds():
            notice = self._notify(text, kind=kind, record=None)
            letter = self.letters._prepare_letter(self.partner, notice)
            self.assertIn(text, letter.pop("body_html"))
            self.assertEqual(letter.pop("email_to"), self.partner.email)
            pushes._write_push(notice)
            push = pushes.search([("notice_id", "=", notice.id)])
            # Without a record, a kind that is about one shows nothing on devices.
            shown[kind] = f"{letter} {push.payload}"
            pushed += len(push)
        self.assertLess({"mandate", "conversation", "contact"}, shown.keys())
        self.assertGreaterEqual(pushed, len(shown) - 1)
        for kind, said in shown.items():
            for word in PRIVATE:
                self.assertNotIn(word, said, kind)

    def test_names_are_in_the_subject_where_a_person_wants_them(self):
        servers = Servers(self)
        self.env["wezer.digest"].with_user(self.luc).choose({}, with_names=True)
        self._notify()
        self._run()
        self.assertEqual(
            servers.taken[0]["Subject"], "Anna lets you pay 12:34. – Les Ormes"
        )

    def test_a_letter_is_in_the_language_of_its_reader(self):
        servers = Servers(self)
        self.partner.lang = "fr_FR"
        self._notify(_lt("Welcome! You are now a member."), kind="approved")
        self._run()
        body = servers.taken[0].get_body(("plain",)).get_content()
        self.assertIn("Vous êtes maintenant membre", body)
        self.assertNotIn("Welcome", body)

    @mute_logger("odoo.http")
    def test_the_button_leads_to_the_very_place_after_the_login_and_with_it(self):
        servers = Servers(self)
        self._notify(url="/my/acting?x=1")
        self._run()
        body = servers.taken[0].get_body(("html",)).get_content()
        (button,) = re.findall(r'href="([^"]*/web/login[^"]*)"', body)
        path = button.replace(self.partner.get_base_url(), "")
        self.assertIn("/my/acting?x=1", self.url_open(path).text, "in the form")
        self.authenticate("luc-base", "luc-base-secret")
        self.assertTrue(self.url_open(path).url.endswith("/my/acting?x=1"))

    # === FAILURES === #

    def test_a_letter_that_fails_is_tried_again_later_and_later(self):
        servers = Servers(self)
        self._notify()
        servers.fault = OSError("no route to the mail server")
        self._run()
        mail = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        self.assertEqual(mail.state, "exception")
        self.assertIn("no route", mail.failure_reason)
        passed, tries = 7, 0
        for pause in mail_mail.PAUSES:
            self._run(passed)
            self.assertEqual((mail.state, mail.wezer_tries), ("exception", tries))
            passed += pause.total_seconds() / 60
            self._run(passed - 1)
            self.assertEqual(mail.wezer_tries, tries, "not yet")
            self._run(passed)
            tries += 1
            self.assertEqual(mail.wezer_tries, tries)
            passed += 1
        self._run(passed)
        self._run(passed + 10000)
        self.assertEqual(mail.wezer_tries, tries, "given up; administrators see it")
        servers.fault = None
        with freeze_time(self.start + timedelta(days=30)):
            digest = self.env["wezer.digest"]._send_to(self.partner)
        self.assertIn("12:34", digest.body_html, "the digest tells it")
        with self.assertRaises(Refusal):
            # Sent now, it would tell the same once more.
            mail.with_user(self.ada).sudo(False).action_wezer_send_again()

    def test_a_letter_that_is_not_to_be_sent_leaves_its_notices_to_the_digest(self):
        servers = Servers(self)
        self._notify()
        servers.fault = OSError("busy")
        self._run()
        self._run(7)
        mail = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        self.assertTrue(mail.wezer_next_try, "it would be tried again")
        mail.with_user(self.ada).sudo(False).action_wezer_set_aside()
        servers.fault = None
        self._run(60)
        self.assertEqual(servers.taken, [])
        with freeze_time(self.start + timedelta(days=30)):
            digest = self.env["wezer.digest"]._send_to(self.partner)
            self.assertIn("12:34", digest.body_html)
            self.assertFalse(self.env["wezer.digest"]._send_to(self.partner))

    def test_what_an_administrator_sends_again_is_not_in_the_digest(self):
        servers = Servers(self)
        self._notify()
        servers.fault = OSError("no route to the mail server")
        self._run()
        mail = self.env["mail.mail"].search([("wezer_notice_ids", "!=", False)])
        mail.wezer_tries = len(mail_mail.PAUSES)
        self._run(7)
        notice = mail.wezer_notice_ids
        self.assertFalse(notice.date_mailed, "given up, and left to the digest")
        servers.fault = None
        mail.with_user(self.ada).sudo(False).action_wezer_send_again()
        self._run(8)
        self.assertEqual(len(servers.taken), 1)
        with freeze_time(self.start + timedelta(days=30)):
            self.assertFalse(self.env["wezer.digest"]._send_to(self.partner))

    def test_a_letter_that_arrives_at_the_second_try_is_sent_once(self):
        servers = Servers(self)
        self._notify()
        servers.fault = OSError("busy")
        self._run()
        servers.fault = None
        for minutes in (7, 13, 14, 30):
            self._run(minutes)
        self.assertEqual(len(servers.taken), 1)

    def test_nothing_is_tried_again_once_the_matter_is_settled(self):
        servers = Servers(self)
        self._notify()
        servers.fault = OSError("busy")
        self._run()
        servers.fault = None
        self.env["wezer.notice"]._settle(self.luc_profile)
        self._run(7)
        self._run(60)
        self.assertEqual(servers.taken, [])
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "exception")]))

    def test_a_letter_is_dropped_where_the_matter_is_over_before_it_goes_out(self):
        """It was written, and waits in the queue while its reader acts on the page."""
        servers = Servers(self)
        over = {
            "settled": lambda: self.env["wezer.notice"]._settle(self.luc_profile),
            "read": self.env["wezer.notice"].with_user(self.luc).mark_read,
        }
        for minutes, (word, act) in enumerate(over.items()):
            with self.subTest(word):
                self._notify()
                with freeze_time(self.start + timedelta(minutes=6 + minutes)):
                    self.letters._cron_send()
                    mail = self.env["mail.mail"].search(
                        [("wezer_notice_ids", "!=", False)]
                    )
                    self.assertEqual(mail.state, "outgoing")
                    act()
                    self.env["mail.mail"].process_email_queue()
                self.assertFalse(mail.exists())
                self.assertEqual(servers.taken, [])

    def test_a_letter_that_is_tried_again_leaves_out_what_is_settled(self):
        servers = Servers(self)
        self._notify("Over by then.", subject="one")
        self._notify("Still waiting.", subject="two")
        servers.fault = OSError("busy")
        self._run()
        servers.fault = None
        self.env["wezer.notice"]._settle(self.luc_profile, subjects=["one"])
        for minutes in (7, 13, 14):
            self._run(minutes)
        (letter,) = servers.taken
        body = letter.get_body(("plain",)).get_content()
        self.assertIn("Still waiting.", body)
        self.assertNotIn("Over by then.", body)

    def test_letters_that_wait_for_the_server_are_not_looked_at_each_time(self):
        mails = self.env["mail.mail"]
        self._notify("One.", subject="one")
        self._notify("Two.", subject="two")
        with freeze_time(self.start + timedelta(minutes=6)):
            self.letters._cron_send()
        for subject, found in (("one", 0), ("two", 1)):
            self.assertFalse(mails.search(mails._wezer_failed_domain()))
            self.env["wezer.notice"]._settle(self.luc_profile, subjects=[subject])
            self.assertEqual(
                mails.search_count(mails._wezer_failed_domain()), found, subject
            )

    def test_a_subject_has_one_line(self):
        vals = self.letters._mail_vals(self.partner, "One\r\nBcc: two", "", "")
        self.assertEqual(vals["subject"], "One Bcc: two")

    def test_a_letter_repeated_after_a_crash_is_the_same_letter(self):
        """The process ends after the server has the letter, before it is marked."""
        servers = Servers(self)
        self._notify()
        with freeze_time(self.start + timedelta(minutes=6)):
            self.letters._cron_send()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.env["mail.mail"].process_email_queue()
            raise ZeroDivisionError
        self.env.invalidate_all()
        self._run(7)
        first, second = servers.taken
        self.assertEqual(first["Message-Id"], second["Message-Id"])
        self._run(8)
        self.assertEqual(len(servers.taken), 2, "no third time")

    # === MANY === #

    def _many(self, count=12):
        """Return people, by their ids: nothing of them is in memory."""
        users = self.env["res.users"].create(
            [
                {
                    "login": f"many{number}@example.com",
                    "name": f"Many {number}",
                    "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
                }
                for number in range(count)
            ]
        )
        return self.env["res.partner"].browse(users.partner_id.ids)

    def _tell(self, people, text="Look.", record=None):
        notices = self.env["wezer.notice"].sudo()
        record = record or self.luc_profile
        return notices._leave(people, "mandate", text, "/my", record, "look")

    def _told(self, people, text="Look."):
        return self.env["wezer.notice"].search(
            [
                ("partner_id", "in", people.ids),
                ("message", "=", text),
                ("settled", "=", False),
            ]
        )

    def test_the_statements_of_an_act_do_not_depend_on_how_many_are_told(self):
        self.patch(wezer_notice, "WRITTEN_AT_ONCE", 2)
        people = self._many()

        def queries(readers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._tell(readers)
            self.env.flush_all()
            self.env.cr.precommit.run()
            return self.env.cr.sql_log_count - before

        queries(people[:3])
        self.assertEqual(queries(people[:6]), queries(people))

    def test_notices_to_many_are_written_in_portions_and_once(self):
        self.patch(wezer_notice, "WRITTEN_AT_ONCE", 2)
        self.patch(wezer_notice, "PORTION", 3)
        people = self._many(7)
        # The last has no login any more when the notices are written.
        people[-1].user_ids.unlink()
        gone = self.env["res.partner"].create({"name": "Gone"})
        row = self._tell(people | gone)
        gone.unlink()
        self.assertFalse(row.partner_id)
        self.assertFalse(self._told(people))
        self.assertFalse(self.env["wezer.digest"]._waiting_people() & people)
        for _again in range(2):
            self.env["wezer.notice"]._cron_write()
            told = self._told(people)
            self.assertEqual(told.partner_id, people[:-1])
            self.assertEqual(len(told), 6)
        self.assertTrue(all(one.sudo().letter_due for one in told))
        self.assertFalse(row.exists())

    def test_what_is_settled_or_replaced_before_it_is_written_reaches_nobody(self):
        self.patch(wezer_notice, "WRITTEN_AT_ONCE", 2)
        notices = self.env["wezer.notice"].sudo()
        people = self._many(5)
        self._tell(people)
        notices._settle(self.luc_profile, subjects=["look"], people=people[:2])
        notices._cron_write()
        self.assertEqual(self._told(people).partner_id, people[2:])
        self._tell(people, "Second.")
        self._tell(people[3:], "Third.")
        self._tell(people[:3], "Fourth.")
        notices._cron_write()
        for text, told in (
            ("Look.", people.browse()),
            ("Second.", people.browse()),
            ("Third.", people[3:]),
            ("Fourth.", people[:3]),
        ):
            self.assertEqual(self._told(people, text).partner_id, told, text)
        self._tell(people, "Fifth.")
        notices._settle(self.luc_profile)
        notices._cron_write()
        self.assertFalse(self._told(people, "Fifth."))
        record = self.env["res.partner"].create({"name": "Short-lived"})
        self._tell(people, "Last.", record)
        record.unlink()
        notices._cron_write()
        self.assertFalse(self._told(people, "Last."))

    # === FROM BEFORE === #

    def _choices_of_before(self):
        self.env.cr.execute(
            "CREATE TEMPORARY TABLE wezer_notice_choice_before (partner_id int,"
            " company_id int, frequency varchar, kind varchar, in_digest bool)"
        )

    def test_an_update_sends_no_notice_that_no_digest_was_to_contain(self):
        self._choices_of_before()
        anna = self.anna.partner_id
        self.env.cr.execute(
            "INSERT INTO wezer_notice_choice_before VALUES (%s, %s, 'weekly')",
            (anna.id, self.env.company.id),
        )
        notices = self.env["wezer.notice"]
        for company, old, recent in (
            ("weekly", set(), {self.partner, anna}),
            ("never", set(), {anna}),
        ):
            self.env.company.wezer_digest = company
            for days_ago, wanted in ((30, old), (2, recent)):
                with self.subTest(company=company, days_ago=days_ago):
                    notices.search([]).unlink()
                    (self.partner | anna)._wezer_notify("mandate", "Old.", "/my")
                    left = notices.search([])
                    left.letter_due = False
                    left.date = self.start - timedelta(days=days_ago)
                    notice_choices.leave_unsent(self.env)
                    self.assertEqual(
                        set(self.env["wezer.digest"]._waiting_people()), wanted
                    )

    def test_what_people_chose_kind_by_kind_is_kept_by_group(self):
        self._choices_of_before()
        kinds = self.env["wezer.notice"]._kinds()
        looks = self.env["wezer.notice"]._looks()
        rows = [
            (kind, looks[kind].group != "people" and kind != "contact")
            for kind in kinds
        ]
        for kind, wanted in rows:
            self.env.cr.execute(
                "INSERT INTO wezer_notice_choice_before VALUES (%s, %s, %s, %s, %s)",
                (self.partner.id, self.env.company.id, "daily", kind, wanted),
            )
        anna = self.anna.partner_id
        self.env.cr.execute(
            "INSERT INTO wezer_notice_choice_before VALUES (%s, %s, 'never')",
            (anna.id, self.env.company.id),
        )
        notice_choices.take_over(self.env)
        often = self.env["wezer.notice.choice"]._frequency_of(self.partner)
        self.assertEqual(
            [often(kind) for kind in ("invited", "contact", "check")],
            ["never", "never", "daily"],
        )
        of_anna = self.env["wezer.notice.choice"]._frequency_of(anna)
        self.assertEqual({of_anna(kind) for kind in kinds}, {"never"})
