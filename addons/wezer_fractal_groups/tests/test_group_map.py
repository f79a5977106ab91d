import json

from odoo.tests import tagged

from ..tools import map_page
from .common import GroupPages, map_nodes


@tagged("post_install", "-at_install")
class TestGroupMap(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.luc, cls.demo)
        cls._put(cls.joel, cls.garden)

    def _level(self, **values):
        query = "&".join(f"{name}={value}" for name, value in values.items())
        return self.url_open(f"/groups/map/level?{query}")

    def _nodes(self, user, **values):
        return {node["id"]: node for node in map_nodes(self.env(user=user), **values)}

    def test_circles_are_told_with_what_is_inside_and_who_leads(self):
        lead = self._role("Gardener", self.garden)
        lead.link = "lead"
        self._put(self.joel, lead)
        nodes = self._nodes(self.luc)
        garden = nodes[self.garden.id]
        self.assertEqual(garden["parent_id"], self.village.id)
        self.assertEqual((garden["size"], garden["circles"]), (1, 1))
        self.assertEqual(nodes[self.village.id]["inside"], 3)
        self.assertEqual(garden["lead"], ["Joel"])
        # The treasurer.
        self.assertEqual(garden["vacancies"], 1)

    def test_a_part_of_the_tree_is_told_by_its_root_and_depth(self):
        inside = set(self._nodes(self.luc, root=self.village.id))
        self.assertEqual(inside, {self.garden.id, self.compost.id, self.workshop.id})
        level = set(self._nodes(self.luc, root=self.village.id, depth=1))
        self.assertEqual(level, {self.garden.id, self.workshop.id})

    def test_a_private_circle_leaves_no_trace_and_takes_no_room(self):
        self._login(self.luc)

        def told():
            self.env.invalidate_all()
            env = self.env(user=self.luc)
            view = map_page.first_view(env, self.garden.id)
            return [
                view["circles"],
                map_nodes(env),
                self._level(ids=f"0,{self.village.id},{self.garden.id}").json(),
                self._level(circle=self.compost.slug).json(),
            ]

        before = told()
        secret = self._circle("Zebra den", self.garden, visibility="members")
        self._circle("Zebra burrow", secret)
        self._role("Zebra keeper", secret)
        self.assertEqual(told(), before)
        for answer in (self._level(ids=secret.id), self._find("zebra")):
            self.assertEqual(answer.json(), [])
        for path in ("/groups/map", "/groups/map/level"):
            page = self.url_open(f"{path}?circle={secret.slug}")
            self.assertEqual(page.status_code, 404)
        self._put(self.demo, secret)
        self._login(self.demo)
        page = self.url_open(f"/groups/map?circle={secret.slug}").text
        self.assertIn("Zebra den", page)
        self.assertEqual(self._find("zebra").json()[0]["name"], "Zebra den")

    def test_a_circle_inside_a_hidden_one_lies_at_the_top(self):
        self.garden.visibility = "members"
        self.compost.write({"visibility": "network", "seen_beyond_parent": True})
        nodes = self._nodes(self.luc)
        self.assertNotIn(self.garden.id, nodes)
        self.assertIsNone(nodes[self.compost.id]["parent_id"])
        self.assertEqual(nodes[self.village.id]["inside"], 1)

    def test_visitors_see_public_circles_without_names_of_people(self):
        self.env.company.wezer_visitors_see_members = False
        (self.village | self.garden).write({"visibility": "public"})
        lead = self._role("Gardener", self.garden)
        lead.write({"link": "lead", "visibility": "public"})
        self._put(self.joel, lead)
        page = self.url_open(f"/groups/map?circle={self.village.slug}").text
        self.assertIn("Test garden", page)
        self.assertNotIn("Test compost", page)
        self.assertNotIn("Joel", page)

    def _find(self, typed):
        return self.url_open(f"/groups/map/find?typed={typed}")

    def test_a_circle_is_found_with_a_slip_of_the_finger(self):
        self.garden.name = "Beekeepers of the valley"
        self._login(self.luc)
        for typed in ("beekeepers", "BEEKEEPERS valley", "beekepers", "bekeepers"):
            found = self._find(typed).json()
            self.assertEqual(found[0]["slug"], self.garden.slug, typed)
            self.assertEqual(found[0]["hint"], "Test village")
        for typed in ("", "%25", "x" * 5000, "%00"):
            self.assertEqual(self._find(typed).json(), [], typed)

    def test_without_a_program_the_list_leads_everywhere(self):
        self._login(self.luc)
        page = self.url_open(f"/groups/map?circle={self.village.slug}").text
        for words in ("Test garden", "Test workshop", "vacant role"):
            self.assertIn(words, page)
        self.assertIn(f"/groups/{self.garden.slug}", page)
        page = self.url_open("/groups/map?search=compost").text
        self.assertIn(f"/groups/map?circle={self.compost.slug}", page)
        page = self.url_open("/groups/map?search=nothinglikeit").text
        self.assertIn("No circle was found", page)

    def test_a_long_list_has_pages(self):
        for number in range(map_page.LISTED + 5):
            self._circle(f"Bed {number:03}", self.garden)
        self._login(self.luc)
        address = f"/groups/map?circle={self.garden.slug}"
        self.assertIn("Bed 001</a>", self.url_open(address).text)
        second = self.url_open(f"{address}&page=2").text
        self.assertIn("Bed 104</a>", second)
        self.assertNotIn("Bed 001</a>", second)

    def test_the_first_page_draws_only_so_many_and_a_level_brings_all(self):
        for number in range(map_page.FIRST + 30):
            self._circle(f"Bed {number:03}", self.garden)
        env = self.env(user=self.luc)
        view = map_page.first_view(env, self.garden.id)
        self.assertEqual(len(view["drawn"]), map_page.FIRST + len(view["path"]))
        level = map_page.level_view(env, [self.garden.id])
        self.assertEqual(len(level), map_page.FIRST + 31)

    def test_strange_addresses_get_the_map_or_nothing(self):
        self._login(self.luc)
        for query in ("page=x", "page=99999999999", f"circle={self.treasurer.slug}"):
            self.assertEqual(self.url_open(f"/groups/map?{query}").status_code, 200)
        for ids in ("", "x", "-1", "9" * 20, "999999998,,999999999", "%00"):
            answer = self._level(ids=ids)
            self.assertEqual((answer.status_code, answer.json()), (200, []), ids)
        self.assertEqual(self._level(circle="nowhere").status_code, 404)

    def test_a_level_asks_as_often_for_many_circles_as_for_few(self):
        self._login(self.luc)

        def queries():
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._level(ids=self.garden.id)
            return self.env.cr.sql_log_count - before

        def grow(count):
            for number in range(count):
                circle = self._circle(f"Bed {number}", self.garden)
                lead = self._role("Lead", circle)
                lead.link = "lead"
                self._put(self._member(f"bed_{count}_{number}"), lead)

        grow(1)
        queries()
        few = queries()
        grow(12)
        # The new people emptied the server's caches.
        queries()
        self.assertLessEqual(queries(), few)

    def test_what_the_program_reads_cannot_end_its_element(self):
        self.garden.name = "</script><b>x"
        self._login(self.luc)
        page = self.url_open("/groups/map").text
        self.assertNotIn("</script><b>x", page)
        data = page.split('o_wezer_map_data">')[1].split("</script>")[0]
        names = [one["name"] for one in json.loads(data)]
        self.assertIn("</script><b>x", names)
