"""Caps hold against concurrent calls."""

import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_currency.models.wezer_payment_link import LINKS_MAX
from odoo.addons.wezer_currency.tools.refused_tries import TRIES_A_DAY
from odoo.addons.wezer_marketplace.models.wezer_saved_search import KEPT_MAX

pytestmark = pytest.mark.slow

AT_ONCE = 16


@tagged("post_install", "-at_install", "concurrency")
class TestCapsAtOnce(CommittedCase):
    """Real threads and commits; what is made is archived in the test database."""

    def setUp(self):
        super().setUp()
        self._retry_at_once()

    def _make(self, env):
        users = self._members(env, "Cap", 3)
        self.users, self.partners = users.ids, users.partner_id.ids
        vals = {"name": f"Cap {self.mark}", "code": f"C{self.mark}"}
        self.currency = env["wezer.currency"].create({**vals, "lower_text": "100"}).id
        self.groups = (
            env["wezer.group"]
            .create(
                [
                    {"name": f"Cap {self.mark} {number}", "kind": "circle"}
                    for number in range(2)
                ]
            )
            .ids
        )

    def _archive(self, env):
        for want in env["wezer.announcement"].search(
            [("author_id", "in", self.partners)]
        ):
            want._end("closed")
        deals = env["wezer.deal"].search(
            [("replier_id", "in", self.partners), ("state", "!=", "ended")]
        )
        deals._finish("cancelled")
        env["wezer.group"].browse(self.groups).active = False
        env["wezer.currency"].browse(self.currency).active = False
        env["res.users"].browse(self.users).active = False

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def _passed(self, *calls):
        """Return how many of these calls passed; the others have to be refused."""
        results = self._all_at_once([(self.users[0], call) for call in calls])
        refused = [one for one in results if isinstance(one, Exception)]
        for error in refused:
            self.assertIsInstance(error, Refusal)
        return len(results) - len(refused)

    def test_the_daily_cap_on_invitations_holds(self):
        calls = [
            lambda env, number=number: env["wezer.invitation"].action_invite(
                [f"cap-{self.mark}-{number}@example.org"]
            )
            for number in range(AT_ONCE)
        ]
        self.assertEqual(self._passed(*calls), 10)

    def test_the_cap_on_payment_links_holds(self):
        def link(env):
            links = env["wezer.payment.link"]
            return links.create_link(self.partners[0], self.currency)

        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.users[0], {})
            for _number in range(LINKS_MAX - 4):
                link(env)
        self.assertEqual(self._passed(*[link] * AT_ONCE), 4)

    def test_the_cap_on_saved_searches_holds(self):
        calls = [
            lambda env, number=number: env["wezer.saved.search"].keep(
                {"words": f"cap {self.mark} {number}"}
            )
            for number in range(KEPT_MAX + 4)
        ]
        self.assertEqual(self._passed(*calls), KEPT_MAX)

    def test_the_cap_on_open_claims_holds(self):
        wants = []
        for number in range(6):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.users[1], {})
                wants.append(
                    env["wezer.announcement"].action_create_own(
                        {"title": f"Cap {self.mark} {number}"}
                    )
                )
        calls = [
            lambda env, want=want: env["wezer.announcement"].browse(want).action_claim()
            for want in wants
        ]
        self.assertEqual(self._passed(*calls), 3)

    def test_the_cap_on_group_changes_holds(self):
        def propose(env):
            change = (
                env["wezer.group.change"]
                .sudo()
                .create(
                    {
                        "group_id": self.groups[0],
                        "target_id": self.groups[1],
                        "kind": "move",
                    }
                )
            )
            change._check_possible()
            return change.id

        self.assertEqual(self._passed(*[propose] * 4), 1)

    def test_the_cap_on_probing_refusals_holds(self):
        """Each of them says whether an amount fits: five a day are tested."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            other = env["res.partner"].browse(self.partners[1])
            currency = env["wezer.currency"].browse(self.currency)
            other._wezer_wallet(currency).state = "frozen"
        calls = [
            lambda env: env["wezer.transfer"].pay(
                self.partners[0], self.partners[1], self.currency, "1"
            )
        ] * AT_ONCE
        self.assertEqual(self._passed(*calls), 0)
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT tries FROM wezer_refused_try WHERE payer_id = %s",
                [self.partners[0]],
            )
            self.assertEqual(cr.fetchone()[0], TRIES_A_DAY)
