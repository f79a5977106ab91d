import contextlib
import json

import psycopg2
import werkzeug.exceptions

from odoo import models
from odoo.exceptions import RedirectWarning, UserError
from odoo.http import Response, SessionExpiredException, request
from odoo.tools import LazyTranslate

from ..tools import days
from ..tools.form_post import fill_refused_form, form_sent_in_vain
from ..tools.locks import Busy, is_contention

_lt = LazyTranslate(__name__)

WENT_WRONG = _lt("Something went wrong here. It is in the log of the server.")


def is_meant_for_people(error):
    """Say whether ``error`` carries a sentence written for who caused it."""
    return isinstance(
        error,
        UserError
        | RedirectWarning
        | werkzeug.exceptions.HTTPException
        | SessionExpiredException,
    )


class IrHttp(models.AbstractModel):
    """Error bodies tell outsiders the sentence, never the traceback.

    Odoo puts the whole traceback into the answers of ``call_kw`` and JSON-2,
    and the database's own words (with values of rows) of what it did not expect.
    """

    _inherit = "ir.http"

    @classmethod
    def _wezer_is_outsider(cls):
        """Say whether the caller is no internal user; in doubt he is none."""
        with contextlib.suppress(psycopg2.Error):
            return not (request.env.uid and request.env.user._is_internal())
        return True

    @classmethod
    def _get_exception_code_values(cls, exception):
        code, values = super()._get_exception_code_values(exception)
        if cls._wezer_is_outsider():
            values["traceback"] = ""
            values.pop("qweb_exception", None)
            if not is_meant_for_people(exception):
                values["exception"] = None
        return code, values

    @classmethod
    def _handle_error(cls, exception):
        if is_contention(exception):
            # Odoo tried five times: nothing is broken, somebody else was there first.
            exception = Busy(request.env)
        response = super()._handle_error(exception)
        if form := form_sent_in_vain(exception):
            return form
        kind = getattr(request.dispatcher, "routing_type", None)
        if kind in ("jsonrpc", "json2") and cls._wezer_is_outsider():
            cls._wezer_hide_traceback(response, exception)
        return response

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Answer "not found" where an address holds what no row can be called."""
        for name, value in args.items():
            if isinstance(value, str) and "\x00" in value:
                raise werkzeug.exceptions.BadRequest()
            # A page of a list may have any number: there is nothing on it.
            if name != "page" and isinstance(value, int) and abs(value) >= 2**31:
                raise werkzeug.exceptions.NotFound()
        return super()._pre_dispatch(rule, args)

    @classmethod
    def _frontend_pre_dispatch(cls):
        """Let Odoo's own parts of a page show times in the zone that ours use."""
        request.update_context(tz=days.reader_zone(request.env).key)
        return super()._frontend_pre_dispatch()

    @classmethod
    def _dispatch(cls, endpoint):
        """Take from what forms send the one letter that the database refuses."""
        for name, value in request.params.items():
            if isinstance(value, str) and "\x00" in value:
                request.params[name] = value.replace("\x00", "")
        response = super()._dispatch(endpoint)
        if "wezer_refused" in request.session and isinstance(response, Response):
            fill_refused_form(response)
        return response

    @classmethod
    def _wezer_hide_traceback(cls, response, exception):
        """Take from a JSON answer what only the server's log should know."""
        if not getattr(response, "is_json", False):
            return
        body = response.get_json(silent=True)
        if not isinstance(body, dict):
            return
        data = body.get("error", {}).get("data") if "jsonrpc" in body else body
        if not isinstance(data, dict):
            return
        if "debug" in data:
            data["debug"] = ""
        if not is_meant_for_people(exception):
            data.update(
                name="odoo.exceptions.UserError",
                message=str(WENT_WRONG),
                arguments=[str(WENT_WRONG)],
                context={},
            )
        response.set_data(json.dumps(body))
