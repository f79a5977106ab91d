"""What readers of plain tables have in common: roles, accounts, payments, the report.

A system whose files are tables with headings says which columns tell its files apart,
and how a row becomes a person, a payment or an advert. Runs without Odoo.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from . import roles as file_roles
from .content import CLOSED, Account, Content, CurrencyFound, Payment, SourceFile
from .people import tell_people
from .reading import Refusals, Row, Sheet, Values, decimals
from .telling import Telling


class TableReader:
    """Reads the files of one community; a system extends it.

    :param str name: the system's
    :param roles: the file of each role
    :param needed: roles without which nothing is read
    """

    def __init__(
        self,
        name: str,
        layout: str,
        roles: dict[str, SourceFile],
        files: list[SourceFile],
        options: dict[str, Any],
        needed: Iterable[str] = (),
        lacks: Iterable[str] = (),
    ) -> None:
        file_roles.assign(roles, needed)
        self.options, self.roles = options, roles
        self.refusals = Refusals()
        self.sheets = {role: Sheet(file, self.refusals) for role, file in roles.items()}
        self.content = Content(
            name,
            layout=layout,
            code=options.get("code") or "",
            time_zone=options.get("time_zone") or "UTC",
            files=files,
            lacks=list(lacks),
        )
        self.tell = Telling(self.content)
        self.digits = 0
        # Accounts that only payments name, with the first payment of each.
        self.unknown: dict[str, Payment] = {}
        self.values: Values

    # === READING === #

    def understand(
        self,
        amounts: Mapping[str, Iterable[str]],
        days: Mapping[str, Iterable[str]],
        default_sign: str = ".",
    ) -> None:
        """Find how all files write numbers and days.

        :param amounts: role → names of its columns of amounts; ``days`` the same
        """
        of = []
        for role, sheet in self.sheets.items():
            numbers, dates = (
                tuple(
                    sheet.columns[name]
                    for name in names.get(role, ())
                    if name in sheet.columns
                )
                for names in (amounts, days)
            )
            of.append((sheet, numbers, dates))
        self.values = Values.of(
            of,
            self.content.time_zone,
            self.options.get("decimal_sign", ""),
            self.options.get("day_order", ""),
            default_sign=default_sign,
        )

    def cells(
        self, role: str, columns: Mapping[str, Iterable[str]]
    ) -> dict[str, Callable[[list[str]], str]]:
        """Return what takes each of our fields out of a row of ``role``."""
        sheet = self.sheets[role]
        return {field: sheet.cell(*names) for field, names in columns.items()}

    def amount(
        self, role: str, row: Row, text: str, needed: bool = False
    ) -> Decimal | None:
        """Return an amount, None for an empty cell and one that is refused.

        :param needed: an empty cell refuses its row, too
        """
        if text:
            return self.values.amount(self.sheets[role], row, text)
        if needed:
            self.sheets[role].refuse(row, "number", "")
        return None

    def moment(self, role: str, row: Row, text: str) -> datetime | None:
        """Return a moment, None for an empty cell and one that is refused."""
        return self.values.moment(self.sheets[role], row, text)

    # === CONTENT === #

    def account(self, code: str, **values: Any) -> Account:
        """Return the account ``code``, made with ``values`` where it is new."""
        known = self.content.accounts.get(code)
        if not known:
            known = self.content.accounts[code] = Account(code, **values)
        return known

    def party(self, code: str, payment: Payment) -> None:
        """Note that a payment names ``code``; who is not among the members left."""
        if code not in self.content.accounts:
            self.unknown.setdefault(code, payment)
            self.account(code, name=code, kind="former", state=CLOSED)

    def pay(
        self,
        role: str,
        row: Row,
        payer: str,
        payee: str,
        amount: Decimal | None,
        moment: datetime | None,
        **values: Any,
    ) -> Payment | None:
        """Add a payment, and tell what is odd about it; None where it is refused.

        :param amount: None where its cell was refused already
        """
        sheet = self.sheets[role]
        if not payer or not payee:
            sheet.refuse(row, "empty", payer or payee)
            return None
        if amount is None:
            return None
        payment = Payment(
            payer,
            payee,
            amount,
            moment,
            file=sheet.file.name,
            row=row.number,
            **values,
        )
        if amount < 0:
            payment.turn()
            if payment.kind == "payment":
                payment.kind = "reversal"
            self.tell("negative_amount", payment, amount=amount)
        self.content.payments.append(payment)
        self.party(payment.payer, payment)
        self.party(payment.payee, payment)
        if payment.payer == payment.payee:
            self.tell.note("same_account", payment)
        elif not amount:
            self.tell.note("zero_amount", payment)
        self.digits = max(self.digits, decimals(payment.amount))
        self.tell.common(payment, moment)
        return payment

    def finish(self, currency: str = "", digits: int = 2) -> Content:
        """Check that all was read, tell of the people, and return the content.

        :param int digits: decimals that the currency has at least
        """
        self.refusals.check()
        content = self.content
        for code in self.unknown:
            account = content.accounts[code]
            if account.kind == "former":
                content.facts.setdefault("missing", []).append(code)
                account.name = account.name or f"Former member {code}"
        if not content.currency.is_time:
            name = self.options.get("currency") or currency or content.currency.name
            content.currency = CurrencyFound(name, max(self.digits, digits))
        users = next(
            (self.roles[role] for role in ("users", "members") if role in self.roles),
            None,
        )
        tell_people(content, self.tell, users)
        for role in self.roles:
            content.rows.setdefault(role, self.roles[role].rows)
        if content.lacks:
            self.tell("not_in_export", what=content.lacks)
        return content
