"""Seats that fall vacant before their terms end, and who has them next."""

from odoo.tests import tagged

from odoo.addons.wezer_base.tests.forms import FormCase
from odoo.addons.wezer_base.tools import days

from ..tools import closing, draft_form, elections, seat_history, seats, terms
from .seat_case import YEAR, SeatsCase

# Dora, the second candidate, is elected first, and then Anna.
TWO = {
    **dict.fromkeys(("ben", "cleo", "fred", "dora"), "-1"),
    **dict.fromkeys(("anna", "gina"), "1-"),
}


class VacantSeatsCase(SeatsCase):
    def vacated(self, user, days):
        """Return a seat that a person left so many days before the end of its term."""
        place = self.seat(user, days)
        self.council.with_user(user).action_leave()
        self.assertEqual(place.state, "left")
        return place

    def both_vacated(self):
        """Return the seats of Ben (200 days were left) and Cleo (250), who left."""
        places = self.seat(self.ben, 200), self.seat(self.cleo, 250)
        for user in (self.ben, self.cleo):
            self.council.with_user(user).action_leave()
        return places

    def given_by_hand(self, *users):
        """Let the person who manages the circle give the role to others."""
        for user in users:
            self.council.with_user(self.gina).action_invite(user.partner_id.id)
            self.council.with_user(user).action_accept_invitation()

    def vacant(self):
        known = seat_history.History(self.council)
        return known.vacant(self.council, self.decisions)

    def carried_out(self, draft):
        """Carry out what was adopted, at once."""
        self.assertEqual(draft.state, "adopted", draft.result)
        draft.execute_date = False
        self.carry_out(draft)
        self.assertEqual(draft.state, "done", draft.outcome_ids.mapped("error"))

    def elected(self, draft, *standing, **ballots):
        """Announce an election among candidates, and count these ballots (sudo)."""
        if draft.state == "draft":
            draft.with_user(draft.proposer_id.user_ids or self.fred).action_announce()
        for user in standing:
            draft.with_user(user).action_stand()
        self.wait(draft, hours=80)
        self.vote(draft, **ballots)
        self.close(draft)
        self.carried_out(draft)
        return draft

    def terms_of(self, *users):
        """Return until when these people have the role."""
        places = [self.council._membership_of(user.partner_id) for user in users]
        return [place.sudo().date_to for place in places]


