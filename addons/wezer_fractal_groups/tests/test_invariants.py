from odoo import SUPERUSER_ID
from odoo.tests import tagged

from .common import GroupsCommon

# Damage to what the history keeps is found by it too.
HISTORY = "Each group is what its history says"


@tagged("post_install", "-at_install")
class TestInvariants(GroupsCommon):
    """What ``./wezer check`` says of groups, after damage done by SQL."""

    def _broken(self, sql, *args):
        """Return the sentences that fail after this; the damage is taken back."""
        self.env.flush_all()
        with self.env.cr.savepoint() as damage:
            self.env.cr.execute(sql, args)
            self.assertTrue(self.env.cr.rowcount, "nothing was damaged")
            self.env.invalidate_all(flush=False)
            checks = self.env["wezer.invariant"].with_user(SUPERUSER_ID).run()
            damage.rollback()
        self.env.invalidate_all(flush=False)
        return {check["name"] for check in checks if check["rows"]}

    def test_everything_holds_before_any_damage(self):
        self.assertRightsHold()

    def test_missing_extra_and_wrong_closure_rows_are_found(self):
        sentence = "The stored levels of the groups agree with the tree"
        pair = (self.village.id, self.compost.id)
        where = " WHERE ancestor_id = %s AND descendant_id = %s"
        gone = self._broken("DELETE FROM wezer_group_closure" + where, *pair)
        self.assertEqual(gone, {sentence})
        far = "UPDATE wezer_group_closure SET distance = 7" + where
        self.assertEqual(self._broken(far, *pair), {sentence})
        more = self._broken(
            """INSERT INTO wezer_group_closure (ancestor_id, descendant_id, distance)
               VALUES (%s, %s, 1)""",
            self.workshop.id,
            self.compost.id,
        )
        self.assertEqual(more, {sentence})
        moved = self._broken(
            "UPDATE wezer_group SET parent_id = %s WHERE id = %s",
            self.workshop.id,
            self.compost.id,
        )
        self.assertEqual(moved, {sentence, HISTORY})

    def test_a_circle_inside_itself_is_found(self):
        """Told, and the checks come to an end."""
        broken = self._broken(
            "UPDATE wezer_group SET parent_id = %s WHERE id = %s",
            self.compost.id,
            self.village.id,
        )
        self.assertIn("The stored levels of the groups agree with the tree", broken)

    def test_wrong_reach_and_depth_are_found(self):
        sentence = {"Permissions from above apply except where a circle refuses them"}
        for damage in ("rights_reach = 9", "depth = 9", "refuse_rights = true"):
            broken = self._broken(
                f"UPDATE wezer_group SET {damage} WHERE id = %s", self.compost.id
            )
            self.assertEqual(broken, sentence)

    def test_roles_outside_of_circles_are_found(self):
        sentence = "Each role is inside a circle and contains nothing"
        for parent in (None, self.director.id):
            broken = self._broken(
                "UPDATE wezer_group SET parent_id = %s WHERE id = %s",
                parent,
                self.treasurer.id,
            )
            self.assertIn(sentence, broken)

    def test_a_circle_with_rights_is_found(self):
        broken = self._broken(
            "UPDATE wezer_group SET right_wallet = true WHERE id = %s", self.garden.id
        )
        self.assertEqual(broken, {"Only roles have permissions"})

    def test_groups_that_are_persons_or_members_are_found(self):
        sentence = "A group has exactly one contact, which is not a person"
        broken = self._broken(
            "UPDATE wezer_group SET partner_id = %s WHERE id = %s",
            self.joel.partner_id.id,
            self.garden.id,
        )
        self.assertIn(sentence, broken)
        self._put(self.joel, self.garden)
        broken = self._broken(
            """UPDATE wezer_group_membership SET partner_id = %s
                WHERE group_id = %s AND partner_id = %s""",
            self.workshop.partner_id.id,
            self.garden.id,
            self.joel.partner_id.id,
        )
        self.assertIn(sentence, broken)

    def test_a_wrong_search_text_is_found(self):
        broken = self._broken(
            "UPDATE wezer_group SET search_text = 'other' WHERE id = %s",
            self.garden.id,
        )
        self.assertEqual(broken, {"Groups can be found by their name and purpose"})

    def test_a_partner_with_another_name_is_found(self):
        broken = self._broken(
            "UPDATE res_partner SET name = 'Elsewhere' WHERE id = %s",
            self.garden.partner_id.id,
        )
        self.assertIn("The contact of a group has the name of the group", broken)

    def test_a_representative_not_counted_above_is_found(self):
        self.director.link = "representative"
        self._put(self.luc, self.director)
        self.assertRightsHold()
        broken = self._broken(
            """UPDATE wezer_group_membership SET state = 'left'
                WHERE group_id = %s AND partner_id = %s""",
            self.garden.id,
            self.luc.partner_id.id,
        )
        self.assertEqual(
            broken, {"Leads and representatives also count in the circle above"}
        )

    def test_a_membership_of_a_closed_group_is_found(self):
        self._put(self.luc, self.compost)
        broken = self._broken(
            "UPDATE wezer_group SET active = false WHERE id = %s", self.compost.id
        )
        self.assertEqual(broken, {"A closed group has no members", HISTORY})


@tagged("post_install", "-at_install")
class TestDoubleLinksMove(GroupsCommon):
    """The place above follows the role, the circle and the kind of link."""

    def _above(self, circle):
        return self.luc.partner_id in circle._direct_members()

    def test_the_place_above_moves_with_the_circle(self):
        self.director.link = "representative"
        self._put(self.luc, self.director)
        self.assertTrue(self._above(self.garden))
        self.compost.parent_id = self.workshop
        self.assertTrue(self._above(self.workshop))
        self.assertFalse(self._above(self.garden))
        self.compost.parent_id = False
        self.assertFalse(self._above(self.workshop))
        self.assertRightsHold()

    def test_a_double_link_applies_to_people_already_in_the_role(self):
        self._put(self.luc, self.director)
        self.assertFalse(self._above(self.garden))
        self.director.link = "lead"
        self.assertTrue(self._above(self.garden))
        self.director.link = "none"
        self.assertFalse(self._above(self.garden))

    def test_a_pending_request_above_is_accepted_by_the_role(self):
        self._put(self.luc, self.garden, state="requested")
        self.director.link = "lead"
        self._put(self.luc, self.director)
        self.assertTrue(self._above(self.garden))
        self.assertRightsHold()

    def test_a_group_closed_in_the_back_office_has_nobody_left(self):
        self._put(self.luc, self.compost)
        filled = self._put(self.joel, self.director)
        self.compost.active = False
        self.assertEqual(filled.state, "left")
        self.assertFalse(self.compost._direct_members())
        self.assertRightsHold()
