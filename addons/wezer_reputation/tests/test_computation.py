from datetime import timedelta

import numpy as np

from odoo import fields
from odoo.tests import tagged

from ..tools import bulk
from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestComputation(ReputationCommon):
    """A full computation, the one at once, history, rings, skills and groups."""

    def _three(self, about, mark=2, **more):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, about, mark, **more)

    def _stored(self, partner):
        rows = self.reputations.search([("partner_id", "=", partner.id)])
        return {
            (row.criterion_id.id, row.skill_id.id, row.group_partner_id.id): (
                row.score,
                row.lower,
                row.evidence,
                row.n_deals,
                row.n_assessors,
            )
            for row in rows
        }

    def _same(self, one, two, tolerance=1e-6):
        self.assertEqual(one.keys(), two.keys())
        for key, values in one.items():
            for a, b in zip(values, two[key], strict=True):
                self.assertAlmostEqual(a, b, delta=tolerance)

    # === AT ONCE === #

    def test_a_new_assessment_counts_at_once_as_a_full_computation_would(self):
        self._three(self.luc, 1, days=30, value_hours=3)
        self._three(self.eva, -1)
        self.reputations._recompute()
        self.reveal(self.anna, self.luc, -2, value_hours=8)
        self.reputations._update_now(self.luc.partner_id)
        at_once = self._stored(self.luc.partner_id)
        parts = self.env["wezer.reputation.part"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        )
        self.assertEqual(len(parts), 4)
        # All of everybody's, with the same credibility: the same to the last digit.
        run = self.env["wezer.reputation.run"]._latest()
        now = fields.Datetime.now()
        everything = self.reputations._read_ratings()
        tables = self.reputations._tables_of_party(everything, run, now)
        place = list(tables.overall.party).index(self.luc.partner_id.id)
        key = (False, False, False)
        self.assertAlmostEqual(at_once[key][0], 5 * tables.overall.score[place], 6)
        self.assertEqual(at_once[key][3:], (4, 3))

    def test_revealing_both_sides_updates_both_scores(self):
        self._three(self.luc)
        for giver in (self.eva, self.mia, self.noe):
            self.reveal(giver, self.anna, 1)
        self.reputations._recompute()
        before = {
            user: user.partner_id._wezer_reputation().n_deals
            for user in (self.anna, self.luc)
        }
        deal = self._deal()
        self.give(self.anna, self.luc, deal)
        self.give(self.luc, self.anna, deal, side="payer")
        for user, deals in before.items():
            self.assertEqual(user.partner_id._wezer_reputation().n_deals, deals + 1)

    def test_the_sum_stays_exact_after_an_update_at_once(self):
        self._three(self.luc)
        self.reputations._recompute()
        self._three(self.luc, -1)
        self.reputations._update_now(self.luc.partner_id)
        told = self.reputations._explain(self.luc.partner_id)
        total = told["prior"] + sum(part for _one, part in told["parts"])
        self.assertAlmostEqual(total, told["score"], 9)
        self.assertFalse(self.env["wezer.invariant"]._check_scores())

    def test_before_the_first_computation_nothing_is_updated(self):
        self._three(self.luc)
        self.reputations._update_now(self.luc.partner_id)
        self.assertFalse(self.luc.partner_id._wezer_reputation())

    # === RUNS AND HISTORY === #

    def test_the_scores_of_a_run_can_be_reproduced(self):
        self._three(self.luc, 1, days=40)
        self._three(self.eva, -2, days=3)
        self.reputations._recompute()
        run = self.env["wezer.reputation.run"]._latest()
        stored = self.luc.partner_id._wezer_reputation().score
        # What comes later changes nothing of that day.
        later = run.date + timedelta(days=1)
        given = self.reveal(self.mia, self.luc, -2)
        self.env.cr.execute(
            "UPDATE wezer_assessment SET date = %s WHERE id = %s", [later, given.id]
        )
        self.eva.partner_id._wezer_profile().admitted_by_id = False
        again = run._reproduce()
        place = list(again.tables.overall.party).index(self.luc.partner_id.id)
        self.assertAlmostEqual(5 * again.tables.overall.score[place], stored, 9)

    def test_a_later_refund_does_not_change_a_reproduced_run(self):
        self._three(self.luc, 1, days=2)
        self.reputations._recompute()
        run = self.env["wezer.reputation.run"]._latest()
        stored = self.luc.partner_id._wezer_reputation().score
        given = self.assessments.search(
            [("assessed_id", "=", self.luc.partner_id.id)], limit=1
        )
        given.write({"no_weight": True, "void_date": run.date + timedelta(hours=1)})
        again = run._reproduce().tables.overall
        place = list(again.party).index(self.luc.partner_id.id)
        self.assertAlmostEqual(5 * again.score[place], stored, 9)

    def test_unchanged_admissions_are_stored_once(self):
        self._three(self.luc)
        self.reputations._recompute()
        self.reputations._recompute()
        first, second = self.env["wezer.reputation.run"].search([], order="id desc")[
            1::-1
        ]
        self.assertIs(second.admissions, False)
        self.assertEqual(first._admissions(), second._admissions())
        pairs = [row[:2] for row in second._admissions()]
        self.assertIn([self.founder.partner_id.id, self.luc.partner_id.id], pairs)

    def test_a_run_keeps_its_seeds_and_leaves_no_progress_row(self):
        self._three(self.luc)
        runs = self.env["wezer.reputation.run"]
        shown = []

        def executed_here(runs, *queries):
            for query in queries:
                runs.env.cr.execute(query)
            runs.invalidate_model()
            shown.append(runs.search([("state", "=", "running")]).mapped("progress"))

        self.patch(type(runs), "_execute_apart", executed_here)
        self.reputations._recompute(progress=True)
        self.assertEqual(shown, [[0], [20], [50], [90], []])
        self.assertIn(self.founder.partner_id, runs._latest().seed_ids)
        with self.assertRaises(ZeroDivisionError), runs._progress(True):
            raise ZeroDivisionError
        self.assertEqual(shown[-1], [])

    def test_history_gets_a_point_only_where_the_score_changed(self):
        self._three(self.luc)
        self.reputations._recompute()
        self.reputations._recompute()
        points = self.env["wezer.reputation.history"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        )
        self.assertEqual(len(points), 1)
        self._three(self.luc, -2, value_hours=30)
        self.reputations._recompute()
        points = self.env["wezer.reputation.history"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        )
        self.assertEqual(len(points), 2)
        self.assertLess(points[1].score, points[0].score)

    def test_members_cannot_read_the_history_of_others(self):
        self._three(self.luc)
        self.reputations._recompute()
        history = self.env["wezer.reputation.history"]
        self.assertTrue(history.with_user(self.luc).search_count([]))
        self.assertFalse(history.with_user(self.mia).search_count([]))

    def test_new_criteria_do_not_change_earlier_scores_or_history(self):
        criteria = self.env["wezer.criterion"]
        self._three(self.luc, 2)
        self.reputations._recompute()
        before = self._stored(self.luc.partner_id)
        history = self.env["wezer.reputation.history"]
        points = history.search([("partner_id", "=", self.luc.partner_id.id)])
        old = criteria._for(None, "worker")
        old[0].active = False
        old[1].side = "payer"
        criteria.create({"name": "Was on time", "side": "worker"})
        self.reputations._recompute()
        self._same(self._stored(self.luc.partner_id), before)
        self.assertEqual(
            history.search([("partner_id", "=", self.luc.partner_id.id)]), points
        )
        # What is asked from now on is what there is from now on.
        self.reveal(self.eva, self.luc, 1)
        self.reputations._recompute()
        keys = {key[0] for key in self._stored(self.luc.partner_id)}
        self.assertIn(criteria.search([("name", "=", "Was on time")]).id, keys)
        self.assertLessEqual(set(old.ids), keys)

    # === SEEDS === #

    def test_moderators_complete_the_seeds_where_founders_are_few(self):
        administrator = self.env.ref("base.user_admin")
        self.assertIn(administrator.partner_id, self.reputations._seeds())
        for member in self.members:
            member.partner_id._wezer_profile().is_founder = True
        seeds = self.reputations._seeds()
        self.assertNotIn(administrator.partner_id, seeds)
        self.assertIn(self.luc.partner_id, seeds)

    # === SKILLS AND GROUPS === #

    def test_a_score_by_skill_counts_only_deals_with_that_skill(self):
        skill = self.env["wezer.skill"].create({"name": "Grafting"})
        self._three(self.luc, 2, skills=skill)
        self._three(self.luc, -2)
        self.reputations._recompute()
        rows = self._stored(self.luc.partner_id)
        with_skill = rows[(False, skill.id, False)]
        overall = rows[(False, False, False)]
        self.assertGreater(with_skill[0], overall[0])
        self.assertEqual(with_skill[3], 3)

    def test_a_score_within_a_group_is_drawn_to_the_prior_of_the_group(self):
        circle = self.env["res.partner"].create({"name": "Garden"})
        self._three(self.luc, 2, context_partner=circle)
        self.reputations._recompute()
        rows = self._stored(self.luc.partner_id)
        self.assertIn((False, False, circle.id), rows)
        run = self.env["wezer.reputation.run"]._latest()
        self.assertGreater(run.inputs["group_priors"][str(circle.id)], run.prior)

    def test_few_people_are_fully_trusted_where_anybody_may_sign_up(self):
        self._three(self.luc)
        self.env.company.wezer_trust = "open"
        self.reputations._recompute()
        guarded = self.luc.partner_id._wezer_reputation().evidence
        self.env.company.wezer_trust = "closed"
        self.reputations._recompute()
        self.assertGreater(self.luc.partner_id._wezer_reputation().evidence, guarded)


