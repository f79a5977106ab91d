from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestDeal(MarketCommon):
    def _offer(self):
        return self.announce(
            self.test1, kind="offer", title="Odoo customization", places=0
        )

    def test_m4_an_answer_is_the_repliers_to_give(self):
        offer = self._offer()
        deal = self.propose(self.test2, offer, quantity=5, prices={self.com.id: "250"})
        self.assertEqual((deal.state, deal.turn), ("open", "author"))
        self.assertEqual(deal.payer_id, self.test2.partner_id)
        with self.assertRefused("acts_for"):
            self.as_(self.test1, offer).action_propose(
                {"quantity": 1}, acting_partner_id=self.test2.partner_id.id
            )

    def test_m5_only_the_author_declines(self):
        deal = self.propose(self.test2, self._offer(), quantity=5)
        with self.assertRefused("acts_for"):
            deal.action_decline("no")
        self.as_(self.test1, deal).action_decline("no")
        self.assertEqual((deal.state, deal.end_reason), ("ended", "declined"))
        with self.assertRefused("state"):
            self.as_(self.test1, deal).action_accept()

    def test_m6_the_side_whose_turn_it_is_accepts(self):
        deal = self.propose(
            self.test2, self._offer(), quantity=5, prices={self.com.id: "250"}
        )
        with self.assertRefused("turn"):
            deal.action_accept()
        self.as_(self.test1, deal).action_accept()
        self.assertEqual(deal.state, "accepted")
        self.assertEqual(self.reserved(self.test2), "250.00")
        self.assertBooksHold()

    def test_m7_a_cancel_wants_both_sides(self):
        deal = self.make_deal()
        self.assertFalse(self.as_(self.test1, deal).action_cancel())
        self.assertEqual(deal.state, "accepted")
        with self.assertRefused("acts_for"):
            self.as_(self.test1, deal).action_cancel(
                acting_partner_id=self.test2.partner_id.id
            )
        self.assertTrue(deal.action_cancel())
        self.assertEqual((deal.state, deal.end_reason), ("ended", "cancelled"))
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_a_consent_lapses_at_any_other_arrow(self):
        deal = self.make_deal()
        self.as_(self.test1, deal).action_cancel()
        deal.action_deliver()
        self.assertFalse(deal.action_cancel())
        self.assertEqual(deal.state, "delivered")

    def test_m8_the_full_cycle_pays_in_one_act(self):
        offer = self._offer()
        deal = self.propose(self.test2, offer, quantity=5, prices={self.com.id: "250"})
        as_author = self.as_(self.test1, deal)
        as_author.action_accept()
        with self.assertRefused("acts_for"):
            deal.action_deliver()
        as_author.action_deliver("Here it is")
        with self.assertRefused("acts_for"):
            as_author.action_approve()
        deal.action_approve(self.scores(2), "Thank you")
        self.assertEqual(deal.state, "paid")
        self.assertEqual(self.balance(self.test1), "250.00")
        self.assertEqual(self.balance(self.test2), "-250.00")
        self.assertEqual(self.reserved(self.test2), "0.00")
        self.assertBooksHold()

    def test_m9_assessments_are_blind_until_both_are_in(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_approve(self.scores(1), "fine")
        given = self.env["wezer.assessment"]._of(deal)
        self.assertEqual(given.state, "blind")
        self.assertFalse(
            self.env["wezer.assessment"]
            .with_user(self.test2)
            .search([("id", "in", given.ids)])
        )
        deal.action_assess(self.scores(2, "payer"), "a pleasure")
        given = self.env["wezer.assessment"]._of(deal)
        self.assertEqual(set(given.mapped("state")), {"revealed"})
        with self.assertRefused("revealed"):
            deal.action_assess(self.scores(-2, "payer"), "no")
        self.assertEqual(given.assessor_id, (self.test1 | self.test2).partner_id)

    def test_m10_only_who_received_refunds(self):
        deal = self.make_deal("paid")
        with self.assertRefused("acts_for"):
            self.as_(self.test1, deal).action_refund()
        deal.action_refund()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "refunded"))
        self.assertEqual(self.balance(self.test1), "0.00")
        self.assertBooksHold()

    def test_a_part_refund_leaves_the_deal_paid(self):
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

    def test_unpaid_help_has_the_same_way_without_money(self):
        deal = self.make_deal("paid", prices={})
        self.assertEqual(deal.state, "paid")
        self.assertFalse(self.transfers(deal))
        self.assertBooksHold()

    def test_illegal_arrows_are_refused_and_change_nothing(self):
        arrows = {
            "open": ("deliver", "approve", "pay", "confirm", "refund", "release"),
            "accepted": ("accept", "approve", "pay", "confirm", "refund", "withdraw"),
            "delivered": ("accept", "deliver", "pay", "confirm", "release", "decline"),
            "paid": ("accept", "approve", "pay", "deliver", "confirm", "cancel"),
        }
        for state, actions in arrows.items():
            mode = "choose" if state == "open" else "first_come"
            deal = self.make_deal(state, title=state, claim_mode=mode)
            before = self.snapshot(deal)
            for action in actions:
                for user in (self.test1, self.test2, self.stranger):
                    with self.assertRefused():
                        getattr(self.as_(user, deal), f"action_{action}")()
                    self.assertEqual(self.snapshot(deal), before, (state, action))

    def test_strangers_can_do_and_see_nothing(self):
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
                    ("say", ["hello"]),
                    ("resolve", ["paid", "x"]),
                    ("withdraw_dispute", []),
                ):
                    with self.assertRefused():
                        getattr(seen, f"action_{name}")(*args)
                for model in ("terms", "proposition.event", "proposition.message"):
                    self.assertFalse(
                        self.env[f"wezer.{model}"]
                        .with_user(user)
                        .search([("proposition_id", "=", deal.id)])
                    )
            self.assertEqual(self.snapshot(deal), before)

    def test_silence_approves_small_things_only(self):
        small = self.make_deal("delivered", title="small")
        big = self.make_deal(
            "delivered", title="big", quantity=20, prices={self.com.id: "1"}
        )
        early = self.make_deal("delivered", title="early")
        old = fields.Datetime.now() - timedelta(days=15)
        (small | big | early).sudo().write({"date_state": old, "date_due": old})
        early.sudo().date_due = fields.Datetime.now() + timedelta(days=3)
        self.env["wezer.proposition"]._cron_clocks()
        self.assertEqual(
            (small.state, big.state, early.state), ("paid", "disputed", "delivered")
        )
        self.assertBooksHold()

    def test_late_work_is_warned_then_freed(self):
        deal = self.make_deal()
        deal.sudo().date_due = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.proposition"]._cron_clocks()
        self.assertEqual(deal.state, "accepted")
        deal.sudo().date_due = fields.Datetime.now() - timedelta(days=8)
        self.env["wezer.proposition"]._cron_clocks()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "expired"))
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_each_arrow_tells_the_other_side_and_mails_nobody(self):
        mails = self.env["mail.mail"].sudo().search_count([])
        deal = self.make_deal("paid")
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search([("res_model", "=", deal._name), ("res_id", "=", deal.id)])
        )
        self.assertEqual(notices.partner_id, (self.test1 | self.test2).partner_id)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)

    def test_what_waits_for_me_is_on_my_list(self):
        deal = self.make_deal("delivered")
        rows = self.test1.with_user(self.test1)._wezer_todo()
        mine = [row for row in rows if row["url"] == f"/my/deals/{deal.id}"]
        self.assertEqual([row["section"] for row in mine], ["now"])
