"""`./wezer export`: what others can read, as CSV."""

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


def command(options: argparse.Namespace) -> int:
    """Write an export to a file."""
    if options.inherited and options.kind != "memberships":
        raise Failure("--inherited belongs to memberships", "Leave it out.")
    path = Path(options.file).resolve()
    if not path.parent.is_dir():
        raise Failure(f"There is no folder {path.parent}", "Make it first.")
    steps = Steps(4, stream=sys.stderr)
    with (
        session.live_database(steps) as database,
        steps.step(options.kind.capitalize()),
    ):
        script = SCRIPT.format(
            model=KINDS[options.kind],
            path=str(path),
            options={"inherited": True} if options.inherited else {},
        )
        count = tagged(database.runner.shell(database.name, script))
    print(f"{count} rows of {options.kind} in {options.file}.")
    return 0
