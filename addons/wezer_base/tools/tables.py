"""Tables that people send: CSV files of any office program. Runs without Odoo.

Nothing is guessed silently and nothing is lost: what cannot be read is refused with its
line, its value and the reason. The importers of members, groups, tasks, transfers and
vocabularies read their files through this module.
"""

import codecs
import csv
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SEPARATORS = ",;\t|"
# A cell longer than this is a broken file, not a text of people.
CELL_MAX = 200_000
# Nor is a line longer than this, or a table wider, one of people.
LINE_MAX = 4_000_000
COLUMNS_MAX = 2_000
# A file is read in blocks of so many bytes where only its encoding is wanted.
BLOCK = 1 << 20
# What a cell may hold beside letters: line breaks and tabs within quotes.
# Marks that turn the direction of the text after them show another text than is there.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
# What a browser would run.
_SCRIPT = re.compile(r"<\s*(?:script|iframe|object|embed)\b|javascript:", re.IGNORECASE)
_NUMBER = re.compile(r"^[+-]?\d{1,15}(?:[.,]\d{1,15})?$", re.ASCII)
# What a spreadsheet would run when it opens the file; numbers and times stay.
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[+\-]?[\d \u00a0\u202f.,:]+( [\w€$£¥₹%]{1,12})?$")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# What office programs write before the headings.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")

# Why a file or a cell is refused; ``%s`` is the value. Addons translate the codes.
REASONS = {
    "empty": "The file has no rows.",
    "encoding": "The file is not text in UTF-8, UTF-16 or Windows-1252: %s",
    "csv": "The file is not a CSV file: %s",
    "cells": "“%s” is to the right of the last column heading",
    "lost": "“%s” contains letters that were lost when the file was saved",
    "control": "“%s” contains a character that is not allowed",
    "number": "“%s” is not a number",
    "grouping": "“%s” can be read in two ways. Write it another way",
    "date": "“%s” is not a date. Write it like 2026-04-30",
    "two_dates": "“%s” can be two dates. Write it like 2026-04-30",
    "whole": "“%s” is not a whole number",
    "place": "“%s” is not a valid address",
    "long": "“%s” is too long",
    "headings": "Two columns have the name “%s”",
    "line": "Line %s is too long for a CSV file",
    "columns": "The file has too many columns: %s",
    "state": "“%s” is not a known state",
    "script": "“%s” contains a script",
    "formula": "“%s” is a formula where a number or a name is expected",
    "json": "The file is not JSON: %s",
    "sheets": "The workbook has several sheets: %s. Say which is wanted, or save it"
    " as a file of its own",
}
# What a table of a workbook, or of JSON, has in the place of an encoding.
WORKBOOK = "xlsx"
JSON = "json"


# Codes of a workbook or an archive that is not read begin so; their sentences are those
# of the module.
PACKED = ("workbook_", "archive_")
_LONG = ("sheets",)


class TableError(ValueError):
    """A file or a cell that is not understood.

    :param str code: a key of :data:`REASONS`, or of a packed file (:data:`PACKED`)
    :param str value: what was found, as far as it is short enough to show
    """

    def __init__(self, code: str, value: str = "") -> None:
        self.code, self.value = code, shown(value, 200 if code in _LONG else 60)
        reason = REASONS[code] if code in REASONS else _packed_reason(code)
        super().__init__(reason % self.value if "%s" in reason else reason)


def _packed_reason(code: str) -> str:
    from . import archives, workbooks

    kind, _line, reason = code.partition("_")
    known = {"workbook": workbooks.REASONS, "archive": archives.REASONS}
    return known[kind][reason]


class Record(NamedTuple):
    """One row: its number counted from 1, its cells, and why it is refused.

    :param int line: the line of the file on which it begins
    """

    row: int
    cells: dict[str, str]
    problem: tuple[str, str] | None
    line: int = 0


class Table(NamedTuple):
    """A file that was read: what it holds, and how it was understood."""

    headings: list[str]
    records: list[Record]
    encoding: str
    separator: str


class Stream(NamedTuple):
    """A file of any size while it is read: its records come one by one."""

    headings: list[str]
    records: Iterator[Record]
    encoding: str
    separator: str


