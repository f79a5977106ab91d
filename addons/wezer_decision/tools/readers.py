"""Reads files of ballots: ``.blt``, tallies of Debian, ``.abif``, PrefLib and CSV.

Lines that repeat are understood once and counted after. What cannot be understood
without doubt is refused with its line number. Runs without Odoo.
"""

import csv
import json
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odoo.addons.wezer_base.tools import tables

from . import ballots

BYTES_MAX = 1 << 30
LINE_MAX = 100_000
OPTIONS_MAX = 500
BALLOTS_MAX = 10**12
# All ballots of a file as lines of text: so many bytes are hashed for the lot.
HASHED_MAX = 1 << 33
COUNT_COLUMNS = {"count", "ballots", "votes", "voters", "weight", "times"}
CHOICE_COLUMNS = {"choice", "vote", "answer", "ballot"}
# Columns of published ballots that are not counted.
OTHER_COLUMNS = {
    *("receipt", "voter", "voter_id", "voter id", "reason", "timestamp", "precinct"),
    *("ballot_id", "ballot id", "ballotid", "email", "email address"),
}
# Headings of files with a line for each rank of each ballot.
BALLOT_COLUMNS = {"ballot_id", "ballot id", "ballotid", "ballot", "voter_id", "voter"}
RANK_COLUMNS = {"rank", "position", "preference"}
NAME_COLUMNS = {"choice", "candidate", "option"}
# Columns that hold the first, second … choice by name.
PLACE_COLUMN = re.compile(
    r"(?:rank|choice|preference)[ _#-]*[0-9]{1,3}"
    r"|[0-9]{1,3}(?:st|nd|rd|th)[ _-]*(?:rank|choice|preference)(?:[^a-z].*)?",
    re.IGNORECASE | re.ASCII,
)
# Options may be called like this too.
DOUBTFUL_COLUMN = re.compile(r"(?:choice|preference)\W", re.IGNORECASE)
# A rank in a cell: 2, 2.0, 2nd, 2nd choice.
RANK_CELL = re.compile(
    r"([0-9]{1,5})(?:\.0|st|nd|rd|th)?(?: (?:rank|choice|preference))?",
    re.IGNORECASE | re.ASCII,
)
# First headings of published files.
PUBLISHED_COLUMNS = {"count", "receipt"}
TRUE_WORDS = {"1", "x", "y", "yes", "true"}
FALSE_WORDS = {"", "0", "n", "no", "false", "-"}
DATE_WORDS = {"y": "y", "yes": "y", "m": "m", "maybe": "m", "n": "n", "no": "n"}
SEPARATORS = ",;\t"
TIE_NOTE = "The file's order for ties is not used: the lot decides ties."
# What spreadsheets write before the headings.
SEPARATOR_LINE = re.compile(r'"?sep=.?"?', re.IGNORECASE)
# What a published file says about its decision, before its headings.
RULE_LINE = re.compile(r"#\s*([a-z_]{1,40})\s*:\s*(.*)", re.ASCII)
RULES = {
    *("aggregate", "base", "colleges", "decision", "most_per_option", "none_option"),
    *("fallback", "live_objections", "option_ids", "passes_from", "points", "quorum"),
    *("roll", "scale", "seats", "share", "silence", "starts", "strict", "up_to"),
    "withdrawn",
}


