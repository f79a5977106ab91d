"""TimeOverflow by its database: tables as CSV, as a server's administrator takes them.

``members``, ``users``, ``accounts``, ``movements``, ``transfers`` and ``posts`` have
all that the download of a bank leaves out. Amounts are whole seconds; of payments whole
minutes are kept, as the program itself shows them.
"""

from decimal import Decimal
from typing import Any

from ..content import (
    CLOSED,
    OPEN,
    Account,
    Advert,
    Content,
    CurrencyFound,
    Person,
    SourceFile,
)
from ..reading import Row, is_number
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import _lt

NAME = "timeoverflow-sql"
LAYOUT = {
    "movements": (("accountid",), ("transferid",), ("amount",)),
    "transfers": (("id",), ("postid",), ("reason",), ("operatorid",)),
    "accounts": (("id",), ("accountabletype",), ("accountableid",), ("balance",)),
    "members": (("id",), ("userid",), ("organizationid",), ("memberuid",)),
    "users": (("id",), ("username",), ("email",)),
    "posts": (("id",), ("title",), ("type",), ("userid",)),
    "organizations": (
        ("id",),
        ("name",),
        ("theme", "publicopeningtimes", "webaddress"),
    ),
    "categories": (("id",), ("nametranslations", "name"), ("iconname", "createdat")),
}
WITHOUT = {"categories": ("userid", "theme"), "users": ("title",)}
HOUR = Decimal(3600)
NEEDED = "movements", "transfers", "accounts", "members", "users"
LACKS = [_lt("pictures")]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return len(roles) if {"movements", "accounts"} <= set(roles) else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return _Reader(
        NAME, _lt("tables as CSV"), roles, files, options, NEEDED, LACKS
    ).read()


