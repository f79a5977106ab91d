from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestWaitingList(MarketCommon):
    """Row 6 of what users ask: the first of the waiting list moves up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = [cls._member(f"line{number}") for number in range(5)]

    def full(self, places=1, **vals):
        """Return a want all of whose places are taken, who has them, and the line."""
        want = self.announce(self.test1, places=places, **vals)
        having = [
            self.claim(self._member(f"has{number}"), want) for number in range(places)
        ]
        return want, having, [self.claim(user, want) for user in self.line]

    def states(self, deals):
        for deal in deals:
            deal.sudo().invalidate_recordset()
        return [deal.sudo().state for deal in deals]

    def told(self, user, kind):
        return self.env["wezer.notice"].search_count(
            [
                ("partner_id", "=", user.partner_id.id),
                ("kind", "=", kind),
                ("settled", "=", False),
            ]
        )

    def pass_time(self, *deals):
        for deal in deals:
            deal.sudo().hold_deadline = fields.Datetime.now() - timedelta(minutes=1)
        self.env["wezer.deal"]._cron_timeouts()

    def test_the_first_of_the_waiting_list_is_offered_the_place(self):
        want, having, line = self.full()
        having[0].action_release("I am ill")
        self.assertEqual(self.states(line), ["open"] + ["waiting"] * 4)
        self.assertEqual(
            [self.told(user, "place") for user in self.line], [1, 0, 0, 0, 0]
        )
        self.assertEqual((want.state, want.places_left), ("full", 0))
        line[0].action_accept()
        self.assertEqual(line[0].state, "accepted")
        self.assertEqual(self.reserved(self.test1), "50.00")
        self.assertBooksHold()

    def test_the_settings_say_how_long_a_place_is_held(self):
        self.env.company.wezer_hold_hours = 6
        _want, having, line = self.full()
        having[0].action_release()
        left = line[0].sudo().hold_deadline - fields.Datetime.now()
        self.assertAlmostEqual(left / timedelta(hours=1), 6, places=1)

    def test_a_place_is_held_until_the_beginning_at_most(self):
        begins = fields.Datetime.now() + timedelta(hours=5)
        _want, having, line = self.full(date_start=begins)
        having[0].action_release()
        self.assertEqual(line[0].sudo().hold_deadline, begins)

    def test_a_place_not_taken_in_time_goes_to_the_next(self):
        want, having, line = self.full()
        having[0].action_release()
        self.pass_time(line[0])
        self.assertEqual(self.states(line), ["ended", "open"] + ["waiting"] * 3)
        self.assertEqual(line[0].sudo().end_reason, "expired")
        self.assertEqual(self.told(self.line[0], "place_over"), 1)
        self.assertEqual(self.told(self.line[0], "place"), 0)
        self.assertEqual(self.told(self.line[1], "place"), 1)
        self.pass_time(line[1])
        line[2].action_accept()
        self.assertEqual(
            self.states(line), ["ended", "ended", "accepted", "waiting", "waiting"]
        )
        self.assertEqual(want.state, "full")

    def test_a_place_cannot_be_taken_after_its_deadline(self):
        _want, having, line = self.full()
        having[0].action_release()
        line[0].sudo().hold_deadline = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRefused("deadline"):
            line[0].action_accept()
        self.assertEqual(self.reserved(self.test1), "0.00")

    def test_declining_a_place_offers_it_to_the_next(self):
        _want, having, line = self.full()
        having[0].action_release()
        line[0].action_withdraw("No more")
        self.as_(self.test1, line[1]).action_decline("Not this time")
        self.assertEqual(
            self.states(line), ["ended", "ended", "open", "waiting", "waiting"]
        )

    def test_several_free_places_are_offered_in_order(self):
        want, having, line = self.full(places=3)
        for deal in having:
            deal.action_release()
        self.assertEqual(self.states(line), ["open"] * 3 + ["waiting"] * 2)
        self.assertEqual((want.state, want.places_left), ("full", 0))
        line[1].action_accept()
        self.pass_time(line[0], line[2])
        self.assertEqual(
            self.states(line), ["ended", "accepted", "ended", "open", "open"]
        )
        self.assertBooksHold()

    def test_a_held_place_cannot_be_taken_by_another(self):
        want, having, line = self.full()
        having[0].action_release()
        newcomer = self.claim(self.stranger, want)
        self.assertEqual(newcomer.state, "waiting")
        for deal in (*line[1:], newcomer):
            with self.assertRefused("state"):
                deal.action_accept()
        for user in (self.line[1], self.stranger, self.test1):
            with self.assertRefused():
                self.as_(user, line[0]).action_accept()
        with self.assertRefused("places"):
            self.propose(self.test3, want)

    def test_a_counter_proposal_for_a_held_place_is_still_answered(self):
        _want, having, line = self.full()
        having[0].action_release()
        line[0].action_counter({"message": "On Sunday?"})
        self.pass_time(line[0])
        self.assertEqual(self.states(line)[:2], ["open", "open"])
        self.assertEqual(line[0].sudo().turn, "author")
        with self.assertRefused("places"):
            self.as_(self.test1, line[0]).action_accept()
        line[1].action_accept()

    def test_a_member_reads_their_position_on_the_waiting_list(self):
        _want, having, line = self.full()
        self.assertIn("next", line[0]._turn_line())
        self.assertIn("3 before you", line[3]._turn_line())
        line[1].action_withdraw()
        self.assertIn("2 before you", line[3]._turn_line())
        having[0].action_release()
        self.assertIn("held for you", line[0]._turn_line())
        self.assertNotIn("held", self.as_(self.test1, line[0])._turn_line())

    def test_waiting_members_are_told_when_the_announcement_ends(self):
        want, _having, line = self.full()
        want.action_close()
        self.assertEqual(self.states(line), ["ended"] * 5)
        self.assertEqual([self.told(user, "over") for user in self.line], [1] * 5)
