"""What a reader hands over, whatever system its files come from. Runs without Odoo.

A reader (``readers/<system>.py``) reads the files of one system into a
:class:`Content`. Everything after it (replay, comparison, problems, import, proof)
works on this alone and knows no system.

Amounts are :class:`decimal.Decimal` in the unit of the currency; of a time currency
they are hours. Moments are naive UTC. Accounts are named by the old system's number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# States of an account in the old system, as they are here afterwards.
OPEN, FROZEN, CLOSED = "open", "frozen", "closed"

# Kinds of accounts. ``former``: a person who left and is only named by payments;
# ``collective``: several such people whom the export does not tell apart; ``foreign``:
# stands for people of another community; ``community``: its own (administrator, bank,
# treasury); ``public``: a statement that anybody may see; ``group``: of one of the
# groups in the files.
KINDS = (
    "person",
    "household",
    "organisation",
    "community",
    "public",
    "former",
    "collective",
    "foreign",
    "group",
)

# What a column of levies can mean: which side paid them. ``both``: each side what the
# column says; ``half``: each a half of it; ``payer_both``: the payer for both sides;
# ``net``: the amount contains them, and only the rest of it was paid.
LEVIES = ("none", "both", "payee", "payer", "half", "payee_both", "payer_both", "net")

# The note of a payment that was rejected, or that nobody accepted.
NOT_COMMITTED = "not_committed"

# Kinds of payments; the same words as those of transfers.
PAYMENT_KINDS = (
    *("payment", "levy", "fee", "opening", "reversal", "donation", "issue", "redeem"),
    *("demurrage", "clearing", "correction"),
)


class Unreadable(ValueError):
    """The files cannot be read: nothing is known of their content.

    :param str code: a stable word for programs
    :param str reason: a sentence for people
    :param rows: the first rows that are refused
    :param file: the file, where one is meant
    :param value: what was found in it, or is missing; with the code and the file it
        says the reason in another language, see :mod:`.unreadable_words`
    """

    def __init__(
        self,
        code: str,
        reason: str,
        rows: "tuple[RefusedRow, ...]" = (),
        file: str = "",
        value: str = "",
    ) -> None:
        self.code, self.rows = code, rows
        self.file, self.value = file, value
        super().__init__(reason)


@dataclass
class RefusedRow:
    """A row that cannot be read: where it is, what was found, and why it is refused."""

    file: str
    row: int
    code: str
    value: str
    reason: str


@dataclass
class SourceFile:
    """A file that was given: its name, its bytes, and how they were understood."""

    name: str
    data: bytes
    # What it is for the system: ``users``, ``transfers`` …; empty where it is not used.
    role: str = ""
    sha256: str = ""
    encoding: str = ""
    # A word whose letters were guessed, where the file does not say how it is stored.
    letters: str = ""
    separator: str = ""
    rows: int = 0
    # Headings that no field is read from: they are told.
    unused: list[str] = field(default_factory=list)
    # The rows of a workbook's sheet, in the place of ``data`` as text.
    sheet: list[list[str]] | None = None
    # The archive or workbook that it came in, empty where it was given by itself.
    container: str = ""


@dataclass
class Person:
    """A person of the old system. ``key`` tells people of one account apart."""

    key: str
    name: str
    email: str = ""
    phone: str = ""
    street: str = ""
    place: str = ""
    postcode: str = ""
    website: str = ""
    # An ISO 639-1 code, empty where the file has none.
    language: str = ""
    joined: datetime | None = None
    is_organisation: bool = False
    # Field of the profile → who sees it: ``nobody``, ``members`` or ``everyone``.
    shares: dict[str, str] = field(default_factory=dict)
    presentation: str = ""
    # Names of skills.
    skills: list[str] = field(default_factory=list)
    # ``pending``, ``active``, ``suspended`` or ``left``; empty where only the accounts
    # tell.
    state: str = ""


@dataclass
class Account:
    """An account: one wallet here, and the people who may pay from it."""

    code: str
    name: str = ""
    kind: str = "person"
    state: str = OPEN
    # Keys of :class:`Person`.
    people: list[str] = field(default_factory=list)
    # As the files say; None where they do not.
    balance: Decimal | None = None
    # Both as the signed balance where the account ends; None is without limit.
    lower: Decimal | None = None
    upper: Decimal | None = None
    # The limits are the account's own even where it has none: not the currency's.
    own_limits: bool = False
    circle: str = ""
    # The key of the :class:`Group` whose account it is.
    group: str = ""
    # Kind and state in the words of the old system.
    old_kind: str = ""
    old_state: str = ""


@dataclass(slots=True)
class Payment:
    """A row of history that may move money."""

    payer: str
    payee: str
    amount: Decimal
    moment: datetime | None
    # The old system's number, empty where it has none.
    id: str = ""
    file: str = ""
    row: int = 0
    purpose: str = ""
    kind: str = "payment"
    # The id of the payment that a reversal takes back.
    reverses: str = ""
    # The number of one act of several payments.
    group: str = ""
    # What this row costs each reading of the levy column besides its amount.
    levy: Decimal | None = None
    # Why it is kept as a note and moves nothing: a problem's code, else empty.
    note: str = ""
    # A foreign party's own number, where payer or payee is the account that stands for
    # it.
    foreign: str = ""

    def turn(self) -> None:
        """Write a negative amount as a positive one in the other direction."""
        self.payer, self.payee, self.amount = self.payee, self.payer, -self.amount


@dataclass
class Advert:
    """An offer or a want."""

    account: str
    # ``offer`` or ``want``
    kind: str
    title: str
    text: str = ""
    category: str = ""
    keywords: list[str] = field(default_factory=list)
    created: datetime | None = None
    expires: datetime | None = None
    hidden: bool = False
    image: str = ""
    id: str = ""
    # Who announces it, where that is no account: a key of people or groups.
    author: str = ""
    # Code of a currency → price of one unit.
    prices: dict[str, Decimal] = field(default_factory=dict)
    # Names of skills.
    skills: list[str] = field(default_factory=list)
    # Keys of the groups that see it, where it is for groups only.
    groups: list[str] = field(default_factory=list)
    # What else is known, by the names of the announcement's fields, as texts.
    details: dict[str, str] = field(default_factory=dict)


@dataclass
class News:
    """News of the community."""

    account: str
    title: str
    text: str = ""
    created: datetime | None = None
    id: str = ""
    # The key of the group whose news it is, empty: of the whole community.
    group: str = ""
    # Who wrote it, where that is no account: a key of people or groups.
    author: str = ""
    # ``members``, ``network`` or ``public``; empty where the files do not say.
    visibility: str = ""


@dataclass
class Group:
    """A circle or a role of the old system. ``parent`` is the key of another."""

    key: str
    name: str
    kind: str = "circle"
    parent: str = ""
    reference: str = ""
    # What a role may do: ``wallet``, ``market`` …
    rights: list[str] = field(default_factory=list)
    is_active: bool = True
    # What else is known, by the names of the group's fields, as texts.
    details: dict[str, str] = field(default_factory=dict)


@dataclass
class Membership:
    """A person's place in a group, or in a role."""

    group: str
    person: str
    # ``invited``, ``requested``, ``active`` or ``left``
    state: str = "active"
    is_guest: bool = False
    since: date | None = None
    until: date | None = None
    focus: str = ""


