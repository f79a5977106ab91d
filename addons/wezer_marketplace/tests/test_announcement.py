from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import MarketCommon


@tagged("post_install", "-at_install")
class TestAnnouncement(MarketCommon):
    def test_a_title_never_takes_the_address_of_another_page(self):
        first = self.announce(self.test1, title="New")
        second = self.announce(self.test2, title="New")
        for announcement in first | second:
            self.assertRegex(announcement.slug, r"^new-\w{6}$")
        self.assertNotEqual(first.slug, second.slug)

    def test_a_full_want_has_a_waiting_list_that_moves_up(self):
        want = self.announce(self.test1)
        first = self.claim(self.test2, want)
        self.assertEqual((want.state, first.state), ("full", "accepted"))
        second = self.claim(self.test3, want)
        self.assertEqual(second.state, "waiting")
        self.assertEqual(len(self.transfers(second)), 0)
        first.action_release("I am ill")
        self.assertEqual((first.state, second.state), ("ended", "open"))
        self.assertTrue(second.sudo().hold_deadline)
        with self.assertRefused():
            # The place is held for the one who waited.
            self.claim(self.stranger, want).action_accept()
        second.action_accept()
        self.assertEqual((second.state, want.state), ("accepted", "full"))
        self.assertEqual(self.reserved(self.test1), "50.00")
        self.assertBooksHold()

    def test_a_held_place_lapses_and_goes_to_the_next_in_line(self):
        want = self.announce(self.test1)
        first = self.claim(self.test2, want)
        second = self.claim(self.test3, want)
        third = self.claim(self.stranger, want)
        first.action_release()
        second.sudo().hold_deadline = fields.Datetime.now() - timedelta(hours=1)
        self.env["wezer.deal"]._cron_timeouts()
        self.assertEqual((second.state, second.end_reason), ("ended", "expired"))
        self.assertEqual(third.state, "open")

    def test_a_promoted_answer_waits_for_the_author_who_chooses(self):
        want = self.announce(self.test1, claim_mode="choose")
        first, second = self.claim(self.test2, want), self.claim(self.test3, want)
        self.assertEqual((first.state, second.state), ("open", "open"))
        self.as_(self.test1, first).action_accept()
        third = self.claim(self.stranger, want)
        self.assertEqual(third.state, "waiting")
        with self.assertRefused("places"):
            self.as_(self.test1, second).action_accept()
        first.action_release()
        with self.assertRefused("turn"):
            third.action_accept()
        self.as_(self.test1, third).action_accept()
        self.assertEqual(third.state, "accepted")

    def test_a_claim_of_an_older_version_is_refused(self):
        want = self.announce(self.test1)
        shown = want.version
        want.action_edit({"prices": {self.com.id: "40"}})
        with self.assertRefused("version"):
            self.claim(self.test2, want, version=shown)
        deal = self.claim(self.test2, want, version=want.version)
        self.assertEqual(self.reserved(self.test1), "40.00")
        self.assertEqual(deal.state, "accepted")

    def test_an_edit_asks_the_open_answers_again(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        want.action_edit({"prices": {self.com.id: "60"}})
        self.assertEqual((deal.state, deal.turn), ("open", "replier"))
        with self.assertRefused("turn"):
            self.as_(self.test1, deal).action_accept()
        deal.action_accept()
        self.assertEqual(self.reserved(self.test1), "60.00")

    def test_an_edit_that_changes_no_terms_asks_nobody_again(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        want.action_edit(
            {"title": "Better words", "quantity": 1.0, "prices": {self.com.id: "50"}}
        )
        self.assertEqual((deal.turn, want.version), ("author", 1))

    def test_money_and_state_cannot_be_written(self):
        with self.assertRefused("field"):
            self.announce(self.test1, state="open")
        with self.assertRefused("field"):
            self.announce(self.test1, author_id=self.test2.partner_id.id)
        with self.assertRefused("acts_for"):
            self.announce(self.test1, acting=self.test2.partner_id.id)

    def test_a_person_has_three_open_claims_at_most(self):
        wants = [self.announce(self.test1, title=f"Want {i}") for i in range(4)]
        deals = [self.claim(self.test2, want) for want in wants[:3]]
        with self.assertRefused("cap"):
            self.claim(self.test2, wants[3])
        deals[0].action_deliver()
        self.assertEqual(self.claim(self.test2, wants[3]).state, "accepted")

    def test_nobody_answers_twice_or_their_own_announcement(self):
        want = self.announce(self.test1)
        self.claim(self.test2, want)
        with self.assertRefused("answered"):
            self.claim(self.test2, want)
        with self.assertRefused("own"):
            self.claim(self.test1, want)

    def test_pause_and_expiry_close_for_answers(self):
        want = self.announce(self.test1, claim_mode="choose")
        deal = self.claim(self.test2, want)
        want.action_pause()
        with self.assertRefused("state"):
            self.claim(self.test3, want)
        want.action_publish()
        want.sudo().expiry = fields.Date.today() - timedelta(days=1)
        self.env["wezer.announcement"]._cron_expire()
        self.assertEqual((want.state, want.end_reason), ("ended", "expired"))
        self.assertEqual((deal.state, deal.end_reason), ("ended", "announcement_ended"))

    def test_price_modes_are_enforced(self):
        want = self.announce(
            self.test1,
            price_mode="one",
            prices={self.com.id: "50", self.hours.id: "1:00"},
        )
        with self.assertRefused("price_mode"):
            self.propose(
                self.test2, want, prices={self.com.id: "50", self.hours.id: "1:00"}
            )
        deal = self.claim(self.test2, want, currency_id=self.hours.id)
        self.assertEqual(self.reserved(self.test1, self.hours), "1:00")
        self.assertEqual(self.reserved(self.test1), "0.00")
        self.assertEqual(len(self.transfers(deal)), 1)

    def test_search_finds_words_without_accents_and_filters(self):
        self.announce(self.test1, title="Réparer le vélo", city="Genève", places=0)
        market = self.env["wezer.announcement"].with_user(self.test2)
        found, count = market._search_public({"words": "velo REPARER"})
        self.assertEqual((count, found.title), (1, "Réparer le vélo"))
        for filters, wanted in (
            ({"kind": "offer"}, 0),
            ({"category": self.category.id}, 1),
            ({"currency": self.com.id}, 1),
            ({"currency": self.hours.id}, 0),
            ({"place": "genève"}, 1),
            ({"unpaid": True}, 0),
        ):
            got = market._search_public({"words": "velo", **filters})[1]
            self.assertEqual(got, wanted, filters)
