"""Community Exchange System and IntegralCES: seven files, or six in lower case.

Neither layout says which payments were never committed (a buyer refused, a payment was
taken back): the old balances do. What the column ``Levy`` of a payment means is not
said either; each meaning is a reading, see :mod:`..replay`.
"""

import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from sys import intern
from typing import Any

from odoo.addons.wezer_base.tools import tables

from ..content import (
    CLOSED,
    FROZEN,
    LEVIES,
    OPEN,
    Account,
    Advert,
    Content,
    CurrencyFound,
    News,
    Payment,
    Person,
    SourceFile,
    Unreadable,
)
from ..people import tell_people
from ..reading import (
    Refusals,
    Row,
    Sheet,
    Values,
    all_rows,
    decimals,
    headings,
    is_number,
    plain_text,
)
from ..roles import Layout, assign, roles_of
from ..telling import Telling
from ..terms import _lt

NAME = "ces"

# By their headings: what each file of either layout cannot be without.
SEVEN = {
    "settings": {"exchangeid", "exchangetitle", "exchangename"},
    "users": {"uid", "usertype", "firstname", "surname", "phonem", "created"},
    "balances": {"uid", "sales", "purchases", "balance"},
    "trades": {"id", "seller", "buyer", "dateentered", "amount"},
    "offers": {"id", "uid", "title", "description", "dateexpires"},
    "wants": {"id", "uid", "keep", "title", "description"},
    "announce": {"id", "owner", "title", "description"},
}
# What tells a file of news from adverts, and balances from members, in six files.
NOT = {
    "announcements": {"adtype", "keep", "id"},
    "balances": {"firstname", "title"},
    "offers": {"keep", "owner"},
}
SIX = {
    "exchanges": {"xid", "shortname", "fulltitle"},
    "users": {"uid", "usertype", "firstname", "surname", "phonem", "datecreated"},
    "adverts": {"uid", "adtype", "title", "description"},
    "transactions": {"seller", "buyer", "selleramount", "dateentered"},
    "announcements": {"uid", "title", "description"},
    "balances": {"uid", "balance"},
}
PAYMENTS = {"trades", "transactions"}
LAYOUTS = {
    "seven": _lt("seven files, IntegralCES exporter"),
    "six": _lt("six files in lower case"),
}
# Languages of the old system as ISO 639-1.
LANGUAGES = {
    "eng": "en",
    "spa": "es",
    "cat": "ca",
    "fra": "fr",
    "fre": "fr",
    "deu": "de",
    "ger": "de",
    "ita": "it",
    "por": "pt",
    "nld": "nl",
    "dut": "nl",
    "eus": "eu",
    "glg": "gl",
    "ell": "el",
    "fin": "fi",
    "swe": "sv",
    "jpn": "ja",
}
KINDS = {"org": "organisation", "com": "organisation", "fam": "household"}
# Words at the beginning of the purpose of a levy that is a row of its own.
_LEVY = re.compile(
    r"(?:levy|levies|tax|fee|taxa|tasa|impost|impuesto|cuota|quota|cotisation|abgabe|"
    r"gebühr|heffing|bijdrage|contributo|contribuição)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\d+", re.ASCII)
# What no number of a member begins with.
_FORMULA = "=+-@"
# Without announcements and without a payment for so long an account was given up; asked
# of an administrator where it has a balance.
SILENT = timedelta(days=4 * 365)
LACKS = {
    "seven": [
        _lt("which payments were never committed"),
        _lt("real credit limits and hidden fields where IntegralCES wrote the files"),
        _lt("offers without a rate"),
        _lt("the people behind the numbers of announcements"),
    ],
    "six": [
        _lt("which payments were never committed"),
        _lt(
            "which accounts are hidden or closed (without announcements and without a"
            " payment in four years they count as closed)"
        ),
        _lt("the numbers of payments"),
        _lt("pictures (they must be asked for separately)"),
    ],
}


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    return max(len(_roles(files, SEVEN)), len(_roles(files, SIX)))


