"""What every command needs: Python packages, Odoo, PostgreSQL."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from . import odoo_source, paths, postgres, python_env
from .console import Failure, Steps
from .database import Database
from .odoo_process import Runner


class Stopped(BaseException):
    """SIGTERM arrived, or the terminal was closed: end like Ctrl-C."""


def _on_term(number: int, frame: Any) -> NoReturn:
    raise Stopped


@contextlib.contextmanager
def open_runner(
    steps: Steps,
    cluster: str = "pg",
    log: str = "odoo.log",
    test: bool = False,
    **config: object,
) -> Iterator[Runner]:
    """Yield a Runner; whatever was started is stopped at the end."""
    signal.signal(signal.SIGTERM, _on_term)
    # Started with nohup it goes on.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _on_term)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    paths.prepare()
    with steps.step("Python packages") as step:
        python_env.ensure(step, test=test)
    with steps.step("Odoo 19") as step:
        odoo = odoo_source.find(step)
        step.show(odoo.origin)
    server = None
    try:
        with steps.step("PostgreSQL") as step:
            server = postgres.find(cluster, step)
            server.start(step)
        runner = Runner(
            odoo, server, paths.STATE / f"{cluster}.conf", paths.STATE / log
        )
        runner.write_config(**config)
        yield runner
    finally:
        if server:
            # A second Ctrl-C must not leave the server behind.
            with contextlib.suppress(ValueError):
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            server.stop()


@contextlib.contextmanager
def live_database(steps: Steps) -> Iterator[Database]:
    """The database that `./wezer run` made, its server started if it is not."""
    with open_runner(steps) as runner:
        database = Database(runner)
        if not database.is_ready():
            raise Failure("There is no database yet", "Make one with: ./wezer run")
        yield database


def interactive() -> bool:
    """Return whether a person sits at a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty() and "CI" not in os.environ
