from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestReputation(ReputationCommon):
    def _row(self, user):
        return user.partner_id._wezer_reputation()

    def _three(self, about, mark=2, **more):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, about, mark, **more)

    def test_a_member_is_new_without_number_until_three_people_assessed(self):
        for giver in (self.anna, self.anna, self.anna, self.mia):
            self.reveal(giver, self.luc)
        self.assertTrue(self.reputations._recompute())
        self.assertTrue(self.luc.partner_id._wezer_score()["new"])
        row = self._row(self.luc)
        self.assertEqual((row.n_assessors, row.n_deals), (2, 4))
        self.assertFalse(row.score or row.lower)
        self.reveal(self.noe, self.luc)
        self.reputations._recompute()
        score = self.luc.partner_id._wezer_score()
        self.assertEqual(score["n"], 3)
        self.assertGreater(score["score"], 3.5)

    def test_good_marks_raise_and_bad_ones_lower(self):
        self._three(self.luc, 2)
        self._three(self.eva, -2)
        self.reputations._recompute()
        luc, eva = self._row(self.luc), self._row(self.eva)
        self.assertEqual(luc.prior, eva.prior)
        self.assertGreater(luc.score, luc.prior)
        self.assertLess(eva.score, eva.prior)
        self.assertLess(self._row(self.luc).lower, self._row(self.luc).score)

    def test_the_score_is_the_sum_of_its_start_and_its_parts(self):
        self._three(self.luc, 2, days=40, value_hours=3)
        self._three(self.luc, -1, value_hours=12)
        self.reputations._recompute()
        told = self.reputations._explain(self.luc.partner_id)
        self.assertEqual(len(told["parts"]), 6)
        total = told["prior"] + sum(part for _one, part in told["parts"])
        self.assertAlmostEqual(total, told["score"], 9)
        sizes = [abs(part) for _one, part in told["parts"]]
        self.assertEqual(sizes, sorted(sizes, reverse=True))

    def test_blind_assessments_do_not_count(self):
        self._three(self.luc)
        self.reputations._recompute()
        row = self._row(self.luc)
        before = (row.score, row.n_assessors, row.n_deals)
        self.give(self.eva, self.luc, mark=-2)
        self.reputations._recompute()
        row = self._row(self.luc)
        self.assertAlmostEqual(row.score, before[0], 6)
        self.assertEqual((row.n_assessors, row.n_deals), before[1:])

    def test_a_refunded_deal_leaves_the_score(self):
        self._three(self.luc)
        self.reputations._recompute()
        for given in self.assessments.search(
            [("assessed_id", "=", self.luc.partner_id.id)]
        ):
            self.assessments._void(self.env[given.origin_model].browse(given.origin_id))
        self.reputations._recompute()
        self.assertFalse(self._row(self.luc))
        self.assertTrue(self.luc.partner_id._wezer_score()["new"])

    def test_scores_by_criterion_are_stored(self):
        criteria = self.env["wezer.criterion"]._for(None, "worker")
        scores = dict(zip(criteria.ids, (2, -2, 0), strict=True))
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc, scores=scores)
        self.reputations._recompute()
        rows = self.reputations.search(
            [("partner_id", "=", self.luc.partner_id.id), ("criterion_id", "!=", False)]
        )
        by_criterion = {row.criterion_id: row.score for row in rows}
        self.assertEqual(set(by_criterion), set(criteria))
        good, bad, middling = (by_criterion[criterion] for criterion in criteria)
        self.assertTrue(good > middling > bad)

    def test_assessing_in_the_name_of_several_groups_counts_once(self):
        for number in range(3):
            group = self.env["res.partner"].create({"name": f"Circle {number}"})
            self.reveal(self.anna, self.luc, assessor=group)
        self.reputations._recompute()
        row = self._row(self.luc)
        self.assertEqual(row.n_assessors, 1)
        self.assertTrue(row.is_new)

    def test_computing_twice_changes_nothing(self):
        self._three(self.luc)
        self.reputations._recompute()
        before = self._row(self.luc).score
        self.reputations._recompute()
        self.assertEqual(len(self._row(self.luc)), 1)
        self.assertAlmostEqual(self._row(self.luc).score, before, 5)

    def test_without_trust_nothing_is_published_and_administrators_are_notified(self):
        self._three(self.luc)
        for member in self.members:
            member.partner_id._wezer_profile().admitted_by_id = False
        self.assertFalse(self.reputations._recompute())
        self.assertFalse(self._row(self.luc))
        self.assertTrue(
            self.env["wezer.notice"].search([("kind", "=", "reputation_coverage")])
        )

    def test_without_founders_trust_starts_from_the_moderators(self):
        self.founder.partner_id._wezer_profile().is_founder = False
        administrator = self.env.ref("base.user_admin")
        seeds = self.reputations._seeds()
        self.assertIn(administrator.partner_id, seeds)
        self.assertNotIn(self.anna.partner_id, seeds)

    def test_approving_a_person_records_the_admission(self):
        profile = self._member("fresh").partner_id._wezer_profile()
        profile.state = "pending"
        administrator = self.env.ref("base.user_admin")
        profile.with_user(administrator).action_approve()
        self.assertEqual(profile.admitted_by_id, administrator.partner_id)

    def test_members_read_scores_and_cannot_write_them(self):
        self._three(self.luc)
        self.reveal(self.anna, self.eva)
        self.reputations._recompute()
        known, new = self._row(self.luc), self._row(self.eva)
        self.assertTrue(known.with_user(self.mia).read(["score"]))
        with self.assertRaises(AccessError):
            new.with_user(self.mia).read(["n_assessors"])
        with self.assertRaises(AccessError):
            known.with_user(self.luc).write({"score": 5})
        for name in ("part", "trust", "run", "ring"):
            with self.assertRaises(AccessError):
                self.env[f"wezer.reputation.{name}"].with_user(self.luc).search([])

    def test_members_cannot_start_the_computation(self):
        with self.assertRaises(NotAllowed):
            self.reputations.with_user(self.anna).action_recompute()
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([])
        admin = self.env.ref("base.user_admin")
        action = self.reputations.with_user(admin).action_recompute()
        self.assertEqual(action["res_model"], "wezer.reputation.run")
        self.assertEqual(triggers.search_count([]), before + 1)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_private_answers_cannot_be_inferred_from_the_lower_bound(self):
        self._three(self.luc)
        self.reputations._recompute()
        row = self._row(self.luc).with_user(self.luc)
        self.assertNotIn("lower", self.reputations.with_user(self.luc).fields_get())
        history = self.env["wezer.reputation.history"].with_user(self.luc)
        run = self.env["wezer.reputation.run"].with_user(
            self.env.ref("base.user_admin")
        )
        self.assertNotIn("penalties", run.fields_get())
        self.assertNotIn("penalties", run._latest().inputs)
        for rows, name in ((row, "lower"), (history.search([]), "lower")):
            with self.assertRaises(AccessError):
                rows.read([name])
            with self.assertRaises(AccessError):
                rows.search([(name, ">", 1)])
            with self.assertRaises(AccessError):
                rows.search([], order=f"{name} desc")
            with self.assertRaises(AccessError):
                rows._read_group([], [name])

    def test_only_administrators_export_scores(self):
        self._three(self.luc)
        self.reveal(self.anna, self.eva)
        self.reputations._recompute()
        with self.assertRaises(NotAllowed):
            list(self.reputations.with_user(self.luc)._file_rows())
        admin = self.env.ref("base.user_admin")
        head, *rows = self.reputations.with_user(admin)._file_rows()
        self.assertEqual(head, ["partner", "criterion", "score", "lower", "evidence"])
        told = {(row[0], row[1]): row for row in rows}
        row = self._row(self.luc)
        slug = self.luc.partner_id._wezer_profile().slug
        self.assertEqual(told[slug, ""][2], f"{row.score:.6f}")
        self.assertEqual(told[slug, ""][3], f"{row.lower:.6f}")
        self.assertEqual(len([one for one in told if one[0] == slug]), 4)
        new = self.eva.partner_id._wezer_profile().slug
        self.assertEqual(told[new, ""][2:4], ["", ""])
