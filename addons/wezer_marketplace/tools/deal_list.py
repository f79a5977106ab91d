"""The list *My deals*: which deals of the caller, and what each row says."""

from typing import Any, NamedTuple

from odoo import api, models
from odoo.fields import Domain

from ..models.wezer_deal import ASKING, DEAL, LIVE
from . import deal_words

PAGE = 20
# So many open deals are asked what they want of the caller.
ASKED_MAX = 200
# So many parties are offered to choose from.
PARTIES_MAX = 50
VIEWS = ("open", "mine", "done")


class Choice(NamedTuple):
    """What the list is narrowed to."""

    view: str = ""
    party: int = 0
    search: str = ""


def of_choice(env: api.Environment, choice: Choice) -> Domain:
    """Return the domain of the caller's deals that ``choice`` narrows to, any state."""
    domain = env["wezer.deal"]._own_deals_domain()
    if choice.party:
        sides = ("author_id", "replier_id", "coworker_ids")
        domain &= Domain.OR(Domain(side, "=", choice.party) for side in sides)
    if choice.search:
        # sudo: who is a side of one's own deal is named on its page; the names of
        # others are matched, too, but no deal of theirs is in the list.
        named = env["res.partner"].sudo()._search([("name", "ilike", choice.search)])
        domain &= Domain.OR(
            [
                Domain("title", "ilike", choice.search),
                Domain("author_id", "in", named),
                Domain("replier_id", "in", named),
            ]
        )
    return domain


def found(env: api.Environment, choice: Choice, page: int) -> dict[str, Any]:
    """Return the deals of a page of the list, and how many there are in all.

    :return: ``deals``, ``total`` and ``view``: where nothing is open, and nothing was
        chosen, the finished ones are shown
    """
    deals, domain = env["wezer.deal"], of_choice(env, choice)
    offset = (page - 1) * PAGE
    if choice.view == "mine":
        asking = deals.search(domain & Domain("state", "in", ASKING), limit=ASKED_MAX)
        asking._read_together()
        wanted = asking.filtered(lambda deal: deal._own_questions())
        return {
            "deals": wanted[offset : offset + PAGE],
            "total": len(wanted),
            "view": "mine",
        }
    for view in (choice.view,) if choice.view else ("open", "done"):
        states = LIVE if view == "open" else DEAL.without(*LIVE)
        shown = domain & Domain("state", "in", states)
        part = deals.search(shown, limit=PAGE, offset=offset)
        if part or view == "done" or choice.view:
            break
    total = len(part) + offset
    if len(part) == PAGE or not part:
        total = deals.search_count(shown)
    return {"deals": part, "total": total, "view": view}


def rows(deals: models.Model) -> list[dict[str, Any]]:
    """Return the rows of these deals, those that ask something of the caller first.

    :return: dicts ``deal``, ``name`` and ``profile`` (of the other side), ``party``
        (whom the caller acts for, where it is not themselves), ``asks`` (bool),
        ``line``, ``amount``, ``direction``, ``state`` and ``due``
    """
    deals._read_together()
    user = deals.env.user
    found_rows = []
    for deal in deals:
        record, me = deal.sudo(), deal._my_party()
        other = record._other(me) if me else record.author_id
        found_rows.append(
            {
                "deal": deal,
                "other": other,
                "name": other.name,
                "party": me.name if me and me != user.partner_id else "",
                "asks": bool(deal._own_questions()),
                "line": deal._turn_line(),
                "amount": _amount(record),
                "direction": direction(record, me),
                "state": record._state_label(),
                "due": deal._agreed_due() if record.state == "accepted" else False,
            }
        )
    others = deals.env["res.partner"].union(*(row["other"] for row in found_rows))
    profiles = deals.env["wezer.profile"].search([("partner_id", "in", others.ids)])
    seen = {profile.sudo().partner_id.id: profile for profile in profiles}
    for row in found_rows:
        row["profile"] = seen.get(row.pop("other").id)
    return sorted(found_rows, key=lambda row: not row["asks"])


def _amount(record: models.Model) -> str:
    terms = record.accepted_terms_id or record.terms_id
    sums = {line.wezer_currency_id: line.total_minor for line in terms.price_line_ids}
    return deal_words.chip_text(sums) or record.env._("unpaid help")


def direction(record: models.Model, me: models.Model) -> str:
    """Return which way the money of a deal goes, for ``me``; empty where none does."""
    terms = record.accepted_terms_id or record.terms_id
    if record.state == "ended" or not terms.price_line_ids:
        return ""
    paid = record.state == "paid"
    if me == record.payer_id:
        return record.env._("you paid") if paid else record.env._("you pay")
    if me == record.payee_id or me in record.coworker_ids:
        return record.env._("you received") if paid else record.env._("you receive")
    return ""


def parties(env: api.Environment) -> models.Model:
    """Return whom the caller may list the deals of: themselves, and others."""
    ids = env.user._acting_ids("market")[: PARTIES_MAX + 1]
    if len(ids) < 2:
        return env["res.partner"].sudo()
    return env["res.partner"].sudo().browse(ids).sorted("display_name")
