from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import record_id
from odoo.addons.wezer_base.tools.text import SEARCH_LETTERS

from ..tools.geo import place_of
from .wezer_announcement_query import SORTS

NUMBERS = ("category", "skill", "currency", "group")
WORDS = ("words", "place", "price_from", "price_to", "author")
DISTANCES = (1, 5, 20, 50)
CHOICES = {
    "kind": ("want", "offer"),
    "unpaid": ("1",),
    "sort": (*SORTS, "fits"),
    "when": ("today", "weekend", "week", "month", "dates"),
    "km": tuple(map(str, DISTANCES)),
}
DAYS = ("date_from", "date_to")
PLACE = ("lat", "lon")


class WezerAnnouncement(models.Model):
    """A question as an address carries it, and what it means to the one who asks."""

    _inherit = "wezer.announcement"

    @api.model
    def _clean_filters(self, params):
        """Return the filters of an address as plain words and numbers, else dropped."""
        filters = {}
        for name in WORDS:
            if params.get(name):
                filters[name] = str(params[name])[:120]
        for name, choices in CHOICES.items():
            if str(params.get(name) or "") in choices:
                filters[name] = str(params[name])
        for name in NUMBERS:
            if number := record_id(params.get(name)):
                filters[name] = number
        for name in DAYS:
            day = days.parse_day(params.get(name))
            if day:
                filters[name] = fields.Date.to_string(day)
        here = place_of(params.get("lat"), params.get("lon"))
        if here:
            # About a hundred metres: whoever gets the link learns no house number.
            filters.update(zip(PLACE, (round(one, 3) for one in here), strict=True))
        if params.get("skill_typed") and "skill" not in filters:
            # Typed, not chosen from the list: the first that is called so.
            typed = str(params["skill_typed"])[:SEARCH_LETTERS]
            known, _unknown = self.env["wezer.skill"]._ids_of_words(typed)
            if known:
                filters["skill"] = known[0].id
        return filters

    @api.model
    def _question(self, filters):
        """Return clean filters as :meth:`_search_public` takes them.

        Days become moments of the community's days, prices minor units, "near" a
        point; an author or a group that the caller does not see finds nothing.
        """
        plain = ("words", "kind", "category", "skill", "currency", "group", "sort")
        question = {name: filters[name] for name in plain if filters.get(name)}
        question["unpaid"] = bool(filters.get("unpaid"))
        question.update(self._question_days(filters))
        question.update(self._question_prices(filters))
        question.update(self._question_centre(filters))
        if filters.get("author"):
            profiles = self.env["wezer.profile"]
            profile = profiles._at_slug(filters["author"])
            # The partner is closed to members; whose page this is, they see.
            question["author"] = profile.sudo().partner_id.id or -1
        return question

    @api.model
    def _without_days(self, filters):
        return {name: filters[name] for name in filters if name not in (*DAYS, "when")}

    @api.model
    def _question_days(self, filters):
        """Return the moments between which it shall happen, in UTC."""
        today = days.today(self.env)
        saturday = today + timedelta(days=max(5 - today.weekday(), 0))
        last = {
            "today": today,
            "weekend": saturday + timedelta(days=6 - saturday.weekday()),
            "week": today + timedelta(days=7),
            "month": today + timedelta(days=31),
        }
        first, until = (days.parse_day(filters.get(name)) for name in DAYS)
        when = filters.get("when")
        if when in last:
            first = saturday if when == "weekend" else today
            until = last[when]
        days.check_order(self.env, first, until)
        moments = {}
        if first:
            moments["date_from"] = days.begin(self.env, first)
        if until:
            moments["date_to"] = days.end(self.env, until) - days.SECOND
        return moments

    @api.model
    def _question_prices(self, filters):
        """Return the bounds of a price; what is no amount does not count."""
        return self._price_bounds(filters)[0]

    @api.model
    def _unread_prices(self, filters):
        """Return why bounds of a price do not count, as sentences for the page."""
        return self._price_bounds(filters)[1]

    @api.model
    def _price_bounds(self, filters):
        """Return ``(bounds in minor units, sentences about what was not read)``."""
        currency = self.env["wezer.currency"].search(
            [("id", "=", filters.get("currency", False))]
        )
        bounds, unread = {}, []
        for name in ("price_from", "price_to"):
            if currency and filters.get(name):
                try:
                    bounds[name] = currency._parse(filters[name])
                except UserError as error:
                    unread.append(error.args[0])
        return bounds, unread

    @api.model
    def _question_centre(self, filters):
        """Return where "near" is: a point, a place known here, else one's own place.

        A place that nobody has on the map is looked for by its name.
        """
        here = place_of(filters.get("lat"), filters.get("lon"))
        typed = filters.get("place")
        if not here and typed:
            here = self._place_called(typed)
        elif not here and not self.env.user._is_public():
            profile = self.env.user.partner_id._wezer_profile()
            here = self._profile_place(profile)
        found = {"centre": here} if here else {}
        if filters.get("km") and here:
            found["km"] = int(filters["km"])
        elif typed:
            found["place"] = typed
        return found
