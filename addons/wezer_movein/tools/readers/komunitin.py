"""Komunitin: the files of accounts and transfers that its accounting exports.

Transfers of every state are in the file, only committed ones moved. A party of another
community stands by its own code; the books moved the account of the outside instead.
"""

import re
from collections import Counter
from typing import Any

from odoo.addons.wezer_base.tools import tables

from ..content import (
    CLOSED,
    FROZEN,
    NOT_COMMITTED,
    OPEN,
    Account,
    Advert,
    Content,
    CurrencyFound,
    Payment,
    Person,
    SourceFile,
    Unreadable,
)
from ..people import tell_people
from ..reading import Refusals, Row, Sheet, Values, decimals
from ..roles import assign, roles_of
from ..telling import Telling
from ..terms import _lt

NAME = "komunitin"
LAYOUT = _lt("accounts.csv and transfers.csv")

HEADINGS = {
    "accounts": {"id", "code", "status", "balance", "creditlimit"},
    "transfers": {"id", "created", "state", "amount", "payercode", "payeecode"},
    # As ``komunitin_api`` writes them; the files that Komunitin exports have no people.
    "members": {"membercode", "name", "access"},
    "adverts": {"membercode", "kind", "title", "content"},
}
NEEDED = ("accounts", "transfers")
ACCESS = {"public": "everyone", "group": "members", "private": "nobody"}
COMMITTED = "committed"
# Of transfers that moved nothing, or not yet.
LEFT_OUT = frozenset(
    "new pending accepted submitted rejected failed deleted scheduled expired"
    " cancelled canceled".split()
)
STATES = {
    "active": OPEN,
    "disabled": CLOSED,
    "suspended": FROZEN,
    "deleted": CLOSED,
}
# The account of the outside: the community's code and these letters.
OUTSIDE = "EXTR"
LACKS = [
    _lt("names, e-mail addresses, offers and needs (they are in the social service)"),
    _lt("the external account's balance"),
    _lt("amount in the other currency"),
]


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = roles_of(files, HEADINGS)
    return len(roles) if "transfers" in roles else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = roles_of(files, HEADINGS)
    assign(roles, NEEDED)
    return _Reader(roles, files, options).read()


