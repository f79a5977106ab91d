"""Making a backup of a database that is in use, its files included.

Everything is read from one snapshot: the dump, the counts of the manifest and the
names of the files. Files of attachments are written once and never changed, so they
are copied after the dump; a lock keeps Odoo from deleting unused ones meanwhile.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

import psycopg2
from psycopg2 import errors

import odoo.release
import odoo.sql_db
from odoo.tools import SQL, config
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from . import archive, encryption, retention
from .refusals import BackupRefused

#: Environment variable with the folder of backups.
FOLDER = "WEZER_BACKUP_DIR"
#: Tables whose rows are counted, so that a restoration can be compared.
COUNTED = (
    *("res_users", "res_partner", "ir_attachment", "wezer_profile", "wezer_group"),
    *("wezer_wallet", "wezer_transfer", "wezer_ledger_entry"),
    *("wezer_announcement", "wezer_deal"),
)
LEDGER = "wezer_ledger_entry"
LOCK_TIMEOUT = "60s"
PART = ".part"
Told = Callable[[str], None]


def silent(_text: str) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    manifest: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


def folder() -> Path:
    """Return where backups go, unless somebody names another place."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else Path(config["data_dir"]) / "backups"


def make(
    database: str,
    path: Path | None = None,
    to: Path | None = None,
    recipients: Iterable[str] = (),
    told: Told = silent,
) -> Made:
    """Write a backup of a database and its files.

    The file has its name only when it is whole, and is its owner's to read.

    :param path: the file; it must not exist
    :param to: the folder, where no file is named; :func:`folder` as a rule
    :param recipients: whom it is encrypted for, see :func:`encryption.recipients`
    :param told: is told how far it is
    :raise BackupRefused: where it cannot be made; nothing is left then
    """
    keys = encryption.recipients(recipients)
    place = path.parent if path else to or folder()
    prepare(place, make=not path)
    with snapshot(database) as cr:
        moment = _moment(cr)
        if not path:
            name = retention.name_of(database, moment, keys.program if keys else "")
            path = place / name
        if path.exists():
            raise _exists(path)
        with whole(path) as file:
            manifest = _write(file, cr, database, moment, keys, told)
    return Made(path, manifest)


