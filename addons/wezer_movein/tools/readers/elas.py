"""eLAS and eLAND: one CSV file for each table of the database.

Amounts are whole numbers. ``real_from`` and ``real_to`` name a member of another group;
``id_from`` and ``id_to`` are then the account of that group.
"""

from decimal import Decimal
from typing import Any

from ..content import CLOSED, OPEN, Account, Advert, Content, Person, SourceFile
from ..reading import plain_text
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import _lt

NAME = "elas"
LAYOUT = {
    "users": (("id",), ("letscode", "code"), ("name", "fullname"), ("status",)),
    "transactions": (("idfrom",), ("idto",), ("amount",), ("description",)),
    "messages": (("iduser",), ("content", "subject"), ("categoryid", "idcategory")),
    "contact": (("iduser", "letscode", "code"), ("idtypecontact",), ("value",)),
    "type_contact": (("id",), ("abbrev",)),
    "categories": (("id",), ("name",), ("idparent", "fullname", "leafnote")),
}
WITHOUT = {"type_contact": ("iduser", "status"), "categories": ("status", "iduser")}
# Status of a user: 1 active, 2 leaving, 3 new, 5 and 6 not yet let in, 7 of another
# group, 0 no longer active.
ACTIVE = {"1", "2", "3"}
FOREIGN = {"7"}
# Of a contact: 0 everybody, 1 members, 2 the administrator.
ACCESS = {"0": "members", "1": "members", "2": "nobody"}
# Identifiers of kinds of contact where the table is not there.
KINDS = {"1": "tel", "2": "gsm", "3": "mail", "4": "adr", "5": "web"}
LACKS = [_lt("passwords"), _lt("pictures (only the names of their files)")]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    return len(roles) if {"users", "transactions"} <= set(roles) else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    needed = "users", "transactions"
    return _Reader(
        NAME, _lt("one CSV file for each table"), roles, files, options, needed, LACKS
    ).read()


