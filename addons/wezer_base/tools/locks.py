"""Waiting for other transactions: always with a limit, never beyond the transaction.

Odoo runs at REPEATABLE READ: the first query of a transaction fixes what it sees,
and ``SELECT pg_advisory_xact_lock()`` is such a query, so that who waited by it
would look at old rows. ``LOCK TABLE`` is a utility statement that fixes nothing.
:func:`wait_in_line` therefore waits on one of a few empty tables, by the number of
what is waited for. Such a lock ends with its transaction, however that ends, and
works behind a pooler of connections too.
"""

import binascii
from typing import Any

import psycopg2
from psycopg2.errors import LockNotAvailable

from odoo import api
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, LazyTranslate

from ..exceptions import Refusal

_lt = LazyTranslate(__name__)

# What is put into the statements below are names and numbers of this module's own.
# pylint: disable=sql-injection

# Seconds that anything waits for somebody else's transaction.
WAIT_SECONDS = 10
# Seconds in a line, in which each of many waits for all those before.
LINE_SECONDS = 30
# Empty tables to wait on. Two things with the same table wait for each other
# without need, for the length of one request.
LINES = 64
# Rows for addresses; those with the same row are made one after the other.
ADDRESS_BUCKETS = 1024
BUSY = _lt("Someone else is changing this at the moment. Try again in a minute.")


class Busy(Refusal):
    """The other transaction did not end in time."""

    def __init__(self, env: api.Environment) -> None:
        super().__init__(env._(BUSY), rule="busy", limit=str(WAIT_SECONDS))


def create_tables(cr: Any) -> None:
    """Create the tables that the functions of this module wait on."""
    cr.execute(
        """CREATE TABLE IF NOT EXISTS wezer_lock_name (
               name varchar PRIMARY KEY,
               taken bigint NOT NULL DEFAULT 0
           )"""
    )
    for number in range(LINES):
        cr.execute(f"CREATE TABLE IF NOT EXISTS wezer_lock_{number:02d} ()")


def drop_tables(cr: Any) -> None:
    """Drop what :func:`create_tables` created."""
    tables = ["wezer_lock_name"] + [f"wezer_lock_{n:02d}" for n in range(LINES)]
    cr.execute(f"DROP TABLE IF EXISTS {', '.join(tables)}")


def try_once(env: Any, statement: SQL) -> None:
    """Do ``statement``, or nothing where another transaction is in its way."""
    try:
        with env.cr.savepoint(flush=False):
            env.cr.execute(statement, log_exceptions=False)
    except Exception as error:
        if not is_contention(error):
            raise


def is_contention(error: BaseException) -> bool:
    """Return whether ``error`` says that another transaction was in the way."""
    return isinstance(error, (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY))


def execute_locking(
    env: api.Environment, query: Any, params: Any = None, returns: bool = True
) -> Any:
    """Run a statement that may wait for another transaction, and return its rows.

    All later waits of the same transaction have the same limit.

    :param bool returns: False for a statement whose rows nobody reads: then all of it
        goes to the database at once
    :raise Busy: after :data:`WAIT_SECONDS`; the transaction can go on
    """
    cr = env.cr
    limit = f"SAVEPOINT wezer_lock; SET LOCAL lock_timeout = '{WAIT_SECONDS}s'; "
    release = "RELEASE SAVEPOINT wezer_lock"
    statement = f"{limit}{query}" if returns else f"{limit}{query}; {release}"
    try:
        # Conflicts are retried, or refused with a sentence: no error for the log.
        cr.execute(statement, params, log_exceptions=False)
    except LockNotAvailable as error:
        cr.execute("ROLLBACK TO SAVEPOINT wezer_lock")
        raise Busy(env) from error
    if not returns:
        return []
    rows = cr.fetchall() if cr.description else []
    cr.execute(release)
    return rows


# The tables of pages stay in memory: reading here and there is cheap.
IN_MEMORY = "SET LOCAL random_page_cost = 1.1;"
# Compiling a statement takes longer than any statement of a page.
NOT_COMPILED = "SET LOCAL jit = off;"


