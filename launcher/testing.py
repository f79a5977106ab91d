"""`./wezer test`: a database from a template, then pytest over addons and tests."""

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import odoo_process, paths, python_env, session
from .console import Failure, Step, Steps, seconds
from .database import SETTLE, Database
from .odoo_process import Runner

TEMPLATE = "wezer_template"
# Odoo's addons below the lowest of ours: the template is made from it.
BELOW = "wezer_below"
DATABASE = "wezer_test"
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def test(options: argparse.Namespace) -> int:
    """Run the tests; return 1 where one fails."""
    paths.prepare()
    if options.tools_only:
        return tools()
    check_browser()
    steps = Steps(5)
    with one_at_a_time():
        with session.open_runner(
            steps,
            cluster="pgtest",
            log="test.log",
            test=True,
            # Pages promise e-mails, and port 9 of this machine takes none.
            smtp_server="127.0.0.1",
            smtp_port=9,
            screenshots=paths.STATE / "screenshots",
        ) as runner:
            database = Database(runner, TEMPLATE)
            with steps.step("Test database") as step:
                lines = template(step, database, options.template)
                database.copy(TEMPLATE, DATABASE)
            for line in lines:
                print(f"      {line}")
            if options.install_only:
                print(f"{len(paths.our_addons())} addons install.")
                return 1 if lines else 0
            start = time.monotonic()
            print("[5/5] Tests …", flush=True)  # pytest shows its own progress
            code = pytest(runner, options)
            steps.times["Tests"] = time.monotonic() - start
        steps.save(paths.STATE / "timings.json", "test")
    if lines:
        print(f"The log of the install has {len(lines)} warnings or errors of ours.")
        code = code or 1
    took = seconds(sum(steps.times.values()))
    which = "without the slow tests, " if options.fast else ""
    counts = "large counts" if options.all else "small counts"
    print(f"{'FAILED' if code else 'Passed'}, {which}with {counts}, in {took}.")
    return code


def tools() -> int:
    """Make the environment of the tests, in which the linters are too."""
    with one_at_a_time(), Steps(1).step("Python packages") as step:
        python_env.ensure(step, test=True)
    print(f"The tools are in {python_env.folder() / 'bin'}.")
    return 0


def check_browser() -> None:
    """Refuse to begin without a browser."""
    if not any(shutil.which(name) for name in BROWSERS):
        raise Failure(
            "The browser tests need Chromium, which is not here",
            "Install it, on Debian: apt install chromium chromium-driver",
        )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep a second run out."""
    with open(paths.STATE / "test.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failure(
                "Another ./wezer test is running here", "Wait for it, or stop it."
            ) from error
        yield


def template(step: Step, database: Database, mode: str = "upgrade") -> list[str]:
    """The database that every run starts from; returns the install's warnings.

    An addon that changed is upgraded. The template is made anew where an upgrade would
    not give the same: another Odoo, an addon that was removed, or a change in what an
    upgrade does not read again (records that are not updated, hooks, migrations).

    :param str mode: ``upgrade``; ``rebuild`` to make it anew in any case; ``keep`` to
        take it as it is, which is enough after a change of method bodies
    """
    known = database.remembered()
    state: dict[str, Any] = {
        "base": base_mark(database.runner),
        "addons": paths.addon_hashes(),
    }
    exists = database.exists()
    if exists and mode == "keep" and known.get("addons"):
        step.show("as it was")
        return known["complaints"]
    if exists and mode != "rebuild" and known.get("base") == state["base"]:
        old = known.get("addons", {})
        changed = [
            name for name, mark in state["addons"].items() if old.get(name) != mark
        ]
        if not changed and not set(old) - set(state["addons"]):
            step.show("copied from the template")
            return known["complaints"]
        if set(old) == set(state["addons"]):
            with contextlib.suppress(Failure):
                return install(step, database, "-u", changed, state)
    below(step, database.runner)
    # What is noted of the former template does not hold of the copy.
    database.memory.unlink(missing_ok=True)
    database.copy(BELOW, database.name)
    return install(step, database, "-i", paths.our_addons(), state)


def below(step: Step, runner: Runner) -> None:
    """Make the database with Odoo's own addons, if there is none or Odoo is another."""
    database = Database(runner, BELOW)
    names = lowest_addons()
    mark = "\n".join([*odoo_marks(runner), *names])
    if database.exists() and database.remembered().get("mark") == mark:
        return
    database.memory.unlink(missing_ok=True)
    database.drop()
    install_addons(step, database, "-i", names)
    database.remember(mark=mark)


