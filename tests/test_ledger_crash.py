"""`kill -9` of Odoo and of PostgreSQL while payments stream in.

Nothing acknowledged is lost, nothing is there twice, and every check holds. And fifty
payments at once from one wallet. The tests have a server and a PostgreSQL of their own,
with safe writes on.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import xmlrpc.client
from collections import Counter
from pathlib import Path

import psycopg2
import pytest
import requests

from odoo.tests import get_db_name
from odoo.tools import config

from launcher import paths, postgres
from launcher.odoo_process import PROGRAM

pytestmark = pytest.mark.slow

# `./wezer test --all` kills more often, later in a longer stream.
ALL = os.environ.get("WEZER_COUNTS") == "all"
ROUNDS = 10 if ALL else 1
ACKNOWLEDGED = 150 if ALL else 30
CLIENTS = 4
PATIENCE = 90

# Members who may owe each other much, a levy of 1 % into a treasury, and keys.
MAKE = """
import json
env["ir.config_parameter"].sudo().set_param("portal.allow_api_keys", "1")
money = env["wezer.currency"].create({
    "name": "Crash", "code": "CRASH", "lower_text": "100000", "levy_payee": 100,
})
def user(name, group):
    made = env["res.users"].with_context(no_reset_password=True).create({
        "name": name, "login": name, "group_ids": [(6, 0, env.ref(group).ids)],
    })
    key = env["res.users.apikeys"].with_user(made).sudo()._generate("rpc", "t", None)
    return {"id": made.id, "partner": made.partner_id.id, "key": key}
people = [user("crash-%s" % number, "base.group_portal") for number in range(CLIENTS)]
boss = user("crash-boss", "wezer_base.group_administrator")
env.cr.commit()
print("MADE" + json.dumps({
    "currency": money.id, "people": people, "boss": boss,
    "treasury": money.treasury_partner_id.id,
}))
"""


# An import of a history as `./wezer import` runs it. It is killed in the middle of its
# third portion, or somebody pays while its first one is being posted.
IMPORT = """
import json, os, signal
from odoo import api
from odoo.addons.wezer_base.tools import imports
from odoo.addons.wezer_currency.tools import transfer_import
from odoo.addons.wezer_currency.tools.bulk_posting import BulkPosting
transfer_import.PORTION = 100
payer, payee = PARTIES
written, read, interfered = BulkPosting._write_sums, BulkPosting._read_wallets, []

def write_and_die(self, entries):
    written(self, entries)
    interfered.append(self)
    if len(interfered) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

def read_after_a_payment(self, rows, lock=True):
    if lock and not interfered:
        interfered.append(self)
        self.env.cr.execute("SELECT 1")
        with self.env.registry.cursor() as other:
            person = api.Environment(other, payer[0], {})
            person["wezer.transfer"].pay(payer[1], payee[1], MONEY, "1", key="between")
    return read(self, rows, lock)

if DIES:
    BulkPosting._write_sums = write_and_die
else:
    BulkPosting._read_wallets = read_after_a_payment
person = env(user=env.ref("base.user_admin").id, su=False)
def work(env, given):
    return env["wezer.transfer"]._import_files([PATH], {}, 0, mode="history")
