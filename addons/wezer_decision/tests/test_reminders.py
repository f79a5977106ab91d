"""Who is reminded of a decision, when, and by what: the digest, or a notice."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tools import days

from .common import DecisionCommon

HALF = "Half of the time for “A bench” is over. You have not answered yet."
LAST = "You have not answered yet."


@tagged("post_install", "-at_install")
class TestReminders(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.members:
            user.partner_id.email = f"{user.login}@test.example.com"
        cls.notices = cls.env["wezer.notice"].sudo()
        cls.notices.search([]).unlink()
        cls.env["wezer.digest"].search([]).unlink()

    def later(self, **delta):
        """Let the clock of the decisions run so much later, and return that moment."""
        moment = fields.Datetime.now() + timedelta(**delta)
        with freeze_time(moment):
            self.clock()
        return moment

    def digests(self, moment):
        """Return ``{login: text}`` of the digests that the scheduled action writes."""
        before = self.env["mail.mail"].search([])
        with freeze_time(moment):
            self.env["wezer.digest"]._cron_send()
        mails = self.env["mail.mail"].search([]) - before
        by_address = {user.partner_id.email: user.login for user in self.members}
        return {by_address[mail.email_to]: mail.body_html for mail in mails}

    def forget(self):
        """Let all notices of before be read, so that a digest has the new ones only."""
        self.notices.search([("kind", "=", "decision_asked")]).is_read = True

    def told(self, kind, decision):
        return self.notices.search(
            [
                ("kind", "=", kind),
                ("res_id", "=", decision.id),
                ("settled", "=", False),
            ]
        ).partner_id

    def logins(self, *names):
        return {getattr(self, name).login for name in names}

    def shown(self, user):
        """Return what the pages of ``user`` show: unread notices, and sections."""
        notices = self.env["wezer.notice"].with_user(user)
        return notices._waiting_count(), [
            row["notice"].kind
            for _title, rows in notices._page_sections()
            for row in rows
        ]

    def test_a_digest_asks_all_rolls_at_once(self):
        self.set_policies(decisions_person=20, decisions_circle=20)
        decisions = [
            self.opened(method="majority", title=f"Bench {number}")
            for number in range(4)
        ]
        self.vote(decisions[0], ben="yes")
        asked = self.notices.search(
            [
                ("partner_id", "=", self.ben.partner_id.id),
                ("kind", "=", "decision_asked"),
                ("res_id", "in", [decision.id for decision in decisions]),
            ]
        )
        self.assertEqual(len(asked), 4)
        counts = []
        # What is kept for all transactions is read before.
        asked._concerning_reader()
        for notices in (asked[:1], asked):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = notices._concerning_reader()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        numbers = {decision.id for decision in decisions[1:]}
        self.assertEqual(set(found.mapped("res_id")), numbers)

    def test_half_time_is_in_the_digest_only_and_once(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.forget()
        half = self.later(days=3, hours=13)
        others = ("ben", "cleo", "dora", "fred", "gina")
        people = self.env["res.users"].union(*(getattr(self, name) for name in others))
        self.assertEqual(self.told("decision_half", decision), people.partner_id)
        rows = self.notices.search([("kind", "=", "decision_half")])
        self.assertFalse(any(rows.mapped("letter_due") + rows.mapped("push_due")))
        self.assertEqual(self.shown(self.ben), (0, ["decision_asked"]))
        # What no page shows is not read by a button for all.
        self.notices.with_user(self.ben).mark_read()
        # Before the digest is written, Cleo answers.
        self.vote(decision, cleo="no")
        sent = self.digests(half + timedelta(hours=2))
        self.assertEqual(set(sent), self.logins("ben", "dora", "fred", "gina"))
        for text in sent.values():
            self.assertIn(HALF, text)
        self.assertFalse(self.digests(half + timedelta(hours=26)))
        self.later(days=3, hours=20)
        self.assertEqual(
            self.notices.search_count([("kind", "=", "decision_half")]), len(rows)
        )

    def test_the_last_day_is_a_notice_too_and_replaces_half_time(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.forget()
        self.later(days=3, hours=13)
        last = self.later(days=6, hours=2)
        others = ("ben", "cleo", "dora", "fred", "gina")
        people = self.env["res.users"].union(*(getattr(self, name) for name in others))
        self.assertEqual(self.told("decision_soon", decision), people.partner_id)
        self.assertFalse(self.told("decision_half", decision))
        self.assertEqual(self.shown(self.ben)[0], 1)
        rows = self.notices.search([("kind", "=", "decision_soon")])
        self.assertTrue(all(rows.mapped("letter_due")))
        self.vote(decision, ben="no")
        self.assertEqual(self.shown(self.ben)[0], 0)
        # Letters at once are written first; here they waited for the digest.
        rows.letter_due = False
        sent = self.digests(last + timedelta(hours=2))
        self.assertEqual(set(sent), self.logins("cleo", "dora", "fred", "gina"))
        for text in sent.values():
            self.assertIn(LAST, text)
            self.assertNotIn("Half of the time", text)

    def test_a_clock_that_stood_still_reminds_once(self):
        decision = self.opened(method="majority")
        self.later(days=6, hours=12)
        self.assertFalse(self.told("decision_half", decision))
        self.assertEqual(len(self.told("decision_soon", decision)), len(self.members))
        self.assertFalse(self.notices.search([("kind", "=", "decision_half")]))

    def test_a_short_decision_has_no_half_time(self):
        for hours, half in ((24, 0), (36, 0), (47, 0), (96, len(self.members))):
            with self.subTest(hours=hours):
                decision = self.opened(method="majority", hours=hours)
                self.later(hours=hours / 2 + 1.5)
                self.assertEqual(len(self.told("decision_half", decision)), half)
                self.later(hours=hours - 1)
                told = self.told("decision_soon", decision)
                self.assertEqual(len(told), len(self.members))
                self.assertFalse(self.told("decision_half", decision))
                self.close(decision)

    def test_who_voted_in_secret_is_not_reminded(self):
        decision = self.opened(method="majority", secrecy="secret")
        half = self.later(days=3, hours=13)
        # A secret vote changes no notice: the time of the change would say who cast it.
        self.vote(decision, anna="yes", ben="no")
        self.assertIn(self.ben.partner_id, self.told("decision_half", decision))
        rows = self.notices.search([("partner_id", "=", self.ben.partner_id.id)])
        before = rows.read(["settled", "is_read", "date_mailed", "write_date"])
        sent = self.digests(half + timedelta(hours=2))
        self.assertEqual(set(sent), self.logins("cleo", "dora", "fred", "gina"))
        self.assertIn(HALF, sent[self.cleo.login])
        rows.invalidate_recordset()
        self.assertEqual(
            rows.read(["settled", "is_read", "date_mailed", "write_date"]), before
        )
        self.later(days=6, hours=2)
        self.assertEqual(
            self.told("decision_soon", decision),
            (self.cleo | self.dora | self.fred | self.gina).partner_id,
        )

    def test_a_delegated_voice_is_reminded_until_it_is_used(self):
        self.set_policies(delegation="once")
        decision = self.opened(by=self.dora, method="majority")
        self.env["wezer.vote.delegation"].with_user(self.ben).action_give(
            self.cleo.partner_id.id, {"group_id": self.garden.id}
        )
        self.vote(decision, cleo="yes")
        self.forget()
        half = self.later(days=3, hours=13)
        # Whether Cleo voted is not known before the end: Ben's voice is not used.
        self.assertIn(self.ben.partner_id, self.told("decision_half", decision))
        self.assertNotIn(self.cleo.partner_id, self.told("decision_half", decision))
        sent = self.digests(half + timedelta(hours=2))
        self.assertIn(HALF, sent[self.ben.login])
        self.assertNotIn(self.cleo.login, sent)

    def test_a_voice_that_a_mandate_used_is_not_reminded(self):
        self.set_policies(delegation="once")
        self.env["wezer.mandate"].create(
            {
                "giver_id": self.ben.partner_id.id,
                "holder_id": self.cleo.partner_id.id,
                "right_vote": True,
                "date_from": days.today(self.env),
            }
        )
        decision = self.opened(method="majority")
        self.later(days=3, hours=13)
        voice = self.env["wezer.mandate"]._voices(decision.sudo(), self.cleo.partner_id)
        decision.with_user(self.cleo).action_vote("yes", voice_id=voice.id)
        told = self.told("decision_half", decision)
        self.assertNotIn(self.ben.partner_id, told)
        self.assertIn(self.cleo.partner_id, told)

    def test_more_time_does_not_remind_of_a_half_time_that_has_passed(self):
        decision = self.opened()
        self.wait(decision, days=6, hours=1)
        soon = [("kind", "=", "decision_half"), ("res_id", "=", decision.id)]
        count = self.notices.search_count(soon)
        decision.action_new_version("Two benches")
        self.assertEqual(decision.sudo().reminded, "half")
        self.wait(decision, hours=1)
        self.assertEqual(self.notices.search_count(soon), count)
        # With as much time again, half-time lies ahead.
        decision.action_extend()
        self.assertFalse(decision.sudo().reminded)
