"""A statement as a file of a spreadsheet, written line by line. Runs without Odoo.

No program that opens one takes a text for a formula: in CSV such a text begins with an
apostrophe (:func:`~odoo.addons.wezer_base.tools.tables.no_formula`), in XLSX its cell
holds text and nothing else.
"""

import csv
import datetime
import io
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, NamedTuple

import xlsxwriter

from odoo.addons.wezer_base.tools.tables import no_formula

# A spreadsheet counts with 15 digits: what has more is written as text.
EXACT = 10**15
# Decimals of hours that are added up: three times 20 minutes are an hour.
HOUR_PLACES = 10
# Lines that a sheet has at most.
SHEET_LINES = 1_048_576
# The name and the value of what stands beside the lines.
Summary = Callable[[], list[tuple[str, Any]]]


class Amount(NamedTuple):
    """An amount in a cell: exact as text, and what a spreadsheet counts with.

    :param str text: with a decimal point, or hours and minutes (``1:30``)
    :param int minor: minor units
    :param int per_unit: minor units to the unit
    """

    text: str
    minor: int
    per_unit: int

    def decimal(self) -> str:
        """Return the units as a decimal number: ``1.5`` for an hour and a half."""
        whole, rest = divmod(abs(self.minor), self.per_unit)
        sign = "-" if self.minor < 0 else ""
        scaled = (rest * 10**HOUR_PLACES * 2 + self.per_unit) // (2 * self.per_unit)
        places = f"{scaled:0{HOUR_PLACES}d}".rstrip("0")
        return f"{sign}{whole}.{places}" if places else f"{sign}{whole}"


def plain_cell(cell: Any) -> Any:
    """Return a cell as a program reads it: text, or a whole number."""
    if isinstance(cell, Amount):
        return cell.text
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return cell if isinstance(cell, int) else str(cell)


def write_csv(
    out: BinaryIO,
    heads: list[str],
    rows: Iterable[list],
    decimal_point: str,
    summary: Summary,
) -> None:
    """Write a CSV file as the spreadsheets of a language do.

    Where the decimal point is a comma, a semicolon separates the cells. What stands
    beside the lines is below them, after an empty line.

    :param rows: cells: texts, numbers, :class:`Amount`, moments
    :param summary: called when all rows are written
    """
    # With a mark: without it, spreadsheets take UTF-8 for something else.
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    separator = ";" if decimal_point == "," else ","
    writer = csv.writer(text, delimiter=separator)

    def written(cell: Any) -> str:
        if isinstance(cell, Amount):
            return cell.text.replace(".", decimal_point)
        if isinstance(cell, datetime.datetime):
            return cell.isoformat(sep=" ", timespec="seconds")
        return no_formula(str("" if cell is None else cell))

    writer.writerow(heads)
    writer.writerows([written(cell) for cell in row] for row in rows)
    writer.writerow([])
    for name, value in summary():
        writer.writerow([name, written(value)])
    text.detach()


class _Sheets:
    """The sheets of a workbook: the lines, in as many as they need, and the summary."""

    WIDTHS = (17, 28, 28, 28)

    def __init__(self, book: Any, heads: list[str], places: int) -> None:
        self.book, self.heads = book, heads
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        decimals = f".{'0' * places}" if places else ""
        self.number = book.add_format({"num_format": f"#,##0{decimals}"})

    def write(self, rows: Iterable[list]) -> None:
        sheet, line = None, SHEET_LINES
        for row in rows:
            if line == SHEET_LINES:
                self._finish(sheet, line)
                sheet, line = self._begin(), 1
            for column, cell in enumerate(row):
                self.cell(sheet, line, column, cell)
            line += 1
        if not sheet:
            sheet, line = self._begin(), 1
        self._finish(sheet, line)

    def _begin(self) -> Any:
        sheet = self.book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(self.heads):
            width = self.WIDTHS[column] if column < len(self.WIDTHS) else 13
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, self.bold)
        return sheet

    def _finish(self, sheet: Any, lines: int) -> None:
        if sheet:
            sheet.autofilter(0, 0, max(lines - 1, 1), len(self.heads) - 1)

    def cell(self, sheet: Any, line: int, column: int, cell: Any) -> None:
        if isinstance(cell, datetime.datetime):
            sheet.write_datetime(line, column, cell.replace(tzinfo=None), self.moment)
        elif isinstance(cell, datetime.date):
            sheet.write_datetime(line, column, cell, self.day)
        elif isinstance(cell, Amount) and abs(cell.minor) < EXACT:
            number = cell.minor / cell.per_unit
            sheet.write_number(line, column, number, self.number)
        elif isinstance(cell, int):
            sheet.write_number(line, column, cell)
        else:
            text: Any = cell.text if isinstance(cell, Amount) else cell or ""
            sheet.write_string(line, column, str(text))

    def summary(self, title: str, rows: list[tuple[str, Any]]) -> None:
        sheet = self.book.add_worksheet(title)
        sheet.set_column(0, 1, 40)
        for line, (name, value) in enumerate(rows):
            sheet.write_string(line, 0, name, self.bold)
            self.cell(sheet, line, 1, value)


def write_xlsx(
    out: BinaryIO,
    titles: tuple[str, str],
    heads: list[str],
    rows: Iterable[list],
    places: int,
    summary: Summary,
) -> None:
    """Write an XLSX file with real dates and numbers; hours count as units of hours.

    :param titles: of the document, and of the sheet with what stands beside the lines
    :param rows: cells: texts, numbers, :class:`Amount`, moments with or without a zone
    :param places: decimals that an amount is shown with
    :param summary: called when all rows are written
    """
    book = xlsxwriter.Workbook(
        out,
        {
            # A line is on the disk before the next one is written.
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": titles[0]})
    sheets = _Sheets(book, heads, places)
    sheets.write(rows)
    sheets.summary(titles[1], summary())
    book.close()
