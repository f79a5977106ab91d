"""`./wezer backup` and `./wezer restore`: the database and its files in one archive.

The work is done by the command `wezer_backup` of Odoo's command line, which the addon
wezer_base brings: in production, without this launcher, it is called directly.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import database as databases
from . import odoo_process, paths, run, session
from .console import Failure, Step, Steps
from .database import Database

ANSWER, PROGRESS = "WEZER", "PROGRESS "


class Shown:
    """Shows the lines of progress on a step, not the answer."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def show(self, line: str) -> None:
        """Take a line that the program prints."""
        if line.startswith(PROGRESS):
            self.step.show(line.removeprefix(PROGRESS))


def backup(options: argparse.Namespace) -> int:
    """Make a backup of the live database."""
    arguments = [*repeated("recipient", options), *identities(options)]
    if options.file and options.to:
        raise Failure("FILE and --to both say where it goes", "Leave one of them out.")
    if options.file and options.keep:
        raise Failure("--keep belongs to a folder", "Name the folder: --to DIR")
    folder = Path(options.to).resolve() if options.to else paths.STATE / "backups"
    arguments += [f"--keep={options.keep}"] if options.keep else []
    arguments += ["--verify"] if options.verify else []
    if options.file:
        arguments.append(str(Path(options.file).resolve()))
    else:
        arguments.append(f"--to={folder}")
    steps = Steps(4, stream=sys.stderr)
    with session.live_database(steps) as database, steps.step("Backup") as step:
        answer = ask(database, step, "make", *arguments)
        step.show(megabytes(answer["bytes"]))
    if options.json:
        print(json.dumps(answer, indent=1))
        return 0
    for kind, how in (("missing", "are missing from"), ("damaged", "are damaged in")):
        for line in told_files(answer.get(kind, []), how):
            print(line)
    counts = answer["counts"]
    print(
        f"{answer['file']}: {megabytes(answer['bytes'])}, "
        f"{counts.get('wezer_transfer', 0):,} transfers, "
        f"{answer['parts']['filestore.sha256']['files']:,} files, "
        f"as of {answer['created'][:19]} UTC."
    )
    if "checks" in answer:
        print(f"It was restored beside the database: {answer['checks']} checks hold.")
    if answer["deleted"]:
        print(f"Deleted: {', '.join(answer['deleted'])}.")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Restore a backup, or prove that it can be."""
    path = Path(options.file).resolve()
    if not path.is_file():
        raise Failure(f"There is no file {path}", "Name a file of ./wezer backup.")
    name = options.database or databases.NAME
    if options.verify and (options.replace or options.database):
        raise Failure(
            "--verify restores nothing that stays",
            "Leave --replace and --database out.",
        )
    running = run.still_running()
    if running and name == databases.NAME and not options.verify:
        raise Failure(
            f"Wezer runs on that database (process {running['pid']})",
            f"Stop it with: kill {running['pid']}, or restore under another name with: "
            "--database NAME",
        )
    flags = ("replace", "drop_old", "verify", "no_check", "upgrade", "neutralize")
    arguments = [
        f"--{flag.replace('_', '-')}" for flag in flags if getattr(options, flag)
    ]
    arguments += [f"--database={name}", *identities(options), str(path)]
    steps = Steps(4, stream=sys.stderr)
    with session.open_runner(steps) as runner:
        database = Database(runner, name)
        with steps.step("Restoration") as step:
            answer = ask(database, step, "restore", *arguments)
            step.show("proved" if options.verify else f"as {name}")
        if not options.verify:
            remember(database, answer)
    if options.json:
        print(json.dumps(answer, indent=1))
    else:
        show(answer, options)
    return 1 if answer["broken"] else 0


def remember(database: Database, answer: dict[str, Any]) -> None:
    """Note of the database what the next start needs to know."""
    if database.name != databases.NAME:
        return
    installed = answer["manifest"]["addons"]
    # Whose files the backup was made with is not known, beyond their versions: unless
    # the addons were upgraded here, the next start does it.
    marks = {
        name: mark if answer["upgraded"] else ""
        for name, mark in paths.addon_hashes().items()
        if name in installed
    }
    database.memory.unlink(missing_ok=True)
    database.remember(addons=marks, installed=True, ready=True)


def show(answer: dict[str, Any], options: argparse.Namespace) -> None:
    """Print what was restored."""
    manifest = answer["manifest"]
    for note in answer["notes"]:
        print(note)
    for check in answer["broken"]:
        print(f"BROKEN  {check['name']}")
        for row in check["rows"][:5]:
            print(f"        {row}")
    held = len(answer["checks"]) - len(answer["broken"])
    checked = (
        f"{held} invariants hold, {len(answer['broken'])} broken"
        if answer["checks"]
        else "not checked"
    )
    made = f"backup of {manifest['created'][:19]} UTC"
    if options.verify:
        print(f"The {made} can be restored: {checked}. Nothing was changed.")
        return
    copy = (
        ", neutralised: no e-mails, no scheduled actions"
        if (answer["neutralized"])
        else ""
    )
    print(f"{answer['database']} is the {made}{copy}: {checked}.")
    if answer["kept"]:
        print(f"The former database is kept as {answer['kept']}.")


def ask(database: Database, step: Step, action: str, *arguments: str) -> dict[str, Any]:
    """Call the command of Odoo; return its answer, or raise its refusal."""
    runner = database.runner
    words = [action, "--marked", *arguments]
    if action == "make":
        words.insert(1, f"--database={database.name}")
    with paths.open_log(runner.log) as log:
        process = runner.start(
            "wezer_backup",
            *(*words, "--log-level=warn"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        start = log.tell()
        output = odoo_process.communicate(process, "", Shown(step))
    for line in output.splitlines():
        if line.startswith(ANSWER):
            answer = json.loads(line.removeprefix(ANSWER))
            if "error" in answer:
                raise Failure(answer["error"], answer["remedy"])
            return answer
    why = odoo_process.last_error(odoo_process.read_from(runner.log, start))
    raise Failure(f"Odoo stopped: {why}", f"The log is {runner.log}.")


def repeated(name: str, options: argparse.Namespace) -> list[str]:
    """Return an option that may be given several times, as it is handed on."""
    return [f"--{name}={value}" for value in getattr(options, name)]


def identities(options: argparse.Namespace) -> list[str]:
    """Return the key files, as the program in another folder finds them."""
    return [f"--identity={Path(value).resolve()}" for value in options.identity]


def told_files(names: list[str], how: str) -> list[str]:
    """Return lines about files that were not in order."""
    if not names:
        return []
    return [
        f"{len(names)} files {how} the filestore:",
        *map("        {}".format, names),
    ]


def megabytes(size: int) -> str:
    """Return a size as people read it."""
    return f"{size / 1e6:,.1f} MB"
