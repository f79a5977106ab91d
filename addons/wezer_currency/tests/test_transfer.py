from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.modules.module import load_script
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..models.wezer_transfer import ANSWERS
from .common import CurrencyCommon

MIGRATION = "migrations/19.0.2.1.0/post-paper-credit.py"


@tagged("post_install", "-at_install")
class TestTransfer(CurrencyCommon):
    """The actions of a transfer. W1 to W12 are in ``test_scenarios_2015``."""

    def test_the_state_machines_name_the_states_and_methods_of_their_models(self):
        for name in ("wezer.transfer", "wezer.wallet", "wezer.payment.link"):
            model = self.env[name]
            machine = model._state_machine
            states = tuple(dict(model._fields["state"].selection))
            self.assertEqual(states, machine.states)
            for row in machine.transitions:
                self.assertTrue(callable(getattr(model, row.method)), row.method)

    def test_permissions_are_what_the_actions_do(self):
        asked = self._transfers(self.luc).ask(
            self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id, "5"
        )
        may = {}
        for user in (self.anna, self.luc, self.moderator):
            transfer = self._transfers(user).browse(asked)
            answers = {action: transfer._why_not(action) for action in ANSWERS}
            may[user] = {action for action, why in answers.items() if why is None}
            for action, why in answers.items():
                if why is not None:
                    with self.assertRaises(type(why)), self.env.cr.savepoint():
                        getattr(transfer, ANSWERS[action])()
        self.assertEqual(may[self.anna], {"accept", "refuse"})
        self.assertEqual(may[self.luc], {"withdraw"})
        self.assertEqual(may[self.moderator], set())
        transfer = self._transfers(self.anna).browse(asked)
        self.assertTrue(transfer.may_accept)
        self.assertFalse(transfer.may_withdraw)
        self.assertTrue(transfer.is_unanswered)
        self.assertIn(transfer, transfer.search([("is_unanswered", "=", True)]))
        transfer.action_accept()
        self.assertFalse(transfer.may_accept)
        self.assertIn(transfer, transfer.search([("is_unanswered", "=", False)]))

    # --- asking ----------------------------------------------------------

    def _ask(self, amount="20"):
        transfers = self._transfers(self.luc)
        return transfers.browse(
            transfers.ask(
                self.anna.partner_id.id,
                self.luc.partner_id.id,
                self.credit.id,
                amount,
                "jam",
            )
        )

    def test_only_the_asked_side_accepts_and_only_the_asking_side_withdraws(self):
        asked = self._ask()
        for user, action in (
            (self.luc, "action_accept"),
            (self.luc, "action_refuse"),
            (self.anna, "action_withdraw"),
        ):
            with self.assertRefused("acts_for"):
                getattr(asked.with_user(user), action)()
        asked.with_user(self.luc).action_withdraw()
        self.assertEqual((asked.state, asked.end_reason), ("ended", "withdrawn"))

    def test_a_request_is_refused_kindly_and_expires(self):
        asked = self._ask()
        asked.with_user(self.anna).action_refuse()
        self.assertEqual(asked.end_reason, "refused")
        asked = self._ask()
        asked.sudo().end_deadline = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.transfer"]._cron_expire()
        self.assertEqual(asked.end_reason, "expired")

    # --- giving back ----------------------------------------------------

    def test_no_more_than_was_paid_is_given_back_in_parts(self):
        paid = self.pay(self.anna, self.anna, self.luc, "50").with_user(self.luc)
        paid.action_reverse(amount="30")
        with self.assertRefused("reverse"):
            paid.action_reverse(amount="20.01")
        paid.action_reverse(amount="20")
        self.assertEqual(self.balance(self.luc), "0.00")

    def test_a_moderator_never_decides_in_a_matter_of_their_own(self):
        self.wallet(self.moderator)
        paid = self.pay(self.moderator, self.moderator, self.luc, "5")
        with self.assertRefused("acts_for"):
            paid.with_user(self.moderator).action_reverse()

    # --- limits ----------------------------------------------------------

    def test_beyond_a_limit_one_still_moves_towards_zero(self):
        self.pay(self.anna, self.anna, self.luc, "400")
        self.wallet(self.anna).with_user(self.moderator).set_limits("100", "50")
        self.wallet(self.luc).with_user(self.moderator).set_limits("100", "50")
        # Both stand beyond now: away from zero nothing, towards it everything.
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.luc, "0.01")
        with self.assertRefused("other_side"):
            self.pay(self.stranger, self.stranger, self.luc, "0.01")
        self.pay(self.stranger, self.stranger, self.anna, "100")
        self.pay(self.luc, self.luc, self.anna, "300")
        self.assertEqual(self.balance(self.anna), "0.00")
        with self.assertRefused("other_side"):
            self.pay(self.luc, self.luc, self.anna, "50.01")
        self.assertBooksHold()

    def test_nobody_sets_limits_of_their_own_wallet(self):
        for user in (self.anna, self.luc):
            with self.assertRefused("moderate"):
                self.wallet(self.anna).with_user(user).set_limits("10000")
        with self.assertRefused("moderate"):
            self.wallet(self.moderator).with_user(self.moderator).set_limits("1")

    def test_a_group_or_a_contact_starts_without_credit(self):
        partner = self.env["res.partner"].create({"name": "Garden"})
        self.env["wezer.profile"]._make_for(partner)
        wallet = partner._wezer_wallet(self.credit)
        self.assertEqual(wallet._limits(), (0, 50000))
        # It waits for a moderator, like a sign-up.
        profile = partner._wezer_profile()
        profile.with_user(self.moderator).action_give_credit()
        self.assertEqual(wallet._limits(), (-50000, 50000))

    def _on_paper(self, name):
        """Return the profile of someone whom an administrator imports."""
        report = self.env["wezer.member.import"]._import_rows([{"name": name}])
        return self.env["wezer.profile"].browse(report[0]["id"])

    def _first_limits(self, profile):
        return profile.partner_id._wezer_wallet(self.credit)._limits()

    def test_a_member_whom_an_administrator_takes_in_has_credit_without_a_login(self):
        self.assertEqual(self._first_limits(self._on_paper("Oda")), (-50000, 50000))
        contact = self.env["res.partner"].create({"name": "Otto"})
        admin = self.env.ref("base.user_admin")
        profiles = self.env["wezer.profile"].with_user(admin)
        written = profiles.create({"partner_id": contact.id})
        self.assertEqual(self._first_limits(written.sudo()), (-50000, 50000))

    def test_only_active_members_start_with_credit(self):
        for state in ("pending", "declined", "suspended", "left"):
            for profile in (
                self._on_paper(f"Oda {state}"),
                self._member(f"luc_{state}").partner_id._wezer_profile(),
            ):
                profile.state = state
                with self.subTest(state=state, on_paper=profile.on_paper):
                    self.assertEqual(self._first_limits(profile), (0, 50000))
        locked_out, archived = self._member("locked"), self._on_paper("Archived")
        locked_out.active = False
        archived.active = False
        for profile in (locked_out.partner_id._wezer_profile(), archived):
            self.assertEqual(self._first_limits(profile), (0, 50000))

    def test_an_update_gives_no_credit_to_those_without_a_login(self):
        before, kept = self._on_paper("Oda"), self._on_paper("Otto")
        self._first_limits(kept)
        member = self.luc.partner_id._wezer_profile()
        self.env.flush_all()
        path = Path(__file__).parents[1] / MIGRATION
        module = load_script(str(path), "script")
        module.migrate(self.env.cr, "19.0.2.0.0")
        (before | kept | member).invalidate_recordset()
        self.assertEqual(
            [profile.has_credit for profile in (before, kept, member)],
            [False, True, True],
        )
        self.assertEqual(self._first_limits(before), (0, 50000))

    def _invited(self, login, inviter=None):
        """Return the user who came by himself, or by a letter of ``inviter``."""
        invitations = self.env["wezer.invitation"].sudo()
        address = f"{login}@example.org"
        kind = "letter" if inviter else "request"
        partner = inviter.partner_id if inviter else self.env["res.partner"]
        invitation = invitations._make(kind, login, partner, address, "")
        invitation._accept(login.title(), "wz_new_password")
        user = self.env["res.users"].search([("login", "=", address)])
        # Where no approval is asked for, he is a member at once.
        user.partner_id._wezer_profile().state = "active"
        return user

    def test_founding_accounts_multiplies_no_credit(self):
        self.env["res.users"].sudo()._signup_create_user(
            {"name": "New", "login": "wz_new", "password": "wz_new_password"}
        )
        new = self.env["res.users"].search([("login", "=", "wz_new")])
        new.partner_id._wezer_profile().state = "active"
        # By himself, by the form of an address, by a friend's letter.
        for user in (new, self._invited("wz_one"), self._invited("wz_two", self.anna)):
            with self.assertRefused("limit"):
                self.pay(user, user, self.luc, "0.01")
        with self.assertRefused("moderate"):
            new.partner_id._wezer_profile().with_user(self.anna).action_give_credit()
        profile = new.partner_id._wezer_profile()
        profile.with_user(self.moderator).action_give_credit()
        self.pay(new, new, self.luc, "10")

    def test_whom_an_administrator_invites_or_approves_has_a_members_credit(self):
        admin = self.env.ref("base.user_admin")
        user = self._invited("wz_three", admin)
        self.pay(user, user, self.luc, "10")
        waits = self._invited("wz_four")
        self.wallet(waits)
        profile = waits.partner_id._wezer_profile()
        profile.state = "pending"
        profile.with_user(admin).action_approve()
        self.pay(waits, waits, self.luc, "10")

    def test_a_frozen_wallet_neither_pays_nor_receives(self):
        self.wallet(self.luc).with_user(self.moderator).action_freeze()
        with self.assertRefused("other_side"):
            self.pay(self.anna, self.anna, self.luc, "1")
        with self.assertRefused("state"):
            self.pay(self.luc, self.luc, self.anna, "1")

    # --- amounts, parties, keys -------------------------------------------

    def test_a_text_that_is_no_amount_is_refused(self):
        for amount in ("0", "-1", "1.001", "NaN", "1e3", 1.5, None, True, "9" * 30):
            with self.assertRaises(Exception) as caught:
                self.pay(self.anna, self.anna, self.luc, amount)
            self.assertIn(caught.exception.rule, ("unit", "amount"), amount)

    def test_nobody_pays_to_themselves_or_to_a_contact_that_is_no_party(self):
        with self.assertRefused("party"):
            self.pay(self.anna, self.anna, self.anna, "1")
        contact = self.env["res.partner"].create({"name": "No member"})
        for partner_id in (contact.id, 10**8, 0, -1, True, "1", None):
            with self.assertRefused("other_side"):
                self._transfers(self.anna).pay(
                    self.anna.partner_id.id, partner_id, self.credit.id, "1"
                )

    def test_the_same_key_pays_once_and_other_data_are_refused(self):
        first = self.pay(self.anna, self.anna, self.luc, "5", key="k1")
        again = self.pay(self.anna, self.anna, self.luc, "5.00", key="k1")
        self.assertEqual(first, again)
        self.assertEqual(self.balance(self.luc), "5.00")
        with self.assertRefused("key"):
            self.pay(self.anna, self.anna, self.luc, "6", key="k1")
        other = self.pay(self.luc, self.luc, self.anna, "5", key="k1")
        self.assertNotEqual(first, other)

    # --- reservations ------------------------------------------------------

    def _reserve(self, amount="100", **kwargs):
        transfers = self._transfers(self.anna)
        return transfers.browse(
            transfers.reserve(
                self.anna.partner_id.id,
                self.luc.partner_id.id,
                self.credit.id,
                amount,
                "roof",
                **kwargs,
            )
        )

    def test_reserved_money_cannot_be_spent_twice(self):
        self._reserve("400")
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.stranger, "100.01")
        self.pay(self.anna, self.anna, self.stranger, "100")
        with self.assertRefused("other_side"):
            self.pay(self.stranger, self.stranger, self.luc, "100.01")
        self.assertBooksHold()

    def test_a_settlement_is_never_refused_for_a_limit(self):
        held = self._reserve("400")
        self.pay(self.anna, self.anna, self.stranger, "100")
        self.wallet(self.anna).with_user(self.moderator).set_limits("0", "0")
        self.wallet(self.luc).with_user(self.moderator).set_limits("0", "0")
        held.with_user(self.anna).action_settle()
        self.assertEqual(held.state, "done")
        self.assertEqual(self.balance(self.luc), "400.00")
        self.assertBooksHold()

    def test_parts_are_paid_and_the_rest_stays(self):
        held = self._reserve()
        part = held.browse(held.action_settle(amount="30"))
        self.assertEqual((part.state, part.parent_id), ("done", held))
        self.assertEqual(self.wallet(self.anna).reserved, 7000)
        with self.assertRefused("held"):
            held.action_settle(amount="70.01")
        self.assertBooksHold()
        held.with_user(self.luc).action_release()
        self.assertEqual((held.state, held.end_reason), ("ended", "released"))
        self.assertEqual(self.wallet(self.anna).reserved, 0)
        self.assertBooksHold()

    def test_only_the_payee_or_a_moderator_releases(self):
        held = self._reserve()
        with self.assertRefused("acts_for"):
            held.with_user(self.anna).action_release()
        held.with_user(self.moderator).action_release()
        self.assertEqual(self.wallet(self.anna).reserved, 0)

    def test_a_reservation_ends_after_its_date(self):
        held = self._reserve()
        days = (held.end_deadline - fields.Datetime.now()).days
        self.assertIn(days, (29, 30))
        with self.assertRefused("until"):
            self._reserve(until=str(fields.Datetime.now() + timedelta(days=366)))
        with self.assertRefused("until"):
            self._reserve(until="tomorrow")
        held.sudo().end_deadline = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.transfer"]._cron_expire()
        self.assertEqual(
            (held.end_reason, self.wallet(self.anna).reserved), ("expired", 0)
        )

    def test_nothing_is_paid_after_its_date_though_the_cron_has_not_run(self):
        held, ids = self._reserve(key="r"), (self.anna, self.luc)
        part = held.action_settle("10", key="part")
        asked = self._transfers(self.luc).ask(
            *(user.partner_id.id for user in ids), self.credit.id, "1"
        )
        asked = held.browse(asked)
        self.assertTrue(held.may_settle and asked.may_accept)
        (held | asked).sudo().end_deadline = fields.Datetime.now() - timedelta(hours=1)
        self.assertFalse(held.may_settle or asked.may_accept)
        with self.assertRefused("until"):
            held.action_settle("5")
        with self.assertRefused("until"):
            held.action_settle()
        with self.assertRefused("until"):
            asked.action_accept()
        # What was paid in time has its answer, and the payee may give it up.
        self.assertEqual(held.action_settle("10", key="part"), part)
        self.assertEqual(self._reserve(key="r"), held)
        held.with_user(self.luc).action_release()
        self.assertEqual(self.wallet(self.anna).reserved, 0)

    def test_a_key_with_other_content_is_refused_everywhere(self):
        held = self._reserve("100")
        whole = held.action_settle(key="all")
        self.assertEqual(whole, held.id)
        self.assertEqual(held.action_settle(key="all"), whole)
        self.assertEqual(held.action_settle("100", key="all"), whole)
        with self.assertRefused("key"):
            held.action_settle("1", key="all")
        with self.assertRefused("state"):
            held.action_settle(key="other")
        back = held.with_user(self.luc).action_reverse("1", key="back")
        self.assertEqual(held.with_user(self.luc).action_reverse("1", key="back"), back)
        with self.assertRefused("key"):
            held.with_user(self.luc).action_reverse("2", key="back")
        ids = self.anna.partner_id.id, self.luc.partner_id.id, self.credit.id
        transfers = self._transfers(self.anna)
        for method, given, other in (
            ("donate", {}, {"purpose": "else"}),
            ("reserve", {}, {"until": str(fields.Datetime.now() + timedelta(days=9))}),
            ("ask", {}, {"amount": "3"}),
            (
                "schedule",
                {"date": str(fields.Date.today() + timedelta(9))},
                {"every": "week"},
            ),
        ):
            act = getattr(
                self._transfers(self.luc if method == "ask" else self.anna), method
            )
            values = {"amount": "2", "key": "same", **given}
            first = act(*ids, **values)
            self.assertEqual(act(*ids, **values), first, method)
            with self.assertRefused("key"):
                act(*ids, **{**values, **other})
        row = dict(zip(("payer", "payee", "currency"), ids, strict=True))
        row |= {"amount": "2", "key": "same"}
        category = self.env["wezer.category"].create({"name": "Bread"})
        [first] = transfers.post_batch([row])
        self.assertEqual(transfers.post_batch([row]), [first])
        for other in ({"amount": "3"}, {"purpose": "x"}, {"category": category.id}):
            with self.assertRefused("batch"):
                transfers.post_batch([{**row, **other}])
        self.assertBooksHold()

    def test_the_same_key_sets_aside_once(self):
        self.assertEqual(self._reserve(key="r"), self._reserve(key="r"))
        self.assertEqual(self.wallet(self.anna).reserved, 10000)

    # --- levy, treasury, issue --------------------------------------------

    def test_a_levy_goes_to_the_treasury_rounded_up(self):
        levied = self._currency("Levied", "LEV", "500", levy_payer=150, levy_payee=100)
        paid = self.pay(self.anna, self.anna, self.luc, "10.01", currency=levied)
        self.assertEqual((paid.levy_payer_minor, paid.levy_payee_minor), (16, 11))
        self.assertEqual(self.balance(self.anna, levied), "-10.17")
        self.assertEqual(self.balance(self.luc, levied), "9.90")
        treasury = levied.treasury_partner_id._wezer_wallet(levied)
        self.assertEqual((treasury.balance, treasury._balance_now()), (0, 27))
        self.assertBooksHold()
        self.env["wezer.wallet"]._cron_sweep()
        self.assertEqual(treasury.balance, 27)
        paid.with_user(self.luc).action_reverse()
        self.assertEqual(self.balance(self.anna, levied), "0.00")
        self.assertEqual(treasury._balance_now(), 0)
        self.assertBooksHold()

    def test_a_reservation_holds_the_levy_and_parts_take_no_more(self):
        levied = self._currency("Levied", "LEV", "500", levy_payer=150)
        transfers = self._transfers(self.anna)
        held = transfers.browse(
            transfers.reserve(
                self.anna.partner_id.id, self.luc.partner_id.id, levied.id, "1.00"
            )
        )
        self.assertEqual(self.wallet(self.anna, levied).reserved, 102)
        for amount in ("0.33", "0.33", "0.34"):
            held.action_settle(amount=amount)
            self.assertBooksHold()
        self.assertEqual(self.balance(self.anna, levied), "-1.02")
        self.assertEqual((held.state, held.end_reason), ("ended", "settled"))

    def test_only_the_treasury_issues_and_nobody_goes_below_zero(self):
        token = self._currency("Token", "TIL", kind="issued")
        admin = self.env.ref("base.user_admin")
        treasury = token.treasury_partner_id
        with self.assertRefused("acts_for"):
            self._transfers(self.anna).issue(
                treasury.id, self.anna.partner_id.id, token.id, "5"
            )
        with self.assertRefused("issue"):
            self._transfers(self.anna).issue(
                self.anna.partner_id.id, self.luc.partner_id.id, token.id, "5"
            )
        self._transfers(admin).issue(
            treasury.id, self.anna.partner_id.id, token.id, "5"
        )
        self.pay(self.anna, self.anna, self.luc, "5", currency=token)
        with self.assertRefused("limit"):
            self.pay(self.anna, self.anna, self.luc, "0.01", currency=token)
        self.assertBooksHold()

    def test_the_treasury_of_one_currency_issues_no_other(self):
        token = self._currency("Token", "TIL", kind="issued")
        with self.assertRefused("limit"):
            self._transfers(self.env.ref("base.user_admin")).pay(
                self.credit.treasury_partner_id.id,
                self.anna.partner_id.id,
                token.id,
                "1",
            )

    def test_a_treasury_of_mutual_credit_spends_what_it_has(self):
        admin = self.env.ref("base.user_admin")
        treasury = self.credit.treasury_partner_id
        self._transfers(self.anna).donate(
            self.anna.partner_id.id, treasury.id, self.credit.id, "7"
        )
        spend = self._transfers(admin).pay
        with self.assertRefused("limit"):
            spend(treasury.id, self.luc.partner_id.id, self.credit.id, "7.01")
        spend(treasury.id, self.luc.partner_id.id, self.credit.id, "7")
        with self.assertRefused("limit"):
            spend(treasury.id, self.luc.partner_id.id, self.credit.id, "0.01")
        self.assertBooksHold()

    def test_points_that_are_not_passed_on_stay(self):
        points = self._currency("Thanks", "THX", kind="issued", transferable=False)
        self._transfers(self.env.ref("base.user_admin")).issue(
            points.treasury_partner_id.id, self.anna.partner_id.id, points.id, "5"
        )
        with self.assertRefused("transferable"):
            self.pay(self.anna, self.anna, self.luc, "1", currency=points)

    def test_a_visitor_pays_nothing(self):
        public = self.env.ref("base.public_user")
        with self.assertRaises(NotAllowed):
            self.pay(public, public, self.luc, "1")
