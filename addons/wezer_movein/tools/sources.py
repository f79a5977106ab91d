"""The files that an administrator gives: read, unpacked, and refused where hostile.

Runs without Odoo.
"""

import hashlib
from collections.abc import Iterable, Iterator

from odoo.addons.wezer_base.tools import archives, workbooks

from .content import SourceFile, Unreadable

BYTES_MAX = archives.BYTES_MAX
# What an archive program or a desktop adds beside the files of people.
_BESIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def gather(given: Iterable[tuple[str, bytes]]) -> list[SourceFile]:
    """Return the files among ``given``; archives and workbooks are taken apart.

    :param given: names and contents
    :raise Unreadable: where a file is refused
    """
    files: list[SourceFile] = []
    left = BYTES_MAX
    for name, data in given:
        for file in _files(name, data, left, nested=False):
            left -= len(file.data) if file.sheet is None else 0
            # At once: of archives in an archive each may have as much as is left.
            if left < 0:
                raise Unreadable(
                    "large", "The files are larger than a community's are."
                )
            files.append(file)
    # In whatever order they were given.
    files.sort(key=lambda file: (file.container, file.name, file.sha256))
    return files


def _files(name: str, data: bytes, left: int, nested: bool) -> Iterator[SourceFile]:
    base = name.replace("\\", "/").rpartition("/")[2]
    try:
        if archives.is_archive(data) and workbooks.is_workbook(data):
            yield from _sheets(base, data)
        elif archives.is_archive(data):
            for inside, content in archives.unpack(data, left):
                if inside.startswith(_BESIDE) or inside.endswith(_BESIDE):
                    continue
                if archives.is_archive(content):
                    # A community's folder may hold the archive that it downloaded.
                    if nested and not workbooks.is_workbook(content):
                        raise archives.ArchiveError("nested", inside)
                    found = _files(inside, content, left, nested=True)
                else:
                    found = iter([_file(inside.rpartition("/")[2], content)])
                for file in found:
                    file.container = file.container or base
                    yield file
        else:
            yield _file(base, data)
    except (archives.ArchiveError, workbooks.WorkbookError) as error:
        kind = "archive" if isinstance(error, archives.ArchiveError) else "workbook"
        raise Unreadable(
            error.code, f"{base}: {error}.", file=base, value=f"{kind} {error.value}"
        ) from error


def _file(name: str, data: bytes) -> SourceFile:
    return SourceFile(name, data, sha256=hashlib.sha256(data).hexdigest())


def _sheets(name: str, data: bytes) -> Iterator[SourceFile]:
    digest = hashlib.sha256(data).hexdigest()
    for sheet in workbooks.read_workbook(data, name):
        yield SourceFile(
            sheet.name,
            data,
            sha256=digest,
            sheet=sheet.rows,
            container=name,
        )
