from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..exceptions import NotAllowed, Refusal
from ..tools.rights import OWN_RIGHTS, RIGHTS
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestActing(WezerCommon):
    def _searched(self, user, right):
        """Return for whom ``user`` acts, as a domain sees it, archived ones too."""
        partner = self.env["res.partner"].with_user(user).sudo()
        return partner.with_context(active_test=False).search(
            [(f"acts_{right}", "=", True)]
        )

    def _computed(self, user, right):
        """Return the same as a record's check sees it."""
        partners = self.env["res.partner"].with_context(active_test=False).search([])
        return partners.with_user(user).sudo().filtered(f"acts_{right}")

    def test_search_and_compute_answer_alike_for_everybody(self):
        for user in (self.anna, self.cora, self.mo, self.ada, self.public):
            for right in RIGHTS:
                with self.subTest(user=user.name, right=right):
                    searched = self._searched(user, right)
                    self.assertEqual(searched, self._computed(user, right))
                    self.assertEqual(set(searched.ids), set(user._acting_ids(right)))

    def test_not_acting_is_the_complement_of_acting(self):
        everyone = self.env["res.partner"].with_context(active_test=False).search([])
        partner = self.env["res.partner"].with_user(self.anna).sudo()
        others = partner.with_context(active_test=False).search(
            [("acts_wallet", "=", False)]
        )
        self.assertEqual(others.ids, (everyone - self.anna.partner_id).ids)

    def test_a_person_has_only_wallet_and_market_for_himself(self):
        for right in RIGHTS:
            expected = self.anna.partner_id.ids if right in OWN_RIGHTS else []
            self.assertEqual(self.anna._acting_ids(right), expected)

    def test_two_users_in_one_transaction_are_kept_apart(self):
        self.assertTrue(self.anna.partner_id.with_user(self.anna).sudo().acts_wallet)
        self.assertFalse(self.anna.partner_id.with_user(self.luc).sudo().acts_wallet)
        self.assertTrue(self.luc.partner_id.with_user(self.luc).sudo().acts_wallet)
        self.assertFalse(self.luc.partner_id.with_user(self.anna).sudo().acts_wallet)

    def test_the_visitor_acts_for_nobody_not_even_himself(self):
        for right in RIGHTS:
            self.assertEqual(self.public._acting_ids(right), [])
            self.assertFalse(self._searched(self.public, right))
        self.assertFalse(self.public._acts_for(self.public.partner_id, "wallet"))

    def test_an_archived_user_acts_for_nobody(self):
        partner = self.anna.partner_id
        self.assertTrue(partner.with_user(self.anna).sudo().acts_wallet)
        self.anna.active = False
        self.assertEqual(self.anna._acting_ids("wallet"), [])
        self.assertFalse(partner.with_user(self.anna).sudo().acts_wallet)

    def test_being_internal_opens_nobody_else(self):
        for user in (self.cora, self.mo):
            for right in OWN_RIGHTS:
                self.assertEqual(user._acting_ids(right), user.partner_id.ids)

    def test_a_suspended_member_acts_for_nobody_at_once(self):
        partner = self.luc.partner_id.with_user(self.luc).sudo()
        self.assertTrue(partner.acts_market)
        self.luc_profile.with_user(self.ada).action_suspend()
        self.assertFalse(partner.acts_market)
        self.assertFalse(self._searched(self.luc, "market"))
        self.luc_profile.with_user(self.ada).action_resume()
        self.assertTrue(partner.acts_market)

    def test_an_unflushed_treasury_counts_and_stops_counting(self):
        treasury = self.env["res.partner"].create({"name": "Common box"})
        self.env.flush_all()
        treasury.wezer_is_treasury = True
        self.assertIn(treasury.id, self.ada._acting_ids("wallet"))
        treasury.wezer_is_treasury = False
        self.assertNotIn(treasury.id, self.ada._acting_ids("wallet"))

    def test_a_person_removed_from_the_settings_loses_the_right_at_once(self):
        community = self.env.company.partner_id.with_user(self.cora).sudo()
        self.assertFalse(community.acts_wallet)
        self.env.company.wezer_wallet_user_ids = self.cora
        self.assertTrue(community.acts_wallet)
        self.assertIn(community.id, self.cora._acting_ids("wallet"))
        self.assertNotIn(community.id, self.ada._acting_ids("wallet"))
        self.env.company.wezer_wallet_user_ids = False
        self.assertFalse(community.acts_wallet)

    def test_a_former_administrator_loses_the_right_at_once(self):
        community = self.env.company.partner_id.with_user(self.ada).sudo()
        self.assertTrue(community.acts_wallet)
        self.env.ref("wezer_base.group_administrator").write(
            {"user_ids": [Command.unlink(self.ada.id)]}
        )
        self.assertFalse(community.acts_wallet)

    def test_sudo_and_the_context_change_nothing(self):
        partner = self.luc.partner_id
        anna = self.anna.with_context(uid=self.luc.id, su=True).sudo()
        self.assertFalse(anna._acts_for(partner, "wallet"))
        crafted = partner.with_user(self.anna).with_context(uid=self.luc.id).sudo()
        self.assertFalse(crafted.acts_wallet)

    def test_a_foreign_company_in_the_context_gives_nothing(self):
        other = self.env["res.company"].create({"name": "Other village"})
        self.assertFalse(other.wezer_wallet_user_ids)
        ada = self.ada.with_context(allowed_company_ids=other.ids).sudo()
        self.assertNotIn(other.partner_id.id, ada._acting_ids("wallet"))

    def test_a_coordinator_cannot_make_a_member_a_treasury(self):
        self.cora.group_ids += self.env.ref("base.group_partner_manager")
        partner = self.luc.partner_id.with_user(self.cora)
        with self.assertRaises(NotAllowed):
            partner.write({"wezer_is_treasury": True})
        with self.assertRaises(NotAllowed):
            partner.create({"name": "Mine", "wezer_is_treasury": True})

    def test_a_person_is_no_treasury(self):
        with self.assertRaises(ValidationError):
            self.luc.partner_id.wezer_is_treasury = True

    def test_acting_for_another_is_refused(self):
        self.anna._check_acts_for(self.anna.partner_id, "wallet")
        with self.assertRaises(NotAllowed) as caught:
            self.anna._check_acts_for(self.luc.partner_id, "wallet")
        self.assertEqual(caught.exception.rule, "acts_for")
        with self.assertRaises(NotAllowed):
            self.anna._check_acts_for(self.env["res.partner"], "wallet")
        both = self.anna.partner_id | self.luc.partner_id
        with self.assertRaises(NotAllowed):
            self.anna._check_acts_for(both, "wallet")

    def test_the_party_is_found_where_only_one_fits(self):
        both = self.anna.partner_id | self.luc.partner_id
        self.assertEqual(
            self.anna._resolve_acting(None, both, "market"), self.anna.partner_id
        )
        for foreign in (self.luc.partner_id.id, self.cora.partner_id.id, 10**9):
            with self.assertRaises(NotAllowed):
                self.anna._resolve_acting(foreign, both, "market")
        with self.assertRaises(NotAllowed):
            self.cora._resolve_acting(None, both, "market")

    def test_the_party_must_be_given_where_both_sides_fit(self):
        both = self.ada.partner_id | self.env.company.partner_id
        with self.assertRaises(Refusal) as caught:
            self.ada._resolve_acting(None, both, "wallet")
        self.assertEqual(caught.exception.rule, "acting")
        chosen = self.ada._resolve_acting(self.ada.partner_id.id, both, "wallet")
        self.assertEqual(chosen, self.ada.partner_id)

    def test_a_moderator_moderates_others_but_never_his_own_matter(self):
        others = self.anna.partner_id | self.luc.partner_id
        self.assertTrue(self.mo._moderates(others))
        self.assertFalse(self.mo._moderates(others | self.mo.partner_id))
        self.assertFalse(self.cora._moderates(others))
        self.assertFalse(self.anna._moderates(others))
        self.mo.partner_id._wezer_profile().state = "suspended"
        self.assertFalse(self.mo._moderates(others))

    def test_an_unknown_right_is_an_error_of_the_programmer(self):
        with self.assertRaises(ValueError):
            self.anna._acting_ids("everything")
