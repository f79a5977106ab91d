"""People who call over HTTP what a server of its own has committed."""

import requests

import odoo.http
from odoo import SUPERUSER_ID, api
from odoo.tests import get_db_name

from odoo.addons.wezer_base.tests.committed import CommittedCase

from launcher.odoo_process import PROGRAM

from .server import Server


class RpcCase(CommittedCase):
    """A server of its own process; ``_make`` leaves the callers in ``users``."""

    # The program of the server.
    program = PROGRAM

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(get_db_name(), program=cls.program)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.sessions = [self._session(user) for user in self.users]
        # It has started meanwhile.
        self.server.wait()

    def _archive(self, env):
        env["res.users"].browse(self.users).active = False

    def _session(self, user_id):
        """Return a logged-in session: fifty logins would take longer than the test."""
        store = odoo.http.root.session_store
        session = store.new()
        with self.registry.cursor() as cr:
            user = api.Environment(cr, SUPERUSER_ID, {})["res.users"].browse(user_id)
            session.update(odoo.http.get_default_session(), db=self.database)
            session.uid, session.login = user.id, user.login
            session.context = {"lang": "en_US", "uid": user.id}
            session.session_token = user._compute_session_token(session.sid)
        store.save(session)
        self.addCleanup(store.delete, session)
        person = requests.Session()
        person.cookies["session_id"] = session.sid
        return person

    def _key(self, user_id):
        """Return an API key of this user, for JSON-2."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, user_id, {})
            return env["res.users.apikeys"].sudo()._generate("rpc", "t", None)

    def _call(self, person, model, method, *args, **kwargs):
        """Return the answer of ``/web/dataset/call_kw``: a result or an error."""
        return person.post(
            f"{self.server.url}/web/dataset/call_kw",
            json={
                "jsonrpc": "2.0",
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                },
            },
            timeout=120,
        ).json()

    def _call_json2(self, key, model, method, **body):
        """Return the answer of JSON-2."""
        return requests.post(
            f"{self.server.url}/json/2/{model}/{method}",
            json=body,
            headers={"Authorization": f"bearer {key}"},
            timeout=120,
        )

    def _asked(self, person, method, path, **kwargs):
        """Return the answer to a request; ``person`` is None for who is logged out."""
        return (person or requests).request(
            method,
            f"{self.server.url}{path}",
            timeout=60,
            allow_redirects=False,
            **kwargs,
        )

    def _assert_only_by_form(self, address, *people, **data):
        """Assert that nothing is done by GET, logged out, or without the token."""
        self.assertEqual(self._asked(None, "POST", address, data=data).status_code, 303)
        for person in people:
            for method, code in (("GET", 405), ("PUT", 405), ("POST", 400)):
                answer = self._asked(person, method, address, data=data, params=data)
                self.assertEqual(answer.status_code, code, (method, address))

    def _message(self, answer):
        """Return the sentence of a refused call."""
        return answer["error"]["data"]["message"]

    def _rows(self, query, *params):
        with self.registry.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()
