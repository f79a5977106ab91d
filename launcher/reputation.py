"""`./wezer reputation RATINGS.csv --out SCORES.csv`: no Odoo, no database.

The arithmetic is the addon's own (`addons/wezer_reputation/tools/`); here stands how
the command talks. It runs in any Python that has numpy; where this one has none, in
one that is made for it.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from . import paths, python_env
from .console import Failure

TOOLS = paths.ADDONS / "wezer_reputation" / "tools"
SHOWN = 10


def command(options: argparse.Namespace) -> int:
    """Compute scores of a file of ratings."""
    if importlib.util.find_spec("numpy") is None:
        return restart_with(python_with_numpy())
    sys.path.insert(0, str(TOOLS))
    import ratings_file

    try:
        return compute(ratings_file, options)
    except ratings_file.BadFile as error:
        raise Failure(str(error), "Columns: rater, rated, score, time.") from error


def compute(tools: Any, options: argparse.Namespace) -> int:
    """Read the files, compute, write and report."""
    started = time.monotonic()
    ratings = tools.read_ratings(options.ratings)
    now = until(tools, options.until)
    if now is not None:
        ratings = ratings.keep(ratings.time <= now)
        if not len(ratings.score):
            raise Failure("No rating is that old", "Give a later --until.")
    low, high = limits(ratings, options.scale)
    x = tools.scale(ratings, low, high)
    deals, mean, place = tools.by_deal(ratings, x)
    if options.seeds:
        seeds = tools.read_names(options.seeds, ratings.index)
        if not seeds:
            raise Failure(f"None of {options.seeds} is in the ratings", "")
    else:
        seeds = deals.founders()
        report(f"No --seeds: trust starts from the first {len(seeds)} who came.")
    admissions = (
        tools.read_admissions(options.admissions, ratings.index)
        if options.admissions
        else ()
    )
    scores, ring = tools.evaluate(deals, mean, seeds, admissions, now)
    if options.out:
        tools.write_scores(options.out, ratings, scores, ring, x, place)
    if options.explain:
        explain(tools, options.explain, deals, scores, mean, place)
    took = time.monotonic() - started
    report(
        f"{len(ratings.score)} ratings, {len(ratings.ids)} members, trust reaches"
        f" {100 * scores.coverage:.0f} of 100 raters,"
        f" {len(set(ring[ring >= 0]))} rings flagged, {took:.1f} s."
    )
    return 0


def report(text: str) -> None:
    """Print a line beside the output."""
    sys.stderr.write(text + "\n")


def until(tools: Any, text: str) -> float | None:
    """Return the moment of ``--until``."""
    if not text:
        return None
    try:
        return tools.moment(text)
    except ValueError as error:
        raise Failure(
            f"“{text}” is no time", "Seconds, or a date like 2026-01-31."
        ) from error


def limits(ratings: Any, text: str) -> tuple[float, float]:
    """MIN,MAX as given; else −2 to 2, or the file's own extremes where wider."""
    if text:
        try:
            low, high = (float(part) for part in text.split(","))
        except ValueError as error:
            raise Failure(
                f"“{text}” is no scale", "Write it like --scale=-10,10."
            ) from error
        if low >= high:
            raise Failure(f"“{text}” is no scale", "The smaller number comes first.")
        return low, high
    low, high = ratings.score.min(), ratings.score.max()
    if low >= -2 and high <= 2:
        return -2.0, 2.0
    report(f"No --scale: taken as {low:g} to {high:g}, as the file has it.")
    return float(low), float(high)


def explain(
    tools: Any, name: str, deals: Any, scores: Any, mean: Any, place: Any
) -> None:
    """The score of one member as the sum it is."""
    if name not in deals.index:
        raise Failure(f"Nobody is called {name} in the ratings", "")
    prior, parts, score = tools.explain(deals, scores, mean, deals.index[name])
    print(f"{prior:+.6f}  where everybody starts")
    for size, row in parts[:SHOWN]:
        day = time.strftime("%Y-%m-%d", time.gmtime(deals.time[row]))
        print(
            f"{size:+.6f}  {deals.ids[deals.rater[row]]} gave {mean[row]:.2f}"
            f" on {day}, weight {scores.weights[row]:.3f}"
        )
    if len(parts) > SHOWN:
        rest = sum(size for size, _row in parts[SHOWN:])
        print(f"{rest:+.6f}  {len(parts) - SHOWN} smaller parts")
    print(f"{score:+.6f}  the score of {name}, from 0 to 1")


def python_with_numpy() -> Path:
    """A Python that has numpy: Wezer's own, else a small one made for this."""
    for candidate in (python_env.folder(), paths.STATE / "numbers"):
        python = candidate / "bin" / "python"
        if python.exists() and not subprocess.call(
            [python, "-c", "import numpy"], stderr=subprocess.DEVNULL
        ):
            return python
    paths.prepare()
    folder = paths.STATE / "numbers"
    report("Fetching numpy, once …")
    log = paths.STATE / "pip.log"
    with open(log, "a") as output:
        for line in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python")]
            + ["-m", "pip", "--disable-pip-version-check"]
            + [
                "install",
                "--quiet",
                "--only-binary=:all:",
                "-r",
                str(python_env.ADDONS),
            ],
        ):
            if subprocess.call(line, stdout=output, stderr=output):
                raise Failure("numpy cannot be installed", f"The log is {log}.")
    return folder / "bin" / "python"


def restart_with(python: Path) -> NoReturn:
    """Run this command again with another Python."""
    os.execv(python, [str(python), str(Path(paths.ROOT) / "wezer"), *sys.argv[1:]])
