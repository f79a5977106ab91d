from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import Refusal

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestCurrency(CurrencyCommon):
    def test_amounts_are_written_as_the_reader_writes_numbers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        currency = self.credit
        french = currency.with_context(lang="fr_FR")
        self.assertEqual(currency._format(3750), f"37.50 {currency.code}")
        self.assertEqual(french._format(3750), f"37,50 {currency.code}")
        self.assertEqual(currency._format(-1234560), f"-12,345.60 {currency.code}")
        words = french._format(1234560).split()
        self.assertEqual(" ".join(words), f"12 345,60 {currency.code}")
        self.assertEqual(french._format(123450).split()[:2], ["1", "234,50"])
        hours = self.hours.with_context(lang="fr_FR")
        self.assertEqual(hours._format(60 * 1234 + 30).split()[:2], ["1", "234:30"])
        self.assertEqual(french._decimal(1234560), "12345.60", "for programs")

    def test_a_simple_form_makes_the_first_trade_possible(self):
        with Form(self.env["wezer.currency"]) as form:
            form.name = "Village time"
            form.code = "vt"
            form.unit_kind = "hour"
            form.lower_text = "10:00"
        currency = form.save()
        self.assertTrue(currency.treasury_partner_id.wezer_is_treasury)
        self.assertTrue(currency.journal_id and currency.member_account_id)
        self.assertEqual((currency.minor_per_unit, currency.lower_limit), (60, -600))
        self.pay(self.anna, self.anna, self.luc, "1:30", currency=currency)
        self.assertEqual(self.wallet(self.luc, currency).balance_text, "1:30 vt")

    def test_an_administrator_of_the_community_needs_no_other_rights(self):
        admin = mail_new_test_user(
            self.env,
            login="wz_admin",
            groups="base.group_user,wezer_base.group_administrator",
        )
        with Form(self.env["wezer.currency"].with_user(admin)) as form:
            form.name = "Village money"
            form.code = "VM"
            form.lower_text = "100"
        currency = form.save()
        self.pay(self.anna, self.anna, self.luc, "1", currency=currency)
        form = Form(currency.with_user(admin))
        form.upper_text = "250"
        form.save()
        self.assertEqual(currency.upper_limit, 25000)

    def test_the_context_of_a_form_sets_nothing_of_what_a_currency_makes_itself(self):
        admin = mail_new_test_user(
            self.env,
            login="wz_sly",
            groups="base.group_user,wezer_base.group_administrator",
        )
        sly = {
            "default_comment": "Sly",
            "default_note": "Sly",
            "default_position": "before",
            "default_non_trade": True,
            "default_restrict_mode_hash_table": True,
        }
        money = self.env["wezer.currency"].with_user(admin).with_context(**sly)
        made = money.create({"name": "Leaves", "code": "LF"}).sudo()
        self.assertFalse(made.treasury_partner_id.comment)
        self.assertFalse(made.member_account_id.note)
        self.assertFalse(made.member_account_id.non_trade)
        self.assertFalse(made.journal_id.restrict_mode_hash_table)
        self.assertEqual(made.currency_id.position, "after")

    def test_a_code_may_be_longer_than_three_letters(self):
        currency = self._currency("Tilburg", "TILBURG", "5")
        self.assertEqual(currency.code, "TILBURG")
        self.assertEqual(len(currency.currency_id.name), 3)
        self.assertNotEqual(currency.currency_id.name, self.credit.currency_id.name)

    def test_an_existing_currency_stays_as_it_is(self):
        euro = self.env.ref("base.EUR")
        symbol, rounding = euro.symbol, euro.rounding
        self.env["wezer.currency"].create(
            {"name": "Euro", "code": "EUR", "kind": "legal", "currency_id": euro.id}
        )
        self.assertEqual(
            (euro.symbol, euro.rounding, euro.name), (symbol, rounding, "EUR")
        )

    def test_the_unit_stays_once_money_was_counted(self):
        self.pay(self.anna, self.anna, self.luc, "1")
        for vals in (
            {"digits": 3},
            {"unit_kind": "hour"},
            {"kind": "issued"},
            {"external": True},
        ):
            with self.assertRefused("used"):
                self.credit.write(vals)
        self.credit.write({"name": "Renamed", "digits": 2})

    def test_legal_tender_is_found_by_its_code(self):
        euro = self.env["wezer.currency"].create(
            {"name": "Euro", "code": "EUR", "kind": "legal"}
        )
        self.assertEqual(euro.currency_id, self.env.ref("base.EUR"))
        other = self.env["wezer.currency"].create(
            {"name": "Local", "code": "CHF", "kind": "issued"}
        )
        self.assertNotEqual(other.currency_id.name, "CHF")

    def test_an_unused_currency_may_become_of_another_kind_with_fitting_books(self):
        made = self.env["wezer.currency"].create(
            {"name": "Outside", "code": "OUT", "external": True}
        )
        self.assertFalse(made.journal_id)
        made.external = False
        self.assertEqual(made.member_account_id.account_type, "off_balance")
        made.kind = "issued"
        self.assertEqual(made.member_account_id.account_type, "liability_current")
        admin = self.env.ref("base.user_admin")
        self._transfers(admin).issue(
            made.treasury_partner_id.id, self.anna.partner_id.id, made.id, "5"
        )
        self.env["wezer.ledger.seal"]._seal_now()
        self.assertBooksHold()

    def test_a_person_is_no_treasury(self):
        with self.assertRefused("treasury"):
            self.credit.treasury_partner_id = self.anna.partner_id
        box = self.env["res.partner"].create({"name": "Box"})
        self.credit.treasury_partner_id = box
        self.assertTrue(box._wezer_wallet(self.credit).is_system)

    def test_visitors_read_what_a_price_needs(self):
        public = self.env.ref("base.public_user")
        credit = self.credit.with_user(public)
        self.assertEqual(credit._format(150), "1.50 COM")

    def test_amounts_in_hours_read_as_hours(self):
        self.assertEqual(self.hours._parse("1,5"), 90)
        self.assertEqual(self.hours._format(90), "1:30 h")
        with self.assertRefused("unit"):
            self.hours._parse("0.001")

    def test_a_typed_amount_with_two_readings_is_refused_with_both(self):
        for currency, text, readings in (
            (self.credit, "1.000", ["1000.00", "1.00"]),
            (self.credit, "1,000", ["1000.00", "1.00"]),
            (self.hours, "0,30", ["0:30", "0:18"]),
        ):
            with self.assertRaises(Refusal) as refused:
                currency._parse(text)
            self.assertEqual(refused.exception.rule, "ambiguous")
            self.assertEqual(refused.exception.value, text)
            self.assertEqual(refused.exception.limit, " / ".join(readings))
            for reading in readings:
                self.assertIn(reading, str(refused.exception))
                # What the refusal proposes is read, and each reading is another.
                self.assertTrue(currency._parse(reading))
            self.assertEqual(len(set(map(currency._parse, readings))), 2)

    def test_a_program_that_means_a_decimal_number_writes_four_decimals(self):
        self.assertEqual(self.credit._parse("1.0000"), 100)
        self.assertEqual(self.hours._parse("0.3000"), 18)
        self.assertEqual(self.credit._parse(1000), 100000)

    def test_a_currency_reads_the_amounts_it_writes(self):
        whole = self._currency("Eggs", "egg", digits=0)
        fine = self._currency("Grains", "gr", digits=3)
        for currency in (self.credit, self.hours, whole, fine):
            for minor in (1, 30, 90, 1000, 123456, 10**9):
                self.assertEqual(currency._parse(currency._format(minor)), minor)
                self.assertEqual(currency._parse(currency._decimal(minor)), minor)
        self.assertEqual(self.credit._parse("COM 1,50"), 150)
        for nothing in ("COM", "1 EUR", "1 COM COM", "CO 1"):
            with self.assertRefused("unit"):
                self.credit._parse(nothing)

    def test_contacts_with_wallets_are_not_merged_by_odoo(self):
        self.pay(self.anna, self.anna, self.luc, "1")
        partners = self.anna.partner_id | self.luc.partner_id
        with self.assertRefused("merge"):
            self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids)

    def test_requests_and_receipts_stand_on_the_list_of_what_i_owe(self):
        self._transfers(self.luc).ask(
            self.anna.partner_id.id,
            self.luc.partner_id.id,
            self.credit.id,
            "2",
            "100 % jam",
        )
        rows = [row for row in self.anna._wezer_todo() if row["url"] == "/my/requests"]
        self.assertIn("100 % jam", rows[0]["text"])
        self.assertFalse(
            [row for row in self.luc._wezer_todo() if row["section"] == "now"]
        )

    def test_receipts_nobody_confirms_are_the_moderators_after_14_days(self):
        euro = self._currency("Outside", "OUT", external=True)
        paid = self.pay(self.anna, self.anna, self.luc, "5", currency=euro)
        url = f"/odoo/wezer-transfers/{paid.id}"

        def listed(user):
            return url in [row["url"] for row in user._wezer_todo()]

        self.assertFalse(listed(self.moderator))
        paid.sudo().date = fields.Datetime.now() - timedelta(days=15)
        self.assertTrue(listed(self.moderator))
        self.assertFalse(listed(self.stranger) or listed(self.anna))
        paid.with_user(self.moderator).action_deny()
        self.assertFalse(listed(self.moderator))
        # Never in a matter of his own.
        own = self.pay(self.anna, self.anna, self.moderator, "5", currency=euro)
        own.sudo().date = fields.Datetime.now() - timedelta(days=15)
        url = f"/odoo/wezer-transfers/{own.id}"
        self.assertFalse(listed(self.moderator))

    def test_a_moderator_sets_limits_by_the_form(self):
        wallet = self.wallet(self.anna)
        wizard = self.env["wezer.wallet.limits"].with_user(self.moderator)
        with Form(wizard.with_context(active_id=wallet.id)) as form:
            self.assertEqual(form.lower, "500.00")
            form.lower = "750"
        form.record.action_apply()
        self.assertEqual(wallet.lower_limit, -75000)

    def test_no_mail_is_sent(self):
        before = self.env["mail.mail"].search_count([])
        self.pay(self.anna, self.anna, self.luc, "1")
        self.env["wezer.transfer"]._cron_notify()
        self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        notice = self.env["wezer.notice"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        )
        self.assertEqual(notice.kind, "paid")