def _roles(files: list[SourceFile], layout: Layout) -> dict[str, SourceFile]:
    """Return the file of each role; a layout without payments is none."""
    found = roles_of(files, layout, NOT)
    # Other systems have files of members and of balances, too.
    return found if len(found) > 2 or PAYMENTS & set(found) else {}


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    seven, six = _roles(files, SEVEN), _roles(files, SIX)
    layout = "seven" if len(seven) >= len(six) else "six"
    roles = seven if layout == "seven" else six
    if "users" not in roles:
        raise Unreadable("users", "The file of the members (users.csv) is missing.")
    if not PAYMENTS & set(roles):
        name = "trades" if layout == "seven" else "transactions"
        headings_needed = ", ".join(sorted((SEVEN if layout == "seven" else SIX)[name]))
        raise Unreadable(
            name,
            f"The file of the payments ({name}.csv) is missing. It has the columns"
            f" {headings_needed}.",
        )
    return _Reader(layout, roles, files, options).read()


class _Reader:
    """Reads one community's files."""

    def __init__(
        self,
        layout: str,
        roles: dict[str, SourceFile],
        files: list[SourceFile],
        options: dict[str, Any],
    ) -> None:
        self.layout, self.roles, self.options = layout, roles, options
        assign(roles)
        self.refusals = Refusals()
        self.sheets = {
            role: Sheet(file, self.refusals)
            for role, file in roles.items()
            if role != "exchanges"
        }
        self.content = Content(
            NAME,
            layout=LAYOUTS[layout],
            time_zone=options.get("time_zone") or "UTC",
            files=files,
            lacks=LACKS[layout],
            has_unmoved_rows=True,
        )
        if layout == "seven":
            self.content.facts["clock"] = ", Unix seconds"
        else:
            # Texts of this layout are free; formulas in them are counted.
            self.content.facts["formulas"] = 0
        self.tell = Telling(self.content)
        self.trades = "trades" if layout == "seven" else "transactions"
        # Codes as they are written in the file of members, by the same in capitals.
        self.codes: dict[str, str] = {}
        # The community's letters as they are written there.
        self.prefix = ""

    def read(self) -> Content:
        content = self.content
        self._values()
        if self.layout == "six":
            self._exchange()
        users = list(self.sheets["users"])
        content.rows["users"] = len(users)
        uid = self.sheets["users"].cell("uid")
        content.code = (
            self.options.get("code") or content.code or _common_code(map(uid, users))
        )
        if self.layout == "seven":
            self._settings()
        self._users(users)
        self._balances()
        self._payments()
        self._treasury()
        self._adverts()
        self._news()
        self.refusals.check()
        if self.layout == "six":
            self._silent()
        tell_people(content, self.tell)
        encoding = self.roles[self.trades].encoding
        content.facts["encoding"] = encoding.removesuffix("-sig")
        if self.layout == "six":
            content.facts["remote"] = self._remote()
        content.rows = {
            role: content.rows[role]
            for role in (
                "users",
                self.trades,
                "balances",
                "offers",
                "wants",
                "announce",
                "adverts",
            )
            if role in content.rows
        }
        return content

    def _values(self) -> None:
        of = []
        for role, sheet in self.sheets.items():
            amounts = {
                "trades": ("amount", "levy"),
                "transactions": ("selleramount", "levy"),
                "balances": ("balance",),
            }.get(role, ())
            dates = ("dateentered", "dateadded", "dateexpires", "datecreated")
            columns = [sheet.columns[name] for name in amounts if name in sheet.columns]
            days = [sheet.columns[name] for name in dates if name in sheet.columns]
            of.append((sheet, tuple(columns), tuple(days)))
        self.values = Values.of(
            of,
            self.content.time_zone,
            self.options.get("decimal_sign", ""),
            self.options.get("day_order", ""),
            default_sign=".",
        )

    def _exchange(self) -> None:
        """Read the community; its address has commas that nothing quotes."""
        file = self.roles.get("exchanges")
        if not file:
            return
        rows = [row for row in all_rows(file) if any(map(str.strip, row))]
        names = headings(file)
        file.rows = len(rows) - 1
        longer = sum(len(row) > len(names) for row in rows[1:])
        for row in rows[1:]:
            cells = _joined(row, names)
            said = dict(zip(names, cells, strict=False))
            self.content.code = said.get("xid", "").strip()
            self.content.name = plain_text(said.get("fulltitle", ""))
            self.content.place = plain_text(said.get("location", ""))
            self.content.website = said.get("webaddress", "").strip()
            language = said.get("languageshort", "").strip().lower()
            self.content.language = LANGUAGES.get(language, language[:2])
            self.content.currency.name = plain_text(said.get("currencyname", ""))
            break
        if longer:
            self.tell("row_too_long", file, rows=longer)

    def _settings(self) -> None:
        sheet = self.sheets.get("settings")
        if not sheet:
            return
        name, title = sheet.cell("exchangename"), sheet.cell("exchangetitle")
        town, web = sheet.cell("town"), sheet.cell("webaddress")
        currency = sheet.cell("curname")
        for row in sheet:
            self.content.name = plain_text(name(row) or title(row))
            self.content.place = plain_text(town(row))
            self.content.website = web(row)
            self.content.currency.name = plain_text(currency(row))
        # It has sixty columns, most of them never filled.
        sheet.file.unused = []

    # === PEOPLE === #

    def _users(self, rows: list[Row]) -> None:
        sheet = self.sheets["users"]
        cell = {
            field: sheet.cell(*names)
            for field, names in {
                "uid": ("uid",),
                "type": ("usertype",),
                "first": ("firstname",),
                "last": ("surname",),
                "organisation": ("orgname",),
                "email": ("email",),
                "mobile": ("phonem",),
                "home": ("phoneh",),
                "work": ("phonew",),
                "street": ("address1",),
                "town": ("address2",) if self.layout == "seven" else ("address3",),
                "postcode": ("postcode",),
                "web": ("website",),
                "language": ("languageshort", "lang"),
                "created": ("created", "datecreated"),
                "hidden": ("hidden",),
                "closed": ("closed",),
                "locked": ("locked",),
                "credit": ("credlimit", "creditlimit"),
                "debit": ("deblimit", "debitlimit"),
                "circle": ("subarea",),
                "hide_street": ("hideaddr1",),
                "hide_phone": ("hidephonem",),
                "hide_email": ("hideemail",),
                # Known, and of no use here.
                "password": ("password",),
            }.items()
        }
        for row in rows:
            uid = cell["uid"](row)
            if not uid or tables.is_formula(uid):
                sheet.refuse(row, "formula" if uid else "empty", uid)
                continue
            code = self.codes.setdefault(uid.upper(), uid)
            if not self.prefix and self._is_own(code):
                self.prefix = code[: len(self.content.code)]
            account = self.content.accounts.get(code)
            if not account:
                account = self.content.accounts[code] = Account(code)
                self._account(account, cell, sheet, row)
            key = f"{code}#{len(account.people) + 1}" if account.people else code
            organisation = plain_text(cell["organisation"](row))
            person = Person(
                key,
                organisation
                or " ".join(
                    filter(
                        None,
                        (plain_text(cell["first"](row)), plain_text(cell["last"](row))),
                    )
                ),
                email=cell["email"](row),
                phone=cell["mobile"](row) or cell["home"](row) or cell["work"](row),
                street=plain_text(cell["street"](row)),
                place=plain_text(cell["town"](row)),
                postcode=cell["postcode"](row),
                website=cell["web"](row),
                language=LANGUAGES.get(cell["language"](row).lower(), ""),
                joined=self.values.moment(sheet, row, cell["created"](row)),
                is_organisation=bool(organisation) or account.kind == "organisation",
            )
            for field, flag in (
                ("street", "hide_street"),
                ("phone", "hide_phone"),
                ("email", "hide_email"),
            ):
                if _yes(cell[flag](row)) or _yes(cell["hidden"](row)):
                    person.shares[field] = "nobody"
            self.tell.formulas(sheet.file, row.number, person.name, person.street)
            self.content.people[key] = person
            account.people.append(key)
            account.name = account.name or person.name
        sheet.tell_unused()
        # Flags and columns of the layout that the suite has no use for.
        known = re.compile(
            r"(no?email\d|hide\w+|phone\w|address\d|password|defaultsub|im|dob|last\w+|"
            r"edited\w+|invno|ordno|coord|localonly|notes|photo|idno|logincount|"
            r"subsdue|dateclosed|dateedited|translate|buddy)"
        )
        sheet.file.unused = [
            heading
            for heading in sheet.file.unused
            if not known.fullmatch(heading.lower().replace("_", ""))
        ]

    def _account(self, account: Account, cell: Any, sheet: Sheet, row: Row) -> None:
        said = cell["type"](row).lower()
        is_treasury = account.code[len(self.content.code) :].strip("0") == ""
        if said == "adm" and not is_treasury:
            # IntegralCES writes every individual so.
            said = "ind"
        account.old_kind = said
        account.kind = "community" if said == "adm" else KINDS.get(said, "person")
        if said == "pub":
            account.kind = "public"
        elif said == "vir":
            account.kind = "foreign"
        account.old_state = OPEN
        if _yes(cell["hidden"](row)):
            account.old_state = "hidden"
        if _yes(cell["locked"](row)):
            account.state, account.old_state = FROZEN, "locked"
        if _yes(cell["closed"](row)):
            account.state = account.old_state = CLOSED
        account.circle = plain_text(cell["circle"](row))
        for field, name, factor in (("lower", "debit", -1), ("upper", "credit", 1)):
            text = cell[name](row)
            limit = self.values.amount(sheet, row, text) if text else None
            # 0 is no limit.
            if limit:
                setattr(account, field, factor * abs(limit))

    # === ACCOUNTS === #

    def _balances(self) -> None:
        sheet = self.sheets.get("balances")
        if not sheet:
            return
        uid, balance = sheet.cell("uid"), sheet.cell("balance")
        for name in ("sales", "income", "purchases", "expenditure", "levy"):
            sheet.column(name)
        repeated = 0
        digits = 0
        seen: dict[str, Decimal] = {}
        for row in sheet:
            amount = self.values.amount(sheet, row, balance(row))
            if amount is None:
                continue
            code = self._code(uid(row))
            account = self.content.accounts.get(code) or self._virtual(code)
            if code in seen:
                repeated += 1
                if seen[code] != amount:
                    raise Unreadable(
                        "balances",
                        f"{sheet.file.name} has two balances of {code}: {seen[code]}"
                        f" and {amount}.",
                    )
            seen[code] = account.balance = amount
            digits = max(digits, -int(amount.as_tuple().exponent))
        self.content.rows["balances"] = sheet.file.rows
        self.content.balance_digits = digits
        self.content.facts["repeated_balance_rows"] = repeated

    def _code(self, uid: str) -> str:
        """Return a number as the file of members writes it, or would."""
        code = self.codes.get(uid.upper())
        if not code and self._is_own(uid):
            code = self.prefix + uid[len(self.prefix) :]
        return code or uid

    def _is_own(self, code: str) -> bool:
        """Return whether a number is a member's of this community."""
        own = self.content.code
        return code[: len(own)].upper() == own.upper() and is_number(code[len(own) :])

    def _is_virtual(self, code: str) -> bool:
        """Return whether a number stands for another community."""
        own = self.content.code.upper()
        rest = code[len(own) :]
        return code[: len(own)].upper() == own and bool(
            re.fullmatch(r"[A-Za-z][A-Za-z0-9]{3}|[Cc]en\d+", rest)
        )

    def _virtual(self, code: str) -> Account:
        """Return an account that no person is behind, made where it is new."""
        account = self.content.accounts.get(code)
        if account:
            return account
        kind = "former" if self._is_own(code) else "foreign"
        account = Account(
            code,
            kind=kind,
            old_kind="ind" if kind == "former" else "vir",
            old_state="missing" if kind == "former" else OPEN,
            state=CLOSED if kind == "former" else OPEN,
        )
        self.content.accounts[code] = account
        self.codes[code.upper()] = code
        return account

    def _party(self, uid: str, network: str) -> tuple[str, str]:
        """Return the account that a party is booked on, and its foreign number.

        :param str network: the other community as the row names it
        """
        code = self._code(uid)
        if code in self.content.accounts or self._is_own(code):
            return code, ""
        if self._is_virtual(code):
            return code, ""
        own = self.content.code
        letters = re.match(r"[A-Za-z]+", code)
        others = [network] if re.fullmatch(r"[Cc]en\d+", network) else []
        others += [code[:4]] if letters and len(letters[0]) >= 4 else []
        others += [network] if network else []
        others += [letters[0]] if letters else []
        others.append(code[:4])
        # Of these the one that has a balance, as the code may be of another length.
        virtual = [self._code(own + other) for other in others]
        known = filter(self.content.accounts.__contains__, virtual)
        return next(known, virtual[0]), uid

    # === PAYMENTS === #

    def _payments(self) -> None:
        sheet = self.sheets[self.trades]
        number, seller, buyer = (
            sheet.cell("id"),
            sheet.cell("seller"),
            sheet.cell("buyer"),
        )
        amount_of, levy_of = sheet.cell("amount", "selleramount"), sheet.cell("levy")
        date_of, purpose_of = sheet.cell("dateentered"), sheet.cell("description")
        remote, other = sheet.cell("remoteexchange"), sheet.cell("remotebuyer")
        buyer_net, seller_net = sheet.cell("buyernid"), sheet.cell("sellernid")
        for name in ("recordid", "enteredby", "levyrate", "type"):
            sheet.column(name)
        content, tell, file = self.content, self.tell, sheet.file
        unknown: dict[str, list[Payment]] = {}
        entered = sheet.cell("enteredby")
        known_by_entry: set[str] = set()
        digits = 0
        for row in sheet:
            amount = self.values.amount(sheet, row, amount_of(row))
            moment = self.values.moment(sheet, row, date_of(row))
            said_levy = levy_of(row)
            levy = self.values.amount(sheet, row, said_levy) if said_levy else None
            payee_said, payer_said = seller(row), buyer(row)
            if not payee_said or not payer_said:
                sheet.refuse(row, "empty", payee_said or payer_said)
                continue
            if payee_said[0] in _FORMULA or payer_said[0] in _FORMULA:
                sheet.refuse(row, "formula", f"{payee_said} {payer_said}")
                continue
            if amount is None:
                continue
            network = remote(row)
            payee, payee_foreign = self._party(payee_said, seller_net(row) or network)
            payer, payer_foreign = self._party(payer_said, buyer_net(row) or network)
            payment = Payment(
                payer,
                payee,
                amount,
                moment,
                id=number(row),
                file=file.name,
                row=row.number,
                purpose=intern(plain_text(purpose_of(row))),
                levy=levy or None,
                foreign=payee_foreign or payer_foreign,
            )
            if not payment.foreign and (network or self._is_virtual(payer)):
                payment.foreign = other(row)
            content.payments.append(payment)
            if payee_said.upper() == payer_said.upper():
                tell.note("same_account", payment)
            if not amount:
                tell.note("zero_amount", payment)
            if payee_foreign:
                # The layout names the account of the other community on one side only.
                tell("foreign_party", payment, party=payee_foreign, goes_to=payee)
            elif payer_foreign and self.layout == "seven":
                tell("foreign_party", payment, party=payer_foreign, goes_to=payer)
            for party in (payer, payee):
                if party not in content.accounts:
                    unknown.setdefault(party, []).append(payment)
            known_by_entry.add(entered(row).upper())
            tell.common(payment, moment)
            digits = max(digits, decimals(amount), decimals(levy) if levy else 0)
            if _LEVY.match(payment.purpose):
                payment.kind = "levy"
            if amount < 0:
                payment.turn()
                payment.kind = "reversal"
                tell("negative_amount", payment, amount=amount)
        content.rows[self.trades] = file.rows
        content.currency = CurrencyFound(content.currency.name, max(digits, 2))
        self._tell_numbers()
        self._former(unknown, known_by_entry)

    def _tell_numbers(self) -> None:
        """Tell payments with the number of another; their keys tell them apart."""
        numbers: set[str] = set()
        for payment in self.content.payments:
            if payment.id in numbers:
                amount, number = payment.amount, payment.id
                self.tell("same_number", payment, amount=amount, number=number)
            elif payment.id:
                numbers.add(payment.id)

    def _former(self, unknown: dict[str, list[Payment]], entered: set[str]) -> None:
        """Make the accounts that only payments name.

        A number among those of the members, or a number that entered payments itself,
        was a member's; any other is not known.
        """
        own = [code for code in self.content.accounts if self._is_own(code)]
        numbers_known = [int(code[len(self.content.code) :]) for code in own]
        highest = max(numbers_known, default=0)
        for code, payments in unknown.items():
            account = self._virtual(code)
            if account.kind != "former":
                continue
            was_member = (
                int(code[len(self.content.code) :]) <= highest
                or code.upper() in entered
                or len(payments) > 3
            )
            if was_member:
                continue
            account.name = f"Unknown {code}"
            for payment in payments:
                self.tell("unknown_account", payment, party=code, amount=payment.amount)
        for code in unknown:
            account = self.content.accounts[code]
            if account.kind == "former" and not account.name:
                account.name = f"Former member {code}"
                self.content.facts.setdefault("missing", []).append(code)

    def _treasury(self) -> None:
        """Find the account of the levies, and the readings of the column.

        Where only columns have levies, the replay looks whether another account got
        them.
        """
        content = self.content
        self._levies_of_payments()
        payees = Counter(
            payment.payee for payment in content.payments if payment.kind == "levy"
        )
        zeros = [
            code
            for code in content.accounts
            if self._is_own(code) and not code[len(content.code) :].strip("0")
        ]
        if payees:
            content.treasury = max(payees, key=lambda code: (payees[code], code))
        elif zeros:
            content.treasury = zeros[0]
        for payment in content.payments:
            if payment.kind == "levy" and payment.payee != content.treasury:
                payment.kind = "payment"
        if any(payment.levy for payment in content.payments):
            content.readings = {"levy": LEVIES}
        own = [
            payment.moment
            for payment in content.payments
            if payment.kind == "levy" and payment.moment
        ]
        columns = [
            payment.moment
            for payment in content.payments
            if payment.levy and payment.moment
        ]
        content.facts["levy"] = {
            "rows": f"{min(own):%Y-%m-%d} to {max(own):%Y-%m-%d}: own rows to "
            f"{content.treasury}"
            if own
            else None,
            "columns": f"from {min(columns):%Y-%m-%d}" if columns else None,
            "treasury": content.treasury,
        }

    def _levies_of_payments(self) -> None:
        """Take rows that name another payment of their payer for its levy.

        Communities call it as they like: ``2 % of 4002``.
        """
        by_id = {
            payment.id: payment
            for payment in self.content.payments
            if payment.id and payment.kind == "payment"
        }
        for payment in self.content.payments:
            if payment.kind != "payment" or payment.note:
                continue
            for number in _NUMBERS.findall(payment.purpose):
                of = by_id.get(number)
                if of and of is not payment and payment.payer in (of.payer, of.payee):
                    if payment.payee not in (of.payer, of.payee):
                        payment.kind = "levy"

    def _remote(self) -> dict[str, str]:
        """Return what stands for other communities, and by which rule."""
        found = {}
        for code in sorted(self.content.accounts):
            if self._is_virtual(code):
                is_central = "cen" in code[len(self.content.code) :].lower()
                found["clearing_central" if is_central else "same_host"] = code
        return found | {
            "rule": "type dess: CODE + the other's first four letters; other types but"
            " sess: CODE + cen + digits of the network id"
        }

    def _silent(self) -> None:
        """Take accounts for closed that were given up, where no column says it."""
        last: dict[str, datetime] = {}
        latest = datetime.min
        for payment in self.content.payments:
            if payment.moment and payment.moment <= self.tell.now:
                for code in (payment.payer, payment.payee):
                    last[code] = max(last.get(code, payment.moment), payment.moment)
                latest = max(latest, payment.moment)
        offering = {advert.account for advert in self.content.adverts}
        for code, account in self.content.accounts.items():
            is_silent = code in last and latest - last[code] > SILENT
            if account.people and is_silent and code not in offering:
                if account.state == OPEN and account.kind != "community":
                    account.state = account.old_state = CLOSED

    # === WORDS === #

    def _adverts(self) -> None:
        foreign: Counter[str] = Counter()
        for role, kind in (("offers", "offer"), ("wants", "want"), ("adverts", "")):
            sheet = self.sheets.get(role)
            if not sheet:
                continue
            cell = sheet.cell
            uid, number, type_of = cell("uid"), cell("id"), cell("adtype")
            title, text = cell("title"), cell("description")
            category, words = cell("category"), cell("keys", "keywords")
            rate, image = cell("rate", "talentrate"), cell("image")
            created, expires = cell("dateadded"), cell("dateexpires")
            hidden = cell("hidden", "hide")
            for name in ("remote", "subcat", "conrate", "keep"):
                sheet.column(name)
            for row in sheet:
                code = self._code(uid(row))
                moment = self.values.moment(sheet, row, created(row))
                until = self.values.moment(sheet, row, expires(row))
                if code not in self.content.accounts and not self._is_own(code):
                    foreign[sheet.file.name] += 1
                    continue
                price = plain_text(rate(row))
                body = plain_text(text(row))
                self.content.adverts.append(
                    Advert(
                        code,
                        kind or ("want" if type_of(row).lower() == "w" else "offer"),
                        plain_text(title(row)),
                        # A rate is a free text, never a price.
                        f"{body}\n{price}".strip() if price else body,
                        plain_text(category(row)),
                        [
                            word.strip()
                            for word in words(row).split(",")
                            if word.strip()
                        ],
                        moment,
                        until,
                        _yes(hidden(row)),
                        image(row),
                        number(row),
                    )
                )
                self.tell.formulas(sheet.file, row.number, title(row))
            self.content.rows[role] = sheet.file.rows
        for file in self.content.files:
            if foreign[file.name]:
                self.tell("foreign_advert", file, rows=foreign[file.name])

    def _news(self) -> None:
        for role in ("announce", "announcements"):
            sheet = self.sheets.get(role)
            if not sheet:
                continue
            uid, number = sheet.cell("uid"), sheet.cell("id")
            title, text = sheet.cell("title"), sheet.cell("description")
            created = sheet.cell("dateadded")
            for name in ("owner", "dateevent", "dateexpiry", "keep"):
                sheet.column(name)
            for row in sheet:
                code = self._code(uid(row))
                self.content.news.append(
                    News(
                        code if code in self.content.accounts else "",
                        plain_text(title(row)),
                        plain_text(text(row)),
                        self.values.moment(sheet, row, created(row)),
                        number(row),
                    )
                )
            self.content.rows[role] = sheet.file.rows


