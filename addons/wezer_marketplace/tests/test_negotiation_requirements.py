"""Negotiation: rounds, turns, deadlines of terms, questions.

Changes after the agreement are in test_amend_and_hand_over.
"""

from datetime import timedelta
from itertools import product

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon
from .test_rights import GroupsCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestNegotiation(MarketCommon):
    def _later(self, **delta):
        moment = fields.Datetime.now() + timedelta(**delta)
        return fields.Datetime.to_string(moment.replace(microsecond=0))

    def _clock(self):
        self.env["wezer.deal"]._cron_timeouts()

    # === ROW 12: HAGGLING === #

    def test_both_sides_negotiate_a_price_until_they_agree(self):
        want = self.announce(self.test1, prices={})
        deal = self.propose(self.test2, want, prices={self.com.id: "90"})
        as_author = self.as_(self.test1, deal)
        as_author.action_counter(
            {"prices": {self.hours.id: "2:00"}, "steps": "Look\nRepair"}
        )
        deal.action_counter({"quantity": "3", "done_when": "takes effect"})
        rounds = deal.sudo().terms_ids.sorted("round")
        self.assertEqual(rounds.mapped("round"), [1, 2, 3])
        self.assertEqual(rounds.mapped("side"), ["replier", "author", "replier"])
        self.assertEqual(rounds[1].price_line_ids.wezer_currency_id, self.hours)
        # What is not said anew stays as it was; nothing is set aside yet.
        self.assertEqual(rounds[2].price_line_ids.total_minor, 120)
        self.assertEqual(rounds[2].steps, "Look\nRepair")
        self.assertFalse(self.transfers(deal))
        as_author.action_accept()
        self.assertEqual(deal.accepted_terms_id, rounds[2])
        self.assertEqual(self.reserved(self.test1, self.hours), "2:00")
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_each_round_is_immutable_and_shows_what_changed(self):
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, prices={self.com.id: "90"})
        self.as_(self.test1, deal).action_counter({"prices": {self.com.id: "70"}})
        first, second = deal.sudo().terms_ids.sorted("round")
        self.assertEqual(first._diff(), [])
        changed = second._diff()
        self.assertEqual([label for label, _old, _new in changed], ["Price"])
        self.assertIn("90", changed[0][1])
        self.assertIn("70", changed[0][2])
        for terms in (first, second):
            with self.assertRefused("immutable"):
                terms.write({"message": "never said"})
            with self.assertRefused("immutable"):
                terms.price_line_ids.write({"total_minor": 1})
            for user in (self.test1, self.test2, self.moderator):
                with self.assertRefused():
                    terms.with_user(user).unlink()
                with self.assertRefused():
                    terms.with_user(user).sudo(False).copy()

    def test_refusing_terms_does_not_end_the_deal(self):
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, prices={self.com.id: "90"})
        for price in ("60", "80", "65", "75", "70"):
            turn = self.test1 if deal.sudo().turn == "author" else self.test2
            self.as_(turn, deal).action_counter({"prices": {self.com.id: price}})
            self.assertEqual(deal.state, "open")
        deal.with_user(self.test2).action_accept()
        self.assertEqual(self.reserved(self.test1), "70.00")

    # === ROW 13: WHO WROTE IT IS NOT WHO PAYS === #

    def test_a_counter_proposal_never_swaps_payer_and_worker(self):
        for kind, payer, payee in (
            ("want", self.test1, self.test2),
            ("offer", self.test2, self.test1),
        ):
            announcement = self.announce(self.test1, kind=kind, title=kind)
            deal = self.propose(self.test2, announcement, prices={self.com.id: "60"})
            sides = []
            for user in (self.test1, self.test2, self.test1):
                self.as_(user, deal).action_counter({"message": "so?"})
                seen = deal.sudo()
                sides.append((seen.terms_id.side, seen.terms_id.partner_id))
                self.assertEqual(
                    (seen.payer_id, seen.payee_id, seen.author_id, seen.replier_id),
                    (
                        payer.partner_id,
                        payee.partner_id,
                        self.test1.partner_id,
                        self.test2.partner_id,
                    ),
                )
            self.assertEqual(
                sides,
                [
                    ("author", self.test1.partner_id),
                    ("replier", self.test2.partner_id),
                    ("author", self.test1.partner_id),
                ],
            )
            deal.action_accept()
            held = self.transfers(deal)
            self.assertEqual(held.payer_id, payer.partner_id)
            self.assertEqual(held.payee_id, payee.partner_id)

    # === ROW 14: WHO MAY ACT NEXT === #

    def test_only_the_side_whose_turn_it_is_may_act(self):
        """Each state × person × action, beside a table written by hand."""
        may = {
            ("author", "accept"): "test1",
            ("author", "counter"): "test1",
            ("replier", "accept"): "test2",
            ("replier", "counter"): "test2",
        }
        actions = {"accept": [], "counter": [{"message": "so?"}]}
        people = ("test1", "test2", "stranger", "moderator")
        for turn, who, action in product(("author", "replier", "no"), people, actions):
            want = self.announce(self.test1, title=f"{turn} {who} {action}")
            deal = self.propose(self.test2, want, prices={self.com.id: "1"})
            if turn == "replier":
                self.as_(self.test1, deal).action_counter({})
            elif turn == "no":
                self.as_(self.test1, deal).action_decline("no")
            before = self.snapshot(deal)
            move = getattr(self.as_(getattr(self, who), deal), f"action_{action}")
            if may.get((turn, action)) == who:
                move(*actions[action])
                self.assertNotEqual(self.snapshot(deal), before)
                if deal.state == "accepted":
                    deal.action_release()
            else:
                with self.assertRefused():
                    move(*actions[action])
                self.assertEqual(self.snapshot(deal), before, (turn, who, action))
            if deal.state == "open":
                deal.action_withdraw()

    def test_terms_expire_at_their_deadline(self):
        want = self.announce(self.test1)
        deal = self.propose(
            self.test2, want, prices={self.com.id: "60"}, expiry=self._later(days=2)
        )
        self.assertIn("until", self.as_(self.test1, deal)._turn_line())
        self._clock()
        self.assertEqual(deal.state, "open")
        # Past its moment it is not accepted, though no clock came by yet.
        self.env.cr.execute(
            "UPDATE wezer_terms SET expiry = now() AT TIME ZONE 'UTC' - interval '1h'"
            " WHERE id = %s",
            [deal.sudo().terms_id.id],
        )
        self.env.invalidate_all()
        before = self.snapshot(deal)
        with self.assertRefused("expired"):
            self.as_(self.test1, deal).action_accept()
        self.assertEqual(self.snapshot(deal), before)
        for _time in range(2):
            self._clock()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "expired"))
        told = (
            self.env["wezer.notice"]
            .sudo()
            .search([("res_model", "=", deal._name), ("res_id", "=", deal.id)])
        )
        told = told.filtered(lambda one: one.res_model == deal._name)
        told = told.filtered(lambda one: not one.settled)
        self.assertEqual(told.partner_id, (self.test1 | self.test2).partner_id)
        self.assertEqual(len(told), 2)

    def test_a_counter_proposal_in_time_has_a_deadline_of_its_own(self):
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, expiry=self._later(days=2))
        self.as_(self.test1, deal).action_counter({"prices": {self.com.id: "40"}})
        self.assertFalse(deal.sudo().terms_id.expiry)
        with self.assertRefused("date"):
            deal.action_counter({"expiry": self._later(days=-1)})
        with self.assertRefused("date"):
            deal.action_counter({"expiry": "some day"})
        deal.action_accept()
        self.assertEqual(deal.state, "accepted")

    def test_an_amendment_expires_too(self):
        deal = self.make_deal()
        deal.action_amend(
            {"prices": {self.com.id: "80"}, "expiry": self._later(hours=1)}
        )
        change = deal.sudo()._proposal("amend").terms_id
        self.env.cr.execute(
            "UPDATE wezer_terms SET expiry = now() AT TIME ZONE 'UTC' - interval '1h'"
            " WHERE id = %s",
            [change.id],
        )
        self.env.invalidate_all()
        with self.assertRefused("expired"):
            self.as_(self.test1, deal).action_amend(round_number=change.round)
        self.assertEqual(self.reserved(self.test1), "50.00")

    # === ROW 16: ASKING FIRST === #

    def test_a_question_about_the_price_becomes_terms(self):
        want = self.announce(self.test1)
        deal = self.propose(
            self.test2, want, prices={self.com.id: "60"}, message="Would 60 be ok?"
        )
        deal.action_send_message("It is a big fence")
        self.as_(self.test1, deal).action_send_message("How long will it take?")
        # Asking binds nobody: nothing is set aside, no place is taken.
        self.assertFalse(self.transfers(deal))
        self.assertEqual((want.places_left, want.answer_count), (1, 1))
        number, said = deal.id, deal.sudo().message_line_ids.ids
        self.as_(self.test1, deal).action_accept()
        self.assertEqual((deal.id, deal.state), (number, "accepted"))
        self.assertEqual(deal.sudo().message_line_ids.ids, said)
        self.assertEqual(deal.accepted_terms_id.message, "Would 60 be ok?")
        self.assertEqual(self.reserved(self.test1), "60.00")


