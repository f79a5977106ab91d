from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import ReputationCommon

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations" / "19.0.2.1.0"
# What a computation of version 19.0.2.0.0 stored of its parameters.
FORMER = {
    "prior_weight": 3.0,
    "prior": 0.7,
    "fairness_weight": 3.0,
    "fairness_prior": 0.15,
    "pair_damping": 0.5,
    "half_life_days": 365.0,
    "alpha": 0.5,
    "trust_percentile": 50.0,
    "value_unit_hours": 1.0,
    "value_cap_hours": 40.0,
    "z": 1.64,
    "good": 0.5,
}


def migrate(name, cr):
    """Run one of the migrations."""
    load_script(str(MIGRATIONS / f"{name}.py"), name).migrate(cr, "19.0.2.0.0")


@tagged("post_install", "-at_install")
class TestWidthOfTrust(ReputationCommon):
    """How many people are trusted in full follows from how people join."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.website = cls.env["website"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["website"].search([]).auth_signup_uninvited = "b2c"
        cls.company.write({"wezer_trust": "derived", "wezer_approval": "nobody"})

    def test_where_anyone_may_sign_up_few_people_are_trusted_in_full(self):
        self.assertEqual(self.company._wezer_trust_width(), "open")
        self.assertFalse(self.company._wezer_trust_risk())

    def test_where_people_need_an_invitation_most_are_trusted_in_full(self):
        self.env["website"].search([]).auth_signup_uninvited = "b2b"
        self.assertEqual(self.company._wezer_trust_width(), "closed")

    def test_where_somebody_approves_new_members_most_are_trusted_in_full(self):
        for approval in ("uninvited", "always"):
            self.company.wezer_approval = approval
            self.assertEqual(self.company._wezer_trust_width(), "closed")
            self.assertFalse(self.company._wezer_trust_risk())

    def test_a_choice_that_contradicts_how_people_join_says_its_risk(self):
        self.company.wezer_trust = "closed"
        self.assertIn("Anyone can sign up here", self.company._wezer_trust_risk())
        self.assertIn("0.5 of 5", self.company._wezer_trust_risk())
        self.company.wezer_trust = "open"
        self.assertFalse(self.company._wezer_trust_risk())
        self.company.write({"wezer_trust": "closed", "wezer_approval": "always"})
        self.assertFalse(self.company._wezer_trust_risk())

    def test_the_computation_takes_the_derived_width(self):
        self.assertEqual(self.reputations._parameters().trust_percentile, 80)
        self.company.wezer_approval = "always"
        self.assertEqual(self.reputations._parameters().trust_percentile, 50)

    def test_a_new_community_derives_it(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.assertEqual(company.wezer_trust, "derived")

    def test_the_former_default_is_derived_and_a_choice_is_kept(self):
        chose = self.env["res.company"].create({"name": "B", "wezer_trust": "open"})
        default = self.env["res.company"].create({"name": "C", "wezer_trust": "closed"})
        self.env.flush_all()
        migrate("post-trust", self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(chose.wezer_trust, "open")
        self.assertEqual(default.wezer_trust, "derived")


@tagged("post_install", "-at_install")
class TestWhoCounts(ReputationCommon):
    """Strangers make no number, and new members stand beside the mean."""

    def _known(self, about, mark=2):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, about, mark)

    def _puppets(self, count=3):
        puppets = [self._member(f"puppet{number}") for number in range(count)]
        for one in puppets:
            one.partner_id._wezer_profile().admitted_by_id = False
            for two in puppets:
                if one != two:
                    self.reveal(one, two)
        return puppets

    def _row(self, user):
        return user.partner_id._wezer_reputation()

    def test_puppets_who_praise_each_other_are_new_and_stand_above_nobody(self):
        puppets = self._puppets(4)
        self._known(self.luc)
        self.assertTrue(self.reputations._recompute())
        for puppet in puppets:
            row = self._row(puppet)
            self.assertTrue(row.is_new)
            self.assertEqual((row.n_assessors, row.n_deals), (0, 3))
        scores = (puppets[0].partner_id | self.eva.partner_id)._wezer_scores()
        ranks = {score["rank"] for score in scores.values()}
        self.assertEqual(len(ranks), 1)
        self.assertLess(ranks.pop(), self._row(self.luc).rank)

    def test_puppets_do_not_stop_the_scores_of_members(self):
        self._puppets(5)
        self._known(self.luc)
        self.assertTrue(self.reputations._recompute())
        self.assertFalse(self._row(self.luc).is_new)

    def test_puppets_who_invite_each_other_do_not_stop_them_either(self):
        first, *others = self._puppets(12)
        for puppet in others:
            puppet.partner_id._wezer_profile().admitted_by_id = first.partner_id
        self._known(self.luc)
        self.assertTrue(self.reputations._recompute())
        self.assertFalse(self._row(self.luc).is_new)
        for puppet in (first, *others):
            self.assertTrue(self._row(puppet).is_new)

    def test_new_members_rank_between_good_and_bad_ones(self):
        self._known(self.luc, 2)
        self._known(self.eva, -2)
        self.reputations._recompute()
        people = self.luc + self.eva + self._member("fresh")
        scores = people.partner_id._wezer_scores()
        luc, eva, fresh = (scores[user.partner_id.id]["rank"] for user in people)
        self.assertTrue(luc > fresh > eva)
        run = self.env["wezer.reputation.run"]._latest()
        self.assertEqual(fresh, run.newcomer_rank)

    def test_hiding_a_bad_score_lifts_nobody_above_new_members(self):
        self._known(self.eva, -2)
        self._known(self.luc, 2)
        self.reputations._recompute()
        for user in (self.eva, self.luc):
            user.partner_id._wezer_profile().reputation_hidden = True
        people = self.eva + self.luc + self._member("fresh")
        scores = people.partner_id.with_user(self.mia)._wezer_scores()
        self.assertEqual(len({score["rank"] for score in scores.values()}), 1)

    def test_one_bad_word_among_ten_good_ones_ranks_above_none(self):
        for giver in (self.anna, self.mia, self.noe, self.eva, self.founder):
            for _deal in range(2):
                self.reveal(giver, self.luc, 2, value_hours=2)
        self.reveal(self.anna, self.luc, -2, value_hours=2)
        self.reputations._recompute()
        fresh = self._member("fresh").partner_id._wezer_score()
        self.assertGreater(self._row(self.luc).rank, fresh["rank"])

    def test_a_score_at_once_has_the_rank_of_a_full_computation(self):
        self._known(self.luc)
        self._known(self.eva, 1)
        self.reputations._recompute()
        before = self._row(self.luc).rank
        self.reputations._update_now(self.luc.partner_id)
        self.assertAlmostEqual(self._row(self.luc).rank, before, 5)

    def test_the_start_of_a_score_is_stored_and_checked(self):
        self._known(self.luc)
        self.reputations._recompute()
        row = self._row(self.luc)
        self.assertTrue(1 <= row.start_weight < 3)
        self.assertFalse(self.env["wezer.invariant"]._check_scores())
        row.start_weight = 3
        self.env.flush_all()
        self.assertTrue(self.env["wezer.invariant"]._check_scores())

    def test_admissions_are_kept_with_their_day(self):
        profile = self.luc.partner_id._wezer_profile()
        profile.joined_date = "2026-01-11"
        self.env.flush_all()
        _seeds, admissions, _people = self.reputations._read_people()
        rows = {row[1]: row for row in admissions.tolist()}
        row = rows[self.luc.partner_id.id]
        self.assertEqual(row, [self.founder.partner_id.id, row[1], 20464])


@tagged("post_install", "-at_install")
class TestEarlierComputations(ReputationCommon):
    def test_a_computation_of_the_former_version_is_computed_as_it_was(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc, 2, value_hours=10)
        self.reputations._recompute()
        run = self.env["wezer.reputation.run"]._latest()
        today = run._reproduce().tables.overall
        run.inputs = {**run.inputs, "parameters": FORMER}
        run.admissions = [row[:2] for row in run._admissions()]
        former = run._reproduce().tables.overall
        place = list(former.party).index(self.luc.partner_id.id)
        # Three deals of ten hours of forty, and the start of three whole ratings.
        self.assertEqual(former.start[place], 3)
        self.assertLess(former.evidence[place], 0.66 * 3)
        self.assertLess(former.score[place], today.score[place])
        self.assertLess(today.start[place], 3)

    def test_stored_scores_get_ranks_until_they_are_computed_again(self):
        for giver in (self.anna, self.mia, self.noe):
            self.reveal(giver, self.luc)
        self.reveal(self.anna, self.eva)
        self.reputations._recompute()
        self.env.flush_all()
        self.env.cr.execute("UPDATE wezer_reputation SET rank = NULL")
        self.env.cr.execute("UPDATE wezer_reputation_run SET newcomer_rank = NULL")
        triggers = self.env["ir.cron.trigger"].search_count([])
        migrate("post-ranks", self.env.cr)
        self.env.invalidate_all()
        luc, eva = (
            user.partner_id._wezer_reputation() for user in (self.luc, self.eva)
        )
        self.assertEqual(luc.rank, luc.lower)
        self.assertEqual(luc.start_weight, 3)
        self.assertAlmostEqual(eva.rank, luc.lower)
        run = self.env["wezer.reputation.run"]._latest()
        self.assertAlmostEqual(run.newcomer_rank, luc.lower)
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers + 1)
