"""The addons' reader of tables, without Odoo; its file is in `addons/wezer_base`."""

import sys
from pathlib import Path
from typing import Any

from . import python_env
from .addon_tools import plain
from .console import Failure

# What is missing where a file has no rows, or none that can be read.
HEADED = "A CSV file begins with a line of headings."

tables: Any = plain("wezer_base", "tables")
file_rows: Any = plain("wezer_base", "file_rows")
file_values: Any = plain("wezer_base", "file_values")


def table_of(path: Path) -> Any:
    """Return the table in the file at ``path``; report what was assumed of it."""
    path = Path(path)
    table = read_or_fail(bytes_of(path), path.name)
    report_reading(path.name, table)
    return table


def report_reading(name: str, table: Any) -> None:
    """Say what was assumed of a file's letters."""
    if table.encoding == "cp1252":
        report_encoding(name, table)


def bytes_of(path: Path) -> bytes:
    """Return the content of a file."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error


def read_or_fail(data: bytes, name: str) -> Any:
    """Return the table in a file's content, or fail with a remedy."""
    if tables.is_packed(data[:4]):
        python_env.restart_with_workbooks()
    try:
        return tables.read_table(data)
    except tables.TableError as error:
        raise Failure(f"{name}: {error}", HEADED) from error


def report_encoding(name: str, table: Any) -> None:
    """Say that the letters were guessed, with words in which a mistake would show."""
    words = (
        word
        for record in table.records
        for cell in record.cells.values()
        for word in cell.split()
        if not word.isascii()
    )
    first = next(words, "")
    example = f", for example “{first}”" if first else ""
    sys.stderr.write(
        f"{name} is not UTF-8: it was read as Windows-1252{example}."
        " If letters are wrong, save it as UTF-8.\n"
    )


def report_unused(name: str, table: Any, used: list[str]) -> None:
    """Name the columns that no field is read from."""
    columns = tables.unused(table.headings, used)
    if columns:
        sys.stderr.write(f"{name}: columns that are not read: {', '.join(columns)}.\n")
