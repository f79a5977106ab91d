"""The outcome *publish*: an announcement that a circle decides to put on the market.

``outcome`` is one ``wezer.outcome`` (sudo); its values are fields of an announcement as
its author's form sends them (``wezer.announcement.action_create_own``), and a price as
``amount`` and ``currency``. The circle is the author. What the announcement costs was
decided with it: deals at the announced price are not asked again.
"""

from typing import Any

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.text import clean_line, has_letter
from odoo.addons.wezer_decision.tools import outcomes

TITLE_LENGTH = 120
PARAMS = {
    **dict.fromkeys(("kind", "title", "quantity", "unit", "claim_mode"), "line"),
    **dict.fromkeys(("visibility", "amount"), "line"),
    **dict.fromkeys(("description", "done_when"), "text"),
    "expiry": "day",
    "currency": "id",
}


def check(outcome: Any) -> None:
    """Refuse values that are no announcement; publishing itself is tried out.

    :raise Refusal: rules ``title``, ``electorate``, ``method``
    """
    env, vals = outcome.env, _values(outcome.params)
    if vals.get("kind") != "offer" and vals.get("prices"):
        # What is paid for it is not asked again.
        outcomes.check_method(outcome, "spend")
    else:
        outcomes.check_electorate(outcome)
    if not has_letter(vals.get("title") or ""):
        raise Refusal(
            env._("Say in a few words what this is about."),
            rule="title",
            field="title",
        )
    env["wezer.announcement"]._checked_vals(vals)


def execute(outcome: Any) -> Any:
    """Publish, and return the announcement (sudo)."""
    return _make(outcome)


def sentence(outcome: Any) -> str:
    """Return the outcome as people read it."""
    env, params = outcome.env, outcome.params or {}
    words = {
        "circle": outcome.decision_id.group_id.name,
        "title": clean_line(params.get("title") or "", TITLE_LENGTH),
        "price": _price(env, params),
    }
    if words["price"]:
        return env._("%(circle)s publishes “%(title)s” for %(price)s", **words)
    return env._("%(circle)s publishes “%(title)s”", **words)


def was_decided(origin: Any) -> bool:
    """Return whether a deal costs no more than a decision announced.

    :param origin: the record for which money is spent, or None
    """
    if origin is None or origin._name != "wezer.deal":
        return False
    deal = origin.sudo()
    announcement = deal.announcement_id
    if announcement.decision_id.state != "done" or announcement.kind != "want":
        return False
    terms = deal.accepted_terms_id or deal.terms_id
    if terms.quantity > announcement.quantity:
        return False
    announced = {
        line.wezer_currency_id: line._total(terms.quantity)
        for line in announcement.price_line_ids
    }
    return all(
        line.total_minor <= announced.get(line.wezer_currency_id, -1)
        for line in terms.price_line_ids
    )


def _make(outcome: Any) -> Any:
    decision = outcome.decision_id
    announcements = outcome.env["wezer.announcement"]
    vals = announcements._checked_vals(_values(outcome.params))
    announcement = announcements.create(
        {
            **vals,
            "author_id": decision.group_id.partner_id.id,
            "person_id": decision.proposer_id.id,
            "company_id": decision.company_id.id,
            "decision_id": decision.id,
        }
    )
    announcement._check_closing_day({})
    announcement._do_publish()
    return announcement


def _values(params: dict | None) -> dict:
    """Return the fields of the announcement; a form sends one price as two fields."""
    vals = dict(params or {})
    amount, currency = vals.pop("amount", None), vals.pop("currency", None)
    if amount and currency:
        vals["prices"] = {currency: amount}
    return vals


def _price(env: Any, params: dict) -> str:
    """Return the price as it was typed, with how often it may be paid."""
    currency = env["wezer.currency"].sudo().browse(params.get("currency") or [])
    code = currency.exists().code
    if not code or not params.get("amount"):
        return ""
    price, times = f"{params['amount']} {code}", str(params.get("quantity") or "1")
    return price if times == "1" else f"{times} × {price}"
