"""Eight clients pay by the website's form and by JSON-2, on a server of their own."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from typing import Any

from odoo import tools
from odoo.service.model import retrying

from launcher.odoo_process import PROGRAM

CLIENTS = 8
WALLETS = 10
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
START = 120


def patiently(env: Any, call: Callable[[], object]) -> Any:
    """Run ``call`` as a request does: again where it met another."""
    return retrying(call, env)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """An Odoo server on a free port, on the same database.

    :param options: more of Odoo's command line, later than ours
    """

    def __init__(self, database: str, *options: object) -> None:
        self.port = free_port()
        command = [sys.executable, str(PROGRAM), "server", "-d", database]
        if tools.config["config"]:
            command += ["-c", tools.config["config"]]
        command += ["--http-port", str(self.port), "--http-interface", "127.0.0.1"]
        command += ["--max-cron-threads", "0", "--workers", "0", "--log-level", "error"]
        command += map(str, options)
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{self.port}"
        end = time.monotonic() + START
        while True:
            try:
                urllib.request.urlopen(self.url + "/web/login", timeout=30).read()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if time.monotonic() > end or self.process.poll() is not None:
                    self.stop()
                    raise
                time.sleep(0.5)

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(30)


class Client:
    """A member with a browser."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), NoRedirect
        )
        token = self.token("/web/login")
        self.send(
            "/web/login", {"login": login, "password": password, "csrf_token": token}
        )

    def token(self, path: str) -> str:
        """Return the CSRF token of a page."""
        page = self.opener.open(self.url + path, timeout=60).read().decode()
        found = TOKEN.search(page)
        assert found, path
        return found[1]

    def send(self, path: str, form: dict) -> int | None:
        """Post a form; return the status, 303 where it was done."""
        body = urllib.parse.urlencode(form).encode()
        try:
            with self.opener.open(self.url + path, body, timeout=120) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller: the status of a post is its own."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow no redirect."""
        return None


def rows(env: Any, quick: bool, town: Any) -> Iterator[dict]:
    """Three rows: one hot wallet, ten wallets by JSON-2, a levy from all."""
    count = 5 if quick else 40
    with town(env, WALLETS, login=True) as place:
        server = Server(env.cr.dbname)
        try:
            yield _row(
                "8 clients on the website, one hot wallet",
                *_measure(env, place, server, count, hot=True),
            )
            yield _row(
                "8 clients by JSON-2, ten wallets",
                *_measure_rpc(env, place, server, count),
            )
            place.currency.write({"levy_payer": 150, "levy_payee": 150})
            env.cr.commit()
            yield _row(
                "8 clients on the website, a treasury that takes a levy from all",
                *_measure(env, place, server, count, hot=False),
            )
        finally:
            server.stop()


def _measure(
    env: Any, place: Any, server: Any, count: int, hot: bool
) -> tuple[list, list]:
    """Return ``(seconds of each payment, statuses that are errors)``."""
    slugs = [user.partner_id._wezer_profile().slug for user in place.users]
    logins = place.users.mapped("login")
    times, bad = [], []
    barrier = threading.Barrier(CLIENTS)

    def work(number: int) -> None:
        client = Client(server.url, logins[number], place.password)
        # All into the last one's wallet, or in a circle.
        to = slugs[CLIENTS] if hot else slugs[(number + 1) % CLIENTS]
        token = client.token(f"/my/pay?to={to}")
        form = {
            "to": to,
            "currency": place.money,
            "amount": "1",
            "purpose": "market day",
            "csrf_token": token,
        }
        client.send("/my/pay", dict(form, key=f"w{number}{hot}"))
        barrier.wait()
        for turn in range(count):
            begin = time.perf_counter()
            status = client.send("/my/pay", dict(form, key=f"{number}/{turn}/{hot}"))
            times.append(time.perf_counter() - begin)
            if status != 303:
                bad.append(status)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, bad


def _measure_rpc(env: Any, place: Any, server: Any, count: int) -> tuple[list, list]:
    """Return ``(seconds of each payment, statuses that are errors)``."""
    keys = [
        env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "bench", None)
        for user in place.users
    ]
    env.cr.commit()
    times, bad = [], []
    barrier = threading.Barrier(CLIENTS)

    def pay(number: int, key: str, step: int) -> int:
        body = {
            "payer": place.ids[number][1],
            "payee": place.ids[(number + step) % WALLETS][1],
            "currency": place.money,
            "amount": "1",
            "key": key,
        }
        headers = {
            "Authorization": f"bearer {keys[number]}",
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(
            f"{server.url}/json/2/wezer.transfer/pay",
            json.dumps(body).encode(),
            headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def work(number: int) -> None:
        pay(number, f"w{number}", 1)
        barrier.wait()
        for turn in range(count):
            begin = time.perf_counter()
            # Each pays each of the others in turn.
            status = pay(number, f"{number}/{turn}", 1 + turn % (WALLETS - 1))
            times.append(time.perf_counter() - begin)
            if status != 200:
                bad.append(status)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, bad


def _row(what: str, times: Any, bad: Any) -> dict:
    times = sorted(times)
    middle = times[len(times) // 2]
    late = times[min(int(len(times) * 0.99), len(times) - 1)]
    ratio = late / middle if not bad else 99.0
    return {
        "what": what,
        "ours": f"p99 {late * 1000:.0f} ms, {len(bad)} errors",
        "reference": f"p50 {middle * 1000:.0f} ms",
        "ratio": round(ratio, 2),
        "wanted": "<= 5",
    }
