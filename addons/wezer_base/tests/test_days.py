import re
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

from ..exceptions import Refusal
from ..tools import days, moments
from ..tools.stored_sentence import Value
from .common import WezerCommon

PARIS = days.zone_called("Europe/Paris")
LOS_ANGELES = days.zone_called("America/Los_Angeles")
AUCKLAND = days.zone_called("Pacific/Auckland")
HAVANA = days.zone_called("America/Havana")


@tagged("post_install", "-at_install")
class TestMoments(BaseCase):
    """Local times and moments, without a database."""

    def test_a_local_time_that_does_not_exist_is_the_next_that_does(self):
        # On 29 March 2026 the clocks in Paris go from 02:00 to 03:00.
        for text in ("02:00", "02:00:01", "02:30", "02:59:59"):
            local = datetime.fromisoformat(f"2026-03-29T{text}")
            with self.subTest(text=text):
                moment = days.to_utc(local, PARIS)
                self.assertEqual(moment, datetime(2026, 3, 29, 1))
                self.assertEqual(days.to_local(moment, PARIS), datetime(2026, 3, 29, 3))

    def test_a_local_time_that_exists_twice_is_the_first(self):
        # On 25 October 2026 the clocks in Paris go from 03:00 back to 02:00.
        local = datetime(2026, 10, 25, 2, 30)
        self.assertEqual(days.to_utc(local, PARIS), datetime(2026, 10, 25, 0, 30))

    def test_a_day_whose_midnight_does_not_exist_begins_at_one(self):
        # In Havana the clocks go forward at midnight.
        midnight = datetime(2026, 3, 8)
        self.assertEqual(days.to_utc(midnight, HAVANA), datetime(2026, 3, 8, 5))
        self.assertEqual(
            days.to_local(datetime(2026, 3, 8, 5), HAVANA), datetime(2026, 3, 8, 1)
        )

    def test_every_hour_of_a_year_comes_back(self):
        for zone in (PARIS, LOS_ANGELES, AUCKLAND, HAVANA):
            moment = datetime(2026, 1, 1)
            while moment < datetime(2027, 1, 1):
                again = days.to_utc(days.to_local(moment, zone), zone)
                # Only the second of an hour that exists twice is taken for the first.
                self.assertIn(moment - again, (timedelta(), timedelta(hours=1)))
                kept = days.read_form(days.form_text(moment, zone), zone, [moment])
                self.assertEqual(kept, moment)
                moment += timedelta(hours=1)

    def test_a_day_of_one_offset_is_read_as_any_other(self):
        """The short way of a day without a change, against the long way."""
        for zone in (PARIS, LOS_ANGELES, AUCKLAND, HAVANA):
            moment = datetime(2026, 1, 1)
            while moment < datetime(2027, 1, 1):
                local = days.to_local(moment, zone)
                short = days.to_utc(local, zone)
                with patch.object(moments, "_offset_of", return_value=None):
                    self.assertEqual(days.to_utc(local, zone), short)
                moment += timedelta(minutes=30)
        last = datetime(9999, 12, 31, 23, 59)
        self.assertEqual(days.to_utc(last, AUCKLAND), datetime(9999, 12, 31, 10, 59))
        with self.assertRaises(OverflowError):
            days.to_utc(last, LOS_ANGELES)

    def test_a_moment_that_was_not_edited_does_not_move(self):
        second = datetime(2026, 10, 25, 1, 30, 17)
        text = days.form_text(second, PARIS)
        self.assertEqual(text, "2026-10-25T02:30")
        self.assertEqual(days.read_form(text, PARIS, [second]), second)
        self.assertEqual(days.read_form(text, PARIS), datetime(2026, 10, 25, 0, 30))
        self.assertEqual(
            days.read_form("2026-10-25T02:31", PARIS, [second]),
            datetime(2026, 10, 25, 0, 31),
        )

    def test_files_are_read_in_the_zone_given_unless_they_name_one(self):
        for text, hour in (
            ("2024-06-04 21:06:56", 19),
            ("2024-06-04T21:06:56.292+02:00", 19),
            ("2024-06-04T21:06:56Z", 21),
        ):
            with self.subTest(text=text):
                self.assertEqual(days.parse_moment(text, PARIS).hour, hour)
        self.assertEqual(
            days.parse_moment("2024-06-04", PARIS), datetime(2024, 6, 3, 22)
        )
        for text in ("soon", "", "0001-01-01 00:00", "9999-12-31T23:00-05:00"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                days.parse_moment(text, AUCKLAND)

    def test_a_day_is_written_in_one_way_only(self):
        self.assertEqual(days.parse_day(" 2026-02-28 "), date(2026, 2, 28))
        self.assertEqual(days.parse_day(datetime(2026, 2, 28, 5)), date(2026, 2, 28))
        for text in ("2026-02-30", "20260228", "2026-W09-6", "x" * 5000, 7, None, "٢"):
            with self.subTest(text=text):
                self.assertIsNone(days.parse_day(text))

    def test_a_zone_is_no_path(self):
        self.assertIsNone(days.zone_called("../../etc/passwd"))
        self.assertIsNone(days.zone_called("/etc/passwd"))
        self.assertIsNone(days.zone_called("Mars/Olympus"))
        self.assertIsNone(days.zone_called("x" * 5000))
        self.assertIsNone(days.zone_called(False))


@tagged("post_install", "-at_install")
class TestDays(WezerCommon):
    """The community's days, whoever asks."""

    def _in(self, zone):
        self.env.company.wezer_tz = zone

    def _refused(self, function, *args):
        try:
            function(*args)
        except Refusal as refusal:
            return refusal
        raise AssertionError("nothing was refused")

    def test_today_is_the_communitys_for_everybody(self):
        self.anna.tz = "Pacific/Auckland"
        env = self.env(user=self.anna)
        for zone, moment, day in (
            ("America/Los_Angeles", "2026-02-28 23:30:00", date(2026, 2, 28)),
            ("America/Los_Angeles", "2026-03-01 07:59:59", date(2026, 2, 28)),
            ("America/Los_Angeles", "2026-03-01 08:00:00", date(2026, 3, 1)),
            ("Pacific/Auckland", "2026-02-28 10:59:59", date(2026, 2, 28)),
            ("Pacific/Auckland", "2026-02-28 11:00:00", date(2026, 3, 1)),
            ("Europe/Paris", "2026-02-28 22:59:59", date(2026, 2, 28)),
            ("Europe/Paris", "2026-02-28 23:00:00", date(2026, 3, 1)),
        ):
            self._in(zone)
            with self.subTest(zone=zone, moment=moment), freeze_time(moment):
                self.assertEqual(days.today(env), day)
                self.assertEqual(days.today(self.env), day)

    def test_a_day_ends_where_the_next_begins_also_when_the_clocks_change(self):
        for zone in ("Europe/Paris", "Pacific/Auckland", "America/Havana"):
            self._in(zone)
            day = date(2026, 1, 1)
            while day.year == 2026:
                end = days.end(self.env, day)
                self.assertEqual(end, days.begin(self.env, day + timedelta(days=1)))
                self.assertEqual(days.day_of(self.env, days.begin(self.env, day)), day)
                self.assertEqual(days.day_of(self.env, end - days.SECOND), day)
                day += timedelta(days=1)
        self._in("Europe/Paris")
        length = days.end(self.env, date(2026, 3, 29)) - days.begin(
            self.env, date(2026, 3, 29)
        )
        self.assertEqual(length, timedelta(hours=23))

    def test_the_ends_of_the_calendar_are_days_too(self):
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            self._in(zone)
            for day in (date.min, date.max):
                self.assertLessEqual(days.begin(self.env, day), days.end(self.env, day))
            self.assertTrue(days.day_of(self.env, datetime.min))
            self.assertTrue(days.format_moment(self.env, datetime.max))

    def test_until_it_is_chosen_the_zone_is_that_of_those_who_run_it(self):
        company = self.env.company
        company.wezer_tz = company.partner_id.tz = False
        admin = self.env.ref("base.user_admin")
        admin.tz = "America/Los_Angeles"
        self.assertEqual(company._wezer_zone().key, "America/Los_Angeles")
        company.partner_id.tz = "Europe/Paris"
        self.assertEqual(company._wezer_zone().key, "Europe/Paris")
        steps = self.env["wezer.onboarding"].with_user(self.ada)._steps()
        step = next(one for one in steps if one["key"] == "time_zone")
        self.assertFalse(step["done"])
        self.assertIn("Europe/Paris", step["text"])
        self._in("Pacific/Auckland")
        self.assertEqual(company._wezer_zone().key, "Pacific/Auckland")
        steps = self.env["wezer.onboarding"].with_user(self.ada)._steps()
        self.assertTrue(next(one for one in steps if one["key"] == "time_zone")["done"])

    def test_programs_send_days_and_moments(self):
        self._in("America/Los_Angeles")
        read = days.read_moment
        self.assertEqual(read(self.env, "2026-02-28"), datetime(2026, 2, 28, 8))
        self.assertEqual(
            read(self.env, "2026-02-28", at_end=True), datetime(2026, 3, 1, 7, 59, 59)
        )
        self.assertEqual(
            read(self.env, "2026-02-28 10:00:00"), datetime(2026, 2, 28, 10)
        )
        self.assertEqual(
            read(self.env, "2026-02-28T10:00:00+01:00"), datetime(2026, 2, 28, 9)
        )
        for text in ("soon", "28.2.2026", 5, True, [1], {1: 2}, 2.5, "9" * 5000):
            with self.subTest(text=text):
                self.assertEqual(self._refused(read, self.env, text).rule, "date")

    def test_the_year_is_shown_where_it_is_not_this_one(self):
        self._in("Pacific/Auckland")
        env = self.env(context={**self.env.context, "lang": "en_US"})
        with freeze_time("2026-12-31 10:59:59"):
            self.assertEqual(days.format_day(env, date(2026, 12, 31)), "31 Dec")
            self.assertEqual(days.format_day(env, date(2027, 1, 1)), "1 Jan 2027")
        with freeze_time("2026-12-31 11:00:00"):
            self.assertEqual(days.format_day(env, date(2026, 12, 31)), "31 Dec 2026")
            self.assertEqual(days.format_day(env, date(2027, 1, 1)), "1 Jan")
            self.assertEqual(days.format_day(env, date(2027, 1, 1), True), "Fri 1 Jan")

    def test_a_time_of_day_is_the_readers_and_names_its_zone(self):
        self._in("Europe/Paris")
        moment = datetime(2026, 2, 28, 9, 0)
        self.anna.tz, self.luc.tz = "America/Los_Angeles", False
        with freeze_time("2026-02-01 12:00:00"):
            for user, said in (
                (self.anna, "28 Feb, 01:00 (Los Angeles)"),
                (self.luc, "28 Feb, 10:00 (Paris)"),
                (self.public, "28 Feb, 10:00 (Paris)"),
            ):
                env = self.env(user=user, context={"lang": "en_US"})
                self.assertEqual(days.format_moment(env, moment), said)
            env = self.env(user=self.luc, context={"lang": "en_US"})
            over = moment + timedelta(hours=2)
            self.assertEqual(
                days.format_moment(env, moment, True, over),
                "Sat 28 Feb, 10:00–12:00 (Paris)",
            )
            over = moment + timedelta(days=400)
            self.assertEqual(
                days.format_moment(env, moment, until=over),
                "28 Feb, 10:00 – 4 Apr 2027, 11:00 (Paris)",
            )

    def test_a_notice_names_the_time_of_whoever_reads_it(self):
        self._in("Europe/Paris")
        self.anna.tz, self.luc.tz = "America/Los_Angeles", "Pacific/Auckland"
        partners = (self.anna | self.luc).partner_id
        moment = datetime(2026, 2, 28, 9, 0)
        with freeze_time("2026-02-01 12:00:00"):
            partners._wezer_notify(
                "deal", Value("moment", moment.isoformat()), url="/my"
            )
        notices = self.env["wezer.notice"].search(
            [("partner_id", "in", partners.ids), ("url", "=", "/my")]
        )
        said = {one.partner_id: one.message for one in notices}
        self.assertEqual(said[self.anna.partner_id], "28 Feb, 01:00 (Los Angeles)")
        self.assertEqual(said[self.luc.partner_id], "28 Feb, 22:00 (Auckland)")

    def test_a_period_does_not_end_before_it_begins(self):
        days.check_order(self.env, date(2026, 1, 1), date(2026, 1, 1))
        days.check_order(self.env, date(2026, 1, 1), False)
        refusal = self._refused(
            days.check_order, self.env, date(2026, 1, 2), date(2026, 1, 1)
        )
        self.assertEqual((refusal.rule, refusal.limit), ("date", "2026-01-02"))

    def test_a_mandate_lasts_until_the_end_of_the_communitys_day(self):
        self._in("America/Los_Angeles")
        mandates = self.env["wezer.mandate"].with_user(self.anna)
        with freeze_time("2026-02-28 12:00:00"):
            mandate = mandates.browse(
                mandates.action_give(
                    self.luc_profile.id, ["market"], until="2026-02-28"
                )
            )
        partner = self.anna.partner_id
        last, after = "2026-03-01 07:59:00", "2026-03-01 08:00:00"
        for moment, acts in ((last, True), (after, False)):
            with freeze_time(moment):
                holders = self.env["wezer.mandate"]._holders_of(partner, "market")
                self.assertEqual(self.luc.partner_id in holders, acts)
        with freeze_time(last), self.assertRaises(Refusal):
            mandates.action_give(self.luc_profile.id, ["wallet"], until="2026-02-27")
        with self.assertRaises(Refusal):
            mandate.sudo().date_until = "2026-02-27"


@tagged("post_install", "-at_install")
class TestOnePlace(BaseCase):
    """Nothing but ``tools/days.py`` and ``moments.py`` turns days into moments."""

    OTHERS = re.compile(
        r"fields\.Date\.(context_)?today|\bdate\.today\(|CURRENT_DATE|\bpytz\b"
        r"|import zoneinfo"
        r"|context_timestamp|\bformat_date(time)?\(|env\.tz\b|'widget': 'date(time)?'"
    )
    # The month is a word, not a day.
    ALLOWED = {"website_templates.xml": "'format': 'MMMM y'"}

    def test_days_are_computed_in_one_module_only(self):
        found = []
        addons = Path(file_path("wezer_base/__manifest__.py")).resolve().parents[1]
        for path in sorted(addons.glob("wezer_*/**/*.*")):
            if path.suffix not in (".py", ".xml") or "tests" in path.parts:
                continue
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                allowed = self.ALLOWED.get(path.name)
                if path.name in ("days.py", "moments.py") or (
                    allowed and allowed in line
                ):
                    continue
                if self.OTHERS.search(line):
                    found.append(f"{path.relative_to(addons)}:{number} {line.strip()}")
        self.assertFalse(found, "\n".join(found))
