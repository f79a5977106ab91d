"""A process that has Odoo loaded, and forks for each script that is to be killed."""

import json
import os
import subprocess
import sys

from odoo.tests import get_db_name
from odoo.tools import config

from odoo.addons.wezer_base.tests.committed import CommittedCase

# Each script runs in a child with a connection of its own; its exit code is reported.
PROGRAM = """
import json, os, sys, traceback
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
env.cr.rollback()
kept = sql_db._Pool, sql_db._Pool_readonly
def run(script):
    # The connections of the parent are not the child's.
    sql_db._Pool = sql_db._Pool_readonly = None
    try:
        registry = Registry(DATABASE).check_signaling()
        with registry.cursor() as cr:
            exec(script, {"env": api.Environment(cr, SUPERUSER_ID, {})})
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
for line in os.fdopen(SCRIPTS):
    children = []
    for script in json.loads(line):
        child = os.fork()
        if not child:
            run(script)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children]
    os.write(ANSWERS, b"%s\\n" % json.dumps(codes).encode())
"""


class ForkServer:
    """Odoo's shell on the test's database; scripts find ``env`` there."""

    def __init__(self, database):
        scripts, self._scripts = os.pipe()
        self._answers, answers = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "odoo", "shell", "-d", database]
            + ["--config", config.rcfile, "--no-http", "--log-level", "warn"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=sys.stderr,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            pass_fds=(scripts, answers),
            text=True,
        )
        os.close(scripts)
        os.close(answers)
        program = f"SCRIPTS, ANSWERS, DATABASE = {scripts}, {answers}, {database!r}\n"
        self.process.stdin.write(program + PROGRAM)
        self.process.stdin.close()
        self._given = os.fdopen(self._scripts, "w")
        self._told = os.fdopen(self._answers)

    def run(self, script):
        """Run a script in a child of its own; return its exit code."""
        return self.run_together([script])[0]

    def run_together(self, scripts):
        """Run scripts at once, each in a child of its own; return their exit codes."""
        self._given.write(f"{json.dumps(scripts)}\n")
        self._given.flush()
        return json.loads(self._told.readline())

    def stop(self):
        """End it: it has no more to read."""
        self._given.close()
        self._told.close()
        self.process.wait(20)


class ForkedCase(CommittedCase):
    """Runs scripts in processes that can be killed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.forks = ForkServer(get_db_name())
        cls.addClassCleanup(cls.forks.stop)
