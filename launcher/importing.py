"""`./wezer import tasks`: a CSV file, a map of its columns, a report for each row.

What a task is, the addon knows (`project.task`); here stands how to read a file, and
how every import (of members, groups and transfers, too) is run.
"""

import argparse
import ast
import contextlib
import fcntl
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import maps, paths, session
from .addon_tools import plain
from .commands import tagged
from .console import Failure, Steps
from .tables import HEADED, file_rows, file_values, report_unused, table_of, tables

TASKS: Any = plain("wezer_marketplace", "task_columns")
# Found by its columns: volunteer opportunities as New York publishes them.
OPEN_DATA = "nyc"

# Every import runs by this: alone in its database, repeated where somebody was in the
# way, and with an answer in any case.
SCRIPT = """
import json
from pathlib import Path
from odoo.addons.wezer_base.tools import imports

def progress(what):
    return lambda done, count: print("PROGRESS", what, done, count, flush=True)
{work}
given = json.loads(Path({path!r}).read_text())
# As the administrator, not as the system: the same checks as for a click.
person = env(user=env.ref("base.user_admin").id, su=False)
answer = imports.run(person, work, given, commits={commits!r})
print("WEZER" + json.dumps(answer, default=str))
"""

WORK = """
def work(env, given):
    tasks = env["project.task"]
    report = tasks._wezer_import(
        given["rows"],
        given["project"],
        dry_run=given["dry_run"],
        progress=progress("imported"),
    )
    posted, messages = 0, []
    if given["post"] and not given["dry_run"]:
        ours = tasks.browse(dict.fromkeys(row["id"] for row in report if row["id"]))
        told = progress("posted")
        for begin in range(0, len(ours), given["batch"]):
            # Unposted ones only: an import may be repeated.
            some = ours.browse(ours.ids[begin : begin + given["batch"]])
            new = some.filtered(lambda task: not task.wezer_announcement_id)
            if new:
                new.check_access("write")
                # What is refused is reported, for a single task too.
                message = new._post_many()["params"]["message"]
                here = len(new.filtered("wezer_announcement_id"))
                posted += here
                messages += [message] if here < len(new) else []
            env.flush_all()
            env.invalidate_all()
            told(begin + len(some), len(ours))
    return dict(rows=report, posted=posted, message="\\n".join(messages))
"""
# So many tasks are posted at a time.
BATCH = 500


