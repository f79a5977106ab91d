"""Collects what readers have to tell about rows and files. Runs without Odoo."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools import tables

from .content import Content, Payment, Problem, SourceFile
from .reading import decimals

# Decimals that the currency of most communities has.
USUAL_DIGITS = 2


class Telling:
    """Adds problems to a content.

    :param now: dates after it lie in the future
    """

    def __init__(self, content: Content, now: datetime | None = None) -> None:
        self.content = content
        self.now = now or datetime.now(timezone.utc).replace(tzinfo=None)

    def __call__(
        self,
        code: str,
        where: Payment | SourceFile | None = None,
        accounts: tuple[str, ...] = (),
        amount: Decimal | None = None,
        row: int = 0,
        **details: Any,
    ) -> None:
        """Tell a problem of a payment, of a file, or of accounts."""
        problem = Problem(code, amount=amount, details=details, row=row)
        if isinstance(where, Payment):
            problem.file, problem.row, problem.id = where.file, where.row, where.id
            problem.accounts = [where.payer, where.payee]
        elif where:
            problem.file = where.name
        if accounts:
            problem.accounts = list(accounts)
        self.content.problems.append(problem)

    def note(self, code: str, payment: Payment) -> None:
        """Keep a payment that moved nothing as a note, and tell it."""
        payment.note = code
        self(code, payment)

    def common(self, payment: Payment, moment: datetime | None) -> None:
        """Tell what a payment of any system may have."""
        if not self.content.currency.is_time:
            if decimals(payment.amount) > USUAL_DIGITS:
                self("more_decimals", payment, amount=payment.amount)
        if not moment:
            self("no_date", payment)
        elif moment > self.now:
            self("future_date", payment)
        if tables.is_formula(payment.purpose):
            self._formula(payment)

    def _formula(self, where: Payment | Problem) -> None:
        """Tell of a formula, or count it where the layout's report only counts."""
        if "formulas" in self.content.facts:
            self.content.facts["formulas"] += 1
        elif isinstance(where, Payment):
            self("formula", where)
        else:
            self.content.problems.append(where)

    def formulas(self, file: SourceFile, row: int, *texts: str) -> None:
        """Tell of a text that a spreadsheet would take for a formula."""
        if any(map(tables.is_formula, texts)):
            # A number names a payment; here it is the row that is told.
            self._formula(Problem("formula", file.name, row))
