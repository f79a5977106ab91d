"""Matching both ways: wants for a member, and members for a want.

Points and reasons are those of :mod:`.matching`; here the two sides are read from
records, each as far as the user may see the other, and candidates are chosen.
"""

from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.shown_numbers import format_decimal
from odoo.addons.wezer_base.tools.text import normalise

from .geo import distance
from .matching import Side, fit, rarity
from .search_sql import (
    NEWEST,
    distance_domain,
    facet_domain,
    filter_domain,
    planned_for_memory,
    select_each,
)

# So many of each sort are looked at closely.
CANDIDATES = 40
SKILLED = 150
# So many rows of the rarest skills are counted together; of what takes more common
# ones the newest are looked at.
COUNTED_TOGETHER = 3_000
# So many skills a reason names.
NAMED = 3

# === THE TWO SIDES === #


class Helper:
    """The user as a helper, read once for a page: side, weights of skills, groups."""

    def __init__(self, env: api.Environment) -> None:
        # sudo: where the user counts, the user sees.
        groups = (
            env["wezer.group"]
            .sudo()
            .search_fetch(
                [
                    ("id", "in", env["wezer.group"]._user_group_ids()),
                    ("company_id", "in", env.companies.ids),
                ]
            )
        )
        self.groups = groups.sudo(False)
        self.side = _helper_side(env, self.groups)
        self.weights = skill_weights(env, self.side.skills)
        self._wants: dict[int, Side] = {}

    def wants(
        self, announcements: models.Model, along: models.Model | None = None
    ) -> dict[int, Side]:
        """Return what announcements ask for, by their ids, read once for a page.

        :param along: others that the page will ask about, read together
        """
        asked = announcements.union(along) if along else announcements
        new = asked.filtered(lambda want: want.id not in self._wants)
        self._wants.update(want_sides(new))
        return {number: self._wants[number] for number in announcements.ids}


def _helper_side(env: api.Environment, groups: models.Model) -> Any:
    """Return the user as a helper: all that their own profile says."""
    profile = env.user.partner_id._wezer_profile()
    return Side(
        skills=frozenset(profile.skill_ids.ids),
        categories=frozenset(profile.skill_ids.category_ids.ids),
        groups=frozenset(groups.ids),
        languages=frozenset(profile.language_ids.ids),
        city=normalise(profile.city),
        place=profile._map_place(),
    )


def shared_side(profile: models.Model) -> Side:
    """Return a member as a helper: only what they share with members."""
    # The copies for members are theirs to read; the place has its own level.
    own = profile.sudo()
    shows_place = own.share_place in ("members", "everyone")
    return Side(
        skills=frozenset(own.members_skill_ids.ids),
        languages=frozenset(own.members_language_ids.ids),
        city=normalise(own.city) if shows_place else "",
        place=own._map_place() if shows_place else None,
    )


def want_sides(announcements: models.Model) -> dict[int, Side]:
    """Return what each announcement asks for, by its id, asked of the database at once.

    Their groups may be hidden ones: only those that the helper is in are matched.
    """
    if not announcements:
        return {}
    wants, env = announcements.sudo(), announcements.env
    skills, groups = (wants._fields[name] for name in ("skill_ids", "group_ids"))
    rows = env.execute_query(
        SQL(
            """SELECT a.id,
                      ARRAY(SELECT s.id FROM wezer_announcement_wezer_skill_rel r
                              JOIN wezer_skill s ON s.id = r.wezer_skill_id
                             WHERE r.wezer_announcement_id = a.id AND s.active),
                      ARRAY(SELECT g.id FROM wezer_announcement_wezer_group_rel r
                              JOIN wezer_group g ON g.id = r.wezer_group_id
                             WHERE r.wezer_announcement_id = a.id AND g.active)
                 FROM unnest(%s::int[]) a(id)""",
            wants.ids,
            to_flush=(
                *(skills, groups, env["wezer.skill"]._fields["active"]),
                env["wezer.group"]._fields["active"],
            ),
        )
    )
    sides = {}
    for number, skill_ids, group_ids in rows:
        want = wants.browse(number).with_prefetch(wants._prefetch_ids)
        sides[number] = Side(
            skills=frozenset(skill_ids),
            categories=frozenset(want.category_id.ids),
            groups=frozenset(group_ids),
            languages=frozenset(want.language_id.ids),
            city=want.city_text or "",
            place=want._map_place(),
        )
    return sides


def skill_weights(env: api.Environment, skills: Any) -> dict[int, float]:
    """Return the weight of each skill: the fewer wants ask for it, the higher."""
    if not skills:
        return {}
    counts = dict(
        env.execute_query(
            SQL(
                """SELECT wezer_skill_id, count(*)
                     FROM wezer_announcement_wezer_skill_rel
                    WHERE wezer_skill_id = ANY(%s) GROUP BY 1""",
                sorted(skills),
            )
        )
    )
    total = max([len(counts), *counts.values()]) if counts else 1
    return {skill: rarity(counts.get(skill, 0), total) for skill in skills}


