"""Names of backups, and which of them are kept; plain, without Odoo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .encryption import ENDINGS
from .refusals import BackupRefused

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(
    r"(?P<database>.+)-(?P<moment>\d{8}T\d{6}Z)\.zip(?:\.age|\.gpg)?", re.DOTALL
)


@dataclass(frozen=True)
class Keep:
    """So many days, weeks and months of which the newest backup is kept."""

    days: int
    weeks: int = 0
    months: int = 0

    @classmethod
    def read(cls, text: str) -> "Keep":
        """Read ``7,5,12``: days, weeks, months."""
        words = text.split(",")
        if not (
            1 <= len(words) <= 3
            and all(re.fullmatch(r"\s*\d{1,4}\s*", word) for word in words)
            and int(words[0])
        ):
            raise BackupRefused(
                f"{ascii(text[:80])} does not say how many backups are kept",
                "Write days, weeks and months, as 7,5,12; at least one day.",
                rule="keep",
                value=text,
            )
        return cls(*map(int, words))


def name_of(database: str, moment: datetime, program: str = "") -> str:
    """Return the name of a backup's file."""
    stamp = moment.astimezone(timezone.utc).strftime(STAMP)
    return f"{database}-{stamp}.zip{ENDINGS.get(program, '')}"


def moment_of(name: str, database: str) -> datetime | None:
    """Return when a backup was made, by its name; None where it is no such name."""
    found = NAME.fullmatch(name)
    if not found or found["database"] != database:
        return None
    try:
        moment = datetime.strptime(found["moment"], STAMP)
    except ValueError:
        return None
    return moment.replace(tzinfo=timezone.utc)


def backups(folder: Path, database: str) -> list[tuple[datetime, Path]]:
    """Return the backups of a database in a folder, the newest first."""
    found = [
        (moment, path)
        for path in folder.iterdir()
        if (moment := moment_of(path.name, database)) and path.is_file()
    ]
    return sorted(found, reverse=True)


def surplus(
    found: Iterable[tuple[datetime, Path]], keep: Keep
) -> list[tuple[datetime, Path]]:
    """Return the backups that are not kept: of each period only the newest is.

    Days without a backup do not count: the newest seven days that have one are kept.
    """
    newest = sorted(found, reverse=True)
    kept: set[Path] = set()
    for count, period in (
        (keep.days, lambda moment: moment.date()),
        (keep.weeks, lambda moment: moment.isocalendar()[:2]),
        (keep.months, lambda moment: (moment.year, moment.month)),
    ):
        seen: dict[object, Path] = {}
        for moment, path in newest:
            seen.setdefault(period(moment), path)
        kept.update(list(seen.values())[:count])
    return [one for one in newest if one[1] not in kept]


def prune(folder: Path, database: str, keep: Keep) -> list[Path]:
    """Delete the backups that are not kept; return them."""
    gone = [path for _moment, path in surplus(backups(folder, database), keep)]
    for path in gone:
        path.unlink()
    return gone