class BadFile(ValueError):
    """A file that is refused; ``line`` is where, None for the whole file."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


@dataclass
class Election:
    """What a file of ballots says."""

    options: list[str]
    tallies: dict[str, int] = field(default_factory=dict)
    by_college: dict[str, dict[str, int]] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, text: str, times: int, college: str | None = None) -> None:
        """Count a canonical ballot."""
        self.tallies[text] = self.tallies.get(text, 0) + times
        if college is not None:
            votes = self.by_college.setdefault(college, {})
            votes[text] = votes.get(text, 0) + times


def read(path: str | Path, method: str | None = None) -> Election:
    """Read a file of ballots for a method; without one as the file itself says.

    :raise BadFile: where the file is refused
    """
    election = _read(path, method)
    hashed = sum((len(text) + 1) * n for text, n in election.tallies.items())
    if hashed > HASHED_MAX:
        raise BadFile("more ballots than can be counted")
    return election


def _read(path: str | Path, method: str | None) -> Election:
    kind = format_of(path)
    if kind == "csv":
        return CsvReader(path, method).read()
    method = method or "schulze"
    if ballots.KINDS.get(method) not in ("ranking", "points", "picks"):
        raise BadFile(f"A file of this format has no ballots for “{method}”")
    if kind == "blt":
        return BltReader(path, method).read()
    if kind == "council":
        return CouncilReader(path, method).read()
    if kind == "preflib":
        return PrefLibReader(path, method).read()
    if kind == "debian":
        return DebianReader(path, method).read()
    return AbifReader(path, method).read()


def format_of(path: str | Path) -> str:
    """Return the format of a file by its name or its lines.

    :return: ``blt``, ``debian``, ``abif``, ``preflib``, ``council`` or ``csv``
    """
    ending = Path(path).suffix.lower()[1:]
    if ending in ("blt", "abif"):
        return ending
    if ending in PrefLibReader.ENDINGS:
        return "preflib"
    is_first = True
    for number, line in Lines(path, lenient=True):
        text = line.strip()
        # Further down, a row of other files looks like this, too.
        if is_first and CouncilLines.HEAD.fullmatch(text):
            return "council"
        if ending == "csv" and text:
            break
        is_first = is_first and not text
        if PrefLibReader.HEAD.match(text):
            return "preflib"
        if re.match(r"V:\s", text) or DebianReader.OPTION.match(text):
            return "debian"
        if re.match(r"[0-9]+\s+[0-9]+\s*(?:$|#|/\*)", text, re.ASCII):
            return "blt"
        if re.match(r"(\{.*:|=.*:\[|[0-9]+\s*:)", text, re.ASCII):
            return "abif"
        if number > 200:
            break
    return "csv"


class Lines:
    """The lines of a text file with their numbers, within limits.

    :param lenient: read letters in several encodings too, as far as they can be read:
        voters' names on a tally sheet; not where names tell options apart
    """

    def __init__(self, path: str | Path, lenient: bool = False) -> None:
        self.path = Path(path)
        about = self.path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise BadFile("this is no file")
        if about.st_size > BYTES_MAX:
            raise BadFile(f"the file has more than {BYTES_MAX >> 20} MB")
        self.errors = "strict"
        try:
            self.encoding = tables.encoding_of(self.path)
        except tables.TableError as error:
            if not lenient:
                raise BadFile("the file has letters in several encodings") from error
            self.encoding, self.errors = "utf-8-sig", "replace"

    def __iter__(self) -> Iterator[tuple[int, str]]:
        with open(self.path, encoding=self.encoding, errors=self.errors) as source:
            for number, line in enumerate(
                iter(lambda: source.readline(LINE_MAX), ""), 1
            ):
                if len(line) >= LINE_MAX:
                    raise BadFile(f"more than {LINE_MAX:,} characters", number)
                if "\0" in line:
                    raise BadFile("this is no text", number)
                yield number, line


def clean(name: str) -> str:
    """Return a name with single blanks."""
    return " ".join(name.split())


def whole(text: str, line: int, least: int = 0, most: int = BALLOTS_MAX) -> int:
    """Return a whole number, or refuse it."""
    if not re.fullmatch(r"[0-9]{1,13}", text, re.ASCII) or not (
        least <= int(text) <= most
    ):
        shown = ballots.shown(text)
        raise BadFile(f"“{shown}” is no whole number from {least} to {most:,}", line)
    return int(text)


def bare(text: str) -> str:
    """Return a name without the brackets or quotes around it."""
    text = text.strip()
    if len(text) > 1 and text[0] + text[-1] in ("[]", '""'):
        text = text[1:-1]
    return clean(text)


def quoted(text: str) -> list[str]:
    """Return the texts in quotes of a line: ``"Ana" "Green"``, ``"Ana ""A"" Roe"``.

    :raise ValueError: where a quotation mark is missing
    """
    text = text.strip()
    words = re.findall(r'"([^"]*)"(?=\s|$)', text)
    if text == " ".join(f'"{word}"' for word in words) or not text.count('"'):
        return words
    between = re.sub(r'(?:^|(?<=\s))"[^"]*"(?=\s|$)', "", text)
    if '"' not in between:
        return words
    if len(text) > 2 and text[0] == text[-1] == '"':
        # Quotes stand inside of a name.
        names = re.split(r'"\s+"', text[1:-1])
        return [re.sub(r'\\"|""', '"', name) for name in names]
    raise ValueError("a quotation mark is missing")


def check_closed(text: str, signs: str, line: int) -> None:
    """Refuse a bracket that is not closed: looking for its end takes very long."""
    for start, end in zip(signs[::2], signs[1::2], strict=True):
        if text.rfind(start) > text.rfind(end):
            raise BadFile(f"a bracket is not closed: {start}", line)


def choice_of(kind: str, groups: Sequence[Sequence[int]], n: int) -> str:
    """Return the ballot of ranked groups of options (from 0)."""
    if kind == "picks":
        return ballots.picks(option + 1 for group in groups for option in group)
    ranks = [0] * n
    for rank, group in enumerate(groups, 1):
        for option in group:
            ranks[option] = rank
    return ballots.ranking(ranks)


def check_twice(
    groups: Sequence[Sequence[int]], names: Sequence[str], line: int
) -> None:
    """Refuse a ballot that names an option twice."""
    used: set[int] = set()
    for option in (option for group in groups for option in group):
        if option in used:
            raise BadFile(f"“{ballots.shown(names[option])}” is named twice", line)
        used.add(option)


class RankingReader:
    """Files of rankings: methods that give points cannot count them."""

    def __init__(
        self, path: str | Path, method: str, lines: Lines | None = None
    ) -> None:
        self.lines = Lines(path) if lines is None else lines
        self.kind = ballots.KINDS[method]
        if self.kind == "points":
            raise BadFile("The file has rankings, no points")


class BltReader(RankingReader):
    """Files of OpenSTV, as councils publish them: numbers, then names in quotes."""

    TOKEN = re.compile(r'"[^"]*"|\([^)]*\)|\[[^\]]*\]|[^\s"(\[]+')
    COMMENT = re.compile(r'("[^"]*")|#.*')

    def __init__(
        self, path: str | Path, method: str, lines: Lines | None = None
    ) -> None:
        super().__init__(path, method, lines)
        self.election = Election([])
        self.head: list[int] = []
        self.options = 0
        self.nicks: dict[str, int] = {}
        self.withdrawn: set[int] = set()
        self.weight: int | None = None
        self.groups: list[list[int]] = []
        self.is_over = False
        self.names: list[tuple[int, list[str]]] = []
        self.comment = 0
        self.line = 0

    def read(self) -> Election:
        """Read the file."""
        seen: dict[str, int] = {}
        parsed: dict[str, tuple[str, int]] = {}
        for number, line in self.lines:
            self.line = number
            if line in seen and self.weight is None and not self.is_over:
                seen[line] += 1
                continue
            if ballot := self.plain(line):
                seen[line], parsed[line] = 1, ballot
                continue
            text = self.without_comments(line)
            if self.is_over:
                self.read_names(text)
                continue
            fresh = self.weight is None and bool(self.options)
            found: list[tuple[str, int]] = []
            check_closed(text, "[]()", self.line)
            for token in self.TOKEN.findall(text):
                if self.is_over:
                    raise BadFile("text follows the end of the ballots", self.line)
                ballot = self.read_token(token)
                if ballot:
                    found.append(ballot)
            if fresh and len(found) == 1 and self.weight is None and not self.is_over:
                if not self.comment and "/*" not in line and "[" not in line:
                    seen[line], parsed[line] = 1, found[0]
                    continue
            for choice, weight in found:
                self.election.add(choice, weight)
        for line, times in seen.items():
            choice, weight = parsed[line]
            self.election.add(choice, weight * times)
        return self.finish()

    def plain(self, line: str) -> tuple[str, int] | None:
        """Return the ballot of a line that holds one and nothing else, else nothing."""
        if not self.options or self.is_over or self.comment or self.weight is not None:
            return None
        words = line.split()
        if len(words) < 2 or words[-1] != "0" or words[0] == "0":
            return None
        if not words[0].isdecimal() or len(words[0]) > 9 or not words[0].isascii():
            return None
        try:
            options = [self.nicks[word] for word in words[1:-1]]
        except KeyError:
            return None
        if len(set(options)) < len(options):
            return None
        if self.kind == "picks":
            return choice_of(self.kind, [options], self.options), int(words[0])
        ranks = [""] * self.options
        for rank, option in enumerate(options, 1):
            ranks[option] = str(rank)
        return "-".join(ranks) if options else "", int(words[0])

    def without_comments(self, line: str) -> str:
        """Leave out what stands in /* */ and behind #."""
        if self.comment or "/*" in line:
            kept = []
            for part in re.split(r"(/\*|\*/)", line):
                if part == "/*":
                    self.comment += 1
                elif part == "*/" and self.comment:
                    self.comment -= 1
                elif not self.comment:
                    kept.append(part)
            line = " ".join(kept)
        return self.COMMENT.sub(r"\1", line) if "#" in line else line

    def read_token(self, token: str) -> tuple[str, int] | None:
        """Understand a token before the names; return a ballot that it completes."""
        if len(self.head) < 2:
            most = OPTIONS_MAX if not self.head else 10_000
            self.head.append(whole(token, self.line, 0 if self.head else 1, most))
            if len(self.head) == 2:
                self.options = self.head[0]
                self.nicks = {str(o + 1): o for o in range(self.options)}
        elif self.weight is None:
            self.begin(token)
        elif token == "0":
            return self.end()
        elif token != "-":
            group = [self.option(part) for part in token.split("=")]
            self.groups.append(group)
        return None

    def begin(self, token: str) -> None:
        """Begin a ballot, or take what may stand before the first one."""
        if token.startswith("["):
            self.read_setting(token[1:-1].split())
        elif token.startswith("-"):
            self.withdrawn.add(self.option(token[1:]))
        elif token.startswith("("):
            self.weight = 1
        elif token == "0":
            self.is_over = True
        else:
            self.weight = whole(token, self.line)

    def read_setting(self, words: list[str]) -> None:
        """Take short names; an order for ties is not used, the lot decides."""
        if words and words[0] == "nick":
            if len(set(words[1:])) != self.options or len(words) - 1 != self.options:
                raise BadFile("not every option has a short name", self.line)
            self.nicks.update({nick: o for o, nick in enumerate(words[1:])})
        elif words and words[0] == "withdrawn":
            self.withdrawn.update(self.option(word) for word in words[1:])
        elif words and words[0] == "tie":
            for word in words[1:]:
                self.option(word)
            # Programs do not agree which end of the order wins.
            if TIE_NOTE not in self.election.notes:
                self.election.notes.append(TIE_NOTE)
        elif not words or words[0] not in ("droop", "undeclared"):
            raise BadFile("this setting is not known", self.line)

    def option(self, token: str) -> int:
        """Return the option that a token names."""
        if token not in self.nicks:
            shown = ballots.shown(token)
            raise BadFile(f"“{shown}” is no option from 1 to {self.options}", self.line)
        return self.nicks[token]

    def end(self) -> tuple[str, int]:
        """Complete a ballot."""
        names = [str(option + 1) for option in range(self.options)]
        check_twice(self.groups, names, self.line)
        ballot = choice_of(self.kind, self.groups, self.options), self.weight or 0
        self.weight, self.groups = None, []
        return ballot

    def read_names(self, text: str) -> None:
        """Take a line of names and titles."""
        if not text.strip() or len(self.names) > self.options + 20:
            return
        try:
            words = quoted(text)
        except ValueError as error:
            if sum(len(words) for _line, words in self.names) > self.options:
                # Remarks behind the names and the title.
                return
            raise BadFile(str(error), self.line) from error
        self.names.append((self.line, [clean(w) for w in words] or [clean(text)]))

    def have_parties(self, lines: list[list[str]]) -> bool:
        """Return whether each option has a line: its name, and perhaps its party."""
        if len(lines) < self.options:
            return False
        if all(len(words) > 1 for words in lines[: self.options]):
            return True
        # Some have no party; or else the names with the title stand on a few lines.
        together = sum(map(len, lines)) <= self.options + 1
        return not together and len(lines[0]) < self.options

    def finish(self) -> Election:
        """Put names and ballots together."""
        if not self.options or self.weight is not None or not self.is_over:
            raise BadFile("the file ends before its ballots end", self.line or None)
        lines = [words for _line, words in self.names]
        rows = lines[: self.options]
        if self.have_parties(lines):
            texts = [words[0] for words in rows]
            texts += [word for words in lines[self.options :] for word in words]
        else:
            texts = [word for words in lines for word in words]
        if len(texts) < self.options:
            raise BadFile(
                f"{len(texts)} names for {self.options} options", self.line or None
            )
        self.election.options = texts[: self.options]
        if not all(self.election.options):
            raise BadFile("an option has no name", self.line)
        self.election.title = "".join(texts[self.options : self.options + 1])
        if self.head[1]:
            self.election.rules["seats"] = self.head[1]
        if self.withdrawn:
            numbers = sorted(option + 1 for option in self.withdrawn)
            self.election.rules["withdrawn"] = numbers
        return self.election


