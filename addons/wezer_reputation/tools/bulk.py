"""Large tables in and out of PostgreSQL as numpy arrays, by COPY in binary.

A million rows as Python objects take gigabytes and minutes; as arrays some dozen
megabytes and a second. Rows have a fixed width, so no column may be NULL.
"""

import io
import struct
from datetime import datetime
from typing import Any

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
TRAILER = struct.pack("!h", -1)
# i1 is a boolean.
SIZES = {"i1": 1, "i4": 4, "i8": 8, "f8": 8}
# PostgreSQL counts microseconds from here.
EPOCH = 946684800


def _layout(columns: Any) -> Any:
    fields = [("fields", ">i2")]
    for name, kind in columns:
        fields += [(f"{name} size", ">i4"), (name, f">{kind}")]
    return np.dtype(fields)


def fetch(cr: Any, query: str, columns: list[tuple[str, str]]) -> dict[str, np.ndarray]:
    """Return ``{name: array}`` of the rows of ``query``.

    :param cr: a cursor of psycopg2
    :param query: a SELECT without parameters
    :param columns: ``(name, kind)``, in its order; kinds are ``i4``, ``i8``, ``f8``
    """
    buffer = io.BytesIO()
    cr.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    view = buffer.getbuffer()
    layout = _layout(columns)
    count = (len(view) - len(HEADER) - len(TRAILER)) // layout.itemsize
    rows = np.frombuffer(view, layout, count, len(HEADER))
    return {name: rows[name].astype(kind) for name, kind in columns}


def store(cr: Any, table: str, columns: list[tuple]) -> None:
    """Insert rows by COPY.

    :param cr: a cursor of psycopg2
    :param table: its name
    :param columns: ``(name, kind, values)``; values are an array, or one for all
    """
    count = max(np.size(values) for _name, _kind, values in columns)
    if not count or any(np.size(values) == 0 for _n, _k, values in columns):
        return
    rows = np.empty(count, _layout([column[:2] for column in columns]))
    rows["fields"] = len(columns)
    for name, kind, values in columns:
        rows[f"{name} size"] = SIZES[kind]
        rows[name] = values
    names = ", ".join(f'"{name}"' for name, _kind, _values in columns)
    buffer = io.BytesIO(HEADER + rows.tobytes() + TRAILER)
    cr.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', buffer)


def timestamp(moment: datetime) -> int:
    """Return a naive UTC datetime as PostgreSQL's binary timestamp."""
    delta = moment - np.datetime64(EPOCH, "s").astype("datetime64[us]").astype(object)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