def shown(value: object, most: int = 60) -> str:
    """Return ``value`` as a message shows it: one line, not too long."""
    text = _CONTROLS.sub("\u2423", " ".join(str(value).split()))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def decode(data: bytes) -> tuple[str, str]:
    """Return ``(text, encoding)`` of a file.

    UTF-8 and UTF-16 are recognised; what is neither is read as Windows-1252, the
    encoding in which office programs of western Europe save CSV.

    :raise TableError: code ``encoding``
    """
    for encoding in _encodings(data[:2000]):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            failed = data[max(0, error.start - 20) : error.start + 10]
            if encoding == "utf-8-sig" and _is_damaged(data):
                line = data.count(b"\n", 0, error.start) + 1
                shown_part = failed.decode("utf-8", "replace")
                raise TableError("encoding", f"line {line}: {shown_part}") from error
    raise TableError("encoding", failed.decode("latin-1"))


def _is_damaged(data: bytes) -> bool:
    """Return whether text in UTF-8 has a few wrong bytes, and is not Windows-1252.

    Read as Windows-1252, every letter with an accent would be two others. In a text of
    that encoding hardly any letters happen to be right in UTF-8.
    """
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(text) - len(text.encode("ascii", "ignore")) - wrong
    return right > 0 and right >= wrong


def _encodings(head: bytes) -> tuple[str, ...]:
    """Return the encodings that a file which begins with ``head`` may have."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if head.count(b"\0") > len(head) // 4:
        # Without a mark: in Latin letters every other byte is 0.
        return ("utf-16-le" if head[1:2] == b"\0" else "utf-16-be",)
    return "utf-8-sig", "cp1252"


def encoding_of(path: Path) -> str:
    """Return the encoding of a file of any size, as :func:`decode` would.

    :raise TableError: code ``encoding``
    """
    with open(path, "rb") as file:
        head = file.read(2000)
        for encoding in _encodings(head):
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while block := file.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", True)
                return encoding
            except UnicodeDecodeError as error:
                failed = error.object[max(0, error.start - 20) : error.start + 10]
                if encoding == "utf-8-sig" and _is_damaged(error.object):
                    part = failed.decode("utf-8", "replace")
                    raise TableError("encoding", part) from error
    raise TableError("encoding", failed.decode("latin-1"))


def rows_of(data: bytes | str) -> tuple[Iterator[list[str]], str, str]:
    """Return ``(rows, encoding, separator)`` of a CSV file, with or without headings.

    The separator is found, or named by a first line ``sep=;``. The rows come one by
    one, blank ones too, so that a large file needs little beside its text; a broken one
    raises :class:`TableError`, code ``csv``.

    :raise TableError: codes ``empty``, ``encoding``
    """
    text, encoding = decode(data) if isinstance(data, bytes) else (data, "text")
    text = text.lstrip("\ufeff")
    first, _break, rest = text.partition("\n")
    named = _SEPARATOR_LINE.fullmatch(first.rstrip("\r"))
    if named:
        text = rest
    elif not text.strip():
        raise TableError("empty")
    separator = named[1] if named else _separator(text)
    return _rows(_lines_of(text), separator), encoding, separator


def open_table(path: Path) -> Stream:
    """Open a CSV file with a line of headings; it is never in memory as a whole.

    A workbook is read as a whole.

    :raise TableError: as :func:`read_table`; code ``csv`` where the records are read
    """
    with open(path, "rb") as packed:
        if is_packed(packed.read(4)):
            return stream_table(path.read_bytes())
    encoding = encoding_of(path)
    with open(path, encoding=encoding, newline="") as file:
        head = file.read(CELL_MAX).lstrip("\ufeff")
    _rest, _encoding, separator = rows_of(head)
    named = _SEPARATOR_LINE.fullmatch(head.partition("\n")[0].rstrip("\r"))

    def lines() -> Iterator[str]:
        with open(path, encoding=encoding, newline="") as file:
            first = file.readline(LINE_MAX + 1).lstrip("\ufeff")
            rest = iter(lambda: file.readline(LINE_MAX + 1), "")
            yield from rest if named else itertools.chain([first], rest)

    headings, records = _headed(_rows(lines(), separator), 2 if named else 1)
    return Stream(headings, records, encoding, separator)


def read_table(data: bytes | str, sheet: str = "") -> Table:
    """Read a CSV file or a workbook with a line of headings; see :func:`rows_of`.

    :param str sheet: the name of the sheet, where a workbook has several
    :raise TableError: codes ``empty``, ``encoding``, ``csv``, ``headings``,
        ``workbook``, ``sheets``
    """
    stream = stream_table(data, sheet)
    return Table(stream.headings, list(stream.records), *stream[2:])


def stream_table(data: bytes | str, sheet: str = "") -> Stream:
    """Read a file with a line of headings; its records come one by one.

    :raise TableError: as :func:`read_table`; code ``csv`` where the records are read
    """
    if isinstance(data, bytes) and is_packed(data[:4]):
        found = iter(_sheet(data, sheet))
        headings, records = _headed(found, 1, lambda cells: 1)
        return Stream(headings, records, WORKBOOK, "")
    rows, encoding, separator = rows_of(data)
    headings, records = _headed(rows, 2 if _names_separator(data) else 1)
    return Stream(headings, records, encoding, separator)


def is_packed(head: bytes) -> bool:
    """Return whether a file that begins so is a workbook, or another archive."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def sheets_of(data: bytes) -> list[str]:
    """Return the names of the sheets of a workbook that are not empty.

    :raise TableError: a code of a packed file
    """
    return [sheet.name for sheet in _workbook(data)]