class CouncilLines(Lines):
    """The lines of a ward's CSV file as those of a ``.blt`` file.

    In it are ``5,3,``, ballots like ``372,1,2,``, then ``"Candidate 1","Ana","Green",``
    and the ward.
    """

    HEAD = re.compile(r"[0-9]{1,4},[0-9]{1,5},+", re.ASCII)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        names, end = 0, ""
        for number, line in super().__iter__():
            text = line.strip()
            if not text:
                continue
            if text[:1].isdecimal() and not names:
                cells = text.rstrip(",").split(",")
                yield number, " ".join(cell.strip() or "-" for cell in cells) + end
                end = " 0"
                continue
            if not names:
                yield number, "0"
            # Quotes within names are written as they are.
            row = text.rstrip(", ").removeprefix('"').removesuffix('"')
            cells = row.split('","' if '","' in row else ",")
            names += 1
            if cells[0].lower() == f"candidate {names}" and len(cells) > 1:
                yield number, f'"{cells[1]}"'
            elif cells[0].lower().startswith("candidate "):
                raise BadFile(f"candidate {names} is missing", number)
            else:
                title = text.strip(',"')
                yield number, f'"{title}"'


class CouncilReader(BltReader):
    """CSV files of Scottish wards, as they are collected for research."""

    def __init__(self, path: str | Path, method: str) -> None:
        super().__init__(path, method, CouncilLines(path))


