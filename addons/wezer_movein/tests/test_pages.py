import json

from odoo.tests import HttpCase, tagged

from odoo.addons.wezer_base.tests.forms import FormCase

from ..tools import proof
from .common import MoveinCommon


@tagged("post_install", "-at_install")
class TestPages(FormCase, MoveinCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna.partner_id.email = "member4@village.example"
        cls.anna.password = "anna-anna-1"
        cls.move = cls._imported()
        cls.move.action_prove()
        cls.move.action_open()

    def test_a_member_compares_and_reports_on_the_page(self):
        self.authenticate(self.anna.login, "anna-anna-1")
        page = self.url_open("/my/moved-in")
        self.assertEqual(page.status_code, 200)
        self.assertIn("My account in the old system", page.text)
        self.assertIn("V004", page.text)
        self.assertNotIn("V001", page.text)
        accounts = self.move.sudo().account_ids
        own = accounts.filtered(lambda row: row.code == "V004")
        self.assertIn(own.balance_here, page.text)
        statement = self.url_open(f"/my/wallets/{own.wallet_id.id}")
        self.assertIn("/my/moved-in", statement.text)
        address = f"/my/moved-in/{own.id}/wrong"
        self.send(self.form(self.page("/my/moved-in"), address), text="One is missing")
        problem = self.move.sudo().problem_ids.filtered("account_id")
        self.assertEqual(problem.sentence, "One is missing")
        other = accounts.filtered(lambda row: row.code == "V001")
        self.assertEqual(
            self.url_open(f"/my/moved-in/{other.id}/wrong").status_code, 405
        )

    def test_the_proof_is_for_administrators_and_moderators_only(self):
        page = f"/wezer/moved-in/{self.move.id}"
        address = f"{page}/proof"
        self.authenticate(self.anna.login, "anna-anna-1")
        self.assertEqual(self.url_open(address).status_code, 404)
        self.assertEqual(self.url_open(page).status_code, 404)
        self.moderator.password = "moderator-1"
        self.authenticate(self.moderator.login, "moderator-1")
        file = json.loads(self.url_open(address).text)
        self.assertTrue(proof.is_genuine(file))
        self.assertEqual(float(file["proof"]["sum"]), 0)
        shown = self.url_open(page)
        self.assertEqual(shown.status_code, 200)
        self.assertIn(self.move.sudo().rows_digest, shown.text)
