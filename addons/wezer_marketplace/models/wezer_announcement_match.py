from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.text import normalise

from ..tools.geo import distance, place_of
from ..tools.matching import Side, fit, rarity
from .wezer_announcement_query import NEWEST

# So many of each sort are looked at closely.
CANDIDATES = 40
SKILLED = 150
# So many rows of the rarest skills are counted together; of what takes more common
# ones the newest are looked at.
COUNTED_TOGETHER = 3_000
NAMED = 3


class WezerAnnouncement(models.Model):
    """Matching both ways: wants for a member, members for an announcement.

    Points and reasons are those of ``tools.matching``; here the two sides are read,
    each as far as the reader may see the other.
    """

    _inherit = "wezer.announcement"

    language_id = fields.Many2one(
        "res.lang",
        string="Language it takes",
        ondelete="set null",
        help="Only where another language would not do.",
    )

    # === THE TWO SIDES === #

    @api.model
    def _helper_side(self):
        """Return the caller as a helper: all that his own profile says."""
        profile = self.env.user.partner_id._wezer_profile()
        groups = self.env["wezer.group"].search([("is_user_member", "=", True)])
        return Side(
            skills=frozenset(profile.skill_ids.ids),
            categories=frozenset(profile.skill_ids.category_ids.ids),
            groups=frozenset(groups.ids),
            languages=frozenset(profile.language_ids.ids),
            city=normalise(profile.city),
            place=self._profile_place(profile),
        )

    @api.model
    def _profile_place(self, profile):
        if not (profile.latitude or profile.longitude):
            return None
        return place_of(profile.latitude, profile.longitude)

    def _want_side(self):
        self.ensure_one()
        # Context groups may be hidden ones: only those the helper is in are matched.
        one = self.sudo()
        return Side(
            skills=frozenset(one.skill_ids.ids),
            categories=frozenset(one.category_id.ids),
            groups=frozenset(one.group_ids.ids),
            languages=frozenset(one.language_id.ids),
            city=one.city_text or "",
            place=one._place(),
        )

    @api.model
    def _skill_weights(self, skills):
        """Return ``{skill: weight}``: the fewer wants take it, the more it says."""
        if not skills:
            return {}
        counts = dict(
            self.env.execute_query(
                SQL(
                    """SELECT wezer_skill_id, count(*)
                         FROM wezer_announcement_wezer_skill_rel
                        WHERE wezer_skill_id = ANY(%s) GROUP BY 1""",
                    sorted(skills),
                )
            )
        )
        total = max([len(counts), *counts.values()]) if counts else 1
        return {one: rarity(counts.get(one, 0), total) for one in skills}

    # === WANTS FOR A MEMBER === #

    @api.model
    def _fitting(self, limit=10, domain=None):
        """Return the wants that fit the caller, the best first, with reasons.

        :param domain: further restriction
        :return: list of ``(announcement, reasons)``; nothing fits without a reason
        """
        helper = self._helper_side()
        weights = self._skill_weights(helper.skills)
        wants = self._fitting_candidates(helper, weights, domain)
        scored = []
        for want in wants:
            points, reasons = fit(helper, want._want_side(), weights)
            if reasons and points > 0:
                scored.append((-points, -want.id, want, reasons))
        scored.sort(key=lambda row: row[:2])
        return [(want, reasons) for _points, _id, want, reasons in scored[:limit]]

    @api.model
    def _fitting_only(self, limit):
        """Return the wants that fit the caller, the best first."""
        # Where it is full, one would only wait.
        fits = self._fitting(limit, [("state", "=", "open")])
        return self.browse([want.id for want, _reasons in fits])

    @api.model
    def _fitting_candidates(self, helper, weights, domain):
        """Return the wants worth a closer look, as the caller may see them."""
        me = self.env.user.partner_id
        base = self._filter_domain({"kind": "want"})
        base &= Domain("author_id", "!=", me.id)
        if domain:
            base &= Domain(domain)
        # What one has answered, even in vain, is offered no more.
        answered = self.env["wezer.deal"].sudo()
        answered = answered.search([("replier_id", "=", me.id)]).announcement_id
        base &= Domain("id", "not in", answered.ids)
        ids = self.search(base & Domain("id", "in", self._skilled_ids(weights))).ids
        facets = [f"g{one}" for one in sorted(helper.groups)]
        facets += [f"c{one}" for one in sorted(helper.categories)]
        filters = [self._facet_filter(facets)] if facets else []
        if helper.skills:
            skills = [f"s{one}" for one in sorted(helper.skills)]
            filters.append(self._facet_filter(skills))
        if helper.place:
            filters.append(self._distance_filter(helper.place, 10))
        if helper.city:
            filters.append(Domain("city_text", "=", helper.city))
        with self._planned_for_memory():
            for one in filters:
                query = self._search(base & one)
                query.order, query.limit = NEWEST, CANDIDATES
                ids += [row[0] for row in self.env.execute_query(query.select())]
        return self.browse(dict.fromkeys(ids))

    @api.model
    def _skilled_ids(self, weights):
        """Return ids of what shares most with these skills, the rarest first."""
        if not weights:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
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
                     JOIN wezer_announcement one ON one.id = taken.wezer_announcement_id
                      AND one.state IN ('open', 'full') AND one.kind = 'want'
                    WHERE skill.upto <= %s
                    GROUP BY 1 ORDER BY sum(skill.weight) DESC, 1 DESC LIMIT %s""",
                sorted(weights),
                [weights[one] for one in sorted(weights)],
                COUNTED_TOGETHER,
                SKILLED,
            )
        )
        return [row[0] for row in rows]

    def _reasons(self, helper=None, near=True):
        """Return ``{id: why it fits the caller}``, texts, empty where nothing does.

        :param bool near: whether to say how far it is, where the page does not
        """
        helper = helper or self._helper_side()
        weights = self._skill_weights(helper.skills)
        texts = dict.fromkeys(self.ids, "")
        me = self.env.user.partner_id
        for want in self.filtered(lambda one: one.kind == "want"):
            # One's own announcement fits oneself, but that is no news.
            if want.sudo().author_id != me:
                reasons = fit(helper, want._want_side(), weights)[1]
                if not near:
                    reasons.pop("km", None)
                texts[want.id] = self._reason_text(reasons)
        return texts

    @api.model
    def _reason_text(self, reasons):
        """Return reasons as a sentence for the helper."""
        return " · ".join(
            self._common_reasons(
                reasons,
                self.env._("because you can: %(skills)s"),
                self.env._("suits your skills (%(name)s)"),
                self.env._("for %(group)s, where you are"),
                self.env._("%(km)s from you"),
                self.env._("in your place"),
            )
        )

    @api.model
    def _common_reasons(self, reasons, can, suits, group, near, city):
        parts = []
        if reasons.get("skills"):
            skills = self.env["wezer.skill"].browse(reasons["skills"][:NAMED])
            parts.append(can % {"skills": ", ".join(skills.mapped("name"))})
        if reasons.get("category"):
            category = self.env["wezer.category"].browse(reasons["category"])
            parts.append(suits % {"name": category.name})
        if reasons.get("groups"):
            # One that the caller is in: its name is no secret to him.
            groups = self.env["wezer.group"].browse(reasons["groups"][:1])
            parts.append(group % {"group": groups.display_name})
        if "km" in reasons:
            parts.append(near % {"km": self._say_km(reasons["km"])})
        elif reasons.get("city"):
            parts.append(city)
        if reasons.get("language"):
            # Names of languages are for all; the table is not.
            language = self.env["res.lang"].sudo().browse(reasons["language"])
            parts.append(self.env._("in %(language)s", language=language.name))
        return parts

    def _say_distance(self, centre):
        """Return how far from ``centre`` this is, in words; empty where unknown."""
        self.ensure_one()
        place = self._place()
        return self._say_km(distance(centre, place)) if centre and place else ""

    @api.model
    def _say_km(self, km):
        """Return a distance as people say it: 300 m, 1.2 km, 14 km."""
        if km < 0.95:
            return f"{max(round(km * 10), 1) * 100} m"
        return f"{km:.1f} km" if km < 9.95 else f"{km:.0f} km"

    # === MEMBERS FOR AN ANNOUNCEMENT === #

    def _fitting_members(self, limit=10):
        """Return the members who fit this want, the best first, with reasons.

        For who acts for its author. Of each member only what he shares with members.

        :return: list of ``(profile, sentence)``
        """
        self.ensure_one()
        self.env.user._check_acts_for(self.sudo().author_id, "market")
        if self.kind != "want":
            return []
        want = self._want_side()
        weights = self._skill_weights(want.skills)
        scored = []
        for profile in self._member_candidates(want):
            points, reasons = fit(profile._helper_shared(), want, weights)
            if reasons and points > 0:
                scored.append((-points, profile.id, profile, reasons))
        scored.sort(key=lambda row: row[:2])
        return [
            (profile, self._member_reason(reasons))
            for _points, _id, profile, reasons in scored[:limit]
        ]

    def _member_candidates(self, want):
        """Return profiles of members who share a skill or the place."""
        profiles = self.env["wezer.profile"]
        domain = Domain(profiles._directory_domain())
        answered = self.sudo().deal_ids.replier_id | self.sudo().author_id
        domain &= Domain("partner_id", "not in", answered.ids)
        if self.sudo().visibility == "groups":
            inside = self.sudo().group_ids.effective_members()
            domain &= Domain("partner_id", "in", inside.ids)
        fits = Domain("members_skill_ids", "in", sorted(want.skills))
        if want.city:
            fits |= Domain("members_text", "like", want.city)
        return profiles.search(domain & fits, limit=SKILLED)

    @api.model
    def _member_reason(self, reasons):
        return " · ".join(
            self._common_reasons(
                reasons,
                self.env._("can: %(skills)s"),
                self.env._("has skills for %(name)s"),
                self.env._("is in %(group)s"),
                self.env._("%(km)s away"),
                self.env._("in the same place"),
            )
        )


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    def _helper_shared(self):
        """Return this member as a helper: only what he shares with members."""
        self.ensure_one()
        shares = ("members", "everyone")
        # The copies for members are theirs to read; the place has its own level.
        own = self.sudo()
        market = self.env["wezer.announcement"]
        place = own.share_place in shares
        return Side(
            skills=frozenset(own.members_skill_ids.ids),
            languages=frozenset(own.members_language_ids.ids),
            city=normalise(own.city) if place else "",
            place=market._profile_place(own) if place else None,
        )
