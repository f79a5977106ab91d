"""Files of other programs' exports: JSON, XLSX and CSV, as the readers take them.

Runs with Odoo's packages (openpyxl), without its registry. What cannot be read is
refused: a file with the reason, a row with the place.
"""

import json
import re
from pathlib import PurePath

from odoo.addons.wezer_base.tools import archives, tables, workbooks
from odoo.addons.wezer_base.tools.tables import TableError

from . import exports
from .exports import Source, Structure
from .exports.structure import Sheet

# A larger file is broken, or no export of circles and roles.
FILE_MAX = 100_000_000
ROWS_MAX = 200_000


class ExportError(ValueError):
    """A file that cannot be read as an export; the text says which, and why."""


def read_files(files: list[tuple[str, bytes]]) -> tuple[str, Structure]:
    """Return the program's name and what its files hold.

    :param list files: ``(name, content)``
    :raise ExportError: for a file that is not read, or no known export
    """
    lists: dict[str, list] = {}
    sheets: list[Sheet] = []
    for name, data in files:
        if len(data) > FILE_MAX:
            raise ExportError(f"{name} is larger than {FILE_MAX // 1_000_000} MB")
        try:
            if tables.is_packed(data[:4]):
                sheets += _workbook(name, data)
            elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
                _add_json(lists, name, data)
            else:
                sheets.append(_table(name, data))
        except TableError as error:
            raise ExportError(f"{name}: {error}") from error
    try:
        program, found = exports.read(Source(lists, sheets))
    except exports.UnknownExport as error:
        raise ExportError(f"No known export: {error}") from error
    except RecursionError as error:
        raise ExportError("The files have too many levels") from error
    for row in [*found.groups, *found.members]:
        _check(row)
    return program, found


def _check(row: dict) -> None:
    """Mark a row that holds what cannot be kept."""
    for value in row.values():
        if not isinstance(value, str):
            continue
        try:
            value.encode()
            problem = tables.lost(value)
            if value[:1] == "=":
                # No program has computed it, or its result is no number.
                problem = problem or ("formula", tables.shown(value))
        except UnicodeEncodeError:
            problem = ("lost", tables.shown(value.encode("ascii", "replace").decode()))
        if problem:
            row["problem"] = problem
            return


# === JSON === #


def _add_json(lists: dict[str, list], name: str, data: bytes) -> None:
    """Add the lists of a JSON file, by their names or by the file's."""
    text, _encoding = tables.decode(data)
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ExportError(f"{name} is not JSON: {error}") from error
    except RecursionError as error:
        raise ExportError(f"{name} has too many levels") from error
    stem = re.sub(r"[^a-z]+", " ", PurePath(name).stem.lower()).split()
    known = ("circles", "roles", "people", "assignments", "peers", "holders", "members")
    own = next((word for word in known if word in stem), "items")
    if isinstance(value, list):
        lists.setdefault(own, []).extend(value)
    elif isinstance(value, dict):
        _add_lists(lists, own, value)


def _add_lists(lists: dict[str, list], own: str, value: dict) -> None:
    if "initiative" in value or isinstance(value.get("children"), list):
        lists.setdefault("maps", []).append(value)
        return
    linked = value.get("linked")
    parts = [value, linked] if isinstance(linked, dict) else [value]
    for part in parts:
        for key, items in part.items():
            if isinstance(items, list):
                lists.setdefault(own if key == "data" else key, []).extend(items)


# === TABLES === #


def _table(name: str, data: bytes) -> Sheet:
    table = tables.read_table(data)
    rows = []
    for record in table.records:
        rows.append((f"{name}, line {record.line}", record.cells))
    return Sheet(name, table.headings, rows)


def _workbook(name: str, data: bytes) -> list[Sheet]:
    """Read the sheets of an XLSX file: the values of formulas, not the formulas."""
    try:
        sheets = workbooks.read_workbook(data, name)
    except (workbooks.WorkbookError, archives.ArchiveError) as error:
        raise ExportError(f"{name}: {error}") from error
    return [_sheet(name, sheet) for sheet in sheets]


def _sheet(name: str, sheet: workbooks.Sheet) -> Sheet:
    if len(sheet.rows) > ROWS_MAX:
        raise ExportError(f"{name} has more than {ROWS_MAX:,} rows")
    headings: list[str] = []
    rows = []
    for number, cells in enumerate(sheet.rows, start=1):
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        if not headings:
            headings = [" ".join(text.split()) for text in texts]
            continue
        if any(len(text) > tables.CELL_MAX for text in texts):
            raise ExportError(
                f"{name}, {sheet.name}, line {number}: a text is too long"
            )
        values = {
            heading: text
            for heading, text in zip(headings, texts, strict=False)
            if heading
        }
        rows.append((f"{sheet.name}, line {number}", values))
    return Sheet(sheet.name, [heading for heading in headings if heading], rows)
