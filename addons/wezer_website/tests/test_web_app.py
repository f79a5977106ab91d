import io
import json
import re
from unittest.mock import patch

from lxml import html
from PIL import Image

from odoo.tests import HttpCase, new_test_user, tagged

from ..tools import app_icon, web_app


@tagged("post_install", "-at_install")
class TestWebApp(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = new_test_user(
            cls.env, "phone@example.com", "base.group_portal", password="a phone 1 pw"
        )

    def _bar(self, path="/market"):
        page = html.fromstring(self.url_open(path).text)
        (bar,) = page.xpath("//nav[contains(@class, 'o_wezer_bar')]")
        return bar

    def test_a_manifest_names_the_community_and_its_pictures(self):
        self.env.company.name = "Les Ormes"
        answer = self.url_open("/app/manifest.webmanifest")
        self.assertIn("application/manifest+json", answer.headers["Content-Type"])
        manifest = json.loads(answer.text)
        self.assertEqual(manifest["name"], "Les Ormes")
        self.assertEqual(manifest["scope"], "/")
        found = {(row["sizes"], row["purpose"]) for row in manifest["icons"]}
        self.assertEqual(
            found,
            {
                (size, purpose)
                for size in ("192x192", "512x512")
                for purpose in ("any", "maskable")
            },
        )
        for row in manifest["icons"]:
            picture = self.url_open(row["src"])
            self.assertEqual(picture.headers["Content-Type"], "image/png")
            size = Image.open(io.BytesIO(picture.content)).size
            self.assertEqual("{}x{}".format(*size), row["sizes"])

    def test_an_icon_is_drawn_once_and_anew_when_the_community_changes(self):
        company, path = self.env.company, "/app/icon/192/any.png"
        company.name = "Ormes"
        with patch.object(app_icon, "draw", wraps=app_icon.draw) as draw:
            first = self.url_open(path).content
            self.assertEqual(self.url_open(path).content, first)
            self.assertEqual(draw.call_count, 1)
            company.name = "Tilleuls"
            self.assertNotEqual(self.url_open(path).content, first)
            self.assertEqual(draw.call_count, 2)

    def test_an_icon_has_no_other_size(self):
        self.assertEqual(self.url_open("/app/icon/4096/any.png").status_code, 404)

    def test_an_icon_is_the_picture_where_it_is_large_enough_and_a_letter_else(self):
        def red(side):
            written = io.BytesIO()
            Image.new("RGB", (side, side), "red").save(written, "PNG")
            return written.getvalue()

        def middle(picture):
            drawn = app_icon.draw([picture], "Ormes", 192, True, "#0000ff", "#0000ff")
            return Image.open(io.BytesIO(drawn)).getpixel((96, 96))

        self.assertEqual(middle(red(200)), (255, 0, 0))
        self.assertEqual(middle(red(16)), (0, 0, 255))
        self.assertEqual(middle(b"<svg/>"), (0, 0, 255))

    def test_the_service_worker_serves_the_whole_site_and_keeps_no_page(self):
        answer = self.url_open("/service-worker.js")
        self.assertIn("javascript", answer.headers["Content-Type"])
        self.assertNotIn("WEZER_VERSION", answer.text)
        # Only the offline page, and the picture on its way.
        kept = re.findall(
            r"cache\.(?:add|put)\(\s*(?:new Request\()?([^,)]+)", answer.text
        )
        self.assertEqual(
            [one.strip() for one in kept], ["OFFLINE", '"/app/shared/picture"']
        )

    def test_another_ground_of_the_pages_makes_another_service_worker(self):
        website = self.env["website"].get_current_website()
        before = web_app.service_worker(website)
        self.assertEqual(web_app.service_worker(website), before)
        theme = {**web_app._theme(website), "o-color-4": "#123456"}
        with patch.object(web_app, "_theme", lambda _website: theme):
            self.assertNotEqual(web_app.service_worker(website), before)

    def test_the_page_without_a_network_needs_nothing_else(self):
        self.env.company.name = "Les Ormes"
        answer = self.url_open("/app/offline")
        self.assertIn("Les Ormes", answer.text)
        page = html.fromstring(answer.text)
        self.assertFalse(page.xpath("//script | //link"))
        for picture in page.xpath("//img/@src"):
            self.assertTrue(picture.startswith("data:"), picture[:80])

    def test_the_page_without_a_network_has_the_communitys_colours(self):
        self.env.company.primary_color = "#8a3b12"
        page = html.fromstring(self.url_open("/app/offline").text)
        self.assertIn("--accent: #8a3b12", page.get("style"))

    def test_a_shared_picture_that_no_service_worker_took_leads_to_the_form(self):
        self.authenticate("phone@example.com", "a phone 1 pw")
        answer = self.url_open("/app/share", data={"title": "x"}, allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/market/new"))

    # === THE BAR === #

    def test_visitors_see_where_to_look_and_how_to_come_in(self):
        self.env["website"].get_current_website().auth_signup_uninvited = "b2c"
        links = self._bar().xpath(".//a/@href")
        self.assertEqual(links, ["/market", "/groups", "/web/signup", "/web/login"])

    def test_members_see_their_five_places_and_where_they_are(self):
        self.authenticate("phone@example.com", "a phone 1 pw")
        bar = self._bar()
        self.assertEqual(
            bar.xpath(".//a/@href"),
            ["/market", "/my/deals", "/market/new", "/my/wallet", "/my"],
        )
        (here,) = bar.xpath(".//a[@aria-current='page']/@href")
        self.assertEqual(here, "/market")

    def test_whoever_waits_to_be_accepted_is_offered_nothing_that_is_refused(self):
        self.member.partner_id._wezer_profile().state = "pending"
        self.authenticate("phone@example.com", "a phone 1 pw")
        links = self._bar().xpath(".//a/@href")
        self.assertEqual(links, ["/market", "/groups", "/my/notices", "/my"])

    def test_the_number_at_deals_counts_deals_and_the_one_at_me_the_rest(self):
        notices = self.env["wezer.notice"]
        for res_id in (7, 7, 8):
            notices.create(
                {
                    "partner_id": self.member.partner_id.id,
                    "kind": "message",
                    "message": "Anna wrote",
                    "res_model": "wezer.deal",
                    "res_id": res_id,
                }
            )
        self.member.partner_id._wezer_notify("approved", "Welcome!", url="/my")
        counts = self.env["res.users"].with_user(self.member)._wezer_notice_counts()
        self.assertEqual((counts["deals"], counts["me"]), (2, 1))

    # === HOME === #

    def test_members_see_their_own_home_on_the_first_page_and_visitors_the_sites(self):
        self.assertNotIn("o_wezer_dashboard", self.url_open("/").text)
        self.authenticate("phone@example.com", "a phone 1 pw")
        self.assertIn("o_wezer_dashboard", self.url_open("/").text)

    def test_a_member_without_a_wallet_comes_to_all_wallets(self):
        self.authenticate("phone@example.com", "a phone 1 pw")
        answer = self.url_open("/my/wallet", allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my/wallets"))
