"""Deciding together over a real server: who tries to act for others, and what with."""

import itertools
import threading
import xmlrpc.client
from datetime import timedelta

import lxml.html
import pytest

from odoo import api, fields
from odoo.tests import tagged

from odoo.addons.wezer_decision.tests.common import MOMENTS, end_all
from odoo.addons.wezer_decision.tools import secrecy

from .rpc import RpcCase

pytestmark = pytest.mark.slow

WHY = "The clock of the circle was wrong by an hour."
# What is changed by acts on decisions; sessions, keys and logins are not.
TABLES = (
    *("wezer_decision", "wezer_decision_voter", "wezer_decision_college"),
    *("wezer_decision_option", "wezer_ballot", "wezer_urn", "wezer_urn_receipt"),
    *("wezer_outcome", "wezer_objection", "wezer_vote_delegation", "wezer_notice"),
    *("wezer_governance_event", "wezer_group", "wezer_group_membership"),
    *("wezer_discussion", "wezer_discussion_word", "wezer_acting_log"),
)
# Errors that programs can tell apart, by their class.
TYPED = {
    *("odoo.addons.wezer_base.exceptions.Refusal",),
    *("odoo.addons.wezer_base.exceptions.NotAllowed",),
    *("odoo.addons.wezer_base.tools.web_errors.WrongCall",),
    *("odoo.exceptions.AccessError", "odoo.exceptions.MissingError"),
    # JSON-2 itself refuses names that a method does not know.
    *("odoo.exceptions.UserError", "werkzeug.exceptions.UnprocessableEntity"),
}
# The faults of XML-RPC for what was refused, and for what was not allowed.
FAULTS = (2, 4)
# No records, several, and what is none.
STRANGE_IDS = ([], ["1"], [None], [-1], [2**40], [0.5], "1", {"1": 1}, None)
STRANGE_REASONS = ([], {}, True, ["x" * 30], {"a": "x" * 30}, "x", "\x00" * 40, None)
# Sent beside everything: none of it lets anybody do more.
CONTEXT = {
    "active_test": False,
    "default_state": "done",
    "default_holder_id": 1,
    "default_proposer_id": 1,
    "acting_partner_id": 1,
    "wezer_acting_for": 1,
    "uid": 1,
    "su": True,
    "tz": "Nowhere/Moon",
    "allowed_company_ids": [10**6],
}
COLLEGES = (("Growers", "2/5"), ("Makers", "3/10"), ("Eaters", "3/10"))
FRIENDS = 8
# The places of the others among the people.
EVE, JUDGE, OUTSIDER = 7, 8, 9
SURFACES = ("call_kw", "json2", "xmlrpc")
# Act: (the decision, who may do it, who may not, its values).
ACTS = {
    "action_challenge": ("adopted", 2, (JUDGE, OUTSIDER), {"reason": WHY}),
    "action_judge": ("judged", JUDGE, (0, 2, OUTSIDER), {"uphold": 1, "reason": WHY}),
    "action_void": ("running", JUDGE, (0, 2, OUTSIDER), {"reason": WHY}),
    "action_appeal": ("out", EVE, (0, 3, JUDGE, OUTSIDER), {"reason": WHY}),
    "action_retry": ("stuck", 0, (3, JUDGE, OUTSIDER), {}),
    "action_give_up": ("given_up", 0, (3, JUDGE, OUTSIDER), {}),
    # Not even by who facilitates, before half of those who answered ask for it.
    "action_pass_up": ("upward", 1, (0, 1, 2, JUDGE, OUTSIDER), {}),
}


