"""Why a row of a file is refused, in the reader's language."""

from typing import Any

from .tables import PACKED, REASONS


def in_words(env: Any, problem: Any) -> str:
    """Return the sentence for ``problem``, a pair of a code and the value found.

    The codes are those of :data:`.tables.REASONS`.
    """
    code, value = problem
    words = {
        "empty": env._("The file has no rows."),
        "encoding": env._(
            "The file is not text in UTF-8, UTF-16 or Windows-1252: %s", value
        ),
        "csv": env._("The file is not a CSV file: %s", value),
        "cells": env._("“%s” is to the right of the last column heading", value),
        "lost": env._(
            "“%s” contains letters that were lost when the file was saved", value
        ),
        "control": env._("“%s” contains a character that is not allowed", value),
        "number": env._("“%s” is not a number", value),
        "grouping": env._("“%s” can be read in two ways. Write it another way", value),
        "date": env._("“%s” is not a date. Write it like 2026-04-30", value),
        "two_dates": env._("“%s” can be two dates. Write it like 2026-04-30", value),
        "whole": env._("“%s” is not a whole number", value),
        "place": env._("“%s” is not a valid address", value),
        "long": env._("“%s” is too long", value),
        "headings": env._("Two columns have the name “%s”", value),
        "line": env._("Line %s is too long for a CSV file", value),
        "columns": env._("The file has too many columns: %s", value),
        "state": env._("“%s” is not a known state", value),
        "script": env._("“%s” contains a script", value),
        "json": env._("The file is not JSON: %s", value),
        "sheets": env._(
            "The workbook has several sheets: %s. Say which is wanted, or save it as a"
            " file of its own",
            value,
        ),
        "formula": env._(
            "“%s” is a formula where a number or a name is expected", value
        ),
    }
    if code.startswith(PACKED):
        return _of_packed(env, code, value)
    return words.get(code) or REASONS[code]


def _of_packed(env: Any, code: str, value: str) -> str:
    """Return why a workbook, or another archive, is not read."""
    damaged = env._("The file is damaged. Save it again, and try once more.")
    return {
        "archive_broken": damaged,
        "archive_encrypted": env._(
            "“%s” is encrypted. Save the file without a password.", value
        ),
        "archive_path": env._("“%s” names a place outside of the file.", value),
        "archive_link": env._("“%s” is a link, not a file.", value),
        "archive_many": env._(
            "There are more than %s files inside of this file.", value
        ),
        "archive_large": env._("“%s” is too large.", value),
        "archive_bomb": env._("“%s” would be far too large once unpacked.", value),
        "archive_nested": env._("“%s” is an archive inside of another one.", value),
        "archive_twice": env._("Two files inside of this file are called “%s”.", value),
        "workbook_openpyxl": env._(
            "Workbooks cannot be read here. Save “%s” as a CSV file.", value
        ),
        "workbook_broken": damaged,
        "workbook_macros": env._(
            "The workbook has macros (%s). Save it as XLSX, without macros.", value
        ),
        "workbook_links": env._(
            "The workbook reads other files (%s). Save it without links.", value
        ),
        "workbook_rows": env._("The sheet “%s” has too many rows.", value),
        "workbook_columns": env._("The sheet “%s” has too many columns.", value),
        "workbook_cells": env._("The workbook has too many cells (%s).", value),
    }[code]
