import datetime

from odoo import api, models
from odoo.tools import format_list
from odoo.tools.translate import get_translation

from ..tools import days
from ..tools.direction import plain_apart
from ..tools.shown_numbers import format_decimal


class WezerSentence(models.AbstractModel):
    """Gives stored sentences in the language of whoever reads them.

    Addons add a method ``_value_<kind>`` for each kind of value they bring; see
    :mod:`..tools.stored_sentence`.
    """

    _name = "wezer.sentence"
    _description = "Stored sentence"

    @api.model
    def _read_by(self, person):
        """Return this model in the language and the time zone of ``person``."""
        zone = days.zone_called(person.tz) or days.community_zone(self.env)
        lang = person.lang or self.env.company.sudo().partner_id.lang
        return self.with_context(lang=lang, wezer_zone=zone.key)

    @api.model
    def _text(self, packed):
        """Return the words of a packed sentence, None where they cannot be had.

        A record that it names may be gone.
        """
        try:
            return self._shown(packed)
        except LookupError:
            return None

    def _shown(self, packed):
        if isinstance(packed, list):
            return format_list(self.env, [self._shown(value) for value in packed])
        if isinstance(packed, dict):
            return getattr(self, f"_value_{packed['kind']}")(packed["data"])
        return packed

    def _value_sentence(self, data):
        values = data["values"]
        if isinstance(values, list):
            values = tuple(plain_apart(self._shown(value)) for value in values)
        else:
            values = {
                name: plain_apart(self._shown(value)) for name, value in values.items()
            }
        return get_translation(
            data["module"], self.env.lang or "en_US", data["source"], values
        )

    def _value_day(self, data):
        return days.format_day(self.env, datetime.date.fromisoformat(data))

    def _value_moment(self, data):
        return days.format_moment(self.env, datetime.datetime.fromisoformat(data))

    def _value_decimal(self, data):
        return format_decimal(self.env, *data)

    def _value_record(self, data):
        return format_list(self.env, self._record(*data).mapped("display_name"))

    def _value_sentence_of(self, data):
        name, number = data
        return self._record(name, [number])._sentence()

    def _value_check(self, data):
        """Return what a check of the nightly run looks for."""
        checks = self.env["wezer.invariant"]._checks()
        names = {function.__name__: str(name) for name, function in checks}
        return names[data]

    def _record(self, name, ids):
        # sudo: the reader was told of it by name, and reads no more than that.
        found = self.env[name].sudo().browse(ids).exists()
        if len(found) < len(ids):
            raise LookupError(name)
        return found
