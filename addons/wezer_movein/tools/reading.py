"""Reads the rows of a file under its headings, and keeps what cannot be read.

Nothing becomes 0 or empty: a cell that is not understood refuses its row, and a file
with such a row is not read (:class:`.content.Unreadable` names the first of them). Runs
without Odoo.
"""

import contextlib
import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from odoo.addons.wezer_base.tools import moments, numbers, tables

from .content import RefusedRow, SourceFile, Unreadable

# Why a row is refused that lacks a cell, of which nothing can be shown.
MISSING = "A number, a name or an amount is missing"
# So many refused rows are named.
REFUSED_SHOWN = 50
ROWS_MAX = 3_000_000
# A number that is read in one way only.
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,2}|\.\d{4,8})?", re.ASCII)
# A word or a sign beside a number, as in ``12,50 Taler`` or ``€ 12``.
_WORD = r"(?:[^\W\d_]{1,12}\.?|[€$£¥₹])"
_UNIT = re.compile(rf"([-+\d.,' ]*\d)\s*({_WORD})|({_WORD})\s*([-+]?\d[\d.,' ]*)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


_NOT_ASCII = re.compile(rb"[\w.'-]{0,30}[\x80-\xff][\w.'\x80-\xff-]{0,30}")


class Refusals:
    """The rows of all files that cannot be read."""

    def __init__(self) -> None:
        self.rows: list[RefusedRow] = []
        self.count = 0

    def add(self, file: SourceFile, row: int, code: str, value: str) -> None:
        """Refuse a row.

        :param str code: a key of ``tables.REASONS``
        """
        self.count += 1
        if len(self.rows) < REFUSED_SHOWN:
            reason = str(tables.TableError(code, value))
            if code == "empty":
                reason = MISSING
            shown = tables.shown(value)
            self.rows.append(RefusedRow(file.name, row, code, shown, reason))

    def check(self) -> None:
        """Raise :class:`Unreadable` where a row was refused."""
        if not self.count:
            return
        first = self.rows[0]
        codes = {row.code for row in self.rows}
        if codes == {"two_dates"}:
            raise Unreadable(
                "day_order",
                f"Nothing in {first.file} shows whether its dates begin with the day or"
                f" the month, as in “{first.value}”. Say which (--day-order).",
                tuple(self.rows),
            )
        if codes == {"grouping"}:
            raise Unreadable(
                "decimal_sign",
                f"Nothing in {first.file} shows whether a comma or a point stands"
                f" before decimals, as in “{first.value}”. Say which"
                " (--decimal-sign).",
                tuple(self.rows),
            )
        more = f" {self.count - 1} more rows are refused." if self.count > 1 else ""
        raise Unreadable(
            "rows",
            f"{first.file}, row {first.row}: {first.reason}.{more}",
            tuple(self.rows),
        )


class Row(list):
    """The cells of a row, with its number counted from 1."""

    __slots__ = ("number",)

    def __init__(self, cells: Iterable[str], number: int) -> None:
        super().__init__(cells)
        self.number = number


class Sheet:
    """The rows of a file, which can be read more than once.

    :param int skipped: rows above the headings
    :param bool by_position: columns have their places, two may have one heading
    """

    def __init__(
        self,
        file: SourceFile,
        refusals: Refusals,
        skipped: int = 0,
        by_position: bool = False,
    ) -> None:
        self.file, self.refusals, self.skipped = file, refusals, skipped
        rows = all_rows(file)
        self.headings: list[str] = []
        for number, cells in enumerate(rows):
            if number >= skipped and any(map(str.strip, cells)):
                self.headings = [" ".join(cell.split()) for cell in cells]
                self.first = number + 1
                break
        else:
            reason = f"{file.name}: {tables.REASONS['empty']}"
            raise Unreadable("empty", reason, file=file.name)
        if len(self.headings) > tables.COLUMNS_MAX:
            raise Unreadable(
                "columns",
                f"{file.name}: {tables.REASONS['columns'] % len(self.headings)}",
                file=file.name,
                value=str(len(self.headings)),
            )
        self.columns: dict[str, int] = {}
        for position, heading in enumerate(self.headings):
            name = tables.key(heading)
            if name and name in self.columns and not by_position:
                raise Unreadable(
                    "headings",
                    f"{file.name}: {tables.REASONS['headings'] % heading}",
                    file=file.name,
                    value=tables.shown(heading),
                )
            if name:
                self.columns[name] = position
        self.used = set(range(len(self.headings))) if by_position else set()

    def column(self, *names: str) -> int:
        """Return the position of the first of ``names`` that is there, or −1."""
        for name in names:
            if name in self.columns:
                self.used.add(self.columns[name])
                return self.columns[name]
        return -1

    def cell(self, *names: str) -> Callable[[list[str]], str]:
        """Return what takes the text of a column out of a row; empty without one."""
        position = self.column(*names)

        def text(cells: list[str]) -> str:
            if 0 <= position < len(cells):
                said = cells[position].strip()
                return tables.as_written(said) if said[:1] == "'" else said
            return ""

        return text

    def raw_rows(self, refuse: bool = True) -> Iterator[Row]:
        """Yield the rows after the headings, blank ones left out.

        :param bool refuse: also tell which rows are refused
        """
        for number, cells in enumerate(all_rows(self.file), 1 - self.first):
            if number < 1 or not any(cells):
                continue
            if number > ROWS_MAX:
                reason = f"{self.file.name} has too many rows"
                raise Unreadable("rows_max", reason, file=self.file.name)
            whole = "".join(cells)
            problem = tables.lost(whole)
            if problem:
                if refuse:
                    found = filter(None, map(tables.lost, cells))
                    self.refusals.add(self.file, number, *next(found, problem))
                continue
            yield Row(cells, number)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; a row with cells to the right of the headings is refused."""
        width = len(self.headings)
        count = 0
        for row in self.raw_rows():
            count += 1
            if len(row) > width:
                beyond = next(filter(str.strip, row[width:]), "")
                if beyond:
                    self.refusals.add(self.file, row.number, "cells", beyond)
                    continue
            yield row
        self.file.rows = count
        self.tell_unused()

    def tell_unused(self) -> None:
        """Keep the headings that no field was read from."""
        self.file.unused = [
            heading
            for position, heading in enumerate(self.headings)
            if heading and position not in self.used
        ]

    def refuse(self, row: Row, code: str, value: str) -> None:
        """Refuse ``row``."""
        self.refusals.add(self.file, row.number, code, value)


def all_rows(file: SourceFile) -> Iterator[list[str]]:
    """Yield the rows of a file as they stand, headings and blank ones, too."""
    if file.sheet is not None:
        file.encoding, file.separator = "xlsx", ""
        yield from file.sheet
        return
    try:
        rows, file.encoding, file.separator = tables.rows_of(file.data)
        if file.encoding == "cp1252" and not file.letters:
            file.letters = _guessed(file.data)
        yield from rows
    except tables.TableError as error:
        reason = f"{file.name}: {error}"
        raise Unreadable(
            error.code, reason, file=file.name, value=error.value
        ) from error


def _guessed(data: bytes) -> str:
    """Return the first word of a file in Windows-1252 in which a mistake would show."""
    found = _NOT_ASCII.search(data)
    return tables.shown(found[0].decode("cp1252", "replace")) if found else ""


def first_rows(file: SourceFile, count: int = 40) -> list[list[str]]:
    """Return the first rows of a file, none where it is no table.

    Only its beginning is looked at, so that a large file is recognised at once.
    """
    if file.sheet is not None:
        return file.sheet[:count]
    try:
        head, _encoding = _head(file.data)
    except tables.TableError:
        # What it is can be known; that it is damaged is told when it is read.
        head = file.data[: 1 << 18].decode("utf-8", "replace")
    found: list[list[str]] = []
    with contextlib.suppress(tables.TableError):
        rows, _encoding, _separator = tables.rows_of(head)
        found.extend(itertools.islice(rows, count))
    return found


def _head(data: bytes) -> tuple[str, str]:
    """Return the text at the beginning of a file, whole lines of it."""
    size = 1 << 18
    if len(data) <= size:
        return tables.decode(data)
    # Cut after a line break, of UTF-16 after both of its bytes.
    cut = data.rfind(b"\n", 0, size) + 1
    for end in (cut, cut + 1, size, size + 1, size + 2, size + 3):
        try:
            return tables.decode(data[:end])
        except tables.TableError:
            continue
    return tables.decode(data)


def headings(file: SourceFile) -> list[str]:
    """Return the headings of a file in the form that they are compared in."""
    for cells in first_rows(file, 5):
        if any(map(str.strip, cells)):
            return [tables.key(cell) for cell in cells]
    return []


class Values:
    """Reads amounts and dates of files in which they are written alike.

    :param str sign: what stands before decimals
    :param moments.Dates dates:
    """

    def __init__(self, sign: str, dates: moments.Dates) -> None:
        self.sign, self.dates = sign, dates
        self._amounts: dict[str, Decimal] = {}

    @classmethod
    def of(
        cls,
        sheets: Iterable[tuple[Sheet, tuple[int, ...], tuple[int, ...]]],
        zone: str = "UTC",
        sign: str = "",
        order: str = "",
        default_sign: str = "",
    ) -> "Values":
        """Return how the numbers and dates of a community's files are written.

        :param sheets: each with its columns of amounts and of dates
        :param str sign: said by an administrator, empty where nothing was said
        :param str order: the same of the order of days, see ``moments.day_order``
        :param str default_sign: what counts where the files do not decide
        """
        amounts: set[str] = set()
        days: set[str] = set()
        for sheet, of_amounts, of_days in sheets:
            for row in sheet.raw_rows(refuse=False):
                for position in of_amounts:
                    if position < len(row) and not _PLAIN.fullmatch(row[position]):
                        amounts.add(with_unit(row[position])[0])
                    elif position < len(row) and "." in row[position]:
                        amounts.add("0.5")
                for position in of_days:
                    text = row[position] if position < len(row) else ""
                    if text[:3].isdigit():
                        continue
                    days.add(text)
        try:
            sign = sign or numbers.decimal_sign(amounts) or default_sign
        except numbers.AmbiguousNumber as error:
            raise Unreadable(
                "two_signs",
                f"The files write decimals in two ways: {error}. Say which counts.",
                value=str(error),
            ) from error
        try:
            order = order or moments.day_order(days)
        except moments.TwoDates as error:
            raise Unreadable(
                "two_orders",
                f"The files write days in two ways: {error}. Say which counts.",
                value=str(error),
            ) from error
        found = moments.zone_called(zone)
        if not found:
            reason = f"There is no time zone “{zone}”."
            raise Unreadable("time_zone", reason, value=tables.shown(zone))
        return cls(sign, moments.Dates(moments.UTC if zone == "UTC" else found, order))

    def amount(self, sheet: Sheet, row: Row, text: str) -> Decimal | None:
        """Return the amount in a cell; None and the row refused where it is none."""
        known = self._amounts.get(text)
        if known is None:
            try:
                known = numbers.read_signed(text, self.sign)
            except numbers.AmbiguousNumber:
                sheet.refuse(row, "grouping", text)
                return None
            except numbers.NumberError:
                is_formula = tables.is_formula(text)
                sheet.refuse(row, "formula" if is_formula else "number", text)
                return None
            if len(self._amounts) < 200_000:
                self._amounts[text] = known
        return known

    def moment(self, sheet: Sheet, row: Row, text: str) -> datetime | None:
        """Return the moment in a cell, None for none; an unclear row is refused."""
        try:
            return self.dates.read(text)
        except moments.TwoDates:
            sheet.refuse(row, "two_dates", text)
        except moments.NotADate:
            is_formula = tables.is_formula(text)
            sheet.refuse(row, "formula" if is_formula else "date", text)
        return None


def with_unit(text: str) -> tuple[str, str]:
    """Return an amount and the currency that is written before or after it."""
    match = _UNIT.fullmatch(text.strip())
    if not match:
        return text, ""
    return (match[1], match[2]) if match[1] else (match[4], match[3])


def decimals(amount: Decimal) -> int:
    """Return how many decimals an amount needs."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -2:
        return max(0, -exponent) if isinstance(exponent, int) else 0
    normal = amount.normalize().as_tuple().exponent
    return max(0, -normal) if isinstance(normal, int) else 0


def plain_text(text: str) -> str:
    """Return a text of a web page as words: tags left out, entities as their signs."""
    if "<" in text:
        text = re.sub(r"<\s*(?:br|/p|/div|/li)\s*/?>", "\n", text, flags=re.IGNORECASE)
        text = re.sub(r"<[^<>]{0,200}>", "", text)
    return html.unescape(text).strip() if _ENTITY.search(text) else text.strip()


# A question mark where a letter was: at the beginning of a word, or within it.
_LOST = re.compile(r"\?(?=[^\W\d_])|(?<=[^\W\d_])\?(?=[^\W\d_])")


def has_lost_letters(name: str) -> bool:
    """Return whether letters of a name were lost when its file was saved."""
    return bool(_LOST.search(name))


_ADDRESS = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s.,;<>\"']{2,}")


def is_number(text: str) -> bool:
    """Return whether a text is a whole number that :func:`int` reads at once.

    ``str.isdigit`` is true of ``²``, and of more digits than are read.
    """
    return text.isdecimal() and len(text) <= numbers.DIGITS_MAX


def is_email(text: str) -> bool:
    """Return whether a text is an e-mail address."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text))
