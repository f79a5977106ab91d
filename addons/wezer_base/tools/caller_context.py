"""What callers pass in the context of a call."""

from collections.abc import Mapping
from typing import Any

from odoo import models

SUITE = "odoo.addons.wezer_"
# By these, forms open and save records. Several are extended by the suite.
FORM_METHODS = frozenset(
    {
        *("copy", "create", "default_get", "load", "name_create", "onchange"),
        *("web_save", "web_save_multi", "write"),
    }
)


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


def is_form_call(model: Any, method: str) -> bool:
    """Return whether forms of the back office may pass values to this method.

    They pass them to Odoo's methods, also where an addon of the suite extends one.
    """
    called = getattr(type(model), method, None)
    own = (getattr(called, "__module__", None) or "").startswith(SUITE)
    return method in FORM_METHODS or not own


def checked_keywords(
    user: models.BaseModel, keywords: Any, model: Any = None, method: str = ""
) -> Any:
    """Return the keywords of a call as ``user`` may pass them.

    Forms of the back office open with values from their context; pages of visitors
    and members pass none, and what a method of the suite creates it says itself.

    :param model: the model that is called, where it is known by now
    """
    context = keywords.get("context") if isinstance(keywords, dict) else None
    if not isinstance(context, Mapping):
        return keywords
    if user and user._is_internal() and (model is None or is_form_call(model, method)):
        return keywords
    return {**keywords, "context": without_defaults(context)}
