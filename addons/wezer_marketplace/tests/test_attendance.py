from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged

from .common import MarketCommon


class DayCommon(MarketCommon):
    def on_a_day(self, *users, days=2, author=None, **vals):
        """Return a want on a day, and the agreed deals of ``users``."""
        begins = fields.Datetime.now() + timedelta(days=days)
        want = self.announce(
            author or self.test1, places=max(len(users), 1), date_start=begins, **vals
        )
        return want, [self.claim(user, want) for user in users]

    def begin(self, want, hours=1):
        """Let the day come: it began so many hours ago."""
        want.sudo().date_start = fields.Datetime.now() - timedelta(hours=hours)
        terms = want.sudo().deal_ids.terms_ids
        terms.flush_recordset()
        self.env.cr.execute(
            "UPDATE wezer_terms SET date_start = %s WHERE id = ANY(%s)",
            [want.sudo().date_start, terms.ids],
        )
        terms.invalidate_recordset()

    def reliability(self, user):
        found = user.partner_id._wezer_reliability()
        return found and (round(found[0], 2), found[1])


@tagged("post_install", "-at_install")
class TestAttendance(DayCommon):
    """Row 8 of what users ask: who will really come?"""

    def test_the_author_records_attendance_and_both_sides_read_it(self):
        want, (deal,) = self.on_a_day(self.test2)
        self.begin(want)
        self.as_(self.test1, deal).action_attendance("late")
        for user in (self.test1, self.test2):
            seen = self.as_(user, deal)
            self.assertEqual(seen.attendance, "late")
            self.assertIn(
                "Test1 noted: attended late", seen.event_ids.mapped("sentence")
            )
        told = self.env["wezer.notice"].search([("kind", "=", "attendance")])
        self.assertEqual(told.partner_id, self.test2.partner_id)
        self.assertEqual(deal.state, "accepted", "it moves neither deal nor money")
        self.assertEqual(self.reserved(self.test1), "50.00")

    def test_only_the_author_records_attendance_and_never_their_own(self):
        want, (deal, other) = self.on_a_day(self.test2, self.test3)
        self.begin(want)
        for user in (self.test2, self.test3, self.stranger, self.moderator):
            with self.assertRefused():
                self.as_(user, deal).action_attendance("came")
            with self.assertRefused():
                self.as_(user, want).action_attendances({deal.id: "came"})
            with self.assertRaises(AccessError):
                call_kw(
                    self.as_(user, self.env["wezer.deal"]),
                    "write",
                    [[deal.id], {"attendance": "came"}],
                    {},
                )
        profile = self.test2.partner_id._wezer_profile()
        self.env["wezer.mandate"].with_user(self.test1).action_give(
            profile.id, ["market"]
        )
        party = self.test1.partner_id.id
        with self.assertRefused("own_work"):
            self.as_(self.test2, deal).action_attendance("came", party)
        self.as_(self.test2, other).action_attendance("came", party)

    def test_attendance_is_recorded_from_the_beginning_for_two_weeks(self):
        want, (deal,) = self.on_a_day(self.test2)
        author = self.as_(self.test1, deal)
        with self.assertRefused("date"):
            author.action_attendance("absent")
        self.begin(want, hours=24 * 14 + 1)
        with self.assertRefused("deadline"):
            author.action_attendance("absent")
        self.begin(want)
        for outcome in ("", None, "dead", ["came"]):
            with self.assertRefused("attendance"):
                author.action_attendance(outcome)
        author.action_attendance("absent")
        author.action_attendance("excused")
        self.assertEqual(deal.attendance, "excused")
        said = deal.sudo().event_ids.filtered(lambda one: "attendance" in one.action)
        self.assertEqual(len(said), 2, "what was said first stays in what happened")

    def test_without_a_date_no_attendance_is_recorded(self):
        deal = self.make_deal()
        with self.assertRefused("attendance"):
            self.as_(self.test1, deal).action_attendance("came")

    def test_no_attendance_is_recorded_of_released_work(self):
        want, (deal,) = self.on_a_day(self.test2)
        deal.action_release("I am ill")
        self.begin(want)
        with self.assertRefused("state"):
            self.as_(self.test1, deal).action_attendance("absent")

    def test_no_attendance_is_recorded_during_a_dispute(self):
        want, (deal,) = self.on_a_day(self.test2)
        self.begin(want)
        deal.action_dispute("They sent me home")
        with self.assertRefused("state"):
            self.as_(self.test1, deal).action_attendance("absent")

    def test_reliability_counts_kept_commitments_and_fades(self):
        users = [self._member(name) for name in ("ann", "ben", "cleo", "dan", "eve")]
        want, deals = self.on_a_day(*users)
        self.begin(want)
        outcomes = ("came", "late", "absent", "excused")
        for deal, outcome in zip(deals, outcomes, strict=False):
            self.as_(self.test1, deal).action_attendance(outcome)
        found = [self.reliability(user) for user in users]
        self.assertEqual(found, [(0.8, 1), (0.7, 1), (0.6, 1), None, None])
        self.begin(want, hours=24 * 365)
        faded = [self.reliability(user)[0] for user in users[:3]]
        # A year later it weighs half: (3 + k/2) / 4.5.
        self.assertEqual(faded, [0.78, 0.72, 0.67])

    def test_a_commitment_counts_once(self):
        want, (deal,) = self.on_a_day(self.test2)
        self.begin(want)
        author = self.as_(self.test1, deal)
        author.action_attendance("came")
        deal.action_deliver("done")
        author.action_approve()
        self.assertEqual(self.reliability(self.test2), (0.8, 1))
        self.assertEqual(self.reliability(self.test1), (0.8, 1), "who paid, kept too")

    def test_lapsed_work_counts_as_a_broken_commitment(self):
        deal = self.make_deal().sudo()
        old = fields.Datetime.now() - timedelta(days=9)
        deal.write({"date_due": old, "date_warned": old + timedelta(hours=1)})
        deal.date_state = old
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "expired"))
        self.assertEqual(self.reliability(self.test2), (0.6, 1))

    def test_the_author_reads_the_expected_attendance_where_something_is_known(self):
        ann, ben = self._member("ann"), self._member("ben")
        first, deals = self.on_a_day(ann, ben)
        self.assertFalse(first.expected_text, "nothing is known of anybody")
        self.begin(first)
        self.as_(self.test1, first).action_attendances(
            {deals[0].id: "came", str(deals[1].id): "absent"}
        )
        want, _deals = self.on_a_day(ann, ben, self.test3, author=self.test2)
        self.assertIn("About 2 of 3 will come", want.expected_text)
        for user in (ann, self.stranger, self.moderator):
            self.assertFalse(self.as_(user, want).expected_text)

    def test_members_with_a_hidden_score_count_as_new_members(self):
        ann = self._member("ann")
        first, (deal,) = self.on_a_day(ann)
        self.begin(first)
        self.as_(self.test1, deal).action_attendance("absent")
        want, _deals = self.on_a_day(ann, author=self.test2)
        self.assertTrue(want.expected_text)
        ann.partner_id._wezer_profile().with_user(ann).action_show_reputation(False)
        want.invalidate_recordset()
        self.assertFalse(want.expected_text)

    def test_a_list_with_a_foreign_deal_is_refused_as_a_whole(self):
        want, (deal,) = self.on_a_day(self.test2)
        _other, (foreign,) = self.on_a_day(self.test3)
        self.begin(want)
        with self.assertRefused("deal"):
            self.as_(self.test1, want).action_attendances(
                {deal.id: "came", foreign.id: "came"}
            )
        self.assertFalse(deal.attendance)

    def test_the_back_office_records_attendance_by_the_same_rules(self):
        want, (deal,) = self.on_a_day(self.moderator, author=self.test1)
        self.begin(want)
        self.assertFalse(self.as_(self.moderator, deal).may_attendance)
        want, (deal,) = self.on_a_day(self.test2, author=self.moderator)
        self.begin(want)
        seen = self.as_(self.moderator, deal)
        self.assertTrue(seen.may_attendance)
        action = seen.action_open_attendance()
        sheet = (
            self.env["wezer.deal.action.wizard"]
            .with_user(self.moderator)
            .with_context(**action["context"])
            .create({"attendance": "excused"})
        )
        sheet.action_confirm()
        self.assertEqual(deal.attendance, "excused")


