import json

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

OURS = "odoo.addons.wezer_website."
# V visitor, M member, A administrator.
ALL, MEMBERS = "VMA", "MA"
# "METHOD route": {letters: what they get}. A number is a status; "login" is the way to
# the login page; another text is the address to which they are led.
ROUTES = {
    "GET /": {ALL: 200},
    "GET /app/icon/<int:size>/<any(any,maskable):purpose>.png": {ALL: 200},
    "GET /app/manifest.webmanifest": {ALL: 200},
    "GET /app/offline": {ALL: 200},
    "GET /my/wallet": {"V": "login", MEMBERS: "/my/wallets"},
    "GET /service-worker.js": {ALL: 200},
    "POST /my/notices/devices/<int:device_id>/remove": {
        "V": "login",
        MEMBERS: "/my/notices/choices",
    },
    # Nothing is sent with it: the page says so.
    "POST /my/notices/devices/add": {"V": "login", MEMBERS: "/my/notices/choices"},
    "POST /my/notices/devices/test": {"V": "login", MEMBERS: "/my/notices/choices"},
    # The form that follows asks visitors to log in.
    "POST /app/share": {ALL: "/market/new"},
}
FILLED = {
    "<int:device_id>": "1",
    "<int:size>": "192",
    "<any(any,maskable):purpose>": "any",
}


@tagged("post_install", "-at_install")
class TestRoutes(HttpCase):
    """Visitors, members and administrators at each route of this addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, login="wz_route_member", groups="base.group_portal")

    def test_every_route_of_ours_has_a_row(self):
        found = set()
        http = self.env["ir.http"]
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            if not endpoint.func.__module__.startswith(OURS):
                continue
            if endpoint.routing["type"] == "jsonrpc":
                found.add(f"JSON {url}")
                continue
            methods = set(endpoint.routing.get("methods") or ["GET"])
            found |= {f"{method} {url}" for method in methods - {"HEAD", "OPTIONS"}}
        self.assertEqual(found, set(ROUTES))

    def test_everybody_gets_what_the_row_says(self):
        logins = {"V": None, "M": "wz_route_member", "A": "admin"}
        for letter, login in logins.items():
            self.authenticate(login, login)
            for route, answers in ROUTES.items():
                (wanted,) = [got for who, got in answers.items() if letter in who]
                with self.subTest(route=route, who=letter):
                    self.assertEqual(self._got(*route.split()), wanted)

    def _got(self, method, url):
        for part, value in FILLED.items():
            url = url.replace(part, value)
        if method == "JSON":
            answer = self.url_open(
                url,
                data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}}),
                headers={"Content-Type": "application/json"},
            )
            return "error" if "error" in answer.json() else "answer"
        post = {"picture": "x", "csrf_token": Request.csrf_token(self)}
        answer = self.url_open(
            url, data=post if method == "POST" else None, allow_redirects=False
        )
        if answer.status_code not in (301, 302, 303):
            return answer.status_code
        place = answer.headers["Location"].removeprefix(self.base_url())
        place = place.split("?")[0]
        return "login" if place.endswith("/web/login") else place
