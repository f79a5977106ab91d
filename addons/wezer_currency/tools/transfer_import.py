"""Importing files of transfers: a whole file is checked first, then posted.

1. Every row is read, without a look at anybody's wallet: amounts, dates, keys, states,
   currencies, categories. What was read waits in a temporary file, so that memory does
   not grow with the number of rows.
2. The parties are looked up, all at once; missing ones are made where that was asked.
3. The rows are counted on the balances, each after those before it. Nothing is posted
   where one of them is refused.
4. They are posted, in portions. A strict file is one transaction. Of a history each
   portion is committed: what was interrupted is started again, and finds what it
   posted by the keys of its rows.

A row without a key gets one that does not depend on its file: of its moment, parties,
amount and purpose, and of how many rows like it came before it in its file.
"""

import datetime
import hashlib
import marshal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal
from odoo.addons.wezer_base.tools import days, imports
from odoo.addons.wezer_base.tools.file_values import Manner
from odoo.addons.wezer_base.tools.locks import is_contention
from odoo.addons.wezer_base.tools.table_reasons import in_words
from odoo.addons.wezer_base.tools.tables import TableError
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS

from . import batch, refusals, treasury_policy
from .bulk_posting import BulkPosting
from .texts import storable
from .transfer_map import DIGITS_MAX, FIELDS
from .transfer_rows import ColumnError, stream_rows

# Rows that are posted, and committed, at once: others who pay wait as long as that.
PORTION = 10_000
# Refused rows and rows beyond a limit that are listed; all are counted.
LISTED = 100_000
# A column of codes does not have more currencies that are new.
NEW_CURRENCIES = 50
# Nobody kept accounts of a community before; who did says so.
FIRST_DATE = datetime.datetime(1900, 1, 1)
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)
# Between two reports of how many rows were read.
TOLD_ROWS = 20_000


def check_administrator(transfers: models.Model) -> None:
    """Raise unless the user may take whole files in and out."""
    if not transfers._is_administrator():
        raise NotAllowed(
            transfers.env._("Only administrators can import and export whole files."),
            rule="role",
        )


