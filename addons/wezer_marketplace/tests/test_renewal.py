from base64 import b64encode
from datetime import datetime, timedelta
from io import BytesIO

from freezegun import freeze_time
from PIL import Image

from odoo import fields, http
from odoo.tests import tagged

from .common import MarketCommon
from .test_website_market import WebsiteCommon


def picture(kind="PNG"):
    file = BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, kind)
    return b64encode(file.getvalue())


@tagged("post_install", "-at_install")
class TestRenewal(MarketCommon):
    def clock(self, day):
        with freeze_time(day):
            self.env["wezer.announcement"]._cron_expire()
            self.env["wezer.announcement"]._cron_repeat()

    def reminders(self, user):
        return self.env["wezer.notice"].search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", "expiring"),
                ("settled", "=", False),
            ]
        )

    @freeze_time("2030-01-01 10:00:00")
    def test_the_author_is_reminded_once_before_it_closes(self):
        want = self.announce(self.test1, expiry="2030-01-20")
        self.clock("2030-01-16 10:00:00")
        self.assertFalse(self.reminders(self.test1))
        self.clock("2030-01-17 10:00:00")
        self.clock("2030-01-18 10:00:00")
        self.assertEqual(len(self.reminders(self.test1)), 1)
        self.clock("2030-01-20 10:00:00")
        self.assertEqual(want.state, "open", "its last day is a day")
        self.clock("2030-01-21 10:00:00")
        self.assertEqual((want.state, want.end_reason), ("ended", "expired"))
        self.assertFalse(self.reminders(self.test1), "the matter is done")

    @freeze_time("2030-01-01 10:00:00")
    def test_renewing_gives_as_long_again_and_is_reminded_again(self):
        want = self.announce(self.test1, expiry="2030-01-20")
        self.clock("2030-01-18 10:00:00")
        with freeze_time("2030-01-18 10:00:00"):
            with self.assertRefused("acts_for"):
                self.as_(self.test2, want).action_renew()
            want.action_renew()
        self.assertEqual(str(want.expiry), "2030-02-06")
        self.assertFalse(self.reminders(self.test1))
        self.clock("2030-02-05 10:00:00")
        self.assertEqual(len(self.reminders(self.test1)), 1)

    @freeze_time("2030-01-01 10:00:00")
    def test_renewing_reopens_what_expired_but_not_what_was_closed(self):
        want = self.announce(self.test1, expiry="2030-01-20")
        closed = self.announce(self.test1, title="Closed", expiry="2030-01-20")
        closed.action_close()
        self.clock("2030-01-25 10:00:00")
        self.assertEqual(want.state, "ended")
        with freeze_time("2030-01-25 10:00:00"):
            want.action_renew()
            self.assertEqual(want.state, "open")
            with self.assertRefused("state"):
                closed.action_renew()

    @freeze_time("2030-01-01 10:00:00")
    def test_an_event_takes_answers_until_its_day(self):
        want = self.announce(self.test1, date_start="2030-01-10 10:00:00")
        self.assertEqual(str(want.expiry), "2030-01-10")
        self.clock("2030-01-11 01:00:00")
        self.assertEqual(want.state, "ended")

    # === COMING AGAIN === #

    def series(self, **vals):
        self.test1.tz = "Europe/Paris"
        return self.announce(
            self.test1,
            **{
                "date_start": "2030-03-28 09:00:00",
                "date_end": "2030-03-28 11:00:00",
                "repeat": "week",
                **vals,
            },
        )

    def next_of(self, want):
        return want.sudo().next_id.with_user(self.test1)

    @freeze_time("2030-03-20 10:00:00")
    def test_a_repeated_announcement_is_posted_with_all_places_free(self):
        want = self.series(places=2, steps="One\nTwo")
        self.claim(self.test2, want)
        self.clock("2030-03-27 10:00:00")
        self.assertFalse(want.sudo().next_id)
        self.clock("2030-03-28 12:00:00")
        again = self.next_of(want)
        self.assertEqual((again.state, again.places_left), ("open", 2))
        self.assertEqual(again.title, want.title)
        self.assertEqual(again.price_text, want.price_text)
        self.assertNotEqual(again.slug, want.slug)
        # At ten in the morning of Paris, though summer has come.
        self.assertEqual(again.date_start, datetime(2030, 4, 4, 8, 0))
        self.assertEqual(again.date_end, datetime(2030, 4, 4, 10, 0))
        self.assertEqual(str(again.expiry), "2030-04-04")
        self.clock("2030-03-28 13:00:00")
        self.assertEqual(self.next_of(want), again, "one each")
        with self.assertRefused("cap"):
            # Nobody is locked out of the next one, nor has it without claiming it.
            self.env.company.wezer_claims_cap = 1
            self.claim(self.test2, again)
        self.claim(self.test3, again)

    @freeze_time("2030-03-20 10:00:00")
    def test_days_that_were_missed_are_not_caught_up(self):
        want = self.series()
        self.clock("2030-05-01 10:00:00")
        self.assertEqual(self.next_of(want).date_start, datetime(2030, 5, 2, 8, 0))

    @freeze_time("2030-03-20 10:00:00")
    def test_the_last_day_and_closing_end_a_series(self):
        last = self.series(repeat_until="2030-04-01")
        closed = self.series(title="Closed")
        closed.action_close()
        self.clock("2030-03-28 12:00:00")
        self.assertFalse(last.sudo().next_id)
        self.assertFalse(closed.sudo().next_id)

    @freeze_time("2030-03-20 10:00:00")
    def test_a_writer_who_may_no_longer_act_leaves_only_a_draft(self):
        circle = self.env["wezer.group"].create({"name": "Zq circle"})
        role = self.env["wezer.group"].create(
            {
                "name": "Trader",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
                "right_wallet": True,
            }
        )
        member = self.env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": self.test1.partner_id.id}
        )
        first = self.series(acting=circle.partner_id.id)
        second = self.series(acting=circle.partner_id.id, title="Second")
        second.sudo().write(
            {"date_start": "2030-04-28 09:00:00", "date_end": "2030-04-28 11:00:00"}
        )
        self.clock("2030-03-28 12:00:00")
        self.assertEqual(first.sudo().next_id.state, "open")
        member.state = "left"
        self.clock("2030-04-28 12:00:00")
        self.assertEqual(second.sudo().next_id.state, "draft")

    def test_a_series_needs_a_first_day(self):
        with self.assertRefused("repeat"):
            self.announce(self.test1, repeat="week")

    # === PICTURES AND PLACES === #

    def test_a_file_that_is_no_picture_is_refused(self):
        want = self.announce(self.test1, image_1920=picture())
        self.assertTrue(want.image_128)
        script = b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
        for evil in (script, b"x", "x", 5):
            with self.assertRefused("picture"):
                want.action_edit({"image_1920": evil})
        want.action_edit({"image_1920": False})
        self.assertFalse(want.image_128)

    def test_coordinates_outside_the_map_are_refused(self):
        want = self.announce(self.test1, latitude=46.2, longitude=6.1)
        self.assertTrue(want.located)
        for evil in ((91, 0), ("x", 1), (1, 999), ([1], 2)):
            with self.assertRefused("place"):
                want.action_edit({"latitude": evil[0], "longitude": evil[1]})


