from odoo.tests import tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestMoneyForms(FormCase, CurrencyCommon):
    """Forms about money: refused they are given back, sent twice they count once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.luc_page = cls.luc.partner_id._wezer_profile().slug

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _transfers_of(self, user):
        return self.env["wezer.transfer"].search(
            [("payer_id", "=", user.partner_id.id)], order="id"
        )

    def _money_form(self, kind):
        page = self.page(f"/my/{kind}?to={self.luc_page}")
        return self.form(page, f"/my/{kind}")

    def test_a_refused_payment_is_given_back_with_the_amount_marked(self):
        self._login(self.anna)
        typed = {"amount": "501", "currency": str(self.credit.id), "purpose": "Bread"}
        answer = self.send(self._money_form("pay"), **typed)
        self.assert_given_back(answer, "/my/pay", typed, wrong="amount")
        self.assertFalse(self._transfers_of(self.anna))

    def test_a_refused_plan_keeps_day_and_rhythm(self):
        self._login(self.anna)
        typed = {"amount": "5", "currency": str(self.credit.id)}
        typed.update(date="2020-01-01", every="month", until="2020-03-01")
        answer = self.send(self._money_form("pay"), **typed)
        self.assert_given_back(answer, "/my/pay", typed, wrong="date")

    def test_a_refused_request_is_given_back(self):
        self._login(self.anna)
        typed = {"amount": "x", "currency": str(self.credit.id), "purpose": "Bread"}
        answer = self.send(self._money_form("ask"), **typed)
        self.assert_given_back(answer, "/my/ask", typed, wrong="amount")

    def test_the_same_form_pays_and_asks_once(self):
        self._login(self.anna)
        for kind, payer in (("pay", self.anna), ("ask", self.luc)):
            form = self._money_form(kind)
            typed = {"amount": "5", "currency": str(self.credit.id)}
            first = self.send(form, **typed)
            # Even where a script gave the second a key of its own.
            second = self.send(form, key="another", **typed)
            self.assertEqual(second.url, first.url)
            # And where the browser loaded the page again on the way back.
            third = self.send(self._money_form(kind), **typed)
            self.assertIn("You have already sent this", third.text)
            self.assertEqual(len(self._transfers_of(payer)), 1, kind)

    def test_each_form_about_money_refuses_other_content_once_it_was_sent(self):
        self._login(self.anna)
        self.pay(self.luc, self.luc, self.anna, "9")
        wallet = self.wallet(self.anna)
        money = {"currency": str(self.credit.id)}
        several = {"to_1": self.luc_page, "currency_1": str(self.credit.id)}
        rule = {**money, "month": "9"}
        accept = f"/my/acceptance?to={self.luc_page}"
        link = f"/my/wallets/{wallet.id}/link"
        # Page, action, content, and what is other in the second try.
        for url, action, first, other in (
            (f"/my/pay?to={self.luc_page}", "/my/pay", money, {"amount": "2"}),
            (f"/my/ask?to={self.luc_page}", "/my/ask", money, {"amount": "2"}),
            ("/my/pay/several", "/my/pay/several", several, {"amount_1": "2"}),
            (f"/my/wallets/{wallet.id}", link, {}, {"amount": "2"}),
            (accept, "/my/acceptance", rule, {"amount": "2"}),
        ):
            with self.subTest(action=action):
                form = self.form(self.page(url), action)
                typed = {**first, **dict.fromkeys(other, "1")}
                self.assertNotIn("has not been sent", self.send(form, **typed).text)
                before = self._money_moved()
                answer = self.send(form, **{**typed, **other})
                self.assertIn("has not been sent", answer.text)
                self.assertEqual(self._money_moved(), before)
                again = self.assert_given_back(answer, action, {**first, **other})
                self.send(again)
                self.assertNotEqual(self._money_moved(), before)

    def _money_moved(self):
        """Return what the forms about money of a member may have made."""
        self.env.invalidate_all()
        return (
            self.env["wezer.transfer"].search([]).mapped("amount_minor"),
            self.env["wezer.payment.link"].search([]).mapped("amount_minor"),
            self.env["wezer.acceptance"].search([]).mapped("amount_minor"),
        )

    def test_nobody_pays_from_their_own_wallet_for_a_party_that_cannot_be_read(self):
        self._login(self.anna)
        for acting in ("abc", "0", "-23", "9" * 500):
            typed = {"amount": "5", "currency": str(self.credit.id), "purpose": "x"}
            self.send(self._money_form("pay"), acting=acting, **typed)
        self.assertFalse(self._transfers_of(self.anna))

    def test_a_refused_link_and_its_payment_are_given_back(self):
        self.pay(self.anna, self.anna, self.luc, "1")
        wallet = self.wallet(self.anna)
        self._login(self.anna)
        action = f"/my/wallets/{wallet.id}/link"
        typed = {"amount": "x", "purpose": "Rent", "once": "1"}
        form = self.form(self.page(f"/my/wallets/{wallet.id}"), action)
        answer = self.send(form, **typed)
        self.assert_given_back(answer, action, typed, wrong="amount")
        links = self.env["wezer.payment.link"]
        for _twice in range(2):
            self.send(form, amount="", purpose="Rent")
        link = links.search([("payee_id", "=", self.anna.partner_id.id)])
        self.assertEqual(len(link), 1)
        self._login(self.luc)
        address = f"/pay/{link.token}"
        answer = self.send(self.form(self.page(address), address), amount="9999")
        self.assert_given_back(answer, address, {"amount": "9999"}, wrong="amount")

    def test_answers_that_end_a_transfer_ask_first_with_amount_and_name(self):
        self._login(self.anna)
        self.send(self._money_form("ask"), amount="5", currency=str(self.credit.id))
        page = self.page("/my/requests")
        request = self._transfers_of(self.luc)
        action = f"/my/requests/{request.id}/withdraw"
        form = self.form(page, action)
        question = next(form.iterancestors("details"))
        self.assertIsNone(question.get("open"))
        for word in (request.amount_display, self.luc.name):
            self.assertIn(word, " ".join(form.text_content().split()))
        self.send(form)
        self.assertEqual(request.state, "ended")
