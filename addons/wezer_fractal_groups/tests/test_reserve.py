"""What a circle decides together, nobody changes alone; its decisions execute.

The rule itself comes from an addon; here a circle reserves by a fixture.
"""

from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from unittest.mock import patch

from odoo import http
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days

from ..tools.group_policies import Policy, parse_share
from .common import GroupPages
from .test_rules import RulesCommon

LINK = ("/groups/test-garden/propose", "Propose it")


def reserving(*circles_and_matters):
    """Let circles decide matters together: pairs of a circle and a matter."""
    wanted = {(circle.id, matter) for circle, matter in circles_and_matters}

    def why_reserved(self, matter, outcome="", **data):
        if (self.id, matter) not in wanted:
            return None
        return Refusal("Decided together", rule="decision", link=LINK)

    model = type(circles_and_matters[0][0])
    return patch.object(model, "_why_reserved", why_reserved)


class ReserveCommon(RulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put(cls.joel, cls.president)
        cls._put(cls.luc, cls.keeper)
        (cls.keeper | cls.president).write({"right_invite": True})
        cls.helper = cls._role("Helper", cls.garden)
        cls.garden.join_policy = "request"
        cls.place = cls._put(cls.demo, cls.garden)

    def _id(self, user):
        return user.partner_id.id

    @contextmanager
    def _refused(self):
        with self.assertRaises(Refusal) as caught, self.env.cr.savepoint():
            yield
        self.assertEqual(caught.exception.rule, "decision")
        self.assertEqual(caught.exception.link, LINK)
        self.env.invalidate_all(flush=False)

    def _each(self, *actions):
        """Assert that all are refused while reserved, and none is otherwise."""
        for number, action in enumerate(actions):
            with self.subTest(number, reserved=True), self._refused():
                action()

    def _free(self, *actions):
        for number, action in enumerate(actions):
            with self.subTest(number):
                savepoint = self.env.cr.savepoint()
                action()
                self.env.flush_all()
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)


