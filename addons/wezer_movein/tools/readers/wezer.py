"""Wezer's own export of a community (``./wezer export community``).

A folder of CSV and JSON files, and a manifest with the hash of each: a file that was
changed on the way is refused. What each file holds is described in ``docs/export.md``.

An export has all currencies of a community; a move has one. The option
``export_currency`` names it, or ``currency`` where the export has such a code; else it
is the first in use. Money that moves elsewhere has no balances, and is left out.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools import tables
from odoo.addons.wezer_base.tools.community_files import FORMAT, MANIFEST, VERSION

from ..content import (
    CLOSED,
    FROZEN,
    OPEN,
    PAYMENT_KINDS,
    Account,
    Advert,
    Content,
    CurrencyFound,
    Deal,
    Group,
    Membership,
    News,
    Payment,
    Person,
    Problem,
    RefusedRow,
    SourceFile,
    Unreadable,
)
from ..people import tell_people
from ..telling import Telling
from ..terms import (
    AMOUNTS_SET_ASIDE,
    CURRENCY_APART,
    CURRENCY_ELSEWHERE,
    DEALS_RUNNING,
    OF_VERSION,
    _lt,
)

NAME = "wezer"
# A deal or a formatted text may be longer than the cells of other systems.
CELL_MAX = 4_000_000
# Files without which nothing can be moved.
NEEDED = ("parties", "currencies", "wallets", "transfers", "entries")
# States of announcements that go on.
LIVE = ("open", "full", "paused")
# States of deals in which something is still to come.
UNFINISHED = (
    *("open", "waiting", "accepted", "delivered", "approved", "confirming"),
    "disputed",
)
# What the fields of an announcement and of a group are called here.
ADVERT_DETAILS = {
    "html": "description",
    "quantity": "quantity",
    "unit": "unit",
    "places": "places",
    "price_mode": "price_mode",
    "claim_mode": "claim_mode",
    "waiting_list": "waiting_list",
    "visibility": "visibility",
    "starts": "date_start",
    "ends": "date_end",
    "repeat": "repeat",
    "repeat_until": "repeat_until",
    "city": "city",
    "latitude": "latitude",
    "longitude": "longitude",
    "steps": "steps",
    "done_when": "done_when",
}
GROUP_DETAILS = {
    "purpose": "purpose",
    "domains": "domains",
    "accountabilities": "accountabilities",
    "visibility": "visibility",
    "join_policy": "join_policy",
    "books_open": "books_open",
    "double_link": "link",
    "refuse_rights": "refuse_rights",
    "color": "color",
}
CURRENCY_AMOUNTS = {
    "lower": "lower_limit",
    "upper": "upper_limit",
    "lower_warning": "lower_warning",
    "upper_warning": "upper_warning",
    "credit_cap": "credit_cap",
    "levy_payer": "levy_payer_fixed",
    "levy_payee": "levy_payee_fixed",
    "fee": "fee_minor",
    "demurrage_above": "demurrage_above",
}
CURRENCY_WORDS = {
    "limit_policy": "limit_policy",
    "transferable": "transferable",
    "color": "color",
    "hours_per_unit": "hours_per_unit",
    "credit_grows": "credit_grows",
    "levy_payer_percent": "levy_payer",
    "levy_payee_percent": "levy_payee",
    "fee_every": "fee_every",
    "demurrage_percent": "demurrage_rate",
    "demurrage_every": "demurrage_every",
    "balances_public": "balances_public",
    "statements_public": "statements_public",
    "category_required": "category_required",
    "circle_clearing": "circle_clearing",
}
SHARED = ("picture", "presentation", "skills", "languages", "place", "email", "phone")
LACKS = [
    _lt("log-ins and passwords: people are invited again"),
    _lt("messages, notices, files and pictures"),
    _lt("deals in progress and money set aside: they are agreed again"),
    _lt("scores: they are counted from assessments that are given here"),
    _lt(
        "what stays in the files: authorisations, policies and links of groups,"
        " agreements, decisions, deals that ended, assessments"
    ),
]
_DECIMAL = re.compile(r"-?\d{1,40}(?:\.\d{1,18})?", re.ASCII)
_CLOCK = re.compile(r"(-?)(\d{1,40}):([0-5]\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
HOUR_MINUTES = 60
# Decimals that a currency can have, and letters of the longest sum of a ledger.
DIGITS_MAX = 18
AMOUNT_LENGTH = 26


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system: all, where its manifest is."""
    return len(files) if any(map(_manifest, files)) else 0


