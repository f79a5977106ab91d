from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestPriceChips(MarketCommon):
    def chip(self, mode="all", **prices):
        currencies = {"hours": self.hours, "com": self.com, "dummy": self.dummy}
        prices = {currencies[name].id: text for name, text in prices.items()}
        announcement = self.announce(self.test1, prices=prices, price_mode=mode)
        return announcement._price_chip()

    def test_whole_hours_have_no_minutes(self):
        self.assertEqual(self.chip(hours="2:00"), ("2 hrs", True))

    def test_other_hours_have_them(self):
        self.assertEqual(self.chip(hours="1:30"), ("1:30 hrs", True))
        self.assertEqual(self.chip(hours="0:20"), ("0:20 hrs", True))

    def test_money_is_written_as_elsewhere(self):
        self.assertEqual(self.chip(com="50"), (self.com._format(5000), False))

    def test_several_prices_are_joined(self):
        self.assertEqual(self.chip(hours="1", dummy="8").text, "1 hrs + 8.00 DUM")
        self.assertEqual(
            self.chip("one", hours="3", dummy="8").text, "3 hrs or 8.00 DUM"
        )

    def test_no_price_is_unpaid_help(self):
        self.assertEqual(self.chip(), ("unpaid help", False))

    def test_terms_of_a_deal_show_the_same_chip(self):
        announcement = self.announce(self.test1, prices={self.hours.id: "2"})
        deal = self.claim(self.test2, announcement)
        self.assertEqual(deal.terms_id._price_chip(), ("2 hrs", True))
