"""For tests of what is really committed: threads, servers of their own, crashes."""

import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import model as service
from odoo.tests import BaseCase, get_db_name


class CommittedCase(BaseCase):
    """What ``_make`` makes is committed in the test's database, and archived after."""

    def setUp(self):
        super().setUp()
        patcher = patch.object(Registry, "_lock", DummyRLock())
        patcher.start()
        self.addCleanup(patcher.stop)
        self.database = get_db_name()
        self.registry = Registry(self.database)
        with self.registry.cursor() as cr:
            # A number of this run's own, for names and logins.
            cr.execute("SELECT nextval('res_users_id_seq')")
            self.mark = cr.fetchone()[0]
            self._make(api.Environment(cr, SUPERUSER_ID, {}))
        self.addCleanup(self._put_away)

    def _make(self, env):
        """Make what the test needs."""
        raise NotImplementedError

    def _archive(self, env):
        """Put away what was made."""
        raise NotImplementedError

    def _put_away(self):
        with self.registry.cursor() as cr:
            self._archive(api.Environment(cr, SUPERUSER_ID, {}))

    def _members(self, env, word, count, group="base.group_portal", **vals):
        """Return ``count`` new users called ``word``."""
        users = env["res.users"].with_context(no_reset_password=True)
        return users.create(
            [
                {
                    "name": f"{word} {self.mark} {number}",
                    "login": f"{word.lower()}_{self.mark}_{number}",
                    "group_ids": [Command.set(env.ref(group).ids)],
                    **vals,
                }
                for number in range(count)
            ]
        )

    def _retry_at_once(self):
        """Let calls that conflict be tried again at once: Odoo waits for seconds."""
        for name, value in (
            ("random.uniform", lambda _low, _high: 0.01),
            ("MAX_TRIES_ON_CONCURRENCY_FAILURE", 200),
        ):
            patcher = patch(f"odoo.service.model.{name}", value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def _all_at_once(self, calls):
        """Run ``(user id, function of an environment)`` pairs in threads.

        Each has a transaction of its own, committed, and Odoo's retries.

        :return: what each returned, or the error that it ended with
        """
        barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

        def run(place, user, call):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user, {})
                    # All have their snapshot before any of them commits.
                    cr.execute("SELECT 1 FROM res_users LIMIT 1")
                    barrier.wait(60)
                    results[place] = service.retrying(lambda: call(env), env)
            except Exception as error:
                results[place] = error

        threads = [
            threading.Thread(target=run, args=(place, *call))
            for place, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return results
