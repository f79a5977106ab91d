"""Restoring a backup: first beside the live database, then in its place.

What is restored has its final name only when its counts are those of the manifest and
the checks of ``wezer.invariant`` have passed; until then nothing else is touched.
"""

import contextlib
import errno
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errors

import odoo.release
import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.module import Manifest
from odoo.modules.neutralize import neutralize_database
from odoo.modules.registry import Registry
from odoo.service.db import _create_empty_database, database_identifier
from odoo.tools import SQL, config
from odoo.tools.misc import exec_pg_environ

from . import archive, encryption
from .making import Told, counts, last_entry, last_line, megabytes, pg_tool, silent
from .refusals import BackupRefused

#: Each statement commits: the disk is waited for by the renaming, which ends it all.
NO_WAIT = {"PGOPTIONS": "-c synchronous_commit=off"}
#: A name of PostgreSQL has 63 bytes; what we put behind it must fit.
NAME_LIMIT = 36


@dataclass
class Restored:
    """A backup that was restored, or that a drill has found whole."""

    manifest: dict[str, Any]
    #: Where it is now; None after a drill.
    database: str | None = None
    #: The name of the database that was replaced, where it is kept.
    kept: str | None = None
    checks: list[dict] = field(default_factory=list)
    upgraded: bool = False
    neutralized: bool = False
    #: What the operator should know.
    notes: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[dict]:
        """The checks that found something."""
        return [check for check in self.checks if check["rows"]]


@dataclass
class Wish:
    """How a backup is to be restored."""

    database: str
    identities: Iterable[Path] = ()
    #: Restore beside everything, check, and remove it again.
    drill: bool = False
    replace: bool = False
    drop_old: bool = False
    check: bool = True
    upgrade: bool = False
    neutralize: bool = False


def restore(path: Path, wish: Wish, told: Told = silent) -> Restored:
    """Restore a backup.

    :param told: is told how far it is
    :raise BackupRefused: where it cannot be, or does not pass; nothing is changed then
    """
    if not wish.drill:
        _check_target(wish)
    with readable(path, wish.identities, told) as opened:
        result = Restored(opened.manifest)
        _check_versions(opened.manifest)
        opened.prove(told)
        _check_space(opened)
        side = beside(wish.database, "restored")
        try:
            _fill(side, opened, wish, result, told)
            if not wish.drill:
                result.kept = _put_in_place(side, wish, result)
                result.database = wish.database
        finally:
            if wish.drill or not result.database:
                # A server that is gone is the reason that is told, not this.
                with contextlib.suppress(psycopg2.OperationalError):
                    drop(side)
    if result.kept and wish.drop_old:
        drop(result.kept)
        result.kept = None
    return result


# === Before anything is written === #


def _check_target(wish: Wish) -> None:
    """Refuse to replace a database unasked, or one that is in use."""
    if not database_exists(wish.database):
        return
    if not wish.replace:
        raise BackupRefused(
            f"There is a database {wish.database} already",
            "Add --replace to put the backup in its place, or name another: "
            "--database NAME",
            rule="exists",
            value=wish.database,
        )
    with _server() as cr:
        cr.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s",
            [wish.database],
        )
        users = cr.fetchone()[0]
    if users:
        raise _in_use(wish.database)


def _in_use(database: str) -> BackupRefused:
    return BackupRefused(
        f"The database {database} is in use",
        "Stop Odoo first: Ctrl-C where ./wezer run runs, or docker compose stop odoo",
        rule="in_use",
        value=database,
    )


@contextlib.contextmanager
def readable(path: Path, identities: Iterable[Path], told: Told) -> Iterator[Any]:
    """Open the archive of a backup, decrypted where it is encrypted."""
    try:
        encrypted = encryption.program_of(path)
    except OSError as error:
        raise BackupRefused(
            f"{path} cannot be read: {error.strerror}", rule="file", value=str(path)
        ) from error
    if not encrypted:
        with open(path, "rb") as file, archive.opened(file, path.name) as opened:
            yield opened
        return
    told("decrypting")
    home = Path(config["data_dir"])
    home.mkdir(parents=True, exist_ok=True)
    free, size = shutil.disk_usage(home).free, path.stat().st_size
    if free < size:
        raise _no_space(home, free, size)
    # Without a name: nothing of it is left, whatever ends this process.
    with tempfile.TemporaryFile(dir=home) as plain:
        try:
            encryption.decrypt(path, plain, identities)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise _no_space(home, free, size) from error
        with archive.opened(plain, path.name) as opened:
            yield opened


