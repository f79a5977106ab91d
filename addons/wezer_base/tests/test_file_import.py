from base64 import b64encode
from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import Refusal
from ..tools import archives, table_reasons, tables, workbooks
from ..wizards import wezer_file_import
from .common import WezerCommon
from .workbook import workbook

HOUSEHOLD = (
    "Name;E-Mail;Phone\n"
    "Ana Pons;pons@home.example;0777\n"
    "Ben Pons;PONS@home.example ;\n"
    "Ada Solo;solo@home.example;\n"
)


@tagged("post_install", "-at_install")
class TestFileImport(WezerCommon):
    """A file is read, mapped, looked at, checked, and only then imported."""

    def start(self, data, user=None, **vals):
        data = data.encode() if isinstance(data, str) else data
        forms = self.env["wezer.file.import"].with_user(user or self.ada)
        form = forms.create({"kind": "members", "file": b64encode(data), **vals})
        form.action_read()
        return form

    @contextmanager
    def refused(self, rule, words=""):
        with self.assertRaises(Refusal) as caught:
            yield
        self.assertEqual(caught.exception.rule, rule)
        self.assertIn(words, caught.exception.args[0])

    def column(self, form, heading):
        return form.column_ids.filtered(lambda one: one.heading == heading)

    def field(self, form, key):
        return form.field_ids.filtered(lambda one: one.key == key)

    def member(self, name):
        return self.env["wezer.profile"].search([("name", "=", name)])

    def report(self, form):
        return [(line.row, line.state, line.reason) for line in form.line_ids]

    def test_each_reason_why_a_packed_file_is_not_read_is_said_in_words(self):
        for kind, module in (("archive", archives), ("workbook", workbooks)):
            for code in module.REASONS:
                error = tables.TableError(f"{kind}_{code}", "x.xlsx")
                said = table_reasons.in_words(self.env, (error.code, error.value))
                self.assertTrue(said.endswith("."), said)

    def test_columns_are_proposed_changed_and_those_left_out_are_told(self):
        form = self.start("Nachname;Vorname;Wer;Ort\nNeu;Nina;nina@new.example;Bern\n")
        self.assertEqual(form.step, "columns")
        self.assertEqual(self.column(form, "Vorname").field_id.key, "name")
        self.assertEqual(form.not_read, "Wer")
        self.assertIn("a semicolon", form.reading)
        # As people are called, whatever the order of the columns.
        self.assertIn("Nina Neu", form.preview)
        self.assertNotIn("nina@new.example", form.preview)
        self.column(form, "Wer").field_id = self.field(form, "email")
        self.column(form, "Ort").field_id = False
        form.action_preview()
        self.assertEqual(form.not_read, "Ort")
        self.assertIn("nina@new.example", form.preview)
        form.action_check()
        self.assertTrue(form.checked)
        self.assertFalse(self.member("Nina Neu"))
        form.action_import()
        self.assertEqual(form.step, "done")
        self.assertIn("New: 1", form.summary)
        profile = self.member("Nina Neu")
        self.assertEqual(profile.partner_id.email, "nina@new.example")
        self.assertFalse(profile.city)
        with self.refused("state"):
            form.action_import()

    def test_every_kind_of_bad_cell_is_reported_with_row_value_and_reason(self):
        bad = {
            "Zo\ufffd;zoe@new.example": "Zo\ufffd",
            "Nina;not an address": "not an address",
            "=1+1;nina@new.example": "=1+1",
            "Ni\u202ena;nina@new.example": "Ni␣na",
            f"{'x' * 5000};nina@new.example": "xxx",
            ";nina@new.example": "the name is missing",
            "Nina;nina@new.example;more": "more",
            "<script>alert(1)</script>;nina@new.example": "<script>",
        }
        form = self.start("\n".join(["name;email", *bad]))
        self.assertNotIn("<script", form.preview)
        form.action_check()
        found = self.report(form)
        self.assertEqual([row for row, _state, _reason in found], [*range(1, 9)])
        for (_row, state, reason), value in zip(found, bad.values(), strict=True):
            self.assertEqual(state, "refused")
            self.assertIn(value, reason)
        before = self.env["wezer.profile"].search_count([])
        form.action_import()
        self.assertEqual(self.env["wezer.profile"].search_count([]), before)

    def test_a_household_is_offered_to_be_linked(self):
        form = self.start(HOUSEHOLD)
        form.action_check()
        ((row, state, reason),) = self.report(form)
        self.assertEqual((row, state), (2, "refused"))
        self.assertIn("row 1 (Ana Pons)", reason)
        form.household = "first"
        form.action_import()
        ana, ben = self.member("Ana Pons"), self.member("Ben Pons")
        self.assertEqual(ana.partner_id.email_normalized, "pons@home.example")
        self.assertTrue(ben)
        self.assertFalse(ben.partner_id.email)
        self.assertIn("without an e-mail address", self.report(form)[0][2])
        # The rows come in another order: the address stays where it is.
        lines = HOUSEHOLD.splitlines()
        again = self.start("\n".join([lines[0], lines[2], lines[1]]), household="first")
        again.action_import()
        self.assertIn("Already there: 2", again.summary)
        self.assertEqual(len(self.member("Ben Pons")), 1)
        self.assertEqual(ana.partner_id.email_normalized, "pons@home.example")

    def test_a_workbook_is_read_and_its_sheet_can_be_said(self):
        people = [["Nom", "Courriel"], ["Zoé Neu", "zoe@new.example"]]
        data = workbook({"People": people, "Notes": [["x"]]})
        with self.refused("file", "People, Notes"):
            self.start(data)
        form = self.start(data, sheet="People")
        self.assertIn("Workbook", form.reading)
        self.assertIn("Zoé Neu", form.preview)

    def test_letters_that_were_guessed_are_shown(self):
        form = self.start("name;email\nZoé;zoe@new.example\n".encode("cp1252"))
        self.assertIn("Windows-1252", form.reading)
        self.assertIn("Zoé", form.reading)

    def test_what_is_no_table_and_what_is_too_large_is_refused(self):
        for data in (b"", b"\x89PNG\r\n\x1a\n\x81\x8d"):
            with self.refused("file"):
                self.start(data)
        self.patch(wezer_file_import, "ROWS_MAX", 2)
        with self.refused("rows"):
            self.start(HOUSEHOLD)
        form = self.start("Wer\nNina\n")
        self.assertIn("Name", form.summary)
        with self.refused("columns"):
            form.action_check()

    def test_a_change_in_the_form_asks_for_another_check(self):
        form = self.start(HOUSEHOLD)
        form.action_check()
        with Form(form) as edited:
            edited.household = "first"
            self.assertFalse(edited.checked)

    def test_only_administrators_import(self):
        form = self.start(HOUSEHOLD)
        for user in (self.luc, self.cora, self.mo):
            with self.assertRaises(AccessError):
                self.env["wezer.file.import"].with_user(user).create({})
            for action in ("read", "preview", "check", "import", "back"):
                with self.assertRaises(AccessError):
                    getattr(form.with_user(user), f"action_{action}")()
