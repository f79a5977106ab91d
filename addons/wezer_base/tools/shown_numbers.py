"""Numbers as a reader's language writes them: 4.3 in English, 4,3 in French."""

from odoo import api
from odoo.tools import float_round
from odoo.tools.misc import formatLang, get_lang

# Four digits stay together, as in most languages: 1234.50, but 12,345.60.
UNGROUPED = 4
# Below, a number has two digits before its decimals at most, which no language groups.
GROUPED = 99


def format_decimal(env: api.Environment, value: float, places: int) -> str:
    """Return ``value`` with ``places`` decimals, written as the reader's language does.

    Not for what a form or a program reads back.
    """
    language = env["res.lang"]._get_data(code=env.lang)
    if language and abs(value) < GROUPED:
        # Nothing to group: the same without reading how the language groups.
        text = f"{float_round(value, precision_digits=places):.{places}f}"
        return text.replace(".", language.decimal_point)
    return formatLang(env, value, digits=places)


def format_plain_decimal(env: api.Environment, text: str) -> str:
    """Return an exact decimal, written with a point, as the reader's language does.

    ``12345.60`` is ``12,345.60`` in English and ``12 345,60`` in French. Hours and
    minutes (``1:30``) stay as they are. Nothing is rounded; complexity: the digits.
    """
    whole, point, rest = text.partition(".")
    if not whole.lstrip("-").isdecimal():
        return text
    language = get_lang(env)
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if len(digits) > UNGROUPED:
        digits = f"{int(digits):,}".replace(",", language.thousands_sep or "")
    return f"{sign}{digits}{language.decimal_point if point else ''}{rest}"
