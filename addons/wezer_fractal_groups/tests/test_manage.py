from lxml import html

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

from .common import GroupPages, GroupsCommon


@tagged("post_install", "-at_install")
class TestTalk(GroupsCommon):
    def _say(self, user, text="Hello"):
        return self.garden.with_user(user).action_send_message(text)

    def test_members_and_guests_write_and_members_below_read(self):
        self._put(self.luc, self.garden)
        self._put(self.joel, self.garden, is_guest=True)
        self._put(self.demo, self.compost)
        self._say(self.luc)
        self._say(self.joel, "And I")
        said = self.garden.with_user(self.demo)._talk()
        self.assertEqual(said.mapped("text"), ["Hello", "And I"])
        with self.assertRaises(NotAllowed):
            self._say(self.demo)

    def test_nobody_else_reads_or_writes_not_even_an_administrator(self):
        self._put(self.luc, self.garden)
        self._say(self.luc)
        for user in (self.stranger, self.env.ref("base.user_admin")):
            messages = self.env["wezer.group.message"].with_user(user)
            self.assertFalse(messages.search([]))
            with self.assertRaises(NotAllowed):
                self._say(user)
        with self.assertRaises(AccessError):
            self.env["wezer.group.message"].with_user(self.luc).create(
                {"group_id": self.garden.id, "person_id": self.luc.partner_id.id}
            )

    def test_messages_are_removed_by_their_author_or_a_manager(self):
        keeper = self._role("Keeper", self.garden, "manage")
        for user in (self.luc, self.demo):
            self._put(user, self.garden)
        self._put(self.joel, keeper)
        messages = self.env["wezer.group.message"]
        first = messages.browse(self._say(self.luc, "Secret"))
        with self.assertRaises(NotAllowed):
            first.with_user(self.demo).action_remove()
        first.with_user(self.luc).action_remove()
        self.assertNotIn("Secret", first.sudo().text)
        second = messages.browse(self._say(self.luc, "Rude"))
        second.with_user(self.joel).action_remove()
        self.assertEqual(second.sudo().removed_by_id, self.joel.partner_id)

    def test_empty_messages_are_refused_and_no_mail_is_sent(self):
        self._put(self.luc, self.garden)
        before = self.env["mail.mail"].search_count([])
        with self.assertRaises(Refusal):
            self._say(self.luc, "   ")
        self._say(self.luc)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)


@tagged("post_install", "-at_install")
class TestManagePages(GroupPages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._role("Keeper", cls.garden, "manage")
        cls._put(cls.luc, cls.keeper)
        cls._put(cls.luc, cls.garden)
        cls._put(cls.joel, cls.president)
        cls._let_in(cls.luc, cls.joel, cls.stranger)

    def _post(self, group, act, **form):
        form["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/groups/{group.slug}/{act}", data=form)

    def test_a_manager_changes_founds_and_decides(self):
        self._login(self.luc)
        page = self.url_open(f"/groups/{self.garden.slug}").text
        self.assertIn("Manage", page)
        page = self.url_open(f"/groups/{self.garden.slug}/manage").text
        self.assertIn("Create a circle or a role inside", page)
        self._post(
            self.garden,
            "manage/update",
            name="Gardens",
            purpose="Beans",
            books_open="",
        )
        self.assertEqual(
            (self.garden.name, self.garden.purpose, self.garden.books_open),
            ("Gardens", "Beans", False),
        )
        self._post(self.garden, "manage/found", name="Beds", kind="circle", purpose="")
        self.assertTrue(
            self.garden.circle_ids.filtered(lambda circle: circle.name == "Beds")
        )
        self._post(self.garden, "manage/policy", key="role_term_days", value="90")
        self.assertEqual(self.compost._policy("role_term_days")[0], 90)
        page = self.url_open(f"/groups/{self.compost.slug}/manage").text
        self.assertIn("Currently 90, as decided by Gardens", " ".join(page.split()))
        self._post(self.garden, "manage/refuse_rights", refuse="1")
        self.assertTrue(self.garden.refuse_rights)

    def test_a_move_is_seen_before_it_is_proposed(self):
        self._login(self.joel)
        answer = self._post(
            self.compost,
            "manage/move",
            kind="move",
            target=self.workshop.id,
            dry_run="1",
        )
        self.assertIn("<strong>Luc</strong> loses", " ".join(answer.text.split()))
        self.assertEqual(self.compost.parent_id, self.garden)
        self._post(self.compost, "manage/move", kind="move", target=self.workshop.id)
        self.assertEqual(self.compost.parent_id, self.workshop)

    @mute_logger("odoo.http", "werkzeug")
    def test_only_managers_reach_the_forms(self):
        lead = self._role("Speaker", self.garden)
        lead.link = "lead"
        self._put(self.stranger, lead)
        self._login(self.stranger)
        url = f"/groups/{self.garden.slug}/manage"
        refused = self.url_open(url)
        self.assertEqual(refused.status_code, 403)
        self.assertIn("You cannot manage Test garden", refused.text)
        # Whom to ask: those who manage it, and not who leads it without permission.
        (managers,) = html.fromstring(refused.text).find_class("o_wezer_leads")
        self.assertIn("Manages this circle", managers.text_content())
        self.assertNotIn("Leads this circle", managers.text_content())
        self.assertNotIn("manage/update", refused.text)
        self.assertEqual(self._post(self.garden, "manage/close").status_code, 404)
        self._login(self.luc)
        self.assertEqual(self._post(self.garden, "manage/page").status_code, 404)
        self.assertEqual(self._post(self.garden, "manage/_page").status_code, 404)

    def test_messages_are_written_on_the_page_and_reloaded_alone(self):
        self._login(self.luc)
        page = self._post(self.garden, "send", text="Who waters <b>today</b>?").text
        self.assertIn("Who waters &lt;b&gt;today", page)
        address = f"/groups/{self.garden.slug}/talk"
        part = self.url_open(address, headers={"X-Requested-With": "XMLHttpRequest"})
        self.assertIn("o_wezer_live", part.text)
        self.assertNotIn("<header", part.text)
        whole = self.url_open(address).text
        for words in ("<title>", 'lang="', "Conversation of Test garden", "<header"):
            self.assertIn(words, whole)

    def test_people_are_invited_by_name_as_members_or_guests(self):
        inviter = self._role("Host", self.garden, "invite")
        self._put(self.luc, inviter)
        self._login(self.luc)
        self._post(self.garden, "invite", member_typed="stranger", guest="1")
        live = self.garden._membership_of(self.stranger.partner_id)
        self.assertEqual((live.state, live.is_guest), ("invited", True))
