"""Fifty members claim at once by RPC, over HTTP, from a server of its own."""

import os
import threading

import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .rpc import RpcCase

pytestmark = pytest.mark.slow

# `./wezer test --all` tries more often.
ALL = os.environ.get("WEZER_COUNTS") == "all"
TRIES = 100 if ALL else 1
MEMBERS, PLACES = 50, 10


@tagged("post_install", "-at_install", "concurrency")
class TestFiftyClaimsByRpc(RpcCase):
    """Without any page: what anybody with a script does."""

    def _make(self, env):
        self.users = self._members(env, "Wire", MEMBERS + 1).ids

    def _post(self, number):
        answer = self._call(
            self.sessions[0],
            "wezer.announcement",
            "action_create_own",
            {"title": f"Wire {self.mark} {number}", "places": PLACES},
        )
        return answer["result"]

    def _claim_at_once(self, want):
        """Let all but the author claim; return the messages of what was refused."""
        barrier, wrong = threading.Barrier(MEMBERS), []

        def run(person):
            barrier.wait(60)
            answer = self._call(person, "wezer.announcement", "action_claim", [want])
            if "error" in answer:
                wrong.append(answer["error"]["data"]["message"])

        threads = [
            threading.Thread(target=run, args=(one,)) for one in self.sessions[1:]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
        return wrong

    def _end(self, want):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["wezer.announcement"].browse(want)._end("closed")
            deals = env["wezer.deal"].search(
                [("announcement_id", "=", want), ("state", "!=", "ended")]
            )
            deals._finish("cancelled")

    def test_fifty_concurrent_claims_fill_ten_places_and_forty_wait(self):
        for number in range(TRIES):
            want = self._post(number)
            wrong = self._claim_at_once(want)
            self.assertEqual(wrong, [], f"try {number}")
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT state, count(*) FROM wezer_deal"
                    " WHERE announcement_id = %s GROUP BY 1",
                    [want],
                )
                states = dict(cr.fetchall())
            self.assertEqual(states, {"accepted": PLACES, "waiting": MEMBERS - PLACES})
            self._end(want)
