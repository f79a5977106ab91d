"""Community Forge (mutual_credit on Drupal): payments and balances as CSV.

There is no fixed export. Accepted is what its own importer accepts, and the tables of
its database: ``mcapi_transactions`` joined with the field table of ``worth``, and
users. One transaction (serial) may have several rows.
"""

from collections import Counter
from typing import Any

from ..content import CLOSED, OPEN, Account, Content, Person, SourceFile, Unreadable
from ..reading import plain_text
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import _lt

NAME = "community_forge"
LAYOUT = {
    "transactions": (
        ("payer",),
        ("payee",),
        ("quantity", "worthquantity", "worth"),
        ("created",),
        ("state", "type", "serial", "xid"),
    ),
    "balances": (("user", "uid", "name"), ("balance",), ("grossincome", "income")),
    "users": (("uid",), ("name",), ("mail", "email")),
}
WITHOUT = {"users": ("balance", "payer"), "balances": ("payer",)}
# States as numbers and words; what is not among them is asked for.
FINISHED = {"1", "finished", "done", "completed"}
NOT_MOVED = {
    "0": "erased",
    "-1": "pending",
    "-2": "pending",
    "erased": "erased",
    "undone": "erased",
    "pending": "pending",
    "violation": "erased",
}
RESERVOIR = "reservoir"
LACKS = [
    _lt("credit limits and offers"),
    _lt("the people behind the reservoir account"),
]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return len(roles) if "transactions" in roles else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return _Reader(
        NAME, _lt("payments as CSV"), roles, files, options, ("transactions",), LACKS
    ).read()


class _Reader(TableReader):
    """Reads the files of one site."""

    def read(self) -> Content:
        """Return what the files hold."""
        self.understand(
            {
                "transactions": ("quantity", "worthquantity", "worth"),
                "balances": ("balance",),
            },
            {"transactions": ("created",), "users": ("created",)},
        )
        # People are named by their number, their address or their name.
        self.names: dict[str, str] = {}
        self._users()
        self._balances()
        self._transactions()
        return self.finish()

    def _code(self, text: str) -> str:
        return self.names.get(text.casefold(), text)

    def _users(self) -> None:
        if "users" not in self.sheets:
            return
        cell = self.cells(
            "users",
            {
                "uid": ("uid",),
                "name": ("name",),
                "email": ("mail", "email"),
                "created": ("created",),
                "status": ("status",),
                "language": ("language",),
                "password": ("pass",),
            },
        )
        for row in self.sheets["users"]:
            code = cell["uid"](row)
            if code in ("", "0"):
                continue
            name = plain_text(cell["name"](row))
            email = cell["email"](row)
            for text in (code, email, name):
                if text:
                    self.names.setdefault(text.casefold(), code)
            blocked = cell["status"](row).lower() in ("0", "blocked")
            self.content.accounts[code] = Account(
                code, name, state=CLOSED if blocked else OPEN, people=[code]
            )
            self.content.people[code] = Person(
                code,
                name,
                email=email,
                language=cell["language"](row)[:2].lower(),
                joined=self.moment("users", row, cell["created"](row)),
            )

    def _balances(self) -> None:
        if "balances" not in self.sheets:
            return
        cell = self.cells(
            "balances", {"user": ("user", "uid", "name"), "balance": ("balance",)}
        )
        for row in self.sheets["balances"]:
            code = self._code(cell["user"](row))
            account = self._member(code)
            account.balance = self.amount("balances", row, cell["balance"](row))

    def _member(self, code: str) -> Account:
        """Return an account; without a file of users each name is a member's."""
        account = self.content.accounts.get(code)
        if account or "users" in self.roles:
            return account or self.account(code, name=code)
        if code.casefold() == RESERVOIR:
            return self.account(code, name=code, kind="collective", state=CLOSED)
        email = code if "@" in code else ""
        self.content.people[code] = Person(code, code.partition("@")[0], email=email)
        return self.account(code, name=code.partition("@")[0], people=[code])

    def _transactions(self) -> None:
        role = "transactions"
        cell = self.cells(
            role,
            {
                "id": ("xid", "id"),
                "serial": ("serial",),
                "payer": ("payer",),
                "payee": ("payee",),
                "amount": ("quantity", "worthquantity", "worth"),
                "currency": ("currcode", "currency", "worthcurrcode"),
                "date": ("created",),
                "state": ("state",),
                "kind": ("type",),
                "text": ("description",),
            },
        )
        self.sheets[role].column("categories")
        left_out: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        currencies: set[str] = set()
        wanted = self.options.get("currency_code") or ""
        for row in self.sheets[role]:
            state = cell["state"](row).lower()
            currency = cell["currency"](row)
            if wanted and currency and currency != wanted:
                left_out[currency] += 1
                continue
            currencies.add(currency)
            if state and state not in FINISHED:
                if state not in NOT_MOVED:
                    unknown[state] += 1
                left_out[NOT_MOVED.get(state, state)] += 1
                continue
            payer, payee = (
                self._code(cell["payer"](row)),
                self._code(cell["payee"](row)),
            )
            if payer and payee:
                self._member(payer)
                self._member(payee)
            serial = cell["serial"](row)
            kind = cell["kind"](row).lower()
            self.pay(
                role,
                row,
                payer,
                payee,
                self.amount(role, row, cell["amount"](row), needed=True),
                self.moment(role, row, cell["date"](row)),
                id=cell["id"](row),
                group=serial,
                purpose=plain_text(cell["text"](row)),
                kind="fee" if kind in ("auto", "fee", "tax") else "payment",
            )
        self._check(unknown, currencies)
        if left_out:
            self.content.facts["left_out"] = dict(left_out)

    def _check(self, unknown: Counter[str], currencies: set[str]) -> None:
        """Refuse states whose meaning is not known, and several currencies at once."""
        if unknown:
            told = ", ".join(f"{state} ({count})" for state, count in unknown.items())
            raise Unreadable(
                "state",
                "It is not known whether payments of these states moved money:"
                f" {told}.",
            )
        currencies.discard("")
        if len(currencies) > 1:
            told = ", ".join(sorted(currencies))
            raise Unreadable(
                "currencies",
                f"The file has several currencies: {told}. Move them in one by one,"
                " each named as the option currency_code.",
            )