class PrefLibReader(RankingReader):
    """Files of PrefLib: ``# ALTERNATIVE NAME 1: Ana``, then ``27: 1,{2,3}``."""

    ENDINGS = ("soc", "soi", "toc", "toi")
    HEAD = re.compile(r"#\s*(?:ALTERNATIVE NAME|NUMBER ALTERNATIVES)\b", re.IGNORECASE)
    FACT = re.compile(r"#\s*([A-Z ]+?)\s*([0-9]{0,3})\s*:\s*(.*)", re.ASCII)
    BALLOT = re.compile(r"([0-9]+)\s*:\s*([0-9, {}]*)", re.ASCII)
    RANK = re.compile(r"\{([0-9, ]*)\}\s*(?:,|$)|([0-9]+)\s*(?:,|$)", re.ASCII)

    def read(self) -> Election:
        """Read the file."""
        election = Election([])
        seen: dict[str, list] = {}
        number = 0
        for number, line in self.lines:
            text = line.strip()
            if text in seen:
                seen[text][2] += 1
                continue
            fact = self.FACT.fullmatch(text)
            if fact and fact[1] == "TITLE":
                election.title = clean(fact[3])
            elif fact and fact[1] == "ALTERNATIVE NAME":
                if int(fact[2] or 0) != len(election.options) + 1 or not fact[3]:
                    raise BadFile(f"option {fact[2]} is out of order", number)
                election.options.append(clean(fact[3]))
            elif text and not text.startswith("#"):
                found = self.BALLOT.fullmatch(text)
                if not found or not election.options:
                    shown = ballots.shown(text)
                    raise BadFile(f"“{shown}” cannot be understood", number)
                groups = self.groups(found[2], election.options, number)
                choice = choice_of(self.kind, groups, len(election.options))
                seen[text] = [choice, whole(found[1], number), 1]
        if not election.options:
            raise BadFile("the file names no options", number or None)
        if len(election.options) > OPTIONS_MAX:
            raise BadFile(f"more than {OPTIONS_MAX} options")
        for choice, weight, times in seen.values():
            election.add(choice, weight * times)
        return election

    def groups(self, text: str, names: list[str], line: int) -> list[list[int]]:
        """Return the options (from 0) at each rank."""
        found: list[list[int]] = []
        place = 0
        text = text.replace(" ", "")
        while place < len(text):
            rank = self.RANK.match(text, place)
            if not rank:
                shown = ballots.shown(text[place:])
                raise BadFile(f"“{shown}” cannot be understood", line)
            place = rank.end()
            cells = (rank[1] if rank[1] is not None else rank[2]).split(",")
            group = [whole(cell, line, 1, len(names)) - 1 for cell in cells]
            found.append(group)
        check_twice(found, names, line)
        return found


