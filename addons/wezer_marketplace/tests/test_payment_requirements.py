"""Payment: money set aside, automatic approval, disputes, approving own work.

More of it is in test_approvals, test_shares and test_milestones.
"""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import MarketCommon
from .test_rights import GroupsCommon


class PaymentCommon(MarketCommon):
    def _silent(self, deal, days=15):
        """Let ``days`` pass since the last step, and the clocks come by twice."""
        old = fields.Datetime.now() - timedelta(days=days)
        deal.sudo().write({"date_state": old, "date_due": old})
        for _time in range(2):
            self.env["wezer.deal"]._cron_timeouts()

    def _pay(self, user, to, amount):
        transfers = self.env["wezer.transfer"].with_user(user)
        return transfers.pay(
            user.partner_id.id, to.partner_id.id, self.com.id, amount, "Zq"
        )


@tagged("post_install", "-at_install")
class TestMoneySetAside(PaymentCommon):
    # === ROW 23: WHAT IS SET ASIDE === #

    def test_the_accepted_price_is_set_aside_not_the_announced_one(self):
        for price in ("35", "50", "80"):
            want = self.announce(self.test1, title=price)
            deal = self.propose(self.test2, want, prices={self.com.id: price})
            self.assertEqual(self.reserved(self.test1), "0.00")
            self.as_(self.test1, deal).action_accept()
            self.assertEqual(self.reserved(self.test1), f"{price}.00")
            self.assertEqual(self.transfers(deal).amount_minor, int(price) * 100)
            deal.action_release()
            self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_money_set_aside_cannot_be_spent_elsewhere(self):
        deal = self.make_deal(prices={self.com.id: "400"})
        # 500 is the limit and 400 are set aside: 100 are left for all else.
        with self.assertRefused("limit"):
            self._pay(self.test1, self.test3, "100.01")
        self._pay(self.test1, self.test3, "100")
        # Whoever claims is not told how much the other side has.
        with self.assertRefused("other_side"):
            self.make_deal(title="another", replier=self.test3)
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test2), "400.00")
        self.assertEqual(self.balance(self.test1), "-500.00")
        self.assertBooksHold()

    def test_without_the_money_nothing_is_agreed(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.propose(self.test2, want, prices={self.com.id: "500.01"})
        before = self.snapshot(deal)
        with self.assertRefused("limit"):
            self.as_(self.test1, deal).action_accept()
        self.assertEqual(self.snapshot(deal), before)
        self.assertEqual(want.places_left, 1)
        self.assertBooksHold()

    def test_all_currencies_are_set_aside_or_none(self):
        want = self.announce(
            self.test1, prices={self.com.id: "50", self.hours.id: "21:00"}
        )
        with self.assertRefused("other_side"):
            self.claim(self.test2, want)
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertEqual(self.reserved(self.test1, self.hours), "0:00")
        self.assertFalse(want.sudo().deal_ids)

    # === ROW 24: NOBODY IS LEFT UNPAID BY SILENCE === #

    def test_automatic_approval_pays_exactly_what_was_delivered_once(self):
        deal = self.make_deal(quantity=3, prices={self.com.id: "10.01"})
        deal.action_deliver("two of three", 2)
        self._silent(deal, 13)
        self.assertEqual((deal.state, self.balance(self.test2)), ("delivered", "0.00"))
        self._silent(deal)
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "20.02"))
        self.assertEqual(self.reserved(self.test1), "0.00")
        self._silent(deal, 40)
        self.assertEqual(self.balance(self.test2), "20.02")
        self.assertBooksHold()

    def test_automatic_approval_never_pays_more_than_one_approver_may(self):
        """Too much, outside money: a moderator is called, and nothing moves."""
        self.env.company.wezer_auto_approve_max_value = 2
        much = self.make_deal("delivered", title="much", quantity=3)
        outside = self.make_deal(
            "delivered", title="outside", prices={self.dummy.id: "1"}
        )
        never = self.make_deal("delivered", title="never", quantity=2)
        self._silent(much | outside)
        self.assertEqual((much.state, outside.state), ("disputed", "disputed"))
        self.env.company.wezer_auto_approve_max_value = 0
        self._silent(never)
        self.assertEqual(never.state, "disputed")
        self.assertEqual(self.balance(self.test2), "0.00")
        for deal in (much, never):
            self.assertEqual([one.state for one in self.transfers(deal)], ["reserved"])
        self.assertBooksHold()

    def test_a_deal_approved_for_too_long_is_disputed(self):
        deal = self.make_deal("delivered", prices={self.dummy.id: "5"})
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(deal.state, "confirming")
        self._silent(deal)
        self.assertEqual(deal.state, "disputed")
        # Called by the clock: whoever's action it was may still do it.
        deal.action_withdraw_dispute()
        deal.action_confirm()
        self.assertEqual(deal.state, "paid")

    @mute_logger("odoo.addons.wezer_base.models.wezer_invariant")
    def test_money_set_aside_is_checked_every_night(self):
        check, notices = self.env["wezer.invariant"], self.env["wezer.notice"].sudo()
        administrator = self.env.ref("wezer_base.group_administrator")
        self.moderator.group_ids |= administrator

        def told():
            return notices.search(
                [
                    ("kind", "=", "check"),
                    ("partner_id", "=", self.moderator.partner_id.id),
                    ("settled", "=", False),
                ]
            )

        cron = self.env.ref("wezer_base.ir_cron_check")
        self.assertTrue(cron.active)
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "days"))
        deal = self.make_deal()
        check._cron_nightly()
        self.assertFalse(told())
        wallet = self.test1.partner_id._wezer_wallet(self.com)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_wallet SET reserved = reserved - 1 WHERE id = %s", [wallet.id]
        )
        for _night in range(2):
            check._cron_nightly()
        self.assertIn("set aside", told().message)
        self.env.cr.execute(
            "UPDATE wezer_wallet SET reserved = reserved + 1 WHERE id = %s", [wallet.id]
        )
        check._cron_nightly()
        self.assertFalse(told())
        self.assertEqual(deal.state, "accepted")

    # === ROW 25: DISPUTES === #

    def test_the_page_says_beforehand_how_disputes_are_decided(self):
        for state in ("accepted", "delivered", "paid"):
            deal = self.make_deal(state, title=state)
            with self.assertRefused("note"):
                deal.action_dispute(" ")
            deal.action_dispute("We do not agree")
            self.assertEqual(deal.state, "disputed")
            before = self.snapshot(deal)
            for action, args in (
                ("deliver", []),
                ("approve", []),
                ("pay", []),
                ("refund", []),
                ("cancel", []),
                ("release", []),
                ("send_back", ["x"]),
                ("amend", [{"quantity": 2}]),
                ("hand_over", [self.test3.partner_id.id]),
                ("assess", [self.scores()]),
                ("dispute", ["again"]),
            ):
                for user in (self.test1, self.test2):
                    with self.assertRefused():
                        getattr(self.as_(user, deal), f"action_{action}")(*args)
            for outcome in ("paid", "cancelled"):
                for user in (self.test1, self.test2, self.stranger):
                    with self.assertRefused():
                        self.as_(user, deal).action_resolve(outcome, "for me")
            self.assertEqual(self.snapshot(deal), before, state)
            decide = self.as_(self.moderator, deal)
            for outcome, reason in (("paid", " "), ("mine", "so"), (None, "so")):
                with self.assertRefused():
                    decide.action_resolve(outcome, reason)
            decide.action_resolve("cancelled", "Not what was agreed")
            last = deal.sudo().event_ids.filtered(lambda one: one.action == "resolve")
            self.assertEqual(last.note, "Not what was agreed")
            self.assertEqual(deal.state, "ended")
        self.assertEqual(self.balance(self.test2), "0.00")
        self.assertBooksHold()

    def test_moderators_cannot_decide_an_undisputed_deal(self):
        with self.assertRefused("state"):
            self.make_deal(claim_mode="choose").action_dispute("x")
        deal = self.make_deal("paid")
        deal.sudo().date_paid = fields.Datetime.now() - timedelta(days=15)
        with self.assertRefused("deadline"):
            deal.action_dispute("too late")
        for outcome in ("cancelled", "paid", "split"):
            with self.assertRefused():
                self.as_(self.moderator, deal).action_resolve(outcome, "I like to")
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "50.00"))

    def test_assessments_are_paused_during_a_dispute(self):
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_approve(self.scores(-2), "It broke")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.state, "blind")
        deal.action_dispute("It broke later")
        given.invalidate_recordset()
        self.assertFalse(given.deadline)
        self.env["wezer.assessment"]._cron_reveal()
        self.assertEqual(given.state, "blind")
        with self.assertRefused("state"):
            deal.action_assess(self.scores(2, "payer"))
        self.as_(self.moderator, deal).action_resolve("paid", "It was good")
        self.assertEqual(deal.state, "paid")
        self.assertGreater(given.deadline, fields.Datetime.now())
        deal.action_assess(self.scores(2, "payer"), "So it goes")
        self.assertEqual(
            self.env["wezer.assessment"]._for_origin(deal).mapped("state"),
            ["revealed", "revealed"],
        )


