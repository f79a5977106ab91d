"""Leaving the community and merging accounts, with the books intact."""

import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools.member_leaving import books_need
from odoo.addons.wezer_base.tools.repoint import fields_pointing_at_partners
from odoo.addons.wezer_marketplace.tests.common import MarketCommon

from .leaving_in_demo import Holds

MARKS = [f"zebrafish{number}" for number in range(12)]


@tagged("post_install", "-at_install")
class TestLeaveAndMerge(Holds, MarketCommon):
    """Test2 has been everywhere: deals, money, groups, words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaver = cls.test2.partner_id
        cls.leaver.write({"name": "Zoltan Quagga", "email": "zq@quagga.example"})
        cls.test2.login = "zq@quagga.example"
        cls.double = cls._member("double")
        cls.money = cls.env["wezer.transfer"]

    def pay(self, payer, payee, amount="10", purpose=""):
        """Payer and payee are users."""
        return self.money.with_user(payer).pay(
            payer.partner_id.id, payee.partner_id.id, self.com.id, amount, purpose
        )

    def paid_deal(self, payer, worker, **vals):
        note = vals.pop("note", "Done")
        deal = self.claim(worker, self.announce(payer, **vals))
        self.as_(worker, deal).action_deliver(note=note)
        self.as_(payer, deal).action_approve(
            scores=self.scores(), comment=f"Good {MARKS[1]}"
        )
        self.as_(worker, deal).action_assess(
            self.scores(side="payer"), comment=MARKS[2]
        )
        return deal.sudo()

    def merge(self, source, target):
        profile = source._wezer_profile().with_user(self.admin)
        return profile.action_merge_into(target._wezer_profile().id)

    @property
    def admin(self):
        return self.env.ref("base.user_admin")

    # === LEAVING === #

    def test_leaving_leaves_only_a_pseudonym(self):
        user, name = self.test2, self.leaver.name
        login = user.login
        profile = self.leaver._wezer_profile()
        self.env["wezer.profile"].with_user(user).update_own(
            {"presentation": MARKS[3], "city": MARKS[4], "phone": "0123498765"}
        )
        deal = self.paid_deal(self.test1, user, title="Mend the fence", note=MARKS[0])
        self.as_(user, deal).action_send_message(MARKS[5])
        own = self.announce(user, title="A wheel", description=MARKS[6])
        other = self.paid_deal(user, self.test3, title="Paint", description=MARKS[7])
        self.pay(user, self.test1, purpose=f"From {name}")
        group = self.env["wezer.group"].create({"name": "Garden"})
        self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.leaver.id, "focus": MARKS[8]}
        )
        self.leaver.message_post(body=MARKS[9], author_id=self.test1.partner_id.id)
        self.test1.partner_id.message_post(body=MARKS[10], author_id=self.leaver.id)
        before = self.balance(user), self.balance(self.test1)
        for mark in (*MARKS[:11], name, "zq@quagga.example", "0123498765"):
            self.assertTrue(self.everywhere(mark), mark)
        user.sudo()._deactivate_portal_user()
        for mark in (*MARKS[:11], name, "quagga", "0123498765", login):
            self.assertEqual(self.everywhere(mark), [], mark)
        self.assertEqual(profile.state, "left")
        self.assertFalse(user.active)
        self.assertFalse(own.exists(), "nobody had answered")
        self.assertEqual(deal.payee_id.name, f"Former member {self.leaver.id}")
        self.assertEqual(other.state, "paid")
        self.assertEqual((self.balance(user), self.balance(self.test1)), before)
        self.assertEqual(self.leaver._wezer_wallet(self.com).state, "closed")
        self.assertFalse(group._membership_of(self.leaver))
        self.assert_all_holds()

    def test_account_deletion_by_odoo_keeps_only_the_books(self):
        plain, user = self.stranger, self.test2
        contact = plain.partner_id
        self.pay(user, self.test1)
        (user | plain).sudo()._deactivate_portal_user()
        self.assertTrue(books_need(self.leaver))
        self.assertFalse(books_need(contact))
        with (
            patch.object(self.env.cr, "commit", self.env.flush_all),
            patch.object(self.env.cr, "rollback", self.fail),
            self.assertNoLogs("odoo.addons.base.models.res_users_deletion", "WARNING"),
        ):
            self.env["res.users.deletion"]._gc_portal_users()
        self.assertFalse((user | plain).exists())
        self.assertFalse(contact.exists())
        self.assertEqual(self.leaver.name, f"Former member {self.leaver.id}")
        self.assert_all_holds()

    def test_leaving_needs_agreed_work_to_be_finished(self):
        deal = self.claim(self.test2, self.announce(self.test1))
        matters = self.leaver.with_user(self.test2)._wezer_leave_obstacles()
        self.assertEqual([row["url"] for row in matters], [f"/my/deals/{deal.id}"])
        self.assert_refused("open", self.test2.sudo()._deactivate_portal_user)
        self.assert_refused("open", self.test1.sudo()._deactivate_portal_user)
        self.as_(self.test2, deal).action_release()
        self.test2.sudo()._deactivate_portal_user()
        self.assert_all_holds()

    def test_leaving_ends_open_answers(self):
        mine = self.announce(self.test2, claim_mode="choose")
        answer = self.claim(self.test1, mine)
        asked = self.announce(self.test1, claim_mode="choose")
        own = self.claim(self.test2, asked)
        self.test2.sudo()._deactivate_portal_user()
        self.assertEqual(mine.sudo().state, "ended")
        self.assertEqual(answer.sudo().end_reason, "announcement_ended")
        self.assertEqual(own.sudo().end_reason, "withdrawn")
        self.assert_all_holds()

    def test_leaving_needs_reservations_freed_and_ends_requests(self):
        me, other = self.leaver.id, self.test1.partner_id.id
        held = self.money.with_user(self.test2).reserve(me, other, self.com.id, "5")
        asked = self.money.with_user(self.test2).ask(other, me, self.com.id, "6")
        owed = self.money.with_user(self.test1).ask(me, other, self.com.id, "7")
        self.assert_refused("open", self.test2.sudo()._deactivate_portal_user)
        self.money.browse(held).with_user(self.test1).action_release()
        self.test2.sudo()._deactivate_portal_user()
        ends = self.money.browse([asked, owed]).mapped("end_reason")
        self.assertEqual(ends, ["withdrawn", "refused"])
        self.assert_all_holds()

    def test_a_moderator_can_approve_leaving_with_open_work(self):
        agreed = self.claim(self.test2, self.announce(self.test1, title="Agreed"))
        done = self.claim(self.test2, self.announce(self.test3, title="Done"))
        self.as_(self.test2, done).action_deliver()
        leavings = self.env["wezer.departure"]
        asked = leavings.browse(leavings.with_user(self.test2).ask("I move away"))
        self.assertEqual(done.sudo().state, "disputed", "that needs a judgement")
        self.assertEqual(agreed.sudo().state, "accepted")
        with self.assertRaises(NotAllowed):
            asked.with_user(self.test2).action_let_go("me")
        with self.assertRaises(AccessError):
            asked.with_user(self.stranger).action_withdraw()
        let_go = asked.with_user(self.moderator).action_let_go
        with self.env.cr.savepoint():
            self.assert_refused("open", let_go, "not yet")
        self.env.invalidate_all()
        done.with_user(self.moderator).action_resolve("paid", "It is done")
        let_go("He moves away")
        self.assertEqual(agreed.sudo().end_reason, "cancelled")
        self.assertEqual(done.sudo().state, "paid")
        self.assertEqual(self.leaver._wezer_profile().state, "left")
        self.assertFalse(asked.reason)
        self.assert_all_holds()

    def test_a_returning_member_finds_only_the_books(self):
        self.pay(self.test2, self.test1)
        self.test2.sudo()._deactivate_portal_user()
        self.assertFalse(
            self.env["wezer.profile"]._find_left("somebody@quagga.example")
        )
        found = self.env["wezer.profile"]._find_left(" ZQ@quagga.example")
        self.assertEqual(found, self.leaver)
        found._wezer_return()
        self.assertEqual(found._wezer_profile().state, "active")
        self.assertEqual(found._wezer_wallet(self.com).state, "open")
        self.assertEqual(self.balance(found), "-10.00")
        self.assertFalse(found.email or found._wezer_profile().presentation)
        self.assertFalse(self.env["wezer.profile"]._find_left("zq@quagga.example"))

    def test_suspension_and_frozen_wallets_outlast_leaving(self):
        self.pay(self.test2, self.test1)
        self.leaver._wezer_wallet(self.com).sudo().state = "frozen"
        self.leaver._wezer_profile().state = "suspended"
        self.test2.sudo()._deactivate_portal_user()
        found = self.env["wezer.profile"]._find_left("zq@quagga.example")
        self.assertEqual(found._wezer_return().state, "suspended")
        self.assertEqual(found._wezer_wallet(self.com).state, "frozen")

    # === DOWNLOADING === #

    def test_the_download_has_all_own_data_and_nothing_hidden(self):
        deal = self.claim(self.test2, self.announce(self.test1, title="Mend it"))
        self.as_(self.test1, deal).action_send_message("See you at nine")
        self.as_(self.test2, deal).action_deliver()
        self.as_(self.test1, deal).action_approve(self.scores(), "A blind word")
        self.pay(self.test2, self.test1, purpose="Bread")
        data = self.env["wezer.personal.data"].with_user(self.test2).own()
        text = json.dumps(data)
        for word in ("Zoltan Quagga", "zq@quagga.example", "Mend it", "Bread"):
            self.assertIn(word, text)
        self.assertIn("See you at nine", text)
        self.assertNotIn("A blind word", text, "it is not revealed yet")
        self.assertEqual(len(data["statement"]), 2)
        self.assertEqual(data["wallets"][0]["balance_text"], "40.00 COM")
        stranger = self.env["wezer.personal.data"].with_user(self.stranger).own()
        self.assertNotIn("Mend it", json.dumps(stranger))

    # === TWO ACCOUNTS OF ONE PERSON === #

    def test_merging_takes_the_weight_between_parties_that_now_act_for_each_other(self):
        deal = self.paid_deal(self.test3, self.test2)
        given = self.env["wezer.assessment"].sudo()._for_origin(deal)
        mandates = self.env["wezer.mandate"].with_user(self.test3)
        mandates.action_give(self.double.partner_id._wezer_profile().id, ["market"])
        self.env["wezer.reputation"].sudo()._recompute()
        self.assertEqual(given.mapped("no_weight"), [False, False])
        self.merge(self.double.partner_id, self.leaver)
        self.assertEqual(given.mapped("no_weight"), [True, True])
        self.assert_all_holds()

    def test_an_approval_before_accounts_were_merged_stays_in_order(self):
        mandates = self.env["wezer.mandate"].with_user(self.test1)
        rights = ["market", "wallet"]
        mandates.action_give(self.leaver._wezer_profile().id, rights)
        deal = self.claim(self.test3, self.announce(self.test1))
        self.as_(self.test3, deal).action_deliver(note="Done")
        # The other account had negotiated for the worker.
        deal.sudo().conflicted_ids |= self.double.partner_id
        self.as_(self.test2, deal).action_approve(scores=self.scores())
        self.merge(self.double.partner_id, self.leaver)
        self.assertIn(self.leaver, deal.sudo().conflicted_ids)
        self.assert_all_holds()
        approvals = deal.sudo().event_ids.filtered(lambda one: one.action == "approve")
        self.assertEqual(approvals.mapped("before_merge"), [True])
        # What was out of order before is still reported.
        self.env.cr.execute("UPDATE wezer_deal_event SET before_merge = FALSE")
        with self.assertRaises(AssertionError):
            self.assert_all_holds()

    def test_merging_accounts_moves_money_deals_groups_and_assessments(self):
        source, target = self.double.partner_id, self.leaver
        old = self.paid_deal(self.test1, self.double, title="By the old account")
        live = self.claim(self.double, self.announce(self.test1, title="In work"))
        offered = self.claim(self.test3, self.announce(self.double, title="Waits"))
        self.pay(self.test2, self.test1, "3")
        self.pay(self.double, self.test3, "4", "Cheese")
        scheduled = self.money.with_user(self.double).schedule(
            source.id,
            self.test1.partner_id.id,
            self.com.id,
            "2",
            date=fields.Datetime.add(fields.Datetime.now(), days=3),
        )
        groups = self.env["wezer.group"].create([{"name": "One"}, {"name": "Two"}])
        memberships = self.env["wezer.group.membership"].create(
            [
                {"group_id": groups[0].id, "partner_id": source.id},
                {"group_id": groups[1].id, "partner_id": source.id},
                {
                    "group_id": groups[1].id,
                    "partner_id": target.id,
                    "state": "requested",
                },
            ]
        )
        together = self.wallet_sum(source, target)
        self.merge(source, target)
        self.assert_all_holds()
        self.assertEqual(self.wallet_sum(target), together)
        self.assertEqual(self.wallet_sum(source), (0, 0, 0))
        self.assertEqual(source._wezer_wallet(self.com).state, "closed")
        self.assertEqual(old.payee_id | live.sudo().payee_id, target)
        self.assertEqual(offered.sudo().payer_id, target)
        self.assertEqual(self.money.browse(scheduled).payer_id, target)
        given = self.env["wezer.assessment"].sudo()._for_origin(old)
        self.assertIn(target, given.assessed_id)
        self.assertNotIn(source, given.assessor_id | given.assessed_id)
        self.assertEqual(
            memberships.filtered(lambda one: one.state == "active").partner_id, target
        )
        self.assertFalse(self.double.active)
        # The deals go on under the one account, to the end.
        self.as_(self.test2, live).action_deliver()
        self.as_(self.test1, live).action_approve()
        self.as_(self.test3, offered).action_deliver()
        self.as_(self.test2, offered).action_approve()
        self.as_(self.test2, old).action_refund()
        self.assertEqual(self.wallet_sum(source), (0, 0, 0))
        self.assert_all_holds()
        self.env["wezer.reputation"].sudo()._recompute()
        self.assert_all_holds()

    def wallet_sum(self, *partners):
        wallets = self.env["wezer.wallet"]
        for partner in partners:
            wallets |= partner._wezer_wallet(self.com)
        wallets.invalidate_recordset()
        return tuple(
            sum(wallets.mapped(name)) for name in ("balance", "reserved", "incoming")
        )

    def test_two_sides_of_a_deal_cannot_be_merged(self):
        self.claim(self.double, self.announce(self.test2))
        self.assert_refused("merge", self.merge, self.double.partner_id, self.leaver)

    def test_merging_needs_one_of_two_answers_to_end_first(self):
        asked = self.announce(self.test1, places=2, claim_mode="choose")
        self.claim(self.double, asked)
        self.claim(self.test2, asked)
        self.assert_refused("merge", self.merge, self.double.partner_id, self.leaver)

    def test_merging_does_not_lift_a_suspension(self):
        self.pay(self.double, self.test1)
        self.double.partner_id._wezer_wallet(self.com).sudo().state = "frozen"
        self.double.partner_id._wezer_profile().state = "suspended"
        self.merge(self.double.partner_id, self.leaver)
        self.assertEqual(self.leaver._wezer_profile().state, "suspended")
        self.assertEqual(self.leaver._wezer_wallet(self.com).state, "frozen")

    def test_groups_and_treasuries_cannot_be_merged_into_people(self):
        group = self.env["wezer.group"].create({"name": "Garden"})
        self.assert_refused("merge", self.merge, group.partner_id, self.leaver)
        self.assert_refused("merge", self.merge, self.leaver, group.partner_id)
        community = self.env.company.partner_id
        self.env["wezer.profile"]._make_for(community)
        self.assert_refused("merge", self.merge, community, self.leaver)

    def test_payments_between_merged_accounts_are_kept(self):
        self.pay(self.double, self.test2, "8")
        together = self.wallet_sum(self.leaver, self.double.partner_id)
        self.merge(self.double.partner_id, self.leaver)
        self.assertEqual(self.wallet_sum(self.leaver), together)
        self.assert_all_holds()

    def test_leaving_after_a_merge_anonymises_both_accounts(self):
        self.pay(self.double, self.test1)
        self.double.partner_id.name = "Zoltan Q. Wombat"
        self.merge(self.double.partner_id, self.leaver)
        self.test2.sudo()._deactivate_portal_user()
        self.assertEqual(self.everywhere("wombat"), [])
        found = self.env["wezer.profile"]._find_left("zq@quagga.example")
        self.assertEqual(found, self.leaver)
        self.assert_all_holds()

    def test_odoos_own_merge_is_refused_for_parties(self):
        stranger = self.env["res.partner"].create({"name": "No party"})
        other = self.env["res.partner"].create({"name": "No party"})
        wizard = self.env["base.partner.merge.automatic.wizard"]
        for partners in (self.leaver | stranger, self.leaver | self.double.partner_id):
            self.assert_refused("merge", wizard._merge, partners.ids)
        wizard._merge((stranger | other).ids, stranger)
        self.assertFalse(other.exists())

    def test_every_partner_field_is_handled_by_a_merge(self):
        """A new model that points at partners is repointed by itself."""
        partners = self.env["res.partner"]
        kept = partners._wezer_merge_keeps()
        moved = {str(field) for field in fields_pointing_at_partners(self.env, kept)}
        for name, model in self.env.registry.items():
            if not name.startswith("wezer.") or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                if field.comodel_name != "res.partner" or not field.store:
                    continue
                if field.compute or field.related or field.type == "one2many":
                    continue
                named = f"{name}.{field.name}"
                self.assertTrue(str(field) in moved or named in kept, named)
