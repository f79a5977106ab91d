"""Every command has a help text and an example; no file names a mirror."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from launcher import cli, testing

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("command", sorted(cli.EXAMPLES))
def test_the_help_of_each_command_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0
    assert f"Example: ./wezer {command}" in " ".join(capsys.readouterr().out.split())


def test_the_examples_are_valid_command_lines():
    for example in cli.EXAMPLES.values():
        words = example.split(" < ")[0].split()[1:]
        options = cli.parser().parse_args(words)
        assert options.command == words[0]


def test_arguments_of_pytest_are_passed_on():
    options, rest = cli.parser().parse_known_args(["test", "tests", "-x", "--lf"])
    assert options.arguments == ["tests"] and rest == ["-x", "--lf"]


@pytest.mark.parametrize(
    ("arguments", "expected", "unexpected"),
    [
        (["--fast"], ["-m", "not slow", "addons", "tests"], []),
        ([], ["addons", "tests"], ["-m not slow"]),
        (["tests"], [str(ROOT / "tests")], ["addons", "-n", "--durations"]),
        (["-k", "word"], ["-k", "word"], ["-n"]),
        (
            ["--workers", "3"],
            ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"],
            [],
        ),
    ],
)
def test_options_of_a_test_run_become_arguments_of_pytest(
    monkeypatch, arguments, expected, unexpected
):
    monkeypatch.chdir(ROOT)
    options, options.rest = cli.parser().parse_known_args(["test", *arguments])
    command = testing.pytest_command(Path("odoo.conf"), options)
    line = " ".join(command)
    assert " ".join(expected) in line
    assert not [word for word in unexpected if f" {word} " in f"{line} "]


class StoppedTemplate(testing.Database):
    """The template of the tests, stopped when it is a copy of Odoo's own addons."""

    made = True

    def exists(self, name=None):
        return self.made

    def copy(self, source, target):
        raise KeyboardInterrupt


def test_a_template_that_is_stopped_half_made_is_not_taken_for_whole(
    state, monkeypatch
):
    monkeypatch.setattr(testing, "base_mark", lambda _runner: "mark")
    monkeypatch.setattr(testing, "below", lambda _step, _runner: None)
    database = StoppedTemplate(SimpleNamespace(), testing.TEMPLATE)
    addons = testing.paths.addon_hashes()
    database.remember(base="mark", addons=addons, complaints=[])
    step = SimpleNamespace(show=lambda _detail: None)
    assert testing.template(step, database) == []
    with pytest.raises(KeyboardInterrupt):
        testing.template(step, database, "rebuild")
    # The next run makes it anew, instead of taking what is there.
    with pytest.raises(KeyboardInterrupt):
        testing.template(step, database)


def test_a_bridge_follows_the_addon_of_odoo_that_it_adds_to(state, monkeypatch):
    paths = testing.paths
    assert "wezer_news_mailing" not in paths.our_addons()
    database = testing.Database(SimpleNamespace(), "any")
    here = [["wezer_fractal_groups"]]
    monkeypatch.setattr(database, "sql", lambda _query: here)
    database.remember(addons=paths.addon_hashes())
    assert database.changed_addons() == ([], [])
    here.append(["mass_mailing"])
    assert database.changed_addons() == (["wezer_news_mailing"], [])
    hashes = paths.addon_hashes(["wezer_news_mailing"])
    database.remember(addons=hashes)
    assert database.changed_addons() == ([], [])
    database.remember(addons={**hashes, "wezer_news_mailing": "of before"})
    assert database.changed_addons() == ([], ["wezer_news_mailing"])


def test_an_unknown_argument_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--prot", "1"])
    assert "unknown: --prot" in capsys.readouterr().err


def tracked():
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_names_a_mirror_or_a_registry():
    # Written so that this file does not name them either.
    names = "|".join(
        ["deb" + r"\.debian\.org", "ftp" + r"\.\w+\.debian", "pypi" + r"\.org"]
    )
    for path in tracked():
        if path.suffix in (".png", ".jpg", ".webp", ".woff2", ".ttf", ".ico"):
            continue
        found = re.search(names, path.read_text(errors="replace"))
        assert not found, f"{path.relative_to(ROOT)} names {found[0]}"


def test_generated_files_are_not_tracked():
    assert not [p for p in tracked() if ".wezer" in p.parts or p.suffix == ".pyc"]
