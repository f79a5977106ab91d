"""`./wezer run`: served, stopped, started again, its data kept.

The first start is a real one, from nothing, of a repository with the addon below all
others; with --all of the whole suite, which every run of the tests installs once for
its template anyway.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import xmlrpc.client
from pathlib import Path

import pytest

from odoo.tests import TransactionCase, tagged

from launcher import paths, postgres
from launcher.run import answers

from .server import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ALL = os.environ.get("WEZER_COUNTS") == "all"
# What a start needs of the repository.
PARTS = ("wezer", "launcher", "requirements.txt", "requirements-addons.txt")
ADDONS = None if ALL else ("wezer_base",)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wezer(state):
    """The command line of the repository that belongs to a state folder."""
    return [sys.executable, str(state.parent / "repository" / "wezer")]


class Running:
    """A `./wezer run` of the test's own, its downloads borrowed."""

    def __init__(self, state, *arguments, port=None):
        self.state = state
        self.port = port or free_port()
        self.log = state.parent / f"run-{self.port}.log"
        command = [*wezer(state), "run", "--no-demo"]
        command += ["--port", str(self.port), *arguments]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                command, env=environment(state), stdout=log, stderr=log
            )

    def wait(self, patience):
        """Return its run.json; where it does not come, stop what was started."""
        try:
            until(self.is_ready, self.log.read_text, patience)
        except BaseException:
            self.stop(signal.SIGTERM)
            raise
        return json.loads((self.state / "run.json").read_text())

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            run = json.loads((self.state / "run.json").read_text())
        except (OSError, ValueError):
            return False
        # One that was killed has left its file.
        return run["pid"] == self.process.pid

    def odoo(self):
        """Process id of its Odoo."""
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = path.read_text().rsplit(")", 1)[1].split()[1]
                words = (path.parent / "cmdline").read_text()
            except OSError:
                continue
            if int(parent) == self.process.pid and "odoo_main.py" in words:
                return int(path.parent.name)
        raise AssertionError("no Odoo runs")

    def stop(self, number):
        self.process.send_signal(number)
        return self.process.wait(60)


def environment(state):
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "ODOO_")) and key != "PYTHONPATH"
    }
    return {**kept, "WEZER_STATE": str(state)}


@pytest.fixture(scope="module")
def state():
    base = Path(tempfile.mkdtemp(prefix="wezer-run-", dir="/var/tmp"))
    base.chmod(0o755)
    folder = base / "state"
    folder.mkdir()
    # The same environment and Odoo that run this test: nothing is fetched twice.
    for name in ("venv", "odoo", "postgresql"):
        if (paths.STATE / name).exists():
            (folder / name).symlink_to(paths.STATE / name)
    repository = base / "repository"
    (repository / "addons").mkdir(parents=True)
    for part in (*PARTS, *(f"addons/{name}" for name in ADDONS or paths.our_addons())):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, repository / part)
    yield folder
    shutil.rmtree(base, ignore_errors=True)
    prefix = os.environ.get("PYTHONPYCACHEPREFIX")
    if prefix:
        shutil.rmtree(prefix + str(base), ignore_errors=True)


