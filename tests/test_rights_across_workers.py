"""A revoked right is gone in the next request of any worker: two real servers."""

import pytest
import requests

from odoo.tests import tagged

from odoo.addons.wezer_base.tests.committed import CommittedCase

from .server import Server

pytestmark = pytest.mark.slow

SECRET = "two-workers-secret"


class Person:
    """Somebody logged in on one server."""

    def __init__(self, server, database, login):
        self.url = server.url
        self.session = requests.Session()
        self._ask(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": SECRET},
        )

    def _ask(self, path, params):
        answer = self.session.post(
            self.url + path, json={"jsonrpc": "2.0", "params": params}, timeout=60
        ).json()
        assert "error" not in answer, answer["error"]["data"]["message"]
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        return self._ask(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def drafts(self):
        """Return the titles of drafts that this person sees by acting for others."""
        rows = self.call(
            "wezer.announcement", "search_read", [["state", "=", "draft"]], ["title"]
        )
        return sorted(row["title"].rsplit(" ", 1)[0] for row in rows)


@tagged("post_install", "-at_install", "concurrency")
class TestTwoWorkers(CommittedCase):
    """Luc acts for Anna by mandate and for Garden by a role; then no more."""

    def setUp(self):
        super().setUp()
        self.servers = []
        for _number in range(2):
            server = Server(self.database)
            self.addCleanup(server.stop)
            self.servers.append(server)
        for server in self.servers:
            server.wait()

    def _make(self, env):
        admin = "wezer_base.group_administrator"
        self.anna = self._members(env, "Anna", 1, password=SECRET)
        self.luc = self._members(env, "Luc", 1, password=SECRET)
        self.ada = self._members(env, "Ada", 1, admin, password=SECRET)
        luc = self.luc.partner_id
        self.mandate = (
            env["wezer.mandate"]
            .with_user(self.anna)
            .action_give(luc._wezer_profile().id, ["market"])
        )
        circle = env["wezer.group"].create({"name": f"Garden {self.mark}"})
        role = env["wezer.group"].create(
            {
                "name": f"Buyer {self.mark}",
                "kind": "role",
                "parent_id": circle.id,
                "right_market": True,
            }
        )
        env["wezer.group.membership"].create(
            {"group_id": role.id, "partner_id": luc.id, "state": "active"}
        )
        self.role = role.id
        self.circle = circle.id
        for title, author in (
            ("Anna's", self.anna.partner_id),
            ("Luc's", luc),
            ("Garden's", circle.partner_id),
        ):
            env["wezer.announcement"].create(
                {"title": f"{title} {self.mark}", "author_id": author.id}
            )
        self.ids = [self.anna.id, self.luc.id, self.ada.id]
        self.logins = [user.login for user in (self.anna, self.luc, self.ada)]
        self.profile = luc._wezer_profile().id

    def _archive(self, env):
        drafts = env["wezer.announcement"].search(
            [("title", "like", f"% {self.mark}"), ("state", "=", "draft")]
        )
        drafts.unlink()
        env["wezer.group"].browse([self.role, self.circle]).active = False
        env["res.users"].browse(self.ids).active = False

    def test_a_right_revoked_on_one_server_is_gone_on_the_other(self):
        first, second = self.servers
        anna = Person(first, self.database, self.logins[0])
        luc_there = Person(first, self.database, self.logins[1])
        ada = Person(first, self.database, self.logins[2])
        luc = Person(second, self.database, self.logins[1])
        everything = ["Anna's", "Garden's", "Luc's"]
        # Twice: whatever is cached is warm.
        self.assertEqual(luc.drafts(), everything)
        self.assertEqual(luc.drafts(), everything)

        anna.call("wezer.mandate", "action_revoke", [self.mandate])
        self.assertEqual(luc.drafts(), ["Garden's", "Luc's"])

        luc_there.call("wezer.group", "action_leave", [self.role])
        self.assertEqual(luc.drafts(), ["Luc's"])

        ada.call("wezer.profile", "action_suspend", [self.profile])
        self.assertEqual(luc.drafts(), [])
        with self.assertRaises(AssertionError):
            luc.call("wezer.announcement", "action_create_own", {"title": "Again"})

        ada.call("wezer.profile", "action_resume", [self.profile])
        self.assertEqual(luc.drafts(), ["Luc's"])
