from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, mute_logger, tagged

from ..exceptions import NotAllowed, Refusal
from .common import WezerCommon


class DigestCommon(WezerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.wezer_digest = "weekly"
        cls.env["wezer.notice"].search([]).unlink()
        cls.digest = cls.env["wezer.digest"]
        cls.env["res.lang"]._activate_lang("fr_FR")

    def _notify(self, user, message="Something waits.", kind="contact", **kwargs):
        notice = user.partner_id._wezer_notify(kind, message, **kwargs)
        notice.date = fields.Datetime.now() - timedelta(hours=2)
        return notice

    def _send(self):
        """Run the job, and return the mails it wrote."""
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("wezer_base.ir_cron_digest").method_direct_trigger()
        return self.env["mail.mail"].search([]) - before

    def _send_directly(self):
        mails = self.env["mail.mail"]
        for partner in self.digest._waiting_people():
            mails |= self.digest._send_to(partner)
        return mails


@tagged("post_install", "-at_install")
class TestDigest(DigestCommon):
    def test_an_unread_notice_is_mailed_once(self):
        self._notify(self.luc, "Please look.", url="/my/deals/7")
        mail = self._send_directly()
        self.assertEqual(len(mail), 1)
        self.assertIn("luc@secret.example", mail.email_to)
        self.assertIn("Please look.", mail.body_html)
        self.assertIn("/my/deals/7", mail.body_html)
        self.assertFalse(self._send_directly(), "the same again")
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertFalse(self._send_directly(), "a week later again")

    def test_the_job_sends_and_doing_it_again_sends_nothing(self):
        self._notify(self.luc)
        self.assertEqual(len(self._send()), 1)
        self.assertFalse(self._send())

    def test_nothing_is_sent_where_nothing_waits(self):
        self.assertFalse(self._send_directly())
        notice = self._notify(self.luc)
        self.env["wezer.notice"].with_user(self.luc).mark_read()
        self.assertFalse(self._send_directly(), "it was read")
        notice.is_read = False
        notice.settled = True
        self.assertFalse(self._send_directly(), "the matter is settled")
        self._notify(self.luc).date = fields.Datetime.now()
        self.assertFalse(self._send_directly(), "it may still be read on the page")

    def test_a_digest_comes_daily_weekly_or_never(self):
        start = fields.Datetime.now()
        for frequency, days in (("daily", 1), ("weekly", 7)):
            self.digest.with_user(self.luc).choose({"care": frequency})
            digest = self.digest._for_partner(self.luc.partner_id)
            digest.date_sent = digest.date_weekly = start
            for passed, wanted in ((days - 0.6, False), (days, True)):
                with freeze_time(start + timedelta(days=passed)):
                    self._notify(self.luc)
                    with self.subTest(frequency=frequency, days=passed):
                        self.assertEqual(bool(self._send_directly()), wanted)
        self.digest.with_user(self.luc).choose({"care": "never"})
        with freeze_time(start + timedelta(days=90)):
            self._notify(self.luc)
            self.assertFalse(self._send_directly())

    def test_until_a_person_chooses_the_community_does(self):
        self._notify(self.luc)
        self.env.company.wezer_digest = "never"
        self.assertFalse(self._send_directly())
        self.digest.with_user(self.luc).choose({"care": "daily"})
        self.assertTrue(self._send_directly())

    def test_a_refused_group_appears_on_the_website_only(self):
        self.digest.with_user(self.luc).choose({"care": "never", "people": "daily"})
        self._notify(self.luc)
        self.assertFalse(self._send_directly())
        self._notify(self.luc, "You have an invitation.", kind="invited")
        mail = self._send_directly()
        self.assertIn("You have an invitation.", mail.body_html)
        self.assertNotIn("Something waits.", mail.body_html)
        self.assertEqual(
            self.env["wezer.notice"].with_user(self.luc)._waiting_count(), 2
        )

    def test_a_daily_digest_leaves_the_weekly_groups_to_their_day(self):
        start = fields.Datetime.now()
        self.digest.with_user(self.luc).choose({"care": "weekly", "people": "daily"})
        digest = self.digest._for_partner(self.luc.partner_id)
        digest.date_sent = digest.date_weekly = start
        for passed, told in ((1, ["Today."]), (7, ["Every week.", "Today."])):
            with freeze_time(start + timedelta(days=passed)):
                self._notify(self.luc, "Every week.")
                self._notify(self.luc, "Today.", kind="invited")
                body = self._send_directly().body_html
                with self.subTest(days=passed):
                    self.assertEqual(
                        [one for one in ("Every week.", "Today.") if one in body], told
                    )

    def test_kinds_that_were_refused_one_by_one_stay_so_until_they_are_wanted(self):
        partner = self.luc.partner_id
        self.env["wezer.notice.choice"]._write_for(
            partner, "care", {"frequency": "daily", "refused_kinds": "contact check"}
        )
        self._notify(self.luc)
        self.assertFalse(self._send_directly())
        (care,) = (
            group
            for group in self.digest.with_user(self.luc)._choices()["groups"]
            if group["word"] == "care"
        )
        self.assertIn("Someone wrote on the contact page", care["refused"])
        self.digest.with_user(self.luc).choose({}, without=["care"])
        self.assertFalse(self._send_directly())
        self.digest.with_user(self.luc).choose({}, without=[])
        self.assertTrue(self._send_directly())

    def test_only_what_asks_for_something_is_said_to_wait(self):
        name = self.env.company.name
        self._notify(self.luc, "A thing is over.", kind="website")
        mail = self._send_directly()
        self.assertEqual(mail.subject, f"News from {name}")
        self.assertIn("this is new at", mail.body_html)
        self.assertNotIn("waiting for you", mail.body_html)
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self._notify(self.luc, "Please look.")
            self._notify(self.luc, "Another thing is over.", kind="website")
            mail = self._send_directly()
        self.assertEqual(mail.subject, f"One thing is waiting for you at {name}")
        body = mail.body_html
        self.assertLess(body.index("Please look."), body.index("And this is new:"))
        self.assertLess(
            body.index("And this is new:"), body.index("Another thing is over.")
        )

    def test_each_reads_his_own_language(self):
        self.luc.partner_id.lang = "fr_FR"
        self.env.ref("wezer_base.digest_mail").update_field_translations(
            "arch_db", {"fr_FR": {"See all": "Tout voir"}}
        )
        self._notify(self.luc)
        self._notify(self.anna)
        mails = self._send_directly()
        french = mails.filtered(lambda mail: "luc@" in mail.email_to)
        english = mails - french
        self.assertIn("See all", english.body_html)
        self.assertIn("Tout voir", french.body_html)

    def test_people_who_are_not_concerned_get_no_mail(self):
        for state in ("suspended", "left"):
            self.luc_profile.state = "active"
            notice = self._notify(self.luc)
            self.luc_profile.state = state
            self.assertFalse(self._send_directly(), state)
            self.assertFalse(self._notify(self.luc), state)
            notice.unlink()
        self.luc_profile.state = "active"
        self._notify(self.luc)
        self.luc.active = False
        self.assertFalse(self._send_directly())
        self.luc.active = True
        self.luc.partner_id.email = False
        self.assertFalse(self._send_directly())

    def test_a_mail_can_be_stopped_by_its_reader_and_his_program(self):
        self._notify(self.luc)
        mail = self._send_directly()
        headers = dict(eval(mail.headers))  # pylint: disable=eval-used
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        stop = self.digest._stop_url(self.luc.partner_id)
        self.assertEqual(headers["List-Unsubscribe"], f"<{stop}>")
        self.assertIn(stop, mail.body_html)

    def test_only_ones_own_choices_are_seen_and_made(self):
        self.digest.with_user(self.luc).choose({"care": "daily"})
        self.env.invalidate_all()
        for name in ("wezer.digest", "wezer.notice.choice"):
            for user in (self.anna, self.cora, self.mo, self.ada):
                self.assertFalse(self.env[name].with_user(user).search([]), name)
            self.assertTrue(self.env[name].with_user(self.luc).search([]))
        with self.assertRaises(NotAllowed):
            self.digest.with_user(self.public).choose({"care": "daily"})
        with self.assertRaises(AccessError):
            self.digest.with_user(self.public).search([])
        for values, rule in (
            ({"frequencies": {"care": "hourly"}}, "frequency"),
            ({"frequencies": {"care": None}}, "frequency"),
            ({"frequencies": {"no such group": "daily"}}, "group"),
            ({"frequencies": "daily"}, "group"),
            ({"frequencies": {}, "push": ["x"]}, "group"),
            ({"frequencies": {}, "without": [1]}, "group"),
            ({"frequencies": {}, "quiet": ["22", ""]}, "quiet"),
            ({"frequencies": {}, "quiet": ["22", "99"]}, "quiet"),
        ):
            with self.assertRaises(Refusal) as refused:
                self.digest.with_user(self.luc).choose(**values)
            self.assertEqual(refused.exception.rule, rule)

    def test_a_former_member_has_no_choices_left(self):
        self.digest.with_user(self.luc).choose({"care": "daily"}, quiet=["22", "7"])
        data = self.luc.partner_id._wezer_personal_data()
        self.assertEqual(data["digest"][0]["quiet_from"], "22")
        self.assertIn(
            {"group": "care", "by_mail": "daily", "on_devices": False},
            data["notice_choices"],
        )
        partner = self.luc.partner_id
        partner._wezer_anonymise()
        for name in ("wezer.digest", "wezer.notice.choice"):
            self.assertFalse(self.env[name].search([("partner_id", "=", partner.id)]))


@tagged("post_install", "-at_install")
class TestDigestOnPages(HttpCase, DigestCommon):
    def _often(self, kind="contact"):
        return self.env["wezer.notice.choice"]._frequency_of(self.luc.partner_id)(kind)

    @mute_logger("odoo.http")
    def test_the_link_stops_the_mails_without_login_by_a_press(self):
        partner = self.luc.partner_id
        stop = self.digest._stop_url(partner).replace(partner.get_base_url(), "")
        self.assertEqual(self.url_open(stop).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self._often(), "weekly", "only looked")
        body = {"List-Unsubscribe": "One-Click"}
        self.assertEqual(self.url_open(stop, body).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self._often(), "never")

    @mute_logger("odoo.http")
    def test_a_forged_link_stops_nothing(self):
        partner = self.luc.partner_id
        anna = self.digest._stop_token(self.anna.partner_id)
        for path in (
            f"/digest/stop/{partner.id}/{anna}",
            f"/digest/stop/{partner.id}/x",
            f"/digest/stop/99999999/{anna}",
        ):
            self.assertEqual(self.url_open(path).status_code, 404)
            answer = self.url_open(path, {"List-Unsubscribe": "One-Click"})
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self._often(), "weekly")

    @mute_logger("odoo.http")
    def test_the_link_of_a_letter_stops_the_letters_about_its_group_only(self):
        partner = self.luc.partner_id
        stop = self.digest._stop_url(partner, "people")
        stop = stop.replace(partner.get_base_url(), "")
        page = self.url_open(stop)
        self.assertIn("Membership and authorisations", page.text)
        self.env.invalidate_all()
        self.assertEqual(self._often("invited"), "at_once", "only looked")
        body = {"List-Unsubscribe": "One-Click"}
        elsewhere = stop.replace("about=people", "about=care")
        for forged in (elsewhere, stop.split("?")[0], stop + "x"):
            self.assertEqual(self.url_open(forged, body).status_code, 404, forged)
        self.assertEqual(self.url_open(stop, body).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self._often("invited"), "never")
        self.assertEqual(self._often("contact"), "weekly")
