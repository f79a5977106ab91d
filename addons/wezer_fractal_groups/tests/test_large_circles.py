"""Circles of 130 people among 600 circles: all are found, and pages stay light."""

from unittest.mock import patch

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import group_around, group_page
from .common import GroupPages

PEOPLE = 130
CIRCLES = 600


@tagged("post_install", "-at_install")
class TestLargeCircles(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].create(
            [{"name": f"Zoe Number {number:03}"} for number in range(PEOPLE)]
        )
        cls.profiles = cls.env["wezer.profile"]._make_for(partners)
        cls.people = partners
        cls.env["wezer.group.membership"].create(
            [{"group_id": cls.garden.id, "partner_id": one.id} for one in partners]
        )
        cls.circles = cls.groups.create(
            [
                {"name": f"Zz circle {number:03}", "parent_id": cls.workshop.id}
                for number in range(CIRCLES)
            ]
        )
        keeper = cls._role("Keeper", cls.village, "manage", "invite")
        cls._put(cls.joel, keeper)
        cls._let_in(cls.joel, cls.stranger)
        cls.env.flush_all()
        # As autovacuum does after an import.
        cls.env.cr.execute(
            "ANALYZE wezer_group, wezer_group_closure, wezer_group_membership"
        )

    def _page(self, address):
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200, address)
        return " ".join(answer.text.split())

    def _post(self, group, act, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/groups/{group.slug}/{act}", data=form)

    def test_every_member_is_on_some_page_and_the_numbers_are_right(self):
        self._login(self.stranger)
        page = self._page(f"/groups/{self.garden.slug}")
        self.assertIn("See and search all 130 members", page)
        seen = set()
        for number in range(1, 7):
            page = self._page(f"/groups/{self.garden.slug}/members/page/{number}")
            self.assertIn(f"130 members, page {number} of 6", page)
            seen |= {
                profile
                for profile in self.profiles
                if f'href="/members/{profile.slug}"' in page
            }
        self.assertEqual(len(seen), PEOPLE)
        page = self._page(f"/groups/{self.garden.slug}/members?search=number+117")
        self.assertIn("1 member", page)
        self.assertIn("Zoe Number 117", page)

    def test_members_of_a_hidden_circle_stay_hidden(self):
        hidden = self._circle("Zz den", self.village, visibility="members")
        self._put(self.luc, hidden)
        self._login(self.stranger)
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/groups/{hidden.slug}/members")
        self.assertEqual(answer.status_code, 404)

    def test_a_role_is_given_to_anyone_by_name(self):
        self._login(self.joel)
        self._post(self.treasurer, "invite", member_typed="number 121")
        last = self.people[121]
        self.assertEqual(self.treasurer._membership_of(last).state, "invited")
        chosen = self.profiles.filtered(
            lambda profile: profile.partner_id == self.people[99]
        )
        self._post(self.director, "invite", member=chosen.id, member_typed="")
        self.assertTrue(self.director._membership_of(self.people[99]))

    def test_of_several_with_the_words_one_is_chosen_on_a_page(self):
        self._login(self.joel)
        answer = self._post(self.treasurer, "invite", member_typed="zoe number 12")
        text = " ".join(answer.text.split())
        self.assertIn("Offer the role Treasurer to someone", text)
        self.assertIn("12 members", text)
        self.assertFalse(self.treasurer.membership_ids)
        slug = self.profiles.filtered(
            lambda profile: profile.name == "Zoe Number 125"
        ).slug
        self.assertIn(f'value="{slug}"', answer.text)
        self._post(self.treasurer, "invite", person=slug)
        self.assertEqual(self.treasurer.membership_ids.partner_id, self.people[125])

    @mute_logger("odoo.http")
    def test_who_may_not_invite_gets_no_list_to_choose_from(self):
        self._login(self.stranger)
        answer = self.url_open(f"/groups/{self.treasurer.slug}/invite")
        self.assertEqual(answer.status_code, 404)
        with self.assertRaises(NotAllowed):
            self.treasurer.with_user(self.stranger).action_invite(self.people[0].id)

    def test_a_page_reads_only_the_nearest_of_very_many_circles(self):
        village = self.village.with_user(self.stranger)
        page = village._page()
        values = page.values()
        self.assertLess(len(page.around.near), group_around.INSIDE_READ + 10)
        self.assertIsNone(values["group_inside_ids"], "there are more than were read")
        self.assertEqual(values["group_circle_count"], 2)
        self.assertEqual(values["group_member_count"], PEOPLE + 1)
        self.groups._cron_count()
        with patch.object(group_around, "PLACES_READ", 50):
            values = village._page().values()
        self.assertEqual(values["group_member_count"], PEOPLE + 1)
        self.assertEqual(len(values["group_members"]), group_page.MEMBERS_SHOWN)

    def test_all_circles_inside_are_listed(self):
        self._login(self.stranger)
        page = self._page(f"/groups/{self.workshop.slug}")
        self.assertIn("See all 600 circles inside", page)
        page = self._page(f"/groups?inside={self.workshop.slug}")
        self.assertIn("600 groups, page 1 of 25", page)
        page = self._page(f"/groups/page/25?inside={self.workshop.slug}")
        self.assertIn("Zz circle 599", page)
        self.assertNotIn("Test compost", page)

    def test_a_circle_moves_to_any_of_600_by_its_name(self):
        self._login(self.joel)
        page = self._page(f"/groups/{self.compost.slug}/manage")
        # Languages and levels are choices, the 600 circles are not.
        self.assertLess(page.count("<option"), 150)
        self.assertNotIn("Zz circle 00", page)
        self._post(
            self.compost, "manage/move", kind="move", target_typed="zz circle 587"
        )
        self.assertEqual(self.compost.parent_id, self.circles[587])

    def test_of_several_circles_with_a_name_one_is_chosen(self):
        self._login(self.joel)
        twin = self._circle("Zz circle 100", self.garden)
        answer = self._post(
            self.compost, "manage/move", kind="move", target_typed="Zz circle 100"
        )
        text = " ".join(answer.text.split())
        self.assertIn("Which one do you mean?", text)
        self.assertIn("Inside Test garden", text)
        self.assertIn("Inside Test workshop", text)
        self.assertEqual(self.compost.parent_id, self.garden)
        self._post(self.compost, "manage/move", kind="move", target=twin.id)
        self.assertEqual(self.compost.parent_id, twin)

    def test_a_move_without_a_target_does_nothing(self):
        self._login(self.joel)
        answer = self._post(self.compost, "manage/move", kind="move", target_typed="")
        self.assertIn("No circle with this name was found.", answer.text)
        self.assertEqual(self.compost.parent_id, self.garden)

    def test_suggestions_show_only_what_the_reader_sees(self):
        den = self._circle("Zzden", self.village, visibility="members")
        groups = self.groups.with_user(self.stranger)
        self.assertFalse(groups._suggest("zzden"))
        self._put(self.stranger, den)
        self.assertEqual(groups._suggest("zzden"), den)
        first = groups._suggest("zz circle 0", limit=8)
        self.assertEqual(len(first), 8)
        self.assertEqual(first[0]._suggestion("")["hint"], "Inside Test workshop")

    def test_pages_stay_light_and_ask_as_often_as_for_few(self):
        self._login(self.joel)
        for address in (f"/groups/{self.garden.slug}", f"/groups/{self.workshop.slug}"):
            answer = self.url_open(address)
            self.assertLess(len(answer.content), 150_000, address)
        few = self._queries(f"/groups/{self.compost.slug}/members")
        self.assertLessEqual(
            self._queries(f"/groups/{self.garden.slug}/members"), few + 6
        )

    def _queries(self, address):
        self.url_open(address)
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(address).status_code, 200)
        return self.env.cr.sql_log_count - before
