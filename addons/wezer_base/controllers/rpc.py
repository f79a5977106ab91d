from contextlib import contextmanager
from xml.parsers.expat import ExpatError

import werkzeug.exceptions

from odoo import http
from odoo.http import Response, dispatch_rpc, request
from odoo.tools import config

from odoo.addons.rpc.controllers import RPC
from odoo.addons.rpc.controllers.xmlrpc import (
    RPC_FAULT_CODE_APPLICATION_ERROR,
    RPC_FAULT_CODE_WARNING,
    dumps,
    xmlrpc,
)

from ..tools.login import called_from
from ..tools.web_errors import (
    WENT_WRONG,
    WRONG_TYPE,
    WRONG_TYPES,
    WrongCall,
    for_people,
    is_meant_for_people,
    refuse_wrong_types,
)
from .lines import calls_wait


class WezerRPC(RPC):
    """XML-RPC and JSON-RPC without tracebacks, with the cooldown of the login page."""

    @contextmanager
    def _wezer_call(self, service):
        """Refuse services that are closed; tell the login who calls."""
        if service == "db" and not config["list_db"]:
            raise werkzeug.exceptions.NotFound()
        # Odoo hides the request from what it calls here.
        with called_from(request.httprequest.remote_addr), calls_wait():
            yield

    def _wezer_plain(self, answer, service, codes):
        """Call Odoo's own method, and say no more than a sentence where it fails."""
        try:
            with self._wezer_call(service):
                return answer(service)
        except Exception as error:
            shown = for_people(error)
            if shown is not error:
                fault = xmlrpc.client.Fault(codes[1], shown.args[0])
            elif not is_meant_for_people(error):
                fault = xmlrpc.client.Fault(codes[0], str(WENT_WRONG))
            else:
                raise
            error.error_response = Response(response=dumps(fault), mimetype="text/xml")
            raise

    def _xmlrpc(self, service):
        try:
            params, method = xmlrpc.client.loads(
                request.httprequest.get_data(), use_datetime=True
            )
        except (ExpatError, xmlrpc.client.Error, *WRONG_TYPES) as error:
            # No XML, or no call: a traceback of it would fill the log.
            raise WrongCall(str(WRONG_TYPE)) from error
        called = params[3:5] if service == "object" else ()
        with refuse_wrong_types(*(*called, None, None)[:2]):
            result = dispatch_rpc(service, method, params)
        return dumps((result,))

    @http.route()
    def xmlrpc_1(self, service):
        """Answer as Odoo does, with a fault code that is a text."""
        codes = (str(WENT_WRONG), "warning -- UserError")
        return self._wezer_plain(super().xmlrpc_1, service, codes)

    @http.route()
    def xmlrpc_2(self, service):
        """Answer as Odoo does, with a fault code that is a number."""
        codes = (RPC_FAULT_CODE_APPLICATION_ERROR, RPC_FAULT_CODE_WARNING)
        return self._wezer_plain(super().xmlrpc_2, service, codes)

    @http.route()
    def jsonrpc(self, service, method, args):
        """Answer as Odoo does."""
        with self._wezer_call(service):
            return super().jsonrpc(service, method, args)
