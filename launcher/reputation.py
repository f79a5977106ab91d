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
COLUMNS = "Columns: rater, rated, score, time."


def command(options: argparse.Namespace) -> int:
    """Compute scores of a file of ratings."""
    if importlib.util.find_spec("numpy") is None:
        return restart_with(python_with_numpy())
    sys.path.insert(0, str(TOOLS))
    import ratings_file
    import ratings_reader

    try:
        return compute(ratings_file, ratings_reader, options)
    except ratings_reader.BadFile as error:
        for number, reason in error.rows:
            report(f"row {number}: refused: {reason}")
        if error.rows:
            more = error.refused - len(error.rows)
            message = f"{error.refused} rows are refused, nothing was computed"
            message += f" ({more} more are not listed)" if more > 0 else ""
            raise Failure(message, error.remedy or COLUMNS) from error
        raise Failure(str(error), error.remedy or COLUMNS) from error


def compute(tools: Any, reader: Any, options: argparse.Namespace) -> int:
    """Read the files, compute, write and report."""
    started = time.monotonic()
    check_out(options)
    places = reader.levels(options.levels) if options.levels else None
    ratings = reader.read_ratings(options.ratings, places)
    for note in ratings.notes:
        report(f"{Path(options.ratings).name}: {note}")
    told = len(ratings.notes)
    admissions = (
        reader.read_admissions(options.admissions, ratings)
        if options.admissions
        else ()
    )
    for note in ratings.notes[told:]:
        report(note)
    now = until(reader, options.until)
    if now is not None:
        ratings = ratings.keep(ratings.time <= now)
        if not len(ratings.score):
            raise Failure("No rating is that old", "Give a later --until.")
    low, high = (0.0, 1.0) if places else limits(ratings, options.scale)
    x = reader.scale(ratings, low, high)
    deals, mean, place = tools.by_deal(ratings, x)
    if options.seeds:
        seeds = reader.read_names(options.seeds, ratings.index)
    else:
        seeds = deals.founders(tools.FOUNDERS)
        report(f"No --seeds: trust starts from the first {len(seeds)} who came.")
    scores, ring = tools.evaluate(deals, mean, seeds, admissions, now)
    rank = options.rank or ("trust" if places else None)
    if options.out:
        try:
            tools.write_scores(options.out, ratings, scores, ring, x, place, rank)
        except OSError as error:
            raise Failure(
                f"{options.out} cannot be written: {error.strerror or error}"
            ) from error
    if options.explain:
        explain(tools, options.explain, deals, scores, mean, place)
    took = time.monotonic() - started
    report(
        f"{len(ratings.score)} ratings, {len(ratings.ids)} members, trust reaches"
        f" {100 * scores.coverage:.0f} of 100 raters,"
        f" {len(set(ring[ring >= 0]))} rings flagged, {took:.1f} s."
    )
    return 0


def check_out(options: argparse.Namespace) -> None:
    """Refuse what would be found out after a long computation only."""
    if options.levels and options.scale:
        raise Failure("--levels has its own scale", "Leave --scale out.")
    if options.rank and not options.out:
        raise Failure("--rank orders the file of scores", "Name it with --out.")
    if not options.out:
        return
    out = Path(options.out)
    if not out.absolute().parent.is_dir():
        raise Failure(f"There is no folder {out.parent}", "Make it first.")
    for given in (options.ratings, options.seeds, options.admissions):
        if given and out.exists() and Path(given).exists() and out.samefile(given):
            raise Failure(f"{out} is read and written", "Give another --out.")


def report(text: str) -> None:
    """Print a line beside the output."""
    sys.stderr.write(text + "\n")


def until(reader: Any, text: str) -> float | None:
    """Return the moment of ``--until``."""
    if not text:
        return None
    try:
        moment = reader.moment(text)
        if not abs(moment) < 1e12:
            raise ValueError(text)
        return moment
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
        if not -1e6 <= low < high <= 1e6:
            raise Failure(
                f"“{text}” is no scale", "Two numbers, the smaller one first."
            )
        return low, high
    low, high = ratings.score.min(), ratings.score.max()
    if low == high and abs(low) > 2:
        raise Failure(f"All scores are {low:g}", "Say of which scale: --scale MIN,MAX.")
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
