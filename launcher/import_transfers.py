"""`./wezer import transfers`: histories and batches of payments.

What a transfer is, and how its file is read and posted, the addon knows.
"""

import argparse
import json
import sys
from pathlib import Path

from . import importing, maps, python_env
from .console import Failure
from .tables import HEADED, report_encoding, tables

WORK = """
def work(env, given):
    def told(what, done, count):
        progress(what)(done, count)
    return env["wezer.transfer"]._import_files(
        given["files"], given["map"], given["lines"], progress=told, **given["options"]
    )
"""


def command(options: argparse.Namespace) -> int:
    """Import transfers from files."""
    mapping = maps.read_map(options.map, maps.TRANSFERS) if options.map else {}
    with importing.own_folder() as folder:
        files, lines, rows = [], 0, False
        for number, name in enumerate(options.files, start=1):
            # A copy: the file may be changed, or come through a pipe.
            copy = folder / f"{number}.table"
            lines += copied(Path(name), copy)
            rows = has_rows(Path(name).name, copy) or rows
            files.append(str(copy))
        if not rows:
            raise Failure("The file has no rows", HEADED)
        given = {
            "files": files,
            "lines": lines,
            "map": mapping,
            "options": {
                "mode": options.mode or "strict",
                "create": options.create,
                "digits": options.digits,
                "dry_run": options.dry_run,
                "accept_dates": options.accept_dates,
                "decimal_sign": options.decimal_sign,
                "day_order": options.day_order,
            },
        }
        detail = f"about {lines:,} rows"
        answer = importing.in_odoo(
            folder, "Transfers", detail, WORK, given, commits=True
        )
    return print_report(answer, options)


def copied(source: Path, target: Path) -> int:
    """Copy a file; return about how many rows it has."""
    target.touch(0o600)
    lines = 0
    try:
        with open(source, "rb") as file, open(target, "wb") as copy:
            while block := file.read(tables.BLOCK):
                copy.write(block)
                lines += block.count(b"\n")
    except OSError as error:
        raise Failure(f"{source} cannot be read: {error.strerror}") from error
    return max(lines - 1, 0)


def has_rows(name: str, path: Path) -> bool:
    """Return whether a file has a row below its headings.

    It says where the encoding of the file was assumed.

    :raise Failure: where the file, its headings or its first row cannot be read
    """
    try:
        with open(path, "rb") as file:
            if tables.is_packed(file.read(4)):
                python_env.restart_with_workbooks()
        table = tables.open_table(path)
        if table.encoding == "cp1252":
            report_encoding(name, tables.open_table(path))
        return next(table.records, None) is not None
    except tables.TableError as error:
        remedy = HEADED
        if error.code == "encoding":
            remedy = "Save it as CSV in UTF-8 first."
        raise Failure(f"{name}: {error}", remedy) from error


def print_report(answer: dict, options: argparse.Namespace) -> int:
    """The report row by row, and the closing line; 1 where something is refused."""
    if options.json:
        print(json.dumps(answer, indent=1))
    else:
        for code in answer["made"]:
            print(f"currency made: {code}")
        for row in answer["refused"]:
            print(f"row {row['row']}: refused: {row['reason']}")
        for row in answer["overdrafts"]:
            print(
                f"row {row['row']}: beyond a limit:"
                f" {row['payer']} pays {row['payee']} {row['amount']}"
            )
    refused, listed = answer["refused_count"], len(answer["refused"])
    stream = sys.stderr if options.json else sys.stdout
    if refused > listed:
        stream.write(f"Only the first {listed:,} refused rows are listed.\n")
    if answer["odd_dates"]:
        stream.write(
            f"{answer['odd_dates']:,} rows have a date in the future or before 1900."
            " If these dates are right, repeat with --accept-dates.\n"
        )
    stream.write(f"{closing_line(answer, options.dry_run)}.\n")
    return 1 if refused or answer["stopped"] else 0


def closing_line(answer: dict, dry_run: bool) -> str:
    """Return the sentence that says what happened."""
    refused = answer["refused_count"]
    if refused and not answer["stopped"]:
        return f"Nothing was posted: {refused:,} rows are refused"
    text = f"{answer['posted']:,} transfers posted"
    for name in ("known", "skipped"):
        if answer[name]:
            text += f", {answer[name]:,} {name}"
    if answer["overdraft_count"]:
        text += f", {answer['overdraft_count']:,} beyond a limit"
    made = what_was_made(answer)
    if made:
        text += f"; made: {made}"
    if dry_run:
        text += " (nothing kept: a dry run)"
    if answer["stopped"]:
        reason = answer["stopped"].rstrip(".")
        text += (
            f". Then it stopped: {reason}. What was posted and made is kept. Start the"
            " same import again for the rest: it recognises what is there"
        )
    return text


def what_was_made(answer: dict) -> str:
    """Return how many currencies, members and wallets were made, in words."""
    counts = (
        (len(answer["made"]), "currency", "currencies"),
        (answer["members_made"], "member", "members"),
        (answer["wallets_made"], "wallet", "wallets"),
    )
    return ", ".join(
        f"{count:,} {one if count == 1 else many}"
        for count, one, many in counts
        if count
    )
