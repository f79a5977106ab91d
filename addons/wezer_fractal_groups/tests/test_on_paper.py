"""Members without a login in circles: invited, helped, and answered for in the open."""

from pathlib import Path

from odoo import http
from odoo.exceptions import AccessError
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import GroupPages, GroupsCommon

MIGRATION = "migrations/19.0.2.1.0/post-on-paper.py"


class PaperCommon(GroupsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oda = cls.env["res.partner"].create({"name": "Oda Old"})
        cls.oda_profile = cls.env["wezer.profile"]._make_for(cls.oda)
        # Joel manages the village, and so all inside; Luc hosts the garden.
        cls._put(cls.joel, cls.president)
        cls.president.right_invite = True
        cls._put(cls.luc, cls._role("Host", cls.garden, "invite"))
        cls.garden.join_policy = "open"

    @classmethod
    def _help(cls, user, *rights):
        return cls.env["wezer.mandate"].create(
            {
                "giver_id": cls.oda.id,
                "holder_id": user.partner_id.id,
                "date_from": "2020-01-01",
                **{f"right_{right}": True for right in rights or ("market",)},
            }
        )

    def _state(self, group):
        return group._membership_of(self.oda).state


@tagged("post_install", "-at_install")
class TestOnPaper(PaperCommon):
    def test_who_gives_the_place_and_manages_records_the_answer(self):
        self.garden.with_user(self.luc).action_invite(self.oda.id)
        self.assertEqual(self._state(self.garden), "invited")
        for user in (self.luc, self.demo):
            with self.assertRaises(NotAllowed):
                self.garden.with_user(user).action_record_consent(
                    self.oda.id, "By phone"
                )
        for note in ("", "  ", "…", None):
            with self.assertRaises(Refusal) as caught:
                self.garden.with_user(self.joel).action_record_consent(
                    self.oda.id, note
                )
            self.assertEqual(caught.exception.rule, "note")
        self.garden.with_user(self.joel).action_record_consent(
            self.oda.id, "By phone on Monday"
        )
        place = self.garden._membership_of(self.oda)
        self.assertEqual(place.state, "active")
        self.assertEqual(place.consent_note, "By phone on Monday")
        self.assertEqual(place.consent_by_id, self.joel.partner_id)
        act = self.env["wezer.acting.log"].search([("partner_id", "=", self.oda.id)])
        self.assertIn("By phone on Monday", act._sentence())
        self.assertIn(self.oda, self.garden.effective_members())

    def test_what_was_noted_of_an_answer_is_not_for_every_member(self):
        self.garden.with_user(self.joel).action_invite(self.oda.id)
        self.garden.with_user(self.joel).action_record_consent(
            self.oda.id, "By phone, she is in hospital"
        )
        place = self.garden._membership_of(self.oda)
        for user in (self.demo, self.luc, self.joel):
            mine = place.sudo(False).with_user(user)
            self.assertEqual(mine.read(["state"])[0]["state"], "active")
            for name in ("consent_note", "consent_by_id"):
                with self.assertRaises(AccessError):
                    mine.read([name])
                with self.assertRaises(AccessError):
                    mine.search([(name, "!=", False)])

    def test_who_is_suspended_joins_nothing_by_others_either(self):
        self._help(self.demo)
        self.workshop.join_policy = "open"
        self.garden.with_user(self.joel).action_invite(self.oda.id)
        self.oda_profile.state = "suspended"
        with self.assertRaises(NotAllowed):
            self.workshop.with_user(self.demo).action_join(self.oda.id)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.demo).action_accept_invitation(self.oda.id)
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.joel).action_record_consent(
                self.oda.id, "By phone"
            )
        self.assertEqual(self._state(self.garden), "invited")
        self.oda_profile.state = "left"
        with self.assertRaises(NotAllowed):
            self.garden.with_user(self.joel).action_record_consent(
                self.oda.id, "By phone"
            )

    def test_helpers_act_for_the_person_they_name_and_nobody_else(self):
        self._help(self.demo)
        group = self.env["res.partner"].create({"name": "Zz Club", "is_company": True})
        self.env["wezer.profile"]._make_for(group)
        garden = self.garden.with_user(self.demo)
        others = (self.luc.partner_id.id, group.id, self.village.partner_id.id)
        odd = (10**9, -1, "x", [self.oda.id], {"id": self.oda.id}, True, 1.5)
        for act in (
            garden.action_join,
            garden.action_request,
            garden.action_leave,
            garden.action_accept_invitation,
        ):
            for acting in (*others, *odd):
                with self.subTest(act=act.__name__, acting=acting):
                    with self.assertRaises(NotAllowed), self.env.cr.savepoint():
                        act(acting)
        self.assertEqual(self._state(self.garden), False)

    def test_nobody_answers_for_those_who_can_log_in(self):
        person = self.stranger.partner_id
        self.garden.with_user(self.joel).action_invite(person.id)
        with self.assertRaises(NotAllowed) as caught:
            self.garden.with_user(self.joel).action_record_consent(person.id, "Yes!")
        self.assertEqual(caught.exception.rule, "login")

    def test_an_answer_needs_an_invitation(self):
        with self.assertRaises(Refusal) as caught:
            self.garden.with_user(self.joel).action_record_consent(self.oda.id, "Yes!")
        self.assertEqual(caught.exception.rule, "state")

    def test_the_member_reads_it_with_the_first_login(self):
        self.garden.with_user(self.joel).action_invite(self.oda.id)
        self.garden.with_user(self.joel).action_record_consent(self.oda.id, "By phone")
        user = self._member("oda_later")
        user.partner_id = self.oda
        acts = self.env["wezer.acting.log"].with_user(user).search([])
        self.assertEqual(acts.mapped("what"), ["record_consent"])

    def test_a_helper_joins_accepts_and_leaves_in_the_open(self):
        self._help(self.demo)
        garden = self.garden.with_user(self.demo)
        garden.action_join(self.oda.id)
        self.assertEqual(self._state(self.garden), "active")
        self.assertFalse(self.garden._membership_of(self.demo.partner_id))
        garden.action_leave(self.oda.id)
        self.assertFalse(self.garden._membership_of(self.oda))
        self.garden.with_user(self.luc).action_invite(self.oda.id)
        notice = self.env["wezer.notice"].search(
            [("kind", "=", "group_invitation"), ("res_model", "!=", False)],
            order="id desc",
            limit=1,
        )
        self.assertEqual(notice.partner_id, self.demo.partner_id)
        self.assertIn("For Oda Old", notice.message)
        garden.action_accept_invitation(self.oda.id)
        self.assertEqual(self._state(self.garden), "active")
        acts = self.env["wezer.acting.log"].search([("partner_id", "=", self.oda.id)])
        self.assertEqual(
            set(acts.mapped("what")),
            {"own_join", "own_leave", "own_accept_invitation"},
        )

    def test_nobody_else_joins_or_leaves_for_another(self):
        self._put(self.stranger, self.garden)
        self._help(self.demo, "wallet")
        for user in (self.demo, self.joel, self.luc):
            garden = self.garden.with_user(user)
            for method in ("action_join", "action_request", "action_leave"):
                with self.assertRaises(AccessError):
                    getattr(garden, method)(self.oda.id)
            with self.assertRaises(AccessError):
                garden.action_leave(self.stranger.partner_id.id)
        self.assertTrue(self.garden._membership_of(self.stranger.partner_id))
        self.assertFalse(self.garden._membership_of(self.oda))

    def test_hostile_ids_are_refused(self):
        garden = self.garden.with_user(self.demo)
        for number in ("x", [self.oda.id], 10**30, -1, {"id": 1}):
            with self.subTest(number=number), self.assertRaises(NotAllowed):
                garden.action_join(number)

    def test_permissions_of_a_role_on_paper_are_used_by_nobody(self):
        self._help(self.demo, "market", "wallet")
        self._put_paper(self.treasurer)
        self.assertFalse(self.acts(self.demo, self.garden, "wallet"))
        self.assertFalse(self.acts(self.demo, self.garden, "market"))
        user = self._member("oda_later")
        user.partner_id = self.oda
        self.assertTrue(self.acts(user, self.garden, "wallet"))

    def _put_paper(self, group):
        return self.env["wezer.group.membership"].create(
            {"group_id": group.id, "partner_id": self.oda.id}
        )

    def test_what_was_written_down_is_theirs_and_goes_with_them(self):
        self.garden.with_user(self.joel).action_invite(self.oda.id)
        self.garden.with_user(self.joel).action_record_consent(self.oda.id, "By phone")
        data = self.oda._wezer_personal_data()
        self.assertEqual(data["memberships"][0]["consent_note"], "By phone")
        self.assertIn("By phone", data["acts"][0]["what"])
        place = self.garden._membership_of(self.oda)
        self.oda._wezer_let_go()
        self.assertEqual((place.state, place.consent_note), ("left", False))
        acts = self.env["wezer.acting.log"].search([("partner_id", "=", self.oda.id)])
        self.assertEqual(acts.mapped("note"), [False])
        self.assertFalse(self.garden.effective_members() & self.oda)

    def test_merged_with_a_later_account_the_place_goes_on(self):
        self.garden.with_user(self.joel).action_invite(self.oda.id)
        self.garden.with_user(self.joel).action_record_consent(self.oda.id, "By phone")
        user = self._member("oda_twice")
        self.oda._wezer_merge_into(user.partner_id)
        self.assertEqual(self.garden._membership_of(user.partner_id).state, "active")
        acts = self.env["wezer.acting.log"].with_user(user).search([])
        self.assertEqual(acts.mapped("what"), ["record_consent"])

    def test_the_to_do_list_of_a_helper_has_the_invitation(self):
        self._help(self.demo)
        self.garden.with_user(self.luc).action_invite(self.oda.id)
        rows = [row["text"] for row in self.demo._wezer_invitation_rows()]
        self.assertEqual(rows, ["Oda Old is invited to Test garden."])

    def test_groups_are_no_people_though_no_company_either(self):
        contact = self.env["res.partner"].create({"name": "Zz choir"})
        group = self.groups.create({"name": "Zz choir", "partner_id": contact.id})
        profile = group.partner_id._wezer_profile()
        self.assertFalse(profile.is_person or profile.on_paper)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wezer_profile SET is_person = TRUE, on_paper = TRUE WHERE id = %s",
            [profile.id],
        )
        path = Path(__file__).parents[1] / MIGRATION
        module = load_script(str(path), "on_paper")
        module.migrate(self.env.cr, "19.0.2.0.0")
        profile.invalidate_recordset()
        self.assertFalse(profile.is_person or profile.on_paper)


