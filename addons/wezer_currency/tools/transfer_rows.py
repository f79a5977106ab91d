"""Transfers as a CSV file has them. Runs without Odoo.

Columns: ``payer``, ``payee``, ``amount``, and ``currency``, ``purpose``, ``date``,
``key``, ``category``, ``state``. A map names other columns and what is the same
in every row.
"""

import csv
import io

FIELDS = ("payer", "payee", "currency", "amount", "purpose", "date", "key", "category")
NEEDED = ("payer", "payee", "amount")
# What others call our columns, lowercase; the first that is there counts.
ALIASES = {
    "payer": ("payer", "buyer", "from", "sender"),
    "payee": ("payee", "seller", "to", "receiver"),
    "currency": ("currency",),
    "amount": ("amount", "seller_amount", "value"),
    "purpose": ("purpose", "description", "meta"),
    "date": ("date", "created", "date_entered", "dateentered", "time"),
    "key": ("key", "id", "n", "recordid", "uuid"),
    "category": ("category",),
    "state": ("state", "status"),
}
# States of other systems in which money moved.
DONE = {"", "done", "committed", "completed", "paid", "success"}


class ColumnError(ValueError):
    """The file lacks columns that transfers need."""


def read_rows(text, mapping=None):
    """Return one dict a row: our fields, and ``row``, counted from 1.

    :param str text: the file
    :param dict mapping: ``columns`` (our name → the file's), ``defaults`` (our
        name → value), ``amount_digits`` (amounts are whole numbers of that many
        decimals), ``decimal_mark`` (amounts are decimal numbers, written with this
        mark and nothing else), ``key_prefix``
    :raise ColumnError: where a needed column is missing
    """
    mapping = mapping or {}
    text = text.lstrip("\ufeff")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_comma(text))
    columns = _columns(reader.fieldnames or [], mapping)
    rows = []
    for number, record in enumerate(reader, start=1):
        row = {"row": number, **mapping.get("defaults", {})}
        for field, column in columns.items():
            value = (record.get(column) or "").strip()
            if value:
                row[field] = value
        if row.pop("state", "").lower() not in DONE:
            # Nothing moved: it is told, and not posted.
            row["skip"] = True
        if mapping.get("amount_digits") and row.get("amount"):
            row["amount"] = _decimal(row["amount"], mapping["amount_digits"])
        elif mapping.get("decimal_mark") and row.get("amount"):
            row["amount"] = _exact(row["amount"], mapping["decimal_mark"])
        if mapping.get("key_prefix") and row.get("key"):
            row["key"] = f"{mapping['key_prefix']}{row['key']}"
        rows.append(row)
    return rows


def _comma(text):
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _columns(names, mapping):
    """Return ``{our field: the file's column}``."""
    known = {name.strip().lower(): name for name in reversed(names) if name}
    columns = {}
    for field, aliases in ALIASES.items():
        wanted = mapping.get("columns", {}).get(field)
        if wanted:
            if wanted not in names:
                raise ColumnError(f"there is no column {wanted}")
            columns[field] = wanted
            continue
        for alias in aliases:
            if alias in known:
                columns[field] = known[alias]
                break
    missing = [
        field
        for field in NEEDED
        if field not in columns and field not in mapping.get("defaults", {})
    ]
    if missing:
        raise ColumnError(f"the columns {', '.join(missing)} are missing")
    return columns


def _decimal(text, digits):
    """Return a whole number of minor units as a decimal text; else as it is."""
    if not text.isdigit():
        return text
    text = text.zfill(digits + 1)
    return _exact(f"{text[:-digits]}.{text[-digits:]}", ".") if digits else text


def _exact(text, mark):
    """Return a decimal number with four decimals or more: it has one reading.

    A person's ``1.000`` may be a thousand, and ``1.30`` an hour and a half; a
    program that writes decimal numbers means neither.
    """
    whole, point, part = text.partition(mark)
    if not point or not whole.isdigit() or not part.isdigit():
        return text
    return f"{whole}.{part:0<4}"