class _Reader:
    """Reads one community's files."""

    def __init__(
        self,
        roles: dict[str, SourceFile],
        files: list[SourceFile],
        options: dict[str, Any],
    ) -> None:
        self.options = options
        self.refusals = Refusals()
        self.accounts = Sheet(roles["accounts"], self.refusals)
        self.transfers = Sheet(roles["transfers"], self.refusals)
        self.social = {
            role: Sheet(roles[role], self.refusals)
            for role in ("members", "adverts")
            if role in roles
        }
        self.content = Content(
            NAME,
            layout=LAYOUT,
            time_zone=options.get("time_zone") or "UTC",
            files=files,
            lacks=LACKS if "members" not in roles else LACKS[1:],
            facts={"frozen": True},
        )
        self.tell = Telling(self.content)
        self.values = Values.of(
            [
                (
                    self.accounts,
                    (self.accounts.columns["balance"],),
                    (self.accounts.column("created"),),
                ),
                (
                    self.transfers,
                    (self.transfers.columns["amount"],),
                    (self.transfers.columns["created"],),
                ),
            ],
            self.content.time_zone,
            options.get("decimal_sign", ""),
            options.get("day_order", ""),
            default_sign=".",
        )

    def read(self) -> Content:
        content = self.content
        accounts = list(self.accounts)
        code = self.accounts.cell("code")
        content.code = self.options.get("code") or self._common_code(
            map(code, accounts)
        )
        content.name = content.code
        digits = max(self._accounts(accounts), self._transfers())
        self._members()
        self._adverts()
        self.refusals.check()
        content.currency = CurrencyFound(digits=max(digits, 2))
        content.rows = {
            "accounts": self.accounts.file.rows,
            "transfers": self.transfers.file.rows,
        }
        for role, sheet in self.social.items():
            content.rows[role] = sheet.file.rows
        if "members" in self.social:
            tell_people(content, self.tell, self.social["members"].file)
        self.tell("not_in_export", what=content.lacks)
        return content

    def _members(self) -> None:
        """Give the accounts the names of their people, where the files have them."""
        sheet = self.social.get("members")
        if not sheet:
            return
        cell = sheet.cell
        code_of, access_of, created_of = (
            cell("membercode"),
            cell("access"),
            cell("created"),
        )
        fields = {
            "name": cell("name"),
            "email": cell("email"),
            "phone": cell("phone"),
            "street": cell("address"),
            "postcode": cell("postcode"),
            "place": cell("place"),
        }
        kind_of = cell("type")
        sheet.column("description")
        for row in sheet:
            person = self.content.people.get(code_of(row))
            account = self.content.accounts.get(code_of(row))
            if not person or not account:
                continue
            for field, text in fields.items():
                setattr(person, field, text(row) or getattr(person, field))
            account.name = person.name
            moment = self.values.moment(sheet, row, created_of(row))
            person.joined = moment or person.joined
            if kind_of(row).lower() in ("business", "organization", "public"):
                person.is_organisation, account.kind = True, "organisation"
            share = ACCESS.get(access_of(row).lower(), "nobody")
            person.shares = dict.fromkeys(("email", "phone", "street"), share)
            self.tell.formulas(sheet.file, row.number, person.name)

    def _adverts(self) -> None:
        """Read offers and needs, where the files have them."""
        sheet = self.social.get("adverts")
        if not sheet:
            return
        cell = sheet.cell
        id_of, code_of, kind_of = cell("id"), cell("membercode"), cell("kind")
        title_of, text_of, price_of = cell("title"), cell("content"), cell("price")
        category_of, state_of = cell("category"), cell("state")
        created_of, expires_of = cell("created"), cell("expires")
        for row in sheet:
            price = price_of(row)
            self.content.adverts.append(
                Advert(
                    code_of(row),
                    "want" if kind_of(row) == "want" else "offer",
                    title_of(row),
                    f"{text_of(row)}\n{price}" if price else text_of(row),
                    category_of(row),
                    created=self.values.moment(sheet, row, created_of(row)),
                    expires=self.values.moment(sheet, row, expires_of(row)),
                    hidden=state_of(row).lower() != "published",
                    id=id_of(row),
                )
            )
            self.tell.formulas(sheet.file, row.number, title_of(row), text_of(row))

    @staticmethod
    def _common_code(codes: Any) -> str:
        counts: Counter[str] = Counter()
        for code in codes:
            match = re.fullmatch(r"([A-Za-z][A-Za-z0-9]{3})\w+", code)
            if match:
                counts[match[1].upper()] += 1
        if not counts:
            raise Unreadable("code", "The accounts have no code in common.")
        return counts.most_common(1)[0][0]

    def _accounts(self, rows: list[Row]) -> int:
        """Read the accounts; return how many decimals their balances have."""
        sheet = self.accounts
        cell = sheet.cell
        code_of, state_of, balance_of = cell("code"), cell("status"), cell("balance")
        credit_of, most_of = cell("creditlimit"), cell("maximumbalance")
        created_of = cell("created")
        for name in ("id", "updated", "key", "userid"):
            sheet.column(name)
        sheet.tell_unused()
        digits = 0
        for row in rows:
            code, state = code_of(row), state_of(row).lower()
            balance = self.values.amount(sheet, row, balance_of(row))
            if not code or code in self.content.accounts:
                sheet.refuse(row, "headings" if code else "empty", code)
                continue
            if state not in STATES:
                sheet.refuse(row, "state", state)
                continue
            account = Account(code, code, balance=balance, state=STATES[state])
            for field, text, factor in (
                ("lower", credit_of(row), -1),
                ("upper", most_of(row), 1),
            ):
                limit = self.values.amount(sheet, row, text) if text else None
                # −1 is without limit.
                if limit is not None and limit >= 0:
                    setattr(account, field, factor * limit)
            digits = max(digits, decimals(balance) if balance is not None else 0)
            if code.upper() == f"{self.content.code}{OUTSIDE}":
                account.kind = "foreign"
            else:
                account.people.append(code)
                self.content.people[code] = Person(
                    code,
                    code,
                    joined=self.values.moment(sheet, row, created_of(row)),
                )
            self.content.accounts[code] = account
        return digits

    def _party(self, code: str) -> tuple[str, str]:
        """Return the account that a party is booked on, and its foreign code."""
        own = self.content.code
        if code in self.content.accounts or code.upper().startswith(own):
            return code, ""
        return f"{own}{OUTSIDE}", code

    def _transfers(self) -> int:
        """Read the transfers; return how many decimals their amounts have."""
        sheet, content = self.transfers, self.content
        cell = sheet.cell
        id_of, moment_of, state_of = cell("id"), cell("created"), cell("state")
        amount_of, purpose_of = cell("amount"), cell("description")
        payer_of, payee_of = cell("payercode"), cell("payeecode")
        for name in (
            "updated",
            "hash",
            "authorization",
            "payerid",
            "payeeid",
            "userid",
        ):
            sheet.column(name)
        left_out: Counter[str] = Counter()
        missing: dict[str, None] = {}
        digits = 0
        for row in sheet:
            amount = self.values.amount(sheet, row, amount_of(row))
            moment = self.values.moment(sheet, row, moment_of(row))
            payer_said, payee_said = payer_of(row), payee_of(row)
            if not payer_said or not payee_said:
                sheet.refuse(row, "empty", payer_said or payee_said)
                continue
            odd = next(filter(tables.is_formula, (payer_said, payee_said)), "")
            if odd:
                sheet.refuse(row, "formula", odd)
                continue
            state = state_of(row).lower()
            if state != COMMITTED and state not in LEFT_OUT:
                sheet.refuse(row, "state", state)
                continue
            if amount is None:
                continue
            payer, payer_foreign = self._party(payer_said)
            payee, payee_foreign = self._party(payee_said)
            payment = Payment(
                payer,
                payee,
                amount,
                moment,
                id=id_of(row),
                file=sheet.file.name,
                row=row.number,
                purpose=purpose_of(row),
                foreign=payer_foreign or payee_foreign,
            )
            content.payments.append(payment)
            for foreign, account in ((payer_foreign, payer), (payee_foreign, payee)):
                if foreign:
                    self.tell(
                        "foreign_party",
                        sheet.file,
                        (payer, payee),
                        row=row.number,
                        party=foreign,
                        goes_to=account,
                        state=state,
                    )
            if state != COMMITTED:
                payment.note = NOT_COMMITTED
                left_out[state] += 1
                continue
            for side in (payer, payee):
                if side in content.accounts:
                    continue
                is_outside = side == f"{content.code}{OUTSIDE}"
                content.accounts[side] = Account(
                    side,
                    side if is_outside else f"Former member {side}",
                    "foreign" if is_outside else "former",
                    OPEN if is_outside else CLOSED,
                )
                if not is_outside:
                    missing[side] = None
            if payer == payee:
                self.tell.note("same_account", payment)
            elif not amount:
                self.tell.note("zero_amount", payment)
            elif amount < 0:
                payment.turn()
                payment.kind = "reversal"
                self.tell("negative_amount", payment, amount=amount)
            self.tell.common(payment, moment)
            digits = max(digits, decimals(amount))
        content.facts["missing"] = sorted(missing)
        content.facts["transfers"] = {"left_out": dict(left_out)}
        return digits
