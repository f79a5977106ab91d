"""The market as Atom (RFC 4287) and iCalendar (RFC 5545).

Feeds show what the user of ``market`` sees, without the names of authors.
"""

from datetime import datetime
from typing import Any

import vobject
from dateutil import tz
from lxml import etree

from odoo import models
from odoo.tools import html2plaintext

from odoo.addons.wezer_base.tools import days

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
EVENTS = 200
SUMMARY_MAX = 1000


def atom(market: models.Model, question: dict, path: str) -> bytes:
    """Return an Atom feed of the newest that ``question`` finds.

    :param market: an empty recordset of ``wezer.announcement``
    :param path: the page on which people see the same
    """
    found, _count = market._search_public({**question, "sort": "new"}, 0, ENTRIES)
    base = market.get_base_url()
    community = market.env.company.sudo().name
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(feed, "id", base + path)
    _add(feed, "title", market.env._("Market of %(name)s", name=community))
    newest = max(found.mapped("write_date"), default=datetime(2000, 1, 1))
    _add(feed, "updated", _moment(newest))
    _add(feed, "link", rel="alternate", href=base + path)
    _add(_add(feed, "author"), "name", community)
    for announcement in found:
        entry = _add(feed, "entry")
        url = f"{base}/market/{announcement.slug}"
        # Not the address: it changes with the title.
        _add(entry, "id", f"{base}/market#{announcement.id}")
        _add(entry, "title", _title(announcement))
        _add(entry, "link", rel="alternate", href=url)
        _add(entry, "published", _moment(announcement.date_publish))
        _add(entry, "updated", _moment(announcement.write_date))
        _add(entry, "summary", _summary(announcement))
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8")


def calendar(market: models.Model, question: dict) -> bytes:
    """Return an iCalendar of what has a day among what ``question`` finds.

    :param market: an empty recordset of ``wezer.announcement``
    """
    found, _count = market._search_public({**question, "sort": "soon"}, 0, EVENTS)
    ical = vobject.iCalendar()
    ical.add("prodid").value = "-//Wezer//Market//EN"
    base = market.get_base_url()
    for announcement in found.filtered("date_start"):
        event = ical.add("vevent")
        event.add("uid").value = f"{announcement.id}@{base.partition('//')[2]}"
        event.add("dtstamp").value = utc(announcement.write_date)
        event.add("dtstart").value = utc(announcement.date_start)
        if announcement.date_end and announcement.date_end > announcement.date_start:
            event.add("dtend").value = utc(announcement.date_end)
        event.add("summary").value = _title(announcement)
        event.add("description").value = _summary(announcement)
        event.add("url").value = f"{base}/market/{announcement.slug}"
        if announcement.city:
            event.add("location").value = announcement.city
        if place := announcement._map_place():
            event.add("geo").value = f"{place[0]:.3f};{place[1]:.3f}"
    return ical.serialize().encode()


def _title(announcement: models.Model) -> Any:
    kinds = dict(announcement._fields["kind"]._description_selection(announcement.env))
    return plain(f"{kinds[announcement.kind]}: {announcement.title}")


def _summary(announcement: models.Model) -> Any:
    lines = [
        announcement.price_text,
        days.format_moment(
            announcement.env, announcement.date_start, True, announcement.date_end
        ),
        announcement.city,
        html2plaintext(announcement.description or "")[:SUMMARY_MAX],
    ]
    return plain("\n".join(filter(None, lines)))


def plain(text: str) -> str:
    """Return ``text`` without the characters that XML and calendars refuse."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def utc(moment: Any) -> Any:
    """Return a moment of the database as a calendar says it: in UTC, said so."""
    return moment.replace(microsecond=0, tzinfo=tz.UTC)


def _moment(moment: Any) -> str:
    return utc(moment).isoformat().replace("+00:00", "Z")


def _add(parent: Any, name: str, text: str | None = None, **attributes: Any) -> Any:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
