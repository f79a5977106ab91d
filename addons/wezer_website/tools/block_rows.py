"""The rows of each block, asked of the database once, as visitors may see them.

Pages with blocks are for visitors, whoever reads them: people, their words and how to
reach them are shown as visitors see them. Announcements, circles and news are shown
as the reader sees them.
"""

from datetime import date
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_decision.tools import decision_list
from odoo.addons.wezer_marketplace.tools import announcement_cards, search_sql


def rows(env: api.Environment, website: models.Model, name: str, options: dict) -> dict:
    """Return the values of the template that shows block ``name``."""
    return globals()[f"_{name}"](env, website, options)


def _name(env: api.Environment, website: models.Model, options: dict) -> Any:
    return {}


def _drawing(env: api.Environment, website: models.Model, options: dict) -> Any:
    return {}


# === FIGURES === #


def _numbers(env: api.Environment, website: models.Model, options: dict) -> Any:
    company = website.sudo().company_id
    found = env["website.snippet.filter"]._wezer_figures(company)
    shown = ["members", "circles"]
    for name in ("hours", "deals"):
        if options[name] == "1":
            shown.insert(1, name)
    return {"figures": [(name, found[name]) for name in shown if found[name]]}


def figures(env: api.Environment, company_id: int, year: int) -> dict:
    """Return how many members, hours of this year, deals and circles there are.

    Sums only: nobody and no amount can be told from them.
    """
    begin = days.begin(env, date(year, 1, 1))
    env.flush_all()
    env.cr.execute(
        SQL(
            """SELECT (SELECT count(*) FROM wezer_profile
                        WHERE company_id = %(company)s AND state = 'active'
                          AND is_person),
                      (SELECT coalesce(sum(t.amount_minor / c.minor_per_unit::numeric
                                           * c.hours_per_unit::numeric), 0)
                         FROM wezer_transfer t
                         JOIN wezer_currency c ON c.id = t.wezer_currency_id
                        WHERE c.company_id = %(company)s AND c.unit_kind = 'hour'
                          AND t.state = 'done' AND t.kind IN ('payment', 'donation')
                          AND t.date >= %(begin)s),
                      (SELECT count(*) FROM wezer_deal
                        WHERE company_id = %(company)s AND state = 'paid'),
                      (SELECT count(*) FROM wezer_group
                        WHERE company_id = %(company)s AND kind = 'circle' AND active)
            """,
            company=company_id,
            begin=begin,
        )
    )
    members, hours, deals, circles = env.cr.fetchone()
    return {
        "members": members,
        "hours": int(hours),
        "deals": deals,
        "circles": circles,
    }


# === ANNOUNCEMENTS === #


def _market(env: api.Environment, website: models.Model, options: dict) -> Any:
    found = _open(env, options, options["sort"], options["number"])
    return {"cards": announcement_cards.cards(found)}


def _dates(env: api.Environment, website: models.Model, options: dict) -> Any:
    ahead = Domain("date_start", ">=", fields.Datetime.now())
    found = _open(env, options, "soon", options["number"], ahead)
    return {"cards": announcement_cards.cards(found)}


def _open(
    env: api.Environment, options: dict, sort: str, number: int, more: Any = Domain.TRUE
) -> Any:
    """Return announcements with a free place, in the order of the market."""
    market = env["wezer.announcement"]
    question = {"kind": options.get("kind"), "sort": sort}
    for name in ("category", "group"):
        question[name] = options.get(name)
    domain = search_sql.filter_domain(market, question) & more
    domain &= Domain("state", "=", "open")
    found: dict[int, None] = {}
    with search_sql.planned_for_memory(env.cr):
        for statement in search_sql.statements(market, domain, question):
            if len(found) < number:
                first = SQL(
                    "SELECT id FROM (%s) found (id) LIMIT %s", statement, number
                )
                ids = [row[0] for row in env.execute_query(first)]
                found.update(dict.fromkeys(ids))
    return market.browse(list(found)[:number])


def _categories(env: api.Environment, website: models.Model, options: dict) -> Any:
    categories = env["wezer.category"].search(
        [("parent_id", "=", False)], limit=options["number"]
    )
    return {"categories": categories, "looks": categories._look()}


# === CIRCLES AND PEOPLE === #


def _circles(env: api.Environment, website: models.Model, options: dict) -> Any:
    groups = env["wezer.group"]._search_public(limit=options["number"])[0]
    return {"groups": groups, "tints": groups._tints()}


def _visitor(env: api.Environment, website: models.Model) -> Any:
    """Return the environment of somebody who is not logged in."""
    return env(user=website.sudo().user_id.id)


def _members(env: api.Environment, website: models.Model, options: dict) -> Any:
    visitor = _visitor(env, website)
    if not website.sudo().company_id.wezer_visitors_see_members:
        return {"profiles": env["wezer.profile"]}
    # Pictures and their levels are closed to visitors. The rules of visitors then
    # decide who is shown.
    shown = (
        env["wezer.profile"]
        .sudo()
        .search(
            [
                ("company_id", "=", website.sudo().company_id.id),
                ("state", "=", "active"),
                ("is_person", "=", True),
                ("share_picture", "=", "everyone"),
                ("image_1920", "!=", False),
            ],
            order="id desc",
            limit=options["number"],
        )
    )
    return {"profiles": shown.with_env(visitor)._filtered_access("read")}


def _voices(env: api.Environment, website: models.Model, options: dict) -> Any:
    said = env["wezer.assessment"]._on_wall(options["number"])
    profiles = (said.assessor_id | said.assessed_id)._wezer_profile()
    # Their names only where visitors may read them.
    seen = profiles.with_env(_visitor(env, website))._filtered_access("read")
    names = {one.sudo().partner_id.id: one for one in seen}
    return {
        "voices": [
            {
                "words": one.comment,
                "lang": one._written_in("comment"),
                "from": names.get(one.assessor_id.id),
                "about": names.get(one.assessed_id.id),
            }
            for one in said
        ]
    }


def _news(env: api.Environment, website: models.Model, options: dict) -> Any:
    of_group = Domain.TRUE
    if options["group"]:
        of_group = Domain("group_id", "=", options["group"])
    return {"news": env["wezer.news"]._latest(options["number"], more=of_group)}


def _decisions(env: api.Environment, website: models.Model, options: dict) -> Any:
    running = Domain("state", "in", decision_list.RUNNING)
    if options["group"]:
        running &= Domain("group_id", "=", options["group"])
    decisions = env["wezer.decision"].search(
        running, limit=options["number"], order="closes, id"
    )
    return {"decisions": decisions}


def _contact(env: api.Environment, website: models.Model, options: dict) -> Any:
    company = website.sudo().company_id
    visitor = _visitor(env, website)
    person = visitor["wezer.profile"].browse(options["member"] or []).exists()
    person = person._filtered_access("read")
    if person and person.sudo().state != "active":
        person = person.browse()
    return {
        "person": person,
        "contact": person.shared_contact() if person else {},
        "email": company.email or "",
        "phone": company.phone or "",
    }
