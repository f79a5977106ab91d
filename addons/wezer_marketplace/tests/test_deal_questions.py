from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .finding import FindingDeals
from .test_dispute import DisputeCommon
from .test_shares import SharesCommon
from .test_task import TaskCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestQuestionsOfCoworkers(FindingDeals, SharesCommon):
    """Who works along is asked, finds the deal, and is told how it goes."""

    def test_each_coworker_is_asked_until_they_agree_themselves(self):
        deal = self.ask()
        self.assertAsked(deal, test3="share", ann="share", test1=None, test2=None)
        self.assertEqual(self.unread(self.test1, deal), ["news"])
        self.sign(self.test3, deal)
        self.assertAsked(deal, test3=None, ann="share", test1=None)
        self.sign(self.ann, deal)
        self.assertAsked(deal, test3=None, ann=None, test1="turn", test2=None)
        self.as_(self.test1, deal).action_accept()
        self.assertAsked(deal, test1=None, test2="work", test3=None, ann=None)
        for user in (self.test3, self.ann):
            self.assertEqual(self.unread(user, deal), ["news"])
            self.assertTrue(self.lists(user, deal))
        self.assertFalse(self.lists(self.stranger, deal))

    def test_letters_say_in_words_what_a_side_pays_or_receives(self):
        def told(deal):
            return [
                deal.sudo()._notice_amount(user.partner_id)
                for user in (self.test1, self.test2, self.test3)
            ]

        alone = self.make_deal()
        price = alone.sudo().price_text
        pays, gets = f"In this deal you pay {price}.", f"you receive {price}."
        self.assertEqual(told(alone), [pays, f"In this deal {gets}", ""])
        # Each co-worker receives a share of it.
        shared = self.ask()
        price = shared.sudo().price_text
        self.assertEqual(told(shared), [f"In this deal you pay {price}.", "", ""])
        self.as_(self.test1, shared).action_decline("No")
        self.assertEqual(told(shared), ["", "", ""], "nothing is paid any more")

    def test_coworkers_are_told_that_an_answer_was_declined(self):
        deal = self.ask()
        self.as_(self.test1, deal).action_decline("Decline")
        for user in (self.test2, self.test3, self.ann):
            self.assertEqual(self.unread(user, deal), ["news"])
        self.assertAsked(deal, test1=None, test2=None, test3=None, ann=None)

    def test_each_payee_of_outside_money_is_asked_whether_it_came(self):
        deal = self.agree(
            prices={self.dummy.id: "12"}, shares=self.named(test3="30", ann="20")
        )
        deal.action_deliver("Together")
        self.assertAsked(deal, test1="approve", test2=None, test3=None, ann=None)
        self.as_(self.test1, deal).action_approve()
        asked = {name: "receipt" for name in ("test2", "test3", "ann")}
        self.assertAsked(deal, test1=None, **asked)
        self.as_(self.test3, deal).action_confirm()
        self.assertAsked(deal, test2="receipt", test3=None, ann="receipt")
        self.as_(self.ann, deal).action_deny()
        self.assertAsked(deal, test1="pay", test2="receipt", test3=None, ann=None)
        deal.action_confirm()
        self.as_(self.test1, deal).action_pay()
        self.assertAsked(deal, test1=None, test2=None, ann="receipt")

    def test_a_message_or_file_settles_no_open_question(self):
        deal = self.ask()
        self.as_(self.test1, deal).action_send_message("Which of you has a ladder?")
        self.as_(self.test3, deal).action_send_message("I have")
        self.assertAsked(deal, test3="share", ann="share")
        self.assertIn("message", self.unread(self.ann, deal))
        self.sign(self.test3, deal)
        self.sign(self.ann, deal)
        self.as_(self.test1, deal).action_accept()
        self.as_(self.ann, deal).action_add_evidence("a.txt", b"Done")
        self.assertAsked(deal, test2="work")
        self.assertIn("evidence", self.unread(self.test3, deal))
        self.assertIn("evidence", self.unread(self.test1, deal))

    def test_a_newer_message_replaces_only_the_older_one_of_the_same_person(self):
        deal = self.agree()
        for body in ("One", "Two"):
            self.as_(self.test1, deal).action_send_message(body)
        for user in (self.test2, self.test3, self.ann):
            self.assertEqual(self.unread(user, deal).count("message"), 1)
        self.assertNotIn("message", self.unread(self.test1, deal))


