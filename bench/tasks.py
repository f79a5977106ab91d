"""Importing 23,000 tasks, against creating tasks with the ORM in the same batches.

The reference is what a script would do: ``create`` with 500 lists of values at a time.
It is measured before and after the import, in the same process.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odoo.addons.wezer_marketplace.tools import task_import

COUNT, QUICK = 23_000, 2_000
SAMPLE = 1_000
SECONDS_WANTED = 180
WORDS = (
    "garden repair reading street library meal driving translation painting harvest"
    " school park river tools music neighbours phone visit children history"
).split()


def rows(env: Any, quick: bool = False, data: str | None = None) -> Iterator[dict]:
    """Yield rows for the import, a second import, and whether the rate falls."""
    count = QUICK if quick else COUNT
    tasks = env(user=env.ref("base.user_admin").id, su=False)["project.task"]
    given = list(_file_rows(count))
    before = _reference(tasks, given[:SAMPLE], "Reference before")
    clock, moments = _Clock(env.cr), []
    report = tasks._wezer_import(
        given, "Bench", progress=lambda *_count: moments.append(clock.wall())
    )
    env.flush_all()
    wall, processor = clock.wall(), clock.processor()
    assert {row["state"] for row in report} == {"created"}
    after = _reference(tasks, given[:SAMPLE], "Reference after")
    reference = (before + after) / 2
    ours = wall / count
    yield {
        "what": f"importing {count:,} tasks ({processor:.0f} s of processor)",
        "ours": f"{1 / ours:.0f} a second",
        "reference": f"{1 / reference:.0f} a second",
        "ratio": round(ours / reference, 2),
        "wanted": "< 1",
    }
    yield {
        "what": "the same against three minutes",
        "ours": f"{wall:.0f} s",
        "reference": f"{SECONDS_WANTED * count / COUNT:.0f} s",
        "ratio": round(ours * COUNT / SECONDS_WANTED, 2),
        "wanted": False,
    }
    steps = [end - begin for begin, end in zip([0.0, *moments], moments, strict=False)]
    steps = [step for step, done in zip(steps, _sizes(count), strict=True) if done]
    part = max(1, len(steps) // 4)
    first, last = sum(steps[:part]), sum(steps[-part:])
    yield {
        "what": "a batch in the last quarter against one in the first",
        "ours": f"{last / part:.2f} s",
        "reference": f"{first / part:.2f} s",
        "ratio": round(last / first, 2),
        "wanted": "< 1.5",
    }
    clock = _Clock(env.cr)
    report = tasks._wezer_import(given, "Bench")
    assert {row["state"] for row in report} == {"same"}
    again = clock.wall()
    yield {
        "what": "the same file again, nothing changed",
        "ours": f"{again:.0f} s",
        "reference": f"{wall:.0f} s",
        "ratio": round(again / wall, 2),
        "wanted": "< 0.7",
    }
    env.cr.rollback()


class _Clock:
    """Seconds since now: of the clock, and of the processors that worked for us."""

    def __init__(self, cr: Any) -> None:
        cr.execute("SELECT pg_backend_pid()")
        self._backend = Path(f"/proc/{cr.fetchone()[0]}/stat")
        self._wall, self._processor = time.perf_counter(), self._used()

    def wall(self) -> float:
        return time.perf_counter() - self._wall

    def processor(self) -> float:
        return self._used() - self._processor

    def _used(self) -> float:
        """Return what this process and its database backend have used."""
        ticks = 0
        if self._backend.exists():
            # After the name in brackets: user and system time, fields 14 and 15.
            fields = self._backend.read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _sizes(count: int) -> list[bool]:
    """Return for each batch whether it is a full one."""
    batch = task_import.BATCH
    return [begin + batch <= count for begin in range(0, count, batch)]


def _reference(tasks: Any, given: list[dict], name: str) -> float:
    """Return the seconds that the ORM takes for a task."""
    project = tasks.env["project.project"].create({"name": name})
    vals_list = [task_import._prepare_row(tasks, row, project)[0] for row in given]
    for vals in vals_list:
        vals["wezer_category_id"] = False
    clock = _Clock(tasks.env.cr)
    for begin in range(0, len(vals_list), task_import.BATCH):
        tasks.create(vals_list[begin : begin + task_import.BATCH])
        tasks.env.flush_all()
        tasks.env.invalidate_all()
    return clock.wall() / len(vals_list)


def _file_rows(count: int) -> Iterator[dict]:
    """Yield rows like those of a large file of open data."""
    dice = random.Random(15)
    for number in range(1, count + 1):
        yield {
            "row": number,
            "key": f"bench-{number}",
            "title": f"{' '.join(dice.sample(WORDS, 4))} {number}",
            "description": " ".join(dice.choices(WORDS, k=60)),
            "category": dice.choice(WORDS),
            "organisation": f"The {dice.choice(WORDS)} society",
            "places": str(dice.randint(1, 12)),
            "hours": str(dice.randint(1, 8)),
            "date_start": f"2026-{dice.randint(1, 6):02}-{dice.randint(1, 28):02}",
            "date_end": f"2026-{dice.randint(7, 12):02}-{dice.randint(1, 28):02}",
            "city": "Geneva",
            "latitude": f"{46 + dice.random():.6f}",
            "longitude": f"{6 + dice.random():.6f}",
            "url": f"https://tasks.example/{number}",
        }
