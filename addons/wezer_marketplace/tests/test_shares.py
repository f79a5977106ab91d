from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


class SharesCommon(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls._member("ann")

    def named(self, **parts):
        """Return shares: ``test3="30"`` gives that member 30 %."""
        return [
            {"partner_id": getattr(self, name).partner_id.id, "percent": percent}
            for name, percent in parts.items()
        ]

    def ask(self, shares=None, **vals):
        announcement = self.announce(self.test1, **vals)
        shares = shares or self.named(test3="30", ann="20")
        return self.propose(self.test2, announcement, shares=shares)

    def sign(self, user, deal):
        number = deal.sudo()._terms_to_sign().round
        return self.as_(user, deal).action_agree_share(number)

    def agree(self, *args, **vals):
        deal = self.ask(*args, **vals)
        for user in (self.test3, self.ann):
            if user.partner_id in deal.sudo().coworker_ids:
                self.sign(user, deal)
        self.as_(self.test1, deal).action_accept()
        return deal


@tagged("post_install", "-at_install")
class TestShares(SharesCommon):
    def test_the_price_is_divided_as_agreed(self):
        deal = self.agree()
        self.assertEqual(self.reserved(self.test1), "50.00")
        self.assertEqual(len(self.transfers(deal)), 3)
        deal.action_deliver("Together")
        self.as_(self.test1, deal).action_approve()
        for user, paid in (
            (self.test2, "25.00"),
            (self.test3, "15.00"),
            (self.ann, "10.00"),
        ):
            self.assertEqual(self.balance(user), paid)
        self.assertEqual(deal.state, "paid")
        self.assertBooksHold()

    def test_a_co_worker_cannot_assess_the_work(self):
        """A co-worker who acts for the payer says how it was, and it weighs nothing."""
        mandates = self.env["wezer.mandate"].with_user(self.test1)
        profile = self.test3.partner_id._wezer_profile()
        mandates.action_give(profile.id, ["market", "wallet"])
        deal = self.agree()
        deal.action_deliver("Together")
        self.as_(self.test1, deal).action_approve()
        self.as_(self.test3, deal).action_assess(
            self.scores(2), "Splendid", acting_partner_id=self.test1.partner_id.id
        )
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.person_id, self.test3.partner_id)
        self.assertEqual(given.assessed_id, self.test2.partner_id)
        self.assertTrue(given.no_weight)

    def test_an_indivisible_rest_goes_to_the_worker(self):
        deal = self.agree(
            self.named(test3="33.33", ann="33.33"), prices={self.com.id: "0.10"}
        )
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test2), "0.04")
        self.assertEqual(self.balance(self.test3), "0.03")
        self.assertBooksHold()

    def test_shares_that_do_not_make_a_hundred_percent_are_refused(self):
        for shares, rule in (
            (self.named(test3="100"), "share_sum"),
            (self.named(test3="60", ann="60"), "share_sum"),
            (self.named(test2="40", test3="50"), "share_sum"),
            (self.named(test3="0"), "share"),
            (self.named(test1="20"), "share"),
            (self.named(test3="20") * 2, "share"),
            (self.named(test3="-5"), "percent"),
            ([{"partner_id": 0, "percent": "5"}], None),
            ([{"partner_id": [1], "percent": "5"}], None),
        ):
            with self.assertRefused(rule):
                self.ask(shares)
        self.ask(self.named(test2="50", test3="50"))

    def test_nothing_is_agreed_until_each_co_worker_has_signed(self):
        deal = self.ask()
        payer = self.as_(self.test1, deal)
        with self.assertRefused("share_unsigned"):
            payer.action_accept()
        self.sign(self.test3, deal)
        with self.assertRefused("share_unsigned"):
            payer.action_accept()
        with self.assertRefused("share"):
            self.sign(self.test3, deal)
        self.sign(self.ann, deal)
        payer.action_accept()
        self.assertEqual(deal.state, "accepted")

    def test_another_round_asks_every_co_worker_again(self):
        deal = self.ask(self.named(test3="30"))
        self.sign(self.test3, deal)
        shown = deal.sudo().terms_id.round
        self.as_(self.test1, deal).action_counter({"prices": {self.com.id: "40"}})
        with self.assertRefused("share_unsigned"):
            deal.action_accept()
        with self.assertRefused("version"):
            self.as_(self.test3, deal).action_agree_share(shown)
        self.sign(self.test3, deal)
        deal.action_accept()
        self.assertEqual(self.transfers(deal).mapped("amount_minor"), [2800, 1200])

    def test_only_the_worker_names_co_workers(self):
        deal = self.propose(self.test2, self.announce(self.test1))
        with self.assertRefused("share"):
            self.as_(self.test1, deal).action_counter(
                {"shares": self.named(stranger="30")}
            )
        offer = self.announce(self.test1, kind="offer")
        with self.assertRefused("kind"):
            self.propose(self.test2, offer, shares=self.named(test3="30"))

    def test_a_co_worker_who_is_asked_sees_the_deal(self):
        deal = self.ask(self.named(test3="30"))
        self.assertTrue(self.as_(self.test3, deal).read(["title"]))
        self.assertTrue(self.as_(self.test3, deal.sudo().terms_id.share_ids).read())
        for record in (deal, deal.sudo().terms_id.share_ids):
            with self.assertRefused():
                self.as_(self.stranger, record).read(["display_name"])
        with self.assertRefused():
            self.sign(self.stranger, deal)
        # Who is asked no more sees no more.
        self.as_(self.test1, deal).action_counter({"message": "Alone, please"})
        deal.action_counter({"shares": []})
        with self.assertRefused():
            self.as_(self.test3, deal).read(["title"])

    def test_only_the_worker_acts_and_no_co_worker_can_approve(self):
        deal = self.agree()
        for action in ("action_deliver", "action_release", "action_approve"):
            with self.assertRefused():
                getattr(self.as_(self.test3, deal), action)()
        barred = deal.sudo().conflicted_ids
        mine = (self.test2 | self.test3 | self.ann).partner_id
        self.assertLessEqual(mine, barred)

    def test_less_delivered_pays_each_co_worker_less(self):
        deal = self.agree(quantity=4, prices={self.com.id: "12.5"})
        deal.action_deliver("Half of it", "2")
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test3), "7.50")
        self.assertEqual(self.balance(self.test2), "12.50")
        self.assertBooksHold()

    def test_an_amendment_needs_every_co_worker_who_loses_by_it(self):
        deal = self.agree(self.named(test3="30"))
        deal.action_amend({"shares": []})
        payer = self.as_(self.test1, deal)
        number = deal.sudo()._proposal("amend").terms_id.round
        with self.assertRefused("share_unsigned"):
            payer.action_amend(round_number=number)
        self.sign(self.test3, deal)
        payer.action_amend(round_number=number)
        self.assertEqual(self.transfers(deal).filtered("state")[-1].amount_minor, 5000)
        with self.assertRefused():
            self.as_(self.test3, deal).read(["title"])
        self.assertBooksHold()

    def test_a_lapsed_amendment_keeps_the_agreed_co_workers(self):
        deal = self.agree(self.named(test3="30"))
        deal.action_amend({"shares": self.named(test3="20", ann="10")})
        self.assertTrue(self.as_(self.ann, deal).read(["title"]))
        deal.action_deliver()
        with self.assertRefused():
            self.as_(self.ann, deal).read(["title"])
        self.assertTrue(self.as_(self.test3, deal).read(["title"]))
        self.assertBooksHold()

    def test_outside_money_is_confirmed_by_each_payee(self):
        deal = self.agree(self.named(test3="30"), prices={self.dummy.id: "50"})
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        deal.action_confirm()
        self.assertEqual(deal.state, "confirming")
        with self.assertRefused("state"):
            deal.action_confirm()
        self.as_(self.test3, deal).action_deny()
        self.assertEqual(deal.state, "approved")
        self.as_(self.test1, deal).action_pay()
        self.assertEqual(deal.state, "confirming")
        self.as_(self.test3, deal).action_confirm()
        self.assertEqual(deal.state, "paid")
        self.assertBooksHold()

    def test_each_payee_refunds_their_own_share(self):
        deal = self.agree(self.named(test3="30"))
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        with self.assertRefused("reverse"):
            deal.action_refund({self.com.id: "40"})
        deal.action_refund()
        self.assertEqual(self.balance(self.test2), "0.00")
        self.assertEqual(self.balance(self.test3), "15.00")
        self.assertEqual(deal.state, "paid")
        self.as_(self.test3, deal).action_refund()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "refunded"))
        self.assertBooksHold()

    def test_co_workers_paid_in_the_current_step_have_to_agree_to_cancel(self):
        deal = self.agree(
            self.named(test3="30"),
            prices={self.com.id: "10", self.dummy.id: "10"},
            price_mode="all",
        )
        deal.action_deliver()
        payer = self.as_(self.test1, deal)
        payer.action_approve()
        self.assertFalse(payer.action_cancel())
        self.assertFalse(deal.action_cancel())
        self.assertTrue(self.as_(self.test3, deal).action_cancel())
        self.assertEqual((deal.state, self.balance(self.test3)), ("ended", "0.00"))
        self.assertBooksHold()

    def test_a_split_is_divided_like_the_price(self):
        deal = self.agree(self.named(test3="33.33"), prices={self.com.id: "0.09"})
        deal.action_dispute("Nothing comes")
        judge = self.as_(self.moderator, deal)
        judge.action_resolve("split", "A part", {self.com.id: "0.05"})
        # 2 of 9 were set aside for test3: 1 of 5 is his.
        self.assertEqual(self.balance(self.test3), "0.01")
        self.assertEqual(self.balance(self.test2), "0.04")
        self.assertBooksHold()

    def test_a_team_cannot_be_replaced_by_one_stand_in(self):
        deal = self.agree(self.named(test3="30"))
        with self.assertRefused("share"):
            deal.action_hand_over(self.ann.partner_id.id)

    def test_steps_and_shares_go_together(self):
        announcement = self.announce(self.test1)
        deal = self.propose(
            self.test2,
            announcement,
            shares=self.named(test3="50"),
            milestones=[
                {"name": "A", "percent": "50"},
                {"name": "B", "percent": "50"},
            ],
        )
        self.sign(self.test3, deal)
        self.as_(self.test1, deal).action_accept()
        self.assertEqual(self.transfers(deal).mapped("amount_minor"), [1250] * 4)
        for _step in "AB":
            deal.action_deliver()
            self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test3), "25.00")
        self.assertBooksHold()


