"""Attacks on the market that succeeded in the Wezer of 2015, tried again.

Those that concern money and wallets alone are in /tests/test_money_attacks,
those of profiles, sign-up and following in wezer_base (test_weak_points).

Money integrity
 3 terms changed after acceptance   here: no_surface_writes_market_records
 5 confirmed deals deleted          here: no_surface_writes_market_records
 6 state is an ordinary field       here: no_surface_writes_market_records
 7 reset and paid a second time     here: what_is_over_is_never_done_again
 8 balances stale after a refund    here: balances_are_right_after_every_reversal
12 a stored total gone stale        here: no_total_is_stored_as_text
14 no concurrency control           test_concurrency, test_fifty_claims,
                                    test_dispute_race
16 reservations never expire        here: nothing_stays_set_aside_for_ever
Security and privacy
 1 raw keys of forms                here: raw_keys_of_forms_write_nothing
 2 the same, not logged in          here: visitors_answer_and_read_no_deal
 3 votes and lines open to all      here: no_surface_writes_market_records;
                                    test_assessment_scenarios: nobody_changes_...
 4 the public reads deals           here: visitors_answer_and_read_no_deal
 6 changes by a link                here: no_get_request_moves_money
 7 an unguarded signal pays         here: internal_methods_are_closed_to_rpc
 8 rights by following              here: following_gives_nothing
10 tasks in projects of others      here: help_is_named_for_ones_own_task_only
11 flags checked nowhere            here: raw_keys_..., forged_arguments_open_nothing
12 roles mixed up among many        here: batch_read_values_are_right_for_each_row
Function
 1-2 no reputation, dead ends       test_assessment_scenarios; here:
                                    silence_is_no_dead_end
 3 negotiation overwrites           test_rows_negotiation
 4 deals of the back office pay 0   here: a_deal_of_the_back_office_moves_its_money
 5 over-acceptance, open answers    here: what_is_closed_is_not_accepted;
                                    test_fifty_claims
 6 one task, out of step            test_scenarios_deals: pm2; test_scenarios_2015: pm3
 8 no deal is finished on the web   test_website_market; tests/test_story_browser
 9 no notifications                 test_deal: each_action_tells_the_other_side...
10 a dispute without process        test_rows_payment: row 25
11 expiry that does not expire      test_announcement: pause_and_expiry...; test_renewal
12 no calendar                      test_feed: a_calendar_has_what_has_a_day
13 no import                        test_task: rows_are_imported_once
14 no API                           here: a_whole_deal_goes_by_the_api
"""

from datetime import timedelta

from odoo import Command, fields, http
from odoo.tests import mute_logger, tagged

from odoo.addons.wezer_base.tests.rpc_surfaces import LOUD, Refused, RpcSurfaces

from .common import MarketCommon
from .test_task import TaskCommon

# What a row of the market might be given.
WISHES = {
    "wezer.deal": {"state": "paid", "payee_id": 1, "end_reason": "refunded"},
    "wezer.announcement": {"state": "open", "author_id": 1, "cancelled_late": True},
    "wezer.terms": {"quantity": 99, "message": "never said"},
    "wezer.terms.price": {"total_minor": 1},
    "wezer.announcement.price": {"unit_minor": 1},
    "wezer.deal.event": {"note": "never happened"},
    "wezer.deal.message": {"body": "never said"},
}
# What people could put into a form beside what it asks.
RAW = {
    "state": "paid",
    "end_reason": "refunded",
    "author_id": "1",
    "payer_id": "1",
    "payee_id": "1",
    "replier_id": "1",
    "person_id": "1",
    "version": "99",
    "lock_version": "0",
    "slug": "stolen",
    "task_id": "1",
    "named_task_id": "1",
    "moderator_called": "1",
    "cancelled_late": "1",
    "conflicted_ids": "",
    "has_proposal": "1",
    "approver_ids": "1",
    "hold_deadline": "2099-01-01",
    "date_due": "",
    "company_id": "2",
    "total_minor": "1",
}
LIVE_ACTIONS = (
    *("accept", "decline", "withdraw", "deliver", "approve", "pay", "release"),
    *("confirm", "deny", "cancel", "send_back", "hand_over", "withdraw_dispute"),
)


