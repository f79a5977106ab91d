import xmlrpc.client
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, mute_logger, tagged
from odoo.tests.common import get_db_name

from .common import WezerCommon

LOUD = (
    "odoo.http",
    "odoo.sql_db",
    "odoo.addons.rpc.controllers.xmlrpc",
    "odoo.addons.rpc.controllers.jsonrpc",
    "odoo.addons.http_routing.models.ir_http",
)
# What Odoo did not expect, and what it did.
UNEXPECTED = [[("secret_of_luc", "=", 1)]]
CODE = ("Traceback", "File ", ".py", "secret_of_luc", "psycopg2", "SELECT")


@tagged("post_install", "-at_install")
class TestErrorBodies(HttpCase, WezerCommon):
    """No entry point shows outsiders a traceback or messages of the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")

    def _assert_plain(self, text):
        for word in CODE:
            self.assertNotIn(word, text)

    def _call_kw(self, user, model, method, args):
        if user:
            self.authenticate(user.login, f"{user.login}-secret")
        else:
            self.authenticate(None, None)
        return self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": {},
                }
            },
        )

    def _json2(self, user, model, method, body):
        expires = fields.Datetime.now() + timedelta(hours=5)
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            ._generate("rpc", "test", expires)
        )
        return self.url_open(
            f"/json/2/{model}/{method}",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
        )

    @mute_logger(*LOUD)
    def test_call_kw_shows_members_no_traceback(self):
        answer = self._call_kw(self.anna, "wezer.profile", "search", UNEXPECTED)
        self._assert_plain(answer.text)
        self.assertIn("cannot read what was sent", answer.text)

    @mute_logger(*LOUD)
    def test_a_refusal_keeps_its_sentence_and_loses_its_traceback(self):
        args = [self.luc_profile.ids]
        answer = self._call_kw(self.anna, "wezer.profile", "action_suspend", args)
        data = answer.json()["error"]["data"]
        self.assertIn("Only administrators", data["message"])
        self._assert_plain(answer.text)

    @mute_logger(*LOUD)
    def test_the_back_office_shows_the_sentence_of_every_refusal(self):
        # The web client shows sentences of these classes only; of others it says that
        # something went wrong.
        for user, model, method, args, known in (
            (
                self.anna,
                "wezer.profile",
                "action_suspend",
                [self.luc_profile.ids],
                "AccessError",
            ),
            (
                self.luc,
                "wezer.invitation",
                "action_invite",
                ["no address", ""],
                "UserError",
            ),
        ):
            with self.subTest(known):
                answer = self._call_kw(user, model, method, args)
                data = answer.json()["error"]["data"]
                self.assertTrue(data["name"].startswith("odoo.addons.wezer_base."))
                shown = data["context"]["exception_class"]
                self.assertEqual(shown, f"odoo.exceptions.{known}")

    @mute_logger(*LOUD)
    def test_visitors_see_no_traceback_in_any_answer(self):
        for answer in (
            self._call_kw(None, "wezer.profile", "search", UNEXPECTED),
            self.url_open("/wezer/words/skill", json={"params": {"typed": "a\x00"}}),
            self.url_open("/jsonrpc", json={"params": {"service": "object"}}),
            self.url_open("/jsonrpc", json={"params": {"service": "x", "args": []}}),
            self.url_open("/json/2/wezer.profile/search", json={}),
            self.url_open("/members/page/99999999999999999999"),
            self.url_open("/members?skill=99999999999999999999&language=x"),
            self.url_open("/members/a%00b"),
            self.url_open("/members?search=%00"),
        ):
            with self.subTest(url=answer.url):
                self._assert_plain(answer.text)

    @mute_logger(*LOUD)
    def test_json2_shows_members_no_traceback(self):
        for method, body in (
            ("search", {"domain": UNEXPECTED[0]}),
            ("action_suspend", {"ids": self.luc_profile.ids}),
            ("update_own", {"vals": {"state": "active"}}),
            ("_set_state", {"ids": []}),
            ("search", {"nonsense": 1}),
        ):
            answer = self._json2(self.anna, "wezer.profile", method, body)
            self.assertGreaterEqual(answer.status_code, 400)
            self._assert_plain(answer.text)

    @mute_logger(*LOUD)
    def test_xmlrpc_shows_nobody_a_traceback(self):
        for args in (
            ("wezer.profile", "search", UNEXPECTED),
            ("wezer.profile", "action_suspend", [self.luc_profile.ids]),
            ("wezer.profile", "no_such_method", []),
            ("no.such.model", "search", [[]]),
        ):
            with self.assertRaises(xmlrpc.client.Fault) as fault:
                self.xmlrpc_object.execute_kw(
                    get_db_name(), self.anna.id, "anna-base-secret", *args
                )
            self._assert_plain(str(fault.exception))
        with self.assertRaises(xmlrpc.client.Fault) as fault:
            self.xmlrpc_object.execute_kw(
                get_db_name(), self.anna.id, "wrong", "res.partner", "read", [[1]]
            )
        self._assert_plain(str(fault.exception))

    def test_what_is_no_call_in_xml_is_refused_and_fills_no_log(self):
        call = "<methodCall><methodName>x</methodName><params><param><value>{}</value>"
        call += "</param></params></methodCall>"
        headers = {"Content-Type": "text/xml"}
        with self.assertNoLogs("odoo", "ERROR"):
            for sent in (
                *("<", "<a/>", call.format("\x00"), call.format("<int>x</int>")),
                call.format(f"<int>{'9' * 5000}</int>"),
                call.format("<dateTime.iso8601>x</dateTime.iso8601>"),
            ):
                for version, code in (("2/", "2"), ("", "warning -- UserError")):
                    answer = self.url_open(
                        f"/xmlrpc/{version}object", sent, headers=headers
                    )
                    with self.assertRaises(xmlrpc.client.Fault) as fault:
                        xmlrpc.client.loads(answer.content)
                    found = str(fault.exception.faultCode)
                    self.assertTrue(found.startswith(code), (sent[:200], found))

    @mute_logger(*LOUD)
    def test_a_page_that_breaks_shows_visitors_no_cause(self):
        view = self.env.ref("wezer_base.members_page")
        view.arch = view.arch.replace(
            "<h1", "<t t-out=\"profiles['secret_of_luc']\"/><h1"
        )
        self.authenticate(None, None)
        answer = self.url_open("/members")
        self.assertEqual(answer.status_code, 500)
        self._assert_plain(answer.text)
