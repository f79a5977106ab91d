"""Numbers as a reader's language writes them: 4.3 in English, 4,3 in French."""

from odoo import api
from odoo.tools.misc import formatLang


def format_decimal(env: api.Environment, value: float, places: int) -> str:
    """Return ``value`` with ``places`` decimals, written as the reader's language does.

    Not for what a form or a program reads back.
    """
    return formatLang(env, value, digits=places)
