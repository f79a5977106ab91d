"""A right that ends in one transaction has ended in the next one of any worker.

What changes is written past the ORM, on a connection of its own, as a worker of
another machine would: nothing tells this process. Whatever kept an answer beyond its
transaction would give it again.
"""

from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo import api
from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_base.tools import days


@tagged("post_install", "-at_install", "concurrency")
class TestRightsAtOnce(CommittedCase):
    """Luc acts for Anna by a mandate, and for a garden by a role."""

    def _make(self, env):
        self.anna, self.luc = (
            self._members(env, "Anna", 1),
            self._members(env, "Luc", 1),
        )
        self.last_day = days.today(env) + timedelta(days=10)
        profiles = {
            user: user.partner_id._wezer_profile() for user in (self.anna, self.luc)
        }
        self.mandate = (
            env["wezer.mandate"]
            .with_user(self.anna)
            .action_give(
                profiles[self.luc].id, ["market", "wallet"], str(self.last_day)
            )
        )
        circle = env["wezer.group"].create({"name": f"Garden {self.mark}"})
        role = env["wezer.group"].create(
            {
                "name": f"Buyer {self.mark}",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
            }
        )
        place = env["wezer.group.membership"].create(
            {
                "group_id": role.id,
                "partner_id": self.luc.partner_id.id,
                "state": "active",
                "date_to": self.last_day,
            }
        )
        self.groups, self.role, self.place = [role.id, circle.id], role.id, place.id
        self.parties = {
            self.anna.partner_id.id: "Anna",
            circle.partner_id.id: "garden",
            self.luc.partner_id.id: "Luc",
            env.company.partner_id.id: "community",
        }
        self.profiles = {user.name[:4].strip(): p.id for user, p in profiles.items()}
        self.company = env.company.id
        self.users = [self.anna.id, self.luc.id]
        self.user = self.luc.id

    def _archive(self, env):
        env["wezer.group"].browse(self.groups).active = False
        env["res.users"].browse(self.users).active = False

    def setUp(self):
        super().setUp()
        _name, info = connection_info_for(self.database)
        self.other = self.enterContext(closing(psycopg2.connect(**info)))
        self.other.autocommit = True
        cr = self.enterContext(self.registry.cursor())
        self.env = api.Environment(cr, self.user, {})

    def _acts_for(self, right="market"):
        """Return whom Luc acts for, in a transaction that begins now."""
        self.env.cr.rollback()
        ids = self.env.user._acting_ids(right, among=list(self.parties))
        found = sorted(self.parties[number] for number in ids)
        # Forms and record rules ask what is kept for the transaction.
        partners = self.env["res.partner"].sudo().browse(self.parties)
        shown = partners.filtered(f"acts_{right}").ids
        self.assertEqual(sorted(self.parties[number] for number in shown), found)
        return found

    def _warm(self):
        """Ask once, so that what is kept too long would be kept."""
        self.assertEqual(self._acts_for(), ["Anna", "Luc", "garden"])

    def _write(self, query, *values):
        """Change rows in a transaction of their own, and return nothing."""
        with self.other.cursor() as cursor:
            cursor.execute(query, values)
            self.assertEqual(cursor.rowcount, 1)

    @contextmanager
    def _changed(self, table, column, number, value):
        """Change a row for the time of the block."""
        with self.other.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", (number,))
            before = cursor.fetchone()[0]
        query = f"UPDATE {table} SET {column} = %s WHERE id = %s"
        self._write(query, value, number)
        try:
            yield
        finally:
            self._write(query, before, number)

    def test_what_is_committed_elsewhere_holds_in_the_next_transaction(self):
        self._warm()
        for table, column, number, value, left in (
            ("wezer_mandate", "state", self.mandate, "revoked", ["Luc", "garden"]),
            ("wezer_mandate", "right_market", self.mandate, False, ["Luc", "garden"]),
            ("wezer_profile", "state", self.profiles["Anna"], "suspended", None),
            ("wezer_profile", "state", self.profiles["Luc"], "suspended", []),
            ("wezer_group_membership", "state", self.place, "left", ["Anna", "Luc"]),
            ("wezer_group", "active", self.role, False, ["Anna", "Luc"]),
            ("wezer_group", "right_market", self.role, False, ["Anna", "Luc"]),
            ("wezer_group", "rights_reach", self.groups[1], -1, ["Anna", "Luc"]),
        ):
            with (
                self.subTest(table=table, column=column, value=value),
                self._changed(table, column, number, value),
            ):
                expected = ["Luc", "garden"] if left is None else left
                self.assertEqual(self._acts_for(), expected)
            self._warm()

    def test_the_community_names_somebody_elsewhere_and_takes_it_back(self):
        self._warm()
        field = self.env["res.company"]._fields["wezer_market_user_ids"]
        place = (self.company, self.user)
        self._write(
            f"INSERT INTO {field.relation} ({field.column1}, {field.column2})"
            " VALUES (%s, %s)",
            *place,
        )
        try:
            self.assertIn("community", self._acts_for())
        finally:
            self._write(
                f"DELETE FROM {field.relation} WHERE {field.column1} = %s"
                f" AND {field.column2} = %s",
                *place,
            )
        self._warm()

    def test_terms_end_at_midnight_of_the_community(self):
        self._warm()
        midnight = days.end(self.env, self.last_day)
        with freeze_time(midnight - timedelta(seconds=1)):
            self.assertEqual(self._acts_for(), ["Anna", "Luc", "garden"])
        with freeze_time(midnight):
            self.assertEqual(self._acts_for(), ["Luc"])
        self._warm()

    def test_what_changes_within_a_transaction_holds_in_it(self):
        self._warm()
        self.env.cr.rollback()
        user, env = self.env.user, self.env(su=True)
        parties = [number for number, name in self.parties.items() if name != "Luc"]
        acts = [self.parties[number] for number in user._acting_ids("market", parties)]
        self.assertCountEqual(acts, ["Anna", "garden"])
        with self.assertRaises(ZeroDivisionError), env.cr.savepoint():
            env["wezer.mandate"].browse(self.mandate).with_user(
                self.anna.id
            ).action_revoke()
            env["wezer.group.membership"].browse(self.place).state = "left"
            self.assertEqual(user._acting_ids("market", parties), [])
            raise ZeroDivisionError
        acts = [self.parties[number] for number in user._acting_ids("market", parties)]
        self.assertCountEqual(acts, ["Anna", "garden"])
        self.env.cr.rollback()
