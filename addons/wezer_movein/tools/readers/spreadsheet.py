"""Any spreadsheet of payments, as CSV or XLSX, with or without a sheet of the members.

Columns are known by their headings in several languages, else by what they hold. How
days and decimals are written is decided for the whole file; where nothing decides, it
is asked.
"""

import re
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools import moments, numbers, tables

from ..content import (
    CLOSED,
    Account,
    Content,
    CurrencyFound,
    Payment,
    Person,
    SourceFile,
    Unreadable,
)
from ..names import Names
from ..reading import (
    Refusals,
    Row,
    Sheet,
    Values,
    decimals,
    first_rows,
    has_lost_letters,
    with_unit,
)
from ..replay import BROUGHT_FORWARD
from ..telling import Telling
from ..terms import _lt

NAME = "spreadsheet"
LAYOUT = _lt("a spreadsheet")
# As many rows may stand above the headings, and are looked at to know the columns.
TITLES_MAX = 30
LOOKED_AT = 120
HOURS = ("hours", "hour", "stunden", "std", "horas", "heures", "ore", "uren", "ordu")

# Headings without case, blanks and accents.
WORDS = {
    "date": "date datum fecha data dato tag dia day giorno jour dag datumtijd moment"
    " buchungstag valuta eguna fechavalor datedoperation",
    "payer": "from payer von vonwem zahler zahlerin geber geberin de dequien desde"
    " origen pagador emisor payeur da dachi pagante van betaler buyer kaufer acheteur"
    " comprador giver gibt soll belastung debit debe nork depuis pagadora paga quipaga"
    " chipaga quempaga auftraggeber expediteur emissor orixe",
    "payee": "to payee an anwen empfanger empfangerin nehmer nehmerin a aquien para"
    " hacia destino beneficiario receptor vers beneficiaire aan naar ontvanger"
    " recipient receiver seller verkaufer vendeur vendedor haben gutschrift credit"
    " haber destinataire bekommt nori recibe quicobra quirep quienrecibe chiriceve"
    " quemrecebe beneficiaria beneficiari cobra recebedor destinatario destinatari"
    " desti begunstigte erhalt",
    "purpose": "for purpose description wofur zweck betreff leistung"
    " verwendungszweck text concepto descripcion motivo asunto concept motif objet"
    " libelle pour causale descrizione waarvoor omschrijving descricao what comment"
    " bemerkung buchungstext memo motiu concepte assumpte motivacao detalle details"
    " reference betreffend opmerking",
    "amount": "amount betrag summe importe cantidad monto montant importo bedrag"
    " quantia valor value units einheiten sum price punkte puntos points import"
    " quantitat quantite quantita quantidade aantal hoeveelheid anzahl kopurua",
    "name": "name member mitglied mitglieder nombre miembro socio socia nom membre"
    " adherent nome membro naam lid izena teilnehmer teilnehmerin teilnehmende"
    " membres socis soci socios soci socia nombreyapellidos nombrecompleto nomicognoms"
    " nomcomplet nometprenom nomprenom nomecognome nomecompleto volledigenaam fullname"
    " vollername vorundnachname konto kontoinhaber account participant participante"
    " partecipante leden bazkidea persona personne person",
    "first": "firstname vorname prenom nombredepila voornaam prenoms rufname givenname",
    "last": "lastname nachname surname familienname nomdefamille apellido apellidos"
    " cognom cognoms cognome sobrenome apelido achternaam familyname familiennaam",
    "number": "number no nr nummer mitgliedsnummer numero num id",
    "email": "email mail correo correoelectronico courriel eposta emailadresse"
    " emailadres adressemail correoe correuelectronic correu mailadresse emailadressen"
    " posta enderecodeemail",
    "phone": "phone telefon telefono telephone tel mobil mobile handy telefoon"
    " telefone movil",
    "opening": "opening openingbalance broughtforward carriedforward ubertrag anfang"
    " anfangsbestand anfangsstand anfangssaldo startguthaben startsaldo saldoinicial"
    " apertura saldoanterior report soldeinitial soldededepart riporto saldoiniziale"
    " beginsaldo overdracht start saldoanterior saldoinicial solddebut"
    " anfangskontostand altersaldo vortrag saldovortrag initialbalance"
    " startingbalance startingcredit openbalance saldoapertura reporte saldoarrastrado"
    " rompu soldereporte hasierakosaldoa beginstand",
    "balance": "balance kontostand saldo stand solde saldofinal saldoactual soldefinal"
    " eindsaldo endsaldo currentbalance guthaben saldofinale aktuell current saldoatual"
    " saldoattuale huidigsaldo soldeactuel saldoactualizado endbestand endstand"
    " schlusssaldo closingbalance endbalance balanc balancefinal saldototal eindstand"
    " kontostandaktuell aktuellerkontostand aktuellersaldo saldohoy bilancio",
}
ROLES = {word: role for role, words in WORDS.items() for word in words.split()}
ROLES |= dict.fromkeys(HOURS, "amount")
_TOTALS = re.compile(
    r"\b(?:sums?|\w*summen?|gesamt|insgesamt|total(?:e|en|es|s)?|sub-?total\w*|sommes?|"
    r"\w*totaal|totaux|suma|soma|somma|guztira|saldototal)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}(?:[ T,].*)?|\d{10}", re.ASCII
)
_AMOUNT = re.compile(
    r"[-+\u2212(]?[\d.,' \u00a0\u202f\u2019]*\d[-)]?|-?\d+:\d\d", re.ASCII
)
_CLOCK = re.compile(r"-?\d+:\d\d(:\d\d)?", re.ASCII)


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are payments or members."""
    kinds = [table.kind for table in map(_Table.of, files) if table]
    return len(kinds) if "payments" in kinds else 0


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    tables_found = [table for table in map(_Table.of, files) if table]
    ledgers = [table for table in tables_found if table.kind == "payments"]
    members = [table for table in tables_found if table.kind == "members"]
    if not ledgers:
        raise Unreadable("payments", "No file has payments: date, from, to and amount.")
    said: set[str] = set()
    for table in members:
        roles = {"email", "phone", "opening", "balance"} & set(table.columns)
        # A sheet of balances beside one of addresses says more of the same people.
        if len(members) > 1 and (not roles or roles & said):
            names = " and ".join(table.file.name for table in members)
            raise Unreadable("twice", f"{names} both list members. Give one.")
        said |= roles
    # What lists most is what lists the people.
    members.sort(key=lambda table: -len(table.columns))
    return _Reader(ledgers, members, files, options).read()


class _Table:
    """What the columns of a file are."""

    def __init__(
        self, file: SourceFile, kind: str, skipped: int, columns: dict[str, int]
    ) -> None:
        self.file, self.kind, self.skipped = file, kind, skipped
        self.columns = columns

    @classmethod
    def of(cls, file: SourceFile) -> "_Table | None":
        """Return what a file is; None where it is neither payments nor members."""
        rows = first_rows(file, LOOKED_AT)
        for number, cells in enumerate(rows[:TITLES_MAX]):
            roles = _roles(cells)
            for kind, needed in (
                ("payments", {"date", "payer", "payee"}),
                ("members", {"name"}),
            ):
                if needed <= set(roles):
                    columns = _by_content(roles, rows[number + 1 :], kind)
                    if ("amount" if kind == "payments" else "name") in columns:
                        return cls(file, kind, number, columns)
        return cls._by_cells(file, rows)

    @classmethod
    def _by_cells(cls, file: SourceFile, rows: list[list[str]]) -> "_Table | None":
        """Return what a file is whose headings are of no known language."""
        for number, cells in enumerate(rows[:TITLES_MAX]):
            named = [cell for cell in cells if cell.strip()]
            if len(named) < 3 or any(map(_AMOUNT.fullmatch, named)):
                continue
            columns = _by_content({}, rows[number + 1 :], "payments")
            if {"date", "payer", "payee", "amount"} <= set(columns):
                return cls(file, "payments", number, columns)
        return None


def _roles(cells: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        role = ROLES.get(tables.key(cell))
        if role and role not in found:
            found[role] = position
    if "name" not in found and {"first", "last"} <= set(found):
        found["name"] = found["first"]
    elif "name" in found and "last" in found and "first" not in found:
        # ``Nombre`` and ``Apellidos``: the name that is given.
        found["first"] = found["name"]
    return found


def _by_content(
    roles: dict[str, int], rows: list[list[str]], kind: str
) -> dict[str, int]:
    """Return the columns of all roles; those without a known heading by their cells."""
    found = dict(roles)
    width = max(map(len, rows), default=0)
    of: dict[str, list[float]] = {"date": [], "amount": [], "words": []}
    for position in range(width):
        cells = [
            row[position].strip()
            for row in rows
            if position < len(row) and row[position].strip()
        ]
        count = len(cells) or 1
        days = sum(bool(_DAY.fullmatch(cell)) for cell in cells)
        amounts = sum(
            bool(_AMOUNT.fullmatch(with_unit(cell)[0]) and not _DAY.fullmatch(cell))
            for cell in cells
        )
        filled = len(cells) / (len(rows) or 1)
        of["date"].append(days / count * filled)
        of["amount"].append(amounts / count * filled)
        of["words"].append((count - days - amounts) / count * filled)
    taken = set(found.values())

    def best(what: str) -> int:
        free = [
            position
            for position in range(width)
            if position not in taken and of[what][position] > 0.4
        ]
        # Of two columns that could be it neither is taken.
        return free[0] if len(free) == 1 else -1

    wanted = ("date", "amount") if kind == "payments" else ()
    for role in wanted:
        if role not in found and best(role) >= 0:
            found[role] = best(role)
            taken.add(found[role])
    if kind == "payments":
        words = [
            position
            for position in range(width)
            if position not in taken and of["words"][position] > 0.4
        ]
        for role in ("payer", "payee", "purpose"):
            if role not in found and words:
                found[role] = words.pop(0)
    return found


class _Reader:
    """Reads the sheets of one community."""

    def __init__(
        self,
        ledgers: list[_Table],
        members: list[_Table],
        files: list[SourceFile],
        options: dict[str, Any],
    ) -> None:
        self.options = options
        self.ledgers, self.members = ledgers, members
        self.refusals = Refusals()
        self.sheets = {}
        for table in [*ledgers, *members]:
            table.file.role = table.kind
            sheet = Sheet(
                table.file, self.refusals, skipped=table.skipped, by_position=True
            )
            sheet.used = set(table.columns.values())
            self.sheets[table.file.name, table.file.container] = sheet
        self.content = Content(
            NAME,
            layout=LAYOUT,
            code=options.get("code") or "",
            time_zone=options.get("time_zone") or "UTC",
            files=files,
            facts={"by_member": True},
        )
        self.tell = Telling(self.content)
        # Account → payment, side, and how the payment writes the name.
        self.spelled: dict[str, list[tuple[Payment, str, str]]] = {}
        # Currencies that are written beside amounts.
        self.units: set[str] = set()
        # Names in payments that are no member's.
        self.unknown_names: set[str] = set()

    def read(self) -> Content:
        content = self.content
        self._values()
        opening = self._members()
        self.names = Names(
            {code: account.name for code, account in content.accounts.items()}
        )
        if not self.members:
            self._people_of_payments()
        self._payments()
        self.refusals.check()
        for code, ways in self.names.ways.items():
            name = content.accounts[code].name
            self.tell("spelled_differently", None, (code,), member=name, ways=ways)
        content.facts["spelled"] = self.spelled
        self._opening(opening)
        for code, account in content.accounts.items():
            if has_lost_letters(name := account.name):
                self.tell("letters_lost", None, (code,), member=name, file=name)
        content.currency = CurrencyFound(
            self.currency,
            0 if self.is_time else max(self.digits, 2),
            self.is_time,
        )
        content.rows = {"payments": self.count}
        if self.members:
            content.rows = {
                "members": sum(bool(one.people) for one in content.accounts.values()),
                **content.rows,
            }
        file = self.ledgers[0].file
        content.facts |= {
            "encoding": file.encoding,
            "separator": file.separator,
            "decimal_comma": self.values.sign == ",",
        }
        return content

    def _sheet(self, table: _Table) -> Sheet:
        return self.sheets[table.file.name, table.file.container]

    def _values(self) -> None:
        """Find out how the files write amounts and days, and the currency."""
        of = []
        clocks = 0
        for table in [*self.ledgers, *self.members]:
            amounts = [
                table.columns[role]
                for role in ("amount", "opening", "balance")
                if role in table.columns
            ]
            days = [table.columns["date"]] if "date" in table.columns else []
            of.append((self._sheet(table), tuple(amounts), tuple(days)))
        heading = ""
        for table in self.ledgers:
            position = table.columns["amount"]
            sheet = self._sheet(table)
            heading = sheet.headings[position] if position < len(sheet.headings) else ""
            clocks += sum(
                bool(_CLOCK.fullmatch(row[position].strip()))
                for row in sheet.raw_rows(refuse=False)
                if position < len(row)
            )
        word = tables.key(heading)
        self.is_time = word in HOURS or clocks > 0
        self.currency = "" if word in ROLES else heading
        said = self.options.get("decimal_sign", "")
        default = "" if not self.is_time else "."
        self.values = Values.of(
            of,
            self.content.time_zone,
            said,
            self.options.get("day_order", ""),
            default_sign=default,
        )
        self.digits = 0

    def _amount(self, sheet: Sheet, row: Row, text: str) -> Decimal | None:
        """Return the amount in a cell, of a time currency in hours."""
        if self.is_time:
            try:
                return Decimal(numbers.hour_seconds(text, self.values.sign)) / 3600
            except numbers.NumberError:
                sheet.refuse(row, "number", text)
                return None
        bare, unit = with_unit(text)
        if unit:
            self.units.add(unit.casefold().rstrip("."))
            if len(self.units) > 1:
                # Amounts of two currencies are no payments of one.
                sheet.refuse(row, "number", text)
                return None
        amount = self.values.amount(sheet, row, bare)
        if amount is not None:
            self.digits = max(self.digits, decimals(amount))
        return amount

    # === MEMBERS === #

    def _members(self) -> dict[str, Decimal]:
        """Read the members; return what each had before the first payment."""
        opening: dict[str, Decimal] = {}
        content = self.content
        for number, table in enumerate(self.members):
            sheet = self._sheet(table)
            for row in sheet:
                said = _Cells(row, table.columns)
                name = said("name")
                if "last" in table.columns:
                    name = f"{said('first')} {said('last')}"
                name = " ".join(name.split())
                if not name:
                    continue
                if _TOTALS.fullmatch(name.rstrip(":. ")):
                    continue
                listed = number and self._listed(name)
                code = listed or self._new_code(name)
                if listed:
                    account, person = content.accounts[code], content.people[code]
                else:
                    account = Account(code, name, people=[code])
                    person = Person(code, name)
                    content.accounts[code], content.people[code] = account, person
                if said("balance"):
                    account.balance = self._amount(sheet, row, said("balance"))
                if said("opening"):
                    before = self._amount(sheet, row, said("opening"))
                    if before:
                        opening[code] = before
                person.email = person.email or said("email")
                person.phone = person.phone or said("phone")
                self.tell.formulas(sheet.file, row.number, name)
        return opening

    def _listed(self, name: str) -> str:
        """Return the account of a member that another sheet lists, empty where none."""
        return name if name in self.content.accounts else ""

    def _new_code(self, name: str) -> str:
        """Return what names the account of a new member."""
        code = name
        while code in self.content.accounts:
            match = re.fullmatch(r"(.*) \((\d+)\)", code)
            code = f"{name} ({int(match[2]) + 1 if match else 2})"
        return code

    def _opening(self, opening: dict[str, Decimal]) -> None:
        """Enter what members had before the first payment."""
        if not opening:
            return
        content = self.content
        first = min(
            (one.moment for one in content.payments if one.moment),
            default=moments.EPOCH,
        )
        content.accounts[BROUGHT_FORWARD] = Account(
            BROUGHT_FORWARD, "Brought forward", "community"
        )
        entries = []
        for code, amount in opening.items():
            sides = (BROUGHT_FORWARD, code) if amount > 0 else (code, BROUGHT_FORWARD)
            entries.append(
                Payment(
                    *sides,
                    abs(amount),
                    first,
                    id=f"opening-{code}",
                    purpose="Brought forward",
                    kind="opening",
                )
            )
        content.payments[:0] = entries
        content.facts["opening"] = {
            code: f"{amount.normalize():f}" for code, amount in opening.items()
        }
        self.tell(
            "opening_balances",
            None,
            (),
            count=len(opening),
            sum=sum(opening.values(), Decimal(0)),
        )

    # === PAYMENTS === #

    def _people_of_payments(self) -> None:
        """Take the names in the payments for the members, where nothing lists them.

        Names that are written short or turned are other ways of a whole name.
        """
        whole: dict[str, None] = {}
        short: dict[str, None] = {}
        for table in self.ledgers:
            for row in self._sheet(table).raw_rows(refuse=False):
                said = _Cells(row, table.columns)
                if not said("payer") or not said("payee") or not said("amount"):
                    continue
                for role in ("payer", "payee"):
                    name = " ".join(said(role).split())
                    of = short if "," in name or "." in name else whole
                    of.setdefault(name)
        for name in sorted(whole):
            self._add_person(name)
        for name in sorted(short):
            if not self.names.find(name):
                self._add_person(name)

    def _add_person(self, name: str) -> None:
        """Make the account of a person that only payments name."""
        self.content.accounts[name] = Account(name, name, people=[name])
        self.content.people[name] = Person(name, name)
        self.names.add(name, name)

    def _payments(self) -> None:
        self.count = titles = years = empty = 0
        for table in self.ledgers:
            sheet = self._sheet(table)
            titles += table.skipped
            total = since = Decimal(0)
            before = 0
            for row in sheet.raw_rows():
                sheet.file.rows += 1
                # Blank rows are not handed over: they are where numbers are left out.
                empty += row.number - before - 1
                before = row.number
                said = _Cells(row, table.columns)
                if not any(cell.strip() for cell in row):
                    empty += 1
                    continue
                filled = sum(bool(cell.strip()) for cell in row)
                has_sides = said("payer") and said("payee")
                if not has_sides and not said("amount"):
                    # A year, a meeting: a word in a row of its own.
                    if filled > 1 and (said("payer") or said("payee")):
                        sheet.refuse(row, "empty", said("payer") or said("payee"))
                    years += 1
                    continue
                if not has_sides and (
                    not (said("payer") or said("payee"))
                    or _is_total(row)
                    or not said("date")
                ):
                    self._total(sheet, row, said, (total, since))
                    since = Decimal(0)
                    continue
                amount = self._payment(table, sheet, row, said) or Decimal(0)
                total, since = total + amount, since + amount
        if titles:
            self.tell(
                "title_rows",
                rows=titles,
                why="the name of the group stands above the headings",
            )
        if years or empty:
            self.tell(
                "heading_rows",
                rows=years + empty,
                why="a row for each year, and an empty one"
                if years and empty
                else "rows that are no payments",
            )

    def _total(
        self, sheet: Sheet, row: Row, said: "_Cells", sums: tuple[Decimal, ...]
    ) -> None:
        """Leave out the sum of a sheet or of a part; an amount that is none is refused.

        :param sums: of the rows above, and of those since the last sum
        """
        amount = self._amount(sheet, row, said("amount"))
        if amount is None:
            return
        if _is_total(row) or amount in sums:
            self.tell(
                "total_row",
                None,
                (),
                file="ledger",
                why="the last row is the sheet's sum, no payment",
            )
        else:
            sheet.refuse(row, "empty", said("amount"))

    def _party(self, text: str) -> str:
        """Return the account that a name stands for, made where it is new."""
        code = self.names.find(text)
        if code:
            return code
        name = " ".join(text.split())
        if name not in self.content.accounts:
            self.content.accounts[name] = Account(name, name, "former", CLOSED)
            self.unknown_names.add(name)
        return name

    def _payment(
        self, table: _Table, sheet: Sheet, row: Row, said: "_Cells"
    ) -> Decimal | None:
        payer_said, payee_said = said.raw("payer"), said.raw("payee")
        if not payer_said.strip() or not payee_said.strip() or not said("amount"):
            sheet.refuse(row, "empty", (payer_said + payee_said).strip())
            return None
        amount = self._amount(sheet, row, said("amount"))
        moment = self.values.moment(sheet, row, said("date"))
        for text in (payer_said, payee_said):
            if tables.is_formula(text) and not self.names.find(text):
                sheet.refuse(row, "formula", text)
                return None
        if amount is None:
            return None
        self.count += 1
        payer, payee = self._party(payer_said), self._party(payee_said)
        names = {code: self.content.accounts[code].name for code in (payer, payee)}
        payment = Payment(
            payer,
            payee,
            amount,
            moment,
            file=sheet.file.name,
            row=row.number,
            purpose=said("purpose"),
        )
        self.content.payments.append(payment)
        if not moment:
            text = f"{names[payer]} > {names[payee]} {said('amount')}"
            self.tell("no_date", payment, text=text)
        elif moment > self.tell.now:
            self.tell("future_date", payment)
        if amount < 0:
            text = f"{said('amount')} {names[payer]} > {names[payee]}"
            payment.turn()
            payment.kind = "reversal"
            self.tell("negative_amount", payment, text=text)
        elif not amount:
            self.tell.note("zero_amount", payment)
        if payer == payee:
            self.tell.note("same_account", payment)
        if not self.is_time and decimals(amount) > 2:
            self.tell("more_decimals", payment, amount=amount)
        if tables.is_formula(payment.purpose):
            self.tell("formula", payment)
        for party, text in ((payer, payer_said), (payee, payee_said)):
            if text != names[party]:
                side = "payer" if payment.payer == party else "payee"
                self.spelled.setdefault(party, []).append((payment, side, text))
            if party in self.unknown_names:
                self.tell("unknown_account", payment, party=party, amount=amount)
        return amount


def _is_total(row: list[str]) -> bool:
    """Return whether a row says that it is the sum of others."""
    return any(_TOTALS.search(cell) for cell in row)


class _Cells:
    """The cells of a row by their roles."""

    def __init__(self, row: Row, columns: dict[str, int]) -> None:
        self.row, self.columns = row, columns

    def __call__(self, role: str) -> str:
        """Return the text of a cell, empty without one."""
        text = self.raw(role).strip()
        return tables.as_written(text) if text[:1] == "'" else text

    def raw(self, role: str) -> str:
        """Return the text of a cell with the blanks around it."""
        position = self.columns.get(role, -1)
        return self.row[position] if 0 <= position < len(self.row) else ""
