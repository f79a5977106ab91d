"""Two accounts of a person become one: where they stand, are elected, or are named."""

from odoo.tests import tagged

from ..tools import appeals, elections
from .common import DecisionCommon

WHY = "The books are three months behind, and nobody answers."


@tagged("post_install", "-at_install")
class TestMergedAccounts(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.council = cls._role("Council", cls.garden)

    def merge(self, source, target):
        # As an administrator does, for accounts of anybody.
        people = self.env["res.partner"]
        into = people.browse(target.partner_id.id)
        people.browse(source.partner_id.id)._wezer_merge_into(into)
        self.env.invalidate_all()

    def assert_elected(self, decision, *users):
        """Carry a decision out; assert that these people have the role, each once."""
        while decision.state == "adopted":
            self.carry_out(decision)
        self.assertEqual(decision.state, "done", decision.outcome_ids.mapped("error"))
        places = self.council.sudo().membership_ids.filtered(
            lambda place: place.state in ("active", "invited")
        )
        self.assertCountEqual(
            places.mapped("partner_id.id"), [user.partner_id.id for user in users]
        )
        self.assertFalse(self.env["wezer.invariant"].sudo()._check_results())

    # === DRAWN === #

    def drawn(self, *standing):
        """Return a draw (sudo) of two seats, adopted, and the people who are drawn."""
        decision = self.opened(method="draw", role_id=self.council.id, seats=2).sudo()
        for user in standing:
            decision.with_user(user).action_stand()
        self.close(decision)
        self.assertFalse(self.env["wezer.invariant"].sudo()._check_results())
        return decision, [one.user_ids for one in elections.elected(decision)]

    def test_who_was_drawn_has_the_seat_by_the_account_that_goes_on(self):
        decision, (first, second) = self.drawn(self.ben, self.cleo)
        self.merge(first, self.dora)
        self.assert_elected(decision, self.dora, second)

    def test_a_draw_is_counted_again_after_accounts_were_merged(self):
        decision, elected = self.drawn(self.anna, self.ben, self.cleo)
        [third] = {self.anna, self.ben, self.cleo} - set(elected)
        self.merge(elected[0], self.dora)
        decision.with_user(self.dora).action_decline()
        self.assertEqual(set(elections.elected(decision).user_ids), {elected[1], third})
        self.assert_elected(decision, elected[1], third)

    def test_who_was_drawn_twice_leaves_one_seat_to_the_next(self):
        decision, elected = self.drawn(self.anna, self.ben, self.cleo)
        [third] = {self.anna, self.ben, self.cleo} - set(elected)
        self.merge(*elected)
        self.assert_elected(decision, elected[1], third)

    # === VOTED ON === #

    def voted(self, standing=("anna", "ben", "cleo", "dora"), merged=None):
        """Return an election (sudo) of two seats that Ben and Cleo win."""
        decision = self.draft(
            method="stv", role_id=self.council.id, options=[], seats=2
        )
        decision.action_announce()
        for name in standing:
            decision.with_user(getattr(self, name)).action_stand()
        if merged == "announced":
            self.merge(self.ben, self.cleo)
        self.wait(decision, hours=80)
        options = decision.sudo()._ballot_options()
        if merged == "open":
            self.merge(self.ben, self.cleo)
        places = {"ben": 1, "cleo": 2, "anna": 3, "dora": 4}
        logins = {getattr(self, name).partner_id.name: name for name in places}
        ranks = [places[logins[option.label]] for option in options]
        choice = "-".join(str(rank - (merged == "announced")) for rank in ranks)
        self.vote(decision, **dict.fromkeys(("anna", "cleo", "dora", "fred"), choice))
        decision.with_user(self.gina).action_vote(choice)
        return self.close(decision)

    def test_a_person_with_two_accounts_stands_once(self):
        decision = self.voted(merged="announced")
        self.assertEqual(len(decision.option_ids), 3)
        self.assert_elected(decision, self.cleo, self.anna)

    def test_ballots_for_the_account_that_ended_go_on_to_the_next(self):
        decision = self.voted(merged="open")
        self.assertEqual(len(decision.option_ids), 4)
        self.assert_elected(decision, self.cleo, self.anna)

    def test_who_was_elected_twice_leaves_one_seat_to_the_next(self):
        decision = self.voted()
        self.assertEqual(
            set(elections.elected(decision).user_ids), {self.ben, self.cleo}
        )
        self.merge(self.ben, self.cleo)
        self.assert_elected(decision, self.cleo, self.anna)

    # === NAMED === #

    def test_who_was_put_out_appeals_by_the_account_that_goes_on(self):
        decision = self.put_out(self.ben, self.anna, self.cleo).sudo()
        self.close(decision)
        self.carry_out(decision)
        self.assertEqual(decision.state, "done")
        self.merge(self.ben, self.otto)
        self.assertEqual(appeals.put_out(decision), self.otto.partner_id)
        self.assertTrue(decision.with_user(self.otto).action_appeal(WHY))

    def test_a_person_says_once_what_the_test_of_an_objection_is_worth(self):
        self._membership_ends(self.fred, self.facilitation)
        decision = self.opened()
        objecting = decision.with_user(self.ben)
        objecting.action_object("Nobody could reach the beds from the path any more.")
        objection = decision.objection_ids
        objection.with_user(self.dora).action_test()
        objection.with_user(self.ben).action_reply(["It is in the way", "", "", ""])
        objection.with_user(self.cleo).action_set_aside()
        self.merge(self.cleo, self.dora)
        said = objection.sudo().stances
        self.assertEqual(said, {str(self.dora.partner_id.id): "set_aside"})
        objection.with_user(self.dora).action_uphold()
        said = objection.sudo().stances
        self.assertEqual(said, {str(self.dora.partner_id.id): "uphold"})

    def _membership_ends(self, user, group):
        group._membership_of(user.partner_id).sudo()._end()
