"""Exports of communities that do not exist, small and with traps, made from a seed.

Each function returns an :class:`Export`: files as the old system writes them, and what
is true of the community. Runs without Odoo.
"""

import csv
import datetime
import io
import random
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FIRST = "Anouk Bruno Carla Dario Elif Farid Greta Hugo Ines José Katrin Łucja".split()
LAST = "Alder Birch Cedar Dunes Elder Fjord García Hazel Müller Nuñez Ångström".split()
PURPOSES = ("bread", "roof repair", "Haircut, short", "garden\u00a0work", "soup & jam")
CENT = Decimal("0.01")
DAY = datetime.timedelta(days=1)


@dataclass
class Export:
    """Files of a community, and what is true of it."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    # Account → its balance in the old books; None where the files do not have it.
    books: dict[str, Any] = field(default_factory=dict)
    # Account → its balance by the payments that moved.
    replay: dict[str, Any] = field(default_factory=dict)
    # Ids, or rows, of payments that never moved.
    unmoved: list[Any] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def table(
    rows: list[list[Any]],
    separator: str = ",",
    encoding: str = "utf-8",
    line: str = "\r\n",
) -> bytes:
    """Return rows as the bytes of a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=line).writerows(rows)
    return text.getvalue().encode(encoding)


def archive(files: list[tuple[str, bytes]], folder: str = "") -> bytes:
    """Return files as a zip archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files:
            packed.writestr(folder + name, content)
    return data.getvalue()


def rounded(amount: Decimal) -> Decimal:
    """Return an amount with two decimals, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def people(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Return different names."""
    names = [(first, last) for first in FIRST for last in LAST]
    rng.shuffle(names)
    while len(names) < count:
        names += [(f"{first}{len(names)}", last) for first, last in names[:count]]
    return names[:count]


# === CES === #

USERS = (
    "UID Password UserType Firstname Surname OrgName Address1 Address2 Postcode"
    " PhoneH PhoneW PhoneM Email Hidden Created CredLimit DebLimit Closed Locked"
    " HideEmail"
).split()
TRADES = (
    "ID Seller Buyer RemoteExchange RemoteBuyer RecordID DateEntered EnteredBy"
    " Amount Levy LevyRate Description"
).split()
LEVIES = {"both": (1, 1), "payee": (0, 1), "payer": (1, 0), "none": (0, 0)}


@dataclass
class _Trade:
    """A payment while it is made up."""

    seller: str
    buyer: str
    amount: Decimal
    moment: datetime.datetime | None
    purpose: str = ""
    remote: str = ""
    said_seller: str = ""
    is_usual: bool = True


def _trap(rng: random.Random, trade: _Trade, code: str, other: str) -> str:
    """Make some payments odd; return the code of the problem that it leads to."""
    draw = rng.random()
    trade.is_usual = draw >= 0.07
    if draw < 0.02:
        trade.said_seller, trade.seller = f"{other}0012", f"{code}{other}"
        trade.remote = other
        return "foreign_party"
    if draw < 0.03:
        trade.buyer = f"{code}9{rng.randrange(400, 999)}"
        return "unknown_account"
    if draw < 0.04:
        trade.amount = Decimal("7.3333")
        return "more_decimals"
    if draw < 0.05:
        trade.moment = None
        return "no_date"
    if draw < 0.06:
        trade.purpose = '=HYPERLINK("http://example.invalid/")'
        return "formula"
    if draw < 0.07:
        trade.amount = Decimal(0)
        return "zero_amount"
    return ""


def _writer(moment: str, six: bool) -> Callable[[datetime.datetime | None], str]:
    """Return what writes a moment as a layout does, or by a pattern."""

    def written(at: datetime.datetime | None) -> str:
        if moment:
            return at.strftime(moment) if at else ""
        if six:
            return at.strftime("%Y-%m-%d %H:%M:%S") if at else "1970-01-01 00:00:00"
        epoch = datetime.datetime(1970, 1, 1)
        return str(int((at - epoch).total_seconds())) if at else "0"

    return written


def ces(
    seed: int,
    members: int = 20,
    trades: int = 300,
    code: str = "FERN",
    levy: str = "both",
    unmoved: int = 4,
    six: bool = False,
    separator: str = ",",
    encoding: str = "utf-8",
    moment: str = "",
    treasury: int = 0,
    refused: str = "",
) -> Export:
    """Return an export of CES: seven files, or six.

    :param str levy: what the column means, a key of ``LEVIES``; empty without column
    :param int treasury: the number of the account that gets the levies, 0 or 1
    :param str refused: what stands in the purpose of payments that never moved
    :param str moment: how dates are written, else as the layout does
    """
    rng = random.Random(seed)
    made = Export()
    uids = [f"{code}{number:04d}" for number in range(members)]
    names = people(rng, members)
    missing = set(rng.sample(uids[2:], 2))
    other = "".join(rng.choice("BCDFGHJ") for _ in range(4))
    virtual = f"{code}{other}"
    levies_to = uids[treasury]
    replay: dict[str, Decimal] = defaultdict(Decimal)
    now = datetime.datetime(2019, 1, 1, 8, 0)
    rows: list[list[Any]] = []
    never = set(rng.sample(range(10, trades), unmoved))
    pairs: set[tuple[str, str, Decimal]] = set()
    counts: dict[str, int] = defaultdict(int)

    written = _writer(moment, six)

    def enter(seller: str, buyer: str, amount: Decimal, moves: bool = True) -> None:
        if moves:
            replay[seller] += amount
            replay[buyer] -= amount

    for number in range(trades):
        minutes = rng.randrange(200, 9000) * 300 // max(trades, 300)
        now += datetime.timedelta(minutes=minutes)
        seller, buyer = rng.sample(uids[1:], 2)
        trade = _Trade(seller, buyer, Decimal(rng.randrange(4, 240)) / 4, now)
        trade.purpose = rng.choice(PURPOSES)
        if number in never:
            while (seller, buyer, trade.amount) in pairs or trade.amount % 1 == 0:
                trade.amount += Decimal("0.35")
        else:
            counts[_trap(rng, trade, code, other)] += 1
        tax = None
        if trade.is_usual and number not in never and levy and number > trades // 2:
            tax = rounded(trade.amount / 50)
        pairs.add((trade.seller, trade.buyer, trade.amount))
        enter(trade.seller, trade.buyer, trade.amount, number not in never)
        if tax:
            payer, payee = LEVIES[levy]
            enter(levies_to, trade.buyer, payer * tax)
            enter(levies_to, trade.seller, payee * tax)
        if number in never:
            trade.purpose += refused
            made.unmoved.append(4000 + number if not six else number + 1)
        rows.append(
            [
                4000 + number,
                trade.said_seller or trade.seller,
                trade.buyer,
                trade.remote,
                "",
                f"R{number}" if trade.remote else "",
                written(trade.moment),
                seller,
                f"{trade.amount:f}",
                f"{tax:f}" if tax else "",
                "2.0" if tax else "",
                trade.purpose,
            ]
        )
    counts.pop("", None)
    balances = defaultdict(Decimal, replay)
    differing = rng.sample([uid for uid in uids[1:] if uid not in missing], 2)
    balances[differing[0]] += Decimal("12.50")
    balances[differing[1]] -= Decimal("12.50")
    users = [
        [
            uid,
            "secret",
            "adm",
            first,
            last,
            "",
            "1 Mill Lane",
            "Overdale",
            "12345",
            "",
            "",
            f"+000 555 {number:04d}",
            f"member{number}@example.org",
            "",
            written(datetime.datetime(2018, 1, 1)),
            "1000",
            "200",
            "1" if number == members - 1 else "0",
            "1" if number == members - 2 else "0",
            "0",
        ]
        for number, (uid, (first, last)) in enumerate(zip(uids, names, strict=True))
        if uid not in missing
    ]
    made.replay = {uid: replay[uid] for uid in uids} | dict(replay)
    made.books = {
        uid: None if uid in missing else rounded(balances[uid]) for uid in uids
    }
    if virtual in balances:
        made.books[virtual] = rounded(balances[virtual])
    counts |= {"balance_differs": 2, "not_moved": unmoved, "missing_member": 2}
    made.counts = dict(counts)
    if six:
        _six(made, rows, users, code, separator, encoding)
        return made
    balance_rows = [
        [uid, 1, "1.00", 1, "1.00", "0.00", f"{balance:,.2f}"]
        for uid, balance in made.books.items()
        if balance is not None
        for _times in range(rng.randrange(1, 3))
    ]
    offers = [
        [
            900 + number,
            uid,
            "Bread",
            "I bake &amp; bring.<br />Ask!",
            "Food",
            "2000937600",
            "0",
        ]
        for number, uid in enumerate(uids[:5])
    ]
    heads = {
        "settings.csv": [
            ["ExchangeID", "ExchangeTitle", "ExchangeName", "Town"],
            ["17", "Fern", "Fern Exchange", "Overdale"],
        ],
        "users.csv": [USERS, *users],
        "balances.csv": [
            "UID Sales Income Purchases Expenditure Levy Balance".split(),
            *balance_rows,
        ],
        "trades.csv": [TRADES, *rows],
        "offers.csv": [
            "ID UID Title Description Category DateExpires Hidden".split(),
            *offers,
        ],
        "wants.csv": [
            "ID UID Keep DateAdded Title Description".split(),
            [1900, uids[1], 0, written(now), "Wanted: sewing", "Who can?"],
        ],
        "announce.csv": [
            "ID Owner Title Description".split(),
            [70, 4, "Market", "<b>Come</b>"],
        ],
    }
    made.files = [
        (name, table(rows, separator, encoding)) for name, rows in heads.items()
    ]
    return made


def _six(
    made: Export,
    rows: list[list[Any]],
    users: list[list[Any]],
    code: str,
    separator: str,
    encoding: str,
) -> None:
    """Put the files of the six-file layout into an export."""
    made.counts.pop("formula", None)
    heads = {
        "exchanges.csv": [
            ["xid", "short_name", "full_title", "language_short", "map_address", "web"],
        ],
        "users.csv": [
            (
                "uid password usertype firstname surname email locked language_short"
                " address1 address3 postcode phone_m date_created debit_limit"
                " credit_limit"
            ).split(),
            *[
                [
                    *user[:1],
                    "x",
                    "ind" if not user[0].endswith("0000") else "adm",
                    *user[3:5],
                    user[12],
                    user[18],
                    "eng",
                    *user[6:9],
                    user[11],
                    user[14],
                    user[16],
                    user[15],
                ]
                for user in users
            ],
        ],
        "transactions.csv": [
            (
                "seller buyer seller_amount description date_entered entered_by type"
                " buyer_nid seller_nid"
            ).split(),
            *[
                [
                    row[1],
                    row[2],
                    row[8],
                    row[11],
                    row[6],
                    row[7],
                    "dess" if row[3] else "sess",
                    "",
                    "",
                ]
                for row in rows
            ],
        ],
        "balances.csv": [
            ["uid", "balance"],
            *[[uid, f"{one:f}"] for uid, one in made.books.items() if one is not None],
        ],
        "adverts.csv": [
            "uid ad_type title description".split(),
            *[[user[0], "o", "Bread", "Fresh &amp; warm"] for user in users],
            [f"ZZZZ{1:04d}", "o", "Far", "away"],
        ],
    }
    made.counts["foreign_advert"] = 1
    made.files = [
        (name, table(one, separator, encoding)) for name, one in heads.items()
    ]
    exchange = made.files[0][1].decode(encoding)
    address = separator.join(["1 Mill Lane", " Overdale", " Northmark"])
    exchange += separator.join(
        [code, "Fern", "Fern Exchange", "eng", address, "http://x"]
    )
    made.files[0] = ("exchanges.csv", exchange.encode(encoding))
    made.counts["row_too_long"] = 1


# === TIMEOVERFLOW === #

# Headings of members and of transfers, offer, inquiry, and who left.
TIME_WORDS = {
    "en": ("Name", "Date", "Offer", "Inquiry", "The user isn't active"),
    "es": ("Nombre", "Fecha", "Oferta", "Demanda", "El usuario no está activo"),
    "ca": ("Nom", "Data", "Oferta", "Demanda", "L'usuari no està actiu"),
    "eu": (
        "Izena",
        "Data",
        "Eskaintza ",
        "Eskaera",
        "Erabiltzailea ez dago erabilgarri",
    ),
    "gl": ("Nome", "Data", "Oferta", "Demanda", "A persoa usuaria non está activa"),
    "fr": ("Nom", "Date", "Offre", "Demande", "L'utilisateur·rice n'est pas actif·ive"),
    "pt-BR": ("Nome", "Data", "Oferta", "Demanda", "O usuário não está ativo"),
    "nl": ("Naam", "Datum", "Aanbieding", "Verzoek", "De gebruiker is niet actief"),
    "ja": (
        "名前",
        "日付",
        "オファー",
        "リクエスト",
        "ユーザーはアクティブではありません",
    ),
}


def timeoverflow(
    seed: int, language: str = "es", members: int = 15, transfers: int = 200
) -> Export:
    """Return the zip that a bank of TimeOverflow downloads."""
    rng = random.Random(seed)
    made = Export()
    name_word, date_word, offer_word, inquiry_word, left = TIME_WORDS[language]
    bank = rng.choice(["Time Bank (North)", "Banco Río Claro", "Banque du Temps 2"])
    names = [" ".join(one) for one in people(rng, members)]
    names[3] = f"{names[3]} (Madrid)"
    seconds: dict[str, int] = defaultdict(int)
    minutes: dict[str, int] = defaultdict(int)
    now = datetime.datetime(2026, 5, 30, 18, 0)
    rows = []
    within = 0
    for _number in range(transfers):
        now -= datetime.timedelta(minutes=rng.randrange(100, 4000))
        sides = []
        for _side in range(2):
            draw = rng.random()
            if draw < 0.05:
                sides.append((bank, bank))
            elif draw < 0.12:
                sides.append((left, left))
            else:
                number = rng.randrange(members)
                sides.append((str(number + 1), f"{names[number]} ({number + 1})"))
        if sides[0] == sides[1] and sides[0][0] != left:
            continue
        amount = rng.choice([15, 30, 45, 60, 90, 120]) * 60 + rng.choice([0] * 9 + [20])
        if sides[0][0] == left and sides[1][0] == left:
            within += 1
        for (key, _text), sign in zip(sides, (-1, 1), strict=True):
            seconds[key] += sign * amount
            minutes[key] += sign * (amount // 60)
        hours = f"{amount // 3600}:{amount % 3600 // 60:02d}"
        rows.append(
            [f"{now:%Y-%m-%d %H:%M:%S} UTC", *(two[1] for two in sides), "", hours]
        )
    wrong = str(rng.randrange(members) + 1)
    seconds[wrong] += 3600
    member_rows = [
        [
            number,
            name,
            "" if number == 2 else f"m{number}@example.org",
            "600",
            "",
            "2015-01-01 10:00:00 UTC",
            "",
            language,
            seconds[str(number)],
        ]
        for number, name in enumerate(names, start=1)
    ]
    made.replay = dict(minutes)
    made.books = {str(row[0]): row[8] for row in member_rows}
    made.counts = {"no_email": 1, "not_in_export": 1, "balance_differs": 1}
    if any(left in row for row in rows):
        made.counts["collective_account"] = 1
    if within:
        made.counts["both_sides_the_same_text"] = 1
    posts = [
        ["", "Home", "", "", ""],
        [3001, "Bread", "food, oven", f"{names[0]} (1)", "2015-02-01 10:00:00 UTC"],
    ]
    made.files = [
        (
            "bank.zip",
            archive(
                [
                    (
                        "Members_2026-06-01.csv",
                        table(
                            [["N", name_word, "E", "P", "P2", "C", "L", "X", "B"]]
                            + member_rows
                        ),
                    ),
                    (
                        "Transfers_2026-06-01.csv",
                        table([[date_word, "A", "B", "C", "D"], *rows]),
                    ),
                    (
                        "Offers_2026-06-01.csv",
                        table([["", offer_word, "T", "U", "C"], *posts]),
                    ),
                    (
                        "Inquiries_2026-06-01.csv",
                        table([["", inquiry_word, "T", "U", "C"], *posts]),
                    ),
                ]
            ),
        )
    ]
    return made


# === KOMUNITIN === #


def komunitin(seed: int, members: int = 15, transfers: int = 200) -> Export:
    """Return the two files of a community of Komunitin."""
    rng = random.Random(seed)
    made = Export()
    codes = [f"GLEN{number:04d}" for number in range(members)]
    gone = codes[4]
    balances: dict[str, Decimal] = defaultdict(Decimal)
    rows = []
    counts: dict[str, int] = defaultdict(int)
    now = datetime.datetime(2023, 1, 1)
    for number in range(transfers):
        now += datetime.timedelta(minutes=rng.randrange(100, 9000))
        payer, payee = rng.sample(codes, 2)
        state = rng.choice(["committed"] * 9 + ["rejected"])
        amount = Decimal(rng.randrange(10, 4000)) / 20
        said = [payer, payee]
        if rng.random() < 0.05:
            said[0], payer = "DALE0003", "GLENEXTR"
            counts["foreign_party"] += 1
        if rng.random() < 0.05 and state == "committed":
            amount += Decimal("0.0125")
            counts["more_decimals"] += 1
        if state == "committed":
            balances[payer] -= amount
            balances[payee] += amount
        stamp = f"{now:%Y-%m-%dT%H:%M:%S}.123Z"
        rows.append(
            [
                f"t-{number}",
                stamp,
                stamp,
                state,
                f"{amount:.2f}" if amount == rounded(amount) else f"{amount:f}",
                "bread",
                "",
                "tag",
                "p",
                said[0],
                "q",
                said[1],
                "u",
            ]
        )
    made.replay = dict(balances)
    made.books = {code: balances[code] for code in codes if code != gone}
    made.books[codes[1]] += 3
    accounts = [
        [
            f"a-{code}",
            "2023-01-01T00:00:00.418Z",
            "",
            code,
            "disabled" if code == codes[2] else "active",
            f"{made.books[code]:f}",
            "1000.00",
            "",
            "K",
            "u",
        ]
        for code in made.books
    ]
    counts |= {"balance_differs": 1, "missing_member": 1, "not_in_export": 1}
    made.counts = dict(counts)
    made.files = [
        (
            "accounts.csv",
            table(
                [
                    "id created updated code status balance creditLimit maximumBalance"
                    " key user.id".split(),
                    *accounts,
                ]
            ),
        ),
        (
            "transfers.csv",
            table(
                [
                    "id created updated state amount description hash authorization"
                    " payer.id payer.code payee.id payee.code user.id".split(),
                    *rows,
                ]
            ),
        ),
    ]
    return made


# === A SPREADSHEET === #

SHEET_WORDS = {
    "de": ("Datum Von An Wofür Taler".split(), "Mitglied E-Mail Übertrag Kontostand"),
    "en": ("Date From To For Amount".split(), "Member E-mail Opening Balance"),
    "fr": ("Date De À Motif Montant".split(), "Membre Courriel Report Solde"),
    "es": ("Fecha De A Concepto Importe".split(), "Nombre Correo Apertura Saldo"),
}


def spreadsheet(
    seed: int,
    language: str = "de",
    separator: str = ";",
    encoding: str = "cp1252",
    day: str = "%d.%m.%Y",
    comma: bool = True,
    members: int = 12,
    payments: int = 200,
) -> Export:
    """Return a treasurer's two tables."""
    rng = random.Random(seed)
    made = Export()
    # Letters that Windows-1252 does not have are lost when a table is saved in it.
    names = [
        " ".join(one).encode(encoding, "replace").decode(encoding)
        for one in people(rng, members)
    ]
    replay: dict[str, Decimal] = defaultdict(Decimal)
    heads, member_heads = SHEET_WORDS[language]

    def money(amount: Decimal) -> str:
        text = f"{amount:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if comma else text

    rows: list[list[str]] = [
        ["Circle of exchange, payments", *[""] * 4],
        [""] * 5,
        heads,
    ]
    counts: dict[str, int] = defaultdict(int)
    now = datetime.date(2018, 1, 2)
    total = Decimal(0)
    year = 0
    for _number in range(payments):
        now += DAY * rng.randrange(1, 12)
        if now.year != year:
            year = now.year
            rows += [["", "", "", f"--- {year} ---", ""], [""] * 5]
            counts["heading_rows"] = 1
        payer, payee = rng.sample(names, 2)
        amount = Decimal(rng.randrange(10, 30_000)) / 20
        written = now.strftime(day)
        if rng.random() < 0.02:
            written = ""
            counts["no_date"] += 1
        if rng.random() < 0.02:
            amount = -amount
            counts["negative_amount"] += 1
        replay[payer] -= amount
        replay[payee] += amount
        total += amount
        rows.append([written, payer, payee, rng.choice(PURPOSES), money(amount)])
    rows.append(["", "", "", "Summe", money(total)])
    opening = {names[0]: Decimal(30), names[1]: Decimal(-30)}
    for name, amount in opening.items():
        replay[name] += amount
    made.replay = dict(replay)
    made.books = dict(replay)
    made.books[names[2]] += 7
    lost = sum("?" in name for name in names)
    counts |= {
        "title_rows": 1,
        "total_row": 1,
        "opening_balances": 1,
        "balance_differs": 1,
    }
    made.counts = dict(counts) | ({"letters_lost": lost} if lost else {})
    listed = [member_heads.split()]
    listed += [
        [
            name,
            f"m{number}@example.org",
            money(opening[name]) if name in opening else "",
            money(made.books[name]),
        ]
        for number, name in enumerate(names)
    ]
    made.files = [
        ("payments.csv", table(rows, separator, encoding)),
        ("members.csv", table(listed, separator, encoding)),
    ]
    return made


def workbook(files: list[tuple[str, bytes]], separator: str) -> bytes:
    """Return tables as the sheets of a workbook, numbers and days as such."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, data in files:
        sheet = book.create_sheet(name.partition(".")[0])
        lines = io.StringIO(data.decode())
        for row in csv.reader(lines, delimiter=separator):
            sheet.append([_cell(text) for text in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _cell(text: str) -> Any:
    if re.fullmatch(r"-?[\d.]+,\d\d", text):
        return float(text.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d\d\.\d\d\.\d{4}", text):
        return datetime.datetime.strptime(text, "%d.%m.%Y")
    return text or None
