"""Colleges vote in secret: each ballot is hidden among those of its college."""

import re

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import lot, recount, result_view, roll, vote_checks
from .common import DecisionCommon

WEIGHTS = {"Users": "1/2", "Staff": "3/10", "Town": "1/5"}
OTHERS = ("hugo", "ida", "jan", "kim", "lea", "max", "nora", "omar")


@tagged("post_install", "-at_install")
class TestSecretColleges(DecisionCommon, FormCase):
    """Six users, six of the staff; two of the town, where a test puts them there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in OTHERS:
            setattr(cls, name, cls._member(name))
            cls._put(getattr(cls, name), cls.garden)
        cls.people = {
            "Users": (cls.anna, cls.ben, cls.cleo, cls.dora, cls.hugo, cls.ida),
            "Staff": (cls.gina, cls.fred, cls.jan, cls.kim, cls.lea, cls.max),
            "Town": (),
        }
        cls.sources = {}
        for name, users in cls.people.items():
            cls.sources[name] = cls._role(name, cls.garden)
            for user in users:
                cls._put(user, cls.sources[name])
        cls.garden.with_user(cls.gina).action_set_colleges(
            [
                {"name": name, "weight": weight, "source_id": cls.sources[name].id}
                for name, weight in WEIGHTS.items()
            ]
        )
        cls.set_policies(cls, decisions_person=20, decisions_circle=20)

    def secret(self, mode="secret", **vals):
        vals = {"method": "majority", "electorate": "colleges", **vals}
        return self.opened(secrecy=mode, **vals)

    def college(self, decision, name):
        return decision.sudo().college_ids.filtered(lambda one: one.name == name)

    def cast(self, decision, name, **choices):
        """Cast ballots of more people of a college, put on the roll as by its SQL."""
        words = [word for word, times in choices.items() for _time in range(times)]
        people = self.env["res.partner"].create(
            [{"name": f"{name} {number}"} for number in range(len(words))]
        )
        voters = self.env["wezer.decision.voter"].create(
            [
                {
                    "decision_id": decision.id,
                    "party_id": person.id,
                    "person_id": person.id,
                    "college_id": self.college(decision, name).id,
                }
                for person in people
            ]
        )
        urn = self.env["wezer.urn"]
        return {
            urn._cast(voter, word): word
            for voter, word in zip(voters, words, strict=True)
        }

    def urn(self, decision):
        """Return the ballots of a decision: choice and name of the college, sorted."""
        self.env.cr.execute(
            """SELECT u.choice, c.name FROM wezer_urn u
                 LEFT JOIN wezer_decision_college c ON c.id = u.college_id
                WHERE u.decision_id = %s ORDER BY 1, 2""",
            [decision.id],
        )
        return self.env.cr.fetchall()

    def assert_same_count(self, decision, found):
        result = decision.sudo().result
        self.assertIn("colleges", found)
        for key in found.keys() & result.keys():
            self.assertEqual(found[key], result[key], key)
        self.assertFalse(recount.differences(decision.sudo()))
        self.assertFalse(vote_checks.small_colleges(self.env))

    # === THE COUNT === #

    def test_the_shares_of_colleges_are_weighed_exactly(self):
        # 3 : 1, 10 : 30 and nobody, with enough ballots in each to hide one.
        decision = self.secret()
        self.cast(decision, "Users", yes=6, no=2)
        self.cast(decision, "Staff", yes=10, no=30)
        closed = self.close(decision)
        result = closed.result
        self.assertEqual((result["reached"], closed.state), ("9/16", "adopted"))
        used = {row["name"]: row["weight_used"] for row in result["colleges"]}
        self.assertEqual(used, {"Users": "5/8", "Staff": "3/8", "Town": "0"})
        self.assertTrue(result["spread"])
        # The votes of all, above the table of the colleges.
        rows = result_view.result_rows(self.env, closed, result)
        self.assertEqual([row["text"] for row in rows], ["16", "32", "0"])
        # 48 ballots are not published; the seal is over what is.
        self.assert_refused("few", decision.with_user(self.ben)._ballot_file)
        receipts = decision.with_user(self.ben)._receipts()
        self.assertEqual(len(receipts), 48)
        self.assertEqual(closed.seal, lot.seal(decision.id, receipts))
        self.assertFalse(recount.differences(closed))

    def test_the_same_votes_are_not_two_thirds(self):
        decision = self.secret(share="2/3")
        self.cast(decision, "Users", yes=6, no=2)
        self.cast(decision, "Staff", yes=10, no=30)
        closed = self.close(decision)
        self.assertEqual((closed.result["reached"], closed.state), ("9/16", "rejected"))

    def test_a_stranger_counts_the_file_of_fifty_ballots_to_the_same_result(self):
        decision = self.secret()
        self.cast(decision, "Users", yes=6, no=2, abstain=2)
        self.cast(decision, "Staff", yes=10, no=30)
        closed = self.close(decision)
        text, found = self.count_file(decision.with_user(self.ben))
        self.assertIn("\n30,Staff,no\n", text)
        self.assertNotIn("receipt", text)
        self.assertEqual(found["reached"], "9/16")
        self.assert_same_count(decision, found)
        self.assertEqual(closed.seal, found["seal"])

    def test_with_receipts_each_ballot_stands_beside_its_college_and_its_receipt(self):
        decision = self.secret("receipt")
        codes = self.cast(decision, "Users", yes=3, no=2)
        codes |= self.cast(decision, "Town", no=4, yes=1)
        self.close(decision)
        seen = decision.with_user(self.ben)
        text, found = self.count_file(seen)
        self.assert_same_count(decision, found)
        self.assertIn("\nreceipt,college,choice\n", text)
        for code, choice in codes.items():
            receipt = seen._find_receipt(code)
            self.assertEqual((receipt["found"], receipt["choice"]), (True, choice))
            self.assertRegex(text, rf"{receipt['hash']},(Users|Town),{choice}\n")

    # === SMALL COLLEGES === #

    def test_colleges_of_fewer_than_five_do_not_vote_in_secret(self):
        self._put(self.nora, self.sources["Town"])
        draft = self.draft(method="majority", electorate="colleges", secrecy="secret")
        error = self.assert_refused("secret", draft.action_announce)
        self.assertIn("Town", str(error))
        self.assertEqual((error.value, error.limit), ("1", "5"))
        self.opened(method="majority", electorate="colleges")
        # A person counts in the first of their colleges, as on the roll.
        for user in (self.anna, self.ben, self.gina, self.jan):
            self._put(user, self.sources["Town"])
        found = roll.would_be_by_college(draft.sudo())
        self.assertEqual(sorted(found.values()), [1, 6, 6])
        for user in (self.anna, self.gina, self.jan):
            self.sources["Users"]._membership_of(user.partner_id)._end()
        self.assert_refused("secret", draft.action_announce)

    def test_a_college_in_which_nobody_could_vote_does_not_keep_a_vote_from_secrecy(
        self,
    ):
        self._put(self.nora, self.sources["Town"])
        self.nora.partner_id._wezer_profile().sudo().state = "suspended"
        decision = self.secret()
        self.assertEqual(decision._progress(), (12, 0))

    def test_people_who_leave_before_the_opening_end_a_vote_of_a_small_college(self):
        decision = self.draft(
            method="majority",
            electorate="colleges",
            secrecy="secret",
            delay_hours=24,
        )
        decision.action_announce()
        for user in (self.hugo, self.ida):
            self.garden.with_user(user).action_leave()
        self.wait(decision, days=2)
        self.assertEqual(decision.sudo().ended_why, "small_roll")

    def test_four_ballots_of_a_college_give_no_result_at_all(self):
        decision = self.secret()
        self.cast(decision, "Users", yes=20)
        self.cast(decision, "Staff", yes=3, no=1)
        closed = self.close(decision)
        self.assertEqual((closed.state, closed.ended_why), ("ended", "too_few"))
        self.assertFalse(closed.result or closed.seal or self.urn(decision))
        seen = decision.with_user(self.ben)
        self.assert_refused("state", seen._ballot_file)
        self.assert_refused("state", seen._receipts)
        # Blank ballots are ballots.
        other = self.secret(by=self.ben)
        self.cast(other, "Users", yes=20)
        self.cast(other, "Staff", yes=3, no=1)
        other.with_user(self.gina).action_vote("")
        self.assertEqual(self.close(other).result["ballots"], 25)

    def test_nobody_of_any_college_gives_no_result(self):
        self.assertEqual(self.close(self.secret()).ended_why, "too_few")

    def test_ballots_that_others_can_have_cast_hide_no_vote_of_a_college(self):
        self.set_policies(procurations="yes")
        for own, why in ((4, "too_few"), (5, False)):
            with self.subTest(own=own):
                decision = self.secret(by=self.cleo, title=f"Of {own} and another")
                given = self.env["wezer.vote.delegation"].with_user(self.anna)
                # The member who casts it votes in another college.
                holder = self.gina
                given.action_give(holder.partner_id.id, {"decision_id": decision.id})
                mine = decision.with_user(holder)
                voice = mine._voices_of_others()
                self.assertEqual(voice.college_id.name, "Users")
                code = mine.action_vote("no", voice_id=voice.id)
                mine.action_vote("yes", voice_id=voice.id, code=code)
                self.cast(decision, "Users", no=own)
                self.cast(decision, "Staff", yes=5)
                self.assertIn(("yes", "Users"), self.urn(decision))
                self.assertEqual(self.close(decision).ended_why, why)

    # === WHILE IT RUNS === #

    def test_a_ballot_that_is_changed_or_cast_again_stays_in_its_college(self):
        decision = self.secret()
        code = decision.with_user(self.jan).action_vote("yes")
        self.assertEqual(self.urn(decision), [("yes", "Staff")])
        decision.with_user(self.jan).action_vote("no", code=code)
        self.assertEqual(self.urn(decision), [("no", "Staff")])
        decision.with_user(self.jan).action_take_back(code)
        decision.with_user(self.jan).action_vote("")
        self.assertEqual(self.urn(decision), [("", "Staff")])

    def test_two_people_who_exchange_their_codes_move_no_voice_to_another_college(self):
        decision = self.secret()
        mine, theirs = decision.with_user(self.anna), decision.with_user(self.gina)
        code = mine.action_vote("yes")
        other = theirs.action_vote("yes")
        self.assert_refused("code", mine.action_take_back, other)
        self.assert_refused("code", theirs.action_take_back, code)
        self.assertEqual(self.urn(decision), [("yes", "Staff"), ("yes", "Users")])
        self.assertFalse(vote_checks.urns(self.env))
        # Within a college each voice is worth the same.
        same = decision.with_user(self.ben).action_vote("no")
        self.assertTrue(mine.action_take_back(same))

    def test_two_accounts_of_a_person_leave_the_voice_in_the_college_of_its_ballot(
        self,
    ):
        decision = self.secret()
        decision.with_user(self.anna).action_vote("yes")
        self.anna.partner_id._wezer_merge_into(self.gina.partner_id)
        voices = decision.sudo().voter_ids.filtered(lambda one: one.state == "voted")
        self.assertEqual(voices.college_id.name, "Users")
        self.assertFalse(vote_checks.urns(self.env))

    def test_nothing_says_before_closing_how_many_of_a_college_have_voted(self):
        decision = self.secret()
        decision.with_user(self.anna).action_vote("yes")
        for user in (self.ben, self.gina, self.otto):
            voters = self.env["wezer.decision.voter"].with_user(user)
            mine = [("decision_id", "=", decision.id)]
            self.assertLessEqual(voters.search(mine).person_id, user.partner_id)
            urn = self.env["wezer.urn"].with_user(user)
            with self.assertRaises(AccessError):
                urn._read_group([], ["college_id"], ["__count"])
        seen = decision.with_user(self.ben)
        self.assertEqual(seen._progress(), (12, 1))
        self.assertFalse(seen.result)
        self.assert_refused("state", seen._ballot_file)

    def test_people_know_before_they_vote_that_their_college_is_shown(self):
        decision = self.secret()
        said = " ".join(decision.with_user(self.gina)._secrecy_limits())
        for words in (
            "You vote in the college “Staff”.",
            "hidden among the votes of your college only",
            "If 1 to 4 people of a college vote, the whole vote has no result.",
            "The vote can never be made open later.",
        ):
            self.assertIn(words, said)
        self.assertNotIn("if fewer than 5 people vote", said)
        plain = self.opened(by=self.ben, method="majority", secrecy="secret")
        self.assertNotIn("college", " ".join(plain._secrecy_limits()))

    def text(self, url):
        """Return what a page says, with single spaces."""
        main = self.page(url).xpath("//div[@id='wrap']")[0]
        return re.sub(r"\s+", " ", main.text_content())

    def test_a_vote_of_colleges_is_proposed_answered_and_shown_on_pages(self):
        self.kim.password = self.kim.login
        self.authenticate(self.kim.login, self.kim.login)
        address = f"/groups/{self.garden.slug}/propose"
        self.send(
            self.form(self.page(address), address),
            title="Open on Sundays",
            text="We open the garden on Sundays.",
            method="majority",
            electorate="colleges",
            secrecy="secret",
        )
        decision = self.decisions.search([("title", "=", "Open on Sundays")])
        self.assertEqual((decision.state, decision.secrecy), ("open", "secret"))
        address = f"/decisions/{decision.id}"
        self.assertIn("You vote in the college “Staff”.", self.text(address))
        form = self.form(self.page(address), f"{address}/vote")
        answer = self.send(form, secret_choice="no")
        self.assertIn("You vote in the college “Staff”.", answer.text)
        self.assertNotIn("Staff", self.text("/decisions"))
        self.cast(decision, "Users", yes=5)
        self.cast(decision, "Staff", yes=3, no=2)
        self.close(decision)
        shown = self.text(address)
        for words in (
            "Users 1/2 → 5/8 5 0",
            "Staff 3/10 → 3/8 3 3",
            "Town 1/5 → 0 0 0",
        ):
            self.assertIn(words, shown)
        self.assertIn("Its weight was spread over the others.", shown)

    # === METHODS, AND DECISIONS ABOUT PERSONS === #

    def test_colleges_vote_in_secret_by_majority_only(self):
        asked = {"electorate": "colleges", "options": ["One", "Two"]}
        for secrecy in ("secret", "receipt"):
            for method in ("consent", "schulze", "stv", "score", "choose"):
                with self.subTest(f"{method}, {secrecy}"):
                    draft = self.draft(
                        method=method,
                        secrecy=secrecy,
                        title=f"{method} {secrecy}",
                        **asked,
                    )
                    error = self.assert_refused("colleges", draft.action_announce)
                    self.assertEqual(error.value, method)

    def test_decisions_about_persons_are_secret_where_colleges_are_large_enough(self):
        self.set_policies(decides_electorate="colleges")
        out = {"kind": "member_out", "params": {"person": self.nora.partner_id.id}}
        asked = {"electorate": "colleges", "method": "majority", "outcomes": [out]}
        decision = self.opened(**asked)
        self.assertEqual(decision.secrecy, "secret")
        self.wait(decision, days=8)
        self.cast(decision, "Users", yes=5)
        self.cast(decision, "Staff", yes=4, no=2)
        self.assertEqual(self.close(decision).state, "adopted")
        self.assertEqual(decision.sudo().result["reached"], "7/8")
        self.carry_out(decision)
        self.assertFalse(self.garden._membership_of(self.nora.partner_id).is_live)
        # The person whom it is about has no voice: five are left, then four.
        for user, secrecy in ((self.ida, "secret"), (self.hugo, "open")):
            out["params"] = {"person": user.partner_id.id}
            draft = self.draft(**asked, title=f"About {user.name}")
            self.assertEqual(draft.secrecy, secrecy)
            self.sources["Users"]._membership_of(user.partner_id)._end()

    def test_colleges_recall_a_person_in_secret_where_they_are_large_enough(self):
        self.set_policies(decides_electorate="colleges")
        role = self._role("Treasurer", self.garden)
        reason = "The books have not been kept for a year."
        for user, electorate in ((self.ben, "colleges"), (self.cleo, "direct")):
            self._put(user, role)
            number = self.decisions.with_user(self.anna).propose_recall(
                role.id, user.partner_id.id, reason
            )
            recall = self.decisions.sudo().browse(number)
            self.assertEqual(
                (recall.electorate, recall.secrecy), (electorate, "secret")
            )
            self.sources["Users"]._membership_of(self.ida.partner_id)._end()
            # With five users, the one whom it is about leaves four.
            recall.with_user(self.dora).action_sign()
            self.assertEqual(recall.electorate, "direct")

    def test_an_appeal_asks_the_colleges_of_the_circle_above_in_secret(self):
        self.set_policies(decides_electorate="direct")
        rows = []
        for name, weight in WEIGHTS.items():
            role = self._role(f"{name} of all", self.village)
            for user in self.people[name]:
                self._put(user, self.village)
                self._put(user, role)
            rows.append({"name": name, "weight": weight, "source_id": role.id})
        self.village._do_set_colleges(rows)
        self.set_policies(self.village, decides_electorate="colleges")
        decision = self.put_out(self.nora)
        self.close(decision)
        self.carry_out(decision)
        reason = "I was away, and nobody asked me about it."
        number = decision.with_user(self.nora).action_appeal(reason)
        appeal = self.decisions.sudo().browse(number)
        self.assertEqual(
            (appeal.electorate, appeal.method, appeal.secrecy),
            ("colleges", "majority", "secret"),
        )
        self.assertEqual(appeal._progress(), (12, 0))

    # === CHECKS OF THE WHOLE DATABASE, AND UPDATES === #

    def test_the_checks_find_a_ballot_that_changed_its_college(self):
        decision = self.secret()
        self.cast(decision, "Users", yes=5)
        self.cast(decision, "Staff", yes=5)
        self.assertFalse(vote_checks.urns(self.env))
        self.assertFalse(vote_checks.urn_columns(self.env))
        self.close(decision)
        self.assertFalse(recount.differences(decision.sudo()))
        self.env.cr.execute(
            """UPDATE wezer_urn SET college_id = %s WHERE id = (
                   SELECT min(id) FROM wezer_urn WHERE decision_id = %s
                      AND college_id <> %s)""",
            [
                self.college(decision, "Staff").id,
                decision.id,
                self.college(decision, "Staff").id,
            ],
        )
        self.assertEqual(len(vote_checks.urns(self.env)), 2)
        self.assertEqual(len(vote_checks.small_colleges(self.env)), 1)
        self.assertIn("colleges", recount.differences(decision.sudo()))

    def test_an_update_leaves_secret_votes_that_run_as_they_are(self):
        decision = self.opened(method="majority", secrecy="secret")
        codes = {
            name: decision.with_user(getattr(self, name)).action_vote("yes")
            for name in ("anna", "ben", "cleo", "dora", "gina")
        }
        self.env.flush_all()
        cr, urn = self.env.cr, self.env["wezer.urn"]
        ballots = "SELECT id, xmin, ctid, choice FROM wezer_urn WHERE decision_id = %s"
        # As a database of the version before has it.
        cr.execute("ALTER TABLE wezer_urn DROP COLUMN college_id")
        cr.execute(ballots, [decision.id])
        before = sorted(cr.fetchall())
        self.env.registry.init_models(cr, [urn._name], {"module": "wezer_decision"})
        cr.execute(ballots, [decision.id])
        self.assertEqual(sorted(cr.fetchall()), before)
        cr.execute(
            """SELECT attstattarget FROM pg_attribute
                WHERE attrelid = 'wezer_urn'::regclass AND attname = 'college_id'"""
        )
        self.assertEqual(cr.fetchone(), (0,), "no sample tells how a vote stands")
        mine = decision.with_user(self.anna)
        mine.action_vote("no", code=codes["anna"])
        decision.with_user(self.ben).action_take_back(codes["ben"])
        decision.with_user(self.ben).action_vote("no")
        closed = self.close(decision)
        self.assertEqual((closed.result["yes"], closed.result["no"]), (3, 2))
        self.assertFalse(vote_checks.urns(self.env))
