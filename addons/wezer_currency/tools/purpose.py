"""The words that say what a payment is for."""

from typing import Any

from odoo.addons.wezer_base.tools.written_language import guess


def language_of_purpose(records: Any, name: str) -> str | None:
    """Return the short code of the language of a purpose, for templates.

    Only as far as its words tell it: whose they are is not kept.

    :param records: of a model with ``purpose``
    :param name: the field that a template shows
    """
    if name != "purpose" or len(records) != 1:
        return None
    return guess(records.purpose or None, None)
