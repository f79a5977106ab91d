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


@tagged("post_install", "-at_install")
class TestWarnings(CurrencyCommon):
    """At one amount people are told, at a larger one the payment is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.money = cls._currency("Told", "TLD", "20", "20")
        cls.money.write({"lower_warning_text": "10", "upper_warning_text": "10"})
        cls.wide = cls.wallet(cls, cls.stranger, cls.money)
        cls.wide.with_user(cls.moderator).set_limits("1000", "1000")

    def _pay(self, payer, payee, amount, **kwargs):
        return self.pay(payer, payer, payee, amount, self.money, **kwargs)

    def _told(self, user):
        """Return the notices that this user was left, as they read them."""
        notices = self.env["wezer.notice"].with_user(user)
        found = notices.search(
            [("kind", "=", "balance_warning"), ("settled", "=", False)]
        )
        return found.mapped("message")

    def test_at_ten_told_at_twenty_refused(self):
        paid = self._pay(self.anna, self.stranger, "10")
        self.assertFalse(paid.sudo().warned)
        paid = self._pay(self.anna, self.stranger, "0.01")
        self.assertEqual((paid.state, paid.sudo().warned), ("done", "payer"))
        self.env["wezer.transfer"]._cron_notify()
        words = (
            "After 0.01 TLD for Stranger, the balance of Anna is below -10.00 TLD."
            " Payments that take it below -20.00 TLD are refused."
        )
        self.assertEqual(self._told(self.anna), [words])
        self.assertEqual(paid.warning_text, words)
        # Nobody else learns of it, except those who look after limits.
        self.assertFalse(self._told(self.stranger) or self._told(self.moderator))
        self.assertFalse(paid.with_user(self.stranger).warning_text)
        found = self.env["wezer.wallet"].with_user(self.moderator)
        own = [("wezer_currency_id", "=", self.money.id), ("beyond_warning", "=", True)]
        self.assertEqual(found.search(own), self.wallet(self.anna, self.money))
        self.assertTrue(found.search(own).beyond_warning)
        self.assertFalse(found.search([*own, ("beyond_limit", "=", True)]))
        self.assertEqual(self.money.stat_warned, 1)
        self._pay(self.anna, self.stranger, "9.99").sudo()._notify_parties()
        self.assertEqual(len(self._told(self.anna)), 1, "the newer replaces it")
        with self.assertRefused("limit"):
            self._pay(self.anna, self.stranger, "0.01")
        self.assertBooksHold()

    def test_who_has_much_is_told_and_only_they(self):
        paid = self._pay(self.stranger, self.anna, "10.01")
        self.assertEqual(paid.sudo().warned, "payee")
        paid.sudo()._notify_parties()
        told = "After 10.01 TLD from Stranger, the balance of Anna is above 10.00 TLD."
        self.assertIn(told, self._told(self.anna)[0])
        self.assertIn(told, paid.with_user(self.anna).warning_text)
        self.assertFalse(paid.warning_text or self._told(self.stranger))
        with self.assertRefused("other_side"):
            self._pay(self.stranger, self.anna, "10")
        self.assertEqual(self._pay(self.luc, self.anna, "9.99").sudo().warned, "payee")
        # What brings a balance back warns nobody.
        self._pay(self.anna, self.stranger, "20")
        self.assertFalse(self._pay(self.anna, self.luc, "10").sudo().warned)

    def test_every_way_of_paying_marks_alike(self):
        transfers, marked = self._transfers(self.anna), {}
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.money.id

        def asked():
            asks = self._transfers(self.luc).ask(*ids, "12")
            return transfers.browse(asks).action_accept()

        def batch():
            names = "payer", "payee", "currency", "amount"
            return transfers.post_batch([dict(zip(names, (*ids, "12"), strict=True))])

        def settled():
            held = transfers.browse(transfers.reserve(*ids, "12"))
            self.assertEqual(held.sudo().warned, "payer")
            return held.action_settle()

        for name, way in {
            "fast": lambda: transfers.pay(*ids, "12"),
            "step by step": asked,
            "batch": batch,
            "settled": settled,
        }.items():
            with self.env.cr.savepoint() as savepoint:
                marked[name] = transfers.browse(way()).sudo().warned
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(marked, dict.fromkeys(marked, "both"))
        self.assertEqual(len(marked), 4)

    def test_what_leaves_each_balance_as_it_is_warns_nobody(self):
        people = self.anna.partner_id, self.luc.partner_id
        anna, luc = (person._wezer_wallet(self.money).id for person in people)
        rows = [
            {"payer_wallet": payer, "payee_wallet": payee, "minor": 1500}
            for payer, payee in ((anna, luc), (luc, anna))
        ]
        answers = self.env["wezer.transfer"]._post_rows(rows, mode="balanced")
        made = self.env["wezer.transfer"].browse(answer["id"] for answer in answers)
        self.assertFalse(any(made.mapped("warned")))
        self.assertFalse(any(made.mapped("notice_pending")))

    def test_the_payer_is_warned_before(self):
        transfers = self._transfers(self.anna)
        ids = self.anna.partner_id.id, self.money.id
        self.assertFalse(transfers._last_look(*ids, "10"))
        self.assertEqual(
            transfers._last_look(*ids, "10.01"),
            "The balance would be -10.01 TLD, below -10.00 TLD. Payments that take it"
            " below -20.00 TLD are refused.",
        )
        # What is refused has its own reason; what others have is not told.
        self.assertFalse(transfers._last_look(*ids, "20.01"))
        self.assertFalse(self._transfers(self.luc)._last_look(*ids, "10.01"))
        self.money.limit_policy = "warn"
        self.assertIn("moderators are told", transfers._last_look(*ids, "20.01"))

    def test_a_wallets_own_limits_replace_the_currencys_as_a_block(self):
        wallet = self.wallet(self.anna, self.money)
        as_moderator = wallet.with_user(self.moderator)
        as_moderator.set_limits("30", None, lower_warning="25")
        self.assertEqual(wallet._limits_now(), (3000, -3000, None, -2500, None, 0))
        self.assertIn("warned below -25.00", as_moderator.limits_text)
        self.assertFalse(self._pay(self.anna, self.stranger, "25").sudo().warned)
        for given in (
            {"lower": "5", "lower_warning": "5"},
            {"lower": "0", "lower_warning": "0"},
            {"lower": "5", "upper": "5", "upper_warning": "6"},
        ):
            with self.assertRefused("warning"):
                as_moderator.set_limits(**given)
        with self.assertRefused("warning"):
            self.money.lower_warning_text = "20"
        self.money.write({"lower_text": "5", "lower_warning_text": "2"})
        self.assertEqual(self.money.upper_warning_text, "10.00")
        self.money.write({"lower_warning_text": "", "upper_warning_text": "0"})
        limits = self.wallet(self.luc, self.money)._limits_now()
        self.assertEqual(limits, (500, -500, 2000, None, 0, 0))
        points = self._currency("Points", "PTS", kind="issued", lower_warning_text="5")
        fresh = self.wallet(self.luc, points)
        self.assertIsNone(fresh._limits_now().lower_warning)
        with self.assertRefused("issued"):
            fresh.with_user(self.moderator).set_limits("0", lower_warning="0")
