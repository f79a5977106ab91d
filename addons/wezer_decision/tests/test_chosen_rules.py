"""What a proposer chooses for a method: on the form, before the vote, and counted."""

import re

from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import (
    decision_page,
    how_counted,
    propose_form,
    recount,
    result_view,
    rules,
)
from .common import DecisionCommon

TREES = ["Oak", "Ash", "Elm"]


@tagged("post_install", "-at_install")
class TestChosenRules(DecisionCommon, FormCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_policies(cls, decisions_person=20, decisions_circle=20)
        cls.anna.password = cls.anna.login
        cls.address = f"/groups/{cls.garden.slug}/propose"

    def said(self, decision):
        """Return what the page of a decision says of its count, to its proposer."""
        return " ".join(decision_page.values(decision.with_user(self.anna))["counted"])

    def text(self, url):
        main = self.page(url).xpath("//div[@id='wrap']")[0]
        return re.sub(r"\s+", " ", main.text_content())

    def counted(self, decision, **votes):
        """Vote, close, and return the decision (sudo)."""
        self.vote(decision, **votes)
        closed = self.close(decision)
        self.assertEqual(recount.differences(closed), [])
        return closed

    # === NONE OF THESE === #

    def test_what_does_not_beat_none_of_these_drops_out_of_a_ranking_of_things(self):
        decision = self.opened(method="schulze", options=TREES, none_option=True)
        labels = decision.option_ids.mapped("label")
        self.assertEqual(labels, [*TREES, "None of these"])
        self.assertIn("does not beat “None of these”", self.said(decision))
        votes = {"anna": "1-3--2", "ben": "1-3--2", "cleo": "3-1--2"}
        closed = self.counted(decision, **votes)
        self.assertEqual(closed.state, "adopted")
        self.assertEqual(closed.result["elected"], ["Oak"])
        self.assertEqual(closed.result["dropped"], ["Ash", "Elm"])
        shown = result_view.values(closed)
        against = [
            (row["first"], row["for"], row["against"]) for row in shown["against_none"]
        ]
        self.assertEqual(against, [("Oak", 2, 1), ("Ash", 1, 2), ("Elm", 0, 3)])
        # The winner against the others, without what the first chart has.
        duels = [(row["first"], row["other"]) for row in shown["matrix"]["duels"]]
        self.assertEqual(duels, [("Oak", "Ash"), ("Oak", "Elm")])
        name, text = closed._ballot_file()
        self.assertIn("# none_option: 4\n", text)
        self.authenticate(self.anna.login, self.anna.login)
        said = self.text(f"/decisions/{decision.id}")
        self.assertIn("“None of these” was not beaten: Ash, Elm.", said)
        self.assertIn("Each option against “None of these”", said)

    def test_nothing_is_chosen_where_all_options_drop_out(self):
        decision = self.opened(method="schulze", options=TREES, none_option=True)
        votes = dict.fromkeys(("anna", "ben", "cleo"), "2-3-4-1")
        closed = self.counted(decision, **votes)
        self.assertEqual((closed.state, closed.result["elected"]), ("rejected", []))
        self.assertEqual(len(result_view.values(closed)["against_none"]), 3)

    def test_a_ranking_of_things_has_no_such_option_unless_it_is_asked_for(self):
        decision = self.opened(method="schulze", options=TREES)
        self.assertEqual(decision.option_ids.mapped("label"), TREES)
        self.assertEqual(self.said(decision), "")
        # Another method does not have it, whatever a program sends.
        decision = self.opened(method="choose", options=TREES, none_option=True)
        self.assertFalse(decision.option_ids.filtered("is_none"))
        self.assertNotIn("none_option", decision.rules)

    def test_a_draft_has_the_option_as_long_as_it_asks_for_it(self):
        draft = self.draft(method="schulze", options=TREES, none_option=True)

        def none():
            found = draft.option_ids.filtered("is_none")
            return found.ids and found == draft.sudo()._ballot_options()[-1]

        self.assertTrue(none())
        draft.action_edit({"options": ["Lime", "Pine"]})
        self.assertTrue(none(), "it stands behind the new options")
        draft.action_edit({"method": "choose"})
        self.assertFalse(none())
        draft.action_edit({"method": "schulze"})
        self.assertTrue(none())
        draft.action_edit({"none_option": False})
        self.assertFalse(none())

    def test_a_decision_that_is_made_again_has_the_option_once(self):
        decision = self.opened(method="schulze", options=TREES, none_option=True)
        votes = dict.fromkeys(("anna", "ben", "cleo"), "2-3-4-1")
        self.counted(decision, **votes)
        # Asked for it or not: it is the same proposal.
        same = self.draft(by=self.ben, method="schulze", options=TREES)
        self.assert_refused("again", same.action_announce)
        again = decision.with_user(self.dora).action_reopen()
        draft = self.decisions.browse(again).sudo()
        self.assertEqual(
            draft.option_ids.mapped("label"), [*TREES, "None of these"], "copied"
        )
        draft.with_user(self.dora).action_edit({"text": "Another one."})
        self.assertEqual(len(draft.option_ids.filtered("is_none")), 1)

    def test_an_own_option_that_is_taken_for_it_is_refused(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for label in ("None of these", "none  of THESE", "Aucune de celles-ci"):
            for asked in (True, False):
                with self.subTest(label=label, asked=asked):
                    draft = self.draft(
                        method="schulze", options=["Oak", label], none_option=asked
                    )
                    error = self.assert_refused("options", draft.action_announce)
                    self.assertEqual((error.field, error.value), ("options", label))
                    draft.action_withdraw()
        # Where nothing drops out it is an option like others.
        decision = self.opened(method="choose", options=["Oak", "None of these"])
        self.assertEqual(decision.state, "open")

    def test_one_thing_alone_is_decided_by_yes_and_no(self):
        decision = self.opened(method="schulze", options=["Oak"], none_option=True)
        self.assertEqual(decision.method, "majority")
        shown = decision_page.shown_options(decision)
        self.assertEqual([row["option"].label for row in shown], ["Oak"])
        closed = self.counted(decision, anna="yes", ben="yes", cleo="no")
        self.assertEqual(closed.state, "adopted")

    # === MAJORITY === #

    def test_a_majority_of_all_who_were_asked_is_said_and_counted(self):
        decision = self.opened(method="majority", base="roll", share="1/2")
        self.assertEqual(
            self.said(decision), "More than 1/2 of all who were asked have to say yes."
        )
        votes = dict.fromkeys(("anna", "ben", "cleo"), "yes")
        closed = self.counted(decision, **votes)
        self.assertEqual((closed.state, closed.result["base"]), ("rejected", 6))
        self.assertEqual(closed.result["reached"], "3/6")
        decision = self.opened(method="majority", base="roll", title="A table")
        self.assertEqual(self.counted(decision, **votes, dora="yes").state, "adopted")

    def test_more_than_the_share_or_at_least_the_share(self):
        votes = {"anna": "yes", "ben": "yes", "cleo": "no"}
        for strict, state, word in (
            (None, "adopted", "At least"),
            ("yes", "rejected", "More than"),
        ):
            decision = self.opened(method="majority", share="2/3", strict=strict)
            wanted = f"{word} 2/3 of those who say yes or no have to say yes."
            self.assertEqual(self.said(decision), wanted)
            self.assertEqual(self.counted(decision, **votes).state, state)

    def test_a_proposer_asks_for_all_where_the_circle_counts_yes_and_no(self):
        self.set_policies(decides_base="cast")
        found = self.draft(method="majority", base="roll")._rules_now()
        self.assertEqual(found["base"], "roll")
        self.set_policies(decides_base="roll")
        found = self.draft(method="majority", base="cast")._rules_now()
        self.assertEqual(found["base"], "roll", "never looser than the circle")

    def test_the_form_shows_what_holds_and_what_is_stricter(self):
        garden = self.garden.with_user(self.anna)

        def majority():
            known = rules.in_force(garden.sudo(), *rules.OF_MAJORITY)
            return propose_form.majority(self.env, known)

        def shown():
            found = majority()
            return found["share"], *(
                [value for value, _label in found[name]] for name in ("strict", "base")
            )

        self.assertEqual(shown(), ("1/2", ["", "yes"], ["", "roll"]))
        labels = dict(majority()["strict"])
        self.assertEqual(labels[""], "more than 1/2, or a larger share")
        self.set_policies(decides_share="2/3", decides_base="roll")
        self.assertEqual(shown(), ("2/3", ["", "yes"], [""]))
        self.set_policies(decides_strict=True)
        self.assertEqual(shown(), ("2/3", [""], [""]))
        # What it says is what a decision has.
        found = self.draft(method="majority")._rules_now()
        holds = [found[name] for name in ("share", "strict", "base")]
        self.assertEqual(holds, ["2/3", True, "roll"])

    def test_colleges_are_counted_by_yes_and_no(self):
        draft = self.draft(method="majority", base="roll").sudo()
        draft.electorate = "colleges"
        self.assertEqual(draft._rules_now()["base"], "cast")
        error = self.assert_refused("colleges", draft.action_announce)
        self.assertTrue(error, "this circle has no colleges")

    # === SCORES === #

    def test_a_mean_leaves_out_those_who_left_an_option_empty(self):
        votes = {"anna": "5,4,0", "ben": ",3,0", "cleo": ",3,1"}
        for aggregate, elected, word in (
            (None, "Ash", "An option left empty gets 0."),
            ("mean", "Oak", "left an option empty are left out"),
        ):
            decision = self.opened(method="score", options=TREES, aggregate=aggregate)
            self.assertIn(word, self.said(decision))
            closed = self.counted(decision, **votes)
            self.assertEqual(closed.result["elected"], [elected])

    def test_a_winner_needs_the_least_number_exactly(self):
        votes = {"anna": "4,3,0", "ben": "3,4,0"}
        for asked, state in (
            ({"passes_from": 7}, "tied"),
            ({"passes_from": 8}, "rejected"),
            ({"passes_from": "3,5", "aggregate": "mean"}, "tied"),
            ({"passes_from": "3.51", "aggregate": "mean"}, "rejected"),
        ):
            with self.subTest(**asked):
                title = f"From {asked['passes_from']} on"
                decision = self.opened(
                    method="score", options=TREES, title=title, **asked
                )
                closed = self.counted(decision, **votes)
                self.assertEqual(closed.result["state"], state)
                shown = result_view.values(closed)["rows"]
                self.assertTrue(all("line" in row["bar"] for row in shown))

    def test_points_to_give_out_can_have_a_least_number_too(self):
        decision = self.opened(method="dot", options=TREES, points=4, passes_from=6)
        self.assertEqual(self.said(decision), "An option needs at least 6 points.")
        closed = self.counted(decision, anna="4,,", ben="1,3,")
        self.assertEqual((closed.state, closed.result["sums"]["Oak"]), ("rejected", 5))

    def test_a_number_that_no_option_could_reach_is_refused(self):
        mean, dot = {"aggregate": "mean"}, {"method": "dot", "points": 4}
        for asked, most in (
            ({"passes_from": "5.5", **mean}, "5"),
            ({"passes_from": 31}, "30"),
            ({"passes_from": 61, "scale": 10}, "60"),
            ({"passes_from": 25, **dot}, "24"),
            ({"passes_from": 13, **dot, "most_per_option": 2}, "12"),
        ):
            with self.subTest(**asked):
                draft = self.draft(**{"method": "score", "options": TREES, **asked})
                error = self.assert_refused("passes_from", draft.action_announce)
                self.assertEqual((error.field, error.limit), ("passes_from", most))
                draft.action_edit({"passes_from": most})
                self.assertEqual(draft.action_announce(), "open")

    def test_more_points_on_one_option_than_anybody_has_are_refused(self):
        draft = self.draft(method="dot", options=TREES, most_per_option=11)
        error = self.assert_refused("points", draft.action_announce)
        self.assertEqual((error.field, error.limit), ("most_per_option", "10"))
        draft.action_edit({"points": 11})
        self.assertEqual(draft.action_announce(), "open")

    def test_values_that_mean_nothing_are_refused(self):
        for rule, name, value in (
            ("number", "passes_from", "-1"),
            ("number", "passes_from", "1.005"),
            ("number", "passes_from", "1.000"),
            ("number", "passes_from", "1e3"),
            ("number", "passes_from", 10**7),
            ("number", "passes_from", True),
            ("number", "passes_from", [1]),
            ("choice", "aggregate", "median"),
            ("choice", "base", "all"),
            ("choice", "strict", "perhaps"),
            ("choice", "none_option", {"a": 1}),
        ):
            with self.subTest(name=name, value=value):
                error = self.assert_refused(rule, self.draft, **{name: value})
                self.assertEqual(error.field, name)
        draft = self.draft(method="score", options=TREES, passes_from="3.50")
        self.assertEqual(draft.sudo().settings["passes_from"], "3.5")
        draft = self.draft(method="score", options=TREES, passes_from=2.25)
        self.assertEqual(draft.sudo().settings["passes_from"], "2.25")

    # === WHAT NOTHING READS === #

    def test_rules_have_what_their_method_reads_and_nothing_else(self):
        asked = {"seats": 2, "points": 5, "scale": 4, "up_to": 2, "passes_from": 3}
        more = {"most_per_option": 2, "aggregate": "mean", "none_option": True}
        known = {
            "score": {"seats", "scale", "aggregate", "passes_from"},
            "dot": {"seats", "points", "most_per_option", "passes_from"},
            "choose": {"seats", "up_to"},
            "schulze": {"seats", "none_option"},
            "stv": {"seats"},
            "dates": set(),
            "majority": set(),
            "consent": set(),
        }
        for method, wanted in known.items():
            with self.subTest(method):
                draft = self.draft(method=method, **asked, **more)
                found = set(draft._rules_now()) & {*asked, *more}
                self.assertEqual(found, wanted)

    def test_advice_has_no_quorum_as_nothing_is_counted(self):
        self.set_policies(quorum="1/2")
        draft = self.draft(method="advice", decider_id=self.ben.partner_id.id)
        self.assertFalse(draft._rules_now()["quorum"])
        self.assertNotIn("advice", propose_form.FIELDS["quorum"])

    # === THE FORM === #

    def test_a_form_refuses_less_than_the_circle_decided(self):
        self.set_policies(decides_share="2/3", quorum="1/2")
        form = {"title": "Trees", "text": "We plant", "method": "majority"}
        garden = self.garden.with_user(self.anna)
        for field, value, limit in (("share", "60 %", "2/3"), ("quorum", "1/3", "1/2")):
            with self.subTest(field), self.assertRaises(Refusal) as refused:
                propose_form.read(garden, {**form, field: value})
            found = refused.exception
            self.assertEqual(
                (found.rule, found.limit, found.field), ("stricter", limit, field)
            )
        vals = propose_form.read(garden, {**form, "share": "3/4", "quorum": "50 %"})
        self.assertEqual((vals["share"], vals["quorum"]), ("3/4", "50 %"))

    def test_each_choice_of_the_form_reaches_the_decision(self):
        self.authenticate(self.anna.login, self.anna.login)
        options = {"options": "Oak\nAsh\nElm"}
        rows = [
            (
                {
                    **{"method": "majority", "share": "75 %", "strict": "yes"},
                    **{"base": "roll", "quorum": "50%"},
                },
                {"share": "3/4", "strict": True, "base": "roll", "quorum": "1/2"},
            ),
            (
                {
                    **{"method": "score", "aggregate": "mean", "passes_from": "2,5"},
                    **options,
                },
                {"aggregate": "mean", "passes_from": "2.5", "scale": 5},
            ),
            (
                {"method": "dot", "passes_from": "7", **options},
                {"passes_from": 7, "points": 10},
            ),
            (
                {"method": "schulze", "none_option": "1", **options},
                {"none_option": True},
            ),
        ]
        for typed, wanted in rows:
            with self.subTest(**typed):
                form = self.form(self.page(self.address), self.address)
                title = f"By {typed['method']}"
                self.send(form, title=title, text="We plant a tree.", **typed)
                decision = self.decisions.search([("title", "=", title)]).sudo()
                self.assertEqual(decision.state, "open")
                self.assertEqual(
                    {name: decision.rules.get(name) for name in wanted}, wanted
                )
                said = how_counted.sentences(
                    decision, decision.rules, decision.option_ids
                )
                page = self.text(f"/decisions/{decision.id}")
                self.assertIn(" ".join(said), page)
        self.assertIn("None of these", page)

    def test_a_refused_choice_stays_in_its_field(self):
        self.authenticate(self.anna.login, self.anna.login)
        form = self.form(self.page(self.address), self.address)
        options = {"options": "Oak\nAsh"}
        mean = {"method": "score", "aggregate": "mean", **options}
        none = {"method": "schulze", "none_option": "1"}
        for typed, wrong in (
            ({**mean, "passes_from": "much"}, "passes_from"),
            ({**mean, "passes_from": "6"}, "passes_from"),
            ({**none, "options": "Oak\nNone of these"}, "options"),
            ({"method": "dot", "points": "3", "most": "4", **options}, "most"),
            (
                {"method": "majority", "share": "2", "strict": "yes", "base": "roll"},
                "share",
            ),
        ):
            with self.subTest(**typed):
                typed = {"title": "A tree", "text": "We plant it.", **typed}
                answer = self.send(form, **typed)
                self.assert_given_back(answer, self.address, typed, wrong)
        self.assertFalse(self.decisions.search([("title", "=", "A tree")]))

    def test_a_proposal_still_takes_a_title_and_a_text(self):
        self.authenticate(self.anna.login, self.anna.login)
        page = self.page(self.address)
        form = self.form(page, self.address)
        # Each field of a method is folded away with the others, and shown with it.
        for name in ("strict", "base", "aggregate", "passes_from", "none_option"):
            (field,) = form.xpath(f".//*[@name='{name}']")
            self.assertTrue(list(field.iterancestors("details")), name)
            shown = field.xpath("ancestor::*[@data-methods][1]/@data-methods")
            self.assertEqual(shown, [" ".join(propose_form.FIELDS[name])])
        self.send(form, title="A bench", text="We build a bench.")
        decision = self.decisions.search([("title", "=", "A bench")]).sudo()
        self.assertEqual((decision.state, decision.method), ("open", "consent"))
        self.assertFalse(decision.settings)

    def test_an_election_has_none_of_these_by_itself(self):
        treasurer = self._role("Treasurer", self.garden)
        self.authenticate(self.anna.login, self.anna.login)
        page = self.page(f"{self.address}?outcome=elect&role={treasurer.id}")
        self.assertFalse(page.xpath("//*[@name='none_option' or @name='strict']"))
        decision = self.opened(
            method="schulze", role_id=treasurer.id, options=[], seats=2
        ).sudo()
        self.assertFalse(decision.option_ids)
        asked = self.opened(
            by=self.ben,
            method="schulze",
            role_id=treasurer.id,
            options=[],
            seats=2,
            none_option=True,
        ).sudo()
        for one in (decision, asked):
            for user in (self.anna, self.ben, self.cleo):
                one.with_user(user).action_stand()
            self.wait(one, hours=80)
        self.assertFalse(decision.option_ids.filtered("is_none"))
        self.assertEqual(len(asked.option_ids.filtered("is_none")), 1)