def limit_statements(cr: Any, seconds: dict) -> None:
    """Limit what the rest of this transaction waits for the database.

    The same statement plans for tables that are in memory, without compiling.

    :param dict seconds: names of settings of PostgreSQL, such as
        ``statement_timeout``, and their values; 0 is no limit
    """
    # Statements that fix no snapshot. Kept for the transaction that begins in a line.
    cr.wezer_limits = "".join(
        f"SET LOCAL {name} = '{int(value)}s';" for name, value in seconds.items()
    )
    cr.wezer_limits += IN_MEMORY + NOT_COMPILED
    cr.execute(cr.wezer_limits)


def lock_table(env: api.Environment, table: str, mode: str) -> None:
    """Lock a whole table as the first statement of a transaction.

    Neither statement takes a snapshot, so what is read next is what was committed
    when the lock was had. Others wait behind who waits here: only for a short time.

    :raise Busy: after :data:`WAIT_SECONDS`
    """
    try:
        env.cr.execute(
            f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s';"
            f" LOCK TABLE {table} IN {mode} MODE",
            log_exceptions=False,
        )
    except LockNotAvailable as error:
        raise Busy(env) from error


def hold(env: api.Environment, kind: str, *ids: Any) -> None:
    """Let transactions that count before they insert run one after the other.

    Call it before the count. Of two that hold the same thing at once, the second
    waits, fails to serialise, and is run again by Odoo: then it counts what the
    first inserted.

    :param str kind: what is counted, for instance ``"invitation"``
    :param ids: numbers of whose it is, each held by itself
    """
    if not ids:
        return
    execute_locking(
        env,
        """INSERT INTO wezer_lock_name (name)
           SELECT unnest(%s) ORDER BY 1
           ON CONFLICT (name) DO UPDATE SET taken = wezer_lock_name.taken + 1""",
        [[f"{kind}:{number}" for number in sorted(set(ids))]],
        returns=False,
    )


def hold_addresses(env: api.Environment, *wanted: Any) -> None:
    """Let records that would have the same address be made one after the other.

    Call it before a free address is looked for: the second of two that are made at
    once is run again, and finds the first's address taken.

    :param wanted: the addresses as they would be, without a number behind
    """
    buckets = {binascii.crc32(text.encode()) % ADDRESS_BUCKETS for text in wanted}
    hold(env, "address", *buckets)


def line_of(kind: Any, number: int) -> str:
    """Return the table on which those wait who ask for this thing."""
    return f"wezer_lock_{binascii.crc32(f'{kind}:{number}'.encode()) % LINES:02d}"


def wait_in_line(env: api.Environment, kind: str, ids: Any) -> None:
    """Wait until nobody else is at these things, before anything is read for good.

    It commits what Odoo noted of the request (the device, say) and begins a new
    transaction, whose snapshot is taken after the wait. So only a controller calls
    it, or what it calls first, before anything is changed, and outside of savepoints.

    :param str kind: what is waited for, for instance ``"wallet"``
    :param list ids: the numbers of the things
    :raise Busy: after :data:`LINE_SECONDS`
    """
    cr = env.cr
    lines = sorted({line_of(kind, number) for number in ids})
    if not lines:
        return
    cr.commit()  # pylint: disable=invalid-commit
    try:
        # Neither statement takes a snapshot. The mode conflicts with itself only.
        cr.execute(
            f"SET LOCAL lock_timeout = '{LINE_SECONDS}s';"
            f" LOCK TABLE {', '.join(lines)} IN SHARE UPDATE EXCLUSIVE MODE;"
            + getattr(cr, "wezer_limits", ""),
            log_exceptions=False,
        )
    except psycopg2.OperationalError as error:
        cr.rollback()
        if is_contention(error):
            raise Busy(env) from error
        raise


def in_line(kind: str, things: str = "") -> Any:
    """Mark a public method: calls of it over RPC wait in line.

    :param kind: what is waited for, see :func:`wait_in_line`
    :param things: name of the model's method that returns the numbers of the things: it
        is called on the records with the call's arguments by their names. Left out, the
        one record is the thing.
    """

    def mark(method: Any) -> Any:
        method._wezer_line = kind, things
        return method

    return mark
