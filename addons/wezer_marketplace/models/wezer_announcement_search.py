from odoo import api, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools.text import normalise

SORTS = {
    "new": "date_publish desc, id desc",
    "soon": "date_start asc, id desc",
    "title": "title asc, id desc",
}


class WezerAnnouncement(models.Model):
    _inherit = "wezer.announcement"

    @api.model
    def _search_public(self, filters, offset=0, limit=20):
        """Return ``(announcements, count)`` as the caller may see them.

        :param dict filters: ``words``, ``kind``, ``category``, ``skill``,
            ``currency``, ``unpaid``, ``place``, ``group``, ``author``,
            ``date_from``, ``date_to``, ``sort``; what is empty does not count
        """
        domain = Domain("state", "in", ("open", "full"))
        for word in normalise(filters.get("words")).split()[:8]:
            domain &= Domain("search_text", "like", word)
        if filters.get("kind") in ("want", "offer"):
            domain &= Domain("kind", "=", filters["kind"])
        if filters.get("category"):
            domain &= Domain("category_id", "child_of", filters["category"])
        if filters.get("skill"):
            domain &= Domain("skill_ids", "in", [filters["skill"]])
        if filters.get("currency"):
            domain &= Domain(
                "price_line_ids.wezer_currency_id", "in", [filters["currency"]]
            )
        if filters.get("unpaid"):
            domain &= Domain("price_line_ids", "=", False)
        if filters.get("place"):
            domain &= Domain("city", "ilike", filters["place"])
        if filters.get("group"):
            domain &= Domain("group_ids", "in", [filters["group"]])
        if filters.get("author"):
            domain &= Domain("author_id", "=", filters["author"])
        if filters.get("date_from"):
            domain &= Domain("date_end", ">=", filters["date_from"]) | Domain(
                "date_end", "=", False
            )
        if filters.get("date_to"):
            domain &= Domain("date_start", "<=", filters["date_to"])
        order = SORTS.get(filters.get("sort"), SORTS["new"])
        return (
            self.search(domain, offset=offset, limit=limit, order=order),
            self.search_count(domain),
        )

    def _reason_for(self, partner):
        """Return why this fits ``partner`` in a few words, or an empty string."""
        self.ensure_one()
        profile = partner._wezer_profile()
        shared = self.sudo().skill_ids & profile.skill_ids
        if shared:
            names = ", ".join(shared[:2].mapped("name"))
            return self.env._("because you can: %(skills)s", skills=names)
        if (
            self.city
            and profile.city
            and normalise(self.city) == normalise(profile.city)
        ):
            return self.env._("in your place")
        return ""