@tagged("post_install", "-at_install")
class TestRenewalPages(WebsiteCommon):
    def test_one_click_renews_only_own_announcements(self):
        day = fields.Date.today() + timedelta(days=2)
        want = self.announce(self.test1, expiry=str(day))
        url = f"/market/{want.slug}"
        self.login(self.test2)
        self.assertNotIn("o_wezer_renew", self.get(url))
        self.post(f"{url}/renew", 404)
        self.login(self.test1)
        self.assertIn("o_wezer_renew", self.get(url))
        self.post(f"{url}/renew")
        self.assertGreater(want.expiry, day)

    def test_the_form_sets_picture_place_language_and_series(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        self.login(self.test1)
        form = {
            "title": "A zebra to draw",
            "date_start": "2031-01-02T10:00",
            "repeat": "fortnight",
            "repeat_until": "2031-03-01",
            "language_id": str(french.id),
            "lat": "46.2",
            "lon": "6.1",
            "quantity": "1",
        }
        self.url_open(
            "/market/new",
            data={**form, "csrf_token": http.Request.csrf_token(self)},
            files={"pictures": ("zebra.png", BytesIO(self.png()), "image/png")},
        )
        want = self.env["wezer.announcement"].search([("title", "=", form["title"])])
        self.assertTrue(want.image_128)
        self.assertTrue(want.located)
        self.assertEqual((want.repeat, want.language_id), ("fortnight", french))
        page = self.get(f"/market/{want.slug}/edit")
        for value in ("46.2", "2031-03-01", "fortnight"):
            self.assertIn(value, page)
        self.login(None)
        self.assertIn("o_wezer_picture_large", self.get(f"/market/{want.slug}"))
        image = self.url_open(f"/web/image/wezer.announcement/{want.id}/image_128")
        self.assertTrue(image.headers["Content-Type"].startswith("image/"))
        self.assertNotIn("svg", image.headers["Content-Type"])

    def png(self):
        file = BytesIO()
        Image.new("RGB", (200, 200), "green").save(file, "PNG")
        return file.getvalue()
