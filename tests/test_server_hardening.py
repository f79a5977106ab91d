"""Limits and clean errors of the HTTP server, over a real one."""

import re
import threading
import xmlrpc.client

import pytest
import requests

from odoo import SUPERUSER_ID, api
from odoo.tests import get_db_name, tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .server import Server

pytestmark = pytest.mark.slow

SECRET = "server-edge-secret"
# What only the log of the server may know.
CODE = ("Traceback", 'File "', ".py", "psycopg2", "SELECT ", "KeyError")
HUGE = "9" * 5000


class EdgeCase(CommittedCase):
    """One server for all tests of a class; members of its own for each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(get_db_name(), "--proxy-mode", "--log-level=info")
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait()

    def _make(self, env):
        self.member = self._members(env, "Edge", 1, password=SECRET)
        self.id, self.login = self.member.id, self.member.login
        self.profile = self.member.partner_id._wezer_profile().id

    def _archive(self, env):
        env["res.users"].browse(self.id).active = False

    def post(self, path, person=requests, **options):
        return person.post(f"{self.server.url}{path}", timeout=60, **options)

    def get(self, path, person=requests, **options):
        options.setdefault("allow_redirects", False)
        return person.get(f"{self.server.url}{path}", timeout=60, **options)

    def log_in(self):
        person = requests.Session()
        params = {"db": self.database, "login": self.login, "password": SECRET}
        answer = self.post(
            "/web/session/authenticate", person, json={"params": params}
        ).json()
        self.assertEqual(answer["result"]["uid"], self.id)
        return person

    def call(self, person, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.post("/web/dataset/call_kw", person, json={"params": params})

    def rpc(self, service):
        return xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/{service}")

    def environment(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def assert_plain(self, answer):
        for word in CODE:
            self.assertNotIn(word, answer.text, answer.url)


@tagged("post_install", "-at_install")
class TestServerEdge(EdgeCase):
    def test_no_answer_carries_a_traceback(self):
        call = "/web/dataset/call_kw"
        bodies = [
            {"params": {"x": 1}},
            {"params": {}},
            {"params": []},
            {"params": "x"},
            {},
            [],
            "x",
            {"params": {"model": {}, "method": [], "args": 1, "kwargs": 2}},
            {"params": {"model": "wezer.profile", "method": 1, "args": []}},
            {"params": {"model": "wezer.profile", "method": "read", "args": []}},
            {"params": {"service": "object", "method": "x", "args": {}}},
            {"params": {"service": "object", "method": "execute", "args": [1]}},
            {"params": {"service": {}, "method": {}, "args": {}}},
        ]
        for person in (requests, self.log_in()):
            for path in (
                call,
                "/web/dataset/call_button",
                "/jsonrpc",
                "/web/action/load",
                "/wezer/words/skill",
                "/json/2/wezer.profile/search",
                "/json/2/x/y",
                "/no/such/page",
            ):
                for body in bodies:
                    with self.subTest(path=path, body=body):
                        self.assert_plain(self.post(path, person, json=body))
            for path in ("/xmlrpc/2/object", "/xmlrpc/object", "/xmlrpc/2/nothing"):
                for body in ("", "x", "<methodCall/>", xmlrpc.client.dumps((1,), "x")):
                    with self.subTest(path=path, body=body):
                        self.assert_plain(self.post(path, person, data=body))

    def test_a_call_with_wrong_types_is_refused_in_one_line(self):
        person = self.log_in()
        begun = len(self.server.text())
        calls = (
            ("wezer.profile", "search_read", [["id"]]),
            ("wezer.profile", "read", ["x"], ["name"]),
            ("wezer.profile", "read", {"a": 1}, 1),
            ("wezer.profile", "no_such_method"),
            ("wezer.skill", "search", [["id", "=", {"a": 1}]]),
        )
        for model, method, *args in calls:
            with self.subTest(model=model, method=method):
                answer = self.call(person, model, method, *args)
                self.assert_plain(answer)
                error = answer.json()["error"]["data"]
                self.assertIn("wrong type", error["message"])
        with self.assertRaises(xmlrpc.client.Fault) as fault:
            self.rpc("object").execute_kw(
                self.database, self.id, SECRET, "wezer.profile", "search", [[["id"]]]
            )
        self.assertIn("wrong type", fault.exception.faultString)
        args = [self.database, self.id, SECRET, "wezer.profile", "search", [["id"]]]
        answer = self.post(
            "/jsonrpc",
            json={"params": {"service": "object", "method": "execute", "args": args}},
        )
        self.assertIn("wrong type", answer.json()["error"]["data"]["message"])
        written = self.server.text()[begun:]
        self.assertEqual(written.count("refused a call"), len(calls) + 2)
        self.assertNotIn("Traceback", written)

    def test_a_slow_statement_is_stopped_with_a_message(self):
        person = self.log_in()
        self._set_limits(statement_timeout="1", lock_timeout="0")
        self.addCleanup(self._set_limits, statement_timeout=False, lock_timeout=False)
        form = self.get("/my/profile", person).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)[1]
        begun = len(self.server.text())
        with self.registry.cursor() as cr:
            # Whoever changes the profile waits for us, for ever.
            cr.execute(
                "SELECT 1 FROM wezer_profile WHERE id = %s FOR UPDATE", [self.profile]
            )
            page = self.post(
                "/my/profile", person, data={"csrf_token": token, "city": "Lyon"}
            )
            answer = self.call(person, "wezer.profile", "update_own", {"city": "Lyon"})
            with self.assertRaises(xmlrpc.client.Fault) as fault:
                self.rpc("object").execute_kw(
                    *(self.database, self.id, SECRET, "wezer.profile", "update_own"),
                    [{"city": "Lyon"}],
                )
        self.assertEqual(page.status_code, 503)
        self.assertIn("took too long", page.text)
        self.assert_plain(page)
        self.assertIn("took too long", answer.json()["error"]["data"]["message"])
        self.assertIn("took too long", fault.exception.faultString)
        self.assertNotIn("Traceback", self.server.text()[begun:])
        # The connection goes back without what it was limited to.
        answer = self.call(person, "wezer.profile", "update_own", {"city": "Nantes"})
        self.assertNotIn("error", answer.json())

    def _set_limits(self, **limits):
        with self.registry.cursor() as cr:
            parameters = self.environment(cr)["ir.config_parameter"]
            for name, value in limits.items():
                parameters.set_param(f"wezer_base.{name}", value)
        self.registry.signal_changes()

    def test_pages_are_not_framed_and_cookies_stay_on_the_site(self):
        tls = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "community.example",
            "X-Forwarded-For": "192.0.2.7",
        }
        pages = (
            *("/", "/members", "/web/login", "/web/signup", "/my/profile", "/my/pay"),
            *("/pay/none-such", "/join/none-such", "/no/such/page", "/my/deals"),
        )
        for person in (requests, self.log_in()):
            for path in pages:
                for headers in ({}, tls):
                    with self.subTest(path=path, headers=headers):
                        answer = self.get(path, person, headers=headers)
                        self._assert_protected(answer, bool(headers))

    def _assert_protected(self, answer, by_tls):
        headers = answer.headers
        self.assertIn("frame-ancestors 'self'", headers["Content-Security-Policy"])
        self.assertEqual(headers["X-Frame-Options"].upper(), "SAMEORIGIN")
        self.assertEqual("Strict-Transport-Security" in headers, by_tls)
        cookies = answer.raw.headers.getlist("Set-Cookie")
        for cookie in cookies:
            self.assertIn("SameSite=Lax", cookie)
            self.assertEqual("; Secure" in cookie, by_tls, cookie)
        if answer.request.headers.get("Cookie") is None and answer.status_code == 200:
            self.assertIn("session_id", "".join(cookies), answer.url)

    def test_the_log_has_no_login_tokens(self):
        secret = f"SeCrEt{self.mark}"
        token = f"token={secret}"
        for path in (
            f"/join/{secret}",
            f"/pay/{secret}?x=1",
            f"/digest/stop/{self.id}/{secret}",
            f"/web/reset_password?{token}",
            f"/web/signup?db=x&{token}",
            f"/web/login?redirect=%2Fjoin%2F{secret}",
            f"/web/login?redirect=%2Fweb%2Freset_password%3Ftoken%3D{secret}",
            f"/my/deals/1?access_{token}",
            f"/fr/join/{secret}",
        ):
            self.get(path)
            self.post(path, data={"x": "1"})
        text = self.server.text()
        self.assertIn("/join/…", text)
        self.assertIn("token=…", text)
        self.assertNotIn(secret, text)

    def test_database_management_is_closed(self):
        for path in ("manager", "selector", "create", "drop", "backup", "list"):
            for answer in (
                self.get(f"/web/database/{path}"),
                self.post(f"/web/database/{path}", data={"master_pwd": "admin"}),
                self.post(f"/web/database/{path}", json={"params": {}}),
            ):
                with self.subTest(path=path, method=answer.request.method):
                    self.assertEqual(answer.status_code, 404)
        with self.assertRaises(xmlrpc.client.ProtocolError) as error:
            self.rpc("db").db_exist(self.database)
        self.assertEqual(error.exception.errcode, 404)
        params = {"service": "db", "method": "db_exist", "args": [self.database]}
        answer = self.post("/jsonrpc", json={"params": params}).json()
        self.assertEqual(answer["error"]["code"], 404)
        # Clients ask for the version before they log in.
        self.assertIn("server_version", self.rpc("common").version())

    def test_a_face_tells_nobody_which_numbers_are_contacts(self):
        with self.registry.cursor() as cr:
            partners = self.environment(cr)["res.partner"].search(
                [("wezer_profile_ids", "=", False)], limit=5
            )
            contacts = partners.ids
        self.assertTrue(contacts)
        self.assertIn("/web/login", self.get("/wezer/face/of/1").headers["Location"])
        person = self.log_in()
        unknown = self.get("/wezer/face/of/99999999", person)
        self.assertEqual(unknown.status_code, 200)
        for number in contacts:
            answer = self.get(f"/wezer/face/of/{number}", person)
            with self.subTest(number=number):
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.content, unknown.content)

    def test_unknown_addresses_get_an_answer(self):
        paths = (
            *("/..%2f..%2fetc/passwd", "/members/..%2f", "/x/%2e%2e/y", "/.%2fx"),
            *("/fr/..%2f", "/%252e%252e%252f", f"/members/page/{HUGE}"),
            *(f"/wezer/face/{HUGE}", f"/market/page/{HUGE}", f"/my/deals/{HUGE}"),
            *("/web/image/..%2f", "/%ff%fe", "/members/..%5c..%5c"),
            *(f"/wezer/face/of/{HUGE}", "/wezer/face/of/-1", "/wezer/face/of/x"),
            *("/groups/places?search=%00%ff", f"/groups/places?search={HUGE}"),
        )
        for person in (requests, self.log_in()):
            for path in paths:
                request = requests.Request("GET", "http://x/")
                session = person if isinstance(person, requests.Session) else None
                session = session or requests.Session()
                prepared = session.prepare_request(request)
                # As it stands: a client would tidy it up.
                prepared.url = self.server.url + path
                answer = session.send(prepared, timeout=60)
                with self.subTest(path=path[:40]):
                    log = self.server.text()[-30000:]
                    self.assertLess(answer.status_code, 500, log)
                    self.assert_plain(answer)


@tagged("post_install", "-at_install")
class TestServerLogin(EdgeCase):
    """Passwords are not guessed by XML-RPC and JSON-RPC either."""

    def _make(self, env):
        super()._make(env)
        self.other = self._members(env, "Own", 1, password=SECRET)
        self.other_id, self.other_login = self.other.id, self.other.login
        parameters = env["ir.config_parameter"]
        self.allowed = int(parameters.get_param("base.login_cooldown_after", 5))

    def _archive(self, env):
        env["res.users"].browse([self.id, self.other_id]).active = False

    def authenticate(self, way, login, password):
        if way == "xmlrpc":
            return self.rpc("common").authenticate(self.database, login, password, {})
        args = [self.database, login, password, {}]
        params = {"service": "common", "method": "authenticate", "args": args}
        return self.post("/jsonrpc", json={"params": params}).json()["result"]

    def assert_guessing_is_stopped(self, way):
        self.assertEqual(self.authenticate(way, self.login, SECRET), self.id)
        for guess in range(self.allowed):
            self.assertFalse(self.authenticate(way, self.login, f"no {guess}"))
            # A login of the guesser's own does not let them begin anew.
            if guess % 3 == 2:
                own = self.authenticate(way, self.other_login, SECRET)
                self.assertEqual(own, self.other_id)
        self.assertFalse(self.authenticate(way, self.login, SECRET))
        self.assertEqual(
            self.authenticate(way, self.other_login, SECRET), self.other_id
        )

    def test_xmlrpc_login_attempts_are_limited(self):
        self.assert_guessing_is_stopped("xmlrpc")

    def test_jsonrpc_login_attempts_are_limited(self):
        self.assert_guessing_is_stopped("jsonrpc")

    def test_many_concurrent_calls_do_not_hang(self):
        answers = []

        def call():
            answers.append(self.authenticate("xmlrpc", f"nobody {self.mark}", "x"))

        threads = [threading.Thread(target=call) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(answers, [False] * 4)
