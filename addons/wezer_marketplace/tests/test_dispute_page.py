from odoo import http
from odoo.tests import HttpCase, tagged

from .test_dispute import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputePage(DisputeCommon, HttpCase):
    """A circle's moderator is a member like others: the website is his place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.test1, cls.test2, cls.gina, cls.vera, cls.moderator):
            user.password = user.login

    def get(self, user, url, status=200):
        self.authenticate(user.login, user.login)
        page = self.url_open(url)
        self.assertEqual(page.status_code, status, (user.name, url))
        return page.text

    def post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def test_a_member_decides_a_dispute_of_their_circle_on_the_deals_page(self):
        deal = self.dispute()
        url = f"/my/deals/{deal.id}"
        self.assertIn("A moderator of Garden was called", self.get(self.test1, url))
        for user in (self.vera, self.moderator):
            self.get(user, url, 404)
            self.get(user, f"{url}/live", 404)
            self.assertEqual(
                self.post(f"{url}/resolve", outcome="paid", reason="x").status_code, 404
            )
        self.assertIn(url, self.get(self.gina, "/my/todo"))
        page = self.get(self.gina, url)
        self.assertIn("both sides wait for your decision", page)
        self.assertIn("It is not as agreed", page)
        self.assertIn("Look at this", page)
        self.assertNotIn("Everything is given back", page, "nothing was paid yet")
        answer = self.post(
            f"{url}/resolve",
            outcome="split",
            reason="Half of it stands",
            **{f"amount_{self.com.id}": "25"},
        )
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.url.endswith("/my/todo"), answer.url)
        self.assertEqual(deal.state, "paid")
        self.assertEqual(self.balance(self.test2), "25.00")
        self.get(self.gina, url, 404)
        self.assertIn("Half of it stands", self.get(self.test2, url))

    def test_a_moderator_asks_both_sides_on_the_page_and_reads_their_answers(self):
        deal = self.dispute()
        url = f"/my/deals/{deal.id}"
        self.assertIn("Write to both sides", self.get(self.gina, url))
        self.post(f"{url}/send", body="Which door was it?")
        (message,) = deal.message_line_ids[-1]
        self.assertEqual(
            (message.partner_id, message.by_moderator), (self.gina.partner_id, True)
        )
        page = self.get(self.test1, url)
        self.assertIn("(moderator)", page)
        self.assertIn("Which door was it?", page)
        self.assertNotIn("Write to both sides", page)
        self.post(f"{url}/send", body="The red one")
        self.assertFalse(deal.message_line_ids[-1].by_moderator)
        self.assertIn("The red one", self.get(self.gina, url))
        # To ask is not to take part: the moderator decides this one, and another.
        for _again in range(2):
            self.assertEqual(self.who(deal), self.gina)
            self.as_(self.test2, deal).action_withdraw_dispute()
            with self.assertRefused():
                self.as_(self.gina, deal).action_send_message("And now?")
            self.as_(self.test2, deal).action_dispute("Again")

    def test_a_refused_decision_says_why_on_the_page(self):
        deal = self.dispute()
        url = f"/my/deals/{deal.id}"
        self.get(self.gina, url)
        answer = self.post(f"{url}/resolve", outcome="split", reason="All", amount_0="")
        self.assertIn("Cancel the deal instead", answer.text)
        self.assertEqual(deal.state, "disputed")

    def test_the_back_office_lists_the_disputes_to_decide(self):
        deal = self.dispute(replier=self.test3)
        self.dispute()
        action = self.env.ref("wezer_marketplace.wezer_dispute_action")
        deals = self.env["wezer.deal"].with_user(self.moderator)
        found = deals.search([("is_user_moderator", "=", True)])
        self.assertEqual(found.ids, deal.ids)
        self.assertIn("is_user_moderator", action.domain)
        sheet = self.env["wezer.deal.action.wizard"].with_user(self.moderator)
        sheet = sheet.with_context(**found.action_open_resolve()["context"]).create(
            {"outcome": "cancelled", "reason": "It was never begun"}
        )
        after = sheet.action_confirm()
        self.assertEqual(after["res_model"], "wezer.deal")
        self.assertEqual((deal.state, deal.end_reason), ("ended", "cancelled"))
        self.assertFalse(deals.search([("id", "=", deal.id)]))
