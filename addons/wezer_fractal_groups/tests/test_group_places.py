"""Circles on a map by place: who sees which, and how exactly."""

import json
from pathlib import Path

from lxml import html

from odoo import http
from odoo.modules.module import load_script
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools.place_cells import CELL

from .common import GroupPages

MIGRATION = "migrations/19.0.2.2.0/post-places.py"
HERE = {"latitude": 46.204, "longitude": 6.143}


@tagged("post_install", "-at_install")
class TestGroupPlaces(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.joel, cls.luc, cls.stranger)
        cls._put(cls.joel, cls.president)
        cls._put(cls.luc, cls.garden)
        cls.garden.visibility = "public"

    def _place(self, group, share="everyone", city="Carouge"):
        profile = group.partner_id._wezer_profile()
        profile.write({"city": city, "share_place": share, **HERE})

    def _tree(self, login=None, address="/groups/places?search=test"):
        self.authenticate(login, login)
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.text)

    def _shown(self, login=None):
        """Return the names on the map; the list beside it has the same."""
        tree = self._tree(login)
        maps = tree.xpath("//*[@data-markers]")
        markers = json.loads(maps[0].get("data-markers")) if maps else []
        names = [item["title"] for marker in markers for item in marker["items"]]
        links = tree.xpath("//li[contains(@class, 'o_wezer_line')]//a")
        self.assertEqual(sorted(link.text for link in links), sorted(names))
        return sorted(names)

    def test_the_list_of_groups_leads_to_both_maps(self):
        links = self._tree(address="/groups").xpath("//a/@href")
        self.assertIn("/groups/places", links)
        self.assertIn("/groups/map", links)

    def test_a_manager_gives_the_group_a_place_on_its_page(self):
        self._login(self.joel)
        form = {
            **{"name": "Test garden", "city": "Carouge", "share_place": "everyone"},
            **{"lat": "46,2044", "lon": "6.1432"},
            "csrf_token": http.Request.csrf_token(self),
        }
        address = f"/groups/{self.garden.slug}"
        self.url_open(f"{address}/manage/update", data=form)
        profile = self.garden.partner_id._wezer_profile()
        # About a hundred metres, and on the map a cell.
        self.assertEqual(profile._map_place(), (46.204, 6.143))
        self.assertIn("Carouge", self.url_open(address).text)
        self.assertEqual(self._shown(), ["Test garden"])
        marker = json.loads(self._tree().xpath("//@data-markers")[0])[0]
        self.assertNotEqual((marker["lat"], marker["lon"]), profile._map_place())
        self.assertLessEqual(abs(marker["lat"] - 46.204), CELL[0] / 2000 + 0.001)

        self._login(self.joel)
        form.update(lat="", lon="", csrf_token=http.Request.csrf_token(self))
        self.url_open(f"{address}/manage/update", data=form)
        self.assertEqual(self._shown(), [])

    def test_a_place_is_seen_by_those_whom_it_and_its_group_are_shown_to(self):
        self._place(self.garden, "members")
        self._place(self.workshop, "everyone")
        self._place(self.village, "nobody")
        self._place(self.compost, "everyone")
        self.compost.visibility = "members"
        # The workshop is for members, its place for everyone.
        self.assertEqual(self._shown(), [])
        for user in (self.luc, self.stranger):
            self.assertEqual(self._shown(user.login), ["Test garden", "Test workshop"])
        self._put(self.luc, self.compost)
        self.assertEqual(
            self._shown(self.luc.login),
            ["Test compost", "Test garden", "Test workshop"],
        )
        self._place(self.garden, "everyone")
        self.assertEqual(self._shown(), ["Test garden"])

    def test_positions_from_before_the_map_stay_off_it_until_somebody_shows_them(self):
        self._place(self.garden, "members")
        self._place(self.workshop, "everyone")
        path = Path(__file__).parents[1] / MIGRATION
        module = load_script(str(path), "places")
        member = self.luc.partner_id._wezer_profile()
        member.write({"share_place": "members", **HERE})
        module.migrate(self.env.cr, "19.0.2.1.0")
        # What was shown to everyone was chosen, and a person's is not a circle's.
        self.assertEqual(self._shown(self.luc.login), ["Test workshop"])
        self.assertEqual(member.share_place, "members")
        self.garden.with_user(self.joel).action_update({"share_place": "members"})
        self.assertEqual(self._shown(self.luc.login), ["Test garden", "Test workshop"])

    def test_only_managers_give_a_place_and_only_one_on_the_map(self):
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.luc).action_update(HERE)
        garden = self.garden.with_user(self.joel)
        for vals, rule in (
            ({"latitude": 91, "longitude": 6}, "value"),
            ({"latitude": "nan", "longitude": 6}, "value"),
            ({"longitude": "here"}, "value"),
            ({"latitude": 46.2, "longitude": ""}, "value"),
            ({"longitude": 6.1}, "value"),
            ({"share_place": "friends"}, "choice"),
            ({"city": ["Carouge"]}, "text"),
        ):
            with self.subTest(vals=vals), self.assertRaises(Refusal) as caught:
                garden.action_update(vals)
            self.assertEqual(caught.exception.rule, rule)

    def test_a_place_that_somebody_else_changed_meanwhile_is_not_overwritten(self):
        garden = self.garden.with_user(self.joel)
        version = garden.update_version()
        garden.action_update({"city": "Carouge"})
        with self.assertRaises(Refusal) as caught:
            garden.action_update({"city": "Onex"}, version)
        self.assertEqual(caught.exception.rule, "changed")

    def test_more_groups_take_no_more_queries(self):
        self._place(self.garden)
        address = "/groups/places"
        self._login()
        self.url_open(address)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.url_open(address)
            return self.env.cr.sql_log_count - before

        few = count()
        for number in range(8):
            self._place(self._circle(f"Test {number}", visibility="public"))
        self.assertLessEqual(count(), few)
