"""Numbers as a reader's language writes them: 4.3 in English, 4,3 in French."""

import ast
import re

from odoo import api
from odoo.tools import float_round
from odoo.tools.misc import get_lang

from odoo.addons.base.models.res_lang import intersperse

# Fewer digits before the decimals are grouped by no language.
GROUPED = 4
# A whole number, and its decimals or minutes.
_NUMBER = re.compile(r"(-?)([0-9]+)(?:([.:])([0-9]+))?")


def format_decimal(env: api.Environment, value: float, places: int) -> str:
    """Return ``value`` with ``places`` decimals, written as the reader's language does.

    Not for what a form or a program reads back.
    """
    rounded = float_round(value, precision_digits=places)
    return format_plain_decimal(env, f"{rounded:.{places}f}")


def format_plain_decimal(env: api.Environment, text: str) -> str:
    """Return an exact decimal, written with a point, as the reader's language does.

    ``12345.60`` is ``12,345.60`` in English and ``12\N{NO-BREAK SPACE}345,60`` in
    French. Hours and minutes keep their colon. Nothing is rounded; complexity: the
    digits.
    """
    match = _NUMBER.fullmatch(text)
    if not match:
        return text
    sign, whole, mark, rest = match.groups()
    languages = env["res.lang"]
    # Kept by the process: no field of a record is read.
    language = languages._get_data(code=env.lang) or languages._get_data(
        code=get_lang(env).code
    )
    if len(whole) >= GROUPED:
        counts = ast.literal_eval(language.grouping)
        whole = intersperse(whole, counts, language.thousands_sep or "")[0]
    if mark == ".":
        mark = language.decimal_point
    return f"{sign}{whole}{mark or ''}{rest or ''}"
