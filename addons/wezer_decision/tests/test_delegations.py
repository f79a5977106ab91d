import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import NotAllowed
from odoo.addons.wezer_base.tests.outcomes import ALL
from odoo.addons.wezer_base.tools import days

from ..tools import decision_lookup, decision_page, delegations
from .common import DecisionCommon

PAPER = base64.b64encode(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n").decode()


@tagged("post_install", "-at_install")
class TestDelegations(DecisionCommon):
    """The garden allows delegation in chains; Anna, Ben, Cleo, Dora, Fred, Gina."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policies = cls.env["wezer.group.policy"].sudo()
        policies._decide(cls.garden, "delegation", "chains", "A test")
        cls.given = cls.env["wezer.vote.delegation"]
        cls.category = cls.env["wezer.category"].create({"name": "Beds and paths"})
        # A member who cannot log in.
        cls.oda = cls.env["res.partner"].create({"name": "Oda"})
        cls.env["wezer.profile"]._make_for(cls.oda)
        cls.env["wezer.group.membership"].create(
            {"group_id": cls.garden.id, "partner_id": cls.oda.id}
        )

    def give(self, giver, holder, **vals):
        """Return the delegation (sudo) that ``giver`` gives to ``holder``."""
        if not vals.get("decision_id"):
            vals.setdefault("group_id", self.garden.id)
        number = self.given.with_user(giver).action_give(holder.partner_id.id, vals)
        given = self.given.sudo().browse(number)
        # Votes end at once in these tests, as of a moment ago.
        given.date_from -= timedelta(hours=1)
        return given

    def refused(self, rule, call, *args, **kwargs):
        with self.assertRaises(UserError) as error:
            call(*args, **kwargs)
        self.assertEqual(error.exception.rule, rule)

    def open_vote(self, **vals):
        return self.opened(method="majority", **vals)

    def roll(self, decision):
        """Return ``{login: row of the roll}``."""
        return {
            voter.person_id.name.lower(): voter for voter in decision.sudo().voter_ids
        }

    def carried(self, decision):
        """Return ``{giver: voter}`` by name, as it was kept at closing."""
        return {
            name: voter.carried_by_id.person_id.name.lower()
            for name, voter in self.roll(decision).items()
            if voter.carried_by_id
        }

    # === GIVING, TAKING BACK, RESIGNING === #

    def test_a_member_gives_their_voice_and_takes_it_back(self):
        given = self.give(self.anna, self.ben)
        self.assertEqual(
            (given.giver_id, given.state), (self.anna.partner_id, "active")
        )
        days_left = (given.date_until - days.today(self.env)).days
        self.assertIn(days_left, (365, 366))
        # The holder is told, and asked nothing.
        self.assertTrue(
            self.env["wezer.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.ben.partner_id.id),
                    ("kind", "=", "delegation"),
                ]
            )
        )
        given.with_user(self.anna).action_take_back()
        self.assertEqual((given.state, given.ended_why), ("ended", "taken_back"))
        self.assertTrue(given.date_ended)
        self.refused("state", given.with_user(self.anna).action_take_back)
        # The log of the circle tells of it, and names nobody.
        log = self.env["wezer.governance.event"]._of_circle(
            self.garden, ("delegation_given", "delegation_ended")
        )
        self.assertEqual(
            [(event.kind, event.data, event.actor_id.id) for event in log],
            [
                ("delegation_ended", {"scope": "circle"}, False),
                ("delegation_given", {"scope": "circle"}, False),
            ],
        )
        self.assertFalse(log.with_user(self.otto)._filtered_access("read"))

    def test_the_holder_resigns_and_nobody_else_ends_it(self):
        given = self.give(self.anna, self.ben)
        self.refused("giver", given.with_user(self.ben).action_take_back)
        self.refused("holder", given.with_user(self.anna).action_resign)
        for action in ("action_take_back", "action_resign"):
            with self.assertRaises(AccessError):
                getattr(given.with_user(self.cleo), action)()
        given.with_user(self.ben).action_resign()
        self.assertEqual(given.ended_why, "resigned")

    def test_only_giver_and_holder_read_a_delegation(self):
        given = self.give(self.anna, self.ben)
        for user, seen in (
            (self.anna, 1),
            (self.ben, 1),
            (self.gina, 0),
            (self.otto, 0),
        ):
            found = self.given.with_user(user).search_count([("id", "=", given.id)])
            self.assertEqual(found, seen, user.name)

    def test_a_voice_is_given_to_a_member_of_the_circle_only_and_not_to_oneself(self):
        self.refused("holder", self.give, self.anna, self.otto)
        self.refused("holder", self.give, self.anna, self.anna)
        self.refused("giver", self.give, self.otto, self.anna)
        call = self.given.with_user(self.anna).action_give
        group = {"group_id": self.garden.id}
        for holder in (None, False, "1", -1, 2**40, self.garden.partner_id.id):
            self.refused("holder", call, holder, group)
        self.refused(
            "giver",
            call,
            self.ben.partner_id.id,
            {**group, "giver_id": self.cleo.partner_id.id},
        )
        self.refused("circle", call, self.ben.partner_id.id, {"group_id": 2**30})
        self.refused("scope", call, self.ben.partner_id.id, {"scope": "all", **group})
        self.refused(
            "category", call, self.ben.partner_id.id, {"scope": "category", **group}
        )

    def test_a_voice_is_given_once_for_a_matter_and_for_two_years_at_most(self):
        self.give(self.anna, self.ben)
        self.refused("twice", self.give, self.anna, self.cleo)
        self.give(self.anna, self.cleo, scope="category", category_id=self.category.id)
        late = fields.Date.to_string(days.today(self.env) + timedelta(days=740))
        self.refused("date", self.give, self.dora, self.cleo, date_until=late)
        past = fields.Date.to_string(days.today(self.env) - timedelta(days=1))
        self.refused("date", self.give, self.dora, self.cleo, date_until=past)

    def test_where_everybody_votes_personally_nobody_gives_a_voice(self):
        self.set_policies(delegation=None)
        self.refused("delegation", self.give, self.anna, self.ben)
        decision = self.open_vote()
        self.refused(
            "delegation", self.give, self.anna, self.ben, decision_id=decision.id
        )

    def test_secret_votes_advice_and_elections_are_not_delegated(self):
        secret = self.open_vote(secrecy="secret")
        self.refused("secret", self.give, self.anna, self.ben, decision_id=secret.id)
        self.give(self.anna, self.ben)
        self.assertEqual(delegations.resolve(secret.sudo()), {})
        advice = self.opened(method="advice", decider_id=self.anna.partner_id.id)
        self.refused("method", self.give, self.ben, self.cleo, decision_id=advice.id)
        closed = self.open_vote(by=self.ben)
        self.close(closed)
        self.refused("state", self.give, self.ben, self.cleo, decision_id=closed.id)

    def test_an_administrator_gives_the_voice_of_a_member_on_paper_with_the_paper(self):
        ada = mail_new_test_user(
            self.env, "wzg_ada", groups="wezer_base.group_administrator"
        )
        vals = {"group_id": self.garden.id, "giver_id": self.oda.id}
        call, ben = self.given.with_user(ada).action_give, self.ben.partner_id.id
        # Members who can log in do it themselves.
        others = {**vals, "giver_id": self.cleo.partner_id.id}
        self.refused("giver", call, ben, others)
        self.refused("paper", call, ben, vals)
        self.refused("paper", call, ben, {**vals, "paper": "bm8gcGFwZXI="})
        given = self.given.sudo().browse(call(ben, {**vals, "paper": PAPER}))
        self.assertEqual(given.given_by_id, ada.partner_id)
        self.assertTrue(given.paper)
        # A member on paper votes for nobody.
        call = self.given.with_user(self.anna).action_give
        self.refused("holder", call, self.oda.id, {"group_id": self.garden.id})
        given.with_user(ada).action_take_back()
        self.assertEqual(given.state, "ended")

    # === THE CLOCK === #

    def test_a_delegation_ends_with_its_date_and_where_one_of_both_leaves(self):
        dated = self.give(self.anna, self.ben)
        left = self.give(self.cleo, self.dora)
        stays = self.give(self.fred, self.ben)
        dated.date_until = days.today(self.env) - timedelta(days=1)
        self.garden.with_user(self.dora).action_leave()
        self.given._clock()
        self.assertEqual((dated.state, dated.ended_why), ("ended", "expired"))
        self.assertEqual((left.state, left.ended_why), ("ended", "left"))
        self.assertEqual(stays.state, "active")

    def test_what_a_person_gave_and_held_ends_when_their_data_are_erased(self):
        given = self.give(self.anna, self.ben)
        held = self.give(self.cleo, self.anna)
        self.given._leave(self.anna.partner_id)
        self.assertEqual({given.state, held.state}, {"ended"})

    # === CLOSING === #

    def test_the_nearest_delegation_counts_and_ones_own_vote_wins(self):
        self.set_policies(self.village, delegation="chains")
        village = {"group_id": self.village.id, "inside": True}
        decision = self.open_vote(category_id=self.category.id)
        for holder, vals in (
            (self.ben, village),
            (self.cleo, {}),
            (self.dora, {"scope": "category", "category_id": self.category.id}),
            (self.fred, {"decision_id": decision.id}),
        ):
            given = self.give(self.anna, holder, **vals)
            nearest = delegations.nearest(decision.sudo(), [self.anna.partner_id.id])
            self.assertEqual(
                nearest[self.anna.partner_id.id][0], holder.partner_id.id, vals
            )
        given.with_user(self.anna).action_take_back()
        # Of another category the circle's counts; of the circle above it only inside.
        other = self.opened(by=self.ben, method="majority")
        nearest = delegations.nearest(other.sudo(), [self.anna.partner_id.id])
        self.assertEqual(nearest[self.anna.partner_id.id][0], self.cleo.partner_id.id)
        self.vote(decision, anna="no", ben="yes", cleo="yes", dora="yes")
        closed = self.close(decision)
        self.assertEqual(self.carried(closed), {})
        self.assertEqual(closed.result["ballots"], 4)

    def test_chains_rings_and_absent_holders(self):
        # Anna → Ben → Cleo: both voted. Dora → Fred → Dora: a ring without a voter.
        # Gina → Eve, who is not on the roll.
        decision = self.open_vote()
        self.give(self.anna, self.ben)
        self.give(self.ben, self.cleo)
        self.give(self.dora, self.fred)
        self.give(self.fred, self.dora)
        self._put(self.eve, self.garden)
        self.give(self.gina, self.eve)
        self.vote(decision, ben="no", cleo="yes")
        closed = self.close(decision)
        self.assertEqual(self.carried(closed), {"anna": "ben"})
        self.assertEqual(closed.result["ballots"], 3)
        self.assertEqual(closed.result["roll"], 7)
        self.assertEqual(
            closed._tallies(), {"no": 2, "yes": 1}, "counted again from what was kept"
        )

    def test_carried_voices_are_passed_on_in_chains_only(self):
        for how, expected in (
            ("chains", {"anna": "cleo", "ben": "cleo"}),
            ("once", {"ben": "cleo"}),
        ):
            with self.subTest(how):
                self.set_policies(delegation=how)
                for given in self.given.sudo().search([("state", "=", "active")]):
                    given._end("taken_back")
                self.give(self.anna, self.ben)
                self.give(self.ben, self.cleo)
                decision = self.opened(by=self.dora, method="majority")
                self.vote(decision, cleo="yes", dora="no")
                closed = self.close(decision)
                self.assertEqual(self.carried(closed), expected)
                self.env["wezer.decision"].sudo().search([]).write({"state": "ended"})

    def test_the_longest_standing_voices_are_carried_up_to_the_cap(self):
        self.set_policies(delegation_cap=2)
        decision = self.open_vote()
        for number, giver in enumerate((self.dora, self.anna, self.ben, self.fred)):
            given = self.give(giver, self.cleo)
            given.date_from -= timedelta(days=10 - number)
        told = self.given._tell_beyond_cap(decision.sudo())
        self.assertEqual(told, 2)
        notices = (
            self.env["wezer.notice"]
            .sudo()
            .search([("kind", "=", "delegation"), ("subject", "=", "beyond_cap")])
        )
        self.assertEqual(notices.partner_id, self.ben.partner_id | self.fred.partner_id)
        self.assertEqual(self.given.with_user(self.cleo)._would_carry(decision), 2)
        self.vote(decision, cleo="yes")
        closed = self.close(decision)
        self.assertEqual(self.carried(closed), {"dora": "cleo", "anna": "cleo"})

    def test_the_clock_asks_those_beyond_the_cap_to_vote_themselves_once(self):
        self.set_policies(delegation_cap=1)
        for hours, wait in ((168, 125), (24, 1)):
            with self.subTest(hours=hours):
                decision = self.open_vote(hours=hours, by=self.dora)
                if hours == 168:
                    for giver in (self.anna, self.ben):
                        self.give(giver, self.cleo)
                mine = [
                    ("subject", "=", "beyond_cap"),
                    ("res_id", "=", decision.id),
                    ("settled", "=", False),
                ]
                notices = self.env["wezer.notice"].sudo()
                self.wait(decision, hours=wait)
                self.assertEqual(notices.search(mine).partner_id, self.ben.partner_id)
                self.wait(decision, hours=1)
                self.assertEqual(len(notices.search(mine)), 1)
                # Who voted is not asked any more.
                self.vote(decision, ben="yes")
                self.assertFalse(notices.search(mine))

    def test_what_is_taken_back_after_the_end_changes_nothing(self):
        early, late = self.give(self.anna, self.cleo), self.give(self.ben, self.cleo)
        decision = self.open_vote()
        self.vote(decision, cleo="yes")
        record, closes = decision.sudo(), fields.Datetime.now() - timedelta(seconds=60)
        record.closes = closes
        early.write({"state": "ended", "date_ended": closes - timedelta(seconds=1)})
        late.write({"state": "ended", "date_ended": closes + timedelta(seconds=1)})
        new = self.give(self.dora, self.cleo)
        new.date_from = closes + timedelta(seconds=1)
        self.assertEqual(list(delegations.nearest(record)), [self.ben.partner_id.id])

    def test_nobody_objects_for_others(self):
        self.give(self.anna, self.ben)
        self.give(self.dora, self.cleo)
        decision = self.opened(by=self.gina, method="consent")
        self.vote(decision, cleo="live")
        decision.with_user(self.ben).action_vote(
            "object", reason="It would take the place of the beds."
        )
        found = delegations.resolve(decision.sudo())
        rows = self.roll(decision)
        self.assertEqual(found, {rows["dora"].id: rows["cleo"].id})

    def test_accounts_admitted_meanwhile_add_nothing_and_others_the_cap_at_most(self):
        self.set_policies(delegation_cap=2)
        early = [self._member(f"early{number}") for number in range(4)]
        for user in early:
            self._put(user, self.garden)
            self.give(user, self.ben)
        decision = self.open_vote()
        for number in range(3):
            user = self._member(f"late{number}")
            self._put(user, self.garden)
            self.give(user, self.ben)
        self.vote(decision, ben="yes", anna="no")
        closed = self.close(decision)
        self.assertEqual(closed.result["roll"], 11)
        self.assertEqual(closed.result["ballots"], 2 + 2)

    def test_a_chain_through_everybody_ends_with_its_voter(self):
        number = 3000 if ALL else 200
        people = self.env["res.partner"].create(
            [{"name": f"Link {place}"} for place in range(number)]
        )
        decision = self.open_vote()
        rows = self.env["wezer.decision.voter"].create(
            [
                {"decision_id": decision.id, "party_id": one.id, "person_id": one.id}
                for one in people
            ]
        )
        self.given.create(
            [
                {
                    "giver_id": giver.id,
                    "holder_id": holder.id,
                    "group_id": self.garden.id,
                    "date_until": days.today(self.env),
                }
                for giver, holder in zip(people, [*people[1:], people[0]], strict=True)
            ]
        )
        record = decision.sudo()
        record.rules = {**record.rules, "delegation_cap": number}
        # A ring of everybody carries nothing; one vote in it carries all others.
        self.assertEqual(delegations.resolve(record), {})
        rows[7].state = "voted"
        self.assertEqual(
            delegations.resolve(record), dict.fromkeys((rows - rows[7]).ids, rows[7].id)
        )

    # === WHO SEES WHAT === #

    def test_who_carried_whom_is_seen_by_the_circle_after_closing_only(self):
        self.give(self.anna, self.ben)
        self.give(self.ben, self.cleo)
        decision = self.open_vote()
        self.vote(decision, cleo="yes", dora="no")
        self.assertEqual(self.given.with_user(self.gina)._voices_carried(decision), [])
        my = self.given.with_user(self.anna)._my_holder(decision)
        self.assertEqual(my.holder_id, self.ben.partner_id)
        self.close(decision)
        [row] = self.given.with_user(self.gina)._voices_carried(decision)
        self.assertEqual(row["holder"].person_id, self.cleo.partner_id)
        self.assertEqual(row["number"], 2)
        chains = [[one.person_id.name for one in chain] for chain in row["chains"]]
        self.assertEqual(sorted(chains), [["Anna", "Ben"], ["Ben"]])
        self.assertEqual(self.given.with_user(self.otto)._voices_carried(decision), [])

    # === MANDATES === #

    def test_a_person_with_a_mandate_votes_for_a_member_on_paper(self):
        self.set_policies(delegation=None)
        self.env["wezer.mandate"].create(
            {
                "giver_id": self.oda.id,
                "holder_id": self.anna.partner_id.id,
                "right_vote": True,
                "date_from": days.today(self.env),
            }
        )
        decision = self.opened(by=self.ben, method="majority")
        voices = self.env["wezer.mandate"]._voices(
            decision.sudo(), self.anna.partner_id
        )
        self.assertEqual(voices.party_id, self.oda)
        mine = decision.with_user(self.anna)
        page = decision_page.values(mine)
        self.assertEqual(page["helped"], voices)
        mine.action_vote("no")
        mine.action_vote("yes", voice_id=voices.id)
        self.assertEqual(
            dict(
                self.env["wezer.ballot"]
                .sudo()
                .search([("decision_id", "=", decision.id)])
                .mapped(lambda ballot: (ballot.voter_id.party_id.name, ballot.choice))
            ),
            {"Anna": "no", "Oda": "yes"},
        )
        # A member who answered personally is not represented.
        ballot = self.env["wezer.ballot"].sudo().search([("voter_id", "=", voices.id)])
        ballot.person_id = self.oda
        self.refused("voter", mine.action_vote, "no", voice_id=voices.id)
        # Nobody else casts it, and of a secret vote nobody but the member.
        with self.assertRaises(NotAllowed):
            decision.with_user(self.cleo).action_vote("no", voice_id=voices.id)
        secret = self.opened(by=self.ben, method="majority", secrecy="secret")
        self.assertFalse(
            self.env["wezer.mandate"]._voices(secret.sudo(), self.anna.partner_id)
        )

    def test_a_person_votes_for_two_absent_members_in_a_secret_vote(self):
        secret = {"by": self.ben, "method": "majority", "secrecy": "secret"}
        before = self.opened(**secret)
        self.set_policies(procurations="yes")
        self.refused("secret", self.give, self.anna, self.ben, decision_id=before.id)
        decision = self.opened(**secret)
        of_decision = {"decision_id": decision.id}
        cast = self.give(self.anna, self.ben, **of_decision)
        back = self.give(self.cleo, self.ben, **of_decision)
        self.refused("proxies", self.give, self.dora, self.ben, **of_decision)
        rows, mine = self.roll(decision), decision.with_user(self.ben)
        mine.action_vote("yes")
        code = mine.action_vote("no", voice_id=rows["anna"].id)
        mine.action_vote("yes", voice_id=rows["anna"].id, code=code)
        # Whose ballot was cast is cast; nobody else casts it.
        self.refused("voted", decision.with_user(self.anna).action_vote, "no")
        for name in ("anna", "cleo"):
            voice = {"voice_id": rows[name].id}
            self.refused(
                "voter", decision.with_user(self.dora).action_vote, "no", **voice
            )
        back.with_user(self.cleo).action_take_back()
        self.refused("voter", mine.action_vote, "no", voice_id=rows["cleo"].id)
        self.vote(decision, cleo="no", dora="yes", fred="yes")
        # What was cast stands, and nobody makes room for more by giving it back.
        self.refused("voted", cast.with_user(self.anna).action_take_back)
        cast.with_user(self.ben).action_resign()
        back = self.give(self.gina, self.ben, **of_decision)
        self.refused("proxies", self.give, self.dora, self.ben, **of_decision)
        back.with_user(self.gina).action_take_back()
        self.vote(decision, gina="yes")
        closed = self.close(decision)
        self.assertEqual((closed.state, closed._progress()), ("adopted", (7, 6)))
        # Five ballots of four people: too few to hide a vote.
        decision = self.opened(**secret)
        self.give(self.anna, self.ben, decision_id=decision.id)
        self.vote(decision, ben="yes", cleo="no", dora="yes", fred="yes")
        voice = self.roll(decision)["anna"].id
        decision.with_user(self.ben).action_vote("yes", voice_id=voice)
        self.assertEqual(self.close(decision).ended_why, "too_few")

    def test_whom_a_secret_vote_is_about_is_no_proxy_and_has_none(self):
        self.set_policies(procurations="yes")
        out = [{"kind": "member_out", "params": {"person": self.dora.partner_id.id}}]
        decision = self.opened(method="majority", secrecy="secret", outcomes=out)
        of_decision = {"decision_id": decision.id}
        self.refused("holder", self.give, self.ben, self.dora, **of_decision)
        self.refused("voter", self.give, self.dora, self.ben, **of_decision)
        # Nor where the row was put off later.
        self.give(self.ben, self.cleo, **of_decision)
        cleo = self.cleo.partner_id
        self.assertTrue(delegations.proxy_voices(decision.sudo(), cleo))
        self.roll(decision)["cleo"].state = "off"
        self.assertFalse(delegations.proxy_voices(decision.sudo(), cleo))

    def mandate(self, giver, holder):
        return self.env["wezer.mandate"].create(
            {
                "giver_id": giver.id,
                "holder_id": holder.partner_id.id,
                "right_vote": True,
                "date_from": days.today(self.env),
            }
        )

    def test_voices_that_wait_for_the_holder_of_a_mandate_are_one_row_to_do(self):
        self.set_policies(delegation="once", decisions_person=20, decisions_circle=20)
        for giver in (self.oda, self.cleo.partner_id, self.dora.partner_id):
            self.mandate(giver, self.anna)
        decision = self.open_vote(by=self.ben)
        for method in ("advice", "person", "draw"):
            role = self._role(f"Keeper by {method}", self.garden)
            vals = {"decider_id": self.ben.partner_id.id} if method == "advice" else {}
            vals |= {"role_id": role.id} if method != "advice" else {}
            self.opened(by=self.gina, method=method, title=f"By {method}", **vals)
        self.opened(by=self.ben, method="majority", secrecy="secret", title="A secret")
        draft = self.draft(by=self.ben, method="majority", title="Later")

        def answers(user):
            rows = user.with_user(user)._wezer_todo()
            return [row["text"] for row in rows if "You answer for" in row["text"]]

        # The own answer comes first: one row of each decision.
        self.assertEqual(answers(self.anna), [])
        mine, rows = decision.with_user(self.anna), self.roll(decision)
        mine.action_vote("yes")
        (said,) = answers(self.anna)
        for name in ("Oda", "Cleo", "Dora"):
            self.assertIn(name, said)
        decision.with_user(self.cleo).action_vote("no")
        mine.action_vote("no", voice_id=rows["dora"].id)
        (said,) = answers(self.anna)
        self.assertNotIn("Cleo", said)
        self.assertNotIn("Dora", said)
        # Members who can log in are represented only where the circle allows it.
        self.set_policies(delegation="none")
        draft.action_announce()
        draft.with_user(self.anna).action_vote("yes")
        self.assertIn("You answer for Oda: “Later”.", answers(self.anna))
        self.assertEqual(answers(self.ben), [])
        mine.action_vote("no", voice_id=rows["oda"].id)
        self.assertEqual(answers(self.anna), ["You answer for Oda: “Later”."])
        self.env["wezer.mandate"].search([]).state = "revoked"
        self.assertEqual(answers(self.anna), [])

    def test_all_voices_of_others_are_found_by_one_query(self):
        self.set_policies(decisions_person=20, decisions_circle=20)
        for giver in (self.oda, self.cleo.partner_id):
            self.mandate(giver, self.anna)
        user = self.anna.with_user(self.anna)

        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            decision_lookup.waiting_ids(user, 30)
            return self.env.cr.sql_log_count - before

        self.open_vote(by=self.ben)
        queries()
        few = queries()
        for number in range(3):
            self.opened(by=self.gina, method="majority", title=f"Vote {number}")
        self.assertEqual(queries(), few)

    def test_no_row_to_do_is_left_where_a_person_votes_for_no_more_members(self):
        self.set_policies(delegation_cap=1)
        decision = self.open_vote(by=self.ben)
        for giver in (self.cleo, self.dora):
            self.mandate(giver.partner_id, self.anna)
        rows, mine = self.roll(decision), decision.with_user(self.anna)
        mine.action_vote("yes")
        said = [row["text"] for row in self.anna.with_user(self.anna)._wezer_todo()]
        self.assertTrue([text for text in said if "You answer for" in text])
        mine.action_vote("yes", voice_id=rows["cleo"].id)
        said = [row["text"] for row in self.anna.with_user(self.anna)._wezer_todo()]
        self.assertFalse([text for text in said if "You answer for" in text])

    def test_what_is_to_do_counts_the_roll_without_reading_it(self):
        self.set_policies(delegation_cap=3)
        decision = self.open_vote(by=self.ben)
        for giver in (self.cleo, self.dora):
            self.mandate(giver.partner_id, self.anna)
        mine = decision.with_user(self.anna)
        mine.action_vote("yes")
        mine.action_vote("yes", voice_id=self.roll(decision)["cleo"].id)
        size = len(decision.sudo().voter_ids)
        self.assertEqual(delegations.roll_sizes(decision.sudo()), {decision.id: size})
        self.env.flush_all()
        self.env.invalidate_all()
        said = [row["text"] for row in self.anna.with_user(self.anna)._wezer_todo()]
        self.assertTrue([text for text in said if "You answer for" in text])
        roll = decision._fields["voter_ids"]
        self.assertNotIn(decision.id, roll._get_cache(decision.sudo().env))

    def test_a_mandate_carries_at_most_the_cap_of_voices(self):
        self.set_policies(delegation_cap=1)
        decision = self.open_vote(by=self.ben)
        for giver in (self.cleo, self.dora):
            self.env["wezer.mandate"].create(
                {
                    "giver_id": giver.partner_id.id,
                    "holder_id": self.anna.partner_id.id,
                    "right_vote": True,
                    "date_from": days.today(self.env),
                }
            )
        rows, mine = self.roll(decision), decision.with_user(self.anna)
        mine.action_vote("yes", voice_id=rows["cleo"].id)
        mine.action_vote("no", voice_id=rows["cleo"].id)
        self.refused(
            "delegation_cap", mine.action_vote, "yes", voice_id=rows["dora"].id
        )
