"""A statement as a file of a spreadsheet. Runs without Odoo.

No program that opens one takes a text for a formula: in CSV such a text begins with an
apostrophe (:func:`~odoo.addons.wezer_base.tools.tables.no_formula`), in XLSX its cell
holds text and nothing else.
"""

import csv
import datetime
import io
from collections.abc import Iterable
from typing import Any, NamedTuple

import xlsxwriter

from odoo.addons.wezer_base.tools.tables import no_formula

# A spreadsheet counts with 15 digits: what has more is written as text.
EXACT = 10**15


class Amount(NamedTuple):
    """An amount in a cell: exact as text, and what a spreadsheet counts with.

    :param str text: with a decimal point, or hours and minutes (``1:30``)
    :param int minor: minor units
    :param int per_unit: minor units to the unit
    """

    text: str
    minor: int
    per_unit: int


def csv_file(heads: list[str], rows: Iterable[list], decimal_point: str) -> bytes:
    """Return a CSV file as the spreadsheets of a language write it.

    Where the decimal point is a comma, a semicolon separates the cells.

    :param rows: cells: texts, :class:`Amount` and, for days and moments, texts
    """
    out = io.StringIO()
    separator = ";" if decimal_point == "," else ","
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(heads)
    for row in rows:
        writer.writerow(
            [
                cell.text.replace(".", decimal_point)
                if isinstance(cell, Amount)
                else cell.isoformat(sep=" ", timespec="seconds")
                if isinstance(cell, datetime.datetime)
                else no_formula(str(cell or ""))
                for cell in row
            ]
        )
    # With a mark: without it, spreadsheets take UTF-8 for something else.
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(title: str, heads: list[str], rows: Iterable[list]) -> bytes:
    """Return an XLSX file with real dates and numbers; hours count as units of hours.

    :param rows: cells: texts, :class:`Amount`, moments with or without a zone
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    number = book.add_format({"num_format": "#,##0.00"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime.datetime):
                sheet.write_datetime(line, column, cell.replace(tzinfo=None), moment)
            elif isinstance(cell, Amount) and abs(cell.minor) < EXACT:
                sheet.write_number(line, column, cell.minor / cell.per_unit, number)
            else:
                text: Any = cell.text if isinstance(cell, Amount) else cell or ""
                sheet.write_string(line, column, str(text))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(line_count(sheet), 1), len(heads) - 1)
    sheet.set_column(0, 0, 17)
    sheet.set_column(1, 3, 28)
    sheet.set_column(4, len(heads) - 1, 13)
    book.close()
    return out.getvalue()


def line_count(sheet: Any) -> int:
    """Return the number of the last line that a sheet has, counted from 0."""
    return sheet.dim_rowmax or 0