class Progress:
    """Shows on a step how far an import is: rows, share, and rows a second."""

    def __init__(self, step: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.step, self.clock = step, clock
        self.what = ""
        # The last number of each count.
        self.counts: dict[str, int] = {}
        # Each count begins where the one before it ended.
        self.begun = self.last = clock()

    def show(self, line: str) -> None:
        """Take a line that the script prints; its answer is no progress."""
        words = line.split()
        if len(words) != 4 or words[0] != "PROGRESS":
            return
        what, done, count = words[1], int(words[2]), int(words[3])
        if what != self.what:
            self.what, self.begun = what, self.last
        self.counts[what] = done
        self.last = self.clock()
        took = self.last - self.begun
        rate = f", {done / took:,.0f} a second" if took > 0 else ""
        share = done / count if count else 1
        self.step.show(f"{done:,} of {count:,} {what} ({share:.0%}{rate})")


def command(options: argparse.Namespace) -> int:
    """Import in the way of the kind that was named."""
    rows = []
    for name in map(Path, options.files):
        mapping = (
            maps.read_map(options.map, maps.TASKS) if options.map else map_for(name)
        )
        rows += read(name, mapping, manner_said(options))
    rows = [{**row, "row": number} for number, row in enumerate(rows, start=1)]
    if not rows:
        raise Failure("The file has no rows", HEADED)
    project = options.project or Path(options.files[0]).stem
    given = {
        "rows": rows,
        "project": project,
        "dry_run": options.dry_run,
        "post": options.post,
        "batch": BATCH,
    }
    with own_folder() as folder:
        answer = in_odoo(folder, "Tasks", f"{len(rows)} rows", WORK, given)
    return print_report(answer, project, options)


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a folder for the files of one import, which is removed at the end.

    What imports that were killed left behind is removed, too: it has data of people.
    """
    paths.prepare()
    with open(paths.STATE / "import.lock", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        for left in paths.STATE.glob("import-*/"):
            if not in_use(left):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix="import-", dir=paths.STATE))
        mark = os.open(folder, os.O_RDONLY)
        fcntl.flock(mark, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(mark)


def in_use(folder: Path) -> bool:
    """Return whether a running import has this folder."""
    mark = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(mark)
    return False


def in_odoo(
    folder: Path,
    what: str,
    detail: str,
    work: str,
    given: dict,
    commits: bool = False,
) -> dict:
    """Run an import on the live database, and return its answer.

    :param folder: the import's own, see :func:`own_folder`
    :param what: the name of the step, as people read it
    :param work: Python text of a function ``work(env, given)``
    :param given: what the function is given, as JSON can hold it
    :param commits: the function begins and commits its transactions itself
    :raise Failure: where it was refused as a whole, or broken off
    """
    text = script(folder, work, given, commits)
    steps = Steps(4, stream=sys.stderr)
    with session.live_database(steps) as database, steps.step(what) as step:
        step.show(detail)
        shown = Progress(step)
        try:
            answer = tagged(database.runner.shell(database.name, text, shown))
        except Failure as failure:
            failure.remedy = broken_off(shown, commits, failure.remedy)
            raise
        except (KeyboardInterrupt, session.Stopped) as stopped:
            # Said in the place of the bare word that it stopped.
            stopped.args = (broken_off(shown, commits, ""),)
            raise
    if "error" in answer:
        raise Failure(answer["error"], f"Nothing was imported. See docs/{PAGE[what]}.")
    return answer


def script(folder: Path, work: str, given: dict, commits: bool = False) -> str:
    """Return the Python text of an import, whose data lie in ``folder``."""
    path = folder / "given.json"
    path.touch(0o600)
    path.write_text(json.dumps(given))
    return SCRIPT.format(work=work, path=str(path), commits=commits)


# Where each import is described.
PAGE = {
    "Tasks": "market.md",
    "Members": "admin.md",
    "Groups": "groups.md",
    "Transfers": "money.md",
    "Move in": "admin.md",
}


def broken_off(shown: Progress, commits: bool, remedy: str) -> str:
    """Return what to do after an import that gave no answer."""
    posted, made = shown.counts.get("posted", 0), shown.counts.get("made", 0)
    if commits and posted:
        kept = (
            f"About {posted:,} rows were posted by then. Start the same import again:"
            " what was posted is recognised."
        )
    elif commits and made:
        kept = (
            f"Nothing was posted, but {made:,} missing currencies, members and wallets"
            " were made and kept. Start the same import again: they are found."
        )
    else:
        kept = "Nothing was kept; start it again."
    return f"{kept} {remedy}".strip()


def print_report(answer: dict, project: str, options: argparse.Namespace) -> int:
    """The report, row by row where there is a reason, and the closing line."""
    rows = answer["rows"]
    if options.json:
        print(json.dumps(answer, indent=1))
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        if row.get("reason") and not options.json:
            print(f"row {row['row']}: {row['state']}: {row['reason']}")
    summary = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    if answer["message"] and not options.json:
        print(answer["message"])
    posted = f", {answer['posted']} posted" if options.post else ""
    kept = " (nothing kept: a dry run)" if options.dry_run else ""
    stream = sys.stderr if options.json else sys.stdout
    stream.write(f"{len(rows)} rows into {project}: {summary}{posted}{kept}.\n")
    return 1 if counts.get("refused") else 0


def manner_said(options: argparse.Namespace) -> Any:
    """Return how the files write numbers and dates, as far as the options say it."""
    return file_values.Manner(options.decimal_sign or "", options.day_order or "")


def read(path: Path, mapping: dict, said: Any = None) -> list[dict]:
    """Rows of a CSV file as the addon wants them; nothing is left out here.

    :param said: see :func:`manner_said`
    """
    table = table_of(path)
    chosen = columns_of(table.headings, mapping)
    missing = [
        names
        for field, names in mapping.get("columns", {}).items()
        if isinstance(names, str) and not chosen[field]
    ]
    if missing or not chosen.get("title"):
        raise Failure(
            f"{path.name} lacks the columns {', '.join(missing or ['title'])}",
            f"It has: {', '.join(table.headings)}. Write a map for it after"
            " launcher/maps/tasks.json, and give it with --map.",
        )
    report_unused(path.name, table, [one for names in chosen.values() for one in names])
    kind = file_rows.Kind(mapping.get("columns", {}), **TASKS.FIELDS)
    if mapping.get("dates"):
        # Written in a way that the map says.
        kind = kind._replace(days=())
    manner = file_rows.manner_of(table.records, chosen, kind, said)
    rows = file_rows.rows_of(table.records, chosen, kind, manner)
    return [convert(row, mapping) for row in rows]


def columns_of(headings: list[str], mapping: dict) -> dict[str, list[str]]:
    """`{field: headings it is read from}` for each field of the map."""
    return file_rows.chosen_columns(headings, mapping.get("columns", {}))


def map_for(path: Path) -> dict:
    """The map that fits a file of tasks, where none is named."""
    headings = table_of(path).headings
    mapping = maps.own_map(OPEN_DATA)
    names = mapping["columns"].values()
    return mapping if set(names) <= set(headings) else maps.own_map("tasks")


def convert(row: dict, mapping: dict) -> dict:
    """Return a row with what the map says of it."""
    row.pop("line", None)
    prefix = mapping.get("key_prefix")
    if prefix and row.get("key"):
        row["key"] = f"{prefix}{row['key']}"
    written = row.pop("location", "")
    place = location(written)
    if written and not place:
        row["problem"] = ("place", tables.shown(written))
    for field, value in place.items():
        row[field] = row.get(field) or value
    if mapping.get("city") and (row.get("zip") or row.get("street")):
        row["city"] = row.get("city") or mapping["city"]
    if mapping.get("dates"):
        row["dates"] = mapping["dates"]
    return row


def location(text: str) -> dict[str, str]:
    """Read an address as open-data portals write it: a dictionary with JSON inside.

    :return: ``{street, city, zip, latitude, longitude}``, empty where it is none
    """
    if not text:
        return {}
    try:
        place = ast.literal_eval(text)
        address = json.loads(place.get("human_address") or "{}")
    except (ValueError, SyntaxError, AttributeError, MemoryError, RecursionError):
        return {}
    return {
        "street": address.get("address") or "",
        "city": address.get("city") or "",
        "zip": address.get("zip") or "",
        "latitude": str(place.get("latitude") or ""),
        "longitude": str(place.get("longitude") or ""),
    }
