"""The governance log of a circle for its page, as a table, and as a feed."""

import csv
import io
from datetime import datetime
from typing import Any

from dateutil import tz
from lxml import etree

from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.tables import no_formula

from . import governance, rules

PAGE = 50
ENTRIES = 50
# A table has all rows of a circle; so many are read at once.
BLOCK = 2000
# Word of a filter: the kinds of events that it shows.
FILTERS = {
    "decisions": (
        *("announced", "opened", "extended", "version", "closed", "ended"),
        *("executed", "stuck", "challenged", "challenge_dismissed"),
        *("challenge_upheld", "kept_off", "kept_off_ended"),
    ),
    "objections": ("objection", "objection_ended"),
    "roles": ("role_given", "role_ended", "term_changed", "held_over"),
    "policies": (
        *("reserved", "unreserved", "policy", "policy_dropped"),
        *("colleges", "colleges_dropped"),
    ),
    "delegations": ("delegation_given", "delegation_ended"),
    "moderation": ("moderated",),
}
ATOM = "http://www.w3.org/2005/Atom"


def kinds(env: Any) -> list[tuple[str, str]]:
    """Return the groups of events that a filter offers: word and label."""
    return [
        ("decisions", env._("Decisions")),
        ("objections", env._("Objections")),
        ("roles", env._("Roles")),
        ("policies", env._("Policies")),
        ("delegations", env._("Delegations")),
        ("moderation", env._("Moderation")),
    ]


def reserved(group: Any) -> list[tuple[str, str]]:
    """Return the matters whose deciding together the user can end: word and label."""
    if group._why_not_end_reserve():
        return []
    policies = rules.policies(group.env)
    return [
        (matter, policies[f"decides_{matter}"].label)
        for matter in rules.MATTERS
        if group.sudo()._way_of(matter)[0] != "none"
    ]


def question(group: Any, kind: str, since: str) -> tuple[Domain, dict]:
    """Return the domain of what a reader asks for, and what is shown of it again."""
    domain = Domain("group_id", "=", group.id)
    if kind in FILTERS:
        domain &= Domain("kind", "in", FILTERS[kind])
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
    out = io.StringIO()
    writer = csv.writer(out)
    events = group.env["wezer.governance.event"]
    offset, head = 0, 0
    while found := events.search(domain, limit=BLOCK, offset=offset):
        for row in list(governance.file_rows(found))[head:]:
            writer.writerow([no_formula(str(cell)) for cell in row])
        offset, head = offset + BLOCK, 1
    return out.getvalue()


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