# === WANTS FOR A MEMBER === #


def fitting_wants(
    market: models.Model,
    limit: int = 10,
    domain: Domain | None = None,
    helper: Helper | None = None,
    along: models.Model | None = None,
) -> list[tuple]:
    """Return the wants that fit the user, the best first, with reasons.

    :param market: an empty recordset of ``wezer.announcement``
    :param domain: further restriction
    :param helper: the user, where a page has read them already
    :param along: announcements of the same page, read together with the candidates
    :return: ``(announcement, reasons)``; nothing fits without a reason
    """
    helper = helper or Helper(market.env)
    wants = _candidate_wants(market, helper.side, helper.weights, domain)
    if along:
        wants = wants.with_prefetch((*wants.ids, *along.ids))
    sides = helper.wants(wants, along)
    scored = []
    for want in wants:
        points, reasons = fit(helper.side, sides[want.id], helper.weights)
        if reasons and points > 0:
            scored.append((-points, -want.id, want, reasons))
    scored.sort(key=lambda row: row[:2])
    return [(want, reasons) for _points, _id, want, reasons in scored[:limit]]


def fitting_first(
    market: models.Model, ids: list[int], question: dict, most: int
) -> list[int]:
    """Return ``ids`` with those that fit the user first, the best before.

    What is full stays last: one would only wait there.
    """
    domain = filter_domain(market, question) & Domain("state", "=", "open")
    fits = fitting_wants(market, most, domain)
    fitting = [want.id for want, _reasons in fits]
    if question.get("words"):
        found = set(ids)
        fitting = [number for number in fitting if number in found]
    return list(dict.fromkeys(fitting + ids))


def reasons_for_user(
    wants: Any, helper: Helper | None = None, near: bool = True
) -> dict:
    """Return ``{id: why it fits the user}``, sentences, empty where nothing does.

    :param wants: announcements; offers have no reason
    :param near: whether to name the distance, where the page does not
    """
    env = wants.env
    helper = helper or Helper(env)
    texts = dict.fromkeys(wants.ids, "")
    me = env.user.partner_id
    # A want fits its own author, but that is no news.
    asked = wants.filtered(
        lambda want: want.kind == "want" and want.sudo().author_id != me
    )
    for number, side in helper.wants(asked).items():
        reasons = fit(helper.side, side, helper.weights)[1]
        if not near:
            reasons.pop("km", None)
        texts[number] = _reason_for_user(env, reasons)
    return texts


def _candidate_wants(
    market: models.Model, helper: Any, weights: Any, domain: Domain
) -> models.Model:
    """Return the wants worth a closer look, as the user may see them."""
    env = market.env
    me = env.user.partner_id
    base = filter_domain(market, {"kind": "want"}) & Domain("author_id", "!=", me.id)
    if domain:
        base &= Domain(domain)
    # What the user has answered, even in vain, is offered no more.
    deals = env["wezer.deal"]
    answered = SQL(
        """(SELECT announcement_id FROM wezer_deal
             WHERE replier_id = %s AND announcement_id IS NOT NULL)""",
        me.id,
        to_flush=(deals._fields["replier_id"], deals._fields["announcement_id"]),
    )
    base &= Domain("id", "not in", answered)
    facets = [f"g{number}" for number in sorted(helper.groups)]
    facets += [f"c{number}" for number in sorted(helper.categories)]
    filters = [facet_domain(facets)] if facets else []
    if helper.skills:
        filters.append(facet_domain([f"s{number}" for number in sorted(helper.skills)]))
    if helper.place:
        filters.append(distance_domain(helper.place, 10))
    if helper.city:
        filters.append(Domain("city_text", "=", helper.city))
    limits = [CANDIDATES] * len(filters)
    if weights:
        filters.append(Domain("id", "in", SQL("(%s)", _skilled_sql(env, weights))))
        limits.append(SKILLED)
    if not filters:
        return market.browse()
    statements = select_each(market, base, filters, NEWEST, limits)
    with planned_for_memory(env.cr):
        rows = env.execute_query(SQL(" UNION ALL ").join(statements))
    return market.browse(dict.fromkeys(number for (number,) in rows))