@tagged("post_install", "-at_install")
class TestReserve(ReserveCommon):
    def _actions(self):
        """Return ``{matter: what managers and administrators could do to it}``."""
        garden, helper = (
            self.garden.with_user(self.luc),
            self.helper.with_user(self.luc),
        )
        hand = {
            name: self.env[f"wezer.group{name}"].with_user(self.admin)
            for name in ("", ".membership", ".policy", ".link", ".change")
        }
        by_hand = self.garden.with_user(self.admin)
        stranger, demo = self._id(self.stranger), self._id(self.demo)
        place = self.place.with_user(self.admin)
        policy = self.env["wezer.group.policy"].create(
            {"group_id": self.garden.id, "key": "role_term_days", "value": "9"}
        )
        keys = {"group_id": self.garden.id, "key": "members_invite", "value": "yes"}
        links = self.env["wezer.group.link"].with_user(self.luc)
        return {
            "policy": [
                lambda: garden.action_set_policy("role_term_days", "30"),
                lambda: garden.action_set_policy("role_term_days", None),
                lambda: hand[".policy"].create(keys),
                lambda: policy.with_user(self.admin).write({"value": "8"}),
                lambda: policy.with_user(self.admin).unlink(),
                lambda: by_hand.write({"policy_ids": [(0, 0, keys)]}),
            ],
            "role": [
                lambda: helper.action_invite(demo),
                lambda: hand[".membership"].create(
                    {"group_id": self.helper.id, "partner_id": demo}
                ),
                lambda: self.helper.with_user(self.joel).action_invite(demo),
            ],
            "member": [
                lambda: garden.action_invite(stranger),
                lambda: garden.action_invite(stranger, guest=True),
                lambda: garden.action_remove_member(demo),
                lambda: self.garden.with_user(self.joel).action_remove_member(demo),
                lambda: hand[".membership"].create(
                    {"group_id": self.garden.id, "partner_id": stranger}
                ),
                lambda: place.write({"state": "left"}),
                lambda: place.write({"is_guest": True}),
                lambda: place.write({"partner_id": stranger}),
                lambda: place.unlink(),
                lambda: by_hand.write({"membership_ids": [(2, place.id)]}),
                lambda: garden.action_update({"join_policy": "open"}),
                lambda: garden.action_set_policy("members_invite", "yes"),
            ],
            "structure": [
                lambda: garden.action_found(garden.id, {"name": "Beds"}),
                lambda: garden.action_update({"purpose": "Beans"}),
                lambda: self.helper.with_user(self.joel).action_set_rights(["invite"]),
                lambda: helper.action_close(),
                lambda: helper.action_update({"name": "Hand"}),
                lambda: hand[""].create({"name": "Beds", "parent_id": garden.id}),
                lambda: by_hand.write({"name": "Mine"}),
                lambda: by_hand.write({"parent_id": self.workshop.id}),
                lambda: self.workshop.with_user(self.admin).write(
                    {"parent_id": self.garden.id}
                ),
                lambda: self.compost.with_user(self.admin).write({"parent_id": False}),
                lambda: self.helper.with_user(self.admin).write({"right_wallet": True}),
                lambda: by_hand.role_ids[0].unlink(),
                lambda: by_hand.action_archive(),
                lambda: links.propose(self.garden.id, self.workshop.id),
                lambda: hand[".link"].create(
                    {"group_id": garden.id, "other_id": self.workshop.id}
                ),
                lambda: hand[".change"].create(
                    {
                        "kind": "merge",
                        "group_id": garden.id,
                        "target_id": self.workshop.id,
                    }
                ),
            ],
        }

    def test_what_is_reserved_nobody_does_alone_and_the_rest_stays_as_it_was(self):
        actions = self._actions()
        for matter, some in actions.items():
            with self.subTest(matter), reserving((self.garden, matter)):
                self._each(*some)
        # The same is possible where nothing is reserved, or another matter is.
        free = actions["policy"][:2] + actions["role"][:2] + actions["member"][:6]
        free += actions["structure"][:8]
        self._free(*free)
        with reserving((self.garden, "structure"), (self.village, "member")):
            self._free(*actions["policy"][:2], *actions["member"][:4])

    def test_requests_are_answered_by_the_circle_once_it_decides_about_members(self):
        self.garden.with_user(self.stranger).action_join()
        garden, asks = self.garden.with_user(self.luc), self._id(self.stranger)
        with reserving((self.garden, "member")):
            self._each(
                lambda: garden.action_accept_member(asks),
                lambda: garden.action_refuse_member(asks),
                lambda: garden.action_invite(asks),
            )
            self.assertFalse(self.luc._wezer_request_rows())
            # To ask, to take it back, to leave and to answer stay one's own.
            self._free(
                lambda: self.garden.with_user(self.stranger).action_leave(),
                lambda: self.garden.with_user(self.demo).action_leave(),
            )
            self.garden._do_admit(self.stranger.partner_id)
        self.assertEqual(
            self.garden._membership_of(self.stranger.partner_id).state, "active"
        )

    def test_an_open_circle_is_joined_and_an_invitation_answered_all_the_same(self):
        self.garden.with_user(self.luc).action_invite(self._id(self.stranger))
        self.workshop.join_policy = "open"
        with reserving((self.garden, "member"), (self.workshop, "member")):
            self.garden.with_user(self.stranger).action_accept_invitation()
            self.workshop.with_user(self.stranger).action_join()
        self.assertTrue(self.garden._membership_of(self.stranger.partner_id).is_live)
        self.assertTrue(self.workshop._membership_of(self.stranger.partner_id).is_live)

    def test_rights_from_above_are_refused_and_looks_changed_by_managers_alone(self):
        every = [
            (self.garden, matter)
            for matter in ("policy", "role", "member", "structure")
        ]
        with reserving(*every):
            garden = self.garden.with_user(self.luc)
            garden.action_refuse_rights(True)
            garden.action_update({"color": 3, "name": self.garden.name})
        self.assertEqual((self.garden.refuse_rights, self.garden.color), (True, 3))

    def test_the_circle_above_decides_who_leads(self):
        lead = self._role("Lead", self.garden, "manage")
        lead.link = "lead"
        person = self._id(self.demo)
        with reserving((self.garden, "role")):
            self._free(lambda: lead.with_user(self.joel).action_invite(person))
        with reserving((self.village, "role")):
            self._each(lambda: lead.with_user(self.joel).action_invite(person))

    def test_a_file_changes_nothing_that_is_reserved(self):
        self.garden.reference = "garden"
        self.helper.reference = "helper"
        groups = [
            {"group": "garden", "parent": "", "row": 1},
            {"group": "beds", "parent": "garden", "row": 2},
        ]
        members = [
            {"group": "garden", "person": "Olga", "row": 1},
            {"group": "helper", "person": "Olga", "row": 2},
            {"group": "garden", "person": "Pia", "relation": "lead", "row": 3},
        ]
        model = self.groups.with_user(self.admin)
        every = [(self.garden, matter) for matter in ("role", "member", "structure")]
        every.append((self.village, "structure"))
        with reserving(*every):
            report = model._wezer_import(groups, members, dry_run=True)
            states = [(row["state"], row["reason"]) for row in report]
            self.assertEqual(states, [("refused", "Decided together")] * 5)
        report = model._wezer_import(groups, members, dry_run=True)
        self.assertNotIn("refused", [row["state"] for row in report])

    def test_rows_of_a_table_are_loaded_by_the_same_rules(self):
        members = self.env["wezer.group.membership"].with_user(self.admin)
        row = [[str(self.garden.id), str(self._id(self.stranger))]]
        with reserving((self.garden, "member")):
            answer = members.load(["group_id/.id", "partner_id/.id"], row)
        self.assertFalse(answer["ids"])
        self.assertIn("Decided together", answer["messages"][0]["message"])
        answer = members.load(["group_id/.id", "partner_id/.id"], row)
        self.assertTrue(answer["ids"])

    def test_a_side_that_decides_its_structure_is_signed_for_by_its_decision_only(self):
        self._put(self.luc, self._role("Head", self.workshop, "manage"))
        changes = self._change(self.luc)
        with reserving((self.workshop, "structure")):
            answer = changes.propose("move", self.compost.id, self.workshop.id)
            self.assertEqual(answer["state"], "proposed")
            change = changes.browse(answer["id"])
            self._each(change.action_agree)
            found = changes._do_propose("move", self.compost, self.workshop)
            self.assertEqual(found, change)
            change._do_sign(self.workshop)
            self.assertEqual(self.compost.parent_id, self.workshop)
            with self.assertRaises(Refusal):
                change._do_sign(self.workshop)
        with reserving((self.workshop, "structure"), (self.garden, "structure")):
            self._each(
                lambda: changes.propose("merge", self.workshop.id, self.garden.id)
            )
            change = changes._do_propose("merge", self.workshop, self.garden)
            self.assertEqual(len(change._unsigned()), 2)
            change._do_sign(self.workshop)
            self.assertEqual(change.state, "proposed")
            # Nor is what one circle decided taken back by its manager.
            self._each(change.with_user(self.luc).action_refuse)
            change._do_sign(self.garden)
        self.assertEqual(self.workshop.merged_into_id, self.garden)

    def test_two_circles_link_by_their_decisions(self):
        links = self.env["wezer.group.link"]
        both = [(self.garden, "structure"), (self.workshop, "structure")]
        with reserving(*both):
            link = links._do_propose(self.garden, self.workshop)
            self.assertEqual(links._do_propose(self.workshop, self.garden), link)
            link._do_sign(self.garden)
            self._each(link.with_user(self.luc).action_end)
            link._do_sign(self.workshop)
            self.assertEqual(link.state, "linked")
            link._do_end()
        self.assertEqual(link.state, "ended")


