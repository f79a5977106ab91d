"""Reading the forms of the market: what people type, never trusted."""

from base64 import b64encode

from odoo import fields
from odoo.http import request
from odoo.tools import html2plaintext, plaintext2html

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import (
    decimal_text,
    numbered,
    record_ids,
    whole,
)
from odoo.addons.wezer_base.tools.place_cells import place_of

from ..models.wezer_announcement_picture import PICTURE_BYTES, PICTURES_MAX
from ..models.wezer_announcement_place import ROWS_MAX
from ..tools import announcement_page

# So many steps or people a form offers to type.
PARTS_MAX = 4
# New pictures come behind those that are there.
LAST = 1000
TEXTS = ("title", "city", "steps", "done_when")
CHOICES = ("kind", "price_mode", "claim_mode", "visibility", "unit", "repeat")


def to_utc(text, known=()):
    """Return what a ``datetime-local`` field sent as UTC, or False.

    :param known: the moments that the form was filled with
    """
    env = request.env
    try:
        moment = days.read_form(text, days.reader_zone(env), known)
    except ValueError as error:
        raise days.no_date(env, text) from error
    return fields.Datetime.to_string(moment) if moment else False


def to_local(moment):
    """Return a UTC moment as a ``datetime-local`` field wants it."""
    return days.form_text(moment, days.reader_zone(request.env))


def prices_of(post):
    """Return ``{currency id: text}`` of the fields ``price_<id>`` that are filled."""
    return numbered(post, "price_")


def terms_of(post, source):
    """Return the values of terms from a form.

    :param source: the announcement or the terms (sudo) that the form was filled with
    """
    if source._name == "wezer.terms":
        known = [source.date_start, source.date_due, source.expiry]
        known += source.milestone_ids.mapped("date_due")
    else:
        known = [source.date_start, source.date_end]
    names = ("quantity", "steps", "done_when", "message")
    vals = {name: post[name].replace("\r\n", "\n") for name in names if name in post}
    for name in ("date_start", "date_due", "expiry"):
        if name in post:
            vals[name] = to_utc(post[name], known)
    vals["prices"] = prices_of(post)
    if "milestone_name_0" in post:
        vals["milestones"] = milestones_of(post, known)
    if "share_who_0" in post:
        vals["shares"] = shares_of(post)
    return vals


def milestones_of(post, known=()):
    """Return the steps that are paid by themselves, as they were typed."""
    rows = []
    for index in range(PARTS_MAX):
        name = post.get(f"milestone_name_{index}", "").strip()
        percent = post.get(f"milestone_percent_{index}", "").strip()
        if name or percent:
            due = to_utc(post.get(f"milestone_due_{index}"), known)
            rows.append({"name": name, "percent": percent, "date_due": due})
    return rows


def shares_of(post):
    """Return the co-workers and their shares, as they were typed."""
    rows = []
    for index in range(PARTS_MAX):
        who = post.get(f"share_who_{index}", "").strip()
        if who:
            percent = post.get(f"share_percent_{index}", "").strip()
            rows.append({"partner_id": member_named(who), "percent": percent})
    return rows


def member_named(typed):
    """Return the partner id of the member with this full name, or this page."""
    typed = str(typed or "").strip()
    profiles = request.env["wezer.profile"]
    found = profiles._at_slug(typed) if typed else profiles
    if typed and not found:
        # Money goes there: a name that is nearly this one is another member's.
        found = profiles._search_directory(typed, limit=2, forgive=False)[0]
    if len(found) != 1:
        raise Refusal(
            request.env._("Enter the full name of one member."), rule="member"
        )
    # The partner is closed to members; who this is, they see.
    return found.sudo().partner_id.id


def announcement_of(post, announcement=None, source=None):
    """Return the values of an announcement, and nothing else a form may carry.

    :param source: the announcement that a new one is a copy of
    """
    form = request.httprequest.form
    vals = {"title": ""}
    vals.update({name: post[name] for name in TEXTS if name in post})
    words = post.get("description", "").strip()
    before = html2plaintext(announcement.description or "") if announcement else ""
    if words.split() != before.split():
        # What nobody changed keeps its pictures and its bold words.
        vals["description"] = plaintext2html(words)
    vals.update({name: post[name] for name in CHOICES if post.get(name)})
    category = whole(post.get("category_id"))
    vals["category_id"] = (
        request.env["wezer.category"].search([("id", "=", category)]).id
    )
    for name, model in (("skill_ids", "wezer.skill"), ("group_ids", "wezer.group")):
        ids = record_ids(form.getlist(name))
        chosen = request.env[model].search([("id", "in", ids)])
        vals[name] = [(6, 0, chosen.ids)]
    # What was typed, not chosen: the model knows or refuses it.
    vals["skill_words"] = post.get("skill_ids_typed", "")
    vals["group_words"] = post.get("group_ids_typed", "")
    vals["places"] = post.get("places", "1")
    for name in ("date_start", "date_end"):
        if name in post:
            known = [announcement[name]] if announcement else ()
            vals[name] = to_utc(post[name], known)
    for name in ("expiry", "repeat_until"):
        if name in post:
            vals[name] = days.read_day(request.env, post[name])
    if "repeat" in post:
        vals["repeat"] = vals.get("repeat", False)
    if "written_lang" in post:
        vals["written_lang"] = post["written_lang"] or False
    if "language_id" in post:
        vals["language_id"] = whole(post["language_id"]) or False
    vals.update(place_typed(post))
    vals.update(pictures_of(post, announcement or source, bool(source)))
    vals.update(thanks_of(post))
    vals["kept_places"] = [
        line for line in kept_typed(post) if line["skill"] or line["group_id"]
    ]
    return vals


