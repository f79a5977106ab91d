from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import MarketCommon

ALL_OF_IT = (
    "wezer.deal",
    "wezer.terms",
    "wezer.terms.price",
    "wezer.terms.milestone",
    "wezer.deal.event",
    "wezer.deal.message",
    "wezer.deal.evidence",
)
WAYS = {
    "wezer.deal": "id",
    "wezer.terms.price": "terms_id.deal_id",
    "wezer.terms.milestone": "terms_id.deal_id",
}


class DisputeCommon(MarketCommon):
    """Village › Garden; test1 and test2 are in both; each has a moderator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gina = cls._member("gina")  # moderates the garden
        cls.vera = cls._member("vera")  # moderates the village
        groups = cls.env["wezer.group"]
        cls.village = groups.create({"name": "Village"})
        cls.garden = groups.create({"name": "Garden", "parent_id": cls.village.id})
        for user in (cls.test1, cls.test2):
            cls._join(cls.garden, user)
        cls.garden_role = cls._moderators(cls.garden, cls.gina)
        cls.village_role = cls._moderators(cls.village, cls.vera)

    @classmethod
    def _join(cls, group, user):
        return cls.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": user.partner_id.id}
        )

    @classmethod
    def _moderators(cls, circle, *users, **vals):
        role = cls.env["wezer.group"].create(
            {
                "name": f"Ear of {circle.name}",
                "kind": "role",
                "parent_id": circle.id,
                "right_moderate": True,
                **vals,
            }
        )
        for user in users:
            cls._join(role, user)
        return role

    def dispute(self, state="delivered", **vals):
        deal = self.make_deal(state, **vals)
        deal.action_send_message("Look at this", acting_partner_id=None)
        deal.action_dispute("It is not as agreed")
        return deal.sudo()

    def who(self, deal):
        """Return who decides, by every way of asking; all of them agree."""
        users = self.env["res.users"].sudo()
        for name in ("gina", "vera", "moderator", "test1", "test2", "stranger"):
            users |= getattr(self, name)
        found = users.browse()
        self.env.invalidate_all()
        for user in users:
            seen = deal.with_user(user)
            may = deal.state == "disputed" and deal.dispute_id._may_decide(user)
            searched = seen.search(
                [("id", "=", deal.id), ("is_user_moderator", "=", True)]
            )
            self.assertEqual(bool(searched), may, user.name)
            self.assertEqual(seen.sudo().is_user_moderator, may, user.name)
            rows = user.with_user(user)._wezer_todo()
            listed = any(
                row["button"] == "Decide" and row["url"].endswith(f"/{deal.id}")
                for row in rows
            )
            self.assertEqual(listed, may, user.name)
            if may:
                found |= user
        return found

    def later(self, deal, days):
        """Let days pass for a dispute, then let the clocks strike."""
        now = fields.Datetime.now()
        with patch.object(fields.Datetime, "now", lambda: now + timedelta(days=days)):
            self.env["wezer.deal"]._cron_timeouts()


@tagged("post_install", "-at_install")
class TestWhoDecides(DisputeCommon):
    def test_moderators_of_the_smallest_common_circle_have_the_dispute(self):
        deal = self.dispute()
        self.assertEqual(deal.dispute_circle_id, self.garden)
        self.assertEqual(self.who(deal), self.gina)

    def test_without_a_moderator_there_the_next_larger_circle_has_the_dispute(self):
        self.garden_role.sudo().active = False
        deal = self.dispute()
        self.assertEqual(deal.dispute_circle_id, self.village)
        self.assertEqual(self.who(deal), self.vera)

    def test_without_a_common_circle_the_communitys_moderators_have_the_dispute(self):
        deal = self.dispute(replier=self.test3)
        self.assertFalse(deal.dispute_circle_id)
        self.assertEqual(self.who(deal), self.moderator)

    def test_guests_share_no_circle_with_anybody(self):
        guest = self._join(self.garden, self.test3)
        guest.is_guest = True
        self.assertFalse(self.dispute(replier=self.test3).dispute_circle_id)

    def test_a_party_never_decides_the_dispute_passes_to_the_larger_circle(self):
        self._join(self.garden_role, self.test2)
        self.garden_role.sudo().membership_ids.filtered(
            lambda one: one.partner_id == self.gina.partner_id
        ).state = "left"
        deal = self.dispute()
        self.assertEqual(self.who(deal), self.vera)
        with self.assertRefused("moderate"):
            self.as_(self.test2, deal).action_resolve("paid", "For me")

    def test_a_moderator_who_acts_for_a_party_cannot_decide(self):
        profile = self.gina.partner_id._wezer_profile()
        self.env["wezer.mandate"].with_user(self.test1).action_give(
            profile.id, ["market"]
        )
        deal = self.dispute()
        self.assertEqual(self.who(deal), self.vera)
        with self.assertRefused("moderate"):
            self.as_(self.gina, deal).action_resolve("paid", "For Test1")

    def test_a_moderator_who_is_authorised_by_a_party_later_cannot_decide(self):
        deal = self.dispute()
        self.assertEqual(self.who(deal), self.gina)
        profile = self.gina.partner_id._wezer_profile()
        self.env["wezer.mandate"].with_user(self.test1).action_give(
            profile.id, ["wallet"]
        )
        self.assertFalse(self.who(deal))
        self.later(deal, 0)
        self.assertEqual(self.who(deal), self.vera)

    def test_a_former_worker_cannot_decide(self):
        self._join(self.garden, self.gina)
        deal = self.make_deal(replier=self.gina)
        deal.action_hand_over(self.test2.partner_id.id)
        self.as_(self.test1, deal).action_hand_over()
        stand_in = self.as_(self.test2, deal)
        self.assertTrue(
            stand_in.action_hand_over(acting_partner_id=self.test2.partner_id.id)
        )
        stand_in.action_dispute("Half of it was never done")
        self.assertEqual(deal.sudo().dispute_circle_id, self.village)
        self.assertEqual(self.who(deal.sudo()), self.vera)

    def test_a_circle_that_is_a_party_does_not_decide(self):
        trader = self._member("trader")
        role = self._moderators(
            self.garden, trader, name="Trader", right_market=True, right_wallet=True
        )
        role.sudo().right_moderate = False
        self.garden.partner_id._wezer_wallet(self.com).with_user(
            self.moderator
        ).set_limits("500", "900")
        want = self.announce(trader, acting=self.garden.partner_id.id)
        deal = self.claim(self.test2, want)
        deal.action_dispute("They do not let me in")
        self.assertEqual(deal.sudo().dispute_circle_id, self.village)

    def test_joining_or_leaving_after_the_agreement_changes_no_moderator(self):
        shed = self.env["wezer.group"].create({"name": "Shed"})
        friend = self._moderators(shed, self.stranger)
        deal = self.make_deal("delivered")
        for user in (self.test1, self.test2):
            self._join(shed, user)
        members = self.garden.sudo().membership_ids
        members.filtered(
            lambda one: one.partner_id == self.test2.partner_id
        ).state = "left"
        deal.action_dispute("Who is right?")
        self.assertEqual(self.who(deal.sudo()), self.gina)
        self.assertTrue(friend)

    def test_of_two_common_circles_the_one_with_fewer_people_comes_first(self):
        shed = self.env["wezer.group"].create({"name": "Shed"})
        role = self._moderators(shed, self.stranger)
        for user in (self.test1, self.test2, self.test3, self.vera):
            self._join(shed, user)
        self.assertEqual(self.dispute().dispute_circle_id, self.garden)
        for number in range(3):
            self._join(self.garden, self._member(f"more{number}"))
        deal = self.dispute()
        self.assertEqual(deal.dispute_circle_id, shed)
        self.assertEqual(self.who(deal), self.stranger)
        self.assertTrue(role)

    def test_when_a_moderator_loses_the_right_the_next_circle_has_the_dispute(self):
        deal = self.dispute()
        self.garden_role.sudo().right_moderate = False
        self.assertFalse(self.who(deal))
        with self.assertRefused():
            self.as_(self.gina, deal).action_resolve("paid", "I did")
        self.later(deal, 0)
        self.assertEqual(self.who(deal), self.vera)


@tagged("post_install", "-at_install")
class TestWhatModeratorsSee(DisputeCommon):
    def sees(self, user, deal):
        """Say whether ``user`` reads every part of ``deal``; all or nothing."""
        seen = set()
        for model in ALL_OF_IT:
            way = WAYS.get(model, "deal_id")
            rows = self.env[model].with_user(user).search([(way, "=", deal.id)])
            seen.add(bool(rows))
            if rows:
                rows.read(["display_name"])
        self.assertEqual(len(seen), 1, f"{user.name}: all or nothing")
        return seen.pop()

    def test_moderators_read_the_deal_only_while_they_have_the_dispute(self):
        steps = [{"name": "Posts", "percent": "60"}, {"name": "Wire", "percent": "40"}]
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, milestones=steps, message="By steps")
        self.as_(self.test1, deal).action_accept()
        deal.action_send_message("Hello")
        deal.action_add_evidence("door.txt", b"the door")
        judges = (self.gina, self.vera, self.moderator)
        self.assertEqual([self.sees(one, deal) for one in judges], [False] * 3)
        deal.action_dispute("Look")
        self.assertEqual([self.sees(one, deal) for one in judges], [True, False, False])
        self.later(deal, 31)
        self.assertEqual([self.sees(one, deal) for one in judges], [False, True, False])
        self.later(deal, 62)
        self.assertEqual([self.sees(one, deal) for one in judges], [False, False, True])
        self.as_(self.moderator, deal).action_resolve("cancelled", "Never begun")
        self.assertEqual([self.sees(one, deal) for one in judges], [False] * 3)
        self.assertTrue(self.sees(self.test1, deal) and self.sees(self.test2, deal))

    def test_moderators_read_nothing_after_a_dispute_was_withdrawn(self):
        deal = self.dispute()
        self.as_(self.test2, deal).action_withdraw_dispute()
        self.assertFalse(self.who(deal))
        with self.assertRaises(AccessError):
            self.as_(self.gina, deal).read(["title"])

    def test_files_are_served_only_to_moderators_who_have_the_dispute(self):
        deal = self.make_deal()
        file = deal.action_add_evidence("door.txt", b"the door")
        evidence = self.env["wezer.deal.evidence"].browse(file)
        deal.action_dispute("Look")
        self.assertEqual(evidence.with_user(self.gina)._bytes(), b"the door")
        for user in (self.vera, self.moderator, self.stranger):
            with self.assertRaises(AccessError):
                evidence.with_user(user)._bytes()

    def test_participants_and_common_circles_are_readable_by_nobody(self):
        deal = self.dispute()
        hidden = (("took_part_ids", deal.dispute_id), ("common_circle_ids", deal))
        for user in (self.test1, self.gina, self.moderator):
            for name, record in hidden:
                with self.assertRaises(AccessError):
                    self.as_(user, record).read([name])
                with self.assertRaises(AccessError):
                    self.as_(user, record).search([(name, "!=", False)])

    def test_the_parties_and_the_moderators_who_have_it_read_a_dispute(self):
        deal = self.dispute()
        readers = (self.test1, self.test2, self.gina)
        others = (self.vera, self.moderator, self.stranger)
        dispute = deal.dispute_id
        for user in (*readers, *others):
            seen = self.env["wezer.dispute"].with_user(user)
            self.assertEqual(
                bool(seen.search([("id", "=", dispute.id)])), user in readers, user.name
            )
        self.as_(self.gina, deal).action_resolve("paid", "I looked at the fence")
        for user in (self.gina, *others):
            seen = self.env["wezer.dispute"].with_user(user)
            self.assertFalse(seen.search([("id", "=", dispute.id)]), user.name)
        said = self.as_(self.test2, dispute)
        self.assertEqual(said.decision_reason, "I looked at the fence")
        self.assertEqual(said.decided_by_id, self.gina.partner_id)

    def test_nobody_can_write_which_circle_decides(self):
        deal = self.dispute()
        for user in (self.test1, self.test2, self.gina, self.vera, self.moderator):
            model = self.env["wezer.deal"].with_user(user)
            for vals in (
                {"dispute_circle_id": self.village.id},
                {"dispute_holder_since": "2020-01-01 00:00:00"},
                {"dispute_id": False},
                {"state": "paid"},
                {"is_user_moderator": True},
            ):
                with self.assertRaises(AccessError):
                    call_kw(model, "write", [[deal.id], vals], {})
            for name in (
                "_pass_on",
                "_call_moderator",
                "_resume_after_dispute",
            ):
                with self.assertRaises(AccessError):
                    call_kw(model, name, [[deal.id]], {})


@tagged("post_install", "-at_install")
class TestDeciding(DisputeCommon):
    def test_assigned_moderators_decide_and_both_sides_read_the_reasons(self):
        deal = self.dispute()
        for user in (self.vera, self.moderator, self.stranger):
            with self.assertRefused():
                self.as_(user, deal).action_resolve("paid", "I think so")
        self.as_(self.gina, deal).action_resolve("paid", "I looked at the fence")
        self.assertEqual(deal.state, "paid")
        for user in (self.test1, self.test2):
            notes = self.as_(user, deal).event_ids.mapped("note")
            self.assertIn("I looked at the fence", notes)
            told = self.env["wezer.notice"].search(
                [("partner_id", "=", user.partner_id.id), ("res_id", "=", deal.id)]
            )
            self.assertIn("dispute", told.mapped("kind"))
        self.assertBooksHold()

    def test_a_full_refund_gives_assessments_no_weight(self):
        deal = self.make_deal("paid")
        self.as_(self.test1, deal).action_assess(self.scores(-2))
        self.as_(self.test1, deal).action_dispute("It broke the next day")
        self.as_(self.gina, deal).action_resolve("refunded", "It was rotten")
        self.assertEqual(
            (deal.sudo().state, deal.sudo().end_reason), ("ended", "refunded")
        )
        self.assertEqual(self.balance(self.test1), "0.00")
        said = self.env["wezer.assessment"].sudo()._for_origin(deal)
        self.assertEqual(said.mapped("no_weight"), [True])
        self.assertBooksHold()

    def test_an_outside_refund_waits_for_its_receipt(self):
        deal = self.make_deal("paid", prices={self.dummy.id: "5"})
        deal.action_confirm()
        self.as_(self.test1, deal).action_dispute("It broke")
        self.as_(self.gina, deal).action_resolve("refunded", "It was rotten")
        self.assertEqual(deal.sudo().state, "confirming")
        self.as_(self.test1, deal).action_confirm()
        self.assertEqual(deal.sudo().end_reason, "refunded")
        self.assertBooksHold()

    def test_a_refund_of_an_unpaid_deal_is_refused(self):
        deal = self.dispute()
        with self.assertRefused("outcome"):
            self.as_(self.gina, deal).action_resolve("refunded", "All of it")
        for outcome in ("stolen", "", None, ["paid"], "_paid"):
            with self.assertRefused("outcome"):
                self.as_(self.gina, deal).action_resolve(outcome, "x")
        with self.assertRefused("note"):
            self.as_(self.gina, deal).action_resolve("paid", "  ")
        self.assertEqual(deal.state, "disputed")

    def test_a_dispute_is_decided_once(self):
        deal = self.dispute()
        self.as_(self.gina, deal).action_resolve("cancelled", "Never begun")
        with self.assertRefused():
            self.as_(self.gina, deal).action_resolve("paid", "I changed my mind")
        self.assertEqual(self.balance(self.test2), "0.00")

    def test_no_action_is_possible_during_a_dispute(self):
        deal = self.dispute()
        worker, payer = self.as_(self.test2, deal), self.as_(self.test1, deal)
        for action in (
            lambda: payer.action_approve(),
            lambda: payer.action_pay(),
            lambda: payer.action_send_back("The door"),
            lambda: payer.action_amend({"message": "Less"}),
            lambda: worker.action_amend({"message": "More"}),
            lambda: worker.action_hand_over(self.test3.partner_id.id),
            lambda: worker.action_deliver("again"),
            lambda: worker.action_release("no"),
            lambda: worker.action_cancel("no"),
            lambda: payer.action_assess(self.scores()),
            lambda: worker.action_dispute("again"),
        ):
            with self.assertRefused("state"):
                action()
        self.later(deal, 29)
        self.assertEqual((deal.state, self.reserved(self.test1)), ("disputed", "50.00"))
        self.assertEqual(deal.dispute_circle_id, self.garden)

    def test_deadlines_continue_when_a_dispute_is_withdrawn(self):
        deal = self.make_deal("delivered").sudo()
        begun = fields.Datetime.now()
        deal.write(
            {
                "date_state": begun - timedelta(days=4),
                "date_due": begun + timedelta(days=3),
            }
        )
        worker = self.as_(self.test2, deal)
        worker.action_dispute("Nobody answers")
        # Ten days pass.
        deal.date_state = begun - timedelta(days=10)
        deal.dispute_id.state_before_since = begun - timedelta(days=14)
        worker.action_withdraw_dispute()
        # Rounded: the test itself takes a moment.
        self.assertEqual(round((begun - deal.date_state) / timedelta(days=1)), 4)
        self.assertEqual((deal.date_due - begun).days, 13)

    def test_the_dispute_period_of_a_payment_is_extended_by_a_dispute(self):
        deal = self.make_deal("paid").sudo()
        now = fields.Datetime.now()
        deal.date_paid = now - timedelta(days=10)
        payer = self.as_(self.test1, deal)
        payer.action_assess(self.scores(1))
        payer.action_dispute("It broke")
        said = self.env["wezer.assessment"].sudo()._for_origin(deal)
        self.assertFalse(said.deadline)
        deal.date_state = now - timedelta(days=9)
        payer.action_withdraw_dispute()
        self.assertEqual((deal.dispute_deadline - now).days, 13)
        self.assertEqual(said.deadline, deal.dispute_deadline)
        self.as_(self.test2, deal).action_assess(self.scores(1, "payer"))

    def test_an_automatic_dispute_ends_when_a_side_does_its_own_action(self):
        deal = self.make_deal(prices={self.dummy.id: "5"}).sudo()
        self.as_(self.test2, deal).action_deliver("done")
        self.as_(self.test1, deal).action_approve()
        deal.date_state = fields.Datetime.now() - timedelta(days=15)
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual((deal.state, deal.state_before), ("disputed", "confirming"))
        self.assertFalse(deal.disputed_by_id)
        for user in (self.test1, self.stranger, self.gina):
            with self.assertRefused():
                self.as_(user, deal).action_confirm()
        self.assertEqual(deal.state, "disputed")
        self.as_(self.test2, deal).action_confirm()
        self.assertEqual(deal.state, "paid")
        self.assertFalse(self.who(deal))
        self.assertBooksHold()

    def test_a_payment_can_be_disputed_after_a_new_agreement_of_the_same_two(self):
        want = self.announce(self.test1, places=3)
        first = self.claim(self.test2, want)
        first.action_deliver("done")
        self.as_(self.test1, first).action_approve()
        again = self.claim(self.test2, want)
        self.as_(self.test1, first).action_dispute("The first time it broke")
        self.assertEqual((first.state, again.state), ("disputed", "accepted"))
        self.as_(self.gina, first).action_resolve("split", "Half", {self.com.id: "20"})
        again.action_deliver("done again")
        self.as_(self.test1, again).action_approve()
        self.assertEqual(self.balance(self.test2), "70.00")
        self.assertBooksHold()

    def test_a_dispute_called_by_a_person_is_not_ended_by_actions(self):
        deal = self.dispute()
        with self.assertRefused("state"):
            self.as_(self.test1, deal).action_approve()
        with self.assertRefused("dispute"):
            self.as_(self.test1, deal).action_withdraw_dispute()


@tagged("post_install", "-at_install")
class TestDisputeRecords(DisputeCommon):
    def test_each_dispute_of_a_deal_is_kept(self):
        deal = self.make_deal("paid")
        payer = self.as_(self.test1, deal)
        payer.action_dispute("It broke")
        payer.action_withdraw_dispute()
        payer.action_dispute("It broke again")
        self.as_(self.gina, deal).action_resolve("split", "Half", {self.com.id: "20"})
        first, second = deal.sudo().dispute_ids.sorted("id")
        self.assertEqual((first.state, first.outcome), ("withdrawn", False))
        self.assertEqual((second.state, second.outcome), ("decided", "split"))
        self.assertEqual((first.reason, second.reason), ("It broke", "It broke again"))
        self.assertEqual((first | second).caller_id, self.test1.partner_id)
        self.assertEqual(second.state_before, "paid")
        self.assertEqual(second.circle_id, self.garden)
        self.assertEqual(second.amounts, {str(self.com.id): 2000})
        self.assertFalse(deal.sudo().dispute_id)

    def test_a_dispute_tells_what_a_user_may_do_with_it(self):
        dispute = self.dispute().dispute_id
        may = {
            user: {
                action
                for action in ("withdraw", "decide")
                if self.as_(user, dispute)._may(action)
            }
            for user in (self.test1, self.test2, self.gina)
        }
        self.assertEqual(
            may, {self.test1: set(), self.test2: {"withdraw"}, self.gina: {"decide"}}
        )

    def test_a_disputed_deal_without_an_open_dispute_is_found(self):
        deal = self.dispute()
        checks = self.env["wezer.invariant"].sudo()
        self.assertFalse(checks._check_open_disputes())
        deal.dispute_id.state = "withdrawn"
        self.assertEqual([row[0] for row in checks._check_open_disputes()], deal.ids)

    def test_what_a_leaver_wrote_in_a_dispute_is_deleted(self):
        deal = self.dispute()
        dispute = deal.dispute_id
        self.as_(self.gina, deal).action_resolve("paid", "I looked at the fence")
        dispute._anonymise(self.test2.partner_id.ids)
        self.assertEqual(
            (dispute.reason, dispute.decision_reason), (False, "I looked at the fence")
        )


@tagged("post_install", "-at_install")
class TestPassingOn(DisputeCommon):
    def test_after_thirty_days_a_dispute_passes_on_at_last_to_the_community(self):
        deal = self.dispute()
        self.later(deal, 29)
        self.assertEqual(self.who(deal), self.gina)
        for days, user in ((31, self.vera), (62, self.moderator)):
            self.later(deal, days)
            self.assertEqual(self.who(deal), user)
            told = self.env["wezer.notice"].search(
                [
                    ("partner_id", "=", user.partner_id.id),
                    ("res_id", "=", deal.id),
                    ("kind", "=", "dispute"),
                ]
            )
            self.assertEqual(len(told), 1)
        self.later(deal, 120)
        self.assertEqual(self.who(deal), self.moderator)
        passed = deal.event_ids.filtered(lambda one: one.action == "pass_on")
        self.assertEqual(len(passed), 2)
        with self.assertRefused():
            self.as_(self.gina, deal).action_resolve("paid", "At last")
        self.as_(self.moderator, deal).action_resolve("paid", "It is good")

    def test_a_dispute_does_not_pass_to_the_same_people(self):
        self._join(self.village_role, self.gina)
        self.village_role.sudo().membership_ids.filtered(
            lambda one: one.partner_id == self.vera.partner_id
        ).state = "left"
        deal = self.dispute()
        self.later(deal, 31)
        self.assertEqual(self.who(deal), self.moderator)

    def test_the_same_moderators_may_decide_a_deal_again(self):
        deal = self.make_deal("paid")
        payer = self.as_(self.test1, deal)
        payer.action_dispute("It broke")
        self.as_(self.gina, deal).action_resolve("paid", "It is good")
        payer.action_dispute("It broke again")
        self.assertEqual(self.who(deal.sudo()), self.gina)

    def _silence(self, deal):
        """Let 15 days pass in which nobody does anything; the clock comes by."""
        old = fields.Datetime.now() - timedelta(days=15)
        deal.sudo().date_state = old
        self.env["wezer.deal"]._cron_timeouts()

    def test_after_a_decision_a_missing_receipt_is_asked_for_again(self):
        deal = self.make_deal("delivered", prices={self.dummy.id: "12"})
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(deal.state, "confirming")
        self._silence(deal)
        self.assertEqual(deal.state, "disputed")
        self.as_(self.who(deal.sudo()), deal).action_resolve("paid", "It was done")
        self.assertEqual(deal.state, "confirming")
        told = [("partner_id", "=", self.test2.partner_id.id), ("kind", "=", "receipt")]
        before = self.env["wezer.notice"].search_count(told)
        for _fortnight in range(2):
            self._silence(deal)
            self.assertEqual(deal.state, "confirming")
        self.assertEqual(self.env["wezer.notice"].search_count(told), before + 2)
        # A side may still call, and then silence calls as before.
        self.as_(self.test2, deal).action_dispute("It never came")
        self.as_(self.test2, deal).action_withdraw_dispute()
        self._silence(deal)
        self.assertEqual(deal.state, "disputed")

    def test_undecided_and_undecidable_disputes_are_found(self):
        deal = self.dispute(replier=self.test3)
        checks = self.env["wezer.invariant"].sudo()
        self.assertFalse(checks._check_old_disputes() + checks._check_held_disputes())
        moderators = self.env.ref("wezer_base.group_moderator").all_user_ids
        deal.dispute_id.took_part_ids |= moderators.partner_id
        self.assertEqual([row[0] for row in checks._check_held_disputes()], deal.ids)
        deal.date_state = fields.Datetime.now() - timedelta(days=31)
        self.assertEqual([row[0] for row in checks._check_old_disputes()], deal.ids)
