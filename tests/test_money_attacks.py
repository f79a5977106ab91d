"""Attacks on money that succeeded in the Wezer of 2015, tried through every surface.

The surfaces are the ORM as the attacker, `call_kw`, JSON-2, XML-RPC and the website's
controllers. Tests of `addons/wezer_currency/tests` are named by their file.

Money integrity
 1 the sign of the upper limit      test_scenarios_2015: w10
 2 limits not asked on a refund     test_issued: what_cannot_be_taken_back...;
                                    here: a_refund_beyond_a_limit_is_marked
 3 terms changed after acceptance   here: no_surface_writes_money_records
 4 anyone posts journal entries     here: no_surface_writes_money_records
 5 confirmed transactions deleted   here: no_surface_writes_money_records
 6 state is an ordinary field       here: no_surface_writes_money_records
 7 reset and confirm posts twice    here: pending_and_done_transfers_cannot_be_repeated
 8 balances stale after a refund    here: balances_are_right_after_every_reversal
 9 an override ignored in posting   test_scenarios_2015: w11 (limits as a block; there
                                    are no accounts per member any more)
10 grouping ignores the currency    test_ledger: the_database_itself_refuses...; here:
                                    currencies_are_never_mixed
11 posted at par into the ledger    test_seal: a_seal_carries_the_range...
12 a stored total gone stale        here: no_total_is_stored_as_text
13 no sum to zero, no statement     test_check; test_statement
14 no concurrency control           test_concurrency, test_concurrency_many
15 a sum over everything each time  bench/ledger: flat to 1,000,000 entries
16 reservations never expire        test_transfer: a_reservation_ends_after_its_date
17 no request, no plan, no receipt  test_scenarios_2015: w1; test_schedule
Security and privacy
 1 limits and balances by raw keys  here: extra_form_keys_are_ignored
 2 the same, not logged in          here: visitors_reach_no_money
 3 everybody edits settings lines   here: no_surface_writes_money_records
 4 the public reads balances        here: visitors_reach_no_money
 5 members searched by balance      here: no_surface_reveals_the_balance_of_others
 6 changes by a link                here: no_get_request_moves_money
 7 an unguarded signal pays         test_rights: underscored_twins_are_closed_to_rpc
 8 rights by following a role       tests/test_group_wallets: a_right_taken_away...;
                                    roles have no followers, they are filled
 9 sign-ups become internal users   test_transfer: founding_accounts_multiplies...
10 the superuser as a shortcut      here: forged_arguments_and_contexts_are_refused
11 flags checked nowhere            here: no_surface_writes_money_records
12 roles mixed up among many        here: batch_read_values_are_right_for_each_row
"""

import json

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import mute_logger, tagged

from odoo.addons.wezer_base.tests.rpc_surfaces import LOUD, Refused, RpcSurfaces
from odoo.addons.wezer_currency.tests.common import CurrencyCommon

ACCOUNTING = (
    "account.move",
    "account.move.line",
    "account.journal",
    "account.account",
    "res.currency",
)
# What a row of money might be given: a limit, a state, an amount, an origin.
WISHES = {
    "wezer.transfer": {"state": "done", "amount_minor": 1, "origin_model": "x"},
    "wezer.wallet": {"balance": 10**6, "own_limits": False, "state": "open"},
    "wezer.currency": {"lower_limit": -(10**9), "levy_payee": 0},
    "wezer.ledger.entry": {"amount": 1},
    "wezer.ledger.seal": {"digest": "x"},
}


