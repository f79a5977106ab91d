from pathlib import Path

from odoo.exceptions import AccessError
from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import CurrencyCommon

MIGRATION = "migrations/19.0.2.3.0/post-keys-of-top-ups.py"


@tagged("post_install", "-at_install")
class TestIssued(CurrencyCommon):
    """Issued money: top-up, redemption, and claims for what is gone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls._make_tickets()
        # Who acts for the community acts for its treasuries.
        cls.treasurer = cls.env.ref("base.user_admin")

    def _issue(self, user, amount):
        return self._transfers(self.treasurer).issue(
            self.treasury.id, user.partner_id.id, self.tickets.id, amount
        )

    def _redeem(self, amount, user=None):
        transfers = self._transfers(user or self.anna)
        return transfers.browse(
            transfers.redeem(
                (user or self.anna).partner_id.id,
                self.treasury.id,
                self.tickets.id,
                amount,
            )
        )

    def test_a_top_up_books_the_money_that_came_in(self):
        transfer = self.env["wezer.transfer"].browse(
            self._transfers(self.treasurer).top_up(
                self.treasury.id, self.anna.partner_id.id, self.tickets.id, "100"
            )
        )
        self.assertEqual(self.balance(self.anna, self.tickets), "100.00")
        move = transfer.sudo().money_move_id
        self.assertEqual(move.state, "posted")
        cash = move.line_ids.filtered(lambda line: line.account_id == self.cash)
        self.assertEqual(cash.balance, 50.0)
        self.assertEqual(cash.partner_id, self.anna.partner_id)
        self.assertBooksHold()

    def test_a_key_of_an_issue_is_none_of_a_top_up(self):
        transfers = self._transfers(self.treasurer)
        ids = self.treasury.id, self.anna.partner_id.id, self.tickets.id
        given = transfers.browse(transfers.issue(*ids, "100", key="a"))
        paid = transfers.top_up(*ids, "100", key="a")
        self.assertNotEqual(paid, given.id)
        self.assertFalse(given.sudo().money_move_id)
        self.assertEqual(transfers.top_up(*ids, "100", key="a"), paid)
        self.assertEqual(self.balance(self.anna, self.tickets), "200.00")

    def test_a_top_up_that_is_repeated_after_an_update_pays_once(self):
        transfers = self._transfers(self.treasurer)
        ids = self.treasury.id, self.anna.partner_id.id, self.tickets.id
        paid = transfers.browse(transfers.top_up(*ids, "100", key="a")).sudo()
        given = transfers.browse(transfers.issue(*ids, "7", key="b")).sudo()
        # As it was kept before.
        paid.key_scope = paid.key_scope.replace("top_up", "issue")
        self.env.flush_all()
        path = Path(__file__).parents[1] / MIGRATION
        module = load_script(str(path), "script")
        for _time in range(2):
            module.migrate(self.env.cr, "19.0.2.2.0")
        self.env.invalidate_all()
        self.assertEqual(transfers.top_up(*ids, "100", key="a"), paid.id)
        self.assertEqual(transfers.issue(*ids, "7", key="b"), given.id)
        self.assertEqual(self.balance(self.anna, self.tickets), "107.00")

    def test_seals_of_money_that_has_a_value_carry_it_as_a_liability(self):
        self._transfers(self.treasurer).top_up(
            self.treasury.id, self.anna.partner_id.id, self.tickets.id, "100"
        )
        self.env["wezer.ledger.seal"]._seal_now()
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.tickets.member_account_id.id)]
        )
        self.assertEqual(sum(lines.mapped("balance")), -50.0)
        treasury = self.env["account.move.line"].search(
            [("account_id", "=", self.tickets.treasury_account_id.id)]
        )
        self.assertEqual(sum(treasury.mapped("balance")), 0.0)
        self.assertBooksHold()

    def test_the_administrator_issues_and_tops_up_from_the_back_office(self):
        admin = self.env.ref("base.user_admin")
        wizard = (
            self.env["wezer.issue"]
            .with_user(admin)
            .with_context(active_id=self.tickets.id)
            .create(
                {"profile_id": self.anna.partner_id._wezer_profile().id, "amount": "12"}
            )
        )
        self.assertEqual(wizard.wezer_currency_id, self.tickets)
        wizard.paid_in = wizard.can_book
        made = self.env["wezer.transfer"].browse(wizard.action_issue()["res_id"])
        self.assertEqual((made.kind, made.state), ("issue", "done"))
        self.assertEqual(bool(made.money_move_id), wizard.can_book)
        # Pressed twice, it is issued once.
        self.assertEqual(wizard.action_issue()["res_id"], made.id)
        self.assertEqual(self.balance(self.anna, self.tickets), "12.00")
        with self.assertRaises(AccessError):
            self.env["wezer.issue"].with_user(self.moderator).create({})

    def test_the_holder_asks_to_redeem_and_the_treasury_accepts(self):
        self._issue(self.anna, "100")
        asked = self._redeem("30")
        self.assertEqual(asked.state, "requested")
        with self.assertRefused("acts_for"):
            asked.with_user(self.anna).action_accept()
        asked.with_user(self.treasurer).action_accept()
        self.assertEqual((asked.state, asked.kind), ("done", "redeem"))
        self.assertEqual(self.balance(self.anna, self.tickets), "70.00")
        cash = asked.sudo().money_move_id.line_ids.filtered(
            lambda line: line.account_id == self.cash
        )
        self.assertEqual(cash.balance, -15.0)
        self.assertBooksHold()

    def test_redemptions_are_on_the_treasurers_to_do_list(self):
        self._issue(self.anna, "100")
        self._redeem("30")
        texts = " ".join(str(row["text"]) for row in self.treasurer._wezer_todo())
        self.assertIn("Anna wants to redeem 30.00 TIC", texts)
        texts = " ".join(str(row["text"]) for row in self.anna._wezer_todo())
        self.assertNotIn("redeem", texts)

    def test_a_redemption_is_refused_or_withdrawn(self):
        self._issue(self.anna, "10")
        asked = self._redeem("5")
        asked.with_user(self.treasurer).action_refuse()
        self.assertEqual(asked.end_reason, "refused")
        asked = self._redeem("5")
        asked.with_user(self.anna).action_withdraw()
        self.assertEqual(asked.end_reason, "withdrawn")
        self.assertEqual(self.balance(self.anna, self.tickets), "10.00")

    def test_the_treasury_takes_nothing_back_by_itself(self):
        self._issue(self.anna, "10")
        with self.assertRefused("acts_for"):
            self._transfers(self.treasurer).redeem(
                self.anna.partner_id.id, self.treasury.id, self.tickets.id, "5"
            )

    def test_only_issued_money_is_redeemed_and_only_at_its_treasury(self):
        for payee, currency in (
            (self.luc.partner_id, self.tickets),
            (self.credit.treasury_partner_id, self.credit),
        ):
            with self.assertRefused("redeem"):
                self._transfers(self.anna).redeem(
                    self.anna.partner_id.id, payee.id, currency.id, "1"
                )

    def test_nobody_redeems_more_than_the_wallet_holds(self):
        self._issue(self.anna, "10")
        asked = self._redeem("11")
        with self.assertRefused("other_side"):
            asked.with_user(self.treasurer).action_accept()
        self.assertEqual(self.balance(self.anna, self.tickets), "10.00")

    # --- claims --------------------------------------------------------------

    def test_an_amount_that_cannot_be_taken_back_stays_a_claim(self):
        self._issue(self.anna, "100")
        paid = self.pay(self.anna, self.anna, self.luc, "80", self.tickets)
        self.pay(self.luc, self.luc, self.stranger, "50", self.tickets)
        paid.with_user(self.moderator).action_reverse()
        self.assertEqual(self.balance(self.luc, self.tickets), "0.00")
        self.assertEqual(self.balance(self.anna, self.tickets), "50.00")
        self.assertEqual(paid.claim_minor, 5000)
        claim = self.env["wezer.transfer"].search(
            [("parent_id", "=", paid.id), ("state", "=", "requested")]
        )
        self.assertEqual(claim.amount_minor, 5000)
        self.assertBooksHold()
        return paid, claim

    def test_a_claim_is_paid_when_there_is_money_never_refused(self):
        paid, claim = self.test_an_amount_that_cannot_be_taken_back_stays_a_claim()
        with self.assertRefused("claim"):
            claim.with_user(self.luc).action_refuse()
        with self.assertRefused("limit"):
            claim.with_user(self.luc).action_accept()
        self._issue(self.luc, "60")
        claim.with_user(self.luc).action_accept()
        self.assertEqual(paid.claim_minor, 0)
        self.assertEqual(self.balance(self.anna, self.tickets), "100.00")
        with self.assertRefused("reverse"):
            paid.with_user(self.luc).action_reverse()
        self.assertBooksHold()

    def test_a_claim_can_be_given_up(self):
        paid, claim = self.test_an_amount_that_cannot_be_taken_back_stays_a_claim()
        claim.with_user(self.anna).action_withdraw()
        self.assertEqual((paid.claim_minor, paid.reversed_minor), (0, 3000))
        self.assertBooksHold()

    def test_levies_come_back_with_what_is_taken_back_and_no_more(self):
        self.tickets.levy_payee = 1000
        self._issue(self.anna, "100")
        paid = self.pay(self.anna, self.anna, self.luc, "100", self.tickets)
        self.assertEqual(self.balance(self.luc, self.tickets), "90.00")
        self.pay(self.luc, self.luc, self.stranger, "45", self.tickets)
        paid.with_user(self.luc).action_reverse()
        self.assertEqual(self.balance(self.luc, self.tickets), "0.00")
        self.assertEqual(paid.claim_minor, 5000)
        self.assertEqual(self.balance(self.anna, self.tickets), "50.00")
        self.assertBooksHold()
