from itertools import product

from odoo.tests import tagged

from .common import CurrencyCommon

MOVE = """SELECT wezer_move(NULL, %s, %s, 'payment', %s, 0, 0, NULL, 0, 0,
    TRUE, TRUE, '2026-01-01')"""


@tagged("post_install", "-at_install")
class TestLimits(CurrencyCommon):
    """One rule decides what may leave a wallet; all callers get the same answer."""

    def _cases(self):
        """Yield each kind of currency and policy with each kind of wallet."""
        for number, (kind, policy) in enumerate(
            product(("mutual_credit", "issued"), ("block", "warn", "off"))
        ):
            money = self._currency(f"Limit {number}", f"LIM{number}", kind=kind)
            money.write({"limit_policy": policy, "has_lower": True})
            money.lower_limit = -700
            own = self.anna.partner_id._wezer_wallet(money).sudo()
            own.write({"own_limits": True, "has_lower": True, "lower_limit": -300})
            free = self.tom.partner_id._wezer_wallet(money).sudo()
            free.write({"own_limits": True, "has_lower": False})
            common = self.luc.partner_id._wezer_wallet(money).sudo()
            common.own_limits = False
            treasury = money.treasury_partner_id._wezer_wallet(money).sudo()
            yield from ((money, one) for one in (own, free, common, treasury))

    def _passes(self, wallet, amount):
        """Return whether the database and the batch let ``amount`` leave."""
        other = self.stranger.partner_id._wezer_wallet(wallet.wezer_currency_id)
        other.sudo().write({"own_limits": True, "has_upper": False})
        self.env.flush_all()
        row = {"payer_wallet": wallet.id, "payee_wallet": other.id, "minor": amount}
        batch = self.env["wezer.transfer"]._post_rows([row], dry_run=True)[0]
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(MOVE, [wallet.id, other.id, amount])
            answer = self.env.cr.fetchone()[0]
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(batch["state"] == "posted", answer.startswith("ok"))
        self.assertEqual(bool(batch.get("beyond")), answer == "ok_beyond")
        return answer == "ok"

    def test_exactly_what_is_spendable_may_leave(self):
        self.tom = self._member("tom")
        seen = set()
        for money, wallet in self._cases():
            spendable = wallet._spendable(wallet.partner_id, money)
            lower = wallet._limits()[0]
            seen.add(lower)
            with self.subTest(
                kind=money.kind, policy=money.limit_policy, who=wallet.display_name
            ):
                if spendable is None:
                    self.assertIsNone(lower)
                    self.assertTrue(self._passes(wallet, 10**9))
                    continue
                self.assertEqual(spendable, -lower)
                if spendable:
                    self.assertTrue(self._passes(wallet, spendable))
                self.assertFalse(self._passes(wallet, spendable + 1))
        self.assertEqual(seen, {None, 0, -300, -700})

    def test_a_treasury_has_what_it_received_since_the_last_sweep(self):
        treasury = self.credit.treasury_partner_id
        parties = self.anna.partner_id.id, treasury.id, self.credit.id
        self._transfers(self.anna).pay(*parties, "5")
        wallets = self.env["wezer.wallet"]
        self.assertEqual(wallets._spendable(treasury, self.credit), 500)
        self.assertFalse(self._passes(treasury._wezer_wallet(self.credit), 501))

    def test_a_wallet_that_is_not_there_is_taken_as_it_would_open(self):
        money = self._currency("Fresh", "FRE", lower="9")
        wallets = self.env["wezer.wallet"]
        self.assertEqual(wallets._spendable(self.anna.partner_id, money), 900)
        company = self.env["res.partner"].create({"name": "Zed", "is_company": True})
        self.assertEqual(wallets._spendable(company, money), 0)
        self.assertFalse(wallets._find(company, money))