@tagged("post_install", "-at_install")
class TestDecidingServer(RpcCase):
    """Eight people of a garden, a moderator, and a person of another circle."""

    def _make(self, env):
        friends = self._members(env, "Garden", FRIENDS)
        moderator = self._members(env, "Judge", 1, "wezer_base.group_administrator")
        outsider = self._members(env, "Outside", 1)
        users = [*friends, moderator, outsider]
        self.users = [user.id for user in users]
        self.people = [user.partner_id.id for user in users]
        groups = env["wezer.group"]
        village = groups.create({"name": f"Village {self.mark}"})
        garden = groups.create({"name": f"Garden {self.mark}", "parent_id": village.id})
        hidden = groups.create({"name": f"Hidden {self.mark}", "visibility": "members"})
        lead = self._role(env, garden, "Lead", right_manage=True, right_invite=True)
        facilitation = self._role(env, garden, "Facilitation", facilitates=True)
        purse = self._role(env, garden, "Purse")
        for circle in (village, garden):
            for user in friends:
                self._put(env, circle, user)
        self._put(env, lead, friends[0])
        self._put(env, facilitation, friends[1])
        self._put(env, hidden, outsider)
        self.colleges = []
        for place, (name, _weight) in enumerate(COLLEGES):
            role = self._role(env, garden, name)
            self._put(env, role, friends[place])
            self.colleges.append(role.id)
        policies = env["wezer.group.policy"]
        for key, value in (
            ("procurations", "yes"),
            ("delegation", "once"),
            ("decisions_person", "20"),
            ("decisions_circle", "20"),
        ):
            for circle in (garden, hidden):
                policies._decide(circle, key, value, "A test")
        self.village, self.garden, self.hidden = village.id, garden.id, hidden.id
        self.purse, self.slug = purse.id, garden.slug
        self.category = env["wezer.category"].create({"name": f"Beds {self.mark}"}).id
        self._make_decisions(env, friends, outsider)

    def _role(self, env, circle, name, **vals):
        vals = {"name": name, "kind": "role", "parent_id": circle.id, **vals}
        return env["wezer.group"].create(vals)

    def _put(self, env, group, user):
        vals = {"group_id": group.id, "partner_id": user.partner_id.id}
        return env["wezer.group.membership"].create(vals)

    def _make_decisions(self, env, friends, outsider):
        """Make a decision in each state from which somebody acts."""
        eve = friends[-1]
        out = [{"kind": "member_out", "params": {"person": eve.partner_id.id}}]
        filled = {"role": self.purse, "person": friends[5].partner_id.id}
        role = [{"kind": "role", "params": filled}]
        by = friends[2]
        vals = {"secrecy": "secret", "members_only": True}
        self.secret = self._open(env, by, self.garden, **vals)
        self.running = self._open(env, by, self.garden)
        self.upward = self._open(env, by, self.garden)
        foreign = self._open(env, outsider, self.hidden, method="consent")
        decisions = env["wezer.decision"].with_user(by)
        vals = {"title": "A pond", "text": "With frogs.", "method": "majority"}
        self.draft = decisions.propose(self.garden, vals)
        adopted = [
            self._open(env, by, self.garden, **vals)
            for vals in (
                {},
                {"members_only": True},
                {"outcomes": role},
                {"outcomes": role},
                {"outcomes": out, "secrecy": "open", "members_only": True},
            )
        ]
        for decision in adopted:
            if decision.state == "announced":
                self._pass_time(decision, days=8)
                decision._open()
            for user in friends[:5]:
                decision.with_user(user).action_vote("yes")
            self._pass_time(decision, days=60)
            decision._close()
            decision._count()
            self.assertEqual(decision.state, "adopted")
        self.adopted, self.judged, self.stuck, self.given_up, self.out = adopted
        self.judged.with_user(friends[2]).action_challenge(WHY)
        env["wezer.group"].browse(self.purse).active = False
        for decision in (self.stuck, self.given_up):
            decision._execute()
            self.assertEqual(decision.state, "stuck")
        self.out.executes_at = fields.Datetime.now()
        self.out._execute()
        self.assertEqual(self.out.state, "done")
        given = env["wezer.vote.delegation"].with_user(friends[3])
        vals = {"group_id": self.garden}
        self.given = given.action_give(friends[4].partner_id.id, vals)
        for name in (
            *("secret", "running", "upward", "adopted", "judged", "stuck"),
            *("given_up", "out"),
        ):
            setattr(self, name, getattr(self, name).id)
        self.foreign = foreign.id

    def _open(self, env, by, circle, **vals):
        decisions = env["wezer.decision"].with_user(by)
        vals = {"title": "A bench", "text": "Of oak.", "method": "majority", **vals}
        decision = decisions.browse(decisions.propose(circle, vals))
        decision.action_announce()
        return decision.sudo()

    def _pass_time(self, decision, **delta):
        step = timedelta(**delta)
        moments = {name: decision[name] - step for name in MOMENTS if decision[name]}
        decision.write(moments)

    def _archive(self, env):
        super()._archive(env)
        circles = [self.village, self.garden, self.hidden]
        end_all(env["wezer.decision"].search([("group_id", "in", circles)]))

    # === CALLS === #

    def setUp(self):
        super().setUp()
        self.keys = [self._key(user) for user in self.users]
        self.turns = itertools.cycle((*SURFACES, "call_kw"))
        self.logged = len(self.server.text())

    def _everything(self):
        """Return a digest of each table that an act could change."""
        digest = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM {} t"
        return {table: self._rows(digest.format(table)) for table in TABLES}

    def _assert_log_is_clean(self):
        log = self.server.text()[self.logged :]
        for sign in ("Traceback", " ERROR ", " CRITICAL "):
            self.assertNotIn(sign, log)

    def _act(self, surface, who, method, ids, model="wezer.decision", **values):
        """Return the result of a call, and the class of the error where it fails."""
        if surface == "call_kw":
            args = [] if ids is ... else [ids]
            answer = self._call(self.sessions[who], model, method, *args, **values)
            return answer.get("result"), answer.get("error", {}).get("data")
        if surface == "json2":
            rows = {} if ids is ... else {"ids": ids}
            answer = self._call_json2(self.keys[who], model, method, **rows, **values)
            self.assertLess(answer.status_code, 500, answer.text)
            result = answer.json()
            return (result, None) if answer.status_code == 200 else (None, result)
        server = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object")
        try:
            return server.execute_kw(
                *(self.database, self.users[who], self.keys[who], model, method),
                *([] if ids is ... else [ids], values),
            ), None
        except xmlrpc.client.Fault as fault:
            self.assertIn(fault.faultCode, FAULTS, fault.faultString)
            return None, {"name": None, "message": fault.faultString}
        except (OverflowError, TypeError) as error:
            # XML-RPC does not write it, so it is not sent.
            return None, {"name": None, "message": str(error)}
        finally:
            server("close")()

    def _assert_refused(self, who, method, ids, surfaces=None, **values):
        """Assert that a call is refused by an error that programs can tell apart."""
        for surface in surfaces or [next(self.turns)]:
            result, error = self._act(surface, who, method, ids, **values)
            said = (surface, who, method, ids, str(values)[:200], result)
            self.assertTrue(error, said)
            if surface != "xmlrpc":
                self.assertIn(error["name"], TYPED, said)

    def _assert_done(self, who, method, ids, surface="call_kw", **values):
        """Return what a call returned that is not refused."""
        result, error = self._act(surface, who, method, ids, **values)
        self.assertFalse(error, (surface, who, method, error))
        return result

    def _twice_at_once(self, *calls, surface="call_kw"):
        """Send each call twice, all at once; assert that each is done once.

        :return: what each returned
        """
        found = [[] for _call in calls]

        def send(place, who, method, ids, values):
            found[place].append(self._act(surface, who, method, ids, **values))

        threads = [
            threading.Thread(target=send, args=(place, *call))
            for place, call in enumerate(calls)
            for _time in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        for call, answers in zip(calls, found, strict=True):
            errors = [error for _result, error in answers if error]
            self.assertEqual((len(answers), len(errors)), (2, 1), (call, answers))
            if surface != "xmlrpc":
                self.assertIn(errors[0]["name"], TYPED)
        return [
            next(result for result, error in answers if not error) for answers in found
        ]

    # === WHAT IS REFUSED === #

    def test_nobody_acts_for_others_or_by_values_of_the_wrong_kind(self):
        before = self._everything()
        strange_ids = itertools.cycle(STRANGE_IDS)
        strange_reasons = itertools.cycle(STRANGE_REASONS)
        for act, (name, right, wrong, values) in ACTS.items():
            ids = [getattr(self, name)]
            for who in wrong:
                self._assert_refused(who, act, ids, **values)
                self._assert_refused(who, act, ids, context=CONTEXT, **values)
            self._assert_refused(
                who, act, ids, acting_partner_id=self.people[right], **values
            )
            foreign = [[self.foreign], [*ids, self.foreign]]
            # A moderator of the community voids what is not theirs, one at a time.
            strange = foreign[act == "action_void" :]
            for one in strange + [next(strange_ids) for _time in range(4)]:
                self._assert_refused(right, act, one, **values)
            if "reason" in values:
                for reason in [next(strange_reasons) for _time in range(4)]:
                    wrong_reason = {**values, "reason": reason}
                    self._assert_refused(right, act, ids, **wrong_reason)
            self._assert_refused(right, act, ids, reasons="x" * 10**6, **values)
            self._assert_refused(
                right, act, ids, context={"lang": "zz_ZZ' OR 1=1"}, **values
            )
        # A text that says no is not taken for a yes.
        for uphold in ("false", "0", "", [], {}, 2, None):
            self._assert_refused(
                JUDGE, "action_judge", [self.judged], uphold=uphold, reason=WHY
            )
        self._refuse_votes()
        self._refuse_delegations()
        self._refuse_colleges()
        self._refuse_proposals()
        self._refuse_forms()
        self.assertEqual(self._everything(), before)
        self._assert_log_is_clean()

    def _refuse_votes(self):
        """Nobody casts a voice that was not given to them."""
        voices = dict(
            self._rows(
                "SELECT person_id, id FROM wezer_decision_voter WHERE decision_id = %s",
                self.secret,
            )
        )
        other = voices[self.people[3]]
        for who in (4, JUDGE, OUTSIDER):
            self._assert_refused(
                *(who, "action_vote", [self.secret], SURFACES),
                choice="yes",
                voice_id=other,
            )
        for voice in (-1, 2**40, "1", [other], {"id": other}, 10**300):
            self._assert_refused(
                4, "action_vote", [self.secret], choice="yes", voice_id=voice
            )
        for choice in ([], {}, ["yes"], "YES OR NO", "x" * 10**6, 10**300, True):
            if choice in ([], {}):
                # As an empty text, this is a blank vote.
                choice = [choice]
            self._assert_refused(4, "action_vote", [self.secret], choice=choice)

    def _refuse_delegations(self):
        """Nobody gives, takes back or resigns what is another person's."""
        model = {"model": "wezer.vote.delegation"}
        in_garden = {"group_id": self.garden}
        for vals in (
            {**in_garden, "giver_id": self.people[2]},
            {**in_garden, "giver_id": [self.people[5]]},
            {"group_id": self.hidden},
            {"decision_id": self.foreign},
            {"decision_id": self.running, "group_id": self.hidden, "state": "active"},
            {"scope": ["circle"], **in_garden},
            {"scope": {}, "group_id": [self.garden]},
            {"scope": "everything", **in_garden},
            {"scope": "category", "category_id": 2**31 - 1, **in_garden},
            {"scope": "category", "category_id": "x", **in_garden},
            {**in_garden, "date_until": "2000-01-01"},
            {**in_garden, "date_until": "9999-12-31"},
            {**in_garden, "date_until": {"a": 1}},
            {**in_garden, "date_until": 10**300},
            {**in_garden, "date_until": "x" * 10**6},
            {**in_garden, "company_id": 1},
            {"x" * 10**6: 1},
            [in_garden],
            "circle",
            True,
        ):
            self._assert_refused(
                5, "action_give", ..., holder_id=self.people[4], vals=vals, **model
            )
        for holder in (
            *(self.people[5], self.people[OUTSIDER], self.people[JUDGE]),
            *(0, -1, 2**40, 10**300, "1", [self.people[4]], {}, None, True, 0.5),
        ):
            self._assert_refused(
                5, "action_give", ..., holder_id=holder, vals=in_garden, **model
            )
        # For a member who logs in an administrator gives nothing, paper or not.
        for paper in ({}, {"paper": "JVBERi0xLjQK"}, {"paper": {"a": 1}}):
            vals = {**in_garden, "giver_id": self.people[5], **paper}
            self._assert_refused(
                JUDGE, "action_give", ..., holder_id=self.people[4], vals=vals, **model
            )
        for act, wrong in (
            ("action_take_back", (2, 4, JUDGE, OUTSIDER)),
            ("action_resign", (2, 3, JUDGE, OUTSIDER)),
        ):
            for who in wrong:
                self._assert_refused(who, act, [self.given], **model)
                self._assert_refused(who, act, [self.given], context=CONTEXT, **model)
            for ids in STRANGE_IDS[:4]:
                self._assert_refused(3, act, ids, **model)

    def _refuse_colleges(self):
        """Only who manages the circle sets colleges, of people inside it."""
        model = {"model": "wezer.group"}
        rows = self._colleges()
        for who in (1, 3, JUDGE, OUTSIDER):
            self._assert_refused(
                *(who, "action_set_colleges", [self.garden], SURFACES),
                colleges=rows,
                **model,
            )
        self._assert_refused(
            0, "action_set_colleges", [self.hidden], colleges=rows, **model
        )
        outside = [{**row, "source_id": self.hidden} for row in rows[:1]] + rows[1:]
        for wrong in (
            *(outside, rows[:2], rows * 4, [[]], ["x"], [rows], "x" * 10**6, {}, True),
            [{**rows[0], "weight": weight} for weight in ("1/2", 0.5, [], "1/0")],
            [{**row, "weight": "9" * 10**5 + "/10"} for row in rows],
            [{**row, "name": {"a": 1}} for row in rows],
            [{**row, "name": ""} for row in rows],
            [{**row, "group_id": self.hidden} for row in rows],
            [{**row, "source_id": str(row["source_id"])} for row in rows],
            [{**row, "source_id": True} for row in rows],
        ):
            self._assert_refused(
                0, "action_set_colleges", [self.garden], colleges=wrong, **model
            )

    def _refuse_proposals(self):
        """Only its proposer changes a draft, by what a proposal can say."""
        title = {"title": "Mine"}
        for who in (0, 1, 3, EVE, JUDGE, OUTSIDER):
            self._assert_refused(who, "action_edit", [self.draft], SURFACES, vals=title)
        self._assert_refused(
            2, "action_edit", [self.draft, self.foreign], SURFACES, vals=title
        )
        for number in (self.running, self.foreign, self.adopted):
            self._assert_refused(2, "action_edit", [number], SURFACES, vals=title)
        for ids in STRANGE_IDS:
            self._assert_refused(2, "action_edit", ids, vals=title)
        self._assert_refused(OUTSIDER, "propose", ..., group_id=self.garden, vals=title)
        outsider, member = self.people[OUTSIDER], self.people[3]
        out = {"kind": "member_out", "params": {"person": outsider}}
        for vals in (
            *({"state": "done"}, {"proposer_id": member}, {"group_id": self.hidden}),
            *({"rules": {"share": "1/9"}}, {"settings": {"hours": 1}}),
            *({"is_shared_draft": True}, {"voter_ids": []}, {"x" * 10**6: 1}),
            *({"method": "coup"}, {"method": ["majority"]}, {"secrecy": {"a": 1}}),
            *({"electorate": "friends"}, {"electorate": 10**300}),
            *({"named_ids": [outsider]}, {"named_ids": "x"}, {"named_ids": [[1]]}),
            *({"facilitator_id": member}, {"decider_id": outsider}),
            *({"electorate_role_id": self.hidden}, {"discussion_id": 2**31 - 1}),
            *({"outcomes": [{"kind": "coup"}]}, {"outcomes": "x"}, {"outcomes": [[]]}),
            *({"outcomes": [out] * 21}, {"outcomes": [{"kind": {}, "state": "done"}]}),
            *({"options": 5}, {"options": ["x"] * 101}),
            *({"options": [{"person_id": outsider}]}, {"options": [{"is_none": 1}]}),
            *({"share": "0/0"}, {"share": 10**300}, {"share": ["1/2"]}),
            *({"hours": 1}, {"hours": "soon"}, {"hours": True}, {"hours": 10**300}),
            *({"review_date": {"a": 1}}, {"execute_date": "never"}),
            *({"text": {"a": 1}}, {"title": "\x00"}, "text", [1], True),
        ):
            with self.subTest(vals=str(vals)[:200]):
                self._assert_refused(2, "action_edit", [self.draft], vals=vals)
                whole = vals
                if isinstance(vals, dict):
                    whole = {"title": "A pond", "text": "With frogs.", **vals}
                self._assert_refused(
                    2, "propose", ..., group_id=self.garden, vals=whole
                )
        self._assert_refused(
            3, "action_edit", [self.draft], vals=title, context=CONTEXT
        )

    def _colleges(self):
        return [
            {"name": name, "weight": weight, "source_id": source}
            for (name, weight), source in zip(COLLEGES, self.colleges, strict=True)
        ]

    def _refuse_forms(self):
        """Addresses of forms do nothing by GET, logged out, or without the token."""
        for act, (name, right, _wrong, values) in ACTS.items():
            page = f"/decisions/{getattr(self, name)}"
            address = f"{page}/{act.removeprefix('action_')}"
            self._assert_only_by_form(address, self.sessions[right], **values)
        for address, who in (
            (f"/my/delegations/{self.given}/take_back", 3),
            (f"/my/delegations/{self.given}/resign", 4),
            ("/my/delegations/give", 5),
        ):
            self._assert_only_by_form(address, self.sessions[who], circle=self.garden)
        # The page of a challenge is for those who judge it.
        page = f"/decisions/{self.judged}"
        shown = self._asked(self.sessions[JUDGE], "GET", page)
        self.assertEqual((shown.status_code, WHY in shown.text), (200, True))
        self.assertEqual(shown.headers["Cache-Control"], "no-store")
        for who in (None, self.sessions[OUTSIDER]):
            self.assertEqual(self._asked(who, "GET", page).status_code, 404)
        for number in (2**31, "-1", "%00"):
            for end in ("", "/receipts.txt"):
                answer = self._asked(
                    self.sessions[3], "GET", f"/decisions/{number}{end}"
                )
                self.assertIn(answer.status_code, (400, 404), (number, end))
        # A form of one decision is not that of another.
        [form] = lxml.html.fromstring(shown.text).xpath(
            "//form[contains(@action, '/judge')]"
        )
        fields_of_form = {**dict(form.form_values()), "reason": WHY}
        for number in (self.running, self.foreign, self.adopted):
            answer = self._asked(
                self.sessions[JUDGE],
                "POST",
                f"/decisions/{number}/judge",
                data=fields_of_form,
            )
            self.assertIn(answer.status_code, (303, 404), number)

    # === WHAT IS DONE, ONCE === #

    def test_a_draft_is_changed_by_its_proposer_and_then_fixed(self):
        for surface in SURFACES:
            vals = {"title": f"By {surface}", "share": "2/3", "secrecy": "secret"}
            self._assert_done(2, "action_edit", [self.draft], surface, vals=vals)
            vals = {"share": "", "secrecy": "", "hours": 240}
            self._assert_done(2, "action_edit", [self.draft], surface, vals=vals)
        found = "SELECT title, secrecy, settings FROM wezer_decision WHERE id = %s"
        last = (f"By {SURFACES[-1]}", "open", {"hours": 240})
        self.assertEqual(self._rows(found, self.draft), [last])
        self._assert_done(2, "action_announce", [self.draft])
        self._assert_refused(
            2, "action_edit", [self.draft], SURFACES, vals={"hours": 1}
        )
        self.assertEqual(self._rows(found, self.draft), [last])
        self._assert_log_is_clean()

    def test_what_a_person_may_do_is_done_once_however_often_it_is_sent(self):
        long = f"{WHY} {'x' * 10**6}"
        judge = {"uphold": False, "reason": WHY}
        give = {"model": "wezer.vote.delegation", "holder_id": self.people[3]}
        give["vals"] = {
            "scope": "category",
            "group_id": self.garden,
            "category_id": self.category,
        }
        for user in (3, 4):
            self._assert_done(user, "action_vote", [self.upward], choice="yes")
            self._assert_done(user, "action_ask_up", [self.upward])
        self._twice_at_once(
            (2, "action_challenge", [self.adopted], {"reason": long}),
            (JUDGE, "action_judge", [self.judged], judge),
            (0, "action_give_up", [self.given_up], {}),
            (JUDGE, "action_void", [self.running], {"reason": WHY}),
            (EVE, "action_appeal", [self.out], {"reason": long}),
            (1, "action_pass_up", [self.upward], {}),
            (5, "action_give", ..., give),
        )
        self.assertEqual(
            self._rows(
                "SELECT length(challenge_reason), state FROM wezer_decision"
                " WHERE id = %s",
                self.adopted,
            ),
            [(1000, "challenged")],
        )
        for number in (self.out, self.upward):
            [(above, state)] = self._rows(
                "SELECT group_id, state FROM wezer_decision WHERE passed_from_id = %s",
                number,
            )
            self.assertEqual((above, state), (self.village, "open"))
        # What cannot be carried out stays as it was, and says so.
        for surface in SURFACES:
            found = self._assert_done(1, "action_retry", [self.stuck], surface)
            self.assertEqual(found, "stuck")
        # A third time, each is refused by its state, and changes nothing.
        before = self._everything()
        self._assert_refused(2, "action_challenge", [self.adopted], reason=WHY)
        self._assert_refused(JUDGE, "action_judge", [self.judged], **judge)
        self._assert_refused(0, "action_give_up", [self.given_up])
        self._assert_refused(JUDGE, "action_void", [self.running], reason=WHY)
        self._assert_refused(EVE, "action_appeal", [self.out], SURFACES, reason=WHY)
        self._assert_refused(1, "action_pass_up", [self.upward])
        self._assert_refused(5, "action_give", ..., **give)
        self.assertEqual(self._everything(), before)
        # A voice is taken back once, and given up once.
        model = {"model": "wezer.vote.delegation"}
        self._assert_done(3, "action_take_back", [self.given], "xmlrpc", **model)
        self._assert_refused(3, "action_take_back", [self.given], SURFACES, **model)
        self._assert_refused(4, "action_resign", [self.given], SURFACES, **model)
        # The same colleges twice are set once.
        for surface in SURFACES:
            self._assert_done(
                *(0, "action_set_colleges", [self.garden], surface),
                model="wezer.group",
                colleges=self._colleges(),
            )
        self.assertEqual(
            self._rows(
                "SELECT count(*) FROM wezer_decision_college WHERE group_id = %s",
                self.garden,
            ),
            [(len(COLLEGES),)],
        )
        self._assert_log_is_clean()

    def test_a_proxy_casts_one_ballot_for_each_voice_by_programs(self):
        give = {"model": "wezer.vote.delegation", "vals": {"decision_id": self.secret}}
        for giver in (3, 4):
            self._assert_done(
                *(giver, "action_give", ..., "json2"), holder_id=self.people[5], **give
            )
        voices = dict(
            self._rows(
                "SELECT person_id, id FROM wezer_decision_voter WHERE decision_id = %s",
                self.secret,
            )
        )
        vote = (5, "action_vote", [self.secret])
        codes = [self._assert_done(*vote, choice="yes")]
        for giver, surface in ((3, "json2"), (4, "xmlrpc")):
            voice = voices[self.people[giver]]
            # Sent twice at once, it is one ballot.
            [code] = self._twice_at_once(
                (*vote, {"choice": "no", "voice_id": voice}), surface=surface
            )
            self.assertRegex(code, r"^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$")
            codes.append(code)
            before = self._everything()
            # The person whose ballot is in, others, and the same once more.
            self._assert_refused(
                giver, "action_vote", [self.secret], SURFACES, choice="yes"
            )
            for who in (2, 5, OUTSIDER, JUDGE):
                self._assert_refused(
                    *(who, "action_vote", [self.secret], SURFACES),
                    choice="yes",
                    voice_id=voice,
                )
            self.assertEqual(self._everything(), before)
            # With the code of its own, and no other, it can be changed.
            changed = self._assert_done(
                *(*vote, surface), choice="yes", voice_id=voice, code=code
            )
            self.assertEqual(changed, code)
        given = self._rows(
            "SELECT id FROM wezer_vote_delegation WHERE decision_id = %s", self.secret
        )
        for (number,), giver in zip(given, (3, 4), strict=True):
            self._assert_refused(
                *(giver, "action_take_back", [number], SURFACES),
                model="wezer.vote.delegation",
            )
        for who in (0, 1, 2, 6):
            codes.append(
                self._assert_done(who, "action_vote", [self.secret], choice="no")
            )
        urn = "SELECT choice FROM wezer_urn WHERE decision_id = %s ORDER BY 1"
        found = [choice for (choice,) in self._rows(urn, self.secret)]
        self.assertEqual(found, ["no"] * 4 + ["yes"] * 3)
        path = f"/decisions/{self.secret}/receipts.txt"
        self.assertEqual(self._asked(self.sessions[3], "GET", path).status_code, 404)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            decision = env["wezer.decision"].browse(self.secret)
            self._pass_time(decision, days=60)
            decision._close()
            decision._count()
        shown = self._asked(self.sessions[3], "GET", path)
        hashes = sorted(secrecy.code_hash(self.secret, code) for code in codes)
        self.assertEqual(shown.text.split(), hashes)
        for who in (None, self.sessions[OUTSIDER]):
            self.assertEqual(self._asked(who, "GET", path).status_code, 404)
        for method, code in (("POST", 400), ("PUT", 405), ("DELETE", 405)):
            answer = self._asked(self.sessions[3], method, path)
            self.assertEqual(answer.status_code, code, method)
        self._assert_log_is_clean()
