from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import Refusal

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestTree(GroupsCommon):
    def test_the_closure_agrees_with_the_tree(self):
        self.assertEqual(
            self.closure(self.compost),
            {self.compost.id: 0, self.garden.id: 1, self.village.id: 2},
        )
        self.assertRightsHold()

    def test_roles_made_inside_their_circles_form_are_in_the_closure(self):
        with Form(self.groups, "wezer_fractal_groups.wezer_group_view_form") as form:
            form.name = "Choir"
            form.parent_id = self.garden
            with form.role_ids.new() as role:
                role.name = "Conductor"
                role.right_manage = True
        role = form.record.role_ids
        self.assertEqual(role.kind, "role")
        self.assertEqual(
            self.closure(role),
            {role.id: 0, form.record.id: 1, self.garden.id: 2, self.village.id: 3},
        )
        self.assertRightsHold()

    def test_nothing_is_open_inside_a_closed_circle(self):
        self.compost.active = False
        self.assertFalse(self.director.active, "roles close with their circle")
        with self.assertRaises(Refusal) as caught:
            self.director.active = True
        self.assertEqual(caught.exception.rule, "closed_circle")
        with self.assertRaises(Refusal):
            self._role("Treasurer", self.compost)
        with self.assertRaises(Refusal):
            self.workshop.parent_id = self.compost
        self.compost.active = True
        self.director.active = True
        with self.assertRaises(Refusal):
            self.garden.active = False

    def test_a_move_takes_all_below_along(self):
        self.garden.parent_id = self.workshop
        self.assertEqual(
            self.closure(self.director),
            {
                self.director.id: 0,
                self.compost.id: 1,
                self.garden.id: 2,
                self.workshop.id: 3,
                self.village.id: 4,
            },
        )
        self.garden.parent_id = False
        self.assertEqual(
            self.closure(self.compost), {self.compost.id: 0, self.garden.id: 1}
        )
        self.assertRightsHold()

    def test_a_cycle_is_refused(self):
        with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
            self.village.parent_id = self.compost
        self.assertEqual(caught.exception.rule, "cycle")
        self.env.invalidate_all(flush=False)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.garden.parent_id = self.garden

    def test_nobody_writes_ancestors(self):
        for vals in (
            {"ancestor_ids": [(4, self.workshop.id)]},
            {"rights_reach": 9},
            {"structure_version": 1},
        ):
            with self.assertRaises(Refusal):
                self.compost.write(vals)
            with self.assertRaises(Refusal):
                self.groups.create({"name": "Thief", **vals})

    def test_groups_go_32_levels_deep_and_no_further(self):
        group = self._circle("level 1")
        for level in range(2, 33):
            group = self._circle(f"level {level}", group)
        with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
            self._circle("level 33", group)
        self.assertEqual(caught.exception.rule, "depth")
        self.env.invalidate_all(flush=False)
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self.village.parent_id = group

    def test_each_change_of_a_tree_counts_up_its_version(self):
        other = self._circle("Other village")
        for change in (
            lambda: self._circle("Choir", self.garden),
            lambda: self.compost.write({"refuse_rights": True}),
            lambda: self.workshop.write({"parent_id": other.id}),
            lambda: self.director.unlink(),
        ):
            before = self.village.structure_version
            change()
            self.village.invalidate_recordset(["structure_version"])
            self.assertGreater(self.village.structure_version, before)
        self.assertGreater(other.structure_version, 0)
        self.assertRightsHold()

    def test_a_role_has_nothing_inside_and_belongs_to_a_circle(self):
        for vals in (
            {"name": "x", "parent_id": self.director.id},
            {"name": "x", "kind": "role"},
            {"name": "x", "right_wallet": True},
        ):
            with self.assertRaises(Refusal), self.env.cr.savepoint():
                self.groups.create(vals)

    def test_a_group_has_one_partner_called_as_itself(self):
        """H3, and the name in step."""
        self.assertEqual(self.garden.partner_id.name, "Test garden")
        self.garden.name = "Herbs"
        self.assertEqual(self.garden.partner_id.name, "Herbs")
        self.assertEqual(self.garden.partner_id._wezer_profile().name, "Herbs")

    def test_an_existing_organisation_can_be_the_groups_partner(self):
        """H4."""
        firm = self.env["res.partner"].create({"name": "Old firm", "is_company": True})
        group = self._circle("New firm", partner_id=firm.id)
        self.assertEqual(self.groups._of_partner(firm), group)
        self.assertEqual(firm.name, "New firm")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._circle("Second", partner_id=firm.id)
        with self.assertRaises(Refusal), self.env.cr.savepoint():
            self._circle("Person", partner_id=self.luc.partner_id.id)

    def test_addresses_are_words_and_never_taken_twice(self):
        first, second = self._circle("Café Zoé"), self._circle("Café Zoé")
        for group in (first, second):
            self.assertRegex(group.slug, r"^cafe-zoe-[0-9a-f]{6}$")
        self.assertNotEqual(first.slug, second.slug)

    def test_a_group_can_be_duplicated(self):
        copy = self.garden.copy()
        self.assertEqual(self.closure(copy), {copy.id: 0, self.village.id: 1})
        self.assertNotEqual(copy.partner_id, self.garden.partner_id)

    def test_members_write_nothing_by_themselves(self):
        for user in (self.luc, self.stranger):
            garden = self.garden.with_user(user)
            with self.assertRaises(AccessError):
                garden.write({"name": "Mine"})
            with self.assertRaises(AccessError):
                garden.create({"name": "Mine"})
            with self.assertRaises(AccessError):
                garden.unlink()
            with self.assertRaises(AccessError):
                self.env["wezer.group.membership"].with_user(user).create(
                    {
                        "group_id": self.president.id,
                        "partner_id": user.partner_id.id,
                    }
                )
