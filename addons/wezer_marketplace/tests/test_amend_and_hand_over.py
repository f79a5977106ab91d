from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestAmend(MarketCommon):
    def amend(self, user, deal, **vals):
        return self.as_(user, deal).action_amend(vals)

    def sign(self, user, deal, number=None):
        deal = self.as_(user, deal)
        return deal.action_amend(
            round_number=number or deal.sudo()._proposal("amend").terms_id.round
        )

    def test_an_amendment_needs_both_signatures_and_resets_the_money_set_aside(self):
        deal = self.make_deal()
        self.assertFalse(self.amend(self.test2, deal, prices={self.com.id: "80"}))
        self.assertEqual(self.reserved(self.test1), "50.00")
        self.assertEqual(deal.accepted_terms_id.price_line_ids.total_minor, 5000)
        self.assertTrue(self.sign(self.test1, deal))
        self.assertEqual(self.reserved(self.test1), "80.00")
        self.assertEqual(deal.state, "accepted")
        self.assertBooksHold()
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test2), "80.00")
        self.assertBooksHold()

    def test_an_amendment_changes_currency_quantity_and_due_date(self):
        deal = self.make_deal(
            prices={self.com.id: "50", self.hours.id: "1:00"}, price_mode="one"
        )
        later = fields.Datetime.now().replace(microsecond=0) + timedelta(days=9)
        self.amend(
            self.test1,
            deal,
            prices={self.hours.id: "2:00"},
            quantity="2",
            date_due=fields.Datetime.to_string(later),
        )
        self.sign(self.test2, deal)
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertEqual(self.reserved(self.test1, self.hours), "2:00")
        self.assertEqual((deal.accepted_terms_id.quantity, deal.date_due), (2, later))

    def test_the_proposer_cannot_sign_and_an_old_version_is_refused(self):
        deal = self.make_deal()
        with self.assertRefused("amend"):
            self.sign(self.test1, deal, 2)
        self.amend(self.test2, deal, prices={self.com.id: "80"})
        shown = deal.sudo()._proposal("amend").terms_id.round
        with self.assertRefused("turn"):
            self.sign(self.test2, deal)
        self.amend(self.test2, deal, prices={self.com.id: "90"})
        with self.assertRefused("version"):
            self.sign(self.test1, deal, shown)
        with self.assertRefused():
            self.sign(self.stranger, deal)
        self.assertEqual(self.reserved(self.test1), "50.00")

    def test_an_amendment_lapses_after_a_week_and_at_any_other_action(self):
        deal = self.make_deal()
        self.amend(self.test2, deal, prices={self.com.id: "80"})
        deal.sudo()._proposal("amend").signing_deadline -= timedelta(days=8)
        with self.assertRefused("amend"):
            self.sign(self.test1, deal, deal.sudo()._proposal("amend").terms_id.round)
        self.amend(self.test2, deal, prices={self.com.id: "80"})
        deal.action_deliver()
        self.assertFalse(deal.sudo()._proposal("amend").terms_id)
        with self.assertRefused("amend"):
            self.sign(self.test1, deal, 3)

    def test_an_amendment_that_the_payer_cannot_pay_is_refused(self):
        deal = self.make_deal()
        self.amend(self.test2, deal, prices={self.com.id: "600"})
        before = self.snapshot(deal)
        with self.assertRefused("limit"):
            self.sign(self.test1, deal)
        self.assertEqual(self.snapshot(deal), before)

    def test_an_amendment_reopens_delivered_work(self):
        deal = self.make_deal("delivered")
        self.amend(self.test1, deal, quantity="3")
        self.sign(self.test2, deal)
        self.assertEqual((deal.state, deal.delivered_quantity), ("accepted", 0))

    def test_an_open_or_paid_deal_is_not_amended(self):
        paid = self.make_deal("paid")
        with self.assertRefused("state"):
            self.amend(self.test1, paid, quantity="3")