def descendants(state):
    """Processes that have the state folder in their command line or environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_text().replace("\0", " ")
        except OSError:
            continue
        if str(state) in words:
            found.append(words)
    return found


def log_in(run, role="administrator"):
    who = run["logins"][role]
    common = xmlrpc.client.ServerProxy(run["url"] + "/xmlrpc/2/common")
    return common.authenticate(run["database"], who["login"], who["password"], {})


def test_a_restart_keeps_the_data(state):
    first = Running(state)
    run = first.wait(400)
    try:
        assert set(run) == {"url", "database", "pid", "logins"}
        assert run["pid"] == first.process.pid
        assert run["url"] == f"http://127.0.0.1:{first.port}"
        assert (state / "run.json").stat().st_mode & 0o077 == 0
        me = log_in(run)
        assert me
        objects = xmlrpc.client.ServerProxy(run["url"] + "/xmlrpc/2/object")
        password = run["logins"]["administrator"]["password"]
        call = (run["database"], me, password, "res.partner")
        kept = objects.execute_kw(*call, "create", [{"name": "Kept"}])
        second = subprocess.run(
            [*wezer(state), "run", "--port", str(free_port())],
            env=environment(state),
            capture_output=True,
            text=True,
        )
        assert second.returncode == 1 and "already runs at" in second.stderr
        check = subprocess.run(
            [*wezer(state), "check"],
            env=environment(state),
            capture_output=True,
            text=True,
        )
        assert check.returncode == 0, check.stdout + check.stderr
        assert "invariants hold, 0 broken" in check.stdout
    finally:
        assert first.stop(signal.SIGTERM) == 0
    assert not descendants(state)
    assert not (state / "run.json").exists()

    again = Running(state)
    run = again.wait(120)
    try:
        objects = xmlrpc.client.ServerProxy(run["url"] + "/xmlrpc/2/object")
        call = (run["database"], log_in(run), password, "res.partner")
        assert (
            objects.execute_kw(*call, "read", [[kept], ["name"]])[0]["name"] == "Kept"
        )
    finally:
        assert again.stop(signal.SIGINT) == 0
    assert not descendants(state)
    times = json.loads((state / "timings.json").read_text())
    assert times["run, later"]["total"] < 30
    assert "Odoo 19" in times["run, first"]["phases"]


def test_a_database_started_by_another_command_is_kept(state):
    # It waits for its script, so it ends when its input does.
    shell = subprocess.Popen(
        [*wezer(state), "shell"],
        env=environment(state),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = postgres.Cluster("pg", "", None, "")
    server.data = state / "pg" / "data"
    until(server.answers)
    running = Running(state)
    try:
        run = running.wait(120)
        shell.communicate(timeout=60)
        assert log_in(run)
    finally:
        shell.kill()
        code = running.stop(signal.SIGTERM)
    assert code == 0
    assert not descendants(state)


if ALL:

    def test_a_backup_of_a_site_that_is_served_replaces_its_database_later(state):
        def command(*words):
            return subprocess.run(
                [*wezer(state), *words],
                env=environment(state),
                capture_output=True,
                text=True,
            )

        file = state.parent / "backup.zip"
        running = Running(state)
        try:
            running.wait(120)
            done = command("backup", str(file), "--verify")
            assert done.returncode == 0, done.stderr
            assert "checks hold" in done.stdout
            refused = command("restore", str(file), "--replace")
            assert refused.returncode == 1 and "Wezer runs on" in refused.stderr
        finally:
            running.stop(signal.SIGTERM)
        refused = command("restore", str(file))
        assert refused.returncode == 1 and "Add --replace" in refused.stderr
        done = command("restore", str(file), "--replace", "--drop-old")
        assert done.returncode == 0, done.stderr
        assert "0 broken" in done.stdout
        again = Running(state)
        try:
            assert log_in(again.wait(400))
        finally:
            again.stop(signal.SIGTERM)
        assert not descendants(state)


def test_a_reload_and_a_killed_launcher_leave_a_site_that_works(state):
    running = Running(state)
    run = running.wait(120)
    try:
        # Another command writes the configuration file anew, for itself.
        subprocess.run(
            [*wezer(state), "shell"],
            env=environment(state),
            input="",
            text=True,
            capture_output=True,
            check=True,
        )
        log = state / "odoo.log"
        begun = log.read_text().count("HTTP service (werkzeug) running")
        os.kill(running.odoo(), signal.SIGHUP)
        until(lambda: log.read_text().count("HTTP service (werkzeug) running") > begun)
        until(lambda: answers(run["url"]))
        assert running.process.poll() is None
        assert log_in(run)
        assert log.stat().st_mode & 0o077 == 0
    finally:
        running.stop(signal.SIGKILL)
    # At once, and on the same port.
    again = Running(state, port=running.port)
    try:
        assert log_in(again.wait(120))
    finally:
        assert again.stop(signal.SIGTERM) == 0
    assert not descendants(state)


# Addons of Odoo that call other servers.
BANNED = ("partner_autocomplete", "iap_mail", "sms", "snailmail")


@tagged("post_install", "-at_install")
class TestWholeSuite(TransactionCase):
    def test_no_addon_of_the_suite_brings_one_that_calls_other_servers(self):
        installed = [("name", "in", BANNED), ("state", "=", "installed")]
        modules = self.env["ir.module.module"].search(installed)
        self.assertEqual(modules.mapped("name"), [])


def test_no_mail_is_sent_and_nobody_is_asked(state):
    """Return what the database keeps, read while Odoo is stopped."""
    script = (
        "crons = env['ir.cron'].search([]).mapped('cron_name')\n"
        "print('MAILS', [c for c in crons if 'Publisher' in c])\n"
        "print('SENDS', env['ir.mail_server']._wezer_is_set())\n"
        "print('LINKS', env.company.get_base_url())\n"
        f"banned = {BANNED!r}\n"
        "installed = [('name', 'in', banned), ('state', '=', 'installed')]\n"
        "print('ASKING', env['ir.module.module'].search(installed).mapped('name'))\n"
    )
    done = subprocess.run(
        [*wezer(state), "shell"],
        env=environment(state),
        input=script,
        capture_output=True,
        text=True,
    )
    assert "MAILS []" in done.stdout, done.stdout + done.stderr
    assert "SENDS False" in done.stdout
    # What was printed at the last start, on a port of its own.
    assert re.search(r"LINKS http://127\.0\.0\.1:\d+$", done.stdout, re.MULTILINE)
    assert "LINKS http://127.0.0.1:8069" not in done.stdout
    assert "ASKING []" in done.stdout


def test_mail_would_go_nowhere_and_databases_are_not_listed(state):
    text = (state / "pg.conf").read_text()
    assert "smtp_server = \n" in text and "list_db = False" in text
