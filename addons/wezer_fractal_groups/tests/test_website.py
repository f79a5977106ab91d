from odoo import http
from odoo.tests import tagged

from .common import GroupPages


@tagged("post_install", "-at_install")
class TestWebsite(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.joel, cls.luc, cls.demo)
        cls.garden.write({"purpose": "Grow <b>food</b>", "join_policy": "open"})
        cls.secret = cls._circle("Zebra secret", cls.garden, visibility="members")
        cls._put(cls.demo, cls.secret)

    def _post(self, group, act, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/groups/{group.slug}/{act}", data=form)

    def test_a_member_finds_joins_and_leaves(self):
        self._put(self.joel, self.treasurer)
        self._login(self.luc)
        self.assertIn("Test garden", self.url_open("/groups?search=food").text)
        page = self.url_open(f"/groups/{self.garden.slug}").text
        for words in ("Grow &lt;b&gt;food", "Treasurer", "Joel", "Test compost"):
            self.assertIn(words, page)
        for place in ("o_wezer_group_main", "o_wezer_group_side"):
            self.assertIn(place, page)
        self.assertIn("You are a member", self._post(self.garden, "join").text)
        self.assertIn("Test garden", self.url_open("/groups?mine=1").text)
        self.assertIn("My groups", self.url_open("/my").text)
        self.assertIn("You have left the group", self._post(self.garden, "leave").text)

    def test_the_page_explains_what_i_may_do_and_why(self):
        self._put(self.joel, self.treasurer)
        self._login(self.joel)
        page = self.url_open(f"/groups/{self.compost.slug}").text
        reason = "You may pay because you have the role Treasurer in Test garden"
        self.assertIn(reason, page)

        words = self.compost.with_user(self.joel).my_rights
        self.assertIn("You may pay because you have the role Treasurer", words)
        self.assertFalse(self.compost.with_user(self.luc).my_rights)

    def test_the_page_separates_own_members_from_those_inside(self):
        self._put(self.luc, self.garden)
        self._put(self.joel, self.compost)
        values = self.garden.with_user(self.luc)._page().values()
        partners = [
            values[name].partner_id for name in ("group_own", "group_from_below")
        ]
        self.assertIn(self.luc.partner_id, partners[0])
        self.assertIn(self.joel.partner_id, partners[1])
        self.assertNotIn(self.joel.partner_id, partners[0])
        self._login(self.luc)
        page = self.url_open(f"/groups/{self.garden.slug}").text
        self.assertLess(
            page.index("Members through circles and roles inside"), page.rindex("Joel")
        )

    def test_asking_for_a_role_and_being_let_in(self):
        self._put(self.joel, self.president)
        self._login(self.luc)
        self.assertIn("Your request was sent", self._post(self.treasurer, "ask").text)
        slug = self.luc.partner_id._wezer_profile().slug
        self.assertIn(
            "You cannot give yourself",
            self._post(self.treasurer, "admit", person=slug).text,
        )
        self._login(self.joel)
        self.assertIn("wants to join Treasurer", self.url_open("/my/todo").text)
        page = self.url_open(f"/groups/{self.garden.slug}").text
        self.assertIn("Requests to join", page)
        self._post(self.treasurer, "admit", person=slug)
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))

    def test_offering_a_role_and_accepting_it(self):
        self._put(self.joel, self.president)
        self._put(self.luc, self.garden)
        slug = self.luc.partner_id._wezer_profile().slug
        self._login(self.joel)
        page = self._post(self.treasurer, "invite", person=slug)
        self.assertIn("The invitation was sent", page.text)
        self._login(self.luc)
        page = self.url_open(f"/groups/{self.garden.slug}").text
        self.assertIn("Accept this role", page)
        self._post(self.treasurer, "accept")
        self.assertTrue(self.acts(self.luc, self.garden, "wallet"))

    def test_a_private_group_is_on_no_page_of_others(self):
        self._login(self.luc)
        for url in ("/groups", "/groups?search=zebra", "/groups/map"):
            self.assertNotIn("Zebra", self.url_open(url).text)
        self.assertNotIn("Zebra", self.url_open(f"/groups/{self.garden.slug}").text)
        profile = self.secret.partner_id._wezer_profile()
        for url in (f"/groups/{self.secret.slug}", f"/members/{profile.slug}"):
            self.assertEqual(self.url_open(url).status_code, 404)
        self.assertEqual(self._post(self.secret, "join").status_code, 404)
        self._login(self.demo)
        self.assertIn("Zebra", self.url_open(f"/groups/{self.secret.slug}").text)
        self.assertIn("Zebra", self.url_open("/groups/map").text)

    def test_a_group_is_found_as_people_type_its_name(self):
        self.garden.write({"name": "Œufs de Saint-Étienne", "purpose": "Façon d’été"})
        self._login(self.luc)
        for typed in ("oeufs", "Œufs", "saint etienne", "d'ete", "FACON"):
            page = self.url_open(f"/groups?search={typed}").text
            self.assertIn(f"/groups/{self.garden.slug}", page, typed)
        self.assertNotIn(self.garden.slug, self.url_open("/groups?search=f_con").text)

    def test_circles_with_accents_stand_beside_their_letter(self):
        names = ["Zebra herd", "Eva's circle", "Élan", "Emil's circle"]
        for name in names:
            self._circle(name, self.village)
        shown = self.groups._search_public("", limit=500)[0].mapped("name")
        shown = [name for name in shown if name in names]
        self.assertEqual(shown, ["Élan", "Emil's circle", "Eva's circle", "Zebra herd"])

    def test_unknown_groups_are_not_found(self):
        """Neither an empty page nor the words of a program."""
        self._put(self.joel, self.president)
        self._login(self.joel)
        for act in ("agree", "disagree", "undo", "link_agree", "link_end"):
            for number in ("", "0", "999999", "9" * 5000):
                form = {"change": number, "link": number}
                page = self._post(self.village, f"manage/{act}", **form)
                self.assertEqual(page.status_code, 404, (act, number[:9]))

    def test_the_map_is_a_list_too(self):
        self._login(self.luc)
        page = self.url_open("/groups/map").text
        self.assertIn("<svg", page)
        self.assertIn("o_wezer_tree", page)
        self.assertIn(f"/groups/{self.compost.slug}", page)

    def test_visitors_see_public_groups_without_names_of_members(self):
        self._put(self.joel, self.treasurer)
        self.assertEqual(self.url_open(f"/groups/{self.garden.slug}").status_code, 404)
        self.garden.visibility = "public"
        page = self.url_open(f"/groups/{self.garden.slug}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Log in to join", page.text)
        if not self.env.company.wezer_visitors_see_members:
            self.assertNotIn("Joel", page.text)
        self.assertEqual(self.url_open("/groups").status_code, 200)
        self.assertEqual(self.url_open("/groups/map").status_code, 200)

    def test_nothing_changes_by_a_link(self):
        self._login(self.luc)
        self.url_open(f"/groups/{self.garden.slug}/join")
        self.assertFalse(self.garden.with_user(self.luc).is_user_member)
        self.url_open(f"/groups/{self.garden.slug}/join", data={"csrf_token": "x"})
        self.assertFalse(self.garden.with_user(self.luc).is_user_member)