def _manifest(file: SourceFile) -> dict[str, Any] | None:
    """Return the manifest that a file is, or None."""
    if file.name != MANIFEST or FORMAT.encode() not in file.data[:4000]:
        return None
    try:
        said = json.loads(file.data)
    except (ValueError, RecursionError):
        return None
    known = isinstance(said, dict) and said.get("format") == FORMAT
    return said if known else None


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold of one currency.

    :raise Unreadable: codes ``version``, ``changed``, ``missing``, ``rows``,
        ``currency``
    """
    return _Reader(files, options).read()


class _Reader:
    def __init__(self, files: list[SourceFile], options: dict[str, Any]) -> None:
        self.options = options
        self.files = files
        self.by_name: dict[str, SourceFile] = {}
        self.content = Content(NAME, files=files, lacks=list(LACKS))
        self.tell = Telling(self.content)
        # By the number of a party: what it is, its name, the key of its group.
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.group_of: dict[str, str] = {}
        # By the number of a wallet, of a skill, of a category.
        self.codes: dict[str, str] = {}
        self.skills: dict[str, str] = {}
        self.categories: dict[str, str] = {}

    def read(self) -> Content:
        manifest = self._check_files()
        community = manifest.get("community")
        community = community if isinstance(community, dict) else {}
        content = self.content
        content.layout = OF_VERSION.format(value=manifest["version"])
        content.name = str(community.get("name") or "")
        content.code = self.options.get("code") or _code_of(content.name)
        content.place = str(community.get("place") or "")
        content.website = str(community.get("website") or "")
        content.language = str(community.get("language") or "")[:2]
        # Moments in these files are UTC, whatever the community's zone is.
        content.time_zone = "UTC"
        self._read_words()
        self._read_groups()
        self._read_people()
        self._read_currencies()
        self._read_accounts()
        self._read_payments()
        self._read_adverts()
        self._read_news()
        self._read_deals()
        self._tell_reservations()
        tell_people(content, self.tell, self.by_name["parties"])
        return content

    # === FILES === #

    def _check_files(self) -> dict[str, Any]:
        """Return the manifest; refuse files that are not as they were written."""
        manifests = [
            (file, said) for file in self.files if (said := _manifest(file)) is not None
        ]
        if len(manifests) != 1:
            raise Unreadable("missing", f"There has to be one {MANIFEST}.")
        file, manifest = manifests[0]
        file.role, file.encoding = "manifest", "utf-8"
        if manifest.get("version") != VERSION:
            raise Unreadable(
                "version",
                f"This export has version {str(manifest.get('version'))[:20]}. Known is"
                f" {VERSION}. Use the program that made it, or a newer one.",
            )
        given = {one.name: one for one in self.files}
        listed = manifest.get("files")
        for one in listed if isinstance(listed, list) else []:
            if not isinstance(one, dict):
                raise Unreadable("missing", f"{MANIFEST} does not list the files.")
            name = str(one.get("name"))
            if name not in given:
                raise Unreadable("missing", f"{name} is missing from the export.")
            if given[name].sha256 != one.get("sha256"):
                raise Unreadable(
                    "changed",
                    f"{name} was changed after it was exported. Take the file as it was"
                    " written.",
                )
            role = name.rpartition(".")[0]
            given[name].role, given[name].encoding = role, "utf-8"
            given[name].separator = "," if name.endswith(".csv") else ""
            self.by_name[role] = given[name]
        for name in NEEDED:
            if name not in self.by_name:
                raise Unreadable("missing", f"{name}.csv is missing from the export.")
        return manifest

    def _rows(self, role: str, *columns: str) -> Iterator["_Cells"]:
        """Yield the rows of a CSV file, none where the export has no such file.

        :param columns: that it has to have
        """
        file = self.by_name.get(role)
        if not file:
            return
        try:
            text = file.data.decode()
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", f"{file.name} is not UTF-8.") from error
        has_null = "\0" in text
        before = csv.field_size_limit(CELL_MAX)
        try:
            rows = csv.reader(io.StringIO(text, newline=""), strict=True)
            heads = next(rows, [])
            for column in columns:
                if column not in heads:
                    raise Unreadable(
                        "missing", f"{file.name} has no column “{column}”."
                    )
            for number, cells in enumerate(rows, start=1):
                if len(cells) != len(heads):
                    raise _refused(file, number, "cells", ",".join(cells)[:60])
                if has_null and "\0" in (cell := "".join(cells)):
                    # No database of Wezer holds it.
                    raise _refused(file, number, "control", cell)
                file.rows = number
                yield _Cells(file, number, dict(zip(heads, cells, strict=True)))
        except csv.Error as error:
            raise Unreadable(
                "csv", f"{file.name} is not a CSV file: {error}"
            ) from error
        finally:
            csv.field_size_limit(before)
            self.content.rows[role] = file.rows

    def _objects(self, role: str) -> list[dict[str, Any]]:
        file = self.by_name.get(role)
        if not file:
            return []
        try:
            found = json.loads(file.data)
        except (ValueError, RecursionError) as error:
            raise Unreadable("json", f"{file.name} is not JSON: {error}") from error
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            raise Unreadable("json", f"{file.name} is not a list of objects.")
        file.rows = self.content.rows[role] = len(found)
        return found

    # === WORDS, GROUPS, PEOPLE === #

    def _read_words(self) -> None:
        parents = {}
        for row in self._rows("categories", "category", "name", "parent"):
            self.categories[row["category"]] = row["name"]
            parents[row["category"]] = row["parent"]
        # Parents first, each once; a circle of parents ends where it began.
        placed: set[str] = set()
        for number in parents:
            path = []
            while number in parents and number not in placed:
                placed.add(number)
                path.append(number)
                number = parents[number]
            for one in reversed(path):
                above = self.categories.get(parents[one], "")
                self.content.categories.setdefault(self.categories[one], above)
        for row in self._rows("skills", "skill", "name"):
            self.skills[row["skill"]] = row["name"]

    def _read_groups(self) -> None:
        content = self.content
        for row in self._rows("groups", "group", "party", "name", "kind", "parent"):
            if row["merged_into"]:
                continue
            key = f"group:{row.number('group')}"
            parent = row["parent"]
            content.groups[key] = Group(
                key,
                row["name"],
                row["kind"],
                f"group:{parent}" if parent else "",
                row["reference"],
                row["rights"].split(),
                row.yes("active"),
                {
                    field: row[column]
                    for column, field in GROUP_DETAILS.items()
                    if row[column]
                },
            )
            self.group_of[row["party"]] = key
        for row in self._rows("group_members", "group", "person", "state"):
            key = f"group:{row['group']}"
            if key in content.groups:
                content.memberships.append(
                    Membership(
                        key,
                        row.number("person"),
                        row["state"],
                        row.yes("guest"),
                        row.day("from"),
                        row.day("until"),
                        row["focus"],
                    )
                )

    def _read_people(self) -> None:
        for row in self._rows("parties", "party", "kind", "name", "state"):
            key = row.number("party")
            self.kinds[key], self.names[key] = row["kind"], row["name"]
            # A contact that never was a member only has accounts.
            if row["kind"] not in ("person", "organisation") or not row["state"]:
                continue
            street = ", ".join(filter(None, (row["street"], row["street2"])))
            joined = row.day("joined")
            self.content.people[key] = Person(
                key,
                row["name"],
                row["email"],
                row["phone"],
                street,
                row["city"],
                row["zip"],
                language=row["language"][:2],
                joined=datetime(joined.year, joined.month, joined.day)
                if joined
                else None,
                is_organisation=row["kind"] == "organisation",
                shares={
                    name: row[f"share_{name}"]
                    for name in SHARED
                    if row[f"share_{name}"]
                },
                presentation=row["presentation"],
                skills=row["skills"].split("\n") if row["skills"] else [],
                # Of two accounts of one person that became one, the first is gone.
                state="left" if row["merged_into"] else row["state"],
            )

    def _key_of(self, party: str) -> str:
        """Return the key of the person or group that a party is, empty for none."""
        if party in self.group_of:
            return self.group_of[party]
        return party if party in self.content.people else ""

    # === CURRENCY AND ACCOUNTS === #

    def _read_currencies(self) -> None:
        rows = list(self._rows("currencies", "currency", "name", "kind", "unit"))
        inside = [row for row in rows if not row.yes("external")]
        codes = {row["currency"] for row in inside}
        # A code that the export has not is that of the currency here.
        here = self.options.get("currency")
        wanted = self.options.get("export_currency") or (here if here in codes else "")
        if wanted:
            chosen = [row for row in inside if row["currency"] == wanted]
        else:
            chosen = [row for row in inside if row.yes("active")] or inside
        if not chosen:
            known = ", ".join(row["currency"] for row in inside)
            raise Unreadable(
                "currency",
                f"The export has no currency “{wanted or ''}” whose balances can be"
                f" moved. It has: {known or 'none'}.",
            )
        row = chosen[0]
        self.is_time, self.currency = row["unit"] == "hour", row["currency"]
        self.treasury = row["treasury"]
        self.content.currency = _currency(row)
        self.content.outside = [
            _currency(one) for one in rows if one.yes("external") and one.yes("active")
        ]
        others = [one for one in inside if one is not row]
        used = [one for one in others if one.yes("active")]
        self.content.other_currencies = [one["currency"] for one in used]
        for what in (
            [CURRENCY_APART.format(value=one["currency"]) for one in others],
            [
                CURRENCY_ELSEWHERE.format(value=one["currency"])
                for one in rows
                if one.yes("external")
            ],
        ):
            self.content.lacks += what

    def _read_accounts(self) -> None:
        content, taken = self.content, set()
        slugs = {row["party"]: row["slug"] for row in self._rows("parties")}
        rows = [
            row
            for row in self._rows("wallets", "wallet", "party", "currency", "balance")
            if row["currency"] == self.currency
        ]
        references = {row["reference"] for row in rows if row["reference"]}
        for row in rows:
            slug = slugs.get(row["party"], "")
            code = row["reference"] or (slug if slug not in references else "")
            if not code or code in taken:
                code = f"wallet-{row.number('wallet')}"
            taken.add(code)
            self.codes[row["wallet"]] = code
            content.accounts[code] = self._account(code, row)
            if row["party"] == self.treasury:
                content.treasury = code

    def _account(self, code: str, row: "_Cells") -> Account:
        party = row["party"]
        person, group = party in self.content.people, self.group_of.get(party)
        kind = "group" if group else "person" if person else "community"
        if person and self.content.people[party].is_organisation:
            kind = "organisation"
        own = row.yes("own_limits")
        states = {"open": OPEN, "frozen": FROZEN, "closed": CLOSED}
        if row["state"] not in states:
            raise row.refused("state", row["state"])
        return Account(
            code,
            self.names.get(party, ""),
            kind,
            states[row["state"]],
            [party] if person else [],
            row.amount("balance", self.is_time),
            row.amount("lower", self.is_time) if own and row["lower"] else None,
            row.amount("upper", self.is_time) if own and row["upper"] else None,
            own,
            group=group or "",
            old_kind=self.kinds.get(party, ""),
            old_state=row["state"],
        )

    # === HISTORY === #

    def _read_payments(self) -> None:
        """Read the entries: only they move money."""
        purposes, reverses = {}, {}
        for row in self._rows("transfers", "transfer", "purpose", "reverses"):
            if row["currency"] == self.currency:
                text = row["purpose"] or row["reason"]
                if text:
                    purposes[row["transfer"]] = text
                if row["reverses"]:
                    reverses[row["transfer"]] = row["reverses"]
        first: dict[str, str] = {}
        file = self.by_name["entries"]
        columns = ("entry", "transfer", "date", "currency", "payer_wallet", "amount")
        for row in self._rows("entries", *columns):
            if row["currency"] != self.currency:
                continue
            payer, payee = (
                self._code_of(row, name) for name in ("payer_wallet", "payee_wallet")
            )
            if row["kind"] not in PAYMENT_KINDS:
                raise row.refused("state", row["kind"])
            transfer, number = row["transfer"], row.number("entry")
            is_levy = row["kind"] == "levy"
            payment = Payment(
                payer,
                payee,
                row.amount("amount", self.is_time),
                row.moment("date"),
                number,
                file.name,
                row.row,
                purposes.get(transfer, ""),
                row["kind"],
                "" if is_levy else first.get(reverses.get(transfer, ""), ""),
                transfer,
            )
            if not is_levy:
                first.setdefault(transfer, number)
            if tables.is_formula(payment.purpose):
                self.tell("formula", payment)
            self.content.payments.append(payment)

    def _code_of(self, row: "_Cells", name: str) -> str:
        if row[name] not in self.codes:
            raise row.refused("whole", row[name])
        return self.codes[row[name]]

    # === ANNOUNCEMENTS, NEWS, DEALS === #

    def _read_adverts(self) -> None:
        accounts = {
            row["party"]: self.codes[row["wallet"]]
            for row in self._rows("wallets")
            if row["wallet"] in self.codes
        }
        self.account_of = accounts
        prices = self._prices()
        file = self.by_name.get("announcements")
        for row in self._rows("announcements", "announcement", "kind", "title"):
            if row["state"] not in LIVE:
                continue
            number = row.number("announcement")
            if row["kind"] not in ("offer", "want"):
                raise row.refused("state", row["kind"])
            expires = row.day("expires")
            for name in ("starts", "ends"):
                row.moment(name)
            row.day("repeat_until")
            for name in ("quantity", "latitude", "longitude"):
                row.decimal(name)
            # Deals in progress do not come along: what is left is on offer.
            details = {
                field: row[column]
                for column, field in ADVERT_DETAILS.items()
                if row[column]
            }
            if row["places_left"]:
                details["places"] = row["places_left"]
            advert = Advert(
                accounts.get(row["author"], ""),
                row["kind"],
                row["title"],
                row["text"],
                self.categories.get(row["category"], ""),
                created=row.moment("published"),
                expires=datetime(expires.year, expires.month, expires.day)
                if expires
                else None,
                id=number,
                author=self._key_of(row["author"]),
                prices=prices.get(number, {}),
                skills=[
                    self.skills[one]
                    for one in row["skills"].split()
                    if one in self.skills
                ],
                groups=[
                    f"group:{one}"
                    for one in row["groups"].split()
                    if f"group:{one}" in self.content.groups
                ],
                hidden=row["state"] != "open",
                details=details,
            )
            if file:
                self.tell.formulas(file, row.row, advert.title, advert.text)
            self.content.adverts.append(advert)

    def _prices(self) -> dict[str, dict[str, Decimal]]:
        units = {
            row["currency"]: row["unit"] == "hour" for row in self._rows("currencies")
        }
        prices: dict[str, dict[str, Decimal]] = {}
        columns = ("announcement", "currency", "amount")
        for row in self._rows("announcement_prices", *columns):
            code = row["currency"]
            if code not in units:
                raise row.refused("state", code)
            amount = row.amount("amount", units[code])
            prices.setdefault(row["announcement"], {})[code] = amount
        return prices

    def _read_news(self) -> None:
        for row in self._rows("news", "news", "title", "text"):
            group = f"group:{row['group']}"
            self.content.news.append(
                News(
                    self.account_of.get(row["author"], ""),
                    row["title"],
                    row["text"],
                    row.moment("published"),
                    row.number("news"),
                    group if group in self.content.groups else "",
                    self._key_of(row["author"]),
                    row["visibility"],
                )
            )

    def _read_deals(self) -> None:
        for one in self._objects("deals"):
            rounds = one.get("rounds")
            self.content.deals.append(
                Deal(
                    str(one.get("deal")),
                    str(one.get("title") or ""),
                    str(one.get("state") or ""),
                    self._key_of(str(one.get("payer"))),
                    self._key_of(str(one.get("payee"))),
                    _moment(str(one.get("agreed") or "")),
                    _moment(str(one.get("paid") or "")),
                    rounds if isinstance(rounds, list) else [],
                )
            )
        self._objects("assessments")

    def _tell_reservations(self) -> None:
        """Tell what is not brought: deals in progress, and money set aside."""
        held = sum(
            row["currency"] == self.currency for row in self._rows("reservations")
        )
        running = sum(deal.state in UNFINISHED for deal in self.content.deals)
        what = [
            text
            for count, text in (
                (running, DEALS_RUNNING.format(value=running)),
                (held, AMOUNTS_SET_ASIDE.format(value=held)),
            )
            if count
        ]
        if what:
            self.content.problems.append(
                Problem("not_in_export", details={"what": what})
            )
        self.content.facts["deals"] = len(self.content.deals)
        if self.content.other_currencies:
            self.content.facts["other_currencies"] = self.content.other_currencies


class _Cells:
    """The cells of a row, as they were before they were made safe for spreadsheets."""

    __slots__ = ("cells", "file", "row")

    def __init__(self, file: SourceFile, row: int, cells: dict[str, str]) -> None:
        self.file, self.row, self.cells = file, row, cells

    def __getitem__(self, column: str) -> str:
        # A column that a later version adds is not in an older export.
        cell = self.cells.get(column, "")
        return tables.as_written(cell) if cell[:1] == "'" else cell

    def refused(self, code: str, value: str) -> Unreadable:
        return _refused(self.file, self.row, code, value)

    def number(self, column: str) -> str:
        """Return a number that names a record, as the text that it is."""
        if not _NUMBER.fullmatch(self[column]):
            raise self.refused("whole", self[column])
        return self[column]

    def yes(self, column: str) -> bool:
        return self[column] == "yes"

    def amount(self, column: str, is_time: bool) -> Decimal:
        """Return an amount in units; of a time currency hours."""
        text = self[column]
        if len(text) > AMOUNT_LENGTH:
            raise self.refused("number", text)
        if is_time and (match := _CLOCK.fullmatch(text)):
            minutes = int(match[2]) * HOUR_MINUTES + int(match[3])
            return Decimal(-minutes if match[1] else minutes) / HOUR_MINUTES
        if is_time or not _DECIMAL.fullmatch(text):
            raise self.refused("number", text)
        return Decimal(text)

    def decimal(self, column: str) -> Decimal | None:
        """Return a measured number."""
        if self[column] and not _DECIMAL.fullmatch(self[column]):
            raise self.refused("number", self[column])
        return Decimal(self[column]) if self[column] else None

    def moment(self, column: str) -> datetime | None:
        """Return a moment as naive UTC."""
        if not self[column]:
            return None
        moment = _moment(self[column])
        if moment is None:
            raise self.refused("date", self[column])
        return moment

    def day(self, column: str) -> date | None:
        if not self[column]:
            return None
        try:
            return date.fromisoformat(self[column])
        except ValueError as error:
            raise self.refused("date", self[column]) from error


def _currency(row: _Cells) -> CurrencyFound:
    """Return a currency with its settings."""
    is_time = row["unit"] == "hour"
    percents = ("levy_payer_percent", "levy_payee_percent", "demurrage_percent")
    for column in (*percents, "hours_per_unit"):
        row.decimal(column)
    digits = 0 if is_time else int(row.number("digits"))
    if digits > DIGITS_MAX:
        raise row.refused("number", row["digits"])
    settings: dict[str, Any] = {
        field: row[column] for column, field in CURRENCY_WORDS.items() if row[column]
    }
    for column, name in CURRENCY_AMOUNTS.items():
        if row[column]:
            settings[name] = row.amount(column, is_time)
    if row["kind"] not in ("mutual_credit", "issued", "legal"):
        raise row.refused("state", row["kind"])
    return CurrencyFound(
        row["name"],
        digits,
        is_time,
        row["currency"],
        row["kind"],
        settings,
    )


def _moment(text: str) -> datetime | None:
    """Return ``2026-04-30T18:05:00Z`` as naive UTC, None where it is no moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def _refused(file: SourceFile, row: int, code: str, value: str) -> Unreadable:
    reason = str(tables.TableError(code, value))
    return Unreadable(
        "rows",
        f"{file.name}, row {row}: {reason}.",
        (RefusedRow(file.name, row, code, tables.shown(value), reason),),
    )


def _code_of(name: str) -> str:
    """Return the code of a community that has none: its name in small letters."""
    words = re.findall(r"[a-z0-9]+", tables.key(name))
    return "".join(words)[:20] or NAME