def lowest_addons() -> list[str]:
    """Return the addons of Odoo that the lowest addon of the suite depends on."""
    manifests = paths.manifests()
    lowest = [
        manifest["depends"]
        for manifest in manifests.values()
        if not set(manifests) & set(manifest["depends"])
    ]
    return sorted(set.intersection(*map(set, lowest))) if lowest else []


def install(
    step: Step, database: Database, option: str, names: list[str], state: dict
) -> list[str]:
    """Install or upgrade addons in the template; it counts only once it is whole."""
    database.memory.unlink(missing_ok=True)
    text = install_addons(step, database, option, names)
    step.show("browser files")
    database.runner.shell(database.name, SETTLE)
    lines = odoo_process.complaints(text)
    database.remember(**state, complaints=lines)
    step.show(f"{len(names)} addons" + (" upgraded" if option == "-u" else ""))
    return lines


def install_addons(
    step: Step, database: Database, option: str, names: list[str]
) -> str:
    """Let Odoo install or upgrade addons; return its log."""
    log = paths.STATE / "test-install.log"
    log.unlink(missing_ok=True)
    return database.runner.server(
        step,
        *("-d", database.name, option, ",".join(names), "--skip-auto-install"),
        log=log,
    )


def odoo_marks(runner: Runner) -> list[str]:
    """Marks of Odoo and of the packages that it runs with; the same in each clone."""
    library = os.path.relpath(runner.odoo.library.resolve(), paths.STATE.resolve())
    return [library, python_env.RUN.read_text()]


def base_mark(runner: Runner) -> str:
    """A mark of everything that an upgrade of the addons does not renew."""
    parts = [*odoo_marks(runner), SETTLE]
    bridges = paths.bridges()
    for path in sorted(paths.ADDONS.glob("*/**/*")):
        name = path.relative_to(paths.ADDONS).as_posix()
        if name.split("/")[0] in bridges:
            continue
        hook = path.name == "hooks.py" or "/migrations/" in name
        if path.is_file() and (
            hook
            and path.suffix == ".py"
            or path.suffix == ".xml"
            and 'noupdate="1"' in path.read_text()
        ):
            parts += [name, path.read_text()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def pytest_command(config: Path, options: argparse.Namespace) -> list[str]:
    """Return the command line of pytest.

    :param config: the configuration of Odoo that the tests use
    """
    targets = [a for a in options.arguments if Path(a.split("::")[0]).exists()]
    others = [a for a in options.arguments if a not in targets]
    command = [python_env.python(), "-m", "pytest", "-p", "launcher.pytest_plugin"]
    command += [f"--odoo-database={DATABASE}", f"--odoo-config={config}"]
    command += ["--odoo-http", "-rs", *others, *options.rest]
    command += ["-k", options.k] if options.k else []
    command += ["-m", "not slow"] if options.fast else []
    command += [os.path.abspath(t) for t in targets] or ["addons", "tests"]
    if not targets:
        command += ["--durations=25", "--durations-min=2"]
    workers = options.workers or (1 if targets or options.k else os.cpu_count() or 1)
    if workers > 1:
        # In the order of the plugin, which puts first what takes long.
        command += ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    return command


def pytest(runner: Runner, options: argparse.Namespace) -> int:
    """Run pytest on the database; return its exit code."""
    command = pytest_command(runner.config, options)
    environment = {
        **runner.environment,
        "WEZER_COUNTS": "all" if options.all else "small",
        # Each worker copies the database with the server's own program.
        "PATH": os.pathsep.join([*runner.server_programs, os.environ["PATH"]]),
    }
    process = subprocess.Popen(command, cwd=paths.ROOT, env=environment)
    return odoo_process.wait(process)
