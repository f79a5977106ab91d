"""An update leaves decisions that run, or are over, as people understood them."""

from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import DecisionCommon
from .test_vacant_seats import VacantSeatsCase

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "19.0.2.7.0"


@tagged("post_install", "-at_install")
class TestUpdate(DecisionCommon):
    def update(self, name):
        """Run a script of the update, as of a database of the version before."""
        self.env.flush_all()
        script = load_script(str(MIGRATIONS / f"post-{name}.py"), "update")
        script.migrate(self.env.cr, "19.0.2.6.0")
        self.env.invalidate_all()

    def test_only_of_secret_votes_that_were_counted_a_suspension_is_hidden(self):
        self._put(self.eve, self.garden)
        self.cleo.partner_id._wezer_profile().sudo().state = "suspended"
        decision = self.opened(method="majority", secrecy="secret").sudo()
        voter = decision.voter_ids.filtered(lambda row: row.state == "off")
        for state, method, reason in (
            ("announced", "majority", "suspended"),
            ("announced", "consent", "suspended"),
            ("open", "majority", "suspended"),
            # It was counted, and waits for objections.
            ("open", "consent", "suspended_later"),
            ("counting", "majority", "suspended_later"),
            ("done", "majority", "suspended_later"),
        ):
            with self.subTest(f"{state}, {method}"):
                decision.write({"state": state, "method": method})
                voter.off_reason = "suspended"
                self.update("suspended-voters")
                self.assertEqual(voter.off_reason, reason)
        decision.secrecy = "open"
        voter.off_reason = "suspended"
        self.update("suspended-voters")
        self.assertEqual(voter.off_reason, "suspended")

    def test_who_decides_after_advice_is_not_asked_for_any(self):
        decider = self.anna.partner_id
        decision = self.opened(method="advice", decider_id=decider.id)
        decision = self.decisions.sudo().browse(decision.id)
        voter = decision.voter_ids.filtered(lambda row: row.person_id == decider)
        voter.write({"state": "may", "off_reason": False})
        decision._tell_asked(decider)
        asked = [("res_id", "=", decision.id), ("kind", "=", "decision_asked")]
        notices = self.env["wezer.notice"].sudo()

        def waiting():
            return notices.search([*asked, ("settled", "=", False)]).partner_id

        self.assertIn(decider, waiting())
        self.update("advice")
        self.assertEqual((voter.state, voter.off_reason), ("off", "decides"))
        self.assertNotIn(decider, waiting())
        self.assertIn(self.ben.partner_id, waiting())
        self.assertTrue(decision.with_user(self.ben)._may("vote"))


@tagged("post_install", "-at_install")
class TestUpdateOfSeats(VacantSeatsCase):
    def test_elections_of_the_version_before_serve_their_seats_and_no_others(self):
        self.set_policies(roles_by="person")
        ends = self.seat(self.dora, 10)
        before = self.drafted()
        # That version named no places, and drafted nothing for vacant seats.
        before.place_ids = False
        one, two = self.both_vacated()
        vacant = one | two
        notices = self.env["wezer.notice"].sudo()
        asked = [("kind", "=", "decision_changed"), ("subject", "=", "announce")]
        told = notices.search(asked)
        drafts = self.drafted()
        self.assertEqual(before.place_ids, ends)
        self.assertEqual((drafts - before).place_ids, vacant)
        self.assertEqual(len(drafts), 3)
        new = notices.search(asked) - told
        self.assertEqual(new.mapped("partner_id"), self.fred.partner_id)
        self.assertEqual(set(new.mapped("res_id")), set((drafts - before).ids))
        self.assertEqual(len(new), 2)
        for _day in range(2):
            self.assertEqual(self.drafted(), drafts)
        self.assertEqual(notices.search(asked) - told, new)
        self.assertFalse(self.env["wezer.invariant"].sudo()._check_governance())
