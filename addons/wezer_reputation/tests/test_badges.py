from ast import literal_eval

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestBadges(ReputationCommon):
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_members_cannot_award_or_change_badges(self):
        badge = self.env["gamification.badge"].create(
            {"name": "Helper", "rule_auth": "everyone"}
        )
        awarded = self.env["gamification.badge.user"].create(
            {"badge_id": badge.id, "user_id": self.luc.id}
        )
        mine = self.env["gamification.badge.user"].with_user(self.anna)
        with self.assertRaises(AccessError):
            mine.create({"badge_id": badge.id, "user_id": self.anna.id})
        with self.assertRaises(AccessError):
            awarded.with_user(self.anna).write({"user_id": self.anna.id})
        with self.assertRaises(AccessError):
            badge.with_user(self.anna).write({"rule_auth": "everyone"})
        with self.assertRaises(AccessError):
            badge.with_user(self.anna).create({"name": "Mine"})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_internal_users_cannot_award_badges_by_default(self):
        badges = self.env["gamification.badge"]
        badge = badges.create({"name": "Helper"})
        self.assertEqual(badge.rule_auth, "nobody")
        self.assertFalse(badges.search([("rule_auth", "=", "everyone")]))
        worker = self.env.ref("base.group_user")
        user = self._member("internal")
        user.group_ids = worker
        mine = self.env["gamification.badge.user"].with_user(user)
        with self.assertRaises(UserError):
            mine.create({"badge_id": badge.id, "user_id": user.id})
        awarded = self.env["gamification.badge.user"].create(
            {"badge_id": badge.id, "user_id": self.luc.id}
        )
        with self.assertRaises(AccessError):
            awarded.with_user(user).write({"user_id": user.id})

    def test_nobody_awards_to_themselves_a_badge_they_may_award_to_others(self):
        user = self._member("internal")
        user.group_ids = self.env.ref("base.group_user")
        badge = self.env["gamification.badge"].create(
            {"name": "Thanks", "rule_auth": "users", "rule_auth_user_ids": user.ids}
        )
        mine = self.env["gamification.badge.user"].with_user(user)
        with self.assertRaises(NotAllowed):
            mine.create({"badge_id": badge.id, "user_id": user.id})
        with self.assertRaises(NotAllowed):
            mine.create([{"badge_id": badge.id, "user_id": user.id}])
        mine.create({"badge_id": badge.id, "user_id": self.luc.id})

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_completes_the_goal_of_a_badge_for_themselves(self):
        challenges = self.env["gamification.challenge"]
        definition = self.env["gamification.goal.definition"].create(
            {"name": "Help ten people", "computation_mode": "manually"}
        )
        challenge = challenges.create(
            {"name": "Helpers", "user_ids": [Command.set(self.anna.ids)]}
        )
        line = self.env["gamification.challenge.line"].create(
            {
                "challenge_id": challenge.id,
                "definition_id": definition.id,
                "target_goal": 10,
            }
        )
        goal = self.env["gamification.goal"].create(
            {
                "definition_id": definition.id,
                "user_id": self.anna.id,
                "line_id": line.id,
                "target_goal": 10,
                "state": "inprogress",
            }
        )
        mine = goal.with_user(self.anna)
        with self.assertRaises(AccessError):
            mine.write({"current": 10})
        with self.assertRaises(AccessError):
            mine.action_reach()

    def test_administrators_set_the_requirements_of_a_badge(self):
        user = self._member("keeper")
        user.group_ids = self.env.ref("wezer_base.group_administrator")
        action = self.env.ref("wezer_reputation.gamification_badge_action")
        badges = self.env["gamification.badge"].with_user(user)
        badge = badges.create({"name": "Early bird", "wezer_deals": 2})
        self.assertEqual(badge.rule_auth, "nobody")
        self.assertIn(badge, badges.search(literal_eval(action.domain)))
        for view in action.view_ids.view_id:
            self.assertIn("wezer_deals", badges.get_view(view.id)["arch"])

    # === EVIDENCE === #

    def _badge(self, **values):
        return self.env["gamification.badge"].create({"name": "Sure", **values})

    def _holders(self, badge):
        self.env["gamification.badge"]._wezer_award()
        given = self.env["gamification.badge.user"]
        return given.search([("badge_id", "=", badge.id)]).user_id

    def test_strangers_who_praise_each_other_get_no_badge(self):
        easy = self._badge(wezer_deals=1, wezer_people=0)
        puppets = [self._member(f"puppet{number}") for number in range(4)]
        for one in puppets:
            for other in puppets:
                if one != other:
                    self.reveal(one, other, value_hours=8)
        self.reveal(self.anna, self.luc)
        self.assertTrue(self.reputations._recompute())
        given = self.env["gamification.badge.user"]
        for puppet in puppets:
            self.assertTrue(puppet.partner_id._wezer_score()["new"])
            self.assertFalse(given.search([("user_id", "=", puppet.id)]))
        self.assertFalse(self._holders(easy))

    def test_only_deals_that_known_people_assessed_count_for_a_badge(self):
        badge = self._badge(wezer_deals=5, wezer_people=3)
        for giver in (self.anna, self.mia, self.noe, self.founder):
            self.reveal(giver, self.luc, value_hours=8)
        for number in range(6):
            self.reveal(self._member(f"stranger{number}"), self.luc, value_hours=8)
        self.reputations._recompute()
        row = self.luc.partner_id._wezer_reputation()
        self.assertEqual((row.n_deals, row.n_assessors), (10, 4))
        self.assertFalse(self._holders(badge))
        self.reveal(self.eva, self.luc, value_hours=8)
        self.reputations._recompute()
        self.assertEqual(self._holders(badge), self.luc)

    def test_a_badge_wants_people_and_evidence_and_is_kept_a_little_below(self):
        for giver in (self.anna, self.mia, self.noe, self.eva, self.founder):
            self.reveal(giver, self.luc, value_hours=8)
        self.reputations._recompute()
        badge = self._badge(wezer_lower=0.5)

        def stored(people, evidence):
            self.env.cr.execute(
                "UPDATE wezer_reputation SET n_assessors = %s, evidence = %s"
                " WHERE partner_id = %s AND criterion_id IS NULL"
                " AND skill_id IS NULL AND group_partner_id IS NULL",
                [people, evidence, self.luc.partner_id.id],
            )
            return bool(self._holders(badge))

        self.assertFalse(stored(4, 3.0))
        self.assertFalse(stored(5, 0.95))
        self.assertTrue(stored(5, 1.0))
        self.assertTrue(stored(4, 0.95))
        self.assertFalse(stored(3, 0.95))
        self.assertTrue(stored(5, 1.0))
        self.assertFalse(stored(5, 0.85))