class _Reader(TableReader):
    """Reads the tables of one group."""

    def read(self) -> Content:
        """Return what the files hold."""
        self.understand(
            {
                "transactions": ("amount",),
                "users": ("minlimit", "maxlimit", "saldo", "balance"),
            },
            {
                "transactions": ("date", "cdate", "createdat"),
                "users": ("adate", "cdate", "createdat"),
                "messages": ("cdate", "createdat", "validity", "expiresat"),
            },
        )
        self.codes: dict[str, str] = {}
        self._users()
        self._contacts()
        self._transactions()
        self._messages()
        return self.finish(digits=0)

    def _users(self) -> None:
        cell = self.cells(
            "users",
            {
                "id": ("id",),
                "code": ("letscode", "code"),
                "name": ("fullname", "name"),
                "short": ("name",),
                "status": ("status",),
                "role": ("role", "accountrole"),
                "joined": ("adate", "createdat", "cdate"),
                "postcode": ("postcode",),
                "lower": ("minlimit",),
                "upper": ("maxlimit",),
                "balance": ("saldo", "balance"),
                "language": ("lang",),
            },
        )
        for row in self.sheets["users"]:
            number = cell["id"](row)
            code = cell["code"](row) or number
            if not code or code in self.content.accounts:
                self.sheets["users"].refuse(row, "empty" if not code else "cells", code)
                continue
            self.codes[number] = code
            name = plain_text(cell["name"](row) or cell["short"](row))
            status, role = cell["status"](row), cell["role"](row).lower()
            account = Account(
                code,
                name,
                state=OPEN if status in ACTIVE else CLOSED,
                balance=self.amount("users", row, cell["balance"](row)),
                lower=self._limit(row, cell["lower"](row)),
                upper=self._limit(row, cell["upper"](row)),
                old_kind=role,
                old_state=status,
            )
            self.content.accounts[code] = account
            if status in FOREIGN or role == "interlets":
                account.kind, account.state = "foreign", OPEN
                continue
            self.content.people[code] = Person(
                code,
                name,
                postcode=cell["postcode"](row),
                language=cell["language"](row)[:2].lower(),
                joined=self.moment("users", row, cell["joined"](row)),
            )
            account.people.append(code)

    def _limit(self, row: Any, text: str) -> Decimal | None:
        """Return a limit; eLAS writes 999999999 where there is none."""
        limit = self.amount("users", row, text)
        return None if limit is None or abs(limit) >= 999_999_999 else limit

    def _contacts(self) -> None:
        if "contact" not in self.sheets:
            return
        kinds = dict(KINDS)
        if "type_contact" in self.sheets:
            known = self.cells("type_contact", {"id": ("id",), "name": ("abbrev",)})
            for row in self.sheets["type_contact"]:
                kinds[known["id"](row)] = known["name"](row).lower()
        cell = self.cells(
            "contact",
            {
                "id": ("iduser",),
                "code": ("letscode", "code"),
                "kind": ("idtypecontact",),
                "value": ("value",),
                "access": ("access", "flagpublic"),
            },
        )
        fields = {
            "mail": "email",
            "gsm": "phone",
            "tel": "phone",
            "adr": "street",
            "web": "website",
        }
        for row in self.sheets["contact"]:
            code = cell["code"](row) or self.codes.get(cell["id"](row), "")
            person = self.content.people.get(code)
            field = fields.get(kinds.get(cell["kind"](row), ""), "")
            if not person or not field or getattr(person, field):
                continue
            setattr(person, field, plain_text(cell["value"](row)))
            person.shares[field] = ACCESS.get(cell["access"](row), "nobody")

    def _transactions(self) -> None:
        role = "transactions"
        cell = self.cells(
            role,
            {
                "id": ("transid", "id"),
                "payer": ("idfrom",),
                "payee": ("idto",),
                "real_payer": ("realfrom",),
                "real_payee": ("realto",),
                "amount": ("amount",),
                "text": ("description",),
                "date": ("date", "cdate", "createdat"),
            },
        )
        for row in self.sheets[role]:
            payer, payee = (
                self.codes.get(cell[side](row), cell[side](row))
                for side in ("payer", "payee")
            )
            foreign = cell["real_payer"](row) or cell["real_payee"](row)
            payment = self.pay(
                role,
                row,
                payer,
                payee,
                self.amount(role, row, cell["amount"](row), needed=True),
                self.moment(role, row, cell["date"](row)),
                id=cell["id"](row),
                purpose=plain_text(cell["text"](row)),
                foreign=foreign,
            )
            if payment and foreign:
                goes_to = payer if cell["real_payer"](row) else payee
                self.tell("foreign_party", payment, party=foreign, goes_to=goes_to)

    def _messages(self) -> None:
        role = "messages"
        if role not in self.sheets:
            return
        categories: dict[str, str] = {}
        if "categories" in self.sheets:
            known = self.cells("categories", {"id": ("id",), "name": ("name",)})
            for row in self.sheets["categories"]:
                categories[known["id"](row)] = plain_text(known["name"](row))
        cell = self.cells(
            role,
            {
                "id": ("id",),
                "user": ("iduser",),
                "title": ("subject",),
                "text": ("content",),
                "category": ("categoryid", "idcategory"),
                "kind": ("offerwant", "msgtype"),
                "created": ("createdat", "cdate"),
                "expires": ("expiresat", "validity"),
            },
        )
        for row in self.sheets[role]:
            code = self.codes.get(cell["user"](row), "")
            text = plain_text(cell["text"](row))
            title = plain_text(cell["title"](row)) or text.partition("\n")[0][:100]
            # eLAS has one text, and 0 for a want, 1 for an offer.
            said = cell["kind"](row).lower()
            self.content.adverts.append(
                Advert(
                    code,
                    "want" if said in ("0", "want", "w") else "offer",
                    title,
                    text,
                    categories.get(cell["category"](row), ""),
                    created=self.moment(role, row, cell["created"](row)),
                    expires=self.moment(role, row, cell["expires"](row)),
                    id=cell["id"](row),
                )
            )
