"""`./wezer run`: from nothing to a served community."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from . import database as databases
from . import odoo_process, paths, postgres, session
from .console import Failure, Step, Steps, seconds
from .database import Database
from .odoo_process import Runner

ROLES = ("member", "coordinator", "moderator", "administrator")
# Seconds: for the server of a killed launcher to end, between two looks at the log.
ENDING = 30
LOOK_AT_LOG = 30
PAGES = ("/", "/market", "/members", "/web/login")
# The environment variable with the address of the community.
ADDRESS = "WEZER_URL"


def run(options: argparse.Namespace) -> int:
    """Serve the demo community until Ctrl-C."""
    started = time.monotonic()
    running = still_running()
    if running:
        raise Failure(
            f"Wezer already runs at {running['url']} (process {running['pid']})",
            f"Use it, or stop it with: kill {running['pid']}",
        )
    # The server of a launcher that was killed takes a moment to end.
    check_port(options.port, ENDING if run_json() else 0)
    check_kit(options.kit)
    if options.fresh:
        clear()
    steps = Steps(6)
    # Links in e-mails begin with it, from the first start: wezer_base reads it.
    os.environ.setdefault(ADDRESS, address(options))
    with session.open_runner(steps) as runner:
        database = databases.Database(runner)
        prepare(steps, database, options)
        serve(steps, database, options, started)
    return 0


def address(options: argparse.Namespace) -> str:
    """Return where this machine serves the community."""
    return f"http://127.0.0.1:{options.port}"


def check_port(port: int, patience: float = 0) -> None:
    """Before anything else: nothing is more annoying after two minutes."""
    deadline = time.monotonic() + patience
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            while True:
                try:
                    probe.bind(("127.0.0.1", port))
                    return
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
        except OSError as error:
            raise Failure(
                f"Port {port} is taken",
                f"Choose another one: ./wezer run --port {port + 1}",
            ) from error
        except OverflowError as error:
            raise Failure(
                f"Port {port} does not exist", "Choose 1024 to 65535."
            ) from error


def check_kit(kit: str | None) -> None:
    """Refuse an unknown kit."""
    folder = paths.ROOT / "launcher" / "demo" / "kits"
    if kit and not (folder / kit).exists() and not (folder / f"{kit}.py").exists():
        known = sorted({p.stem for p in folder.glob("*") if p.stem[0] not in "_."})
        raise Failure(
            f"There is no kit {kit}",
            f"Kits: {', '.join(known)}" if known else "There are none in this version.",
        )


def run_json() -> dict | None:
    """What the last ./wezer run wrote down, unless it has ended as it should."""
    try:
        return json.loads((paths.STATE / "run.json").read_text())
    except (OSError, ValueError):
        return None


def still_running() -> dict | None:
    """Return what a running ./wezer run noted; None where none runs."""
    known = run_json() or {}
    try:
        return known if postgres.alive(known["pid"]) and answers(known["url"]) else None
    except (TypeError, KeyError):
        return None


def clear() -> None:
    """Forget the database (of our own server: its files too), keep the downloads."""
    if not postgres.configured(os.environ):
        postgres.clear("pg")
    for path in (paths.STATE / f"{databases.NAME}.json", paths.STATE / "logins.json"):
        path.unlink(missing_ok=True)
    if not postgres.configured(os.environ):
        shutil.rmtree(paths.STATE / "data" / "filestore" / databases.NAME, True)


def prepare(steps: Steps, database: Database, options: argparse.Namespace) -> None:
    """Steps 4 and 5: the database and who lives in it."""
    options.start = "later"
    demo = not options.no_demo and databases.demo_is_there()
    with steps.step("Database") as step:
        known = database.remembered()
        exists = database.exists()
        if exists and not known and postgres.configured(os.environ):
            raise Failure(
                f"The server {os.environ.get('PGHOST', 'of odoo.conf')} already has a "
                f"database {database.name} that was not made from here",
                "Rename or drop it, or unset PGHOST.",
            )
        # A demo that was interrupted is not gone on with: nobody knows where it stood.
        begun = known.get("demo") == "begun"
        if exists and known.get("installed") and not begun:
            database.check_version()
            text = database.update(step)
            step.show(step.detail or "as it was")
        else:
            text = database.create(step)
            options.start = "first"
    databases.show(text)
    with steps.step("Community") as step:
        known = database.remembered()
        if known.get("ready"):
            step.show("as it was")
        elif demo:
            database.make_demo(step, options.kit)
        elif options.no_demo:
            database.make_administrator()
            step.show("empty, with an administrator")
        else:
            database.make_administrator()
            step.show("empty: launcher/demo is not there")
        database.remember(ready=True)


def serve(
    steps: Steps, database: Database, options: argparse.Namespace, started: float
) -> None:
    """Start Odoo and wait until it ends."""
    url = address(options)
    runner = database.runner
    paths.rotate(runner.log)
    mark = runner.log.stat().st_size if runner.log.exists() else 0
    with steps.step("Website") as step:
        with paths.open_log(runner.log) as log:
            process = runner.start(
                "server",
                *("-d", database.name, "--db-filter", f"^{database.name}$"),
                # Not in the file, which other commands write anew before a reload.
                *("--http-interface", "127.0.0.1", "--http-port", options.port),
                # By its name: then it begins a new file when this one is put aside.
                *("--logfile", runner.log),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until_served(process, url, runner, mark, step)
        except BaseException:
            odoo_process.end(process)
            raise
    try:
        announce(database, url)
        steps.save(paths.STATE / "timings.json", "run, " + options.start)
        print(f"Ready after {seconds(time.monotonic() - started)}. Ctrl-C stops it.")
        sys.stdout.flush()
        if not options.no_browser and session.interactive():
            webbrowser.open(url)
        code = wait(process, runner.log)
        raise Failure(
            f"Odoo ended by itself ({code}): "
            + odoo_process.last_error(odoo_process.read_from(runner.log, mark)),
            f"The log is {runner.log}.",
        )
    except (KeyboardInterrupt, session.Stopped):
        print("\nStopping …")
    finally:
        odoo_process.end(process)
        (paths.STATE / "run.json").unlink(missing_ok=True)
    print("Stopped. The data are kept; ./wezer run goes on with them.")


def wait(process: subprocess.Popen, log: Path) -> int:
    """Wait for the server to end; meanwhile put its log aside when it is large."""
    while True:
        try:
            return process.wait(LOOK_AT_LOG)
        except subprocess.TimeoutExpired:
            paths.rotate(log)


def wait_until_served(
    process: subprocess.Popen, url: str, runner: Runner, start: int, step: Step
) -> None:
    """Wait until the site answers."""
    deadline = time.monotonic() + 180
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            text = odoo_process.read_from(runner.log, start)
            raise Failure(
                f"Odoo does not start: {odoo_process.last_error(text)}",
                f"The log is {runner.log}.",
            )
        time.sleep(0.2)
    for page in PAGES:
        step.show(f"first look at {page}")
        fetch(url + page)
    step.show(url)


def answers(url: str) -> bool:
    """Return whether the site answers."""
    return fetch(url + "/web/health", 5) == 200


def fetch(url: str, patience: float = 120) -> int | None:
    """The status of a page; None where nobody answers."""
    # Never by way of a proxy: it is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=patience) as response:
            response.read()
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def announce(database: Database, url: str) -> None:
    """Write run.json and print who may log in."""
    logins = database.logins()
    path = paths.STATE / "run.json"
    path.touch(0o600)
    path.write_text(
        json.dumps(
            {
                "url": url,
                "database": database.name,
                "pid": os.getpid(),
                "logins": logins,
            },
            indent=2,
        )
        + "\n"
    )
    print(f"\n  Wezer is at {url}\n")
    for role in [*ROLES, *(role for role in logins if role not in ROLES)]:
        if role in logins:
            who = logins[role]
            print(f"    {role:<15}{who['login']:<28}{who['password']}")
    print()
