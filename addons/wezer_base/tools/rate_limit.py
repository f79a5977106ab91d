"""Limits of how often something is done within a time, by what was done."""

from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.fields import Domain

from ..exceptions import Refusal


def why_not_more(
    done: Any, domain: list, within: timedelta, limit: int, sentence: str, rule: str
) -> Refusal | None:
    """Return the refusal where ``limit`` was reached within a time, None below it.

    A caller that acts on the answer holds a lock, so that nobody else counts meanwhile.

    :param done: the model (sudo) whose rows are counted by their ``date``
    :param domain: which of its rows count
    :param sentence: for the person who is refused
    """
    recent = Domain("date", ">", fields.Datetime.now() - within)
    count = done.search_count(Domain(domain) & recent, limit=limit)
    if count < limit:
        return None
    return Refusal(sentence, rule=rule, value=str(count), limit=str(limit))