class DebianReader(RankingReader):
    """Tally sheets of Debian: a digit for each option, a dash where it has no rank."""

    OPTION = re.compile(
        r"[/\\|\s]*(?:Option|Choice)\s+([0-9]{1,3})\s*(?:-*>+\s*:?|-*:)\s*(\S.*)",
        re.ASCII | re.IGNORECASE,
    )
    RANKS = "-123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    def __init__(self, path: str | Path, method: str) -> None:
        super().__init__(path, method, Lines(path, lenient=True))

    def read(self) -> Election:
        """Read the file."""
        election = Election([])
        seen: dict[str, list] = {}
        line = 0
        for line, text in self.lines:
            words = text.split(None, 2)
            if words and words[0] == "V:":
                vote = words[1] if len(words) > 1 else ""
                if vote in seen:
                    seen[vote][1] += 1
                else:
                    seen[vote] = [self.choice(vote, election.options, line), 1]
            elif option := self.OPTION.match(text):
                if int(option[1]) != len(election.options) + 1 or seen:
                    raise BadFile(f"option {option[1]} is out of order", line)
                election.options.append(clean(option[2]))
                if len(election.options) > len(self.RANKS) - 1:
                    raise BadFile("too many options", line)
        if not election.options:
            raise BadFile("the file names no options", line or None)
        for choice, times in seen.values():
            election.add(choice, times)
        return election

    def choice(self, vote: str, options: list[str], line: int) -> str:
        """Return the ballot of a line."""
        if len(vote) != len(options) or any(mark not in self.RANKS for mark in vote):
            shown = ballots.shown(vote)
            raise BadFile(f"“{shown}” does not rank {len(options)} options", line)
        ranks = [self.RANKS.index(mark) for mark in vote]
        if self.kind == "picks":
            return ballots.picks(o for o, rank in enumerate(ranks, 1) if rank)
        return ballots.ranking(ranks)


