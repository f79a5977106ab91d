from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import babel

from odoo import api, fields, models

from ..exceptions import Refusal
from ..tools.text import normalise
from ..tools.written_language import guess, short_code


class Written(NamedTuple):
    """Texts of one language, and the fields that name their writer.

    :param texts: fields of a model
    :param writers: fields of partners or users, the first that is set; else the user
        writes
    :param names: fields that are in the same language, and too short to tell it
    """

    texts: Sequence[str]
    writers: Sequence[str] = ()
    names: Sequence[str] = ()


class WezerWrittenMixin(models.AbstractModel):
    """A record with what people wrote, and the language that they wrote it in.

    Pages say it where they show the text, so that nobody hears French words spoken as
    English ones (:meth:`_written_in`; templates ask by themselves, see
    :mod:`..tools.direction`). It is guessed from the writer's language and from the
    text; what somebody chose stays.
    """

    _name = "wezer.written.mixin"
    _description = "Record with texts of people"

    # The languages that a record has, by their field.
    _written: dict[str, Written] = {}

    written_lang = fields.Char(
        string="Language of the text",
        help="Screen readers speak the text in this language.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Access first: a guess looks the writer up.
        self.check_access("create")
        for vals in vals_list:
            for name, written in self._written.items():
                text = _joined(vals.get(one) for one in written.texts)
                if text and not vals.get(name):
                    vals[name] = guess(text, self._language_of_writer(written, vals))
        return super().create(vals_list)

    def write(self, vals):
        guessed = {
            name: self if name in vals else self._still_guessed(name, written)
            for name, written in self._written.items()
            # Chosen is what has a value; an empty one asks for a guess.
            if not vals.get(name) and not vals.keys().isdisjoint((name, *written.texts))
        }
        result = super().write(vals)
        for name, records in guessed.items():
            for record in records:
                language = record._guessed(self._written[name])
                if language and language != record[name]:
                    # Not this method again.
                    super(WezerWrittenMixin, record).write({name: language})
        return result

    def _still_guessed(self, name, written):
        """Return those whose language nobody has chosen."""
        return self.filtered(
            lambda record: not record[name] or record[name] == record._guessed(written)
        )

    def _guessed(self, written):
        self.ensure_one()
        record = self.sudo()
        writers = {name: _partner(record[name]).id for name in written.writers}
        own = self._language_of_writer(written, writers)
        return guess(_joined(record[name] for name in written.texts), own)

    def _written_chosen(self, name: str = "written_lang") -> str:
        """Return the language that somebody chose, empty where it is only guessed."""
        self.ensure_one()
        code = self.sudo()[name]
        return code if code and code != self._guessed(self._written[name]) else ""

    @api.model
    def _language_of_writer(self, written, vals):
        """Return the short code of the writer's language."""
        number = next((vals[one] for one in written.writers if vals.get(one)), None)
        writer = self.env["res.partner"].browse(number) if number else None
        # Only the language of whoever wrote.
        code = writer.sudo().lang if writer else self.env.user.sudo().lang
        return short_code(code or self.env.lang)

    def _written_in(self, name: str) -> str | None:
        """Return the short code of the language of the text in the field ``name``.

        None where it is not known, or the field is no text of people.
        """
        if len(self) != 1:
            return None
        field = next(
            (
                own
                for own, written in self._written.items()
                if name in written.texts or name in written.names
            ),
            None,
        )
        # The language of a text that the reader has been given.
        return (field and self.sudo()[field]) or None

    @api.model
    def _written_choices(self) -> list[tuple[str, str]]:
        """Return ``(code, name)`` of the languages that a text can be in.

        Those of the website come first, then all that are known, by their names in
        the reader's language.
        """
        languages = self.env["res.lang"].sudo().with_context(active_test=False)
        here = self.env["website"].get_current_website().sudo().language_ids
        names = self._language_names()
        codes = {short_code(code) for code in languages.search([]).mapped("code")}
        first = dict.fromkeys(short_code(code) for code in here.mapped("code"))
        named = {code: names.get(code) for code in (*first, *codes) if code}
        others = sorted(
            (code for code in named if named[code] and code not in first),
            key=lambda code: normalise(named[code] or ""),
        )
        ordered = [*(code for code in first if code), *others]
        return [(code, named[code] or code) for code in ordered]

    @api.model
    def _language_names(self) -> Mapping[str, str]:
        """Return ``{code: name}`` of languages, in the reader's language."""
        return babel.Locale.parse(self.env.lang or "en_US").languages

    @api.model
    def _checked_language(self, code: Any) -> str | bool:
        """Return the code of a language that somebody chose, False for none.

        :raise Refusal: rule ``language``
        """
        if not code:
            return False
        if not isinstance(code, str) or code not in dict(self._written_choices()):
            raise Refusal(
                self.env._("This language is not known here."),
                rule="language",
                value=str(code)[:40],
                field="written_lang",
            )
        return code


def _partner(writer):
    return writer.partner_id if writer._name == "res.users" else writer


def _joined(texts):
    return " ".join(str(text) for text in texts if text)
