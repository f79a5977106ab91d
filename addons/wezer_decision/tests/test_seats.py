"""Roles with several seats: each is elected once, for its own term."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.tools.days import format_day

from ..tools import closing, seat_history, seats, terms
from .seat_case import YEAR, SeatsCase

WHY = "Knows the books well, and explains them."


@tagged("post_install", "-at_install")
class TestSeats(SeatsCase):
    # === TERMS THAT END === #

    def test_of_two_seats_that_end_on_one_day_each_is_drafted_once(self):
        one, two = self.seat(self.ben, 10), self.seat(self.cleo, 10)
        drafts = self.drafted()
        self.assertEqual(len(drafts), 2)
        self.assertEqual(drafts.place_ids, one | two)
        self.assertEqual([len(draft.place_ids) for draft in drafts], [1, 1])
        first = drafts.filtered(lambda draft: draft.place_ids == one)
        first.with_user(self.fred).action_withdraw()
        again = self.drafted() - drafts
        self.assertEqual(again.place_ids, one)
        self.assertIn(self.ben.name, again.version_id.body)
        self.assertEqual(self.drafted(), again | drafts - first)

    def test_what_was_rejected_or_too_few_answered_is_drafted_anew(self):
        place, other = self.seat(self.ben, 10), self.seat(self.cleo, 12)
        before = self.drafted()
        for state in ("rejected", "no_quorum", "ended"):
            with self.subTest(state):
                draft = before.filtered(lambda one: one.place_ids == place)
                draft.state = state
                before = self.drafted()
                self.assertEqual(len(before), 2)
                self.assertEqual(before.place_ids, place | other)

    def test_seats_that_end_on_different_days_are_each_drafted_when_due(self):
        near, far = self.seat(self.ben, 10), self.seat(self.cleo, 50)
        first = self.drafted()
        self.assertEqual(first.place_ids, near)
        self.assertEqual(first.execute_date, near.date_to + timedelta(days=1))
        far.date_to = self.day(20)
        second = self.drafted() - first
        self.assertEqual(second.place_ids, far)
        done = self.adopted(second)
        self.assertEqual(done.place_ids, far)
        # The same person has the seat for a new term: the other is elected as before.
        self.assertEqual(far.date_to, self.day(YEAR))
        self.assertEqual(self.drafted(), first)

    def test_a_person_stays_until_the_successor_in_their_own_seat_is_there(self):
        one, two = self.seat(self.ben, 0), self.seat(self.cleo, 0)
        drafts = self.drafted()
        (one | two)._cron_terms()
        self.assertEqual(
            [place.date_to for place in one | two], [self.day(terms.HOLD_DAYS)] * 2
        )
        second = drafts.filtered(lambda draft: draft.place_ids == two)
        second.outcome_ids.params = {
            **second.outcome_ids.params,
            "person": self.dora.partner_id.id,
        }
        self.adopted(second)
        # Dora was invited: until she accepts, Cleo stays.
        self.assertEqual((one.state, two.state), ("active", "active"))
        self.council.with_user(self.dora).action_accept_invitation()
        self.assertEqual((one.state, two.state), ("active", "left"))
        self.assertEqual(self.fillers(), (self.ben | self.dora).partner_id)

    def test_nobody_stays_longer_than_sixty_days_whatever_is_drafted_again(self):
        place = self.seat(self.ben, 0)
        draft = self.drafted()
        place._cron_terms()
        end = self.day(terms.HOLD_DAYS)
        for _time in range(2):
            draft.with_user(self.fred).action_withdraw()
            draft = self.drafted()
            self.assertEqual((len(draft), draft.place_ids), (1, place))
            place._cron_terms()
            self.assertEqual(place.date_to, end)
        place.date_from = self.day(-100)
        place.write({"date_to": self.day(0), "held_over_since": self.day(-60)})
        place._cron_terms()
        self.assertEqual((place.state, place.date_to), ("active", self.day(0)))
        place.write({"date_to": self.day(-1), "held_over_since": self.day(-61)})
        place._cron_terms()
        self.assertEqual(place.state, "left")

    def test_a_draft_that_only_its_author_sees_prolongs_no_term(self):
        place = self.seat(self.ben, 0)
        self.draft(by=self.ben, method="person", role_id=self.council.id)
        self.assertFalse(terms.holds_until(place))
        self.assertEqual(self.drafted().place_ids, place)

    def test_an_election_that_a_member_proposed_early_serves_the_seat(self):
        place = self.seat(self.ben, 100)
        early = self.opened(method="person", role_id=self.council.id).sudo()
        self.assertFalse(early.place_ids)
        place.date_to = self.day(5)
        self.assertEqual(self.drafted(), early)
        self.assertEqual(early.place_ids, place)

    def test_an_election_that_was_proposed_early_serves_as_many_seats_as_it_fills(self):
        self.set_policies(roles_by="stv")
        places = self.seat(self.ben, 100) | self.seat(self.cleo, 100)
        role = self.council.id
        early = self.opened(method="stv", seats=2, role_id=role).sudo()
        self.assertFalse(early.place_ids)
        places |= self.seat(self.dora, 100)
        places.date_to = self.day(5)
        later = self.drafted() - early
        self.assertEqual(early.place_ids, places[:2])
        self.assertEqual((later.place_ids, later.settings), (places[2], False))
        self.assertEqual(self.drafted(), early | later)

    def test_a_draft_that_is_announced_much_later_fills_the_seat_that_ends_then(self):
        place = self.seat(self.ben, 100)
        own = self.draft(method="person", role_id=self.council.id)
        self.assertFalse(own.sudo().place_ids)
        place.date_to = self.day(5)
        by_clock = self.drafted()
        self.assertEqual(by_clock.place_ids, place)
        own.action_announce()
        self.assertEqual(own.sudo().place_ids, place)
        self.assertEqual(self.drafted(), own.sudo())
        self.assertEqual(by_clock.state, "ended")

    def test_one_election_fills_a_seat_and_the_other_draft_of_it_ends(self):
        place = self.seat(self.ben, 10)
        draft = self.drafted()
        other = self.giving(self.ben)
        self.assertEqual(other.place_ids, place)
        other.with_user(self.anna).action_announce()
        self.assert_refused("seat", draft.with_user(self.fred).action_announce)
        self.adopted(other)
        self.assertFalse(self.drafted())
        self.assertEqual((draft.state, draft.ended_why), ("ended", "withdrawn"))

    def test_what_too_few_answered_is_not_extended_beside_another_election(self):
        self.seat(self.ben, 10)
        missed = self.drafted()
        missed.with_user(self.fred).action_announce()
        self.close(missed)
        self.assertEqual(missed.state, "no_quorum")
        again = self.drafted()
        extend = missed.with_user(self.fred).action_extend
        again.with_user(self.fred).action_announce()
        self.assert_refused("seat", extend)
        again.with_user(self.fred).action_withdraw()
        extend()
        self.assertEqual(missed.state, "open")

    def test_a_term_that_somebody_prolonged_needs_no_election(self):
        place = self.seat(self.ben, 10)
        draft = self.drafted()
        place.date_to = self.day(200)
        self.assertFalse(self.drafted())
        self.assertEqual(draft.state, "ended")

    # === ALL SEATS AT ONCE === #

    def test_by_ranking_all_seats_are_elected_at_once(self):
        self.set_policies(roles_by="stv")
        one, two = self.seat(self.ben, 10), self.seat(self.cleo, 60)
        draft = self.drafted()
        self.assertEqual((draft.place_ids, draft.settings), (one, False))
        two.date_to = self.day(20)
        self.assertEqual(self.drafted(), draft)
        self.assertEqual((draft.place_ids, draft.settings), (one | two, {"seats": 2}))
        for user in (self.ben, self.cleo):
            self.assertIn(user.name, draft.version_id.body)
        draft.with_user(self.fred).action_withdraw()
        draft = self.drafted()
        self.assertEqual((draft.place_ids, draft.settings), (one | two, {"seats": 2}))
        draft.with_user(self.fred).action_announce()
        for user in (self.ben, self.anna, self.dora):
            draft.with_user(user).action_stand()
        (one | two).date_to = self.day(0)
        (one | two)._cron_terms()
        self.assertEqual((one | two).mapped("held_over_since"), [self.day(0)] * 2)
        self.wait(draft, hours=80)
        # The candidates stand in the order in which they said so.
        self.vote(draft, anna="1--", ben="1--", cleo="-1-", dora="-1-", fred="1-2-3")
        self.close(draft)
        draft.execute_date = False
        self.carry_out(draft)
        self.assertEqual(draft.state, "done")
        self.assertEqual(self.fillers(), (self.ben | self.anna).partner_id)
        self.assertEqual((one.state, two.state), ("active", "left"))
        self.assertEqual(one.date_to, self.day(YEAR))

    # === SEATS THAT FALL VACANT === #

    def test_a_by_election_has_the_rest_of_the_term_of_its_seat(self):
        self.seat(self.ben, 300)
        left = self.seat(self.cleo, 200)
        left._end()
        decision = self.giving(self.dora)
        self.assertEqual(decision.place_ids, left)
        self.assertEqual(decision.outcome_ids.params["until"], str(self.day(200)))
        decision.with_user(self.anna).action_announce()
        outcome = decision.outcome_ids.with_user(self.ben)
        self.assertIn("has the rest of it, until", outcome._note())
        self.assertIn(self.cleo.name, outcome._note())
        # The year is left out where it is this one.
        until = format_day(self.env, self.day(200))
        self.assertIn(until, outcome._sentence())
        self.adopted(decision)
        place = self.council._membership_of(self.dora.partner_id)
        self.council.with_user(self.dora).action_accept_invitation()
        self.assertEqual(place.date_to, self.day(200))
        # Who follows in the middle of a term and leaves is followed for the rest, too.
        place._end()
        again = self.draft(method="person", role_id=self.council.id).sudo()
        self.assertEqual(again.place_ids, place)
        self.assertEqual(again.outcome_ids.params["until"], str(self.day(200)))

    def test_a_seat_that_is_filled_already_is_not_filled_by_a_by_election(self):
        left = self.seat(self.cleo, 200)
        left._end()
        self.seat(self.dora, 100)
        decision = self.giving(self.ben)
        self.assertFalse(decision.place_ids)
        self.assertNotIn("until", decision.outcome_ids.params)
        self.assertEqual(decision.outcome_ids.with_user(self.anna)._note(), "")

    def test_two_vacant_seats_with_different_terms_are_each_filled_for_their_own(self):
        late, early = self.seat(self.ben, 250), self.seat(self.cleo, 200)
        (late | early)._end()
        first, second = self.giving(self.dora), self.giving(self.anna)
        # A draft that only its author sees keeps no seat.
        self.assertEqual((first.place_ids, second.place_ids), (early, early))
        first.with_user(self.anna).action_announce()
        self.assert_refused("seat", second.with_user(self.anna).action_announce)
        second.with_user(self.anna).action_edit({"outcomes": self.outcomes(second)})
        self.assertEqual(second.place_ids, late)
        self.assertEqual(second.outcome_ids.params["until"], str(self.day(250)))
        both = self.draft(method="stv", role_id=self.council.id, seats=2).sudo()
        self.assertEqual(both.place_ids, late)
        self.assertNotIn("until", both.outcome_ids.params)

    def outcomes(self, decision):
        params = {**decision.outcome_ids.params}
        params.pop("until", None)
        return [{"kind": "role", "params": params}]

    def test_shortly_before_the_end_of_a_term_the_next_one_is_elected(self):
        left = self.seat(self.cleo, 20)
        draft = self.drafted()
        left._end()
        self.assertEqual(self.drafted(), draft)
        known = seat_history.History(self.council)
        self.assertFalse(known.vacant(self.council, self.decisions))
        self.assertNotIn("until", draft.outcome_ids.params)
        # A member proposes somebody for the next term of the same seat.
        other = self.giving(self.dora)
        self.assertEqual(other.place_ids, left)
        self.assertNotIn("until", other.outcome_ids.params)

    def test_nobody_is_elected_to_a_second_seat(self):
        self.seat(self.ben, 10)
        self.seat(self.cleo, 10)
        self.set_policies(roles_by="person")
        draft = self.drafted()[0]
        draft.with_user(self.fred).action_announce()
        own = draft.place_ids.partner_id
        other = (self.ben | self.cleo).partner_id - own
        nominate = draft.with_user(self.anna).action_nominate
        self.assert_refused("seat", nominate, other.id, WHY)
        nominate(own.id, WHY)

    def test_who_is_given_the_other_seat_first_is_followed_by_the_next(self):
        one, two = self.seat(self.ben, 0), self.seat(self.cleo, 0)
        self.set_policies(roles_by="schulze")
        drafts = self.drafted()
        (one | two)._cron_terms()
        for draft in drafts:
            draft.with_user(self.fred).action_announce()
            for user in (self.dora, self.anna):
                draft.with_user(user).action_stand()
            self.move(draft, hours=80)
        self.clock()
        for draft in drafts:
            ballot = "1-2-3"
            self.vote(draft, **dict.fromkeys(("anna", "ben", "cleo", "fred"), ballot))
            draft.with_user(self.dora).action_vote(ballot)
            self.close(draft)
            self.assertEqual(draft.result["elected"], [self.dora.name])
            draft.execute_date = False
        for draft in drafts:
            self.carry_out(draft)
        # The second counts again without Dora, and is challengeable for two days.
        self.assertEqual(drafts.mapped("state"), ["done", "adopted"])
        self.carry_out(drafts[1])
        self.assertEqual(drafts.mapped("state"), ["done", "done"])
        self.assertEqual(self.fillers(), (self.dora | self.anna).partner_id)
        self.assertEqual((one | two).mapped("state"), ["left", "left"])

    # === WHAT CHANGES MEANWHILE === #

    def test_drafts_of_a_role_that_was_closed_end(self):
        self.seat(self.ben, 10)
        draft = self.drafted()
        self.council.with_user(self.gina).action_close()
        self.assertFalse(self.drafted())
        self.assertEqual((draft.state, draft.ended_why), ("ended", "withdrawn"))

    def test_nobody_reads_by_a_program_which_places_an_election_names(self):
        place = self.seat(self.ben, 10)
        draft = self.drafted().with_user(self.anna).sudo(False)
        for call in (
            lambda: draft.read(["place_ids"]),
            lambda: draft.search([("place_ids", "in", place.ids)]),
            lambda: draft.formatted_read_group([], ["place_ids"], ["__count"]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_the_circle_above_elects_the_lead_of_a_circle(self):
        beds = self._circle("Beds", self.garden)
        lead = self._role("Lead of beds", beds, "manage")
        lead.link = "lead"
        self._put(self.ben, beds)
        place = self._put(self.ben, lead).sudo()
        place.date_to = self.day(10)
        self.decisions._cron_elections()
        draft = seats.under_way(lead)
        self.assertEqual((draft.group_id, draft.place_ids), (self.garden, place))
        draft.with_user(self.fred).action_announce()
        self.assertEqual(draft.state, "open")

    def test_drafts_of_a_circle_that_does_not_give_the_role_any_more_end(self):
        beds = self._circle("Beds", self.garden)
        lead = self._role("Lead of beds", beds, "manage")
        lead.link = "lead"
        self._put(self.ben, beds)
        self._put(self.ben, lead).sudo().date_to = self.day(10)
        self.decisions._cron_elections()
        draft = seats.under_way(lead)
        beds.parent_id = self.village
        self.decisions._cron_elections()
        self.assertEqual((draft.state, draft.ended_why), ("ended", "withdrawn"))

    def test_a_person_who_cannot_be_elected_again_is_not_proposed_by_the_clock(self):
        self.seat(self.ben, 10)
        self.ben.partner_id._wezer_profile().state = "suspended"
        draft = self.drafted()
        self.assertEqual(draft.method, "person")
        self.assertNotIn("person", draft.outcome_ids.params)
        draft.with_user(self.fred).action_announce()
        self.assertEqual(draft.phase, "naming")

    def test_a_merged_account_leaves_one_seat_and_a_vacant_one(self):
        one, two = self.seat(self.ben, 200), self.seat(self.cleo, 200)
        self.ben.partner_id._wezer_merge_into(self.cleo.partner_id)
        live = (one | two).filtered("is_live")
        self.assertEqual(live.partner_id, self.cleo.partner_id)
        decision = self.giving(self.dora)
        self.assertEqual(decision.place_ids, (one | two) - live)
        self.assertEqual(decision.outcome_ids.params["until"], str(self.day(200)))

    def test_nobody_learns_who_has_a_role_of_another_circle(self):
        hidden = self._circle("Hidden", self.village, visibility="members")
        role = self._role("Keeper", hidden)
        self._put(self.otto, role).sudo().date_to = self.day(5)
        draft = self.draft(
            method="majority",
            outcomes=[
                {
                    "kind": "role",
                    "params": {"role": role.id, "person": self.otto.partner_id.id},
                }
            ],
        )
        self.assertFalse(draft.sudo().place_ids)
        self.assertNotIn(self.otto.name, draft.outcome_ids._note())

    def test_an_election_that_was_withdrawn_is_proposed_anew_for_the_same_seat(self):
        left = self.seat(self.cleo, 200)
        left._end()
        first = self.draft(method="person", role_id=self.council.id).sudo()
        first.with_user(self.anna).action_announce()
        self.assertFalse(self.giving(self.dora).place_ids)
        closing.end(first, "void", "A test")
        self.assertEqual(self.giving(self.dora).place_ids, left)
        first.state = "rejected"
        again = self.decisions.browse(first.with_user(self.anna).action_reopen())
        self.assertEqual(again.sudo().place_ids, left)
        self.assertEqual(again.sudo().outcome_ids.params["until"], str(self.day(200)))

    # === TERMS IN A ROW === #

    def test_by_elections_of_another_seat_do_not_end_a_row_of_terms(self):
        self.adopted(self.giving(self.anna))
        ben = self.giving(self.ben)
        self.adopted(ben)
        self.council.with_user(self.ben).action_accept_invitation()
        for user in (self.cleo, self.dora):
            decision = self.adopted(self.giving(user))
            place = self.council._membership_of(user.partner_id)
            self.council.with_user(user).action_accept_invitation()
            place._end()
            self.assertEqual(decision.state, "done")
        self.assertEqual(seats.terms_in_row(self.council, self.ben.partner_id), 1)
