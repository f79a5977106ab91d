"""What the page of an announcement, and the form to write one, show to the user."""

from odoo import api, models
from odoo.tools import SQL

from ..models.wezer_announcement_picture import PICTURES_MAX
from ..models.wezer_deal import NEGOTIATING
from . import matchmaking

# Parties of a reader whose limits are looked at before an answer.
WARNED_PARTIES = 5
# The rules of a question that is one too many.
CAPS = ("waiting", "daily", "all_waiting", "recipient")


def page_values(announcement: models.BaseModel) -> dict:
    """Return the values of the page of ``announcement`` for the user."""
    env = announcement.env
    user, public = env.user, env.user._is_public()
    known = announcement.sudo()
    known.category_id._wezer_take_kept()
    known.price_line_ids.wezer_currency_id._wezer_take_kept()
    author = known.author_id
    # Read together: the community's name stands for that of a hidden author.
    (author | env.company.sudo().partner_id).mapped("wezer_group_ids")
    shown_author = announcement._shown_author()
    own = not public and bool(user._acts_for(author, "market"))
    parties = author.browse()
    if not public:
        parties = user._wezer_acting_choices() - author
        if announcement.kind == "offer" and known.price_line_ids:
            # Whoever answers an offer pays: for those whom the user may pay for.
            parties = user._acts_for(parties, "wallet")
    answers = not public and not own
    deals = _deals(announcement, own, parties)
    closed = announcement._why_closed()
    questions = env["wezer.announcement.question"]
    ask_refusal = questions._why_not_ask(announcement) if answers else None
    not_me = announcement._why_not_me() if answers else ""
    place = (
        answers and announcement.state == "open" and known._has_place(user.partner_id)
    )
    return {
        "announcement": announcement,
        "main_object": announcement,
        "author_name": shown_author.display_name or "",
        # Filtered by the rules in memory: the profile is read anyway.
        "author_profile": shown_author._wezer_profile()
        .filtered("active")
        .with_env(env)
        ._filtered_access("read"),
        "score": {} if public or shown_author != author else author._wezer_score(),
        "own": own,
        "public": public,
        "closed": closed,
        "pending": answers and user._wezer_standing() == "pending",
        "look": env["wezer.category"]._look()[known.category_id.id],
        "pictures": announcement.picture_ids,
        "skills": _skills(announcement),
        "questions": questions._shown_on(announcement),
        "may_ask": answers and not ask_refusal,
        # Where too many wait, say so; whoever may not act reads that in the box.
        "ask_refusal": ask_refusal
        and getattr(ask_refusal, "rule", "") in CAPS
        and ask_refusal.args[0],
        "share_address": f"{announcement.get_base_url()}/market/{announcement.slug}",
        "not_me": not_me,
        "place": place,
        "warnings": warnings_before(announcement, parties)
        if place and not (closed or not_me or deals)
        else [],
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


def warnings_before(
    announcement: models.BaseModel, parties: models.BaseModel
) -> list[str]:
    """Return which warnings of their limits those who answer an offer would pass.

    Answering an offer agrees to pay it: the press is the payer's last one. Each
    currency of the price is looked at by itself.

    :param parties: for whom the user may answer; the first few are looked at
    """
    known = announcement.sudo()
    if known.kind != "offer" or not known.price_line_ids:
        return []
    leaving: dict = {}
    for line in known.price_line_ids:
        money, minor = line.wezer_currency_id, line.total_minor
        leaving[money] = leaving.get(money, 0) + minor + money._levies(minor)[0]
    transfers, said = announcement.env["wezer.transfer"], []
    for party in parties[:WARNED_PARTIES]:
        for text in transfers._warnings_before(party, leaving):
            name = party.display_name if len(parties) > 1 else ""
            said.append(f"{name}: {text}" if name else text)
    return said


def form_values(
    env: api.Environment,
    typed: dict,
    announcement: models.BaseModel | None = None,
    source: models.BaseModel | None = None,
) -> dict:
    """Return the values of the form for ``announcement``, a new one where None.

    :param typed: what the form is filled with
    :param source: the announcement that a new one is a copy of
    """
    shown = announcement or source
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
        "hours_currency": hours_currency(env),
        "pictures": shown.picture_ids if shown else [],
        "source": source,
        "more_open": _has_more(shown) if shown else False,
        "pictures_max": PICTURES_MAX,
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
        "written_choices": env["wezer.announcement"]._written_choices(),
    }


def _has_more(announcement: models.BaseModel) -> bool:
    """Return whether something under "More options" is not as it is at first."""
    return bool(
        announcement.places != 1
        or announcement.claim_mode != "first_come"
        or announcement.place_ids
        or announcement.repeat
        or announcement.visibility != "everyone"
        or announcement.group_ids
        or announcement.language_id
        or announcement.steps
        or announcement.done_when
    )


def hours_currency(env: api.Environment) -> models.BaseModel:
    """Return the currency whose hours thank for hours; empty where there is none."""
    currencies = env["wezer.currency"].search([])
    own = currencies.filtered(lambda one: one._is_hours() and not one.external)
    return own[:1]


def thanks(announcement: models.BaseModel) -> str:
    """Return what the form chooses: ``hours`` for hours, ``none`` or ``other``."""
    lines = announcement.sudo().price_line_ids
    if not lines:
        return "none"
    hours = hours_currency(announcement.env)
    for_hours = (
        announcement.unit == "hour"
        and lines.wezer_currency_id == hours
        and lines.unit_minor == hours._parse("1:00")
    )
    return "hours" if for_hours else "other"


def hours_text(announcement: models.BaseModel) -> str:
    """Return the quantity of hours as the form shows it: 1, or 1:30."""
    hours = hours_currency(announcement.env)
    if not hours or announcement.unit != "hour":
        return "1"
    text = hours._decimal(round(announcement.quantity * hours._parse("1:00")))
    return text.removesuffix(":00")


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


def _skills(announcement: models.BaseModel) -> models.BaseModel:
    """Return the skills of ``announcement`` with their names, by one query."""
    relation = announcement._fields["skill_ids"]
    chosen = SQL(
        "(SELECT %s FROM %s WHERE %s = %s)",
        SQL.identifier(relation.column2),
        SQL.identifier(relation.relation),
        SQL.identifier(relation.column1),
        announcement.id,
        to_flush=relation,
    )
    skills = announcement.env["wezer.skill"]
    return skills.search_fetch([("id", "in", chosen)], ["name"])


def _own_place(env: api.Environment) -> tuple[float, float] | None:
    """Return where the user lives, as far as they say; None for visitors."""
    if env.user._is_public():
        return None
    return env.user.partner_id._wezer_profile()._map_place()