@tagged("post_install", "-at_install")
class TestOnPaperPages(PaperCommon, GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_in(cls.luc, cls.joel, cls.demo, cls.stranger)

    def _page(self, address):
        return " ".join(self.url_open(address).text.split())

    def _post(self, group, act, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        answer = self.url_open(f"/groups/{group.slug}/{act}", data=form)
        return " ".join(answer.text.split())

    def test_a_manager_invites_someone_on_paper_and_records_the_answer(self):
        self._login(self.joel)
        page = self._post(self.garden, "invite", member_typed="oda old")
        self.assertIn("nobody acts for them. Ask them yourself", page)
        self.assertIn("Record that they agreed", page)
        page = self._post(
            self.garden, "record", person=self.oda_profile.slug, note="On paper, 3 May"
        )
        self.assertIn("The answer was recorded", page)
        self.assertEqual(self._state(self.garden), "active")
        self.assertNotIn("Record that they agreed", page)

    def test_a_helper_answers_on_the_page_of_the_circle(self):
        self._help(self.demo)
        self.garden.with_user(self.luc).action_invite(self.oda.id)
        self._login(self.demo)
        page = self._page(f"/groups/{self.garden.slug}")
        self.assertIn("Oda Old is invited to Test garden.", page)
        self.assertIn("Accept for Oda Old", page)
        page = self._post(self.garden, "accept", acting=self.oda.id)
        self.assertIn("sees that you did it", page)
        self.assertEqual(self._state(self.garden), "active")
        self.assertIn("Leave for Oda Old", page)

    @mute_logger("odoo.http")
    def test_a_stranger_sees_no_such_buttons_and_cannot_send_them(self):
        self.garden.with_user(self.luc).action_invite(self.oda.id)
        self._login(self.stranger)
        page = self._page(f"/groups/{self.garden.slug}")
        self.assertNotIn("Oda Old", page)
        self._post(self.garden, "accept", acting=self.oda.id)
        self._post(self.garden, "record", person=self.oda_profile.slug, note="Yes")
        self.assertEqual(self._state(self.garden), "invited")

    def test_the_page_says_that_permissions_are_used_by_nobody(self):
        self.env["wezer.group.membership"].create(
            {"group_id": self.treasurer.id, "partner_id": self.oda.id}
        )
        self._login(self.joel)
        said = "Nobody can use the permissions of this role"
        self.assertIn(said, self._page(f"/groups/{self.garden.slug}"))
        self._put(self.demo, self.treasurer)
        self.assertNotIn(said, self._page(f"/groups/{self.garden.slug}"))
