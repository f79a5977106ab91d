from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestShortOfMoney(MarketCommon):
    """What its author cannot pay now is paused, and others see no more than that."""

    def spend(self, amount, user=None):
        user = user or self.test1
        self.env["wezer.transfer"].with_user(user).pay(
            user.partner_id.id, self.stranger.partner_id.id, self.com.id, amount, "Zq"
        )

    def clock(self):
        self.env["wezer.announcement"]._cron_money()

    def told(self):
        domain = [("kind", "=", "short_of_money"), ("settled", "=", False)]
        return self.env["wezer.notice"].sudo().search(domain)

    def test_a_want_that_cannot_be_paid_is_paused(self):
        want = self.announce(self.test1)
        free = self.announce(self.test1, prices={})
        offer = self.announce(self.test1, kind="offer", title="offer")
        self.clock()
        self.assertEqual(want.state, "open")
        self.spend("450")
        self.clock()
        self.assertEqual(want.state, "open")
        self.spend("0.01")
        self.clock()
        self.assertEqual(
            (want.state, free.state, offer.state), ("paused", *["open"] * 2)
        )
        self.assertEqual(self.told().partner_id, self.test1.partner_id)
        self.clock()
        self.assertEqual(len(self.told()), 1)
        # Others see that it is paused, and not why.
        for user in (self.test2, self.test1):
            seen = self.as_(user, want)
            self.assertEqual(seen.state, "paused")
            with self.assertRefused():
                seen.read(["short_of_money"])
            with self.assertRefused():
                seen.search([("short_of_money", "=", True)])
        with self.assertRefused("state"):
            self.claim(self.test2, want)

    def test_it_reopens_when_the_money_suffices(self):
        want = self.announce(self.test1)
        self.spend("480")
        self.clock()
        self.assertEqual(want.state, "paused")
        transfers = self.env["wezer.transfer"].with_user(self.stranger)
        transfers.pay(
            self.stranger.partner_id.id, self.test1.partner_id.id, self.com.id, "100"
        )
        self.clock()
        self.assertEqual((want.state, len(self.told())), ("open", 0))
        self.assertEqual(self.claim(self.test2, want).state, "accepted")

    def test_what_the_author_paused_is_not_reopened_by_schedule(self):
        want = self.announce(self.test1)
        want.action_pause()
        self.clock()
        self.assertEqual(want.state, "paused")
        short = self.announce(self.test2, prices={self.com.id: "490"})
        self.spend("20", self.test2)
        self.clock()
        # His own word takes the place of the clock's, and it is told no more.
        short.action_publish()
        self.assertFalse(self.told())
        short.action_pause()
        transfers = self.env["wezer.transfer"].with_user(self.stranger)
        transfers.pay(
            self.stranger.partner_id.id, self.test2.partner_id.id, self.com.id, "100"
        )
        self.clock()
        self.assertEqual(short.state, "paused")

    def test_one_payable_currency_suffices_only_where_one_is_asked(self):
        prices = {self.com.id: "50", self.hours.id: "1:00"}
        one = self.announce(self.test1, prices=prices, price_mode="one")
        both = self.announce(self.test1, prices=prices, price_mode="all")
        self.spend("480")
        self.clock()
        self.assertEqual((one.state, both.state), ("open", "paused"))

    def test_outside_money_and_no_limit_are_never_short(self):
        outside = self.announce(self.test1, prices={self.dummy.id: "99999"})
        self.clock()
        self.assertEqual(outside.state, "open")

    def test_a_treasury_that_issues_is_never_short(self):
        token = self.env["wezer.currency"].create(
            {"name": "Token", "code": "TSM", "kind": "issued"}
        )
        want = self.announce(self.test1, prices={token.id: "50"})
        # Nobody else has any, so that only the treasury can pay.
        want.sudo().author_id = token.treasury_partner_id
        self.clock()
        self.assertEqual(want.state, "open")
        want.sudo().author_id = self.test1.partner_id
        self.clock()
        self.assertEqual(want.state, "paused")

    def test_a_levy_counts_and_a_frozen_wallet_pays_nothing(self):
        want = self.announce(self.test1)
        self.spend("449")
        self.com.levy_payer = 200
        self.clock()
        self.assertEqual(want.state, "open")
        self.com.levy_payer = 300
        self.clock()
        self.assertEqual(want.state, "paused")
        frozen = self.announce(self.test2)
        self.test2.partner_id._wezer_wallet(self.com).sudo().state = "frozen"
        self.clock()
        self.assertEqual(frozen.state, "paused")
