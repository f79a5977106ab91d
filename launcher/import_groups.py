"""`./wezer import groups`: circles, who is in them, and what they hold outside.

Files of our own format, or what another program exported.

What a group is, the addon knows (`wezer.group`); here stands how to read the files.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from . import importing, maps, paths, python_env
from .addon_tools import load, plain
from .console import Failure
from .tables import (
    bytes_of,
    file_rows,
    read_or_fail,
    report_unused,
    table_of,
    tables,
)

TOOLS = paths.ADDONS / "wezer_fractal_groups" / "tools"
exports = load(TOOLS / "exports")
relations = load(TOOLS / "relations.py")

FILES = ("groups", "members", "rights")
FIELDS: Any = plain("wezer_fractal_groups", "group_columns").FIELDS

WORK = """
def work(env, given):
    groups = env["wezer.group"]
    if not given["exports"]:
        rows = groups._wezer_import(**given["files"], **given["options"])
        return dict(program="", rows=rows)
    paths = map(Path, given["exports"])
    files = [(path.name, path.read_bytes()) for path in paths]
    program, rows = groups._wezer_import_export(files, **given["options"])
    return dict(program=program, rows=rows)
"""


def command(options: argparse.Namespace) -> int:
    """Import groups, members and rights from files, or from another program's."""
    mapping = maps.own_map("groups")
    if options.map:
        mapping.update(maps.read_map(options.map, maps.GROUPS))
    words = mapping.get("relations") or {}
    try:
        relations.merged(words)
    except relations.RelationError as error:
        raise Failure(f"{options.map}: {error}", "See docs/groups.md.") from error
    paths_given = [Path(name) for name in options.files]
    given: dict[str, Any] = {
        "exports": [],
        "files": {},
        "options": {
            "dry_run": options.dry_run,
            "relations": words,
            "links": options.links,
        },
    }
    names = {}
    if is_export(paths_given):
        given["exports"] = [str(path.resolve()) for path in paths_given]
    elif len(paths_given) > len(FILES):
        raise Failure(
            "One to three files are wanted", "GROUPS.csv MEMBERS.csv [RIGHTS.csv]"
        )
    else:
        names = {
            kind: path.name for kind, path in zip(FILES, paths_given, strict=False)
        }
        given["files"] = {
            kind: read(path, kind, mapping[kind], importing.manner_said(options))
            for kind, path in zip(FILES, paths_given, strict=False)
        }
    counts = (f"{len(rows)} {kind}" for kind, rows in given["files"].items())
    files = "1 file" if len(paths_given) == 1 else f"{len(paths_given)} files"
    with importing.own_folder() as folder:
        detail = ", ".join(counts) or files
        answer = importing.in_odoo(folder, "Groups", detail, WORK, given)
    return print_report(answer, options, names)


def is_export(files: list[Path]) -> bool:
    """Return whether these are files of another program."""
    if any(path.suffix.lower() == ".json" for path in files):
        return True
    if any(is_workbook_of_others(path) for path in files):
        return True
    sheets = []
    for path in files:
        table = read_or_fail(bytes_of(path), path.name)
        if "group" in table.headings:
            # Of our own format, whatever else they look like.
            return False
        rows = [("", record.cells) for record in table.records]
        sheets.append(exports.structure.Sheet(path.name, table.headings, rows))
    return exports.reader_of(exports.Source({}, sheets)) is not None


def is_workbook_of_others(path: Path) -> bool:
    """Return whether a file is a workbook, and not one sheet of our own format."""
    data = bytes_of(path)
    if not tables.is_packed(data[:4]):
        return False
    python_env.restart_with_workbooks()
    try:
        return "group" not in map(tables.key, tables.read_table(data).headings)
    except tables.TableError:
        # Several sheets: what another program exports.
        return True


def read(path: Path, kind: str, columns: dict, said: Any = None) -> list[dict]:
    """The rows of a file as the addon wants them, numbered from 1.

    :param said: see :func:`.importing.manner_said`
    """
    table = table_of(path)
    chosen = importing.columns_of(table.headings, {"columns": columns})
    shape = file_rows.Kind(columns, **FIELDS[kind])
    missing = [field for field in shape.needed if not chosen.get(field)]
    if missing:
        raise Failure(
            f"{path.name} lacks columns for {', '.join(missing)}",
            f"It has: {', '.join(table.headings)}. Write a map after"
            " launcher/maps/groups.json, and give it with --map.",
        )
    report_unused(path.name, table, [one for names in chosen.values() for one in names])
    manner = file_rows.manner_of(table.records, chosen, shape, said)
    return list(file_rows.rows_of(table.records, chosen, shape, manner))


def place_of(row: dict, names: dict[str, str]) -> str:
    """Return where a row is found: its line in its file, or its place in an export."""
    name = names.get(row["file"], row["file"])
    if row.get("line"):
        return f"line {row['line']} of {name}"
    return f"{name}, {row['where']}" if row.get("where") else f"{name} row {row['row']}"


def print_report(
    answer: dict, options: argparse.Namespace, names: dict[str, str] | None = None
) -> int:
    """The report row by row, and the closing line; 1 where something is refused."""
    counts: dict[str, dict[str, int]] = {}
    for row in answer["rows"]:
        by_state = counts.setdefault(row["file"], {})
        by_state[row["state"]] = by_state.get(row["state"], 0) + 1
        if row["reason"] and not options.json:
            print(f"{place_of(row, names or {})}: {row['state']}: {row['reason']}")
    if options.json:
        print(json.dumps(answer, indent=1))
    summary = "; ".join(
        f"{name}: "
        + ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        for name, states in counts.items()
    )
    kept = " (nothing kept: a dry run)" if options.dry_run else ""
    stream = sys.stderr if options.json else sys.stdout
    read_as = f"{answer['program']}: " if answer.get("program") else ""
    stream.write(f"{read_as}{summary or 'no rows'}{kept}.\n")
    return 1 if any("refused" in states for states in counts.values()) else 0