class _Reader(TableReader):
    """Reads the tables of one bank, or of one bank of several."""

    def read(self) -> Content:
        """Return what the files hold."""
        self.understand(
            {},
            {
                "transfers": ("createdat",),
                "members": ("createdat", "entrydate"),
                "posts": ("createdat", "endon"),
            },
        )
        self.content.currency = CurrencyFound(digits=0, is_time=True)
        self.content.seconds_cut = True
        self.bank = self._bank()
        self._people()
        self._accounts()
        self._movements()
        self._posts()
        return self.finish()

    def _bank(self) -> str:
        """Return the number of the bank that is moved in."""
        said = str(self.options.get("organization") or "")
        if "organizations" not in self.sheets:
            return said
        cell = self.cells("organizations", {"id": ("id",), "name": ("name",)})
        banks = {
            cell["id"](row): cell["name"](row) for row in self.sheets["organizations"]
        }
        bank = said if said in banks else next(iter(banks), "")
        self.content.name = banks.get(bank, "")
        return bank

    def _of_bank(self, number: str) -> bool:
        return not self.bank or not number or number == self.bank

    def _people(self) -> None:
        cell = self.cells(
            "users",
            {
                "id": ("id",),
                "name": ("username",),
                "email": ("email",),
                "phone": ("phone",),
                "other": ("altphone",),
                "language": ("locale",),
                "postcode": ("postcode",),
                "password": ("encryptedpassword",),
            },
        )
        self.users: dict[str, Person] = {}
        for row in self.sheets["users"]:
            number = cell["id"](row)
            email = cell["email"](row)
            self.users[number] = Person(
                number,
                cell["name"](row),
                # The program's own addresses of people who have none.
                email="" if email.endswith("example.com") else email,
                phone=cell["phone"](row) or cell["other"](row),
                language=cell["language"](row)[:2].lower(),
                postcode=cell["postcode"](row),
            )
        cell = self.cells(
            "members",
            {
                "id": ("id",),
                "user": ("userid",),
                "uid": ("memberuid",),
                "bank": ("organizationid",),
                "active": ("active",),
                "joined": ("entrydate", "createdat"),
            },
        )
        # The number of a member's row → the number within the bank.
        self.members: dict[str, str] = {}
        self.codes_of_users: dict[str, str] = {}
        for row in self.sheets["members"]:
            user = self.users.get(cell["user"](row))
            if not user or not self._of_bank(cell["bank"](row)):
                continue
            code = cell["uid"](row)
            self.members[cell["id"](row)] = code
            self.codes_of_users[user.key] = code
            person = Person(**{**vars(user), "key": code, "shares": {}})
            person.joined = self.moment("members", row, cell["joined"](row))
            self.content.people[code] = person
            active = cell["active"](row).lower() in ("", "t", "true", "1")
            self.content.accounts[code] = Account(
                code, person.name, state=OPEN if active else CLOSED, people=[code]
            )

    def _accounts(self) -> None:
        cell = self.cells(
            "accounts",
            {
                "id": ("id",),
                "kind": ("accountabletype",),
                "owner": ("accountableid",),
                "bank": ("organizationid",),
                "balance": ("balance",),
                "lower": ("minallowedbalance",),
                "upper": ("maxallowedbalance",),
            },
        )
        self.accounts: dict[str, str] = {}
        for row in self.sheets["accounts"]:
            if not self._of_bank(cell["bank"](row)):
                continue
            kind, owner = cell["kind"](row), cell["owner"](row)
            if kind.lower() == "organization":
                code = self.content.name or "bank"
                account = self.account(code, name=code, kind="community")
                self.content.treasury = code
            else:
                code = self.members.get(owner, f"member {owner}")
                account = self.account(
                    code, name=f"Former member {owner}", kind="former", state=CLOSED
                )
            self.accounts[cell["id"](row)] = code
            account.balance = self._hours("accounts", row, cell["balance"](row))
            account.lower = self._hours("accounts", row, cell["lower"](row))
            account.upper = self._hours("accounts", row, cell["upper"](row))

    def _hours(self, role: str, row: Row, text: str) -> Decimal | None:
        """Return seconds as hours; a cell that is no whole number is refused."""
        if not text:
            return None
        if not is_number(text.removeprefix("-")):
            self.sheets[role].refuse(row, "whole", text)
            return None
        return Decimal(int(text)) / HOUR

    def _movements(self) -> None:
        cell = self.cells(
            "transfers",
            {
                "id": ("id",),
                "text": ("reason",),
                "post": ("postid",),
                "date": ("createdat",),
            },
        )
        self.sheets["transfers"].column("operatorid")
        titles = self._titles()
        transfers = {}
        for row in self.sheets["transfers"]:
            text = cell["text"](row) or titles.get(cell["post"](row), "")
            moment = self.moment("transfers", row, cell["date"](row))
            transfers[cell["id"](row)] = moment, text
        cell = self.cells(
            "movements",
            {"account": ("accountid",), "of": ("transferid",), "amount": ("amount",)},
        )
        sides: dict[str, dict[bool, tuple[str, Decimal, Row]]] = {}
        for row in self.sheets["movements"]:
            amount = self._hours("movements", row, cell["amount"](row))
            code = self.accounts.get(cell["account"](row))
            if amount is None or code is None:
                continue
            pair = sides.setdefault(cell["of"](row), {})
            whole = Decimal(int(abs(amount * HOUR) // 60)) / 60
            pair[amount > 0] = code, whole, row
        for number, pair in sides.items():
            moment, text = transfers.get(number, (None, ""))
            if len(pair) != 2:
                code, amount, row = next(iter(pair.values()))
                self.sheets["movements"].refuse(row, "empty", number)
                continue
            (payer, _same, row), (payee, amount, _row) = pair[False], pair[True]
            self.pay(
                "movements",
                row,
                payer,
                payee,
                amount,
                moment,
                id=number,
                purpose=text,
            )

    def _titles(self) -> dict[str, str]:
        if "posts" not in self.sheets:
            return {}
        cell = self.cells("posts", {"id": ("id",), "title": ("title",)})
        return {cell["id"](row): cell["title"](row) for row in self.sheets["posts"]}

    def _posts(self) -> None:
        if "posts" not in self.sheets:
            return
        categories = {}
        if "categories" in self.sheets:
            known = self.cells(
                "categories", {"id": ("id",), "name": ("name", "nametranslations")}
            )
            categories = {
                known["id"](row): known["name"](row)
                for row in self.sheets["categories"]
            }
        cell = self.cells(
            "posts",
            {
                "id": ("id",),
                "title": ("title",),
                "kind": ("type",),
                "user": ("userid",),
                "text": ("description",),
                "category": ("categoryid",),
                "tags": ("tags",),
                "active": ("active",),
                "bank": ("organizationid",),
                "created": ("createdat",),
                "expires": ("endon",),
            },
        )
        for row in self.sheets["posts"]:
            code = self.codes_of_users.get(cell["user"](row), "")
            if not code or not self._of_bank(cell["bank"](row)):
                continue
            tags = cell["tags"](row).strip("{}").replace('"', "")
            self.content.adverts.append(
                Advert(
                    code,
                    "want" if cell["kind"](row).lower() == "inquiry" else "offer",
                    cell["title"](row),
                    cell["text"](row),
                    categories.get(cell["category"](row), ""),
                    [tag.strip() for tag in tags.split(",") if tag.strip()],
                    self.moment("posts", row, cell["created"](row)),
                    self.moment("posts", row, cell["expires"](row)),
                    hidden=cell["active"](row).lower() in ("f", "false", "0"),
                    id=cell["id"](row),
                )
            )
