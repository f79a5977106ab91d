"""`./wezer export`: what others can read, as CSV; reports of a currency's books."""

import argparse
import sys
from pathlib import Path

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


def command(options: argparse.Namespace) -> int:
    """Write an export to a file."""
    if options.inherited and options.kind != "memberships":
        raise Failure("--inherited belongs to memberships", "Leave it out.")
    given = {name: getattr(options, name) for name in ASKED if getattr(options, name)}
    # The balances of all currencies today are a list, those of one a report.
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
