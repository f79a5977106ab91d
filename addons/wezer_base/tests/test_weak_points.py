"""What was weak in the Wezer of 2015 (security and privacy), tried again.

The numbers are those of the study of 2015, section 12.2. What concerns money,
deals and groups has its own tests in the addons where they live.
"""

from odoo import Command, http
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, mute_logger, tagged

from ..tools.caller_context import checked_keywords
from ..tools.rights import RIGHTS
from .common import WezerCommon

# 2015 took these keys from a form, as they were, with all rights.
RAW = {
    "limits[1]": "99999",
    "balances[1]": "99999",
    "state": "active",
    "is_founder": "1",
    "company_id": "2",
    "partner_id": "1",
    "admitted_by_id": "1",
    "name": "The boss",
    "slug": "boss",
    "group_ids": "1",
    "login": "admin",
    "email": "boss@example.org",
    "wezer_is_treasury": "1",
    "signup_type": "reset",
    "password": "hacked-password",
}


@tagged("post_install", "-at_install")
class TestWeakPoints(WezerCommon):
    def _rpc(self, user, model, method, *args, **kwargs):
        self.env.invalidate_all()
        return call_kw(self.env[model].with_user(user), method, args, kwargs)

    def test_1_no_raw_key_becomes_a_field(self):
        before = self.luc_profile.read()[0]
        for key, value in RAW.items():
            with self.subTest(key=key), self.assertRaises(UserError):
                self._rpc(self.luc, "wezer.profile", "update_own", {key: value})
        self.assertEqual(self.luc_profile.read()[0], before)

    def test_1_a_save_keeps_what_it_does_not_name(self):
        skill = self.env["wezer.skill"].create({"name": "Zz baking"})
        self.luc_profile.write({"skill_ids": [Command.set(skill.ids)], "city": "Here"})
        self._rpc(self.luc, "wezer.profile", "update_own", {"presentation": "Me."})
        self.assertEqual(self.luc_profile.skill_ids, skill)
        self.assertEqual(self.luc_profile.city, "Here")
        self.assertEqual(self.luc.partner_id.email, "luc@secret.example")

    def test_2_visitors_change_nothing(self):
        for method, args in (
            ("update_own", [{}]),
            ("update_own", [{"presentation": "x"}]),
            ("create", [{"partner_id": self.luc.partner_id.id, "slug": "x"}]),
            ("write", [self.luc_profile.ids, {"presentation": "x"}]),
        ):
            with self.assertRaises(AccessError):
                self._rpc(self.public, "wezer.profile", method, *args)

    def test_4_neither_visitors_nor_members_read_partners_and_users(self):
        for model in ("res.partner", "res.users"):
            hers = self.anna if model == "res.users" else self.anna.partner_id
            for user in (self.public, self.anna):
                rows = self.env[model].with_user(user)
                try:
                    seen = rows.with_context(active_test=False).search([])
                except AccessError:
                    continue
                # Nobody but oneself; the visitor's own row is nobody's, and the
                # community itself is no secret.
                nobody = self.public if model == "res.users" else self.public.partner_id
                known = hers | nobody
                if model == "res.partner":
                    known |= self.env.company.partner_id
                self.assertLessEqual(seen, known)

    def test_5_a_profile_shows_no_address_against_its_owners_will(self):
        self.env.company.wezer_visitors_see_members = True
        partner = self.luc.partner_id
        partner.write({"street": "Hidden lane 5", "zip": "zz-9999"})
        self.luc_profile.write(
            {"share_email": "nobody", "share_phone": "nobody", "share_place": "nobody"}
        )
        for user in (self.public, self.anna):
            profile = self.env["wezer.profile"].with_user(user)
            values = str(profile.browse(self.luc_profile.id)._wezer_party_values())
            rows = str(profile.search_read([("id", "=", self.luc_profile.id)]))
            for secret in ("secret.example", "0123456", "Hidden", "zz-9999"):
                self.assertNotIn(secret, values + rows)

    def test_5_nobody_is_searched_by_what_he_does_not_share(self):
        self.luc_profile.write({"share_place": "nobody"})
        directory = self.env["wezer.profile"].with_user(self.anna)
        for words in ("hidden hamlet", "luc@secret.example", "0123456", "secret"):
            self.assertNotIn(self.luc_profile, directory._search_directory(words)[0])

    def test_6_every_route_that_writes_is_post_with_its_token(self):
        generate = self.env["ir.http"]._generate_routing_rules(
            self.env.registry._init_modules, self.env["ir.http"]._get_converters()
        )
        for url, endpoint in generate:
            if not endpoint.func.__module__.startswith("odoo.addons.wezer_"):
                continue
            routing = endpoint.routing
            if routing["type"] == "http" and "POST" in (routing.get("methods") or []):
                with self.subTest(url=url):
                    one_click = getattr(endpoint.func, "_wezer_signed", False)
                    says = endpoint.func.__doc__ or ""
                    self.assertTrue(
                        routing.get("csrf", True)
                        or one_click
                        or "List-Unsubscribe" in says
                        # What phones share comes without a page of ours.
                        or "Nothing is kept and nothing is done" in says
                        or url.startswith("/xmlrpc"),
                        "a POST without the token of its page",
                    )

    def test_8_following_somebody_gives_no_right(self):
        partner = self.luc.partner_id
        partner.message_subscribe(self.anna.partner_id.ids)
        self.env.company.partner_id.message_subscribe(self.anna.partner_id.ids)
        for right in RIGHTS:
            self.assertLessEqual(
                set(self.anna._acting_ids(right)), set(self.anna.partner_id.ids)
            )
        with self.assertRaises(AccessError):
            self._rpc(self.anna, "res.partner", "read", partner.ids, ["name"])

    def test_8_nothing_of_ours_can_be_followed(self):
        for name, model in self.env.registry.items():
            if model._original_module == "wezer_base":
                self.assertNotIn("message_follower_ids", model._fields, name)

    def test_9_who_signs_up_is_no_internal_user_whatever_he_sends(self):
        values = {
            "login": "sly@example.org",
            "name": "Sly",
            "password": "sly-secret-1234",
            "group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            "share": False,
        }
        for user in (self.public, self.anna):
            for method, args in (
                ("signup", [values]),
                ("signup", [values, "no-such-token"]),
                ("create", [values]),
                ("copy", [self.anna.ids, values]),
                ("web_save", [[], values, {}]),
            ):
                with self.subTest(who=user.name, method=method):
                    with self.assertRaises(Exception):  # noqa: B017 any refusal
                        with self.env.cr.savepoint():
                            self._rpc(user, "res.users", method, *args)
        sly = self.env["res.users"].search([("login", "=", "sly@example.org")])
        self.assertFalse(sly)

    def test_10_a_member_reaches_nothing_with_the_rights_of_the_server(self):
        """What a caller passes is an id or a text, never a command or a context."""
        skill = self.env["wezer.skill"].create({"name": "Zz weaving"})
        for value in (
            [Command.update(skill.id, {"name": "Hacked"})],
            [Command.delete(skill.id)],
            [Command.create({"name": "Mine"})],
            [["6", 0, skill.ids]],
            {"0": 1},
        ):
            with self.assertRaises(UserError):
                self._rpc(
                    self.anna, "wezer.profile", "update_own", {"skill_ids": value}
                )
        self.assertEqual(skill.name, "Zz weaving")
        sly = {
            "uid": self.luc.id,
            "su": True,
            "default_state": "active",
            "default_partner_id": self.luc.partner_id.id,
            "active_test": False,
            "allowed_company_ids": [self.env.company.id, 10**6],
            "install_mode": True,
            "module": "wezer_base",
        }
        self._rpc(
            self.anna,
            "wezer.profile",
            "update_own",
            {"presentation": "Anna's"},
            context={key: sly[key] for key in sly if key != "allowed_company_ids"},
        )
        self.assertEqual(self.anna.partner_id._wezer_profile().presentation, "Anna's")
        self.assertFalse(self.luc_profile.presentation)

    def test_10_no_value_of_a_new_record_comes_from_the_context_of_a_call(self):
        """Neither of members, who pass none, nor of those who have forms for it."""
        self.luc_profile.messages_from = "nobody"
        sly = {"default_state": "open", "default_withheld": "no"}
        for user in (self.anna, self.ada):
            with self.subTest(user.login), self.assertRaises(UserError) as refused:
                self._rpc(
                    user,
                    "wezer.conversation",
                    "action_start",
                    self.luc_profile.id,
                    "Hello",
                    context=sly,
                )
            self.assertEqual(refused.exception.rule, "recipient")
        kept = self.env["ir.attachment"].create({"name": "Theirs", "raw": b"secret"})
        mails = self.env["mail.mail"].with_user(self.ada).sudo()
        mail = mails.with_context(
            default_attachment_ids=kept.ids, default_email_cc="sly@example.org"
        ).create({"email_to": "anna@example.org", "subject": "x"})
        self.assertFalse(mail.attachment_ids | mail.mail_message_id.attachment_ids)
        self.assertFalse(mail.email_cc)
        call = {"context": {"lang": "en_US", **sly}, "ids": [1]}
        self.assertEqual(
            checked_keywords(self.anna, call),
            {"context": {"lang": "en_US"}, "ids": [1]},
        )
        self.assertEqual(checked_keywords(self.ada, call), call)
        # Forms pass values to Odoo's methods, and to no action of the suite.
        for model, method, kept in (
            ("wezer.category", "create", True),
            ("wezer.category", "action_merge_into", False),
            ("res.partner", "write", True),
            ("mail.mail", "action_wezer_send_again", False),
            ("res.partner", "message_post", True),
        ):
            passed = checked_keywords(self.ada, call, self.env[model], method)
            self.assertEqual(passed == call, kept, (model, method))
            self.assertEqual(passed["context"]["lang"], "en_US")
        self.assertEqual(checked_keywords(self.anna, {"context": "x"})["context"], "x")

    def test_11_for_whom_one_acts_is_asked_of_the_server(self):
        both = self.anna.partner_id | self.luc.partner_id
        for foreign in (self.luc.partner_id.id, -1, 10**12, "1", True):
            with self.subTest(id=foreign), self.assertRaises(AccessError):
                self.anna._resolve_acting(foreign, both, "market")

    def test_12_rights_of_many_are_not_mixed_up(self):
        """Many partners at once, with equal ids of other models, for many users."""
        partners = self.env["res.partner"].search([], limit=50)
        people = (self.anna, self.luc, self.cora, self.ada, self.public)
        partners |= self.env["res.users"].union(*people).partner_id
        for _round in range(2):
            for user in people:
                seen = partners.with_user(user).sudo().filtered("acts_wallet")
                alone = partners.filtered(
                    lambda one, user=user: user._acts_for(one, "wallet")
                )
                self.assertEqual(set(seen.ids), set(alone.ids), user.name)


