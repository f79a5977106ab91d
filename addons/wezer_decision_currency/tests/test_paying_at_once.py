"""A payment that a decision makes, tried by several at the same time."""

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_decision.tests.common import end_all

TABS = 6


@tagged("post_install", "-at_install", "concurrency")
class TestPayingAtOnce(CommittedCase):
    """A circle whose manager has an adopted payment before them, in several tabs."""

    def _make(self, env):
        users = self._members(env, "Payer", 3)
        self.users = users.ids
        code = {"name": f"Paid {self.mark}", "code": f"P{self.mark}"}
        self.currency = env["wezer.currency"].create({**code, "lower_text": "100"}).id
        groups, places = env["wezer.group"], env["wezer.group.membership"]
        circle = groups.create({"name": f"Paying {self.mark}"})
        role = groups.create(
            {
                "name": f"Purse {self.mark}",
                "kind": "role",
                "parent_id": circle.id,
                "right_manage": True,
                "right_wallet": True,
            }
        )
        self.groups = (circle | role).ids
        for user in users[:2]:
            place = {"group_id": circle.id, "partner_id": user.partner_id.id}
            places.create(place)
        places.create({"group_id": role.id, "partner_id": users[0].partner_id.id})
        transfers = env["wezer.transfer"].with_user(users[2])
        giver = users[2].partner_id.id
        transfers.pay(giver, circle.partner_id.id, self.currency, "30")
        params = {"payee": users[1].partner_id.id, "currency": self.currency}
        self.decision = (
            env["wezer.decision"]
            .create(
                {
                    "group_id": circle.id,
                    "title": "Pay for the bench",
                    "proposer_id": users[1].partner_id.id,
                    "method": "majority",
                    "state": "stuck",
                    "closed_at": fields.Datetime.now(),
                    "executes_at": fields.Datetime.now(),
                    "outcome_ids": [
                        (0, 0, {"kind": "pay", "params": {**params, "amount": "12"}})
                    ],
                }
            )
            .id
        )

    def _archive(self, env):
        end_all(env["wezer.decision"].browse(self.decision))
        env["wezer.group"].browse(self.groups[::-1]).active = False
        env["wezer.currency"].browse(self.currency).active = False
        env["res.users"].browse(self.users).active = False

    def _paid(self):
        """Return the amounts that the decision paid."""
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT amount_minor FROM wezer_transfer
                    WHERE origin_model = 'wezer.decision' AND origin_id = %s
                      AND state <> 'ended'""",
                [self.decision],
            )
            return [row[0] for row in cr.fetchall()]

    def _of_outcome(self, method):
        def call(env):
            outcomes = env["wezer.outcome"].search(
                [("decision_id", "=", self.decision)]
            )
            return getattr(outcomes, method)()

        return call

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def _at_once(self, user, call):
        """Return how many of several tabs did it; the others have to be refused."""
        results = self._all_at_once([(user, call)] * TABS)
        refused = [one for one in results if isinstance(one, Exception)]
        for error in refused:
            self.assertIsInstance(error, Refusal)
        return TABS - len(refused)

    def test_what_is_tried_again_in_several_tabs_is_paid_once(self):
        self._retry_at_once()

        def retry(env):
            return env["wezer.decision"].browse(self.decision).action_retry()

        self.assertEqual(self._at_once(self.users[0], retry), 1)
        paid = self._paid()
        self.assertEqual(len(paid), 1)
        # The recipient gives it back in several tabs, too.
        refund = self._of_outcome("action_refund_payment")
        self.assertEqual(self._at_once(self.users[1], refund), 1)
        self.assertEqual(len(self._paid()), 2, "one payment, and one that reverses it")
