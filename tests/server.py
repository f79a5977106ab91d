"""Odoo in a process of its own, for tests of what is committed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

import requests

from odoo.tools import config

from launcher.odoo_process import PROGRAM

PATIENCE = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, explain=str, patience=PATIENCE):
    """Wait for a condition; ``explain`` returns what to say where it never holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)


class Server:
    """One Odoo of its own process on the test's database.

    :param options: more of Odoo's command line
    :param program: what is run instead of the launcher's program
    """

    def __init__(self, database, *options, program=PROGRAM):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = tempfile.NamedTemporaryFile("a", suffix=".log")
        self.process = subprocess.Popen(
            [sys.executable, str(program), "server", "-d", database]
            + ["--config", config.rcfile, "--http-port", self.url.rsplit(":", 1)[1]]
            + ["--http-interface", "127.0.0.1", "--max-cron-threads", "0"]
            + ["--no-database-list", "--db-filter", f"^{database}$", *options],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log_tail()
            try:
                requests.get(f"{self.url}/web/health", timeout=5)
                return
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError(self.log_tail())

    def log_tail(self):
        return self.text()[-4000:]

    def text(self):
        """Return its log; opened anew, because the server writes where ours stands."""
        with open(self.log.name, errors="replace") as log:
            return log.read()

    def wrote(self, text):
        """Say whether its log has ``text``."""
        return text in self.text()

    def times(self, text):
        """Say how often its log has ``text``."""
        return self.text().count(text)

    def reload(self):
        """Let Odoo start itself again, as it does after a time limit."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.log.close()
