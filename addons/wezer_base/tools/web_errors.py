"""The answer to a caller over the network where something went wrong."""

import contextlib
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import psycopg2
import werkzeug.exceptions

from odoo import http
from odoo.exceptions import RedirectWarning, UserError
from odoo.http import SessionExpiredException, request
from odoo.tools import LazyTranslate

from ..exceptions import Refusal
from .locks import BUSY, Busy, is_contention

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

WENT_WRONG = _lt("Something went wrong. The details are in the server log.")
TOO_SLOW = _lt(
    "This took too long and was stopped. Please try again in a moment, or ask for less."
)
WRONG_TYPE = _lt(
    "The server cannot read what was sent: a value or a name is missing, unknown, or"
    " of the wrong type."
)
ODOO_ERRORS = UserError.__module__
# What a method raises that was called with a text for a number, a list for a row …
WRONG_TYPES = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    OverflowError,
    psycopg2.DataError,
    psycopg2.ProgrammingError,
)


class TooSlow(UserError):
    """The database gave up a statement that took longer than it may."""

    http_status = 503


class WrongCall(UserError):
    """A method of ours was called with values of the wrong type."""

    # The line that :func:`refuse_wrong_types` writes is enough.
    loglevel = logging.DEBUG


def is_meant_for_people(error: BaseException) -> bool:
    """Return whether ``error`` carries a sentence written for who caused it."""
    return isinstance(
        error,
        UserError
        | RedirectWarning
        | werkzeug.exceptions.HTTPException
        | SessionExpiredException,
    )


def for_people(error: BaseException) -> BaseException:
    """Return the error to answer with: what was stopped becomes a sentence."""
    if isinstance(error, psycopg2.errors.QueryCanceled):
        answer = TooSlow(str(TOO_SLOW))
    elif is_contention(error):
        # Odoo tried five times: nothing is broken, somebody else was there first.
        # Where the request is being put away there is no environment any more.
        env = request.env if request else None
        answer = Busy(env) if env else Refusal(str(BUSY), rule="busy")
    else:
        return error
    # Written as one line: the statement is in the log already.
    error.loglevel = logging.WARNING  # type: ignore[attr-defined]
    return answer


def may_see_causes() -> bool:
    """Return whether the answer may carry a traceback; in doubt it may not.

    Administrators in developer mode alone. Where the request's cursor is gone,
    nobody knows who calls.
    """
    with contextlib.suppress(Exception):
        return bool(
            request
            and request.session.debug
            and request.env.uid
            and request.env.user._is_system()
        )
    return False


def _dialog_context(exception: UserError) -> dict:
    """Return how the back office shows an error of a class that it does not know.

    By the name of its class alone it would say "Something went wrong", and hide the
    sentence.
    """
    known = next(
        kind for kind in type(exception).__mro__ if kind.__module__ == ODOO_ERRORS
    )
    return {"exception_class": f"{ODOO_ERRORS}.{known.__name__}"}


def _show_link(values: dict, address: str, label: str) -> None:
    """Let the back office show a refusal with a button that leads to ``address``.

    The dialog is that of Odoo's ``RedirectWarning``: its arguments are the sentence,
    the action of the button and its label. Programs read the address in the context.
    """
    action = {"type": "ir.actions.act_url", "url": address, "target": "self"}
    values["arguments"] = [values["message"], action, label]
    values["context"] = {
        **values["context"],
        "exception_class": f"{ODOO_ERRORS}.{RedirectWarning.__name__}",
        "link": {"url": address, "label": label},
    }


_serialize_exception = http.serialize_exception


def serialize_exception(
    exception: BaseException, *, message: Any = None, arguments: Any = None
) -> dict:
    """Describe an exception for an answer in JSON, without what only the log may know.

    In the place of Odoo's own: every answer in JSON is made by it, whoever raised,
    before or after the request was served. Odoo's has the traceback, and the words of
    Python or of the database, with values of rows.
    """
    meant = for_people(exception)
    if meant is not exception:
        exception, message, arguments = meant, None, None
    values = _serialize_exception(exception, message=message, arguments=arguments)
    if isinstance(exception, UserError):
        values["context"] = {**_dialog_context(exception), **values["context"]}
    if link := getattr(exception, "link", None):
        _show_link(values, *link)
    if may_see_causes():
        return values
    values["debug"] = ""
    if not is_meant_for_people(exception):
        values.update(
            name="odoo.exceptions.UserError",
            message=str(WENT_WRONG),
            arguments=[str(WENT_WRONG)],
            context={},
        )
    return values


http.serialize_exception = serialize_exception


@contextlib.contextmanager
def refuse_wrong_types(model: Any, method: str = "") -> Iterator[Any]:
    """Refuse what a public method of ours cannot read, and write one line about it.

    :param str model: name of the model that is called; other models are left alone
    :raise WrongCall: in the place of what Python or the database raised
    """
    try:
        yield
    except WRONG_TYPES as error:
        if not (isinstance(model, str) and model.startswith("wezer.")):
            raise
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _logger.warning(
            "%s.%s refused a call: %s: %.200s (%s:%s)",
            model,
            str(method)[:100],
            type(error).__name__,
            " ".join(str(error).split()),
            frame.filename,
            frame.lineno,
        )
        _logger.debug("The call that was refused", exc_info=True)
        raise WrongCall(str(WRONG_TYPE)) from error
