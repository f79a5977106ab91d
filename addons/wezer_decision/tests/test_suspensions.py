"""Suspensions when a decision is announced are seen, and can be challenged."""

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tools import days

from ..tools import decision_page
from .common import DecisionCommon

WHY = "Cleo and Dora were suspended an hour before it was announced."


@tagged("post_install", "-at_install")
class TestSuspensions(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,wezer_base.group_moderator"
        cls.ada = mail_new_test_user(
            cls.env,
            login="wzd_ada",
            name="Ada",
            groups=f"{groups},wezer_base.group_administrator",
        )
        cls.moderator = mail_new_test_user(
            cls.env, login="wzd_moderator", name="Moderator", groups=groups
        )
        cls.today = days.today(cls.env)

    def suspend(self, *users):
        for user in users:
            user.partner_id._wezer_profile().with_user(self.ada).action_suspend()

    def resume(self, *users):
        for user in users:
            user.partner_id._wezer_profile().with_user(self.ada).action_resume()

    def off(self, decision):
        rows = decision.sudo().voter_ids.filtered(lambda row: row.state == "off")
        return {row.person_id: row.off_reason for row in rows}

    def kept_off(self, decision, reader):
        """Return what the page of ``reader`` says of suspended voters."""
        values = decision_page.values(decision.with_user(reader))
        return [(row["name"], row["since"], row["until"]) for row in values["kept_off"]]

    def adopted(self, **vals):
        decision = self.opened(method="majority", **vals)
        self.vote(decision, anna="yes", ben="yes", fred="yes", gina="no")
        return decision

    def test_the_page_names_the_suspended_with_the_day_to_the_circle_only(self):
        self.suspend(self.cleo)
        decision = self.opened(method="majority")
        expected = [("Cleo", self.today, False)]
        self.assertEqual(self.kept_off(decision, self.ben), expected)
        self.assertEqual(self.kept_off(decision, self.moderator), [])
        self.assertEqual(self.kept_off(decision, self.otto), [])
        events = self.env["wezer.governance.event"]
        domain = [("decision_id", "=", decision.id), ("kind", "=", "kept_off")]
        event = events.with_user(self.ben).search(domain)
        self.assertEqual(event.data, {"number": 1})
        self.assertIn("because they are suspended: 1.", event._sentence())
        self.assertFalse(events.with_user(self.moderator).search(domain))
        # Nobody is named in the log.
        self.assertFalse(event.res_id)

    def test_without_suspensions_nothing_is_said(self):
        decision = self.opened(method="majority")
        self.assertEqual(self.kept_off(decision, self.ben), [])
        events = self.env["wezer.governance.event"].sudo()
        self.assertFalse(events.search([("kind", "=", "kept_off")]))

    def test_a_suspension_that_ends_before_closing_is_told_and_adds_nobody(self):
        self.suspend(self.cleo, self.dora)
        decision = self.opened(method="majority")
        before = self.env["wezer.notice"].sudo().search([])
        self.resume(self.cleo)
        notices = self.env["wezer.notice"].sudo().search([]) - before
        told = notices.filtered(lambda one: one.res_id == decision.id)
        self.assertEqual(told.partner_id, self.cleo.partner_id)
        self.assertIn("decided without your vote", told.text)
        self.assertEqual(
            sorted(self.kept_off(decision, self.ben)),
            [("Cleo", self.today, self.today), ("Dora", self.today, False)],
        )
        self.assert_refused("voter", decision.with_user(self.cleo).action_vote, "no")
        page = decision_page.values(decision.with_user(self.cleo))
        self.assertIn("suspended when this was announced", page["no_voice"])
        events = self.env["wezer.governance.event"].with_user(self.ben)
        event = events.search([("kind", "=", "kept_off_ended")])
        self.assertEqual(len(event), 1)
        self.assertFalse(event.actor_id, "nobody learns who suspends and resumes")
        # A second suspension has nothing to do with this decision.
        self.suspend(self.cleo)
        self.resume(self.cleo)
        self.assertEqual(len(events.search([("kind", "=", "kept_off_ended")])), 1)
        self.close(decision)
        self.resume(self.dora)
        self.assertIn(("Dora", self.today, False), self.kept_off(decision, self.ben))

    def test_who_was_kept_off_challenges_and_who_suspended_does_not_judge(self):
        self.suspend(self.cleo)
        decision = self.adopted()
        self.resume(self.cleo)
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        mine = decision.with_user(self.cleo)
        self.assertTrue(mine._may("challenge"))
        mine.action_challenge(WHY)
        judges = closed._judges()
        self.assertIn(self.moderator.partner_id, judges)
        self.assertNotIn(self.ada.partner_id, judges)
        judge = decision.with_user(self.moderator)
        self.assertEqual(
            self.kept_off(decision, self.moderator),
            [("A member", self.today, self.today)],
        )
        self.assert_refused("judge", decision.with_user(self.ada).action_judge, 1, WHY)
        judge.action_judge(True, "Cleo could not vote because of a mistake.")
        self.assertEqual((closed.state, closed.ended_why), ("ended", "void"))

    def test_who_suspends_voters_while_answers_are_taken_does_not_judge(self):
        self._put(self.eve, self.garden)
        votes = {"anna": "yes", "ben": "yes", "gina": "yes", "fred": "no", "eve": "no"}
        for secrecy, suspended in (("open", self.dora), ("secret", self.fred)):
            with self.subTest(secrecy):
                decision = self.opened(method="majority", secrecy=secrecy)
                self.vote(decision, **votes)
                self.assertIn(self.ada.partner_id, decision.sudo()._judges())
                # Nobody tells by it whether the person had voted in secret.
                self.suspend(suspended)
                self.close(decision)
                self.resume(suspended)
                judges = decision.sudo()._judges()
                self.assertNotIn(self.ada.partner_id, judges)
                self.assertIn(self.moderator.partner_id, judges)
                profile = suspended.partner_id._wezer_profile().sudo()
                before = decision.sudo().announced_at - 2 * days.DAY
                profile.suspended_date = before.date()
                self.assertIn(self.ada.partner_id, decision.sudo()._judges())

    def test_others_off_the_roll_still_challenge_nothing(self):
        self.suspend(self.cleo)
        decision = self.adopted()
        self._put(self.eve, self.garden)
        self.close(decision)
        for user in (self.cleo, self.eve, self.otto):
            self.assertFalse(decision.with_user(user)._may("challenge"), user.login)
        self.assertTrue(decision.with_user(self.dora)._may("challenge"))

    def test_a_secret_vote_shows_only_who_never_could_vote(self):
        self._put(self.eve, self.garden)
        self.suspend(self.cleo)
        decision = self.opened(method="majority", secrecy="secret")
        voters = self.env["wezer.decision.voter"].with_user(self.ben)
        rows = [("decision_id", "=", decision.id), ("state", "=", "off")]
        self.assertEqual(self.kept_off(decision, self.ben)[0][0], "Cleo")
        self.assertEqual(voters.search(rows).person_id, self.cleo.partner_id)
        votes = {"anna": "yes", "ben": "yes", "fred": "no", "gina": "yes", "eve": "no"}
        self.vote(decision, **votes)
        # Dora has not voted, and Fred has: neither is seen.
        self.suspend(self.dora, self.fred)
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertFalse(closed.roll_shown)
        self.assertEqual(
            self.off(decision),
            {
                self.cleo.partner_id: "suspended",
                self.dora.partner_id: "suspended_later",
            },
        )
        self.env.invalidate_all()
        self.assertEqual(voters.search(rows).person_id, self.cleo.partner_id)
        self.assertEqual(len(self.kept_off(decision, self.ben)), 1)
        for number in (closed.voter_ids - voters.search(rows).sudo()).ids:
            self.assertFalse(
                voters.search(
                    [("id", "=", number), ("person_id", "!=", self.ben.partner_id.id)]
                )
            )

    def test_a_voice_that_was_used_bears_no_day(self):
        decision = self.adopted()
        voted = decision.sudo().voter_ids.filtered(lambda one: one.state == "voted")[0]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                voted.suspended_from = self.today
                voted.flush_recordset()

    def test_a_delay_counts_who_is_suspended_before_it_opens(self):
        decision = self.draft(method="majority", delay_hours=24)
        decision.action_announce()
        self.suspend(self.cleo)
        self.wait(decision, hours=26)
        self.assertEqual(decision.sudo().state, "open")
        self.assertEqual(self.off(decision), {self.cleo.partner_id: "suspended"})
        self.assertEqual(
            self.kept_off(decision, self.ben), [("Cleo", self.today, False)]
        )
