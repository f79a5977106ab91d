"""What callers pass in the context of a call."""

from collections.abc import Mapping
from typing import Any

from odoo import models


def without_defaults(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``context`` without values for new records.

    Odoo takes ``default_state`` and the like for each record that is created in this
    context, also for those that a method creates with the rights of the server.
    """
    return {
        name: value
        for name, value in context.items()
        if not (isinstance(name, str) and name.startswith("default_"))
    }


def plain(records: models.BaseModel) -> Any:
    """Return the same records, where no value for a new record is in the context."""
    kept = without_defaults(records.env.context)
    if len(kept) == len(records.env.context):
        return records
    # Replaced, not extended: names that are left out have to go.
    return records.with_context(kept)  # pylint: disable=context-overridden


def checked_keywords(user: models.BaseModel, keywords: Any) -> Any:
    """Return the keywords of a call as ``user`` may pass them.

    Forms of the back office open with values from their context; pages of visitors
    and members pass none.
    """
    context = keywords.get("context") if isinstance(keywords, dict) else None
    if not isinstance(context, Mapping) or (user and user._is_internal()):
        return keywords
    return {**keywords, "context": without_defaults(context)}
