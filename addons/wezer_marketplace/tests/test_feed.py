from datetime import timedelta

import vobject
from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .test_website_market import WebsiteCommon

ATOM = "{http://www.w3.org/2005/Atom}"


@tagged("post_install", "-at_install")
class TestFeed(WebsiteCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = fields.Datetime.now() + timedelta(days=3)
        cls.dated = {"date_start": day, "date_end": day + timedelta(hours=2)}

    def atom(self, query=""):
        page = self.url_open(f"/market/feed.atom{query}")
        self.assertIn("application/atom+xml", page.headers["Content-Type"])
        return etree.fromstring(page.content)

    def titles(self, query=""):
        return [
            entry.findtext(f"{ATOM}title")
            for entry in self.atom(query).iter(f"{ATOM}entry")
        ]

    def events(self, query=""):
        page = self.url_open(f"/market/feed.ics{query}")
        self.assertIn("text/calendar", page.headers["Content-Type"])
        return vobject.readOne(page.text).contents.get("vevent", [])

    def test_a_feed_lists_its_search_newest_first(self):
        self.announce(self.test1, title="Zebra & <co>\x07")
        self.announce(self.test1, title="Zebra two", kind="offer")
        self.announce(self.test1, title="Lion")
        titles = self.titles("?words=zebra")
        self.assertEqual(
            titles, ["Help offered: Zebra two", "Help wanted: Zebra & <co>"]
        )
        self.assertEqual(self.titles("?words=zebra&kind=offer"), titles[:1])
        feed = self.atom("?words=zebra")
        self.assertTrue(feed.findtext(f"{ATOM}id").endswith("/market?words=zebra"))

    def test_a_calendar_lists_what_has_a_day(self):
        self.announce(self.test1, title="Zebra day", city="Genève", **self.dated)
        self.announce(self.test1, title="Zebra without a day")
        (event,) = self.events("?words=zebra")
        self.assertEqual(event.summary.value, "Help wanted: Zebra day")
        self.assertEqual(event.location.value, "Genève")
        start = self.dated["date_start"].replace(microsecond=0)
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), start)

    def test_feeds_have_no_names_and_nothing_that_is_not_public(self):
        secret = self.env["wezer.group"].create(
            {"name": "Zqsecret circle", "visibility": "members"}
        )
        self.env["wezer.group.membership"].create(
            {"group_id": secret.id, "partner_id": self.test1.partner_id.id}
        )
        only = {"visibility": "groups", "group_ids": secret.ids}
        self.announce(self.test1, title="Zqhidden one", **only, **self.dated)
        self.announce(self.test1, title="Zqmembers", visibility="members", **self.dated)
        shown = self.announce(
            self.test1, title="Zqopen", group_ids=secret.ids, **self.dated
        )
        self.announce(self.test1, title="Zqdraft", publish=False, **self.dated)
        # Nor where the community shows names on its pages: feeds are copied.
        self.env.company.wezer_visitors_see_members = True
        for login in (None, self.test1):
            self.login(login)
            for address in ("/market/feed.atom", "/market/feed.ics"):
                page = self.url_open(address).text
                self.assertIn(shown.title, page)
                for word in ("Zqhidden", "Zqmembers", "Zqdraft", "Zqsecret"):
                    self.assertNotIn(word, page)
                self.assertNotIn(self.test1.name, page)
                page = self.url_open(f"{address}?group={secret.id}").text
                self.assertNotIn(shown.title, page)

    def test_a_feed_answers_any_address(self):
        for query in ("?category=99999999&words=%27", "?km=5&lat=x&lon=999", "?when=9"):
            self.assertEqual(
                self.url_open(f"/market/feed.atom{query}").status_code, 200
            )
            self.assertEqual(self.url_open(f"/market/feed.ics{query}").status_code, 200)

    def test_filters_stay_in_the_address_and_find_the_same(self):
        near = {"latitude": 46.21, "longitude": 6.14, "city": "Genève"}
        self.announce(self.test1, title="Zebra near", **near, **self.dated)
        self.announce(self.test1, title="Zebra elsewhere", city="Paris")
        for query, there, away in (
            ("words=zebr", ("near", "elsewhere"), ()),
            ("words=zebra&km=5&lat=46.2&lon=6.15", ("near",), ("elsewhere",)),
            ("words=zebra&km=5&place=geneve", ("near",), ("elsewhere",)),
            ("words=zebra&when=week", ("near",), ("elsewhere",)),
            ("words=zebra&when=today", (), ("near", "elsewhere")),
            (f"words=zebra&currency={self.com.id}&price_to=49", (), ("near",)),
            (f"words=zebra&currency={self.com.id}&price_from=50", ("near",), ()),
            ("words=zebra&author=nobody", (), ("near", "elsewhere")),
            ("words=zebra&price_from=cheap&sort=nonsense", ("near",), ()),
        ):
            page = self.get(f"/market?{query}")
            # Where nothing fits, what is near it comes below.
            page, _line, nearly = page.partition("Similar announcements")
            self.assertEqual(bool(nearly), not there, query)
            for word in there:
                self.assertIn(f"Zebra {word}", page, query)
            for word in away:
                self.assertNotIn(f"Zebra {word}", page, query)
            for name in query.split("&"):
                if "nonsense" not in name and "cheap" not in name:
                    self.assertIn(
                        name, page.replace("&amp;", "&"), "in its feed's link"
                    )
