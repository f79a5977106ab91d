"""Workbooks for the tests of files that people send."""

import io

import openpyxl


def workbook(sheets):
    """Return an XLSX file of ``{name of the sheet: rows}``."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
