"""Every way in for who would like more than he may: the ORM and what speaks to it."""

import xmlrpc.client
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase
from odoo.tests.common import get_db_name

LOUD = (
    "odoo.http",
    "odoo.sql_db",
    "odoo.models.unlink",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.rpc.controllers.xmlrpc",
)


class Refused(Exception):
    """The server refused the call."""


class RpcSurfaces(HttpCase):
    """The ORM as the attacker, ``call_kw``, JSON-2 and XML-RPC, spoken to alike.

    Each takes the user, the model, the method, ids (None for none) and keyword
    arguments, and raises :class:`Refused` where the server refuses.
    """

    @classmethod
    def _prepare_surfaces(cls, *users):
        """Give ``users`` a password and a key, as far as the community allows."""
        cls.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
        expires = fields.Datetime.now() + timedelta(hours=5)
        keys = cls.env["res.users.apikeys"]
        cls.keys = {}
        for user in users:
            user.password = f"{user.login}-secret"
            cls.keys[user] = keys.with_user(user)._generate("rpc", "weak", expires)

    def _orm(self, user, model, method, ids, **kwargs):
        records = self.env[model].with_user(user).browse(ids or [])
        try:
            with self.env.cr.savepoint():
                return getattr(records, method)(**kwargs)
        except (UserError, ValueError, TypeError, KeyError, psycopg2.Error) as error:
            raise Refused(str(error)) from error
        finally:
            self.env.invalidate_all(flush=False)

    def _call_kw(self, _user, model, method, ids, **kwargs):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": [ids] if ids is not None else [],
                    "kwargs": kwargs,
                }
            },
        ).json()
        if "error" in answer:
            raise Refused(answer["error"]["data"]["message"])
        return answer.get("result")

    def _json2(self, user, model, method, ids, **kwargs):
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            json={**kwargs, **({"ids": ids} if ids is not None else {})},
            headers={"Authorization": f"Bearer {self.keys[user]}"},
        )
        if answer.status_code != 200:
            raise Refused(answer.text)
        return answer.json()

    def _xmlrpc(self, user, model, method, ids, **kwargs):
        args = [ids] if ids is not None else []
        try:
            return self.xmlrpc_object.execute_kw(
                get_db_name(),
                user.id,
                f"{user.login}-secret",
                model,
                method,
                args,
                kwargs,
            )
        except (xmlrpc.client.Fault, OverflowError) as fault:
            raise Refused(str(fault)) from fault

    def _surfaces(self, user):
        """Yield every way in for ``user``, logged in where it takes that."""
        self.authenticate(user.login, f"{user.login}-secret")
        yield from (self._orm, self._call_kw, self._json2, self._xmlrpc)