class AbifReader:
    """Files of electorama: ``27:Ana>Ben=Cleo``, ``27:Ana/5,Ben/3``."""

    COMMENT = re.compile(r'(\[[^\]]*\]|"[^"]*")|#.*')
    NAME = r'\[[^\]]*\]|"[^"]*"|[^\s\[\]"<>=,/:#{}][^\[\]"<>=,/:#{}]*?'
    OPTION = re.compile(rf"=\s*({NAME})\s*(?::\s*(.*))?$")
    BALLOT = re.compile(r"(?:([0-9]+)\s*[:*])?\s*(.*)$", re.ASCII)
    ITEM = re.compile(rf"\s*({NAME})\s*(?:/\s*([0-9]+))?\s*(?=[>=,]|$)")

    def __init__(self, path: str | Path, method: str) -> None:
        self.lines = Lines(path)
        self.kind = ballots.KINDS[method]
        self.election = Election([])
        self.places: dict[str, int] = {}
        self.aliases: dict[str, int] = {}
        self.declared: set[int] = set()
        self.first_lines: dict[int, int] = {}
        self.line = 0

    def read(self) -> Election:
        """Read the file."""
        seen: dict[str, list] = {}
        for number, line in self.lines:
            self.line = number
            # With single blanks: names are kept like this, and long runs of them would
            # be tried in each place.
            text = clean(line)
            if text in seen:
                seen[text][1] += 1
                continue
            check_closed(text, "[]", number)
            bare = self.COMMENT.sub(lambda found: found[1] or "", text).strip()
            if not bare:
                continue
            if bare.startswith("{"):
                title = re.fullmatch(r'\{"?title"?\s*:\s*"?(.*?)"?\s*\}', text)
                if title:
                    self.election.title = clean(title[1])
            elif bare.startswith("="):
                self.declare(bare)
            else:
                seen[text] = [self.ballot(bare), 1]
        if not self.places:
            what = "no ballot names an option" if seen else "the file has no ballots"
            raise BadFile(what, self.line or None)
        if self.declared:
            for option, line_number in self.first_lines.items():
                if option not in self.declared:
                    name = ballots.shown(self.election.options[option])
                    raise BadFile(f"“{name}” is not among the options", line_number)
        for (weight, groups, points, line_number), times in seen.values():
            self.election.add(self.choice(groups, points, line_number), weight * times)
        return self.election

    def declare(self, text: str) -> None:
        """Take the name of an option."""
        found = self.OPTION.match(text)
        if not found:
            raise BadFile("this names no option", self.line)
        option = self.place(found[1])
        if option in self.declared:
            raise BadFile(f"“{ballots.shown(found[1])}” is named twice", self.line)
        self.declared.add(option)
        name = bare(found[2] or "")
        if name:
            self.election.options[option] = name
            self.aliases.setdefault(name, option)

    def place(self, token: str) -> int:
        """Return the option of a name, a new one where it is new."""
        name = bare(token)
        if not name:
            raise BadFile("an option has no name", self.line)
        if name not in self.places:
            if len(self.places) >= OPTIONS_MAX:
                raise BadFile(f"more than {OPTIONS_MAX} options", self.line)
            self.places[name] = len(self.places)
            self.first_lines[self.places[name]] = self.line
            self.election.options.append(name)
        return self.places[name]

    def ballot(self, text: str) -> tuple[int, list[list[int]], dict[int, int], int]:
        """Return how often a ballot was cast, its ranks, its points, and its line."""
        head = self.BALLOT.match(text)
        assert head
        weight = whole(head[1], self.line) if head[1] else 1
        rest, place = head[2], 0
        groups: list[list[int]] = []
        points: dict[int, int] = {}
        sign, commas = ">", True
        while rest and place < len(rest):
            item = self.ITEM.match(rest, place)
            if not item:
                shown = ballots.shown(rest[place:])
                raise BadFile(f"“{shown}” cannot be understood", self.line)
            option = self.aliases.get(bare(item[1]), -1)
            if bare(item[1]) in self.places or option < 0:
                option = self.place(item[1])
            if sign == ">" or not groups:
                groups.append([])
            groups[-1].append(option)
            if item[2]:
                points[option] = whole(item[2], self.line, 0, ballots.RANK_MAX)
            place = item.end()
            sign = rest[place : place + 1]
            commas = commas and sign in ("", ",")
            place += 1
            if sign and place >= len(rest):
                raise BadFile(f"nothing follows “{sign}”", self.line)
        check_twice(groups, self.election.options, self.line)
        if points and commas:
            # Without signs between them the points say the order.
            levels = sorted(set(points.values()), reverse=True)
            groups = [[o for o in points if points[o] == level] for level in levels]
        return weight, groups, points, self.line

    def choice(self, groups: list[list[int]], points: dict[int, int], line: int) -> str:
        """Return the ballot for the method."""
        if self.kind == "points":
            named = {option for group in groups for option in group}
            if named and not points:
                raise BadFile("an option has no points", line)
            return ballots.points(
                [points.get(option) for option in range(len(self.places))]
            )
        if self.kind == "picks" and points:
            groups = [[option for option in points if points[option]]]
        return choice_of(self.kind, groups, len(self.places))


