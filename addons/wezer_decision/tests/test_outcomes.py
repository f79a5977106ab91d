"""What circles decide together binds: nobody does it alone, and decisions execute."""

from datetime import timedelta

import psycopg2

from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days

from ..tools import governance_log
from .common import DecisionCommon


class OutcomeCommon(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.helper = cls._role("Helper", cls.garden)
        cls._put(cls.joel, cls.president)
        cls.garden.join_policy = "request"

    def decide(self, *outcomes, by=None, group=None, **vals):
        """Let the circle adopt these outcomes by majority; return the decision."""
        rows = [{"kind": kind, "params": params} for kind, params in outcomes]
        vals = {"method": "majority", "title": "We decide", **vals}
        decision = self.opened(by, group, outcomes=rows, **vals)
        self.answered(decision)
        self.assertEqual(self.close(decision).state, "adopted")
        return self.carry_out(decision)

    def answered(self, decision):
        """Let all who may answer agree."""
        if decision.state == "announced":
            # A person has to be heard first.
            self.wait(decision, days=8)
        word = "live" if decision.method == "consent" else "yes"
        for voter in decision.sudo().voter_ids.filtered(lambda one: one.state == "may"):
            user = voter.person_id.user_ids[:1]
            decision.with_user(user).action_vote(word)


@tagged("post_install", "-at_install")
class TestReserved(OutcomeCommon):
    def test_a_manager_and_an_administrator_do_nothing_that_is_decided_together(self):
        self.set_policies(
            self.garden,
            **dict.fromkeys(
                (
                    f"decides_{name}"
                    for name in ("policy", "role", "member", "structure")
                ),
                "consent",
            ),
        )
        garden, helper = (
            self.garden.with_user(self.gina),
            self.helper.with_user(self.gina),
        )
        hand, otto = self.garden.with_user(self.admin), self.otto.partner_id
        places = self.env["wezer.group.membership"].with_user(self.admin)
        policies = self.env["wezer.group.policy"].with_user(self.admin)
        place = self.garden._membership_of(self.ben.partner_id).with_user(self.admin)
        own = self.garden.policy_ids.with_user(self.admin)
        groups = self.groups.with_user(self.admin)
        self.garden.reference = "garden"
        ways = (
            lambda: garden.action_set_policy("role_term_days", "30"),
            lambda: garden.action_set_policy("decides_policy", "none"),
            lambda: garden.action_set_policy("quorum", "1/10"),
            lambda: helper.action_invite(self.ben.partner_id.id),
            lambda: helper.action_set_rights(["invite"]),
            lambda: garden.action_invite(otto.id),
            lambda: garden.action_remove_member(self.ben.partner_id.id),
            lambda: garden.action_found(garden.id, {"name": "Beds"}),
            lambda: garden.action_update({"purpose": "Beans"}),
            lambda: helper.action_update({"facilitates": True}),
            lambda: self.helper.with_user(self.admin).write({"facilitates": True}),
            helper.action_close,
            lambda: hand.write({"name": "Mine"}),
            lambda: hand.write({"parent_id": self.workshop.id}),
            lambda: hand.write({"membership_ids": [(2, place.id)]}),
            lambda: hand.write({"policy_ids": [(5, 0, 0)]}),
            lambda: places.create({"group_id": garden.id, "partner_id": otto.id}),
            lambda: place.write({"state": "left"}),
            place.unlink,
            own.unlink,
            lambda: own.write({"value": "none"}),
            lambda: policies.create(
                {"group_id": garden.id, "key": "quorum", "value": "1/10"}
            ),
            lambda: groups.create({"name": "Beds", "parent_id": garden.id}),
        )
        for number, way in enumerate(ways):
            with self.subTest(number):
                error = self.assert_refused("decision", way)
                self.assertIn("by consent", error.args[0])
        loaded = places.load(
            ["group_id/.id", "partner_id/.id"], [[str(garden.id), str(otto.id)]]
        )
        self.assertIn("by consent", loaded["messages"][0]["message"])
        report = groups._wezer_import(
            [{"group": "beds", "parent": "garden", "row": 1}],
            [{"group": "garden", "person": "Olga", "row": 1}],
        )
        self.assertEqual([row["state"] for row in report], ["refused"] * 2)
        self.assertFalse(
            self.garden.circle_ids.filtered(lambda one: one.name == "beds")
        )

    def test_the_refusal_leads_to_the_proposal_and_names_the_circle_that_decided(self):
        self.set_policies(self.village, decides_policy="majority")
        garden = self.garden.with_user(self.gina)
        error = self.assert_refused(
            "decision", garden.action_set_policy, "role_term_days", "30"
        )
        self.assertIn("Test village", error.args[0])
        address, label = error.link
        self.assertEqual(label, "Propose it")
        self.assertEqual(
            address,
            f"/groups/{self.garden.slug}/propose"
            "?outcome=policy&key=role_term_days&value=30",
        )
        # Nobody proposes in a circle that is not theirs.
        by_hand = self.garden.policy_ids.with_user(self.admin)
        error = self.assert_refused(
            "decision",
            by_hand.create,
            {"group_id": self.garden.id, "key": "quorum", "value": "1/2"},
        )
        self.assertIsNone(error.link)
        # A circle inside decides for itself how it decides.
        self.set_policies(self.garden, decides_policy="none")
        garden.action_set_policy("role_term_days", "30")

    def test_how_it_is_decided_is_not_changed_by_a_manager_alone(self):
        garden = self.garden.with_user(self.gina)
        # The first time, people who manage the circle.
        garden.action_set_policy("decides_member", "majority")
        for key, value in (
            ("decides_member", "none"),
            ("decides_member", None),
            ("quorum", "1/100"),
            ("decides_share", "1/100"),
            ("decides_electorate", "all"),
            ("silence_consents", "yes"),
        ):
            with self.subTest(key):
                self.assert_refused("decision", garden.action_set_policy, key, value)
        # What is not reserved stays the manager's; so is a further matter.
        garden.action_set_policy("role_term_days", "30")
        garden.action_set_policy("decides_role", "consent")
        done = self.decide(
            ("policy", {"key": "decides_role", "value": "none"}), method="consent"
        )
        self.assertEqual(done.state, "done")
        self.assertEqual(self.garden._decided_by("role")[0], "none")

    def test_moderators_help_a_circle_in_which_nobody_answers_any_more(self):
        self.set_policies(self.garden, decides_member="majority")
        judge = self.env["res.users"].create(
            {
                "name": "Judge",
                "login": "wzd_judge",
                "group_ids": [
                    (4, self.env.ref("base.group_user").id),
                    (4, self.env.ref("wezer_base.group_moderator").id),
                ],
            }
        )
        garden = self.garden.with_user(judge)
        reason = "Nobody answers"
        self.assert_refused("quorum", garden.action_end_reserve, "member", reason)
        vals = {
            "group_id": self.garden.id,
            "title": "Missed",
            "proposer_id": self.anna.partner_id.id,
            "state": "no_quorum",
            "closed_at": fields.Datetime.now() - timedelta(days=9),
        }
        # Silent friends, an hour at night, what binds nobody: not the circle's silence.
        rules = {"hours": 168}
        tricks = (
            {"rules": rules, "electorate": "named"},
            {"rules": {"hours": 24}},
            {"rules": rules, "method": "check"},
            {"rules": rules, "method": "draw"},
        )
        self.decisions.create([{**vals, **trick} for trick in tricks])
        self.assert_refused("quorum", garden.action_end_reserve, "member", reason)
        missed = self.decisions.create([{**vals, "rules": rules}] * 3)
        self.assert_refused(
            "role",
            self.garden.with_user(self.gina).action_end_reserve,
            "member",
            reason,
        )
        for matter, given, rule in (
            ("fly", reason, "matter"),
            ("role", reason, "state"),
            ("member", "", "reason"),
        ):
            self.assert_refused(rule, garden.action_end_reserve, matter, given)
        missed[0].closed_at -= timedelta(days=90)
        self.assert_refused("quorum", garden.action_end_reserve, "member", reason)
        missed[0].closed_at += timedelta(days=90)
        garden.action_end_reserve("member", reason)
        self.assertEqual(self.garden._decided_by("member")[0], "none")
        events = self.env["wezer.governance.event"].search(
            [("group_id", "=", self.garden.id)], limit=2
        )
        self.assertEqual(set(events.mapped("kind")), {"moderated", "unreserved"})
        told = self.env["wezer.notice"].search([("message", "like", reason)])
        self.assertIn(self.ben.partner_id, told.partner_id)


@tagged("post_install", "-at_install")
class TestReservePages(OutcomeCommon, HttpCase):
    def test_a_moderator_ends_on_the_log_page_what_nobody_decides_any_more(self):
        self.set_policies(self.garden, decides_member="majority")
        judge = mail_new_test_user(
            self.env,
            login="wzd_pages",
            groups="base.group_user,wezer_base.group_moderator",
        )
        judge.password = judge.login
        self.authenticate(judge.login, judge.login)
        url = f"/groups/{self.garden.slug}/log"
        self.assertNotIn("Too few people answer here", self.url_open(url).text)
        missed = {
            "group_id": self.garden.id,
            "title": "Missed",
            "proposer_id": self.anna.partner_id.id,
            "state": "no_quorum",
            "closed_at": fields.Datetime.now(),
            "rules": {"hours": 168},
        }
        self.decisions.create([missed] * 3)
        self.assertIn("Too few people answer here", self.url_open(url).text)
        form = {
            "csrf_token": http.Request.csrf_token(self),
            "form_page": url,
            "matter": "member",
            "reason": "Nobody answers",
        }
        page = self.url_open(f"/groups/{self.garden.slug}/end_reserve", data=form).text
        self.assertIn("A moderator of the community decided", page)
        self.assertEqual(self.garden._decided_by("member")[0], "none")

    def test_a_manager_says_who_facilitates_and_is_led_to_the_proposal(self):
        self.gina.password = self.gina.login
        self.authenticate(self.gina.login, self.gina.login)
        url = f"/groups/{self.helper.slug}/manage"
        self.assertIn('name="facilitates_yes"', self.url_open(url).text)
        form = {
            "csrf_token": http.Request.csrf_token(self),
            "form_page": url,
            "name": "Helper",
            "facilitates": "",
            "facilitates_yes": "1",
        }
        self.url_open(f"{url}/update", data=form)
        self.assertTrue(self.helper.facilitates)
        self.set_policies(self.garden, decides_structure="consent")
        del form["facilitates_yes"]
        page = self.url_open(f"{url}/update", data=form).text
        self.assertTrue(self.helper.facilitates)
        self.assertIn("decides this together, by consent", page)
        address = f"/groups/{self.garden.slug}/propose?outcome=update"
        self.assertIn(f'href="{address}&amp;group={self.helper.id}"', page)


@tagged("post_install", "-at_install")
class TestOutcomes(OutcomeCommon):
    def test_policies_members_and_roles_follow_from_decisions(self):
        self.set_policies(
            self.garden,
            decides_policy="majority",
            decides_member="majority",
            decides_role="majority",
        )
        done = self.decide(("policy", {"key": "role_term_days", "value": "90"}))
        self.assertEqual((done.state, done.outcome_ids.state), ("done", "done"))
        self.assertEqual(done._state_label(), "Adopted, carried out")
        self.assertEqual(self.garden._policy("role_term_days")[0], 90)
        self.assertEqual(
            self.garden.policy_ids.filtered(
                lambda one: one.key == "role_term_days"
            ).reason,
            "We decide",
        )
        self.garden.with_user(self.otto).action_join()
        otto, until = self.otto.partner_id, days.today(self.env) + timedelta(days=60)
        self.decide(("member", {"person": otto.id}))
        self.assertTrue(self.garden._membership_of(otto).is_live)
        self.helper.with_user(self.otto).action_request()
        role = {"role": self.helper.id, "person": otto.id}
        done = self.decide(("role", {**role, "until": str(until)}))
        place = self.helper._membership_of(otto)
        self.assertEqual((place.state, place.date_to), ("active", until))
        self.assertEqual(done.outcome_ids.res_id, place.id)
        # A person who did not say so is asked.
        ben = {"role": self.helper.id, "person": self.ben.partner_id.id}
        self.decide(("role", ben))
        self.assertEqual(
            self.helper._membership_of(self.ben.partner_id).state, "invited"
        )
        self.decide(("role_end", role))
        self.assertFalse(self.helper._membership_of(otto))
        self.decide(("member_out", {"person": otto.id}))
        self.assertFalse(self.garden._membership_of(otto))

    def test_structure_follows_from_decisions(self):
        self.set_policies(self.village, decides_structure="majority")
        self.decide(
            ("found", {"name": "Beds", "purpose": "Beans"}),
            ("update", {"group": self.helper.id, "name": "Hand", "facilitates": True}),
            ("rights", {"group": self.helper.id, "rights": ["invite"]}),
        )
        beds = self.garden.circle_ids.filtered(lambda one: one.name == "Beds")
        self.assertEqual(beds.purpose, "Beans")
        self.assertEqual((self.helper.name, self.helper.right_invite), ("Hand", True))
        self.assertTrue(self.helper.facilitates)
        self.decide(("close", {"group": beds.id}), ("close", {"group": self.helper.id}))
        self.assertFalse(beds.active or self.helper.active)

    def test_each_side_decides_its_half_of_a_move_and_of_a_link(self):
        self.set_policies(self.village, decides_structure="majority")
        for user in (self.anna, self.ben, self.cleo):
            self._put(user, self.workshop)
        move = ("move", {"group": self.compost.id, "target": self.workshop.id})
        self.decide(move)
        self.assertEqual(self.compost.parent_id, self.garden)
        self.decide(move, group=self.workshop)
        self.assertEqual(self.compost.parent_id, self.workshop)
        self.decide(("link", {"other": self.workshop.id}))
        links = self.env["wezer.group.link"].sudo()
        link = links._unfinished(self.garden | self.workshop)
        self.assertEqual(link.state, "proposed")
        self.decide(("link", {"other": self.garden.id}), group=self.workshop)
        self.assertEqual(link.state, "linked")
        self.decide(
            ("link", {"other": self.garden.id, "end": True}), group=self.workshop
        )
        self.assertEqual(link.state, "ended")

    def test_a_circle_decides_about_no_other_circle(self):
        lead = self._role("Head", self.garden, "manage")
        lead.link = "lead"
        for kind, params, rule in (
            ("close", {"group": self.workshop.id}, "circle"),
            ("update", {"group": self.village.id, "name": "Mine"}, "circle"),
            ("found", {"group": self.workshop.id, "name": "Beds"}, "circle"),
            (
                "role",
                {"role": self.president.id, "person": self.ben.partner_id.id},
                "circle",
            ),
            ("role", {"role": lead.id, "person": self.ben.partner_id.id}, "circle"),
            ("rights", {"group": lead.id, "rights": []}, "circle"),
            ("move", {"group": self.workshop.id, "target": 0}, "circle"),
            ("merge", {"group": self.workshop.id, "target": self.village.id}, "circle"),
            ("rights", {"group": self.helper.id, "rights": ["moderate"]}, "rights"),
            ("found", {"name": "X", "kind": "role", "rights": ["moderate"]}, "rights"),
            ("policy", {"key": "fly", "value": "1"}, "policy"),
            ("policy", {"key": "role_term_days", "value": "x"}, "days"),
            (
                "role",
                {"role": self.garden.id, "person": self.ben.partner_id.id},
                "role",
            ),
            ("member", {}, "person"),
            ("member", {"person": self.village.partner_id.id}, "person"),
            ("close", {"group": 0}, "group"),
            ("close", {"group": self.garden.id}, "children"),
            ("member_out", {"person": self.otto.partner_id.id}, "state"),
        ):
            with self.subTest(kind=kind, params=params):
                draft = self.draft(
                    method="majority", outcomes=[{"kind": kind, "params": params}]
                )
                self.assert_refused(rule, draft.action_announce)
        for kind, params, rule in (
            ("fly", {}, "outcome"),
            ("policy", {"sql": "x"}, "field"),
            ("member", {"person": "x"}, "value"),
            ("close", {"group": [1]}, "value"),
        ):
            with self.subTest(kind=kind, params=params):
                self.assert_refused(
                    rule, self.draft, outcomes=[{"kind": kind, "params": params}]
                )

    def test_a_circle_inside_that_decides_for_itself_is_left_alone(self):
        close = {"kind": "close", "params": {"group": self.compost.id}}
        draft = self.draft(method="majority", outcomes=[close])
        draft.action_announce()
        self.set_policies(self.compost, decides_structure="consent")
        draft = self.draft(method="majority", outcomes=[close])
        self.assert_refused("circle", draft.action_announce)
        self.set_policies(self.compost, decides_structure=None)
        self.compost.refuse_rights = True
        self.assert_refused("circle", draft.action_announce)

    def test_no_looser_way_decides_what_the_circle_decides_by_consent(self):
        self.set_policies(self.garden, decides_policy="consent")
        row = {"kind": "policy", "params": {"key": "role_term_days", "value": "9"}}
        named = [user.partner_id.id for user in (self.anna, self.ben, self.cleo)]
        for vals, rule in (
            ({"method": "majority"}, "method"),
            (
                {"method": "consent", "electorate": "named", "named_ids": named},
                "electorate",
            ),
        ):
            with self.subTest(rule):
                draft = self.draft(outcomes=[row], **vals)
                self.assert_refused(rule, draft.action_announce)
        self.assertEqual(
            self.decide(("policy", row["params"]), method="consent").state, "done"
        )

    def test_what_fails_is_carried_out_in_no_part(self):
        self.set_policies(self.garden, decides_structure="majority")
        rows = [
            {"kind": "update", "params": {"group": self.garden.id, "purpose": "Beans"}},
            {"kind": "close", "params": {"group": self.helper.id}},
        ]
        decision = self.opened(method="majority", outcomes=rows)
        self.answered(decision)
        self.assertEqual(self.close(decision).state, "adopted")
        self.helper._do_close()
        stuck = self.carry_out(decision)
        self.assertEqual(stuck.state, "stuck")
        self.assertFalse(self.garden.purpose)
        self.assertEqual(stuck.outcome_ids.mapped("state"), ["planned", "failed"])
        self.assertTrue(stuck.outcome_ids[1].error)

    def test_nothing_is_swapped_once_it_is_announced(self):
        row = {
            "kind": "update",
            "params": {"group": self.garden.id, "purpose": "Beans"},
        }
        decision = self.opened(method="majority", outcomes=[row])
        self.vote(decision, ben="yes")
        other = [{"kind": "close", "params": {"group": self.helper.id}}]
        for vals in ({"outcomes": other}, {"text": "Other"}, {"title": "Other"}):
            self.assert_refused("state", decision.action_edit, vals)
        self.assert_refused("method", decision.action_new_version, "Other", "all")
        for record, vals in (
            (decision, {"title": "Other"}),
            (decision.outcome_ids, {"params": {}}),
        ):
            for user in (self.anna, self.gina, self.admin):
                with self.assertRaises(AccessError):
                    record.with_user(user).write(vals)

    def test_what_is_kept_of_an_outcome_is_plain_and_known(self):
        params = {"key": "role_term_days", "value": "9" * 5000}
        draft = self.draft(outcomes=[{"kind": "policy", "params": params}])
        self.assertEqual(len(draft.outcome_ids.params["value"]), 200)
        row = {"kind": "found", "params": {"rights": ["x"] * 21}}
        self.assert_refused("field", self.draft, outcomes=[row])

    def test_sentences_say_what_will_happen(self):
        self.set_policies(self.garden, decides_policy="majority")
        decision = self.draft(
            method="majority",
            outcomes=[
                {
                    "kind": "policy",
                    "params": {"key": "decides_policy", "value": "none"},
                },
                {
                    "kind": "role",
                    "params": {
                        "role": self.helper.id,
                        "person": self.ben.partner_id.id,
                        "until": "2030-03-01",
                    },
                },
                {"kind": "member", "params": {"person": self.otto.partner_id.id}},
                {
                    "kind": "found",
                    "params": {
                        "name": "Scribe",
                        "kind": "role",
                        "rights": ["wallet", "manage"],
                        "link": "lead",
                    },
                },
                {
                    "kind": "update",
                    "params": {
                        "group": self.helper.id,
                        "purpose": "Help all.",
                        "facilitates": True,
                    },
                },
                {
                    "kind": "rights",
                    "params": {"group": self.helper.id, "link": "representative"},
                },
            ],
        )
        said = [one.with_user(self.anna)._sentence() for one in decision.outcome_ids]
        self.assertEqual(said[0], "How policies are decided: Not together.")
        self.assertIn("Ben has the role Helper of Test garden until", said[1])
        self.assertEqual(said[2], "Otto becomes a member of Test garden.")
        # Nothing follows that is not said.
        for sentence, words in zip(
            said[3:],
            (
                ("Permissions: pay, manage the circle", "Double link: Leads"),
                ("Purpose: Help all.", "Facilitates decisions: Yes."),
                ("no permissions any more", "Double link: "),
            ),
            strict=True,
        ):
            for word in words:
                self.assertIn(word, sentence)
        visitor = self.env.ref("base.public_user")
        said = decision.outcome_ids[2].with_user(visitor)._sentence()
        self.assertEqual(said, "A member becomes a member of Test garden.")
        kinds = self.env["wezer.outcome"]
        for kind in kinds._kind_labels(self.garden):
            for field in kinds.with_user(self.anna)._form_fields(kind, self.garden):
                self.assertIn(field["name"], kinds._kinds()[kind].params)


@tagged("post_install", "-at_install")
class TestGovernance(OutcomeCommon):
    def _events(self, **more):
        return self.env["wezer.governance.event"].search(
            [("group_id", "=", self.garden.id)], order="id"
        )

    def test_the_log_tells_what_the_circle_decided_and_who_has_roles(self):
        self.garden.with_user(self.gina).action_set_policy("decides_policy", "majority")
        self.decide(("policy", {"key": "role_term_days", "value": "9"}))
        self.helper._do_fill(self.ben.partner_id)
        self.helper._do_take(self.ben.partner_id)
        events = self._events()
        kinds = events.mapped("kind")
        for kind in (
            *("reserved", "announced", "opened", "closed", "executed", "policy"),
            *("role_given", "role_ended"),
        ):
            self.assertIn(kind, kinds)
        said = {one.kind: one.with_user(self.anna)._sentence() for one in events}
        self.assertEqual(said["role_given"], "Ben has the role Helper.")
        self.assertEqual(said["policy"], "Length of a role in days: 9.")
        self.assertIn("Test garden decides this together", said["reserved"])
        self.assertIn("adopted", said["closed"])
        self.garden.visibility = "public"
        visitor = self.env.ref("base.public_user")
        seen = events.with_user(visitor)
        given = seen.filtered(lambda one: one.kind == "role_given")
        said = [one._sentence() for one in given]
        self.assertIn("A member has the role Helper.", said)
        for name in ("data", "res_id", "actor_id"):
            with self.assertRaises(AccessError):
                seen.read([name])
        rows = self.env["wezer.governance.event"].with_user(self.anna)
        rows = rows.file_rows(self.garden.id)
        self.assertEqual(len(rows), len(events) + 1)

    def test_people_outside_learn_nothing_of_what_only_members_may_know(self):
        secret = "Nobody outside"
        self.decide(
            ("policy", {"key": "role_term_days", "value": "9"}),
            title=secret,
            members_only=True,
        )
        seen = self.opened(self.ben, method="consent", title="A pond")
        seen.with_user(self.cleo).action_object("It harms us because of it")
        self.garden.visibility = "public"
        visitor = self.env.ref("base.public_user")
        log = self.env["wezer.governance.event"]
        hidden = self._events().filtered("decision_id.members_only")
        objected = self._events().filtered(lambda one: one.kind == "objection")
        self.assertTrue(hidden and objected)
        ours = Domain("group_id", "=", self.garden.id)
        for user in (visitor, self.otto, self.admin):
            found = log.with_user(user).search(ours)
            self.assertTrue(found, user.name)
            self.assertFalse(found & (hidden | objected), user.name)
            self.assertNotIn(secret, " ".join(one._sentence() for one in found))
            table = governance_log.csv_of(self.garden.with_user(user), ours)
            self.assertNotIn(secret, table)
            titled = [("decision_id.title", "=", secret)]
            self.assertFalse(log.with_user(user).search(titled))
        self.assertNotIn(
            secret, str(log.with_user(self.otto).file_rows(self.garden.id))
        )
        self.assertIn(secret, str(log.with_user(self.anna).file_rows(self.garden.id)))
        self.assertNotEqual(self.garden.sudo().policy_ids.mapped("reason"), [secret])
        # People who wait to become members read no numbers of members.
        self.otto.partner_id._wezer_profile().sudo().state = "pending"
        found = log.with_user(self.otto).search(ours, limit=1)
        self.assertTrue(found)
        for name in ("data", "res_id", "actor_id"):
            with self.assertRaises(AccessError):
                found.read([name])

    @mute_logger("odoo.sql_db")
    def test_nobody_changes_the_log_not_even_by_sql(self):
        self.helper._do_fill(self.ben.partner_id)
        event = self._events()[:1]
        with self.assertRaises(Refusal):
            event.write({"kind": "x"})
        with self.assertRaises(Refusal):
            event.unlink()
        self.env.flush_all()
        for query in (
            "UPDATE wezer_governance_event SET kind = 'x'",
            "DELETE FROM wezer_governance_event",
            "TRUNCATE wezer_governance_event",
        ):
            with self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(query)
        for user in (self.gina, self.admin):
            with self.assertRaises(Refusal):
                event.with_user(user).write({"kind": "x"})

    def test_seals_chain_the_log_and_the_checks_recount_results(self):
        seals = self.env["wezer.governance.seal"].sudo()
        self.helper._do_fill(self.ben.partner_id)
        seals._seal()
        self.decide(("words", {}))
        second = seals._seal()
        self.assertTrue(second.previous_id)
        self.assertFalse(seals._seal())
        self.assertRightsHold()
        with self.assertRaises(Refusal):
            second.write({"digest": "x"})
        self.env.cr.execute(
            "UPDATE wezer_governance_seal SET digest = 'x' WHERE id = %s",
            [second.id],
        )
        seals.invalidate_model()
        invariants = self.env["wezer.invariant"].sudo()
        self.assertTrue(invariants._check_governance())
        decision = self.decisions.search([("state", "=", "done")], limit=1).sudo()
        decision.seal = "x"
        decision.result = {**decision.result, "seal": "x"}
        self.assertTrue(invariants._check_results())
