"""What the page of an announcement, and the form to write one, show to the user."""

from odoo import api, models

from ..models.wezer_deal import NEGOTIATING
from . import matchmaking


def page_values(announcement: models.BaseModel) -> dict:
    """Return the values of the page of ``announcement`` for the user."""
    env = announcement.env
    user, public = env.user, env.user._is_public()
    known = announcement.sudo()
    author, shown_author = known.author_id, announcement._shown_author()
    own = not public and bool(user._acts_for(author, "market"))
    parties = author.browse()
    if not public:
        parties = user._wezer_acting_choices() - author
        if announcement.kind == "offer" and known.price_line_ids:
            # Whoever answers an offer pays: for those whom the user may pay for.
            parties = user._acts_for(parties, "wallet")
    answers = not public and not own
    deals = _deals(announcement, own, parties)
    return {
        "announcement": announcement,
        "main_object": announcement,
        "author_name": shown_author.display_name or "",
        "author_profile": env["wezer.profile"].search(
            [("partner_id", "in", shown_author.ids)], limit=1
        ),
        "score": {} if public else author._wezer_score(),
        "own": own,
        "public": public,
        "closed": announcement._why_closed(),
        "not_me": announcement._why_not_me() if answers else "",
        "place": answers
        and announcement.state == "open"
        and known._has_place(user.partner_id),
        "parties": parties,
        "deals": deals,
        "agreed": deals.filtered(lambda deal: deal.state not in NEGOTIATING),
        "currencies": known.price_line_ids.wezer_currency_id,
        "reason": matchmaking.reasons_for_user(announcement)[announcement.id]
        if answers
        else "",
        "helpers": announcement._fitting_members() if own else [],
        "km": matchmaking.format_distance(announcement, _own_place(env)),
        "favourite": None
        if public
        else announcement.id in env["wezer.favourite"]._among(announcement),
    }


def form_values(
    env: api.Environment, typed: dict, announcement: models.BaseModel | None = None
) -> dict:
    """Return the values of the form for ``announcement``, a new one where None.

    :param typed: what the form is filled with
    """
    groups = own_groups(env)
    if announcement:
        groups |= announcement.group_ids
    return {
        "typed": typed,
        "announcement": announcement,
        "version": announcement.edit_version() if announcement else "",
        # It can be published, but only by a person who may pay for the author.
        "waits_for_wallet": announcement is not None
        and bool(announcement)
        and not announcement._state_refusal("publish")
        and announcement._waits_for_wallet(),
        "categories": env["wezer.category"].search([]),
        "skills": env["wezer.skill"].search([("id", "in", typed.get("skill_ids", []))]),
        "groups": groups,
        "currencies": env["wezer.currency"].search([]),
        "parties": env.user._wezer_acting_choices(),
        "kept_places": (typed.get("kept") or []) + [{}],
        "roles": env["wezer.group"].search(
            [
                "|",
                ("is_user_member", "=", True),
                ("parent_id.is_user_member", "=", True),
            ]
        ),
        # Names of languages are for all; the table is not.
        "languages": env["res.lang"].sudo().search([("active", "=", True)]),
    }


def own_groups(env: api.Environment) -> models.BaseModel:
    """Return the circles that the user is a member of."""
    return env["wezer.group"].search(
        [("is_user_member", "=", True), ("kind", "=", "circle")]
    )


def _deals(
    announcement: models.BaseModel, own: bool, parties: models.BaseModel
) -> models.BaseModel:
    """Return the answers that the user sees on the page, all where it is their own."""
    deals = announcement.env["wezer.deal"]
    if announcement.env.user._is_public():
        return deals
    deals = deals.search(
        [("announcement_id", "=", announcement.id), ("state", "!=", "ended")]
    )
    if own:
        return deals
    # Whoever runs the project, or moderates, has not answered.
    return deals.filtered(lambda deal: deal.sudo().replier_id in parties)


def _own_place(env: api.Environment) -> tuple[float, float] | None:
    """Return where the user lives, as far as they say; None for visitors."""
    if env.user._is_public():
        return None
    return env.user.partner_id._wezer_profile()._map_place()
