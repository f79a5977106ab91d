"""Reading ratings, names and admissions from CSV files, without Odoo or a database.

Separators and encodings are those of the other importers
(``wezer_base/tools/tables.py``). A rating that cannot be meant so is refused with its
row, its value and the reason; where one is refused, nothing is computed.
"""

import importlib.util
import re
import sys
import time
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

if __package__:
    from odoo.addons.wezer_base.tools import moments, tables
else:  # loaded by path, where there is no Odoo

    def _plain(name: str) -> Any:
        """Return a module of wezer_base's tools, as the launcher may have loaded it."""
        called = f"wezer_tool_{name}"
        if called not in sys.modules:
            path = Path(__file__).resolve().parents[2] / "wezer_base/tools"
            spec = importlib.util.spec_from_file_location(called, path / f"{name}.py")
            assert spec and spec.loader
            sys.modules[called] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[called])
        return sys.modules[called]

    moments, tables = _plain("moments"), _plain("tables")

COLUMNS = ("rater", "rated", "score", "time")
# Usual names of each column; the first that is there counts.
ALIASES = {
    "rater": ("rater", "source", "from"),
    "rated": ("rated", "ratee", "target", "to"),
    "score": ("score", "rating", "level"),
    "time": ("time", "timestamp", "date"),
    "value": ("value", "hours"),
    "criterion": ("criterion",),
}
ADMISSION_HEADINGS = (
    ("admitted by", "by", "inviter", "sponsor"),
    ("member", "admitted", "who", "invited"),
    ("date", "day", "time", "year"),
)
NAME_HEADINGS = ("id", "seed", "seeds", "member", "name")
# A member's name in a file is not longer than this.
ID_LENGTH = 200
# Larger numbers are mistakes: of scores, and of the hours of one deal.
SCORE_MAX, HOURS_MAX = 1e6, 1e5
HOUR = 3600.0
# A time without a zone may be one of a place that is ahead of UTC by so much.
ZONES_AHEAD = 14 * HOUR
# So many refused rows are told one by one.
TOLD = 10
# Words found instead of scores that are told: more are no levels.
WORDS_TOLD = 12

_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d{1,3}", re.ASCII)
_POINTED = re.compile(r"[+-]?\d+\.\d+", re.ASCII)
_SECONDS = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMPACT_DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII
)
# Writing systems and emoji need these two; everything else of their kind is not seen.
_JOINERS = "\u200c\u200d"


class BadFile(ValueError):
    """A file that cannot be read; the message says why.

    :param rows: the first refused rows, ``(number, reason)``
    :param refused: how many are refused
    :param remedy: what to do about it
    """

    def __init__(
        self,
        message: str,
        rows: Sequence[tuple[int, str]] = (),
        refused: int = 0,
        remedy: str = "",
    ) -> None:
        super().__init__(message)
        self.rows, self.refused, self.remedy = list(rows), refused, remedy


class _Refused:
    """The rows that are refused: the first are kept, all are counted."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str]] = []
        self.count = 0

    def add(self, number: int, reason: object) -> None:
        self.count += 1
        if self.count <= TOLD:
            self.rows.append((number, str(reason)))

    def raise_if_any(self, remedy: str = "") -> None:
        """Raise :class:`BadFile` where a row is refused."""
        if self.count:
            number, reason = self.rows[0]
            more = f" (and {self.count - 1} more rows)" if self.count > 1 else ""
            raise BadFile(
                f"row {number}: {reason}{more}", self.rows, self.count, remedy
            )


@dataclass
class Ratings:
    """The ratings of a file; arrays have one row a rating, in the file's order."""

    ids: list  # name of each member, by index
    rater: np.ndarray
    rated: np.ndarray
    score: np.ndarray  # as in the file; of a level, its place in 0 … 1
    time: np.ndarray  # seconds
    hours: np.ndarray | None
    criterion: np.ndarray | None  # names
    row: np.ndarray | None = None  # number of the row in the file
    notes: list[str] = field(default_factory=list)  # what was assumed of the file

    @property
    def index(self) -> dict[str, int]:
        """Return the number of each member by name."""
        return {name: number for number, name in enumerate(self.ids)}

    def keep(self, rows: np.ndarray) -> "Ratings":
        """Return the ratings of these rows; the members stay the same."""
        return Ratings(
            self.ids,
            self.rater[rows],
            self.rated[rows],
            self.score[rows],
            self.time[rows],
            None if self.hours is None else self.hours[rows],
            None if self.criterion is None else self.criterion[rows],
            None if self.row is None else self.row[rows],
            self.notes,
        )

    def founders(self, count: int) -> np.ndarray:
        """Return the first members who appear, by time."""
        first = np.full(len(self.ids), np.inf)
        np.minimum.at(first, self.rater, self.time)
        np.minimum.at(first, self.rated, self.time)
        return np.argsort(first, kind="stable")[:count]


