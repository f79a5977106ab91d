"""The rules of groups: members, rights, roles, links, moves, policies.

R2's voting and R14's budgets are for later: there are no votes and no budgets yet.
"""

import contextlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import GroupsCommon


class RulesCommon(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.judge = mail_new_test_user(
            cls.env,
            login="wzg_judge",
            groups="base.group_user,wezer_base.group_moderator",
        )
        cls.admin = cls.env.ref("base.user_admin")
        cls.keeper = cls._role("Keeper", cls.garden, "manage")

    def _members(self, group):
        return group.sudo().effective_members()

    def _found(self, user, parent, **vals):
        groups = self.groups.with_user(user)
        return groups.browse(groups.action_found(parent and parent.id, vals))

    def _change(self, user):
        return self.env["wezer.group.change"].with_user(user)


@tagged("post_install", "-at_install")
class TestRules(RulesCommon):
    def test_members_flow_up_and_never_down(self):
        self._put(self.demo, self.compost)
        for group in (self.compost, self.garden, self.village):
            self.assertIn(self.demo.partner_id, self._members(group))
        self._put(self.luc, self.village)
        self.assertNotIn(self.luc.partner_id, self._members(self.garden))

    def test_members_from_below_read_and_have_no_rights(self):
        private = self._circle("Private top", visibility="members")
        inside = self._circle("Inside", private, visibility="members")
        self._role("Purse", private, "wallet")
        self._put(self.demo, inside)
        self.assertTrue(private.with_user(self.demo).name)
        self.assertFalse(self.acts(self.demo, private, "wallet"))
        with self.assertRaises(AccessError):
            private.with_user(self.demo).write({"name": "Mine"})

    def test_nobody_gets_a_log_in_by_founding_a_circle(self):
        self._put(self.joel, self.keeper)
        system = self.env.ref("base.group_system")
        login = {"login": "sly", "name": "Sly", "group_ids": [(6, 0, system.ids)]}
        sly = {"default_user_ids": [(0, 0, login)], "default_right_manage": True}
        groups = self.groups.with_user(self.joel).with_context(**sly)
        found = groups.browse(groups.action_found(self.garden.id, {"name": "New"}))
        self.assertFalse(found.sudo().partner_id.user_ids)
        self.assertFalse(found.sudo().right_manage)
        self.assertFalse(self.env["res.users"].search([("login", "=", "sly")]))

    def test_rights_flow_down_never_up_nor_aside(self):
        self._put(self.joel, self.keeper)
        self.assertTrue(self.acts(self.joel, self.garden, "manage"))
        self.assertTrue(self.acts(self.joel, self.compost, "manage"))
        self.assertTrue(self.acts(self.joel, self.director, "manage"))
        self.assertFalse(self.acts(self.joel, self.village, "manage"))
        self.assertFalse(self.acts(self.joel, self.workshop, "manage"))

    def test_only_the_circle_itself_refuses_rights_from_above(self):
        self._put(self.joel, self.president)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.joel).action_refuse_rights(True)
        self._put(self.luc, self.keeper)
        self.garden.with_user(self.luc).action_refuse_rights(True)
        self.assertFalse(self.acts(self.joel, self.garden, "manage"))
        self.assertFalse(self.acts(self.joel, self.compost, "manage"))
        self.assertTrue(self.acts(self.luc, self.garden, "manage"))
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.joel).action_refuse_rights(False)
        # The community's moderators still see to disputes there.
        self.assertTrue(self.judge._moderates(self.garden.partner_id))
        self.garden.with_user(self.luc).action_refuse_rights(False)
        self.assertTrue(self.acts(self.joel, self.garden, "manage"))

    def test_managers_do_not_change_their_own_role(self):
        self._put(self.luc, self.keeper)
        with self.assertRaises(NotAllowed):
            self.keeper.with_user(self.luc).action_set_rights(["manage", "wallet"])
        with self.assertRaises(NotAllowed):
            self.treasurer.with_user(self.luc).action_set_rights(["wallet"])
        tidier = self._found(self.luc, self.garden, name="Tidier", kind="role")
        tidier.with_user(self.luc).action_set_rights(["manage"])
        self.assertTrue(tidier.sudo().right_manage)
        with self.assertRaises(NotAllowed):
            tidier.with_user(self.luc).action_set_rights(["wallet"])
        # In a circle inside, a manager from above may give all.
        self._put(self.joel, self.president)
        self.treasurer.with_user(self.joel).action_set_rights(["wallet", "moderate"])
        self.assertTrue(self.treasurer.right_moderate)

    def test_leaving_ends_the_roles_held_by_it_and_no_place_inside(self):
        place = self._put(self.luc, self.garden)
        filled = self._put(self.luc, self.treasurer)
        directs = self._put(self.luc, self.director)
        inside = self._put(self.luc, self.compost)
        self.garden.with_user(self.luc).action_leave()
        self.assertEqual(place.state, "left")
        self.assertEqual(filled.state, "left")
        self.assertEqual((inside.state, directs.state), ("active", "active"))
        self.compost.with_user(self.luc).action_leave()
        self.assertEqual(directs.state, "left")

    def test_a_private_circle_is_seen_by_its_members_only(self):
        private = self._circle("Private", self.village, visibility="members")
        self._put(self.luc, private)
        self.assertTrue(
            self.groups.with_user(self.luc).search([("id", "=", private.id)])
        )
        outside = self.groups.with_user(self.stranger)
        self.assertFalse(outside.search([("id", "=", private.id)]))
        self.assertFalse(outside.name_search("Private"))

    def test_founding_needs_manage_at_the_parent_or_an_administrator(
        self,
    ):
        self._put(self.luc, self.keeper)
        bed = self._found(self.luc, self.garden, name="Beds", purpose="Dig")
        self.assertEqual(bed.sudo().parent_id, self.garden)
        for parent in (self.village, self.workshop, None):
            with self.assertRaises(NotAllowed):
                self._found(self.luc, parent, name="Mine")
        self.assertTrue(self._found(self.admin, None, name="A new village"))
        with self.assertRaises(NotAllowed):
            self._found(
                self.luc, self.garden, name="Purse", kind="role", rights=["wallet"]
            )

    def test_no_cycle_no_self_and_a_limit_to_depth(self):
        with self.assertRaises(Refusal):
            self.garden.parent_id = self.compost
        self.env.invalidate_all(flush=False)
        parent = self.compost
        for number in range(self.compost.depth, 30):
            parent = self._circle(f"Level {number}", parent)
        self._circle("Level 31", parent)
        with self.assertRaises(Refusal):
            self._circle("Level 33", self._circle("Level 32", parent))

    def test_lead_and_representative_are_the_two_ends_of_one_link(self):
        lead = self._role("Lead", self.garden, "manage")
        lead.link = "lead"
        speaker = self._role("Speaker", self.garden)
        speaker.link = "representative"
        self._put(self.luc, self.keeper)
        with self.assertRaises(NotAllowed):
            lead.with_user(self.luc).action_invite(self.demo.partner_id.id)
        self._put(self.joel, self.president)
        lead.with_user(self.joel).action_invite(self.demo.partner_id.id)
        lead.with_user(self.demo).action_accept_invitation()
        above = self.village._membership_of(self.demo.partner_id)
        self.assertEqual((above.state, above.focus), ("active", "Test garden"))
        speaker.with_user(self.luc).action_invite(self.stranger.partner_id.id)
        speaker.with_user(self.stranger).action_accept_invitation()
        self.assertTrue(self.village._membership_of(self.stranger.partner_id))
        speaker.with_user(self.stranger).action_leave()
        self.assertFalse(self.village._membership_of(self.stranger.partner_id))
        self.assertTrue(self.village._membership_of(self.demo.partner_id))

    def test_a_cross_link_shows_and_opens_nothing(self):
        links = self.env["wezer.group.link"]
        self._put(self.luc, self.keeper)
        carver = self._role("Carver", self.workshop, "manage")
        self._put(self.demo, carver)
        self._put(self.stranger, self.workshop)
        link = links.browse(
            links.with_user(self.luc).propose(self.garden.id, self.workshop.id)
        )
        self.assertEqual(link.sudo().state, "proposed")
        with self.assertRaises(NotAllowed):
            link.with_user(self.luc).action_agree()
        with self.assertRaises(NotAllowed):
            link.with_user(self.stranger).action_agree()
        link.with_user(self.demo).action_agree()
        self.assertEqual(self.garden._linked(), self.workshop)
        self.assertNotIn(self.stranger.partner_id, self._members(self.garden))
        self.assertFalse(self.acts(self.demo, self.garden, "manage"))
        with self.assertRaises(Refusal):
            links.with_user(self.luc).propose(self.workshop.id, self.garden.id)
        link.with_user(self.luc).action_end()
        self.assertFalse(self.garden._linked())

    def test_a_proposed_link_is_declined_or_taken_back(self):
        self._put(self.luc, self.keeper)
        self._put(self.demo, self._role("Carver", self.workshop, "manage"))
        links = self.env["wezer.group.link"]
        for user, ending in ((self.demo, "refused"), (self.luc, "withdrawn")):
            link = links.browse(
                links.with_user(self.luc).propose(self.garden.id, self.workshop.id)
            )
            link.with_user(user).action_end()
            self.assertEqual(link.sudo().state, "ended")
            self.assertEqual(link.sudo().signing_state, ending)
        self.assertRightsHold()

    def test_every_right_is_explained_in_a_sentence_with_its_source(self):
        self._put(self.joel, self.president)
        said = self.compost.with_user(self.joel).explain_my_rights()
        self.assertEqual(len(said), 1)
        for word in ("President", "Test village", "Test compost", "manage the circle"):
            self.assertIn(word, said[0])

    def test_a_group_has_a_partner_and_an_organisation_can_be_one(self):
        self.assertEqual(self.garden.partner_id.name, "Test garden")
        company = self.env["res.partner"].create(
            {"name": "Camptocamp", "is_company": True}
        )
        group = self.groups.create({"name": "C2C", "partner_id": company.id})
        self.assertEqual(company.name, "C2C")
        self.assertEqual(self.groups._of_partner(company), group)

    def test_people_in_a_role_count_in_its_circle(self):
        self._put(self.demo, self.director)
        self.assertIn(self.demo.partner_id, self._members(self.compost))