@tagged("post_install", "-at_install")
class TestAttendancePage(DayCommon, HttpCase):
    def test_the_author_records_all_attendances_at_once_on_the_page(self):
        for user in (self.test1, self.test2):
            user.password = user.login
        want, deals = self.on_a_day(self.test2, self.test3)
        self.begin(want)
        url = f"/market/{want.slug}"
        self.authenticate(self.test1.login, self.test1.login)
        page = self.url_open(url).text
        self.assertIn(f"{url}/attendance", page)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        answer = self.url_open(
            f"{url}/attendance",
            data={
                "csrf_token": token,
                f"outcome_{deals[0].id}": "came",
                f"outcome_{deals[1].id}": "absent",
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual([one.sudo().attendance for one in deals], ["came", "absent"])
        self.assertEqual(
            self.url_open(f"{url}/attendance", data={"x": "1"}).status_code, 400
        )
        self.authenticate(self.test2.login, self.test2.login)
        self.assertNotIn(f"{url}/attendance", self.url_open(url).text)
        page = self.url_open(f"/my/deals/{deals[0].id}").text
        self.assertIn("o_wezer_attendance", page)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            f"{url}/attendance",
            data={"csrf_token": token, f"outcome_{deals[0].id}": "excused"},
        )
        self.env.invalidate_all()
        self.assertEqual(deals[0].sudo().attendance, "came")


@tagged("post_install", "-at_install")
class TestAttendanceOfGroups(DayCommon):
    """Of a group's want those say it who trade for the group."""

    def test_a_groups_traders_record_attendance_not_its_treasurer(self):
        luc, clara = self._member("luc"), self._member("clara")
        garden = self.env["wezer.group"].create({"name": "Garden"})
        for name, user, rights in (
            ("Director", luc, ("market", "wallet")),
            ("Treasurer", clara, ("wallet",)),
        ):
            role = self.env["wezer.group"].create(
                {
                    "name": name,
                    "kind": "role",
                    "parent_id": garden.id,
                    **{f"right_{right}": True for right in rights},
                }
            )
            self.env["wezer.group.membership"].create(
                {"group_id": role.id, "partner_id": user.partner_id.id}
            )
        wallet = garden.partner_id._wezer_wallet(self.com)
        wallet.with_user(self.moderator).set_limits("500", "900")
        want, (deal,) = self.on_a_day(
            self.test2, author=luc, acting=garden.partner_id.id
        )
        self.begin(want)
        with self.assertRefused("acts_for"):
            self.as_(clara, deal).action_attendance("came")
        self.as_(luc, deal).action_attendance("came")
        self.assertEqual(deal.attendance, "came")