@tagged("post_install", "-at_install")
class TestMoneyWeakPoints(RpcSurfaces, CurrencyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare_surfaces(cls.anna, cls.luc, cls.stranger)
        for user in cls.keys:
            user.partner_id._wezer_wallet(cls.credit)
        cls.paid = cls._give(cls.anna, cls.luc, "123.45")
        cls.back = cls._give(cls.luc, cls.anna, "0.45")
        cls.env["wezer.ledger.seal"]._seal_now()
        cls.env.flush_all()

    @classmethod
    def _give(cls, payer, payee, amount):
        transfers = cls.env["wezer.transfer"].with_user(payer)
        return transfers.browse(
            transfers.pay(
                payer.partner_id.id, payee.partner_id.id, cls.credit.id, amount, "jam"
            )
        ).sudo()

    # === WHAT IS THERE === #

    def _money_models(self):
        """Return every model of the money, and of the books that carry it."""
        ours = [
            name
            for name, model in self.env.registry.items()
            if model._original_module == "wezer_currency" and not model._abstract
        ]
        return sorted(ours) + list(ACCOUNTING)

    def _fingerprint(self):
        """Return all that must not change, as the database has it."""
        self.env.flush_all()
        answers = []
        for query in (
            "SELECT id, payer_id, payee_id, amount_minor, state, origin_model"
            " FROM wezer_transfer ORDER BY id",
            "SELECT id, balance, reserved, state, own_limits, lower_limit, upper_limit"
            " FROM wezer_wallet ORDER BY id",
            "SELECT id, amount, from_id, to_id FROM wezer_ledger_entry ORDER BY id",
            "SELECT id, lower_limit, levy_payee FROM wezer_currency ORDER BY id",
            "SELECT id, state, amount_total FROM account_move ORDER BY id",
            "SELECT id, balance, partner_id FROM account_move_line ORDER BY id",
        ):
            self.env.cr.execute(query)
            answers.append(self.env.cr.fetchall())
        return answers

    # === CHANGING === #

    @mute_logger(*LOUD)
    def test_no_surface_writes_money_records(self):
        before = self._fingerprint()
        for user in (self.stranger, self.luc):
            for surface in self._surfaces(user):
                for name in self._money_models():
                    if self.env[name]._transient and surface == self._orm:
                        continue
                    self._try_to_change(surface, user, name)
        self.assertEqual(self._fingerprint(), before)

    def _try_to_change(self, surface, user, name):
        model = self.env[name].sudo()
        row = model.search([], order="id desc", limit=1)
        if name == "wezer.transfer":
            row = self.paid
        elif name == "wezer.wallet":
            row = self.wallet(user)
        vals = WISHES.get(name, {"display_name": "x", "active": True})
        calls = [
            ("create", None, {"vals_list": [vals]}),
            ("load", None, {"fields": [*vals], "data": [["1"] * len(vals)]}),
        ]
        if row:
            calls += [
                ("write", row.ids, {"vals": vals}),
                ("unlink", row.ids, {}),
                ("copy", row.ids, {}),
                ("web_save", row.ids, {"vals": vals, "specification": {"id": {}}}),
            ]
        if model._abstract or not model._auto:
            calls = calls[:1]
        for method, ids, kwargs in calls:
            with self.subTest(model=name, method=method, surface=surface.__name__):
                try:
                    answer = surface(user, name, method, ids, **kwargs)
                except Refused:
                    continue
                # What `load` refuses it says row by row, and makes nothing.
                self.assertEqual(method, "load", answer)
                self.assertFalse(answer["ids"])

    @mute_logger(*LOUD)
    def test_pending_and_done_transfers_cannot_be_repeated(self):
        euro = self._currency("Outside", "OUT", external=True)
        pending = self.pay(self.anna, self.anna, self.luc, "5", currency=euro)
        actions = "accept refuse withdraw settle release cancel".split()
        before = self._fingerprint()
        for user in (self.anna, self.luc):
            for surface in self._surfaces(user):
                for row in (pending, self.paid):
                    for action in actions:
                        with (
                            self.subTest(action=action, surface=surface.__name__),
                            self.assertRaises(Refused),
                        ):
                            surface(user, row._name, f"action_{action}", row.ids)
        self.assertEqual(self._fingerprint(), before)
        pending.with_user(self.luc).action_confirm()
        with self.assertRefused("state"):
            pending.with_user(self.luc).action_confirm()
        self.assertBooksHold()

    @mute_logger(*LOUD)
    def test_forged_arguments_and_contexts_are_refused(self):
        ids = {
            "payer": self.anna.partner_id.id,
            "payee": self.stranger.partner_id.id,
            "currency": self.credit.id,
            "amount": "1",
        }
        forged = (
            {"context": {"su": True, "uid": 1, "wezer_post": True}},
            {"acting_partner_id": self.anna.partner_id.id},
            {"acting_partner_id": self.stranger.partner_id.id},
            {"acting_partner_id": [self.anna.partner_id.id]},
            {"acting_partner_id": True},
            {"key": "origin:1"},
        )
        before = self._fingerprint()
        for surface in self._surfaces(self.stranger):
            for more in forged:
                for method in ("pay", "donate", "reserve", "schedule", "redeem"):
                    given = {**ids, **more}
                    if surface == self._orm:
                        given.pop("context", None)
                    with (
                        self.subTest(method=method, surface=surface.__name__, **more),
                        self.assertRaises(Refused),
                    ):
                        surface(self.stranger, "wezer.transfer", method, None, **given)
        self.assertEqual(self._fingerprint(), before)

    @mute_logger(*LOUD)
    def test_extra_form_keys_are_ignored(self):
        before = self._fingerprint()
        wishes = {
            "limits[COM]": "9999",
            "balances[COM]": "9999",
            "lower_limit": "-999999",
            "has_credit": "1",
            "has_lower": "",
            "balance": "999999",
            "wezer_is_treasury": "1",
        }
        self.authenticate(self.stranger.login, f"{self.stranger.login}-secret")
        token = http.Request.csrf_token(self)
        for url in ("/my/profile", "/my/account", "/my/address/submit"):
            self.url_open(url, data={**wishes, "name": "S", "csrf_token": token})
        for surface in self._surfaces(self.stranger):
            with self.subTest(surface=surface.__name__), self.assertRaises(Refused):
                surface(
                    self.stranger,
                    "wezer.profile",
                    "update_own",
                    None,
                    vals={"has_credit": True, "lower_limit": -999999},
                )
        self.assertEqual(self._fingerprint(), before)
        self.assertFalse(self.stranger.partner_id.wezer_is_treasury)

    @mute_logger(*LOUD)
    def test_controllers_accept_no_more_than_the_methods(self):
        slug = self.stranger.partner_id._wezer_profile().slug
        asked = self._transfers(self.luc).ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "7"
        )
        before = self._fingerprint()
        self.authenticate(self.stranger.login, f"{self.stranger.login}-secret")
        token = http.Request.csrf_token(self)
        pay = {"to": slug, "currency": self.credit.id, "amount": "1"}
        theirs = self.wallet(self.luc).id
        for url, form in (
            ("/my/pay", {**pay, "acting": self.anna.partner_id.id}),
            ("/my/pay", {**pay, "acting": self.anna.partner_id.id, "kind": "issue"}),
            ("/my/pay", {**pay, "to": slug}),
            ("/my/pay", {**pay, "amount": "-1"}),
            ("/my/ask", {**pay, "acting": self.luc.partner_id.id}),
            *((f"/my/requests/{asked}/{one}", {}) for one in ("accept", "refuse")),
            (f"/my/requests/{asked}/withdraw", {}),
            (f"/my/requests/{self.paid.id}/reverse", {}),
            (f"/my/requests/{self.paid.id}/unlink", {}),
            (f"/my/wallets/{theirs}/link", {"amount": "1"}),
            (f"/my/wallets/{theirs}/look", {"reason": "because I want to see"}),
        ):
            with self.subTest(url=url):
                self.url_open(url, data={**form, "csrf_token": token})
                self.assertEqual(self._fingerprint(), before)

    @mute_logger(*LOUD)
    def test_no_get_request_moves_money(self):
        asked = self._transfers(self.luc).ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "7"
        )
        slug = self.luc.partner_id._wezer_profile().slug
        before = self._fingerprint()
        self.authenticate(self.anna.login, f"{self.anna.login}-secret")
        for url in (
            f"/my/pay?to={slug}&currency={self.credit.id}&amount=1&key=link",
            f"/my/requests/{asked}/accept",
            f"/my/requests/{asked}/refuse",
        ):
            with self.subTest(url=url):
                self.url_open(url)
                # Nor posted without the token of the page.
                self.url_open(url, data={"amount": "1", "to": slug})
                self.assertEqual(self._fingerprint(), before)

    # === READING === #

    @mute_logger(*LOUD)
    def test_visitors_reach_no_money(self):
        before = self._fingerprint()
        self.authenticate(None, None)
        for name in self._money_models():
            if name in ("wezer.currency", "res.currency"):
                continue
            with self.subTest(model=name), self.assertRaises(Refused):
                self._call_kw(None, name, "search_read", None, domain=[], fields=["id"])
            visitor = self.env[name].with_user(self.env.ref("base.public_user"))
            with self.subTest(model=name), self.assertRaises(UserError):
                visitor.search([])
        for path in ("", "/1", "/1/statement.csv", "/1/statement.pdf"):
            answer = self.url_open(f"/my/wallets{path}", allow_redirects=False)
            self.assertIn("/web/login", answer.headers.get("Location", ""), path)
        self.assertEqual(self._fingerprint(), before)

    def _reads_of_anna(self):
        """Yield ways to read what Anna has: model, method, ids, arguments."""
        wallet = self.wallet(self.anna)
        sums = ["balance", "balance_text", "available_text", "reserved_text", "state"]
        entries = self.env["wezer.ledger.entry"].search(
            [("transfer_id", "in", (self.paid | self.back).ids)]
        )
        deep = {"payer_wallet_id": {"fields": {name: {} for name in sums}}}
        yield "wezer.wallet", "read", wallet.ids, {"fields": sums}
        yield "wezer.wallet", "export_data", wallet.ids, {"fields_to_export": sums}
        yield "wezer.wallet", "copy_data", wallet.ids, {}
        yield "wezer.wallet", "web_read", wallet.ids, {"specification": {sums[1]: {}}}
        for name in ("from_balance", "to_balance"):
            yield "wezer.ledger.entry", "read", entries.ids, {"fields": [name]}
            domain = [(name, "<", "-1")]
            yield "wezer.ledger.entry", "search", None, {"domain": domain}
            yield "wezer.ledger.entry", "search", None, {"domain": [], "order": name}
            yield (
                "wezer.ledger.entry",
                "formatted_read_group",
                None,
                {"domain": [], "groupby": [name], "aggregates": ["__count"]},
            )
            yield (
                "wezer.ledger.entry",
                "export_data",
                entries.ids,
                {"fields_to_export": [name]},
            )
        paid = self.paid.ids
        yield "wezer.transfer", "web_read", paid, {"specification": deep}
        for end in ("balance", "available_text", "lower_limit", "state"):
            path = [f"payer_wallet_id/{end}"]
            yield "wezer.transfer", "export_data", paid, {"fields_to_export": path}
        for name in ("end_detail", "beyond_limit", "key"):
            yield "wezer.transfer", "read", paid, {"fields": [name]}
            yield "wezer.transfer", "search", None, {"domain": [(name, "!=", False)]}
        spec = {"payer_wallet_id": deep["payer_wallet_id"]}
        yield (
            "wezer.transfer",
            "onchange",
            [],
            {
                "values": {"payer_wallet_id": wallet.id},
                "field_names": ["payer_wallet_id"],
                "fields_spec": spec,
            },
        )

    @mute_logger(*LOUD)
    def test_no_surface_reveals_the_balance_of_others(self):
        """Luc was paid by Anna: he may read the transfer, but not her balance."""
        self.assertEqual(self.balance(self.anna), "-123.00")
        for surface in self._surfaces(self.luc):
            for model, method, ids, kwargs in self._reads_of_anna():
                with self.subTest(
                    model=model, method=method, surface=surface.__name__, **kwargs
                ):
                    try:
                        answer = surface(self.luc, model, method, ids, **kwargs)
                    except Refused as refused:
                        answer = refused.args[0]
                    text = json.dumps(answer, default=str)
                    for secret in ("123.00", "12300", "12345", "377", "123.45"):
                        self.assertNotIn(secret, text)

    @mute_logger(*LOUD)
    def test_search_group_and_order_reveal_no_balance_of_others(self):
        """The same questions give the same answers, rich or poor."""
        first = self._answers()
        self._give(self.stranger, self.anna, "400")
        self.wallet(self.anna).with_user(self.moderator).set_limits("7000", "9000")
        self.env.flush_all()
        self.assertEqual(self._answers(), first)

    def _answers(self):
        """Return what Luc finds by conditions on Anna's balance."""
        user, answers = self.luc, []
        columns = ("balance", "reserved", "incoming", "lower_limit", "own_limits")
        paths = [
            (model, f"{path}.{name}")
            for name in columns
            for model, path in (
                ("wezer.transfer", "payer_wallet_id"),
                ("wezer.ledger.entry", "from_id"),
                ("wezer.ledger.entry", "to_id"),
                ("wezer.ledger.entry", "transfer_id.payer_wallet_id"),
            )
        ] + [("wezer.wallet", name) for name in columns]
        for surface in self._surfaces(user):
            for model, path in paths:
                mine = ("id", "in", (self.paid | self.back).ids)
                if model == "wezer.ledger.entry":
                    mine = ("transfer_id", "in", mine[2])
                if model == "wezer.wallet":
                    mine = ("partner_id", "=", self.anna.partner_id.id)
                for method, kwargs in (
                    ("search_count", {"domain": [mine, (path, ">", "0")]}),
                    ("search_count", {"domain": [mine, (path, "<", "0")]}),
                    ("search", {"domain": [mine], "order": path}),
                    (
                        "formatted_read_group",
                        {
                            "domain": [mine],
                            "groupby": [path],
                            "aggregates": ["__count"],
                        },
                    ),
                    (
                        "formatted_read_group",
                        {
                            "domain": [mine],
                            "groupby": [],
                            "aggregates": [f"{path}:sum"],
                        },
                    ),
                ):
                    try:
                        answers.append(surface(user, model, method, None, **kwargs))
                    except Refused:
                        answers.append("refused")
        return json.dumps(answers, default=str)

    @mute_logger(*LOUD)
    def test_a_foreign_wallet_looks_like_no_wallet(self):
        theirs, none = self.wallet(self.anna).id, 2**30
        self.authenticate(self.luc.login, f"{self.luc.login}-secret")
        for path in ("", "/statement.csv", "/statement.pdf"):
            answers = [
                self.url_open(f"/my/wallets/{one}{path}", allow_redirects=False)
                for one in (theirs, none)
            ]
            self.assertEqual(*[one.status_code for one in answers], path)
            self.assertGreaterEqual(answers[0].status_code, 300)
            self.assertNotIn("123.00", answers[0].text)

    def test_refusals_about_the_other_side_take_the_same_work(self):
        """Neither the words nor the questions to the database tell the cause."""
        wallet = self.wallet(self.luc)
        answers = []
        causes = ("limit", "frozen", "closed")
        for cause in (*causes, *causes):
            wallet.sudo().write(
                {
                    "state": "open" if cause == "limit" else cause,
                    "own_limits": True,
                    "has_upper": True,
                    "upper_limit": 12300,
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            begin = self.env.cr.sql_log_count
            with self.assertRefused("other_side") as refused:
                self.pay(self.anna, self.anna, self.luc, "1")
            answers.append((str(refused.error), self.env.cr.sql_log_count - begin))
        # The first three warm what is cached.
        self.assertEqual(len(set(answers[3:])), 1, answers)
        self.assertEqual({text for text, _count in answers}, {answers[0][0]})

    # === GIVING BACK, AND THE REST === #

    def test_a_refund_beyond_a_limit_is_marked(self):
        self.pay(self.luc, self.luc, self.stranger, "400")
        wallet = self.wallet(self.luc)
        wallet.with_user(self.moderator).set_limits("300", "500")
        back = self.paid.browse(self.paid.with_user(self.luc).action_reverse())
        self.assertEqual(self.balance(self.luc), "-400.45")
        self.assertTrue(back.sudo().beyond_limit)
        self.assertBooksHold()

    def test_balances_are_right_after_every_reversal(self):
        for amount in ("23.45", "50", "50"):
            self.paid.with_user(self.luc).action_reverse(amount=amount)
            self.assertBooksHold()
        self.assertEqual(self.balance(self.luc), "-0.45")
        self.assertEqual(self.balance(self.anna), "0.45")

    def test_currencies_are_never_mixed(self):
        hours = self.pay(self.anna, self.anna, self.luc, "1:20", currency=self.hours)
        entry = self.env["wezer.ledger.entry"].search([("transfer_id", "=", hours.id)])
        self.assertEqual(entry.from_id.wezer_currency_id, self.hours)
        self.assertEqual(self.balance(self.luc), "123.00")
        self.assertEqual(self.balance(self.luc, self.hours), "1:20")
        for name in ("wezer.transfer", "wezer.wallet", "wezer.ledger.entry"):
            for field in self.env[name]._fields.values():
                if field.name.endswith(("_minor", "balance", "reserved", "incoming")):
                    self.assertFalse(field.aggregator, f"{name}.{field.name}")

    def test_no_total_is_stored_as_text(self):
        for name in ("wezer.transfer", "wezer.wallet", "wezer.ledger.entry"):
            for field in self.env[name]._fields.values():
                if field.name.endswith(("_text", "_display")):
                    self.assertFalse(field.store, f"{name}.{field.name}")

    def test_batch_read_values_are_right_for_each_row(self):
        rows = self.paid | self.back
        for user, wanted in (
            (self.anna, ["you paid", "you received"]),
            (self.luc, ["you received", "you paid"]),
        ):
            mine = rows.with_user(user).sudo(False)
            mine.invalidate_recordset()
            self.assertEqual(mine.mapped("direction_text"), wanted)
            entries = self.env["wezer.ledger.entry"].search(
                [("transfer_id", "in", rows.ids)], order="id"
            )
            answers = entries.with_user(user).mapped("balance_text")
            sign = "-" if user == self.anna else ""
            self.assertEqual(answers, [f"{sign}123.45 COM", f"{sign}123.00 COM"])
