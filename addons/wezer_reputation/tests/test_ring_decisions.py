from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from ..tools import rings, rrg
from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestHonestCommunity(ReputationCommon):
    """People who deal much with each other are a community, not a ring."""

    def test_eight_active_people_are_not_flagged_and_weigh_in_full(self):
        eight = [self.founder, *self.members, *map(self._member, ("ida", "jan"))]
        for member in eight[6:]:
            member.partner_id._wezer_profile().admitted_by_id = self.founder.partner_id
        for number, one in enumerate(eight):
            for other in eight[number + 1 :]:
                for _time in range(2):
                    deal = self._deal()
                    # Both sides give theirs: that reveals them.
                    self.give(one, other, deal, "worker", mark=2, value_hours=4)
                    self.give(other, one, deal, "payer", mark=1, value_hours=4)
        self.assertTrue(self.reputations._recompute())
        self.assertFalse(self.env["wezer.reputation.ring"].search([]))
        run = self.env["wezer.reputation.run"]._latest()
        self.assertEqual(run.inputs["rings"], [])
        ratings = self.reputations._read_ratings()
        self.assertEqual(len(ratings.ids), 112)
        # Of each pair the latest, by a person who counts in full: nothing damps it.
        trust = self.env["wezer.reputation.trust"].search(
            [("partner_id", "=", self.founder.partner_id.id)]
        )
        parts = self.env["wezer.reputation.part"].search([])
        by_founder = ratings.ids[ratings.person == self.founder.partner_id.id]
        mine = parts.filtered(lambda part: part.assessment_id in by_founder)
        value = self._value_of_four_hours()
        self.assertAlmostEqual(
            max(mine.mapped("weight")), trust.credibility * value, places=3
        )

    def _value_of_four_hours(self):
        return float(rrg.value_weight(4.0, self.reputations._parameters()))


