from odoo import http
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestPaymentLink(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.anna, cls.luc, cls.stranger):
            user.password = user.login

    def _links(self, user):
        return self.env["wezer.payment.link"].with_user(user)

    def _link(self, user, amount="", purpose="", **kwargs):
        links = self._links(user)
        made = links.create_link(
            user.partner_id.id, self.hours.id, amount, purpose, **kwargs
        )
        return links.sudo().browse(made)

    def _pay(self, user, link, amount=None, **kwargs):
        return self._links(user).pay(link.token, user.partner_id.id, amount, **kwargs)

    def test_anyone_with_the_address_pays_the_amount_it_asks_for(self):
        link = self._link(self.anna, "1:30", "bicycle")
        self._pay(self.luc, link, "0:01")
        self._pay(self.stranger, link)
        self.assertEqual(self.balance(self.anna, self.hours), "3:00")

    def test_an_open_amount_is_chosen_by_the_payer(self):
        link = self._link(self.anna)
        self._pay(self.luc, link, "0:20", purpose="thanks")
        self.assertEqual(self.balance(self.anna, self.hours), "0:20")
        with self.assertRefused("amount"):
            self._pay(self.luc, link, "0")

    def test_an_address_for_one_payment_ends_with_it_and_knows_its_key(self):
        link = self._link(self.anna, "1:00", once=True)
        first = self._pay(self.luc, link, key="a")
        self.assertEqual(self._pay(self.luc, link, key="a"), first)
        with self.assertRefused("key"):
            self._pay(self.luc, link, key="a", purpose="other")
        with self.assertRefused("link"):
            self._pay(self.luc, link, key="b")
        with self.assertRefused("link"):
            self._pay(self.stranger, link, key="a")
        self.assertEqual(self.balance(self.anna, self.hours), "1:00")

    def test_only_actors_of_the_payee_make_and_end_addresses(self):
        with self.assertRaises(NotAllowed):
            self._links(self.luc).create_link(self.anna.partner_id.id, self.hours.id)
        link = self._link(self.anna)
        with self.assertRaises(NotAllowed):
            link.with_user(self.luc).action_withdraw()
        link.with_user(self.anna).action_withdraw()
        with self.assertRefused("link"):
            self._pay(self.luc, link, "1:00")

    def test_nobody_pays_with_anothers_wallet_at_an_address(self):
        link = self._link(self.anna, "1:00")
        with self.assertRaises(NotAllowed):
            self._links(self.stranger).pay(link.token, self.luc.partner_id.id)

    def test_addresses_are_read_by_their_owner_alone(self):
        link = self._link(self.anna)
        self.assertEqual(self._links(self.anna).search([]), link)
        self.assertFalse(self._links(self.luc).search([("id", "=", link.id)]))

    def test_on_the_website_from_the_code_to_the_statement(self):
        self.wallet(self.anna, self.hours)
        self.authenticate(self.anna.login, self.anna.login)
        wallet = self.wallet(self.anna, self.hours)
        token = http.Request.csrf_token(self)
        page = self.url_open(
            f"/my/wallets/{wallet.id}/link",
            data={"csrf_token": token, "amount": "1:30", "purpose": "bicycle"},
        )
        self.assertIn("data:image/svg+xml;base64,", page.text)
        link = self._links(self.anna).search([])
        self.logout()
        page = self.url_open(f"/pay/{link.token}").text
        for words in ("Log in to pay", "1:30 h", f"redirect=/pay/{link.token}"):
            self.assertIn(words, page)
        self.assertNotIn("bicycle", page, "what for is between members")
        self.assertIn("or is closed", self.url_open("/pay/nothing").text)
        self.authenticate(self.luc.login, self.luc.login)
        page = self.url_open(f"/pay/{link.token}")
        self.assertIn("Pay Anna", page.text)
        self.assertIn("You can still spend", page.text)
        page = self.url_open(
            f"/pay/{link.token}",
            data={"csrf_token": http.Request.csrf_token(self), "key": "k"},
        )
        self.assertIn("You paid 1:30 h to Anna", page.text)
        page = self.url_open("/pay/nothing")
        self.assertIn("or is closed", page.text)
