"""The life of a decision: each row of its table, and the cases at its edges."""

import tempfile
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.tools import days

from ..tools import counting, readers, recount, result_view, rules
from .common import DecisionCommon

WHY = "The path beside it would be too narrow for prams."


@tagged("post_install", "-at_install")
class TestDecisions(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moderator = mail_new_test_user(
            cls.env,
            login="wzd_moderator",
            name="Moderator",
            groups="base.group_user,wezer_base.group_moderator",
        )

    def objection(self, decision, by, reason=WHY):
        decision = decision.with_user(by)
        number = decision.action_object(reason)
        return self.env["wezer.objection"].with_user(by).browse(number)

    def off(self, decision):
        rows = decision.sudo().voter_ids.filtered(lambda row: row.state == "off")
        return {row.person_id: row.off_reason for row in rows}

    # === MAJORITY === #

    def test_a_majority_is_proposed_voted_on_and_adopted(self):
        decision = self.opened(method="majority")
        self.assertEqual(decision.state, "open")
        self.assertEqual(decision._progress(), (6, 0))
        self.assertEqual(decision.closes.minute, 0)
        self.vote(decision, anna="yes", ben="yes", cleo="no", dora="abstain")
        self.vote(decision, cleo="yes")
        self.assertFalse(decision.result)
        self.assertEqual(decision._progress(), (6, 4))
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual((closed.result["yes"], closed.result["no"]), (3, 0))
        self.assertEqual(closed.result["answered"], 4)
        self.assertTrue(closed.seal)
        past = self.env["wezer.ballot.past"].search([("decision_id", "=", closed.id)])
        self.assertEqual(past.mapped("choice"), ["no"])
        self.assertEqual(self.carry_out(decision).state, "done")

    def test_as_many_against_as_for_it_rejects_and_a_blank_vote_is_a_vote(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes", ben="no", cleo="")
        closed = self.close(decision)
        self.assertEqual(closed.state, "rejected")
        self.assertEqual(closed.result["blank"], 1)
        self.assertEqual(closed.result["answered"], 3)

    def test_two_thirds_at_least_and_of_the_roll(self):
        self.set_policies(decides_share="2/3")
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes", ben="yes", cleo="no")
        self.assertEqual(self.close(decision).state, "adopted")
        self.set_policies(decides_base="roll")
        decision = self.opened(by=self.ben, method="majority", base="cast")
        self.vote(decision, anna="yes", ben="yes", cleo="yes")
        self.assertEqual(self.close(decision).state, "rejected")

    def test_a_proposer_makes_rules_stricter_and_never_looser(self):
        self.set_policies(decides_share="2/3", quorum="1/2")
        found = self.draft(share="3/4", quorum="1/4")._rules_now()
        self.assertEqual(found["quorum"], "1/2")
        found = self.draft(method="majority", share="3/4")._rules_now()
        self.assertEqual(found["share"], "3/4")
        found = self.draft(method="majority", share="1/2", strict=False)._rules_now()
        self.assertEqual((found["share"], found["strict"]), ("2/3", False))
        # What follows from it needs the usual time, and each new version three days.
        self.set_policies(version_days=1)
        found = self.draft(
            hours=24, outcomes=[{"kind": "words", "params": {}}]
        )._rules_now()
        self.assertEqual((found["hours"], found["version_hours"]), (24, 72))
        outcome = {"kind": "policy", "params": {"key": "quorum", "value": "1/3"}}
        found = self.draft(hours=24, outcomes=[outcome])._rules_now()
        self.assertEqual(found["hours"], 168)

    def test_too_few_answers_show_no_numbers_and_are_asked_for_once_more(self):
        self.set_policies(quorum="1/2")
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes", ben="no")
        closed = self.close(decision)
        self.assertEqual(closed.state, "no_quorum")
        self.assertNotIn("yes", closed.result)
        ballots = self.env["wezer.ballot"].with_user(self.cleo)
        self.assertFalse(ballots.search([("decision_id", "=", closed.id)]))
        decision.action_extend()
        self.assertEqual((decision.state, decision.result), ("open", False))
        self.vote(decision, cleo="yes")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_nobody_votes_and_it_is_not_extended_twice(self):
        self.set_policies(silence_consents=True)
        decision = self.opened()
        self.assertEqual(self.close(decision).state, "no_quorum")
        decision.action_extend()
        self.assertEqual(self.close(decision).state, "no_quorum")
        self.assert_refused("extended", decision.action_extend)
        # Where somebody answers, the others' silence is consent, whatever the quorum.
        other = self.opened(quorum="1/1")
        self.vote(other, ben="live")
        self.assertEqual(self.close(other).state, "adopted")

    # === TIME === #

    def test_a_vote_after_the_closing_time_is_refused_by_the_time(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.move(decision, days=8)
        self.assertEqual(decision.state, "open", "the clock was stopped")
        late = decision.with_user(self.ben)
        self.assert_refused("closed", late.action_vote, "no")
        self.assert_refused("closed", decision.action_take_back)
        closes = decision.closes
        self.clock()
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(decision.closed_at, closes)
        # A second clock finds nothing to do.
        result = decision.result
        self.clock()
        self.assertEqual((decision.state, decision.result), ("adopted", result))

    def test_reminders_go_once_to_those_who_have_not_answered(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        notices = self.env["wezer.notice"].sudo()
        kinds = ("decision_half", "decision_soon")
        domain = [("res_id", "=", decision.id), ("kind", "in", kinds)]
        self.wait(decision, days=3, hours=13)
        told = notices.search(domain).partner_id
        people = (self.ben | self.cleo | self.dora | self.fred | self.gina).partner_id
        self.assertEqual(told, people)
        self.assertEqual(decision.sudo().reminded, "half")
        self.vote(decision, ben="no")
        self.assertNotIn(
            self.ben.partner_id,
            notices.search([*domain, ("settled", "=", False)]).partner_id,
        )
        self.wait(decision, days=2, hours=12)
        self.assertEqual(decision.sudo().reminded, "last")
        count = notices.search_count(domain)
        self.wait(decision, hours=1)
        self.assertEqual(notices.search_count(domain), count)

    def test_a_delay_opens_later_with_the_roll_of_the_announcement(self):
        decision = self.draft(method="majority", delay_hours=24)
        self.assertEqual(decision.action_announce(), "announced")
        self._put(self.eve, self.garden)
        self.assert_refused("state", decision.action_vote, "yes")
        self.wait(decision, hours=26)
        self.assertEqual(decision.state, "open")
        self.assert_refused("voter", decision.with_user(self.eve).action_vote, "yes")
        self.vote(decision, anna="yes")

    def test_extending_is_possible_once_and_not_on_the_last_day(self):
        decision = self.opened(method="majority")
        closes = decision.closes
        decision.with_user(self.fred).action_extend()
        self.assertEqual(decision.closes, closes + timedelta(days=7))
        self.assert_refused("extended", decision.action_extend)
        other = self.opened(by=self.ben, method="majority", hours=30)
        self.move(other, hours=10)
        self.assert_refused("last_day", other.action_extend)
        self.assert_refused("last_day", other.action_withdraw)

    # === WHO === #

    def test_the_roll_is_a_snapshot_with_those_who_may_not(self):
        self.cleo.partner_id._wezer_profile().sudo().state = "suspended"
        place = self.garden._membership_of(self.dora.partner_id)
        place.date_from = days.today(self.env)
        self.set_policies(member_days_to_vote=30)
        long_ago = days.today(self.env) - timedelta(days=40)
        others = self.garden.sudo().membership_ids - place
        others.date_from = long_ago
        self._put(self.luc, self.garden, is_guest=True, date_from=long_ago)
        decision = self.opened(method="majority")
        self.assertEqual(
            self.off(decision),
            {self.cleo.partner_id: "suspended", self.dora.partner_id: "short"},
        )
        self.assertEqual(decision._progress(), (4, 0))
        for user in (self.dora, self.luc, self.otto):
            with self.assertRaises(AccessError):
                decision.with_user(user).action_vote("yes")

    def test_no_circle_inside_lets_people_vote_earlier_than_the_circle_above(self):
        self.set_policies(self.village, member_days_to_vote=30)
        new = self._put(self.eve, self.garden)
        places = self.garden.sudo().membership_ids
        (places - new).date_from = days.today(self.env) - timedelta(days=40)
        new.date_from = days.today(self.env) - timedelta(days=10)
        out = {"key": "member_days_to_vote", "value": "1"}
        draft = self.draft(outcomes=[{"kind": "policy", "params": out}])
        self.assert_refused("stricter", draft.action_announce)
        # Nor by what it said before the circle above did.
        self.set_policies(member_days_to_vote=1)
        decision = self.opened(method="majority")
        self.assertEqual(self.off(decision), {self.eve.partner_id: "short"})
        self.assertEqual(decision.sudo().rules["member_days_to_vote"], 30)
        self.set_policies(member_days_to_vote=90)
        self.assert_refused("roll", self.draft(by=self.ben).action_announce)

    def test_electorates(self):
        self._put(self.luc, self.compost)
        decision = self.draft(method="majority", electorate="all")
        decision.action_announce()
        self.assertIn(self.luc.partner_id, decision.sudo().voter_ids.person_id)
        for user in (self.luc, self.demo, self.joel):
            self._put(user, self.lead)
        decision = self.opened(
            method="majority", electorate="role", electorate_role_id=self.lead.id
        )
        self.assertEqual(decision._progress()[0], 4)
        self.set_policies(decisions_person=9)
        self.assert_refused(
            "named",
            self.draft(
                electorate="named", named_ids=self.ben.partner_id.ids
            ).action_announce,
        )
        people = (self.ben | self.cleo | self.dora).partner_id
        decision = self.opened(electorate="named", named_ids=people.ids)
        self.assertEqual(decision.sudo().voter_ids.person_id, people)
        self.assert_refused(
            "people", self.draft, electorate="named", named_ids=self.otto.partner_id.ids
        )

    def test_a_circle_has_one_voice_cast_by_its_representative(self):
        for number, user in enumerate((self.ben, self.cleo, self.dora)):
            circle = self._circle(f"Bed {number}", self.garden)
            role = self._role("Voice", circle)
            role.link = "representative"
            self._put(user, role)
        decision = self.opened(method="majority", electorate="representatives")
        rows = decision.sudo().voter_ids
        self.assertEqual(
            rows.party_id, self.garden.circle_ids.partner_id - self.compost.partner_id
        )
        self.vote(decision, ben="yes", cleo="yes", dora="no")
        self.assert_refused("voter", decision.action_vote, "yes")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_colleges_are_weighed_exactly(self):
        sources = {
            "Users": (self.anna, self.ben, self.cleo, self.dora),
            "Staff": (self.gina,),
            "Town": (self.fred,),
        }
        weights = {"Users": "3/10", "Staff": "1/2", "Town": "1/5"}
        for name, users in sources.items():
            role = self._role(name, self.garden)
            for user in users:
                self._put(user, role)
            self.env["wezer.decision.college"].create(
                {
                    "group_id": self.garden.id,
                    "name": name,
                    "weight": weights[name],
                    "source_id": role.id,
                }
            )
        decision = self.opened(method="majority", electorate="colleges")
        self.vote(decision, anna="yes", ben="no", cleo="no", dora="no", gina="yes")
        closed = self.close(decision)
        self.assertEqual(closed.result["reached"], "23/32")
        self.assertEqual(closed.state, "adopted")
        shown = {"result": result_view.values(closed), "raw": closed.result}
        drawn = self.env["ir.qweb"]._render("wezer_decision.result_colleges", shown)
        # A quarter of the users; nobody of the town answered.
        self.assertIn("M0 0h25v100h-25z", drawn)
        self.assertEqual(drawn.count("<svg"), 2)
        rows = result_view.result_rows(self.env, closed, closed.result)
        self.assertEqual([row["text"] for row in rows], ["2", "3", "0"])
        # A vote in a college of one person would hide nothing.
        draft = self.draft(electorate="colleges", secrecy="secret", method="majority")
        self.assert_refused("secret", draft.action_announce)

    def test_small_rolls_decide_by_consent_and_never_in_secret(self):
        for user in self.members[:4]:
            self.garden._membership_of(user.partner_id)._end()
        self.assert_refused(
            "roll", self.draft(by=self.cleo, method="majority").action_announce
        )
        self.assert_refused(
            "secret", self.draft(by=self.cleo, secrecy="secret").action_announce
        )
        self.assertEqual(self.draft(by=self.cleo).action_announce(), "open")
        self._put(self.ben, self.garden)
        late = self.draft(by=self.cleo, method="majority", delay_hours=24)
        late.action_announce()
        self.garden.with_user(self.ben).action_leave()
        self.wait(late, days=2)
        self.assertEqual(late.ended_why, "small_roll")

    def test_who_does_not_vote_makes_no_roll_large_enough(self):
        out = [{"kind": "member_out", "params": {"person": self.dora.partner_id.id}}]
        self.assertEqual(self.draft(outcomes=out).secrecy, "secret")
        self.garden._membership_of(self.fred.partner_id)._end()
        # Of the five who are left, four vote: not in secret.
        draft = self.draft(outcomes=out)
        self.assertEqual(draft.secrecy, "open")
        # The person is heard first.
        draft.action_announce()
        self.wait(draft, days=8)
        self.assertEqual((draft.state, draft._progress()[0]), ("open", 4))
        self.assert_refused(
            "secret", self.draft(outcomes=out, secrecy="secret").action_announce
        )
        # Nor do those who joined after the day that the circle asks for.
        self.set_policies(member_days_to_vote=1)
        error = self.assert_refused("roll", self.draft(by=self.cleo).action_announce)
        self.assertEqual(error.value, "0")

    def test_who_left_or_is_suspended_counts_no_more_and_a_vote_that_was_cast_stands(
        self,
    ):
        decision = self.opened(method="majority", quorum="1/2")
        self.vote(decision, anna="yes", ben="no")
        for user in (self.ben, self.cleo):
            self.garden.with_user(user).action_leave()
        self.dora.partner_id._wezer_profile().sudo().state = "suspended"
        with self.assertRaises(AccessError):
            decision.with_user(self.cleo).action_vote("no")
        closed = self.close(decision)
        self.assertEqual(
            self.off(closed),
            {self.cleo.partner_id: "left", self.dora.partner_id: "suspended_later"},
        )
        self.assertEqual((closed.result["roll"], closed.result["no"]), (4, 1))

    def test_two_accounts_of_one_person_have_one_vote(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes", ben="no", cleo="no")
        ballots = decision.env["wezer.ballot"].sudo()
        own = ballots.search(
            [("decision_id", "=", decision.id), ("choice", "=", "yes")]
        )
        # Written in one transaction here: the later one is said so.
        self.env.cr.execute(
            "UPDATE wezer_ballot SET write_date = write_date + interval '1 second'"
            " WHERE id = %s",
            [own.id],
        )
        own.invalidate_recordset()
        self.anna.partner_id._wezer_merge_into(self.ben.partner_id)
        closed = self.close(decision)
        self.assertEqual((closed.result["yes"], closed.result["no"]), (1, 1))
        self.assertEqual(closed.result["roll"], 5)

    def test_who_is_forgotten_leaves_the_votes_without_reasons(self):
        decision = self.opened()
        decision.with_user(self.ben).action_vote("live", reason="I like benches")
        objection = self.objection(decision, self.cleo).sudo()
        self.env.flush_all()
        for user in (self.ben, self.cleo):
            user.partner_id._wezer_anonymise()
        self.assertEqual(objection.state, "lapsed")
        self.assertEqual(objection.reason, "…")
        ballot = self.env["wezer.ballot"].sudo()
        ballot = ballot.search([("person_id", "=", self.ben.partner_id.id)])
        self.assertEqual((ballot.choice, ballot.reason), ("live", "…"))
        self.assertEqual(self.close(decision).state, "adopted")

    # === CONSENT === #

    def test_an_objection_stops_the_clock_until_a_new_version_answers_it(self):
        decision = self.opened()
        self.vote(decision, anna="live", ben="live", cleo="concern")
        self.assert_refused("reason", decision.with_user(self.dora).action_object, "No")
        objection = self.objection(decision, self.dora)
        self.assert_refused("once", decision.with_user(self.dora).action_object, WHY)
        self.wait(decision, days=8)
        self.assertEqual(decision.state, "open")
        self.assertTrue(decision.waits_until)
        checks = self.env["wezer.invariant"].sudo()
        self.assertFalse(checks._check_clock(), "it waits for a new version")
        other = self.opened(title="Late")
        self.move(other, days=8)
        self.assertEqual([row[0] for row in checks._check_clock()], other.ids)
        self.assert_refused("closed", decision.with_user(self.gina).action_vote, "live")
        decision.action_new_version(
            "We build a narrow bench.", "Narrower", [objection.id]
        )
        self.assertEqual(decision._progress(), (6, 0), "all are asked again")
        self.assertEqual(set(decision.sudo().version_ids.mapped("number")), {1, 2})
        least = fields.Datetime.now() + timedelta(days=3)
        self.assertGreaterEqual(decision.closes, least)
        objection.action_confirm()
        self.vote(decision, anna="live", dora="live")
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual(closed.result["objections"], {"answered": 1})
        self.assertEqual(closed.result["votes"]["live"], 2)

    def test_silence_confirms_after_two_notices(self):
        decision = self.opened()
        objection = self.objection(decision, self.dora).sudo()
        decision.action_new_version("A narrow bench.", None, [objection.id])
        self.wait(decision, hours=37)
        self.assertEqual((objection.state, objection.notices_sent), ("raised", 2))
        self.wait(decision, hours=36)
        self.assertEqual(objection.state, "answered")
        self.assertEqual(objection.end_reason, "silent")

    def test_a_live_objection_that_nobody_answers_rejects(self):
        decision = self.opened()
        self.vote(decision, anna="live")
        self.objection(decision, self.dora)
        self.wait(decision, days=8)
        self.assertEqual(decision.state, "open")
        self.wait(decision, days=7)
        self.assertEqual(decision.state, "rejected")

    def test_a_withdrawn_objection_stays_as_a_concern(self):
        decision = self.opened()
        self.vote(decision, anna="live")
        objection = self.objection(decision, self.dora)
        self.wait(decision, days=8)
        objection.action_withdraw()
        self.clock()
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(decision.result["votes"]["concern"], 1)

    def test_an_objection_is_set_aside_for_want_of_an_answer_only(self):
        decision = self.opened()
        objection = self.objection(decision, self.dora)
        objection.with_user(self.ben).action_test()
        as_fred = objection.with_user(self.fred)
        self.assert_refused("answers", as_fred.action_set_aside)
        objection.action_reply(["Prams", "Yes", "The path is mine", "It is built"])
        self.assert_refused("weight", as_fred.action_set_aside)
        as_fred.action_uphold()
        # Once for each version: nobody tests until the person is silent.
        test_again = objection.with_user(self.ben).action_test
        self.assert_refused("once", test_again)
        decision.action_new_version("A narrow bench.")
        test_again()
        objection.action_reply(["Prams", "Yes", "The path is mine", ""])
        self.assert_refused(
            "facilitator", objection.with_user(self.anna).action_set_aside
        )
        as_fred.action_set_aside()
        self.assertEqual(objection.state, "set_aside")
        self.vote(decision, anna="live")
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual(closed.result["objections"], {"set_aside": 1})
        # A stranger finds the same in the file, though a ballot says "object".
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(closed._ballot_file()[1])
            file.flush()
            again = readers.read(file.name)
        found = counting.count("consent", [], again.tallies, again.rules)
        self.assertTrue(found["adopted"])
        self.assertEqual(recount.differences(closed), [])

    def test_secret_answers_to_an_older_version_are_not_counted(self):
        decision = self.opened(secrecy="secret")
        five = ("anna", "ben", "cleo", "fred", "gina")
        self.vote(decision, **dict.fromkeys(five, "live"))
        objection = self.objection(decision, self.dora)
        self.vote(decision, dora="concern")
        again = self.objection(decision, self.ben)
        again.action_withdraw()
        found = decision.sudo()
        self.assertEqual(found._tallies(), {"live": 5, "concern": 1})
        ballots = self.env["wezer.ballot"].sudo()
        self.assertFalse(ballots.search([("decision_id", "=", found.id)]))
        decision.action_new_version("A narrow bench.", None, [objection.id])
        self.assertEqual((found._tallies(), decision._progress()), ({}, (6, 0)))
        objection.action_confirm()
        self.vote(decision, **dict.fromkeys(five, "live"))
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual(closed.result["votes"]["live"], 5)

    def test_blank_answers_alone_are_no_consent(self):
        decision = self.opened(quorum="1/2")
        self.vote(decision, anna="", ben="", cleo="")
        self.assertEqual(self.close(decision).state, "rejected")
        decision = self.opened(title="Another bench", quorum="1/2")
        self.vote(decision, anna="", ben="", cleo="concern")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_without_a_facilitator_two_thirds_set_an_objection_aside(self):
        self.facilitation.facilitates = False
        decision = self.opened()
        objection = self.objection(decision, self.dora)
        objection.with_user(self.ben).action_test()
        objection.action_reply(["Prams", "", "", ""])
        for user in (self.ben, self.cleo):
            objection.with_user(user).action_set_aside()
        objection.with_user(self.gina).action_uphold()
        self.wait(decision, days=3, hours=1)
        self.assertEqual(objection.state, "set_aside")

    def test_who_never_answers_the_test_lapses(self):
        decision = self.opened(hours=24 * 14)
        objection = self.objection(decision, self.dora)
        objection.with_user(self.ben).action_test()
        self.wait(decision, days=7, hours=1)
        self.assertEqual(objection.state, "lapsed")

    def test_after_three_rounds_a_majority_of_four_fifths_decides_exactly(self):
        for name in ("kim", "lea", "max", "nina"):
            setattr(self, name, self._member(name))
            self._put(getattr(self, name), self.garden)
        self.set_policies(
            consent_fallback="majority",
            consent_fallback_share="4/5",
            decisions_person=9,
        )
        eight = ("anna", "ben", "cleo", "dora", "fred", "gina", "kim", "lea")
        for good, rounds, state in (
            (8, 3, "adopted"),
            (7, 3, "rejected"),
            # Versions to which nobody had time to object are no rounds.
            (8, 1, "rejected"),
        ):
            decision = self.opened(title=f"A bench for {good} and {rounds}")
            for number in (2, 3):
                if rounds == 3:
                    self.objection(decision, self.max)
                decision.action_new_version(f"A bench, version {number}", None)
            self.vote(decision, **dict.fromkeys(eight[:good], "live"))
            for user in (self.max, self.nina, self.lea)[: 10 - good]:
                self.objection(decision, user)
            closed = self.close(decision)
            if rounds < 3:
                self.assertTrue(closed.waits_until, "for an answer to the objections")
                self.wait(decision, days=8)
            self.assertEqual(closed.state, state)
            reached = f"{good}/10" if rounds == 3 else None
            self.assertEqual(closed.result.get("reached"), reached)

    def test_after_the_rounds_the_circle_above_decides(self):
        self.set_policies(consent_fallback="above", consent_rounds=1)
        for user in (*self.members[:3], self.luc):
            self._put(user, self.village)
        decision = self.opened()
        category = self.env["wezer.category"].create({"name": "Beds and paths"})
        decision.sudo().category_id = category
        self.objection(decision, self.dora)
        closed = self.close(decision)
        self.assertEqual((closed.state, closed.ended_why), ("ended", "passed_up"))
        above = self.decisions.sudo().search([("passed_from_id", "=", closed.id)])
        self.assertEqual(above.category_id, category)
        self.assertEqual((above.group_id, above.state), (self.village, "open"))

    def test_half_of_those_who_answered_let_the_circle_above_decide(self):
        for user in (*self.members[:3], self.luc):
            self._put(user, self.village)
        decision = self.opened()
        self.vote(decision, anna="live", ben="live", cleo="live")
        as_fred = decision.with_user(self.fred)
        for user in (self.dora, self.gina, self.fred):
            # They have not answered.
            decision.with_user(user).action_ask_up()
        self.assert_refused("half", as_fred.action_pass_up)
        for user in (self.ben, self.cleo):
            decision.with_user(user).action_ask_up()
        self.assert_refused("facilitator", decision.action_pass_up)
        above = self.decisions.browse(as_fred.action_pass_up())
        self.assertEqual((above.group_id, above.state), (self.village, "open"))
        self.assert_refused("above", above.with_user(self.anna).action_ask_up)

    # === OTHER METHODS === #

    def test_one_person_decides_after_advice(self):
        decision = self.opened(method="advice", decider_id=self.cleo.partner_id.id)
        decision.with_user(self.ben).action_vote("", reason="Take oak.")
        as_cleo = decision.with_user(self.cleo)
        self.assert_refused("advice", as_cleo.action_decide, True, WHY)
        self.wait(decision, days=6)
        self.assertEqual(decision.state, "open")
        self.assert_refused("decider", decision.action_decide, True, WHY)
        as_cleo.action_decide(True, "Oak it is, as Ben says; thank you.")
        self.assertEqual(decision.state, "adopted")
        self.assertEqual(decision.result["answered"], 1)
        # The person who decides gives no advice, and nobody waits for it.
        decision = self.opened(
            title="A tap", method="advice", decider_id=self.cleo.partner_id.id
        )
        others = ("anna", "ben", "dora", "fred", "gina")
        cleo = decision.with_user(self.cleo)
        self.assert_refused("decider", cleo.action_vote, "", reason="Take oak.")
        row = decision.voter_ids.filtered(
            lambda one: one.person_id == self.cleo.partner_id
        )
        self.assertEqual((row.state, row.off_reason), ("off", "decides"))
        self.assertEqual(decision._progress(), (5, 0))
        self.vote(decision, **dict.fromkeys(others, ""))
        cleo.action_decide(True, WHY)
        self.assertEqual(decision.state, "adopted")

    def test_nobody_gives_advice_to_themselves_by_another_account_or_a_circle(self):
        vals = {"method": "advice", "decider_id": self.cleo.partner_id.id}
        decision = self.opened(title="A tap", **vals)
        self.cleo.partner_id._wezer_merge_into(self.dora.partner_id)
        self.assertEqual(decision.sudo().decider_id, self.dora.partner_id)
        self.assertEqual(decision._progress(), (4, 0))
        dora = decision.with_user(self.dora)
        self.assert_refused("decider", dora.action_vote, "", reason="Take oak.")
        # A circle whose representative decides gives its advice by the next one.
        beds = self._circle("Beds", self.garden)
        speaker = self._role("Speaker", beds)
        speaker.link = "representative"
        for user in (self.ben, self.anna):
            self._put(user, beds)
        self._put(self.ben, speaker)
        vals["decider_id"] = self.ben.partner_id.id
        asked = self.draft(electorate="representatives", **vals)
        self.assert_refused("roll", asked.action_announce)
        self._put(self.anna, speaker)
        asked.action_announce()
        self.assertEqual(asked._progress(), (1, 0))
        self.assert_refused(
            "decider", asked.with_user(self.ben).action_vote, "", reason="Take oak."
        )
        asked.action_vote("", reason="Take oak.")

    def test_a_check_decides_nothing(self):
        decision = self.opened(method="check")
        self.vote(decision, anna="fine", ben="worried")
        closed = self.close(decision)
        self.assertEqual(closed.state, "done")
        self.assertEqual(closed.result["votes"]["worried"], 1)

    def test_the_lot_decides_between_options_with_as_many_votes(self):
        decision = self.opened(method="choose", options=["Oak", "Ash", "Elm"])
        self.vote(decision, anna="1", ben="2")
        closed = self.close(decision)
        self.assertEqual(closed.state, "adopted")
        lot = [name for name in closed.result["lot"] if name != "Elm"]
        self.assertEqual(closed.result["elected"], lot[:1])

    def test_one_option_is_asked_as_yes_or_no(self):
        self.assert_refused("options", self.draft(method="score").action_announce)
        decision = self.opened(method="score", options=["Oak"])
        self.assertEqual(decision.method, "majority")
        self.vote(decision, anna="yes", ben="yes")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_ballots_that_do_not_fit_are_refused(self):
        for labels in (["Oak", "Oаk "], ["Oak", "\u200bOAK"]):
            # Votes would be split between them.
            draft = self.draft(method="dot", options=labels)
            self.assert_refused("options", draft.action_announce)
        decision = self.opened(method="dot", options=["Oak", "Ash"], points=3)
        self.assert_refused("points", decision.action_vote, "2,2")
        decision.action_vote("2,1")
        other = self.opened(method="majority")
        self.assert_refused("choice", other.action_vote, "perhaps")
        self.assert_refused("choice", other.action_vote, "yes; DROP TABLE")
        self.assert_refused("choice", other.action_vote, "y" * 10**6)

    # === AFTER CLOSING === #

    def adopted(self, **vals):
        decision = self.opened(method="majority", **vals)
        self.vote(decision, anna="yes", ben="yes")
        self.close(decision)
        return decision

    def test_a_challenge_is_judged_by_the_nearest_moderator(self):
        decision = self.adopted()
        judge = self._role("Mediation", self.garden, "moderate")
        for user in (self.cleo, self.dora):
            self._put(user, judge)
        decision.with_user(self.cleo).action_challenge("Eve was not on the roll, why?")
        self.assertEqual(decision.sudo()._judges(), self.dora.partner_id)
        self.assert_refused("judge", decision.with_user(self.cleo).action_judge, 1, WHY)
        decision.with_user(self.dora).action_judge(False, "Eve joined afterwards, see.")
        self.assertEqual(decision.state, "adopted")
        self.assert_refused(
            "challenge", decision.with_user(self.ben).action_challenge, WHY
        )
        decision = self.adopted(title="Another bench")
        decision.with_user(self.ben).action_challenge("Eve was not on the roll, why?")
        decision.with_user(self.dora).action_judge(True, "The roll was wrong indeed.")
        log = self.env["wezer.governance.event"].search(
            [("decision_id", "=", decision.id)], limit=2
        )
        self.assertEqual(log.mapped("kind"), ["ended", "challenge_upheld"])
        self.assertEqual((decision.state, decision.ended_why), ("ended", "void"))

    def test_a_challenge_that_nobody_judges_lets_the_decision_stand(self):
        decision = self.adopted()
        decision.with_user(self.cleo).action_challenge("Eve was not on the roll, why?")
        self.assertIn(self.moderator.partner_id, decision.sudo()._judges())
        self.wait(decision, days=15)
        self.assertEqual(decision.state, "done")
        late = self.adopted()
        self.move(late, hours=49)
        self.assert_refused(
            "challenge", late.with_user(self.cleo).action_challenge, WHY
        )

    def challenged(self, **vals):
        decision = self.adopted(**vals)
        decision.with_user(self.cleo).action_challenge("Eve was not on the roll, why?")
        return decision

    def test_moderators_outside_judge_and_void_what_they_do_not_read(self):
        decision = self.challenged(members_only=True)
        self.env.flush_all()
        judged = decision.with_user(self.moderator)
        other = decision.with_user(self.otto)
        for seen in (judged, other):
            self.env.invalidate_all()
            self.assertFalse(seen.search([("id", "=", seen.id)]))
            known = decision.sudo()
            for record in (known, known.version_id, known.voter_ids):
                with self.assertRaises(AccessError):
                    record.with_user(seen.env.user).read(["display_name"])
        self.assertEqual(judged._to_judge(9), decision.sudo())
        self.assertFalse(other._to_judge(9))
        for act in (other.action_judge, other.with_user(self.eve).action_judge):
            with self.assertRaises(AccessError):
                act(True, WHY)
        self.assert_refused("judge", decision.with_user(self.ben).action_judge, 1, WHY)
        judged.action_judge(True, "The roll was wrong indeed.")
        self.assertEqual(decision.sudo().ended_why, "void")
        with self.assertRaises(AccessError):
            judged.action_judge(True, WHY)
        decision = self.opened(members_only=True)
        with self.assertRaises(AccessError):
            decision.with_user(self.otto).action_void(WHY)
        decision.with_user(self.moderator).action_void("It insults a neighbour badly.")
        self.assertEqual(decision.sudo().ended_why, "void")

    def test_moderators_who_are_a_party_do_not_judge(self):
        judge = self._role("Mediation", self.garden, "moderate")
        for user in (self.cleo, self.dora):
            self._put(user, judge)
        decision = self.challenged(members_only=True)
        found = {
            user: bool(decision.with_user(user)._to_judge(9))
            for user in (self.cleo, self.dora, self.ben, self.moderator)
        }
        self.assertEqual([user for user in found if found[user]], [self.dora])
        with self.assertRaises(AccessError):
            decision.with_user(self.moderator).action_judge(True, WHY)

    def test_the_reason_of_a_challenge_is_for_the_circle_and_its_judges(self):
        self.garden.sudo().visibility = "public"
        decision = self.challenged()
        self.env.flush_all()
        readers = (self.ben, self.moderator, self.otto)
        readers += (self.env.ref("base.public_user"),)
        read = []
        for user in readers:
            self.env.invalidate_all()
            seen = decision.with_user(user)
            self.assertTrue(seen.has_access("read"), user.name)
            for name in ("challenge_reason", "challenged_by_id"):
                with self.assertRaises(AccessError):
                    seen.read([name])
                with self.assertRaises(AccessError):
                    seen.search([(name, "!=", False)])
            if seen._challenge_words():
                read.append(user)
        self.assertEqual(read, [self.ben, self.moderator])

    def test_what_was_rejected_comes_back_changed_or_asked_for_by_a_fifth(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="no")
        self.close(decision)
        again = self.decisions.with_user(self.anna).browse(decision.action_reopen())
        self.assertEqual(again.reopened_from_id, decision)
        self.assert_refused("again", again.action_announce)
        alike = {"title": "А  BENCH", "text": "We build\na bench."}
        for vals in ({}, alike):
            draft = self.draft(by=self.cleo, **vals)
            self.assert_refused("again", draft.action_announce)
        other = decision.with_user(self.ben).action_reopen()
        self.assertEqual(
            self.decisions.with_user(self.ben).browse(other).action_announce(), "open"
        )
        again.action_edit({"text": "A smaller bench."})
        self.assertEqual(again.action_announce(), "open")

    def test_moderators_of_the_community_void_and_proposers_withdraw(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.assert_refused("moderator", decision.action_void, WHY)
        decision.with_user(self.moderator).action_void("It insults a neighbour badly.")
        self.assertEqual((decision.state, decision.result), ("ended", False))
        other = self.opened()
        self.assert_refused("proposer", other.with_user(self.ben).action_withdraw)
        other.action_withdraw()
        self.assertEqual(other.ended_why, "withdrawn")
        things = self.opened(method="schulze", options=["Oak", "Ash"])
        things.action_withdraw()
        self.assertEqual(things.ended_why, "withdrawn", "nobody is elected here")
        # Where the person who proposed it left, the facilitator goes on with it.
        left = self.opened(by=self.cleo)
        self.assert_refused("proposer", left.with_user(self.fred).action_withdraw)
        self.garden.with_user(self.cleo).action_leave()
        self.assert_refused("proposer", left.with_user(self.ben).action_withdraw)
        left.with_user(self.fred).action_withdraw()
        ballots = self.env["wezer.ballot"].with_user(self.ben)
        self.assertFalse(ballots.search([("decision_id", "=", decision.id)]))

    # === THE CIRCLE === #

    def test_a_policy_that_changes_meanwhile_changes_nothing(self):
        decision = self.opened(method="majority")
        self.set_policies(quorum="1/1", decides_share="1/1")
        self.vote(decision, anna="yes", ben="yes", cleo="no")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_a_circle_that_closes_ends_what_runs_in_it(self):
        stuck = self.opened(method="majority", title="A pond").sudo()
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        stuck.state = "stuck"
        (self.garden.circle_ids | self.garden).sudo().write({"active": False})
        self.clock()
        found = decision.sudo()
        self.assertEqual((found.state, found.ended_why), ("ended", "closed_circle"))
        self.assertFalse(found.result)
        self.assertEqual((stuck.state, stuck.ended_why), ("ended", "closed_circle"))

    def test_a_circle_that_moves_goes_on_with_its_rules(self):
        decision = self.opened(method="majority")
        self.vote(decision, anna="yes")
        self.set_policies(self.workshop, quorum="1/1")
        self.garden.sudo().parent_id = self.workshop
        self.vote(decision, ben="yes")
        self.assertEqual(self.close(decision).state, "adopted")

    def test_so_many_run_at_once(self):
        for _number in range(rules.RUNNING_PERSON):
            self.opened()
        self.assert_refused("running", self.draft().action_announce)
        said = str(self.assert_refused("running", self.draft().action_announce))
        self.assertIn("Your proposals that are running in this circle: 2.", said)
        for user, title in ((self.ben, "A pond"), (self.ben, "A hut")):
            self.opened(by=user, title=title, members_only=title == "A hut")
        last = self.opened(by=self.cleo, title="A gate", hours=200)
        self.move(last, hours=100)
        refused = self.assert_refused(
            "running", self.draft(by=self.dora).action_announce
        )
        said = str(refused)
        self.assertIn("Decisions that are running in this circle: 5.", said)
        self.assertIn("“A gate”, “A bench”, “A bench”, “A pond”, and “A hut”", said)
        closes = days.format_moment(self.env, last.sudo().closes)
        self.assertIn(f"The first one closes on {closes}.", said)
        self.assertIn("keep yours as a draft", said)
        self.assertEqual(refused.link[0], f"/decisions?circle={self.garden.slug}")
        # Who manages the circle from outside reads no titles of its own decisions.
        self._put(self.otto, self._role("Village lead", self.village, "manage"))
        said = str(
            self.assert_refused("running", self.draft(by=self.otto).action_announce)
        )
        self.assertIn("“A pond”", said)
        self.assertNotIn("A hut", said)
        self.set_policies(decisions_circle=6)
        self.assertEqual(self.draft(by=self.dora).action_announce(), "open")

    def test_only_those_who_count_in_the_circle_propose(self):
        self.assert_refused("member", self.draft, by=self.otto)
        self._put(self.eve, self.garden, is_guest=True)
        self.assert_refused("member", self.draft, by=self.eve)
        secret = self._circle("Secret", self.garden, visibility="members")
        self.assert_refused("group", self.draft, by=self.otto, group=secret)

    # === ATTACKS === #

    def test_values_that_nobody_types_are_refused_and_not_errors(self):
        for rule, vals in (
            ("field", "title"),
            ("field", {"state": "adopted"}),
            ("people", {"named_ids": [self.ben.partner_id.id, 10**9]}),
            ("people", {"decider_id": {"id": 1}}),
            ("number", {"hours": "1e9"}),
            ("share", {"quorum": "9/0"}),
            ("choice", {"base": ["roll"]}),
            ("choice", {"method": ["consent"]}),
            ("field", {"options": [{"label": "Oak", "is_none": True}]}),
            ("field", {"options": ["Oak"] * 200}),
            ("title", {"title": "\u200b"}),
        ):
            with self.subTest(vals=vals):
                if isinstance(vals, dict):
                    vals = {"title": "A bench", "text": "One", **vals}
                decisions = self.decisions.with_user(self.anna)
                self.assert_refused(rule, decisions.propose, self.garden.id, vals)

    def test_what_was_announced_is_not_changed_by_anybody(self):
        decision = self.opened(method="choose", options=["Oak", "Ash"])
        self.vote(decision, ben="1")
        self.assert_refused("state", decision.action_edit, {"options": ["Elm"]})
        self.assert_refused("method", decision.action_new_version, "Another text")
        version = decision.sudo().version_id
        self.assert_refused("version", version.write, {"body": "Another text"})
        for record in (decision, decision.option_ids, version.with_user(self.anna)):
            with self.assertRaises(AccessError):
                record.write({"company_id": record.company_id.id})

    def test_a_hundred_accounts_let_in_after_announcing_have_no_voice(self):
        decision = self.opened(method="majority")
        for user in (self.eve, self.otto, self.luc, self.demo):
            self._put(user, self.garden)
            self.assert_refused("voter", decision.with_user(user).action_vote, "no")
        self.assertEqual(decision._progress()[0], 6)

    def test_nothing_is_known_before_closing_but_who_answered(self):
        decision = self.opened(method="majority")
        decision.with_user(self.ben).action_vote("no", reason="Too dear")
        self.env.flush_all()
        admin = self.env.ref("base.user_admin")
        for user in (self.anna, self.gina, admin, self.moderator):
            ballots = self.env["wezer.ballot"].with_user(user)
            self.assertFalse(ballots.search([("choice", "=", "no")]))
            self.assertFalse(ballots.search([("reason", "ilike", "dear")]))
            self.assertFalse(ballots._read_group([], ["choice"], ["__count"]))
            self.assertFalse(ballots.search([], order="choice desc"))
            self.assertFalse(ballots.name_search("no"))
        voters = self.env["wezer.decision.voter"].with_user(self.anna)
        self.assertEqual(
            voters.search_count(
                [("decision_id", "=", decision.id), ("state", "=", "voted")]
            ),
            1,
        )
        self.assertFalse(decision.result)
        self.assertFalse(
            self.decisions.with_user(self.anna).search([("result", "!=", False)])
        )
        data = self.env["wezer.notice"].sudo().search([("res_id", "=", decision.id)])
        self.assertNotIn("Too dear", " ".join(data.mapped("message")))

    def test_who_is_named_signs_or_asks_is_read_from_no_row(self):
        people = self.anna.partner_id | self.ben.partner_id | self.cleo.partner_id
        decision = self.opened(electorate="named", named_ids=people.ids)
        clerk = mail_new_test_user(self.env, "wzd_clerk", groups="base.group_user")
        for user in (self.dora, self.otto, clerk):
            seen = decision.with_user(user)
            for name in ("named_ids", "signer_ids", "up_ids", "reopen_ids"):
                with self.assertRaises(AccessError):
                    seen.read([name])
                with self.assertRaises(AccessError):
                    seen.search([(name, "in", people.ids)])
                with self.assertRaises(AccessError):
                    seen._read_group([], [name], ["__count"])

    def test_another_persons_ballot_is_not_read_by_any_way(self):
        decision = self.opened(method="majority")
        self.vote(decision, ben="no", anna="yes")
        ballot = self.env["wezer.ballot"].sudo().search([("choice", "=", "no")])
        theirs = ballot.with_user(self.anna)
        voter = ballot.voter_id.with_user(self.anna)
        for act in (
            lambda: theirs.read(["choice"]),
            lambda: theirs.copy(),
            lambda: theirs.read(["voter_id", "person_id"]),
            lambda: theirs.export_data(["choice"]),
            lambda: theirs.write({"choice": "yes"}),
            lambda: theirs.unlink(),
            lambda: voter.write({"state": "may"}),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                act()
        self.assertEqual(ballot.choice, "no")

    def test_nobody_acts_for_anybody_whatever_the_caller_sends(self):
        decision = self.opened(method="majority")
        visitor = decision.with_user(self.env.ref("base.public_user"))
        with self.assertRaises(AccessError):
            visitor.action_vote("yes")
        with self.assertRaises(TypeError):
            decision.with_user(self.otto).action_vote(
                "yes", acting_partner_id=self.ben.partner_id.id
            )
        row = decision.sudo().voter_ids.filtered(
            lambda voter: voter.person_id == self.ben.partner_id
        )
        as_anna = decision.with_context(
            default_person_id=self.ben.partner_id.id,
            default_state="adopted",
            acting_partner_id=self.ben.partner_id.id,
        )
        self.assert_refused("voter", as_anna.action_vote, "yes", voice_id=row.id)
        as_anna.action_vote("yes")
        self.assertEqual(row.state, "may")
        self.assert_refused("field", self.draft, proposer_id=self.ben.partner_id.id)

    def test_twenty_objections_of_one_person_are_one(self):
        decision = self.opened()
        self.objection(decision, self.dora)
        for _number in range(3):
            self.assert_refused(
                "once", decision.with_user(self.dora).action_object, WHY
            )
        decision.action_new_version("A narrower bench", "Narrower", [])
        second = self.objection(decision, self.dora)
        decision.action_new_version("A bench for one", "Smaller", [])
        self.assert_refused("rounds", decision.action_new_version, "A stool")
        live = decision.sudo().objection_ids.filtered(
            lambda one: one.state in ("raised", "tested")
        )
        self.assertEqual(live.ids, second.ids, "the later one took the place of all")
        self.assert_refused("facilitator", second.with_user(self.anna).action_set_aside)
        self.assert_refused("facilitator", second.with_user(self.anna).action_uphold)
