from datetime import timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged

from ..tools import matchmaking
from ..tools.geo import distance, plane
from ..tools.matching import Side, fit, rarity
from .common import MarketCommon
from .test_website_market import WebsiteCommon


def side(skills=(), **vals):
    return Side(
        skills=frozenset(skills),
        **{
            name: frozenset(value) if name not in ("city", "place") else value
            for name, value in vals.items()
        },
    )


class TestFit(BaseCase):
    def test_no_match_is_shown_where_no_skill_is_required(self):
        helper = side({1, 2})
        self.assertEqual(fit(helper, side()), (0.0, {}))
        self.assertEqual(fit(helper, side({3})), (0.0, {}))
        self.assertEqual(fit(side(), side({3})), (0.0, {}))
        self.assertEqual(fit(helper, side({2}))[1], {"skills": [2]})

    def test_all_required_skills_score_higher_than_some(self):
        helper = side({1, 2, 3})
        points = [fit(helper, side(want))[0] for want in ({1, 2, 3}, {1}, {1, 9, 8})]
        self.assertEqual(points, sorted(points, reverse=True))
        self.assertEqual(len(set(points)), 3)

    def test_the_rarest_shared_skill_is_named_first(self):
        weights = {1: rarity(90, 100), 2: rarity(1, 100)}
        self.assertEqual(
            fit(side({1, 2}), side({1, 2, 3}), weights)[1], {"skills": [2, 1]}
        )

    def test_nearer_scores_higher_and_far_is_no_reason(self):
        here, near, far = (46.2, 6.1), (46.21, 6.1), (46.9, 6.1)
        helper = side(place=here)
        points, reasons = fit(helper, side(place=near))
        self.assertAlmostEqual(reasons["km"], distance(here, near))
        self.assertGreater(points, 0)
        self.assertEqual(fit(helper, side(place=far)), (0.0, {}))

    def test_a_language_that_is_not_spoken_counts_against(self):
        want = side({1}, languages={7})
        speaks, not_, silent = (
            fit(side({1}, languages=spoken), want)[0] for spoken in ({7}, {8}, ())
        )
        self.assertTrue(speaks > silent > not_)

    def test_the_map_projection_keeps_near_places_near(self):
        here = (60.0, 10.0)
        x, y = plane(*here)
        for place in ((60.1, 10.0), (60.0, 10.2)):
            a, b = plane(*place)
            on_plane = ((a - x) ** 2 + (b - y) ** 2) ** 0.5
            self.assertAlmostEqual(on_plane * 0.5 / distance(here, place), 1, 2)


