from odoo import SUPERUSER_ID
from odoo.tests import tagged

from .common import GroupsCommon


@tagged("post_install", "-at_install")
class TestInheritedVisibility(GroupsCommon):
    """A circle is visible to no more people than its parent, unless chosen so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hidden = cls._circle("Zq hidden", cls.village, visibility="members")
        cls.keeper = cls._role("Zq keeper", cls.hidden, "manage")
        cls._put(cls.luc, cls.hidden)
        cls._put(cls.luc, cls.keeper)

    def _found(self, **vals):
        groups = self.groups.with_user(self.luc)
        found = groups.action_found(self.hidden.id, {"name": "Zq inside", **vals})
        return self.groups.browse(found)

    def _check(self):
        return self.env["wezer.invariant"].sudo()._check_seen_beyond()

    def test_a_circle_founded_in_a_hidden_one_is_hidden(self):
        inside = self._found()
        self.assertEqual(inside.visibility, "members")
        self.assertFalse(
            self.groups.with_user(self.joel).search([("id", "=", inside.id)])
        )
        deep = self.groups.create({"name": "Zq deep", "parent_id": inside.id})
        self.assertEqual(deep.visibility, "members")
        self.assertEqual(self._circle("Zq open", self.village).visibility, "network")

    def test_a_founder_may_choose_otherwise_and_the_choice_is_kept(self):
        inside = self._found(visibility="network")
        self.assertEqual(inside.visibility, "network")
        self.assertTrue(inside.seen_beyond_parent)
        self.assertFalse(self._check())
        inside.with_user(self.luc).action_update({"visibility": "parents"})
        self.assertFalse(inside.seen_beyond_parent)
        inside.with_user(self.luc).action_update({"visibility": "public"})
        self.assertTrue(inside.seen_beyond_parent)

    def test_what_moves_into_a_hidden_circle_is_hidden_with_all_inside(self):
        inside = self._circle("Zq inside", self.garden)
        role = self._role("Zq role", inside)
        self.garden.parent_id = self.hidden
        self.assertEqual(self.garden.visibility, "members")
        self.assertEqual(self.compost.visibility, "members")
        self.assertEqual((inside | role).mapped("visibility"), ["members"] * 2)
        self.assertFalse(self._check())

    def test_a_circle_that_hides_hides_what_is_inside_but_what_was_chosen(self):
        chosen = self._found(visibility="network")
        self.village.visibility = "parents"
        self.assertEqual(self.garden.visibility, "parents")
        self.assertEqual(self.compost.visibility, "parents")
        self.assertEqual(chosen.visibility, "network")
        self.assertFalse(self._check())
        # What is open again does not open what is inside.
        self.village.visibility = "network"
        self.assertEqual(self.garden.visibility, "parents")

    def test_the_back_office_form_proposes_what_the_parent_has(self):
        form = self.groups.new({"name": "Zq", "parent_id": self.hidden.id})
        form._onchange_parent_visibility()
        self.assertEqual(form.visibility, "members")

    def test_the_check_finds_a_circle_that_is_seen_by_more(self):
        inside = self._found()
        self.env.flush_all()
        with self.env.cr.savepoint() as damage:
            self.env.cr.execute(
                "UPDATE wezer_group SET visibility = 'network' WHERE id = %s",
                [inside.id],
            )
            self.env.invalidate_all(flush=False)
            checks = self.env["wezer.invariant"].with_user(SUPERUSER_ID).run()
            damage.rollback()
        self.env.invalidate_all(flush=False)
        broken = [check["name"] for check in checks if check["rows"]]
        self.assertEqual(len(broken), 1)
        self.assertIn("visible to no more people", broken[0])

    def test_an_address_does_not_reveal_that_a_hidden_group_has_this_name(self):
        mine = self._circle("Zq hidden", self.village)
        self.assertRegex(mine.slug, r"^zq-hidden-[0-9a-f]{6}$")
        other = self._circle("Zq nobody has this", self.village)
        self.assertRegex(other.slug, r"^zq-nobody-has-this-[0-9a-f]{6}$")
        profile = mine.partner_id._wezer_profile()
        self.assertRegex(profile.slug, r"^zq-hidden-[0-9a-f]{6}$")
