"""Fetches a community from the services of Komunitin, as files for its reader.

The accounting service has accounts and transfers, the social service members, offers
and needs (JSON:API, in pages). What fetches an address is given: this module needs
neither a network nor Odoo.
"""

import csv
import io
import urllib.parse
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from .content import Unreadable

Fetch = Callable[[str], dict[str, Any]]
# A community has no more pages; a service that always names a next one is not followed.
PAGES_MAX = 100_000
PAGE_SIZE = 100


def export(
    fetch: Fetch, code: str, accounting: str, social: str = ""
) -> list[tuple[str, bytes]]:
    """Return names and contents of the files of a community.

    :param fetch: returns the document at an address
    :param str code: of the community
    :param str accounting: address of the accounting service
    :param str social: address of the social service, empty to leave people out
    :raise Unreadable: where a service answers something else
    """
    try:
        return _export(fetch, code, accounting, social)
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable(
            "api", "The service answers something else than JSON:API documents."
        ) from error


def _export(
    fetch: Fetch, code: str, accounting: str, social: str
) -> list[tuple[str, bytes]]:
    api = _Api(fetch, accounting, code)
    document = api.document("currency")
    attributes = _attributes(document.get("data"))
    try:
        scale = int(attributes["scale"])
        if not 0 <= scale <= 12:
            raise ValueError(scale)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(
            "api", "The currency of the community has no scale."
        ) from error
    accounts = list(api.all("accounts"))
    codes = {one["id"]: _attributes(one).get("code", "") for one, _more in accounts}
    files = [
        ("accounts.csv", _table(_accounts(accounts, scale))),
        ("transfers.csv", _table(_transfers(api, codes, scale))),
    ]
    if social:
        people = _Api(fetch, social, code)
        members, named = _members(people)
        files += [
            ("members.csv", _table(members)),
            ("adverts.csv", _table(_adverts(people, named))),
        ]
    return files


class _Api:
    """One of the services."""

    def __init__(self, fetch: Fetch, address: str, code: str) -> None:
        self.fetch = fetch
        self.root = f"{address.rstrip('/')}/{urllib.parse.quote(code, safe='')}/"

    def document(self, path: str) -> dict[str, Any]:
        """Return a document below the community."""
        return self._fetched(self.root + path)

    def _fetched(self, address: str) -> dict[str, Any]:
        document = self.fetch(address)
        if not isinstance(document, dict):
            raise Unreadable("api", f"{address} gives no JSON:API document.")
        return document

    def all(
        self, path: str, include: str = ""
    ) -> Iterator[tuple[dict[str, Any], dict[tuple[str, str], dict[str, Any]]]]:
        """Yield each record of all pages, with the records that its page includes.

        :param str include: relations whose records are wanted, too
        """
        query = {"page[size]": str(PAGE_SIZE), "page[after]": "0"}
        if include:
            query["include"] = include
        address = f"{self.root}{path}?{urllib.parse.urlencode(query)}"
        seen = set()
        for _page in range(PAGES_MAX):
            if address in seen:
                raise Unreadable("api", f"{address} names itself as the next page.")
            seen.add(address)
            document = self._fetched(address)
            more = {
                (one.get("type", ""), one.get("id", "")): one
                for one in document.get("included") or ()
            }
            for record in document.get("data") or ():
                yield record, more
            links = document.get("links") or {}
            following = links.get("next")
            if isinstance(following, dict):
                following = following.get("href")
            if not following:
                return
            address = urllib.parse.urljoin(address, following)
            if _origin(address) != _origin(self.root):
                # A token is for one service only.
                raise Unreadable(
                    "api", f"The next page is on another server: {address}"
                )
        raise Unreadable("api", f"{self.root}{path} has too many pages.")


