import threading
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "concurrency")
class TestConcurrency(BaseCase):
    """Two changes of one tree at once, with real commits; cleaned up after."""

    def setUp(self):
        super().setUp()
        patcher = patch.object(Registry, "_lock", DummyRLock())
        patcher.start()
        self.addCleanup(patcher.stop)
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            groups = api.Environment(cr, SUPERUSER_ID, {})["wezer.group"]
            root = groups.create({"name": "Race"})
            one = groups.create({"name": "Race one", "parent_id": root.id})
            two = groups.create({"name": "Race two", "parent_id": root.id})
            away = groups.create({"name": "Race away"})
            self.root, self.one, self.two, self.away = (
                group.id for group in (root, one, two, away)
            )
        self.addCleanup(self._clean)

    def _clean(self):
        with self.registry.cursor() as cr:
            groups = api.Environment(cr, SUPERUSER_ID, {})["wezer.group"]
            left = groups.browse([self.root, self.one, self.two, self.away])
            for group in left.sorted("depth", reverse=True):
                partner = group.partner_id
                group.unlink()
                partner._wezer_profile().unlink()
                partner.unlink()

    def _refuses_the_second(self, first, second):
        """Both begin at once; the second waits for the first, and must fail."""
        with self.registry.cursor() as cr1, self.registry.cursor() as cr2:
            groups1 = api.Environment(cr1, SUPERUSER_ID, {})["wezer.group"]
            groups2 = api.Environment(cr2, SUPERUSER_ID, {})["wezer.group"]
            cr2.execute("SELECT 1 FROM wezer_group LIMIT 1")
            first(groups1)
            groups1.env.flush_all()
            thread = threading.Timer(0.2, cr1.commit)
            thread.start()
            try:
                with mute_logger("odoo.sql_db"):
                    self.assertRaises(SerializationFailure, second, groups2)
            finally:
                thread.join()
                cr2.rollback()
        with self.registry.cursor() as cr:
            for check in api.Environment(cr, SUPERUSER_ID, {})["wezer.invariant"].run():
                self.assertFalse(check["rows"], check["name"])

    def test_two_moves_at_once_close_no_cycle(self):
        self._refuses_the_second(
            lambda groups: groups.browse(self.one).write({"parent_id": self.two}),
            lambda groups: groups.browse(self.two).write({"parent_id": self.one}),
        )

    def test_two_trees_never_end_up_inside_each_other(self):
        self._refuses_the_second(
            lambda groups: groups.browse(self.away).write({"parent_id": self.one}),
            lambda groups: groups.browse(self.root).write({"parent_id": self.away}),
        )

    def test_a_group_made_while_its_parent_moves_misses_no_row(self):
        self._refuses_the_second(
            lambda groups: groups.browse(self.one).write({"parent_id": self.away}),
            lambda groups: groups.create({"name": "Late", "parent_id": self.one}),
        )

    def test_a_group_made_while_its_parent_refuses_is_not_left_open(self):
        self._refuses_the_second(
            lambda groups: groups.browse(self.one).write({"refuse_rights": True}),
            lambda groups: groups.create({"name": "Late", "parent_id": self.one}),
        )
