import re
from urllib.parse import unquote

import werkzeug.exceptions

from odoo import models
from odoo.http import Response, request
from odoo.tools import config

from ..tools import days
from ..tools.caller_context import checked_keywords
from ..tools.form_post import fill_refused_form, form_sent_in_vain, say_saved
from ..tools.locks import WAIT_SECONDS, limit_statements
from ..tools.web_errors import (
    for_people,
    is_meant_for_people,
    may_see_causes,
    refuse_wrong_types,
)

# Seconds that the database works, waits for a lock, or waits for us, for one request
# of a visitor or a member. A parameter ``wezer_base.<name>`` overrides it; 0 is none.
LIMITS = {
    "statement_timeout": 20,
    "lock_timeout": WAIT_SECONDS,
    "idle_in_transaction_session_timeout": 300,
}
# One year, for browsers that once came by TLS.
HSTS = "max-age=31536000"
NUMBER_TOO_LONG = re.compile(r"\d{1000}")
DATABASE_PAGES = re.compile(r"/web/database(/|$)")
# An address of this site, or a part of the page, in the form that links have.
PLAIN_LINK = re.compile(
    r"/(?!/)[\w/%.-]*(?:\?[\w=&;%+/-]*)?(?:#[\w-]*)?|#[\w-]*", re.ASCII
)


class NoPage(werkzeug.exceptions.HTTPException):
    """Not found, as a plain page: Odoo's own page would read the address again."""

    code = 404
    description = werkzeug.exceptions.NotFound.description