@tagged("post_install", "-at_install")
class TestDecided(ReserveCommon):
    """The internal methods ask state and data, and not who."""

    def test_a_role_is_filled_prolonged_and_taken(self):
        person, until = self.demo.partner_id, days.today(self.env) + timedelta(days=90)
        place = self.helper._do_fill(person, until)
        self.assertEqual((place.state, place.date_to), ("active", until))
        later = until + timedelta(days=90)
        self.assertEqual(self.helper._do_fill(person, later), place)
        self.assertEqual(place.date_to, later)
        self.helper._do_take(person)
        self.assertEqual(place.state, "left")
        for wrong in (
            lambda: self.helper._do_take(person),
            lambda: self.helper._do_fill(self.village.partner_id),
            lambda: self.helper._do_fill(person, days.today(self.env) - timedelta(1)),
            lambda: self.garden._do_fill(person),
            lambda: self.helper._do_admit(person),
        ):
            with self.assertRaises(Refusal):
                wrong()
        self.stranger.partner_id._wezer_profile().sudo().state = "suspended"
        with self.assertRaises(NotAllowed):
            self.helper._do_fill(self.stranger.partner_id)

    def test_people_are_let_in_invited_and_put_out(self):
        place = self.garden._do_admit(self.stranger.partner_id)
        self.assertEqual(place.state, "invited")
        self.helper._do_fill(self.demo.partner_id)
        self.garden._do_put_out(self.demo.partner_id)
        self.assertFalse(self.garden._membership_of(self.demo.partner_id))
        self.assertFalse(self.helper._membership_of(self.demo.partner_id))
        with self.assertRaises(Refusal):
            self.garden._do_put_out(self.demo.partner_id)

    def test_circles_are_founded_changed_and_closed(self):
        beds = self.garden._do_found({"name": "Beds"})
        self.assertEqual((beds.parent_id, beds.kind), (self.garden, "circle"))
        role = beds._do_found({"name": "Hand", "kind": "role", "rights": ["invite"]})
        self.assertTrue(role.right_invite)
        role._do_rights(["market"])
        self.assertEqual((role.right_invite, role.right_market), (False, True))
        beds._do_update({"purpose": "Beans", "city": "Lyon"})
        self.assertEqual(beds.purpose, "Beans")
        beds._do_set_policy("role_term_days", "30")
        self.assertEqual(beds._policy("role_term_days")[0], 30)
        beds._do_close()
        self.assertFalse(beds.active or role.active)
        for wrong in (
            lambda: beds._do_close(),
            lambda: beds._do_update({"purpose": "Peas"}),
            lambda: beds._do_set_policy("role_term_days", "3"),
            lambda: self.village._do_close(),
            lambda: self.garden._do_rights(["wallet"]),
            lambda: self.garden._do_update({"right_wallet": True}),
            lambda: self.garden._do_found({"name": "X", "rights": ["wallet"]}),
            lambda: self.helper._do_found({"name": "X"}),
            lambda: self.helper._do_set_policy("role_term_days", "3"),
            lambda: self.garden._do_set_policy("fly", "3"),
        ):
            with self.assertRaises(Refusal):
                wrong()

    def test_who_holds_over_keeps_the_role_until_it_is_decided(self):
        today = days.today(self.env)
        begun = {"date_from": today - timedelta(days=9), "date_to": today}
        held, ends = self._put(self.demo, self.helper, **begun), None
        ends = self._put(self.joel, self.helper, **begun)
        model = type(held)

        def holds(place):
            return today + timedelta(days=60) if place == held else None

        with patch.object(model, "_term_holds", holds):
            held._cron_terms()
            self.assertEqual(held.held_over_since, today)
            self.assertEqual(held.date_to, today + timedelta(days=60))
            self.assertEqual(ends.date_to, today)
            held._cron_terms()
            self.assertEqual(held.held_over_since, today)
        ends.date_to = today - timedelta(days=1)
        ends._cron_terms()
        self.assertEqual((held.state, ends.state), ("active", "left"))


