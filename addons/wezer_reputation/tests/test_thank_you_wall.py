from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestThankYouWall(ReputationCommon):
    def _both(self, said):
        said.with_user(self.anna).action_share(True)
        said.with_user(self.luc).action_share(True)
        return said

    def wall(self, limit=12):
        return self.assessments._on_wall(limit)

    def test_words_are_on_the_wall_only_while_both_sides_agree(self):
        said = self.reveal(self.anna, self.luc, comment="Thank you for the hedge")
        self.assertNotIn(said, self.wall())
        said.with_user(self.anna).action_share(True)
        self.assertNotIn(said, self.wall())
        said.with_user(self.luc).action_share(True)
        self.assertIn(said, self.wall())
        said.with_user(self.luc).action_share(False)
        self.assertNotIn(said, self.wall())
        self.assertTrue(said.shared_by_assessor)

    def test_a_side_agrees_for_itself_and_nobody_else_for_it(self):
        said = self.reveal(self.anna, self.luc, comment="Thank you for the hedge")
        administrator = mail_new_test_user(
            self.env,
            login="wz_wall_admin",
            groups="base.group_user,wezer_base.group_administrator",
        )
        for user in (self.mia, administrator):
            with self.assertRaises(NotAllowed):
                said.with_user(user).action_share(True)
        with self.assertRaises(NotAllowed):
            said.with_user(self.anna).action_share(True, self.luc.partner_id.id)
        self.assertFalse(said.shared_by_assessor or said.shared_by_assessed)

    def test_who_acts_for_both_sides_names_the_one_they_mean(self):
        said = self.reveal(self.anna, self.luc, comment="Thank you for the hedge")
        self.env["wezer.mandate"].sudo().create(
            {
                "giver_id": self.anna.partner_id.id,
                "holder_id": self.luc.partner_id.id,
                "right_market": True,
                "date_from": "2020-01-01",
            }
        )
        with self.assertRaises(Refusal):
            said.with_user(self.luc).action_share(True)
        said.with_user(self.luc).action_share(True, self.anna.partner_id.id)
        self.assertTrue(said.shared_by_assessor)
        self.assertFalse(said.shared_by_assessed)

    def test_a_blind_assessment_is_refused_like_one_that_does_not_exist(self):
        blind = self.give(self.anna, self.luc, self._deal(), comment="Thanks")
        texts = set()
        for one in (blind, self.assessments.browse(99999999)):
            with self.assertRaises(NotAllowed) as caught:
                one.with_user(self.luc).action_share(True)
            texts.add(str(caught.exception))
        self.assertEqual(len(texts), 1)

    def test_who_assesses_agrees_with_a_tick(self):
        scores = {**self.scores(), "shared": True}
        said = self.give(
            self.anna, self.luc, self._deal(), scores=scores, comment="Thanks"
        )
        self.assertTrue(said.shared_by_assessor)
        self.assertFalse(said.shared_by_assessed)

    def test_hidden_and_unweighted_words_and_those_of_who_left_are_not_shown(self):
        hidden = self._both(self.reveal(self.anna, self.luc, comment="In house 7"))
        refunded = self._both(self.reveal(self.anna, self.luc, comment="Refunded"))
        stays = self._both(self.reveal(self.anna, self.luc, comment="Good work"))
        self.assertEqual(
            self.wall() & (hidden | refunded | stays), stays | hidden | refunded
        )
        hidden.write({"hidden": True})
        refunded.write({"no_weight": True})
        self.assertEqual(self.wall() & (hidden | refunded | stays), stays)
        self.luc.partner_id._wezer_profile().state = "suspended"
        self.assertNotIn(stays, self.wall())

    def test_members_change_no_consent_by_rpc(self):
        said = self.reveal(self.anna, self.luc, comment="Thanks")
        with self.assertRaises(AccessError):
            said.with_user(self.luc).write({"shared_by_assessor": True})

    def test_the_wall_is_never_longer_than_its_limit(self):
        for number in range(14):
            self._both(self.reveal(self.anna, self.luc, comment=f"Thanks {number}"))
        self.assertEqual(len(self.wall(1000)), 12)
        self.assertEqual(len(self.wall(-3)), 1)
