import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..models import wezer_charge_run
from .common import CurrencyCommon

REASON = "Typed one zero too many"
MODELS = ("wezer.wallet", "wezer.transfer", "wezer.ledger.entry")


class OfficeCommon(CurrencyCommon):
    """Tess and Theo are treasurers of the credit, Otto its auditor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.tess, cls.theo, cls.otto = map(cls._member, ("tess", "theo", "otto"))
        cls.offices = cls.env["wezer.currency.office"].with_user(cls.admin)
        cls.soon = fields.Date.today() + timedelta(days=20)
        cls.tess_office = cls._give(cls.tess, "treasurer")
        cls._give(cls.theo, "treasurer")
        cls.otto_office = cls._give(cls.otto, "auditor", cls.soon)
        cls.acts = cls.env["wezer.treasury.act"]
        cls.credit.write({"four_eyes_minor_text": "50"})

    @classmethod
    def _give(cls, user, role, until=False, currency=None):
        return cls.offices.create(
            {
                "profile_id": user.partner_id._wezer_profile().id,
                "wezer_currency_id": (currency or cls.credit).id,
                "role": role,
                "until": until,
            }
        )

    def _told(self, user, kind="office"):
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("kind", "=", kind)]
        )
        return notices.mapped("message")

    def _look(self, user, owner):
        return self.wallet(owner).with_user(user).action_view_statement()

    def _act(self, user, number):
        return self.acts.with_user(user).browse(number)


@tagged("post_install", "-at_install")
class TestOffices(OfficeCommon):
    """Who has a role in a currency, what they read, and until when."""

    def test_only_administrators_give_a_role_and_only_its_last_day_changes(self):
        vals = {
            "partner_id": self.anna.partner_id.id,
            "wezer_currency_id": self.credit.id,
        }
        for user in (self.anna, self.tess, self.moderator):
            with self.assertRaises(AccessError):
                self.offices.with_user(user).create(vals)
            with self.assertRaises(AccessError):
                self.otto_office.with_user(user).write({"until": self.soon})
        with self.assertRefused("fixed"):
            self.otto_office.write({"role": "treasurer"})
        with self.assertRaises(AccessError):
            self.otto_office.unlink()
        with self.assertRefused("twice"):
            self._give(self.otto, "treasurer")
        with self.assertRefused("until"):
            self.otto_office.write({"until": False})
        # Nor by prolonging one that has ended.
        self.tess_office.until = fields.Date.today() - timedelta(days=2)
        self._give(self.tess, "auditor", self.soon)
        with self.assertRefused("twice"):
            self.tess_office.until = self.soon
        self.luc.partner_id._wezer_profile().state = "suspended"
        with self.assertRefused("person"):
            self._give(self.luc, "treasurer")

    def test_owners_of_wallets_are_told_once_and_again_when_it_is_prolonged(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        self.offices.sudo()._cron_tell()
        self.offices.sudo()._cron_tell()
        self.assertEqual(len(self._told(self.anna)), 3)
        self.assertFalse(self._told(self.stranger))
        self.otto_office.until = self.soon - timedelta(days=5)
        self.offices.sudo()._cron_tell()
        self.assertEqual(len(self._told(self.anna)), 3)
        self.otto_office.until = self.soon + timedelta(days=50)
        self.offices.sudo()._cron_tell()
        self.assertEqual(len(self._told(self.anna)), 4)
        self.assertIn("Otto is an auditor", self._told(self.anna)[0])

    def test_a_role_ends_with_its_last_day_without_a_scheduled_action(self):
        self.pay(self.anna, self.anna, self.luc, "5")
        wallet = self.wallet(self.anna).sudo()
        self._look(self.otto, self.anna)
        self.assertEqual(wallet._visible_as(self.otto), "auditor")
        for days, seen in ((20, True), (21, False)):
            later = fields.Datetime.now() + timedelta(days=days)
            with freeze_time(later), self.subTest(days=days):
                self.env.invalidate_all()
                self.assertEqual(self.otto._wezer_reads_books(self.credit), seen)
                acts = self.offices.with_user(self.otto)
                self.assertEqual(bool(acts.search([])), seen)
        self.env.invalidate_all()
        self.otto_office.until = fields.Date.today() - timedelta(days=2)
        self.assertFalse(self.otto._wezer_reads_books(self.credit))
        self.assertFalse(wallet._visible_as(self.otto))
        with self.assertRefused("moderate"):
            self._look(self.otto, self.anna)

    def test_each_look_is_logged_and_the_owner_reads_who_looked(self):
        wallet = self.wallet(self.anna).sudo()
        for user, role in ((self.tess, "treasurer"), (self.otto, "auditor")):
            self.assertFalse(wallet._visible_as(user))
            self._look(user, self.anna)
            self.assertEqual(wallet._visible_as(user), role)
            act = self.env["wezer.acting.log"].with_user(self.anna)
            act = act.search([], limit=1)
            self.assertEqual(act.what, "view_statement")
            self.assertIn(user.name, act._sentence())
        looks = self.env["wezer.wallet.access.log"]
        self.assertEqual(
            looks.search([("wallet_id", "=", wallet.id)]).mapped("role"),
            ["auditor", "treasurer"],
        )
        # Moderators' reasons are for moderators.
        self.wallet(self.anna).with_user(self.moderator).action_view_statement(
            "Something private happened"
        )
        for user in (self.tess, self.otto, self.anna):
            with self.assertRaises(AccessError):
                looks.with_user(user).search([])

    def test_the_roles_of_one_currency_open_nothing_of_another(self):
        self.pay(self.anna, self.anna, self.luc, "1", self.hours)
        for user in (self.tess, self.otto):
            with self.assertRefused("moderate"):
                wallet = self.wallet(self.anna, self.hours).with_user(user)
                wallet.action_view_statement()
            self.assertFalse(user._wezer_reads_books(self.hours))
            acts = self.acts.with_user(user)
            with self.assertRefused("office"):
                acts.propose_charge(self.hours.id, "fee")

    def test_nothing_of_others_is_read_by_rpc_whatever_the_way(self):
        paid = self.pay(self.anna, self.anna, self.luc, "5")
        self._look(self.tess, self.anna)
        for user in (self.tess, self.otto):
            for name in MODELS:
                model = self.env(user=user)[name]
                with self.subTest(user=user.name, model=name):
                    self.assertFalse(call_kw(model, "search_count", [[]], {}))
                    rows = call_kw(
                        model,
                        "formatted_read_group",
                        [[]],
                        {"groupby": [], "aggregates": ["__count"]},
                    )
                    self.assertEqual(rows[0]["__count"], 0)
                    self.assertFalse(call_kw(model, "name_search", ["Anna"], {}))
            wallets = self.env(user=user)["wezer.wallet"]
            found = wallets.search_count([("balance", "<", 0)])
            self.assertFalse(found)
            with self.assertRaises(UserError):
                call_kw(
                    wallets, "export_data", [self.wallet(self.anna).ids, ["id"]], {}
                )
            with self.assertRaises(AccessError):
                call_kw(self.env(user=user)["wezer.batch"], "search", [[]], {})
            with self.assertRaises(AccessError):
                paid.with_user(user).read(["amount_minor"])

    def _merge(self, source, target):
        profiles = self.env["wezer.profile"].with_user(self.admin)
        given_up, kept = (
            profiles.browse(user.partner_id._wezer_profile().id)
            for user in (source, target)
        )
        given_up.action_merge_into(kept.id)

    def test_of_two_accounts_of_a_person_the_roles_go_on_but_never_both(self):
        self.offices.sudo()._cron_tell()
        self._merge(self.tess, self.anna)
        self.assertTrue(self.anna._wezer_is_treasurer(self.credit))
        self.assertFalse(self.tess._wezer_reads_books(self.credit))
        self.assertEqual(self.tess_office.partner_id, self.anna.partner_id)
        # The owners of the wallets are told who has it now.
        self.assertFalse(self.tess_office.told)
        with self.assertRefused("merge") as refused:
            self._merge(self.otto, self.anna)
        self.assertIn("auditor", refused.error.args[0])
        self.assertTrue(self.otto._wezer_is_auditor(self.credit))
        # Of two equal roles the one that lasts longer stays.
        self.tess_office.until = self.soon
        self._merge(self.anna, self.theo)
        office = self.offices.search(
            [("partner_id", "=", self.theo.partner_id.id), ("in_force", "=", True)]
        )
        self.assertEqual(len(office), 1)
        self.assertFalse(office.until)
        # What has ended stands in nobody's way.
        self.otto_office.until = fields.Date.today() - timedelta(days=2)
        self._merge(self.otto, self.theo)
        self.assertTrue(self.theo._wezer_is_treasurer(self.credit))

    def test_who_proposed_and_approved_by_two_accounts_does_not_post(self):
        self.credit.four_eyes_minor_text = "0"
        self.wallet(self.luc).with_user(self.moderator).set_limits("0", None)
        number = self.acts.with_user(self.tess).propose_batch(
            self.credit.id,
            [
                {
                    "wallet": str(self.wallet(self.luc).id),
                    "amount": "3",
                    "direction": "from_member",
                }
            ],
            "Rent of the market stalls",
        )
        act = self._act(self.theo, number)
        self.assertEqual(act.action_approve(), "approved")
        self._merge(self.tess, self.theo)
        self.pay(self.anna, self.anna, self.luc, "30")
        with self.assertRefused("four_eyes"):
            act.action_post()
        self._act(self.admin, number).action_post()
        self.assertEqual(self.balance(self.luc), "27.00")

    def test_nobody_changes_an_act_by_orm(self):
        paid = self.pay(self.anna, self.anna, self.luc, "80")
        self._look(self.tess, self.anna)
        number = self.acts.with_user(self.tess).propose_correction(paid.id, REASON)
        for user in (self.tess, self.theo, self.otto, self.anna, self.admin):
            act = self._act(user, number)
            for vals in ({"amount_minor": 1}, {"state": "approved"}):
                with self.assertRaises(AccessError):
                    call_kw(act.browse(), "write", [[number], vals], {})
            with self.assertRaises(AccessError):
                call_kw(act.browse(), "create", [{}], {})
            with self.assertRaises(AccessError):
                call_kw(act.browse(), "unlink", [[number]], {})
        for user, seen in ((self.otto, 1), (self.anna, 0), (self.moderator, 0)):
            acts = self.acts.with_user(user)
            self.assertEqual(acts.search_count([]), seen, user.name)
        with self.assertRaises(AccessError):
            self._act(self.otto, number).read(["rows"])


@tagged("post_install", "-at_install")
class TestTreasuryActs(OfficeCommon):
    """What treasurers post, and when a second person decides."""

    def test_a_treasurer_corrects_alone_up_to_the_amount(self):
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        mine = self.acts.with_user(self.tess)
        with self.assertRefused("look"):
            mine.propose_correction(paid.id, REASON, "30")
        self._look(self.tess, self.anna)
        act = self._act(self.tess, mine.propose_correction(paid.id, REASON, "30"))
        self.assertEqual((act.state, act.decider_id.id), ("posted", False))
        self.assertEqual(self.balance(self.luc), "70.00")
        # Splitting evades nothing: both are counted together.
        second = self._act(self.tess, mine.propose_correction(paid.id, REASON, "30"))
        self.assertEqual(second.state, "proposed")
        self.assertEqual(self.balance(self.luc), "70.00")
        self.assertTrue(self._told(self.theo, "treasury"))
        with self.assertRefused("four_eyes"):
            second.action_approve()
        for user in (self.otto, self.anna, self.moderator):
            with self.assertRefused("office"):
                self._act(user, second.id).action_approve()
        # Nobody's key takes the place of the act.
        self.wallet(self.anna).with_user(self.moderator).action_view_statement(REASON)
        moderated = paid.with_user(self.moderator)
        moderated.action_correct(REASON, "10", key=f"act {second.id}")
        self.assertEqual(self.balance(self.luc), "60.00")
        self.assertEqual(self._act(self.theo, second.id).action_approve(), "posted")
        self.assertEqual(self.balance(self.luc), "30.00")
        with self.assertRefused("state"):
            self._act(self.admin, second.id).action_approve()
        with self.assertRefused("reverse"):
            mine.propose_correction(paid.id, REASON, "30.01")
        self.assertBooksHold()

    def test_a_treasurer_who_moderates_has_no_way_around_the_second_person(self):
        group = self.env.ref("wezer_base.group_moderator")
        self.tess.write({"group_ids": [(6, 0, group.ids)]})
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        own = self.pay(self.tess, self.tess, self.luc, "5")
        self._look(self.tess, self.anna)
        self._look(self.tess, self.luc)
        with self.assertRefused("four_eyes"):
            paid.with_user(self.tess).action_correct(REASON)
        with self.assertRaises(AccessError):
            paid.with_user(self.tess).action_reverse()
        mine = self.acts.with_user(self.tess)
        for transfer in (paid, own):
            act = self._act(self.tess, mine.propose_correction(transfer.id, REASON))
            self.assertEqual(act.state, "proposed")
        # A party does not decide either.
        theirs = self.pay(self.theo, self.theo, self.luc, "60")
        act = self._act(self.theo, mine.propose_correction(theirs.id, REASON))
        with self.assertRefused("office"):
            act.action_approve()
        self._act(self.admin, act.id).action_refuse("Ask Luc first")
        self.assertEqual(act.state, "refused")
        rows = [
            {
                "payer": self.anna.partner_id.id,
                "payee": self.luc.partner_id.id,
                "currency": self.credit.id,
                "amount": "1",
            }
        ]
        posted = self._transfers(self.anna).post_batch(rows)
        number = self.env["wezer.transfer"].browse(posted).batch_number
        batch = self.env["wezer.batch"].browse(number)
        with self.assertRefused("four_eyes"):
            batch.with_user(self.tess).action_take_back(REASON)
        act = self._act(self.tess, mine.propose_take_back(number, REASON))
        self.assertEqual((act.state, batch.state), ("posted", "taken_back"))

    def _batch(self, amount="1", payer=None, payee=None):
        payer, payee = payer or self.anna, payee or self.luc
        row = {
            "payer": payer.partner_id.id,
            "payee": payee.partner_id.id,
            "currency": self.credit.id,
            "amount": amount,
        }
        posted = self._transfers(payer).post_batch([row])
        number = self.env["wezer.transfer"].browse(posted).batch_number
        return self.env["wezer.batch"].browse(number)

    def test_an_administrator_with_a_role_in_a_currency_does_nothing_of_it_alone(self):
        group = self.env.ref("wezer_base.group_administrator")
        self.credit.fee_minor_text = "2"
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        batch = self._batch("60")
        for user in (self.tess, self.otto):
            user.write({"group_ids": [(6, 0, group.ids)]})
            with self.subTest(user=user.name):
                with self.assertRefused("four_eyes"):
                    batch.with_user(user).action_take_back(REASON)
                self.assertFalse(batch.with_user(user).may_take_back)
                with self.assertRefused("four_eyes"):
                    paid.with_user(user).action_correct(REASON)
                with self.assertRaises(AccessError):
                    paid.with_user(user).action_reverse()
                money = self.credit.with_user(user)
                with self.assertRefused("four_eyes"):
                    money.action_charge("fee")
                self.assertTrue(money.action_charge("fee", dry_run=True))
        mine = self.acts.with_user(self.tess)
        act = self._act(self.tess, mine.propose_take_back(batch.id, REASON))
        self.assertEqual((act.state, batch.state), ("proposed", "posted"))
        with self.assertRefused("four_eyes"):
            act.action_approve()
        # Without a role in it, an administrator does it alone.
        batch.with_user(self.admin).action_take_back(REASON)
        self.assertEqual(batch.state, "taken_back")

    def test_why_an_act_is_not_posted_names_nobody(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        batch = self._batch("100")
        self.pay(self.luc, self.luc, self.stranger, "90")
        self.wallet(self.luc).with_user(self.moderator).set_limits("0", None)
        wallet = self.wallet(self.luc)
        self.credit.four_eyes_minor_text = "0"
        row = {"wallet": str(wallet.id), "amount": "30", "direction": "from_member"}
        mine = self.acts.with_user(self.tess)
        for number in (
            mine.propose_take_back(batch.id, REASON),
            mine.propose_batch(self.credit.id, [row], "Rent of the market stalls"),
        ):
            self.assertEqual(self._act(self.admin, number).action_approve(), "approved")
            act = self._act(self.otto, number)
            with self.subTest(kind=act.kind):
                self.assertIn(f"Wallet {wallet.id}", act.obstacle)
                self.assertNotIn("Luc", act.obstacle)
                # In the reader's language, not in that of the person who decided.
                french = act.with_context(lang="fr_FR").obstacle_text
                self.assertIn(str(wallet.id), french)
                self.assertNotEqual(french, act.obstacle_text)
                self.assertEqual(act.obstacle_text, act.obstacle)
        self.credit.four_eyes_minor_text = "500"
        with self.assertRefused("batch") as refused:
            mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
        self.assertNotIn("Luc", str(refused.error.rows))

    def test_what_nobody_decides_in_time_expires(self):
        paid = self.pay(self.anna, self.anna, self.luc, "100")
        self._look(self.tess, self.anna)
        number = self.acts.with_user(self.tess).propose_correction(paid.id, REASON)
        with freeze_time(fields.Datetime.now() + timedelta(days=15)):
            with self.assertRefused("late"):
                self._act(self.admin, number).action_approve()
            self.acts._cron_expire()
        self.assertEqual(self._act(self.tess, number).state, "expired")
        self.assertEqual(self.balance(self.luc), "100.00")

    def test_a_fee_and_a_batch_follow_the_policy_of_the_currency(self):
        self.credit.fee_minor_text = "2"
        self.pay(self.anna, self.anna, self.luc, "30")
        mine = self.acts.with_user(self.tess)
        act = self._act(self.tess, mine.propose_charge(self.credit.id, "fee"))
        self.assertEqual((act.state, act.amount_text), ("posted", "4.00 COM"))
        self.assertEqual(self.balance(self.luc), "28.00")
        with self.assertRefused("nothing"):
            mine.propose_charge(self.credit.id, "demurrage")
        wallet = self.wallet(self.luc)
        row = {"wallet": str(wallet.id), "amount": "3", "direction": "from_member"}
        number = mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
        self.assertEqual(self._act(self.tess, number).state, "posted")
        self.assertEqual(self.balance(self.luc), "25.00")
        self.credit.write({"treasurer_fees": False, "treasurer_batches": False})
        with self.assertRefused("policy"):
            mine.propose_charge(self.credit.id, "fee")
        with self.assertRefused("policy"):
            mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
        for user in (self.otto, self.anna, self.moderator):
            with self.assertRefused("office"):
                self.acts.with_user(user).propose_charge(self.credit.id, "fee")
        self.assertBooksHold()

    def test_a_rehearsed_fee_leaves_nothing_and_proposals_have_a_limit(self):
        self.credit.write({"fee_minor_text": "2", "four_eyes_minor_text": "0"})
        self.pay(self.anna, self.anna, self.luc, "30")
        runs = self.env["wezer.charge.run"]
        before = runs.search_count([]), runs.line_ids.search_count([])
        mine = self.acts.with_user(self.tess)
        act = self._act(self.theo, mine.propose_charge(self.credit.id, "fee"))
        self.assertEqual((act.state, act.amount_text), ("proposed", "4.00 COM"))
        self.assertEqual(
            (runs.search_count([]), runs.line_ids.search_count([])), before
        )
        limit = "odoo.addons.wezer_currency.models.wezer_treasury_act.PROPOSALS_MAX"
        with patch(limit, 1):
            for _try in range(2):
                with self.assertRefused("proposals") as refused:
                    mine.propose_charge(self.credit.id, "fee")
            self.assertEqual((refused.error.value, refused.error.limit), ("1", "1"))
            # Of others' proposals, and of what is decided, nothing counts.
            self.acts.with_user(self.theo).propose_charge(self.credit.id, "fee")
            self._act(self.tess, act.id).action_refuse()
            mine.propose_charge(self.credit.id, "fee")
            # What needs nobody else is posted all the same.
            self.credit.four_eyes_minor_text = "500"
            number = mine.propose_charge(self.credit.id, "fee")
        self.assertEqual(self._act(self.tess, number).state, "posted")

    def test_of_two_proposals_of_one_fee_only_the_first_is_posted(self):
        self.credit.write({"fee_minor_text": "2", "four_eyes_minor_text": "0"})
        self.pay(self.anna, self.anna, self.luc, "30")
        mine = self.acts.with_user(self.tess)
        first, second = (
            self._act(self.theo, mine.propose_charge(self.credit.id, "fee"))
            for _number in range(2)
        )
        self.assertEqual(first.action_approve(), "posted")
        self.assertEqual(second.action_approve(), "approved")
        self.assertTrue(second.obstacle)
        self.assertEqual(self.balance(self.luc), "28.00")

    def test_a_treasurers_charge_of_many_wallets_goes_on_by_itself(self):
        self.credit.write(
            {
                "treasurer_fees": True,
                "fee_minor_text": "1",
                "four_eyes_minor_text": "1000",
            }
        )
        # The first wallets owe nothing: their owner is no member any more.
        self.stranger.partner_id._wezer_profile().state = "left"
        for user in (self.stranger, self.anna, self.luc):
            self.wallet(user)
        mine = self.acts.with_user(self.tess)
        with patch.object(wezer_charge_run, "PORTION", 1):
            act = self._act(self.tess, mine.propose_charge(self.credit.id, "fee"))
            # The request counts one portion; the scheduled action goes on.
            self.assertEqual(act.state, "counting")
            self.assertIn("0 of 3", act.progress_text)
            runs = self.env["wezer.charge.run"].search([("act_id", "=", act.id)])
            runs._go_on()
            act.invalidate_recordset()
            self.assertIn("1 of 3", act.progress_text)
            self.assertFalse(runs.line_ids)
            with self.assertRefused("running"):
                mine.propose_charge(self.credit.id, "fee")
            with self.assertRefused("state"):
                self._act(self.theo, act.id).action_approve()
            self.env["wezer.currency"]._cron_charges()
        self.assertEqual((act.state, act.amount_text), ("posted", "2.00 COM"))
        self.assertFalse(runs.exists() or act.progress_text)
        self.assertIn("is being taken", self._told(self.tess, "treasury")[0])
        batch = act.sudo().batch_id
        batch.invalidate_recordset()
        self.assertEqual(batch.transfer_count, 2)
        self.assertEqual(batch.person_id, self.tess.partner_id)
        self.assertEqual(self.balance(self.luc), "-1.00")
        self.assertBooksHold()

    def test_a_charge_that_is_counted_for_a_treasurer_of_before_is_not_taken(self):
        self.credit.fee_minor_text = "1"
        for user in (self.anna, self.luc):
            self.wallet(user)
        mine = self.acts.with_user(self.tess)
        with patch.object(wezer_charge_run, "PORTION", 1):
            act, withdrawn = (
                self._act(self.tess, mine.propose_charge(money.id, "fee"))
                for money in (self.credit, self._counted_money())
            )
            withdrawn.action_refuse()
            self.tess_office.until = fields.Date.today() - timedelta(days=2)
            self.env["wezer.currency"]._cron_charges()
        self.assertEqual((act.sudo().state, withdrawn.sudo().state), ("refused",) * 2)
        self.assertIn("Only treasurers", act.sudo().obstacle)
        self.assertEqual(self.balance(self.luc), "0.00")
        self.assertFalse(self.env["wezer.charge.run"].search([("act_id", "!=", False)]))

    def _counted_money(self):
        """Return another currency of two wallets, of which Tess is a treasurer."""
        money = self._currency("Other credit", "OTH", lower="50", fee_minor_text="1")
        self._give(self.tess, "treasurer", currency=money)
        for user in (self.anna, self.luc):
            self.wallet(user, money)
        return money

    def test_a_number_that_is_the_reference_of_another_wallet_pays_neither(self):
        self.pay(self.anna, self.anna, self.luc, "30")
        wallet = self.wallet(self.luc)
        self.wallet(self.anna).sudo().reference = str(wallet.id)
        mine = self.acts.with_user(self.tess)
        row = {"wallet": str(wallet.id), "amount": "3", "direction": "from_member"}
        with self.assertRefused("batch") as refused:
            mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
        self.assertEqual(refused.error.rows[0]["rule"], "ambiguous")
        row["wallet"] = f"#{wallet.id}"
        mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
        self.assertEqual(self.balance(self.luc), "27.00")

    def test_names_tried_in_a_batch_tell_nothing(self):
        wallet = self.wallet(self.luc)
        other = self.wallet(self.luc, self.hours)
        mine = self.acts.with_user(self.tess)
        names = (
            "wz_luc@example.com",
            "Luc",
            self.luc.login,
            "Nobody at all",
            str(other.id),
            str(10**30),
            "\x00",
            -wallet.id,
        )
        answers = set()
        for name in names:
            row = {"wallet": name, "amount": "1"}
            with self.assertRefused("batch") as refused:
                mine.propose_batch(self.credit.id, [row], "Rent of the market stalls")
            answers.add(json.dumps(refused.error.rows))
        self.assertEqual(len(answers), 1)


@tagged("post_install", "-at_install")
class TestMoneyOfTreasuries(OfficeCommon):
    """Who lets money leave a treasury alone, and how much, by every way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls._make_tickets(four_eyes_minor_text="50")
        cls.tickets._treasury_wallet().reference = "The chest"
        purse = cls.anna.partner_id._wezer_wallet(cls.tickets)
        purse.reference = "Purse of Anna"
        cls._give(cls.tess, "treasurer", currency=cls.tickets)
        cls.ids = cls.treasury.id, cls.anna.partner_id.id, cls.tickets.id

    def _rows(self, *amounts):
        keys = ("payer", "payee", "currency")
        given = dict(zip(keys, self.ids, strict=True))
        return [given | {"amount": amount} for amount in amounts]

    def _ways(self, amount, **extra):
        """Yield each way in which the administrator lets ``amount`` go."""
        mine, soon = self._transfers(self.admin), fields.Datetime.now()
        for name in ("pay", "donate", "issue", "top_up", "reserve"):
            yield name, lambda name=name: getattr(mine, name)(*self.ids, amount)
        later = soon + timedelta(days=1)
        yield "schedule", lambda: mine.schedule(*self.ids, amount, date=later)
        asked = self._transfers(self.anna).ask(*self.ids, amount)
        yield "accept", mine.browse(asked).action_accept
        rest = str(int(amount) - 1)
        for mode, day in (("strict", False), ("history", "2020-01-01")):
            rows = [{**row, "date": day} for row in self._rows(rest, "1")]
            yield mode, lambda rows=rows, mode=mode: mine.post_batch(rows, mode)
        row = {**self._rows(amount)[0], "payer": "The chest", "row": 2}
        row |= {"payee": "Purse of Anna", "currency": "TIC"}
        yield "file", lambda: mine._import_rows([row])

    def test_more_than_the_amount_leaves_a_treasury_by_no_way_alone(self):
        mine = self._transfers(self.admin)
        for name, let_go in self._ways("51"):
            with self.subTest(name=name), self.assertRefused("four_eyes") as refused:
                let_go()
            self.assertIn("50.00", refused.error.limit, name)
        given = mine.issue(*self.ids, "30", key="first")
        # Splitting evades nothing; the same key pays once.
        self.assertEqual(mine.issue(*self.ids, "30", key="first"), given)
        for name, let_go in self._ways("21"):
            with self.subTest(name=name), self.assertRefused("four_eyes") as refused:
                let_go()
            self.assertIn("20.00", refused.error.limit, name)
        mine.post_batch(self._rows("10", "10"))
        self.assertEqual(self.balance(self.anna, self.tickets), "50.00")
        with self.assertRefused("four_eyes"):
            mine.pay(*self.ids, "0.01")
        # A month later none of it counts.
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            mine.issue(*self.ids, "50")
        self.assertBooksHold()

    def test_what_was_received_is_given_back_by_the_same_rule(self):
        self.tickets.four_eyes_minor_text = "200"
        self._transfers(self.admin).issue(*self.ids, "160")
        paid = self._transfers(self.anna).pay(
            self.anna.partner_id.id, self.treasury.id, self.tickets.id, "60"
        )
        paid = self._transfers(self.admin).browse(paid)
        with self.assertRefused("four_eyes"):
            paid.action_reverse()
        paid.action_reverse("40")
        with self.assertRefused("four_eyes"):
            paid.action_reverse("20")
        self.assertEqual(self.balance(self.anna, self.tickets), "140.00")

    def test_a_planned_payment_and_a_request_count_with_who_let_them_go(self):
        mine, now = self._transfers(self.admin), fields.Datetime.now()
        plan = mine.schedule(*self.ids, "30", date=now + timedelta(days=1))
        asked = self._transfers(self.anna).ask(*self.ids, "40")
        mine.browse(asked).action_accept()
        with self.assertRefused("four_eyes"):
            mine.issue(*self.ids, "11")
        with freeze_time(now + timedelta(days=2)):
            mine._cron_schedule()
        plan = mine.browse(plan).sudo()
        self.assertEqual((plan.state, plan.end_reason), ("ended", "failed"))
        self.assertIn("second person", plan.end_detail)

    def test_an_administrator_proposes_what_needs_a_second_person(self):
        wallet = self.wallet(self.anna, self.tickets)
        row = {"wallet": f"#{wallet.id}", "amount": "80", "direction": "paid_in"}
        mine, reason = self.acts.with_user(self.admin), "Tickets for the summer party"
        number = mine.propose_batch(self.tickets.id, [row], reason)
        act = self._act(self.admin, number)
        self.assertEqual(act.state, "proposed")
        with self.assertRefused("four_eyes"):
            act.action_approve()
        with self.assertRefused("office"):
            self._act(self.theo, number).action_approve()
        self.assertEqual(self._act(self.tess, number).action_approve(), "posted")
        sold = act.sudo().batch_id.action_transfers()["domain"]
        sold = self.env["wezer.transfer"].search(sold)
        self.assertEqual((sold.kind, sold.money_move_id.state), ("issue", "posted"))
        # What a second person agreed to is nobody's alone.
        self._transfers(self.admin).issue(*self.ids, "50")
        # Each counts what the same person did by the other way.
        row |= {"amount": "1", "direction": "to_member"}
        number = mine.propose_batch(self.tickets.id, [row], reason)
        self.assertEqual(self._act(self.admin, number).state, "proposed")
        self._act(self.admin, number).action_refuse()
        for kind in ("fee", "demurrage"):
            with self.assertRefused("office"):
                mine.propose_charge(self.tickets.id, kind)
        for user in (self.anna, self.moderator, self.otto, self.theo):
            with self.assertRefused("office"):
                self.acts.with_user(user).propose_batch(self.tickets.id, [row], reason)
        self.assertBooksHold()

    def test_without_a_treasurer_and_an_amount_administrators_issue_alone(self):
        self.tickets.four_eyes_minor_text = "0"
        with self.assertRefused("four_eyes"):
            self._transfers(self.admin).issue(*self.ids, "1")
        office = self.offices.search([("wezer_currency_id", "=", self.tickets.id)])
        office.until = fields.Date.today() - timedelta(days=2)
        self._transfers(self.admin).issue(*self.ids, "900")
        # An auditor reads only, whatever else the person may do.
        office = self._give(self.admin, "auditor", self.soon, self.tickets)
        self.tickets.four_eyes_minor_text = "500"
        with self.assertRaises(AccessError):
            self._transfers(self.admin).issue(*self.ids, "1")
        self.assertFalse(
            self.acts.with_user(self.admin)._pays_for_treasury(self.tickets)
        )
