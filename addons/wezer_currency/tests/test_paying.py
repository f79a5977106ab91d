from lxml import html

from odoo import http
from odoo.tests import HttpCase, tagged

from ..tools import paying
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestLastLook(CurrencyCommon):
    """What deserves a last look is a rule; programs pay at once."""

    def _look(self, amount, user=None, currency=None):
        transfers = self._transfers(user or self.anna)
        return transfers._last_look(
            self.anna.partner_id.id, (currency or self.credit).id, amount
        )

    def test_an_amount_of_five_times_the_usual_is_looked_at_again(self):
        for amount in ("10", "8", "12"):
            self.pay(self.anna, self.anna, self.luc, amount)
        self.assertFalse(self._look("50"))
        self.assertIn("usual amount, which is 10.00 COM", self._look("50.01"))

    def test_two_payments_do_not_make_a_habit(self):
        for amount in ("1", "1"):
            self.pay(self.anna, self.anna, self.luc, amount)
        self.assertFalse(self._look("400"))

    def test_more_than_half_of_the_balance_is_looked_at_again(self):
        self.pay(self.luc, self.luc, self.anna, "100")
        self.assertFalse(self._look("50"))
        self.assertIn("balance, which is 100.00 COM", self._look("50.01"))

    def test_small_amounts_are_never_asked_about(self):
        self.pay(self.luc, self.luc, self.anna, "10")
        self.assertFalse(self._look("10"))
        self.pay(self.luc, self.luc, self.anna, "2", currency=self.hours)
        self.assertFalse(self._look("2", currency=self.hours))
        self.pay(self.luc, self.luc, self.anna, "3", currency=self.hours)
        self.assertTrue(self._look("4", currency=self.hours))

    def test_nobody_learns_by_it_what_others_have(self):
        self.pay(self.luc, self.luc, self.anna, "100")
        self.assertFalse(self._look("60", user=self.luc))

    def test_what_is_no_amount_or_no_currency_is_left_to_paying_to_refuse(self):
        for amount in ("", "x", "-1", None, "1.000.000,00,0"):
            self.assertFalse(self._look(amount))
        transfers = self._transfers(self.anna)
        self.assertFalse(transfers._last_look(self.anna.partner_id.id, 0, "60"))
        self.assertFalse(transfers._last_look("x", self.credit.id, "60"))

    def test_programs_pay_at_once(self):
        self.pay(self.luc, self.luc, self.anna, "100")
        self.assertEqual(self.pay(self.anna, self.anna, self.luc, "90").state, "done")

    def test_people_one_knows_come_the_latest_first_and_only_those_one_may_see(self):
        self.pay(self.anna, self.anna, self.luc, "1")
        self.pay(self.stranger, self.stranger, self.anna, "1")
        transfers = self._transfers(self.anna)
        names = transfers._recent_profiles().mapped("name")
        self.assertEqual(names, ["Stranger", "Luc"])
        ids = paying.recent_partner_ids(transfers, self.anna.partner_id)
        self.assertEqual(ids, (self.stranger | self.luc).partner_id.ids)
        self.stranger.partner_id._wezer_profile().state = "left"
        self.assertEqual(transfers._recent_profiles().mapped("name"), ["Luc"])


