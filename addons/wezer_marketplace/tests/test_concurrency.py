import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal


@tagged("post_install", "-at_install", "concurrency")
class TestConcurrency(BaseCase):
    """Two at once, with real commits; what is made stays in the test database."""

    def setUp(self):
        super().setUp()
        patcher = patch.object(Registry, "_lock", DummyRLock())
        patcher.start()
        self.addCleanup(patcher.stop)
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT nextval('wezer_deal_id_seq')")
            mark = cr.fetchone()[0]
            portal = env.ref("base.group_portal")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"Runner {mark} {number}",
                            "login": f"run_{mark}_{number}",
                            "group_ids": [(6, 0, portal.ids)],
                        }
                        for number in range(3)
                    ]
                )
            )
            self.users = users.ids
            self.wants = [
                env["wezer.announcement"]
                .with_user(users[0])
                .action_create_own({"title": f"Race {mark} {number}"})
                for number in range(4)
            ]
            self.addCleanup(self._archive)

    def _archive(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["wezer.announcement"].browse(self.wants)._end("closed")
            deals = env["wezer.deal"].search(
                [("announcement_id", "in", self.wants), ("state", "!=", "ended")]
            )
            deals._finish("cancelled")
            env["res.users"].browse(self.users).active = False

    def _claim(self, number, user):
        return lambda env: (
            env["wezer.announcement"]
            .with_user(self.users[user])
            .browse(self.wants[number])
            .action_claim()
        )

    def _at_once(self, *calls):
        barrier = threading.Barrier(len(calls))
        results = [None] * len(calls)

        def run(index, call):
            tries = []
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.users[index % 3], {})

                def once():
                    cr.execute("SELECT 1")
                    if not tries:
                        tries.append(1)
                        barrier.wait(20)
                    return call(env)

                try:
                    results[index] = retrying(once, env)
                except Refusal as refusal:
                    cr.rollback()
                    results[index] = refusal

        threads = [
            threading.Thread(target=run, args=(index, call))
            for index, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    def _states(self, number):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT state FROM wezer_deal WHERE announcement_id = %s"
                " ORDER BY state",
                [self.wants[number]],
            )
            return [row[0] for row in cr.fetchall()]

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_who_claim_the_last_place_one_has_it(self):
        results = self._at_once(self._claim(0, 1), self._claim(0, 2))
        self.assertEqual(self._states(0), ["accepted", "waiting"], results)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_person_claiming_everywhere_at_once_stays_under_the_cap(self):
        results = self._at_once(*[self._claim(number, 1) for number in range(4)])
        refused = [one.rule for one in results if isinstance(one, Refusal)]
        self.assertEqual(refused, ["cap"], results)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_row_03_one_who_claims_twice_at_once_has_one_claim(self):
        results = self._at_once(self._claim(0, 1), self._claim(0, 1))
        refused = [one.rule for one in results if isinstance(one, Refusal)]
        self.assertEqual(refused, ["answered"], results)
        self.assertEqual(self._states(0), ["accepted"])
