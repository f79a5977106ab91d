"""Whose voices are on the roll while a decision runs: colleges, representatives."""

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..tools import rules
from .common import DecisionCommon

WEIGHTS = {"Users": "3/10", "Staff": "1/2", "Town": "1/5"}


@tagged("post_install", "-at_install")
class TestColleges(DecisionCommon, HttpCase):
    """The garden votes in three colleges: four users, Gina of the staff, Fred."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = {
            "Users": (cls.anna, cls.ben, cls.cleo, cls.dora),
            "Staff": (cls.gina,),
            "Town": (cls.fred,),
        }
        cls.sources = {}
        for name, users in people.items():
            cls.sources[name] = cls._role(name, cls.garden)
            for user in users:
                cls._put(user, cls.sources[name])

    def rows(self, **changed):
        """Return the colleges as they are set, with some weights changed."""
        return [
            {"name": name, "weight": weight, "source_id": self.sources[name].id}
            for name, weight in {**WEIGHTS, **changed}.items()
        ]

    def set_colleges(self, *rows):
        self.garden.with_user(self.gina).action_set_colleges(list(rows) or self.rows())

    def colleges(self):
        found = self.env["wezer.decision.college"]._of_circle(self.garden)
        return [(one.name, one.weight) for one in found]

    def test_who_manages_the_circle_sets_colleges_that_can_vote_together(self):
        garden = self.garden.with_user(self.gina)
        self.set_colleges()
        self.assertEqual(self.colleges(), list(WEIGHTS.items()))
        with self.assertRaises(AccessError):
            self.garden.with_user(self.anna).action_set_colleges(self.rows())
        rows = self.rows()
        outside = self._role("Elsewhere", self.workshop)
        for rule, wrong in {
            "weights": self.rows(Staff="1/3"),
            "colleges": rows[:2],
            "twice": [*rows[:2], {**rows[2], "name": "Users"}],
            "share": self.rows(Staff="a half"),
            "source": [*rows[:2], {**rows[2], "source_id": outside.id}],
            "name": [*rows[:2], {**rows[2], "name": "…"}],
            "field": [*rows[:2], {**rows[2], "group_id": 1}],
        }.items():
            with self.subTest(rule):
                self.assert_refused(rule, garden.action_set_colleges, wrong)
        # More than a half, though all weights make 1 together.
        heavy = self.rows(Users="1/5", Staff="3/5", Town="1/5")
        self.assert_refused("weights", garden.action_set_colleges, heavy)
        self.assert_refused("source", garden.action_set_colleges, self.rows_of_itself())
        self.assertEqual(self.colleges(), list(WEIGHTS.items()))
        garden.action_set_colleges(self.rows(Staff="50 %"))
        log = self.env["wezer.governance.event"]._of_circle(self.garden, ["colleges"])
        self.assertEqual(len(log), 1, "The same colleges are no change")
        self.assertIn("Users 3/10, Staff 1/2, Town 1/5", log._sentence())

    def rows_of_itself(self):
        return [*self.rows()[:2], {**self.rows()[2], "source_id": self.garden.id}]

    def test_a_circle_with_nobody_in_its_colleges_asks_its_members(self):
        self.set_colleges()
        self.set_policies(decides_electorate="colleges")
        self.assertEqual(rules.electorate(self.garden), "colleges")
        for role in self.sources.values():
            role.membership_ids.state = "left"
        self.assertEqual(rules.electorate(self.garden), "direct")

    def test_a_circle_that_decides_anything_together_decides_its_colleges(self):
        self.set_colleges()
        self.set_policies(decides_role="consent")
        garden = self.garden.with_user(self.gina)
        error = self.assert_refused("decision", garden.action_set_colleges, self.rows())
        self.assertIn("outcome=colleges", error.link[0])
        rows = self.rows(Users="2/5", Staff="2/5")
        wanted = [{"kind": "colleges", "params": {"colleges": rows}}]
        # Roles are decided by consent: no majority changes whose votes weigh what.
        loose = self.draft(method="majority", outcomes=wanted)
        self.assert_refused("method", loose.action_announce)
        wrong = [{"kind": "colleges", "params": {"colleges": self.rows(Town="1/4")}}]
        self.assert_refused("weights", self.draft(outcomes=wrong).action_announce)
        decision = self.opened(title="New", outcomes=wanted)
        self.assertIn("Staff 2/5", decision.outcome_ids._sentence())
        self.vote(decision, anna="live", ben="live")
        self.close(decision)
        self.assertEqual(self.carry_out(decision).state, "done")
        wanted = {**WEIGHTS, "Users": "2/5", "Staff": "2/5"}
        self.assertEqual(dict(self.colleges()), wanted)

    def test_colleges_that_are_changed_while_a_decision_runs_change_nothing_of_it(self):
        self.set_colleges()
        running = self.opened(method="majority", electorate="colleges")
        waiting = self.opened(
            self.ben,
            title="A tap",
            method="majority",
            electorate="colleges",
            delay_hours=24,
        )
        self.vote(running, anna="yes", ben="no", cleo="no", gina="yes")
        sources = self.sources
        self.set_colleges(
            {"name": "Staff", "weight": "1/5", "source_id": sources["Users"].id},
            {"name": "People", "weight": "1/2", "source_id": sources["Staff"].id},
            {"name": "Town", "weight": "3/10", "source_id": self.lead.id},
        )
        self.vote(running, dora="no", fred="yes")
        closed = self.close(running)
        self.assertEqual((closed.state, closed.result["roll"]), ("adopted", 6))
        # 3/10 · 1/4 + 1/2 + 1/5
        self.assertEqual(closed.result["reached"], "31/40")
        self.assertFalse(self.env["wezer.invariant"].sudo()._check_results())
        self.wait(waiting, hours=25)
        self.assertEqual(waiting.sudo().rules["colleges"], WEIGHTS)
        self.assertEqual(waiting._progress(), (6, 0))
        later = self.opened(title="Later", method="majority", electorate="colleges")
        self.assertEqual(later.sudo().rules["colleges"]["People"], "1/2")

    def test_colleges_decide_by_consent_too_and_weigh_the_majority_after_it(self):
        self.set_colleges()
        self.set_policies(
            decides_electorate="colleges",
            decides_policy="consent",
            consent_rounds="1",
            consent_fallback="majority",
            consent_fallback_share="3/5",
        )
        row = {"kind": "policy", "params": {"key": "role_term_days", "value": "9"}}
        asked = {"electorate": "colleges", "outcomes": [row]}
        self.assert_refused("electorate", self.draft(outcomes=[row]).action_announce)
        decision = self.opened(**asked)
        self.vote(decision, gina="live", anna="live", ben="concern")
        for user in (self.cleo, self.fred):
            decision.with_user(user).action_object("It harms us because of the term")
        closed = self.close(decision)
        # 1/2 + 3/10 · 2/3, of Fred nothing.
        self.assertEqual(closed.result["reached"], "7/10")
        self.assertEqual(closed.state, "adopted")

    def test_circles_without_colleges_ask_their_members(self):
        policies = self.garden.with_user(self.gina)
        self.assert_refused(
            "colleges", policies.action_set_policy, "decides_electorate", "colleges"
        )
        self.set_colleges()
        policies.action_set_policy("decides_electorate", "colleges")
        self.assert_refused("electorate", policies.action_set_colleges, [])
        row = {"kind": "policy", "params": {"key": "role_term_days", "value": "9"}}
        for user in (self.anna, self.ben, self.cleo):
            self._put(user, self.compost)
        inside = self.opened(group=self.compost, method="majority", outcomes=[row])
        self.assertEqual(inside.state, "open")
        policies.action_set_policy("decides_electorate", None)
        policies.action_set_colleges([])
        self.assertFalse(self.colleges())

    def test_the_form_sets_colleges_and_proposals_can_ask_them(self):
        address = f"/groups/{self.garden.slug}"
        self.authenticate(self.gina.login, self.gina.login)
        self.assertIn(f"{address}/colleges", self.url_open(f"{address}/manage").text)
        self.assertNotIn('value="colleges"', self.asked(address))
        form = self.form(f"{address}/colleges")
        for number, row in enumerate(self.rows(), 1):
            form[f"college_name_{number}"] = row["name"]
            form[f"college_weight_{number}"] = row["weight"]
            form[f"college_source_{number}"] = row["source_id"]
        form["college_weight_1"] = "1/3"
        page = self.url_open(f"{address}/colleges", data=form).text
        self.assertIn("have to be 1 together", page)
        form = {**form, **self.form(f"{address}/colleges"), "college_weight_1": "3/10"}
        self.url_open(f"{address}/colleges", data=form)
        self.assertEqual(self.colleges(), list(WEIGHTS.items()))
        self.assertIn('value="colleges"', self.asked(address))
        self.set_policies(decides_policy="majority")
        page = self.url_open(f"{address}/colleges").text
        self.assertIn("propose?outcome=colleges", page)
        self.assertNotIn("college_name_1", page)
        page = self.url_open(f"{address}/propose?outcome=colleges").text
        self.assertIn('name="college_name_4"', page)
        form = {
            **self.form(f"{address}/propose?outcome=colleges"),
            "title": "New weights",
            "text": "As we said.",
            "outcome": "colleges",
        }
        for number, row in enumerate(self.rows(Users="2/5", Staff="2/5"), 1):
            form[f"college_name_{number}"] = row["name"]
            form[f"college_weight_{number}"] = row["weight"]
            form[f"college_source_{number}"] = row["source_id"]
        self.url_open(f"{address}/propose", data=form)
        decision = self.decisions.search([("title", "=", "New weights")])
        self.assertEqual(decision.state, "open")
        params = decision.outcome_ids.params
        self.assertEqual(params["colleges"], self.rows(Users="2/5", Staff="2/5"))
        self.authenticate(self.anna.login, self.anna.login)
        self.assertNotIn("college_name_1", self.url_open(f"{address}/colleges").text)
        self.authenticate(self.otto.login, self.otto.login)
        self.assertEqual(self.url_open(f"{address}/colleges").status_code, 404)

    def asked(self, address):
        page = html.fromstring(self.url_open(f"{address}/propose").text)
        (field,) = page.xpath("//select[@id='electorate']")
        return html.tostring(field, encoding="unicode")

    def form(self, address):
        """Return the hidden fields of the form that posts at ``address``."""
        page = html.fromstring(self.url_open(address).text)
        target = address.split("?")[0]
        (form,) = page.xpath(f"//form[@method='post'][@action='{target}']")
        return {
            field.get("name"): field.get("value") or ""
            for field in form.xpath(".//input[@type='hidden']")
        }


@tagged("post_install", "-at_install")
class TestRepresentatives(DecisionCommon):
    """Voices while a decision runs, and more time for them.

    Five beds of the garden: Ben, Cleo, Dora, Fred and Gina represent them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voices = {}
        for name in ("ben", "cleo", "dora", "fred", "gina"):
            circle = cls._circle(f"Bed of {name}", cls.garden)
            role = cls._role("Voice", circle)
            role.link = "representative"
            cls._put(getattr(cls, name), role)
            cls.voices[name] = role

    def replace(self, name, user):
        """Let ``user`` represent a bed in the place of somebody else."""
        role = self.voices[name]
        role._do_take(getattr(self, name).partner_id)
        role._do_fill(user.partner_id)

    def voter(self, decision, name):
        circle = self.voices[name].parent_id
        return decision.sudo().voter_ids.filtered(
            lambda one: one.party_id == circle.partner_id
        )

    def test_who_represents_a_circle_now_has_its_voice(self):
        decision = self.opened(method="majority", electorate="representatives")
        self.vote(decision, ben="yes")
        self.replace("cleo", self.eve)
        self.replace("ben", self.otto)
        self.assertEqual(self.voter(decision, "cleo").person_id, self.eve.partner_id)
        with self.assertRaises(AccessError):
            decision.with_user(self.cleo).action_vote("no")
        notices = self.env["wezer.notice"].sudo()
        asked = notices.search(
            [("kind", "=", "decision_asked"), ("res_id", "=", decision.id)]
        )
        self.assertIn(self.eve.partner_id, asked.partner_id)
        self.vote(decision, eve="yes", dora="no")
        # What was voted stands: neither changes it any more.
        for user in (self.ben, self.otto):
            with self.assertRaises(AccessError):
                decision.with_user(user).action_vote("no")
            with self.assertRaises(AccessError):
                decision.with_user(user).action_take_back()
        closed = self.close(decision)
        self.assertEqual((closed.state, closed.result["roll"]), ("adopted", 5))
        self.assertEqual((closed.result["yes"], closed.result["no"]), (2, 1))

    def test_a_voice_without_representative_waits_for_the_next(self):
        decision = self.opened(
            method="majority", electorate="representatives", delay_hours=24
        )
        role = self.voices["dora"]
        role._do_take(self.dora.partner_id)
        self.cleo.partner_id._wezer_profile().sudo().state = "suspended"
        self.wait(decision, hours=25)
        self.assertEqual(self.voter(decision, "dora").off_reason, "left")
        role._do_fill(self.eve.partner_id)
        self.replace("cleo", self.otto)
        self.vote(decision, eve="yes", otto="yes", ben="no")
        closed = self.close(decision)
        self.assertEqual((closed.result["roll"], closed.result["yes"]), (5, 2))

    def test_who_a_decision_is_about_gives_the_voice_to_the_next_only(self):
        person = self.cleo.partner_id.id
        self.set_policies(decides_electorate="representatives")
        row = {"kind": "role", "params": {"role": self.lead.id, "person": person}}
        decision = self.opened(
            method="majority",
            electorate="representatives",
            outcomes=[row],
            secrecy="open",
        )
        self.assertEqual(self.voter(decision, "cleo").off_reason, "concerned")
        decision.sudo()._follow_representatives()
        self.assertEqual(self.voter(decision, "cleo").state, "off")
        self.replace("cleo", self.eve)
        self.assertEqual(self.voter(decision, "cleo").state, "may")

    def test_a_representative_objects_for_the_circle_and_a_new_text_asks_the_next(self):
        decision = self.opened(electorate="representatives")
        decision.with_user(self.ben).action_object("It harms our bed because of it")
        self.vote(decision, dora="live")
        self.replace("dora", self.eve)
        decision.action_new_version("Another text.", "Smaller", [])
        self.assertEqual(self.voter(decision, "dora").person_id, self.eve.partner_id)
        self.vote(decision, ben="live", cleo="live", eve="live")
        self.assertEqual(decision._progress(), (5, 3))

    def test_too_few_answers_give_the_proposer_the_same_time_once_more(self):
        decision = self.opened(method="majority", quorum="1/2")
        decision.with_user(self.fred).action_extend()
        self.assert_refused("extended", decision.action_extend)
        self.vote(decision, ben="yes")
        self.assertEqual(self.close(decision).state, "no_quorum")
        fred = decision.with_user(self.fred)
        self.assert_refused("proposer", fred.action_extend)
        decision.action_extend()
        now = decision._now()
        days = (decision.closes - now).total_seconds() / 3600 / 24
        self.assertTrue(7 <= days <= 7.1, days)
        self.assert_refused("extended", decision.action_extend)
        self.vote(decision, cleo="yes")
        self.assertEqual(self.close(decision).state, "no_quorum")
        self.assert_refused("extended", decision.action_extend)
