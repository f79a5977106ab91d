"""Rows of our fields from a table that people send. Runs without Odoo.

A kind of file says which fields it has, by which headings they are usually known, and
which of them are numbers or days. All importers read their rows here.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from . import file_values, tables
from .file_values import Manner


class Kind(NamedTuple):
    """What a kind of file has.

    :param columns: our field → the headings by which it is known
    :param needed: fields without which no row can be read
    :param numbers: fields that are numbers or hours
    :param days: fields that are dates
    :param lists: fields with several words in a cell
    :param names: fields that are never a formula
    """

    columns: Mapping[str, Any]
    needed: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def own_columns(path: Path, part: str = "columns") -> dict[str, Any]:
    """Return the usual headings of a kind, from a file that comes with its addon."""
    return json.loads(path.read_text())[part]


def chosen_columns(
    headings: list[str], columns: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Return ``{field: headings it is read from}``, empty where there are none."""
    return {field: tables.find(headings, names) for field, names in columns.items()}


def manner_of(
    records: Iterable[Any],
    chosen: Mapping[str, list[str]],
    kind: Kind,
    said: Manner | None = None,
) -> Manner:
    """Return how a file writes numbers and days; see :mod:`.file_values`."""

    def columns(fields: Iterable[str]) -> list[str]:
        return [heading for field in fields for heading in chosen.get(field, [])]

    return file_values.manner_of(
        records, columns(kind.numbers), columns(kind.days), said
    )


def rows_of(
    records: Iterable[Any],
    chosen: Mapping[str, list[str]],
    kind: Kind,
    manner: Manner | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield a dict for each record: its fields, ``row`` and ``line``.

    A row that cannot be read has ``problem``, a pair of a code and the value.
    """
    manner = manner or Manner()
    for record in records:
        row: dict[str, Any] = {"row": record.row, "line": record.line}
        row.update(cells(record, chosen))
        problem = record.problem or read_values(row, kind, manner)
        for field in kind.lists:
            row[field] = words(row.get(field))
        if problem:
            row["problem"] = problem
        yield row


def read_values(
    row: dict[str, Any], kind: Kind, manner: Manner
) -> tuple[str, str] | None:
    """Read the numbers and days of ``row`` in place; return why one is refused."""
    try:
        for field in (*kind.names, *kind.numbers, *kind.days):
            if (row.get(field) or "")[:1] == "=":
                raise tables.TableError("formula", row[field])
        for field in kind.numbers:
            if row.get(field):
                row[field] = file_values.plain_number(row[field], manner.sign)
        for field in kind.days:
            if row.get(field):
                row[field] = file_values.plain_moment(row[field], manner.order)
    except tables.TableError as error:
        return error.code, error.value
    return None


def cells(record: Any, chosen: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the fields of a record as text: several columns are put together."""
    return {
        field: " ".join(filter(None, (record.cells.get(one, "") for one in headings)))
        for field, headings in chosen.items()
        if headings
    }


def words(text: str | None) -> list[str]:
    """Return the words of a list in a cell."""
    return [one.strip() for one in re.split(r"[,;|\n]", text or "") if one.strip()]
