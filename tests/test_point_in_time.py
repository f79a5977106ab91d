"""Recovery to a point in time, with the payments of a community.

With --all only: the steps are those of ``tools/pitr_drill.py``, by which the guide was
written. The default run proves that the guide says what the drill does.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest

from odoo.tests import get_db_name
from odoo.tools import config
from odoo.tools.misc import exec_pg_environ

from launcher.odoo_process import PROGRAM
from tools import pitr_drill

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ALL = os.environ.get("WEZER_COUNTS") == "all"
# Payments of before and after the moment, each; in four threads, fifty a second in all.
PAYMENTS = 400
PAY = """
import sys, threading, time
from odoo import Command, api
from odoo.service import model as service
group = env.ref("base.group_portal")
users = env["res.users"].with_context(no_reset_password=True).create([
    {"name": f"Payer {number}", "login": f"pitr_{number}",
     "group_ids": [Command.set(group.ids)]} for number in range(8)])
money = env["wezer.currency"].create(
    {"name": "Recovered", "code": "RECOVERED", "lower_text": "100000"}).id
pairs = [(payer.id, payer.partner_id.id, payee.partner_id.id)
         for payer, payee in zip(users[:4], users[4:])]
env.cr.commit()
registry, ends, said = env.registry, threading.Event(), threading.Lock()
begun = time.monotonic()
def pay(place, user, partner, payee):
    number = 0
    while not ends.is_set():
        number += 1
        key = f"pitr-{place}-{number}"
        with registry.cursor() as cr:
            person = api.Environment(cr, user, {})
            service.retrying(lambda: person["wezer.transfer"].pay(
                partner, payee, money, "1", key=key), person)
        with said:
            print("PAID", key, time.time(), flush=True)
        ends.wait(max(0, begun + number * 4 / 50 - time.monotonic()))
threads = [threading.Thread(target=pay, args=(place, *payer))
           for place, payer in enumerate(pairs)]
for thread in threads:
    thread.start()
STOP.read()
ends.set()
for thread in threads:
    thread.join()
"""
CHECK = """
import json
print("FOUND" + json.dumps(
    [check for check in env["wezer.invariant"].run() if check["rows"]], default=str))
"""


class CommunityPayments:
    """Members pay by the method that pages call, in a copy of the test's database."""

    name = "pitr"

    def __init__(self):
        self.known = {}

    def _shell(self, server, script, **popen):
        given = server.environment
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "shell", "-d", self.name]
            + [f"--config={config.rcfile}", f"--db_host={given['PGHOST']}"]
            + [f"--db_port={given['PGPORT']}", f"--db_user={given['PGUSER']}"]
            + ["--no-http", "--log-level=warn"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            **popen,
        )
        process.stdin.write(script)
        process.stdin.close()
        return process

    def prepare(self, server):
        self.server = server
        dump = subprocess.run(
            [server.folder / "pg_dump", "-Fc", "-Z1", get_db_name()],
            env=exec_pg_environ(),
            check=True,
            capture_output=True,
        ).stdout
        here = {**os.environ, **server.environment}
        for program, *words in (
            ["createdb", self.name],
            ["pg_restore", "--no-owner", "-d", self.name],
        ):
            subprocess.run(
                [server.folder / program, *words],
                env=here,
                check=True,
                capture_output=True,
                input=dump if program == "pg_restore" else None,
            )

    def start(self):
        begin, self.end = os.pipe()
        script = f"STOP = open({begin})\n{PAY}"
        self.process = self._shell(self.server, script, pass_fds=[begin])
        os.close(begin)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            word, *rest = line.split()
            if word == "PAID":
                self.known[rest[0]] = float(rest[1])

    def acknowledged(self):
        assert self.process.poll() is None, "the payers ended"
        return len(self.known)

    def stop(self):
        os.close(self.end)
        self.process.wait(60)
        self.reader.join()
        return self.known

    def _execute(self, server, query):
        given = server.environment
        with contextlib.closing(
            psycopg2.connect(
                dbname=self.name, host=given["PGHOST"], user=given["PGUSER"]
            )
        ) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(query)
            return cursor.fetchall() if cursor.description else None

    def destroy(self, server):
        self._execute(server, "DROP TABLE wezer_transfer CASCADE")

    def found(self, server):
        process = self._shell(server, CHECK)
        output = process.stdout.read()
        assert process.wait(60) == 0
        broken = json.loads(output.split("FOUND", 1)[1])
        assert broken == []
        return dict(
            self._execute(
                server,
                """SELECT t.key, count(e.id) FROM wezer_transfer t
                     LEFT JOIN wezer_ledger_entry e ON e.transfer_id = t.id
                    WHERE t.key LIKE 'pitr-%' GROUP BY t.key""",
            )
        )


if ALL:

    @pytest.mark.parametrize(
        "method",
        [pitr_drill.ARCHIVE]
        + [pitr_drill.PGBACKREST] * bool(shutil.which("pgbackrest")),
    )
    def test_each_payment_of_before_the_moment_is_recovered_once(method):
        drill = pitr_drill.Drill(method, CommunityPayments())
        try:
            found, before = drill.run(PAYMENTS, PAYMENTS)
            assert before >= 2 * PAYMENTS and len(found) >= before
            print(method, before, len(found), drill.times)
        finally:
            drill.clear()


def test_the_guide_has_the_settings_that_were_tried():
    guide = re.sub(r"\s+", " ", (ROOT / "docs/production.md").read_text())
    for words in (
        pitr_drill.ARCHIVE_COMMAND.format(wal="/wal"),
        pitr_drill.RESTORE_COMMAND.format(wal="/wal"),
        "archive_mode=on",
        "archive_timeout=60",
        "pg_basebackup",
        "recovery.signal",
        "recovery_target_action",
        "archive-push %p",
        "--type=time",
        "--target-action=promote",
    ):
        assert words in guide, words
    for line in pitr_drill.SETTINGS.splitlines():
        name = line.partition("=")[0]
        if name.startswith(("repo1", "pg1", "start", "[")) and "socket" not in name:
            assert name in guide, name
