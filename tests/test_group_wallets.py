"""Groups' money: scenarios WG1 and WG2 of 2015, credit, and the acting log."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_fractal_groups.tests.common import GroupsCommon


@tagged("post_install", "-at_install")
class TestGroupWallets(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.money = cls.env["wezer.currency"].create(
            {"name": "Group money", "code": "GRP", "lower_text": "500"}
        )
        cls.banker = cls._role("Banker", cls.workshop, "wallet")
        cls._put(cls.luc, cls.treasurer)
        cls._put(cls.demo, cls.banker)
        cls.payer = cls.garden.partner_id
        cls.payee = cls.workshop.partner_id
        # A moderator granted the garden a credit; groups start without.
        cls.payer._wezer_wallet(cls.money).write({"lower_limit": -10000})

    def _transfers(self, user):
        return self.env["wezer.transfer"].with_user(user)

    def _pay(self, user, payer=None, payee=None, amount="50", **kwargs):
        transfers = self._transfers(user)
        return transfers.browse(
            transfers.pay(
                (payer or self.payer).id,
                (payee or self.payee).id,
                self.money.id,
                amount,
                **kwargs,
            )
        )

    def _balance(self, partner):
        wallet = partner._wezer_wallet(self.money)
        wallet.invalidate_recordset()
        return wallet.balance_text

    def _books_hold(self):
        for check in self.env["wezer.invariant"].sudo().run():
            self.assertFalse(check["rows"], check["name"])

    def test_wg1_only_the_payer_role_pays_for_the_group(self):
        for user in (self.stranger, self.joel, self.demo):
            with self.assertRaises(NotAllowed), self.env.cr.savepoint():
                self._pay(user)
        paid = self._pay(self.luc)
        self.assertEqual((paid.state, self._balance(self.payee)), ("done", "50.00 GRP"))
        self._books_hold()

    def test_wg2_only_the_payee_role_reverses(self):
        paid = self._pay(self.luc)
        for user in (self.stranger, self.joel, self.luc):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                paid.with_user(user).action_reverse()
        paid.with_user(self.demo).action_reverse()
        self.assertEqual(self._balance(self.payee), "0.00 GRP")
        self._books_hold()

    def test_acting_for_a_group_is_logged_once_with_the_person(self):
        self._pay(self.luc, amount="1")
        # Beyond the credit, so step by step: refused, and nothing is logged.
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self._pay(self.luc, amount="100")
        acts = self.env["wezer.acting.log"].search([("partner_id", "=", self.payer.id)])
        self.assertEqual(acts.mapped("what"), ["pay"])
        self.assertEqual(acts.actor_id, self.luc.partner_id)

    def test_a_revoked_right_no_longer_pays(self):
        self._pay(self.luc, amount="1")
        self.env["wezer.group.membership"].search(
            [
                ("group_id", "=", self.treasurer.id),
                ("partner_id", "=", self.luc.partner_id.id),
            ]
        ).state = "left"
        with self.assertRaises(NotAllowed), self.env.cr.savepoint():
            self._pay(self.luc, amount="1")
        with self.assertRaises(NotAllowed), self.env.cr.savepoint():
            self._transfers(self.luc).schedule(
                self.payer.id, self.payee.id, self.money.id, "1", date="2100-01-01"
            )

    def test_requests_to_a_group_are_accepted_in_advance_by_its_payers_only(self):
        rules = self.env["wezer.acceptance"]
        given = self.payer.id, self.money.id, None, "5", "20"
        for user in (self.stranger, self.joel, self.demo):
            with self.assertRaises(NotAllowed), self.env.cr.savepoint():
                rules.with_user(user).allow(*given)
        rule = rules.browse(rules.with_user(self.luc).allow(*given))
        for user in (self.joel, self.demo):
            self.assertFalse(rules.with_user(user).search([]))

        def ask():
            transfers = self._transfers(self.demo)
            asked = transfers.browse(
                transfers.ask(self.payer.id, self.payee.id, self.money.id, "5")
            )
            rules._cron_accept()
            self.env.invalidate_all()
            return asked

        paid = ask()
        self.assertEqual((paid.state, paid.automatic), ("done", True))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            paid.with_user(self.demo).action_take_back()
        paid.with_user(self.luc).action_take_back()
        self.assertEqual(self._balance(self.payee), "0.00 GRP")
        self.env["wezer.group.membership"].search(
            [
                ("group_id", "=", self.treasurer.id),
                ("partner_id", "=", self.luc.partner_id.id),
            ]
        ).state = "left"
        self.env.invalidate_all()
        # The rule is still there, but who set it may not pay any more.
        self.assertTrue(rule.active)
        self.assertEqual(ask().state, "requested")
        self._books_hold()

    def _spends_at_most(self, minor):
        """Let the garden spend so much; what is more it decides together."""
        garden = self.payer

        def check_spend(partner, currency, spent, origin=None, payee=None, **_details):
            self.assertTrue(payee)
            if partner == garden and currency == self.money and spent > minor:
                raise Refusal("Decided together", rule="decision", limit=str(minor))

        return patch.object(type(self.payer), "_wezer_check_spend", check_spend)

    def test_no_way_of_paying_spends_what_the_payer_decides_together(self):
        transfers = self._transfers(self.luc)
        given = self.payer.id, self.payee.id, self.money.id
        first = self._pay(self.luc, amount="11", key="before")
        asked = transfers.browse(
            self._transfers(self.demo).ask(
                self.payer.id, self.payee.id, self.money.id, "11"
            )
        )
        row = {"payer": self.payer.id, "payee": self.payee.id, "currency": "GRP"}
        ways = (
            lambda: transfers.pay(*given, "10.01"),
            lambda: transfers.donate(*given, "10.01"),
            lambda: transfers.reserve(*given, "10.01"),
            lambda: transfers.schedule(*given, "10.01", date="2030-01-01"),
            asked.with_user(self.luc).action_accept,
            # What one batch spends counts together.
            lambda: transfers.post_batch([{**row, "amount": "6"}] * 2),
            lambda: transfers.with_user(self.env.ref("base.user_admin")).post_batch(
                [{**row, "amount": "11"}]
            ),
        )
        with self._spends_at_most(1000):
            for number, way in enumerate(ways):
                with self.subTest(number):
                    with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
                        way()
                    self.assertIn("Decided together", caught.exception.args[0])
            self.assertEqual(self._balance(self.payee), "11.00 GRP")
            # The same key is the payment of before, and smaller amounts are paid.
            again = self._pay(self.luc, amount="11", key="before")
            self.assertEqual(again, first)
            transfers.pay(*given, "10")
            transfers.post_batch([{**row, "amount": "5"}] * 2)
            self.assertEqual(self._balance(self.payee), "31.00 GRP")
            # A person's own wallet, and what is given back, are not asked for.
            paid = self._pay(self.demo, payer=self.payee, payee=self.payer, amount="20")
            paid.with_user(self.luc).action_reverse()
        for way in ways[:4]:
            way()
        self._books_hold()

    def test_founding_groups_does_not_multiply_credit(self):
        small = self._circle("Test small", self.garden)
        self._put(self.luc, self._role("Small banker", small, "wallet"))
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self._pay(self.luc, payer=small.partner_id, amount="0.01")
        wallets = self.env["wezer.wallet"].with_user(self.luc)
        wallets.pass_credit(self.payer.id, small.partner_id.id, self.money.id, "40")
        self._pay(self.luc, payer=small.partner_id, amount="40")
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self._pay(self.luc, amount="60.01")
        self._pay(self.luc, amount="60")
        with self.assertRaises(NotAllowed), self.env.cr.savepoint():
            # Never sideways.
            wallets.pass_credit(self.payer.id, self.payee.id, self.money.id, "1")
        self._books_hold()

    def test_withdrawn_credit_reveals_nothing_about_a_private_group(self):
        small = self._circle("Test closed", self.garden)
        self._put(self.joel, self._role("Closed banker", small, "wallet"))
        wallets = self.env["wezer.wallet"].with_user(self.luc)
        ids = self.payer.id, small.partner_id.id, self.money.id
        wallets.pass_credit(*ids, "40")
        small.refuse_rights = True
        self._pay(self.joel, payer=small.partner_id, amount="30")
        with self.assertRaises(Refusal) as refused, self.env.cr.savepoint():
            wallets.pass_credit(*ids, "20", back=True)
        self.assertEqual(refused.exception.rule, "other_side")
        self.assertNotIn("10", str(refused.exception))
        wallets.pass_credit(*ids, "10", back=True)
        self._books_hold()

    def test_a_batch_pays_for_several_groups(self):
        self._put(self.luc, self.banker)
        rows = [
            {"payer": one.id, "payee": other.id, "currency": "GRP", "amount": "2"}
            for one, other in (
                (self.payer, self.payee),
                (self.payee, self.luc.partner_id),
            )
        ]
        self._transfers(self.luc).post_batch(rows)
        self.assertEqual(self._balance(self.luc.partner_id), "2.00 GRP")
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self._transfers(self.demo).post_batch(rows)
