"""How often the pages of the website ask the database, and how long they take.

A server of two workers shows the demo community to two clients. The queries of a
page are those of Odoo's own log line; its time stands beside ``/contactus``, a page of
Odoo's own, of the same member in the same round.

``pages_queries.json`` holds how many queries each page took when it was last changed;
``tests/test_demo_community.py`` fails where a page takes more. Whoever makes a page
ask less writes the lower number into the file, with this in mind: only statements that
read or write count there, not savepoints of the test.
"""

import json
import re
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from unittest.mock import patch

from odoo.sql_db import Cursor

from launcher.demo.make_demo import make

from .ledger_http import TOKEN, Server, free_port

REFERENCE = "/contactus"
CLIENTS = 2
# name: (wanted queries, wanted time as a multiple of the reference), or None
WANTED = {
    "market": (50, 2.5),
    "group": (60, 3),
    "to-do": (35, 2),
    "deal": (45, 2),
    "members": (35, None),
    "home": (None, 2),
    "member's page": (None, None),
    "wallets": (None, None),
    "statement": (None, None),
    "deals": (None, None),
    "groups": (None, None),
    "announcement": (None, None),
    "dashboard": (None, None),
}
VISITOR = {
    "market": (12, None),
    "members": (12, None),
    "group": (None, None),
    "home": (12, None),
    "announcement": (12, None),
    "groups": (12, None),
    "contact": (12, None),
}
KEPT = Path(__file__).with_name("pages_queries.json")
# Statements of the test's own cursor, which lets requests share a transaction.
OF_THE_TEST = ("SAVEPOINT", "RELEASE", "ROLLBACK")
LINE = re.compile(r'"GET (\S+) HTTP/1\.1" (\d+) - (\d+) ')


def addresses(env: Any, login: str) -> dict[str, str]:
    """Return the addresses of the pages, by name, for the member with this login.

    :param env: of an administrator or the superuser
    """
    user = env["res.users"].search([("login", "=", login)])
    groups = env["wezer.group"].with_user(user)
    group = groups.search([("is_user_member", "=", True), ("kind", "=", "circle")])
    group = group.sorted(lambda group: (-group.sudo().member_count, group.id))[:1]
    deals = env["wezer.deal"].search(
        [
            "|",
            ("author_id", "=", user.partner_id.id),
            ("replier_id", "=", user.partner_id.id),
        ]
    )
    deal = deals.filtered(lambda deal: deal.state == "delivered")[:1] or deals[:1]
    other = deal.author_id + deal.replier_id - user.partner_id
    wallet = env["wezer.wallet"].search(
        [("partner_id", "=", user.partner_id.id)], order="id", limit=1
    )
    announcement = env["wezer.announcement"].search(
        [("state", "=", "open"), ("author_id", "!=", user.partner_id.id)],
        order="id",
        limit=1,
    )
    return {
        "market": "/market",
        "group": f"/groups/{group.slug}",
        "to-do": "/my/todo",
        "deal": f"/my/deals/{deal.id}",
        "members": "/members",
        "home": "/",
        "member's page": f"/members/{other._wezer_profile().slug}",
        "wallets": "/my/wallets",
        "statement": f"/my/wallets/{wallet.id}",
        "deals": "/my/deals",
        "groups": "/groups",
        "announcement": f"/market/{announcement.slug}",
        "dashboard": "/my",
        "contact": "/contactus",
    }


def kept_counts() -> dict[str, dict[str, int]]:
    """Return the queries of each page, as ``pages_queries.json`` has them.

    :return: by who reads (``member``, ``visitor``) and name of the page
    """
    return json.loads(KEPT.read_text())