# === CELLS === #


def moment(text: str) -> float:
    """Return seconds of a time: a number of seconds since 1970, or a date.

    :raise ValueError: where it is neither, or can be both
    """
    return _moment(text)[0]


def _moment(text: str) -> tuple[float, bool]:
    """Return ``(seconds, whether the zone is known)``."""
    text = text.strip()
    if _COMPACT_DATE.fullmatch(text):
        raise ValueError(
            f"time “{text}” can be a date or seconds. Write it like 2026-04-30"
        )
    if _SECONDS.fullmatch(text):
        return float(text.replace(",", ".")), True
    try:
        date = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        date = _written_date(text)
    if date.tzinfo is None:
        return date.replace(tzinfo=timezone.utc).timestamp(), False
    return date.timestamp(), True


def _written_date(text: str) -> datetime:
    """Return the moment of a date as people write it."""
    try:
        date = moments.Dates().read(text)
    except moments.NotADate as error:
        code = "two_dates" if isinstance(error, moments.TwoDates) else "date"
        raise ValueError(f"time {tables.TableError(code, text)}") from error
    if date is None:
        raise ValueError(f"time {tables.TableError('date', text)}")
    return date


def _time_until(text: str, now: float) -> float:
    """Return seconds of a time between 1970 and ``now``.

    :raise ValueError: where it is no time, or none of the past
    """
    if not text:
        raise ValueError("time is empty")
    seconds, zone_known = _moment(text)
    if seconds < 0:
        raise ValueError(f"time “{tables.shown(text)}” is before 1970")
    if not seconds <= (now if zone_known else now + ZONES_AHEAD):
        hint = ""
        for size, unit in ((1e3, "milliseconds"), (1e6, "microseconds")):
            if seconds >= 1e11 and seconds / size <= now < seconds / size * 1e3:
                hint = f". It looks like {unit}: give seconds"
                break
        raise ValueError(f"time “{tables.shown(text)}” is after now{hint}")
    return seconds


def _number(text: str, what: str, separator: str) -> float:
    """Return a number as the other importers read it, or with an exponent.

    In a file with commas between its columns a point is a decimal point, so that
    ``1.000`` is one; elsewhere it can be read in two ways.

    :raise ValueError: where it is none
    """
    if _EXPONENT.fullmatch(text) or (separator == "," and _POINTED.fullmatch(text)):
        value = float(text)
        if np.isfinite(value):
            return value
    try:
        return tables.number(text)
    except tables.TableError as error:
        raise ValueError(f"{what} {error}" if text else f"{what} is empty") from error


def _identity(text: str, what: str) -> str:
    """Return a member's name in one spelling.

    :raise ValueError: where it is empty, too long, or has letters that nobody sees
    """
    if text.isascii() and text.isprintable() and len(text) <= ID_LENGTH:
        name = text.strip()
        if name and "  " not in name:
            return tables.as_written(name)
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise ValueError(f"{what} is empty")
    if len(name) > ID_LENGTH:
        raise ValueError(f"{what} “{tables.shown(name)}” is too long")
    for char in name:
        if unicodedata.category(char)[0] == "C" and char not in _JOINERS:
            raise ValueError(
                f"{what} “{tables.shown(name)}” contains a character that is not"
                f" seen (U+{ord(char):04X})"
            )
    return tables.as_written(name)


