"""No malformed address or form field causes an error of ours."""

import itertools
import os
import re

import pytest

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

pytestmark = pytest.mark.slow

ALL = os.environ.get("WEZER_COUNTS") == "all"
NUMBERS = ("0", "99999999999999")
WORDS = ("%00", "%C3%A9%20%27%22", "x" * 400, "%3Cb%3E")
# What our pages read, filled with what nobody types.
FIELDS = (
    *("search", "skill", "language", "category", "kind", "currency", "near", "when"),
    *("page", "to", "amount", "acting", "group", "lat", "lon", "sort", "order", "key"),
)
VALUES = ("%00", "%C2%B2", "99999999999999999999", "-1", "nan", "%27%3B--", "1e999")


@tagged("post_install", "-at_install")
class TestStrangeAddresses(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = new_test_user(
            cls.env, login="strange_member", groups="base.group_portal"
        )

    def routes(self):
        """Return the addresses of our pages that are only read."""
        http = self.env["ir.http"]
        found = set()
        for url, endpoint in http._generate_routing_rules(
            self.env.registry._init_modules, http._get_converters()
        ):
            routing = endpoint.routing
            ours = endpoint.func.__module__.startswith("odoo.addons.wezer_")
            if not ours or routing["type"] != "http":
                continue
            if "GET" in (routing.get("methods") or ["GET"]):
                found.add(url)
        self.assertGreater(len(found), 30)
        return sorted(found)

    def filled(self, url, turn=0):
        """Return ``url`` with each of its places filled strangely.

        Without ``--all`` by half of the words, or by two values for each field of a
        page, and others of them at the next ``turn``.
        """
        places = re.findall(r"<[^>]+>", url)
        if not places:
            rounds = [[value] * len(VALUES) for value in VALUES]
            if not ALL:
                rounds = [
                    VALUES[at:] + VALUES[:at] for at in (turn % 7, (turn + 3) % 7)
                ]
            for values in rounds:
                typed = zip(FIELDS, itertools.cycle(values), strict=False)
                yield f"{url}?" + "&".join(f"{name}={value}" for name, value in typed)
            return
        pairs = list(zip(NUMBERS * 2, WORDS, strict=True))
        for number, word in pairs if ALL else pairs[turn % 2 :: 2]:
            strange = url
            for place in places:
                filling = number if place.startswith("<int") else word
                strange = strange.replace(place, filling, 1)
            yield strange

    @mute_logger("odoo.http", "werkzeug")
    def test_malformed_addresses_get_an_answer(self):
        for login in (None, "strange_member"):
            if login:
                self.authenticate(login, login)
            for turn, url in enumerate(self.routes(), bool(login)):
                for strange in self.filled(url, turn):
                    answer = self.url_open(strange, allow_redirects=False)
                    with self.subTest(url=strange, who=login):
                        self.assertLess(answer.status_code, 500)
