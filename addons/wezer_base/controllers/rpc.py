from odoo import http
from odoo.http import Response

from odoo.addons.rpc.controllers import RPC
from odoo.addons.rpc.controllers.xmlrpc import (
    RPC_FAULT_CODE_APPLICATION_ERROR,
    dumps,
    xmlrpc,
)

from ..models.ir_http import WENT_WRONG, is_meant_for_people
from ..tools.locks import BUSY, is_contention


class WezerRPC(RPC):
    """XML-RPC without tracebacks: who calls is known by nobody yet."""

    def _wezer_plain(self, answer, service, code):
        """Call Odoo's own method, and say no more than a sentence where it fails."""
        try:
            return answer(service)
        except Exception as error:
            if not is_meant_for_people(error):
                said = BUSY if is_contention(error) else WENT_WRONG
                fault = xmlrpc.client.Fault(code, str(said))
                error.error_response = Response(
                    response=dumps(fault), mimetype="text/xml"
                )
            raise

    @http.route()
    def xmlrpc_1(self, service):
        """Answer as Odoo does, with a fault code that is a text."""
        return self._wezer_plain(super().xmlrpc_1, service, str(WENT_WRONG))

    @http.route()
    def xmlrpc_2(self, service):
        """Answer as Odoo does, with a fault code that is a number."""
        return self._wezer_plain(
            super().xmlrpc_2, service, RPC_FAULT_CODE_APPLICATION_ERROR
        )
