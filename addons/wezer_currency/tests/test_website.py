from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestWebsite(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.anna, cls.luc, cls.stranger):
            user.password = user.login

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def test_a_member_finds_pays_and_reads_the_statement(self):
        self._login(self.anna)
        self.assertIn("A wallet opens automatically", self.url_open("/my/wallets").text)
        slug = self.luc.partner_id._wezer_profile().slug
        self.assertIn(
            f'href="?to={slug}&amp;', self.url_open("/my/pay?search=luc").text
        )
        self.assertIn("Pay Luc", self.url_open(f"/my/pay?to={slug}").text)
        form = {
            "to": slug,
            "currency": self.hours.id,
            "amount": "1:30",
            "purpose": "bicycle <b>repaired</b>",
            "key": "x" * 32,
        }
        page = self._post("/my/pay", **form)
        self.assertIn("You paid 1:30 h to Luc", page.text)
        self.assertIn("bicycle &lt;b&gt;repaired", page.text)
        self.assertIn("You paid", page.text)
        self.assertIn("more than you gave", page.text)
        self.assertIn("18:30 h", page.text)
        self._post("/my/pay", **form)
        self.assertEqual(self.balance(self.luc, self.hours), "1:30")
        self.assertIn("Luc", self.url_open("/my/wallets").text + page.text)
        self.assertEqual(self.url_open("/my").status_code, 200)

    def test_a_refusal_is_explained_on_the_same_form_which_keeps_the_values(self):
        self._login(self.anna)
        slug = self.luc.partner_id._wezer_profile().slug
        page = self._post(
            "/my/pay", to=slug, currency=self.hours.id, amount="20:01", purpose="roof"
        )
        self.assertIn("-20:00 h", page.text)
        self.assertIn("roof", page.text)
        self.assertFalse(
            self.env["wezer.transfer"].search(
                [("payer_id", "=", self.anna.partner_id.id)]
            )
        )

    def test_an_amount_with_two_readings_is_asked_and_nothing_is_paid(self):
        slug = self.luc.partner_id._wezer_profile().slug
        self._login(self.anna)
        for currency, amount, readings in (
            (self.credit, "1.000", ("1000.00", "1.00")),
            (self.credit, "1,000", ("1000.00", "1.00")),
            (self.hours, "0,30", ("0:30", "0:18")),
        ):
            page = self._post("/my/pay", to=slug, currency=currency.id, amount=amount)
            for reading in readings:
                self.assertIn(reading, page.text)
            # What was typed stands in its field again.
            self.assertIn(f'value="{amount}"', page.text)
        mine = [("payer_id", "=", self.anna.partner_id.id)]
        self.assertFalse(self.env["wezer.transfer"].search(mine))
        self._post("/my/pay", to=slug, currency=self.credit.id, amount="1\u202f00,5")
        self.assertFalse(self.env["wezer.transfer"].search(mine))
        self._post("/my/pay", to=slug, currency=self.hours.id, amount="1h30")
        self.assertEqual(self.balance(self.luc, self.hours), "1:30")

    def test_a_payee_is_found_with_and_without_the_accents(self):
        self.luc.partner_id.name = "Rémy Œillet-D’Arc"
        self._login(self.anna)
        slug = self.luc.partner_id._wezer_profile().slug
        for form in ("/my/pay", "/my/ask"):
            for typed in ("Rémy", "remy", "REMY", "oeillet", "Œillet", "d'arc"):
                page = self.url_open(f"{form}?search={typed}").text
                self.assertIn(f"to={slug}", page, typed)

    def test_asking_and_answering(self):
        slug = self.anna.partner_id._wezer_profile().slug
        self._login(self.luc)
        page = self._post(
            "/my/ask", to=slug, currency=self.credit.id, amount="12,50", purpose="jam"
        )
        self.assertIn("You asked Anna for 12.50 COM", page.text)
        asked = self.env["wezer.transfer"].search([("purpose", "=", "jam")])
        page = self._post(f"/my/requests/{asked.id}/accept")
        self.assertEqual(asked.state, "requested")
        self._login(self.stranger)
        self.assertNotIn("jam", self.url_open("/my/requests").text)
        self._post(f"/my/requests/{asked.id}/accept")
        self.assertEqual(asked.state, "requested")
        self._login(self.anna)
        self.assertIn("Your turn", self.url_open("/my/requests").text)
        self.assertIn("jam", self.url_open("/my/todo").text)
        self._post(f"/my/requests/{asked.id}/accept")
        asked.invalidate_recordset()
        self.assertEqual(asked.state, "done")
        self.assertEqual(self._post(f"/my/requests/{asked.id}/write").status_code, 404)

    def test_nothing_moves_by_a_link_or_without_the_forms_token(self):
        self._login(self.anna)
        slug = self.luc.partner_id._wezer_profile().slug
        self.url_open(f"/my/pay?to={slug}&currency={self.credit.id}&amount=5")
        form = {"to": slug, "currency": self.credit.id, "amount": "5"}
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open("/my/pay", data=form).status_code, 400)
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_a_statement_is_for_its_actors(self):
        self.pay(self.anna, self.anna, self.luc, "5", purpose="private matter")
        url = f"/my/wallets/{self.wallet(self.anna).id}"
        self._login(self.stranger)
        self.assertEqual(self.url_open(url).status_code, 404)
        self._login(self.anna)
        self.assertIn("private matter", self.url_open(url).text)

    def test_balances_show_on_the_party_page_only_where_public(self):
        self.pay(self.anna, self.anna, self.luc, "5.67")
        slug = self.luc.partner_id._wezer_profile().slug
        self._login(self.stranger)
        page = self.url_open(f"/members/{slug}").text
        self.assertIn("Pay Luc", page)
        self.assertNotIn("5.67", page)
        self.credit.balances_public = True
        self.assertIn("5.67", self.url_open(f"/members/{slug}").text)

    def test_a_visitor_is_asked_to_log_in(self):
        self.authenticate(None, None)
        for url in ("/my/wallets", "/my/pay", "/my/requests"):
            self.assertIn("/web/login", self.url_open(url).url)

    def test_planned_payments_and_redemptions_wait_on_the_same_page(self):
        tickets = self._currency("Tickets", "TIC", kind="issued")
        treasury = tickets.treasury_partner_id
        self._transfers(self.env.ref("base.user_admin")).issue(
            treasury.id, self.anna.partner_id.id, tickets.id, "10"
        )
        mine = self._transfers(self.anna)
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id
        planned = mine.browse(
            mine.schedule(*ids, "7", date="2030-01-31 09:00:00", every="month")
        )
        mine.redeem(ids[0], treasury.id, tickets.id, "4")
        self._login(self.anna)
        page = self.url_open("/my/requests").text
        self.assertIn("and then every month: ", page)
        self.assertIn("to redeem your", page)
        self._post(f"/my/requests/{planned.id}/cancel")
        self.assertEqual(planned.state, "ended")

    def test_the_form_asks_for_the_purpose_where_a_currency_wants_it(self):
        category = self.env["wezer.category"].create({"name": "Roof works"})
        self._login(self.anna)
        slug = self.luc.partner_id._wezer_profile().slug
        self.assertNotIn("Roof works", self.url_open(f"/my/pay?to={slug}").text)
        self.credit.category_required = True
        self.assertIn("Roof works", self.url_open(f"/my/pay?to={slug}").text)
        form = {"to": slug, "currency": self.credit.id, "amount": "3"}
        self.assertIn("Choose a category", self._post("/my/pay", **form).text)
        self._post("/my/pay", **form, category=category.id)
        self.assertEqual(self.balance(self.luc), "3.00")
