"""Many people of the demo community leave or merge: everything still holds."""

import random

from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import member_merge

CASES = 12


class Holds:
    def assert_all_holds(self):
        self.env.flush_all()
        self.env.invalidate_all()
        broken = [
            one for one in self.env["wezer.invariant"].sudo().run() if one["rows"]
        ]
        self.assertEqual(broken, [])

    def assert_refused(self, rule, method, *args, **kwargs):
        with self.assertRaises(Refusal) as caught:
            method(*args, **kwargs)
        self.assertEqual(caught.exception.rule, rule)

    def everywhere(self, word):
        """Return ``table.column`` of each text in the database that has ``word``."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT table_name, column_name FROM information_schema.columns
                WHERE table_schema = 'public' AND is_generated = 'NEVER'
                  AND data_type IN ('text', 'character varying', 'jsonb', 'json')
                  AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')
            """
        )
        found = []
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL(
                    "SELECT 1 FROM %s WHERE %s::text ILIKE %s LIMIT 1",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    f"%{word}%",
                )
            )
            if self.env.cr.fetchone():
                found.append(f"{table}.{column}")
        return found


class LeavingInDemo(Holds):
    def _portal_members(self):
        return (
            self.env["wezer.profile"]
            .search([("state", "=", "active"), ("is_person", "=", True)], order="id")
            .filtered(lambda one: one.partner_id.user_ids.share)
        )

    def test_books_hold_after_any_member_leaves(self):
        chance = random.Random(7)
        members = list(self._portal_members())
        gone = 0
        for profile in chance.sample(members, CASES):
            partner = profile.partner_id
            partner._wezer_leave_called("leaves")
            partner._wezer_leave_release("leaves")
            open_matters = [
                row for row in partner._wezer_leave_obstacles() if row["blocks"]
            ]
            if not open_matters:
                partner._wezer_let_go()
                self.assertEqual(profile.state, "left")
                gone += 1
        self.assertGreater(gone, CASES // 3)
        self.assert_all_holds()

    def test_books_hold_after_any_merge(self):
        chance = random.Random(11)
        members = list(self._portal_members())
        merged = 0
        while merged < CASES:
            source, target = (one.partner_id for one in chance.sample(members, 2))
            if source._wezer_merge_obstacles(target):
                continue
            member_merge.check(source, target)
            source._wezer_merge_into(target)
            merged += 1
        self.assert_all_holds()
        self.env["wezer.reputation"].sudo()._recompute()
        self.assert_all_holds()
