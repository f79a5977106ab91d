import io
import json
import zipfile

from odoo.tests import tagged

from ..exceptions import NotAllowed
from .common import WezerCommon


@tagged("post_install", "-at_install")
class TestDownload(WezerCommon):
    """Luc takes everything about himself along, and nothing about others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.env["wezer.personal.data"]

    def test_he_gets_his_profile_contact_account_and_notices(self):
        self.luc.partner_id._wezer_notify("test", "Good morning")
        data = self.data.with_user(self.luc).own()
        self.assertEqual(data["contact"][0]["email"], "luc@secret.example")
        self.assertEqual(data["account"][0]["login"], "luc-base")
        self.assertEqual(data["profile"][0]["city"], "Hidden Hamlet")
        self.assertIn("Good morning", json.dumps(data["notices"]))

    def test_the_download_leaves_out_what_members_may_not_know(self):
        text = json.dumps(self.data.with_user(self.luc).own())
        for word in ("password", "return_keys", "anna@example.org", "key_hash"):
            self.assertNotIn(word, text)

    def test_another_gets_nothing_of_him_and_a_visitor_nothing_at_all(self):
        text = json.dumps(self.data.with_user(self.anna).own())
        for word in ("luc@secret.example", "0123456", "Hidden Hamlet"):
            self.assertNotIn(word, text)
        with self.assertRaises(NotAllowed):
            self.data.with_user(self.public).own()

    def test_the_zip_has_a_table_for_each_part(self):
        with zipfile.ZipFile(
            io.BytesIO(self.data.with_user(self.luc)._zip(self.luc.partner_id))
        ) as archive:
            names = archive.namelist()
            data = json.loads(archive.read("data.json"))
            table = archive.read("contact.csv").decode("utf-8-sig").splitlines()
        self.assertEqual(set(names), {"data.json", *(f"{name}.csv" for name in data)})
        self.assertIn("luc@secret.example", table[1])

    def test_a_spreadsheet_runs_no_formula_that_somebody_wrote(self):
        for text in ("=1+1", "+cmd|' /C calc'!A0", "-2+3+x", "@SUM(A1)", "\t=1"):
            self.assertEqual(self.data._cell(text), f"'{text}")
        for text in ("-3:00 h", "-12.50", "+4 COM", "12", "a=b", ""):
            self.assertEqual(self.data._cell(text), text)
        self.assertEqual(self.data._cell(False), "")
        self.assertEqual(self.data._cell(["=a", "b"]), "'=a, b")
