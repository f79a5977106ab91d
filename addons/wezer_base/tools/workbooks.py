"""Workbooks that people send (XLSX), as tables of text. Runs without Odoo.

Numbers, days and times become the text that :mod:`.numbers` and :mod:`.moments` read.
A workbook with macros, with links to other files, or with more than a table has is
refused. It needs ``openpyxl``, a requirement of Odoo.
"""

import datetime
import importlib.util
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import archives

ROWS_MAX = 1_100_000
COLUMNS_MAX = 2_000
CELLS_MAX = 30_000_000
# An empty row takes memory, too, and a sheet names its last row in a few letters.
ROW_COST = 4
BYTES_MAX = 512 << 20
# Parts of a workbook that run programs or read other files.
_MACROS = re.compile(r"vbaProject|vbaData|macrosheets/|activeX/|\.bin$", re.IGNORECASE)
_LINKS = re.compile(
    r"externalLinks/|connections\.xml|queryTables/|embeddings/", re.IGNORECASE
)
_OUTSIDE = re.compile(rb'TargetMode\s*=\s*["\']External["\']', re.IGNORECASE)
# What no office program writes into a part, and a reader of XML would follow.
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
# How a part begins in UTF-16, in which it would not be found.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
# Pictures, what a printer was told, and what other programs keep in a workbook.
_BESIDE = ("xl/media/", "xl/printerSettings/", "docProps/thumbnail", "customXml/")

REASONS = {
    "openpyxl": "Workbooks cannot be read here. Save “%s” as CSV",
    "broken": "The workbook is damaged: %s",
    "macros": "The workbook contains macros (%s). Save it as XLSX without macros",
    "links": "The workbook reads other files (%s). Save it without links",
    "rows": "The sheet “%s” has too many rows",
    "columns": "The sheet “%s” has too many columns",
    "cells": "The workbook has too many cells (%s)",
}


class WorkbookError(ValueError):
    """A workbook that is not read.

    :param str code: a key of :data:`REASONS`
    """

    def __init__(self, code: str, value: object = "") -> None:
        self.code, self.value = code, str(value)[:80]
        super().__init__(REASONS[code] % self.value)


class Sheet(NamedTuple):
    """A sheet of a workbook: its rows, each as texts, trailing empty cells left out."""

    name: str
    rows: list[list[str]]


def can_read() -> bool:
    """Return whether the library that reads workbooks is there."""
    return importlib.util.find_spec("openpyxl") is not None


def is_workbook(data: bytes) -> bool:
    """Return whether an archive is a workbook, with or without macros."""
    if not archives.is_archive(data):
        return False
    try:
        names = {entry.filename for entry in archives.check(data)}
    except archives.ArchiveError:
        return False
    return "[Content_Types].xml" in names and any(
        name.startswith("xl/") for name in names
    )


def read_workbook(data: bytes, name: str = "", exact: bool = False) -> list[Sheet]:
    """Return the sheets of a workbook that are not empty.

    A formula counts as the number that the office program computed last; a formula with
    another result stays the text of the formula.

    :param str name: of the file, for messages
    :param bool exact: write numbers with three decimals with four: as a text ``1.234``
        can be a thousand, too
    :raise WorkbookError: where it is refused
    :raise archives.ArchiveError: where the archive is
    """
    _check(data)
    if not can_read():
        raise WorkbookError("openpyxl", name)
    import openpyxl

    try:
        values = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        formulas = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, keep_links=False
        )
    except Exception as error:
        # The library raises whatever the damage leads to.
        raise WorkbookError("broken", type(error).__name__) from error
    left = CELLS_MAX
    sheets = []
    for computed, written in zip(values.worksheets, formulas.worksheets, strict=True):
        try:
            rows = []
            for row in _rows(computed, written, exact):
                left -= len(row) + ROW_COST
                if left < 0:
                    raise WorkbookError("cells", CELLS_MAX)
                rows.append(row)
        except WorkbookError:
            raise
        except Exception as error:
            raise WorkbookError("broken", type(error).__name__) from error
        if any(map(any, rows)):
            sheets.append(Sheet(computed.title, rows))
    return sheets


def _check(data: bytes) -> None:
    """Refuse a workbook that does more than hold a table."""
    for name, content in archives.unpack(data, BYTES_MAX):
        if _MACROS.search(name) and not name.startswith("xl/printerSettings/"):
            raise WorkbookError("macros", name)
        if _LINKS.search(name):
            raise WorkbookError("links", name)
        # Anywhere in it, whatever it is called: a comment before it may be long.
        if not name.startswith(_BESIDE) and (
            content.startswith(_WIDE) or any(said in content for said in _DECLARED)
        ):
            raise WorkbookError("broken", name)
        if name.endswith((".xml", ".rels", ".vml")):
            if name == "[Content_Types].xml" and b"macroEnabled" in content:
                raise WorkbookError("macros", name)
            if name.endswith(".rels") and _OUTSIDE.search(content):
                if re.search(rb"externalLink|oleObject|attachedTemplate", content):
                    raise WorkbookError("links", name)


def _rows(computed: Any, written: Any, exact: bool) -> Iterator[list[str]]:
    # What a sheet says of its own size is not believed.
    computed.reset_dimensions()
    written.reset_dimensions()
    empty = 0
    pairs = zip(computed.iter_rows(), written.iter_rows(), strict=True)
    for number, (cells, sources) in enumerate(pairs):
        if number >= ROWS_MAX:
            raise WorkbookError("rows", computed.title)
        if len(cells) > COLUMNS_MAX:
            raise WorkbookError("columns", computed.title)
        row = [
            _text(cell.value, source.value, exact)
            for cell, source in zip(cells, sources, strict=True)
        ]
        while row and not row[-1]:
            row.pop()
        if not row:
            empty += 1
            continue
        yield from ([] for _ in range(empty))
        empty = 0
        yield row


def _text(value: Any, source: Any, exact: bool = False) -> str:
    """Return the text of a cell: its value, or the formula that gives no number."""
    if isinstance(source, str) and source.startswith("="):
        if isinstance(value, bool) or not isinstance(
            value, int | float | datetime.datetime
        ):
            return source
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        # As people see it: 12.1 is kept as a binary number close to it.
        text = format(value, ".15g") if abs(value) < 1e15 else str(value)
        return f"{text}0" if exact and text[-4:-3] == "." else text
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return str(value)