@tagged("post_install", "-at_install")
class TestNegotiationOfGroups(GroupsCommon):
    def test_a_question_to_a_group_is_no_private_message(self):
        """All who act for the group read it and answer, not one mailbox."""
        want = self.want(claim_mode="choose")
        deal = self.propose(
            self.test2, want, prices={self.com.id: "60"}, message="Would 60 be ok?"
        )
        deal.action_send_message("It is a big fence")
        for user in (self.luc, self.roger):
            seen = self.as_(user, deal)
            self.assertEqual(seen.terms_id.message, "Would 60 be ok?")
            self.assertEqual(seen.message_line_ids.body, "It is a big fence")
        told = (
            self.env["wezer.notice"]
            .sudo()
            .search([("res_model", "=", deal._name), ("res_id", "=", deal.id)])
        )
        self.assertLessEqual((self.luc | self.roger).partner_id, told.partner_id)
        for user in (self.stranger, self.test3):
            self.assertFalse(self.as_(user, deal).search([("id", "=", deal.id)]))
        self.as_(self.roger, deal).action_send_message("I ask Luc")
        self.as_(self.luc, deal).action_accept()
        self.assertEqual(deal.state, "accepted")


@tagged("post_install", "-at_install")
class TestNegotiationPage(WebsiteCommon):
    def test_the_deadline_of_terms_is_typed_and_shown(self):
        want = self.announce(self.test1)
        self.login(self.test2)
        soon = (fields.Datetime.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        terms = {"quantity": "1", f"price_{self.com.id}": "60"}
        page = self.post(f"/market/{want.slug}/propose", expiry=soon, **terms)
        self.assertIn("(until ", page.text)
        deal = want.sudo().deal_ids
        self.assertEqual(deal.terms_id.expiry.strftime("%M"), soon[-2:])
        self.login(self.test1)
        self.assertIn("(until ", self.get(f"/my/deals/{deal.id}"))
        # Left empty the answer stands for as long as nobody answers it.
        self.post(f"/my/deals/{deal.id}/counter", expiry="", **terms)
        deal.invalidate_recordset()
        self.assertEqual((deal.turn, deal.terms_id.expiry), ("replier", False))
