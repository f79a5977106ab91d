from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestDeal(MarketCommon):
    def test_a_proposal_to_cancel_ends_at_any_other_action(self):
        deal = self.make_deal()
        self.as_(self.test1, deal).action_cancel()
        deal.action_deliver()
        self.assertFalse(deal.action_cancel())
        self.assertEqual(deal.state, "delivered")

    def test_assessments_are_blind_until_both_are_in(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_approve(self.scores(1), "fine")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.state, "blind")
        self.assertFalse(
            self.env["wezer.assessment"]
            .with_user(self.test2)
            .search([("id", "in", given.ids)])
        )
        deal.action_assess(self.scores(2, "payer"), "a pleasure")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(set(given.mapped("state")), {"revealed"})
        with self.assertRefused("revealed"):
            deal.action_assess(self.scores(-2, "payer"), "no")
        self.assertEqual(given.assessor_id, (self.test1 | self.test2).partner_id)

    def test_a_partial_refund_leaves_the_deal_paid(self):
        deal = self.make_deal("paid")
        with self.assertRefused("reverse"):
            deal.action_refund({self.com.id: "50.01"})
        deal.action_refund({self.com.id: "20"})
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "30.00"))
        deal.action_refund({str(self.com.id): "30"})
        self.assertEqual(deal.end_reason, "refunded")
        self.assertBooksHold()

    def test_a_negotiation_takes_turns_and_keeps_each_round(self):
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, prices={self.com.id: "70"})
        as_author = self.as_(self.test1, deal)
        with self.assertRefused("turn"):
            deal.action_counter({"prices": {self.com.id: "80"}})
        as_author.action_counter({"prices": {self.com.id: "60"}, "steps": "One\nTwo"})
        self.assertEqual((deal.turn, len(deal.terms_ids)), ("replier", 2))
        self.assertTrue(deal.terms_id._diff())
        with self.assertRefused("immutable"):
            deal.sudo().terms_id.write({"quantity": 9})
        with self.assertRefused("turn"):
            as_author.action_accept()
        deal.action_accept()
        self.assertEqual(self.reserved(self.test1), "60.00")
        self.assertEqual(deal.accepted_terms_id.steps, "One\nTwo")

    def test_less_delivered_pays_less_and_more_is_refused(self):
        deal = self.make_deal(quantity=3, prices={self.com.id: "10.01"})
        self.assertEqual(self.reserved(self.test1), "30.03")
        with self.assertRefused("quantity"):
            deal.action_deliver("more", 4)
        deal.action_deliver("one of three", 1)
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test2), "10.01")
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_what_is_sent_back_has_a_week_at_least(self):
        deal = self.make_deal("delivered")
        as_author = self.as_(self.test1, deal)
        with self.assertRefused("note"):
            as_author.action_send_back(" ")
        with self.assertRefused("acts_for"):
            deal.action_send_back("x")
        as_author.action_send_back("The door is open", fields.Datetime.now())
        self.assertEqual(deal.state, "accepted")
        self.assertGreater(deal.date_due, fields.Datetime.now() + timedelta(days=6))
        deal.action_deliver("closed")
        as_author.action_approve()
        self.assertEqual(deal.state, "paid")
        self.assertBooksHold()

    def test_unpaid_help_takes_the_same_way_without_money(self):
        deal = self.make_deal("paid", prices={})
        self.assertEqual(deal.state, "paid")
        self.assertFalse(self.transfers(deal))
        self.assertBooksHold()

    def test_forbidden_actions_are_refused_and_change_nothing(self):
        forbidden = {
            "open": ("deliver", "approve", "pay", "confirm", "refund", "release"),
            "accepted": ("accept", "approve", "pay", "confirm", "refund", "withdraw"),
            "delivered": ("accept", "deliver", "pay", "confirm", "release", "decline"),
            "paid": ("accept", "approve", "pay", "deliver", "confirm", "cancel"),
        }
        for state, actions in forbidden.items():
            mode = "choose" if state == "open" else "first_come"
            deal = self.make_deal(state, title=state, claim_mode=mode)
            before = self.snapshot(deal)
            for action in actions:
                for user in (self.test1, self.test2, self.stranger):
                    with self.assertRefused():
                        getattr(self.as_(user, deal), f"action_{action}")()
                    self.assertEqual(self.snapshot(deal), before, (state, action))

    def test_strangers_can_neither_see_nor_do_anything(self):
        for state in ("accepted", "delivered", "paid"):
            deal = self.make_deal(state, title=state)
            before = self.snapshot(deal)
            for user in (self.stranger, self.moderator):
                seen = self.as_(user, deal)
                self.assertFalse(seen.search([("id", "=", deal.id)]))
                for name, args in (
                    ("cancel", []),
                    ("dispute", ["x"]),
                    ("assess", [self.scores()]),
                    ("send_message", ["hello"]),
                    ("resolve", ["paid", "x"]),
                    ("withdraw_dispute", []),
                ):
                    with self.assertRefused():
                        getattr(seen, f"action_{name}")(*args)
                for model in ("terms", "deal.event", "deal.message"):
                    self.assertFalse(
                        self.env[f"wezer.{model}"]
                        .with_user(user)
                        .search([("deal_id", "=", deal.id)])
                    )
            self.assertEqual(self.snapshot(deal), before)

    def test_only_small_deals_are_approved_automatically(self):
        small = self.make_deal("delivered", title="small")
        big = self.make_deal(
            "delivered", title="big", quantity=20, prices={self.com.id: "1"}
        )
        early = self.make_deal("delivered", title="early")
        old = fields.Datetime.now() - timedelta(days=15)
        (small | big | early).sudo().write({"date_state": old, "date_due": old})
        later = fields.Datetime.now() + timedelta(days=3)
        early.sudo().write({"date_due": later, "due_source": "agreed"})
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual(
            (small.state, big.state, early.state), ("paid", "disputed", "delivered")
        )
        self.assertBooksHold()

    def test_late_work_is_warned_then_freed(self):
        deal = self.make_deal()
        deal.sudo().date_due = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual(deal.state, "accepted")
        old = fields.Datetime.now() - timedelta(days=8)
        deal.sudo().write({"date_due": old, "date_warned": old})
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "expired"))
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_each_action_notifies_the_other_side_and_sends_no_mail(self):
        mails = self.env["mail.mail"].sudo().search_count([])
        deal = self.make_deal("paid")
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search([("res_model", "=", deal._name), ("res_id", "=", deal.id)])
        )
        self.assertEqual(notices.partner_id, (self.test1 | self.test2).partner_id)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)

    def test_what_waits_for_a_user_is_on_their_to_do_list(self):
        deal = self.make_deal("delivered")
        rows = self.test1.with_user(self.test1)._wezer_todo()
        mine = [row for row in rows if row["url"] == f"/my/deals/{deal.id}"]
        self.assertEqual([row["section"] for row in mine], ["now"])