@tagged("post_install", "-at_install")
class TestWeakPointsOnPages(HttpCase, WezerCommon):
    def _post(self, url, data):
        return self.url_open(
            url,
            {**data, "csrf_token": http.Request.csrf_token(self)},
            allow_redirects=False,
        )

    def _snapshot(self):
        self.env.invalidate_all()
        profile = self.luc_profile
        return (
            profile.state,
            profile.is_founder,
            profile.company_id,
            profile.partner_id,
            profile.admitted_by_id,
            profile.name,
            profile.slug,
            self.luc.group_ids,
            self.luc.login,
            self.luc.partner_id.email,
            self.luc.partner_id.wezer_is_treasury,
        )

    def test_1_the_form_of_the_profile_takes_no_other_key(self):
        self.authenticate("luc-base", "luc-base-secret")
        before = self._snapshot()
        answer = self._post("/my/profile", {**RAW, "presentation": "Only this."})
        self.assertLess(answer.status_code, 400)
        self.assertEqual(self._snapshot(), before)
        self.assertEqual(self.luc_profile.presentation, "Only this.")
        # His password is the old one.
        self.authenticate("luc-base", "luc-base-secret")

    @mute_logger("odoo.http")
    def test_2_visitors_post_to_no_page_of_ones_own(self):
        self.authenticate(None, None)
        before = self._snapshot()
        for url in ("/my/profile", "/my/notices/read", "/my/account"):
            answer = self._post(url, RAW)
            self.assertIn("/web/login", answer.headers.get("Location", ""), url)
        self.assertEqual(self._snapshot(), before)

    @mute_logger("odoo.http", "odoo.addons.http_routing.models.ir_http")
    def test_4_visitors_are_not_shown_who_is_here(self):
        self.authenticate(None, None)
        for url in (
            "/members",
            "/members?search=luc",
            f"/members/{self.luc_profile.slug}",
            f"/wezer/face/{self.luc_profile.id}",
            f"/web/image/wezer.profile/{self.luc_profile.id}/image_1920",
            "/sitemap.xml",
        ):
            with self.subTest(url=url):
                page = self.url_open(url).text
                for secret in ("Luc Noël", "Hidden Hamlet", "secret.example", ">L<"):
                    self.assertNotIn(secret, page)

    @mute_logger("odoo.http")
    def test_6_a_link_changes_nothing(self):
        self.luc.partner_id._wezer_notify("weak", "Read me")
        self.authenticate("luc-base", "luc-base-secret")
        answer = self.url_open("/my/notices/read", allow_redirects=False)
        self.assertIn(answer.status_code, (404, 405))
        self.url_open("/my/profile?presentation=Hacked&state=left")
        self.assertFalse(self.luc_profile.presentation)
        self.assertEqual(self.luc_profile.state, "active")
        answer = self.url_open("/my/profile", {"presentation": "No token"})
        self.assertEqual(answer.status_code, 400)