@tagged("post_install", "-at_install")
class TestOwnWork(GroupsCommon):
    # === ROW 18: ONE'S OWN CLAIM === #

    def _barred(self, deal, user, acting=None):
        for action in ("approve", "pay"):
            with self.assertRefused("own_work" if action == "approve" else None):
                getattr(self.as_(user, deal), f"action_{action}")(
                    acting_partner_id=acting
                )

    def test_a_claimant_cannot_approve_and_reads_why(self):
        deal = self.claim(self.luc, self.want())
        deal.action_deliver(acting_partner_id=self.luc.partner_id.id)
        before = self.snapshot(deal)
        self._barred(deal, self.luc)
        self._barred(deal, self.luc, self.payer.id)
        self.assertEqual(self.snapshot(deal), before)
        # No button offers it, and the refusal says why in words.
        self.assertFalse(deal.may_approve)
        self.assertNotIn("approve", [one["action"] for one in deal._allowed_actions()])
        with self.assertRaises(NotAllowed) as refused:
            deal.action_approve(acting_partner_id=self.payer.id)
        self.assertIn(
            "You cannot approve work you did yourself", str(refused.exception)
        )
        self.as_(self.roger, deal).action_approve()
        # Approved by another, it is still not his to pay.
        with self.assertRefused("own_work"):
            deal.action_pay(acting_partner_id=self.payer.id)
        self.assertBooksHold()

    def test_handing_over_does_not_lift_a_conflict_of_interest(self):
        deal = self.claim(self.luc, self.want())
        party = self.luc.partner_id.id
        deal.action_hand_over(self.test3.partner_id.id, acting_partner_id=party)
        self.as_(self.test3, deal).action_hand_over()
        deal.action_hand_over(acting_partner_id=self.payer.id)
        deal = self.as_(self.test3, deal)
        self.assertEqual(deal.payee_id, self.test3.partner_id)
        deal.action_deliver()
        self._barred(deal, self.luc)
        self.as_(self.roger, deal).action_approve()
        self.assertEqual(deal.state, "approved")

    def test_everybody_who_acted_for_the_worker_cannot_approve(self):
        """For a working group: who claimed, who negotiated, who delivered."""
        forge = self.env["wezer.group"].create({"name": "Forge"})
        for user in (self.roger, self.luc):
            self._fill(f"Smith {user.name}", forge, user, "market")
        want = self.want(claim_mode="choose")
        deal_id = self.as_(self.roger, want).action_claim(
            acting_partner_id=forge.partner_id.id
        )
        deal = self.env["wezer.deal"].browse(deal_id)
        self.as_(self.luc, deal).action_accept(acting_partner_id=self.payer.id)
        self.as_(self.luc, deal).action_deliver(acting_partner_id=forge.partner_id.id)
        barred = deal.sudo().conflicted_ids
        self.assertLessEqual((self.roger | self.luc).partner_id, barred)
        # Both who may approve had a hand in it: then one may, and all see it.
        self.as_(self.luc, deal).action_approve(acting_partner_id=self.payer.id)
        self.assertIn("self_approve", deal.sudo().event_ids.mapped("action"))

    def test_the_only_actor_of_a_group_may_approve_and_it_is_marked(self):
        alone = self.env["wezer.group"].create({"name": "Alone"})
        self._fill("All", alone, self.test3, "wallet", "market")
        wallet = alone.partner_id._wezer_wallet(self.com)
        wallet.with_user(self.moderator).set_limits("100", "100")
        want = self.announce(self.test3, acting=alone.partner_id.id)
        deal = self.claim(self.test3, want)
        deal.action_deliver()
        deal.action_approve(acting_partner_id=alone.partner_id.id)
        self.assertEqual(deal.state, "paid")
        marked = deal.event_ids.filtered(lambda one: one.action == "self_approve")
        self.assertIn("nobody else could", marked.sentence)
        self.assertBooksHold()

    def test_an_inherited_actor_counts_as_another_approver(self):
        """Inherited rights count: where the village could approve, it does."""
        inner = self.env["wezer.group"].create(
            {"name": "Pond", "parent_id": self.garden.id}
        )
        self._fill("Keeper", inner, self.test3, "wallet", "market")
        wallet = inner.partner_id._wezer_wallet(self.com)
        wallet.with_user(self.moderator).set_limits("100", "100")
        want = self.announce(self.test3, acting=inner.partner_id.id)
        deal = self.claim(self.test3, want)
        deal.action_deliver()
        self._barred(deal, self.test3, inner.partner_id.id)
        self.as_(self.luc, deal).action_approve()
        self.assertEqual(deal.state, "paid")
        self.assertNotIn("self_approve", deal.sudo().event_ids.mapped("action"))
        self.assertBooksHold()

    def test_a_person_cannot_approve_their_own_work(self):
        """One cannot even answer oneself: there is no such claim."""
        want = self.announce(self.test3)
        with self.assertRefused("own"):
            self.claim(self.test3, want)
