from datetime import datetime, timedelta

import vobject
from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.tools import days

from ..tools import search_params
from .test_task import TaskCommon
from .test_website_market import WebsiteCommon


@tagged("post_install", "-at_install")
class TestClosingDays(TaskCommon):
    """Announcements close at the end of a day of the community."""

    def _in(self, zone):
        self.env.company.wezer_tz = zone

    def _clock(self, moment):
        with freeze_time(moment):
            self.env["wezer.announcement"]._cron_expire()
            self.env["wezer.announcement"]._cron_repeat()

    def test_an_announcement_is_open_until_its_closing_day_has_ended(self):
        self.test1.tz = "Asia/Tokyo"
        for zone, open_still, closed in (
            # 16:30 of the 28th in Los Angeles was after its end before.
            ("America/Los_Angeles", "2027-03-01 07:59:59", "2027-03-01 08:00:00"),
            ("Pacific/Auckland", "2027-02-28 10:59:59", "2027-02-28 11:00:00"),
            ("Europe/Paris", "2027-02-28 22:59:59", "2027-02-28 23:00:00"),
        ):
            self._in(zone)
            with self.subTest(zone=zone):
                with freeze_time("2027-02-01 12:00:00"):
                    want = self.announce(self.test1, expiry="2027-02-28")
                self._clock(open_still)
                self.assertEqual(want.state, "open")
                self._clock(closed)
                self.assertEqual((want.state, want.end_reason), ("ended", "expired"))

    def test_an_event_closes_at_the_end_of_its_day(self):
        self._in("America/Los_Angeles")
        with freeze_time("2027-02-01 12:00:00"):
            want = self.announce(self.test1, date_end="2027-03-01 02:00:00")
            self.assertEqual(str(want.expiry), "2027-02-28")
            want.action_edit({"date_end": "2027-03-02 10:00:00", "expiry": want.expiry})
            self.assertEqual(str(want.expiry), "2027-03-02", "it follows")
            want.action_edit({"expiry": False})
            self.assertEqual(str(want.expiry), "2027-03-02", "never without")
            want.action_edit({"expiry": "2027-02-20"})
            want.action_edit({"date_end": "2027-03-05 10:00:00"})
            self.assertEqual(str(want.expiry), "2027-02-20", "it was chosen")

    def test_a_posted_task_closes_at_the_end_of_its_deadline(self):
        self._in("America/Los_Angeles")
        with freeze_time("2027-02-01 12:00:00"):
            # 16:30 of the 28th there.
            task = self._task("Until the 28th", date_deadline="2027-03-01 00:30:00")
            want = self._post(task)
        self.assertEqual(str(want.expiry), "2027-02-28")
        self._clock("2027-03-01 07:59:00")
        self.assertEqual(want.state, "open")
        self._clock("2027-03-01 08:00:00")
        self.assertEqual((want.state, want.end_reason), ("ended", "expired"))

    def test_many_tasks_posted_at_once_close_too(self):
        soon = fields.Datetime.now() + timedelta(days=3)
        late = fields.Datetime.now() - timedelta(days=3)
        tasks = self._task("Soon", date_deadline=soon) | self._task("Without")
        tasks |= self._task("Late", date_deadline=late)
        tasks |= self._task(
            "Backwards", date_deadline=soon, wezer_date_start=soon + timedelta(days=1)
        )
        result = tasks.action_post_to_marketplace()
        posted = tasks.sudo().wezer_announcement_ids
        self.assertEqual(sorted(posted.mapped("title")), ["Soon", "Without"])
        self.assertIn("Late", result["params"]["message"])
        self.assertIn("Backwards", result["params"]["message"])
        soon = posted.filtered(lambda one: one.title == "Soon")
        self.assertEqual(soon.expiry, days.day_of(self.env, soon.date_end))

    def test_days_in_the_past_and_in_the_wrong_order_are_refused(self):
        self._in("America/Los_Angeles")
        with freeze_time("2027-03-01 07:00:00"):
            for vals, rule in (
                ({"expiry": "2027-02-27"}, "expiry"),
                ({"date_end": "2027-02-27 10:00:00"}, "expiry"),
                (
                    {
                        "date_start": "2027-03-05 10:00:00",
                        "date_end": "2027-03-05 09:00:00",
                    },
                    "date",
                ),
                (
                    {
                        "date_start": "2027-03-05 10:00:00",
                        "repeat": "week",
                        "repeat_until": "2027-03-04",
                    },
                    "repeat_until",
                ),
            ):
                with self.subTest(vals=vals), self.assertRefused(rule):
                    self.announce(self.test1, **vals)
            # It is the 28th there, though March in UTC.
            want = self.announce(self.test1, expiry="2027-02-28")
        with freeze_time("2027-03-02 12:00:00"):
            want.action_edit({"title": "Not its day", "expiry": "2027-02-28"})
            with self.assertRefused("expiry"):
                want.action_edit({"expiry": "2027-03-01"})
            want.action_pause()
            with self.assertRefused("expiry"):
                want.action_publish()
            with self.assertRefused("date"):
                want.sudo().write(
                    {
                        "date_start": "2027-03-05 10:00:00",
                        "date_end": "2027-03-01 10:00:00",
                    }
                )

    def test_reopening_after_the_end_sets_a_new_closing_day(self):
        self._in("Europe/Paris")
        with freeze_time("2027-02-01 12:00:00"):
            want = self.announce(self.test1, date_end="2027-02-20 10:00:00")
            want.action_close()
        with freeze_time("2027-03-01 12:00:00"):
            want.action_reopen()
            self.assertGreater(want.expiry, days.today(self.env))
            want.action_close()
        self.env["wezer.announcement"]._cron_expire()

    def test_a_series_keeps_its_hour_and_its_last_day(self):
        self._in("Pacific/Auckland")
        self.test1.tz = False
        with freeze_time("2027-03-20 12:00:00"):
            # Saturday 09:00 there, Friday in UTC; the clocks go back on 4 April.
            want = self.announce(
                self.test1,
                date_start="2027-03-26 20:00:00",
                repeat="week",
                repeat_until="2027-04-10",
            )
        self._clock("2027-03-27 12:00:00")
        second = want.sudo().next_id
        self.assertEqual(second.date_start, datetime(2027, 4, 2, 20))
        self._clock("2027-04-03 12:00:00")
        third = second.next_id
        self.assertEqual(third.date_start, datetime(2027, 4, 9, 21))
        self.assertEqual(str(third.expiry), "2027-04-10")
        self._clock("2027-04-10 12:00:00")
        self.assertFalse(third.next_id, "the 17th is after the last day")

    def test_terms_end_after_they_begin_and_are_not_due_in_the_past(self):
        want = self.announce(self.test1)
        soon = fields.Datetime.now() + timedelta(days=3)
        with self.assertRefused("date"):
            self.propose(self.test2, want, date_start=soon, date_due=soon - days.DAY)
        with self.assertRefused("date"):
            self.propose(self.test2, want, date_due="2020-01-01")
        with self.assertRefused("date"):
            self.propose(self.test2, want, expiry="2020-01-01 10:00:00")
        steps = [
            {"name": "A", "percent": "50", "date_due": str(soon)[:19]},
            {"name": "B", "percent": "50", "date_due": str(soon - days.DAY)[:19]},
        ]
        with self.assertRefused("date"):
            self.propose(self.test2, want, milestones=steps)
        deal = self.propose(self.test2, want, date_due=soon)
        with self.assertRefused("date"):
            self.as_(self.test1, deal).action_counter({"date_due": "2020-01-01"})

    def test_a_day_alone_is_due_at_its_end(self):
        self._in("America/Los_Angeles")
        want = self.announce(self.test1)
        deal = self.propose(self.test2, want, date_due="2099-02-28")
        due = deal.sudo().terms_id.date_due
        self.assertEqual(due, datetime(2099, 3, 1, 7, 59, 59))

    def test_a_search_that_can_find_nothing_is_not_saved(self):
        searches = self.env["wezer.saved.search"].with_user(self.test2)
        with self.assertRefused("date"):
            searches.keep({"date_from": "2027-02-02", "date_to": "2027-02-01"})

    def test_a_term_in_a_group_does_not_end_before_it_begins(self):
        place = self.env["wezer.group.membership"].search(
            [("partner_id", "=", self.mark.partner_id.id)], limit=1
        )
        with self.assertRefused("date"):
            place.write({"date_from": "2027-02-02", "date_to": "2027-02-01"})

    def test_the_invariants_find_days_in_the_wrong_order(self):
        soon = fields.Datetime.now() + timedelta(days=3)
        want = self.announce(
            self.test1, date_start=soon, date_end=soon + timedelta(hours=1)
        )
        self.env.flush_all()
        checks = self.env["wezer.invariant"].sudo()
        for check, query in (
            ("_check_past_their_end", "SET expiry = NULL"),
            ("_check_past_their_end", "SET expiry = '2020-01-01'"),
            ("_check_days_in_order", "SET date_end = '2020-01-01'"),
        ):
            self.assertFalse(getattr(checks, check)())
            with self.env.cr.savepoint(flush=False) as damage:
                self.env.cr.execute(
                    f"UPDATE wezer_announcement {query} WHERE id = %s", [want.id]
                )
                self.env.invalidate_all(flush=False)
                self.assertTrue(getattr(checks, check)(), query)
                damage.rollback()
            self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestDaysOnPages(WebsiteCommon):
    """Page, filter, feed and form agree, whoever reads them."""

    def setUp(self):
        super().setUp()
        self.env.company.wezer_tz = "America/Los_Angeles"
        # 23:30 on 5 March and 00:30 on 6 March in Los Angeles; both the 6th in UTC.
        self.late = self._party("Zebra late", "2099-03-06 07:30:00")
        self.early = self._party("Zebra early", "2099-03-06 08:30:00")

    def _party(self, title, start):
        return self.announce(
            self.test1, title=title, date_start=start, visibility="everyone"
        )

    def _cookie(self, zone):
        self.opener.cookies.pop("tz", None)
        if zone:
            self.opener.cookies["tz"] = zone

    def test_the_filter_the_feed_and_the_calendar_have_the_same_day(self):
        query = "?words=zebra&date_from=2099-03-06&date_to=2099-03-06"
        for user, zone in ((None, "Pacific/Auckland"), (self.test2, "Asia/Tokyo")):
            self.login(user)
            self._cookie(zone)
            self.test2.tz = zone
            page = self.get(f"/market{query}")
            self.assertIn("Zebra early", page)
            self.assertNotIn("Zebra late", page)
            feed = etree.fromstring(self.url_open(f"/market/feed.atom{query}").content)
            text = etree.tostring(feed, encoding="unicode")
            self.assertIn("Zebra early", text)
            self.assertNotIn("Zebra late", text)
            self.assertIn("6 Mar 2099, 00:30 (Los Angeles)", text)
            events = vobject.readOne(self.get(f"/market/feed.ics{query}")).contents
            self.assertEqual(len(events["vevent"]), 1)
            start = events["vevent"][0].dtstart.value
            self.assertEqual(start.isoformat(), "2099-03-06T08:30:00+00:00")
        question = search_params.question(
            self.env(user=self.test2),
            search_params.clean(
                self.env, {"date_from": "2099-03-06", "date_to": "2099-03-06"}
            ),
        )
        self.assertEqual(question["date_from"], datetime(2099, 3, 6, 8))
        self.assertEqual(question["date_to"], datetime(2099, 3, 7, 7, 59, 59))

    def test_a_time_is_shown_in_the_readers_zone_with_its_name(self):
        url = f"/market/{self.early.slug}"
        self.login(None)
        for zone, said in (
            (None, "Fri 6 Mar 2099, 00:30 (Los Angeles)"),
            ("Nowhere/Land", "Fri 6 Mar 2099, 00:30 (Los Angeles)"),
            ("../../etc/passwd", "Fri 6 Mar 2099, 00:30 (Los Angeles)"),
            ("Europe/Paris", "Fri 6 Mar 2099, 09:30 (Paris)"),
        ):
            with self.subTest(zone=zone):
                self._cookie(zone)
                self.assertIn(said, self.get(url))
                self.assertIn(said, self.get("/market?words=early"))
        self._cookie("Europe/Paris")
        self.login(self.test2)
        self.test2.tz = "Pacific/Auckland"
        self.assertIn("Fri 6 Mar 2099, 21:30 (Auckland)", self.get(url))
        self.test2.tz = False
        self._cookie("Europe/Paris")
        self.assertIn("Fri 6 Mar 2099, 00:30 (Los Angeles)", self.get(url))

    def test_saving_an_unchanged_form_changes_no_moment(self):
        self.login(self.test1)
        # The second 02:30 of the night on which the clocks go back in Paris.
        self.test1.tz = "Europe/Paris"
        night = datetime(2099, 10, 25, 1, 30, 17)
        self.early.sudo().write({"date_start": night, "date_end": night + days.DAY})
        url = f"/market/{self.early.slug}/edit"
        form = {
            "title": "Zebra early",
            "quantity": "1",
            "places": "1",
            "date_start": days.form_text(night, days.zone_called("Europe/Paris")),
            "date_end": "2099-10-26T02:30",
            f"price_{self.com.id}": "50",
        }
        self.assertIn(f'value="{form["date_start"]}"', self.get(url))
        self.assertIn("time in Paris", self.get(url))
        self.post(url, **form)
        self.early.invalidate_recordset()
        self.assertEqual(self.early.date_start, night)
        self.post(url, **{**form, "date_start": "2099-10-25T02:31"})
        self.early.invalidate_recordset()
        self.assertEqual(self.early.date_start, datetime(2099, 10, 25, 0, 31))

    def test_the_form_refuses_days_in_the_wrong_order(self):
        self.login(None)
        query = "?words=zebra&date_from=2099-03-07&date_to=2099-03-06"
        page = self.get(f"/market{query}")
        self.assertIn("is before the beginning", page)
        self.assertIn('role="alert"', page)
        self.assertIn('value="2099-03-07"', page)
        for kind in ("atom", "ics"):
            self.get(f"/market/feed.{kind}{query}", status=400)
