from unittest.mock import patch

from psycopg2.errors import DivisionByZero

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..exceptions import Refusal
from ..tools import cron
from ..tools.locks import Busy


@tagged("post_install", "-at_install")
class TestCron(TransactionCase):
    """Scheduled actions: one record's fault is not the others'."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.env["res.partner"]
        cls.people = people.create([{"name": f"Person {one}"} for one in range(5)])
        cls.domain = [("id", "in", cls.people.ids), ("comment", "=", False)]

    def _act(self, wrong):
        """Return an act that writes, and fails afterwards for some of the records."""

        def act(person):
            person.comment = "done"
            person.flush_recordset()
            if person in wrong:
                wrong[person]()

        return act

    @mute_logger("odoo.addons.wezer_base.tools.cron", "odoo.sql_db")
    def test_a_failing_record_is_undone_and_the_others_go_on(self):
        first, second, third, *others = self.people

        def refuse():
            raise Refusal("no")

        act = self._act(
            {
                first: refuse,
                second: lambda: 1 // 0,
                third: lambda: self.env.cr.execute("SELECT 1 / 0"),
            }
        )
        self.assertTrue(cron.for_each_due(self.people.browse(), self.domain, act))
        self.assertEqual(self.people.filtered("comment").ids, [x.id for x in others])
        self.assertRaises(DivisionByZero, self.env.cr.execute, "SELECT 1 / 0")

    def test_a_record_that_is_no_longer_due_is_skipped(self):
        first, second, *_others = self.people
        seen = []

        def act(person):
            seen.append(person)
            (first + second).comment = "done by the first"

        cron.for_each_due(self.people.browse(), self.domain, act)
        self.assertEqual(len((first + second) & self.people.browse().union(*seen)), 1)

    def _run(self, act, left, **options):
        """Run as a scheduled action would; ``left`` are the answers about the time."""
        jobs = type(self.env["ir.cron"])
        told = []

        def commit(_cron, processed=0, *, remaining=None):
            told.append((processed, remaining))
            return left.pop(0) if processed else 1

        env = self.env(context={"ir_cron_progress_id": 1})
        with patch.object(jobs, "_commit_progress", commit):
            people = env["res.partner"]
            return cron.for_each_due(people, self.domain, act, **options), told

    def test_each_record_is_committed_and_the_time_of_a_run_is_kept(self):
        seen = []
        done, told = self._run(seen.append, [1, 0])
        self.assertEqual((done, len(seen)), (False, 2))
        self.assertEqual(told, [(0, 5), (1, None), (1, None)])
        done, told = self._run(seen.append, [1, 1, 1, 1, 0])
        self.assertEqual((done, len(seen)), (True, 7))
        self.assertEqual(told[-1], (0, 0))

    def test_each_record_waits_in_line_before_its_turn(self):
        seen = []
        self._run(lambda person: seen.append(person.id), [1] * 5, wait=seen.append)
        self.assertEqual(seen[::2], seen[1::2])
        self.assertEqual(set(seen), set(self.people.ids))
        # Outside of a scheduled action nothing may begin a new transaction.
        cron.for_each_due(self.env["res.partner"], self.domain, len, wait=self.fail)

    def test_a_run_begins_anywhere_so_that_those_that_fail_starve_nobody(self):
        begun = []
        with patch.object(cron.random, "randrange", lambda count: count - 1):
            self._run(lambda person: begun.append(person.id), [0])
        self.assertEqual(begun, [self.people[-1].id])

    def test_an_action_with_several_parts_is_committed_after_each(self):
        parts = []

        def act(person):
            parts.append(person)
            return cron.AGAIN if parts.count(person) < 3 else None

        done, told = self._run(act, [1] * 15)
        self.assertEqual((done, len(parts)), (True, 15))
        # A part is work done; what is left are records.
        self.assertEqual(told[:5], [(0, 5), (1, 5), (1, 5), (1, None), (1, 4)])
        # Outside of a scheduled action it is all one transaction.
        parts.clear()
        self.assertTrue(cron.for_each_due(self.people.browse(), self.domain, act))
        self.assertEqual(len(parts), 15)

    def test_a_record_that_others_change_is_tried_again_if_asked_for(self):
        tried = []

        def act(person):
            tried.append(person.id)
            raise Busy(self.env)

        done, told = self._run(act, [1] * 5)
        self.assertEqual((done, len(tried)), (True, 5))
        tried.clear()
        self._run(act, [1] * 5, tries=3)
        self.assertEqual(len(tried), 15)
