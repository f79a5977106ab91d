"""Calling Odoo: its configuration, its log, its programs."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any, Protocol

from . import paths, python_env
from .console import Failure, Step
from .odoo_main import LIFELINE
from .odoo_source import Odoo


class Listener(Protocol):
    """What shows how far a program is: a step of the command line, as a rule."""

    def show(self, detail: str) -> None:
        """Show one line of output."""


PROGRAM = paths.ROOT / "launcher" / "odoo_main.py"

# Lines that Odoo logs on every machine like this one, and that are not ours.
BENIGN = (
    "Running as user 'root'",
    "(WARNING/2)",  # docutils on another addon's readme
    "odoo.addons.base.models.ir_actions_report: You need Wkhtmltopdf",
    "unaccent",
)
LOADING = re.compile(r"Loading module (\w+) \((\d+)/(\d+)\)")
BAD = re.compile(r" (WARNING|ERROR|CRITICAL) | py\.warnings")


class Runner:
    """Odoo's programs with one configuration and one database server."""

    def __init__(self, odoo: Odoo, server: Any, config: Path, log: Path) -> None:
        self.odoo = odoo
        self.config = config
        self.log = log
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ODOO_")},
            **server.environment,
            "PYTHONPATH": os.pathsep.join([str(odoo.library), str(paths.ROOT)]),
            "ODOO_RC": str(config),
            "PYTHONUNBUFFERED": "1",
            # Without bytecode each start compiles all of Odoo. In a folder of its own
            # it is kept where Python was told to write none beside the sources, too.
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX")
            or str(paths.STATE / "bytecode"),
            "WEZER_STATE": str(paths.STATE),
        }
        for name in ("PGDATABASE", "PYTHONDONTWRITEBYTECODE"):
            self.environment.pop(name, None)
        folder = getattr(server, "folder", None)
        self.server_programs = [str(folder)] if folder else []
        self.pg_path = ""
        if folder and (Path(folder) / "pg_dump").exists():
            # Programs of the server's own version, for backups.
            self.pg_path = str(folder)
        addons = [*odoo.addons, paths.ADDONS]
        self.addons_path = ",".join(str(path) for path in addons)

    def write_config(self, **options: object) -> None:
        """Write Odoo's configuration file; ``options`` overrides."""
        options = {
            "addons_path": self.addons_path,
            "data_dir": paths.STATE / "data",
            "list_db": False,
            "http_interface": "127.0.0.1",
            # What is answered while the database is down holds from the start.
            "server_wide_modules": "base,rpc,web,wezer_base",
            "workers": 0,
            "max_cron_threads": 1,
            "with_demo": False,
            # No mail server: e-mails wait until an administrator sets one.
            "smtp_server": "",
            "publisher_warranty_url": "",
            **({"pg_path": self.pg_path} if self.pg_path else {}),
            # Nobody manages databases over HTTP here, so nobody knows it.
            "admin_passwd": secrets.token_urlsafe(32),
            # Scheduled actions may take longer than pages; both end with a reload.
            "limit_time_real": 120,
            "limit_time_real_cron": 3600,
            "limit_time_cpu": 3600,
            **options,
        }
        lines = ["[options]"] + [f"{key} = {value}" for key, value in options.items()]
        self.config.touch(0o600)
        self.config.chmod(0o600)
        self.config.write_text("\n".join(lines) + "\n")

    def command(self, name: str, *arguments: object) -> list[str]:
        """Return the command line of a program of Odoo's."""
        return [python_env.python(), str(PROGRAM), name, *map(str, arguments)]

    def start(self, name: str, *arguments: object, **popen: Any) -> subprocess.Popen:
        """Start a program of Odoo's; it ends when this process does, however."""
        lifeline, ours = os.pipe()
        try:
            process = subprocess.Popen(
                self.command(name, *arguments),
                env={**self.environment, LIFELINE: str(lifeline)},
                pass_fds=[lifeline],
                umask=0o077,
                **popen,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(lifeline)
        # Open as long as this process lives: nobody writes to it.
        process.lifeline = ours  # type: ignore[attr-defined]
        process.ends = weakref.finalize(  # type: ignore[attr-defined]
            process, os.close, ours
        )
        return process

    def server(self, step: Step, *arguments: object, log: Path | None = None) -> str:
        """Run `odoo server … --stop-after-init`, saying which module it is at."""
        log = log or self.log
        paths.rotate(log)
        start = log.stat().st_size if log.exists() else 0
        with paths.open_log(log) as output:
            process = self.start(
                "server",
                *arguments,
                *("--stop-after-init", "--no-http", "--max-cron-threads=0"),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        follow = threading.Thread(
            target=self._follow, args=(process, log, start, step), daemon=True
        )
        follow.start()
        code = wait(process)
        follow.join()
        text = read_from(log, start)
        if code:
            raise Failure(f"Odoo stopped: {last_error(text)}", f"The log is {log}.")
        return text

    def _follow(
        self, process: subprocess.Popen, log: Path, start: int, step: Step
    ) -> None:
        while process.poll() is None:
            found = LOADING.findall(read_from(log, start)[-4000:])
            if found:
                module, number, total = found[-1]
                step.show(f"{module} ({number}/{total})")
            try:
                process.wait(0.7)
            except subprocess.TimeoutExpired:
                continue

    def shell(self, database: str, script: str, step: "Listener | None" = None) -> str:
        """Run Python text in `odoo shell`; its output is returned.

        Its output is shown as the progress of the step.
        """
        with paths.open_log(self.log) as log:
            # Only what is written from here on can say why it stopped.
            start = os.fstat(log.fileno()).st_size
            process = self.start(
                "shell",
                *("-d", database, "--no-http", "--log-level=warn"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
            output = communicate(process, GUARD.format(script=script), step)
        if process.returncode:
            text = read_from(self.log, start)
            raise Failure(
                f"Odoo stopped: {last_error(text)}", f"The log is {self.log}."
            )
        return output


# Odoo's shell goes on after an exception and ends with 0: a script that fails must not.
GUARD = """\
import os as _os, sys as _sys, traceback as _traceback
try:
    exec(compile({script!r}, "<wezer>", "exec"), globals())
except BaseException:
    _traceback.print_exc()
    _sys.stderr.flush()
    _sys.stdout.flush()
    _os._exit(3)
"""


def wait(process: subprocess.Popen) -> int:
    """Wait for a child; Ctrl-C ends it too."""
    try:
        return process.wait()
    except BaseException:
        end(process)
        raise


def communicate(process: subprocess.Popen, text: str, step: "Listener | None") -> str:
    """Hand a program its input; return its output, shown line by line."""
    lines = []
    assert process.stdin and process.stdout
    try:
        # A program that ended at once takes no input: its code says why.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(text)
            process.stdin.close()
        for line in process.stdout:
            lines.append(line)
            if step:
                step.show(line.strip())
        process.wait()
    except BaseException:
        end(process)
        raise
    return "".join(lines)


def end(process: subprocess.Popen, patience: float = 15) -> None:
    """Ask a child to stop, then make it."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def read_from(path: Path, start: int) -> str:
    """The text of a log from a byte on; all of it where it was begun anew since."""
    try:
        with open(path, errors="replace") as log:
            log.seek(start if start <= os.fstat(log.fileno()).st_size else 0)
            return log.read()
    except OSError:
        return ""


def last_error(text: str) -> str:
    """The most telling line of a log."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        if re.match(r"^[\w.]+(Error|Exception|Refusal|NotAllowed)\b", line):
            return line
    for line in reversed(lines):
        if " CRITICAL " in line or " ERROR " in line:
            return line.split(": ", 1)[-1]
    return lines[-1] if lines else "it gave no reason"


def complaints(text: str) -> list[str]:
    """Warnings and errors of an install log, without the benign ones."""
    return [
        line
        for line in text.splitlines()
        if BAD.search(line) and not any(benign in line for benign in BENIGN)
    ]


def show_complaints(text: str) -> None:
    """Print the warnings and errors of a log."""
    for line in complaints(text):
        sys.stdout.write(f"      {line}\n")