def levels(text: str) -> dict[str, float]:
    """Return the place in 0 … 1 of each level of ``--levels``, lowest first.

    They are spread evenly from 0 to 1, or stand where the text says for each of them:
    ``apprentice=0.6,journeyer=0.8,master=1``. Those above one half pass on trust.

    :raise BadFile: where the text names no levels, one twice, or falls
    """
    parts = [part.partition("=") for part in text.split(",")]
    names = [tables.key(name) for name, _sign, _place in parts]
    said = [place for _name, sign, place in parts if sign]
    if not all(names) or len(set(names)) < len(names) or 0 < len(said) < len(names):
        raise BadFile(
            f"“{tables.shown(text)}” is no list of levels",
            remedy="Write it like --levels apprentice,journeyer,master.",
        )
    try:
        places = [tables.number(place) for place in said]
    except tables.TableError as error:
        raise BadFile(f"--levels: {error}") from error
    places = places or list(np.linspace(1, 0, len(names))[::-1])
    if places != sorted(places) or places[0] < 0 or places[-1] > 1:
        raise BadFile(
            "the levels do not rise from 0 to 1",
            remedy="Name the lowest first: --levels apprentice=0.6,master=1.",
        )
    return dict(zip(names, map(float, places), strict=True))


# === FILES === #


def _open(path: str | PathLike) -> tuple[Iterator[list[str]], str, str]:
    """Return ``(rows, encoding, separator)`` of a file.

    :raise BadFile: where it cannot be read
    """
    try:
        return tables.rows_of(Path(path).read_bytes())
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}") from error
    except tables.TableError as error:
        if error.code == "empty":
            raise BadFile(f"{path}: the file is empty") from error
        raise BadFile(f"{path}: {error}", remedy="Save it as UTF-8 CSV.") from error
    except MemoryError as error:
        raise BadFile(f"{path} does not fit into the memory") from error


