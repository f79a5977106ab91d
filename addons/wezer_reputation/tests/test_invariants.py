from odoo.tests import tagged

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestInvariants(ReputationCommon):
    def setUp(self):
        super().setUp()
        for giver in (self.anna, self.mia, self.noe):
            self.given = self.reveal(giver, self.luc, 1)
        self.reputations._recompute()

    def _bad(self, name):
        function = getattr(self.env["wezer.invariant"], name)
        self.env.invalidate_all()
        return function()

    def test_a_normal_community_passes_every_invariant(self):
        rows = {row["name"]: row["rows"] for row in self.env["wezer.invariant"].run()}
        self.assertEqual(len(rows), len(self.env["wezer.invariant"]._checks()))
        self.assertFalse(self._bad("_check_scores"))
        self.assertFalse(self._bad("_check_assessment_lines"))
        self.assertFalse(self._bad("_check_assessment_sides"))
        self.assertFalse(self._bad("_check_blind_weight"))

    def test_a_score_that_differs_from_the_sum_of_its_parts_is_found(self):
        self.luc.partner_id._wezer_reputation().score = 4.9
        self.assertTrue(self._bad("_check_scores"))

    def test_a_changed_part_is_found(self):
        self.env["wezer.reputation.part"].search(
            [("assessment_id", "=", self.given.id)]
        ).part = 1
        self.assertTrue(self._bad("_check_scores"))

    def test_an_assessment_without_scores_is_found(self):
        self.env.cr.execute(
            "DELETE FROM wezer_assessment_line WHERE assessment_id = %s",
            [self.given.id],
        )
        self.assertTrue(self._bad("_check_assessment_lines"))

    def test_a_self_assessment_with_weight_is_found(self):
        self.env.cr.execute(
            "UPDATE wezer_assessment SET person_id = assessed_id WHERE id = %s",
            [self.given.id],
        )
        self.assertTrue(self._bad("_check_assessment_sides"))

    def test_weight_of_a_blind_assessment_is_found(self):
        self.env.cr.execute(
            "UPDATE wezer_assessment SET state = 'blind' WHERE id = %s",
            [self.given.id],
        )
        self.assertTrue(self._bad("_check_blind_weight"))
