"""Actions on announcements at random: each does what its permission said before.

``_why_not`` says what a user may do and why not; the table says where an action leads.
What was refused leaves the announcement as it was.
"""

import os
import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.wezer_announcement import ANNOUNCEMENT, LISTED, LISTED_SQL, PUBLISHED
from ..tools import search_sql
from .test_task import TaskCommon

STEPS = 400 if os.environ.get("WEZER_COUNTS") == "all" else 160
ACTIONS = tuple(
    dict.fromkeys(
        row.action
        for row in ANNOUNCEMENT.transitions
        if row.method.startswith("action_") and row.sources
    )
)
# What ends nothing, played more often.
GENTLE = tuple(action for action in ACTIONS if action not in ("close", "undo_post"))
SENT = {"edit": ({"steps": "Other steps"},), "propose": ({"message": "Mine"},)}


@tagged("post_install", "-at_install")
class TestRandomAnnouncements(TaskCommon):
    def _announcements(self):
        posted = self._post(self._task("Sweep"))
        soon = fields.Date.today() + timedelta(days=2)
        return [
            self.announce(self.test1, places=2, expiry=soon),
            self.announce(self.test1, publish=False),
            self.announce(self.test1, publish=False, visibility="groups"),
            self.announce(self.test2, claim_mode="choose", waiting_list=False),
            self.announce(self.test2, kind="offer", places=0),
            posted,
        ]

    def test_each_action_does_what_its_permission_said(self):
        dice = random.Random(20)
        announcements = []
        users = [self.test1, self.test2, self.test3, self.mark, self.stranger]
        done = set()
        for step in range(STEPS):
            if step % 16 == 0:
                # Most of the former ones have ended.
                announcements = self._announcements()
            announcement = dice.choice(announcements).with_user(dice.choice(users))
            if not announcement.has_access("read"):
                continue
            if dice.random() < 0.05:
                self._let_time_pass(announcement)
            action = dice.choice(ACTIONS if dice.random() < 0.3 else GENTLE)
            if self._play(announcement, action):
                done.add(action)
        self.assertGreaterEqual(len(done), 5, "most actions were played in vain")

    def _let_time_pass(self, announcement):
        announcement = announcement.sudo()
        if announcement.state in PUBLISHED:
            announcement.expiry = fields.Date.today() - timedelta(days=2)
            self.env["wezer.announcement"]._cron_expire()

    def _play(self, announcement, action):
        """Try ``action``; return whether it was done."""
        self.env.flush_all()
        expected = announcement._why_not(action)
        known = announcement.sudo()
        before = known.state
        method = ANNOUNCEMENT.rows(action)[0].method
        try:
            with self.env.cr.savepoint():
                getattr(announcement, method)(*SENT.get(action, ()))
        except UserError as error:
            self.env.invalidate_all()
            rule = getattr(error, "rule", None)
            if expected is None:
                # Only what is sent, or the money, may be refused beyond that.
                self.assertIn(action, ("edit", "claim", "propose"), error)
            else:
                self.assertEqual(
                    (type(error), rule), (type(expected), expected.rule), action
                )
            self.assertEqual(known.state, before)
            return False
        self.assertIsNone(expected, f"{action} was done")
        self.assertIn(known.state, ANNOUNCEMENT.targets(action, before), action)
        return True

    def test_permissions_are_the_same_for_all_ways_of_asking(self):
        (announcement, *_others) = self._announcements()
        mine = announcement.with_user(self.test1)
        permissions = mine._permissions()[mine]
        self.assertEqual(set(permissions), set(ANNOUNCEMENT.actions))
        self.assertTrue(mine._may("pause") and mine.may_pause and mine.may_close)
        self.assertFalse(mine.may_publish or mine.may_reopen or mine.may_undo_post)
        other = announcement.with_user(self.stranger)
        self.assertTrue(other._may("claim"))
        self.assertFalse(other.may_pause or other.may_close or other.may_edit)
        self.assertEqual(mine._why_not("claim").rule, "own")

    def test_the_indexes_and_the_search_list_what_takes_answers(self):
        market = self.env["wezer.announcement"]
        self.assertEqual(LISTED, ("open", "full"))
        self.assertEqual(LISTED_SQL, "state IN ('open', 'full')")
        self.assertEqual(
            search_sql.listed_domain(market), Domain("state", "in", LISTED)
        )

    def test_views_and_rules_name_the_states_of_the_table(self):
        published = list(ANNOUNCEMENT.without("draft"))
        for name, field in (
            ("announcement", "state"),
            ("announcement_price", "announcement_id.state"),
            ("announcement_place", "announcement_id.state"),
        ):
            rule = self.env.ref(f"wezer_marketplace.wezer_{name}_rule_public")
            self.assertIn(f"('{field}', 'in', {published})", rule.domain_force)
        view = self.env.ref("wezer_marketplace.wezer_announcement_view_search")
        self.assertIn(f"[('state', 'in', {list(LISTED)})]", view.arch)
