from odoo import api, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.numbers import (
    AmbiguousNumber,
    NumberError,
    decimal_number,
    decimal_text,
    parse_whole,
)
from odoo.addons.wezer_base.tools.text import clean_text
from odoo.addons.wezer_currency.tools.texts import shortened

PLACES_MAX = 100_000


class WezerTyped(models.AbstractModel):
    """What people type and programs send, read once for all arrows.

    JSON takes any shape: what is no text, number, date or table is refused in words,
    before anything of it reaches a field.
    """

    _name = "wezer.typed"
    _description = "Reading what people send"

    @api.model
    def _words(self, value, most):
        """Return a text without the space around it, at most ``most`` characters."""
        if value is None or value is False:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refusal(self.env._("Say it in words."), rule="text")
        return clean_text(str(value), most)

    @api.model
    def _by_name(self, value):
        """Return a copy of a dict that was sent; None is an empty one."""
        if value is None or value is False:
            return {}
        if not isinstance(value, dict):
            raise Refusal(self.env._("This is not yours to write."), rule="field")
        return dict(value)

    @api.model
    def _moment(self, text, at_end=False):
        """Return a moment as a form or RPC sends it, in UTC.

        A day alone is the community's: its beginning, or (``at_end``) its end.
        """
        return days.read_moment(self.env, text, at_end=at_end)

    @api.model
    def _day(self, text):
        """Return a day of the community; of a moment, the day that it lies in."""
        day = days.parse_day(text) if isinstance(text, str) else None
        return day or days.day_of(self.env, self._moment(text))

    @api.model
    def _number(self, text):
        """Return a number above zero, as a form (with a comma too) or RPC sends it."""
        try:
            number = decimal_number(text)
        except AmbiguousNumber as error:
            first, second = (
                decimal_text(digits / 10**scale) for digits, scale in error.readings
            )
            raise Refusal(
                self.env._(
                    "“%(text)s” can mean %(first)s or %(second)s. Write one of"
                    " these two.",
                    text=shortened(text),
                    first=first,
                    second=second,
                ),
                rule="ambiguous",
                value=shortened(text),
                limit=f"{first} / {second}",
            ) from error
        except NumberError:
            number = 0
        if not 0 < number < 1000000:
            raise Refusal(
                self.env._("Say how much, as a number above zero."),
                rule="quantity",
                value=shortened(text),
                limit="0",
            )
        return number

    @api.model
    def _quantity_text(self, quantity):
        """Return a quantity as a form shows it, so that it is read back as it was."""
        return decimal_text(quantity)

    @api.model
    def _places(self, value):
        """Return a number of places; 0 is unlimited."""
        try:
            return parse_whole(value, most=PLACES_MAX)
        except NumberError as error:
            raise Refusal(
                self.env._("Say how many places there are, as a number."),
                rule="places",
                value=shortened(value),
                limit=str(PLACES_MAX),
            ) from error

    @api.model
    def _one_of(self, model, name, value):
        """Return ``value`` if the selection ``name`` of ``model`` has it."""
        known = self.env[model]._fields[name].get_values(self.env)
        if not isinstance(value, str) or value not in known:
            raise Refusal(
                self.env._("This is none of the choices: %s", str(value)[:40]),
                rule="choice",
                value=str(value)[:40],
                limit=", ".join(known),
            )
        return value
