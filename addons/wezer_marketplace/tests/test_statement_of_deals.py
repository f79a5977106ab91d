from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestStatementOfDeals(MarketCommon, HttpCase):
    """A statement leads to the deal that paid, and names its circle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._member("statement_stranger")
        cls.circle = cls.env["wezer.group"].create(
            {"name": "Statement garden", "kind": "circle"}
        )

    def setUp(self):
        super().setUp()
        self.deal = self.make_deal("paid")
        self.deal.sudo().announcement_id.group_ids = self.circle

    def _details(self, user):
        paid = self.transfers(self.deal).filtered(lambda one: one.state == "done")
        return paid.with_user(user)._statement_details(), paid

    def test_both_sides_find_the_deal_and_others_do_not(self):
        for user in (self.deal.author_id.user_ids, self.deal.replier_id.user_ids):
            details, paid = self._details(user)
            self.assertEqual(details[paid[0].id]["url"], f"/my/deals/{self.deal.id}")
            self.assertEqual(details[paid[0].id]["circle"], "Statement garden")
        self.assertFalse(self._details(self.stranger)[0])

    def test_what_belongs_to_no_deal_has_no_details(self):
        self.assertFalse(self.env["wezer.transfer"]._statement_details())

    def test_the_page_leads_to_the_deal(self):
        replier = self.deal.sudo().replier_id.user_ids
        replier.password = replier.login
        paid = self._details(replier)[1]
        self.authenticate(replier.login, replier.login)
        page = self.url_open(f"/my/wallets/{paid[0].payee_wallet_id.id}")
        entry = html.fromstring(page.text).find_class("o_wezer_movement")[0]
        self.assertIn(f"/my/deals/{self.deal.id}", "".join(entry.xpath(".//a/@href")))
        self.assertIn("Statement garden", entry.text_content())

    @mute_logger("odoo.http", "werkzeug")
    def test_members_of_a_circle_read_its_statement_on_page_paper_and_tables(self):
        circle, payee = self.circle.partner_id, self.test3.partner_id
        treasury = self.com.treasury_partner_id._wezer_wallet(self.com)
        wallet = circle._wezer_wallet(self.com)
        admin = self.env.ref("base.user_admin")
        self.env["wezer.transfer"].with_user(admin).post_batch(
            [
                {
                    "payer": payer.partner_id.id,
                    "payee": other.partner_id.id,
                    "currency": self.com.id,
                    "amount": amount,
                    "purpose": "seeds",
                }
                for payer, other, amount in (
                    (treasury, wallet, "5"),
                    (wallet, payee._wezer_wallet(self.com), "2"),
                )
            ],
            mode="history",
        )
        self.env["wezer.group.membership"].create(
            {"group_id": self.circle.id, "partner_id": self.test1.partner_id.id}
        )
        kinds = ("", "/statement.csv", "/statement.xlsx", "/statement.pdf")
        for user, status in ((self.test1, 200), (self.stranger, 404)):
            user.password = user.login
            self.authenticate(user.login, user.login)
            answers = [
                self.url_open(f"/my/wallets/{wallet.id}{kind}") for kind in kinds
            ]
            self.assertEqual(
                [answer.status_code for answer in answers], [status] * len(kinds)
            )
            if status == 200:
                self.assertIn("as a member of Statement garden", answers[0].text)
                table = answers[1].content.decode("utf-8-sig")
                self.assertIn("Statement of,Statement garden", table)
                self.assertIn(",-2.00,3.00,COM,", table)
                self.assertIn("Balance after,3.00", table)
        self.circle.books_open = False
        self.authenticate(self.test1.login, self.test1.login)
        for kind in kinds:
            answer = self.url_open(f"/my/wallets/{wallet.id}{kind}")
            self.assertEqual(answer.status_code, 404)
