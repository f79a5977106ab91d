"""What visitors read is asked of the database in few queries, and is right at once."""

from unittest.mock import patch

from lxml import html

from odoo.sql_db import Cursor
from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_marketplace.tests.common import MarketCommon
from odoo.addons.wezer_marketplace.tests.test_pictures import picture

MOST = 12
ANNOUNCEMENTS = 30
# Statements of the test's own cursor, which lets requests share a transaction.
OF_THE_TEST = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@tagged("post_install", "-at_install")
class TestVisitorQueries(MarketCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.wezer_visitors_see_members = True
        groups = cls.env["wezer.group"]
        cls.circles = groups.create(
            [
                {"name": f"Circle {number}", "kind": "circle", "visibility": "public"}
                for number in range(4)
            ]
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _fill(self):
        authors = [self.test1, self.test2, self.test3]
        return [
            self.announce(
                authors[number % 3],
                title=f"Thing {number}",
                kind="want" if number % 2 else "offer",
                visibility="everyone",
            )
            for number in range(ANNOUNCEMENTS)
        ]

    def _statements(self, path):
        """Return the statements of a page that was read before."""
        statements = []
        execute = Cursor.execute

        def counting(cursor, query, *args, **kwargs):
            text = str(getattr(query, "code", query)).lstrip()
            if not text.startswith(OF_THE_TEST) or "wezer_lock" in text:
                statements.append(text)
            return execute(cursor, query, *args, **kwargs)

        expected = 404 if "no-such" in path else 200
        for _turn in range(2):
            self.assertEqual(self.url_open(path).status_code, expected, path)
        with patch.object(Cursor, "execute", counting):
            self.url_open(path)
        return statements

    def _text(self, path):
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200, path)
        return html.fromstring(answer.text).text_content()

    def _gather(self):
        """Return a circle with circles, roles and members, inside another circle."""
        groups, places = self.env["wezer.group"], self.env["wezer.group.membership"]
        public = {"visibility": "public"}
        village = self.circles[0]
        garden = groups.create({"name": "Garden", "parent_id": village.id, **public})
        inside = groups.create(
            [
                {"name": name, "parent_id": garden.id, "kind": kind, **public}
                for name, kind in (
                    ("Compost", "circle"),
                    ("Greenhouse", "circle"),
                    ("Treasurer", "role"),
                    ("Lead", "role"),
                )
            ]
        )
        groups.create({"name": "Pots", "parent_id": inside[1].id, **public})
        inside[3].write({"link": "lead", "right_market": True, "right_manage": True})
        for user, group in (
            (self.test1, garden),
            (self.test2, inside[0]),
            (self.test3, inside[1]),
            (self.test1, inside[2]),
            (self.test1, inside[3]),
        ):
            places.create({"group_id": group.id, "partner_id": user.partner_id.id})
        garden.cover = picture()
        for number, user in enumerate([self.test1, self.test1, self.test2, self.test3]):
            one = self.announce(
                user,
                title=f"Of the garden {number}",
                kind="want" if number % 2 else "offer",
                visibility="everyone",
                pictures=[{"image": picture(), "caption": "A picture"}],
            )
            one.sudo().group_ids = garden
            if not number:
                one.sudo().author_id = garden.partner_id
        return garden

    def _paths(self):
        announcements = self._fill()
        self.company.wezer_terms = "<p>Be kind.</p>"
        garden = self._gather()
        rake = self.announce(
            self.test1,
            title="A rake",
            visibility="everyone",
            pictures=[
                {"image": picture(colour), "caption": colour}
                for colour in ("#ff0000", "#00ff00", "#0000ff")
            ],
            city="Lyon",
            latitude=45.76,
            longitude=4.84,
        )
        question = self.env["wezer.announcement.question"].with_user(self.test2)
        question.action_ask(rake.id, "How long is it?")
        return [
            *("/", "/how-it-works", "/contactus", "/community/terms", "/no-such-page"),
            *("/web/login", "/web/signup", "/app/offline", "/market/no-such-thing"),
            *("/market", "/market?view=map", "/market?view=calendar", "/market/page/2"),
            f"/market?category={self.category.id}",
            f"/market/{announcements[0].slug}",
            f"/market/{rake.slug}",
            *("/groups", "/groups/map", "/groups/history", "/groups/structure"),
            f"/groups/map?circle={garden.slug}",
            f"/groups/{garden.slug}",
            f"/groups/{garden.slug}/history",
            f"/groups/{garden.parent_id.slug}",
            "/members",
        ]

    def _assert_few(self, *paths):
        for path in paths:
            with self.subTest(path=path):
                statements = self._statements(path)
                self.assertLessEqual(len(statements), MOST, "\n".join(statements))

    def test_a_warm_page_takes_at_most_twelve_queries(self):
        paths = self._paths()
        profile = self.test1.partner_id._wezer_profile()
        self._assert_few(*paths, f"/members/{profile.slug}")
        # The other end of what a community may choose.
        self.company.wezer_visitors_see_members = False
        self.company.wezer_reputation_seen = "everyone"
        self._assert_few(
            *(path for path in paths if path.startswith(("/groups", "/market")))
        )

    def test_more_announcements_take_no_more_queries(self):
        self.announce(self.test1, title="First thing", visibility="everyone")
        self.announce(self.test2, title="Second thing", visibility="everyone")
        few = len(self._statements("/market"))
        self._fill()
        self.assertLessEqual(len(self._statements("/market")), few)

    # === NOTHING OUTLIVES A CHANGE === #

    def test_names_of_members_go_at_once_when_visitors_may_not_see_them(self):
        announcement = self.announce(self.test1, title="Rake", visibility="everyone")
        path = f"/market/{announcement.slug}"
        for page in ("/market", path):
            self.assertIn("Test1", self._text(page))
        self.company.wezer_visitors_see_members = False
        for page in ("/market", path):
            self.assertNotIn("Test1", self._text(page))
        self.company.wezer_visitors_see_members = True
        for page in ("/market", path):
            self.assertIn("Test1", self._text(page))

    def test_a_group_that_hides_itself_is_on_no_page_at_once(self):
        self.company.wezer_visitors_see_members = False
        circle = self.circles[0]
        announcement = self.announce(self.test1, title="Rake", visibility="everyone")
        announcement.sudo().author_id = circle.partner_id
        pages = ("/market", f"/market/{announcement.slug}", "/groups")
        for page in pages:
            self.assertIn("Circle 0", self._text(page))
        circle.visibility = "members"
        for page in pages:
            self.assertNotIn("Circle 0", self._text(page))
        self.assertEqual(self.url_open(f"/groups/{circle.slug}").status_code, 404)
        circle.visibility = "public"
        for page in pages:
            self.assertIn("Circle 0", self._text(page))

    def test_an_announcement_for_members_only_is_gone_at_once(self):
        announcement = self.announce(self.test1, title="Rake", visibility="everyone")
        self.assertIn("Rake", self._text("/market"))
        announcement.sudo().visibility = "members"
        self.assertNotIn("Rake", self._text("/market"))
        path = f"/market/{announcement.slug}"
        self.assertNotIn("Rake", self.url_open(path).text)

    def test_a_line_of_the_menu_is_gone_at_once_for_who_may_not_read_it(self):
        menus = self.env["website.menu"]
        website = self.env["website"].get_current_website()
        menu = menus.create(
            {
                "name": "Minutes",
                "url": "/minutes",
                "parent_id": website.menu_id.id,
                "website_id": website.id,
            }
        )
        self.test1.password = "wm_test1"
        for login in (None, "wm_test1"):
            self.authenticate(login, login)
            self.assertIn("Minutes", self._text("/market"))
        menu.group_ids = self.env.ref("base.group_portal")
        self.assertIn("Minutes", self._text("/market"))
        self.authenticate(None, None)
        self.assertNotIn("Minutes", self._text("/market"))
        menu.group_ids = False
        menu.name = "Protocols"
        self.assertIn("Protocols", self._text("/market"))

    def test_a_page_that_is_not_published_leaves_the_menu_at_once(self):
        website = self.env["website"].get_current_website()
        made = website.new_page("Harvest", add_menu=True)
        page = self.env["website.page"].browse(made["page_id"])
        page.is_published = True
        self.assertIn("Harvest", self._text("/market"))
        page.is_published = False
        self.assertNotIn("Harvest", self._text("/market"))

    def test_names_of_currency_company_and_website_are_new_at_once(self):
        announcement = self.announce(self.test1, title="Rake", visibility="everyone")
        path = f"/market/{announcement.slug}"
        self.assertIn("COM", self._text(path))
        self.com.code = "GRN"
        self.assertIn("GRN", self._text(path))
        self.env["website"].get_current_website().name = "Les Ormes"
        self.assertIn("Les Ormes", self.url_open(path).text)

    def test_what_one_language_reads_is_not_shown_in_another(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].get_current_website()
        website.language_ids |= self.env.ref("base.lang_fr")
        menu = self.env["website.menu"].create(
            {
                "name": "Minutes",
                "url": "/minutes",
                "parent_id": website.menu_id.id,
                "website_id": website.id,
            }
        )
        menu.with_context(lang="fr_FR").name = "Comptes rendus"
        self.assertIn("Minutes", self._text("/market"))
        self.assertIn("Comptes rendus", self._text("/fr/market"))
        # The browser remembers the language.
        self.opener.cookies.clear()
        self.assertIn("Minutes", self._text("/market"))
        menu.with_context(lang="fr_FR").name = "Procès-verbaux"
        self.assertIn("Procès-verbaux", self._text("/fr/market"))

    # === WHAT IS KEPT === #

    def test_a_transaction_reads_what_it_has_written_itself(self):
        website = self.env["website"].get_current_website()
        website.invalidate_recordset()
        website._wezer_take_kept()
        website.name = "Les Ormes"
        website.flush_recordset()
        website.invalidate_recordset()
        website._wezer_take_kept()
        self.assertEqual(website.name, "Les Ormes")

    def test_fields_of_a_group_are_not_kept(self):
        for name in ("website", "res.company", "website.menu", "wezer.currency"):
            model = self.env[name]
            for field in model._wezer_kept_names():
                self.assertFalse(model._fields[field].groups, f"{name}.{field}")
