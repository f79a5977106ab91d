from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestPlaces(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.skill = cls.env["wezer.skill"].create({"name": "Zqcarpentry"})
        circle = cls.env["wezer.group"].create({"name": "Zq circle"})
        cls.role = cls.env["wezer.group"].create(
            {"name": "Zq driver", "kind": "role", "parent_id": circle.id}
        )

    def fill_role(self, user):
        self.env["wezer.group.membership"].create(
            {"group_id": self.role.id, "partner_id": user.partner_id.id}
        )

    def can(self, user):
        user.partner_id._wezer_profile().skill_ids += self.skill

    def want(self, places=2, **kept):
        kept = kept or {"skill_id": self.skill.id}
        return self.announce(
            self.test1, places=places, kept_places=[{"count": 1, **kept}]
        )

    def test_each_place_asks_for_its_own_role(self):
        want = self.want(places=1, group_id=self.role.id)
        with self.assertRefused("place"):
            self.claim(self.test2, want)
        self.fill_role(self.test2)
        self.fill_role(self.test3)
        self.assertEqual(self.claim(self.test2, want).state, "accepted")
        # The one after the last waits, whatever role he has.
        self.assertEqual(self.claim(self.test3, want).state, "waiting")

    def test_one_place_for_the_experienced_and_one_for_a_newcomer(self):
        want = self.want()
        newcomer = self.claim(self.test2, want)
        self.assertEqual((newcomer.state, newcomer.sudo().place_id.id), ("accepted", 0))
        # The second place is kept: a second newcomer waits though one is free.
        second = self.claim(self.stranger, want)
        self.assertEqual((second.state, want.state), ("waiting", "open"))
        self.can(self.test3)
        experienced = self.claim(self.test3, want)
        self.assertEqual(experienced.state, "accepted")
        self.assertEqual(experienced.sudo().place_id, want.place_ids)
        self.assertEqual(want.state, "full")

    def test_a_member_who_fits_takes_the_kept_place_first(self):
        want = self.want()
        self.can(self.test2)
        self.claim(self.test2, want)
        self.assertEqual(self.claim(self.test3, want).state, "accepted")

    def test_the_waiting_list_moves_up_whoever_fits_the_free_place(self):
        want = self.want()
        self.can(self.test3)
        experienced, newcomer = (
            self.claim(self.test3, want),
            self.claim(self.test2, want),
        )
        other = self.claim(self.stranger, want)
        self.can(self.moderator)
        expert = self.claim(self.moderator, want)
        self.assertEqual((other.state, expert.state), ("waiting", "waiting"))
        experienced.action_release("ill")
        self.assertEqual((other.state, expert.state), ("waiting", "open"))
        newcomer.action_release("ill")
        self.assertEqual(other.state, "open")
        expert.action_accept()
        other.action_accept()
        self.assertEqual(want.sudo().places_left, 0)

    def test_the_author_chooses_only_members_who_fit_a_place(self):
        want = self.announce(
            self.test1,
            places=2,
            claim_mode="choose",
            kept_places=[{"count": 1, "skill_id": self.skill.id}],
        )
        first, second = self.claim(self.test2, want), self.claim(self.test3, want)
        self.as_(self.test1, first).action_accept()
        with self.assertRefused("places"):
            self.as_(self.test1, second).action_accept()

    def test_what_places_ask_for_cannot_change_once_one_is_taken(self):
        want = self.want()
        same = [{"count": 1, "skill_id": self.skill.id}]
        want.action_edit({"kept_places": []})
        want.action_edit({"kept_places": same})
        self.claim(self.test2, want)
        want.action_edit({"kept_places": same, "title": "Other words"})
        with self.assertRefused("answered"):
            want.action_edit({"kept_places": []})

    def test_malformed_kept_places_are_refused(self):
        for kept in (
            "x",
            [1],
            [{"count": 1}],
            [{"count": 0, "skill_id": self.skill.id}],
            [{"count": "2", "skill_id": self.skill.id}],
            [{"count": 1, "skill_id": [1]}],
            [{"count": 1, "skill_id": self.skill.id, "announcement_id": 1}],
            [{"count": 9, "skill_id": self.skill.id}],
            [{"count": 1, "skill_id": self.skill.id}] * 6,
        ):
            with self.assertRefused():
                self.announce(self.test1, kept_places=kept)
        hidden = self.env["wezer.group"].create(
            {"name": "Zq hidden", "visibility": "members"}
        )
        with self.assertRefused("places"):
            self.want(group_id=hidden.id)
        want = self.want()
        with self.assertRefused():
            want.place_ids.with_user(self.test1).write({"count": 5})


@tagged("post_install", "-at_install")
class TestPlacesPages(WebsiteCommon):
    def test_the_form_keeps_places_and_the_page_shows_them(self):
        self.env["wezer.skill"].create({"name": "Zqcarpentry"})
        self.login(self.test1)
        form = {"title": "Zq wall", "quantity": "1", "places": "3"}
        page = self.post(
            "/market/new", **form, kept_count_0="2", kept_skill_0="zqcarpentry"
        )
        self.assertIn("kept for: Zqcarpentry", page.text)
        want = self.env["wezer.announcement"].search([("title", "=", "Zq wall")])
        self.assertEqual(want.place_ids.count, 2)
        edit = f"/market/{want.slug}/edit"
        self.assertIn("Zqcarpentry", self.get(edit))
        self.post(edit, **form)
        self.assertFalse(want.place_ids)
        page = self.post(edit, **form, kept_count_0="2", kept_skill_0="zqflying")
        self.assertIn("not in our list yet: zqflying", page.text)
        self.login(self.test2)
        self.post(f"/market/{want.slug}/claim")
        self.assertEqual(want.deal_ids.state, "accepted")