@tagged("post_install", "-at_install")
class TestMatching(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carpentry, cls.baking, cls.rowing = cls.env["wezer.skill"].create(
            [{"name": "Zqcarpentry"}, {"name": "Zqbaking"}, {"name": "Zqrowing"}]
        )
        cls.profile = cls.test2.partner_id._wezer_profile()
        cls.profile.skill_ids = cls.carpentry + cls.baking

    def fits(self, user=None):
        market = self.env["wezer.announcement"].with_user(user or self.test2)
        return [want for want, _reasons in matchmaking.fitting_wants(market, 20)]

    def reason(self, want, user=None):
        return matchmaking.reasons_for_user(want.with_user(user or self.test2))[want.id]

    def test_wants_that_need_my_skills_come_first_with_the_reason(self):
        both = self.announce(
            self.test1, skill_ids=(self.carpentry + self.baking).ids, title="Both"
        )
        one = self.announce(
            self.test1, skill_ids=(self.carpentry + self.rowing).ids, title="One"
        )
        other = self.announce(self.test1, skill_ids=self.rowing.ids, title="Other")
        self.assertEqual(self.fits()[:2], [both, one])
        self.assertNotIn(other, self.fits())
        self.assertIn("matches your skills: Zqcarpentry", self.reason(one))
        self.assertNotIn("Zqrowing", self.reason(one))

    def test_without_anything_in_common_there_is_no_reason(self):
        want = self.announce(self.test1, skill_ids=self.rowing.ids)
        self.assertEqual(self.reason(want), "")
        self.assertEqual(self.reason(want, self.stranger), "")
        self.assertEqual(self.fits(self.stranger), [])

    def test_skills_and_groups_that_are_archived_do_not_match(self):
        group = self.env["wezer.group"].create({"name": "Zq garden"})
        want = self.announce(
            self.test1,
            skill_ids=(self.carpentry + self.baking).ids,
            group_ids=group.ids,
        )
        other = self.announce(self.test1, title="Other")
        sides = matchmaking.want_sides(want + other)
        self.assertEqual(sides[want.id].skills, {self.carpentry.id, self.baking.id})
        self.assertEqual(sides[want.id].groups, {group.id})
        self.assertEqual(sides[other.id].skills | sides[other.id].groups, set())
        self.carpentry.active = group.active = False
        sides = matchmaking.want_sides(want)
        self.assertEqual(sides[want.id].skills, {self.baking.id})
        self.assertEqual(sides[want.id].groups, set())
        self.assertIn("Zqbaking", self.reason(want))
        self.assertNotIn("Zqcarpentry", self.reason(want))

    def test_my_group_and_my_place_are_reasons(self):
        group = self.env["wezer.group"].create({"name": "Zq garden"})
        self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.test2.partner_id.id}
        )
        ours = self.announce(self.test1, group_ids=group.ids)
        self.assertEqual(self.fits(), [ours])
        self.assertIn("Zq garden", self.reason(ours))
        self.profile.write({"city": "Zürich", "latitude": 47.37, "longitude": 8.54})
        here = self.announce(
            self.test1, city="zurich", latitude=47.38, longitude=8.54, title="Here"
        )
        self.assertIn(here, self.fits())
        self.assertIn("1.1\u00a0km from you", self.reason(here))

    def test_hidden_groups_of_others_are_no_reason(self):
        hidden = self.env["wezer.group"].create(
            {"name": "Zq hidden", "visibility": "members"}
        )
        self.env["wezer.group.membership"].create(
            {"group_id": hidden.id, "partner_id": self.test1.partner_id.id}
        )
        want = self.announce(self.test1, group_ids=hidden.ids)
        self.assertEqual(self.reason(want), "")

    def test_own_answered_and_hidden_wants_are_not_offered(self):
        skills = {"skill_ids": self.baking.ids}
        mine = self.announce(self.test2, **skills)
        answered = self.announce(self.test1, places=3, **skills)
        self.claim(self.test2, answered)
        group = self.env["wezer.group"].create({"name": "Zq other"})
        self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.test1.partner_id.id}
        )
        hidden = self.announce(
            self.test1, visibility="groups", group_ids=group.ids, **skills
        )
        draft = self.announce(self.test1, publish=False, **skills)
        offer = self.announce(self.test1, kind="offer", **skills)
        self.assertFalse({mine, answered, hidden, draft, offer} & set(self.fits()))

    def test_the_list_can_be_sorted_by_what_fits(self):
        self.announce(self.test1, title="Zq newer")
        fitting = self.announce(self.test1, skill_ids=self.baking.ids, title="Zq fit")
        self.announce(self.test1, title="Zq newest")
        market = self.env["wezer.announcement"].with_user(self.test2)
        found, count = market._search_public({"words": "zq", "sort": "fits"})
        self.assertEqual((found[0], count), (fitting, 3))

    def test_an_author_sees_members_who_fit_by_what_they_share(self):
        shy = self.test3.partner_id._wezer_profile()
        shy.write({"skill_ids": self.carpentry.ids, "share_skills": "nobody"})
        self.profile.write({"city": "Zqtown", "share_place": "nobody"})
        want = self.announce(
            self.test1, skill_ids=self.carpentry.ids, city="Zqtown", title="Door"
        )
        (found,) = want._fitting_members()
        self.assertEqual(found[0], self.profile)
        self.assertEqual(found[1], "skills: Zqcarpentry")
        with self.assertRefused("acts_for"):
            want.with_user(self.test2)._fitting_members()
        self.claim(self.test2, want)
        self.assertEqual(want._fitting_members(), [])

    def test_a_want_for_a_group_fits_only_its_members(self):
        group = self.env["wezer.group"].create({"name": "Zq inner"})
        self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.test1.partner_id.id}
        )
        want = self.announce(
            self.test1,
            visibility="groups",
            group_ids=group.ids,
            skill_ids=self.carpentry.ids,
        )
        self.assertEqual(want._fitting_members(), [])


