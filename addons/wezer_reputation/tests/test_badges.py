from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReputationCommon


@tagged("post_install", "-at_install")
class TestBadges(ReputationCommon):
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_a_member_awards_himself_no_badge_and_changes_no_other_s(self):
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
    def test_an_internal_user_awards_no_badge_by_default_either(self):
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
