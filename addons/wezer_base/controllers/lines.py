import inspect
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import http
from odoo.http import request
from odoo.service import model as service_model

from odoo.addons.rpc.controllers.json2 import WebJson2Controller
from odoo.addons.web.controllers.dataset import DataSet

from ..tools.caller_context import checked_keywords
from ..tools.locks import wait_in_line


def wait_for_call(env, model, method, args, kwargs):
    """Wait in line where the method asks for it, see :func:`~..tools.locks.in_line`.

    Called before anything of the call is done. A call that cannot be read waits for
    nobody: it is refused by whoever reads it.

    :param args: as JSON-RPC has them; of a method of records the first is their ids
    """
    if model not in env.registry or not isinstance(method, str):
        return
    methods = [getattr(cls, method, None) for cls in env.registry[model].mro()]
    marks = (getattr(method, "_wezer_line", None) for method in methods)
    kind, things = next(filter(None, marks), (None, None))
    if not kind or not isinstance(args, list | tuple) or not isinstance(kwargs, dict):
        return
    kwargs = {name: value for name, value in kwargs.items() if name != "context"}
    ids = []
    if not getattr(methods[0], "_api_model", False):
        ids, args = (args[0], args[1:]) if args else (kwargs.pop("ids", None), ())
        ids = [ids] if type(ids) is int else ids
        if (
            not isinstance(ids, list | tuple)
            or len(ids) != 1
            or type(ids[0]) is not int
        ):
            return
    try:
        given = inspect.signature(methods[0]).bind(None, *args, **kwargs).arguments
    except TypeError:
        return
    # Only what the caller may see: nobody can hold up what is hidden from them.
    seen = env[model].search([("id", "=", ids[0])]) if ids else env[model]
    if ids and not seen:
        return
    if things:
        given.pop("self", None)
        numbers = getattr(seen, things)(**given)
    else:
        numbers = seen.ids
    wait_in_line(env, kind, numbers)


def checked_call(env, model, method, kwargs):
    """Return the keywords of a call without what its caller may not pass."""
    # Odoo refuses what is no model.
    called = env.get(model)
    return checked_keywords(env.user, kwargs, called, method)


class WezerDataSet(DataSet):
    @http.route()
    def call_kw(self, model, method, args, kwargs, path=None):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        wait_for_call(request.env, model, method, args, kwargs)
        kwargs = checked_call(request.env, model, method, kwargs)
        return super().call_kw(model, method, args, kwargs, path)

    @http.route()
    def call_button(self, model, method, args, kwargs, path=None):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        wait_for_call(request.env, model, method, args, kwargs)
        kwargs = checked_call(request.env, model, method, kwargs)
        return super().call_button(model, method, args, kwargs, path)


class WezerJson2(WebJson2Controller):
    @http.route()
    def web_json_2_rpc(self, __model__, __method__, ids=(), **kwargs):
        """Call a method, as Odoo does; where it says so, wait for those before."""
        args = (ids,) if ids else ()
        wait_for_call(request.env, __model__, __method__, args, kwargs)
        kwargs = checked_call(request.env, __model__, __method__, kwargs)
        return super().web_json_2_rpc(__model__, __method__, ids, **kwargs)


_call_kw = service_model.call_kw
_serving = ContextVar("wezer_serving", default=False)


@contextmanager
def calls_wait():
    """Let the method that this thread calls through Odoo's service wait in line."""
    token = _serving.set(True)
    try:
        yield
    finally:
        _serving.reset(token)


def call_kw(model, name, args, kwargs):
    """Call a method as Odoo does for XML-RPC and JSON-RPC, in line where it says so.

    In the place of Odoo's own, because the transaction of these calls is opened and
    repeated in Odoo's service, not in a controller. The caller is known by then.
    """
    if _serving.get():
        wait_for_call(model.env, model._name, name, args, kwargs)
    kwargs = checked_call(model.env, model._name, name, kwargs)
    return _call_kw(model, name, args, kwargs)


service_model.call_kw = call_kw
