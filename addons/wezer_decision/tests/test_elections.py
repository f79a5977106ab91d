"""Elections: each step, ties, who follows whom, terms."""

from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.wezer_base.tools import days

from ..tools import (
    decision_departure,
    decision_list,
    decision_lookup,
    decision_page,
    elections,
    result_view,
    seats,
    terms,
)
from .common import DecisionCommon

WHY = "Knows the books well, and explains them."


@tagged("post_install", "-at_install")
class TestElections(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.treasurer = cls._role("Treasurer", cls.garden)

    def election(self, **vals):
        vals = {"method": "person", "role_id": self.treasurer.id, **vals}
        return self.opened(by=self.anna, title="Who is treasurer?", **vals)

    def name(self, decision, **names):
        """Name people: ``name(decision, anna="ben")``."""
        for by, whom in names.items():
            decision.with_user(getattr(self, by)).action_nominate(
                getattr(self, whom).partner_id.id, WHY
            )

    def told(self, decision):
        """Return how the notice to Fred says that a decision has ended."""
        notice = self.env["wezer.notice"].search(
            [
                ("partner_id", "=", self.fred.partner_id.id),
                ("res_model", "=", "wezer.decision"),
                ("res_id", "=", decision.id),
                ("kind", "=", "decision_result"),
            ]
        )
        return notice.text.partition("”: ")[2]

    def next_step(self, decision):
        """Let the time of a step pass."""
        decision = decision.sudo()
        left = decision.closes - decision._now()
        self.wait(decision, seconds=left.total_seconds() + 1)
        return decision

    def proposed(self, whom="ben"):
        """Return an election (sudo) in which ``whom`` is asked, and how to answer."""
        decision = self.election()
        self.name(decision, anna="ben", ben="ben", cleo="dora", dora="cleo")
        self.next_step(decision)
        self.next_step(decision)
        person = getattr(self, whom).partner_id
        decision.with_user(self.fred).action_propose_person(person.id, WHY)
        return decision.sudo()

    def test_people_are_named_unseen_then_shown_at_once_proposed_and_elected(self):
        decision = self.election()
        closed = decision.sudo()
        self.assertEqual(closed.phase, "naming")
        self.assertAlmostEqual(
            (closed.closes - closed.opens) / timedelta(days=1), 5, delta=0.05
        )
        self.name(decision, anna="ben", cleo="dora", ben="ben")
        self.name(decision, anna="cleo", dora="ben")
        self.assertEqual(decision._progress(), (6, 4))
        nominations = self.env["wezer.nomination"]
        for user, seen in ((self.anna, 1), (self.fred, 0), (self.otto, 0)):
            self.assertEqual(nominations.with_user(user).search_count([]), seen)
        self.assert_refused("phase", decision.with_user(self.ben).action_vote, "live")
        self.next_step(decision)
        self.assertEqual(closed.phase, "sharing")
        self.assertEqual(nominations.with_user(self.fred).search_count([]), 4)
        self.assertEqual(nominations.with_user(self.otto).search_count([]), 0)
        self.name(decision, cleo="ben")
        self.assert_refused("once", self.name, decision, cleo="dora")
        self.assert_refused("once", self.name, decision, fred="dora")
        self.assertEqual(
            nominations.search(
                [("person_id", "=", self.cleo.partner_id.id)]
            ).nominee_id,
            self.dora.partner_id,
        )
        self.next_step(decision)
        self.assertEqual(closed.phase, "proposing")
        fred = decision.with_user(self.fred)
        propose = fred.action_propose_person
        self.assert_refused("phase", self.name, decision, anna="ben")
        self.assert_refused("named", propose, self.gina.partner_id.id, WHY)
        self.assert_refused("person", propose, self.otto.partner_id.id, WHY)
        self.assert_refused(
            "facilitator",
            decision.with_user(self.anna).action_propose_person,
            self.ben.partner_id.id,
            WHY,
        )
        propose(self.ben.partner_id.id, WHY)
        self.assertEqual(closed.phase, "proposing")
        self.assert_refused("phase", propose, self.cleo.partner_id.id, WHY)
        self.assert_refused("nominee", decision.with_user(self.cleo).action_accept)
        decision.with_user(self.ben).action_accept()
        self.assertEqual(closed.phase, "consent")
        self.assertIn(self.ben.name, closed.version_id.body)
        said = closed.outcome_ids.with_user(self.cleo)._sentence()
        self.assertIn(f"{self.ben.name} has the role Treasurer", said)
        self.vote(decision, anna="live", ben="live", cleo="concern", dora="live")
        self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual(closed.outcome_ids.params["person"], self.ben.partner_id.id)
        self.assertEqual(self.told(closed), f"elected: {self.ben.name}")

    def test_who_has_named_somebody_is_asked_nothing_until_the_next_step(self):
        decision = self.election()
        self.name(decision, anna="ben")
        for user, waits in ((self.anna, False), (self.ben, True)):
            env = self.env(user=user)
            asked = env["wezer.decision"].search(decision_list.asked(env))
            self.assertEqual(decision in asked, waits)
            rows = decision_lookup.waiting_ids(user, 30)["answer"]
            self.assertEqual(decision.id in rows, waits)
            shown = decision_list.of_circle(self.garden.with_user(user))
            self.assertEqual(decision in shown["mine"], waits)
            self.assertEqual(decision in shown["others"], not waits)

    def test_all_names_are_shown_once_everybody_has_named_somebody(self):
        decision = self.election()
        self.name(decision, gina="ben", fred="ben", anna="ben", ben="ben", cleo="ben")
        self.assertEqual(decision.sudo().phase, "naming")
        self.name(decision, dora="anna")
        self.assertEqual(decision.sudo().phase, "sharing")

    def test_who_was_named_by_most_is_proposed_where_nobody_does(self):
        decision = self.election()
        self.name(decision, anna="dora", ben="dora", cleo="ben")
        for _step in range(3):
            self.next_step(decision)
        self.assertEqual(decision.sudo().asked_id, self.dora.partner_id)

    def test_ties_go_to_the_only_one_who_named_themselves_then_to_who_has_the_role(
        self,
    ):
        decision = self.election()
        self.name(decision, anna="dora", ben="ben")
        self.assertEqual(elections.most_named(decision.sudo()), self.ben.partner_id)
        self.name(decision, dora="dora", cleo="ben")
        self._put(self.dora, self.treasurer)
        self.assertEqual(elections.most_named(decision.sudo()), self.dora.partner_id)
        self._put(self.ben, self.treasurer)
        first = elections.most_named(decision.sudo())
        self.assertIn(first, self.dora.partner_id | self.ben.partner_id)
        self.assertEqual(elections.most_named(decision.sudo()), first)

    def test_a_person_who_declines_or_stays_silent_is_not_proposed(self):
        decision = self.proposed()
        decision.with_user(self.ben).action_decline()
        self.assertEqual((decision.phase, decision.asked_id.id), ("proposing", False))
        dropped = self.env["wezer.nomination"].search([("is_dropped", "=", True)])
        self.assertEqual(dropped.nominee_id, self.ben.partner_id)
        propose = decision.with_user(self.fred).action_propose_person
        self.assert_refused("named", propose, self.ben.partner_id.id, WHY)
        propose(self.dora.partner_id.id, WHY)
        self.next_step(decision)
        self.assertEqual((decision.phase, decision.asked_id.id), ("proposing", False))
        propose(self.cleo.partner_id.id, WHY)
        decision.with_user(self.cleo).action_decline()
        self.assertEqual(decision.state, "rejected")
        self.assertEqual(decision.result["elected"], [])

    def test_an_objection_that_stays_ends_the_proposal_of_the_person(self):
        decision = self.proposed()
        decision.with_user(self.ben).action_accept()
        self.vote(decision, anna="live", ben="live", fred="live", dora="live")
        decision.with_user(self.cleo).action_object(WHY)
        self.close(decision)
        self.assertEqual((decision.state, decision.phase), ("open", "consent"))
        self.wait(decision, hours=elections.OBJECTION_HOURS + 1)
        self.assertEqual((decision.state, decision.phase), ("open", "proposing"))
        self.assertFalse(decision.nominee_id)
        self.assertEqual(decision.objection_ids.state, "lapsed")
        propose = decision.with_user(self.fred).action_propose_person
        propose(self.dora.partner_id.id, WHY)
        decision.with_user(self.dora).action_accept()
        self.assertEqual(decision._progress(), (6, 0))
        # Another person is another proposal: who objected may object again.
        decision.with_user(self.cleo).action_object(WHY)
        decision.with_user(self.fred).action_drop(WHY)
        self.assertEqual(decision.phase, "proposing")
        # All members read the reason; the log, which keeps everything, has none.
        self.assertEqual(decision.discussion_id.word_ids.mapped("text"), [WHY])
        events = self.env["wezer.governance.event"].search(
            [("decision_id", "=", decision.id), ("kind", "=", "person_dropped")]
        )
        self.assertEqual((len(events), events.data), (1, False))

    def test_who_leaves_takes_along_why_they_named_somebody(self):
        decision = self.proposed()
        named = self.env["wezer.nomination"].search(
            [("decision_id", "=", decision.id)], limit=1
        )
        person = named.person_id
        self.assertIn(named.reason, str(person._wezer_personal_data()["nominations"]))
        decision_departure.erase(person)
        self.assertEqual(named.reason, decision_departure.ERASED)

    def test_an_objection_that_is_withdrawn_lets_the_person_be_elected(self):
        decision = self.proposed()
        decision.with_user(self.ben).action_accept()
        self.vote(decision, anna="live", fred="live", dora="live")
        decision.with_user(self.cleo).action_object(WHY)
        self.close(decision)
        decision.objection_ids.with_user(self.cleo).action_withdraw()
        self.clock()
        self.assertEqual(decision.state, "adopted")

    def test_an_elected_person_can_decline_before_the_role_is_given(self):
        decision = self.proposed()
        decision.with_user(self.ben).action_accept()
        self.vote(decision, anna="live", fred="live", dora="live")
        self.close(decision)
        self.assert_refused("nominee", decision.with_user(self.anna).action_decline)
        decision.with_user(self.ben).action_decline()
        self.assertEqual(decision.state, "rejected")

    def test_nobody_is_named_who_is_no_member_or_without_a_role(self):
        decision = self.election()
        self.assert_refused("person", self.name, decision, anna="otto")
        self.assert_refused("phase", self.name, self.opened(by=self.ben), anna="ben")
        draft = self.draft(method="person")
        self.assert_refused("role", draft.action_announce)
        self.next_step(decision)
        self.assertEqual(decision.sudo().state, "rejected")

    # --- candidates --- #

    def shown(self, decision, user):
        """Return the ids of options in the order in which ``user`` sees them."""
        rows = decision_page.shown_options(decision.with_user(user).sudo(False))
        return [row["option"].id for row in rows]

    def standing(self, method="schulze", **vals):
        decision = self.draft(
            method=method, role_id=self.treasurer.id, options=[], **vals
        )
        decision.action_announce()
        return decision.sudo()

    def test_candidates_stand_before_the_vote_opens_and_the_vote_is_secret(self):
        self.with_candidates()

    def with_candidates(self):
        decision = self.standing()
        self.assertEqual((decision.state, decision.secrecy), ("announced", "secret"))
        self.assertGreaterEqual(
            decision.opens - decision.announced_at, timedelta(hours=72)
        )
        for user in (self.anna, self.ben, self.cleo):
            decision.with_user(user).action_stand(text="I like numbers.")
        decision.with_user(self.anna).action_stand()
        decision.with_user(self.cleo).action_stand_down()
        self.assert_refused("voter", decision.with_user(self.eve).action_stand)
        self.wait(decision, hours=80)
        self.assertEqual(decision.state, "open")
        labels = decision._ballot_options().mapped("label")
        self.assertEqual(len(labels), 4)
        self.assertTrue(decision._ballot_options()[-1].is_none)
        self.assert_refused("phase", decision.with_user(self.dora).action_stand)
        shown = [self.shown(decision, user) for user in self.members]
        self.assertEqual(shown, [self.shown(decision, user) for user in self.members])
        self.assertTrue(all(one[-1] == decision.option_ids[-1].id for one in shown))
        return decision

    def test_a_person_who_declines_is_followed_as_the_same_ballots_say(self):
        decision = self.with_candidates()
        decision.option_ids.filtered("is_none").label = "Aucun"
        self.vote(
            decision,
            anna="1-2--3",
            ben="2-1--3",
            cleo="1-2--3",
            dora="1-2--3",
            fred="2-1--3",
        )
        self.close(decision)
        self.assertEqual(decision.result["elected"], [self.anna.name])
        # Written in the language of the clock, and read in that of each reader.
        self.assertIn(["Aucun"], decision.result["order"])
        shown = result_view.shown_result(decision)
        self.assertIn(["None of these"], shown["order"])
        self.assertIn("None of these", shown["matrix"][self.ben.name])
        self.assertEqual(decision.outcome_ids.params["person"], self.anna.partner_id.id)
        decision.with_user(self.anna).action_decline()
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(decision.result["elected"], [self.ben.name])
        self.assertEqual(decision.outcome_ids.params["person"], self.ben.partner_id.id)
        decision.with_user(self.ben).action_decline()
        self.assertEqual(decision.state, "rejected")

    def test_several_seats_make_as_many_outcomes(self):
        decision = self.standing("stv", seats=2)
        for user in (self.anna, self.ben, self.cleo):
            decision.with_user(user).action_stand()
        self.wait(decision, hours=80)
        self.assertFalse(decision.option_ids.filtered("is_none"))
        self.vote(
            decision, anna="1-2-3", ben="3-1-2", cleo="-2-1", dora="1--", fred="-1-"
        )
        self.close(decision)
        self.assertEqual(len(decision.result["elected"]), 2)
        rows = result_view.rounds(self.env, decision.result)["rows"]
        names = [row["name"] for row in rows if row["elected"]]
        self.assertEqual(self.told(decision), f"elected: {names[0]} and {names[1]}")
        self.assertEqual([row["name"] for row in rows[:2]], names)
        self.assertEqual(names, decision.result["elected"])
        people = {one.params["person"] for one in decision.outcome_ids}
        self.assertEqual(len(people), 2)
        # The next election begins without those whom this one elected.
        again = self.decisions.browse(decision.with_user(self.dora).action_reopen())
        [params] = again.sudo().outcome_ids.mapped("params")
        self.assertEqual(params["role"], decision.outcome_ids[0].params["role"])
        self.assertNotIn("person", params)

    def test_one_candidate_is_voted_on_by_yes_and_no(self):
        decision = self.standing()
        decision.with_user(self.anna).action_stand()
        self.wait(decision, hours=80)
        self.assertEqual(decision.method, "majority")
        self.vote(decision, anna="yes", ben="yes", cleo="yes", dora="yes", fred="no")
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(decision.outcome_ids.params["person"], self.anna.partner_id.id)
        self.assertEqual(self.told(decision), f"elected: {self.anna.name}")

    def test_a_result_without_anybody_elected_says_so(self):
        decision = self.with_candidates()
        names = ("anna", "ben", "cleo", "dora", "fred")
        self.vote(decision, **dict.fromkeys(names, "2-2--1"))
        self.close(decision)
        self.assertEqual(decision.state, "rejected")
        self.assertEqual(self.told(decision), "nobody was elected")

    # --- draw --- #

    def test_people_who_stand_are_drawn_by_their_hidden_numbers(self):
        decision = self.opened(method="draw", role_id=self.treasurer.id, seats=2).sudo()
        decision.with_user(self.anna).action_stand("17")
        for user in (self.ben, self.cleo, self.dora):
            decision.with_user(user).action_stand()
        decision.with_user(self.dora).action_take_back()
        self.assert_refused("method", decision.with_user(self.ben).action_vote, "5")
        self.assert_refused("number", decision.with_user(self.ben).action_stand, "x")
        ballots = self.env["wezer.ballot"].with_user(self.ben).search([])
        self.assertEqual(ballots.person_id, self.ben.partner_id)
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(len(decision.result["elected"]), 2)
        self.assertEqual(decision.result["numbers"][self.anna.name], "17")
        people = {one.params["person"] for one in decision.outcome_ids}
        self.assertEqual(sorted(people), sorted(decision.result["elected_ids"]))
        first = elections.elected(decision)[0]
        user = first.user_ids[0]
        decision.with_user(user).action_decline()
        self.assertEqual(decision.state, "adopted")
        self.assertNotIn(first.id, decision.result["elected_ids"])
        self.assertEqual(len(decision.outcome_ids), 2)

    # --- terms --- #

    def test_an_election_is_drafted_before_a_term_ends_and_the_person_stays(self):
        self.set_policies(roles_by="person", re_elect_days=20)
        place = self._put(self.ben, self.treasurer)
        place = self.treasurer._membership_of(self.ben.partner_id).sudo()
        place.date_to = days.today(self.env) + timedelta(days=30)
        self.decisions._cron_elections()
        self.assertFalse(seats.under_way(self.treasurer))
        place.date_to = days.today(self.env) + timedelta(days=15)
        self.decisions._cron_elections()
        self.decisions._cron_elections()
        decision = seats.under_way(self.treasurer)
        self.assertEqual((len(decision), decision.state), (1, "draft"))
        self.assertEqual(decision.method, "person")
        self.assert_refused("proposer", decision.with_user(self.anna).action_announce)
        decision.with_user(self.fred).action_announce()
        self.assertEqual(decision.phase, "naming")
        self.assertEqual(decision.facilitator_id, self.fred.partner_id)
        self.assertEqual(terms.holds_until(place), place.date_to + timedelta(days=60))

    def test_each_seat_of_a_role_is_elected_and_its_filler_stays_until_then(self):
        self.set_policies(roles_by="consent", role_term_days=100)
        places = self.env["wezer.group.membership"].sudo()
        for user in (self.ben, self.cleo):
            self._put(user, self.treasurer)
            places |= self.treasurer._membership_of(user.partner_id).sudo()
        places.date_to = days.today(self.env)
        self.decisions._cron_elections()
        drafts = seats.under_way(self.treasurer)
        self.assertEqual(len(drafts), 2)
        places._cron_terms()
        self.assertTrue(all(places.mapped("held_over_since")))
        drafts[0].with_user(self.fred).action_announce()
        self.vote(drafts[0], anna="live", fred="live")
        self.close(drafts[0])
        drafts[0].execute_date = False
        self.carry_out(drafts[0])
        self.assertEqual(drafts[0].state, "done")
        self.assertEqual(len(elections.fillers_of(self.treasurer)), 2)
        self.assertEqual(len(places.filtered("held_over_since")), 1)

    def test_nobody_has_a_role_for_more_terms_in_a_row_than_the_circle_wants(self):
        self.set_policies(terms_in_row=1)
        decision = self.proposed()
        decision.with_user(self.ben).action_accept()
        self.vote(decision, anna="live", fred="live", dora="live")
        self.close(decision)
        decision.outcome_ids.state = "done"
        decision.state = "done"
        again = self.election()
        self.assert_refused("terms", self.name, again, anna="ben")
        self.name(again, anna="cleo")
        # Nor by a decision about a person who is named.
        named = {"role": self.treasurer.id, "person": self.ben.partner_id.id}
        for method in ("consent", "majority"):
            draft = self.draft(
                by=self.dora,
                title=f"Ben again by {method}",
                method=method,
                outcomes=[{"kind": "role", "params": named}],
            )
            self.assert_refused("terms", draft.action_announce)
        # The election of another seat in between does not break the row.
        other = self.opened(by=self.dora, method="person", role_id=self.treasurer.id)
        params = {"role": self.treasurer.id, "person": self.dora.partner_id.id}
        other.sudo().outcome_ids.write({"params": params, "state": "done"})
        ben = self.ben.partner_id
        self.assertEqual(seats.terms_in_row(self.treasurer, ben), 0)
        for user in (self.ben, self.dora):
            self._put(user, self.treasurer)
        self.assertEqual(seats.terms_in_row(self.treasurer, ben), 1)

    def test_a_third_of_the_circle_recalls_a_person_by_a_secret_vote(self):
        self._put(self.ben, self.treasurer)
        ben = self.ben.partner_id
        recall = self.decisions.with_user(self.anna).propose_recall
        anna = self.anna.partner_id
        self.assert_refused("person", recall, self.treasurer.id, anna.id, WHY)
        self.assert_refused("reason", recall, self.treasurer.id, ben.id, "no")
        decision = self.decisions.browse(recall(self.treasurer.id, ben.id, WHY))
        self.assert_refused("again", recall, self.treasurer.id, ben.id, WHY)
        self.assertEqual((decision.state, decision.secrecy), ("draft", "secret"))
        self.assert_refused("once", decision.with_user(self.anna).action_sign)
        self.assert_refused("concerned", decision.with_user(self.ben).action_sign)
        self.assert_refused("recall", decision.with_user(self.anna).action_edit, {})
        self.assertEqual(decision.with_user(self.cleo).action_sign(), "announced")
        # The person is heard first.
        self.wait(decision, days=8)
        self.assertEqual((decision.state, decision._progress()), ("open", (5, 0)))
        self.vote(decision, anna="yes", cleo="yes", dora="yes", fred="yes", gina="no")
        self.close(decision)
        self.assertEqual(decision.state, "adopted")
        self.carry_out(decision)
        self.assertEqual(decision.state, "done")
        self.assertNotIn(ben, elections.fillers_of(self.treasurer))

    def test_a_recall_that_few_sign_in_time_is_over(self):
        self._put(self.ben, self.treasurer)
        recall = self.decisions.with_user(self.anna).propose_recall
        decision = self.decisions.browse(
            recall(self.treasurer.id, self.ben.partner_id.id, WHY)
        )
        self.env.cr.execute(
            "UPDATE wezer_decision SET create_date = create_date - interval '15 days'"
            " WHERE id = %s",
            [decision.id],
        )
        self.env.invalidate_all()
        self.assert_refused("recall", decision.with_user(self.cleo).action_sign)
        self.assert_refused("proposer", decision.with_user(self.cleo).action_announce)
        self.assert_refused("recall", decision.with_user(self.anna).action_announce)
