"""`./wezer movein … --import` and `--rehearse`: what needs the database.

The files were read and replayed before, without Odoo.
"""

import sys
from pathlib import Path
from typing import Any

from . import importing, session
from .commands import tagged
from .console import Failure, Steps
from .database import Database

WORK = """
def work(env, given):
    from odoo.addons.wezer_movein.tools import by_command
    return by_command.run(env, given, progress)
"""
# A copy that was left behind by a rehearsal which was killed is dropped by the next.
REHEARSAL = "wezer_rehearsal"


def import_files(
    files: list[Path], given: dict[str, str], decisions: dict, open_it: bool = False
) -> dict:
    """Import a community into the live database, prove it, and return the answer.

    :param given: options of ``wezer.movein.start``
    :param decisions: as ``problems.read_decisions`` returns them
    """
    work = _given(files, given, decisions, open_it)
    with importing.own_folder() as folder:
        return importing.in_odoo(folder, "Move in", _detail(files), WORK, work)


def rehearse(files: list[Path], given: dict[str, str], decisions: dict) -> dict:
    """Import into a copy of the live database, prove it there, and drop the copy."""
    work = _given(files, given, decisions, True)
    steps = Steps(5, stream=sys.stderr)
    with (
        importing.own_folder() as folder,
        session.live_database(steps) as database,
    ):
        copy = Database(database.runner, REHEARSAL)
        try:
            with steps.step("Copy of the database"):
                database.copy_while_in_use(REHEARSAL)
            with steps.step("Rehearsal") as step:
                step.show(_detail(files))
                shown = importing.Progress(step)
                script = importing.script(folder, WORK, work)
                answer = tagged(copy.runner.shell(copy.name, script, shown))
        finally:
            copy.drop()
    if "error" in answer:
        raise Failure(answer["error"], "The live database was not touched.")
    return answer


def _given(files: list[Path], given: dict, decisions: dict, open_it: bool) -> dict:
    return {
        "paths": [str(Path(file).resolve()) for file in files],
        "options": {name: value for name, value in given.items() if value},
        "decisions": decisions,
        "open": open_it,
    }


def _detail(files: list[Path]) -> str:
    return f"{len(files)} files" if len(files) != 1 else files[0].name


def sentence(answer: dict[str, Any], rehearsed: bool = False) -> str:
    """Return the closing line of an import or a rehearsal."""
    if answer["state"] == "undecided":
        keys = answer["undecided"]
        return (
            f"{len(keys)} problems need a decision: {', '.join(keys[:5])}"
            f"{' …' if len(keys) > 5 else ''}. Nothing was imported."
        )
    what = "; ".join(
        f"{one['payments']:,} payments in {one['currency']}, proved:"
        f" {one['digest'][:16]}"
        for one in (answer, *answer.get("others", ()))
    )
    if rehearsed:
        return f"Rehearsed on a copy, which is dropped again: {what}."
    if answer["known"]:
        return f"These files were moved in before: {what}. Nothing was changed."
    return f"Moved in: {what}."
