from odoo import http
from odoo.http import request

from ..tools.numbers import record_id

WORDS = {"skill": "wezer.skill", "category": "wezer.category"}
SHOWN = 8


class WezerWords(http.Controller):
    """Suggestions while a person types a skill or category."""

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

        :param str kind: ``skill`` or ``category``; another answers nothing
        :param str typed: what is typed so far
        :param int category: prefer what belongs there
        """
        if kind not in WORDS or not isinstance(typed, str):
            return []
        words = request.env[WORDS[kind]]
        near = request.env["wezer.category"]
        if category := record_id(category):
            near = near.search([("id", "=", category)])
        found = words._suggest(typed, limit=SHOWN, category=near)
        return [word._suggestion(typed) for word in found]
