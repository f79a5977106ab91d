"""From where somebody logs in, where Odoo does not say it."""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo.http import request

_caller = ContextVar("wezer_caller", default=None)


@contextmanager
def called_from(address):
    """Keep the address of a caller by XML-RPC or JSON-RPC while they are served."""
    token = _caller.set(address)
    try:
        yield
    finally:
        _caller.reset(token)


def caller():
    """Return the address that this request or call comes from, or None."""
    return request.httprequest.remote_addr if request else _caller.get()
