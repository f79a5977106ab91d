"""Languages: added by the first step, offered to everyone, remembered for members."""

from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.http_routing.models.ir_http import IrHttp as OdoosIrHttp
from odoo.addons.http_routing.tests.common import MockRequest

from .common import WezerCommon


class LanguagesCommon(WezerCommon, HttpCase):
    @classmethod
    def _website(cls):
        return cls.env["website"].get_current_website()

    @classmethod
    def _add(cls, *codes):
        """Add languages as the first step does: its form, its button."""
        every = cls.env["res.lang"].with_context(active_test=False)
        found = every.search([("code", "in", codes)])
        wizard = cls.env["wezer.language.add"].with_user(cls.ada)
        return wizard.create({"lang_ids": [Command.set(found.ids)]}).action_add()


@tagged("post_install", "-at_install")
class TestLanguages(LanguagesCommon):
    def _step(self):
        steps = self.env["wezer.onboarding"].with_user(self.ada)._steps()
        return next(step for step in steps if step["key"] == "languages")

    def test_a_language_that_is_added_is_on_the_website_with_its_switcher(self):
        self._website().language_ids = self._website().default_lang_id
        self.assertFalse(self._step()["done"])
        self._add("fr_FR", "ca_ES")
        self.assertTrue(self._step()["done"])
        self.assertEqual(
            set(self._website().language_ids.mapped("code")),
            {"en_US", "fr_FR", "ca_ES"},
        )
        page = self.url_open("/members")
        self.assertIn('data-url_code="fr"', page.text)
        self.assertIn('data-url_code="ca"', page.text)
        french = self.url_open("/fr/members")
        self.assertEqual(french.status_code, 200)
        self.assertIn('lang="fr-FR"', french.text)
        self.assertIn("Membres", french.text)
        self.assertEqual(self.url_open("/ca/members").status_code, 200)

    def test_others_than_administrators_add_none(self):
        for user in (self.anna, self.cora, self.mo):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.env["wezer.language.add"].with_user(user).create({})


@tagged("post_install", "-at_install")
class TestLanguageIsThere(LanguagesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add("fr_FR")

    def _login(self, user):
        page = self.url_open("/web/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            "/web/login",
            data={
                "csrf_token": token,
                "login": user.login,
                "password": f"{user.login}-secret",
            },
        )

    def test_the_form_of_a_member_calls_languages_as_they_call_themselves(self):
        profile = self.ada.partner_id._wezer_profile().with_user(self.ada)
        profile.language_ids = self.env.ref("base.lang_fr")
        form = profile.get_view(view_type="form")["arch"]
        field = etree.fromstring(form).find(".//field[@name='language_ids']")
        fields = {"display_name": {}}
        context = literal_eval(field.get("context"))
        spec = {"language_ids": {"fields": fields, "context": context}}
        names = [
            row["display_name"] for row in profile.web_read(spec)[0]["language_ids"]
        ]
        self.assertEqual(names, ["Français"])

    def test_members_keep_the_language_they_chose(self):
        self._login(self.anna)
        self.url_open("/website/lang/fr?r=/fr/my")
        self.anna.invalidate_recordset()
        self.assertEqual(self.anna.lang, "fr_FR")
        # Another device, that knows nothing of it.
        self.authenticate(None, None)
        del self.opener.cookies["frontend_lang"]
        self.assertIn("/fr/", self._login(self.anna).url)

    def test_a_language_chosen_at_the_login_page_is_kept(self):
        self.url_open("/website/lang/fr?r=/fr/web/login")
        self.assertIn("/fr/", self._login(self.luc).url)

    def test_visitors_change_no_account(self):
        self.url_open("/website/lang/fr?r=/fr")
        self.public.invalidate_recordset()
        self.assertEqual(self.public.lang, "en_US")

    def test_links_have_the_language_that_odoo_gives_them(self):
        website = self._website()
        links = (
            *("/", "/market", "/market?view=map", "/fr/market", "/en/market", "/fr"),
            *("//elsewhere.example/a", "/a/../b", "market", "#part", "/market#part"),
            *("/web/login", " /market ", "/en_US/market", "/frites", "", "?page=2"),
            *("/en", "/en?a=1", "/en#part", "/web/image/1/a%20b.png?unique=1", "#"),
            *("/market/feed.atom", "/./market", "/de/market", "/market?to=/a", "/a//b"),
        )
        server = self.env["ir.http"]
        for code in ("en_US", "fr_FR"):
            with MockRequest(self.env, website=website, context={"lang": code}):
                for link in links:
                    for forced in (None, "fr_FR"):
                        with self.subTest(link, language=code, forced=forced):
                            self.assertEqual(
                                server._url_for(link, forced),
                                OdoosIrHttp._url_for.__func__(
                                    type(server), link, forced
                                ),
                            )
