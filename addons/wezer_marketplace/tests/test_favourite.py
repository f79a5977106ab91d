from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models import wezer_favourite
from .common import MarketCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestFavourite(MarketCommon):
    def favourites(self, user):
        return self.env["wezer.favourite"].with_user(user)

    def notices(self, user):
        domain = [
            ("partner_id", "=", user.partner_id.id),
            ("kind", "=", "favourite"),
            ("settled", "=", False),
        ]
        return self.env["wezer.notice"].search(domain).mapped("text")

    def test_a_favourite_is_kept_once_and_seen_by_its_owner_alone(self):
        announcement = self.announce(self.test1)
        first = self.favourites(self.test2).keep(announcement.id)
        self.assertEqual(self.favourites(self.test2).keep(announcement.id), first)
        self.assertEqual(
            self.favourites(self.test2)._among(announcement), {announcement.id}
        )
        for other in (self.test1, self.stranger, self.moderator):
            self.assertFalse(self.favourites(other).search([]), other.name)
            with self.assertRefused():
                self.as_(other, announcement).mapped("favourite_ids")

    def test_visitors_keep_nothing(self):
        announcement = self.announce(self.test1)
        visitor = self.env.ref("base.public_user")
        self.assertIsNone(self.favourites(visitor)._among(announcement))
        for method in ("keep", "drop"):
            with self.assertRefused():
                getattr(self.favourites(visitor), method)(announcement.id)

    def test_what_one_does_not_see_is_no_favourite(self):
        draft = self.announce(self.test1, publish=False)
        for number in (draft.id, 0, -1, 2**40, "x", [draft.id], None, True):
            with self.assertRefused("see"):
                self.favourites(self.test2).keep(number)

    def test_dropping_drops_ones_own_alone(self):
        announcement = self.announce(self.test1)
        self.favourites(self.test2).keep(announcement.id)
        self.favourites(self.test3).keep(announcement.id)
        self.favourites(self.test2).drop(announcement.id)
        self.favourites(self.test2).drop(announcement.id)
        self.assertFalse(self.favourites(self.test2)._among(announcement))
        self.assertTrue(self.favourites(self.test3)._among(announcement))

    def test_there_is_a_limit(self):
        self.patch(wezer_favourite, "KEPT_MAX", 1)
        self.favourites(self.test2).keep(self.announce(self.test1).id)
        other = self.announce(self.test1)
        with self.assertRefused("kept"):
            self.favourites(self.test2).keep(other.id)

    def test_a_place_that_is_free_again_leaves_a_notice(self):
        announcement = self.announce(self.test1, waiting_list=False)
        self.favourites(self.test2).keep(announcement.id)
        self.favourites(self.test3).keep(announcement.id)
        deal = self.claim(self.test3, announcement)
        self.assertEqual(announcement.state, "full")
        self.assertFalse(self.notices(self.test2))
        deal.action_release("I am ill")
        self.assertEqual(announcement.state, "open")
        (message,) = self.notices(self.test2)
        self.assertIn("A thing to do", message)
        self.assertFalse(self.notices(self.test3), "who gave it back knows")
        self.favourites(self.test2).drop(announcement.id)
        self.assertFalse(self.notices(self.test2))

    def test_who_keeps_it_hears_that_it_closes(self):
        announcement = self.announce(self.test1)
        self.favourites(self.test2).keep(announcement.id)
        announcement.sudo().expiry = fields.Date.today() + timedelta(days=2)
        self.env["wezer.announcement"]._cron_expire()
        self.assertEqual(len(self.notices(self.test2)), 1)
        self.env["wezer.announcement"]._cron_expire()
        self.assertEqual(len(self.notices(self.test2)), 1, "once")

    def test_who_does_not_see_it_any_more_hears_nothing(self):
        announcement = self.announce(self.test1)
        self.favourites(self.test2).keep(announcement.id)
        announcement.sudo().write(
            {
                "expiry": fields.Date.today() + timedelta(days=2),
                "visibility": "groups",
            }
        )
        self.env["wezer.announcement"]._cron_expire()
        self.assertFalse(self.notices(self.test2))

    def test_leaving_takes_them_along_and_the_download_names_them(self):
        announcement = self.announce(self.test1, title="Zebra to keep")
        self.favourites(self.test2).keep(announcement.id)
        data = self.test2.partner_id._wezer_personal_data()
        self.assertEqual(data["favourites"], [{"announcement": "Zebra to keep"}])
        # The file that members download is made of rows like these.
        self.assertTrue(self.env["wezer.personal.data"]._zip(self.test2.partner_id))


@tagged("post_install", "-at_install")
class TestFavouritePages(WebsiteCommon):
    def test_a_member_keeps_finds_and_drops_a_favourite(self):
        announcement = self.announce(self.test1, title="Zebra to keep")
        self.announce(self.test1, title="Zebra to leave")
        self.login(self.test2)
        address = f"/market/{announcement.slug}/favourite"
        self.assertIn('aria-pressed="false"', self.get("/market"))
        self.post(address, keep="1", back="/market?words=zebra")
        page = self.get("/market?favourites=1")
        self.assertIn("Zebra to keep", page)
        self.assertNotIn("Zebra to leave", page)
        self.assertIn("My favourites", page)
        self.post(address, keep="")
        self.assertIn("You have no favourites here.", self.get("/market?favourites=1"))

    def test_an_address_of_favourites_shows_visitors_the_market(self):
        self.announce(self.test1, title="Zebra to keep")
        page = self.get("/market?favourites=1")
        self.assertIn("Zebra to keep", page)
        self.assertNotIn("o_wezer_heart", page)

    def test_the_heart_of_an_announcement_is_on_its_own_page(self):
        announcement = self.announce(self.test1, title="Zebra to keep")
        page = f"/market/{announcement.slug}"
        self.assertNotIn("o_wezer_heart", self.get(page))
        self.login(self.test2)
        self.assertIn('aria-pressed="false"', self.get(page))
        self.post(f"{page}/favourite", keep="1", back=page)
        text = self.get(page)
        self.assertIn('aria-pressed="true"', text)
        self.assertEqual(text.count('id="wezer_favourite_form"'), 1)
