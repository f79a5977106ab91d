from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, mute_logger, tagged

from ..tools import forms
from ..tools.form_post import KEPT_LETTERS
from .common import WezerCommon
from .forms import FormCase

WORDS = {"now": "Now:", "written": "Written:"}


@tagged("post_install", "-at_install")
class TestGiveBack(TransactionCase):
    """The page of a refused form, filled again: without a server."""

    def _refused(self, values, **more):
        return {
            "action": "/a",
            "values": values,
            "message": "Too <long>",
            "field": None,
            "rule": None,
            "unsent": None,
            "languages": ["fr"],
            **more,
        }

    def test_values_are_put_back_and_nothing_else_changes(self):
        page = (
            '<main><b class="x">é & 漢字</b><form action="/a" method="post">'
            '<input type="hidden" name="key" value="new"/>'
            '<input name="t" value=""/><textarea name="d"></textarea>'
            '<input type="password" name="pw"/>'
            '<select name="s"><option value="1">a</option><option value="2">b</option>'
            '</select><input type="checkbox" name="c" value="1" checked="checked"/>'
            '<input type="checkbox" name="c" value="2"/></form><i>after</i></main>'
        )
        values = [["key", "old"], ["t", '"<é>'], ["d", "\nx\r\ny"], ["s", "2"]]
        values += [["c", "2"], ["pw", "secret"]]
        back = forms.give_back(page, self._refused(values), WORDS)
        self.assertTrue(back.startswith('<main><b class="x">é & 漢字</b><form '))
        self.assertTrue(back.endswith("<i>after</i></main>"))
        form = forms.lxml.html.fromstring(back).forms[0]
        self.assertEqual(form.fields["key"], "new")
        self.assertEqual(form.fields["t"], '"<é>')
        # Browsers take the first line end after the tag for no part of the text.
        self.assertEqual(form.fields["d"], "\n\nx\ny")
        self.assertEqual(form.fields["s"], "2")
        self.assertEqual([b.get("value") for b in form.xpath(".//*[@checked]")], ["2"])
        self.assertNotIn("secret", back)
        self.assertIn("Too &lt;long&gt;", back)

    def test_of_several_forms_with_one_address_the_sent_one_is_filled(self):
        one = (
            '<form action="/fr/a" method="post"><input type="hidden" name="{1}"'
            ' value="{0}"/><input name="t" value="{0}"/></form>'
        )
        # Each policy of a circle has a form, told apart by its key.
        for name in ("k", "key"):
            page = "".join(one.format(value, name) for value in ("x", "y"))
            refused = self._refused([[name, "y"], ["t", "mine"]])
            back = forms.give_back(f"<main>{page}</main>", refused, WORDS)
            first, second = forms.lxml.html.fromstring(back).forms
            self.assertEqual(first.fields["t"], "x")
            self.assertEqual(second.fields["t"], "mine")

    def test_a_saved_form_is_confirmed_where_it_stands(self):
        row = (
            '<details><form action="/a" method="post"><input type="hidden" name="k"'
            ' value="{0}"/><input type="hidden" name="version" value="2"/></form>'
            "</details>"
        )
        page = f"<main><details>{row.format('x')}{row.format('y')}</details></main>"
        saved = {
            "action": "/fr/a",
            "languages": ["fr"],
            "flash": ["success", "a < b", None],
        }
        saved["values"] = [["k", "y"], ["version", "1"]]
        back = forms.confirm(page, saved)
        tree = forms.lxml.html.fromstring(back)
        open_ones = [one.get("open") is not None for one in tree.iter("details")]
        self.assertEqual(open_ones, [True, False, True])
        [message] = tree.xpath(f"//*[@id='{forms.SAVED_ID}']")
        self.assertEqual(message.text_content(), "a < b")
        self.assertIs(message.getparent(), tree.forms[1])
        self.assertEqual(back.replace(' open="open"', "").count("<form"), 2)

    def test_a_saved_form_that_is_gone_is_not_taken_for_another(self):
        page = (
            '<body><main><form action="/a" method="post"><input type="hidden"'
            ' name="k" value="x"/></form></main></body>'
        )
        saved = {"action": "/a", "languages": [], "values": [["k", "y"]]}
        saved["flash"] = ["success", "Saved.", ["/b", "Go on"]]
        back = forms.confirm(page, saved)
        self.assertLess(back.index("Saved."), back.index("<main"))
        self.assertIn('href="/b"', back)

    def test_a_folded_section_around_the_form_is_opened(self):
        page = (
            "<main><details><summary>a</summary></details><details><details open>"
            '<form action="/a" method="post"><details><input name="t"/></details>'
            "</form></details></details></main>"
        )
        back = forms.give_back(page, self._refused([["t", "x"]]), WORDS)
        tree = forms.lxml.html.fromstring(back)
        open_ones = [one.get("open") is not None for one in tree.iter("details")]
        self.assertEqual(open_ones, [False, True, True, True])

    def test_where_the_form_is_gone_its_text_is_shown_above_the_page(self):
        page = "<body><main>Closed.</main></body>"
        back = forms.give_back(page, self._refused([["t", "my long <text>"]]), WORDS)
        self.assertIn('role="alert"', back)
        self.assertIn("my long &lt;text&gt;", back)

    def test_letters_that_no_page_takes_do_not_break_it(self):
        page = '<main><form action="/a" method="post"><input name="t"/></form></main>'
        back = forms.give_back(page, self._refused([["t", "a\x01b\ud800\x00"]]), WORDS)
        self.assertIn('value="ab"', back)

    def test_texts_of_others_stand_below_the_typed_ones(self):
        page = (
            '<main><form action="/a" method="post"><input name="t" value="theirs"/>'
            '<input name="same" value="s"/></form></main>'
        )
        refused = self._refused([["t", "mine"], ["same", "s"]], changed=True)
        form = forms.lxml.html.fromstring(forms.give_back(page, refused, WORDS)).forms[
            0
        ]
        self.assertEqual(form.fields["t"], "mine")
        notes = form.find_class("o_wezer_theirs")
        self.assertEqual([note.text_content() for note in notes], ["Now: theirs"])

    def test_only_a_language_of_the_site_is_taken_from_an_address(self):
        for address, path in (
            ("/my/pay", "/my/pay"),
            ("/fr/my/pay?to=x", "/my/pay"),
            ("/fr", "/fr"),
            ("/de/my", "/de/my"),
        ):
            self.assertEqual(forms.path_of(address, ["en", "fr"]), path)
        page = '<form action="/my/pay" method="post"><input name="t"/></form>'
        refused = {**self._refused([["t", "mine"]]), "action": "/my/pay"}
        for action, languages in (("/fr/my/pay", ["fr"]), ("/my/pay", [])):
            refused |= {"action": action, "languages": languages}
            self.assertIn('value="mine"', forms.give_back(page, refused, WORDS))

    def test_only_pages_of_this_site_are_led_to(self):
        self.assertEqual(forms.local_page("/market?x=1"), "/market?x=1")
        for address in ("//evil.example", "https://evil.example", "/\\evil", "market"):
            self.assertEqual(forms.local_page(address), "", address)

    def test_secrets_are_not_kept_and_too_much_is_cut(self):
        pairs = [("password", "x"), ("csrf_token", "x"), ("a", "short")]
        kept = forms.typed_values([*pairs, ("b", "y" * KEPT_LETTERS)], KEPT_LETTERS)
        self.assertEqual(kept, [["a", "short"]])