@tagged("post_install", "-at_install")
class TestRingDecisions(ReputationCommon):
    """From what a computation found to what a person decides about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.env.ref("base.user_admin")
        moderators = cls.env.ref("wezer_base.group_moderator")
        # The people of the demo would be recipients too.
        administrators = cls.env.ref("wezer_base.group_administrator")
        others = moderators.all_user_ids - administrators.all_user_ids
        others.group_ids = [Command.unlink(moderators.id)]
        extra = administrators.all_user_ids.filtered("active") - cls.administrator
        extra.write({"active": False})
        cls.rings = cls.env["wezer.reputation.ring"]
        # A crowd of people who deal with each other, so that the community is 30.
        cls.crowd = [cls._member(f"crowd{number}") for number in range(20)]
        for member in cls.crowd:
            member.partner_id._wezer_profile().admitted_by_id = cls.founder.partner_id
        cls.four = [cls.luc, cls.mia, cls.noe, cls.eva]
        people = [cls.founder, *cls.crowd]
        for place, one in enumerate(people):
            for step in (1, 2, 3):
                other = people[(place + step) % len(people)]
                deal = cls._deal()
                cls.give(one, other, deal, "worker", mark=1, value_hours=4)
                cls.give(other, one, deal, "payer", mark=1, value_hours=4)
        cls.praise(cls.four)
        for member in cls.four:
            cls.give(cls.anna, member, cls._deal(), mark=-1)
        cls._reveal_all()

    @classmethod
    def praise(cls, people, times=2, among=None):
        """Let ``people`` praise each other, or ``among`` and be praised back."""
        for one in people:
            for other in among or people:
                if one == other:
                    continue
                for _time in range(times):
                    deal = cls._deal()
                    cls.give(one, other, deal, "worker", value_hours=8)
                    if among:
                        cls.give(other, one, deal, "payer", value_hours=8)

    @classmethod
    def _reveal_all(cls):
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE wezer_assessment SET state = 'revealed'")
        cls.env.invalidate_all()

    def _find(self):
        self.assertTrue(self.reputations._recompute())
        self.env.invalidate_all()
        return self.rings.search([("state", "=", "flagged")])

    def _moderator(self, user=None, **more):
        if not user:
            return mail_new_test_user(
                self.env, login="wz_mod", name="Mo", groups="wezer_base.group_moderator"
            )
        user.group_ids = [
            Command.unlink(self.env.ref("base.group_portal").id),
            Command.link(self.env.ref("wezer_base.group_moderator").id),
        ]
        return user

    def _told(self, ring, subject="decide"):
        return (
            self.env["wezer.notice"]
            .search(
                [
                    ("kind", "=", "reputation_ring"),
                    ("res_id", "=", ring.id),
                    ("subject", "=", subject),
                    ("settled", "=", False),
                ]
            )
            .partner_id
        )

    def _todo(self, user):
        rows = user.with_user(user)._wezer_todo()
        return [row for row in rows if "mostly assess each other" in row["text"]]

    def _ids(self, users):
        return {user.partner_id.id for user in users}

    # === WHO IS FLAGGED, AND WHO IS TOLD === #

    def test_four_of_thirty_are_flagged_and_weigh_a_fifth(self):
        ring = self._find()
        self.assertEqual(set(ring.partner_ids.ids), self._ids(self.four))
        before = self.mia.partner_id._wezer_reputation().evidence
        ring.with_user(self.administrator).action_clear("They share a house.")
        self.assertFalse(self._find())
        self.assertGreater(self.mia.partner_id._wezer_reputation().evidence, before)
        self.assertEqual(self.rings.search([]), ring)

    def test_a_moderator_walks_from_the_notice_to_the_decision(self):
        moderator = self._moderator()
        self._moderator(self.mia)  # in it, and not told
        ring = self._find()
        self.assertEqual(self._told(ring), moderator.partner_id)
        notice = self.env["wezer.notice"].search(
            [("res_model", "=", ring._name), ("res_id", "=", ring.id)]
        )
        for member in self.four:
            self.assertIn(member.name, notice.message)
        self.assertIn("4 people mostly assess each other", notice.message)
        (row,) = self._todo(moderator)
        self.assertEqual(row["url"], notice.url)
        self.assertFalse(self._todo(self.mia))
        self.assertFalse(self._todo(self.administrator))
        # The address is the form of this very record.
        path, _slash, number = notice.url.rpartition("/")
        action = self.env.ref("wezer_reputation.wezer_reputation_ring_action")
        self.assertEqual(path, f"/odoo/{action.path}")
        opened = self.rings.browse(int(number)).with_user(moderator)
        self.assertIn("mostly assess each other", opened.summary)
        self.assertIn("24 assessments", opened.numbers)
        wizard = self.env["wezer.reputation.ring.judge"].with_user(moderator)
        wizard.create(
            {"ring_id": opened.id, "verdict": "cleared", "reason": "A household."}
        ).action_judge()
        self.assertEqual(ring.state, "cleared")
        self.assertEqual(ring.cleared_figures, ring.figures)
        self.assertFalse(self._todo(moderator))
        self.assertFalse(self._told(ring))

    def test_the_same_ring_is_told_once(self):
        ring = self._find()
        self._find()
        notices = self.env["wezer.notice"].search(
            [("res_model", "=", ring._name), ("res_id", "=", ring.id)]
        )
        self.assertEqual(
            len(notices.filtered(lambda one: one.kind == "reputation_ring")), 1
        )

    def test_where_the_only_moderator_is_in_it_the_administrator_decides(self):
        self._moderator(self.mia)
        ring = self._find()
        self.assertEqual(self._told(ring), self.administrator.partner_id)
        self.assertTrue(self._todo(self.administrator))
        self.assertIsNone(ring.with_user(self.administrator)._why_not("clear"))
        self.assertIsInstance(ring.with_user(self.mia)._why_not("clear"), NotAllowed)
        ring.with_user(self.administrator).action_clear("They work in one kitchen.")
        self.assertEqual(ring.judged_by_id, self.administrator.partner_id)

    def test_people_in_it_neither_decide_nor_read_it(self):
        self._moderator(self.mia)
        ring = self._find()
        with self.assertRaises(NotAllowed):
            ring.with_user(self.mia).action_clear("We are fine.")
        with self.assertRaises(NotAllowed):
            ring.with_user(self.mia).action_confirm("We are not.")
        self.assertFalse(self.rings.with_user(self.mia).search([]))
        with self.assertRaises(AccessError):
            ring.with_user(self.anna).action_clear("As a member.")
        self.assertEqual(ring.state, "flagged")

    def test_where_everybody_who_could_decide_is_in_it_a_moderator_is_asked_for(self):
        with self.subTest("everybody is in it"):
            self.praise([self.administrator], among=self.four)
            self._reveal_all()
            ring = self._find()
            self.assertIn(self.administrator.partner_id, ring.partner_ids)
            self.assertEqual(self._told(ring, "name"), self.administrator.partner_id)
            self.assertFalse(self._told(ring))
            with self.assertRaises(NotAllowed):
                ring.with_user(self.administrator).action_clear("I know us.")
            (row,) = self._todo(self.administrator)
            self.assertEqual(row["url"], "/odoo/wezer-members")
        with self.subTest("then somebody else is made a moderator"):
            moderator = self._moderator(self.anna)
            self.assertTrue(self._todo(moderator))
            self.assertFalse(self._todo(self.administrator))
            self._find()
            self.assertEqual(self._told(ring), moderator.partner_id)
            ring.with_user(moderator).action_clear("I asked each of them.")
            self.assertEqual(ring.state, "cleared")

    def test_a_decision_needs_a_reason(self):
        ring = self._find()
        with self.assertRaises(Refusal) as caught:
            ring.with_user(self.administrator).action_clear("  ")
        self.assertEqual(caught.exception.rule, "reason")

    # === CLEARED, AND WHAT CHANGES === #

    def _cleared(self):
        ring = self._find()
        ring.with_user(self.administrator).action_clear("They share a house.")
        return ring

    def test_a_cleared_ring_stays_cleared_when_somebody_joins(self):
        ring = self._cleared()
        self.praise(self.crowd[:1], among=self.four)
        self._reveal_all()
        self.assertFalse(self._find())
        run = self.env["wezer.reputation.run"]._latest()
        self.assertEqual(run.inputs["rings"], [])
        self.assertEqual(self.rings.search([]), ring)

    def test_a_ring_is_flagged_again_when_half_of_it_are_others(self):
        ring = self._cleared()
        more = [self._member(f"more{number}") for number in range(4)]
        for member in more:
            member.partner_id._wezer_profile().admitted_by_id = self.founder.partner_id
        self.praise(more)
        self.praise(more, among=self.four)
        self._reveal_all()
        again = self._find()
        self.assertEqual(set(again.partner_ids.ids), self._ids(self.four + more))
        self.assertEqual(ring.state, "cleared")
        self.assertTrue(self._told(again))

    def test_a_ring_is_flagged_again_when_they_praise_each_other_clearly_more(self):
        ring = self._cleared()
        figures = dict(ring.cleared_figures)
        # As if it had been looked at when they hardly praised each other.
        figures["inside"] = figures["outside"]
        ring.sudo().cleared_figures = figures
        self.assertLess(rings.Figures(**figures).lift, 0.01)
        again = self._find()
        self.assertEqual(again.former_id, ring)
        self.assertEqual(again.partner_ids, ring.partner_ids)
        self.assertIn("Since then the pattern has changed", again.numbers)
        again.with_user(self.administrator).action_confirm("They say so themselves.")
        self.assertFalse(self._find())
        run = self.env["wezer.reputation.run"]._latest()
        self.assertEqual(len(run.inputs["rings"]), 1)

    def test_who_was_in_an_earlier_ring_does_not_read_of_it_in_a_later_one(self):
        ring = self._cleared()
        later = ring.copy({"state": "flagged", "former_id": ring.id})
        later.partner_ids = [Command.unlink(self.mia.partner_id.id)]
        with self.subTest("a moderator who is in neither"):
            known = later.with_user(self._moderator())
            self.assertIn(self.mia.name, known.read(["former_id"])[0]["former_id"][1])
            self.assertIn("Since then the pattern has changed", known.numbers)
        with self.subTest("a moderator who was one of them"):
            hidden = later.with_user(self._moderator(self.mia))
            self.assertIn(self.luc.name, hidden.display_name)
            told = hidden.read(["former_id", "numbers"])[0]
            self.assertNotIn(self.mia.name, str(told))
            self.assertNotIn("somebody decided", str(told))

    def test_a_later_decision_that_they_are_a_ring_ends_the_clearing(self):
        ring = self._cleared()
        self.assertEqual(len(self.rings._cleared()), 1)
        later = ring.copy({"state": "confirmed", "former_id": ring.id})
        self.assertEqual(later.state, "confirmed")
        self.assertFalse(self.rings._cleared())

    def test_a_clearing_of_an_earlier_version_gets_its_figures_at_the_next_run(self):
        ring = self._cleared()
        ring.sudo().write({"cleared_figures": False})
        self.assertFalse(self._find())
        # A moment later: the ratings are a little older.
        for name, figure in ring.figures.items():
            self.assertAlmostEqual(ring.cleared_figures[name], figure, 6, name)

    def test_a_ring_that_changes_by_one_person_stays_the_same_record(self):
        ring = self._find()
        self.praise(self.crowd[:1], 3, among=self.four)
        self._reveal_all()
        self.assertEqual(self._find(), ring)
        self.assertEqual(self.rings.search_count([]), 1)

    def test_a_ring_that_dissolved_is_gone_and_its_notices_with_it(self):
        ring = self._find()
        self.env.cr.execute("UPDATE wezer_assessment SET date = date - interval '1 y'")
        self._find()
        self.assertEqual(ring.state, "gone")
        self.assertFalse(self._told(ring))

    def test_a_run_is_computed_again_with_the_rings_that_it_found(self):
        self._find()
        run = self.env["wezer.reputation.run"]._latest()
        again = run._reproduce()
        self.assertEqual(
            [set(ring.members) for ring in again.flagged], [self._ids(self.four)]
        )
        self.assertTrue(fields.Datetime.now() >= run.date)