def _yes(text: str) -> bool:
    return text.strip().lower() in ("1", "y", "yes", "true", "t")


def _common_code(uids: Any) -> str:
    """Return the letters that most numbers of members begin with."""
    counts: Counter[str] = Counter()
    numbers = [uid.upper() for uid in uids]
    for uid in numbers:
        match = re.fullmatch(r"([A-Z]{1,8})\d{2,8}", uid)
        if match:
            counts[match[1]] += 1
        elif re.fullmatch(r"[A-Z][A-Z0-9]{1,7}\d{4}", uid):
            # Letters and digits; numbers have four digits then.
            counts[uid[:-4]] += 1
    if not counts:
        raise Unreadable(
            "code", "The numbers of the members have no letters in common."
        )
    code = counts.most_common(1)[0][0]
    # A code may end with digits: the administrator's number is 0000.
    for uid in numbers:
        longer = uid.removesuffix("0000")
        if longer != uid and longer.startswith(code) and longer[len(code) :].strip("0"):
            if sum(one.startswith(longer) for one in numbers) * 2 > len(numbers):
                return longer
    return code


def _joined(row: list[str], names: list[str]) -> list[str]:
    """Put together the cells of an address with commas that nothing quotes."""
    cells = list(row)
    place = names.index("mapaddress") if "mapaddress" in names else len(names) - 1
    while len(cells) > len(names) and place + 1 < len(cells):
        cells[place : place + 2] = [f"{cells[place]},{cells[place + 1]}"]
    return cells
