"""What the server's log must not hold: links that let their reader in, and novels."""

import logging
import re

from psycopg2.errors import UniqueViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# Indexes on which two transactions meet that are then repeated.
ONCE = frozenset({"wezer_transfer_key_uniq", "wezer_wallet_partner_currency_uniq"})
# Longest message that is written whole.
LONGEST = 2000
_SLASH, _EQUALS = r"(?:/|%(?:25)*2F)", r"(?:=|%(?:25)*3D)"
_REST = r"[^\s/?&%\"'#<>]+"
# Addresses whose last part is a secret, as they stand or quoted in another address.
_PATHS = re.compile(
    rf"({_SLASH}(?:join|pay|confirm|\w+{_SLASH}stop(?:{_SLASH}\d+)+){_SLASH}){_REST}",
    re.I,
)
_VALUES = re.compile(
    rf"(\b(?:\w+_)?(?:token|password|passwd|secret|key|hash){_EQUALS}){_REST}", re.I
)
# The database repeats a refused row whole, hashes of passwords included.
_ROWS = re.compile(r"(Failing row contains \().*?(\)\.?)$", re.MULTILINE)
_TRACEBACKS = logging.Formatter()


def without_secrets(text: str) -> str:
    """Return ``text`` with parts of addresses and values of rows left out."""
    text = _ROWS.sub(r"\1…\2", text)
    return _VALUES.sub(r"\1…", _PATHS.sub(r"\1…", text))


class Discreet(logging.Filter):
    """Write no secret of an address, and cut what is very long."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; it is always written."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # the handler reports it, as it does without this filter
        if record.exc_info and not record.exc_text:
            trace = _TRACEBACKS.formatException(record.exc_info)
            record.exc_text = without_secrets(trace)
        cleaned = without_secrets(message)
        if len(cleaned) > LONGEST:
            cleaned = f"{cleaned[:LONGEST]}… ({len(cleaned)} letters)"
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


class Calm(logging.Filter):
    """Write no error about a statement of ours that met another transaction.

    The request is repeated, or refused with a sentence; either has its own line. What
    failed for good, and statements of others, are written as they are.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Leave out the one line that Odoo's cursor writes about each such failure."""
        args = record.args if isinstance(record.args, tuple) else ()
        if record.levelno != logging.ERROR or len(args) != 2:
            return True
        statement, error = args
        if not _is_repeated(error):
            return True
        if isinstance(statement, bytes):
            statement = statement.decode("utf-8", "replace")
        return "wezer_" not in str(statement)


def _is_repeated(error: object) -> bool:
    """Return whether the transaction that raised ``error`` is tried again."""
    if isinstance(error, UniqueViolation):
        # Made by somebody else at the same moment; see ``ONCE``.
        return error.diag.constraint_name in ONCE
    return isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


def make_discreet() -> None:
    """Let every handler of the server's log leave out what it must not hold."""
    cursors = logging.getLogger("odoo.sql_db")
    if not any(isinstance(known, Calm) for known in cursors.filters):
        cursors.addFilter(Calm())
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, Discreet) for known in handler.filters):
            handler.addFilter(Discreet())
