from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.sorting import index_text
from odoo.addons.wezer_base.tools.text import normalise, search_words

COUNTED = 1000
# Above so many groups inside, members are counted by night.
COUNT_AT_ONCE = 300
SHOWN = ["name", "slug", "purpose", "visibility", "parent_id", "partner_id", "kind"]


class WezerGroup(models.Model):
    """Who sees which group: asked once, in the database, whatever their number."""

    _inherit = "wezer.group"

    is_visible_to_user = fields.Boolean(
        compute="_compute_i_see",
        search="_search_i_see",
        compute_sudo=True,
        help="Shown to me though not to all members.",
    )
    # Kept by night for those with many groups inside.
    member_count_kept = fields.Integer(readonly=True, copy=False)
    # The name and the purpose, as they are compared.
    search_text = fields.Char(
        compute="_compute_search_text", store=True, compute_sudo=True, index="trigram"
    )

    # The directory in its order, without what is not for everybody.
    # What a member sees inside his circles, answered from the indexes alone.
    _inside_idx = models.Index(
        "(parent_id) INCLUDE (id, kind) WHERE kind = 'role' OR visibility = 'parents'"
    )
    _inner_role_idx = models.Index(
        "(parent_id) INCLUDE (id) WHERE kind = 'role' AND visibility = 'parents'"
    )
    _shown_idx = models.Index(
        lambda registry: (
            f"({index_text(registry, 'name')}, id)"
            " WHERE kind = 'circle' AND active IS TRUE"
            " AND visibility IN ('public', 'network')"
        )
    )

    @api.depends("name", "purpose")
    def _compute_search_text(self):
        for group in self:
            group.search_text = normalise(f"{group.name or ''} {group.purpose or ''}")

    # === SEEING === #

    def _seen_sql(self):
        """Return the SELECT of the ids of groups shown to the user in particular.

        Groups he counts in, is invited to, or looks after; where he counts, the
        roles and the circles that show themselves to the group above.
        """
        user = self.env.user
        if user._is_public():
            return SQL("SELECT NULL::int WHERE FALSE")
        membership = self.env["wezer.group.membership"]
        return SQL(
            """WITH mine (id) AS MATERIALIZED (%(mine)s),
               inside (id, kind) AS MATERIALIZED (
                   SELECT g.id, g.kind FROM mine CROSS JOIN LATERAL (
                       SELECT id, kind FROM wezer_group WHERE parent_id = mine.id
                          AND (kind = 'role' OR visibility = 'parents') OFFSET 0) g)
               SELECT id FROM mine
                UNION ALL
               SELECT group_id FROM wezer_group_membership
                WHERE partner_id = %(me)s AND state IN ('invited', 'requested')
                UNION ALL
               SELECT g.id FROM wezer_group g
                WHERE g.partner_id IN (SELECT id FROM (%(managed)s) managed (id))
                UNION ALL
               SELECT id FROM inside
                UNION ALL
               SELECT r.id FROM inside CROSS JOIN LATERAL (
                   SELECT id FROM wezer_group WHERE parent_id = inside.id
                      AND kind = 'role' AND visibility = 'parents' OFFSET 0) r
                WHERE inside.kind = 'circle'""",
            mine=self._in_sql(),
            me=user.sudo().partner_id.id,
            managed=user._acting_sql("manage"),
            to_flush=(
                membership._fields["state"],
                membership._fields["partner_id"],
                self._fields["visibility"],
                self._fields["kind"],
                self._fields["parent_id"],
                self._fields["partner_id"],
            ),
        )

    @api.depends_context("uid")
    def _compute_i_see(self):
        seen = self.env.user.sudo().wezer_groups_seen
        if seen is None:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM (%s) seen (id) WHERE id = ANY(%s)",
                    self._seen_sql(),
                    self._origin.ids,
                )
            )
            seen = {row[0] for row in rows}
        for group in self:
            group.is_visible_to_user = group._origin.id in seen

    def _search_i_see(self, operator, value):
        if operator != "in":
            return NotImplemented
        seen = self.env.user.sudo().wezer_groups_seen
        if seen is not None:
            return Domain("id", "in", seen)
        return Domain("id", "in", SQL("(%s)", self._seen_sql()))

    # === THE DIRECTORY === #

    @api.model
    def _search_public(self, words="", mine=False, limit=24, offset=0):
        """Return ``(circles, count)`` of the directory, as the caller may see it.

        What all see comes from an index in its order; what he alone sees are few:
        a page costs the same with a hundred thousand groups.

        :return: the count is at most ``COUNTED`` + 1: more is not counted
        """
        domain = Domain("kind", "=", "circle")
        for word in search_words(words):
            domain &= Domain("search_text", "like", escape_psql(word))
        shown = self.sudo()
        if mine:
            # Where he counts he sees: the ids are his own.
            domain &= Domain("id", "in", self._my_ids())
            groups = shown.search_fetch(domain, SHOWN, limit=limit, offset=offset)
            return groups.sudo(False), shown.search_count(domain, limit=COUNTED + 1)
        all_see = domain & self._shown_to_all()
        ids = shown.search(all_see, limit=offset + limit).ids
        mine_alone = self._seen_ids(domain)
        count = shown.search_count(all_see, limit=COUNTED + 1) + len(mine_alone)
        # Both come in order: what is far down in one is far down in both together,
        # whose order is the database's to say.
        both = ids + mine_alone[: offset + limit]
        groups = shown.search_fetch(
            Domain("id", "in", both), SHOWN, limit=limit, offset=offset
        )
        return groups.sudo(False), min(count, COUNTED + 1)

    @api.model
    def _shown_to_all(self):
        """Return the domain of what everybody like the caller sees, as the rules say.

        Written out, because the rules' one query for all costs more than the page;
        a test compares both.
        """
        user = self.env.user
        audience = ["public", "network"] if user._wezer_is_member() else ["public"]
        if user.has_group("wezer_base.group_administrator"):
            audience += ["parents", "members"]
        return Domain("visibility", "in", audience) & Domain(
            "company_id", "in", self.env.companies.ids
        )

    @api.model
    def _seen_ids(self, domain):
        """Return the ids in ``domain`` that the caller sees though not all do."""
        user = self.env.user
        if not user._wezer_is_member():
            return []
        if user.has_group("wezer_base.group_administrator"):
            return []
        ids = [row[0] for row in self.env.execute_query(self._seen_sql())]
        more = Domain("id", "in", ids) & Domain(
            "visibility", "in", ("parents", "members")
        )
        more &= Domain("company_id", "in", self.env.companies.ids)
        return self.sudo().search(domain & more, limit=COUNTED + 1).ids

    # === HOW MANY === #

    def _compute_member_count(self):
        """Count each person once; many groups inside are counted by night."""
        known = self._origin.sudo()
        few = set(known._few_inside())
        live = known.filtered(lambda group: group.id in few)._counted()
        for group in self:
            origin = group._origin
            group.member_count = (
                live.get(origin.id, 0)
                if origin.id in few
                else origin.sudo().member_count_kept
            )

    def _few_inside(self):
        """Return the ids of those with few groups inside."""
        if not self.ids:
            return []
        self.flush_model(["parent_id"])
        self.env.cr.execute(
            """SELECT g.id FROM unnest(%s) g(id) WHERE (
                   SELECT count(*) FROM (
                       SELECT 1 FROM wezer_group_closure c WHERE c.ancestor_id = g.id
                        LIMIT %s) some_inside) <= %s""",
            [self.ids, COUNT_AT_ONCE + 1, COUNT_AT_ONCE],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _counted(self):
        """Return ``{id: how many persons count here}``, without zeros."""
        if not self.ids:
            return {}
        self.env["wezer.group.membership"].flush_model()
        self.env.cr.execute(
            """SELECT c.ancestor_id, count(DISTINCT m.partner_id)
                 FROM wezer_group_closure c
                 JOIN wezer_group_membership m ON m.group_id = c.descendant_id
                  AND m.state = 'active' AND m.is_guest IS NOT TRUE
                  AND (m.date_to IS NULL OR m.date_to >= %s)
                WHERE c.ancestor_id = ANY(%s) GROUP BY 1""",
            [days.today(self.env), self.ids],
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _cron_count(self):
        """Count the members of the groups with many groups inside."""
        self.env.cr.execute(
            """SELECT ancestor_id FROM wezer_group_closure
                GROUP BY 1 HAVING count(*) > %s""",
            [COUNT_AT_ONCE],
        )
        large = self.sudo().browse([row[0] for row in self.env.cr.fetchall()])
        counts = large._counted()
        for group in large:
            if group.member_count_kept != counts.get(group.id, 0):
                group.member_count_kept = counts.get(group.id, 0)