def _origin(address: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(address)
    return parts.scheme, parts.netloc


def _attributes(record: Any) -> dict[str, Any]:
    found = record.get("attributes") if isinstance(record, dict) else None
    return found if isinstance(found, dict) else {}


def _related(record: dict[str, Any], name: str) -> tuple[str, str]:
    """Return type and id of a related record, empty where there is none."""
    data = ((record.get("relationships") or {}).get(name) or {}).get("data")
    if isinstance(data, list):
        data = data[0] if data else None
    return (data.get("type", ""), data.get("id", "")) if data else ("", "")


def _amount(value: Any, scale: int) -> str:
    """Return an amount in the smallest unit as a decimal number."""
    if value is None or value is False:
        return ""
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise Unreadable("api", f"“{str(value)[:40]}” is not an amount.") from error
    # −1 is without limit.
    return "" if number == -1 else f"{Decimal(number).scaleb(-scale):f}"


def _exact(value: Any, scale: int) -> str:
    """Return a balance or the amount of a transfer, which may be −1."""
    try:
        return f"{Decimal(int(value)).scaleb(-scale):f}"
    except (TypeError, ValueError) as error:
        raise Unreadable("api", f"“{str(value)[:40]}” is not an amount.") from error


def _accounts(accounts: list[Any], scale: int) -> Iterator[list[str]]:
    yield (
        "id created updated code status balance creditLimit maximumBalance key user.id"
    ).split()
    for record, _more in accounts:
        said = _attributes(record)
        yield [
            record.get("id", ""),
            said.get("created") or "",
            said.get("updated") or "",
            said.get("code") or "",
            said.get("status") or "active",
            _exact(said.get("balance"), scale),
            _amount(said.get("creditLimit"), scale),
            _amount(said.get("maximumBalance"), scale),
            "",
            "",
        ]


def _transfers(api: _Api, codes: dict[str, str], scale: int) -> Iterator[list[str]]:
    yield (
        "id created updated state amount description hash authorization payer.id"
        " payer.code payee.id payee.code user.id"
    ).split()
    for record, more in api.all("transfers", include="payer,payee"):
        said = _attributes(record)
        words = said.get("meta") or ""
        if isinstance(words, dict):
            words = words.get("description") or ""
        sides = []
        for side in ("payer", "payee"):
            kind, number = _related(record, side)
            code = codes.get(number) or _attributes(more.get((kind, number))).get(
                "code"
            )
            sides += [number, code or ""]
        yield [
            record.get("id", ""),
            said.get("created") or "",
            said.get("updated") or "",
            said.get("state") or "",
            _exact(said.get("amount"), scale),
            str(words),
            "",
            "",
            *sides,
            "",
        ]


def _members(api: _Api) -> tuple[list[list[str]], dict[str, str]]:
    """Return the rows of the members, and the code of each by its id."""
    rows = [
        "member.code name type description email phone address postcode place created"
        " access".split()
    ]
    codes = {}
    for record, more in api.all("members", include="contacts"):
        said = _attributes(record)
        codes[record.get("id", "")] = said.get("code") or ""
        contacts = {"email": "", "phone": ""}
        data = ((record.get("relationships") or {}).get("contacts") or {}).get("data")
        for one in data or ():
            contact = _attributes(more.get((one.get("type", ""), one.get("id", ""))))
            kind = str(contact.get("type") or "").lower()
            if kind in contacts and not contacts[kind]:
                contacts[kind] = str(contact.get("name") or "")
        address = said.get("address")
        address = address if isinstance(address, dict) else {}
        rows.append(
            [
                said.get("code") or "",
                said.get("name") or "",
                said.get("type") or "",
                said.get("description") or "",
                contacts["email"],
                contacts["phone"],
                address.get("streetAddress") or "",
                address.get("postalCode") or "",
                address.get("addressLocality") or "",
                said.get("created") or "",
                said.get("access") or "",
            ]
        )
    return rows, codes


def _adverts(api: _Api, members: dict[str, str]) -> Iterator[list[str]]:
    yield (
        "id member.code kind title content category price created expires state"
    ).split()
    for path, kind in (("offers", "offer"), ("needs", "want")):
        for record, more in api.all(path, include="category,member"):
            said = _attributes(record)
            member, category = _related(record, "member"), _related(record, "category")
            text = str(said.get("content") or "")
            yield [
                record.get("id", ""),
                members.get(member[1]) or _attributes(more.get(member)).get("code", ""),
                kind,
                said.get("name") or text.partition("\n")[0][:80],
                text,
                _attributes(more.get(category)).get("name", ""),
                str(said.get("price") or ""),
                said.get("created") or "",
                said.get("expires") or "",
                said.get("state") or "published",
            ]


def _table(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