class IrHttp(models.AbstractModel):
    """The edge of the server: what comes in is bounded, what goes out is clean."""

    _inherit = "ir.http"

    # === WHERE THE BACK OFFICE BEGINS === #

    def session_info(self):
        """Extend Odoo's: who chose no first page begins where their work is."""
        info = super().session_info()
        if not info.get("home_action_id") and self.env.user._is_internal():
            info["home_action_id"] = self.env.user._wezer_home_action()
        return info

    # === HOW LONG THE DATABASE WORKS === #

    @classmethod
    def _authenticate(cls, endpoint):
        result = super()._authenticate(endpoint)
        cls._wezer_limit_statements(request.env)
        return result

    @classmethod
    def _wezer_limit_statements(cls, env):
        """Limit the statements of visitors and members in this transaction.

        Internal users, scheduled jobs, imports and shells are not limited.
        """
        if env.uid and env["res.users"].browse(env.uid)._is_internal():
            return
        limit_statements(env.cr, {n: cls._wezer_limit(env, n) for n in LIMITS})

    @classmethod
    def _wezer_limit(cls, env, name):
        """Return a limit in seconds: the parameter where it is one, else our own."""
        text = env["ir.config_parameter"].sudo().get_param(f"wezer_base.{name}") or ""
        return int(text) if re.fullmatch(r"[0-9]{1,5}", text.strip()) else LIMITS[name]

    # === WHAT COMES IN === #

    @classmethod
    def _match(cls, path_info):
        """Refuse addresses that can be no page of this site."""
        path = unquote(path_info)
        if "\x00" in path:
            raise werkzeug.exceptions.BadRequest()
        if {".", ".."} & set(path.split("/")):
            raise NoPage()
        # Python reads numbers of 4,300 digits at most; the menu reads them, too.
        if NUMBER_TOO_LONG.search(path_info):
            raise NoPage()
        if not config["list_db"] and DATABASE_PAGES.match(path_info):
            raise NoPage()
        return super()._match(path_info)

    @classmethod
    def _url_for(cls, url_from, lang_code=None):
        """Extend Odoo's: in the website's main language most links stay as they are.

        Odoo looks for the controller of each link to know whether its address has a
        language, a tenth of the time of a page with many links.
        """
        # A template may ask for what is no text, such as a lazy translation.
        if lang_code is None and cls._wezer_stays(str(url_from)):
            return url_from
        return super()._url_for(url_from, lang_code)

    @classmethod
    def _wezer_stays(cls, link) -> bool:
        """Return whether ``link`` is the same in the language of this request.

        In the main language, Odoo only takes that language away where an address
        begins with it.
        """
        if not PLAIN_LINK.fullmatch(link) or "/." in link:
            return False
        main = cls._wezer_main_code()
        return bool(main) and re.split("[/?]", link, maxsplit=2)[1:2] != [main]

    @classmethod
    def _wezer_main_code(cls) -> str:
        """Return the main language as addresses name it, asked once for all links.

        Empty where links are changed: in all other languages, and where the website
        leads some addresses elsewhere.
        """
        key = (request.env.context.get("lang"), request.website_routing)
        known = getattr(request, "wezer_main_code", None)
        if not isinstance(known, tuple) or known[0] != key:
            rewritten = request.env["ir.http"]._rewrite_len(request.website_routing)
            main = cls._get_default_lang()
            code = main.url_code if key[0] == main.code and not rewritten else ""
            known = request.wezer_main_code = (key, code)
        return known[1]

    @classmethod
    def _url_localized(cls, *args, **kwargs):
        """Extend Odoo's: pages name their address in each language several times."""
        try:
            key = (request.env.context.get("lang"), args, *sorted(kwargs.items()))
            hash(key)
        except TypeError:
            return super()._url_localized(*args, **kwargs)
        known = getattr(request, "wezer_localized", None)
        if not isinstance(known, dict):
            known = request.wezer_localized = {}
        if key not in known:
            known[key] = super()._url_localized(*args, **kwargs)
        return known[key]

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Answer "not found" where an address holds what no row can be called."""
        for name, value in args.items():
            # A page of a list may have any number: there is nothing on it.
            if name != "page" and isinstance(value, int) and abs(value) >= 2**31:
                raise werkzeug.exceptions.NotFound()
        result = super()._pre_dispatch(rule, args)
        if getattr(request, "is_frontend", False):
            request.website._wezer_take_kept()
            request.env.company._wezer_take_kept()
        if cls._wezer_is_own(rule.endpoint) and getattr(request, "is_frontend", False):
            # Odoo's parts of the page show times in the zone that the suite's use.
            zone = days.reader_zone(request.env).key
            request.update_context(tz=zone, wezer_page=True)
        return result

    @classmethod
    def _wezer_is_own(cls, endpoint) -> bool:
        """Return whether a controller of the suite answers at ``endpoint``."""
        return endpoint.func.__module__.startswith("odoo.addons.wezer_")

    @classmethod
    def _serve_fallback(cls):
        """Extend Odoo's: pages of the website builder have forms of ours, too."""
        cls._wezer_limit_statements(request.env)
        response = super()._serve_fallback()
        if "wezer_refused" in request.session and isinstance(response, Response):
            fill_refused_form(response)
        return response

    @classmethod
    def _dispatch(cls, endpoint):
        """Take from what forms send the one character that the database refuses.

        And values for new records, from the context that programs send.
        """
        if cls._wezer_is_own(endpoint):
            for name, value in request.params.items():
                if isinstance(value, str) and "\x00" in value:
                    request.params[name] = value.replace("\x00", "")
        # Those of call_kw are among its keywords: see controllers/lines.py.
        request.params = checked_keywords(request.env.user, request.params)
        with refuse_wrong_types(*cls._wezer_called()):
            response = super()._dispatch(endpoint)
        if "wezer_refused" in request.session and isinstance(response, Response):
            fill_refused_form(response)
        if "wezer_saved" in request.session and isinstance(response, Response):
            say_saved(response)
        return response

    @classmethod
    def _wezer_called(cls):
        """Return the names of the model and the method that this request calls."""
        params = request.params
        if params.get("service") == "object" and isinstance(params.get("args"), list):
            return (*params["args"][3:5], None, None)[:2]
        if "__model__" in params:
            return params["__model__"], params.get("__method__")
        return params.get("model"), params.get("method")

    # === WHAT GOES OUT === #

    @classmethod
    def _post_dispatch(cls, response):
        result = super()._post_dispatch(response)
        cls._wezer_protect(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        exception = for_people(exception)
        response = super()._handle_error(exception)
        response = form_sent_in_vain(exception) or response
        if isinstance(response, werkzeug.exceptions.HTTPException):
            response = response.get_response(request.httprequest.environ)
        if hasattr(response, "headers"):
            cls._wezer_protect(response)
        return response

    @classmethod
    def _get_exception_code_values(cls, exception):
        exception = for_people(exception)
        code, values = super()._get_exception_code_values(exception)
        if not may_see_causes():
            values["traceback"] = ""
            values.pop("qweb_exception", None)
            if not is_meant_for_people(exception):
                values["exception"] = None
        return code, values

    @classmethod
    def _get_error_html(cls, env, code, values):
        if code == 503:
            page = env["ir.ui.view"]._render_template("wezer_base.busy_page", values)
            return code, page
        return super()._get_error_html(env, code, values)

    @classmethod
    def _wezer_protect(cls, response):
        """Set the headers that protect pages and cookies.

        No other site frames a page or sends our cookies along, and no shared cache
        keeps the page of a person who is logged in.
        """
        headers = response.headers
        by_tls = request.httprequest.scheme == "https"
        if response.mimetype == "text/html":
            policy = headers.get("Content-Security-Policy", "")
            if "frame-ancestors" not in policy:
                # The website's builder and the backend frame their own site.
                headers["Content-Security-Policy"] = "; ".join(
                    filter(None, [policy.rstrip("; "), "frame-ancestors 'self'"])
                )
            headers.setdefault("X-Frame-Options", "SAMEORIGIN")
            if request.session.uid:
                headers.setdefault("Cache-Control", "private, no-cache")
        if by_tls:
            headers.setdefault("Strict-Transport-Security", HSTS)
        cookies = headers.getlist("Set-Cookie")
        if cookies:
            headers.setlist(
                "Set-Cookie", [cls._wezer_cookie(cookie, by_tls) for cookie in cookies]
            )

    @classmethod
    def _wezer_cookie(cls, cookie, by_tls):
        """Return a ``Set-Cookie`` header that keeps the cookie to this site."""
        attributes = {
            part.split("=")[0].strip().lower() for part in cookie.split(";")[1:]
        }
        if "samesite" not in attributes:
            cookie += "; SameSite=Lax"
        if by_tls and "secure" not in attributes:
            cookie += "; Secure"
        return cookie