@tagged("post_install", "-at_install")
class TestQuestionsOfDeals(FindingDeals, DisputeCommon):
    """What a deal asks of its sides, of stand-ins and of moderators."""

    def test_every_step_of_a_deal_asks_one_side(self):
        announcement = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, announcement)
        self.assertAsked(deal, test1="turn", test2=None)
        self.as_(self.test1, deal).action_counter({"message": "On Monday?"})
        self.assertAsked(deal, test1=None, test2="turn")
        deal.action_accept()
        self.assertEqual(self.unread(self.test1, deal), ["news"])
        self.assertEqual(self.unread(self.test2, deal), [])
        deal.action_deliver("Done")
        self.assertAsked(deal, test1="approve", test2=None)
        self.as_(self.test1, deal).action_send_back("The door")
        self.assertAsked(deal, test1=None, test2="work")
        deal.action_deliver("Done")
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.unread(self.test1, deal), ["news"])
        self.assertEqual(self.unread(self.test2, deal), ["news"])

    def test_the_to_do_list_asks_for_consent_to_cancel(self):
        deal = self.make_deal("delivered")
        deal.action_cancel("I am ill")
        rows = self.todo(self.test1, deal)
        self.assertEqual([row["section"] for row in rows], ["now"])
        self.assertIn("cancel", self.unread(self.test1, deal))
        self.assertIn("approve", self.unread(self.test1, deal))
        self.as_(self.test1, deal).action_cancel()
        self.assertEqual(self.todo(self.test1, deal), [])
        self.assertEqual(self.unread(self.test1, deal), [])

    def test_a_lapsed_proposal_to_cancel_is_no_longer_asked(self):
        deal = self.make_deal("delivered")
        deal.action_cancel("I am ill")
        deal.sudo()._proposal("cancel").signing_deadline -= timedelta(days=8)
        self.env["wezer.signature"]._cron_lapse()
        self.assertAsked(deal, test1="approve", test2=None)

    def test_an_amendment_and_a_stand_in_are_asked_of_each_signer(self):
        deal = self.make_deal()
        deal.action_amend({"message": "Tomorrow?"})
        self.assertAsked(deal, test1="amend")
        self.as_(self.test1, deal).action_amend(
            None, deal.sudo()._proposal("amend").terms_id.round
        )
        self.assertAsked(deal, test1=None, test2="work")
        deal.action_hand_over(self.test3.partner_id.id)
        self.assertAsked(deal, test1="hand_over", test3="hand_over")
        self.as_(self.test1, deal).action_hand_over()
        self.assertAsked(deal, test1=None, test3="hand_over")
        row = self.todo(self.test3, deal)[0]
        self.assertEqual(row["url"], f"/my/stand-in/{deal.id}")
        self.as_(self.test3, deal).action_hand_over()
        self.assertAsked(deal, test1=None)
        # The person who agreed last has the work on the list, without a notice.
        self.assertEqual(len(self.todo(self.test3, deal)), 1)

    def test_moderators_are_asked_until_the_dispute_is_decided(self):
        deal = self.make_deal("delivered")
        deal.action_dispute("It was refused")
        self.assertAsked(deal, gina="decide", vera=None)
        deal.action_send_message("Please look")
        deal.action_add_evidence("a.txt", b"Proof")
        self.assertAsked(deal, gina="decide", vera=None)
        self.assertIn("dispute", self.unread(self.test1, deal))
        deal._pass_on(fields.Datetime.now())
        self.assertAsked(deal, gina=None, vera="decide")
        self.as_(self.vera, deal).action_resolve("paid", "It was done")
        self.assertAsked(deal, gina=None, vera=None)
        self.assertNotIn("dispute", self.unread(self.test1, deal))
        self.assertIn("decision", self.unread(self.test1, deal))

    def test_the_earlier_question_returns_when_a_dispute_is_withdrawn(self):
        deal = self.make_deal("delivered")
        deal.action_dispute("It was refused")
        self.assertNotIn("approve", self.unread(self.test1, deal))
        deal.action_withdraw_dispute()
        self.assertAsked(deal, test1="approve", test2=None, gina=None)


@tagged("post_install", "-at_install")
class TestQuestionsOfCircles(FindingDeals, TaskCommon):
    """Who acts for a circle is asked what the circle has to answer, and no more."""

    def test_an_actor_who_agreed_to_cancel_for_a_circle_is_not_asked_again(self):
        deal = self.claim(self.test2, self._post(self.task))
        self.as_(self.mark, deal).action_cancel("It rains")
        self.assertEqual(
            deal.sudo()._proposal("cancel")._signed(), self.circle.partner_id
        )
        rows = self.todo(self.mark, deal)
        self.assertFalse([row for row in rows if row["button"]], rows)
        self.assertIn("cancel", self.unread(self.test2, deal))
        self.assertFound(deal, (self.mark, self.test2))

    def test_actors_of_a_circle_are_asked_to_agree_to_cancel(self):
        deal = self.claim(self.test2, self._post(self.task))
        deal.action_cancel("I am ill")
        self.assertIn("cancel", self.unread(self.mark, deal))
        self.assertEqual(len(self.todo(self.mark, deal)), 1)
        self.assertFound(deal, (self.mark, self.test2))


@tagged("post_install", "-at_install")
class TestMyDealsPage(FindingDeals, WebsiteCommon):
    def test_the_list_of_deals_shows_those_of_coworkers_and_stand_ins(self):
        deal = self.make_deal(title="Mend the roof together")
        deal.action_hand_over(self.test3.partner_id.id)
        self.login(self.test3)
        self.assertIn(f"/my/stand-in/{deal.id}", self.get("/my/deals"))
        self.assertIn(f"/my/stand-in/{deal.id}", self.get("/my/todo"))
        want = self.announce(self.test1, title="Paint the hall")
        shares = [{"partner_id": self.test3.partner_id.id, "percent": "30"}]
        other = self.propose(self.test2, want, shares=shares)
        self.assertIn(f"/my/deals/{other.id}", self.get("/my/deals"))
        self.assertIn(f"/my/deals/{other.id}", self.get("/my/todo"))
