"""The file of a backup: a zip archive with a manifest; plain, without Odoo.

========================  ==========================================================
``database.dump``         the database, in the custom format of ``pg_dump``
``filestore/ab/abcd…``    files of attachments, under the names that Odoo gives them
``filestore.sha256``      a line for each of them, in the format of ``sha256sum``
``manifest.json``         versions, counts, and the SHA-256 and size of the other two
========================  ==========================================================

Nothing else may be in it. A program that knows none of this can restore it: ``unzip``,
``sha256sum -c`` and ``pg_restore``.
"""

import contextlib
import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .refusals import BackupRefused

KIND = "wezer-backup"
#: Raised where a program of before could not read the file.
FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
LIST = "filestore.sha256"
FILES = "filestore/"
#: Names that Odoo gives to files, relative to the folder of a database.
STORED = re.compile(r"[0-9a-f]{2,3}/[0-9a-f]{40}")
LISTED = re.compile(r"([0-9a-f]{64})  (\S+)")
CHUNK = 1 << 20
#: Bytes of the manifest that are read at most; it does not grow with the community.
MANIFEST_LIMIT = 4 << 20
#: Bytes of the list of files: two million of them.
LIST_LIMIT = 256 << 20
#: Names of files that are told; further ones are counted.
TOLD = 20


@dataclass
class Part:
    """Size and digest of one part of an archive."""

    size: int = 0
    sha256: str = ""


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a stream has, in portions."""
    while data := stream.read(CHUNK):
        yield data


class Writer:
    """Writes an archive to a stream, which need not be seekable."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED)
        self.list: list[str] = []
        self.bytes = 0

    def add(self, name: str, data: Iterable[bytes], compress: bool = False) -> Part:
        """Add one part; return its size and digest."""
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        if compress:
            info.compress_type = zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as member:
            for portion in data:
                digest.update(portion)
                size += len(portion)
                member.write(portion)
        return Part(size, digest.hexdigest())

    def add_file(self, name: str, data: Iterable[bytes]) -> None:
        """Add a file of the filestore."""
        part = self.add(FILES + name, data, compress=True)
        self.list.append(f"{part.sha256}  {FILES}{name}\n")
        self.bytes += part.size

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error:
            # The end of an archive would go to a stream that failed.
            self.zip.fp = None

    def close(self, dump: Part, manifest: dict[str, Any]) -> dict[str, Any]:
        """Write the list of files and the manifest; return it as written."""
        listed = self.add(LIST, [line.encode() for line in self.list], compress=True)
        whole = {
            "kind": KIND,
            "format": FORMAT,
            **manifest,
            "parts": {
                DUMP: vars(dump),
                LIST: {**vars(listed), "files": len(self.list), "bytes": self.bytes},
            },
        }
        self.add(MANIFEST, [json.dumps(whole, indent=1).encode()])
        self.zip.close()
        return whole