def _check_versions(manifest: dict[str, Any]) -> None:
    """Refuse what newer addons or a newer server have written."""
    for name, theirs in sorted(manifest["addons"].items()):
        found = Manifest.for_addon(name, display_warning=False)
        if not found:
            raise BackupRefused(
                f"The backup uses the addon {name}, which is not installed here",
                "Put it into the addons path.",
                rule="addon",
                value=name,
            )
        if numbers(theirs) > numbers(found["version"]):
            raise BackupRefused(
                f"The backup was made by a newer version: {name} {theirs} there, "
                f"{found['version']} here",
                "Fetch the newer Wezer (git pull).",
                rule="newer",
                value=theirs,
                limit=found["version"],
            )
    with _server() as cr:
        cr.execute("SELECT current_setting('server_version')")
        ours = cr.fetchone()[0].split()[0]
    theirs = str(manifest.get("postgresql", ""))
    if numbers(theirs)[:1] > numbers(ours)[:1]:
        raise BackupRefused(
            f"The backup was made with PostgreSQL {theirs}, and {ours} is here",
            "Restore it to a server of that version or a newer one.",
            rule="newer",
            value=theirs,
            limit=ours,
        )


def numbers(version: str) -> list[int]:
    """Return the parts of a version as numbers."""
    return [int(part) for part in version.split(".") if part.isdigit()]


def _check_space(opened: archive.Archive) -> None:
    home = Path(config["data_dir"])
    home.mkdir(parents=True, exist_ok=True)
    free, wanted = shutil.disk_usage(home).free, opened.space()
    if free < wanted:
        raise _no_space(home, free, wanted)


def _no_space(home: Path, free: int, wanted: int) -> BackupRefused:
    return BackupRefused(
        f"There is no space to restore the backup: {megabytes(free)} are free in "
        f"{home}, and {megabytes(wanted)} are needed",
        "Free some space there.",
        rule="space",
        value=free,
        limit=wanted,
    )


# === The database beside === #


def _fill(
    side: str, opened: archive.Archive, wish: Wish, result: Restored, told: Told
) -> None:
    """Make the database with its files, and prove it."""
    told("database")
    try:
        _create_empty_database(side)
    except errors.InsufficientPrivilege as error:
        raise BackupRefused(
            "The database server does not let Odoo's account make databases",
            "Give it the right: ALTER ROLE … CREATEDB",
            rule="right",
        ) from error
    _load(side, opened)
    told("files")
    try:
        opened.unpack(Path(config.filestore(side)))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        home = Path(config["data_dir"])
        free = shutil.disk_usage(home).free
        raise _no_space(home, free, opened.space()) from error
    manifest = opened.manifest
    with _cursor(side) as cr:
        found = {"counts": counts(cr), "last_ledger_entry": last_entry(cr)}
        if any(found[key] != manifest.get(key) for key in found):
            raise archive.damaged("what was restored is not what was counted")
        # A copy must not send anything before anybody looks at it.
        if wish.neutralize or wish.drill:
            neutralize_database(cr)
            result.neutralized = True
            cr.commit()  # pylint: disable=invalid-commit
    _apply_settings(side, manifest, result)
    _tell_files(manifest, result)
    try:
        older = _older(manifest) or (["wezer_base"] if wish.upgrade else [])
        if older:
            told("upgrading")
            result.upgraded = True
            Registry.new(side, update_module=True, upgrade_modules=older)
        if wish.check or wish.drill:
            told("checking")
            result.checks = _run_checks(side)
    finally:
        Registry.delete(side)
        odoo.sql_db.close_db(side)
    if result.broken and not wish.drill:
        names = "; ".join(check["name"] for check in result.broken)
        raise BackupRefused(
            f"The backup was restored, and does not pass the checks: {names}",
            "It was removed again. --no-check restores it as it is.",
            rule="check",
            value=result.broken,
        )


def _older(manifest: dict[str, Any]) -> list[str]:
    """Return the addons that the backup has in an older version than there is here."""
    return [
        name
        for name, theirs in manifest["addons"].items()
        if numbers(theirs) < numbers(Manifest.for_addon(name)["version"])
    ]


def _load(side: str, opened: archive.Archive) -> None:
    """Let pg_restore read the dump."""
    contents = _pg_restore(opened, "--list")
    # The comments of extensions are the server's, and only their owner may write them.
    chosen = [
        line for line in contents.splitlines() if " COMMENT - EXTENSION " not in line
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as listed:
        listed.write("\n".join(chosen) + "\n")
        listed.flush()
        _pg_restore(
            opened,
            *("--no-owner", "--no-privileges", "--exit-on-error"),
            *(f"--use-list={listed.name}", f"--dbname={side}"),
        )


def _pg_restore(opened: archive.Archive, *arguments: str) -> str:
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as answer,
        opened.opened(archive.DUMP) as dump,
    ):
        process = subprocess.Popen(
            [pg_tool("pg_restore"), *arguments],
            env={**exec_pg_environ(), **NO_WAIT},
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=said,
        )
        assert process.stdin
        try:
            # It ends early where it needs no more, or cannot go on.
            with contextlib.suppress(BrokenPipeError):
                shutil.copyfileobj(dump, process.stdin, archive.CHUNK)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code:
            said.seek(0)
            why = said.read().decode(errors="replace").strip()
            full = "No space left on device" in why
            raise BackupRefused(
                "The disk of the database server is full"
                if full
                else f"pg_restore stopped: {last_line(why)}",
                "Free some space there." if full else "",
                rule="space" if full else "dump",
                value=why,
            )
        answer.seek(0)
        return answer.read().decode(errors="replace")


