import json
import os
from base64 import b64encode
from decimal import Decimal
from pathlib import Path
from unittest import skipUnless

from odoo.tests import tagged

from odoo.addons.wezer_currency.tests.common import CurrencyCommon

ALL = os.environ.get("WEZER_COUNTS") == "all"
DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "movein"
CHOICES = {
    "balance_differs": "leave",
    "closed_with_balance": "stays",
    "future_date": "keep",
    "not_moved": "leave_out",
    "spelled_differently": "same",
}


@skipUnless(DATA.exists(), "shared data are absent")
@tagged("post_install", "-at_install")
class TestSamples(CurrencyCommon):
    """Communities as their old systems hand them over, moved in to the last digit."""

    def test_sample_communities_move_in_to_the_last_digit(self):
        names = ("komunitin", "ces6", "ces", "timeoverflow", "spreadsheet")
        for name in names if ALL else names[:1]:
            with self.subTest(name):
                self._move_in(DATA / name)
        self.assertBooksHold()

    def _move_in(self, folder):
        files = [
            [path.name, b64encode(path.read_bytes()).decode()]
            for path in sorted(folder.iterdir())
            if path.suffix in (".csv", ".zip")
        ]
        moves = self.env["wezer.movein"].with_user(self.env.ref("base.user_admin"))
        move = moves.browse(moves.start(files))
        move.action_check()
        for code in set(move.problem_ids.filtered("asks").mapped("code")):
            move.action_decide(code, CHOICES[code])
        move.action_check()
        move.action_import()
        move.sudo()._import_now()
        move.action_prove()
        wanted = json.loads((folder / "expected.json").read_text())["balances"]
        accounts = {account.code: account for account in move.account_ids}
        self.assertEqual(set(wanted) - set(accounts), set())
        for code, row in wanted.items():
            if "replay_minutes" in row:
                balance = accounts[code].wallet_id.balance
                self.assertEqual(balance, row["replay_minutes"], code)
            else:
                balance = Decimal(accounts[code].balance_here)
                self.assertEqual(balance, Decimal(row["replay"]), code)
