"""`./wezer export`: what others can read, as CSV; reports of a currency's books.

`./wezer export community DIR` writes everything of a community, to move it elsewhere.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from . import session
from .commands import tagged
from .console import Failure, Steps

# kind → the model whose `_file_rows` yields the heading, then the rows.
KINDS = {
    "balances": "wezer.wallet",
    "transfers": "wezer.transfer",
    "memberships": "wezer.group",
    "rights": "wezer.group.permission",
    "reputation": "wezer.reputation",
}

SCRIPT = """
import csv, json
from odoo.addons.wezer_base.tools.tables import no_formula
# As the administrator, not as the system: the same checks as for a click.
model = env(user=env.ref("base.user_admin").id, su=False)[{model!r}]
count = -1
with open({path!r}, "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    for row in model._file_rows(**{options!r}):
        # What members write may begin like a formula; numbers stay as they are.
        writer.writerow([no_formula(x) if isinstance(x, str) else x for x in row])
        count += 1
print("WEZER" + json.dumps(count))
"""


#: Reports of the books of one currency, see ``docs/money.md``.
REPORTS = (
    "turnover",
    "limits",
    "credit",
    "concentration",
    "inactive",
    "closing",
)
#: Options of reports only.
ASKED = ("from", "to", "at", "by", "months")

REPORT_SCRIPT = """
import json
# As the administrator, not as the system: the same checks as for a click.
model = env(user=env.ref("base.user_admin").id, su=False)["wezer.currency"]
count = model._report_file({currency!r}, {name!r}, {given!r}, {path!r})
print("WEZER" + json.dumps(count))
"""

COMMUNITY_SCRIPT = """
import json
from odoo.exceptions import UserError
def progress(name, rows):
    print("PROGRESS", name, rows, flush=True)
# As the administrator, not as the system: the same checks as for a click.
model = env(user=env.ref("base.user_admin").id, su=False)["wezer.export"]
try:
    answer = model._write_community({path!r}, {with_addresses!r}, progress)
except UserError as error:
    answer = {{"error": str(error)}}
print("WEZER" + json.dumps(answer))
"""


class Progress:
    """Shows on a step which file is written, and its rows so far."""

    def __init__(self, step: Any) -> None:
        self.step = step

    def show(self, line: str) -> None:
        """Take a line that the script prints; its answer is no progress."""
        words = line.split()
        if len(words) == 3 and words[0] == "PROGRESS":
            self.step.show(f"{words[1]}, {int(words[2]):,} rows")


def community(options: argparse.Namespace) -> int:
    """Write everything of the community to a new folder."""
    path = Path(options.file).resolve()
    if not path.parent.is_dir():
        raise Failure(f"There is no folder {path.parent}", "Make it first.")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Failure(f"{path} is already there", "Name a folder that does not exist.")
    steps = Steps(4, stream=sys.stderr)
    script = COMMUNITY_SCRIPT.format(
        path=str(path), with_addresses=options.with_addresses
    )
    with (
        session.live_database(steps) as database,
        steps.step("Community") as step,
    ):
        answer = tagged(database.runner.shell(database.name, script, Progress(step)))
    if "error" in answer:
        raise Failure(answer["error"], "Nothing was written. See docs/export.md.")
    written = "all addresses" if options.with_addresses else "addresses that are shared"
    print(
        f"{answer['rows']:,} rows in {answer['files']} files in {options.file},"
        f" with {written}. See docs/export.md for what each file is."
    )
    return 0


def command(options: argparse.Namespace) -> int:
    """Write an export to a file."""
    if options.with_addresses and options.kind != "community":
        raise Failure("--with-addresses belongs to community", "Leave it out.")
    if options.inherited and options.kind != "memberships":
        raise Failure("--inherited belongs to memberships", "Leave it out.")
    given = {name: getattr(options, name) for name in ASKED if getattr(options, name)}
    # The balances of all currencies today are a list, those of one a report.
    if options.kind == "community":
        if options.currency or given:
            raise Failure(
                "community is everything of all currencies",
                "Leave --currency, --from, --to, --at, --by and --months out.",
            )
        return community(options)
    is_report = options.kind in REPORTS or (
        options.kind == "balances" and bool(options.currency or given)
    )
    if is_report and not options.currency:
        raise Failure(
            f"{options.kind} is a report of one currency", "Add --currency CODE."
        )
    if not is_report and (options.currency or given):
        raise Failure(
            f"{options.kind} has no period and no currency",
            "Leave --currency, --from, --to, --at, --by and --months out.",
        )
    path = Path(options.file).resolve()
    if not path.parent.is_dir():
        raise Failure(f"There is no folder {path.parent}", "Make it first.")
    steps = Steps(4, stream=sys.stderr)
    with (
        session.live_database(steps) as database,
        steps.step(options.kind.capitalize()),
    ):
        if is_report:
            script = REPORT_SCRIPT.format(
                currency=options.currency,
                name=options.kind,
                given=given,
                path=str(path),
            )
        else:
            script = SCRIPT.format(
                model=KINDS[options.kind],
                path=str(path),
                options={"inherited": True} if options.inherited else {},
            )
        count = tagged(database.runner.shell(database.name, script))
    print(f"{count} rows of {options.kind} in {options.file}.")
    return 0
