"""Waiting for locks has a limit, seen on a server of its own."""

import contextlib
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from odoo.addons.wezer_base.tools import locks

from . import impatient_odoo
from .rpc import RpcCase
from .server import until

pytestmark = pytest.mark.slow

IMPATIENT = impatient_odoo.__file__
BUSY = "Someone else is changing this at the moment. Try again in a minute."

LEFT = """SELECT l.locktype, c.relname FROM pg_locks l
    LEFT JOIN pg_class c ON c.oid = l.relation
   WHERE l.locktype = 'advisory' OR c.relname LIKE 'wezer\\_lock\\___'"""


class WaitingCase(RpcCase):
    def _make(self, env):
        self.users = self._members(env, "Wait", 3).ids
        vals = {"name": f"Wait {self.mark}", "code": f"W{self.mark}"}
        self.currency = env["wezer.currency"].create({**vals, "lower_text": "100"}).id

    def _archive(self, env):
        for want in env["wezer.announcement"].search(
            [("author_id.user_ids", "in", self.users)]
        ):
            want._end("closed")
        env["wezer.currency"].browse(self.currency).active = False
        super()._archive(env)

    def _post(self, **vals):
        answer = self._call(
            self.sessions[0],
            "wezer.announcement",
            "action_create_own",
            {"title": f"Wait {self.mark}", "places": 5, **vals},
        )
        return answer["result"]

    def _claim(self, person, want):
        return self._call(person, "wezer.announcement", "action_claim", [want])

    def _state(self, want):
        return self._rows("SELECT state FROM wezer_announcement WHERE id = %s", want)[
            0
        ][0]

    @contextlib.contextmanager
    def _held(self, query, *params):
        """Run ``query`` on a connection of its own and leave it open meanwhile."""
        with self.registry.cursor() as cr:
            dsn = psycopg2.extensions.parse_dsn(cr._cnx.dsn)
        connection = psycopg2.connect(**dsn)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, params)
            yield
        finally:
            connection.close()

    def _spend(self, amount):
        """Let the author pay ``amount``, or get it back where it is below zero."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            author, other = env["res.users"].browse(self.users[:2])
            if amount.startswith("-"):
                author, other = other, author
            env["wezer.transfer"].with_user(author).pay(
                author.partner_id.id,
                other.partner_id.id,
                self.currency,
                amount.lstrip("-"),
            )


@tagged("post_install", "-at_install", "concurrency")
class TestWaitingByRpc(WaitingCase):
    def test_a_refused_claim_leaves_no_lock(self):
        want = self._post()
        answer = self._claim(self.sessions[0], want)
        self.assertEqual(self._message(answer), "This is your own announcement.")
        self.assertEqual(answer["error"]["data"]["debug"], "")
        self.assertEqual(self._rows(LEFT), [])
        self.assertIn("result", self._claim(self.sessions[1], want))
        key = self._key(self.users[2])
        body = {"ids": [want], "version": 99}
        answer = self._call_json2(key, "wezer.announcement", "action_claim", **body)
        self.assertIn("changed in the meantime", answer.json()["message"])
        self.assertEqual(self._rows(LEFT), [])

    def test_payments_by_rpc_wait_in_line_for_their_wallets(self):
        ids = [self._partner(number) for number in range(2)]
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            money = env["wezer.currency"].browse(self.currency)
            wallets = [
                env["res.partner"].browse(number)._wezer_wallet(money).id
                for number in ids
            ]
        values = dict(payer=ids[0], payee=ids[1], currency=self.currency, amount="1")
        key, model = self._key(self.users[0]), "wezer.transfer"
        login = (self.database, self.users[0], key, model)

        def by_json_rpc():
            args = [*login, "pay", *values.values()]
            params = {"service": "object", "method": "execute", "args": args}
            answer = requests.post(
                f"{self.server.url}/jsonrpc", json={"params": params}, timeout=60
            )
            return answer.json()["result"]

        def by_xml_rpc():
            server = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object")
            return server.execute_kw(*login, "pay", [], values)

        ways = (
            lambda: self._call_json2(key, model, "pay", **values).json(),
            lambda: self._call(self.sessions[0], model, "pay", **values)["result"],
            lambda: self._call_json2(
                key, model, "post_batch", rows=[{**values, "key": "line"}]
            ).json(),
            by_json_rpc,
            by_xml_rpc,
        )
        # Lines are joined in their order: all wait in the first of the two.
        line = min(locks.line_of("wallet", wallet) for wallet in wallets)
        waiting = """SELECT count(*) FROM pg_locks l
                       JOIN pg_class c ON c.oid = l.relation
                      WHERE c.relname = %s AND NOT l.granted"""
        with ThreadPoolExecutor() as pool:
            with self._held(f"LOCK TABLE {line} IN SHARE UPDATE EXCLUSIVE MODE"):
                calls = [pool.submit(way) for way in ways]
                until(lambda: self._rows(waiting, line)[0][0] == len(ways))
            made = [call.result() for call in calls]
        flat = [one[0] if isinstance(one, list) else one for one in made]
        self.assertEqual(len(set(flat)), len(ways), made)
        # Many at once then pay one after the other: none meets another.
        begun = len(self.server.text())
        with ThreadPoolExecutor(4) as pool:
            paid = list(
                pool.map(
                    lambda _n: self._call_json2(key, model, "pay", **values), range(12)
                )
            )
        self.assertEqual({answer.status_code for answer in paid}, {200})
        written = self.server.text()[begun:]
        self.assertNotIn("tries left", written)
        self.assertNotIn("bad query", written)
        # A stranger holds up nobody: what is not theirs to pay does not wait.
        with self._held(f"LOCK TABLE {line} IN SHARE UPDATE EXCLUSIVE MODE"):
            answer = self._call(self.sessions[2], model, "pay", **values)
        self.assertIn("error", answer)

    def _partner(self, number):
        query = "SELECT partner_id FROM res_users WHERE id = %s"
        return self._rows(query, self.users[number])[0][0]

    def test_a_want_that_cannot_be_paid_is_paused_by_every_entry_point(self):
        self._post()
        key = self._key(self.users[1])
        for call in (
            lambda want: self._claim(self.sessions[1], want),
            lambda want: self._call_json2(
                key, "wezer.announcement", "action_claim", ids=[want]
            ).json(),
            self._claim_on_page,
        ):
            want = self._post(prices={str(self.currency): "80"})
            self._spend("30")
            call(want)
            self.assertEqual(self._state(want), "paused")
            self._spend("-30")
        # Refused for another reason it stays as it is.
        want = self._post()
        self._claim(self.sessions[0], want)
        self.assertEqual(self._state(want), "open")

    def _claim_on_page(self, want):
        person = self.sessions[1]
        slug = self._rows("SELECT slug FROM wezer_announcement WHERE id = %s", want)
        address = f"{self.server.url}/market/{slug[0][0]}"
        page = person.get(address, timeout=60).text
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        page = person.post(f"{address}/claim", data={"csrf_token": token}, timeout=60)
        self.assertIn("takes no answers at the moment", page.text)


@tagged("post_install", "-at_install", "concurrency")
class TestTheEndOfWaiting(WaitingCase):
    """On a server that waits for a second only."""

    program = IMPATIENT

    def test_waiting_in_the_queue_ends_with_a_message(self):
        want = self._post()
        line = locks.line_of("announcement", want)
        with self._held(f"LOCK TABLE {line} IN SHARE UPDATE EXCLUSIVE MODE"):
            key, call = self._key(self.users[2]), ("wezer.announcement", "action_claim")
            with ThreadPoolExecutor() as pool:
                first = pool.submit(self._claim, self.sessions[1], want)
                second = pool.submit(self._call_json2, key, *call, ids=[want])
            self.assertEqual(self._message(first.result()), BUSY)
            self.assertEqual(second.result().json()["message"], BUSY)
        self.assertIn("result", self._claim(self.sessions[1], want))

    def test_waiting_for_a_row_lock_ends_with_a_message(self):
        want = self._post(prices={str(self.currency): "1"})
        self._spend("1")
        author = self._rows(
            "SELECT partner_id FROM res_users WHERE id = %s", self.users[0]
        )[0][0]
        held = "SELECT id FROM {} WHERE {} = %s FOR UPDATE"
        for table, column, value in (
            ("wezer_announcement", "id", want),
            ("wezer_wallet", "partner_id", author),
        ):
            with self._held(held.format(table, column), value):
                answer = self._claim(self.sessions[1], want)
                self.assertEqual(self._message(answer), BUSY, table)
        self.assertIn("result", self._claim(self.sessions[1], want))
