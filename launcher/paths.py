"""Where things are. Everything that is made stays under `.wezer/`."""

import ast
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from .console import Failure

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("WEZER_STATE") or ROOT / ".wezer")
ADDONS = ROOT / "addons"
SERIES = "19.0"

# What a first start needs, measured, with room to spare.
SPACE_FIRST = 3 * 1024**3
SPACE_LATER = 300 * 1024**2
# A log that is larger is put aside; so many of those are kept.
LOG_SIZE = 10 * 1024**2
LOGS_KEPT = 5


def prepare() -> None:
    """Make `.wezer/` and check that there is room."""
    first = not (STATE / "venv").exists()
    try:
        STATE.mkdir(parents=True, exist_ok=True)
        (STATE / ".gitignore").write_text("*\n")
    except OSError as error:
        raise Failure(
            f"Cannot write to {STATE}: {error.strerror}",
            "Give yourself the right to write there, or set WEZER_STATE to a folder "
            "that is yours.",
        ) from error
    check_space(SPACE_FIRST if first else SPACE_LATER)


def check_space(wanted: int, folder: Path | None = None) -> None:
    """Refuse to begin without ``wanted`` free bytes."""
    folder = folder or STATE
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise Failure(
            f"No disk space: {free / 1024**3:.1f} GB free in {folder}, "
            f"{wanted / 1024**3:.1f} GB needed",
            "Free some, or set WEZER_STATE to a folder on a larger disk.",
        )


def open_log(path: Path) -> BinaryIO:
    """Open a log to append to it: nobody else's to read, and put aside when large."""
    rotate(path)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(number, 0o600)
    return os.fdopen(number, "ab")


def rotate(path: Path) -> None:
    """Put a large log aside as ``.1``, older ones as ``.2`` and so on."""
    try:
        if path.stat().st_size < LOG_SIZE:
            return
        for number in range(LOGS_KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.rename(path.with_name(f"{path.name}.{number + 1}"))
        path.rename(path.with_name(f"{path.name}.1"))
    except FileNotFoundError:
        return  # another ./wezer did it


def manifests() -> dict[str, dict]:
    """The manifest of each addon of the suite, by name, sorted."""
    return {
        path.parent.name: ast.literal_eval(path.read_text())
        for path in sorted(ADDONS.glob("*/__manifest__.py"))
    }


def bridges() -> dict[str, list[str]]:
    """The addons that add to an addon of Odoo, and what each depends on.

    Odoo installs each by itself where all that it depends on is installed; no
    database of ours begins with them.
    """
    return {
        name: manifest["depends"]
        for name, manifest in manifests().items()
        if manifest.get("auto_install")
        and not all(other.startswith("wezer_") for other in manifest["depends"])
    }


def our_addons() -> list[str]:
    """Names of the addons of the suite that every database has, sorted."""
    return sorted(set(manifests()) - set(bridges()))


def addon_hashes(bridges: Iterable[str] = ()) -> dict[str, str]:
    """A hash of each addon's files: what decides whether it must be upgraded.

    :param bridges: addons to look at besides those that every database has
    """
    return {name: tree_hash(ADDONS / name) for name in [*our_addons(), *bridges]}


def tree_hash(
    folder: Path, leave_out: tuple[str, ...] = ("__pycache__", "tests")
) -> str:
    """Return a hash of the files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part in leave_out for part in parts) or not path.is_file():
            continue
        digest.update("/".join(parts).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def reachable_by_others(folder: Path) -> bool:
    """Whether another user can walk to this folder."""
    folder = Path(folder).resolve()
    return all(
        path.stat().st_mode & 0o001
        for path in (folder, *folder.parents)
        if path.exists()
    )


def short_folder(name: str) -> Path:
    """A private folder with a short path, the same at each call.

    For a socket (its path is limited to about 100 characters) and, started by root
    from a folder that others cannot enter, for the database's files.
    """
    mark = hashlib.sha256(str(STATE).encode()).hexdigest()[:10]
    for base in ("/var/tmp", tempfile.gettempdir()):
        folder = Path(base) / f"wezer-{os.getuid()}-{mark}" / name
        try:
            folder.parent.mkdir(mode=0o755, exist_ok=True)
            owner = folder.parent.lstat()
            if owner.st_uid != os.getuid() or folder.parent.is_symlink():
                continue  # somebody else's: not to be trusted
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            continue
        return folder
    raise Failure(
        "Found no folder with a short path for the database's socket",
        "Make /var/tmp or /tmp writable, or set WEZER_STATE to a shorter path.",
    )