def _apply_settings(side: str, manifest: dict[str, Any], result: Restored) -> None:
    """Set what was set for the database, such as its limit of waiting for locks."""
    for name, value in manifest.get("settings", {}).items():
        try:
            with _server() as cr:
                # Others need more rights, and are the operator's to decide about.
                cr.execute(
                    "SELECT 1 FROM pg_settings WHERE name = lower(%s)"
                    " AND context = 'user'",
                    [str(name)],
                )
                known = cr.fetchone()
                if known:
                    cr.execute(
                        SQL(
                            "ALTER DATABASE %s SET %s = %s",
                            database_identifier(cr, side),
                            SQL.identifier(str(name)),
                            str(value),
                        ),
                        log_exceptions=False,
                    )
        except psycopg2.Error:
            known = None
        if not known:
            result.notes.append(
                f"The setting {archive.shown(name)} was not taken over."
            )


def _tell_files(manifest: dict[str, Any], result: Restored) -> None:
    for key, how in (("missing", "missing from"), ("damaged", "damaged in")):
        names = manifest.get(key) or []
        if names:
            some = ", ".join(map(archive.shown, names[: archive.TOLD]))
            result.notes.append(
                f"{len(names)} files were {how} the filestore when the backup was "
                f"made: {some}."
            )


def _run_checks(side: str) -> list[dict]:
    registry = Registry(side)
    with registry.cursor() as cr:
        checks = api.Environment(cr, SUPERUSER_ID, {})["wezer.invariant"].run()
        cr.rollback()
    return checks


# === Into its place === #


def _put_in_place(side: str, wish: Wish, result: Restored) -> str | None:
    """Give the database its final name; return the name of the one that had it."""
    target, kept = wish.database, None
    for name in (side, target):
        odoo.sql_db.close_db(name)
    store = Path(config.filestore(target))
    old = beside(target, "before")
    moved: list[tuple[Path, Path]] = []
    try:
        # Both names change in one transaction, or neither does.
        with _server(autocommit=False) as cr:
            if database_exists(target):
                if not wish.replace:
                    raise BackupRefused(
                        f"There is a database {target} already", rule="exists"
                    )
                _rename(cr, target, old)
                kept = old
            _rename(cr, side, target)
            if store.exists():
                moved.append((store, Path(config.filestore(old))))
                if not kept:
                    result.notes.append(
                        f"Files of a former database {target} are now in {moved[0][1]}."
                    )
            moved.append((Path(config.filestore(side)), store))
            for number, (source, place) in enumerate(moved):
                try:
                    source.rename(place)
                except OSError:
                    del moved[number:]
                    raise
            cr.commit()  # pylint: disable=invalid-commit
    except BaseException as error:
        for source, place in reversed(moved):
            place.rename(source)
        if isinstance(error, errors.ObjectInUse):
            raise _in_use(target) from error
        raise
    return kept


def _rename(cr: Any, name: str, new: str) -> None:
    cr.execute(
        SQL(
            "ALTER DATABASE %s RENAME TO %s",
            database_identifier(cr, name),
            database_identifier(cr, new),
        ),
        log_exceptions=False,
    )


# === Databases === #


@contextlib.contextmanager
def _server(autocommit: bool = True) -> Iterator[Any]:
    """Yield a cursor of the server's own database."""
    with contextlib.closing(odoo.sql_db.db_connect("postgres").cursor()) as cr:
        cr.rollback()
        cr._cnx.autocommit = autocommit
        try:
            yield cr
        finally:
            if not autocommit:
                cr.rollback()


@contextlib.contextmanager
def _cursor(database: str) -> Iterator[Any]:
    with contextlib.closing(odoo.sql_db.db_connect(database).cursor()) as cr:
        yield cr


def database_exists(name: str) -> bool:
    """Return whether there is a database of this name."""
    with _server() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.fetchone())


def beside(database: str, word: str) -> str:
    """Return a free name for a database beside another."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d_%H%M%S")
    short = database.encode()[:NAME_LIMIT].decode(errors="ignore")
    name = f"{short}_{word}_{stamp}"
    number = 1
    while database_exists(name):
        number += 1
        name = f"{short}_{word}_{stamp}_{number}"
    return name


def drop(database: str) -> None:
    """Remove a database with its files."""
    odoo.sql_db.close_db(database)
    with _server() as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [database],
        )
        cr.execute(SQL("DROP DATABASE IF EXISTS %s", database_identifier(cr, database)))
    shutil.rmtree(config.filestore(database), ignore_errors=True)
