import os
import threading

from odoo import SUPERUSER_ID, api
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_base.tools.locks import wait_in_line

# `./wezer test --all` tries as often as the issue says.
TRIES = 100 if os.environ.get("WEZER_COUNTS") == "all" else 2
MEMBERS, PLACES = 50, 10


@tagged("post_install", "-at_install", "concurrency")
class TestFiftyClaims(CommittedCase):
    """Real threads and commits; what is made is archived in the test database."""

    def _make(self, env):
        self.users = self._members(env, "Fifty", MEMBERS + 1).ids

    def _archive(self, env):
        env["res.users"].browse(self.users).active = False

    def _post(self, number):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[0], {})
            return env["wezer.announcement"].action_create_own(
                {"title": f"Fifty {self.mark} {number}", "places": PLACES}
            )

    def _end(self, want):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["wezer.announcement"].browse(want)._end("closed")
            deals = env["wezer.deal"].search(
                [("announcement_id", "=", want), ("state", "!=", "ended")]
            )
            deals._finish("cancelled")

    def _claim_at_once(self, want):
        """Let all but the author claim as the page does; return what went wrong."""
        barrier, wrong = threading.Barrier(MEMBERS), []

        def run(user):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user, {})

                    def claim():
                        env["wezer.announcement"].browse(want).action_claim()

                    barrier.wait(60)
                    wait_in_line(env, "announcement", [want])
                    retrying(claim, env)
            except Exception as error:
                wrong.append(error)

        threads = [
            threading.Thread(target=run, args=(user,)) for user in self.users[1:]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return wrong

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_fifty_who_claim_at_once_ten_have_a_place_and_forty_wait(self):
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
                cr.execute("SELECT state FROM wezer_announcement WHERE id = %s", [want])
                self.assertEqual(cr.fetchone()[0], "full")
            self.assertEqual(states, {"accepted": PLACES, "waiting": MEMBERS - PLACES})
            self._end(want)

    def _give_back_at_once(self, deals):
        """Let those who have a place give it back at once; return what went wrong."""
        barrier, wrong = threading.Barrier(len(deals)), []

        def run(deal, user):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user, {})
                    barrier.wait(60)
                    action = env["wezer.deal"].browse(deal).action_release
                    # As an hourly clock would: again, until nobody else is at it.
                    for _again in range(5):
                        try:
                            retrying(action, env)
                            return
                        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                            cr.rollback()
                    raise AssertionError("never its turn")
            except Exception as error:
                wrong.append(error)

        threads = [threading.Thread(target=run, args=pair) for pair in deals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return wrong

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_row_06_places_given_back_at_once_are_held_for_the_first_in_line(self):
        for number in range(TRIES // 10 or 1):
            want = self._post(f"line {number}")
            self.assertEqual(self._claim_at_once(want), [])
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                deals = env["wezer.announcement"].browse(want).deal_ids
                having = deals.filtered(lambda deal: deal.state == "accepted")[:4]
                line = deals.filtered(lambda deal: deal.state == "waiting").sorted("id")
                line = line.ids
                pairs = [(one.id, one.replier_person_id.user_ids.id) for one in having]
            self.assertEqual(self._give_back_at_once(pairs), [], f"try {number}")
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                deals = env["wezer.deal"].browse(line)
                states = deals.mapped(
                    lambda deal: (deal.state, bool(deal.hold_deadline))
                )
                one = env["wezer.announcement"].browse(want)
                self.assertEqual((one.state, one.places_left), ("full", 0))
            first, others = states[: len(pairs)], states[len(pairs) :]
            self.assertEqual(set(first), {("open", True)}, f"try {number}: {states}")
            self.assertEqual(set(others), {("waiting", False)}, f"try {number}")
            self._end(want)
