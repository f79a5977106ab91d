from datetime import timedelta
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models import wezer_charge_run
from ..tools.scheduling import schedule_next
from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestLevyArithmetic(TransactionCase):
    """The levy is computed in one place: ``wezer_levy``, rounded up."""

    def _levy(self, minor, fixed, share):
        self.env.cr.execute(
            "SELECT wezer_levy(%s, %s, %s)::text", [minor, fixed, share]
        )
        return int(self.env.cr.fetchone()[0])

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(st.integers(1, 10**12), min_size=1, max_size=8),
        st.integers(0, 500),
        st.integers(0, 10000),
    )
    def test_splitting_a_payment_never_lowers_its_levy(self, parts, fixed, share):
        levy = self._levy(sum(parts), fixed, share)
        self.assertGreaterEqual(
            sum(self._levy(part, fixed, share) for part in parts), levy
        )

    @settings(max_examples=300, deadline=None)
    @given(st.integers(1, 10**20), st.integers(0, 10**6), st.integers(0, 10000))
    def test_a_levy_is_never_more_than_the_amount(self, minor, fixed, share):
        self.assertLessEqual(self._levy(minor, fixed, share), minor)

    def test_a_levy_is_rounded_up(self):
        self.assertEqual(self._levy(1, 0, 150), 1)
        self.assertEqual(self._levy(10000, 0, 150), 150)
        self.assertEqual(self._levy(10001, 0, 150), 151)
        self.assertEqual(self._levy(10001, 0, 0), 0)
        # Exactly, beyond what a float can tell apart.
        self.assertEqual(
            self._levy(10**25 + 1, 3, 9999), 3 - (-(10**25 + 1) * 9999 // 10000)
        )


@tagged("post_install", "-at_install")
class TestCharges(CurrencyCommon):
    """Levies, fees and demurrage: visible lines into a treasury."""

    def _treasury(self, currency=None):
        currency = currency or self.credit
        wallet = currency.treasury_partner_id._wezer_wallet(currency)
        wallet.invalidate_recordset()
        return currency._decimal(wallet._balance_now())

    def test_the_currency_asks_the_database_for_several_levies_at_once(self):
        self.credit.write(
            {"levy_payer": 150, "levy_payee": 1, "levy_payee_fixed_text": "0.25"}
        )
        with self.assertQueryCount(1):
            levies = self.credit._levies_of([1, 10001, 7])
        self.assertEqual(levies, [(1, 1), (151, 27), (1, 7)])
        self.assertEqual(self.credit._levies(10001), (151, 27))

    def test_two_percent_of_both_sides_as_the_exchanges_do_it(self):
        self.credit.write({"levy_payer": 200, "levy_payee": 200})
        self.pay(self.anna, self.anna, self.luc, "100")
        self.assertEqual(self.balance(self.anna), "-102.00")
        self.assertEqual(self.balance(self.luc), "98.00")
        self.assertEqual(self._treasury(), "4.00")
        self.assertBooksHold()

    def test_a_fixed_levy_is_added_and_never_exceeds_the_amount(self):
        self.credit.write({"levy_payer_fixed_text": "0.50", "levy_payee": 100})
        self.pay(self.anna, self.anna, self.luc, "10")
        self.assertEqual(self.balance(self.anna), "-10.50")
        self.assertEqual(self.balance(self.luc), "9.90")
        self.pay(self.anna, self.anna, self.luc, "0.10")
        self.assertEqual(self.balance(self.anna), "-10.70")
        self.assertBooksHold()

    def test_donations_requests_schedules_and_reservations_pay_the_levy_too(self):
        self.credit.levy_payer = 1000
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id
        transfers = self._transfers(self.anna)
        transfers.donate(*ids, "10")
        transfers.browse(self._transfers(self.luc).ask(*ids, "10")).action_accept()
        transfers.browse(transfers.reserve(*ids, "10")).action_settle()
        date = fields.Datetime.now() + timedelta(days=1)
        planned = transfers.browse(transfers.schedule(*ids, "10", date=date))
        planned.sudo().date = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.transfer"]._cron_schedule()
        self._transfers(self.anna).post_batch(
            [{"payer": ids[0], "payee": ids[1], "currency": ids[2], "amount": "10"}]
        )
        self.assertEqual(self._treasury(), "5.00")
        self.assertEqual(self.balance(self.anna), "-55.00")
        self.assertBooksHold()

    # --- the fee -------------------------------------------------------------

    def test_a_rehearsal_of_the_fee_reports_and_takes_nothing(self):
        for user in (self.anna, self.luc):
            self.wallet(user)
        self.credit.fee_minor_text = "2"
        run = self.credit.action_charge("fee", dry_run=True)
        self.assertEqual((run.taken, run.dry_run, run.refused), (2, True, 0))
        self.assertEqual(self.balance(self.anna), "0.00")

    def test_a_fee_is_taken_once_and_reports_who_could_not_pay(self):
        self.pay(self.anna, self.anna, self.luc, "499")
        self.credit.fee_minor_text = "2"
        run = self.credit.action_charge("fee")
        self.assertEqual((run.taken, run.refused), (1, 1))
        refused = run.line_ids.filtered(lambda line: line.state == "refused")
        self.assertEqual(refused.wallet_id, self.wallet(self.anna))
        self.assertIn("500", refused.reason)
        self.assertEqual(self.balance(self.luc), "497.00")
        again = self.credit.action_charge("fee")
        self.assertEqual(again.line_ids.mapped("state").count("known"), 1)
        self.assertEqual(self.balance(self.luc), "497.00")
        self.assertBooksHold()

    def test_a_fee_that_is_repeated_in_another_language_was_paid_already(self):
        self.credit.fee_minor_text = "1"
        self.pay(self.anna, self.anna, self.luc, "30")
        self.env["res.lang"]._activate_lang("fr_FR")
        taken = self.credit.with_user(self.env.ref("base.user_admin"))
        community = self.env.company.partner_id
        community.lang = "fr_FR"
        first = taken.action_charge("fee")
        self.assertIn("Cotisation", first.line_ids.transfer_id[0].purpose)
        community.lang = "en_US"
        again = taken.action_charge("fee")
        self.assertEqual(
            (first.taken, again.taken, again.refused, again.line_ids.mapped("state")),
            (2, 0, 0, ["known", "known"]),
        )
        # Another amount is not the same fee.
        self.credit.fee_minor_text = "2"
        self.assertEqual(taken.action_charge("fee").refused, 2)

    def test_only_members_owe_the_fee(self):
        self.credit.fee_minor_text = "2"
        runs = self.env["wezer.charge.run"]
        wallet = self.luc.partner_id._wezer_wallet(self.credit)
        profile = self.luc.partner_id._wezer_profile()
        for state, owes in (
            ("active", True),
            ("suspended", True),
            ("pending", False),
            ("declined", False),
            ("left", False),
        ):
            profile.state = state
            with self.subTest(state=state):
                self.assertEqual(bool(runs._fee(self.credit, wallet)), owes)
        profile.state = "active"
        self.luc.active = False
        self.assertFalse(runs._fee(self.credit, wallet))

    def test_the_cron_takes_the_fee_that_is_due_and_sets_the_next(self):
        self.wallet(self.anna)
        today = fields.Date.today()
        self.credit.write(
            {"fee_minor_text": "2", "fee_every": "month", "fee_next": today}
        )
        self.env["wezer.currency"]._cron_charges()
        self.env["wezer.currency"]._cron_charges()
        self.assertEqual(self.balance(self.anna), "-2.00")
        self.assertGreater(self.credit.fee_next, today + timedelta(days=27))
        self.assertBooksHold()

    @patch.object(wezer_charge_run, "PORTION", 1)
    @mute_logger("odoo.addons.wezer_base.tools.cron")
    def test_an_interrupted_charge_goes_on_and_takes_nothing_twice(self):
        for user in (self.anna, self.luc, self.stranger):
            self.wallet(user)
        today = fields.Date.today()
        self.credit.write(
            {"fee_minor_text": "2", "fee_every": "month", "fee_next": today}
        )
        runs = type(self.env["wezer.charge.run"])
        works = runs._take_portion

        def interrupted(run):
            works(run)
            if run.taken == 2:
                raise SystemError("killed")

        with patch.object(runs, "_take_portion", interrupted):
            self.env["wezer.currency"]._cron_charges()
        run = self.env["wezer.charge.run"].search([], limit=1)
        self.assertEqual((run.taken, run.total_text, run.done), (1, "2.00 COM", False))
        self.assertEqual(self.credit.fee_next, today)
        self.assertBooksHold()
        self.env["wezer.currency"]._cron_charges()
        self.assertEqual((run.taken, run.total_text, run.done), (3, "6.00 COM", True))
        self.assertEqual(run.line_ids.mapped("state"), ["posted"] * 3)
        self.assertEqual(self._treasury(), "6.00")
        self.assertGreater(self.credit.fee_next, run.day)
        self.assertEqual(self.env["wezer.charge.run"].search([], limit=1), run)
        self.assertBooksHold()

    @patch.object(wezer_charge_run, "PORTION", 1)
    def test_a_charge_of_many_begins_in_the_dialog_and_goes_on_by_itself(self):
        for user in (self.anna, self.luc, self.stranger):
            self.wallet(user)
        self.credit.fee_minor_text = "2"
        cron = self.env.ref("wezer_currency.ir_cron_charges")
        triggers = self.env["ir.cron.trigger"].search([])
        for dry_run, left in ((True, "0.00"), (False, "-2.00")):
            wizard = self.env["wezer.charge"].create(
                {"wezer_currency_id": self.credit.id, "charge": "fee"}
            )
            act = wizard.action_rehearse if dry_run else wizard.action_take
            run = self.env["wezer.charge.run"].browse(act()["res_id"])
            self.assertEqual((run.taken, run.done), (1, False))
            self.assertIn("1 of 3 wallets", run.progress_text)
            new = self.env["ir.cron.trigger"].search([]) - triggers
            self.assertEqual(new.cron_id, cron)
            # Pressed again, it is the same run, and is left to the scheduled action.
            self.assertEqual(act()["res_id"], run.id)
            self.assertEqual(run.taken, 1)
            if not dry_run:
                with self.assertRefused("running"):
                    run.batch_id.action_take_back("Taken by mistake")
            self.env["wezer.currency"]._cron_charges()
            self.assertEqual((run.taken, run.done), (3, True))
            self.assertFalse(run.progress_text)
            for user in (self.anna, self.luc, self.stranger):
                self.assertEqual(self.balance(user), left)
            triggers += new
        purposes = run.line_ids.transfer_id.mapped("purpose")
        self.assertEqual(len(set(purposes)), 1)
        run.batch_id.action_take_back("Taken by mistake")
        self.assertBooksHold()

    def _begin_what_is_due_today(self):
        """Return the run of a fee of two members that was begun by hand."""
        for user in (self.anna, self.luc):
            self.wallet(user)
        today = fields.Date.today()
        self.credit.write(
            {"fee_minor_text": "2", "fee_every": "month", "fee_next": today}
        )
        return self.credit.action_charge("fee")

    @patch.object(wezer_charge_run, "PORTION", 1)
    def test_what_was_begun_by_hand_goes_on_as_what_is_due(self):
        run = self._begin_what_is_due_today()
        self.env["wezer.currency"]._cron_charges()
        self.assertEqual((run.taken, run.done), (2, True))
        self.assertGreater(self.credit.fee_next, run.day)
        self.assertEqual(self.env["wezer.charge.run"].search([], limit=1), run)
        self.assertBooksHold()

    @patch.object(wezer_charge_run, "PORTION", 1)
    def test_a_charge_of_a_currency_that_is_archived_meanwhile_comes_to_its_end(self):
        run = self._begin_what_is_due_today()
        self.credit.active = False
        self.env["wezer.currency"]._cron_charges()
        self.assertTrue(run.done)
        run.batch_id.action_take_back("Taken by mistake")
        self.assertEqual(self.balance(self.anna), "0.00")
        self.assertBooksHold()

    def test_a_fee_of_the_31st_comes_back_to_the_31st(self):
        self.credit.write({"fee_every": "month", "fee_next": "2027-01-31"})
        day, days = self.credit.fee_next, []
        for _month in range(4):
            day = self.credit._charge_after("fee", day)
            days.append(str(day))
        self.assertEqual(days, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"])
        self.credit.fee_every = "year"
        self.assertEqual(str(self.credit._charge_after("fee", day)), "2028-05-31")

    def test_percents_are_shown_as_people_write_them(self):
        self.credit.write({"levy_payee_percent": 1.5, "demurrage_percent": 0.25})
        self.assertEqual(
            (self.credit.levy_payee, self.credit.demurrage_rate), (150, 25)
        )
        self.credit.levy_payer = 70
        self.assertEqual(self.credit.levy_payer_percent, 0.7)
        self.assertEqual(self.credit.levy_payee, 150)

    def test_members_take_no_charges(self):
        for user in (self.anna, self.moderator):
            with self.assertRefused("role"):
                self.credit.with_user(user).action_charge("fee")

    # --- demurrage -------------------------------------------------------------

    def test_demurrage_takes_a_share_of_what_lies_above(self):
        self.pay(self.anna, self.anna, self.luc, "150")
        self.pay(self.stranger, self.stranger, self.moderator, "50")
        self.credit.write({"demurrage_rate": 200, "demurrage_above_text": "100"})
        self.credit.action_charge("demurrage")
        self.assertEqual(self.balance(self.luc), "149.00")
        self.assertEqual(self.balance(self.moderator), "50.00")
        self.assertEqual(self.balance(self.anna), "-150.00")
        line = self.env["wezer.transfer"].search([("kind", "=", "demurrage")])
        self.assertEqual(line.payer_id, self.luc.partner_id)
        self.assertBooksHold()

    def test_flat_demurrage_rounds_down_and_leaves_what_is_set_aside(self):
        tickets = self._currency("Points", "PTS", kind="issued")
        admin = self.env.ref("base.user_admin")
        self._transfers(admin).issue(
            tickets.treasury_partner_id.id, self.anna.partner_id.id, tickets.id, "10.05"
        )
        tickets.demurrage_rate = 1000
        tickets.action_charge("demurrage")
        self.assertEqual(self.balance(self.anna, tickets), "9.05")
        self._transfers(self.anna).reserve(
            self.anna.partner_id.id, self.luc.partner_id.id, tickets.id, "9"
        )
        self.env["wezer.charge.run"].search([]).unlink()
        tickets.demurrage_rate = 10000
        tickets._charge("demurrage", fields.Date.today() + timedelta(days=1))
        self.assertEqual(self.balance(self.anna, tickets), "9.00")
        self.assertBooksHold()

    # --- the purpose's category ------------------------------------------------

    def test_a_category_is_asked_for_where_the_currency_wants_one(self):
        self.credit.category_required = True
        with self.assertRefused("category"):
            self.pay(self.anna, self.anna, self.luc, "1")
        with self.assertRefused("category"):
            self.pay(self.anna, self.anna, self.luc, "1", category=10**8)
        category = self.env["wezer.category"].create({"name": "Garden works"})
        paid = self.pay(self.anna, self.anna, self.luc, "1", category=category.id)
        self.assertEqual(paid.category_id, category)

    # --- soft limits -------------------------------------------------------------

    def test_the_category_goes_with_parts_refunds_series_and_batches(self):
        category = self.env["wezer.category"].create({"name": "Harvest"})
        self.credit.category_required = True
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id
        mine = self._transfers(self.anna)
        held = mine.browse(mine.reserve(*ids, "9", category=category.id))
        part = mine.browse(held.action_settle("3"))
        back = part.browse(part.with_user(self.luc).action_reverse("1"))
        rows = [
            {
                "payer": ids[0],
                "payee": ids[1],
                "currency": ids[2],
                "amount": "1",
                "category": category.id,
            }
        ]
        batch = mine.browse(mine.post_batch(rows))
        date = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=1))
        plan = mine.browse(
            mine.schedule(*ids, "1", date=date, every="month", category=category.id)
        )
        schedule_next(plan.sudo())
        following = plan.sudo().search([("parent_id", "=", plan.id)])
        for one in (held, part, back, batch, plan, following):
            self.assertEqual(one.sudo().category_id, category, one.kind)
        del rows[0]["category"]
        with self.assertRefused("batch"):
            mine.post_batch(rows)
        self.env.flush_all()
        flows = self.env["wezer.money.flow"].search([("category_id", "=", category.id)])
        self.assertEqual(sum(flows.mapped("transfers")), 3)

    def test_a_limit_that_warns_lets_the_payment_pass_and_notifies_moderators(self):
        self.credit.limit_policy = "warn"
        paid = self.pay(self.anna, self.anna, self.luc, "600")
        self.assertTrue(paid.sudo().beyond_limit)
        self.env["wezer.transfer"]._cron_notify()
        notice = self.env["wezer.notice"].search(
            [("kind", "=", "limit"), ("partner_id", "=", self.moderator.partner_id.id)]
        )
        self.assertTrue(notice)
        self.assertBooksHold()