@tagged("post_install", "-at_install")
class TestPolicyKinds(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._role("Keeper", cls.garden, "manage")
        cls._put(cls.luc, cls.keeper)
        cls._let_in(cls.luc)
        known = type(cls.groups)._policies

        def policies(self):
            words = {"none": "nobody asked", "most": "most", "all": "all"}
            return {
                **known(self),
                "how": Policy("How we decide", "choice", words),
                "part": Policy("How many must agree", "share"),
                "least": Policy("Hours", "hours", least=True),
                "wait": Policy("Days to wait", "days", floor=True),
            }

        cls.startClassPatcher(patch.object(type(cls.groups), "_policies", policies))

    def test_shares_are_exact(self):
        for text, share in (
            ("3/4", Fraction(3, 4)),
            (" 66 / 99 ", Fraction(2, 3)),
            ("75 %", Fraction(3, 4)),
            ("100%", Fraction(1)),
            ("1/1", Fraction(1)),
        ):
            self.assertEqual(parse_share(text), share)
        for text in ("0/4", "5/4", "3/0", "0.75", "-1/2", "1/2000", "", None, "a/b"):
            self.assertIsNone(parse_share(text), text)
        self.village._do_set_policy("part", "75%")
        self.assertEqual(self.compost._policy("part")[0], Fraction(3, 4))
        self.assertEqual(self.village.policy_ids.value, "3/4")

    def test_a_circle_inside_makes_a_rule_stricter_never_looser(self):
        self.assertEqual(self.compost._strictest("part")[0], None)
        for circle, share, word, hours in (
            (self.village, "2/3", "most", "20"),
            (self.garden, "3/4", "none", "30"),
            (self.compost, "1/2", "all", "10"),
        ):
            circle._do_set_policy("part", share)
            circle._do_set_policy("how", word)
            circle._do_set_policy("least", hours)
        for circle, share, word, hours in (
            (self.village, "2/3", "most", 20),
            (self.garden, "3/4", "most", 20),
            (self.compost, "3/4", "all", 10),
        ):
            self.assertEqual(circle._strictest("part")[0], Fraction(share))
            self.assertEqual(circle._strictest("how")[0], word)
            self.assertEqual(circle._strictest("least")[0], hours)
        value, policy = self.compost._strictest("part")
        self.assertEqual((value, policy.group_id), (Fraction(3, 4), self.garden))

    def test_a_floor_holds_in_circles_inside_and_a_looser_value_is_refused(self):
        self.village._do_set_policy("wait", "30")
        garden = self.garden.with_user(self.luc)
        for value in ("29", "1"):
            with self.assertRaises(Refusal) as caught:
                garden.action_set_policy("wait", value)
            error = caught.exception
            self.assertEqual((error.rule, error.value), ("stricter", value))
            self.assertEqual(error.limit, "30")
        self.assertFalse(self.garden.policy_ids)
        garden.action_set_policy("wait", "40")
        self.assertEqual(self.compost._policy("wait"), (40, self.garden))
        # The circle above asks for more later: the circle inside need not do anything.
        self.village._do_set_policy("wait", "60")
        self.assertEqual(self.compost._policy("wait"), (60, self.village))
        self.assertEqual(self.garden._policy("wait"), (60, self.village))
        policies = self.env["wezer.group.policy"]
        self.assertEqual(policies._in_force(self.garden, ["wait"]), {"wait": 60})
        garden.action_set_policy("wait", "60")
        garden.action_set_policy("wait", None)
        self.assertEqual(self.garden._policy("wait"), (60, self.village))
        self.village._do_set_policy("wait", "5")
        self.assertEqual(self.garden._policy("wait"), (5, self.village))
        # What is no floor stays free.
        self.village._do_set_policy("part", "3/4")
        self.garden._do_set_policy("part", "1/2")
        self.assertEqual(self.compost._policy("part")[0], Fraction(1, 2))

    def test_the_page_says_which_floor_is_in_force(self):
        self._login(self.luc)
        self.garden._do_set_policy("wait", "10")
        self.village._do_set_policy("wait", "30")
        page = self.url_open(f"/groups/{self.garden.slug}/manage").text
        self.assertIn("Circles inside can make this stricter, not looser.", page)
        self.assertIn("Currently 30, as decided by Test village", page)

    def test_what_is_no_value_of_its_kind_is_refused_by_hand_too(self):
        garden = self.garden.with_user(self.luc)
        for key, value in (("how", "some"), ("how", True), ("part", "5/4")):
            with self.assertRaises(Refusal):
                garden.action_set_policy(key, value)
        policies = self.env["wezer.group.policy"].with_user(
            self.env.ref("base.user_admin")
        )
        for key, value in (("how", "some"), ("part", "x"), ("fly", "yes")):
            with self.assertRaises(Refusal):
                policies.create(
                    {"group_id": self.garden.id, "key": key, "value": value}
                )
        made = policies.create(
            {"group_id": self.garden.id, "key": "part", "value": "50 %"}
        )
        self.assertEqual(made.value, "1/2")

    def test_the_page_offers_words_and_shares_and_shows_where_to_propose(self):
        self._login(self.luc)
        form = {
            "csrf_token": http.Request.csrf_token(self),
            "form_page": f"/groups/{self.garden.slug}/manage",
        }
        url = f"/groups/{self.garden.slug}/manage"
        for key, value in (("how", "most"), ("part", "3/4")):
            self.url_open(f"{url}/policy", data={**form, "key": key, "value": value})
        self.assertEqual(self.garden._policy("part")[0], Fraction(3, 4))
        page = self.url_open(f"/groups/{self.compost.slug}/manage").text
        page = " ".join(page.split())
        self.assertIn("Currently most, as decided by Test garden", page)
        self.assertIn("Currently 3/4, as decided by Test garden", page)
        self.assertIn('<option value="all">all</option>', page)
        with reserving((self.garden, "policy")):
            form.update(key="part", value="1/2")
            page = self.url_open(f"{url}/policy", data=form).text
        self.assertIn("Decided together", page)
        self.assertRegex(page, f'<a class="btn[^>]*href="{LINK[0]}">{LINK[1]}</a>')
        self.assertEqual(self.garden._policy("part")[0], Fraction(3, 4))

    def test_programs_and_the_back_office_learn_where_to_propose(self):
        args = [self.garden.ids, "part", "1/2"]
        with reserving((self.garden, "policy")):
            self._login(self.luc)
            data = self.url_open(
                "/web/dataset/call_kw",
                json={
                    "params": {
                        "model": "wezer.group",
                        "method": "action_set_policy",
                        "args": args,
                        "kwargs": {},
                    }
                },
            ).json()["error"]["data"]
        self.assertEqual(data["message"], "Decided together")
        self.assertEqual(data["context"]["link"]["url"], LINK[0])
        # The web client shows its dialog with a button for this class.
        shown = data["context"]["exception_class"]
        self.assertEqual(shown, "odoo.exceptions.RedirectWarning")
        message, action, label = data["arguments"]
        self.assertEqual((message, label), ("Decided together", LINK[1]))
        self.assertEqual(
            (action["type"], action["url"]), ("ir.actions.act_url", LINK[0])
        )