@dataclass
class Deal:
    """A deal over there: history for reading. Parties are keys of people and groups."""

    id: str
    title: str
    state: str
    payer: str
    payee: str
    agreed: datetime | None = None
    paid: datetime | None = None
    # Rounds of terms, as the files have them.
    rounds: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Problem:
    """A thing to tell, or to decide.

    ``code`` is a key of ``problems.PROBLEMS``, where its default and its choices stand.
    """

    code: str
    file: str = ""
    row: int = 0
    # The row's number in the old system.
    id: str = ""
    accounts: list[str] = field(default_factory=list)
    amount: Decimal | None = None
    # What else programs and people are told, as JSON can hold it.
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class CurrencyFound:
    """The currency that the files are kept in."""

    name: str = ""
    # Decimals of the most exact amount; of a time currency 0, it has minutes.
    digits: int = 2
    is_time: bool = False
    # Its code over there, empty where the files have none.
    code: str = ""
    # ``mutual_credit``, ``issued`` or ``legal``
    kind: str = "mutual_credit"
    # What else is known, by the names of the currency's fields: amounts are
    # :class:`~decimal.Decimal` in its unit, other values texts.
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Content:
    """All that the files of one community hold.

    :param readings: of each thing that the layout does not say (the meaning of a
        column), its possible readings: ``{"levy": ("payee", "both", …)}``. Replay
        takes the reading that leaves the least to explain.
    """

    system: str
    layout: str = ""
    code: str = ""
    name: str = ""
    language: str = ""
    place: str = ""
    website: str = ""
    # Of the files: an IANA name.
    time_zone: str = "UTC"
    currency: CurrencyFound = field(default_factory=CurrencyFound)
    files: list[SourceFile] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    adverts: list[Advert] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    memberships: list[Membership] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    # Name of a category → that of the one above it, empty for none; parents first.
    categories: dict[str, str] = field(default_factory=dict)
    # Codes of the currencies that these files have besides ``currency``: each is a move
    # of its own, with the same people, groups and announcements.
    other_currencies: list[str] = field(default_factory=list)
    # Currencies whose money moves elsewhere: they only are in prices.
    outside: list[CurrencyFound] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # The account that levies and fees go to, empty where there is none.
    treasury: str = ""
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Rows that were read, by role.
    rows: dict[str, int] = field(default_factory=dict)
    # Sentences: what this system's export never has.
    lacks: list[str] = field(default_factory=list)
    # The layout has rows that never moved money, and does not say which.
    has_unmoved_rows: bool = False
    # Decimals of the balances in the files, None where they are as exact as payments.
    balance_digits: int | None = None
    # Of a time currency: balances have seconds that the payments were cut off.
    seconds_cut: bool = False
    # What else the report says of this system, as JSON can hold it.
    facts: dict[str, Any] = field(default_factory=dict)
