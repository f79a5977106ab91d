from datetime import datetime

import vobject
from dateutil import tz
from lxml import etree

from odoo import api, models
from odoo.tools import html2plaintext

from odoo.addons.wezer_base.tools import days

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
EVENTS = 200
SUMMARY_MAX = 1000


class WezerAnnouncement(models.Model):
    """The market as a feed: what a visitor may see, and nobody's name."""

    _inherit = "wezer.announcement"

    @api.model
    def _feed_atom(self, filters, path):
        """Return an Atom feed of the newest that ``filters`` find, in bytes.

        :param dict filters: as :meth:`_search_public` takes them
        :param str path: where a person sees the same
        """
        found, _count = self._search_public({**filters, "sort": "new"}, 0, ENTRIES)
        base = self.get_base_url()
        community = self.env.company.sudo().name
        feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
        _tell(feed, "id", base + path)
        _tell(feed, "title", self.env._("Market of %(name)s", name=community))
        newest = max(found.mapped("write_date"), default=datetime(2000, 1, 1))
        _tell(feed, "updated", _moment(newest))
        _tell(feed, "link", rel="alternate", href=base + path)
        _tell(_tell(feed, "author"), "name", community)
        for one in found:
            entry = _tell(feed, "entry")
            url = f"{base}/market/{one.slug}"
            # Not the address: it changes with the title.
            _tell(entry, "id", f"{base}/market#{one.id}")
            _tell(entry, "title", one._feed_title())
            _tell(entry, "link", rel="alternate", href=url)
            _tell(entry, "published", _moment(one.date_publish))
            _tell(entry, "updated", _moment(one.write_date))
            _tell(entry, "summary", one._feed_text())
        return etree.tostring(feed, xml_declaration=True, encoding="UTF-8")

    @api.model
    def _feed_calendar(self, filters):
        """Return an iCalendar of what has a day among what ``filters`` find."""
        found, _count = self._search_public({**filters, "sort": "soon"}, 0, EVENTS)
        calendar = vobject.iCalendar()
        calendar.add("prodid").value = "-//Wezer//Market//EN"
        base = self.get_base_url()
        for one in found.filtered("date_start"):
            event = calendar.add("vevent")
            event.add("uid").value = f"{one.id}@{base.partition('//')[2]}"
            event.add("dtstamp").value = _utc(one.write_date)
            event.add("dtstart").value = _utc(one.date_start)
            if one.date_end and one.date_end > one.date_start:
                event.add("dtend").value = _utc(one.date_end)
            event.add("summary").value = one._feed_title()
            event.add("description").value = one._feed_text()
            event.add("url").value = f"{base}/market/{one.slug}"
            if one.city:
                event.add("location").value = one.city
            if one._place():
                event.add("geo").value = f"{one.latitude:.6f};{one.longitude:.6f}"
        return calendar.serialize().encode()

    def _feed_title(self):
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return _plain(f"{kinds[self.kind]}: {self.title}")

    def _feed_text(self):
        self.ensure_one()
        lines = [
            self.price_text,
            days.format_moment(self.env, self.date_start, True, self.date_end),
            self.city,
            html2plaintext(self.description or "")[:SUMMARY_MAX],
        ]
        return _plain("\n".join(filter(None, lines)))


def _plain(text):
    """Return ``text`` without the characters that XML and calendars refuse."""
    return "".join(one for one in text if one.isprintable() or one in "\n\t")


def _utc(moment):
    return moment.replace(microsecond=0, tzinfo=tz.UTC)


def _moment(moment):
    return _utc(moment).isoformat().replace("+00:00", "Z")


def _tell(parent, name, text=None, **attributes):
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
