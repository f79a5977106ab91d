import json

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..exceptions import Refusal
from .common import WezerCommon

SECRETS = ("Secret Supplier", "sup@secret.example", "luc@secret.example", "0123456")


@tagged("post_install", "-at_install")
class TestHostile(WezerCommon):
    """What somebody tries who reads our code and wants what is not his."""

    def test_moderators_cannot_be_excluded_by_giving_them_a_mandate(self):
        mandates = self.env["wezer.mandate"].with_user(self.luc)
        for judge in (self.mo, self.ada):
            with self.assertRaises(Refusal) as caught:
                mandates.action_give(judge.partner_id._wezer_profile().id, ["market"])
            self.assertEqual(caught.exception.rule, "holder")
        self.assertTrue(self.mo._moderates(self.luc.partner_id))

    def test_applicants_cannot_read_the_copies_for_members(self):
        self.env.company.wezer_visitors_see_members = True
        anna = self.anna.partner_id._wezer_profile()
        anna.city = "Hidden Hamlet"
        self.luc_profile.state = "pending"
        self.env.invalidate_all()
        seen = anna.with_user(self.luc)
        self.assertTrue(seen.has_access("read"), "visitors see her")
        for name in ("members_text", "members_skill_ids", "members_language_ids"):
            for attempt in (
                lambda name=name: seen.read([name]),
                lambda name=name: seen.search([(name, "ilike", "hidden")]),
                lambda name=name: seen.search([], order=name),
                lambda name=name: seen.web_read({name: {}}),
            ):
                with self.assertRaises(Exception) as caught:  # noqa: B017
                    attempt()
                self.assertNotIn("hamlet", str(caught.exception).lower())
            self.assertNotIn(name, seen.fields_get())
        found, _count = seen._search_directory("hamlet")
        self.assertFalse(found)
        found, _count = anna.with_user(self.cora)._search_directory("hamlet")
        self.assertIn(anna, found)

    def test_an_address_written_on_ones_contact_takes_no_letter_of_another(self):
        self.luc.login = "luc@proved.example"
        self.luc.with_user(self.luc).write({"email": "victim@else.example"})
        invitations = self.env["wezer.invitation"]
        self.assertFalse(invitations._user_of("victim@else.example"))
        self.assertEqual(invitations._user_of("luc@proved.example"), self.luc)
        before = self.env["mail.mail"].search_count([])
        invitations.sudo()._request("victim@else.example")
        invitations._write_letters()
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(self.env["mail.mail"].search_count([]), before + 1)
        self.assertIn("/join/", mail.body_html)

    def test_an_address_written_on_ones_contact_is_nobodys_place_in_a_list(self):
        self.luc.login = "luc@proved.example"
        self.luc.with_user(self.luc).write({"email": "victim@else.example"})
        members = self.env["wezer.member.import"].with_user(self.ada)
        row = {"name": "Victim", "email": "victim@else.example", "skills": ["Trust"]}
        report = members._import_rows([row])
        self.assertEqual(report[0]["state"], "created")
        self.assertNotEqual(report[0]["id"], self.luc_profile.id)

    def test_visitors_do_not_send_letters_without_end(self):
        invitations = self.env["wezer.invitation"].sudo()
        for number in range(200):
            invitations._make("request", f"t{number}", self.env["res.partner"])
        with self.assertRaises(Refusal) as caught:
            invitations._request("somebody@new.example")
        self.assertEqual(caught.exception.rule, "hourly")


@tagged("post_install", "-at_install")
class TestHostileDoors(WezerCommon, HttpCase):
    """Odoo's own entry points, and malformed addresses."""

    def rpc(self, url, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        headers = {"Content-Type": "application/json"}
        return self.url_open(url, data=json.dumps(body), headers=headers).text

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.rpc(f"/web/dataset/call_kw/{model}/{method}", params)

    @mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule")
    def test_chat_search_and_threads_show_nothing_of_a_hidden_contact(self):
        hidden = self.env["res.partner"].create(
            {"name": "Secret Supplier", "email": "sup@secret.example"}
        )
        self.luc_profile.state = "pending"
        ids = [self.luc.partner_id.id, hidden.id]
        own = {
            "thread_model": "res.partner",
            "thread_id": self.anna.partner_id.id,
        }
        self.authenticate("anna-base", "anna-base-secret")
        members = [Command.create({"partner_id": number}) for number in ids]
        answers = [
            self.call(
                "discuss.channel",
                "create",
                {"name": "x", "channel_type": kind, "channel_member_ids": members},
            )
            for kind in ("group", "chat", "channel")
        ]
        answers += [
            self.call("discuss.channel", "add_members", [1], partner_ids=ids),
            self.call("res.partner", "search_for_channel_invite", "Sec"),
            self.call("res.partner", "get_mention_suggestions", "Sec"),
            self.call("res.partner", "find_or_create", "sup@secret.example"),
            self.call("res.users", "reset_password", "luc-base"),
            self.rpc("/discuss/search", {"term": "Sec"}),
            self.rpc("/mail/data", {"fetch_params": [["res.partner", ids]]}),
            self.rpc("/mail/thread/recipients", own),
            self.rpc(
                "/mail/partner/from_email", {**own, "emails": ["sup@secret.example"]}
            ),
            self.rpc(
                "/mail/message/post",
                {**own, "post_data": {"body": "x", "partner_ids": ids}},
            ),
        ]
        for number, answer in enumerate(answers):
            for secret in SECRETS:
                self.assertNotIn(secret, answer, number)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_signing_up_cannot_take_over_the_contact_of_another(self):
        self.authenticate("anna-base", "anna-base-secret")
        vals = {"login": "thief", "name": "T", "password": "thief-secret-1"}
        vals["partner_id"] = self.luc.partner_id.id
        self.assertIn('"error"', self.call("res.users", "signup", vals))
        users = self.env["res.users"].with_context(active_test=False)
        self.assertFalse(users.search([("login", "=", "thief")]))

    @mute_logger("odoo.http", "odoo.addons.base.models.res_users")
    def test_a_password_is_not_guessed_without_end(self):
        self.authenticate("luc-base", "luc-base-secret")
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "3")
        self.registry._login_failures = None
        self.addCleanup(setattr, self.registry, "_login_failures", None)
        for number in range(4):
            self.call("wezer.profile", "leave", f"guess {number}")
        self.call("wezer.profile", "leave", "luc-base-secret")
        self.env.invalidate_all()
        self.assertEqual(self.luc_profile.state, "active", "it cools down first")

    @mute_logger("odoo.http")
    def test_strange_addresses_are_not_found_and_no_error_of_ours(self):
        for who in (None, ("anna-base", "anna-base-secret")):
            if who:
                self.authenticate(*who)
            for url in (
                "/digest/stop/1/%C3%A9",
                "/digest/stop/99999999999999/x",
                "/wezer/face/99999999999999",
                "/members/page/99999999999999",
                "/members/%00",
                "/members?search=%00",
                "/members?skill=%C2%B2&language=99999999999999999999",
                "/join/%C3%A9",
                "/join/%00",
                "/join/x/block?everybody=%00",
            ):
                with self.subTest(url=url, who=who):
                    self.assertLess(self.url_open(url).status_code, 500)
