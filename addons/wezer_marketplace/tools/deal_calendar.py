"""The dates of an agreed deal: the reminder before them, and the calendar entry.

``deal`` is one deal (sudo), in the reader's language and time zone.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import vobject

from odoo import fields, models

from odoo.addons.wezer_base.tools import days

from .feeds import plain, utc

# Both sides are reminded so long before what they agreed on.
BEFORE = timedelta(days=1)
# Letters about these tell when it takes place.
TELLING = frozenset(("accepted", "send_back", "paid", "dispute"))
# Letters about these tell that it does not.
CANCELLING = frozenset(
    ("over", "release", "late", "dispute", "refunded", "cancelled_late")
)


def begins(deal: models.Model) -> Any:
    """Return when it begins, as the deal's page says, or False."""
    return deal.accepted_terms_id.date_start or deal.announcement_id.date_start


def dates(deal: models.Model) -> list[datetime]:
    """Return the moments that people agreed on: when it begins, and when it is due.

    What begins and is due within a day is one date.
    """
    first, due = begins(deal), deal._agreed_due()
    if not deal.accepted_terms_id:
        return []
    if first and due and due <= first + BEFORE:
        due = False
    return [moment for moment in (first, due) if moment]


def next_reminder(deal: models.Model) -> Any:
    """Return when both sides are reminded next; False where they are not.

    Of what was agreed less than a day before nobody has to be reminded.
    """
    if deal.state != "accepted":
        return False
    now = fields.Datetime.now()
    moments = [moment - BEFORE for moment in dates(deal)]
    return min((moment for moment in moments if moment > now), default=False)


def entry_date(deal: models.Model) -> Any:
    """Return the moment of the calendar entry, False where there is none to come."""
    now = fields.Datetime.now()
    return min((moment for moment in dates(deal) if moment > now), default=False)


def may_be_kept(deal: models.Model) -> bool:
    """Return whether the deal's page offers its date for a calendar."""
    return deal.state == "accepted" and bool(entry_date(deal))


def method_for(deal: models.Model, partner: Any, kinds: Collection[str]) -> str:
    """Return what a letter does to the calendar of ``partner``.

    :param kinds: of the notices in the letter
    :return: ``PUBLISH``, ``CANCEL`` or "" (nothing)
    """
    if not entry_date(deal):
        return ""
    concerned = partner.user_ids[:1]._acts_for(deal._parties(), "market")
    if deal.state == "accepted":
        if concerned:
            return "PUBLISH" if TELLING.intersection(kinds) else ""
        # Who handed the work over was told that somebody else does it.
        return "CANCEL" if "accepted" in kinds else ""
    is_over = deal.state == "ended" and CANCELLING.intersection(kinds)
    return "CANCEL" if is_over else ""


def file_name(deal: models.Model) -> str:
    """Return what the file of the calendar entry is called."""
    return f"deal-{deal.id}.ics"


def entry(deal: models.Model, method: str = "PUBLISH") -> bytes:
    """Return the deal's next date as iCalendar (RFC 5545, RFC 5546).

    It has neither the names nor the addresses of the people, nor what is paid: many
    share their calendar with others. Nobody is asked to answer to it, so nobody's
    address is needed.

    :param method: ``PUBLISH``, or ``CANCEL`` where it does not take place
    """
    env, moment = deal.env, entry_date(deal)
    ical = vobject.iCalendar()
    ical.add("prodid").value = "-//Wezer//Deals//EN"
    ical.add("method").value = method
    event = ical.add("vevent")
    event.add("uid").value = _uid(deal)
    # What happens to a deal is kept: it is more with each new date.
    event.add("sequence").value = str(len(deal.event_ids))
    event.add("dtstamp").value = utc(fields.Datetime.now())
    event.add("dtstart").value = utc(moment)
    event.add("class").value = "PRIVATE"
    event.add("status").value = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    _add_organizer(event, deal)
    starts = moment == begins(deal)
    title = deal.title
    if not starts:
        title = env._("To be done: %(title)s", title=title)
        # A deadline takes nobody's time.
        event.add("transp").value = "TRANSPARENT"
    event.add("summary").value = plain(title)
    if method == "CANCEL":
        return ical.serialize().encode()
    due, lines = deal._agreed_due(), []
    if starts and due and moment < due <= moment + BEFORE:
        event.add("dtend").value = utc(due)
    elif due:
        said = days.format_moment(env, due, weekday=True)
        lines.append(env._("To be done by %(moment)s.", moment=said))
    url = f"{deal.get_base_url()}/my/deals/{deal.id}"
    event.add("url").value = url
    event.add("description").value = plain("\n".join([*lines, url]))
    if deal.announcement_id.city:
        event.add("location").value = plain(deal.announcement_id.city)
    return ical.serialize().encode()


def _uid(deal: models.Model) -> str:
    """Return the identifier of the entry, the same whatever the site's address is."""
    database = deal.env["ir.config_parameter"].sudo().get_param("database.uuid")
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{database}/{deal._name}/{deal.id}"))


def _add_organizer(event: Any, deal: models.Model) -> None:
    """Name the community: an entry that is published has an organizer."""
    company = deal.company_id
    address = company.partner_id.email_normalized
    organizer = event.add("organizer")
    organizer.value = f"mailto:{address}" if address else deal.get_base_url()
    # A quotation mark cannot be part of a parameter.
    organizer.params = {"CN": [plain(company.name).replace('"', "")]}