answer = imports.run(person, work, {}, commits=True)
checks = [check for check in env["wezer.invariant"].run() if check["rows"]]
print("DONE" + json.dumps({"answer": answer, "checks": checks}, default=str))
"""


class Silent:
    def show(self, detail):
        pass


class Ground:
    """A PostgreSQL of our own with a copy of the test's database."""

    def __init__(self, name, programs):
        self.name = name
        self.cluster = postgres.Cluster("pgcrash", *programs)
        # What a crash leaves behind is to be what was written.
        assert "fsync" not in self.cluster.options
        self.cluster.start(Silent())
        self._copy()

    def _copy(self):
        """Take the test's database over, as a backup would."""
        home = Path(tempfile.mkdtemp())
        program = self.cluster.folder
        there = {
            **os.environ,
            **{
                name: str(config[option])
                for name, option in (
                    ("PGHOST", "db_host"),
                    ("PGPORT", "db_port"),
                    ("PGUSER", "db_user"),
                    ("PGPASSWORD", "db_password"),
                )
                if config[option]
            },
        }
        here = {**os.environ, **self.cluster.environment}
        dump = str(home / "dump")
        try:
            for command, environment in (
                ([program / "pg_dump", "-Fc", "-Z0", "-f", dump, self.name], there),
                ([program / "createdb", self.name], here),
                (
                    [program / "pg_restore", "--no-owner", "-d", self.name, dump],
                    here,
                ),
            ):
                subprocess.run(
                    command, env=environment, check=True, capture_output=True
                )
        finally:
            shutil.rmtree(home)

    def options(self):
        given = self.cluster.environment
        return [
            *("-d", self.name, "--config", config.rcfile),
            *("--db_host", given["PGHOST"], "--db_port", given["PGPORT"]),
            *("--db_user", given["PGUSER"]),
        ]

    def rows(self, query, *values):
        given = self.cluster.environment
        with contextlib.closing(
            psycopg2.connect(
                dbname=self.name,
                host=given["PGHOST"],
                port=given["PGPORT"],
                user=given["PGUSER"],
            )
        ) as connection:
            cursor = connection.cursor()
            cursor.execute(query, values)
            return cursor.fetchall()

    def kill(self):
        """`kill -9` of the server and of all its processes."""
        main = self.cluster.process.pid
        for number in [main, *children(main)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.cluster.process.wait(10)

    def start(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.cluster.start(Silent())
            except Exception:
                # The memory of those killed is freed in a moment.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


def children(number):
    """Process ids of the children of ``number``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(parent) == number:
                found.append(int(folder.name))
    return found


class Server:
    """One Odoo on the ground, with its clock, so that seals and sweeps run too."""

    program, port = "server", "--http-port"

    def __init__(self, ground):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.ground = ground
        self.url = f"http://127.0.0.1:{port}"
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), self.program, *ground.options()]
            + [self.port, str(port), "--http-interface", "127.0.0.1"]
            + ["--max-cron-threads", "1", "--db-filter", f"^{ground.name}$"],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.wait()

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log_tail()
            try:
                if requests.get(f"{self.url}/web/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError(self.log_tail())

    def log_tail(self):
        self.log.seek(0)
        return self.log.read()[-4000:]

    def kill(self):
        self.process.kill()
        self.process.wait(10)
        self.log.close()


class ColdServer(Server):
    """The process of the live channel: it listens before it has loaded a database."""

    program, port = "gevent", "--gevent-port"

    def wait(self):
        address = ("127.0.0.1", int(self.url.rpartition(":")[2]))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log_tail()
            try:
                return socket.create_connection(address, 1).close()
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log_tail())


class Act:
    """One call of a client: a payment, or a batch of three; known by its keys."""

    def __init__(self, place, number, turn, mark):
        me, other = (place["people"][(number + step) % CLIENTS] for step in (0, 1))
        self.api_key, self.name = me["key"], f"crash/{mark}/{number}/{turn}"
        batch = turn % 5 == 4
        self.keys = [f"{self.name}/{part}" for part in range(3 if batch else 1)]
        self.minor = [2 + (turn + part) % 7 for part in range(len(self.keys))]
        rows = [
            {
                "payer": me["partner"],
                "payee": other["partner"],
                "currency": place["currency"],
                "amount": f"0.0{minor}",
                "key": key,
            }
            for key, minor in zip(self.keys, self.minor, strict=True)
        ]
        self.sides = me["partner"], other["partner"]
        self.method = "post_batch" if batch else "pay"
        self.body = {"rows": rows} if batch else rows[0]

    def send(self, url):
        """Return the ids of the transfers; an error where nobody acknowledged."""
        answer = call(url, self.api_key, "wezer.transfer", self.method, self.body)
        return answer if isinstance(answer, list) else [answer]


def call(url, key, model, method, body):
    answer = requests.post(
        f"{url}/json/2/{model}/{method}",
        json=body,
        headers={"Authorization": f"bearer {key}"},
        timeout=60,
    )
    if answer.status_code != 200:
        raise Unanswered(f"{answer.status_code} {answer.text[:300]}")
    return answer.json()


class Unanswered(Exception):
    """The server did not say that it was done."""


class Stream:
    """Clients who pay in a ring until something breaks."""

    def __init__(self, place, url, mark):
        self.place, self.url, self.mark = place, url, mark
        self.done, self.unsure, self.early = {}, [], []
        # Until the blow is meant to fall, an error is a failure of the test.
        self.breaking, self.broken = threading.Event(), threading.Event()
        self.threads = [
            threading.Thread(target=self._pay, args=(number,))
            for number in range(CLIENTS)
        ] + [threading.Thread(target=self._seal)]
        for thread in self.threads:
            thread.start()

    def _pay(self, number):
        turn = 0
        while not self.broken.is_set():
            act = Act(self.place, number, turn, self.mark)
            turn += 1
            try:
                self.done[act] = act.send(self.url)
            except (Unanswered, requests.RequestException) as error:
                if not self.breaking.is_set():
                    self.early.append(str(error))
                self.unsure.append(act)
                return

    def _seal(self):
        key = self.place["boss"]["key"]
        while not self.broken.wait(0.3):
            with contextlib.suppress(Unanswered, requests.RequestException):
                call(self.url, key, "wezer.ledger.seal", "action_seal", {})

    def run_until(self, count, breaking):
        """Let it run until ``count`` calls were acknowledged, then break it."""
        deadline = time.monotonic() + PATIENCE
        while len(self.done) < count and time.monotonic() < deadline:
            assert not self.early, self.early
            time.sleep(0.01)
        self.breaking.set()
        breaking()
        self.broken.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        assert len(self.done) >= count
        assert not self.early, self.early
        # The blow fell while somebody was paying.
        assert self.unsure


@pytest.fixture(scope="module")
def ground():
    """The PostgreSQL of these tests, in a folder that its account can reach."""
    base = Path(tempfile.mkdtemp(prefix="wezer-crash-", dir="/var/tmp"))
    base.chmod(0o755)
    # The programs that the test's own server runs by, too.
    programs = postgres.binaries("pgcrash", Silent())
    patch = pytest.MonkeyPatch()
    patch.setattr(paths, "STATE", base)
    ground = None
    try:
        ground = Ground(get_db_name(), programs)
        yield ground
    finally:
        if ground:
            ground.cluster.stop()
        patch.undo()
        shutil.rmtree(base)


def run_script(ground, script):
    """Run a script in Odoo's shell; return what became of it."""
    return subprocess.run(
        [sys.executable, str(PROGRAM), "shell", *ground.options()]
        + ["--no-http", "--log-level", "warn"],
        input=script,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def printed(done, mark):
    """Return what a script printed behind ``mark``."""
    for line in done.stdout.splitlines():
        if mark in line:
            return json.loads(line.split(mark, 1)[1])
    raise AssertionError(done.stderr[-3000:])


@pytest.fixture(scope="module")
def place(ground):
    """Who pays whom with what."""
    script = MAKE.replace("CLIENTS", str(CLIENTS))
    return printed(run_script(ground, script), "MADE")


def assert_checks_are_green(place, url):
    for check in call(url, place["boss"]["key"], "wezer.invariant", "run", {}):
        assert not check["rows"], check


def assert_everything_is_there_once(ground, place, stream, url):
    """Compare what was acknowledged with what is there, then send the rest again."""

    def there():
        found = ground.rows(
            "SELECT key, id FROM wezer_transfer WHERE key LIKE %s",
            f"crash/{stream.mark}/%",
        )
        counts = Counter(key for key, _id in found)
        assert not [key for key, count in counts.items() if count != 1]
        return dict(found)

    known = there()
    for act, ids in stream.done.items():
        assert [known.get(key) for key in act.keys] == ids, act.name
    for act in stream.unsure:
        # All of a batch, or nothing of it.
        assert len({key in known for key in act.keys}) == 1, act.name
    answered = {act: act.send(url) for act in stream.unsure}
    for act, ids in [*answered.items(), *list(stream.done.items())[-5:]]:
        assert act.send(url) == ids, act.name
    known = there()
    acts = [*stream.done, *stream.unsure]
    assert known.keys() == {key for act in acts for key in act.keys}
    for act, ids in answered.items():
        assert [known[key] for key in act.keys] == ids, act.name


def assert_programs_are_told_when_to_try_again(place, url):
    """While the database is down: 503, ``Retry-After``, and JSON to who speaks it."""
    named = {"model": "wezer.transfer", "method": "search", "args": [[]], "kwargs": {}}
    called = {"jsonrpc": "2.0", "id": 7, "params": named}
    bearer = {"Authorization": f"bearer {place['people'][0]['key']}"}
    answers = {
        path: requests.post(f"{url}{path}", json=body, headers=headers, timeout=30)
        for path, body, headers in (
            ("/json/2/wezer.transfer/search", {"domain": []}, bearer),
            ("/web/dataset/call_kw", called, {}),
            ("/jsonrpc", called, {}),
        )
    }
    answers["page"] = requests.get(f"{url}/my/wallets", timeout=30)
    for path, answer in answers.items():
        assert answer.status_code == 503, (path, answer.text)
        assert answer.headers["Retry-After"] == "5", path
        assert "Set-Cookie" not in answer.headers, "nobody is logged out"
        kind = "text/html" if path == "page" else "application/json"
        assert answer.headers["Content-Type"].startswith(kind), path
    words = "The database cannot be reached"
    assert answers["/json/2/wezer.transfer/search"].json()["message"].startswith(words)
    failed = answers["/jsonrpc"].json()
    assert (failed["id"], failed["error"]["code"]) == (7, 503)
    assert words in answers["page"].text
    with pytest.raises(xmlrpc.client.ProtocolError) as refused:
        xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common").version()
    assert refused.value.errcode == 503
    assert refused.value.headers["Retry-After"] == "5"


def expected(place, acts):
    """What each should have, counted here: payees leave 1 % rounded up, so 1."""
    sums = Counter()
    for act in acts:
        for minor in act.minor:
            sums[act.sides[0]] -= minor
            sums[act.sides[1]] += minor - 1
            sums[place["treasury"]] += 1
    return sums


def assert_balances_are(ground, place, acts):
    found = ground.rows(
        """SELECT w.partner_id, (w.balance + coalesce(sum(a.delta), 0))::text
             FROM wezer_wallet w
             LEFT JOIN wezer_wallet_accrual a ON a.wallet_id = w.id
            WHERE w.wezer_currency_id = %s GROUP BY w.id""",
        place["currency"],
    )
    wanted = expected(place, acts)
    assert {partner: int(minor) for partner, minor in found if int(minor)} == {
        partner: minor for partner, minor in wanted.items() if minor
    }


# Of every round: the ring's balances are those of all that was ever sent.
SENT = []


def go_through(ground, place, stream, url):
    SENT.extend([*stream.done, *stream.unsure])
    assert_checks_are_green(place, url)
    assert_everything_is_there_once(ground, place, stream, url)
    assert_balances_are(ground, place, SENT)
    assert_checks_are_green(place, url)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killing_odoo_loses_and_doubles_no_payment(ground, place, number):
    server = Server(ground)
    stream = Stream(place, server.url, f"odoo{number}")
    stream.run_until(ACKNOWLEDGED, server.kill)
    server = Server(ground)
    try:
        go_through(ground, place, stream, server.url)
    finally:
        server.kill()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killing_postgresql_loses_and_doubles_no_payment(ground, place, number):
    server = Server(ground)
    try:
        stream = Stream(place, server.url, f"postgresql{number}")
        stream.run_until(ACKNOWLEDGED, ground.kill)
        assert_programs_are_told_when_to_try_again(place, server.url)
        ground.start()
        # The Odoo that lived through it goes on by itself.
        go_through(ground, place, stream, server.url)
    finally:
        server.kill()


def test_a_server_that_finds_no_database_when_it_starts_says_so_and_then_serves(
    ground, place
):
    server = ColdServer(ground)
    try:
        ground.kill()
        assert_programs_are_told_when_to_try_again(place, server.url)
        ground.start()
        # Served by the database that is there now.
        answer = requests.get(f"{server.url}/web/health", timeout=PATIENCE)
        assert answer.status_code == 200, server.log_tail()
    finally:
        server.kill()


def test_fifty_concurrent_payments_from_one_wallet_all_succeed(ground, place):
    """Odoo's own server and its own retries: all into and out of one wallet."""
    server = Server(ground)
    people, answers = place["people"], []
    start = threading.Barrier(50)

    def pay(number):
        one, other = people[0], people[1 + number // 2 % (CLIENTS - 1)]
        payer, payee = (one, other) if number % 2 else (other, one)
        body = {
            "payer": payer["partner"],
            "payee": payee["partner"],
            "currency": place["currency"],
            "amount": "0.02",
            "key": f"crash/fifty/{number}",
        }
        start.wait()
        try:
            answers.append(
                call(server.url, payer["key"], "wezer.transfer", "pay", body)
            )
        except (Unanswered, requests.RequestException) as error:
            answers.append(str(error))

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(50)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert [one for one in answers if not isinstance(one, int)] == []
        assert len(set(answers)) == 50
        assert_checks_are_green(place, server.url)
    finally:
        server.kill()


def test_an_import_that_is_killed_goes_on_and_posts_nothing_twice(
    ground, place, tmp_path
):
    """Rows without a key; and a payment in the meantime only makes it try again."""
    count = 5000 if ALL else 500
    payer, payee = place["people"][:2]
    names = dict(ground.rows("SELECT id, name FROM res_partner"))
    path = tmp_path / "history.csv"
    path.write_text(
        "payer,payee,currency,amount,date,purpose\n"
        + "".join(
            # Each row is there twice, and both were paid.
            f"{names[payer['partner']]},{names[payee['partner']]},CRASH,0.01,"
            f"2020-01-01 10:00:00,{number // 2}\n"
            for number in range(count)
        )
    )
    script = (
        IMPORT.replace(
            "PARTIES", repr([[p["id"], p["partner"]] for p in (payer, payee)])
        )
        .replace("MONEY", str(place["currency"]))
        .replace("PATH", repr(str(path)))
    )
    killed = run_script(ground, script.replace("DIES", "True"))
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-3000:]
    done = printed(run_script(ground, script.replace("DIES", "False")), "DONE")
    assert done["checks"] == []
    answer = done["answer"]
    assert (answer["posted"], answer["known"]) == (count - 200, 200), answer
    rows = ground.rows(
        "SELECT count(*), count(DISTINCT key), sum(amount_minor) FROM wezer_transfer"
        " WHERE historic AND wezer_currency_id = %s",
        place["currency"],
    )
    assert rows == [(count, count, count)]
    assert ground.rows("SELECT count(*) FROM wezer_transfer WHERE key = 'between'") == [
        (1,)
    ]
