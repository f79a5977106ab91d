from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import MarketCommon


class GroupsCommon(MarketCommon):
    """A group deals by those who fill its roles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.luc = cls._member("luc")  # trades and pays for the garden
        cls.roger = cls._member("roger")  # trades only
        cls.clara = cls._member("clara")  # pays only
        cls.village = cls.env["wezer.group"].create({"name": "Village"})
        cls.garden = cls.env["wezer.group"].create(
            {"name": "Garden", "parent_id": cls.village.id}
        )
        cls._fill("Director", cls.garden, cls.luc, "wallet", "market")
        cls._fill("Trader", cls.garden, cls.roger, "market")
        cls._fill("Treasurer", cls.garden, cls.clara, "wallet")
        cls.payer = cls.garden.partner_id
        wallet = cls.payer._wezer_wallet(cls.com)
        wallet.with_user(cls.moderator).set_limits("500", "900")

    @classmethod
    def _fill(cls, name, circle, user, *rights):
        role = cls.env["wezer.group"].create(
            {
                "name": name,
                "kind": "role",
                "parent_id": circle.id,
                **{f"right_{right}": True for right in rights},
            }
        )
        return cls.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": user.partner_id.id}
        )

    def want(self, user=None, **vals):
        return self.announce(user or self.luc, acting=self.payer.id, **vals)


@tagged("post_install", "-at_install")
class TestRights(GroupsCommon):
    def test_a_want_prepared_without_the_wallet_is_published_by_another(self):
        want = self.want(self.roger, publish=False)
        with self.assertRefused("acts_for"):
            want.action_publish()
        self.as_(self.luc, want).action_publish()
        self.assertEqual(want.state, "open")

    def test_publishing_without_the_wallet_leaves_a_draft(self):
        want = self.want(self.roger)
        self.assertEqual(want.state, "draft")
        notice = self.env["wezer.notice"].sudo().search([("kind", "=", "to_publish")])
        self.assertEqual(notice.partner_id, self.luc.partner_id)

    def test_a_member_with_open_deals_cannot_leave(self):
        self.make_deal()
        with self.assertRefused("open"):
            self.test2.with_user(self.test2)._deactivate_portal_user()

    def test_a_dispute_is_on_the_moderators_list(self):
        deal = self.make_deal("delivered")
        deal.action_dispute("x")
        rows = self.moderator.with_user(self.moderator)._wezer_todo()
        self.assertIn(f"/my/deals/{deal.id}", [row["url"] for row in rows])

    def test_only_with_the_wallet_the_price_of_an_open_want_changes(self):
        want = self.want(claim_mode="choose")
        deal = self.claim(self.test2, want)
        with self.assertRefused("acts_for"):
            self.as_(self.roger, want).action_edit({"prices": {self.com.id: "90"}})
        with self.assertRefused("acts_for"):
            self.as_(self.roger, deal).action_accept()
        with self.assertRefused("acts_for"):
            self.as_(self.roger, deal).action_counter({"prices": {self.com.id: "90"}})
        self.as_(self.luc, deal).action_accept()
        self.assertEqual(deal.state, "accepted")

    def test_approving_without_the_wallet_leaves_paying_to_another(self):
        deal = self.claim(self.test2, self.want())
        deal.action_deliver()
        self.as_(self.roger, deal).action_approve()
        self.assertEqual((deal.state, self.balance(self.test2)), ("approved", "0.00"))
        with self.assertRefused("acts_for"):
            self.as_(self.roger, deal).action_pay()
        with self.assertRefused("acts_for"):
            self.as_(self.clara, deal).action_pay()
        self.as_(self.luc, deal).action_pay()
        self.assertEqual((deal.state, self.balance(self.test2)), ("paid", "50.00"))
        self.assertBooksHold()

    def test_nobody_approves_their_own_work(self):
        deal = self.claim(self.luc, self.want())
        self.assertEqual(deal.payee_id, self.luc.partner_id)
        deal.action_deliver(acting_partner_id=self.luc.partner_id.id)
        with self.assertRefused("own_work"):
            deal.action_approve()
        with self.assertRefused("own_work"):
            deal.action_approve(acting_partner_id=self.payer.id)
        self.as_(self.roger, deal).action_approve()
        self.assertEqual(deal.state, "approved")
        with self.assertRefused("own_work"):
            deal.action_pay(acting_partner_id=self.payer.id)
        self.assertFalse(deal.may_approve)

    def test_the_negotiator_of_the_working_group_does_not_approve(self):
        forge = self.env["wezer.group"].create({"name": "Forge"})
        self._fill("Speaker", forge, self.roger, "market")
        self._fill("Smith", forge, self.test3, "market")
        want = self.want(claim_mode="choose")
        deal_id = self.as_(self.roger, want).action_propose(
            {"prices": {self.com.id: "40"}}, acting_partner_id=forge.partner_id.id
        )
        deal = self.env["wezer.deal"].with_user(self.luc).browse(deal_id)
        with self.assertRefused("acting"):
            # He acts for both sides: he says for which.
            self.as_(self.roger, deal).action_cancel()
        deal.action_accept()
        self.as_(self.test3, deal).action_deliver()
        with self.assertRefused("own_work"):
            self.as_(self.roger, deal).action_approve()
        deal.action_approve()
        self.assertEqual(deal.state, "paid")

    def test_an_unavoidable_conflict_of_interest_is_marked(self):
        alone = self.env["wezer.group"].create({"name": "Alone"})
        self._fill("All", alone, self.test3, "wallet", "market")
        wallet = alone.partner_id._wezer_wallet(self.com)
        wallet.with_user(self.moderator).set_limits("100", "100")
        want = self.announce(self.test3, acting=alone.partner_id.id)
        deal = self.claim(self.test3, want)
        deal.action_deliver()
        old = fields.Datetime.now() - timedelta(days=15)
        deal.sudo().write({"date_state": old, "date_due": old})
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual(deal.state, "disputed")
        deal.action_withdraw_dispute(acting_partner_id=alone.partner_id.id)
        deal.action_approve(acting_partner_id=alone.partner_id.id)
        self.assertEqual(deal.state, "paid")
        self.assertIn("self_approve", deal.event_ids.mapped("action"))

    def test_a_right_taken_away_ends_at_once(self):
        deal = self.claim(self.test2, self.want())
        deal.action_deliver()
        self.assertTrue(self.as_(self.luc, deal).has_access("read"))
        self.env["wezer.group.membership"].search(
            [("partner_id", "=", self.luc.partner_id.id)]
        ).write({"state": "left"})
        with self.assertRefused():
            self.as_(self.luc, deal).action_approve()
        self.assertFalse(self.as_(self.luc, deal).search([("id", "=", deal.id)]))

    def test_an_announcement_for_a_group_is_seen_by_its_members(self):
        want = self.want(
            visibility="groups", group_ids=[(6, 0, self.garden.ids)], title="Secret"
        )
        self.env["wezer.group.membership"].create(
            {"group_id": self.garden.id, "partner_id": self.test2.partner_id.id}
        )
        public = self.env.ref("base.public_user")
        for user, sees in (
            (self.test2, 1),
            (self.luc, 1),
            (self.stranger, 0),
            (public, 0),
        ):
            found = want.with_user(user).search_count([("id", "=", want.id)])
            self.assertEqual(found, sees, user.name)
        with self.assertRefused():
            self.claim(self.stranger, want)

    def test_visitors_see_public_ones_and_answer_nothing(self):
        public = self.env.ref("base.public_user")
        want = self.announce(self.test1)
        self.assertEqual(want.with_user(public)._search_public({})[1] > 0, True)
        with self.assertRefused():
            want.with_user(public).action_claim()
        hidden = self.announce(self.test1, visibility="members")
        self.assertFalse(hidden.with_user(public).search([("id", "=", hidden.id)]))

    def test_members_write_nothing_by_orm(self):
        deal = self.make_deal("delivered")
        records = [
            (deal, {"state": "paid"}),
            (deal.announcement_id, {"author_id": self.test2.partner_id.id}),
            (deal.terms_id, {"quantity": 9}),
            (deal.announcement_id.price_line_ids, {"unit_minor": 1}),
        ]
        coordinator = self.moderator
        coordinator.group_ids |= self.env.ref("wezer_base.group_administrator")
        for user in (self.test1, self.test2, self.stranger, coordinator):
            for record, vals in records:
                with self.assertRefused():
                    record.with_user(user).write(vals)
                with self.assertRefused():
                    record.with_user(user).unlink()
                with self.assertRefused():
                    record.with_user(user).create(vals)

    def test_call_kw_of_strangers_reaches_nothing(self):
        deal = self.make_deal("delivered")
        before = self.snapshot(deal)
        model = self.env["wezer.deal"].with_user(self.stranger)
        for name in ("action_approve", "action_deliver", "action_cancel", "read"):
            with self.assertRefused():
                call_kw(model, name, [deal.ids], {})
        spoof = {"uid": self.test1.id, "su": True, "acting": True}
        with self.assertRefused():
            call_kw(model, "action_approve", [deal.ids], {"context": spoof})
        with self.assertRefused():
            call_kw(
                model,
                "action_approve",
                [deal.ids],
                {"acting_partner_id": self.test1.partner_id.id},
            )
        for name in ("_pay_parts", "_become_paid", "_set_state", "_finish"):
            with self.assertRaises(AccessError):
                call_kw(model, name, [deal.ids], {})
        announcements = self.env["wezer.announcement"].with_user(self.stranger)
        for acting in ("1", True, [1], {"a": 1}, -1, 10**20):
            with self.assertRefused():
                call_kw(
                    announcements,
                    "action_claim",
                    [deal.announcement_id.ids],
                    {"acting_partner_id": acting},
                )
        self.assertEqual(self.snapshot(deal), before)

    def test_commands_in_written_values_reach_no_other_record(self):
        skill = self.env["wezer.skill"].create({"name": "Baking"})
        for command in (
            [(1, skill.id, {"name": "hacked"})],
            [(0, 0, {"name": "hacked"})],
            [(2, skill.id)],
        ):
            with self.assertRefused("field"):
                self.announce(self.test1, skill_ids=command)
        want = self.announce(self.test1, skill_ids=[(6, 0, skill.ids)])
        self.assertEqual(want.skill_ids, skill)
        hidden = self.env["wezer.group"].create(
            {"name": "Hidden", "visibility": "members"}
        )
        want = self.announce(self.test1, group_ids=hidden.ids)
        self.assertFalse(want.sudo().group_ids)

    def test_a_wizard_shows_no_foreign_deal(self):
        deal = self.make_deal("delivered")
        for model, vals in (
            ("wezer.deal.approve", {}),
            ("wezer.deal.action.wizard", {"action": "dispute", "reason": "x"}),
        ):
            with self.assertRefused():
                self.env[model].with_user(self.moderator).create(
                    {"deal_id": deal.id, **vals}
                )

    def test_messages_are_for_both_sides(self):
        deal = self.make_deal()
        deal.action_send_message("When shall I come?")
        with self.assertRefused():
            self.as_(self.stranger, deal).action_send_message("me too")
        with self.assertRefused("empty"):
            deal.action_send_message("  ")
        said = self.as_(self.test1, deal).message_line_ids
        self.assertEqual(said.body, "When shall I come?")
        with self.assertRefused("immutable"):
            said.sudo().write({"body": "x"})
