from lxml import html

from odoo.tests import HttpCase, tagged

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
