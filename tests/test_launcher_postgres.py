"""The private PostgreSQL: never as root, on a socket, its data kept."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from launcher import paths, postgres
from launcher.console import Failure
from launcher.database import copy_statement

pytestmark = pytest.mark.slow


@pytest.fixture
def home(monkeypatch):
    """A state folder that the server's account can reach, with a very long path."""
    base = Path(tempfile.mkdtemp(prefix="wezer-test-", dir="/var/tmp"))
    base.chmod(0o755)
    folder = base / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(paths, "STATE", folder)
    yield folder
    shutil.rmtree(base)
    shutil.rmtree(paths.short_folder("x").parent, ignore_errors=True)


def cluster(home, step, name="pgtest"):
    real = postgres.installed()
    if real:
        major = max(real)
        return postgres.Cluster(name, real[major], major, "installed")
    return postgres.Cluster(name, *postgres.binaries(name, step))


def test_the_server_runs_on_a_socket_and_stops(home, step):
    server = cluster(home, step)
    try:
        server.start(step)
        assert server.answers()
        socket = Path(server.environment["PGHOST"]) / ".s.PGSQL.5432"
        assert stat.S_ISSOCK(socket.stat().st_mode) and len(str(socket)) <= 103
        # Only the server's own account (and root) may come near the socket.
        assert socket.parent.stat().st_mode & 0o077 == 0
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert owner != 0
        again = cluster(home, step)
        again.start(step)
        assert again.process is None  # it found the one that runs
        again.stop()
        assert server.answers()
    finally:
        server.stop()
    assert not server.answers() and server.process.poll() is not None
    assert postgres.existing_major("pgtest") == server.major


def test_only_the_test_server_skips_safe_writes(home, step):
    assert cluster(home, step, "pgtest").options["fsync"] == "off"
    assert not cluster(home, step, "pg").options


def test_the_last_user_stops_the_server_not_the_one_that_started_it(home, step):
    first, second = cluster(home, step), cluster(home, step)
    try:
        first.start(step)
        second.start(step)
        first.stop()
        assert second.answers()
        first.stop()  # twice is once
        assert second.answers()
    finally:
        second.stop()
    assert not second.answers()
    # The one that started it has not waited for it: it must not be left a zombie.
    first.process.wait(10)


KILLED = """
import sys
from pathlib import Path
from launcher import paths, postgres
from launcher.console import Failure
paths.STATE = Path(sys.argv[1])
class Step:
    def show(self, text):
        pass
server = postgres.Cluster("pgtest", sys.argv[2], int(sys.argv[3]), "test")
server.start(Step())
print("started", flush=True)
sys.stdin.read()
"""


def test_a_server_whose_user_was_killed_is_used_and_stopped(home, step):
    server = cluster(home, step)
    other = subprocess.Popen(
        [sys.executable, "-c", KILLED, home, server.folder, str(server.major)],
        cwd=paths.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout.readline() == b"started\n"
    finally:
        other.kill()
        other.communicate()
    assert server.answers()
    server.start(step)
    assert server.process is None
    server.stop()
    assert not server.answers()


def test_data_in_use_by_another_process_are_kept(home, step):
    server, other = cluster(home, step), cluster(home, step)
    try:
        server.start(step)
        with pytest.raises(Failure, match="Another ./wezer command uses"):
            other.clear()
        assert server.answers()
    finally:
        server.stop()
    other.clear()
    assert not server.data.exists()
    other.clear()


def test_a_stale_pid_file_is_ignored(home, step):
    """Its number belongs to another process by now: to this one."""
    server = cluster(home, step)
    try:
        server.start(step)
    finally:
        server.stop()
    left = server.data / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n" + "x\n" * 6 + "ready\n")
    assert not server.answers()
    try:
        server.start(step)
        assert server.answers()
    finally:
        server.stop()
    assert not left.exists()


def test_the_server_log_is_private(home, step):
    server = cluster(home, step)
    try:
        server.start(step)
    finally:
        server.stop()
    assert (home / "pgtest.log").stat().st_mode & 0o077 == 0


def test_data_move_where_the_server_account_can_reach(home, step, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(paths, "reachable_by_others", lambda folder: False)
    monkeypatch.setattr(paths, "short_folder", lambda name: home.parent / name)
    (home.parent / "pg").mkdir()
    place = postgres.place("pg")
    assert place == (home.parent / "pg").resolve()
    assert (home / "pg").is_symlink()
    assert postgres.place("pg") == place


def test_pghost_and_odoo_conf_name_the_server(tmp_path):
    conf = tmp_path / "odoo.conf"
    conf.write_text(
        "[options]\ndb_host = db.example\ndb_user = me\ndb_password = a%b\n"
    )
    assert postgres.configured({"ODOO_RC": str(conf)}) == (
        "db.example",
        None,
        "me",
        "a%b",
    )
    assert postgres.configured(
        {"PGHOST": "h", "PGUSER": "u", "ODOO_RC": str(conf)}
    ) == (
        "h",
        None,
        "u",
        None,
    )
    conf.write_text("[options]\ndb_host = False\n")
    assert postgres.configured({"ODOO_RC": str(conf)}) is None
    # The file for production leaves the server to the environment.
    assert postgres.configured({}) is None


def test_an_external_server_is_neither_started_nor_stopped(step, monkeypatch):
    server = postgres.find("pg", step, {"PGHOST": "h", "PGPORT": "1", "PGUSER": "u"})
    server.start(step)
    server.stop()
    assert server.environment == {"PGHOST": "h", "PGUSER": "u", "PGPORT": "1"}


def test_from_version_15_on_databases_are_copied_by_their_files():
    plain = 'CREATE DATABASE "copy" TEMPLATE "first"'
    assert copy_statement("first", "copy", 140012) == plain
    assert copy_statement("first", "copy", 150000) == f"{plain} STRATEGY file_copy"