def _numbered(rows: Iterator[list[str]], path: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(number, cells)`` of the rows that are not blank, counted from 1.

    :raise BadFile: where the file breaks off
    """
    try:
        for number, cells in enumerate(rows, 1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except tables.TableError as error:
        raise BadFile(f"{path}: {error}") from error


def _columns(cells: list[str], needed: Sequence[str]) -> dict[str, int]:
    """Return where each column stands, ``{}`` where the row is one of ratings.

    :raise BadFile: where columns are missing, or two have one name
    """
    heads = [" ".join(cell.split()) for cell in cells]
    known = {}
    for name, names in ALIASES.items():
        found = tables.find(heads, names)
        if found:
            known[name] = heads.index(found[0])
            alike = {tables.key(one) for one in found}
            if sum(tables.key(head) in alike for head in heads) > 1:
                raise BadFile(str(tables.TableError("headings", found[0])))
    if not known and len(heads) >= len(needed):
        return {}
    missing = [name for name in needed if name not in known]
    if missing:
        remedy = f"The file has: {tables.shown(', '.join(heads))}."
        if missing == ["time"]:
            remedy += " Certificates in levels need none: see --levels."
        raise BadFile(f"the columns {', '.join(missing)} are missing", remedy=remedy)
    return known


def read_ratings(
    path: str | PathLike,
    places: dict[str, float] | None = None,
    now: float | None = None,
) -> Ratings:
    """Read a CSV file of ratings.

    Columns: ``rater, rated, score, time`` and, where there are, ``value`` (hours) and
    ``criterion``; without a line of headings the first four are taken in this order.

    :param places: the place in 0 … 1 of each level (:func:`levels`), where the scores
        are words; such certificates need no time
    :param now: seconds; what is later is refused (the moment of the call)
    :raise BadFile: naming the rows that are wrong, and why
    """
    rows, encoding, separator = _open(path)
    numbered = _numbered(rows, path)
    number, first = next(numbered, (0, []))
    if not first:
        raise BadFile("the file is empty")
    needed = COLUMNS if places is None else COLUMNS[:3]
    columns = _columns(first, needed)
    notes = []
    if columns:
        places_read = set(columns.values())
        unused = [
            cell.strip()
            for place, cell in enumerate(first)
            if cell.strip() and place not in places_read
        ]
        if unused:
            notes.append(f"Columns that are not read: {', '.join(unused)}.")
        started: list[tuple[int, list[str]]] = []
    else:
        count = min(len(first), len(COLUMNS))
        columns = {name: place for place, name in enumerate(COLUMNS[:count])}
        started = [(number, first)]
    if encoding == "cp1252":
        notes.append("Not UTF-8: it was read as Windows-1252.")
    reader = _RatingReader(columns, separator, places, now)
    for number, cells in started:
        reader.read(number, cells)
    for number, cells in numbered:
        reader.read(number, cells)
    ratings = reader.ratings()
    ratings.notes = notes + ratings.notes
    return ratings


class _RatingReader:
    """Takes the rows of a file of ratings, one by one."""

    def __init__(
        self,
        columns: dict[str, int],
        separator: str,
        places: dict[str, float] | None,
        now: float | None,
    ) -> None:
        self.columns, self.separator, self.places = columns, separator, places
        self.now = time.time() if now is None else now
        self.width = max(columns.values()) + 1
        self.required = max(columns[name] for name in COLUMNS if name in columns) + 1
        self.ids: dict[str, int] = {}
        self.rater, self.rated, self.row = array("q"), array("q"), array("q")
        self.numbers = {name: array("d") for name in ("score", "time", "value")}
        self.criterion: list[str] = []
        self.criteria: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.refused = _Refused()

    def read(self, number: int, cells: list[str]) -> None:
        """Take one row, or note why it is refused."""
        try:
            self._take(number, cells)
        except ValueError as error:
            self.refused.add(number, error)

    def _take(self, number: int, cells: list[str]) -> None:
        if len(cells) < self.required:
            raise ValueError(f"it has {len(cells)} of {self.required} columns")
        for cell in cells[: self.width]:
            problem = tables.lost(cell)
            if problem:
                raise tables.TableError(*problem)
        get = self._cell
        rater = _identity(get(cells, "rater"), "rater")
        rated = _identity(get(cells, "rated"), "rated")
        score = self._score(get(cells, "score"))
        seconds = 0.0
        if "time" in self.columns:
            seconds = _time_until(get(cells, "time"), self.now)
        hours = self._hours(get(cells, "value")) if "value" in self.columns else 0.0
        for name, values in (("score", score), ("time", seconds), ("value", hours)):
            self.numbers[name].append(values)
        self.rater.append(self.ids.setdefault(rater, len(self.ids)))
        self.rated.append(self.ids.setdefault(rated, len(self.ids)))
        self.row.append(number)
        if "criterion" in self.columns:
            name = " ".join(get(cells, "criterion").split())
            self.criterion.append(self.criteria.setdefault(name, name))

    def _cell(self, cells: list[str], name: str) -> str:
        place = self.columns[name]
        return cells[place].strip() if place < len(cells) else ""

    def _score(self, text: str) -> float:
        if self.places is not None:
            place = self.places.get(tables.key(text))
            if place is None:
                self._note_word(text)
                raise ValueError(f"level “{tables.shown(text)}” is not in --levels")
            return place
        try:
            score = _number(text, "score", self.separator)
        except ValueError:
            self._note_word(text)
            raise
        if abs(score) > SCORE_MAX:
            raise ValueError(f"score “{tables.shown(text)}” is too large")
        return score

    def _note_word(self, text: str) -> None:
        if any(map(str.isalpha, text)) and len(self.words) <= WORDS_TOLD:
            self.words.setdefault(tables.key(text), tables.shown(text))

    def _hours(self, text: str) -> float:
        hours = _number(text, "value", self.separator) if text else 0.0
        if hours < 0:
            raise ValueError(f"value “{tables.shown(text)}” is below 0")
        if hours > HOURS_MAX:
            raise ValueError(f"value “{tables.shown(text)}” is too large")
        return hours

    def ratings(self) -> Ratings:
        """Return all that was read.

        :raise BadFile: naming the rows that are wrong, and why
        """
        self.refused.raise_if_any(self._remedy())
        if not self.row:
            raise BadFile("the file has no ratings")
        named = any(self.criteria)
        timed = "time" in self.columns
        return Ratings(
            list(self.ids),
            np.array(self.rater, dtype=int),
            np.array(self.rated, dtype=int),
            np.array(self.numbers["score"]),
            np.array(self.numbers["time"]),
            np.array(self.numbers["value"]) if "value" in self.columns else None,
            np.array(self.criterion) if named else None,
            np.array(self.row, dtype=int),
            [] if timed else ["No column of times: all count as given on one day."],
        )

    def _remedy(self) -> str:
        """Return what helps where the scores are words, and which were found."""
        found = ", ".join(sorted(self.words.values()))
        if not found or len(self.words) > WORDS_TOLD:
            return ""
        if self.places is None and set(self.words) <= {"nan", "inf", "infinity", "na"}:
            return ""
        return (
            f"Words found as scores: {found}. If they are levels, name all from the"
            " lowest to the highest: --levels LOWEST,…,HIGHEST."
        )


def read_names(path: str | PathLike, index: dict[str, int]) -> list[int]:
    """Return the members that a file names, one a line, each once.

    :raise BadFile: naming those who are not in ``index``, and rows without a name
    """
    refused = _Refused()
    names: dict[str, None] = {}
    for number, cells in _numbered(_open(path)[0], path):
        try:
            name = _identity(cells[0], "name")
        except ValueError as error:
            refused.add(number, error)
            continue
        heading = not names and name not in index and tables.key(name) in NAME_HEADINGS
        if not heading:
            names.setdefault(name)
    refused.raise_if_any()
    if not names:
        raise BadFile(f"{path} names nobody")
    unknown = [name for name in names if name not in index]
    if unknown:
        raise BadFile(
            f"{len(unknown)} of the {len(names)} in {path} are not in the ratings: "
            + _some(unknown),
            remedy="Write each as in the ratings, one a line.",
        )
    return [index[name] for name in names]


def read_admissions(path: str | PathLike, ratings: Ratings) -> list[tuple[int, ...]]:
    """Return rows (who admitted, whom) of a file, with the year where it has days.

    People without a rating become members, since trust flows through them; they are
    named in :attr:`Ratings.notes`, so that a slip is seen.

    :raise BadFile: naming the rows that are wrong, and why
    """
    index, refused = ratings.index, _Refused()
    known = len(index)
    places: list[int] = []
    pairs = []
    for number, cells in _numbered(_open(path)[0], path):
        if not places:
            places = _admission_columns(cells, index)
            if places:
                continue
            places = [0, 1, 2][: max(len(cells), 2)]
        try:
            if len(cells) <= max(places):
                raise ValueError(f"it has {len(cells)} of {len(places)} columns")
            pair = (
                _identity(cells[places[0]], "admitted by"),
                _identity(cells[places[1]], "member"),
            )
            year = tuple(_year(cells[place].strip()) for place in places[2:])
        except ValueError as error:
            refused.add(number, error)
            continue
        numbers = tuple(index.setdefault(name, len(index)) for name in pair)
        pairs.append(numbers + year)
    refused.raise_if_any("Columns: who admitted, whom and, where known, the day.")
    strangers = list(index)[known:]
    if strangers:
        ratings.ids.extend(strangers)
        ratings.notes.append(
            f"{len(strangers)} in {path} have no rating: {_some(strangers)}."
        )
    return pairs


def _admission_columns(cells: list[str], index: dict[str, int]) -> list[int]:
    """Return where the columns of admissions stand, ``[]`` where there are no heads."""
    if any(cell.strip() in index for cell in cells):
        return []
    found = [tables.find(cells, names) for names in ADMISSION_HEADINGS]
    if not (found[0] and found[1]):
        return []
    return [cells.index(one[0]) for one in found if one]


def _year(text: str) -> int:
    """Return the year of a day, or a year."""
    if re.fullmatch(r"(?:19|20)\d\d", text, re.ASCII):
        return int(text)
    seconds = _time_until(text, time.time())
    return datetime.fromtimestamp(seconds, tz=timezone.utc).year


def _some(names: Sequence[str]) -> str:
    """Return the first names, as a message has room for them."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(map(tables.shown, names[:TOLD])) + more


def scale(ratings: Ratings, low: float, high: float) -> np.ndarray:
    """Return the scores in 0 … 1.

    :raise BadFile: naming the rows of those outside ``low … high``
    """
    refused = _Refused()
    for wrong in np.flatnonzero((ratings.score < low) | (ratings.score > high)):
        refused.add(
            int(wrong) + 1 if ratings.row is None else int(ratings.row[wrong]),
            f"score {ratings.score[wrong]:g} is outside {low:g} to {high:g}",
        )
    refused.raise_if_any("Give the scale with --scale MIN,MAX.")
    return (ratings.score - low) / (high - low)
