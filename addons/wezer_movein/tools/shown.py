"""What readers and replay found, as people read it: in their language and its numbers.

What is kept stays exact and in English, so that it can be counted and compared again.
"""

import re
from decimal import Decimal
from typing import Any

from odoo.tools.translate import code_translations

from odoo.addons.wezer_base.tools.shown_numbers import format_plain_decimal

from . import terms
from .keys import plain
from .report import clock

# As the replay and the currency write amounts; hours of a currency have a colon.
_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?", re.ASCII)


def term(env: Any, text: str) -> str:
    """Return a term of a reader in the reader's language."""
    texts = code_translations.get_python_translations(
        "wezer_movein", env.lang or "en_US"
    )
    if text in texts:
        return texts[text]
    template, value = terms.parts(text)
    return (texts.get(template) or template).replace("{value}", value)


def amount(env: Any, text: Any, digits: int, is_time: bool) -> str:
    """Return an exact amount with the decimals of its currency; nothing is rounded.

    Hours are shown as hours, minutes and, where there are some, seconds: those of a
    third of an hour have no end as decimals.

    :param text: a decimal in the unit of the currency, or what is none as it is
    :param digits: of the currency; an amount that needs more is shown with them
    """
    text = str(text or "")
    if not _DECIMAL.fullmatch(text):
        return format_plain_decimal(env, text)
    if is_time:
        shown = clock(Decimal(text)).removesuffix(" h")
    else:
        shown = plain(Decimal(text))
        whole, mark, decimals = shown.partition(".")
        if mark or digits:
            shown = f"{whole}.{decimals.ljust(digits, '0')}"
    return format_plain_decimal(env, shown)