@tagged("post_install", "-at_install")
class TestForms(FormCase, WezerCommon):
    """Forms of the website: refused, sent twice, sent after the session ended."""

    def _login(self, user):
        self.authenticate(user.login, f"{user.login}-secret")

    # === REFUSED === #

    def test_a_refused_profile_keeps_everything_typed(self):
        self._login(self.anna)
        form = self.form(self.page("/my/profile"), "/my/profile")
        typed = {
            "presentation": "I repair.\nAnd sing.",
            "city": "Ghent",
            "phone": "0470",
            "share_phone": "members",
            "skill_ids_typed": "weld",
        }
        refuse = patch.object(
            self.env.registry["wezer.profile"], "_clean_own", self._refuse
        )
        with refuse:
            answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/profile", typed, wrong="city")
        self.assertFalse(self.anna.partner_id._wezer_profile().presentation)

    def _refuse(self, *_args):
        from ..exceptions import Refusal

        raise Refusal("No such place.", rule="place")

    def test_a_refused_invitation_keeps_addresses_and_words(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        typed = {"emails": "no address", "message": "Come with us"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/invite", typed)

    def test_a_refused_mandate_keeps_who_and_which(self):
        self._login(self.anna)
        page = self.page("/my/acting?search=luc")
        form = self.form(page, "/my/acting/give")
        profile = str(self.luc_profile.id)
        typed = {"profile_id": profile, "rights": ["wallet"], "until": "2020-01-01"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/acting/give", typed, wrong="until")

    def test_a_refused_leave_keeps_no_password(self):
        self._login(self.anna)
        form = self.form(self.page("/my/leave"), "/my/leave")
        answer = self.send(form, password="a wrong guess")
        self.assert_given_back(answer, "/my/leave", {"password": ""}, wrong="password")
        self.assertNotIn("a wrong guess", answer.text)

    def test_refused_choices_of_mails_are_given_back(self):
        self._login(self.anna)
        form = self.form(self.page("/my/notices/choices"), "/my/notices/choices")
        name = next(name for name in form.fields if name.startswith("frequency_"))
        answer = self.send(form, **{name: "hourly", "push": []})
        self.assert_given_back(answer, "/my/notices/choices", {"push": []})

    def test_a_refused_form_is_shown_once(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        self.send(form, emails="no address", message="Come with us")
        self.assertNotIn("Come with us", self.url_open("/my/invite").text)

    def test_an_id_that_is_not_there_is_not_found(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        token = form.fields["csrf_token"]
        for address in ("/my/acting/999999/revoke", "/my/invite/999999/withdraw"):
            answer = self.url_open(address, data={"csrf_token": token})
            self.assertEqual(answer.status_code, 404, address)
            self.assertNotIn("singleton", answer.text)
        answer = self.url_open("/community/terms/agree", data={"csrf_token": token})
        self.assertEqual(answer.status_code, 404)

    # === THE SESSION ENDED === #

    def test_after_the_login_the_form_is_filled_again(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        typed = {"emails": "zoe@example.org", "message": "Come with us"}
        self.logout(keep_db=False)
        self.opener.cookies.clear()
        answer = self.send(form, **typed)
        self.assertIn("/web/login", answer.url)
        login = self.form(self.parsed(answer), "/web/login")
        answer = self.send(
            login, login=self.anna.login, password=f"{self.anna.login}-secret"
        )
        self.assertIn("/my/invite", answer.url)
        self.assert_given_back(answer, "/my/invite", typed)
        self.assertIn("logged out", answer.text)
        invitations = self.env["wezer.invitation"].search_count(
            [("email", "=", "zoe@example.org")]
        )
        self.assertFalse(invitations, "nothing has been sent yet")

    def test_another_person_who_logs_in_there_does_not_read_it(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        self.logout(keep_db=False)
        self.opener.cookies.clear()
        answer = self.send(form, emails="zoe@example.org", message="Anna's words")
        login = self.form(self.parsed(answer), "/web/login")
        answer = self.send(
            login, login=self.luc.login, password=f"{self.luc.login}-secret"
        )
        self.assertNotIn("Anna's words", answer.text)

    @mute_logger("odoo.http")
    def test_an_expired_token_gives_the_form_back(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        typed = {"emails": "zoe@example.org", "message": "Come with us"}
        answer = self.send(form, csrf_token="0o1", **typed)
        self.assert_given_back(answer, "/my/invite", typed)

    @mute_logger("odoo.http")
    def test_a_form_that_no_page_showed_is_not_given_back(self):
        self._login(self.anna)
        data = {"emails": "x@example.org", "message": "Pay here", "form_page": "/my"}
        for token in ("", "x", "é", "AQAAAAAAAAAAAAAA"):
            data["form_token"] = token
            answer = self.url_open("/my/invite", data=data)
            self.assertEqual(answer.status_code, 400)
            self.assertNotIn("Pay here", answer.text)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_an_error_at_commit_gives_the_form_back_too(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        typed = {"emails": "zoe@example.org", "message": "Come with us"}

        def invite(invitations, *_args):
            query = "INSERT INTO wezer_idempotency_key (key, date) VALUES ('x', now())"
            invitations.env.cr.execute(f"{query};{query}")

        model = self.env.registry["wezer.invitation"]
        with patch.object(model, "action_invite", invite):
            answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/invite", typed)

    # === TWICE === #

    def test_the_same_form_sent_twice_is_done_once(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite/link")
        self.send(form)
        self.send(form)
        links = self.env["wezer.invitation"].search_count(
            [("inviter_id", "=", self.anna.partner_id.id), ("kind", "=", "link")]
        )
        self.assertEqual(links, 1)

    def test_a_refused_form_may_be_sent_again(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        self.send(form, emails="no address")
        self.send(form, emails="zoe@example.org")
        self.assertTrue(
            self.env["wezer.invitation"].search_count(
                [("inviter_id", "=", self.anna.partner_id.id), ("kind", "=", "letter")]
            )
        )

    def test_other_content_in_a_form_that_was_sent_is_given_back_then_sent_anew(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        self.send(form, emails="zoe@example.org")
        self.send(form, emails="zoe@example.org")
        typed = {"emails": "max@example.org", "message": "You, too"}
        answer = self.send(form, **typed)
        self.assertIn("has not been sent", answer.text)
        again = self.assert_given_back(answer, "/my/invite", typed)
        invited = [
            ("inviter_id", "=", self.anna.partner_id.id),
            ("kind", "=", "letter"),
        ]
        letters = self.env["wezer.invitation"].search(invited)
        self.assertEqual(letters.mapped("email"), ["zoe@example.org"])
        self.send(again)
        letters = self.env["wezer.invitation"].search(invited)
        self.assertEqual(
            set(letters.mapped("email")), {"zoe@example.org", "max@example.org"}
        )

    def test_what_was_sent_before_an_update_counts_as_the_same(self):
        self._login(self.anna)
        form = self.form(self.page("/my/invite"), "/my/invite")
        first = self.send(form, emails="zoe@example.org")
        self.env["wezer.idempotency.key"].search([]).content = False
        answer = self.send(form, emails="max@example.org")
        self.assertEqual(answer.url, first.url)
        self.assertNotIn("has not been sent", answer.text)

    def test_a_form_of_a_week_ago_is_shown_again_before_it_is_sent(self):
        self._login(self.anna)
        now = fields.Datetime.now()
        with patch.object(fields.Datetime, "now", lambda: now - timedelta(days=8)):
            form = self.form(self.page("/my/invite"), "/my/invite")
        typed = {"emails": "zoe@example.org", "message": "Come with us"}
        answer = self.send(form, **typed)
        self.assert_given_back(answer, "/my/invite", typed)

    def test_the_same_words_count_as_new_after_a_while(self):
        sent = self.env["wezer.idempotency.key"]
        now = fields.Datetime.now()
        self.assertTrue(sent._is_first_text("k", "hello"))
        self.assertFalse(sent._is_first_text("k", "hello"))
        self.assertTrue(sent._is_first_text("k", "hello you"))
        with patch.object(fields.Datetime, "now", lambda: now + timedelta(minutes=1)):
            self.assertTrue(sent._is_first_text("k", "hello"))

    def test_keys_are_deleted_when_no_form_can_be_that_old(self):
        sent = self.env["wezer.idempotency.key"]
        now = fields.Datetime.now()
        with patch.object(fields.Datetime, "now", lambda: now - timedelta(days=9)):
            sent._is_first("old")
        sent._is_first("new")
        sent._gc_sent()
        self.assertIsNone(sent._result_url("old"))
        self.assertEqual(sent._result_url("new"), "/my")

    # === TWO WHO CHANGE THE SAME === #

    def test_the_second_person_to_save_sees_both_texts(self):
        self._login(self.anna)
        profile = self.anna.partner_id._wezer_profile()
        form = self.form(self.page("/my/profile"), "/my/profile")
        profile.presentation = "What the administrator wrote"
        answer = self.send(form, presentation="What Anna wrote", city="Ghent")
        typed = {"presentation": "What Anna wrote", "city": "Ghent"}
        again = self.assert_given_back(answer, "/my/profile", typed)
        theirs = [note.text_content() for note in again.find_class("o_wezer_theirs")]
        self.assertIn("What the administrator wrote", theirs[0])
        self.assertEqual(profile.presentation, "What the administrator wrote")
        self.send(again)
        profile.invalidate_recordset()
        self.assertEqual(profile.presentation, "What Anna wrote")
        self.assertEqual(profile.city, "Ghent")

    def test_the_method_refuses_an_old_version_too(self):
        profiles = self.env["wezer.profile"].with_user(self.anna)
        version = profiles.own_version()
        profiles.update_own({"city": "Ghent"}, version)
        with self.assertRaises(Exception) as caught:
            profiles.update_own({"city": "Liège"}, version)
        self.assertEqual(caught.exception.rule, "changed")
        profiles.update_own({"city": "Liège"})
