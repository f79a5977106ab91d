"""Cyclos 3.7 and 4: members, payments and advertisements as a site exports them.

Headings are in the language of the site. The report *transactions details* of Cyclos 3
has each payment twice, once for each side; it ends with a sentence where it reached the
limit of the site.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..content import (
    CLOSED,
    FROZEN,
    OPEN,
    Account,
    Advert,
    Content,
    Person,
    SourceFile,
    Unreadable,
)
from ..reading import Row, plain_text
from ..roles import roles_of
from ..table_reader import TableReader
from ..terms import _lt

NAME = "cyclos"
USERNAME = (
    *("username", "loginname", "login", "user", "member", "membername"),
    *("usuario", "nombredeusuario", "socio", "utilisateur", "identifiant", "membre"),
    *("benutzername", "mitglied", "benutzer", "gebruikersnaam", "gebruiker", "lid"),
    *("nomedeusuario", "utente", "nomeutente", "usuari", "nomdusuari"),
)
FULL_NAME = (
    *("name", "fullname", "nombre", "nombrecompleto", "nom", "nomcomplet"),
    *("vollername", "volledigenaam", "naam", "nome", "nomecompleto"),
)
EMAIL = ("email", "correoelectronico", "courriel", "correuelectronic", "mail")
PHONE = (
    *("phone", "phonenumber", "mobilephone", "telefono", "telephone", "telefon"),
    *("telefoon", "telefone"),
)
GROUP = ("group", "permissiongroup", "grupo", "groupe", "gruppe", "groep", "gruppo")
CREATED = (
    *("creationdate", "activationdate", "activation", "creation", "registrationdate"),
    *("fechadecreacion", "fechadeactivacion", "datedecreation", "datedactivation"),
    *("erstellungsdatum", "aktivierungsdatum", "aanmaakdatum", "activeringsdatum"),
)
STATUS = ("status", "userstatus", "estado", "statut", "etat", "estat", "stato")
DATE = ("date", "transactiondate", "fecha", "datum", "data", "datadatransacao")
AMOUNT = ("amount", "monto", "importe", "montant", "betrag", "bedrag", "quantia")
FROM = ("from", "payer", "de", "desde", "von", "van", "da")
TO = ("to", "payee", "receiver", "a", "para", "an", "aan", "vers")
OTHER = (
    *("fromorto", "fromto", "relatedmember", "relatedaccount", "fromtomember"),
    *("deopara", "deoa", "dea", "vonnach", "vanaan", "devers"),
)
NUMBER = (
    *("transactionnumber", "number", "transactionid", "id", "numero", "nummer"),
    *("numerodetransaccion", "numerodetransaction", "transaktionsnummer"),
)
TEXT = ("description", "descripcion", "beschreibung", "omschrijving", "descricao")
KIND = ("kind", "transfertype", "type", "paymenttype", "tipo", "typ", "soort")
BALANCE = ("balance", "saldo", "solde", "kontostand")
TITLE = ("title", "titulo", "titre", "titel", "titolo")
TRADE = ("tradetype", "tipodecomercio", "handelsart", "typedechange")

LAYOUT = {
    # Cyclos 3: the same payment from each of its two sides.
    "details": (USERNAME, DATE, AMOUNT, OTHER),
    "transfers": (FROM, TO, DATE, AMOUNT),
    "ads": (TITLE, TRADE, ("username", "owner", "propietario", "besitzer", *USERNAME)),
    "balances": (USERNAME, BALANCE),
    "users": (USERNAME, FULL_NAME, EMAIL),
}
WITHOUT = {
    "users": (*BALANCE, *AMOUNT, *TITLE),
    "balances": (*AMOUNT, *EMAIL, "grossincome", "income", "sales", "type"),
    # Other systems have these, too.
    "transfers": ("serial", "selleramount", "realfrom", "txid"),
}
# Kinds of transfers of Cyclos 4, in the words of the suite.
KINDS = {
    "chargeback": "reversal",
    "initialcredit": "opening",
    "accountfee": "fee",
    "transferfee": "fee",
    "fee": "fee",
}
# States of users of Cyclos 4; groups of Cyclos 3 are asked for.
STATES = {
    "active": OPEN,
    "blocked": FROZEN,
    "disabled": CLOSED,
    "pending": FROZEN,
    "purged": CLOSED,
    "removed": CLOSED,
}
# What did not move money.
NOT_MOVED = {"pending", "denied", "canceled", "cancelled", "expired", "failed"}
DETAILS = _lt("transactions details")
CYCLOS_4 = _lt("transfers of Cyclos 4")
LACKS = [
    _lt("passwords and pictures"),
    _lt("credit limits"),
    _lt("what the site's settings left out of the files"),
]


@dataclass
class _Side:
    """One side of a payment, as *transactions details* has it."""

    own: str
    other: str
    amount: Decimal
    moment: datetime | None
    number: str
    text: str
    kind: str
    row: Row


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    if "details" in roles:
        return len(roles)
    # From, to, date and amount alone may be of any spreadsheet.
    return len(roles) if "transfers" in roles and "users" in roles else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, LAYOUT, WITHOUT)
    if not {"details", "transfers"} & set(roles):
        raise Unreadable("transfers", "The file of the payments is missing.")
    layout = DETAILS if "details" in roles else CYCLOS_4
    return _Reader(NAME, layout, roles, files, options, (), LACKS).read()


class _Reader(TableReader):
    """Reads the files of one site."""

    def read(self) -> Content:
        """Return what the files hold."""
        self.understand(
            {role: (*AMOUNT, *BALANCE) for role in self.roles},
            {role: (*DATE, *CREATED, "begin", "end") for role in self.roles},
            default_sign="",
        )
        # Accounts by username and by full name: files name people by either.
        self.names: dict[str, str] = {}
        self._users()
        self._balances()
        if "details" in self.roles:
            self._details()
        else:
            self._transfers()
        self._ads()
        return self.finish()

    def _users(self) -> None:
        if "users" not in self.sheets:
            return
        cell = self.cells(
            "users",
            {
                "code": USERNAME,
                "name": FULL_NAME,
                "email": EMAIL,
                "phone": PHONE,
                "group": GROUP,
                "status": STATUS,
                "created": CREATED,
            },
        )
        said = self.options.get("groups") or {}
        for row in self.sheets["users"]:
            code = cell["code"](row)
            if not code:
                self.sheets["users"].refuse(row, "empty", "")
                continue
            name = plain_text(cell["name"](row)) or code
            group, status = cell["group"](row), cell["status"](row).lower()
            self.content.accounts[code] = Account(
                code,
                name,
                state=said.get(group) or STATES.get(status, OPEN),
                people=[code],
                old_kind=group,
                old_state=status,
            )
            self.content.people[code] = Person(
                code,
                name,
                email=cell["email"](row),
                phone=cell["phone"](row),
                joined=self.moment("users", row, cell["created"](row)),
            )
            self.names[code.casefold()] = code
        for code, account in self.content.accounts.items():
            self.names.setdefault(account.name.casefold(), code)
        groups = {account.old_kind for account in self.content.accounts.values()}
        self.content.facts["groups"] = sorted(groups - {""})

    def _code(self, text: str) -> str:
        return self.names.get(text.casefold(), text)

    def _balances(self) -> None:
        if "balances" not in self.sheets:
            return
        cell = self.cells("balances", {"user": USERNAME, "balance": BALANCE})
        for row in self.sheets["balances"]:
            code = self._code(cell["user"](row))
            account = self.account(code, name=code, kind="former", state=CLOSED)
            account.balance = self.amount("balances", row, cell["balance"](row))

    # === CYCLOS 3 === #

    def _details(self) -> None:
        """Pair the two sides of each payment."""
        role = "details"
        cell = self.cells(
            role,
            {
                "own": USERNAME,
                "other": OTHER,
                "date": DATE,
                "amount": AMOUNT,
                "number": NUMBER,
                "text": TEXT,
                "kind": ("transfertype", *KIND),
                "account": ("accounttype", "tipodecuenta", "kontotyp"),
            },
        )
        pairs: dict[Any, list[_Side]] = defaultdict(list)
        sentence: list[Row] = []
        accounts: set[str] = set()
        for row in self.sheets[role]:
            if sum(map(bool, map(str.strip, row))) == 1:
                # The last line of a file that reached the limit of the site.
                sentence.append(row)
                continue
            amount = self.amount(role, row, cell["amount"](row), needed=True)
            if amount is None:
                continue
            accounts.add(cell["account"](row))
            side = _Side(
                self._code(cell["own"](row)),
                self._code(cell["other"](row)),
                amount,
                self.moment(role, row, cell["date"](row)),
                cell["number"](row),
                plain_text(cell["text"](row)),
                cell["kind"](row),
                row,
            )
            pairs[self._key(side)].append(side)
        if sentence:
            text = " ".join(filter(None, map(str.strip, sentence[0])))
            raise Unreadable(
                "cut",
                f"{self.roles[role].name} is cut off at the limit of the site:"
                f" “{text}”. Export it in parts, by periods.",
            )
        if len(accounts - {""}) > 1:
            raise Unreadable(
                "currencies",
                "The file has several accounts of each member:"
                f" {', '.join(sorted(accounts))}. Export them one by one.",
            )
        single = 0
        for sides in pairs.values():
            single += self._book_pairs(role, sides)
        if single:
            self.content.facts["without_pair"] = single

    @staticmethod
    def _key(side: _Side) -> Any:
        if side.number:
            return side.number
        parties = tuple(sorted((side.own, side.other)))
        return side.moment, abs(side.amount), parties

    def _book_pairs(self, role: str, sides: list[_Side]) -> int:
        """Book each payment once; return how many sides were alone."""
        # What is negative left the account of the row.
        paid = [side for side in sides if side.amount < 0]
        received = [side for side in sides if side.amount >= 0]
        for payer in paid:
            self._book(role, payer, payer.own, payer.other)
        # A side of a system account: it has no row of its own.
        alone = received[len(paid) :]
        for payee in alone:
            self._book(role, payee, payee.other, payee.own)
        return len(alone) + max(0, len(paid) - len(received))

    def _book(self, role: str, side: _Side, payer: str, payee: str) -> None:
        for code in (payer, payee):
            if code and code not in self.content.accounts:
                # System accounts appear as the other side only; so do people who left,
                # by their number.
                kind = "former" if code.isdigit() else "community"
                state = CLOSED if code.isdigit() else OPEN
                self.account(code, name=code, kind=kind, state=state)
        kind = side.kind.lower().replace(" ", "")
        self.pay(
            role,
            side.row,
            payer,
            payee,
            abs(side.amount),
            side.moment,
            id=side.number,
            purpose=side.text,
            kind="fee" if "fee" in kind else "payment",
        )

    # === CYCLOS 4 === #

    def _transfers(self) -> None:
        role = "transfers"
        cell = self.cells(
            role,
            {
                "number": NUMBER,
                "date": DATE,
                "amount": AMOUNT,
                "payer": FROM,
                "payee": TO,
                "kind": KIND,
                "status": (*STATUS, "statuses"),
                "text": TEXT,
                "currency": ("currency", "moneda", "devise", "wahrung", "valuta"),
            },
        )
        left_out: dict[str, int] = defaultdict(int)
        currencies: set[str] = set()
        for row in self.sheets[role]:
            status = cell["status"](row).lower()
            if status in NOT_MOVED:
                left_out[status] += 1
                continue
            currencies.add(cell["currency"](row))
            kind = cell["kind"](row).replace("_", "").replace(" ", "").lower()
            payer, payee = (
                self._code(cell["payer"](row)),
                self._code(cell["payee"](row)),
            )
            for code in (payer, payee):
                if code and code not in self.content.accounts:
                    self.account(code, name=code, kind="community")
            self.pay(
                role,
                row,
                payer,
                payee,
                self.amount(role, row, cell["amount"](row), needed=True),
                self.moment(role, row, cell["date"](row)),
                id=cell["number"](row),
                purpose=plain_text(cell["text"](row)),
                kind=KINDS.get(kind, "payment"),
            )
        if left_out:
            self.content.facts["left_out"] = dict(left_out)
        currencies.discard("")
        if len(currencies) > 1:
            raise Unreadable(
                "currencies",
                f"The file has several currencies: {', '.join(sorted(currencies))}."
                " Export them one by one.",
            )
        name = next(iter(currencies), "")
        self.content.currency = replace(self.content.currency, name=name)

    # === ADVERTISEMENTS === #

    def _ads(self) -> None:
        role = "ads"
        if role not in self.sheets:
            return
        cell = self.cells(
            role,
            {
                "id": ("id",),
                "kind": TRADE,
                "title": TITLE,
                "text": TEXT,
                "category": ("category", "categoria", "categorie", "kategorie"),
                "code": ("username", *USERNAME, "owner"),
                "created": ("begin", "publicationbegin", "begindate"),
                "expires": ("end", "publicationend", "enddate"),
            },
        )
        for row in self.sheets[role]:
            said = cell["kind"](row).lower()
            wants = ("search", "want", "demand", "busq", "rech", "such", "vraag")
            self.content.adverts.append(
                Advert(
                    self._code(cell["code"](row)),
                    "want" if any(word in said for word in wants) else "offer",
                    plain_text(cell["title"](row)),
                    plain_text(cell["text"](row)),
                    # Cyclos writes the whole path.
                    cell["category"](row).rpartition(":")[2].strip(),
                    created=self.moment(role, row, cell["created"](row)),
                    expires=self.moment(role, row, cell["expires"](row)),
                    id=cell["id"](row),
                )
            )
