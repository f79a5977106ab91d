"""Transfers as a CSV file has them.

Columns: ``payer``, ``payee``, ``amount``, and ``currency``, ``purpose``, ``date``,
``key``, ``category``, ``state``. A map names other columns and what is the same
in every row.
"""

from typing import Any

from odoo.addons.wezer_base.tools import tables

FIELDS = ("payer", "payee", "currency", "amount", "purpose", "date", "key", "category")
NEEDED = ("payer", "payee", "amount")
# What others call our columns; the first that is there counts. Case, blanks and
# accents do not.
ALIASES = {
    "payer": (
        *("payer", "buyer", "from", "sender"),
        *("payeur", "débiteur", "de", "pagador", "ordenante", "Zahler", "von"),
    ),
    "payee": (
        *("payee", "seller", "to", "receiver"),
        *("bénéficiaire", "à", "beneficiario", "receptor", "a", "beneficiari"),
        *("Empfänger", "an"),
    ),
    "currency": ("currency", "monnaie", "devise", "moneda", "divisa", "Währung"),
    "amount": (
        *("amount", "seller_amount", "value"),
        *("montant", "somme", "importe", "cantidad", "import", "quantitat", "Betrag"),
    ),
    "purpose": (
        *("purpose", "description", "meta"),
        *("motif", "objet", "concepto", "descripción", "concepte", "descripció"),
        *("Zweck", "Verwendungszweck", "Beschreibung"),
    ),
    "date": (
        *("date", "created", "date_entered", "dateentered", "time"),
        *("fecha", "data", "Datum"),
    ),
    "key": ("key", "id", "n", "recordid", "uuid", "clé", "clave", "clau", "Schlüssel"),
    "category": ("category", "catégorie", "categoría", "categoria", "Kategorie"),
    "state": ("state", "status", "état", "statut", "estado", "estat", "Zustand"),
}
# States of other systems in which money moved.
DONE = {"", "done", "committed", "completed", "paid", "success"}


class ColumnError(ValueError):
    """The file lacks columns that transfers need."""


def read_rows(text: str, mapping: Any = None) -> Any:
    """Return one dict a row: our fields, and ``row``, counted from 1.

    :param text: the file, its bytes or its text
    :param dict mapping: ``columns`` (our name → the file's), ``defaults`` (our
        name → value), ``amount_digits`` (amounts are whole numbers of that many
        decimals), ``decimal_mark`` (amounts are decimal numbers, written with this
        mark and nothing else), ``key_prefix``
    :return: rows that cannot be read have ``problem``, a pair of a code and the value
    :raise ColumnError: where a needed column is missing
    :raise TableError: where the file is no table
    """
    mapping = mapping or {}
    table = tables.read_table(text)
    columns = _columns(table.headings, mapping)
    rows = []
    for record in table.records:
        row = {"row": record.row, **mapping.get("defaults", {})}
        if record.problem:
            row["problem"] = record.problem
        for field, column in columns.items():
            value = record.cells.get(column)
            if value:
                row[field] = value
        if row.pop("state", "").lower() not in DONE:
            # Nothing moved: it is reported, and not posted.
            row["skip"] = True
        if mapping.get("amount_digits") and row.get("amount"):
            if row["amount"].isascii() and row["amount"].isdigit():
                row["amount"] = _decimal(row["amount"], mapping["amount_digits"])
            else:
                # Not in the smallest unit, as the map says: it is worth another sum.
                row["problem"] = ("whole", tables.shown(row["amount"]))
        elif mapping.get("decimal_mark") and row.get("amount"):
            row["amount"] = _exact(row["amount"], mapping["decimal_mark"])
        if mapping.get("key_prefix") and row.get("key"):
            row["key"] = f"{mapping['key_prefix']}{row['key']}"
        rows.append(row)
    return rows


def _columns(names: Any, mapping: Any) -> Any:
    """Return ``{our field: the file's column}``."""
    columns = {}
    for field, aliases in ALIASES.items():
        wanted = mapping.get("columns", {}).get(field)
        found = tables.find(names, wanted or aliases)
        if wanted and not found:
            raise ColumnError(f"there is no column {wanted}")
        if found:
            columns[field] = found[0]
    missing = [
        field
        for field in NEEDED
        if field not in columns and field not in mapping.get("defaults", {})
    ]
    if missing:
        raise ColumnError(f"the columns {', '.join(missing)} are missing")
    return columns


def _decimal(text: str, digits: Any) -> Any:
    """Return a whole number of minor units as a decimal text."""
    text = text.zfill(digits + 1)
    return _exact(f"{text[:-digits]}.{text[-digits:]}", ".") if digits else text


def _exact(text: str, mark: Any) -> Any:
    """Return a decimal number with four decimals or more: it has one reading.

    A person's ``1.000`` may be a thousand, and ``1.30`` an hour and a half; a
    program that writes decimal numbers means neither.
    """
    whole, point, part = text.partition(mark)
    if not point or not whole.isdigit() or not part.isdigit():
        return text
    return f"{whole}.{part:0<4}"
