"""Finds the reader whose files these are, by their headings. Runs without Odoo."""

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ..content import Content, SourceFile, Unreadable
from ..sources import gather

# It reads any table: asked where no other reader knows the files.
LAST = "spreadsheet"
_NO_READERS = ("registry",)


def readers() -> list[ModuleType]:
    """Return the readers, the general one last."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    names = sorted(
        (module.name for module in pkgutil.iter_modules(folder)),
        key=lambda name: (name == LAST, name),
    )
    return [
        importlib.import_module(f"{package}.{name}")
        for name in names
        if name not in _NO_READERS
    ]


def read(
    files: Iterable[tuple[str, bytes]], options: dict[str, Any] | None = None
) -> Content:
    """Return what files hold, of whatever system they are.

    :param files: names and contents; archives are unpacked
    :param dict options: what an administrator said; ``from`` names the reader
    :raise Unreadable: where they are not read
    """
    options = options or {}
    gathered = gather(files)
    if not gathered:
        raise Unreadable("empty", "There are no files.")
    return reader_of(gathered, options).read(gathered, options)


def reader_of(files: list[SourceFile], options: dict[str, Any]) -> ModuleType:
    """Return the reader that knows most of the files."""
    known = readers()
    said = options.get("from")
    if said:
        for reader in known:
            if said == reader.NAME:
                return reader
        names = ", ".join(reader.NAME for reader in known)
        raise Unreadable("from", f"There is no reader “{said}”. Known: {names}.")
    best, most = None, 0
    for reader in known:
        if reader.NAME == LAST and best:
            continue
        count = reader.recognise(files, options)
        if count > most:
            best, most = reader, count
    if not best:
        for reader in known:
            reason = getattr(reader, "refusal", lambda _files: "")(files)
            if reason:
                raise Unreadable("layout", reason)
        names = ", ".join(file.name for file in files[:5])
        raise Unreadable(
            "unknown",
            f"No known system exports files with these headings: {names}.",
            value=names,
        )
    return best
