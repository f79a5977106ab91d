"""TimeOverflow, "Download all": a zip of four CSV files in the downloader's language.

Files are told apart by what their columns hold, headings only help: the words are those
of nine languages. People stand in the transfers as ``Name (number)``, the bank as its
bare name, and who left as a phrase of the language.
"""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from odoo.addons.wezer_base.tools import moments, numbers, tables

from ..content import (
    Account,
    Advert,
    Content,
    CurrencyFound,
    Payment,
    Person,
    SourceFile,
)
from ..people import tell_people
from ..reading import Refusals, Row, Sheet, Values, first_rows
from ..roles import assign, files_by_role
from ..telling import Telling
from ..terms import _lt

NAME = "timeoverflow"
LAYOUT = _lt("Download all: zip of four CSV files")

# How the transfers name people who left: (no longer exists, is not active).
LEFT = {
    "en": ("The user no longer exists", "The user isn't active"),
    "es": ("El usuario ya no existe", "El usuario no está activo"),
    "ca": ("L'usuari ja no existeix", "L'usuari no està actiu"),
    "eu": ("Erabiltzaile hau jada ez dago.", "Erabiltzailea ez dago erabilgarri"),
    "gl": ("A persoa usuaria xa non existe", "A persoa usuaria non está activa"),
    "fr": (
        "Cet·te utilisateur·rice n'existe plus",
        "L'utilisateur·rice n'est pas actif·ive",
    ),
    "pt": ("O usuário não existe mais", "O usuário não está ativo"),
    "nl": ("De gebruiker bestaat niet meer", "De gebruiker is niet actief"),
    "ja": ("ユーザーは存在しません", "ユーザーはアクティブではありません"),
}
# First heading of the transfers and second of the members, then offers and inquiries.
WORDS = {
    "en": ("Date", "Name", "Offer", "Inquiry"),
    "es": ("Fecha", "Nombre", "Oferta", "Demanda"),
    "ca": ("Data", "Nom", "Oferta", "Demanda"),
    "eu": ("Data", "Izena", "Eskaintza", "Eskaera"),
    "gl": ("Data", "Nome", "Oferta", "Demanda"),
    "fr": ("Date", "Nom", "Offre", "Demande"),
    "pt": ("Data", "Nome", "Oferta", "Demanda"),
    "nl": ("Datum", "Naam", "Aanbieding", "Verzoek"),
    "ja": ("日付", "名前", "オファー", "リクエスト"),
}
# Names of the files, which say what they are where the headings do not.
_OFFERS = re.compile(r"offer|ofert|offre|eskaintz|aanbied|オファー", re.IGNORECASE)
_INQUIRIES = re.compile(r"inquir|demand|eskaera|verzoek|リクエスト", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?( ?UTC|Z)?", re.ASCII)
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", re.ASCII)
_HOURS = re.compile(r"-?\d+:\d\d", re.ASCII)
_SECONDS = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBERED = re.compile(r"(.*\S)\s*\((\d+)\)", re.DOTALL)
LACKS = [
    _lt("the numbers of transfers"),
    _lt("comments of transfers"),
    _lt("texts, dates and pictures of posts"),
    _lt("members who left, and their balances"),
    _lt("the bank's own balance"),
]
HOUR = Decimal(3600)


def recognise(files: list[SourceFile], options: dict[str, Any]) -> int:
    """Return how many of the files are of this system."""
    roles = files_by_role(files, _role)
    return len(roles) if {"members", "transfers"} <= set(roles) else 0


def refusal(files: list[SourceFile]) -> str:
    """Return why the files for TimeOverflow's own import are not read."""
    for file in files:
        rows = [row for row in first_rows(file, 5) if any(map(str.strip, row))]
        if rows and all(
            len(row) >= 6
            and _SECONDS.fullmatch(row[0].strip())
            and _DAY.fullmatch(row[1].strip())
            for row in rows
        ):
            return (
                f"{file.name} is a file for the import of TimeOverflow, which has no"
                " payments. Choose “Download all” in TimeOverflow's reports, and give"
                " the zip file."
            )
    return ""


def _role(file: SourceFile) -> str:
    """Return what a file is, by its columns and its first rows."""
    rows = [row for row in first_rows(file) if any(map(str.strip, row))]
    if not rows:
        return ""
    head, body = rows[0], rows[1:]
    if len(head) == 9 and tables.key(head[0]) == "n":
        fits = _mostly(body, 9, lambda row: _SECONDS.fullmatch(row[8]))
        return "members" if fits else ""
    if len(head) != 5:
        return ""
    if head[0].strip():
        fits = _mostly(
            body,
            5,
            lambda row: _MOMENT.fullmatch(row[0]) and _HOURS.fullmatch(row[4]),
        )
        return "transfers" if fits and (body or _language_of(head[0], 0)) else ""
    if not _mostly(body, 5, lambda row: not row[4] or _MOMENT.fullmatch(row[4])):
        return ""
    heading = tables.key(head[1])
    offers = {tables.key(words[2]) for words in WORDS.values()}
    inquiries = {tables.key(words[3]) for words in WORDS.values()}
    if heading in offers or (heading not in inquiries and _OFFERS.search(file.name)):
        return "offers"
    if heading in inquiries or _INQUIRIES.search(file.name):
        return "inquiries"
    return ""


def _mostly(
    rows: list[list[str]], width: int, fits: Callable[[list[str]], Any]
) -> bool:
    """Return whether most rows fit; a wrong one is told when the file is read."""
    stripped = [[cell.strip() for cell in row] for row in rows]
    count = sum(len(row) == width and bool(fits(row)) for row in stripped)
    return count * 4 >= len(rows) * 3


def _language_of(heading: str, position: int) -> list[str]:
    """Return the languages that have this heading."""
    return [
        language
        for language, words in WORDS.items()
        if tables.key(words[position]) == tables.key(heading)
    ]


def read(files: list[SourceFile], options: dict[str, Any]) -> Content:
    """Return what the files hold."""
    roles = files_by_role(files, _role)
    assign(roles, ("members", "transfers"))
    return _Reader(roles, files, options).read()


class _Reader:
    """Reads one bank's files."""

    def __init__(
        self,
        roles: dict[str, SourceFile],
        files: list[SourceFile],
        options: dict[str, Any],
    ) -> None:
        self.options = options
        self.refusals = Refusals()
        self.sheets = {
            role: _Positions(file, self.refusals) for role, file in roles.items()
        }
        self.content = Content(
            NAME,
            layout=LAYOUT,
            code=options.get("code") or "",
            time_zone=options.get("time_zone") or "UTC",
            currency=CurrencyFound(digits=0, is_time=True),
            files=files,
            lacks=LACKS,
            seconds_cut=True,
        )
        self.tell = Telling(self.content)
        self.values = Values("", moments.Dates())

    def read(self) -> Content:
        content = self.content
        self._members()
        transfers = list(self.sheets["transfers"])
        self._names(transfers)
        self._transfers(transfers)
        categories = self._posts()
        self.refusals.check()
        tell_people(content, self.tell)
        if self.alike:
            self.tell(
                "rows_alike",
                rows=self.alike,
                why="kept: no row has a number, alike is not the same",
            )
        self.tell("not_in_export", what=LACKS)
        content.facts |= {
            "bank": self.bank or None,
            "language": {"pt": "pt-BR"}.get(content.language, content.language),
            "newest_first": self.newest_first,
        }
        content.rows = {
            "members": self.sheets["members"].file.rows,
            "transfers": self.sheets["transfers"].file.rows,
        }
        for role in ("offers", "inquiries"):
            if role in self.sheets:
                content.rows[role] = sum(
                    advert.kind == {"offers": "offer", "inquiries": "want"}[role]
                    for advert in content.adverts
                )
        content.rows["category_rows"] = categories
        content.name = self.bank
        return content

    def _members(self) -> None:
        sheet = self.sheets["members"]
        languages: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        for row in sheet:
            number, name, email, phone, other, created, _login, locale, balance = (
                row.said(position) for position in range(9)
            )
            if not _SECONDS.fullmatch(number) or number in self.content.accounts:
                sheet.refuse(row, "whole", number)
                continue
            if not _SECONDS.fullmatch(balance):
                sheet.refuse(row, "number", balance)
                continue
            self.content.accounts[number] = Account(
                number, name, people=[number], balance=Decimal(int(balance)) / HOUR
            )
            self.content.people[number] = Person(
                number,
                name,
                email=email,
                phone=phone or other,
                language=locale.partition("-")[0].lower(),
                joined=self.values.moment(sheet, row, created),
            )
            languages[locale.partition("-")[0].lower()] += 1
            self.names[number] = " ".join(name.split())
            self.tell.formulas(sheet.file, row.number, name)
        self.languages = languages

    def _names(self, transfers: list["_Row"]) -> None:
        """Find the phrases for people who left, the language, and the bank's name."""
        sides = Counter(row.said(side) for row in transfers for side in (1, 2))
        self.collective: dict[str, str] = {}
        found: Counter[str] = Counter()
        for text, count in sides.items():
            for language, phrases in LEFT.items():
                if _same(text) in map(_same, phrases):
                    self.collective[text] = text
                    found[language] += count
        candidates = [
            set(_language_of(self.sheets["transfers"].headings[0], 0)),
            set(_language_of(self.sheets["members"].headings[1], 1)),
        ]
        likely = [one for one, _count in found.most_common()]
        likely += sorted(candidates[0] & candidates[1])
        likely += [one for one, _count in self.languages.most_common()]
        self.content.language = likely[0] if likely else ""
        bare = Counter(
            {
                text: count
                for text, count in sides.items()
                if text not in self.collective and not self._number(text)
            }
        )
        # The archive is named by the bank; else the bank is what stands most often.
        packed = tables.key(self.sheets["transfers"].file.container)
        named = [
            text for text in bare if tables.key(text) and tables.key(text) in packed
        ]
        self.bank = max(named, key=len, default="") or max(
            bare, key=lambda text: (bare[text], text), default=""
        )
        self.bare = set(bare)
        if named and not self.collective:
            # Phrases of a language that is not known yet.
            often = [text for text, count in bare.items() if count > 2]
            self.collective = {text: text for text in often if text != self.bank}
            self.bare -= set(self.collective)

    def _number(self, text: str) -> str:
        """Return the number of the member that a side names, empty where none."""
        match = _NUMBERED.fullmatch(text)
        if match and self.names.get(match[2]) == " ".join(match[1].split()):
            return match[2]
        return ""

    def _is_formula(self, text: str) -> bool:
        """Return whether a side is no name of a member, but a formula."""
        return tables.is_formula(text) and not (self._number(text) or text == self.bank)

    def _side(self, text: str) -> str:
        """Return the account that a side names, made where it is new."""
        number = self._number(text)
        if number:
            return number
        if text not in self.content.accounts:
            kind = "collective" if text in self.collective else "community"
            if text != self.bank and text not in self.collective:
                kind = "former"
            state = "open" if kind == "community" else "closed"
            self.content.accounts[text] = Account(text, text, kind, state)
            if kind == "community":
                self.content.treasury = text
        return text

    def _transfers(self, rows: list["_Row"]) -> None:
        sheet = self.sheets["transfers"]
        content = self.content
        seen: Counter[tuple[str, ...]] = Counter()
        same_side = 0
        order = []
        for row in rows:
            date, payer_said, payee_said, post, hours = map(row.said, range(5))
            moment = self.values.moment(sheet, row, date)
            try:
                seconds = numbers.hour_seconds(hours)
            except numbers.NumberError:
                sheet.refuse(row, "number", hours)
                continue
            if not payer_said or not payee_said:
                sheet.refuse(row, "empty", payer_said or payee_said)
                continue
            odd = next(filter(self._is_formula, (payer_said, payee_said)), "")
            if odd:
                sheet.refuse(row, "formula", odd)
                continue
            payer, payee = self._side(payer_said), self._side(payee_said)
            payment = Payment(
                payer,
                payee,
                Decimal(seconds) / HOUR,
                moment,
                file=sheet.file.name,
                row=row.number,
                purpose=post,
            )
            content.payments.append(payment)
            if moment:
                order.append(moment)
            seen[date, payer_said, payee_said, post, hours] += 1
            if payer == payee:
                account = content.accounts[payer]
                if account.kind == "collective":
                    payment.note = "both_sides_the_same_text"
                    same_side += 1
                else:
                    self.tell.note("same_account", payment)
            elif not seconds:
                self.tell.note("zero_amount", payment)
            self.tell.common(payment, moment)
            if payer in self.bare - {self.bank}:
                self.tell("unknown_account", payment, party=payer, amount=None)
            if payee in self.bare - {self.bank}:
                self.tell("unknown_account", payment, party=payee, amount=None)
        self.alike = sum(count - 1 for count in seen.values())
        self.newest_first = len(order) > 1 and order[0] > order[-1]
        for phrase in sorted(self.collective):
            self.tell(
                "collective_account",
                None,
                (),
                name=phrase,
                minutes=self._minutes(phrase),
            )
        if same_side:
            self.tell(
                "both_sides_the_same_text",
                rows=same_side,
                why="two people who left, paid each other",
            )

    def _minutes(self, code: str) -> int:
        """Return the balance of an account by its payments."""
        hours = sum(
            (
                (payment.amount if payment.payee == code else -payment.amount)
                for payment in self.content.payments
                if not payment.note and code in (payment.payer, payment.payee)
            ),
            Decimal(0),
        )
        return round(hours * 60)

    def _posts(self) -> int:
        """Read offers and inquiries; return the number of rows that name a category."""
        categories = 0
        for role, kind in (("offers", "offer"), ("inquiries", "want")):
            sheet = self.sheets.get(role)
            if not sheet:
                continue
            category = ""
            for row in sheet:
                number, title, tags, user, created = map(row.said, range(5))
                if not number and not user and not created:
                    categories += 1
                    category = "" if title == "-" else title
                    continue
                match = _NUMBERED.fullmatch(user)
                self.content.adverts.append(
                    Advert(
                        match[2] if match else "",
                        kind,
                        title,
                        category=category,
                        keywords=[
                            tag.strip() for tag in tags.split(",") if tag.strip()
                        ],
                        created=self.values.moment(sheet, row, created),
                        id=number,
                    )
                )
                self.tell.formulas(sheet.file, row.number, title)
        return categories


class _Row(Row):
    """A row whose columns are known by their position."""

    def said(self, position: int) -> str:
        """Return the text of a cell."""
        if position >= len(self):
            return ""
        text = self[position].strip()
        return tables.as_written(text) if text[:1] == "'" else text


class _Positions(Sheet):
    """A file of which two columns may have the same heading."""

    def __init__(self, file: SourceFile, refusals: Refusals) -> None:
        super().__init__(file, refusals, by_position=True)

    def __iter__(self) -> Any:
        for row in super().__iter__():
            yield _Row(row, row.number)


def _same(text: str) -> str:
    """Return a phrase without case, blanks and kinds of quotation marks."""
    return tables.key(text)
