"""Logging in: where the caller is, and how often they failed."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from odoo import api
from odoo.http import request

# So many addresses and logins are remembered; then counting begins anew.
FAILURES_KEPT = 10_000

_caller = ContextVar("wezer_caller", default=None)


@contextmanager
def called_from(address: Any) -> Iterator[Any]:
    """Keep the address of a caller by XML-RPC or JSON-RPC while they are served."""
    token = _caller.set(address)
    try:
        yield
    finally:
        _caller.reset(token)


def caller() -> str | None:
    """Return the address that this request or call comes from, or None."""
    return request.httprequest.remote_addr if request else _caller.get()


def network() -> str:
    """Return the network that this request or call comes from.

    That is the address, or of IPv6 the half that one household has for itself. A server
    that listens on IPv6 names an address of IPv4 as ``::ffff:192.0.2.7``.
    """
    try:
        address = ip_address(caller() or "")
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)


def failures(env: api.Environment, name: str) -> dict:
    """Return the login failures of this process: ``{key: (count, time of the last)}``.

    :param str name: of the table: Odoo's own (by the caller's address) or ours
    """
    registry = env.registry
    failures = getattr(registry, name, None)
    if failures is None or len(failures) > FAILURES_KEPT:
        failures = defaultdict(lambda: (0, datetime.min))
        setattr(registry, name, failures)
    return failures


def spend_hash(users: Any, login: str) -> None:
    """Work as long for a login without a password as for one that has it.

    Otherwise the time of the answer would show which accounts exist.
    """
    if not isinstance(login, str):
        return
    user = users.sudo().search(
        users._get_login_domain(login), order=users._get_login_order(), limit=1
    )
    crypt = users._crypt_context()
    users.env.cr.execute(
        "SELECT COALESCE(password, '') FROM res_users WHERE id = %s", [user.id or 0]
    )
    stored = users.env.cr.fetchone()
    if not stored or crypt.identify(stored[0]) == "plaintext":
        crypt.hash("none")
