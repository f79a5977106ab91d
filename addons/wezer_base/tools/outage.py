"""What is answered while the database cannot be reached.

Odoo would log the caller out, forget which database it serves, and answer with a page
about databases. Here the session stays, and the answer says when to try again: in JSON
to programs, in XML to those that speak XML-RPC, as a page to people. Nothing of it asks
the database.

It holds from the start of a process, before any database was loaded, where this addon
is among ``server_wide_modules``.
"""

import json
import logging
from typing import Any

import psycopg2

from odoo import http
from odoo.modules.registry import Registry
from odoo.tools import LazyTranslate, config

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

# Seconds after which a caller may try again: a restart takes about so long.
RETRY_AFTER = 5
# Classes of PostgreSQL's errors: the connection is lost, or the server is going down,
# coming up or full.
OUTAGES = ("08", "57P", "53300")
DOWN = _lt(
    "The database cannot be reached at the moment. Please try again in a few seconds."
)
PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>503</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="font-family: system-ui, sans-serif; margin: 15vh auto; max-width: 32rem;
padding: 0 1rem"><p>{message}</p></body></html>
"""
FAULT = """<?xml version="1.0"?>
<methodResponse><fault><value><struct>
<member><name>faultCode</name><value><int>503</int></value></member>
<member><name>faultString</name><value><string>{message}</string></value></member>
</struct></value></fault></methodResponse>
"""


def is_outage(error: BaseException | None) -> bool:
    """Return whether ``error``, or what it came from, is a lost connection."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, psycopg2.OperationalError):
            code = error.pgcode
            # Where no connection is made there is no code either, and the class is the
            # general one: waiting too long for a lock has a class of its own.
            lost = code is None and type(error) is psycopg2.OperationalError
            if lost or (code or "").startswith(OUTAGES):
                return True
        error = error.__cause__ or error.__context__
    return False


def _answer(request: http.Request) -> http.Response:
    """Return the answer to a request that the database could not serve."""
    path = request.httprequest.path
    lang = request.default_lang()
    message = DOWN._translate(lang)
    headers = [("Retry-After", str(RETRY_AFTER)), ("Cache-Control", "no-store")]
    if path.startswith("/xmlrpc/"):
        body, kind = FAULT.format(message=message), "text/xml"
    elif _speaks_json(request, path):
        body, kind = json.dumps(_described(request, path, message)), "application/json"
    else:
        body, kind = PAGE.format(message=message, lang=lang[:2]), "text/html"
    content_type = f"{kind}; charset=utf-8"
    return http.Response(body, 503, headers, content_type=content_type)


def _speaks_json(request: http.Request, path: str) -> bool:
    asked = request.httprequest
    return (
        path.startswith("/json/")
        or asked.mimetype in ("application/json", "application/json-rpc")
        or asked.accept_mimetypes.best == "application/json"
    )


def _described(request: http.Request, path: str, message: str) -> dict:
    """Return what went wrong in the form of JSON-2, or in that of JSON-RPC."""
    error = {
        "name": "odoo.exceptions.UserError",
        "message": message,
        "arguments": [message],
        "context": {},
        "debug": "",
    }
    if path.startswith("/json/"):
        return error
    try:
        number = json.loads(request.httprequest.get_data(as_text=True)).get("id")
    except (AttributeError, ValueError):
        number = None
    failed = {"code": 503, "message": message, "data": error}
    return {"jsonrpc": "2.0", "id": number, "error": failed}


_serve_db = http.Request._serve_db
_db_list = http.db_list


def serve_db(self: http.Request) -> Any:
    """Serve a request as Odoo does; where the database is gone, say so.

    A database that this process never served, and that the configuration does not
    name, is left to Odoo: it may not be there.
    """
    try:
        return _serve_db(self)
    except Exception as error:
        ours = self.db in Registry.registries or self.db in (config["db_name"] or [])
        if not (ours and is_outage(error)):
            raise
        _logger.warning("%s is not served: the database is down", self.httprequest.path)
        return _answer(self)


def db_list(force: bool = False, host: str | None = None) -> list[str]:
    """List databases as Odoo does; the configured ones where nobody can be asked."""
    return _db_list(force, host) or http.db_filter(config["db_name"] or [], host)


http.Request._serve_db = serve_db
http.db_list = db_list
