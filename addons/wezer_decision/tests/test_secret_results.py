from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import Refusal

from ..tools import lot, recount, secrecy
from .common import DecisionCommon

OPTIONS = [f"Place {letter}" for letter in "ABCDE"]


@tagged("post_install", "-at_install")
class TestSecretResults(DecisionCommon):
    """Six members of the garden vote in secret; others are put on the roll by SQL."""

    def secret(self, mode="secret", **vals):
        vals = {"method": "schulze", "options": OPTIONS, **vals}
        return self.opened(secrecy=mode, **vals)

    def refused(self, rule, call, *args, **kwargs):
        with self.assertRaises(UserError) as error:
            call(*args, **kwargs)
        self.assertEqual(error.exception.rule, rule)

    def assert_same_count(self, decision, found):
        result = decision.sudo().result
        for key in found.keys() & result.keys():
            self.assertEqual(found[key], result[key], key)
        self.assertEqual(found["seal"], decision.sudo().seal)

    # === BEFORE CLOSING === #

    def test_a_secret_vote_is_changed_and_taken_back_with_the_code_only(self):
        decision = self.secret().with_user(self.ben)
        code = decision.action_vote("1-2-3-4-5")
        self.assertRegex(code, r"^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$")
        self.refused("voted", decision.action_vote, "2-1-3-4-5")
        self.refused("code", decision.action_take_back)
        self.refused("code", decision.action_take_back, "")
        self.refused("code", decision.action_vote, "2-1-3-4-5", code=["x"])
        self.assertEqual(decision.action_vote("2-1-3-4-5", code=code), code)
        self.assertEqual(self.env["wezer.urn"]._recount(decision), {"2-1-3-4-5": 1})
        decision.action_take_back(code)
        self.assertEqual(self.env["wezer.urn"]._recount(decision), {})
        # Taken back, it can be cast again, also as a blank ballot.
        self.assertNotEqual(decision.action_vote(""), code)

    def test_what_somebody_meant_to_vote_is_in_no_refusal(self):
        decision = self.secret().with_user(self.ben)
        with self.assertRaises(Refusal) as refused:
            decision.action_vote("9-9-9")
        self.assertNotIn("9", str(refused.exception))
        self.assertFalse(refused.exception.value)

    def test_members_know_the_limits_of_secrecy_before_they_vote(self):
        secret = self.secret()._secrecy_limits()
        self.assertTrue(any("backup" in sentence for sentence in secret))
        receipt = self.secret("receipt", by=self.ben)._secrecy_limits()
        self.assertTrue(any("prove to others" in sentence for sentence in receipt))
        self.assertFalse(self.opened(by=self.cleo)._secrecy_limits())

    def test_nobody_learns_who_voted_by_reading_searching_grouping_or_exporting(self):
        decision = self.secret()
        code = decision.with_user(self.ben).action_vote("1-2-3-4-5")
        administrator = mail_new_test_user(
            self.env,
            "wzg_root",
            groups="wezer_base.group_administrator,base.group_system",
        )
        row = decision.sudo().voter_ids.filtered(
            lambda voter: voter.person_id == self.ben.partner_id
        )
        for user in (self.gina, self.anna, self.otto, administrator):
            voters = self.env["wezer.decision.voter"].with_user(user)
            decisions = self.env["wezer.decision"].with_user(user)
            mine = [("decision_id", "=", decision.id)]
            seen = voters.search(mine)
            self.assertLessEqual(seen.person_id, user.partner_id)
            counted = voters._read_group(
                [*mine, ("state", "=", "voted")], [], ["__count"]
            )
            self.assertEqual(counted[0][0], 0)
            with self.assertRaises(AccessError):
                row.with_user(user).read(["state"])
            with self.assertRaises(UserError):
                row.with_user(user).export_data(["state", "wrong_codes"])
            found = decisions.search(
                [
                    ("id", "=", decision.id),
                    (
                        "voter_ids",
                        "any",
                        [
                            ("person_id", "=", self.ben.partner_id.id),
                            ("state", "=", "voted"),
                        ],
                    ),
                ]
            )
            self.assertFalse(found, user.name)
            for model in ("wezer.urn", "wezer.urn.receipt"):
                urn = self.env[model].with_user(user)
                for call, arguments in (
                    (urn.search, [[]]),
                    (urn._read_group, [[], ["decision_id"], ["__count"]]),
                    (urn.create, [{}]),
                ):
                    with self.assertRaises(AccessError):
                        call(*arguments)
            shown = decisions.browse(decision.id)
            if shown.has_access("read"):
                self.assertFalse(shown.result)
                self.assertEqual(shown._progress(), (6, 1))
                self.assertNotIn(code, str(shown.read()))

    def test_nobody_learns_whether_a_member_who_leaves_had_voted(self):
        decision = self.secret().with_user(self.ben)
        decision.action_vote("1-2-3-4-5")
        before = decision._progress()
        for user in (self.ben, self.cleo):
            self.garden.with_user(user).action_leave()
            self.assertEqual(decision._progress(), before)

    def test_nothing_is_published_before_closing(self):
        decision = self.secret().with_user(self.ben)
        code = decision.action_vote("1-2-3-4-5")
        self.refused("state", decision._ballot_file)
        self.refused("state", decision._receipts)
        self.refused("state", decision._find_receipt, code)

    def test_four_people_do_not_vote_in_secret(self):
        circle = self._circle("Four people", self.village)
        for user in (self.anna, self.ben, self.cleo, self.dora):
            self._put(user, circle)
        draft = self.draft(
            group=circle, method="majority", secrecy="secret", title="Four"
        )
        self.refused("secret", draft.action_announce)

    # === CLOSING === #

    def test_four_votes_give_no_result_and_leave_no_ballot(self):
        decision = self.secret()
        self.vote(
            decision,
            **dict.fromkeys(("anna", "ben", "cleo", "dora"), "1-2-3-4-5"),
        )
        closed = self.close(decision)
        self.assertEqual((closed.state, closed.ended_why), ("ended", "too_few"))
        self.assertFalse(closed.result)
        self.assertFalse(closed.seal)
        self.assertFalse(self.env["wezer.urn"]._recount(closed))
        self.refused("state", closed.with_user(self.anna)._ballot_file)

    def test_a_vote_that_is_withdrawn_leaves_no_ballot(self):
        decision = self.opened(method="majority", secrecy="secret")
        self.vote(decision, ben="yes", cleo="no")
        decision.action_withdraw()
        self.assertFalse(self.env["wezer.urn"]._recount(decision))

    def test_a_member_sees_who_voted_where_eight_people_did_and_nobody_else_ever(self):
        decision = self.secret()
        self.vote_many(decision, 5)
        seen = self.env["wezer.decision.voter"].with_user(self.gina)
        mine = [("decision_id", "=", decision.id)]
        self.vote(decision, anna="1-2-3-4-5", ben="5-4-3-2-1")
        self.assertEqual(seen.search(mine).person_id, self.gina.partner_id)
        self.close(decision)
        self.assertEqual(seen.search(mine).person_id, self.gina.partner_id)
        other = self.secret(by=self.ben)
        self.vote_many(other, 8)
        self.close(other)
        self.assertEqual(len(seen.search([("decision_id", "=", other.id)])), 14)
        outside = seen.with_user(self.otto)
        self.assertFalse(outside.search([("decision_id", "=", other.id)]))

    def test_the_file_of_fifty_ballots_is_counted_to_the_same_result(self):
        decision = self.secret()
        self.vote_many(decision, 49)
        few = self.secret(by=self.ben)
        self.vote_many(few, 49)
        self.vote(decision, anna="")
        closed, seen = self.close(decision), decision.with_user(self.anna)
        self.assertEqual(closed.result["ballots"], 50)
        text, found = self.count_file(seen)
        self.assert_same_count(closed, found)
        # Ballots are in the order of the alphabet, with no receipt beside them.
        self.assertNotIn("receipt", text)
        self.close(few)
        self.refused("few", few.with_user(self.anna)._ballot_file)
        # A seal over so few ballots could be tried out until they are found.
        tallies = few.sudo()._tallies()
        self.assertNotEqual(few.sudo().seal, lot.seal(few.id, tallies))
        receipts = few.with_user(self.anna)._receipts()
        self.assertEqual(few.sudo().seal, lot.seal(few.id, receipts))
        self.assertFalse(recount.differences(few.sudo()))
        self.assertEqual(closed.seal, lot.seal(decision.id, closed._tallies()))
        self.assertEqual(len(few.with_user(self.anna)._receipts()), 49)

    def test_with_receipts_each_ballot_is_published_beside_its_fingerprint(self):
        decision = self.secret("receipt")
        codes = self.vote_many(decision, 6)
        closed, seen = self.close(decision), decision.with_user(self.anna)
        text, found = self.count_file(seen)
        self.assert_same_count(closed, found)
        for code, choice in codes.items():
            digest = secrecy.code_hash(decision.id, code)
            self.assertIn(digest, text)
            self.assertEqual(
                seen._find_receipt(code),
                {"hash": digest, "found": True, "choice": choice},
            )
        self.assertFalse(seen._find_receipt("AAAA-AAAA-AAAA-AAAA")["found"])

    def test_advice_is_not_counted_and_has_no_file(self):
        decision = self.opened(method="advice", decider_id=self.anna.partner_id.id)
        for user in set(self.members) - {self.anna}:
            decision.with_user(user).action_vote("", reason="It would be nice there.")
        decision.with_user(self.anna).action_decide(True, "We build it in spring.")
        self.assertTrue(decision.sudo().result)
        self.refused("state", decision._ballot_file)
        self.assertEqual(decision._why_no_ballot_file().rule, "state")

    def test_the_file_of_an_open_vote_counts_carried_voices(self):
        self.set_policies(delegation="once")
        given = self.env["wezer.vote.delegation"].with_user(self.cleo)
        number = given.action_give(self.ben.partner_id.id, {"group_id": self.garden.id})
        # Votes end at once in these tests, as of a moment ago.
        given.sudo().browse(number).date_from -= timedelta(hours=1)
        decision = self.opened(method="majority")
        self.vote(decision, ben="yes", anna="no")
        closed = self.close(decision)
        self.assertEqual(closed.result["ballots"], 3)
        _text, found = self.count_file(decision.with_user(self.anna))
        self.assert_same_count(closed, found)
        # Later delegations change nothing.
        given = self.env["wezer.vote.delegation"].with_user(self.dora)
        given.action_give(self.anna.partner_id.id, {"group_id": self.garden.id})
        _text, again = self.count_file(decision.with_user(self.anna))
        self.assertEqual(again, found)
