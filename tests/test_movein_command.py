"""`./wezer movein`: the check of an export, without Odoo or a database."""

import argparse
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from launcher import addon_tools, komunitin, movein
from launcher.console import Failure

ROOT = Path(__file__).resolve().parent.parent
exports = addon_tools.load(ROOT / "addons" / "wezer_movein" / "tests" / "exports.py")
# Everything that the made-up community asks.
DECISIONS = {
    "decisions": [
        {"code": "not_moved", "choice": "leave out"},
        {"code": "balance_differs", "choice": "leave", "reason": "from before 2019"},
        {"code": "closed_with_balance", "choice": "stays"},
    ]
}


def wezer(*arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "wezer"), "movein", *map(str, arguments)],
        capture_output=True,
        text=True,
    )


@pytest.fixture
def folder(tmp_path):
    made = exports.ces(21, trades=120)
    for name, data in made.files:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "expected.json").write_text("{}")
    return tmp_path


def test_a_check_prints_one_object_and_says_what_is_to_decide(folder):
    done = wezer(folder, "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["system"] == "ces"
    assert found["problem_counts"]["not_moved"] == 4
    assert {"rows", "currency", "balances", "problems"} <= set(found)
    assert {one["code"] for one in found["undecided"]} >= {"not_moved"}
    assert "Replaying" in done.stderr
    decisions = folder / "decided.json"
    decisions.write_text(json.dumps(DECISIONS))
    decided = wezer(folder, "--decisions", decisions)
    assert decided.returncode == 0, decided.stderr
    assert "2 differ" in decided.stdout or "differ." in decided.stdout
    assert "not_moved" in decided.stdout


def test_what_another_currency_of_the_files_asks_is_undecided_too(monkeypatch):
    options = argparse.Namespace(files=[], decisions=None)
    content = movein.tool("readers.registry").read(exports.ces(21).files, {})
    replayed = movein.tool("replay").replay(content)
    wanted = []
    monkeypatch.setattr(
        movein,
        "replayed",
        lambda _given, said, _options: wanted.append(said) or (content, replayed),
    )
    found = {"undecided": [], "proved": True}
    assert not movein.check_others(["hrs"], options, found)
    assert wanted == [{"export_currency": "hrs"}]
    assert found["others"][0]["currency"] == "hrs"
    assert found["undecided"] == found["others"][0]["undecided"] != []
    assert not found["proved"]


def test_files_that_are_not_readable_are_named(folder):
    trades = folder / "trades.csv"
    lines = trades.read_text().splitlines()
    lines[3] = lines[3].replace(lines[3].split(",")[8], "twelve")
    trades.write_text("\n".join(lines))
    done = wezer(folder, "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["rows"][0]["row"]) == ("rows", 3)
    assert "trades.csv, row 3" in done.stderr
    assert wezer(folder / "nothing.csv").returncode == 2
    assert wezer(folder, "--from", "nothing").returncode == 2


class Service(BaseHTTPRequestHandler):
    """Answers as Komunitin's accounting does; at first it is busy."""

    busy = 1

    def do_GET(self):
        path = self.path.partition("?")[0]
        if self.headers["Authorization"] != "Bearer secret":
            return self.answer(401, {})
        if Service.busy:
            Service.busy -= 1
            return self.answer(503, {})
        documents = {
            "/GLEN/currency": {"data": {"attributes": {"scale": 2}}},
            "/GLEN/accounts": {
                "data": [
                    {
                        "id": code,
                        "attributes": {"code": code, "balance": 0, "creditLimit": -1},
                    }
                    for code in ("GLEN0001", "GLEN0002")
                ]
            },
            "/GLEN/transfers": {"data": []},
        }
        if path in documents:
            return self.answer(200, documents[path])
        if path == "/GLEN/moved":
            self.send_response(302)
            self.send_header("Location", "/GLEN/currency")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self.answer(404, {})

    def answer(self, code, document):
        data = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments):
        """Print nothing."""


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Service.busy = 1
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_community_is_fetched_from_its_service(service, tmp_path):
    waits = []
    fetch = komunitin.fetcher("secret", waits.append)
    assert fetch(f"{service}/GLEN/currency")["data"]["attributes"]["scale"] == 2
    assert waits == [2.0]
    for path in ("missing", "moved"):
        with pytest.raises(Failure):
            fetch(f"{service}/GLEN/{path}")
    with pytest.raises(Failure):
        komunitin.fetcher("wrong", waits.append)(f"{service}/GLEN/currency")
    token = tmp_path / "token.txt"
    token.write_text("secret\n")
    new = tmp_path / "glen"
    given = ("--url", service, "--code", "GLEN", "--token-file", token)
    done = wezer(new, *given, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == {"accounts": 2, "transfers": 0}
    assert "secret" not in done.stdout + done.stderr
    assert {os.stat(path).st_mode & 0o777 for path in new.iterdir()} == {0o600}
    again = wezer(new, *given)
    assert again.returncode == 2
    assert "there already" in again.stderr


def test_a_token_goes_nowhere_in_the_clear():
    for address in ("http://example.org", "ftp://example.org", "https:/x", "file:///x"):
        with pytest.raises(Failure):
            komunitin.check_address(address)
    for address in ("https://example.org/api", "http://127.0.0.1:8069"):
        komunitin.check_address(address)
