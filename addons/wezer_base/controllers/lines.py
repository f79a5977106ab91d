from odoo import http
from odoo.http import request

from odoo.addons.rpc.controllers.json2 import WebJson2Controller
from odoo.addons.web.controllers.dataset import DataSet

from ..tools.locks import wait_in_line


def wait_for_call(model, method, ids):
    """Wait in line where the method asks for it, see :func:`~..tools.locks.in_line`.

    XML-RPC opens its transaction elsewhere and does not wait: its calls rely on
    Odoo's retries.
    """
    if model not in request.registry or not isinstance(method, str):
        return
    methods = (getattr(cls, method, None) for cls in request.registry[model].mro())
    kinds = (getattr(method, "_wezer_line", None) for method in methods)
    kind = next(filter(None, kinds), None)
    if not kind or not isinstance(ids, list | tuple) or len(ids) != 1:
        return
    if type(ids[0]) is not int:
        return
    # Only what the caller may see: nobody can hold up what is hidden from them.
    seen = request.env[model].search([("id", "=", ids[0])])
    wait_in_line(request.env, kind, seen.ids)


class WezerDataSet(DataSet):
    @http.route()
    def call_kw(self, model, method, args, kwargs, path=None):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        ids = args[0] if args else kwargs.get("ids")
        wait_for_call(model, method, [ids] if type(ids) is int else ids)
        return super().call_kw(model, method, args, kwargs, path)

    @http.route()
    def call_button(self, model, method, args, kwargs, path=None):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        wait_for_call(model, method, args[0] if args else None)
        return super().call_button(model, method, args, kwargs, path)


class WezerJson2(WebJson2Controller):
    @http.route()
    def web_json_2_rpc(self, __model__, __method__, ids=(), **kwargs):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        wait_for_call(__model__, __method__, ids)
        return super().web_json_2_rpc(__model__, __method__, ids, **kwargs)
