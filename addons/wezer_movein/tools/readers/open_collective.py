"""Open Collective: the transactions of one collective as CSV.

Money that lies with a fiscal host: a history for reading. Each transaction is written
from the collective's side; fees are rows of their own, or columns of a row.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..content import OPEN, Account, Content, Payment, Person, SourceFile
from ..reading import Row
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import SEVERAL_CURRENCIES, _lt

NAME = "open_collective"
LAYOUT = {
    "transactions": (
        ("datetime", "date", "createdat"),
        ("type",),
        ("kind",),
        ("amount", "netamount"),
        ("currency",),
        ("accountslug", "accountname"),
        ("oppositeaccountslug", "oppositeaccountname"),
    )
}
FEE_KINDS = {"hostfee", "paymentprocessorfee", "hostfeeshare", "platformfee", "tax"}
# Columns of fees, where they are no rows of their own.
FEE_COLUMNS = ("hostfee", "paymentprocessorfee", "platformfee", "taxamount")
LACKS = [
    _lt("people's addresses"),
    _lt("the balances of other collectives"),
    _lt("the texts and files of expenses"),
]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    return len(roles_of(files, LAYOUT))


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT)
    return _Reader(
        NAME,
        _lt("transactions of one collective"),
        roles,
        files,
        options,
        ("transactions",),
        LACKS,
    ).read()


class _Reader(TableReader):
    """Reads the transactions of one collective."""

    def read(self) -> Content:
        """Return what the files hold."""
        role, days = "transactions", ("datetime", "date", "createdat")
        amounts = ("amount", "netamount", "balance", *FEE_COLUMNS)
        self.understand({role: amounts}, {role: days})
        cell = self.cells(
            role,
            {
                "date": days,
                "id": ("id", "shortid"),
                "group": ("group", "shortgroup"),
                "text": ("description",),
                "kind": ("kind",),
                "refunds": ("shortrefundid", "refundid"),
                "is_refund": ("isrefund",),
                "amount": ("amount", "netamount"),
                "balance": ("balance",),
                "currency": ("currency",),
                "own": ("accountslug", "accountname"),
                "own_name": ("accountname", "accountslug"),
                "other": ("oppositeaccountslug", "oppositeaccountname"),
                "other_name": ("oppositeaccountname", "oppositeaccountslug"),
            },
        )
        fees = {name: self.sheets[role].cell(name) for name in FEE_COLUMNS}
        currencies: set[str] = set()
        last: tuple[Any, Decimal] | None = None
        for row in self.sheets[role]:
            own = cell["own"](row)
            if own and not self.content.code:
                self.content.code, self.content.name = own, cell["own_name"](row)
            moment = self.moment(role, row, cell["date"](row))
            amount = self.amount(role, row, cell["amount"](row), needed=True)
            self._side(own, cell["own_name"](row), "organisation")
            other = cell["other"](row)
            self._side(other, cell["other_name"](row), "person")
            kind = cell["kind"](row).replace("_", "").lower()
            number = cell["id"](row)
            payment = self._book(role, row, own, other, amount, moment, number)
            if payment:
                payment.group = cell["group"](row)
                payment.purpose = cell["text"](row)
                if kind in FEE_KINDS:
                    payment.kind = "fee"
                elif cell["is_refund"](row).lower() in ("true", "refund", "1", "yes"):
                    payment.kind = "reversal"
                    payment.reverses = cell["refunds"](row)
                for fee in self._fees(role, row, own, moment, number, fees):
                    fee.group = payment.group
            currencies.add(cell["currency"](row))
            balance = self.amount(role, row, cell["balance"](row))
            if moment and balance is not None and (not last or moment >= last[0]):
                last = moment, balance
        if last and self.content.code in self.content.accounts:
            self.content.accounts[self.content.code].balance = last[1]
        currencies.discard("")
        if len(currencies) > 1:
            self.content.lacks.append(
                SEVERAL_CURRENCIES.format(value=", ".join(sorted(currencies)))
            )
        self.content.facts["external"] = True
        return self.finish(", ".join(sorted(currencies)[:1]))

    def _side(self, code: str, name: str, kind: str) -> None:
        if not code or code in self.content.accounts:
            return
        self.content.accounts[code] = Account(code, name, kind, OPEN, people=[code])
        self.content.people[code] = Person(
            code, name or code, is_organisation=kind == "organisation"
        )

    def _book(
        self,
        role: str,
        row: Row,
        own: str,
        other: str,
        amount: Decimal | None,
        moment: Any,
        number: str,
    ) -> Payment | None:
        """Book a row from the collective's side: what is negative leaves it."""
        payer, payee = other or f"{own} (outside)", own
        if amount is not None and amount < 0:
            payer, payee, amount = payee, payer, -amount
        return self.pay(role, row, payer, payee, amount, moment, id=number)

    def _fees(
        self, role: str, row: Row, own: str, moment: Any, number: str, fees: Any
    ) -> Iterator[Payment]:
        """Yield the fees that stand in columns of a row, booked on the host."""
        for name, cell in fees.items():
            amount = self.amount(role, row, cell(row))
            if not amount:
                continue
            host = f"{own} (fees)"
            self.account(host, name="Fees", kind="community", state=OPEN)
            payment = self.pay(
                role,
                row,
                own,
                host,
                abs(amount),
                moment,
                id=f"{number}-{name}" if number else "",
                kind="fee",
                purpose=name,
            )
            if payment:
                yield payment
