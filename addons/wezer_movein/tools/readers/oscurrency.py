"""oscurrency: two tables of its database as CSV, exchanges and accounts.

The program has no export of its own. The ``offset`` of an account is an opening
balance: what it had before the first exchange.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ..content import OPEN, Content, Payment, Person, SourceFile
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import _lt

NAME = "oscurrency"
LAYOUT = {
    "exchanges": (
        ("customerid", "customer"),
        ("workerid", "worker"),
        ("amount",),
        ("groupid", "group", "createdat"),
    ),
    "accounts": (
        ("personid", "person"),
        ("balance",),
        ("offset",),
    ),
    "people": (("id",), ("name",), ("email",)),
}
WITHOUT = {"people": ("balance", "amount")}
FORWARD = "Brought forward"
LACKS = [_lt("offers and requests"), _lt("credit limits of groups")]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return len(roles) if "exchanges" in roles else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return _Reader(
        NAME, _lt("tables as CSV"), roles, files, options, ("exchanges",), LACKS
    ).read()


class _Reader(TableReader):
    """Reads the tables of one community."""

    def read(self) -> Content:
        """Return what the files hold."""
        self.understand(
            {
                "exchanges": ("amount",),
                "accounts": ("balance", "offset", "creditlimit"),
            },
            {"exchanges": ("createdat",), "people": ("createdat",)},
        )
        self._people()
        offsets = self._accounts()
        self._exchanges()
        self._openings(offsets)
        return self.finish()

    def _people(self) -> None:
        if "people" not in self.sheets:
            return
        cell = self.cells(
            "people",
            {
                "id": ("id",),
                "name": ("name",),
                "email": ("email",),
                "phone": ("phone",),
                "postcode": ("zipcode",),
                "language": ("language",),
                "joined": ("createdat",),
                "gone": ("deactivated",),
            },
        )
        for row in self.sheets["people"]:
            code = cell["id"](row)
            self.content.people[code] = Person(
                code,
                cell["name"](row),
                email=cell["email"](row),
                phone=cell["phone"](row),
                postcode=cell["postcode"](row),
                language=cell["language"](row)[:2].lower(),
                joined=self.moment("people", row, cell["joined"](row)),
            )
            gone = cell["gone"](row).lower() in ("t", "true", "1")
            self.account(
                code,
                name=cell["name"](row),
                people=[code],
                state="closed" if gone else OPEN,
            )

    def _accounts(self) -> dict[str, Decimal]:
        offsets: dict[str, Decimal] = {}
        if "accounts" not in self.sheets:
            return offsets
        cell = self.cells(
            "accounts",
            {
                "person": ("personid", "person"),
                "name": ("name",),
                "balance": ("balance",),
                "offset": ("offset",),
                "limit": ("creditlimit",),
            },
        )
        for row in self.sheets["accounts"]:
            code = cell["person"](row)
            account = self.account(code, name=cell["name"](row))
            account.balance = self.amount("accounts", row, cell["balance"](row))
            limit = self.amount("accounts", row, cell["limit"](row))
            account.lower = -abs(limit) if limit is not None else None
            offset = self.amount("accounts", row, cell["offset"](row))
            if offset:
                offsets[code] = offset
        return offsets

    def _exchanges(self) -> None:
        role = "exchanges"
        cell = self.cells(
            role,
            {
                "id": ("id",),
                "payer": ("customerid", "customer"),
                "payee": ("workerid", "worker"),
                "amount": ("amount",),
                "text": ("notes", "name", "description"),
                "date": ("createdat",),
                "deleted": ("deletedat",),
            },
        )
        for row in self.sheets[role]:
            if cell["deleted"](row):
                self.content.facts.setdefault("left_out", {}).setdefault("deleted", 0)
                self.content.facts["left_out"]["deleted"] += 1
                continue
            self.pay(
                role,
                row,
                cell["payer"](row),
                cell["payee"](row),
                self.amount(role, row, cell["amount"](row), needed=True),
                self.moment(role, row, cell["date"](row)),
                id=cell["id"](row),
                purpose=cell["text"](row),
            )

    def _openings(self, offsets: dict[str, Decimal]) -> None:
        """Book what the accounts had before the first exchange."""
        if not offsets:
            return
        moments = [one.moment for one in self.content.payments if one.moment]
        first = min(moments, default=datetime(1970, 1, 1))
        self.account(FORWARD, name=FORWARD, kind="community")
        for code, offset in offsets.items():
            sides = (FORWARD, code) if offset > 0 else (code, FORWARD)
            self.content.payments.insert(
                0,
                Payment(
                    *sides,
                    abs(offset),
                    first,
                    id=f"offset-{code}",
                    purpose=FORWARD,
                    kind="opening",
                ),
            )
        self.tell(
            "opening_balances",
            self.roles["accounts"],
            count=len(offsets),
            sum=str(sum(offsets.values(), Decimal(0))),
        )
