#!/usr/bin/env python3
"""Recovery to a point in time, tried: ``tools/pitr_drill.py [archive|pgbackrest]``.

A database server of its own takes payments, archives its log and is backed up. Somebody
deletes all payments by mistake, and the server is recovered to a moment before it:
every payment that was acknowledged by then must be there once. Prints the time of each
step. The same steps are in docs/production.md, for a server of a community.

Run it with the Python of ``.wezer/venv``; pgBackRest must be installed for its part.
"""

import argparse
import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from launcher import paths, postgres  # noqa: E402
from launcher.console import Failure  # noqa: E402

ARCHIVE, PGBACKREST = "archive", "pgbackrest"
#: Names of the two clusters: of the community, and what is recovered.
LIVE, RECOVERED = "pgpitr", "pgpitrback"
#: A segment of the log is archived whole or not at all, and never twice.
ARCHIVE_COMMAND = (
    "test ! -f {wal}/%f && cp %p {wal}/%f.part && mv {wal}/%f.part {wal}/%f"
)
RESTORE_COMMAND = "cp {wal}/%f %p"
STANZA = "wezer"
SETTINGS = """\
[global]
repo1-path={repo}
repo1-retention-full=2
start-fast=y
process-max=2
compress-type=lz4
log-level-console=warn
log-level-file=off
lock-path={repo}/lock

[wezer]
pg1-path={data}
pg1-socket-path={socket}
pg1-user=odoo
"""


class Silent:
    """A step that shows nothing."""

    def show(self, detail: str) -> None:
        """Show nothing."""


class Payments(Protocol):
    """What pays while the server is backed up."""

    def prepare(self, server: postgres.Cluster) -> None:
        """Make what payments need."""

    def start(self) -> None:
        """Begin to pay."""

    def stop(self) -> dict[str, float]:
        """End; return when each payment was acknowledged."""

    def acknowledged(self) -> int:
        """Return how many payments were acknowledged until now."""

    def destroy(self, server: postgres.Cluster) -> None:
        """Make the mistake that is to be undone."""

    def found(self, server: postgres.Cluster) -> dict[str, int]:
        """Return how often each payment is there."""


class PlainPayments:
    """Rows of one table, so many a second."""

    def __init__(self, rate: int = 50) -> None:
        self.rate = rate
        self.known: dict[str, float] = {}
        self.ends = threading.Event()

    @staticmethod
    def connect(server: postgres.Cluster) -> Any:
        """Return a connection that commits each statement."""
        import psycopg2

        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
        given = {names[key]: value for key, value in server.environment.items()}
        connection = psycopg2.connect(dbname="postgres", **given)
        connection.autocommit = True
        return connection

    def prepare(self, server: postgres.Cluster) -> None:
        """Make the table."""
        with contextlib.closing(self.connect(server)) as connection:
            connection.cursor().execute("CREATE TABLE payment (key text)")
        self.server = server

    def start(self) -> None:
        """Begin to pay."""
        self.thread = threading.Thread(target=self._pay, daemon=True)
        self.thread.start()

    def _pay(self) -> None:
        with contextlib.closing(self.connect(self.server)) as connection:
            cursor, number = connection.cursor(), 0
            while not self.ends.wait(1 / self.rate):
                number += 1
                cursor.execute("INSERT INTO payment VALUES (%s)", [str(number)])
                self.known[str(number)] = time.time()

    def stop(self) -> dict[str, float]:
        """End; return when each payment was acknowledged."""
        self.ends.set()
        self.thread.join()
        return self.known

    def acknowledged(self) -> int:
        """Return how many payments were acknowledged until now."""
        return len(self.known)

    def destroy(self, server: postgres.Cluster) -> None:
        """Delete all of them."""
        with contextlib.closing(self.connect(server)) as connection:
            connection.cursor().execute("DELETE FROM payment")

    def found(self, server: postgres.Cluster) -> dict[str, int]:
        """Return how often each payment is there."""
        with contextlib.closing(self.connect(server)) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT key, count(*) FROM payment GROUP BY key")
            return dict(cursor.fetchall())