@tagged("post_install", "-at_install")
class TestMatchingPages(WebsiteCommon):
    def test_required_skills_are_shown_before_login_and_the_match_after(self):
        skill = self.env["wezer.skill"].create({"name": "Zqsailing"})
        self.test2.partner_id._wezer_profile().skill_ids = skill
        want = self.announce(self.test1, skill_ids=skill.ids, title="Zq boat")
        page = self.get(f"/market/{want.slug}")
        self.assertIn("Zqsailing", page)
        self.assertNotIn("matches your skills", page)
        self.login(self.test2)
        self.assertIn(
            "matches your skills: Zqsailing", self.get(f"/market/{want.slug}")
        )
        self.assertIn("For you", self.get("/market"))
        self.login(self.stranger)
        self.assertNotIn("For you", self.get("/market"))
        self.assertNotIn("matches your skills", self.get("/market"))

    def test_the_author_finds_members_who_fit_on_the_page(self):
        skill = self.env["wezer.skill"].create({"name": "Zqsailing"})
        self.test2.partner_id._wezer_profile().skill_ids = skill
        want = self.announce(self.test1, skill_ids=skill.ids)
        self.login(self.test1)
        self.assertIn("skills: Zqsailing", self.get(f"/market/{want.slug}"))
        self.login(self.test3)
        self.assertNotIn("skills: Zqsailing", self.get(f"/market/{want.slug}"))

    def test_an_empty_to_do_list_shows_three_wants_that_fit(self):
        skill = self.env["wezer.skill"].create({"name": "Zqsailing"})
        profile = self.test2.partner_id._wezer_profile()
        profile.write({"skill_ids": [(6, 0, skill.ids)], "presentation": "I sail"})
        self.announce(self.test1, skill_ids=skill.ids, title="Zq boat to mend")
        self.login(self.test2)
        page = self.get("/my/todo")
        self.assertIn("Zq boat to mend", page)
        self.assertIn("matches your skills: Zqsailing", page)

    def test_what_closes_soon_is_in_the_to_do_list(self):
        day = fields.Date.today() + timedelta(days=1)
        want = self.announce(self.test1, expiry=str(day), title="Zq closing")
        rows = self.test1.with_user(self.test1)._wezer_todo()
        (row,) = [row for row in rows if row["url"] == f"/market/{want.slug}"]
        self.assertEqual((row["section"], row["due"]), ("soon", day))
        self.assertFalse(
            [
                row
                for row in self.test2.with_user(self.test2)._wezer_todo()
                if row["url"] == f"/market/{want.slug}"
            ]
        )


@tagged("post_install", "-at_install")
class TestPartyPage(WebsiteCommon):
    def test_the_party_page_shows_open_wants_and_offers(self):
        self.announce(self.test1, title="Zq want")
        self.announce(self.test1, title="Zq offer", kind="offer")
        closed = self.announce(self.test1, title="Zq closed")
        closed.action_close()
        slug = self.test1.partner_id._wezer_profile().slug
        self.login(self.test2)
        page = self.get(f"/members/{slug}")
        for word in ("Wants help with", "Zq want", "Offers", "Zq offer"):
            self.assertIn(word, page)
        self.assertNotIn("Zq closed", page)
        page = self.get(f"/market?author={slug}")
        self.assertIn("Zq offer", page)
        self.login(None)
        self.assertNotIn("Zq offer", self.get(f"/market?author={slug}"))

    def test_a_public_groups_page_leaks_nothing_that_is_for_its_members(self):
        group = self.env["wezer.group"].create(
            {"name": "Zq circle", "visibility": "public"}
        )
        role = self.env["wezer.group"].create(
            {
                "name": "Zq trader",
                "kind": "role",
                "parent_id": group.id,
                "right_market": True,
                "right_wallet": True,
            }
        )
        self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": self.test1.partner_id.id}
        )
        vals = {"acting": group.partner_id.id}
        self.announce(self.test1, title="Zqpublic want", **vals)
        only = {"visibility": "groups", "group_ids": group.ids}
        self.announce(self.test1, title="Zqhidden want", **only, **vals)
        self.announce(self.test1, title="Zqmembers", visibility="members", **vals)
        self.announce(self.test1, title="Zqdraft", publish=False, **vals)
        for login, hidden in (
            (None, ("Zqhidden", "Zqmembers", "Zqdraft")),
            (self.test2, ("Zqhidden", "Zqdraft")),
        ):
            self.login(login)
            page = self.get(f"/groups/{group.slug}")
            self.assertIn("Zqpublic want", page)
            for word in hidden:
                self.assertNotIn(word, page)
        self.login(self.test1)
        self.assertIn("Zqhidden want", self.get(f"/groups/{group.slug}"))
