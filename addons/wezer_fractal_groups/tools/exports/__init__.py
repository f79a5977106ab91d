"""Exports of other programs for circles and roles, read into rows of our own files.

Runs without Odoo. Each module reads one program: ``NAME``, ``recognises(source)`` and
``read(source)``, which returns a :class:`~.structure.Structure`. What is known of each
format, and what is not, is in ``docs/groups.md``.
"""

from types import ModuleType

from . import glassfrog, holaspirit, maptio, peerdom, role_list
from .structure import Source, Structure, UnknownExport

# The role list last: other exports have its columns, too.
READERS: tuple[ModuleType, ...] = (glassfrog, holaspirit, maptio, peerdom, role_list)

__all__ = ["READERS", "Source", "Structure", "UnknownExport", "read", "reader_of"]


def reader_of(source: Source) -> ModuleType | None:
    """Return the module that reads ``source``, None where it is no known export."""
    return next((reader for reader in READERS if reader.recognises(source)), None)


def read(source: Source) -> tuple[str, Structure]:
    """Return the program's name and what its export holds.

    :raise UnknownExport: where no reader recognises it
    """
    reader = reader_of(source)
    if not reader:
        raise UnknownExport(source.summary())
    return reader.NAME, reader.read(source)
