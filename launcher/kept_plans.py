"""What the tests keep of what PostgreSQL has planned.

For whom a person acts is one long query of many tables. PostgreSQL takes ten times as
long to plan it as to run it, and a test asks it fifteen times: a seventh of the time of
small tests. Here a cursor prepares each long query once. A site does not: a pooler of
connections may stand between it and PostgreSQL (docs/production.md).
"""

import functools
import itertools
from typing import Any

import psycopg2

from odoo.sql_db import Cursor
from odoo.tools import SQL

# Characters of a query that is planned for longer than it runs.
LONG = 3000
# Queries that cannot be prepared, as PostgreSQL cannot tell the types of their values.
refused: set[str] = set()


def can_be_kept(query: Any, params: Any) -> bool:
    """Return whether a query is long, and no value is a part of its text."""
    return (
        isinstance(query, str)
        and len(query) > LONG
        and query.lstrip("( \n").startswith("SELECT")
        and query not in refused
        and isinstance(params, tuple | list)
        and not any(isinstance(value, tuple) for value in params)
    )


def numbered(query: str) -> str:
    """Return a query of psycopg2 with PostgreSQL's own placeholders.

    >>> numbered("SELECT %s LIKE 'a%%' AND %s")
    "SELECT $1 LIKE 'a%' AND $2"
    """
    parts = query.split("%s")
    text = parts[0]
    for number, part in enumerate(parts[1:], start=1):
        text += f"${number}{part}"
    return text.replace("%%", "%")


def prepared(cursor: Cursor, query: str) -> str | None:
    """Return the name of a query that is prepared: from the second time of a cursor on.

    With its next cursor a connection begins anew (``DISCARD ALL``).
    """
    known = cursor.__dict__.setdefault("wezer_plans", {})
    if query not in known:
        known[query] = None
    elif not known[query]:
        name = f"wezer_{len(known)}"
        cursor._obj.execute("SAVEPOINT wezer_plan")
        try:
            cursor._obj.execute(f"PREPARE {name} AS {numbered(query)}")
        except psycopg2.Error:
            refused.add(query)
            cursor._obj.execute("ROLLBACK TO SAVEPOINT wezer_plan")
        else:
            known[query] = name
        cursor._obj.execute("RELEASE SAVEPOINT wezer_plan")
    return known[query]


def keep_plans() -> None:
    """Let each cursor of the tests plan a long query once."""
    execute = Cursor.execute

    @functools.wraps(execute)
    def planned_once(
        self: Cursor, query: Any, params: Any = None, log_exceptions: bool = True
    ) -> None:
        if isinstance(query, SQL):
            query, params = query.code, query.params
        if (
            can_be_kept(query, params)
            and not self._cnx.autocommit
            and (name := prepared(self, query))
        ):
            places = ", ".join(itertools.repeat("%s", len(params)))
            query = f"EXECUTE {name} ({places})" if places else f"EXECUTE {name}"
        execute(self, query, params, log_exceptions)

    Cursor.execute = planned_once
