"""The governance log of a circle for its page, as a table, and as a feed."""

import csv
import io
from datetime import datetime
from typing import Any

from dateutil import tz
from lxml import etree

from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days

PAGE = 50
ENTRIES = 50
# A table has all rows of a circle; so many are read at once.
BLOCK = 2000
ATOM = "http://www.w3.org/2005/Atom"


def kinds(env: Any) -> list[tuple[str, str]]:
    """Return the kinds of events as a filter offers them."""
    return list(env["wezer.governance.event"]._kinds().items())


def question(group: Any, kind: str, since: str) -> tuple[Domain, dict]:
    """Return the domain of what a reader asks for, and what is shown of it again."""
    domain = Domain("group_id", "=", group.id)
    if kind in dict(kinds(group.env)):
        domain &= Domain("kind", "=", kind)
    else:
        kind = ""
    day = days.parse_day(since)
    if day:
        domain &= Domain("date", ">=", days.begin(group.env, day))
    return domain, {"kind": kind, "since": day.isoformat() if day else ""}


def rows(events: Any) -> list[dict]:
    """Return the events as sentences, with the address of each decision."""
    seen = set(events.decision_id._filtered_access("read").ids)
    return [
        {
            "date": event.date,
            "sentence": event._sentence(),
            "url": f"/decisions/{event.decision_id.id}"
            if event.decision_id.id in seen
            else "",
        }
        for event in events
    ]


def csv_of(group: Any, domain: Domain) -> str:
    """Return the events as a table, the newest first."""
    env = group.env
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([env._("Date"), env._("Kind"), env._("Event"), env._("Decision")])
    named = dict(kinds(env))
    events, offset = env["wezer.governance.event"], 0
    while found := events.search(domain, limit=BLOCK, offset=offset):
        for event, row in zip(found, rows(found), strict=True):
            writer.writerow(
                [
                    days.file_text(env, event.date),
                    named.get(event.kind, event.kind),
                    _no_formula(str(row["sentence"])),
                    row["url"],
                ]
            )
        offset += BLOCK
    return out.getvalue()


def _no_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def atom(group: Any) -> bytes:
    """Return the latest events of ``group`` as Atom."""
    env = group.env(context={**group.env.context, "wezer_zone": _zone(group.env)})
    group = group.with_env(env)
    base, path = group.get_base_url(), f"/groups/{group.slug}/log"
    events = env["wezer.governance.event"].search(
        [("group_id", "=", group.id)], limit=ENTRIES
    )
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(feed, "id", base + path)
    _add(feed, "title", env._("Decisions and changes of %s", group.name))
    _add(feed, "updated", _moment(max(events.mapped("date"), default=datetime.min)))
    _add(feed, "link", rel="alternate", href=base + path)
    _add(_add(feed, "author"), "name", group.name)
    for event, row in zip(events, rows(events), strict=True):
        entry = _add(feed, "entry")
        _add(entry, "id", f"{base}{path}#{event.id}")
        _add(entry, "title", _plain(str(row["sentence"])))
        _add(entry, "link", rel="alternate", href=base + (row["url"] or path))
        _add(entry, "updated", _moment(event.date))
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8")


def _zone(env: Any) -> str:
    return days.community_zone(env).key


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _moment(moment: datetime) -> str:
    moment = max(moment, datetime(2000, 1, 1)).replace(microsecond=0, tzinfo=tz.UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
