"""The reason that somebody gives for an act on the money of others."""

from typing import Any

from odoo import api

from odoo.addons.wezer_base.exceptions import Refusal

from .texts import cleaned

#: A reason is a sentence: it has at least so many characters.
REASON_LETTERS = 10
REASON_LENGTH = 250


def checked_reason(env: api.Environment, reason: Any) -> str:
    """Return ``reason`` as one clean line.

    :raise Refusal: rule ``reason``, where it is too short to explain anything
    """
    text = cleaned(reason, REASON_LENGTH)
    if len(text) < REASON_LETTERS:
        raise Refusal(
            env._("Explain the reason in one sentence."),
            rule="reason",
            value=text,
            limit=str(REASON_LETTERS),
            field="reason",
        )
    return text
