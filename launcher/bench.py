"""`./wezer bench NAME`: measures, each beside its reference from the same run.

A bench is a file of `bench/` with ``rows(env, quick, data)``, which yields rows: dicts
``what, ours, reference, ratio, wanted``; ``wanted`` is text like ``< 1.5`` or
``≥ 0.4``, or False where the row wants nothing.
"""

import argparse
import json
import re
import sys

from . import paths, session, testing
from .console import Failure, Step, Steps
from .database import Database
from .odoo_process import Runner

NAMES = (
    "people",
    "ledger",
    "groups",
    "market",
    "tasks",
    "reputation",
    "pages",
    "deal_queries",
    "letters",
    "decisions",
    "load",
)
TEMPLATE = "wezer_bench_template"
DATABASE = "wezer_bench"
WIDTHS = (58, 16, 16, 8, 8)

SCRIPT = """
import importlib, json, sys
sys.path.insert(0, {root!r})
bench = importlib.import_module("bench.{name}")
for row in bench.rows(env, {quick!r}, {data!r}):
    print("WEZER" + json.dumps(row, default=str), flush=True)
"""


def command(options: argparse.Namespace) -> int:
    """Run the benches that were asked for; return 1 where a ratio is not met."""
    names = [options.name] if options.name else available()
    for name in names:
        if name not in available():
            raise Failure(
                f"There is no bench {name} yet", f"There are: {', '.join(available())}."
            )
    bad = 0
    steps = Steps(4 + len(names), stream=sys.stderr)
    with (
        testing.one_at_a_time(),
        session.open_runner(steps, log="bench.log") as runner,
    ):
        with steps.step("Database") as step:
            testing.template(step, Database(runner, TEMPLATE))
        for name in names:
            with steps.step(f"bench/{name}") as step:
                database = Database(runner, DATABASE)
                database.copy(TEMPLATE, DATABASE)
                rows: list[dict] = []
                try:
                    measure(runner, name, options, step, rows)
                except Failure:
                    # What was measured before took long.
                    table(rows)
                    raise
                step.show(f"{len(rows)} rows")
                database.drop()
            table(rows)
            bad += sum(not met(row) for row in rows)
    print(
        "Every wanted ratio is met." if not bad else f"{bad} wanted ratios are not met."
    )
    return 1 if bad else 0


def available() -> list[str]:
    """Return the names of the benches that exist."""
    return [name for name in NAMES if (paths.ROOT / "bench" / f"{name}.py").exists()]


def measure(
    runner: Runner,
    name: str,
    options: argparse.Namespace,
    step: Step,
    rows: list[dict],
) -> None:
    """Run one bench in Odoo's shell; its rows are kept and shown as they come."""
    script = SCRIPT.format(
        root=str(paths.ROOT), name=name, quick=options.quick, data=options.data
    )

    class Listener:
        """Keeps what the bench prints, line by line."""

        def show(self, detail: str) -> None:
            _before, mark, row = detail.partition("WEZER")
            if mark:
                rows.append(json.loads(row))
                detail = rows[-1]["what"]
            step.show(detail)

    runner.shell(DATABASE, script, Listener())


def met(row: dict) -> bool:
    """Whether a row's ratio is as wanted; rows that want nothing are met."""
    found = re.match(r"\s*(<=|>=|<|>|≤|≥)\s*(-?[\d.]+)", str(row.get("wanted") or ""))
    if not found:
        return True
    sign, limit = found.group(1), float(found.group(2))
    ratio = float(row["ratio"])
    return {
        "<": ratio < limit,
        ">": ratio > limit,
        "<=": ratio <= limit,
        "≤": ratio <= limit,
        ">=": ratio >= limit,
        "≥": ratio >= limit,
    }[sign]


def table(rows: list[dict]) -> None:
    """Print the rows as a table."""
    heads = ("what", "ours", "reference", "ratio", "wanted")
    print(
        "  ".join(head.ljust(width) for head, width in zip(heads, WIDTHS, strict=True))
    )
    for row in rows:
        cells = [str(row.get(head) or "") for head in heads]
        mark = "" if met(row) else "  NOT MET"
        line = "  ".join(
            cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)
        )
        print(line.rstrip() + mark)
    sys.stdout.flush()
