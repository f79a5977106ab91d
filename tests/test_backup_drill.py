"""A backup that is made while payments run, restored and checked.

Threads pay without a pause between the first payment and the end of the backup. With
--all there are as many payers as it takes for fifty payments a second, for longer.
"""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from odoo import api
from odoo.service import model as service
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.wezer_base.tests.committed import CommittedCase
from odoo.addons.wezer_base.tools.backup import making, restoring

from launcher.backups import ANSWER
from launcher.odoo_process import PROGRAM

from .server import until

pytestmark = pytest.mark.slow

ALL = os.environ.get("WEZER_COUNTS") == "all"
PAYERS = 8 if ALL else 3
# Payments that are acknowledged before the backup begins, and after its moment.
BEFORE, AFTER = (1500, 500) if ALL else (20, 5)
# Payments a second that are begun at most.
RATE = 50


class Payers:
    """Threads that pay, and note when each payment was acknowledged."""

    def __init__(self, registry, users, payees, currency, mark):
        self.registry, self.payees, self.currency = registry, payees, currency
        self.mark = mark
        self.tried, self.acknowledged, self.failed = set(), {}, []
        self.ends = threading.Event()
        self.threads = [
            threading.Thread(target=self._pay, args=(place, *user), daemon=True)
            for place, user in enumerate(users)
        ]

    def start(self):
        self.begun = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join(60)

    def _pay(self, place, user, partner):
        number = 0
        while not self.ends.is_set():
            key = f"drill-{self.mark}-{place}-{number}"
            number += 1
            self.tried.add(key)

            def pay(env, key=key):
                env["wezer.transfer"].pay(
                    partner, self.payees[place], self.currency, "1", key=key
                )

            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user, {})
                    service.retrying(lambda env=env, pay=pay: pay(env), env)
            except Exception as error:
                self.failed.append(error)
                return
            # Committed: this is when a page would say so.
            self.acknowledged[key] = time.time()
            begun = self.begun + number * PAYERS / RATE
            self.ends.wait(max(0, begun - time.monotonic()))

    def wait_for(self, count):
        until(
            lambda: self.failed or len(self.acknowledged) >= count,
            lambda: f"{len(self.acknowledged)} payments",
        )
        assert not self.failed, self.failed


@tagged("post_install", "-at_install", "concurrency")
class TestBackupDrill(CommittedCase):
    def setUp(self):
        super().setUp()
        self._retry_at_once()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _make(self, env):
        users = self._members(env, "Drill", 2 * PAYERS)
        self.users = users.ids
        self.parties = [(user.id, user.partner_id.id) for user in users]
        self.payees = [partner for _user, partner in self.parties[PAYERS:]]
        currency = env["wezer.currency"].create(
            {
                "name": f"Drill {self.mark}",
                "code": f"D{self.mark}",
                "lower_text": "100000",
            }
        )
        self.currency = currency.id
        attachments = env["ir.attachment"].create(
            [
                {"name": f"Drill {word}", "raw": f"{word} {self.mark}".encode() * 99}
                for word in ("kept", "lost", "changed")
            ]
        )
        self.attachments = attachments.ids
        self.files = attachments.mapped("store_fname")

    def _archive(self, env):
        env["ir.attachment"].browse(self.attachments).unlink()
        env["res.users"].browse(self.users).active = False
        env["wezer.currency"].browse(self.currency).active = False

    def _restore(self, path, database, *options):
        """Restore by the command, in a process of its own; return its answer."""
        done = subprocess.run(
            [sys.executable, str(PROGRAM), "wezer_backup", "restore", "--marked"]
            + [f"--config={config.rcfile}", f"--database={database}", *options]
            + ["--log-level=warn", str(path)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        lines = [
            line.removeprefix(ANSWER)
            for line in done.stdout.splitlines()
            if line.startswith(ANSWER)
        ]
        self.assertEqual(len(lines), 1, done.stderr)
        return json.loads(lines[0])

    def _restored_payments(self, database):
        with db_connect(database).cursor() as cr:
            cr.execute(
                """SELECT t.key, count(DISTINCT t.id), count(e.id)
                     FROM wezer_transfer t
                     LEFT JOIN wezer_ledger_entry e ON e.transfer_id = t.id
                    WHERE t.wezer_currency_id = %s GROUP BY t.key""",
                [self.currency],
            )
            rows = {
                key: (transfers, entries) for key, transfers, entries in cr.fetchall()
            }
            cr.execute(
                "SELECT sum(balance) FROM wezer_wallet WHERE partner_id = ANY(%s)"
                " AND wezer_currency_id = %s",
                [self.payees, self.currency],
            )
            return rows, cr.fetchone()[0]

    def test_each_payment_of_before_the_backup_is_restored_exactly_once(self):
        # Each pays another: the wallet of one payee would be waited for.
        payers, payees = self.parties[:PAYERS], self.payees
        people = Payers(self.registry, payers, payees, self.currency, self.mark)
        store = Path(config.filestore(self.database))
        kept, lost, changed = self.files
        lost_bytes = (store / lost).read_bytes()
        (store / lost).unlink()
        (store / changed).write_bytes(b"overwritten")
        self.addCleanup((store / lost).write_bytes, lost_bytes)
        people.start()
        self.addCleanup(people.stop)
        people.wait_for(BEFORE)
        made = making.make(self.database, to=self.folder)
        people.wait_for(len(people.acknowledged) + AFTER)
        people.stop()
        self.assertEqual(people.failed, [])
        self.assertEqual(made.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(
            [path.name for path in self.folder.iterdir()], [made.path.name]
        )
        self.assertEqual(made.manifest["missing"], [lost])
        self.assertEqual(made.manifest["damaged"], [changed])

        target = restoring.beside(self.database, "drill")
        self.addCleanup(restoring.drop, target)
        result = self._restore(made.path, target, "--neutralize")
        self.assertEqual((result["database"], result["broken"]), (target, []))
        self.assertGreater(len(result["checks"]), 50)
        rows, balance = self._restored_payments(target)
        moment = datetime.fromisoformat(made.manifest["created"]).timestamp()
        before = {key for key, when in people.acknowledged.items() if when < moment}
        self.assertGreaterEqual(len(before), BEFORE)
        self.assertEqual(before - set(rows), set(), "acknowledged, and not restored")
        self.assertEqual(set(rows.values()), {(1, 1)}, "restored more than once")
        self.assertLess(len(rows), len(people.acknowledged))
        self.assertEqual(set(rows) - people.tried, set())
        self.assertEqual(int(balance), len(rows) * 100)
        files = Path(config.filestore(target))
        self.assertEqual((files / kept).read_bytes(), f"kept {self.mark}".encode() * 99)
        self.assertFalse((files / lost).exists())
        self.assertIn("1 files were missing", result["notes"][0])
        with db_connect(target).cursor() as cr:
            cr.execute("SELECT count(*) FROM ir_cron WHERE active")
            self.assertEqual(cr.fetchone()[0], 1)
            cr.execute("SELECT smtp_host FROM ir_mail_server WHERE active")
            self.assertEqual(cr.fetchall(), [("invalid",)])
