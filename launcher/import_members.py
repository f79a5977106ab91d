"""`./wezer import members`: people from a CSV file, doubles found by e-mail.

What a member is, the addon knows (`wezer.profile`); here stands how to read a file.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from . import importing, maps
from .addon_tools import plain
from .console import Failure
from .tables import (
    HEADED,
    bytes_of,
    file_rows,
    read_or_fail,
    report_reading,
    report_unused,
)

members: Any = plain("wezer_base", "member_rows")

WORK = """
def work(env, given):
    members = env["wezer.member.import"]
    rows = members._import_rows(given["rows"], **given["options"])
    return dict(rows=rows, can_send=env.company._wezer_can_send())
"""


def command(options: argparse.Namespace) -> int:
    """Import members from a file."""
    mapping = maps.own_map("members")
    if options.map:
        mapping = maps.read_map(options.map, maps.MEMBERS)
    rows = []
    for name in options.files:
        said = importing.manner_said(options)
        rows += read(bytes_of(name), mapping, Path(name).name, said)
    if not rows:
        raise Failure("The file has no rows", HEADED)
    rows = [{**row, "row": number} for number, row in enumerate(rows, start=1)]
    given = {
        "rows": rows,
        "options": {"dry_run": options.dry_run, "mail": options.mail},
    }
    with importing.own_folder() as folder:
        count = f"{len(rows)} rows"
        answer = importing.in_odoo(folder, "Members", count, WORK, given)
    return print_report(answer, options)


def read(
    data: bytes, mapping: dict, name: str = "file", said: Any = None
) -> list[dict]:
    """The rows of a file as the addon wants them: names, addresses, lists of words.

    :param said: see :func:`.importing.manner_said`
    """
    table = read_or_fail(data, name)
    chosen = importing.columns_of(table.headings, mapping)
    missing = [
        column
        for field, column in mapping.get("columns", {}).items()
        if isinstance(column, str) and not chosen[field]
    ]
    if missing:
        raise Failure(
            f"{name} lacks the columns {', '.join(missing)}",
            f"It has: {', '.join(table.headings)}. The map names others.",
        )
    if not chosen.get("name"):
        raise Failure(
            f"{name} lacks a column for the name",
            f"It has: {', '.join(table.headings)}. Write a map after"
            " launcher/maps/members.json, and give it with --map.",
        )
    report_reading(name, table)
    report_unused(name, table, [one for names in chosen.values() for one in names])
    manner = file_rows.manner_of(table.records, chosen, members.KIND, said)
    rows = file_rows.rows_of(table.records, chosen, members.KIND, manner)
    return members.filled(rows)


def print_report(answer: dict, options: argparse.Namespace) -> int:
    """The report row by row, and the closing line; 1 where something is refused."""
    counts: dict[str, int] = {}
    for row in answer["rows"]:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        if row["reason"] and not options.json:
            print(f"row {row['row']}: {row['state']}: {row['reason']}")
    if options.json:
        print(json.dumps(answer, indent=1))
    summary = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    if options.dry_run:
        summary += " (nothing kept: a dry run)"
    elif options.mail:
        summary += "; people without a login were invited"
        if not answer.get("can_send", True):
            summary += ", but no e-mail can be sent now: see /my/invite for links"
    stream = sys.stderr if options.json else sys.stdout
    stream.write(f"{len(answer['rows'])} rows: {summary}.\n")
    return 1 if counts.get("refused") else 0
