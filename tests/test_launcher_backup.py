"""`./wezer backup` and `./wezer restore`: what they hand on, and what they print."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from launcher import backups, cli, paths
from launcher.console import Failure
from launcher.database import Database

MANIFEST = {
    "created": "2026-01-31T03:15:00+00:00",
    "database": "wezer",
    "addons": {"base": "19.0.1.3", "wezer_base": "19.0.2.5.0"},
}
RESTORED = {
    "manifest": MANIFEST,
    "database": "wezer",
    "kept": "wezer_before_20260131_031500",
    "checks": [{"name": "one", "rows": []}, {"name": "two", "rows": []}],
    "broken": [],
    "upgraded": False,
    "neutralized": False,
    "notes": [
        "1 files were missing from the filestore when the backup was made: 'ab'."
    ],
}


class FakeRunner:
    """Odoo's command, which prints what it is told to."""

    def __init__(self, folder, output, code=0):
        self.log = folder / "odoo.log"
        self.output, self.code = output, code
        self.words = []

    def start(self, *words, **popen):
        self.words = list(words)
        program = (
            f"import sys; sys.stdout.write({self.output!r}); sys.exit({self.code})"
        )
        return subprocess.Popen([sys.executable, "-c", program], **popen)


def asked(folder, step, output, action="make", code=0):
    runner = FakeRunner(folder, output, code)
    database = SimpleNamespace(runner=runner, name="wezer")
    return runner, lambda: backups.ask(database, step, action, "--to=/backups")


def test_the_answer_of_odoos_command_is_read_and_its_progress_is_shown(state, step):
    output = 'PROGRESS database\nnoise\nWEZER{"file": "b.zip"}\n'
    runner, ask = asked(state, step, output)
    assert ask() == {"file": "b.zip"}
    assert step.detail == "database"
    assert runner.words[:3] == ["wezer_backup", "make", "--database=wezer"]
    assert "--to=/backups" in runner.words


def test_a_refusal_of_odoos_command_is_told_with_its_remedy(state, step):
    output = "WEZER" + json.dumps({"error": "The disk is full", "remedy": "Free some."})
    _runner, ask = asked(state, step, output, code=1)
    with pytest.raises(Failure, match="The disk is full. Free some."):
        ask()
    _runner, ask = asked(state, step, "", code=3)
    with pytest.raises(Failure, match="Odoo stopped"):
        ask()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["backup", "b.zip", "--to", "there"], "both say where it goes"),
        (["backup", "b.zip", "--keep", "7"], "--keep belongs to a folder"),
        (["restore", "absent.zip"], "There is no file"),
        (["restore", __file__, "--verify", "--replace"], "nothing that stays"),
        (["restore", __file__, "--replace"], "Wezer runs on that database"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    state, monkeypatch, capsys, words, message
):
    running = {"pid": 4711}
    monkeypatch.setattr(backups.run, "still_running", lambda: running)
    assert cli.main(words) == 1
    assert message in capsys.readouterr().err


def test_key_files_and_archives_are_named_so_that_they_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = cli.parser().parse_args(
        ["restore", "b.zip", "--identity", "a.key", "--identity", "/b.key"]
    )
    assert backups.identities(options) == [
        f"--identity={tmp_path}/a.key",
        "--identity=/b.key",
    ]


def test_what_was_restored_is_printed(capsys):
    options = cli.parser().parse_args(["restore", "b.zip", "--replace"])
    backups.show(RESTORED, options)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        RESTORED["notes"][0],
        "wezer is the backup of 2026-01-31T03:15:00 UTC: 2 invariants hold, 0 broken.",
        "The former database is kept as wezer_before_20260131_031500.",
    ]
    broken = {"name": "The books agree", "rows": [[1, 2]]}
    options = cli.parser().parse_args(["restore", "b.zip", "--verify"])
    checks = [*RESTORED["checks"], broken]
    backups.show({**RESTORED, "checks": checks, "broken": [broken]}, options)
    told = capsys.readouterr().out
    assert "BROKEN  The books agree" in told and "2 invariants hold, 1 broken" in told


def test_the_next_start_upgrades_what_was_restored_from_elsewhere(state, monkeypatch):
    hashes = {"wezer_base": "mark", "wezer_website": "other"}
    monkeypatch.setattr(paths, "addon_hashes", lambda _bridges=(): hashes)
    monkeypatch.setattr(Database, "fitting_bridges", lambda _database: [])
    database = Database(SimpleNamespace())
    backups.remember(database, RESTORED)
    # Installed addons are upgraded, and those that the backup lacks are installed.
    assert database.changed_addons() == (["wezer_website"], ["wezer_base"])
    backups.remember(database, {**RESTORED, "upgraded": True})
    assert database.changed_addons() == (["wezer_website"], [])
    assert database.remembered()["ready"]
    other = Database(SimpleNamespace(), "rehearsal")
    backups.remember(other, RESTORED)
    assert not Path(other.memory).exists()
