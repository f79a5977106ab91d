"""The folder that a community is exported to: tables, texts, and a list of them.

Runs without Odoo. What each file holds is said by ``wezer.export`` and its extensions;
``docs/export.md`` describes it for people.

The files are written to a hidden folder beside the one that was asked for, which gets
its name when everything is there: a folder without ``manifest.json`` does not occur.
"""

import contextlib
import csv
import fcntl
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .tables import no_formula

FORMAT = "wezer-community"
# Goes up when a file or a column changes its meaning or disappears; new ones do not
# count.
VERSION = 1
MANIFEST = "manifest.json"
# Progress is told after so many rows.
TOLD_ROWS = 5000

# What is told while a file is written: its name, and its rows so far.
Progress = Callable[[str, int], None]


class FolderError(ValueError):
    """The folder cannot be written.

    :param str code: ``exists``, ``no_parent``, ``running``
    """

    def __init__(self, code: str, path: Path) -> None:
        self.code, self.path = code, path
        super().__init__(f"{code}: {path}")


@dataclass(frozen=True)
class Table:
    """A CSV file: its name without ending, its columns, and what yields its rows.

    Cells are texts, whole numbers, or None for nothing. A number with decimals comes as
    a text: a float is refused, so that no amount can be rounded on its way.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterable[Sequence[str | int | bool | None]]]


@dataclass(frozen=True)
class Objects:
    """A JSON file: a list of objects, each on a line of its own."""

    name: str
    objects: Callable[[], Iterable[Mapping[str, Any]]]


@dataclass
class CommunityFolder:
    """A folder while it is written; made by :func:`new_folder`."""

    path: Path
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, part: Table | Objects, progress: Progress | None = None) -> int:
        """Write a file, and return how many rows or objects it has."""
        tell = progress or (lambda name, count: None)
        if isinstance(part, Table):
            name, lines = f"{part.name}.csv", _csv_lines(part)
        else:
            name, lines = f"{part.name}.json", _json_lines(part.objects())
        digest, size, count = hashlib.sha256(), 0, 0
        with open(self.path / name, "xb") as file:
            for count, line in lines:
                data = line.encode()
                digest.update(data)
                size += len(data)
                file.write(data)
                if count % TOLD_ROWS == 0:
                    tell(name, count)
        tell(name, count)
        self.files.append(
            {"name": name, "rows": count, "bytes": size, "sha256": digest.hexdigest()}
        )
        return count

    def close(self, values: Mapping[str, Any]) -> None:
        """Write the manifest, the last file."""
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            **values,
            "files": self.files,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (self.path / MANIFEST).write_text(text + "\n", encoding="utf-8")


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[CommunityFolder]:
    """Yield a folder to write to; it becomes ``target`` at the end, or nothing does.

    Only its owner may read it: it has data of people.

    :raise FolderError: where ``target`` is there and not empty, where there is no
        folder around it, or while another export to it is running
    """
    if not target.parent.is_dir():
        raise FolderError("no_parent", target.parent)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FolderError("exists", target)
    hidden = target.with_name(f".{target.name}.unfinished")
    hidden.mkdir(mode=0o700, exist_ok=True)
    found = hidden.lstat()
    # Its name can be guessed: in a folder of all, it may be a trap of somebody else.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise FolderError("exists", hidden)
    hidden.chmod(0o700)
    mark = os.open(hidden, os.O_RDONLY)
    try:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderError("running", target) from error
        # Of an export that was killed.
        for left in hidden.iterdir():
            left.unlink()
        try:
            yield CommunityFolder(hidden)
            hidden.rename(target)
        except BaseException:
            shutil.rmtree(hidden, ignore_errors=True)
            raise
    finally:
        os.close(mark)


def _csv_lines(table: Table) -> Iterator[tuple[int, str]]:
    """Yield ``(rows so far, text)``: the headings, then each row."""
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(table.columns)
    yield 0, line.text
    for count, row in enumerate(table.rows(), start=1):
        if len(row) != len(table.columns):
            raise TypeError(f"{table.name}: {len(row)} cells, not {table.columns}")
        writer.writerow([_cell(value) for value in row])
        yield count, line.text


class _Line:
    """What a CSV writer writes to: it has the last row."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return no_formula(value)
    raise TypeError(f"A cell holds a text or a whole number, not {value!r}")


def _json_lines(objects: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Yield ``(objects so far, text)`` of a list of objects."""
    count, before = 0, "[\n"
    for count, one in enumerate(objects, start=1):
        _refuse_floats(one)
        yield count, before + json.dumps(one, ensure_ascii=False)
        before = ",\n"
    yield count, "\n]\n" if count else "[]\n"


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"A number with decimals is written as a text: {value!r}")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)
