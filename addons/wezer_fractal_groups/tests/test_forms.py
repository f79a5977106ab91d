from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tests.forms import FormCase
from odoo.addons.wezer_base.tools.forms import SAVED_ID

from .common import GroupPages


@tagged("post_install", "-at_install")
class TestGroupForms(FormCase, GroupPages):
    """Forms of groups: refused they are given back, sent twice they count once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.circle = cls.garden
        cls.keeper = cls._role("Keeper", cls.circle, "manage", "invite")
        cls._let_in(cls.luc, cls.demo)
        for user in (cls.luc, cls.demo):
            cls._put(user, cls.circle)
            cls._put(user, cls.keeper)

    def _manage(self, user):
        self._login(user)
        return self.page(f"/groups/{self.circle.slug}/manage")

    def _address(self, act):
        return f"/groups/{self.circle.slug}/manage/{act}"

    def test_a_refused_change_keeps_every_text(self):
        form = self.form(self._manage(self.demo), self._address("update"))
        typed = {"name": " ", "purpose": "We dig.\nAnd sow.", "domains": "The garden"}
        typed.update(visibility="public", join_policy="request")
        answer = self.send(form, books_open_yes="1", **typed)
        typed["books_open_yes"] = "1"
        self.assert_given_back(answer, self._address("update"), typed, wrong="name")

    def test_a_refused_circle_keeps_name_kind_and_rights(self):
        form = self.form(self._manage(self.demo), self._address("found"))
        typed = {"kind": "circle", "name": "Bees", "purpose": "Honey"}
        answer = self.send(form, right=["market"], **typed)
        typed["right"] = ["market"]
        self.assert_given_back(answer, self._address("found"), typed)

    def test_a_saved_policy_is_confirmed_in_its_own_form(self):
        for key, value in (("role_term_days", "90"), ("members_invite", "yes")):
            manage = self._manage(self.demo)
            form = self.form(manage, self._address("policy"), key=key)
            answer = self.send(form, value=value)
            self.assertTrue(answer.url.endswith(f"/manage#{SAVED_ID}"), answer.url)
            page = self.parsed(answer)
            form = self.form(page, self._address("policy"), key=key)
            [message] = page.xpath(f"//*[@id='{SAVED_ID}']")
            self.assertIs(message.getparent(), form)
            self.assertIn("Done.", message.text_content())
            folds = list(form.iterancestors("details"))
            self.assertEqual(len(folds), 2)
            for fold in folds:
                self.assertIsNotNone(fold.get("open"), "the policy is folded away")
            # It is said once, and on that page only.
            self.assertEqual(page.text_content().count("Done."), 1)
            self.assertFalse(self._manage(self.demo).xpath(f"//*[@id='{SAVED_ID}']"))

    def test_what_leads_elsewhere_or_is_gone_is_confirmed_above_the_page(self):
        form = self.form(self._manage(self.demo), self._address("update"))
        page = self.parsed(self.send(form, name="Another name"))
        [message] = page.find_class("o_wezer_flash")
        self.assertIn("Done.", message.text_content())
        self.assertFalse(list(message.iterancestors("form")))

    def test_a_circle_is_founded_once(self):
        form = self.form(self._manage(self.demo), self._address("found"))
        for _twice in range(2):
            self.send(form, kind="circle", name="Bees", purpose="")
        self.assertEqual(
            self.env["wezer.group"].search_count(
                [("name", "=", "Bees"), ("parent_id", "=", self.circle.id)]
            ),
            1,
        )
        typed = {"kind": "circle", "name": "Wasps", "purpose": ""}
        answer = self.send(form, **typed)
        self.assertIn("has not been sent", answer.text)
        self.assert_given_back(answer, self._address("found"), typed)
        self.assertFalse(self.env["wezer.group"].search([("name", "=", "Wasps")]))

    def test_a_name_of_several_people_does_not_use_the_form_up(self):
        for login in ("first_fox", "second_fox"):
            user = self._member(login)
            user.partner_id._wezer_profile().name = "Fox Fern"
            self._let_in(user)
        self._login(self.demo)
        action = f"/groups/{self.circle.slug}/invite"
        form = self.form(self.page(f"/groups/{self.circle.slug}"), action)
        answer = self.send(form, member_typed="Fox Fern")
        self.assertIn("search=Fox", answer.url)
        answer = self.send(form, member_typed="Nobody Here")
        self.assert_given_back(answer, action, {"member_typed": "Nobody Here"})
        self.assertNotIn("has not been sent", answer.text)

    def test_of_several_decisions_the_refused_one_is_given_back(self):
        page = self._manage(self.demo)
        key = "role_term_days"
        form = self.form(page, self._address("policy"), key=key)
        typed = {"value": "a year", "reason": "Because"}
        answer = self.send(form, **typed)
        given = self.assert_given_back(answer, self._address("policy"), typed, key=key)
        self.assertEqual(given.fields["key"], key)

    def test_a_refused_invitation_keeps_the_name(self):
        self._login(self.demo)
        action = f"/groups/{self.circle.slug}/invite"
        form = self.form(self.page(f"/groups/{self.circle.slug}"), action)
        typed = {"member_typed": "Nobody Here", "guest": "1"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, action, typed)

    def test_the_second_to_save_sees_both_texts(self):
        form = self.form(self._manage(self.demo), self._address("update"))
        self.circle.with_user(self.luc).action_update({"purpose": "Luc's words"})
        answer = self.send(form, purpose="Demo's words")
        typed = {"purpose": "Demo's words"}
        given = self.assert_given_back(answer, self._address("update"), typed)
        theirs = [note.text_content() for note in given.find_class("o_wezer_theirs")]
        self.assertEqual(len(theirs), 1)
        self.assertIn("Luc's words", theirs[0])
        self.assertEqual(self.circle.purpose, "Luc's words")
        self.send(given)
        self.circle.invalidate_recordset()
        self.assertEqual(self.circle.purpose, "Demo's words")

    def test_the_method_refuses_an_old_version_too(self):
        circle = self.circle.with_user(self.demo)
        version = circle.update_version()
        circle.action_update({"purpose": "One"}, version)
        with self.assertRaises(Refusal) as caught:
            circle.action_update({"purpose": "Two"}, version)
        self.assertEqual(caught.exception.rule, "changed")

    def test_the_same_words_within_seconds_are_one_message(self):
        circle = self.circle.with_user(self.demo)
        first = circle.action_send_message("Hello")
        self.assertEqual(circle.action_send_message("Hello"), first)
        self.circle.with_user(self.luc).action_send_message("Hello")
        later = fields.Datetime.now() + timedelta(minutes=1)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.assertNotEqual(circle.action_send_message("Hello"), first)
        messages = self.env["wezer.group.message"].search_count(
            [("group_id", "=", self.circle.id)]
        )
        self.assertEqual(messages, 3)

    def test_leaving_and_closing_ask_first(self):
        self._login(self.demo)
        for url, action in (
            (f"/groups/{self.circle.slug}", f"/groups/{self.circle.slug}/leave"),
            (f"/groups/{self.circle.slug}/manage", self._address("close")),
        ):
            form = self.form(self.page(url), action)
            self.assertIn(self.circle.name, form.text_content())
            self.assertIsNone(next(form.iterancestors("details")).get("open"))
