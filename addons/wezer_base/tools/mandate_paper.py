"""The signed paper by which a member who cannot log in authorises somebody."""

import base64
import binascii
from typing import Any

from odoo import api
from odoo.tools.mimetypes import guess_mimetype

from ..exceptions import Refusal
from .text import clean_line

PAPER_MAX = 5 << 20
NAME_LENGTH = 120
# What browsers show without running it.
KINDS = ("application/pdf", "image/png", "image/jpeg")


def read(env: api.Environment, paper: Any, name: Any) -> dict:
    """Return the values of a mandate that keep the file; none where there is none.

    :param paper: the file in base64
    :raise Refusal: rule ``paper``, where it is no picture or PDF, or too large
    """
    if not paper:
        return {}
    error = Refusal(
        env._("Choose a picture or a PDF file of at most 5 MB."),
        rule="paper",
        limit="5 MB",
        field="paper",
    )
    if not isinstance(paper, str | bytes) or len(paper) > PAPER_MAX * 4 // 3 + 8:
        raise error
    try:
        content = base64.b64decode(paper, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise error from wrong
    if len(content) > PAPER_MAX or guess_mimetype(content) not in KINDS:
        raise error
    name = clean_line(str(name or ""), NAME_LENGTH) or env._("Authorisation")
    return {"paper": base64.b64encode(content), "paper_name": name}


def missing(env: api.Environment) -> Refusal:
    """Return the refusal where the paper is asked for."""
    return Refusal(
        env._(
            "Add a picture or a PDF file of the authorisation that this member signed."
        ),
        rule="paper",
        field="paper",
    )
