from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.wezer_deal import BACKEND_ACTIONS, COLUMNS, DEAL
from ..tools import deal_page
from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestBoard(MarketCommon):
    def test_each_deal_is_in_its_column_of_the_board(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        self.assertEqual(deal.board, "choose")
        self.as_(self.test1, deal).action_counter({"prices": {self.com.id: "40"}})
        self.assertEqual(deal.board, "sign")
        deal.action_accept()
        self.assertEqual(deal.board, "underway")
        deal.action_deliver()
        self.assertEqual(deal.board, "approve")
        deal.action_dispute("x")
        self.assertEqual(deal.board, "disputed")
        deal.action_withdraw_dispute()
        self.as_(self.test1, deal).action_approve()
        self.assertEqual((deal.board, deal.completed), ("done", 100.0))

    def test_every_state_and_action_of_the_table_is_known_to_board_and_pages(self):
        self.assertEqual(set(COLUMNS), set(DEAL.states))
        labels = dict(self.env["wezer.deal"]._fields["state"].selection)
        self.assertEqual(set(labels), set(DEAL.states))
        self.assertLessEqual({*deal_page.BUTTONS, *BACKEND_ACTIONS}, {*DEAL.actions})
        self.assertEqual(set(deal_page.REACHED), {*DEAL.states} - {"disputed"})

    def test_late_work_shows_the_days_of_delay(self):
        deal = self.make_deal()
        self.assertFalse(deal.is_late)
        deal.sudo().date_due = fields.Datetime.now() - timedelta(days=2, hours=1)
        self.assertTrue(deal.is_late)
        self.assertEqual(deal.age_text, "2 days late")

    def test_figures_are_the_days_between_the_steps(self):
        deal = self.make_deal("paid")
        paid = deal.sudo()
        paid.date_delivered = paid.date_accepted + timedelta(days=3)
        paid.date_paid = paid.date_delivered + timedelta(days=1.5)
        self.assertEqual((deal.days_to_deliver, deal.days_to_pay), (3.0, 1.5))
        ((days, done),) = self.env["wezer.deal"]._read_group(
            [("id", "=", deal.id)], [], ["days_to_deliver:avg", "completed:avg"]
        )
        self.assertEqual((days, done), (3.0, 100.0))

    def test_many_deals_are_approved_by_one_wizard_that_shows_the_payments(self):
        deals = self.make_deal("delivered") | self.make_deal(
            "delivered", replier=self.test3, title="Second"
        )
        undone = self.make_deal(replier=self.stranger, title="Not done")
        before = self.snapshot(deals[0])
        mine = self.as_(self.test1, deals | undone)
        rows = mine._try_to_approve()
        self.assertEqual(self.snapshot(deals[0]), before, "tried and taken back")
        self.assertEqual([bool(row["reason"]) for row in rows], [False, False, True])
        wizard = self.env["wezer.deal.approve.many"].create(
            {"line_ids": [(0, 0, row) for row in rows]}
        )
        self.assertEqual(wizard.count, 2)
        total = deal_page.total_text(self.as_(self.test1, deals))
        self.assertEqual(
            total, f"{self.com._format(10000)} from {self.test1.partner_id.name}"
        )
        self.as_(self.test1, wizard._ready()).action_approve_many()
        self.assertEqual(deals.mapped("state"), ["paid", "paid"])
        self.assertEqual(undone.state, "accepted")
        self.assertBooksHold()

    def test_the_wizard_for_many_deals_shows_no_foreign_deal(self):
        deal = self.make_deal("delivered")
        with self.assertRefused():
            self.env["wezer.deal.approve.many"].with_user(self.moderator).create(
                {"line_ids": [(0, 0, {"deal_id": deal.id})]}
            )
        with self.assertRefused():
            self.as_(self.moderator, deal).action_open_approve_many()