def _skilled_sql(env: api.Environment, weights: Any) -> SQL:
    """Return the SELECT of the wants that share most with these skills."""
    env.flush_all()
    return SQL(
        """WITH skill AS (
                 SELECT id, weight, sum(taken) OVER (ORDER BY taken, id) AS upto
                   FROM unnest(%s::int[], %s::float[]) AS given(id, weight),
                        LATERAL (SELECT count(*) AS taken
                                   FROM wezer_announcement_wezer_skill_rel
                                  WHERE wezer_skill_id = given.id) AS counted)
               SELECT taken.wezer_announcement_id
                 FROM skill
                 JOIN wezer_announcement_wezer_skill_rel taken
                   ON taken.wezer_skill_id = skill.id
                 JOIN wezer_announcement want ON want.id = taken.wezer_announcement_id
                  AND want.state IN %s AND want.kind = 'want'
                WHERE skill.upto <= %s
                GROUP BY 1 ORDER BY sum(skill.weight) DESC, 1 DESC LIMIT %s""",
        sorted(weights),
        [weights[skill] for skill in sorted(weights)],
        env["wezer.announcement"]._state_machine.sources("claim"),
        COUNTED_TOGETHER,
        SKILLED,
    )


# === MEMBERS FOR A WANT === #


def fitting_members(want: Any, limit: int = 10) -> list[tuple]:
    """Return the members who fit a want, the best first, with reasons.

    Of each member only what they share with members counts.

    :return: ``(profile, sentence)``; empty for an offer
    """
    env = want.env
    if want.kind != "want":
        return []
    side = want_sides(want)[want.id]
    weights = skill_weights(env, side.skills)
    scored = []
    for profile in _candidate_members(want, side):
        points, reasons = fit(shared_side(profile), side, weights)
        if reasons and points > 0:
            scored.append((-points, profile.id, profile, reasons))
    scored.sort(key=lambda row: row[:2])
    return [
        (profile, _reason_for_author(env, reasons))
        for _points, _id, profile, reasons in scored[:limit]
    ]


def _candidate_members(want: Any, side: Any) -> models.Model:
    """Return profiles of members who share a skill or the place."""
    profiles = want.env["wezer.profile"]
    domain = Domain(profiles._directory_domain())
    known = want.sudo()
    answered = known.deal_ids.replier_id | known.author_id
    domain &= Domain("partner_id", "not in", answered.ids)
    if known.visibility == "groups":
        inside = known.group_ids.effective_members()
        domain &= Domain("partner_id", "in", inside.ids)
    fits = Domain("members_skill_ids", "in", sorted(side.skills))
    if side.city:
        fits |= Domain("members_text", "like", side.city)
    return profiles.search(domain & fits, limit=SKILLED)


# === REASONS IN WORDS === #


def _reason_for_user(env: api.Environment, reasons: Any) -> str:
    """Return reasons as a sentence for the helper."""
    return " · ".join(
        _parts(
            env,
            reasons,
            env._("matches your skills: %(skills)s"),
            env._("suits your skills (%(name)s)"),
            env._("for %(group)s, your group"),
            env._("%(km)s from you"),
            env._("in your town"),
        )
    )


def _reason_for_author(env: api.Environment, reasons: Any) -> str:
    """Return reasons as a sentence about the helper."""
    return " · ".join(
        _parts(
            env,
            reasons,
            env._("skills: %(skills)s"),
            env._("has skills for %(name)s"),
            env._("is in %(group)s"),
            env._("%(km)s away"),
            env._("in the same town"),
        )
    )


def _parts(
    env: api.Environment,
    reasons: Any,
    can: Any,
    suits: Any,
    group: models.Model,
    near: Any,
    city: Any,
) -> Any:
    parts = []
    if reasons.get("skills"):
        skills = env["wezer.skill"].browse(reasons["skills"][:NAMED])
        parts.append(can % {"skills": ", ".join(skills.mapped("name"))})
    if reasons.get("category"):
        category = env["wezer.category"].browse(reasons["category"])
        parts.append(suits % {"name": category.name})
    if reasons.get("groups"):
        # One that the user is in: its name is no secret to them.
        groups = env["wezer.group"].browse(reasons["groups"][:1])
        parts.append(group % {"group": groups.display_name})
    if "km" in reasons:
        parts.append(near % {"km": format_km(env, reasons["km"])})
    elif reasons.get("city"):
        parts.append(city)
    if reasons.get("language"):
        # Names of languages are for all; the table is not.
        language = env["res.lang"].sudo().browse(reasons["language"])
        parts.append(env._("in %(language)s", language=language._wezer_own_name()))
    return parts


def format_distance(announcement: models.Model, centre: Any) -> str:
    """Return how far from ``centre`` an announcement is; empty where unknown.

    :param centre: latitude and longitude, or None
    """
    place = announcement._map_place()
    return (
        format_km(announcement.env, distance(centre, place)) if centre and place else ""
    )


def format_km(env: api.Environment, km: float) -> str:
    """Return a distance as people read it: 300 m, 1.2 km, 14 km.

    The number and its unit do not part at the end of a line.
    """
    if km < 0.95:
        return f"{max(round(km * 10), 1) * 100}\u00a0m"
    return f"{format_decimal(env, km, 1 if km < 9.95 else 0)}\u00a0km"
