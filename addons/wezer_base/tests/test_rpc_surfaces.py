import os
import xmlrpc.client
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, mute_logger, tagged
from odoo.tests.common import get_db_name

from .matrix import ALL, METHODS, MODELS, ROUTES, SIGNED
from .matrix_common import MatrixCommon

EVERY = os.environ.get("WEZER_COUNTS") == "all"
LOUD = (
    "odoo.http",
    "odoo.sql_db",
    "odoo.models.unlink",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.res_users",
    "odoo.addons.rpc.controllers.xmlrpc",
)


class Refused(Exception):
    """The server refused the call."""


@tagged("post_install", "-at_install")
class TestRpcSurfaces(HttpCase, MatrixCommon):
    """The same eight people through call_kw, JSON-2, XML-RPC and pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
        expires = fields.Datetime.now() + timedelta(hours=5)
        keys = cls.env["res.users.apikeys"]
        cls.keys = {
            letter: keys.with_user(user)._generate("rpc", "matrix", expires)
            for letter, user in cls.people.items()
            if letter != "V"
        }

    # === DOORS === #

    def _enter(self, letter):
        user = self.people[letter]
        if letter == "V":
            self.authenticate(None, None)
        else:
            self.authenticate(user.login, f"{user.login}-secret")

    def _call_kw(self, _letter, model, method, ids, **kwargs):
        params = {
            "model": model,
            "method": method,
            "args": [ids] if ids is not None else [],
            "kwargs": kwargs,
        }
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}", json={"params": params}
        ).json()
        if "error" in answer:
            self.assertFalse(
                answer["error"]["data"]["debug"]
                and not self.people[_letter]._is_internal()
            )
            raise Refused(answer["error"]["data"]["message"])
        return answer.get("result")

    def _json2(self, letter, model, method, ids, **kwargs):
        body = {**kwargs, **({"ids": ids} if ids is not None else {})}
        headers = {"Authorization": f"Bearer {self.keys.get(letter, 'nothing')}"}
        answer = self.url_open(f"/json/2/{model}/{method}", json=body, headers=headers)
        if answer.status_code != 200:
            raise Refused(answer.json()["message"])
        return answer.json()

    def _xmlrpc(self, letter, model, method, ids, **kwargs):
        user = self.people[letter]
        secret = f"{user.login}-secret" if letter != "V" else ""
        args = [ids] if ids is not None else []
        try:
            return self.xmlrpc_object.execute_kw(
                get_db_name(), user.id, secret, model, method, args, kwargs
            )
        except xmlrpc.client.Fault as fault:
            raise Refused(fault.faultString) from fault

    def _surfaces(self, letter, place):
        """Return the surfaces to try; without ``--all`` one, another at each place.

        What is refused is decided below them, and :class:`TestMatrix` tries all that.
        """
        every = (self._call_kw, self._json2, self._xmlrpc)
        at = (place + ALL.index(letter)) % len(every)
        return every if EVERY else every[at : at + 1]

    # === MODELS THROUGH THE DOORS === #

    @mute_logger(*LOUD)
    def test_every_surface_reads_as_the_matrix_says(self):
        for letter in ALL:
            self._enter(letter)
            for place, (name, (_readers, seers, _writers)) in enumerate(MODELS.items()):
                row = self.rows[name]
                for surface in self._surfaces(letter, place):
                    with self.subTest(who=letter, model=name, by=surface.__name__):
                        # No visitor comes through a surface that asks who he is.
                        wanted = letter in seers and letter != "V"
                        self.assertEqual(self._found(surface, letter, row), wanted)

    def _found(self, surface, letter, row):
        domain = [("id", "in", row.ids)]
        try:
            rows = surface(
                letter, row._name, "search_read", None, domain=domain, fields=["id"]
            )
        except Refused:
            return False
        return bool(rows)

    @mute_logger(*LOUD)
    def test_rows_cannot_be_changed_by_any_surface(self):
        for letter in ALL:
            self._enter(letter)
            for place, (name, (_readers, _seers, writers)) in enumerate(MODELS.items()):
                if letter in writers:
                    continue
                row = self.rows[name]
                for surface in self._surfaces(letter, place):
                    with self.subTest(who=letter, model=name, by=surface.__name__):
                        with self.assertRaises(Refused):
                            surface(
                                letter, name, "write", row.ids, vals={"active": True}
                            )
                        with self.assertRaises(Refused):
                            surface(letter, name, "unlink", row.ids)
                        self.assertTrue(row.exists())

    @mute_logger(*LOUD)
    def test_methods_refuse_people_outside_the_matrix_on_every_surface(self):
        for letter in ALL:
            self._enter(letter)
            for place, (full, (passing, text)) in enumerate(METHODS.items()):
                if letter in passing and letter != "V":
                    continue
                name, method = full.rsplit(".", 1)
                ids, kwargs = self._named(name, method, text)
                for surface in self._surfaces(letter, place):
                    with self.subTest(who=letter, method=full, by=surface.__name__):
                        with self.assertRaises(Refused) as refused:
                            surface(letter, name, method, ids, **kwargs)
                        if letter != "V":
                            # Shut by a rule, not because the call was no call.
                            self.assertNotRegex(
                                str(refused.exception), "argument|went wrong"
                            )

    def _named(self, name, method, text):
        """Return ``(ids, arguments by name)``, as JSON-2 wants them."""
        args = self._arguments(name, text)
        function = getattr(type(self.env[name]), method)
        ids = None
        if not getattr(function, "_api_model", False):
            ids = args.pop(0) if args else []
        code = function.__code__
        names = code.co_varnames[1 : code.co_argcount]
        return ids, dict(zip(names, args, strict=False))

    # === PAGES === #

    @mute_logger(*LOUD)
    def test_pages_answer_the_people_of_the_matrix(self):
        self.env.company.wezer_visitors_see_members = False
        self.env.company.wezer_terms = "<p>Be kind.</p>"
        for letter in ALL:
            self._enter(letter)
            for route, answers in ROUTES.items():
                # The first that names the letter.
                wanted = next(
                    answer for who, answer in answers.items() if letter in who
                )
                with self.subTest(who=letter, route=route):
                    self.assertEqual(self._visit(route), wanted)

    def _url(self, path):
        """Return ``path`` with M's own row in each place."""
        for place, value in (
            ("<string:slug>", self.profile.slug),
            ("<int:page>", "1"),
            ("<int:profile_id>", str(self.profile.id)),
            ("<int:attachment_id>", "0"),
            ("<string:kind>", "skill"),
            ("<int:invitation_id>", str(self.rows["wezer.invitation"].id)),
            ("<int:notice_id>", str(self.rows["wezer.notice"].id)),
            ("<int:partner_id>/<string:token>", self._stop_path()),
            ("<int:partner_id>", str(self.anna.partner_id.id)),
            ("<string:token>", "no-such-token"),
            ("<int:mandate_id>", str(self.rows["wezer.mandate"].id)),
            ("<any(revoke,resign):act>", "resign"),
            ("<int:conversation_id>", str(self.rows["wezer.conversation"].id)),
            ("<any(block,unblock,leave):act>", "unblock"),
            ("<int:report_id>", str(self.rows["wezer.conversation.report"].id)),
            ("<any(dismiss,remove):act>", "dismiss"),
        ):
            path = path.replace(place, value)
        self.assertNotIn("<", path, "say in _url what stands there")
        return path

    def _stop_path(self):
        """Return the end of the link that stops M's mails."""
        partner = self.anna.partner_id
        return f"{partner.id}/{self.env['wezer.digest']._stop_token(partner)}"

    def _visit(self, route):
        method, path = route.split(" ")
        url = self._url(path)
        if method == "JSON":
            answer = self.url_open(url, json={"params": {}}).json()
            return "error" if "error" in answer else "answer"
        data = None
        if method == "POST":
            data = {"csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(url, data, method=method, allow_redirects=False)
        target = answer.headers.get("Location", "")
        if 300 <= answer.status_code < 400:
            return "login" if "/web/login" in target else "back"
        return answer.status_code

    @mute_logger(*LOUD)
    def test_no_state_changes_by_a_link_or_without_the_token(self):
        """Every change is POST, and POST needs the token of its page."""
        reading = {route.split(" ")[1] for route in ROUTES if route.startswith("GET ")}
        self._enter("M")
        for route in ROUTES:
            method, path = route.split(" ")
            if method != "POST" or route in SIGNED:
                continue
            with self.subTest(route=route):
                answer = self.url_open(self._url(path), {"x": "1"})
                self.assertEqual(answer.status_code, 400)
                if path not in reading:
                    answer = self.url_open(self._url(path), allow_redirects=False)
                    self.assertIn(answer.status_code, (404, 405))
