"""One backup a night: proved, sent elsewhere, and old ones deleted."""

import contextlib
import json
import logging
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import retention
from .making import FOLDER, Made, Told, folder, make, prepare, silent
from .refusals import BackupRefused
from .restoring import Wish, restore

_logger = logging.getLogger(__name__)

#: Command that sends a backup elsewhere, and seconds that it may take.
HOOK, HOOK_TIMEOUT = "WEZER_BACKUP_HOOK", 6 * 3600
STATUS = "status.json"
#: After a failure it is tried again.
AGAIN = timedelta(hours=1)
#: A backup that waits to be sent is sent until another is due.
SENT_UNTIL = timedelta(hours=20)
#: A backup that is older makes the service unhealthy.
FRESH = timedelta(hours=26)
VERIFY = ("never", "weekly", "always")
#: The day of the weekly drill: Sunday.
DRILL_DAY = 6


@dataclass
class Plan:
    """What is done with each backup."""

    database: str
    folder: Path
    recipients: list[str]
    identities: list[Path]
    keep: retention.Keep | None = None
    hook: str = ""
    verify: str = "never"
    at: tuple[int, int] = (3, 15)
    #: Odoo sets the zone of its own processes to UTC.
    zone: tzinfo = timezone.utc

    def __post_init__(self) -> None:
        if self.verify != "never" and self.recipients and not self.identities:
            raise BackupRefused(
                "An encrypted backup cannot be proved without a secret key",
                "Name a key file (--identity, WEZER_BACKUP_IDENTITY), or prove it on "
                "another machine.",
                rule="key",
            )

    @classmethod
    def of_environment(cls, database: str, environ: Mapping[str, str]) -> "Plan":
        """Read the plan of every night from environment variables."""

        def of(name: str, default: str = "") -> str:
            return environ.get(f"WEZER_BACKUP_{name}", "").strip() or default

        verify = of("VERIFY", "weekly" if not of("RECIPIENTS") else "never")
        if verify not in VERIFY:
            raise _unknown("WEZER_BACKUP_VERIFY", verify, ", ".join(VERIFY))
        at = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", of("AT", "03:15"))
        if not at:
            raise _unknown("WEZER_BACKUP_AT", of("AT"), "a time, as 03:15")
        try:
            zone = ZoneInfo(of("TZ", "UTC"))
        except (ValueError, LookupError, OSError) as error:
            wanted = "a zone, as Europe/Vienna"
            raise _unknown("WEZER_BACKUP_TZ", of("TZ"), wanted) from error
        return cls(
            database,
            Path(environ.get(FOLDER) or folder()),
            words(of("RECIPIENTS")),
            [Path(word) for word in words(of("IDENTITY"))],
            retention.Keep.read(of("KEEP", "7,5,12")),
            environ.get(HOOK, "").strip(),
            verify,
            (int(at[1]), int(at[2])),
            zone,
        )

    def drills(self, moment: datetime) -> bool:
        """Return whether the backup of this moment is restored to prove it."""
        day = moment.astimezone(self.zone).weekday()
        weekly = self.verify == "weekly" and day == DRILL_DAY
        return weekly or self.verify == "always"


def words(text: str) -> list[str]:
    """Divide a list at commas and ends of lines: keys of SSH have blanks."""
    return [word.strip() for word in re.split(r"[,\n]", text) if word.strip()]


def _unknown(name: str, value: str, limit: str) -> BackupRefused:
    return BackupRefused(
        f"{name} is {ascii(value[:80])}",
        f"It may be: {limit}.",
        rule="setting",
        value=value,
        limit=limit,
    )


def backup(
    plan: Plan, path: Path | None = None, drill: bool = False, told: Told = silent
) -> dict[str, Any]:
    """Make one backup; prove it, delete old ones, send it elsewhere.

    :param drill: restore it to prove it
    :return: what was made, as it is printed
    """
    made = make(
        plan.database,
        path,
        None if path else plan.folder,
        plan.recipients,
        told=told,
    )
    answer: dict[str, Any] = {
        "file": str(made.path),
        "bytes": made.size,
        **made.manifest,
        "deleted": [],
    }
    if drill:
        answer["checks"] = prove(made, plan, told)
    # Only once it is proved; the newest of each day is kept in any case.
    if plan.keep and not path:
        gone = retention.prune(plan.folder, plan.database, plan.keep)
        answer["deleted"] = [one.name for one in gone]
    if plan.hook:
        told("sending it elsewhere")
        send(made.path, plan)
        answer["sent"] = True
    return answer


