import os

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged

from .common import CurrencyCommon

ALL = os.environ.get("WEZER_COUNTS") == "all"
BATCH_ROWS = 5000 if ALL else 12
REASON = "Typed one zero too many"


@tagged("post_install", "-at_install")
class TestCorrection(CurrencyCommon):
    """A moderator corrects one transfer, or a whole batch, with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit.write({"levy_payer": 150, "levy_payee_fixed_text": "0.30"})
        cls.env.flush_all()
        cls.admin = cls.env.ref("base.user_admin")

    def _look(self, user=None, owner=None):
        wallet = self.wallet(owner or self.anna).with_user(user or self.moderator)
        wallet.action_view_statement("Anna asked for help")

    def _everything(self):
        treasury = self.credit.treasury_partner_id._wezer_wallet(self.credit)
        wallets = self.wallet(self.anna) | self.wallet(self.luc) | treasury
        wallets.invalidate_recordset()
        return [wallet._balance_now() for wallet in wallets]

    def _messages(self, user):
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("kind", "=", "corrected")]
        )
        return notices.mapped("message")

    def test_a_correction_is_a_linked_transfer_whose_reason_both_parties_read(self):
        before = self._everything()
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        self._look()
        made = paid.with_user(self.moderator).action_correct(REASON)
        back = self.env["wezer.transfer"].browse(made)
        self.assertEqual(
            (back.kind, back.parent_id, back.amount_minor, back.reason),
            ("correction", paid, 10000, REASON),
        )
        # The levies came back too.
        self.assertEqual(self._everything(), before)
        for user in (self.anna, self.luc):
            with self.subTest(user=user.name):
                self.assertEqual(back.with_user(user).read(["reason"])[0]["id"], made)
                self.assertEqual(len(self._messages(user)), 1)
                self.assertIn(REASON, self._messages(user)[0])
        self.assertBooksHold()

    def test_what_is_corrected_is_at_most_what_was_not_returned_yet(self):
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        paid.with_user(self.luc).action_reverse("30")
        self._look()
        asked = paid.with_user(self.moderator)
        with self.assertRefused("reverse") as refused:
            asked.action_correct(REASON, "70.01")
        self.assertEqual(refused.error.limit, "70.00 COM")
        first = asked.action_correct(REASON, "50", key="once")
        self.assertEqual(asked.action_correct(REASON, "50", key="once"), first)
        with self.assertRefused("key"):
            asked.action_correct("Another reason for it", "50", key="once")
        asked.action_correct(REASON)
        self.assertEqual(paid.reversed_minor, 10000)
        with self.assertRefused("reverse"):
            asked.action_correct(REASON)
        with self.assertRefused("reversal"):
            asked.browse(first).action_correct(REASON)
        # Told once, however often it was asked.
        self.assertEqual(len(self._messages(self.anna)), 2)
        self.assertBooksHold()

    def test_only_a_moderator_who_opened_a_statement_and_is_no_party_corrects(self):
        paid = self.pay(self.anna, self.anna, self.luc, "10")
        for user in (self.anna, self.luc, self.stranger):
            with self.assertRefused("moderate"):
                paid.with_user(user).action_correct(REASON)
        asked = paid.with_user(self.moderator)
        with self.assertRefused("look"):
            asked.action_correct(REASON)
        self.assertFalse(asked.search([("id", "=", paid.id)]))
        wanted = self._transfers(self.luc).ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "3"
        )
        self._look()
        self.assertEqual(asked.search([("id", "=", paid.id)]), asked)
        # Requests are on no statement.
        self.assertFalse(asked.search([("id", "=", wanted)]))
        self.assertTrue(asked.may_correct)
        with self.assertRefused("reason"):
            asked.action_correct("wrong")
        own = self.pay(self.moderator, self.moderator, self.luc, "10")
        self._look(owner=self.luc)
        with self.assertRefused("moderate"):
            own.with_user(self.moderator).action_correct(REASON)
        deal = self.env["res.partner"].create({"name": "stands for a deal"})
        parties = self.anna.partner_id, self.luc.partner_id, self.credit
        held = self.env["wezer.transfer"]._reserve(deal, *parties, 500, "roof", "d,1")
        held._settle()
        with self.assertRefused("origin"):
            held.with_user(self.moderator).sudo(False).action_correct(REASON)
        for name, args in (("_correct", [REASON]), ("write", [{"reason": "x"}])):
            with self.assertRaises(AccessError):
                call_kw(asked.browse(), name, [paid.ids, *args], {})

    def test_the_form_of_the_back_office_corrects_several_or_none(self):
        paid = [self.pay(self.anna, self.anna, self.luc, "5") for _number in range(2)]
        ids = [transfer.id for transfer in paid]
        self._look()
        wizard = self.env["wezer.correction"].with_user(self.moderator)
        form = wizard.with_context(active_ids=ids).create({"reason": REASON})
        action = form.action_correct()
        made = self.env["wezer.transfer"].search(action["domain"])
        self.assertEqual(sorted(made.parent_id.ids), sorted(ids))
        # Pressed twice, it corrects once.
        self.assertEqual(form.action_correct()["domain"], action["domain"])
        with self.assertRaises(AccessError):
            self.env["wezer.correction"].with_user(self.luc).create({"reason": REASON})

    def test_what_the_payee_of_issued_money_spent_stays_a_claim_with_the_reason(self):
        tickets = self._currency("Tickets", "TIC", kind="issued")
        treasury = tickets.treasury_partner_id.id
        people = (self.anna.partner_id.id, tickets.id, "50")
        self._transfers(self.admin).issue(treasury, *people)
        paid = self.pay(self.anna, self.anna, self.luc, "50", tickets)
        self.pay(self.luc, self.luc, self.stranger, "20", tickets)
        self.wallet(self.anna, tickets).with_user(self.moderator).action_view_statement(
            "Anna asked for help"
        )
        paid.with_user(self.moderator).action_correct(REASON)
        self.assertEqual(self.balance(self.anna, tickets), "30.00")
        claim = self.env["wezer.transfer"].search(
            [("parent_id", "=", paid.id), ("state", "=", "requested")]
        )
        self.assertEqual((claim.amount_minor, claim.reason), (2000, REASON))
        self.assertBooksHold()

    # === BATCHES === #

    def _batch(self, count, amount="2"):
        rows = [
            {
                "payer": self.anna.partner_id.id,
                "payee": (self.luc if number % 2 else self.stranger).partner_id.id,
                "currency": self.credit.id,
                "amount": amount,
                "key": f"row {number}",
            }
            for number in range(count)
        ]
        posted = self._transfers(self.anna).post_batch(rows)
        transfers = self.env["wezer.transfer"].browse(posted)
        batch = self.env["wezer.batch"].browse(transfers[0].batch_number)
        # Posted again, it is known, and no batch of its own.
        self.assertEqual(self._transfers(self.anna).post_batch(rows), posted)
        self.assertEqual(batch.search([], limit=1), batch)
        return batch, transfers

    def test_a_batch_is_taken_back_as_a_whole_and_once(self):
        self.wallet(self.anna).with_user(self.moderator).set_limits("99999", None)
        before = self._everything()
        batch, transfers = self._batch(BATCH_ROWS)
        self.assertEqual(batch.transfer_count, BATCH_ROWS)
        # A part was given back before: only the rest goes back.
        transfers[1].with_user(self.luc).action_reverse("0.50")
        for user in (self.anna, self.luc):
            with self.assertRefused("moderate"):
                batch.with_user(user).action_take_back(REASON)
        asked = batch.with_user(self.moderator)
        self._assert_reads_no_batch(batch)
        with self.assertRefused("look"):
            asked.action_take_back(REASON)
        self._look()
        self.assertEqual(asked.search([("id", "=", batch.id)]), asked)
        with self.assertRefused("reason"):
            asked.action_take_back("no")
        made = asked.action_take_back(REASON)
        self.assertEqual(asked.action_take_back(REASON), made)
        self.env.invalidate_all()
        self.assertEqual(self._everything(), before)
        self.assertEqual(self.balance(self.stranger), "0.00")
        self.assertEqual((batch.state, batch.taken_back_by_id.id), ("taken_back", made))
        back = batch.browse(made)
        self.assertEqual((back.kind, back.reason), ("take_back", REASON))
        self.assertEqual(back.transfer_count, BATCH_ROWS)
        with self.assertRefused("reversal"):
            back.with_user(self.moderator).action_take_back(REASON)
        self.env["wezer.transfer"]._cron_notify()
        self.assertIn(REASON, self._messages(self.luc)[0])
        self.assertBooksHold()

    def _assert_reads_no_batch(self, batch):
        """Check that moderators read nothing of a batch, whatever the way."""
        batches = self.env(user=self.moderator)["wezer.batch"]
        for name, args, kwargs in (
            ("read", [batch.ids, ["total_text", "transfer_count"]], {}),
            ("web_read", [batch.ids, {"total_text": {}}], {}),
            ("export_data", [batch.ids, ["total_text"]], {}),
        ):
            with self.subTest(way=name), self.assertRaises(UserError):
                call_kw(batches, name, args, kwargs)
        found = [("transfer_count", ">", 0)]
        self.assertEqual(call_kw(batches, "search_count", [found], {}), 0)
        rows = call_kw(
            batches,
            "formatted_read_group",
            [[]],
            {"groupby": ["wezer_currency_id"], "aggregates": ["__count"]},
        )
        self.assertFalse(rows)
        form = self.env(user=self.moderator)["wezer.take.back"]
        with self.assertRaises(AccessError):
            call_kw(form, "create", [{"batch_id": batch.id, "reason": REASON}], {})
        with self.assertRaises(AccessError):
            call_kw(
                form,
                "onchange",
                [[], {"batch_id": batch.id}, ["batch_id"], {"total_text": {}}],
                {},
            )

    def test_a_batch_is_not_taken_back_below_a_limit_that_blocks(self):
        batch, _transfers = self._batch(2, amount="100")
        self.wallet(self.luc).with_user(self.moderator).set_limits("0", None)
        self.pay(self.luc, self.luc, self.stranger, "90")
        self._look()
        asked = batch.with_user(self.moderator)
        before = self._everything()
        with self.assertRefused("limit") as refused:
            asked.action_take_back(REASON)
        self.assertIn("Luc", refused.error.args[0])
        self.assertEqual((refused.error.value, refused.error.limit), ("1", "0.00 COM"))
        self.assertEqual((self._everything(), batch.state), (before, "posted"))
        self.credit.limit_policy = "warn"
        made = asked.action_take_back(REASON)
        marked = self.env["wezer.transfer"].search(
            [("batch_number", "=", made), ("beyond_limit", "=", True)]
        )
        self.assertEqual(marked.payer_id, self.luc.partner_id)
        self.assertBooksHold()

    def test_a_fee_is_taken_back_by_an_administrator(self):
        self.credit.fee_minor_text = "1"
        people = self.anna | self.luc | self.stranger
        for user in people:
            self.pay(self.moderator, self.moderator, user, "3")
        before = [self.balance(user) for user in people]
        run = self.credit.with_user(self.admin).action_charge("fee")
        self.assertEqual(self.credit.levy_payee_fixed, 30)
        self.assertEqual((before[1], self.balance(self.luc)), ("2.70", "1.70"))
        self._look()
        with self.assertRefused("moderate"):
            run.batch_id.with_user(self.moderator).action_take_back(REASON)
        wizard = self.env["wezer.take.back"].with_user(self.admin)
        wizard.with_context(active_id=run.batch_id.id).create(
            {"reason": REASON}
        ).action_take_back()
        self.env.invalidate_all()
        self.assertEqual([self.balance(user) for user in people], before)
        self.assertBooksHold()

    def test_the_levy_of_a_claim_goes_back_once_though_the_batch_was_taken_back(self):
        tickets = self._currency("Tickets", "TIC", kind="issued", levy_payee=1000)
        treasury = tickets.treasury_partner_id.id
        issuer = self._transfers(self.admin)
        issuer.issue(treasury, self.anna.partner_id.id, tickets.id, "50")
        row = {
            "payer": self.anna.partner_id.id,
            "payee": self.luc.partner_id.id,
            "currency": tickets.id,
            "amount": "20",
        }
        posted = self._transfers(self.anna).post_batch([row])
        paid = self.env["wezer.transfer"].browse(posted)
        self.assertEqual(self.balance(self.luc, tickets), "18.00")
        # Luc has nothing left: what he gives back stays a claim.
        self.pay(self.luc, self.luc, self.stranger, "18", tickets)
        claim = paid.browse(paid.with_user(self.luc).action_reverse("10"))
        self.assertEqual((claim.state, claim.amount_minor), ("requested", 1000))
        issuer.issue(treasury, self.luc.partner_id.id, tickets.id, "50")
        batch = self.env["wezer.batch"].browse(paid.batch_number)
        self.wallet(self.luc, tickets).with_user(self.moderator).action_view_statement(
            "Luc asked for help"
        )
        batch.with_user(self.moderator).action_take_back(REASON)
        self.assertEqual(self.balance(self.luc, tickets), "41.00")
        claim.with_user(self.luc).action_accept()
        self.assertEqual(self.balance(self.luc, tickets), "32.00")
        self.assertEqual(self.balance(self.anna, tickets), "50.00")
        self.assertBooksHold()

    def test_outside_money_of_a_batch_is_given_back_one_by_one(self):
        euro = self._currency("Euro", "EURX", external=True)
        row = {
            "payer": self.anna.partner_id.id,
            "payee": self.luc.partner_id.id,
            "currency": euro.id,
            "amount": "3",
        }
        posted = self._transfers(self.anna).post_batch([row])
        number = self.env["wezer.transfer"].browse(posted).batch_number
        batch = self.env["wezer.batch"].browse(number).with_user(self.moderator)
        with self.assertRefused("external"):
            batch.action_take_back(REASON)


@tagged("post_install", "-at_install")
class TestTransferPage(CurrencyCommon, HttpCase):
    def test_the_page_of_a_transfer_shows_its_correction_to_its_parties_only(self):
        paid = self.pay(self.anna, self.anna, self.luc, "10", purpose="Bread")
        wallet = self.wallet(self.anna)
        for user in (self.anna, self.stranger, self.moderator):
            user.password = user.login
        self.authenticate(self.moderator.login, self.moderator.login)
        page = f"/my/transfers/{paid.id}"
        self.assertEqual(self.url_open(page).status_code, 404)
        wallet.with_user(self.moderator).action_view_statement("Anna asked for help")
        shown = self.url_open(page)
        self.assertIn("Correct this payment", shown.text)
        self.assertIn(page, self.url_open(f"/my/wallets/{wallet.id}").text)
        paid.with_user(self.moderator).action_correct(REASON, "4")
        self.authenticate(self.anna.login, self.anna.login)
        shown = self.url_open(page).text
        self.assertIn(REASON, shown)
        self.assertNotIn("Correct this payment", shown)
        statement = self.url_open(f"/my/wallets/{wallet.id}").text
        self.assertIn(f"Bread · {REASON}", statement)
        self.authenticate(self.stranger.login, self.stranger.login)
        self.assertEqual(self.url_open(page).status_code, 404)
