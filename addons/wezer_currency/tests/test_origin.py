from odoo.tests import tagged

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestOrigin(CurrencyCommon):
    """The internal methods that a deal calls."""

    def setUp(self):
        super().setUp()
        self.deal = self.env["res.partner"].create({"name": "stands for a deal"})

    def _reserve(self, minor=12000, currency=None, key="deal,reserve"):
        return (
            self.env["wezer.transfer"]
            .with_user(self.luc)
            ._reserve(
                self.deal,
                self.anna.partner_id,
                self.luc.partner_id,
                currency or self.credit,
                minor,
                "roof",
                key,
            )
        )

    def test_a_deal_reserves_settles_and_gives_back(self):
        held = self._reserve()
        self.assertEqual(held, self._reserve())
        self.assertEqual(
            (held.state, self.wallet(self.anna).reserved), ("reserved", 12000)
        )
        paid = held._settle(key="deal,settle")
        self.assertEqual(paid.state, "done")
        self.assertEqual(paid, held._settle(key="deal,settle"))
        self.assertEqual(self.balance(self.luc), "120.00")
        back = paid._reverse(minor=2000, key="deal,refund")
        self.assertEqual(back, paid._reverse(minor=2000, key="deal,refund"))
        self.assertEqual(self.balance(self.luc), "100.00")
        self.assertBooksHold()

    def test_less_delivered_pays_less_and_frees_the_rest(self):
        held = self._reserve()
        paid = held._settle(minor=10000, key="deal,settle")
        self.assertEqual((paid.amount_minor, paid.state), (10000, "done"))
        self.assertEqual(
            (paid.origin_model, paid.origin_id), ("res.partner", self.deal.id)
        )
        self.assertEqual(paid, held._settle(minor=10000, key="deal,settle"))
        self.assertEqual(held.end_reason, "settled")
        self.assertEqual(self.wallet(self.anna).reserved, 0)
        self.assertBooksHold()

    def test_the_rest_stays_for_the_next_milestone(self):
        held = self._reserve()
        first = held._settle(minor=4000, key="deal,1", keep_rest=True)
        self.assertEqual(
            (held.state, self.wallet(self.anna).reserved), ("reserved", 8000)
        )
        second = held._settle(key="deal,2")
        self.assertEqual((first.amount_minor, second.amount_minor), (4000, 8000))
        self.assertEqual(held.state, "ended")
        self.assertBooksHold()

    def test_a_promise_of_outside_money_waits_and_may_be_denied(self):
        euro = self.env["wezer.currency"].create(
            {
                "name": "Euro",
                "code": "EUR",
                "kind": "legal",
                "currency_id": self.env.ref("base.EUR").id,
            }
        )
        held = self._reserve(10**9, euro)
        paid = held._settle(minor=10**8)
        self.assertEqual(paid.state, "pending")
        self.assertEqual(self.wallet(self.luc, euro).incoming, 10**8)
        self.assertBooksHold()
        paid._deny()
        self.assertEqual((paid.state, paid.end_reason), ("ended", "denied"))
        again = self._reserve(10**8, euro, key="deal,again")
        again._settle()
        again._confirm()
        self.assertEqual(
            (again.state, self.wallet(self.luc, euro).incoming), ("done", 0)
        )
        again._reverse()
        self.assertBooksHold()

    def test_release_frees_all(self):
        held = self._reserve()
        held._release("released")
        self.assertEqual(self.wallet(self.luc).incoming, 0)
        with self.assertRefused("state"):
            held._settle()

    def test_the_other_sides_limit_is_not_revealed(self):
        with self.assertRefused("other_side"):
            self._reserve(50001)

    def test_a_reservation_of_a_frozen_payer_is_still_paid(self):
        held = self._reserve()
        self.wallet(self.anna).with_user(self.moderator).action_freeze()
        self.assertEqual(held._settle().state, "done")
        self.assertEqual(held._reverse().state, "done")
        self.assertBooksHold()

    def test_internal_methods_need_an_origin(self):
        paid = self.pay(self.anna, self.anna, self.luc, "1")
        with self.assertRefused("origin"):
            paid.sudo()._reverse()
