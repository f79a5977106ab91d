from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tests.forms import FormCase

from .common import CurrencyCommon


@tagged("post_install", "-at_install")
class TestAcceptance(CurrencyCommon):
    """Requests that the payer accepted in advance are paid by themselves."""

    def _allow(self, user=None, requester=None, amount="", month="", **kwargs):
        rules = self.env["wezer.acceptance"].with_user(user or self.anna)
        return rules.browse(
            rules.allow(
                kwargs.pop("payer", self.anna).partner_id.id,
                (kwargs.pop("currency", None) or self.credit).id,
                requester and requester.partner_id.id,
                amount,
                month,
                **kwargs,
            )
        )

    def _ask(self, amount="5", user=None, run=True, **kwargs):
        user = user or self.luc
        transfers = self._transfers(user)
        asked = transfers.browse(
            transfers.ask(
                self.anna.partner_id.id,
                user.partner_id.id,
                self.credit.id,
                amount,
                "bread",
                **kwargs,
            )
        )
        if run:
            self._run()
        return asked

    def _run(self):
        self.env["wezer.acceptance"]._cron_accept()
        self.env.invalidate_all()

    def _notices(self, user, kind):
        return self.env["wezer.notice"].search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", kind),
                ("settled", "=", False),
            ]
        )

    def test_nothing_is_paid_automatically_until_somebody_allows_it(self):
        asked = self._ask()
        self.assertEqual((asked.state, asked.automatic), ("requested", False))
        self.assertEqual(len(self._notices(self.anna, "request")), 1)

    def test_a_request_whose_rule_is_gone_waits_and_is_told(self):
        rule = self._allow(requester=self.luc)
        asked = self._ask(run=False)
        # As when the account of one of the two is merged into another.
        rule.sudo().unlink()
        self._run()
        known = asked.sudo()
        self.assertEqual((known.state, known.acceptance_pending), ("requested", False))
        self.assertEqual(len(self._notices(self.anna, "request")), 1)

    def test_a_request_of_a_listed_person_is_paid_and_told(self):
        self._allow(requester=self.luc)
        asked = self._ask("12.50", run=False)
        self.assertEqual(asked.state, "requested")
        self._run()
        self.assertEqual((asked.state, asked.automatic), ("done", True))
        self.assertEqual(self.balance(self.luc), "12.50")
        days = asked.take_back_until - fields.Datetime.now()
        self.assertEqual(round(days / timedelta(days=1)), self.credit.acceptance_days)
        notice = self._notices(self.anna, "automatic")
        for words in ("12.50 COM", "Luc", "bread", "take it back", "the rule off"):
            self.assertIn(words, notice.text)
        self.assertIn("/my/acceptance", notice.url)
        self.assertFalse(self._notices(self.anna, "request"))
        # Nobody else's requests, and no other currency.
        other = self._ask(user=self.stranger)
        self.assertEqual(other.state, "requested")
        self.assertEqual(len(self._notices(self.anna, "request")), 1)
        self.assertBooksHold()

    def test_small_requests_of_everybody_are_paid_up_to_the_sum_of_a_month(self):
        with freeze_time("2027-03-10 12:00:00"):
            rule = self._allow(amount="5", month="12")
            states = [
                self._ask(amount, user).state
                for amount, user in (
                    ("5", self.luc),
                    ("5.01", self.luc),
                    ("5", self.stranger),
                    ("3", self.stranger),
                    ("2", self.luc),
                )
            ]
            self.assertEqual(states, ["done", "requested", "done", "requested", "done"])
            self.assertEqual(rule.used_text, "12.00 COM")
            self.assertEqual(len(self._notices(self.anna, "request")), 2)
        with freeze_time("2027-04-01 12:00:00"):
            self.assertEqual(self._ask("5").state, "done")

    def test_two_requests_at_once_do_not_pass_the_sum_of_a_month(self):
        self._allow(amount="5", month="8")
        asked = self._ask("5", run=False) | self._ask("5", run=False)
        self._run()
        self.assertEqual(sorted(asked.mapped("state")), ["done", "requested"])
        self.assertEqual(len(self._notices(self.anna, "request")), 1)

    def test_the_rule_of_a_person_goes_before_the_one_of_everybody(self):
        self._allow(amount="50", month="100")
        self._allow(requester=self.luc, amount="1")
        self.assertEqual(self._ask("2").state, "requested")
        self.assertEqual(self._ask("2", self.stranger).state, "done")

    def test_nothing_is_paid_automatically_beyond_a_limit(self):
        self._allow(requester=self.luc)
        for policy in ("block", "warn"):
            self.credit.limit_policy = policy
            asked = self._ask("500.01")
            self.assertEqual((asked.state, asked.automatic), ("requested", False))
            self.assertFalse(asked.sudo().beyond_limit)
        self.assertEqual(len(self._notices(self.anna, "request")), 2)
        self.assertEqual(self.balance(self.luc), "0.00")
        # By hand people may, where limits only warn.
        asked.with_user(self.anna).action_accept()
        self.assertEqual((asked.state, asked.automatic), ("done", False))
        self.wallet(self.anna).with_user(self.moderator).action_freeze()
        self.assertEqual(self._ask("1").state, "requested")
        self.assertBooksHold()

    def test_a_request_that_was_answered_meanwhile_stays_as_it_is(self):
        self._allow(requester=self.luc)
        asked = self._ask(run=False)
        asked.with_user(self.anna).action_refuse()
        self._run()
        self.assertEqual((asked.state, asked.automatic), ("ended", False))

    def test_a_rule_that_was_switched_off_pays_nothing(self):
        rule = self._allow(requester=self.luc)
        asked = self._ask(run=False)
        rule.action_stop()
        self._run()
        self.assertEqual(asked.state, "requested")
        # Who asks cannot bring it back.
        mine = self._transfers(self.luc).with_context(active_test=False)
        again = mine.ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "1"
        )
        self._run()
        self.assertEqual(mine.browse(again).state, "requested")
        # Allowed again it is the same rule, with its sum of the month.
        self.assertEqual(self._allow(requester=self.luc, month="5"), rule)
        self.assertEqual(self._ask("5").state, "done")
        rule.action_stop()
        self._allow(requester=self.luc, month="6")
        self.assertEqual(self._ask("5").state, "requested")

    def test_the_payer_takes_it_back_within_the_days_of_the_currency(self):
        self._allow(requester=self.luc)
        self.credit.acceptance_days = 3
        asked = self._ask("8")
        # What was stated holds, whatever the currency says later.
        self.credit.acceptance_days = 1
        for user in (self.luc, self.stranger):
            with self.assertRaises(AccessError):
                asked.with_user(user).action_take_back()
        moment = fields.Datetime.now() + timedelta(days=2)
        with freeze_time(moment):
            mine = asked.with_user(self.anna)
            self.assertTrue(mine.may_take_back)
            back = asked.browse(mine.action_take_back()).sudo()
        self.assertEqual((back.kind, back.parent_id), ("reversal", asked.sudo()))
        self.assertEqual(self.balance(self.anna), "0.00")
        self.assertIn("8.00 COM", self._notices(self.luc, "taken_back").text)
        self.assertFalse(self._notices(self.anna, "automatic"))
        with self.assertRefused("reverse"):
            mine.action_take_back()
        late = self._ask("8").with_user(self.anna)
        with (
            freeze_time(fields.Datetime.now() + timedelta(days=1, minutes=1)),
            self.assertRefused("take_back"),
        ):
            late.action_take_back()
        by_hand = self._ask("1", self.stranger).with_user(self.anna)
        by_hand.action_accept()
        with self.assertRefused("automatic"):
            by_hand.action_take_back()
        self.assertBooksHold()

    def test_it_is_paid_as_the_person_who_allowed_it(self):
        profile = self.stranger.partner_id._wezer_profile()
        mandates = self.env["wezer.mandate"].with_user(self.anna)
        mandate = mandates.browse(mandates.action_give(profile.id, ["wallet"]))
        rule = self._allow(self.stranger, requester=self.luc)
        self.assertEqual(rule.sudo().user_id, self.stranger)
        self.assertEqual(self._ask().state, "done")
        log = self.env["wezer.acting.log"].search(
            [("actor_id", "=", self.stranger.partner_id.id), ("what", "=", "accept")]
        )
        self.assertEqual(log.partner_id, self.anna.partner_id)
        mandate.action_revoke()
        self.env.invalidate_all()
        self.assertEqual(self._ask().state, "requested")
        self._allow(requester=self.luc)
        asked = self._ask(run=False)
        self.anna.partner_id._wezer_profile().state = "suspended"
        self._run()
        self.assertEqual(asked.state, "requested")

    def test_only_those_who_may_pay_read_and_set_the_rules(self):
        rule = self._allow(requester=self.luc)
        admin = self.env.ref("base.user_admin")
        for user in (self.luc, self.stranger, self.moderator, admin):
            rules = self.env(user=user)["wezer.acceptance"]
            self.assertFalse(call_kw(rules, "search_count", [[]], {}), user.login)
            with self.assertRaises(AccessError):
                call_kw(rules, "read", [rule.ids], {})
            with self.assertRaises(AccessError):
                call_kw(rules, "action_stop", [rule.ids], {})
            for acting in (None, self.anna.partner_id.id, user.partner_id.id):
                with self.assertRaises(NotAllowed):
                    self._allow(user, requester=self.luc, acting_partner_id=acting)
            for vals in ({"amount_minor": 1}, {"active": False}):
                with self.assertRaises(AccessError):
                    call_kw(rules, "write", [rule.ids, vals], {})
        self.assertEqual(rule.search_count([]), 1)
        with self.assertRaises(AccessError):
            call_kw(rule, "write", [rule.ids, {"amount_minor": 1}], {})
        asked = self._ask(run=False)
        for name in ("acceptance_id", "acceptance_pending"):
            with self.assertRaises(AccessError):
                call_kw(asked, "read", [asked.ids, [name]], {})
            with self.assertRaises(AccessError):
                call_kw(asked, "search", [[(name, "!=", False)]], {})

    def test_what_is_not_clear_is_refused(self):
        outside = self._currency("Outside", "OUT", external=True)
        hidden = self.env["res.partner"].create({"name": "No member"})
        for rule, values in (
            ("amount", {"month": "5"}),
            ("month", {"amount": "5"}),
            ("month", {"amount": "6", "month": "5"}),
            ("unit", {"amount": "five", "month": "5"}),
            ("party", {"requester": self.anna}),
            ("external", {"requester": self.luc, "currency": outside}),
        ):
            with self.assertRefused(rule):
                self._allow(**values)
        with self.assertRefused("party"):
            self.env["wezer.acceptance"].with_user(self.anna).allow(
                self.anna.partner_id.id, self.credit.id, hidden.id
            )

    def test_who_leaves_is_on_no_list(self):
        self._allow(requester=self.luc)
        self._allow(self.luc, requester=self.anna, payer=self.luc)
        self.luc.partner_id.sudo()._wezer_anonymise()
        rules = self.env["wezer.acceptance"].with_context(active_test=False)
        self.assertFalse(rules.search([]))


