"""Zip archives that people send, read without trust. Runs without Odoo.

An archive says of itself how large its files are; what it says is not believed. Files
are unpacked into memory only, block by block, and never to a path that the archive
names.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

# As many files, and bytes of all of them, are read.
FILES_MAX = 1_000
BYTES_MAX = 768 << 20
# A text is packed to a hundredth at most; below so many bytes it does not matter.
RATIO_MAX = 200
RATIO_FROM = 16 << 20
BLOCK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
# What moves the cursor of a terminal, or shows another name than is there.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# Why an archive is refused; ``%s`` is the name of the file in it.
REASONS = {
    "broken": "The archive is damaged: %s",
    "encrypted": "“%s” is encrypted. Pack the files without a password",
    "path": "“%s” names a place outside the archive",
    "link": "“%s” is a link, not a file",
    "many": "The archive has more than %s files",
    "large": "“%s” is too large",
    "bomb": "“%s” is packed more tightly than any table is",
    "nested": "“%s” is an archive in an archive in an archive",
    "twice": "Two files of the archive are called “%s”",
}


class ArchiveError(ValueError):
    """An archive that is not read.

    :param str code: a key of :data:`REASONS`
    """

    def __init__(self, code: str, value: object = "") -> None:
        self.code, self.value = code, str(value)[:80]
        super().__init__(REASONS[code] % self.value)


def is_archive(data: bytes) -> bool:
    """Return whether a file is a zip archive; workbooks (XLSX) are archives, too."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def check(data: bytes) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, folders left out.

    :raise ArchiveError: where one of them is not read
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ArchiveError("broken", error) from error
    if len(entries) > FILES_MAX:
        raise ArchiveError("many", FILES_MAX)
    names = set()
    for entry in entries:
        name = entry.filename
        if _CONTROLS.search(name):
            raise ArchiveError("broken", ascii(name))
        parts = re.split(r"[/\\]", name)
        if parts[0] == "" or ".." in parts or _DRIVE.match(name) or "\0" in name:
            raise ArchiveError("path", name)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ArchiveError("link", name)
        if entry.flag_bits & 1:
            raise ArchiveError("encrypted", name)
        if name in names:
            raise ArchiveError("twice", name)
        names.add(name)
    return entries


def unpack(data: bytes, most: int = BYTES_MAX) -> Iterator[tuple[str, bytes]]:
    """Yield ``(name, content)`` of the files of an archive.

    :param int most: as many bytes all files together may have
    :raise ArchiveError: where the archive is not read
    """
    entries = check(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in entries:
            content = _content(archive, entry, most)
            most -= len(content)
            yield entry.filename, content


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    packed = max(entry.compress_size, 1)
    blocks: list[bytes] = []
    size = 0
    try:
        with archive.open(entry) as file:
            for block in _blocks(file):
                size += len(block)
                if size > most:
                    raise ArchiveError("large", entry.filename)
                if size > RATIO_FROM and size > RATIO_MAX * packed:
                    raise ArchiveError("bomb", entry.filename)
                blocks.append(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveError("broken", error) from error
    return b"".join(blocks)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
