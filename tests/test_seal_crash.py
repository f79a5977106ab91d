"""`kill -9` while a large seal is booked, and while all members are charged."""

import os
import signal
import subprocess
import sys

import pytest

from odoo import SUPERUSER_ID, api, fields
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
# Three wallets a portion; killed when the third is written, and not committed.
CHARGE_KILLED = """
import os, signal
from odoo.addons.wezer_currency.models import wezer_charge_run as module
module.PORTION = 3
works = module.WezerChargeRun._take_portion
def take(run):
    works(run)
    if run.taken > 6:
        run.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
module.WezerChargeRun._take_portion = take
env.ref("wezer_currency.ir_cron_charges").method_direct_trigger()
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
        # Nothing is left for the seal of the next test.
        env["wezer.ledger.seal"]._seal_now()
        env["res.users"].browse(self.users).active = False
        env["wezer.currency"].browse(self.currency).active = False

    def _seal(self, env):
        return env["wezer.ledger.seal"].search(
            [("wezer_currency_id", "=", self.currency)]
        )

    def _run_until_killed(self, script):
        done = subprocess.run(
            [sys.executable, "-m", "odoo", "shell", "-d", self.database]
            + ["--config", config.rcfile, "--no-http", "--log-level", "warn"],
            input=script,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr[-3000:])

    def test_a_killed_seal_is_continued_and_booked_once(self):
        self._run_until_killed(KILLED)
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

    def test_a_killed_charge_is_continued_and_taken_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["wezer.currency"].browse(self.currency).write(
                {
                    "fee_minor_text": "2",
                    "fee_every": "month",
                    "fee_next": fields.Date.today(),
                }
            )
        self._run_until_killed(CHARGE_KILLED)
        for taken, done in ((6, False), (MEMBERS, True)):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                run = env["wezer.charge.run"].search(
                    [("wezer_currency_id", "=", self.currency)]
                )
                self.assertEqual((run.taken, run.done), (taken, done))
                payers = env["wezer.transfer"].search(
                    [("wezer_currency_id", "=", self.currency), ("kind", "=", "fee")]
                )
                self.assertEqual(len(payers.payer_id), taken)
                self.assertEqual(len(payers), taken)
                self.assertEqual(env["wezer.invariant"]._check_charges(), [])
                self.assertEqual(env["wezer.invariant"]._check_balances(), [])
                env["wezer.currency"]._cron_charges()
