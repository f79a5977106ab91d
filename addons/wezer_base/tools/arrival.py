"""The page that people came for, remembered while they log in or join.

It is in the address of the login page (``redirect``, as Odoo calls it), in the session
of the visitor, in the letter's invitation, and on the profile of whoever waits to be
accepted; whoever has joined is led there.
"""

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from odoo import models

from .forms import local_page, path_of, url_codes

# Nobody comes for these: they log out, join, or belong to programs.
NO_ARRIVAL = {
    *("web", "join", "welcome", "odoo", "json", "jsonrpc", "xmlrpc", "website"),
    *("longpolling", "websocket", "mail", "wezer", "logout", "auth_oauth", ""),
}
LONGEST = 500


def arrival_page(env: Any, address: Any) -> str:
    """Return ``address`` where somebody may be led there after joining, else "".

    Only pages of this site, and none that acts or leads elsewhere.
    """
    page = local_page(address) if isinstance(address, str) else ""
    if not page or len(page) > LONGEST:
        return ""
    # Browsers decode dots, and follow them upwards to another page.
    path = unquote(urlsplit(page).path)
    if "//" in path or {".", ".."}.intersection(path.split("/")):
        return ""
    first = path_of(page, url_codes(env)).split("/")[1].lower()
    return "" if first in NO_ARRIVAL or "%" in first or "." in first else page


def with_arrival(address: str, page: str) -> str:
    """Return ``address`` of the login or sign-up page, which then leads to ``page``."""
    return f"{address}?redirect={quote(page)}" if page else address


def keep_arrival(record: models.BaseModel, page: Any) -> None:
    """Keep on an invitation or a profile (sudo) what the person came for."""
    if page := arrival_page(record.env, page):
        record.sudo().arrival_url = page
