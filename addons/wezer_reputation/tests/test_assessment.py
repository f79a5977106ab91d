from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestAssessment(ReputationCommon):
    def _seen_by(self, user, given):
        model = self.assessments.with_user(user)
        return given.id in model.search([]).ids

    def test_a_single_assessment_is_visible_only_to_its_author(self):
        given = self.give(self.anna, self.luc, comment="bad")
        self.assertEqual(given.state, "blind")
        self.assertTrue(self._seen_by(self.anna, given))
        administrator = self.env.ref("base.user_admin")
        for user in (self.luc, self.mia, administrator):
            self.assertFalse(self._seen_by(user, given))
            mine = given.with_user(user)
            with self.assertRaises(AccessError):
                mine.read(["comment"])
            with self.assertRaises(AccessError):
                mine.line_ids.read(["score"])
            domain = [("assessed_id", "=", self.luc.partner_id.id)]
            self.assertEqual(mine.search_count(domain), 0)
            self.assertEqual(mine._read_group(domain, [], ["__count"])[0][0], 0)
            lines = self.env["wezer.assessment.line"].with_user(user)
            self.assertFalse(lines.search([("assessment_id", "=", given.id)]))

    def test_reading_as_superuser_does_not_open_a_blind_assessment(self):
        given = self.give(self.anna, self.luc, comment="bad")
        given.sudo().read(["comment", "line_ids"])
        with self.assertRaises(AccessError):
            given.with_user(self.luc).read(["comment"])

    def test_two_assessments_are_revealed_to_members_not_to_visitors(self):
        first = self.give(self.anna, self.luc, side="worker")
        second = self.give(self.luc, self.anna, side="payer")
        self.assertEqual((first | second).mapped("state"), ["revealed", "revealed"])
        self.assertTrue(self._seen_by(self.mia, first))
        with self.assertRaises(AccessError):
            first.with_user(self.env.ref("base.public_user")).read(["comment"])

    def test_the_deadline_reveals_one_assessment_and_closes_the_other_side(self):
        yesterday = fields.Datetime.now() - timedelta(days=1)
        given = self.give(self.anna, self.luc, deadline=yesterday)
        self.assessments._cron_reveal()
        self.assertEqual(given.state, "revealed")
        with self.assertRaises(Refusal) as refused:
            self.give(self.luc, self.anna, side="payer", mark=-2)
        self.assertEqual(refused.exception.rule, "revealed")

    def test_nothing_is_revealed_before_the_deadline(self):
        given = self.give(self.anna, self.luc)
        self.assertTrue(given.deadline)
        self.assessments._cron_reveal()
        self.assertEqual(given.state, "blind")

    def test_a_dispute_suspends_the_deadline(self):
        given = self.give(
            self.anna, self.luc, deadline=fields.Datetime.now() - timedelta(days=1)
        )
        self.assessments._pause(self.deal)
        self.assessments._cron_reveal()
        self.assertEqual(given.state, "blind")
        later = fields.Datetime.now() + timedelta(days=3)
        self.assessments._activate(self.deal, later)
        self.assertEqual(given.deadline, later)

    def test_an_assessment_can_be_changed_until_it_is_revealed(self):
        given = self.give(self.anna, self.luc, mark=-2)
        again = self.give(self.anna, self.luc, mark=1)
        self.assertEqual(given, again)
        self.assertEqual(set(given.line_ids.mapped("score")), {1})

    def test_a_revealed_assessment_is_immutable_even_for_superuser(self):
        given = self.reveal(self.anna, self.luc)
        for vals in ({"comment": "x"}, {"state": "blind"}, {"value_hours": 99}):
            with self.assertRaises(NotAllowed):
                given.sudo().write(vals)
        line = given.line_ids[:1]
        with self.assertRaises(NotAllowed):
            line.sudo().score = -2
        with self.assertRaises(NotAllowed):
            line.sudo().unlink()
        with self.assertRaises(NotAllowed):
            given.sudo().unlink()

    def test_an_assessment_given_at_approval_is_a_draft_until_the_payment(self):
        draft = self.give(self.anna, self.luc, draft=True)
        self.give(self.luc, self.anna, side="payer", draft=True)
        self.assertEqual(draft.state, "draft")
        self.assertFalse(self._seen_by(self.luc, draft))
        self.assessments._activate(self.deal, fields.Datetime.now())
        self.assertEqual(draft.state, "revealed")

    def test_drafts_are_dropped_where_the_deal_ends_unpaid(self):
        draft = self.give(self.anna, self.luc, draft=True)
        self.assessments._drop(self.deal)
        self.assertEqual(draft.state, "dropped")
        self.assertFalse(self._seen_by(self.anna, draft))
        self.assertFalse(self.assessments._answered(self.deal))

    def test_a_refund_keeps_the_words_and_removes_the_weight(self):
        given = self.reveal(self.anna, self.luc)
        self.assessments._void(given.env["wezer.category"].browse(given.origin_id))
        self.assertTrue(given.no_weight)
        self.assertEqual(given.state, "revealed")

    def test_the_deal_knows_which_parties_assessed_and_nothing_more(self):
        self.give(self.anna, self.luc)
        self.assertEqual(self.assessments._answered(self.deal), self.anna.partner_id)

    def test_marks_outside_the_scale_and_foreign_criteria_are_refused(self):
        criteria = self.env["wezer.criterion"]
        foreign = criteria._for(None, "payer").ids[-1]
        good = self.scores()
        first = next(iter(good))
        for scores, rule in (
            ({**good, first: 3}, "score"),
            ({**good, first: "²"}, "score"),
            ({**good, first: True}, "score"),
            ({**good, first: 1.5}, "score"),
            ({**good, foreign: 1}, "criterion"),
            ({"x": 1}, "criterion"),
            ([1, 2], "criterion"),
            ({first: 1}, "complete"),
            ({}, "complete"),
        ):
            with self.assertRaises(Refusal) as refused:
                self.give(self.anna, self.luc, scores=scores)
            self.assertEqual(refused.exception.rule, rule)
        words = {str(key): str(value) for key, value in good.items()}
        self.assertEqual(self.give(self.anna, self.luc, scores=words).state, "blind")

    def test_assessing_oneself_in_a_groups_name_has_no_weight(self):
        group = self.env["res.partner"].create({"name": "Garden"})
        given = self.give(self.anna, self.anna, assessor=group)
        self.assertTrue(given.no_weight)

    def test_assessing_a_party_that_one_acts_for_has_no_weight(self):
        """A person with mandates and groups still counts as one person."""
        mandates = self.env["wezer.mandate"].with_user(self.luc)
        profile = self.anna.partner_id._wezer_profile()
        mandates.action_give(profile.id, ["market"])
        self.assertTrue(self.anna._acts_for(self.luc.partner_id, "market"))
        self.assertTrue(self.give(self.anna, self.luc).no_weight)
        # Nor the other way round: she may write to herself what she likes.
        self.assertTrue(self.give(self.luc, self.anna, self._deal()).no_weight)
        self.assertFalse(self.give(self.mia, self.anna, self._deal()).no_weight)

    def test_another_party_cannot_change_the_assessment_of_a_side(self):
        self.give(self.anna, self.luc)
        with self.assertRaises(NotAllowed):
            self.give(self.mia, self.luc, mark=-2)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_members_and_coordinators_cannot_write_by_orm(self):
        given = self.give(self.anna, self.luc)
        for user in (self.anna, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                given.with_user(user).write({"comment": "x"})
            with self.assertRaises(AccessError):
                given.line_ids.with_user(user).write({"score": 2})
            with self.assertRaises(AccessError):
                self.assessments.with_user(user).create({"side": "worker"})

    def test_criteria_are_inherited_by_category(self):
        parent = self.env["wezer.category"].create({"name": "Garden"})
        child = self.env["wezer.category"].create(
            {"name": "Trees", "parent_id": parent.id}
        )
        criteria = self.env["wezer.criterion"]
        own = criteria.create(
            {"name": "Gentle", "side": "worker", "category_ids": parent.ids}
        )
        self.assertIn(own, criteria._for(child, "worker"))
        self.assertNotIn(own, criteria._for(child, "payer"))
        self.assertNotIn(own, criteria._for(None, "worker"))