class CsvReader:
    """CSV files: a column for each option, and one that counts equal ballots."""

    def __init__(self, path: str | Path, method: str | None) -> None:
        self.lines = Lines(path)
        self.method = method
        self.election = Election([])
        self.count_column: int | None = None
        self.choice_column: int | None = None
        self.college_column: int | None = None
        self.option_columns: list[int] = []
        self.by_name = False
        # The heading and line of columns that may hold ranks as well as names, and the
        # highest rank if they do.
        self.doubtful: tuple[str, int, int] | None = None
        # The columns of ballot, rank and name where each rank has a line.
        self.long: tuple[int, int, int] | None = None
        self.long_ballots: dict[str, dict[int, str]] = {}
        self.places: dict[str, int] = {}
        self.width = 0
        self.separator = ","
        self.line = 0

    def read(self) -> Election:
        """Read the file."""
        seen: dict[str, list] = {}
        for number, line in self.lines:
            self.line = number
            if line in seen:
                seen[line][1] += 1
                continue
            if not line.strip():
                continue
            if not self.width:
                text = line.strip()
                if text.startswith('"#'):
                    # A spreadsheet has put it in quotes.
                    text = text[1:].rstrip(SEPARATORS)[:-1].replace('""', '"')
                rule = RULE_LINE.match(text)
                if rule:
                    self.read_rule(rule[1], rule[2].rstrip(SEPARATORS))
                elif not text.startswith("#") and not SEPARATOR_LINE.fullmatch(text):
                    self.read_head(line)
                continue
            if self.long:
                self.read_rank(self.cells(line, self.separator))
                continue
            if not line.strip(self.separator + " \r\n"):
                # A spreadsheet writes empty rows like this; a blank ballot has a count.
                if self.count_column is not None or self.width < 2:
                    continue
            seen[line] = [self.read_row(self.cells(line, self.separator)), 1]
        if not self.width:
            raise BadFile("the file has no headings", self.line or None)
        for ranks in self.long_ballots.values():
            line = json.dumps(names := [name for _rank, name in sorted(ranks.items())])
            if line in seen:
                seen[line][1] += 1
            else:
                seen[line] = [(self.named(names), 1, None), 1]
        self.check_places()
        n = len(self.election.options)
        for (ballot, weight, college), times in seen.values():
            if not isinstance(ballot, str):
                ballot = ballots.ranking([*ballot, *[0] * (n - len(ballot))])
            self.election.add(ballot, weight * times, college)
        return self.election

    def read_rank(self, cells: list[str]) -> None:
        """Take one rank of one ballot."""
        assert self.long
        if len(cells) < self.width:
            raise BadFile(f"fewer than {self.width} cells", self.line)
        ballot, rank, name = (cells[column] for column in self.long)
        if not ballot:
            raise BadFile("the ballot has no name", self.line)
        place = whole(rank, self.line, 1, ballots.RANK_MAX)
        ranks = self.long_ballots.setdefault(ballot, {})
        if place in ranks:
            raise BadFile(f"a ballot has two choices at rank {place}", self.line)
        ranks[place] = name

    def read_rule(self, name: str, text: str) -> None:
        """Take what a published file says about its decision."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text.strip()
        if name == "method":
            self.method = self.method or str(value)
            self.election.rules["method"] = str(value)
        elif name == "title":
            self.election.title = str(value)
        elif name in RULES:
            self.election.rules[name] = value

    def cells(self, line: str, separator: str) -> list[str]:
        """Return the cells of a line."""
        if '"' not in line and "'" not in line:
            return [cell.strip() for cell in line.split(separator)]
        try:
            rows = list(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error as error:
            raise BadFile(f"{error}", self.line) from error
        return [tables.as_written(cell.strip()) for cell in (rows or [[]])[0]]

    def read_head(self, line: str) -> None:
        """Take the headings."""
        if self.method not in ballots.KINDS:
            raise BadFile("The file does not say by which method it is counted")
        found = {}
        for separator in SEPARATORS:
            try:
                found[separator] = self.cells(line, separator)
            except BadFile:
                found[separator] = []
        self.separator = max(SEPARATORS, key=lambda separator: len(found[separator]))
        heads = [clean(head) for head in found[self.separator]]
        self.width = len(heads)
        kind = ballots.KINDS[self.method]
        ids = self.election.rules.get("option_ids")
        if (
            isinstance(ids, list)
            and len(ids) == self.width - 1
            and heads[0].lower() in PUBLISHED_COLUMNS
        ):
            # A published file: whatever its options are called, they are options.
            self.count_column = 0 if heads[0].lower() == "count" else None
            self.option_columns = list(range(1, self.width))
            self.election.options = heads[1:]
            self.check_names(self.election.options)
            return
        if kind == "ranking" and self.width == 3:
            names = [head.lower() for head in heads]
            columns = [
                next((n for n, name in enumerate(names) if name in known), -1)
                for known in (BALLOT_COLUMNS, RANK_COLUMNS, NAME_COLUMNS)
            ]
            if sorted(columns) == [0, 1, 2]:
                self.long = (columns[0], columns[1], columns[2])
                return
        for column, head in enumerate(heads):
            name = head.lower()
            if name in COUNT_COLUMNS and column in (0, self.width - 1):
                if self.count_column is not None:
                    raise BadFile("two columns count ballots", self.line)
                self.count_column = column
            elif name in OTHER_COLUMNS or (
                not head and not column and self.width > 2 and kind != "word"
            ):
                # The first column may name the voters.
                continue
            elif name == "college" and kind == "word":
                self.college_column = column
            elif kind == "word" and name in CHOICE_COLUMNS:
                self.choice_column = column
            elif not head:
                raise BadFile(f"column {column + 1} has no heading", self.line)
            else:
                self.option_columns.append(column)
                self.election.options.append(head)
        self.check_head(kind)

    def check_head(self, kind: str) -> None:
        """Refuse headings that do not fit the method."""
        options = self.election.options
        if kind == "word":
            if self.choice_column is None or options:
                raise BadFile("one column “choice” is expected", self.line)
            return
        if not options:
            raise BadFile("no column has an option", self.line)
        places = {
            column: head
            for column, head in zip(self.option_columns, options, strict=True)
            if kind == "ranking" and PLACE_COLUMN.fullmatch(head)
        }
        if len(places) > 1 or len(places) == len(options):
            self.take_places(places)
            return
        self.check_names(options)

    def take_places(self, places: dict[int, str]) -> None:
        """Take the columns that name the first, second … choice; leave out others."""
        heads = list(places.values())
        self.check_names(heads)
        others = [ballots.shown(h) for h in self.election.options if h not in heads]
        if others:
            left_out = ", ".join(others[:10]) + (" …" if len(others) > 10 else "")
            self.election.notes.append(f"Columns that are not counted: {left_out}.")
        numbers = {
            column: int(found[0])
            for column, head in places.items()
            if (found := re.search("[0-9]+", head))
        }
        doubtful = [head for head in heads if DOUBTFUL_COLUMN.match(head)]
        if doubtful:
            # If they are options, so are the columns that are left out.
            self.doubtful = (doubtful[0], self.line, len(self.election.options))
        self.by_name = True
        self.option_columns = sorted(places, key=numbers.__getitem__)
        self.election.options = []

    def check_places(self) -> None:
        """Refuse columns of which nobody can say whether they hold names or ranks."""
        if not self.doubtful:
            return
        head, line, most = self.doubtful
        if all(name.isdecimal() and 0 < int(name) <= most for name in self.places):
            shown = ballots.shown(head)
            raise BadFile(f"“{shown}” may be an option or a place", line)

    def check_names(self, names: Sequence[str]) -> None:
        """Refuse too many options, and a name that two of them have."""
        if len(names) > OPTIONS_MAX:
            raise BadFile(f"more than {OPTIONS_MAX} options", self.line)
        for number, name in enumerate(names):
            if not name:
                raise BadFile(f"column {number + 1} has no heading", self.line)
            if name in names[:number]:
                raise BadFile(f"“{ballots.shown(name)}” is named twice", self.line)

    def read_row(self, cells: list[str]) -> tuple[str | list[int], int, str | None]:
        """Return the ballot of a row, how often it was cast, and its college."""
        if len(cells) > self.width:
            if any(cells[self.width :]):
                raise BadFile(f"more than {self.width} cells", self.line)
        cells += [""] * (self.width - len(cells))
        weight = 1
        if self.count_column is not None:
            weight = whole(cells[self.count_column], self.line)
        college = None
        if self.college_column is not None:
            college = cells[self.college_column]
        answers = [cells[column] for column in self.option_columns]
        if self.choice_column is not None:
            return self.word(cells[self.choice_column]), weight, college
        if self.by_name:
            return self.named(answers), weight, college
        try:
            return self.choice(answers), weight, college
        except ballots.BadChoice as error:
            raise BadFile(str(error), self.line) from error

    def word(self, cell: str) -> str:
        """Return a word like ``yes``."""
        try:
            return ballots.parse(self.method or "", cell, 0)
        except ballots.BadChoice as error:
            raise BadFile(str(error), self.line) from error

    def choice(self, cells: list[str]) -> str:
        """Return the ballot of cells, one for each option."""
        kind = ballots.KINDS[self.method or ""]
        n = len(cells)
        if kind == "ranking":
            ranks = [
                0
                if cell in ("", "-", "0")
                else whole(self.rank(cell), self.line, 1, ballots.RANK_MAX)
                for cell in cells
            ]
            return ballots.ranking(ranks)
        if kind == "picks":
            words = [cell.lower() for cell in cells]
            for word in words:
                if word not in TRUE_WORDS | FALSE_WORDS:
                    shown = ballots.shown(word)
                    raise BadFile(f"“{shown}” is none of 1 and 0", self.line)
            chosen = [number for number, w in enumerate(words, 1) if w in TRUE_WORDS]
            return ballots.picks(chosen)
        if kind == "dates":
            cells = [DATE_WORDS.get(cell.lower(), cell) for cell in cells]
        if kind == "number":
            return ",".join(ballots.parse(self.method or "", cell, n) for cell in cells)
        return ballots.parse(self.method or "", ",".join(cells), n)

    def rank(self, cell: str) -> str:
        """Return the number of a rank like ``2nd choice``."""
        found = RANK_CELL.fullmatch(clean(cell))
        return found[1] if found else cell

    def named(self, cells: list[str]) -> list[int]:
        """Return ranks of options that cells name in the order of preference."""
        ranks: dict[int, int] = {}
        for rank, cell in enumerate(cells, 1):
            name = clean(cell)
            mark = name.lower().removeprefix("$")
            if mark in ("", "skipped", "undervote"):
                continue
            if mark == "overvote":
                # Two options were marked: nobody can say which is preferred.
                break
            if name not in self.places:
                if len(self.places) >= OPTIONS_MAX:
                    raise BadFile(f"more than {OPTIONS_MAX} options", self.line)
                self.places[name] = len(self.places)
                self.election.options.append(name)
            ranks.setdefault(self.places[name], rank)
        return [ranks.get(option, 0) for option in range(len(self.places))]
