import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name

from odoo.addons.wezer_base.exceptions import Refusal


class ConcurrencyCase(BaseCase):
    """Several at once, with real commits; what is made stays in the test database."""

    def setUp(self):
        super().setUp()
        patcher = patch.object(Registry, "_lock", DummyRLock())
        patcher.start()
        self.addCleanup(patcher.stop)
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT nextval('wezer_transfer_id_seq')")
            mark = cr.fetchone()[0]
            currency = env["wezer.currency"].create(
                {"name": f"Race {mark}", "code": f"RACE{mark}", "lower_text": "1"}
            )
            portal = env.ref("base.group_portal")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": f"Racer {mark} {number}",
                            "login": f"race_{mark}_{number}",
                            "group_ids": [Command.set(portal.ids)],
                        }
                        for number in range(3)
                    ]
                )
            )
            self.currency_id = currency.id
            self.users = users.ids
            self.partners = users.partner_id.ids
            for partner in users.partner_id:
                partner._wezer_wallet(currency)
            # No sooner spent than blocked: nothing left behind can log in.
            self.addCleanup(self._archive)

    def _archive(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.users"].browse(self.users).active = False
            env["wezer.currency"].browse(self.currency_id).active = False
            for check in env["wezer.invariant"].run():
                self.assertFalse(check["rows"], check["name"])

    def _at_once(self, *calls):
        """Run each call in a thread, with a cursor of its own and the HTTP retry."""
        barrier = threading.Barrier(len(calls))
        results = [None] * len(calls)

        def run(index, call):
            tries = []
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.users[0], {})

                def once():
                    # The snapshot is taken before anybody has written.
                    cr.execute("SELECT 1")
                    if not tries:
                        tries.append(1)
                        barrier.wait(20)
                    return call(env)

                try:
                    results[index] = retrying(once, env)
                except Refusal as refusal:
                    # As the HTTP layer does.
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

    def _pay(self, to, amount, key=None):
        return lambda env: env["wezer.transfer"].pay(
            self.partners[0], self.partners[to], self.currency_id, amount, key=key
        )

    def _balance(self, index):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT balance FROM wezer_wallet WHERE partner_id = %s"
                " AND wezer_currency_id = %s",
                [self.partners[index], self.currency_id],
            )
            return cr.fetchone()[0]

    def _alone(self, call):
        """Run ``call`` in a transaction of its own; return what it gives or raises."""
        with self.registry.cursor() as cr:
            try:
                return call(api.Environment(cr, self.users[0], {}))
            except Refusal as refusal:
                cr.rollback()
                return refusal

    def _freeze(self, state):
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE wezer_wallet SET state = %s WHERE partner_id = %s",
                [state, self.partners[1]],
            )
