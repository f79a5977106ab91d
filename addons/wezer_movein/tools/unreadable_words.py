"""Why files of a community that moves in are not read, in the reader's language.

The readers run without Odoo and say it in English, for the command.
"""

from typing import Any

from odoo.addons.wezer_base.tools import archives, table_reasons, tables, workbooks

from .content import Unreadable


def in_words(env: Any, error: Unreadable) -> str:
    """Return why the files are not read; what only developers meet stays English."""
    if error.rows:
        return _of_rows(env, error)
    if words := _of_files(env, error):
        return words
    if error.file and (words := _of_file(env, error)):
        return f"{error.file}: {words}"
    return str(error)


def _of_rows(env: Any, error: Unreadable) -> str:
    first = error.rows[0]
    if error.code == "day_order":
        return env._(
            "Nothing in %(file)s shows whether its dates begin with the day or the"
            " month, as in “%(text)s”. Say which.",
            file=first.file,
            text=first.value,
        )
    if error.code == "decimal_sign":
        return env._(
            "Nothing in %(file)s shows whether a comma or a point stands before"
            " decimals, as in “%(text)s”. Say which.",
            file=first.file,
            text=first.value,
        )
    if first.code == "empty":
        reason = env._("A number, a name or an amount is missing")
    else:
        reason = table_reasons.in_words(env, (first.code, first.value))
    return env._(
        "%(file)s, row %(row)s: %(reason)s",
        file=first.file,
        row=first.row,
        reason=reason,
    )


def _of_file(env: Any, error: Unreadable) -> str:
    """Return what is wrong with one file, or ""."""
    if error.code == "rows_max":
        return env._("The file has too many rows.")
    kind, _blank, value = error.value.partition(" ")
    packed = {"archive": archives.REASONS, "workbook": workbooks.REASONS}
    if error.code in packed.get(kind, ()):
        return table_reasons.in_words(env, (f"{kind}_{error.code}", value))
    if error.code in tables.REASONS or error.code.startswith(tables.PACKED):
        return table_reasons.in_words(env, (error.code, error.value))
    return ""


def _of_files(env: Any, error: Unreadable) -> str:
    """Return what is wrong with the files together, or ""."""
    if error.file:
        return ""
    return {
        "empty": env._("There are no files."),
        "large": env._("The files are larger than those of a community are."),
        "unknown": env._(
            "No known system exports files with the headings of these: %s", error.value
        ),
        "users": env._("The file of the members (users.csv) is missing."),
        "transfers": env._("The file of the payments is missing."),
        "payments": env._("No file has payments: date, from, to and amount."),
        "time_zone": env._("There is no time zone “%s”.", error.value),
        "two_signs": env._(
            "The files write decimals in two ways: %s. Say which counts.", error.value
        ),
        "two_orders": env._(
            "The files write days in two ways: %s. Say which counts.", error.value
        ),
    }.get(error.code, "")
