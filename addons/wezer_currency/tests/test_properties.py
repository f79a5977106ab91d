from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import CurrencyCommon

PEOPLE = st.integers(0, 3)
AMOUNT = st.integers(1, 30000)
STEP = st.one_of(
    st.tuples(st.just("pay"), PEOPLE, PEOPLE, AMOUNT),
    st.tuples(st.just("batch"), PEOPLE, PEOPLE, AMOUNT),
    st.tuples(st.just("reserve"), PEOPLE, PEOPLE, AMOUNT),
    st.tuples(st.just("settle"), st.integers(0, 30), PEOPLE, AMOUNT),
    st.tuples(st.just("release"), st.integers(0, 30), PEOPLE, AMOUNT),
    st.tuples(st.just("reverse"), st.integers(0, 30), PEOPLE, AMOUNT),
    st.tuples(st.just("accept"), st.integers(0, 30), PEOPLE, AMOUNT),
    st.tuples(st.just("charge"), PEOPLE, PEOPLE, AMOUNT),
    st.tuples(st.just("sweep"), PEOPLE, PEOPLE, AMOUNT),
    st.tuples(st.just("seal"), PEOPLE, PEOPLE, AMOUNT),
)


@tagged("post_install", "-at_install")
class TestProperties(CurrencyCommon):
    """Whatever people do in whatever order, the books hold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [
            cls.anna,
            cls.luc,
            cls.stranger,
            cls.env.ref("base.user_admin"),
        ]
        cls.tickets = cls._currency(
            "Tickets", "TIC", kind="issued", levy_payer=150, levy_payee=70
        )
        cls.credit.write(
            {
                "levy_payer": 150,
                "levy_payee_fixed_text": "0.03",
                "fee_minor_text": "1",
                "demurrage_rate": 300,
                "demurrage_above_text": "20",
            }
        )

    def _play(self, currency, steps):
        made = self.env["wezer.transfer"]
        for name, first, second, minor in steps:
            try:
                with self.env.cr.savepoint():
                    made |= self._step(currency, made, name, first, second, minor)
            except (Refusal, NotAllowed):
                continue
        self.assertBooksHold()
        self._check_limits(currency)
        for transfer in made.exists():
            self.assertLessEqual(transfer.reversed_minor, transfer.amount_minor)

    def _step(self, currency, made, name, first, second, minor):
        transfers = self.env["wezer.transfer"]
        amount = currency._decimal(minor)
        if name in ("pay", "reserve", "batch"):
            payer, payee = self.people[first], self.people[second]
            ids = payer.partner_id.id, payee.partner_id.id, currency.id
            mine = self._transfers(payer)
            if name == "batch":
                keys = ("payer", "payee", "currency", "amount")
                rows = [dict(zip(keys, (*ids, amount), strict=True))] * 2
                return transfers.browse(mine.post_batch(rows))
            return transfers.browse(getattr(mine, name)(*ids, amount))
        if name == "charge":
            currency.action_charge("fee" if minor % 2 else "demurrage")
        elif name == "sweep":
            self.env["wezer.wallet"]._cron_sweep()
        elif name == "seal":
            self.env["wezer.ledger.seal"]._seal_now()
        elif made:
            one = made[first % len(made)]
            owner = {"settle": "payer_id"}.get(name, "payee_id")
            if name == "accept":
                owner = "payer_id"
            user = one[owner].user_ids[:1]
            mine = one.with_user(user)
            if name == "settle":
                return transfers.browse(mine.action_settle(amount))
            if name == "reverse":
                return transfers.browse(mine.action_reverse(amount))
            getattr(mine, f"action_{name}")()
        return transfers

    def _check_limits(self, currency):
        """Nobody is beyond a limit, but for what was given back."""
        wallets = self.env["wezer.wallet"].search(
            [("wezer_currency_id", "=", currency.id), ("is_system", "=", False)]
        )
        reversals = self.env["wezer.transfer"].search_count(
            [("kind", "=", "reversal"), ("wezer_currency_id", "=", currency.id)]
        )
        for wallet in wallets:
            lower, upper = wallet._limits()
            if currency.kind == "issued" or not reversals:
                self.assertGreaterEqual(wallet.available, lower, wallet.display_name)
            if upper is not None and not reversals:
                self.assertLessEqual(wallet.balance + wallet.incoming, upper)

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=4, max_size=14))
    def test_random_steps_in_mutual_credit_keep_the_books(self, steps):
        with self.env.cr.savepoint() as savepoint:
            self._play(self.credit, steps)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=4, max_size=14))
    def test_random_steps_in_issued_money_keep_the_books(self, steps):
        with self.env.cr.savepoint() as savepoint:
            admin = self._transfers(self.people[3])
            treasury = self.tickets.treasury_partner_id
            for person in self.people:
                admin.issue(treasury.id, person.partner_id.id, self.tickets.id, "200")
            self._play(self.tickets, steps)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
