import json
import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tools.place_cells import CELL

from ..tools import search_sql
from .test_website_market import WebsiteCommon

HERE = (46.2044, 6.1432)


def css(tree, selector):
    """Return what "tag.class[attribute=value] tag.class" finds below ``tree``."""
    path = ""
    for step in selector.split():
        tag = re.match(r"[\w*-]*", step)[0]
        path += f"//{tag}"
        for name in re.findall(r"\.([\w-]+)", step):
            path += f"[contains(concat(' ', @class, ' '), ' {name} ')]"
        for name, value in re.findall(r"\[([\w-]+)(?:=([\w-]+))?\]", step):
            path += f"[@{name}='{value}']" if value else f"[@{name}]"
    return tree.xpath(f".{path}")


@tagged("post_install", "-at_install")
class TestMarketPage(WebsiteCommon):
    def tree(self, url="/market"):
        return html.fromstring(self.get(url))

    def cards(self, url="/market"):
        return [
            link.text_content().strip()
            for link in css(self.tree(url), "a.o_wezer_announcement")
        ]

    def chips(self, url):
        return {
            chip.text_content().split("Remove")[0].strip(): chip.get("href")
            for chip in css(self.tree(url), "a.o_wezer_filter_chip")
        }

    # === CARDS AND THEIR ORDER === #

    def test_a_card_is_one_link_with_the_title_as_its_name(self):
        self.announce(
            self.test1,
            title="Mend the zebra fence",
            city="Zebraville",
            prices={self.hours.id: "2"},
            category_id=self.env["wezer.category"]
            .create({"name": "Zq", "icon": "fa-wrench", "color": 3})
            .id,
        )
        self.login(self.test2)
        tree = self.tree("/market?words=zebra")
        (card,) = css(tree, "article.o_wezer_market_card")
        (link,) = css(card, "a")
        self.assertEqual(link.text_content().strip(), "Mend the zebra fence")
        text = " ".join(card.text_content().split())
        for part in ("Help wanted", "2 hrs", "Zebraville", "Wilhelmine", "new"):
            self.assertIn(part, text)
        self.assertTrue(css(card, "div.o_wezer_band i.fa-wrench"))
        self.assertIn("o_wezer_tint_3", card.get("class"))

    def test_what_is_full_comes_last_in_every_order_and_over_all_pages(self):
        full = [self.announce(self.test1, title=f"Aa zebra {n}") for n in range(3)]
        for announcement in full:
            self.claim(self.test2, announcement)
        for number in range(21):
            self.announce(self.test1, title=f"Zz zebra {number:02d}")
        for announcement in full:
            announcement.sudo().date_publish = fields.Datetime.now() + timedelta(days=1)
        for sort in ("", "new", "title", "soon", "distance"):
            url = f"/market?words=zebra&sort={sort}"
            self.assertNotIn("Aa zebra 0", self.cards(url), sort)
            second = self.cards(url.replace("/market", "/market/page/2"))
            self.assertEqual(
                sorted(second[-3:]), ["Aa zebra 0", "Aa zebra 1", "Aa zebra 2"], sort
            )

    def test_where_more_is_found_than_is_counted_what_is_full_stays_last(self):
        self.patch(search_sql, "COUNTED", 3)
        full = self.announce(self.test1, title="Zebra full")
        self.claim(self.test2, full)
        full.sudo().date_publish = fields.Datetime.now() + timedelta(days=1)
        for number in range(4):
            self.announce(self.test1, title=f"Zebra {number}")
        market = self.env["wezer.announcement"]
        found, count = market._search_public({"words": "zebra"}, 0, 10)
        self.assertEqual(count, 4)
        self.assertNotIn(full, found)

    # === FILTERS === #

    def test_each_filter_is_a_chip_that_can_be_taken_away(self):
        self.announce(self.test1, title="Zebra", category_id=self.category.id)
        url = f"/market?words=zebra&kind=want&category={self.category.id}&when=week"
        chips = self.chips(url)
        self.assertEqual(
            list(chips), ["“zebra”", "Help wanted", "Odoo", "In the next 7 days"]
        )
        self.assertNotIn("kind=", chips["Help wanted"])
        self.assertIn("words=zebra", chips["Help wanted"])
        clear = css(self.tree(url), "a.o_wezer_clear")
        self.assertEqual([link.get("href") for link in clear], ["/market"])
        self.assertFalse(self.chips("/market"))

    def test_a_point_on_the_map_is_one_chip(self):
        chips = self.chips("/market?lat=46.2&lon=6.1&km=5&view=map")
        self.assertEqual(list(chips), ["Near me", "Within 5\u00a0km"])
        self.assertEqual(chips["Near me"], "/market?km=5&view=map")

    def test_a_filter_names_nothing_that_the_reader_does_not_see(self):
        group = self.env["wezer.group"].create(
            {"name": "Zebra secret", "visibility": "members"}
        )
        page = self.get(f"/market?group={group.id}&author=nobody&skill=999999")
        self.assertNotIn("Zebra secret", page)

    def test_categories_stand_above_the_market_with_their_pictures(self):
        child = self.env["wezer.category"].create(
            {"name": "Zq inside", "parent_id": self.category.id}
        )
        self.category.icon = "fa-paw"
        names = {
            link.text_content().strip(): link
            for link in css(self.tree(), "a.o_wezer_category_chip")
        }
        self.assertIn("Odoo", names)
        self.assertNotIn("Zq inside", names)
        self.assertTrue(css(names["Odoo"], "i.fa-paw"))
        page = self.tree(names["Odoo"].get("href"))
        (chosen,) = css(page, "a.o_wezer_category_chip[aria-current]")
        self.assertEqual(chosen.get("href"), "/market", "again: all of them")
        inside = [link.get("href") for link in css(page, "a.o_wezer_category_chip")]
        self.assertIn(f"/market?category={child.id}", inside)

    def test_a_distance_without_a_place_asks_for_one(self):
        self.announce(self.test1, title="Zebra")
        for url in ("/market?km=1", "/market?sort=distance"):
            self.assertIn("Distances need a place.", " ".join(self.get(url).split()))
        page = self.get("/market?km=1&place=Nowhereville")
        self.assertIn("No announcement on the map is in", page)
        self.assertNotIn("Distances need", self.get("/market?km=1&lat=46.2&lon=6.1"))

    # === NOTHING TO SHOW === #

    def test_an_empty_market_and_a_search_that_finds_nothing_differ(self):
        self.env["wezer.announcement"].search([]).sudo().state = "draft"
        self.assertIn("Nobody has posted anything yet.", self.get("/market"))
        self.announce(self.test1, title="Zebra")
        page = self.get("/market?kind=offer&unpaid=1")
        self.assertIn("Nothing matches what you are looking for.", page)
        self.assertNotIn("Nobody has posted", page)

    # === MAP === #

    def markers(self, url="/market?view=map"):
        (shown,) = css(self.tree(url), "*.o_wezer_place_map")
        self.assertEqual(shown.get("data-tiles") or "", "")
        return json.loads(shown.get("data-markers"))

    def located(self, **vals):
        place = dict(zip(("latitude", "longitude"), HERE, strict=True))
        return self.announce(self.test1, **{"title": "Zebra", **place, **vals})

    def test_the_map_shows_cells_and_no_places(self):
        announcement = self.located(title="Zebra </script><b>")
        (marker,) = self.markers("/market?view=map&words=zebra")
        self.assertNotEqual(marker["lat"], announcement.latitude)
        self.assertLessEqual(abs(marker["lat"] - HERE[0]), CELL[0] / 2000 + 0.001)
        (item,) = marker["items"]
        self.assertEqual(item["title"], "Zebra </script><b>")
        self.assertEqual(item["url"], f"/market/{announcement.slug}")
        self.assertNotIn("6.143", self.get("/market?view=map&words=zebra"))

    def test_moving_a_place_within_its_cell_changes_nothing(self):
        announcement = self.located()
        before = self.markers("/market?view=map&words=zebra")[0]["lat"]
        announcement.sudo().latitude += 0.001
        self.assertEqual(self.markers("/market?view=map&words=zebra")[0]["lat"], before)

    def test_no_place_is_kept_more_exactly_than_to_a_hundred_metres(self):
        announcement = self.located(latitude=46.204444, longitude=6.143222)
        announcement.invalidate_recordset()
        self.assertEqual(
            (announcement.latitude, announcement.longitude), (46.204, 6.143)
        )

    def test_the_map_lists_the_same_beside_it(self):
        self.located()
        self.announce(self.test1, title="Zebra without a place")
        tree = self.tree("/market?view=map&words=zebra")
        listed = [link.text_content() for link in css(tree, "*.o_wezer_line a")]
        self.assertEqual(sorted(listed), ["Zebra", "Zebra without a place"])
        self.assertIn("Not on the map", tree.text_content())

    def test_a_map_shows_only_what_the_reader_sees(self):
        self.located(visibility="members")
        self.assertFalse(self.markers("/market?view=map&words=zebra"))

    def test_tiles_are_asked_of_another_site_only_where_it_is_set(self):
        self.env.company.wezer_map_url = "https://tiles.example.org/{z}/{x}/{y}.png"
        (shown,) = css(self.tree("/market?view=map"), "*.o_wezer_place_map")
        self.assertIn("tiles.example.org", shown.get("data-tiles"))
        for url in (
            "http://x.org/{z}/{x}/{y}",
            "https://x.org/",
            "javascript:{z}{x}{y}",
        ):
            with self.assertRefused("tiles"):
                self.env.company.wezer_map_url = url

    # === CALENDAR === #

    def test_the_calendar_shows_what_has_a_date(self):
        start = fields.Datetime.now() + timedelta(days=3)
        self.announce(self.test1, title="Zebra dated", date_start=start)
        self.announce(self.test1, title="Zebra undated")
        month = f"{start:%Y-%m}"
        url = f"/market?view=calendar&words=zebra&month={month}"
        tree = self.tree(url)
        events = [link.get("title") for link in css(tree, "a.o_wezer_event")]
        self.assertEqual(events, ["Zebra dated"])
        agenda = css(tree, "*.o_wezer_agenda a")
        self.assertEqual([link.text_content() for link in agenda], ["Zebra dated"])
        (following,) = css(tree, "a[rel=next]")
        self.assertIn("words=zebra", following.get("href"))
        far = f"{start + timedelta(days=200):%Y-%m}"
        later = self.get(f"/market?view=calendar&words=zebra&month={far}")
        self.assertIn("No announcement has a date in these weeks.", later)

    def test_a_member_finds_their_own_dates_marked(self):
        start = fields.Datetime.now() + timedelta(days=3)
        mine = self.announce(self.test1, title="Zebra claimed", date_start=start)
        self.announce(self.test1, title="Zebra other", date_start=start)
        self.claim(self.test2, mine)
        url = f"/market?view=calendar&words=zebra&month={start:%Y-%m}"

        def marked():
            shown = css(self.tree(url), "a.o_wezer_event_mine")
            return [link.get("title") for link in shown]

        self.assertEqual(marked(), [])
        self.login(self.test2)
        self.assertEqual(marked(), ["Zebra claimed"])

    def test_whatever_month_is_asked_for_a_month_is_shown(self):
        for month in ("", "0000-00", "9999-12", "2026-13", "x", "2026-1-1", "1" * 500):
            self.assertIn(
                "o_wezer_calendar", self.get(f"/market?view=calendar&month={month}")
            )
        self.assertIn("o_wezer_grid", self.get("/market?view=nonsense"))
