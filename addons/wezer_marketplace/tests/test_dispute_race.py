import os
import threading

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.committed import CommittedCase

from ..tools import deal_money

# `./wezer test --all` tries as often as the issue says.
TRIES = 100 if os.environ.get("WEZER_COUNTS") == "all" else 5


@tagged("post_install", "-at_install", "concurrency")
class TestDisputeRace(CommittedCase):
    """A side calls a moderator while the clock would pay: either, never both."""

    def _make(self, env):
        self.users = self._members(env, "Race", 2).ids
        vals = {"name": f"Race {self.mark}", "code": f"R{self.mark}"}
        currency = env["wezer.currency"].create({**vals, "lower_text": "500"})
        self.currency = currency.id

    def _archive(self, env):
        deals = env["wezer.deal"].search(
            [("replier_person_id.user_ids", "in", self.users)]
        )
        for deal in deals.filtered(lambda one: one.state == "disputed"):
            deal._cancel()
        env["wezer.currency"].browse(self.currency).active = False
        env["res.users"].browse(self.users).active = False

    def _delivered(self):
        """Return a deal that was delivered long enough ago for the clock."""
        with self.registry.cursor() as cr:
            author, worker = (api.Environment(cr, user, {}) for user in self.users)
            market = author["wezer.announcement"]
            want = market.action_create_own(
                {"title": f"Race {self.mark}", "prices": {self.currency: "1"}}
            )
            deal = worker["wezer.announcement"].browse(want).action_claim()
            worker["wezer.deal"].browse(deal).action_deliver("done")
            author.flush_all()
            cr.execute(
                "UPDATE wezer_deal SET date_state = now() - interval '15 days',"
                " date_due = now() - interval '15 days' WHERE id = %s",
                [deal],
            )
            return deal

    def _at_once(self, deal):
        """Let the worker dispute and the clock strike; return what the worker got."""
        barrier, got = threading.Barrier(2), []

        def run(user, call):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, user, {})
                barrier.wait(30)
                try:
                    got.append(retrying(lambda: call(env), env))
                except Refusal as refusal:
                    cr.rollback()
                    got.append(refusal)

        def dispute(env):
            env["wezer.deal"].browse(deal).action_dispute("Not so fast")
            return "disputed"

        def clock(env):
            one = env["wezer.deal"].browse(deal)
            one._lock()
            if one.state == "delivered":
                one._auto_approve(env.cr.now())
            return "clock"

        threads = [
            threading.Thread(target=run, args=args)
            for args in ((self.users[1], dispute), (SUPERUSER_ID, clock))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return got

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_dispute_and_an_automatic_approval_never_happen_both(self):
        for number in range(TRIES):
            deal = self._delivered()
            got = self._at_once(deal)
            self.assertEqual(len(got), 2, f"try {number}: {got}")
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                one = env["wezer.deal"].browse(deal)
                states = deal_money.transfers(one).mapped("state")
                # Paid by the clock, then called by the worker, is the one order;
                # called first, so that the clock finds nothing to do, the other.
                self.assertEqual(one.state, "disputed", f"try {number}: {got}")
                paid = one.state_before == "paid"
                self.assertEqual(
                    states, ["done"] if paid else ["reserved"], f"try {number}: {got}"
                )
