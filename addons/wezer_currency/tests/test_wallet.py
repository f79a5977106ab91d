import base64
from unittest.mock import patch

from odoo.tests import Form, tagged

from ..models.res_partner import ResPartner
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestWallet(CurrencyCommon):
    """Closing, limits that are passed, credit passed down, the guided form."""

    def test_a_wallet_is_closed_only_when_nothing_is_open(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5")
        wallet = self.wallet(self.luc).with_user(self.moderator)
        with self.assertRefused("balance"):
            wallet.action_close()
        self.pay(self.luc, self.luc, self.anna, "5")
        held = self._transfers(self.luc).reserve(
            self.luc.partner_id.id, self.anna.partner_id.id, self.credit.id, "1"
        )
        with self.assertRefused("open"):
            wallet.action_close()
        self._transfers(self.anna).browse(held).action_release()
        with self.assertRefused("moderate"):
            self.wallet(self.luc).with_user(self.luc).action_close()
        # The form's buttons: what the data refuse is explained when it is pressed.
        self.assertTrue(wallet.may_freeze and wallet.may_close)
        self.assertFalse(wallet.may_unfreeze or wallet.may_reopen)
        self.assertFalse(self.wallet(self.luc).with_user(self.luc).may_freeze)
        wallet.action_close()
        with self.assertRefused("other_side"):
            self.pay(self.anna, self.anna, self.luc, "1")
        # What is given back goes through closed wallets too.
        paid.with_user(self.moderator).action_reverse()
        wallet.action_reopen()
        self.pay(self.anna, self.anna, self.luc, "1")
        self.assertBooksHold()

    def test_moderators_find_wallets_beyond_a_limit(self):
        self.pay(self.anna, self.anna, self.luc, "100")
        self.wallet(self.anna).with_user(self.moderator).set_limits("50")
        self.wallet(self.luc).with_user(self.moderator).set_limits("50", "60")
        wallets = self.env["wezer.wallet"].with_user(self.moderator)
        beyond = wallets.search(
            [("beyond_limit", "=", True), ("wezer_currency_id", "=", self.credit.id)]
        )
        self.assertEqual(beyond.partner_id, self.anna.partner_id | self.luc.partner_id)
        self.assertTrue(beyond[0].beyond_limit)
        # Towards zero is always possible.
        self.pay(self.luc, self.luc, self.anna, "100")
        self.assertFalse(
            beyond.search([("id", "in", beyond.ids)] + [("beyond_limit", "=", True)])
        )

    def test_a_party_passes_part_of_its_credit_down_and_never_more(self):
        below = self.luc.partner_id
        above = self.anna.partner_id

        def partners_above(partner):
            return above if partner == below else partner.browse()

        wallets = self.env["wezer.wallet"].with_user(self.anna)
        ids = above.id, below.id, self.credit.id
        with self.assertRefused("below"):
            wallets.pass_credit(*ids, "100")
        with patch.object(
            ResPartner, "_wezer_partners_above", partners_above, create=True
        ):
            self.pay(self.anna, self.anna, self.stranger, "300")
            with self.assertRefused("limit"):
                wallets.pass_credit(*ids, "201")
            with self.assertRefused("acts_for"):
                wallets.with_user(self.luc).pass_credit(*ids, "1")
            wallets.pass_credit(*ids, "200")
            self.assertEqual(self.wallet(self.anna)._limits()[0], -30000)
            self.assertEqual(self.wallet(self.luc)._limits()[0], -70000)
            with self.assertRefused("limit"):
                self.pay(self.anna, self.anna, self.stranger, "0.01")
            with self.assertRefused("back"):
                wallets.pass_credit(*ids, "201", back=True)
            wallets.pass_credit(*ids, "50", back=True)
            self.assertEqual(self.wallet(self.anna)._limits()[0], -35000)
            self.assertEqual(self.wallet(self.luc)._limits()[0], -65000)

    def test_a_new_currency_lets_the_first_trade_pass(self):
        made = self.env["wezer.currency"].create({"name": "Fresh", "code": "FRS"})
        self.pay(self.anna, self.anna, self.luc, "1", made)
        hours = self.env["wezer.currency"].create(
            {"name": "Time", "code": "tm", "unit_kind": "hour"}
        )
        self.assertEqual(hours.lower_text, "20:00")
        self.pay(self.anna, self.anna, self.luc, "1:30", hours)

    def test_the_guided_form_asks_for_a_name_and_lets_trade(self):
        context = {"default_lower_text": "500"}
        currencies = self.env["wezer.currency"].with_context(**context)
        with Form(currencies, "wezer_currency.wezer_currency_view_form") as form:
            form.name, form.code = "Guided", "GUI"
            form.unit_kind = "hour"
            self.assertEqual(form.lower_text, "20:00")
        self.pay(self.anna, self.anna, self.luc, "0:20", form.record)
        for _third in range(2):
            self.pay(self.anna, self.anna, self.luc, "0:20", form.record)
        self.assertEqual(self.balance(self.luc, form.record), "1:00")

    def test_the_guided_form_finds_legal_tender_by_its_code(self):
        with Form(
            self.env["wezer.currency"], "wezer_currency.wezer_currency_view_form"
        ) as form:
            form.name, form.code = "Euro", "EUR"
            form.kind = "legal"
            self.assertTrue(form.external)
        self.assertEqual(form.record.currency_id, self.env.ref("base.EUR"))
        paid = self.pay(self.anna, self.anna, self.luc, "5", form.record)
        self.assertEqual(paid.state, "pending")

    def test_a_file_is_checked_then_posted_in_the_back_office(self):
        text = "payer,payee,currency,amount\nA,B,COM,5\nA,B,COM,600\n"
        admin = self.env.ref("base.user_admin")
        form = (
            self.env["wezer.file.import"]
            .with_user(admin)
            .create(
                {
                    "kind": "transfers",
                    "file": base64.b64encode(text.encode()),
                    "create_missing": True,
                }
            )
        )
        form.action_read()
        form.action_check()
        self.assertFalse(form.checked)
        self.assertEqual(form.line_ids.mapped("row"), [2])
        form.action_import()
        self.assertEqual(form.step, "columns")
        form.file = base64.b64encode(text.replace("600", "6").encode())
        form.action_check()
        self.assertTrue(form.checked)
        self.assertFalse(self.env["wezer.wallet"].search([("reference", "=", "A")]))
        form.action_import()
        wallet = self.env["wezer.wallet"].search([("reference", "=", "B")])
        self.assertEqual(wallet.balance, 1100)
        with self.assertRefused("state"):
            form.action_import()
        self.assertBooksHold()

    def test_a_file_of_payments_says_how_it_writes_numbers_and_dates(self):
        anna, luc = (
            user.partner_id._wezer_profile().slug for user in (self.anna, self.luc)
        )
        text = (
            "Von;An;Betrag;Datum;Zweck\n"
            f"{anna};{luc};1.250;03/04/2026;bread\n"
            f"{anna};{luc};1,50;04/05/2026;jam\n"
            f"{anna};{luc};zwei;04/05/2026;x\n"
            f"{anna};{luc};Zo\ufffd;04/05/2026;x\n"
            f"nobody@x.example;{luc};1,50;32/05/2026;x\n"
        )
        form = (
            self.env["wezer.file.import"]
            .with_user(self.env.ref("base.user_admin"))
            .create(
                {
                    "kind": "transfers",
                    "file": base64.b64encode(text.encode()),
                    "mode": "history",
                    "wezer_currency_id": self.credit.id,
                }
            )
        )
        form.action_read()
        form.action_check()
        reasons = dict(zip(form.line_ids.mapped("row"), form.line_ids, strict=True))
        for row, value in (
            (1, "03/04/2026"),
            (2, "04/05/2026"),
            (3, "04/05/2026"),
            (4, "Zo\ufffd"),
            (5, "32/05/2026"),
        ):
            self.assertIn(value, reasons[row].reason)
        form.day_order = "day"
        form.action_check()
        self.assertEqual(form.line_ids.mapped("row"), [3, 4, 5])
        self.assertIn("zwei", form.line_ids[0].reason)
        self.assertIn("2026-04-03", form.preview)
        self.assertIn("1250", form.preview)

    def test_a_charge_is_rehearsed_from_the_back_office(self):
        self.wallet(self.anna)
        self.credit.fee_minor_text = "1"
        wizard = self.env["wezer.charge"].create(
            {"wezer_currency_id": self.credit.id, "charge": "fee"}
        )
        run = self.env["wezer.charge.run"].browse(wizard.action_rehearse()["res_id"])
        self.assertTrue(run.dry_run)
        self.assertEqual(self.balance(self.anna), "0.00")