@tagged("post_install", "-at_install")
class TestAcceptancePage(FormCase, CurrencyCommon):
    """The page on which members accept requests in advance, and take them back."""

    def _page(self):
        return self.page("/my/acceptance")

    def _login(self, user):
        user.password = user.login
        self.authenticate(user.login, user.login)

    def test_a_member_allows_requests_takes_one_back_and_switches_the_rule_off(self):
        self._login(self.anna)
        wallet = f"/my/wallets/{self.wallet(self.anna).id}"
        for start in ("/my/requests", wallet):
            self.assertIn('href="/my/acceptance"', self.url_open(start).text)
        self.assertIn("Nothing is paid automatically", self._page().text_content())
        slug = self.luc.partner_id._wezer_profile().slug
        address = f"/my/acceptance?to={slug}"
        self.assertIn(address, self.url_open("/my/acceptance?search=luc").text)
        form = self.form(self.page(address), "/my/acceptance")
        typed = {"currency": str(self.credit.id), "amount": "9", "month": "8"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/acceptance", typed, wrong="month")
        answer = self.send(form, **{**typed, "month": "20"})
        for words in ("Requests of", "Luc", "9.00 COM", "20.00 COM"):
            self.assertIn(words, answer.text)
        asked = self.env["wezer.transfer"].with_user(self.luc)
        asked.ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "7", "tea"
        )
        self.env["wezer.acceptance"]._cron_accept()
        page = self._page()
        for words in ("7.00 COM", "tea", "can be taken back until"):
            self.assertIn(words, page.text_content())
        paid = self.env["wezer.transfer"].search([("automatic", "=", True)])
        self.assertTrue(page.xpath(f"//*[@id='paid-{paid.id}']"))
        # The notice has a button of its own, which leads to where it is undone.
        notice = self.env["wezer.notice"].search([("kind", "=", "automatic")])
        form = self.form(self.page("/my/notices"), f"/my/notices/{notice.id}/open")
        buttons = [button.text_content().strip() for button in form.iter("button")]
        self.assertEqual(buttons[1], "Show or take back")
        self.assertTrue(self.send(form).url.endswith(f"/my/acceptance#paid-{paid.id}"))
        self.assertIn("Paid automatically", self.url_open(wallet).text)
        answer = self.send(self.form(page, f"/my/requests/{paid.id}/take_back"))
        self.assertIn("taken back", answer.text)
        self.assertEqual(self.balance(self.luc), "0.00")
        rule = self.env["wezer.acceptance"].search([])
        page = self.parsed(answer)
        answer = self.send(self.form(page, f"/my/acceptance/{rule.id}/stop"))
        self.assertIn("Nothing is paid automatically", answer.text)
        self.assertFalse(rule.active)

    def test_nobody_reaches_the_rules_of_others(self):
        rules = self.env["wezer.acceptance"].with_user(self.anna)
        ids = self.anna.partner_id.id, self.credit.id, self.luc.partner_id.id
        rule = rules.browse(rules.allow(*ids)).sudo()
        self._login(self.luc)
        self.assertNotIn("Switch this rule off", self._page().text_content())
        form = self.form(self.page("/my/acceptance?everyone=1"), "/my/acceptance")
        money = str(self.credit.id)
        typed = {"currency": money, "amount": "1", "month": "2"}
        self.send(form, acting=str(self.anna.partner_id.id), **typed)
        # A name that is nobody's is not taken for everyone.
        self.send(form, everyone="", to="nobody-of-this-name", **typed)
        self.assertEqual(self.env["wezer.acceptance"].search([]), rule)
        self.send(form, **typed)
        mine = self.env["wezer.acceptance"].search([]) - rule
        self.assertEqual(mine.partner_id, self.luc.partner_id)