def _workbook(data: bytes) -> Any:
    # Only where a workbook is to be read: CSV needs no other module.
    from . import archives, workbooks

    try:
        return workbooks.read_workbook(data, exact=True)
    except (workbooks.WorkbookError, archives.ArchiveError) as error:
        kind = "workbook" if isinstance(error, workbooks.WorkbookError) else "archive"
        raise TableError(f"{kind}_{error.code}", error.value) from error


def _sheet(data: bytes, name: str) -> list[list[str]]:
    """Return the rows of the only sheet of a workbook, or of the one called so."""
    sheets = {sheet.name: sheet.rows for sheet in _workbook(data)}
    if not sheets:
        raise TableError("empty")
    if name in sheets:
        return sheets[name]
    if name or len(sheets) > 1:
        raise TableError("sheets", ", ".join(sheets))
    return next(iter(sheets.values()))


def _headed(
    rows: Iterator[list[str]],
    line: int,
    lines_of: Callable[[list[str]], int] | None = None,
) -> tuple[list[str], Iterator[Record]]:
    """Return the headings among ``rows``, and the records after them.

    :param int line: the line of the file on which the rows begin
    :param lines_of: how many lines a row takes
    """
    lines_of = lines_of or _lines
    headings = next(rows, None)
    while headings is not None and not any(map(str.strip, headings)):
        line += lines_of(headings)
        headings = next(rows, None)
    if headings is None:
        raise TableError("empty")
    line += lines_of(headings)
    if len(headings) > COLUMNS_MAX:
        raise TableError("columns", str(len(headings)))
    headings = [" ".join(heading.split()) for heading in headings]
    for heading in headings:
        if heading and headings.count(heading) > 1:
            raise TableError("headings", heading)
    return (
        [heading for heading in headings if heading],
        _records(rows, headings, line, lines_of),
    )


def _records(
    rows: Iterator[list[str]],
    headings: list[str],
    line: int,
    lines_of: Callable[[list[str]], int],
) -> Iterator[Record]:
    for number, cells in enumerate(rows, start=1):
        yield _record(number, headings, cells, line)
        line += lines_of(cells)


def _separator(text: str) -> str:
    """Return the separator that divides the headings into most columns."""
    head = text.lstrip("\r\n")[:CELL_MAX]
    counts = {}
    for separator in SEPARATORS:
        try:
            counts[separator] = len(next(_rows(_lines_of(head), separator), []))
        except TableError:
            counts[separator] = 0
    return max(counts, key=lambda separator: counts[separator])


def _lines_of(text: str) -> Iterator[str]:
    return (line[0] for line in _LINE.finditer(text))


