"""The small commands on the live database: shell, check, update, import."""

import argparse
import json
import sys
from typing import Any

from . import odoo_process, paths, session
from .console import Failure, Steps

CHECK = """
import json
print("WEZER" + json.dumps(env["wezer.invariant"].run(), default=str))
"""


def quiet_steps() -> Steps:
    """Steps on stderr, so that stdout is the command's own."""
    return Steps(3, stream=sys.stderr)


def shell(options: argparse.Namespace) -> int:
    """Open a Python shell on the live database."""
    with session.live_database(quiet_steps()) as database:
        process = database.runner.start(
            "shell",
            *(
                "-d",
                database.name,
                "--no-http",
                "--log-level=warn",
                "--shell-interface=python",
            ),
        )
        try:
            code = process.wait()
        except KeyboardInterrupt:
            code = process.wait()
    return code


def check(options: argparse.Namespace) -> int:
    """Check all invariants; return 1 where one is broken."""
    with session.live_database(quiet_steps()) as database:
        output = database.runner.shell(database.name, CHECK)
    results = tagged(output)
    broken = [result for result in results if result["rows"]]
    for result in broken:
        print(f"BROKEN  {result['name']}")
        for row in result["rows"][:5]:
            print(f"        {row}")
    held = len(results) - len(broken)
    print(f"{held} invariants hold, {len(broken)} broken.")
    return 1 if broken else 0


def update(options: argparse.Namespace) -> int:
    """Upgrade the addons that changed."""
    steps = Steps(4)
    with session.live_database(steps) as database, steps.step("Upgrade") as step:
        database.check_version()
        text = database.update(step, everything=options.everything)
        step.show(step.detail or "nothing had changed")
    lines = odoo_process.complaints(text)
    for line in lines:
        print(line)
    print(f"The addons are up to date, {len(lines)} warnings.")
    return 0


def tagged(output: str) -> Any:
    """What a script printed behind our mark, whatever else was printed."""
    for line in output.splitlines():
        if "WEZER" in line:
            return json.loads(line.split("WEZER", 1)[1])
    raise Failure("Odoo gave no answer", f"See {paths.STATE / 'odoo.log'}.")
