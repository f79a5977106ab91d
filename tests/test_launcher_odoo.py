"""Where Odoo is found, and how its package is fetched."""

import configparser
import os
import signal
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from launcher import odoo_process, odoo_source, paths, python_env, run

from .server import until

pytestmark = pytest.mark.slow

SOURCES = """\
Types: deb
URIs: http://mirror.example/debian
Suites: stable
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: stable-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://vendor.example/debian
Suites: nodistro
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg
"""


def with_etc(monkeypatch, tmp_path, **files):
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        (tmp_path / "sources.list.d" / name.replace("_", ".")).write_text(text)
    monkeypatch.setattr(
        odoo_source,
        "Path",
        lambda *parts: tmp_path if parts == ("/etc/apt",) else Path(*parts),
    )


def test_only_debians_own_archive_is_taken_as_the_mirror(monkeypatch, tmp_path):
    with_etc(monkeypatch, tmp_path, debian_sources=SOURCES)
    assert odoo_source.debian_sources() == {
        "http://mirror.example/debian": odoo_source.KEYRING
    }


def test_the_old_format_of_apt_sources_is_read(monkeypatch, tmp_path):
    line = "deb [arch=amd64 signed-by=/etc/debian-archive.gpg] http://m.example/debian"
    text = f"{line} bookworm main contrib\ndeb http://v.example/debian x non-free\n"
    with_etc(monkeypatch, tmp_path, a_list=text)
    assert odoo_source.debian_sources() == {
        "http://m.example/debian": "/etc/debian-archive.gpg"
    }


def test_the_mirror_is_signed_by_the_keys_the_machine_names(monkeypatch, tmp_path):
    key = tmp_path / "debian-archive-own.gpg"
    key.write_text("")
    text = SOURCES.replace(odoo_source.KEYRING, str(key))
    with_etc(monkeypatch, tmp_path, debian_sources=text)
    answer = subprocess.CompletedProcess(
        [], 0, stdout="http://mirror.example/debian/\n"
    )
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: answer)
    assert odoo_source.debian_mirror() == ("http://mirror.example/debian/", str(key))


def test_odoo_home_is_preferred(tmp_path, monkeypatch, step):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "addons" / "web").mkdir(parents=True)
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    odoo = odoo_source.find(step)
    assert odoo.origin == "ODOO_HOME" and odoo.version == paths.SERIES
    assert odoo.library == tmp_path and odoo.addons == [tmp_path / "addons"]


def test_broken_links_of_the_package_are_repaired(tmp_path, monkeypatch, step):
    import zipfile

    addons = tmp_path / "usr/lib/python3/dist-packages/odoo/addons"
    fonts = addons / "web/static/lib/fontawesome/fonts"
    fonts.mkdir(parents=True)
    (fonts / "fontawesome-webfont.woff2").symlink_to("nowhere.woff")
    (fonts / "FontAwesome.otf").symlink_to("nowhere.otf")
    monkeypatch.setattr(odoo_source, "STATE", tmp_path)

    def pip(*arguments):
        folder = Path(arguments[arguments.index("-d") + 1])
        folder.mkdir()
        with zipfile.ZipFile(folder / "icons.whl", "w") as wheel:
            wheel.writestr("static/fontawesome-webfont.woff2", b"the icons")

    monkeypatch.setattr(python_env, "pip", pip)
    odoo_source.complete(tmp_path, step)
    assert (fonts / "fontawesome-webfont.woff2").read_bytes() == b"the icons"
    assert not (fonts / "FontAwesome.otf").is_symlink()
    stub = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    assert stub.exists()


@pytest.fixture
def runner(state):
    odoo = namedtuple("Odoo", "library addons")(state, [state])
    server = namedtuple("Server", "environment")({})
    return odoo_process.Runner(odoo, server, state / "pg.conf", state / "odoo.log")


def test_the_configuration_has_a_random_password_and_is_private(runner):
    found = set()
    for _time in range(2):
        runner.write_config()
        parser = configparser.RawConfigParser()
        parser.read(runner.config)
        found.add(parser["options"]["admin_passwd"])
        assert parser["options"]["limit_time_real_cron"] == "3600"
        # Whatever program reads it: nothing is open to the network.
        assert parser["options"]["http_interface"] == "127.0.0.1"
        assert runner.config.stat().st_mode & 0o077 == 0
    assert len(found) == 2 and min(map(len, found)) > 30


def test_a_log_is_private_and_rotated(state, monkeypatch):
    monkeypatch.setattr(paths, "LOG_SIZE", 10)
    log = state / "odoo.log"
    log.write_text("old\n")
    log.chmod(0o644)
    for number in range(8):
        with paths.open_log(log) as file:
            assert log.stat().st_mode & 0o077 == 0
            file.write(b"written %d\n" % number)
    kept = sorted(state.glob("odoo.log*"))
    assert len(kept) == 1 + paths.LOGS_KEPT
    assert log.read_text() == "written 7\n"
    assert (state / "odoo.log.1").read_text() == "written 6\n"
    # What was written to a file that has been put aside is not looked for in the new.
    assert odoo_process.read_from(log, 1000) == "written 7\n"


PROGRAM = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[1])
from launcher import odoo_main
odoo_main.end_with_the_launcher()
print("ready", flush=True)
time.sleep(600)
"""


def test_a_server_ends_with_its_launcher(runner, monkeypatch):
    def command(name, *arguments):
        return [sys.executable, "-c", PROGRAM, str(paths.ROOT)]

    monkeypatch.setattr(runner, "command", command)
    process = runner.start("server", stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    assert process.poll() is None
    # What the kernel does for a process that is killed: its end of the pipe is closed.
    process.ends.detach()
    os.close(process.lifeline)
    assert process.wait(30) == -signal.SIGTERM
    process.stdout.close()


def test_the_log_of_a_running_server_is_rotated(state, monkeypatch):
    monkeypatch.setattr(paths, "LOG_SIZE", 10)
    monkeypatch.setattr(run, "LOOK_AT_LOG", 0.05)
    log = state / "odoo.log"
    log.write_text("more than ten letters\n")
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    with ThreadPoolExecutor() as pool:
        ended = pool.submit(run.wait, process, log)
        try:
            until((state / "odoo.log.1").exists)
            assert not ended.done()
        finally:
            process.stdin.close()
        assert ended.result(30) == 0