@tagged("post_install", "-at_install")
class TestMovesAndMergers(RulesCommon):
    """Both sides decide; what would change is shown before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carver = cls._role("Carver", cls.workshop, "manage")
        cls._put(cls.luc, cls.keeper)
        cls._put(cls.demo, cls.carver)
        cls._put(cls.joel, cls.treasurer)

    def _told(self, rows):
        return {(row["person"], row["right"], row["group"]) for row in rows}

    def test_a_dry_run_lists_gains_and_losses_and_changes_nothing(self):
        changes = self.env["wezer.group.change"].search_count([])
        answer = self._change(self.luc).propose(
            "move", self.compost.id, self.workshop.id, dry_run=True
        )
        self.assertEqual(
            self._told(answer["gains"]), {("Demo", "manage", "Test compost")}
        )
        self.assertEqual(
            self._told(answer["losses"]),
            {
                ("Luc", "manage", "Test compost"),
                ("Joel", "wallet", "Test compost"),
                ("Joel", "market", "Test compost"),
            },
        )
        self.assertEqual(self.env["wezer.group.change"].search_count([]), changes)
        self.assertEqual(self.compost.parent_id, self.garden)
        self.assertTrue(self.acts(self.joel, self.compost, "wallet"))

    def test_nothing_moves_until_both_sides_agree(self):
        answer = self._change(self.luc).propose(
            "move", self.compost.id, self.workshop.id
        )
        self.assertEqual(answer["state"], "proposed")
        self.assertEqual(self.compost.parent_id, self.garden)
        change = self._change(self.luc).browse(answer["id"])
        for user in (self.joel, self.stranger):
            with self.assertRaises(NotAllowed):
                change.with_user(user).action_agree()
        self.assertEqual(change.with_user(self.demo).action_agree(), "done")
        self.assertEqual(self.compost.parent_id, self.workshop)
        self.assertFalse(self.acts(self.joel, self.compost, "wallet"))
        self.assertTrue(self.acts(self.demo, self.compost, "manage"))
        self.assertRightsHold()

    def test_somebody_who_decides_for_both_sides_moves_at_once(self):
        self._put(self.joel, self.president)
        answer = self._change(self.joel).propose(
            "move", self.compost.id, self.workshop.id
        )
        self.assertEqual(answer["state"], "done")

    def test_one_person_does_not_sign_for_two_sides_of_one_party(self):
        self._put(self.joel, self.president)
        self.village.partner_id = self.env.company.partner_id
        # Where it comes from he decides, that it stands by itself moderators do.
        with self.assertRaises(NotAllowed):
            self._change(self.joel).propose("move", self.garden.id)

    def test_a_proposal_is_refused_taken_back_or_lapses(self):
        propose = self._change(self.luc).propose
        first = propose("move", self.compost.id, self.workshop.id)
        with self.assertRefusal("state"):
            propose("move", self.compost.id, self.workshop.id)
        self._change(self.demo).browse(first["id"]).action_refuse()
        second = self._change(self.luc).browse(
            propose("move", self.compost.id, self.workshop.id)["id"]
        )
        second.sudo().signing_deadline = fields.Datetime.now() - timedelta(days=1)
        self.env["wezer.signature"]._cron_lapse()
        self.assertEqual(second.sudo().state, "lapsed")
        with self.assertRefusal("state"):
            second.with_user(self.demo).action_agree()

    @contextlib.contextmanager
    def assertRefusal(self, rule):
        with self.assertRaises(Refusal) as caught:
            yield
        self.assertEqual(caught.exception.rule, rule)

    def test_a_move_goes_back_within_thirty_days_by_both_sides_again(self):
        answer = self._change(self.luc).propose(
            "move", self.compost.id, self.workshop.id
        )
        change = self._change(self.demo).browse(answer["id"])
        change.action_agree()
        back = change.action_undo()
        self.assertEqual(back["state"], "proposed")
        self._change(self.luc).browse(back["id"]).action_agree()
        self.assertEqual(self.compost.parent_id, self.garden)
        change.sudo().date_done = fields.Datetime.now() - timedelta(days=40)
        with self.assertRefusal("undo"):
            change.with_user(self.luc).action_undo()

    def test_a_cycle_is_refused_before_anything_is_kept(self):
        changes = self.env["wezer.group.change"].search_count([])
        self._put(self.joel, self.president)
        with self.assertRefusal("cycle"):
            self._change(self.joel).propose("move", self.garden.id, self.compost.id)
        self.assertEqual(self.env["wezer.group.change"].search_count([]), changes)

    def test_moderators_decide_too_when_a_circle_stands_by_itself(self):
        answer = self._change(self.luc).propose("move", self.compost.id)
        self.assertEqual(answer["state"], "proposed")
        change = self._change(self.judge).browse(answer["id"])
        self.assertEqual(change.action_agree(), "done")
        self.assertFalse(self.compost.parent_id)

    def test_a_side_that_is_no_group_signs_as_the_community(self):
        company = self.env.company.partner_id
        answer = self._change(self.luc).propose("move", self.compost.id)
        change = self._change(self.judge).browse(answer["id"])
        self.assertEqual(change.sudo()._unsigned(), company)
        change.action_agree()
        rows = change.sudo().signature_ids
        self.assertEqual(rows.partner_id, self.garden.partner_id | company)
        judged = rows.filtered(lambda row: row.partner_id == company)
        self.assertEqual(judged.person_id, self.judge.partner_id)

    def test_a_side_signs_once(self):
        answer = self._change(self.luc).propose(
            "move", self.compost.id, self.workshop.id
        )
        change = self._change(self.luc).browse(answer["id"])
        with self.assertRaises(NotAllowed) as caught:
            change.action_agree()
        self.assertEqual(caught.exception.rule, "turn")
        may = change._permissions()[change]
        self.assertIsNone(may["refuse"])
        self.assertIsNone(change.with_user(self.demo)._why_not("agree"))

    def test_a_merger_takes_members_roles_and_circles_along_and_keeps_history(self):
        old = self._put(self.stranger, self.garden)
        answer = self._change(self.luc).propose(
            "merge", self.garden.id, self.workshop.id
        )
        change = self._change(self.demo).browse(answer["id"])
        self.assertEqual(change.action_agree(), "done")
        self.assertFalse(self.garden.active)
        self.assertEqual(self.garden.merged_into_id, self.workshop)
        self.assertIn(self.stranger.partner_id, self.workshop._direct_members())
        self.assertEqual(old.state, "left")
        self.assertEqual(self.compost.parent_id, self.workshop)
        self.assertEqual(self.treasurer.parent_id, self.workshop)
        # What the garden's wallet still holds is paid by those who act for both.
        self.assertTrue(self.acts(self.joel, self.garden, "wallet"))
        self.assertRightsHold()

    def test_proposing_does_not_reveal_names_of_hidden_circles(self):
        private = self._circle("Very private", visibility="members")
        for target in (private.id, 99999999, "x", None):
            with self.assertRaises(Refusal) as caught:
                self._change(self.luc).propose("merge", self.garden.id, target)
            self.assertNotIn("Very private", str(caught.exception))


@tagged("post_install", "-at_install")
class TestPlaces(RulesCommon):
    def test_a_guest_takes_part_and_counts_nowhere(self):
        private = self._circle("Closed", self.village, visibility="members")
        host = self._role("Host", private, "invite", "manage")
        self._put(self.luc, host)
        private.with_user(self.luc).action_invite(self.demo.partner_id.id, True)
        private.with_user(self.demo).action_accept_invitation()
        self.assertTrue(private.with_user(self.demo).name)
        self.assertNotIn(self.demo.partner_id, self._members(private))
        self.assertNotIn(self.demo.partner_id, self._members(self.village))
        self.assertFalse(self.village.with_user(self.demo).is_user_member)

    def test_a_term_ends_by_itself_after_a_reminder(self):
        today = fields.Date.today()
        self._put(self.joel, self.keeper)
        place = self._put(self.luc, self.treasurer, date_to=today + timedelta(days=14))
        self.env["wezer.group.membership"]._cron_terms()
        notices = self.env["wezer.notice"].search([("kind", "=", "group_term")])
        self.assertEqual(
            set(notices.partner_id.ids),
            {self.luc.partner_id.id, self.joel.partner_id.id},
        )
        yesterday = today - timedelta(days=1)
        place.write({"date_from": yesterday, "date_to": yesterday})
        self.env["wezer.group.membership"]._cron_terms()
        self.assertEqual(place.state, "left")

    def test_policies_hold_where_nothing_nearer_is_decided(self):
        self._put(self.joel, self.president)
        village = self.village.with_user(self.joel)
        village.action_set_policy("role_term_days", 365)
        self.assertEqual(self.compost._policy("role_term_days"), (365, self.village))
        self._put(self.luc, self.keeper)
        self.garden.with_user(self.luc).action_set_policy("role_term_days", "30")
        self.assertEqual(self.compost._policy("role_term_days"), (30, self.garden))
        self.director.with_user(self.joel).action_invite(self.demo.partner_id.id)
        given = self.director._membership_of(self.demo.partner_id)
        self.assertEqual(given.date_to, fields.Date.today() + timedelta(days=30))
        self.garden.with_user(self.luc).action_set_policy("role_term_days", None)
        self.assertEqual(self.compost._policy("role_term_days"), (365, self.village))

    def test_several_policies_are_read_at_once(self):
        self._put(self.joel, self.president)
        self._put(self.luc, self.keeper)
        village = self.village.with_user(self.joel)
        village.action_set_policy("role_term_days", 365)
        village.action_set_policy("members_invite", True)
        self.garden.with_user(self.luc).action_set_policy("role_term_days", 30)
        policies = self.env["wezer.group.policy"].with_user(self.demo)
        keys = ("role_term_days", "members_invite", "no_policy")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        found = policies._in_force(self.compost, keys)
        # What holds, and its rows.
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        values = {"role_term_days": 30, "members_invite": True, "no_policy": None}
        self.assertEqual(found, values)
        for key in keys[:2]:
            self.assertEqual(found[key], self.compost._policy(key)[0])

    def test_members_invite_only_where_the_circle_decided_so(self):
        self._put(self.demo, self.garden)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.demo).action_invite(self.luc.partner_id.id)
        self._put(self.joel, self.president)
        self.village.with_user(self.joel).action_set_policy("members_invite", "yes")
        self.garden.with_user(self.demo).action_invite(self.luc.partner_id.id)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.stranger).action_invite(self.luc.partner_id.id)
        with self.assertRaises(NotAllowed):
            self.treasurer.with_user(self.demo).action_invite(self.luc.partner_id.id)

    def test_only_managers_decide_and_only_known_policies(self):
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.demo).action_set_policy("members_invite", True)
        self._put(self.luc, self.keeper)
        garden = self.garden.with_user(self.luc)
        for key, value in (
            ("fly", True),
            ("role_term_days", "-1"),
            ("role_term_days", "1e3"),
            ("members_invite", "perhaps"),
        ):
            with self.assertRaises(Refusal):
                garden.action_set_policy(key, value)

    def test_managers_change_only_what_the_form_offers(self):
        self._put(self.luc, self.keeper)
        garden = self.garden.with_user(self.luc)
        garden.action_update({"purpose": "Beans", "visibility": "public"})
        self.assertEqual(self.garden.purpose, "Beans")
        for vals in (
            {"parent_id": self.workshop.id},
            {"partner_id": self.luc.partner_id.id},
            {"right_wallet": True},
            {"rights": ["wallet"]},
            {"refuse_rights": True},
            {"visibility": "nobody"},
            {"name": ""},
            "purpose",
        ):
            with self.assertRaises(Refusal):
                garden.action_update(vals)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.demo).action_update({"purpose": "Mine"})

    def test_a_circle_closes_when_nothing_lives_inside(self):
        self._put(self.luc, self.keeper)
        garden = self.garden.with_user(self.luc)
        with self.assertRaises(Refusal):
            garden.action_close()
        self.compost.with_user(self.luc).action_close()
        place = self._put(self.demo, self.garden)
        garden.action_close()
        self.assertFalse(self.garden.active or self.treasurer.active)
        self.assertEqual(place.state, "left")
