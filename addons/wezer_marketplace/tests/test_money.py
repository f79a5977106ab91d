from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestMoney(MarketCommon):
    """Outside money, several currencies, disputes."""

    def _outside(self, state="delivered", **vals):
        return self.make_deal(state, prices={self.dummy.id: "50"}, **vals)

    def test_a_denied_refund_leaves_the_deal_paid_and_may_be_tried_again(self):
        deal = self._outside()
        as_payer = self.as_(self.test1, deal)
        as_payer.action_approve()
        deal.action_confirm()
        deal.action_refund()
        as_payer.action_deny()
        self.assertEqual(deal.state, "paid")
        deal.action_refund()
        as_payer.action_confirm()
        self.assertEqual(deal.end_reason, "refunded")
        self.assertBooksHold()

    def test_only_a_denied_payment_is_due_again(self):
        deal = self.make_deal(
            "delivered", prices={self.dummy.id: "50", self.com.id: "10"}
        )
        as_payer = self.as_(self.test1, deal)
        as_payer.action_approve()
        self.assertEqual(
            (deal.state, self.balance(self.test2)), ("confirming", "10.00")
        )
        deal.action_deny()
        self.assertEqual(deal.state, "approved")
        as_payer.action_pay()
        self.assertEqual(
            (deal.state, self.balance(self.test2)), ("confirming", "10.00")
        )
        deal.action_confirm()
        self.assertEqual(deal.state, "paid")
        self.assertBooksHold()

    def test_partly_paid_or_denied_work_cannot_be_sent_back(self):
        both = {self.com.id: "10", self.dummy.id: "5"}
        for prices, paid in ((both, "10.00"), ({self.dummy.id: "5"}, "0.00")):
            with self.subTest(prices=prices), self.env.cr.savepoint() as savepoint:
                deal = self.make_deal("delivered", prices=prices)
                as_payer = self.as_(self.test1, deal)
                self.assertTrue(as_payer.may_send_back)
                as_payer.action_approve()
                deal.action_deny()
                self.assertEqual(deal.state, "approved")
                self.assertFalse(as_payer.may_send_back)
                before = self.snapshot(deal)
                with self.assertRefused("state"):
                    as_payer.action_send_back("The door")
                self.assertEqual(self.snapshot(deal), before)
                self.assertEqual(self.balance(self.test2), paid)
                self.assertBooksHold()
                as_payer.action_pay()
                deal.action_confirm()
                self.assertEqual(deal.state, "paid")
                self.assertBooksHold()
                savepoint.rollback()

    def test_terms_that_the_payer_cannot_pay_are_refused(self):
        want = self.announce(self.test1, prices={self.com.id: "501"})
        with self.assertRefused():
            self.claim(self.test2, want)
        self.assertFalse(want.sudo().deal_ids)
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_a_disputed_deal_waits_for_a_moderator(self):
        deal = self.make_deal("delivered")
        with self.assertRefused("note"):
            deal.action_dispute("")
        deal.action_dispute("He does not answer")
        for name in ("action_approve", "action_send_back", "action_cancel"):
            with self.assertRefused("state"):
                getattr(self.as_(self.test1, deal), name)()
        with self.assertRefused("moderate"):
            self.as_(self.test1, deal).action_resolve("cancelled", "mine")
        with self.assertRefused():
            self.as_(self.stranger, deal).action_resolve("paid", "x")
        decide = self.as_(self.moderator, deal)
        self.assertTrue(decide.search([("id", "=", deal.id)]))
        with self.assertRefused("note"):
            decide.action_resolve("paid")
        with self.assertRefused("amount"):
            decide.action_resolve("split", "x", {self.com.id: "0"})
        with self.assertRefused("amount"):
            decide.action_resolve("split", "x", {self.com.id: "50.01"})
        with self.assertRefused("currency"):
            decide.action_resolve("split", "x", {self.hours.id: "1:00"})
        decide.action_resolve("split", "Half was done", {self.com.id: "20"})
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "20.00"))
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_a_moderator_may_decide_to_pay_or_to_cancel(self):
        paid, cancelled = self.make_deal("delivered"), self.make_deal(title="two")
        for deal in (paid, cancelled):
            self.as_(self.test1, deal).action_dispute("I am not content")
        self.as_(self.moderator, paid).action_resolve("paid", "It is good")
        self.as_(self.moderator, cancelled).action_resolve("cancelled", "Never begun")
        self.assertEqual((paid.state, cancelled.end_reason), ("paid", "cancelled"))
        self.assertEqual(self.balance(self.test2), "50.00")
        self.assertBooksHold()

    def test_a_disputed_payment_may_be_split_or_stand(self):
        split, stand = self.make_deal("paid"), self.make_deal("paid", title="two")
        for deal in (split, stand):
            self.as_(self.test1, deal).action_dispute("It broke")
        self.as_(self.moderator, split).action_resolve(
            "split", "Half", {self.com.id: "30"}
        )
        self.as_(self.moderator, stand).action_resolve("paid", "It is good")
        self.assertEqual((split.state, stand.state), ("paid", "paid"))
        self.assertEqual(self.balance(self.test2), "80.00")
        self.assertBooksHold()

    def test_only_the_caller_withdraws_a_dispute(self):
        deal = self.make_deal("delivered")
        deal.action_dispute("He does not answer")
        with self.assertRefused("dispute"):
            self.as_(self.test1, deal).action_withdraw_dispute()
        deal.action_withdraw_dispute()
        self.assertEqual(deal.state, "delivered")

    def test_a_moderator_who_is_a_party_cannot_decide(self):
        deal = self.make_deal(replier=self.moderator)
        self.as_(self.test1, deal).action_dispute("x")
        with self.assertRefused("moderate"):
            self.as_(self.moderator, deal).action_resolve("paid", "for me")

    def test_prices_are_rounded_half_up_once(self):
        want = self.announce(self.test1, quantity=0.5, prices={self.com.id: "0.01"})
        self.claim(self.test2, want)
        self.assertEqual(self.reserved(self.test1), "0.01")

    def test_public_transfer_methods_refuse_the_money_of_deals(self):
        deal = self.make_deal()
        held = self.transfers(deal)
        for user, name in (
            (self.test1, "action_settle"),
            (self.test2, "action_release"),
            (self.moderator, "action_release"),
        ):
            with self.assertRefused():
                getattr(held.with_user(user).sudo(False), name)()
        self.assertEqual(held.state, "reserved")
