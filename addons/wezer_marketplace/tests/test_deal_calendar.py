"""Reminders a day before what was agreed, and its entry in people's calendars."""

from datetime import datetime, timedelta

import vobject
from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..tools import deal_calendar
from .test_shares import SharesCommon

START = datetime(2026, 6, 1, 8)
BEGINS = datetime(2026, 6, 5, 8)
DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestDealCalendar(SharesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env.company.write({"name": 'The "Elms"', "email": "hello@elms.example"})
        cls.test1.partner_id.write({"lang": "fr_FR", "tz": "Asia/Tokyo"})
        cls.test2.partner_id.write({"lang": "en_US", "tz": "Europe/Paris"})
        cls.env.company.wezer_claims_cap = 50
        cls.env["wezer.notice"].search([]).unlink()

    def setUp(self):
        super().setUp()
        clock = freeze_time(START)
        self.frozen = clock.start()
        self.addCleanup(clock.stop)

    def deal(self, begins=BEGINS, **vals):
        vals = {"city": "Old mill", **vals}
        if begins:
            vals["date_start"] = begins
        return self.claim(self.test2, self.announce(self.test1, **vals)).sudo()

    def tick(self, moment):
        # As the transactions before did at their own time.
        self.env.flush_all()
        self.frozen.move_to(moment)
        self.env["wezer.deal"]._cron_timeouts()
        self.env.invalidate_all()

    def reminders(self, *users, settled=False):
        domain = [("kind", "=", "reminder"), ("settled", "=", settled)]
        if users:
            people = [user.partner_id.id for user in users]
            domain.append(("partner_id", "in", people))
        return self.env["wezer.notice"].search(domain, order="id")

    def entry(self, content):
        if isinstance(content, bytes):
            content = content.decode()
        calendar = vobject.readOne(content)
        return calendar.method.value, calendar.vevent

    def letter(self, user):
        """Return the calendar entry in the letter about all that ``user`` has unread.

        None where it has none.
        """
        self.env.flush_all()
        notices = self.env["wezer.notice"].search(
            [("partner_id", "=", user.partner_id.id), ("date_mailed", "=", False)],
            order="id",
        )
        mail = self.env["wezer.notice.letter"]._write_letter(notices[-1])
        if not mail.attachment_ids:
            return None
        self.assertEqual(mail.attachment_ids.mimetype, "text/calendar")
        return self.entry(mail.attachment_ids.raw)

    # === REMINDERS === #

    def test_both_sides_are_reminded_once_a_day_before_in_their_time_zone(self):
        self.deal()
        self.tick(BEGINS - DAY - timedelta(minutes=1))
        self.assertFalse(self.reminders())
        self.tick(BEGINS - DAY)
        self.assertEqual(len(self.reminders()), 2)
        self.tick(BEGINS - timedelta(hours=20))
        payer, worker = self.reminders(self.test1), self.reminders(self.test2)
        self.assertEqual(len(payer + worker), 2, "once")
        self.assertEqual(
            worker.message, "This begins on 5 Jun, 10:00 (Paris): A thing to do"
        )
        self.assertIn("17:00 (Tokyo)", payer.message)
        self.assertEqual(payer.url, worker.url)
        self.tick(BEGINS + timedelta(hours=1))
        self.assertFalse(self.reminders(), "the day has come")

    def test_co_workers_and_a_stand_in_are_reminded_and_who_left_is_not(self):
        deal = self.agree(self.named(test3="30"), date_start=BEGINS)
        self.agree(self.named(ann="30"), date_start=BEGINS + 9 * DAY)
        other = self.deal()
        other.with_user(self.test2).action_hand_over(self.stranger.partner_id.id)
        for user in (self.test1, self.stranger):
            other.with_user(user).action_hand_over()
        self.tick(BEGINS - DAY)
        told = self.reminders()
        self.assertEqual(
            told.filtered(lambda one: one.res_id == deal.id).partner_id,
            (self.test1 | self.test2 | self.test3).partner_id,
        )
        self.assertEqual(
            told.filtered(lambda one: one.res_id == other.id).partner_id,
            (self.test1 | self.stranger).partner_id,
        )
        self.assertEqual(len(told), 5)

    def test_a_date_that_moved_is_reminded_of_again_and_the_old_one_is_withdrawn(self):
        deal = self.deal()
        self.tick(BEGINS - DAY)
        self.assertEqual(len(self.reminders()), 2)
        deal.with_user(self.test2).action_amend({"date_start": BEGINS + 3 * DAY})
        number = max(deal.terms_ids.mapped("round"))
        self.assertEqual(len(self.reminders()), 2, "nothing has changed yet")
        deal.with_user(self.test1).action_amend(round_number=number)
        self.assertFalse(self.reminders())
        self.tick(BEGINS)
        self.assertFalse(self.reminders())
        self.tick(BEGINS + 2 * DAY)
        self.assertEqual(len(self.reminders()), 2)

    def test_no_reminder_of_what_is_over_near_late_or_without_a_date(self):
        self.deal(BEGINS).with_user(self.test2).action_release()
        delivered = self.deal(BEGINS).with_user(self.test2)
        delivered.action_deliver("Done")
        self.deal(False)
        near = self.deal(START + timedelta(hours=23))
        self.assertFalse(near.date_reminder)
        open_answer = self.announce(self.test1, claim_mode="choose", date_start=BEGINS)
        self.claim(self.test2, open_answer)
        self.tick(BEGINS - DAY)
        self.assertFalse(self.reminders())
        deal = self.deal(BEGINS + 5 * DAY)
        self.tick(BEGINS + 5 * DAY)
        self.assertFalse(self.reminders(), "nothing ran for a day")
        self.assertFalse(deal.date_reminder)

    def test_work_that_is_due_days_after_it_begins_is_reminded_of_twice(self):
        due = BEGINS + 4 * DAY
        self.deal(date_end=due)
        self.deal(date_end=BEGINS + timedelta(hours=2))
        self.tick(BEGINS - DAY)
        self.assertEqual(len(self.reminders(self.test2)), 2)
        self.tick(due - DAY)
        last = self.reminders(self.test2)
        self.assertEqual(len(last), 1)
        self.assertIn("to be done by 9 Jun, 10:00 (Paris)", last.message)

    # === CALENDAR ENTRIES === #

    def test_the_letter_about_an_agreement_has_the_date_and_nobody_s_address(self):
        deal = self.deal(date_end=BEGINS + timedelta(hours=2))
        method, event = self.letter(self.test1)
        self.assertEqual(method, "PUBLISH")
        self.assertEqual(event.summary.value, "A thing to do")
        self.assertEqual(event.dtstart.value.isoformat(), "2026-06-05T08:00:00+00:00")
        self.assertEqual(event.dtend.value.isoformat(), "2026-06-05T10:00:00+00:00")
        self.assertEqual(event.location.value, "Old mill")
        self.assertEqual(event.organizer.value, "mailto:hello@elms.example")
        self.assertEqual(event.organizer.params["CN"], ["The Elms"])
        self.assertEqual(event.url.value, f"{deal.get_base_url()}/my/deals/{deal.id}")
        self.assertFalse(hasattr(event, "attendee"))
        shown = deal_calendar.entry(deal).decode().replace("\r\n ", "")
        # Neither the number of the entry nor the port of the test.
        for value in (event.uid.value, event.url.value, "The Elms"):
            shown = shown.replace(value, "")
        for user in (self.test1, self.test2):
            for word in (user.name, user.email, "50"):
                self.assertNotIn(word, shown)

    def test_the_entry_is_the_same_one_with_each_new_date_and_cancelled_at_last(self):
        deal = self.deal()
        _method, first = self.letter(self.test1)
        deal.with_user(self.test2).action_amend({"date_start": BEGINS + 3 * DAY})
        deal.with_user(self.test1).action_amend(
            round_number=max(deal.terms_ids.mapped("round"))
        )
        method, moved = self.letter(self.test2)
        self.assertEqual(method, "PUBLISH")
        self.assertEqual(moved.uid.value, first.uid.value)
        self.assertEqual(moved.dtstart.value, first.dtstart.value + 3 * DAY)
        self.assertGreater(int(moved.sequence.value), int(first.sequence.value))
        deal.with_user(self.test2).action_release()
        method, gone = self.letter(self.test1)
        self.assertEqual(method, "CANCEL")
        self.assertEqual(gone.status.value, "CANCELLED")
        self.assertEqual(gone.uid.value, first.uid.value)
        self.assertGreater(int(gone.sequence.value), int(moved.sequence.value))
        self.assertFalse(hasattr(gone, "location"))

    def test_who_hands_over_is_told_to_remove_it_and_who_stands_in_to_keep_it(self):
        deal = self.deal()
        deal.with_user(self.test2).action_hand_over(self.stranger.partner_id.id)
        for user in (self.stranger, self.test1):
            deal.with_user(user).action_hand_over()
        self.assertEqual(self.letter(self.test2)[0], "CANCEL")
        self.assertEqual(self.letter(self.stranger)[0], "PUBLISH")

    def test_other_letters_have_no_entry(self):
        deal = self.deal(False)
        self.assertIsNone(self.letter(self.test1), "without a date")
        deal = self.deal()
        self.env["wezer.notice"].search([]).unlink()
        deal.with_user(self.test2).action_send_message("Hello")
        self.assertIsNone(self.letter(self.test1))
        self.tick(BEGINS + DAY)
        deal.with_user(self.test2).action_release()
        self.assertIsNone(self.letter(self.test1), "it is past")

    def test_a_letter_that_is_written_again_has_one_entry(self):
        deal = self.deal()
        person = self.test1.partner_id
        more = person._wezer_notify("accepted", "More.", record=deal, subject="more")
        letters = self.env["wezer.notice.letter"]
        mail = letters._write_letter(more)
        first = mail.attachment_ids
        self.assertEqual(len(first), 1)
        more.is_read = True
        letters._leave_out_what_is_over(mail)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertFalse(first.exists())

    def test_an_entry_is_in_the_language_and_the_time_zone_of_its_reader(self):
        deal = self.deal(date_end=BEGINS + 4 * DAY)
        said = {}
        for user in (self.test1, self.test2):
            reader = self.env["wezer.sentence"]._read_by(user.partner_id)
            here = deal.with_context(**reader.env.context)
            _method, event = self.entry(deal_calendar.entry(here))
            said[user] = event.description.value
        self.assertIn("Tue 9 Jun, 10:00 (Paris)", said[self.test2])
        self.assertIn("mar. 9 juin, 17:00 (Tokyo)", said[self.test1])

    def page(self, path):
        # The first page of a server takes long.
        return self.url_open(path, timeout=60)

    def test_the_deal_s_page_offers_the_entry_to_those_concerned_only(self):
        deal = self.deal(False)
        deal.write({"date_due": BEGINS, "due_source": "agreed"})
        path = f"/my/deals/{deal.id}"
        self.authenticate("wm_test2", "wm_test2")
        self.assertIn(f"{path}/calendar.ics", self.page(path).text)
        answer = self.page(f"{path}/calendar.ics")
        self.assertEqual(answer.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        method, event = self.entry(answer.text)
        self.assertEqual(method, "PUBLISH")
        self.assertEqual(event.summary.value, "To be done: A thing to do")
        self.assertEqual(event.transp.value, "TRANSPARENT")
        self.authenticate("wm_stranger", "wm_stranger")
        self.assertEqual(self.page(f"{path}/calendar.ics").status_code, 404)
        deal.with_user(self.test2).action_deliver("Done")
        self.authenticate("wm_test2", "wm_test2")
        self.assertEqual(self.page(f"{path}/calendar.ics").status_code, 404)
        self.assertNotIn("calendar.ics", self.page(path).text)

    def test_hostile_words_stay_inside_of_their_line(self):
        deal = self.deal(city="A;B,C\\ é 😀 " + "long " * 30)
        deal.announcement_id.title = "End:VEVENT, x; y \\ z"
        self.env.company.name = 'Us;ROLE=X:mailto:"a@b"'
        _method, event = self.entry(deal_calendar.entry(deal))
        self.assertEqual(event.summary.value, "End:VEVENT, x; y \\ z")
        self.assertTrue(event.location.value.startswith("A;B,C\\ é 😀 long"))
        self.assertEqual(set(event.organizer.params), {"CN"})
