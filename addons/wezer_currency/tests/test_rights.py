from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestRights(CurrencyCommon):
    """W12: what a stranger, a member, a visitor can reach by RPC."""

    def _rpc(self, user, model, method, *args, **kwargs):
        """Call as RPC does."""
        return call_kw(self.env(user=user)[model], method, list(args), kwargs)

    def test_a_stranger_cannot_pay_from_my_wallet(self):
        for acting in (None, self.anna.partner_id.id, self.stranger.partner_id.id):
            with self.assertRefused("acts_for"):
                self._rpc(
                    self.stranger,
                    "wezer.transfer",
                    "pay",
                    self.anna.partner_id.id,
                    self.stranger.partner_id.id,
                    self.credit.id,
                    "1",
                    acting_partner_id=acting,
                )

    def test_a_stranger_moves_no_transfer_of_others(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5")
        asked = self._transfers(self.luc).ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "5"
        )
        for method, ids in (
            ("action_reverse", paid.ids),
            ("action_accept", [asked]),
            ("action_refuse", [asked]),
            ("action_withdraw", [asked]),
            ("action_settle", [asked]),
            ("action_release", [asked]),
            ("action_confirm", paid.ids),
            ("action_deny", paid.ids),
        ):
            for context in ({}, {"su": True, "uid": 1, "wezer_post": True}):
                with self.assertRaises(AccessError, msg=method):
                    self._rpc(
                        self.stranger, "wezer.transfer", method, ids, context=context
                    )

    def test_internal_methods_are_closed_to_rpc(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5")
        for method in ("_reserve", "_settle", "_release", "_reverse", "_move", "_pay"):
            with self.assertRaises(AccessError):
                self._rpc(self.luc, "wezer.transfer", method, paid.ids)

    def test_nothing_public_takes_origin_kind_or_date(self):
        for name in ("origin_model", "origin_id", "kind", "date", "state", "levy"):
            with self.assertRaises(TypeError):
                self._rpc(
                    self.anna,
                    "wezer.transfer",
                    "pay",
                    self.anna.partner_id.id,
                    self.luc.partner_id.id,
                    self.credit.id,
                    "1",
                    **{name: "x"},
                )
        transfer_id = self._rpc(
            self.anna,
            "wezer.transfer",
            "pay",
            self.anna.partner_id.id,
            self.luc.partner_id.id,
            self.credit.id,
            "1",
            context={"default_kind": "issue", "default_origin_model": "x"},
        )
        transfer = self.env["wezer.transfer"].browse(transfer_id)
        self.assertEqual((transfer.kind, transfer.origin_model), ("payment", False))

    def test_members_write_nothing_by_orm(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5")
        wallet = self.wallet(self.anna)
        entry = self.env["wezer.ledger.entry"].search([], limit=1)
        for user in (self.anna, self.luc, self.moderator):
            for record, vals in (
                (paid, {"amount_minor": 1}),
                (wallet, {"balance": 10**6}),
                (wallet, {"lower_limit": -(10**6), "own_limits": True}),
                (entry, {"amount": 1}),
                (self.credit, {"lower_limit": -(10**9)}),
            ):
                with self.assertRaises(UserError):
                    self._rpc(user, record._name, "write", record.ids, vals)
            for model in ("wezer.transfer", "wezer.wallet", "wezer.ledger.entry"):
                with self.assertRaises(AccessError):
                    self._rpc(user, model, "create", [{}])
                with self.assertRaises(UserError):
                    self._rpc(user, model, "unlink", paid.ids)

    def test_a_stranger_sees_no_wallet_transfer_or_entry(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        for model in ("wezer.transfer", "wezer.ledger.entry"):
            self.assertFalse(self._rpc(self.stranger, model, "search_count", []))
            self.assertEqual(self._rpc(self.luc, model, "search_count", []), 1)
        seen = self.env["wezer.wallet"].with_user(self.stranger).search([])
        self.assertFalse(seen.partner_id - self.stranger.partner_id)

    def test_being_internal_opens_nobodys_wallet(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        internal = self.env["res.users"].create(
            {"name": "Clerk", "login": "wz_clerk", "email": "clerk@example.com"}
        )
        for model in ("wezer.wallet", "wezer.transfer", "wezer.ledger.entry"):
            self.assertFalse(self._rpc(internal, model, "search_count", []), model)

    def test_amounts_leave_as_text(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        row = self._rpc(self.anna, "wezer.wallet", "search_read", [], ["balance"])[0]
        self.assertEqual(row["balance"], "-500")

    def test_a_key_is_not_shown_to_the_other_side(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5", key="secret")
        with self.assertRaises(AccessError):
            self._rpc(self.luc, "wezer.transfer", "read", paid.ids, ["key"])
        with self.assertRaises(AccessError):
            self._rpc(self.luc, "wezer.transfer", "search", [("key", "=", "secret")])

    def test_a_suspended_member_does_nothing(self):
        self.anna.partner_id._wezer_profile().state = "suspended"
        with self.assertRefused("standing"):
            self.pay(self.anna, self.anna, self.luc, "1")

    def test_money_of_a_deal_moves_only_through_it(self):
        deal = self.env["res.partner"].create({"name": "stands for a deal"})
        held = self.env["wezer.transfer"]._reserve(
            deal,
            self.anna.partner_id,
            self.luc.partner_id,
            self.credit,
            500,
            "roof",
            "deal,1",
        )
        for user, action in (
            (self.anna, "action_settle"),
            (self.luc, "action_release"),
            (self.moderator, "action_release"),
        ):
            with self.assertRefused("origin"):
                getattr(held.with_user(user).sudo(False), action)()