@tagged("post_install", "-at_install")
class TestPayingPages(CurrencyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.anna, cls.luc, cls.stranger):
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.authenticate(self.anna.login, self.anna.login)
        self.slug = self.luc.partner_id._wezer_profile().slug

    def _post(self, url, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=form)

    def _form(self, page, name):
        """Return what the form of that class on a page would send, and its address."""
        form = html.fromstring(page.text).find_class(name)[0]
        return form.get("action"), dict(form.form_values())

    def test_people_one_paid_are_there_without_typing_a_name(self):
        self.assertNotIn("People you know", self.url_open("/my/pay").text)
        self.pay(self.anna, self.anna, self.luc, "1")
        page = self.url_open("/my/pay").text
        self.assertIn("People you know", page)
        self.assertIn(f'href="?to={self.slug}', page)

    def test_an_unusual_amount_is_paid_after_a_last_look_and_once(self):
        self.pay(self.luc, self.luc, self.anna, "100")
        form = {"to": self.slug, "currency": self.credit.id, "amount": "90"}
        page = self._post("/my/pay", **form, purpose="a <b>bike</b>")
        self.assertIn("Please look once more", page.text)
        self.assertIn("Yes, pay 90.00 COM to Luc", page.text)
        self.assertEqual(self.balance(self.anna), "100.00", "nothing is paid yet")
        address, values = self._form(page, "o_wezer_last_look")
        self.assertEqual(address, "/my/pay")
        self.assertEqual(values["purpose"], "a <b>bike</b>")
        for _time in range(2):
            page = self.url_open(address, data=values)
            self.assertIn("You paid", page.text)
            self.assertEqual(self.balance(self.anna), "10.00")

    def test_several_people_are_paid_in_one_act_or_nobody(self):
        form = {
            "to_1": "Luc",
            "amount_1": "2",
            "currency_1": self.credit.id,
            "purpose_1": "bread",
            "to_3": self.stranger.partner_id._wezer_profile().slug,
            "amount_3": "900",
            "currency_3": self.credit.id,
        }
        page = self._post("/my/pay/several", **form)
        self.assertIn("Row 3", page.text, "a refusal names its row")
        self.assertEqual(self.balance(self.anna), "0.00", "all or nothing")
        page = html.fromstring(page.text)
        self.assertEqual(page.xpath("//input[@name='to_1']/@value"), ["Luc"])
        page = self._post("/my/pay/several", **{**form, "amount_3": "3"})
        self.assertIn("You paid 2.00 COM to Luc and 3.00 COM to Stranger", page.text)
        self.assertEqual(self.balance(self.anna), "-5.00")
        self.assertEqual(self.balance(self.luc), "2.00")
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", self.luc.partner_id.id), ("kind", "=", "paid")]
        )
        self.assertEqual(len(notices), 1)
        self.assertBooksHold()

    def test_one_person_is_paid_in_several_currencies_and_sent_twice_once(self):
        page = self.url_open(f"/my/pay/several?to={self.slug}")
        address, values = self._form(page, "o_wezer_several")
        rows = [name for name in values if name.startswith("currency_")]
        self.assertGreater(len(rows), 1)
        for name in rows:
            ours = values[name] in (str(self.credit.id), str(self.hours.id))
            if ours and values[name.replace("currency", "to")]:
                values[name.replace("currency", "amount")] = "1"
            else:
                values[name.replace("currency", "to")] = ""
        first = self.url_open(address, data=values)
        self.assertIn("You paid 1.00 COM to Luc and 1:00 h to Luc", first.text)
        second = self.url_open(address, data=values)
        self.assertEqual(second.url, first.url, "it leads where the first did")
        self.assertNotIn("You paid 1.00 COM", second.text, "nothing was paid again")
        self.assertEqual(self.balance(self.luc), "1.00")
        self.assertEqual(self.balance(self.luc, self.hours), "1:00")

    def test_an_empty_form_of_several_is_refused_at_its_first_field(self):
        page = self._post("/my/pay/several", to_1="", amount_1="")
        self.assertIn("Fill in at least one payment", page.text)

    def test_a_line_without_a_name_is_refused_by_its_number(self):
        page = self._post(
            "/my/pay/several", to_2="", amount_2="1", currency_2=self.credit.id
        )
        self.assertIn("Row 2: write to whom you pay.", page.text)

    def test_several_unusual_payments_are_looked_at_together(self):
        self.pay(self.luc, self.luc, self.anna, "100")
        form = {"to_1": "Luc", "amount_1": "80", "currency_1": self.credit.id}
        page = self._post("/my/pay/several", **form)
        self.assertIn("Please look once more", page.text)
        self.assertEqual(self.balance(self.anna), "100.00")
        address, values = self._form(page, "o_wezer_last_look")
        self.url_open(address, data=values)
        self.assertEqual(self.balance(self.anna), "20.00")

    def test_money_is_set_aside_paid_in_part_and_given_up_by_clicks(self):
        form = {"to": self.slug, "currency": self.credit.id, "amount": "10"}
        page = self._post("/my/pay", **form, aside="1", purpose="a chair")
        self.assertIn("10.00 COM is set aside for Luc", page.text)
        self.assertIn("Set aside, not paid yet", page.text)
        self.assertEqual(self.balance(self.luc), "0.00")
        transfer = self.env["wezer.transfer"].search(
            [("payer_id", "=", self.anna.partner_id.id), ("state", "=", "reserved")]
        )
        settle = f"/my/requests/{transfer.id}/settle"
        self.assertIn(settle, page.text)
        page = self._post(settle, amount="4")
        self.assertIn("You paid 4.00 COM to Luc", page.text)
        self.assertEqual(self.balance(self.luc), "4.00")
        self.assertEqual(transfer.state, "reserved")
        page = self._post(settle, amount="40")
        self.assertEqual(self.balance(self.luc), "4.00")
        self.authenticate(self.luc.login, self.luc.login)
        page = self.url_open(f"/my/wallets/{self.wallet(self.luc).id}")
        self.assertIn("Yes, give 6.00 COM back to Anna", page.text)
        self._post(f"/my/requests/{transfer.id}/release")
        self.assertEqual(self.wallet(self.anna).reserved_text, "0.00 COM")
        self.assertBooksHold()
