"""What a system knows of an announcement beyond title and text, as fields of ours.

Only values that our fields can hold are taken; everything else keeps its default.
"""

from datetime import datetime
from typing import Any

from odoo.fields import Command

from odoo.addons.wezer_base.tools import numbers
from odoo.addons.wezer_base.tools.text import TITLE_LENGTH, clean_line, clean_text

from .content import Advert
from .reading import is_number

CHOICES = {
    "unit": ("hour", "piece", "time"),
    "price_mode": ("one", "all"),
    "claim_mode": ("first_come", "choose"),
    "visibility": ("everyone", "members", "groups"),
    "repeat": ("week", "fortnight", "month"),
}
PLACES_MAX = 100_000
QUANTITY_MAX = 1e9
TEXT_LENGTH = 8000


def values_of(env: Any, advert: Advert, group_ids: list[int]) -> dict[str, Any]:
    """Return what replaces the values of an announcement without details.

    :param group_ids: the groups that alone see it
    """
    said = advert.details
    vals: dict[str, Any] = {}
    if not said:
        return vals
    for field, choices in CHOICES.items():
        if said.get(field) in choices:
            vals[field] = said[field]
    if vals.get("visibility") == "groups":
        # Without any of them only its author sees it: never more people than before.
        vals["group_ids"] = [Command.set(group_ids)]
    return vals | _numbers(said) | _texts(said)


def _numbers(said: dict[str, str]) -> dict[str, Any]:
    vals: dict[str, Any] = {}
    if is_number(said.get("places", "")):
        vals["places"] = min(int(said["places"]), PLACES_MAX)
    if "quantity" in said:
        quantity = numbers.decimal_number(said["quantity"])
        if 0 < quantity <= QUANTITY_MAX:
            vals["quantity"] = quantity
    if "waiting_list" in said:
        vals["waiting_list"] = said["waiting_list"] == "yes"
    if said.get("latitude") and said.get("longitude"):
        vals["latitude"] = float(said["latitude"])
        vals["longitude"] = float(said["longitude"])
    return vals


def _texts(said: dict[str, str]) -> dict[str, Any]:
    vals: dict[str, Any] = {}
    if said.get("description"):
        # Cleaned when it is written, as everything that people write.
        vals["description"] = said["description"]
    for field in ("date_start", "date_end"):
        if said.get(field):
            vals[field] = datetime.strptime(said[field], "%Y-%m-%dT%H:%M:%SZ")
    if said.get("repeat_until"):
        vals["repeat_until"] = said["repeat_until"]
    for field in ("steps", "done_when"):
        if said.get(field):
            vals[field] = clean_text(said[field], TEXT_LENGTH)
    if said.get("city"):
        vals["city"] = clean_line(said["city"], TITLE_LENGTH)
    return vals
