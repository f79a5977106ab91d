from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

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
        return str(value).replace("\0", "").strip()[:most]

    @api.model
    def _by_name(self, value):
        """Return a copy of a dict that was sent; None is an empty one."""
        if value is None or value is False:
            return {}
        if not isinstance(value, dict):
            raise Refusal(self.env._("This is not yours to write."), rule="field")
        return dict(value)

    @api.model
    def _moment(self, text):
        """Return a date or moment as a form or RPC sends it."""
        said = str(text).replace("T", " ")[:19]
        try:
            if isinstance(text, bool | int | float | list | dict):
                raise ValueError
            return fields.Datetime.to_datetime(
                said + ":00" if len(said) == 16 else said
            )
        except ValueError as error:
            raise Refusal(
                self.env._("“%(text)s” is no date.", text=said), rule="date", value=said
            ) from error

    @api.model
    def _number(self, text):
        """Return a number above zero, as a form (with a comma too) or RPC sends it."""
        number = 0
        if not isinstance(text, bool):
            try:
                number = float(str(text).replace(",", "."))
            except ValueError:
                number = 0
        if not 0 < number < 1000000:
            raise Refusal(
                self.env._("Say how much, as a number above zero."),
                rule="quantity",
                value=str(text)[:40],
                limit="0",
            )
        return number

    @api.model
    def _places(self, value):
        """Return a number of places; 0 is unlimited."""
        text = str(value).strip()
        if isinstance(value, bool) or not text.isdecimal() or int(text) > PLACES_MAX:
            raise Refusal(
                self.env._("Say how many places there are, as a number."),
                rule="places",
                value=text[:40],
                limit=str(PLACES_MAX),
            )
        return int(text)

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
