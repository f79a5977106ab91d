"""`./wezer import transfers`: histories and batches of payments, all or none.

What a transfer is, and how its file is read, the addon knows.
"""

import argparse
import json
import sys
from pathlib import Path

from . import paths, session
from .commands import tagged
from .console import Failure, Steps
from .tables import bytes_of, read_or_fail, report_encoding, tables

SCRIPT = """
import json
from pathlib import Path
from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.tables import TableError
from odoo.addons.wezer_currency.tools.transfer_rows import ColumnError, read_rows
given = json.loads(Path({path!r}).read_text())
# As the administrator, not as the system: the same checks as for a click.
transfers = env(user=env.ref("base.user_admin").id, su=False)["wezer.transfer"]
answer = {{}}
try:
    rows = []
    for text in given["files"]:
        for row in read_rows(text, given["map"]):
            rows.append(dict(row, row=len(rows) + 1))
    answer = transfers._import_rows(rows, **given["options"])
except (ColumnError, TableError, Refusal) as error:
    answer = dict(error=str(error.args[0]))
env.cr.commit()
print("WEZER" + json.dumps(answer, default=str))
"""


def command(options: argparse.Namespace) -> int:
    """Import transfers from a file."""
    files = [text_of(Path(name)) for name in options.files]
    given = {
        "files": files,
        "map": json.loads(text_of(Path(options.map))) if options.map else {},
        "options": {
            "mode": options.mode or "strict",
            "create": options.create,
            "digits": options.digits,
            "dry_run": options.dry_run,
        },
    }
    steps = Steps(4, stream=sys.stderr)
    with session.live_database(steps) as database, steps.step("Transfers") as step:
        lines = sum(max(text.count("\n") - 1, 0) for text in files)
        step.show(f"about {lines} rows")
        path = paths.STATE / "import.json"
        path.write_text(json.dumps(given))
        script = SCRIPT.format(path=str(path))
        answer = tagged(database.runner.shell(database.name, script))
        path.unlink()
    return print_report(answer, options)


def text_of(path: Path) -> str:
    """The text of a file, whichever encoding an office program gave it."""
    data = bytes_of(path)
    try:
        text, encoding = tables.decode(data)
    except tables.TableError as error:
        raise Failure(f"{path}: {error}", "Save it as UTF-8 first.") from error
    if encoding == "cp1252":
        report_encoding(Path(path).name, read_or_fail(data, Path(path).name))
    return text


def print_report(answer: dict, options: argparse.Namespace) -> int:
    """The report row by row, and the closing line; 1 where something is refused."""
    if "error" in answer:
        raise Failure(answer["error"], "Columns: payer, payee, currency, amount, …")
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
    refused = len(answer["refused"])
    if refused:
        text = f"Nothing was posted: {refused} rows are refused"
    else:
        text = f"{answer['posted']} transfers posted"
        for name in ("known", "skipped"):
            if answer[name]:
                text += f", {answer[name]} {name}"
        if answer["overdrafts"]:
            text += f", {len(answer['overdrafts'])} beyond a limit"
        if options.dry_run:
            text += " (nothing kept: a dry run)"
    stream = sys.stderr if options.json else sys.stdout
    stream.write(text + ".\n")
    return 1 if refused else 0