def thanks_of(post):
    """Return quantity, unit and prices: hours for hours, nothing, or what was typed."""
    thanks, hours = post.get("thanks"), announcement_page.hours_currency(request.env)
    if thanks in ("hours", "none") and any(prices_of(post).values()):
        # Without a script both can be there: no price is dropped in silence.
        raise Refusal(
            request.env._(
                "You chose one way to say thank you and typed another price as well."
                " Choose “This price”, or empty its fields."
            ),
            rule="thanks",
            field=f"price_{next(iter(prices_of(post)))}",
        )
    if thanks == "hours" and hours:
        # As long as it takes: an hour for each.
        hour = hours._parse("1:00")
        return {
            "quantity": hours._parse(post.get("hours", "")) / hour,
            "unit": "hour",
            "price_mode": "all",
            "prices": {hours.id: hours._decimal(hour)},
        }
    return {
        "quantity": post.get("quantity") or "1",
        "prices": {} if thanks == "none" else prices_of(post),
    }


def kept_typed(post):
    """Return the places that are kept, as they were typed."""
    kept = []
    for index in range(ROWS_MAX):
        count = post.get(f"kept_count_{index}", "").strip()
        if count != "0":
            kept.append(
                {
                    "count": whole(count or "1", 0),
                    "skill": post.get(f"kept_skill_{index}", "").strip(),
                    "group_id": whole(post.get(f"kept_group_{index}")) or False,
                }
            )
    return kept


def place_typed(post):
    """Return the place on the map, where the form's button filled it in."""
    if "lat" not in post:
        return {}
    place = place_of(post["lat"], post.get("lon"))
    return dict(zip(("latitude", "longitude"), place or (0.0, 0.0), strict=True))


def pictures_of(post, announcement=None, copies=False):
    """Return the pictures of the form in their order; nothing where it shows none.

    Each picture that the form showed has the fields ``picture_order_<id>``,
    ``picture_caption_<id>`` and ``picture_remove_<id>``; new ones are ``pictures``,
    with ``new_order`` and ``new_caption`` in the same order where a script made them.
    """
    form = request.httprequest.form
    orders, captions = form.getlist("new_order"), form.getlist("new_caption")
    rows = []
    for index, file in enumerate(request.httprequest.files.getlist("pictures")):
        # One byte more than allowed is enough to be refused.
        data = file.read(PICTURE_BYTES + 1)
        if data:
            place = whole(orders[index], LAST) if index < len(orders) else LAST
            caption = captions[index] if index < len(captions) else ""
            row = {"image": b64encode(data).decode(), "caption": caption}
            rows.append((place, len(rows), row))
        if len(rows) > PICTURES_MAX:
            # One more than there may be is enough, too.
            break
    shown = announcement.picture_ids if announcement else ()
    if not rows and "pictures_shown" not in post:
        return {}
    kept = [
        (
            whole(post.get(f"picture_order_{picture.id}"), index),
            -1,
            {
                "copy_id" if copies else "id": picture.id,
                "caption": post.get(f"picture_caption_{picture.id}", ""),
            },
        )
        for index, picture in enumerate(shown)
        if not post.get(f"picture_remove_{picture.id}")
    ]
    rows = sorted(kept + rows, key=lambda row: row[:2])
    return {"pictures": [row for _place, _index, row in rows]}


def shown_in_form(announcement):
    """Return the texts that the form shows for ``announcement``."""
    return {
        **{name: announcement[name] or "" for name in (*TEXTS, *CHOICES)},
        "description": html2plaintext(announcement.description or ""),
        "category_id": announcement.category_id.id,
        "skill_ids": announcement.skill_ids.ids,
        "group_ids": announcement.group_ids.ids,
        "places": announcement.places,
        "quantity": decimal_text(announcement.quantity),
        "date_start": to_local(announcement.date_start),
        "date_end": to_local(announcement.date_end),
        "expiry": announcement.expiry or "",
        "repeat_until": announcement.repeat_until or "",
        "language_id": announcement.language_id.id,
        "written_lang": announcement._written_chosen(),
        "lat": announcement.latitude if announcement.located else "",
        "lon": announcement.longitude if announcement.located else "",
        "kept": [
            {
                "count": place.count,
                "skill": place.sudo().skill_id.name or "",
                "group_id": place.group_id.id,
            }
            for place in announcement.place_ids
        ],
        "thanks": announcement_page.thanks(announcement),
        "hours": announcement_page.hours_text(announcement),
        "prices": {
            line.wezer_currency_id.id: line.wezer_currency_id._decimal(line.unit_minor)
            for line in announcement.sudo().price_line_ids
            if announcement_page.thanks(announcement) == "other"
        },
    }


def copied_in_form(announcement):
    """Return the texts of the form for one like ``announcement``, without its dates."""
    dates = ("date_start", "date_end", "expiry", "repeat", "repeat_until")
    return {**shown_in_form(announcement), **dict.fromkeys(dates, "")}
