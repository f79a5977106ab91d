"""Talking to the person at the terminal: steps, times, and errors with a remedy."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

# Letters of a step's detail that are shown: with the head it is one line.
DETAIL = 60


class Failure(Exception):
    """One line that says what is wrong and what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        text = self.message.rstrip(".")
        return f"{text}. {self.remedy}" if self.remedy else text + "."


class Steps:
    """Numbered steps: ``[3/6] Python packages … 24 s``."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.number = 0
        self.times: dict[str, float] = {}
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()

    def step(self, name: str) -> "Step":
        """Begin the next step."""
        self.number += 1
        return Step(self, name)

    def save(self, path: Path, command: str) -> None:
        """Keep the times, the latest of each command, in a JSON file."""
        try:
            known = json.loads(path.read_text())
        except (OSError, ValueError):
            known = {}
        known[command] = {
            "phases": {name: round(took, 1) for name, took in self.times.items()},
            "total": round(sum(self.times.values()), 1),
        }
        path.write_text(json.dumps(known, indent=2) + "\n")


class Step:
    """One step; on a terminal it ticks, elsewhere it reports every 20 seconds."""

    def __init__(self, steps: Steps, name: str) -> None:
        self.steps = steps
        self.name = name
        self.detail = ""
        self._done = threading.Event()

    def __enter__(self) -> "Step":
        self.start = time.monotonic()
        self._write(self._head())
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()
        return self

    def show(self, detail: str) -> None:
        """Show how far the step is, in a part of a line."""
        self.detail = detail[:DETAIL]

    def __exit__(self, kind: str, error: Any, trace: Any) -> None:
        self._done.set()
        self._thread.join()
        took = time.monotonic() - self.start
        self.steps.times[self.name] = self.steps.times.get(self.name, 0) + took
        tail = "failed" if kind else (self.detail or "done")
        end = "\033[K\n" if self.steps.live else "\n"
        start = "\r" + self._head() if self.steps.live else ""
        self._write(f"{start} {tail} ({seconds(took)}){end}")

    def _head(self) -> str:
        return f"[{self.steps.number}/{self.steps.total}] {self.name} …"

    def _tick(self) -> None:
        pause = 0.5 if self.steps.live else 20
        while not self._done.wait(pause):
            took = seconds(time.monotonic() - self.start)
            if self.steps.live:
                self._write(f"\r{self._head()} {self.detail} {took}\033[K")
            else:
                self._write(f" {self.detail} {took} …".replace("  ", " "))

    def _write(self, text: str) -> None:
        self.steps.stream.write(text)
        self.steps.stream.flush()


def seconds(number: float) -> str:
    """Format a duration."""
    return f"{number:.1f} s" if number < 10 else f"{number:.0f} s"