class RowSpool:
    """Rows that wait on disk between the passes over them, a portion at a time."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as we
        self._rows: list[tuple] = []
        self._portions = 0
        self.count = 0

    def add(self, row: tuple) -> None:
        """Keep a row: numbers, texts and None."""
        self._rows.append(row)
        self.count += 1
        if len(self._rows) == PORTION:
            self._write()

    def _write(self) -> None:
        marshal.dump(self._rows, self._file)
        self._portions += 1
        self._rows = []

    def portions(self) -> Iterator[list[tuple]]:
        """Yield the rows in their order; one pass at a time."""
        if self._rows:
            self._write()
        self._file.seek(0)
        for _number in range(self._portions):
            yield marshal.load(self._file)


class ImportReport:
    """What became of the rows of an import."""

    def __init__(self) -> None:
        self.posted = self.known = self.skipped = 0
        self.refused_count = self.overdraft_count = self.odd_dates = 0
        self.refused: list[dict] = []
        self.overdrafts: list[dict] = []
        self.made: list[str] = []
        self.members_made = self.wallets_made = 0
        self.stopped = ""

    @property
    def made_count(self) -> int:
        """How many currencies, members and wallets were made."""
        return len(self.made) + self.members_made + self.wallets_made

    def copy(self) -> "ImportReport":
        """Return a report that goes on from this one."""
        other = ImportReport()
        vars(other).update(vars(self))
        other.refused, other.overdrafts = list(self.refused), list(self.overdrafts)
        return other

    def refuse(self, row: int, rule: str, reason: str) -> None:
        """Note a row that cannot be posted."""
        self.refused_count += 1
        if len(self.refused) < LISTED:
            self.refused.append({"row": row, "rule": rule, "reason": str(reason)})

    def overdraw(self, row: int, **values: str) -> None:
        """Note a row that is posted beyond a limit."""
        self.overdraft_count += 1
        if len(self.overdrafts) < LISTED:
            self.overdrafts.append({"row": row, **values})

    def as_dict(self) -> dict:
        """Return the report as programs read it."""
        return dict(vars(self))


class FileReader(batch.BatchReader):
    """Reads rows of a file; makes the currencies that are missing where asked."""

    def __init__(
        self, transfers: models.Model, mode: str, create: bool, digits: int | None
    ) -> None:
        super().__init__(transfers, mode, create)
        self.digits = 2 if digits is None else digits
        self.made: list[str] = []
        self.categories: dict[Any, Any] = {}

    def values(self, row: dict) -> dict:
        """Return what a row of a file has, its category looked up by name."""
        values = {field: row[field] for field in FIELDS if field in row}
        name = values.get("category")
        if name:
            if name not in self.categories:
                found = self.env["wezer.category"]._find(str(name)[:SEARCH_LETTERS])
                self.categories[name] = found[:1].id
            if not self.categories[name]:
                raise Refusal(
                    self.env._("This category does not exist."), rule="category"
                )
            values["category"] = self.categories[name]
        return values

    def currency_called(self, name: Any) -> Any:
        """Return the currency of that id or code, made where it is missing."""
        if self.create and isinstance(name, str) and name not in self.currencies:
            self._make_currency(name)
        return super().currency_called(name)

    def _make_currency(self, code: str) -> None:
        if not code.strip() or not storable(code):
            return
        currencies = self.env["wezer.currency"].sudo()
        known = currencies.with_context(active_test=False).search_count(
            [("code", "=", code), ("company_id", "=", self.env.company.id)], limit=1
        )
        if known or len(self.made) >= NEW_CURRENCIES:
            return
        currencies.create({"name": code, "code": code, "digits": self.digits})
        self.made.append(code)


class TransferImport:
    """An import of rows; only administrators may.

    :param transfers: ``wezer.transfer``, as the user who imports
    :param str mode: ``strict``: limits apply, one transaction; ``history``: they do not
    :param bool dry_run: report, and keep nothing
    :param bool create: make the currencies, members and wallets that are missing
    :param int digits: decimals of a currency that is made
    :param bool accept_dates: take dates in the future, and before 1900
    :param progress: called with what is done (read, counted, posted), how many rows,
        and of how many
    :param bool commits: the connection is the import's own: it begins and commits its
        transactions. Else all is in the caller's.
    """

    def __init__(
        self,
        transfers: models.Model,
        mode: str = "strict",
        dry_run: bool = False,
        create: bool = False,
        digits: int | None = None,
        accept_dates: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        commits: bool = False,
    ) -> None:
        self.transfers, self.env = transfers, transfers.env
        self.mode, self.strict = mode, mode == "strict"
        self.dry_run, self.create, self.digits = dry_run, create, digits
        self.accept_dates, self.commits = accept_dates, commits
        self.progress = progress or (lambda what, done, count: None)
        # What became of the rows; and what of it was known before anything was made.
        self.report = self.checked = ImportReport()
        self.spool = RowSpool()
        # Numbers of rows that were read, and are refused for their parties.
        self.bad: set[int] = set()
        # Currencies, by the id or code that the file names.
        self.moneys: list[Any] = []
        # (name, place of its currency): place among the parties, and their wallets.
        self.parties: dict[tuple[Any, int], int] = {}
        self.names: list[Any] = []
        self.wallets: list[int] = []
        self.locked: list[int] = []
        self.has_keys = False
        # Wallets that had paid nothing with a key when the import began.
        self.keyless: set[int] = set()
        # Whether a transaction of ours was committed.
        self.kept = False
        # The number of the batch that all portions belong to.
        self.batch: int | None = None
        # Of the file that is being counted: how many rows were alike.
        self.alike: dict[int, int] = {}
        self.file = 0

    def run(self, files: Iterable[Iterable[dict]], lines: int = 0) -> dict:
        """Import the rows of some files; all are read before any is posted.

        :param files: rows of each file, as ``tools.transfer_rows`` reads them
        :param lines: about how many there are
        :return: ``posted``, ``known``, ``skipped``, ``refused_count``,
            ``overdraft_count``, ``odd_dates``, ``members_made``, ``wallets_made``
            (counts), ``refused`` and ``overdrafts`` (dicts with ``row`` and
            ``reason``), ``made`` (codes of new currencies), ``stopped`` (why a history
            was not posted to its end; what was made and posted before is kept)
        """
        check_administrator(self.transfers)
        self._check_options()
        if self.commits:
            self._read(files, lines)
            # What was made for checking is not kept, and balances are read anew.
            imports.forget(self.env)
            if self._look_up():
                imports.forget(self.env)
                imports.in_transaction(self.env, self._begin)
                self._tell_kept()
                self._post_history()
        else:
            imports.hold(self.env)
            self._run_inside(files, lines)
        if not self.kept:
            self._say_nothing_was_kept()
        return self.report.as_dict()

    def _run_inside(self, files: Iterable[Iterable[dict]], lines: int) -> None:
        """Do all of it in the caller's transaction, or nothing."""
        savepoint = self.env.cr.savepoint()
        keep = False
        try:
            self._read(files, lines)
            if self._look_up():
                self._begin()
                self._post_history()
                treasury_policy.check_import(self.transfers, self.batch)
            keep = not (self.report.refused_count or self.dry_run)
        finally:
            savepoint.close(rollback=not keep)
            if not keep:
                self.env.invalidate_all(flush=False)

    def _tell_kept(self) -> None:
        """Tell what the first transaction has kept, now that it is over."""
        self.kept = not (self.report.refused_count or self.dry_run)
        if self.kept and self.strict:
            self.progress("posted", self.spool.count, self.spool.count)
        elif self.kept and self.report.made_count:
            self.progress("made", self.report.made_count, self.report.made_count)

    def _say_nothing_was_kept(self) -> None:
        """Correct the counts of a file of which rows are refused.

        A dry run without any tells what would be posted and made.
        """
        if self.report.refused_count:
            self.report.posted = self.report.members_made = self.report.wallets_made = 0
            self.report.made = []

    def _check_options(self) -> None:
        if self.mode not in batch.MODES:
            raise Refusal(
                self.env._("Choose the mode “strict” or “history”."),
                rule="mode",
                value=self.mode,
            )
        if self.digits is not None and not 0 <= self.digits <= DIGITS_MAX:
            raise Refusal(
                self.env._(
                    "A currency can have 0 to %(most)s decimals.", most=DIGITS_MAX
                ),
                rule="digits",
                value=str(self.digits),
                limit=str(DIGITS_MAX),
            )

    # === 1. READING === #

    def _read(self, files: Iterable[Iterable[dict]], lines: int) -> None:
        reader = FileReader(self.transfers, self.mode, self.create, self.digits)
        latest = days.end(self.env, days.today(self.env))
        number = before = 0
        for file, rows in enumerate(files):
            before = number
            for row in rows:
                number += 1
                if number % TOLD_ROWS == 0:
                    self.progress("read", number, max(lines, number))
                label = before + row["row"] if row.get("row") else number
                self._read_row(reader, row, label, file, latest)
        self.progress("read", number, number)
        self.report.made = sorted(reader.made)

    def _read_row(
        self, reader: FileReader, row: dict, number: int, file: int, latest: Any
    ) -> None:
        if row.get("problem"):
            # Before it is left out for its state: nothing is certain about it.
            rule, _value = row["problem"]
            self.report.refuse(number, rule, in_words(self.env, row["problem"]))
            return
        if row.get("skip"):
            self.report.skipped += 1
            return
        try:
            values = reader.values(row)
            read = reader.read_row(values)
            if "reason" in read:
                self.report.refuse(number, read["rule"], read["reason"])
                return
            self._check_date(values, read["date"], latest)
        except Refusal as refusal:
            self.report.refuse(number, refusal.rule, refusal.args[0])
            return
        money = self._place_of_money(values["currency"])
        self.has_keys |= bool(read["key"])
        self.spool.add(
            (
                number,
                file,
                self._place_of_party(read["payer"], money),
                self._place_of_party(read["payee"], money),
                read["minor"],
                read["purpose"] or None,
                read["category"],
                None if read["date"] is None else (read["date"] - EPOCH) // SECOND,
                read["key"],
            )
        )

    def _check_date(self, values: dict, date: Any, latest: Any) -> None:
        """Refuse a date in the future or before 1900, unless they were accepted."""
        if date is None or self.accept_dates or FIRST_DATE <= date < latest:
            return
        self.report.odd_dates += 1
        text = self.env._("The date %(date)s is before 1900.", date=values["date"])
        if date >= latest:
            text = self.env._(
                "The date %(date)s is in the future.", date=values["date"]
            )
        raise Refusal(text, rule="date", value=str(values["date"]))

    def _place_of_money(self, name: Any) -> int:
        if name not in self.moneys:
            self.moneys.append(name)
        return self.moneys.index(name)

    def _place_of_party(self, name: Any, money: int) -> int:
        if not isinstance(name, str | int):
            name = ""
        place = self.parties.setdefault((name, money), len(self.names))
        if place == len(self.names):
            self.names.append(name)
        return place

    # === 2. PARTIES === #

    def _look_up(self) -> bool:
        """Find the parties, and refuse the rows of those who are not there.

        :return: whether it goes on: what is refused already is told before anything
            is made, and other rows are counted for their own reasons
        """
        if self.report.refused_count and self.create:
            return False
        moneys = self._money_ids(make=False)
        resolver = self._resolver(create=False)
        names = [(name, moneys[money]) for name, money in self.parties]
        found = resolver.find(names)
        who: list[Any] = []
        for name, money in names:
            partner = found.get((name, money))
            makes = self.create and resolver.may_make(name)
            who.append(partner.id if partner else name if makes else None)
        self._refuse_parties(who)
        pairs = {
            (partner.id, money) for (_name, money), partner in found.items() if money
        }
        self.locked = list(resolver.existing(pairs).values())
        self.checked = self.report
        return not (self.report.refused_count and (self.create or not self.strict))

    def _refuse_parties(self, who: list[Any]) -> None:
        same = refusals.same_party(self.env)
        for portion in self.spool.portions():
            for row in portion:
                number, payer, payee = row[0], row[2], row[3]
                if who[payer] is None or who[payee] is None:
                    name = self.names[payee if who[payer] is not None else payer]
                    reason = self.env._("“%(name)s” was not found here.", name=name)
                    self._refuse_read(number, "party", reason)
                elif who[payer] == who[payee] and self.strict:
                    self._refuse_read(number, same.rule, same.args[0])

    def _refuse_read(self, number: int, rule: str, reason: str) -> None:
        self.bad.add(number)
        self.report.refuse(number, rule, reason)

    def _resolver(self, create: bool) -> Any:
        return self.env["wezer.wallet"]._resolver(
            wide=True, create=create, historic=not self.strict
        )

    def _money_ids(self, make: bool) -> list[int]:
        """Return the ids of the currencies, 0 for those that are not made yet."""
        reader = FileReader(self.transfers, self.mode, make, self.digits)
        return [
            0
            if self.commits and not make and name in self.report.made
            else reader.currency_called(name).id
            for name in self.moneys
        ]

    def _make(self) -> None:
        """Find the wallets of all parties; make what is missing."""
        moneys = self._money_ids(make=self.create)
        resolver = self._resolver(self.create)
        names = [(name, moneys[money]) for name, money in self.parties]
        found = resolver.find(names)
        wanted: dict[tuple[int, int], Any] = {}
        for name, money in names:
            if (name, money) in found:
                wanted.setdefault((found[name, money].id, money), name)
        wallets = resolver.wallets_of(wanted)
        self.report.members_made = len(resolver.made)
        self.report.wallets_made = resolver.wallets_made
        self.wallets = [
            wallets[found[name, money].id, money] if (name, money) in found else 0
            for name, money in names
        ]
        self.keyless = BulkPosting(self.transfers).without_keys(self.wallets)

    # === 3. COUNTING === #

    def _begin(self) -> None:
        """Make and count in one transaction; post a strict file in it, too."""
        self.report = report = self.checked.copy()
        if self.strict and self.locked:
            BulkPosting(self.transfers, self.mode).lock(self.locked)
        self._make()
        # Of a history only a key can be refused that was used for something else.
        if self.strict or self.dry_run or self.has_keys:
            self._count()
        if report.refused_count or self.dry_run:
            if self.commits:
                imports.forget(self.env)
            return
        if self.strict:
            self._post_strict()

    def _count(self) -> None:
        posting = BulkPosting(self.transfers, self.mode)
        done = 0
        for rows in self._prepared_portions():
            answers = posting.count(rows)
            self._note(rows, answers, posted=self.dry_run)
            done += len(rows)
            self.progress("counted", done, self.spool.count)

    def _prepared_portions(self) -> Iterator[list[dict]]:
        """Yield the rows that are left as ``BulkPosting`` takes them.

        The next portion is prepared while the database writes the one before.
        """
        self.alike, self.file = {}, 0
        portions = self.spool.portions()
        with ThreadPoolExecutor(1) as thread:
            coming = thread.submit(self._prepare, portions)
            while True:
                rows = coming.result()
                if rows is None:
                    return
                coming = thread.submit(self._prepare, portions)
                yield rows

    def _prepare(self, portions: Iterator[list[tuple]]) -> list[dict] | None:
        """Return the rows of the next portion, None after the last."""
        portion = next(portions, None)
        if portion is None:
            return None
        return [self._prepared(row) for row in portion if row[0] not in self.bad]

    def _prepared(self, row: tuple) -> dict:
        number, file, payer, payee, minor, purpose, category, seconds, key = row
        if file != self.file:
            # Files overlap: each counts its own rows that are alike.
            self.alike, self.file = {}, file
        payer_wallet, payee_wallet = self.wallets[payer], self.wallets[payee]
        content = seconds, payer_wallet, payee_wallet, minor, purpose
        return {
            "number": number,
            "names": (self.names[payer], self.names[payee]),
            "payer_wallet": payer_wallet,
            "payee_wallet": payee_wallet,
            "minor": minor,
            "purpose": purpose,
            "category": category,
            "date": None if seconds is None else EPOCH + seconds * SECOND,
            "key": key or self._own_key(content),
            # Only imports give these keys, there is one at a time, and a file has each
            # of them once.
            "first": not key and not file and payer_wallet in self.keyless,
            # Administrators may read every balance.
            "open_book": True,
        }

    def _own_key(self, content: tuple) -> str:
        """Return the key of a row that has none in its file."""
        digest = hashlib.sha256(repr(content).encode()).digest()
        mark = int.from_bytes(digest[:8], "big")
        count = self.alike[mark] = self.alike.get(mark, 0) + 1
        text = f"{batch.OWN_KEY}{digest[:16].hex()}"
        return text if count == 1 else f"{text}-{count}"

    def _note(self, rows: list[dict], answers: list[dict], posted: bool = True) -> None:
        """Add the answers to the report; of rows only counted, those refused."""
        report = self.report
        for row, answer in zip(rows, answers, strict=True):
            if answer["state"] == "refused":
                report.refuse(row["number"], answer["rule"], answer["reason"])
            elif posted and answer["state"] == "known":
                report.known += 1
            elif posted:
                report.posted += 1
                if answer.get("beyond"):
                    self._note_overdraft(row)

    def _note_overdraft(self, row: dict) -> None:
        payer, payee = row["names"]
        self.report.overdraw(
            row["number"],
            payer=payer,
            payee=payee,
            amount=row["currency"].record._decimal(row["minor"]),
            reason=str(self.env._("This goes beyond a limit.")),
        )

    # === 4. POSTING === #

    def _post_strict(self) -> None:
        """Post all rows of what was counted; the wallets are locked."""
        report = self.report
        for rows in self._prepared_portions():
            self._note(rows, self._post_kept(rows))
            if report.refused_count:
                # All rows were counted before, so this is not expected. Nothing of
                # the file is kept all the same.
                report.posted = report.known = report.overdraft_count = 0
                report.overdrafts = []
                if self.commits:
                    imports.forget(self.env)
                return
            # Posted is what was committed.
            self._tell_posted("written")

    def _post_kept(self, rows: list[dict]) -> list[dict]:
        """Post rows as a part of the one batch of this import; return the answers."""
        batches = self.env["wezer.batch"]
        if not self.batch:
            self.batch = batches._next_id()
        answers = self.transfers._post_rows(rows, self.mode, batch=self.batch)
        moneys = [
            {"money": row["currency"].id if "currency" in row else 0} for row in rows
        ]
        if all(answer["state"] != "refused" for answer in answers):
            batches._keep(self.batch, "payments", moneys, answers)
        return answers

    def _post_history(self) -> None:
        """Post portion by portion; where transactions are ours, each is committed."""
        if self.strict or self.dry_run or self.report.refused_count:
            return
        for rows in self._prepared_portions():
            try:
                posted, answers = self._post_portion(rows)
            except (UserError, ConcurrencyError, psycopg2.OperationalError) as error:
                if not self._may_stop_at(error):
                    raise
                imports.forget(self.env)
                self.report.stopped = imports.why_stopped(self.env, error)
                return
            self._note(posted, answers)
            if self.report.refused_count:
                # Nothing of this portion was posted.
                self.report.stopped = str(self.env._("A row was refused."))
                return
            self._tell_posted()

    def _may_stop_at(self, error: Exception) -> bool:
        """Return whether what was committed before ``error`` can be reported."""
        kept = self.report.posted or self.report.made_count
        if not self.commits or self.env.cr.closed or not kept:
            return False
        return isinstance(error, UserError) or is_contention(error)

    def _post_portion(self, rows: list[dict]) -> tuple[list[dict], list[dict]]:
        def work() -> tuple[list[dict], list[dict]]:
            # Copies: posting notes on them what a second try has to find anew.
            copies = [dict(row) for row in rows]
            return copies, self._post_kept(copies)

        return imports.in_transaction(self.env, work) if self.commits else work()

    def _tell_posted(self, word: str = "posted") -> None:
        done = self.report.posted + self.report.known
        self.progress(word, done, self.spool.count)


def import_files(
    transfers: models.Model, paths: list[str], mapping: dict, lines: int, options: dict
) -> dict:
    """Import files as a program with a connection of its own.

    :param mapping: see :func:`transfer_rows.read_rows`
    :param lines: about how many rows the files have
    :param options: of :class:`TransferImport`; ``decimal_sign`` and ``day_order`` as
        :class:`Manner` has them, where the files do not show it
    :raise Refusal: rule ``file``, where a file cannot be read, or lacks a column
    """
    options = dict(options)
    said = Manner(
        options.pop("decimal_sign", "") or "", options.pop("day_order", "") or ""
    )
    try:
        files = [stream_rows(Path(path), mapping, said) for path in paths]
        return TransferImport(transfers, commits=True, **options).run(files, lines)
    except (ColumnError, TableError) as error:
        raise Refusal(str(error), rule="file") from error
