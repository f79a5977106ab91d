"""`kill -9` while a large seal is booked into the accounting."""

import os
import signal
import subprocess
import sys

import pytest

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.wezer_base.tests.committed import CommittedCase

pytestmark = pytest.mark.slow

# One pair of wallets an entry; killed after the second.
KILLED = """
import os, signal
from odoo.addons.wezer_currency.models import wezer_ledger_seal as module
module.PAIRS = 1
works = module.WezerLedgerSeal._book_part
def book(seal, number, parts):
    works(seal, number, parts)
    if number == 3:
        # Written, and not committed.
        seal.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
module.WezerLedgerSeal._book_part = book
env["wezer.ledger.seal"]._cron_seal()
"""
MEMBERS = 10


@tagged("post_install", "-at_install", "concurrency")
class TestSealCrash(CommittedCase):
    def _make(self, env):
        users = self._members(env, "Sealed", MEMBERS)
        self.users = users.ids
        vals = {"name": f"Sealed {self.mark}", "code": f"S{self.mark}"}
        currency = env["wezer.currency"].create({**vals, "lower_text": "500"})
        self.currency = currency.id
        for number in range(0, MEMBERS, 2):
            payer, payee = users[number : number + 2]
            env["wezer.transfer"].with_user(payer).pay(
                payer.partner_id.id, payee.partner_id.id, currency.id, f"{number + 1}"
            )

    def _archive(self, env):
        env["res.users"].browse(self.users).active = False
        env["wezer.currency"].browse(self.currency).active = False

    def _seal(self, env):
        return env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", self.currency)]
        )

    def test_a_killed_seal_is_continued_and_booked_once(self):
        done = subprocess.run(
            [sys.executable, "-m", "odoo", "shell", "-d", self.database]
            + ["--config", config.rcfile, "--no-http", "--log-level", "warn"],
            input=KILLED,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr[-3000:])
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            seal = self._seal(env)
            self.assertEqual(
                (len(seal), len(seal.move_ids), seal.booked), (1, 2, False)
            )
            self.assertEqual(env["wezer.invariant"]._check_seal_moves(), [])
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["wezer.ledger.seal"]._cron_seal()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            seal = self._seal(env)
            self.assertTrue(seal.booked)
            numbers = seal.move_ids.mapped("wezer_seal_part")
            self.assertEqual(sorted(numbers), [1, 2, 3, 4, 5])
            self.assertEqual(len(seal.move_ids.line_ids), MEMBERS)
            self.assertEqual(env["wezer.invariant"]._check_seal_moves(), [])
