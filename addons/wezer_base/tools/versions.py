"""Whether somebody else changed a record since it was shown."""

import hashlib
import json
from collections.abc import Iterable

from odoo import models

from ..exceptions import Refusal


def version_of(record: models.BaseModel, names: Iterable[str]) -> str:
    """Return a word that differs when one of the fields ``names`` does.

    :param record: one record, or nothing yet
    :param names: fields that a form of it shows, ``partner_id.phone`` too
    """
    values = []
    for name in sorted(names):
        value = record.mapped(name)
        plain = sorted(value.ids) if hasattr(value, "ids") else str(value)
        values.append([name, plain])
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:20]


def check_version(
    record: models.BaseModel, names: Iterable[str], version: str | None
) -> None:
    """Refuse to overwrite what the caller has not seen.

    :param version: what :func:`version_of` returned when the record was shown;
        None or empty where the caller does not ask
    :raise Refusal: rule ``changed``
    """
    if not version:
        return
    now = version_of(record, names)
    if str(version) != now:
        raise Refusal(
            record.env._(
                "Someone else changed this while you were writing. You see the"
                " current value below each field. Change your text as you like, and"
                " save again to replace it."
            ),
            rule="changed",
            value=str(version)[:40],
            limit=now,
        )