def prepare(place: Path, make: bool = True) -> None:
    """Make the folder of backups, and remove what stopped ones left there."""
    try:
        if make:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Other programs call what they have not finished like this, too.
        parts = list(place.glob(f".*.zip*-*{PART}"))
    except OSError as error:
        raise BackupRefused(
            f"{place} cannot be written to: {error.strerror}",
            "Name another folder: --to FOLDER",
            rule="folder",
        ) from error
    if not place.is_dir():
        raise BackupRefused(
            f"There is no folder {place}", "Make it first.", rule="folder"
        )
    for left in parts:
        with contextlib.suppress(OSError), open(left, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that gets its name at the end, and is removed where that fails."""
    part = path.with_name(f".{path.name[:200]}-{secrets.token_hex(4)}{PART}")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupRefused(
            f"{path.parent} cannot be written to: {error.strerror}",
            "Name another folder: --to FOLDER",
            rule="folder",
        ) from error
    try:
        with os.fdopen(number, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
            # Unlike a renaming, a link takes no other file's place.
            os.link(part, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise BackupRefused(
            f"The disk of {path.parent} is full; nothing of the backup is kept",
            "Free some space there, or name another folder: --to FOLDER",
            rule="space",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    entry = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _exists(path: Path) -> BackupRefused:
    return BackupRefused(
        f"{path} exists already", "Name another file.", rule="exists", value=str(path)
    )


@contextlib.contextmanager
def snapshot(database: str) -> Iterator[Any]:
    """Yield a cursor whose transaction sees one moment and keeps its files."""
    try:
        cr = odoo.sql_db.db_connect(database).cursor()
    except psycopg2.OperationalError as error:
        raise BackupRefused(
            f"The database {database} cannot be opened: {_first_line(error)}",
            rule="database",
            value=database,
        ) from error
    with contextlib.closing(cr):
        # Neither statement takes the snapshot yet; the first query does.
        cr.execute(
            SQL(
                "SET LOCAL idle_in_transaction_session_timeout = 0;"
                " SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = %s",
                LOCK_TIMEOUT,
            )
        )
        try:
            # In conflict with the lock that the deletion of unused files takes, and
            # with no reader or writer.
            cr.execute(
                "LOCK TABLE ir_attachment IN ROW EXCLUSIVE MODE", log_exceptions=False
            )
        except errors.UndefinedTable as error:
            raise BackupRefused(
                f"The database {database} is not one of Odoo",
                rule="database",
                value=database,
            ) from error
        except errors.LockNotAvailable as error:
            raise BackupRefused(
                "The files of the database are locked, by an upgrade perhaps",
                "Start the backup again later.",
                rule="locked",
                limit=LOCK_TIMEOUT,
            ) from error
        yield cr


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason was given"])[0]


def _moment(cr: Any) -> datetime:
    """Return the beginning of the transaction.

    What was committed before it is in the snapshot, which is taken a moment later.
    """
    cr.execute("SELECT now()")
    return cr.fetchone()[0].astimezone(timezone.utc)


def _write(
    file: IO[bytes],
    cr: Any,
    database: str,
    moment: datetime,
    keys: encryption.Recipients | None,
    told: Told,
) -> dict[str, Any]:
    manifest = describe(cr, database, moment)
    names = stored_files(cr)
    _check_space(file, cr)
    store = Path(config.filestore(database))
    with (
        encryption.encrypted(file, keys) as stream,
        archive.Writer(stream) as writer,
    ):
        told("database")
        dump = writer.add(archive.DUMP, _dumped(cr, database))
        found = _add_files(writer, names, store, told)
        return writer.close(dump, {**manifest, **found})


def describe(cr: Any, database: str, moment: datetime) -> dict[str, Any]:
    """Return what the manifest says of a database."""
    cr.execute(
        "SELECT name, latest_version FROM ir_module_module WHERE state = 'installed'"
    )
    addons = {name: version or "" for name, version in sorted(cr.fetchall())}
    cr.execute("SELECT current_setting('server_version')")
    server = cr.fetchone()[0].split()[0]
    cr.execute(
        "SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting"
        " WHERE setrole = 0 AND setdatabase ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    settings = dict(row[0].split("=", 1) for row in cr.fetchall())
    return {
        "created": moment.isoformat(),
        "database": database,
        "version": addons.get("wezer_base", ""),
        "odoo": odoo.release.version,
        "postgresql": server,
        "addons": addons,
        "settings": settings,
        "counts": counts(cr),
        "last_ledger_entry": last_entry(cr),
    }


def counts(cr: Any) -> dict[str, int]:
    """Return the number of rows of the tables that are counted."""
    found = {}
    for table in COUNTED:
        cr.execute("SELECT to_regclass(%s)", [table])
        if cr.fetchone()[0]:
            cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(table)))
            found[table] = cr.fetchone()[0]
    return found


def last_entry(cr: Any) -> int | None:
    """Return the number of the last entry of the ledger."""
    cr.execute("SELECT to_regclass(%s)", [LEDGER])
    if not cr.fetchone()[0]:
        return None
    cr.execute(SQL("SELECT max(id) FROM %s", SQL.identifier(LEDGER)))
    return cr.fetchone()[0]


def stored_files(cr: Any) -> list[str]:
    """Return the names of all files that attachments refer to."""
    cr.execute(
        "SELECT DISTINCT store_fname FROM ir_attachment"
        " WHERE store_fname IS NOT NULL ORDER BY store_fname"
    )
    return [row[0] for row in cr.fetchall()]


def _check_space(file: IO[bytes], cr: Any) -> None:
    """Refuse before the dump where the disk cannot even take the files."""
    cr.execute(
        "SELECT coalesce(sum(size), 0) FROM (SELECT max(file_size) AS size"
        " FROM ir_attachment WHERE store_fname IS NOT NULL GROUP BY store_fname) f"
    )
    # Files that compress well take less; a tenth of the database is what a dump takes
    # of one that does.
    wanted = int(cr.fetchone()[0]) // 4
    cr.execute("SELECT pg_database_size(current_database())")
    wanted += int(cr.fetchone()[0]) // 20
    free = shutil.disk_usage(file.fileno()).free
    if free < wanted:
        raise BackupRefused(
            f"There is no space for the backup: {megabytes(free)} are free, and "
            f"{megabytes(wanted)} are needed at least",
            "Free some space there, or name another folder: --to FOLDER",
            rule="space",
            value=free,
            limit=wanted,
        )


def megabytes(size: int) -> str:
    """Return a size as people read it."""
    return f"{size / 1e6:,.1f} MB"


def _dumped(cr: Any, database: str) -> Iterator[bytes]:
    """Yield the dump of the snapshot of a cursor."""
    cr.execute("SELECT pg_export_snapshot()")
    command = [
        *(pg_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"),
        *(f"--snapshot={cr.fetchone()[0]}", f"--lock-wait-timeout={LOCK_TIMEOUT}"),
        database,
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            env=exec_pg_environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        assert process.stdout
        try:
            yield from archive.chunks(process.stdout)
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
        if code:
            said.seek(0)
            why = said.read().decode(errors="replace").strip()
            if "server version mismatch" in why:
                raise BackupRefused(
                    "pg_dump is older than the database server",
                    "Install the client programs of the server's version.",
                    rule="program",
                    value=why,
                )
            raise BackupRefused(
                f"pg_dump stopped: {last_line(why)}", rule="dump", value=why
            )


def pg_tool(name: str) -> str:
    """Return the path of a program of PostgreSQL."""
    try:
        return find_pg_tool(name)
    except Exception as error:
        raise BackupRefused(
            f"The program {name} is not installed",
            "Install it, on Debian and Ubuntu: apt install postgresql-client",
            rule="program",
            value=name,
        ) from error


def last_line(text: str) -> str:
    """Return the line in which a program says why it stopped."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "FATAL" in line]
    return (telling or lines or ["it gave no reason"])[-1].strip()


def _add_files(
    writer: archive.Writer, names: list[str], store: Path, told: Told
) -> dict[str, list[str]]:
    """Add the files of the filestore; return those that are missing or damaged."""
    missing, damaged = [], []
    for number, name in enumerate(names, start=1):
        if number % 500 == 1:
            told(f"file {number:,} of {len(names):,}")
        # Another addon may keep files in a place of its own.
        if not archive.STORED.fullmatch(name):
            missing.append(name)
            continue
        digest = hashlib.sha1(usedforsecurity=False)
        try:
            with open(store / name, "rb") as source:
                writer.add_file(name, _digested(source, digest))
        except FileNotFoundError:
            missing.append(name)
            continue
        # A file is named by its contents.
        if digest.hexdigest() != name.partition("/")[2]:
            damaged.append(name)
    return {"missing": missing, "damaged": damaged}


def _digested(source: IO[bytes], digest: Any) -> Iterator[bytes]:
    for portion in archive.chunks(source):
        digest.update(portion)
        yield portion
