"""A statement that somebody asked for, in words: the same on page, paper and tables."""

import datetime
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from odoo import models

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS, search_words

from . import statement
from .statement_files import Amount

DAYS = ("since", "until")
WANTED = ("search", "direction", *DAYS)


class StatementDocument:
    """What a statement covers, its sums and its lines, for one reader.

    :param wallet: a ``wezer.wallet`` (sudo), which the reader was found to see
    :param str why: why they see it, of ``wallet._visible_as``
    :param dict form: :data:`WANTED`, as the address has them
    :raise Refusal: rule ``date``, where the period ends before it begins
    """

    def __init__(self, wallet: models.Model, why: str, form: dict) -> None:
        self.env = wallet.sudo(False).env
        self.wallet, self.why = wallet, why
        self.currency = wallet.wezer_currency_id
        # Days are those of the wallet's community, whatever the reader's company is.
        self.company = wallet.company_id
        self.since, self.until = (days.parse_day(form.get(name)) for name in DAYS)
        days.check_order(self.env, self.since, self.until)
        self.words = search_words(form.get("search"))
        self.typed = " ".join(str(form.get("search") or "")[:SEARCH_LETTERS].split())
        direction = form.get("direction")
        self.direction = direction if direction in statement.SIDES else None
        self._names: dict[int, str] = {}
        self._categories: dict[int, str] = {}

    # === WHAT IT COVERS === #

    @property
    def wanted(self) -> dict[str, Any]:
        """Return what :mod:`.statement` looks for."""
        wanted = {
            "words": self.words,
            "direction": self.direction,
            "since": self.since and days.begin(self.env, self.since, self.company),
            "until": self.until and days.end(self.env, self.until, self.company),
        }
        return {name: value for name, value in wanted.items() if value}

    @property
    def narrowed(self) -> bool:
        """Return whether only some of the period's lines are wanted."""
        return bool(self.words or self.direction)

    @cached_property
    def history(self) -> statement.History:
        """Return the sums and the curve of the period, all of its lines counted."""
        return statement.history(self.wallet, *self._period)

    @cached_property
    def _period(self) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day, also where the form names none.

        Without a last day all lines are shown, those of days to come too: so it is the
        day of the last of them.
        """
        today = days.today(self.env, self.company)
        begins, ends = (
            (None, None) if self.since and self.until else statement.span(self.wallet)
        )
        last = self.until or max(self.since or today, ends or today, today)
        first = self.since or begins or last
        return min(first, last), last

    def day(self, line: statement.Line) -> datetime.date:
        """Return the day of a line."""
        day: datetime.date = days.day_of(self.env, line.date, self.company)
        return day

    @property
    def period_text(self) -> str:
        """Return the period in words."""
        first, last = (
            days.format_day(self.env, day, year=True) for day in self._period
        )
        return self.env._("From %(first)s to %(last)s", first=first, last=last)

    @property
    def filter_texts(self) -> list[str]:
        """Return what narrows the statement beside the period, in sentences."""
        env, texts = self.env, []
        if self.direction == "paid":
            texts.append(env._("Only what was paid."))
        elif self.direction == "received":
            texts.append(env._("Only what was received."))
        if self.words:
            texts.append(
                env._("Only payments with “%s” in the purpose or the name.", self.typed)
            )
        return texts

    @property
    def zone_text(self) -> str:
        """Return the time zone of all days and times, as people and programs call it.

        The community's, for everybody.
        """
        zone = days.community_zone(self.env, self.company)
        name = days.zone_name(self.env, zone)
        return name if name == zone.key else f"{name} ({zone.key})"

    @property
    def title(self) -> str:
        """Return whose statement it is."""
        return self.env._("Statement of %s", self.owner_name)

    @property
    def owner_name(self) -> str:
        """Return the owner's name as the reader may know it.

        Treasurers and auditors read statements of circles that are hidden from them.
        """
        owner = self.wallet.partner_id
        if self.why in ("treasurer", "auditor"):
            return self.wallet._visible_names(self.env.user, owner)[owner.id]
        return owner.name

    @property
    def currency_text(self) -> str:
        """Return the currency's name and code."""
        return f"{self.currency.name} ({self.currency.code})"

    # === SUMS === #

    def amount(self, minor: int | None) -> Amount | str:
        """Return an amount for a cell of a table."""
        if minor is None:
            return ""
        currency = self.currency
        return Amount(currency._decimal(minor), minor, currency.minor_per_unit)

    def summary(self, totals: "Totals") -> list[tuple[str, Any]]:
        """Return what stands on a document beside its lines: names and values.

        :param totals: of the lines that are on it; amounts are :class:`Amount`
        """
        env, history = self.env, self.history
        today = days.today(env, self.company)
        rows: list[tuple[str, Any]] = [
            (env._("Statement of"), self.owner_name),
            (env._("Community"), self.company.name),
            (env._("Currency"), self.currency_text),
            (env._("Period"), self.period_text),
        ]
        rows += [(env._("Filter"), text) for text in self.filter_texts]
        balances = not self.currency.external
        if balances:
            rows.append((env._("Balance before"), self.amount(history.opening)))
        received, paid = env._("Received"), env._("Paid")
        if self.narrowed:
            received = env._("Received, in the payments listed")
            paid = env._("Paid, in the payments listed")
        rows += [
            (received, self.amount(totals.received)),
            (paid, self.amount(totals.paid)),
        ]
        if balances:
            rows.append((env._("Balance after"), self.amount(history.closing)))
        rows += [
            (env._("Lines"), totals.lines),
            (env._("Time zone"), self.zone_text),
            (env._("Made on"), days.format_day(env, today, year=True)),
        ]
        return rows

    # === LINES === #

    def names(self, partner_ids: Any) -> dict[int, str]:
        """Return the names of partners as the reader may see them, each asked once."""
        new = [number for number in set(partner_ids) if number not in self._names]
        if new:
            # Names of both sides are shown; which, the display name or the rules say.
            partners = self.env["res.partner"].sudo().browse(new)
            if self.why == "acts":
                # The display name guards the names of private groups: anybody can pay.
                names = {partner.id: partner.display_name for partner in partners}
            else:
                names = self.wallet._visible_names(self.env.user, partners)
            self._names.update(names)
        return self._names

    def categories(self, category_ids: Any) -> dict[int, str]:
        """Return the names of categories, each asked once."""
        new = {number for number in category_ids if number} - self._categories.keys()
        if new:
            # A category's name is everybody's.
            found = self.env["wezer.category"].sudo().browse(new)
            found._wezer_take_kept()
            self._categories.update((one.id, one.display_name) for one in found)
        return self._categories

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Return the kinds of lines in the reader's language."""
        kind = self.env["wezer.transfer"]._fields["kind"]
        return dict(kind._description_selection(self.env))

    def purpose(self, line: statement.Line) -> str:
        """Return what a line was for."""
        return self.env._("Levy") if line.kind == "levy" else line.purpose

    def after(self, line: statement.Line) -> int | None:
        """Return the balance after a line; outside money has none."""
        return None if self.currency.external else line.after

    def all_lines(self, totals: "Totals") -> Iterator[tuple[statement.Line, str]]:
        """Yield every line and the other side's name, and add them up."""
        chunk: list[statement.Line] = []
        for line in statement.all_lines(self.wallet, self.wanted):
            totals.add(line)
            chunk.append(line)
            if len(chunk) == statement.CHUNK:
                yield from self._named(chunk)
                chunk = []
        yield from self._named(chunk)

    def _named(self, lines: list) -> Iterator[tuple[statement.Line, str]]:
        names = self.names(line.partner_id for line in lines)
        self.categories(line.category_id for line in lines)
        for line in lines:
            yield line, names[line.partner_id]

    # === TABLES === #

    def heads(self, spreadsheet: bool) -> list[str]:
        """Return the names of a table's columns; hours have more."""
        env = self.env
        heads = [
            env._("date"),
            env._("other"),
            env._("purpose"),
            env._("category"),
            env._("kind"),
            env._("amount"),
            env._("balance"),
            env._("currency"),
            env._("number"),
        ]
        if not self.currency._is_hours():
            return heads
        if spreadsheet:
            return [*heads, env._("hours and minutes")]
        return [*heads, env._("decimal amount"), env._("decimal balance")]

    def cells(self, totals: "Totals", spreadsheet: bool) -> Iterator[list]:
        """Yield the rows of a table, the newest first; ``totals`` are of all of them.

        Hours are counted by spreadsheets as decimal numbers: in CSV these are columns
        beside hours and minutes, in XLSX the amounts themselves.
        """
        zone, code = days.community_zone(self.env, self.company), self.currency.code
        hours = self.currency._is_hours()
        for line, name in self.all_lines(totals):
            amount, after = self.amount(line.minor), self.amount(self.after(line))
            row = [
                line.date.replace(tzinfo=days.UTC).astimezone(zone),
                name,
                self.purpose(line),
                self._categories.get(line.category_id or 0, ""),
                self.kinds.get(line.kind, line.kind),
                amount,
                after,
                code,
                line.id,
            ]
            if hours and spreadsheet:
                row.append(self.currency._decimal(line.minor))
            elif hours:
                row += [_units(amount), _units(after)]
            yield row


def _units(amount: Amount | str) -> Amount | str:
    """Return an amount whose text is a decimal number that can be added up."""
    if isinstance(amount, str):
        return amount
    return amount._replace(text=amount.decimal())


class Totals:
    """What the lines of a document come to, added up while they are written."""

    def __init__(self) -> None:
        self.received = self.paid = self.lines = 0

    def add(self, line: statement.Line) -> None:
        """Count one line."""
        self.lines += 1
        if line.paid:
            self.paid += line.amount
        else:
            self.received += line.amount