@tagged("post_install", "-at_install")
class TestVacantSeats(VacantSeatsCase):
    # === WHAT THE CLOCK DRAFTS === #

    def test_a_seat_that_falls_vacant_is_elected_for_the_rest_of_its_term(self):
        self.set_policies(roles_by="person")
        self.seat(self.ben, 300)
        place = self.vacated(self.cleo, 200)
        draft = self.drafted()
        self.assertEqual((len(draft), draft.state), (1, "draft"))
        self.assertEqual((draft.method, draft.place_ids), ("person", place))
        self.assertEqual(draft.outcome_ids.params["until"], str(self.day(200)))
        self.assertEqual(draft.title, f"By-election: {self.council.name}")
        # Nobody waits for the end of the term.
        self.assertFalse(draft.execute_date)
        said = days.format_day(draft.env, self.day(200))
        self.assertIn(self.cleo.name, draft.version_id.body)
        self.assertIn(said, draft.version_id.body)
        self.assertIn(said, draft.outcome_ids.with_user(self.anna)._note())
        self.assertEqual(self.drafted(), draft)
        notices = self.env["wezer.notice"].sudo()
        told = notices.search([("res_id", "=", draft.id), ("subject", "=", "announce")])
        self.assertEqual(told.partner_id, self.fred.partner_id)
        self.assertIn("is vacant", told.message)
        draft.with_user(self.fred).action_announce()
        self.assertEqual(draft.phase, "naming")
        self.assertEqual(self.drafted(), draft)

    def test_each_way_of_leaving_a_role_early_brings_a_by_election(self):
        self.set_policies(roles_by="person")

        def leave_the_circle():
            self.garden.with_user(self.cleo).action_leave()

        def put_out_of_the_role():
            self.council.with_user(self.gina).action_remove_member(
                self.cleo.partner_id.id
            )

        def put_out_of_the_circle():
            self.garden.with_user(self.gina).action_remove_member(
                self.cleo.partner_id.id
            )

        def recalled():
            self.council.sudo()._do_take(self.cleo.partner_id)

        for act in (
            leave_the_circle,
            put_out_of_the_role,
            put_out_of_the_circle,
            recalled,
        ):
            with self.subTest(act.__name__):
                point = self.env.cr.savepoint(flush=False)
                place = self.seat(self.cleo, 200)
                act()
                self.assertEqual(self.drafted().place_ids, place)
                point.close(rollback=True)
                self.env.invalidate_all()

    def test_no_by_election_is_drafted_where_people_who_manage_give_the_role(self):
        self.vacated(self.cleo, 200)
        for method in ("manage", None):
            self.set_policies(roles_by=method)
            self.assertFalse(self.drafted())

    def test_a_role_without_terms_has_no_by_elections(self):
        place = self._put(self.cleo, self.council).sudo()
        place.date_to = False
        self.council.with_user(self.cleo).action_leave()
        self.assertFalse(self.drafted())

    def test_shortly_before_the_end_of_its_term_a_seat_is_elected_for_a_whole_one(self):
        self.set_policies(re_elect_days=40, roles_by="person")
        for left, by_election in ((40, False), (41, True)):
            with self.subTest(left):
                place = self.vacated(self.cleo, left)
                drafts = self.drafted().filtered(lambda one: one.state == "draft")
                draft = drafts.ensure_one()
                self.assertEqual(draft.place_ids, place)
                self.assertEqual("until" in draft.outcome_ids.params, by_election)
                begin = False if by_election else self.day(left + 1)
                self.assertEqual(draft.execute_date, begin)
                draft.with_user(self.fred).action_announce()

    def test_a_by_election_that_nobody_announced_gives_way_to_the_next_term(self):
        self.set_policies(re_elect_days=40, roles_by="person")
        place = self.vacated(self.cleo, 60)
        draft = self.drafted()
        self.assertTrue(draft.outcome_ids.params["until"])
        self.set_policies(re_elect_days=80)
        regular = self.drafted()
        self.assertEqual((draft.state, regular.place_ids), ("ended", place))
        self.assertNotIn("until", regular.outcome_ids.params)
        self.assertEqual(regular.execute_date, self.day(61))
        self.assertEqual(self.drafted(), regular)

    def test_a_seat_that_ended_with_its_term_brings_no_by_election(self):
        place = self.seat(self.cleo, 5)
        place.date_from = self.day(-50)
        place.date_to = self.day(-1)
        place._cron_terms()
        self.assertEqual(place.state, "left")
        self.assertFalse(self.drafted())

    def test_a_draft_is_withdrawn_once_somebody_has_the_seat(self):
        self.vacated(self.cleo, 200)
        draft = self.drafted()
        self.council.with_user(self.gina).action_invite(self.dora.partner_id.id)
        # A person who was invited may decline.
        self.assertEqual(self.drafted(), draft)
        self.council.with_user(self.dora).action_accept_invitation()
        self.assertFalse(self.drafted())
        self.assertEqual((draft.state, draft.ended_why), ("ended", "withdrawn"))
        # What fell vacant again is elected again.
        self.council.with_user(self.dora).action_leave()
        place = self.council.sudo().membership_ids.filtered(
            lambda one: one.partner_id == self.dora.partner_id
        )
        self.assertEqual(self.drafted().place_ids, place)

    def test_a_by_election_that_the_circle_does_not_want_is_not_drafted_again(self):
        place = self.vacated(self.cleo, 200)
        draft = self.drafted()
        draft.with_user(self.fred).action_withdraw()
        self.assertFalse(self.drafted())
        # A member can still propose it, and the next term is elected.
        self.assertEqual(self.giving(self.dora).place_ids, place)
        self.set_policies(re_elect_days=250)
        self.assertEqual(self.drafted().place_ids, place)

    def test_what_was_rejected_or_too_few_answered_is_drafted_again(self):
        place = self.vacated(self.cleo, 200)
        draft = self.drafted()
        for state in ("rejected", "no_quorum", "ended"):
            with self.subTest(state):
                draft.with_user(self.fred).action_announce()
                if state == "ended":
                    closing.end(draft, "void", "A test")
                else:
                    draft.state = state
                again = self.drafted()
                self.assertEqual(again.place_ids, place)
                draft = again

    def test_a_person_who_was_elected_and_declined_leaves_the_seat_vacant(self):
        place = self.vacated(self.cleo, 200)
        decision = self.adopted(self.giving(self.dora))
        self.assertFalse(self.drafted())
        self.council.with_user(self.dora).action_leave()
        draft = self.drafted()
        self.assertEqual((draft.place_ids, decision.state), (place, "done"))

    def test_a_person_who_left_is_not_proposed_for_their_own_seat(self):
        self.vacated(self.cleo, 200)
        draft = self.drafted()
        self.assertEqual(draft.method, "person")
        self.assertNotIn("person", draft.outcome_ids.params)

    def test_an_election_that_names_no_seat_yet_serves_the_seat_that_falls_vacant(self):
        place = self.seat(self.cleo, 200)
        early = self.opened(method="person", role_id=self.council.id).sudo()
        self.assertFalse(early.place_ids)
        self.council.with_user(self.cleo).action_leave()
        self.assertEqual(self.drafted(), early)
        self.assertEqual(early.place_ids, place)

    # === SEVERAL SEATS AT ONCE === #

    def test_all_vacant_seats_are_drafted_together_where_rankings_elect(self):
        self.set_policies(roles_by="stv")
        one, two = self.seat(self.ben, 200), self.seat(self.cleo, 250)
        ends = self.seat(self.dora, 50)
        self.council.with_user(self.ben).action_leave()
        draft = self.drafted()
        self.assertEqual((draft.place_ids, draft.settings), (one, False))
        self.council.with_user(self.cleo).action_leave()
        ends.date_to = self.day(10)
        both = self.drafted()
        regular = both - draft
        self.assertEqual((draft.place_ids, draft.settings), (one | two, {"seats": 2}))
        params = draft.outcome_ids.params
        self.assertEqual(params["untils"], [str(self.day(250)), str(self.day(200))])
        self.assertNotIn("until", params)
        for user in (self.ben, self.cleo):
            self.assertIn(user.name, draft.version_id.body)
        # The next term of a seat begins later: it is elected by itself.
        self.assertEqual((regular.place_ids, regular.settings), (ends, False))
        self.assertEqual(self.drafted(), both)
        # One of them is filled: the other is left.
        self.given_by_hand(self.anna)
        self.assertEqual(self.drafted(), both)
        self.assertEqual((draft.place_ids, draft.settings), (two, False))
        params = draft.outcome_ids.params
        self.assertEqual(params["until"], str(self.day(250)))
        self.assertNotIn("untils", params)
        self.assertNotIn(self.ben.name, draft.version_id.body)
        draft.with_user(self.fred).action_announce()

    def test_what_a_manager_wrote_into_a_draft_stays_when_a_seat_is_added(self):
        self.set_policies(roles_by="stv")
        self.seat(self.cleo, 250)
        self.vacated(self.ben, 200)
        draft = self.drafted()
        draft.with_user(self.gina).action_edit({"text": "We look for gardeners."})
        self.council.with_user(self.cleo).action_leave()
        self.assertEqual(self.drafted(), draft)
        self.assertIn("We look for gardeners.", draft.version_id.body)
        self.assertIn(self.cleo.name, draft.version_id.body)

    def test_the_first_of_the_elected_has_the_seat_with_the_longest_term(self):
        self.set_policies(roles_by="stv")
        self.both_vacated()
        draft = self.drafted()
        note = draft.outcome_ids.with_user(self.anna)._note()
        late, early = (days.format_day(draft.env, self.day(n)) for n in (250, 200))
        self.assertIn(f"until {late}, until {early}", note)
        self.elected(draft, self.anna, self.dora, **TWO)
        self.assertEqual(draft.result["elected"], [self.dora.name, self.anna.name])
        ends = self.terms_of(self.dora, self.anna)
        self.assertEqual(ends, [self.day(250), self.day(200)])
        self.assertFalse(self.drafted())
        # Who leaves is followed in the seat that they had.
        self.council.with_user(self.anna).action_leave()
        again = self.drafted()
        self.assertEqual(again.outcome_ids.params["until"], str(self.day(200)))

    def test_where_fewer_are_elected_the_seats_with_the_shortest_terms_stay_vacant(
        self,
    ):
        self.set_policies(roles_by="stv")
        short = self.seat(self.gina, 150)
        self.both_vacated()
        self.council.with_user(self.gina).action_leave()
        draft = self.drafted()
        self.assertEqual(draft.settings, {"seats": 3})
        self.elected(draft, self.anna, self.dora, **TWO)
        ends = self.terms_of(self.dora, self.anna)
        self.assertEqual(ends, [self.day(250), self.day(200)])
        self.assertEqual(self.vacant(), short)
        again = self.drafted()
        self.assertEqual(again.place_ids, short)
        self.assertEqual(again.outcome_ids.params["until"], str(self.day(150)))

    def test_where_an_elected_person_declines_the_others_move_up(self):
        self.set_policies(roles_by="stv")
        self.both_vacated()
        draft = self.drafted()
        draft.with_user(self.fred).action_announce()
        for user in (self.anna, self.dora, self.gina):
            draft.with_user(user).action_stand()
        self.wait(draft, hours=80)
        self.vote(draft, **dict.fromkeys(("ben", "cleo", "fred"), "-1-2"))
        self.vote(draft, anna="1--", dora="-1-2", gina="--1")
        self.close(draft)
        first, second = elections.elected(draft)
        draft.with_user(first.user_ids).action_decline()
        self.assertEqual(elections.elected(draft)[0], second)
        said = draft.outcome_ids.sorted("id").mapped(lambda one: one.params["until"])
        self.assertEqual(said, [str(self.day(250)), str(self.day(200))])

    def test_a_seat_at_the_end_of_its_term_is_given_before_a_rest(self):
        self.seat(self.cleo, 10)
        self.vacated(self.ben, 200)
        draft = self.draft(method="stv", role_id=self.council.id, seats=2).sudo()
        self.assertEqual(len(draft.place_ids), 2)
        params = draft.outcome_ids.params
        self.assertEqual(params["untils"], [None, str(self.day(200))])
        self.assertIn("a whole term", draft.outcome_ids.with_user(self.anna)._note())
        self.elected(draft, self.anna, self.dora, **TWO)
        ends = self.terms_of(self.dora, self.anna)
        self.assertEqual(ends, [self.day(YEAR), self.day(200)])

    def test_a_rest_can_be_longer_than_a_term_that_became_shorter(self):
        self.seat(self.cleo, 10)
        self.vacated(self.ben, 200)
        self.set_policies(role_term_days=100)
        draft = self.draft(method="stv", role_id=self.council.id, seats=2).sudo()
        params = draft.outcome_ids.params
        self.assertEqual(params["untils"], [str(self.day(200)), None])

    def test_people_who_are_named_get_the_terms_in_the_order_of_the_proposal(self):
        self.both_vacated()
        role = self.council.id
        people = (self.dora, self.anna)
        draft = self.draft(
            method="consent",
            outcomes=[
                {
                    "kind": "role",
                    "params": {"role": role, "person": user.partner_id.id},
                }
                for user in people
            ],
        ).sudo()
        said = [one.params["until"] for one in draft.outcome_ids]
        self.assertEqual(said, [str(self.day(250)), str(self.day(200))])

    def test_a_draft_that_is_changed_has_the_terms_of_the_seats_that_it_fills_then(
        self,
    ):
        late = self.seat(self.gina, 300)
        self.both_vacated()
        self.council.with_user(self.gina).action_leave()
        draft = self.draft(method="stv", role_id=self.council.id, seats=1)
        params = draft.sudo().outcome_ids.params
        self.assertEqual(params["until"], str(self.day(200)))
        draft.action_edit({"seats": 3})
        params = draft.sudo().outcome_ids.params
        said = [str(self.day(number)) for number in (300, 250, 200)]
        self.assertEqual(params["untils"], said)
        self.assertNotIn("until", params)
        self.assertIn(late, draft.sudo().place_ids)
        # The form of a draft sends back only what a proposal has.
        outcome = {"kind": "role", "params": {"role": self.council.id}}
        sent = draft_form._with_unseen(draft, outcome)
        self.assertNotIn("untils", sent)
        draft.action_edit({"outcomes": [{**outcome, "params": sent}]})
        self.assertEqual(draft.sudo().outcome_ids.params["untils"], said)

    def test_an_election_that_is_proposed_anew_has_the_terms_of_that_day(self):
        one, _two = self.both_vacated()
        draft = self.draft(method="stv", role_id=self.council.id, seats=2).sudo()
        self.assertTrue(draft.outcome_ids.params["untils"])
        draft.with_user(self.anna).action_announce()
        draft.state = "rejected"
        self.given_by_hand(self.dora)
        again = self.decisions.browse(draft.with_user(self.anna).action_reopen())
        params = again.sudo().outcome_ids.params
        self.assertNotIn(one, again.sudo().place_ids)
        self.assertEqual(params["untils"], [None, str(self.day(250))])

    # === WHO IS GIVEN A ROLE BY HAND === #

    def test_a_person_given_by_hand_has_the_seat_that_fell_vacant_first(self):
        first, second = self.both_vacated()
        self.assertEqual(self.vacant(), first | second)
        self.given_by_hand(self.dora)
        self.assertEqual(self.vacant(), second)
        self.given_by_hand(self.anna)
        self.assertFalse(self.vacant())

    def test_a_seat_whose_term_is_over_is_filled_after_those_that_still_run(self):
        self.seat(self.cleo, 250)
        old = self.seat(self.ben, 5)
        old.write({"date_from": self.day(-50), "date_to": self.day(-1)})
        old._cron_terms()
        self.assertEqual(old.state, "left")
        self.council.with_user(self.cleo).action_leave()
        self.given_by_hand(self.dora)
        self.assertFalse(self.vacant())

    def test_a_person_given_by_hand_does_not_take_a_seat_that_was_elected(self):
        first, second = self.both_vacated()
        decision = self.giving(self.dora)
        self.assertEqual(decision.place_ids, first)
        self.adopted(decision)
        self.council.with_user(self.dora).action_accept_invitation()
        self.assertEqual(self.vacant(), second)
        self.given_by_hand(self.anna)
        self.assertFalse(self.vacant())

    def test_a_person_who_comes_back_to_the_same_place_has_their_own_seat(self):
        first, second = self.both_vacated()
        # As an administrator puts it right.
        second.write({"state": "active", "date_to": self.day(250)})
        self.assertEqual(self.vacant(), first)

    # === MANY ROLES === #

    def many_roles(self, number):
        """Make roles whose first seat fell vacant and was given by hand."""
        roles = self.groups.create(
            [
                {"name": f"Helper {one}", "kind": "role", "parent_id": self.garden.id}
                for one in range(number)
            ]
        )
        for role in roles:
            place = self._put(self.cleo, role).sudo()
            place.date_to = self.day(200)
            place._end()
            self._put(self.dora, role)
        return roles

    def test_the_clock_asks_about_many_roles_with_as_many_queries_as_about_a_few(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.decisions._cron_elections()
            return self.env.cr.sql_log_count - before

        self.many_roles(3)
        queries()
        few = queries()
        self.many_roles(25)
        # What is kept for all transactions is read in the first run.
        queries()
        self.assertLessEqual(queries(), few)

    def test_roles_are_looked_at_part_by_part(self):
        chunk, terms.CHUNK = terms.CHUNK, 2
        self.addCleanup(setattr, terms, "CHUNK", chunk)
        roles = self.many_roles(5)
        for role in roles:
            role.sudo().membership_ids.filtered("is_live")._end()
            role.sudo().membership_ids.date_to = self.day(200)
        self.set_policies(role_term_days=YEAR)
        places = [self._put(self.anna, role).sudo() for role in roles]
        for place in places:
            place.date_to = self.day(200)
            place._end()
        self.decisions._cron_elections()
        for role in roles:
            self.assertEqual(len(seats.under_way(role)), 1)
        self.decisions._cron_elections()
        for role in roles:
            self.assertEqual(len(seats.under_way(role)), 1)


@tagged("post_install", "-at_install")
class TestVacantSeatPages(VacantSeatsCase, FormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.cleo, cls.fred, cls.gina, cls.anna):
            user.password = user.login

    def log_in(self, user):
        self.authenticate(user.login, user.login)

    def text(self, url):
        main = self.page(url).xpath("//div[@id='wrap']")[0]
        return " ".join(main.text_content().split())

    def rows(self, user):
        return [row["text"] for row in user.with_user(user)._wezer_todo()]

    def test_a_person_resigns_and_the_facilitator_announces_the_by_election(self):
        self.set_policies(roles_by="person")
        self.seat(self.cleo, 200)
        self.log_in(self.cleo)
        address = f"/groups/{self.council.slug}"
        self.send(self.form(self.page(address), f"{address}/leave"))
        draft = self.drafted()
        self.assertEqual(len(draft), 1)
        title = f"By-election: {self.council.name}"
        self.log_in(self.fred)
        self.assertIn(f"An election is due: “{title}”.", self.text("/my/todo"))
        page = f"/decisions/{draft.id}"
        ends = days.format_day(draft.env, self.day(200))
        self.assertIn(f"The term ends on {ends}.", self.text(page))
        self.send(self.form(self.page(page), f"{page}/announce"))
        self.assertEqual(draft.state, "open")
        self.log_in(self.anna)
        shown = self.text(page)
        self.assertIn(f"the rest of it, until {ends}", shown)
        self.assertIn(f"The term ends on {ends}.", shown)

    def test_a_manager_gives_the_role_and_the_row_to_do_is_gone(self):
        self.vacated(self.cleo, 200)
        draft = self.drafted()
        due = f"An election is due: “{draft.title}”."
        self.assertIn(due, self.rows(self.fred))
        self.given_by_hand(self.dora)
        self.drafted()
        self.assertNotIn(due, self.rows(self.fred))

    def test_the_page_says_the_terms_of_all_seats_before_anybody_votes(self):
        self.set_policies(roles_by="stv")
        self.both_vacated()
        draft = self.drafted()
        draft.with_user(self.fred).action_announce()
        self.log_in(self.anna)
        late, early = (days.format_day(draft.env, self.day(n)) for n in (250, 200))
        self.assertIn(
            f"The seats have different terms: until {late}, until {early}. The person"
            " who is elected first has the longest one.",
            self.text(f"/decisions/{draft.id}"),
        )
