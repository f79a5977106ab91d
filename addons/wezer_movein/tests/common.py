from base64 import b64encode
from datetime import datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.wezer_currency.tests.common import CurrencyCommon

from ..tools import checking
from ..tools.content import (
    Account,
    Advert,
    Content,
    CurrencyFound,
    News,
    Payment,
    Person,
    SourceFile,
)

BEGIN = datetime(2015, 3, 1, 10)
FILE = b"id,payer,payee,amount\n"


def village(people=6, payments=40):
    """Return a small community: a household, a closed account, a treasury, levies."""
    accounts = {
        "V000": Account("V000", "Village office", "community"),
        "V001": Account("V001", "Oaks", "household", people=["p1", "p2"]),
        "V002": Account("V002", "Gone Away", state="closed", people=["p3"]),
        "V003": Account("V003", "Frozen Person", state="frozen", people=["p4"]),
        "V900": Account("V900", "", "former", "closed"),
        "VFAR": Account("VFAR", "Far away", "foreign"),
    }
    persons = {
        "p1": Person("p1", "Ada Oak", "ada@village.example", joined=BEGIN),
        "p2": Person("p2", "Bob Oak", "bob@village.example"),
        "p3": Person("p3", "Gone Away", "gone@village.example"),
        "p4": Person("p4", "Frozen Person"),
    }
    for number in range(4, people):
        code, key = f"V{number:03}", f"p{number + 1}"
        persons[key] = Person(
            key,
            f"Member {number}",
            f"member{number}@village.example",
            place="Overdale",
            shares={"email": "members"},
        )
        accounts[code] = Account(
            code, f"Member {number}", people=[key], lower=Decimal(-100)
        )
    codes = [code for code in accounts if code != "V000"]
    rows = []
    for number in range(payments):
        payer, payee = codes[number % len(codes)], codes[(number * 7 + 1) % len(codes)]
        if payer == payee:
            payee = codes[(number + 1) % len(codes)]
        moment = BEGIN + timedelta(hours=number)
        amount = Decimal(number % 9 + 1) + Decimal("0.25")
        rows.append(
            Payment(payer, payee, amount, moment, str(number + 1), purpose="bread")
        )
        if number % 5 == 0:
            rows.append(
                Payment(
                    payer,
                    "V000",
                    Decimal("0.5"),
                    moment,
                    str(number + 1),
                    purpose="levy",
                    kind="levy",
                )
            )
    # Without a number, twice the same; and one that is taken back.
    same = Payment("V001", "V003", Decimal(2), moment, purpose="eggs")
    rows += [same, same]
    first = rows[0]
    rows.append(
        Payment(
            first.payee,
            first.payer,
            first.amount,
            moment,
            "back",
            kind="reversal",
            reverses=first.id,
        )
    )
    return Content(
        system="tiny",
        code="V",
        name="Village",
        currency=CurrencyFound("Acorn", 2),
        people=persons,
        accounts=accounts,
        payments=rows,
        treasury="V000",
        adverts=[
            Advert("V001", "offer", "Firewood", "Dry & cheap", "Garden", id="1"),
            Advert("V003", "want", "A ladder", hidden=True, id="2"),
            Advert("V001", "offer", "Old", expires=datetime(2016, 1, 1), id="3"),
            Advert("V002", "offer", "Of a closed account", id="4"),
        ],
        news=[News("V000", "Market day", "Come & see", BEGIN, "9")],
        has_unmoved_rows=False,
        files=[SourceFile("rows.csv", FILE, "transfers", rows=len(rows))],
        rows={"transfers": len(rows)},
        lacks=["Pictures."],
    )


def balances(content):
    """Return what all payments leave on each account."""
    sums = dict.fromkeys(content.accounts, Decimal(0))
    for row in content.payments:
        sums[row.payer] -= row.amount
        sums[row.payee] += row.amount
    return sums


class MoveinCommon(CurrencyCommon):
    """An administrator, and a reader of files that hands over a small village."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.env.ref("base.user_admin")
        cls.content = village()
        cls.enterClassContext(
            patch.object(checking, "read", lambda _files, _options: cls.content)
        )

    @classmethod
    def _start(cls, **options):
        moves = cls.env["wezer.movein"].with_user(cls.administrator)
        number = moves.start([["rows.csv", b64encode(FILE).decode()]], options)
        return moves.browse(number)

    @classmethod
    def _ready(cls, **options):
        """Return a move that was checked, with all decided."""
        move = cls._start(**options)
        move.action_check()
        move.action_decide("closed_with_balance", "stays")
        move.action_check()
        return move

    @classmethod
    def _imported(cls, **options):
        move = cls._ready(**options)
        move.action_import()
        move.sudo()._import_now()
        return move
