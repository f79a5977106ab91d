"""Signed links by which people stop e-mails without logging in (RFC 8058)."""

from typing import Any

from odoo.tools import consteq, hmac

LENGTH = 40


def token(env: Any, scope: str, what: str) -> str:
    """Return the signature of the link that stops ``what``.

    :param scope: the kind of link; a signature of one kind is worth nothing in another
    :param what: whose e-mails, and which
    """
    # The database's secret signs; it is shown to nobody.
    return hmac(env(su=True), scope, what)[:LENGTH]


def is_token(env: Any, scope: str, what: str, given: str | None) -> bool:
    """Return whether ``given`` is the signature of the link that stops ``what``."""
    return consteq(token(env, scope, what).encode(), (given or "").encode())
