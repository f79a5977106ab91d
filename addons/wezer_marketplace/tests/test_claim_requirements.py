"""Claims: choosing, caps, places, late work and late cancellation, work days.

More of it is in test_places, test_waiting_list, test_attendance, test_renewal,
test_concurrency, test_fifty_claims and test_matching.
"""

import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MarketCommon
from .test_rights import GroupsCommon
from .test_task import TaskCommon

ALL = os.environ.get("WEZER_COUNTS") == "all"
PLAY = settings(
    max_examples=60 if ALL else 5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
class TestClaims(MarketCommon):
    # === ROW 1: CHOOSING === #

    def test_the_author_chooses_among_candidates(self):
        want = self.announce(self.test1, claim_mode="choose")
        deals = [
            self.claim(user, want) for user in (self.test2, self.test3, self.stranger)
        ]
        # He sees who is available; the others see how many, and not who.
        rows = want.with_user(self.test1)._candidates()
        self.assertEqual(len(rows), 3)
        self.assertEqual(self.as_(self.test2, want)._candidates(), [])
        self.assertEqual(self.as_(self.test2, want).answer_count, 3)
        self.assertEqual(self.as_(self.test2, deals[1]).search([]), deals[0])
        self.as_(self.test1, deals[1]).action_accept()
        self.assertEqual([deal.state for deal in deals], ["open", "accepted", "open"])
        self.assertEqual(self.reserved(self.test1), "50.00")
        with self.assertRefused("places"):
            self.as_(self.test1, deals[0]).action_accept()

    def test_nothing_is_delivered_before_a_candidate_is_chosen(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        before = self.snapshot(deal)
        for action, args in (
            ("deliver", ["I did it already"]),
            ("add_evidence", ["done.txt", b"done"]),
            ("approve", []),
        ):
            for user in (self.test1, self.test2):
                with self.assertRefused():
                    getattr(self.as_(user, deal), f"action_{action}")(*args)
        # Nor does who is available choose himself.
        with self.assertRefused("turn"):
            deal.action_accept()
        self.assertEqual(self.snapshot(deal), before)

    def test_the_first_claim_takes_the_place_and_the_next_waits(self):
        want = self.announce(self.test1)
        self.assertEqual(self.claim(self.test2, want).state, "accepted")
        second = self.claim(self.test3, want)
        self.assertEqual(second.state, "waiting")
        with self.assertRefused("state"):
            second.action_deliver()

    def test_with_several_places_each_claim_is_a_deal_of_its_own(self):
        """An open contest here: as many places as the author likes, or no end."""
        want = self.announce(self.test1, places=0, claim_mode="choose")
        for user in (self.test2, self.test3):
            deal = self.claim(user, want)
            self.as_(self.test1, deal).action_accept()
            deal.action_deliver()
            self.as_(self.test1, deal).action_approve()
            self.assertEqual(self.balance(user), "50.00")
        self.assertEqual(want.state, "open")

    # === ROW 2: THE CAP === #

    def test_the_cap_counts_open_claims_only(self):
        """Whatever is done in whatever order: a claim is refused at the cap alone."""
        self.env.company.wezer_claims_cap = 2

        @PLAY
        @given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12))
        def play(steps):
            with self.env.cr.savepoint() as savepoint:
                self._play(steps)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

        play()

    def _play(self, steps):
        wants = [
            self.announce(
                self.test1,
                title=f"Want {number}",
                prices={},
                claim_mode=("first_come", "choose")[number % 2],
            )
            for number in range(4)
        ]
        deals = {}
        for step, number in steps:
            want, deal = wants[number], deals.get(number)
            if step == 0 and (not deal or deal.state in ("ended", "paid")):
                held = [
                    one for one in deals.values() if one.state in ("open", "accepted")
                ]
                if want.state == "ended":
                    continue
                if len(held) >= 2:
                    with self.assertRefused("cap"):
                        self.claim(self.test2, want)
                else:
                    deals[number] = self.claim(self.test2, want)
            elif step == 1 and deal and deal.state == "open":
                self.as_(self.test1, deal).action_accept()
            elif step == 2 and deal and deal.state == "open":
                deal.action_withdraw()
            elif step == 2 and deal and deal.state == "accepted":
                deal.action_release()
            elif step == 3 and deal and deal.state == "accepted":
                deal.action_deliver()
            elif step == 4 and deal and deal.state == "delivered":
                self.as_(self.test1, deal).action_approve()

    # === ROW 3: TWICE === #

    @mute_logger("odoo.sql_db")
    def test_the_database_allows_one_live_claim(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        with self.assertRefused("answered"):
            self.claim(self.test2, want)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            deal.sudo().copy({"state": "waiting", "turn": False})
            self.env.flush_all()
        deal.action_withdraw()
        self.assertEqual(self.claim(self.test2, want).state, "open")

    # === ROW 4: ABANDONED CLAIMS === #

    def _age(self, deal, **days):
        now = fields.Datetime.now()
        deal.sudo().write(
            {f"date_{name}": now - timedelta(days=age) for name, age in days.items()}
        )

    def _clock(self, times=2):
        for _time in range(times):
            self.env["wezer.deal"]._cron_timeouts()

    def _warnings(self, deal):
        return (
            self.env["wezer.notice"]
            .sudo()
            .search_count([("kind", "=", "late_warning"), ("res_id", "=", deal.id)])
        )

    def test_an_abandoned_claim_is_warned_of_once_and_then_freed(self):
        deal = self.make_deal(places=1)
        waiting = self.claim(self.test3, deal.announcement_id)
        self._clock()
        self.assertEqual(self._warnings(deal), 0)
        self._age(deal, due=1)
        self._clock(3)
        self.assertEqual((deal.state, self._warnings(deal)), ("accepted", 1))
        # Not before a week after the warning, however late it is.
        self._age(deal, due=30, warned=6)
        self._clock()
        self.assertEqual(deal.state, "accepted")
        self._age(deal, due=30, warned=8)
        self._clock()
        self.assertEqual((deal.state, deal.end_reason), ("ended", "expired"))
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertEqual(waiting.state, "open")
        told = self.env["wezer.notice"].sudo().search([("kind", "=", "late")])
        both = (self.test1 | self.test2).partner_id
        self.assertEqual(told.partner_id, both)
        self.assertFalse(any(told.mapped("settled")))

    def test_no_claim_is_freed_without_a_warning(self):
        """The machine stood still for a month: first the warning."""
        deal = self.make_deal()
        self._age(deal, due=30)
        self._clock()
        self.assertEqual((deal.state, self._warnings(deal)), ("accepted", 1))

    def test_a_new_due_date_is_warned_of_anew(self):
        deal = self.make_deal()
        self._age(deal, due=1)
        self._clock()
        deal.action_deliver()
        self.as_(self.test1, deal).action_send_back("The door is open")
        self._clock()
        self.assertEqual(self._warnings(deal), 1)
        # Weeks later the new date has passed too: warned again, not freed unwarned.
        self._age(deal, due=9, warned=20)
        self._clock()
        self.assertEqual((deal.state, self._warnings(deal)), ("accepted", 2))

    def test_a_dispute_stops_the_deadline_of_late_work(self):
        """Due three days before ten days of dispute: warned anew, not freed at once."""
        deal = self.make_deal()
        self._age(deal, due=13, warned=12, state=30)
        deal.action_dispute("He does not let me in")
        self._age(deal, state=10)
        self._clock()
        self.assertEqual(deal.state, "disputed")
        deal.action_withdraw_dispute()
        self._clock()
        self.assertEqual((deal.state, self._warnings(deal)), ("accepted", 1))

    # === ROW 5: SEVERAL === #

    def test_claims_beyond_the_places_wait_or_are_refused(self):
        for waiting_list in (True, False):
            want = self.announce(
                self.test1, places=2, waiting_list=waiting_list, prices={}
            )
            for user in (self.test2, self.test3):
                self.assertEqual(self.claim(user, want).state, "accepted")
            if waiting_list:
                self.assertEqual(self.claim(self.stranger, want).state, "waiting")
                continue
            with self.assertRefused("places"):
                self.claim(self.stranger, want)
            with self.assertRefused("places"):
                self.propose(self.stranger, want, message="me too")

    # === ROW 7: FALLING OUT === #

    def _soon(self, hours, **vals):
        begins = fields.Datetime.now() + timedelta(hours=hours)
        begins = begins.replace(microsecond=0)
        return self.announce(
            self.test1, date_start=fields.Datetime.to_string(begins), **vals
        )

    def _alerts(self, want):
        return (
            self.env["wezer.notice"]
            .sudo()
            .search(
                [
                    ("kind", "=", "cancelled_late"),
                    ("res_id", "=", want.id),
                    ("settled", "=", False),
                ]
            )
        )

    def test_a_late_release_alerts_the_authors_people(self):
        want = self._soon(24)
        self.claim(self.test2, want).action_release("ill")
        self.assertTrue(want.cancelled_late)
        self.assertEqual(self._alerts(want).partner_id, self.test1.partner_id)
        rows = self.test1.with_user(self.test1)._wezer_todo()
        mine = [row for row in rows if row["url"] == f"/market/{want.slug}"]
        self.assertEqual([row["section"] for row in mine], ["now"])
        # Filled again, nobody is alarmed any more.
        self.claim(self.test3, want)
        self.assertFalse(want.cancelled_late)
        self.assertFalse(self._alerts(want))

    def test_the_community_sets_when_a_release_is_late(self):
        for hours, threshold, late in ((72, 48, 0), (72, 96, 1), (2, 0, 0)):
            self.env.company.wezer_late_cancellation_hours = threshold
            want = self._soon(hours)
            self.claim(self.test2, want).action_release("ill")
            self.assertEqual(len(self._alerts(want)), late, (hours, threshold))

    def test_the_waiting_list_fills_a_gap_without_an_alert(self):
        want = self._soon(24)
        first = self.claim(self.test2, want)
        second = self.claim(self.test3, want)
        first.action_release("ill")
        self.assertEqual(second.state, "open")
        self.assertFalse(want.cancelled_late)

    def test_a_member_who_cancelled_late_may_claim_again(self):
        self.env.company.wezer_claims_cap = 1
        want, other = self._soon(24), self._soon(24 * 8)
        deal = self.claim(self.test2, want)
        with self.assertRefused("cap"):
            self.claim(self.test2, other)
        deal.action_release("ill")
        self.assertEqual(self.claim(self.test2, other).state, "accepted")

    def test_an_alert_ends_with_its_announcement(self):
        want = self._soon(24)
        self.claim(self.test2, want).action_release("ill")
        want.action_close()
        self.assertFalse(want.cancelled_late)
        self.assertFalse(self._alerts(want))
        with self.assertRefused():
            want.with_user(self.test1).write({"cancelled_late": True})


@tagged("post_install", "-at_install")
class TestWorkDay(TaskCommon):
    # === ROW 1: TWO ON THE SAME THING === #

    def test_a_task_never_has_two_workers(self):
        want = self._post(self.task)
        deal = self.claim(self.test2, want)
        # Closed it takes no more answers, and the work goes on.
        want.with_user(self.mark).action_close()
        with self.assertRefused("worker"):
            self.task.action_post_to_marketplace()
        deal.action_release("ill")
        again = self._post(self.task)
        want.with_user(self.mark).action_reopen()
        self.claim(self.test2, again)
        with self.assertRefused("worker"):
            self.claim(self.test3, want)
        self.assertEqual(self.task.sudo().assignee_partner_id, self.test2.partner_id)
        self.assertBooksHold()

    # === ROW 10: ONE LIST === #

    def test_a_work_day_is_a_task_with_a_sub_task_for_each_worker(self):
        day = self._task("Work day", wezer_places=2)
        jobs = [
            self.claim(user, self._post(day) if number == 0 else want)
            for number, user in enumerate((self.test2, self.test3))
            for want in [day.sudo().wezer_announcement_id]
        ]
        self.assertEqual(
            [job.sudo().task_id.parent_id for job in jobs], [day.sudo()] * 2
        )
        # The meal of another, for other money, and a payment that is asked for.
        meal = self.claim(self.test2, self.announce(self.test1, title="Cook a meal"))
        transfers = self.env["wezer.transfer"].with_user(self.test1)
        transfers.ask(
            self.test2.partner_id.id, self.test1.partner_id.id, self.com.id, "7"
        )
        rows = self.test2.with_user(self.test2)._wezer_todo()
        urls = [row["url"] for row in rows]
        for deal in (jobs[0], meal):
            self.assertEqual(urls.count(f"/my/deals/{deal.id}"), 1)
        self.assertTrue([url for url in urls if "/my/requests" in url], urls)
        self.assertNotIn(f"/my/deals/{jobs[1].id}", urls)
        # Done, it is nothing I owe any more.
        meal.action_deliver()
        rows = self.test2.with_user(self.test2)._wezer_todo()
        owed = [row["url"] for row in rows if row["section"] != "waiting"]
        self.assertNotIn(f"/my/deals/{meal.id}", owed)


@tagged("post_install", "-at_install")
class TestCapOfCircles(GroupsCommon):
    # === ROW 2: A CIRCLE'S OWN CAP === #

    def test_a_circle_caps_claims_on_its_announcements(self):
        self.env.company.wezer_claims_cap = 9
        self._fill("Lead", self.village, self.clara, "manage")
        self.village.with_user(self.clara).action_set_policy("claims_cap", "2")
        wants = [self.want(title=f"Zq {number}", prices={}) for number in range(4)]
        deals = [self.claim(self.test2, want) for want in wants[:2]]
        with self.assertRefused("cap"):
            self.claim(self.test2, wants[2])
        # What others ask for does not count, nor does what another person claims.
        self.claim(self.test2, self.announce(self.test1, prices={}))
        self.claim(self.test3, wants[2])
        # Delivered counts no longer.
        deals[0].action_deliver()
        self.claim(self.test2, wants[3])

    def test_the_nearest_circles_cap_counts_beside_the_communitys(self):
        self.env.company.wezer_claims_cap = 3
        self._fill("Lead", self.village, self.clara, "manage")
        self.village.with_user(self.clara).action_set_policy("claims_cap", 1)
        self._fill("Keeper", self.garden, self.test3, "manage")
        self.garden.with_user(self.test3).action_set_policy("claims_cap", 9)
        wants = [self.want(title=f"Zq {number}", prices={}) for number in range(4)]
        for want in wants[:3]:
            self.claim(self.test2, want)
        with self.assertRefused("cap"):
            self.claim(self.test2, wants[3])
        self.garden.with_user(self.test3).action_set_policy("claims_cap", None)
        self.claim(self.stranger, wants[3])
        other = self.want(title="Zq other", prices={})
        with self.assertRefused("cap"):
            self.claim(self.stranger, other)

    def test_a_cap_is_a_whole_number(self):
        self._fill("Lead", self.village, self.clara, "manage")
        circle = self.village.with_user(self.clara)
        for value in ("much", 0, -1, "1.5", [1], 10**9):
            with self.assertRefused("count"):
                circle.action_set_policy("claims_cap", value)
        with self.assertRefused():
            self.village.with_user(self.stranger).action_set_policy("claims_cap", 5)