@tagged("post_install", "-at_install")
class TestBulk(ReputationCommon):
    def test_stored_rows_are_fetched_unchanged(self):
        self.env.cr.execute(
            "CREATE TEMP TABLE bulk_try (a int4, b int8, c float8, d bool, e timestamp)"
        )
        moment = fields.Datetime.now()
        bulk.store(
            self.env.cr,
            "bulk_try",
            [
                ("a", "i4", np.array([1, -2, 2**31 - 1])),
                ("b", "i8", np.array([2**53 + 1, 0, -5])),
                ("c", "f8", np.array([0.1, -1e300, 3.0])),
                ("d", "i1", np.array([True, False, True])),
                ("e", "i8", bulk.timestamp(moment)),
            ],
        )
        rows = bulk.fetch(
            self.env.cr,
            "SELECT a, b, c FROM bulk_try ORDER BY a",
            [("a", "i4"), ("b", "i8"), ("c", "f8")],
        )
        self.assertEqual(rows["a"].tolist(), [-2, 1, 2**31 - 1])
        self.assertEqual(rows["b"].tolist(), [0, 2**53 + 1, -5])
        self.assertEqual(rows["c"].tolist(), [-1e300, 0.1, 3.0])
        self.env.cr.execute(
            "SELECT count(*) FROM bulk_try WHERE d AND e = %s", [moment]
        )
        self.assertEqual(self.env.cr.fetchone()[0], 2)

    def test_storing_no_rows_does_nothing(self):
        self.env.cr.execute("CREATE TEMP TABLE bulk_none (a int4)")
        bulk.store(self.env.cr, "bulk_none", [("a", "i4", np.zeros(0, dtype=int))])
        self.assertEqual(
            bulk.fetch(self.env.cr, "SELECT a FROM bulk_none", [("a", "i4")])["a"].size,
            0,
        )