def prove(made: Made, plan: Plan, told: Told) -> int:
    """Restore a backup beside the live database; return how many checks passed."""
    wish = Wish(plan.database, identities=plan.identities, drill=True)
    result = restore(made.path, wish, told)
    if result.broken:
        names = "; ".join(check["name"] for check in result.broken)
        raise BackupRefused(
            f"The backup can be restored, and does not pass the checks: {names}",
            "Compare with ./wezer check on the live database; the file is kept.",
            rule="check",
            value=result.broken,
        )
    return len(result.checks)


def send(path: Path, plan: Plan) -> None:
    """Run the command that sends a backup elsewhere."""
    environment = {
        **os.environ,
        "WEZER_BACKUP_FILE": str(path),
        "WEZER_BACKUP_DATABASE": plan.database,
    }
    try:
        done = subprocess.run(
            ["sh", "-c", plan.hook],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=HOOK_TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise BackupRefused(
            "The backup was made, and sending it elsewhere takes too long",
            f"It is {path}.",
            rule="hook",
            limit=HOOK_TIMEOUT,
        ) from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise BackupRefused(
            f"The backup was made, and the command that sends it elsewhere failed "
            f"({done.returncode}): {said[-1] if said else 'it gave no reason'}",
            f"It is {path}. The command is in {HOOK}.",
            rule="hook",
            value=done.returncode,
        )


# === Every night === #


def next_run(now: datetime, at: tuple[int, int]) -> datetime:
    """Return the next moment at this time of day, in the zone of ``now``."""
    moment = now.replace(hour=at[0], minute=at[1], second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)


def first_run(plan: Plan, now: datetime) -> datetime:
    """Return when a service that starts makes its first backup: at once where due."""
    status = read_status(plan.folder)
    last = status.get("success")
    if last and now - datetime.fromisoformat(last) < timedelta(days=1):
        return next_run(now.astimezone(plan.zone), plan.at)
    return now


def night(plan: Plan, now: datetime) -> bool:
    """Make the backup of a night, and note how it went.

    Where only sending failed, the next try sends the same file.
    """
    status = {**read_status(plan.folder), "tried": now.isoformat(), "error": ""}
    try:
        unsent = _unsent(plan, now) if status.get("unsent") else None
        if unsent:
            send(unsent, plan)
            status.update(file=str(unsent))
        else:
            answer = backup(plan, drill=plan.drills(now))
            status.update(file=answer["file"])
            for name in [*answer["missing"], *answer["damaged"]]:
                _logger.warning("Missing or damaged in the filestore: %s", name)
    except (BackupRefused, OSError) as error:
        _logger.error("No backup: %s", error)
        status["error"] = str(error)
        status["unsent"] = getattr(error, "rule", "") == "hook"
    else:
        _logger.info("Backup %s", status["file"])
        status.update(success=now.isoformat(), unsent=False)
    write_status(plan.folder, status)
    return not status["error"]


def _unsent(plan: Plan, now: datetime) -> Path | None:
    """Return the backup that waits to be sent; None where it is time for another."""
    newest = retention.backups(plan.folder, plan.database)[:1]
    return next((path for moment, path in newest if now - moment < SENT_UNTIL), None)


def every_night(
    plan: Plan,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> None:
    """Make a backup each night until the process is stopped."""
    prepare(plan.folder)
    due = first_run(plan, clock())
    while True:
        now = clock()
        if now < due:
            # In portions, as the clock of the machine may be set.
            wait(min(600, (due - now).total_seconds()))
            continue
        fine = night(plan, now)
        following = next_run(now.astimezone(plan.zone), plan.at)
        due = following if fine else min(following, now + AGAIN)


def read_status(place: Path) -> dict[str, Any]:
    """Return how the last night went."""
    try:
        return json.loads((place / STATUS).read_text())
    except (OSError, ValueError):
        return {}


def write_status(place: Path, status: dict[str, Any]) -> None:
    """Note how a night went."""
    path = place / STATUS
    part = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        part.touch(0o600)
        part.write_text(json.dumps(status, indent=1) + "\n")
        part.replace(path)


def why_unhealthy(place: Path, now: datetime) -> str:
    """Return why the nightly backups are not in order; "" where they are."""
    status = read_status(place)
    if status.get("error"):
        return status["error"]
    if not status.get("success"):
        return "There is no backup yet."
    if now - datetime.fromisoformat(status["success"]) > FRESH:
        return f"The last backup is of {status['success']}."
    return ""
