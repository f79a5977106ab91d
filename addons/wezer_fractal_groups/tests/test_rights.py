import random
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tools.rights import RIGHTS

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestRights(GroupsCommon):
    def test_a_member_has_the_roles_in_circles_that_the_reader_sees(self):
        self._put(self.demo, self.treasurer)
        self._put(self.demo, self.director)
        self._put(self.demo, self.village)
        self._put(self.luc, self.president, state="invited")
        profiles = self.demo.partner_id._wezer_profile()
        profiles |= self.luc.partner_id._wezer_profile()
        seen = profiles.sudo(False).with_user(self.joel)
        roles = self.treasurer | self.director
        self.assertEqual(seen[0].circle_role_ids, roles.with_user(self.joel))
        self.assertFalse(seen[1].circle_role_ids, "invited is not filled")
        self.compost.visibility = "members"
        self.director.visibility = "members"
        self.env.invalidate_all()
        self.assertEqual(seen[0].circle_role_ids, self.treasurer)

    def test_members_flow_up(self):
        """H1: who is in a role is counted in every circle above, once."""
        self._put(self.demo, self.director)
        self._put(self.demo, self.garden)
        for group in (self.director, self.compost, self.garden, self.village):
            self.assertEqual(group.effective_members(), self.demo.partner_id)
            self.assertTrue(group.with_user(self.demo).is_user_member)
        self.assertFalse(self.workshop.effective_members())
        self.assertFalse(self.workshop.with_user(self.demo).is_user_member)

    def test_rights_flow_down(self):
        """H2: the president manages every circle and role below."""
        self._put(self.joel, self.president)
        for group in (self.village, self.garden, self.compost, self.director):
            self.assertTrue(self.acts(self.joel, group, "manage"), group.name)
        self.assertFalse(self.acts(self.joel, self.garden, "wallet"))

    def test_rights_go_neither_up_nor_aside(self):
        self._put(self.luc, self.treasurer)
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))
        self.assertTrue(self.acts(self.luc, self.compost, "wallet"))
        self.assertFalse(self.acts(self.luc, self.village, "wallet"))
        self.assertFalse(self.acts(self.luc, self.workshop, "wallet"))

    def _ties(self):
        """Return ``{(person, party): whether it goes on}`` of who acted for whom."""
        self.env.flush_all()
        selects = self.env["res.partner"]._wezer_tie_selects()
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        now = fields.Datetime.now()
        return {(row[0], row[1]): row[3] is None or row[3] > now for row in rows}

    def test_a_former_role_still_ties_a_person_to_its_circle(self):
        place = self._put(self.luc, self.treasurer)
        self._put(self.demo, self.director)
        luc, ties = self.luc.partner_id.id, self._ties()
        for group in (self.treasurer, self.garden, self.compost):
            self.assertTrue(ties[luc, group.partner_id.id], group.name)
        self.assertNotIn((luc, self.village.partner_id.id), ties)
        # A role without rights acts for nobody.
        who = [person for person, _party in ties]
        self.assertNotIn(self.demo.partner_id.id, who)
        day = fields.Date.today() - timedelta(days=3)
        place.write({"state": "left", "date_from": day, "date_to": day})
        self.assertFalse(self._ties()[luc, self.garden.partner_id.id])

    def test_for_a_roles_partner_act_those_who_fill_it(self):
        self._put(self.luc, self.treasurer)
        self.assertTrue(self.acts(self.luc, self.treasurer, "wallet"))
        self.assertFalse(self.acts(self.demo, self.treasurer, "wallet"))
        village_purse = self._role("Purse", self.village, "wallet")
        self._put(self.demo, village_purse)
        self.assertTrue(self.acts(self.demo, self.garden, "wallet"))
        self.assertFalse(self.acts(self.demo, self.treasurer, "wallet"))

    def test_refusing_stops_the_descent_here_and_below(self):
        self._put(self.joel, self.president)
        self.garden.refuse_rights = True
        self.assertTrue(self.acts(self.joel, self.workshop, "manage"))
        for group in (self.garden, self.compost, self.director):
            self.assertFalse(self.acts(self.joel, group, "manage"), group.name)
        self.garden.refuse_rights = False
        self.assertTrue(self.acts(self.joel, self.compost, "manage"))
        self.assertRightsHold()

    def test_a_right_is_gone_after_leaving_in_the_same_transaction(self):
        self._put(self.luc, self.treasurer)
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))
        self.treasurer.with_user(self.luc).action_leave()
        self.assertFalse(self.acts(self.luc, self.garden, "wallet"))
        self.assertFalse(self.garden.with_user(self.luc).is_user_member)

    def test_a_term_that_ended_carries_nothing(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        self._put(self.luc, self.treasurer, date_from=yesterday, date_to=yesterday)
        self.assertFalse(self.acts(self.luc, self.garden, "wallet"))
        self.assertFalse(self.garden.effective_members())

    def test_an_invitation_or_a_request_carries_nothing(self):
        self._put(self.luc, self.treasurer, state="invited")
        self._put(self.demo, self.treasurer, state="requested")
        for user in (self.luc, self.demo):
            self.assertFalse(self.acts(user, self.garden, "wallet"))
        self.assertFalse(self.garden.effective_members())

    def test_an_archived_role_carries_nothing(self):
        self._put(self.luc, self.treasurer)
        self.treasurer.active = False
        self.assertFalse(self.acts(self.luc, self.garden, "wallet"))

    def test_a_right_taken_from_the_role_is_gone(self):
        self._put(self.luc, self.treasurer)
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))
        self.treasurer.right_wallet = False
        self.assertFalse(self.acts(self.luc, self.garden, "wallet"))
        self.assertTrue(self.acts(self.luc, self.garden, "market"))

    def test_a_suspended_member_acts_for_no_group(self):
        self._put(self.luc, self.treasurer)
        self.luc.partner_id._wezer_profile().state = "suspended"
        self.env["res.partner"]._wezer_invalidate_acting()
        self.assertFalse(self.acts(self.luc, self.garden, "wallet"))

    def test_every_right_explains_itself(self):
        self._put(self.luc, self.treasurer)
        sentences = self.compost.with_user(self.luc).explain_my_rights()
        self.assertEqual(len(sentences), 2)
        self.assertIn("You may pay because you have the role Treasurer", sentences[0])
        self.assertIn("Test garden, and Test compost is inside it", sentences[0])
        self.assertFalse(self.village.with_user(self.luc).explain_my_rights())

    def test_notices_reach_the_people_who_act_for_a_group(self):
        self._put(self.joel, self.president)
        self._put(self.luc, self.treasurer)
        actors = self.compost.partner_id._wezer_actor_partners("wallet")
        self.assertEqual(actors, self.luc.partner_id)
        actors = self.treasurer.partner_id._wezer_actor_partners("market")
        self.assertEqual(actors, self.luc.partner_id)
        self.assertEqual(
            self.compost.partner_id._wezer_partners_above(),
            (self.garden | self.village).partner_id,
        )

    def test_which_people_may_fill_a_role(self):
        demo = self.demo.partner_id
        treasurer = self.treasurer.with_user(self.joel)
        with self.assertRaises(NotAllowed):
            treasurer.action_invite(demo.id)
        # From above: manage on the village, for a role of the garden.
        self._put(self.joel, self.president)
        treasurer.action_invite(demo.id)
        self.assertFalse(self.acts(self.demo, self.garden, "wallet"))
        self.treasurer.with_user(self.demo).action_accept_invitation()
        self.assertTrue(self.acts(self.demo, self.garden, "wallet"))
        treasurer.action_remove_member(demo.id)
        self.assertFalse(self.acts(self.demo, self.garden, "wallet"))

    def test_manage_on_the_circle_itself_gives_only_what_one_has(self):
        gardener = self._role("Gardener", self.garden, "manage")
        helper = self._role("Helper", self.garden, "manage")
        self._put(self.luc, gardener)
        with self.assertRaises(NotAllowed):
            self.treasurer.with_user(self.luc).action_invite(self.demo.partner_id.id)
        helper.with_user(self.luc).action_invite(self.demo.partner_id.id)

    def test_nobody_gives_themselves_a_role(self):
        self._put(self.joel, self.president)
        me = self.joel.partner_id.id
        treasurer = self.treasurer.with_user(self.joel)
        with self.assertRaises(NotAllowed):
            treasurer.action_join()
        with self.assertRaises(NotAllowed):
            treasurer.action_invite(me)
        treasurer.action_request()
        with self.assertRaises(NotAllowed):
            treasurer.action_accept_member(me)
        self.assertFalse(self.acts(self.joel, self.garden, "wallet"))

    def test_the_roles_of_a_root_are_filled_by_community_moderators(self):
        self._put(self.joel, self.president)
        purse = self._role("Purse", self.village, "wallet")
        with self.assertRaises(NotAllowed):
            purse.with_user(self.joel).action_invite(self.demo.partner_id.id)
        moderator = mail_new_test_user(
            self.env, login="wzg_mod", groups="wezer_base.group_moderator"
        )
        purse.with_user(moderator).action_invite(self.demo.partner_id.id)

    def test_a_refusing_circle_is_out_of_reach_for_managers_above(self):
        self._put(self.joel, self.president)
        self.garden.refuse_rights = True
        with self.assertRaises(NotAllowed):
            self.treasurer.with_user(self.joel).action_invite(self.demo.partner_id.id)

    def test_random_trees_give_the_rights_of_a_naive_walk(self):
        dice = random.Random(7)
        circles = [self.village, self.garden, self.compost, self.workshop]
        for number in range(14):
            circles.append(self._circle(f"c{number}", dice.choice(circles)))
        roles = [
            self._role(f"r{number}", dice.choice(circles), *dice.sample(RIGHTS, 2))
            for number in range(14)
        ]
        users = [self.joel, self.luc, self.demo]
        for role in roles:
            self._put(dice.choice(users), role)
        for _step in range(12):
            circle = dice.choice(circles)
            if dice.random() < 0.4:
                circle.refuse_rights = not circle.refuse_rights
            else:
                below = self.groups.search([("ancestor_ids", "in", circle.ids)])
                target = dice.choice(circles)
                if target not in below:
                    circle.parent_id = target
            for user in users:
                got = {
                    (partner, right)
                    for right in RIGHTS
                    for partner in user._acting_ids(right)
                    if partner != user.partner_id.id
                }
                self.assertEqual(got, self.naive_rights(user))
        self.assertRightsHold()