class Drill:
    """One server, its archive, and the server that is recovered from it."""

    def __init__(self, method: str, payments: Payments) -> None:
        self.method = method
        self.payments = payments
        self.times: dict[str, float] = {}
        programs = postgres.binaries(LIVE, Silent())  # type: ignore[arg-type]
        self.live = postgres.Cluster(LIVE, *programs)
        self.back = postgres.Cluster(RECOVERED, *programs)
        self.wal = self.live.home / "wal"
        self.settings = self.live.home / "pgbackrest.conf"

    @contextlib.contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.times[step] = time.monotonic() - start

    def run(self, before: int, after: int) -> tuple[dict[str, int], int]:
        """Do all of it.

        :param before: payments that are acknowledged between the backup and the moment
        :param after: payments of between the moment and the mistake
        :return: what was found, and how many were acknowledged by the moment
        :raise Failure: where a payment is lost, is there twice, or is too many
        """
        self.clear()
        try:
            self._begin()
            self.payments.start()
            self._wait(before)
            with self._timed("backup"):
                self._back_up()
            self._wait(before)
            moment = self._moment()
            self._wait(after)
            known = self.payments.stop()
            self.payments.destroy(self.live)
            # A server that lives archives the log by itself, each minute at the latest.
            with self._timed("end of the log"):
                self._archive_rest()
            self.live.stop()
            with self._timed("restoration"):
                self._restore(moment)
            with self._timed("recovery"):
                self.back.start(Silent())  # type: ignore[arg-type]
                self._wait_until_recovered()
            found = self.payments.found(self.back)
            return found, self._compare(known, found, moment)
        finally:
            self.live.stop()
            self.back.stop()

    def clear(self) -> None:
        """Remove both servers and the archive."""
        for cluster in (self.live, self.back):
            cluster.clear()
            for name in ("wal", "repo"):
                shutil.rmtree(cluster.home / name, ignore_errors=True)

    def _own(self, *folders: Path) -> None:
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.live.account:
                os.chown(folder, self.live.account.pw_uid, self.live.account.pw_gid)

    def _begin(self) -> None:
        repo = self.live.home / "repo"
        self._own(self.live.home, self.wal, repo)
        if self.method == PGBACKREST:
            self.settings.write_text(
                SETTINGS.format(repo=repo, data=self.live.data, socket=self.live.socket)
            )
            command = " ".join([*self._pgbackrest(), "archive-push", "%p"])
        else:
            command = ARCHIVE_COMMAND.format(wal=self.wal)
        self.live.options.update(
            archive_mode="on", archive_timeout="60", archive_command=command
        )
        self.live.start(Silent())  # type: ignore[arg-type]
        if self.method == PGBACKREST:
            self.live.run(*self._pgbackrest(), "stanza-create")
            self.live.run(*self._pgbackrest(), "check")
        self.payments.prepare(self.live)

    def _pgbackrest(self) -> list[str]:
        program = shutil.which("pgbackrest")
        if not program:
            raise Failure(
                "pgBackRest is not installed", "On Debian: apt install pgbackrest"
            )
        return [program, f"--config={self.settings}", f"--stanza={STANZA}"]

    def _back_up(self) -> None:
        if self.method == PGBACKREST:
            self.live.run(*self._pgbackrest(), "backup", "--type=full")
            return
        self._own(self.back.home)
        program = self.live.folder / "pg_basebackup"
        self.live.run(program, "-D", self.back.data, "--checkpoint=fast")

    def _restore(self, moment: datetime) -> None:
        target = moment.isoformat(sep=" ")
        if self.method == PGBACKREST:
            self._own(self.back.home, self.back.data)
            self.live.run(
                *self._pgbackrest(),
                *(f"--pg1-path={self.back.data}", "--type=time"),
                *(f"--target={target}", "--target-action=promote", "restore"),
            )
            return
        self.back.options.update(
            restore_command=RESTORE_COMMAND.format(wal=self.wal),
            recovery_target_time=target,
            recovery_target_action="promote",
        )
        signal = self.back.data / "recovery.signal"
        signal.touch()
        if self.live.account:
            os.chown(signal, self.live.account.pw_uid, self.live.account.pw_gid)

    def _query(self, cluster: postgres.Cluster, text: str) -> str:
        program = cluster.folder / "psql"
        return cluster.run(program, "-d", "postgres", "-Atc", text).strip()

    def _moment(self) -> datetime:
        text = self._query(self.live, "SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        return datetime.fromisoformat(text.ljust(26, "0") + "+00:00")

    def _archive_rest(self) -> None:
        last = self._query(self.live, "SELECT pg_walfile_name(pg_switch_wal())")
        query = (
            f"SELECT coalesce(last_archived_wal >= '{last}', false)"
            " FROM pg_stat_archiver"
        )
        self._until(lambda: self._query(self.live, query) == "t", "archived")

    def _wait_until_recovered(self) -> None:
        query = "SELECT pg_is_in_recovery()"
        self._until(lambda: self._query(self.back, query) == "f", "recovered")

    def _wait(self, count: int) -> None:
        wanted = self.payments.acknowledged() + count
        self._until(lambda: self.payments.acknowledged() >= wanted, "paid")

    @staticmethod
    def _until(condition: Any, what: str) -> None:
        deadline = time.monotonic() + 300
        while not condition():
            if time.monotonic() > deadline:
                raise Failure(f"Not {what} within five minutes")
            time.sleep(0.05)

    @staticmethod
    def _compare(
        known: dict[str, float], found: dict[str, int], moment: datetime
    ) -> int:
        before = {key for key, when in known.items() if when < moment.timestamp()}
        lost = before - set(found)
        twice = [key for key, count in found.items() if count != 1]
        # One that was committed by then may have been acknowledged a moment later.
        late = (moment + timedelta(seconds=5)).timestamp()
        after = [key for key in found if known.get(key, late) > late]
        for keys, how in ((lost, "lost"), (twice, "twice"), (after, "of afterwards")):
            if keys:
                raise Failure(f"{len(keys)} payments are {how}: {sorted(keys)[:5]}")
        return len(before)


def size(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(arguments: list[str]) -> int:
    """Try the ways that are named, or both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("method", nargs="?", choices=[ARCHIVE, PGBACKREST])
    parser.add_argument("--payments", type=int, default=500)
    options = parser.parse_args(arguments)
    paths.prepare()
    for method in [options.method] if options.method else [ARCHIVE, PGBACKREST]:
        drill = Drill(method, PlainPayments())
        try:
            found, before = drill.run(options.payments, options.payments)
            stored = size(drill.wal) + size(drill.live.home / "repo")
            steps = ", ".join(f"{name} {t:.1f} s" for name, t in drill.times.items())
            print(
                f"{method}: {before} payments acknowledged by the moment, "
                f"{len(found)} recovered, each once; {steps}; "
                f"{stored / 1e6:.0f} MB in the archive."
            )
        finally:
            drill.clear()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        sys.exit(f"pitr_drill: {failure}")