def _rows(lines: Iterable[str], separator: str) -> Iterator[Any]:
    before = csv.field_size_limit(CELL_MAX)
    reader = csv.reader(_bounded(lines), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise TableError("csv", f"line {reader.line_num}: {error}") from error
    finally:
        csv.field_size_limit(before)


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, and refuse one of which a row would need too much memory."""
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_MAX:
            raise TableError("line", str(number))
        yield line


def _names_separator(data: bytes | str) -> bool:
    """Return whether the file begins with a line like ``sep=;``."""
    head = data[:40]
    text = head.decode("latin-1") if isinstance(head, bytes) else head
    return text.replace("\0", "").lstrip('\ufeff\xef\xbb\xbf\xff\xfe "')[:4] == "sep="


def _lines(cells: list[str]) -> int:
    """Return how many lines of the file a row takes."""
    return 1 + sum(cell.count("\n") for cell in cells)


def lost(cell: str) -> tuple[str, str] | None:
    """Return why a cell cannot be what was written, a code and the value, or ``None``.

    :return: codes ``lost``, ``control``, ``script``
    """
    if "\ufffd" in cell:
        return "lost", shown(cell)
    return hostile(cell)


def hostile(cell: str) -> tuple[str, str] | None:
    """Return why nobody wrote this cell in good faith, or ``None``; see :func:`lost`.

    :return: codes ``control``, ``script``
    """
    if _CONTROLS.search(cell):
        return "control", shown(cell)
    if _SCRIPT.search(cell):
        return "script", shown(cell)
    return None


def _record(number: int, headings: list[str], cells: list[str], line: int) -> Record:
    problem = None
    whole_row = "".join(cells)
    # Looked at cell by cell only where something is wrong.
    odd = lost(whole_row) or len(cells) > len(headings) or "" in headings
    for position, cell in enumerate(cells if odd else ()):
        problem = lost(cell)
        if problem:
            break
        if cell.strip() and not "".join(headings[position : position + 1]):
            problem = ("cells", shown(cell))
            break
    values = {}
    for heading, cell in zip(headings, cells, strict=False):
        if heading:
            cell = cell.strip()
            values[heading] = as_written(cell) if cell[:1] == "'" else cell
    return Record(number, values, problem, line)


# === WRITING === #


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would take a cell with this text for a formula."""
    return bool(_FORMULA.match(text)) and not _PLAIN_NUMBER.match(text)


def no_formula(text: str) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula.

    >>> no_formula("=1+1"), no_formula("-12.50 h"), no_formula("Anna")
    ("'=1+1", '-12.50 h', 'Anna')
    """
    # A text that begins with an apostrophe and would be one gets another, so that
    # as_written() returns each text as it was.
    return "'" + text if is_formula(text.lstrip("'")) else text


def as_written(cell: str) -> str:
    """Return what :func:`no_formula` was given, where ``cell`` is what it made."""
    bare = cell[1:]
    return bare if cell[:1] == "'" and no_formula(bare) == cell else cell


# === HEADINGS === #


def key(heading: str) -> str:
    """Return a heading without case, accents, blanks and signs: ``E-Mail`` is email."""
    bare = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(
        r"[\W_]+", "", "".join(c for c in bare if not unicodedata.combining(c))
    )


def find(headings: list[str], names: Any) -> list[str]:
    """Return the headings that a field is read from, ``[]`` where there are none.

    :param names: the usual names of the column, the first that is there counts;
        ``"first name + last name"`` puts several columns together
    """
    known = {heading: heading for heading in headings}
    for heading in headings:
        known.setdefault(key(heading), heading)
    for name in [names] if isinstance(names, str) else names:
        # A heading that is exactly so called comes before one that is much like it.
        parts = [part if part in known else key(part) for part in name.split(" + ")]
        if all(part in known for part in parts):
            return [known[part] for part in parts]
    return []


def unused(headings: list[str], used: Any) -> list[str]:
    """Return the headings that no field is read from: they are told, not dropped."""
    return [heading for heading in headings if heading not in set(used)]


# === CELLS === #


def number(text: str) -> float:
    """Return a number with a decimal point or comma; ``1.000`` is refused.

    :raise TableError: codes ``number``, ``grouping``
    """
    said = _BLANKS.sub("", text)
    if not _NUMBER.match(said):
        raise TableError("number", text)
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]000", said):
        raise TableError("grouping", text)
    return float(said.replace(",", "."))


def whole(text: str) -> int:
    """Return a whole number; ``5.0`` is one, ``2,5`` is not.

    :raise TableError: codes ``number``, ``grouping``, ``whole``
    """
    value = number(text)
    if value != int(value):
        raise TableError("whole", text)
    return int(value)