@tagged("post_install", "-at_install")
class TestWeakPoints(RpcSurfaces, MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare_surfaces(cls.test1, cls.test2, cls.stranger)

    def _models(self):
        return sorted(
            name
            for name, model in self.env.registry.items()
            if model._original_module == "wezer_marketplace"
            and not (model._abstract or model._transient)
        )

    def _fingerprint(self):
        """Return all that must not change, as the database has it."""
        self.env.flush_all()
        said = []
        for table, columns in (
            ("wezer_deal", "state, end_reason, turn, payer_id, payee_id"),
            ("wezer_deal", "announcement_id, terms_id, accepted_terms_id"),
            (
                "wezer_announcement",
                "state, author_id, title, slug, version, cancelled_late",
            ),
            ("wezer_announcement_price", "unit_minor, wezer_currency_id"),
            ("wezer_terms", "quantity, message, round, side, person_id"),
            ("wezer_terms_price", "total_minor, wezer_currency_id"),
            ("wezer_deal_event", "action, note, person_id"),
            ("wezer_deal_message", "body, person_id"),
            ("wezer_deal_conflicted_rel", "res_partner_id"),
            ("wezer_transfer", "state, amount_minor, payer_id, payee_id"),
            ("wezer_ledger_entry", "amount"),
            ("wezer_assessment", "state, comment"),
            ("wezer_saved_search", "partner_id"),
            ("wezer_favourite", "partner_id, announcement_id"),
        ):
            self.env.cr.execute(f"SELECT {columns} FROM {table}")
            said.append(sorted(map(str, self.env.cr.fetchall())))
        return said

    @mute_logger(*LOUD)
    def test_no_surface_gives_a_language_or_a_place_to_what_is_not_ones_own(self):
        announcement = self.announce(self.test1, title="Mend the fence with us").sudo()
        group = self.env["wezer.group"].create({"name": "Zq circle", "purpose": "Zq"})
        profile = group.partner_id._wezer_profile()
        place = {"latitude": 46.2, "longitude": 6.1, "share_place": "everyone"}
        languages = ("tlh", 'fr" x="', ["fr"], {"fr": 1}, "x" * 100_000)
        before = announcement.written_lang, group.written_lang
        for user in (self.test1, self.stranger):
            for surface in self._surfaces(user):
                calls = [
                    (
                        "wezer.announcement",
                        announcement,
                        "write",
                        {"written_lang": "fr"},
                    ),
                    ("wezer.group", group, "write", {"written_lang": "fr"}),
                    ("wezer.group", group, "action_update", {"written_lang": "fr"}),
                    ("wezer.group", group, "action_update", place),
                    ("wezer.profile", profile, "write", place),
                    # Nor in one's own what is no language.
                    *(
                        ("wezer.announcement", announcement, "action_edit", vals)
                        for vals in ({"written_lang": one} for one in languages)
                    ),
                ]
                if user == self.stranger:
                    vals = {"written_lang": "fr"}
                    calls.append(
                        ("wezer.announcement", announcement, "action_edit", vals)
                    )
                for model, record, method, vals in calls:
                    with (
                        self.subTest(model=model, method=method, by=surface.__name__),
                        self.assertRaises(Refused),
                    ):
                        surface(user, model, method, record.ids, vals=vals)
        self.env.invalidate_all()
        self.assertEqual((announcement.written_lang, group.written_lang), before)
        self.assertIsNone(profile._map_place())

    # === 12.1: NOTHING IS WRITTEN BESIDE THE ARROWS === #

    @mute_logger(*LOUD)
    def test_no_surface_writes_market_records(self):
        deal = self.make_deal("delivered")
        deal.action_send_message("Here it is")
        self.announce(self.stranger, title="Another's")
        before = self._fingerprint()
        for user in (self.test2, self.stranger):
            for surface in self._surfaces(user):
                for name in self._models():
                    if surface in (self._json2, self._xmlrpc) and name not in WISHES:
                        # The surfaces lead to the same rules: the rest by two of them.
                        continue
                    self._try_to_change(surface, user, name)
        self.assertEqual(self._fingerprint(), before)

    def _try_to_change(self, surface, user, name):
        row = self.env[name].sudo().search([], order="id desc", limit=1)
        if name == "wezer.deal":
            row = row.search([("replier_id", "=", self.test2.partner_id.id)], limit=1)
        vals = WISHES.get(name, {"create_uid": 1})
        calls = [("create", None, {"vals_list": [vals]})]
        if row:
            calls += [
                ("write", row.ids, {"vals": vals}),
                ("unlink", row.ids, {}),
                ("copy", row.ids, {}),
                ("web_save", row.ids, {"vals": vals, "specification": {"id": {}}}),
            ]
        for method, ids, kwargs in calls:
            with (
                self.subTest(model=name, method=method, surface=surface.__name__),
                self.assertRaises(Refused),
            ):
                surface(user, name, method, ids, **kwargs)

    @mute_logger(*LOUD)
    def test_1_what_is_over_is_never_done_again(self):
        paid = self.make_deal("paid")
        ended = self.make_deal(title="ended")
        ended.action_release()
        before = self._fingerprint()
        for user in (self.test1, self.test2):
            # All surfaces lead to the same actions: one more user tries only two.
            for surface in (self._orm, self._json2)[: 1 + (user == self.test2)]:
                for deal in (paid, ended):
                    for action in LIVE_ACTIONS:
                        args = {"note": "x"} if action == "send_back" else {}
                        with (
                            self.subTest(
                                action=action, state=deal.state, surface=surface
                            ),
                            self.assertRaises(Refused),
                        ):
                            surface(
                                user, deal._name, f"action_{action}", deal.ids, **args
                            )
        self.assertEqual(self._fingerprint(), before)
        self.assertEqual(self.balance(self.test2), "50.00")
        self.assertBooksHold()

    def test_balances_are_right_after_every_reversal(self):
        deal = self.make_deal("paid")
        for part, left in (("20", "30.00"), ("0.01", "29.99"), (None, "0.00")):
            deal.action_refund({self.com.id: part} if part else None)
            self.assertEqual(self.balance(self.test2), left)
            self.assertEqual(self.balance(self.test1).lstrip("-"), left)
            self.assertBooksHold()
        cancelled = self.make_deal("delivered", title="cancelled")
        cancelled.action_cancel()
        self.as_(self.test1, cancelled).action_cancel()
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertBooksHold()

    def test_1_no_total_is_stored_as_text(self):
        for name in self._models():
            for field in self.env[name]._fields.values():
                if field.name.endswith(("price_text", "unit_text", "percent_text")):
                    self.assertFalse(field.store, f"{name}.{field.name}")
                if field.name.endswith("_minor"):
                    self.assertFalse(field.aggregator, f"{name}.{field.name}")

    def test_1_nothing_stays_set_aside_for_ever(self):
        """Agreed without a date it has one, and clocks end or hand on every state."""
        late = self.make_deal(title="late")
        silent = self.make_deal("delivered", title="silent")
        much = self.make_deal(
            "delivered", title="much", quantity=99, prices={self.com.id: "1"}
        )
        deals = late | silent | much
        self.assertTrue(all(deals.mapped("date_due")))
        old = fields.Datetime.now() - timedelta(days=40)
        for _month in range(2):
            for deal in deals.sudo().filtered(
                lambda one: one.state in ("accepted", "delivered")
            ):
                aged = {"date_state": old, "date_due": old}
                if deal.date_warned:
                    aged["date_warned"] = old
                deal.write(aged)
            self.env["wezer.deal"]._cron_timeouts()
        states = [deal.state for deal in (late, silent, much)]
        self.assertEqual(states, ["ended", "paid", "disputed"])
        self.assertEqual(self.reserved(self.test1), "99.00")
        # And what no moderator decides for a month is named by the checks.
        much.sudo().date_state = old
        found = self.env["wezer.invariant"]._check_old_disputes()
        self.assertIn(much.id, [row[0] for row in found])

    # === 12.2: NOBODY REACHES WHAT IS NOT HIS === #

    @mute_logger(*LOUD)
    def test_2_raw_keys_of_forms_write_nothing(self):
        deal = self.make_deal("delivered")
        want = self.announce(self.test2, title="Mine", prices={})
        mine, before = f"/market/{want.slug}", self._fingerprint()
        self.authenticate(self.test2.login, f"{self.test2.login}-secret")
        token = http.Request.csrf_token(self)
        raw = {key: val for key, val in RAW.items() if key != "date_due"}
        same = {
            **{"title": "Mine", "quantity": "1", "places": "1", "kind": "want"},
            **{"unit": "hour", "visibility": "everyone", "price_mode": "all"},
            **{"claim_mode": "first_come", "waiting_list": "1"},
            "category_id": str(self.category.id),
        }
        for url, form in (
            (f"{mine}/edit", {**raw, **same}),
            (f"/my/deals/{deal.id}/send", {**raw, "body": ""}),
            (f"/my/deals/{deal.id}/set_state", raw),
            (f"/my/deals/{deal.id}/become_paid", raw),
            (f"/my/deals/{deal.id}/approve", raw),
            (f"/my/deals/{deal.id}/resolve", {**raw, "outcome": "paid"}),
        ):
            answer = self.url_open(url, data={**form, "csrf_token": token})
            self.assertLess(answer.status_code, 500, url)
        self.assertEqual(self._fingerprint(), before)
        for key, value in RAW.items():
            with self.subTest(key=key), self.assertRefused("field"):
                self.announce(self.test2, publish=False, **{key: value})
            # A due date is a part of terms; the rest is not.
            if key != "date_due":
                with self.subTest(key=key), self.assertRefused("field"):
                    self.propose(self.test3, want, **{key: value})

    @mute_logger(*LOUD, "odoo.addons.http_routing.models.ir_http")
    def test_2_visitors_answer_and_read_no_deal(self):
        deal = self.make_deal("delivered")
        deal.action_send_message("Zq secret word")
        public = self.env.ref("base.public_user")
        for name in self._models():
            if name.startswith(
                ("wezer.deal", "wezer.terms", "wezer.saved", "wezer.fav")
            ):
                self.assertFalse(self.env[name].with_user(public).has_access("read"))
        self.authenticate(None, None)
        before = self._fingerprint()
        token = http.Request.csrf_token(self)
        slug = deal.announcement_id.slug
        for url in (f"/my/deals/{deal.id}", "/my/deals", f"/market/{slug}/edit"):
            answer = self.url_open(url)
            self.assertNotIn("Zq secret word", answer.text)
            self.assertNotIn("Test2", answer.text)
        for url in (
            *(f"/market/{slug}/{one}" for one in ("claim", "propose", "edit")),
            *(f"/my/deals/{deal.id}/{one}" for one in ("approve", "deliver", "send")),
            "/market/new",
        ):
            answer = self.url_open(
                url, data={**RAW, "csrf_token": token}, allow_redirects=False
            )
            self.assertIn("/web/login", answer.headers.get("Location", ""), url)
        self.assertEqual(self._fingerprint(), before)

    @mute_logger(*LOUD, "odoo.addons.http_routing.models.ir_http")
    def test_2_no_get_request_moves_money(self):
        deal = self.make_deal("delivered")
        slug = deal.announcement_id.slug
        before = self._fingerprint()
        for user in (self.test1, self.test2):
            self.authenticate(user.login, f"{user.login}-secret")
            for action in (
                *LIVE_ACTIONS,
                "dispute",
                "send",
                "amend",
                "assess",
                "refund",
            ):
                url = f"/my/deals/{deal.id}/{action}?reason=x&note=x&body=x"
                self.assertIn(self.url_open(url).status_code, (404, 405), action)
                # And not by a form of another page.
                answer = self.url_open(url, data={"reason": "x"})
                self.assertEqual(answer.status_code, 400, action)
            for step in ("claim", "propose", "renew"):
                url = f"/market/{slug}/{step}"
                self.assertIn(self.url_open(url).status_code, (404, 405), step)
            self.url_open(f"/market/{slug}/edit?close=1&title=Hacked")
            self.url_open("/market/new?title=Hacked&places=1")
        self.assertEqual(self._fingerprint(), before)

    @mute_logger(*LOUD)
    def test_2_internal_methods_are_closed_to_rpc(self):
        deal = self.make_deal("delivered")
        before = self._fingerprint()
        inner = [
            name
            for name in dir(type(deal))
            if name.startswith("_")
            and not name.startswith("__")
            and getattr(getattr(type(deal), name), "__module__", "").startswith(
                "odoo.addons.wezer_marketplace"
            )
        ]
        self.assertGreater(len(inner), 40)
        # `_pay_parts`, `_become_paid`, `_set_state`, `_finish` and all the others.
        for name in inner[:: 1 if len(inner) < 60 else 4]:
            for surface in (self._call_kw, self._json2):
                self.authenticate(self.test2.login, f"{self.test2.login}-secret")
                with self.subTest(name=name), self.assertRaises(Refused):
                    surface(self.test2, deal._name, name, deal.ids)
        self.assertEqual(self._fingerprint(), before)

    def test_2_following_gives_nothing(self):
        for name in self._models():
            self.assertNotIn("message_follower_ids", self.env[name]._fields, name)
        deal = self.make_deal("delivered")
        deal.sudo().author_id.message_subscribe(self.stranger.partner_id.ids)
        seen = self.as_(self.stranger, deal)
        self.assertFalse(seen.search([("id", "=", deal.id)]))
        with self.assertRefused():
            seen.action_approve()

    @mute_logger(*LOUD)
    def test_2_forged_arguments_open_nothing(self):
        deal = self.make_deal("delivered")
        want = self.announce(self.test1, title="Another")
        payer = self.test1.partner_id.id
        before = self._fingerprint()
        contexts = (
            {"su": True, "uid": self.test1.id},
            {"wezer_deal_moves": True, "default_state": "paid"},
            {"default_author_id": payer, "default_payer_id": payer},
        )
        for surface in self._surfaces(self.stranger):
            for method, args in (
                ("action_approve", {}),
                ("action_approve", {"acting_partner_id": payer}),
                ("action_resolve", {"outcome": "paid", "reason": "so"}),
                ("action_name_task", {"task_id": 1}),
            ):
                for context in contexts if surface != self._orm else ({},):
                    given = {**args, **({"context": context} if context else {})}
                    with (
                        self.subTest(method=method, surface=surface.__name__, **given),
                        self.assertRaises(Refused),
                    ):
                        surface(self.stranger, deal._name, method, deal.ids, **given)
            for forged in (payer, [payer], True, "1", -1, 10**20, {"a": 1}):
                with (
                    self.subTest(acting=forged, surface=surface.__name__),
                    self.assertRaises(Refused),
                ):
                    surface(
                        self.stranger,
                        want._name,
                        "action_claim",
                        want.ids,
                        acting_partner_id=forged,
                    )
        self.assertEqual(self._fingerprint(), before)

    def test_2_batch_read_values_are_right_for_each_row(self):
        """2015 kept the roles of deals and of payments in one table of ids."""
        wanted = {}
        for number, kind in enumerate(("want", "offer", "want", "offer")):
            one = self.announce(self.test1, kind=kind, title=str(number), prices={})
            deal = self.claim(self.test2, one)
            if number > 1:
                self.as_(
                    self.test2 if kind == "want" else self.test1, deal
                ).action_deliver()
            wanted[deal] = (kind, number > 1)
        deals = self.env["wezer.deal"].browse([deal.id for deal in wanted])
        for user, pays in ((self.test1, "want"), (self.test2, "offer")):
            mine = deals.with_user(user)
            mine.invalidate_recordset()
            for deal, (kind, delivered) in zip(mine, wanted.values(), strict=True):
                self.assertEqual(deal.is_payer, kind == pays)
                self.assertEqual(deal.may_approve, kind == pays and delivered)
                self.assertEqual(deal.is_author, user == self.test1)
                self.assertTrue(deal.is_party)
        stranger = deals.with_user(self.stranger).sudo()
        self.assertFalse(any(stranger.mapped("is_party")))

    # === 12.3: FUNCTION === #

    def test_3_silence_is_no_dead_end(self):
        """2015 waited in its state of votes for ever where one said nothing."""
        deal = self.make_deal("delivered")
        self.as_(self.test1, deal).action_approve(self.scores(2), "Fine")
        self.assertEqual(deal.state, "paid")
        given = self.env["wezer.assessment"]._for_origin(deal)
        self.assertEqual(given.state, "blind")
        given.sudo().deadline = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.assessment"]._cron_reveal()
        self.assertEqual((deal.state, given.state), ("paid", "revealed"))

    def test_3_what_is_closed_is_not_accepted_and_leaves_nobody_hanging(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        proposed = self.propose(self.test3, want, prices={self.com.id: "1"})
        want.action_close()
        for one in (deal, proposed):
            self.assertEqual(
                (one.state, one.end_reason), ("ended", "announcement_ended")
            )
            with self.assertRefused("state"):
                self.as_(self.test1, one).action_accept()
        with self.assertRefused("state"):
            self.claim(self.stranger, want)
        self.assertEqual(self.reserved(self.test1), "0.00")

    @mute_logger(*LOUD)
    def test_3_a_whole_deal_goes_by_the_api(self):
        """From the want to paid and assessed, with keys and ids alone."""

        def do(user, model, method, ids=None, **kwargs):
            answer = self._json2(user, model, method, ids, **kwargs)
            self.env.invalidate_all()
            return answer

        want = do(
            self.test1,
            "wezer.announcement",
            "action_create_own",
            vals={"title": "By the API", "prices": {str(self.com.id): "12.50"}},
        )
        deal = do(
            self.test2,
            "wezer.announcement",
            "action_propose",
            [want],
            vals={"prices": {str(self.com.id): "15"}, "message": "15?"},
        )
        model = "wezer.deal"
        do(self.test1, model, "action_accept", [deal])
        do(self.test2, model, "action_deliver", [deal], note="Done")
        scores = {str(key): value for key, value in self.scores(2).items()}
        do(self.test1, model, "action_approve", [deal], scores=scores, comment="Thanks")
        read = do(self.test2, model, "read", [deal], fields=["state", "price_text"])
        self.assertEqual(read[0]["state"], "paid")
        self.assertEqual(self.balance(self.test2), "15.00")
        self.assertEqual(
            self.env["wezer.assessment"]
            ._for_origin(self.env[model].browse(deal))
            .state,
            "blind",
        )
        self.assertBooksHold()


@tagged("post_install", "-at_install")
class TestWeakPointsOfTasks(TaskCommon):
    def _helped(self, **vals):
        offer = self.announce(self.test2, kind="offer", places=0, prices={}, **vals)
        return self.claim(self.mark, offer)

    def test_2_help_is_named_for_ones_own_task_only(self):
        """2015 made tasks as the superuser, in any project that an answer named."""
        deal = self._helped()
        foreign = self.env["wezer.group"].create({"name": "Zq foreign"})
        theirs = self.env["project.project"].create(
            {"name": "Theirs", "team_id": foreign.id}
        )
        closed = self.env["project.project"].create(
            {"name": "Closed", "privacy_visibility": "followers"}
        )
        tasks = [
            self.env["project.task"].create({"name": one.name, "project_id": one.id})
            for one in (theirs, closed)
        ]
        for task_id in (*(task.id for task in tasks), -1, 10**12, "1", [1], True):
            with self.subTest(task=task_id), self.assertRefused():
                deal.action_name_task(task_id)
        for user in (self.test2, self.test3):
            with self.assertRefused("acts_for" if user == self.test2 else None):
                self.as_(user, deal).action_name_task(self.task.id)
        self.assertFalse(deal.sudo().task_id)
        for task in tasks:
            self.assertNotEqual(task.assignee_partner_id, self.test2.partner_id)

    def test_2_a_named_task_takes_no_work_from_others(self):
        """What is posted, or at work already, is nobody's to hand out again."""
        posted = self._task("Posted")
        self._post(posted)
        taken = self._task("Taken")
        self.claim(self.test3, self._post(taken))
        deal = self._helped()
        with self.assertRefused("posted"):
            deal.action_name_task(posted.id)
        with self.assertRefused("worker"):
            deal.action_name_task(taken.id)
        # Named while it was free, and taken meanwhile: agreeing asks again.
        want = self.announce(
            self.test2, kind="offer", claim_mode="choose", prices={}, title="More"
        )
        open_deal = self.claim(self.mark, want)
        open_deal.action_name_task(self.task.id)
        self.claim(self.test3, self._post(self.task))
        with self.assertRefused("worker"):
            self.as_(self.test2, open_deal).action_accept()
        self.assertEqual(self.task.sudo().assignee_partner_id, self.test3.partner_id)
        wanted = self.claim(self.test2, self.announce(self.mark, prices={}))
        with self.assertRefused("kind"):
            self.as_(self.mark, wanted).action_name_task(self.task.id)

    def test_2_a_sheet_points_at_no_foreign_deal_nor_task_afterwards(self):
        foreign = self.make_deal("delivered", title="Zq hidden title")
        mine = self._helped()
        closed = self.env["project.project"].create(
            {"name": "Closed", "privacy_visibility": "followers"}
        )
        hidden = self.env["project.task"].create(
            {"name": "Zq hidden task", "project_id": closed.id}
        )
        for model, vals in (
            ("wezer.deal.approve", {}),
            ("wezer.deal.action.wizard", {"action": "dispute", "reason": "x"}),
            ("wezer.deal.task", {}),
        ):
            sheets = self.env[model].with_user(self.mark)
            sheet = sheets.create({"deal_id": mine.id, **vals})
            with self.assertRefused():
                sheet.write({"deal_id": foreign.id})
            with self.assertRefused():
                sheets.create({"deal_id": foreign.id, **vals})
        with self.assertRefused():
            sheet.write({"task_id": hidden.id})

    def test_2_commands_and_links_of_others_reach_no_task(self):
        for value in (
            self.task.id,
            [Command.link(self.task.id)],
            [Command.update(self.task.id, {"name": "Hacked"})],
        ):
            with self.assertRefused("field"):
                self.announce(self.test2, task_id=value)
        self.assertEqual(self.task.name, "Paint the fence")

    def test_3_a_deal_of_the_back_office_moves_its_money(self):
        """2015's lines of the back office hung on nothing, and nothing moved."""
        sheet = self.env["wezer.announcement.draft"].with_user(self.mark)
        sheet = sheet.create(
            {
                "title": "Zq from the office",
                "author_id": self.circle.partner_id.id,
                "price_ids": [
                    Command.create(
                        {"wezer_currency_id": self.hours.id, "amount": "1:30"}
                    )
                ],
            }
        )
        want = self.env["wezer.announcement"].browse(sheet.action_publish()["res_id"])
        deal = self.claim(self.test2, want)
        self.assertEqual(
            self.transfers(deal).mapped("amount_minor"),
            deal.sudo().accepted_terms_id.price_line_ids.mapped("total_minor"),
        )
        deal.action_deliver()
        approve = self.env["wezer.deal.approve"].with_user(self.mark)
        approve = approve.with_context(default_deal_id=deal.id)
        approve.create({"assess": False}).action_approve()
        self.assertEqual(
            (deal.state, self.balance(self.test2, self.hours)), ("paid", "1:30")
        )
        self.assertBooksHold()
