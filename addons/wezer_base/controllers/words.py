from odoo import http
from odoo.http import request

from ..tools.numbers import record_id
from ..tools.words import suggested_model

SHOWN = 8


class WezerWords(http.Controller):
    """Suggestions while a person types a skill, a category, a name."""

    @http.route(
        "/wezer/words/<string:kind>",
        type="jsonrpc",
        auth="public",
        website=True,
        multilang=False,
        readonly=True,
    )
    def words(self, kind, typed="", category=None, **_kwargs):
        """Return the nearest words: dicts ``id``, ``name``, ``hint``.

        :param str kind: ``skill``, ``category``, ``member``, and what addons add;
            another answers nothing
        :param str typed: what is typed so far
        :param int category: prefer what belongs there
        """
        words = suggested_model(request.env, kind)
        if words is None or not isinstance(typed, str):
            return []
        near = request.env["wezer.category"]
        if category := record_id(category):
            near = near.search([("id", "=", category)])
        found = words._suggest(typed, limit=SHOWN, category=near)
        return [word._suggestion(typed) for word in found]
