"""`./wezer import groups`: circles, who is in them, and what they hold outside.

What a group is, the addon knows (`wezer.group`); here stands how to read the files.
"""

import argparse
import json
import sys
from pathlib import Path

from . import importing, paths, session
from .commands import tagged
from .console import Failure, Steps
from .tables import report_unused, table_of

FILES = ("groups", "members", "rights")
NEEDED = {
    "groups": ("group", "parent"),
    "members": ("group", "person"),
    "rights": ("group", "resource", "level"),
}

SCRIPT = """
import json
from pathlib import Path
files = json.loads(Path({path!r}).read_text())
# As the administrator, not as the system: the same checks as for a click.
groups = env(user=env.ref("base.user_admin").id, su=False)["wezer.group"]
report = groups._wezer_import(**files, dry_run={dry_run!r})
env.cr.commit()
print("WEZER" + json.dumps(dict(rows=report), default=str))
"""


def command(options: argparse.Namespace) -> int:
    """Import groups, members and rights from files."""
    if not 1 <= len(options.files) <= len(FILES):
        raise Failure(
            "One to three files are wanted", "GROUPS.csv MEMBERS.csv [RIGHTS.csv]"
        )
    mapping = importing.read_map(options.map or "groups")
    files = {
        kind: read(Path(name), kind, mapping[kind])
        for kind, name in zip(FILES, options.files, strict=False)
    }
    steps = Steps(4, stream=sys.stderr)
    with session.live_database(steps) as database, steps.step("Groups") as step:
        step.show(", ".join(f"{len(rows)} {kind}" for kind, rows in files.items()))
        path = paths.STATE / "import.json"
        path.write_text(json.dumps(files))
        script = SCRIPT.format(path=str(path), dry_run=options.dry_run)
        try:
            answer = tagged(database.runner.shell(database.name, script))
        finally:
            # Names of people: nothing stays behind.
            path.unlink()
    return print_report(answer, options)


def read(path: Path, kind: str, columns: dict) -> list[dict]:
    """The rows of a file as the addon wants them, numbered from 1."""
    table = table_of(path)
    chosen = importing.columns_of(table.headings, {"columns": columns})
    missing = [field for field in NEEDED[kind] if not chosen.get(field)]
    if missing:
        raise Failure(
            f"{path.name} lacks columns for {', '.join(missing)}",
            f"It has: {', '.join(table.headings)}. Write a map after"
            " launcher/maps/groups.json, and give it with --map.",
        )
    report_unused(path.name, table, [one for names in chosen.values() for one in names])
    rows = []
    for record in table.records:
        row = {"row": record.row, **importing.cells(record, chosen)}
        rows.append({**row, "problem": record.problem} if record.problem else row)
    return rows


def print_report(answer: dict, options: argparse.Namespace) -> int:
    """The report row by row, and the closing line; 1 where something is refused."""
    counts: dict[str, dict[str, int]] = {}
    for row in answer["rows"]:
        by_state = counts.setdefault(row["file"], {})
        by_state[row["state"]] = by_state.get(row["state"], 0) + 1
        if row["reason"] and not options.json:
            print(f"{row['file']} row {row['row']}: {row['state']}: {row['reason']}")
    if options.json:
        print(json.dumps(answer, indent=1))
    summary = "; ".join(
        f"{name}: "
        + ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        for name, states in counts.items()
    )
    kept = " (nothing kept: a dry run)" if options.dry_run else ""
    stream = sys.stderr if options.json else sys.stdout
    stream.write(f"{summary or 'no rows'}{kept}.\n")
    return 1 if any("refused" in states for states in counts.values()) else 0