@tagged("post_install", "-at_install")
class TestHandOver(MarketCommon):
    def hand(self, deal, user=None, to=None):
        to = to or self.test3
        deal = self.as_(user or self.test2, deal)
        return deal.action_hand_over(to.partner_id.id)

    def sign(self, user, deal):
        return self.as_(user, deal).action_hand_over()

    def test_a_stand_in_takes_over_when_all_three_have_signed(self):
        deal = self.make_deal()
        self.assertFalse(self.hand(deal))
        with self.assertRefused():
            self.as_(self.test3, deal).read(["title"])
        self.assertFalse(self.sign(self.test3, deal))
        self.assertEqual(deal.payee_id, self.test2.partner_id)
        self.assertTrue(self.sign(self.test1, deal))
        deal = self.as_(self.test3, deal)
        self.assertEqual(deal.payee_id, self.test3.partner_id)
        self.assertEqual(self.reserved(self.test1), "50.00")
        self.assertBooksHold()
        with self.assertRefused():
            self.as_(self.test2, deal).action_deliver()
        deal.action_deliver()
        self.as_(self.test1, deal).action_approve()
        self.assertEqual(self.balance(self.test3), "50.00")
        self.assertEqual(self.balance(self.test2), "0.00")
        self.assertBooksHold()

    def test_nobody_signs_for_another_stand_in_than_was_shown(self):
        deal = self.make_deal()
        self.hand(deal)
        shown = deal.sudo()._proposal("hand_over").signing_version
        self.hand(deal, to=self.stranger)
        payer = self.as_(self.test1, deal)
        with self.assertRefused("version"):
            payer.action_hand_over(version=shown)
        self.assertFalse(payer.action_hand_over(version=shown + 1))

    def test_nobody_names_a_group_that_hides_itself(self):
        deal = self.as_(self.test2, self.make_deal())
        vals = {"name": "Secret", "visibility": "members"}
        secret = self.env["wezer.group"].create(vals).partner_id.id
        with self.assertRefused("member"):
            deal.action_hand_over(secret)
        with self.assertRefused("share"):
            deal.action_amend({"shares": [{"partner_id": secret, "percent": "20"}]})

    def test_a_former_worker_cannot_approve(self):
        deal = self.make_deal()
        self.hand(deal)
        self.sign(self.test1, deal)
        self.sign(self.test3, deal)
        barred = deal.sudo().conflicted_ids
        self.assertLessEqual((self.test2 | self.test3).partner_id, barred)

    def test_parties_and_non_members_cannot_stand_in_or_sign(self):
        deal = self.make_deal(places=2)
        for to in (self.test1, self.test2):
            with self.assertRefused("hand_over"):
                self.hand(deal, to=to)
        with self.assertRefused():
            self.hand(deal, user=self.test1)
        self.claim(self.stranger, deal.announcement_id)
        with self.assertRefused("answered"):
            self.hand(deal, to=self.stranger)
        with self.assertRefused("hand_over"):
            self.sign(self.test1, deal)
        self.hand(deal)
        with self.assertRefused():
            self.sign(self.stranger, deal)
        for evil in ("1", [1], True, -1, 10**20):
            with self.assertRefused():
                deal.action_hand_over(evil)

    def test_a_hand_over_lapses_and_offers_have_none(self):
        deal = self.make_deal()
        self.hand(deal)
        self.sign(self.test3, deal)
        deal.sudo()._proposal("hand_over").signing_deadline -= timedelta(days=8)
        with self.assertRefused("hand_over"):
            self.sign(self.test1, deal)
        offer = self.announce(self.test1, kind="offer", title="Offer")
        deal = self.claim(self.test2, offer)
        with self.assertRefused("kind"):
            self.hand(deal, user=self.test1)

    def test_the_task_is_assigned_to_the_stand_in(self):
        deal = self.make_deal()
        project = self.env["project.project"].create({"name": "Zq"})
        task = self.env["project.task"].create({"name": "Zq", "project_id": project.id})
        deal.sudo().task_id = task
        self.hand(deal)
        self.sign(self.test1, deal)
        self.sign(self.test3, deal)
        self.assertEqual(task.assignee_partner_id, self.test3.partner_id)


@tagged("post_install", "-at_install")
class TestAmendPages(WebsiteCommon):
    def test_an_amendment_is_proposed_shown_and_signed_on_the_page(self):
        deal = self.make_deal()
        url = f"/my/deals/{deal.id}"
        self.login(self.test2)
        self.post(f"{url}/amend", quantity="1", **{f"price_{self.com.id}": "80"})
        self.login(self.test1)
        page = self.get(url)
        self.assertRegex(page, r"<del>[^<]*50[^<]*</del>")
        self.assertRegex(page, r"<ins>[^<]*80[^<]*</ins>")
        self.assertIn("o_wezer_act_amend_sign", page)
        number = deal.sudo()._proposal("amend").terms_id.round
        self.post(f"{url}/amend_sign", round=str(number))
        self.assertEqual(self.reserved(self.test1), "80.00")

    def test_a_stand_in_is_named_asked_and_signs_on_a_page_of_their_own(self):
        deal = self.make_deal()
        url = f"/my/deals/{deal.id}"
        self.login(self.test3)
        self.get(f"/my/stand-in/{deal.id}", 404)
        self.login(self.test2)
        page = self.post(f"{url}/hand_over", who="nobody of that name")
        self.assertIn("the full name", page.text)
        slug = self.test3.partner_id._wezer_profile().slug
        self.post(f"{url}/hand_over", who=slug)
        self.login(self.stranger)
        self.get(f"/my/stand-in/{deal.id}", 404)
        self.login(self.test3)
        self.get(url, 404)
        self.assertIn("50.00", self.get(f"/my/stand-in/{deal.id}"))
        self.post(f"/my/stand-in/{deal.id}")
        self.login(self.test1)
        self.assertIn("o_wezer_act_hand_over_sign", self.get(url))
        self.post(f"{url}/hand_over_sign")
        self.assertEqual(deal.sudo().payee_id, self.test3.partner_id)
        self.login(self.test3)
        self.get(url)