class Archive:
    """An archive that was opened, its names and its manifest found in order.

    Its contents are proved by :meth:`prove` only.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.zip = archive
        self.infos = {info.filename: info for info in archive.infolist()}
        self._check_names()
        self.manifest = self._read_manifest()
        self.files = sorted(name for name in self.infos if name.startswith(FILES))

    def _check_names(self) -> None:
        infos = self.zip.infolist()
        for info in infos:
            name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
            known = name in (MANIFEST, DUMP, LIST) or (
                name.startswith(FILES) and STORED.fullmatch(name.removeprefix(FILES))
            )
            # The bytes of the name itself: zipfile cuts it at a null byte.
            if not known or info.orig_filename != name or kind not in (0, stat.S_IFREG):
                raise BackupRefused(
                    f"The archive has an entry that no backup has: {shown(name)}",
                    "Use a file that was made by ./wezer backup.",
                    rule="entry",
                    value=name,
                )
            if info.flag_bits & 0x1 or info.compress_type not in (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
            ):
                raise damaged(f"{shown(name)} is packed in a way that is not known")
        if len(infos) != len(self.infos):
            raise damaged("an entry stands in it twice")
        missing = [name for name in (MANIFEST, DUMP, LIST) if name not in self.infos]
        if missing:
            raise damaged(f"it lacks {', '.join(missing)}")

    def _read_manifest(self) -> dict[str, Any]:
        try:
            manifest = json.loads(self._text(MANIFEST, MANIFEST_LIMIT))
        except ValueError as error:
            raise damaged("its manifest cannot be read") from error
        if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
            raise damaged("its manifest is not that of a backup")
        form = manifest.get("format")
        if not isinstance(form, int) or form > FORMAT:
            raise BackupRefused(
                f"The backup was made by a newer version: format {shown(str(form))} "
                f"there, {FORMAT} here",
                "Fetch the newer Wezer (git pull).",
                rule="newer",
                value=form,
                limit=FORMAT,
            )
        try:
            dump, listed = (manifest["parts"][name] for name in (DUMP, LIST))
            sizes = [dump["size"], listed["size"], listed["files"], listed["bytes"]]
            texts = [dump["sha256"], listed["sha256"], manifest["database"]]
            versions = manifest["addons"]
        except (KeyError, TypeError) as error:
            raise damaged("its manifest is not whole") from error
        if not (
            all(isinstance(size, int) for size in sizes)
            and all(isinstance(text, str) for text in texts)
            and isinstance(versions, dict)
            and all(isinstance(version, str) for version in versions.values())
        ):
            raise damaged("its manifest is not whole")
        return manifest

    def _text(self, name: str, limit: int) -> str:
        with self._opened(name) as member:
            data = member.read(limit + 1)
        if len(data) > limit:
            raise damaged(f"{name} is too large")
        return data.decode()

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part; what zlib and zipfile find wrong is told as damage."""
        try:
            with self.zip.open(self.infos[name]) as member:
                yield member
        except (zipfile.BadZipFile, zipfile.zlib.error, EOFError) as error:  # type: ignore[attr-defined]
            raise damaged(f"{name} cannot be read") from error

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part to read it."""
        with self._opened(name) as member:
            yield member

    def space(self) -> int:
        """Return how many bytes the files of the filestore take."""
        return sum(self.infos[name].file_size for name in self.files)

    def prove(self, told: Callable[[str], None] = lambda _text: None) -> None:
        """Read everything once, and compare it with the manifest.

        :raise BackupRefused: where a part is another, is missing or is too many
        """
        parts = self.manifest["parts"]
        told("proving the database")
        for name in (DUMP, LIST):
            if self._digest(name) != (parts[name]["size"], parts[name]["sha256"]):
                raise damaged(f"{name} is not what was written into it")
        listed = {}
        for line in self._text(LIST, LIST_LIMIT).splitlines():
            found = LISTED.fullmatch(line)
            if not found or found[2] in listed:
                raise damaged(f"{LIST} cannot be read")
            listed[found[2]] = found[1]
        if set(listed) != set(self.files) or len(listed) != parts[LIST]["files"]:
            raise damaged("its files are not those of its list")
        if self.space() != parts[LIST]["bytes"]:
            raise damaged("its files are larger or smaller than its list says")
        for number, name in enumerate(self.files, start=1):
            if number % 500 == 1:
                told(f"proving file {number:,} of {len(self.files):,}")
            if self._digest(name)[1] != listed[name]:
                raise damaged(f"{name} is not what was written into it")

    def _digest(self, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with self._opened(name) as member:
            for portion in chunks(member):
                digest.update(portion)
                size += len(portion)
        return size, digest.hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write the files of the filestore below a folder, for its owner only."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in self.files:
            target = folder / name.removeprefix(FILES)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            with self._opened(name) as member, open(target, "xb") as file:
                for portion in chunks(member):
                    file.write(portion)


@contextlib.contextmanager
def opened(file: IO[bytes], name: str) -> Iterator[Archive]:
    """Open an archive that is not encrypted.

    :param name: the name of the file, for sentences
    :raise BackupRefused: where it is none, is cut short, or has what it may not have
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        file.seek(0)
        begins = file.read(4)
        if not begins:
            raise damaged("it is empty") from error
        if begins == b"PK\x03\x04":
            raise damaged("it is cut short, or was changed", "cut") from error
        raise BackupRefused(
            f"{shown(name)} is not a backup of Wezer",
            "Use a file that was made by ./wezer backup.",
            rule="unknown",
        ) from error
    with archive:
        yield Archive(archive)


def damaged(how: str, rule: str = "damaged") -> BackupRefused:
    """Return the refusal of an archive that is not whole."""
    return BackupRefused(
        f"The backup is damaged: {how}", "Use another copy of it.", rule=rule, value=how
    )


def shown(text: str) -> str:
    """Return foreign text as it may stand in a sentence."""
    return ascii(text if len(text) <= 80 else text[:80] + "…")
