"""A person and the parties that this person acts for count as one."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_reputation.models.wezer_assessment import TIE_DAYS

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestTies(ReputationCommon):
    def mandate(self, giver, holder, days_from=0):
        """Let ``holder`` act for ``giver``, since some days ago."""
        mandates = self.env["wezer.mandate"].with_user(giver)
        profile = holder.partner_id._wezer_profile()
        mandate = mandates.browse(mandates.action_give(profile.id, ["market"])).sudo()
        mandate.date_from = fields.Date.today() - timedelta(days=days_from)
        return mandate

    def ended(self, giver, holder, days_ago, how="resigned"):
        mandate = self.mandate(giver, holder, days_ago + 10)
        mandate._end(how)
        mandate.date_ended = fields.Datetime.now() - timedelta(days=days_ago)
        return mandate

    def weighs(self, given):
        given.invalidate_recordset()
        return not given.no_weight

    def test_a_mandate_returned_just_before_the_deal_still_ties(self):
        for how in ("resigned", "revoked"):
            with self.subTest(how), self.env.cr.savepoint() as point:
                self.ended(self.luc, self.anna, 1, how)
                self.assertFalse(self.anna._acts_for(self.luc.partner_id, "market"))
                given = self.give(self.anna, self.luc, self._deal())
                self.assertFalse(self.weighs(given))
                point.rollback()
                self.env.invalidate_all(flush=False)

    def test_ties_hold_in_both_directions(self):
        self.mandate(self.luc, self.anna)
        self.mandate(self.mia, self.noe)
        self.assertFalse(self.weighs(self.give(self.luc, self.anna, self._deal())))
        self.assertFalse(self.weighs(self.give(self.mia, self.noe, self._deal())))
        self.assertTrue(self.weighs(self.give(self.eva, self.anna, self._deal())))

    def test_a_mandate_that_ended_long_ago_does_not_tie(self):
        self.ended(self.luc, self.anna, TIE_DAYS + 2)
        self.ended(self.mia, self.noe, TIE_DAYS - 2)
        self.assertTrue(self.weighs(self.give(self.anna, self.luc, self._deal())))
        self.assertFalse(self.weighs(self.give(self.noe, self.mia, self._deal())))

    def test_days_are_counted_from_the_beginning_of_the_deal(self):
        self.ended(self.luc, self.anna, TIE_DAYS + 5)
        begun = fields.Datetime.now() - timedelta(days=20)
        given = self.give(self.anna, self.luc, self._deal(), begun=begun)
        self.assertFalse(self.weighs(given))

    def test_a_mandate_given_again_after_the_assessment_removes_its_weight(self):
        """The mandate is resigned, the deal assessed, the mandate given again."""
        given = self.reveal(self.anna, self.luc)
        self.reveal(self.eva, self.luc)
        self.assertTrue(self.weighs(given))
        self.mandate(self.luc, self.anna)
        self.reputations._recompute()
        self.assertFalse(self.weighs(given))
        self.assertTrue(given.void_date)
        self.assertNotIn(
            given.id,
            self.env["wezer.reputation.part"]
            .search([("partner_id", "=", self.luc.partner_id.id), ("weight", ">", 0)])
            .mapped("assessment_id"),
        )

    def test_ties_are_checked_again_when_an_assessment_is_revealed(self):
        given = self.give(self.anna, self.luc)
        self.mandate(self.anna, self.luc)
        self.give(self.luc, self.anna, side="payer")
        self.assertEqual(given.state, "revealed")
        self.assertFalse(self.weighs(given))

    def test_a_mandate_given_after_ninety_days_does_not_remove_the_weight(self):
        given = self.reveal(self.anna, self.luc, days=TIE_DAYS + 3)
        self.env.cr.execute(
            "UPDATE wezer_assessment SET deal_date = date WHERE id = %s", [given.id]
        )
        given.invalidate_recordset()
        self.mandate(self.luc, self.anna)
        self.assertFalse(self.assessments._void_tied())
        self.assertTrue(self.weighs(given))

    def test_having_acted_for_a_party_ties_too(self):
        """A permission that a person had and used, also where it has ended since."""
        self.env["wezer.acting.log"]._log(
            self.anna, self.luc.partner_id, "market", "post"
        )
        self.assertFalse(self.weighs(self.give(self.anna, self.luc, self._deal())))
        with freeze_time(fields.Datetime.now() + timedelta(days=TIE_DAYS + 2)):
            self.assertTrue(self.weighs(self.give(self.anna, self.luc, self._deal())))

    def test_a_groups_assessment_of_a_person_who_acts_for_it_has_no_weight(self):
        group = self.env["res.partner"].create({"name": "Garden"})
        self.env["wezer.acting.log"]._log(self.luc, group, "market", "post")
        given = self.give(self.anna, self.luc, self._deal(), assessor=group)
        self.assertFalse(self.weighs(given))
        other = self.give(self.anna, self.mia, self._deal(), assessor=group)
        self.assertTrue(self.weighs(other))

    def test_assessments_by_coworkers_of_the_assessed_have_no_weight(self):
        allies = self.anna.partner_id | self.noe.partner_id
        deal = self._deal()
        self.assertFalse(
            self.weighs(self.give(self.anna, self.luc, deal, allies=allies))
        )
        self.assertTrue(
            self.weighs(self.give(self.mia, self.luc, self._deal(), allies=allies))
        )

    def test_the_invariant_finds_tied_assessments_with_weight(self):
        checks = self.env["wezer.invariant"]
        given = self.reveal(self.anna, self.luc)
        self.reveal(self.eva, self.luc)
        self.mandate(self.luc, self.anna)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.reputations._recompute()
        self.assertFalse(checks._check_ties())
        self.env.cr.execute(
            "UPDATE wezer_assessment SET no_weight = false WHERE id = %s", [given.id]
        )
        self.env.invalidate_all()
        self.assertEqual(checks._check_ties()[0][0], given.id)
