"""Transfers as a CSV file has them.

Columns: ``payer``, ``payee``, ``amount``, and ``currency``, ``purpose``, ``date``,
``key``, ``category``, ``state``. A map names other columns and what is the same
in every row.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from odoo.addons.wezer_base.tools import file_rows, map_file, tables
from odoo.addons.wezer_base.tools.file_values import Manner

from . import transfer_map

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
# States of other systems, as `tables.key` writes them. A word of neither list refuses
# its row: what it means is not guessed, because money would be missing or too much.
DONE = frozenset(
    (
        *("", "done", "committed", "completed", "complete", "paid", "success"),
        *("successful", "processed", "settled", "booked", "posted", "executed"),
        *("effectue", "effectuee", "paye", "payee", "termine", "terminee"),
        *("hecho", "hecha", "realizado", "realizada", "pagado", "pagada"),
        *("completado", "completada", "fet", "feta", "pagat", "completat"),
        *("completada", "realitzat", "realitzada"),
        *("erledigt", "bezahlt", "abgeschlossen", "ausgefuhrt", "gebucht"),
    )
)
NOT_MOVED = frozenset(
    (
        *("new", "draft", "pending", "requested", "scheduled", "reserved", "waiting"),
        *("ended", "rejected", "refused", "declined", "denied", "withdrawn", "failed"),
        *("cancelled", "canceled", "deleted", "expired", "revoked", "void", "voided"),
        *("enattente", "refuse", "refusee", "annule", "annulee", "rejete", "rejetee"),
        *("expire", "expiree", "supprime", "supprimee", "echoue"),
        *("pendiente", "rechazado", "rechazada", "cancelado", "cancelada", "anulado"),
        *("anulada", "caducado", "caducada", "fallido", "eliminado", "eliminada"),
        *("pendent", "rebutjat", "rebutjada", "cancellat", "cancellada", "anullat"),
        *("anullada", "caducat", "fallit", "eliminat", "eliminada"),
        *("offen", "ausstehend", "abgelehnt", "storniert", "abgebrochen"),
        *("abgelaufen", "geloscht", "fehlgeschlagen", "zuruckgezogen"),
    )
)
KIND = file_rows.Kind(
    ALIASES,
    needed=NEEDED,
    numbers=("amount",),
    days=("date",),
    names=("payer", "payee", "currency"),
)
SHAPE = transfer_map.shape(map_file)


class ColumnError(ValueError):
    """The file lacks columns that transfers need, or its map is not understood."""


def read_rows(
    text: bytes | str, mapping: Any = None, said: Manner | None = None, sheet: str = ""
) -> Any:
    """Return one dict a row: our fields, and ``row``, counted from 1.

    :param text: the file, its bytes or its text
    :param dict mapping: ``columns`` (our name → the file's), ``defaults`` (our
        name → value), ``amount_digits`` (amounts are whole numbers of that many
        decimals), ``decimal_mark`` (amounts are decimal numbers, written with this
        mark and nothing else), ``date_order`` (``day`` or ``month``: which comes
        first), ``key_prefix``, ``states`` (a word of the file's → ``done`` or
        ``skipped``)
    :param said: how the file writes numbers and days, where it is known
    :param str sheet: of a workbook
    :return: rows that cannot be read have ``problem``, a pair of a code and the value
    :raise ColumnError: where a needed column is missing, or a value of the map has
        another type or another value than it may have
    :raise TableError: where the file is no table
    """
    table = tables.read_table(text, sheet)
    mapping = {} if mapping is None else mapping
    return list(_rows(table, mapping, lambda: table.records, said))


def table_rows(table: Any, columns: dict[str, list[str]], said: Manner) -> list[dict]:
    """Return the rows of a table of which is said in which columns our fields are."""
    manner = file_rows.manner_of(table.records, columns, KIND, said)
    return list(_converted(table.records, columns, {}, (KIND, manner)))


def stream_rows(
    path: Path, mapping: Any = None, said: Manner | None = None
) -> Iterator[dict]:
    """Yield the rows of a file of any size; see :func:`read_rows`.

    Missing columns are refused at once, before the first row is read.
    """
    mapping = {} if mapping is None else mapping
    return _rows(
        tables.open_table(path), mapping, lambda: tables.open_table(path).records, said
    )


def _rows(
    table: Any, mapping: dict, again: Any, said: Manner | None = None
) -> Iterator[dict]:
    """Yield the rows of a table.

    :param again: returns its records once more: they are looked through first
    """
    try:
        map_file.check(mapping, SHAPE)
    except map_file.MapError as error:
        raise ColumnError(str(error)) from error
    columns = _columns(table.headings, mapping)
    said = said or Manner()
    said = said._replace(order=said.order or mapping.get("date_order", ""))
    kind = KIND
    if mapping.get("amount_digits") or mapping.get("decimal_mark"):
        # How amounts are written is said already.
        kind = kind._replace(numbers=())
    manner = file_rows.manner_of(again(), columns, kind, said)
    return _converted(table.records, columns, mapping, (kind, manner))


def _converted(
    records: Iterable[Any],
    columns: dict,
    mapping: dict,
    written: tuple[file_rows.Kind, Manner],
) -> Iterator[dict]:
    defaults, digits = mapping.get("defaults", {}), mapping.get("amount_digits")
    mark, prefix = mapping.get("decimal_mark"), mapping.get("key_prefix")
    moved = _states(mapping)
    for record in records:
        row = {"row": record.row}
        found = file_rows.cells(record, columns)
        row |= {field: value for field, value in found.items() if value}
        problem = record.problem or file_rows.read_values(row, *written)
        if problem:
            row["problem"] = problem
        # What the map says is meant as it is.
        row = {**defaults, **row}
        state = row.pop("state", "")
        if state and (done := moved(state)) is not True:
            if done is None:
                row["problem"] = ("state", tables.shown(state))
            else:
                # Nothing moved: it is reported, and not posted.
                row["skip"] = True
        if digits and row.get("amount"):
            if row["amount"].isascii() and row["amount"].isdigit():
                row["amount"] = _decimal(row["amount"], digits)
            else:
                # Not in the smallest unit, as the map says: it is worth another sum.
                row["problem"] = ("whole", tables.shown(row["amount"]))
        elif mark and row.get("amount"):
            row["amount"] = _exact(row["amount"], mark)
        if prefix and row.get("key"):
            row["key"] = f"{prefix}{row['key']}"
        yield row


def _states(mapping: dict) -> Any:
    """Return a function: whether money moved in a state; None where it is not known."""
    states = {word: True for word in DONE} | {word: False for word in NOT_MOVED}
    for word, meaning in mapping.get("states", {}).items():
        states[tables.key(word)] = meaning == "done"
    cache: dict[str, bool | None] = {}

    def moved(state: str) -> bool | None:
        if state not in cache:
            cache[state] = states.get(tables.key(state))
        return cache[state]

    return moved


def _columns(names: Any, mapping: Any) -> Any:
    """Return ``{our field: the file's columns}``."""
    columns = {}
    for field, aliases in ALIASES.items():
        wanted = mapping.get("columns", {}).get(field)
        found = tables.find(names, wanted or aliases)
        if wanted and not found:
            raise ColumnError(f"there is no column {wanted}")
        if found:
            columns[field] = found
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