@contextmanager
def counted() -> Iterator[list]:
    """Yield a list that gets each statement of this process, within a test."""
    statements = []
    execute = Cursor.execute

    def counting(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = str(getattr(query, "code", query)).lstrip()
        if not text.startswith(OF_THE_TEST) or "wezer_lock" in text:
            statements.append(text)
        return execute(cursor, query, *args, **kwargs)

    with patch.object(Cursor, "execute", counting):
        yield statements


def rows(env: Any, quick: bool, data: str | None) -> Iterator[dict]:
    """Two kinds of rows: the queries of each page, then its time."""
    logins = make(env)
    env.cr.commit()
    member = logins["member"]
    pages = addresses(env, member["login"])
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        server = Server(
            env.cr.dbname,
            *("--workers", "2", "--gevent-port", free_port()),
            *("--log-level", "info", "--logfile", log),
        )
        try:
            visitor = Reader(server.url)
            clients = [
                Reader(server.url, member["login"], member["password"])
                for _number in range(CLIENTS)
            ]
            walk(clients, [*pages.values(), REFERENCE], 3)
            for _turn in range(3):
                for name in VISITOR:
                    visitor.read(pages[name])
            yield from _queries(log, clients[0], "", pages, WANTED)
            yield from _queries(log, visitor, " as a visitor", pages, VISITOR)
            yield from _times(clients, pages, 6 if quick else 25)
        finally:
            server.stop()


def _queries(
    log: Path, reader: Any, who: Any, pages: dict[str, str], wanted: dict
) -> Iterator[dict]:
    for name, (limit, _ratio) in wanted.items():
        reader.read(pages[name])
        found = [line for line in LINE.findall(log.read_text())]
        path, status, count = found[-1]
        if path != pages[name] or status != "200":
            raise ValueError(f"{pages[name]}: the log has {path} with {status}")
        yield {
            "what": f"{name}{who}: SQL queries",
            "ours": int(count),
            "ratio": int(count),
            "wanted": f"≤ {limit}" if limit else "",
        }


def _times(clients: Any, pages: dict[str, str], rounds: int) -> Iterator[dict]:
    """Let all clients read all pages, the reference among them; compare medians."""
    times = walk(clients, [REFERENCE, *pages.values()], rounds)
    reference = statistics.median(times[REFERENCE])
    for name, (_limit, ratio) in WANTED.items():
        ours = statistics.median(times[pages[name]])
        yield {
            "what": f"{name}: time at two clients",
            "ours": f"{ours * 1000:.0f} ms",
            "reference": f"{reference * 1000:.0f} ms",
            "ratio": round(ours / reference, 2),
            "wanted": f"≤ {ratio}" if ratio else "",
        }


def walk(clients: Any, paths: list[str], rounds: int) -> dict[str, list[float]]:
    """Let each client read all pages again and again, all clients at once.

    Each begins at another page: on the pages that count visitors, two of one member
    at the same moment would wait for each other.

    :return: the seconds of each page, by its address
    """
    times: dict[str, list[float]] = {path: [] for path in paths}
    errors: list[OSError] = []

    def read(number: int) -> None:
        first = number * len(paths) // len(clients)
        for path in (paths[first:] + paths[:first]) * rounds:
            begin = time.perf_counter()
            try:
                clients[number].read(path)
            except OSError as error:
                errors.append(error)
                return
            times[path].append(time.perf_counter() - begin)

    threads = [
        threading.Thread(target=read, args=(number,)) for number in range(len(clients))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return times


class Reader:
    """A browser that reads pages, of a visitor or of a member."""

    def __init__(
        self, url: str, login: str | None = None, password: str | None = None
    ) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        if login:
            found = TOKEN.search(self.read("/web/login"))
            assert found, "no login page"
            token = found[1]
            form = {"login": login, "password": password, "csrf_token": token}
            body = urllib.parse.urlencode(form).encode()
            with self.opener.open(f"{url}/web/login", body, timeout=120) as answer:
                if answer.url.endswith("/web/login"):
                    raise ValueError(f"{login} cannot log in")

    def read(self, path: str) -> str:
        """Return the text of a page; errors raise ``urllib.error.HTTPError``."""
        with self.opener.open(self.url + path, timeout=120) as answer:
            return answer.read().decode()