@tagged("post_install", "-at_install")
class TestPartsOnThePage(SharesCommon, WebsiteCommon):
    def test_steps_and_co_workers_are_entered_and_paid_on_the_page(self):
        self.test3.partner_id.name = "Zacharias Helper"
        want = self.announce(self.test1, claim_mode="choose")
        self.login(self.test2)
        self.assertIn("Do it together", self.get(f"/market/{want.slug}"))
        self.post(
            f"/market/{want.slug}/propose",
            quantity="1",
            **{f"price_{self.com.id}": "50"},
            milestone_name_0="The sketch",
            milestone_percent_0="40",
            milestone_name_1="The wall",
            milestone_percent_1="60",
            share_who_0="Zacharias Helper",
            share_percent_0="30",
        )
        deal = want.sudo().deal_ids
        self.assertEqual(deal.coworker_ids, self.test3.partner_id)
        page = self.get(f"/my/deals/{deal.id}")
        for word in ("The sketch, 40 %", "Zacharias Helper: 30 %", "not agreed yet"):
            self.assertIn(word, " ".join(page.split()))
        url = f"/my/deals/{deal.id}"
        self.login(self.test1)
        self.assertNotIn("o_wezer_act_accept", self.get(url))
        self.login(self.test3)
        self.assertIn("asks you to join the team", self.get(url))
        self.post(f"{url}/agree_share", round="1")
        self.login(self.test1)
        self.assertIn("o_wezer_act_accept", self.get(url))
        self.post(f"{url}/accept")
        self.login(self.test2)
        self.post(f"{url}/deliver", note="The sketch")
        self.login(self.test1)
        self.assertIn("Balthazar Answerer, Zacharias Helper", self.get(url))
        self.post(f"{url}/approve")
        deal.invalidate_recordset()
        self.assertEqual((deal.state, deal.milestone), ("accepted", 2))
        self.assertEqual(self.balance(self.test3), "6.00")

    def test_an_ambiguous_or_missing_co_worker_name_is_explained(self):
        want = self.announce(self.test1, claim_mode="choose")
        self.login(self.test2)
        page = self.post(
            f"/market/{want.slug}/propose",
            share_who_0="Nobody of that name",
            share_percent_0="30",
        )
        self.assertIn("the full name", page.text)
        self.assertFalse(want.sudo().deal_ids)
