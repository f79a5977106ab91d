import ast
from pathlib import Path

from odoo import fields, http
from odoo.tests import HttpCase, mute_logger, tagged
from odoo.tools import LazyTranslate

from ..exceptions import NotAllowed
from .common import WezerCommon

_lt = LazyTranslate(__name__)
ADDONS = Path(__file__).resolve().parents[2]
TELLING = (
    "_wezer_notify",
    "_tell",
    "_notify",
    "_notify_all",
    "_notify_side",
    "_leave",
)


@tagged("post_install", "-at_install")
class TestNoticeInWords(WezerCommon):
    def test_a_notice_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.luc.partner_id.lang = "fr_FR"
        people = self.luc.partner_id | self.anna.partner_id
        notices = people.with_context(lang="en_US")._wezer_notify(
            "mandate", _lt("Welcome! You are now a member.")
        )
        told = {notice.partner_id: notice.message for notice in notices}
        french = self.env(context={"lang": "fr_FR"})._("Welcome! You are now a member.")
        self.assertNotIn("Welcome", french)
        self.assertEqual(told[self.luc.partner_id], french)
        self.assertIn("Welcome", told[self.anna.partner_id])

    def test_every_kind_of_notice_has_a_label_to_choose(self):
        self.env["wezer.notice"]._kinds()
        told = {}
        for path in ADDONS.glob("wezer_*/models/*.py"):
            addon = path.parts[-3]
            if addon not in self.env.registry._init_modules:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                if getattr(node.func, "attr", "") not in TELLING:
                    continue
                for one in node.args[:2]:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        told.setdefault(one.value, path.name)
        known = self.env["wezer.notice"].with_user(self.ada)._kinds()
        missing = {kind: told[kind] for kind in told if kind not in known}
        self.assertEqual(missing, {}, "kinds that nobody can choose")
        for kind, (label, _default) in known.items():
            self.assertTrue(label, kind)

    def test_notices_of_one_matter_stand_together(self):
        partner = self.luc.partner_id
        partner._wezer_notify("test", "First.", record=self.luc_profile)
        partner._wezer_notify("test", "Alone.")
        partner._wezer_notify("test", "Second.", record=self.luc_profile)
        sections = self.env["wezer.notice"].with_user(self.luc)._page_sections()
        rows = [row for _title, rows in sections for row in rows]
        self.assertEqual(
            [(row["notice"].message, row["older"].mapped("message")) for row in rows],
            [("Second.", ["First."]), ("Alone.", [])],
        )

    def test_old_notices_stand_apart(self):
        partner = self.luc.partner_id
        for days in (0, 1, 3, 30):
            notice = partner._wezer_notify("test", f"{days} days ago")
            notice.date = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        sections = self.env["wezer.notice"].with_user(self.luc)._page_sections()
        self.assertEqual(len(sections), 4)

    def test_settling_notices_refreshes_open_pages(self):
        self.luc.partner_id._wezer_notify("test", "Look.", record=self.luc_profile)
        self.env.cr.precommit.run()
        self.env["bus.bus"].search([]).unlink()
        self.env["wezer.notice"]._settle(self.luc_profile)
        self.env.cr.precommit.run()
        self.assertTrue(self.env["bus.bus"].search_count([]))

    def test_only_some_are_marked_where_some_are_named(self):
        notices = self.env["wezer.notice"]
        one, other = (
            self.luc.partner_id._wezer_notify("test", text) for text in ("A", "B")
        )
        hers = self.anna.partner_id._wezer_notify("test", "Anna's")
        notices.with_user(self.luc).mark_read([one.id, hers.id, "x", None])
        self.assertEqual(
            (one.is_read, other.is_read, hers.is_read), (True, False, False)
        )
        with self.assertRaises(NotAllowed):
            notices.with_user(self.public).mark_read()


@tagged("post_install", "-at_install")
class TestNoticePages(HttpCase, WezerCommon):
    def _post(self, url, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data, allow_redirects=False)

    @mute_logger("odoo.http")
    def test_opening_a_notice_marks_it_and_leads_there(self):
        notice = self.luc.partner_id._wezer_notify("test", "Look.", url="/members")
        self.authenticate("luc-base", "luc-base-secret")
        self.assertIn("Look.", self.url_open("/my/notices").text)
        answer = self._post(f"/my/notices/{notice.id}/open")
        self.assertTrue(answer.headers["Location"].endswith("/members"))
        self.assertTrue(notice.is_read)
        hers = self.anna.partner_id._wezer_notify("test", "Anna's", url="/members")
        self.assertEqual(self._post(f"/my/notices/{hers.id}/open").status_code, 404)
        self.assertFalse(hers.is_read)

    def test_each_group_of_notices_is_chosen_on_a_page(self):
        self.authenticate("luc-base", "luc-base-secret")
        self.assertIn("frequency_people", self.url_open("/my/notices/choices").text)
        self._post(
            "/my/notices/choices",
            frequency_people="daily",
            push="messages",
            quiet_from="22",
            quiet_until="7",
            with_names="on",
        )
        chosen = self.env["wezer.digest"].with_user(self.luc)._choices()
        groups = {group["word"]: group for group in chosen["groups"]}
        self.assertEqual(groups["people"]["frequency"], "daily")
        pushed = [word for word in groups if groups[word]["push"]]
        self.assertEqual(pushed, ["messages"])
        self.assertEqual((chosen["quiet_from"], chosen["quiet_until"]), ("22", "7"))
        self.assertTrue(chosen["with_names"])

    def test_running_the_community_is_a_choice_of_those_whom_it_concerns(self):
        def rows(user):
            groups = self.env["wezer.digest"].with_user(user)._choices()["groups"]
            return [group["word"] for group in groups]

        self.assertIn("care", rows(self.mo))
        self.assertNotIn("care", rows(self.luc))
        self.luc.partner_id._wezer_notify("application", "Somebody waits.")
        self.assertIn("care", rows(self.luc))

    def test_the_list_of_what_one_owes_shows_a_button_each(self):
        self.authenticate("luc-base", "luc-base-secret")
        page = self.url_open("/my/todo").text
        self.assertIn("Fill in my profile", page)
