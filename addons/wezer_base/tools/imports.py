"""What imports of files have in common, in whichever addon they are.

One import at a time changes a database: a second one is refused with a sentence. The
lock is PostgreSQL's own (an advisory lock), so it ends with the transaction or the
connection that has it, however that ends.

A program (``./wezer import``) calls :func:`run` on a connection of its own. A form
calls the model, whose method begins with :func:`hold`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg2

from odoo import api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import retrying
from odoo.tools import LazyTranslate

from ..exceptions import Refusal
from . import locks
from .locks import Busy

_lt = LazyTranslate(__name__)

# What is put into the statement below is a number of this module's own.
# pylint: disable=sql-injection

# The number of the advisory lock: "wezer" in ASCII, and 1 for imports.
LOCK = 0x77657A657201
# Seconds in which the database notices that a program which imported was killed.
PATIENCE = 10
RUNNING = _lt(
    "Another import is running in this database. Wait until it has ended, then start"
    " this one again."
)
BUSY = _lt(
    "Other transactions changed the same records again and again. Start the import"
    " again in a minute."
)


class ImportRunning(Refusal):
    """Another import has this database."""

    def __init__(self, env: api.Environment) -> None:
        super().__init__(env._(RUNNING), rule="import")


def hold(env: api.Environment) -> None:
    """Keep other imports out until this transaction ends.

    :raise ImportRunning: at once, where another import is running
    """
    env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not env.cr.fetchone()[0]:
        raise ImportRunning(env)


def hold_connection(env: api.Environment) -> None:
    """Keep other imports out until the connection of ``env`` ends.

    For a program that commits several times; not through a pooler that gives each
    transaction another connection.

    :raise ImportRunning: after :data:`PATIENCE` seconds
    """
    try:
        env.cr.execute(
            f"SET LOCAL lock_timeout = '{PATIENCE}s'; SELECT pg_advisory_lock(%s)",
            [LOCK],
            log_exceptions=False,
        )
    except psycopg2.errors.LockNotAvailable as error:
        env.cr.rollback()
        raise ImportRunning(env) from error
    # The lock stays; what is read from here on is of a new transaction.
    env.cr.commit()  # pylint: disable=invalid-commit


def release_connection(env: api.Environment) -> None:
    """Let other imports in again; the connection goes on."""
    env.cr.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    env.cr.commit()  # pylint: disable=invalid-commit


def in_transaction(env: api.Environment, work: Callable[[], Any]) -> Any:
    """Do ``work`` in a transaction, and commit; again where others were in the way.

    Odoo's own retries, which also wait where a lock was not had in time.

    :return: what ``work`` returns
    """

    def attempt() -> Any:
        try:
            return work()
        except Busy as error:
            raise ConcurrencyError(str(error.args[0])) from error

    return retrying(attempt, env)


def forget(env: api.Environment) -> None:
    """End the transaction without keeping anything; the next one sees what is now."""
    env.cr.rollback()
    env.transaction.reset()
    env.registry.reset_changes()


def why_stopped(env: api.Environment, error: Exception) -> str:
    """Return the sentence for what ended an import."""
    if locks.is_contention(error):
        return str(env._(BUSY))
    return str(error.args[0]) if error.args else str(error)


def run(
    env: api.Environment,
    work: Callable[[api.Environment, dict], dict],
    given: dict,
    commits: bool = False,
) -> dict:
    """Do an import as a program: alone, retried, and always with an answer.

    :param env: of the user who imports, on a connection of the program's own
    :param work: called with ``env`` and ``given``; returns what is to be reported
    :param commits: ``work`` makes its own transactions, else it is one
    :return: what ``work`` returned, or ``error``: a sentence; then nothing was kept
    """
    try:
        hold_connection(env)
    except ImportRunning as error:
        return {"error": str(error.args[0])}
    try:
        if commits:
            return work(env, given)
        return in_transaction(env, partial(work, env, given))
    except (UserError, ConcurrencyError, psycopg2.OperationalError) as error:
        if env.cr.closed or not (
            isinstance(error, UserError) or locks.is_contention(error)
        ):
            raise
        forget(env)
        return {"error": why_stopped(env, error)}
    finally:
        if not env.cr.closed:
            env.cr.rollback()
            release_connection(env)
