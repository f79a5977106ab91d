from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.lines_field import Lines

from ..tools import member_departure
from ..tools.membership_sql import is_counted, is_running
from ..tools.visibility import closed_to, hidden_partners
from .wezer_group_membership import MEMBERSHIP


class ResPartner(models.Model):
    """Partners of groups: names, people who act for them; members' places in groups."""

    _inherit = "res.partner"

    # Only the partners of hidden groups, see _wezer_with_visible_name().
    _wezer_private_name = True

    # At most one; a list, so that those of many partners are read at once.
    wezer_group_ids = Lines(
        "wezer.group",
        "partner_id",
        string="Group",
        groups=fields.NO_ACCESS,
        context={"active_test": False},
        copy=False,
    )
    # The partner of a group that does not show itself to the user.
    wezer_hidden = fields.Boolean(
        compute="_compute_wezer_hidden",
        search="_search_wezer_hidden",
        compute_sudo=True,
    )

    # === VISIBILITY === #

    @api.depends_context("uid")
    def _compute_wezer_hidden(self):
        """Ask about groups that can be hidden; nearly all partners are persons."""
        closed = closed_to(self.env.user)
        partners = self._origin.sudo().with_context(active_test=False)
        groups = partners.wezer_group_ids.filtered(
            lambda group: group.visibility in closed
        )
        visible = groups.with_user(self.env.uid)._filtered_access("read")
        hidden = set((groups - visible).partner_id.ids)
        for partner in self:
            partner.wezer_hidden = partner._origin.id in hidden

    def _search_wezer_hidden(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", SQL("(%s)", hidden_partners(self.env)))

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Hide the name of a private group from people who may not see it.

        Nor that it is a group: a deal or a payment names some party.
        """
        result = super()._compute_display_name()
        for partner in self - self._wezer_with_visible_name():
            partner.display_name = self.env._("Someone")
        return result

    def _wezer_with_visible_name(self):
        """Return the partners that are not of a group hidden from the user."""
        if self.env.uid == SUPERUSER_ID:
            return self
        return self.filtered(lambda partner: not partner.wezer_hidden)

    def _wezer_name_visible_sql(self, alias):
        return SQL(
            "%s NOT IN (%s)", SQL.identifier(alias, "id"), hidden_partners(self.env)
        )

    # === GROUPS AND THEIR PEOPLE === #

    def _wezer_is_party(self):
        return super()._wezer_is_party() or bool(
            self.env["wezer.group"]._of_partner(self)
        )

    def _wezer_shows_books_to(self, user):
        """A group shows its books to its members, unless it refuses."""
        group = self.env["wezer.group"]._of_partner(self)
        if not group:
            return super()._wezer_shows_books_to(user)
        if not group.books_open:
            return False
        return user.partner_id.id in group._effective_member_ids()

    def _wezer_partners_above(self):
        """Return the partners of the groups around this one, nearest first."""
        self.ensure_one()
        fields = self.env["wezer.group"]._fields
        rows = self.env.execute_query(
            SQL(
                """SELECT up.partner_id FROM wezer_group own
                     JOIN wezer_group_closure c ON c.descendant_id = own.id
                     JOIN wezer_group up ON up.id = c.ancestor_id
                    WHERE own.partner_id = %s AND own.active AND c.distance > 0
                    ORDER BY c.distance""",
                self.id,
                to_flush=tuple(
                    fields[name] for name in ("partner_id", "parent_id", "active")
                ),
            )
        )
        above = self.env["res.partner"].sudo().browse([row[0] for row in rows])
        return super()._wezer_partners_above() | above

    def _wezer_circles_of(self):
        """Return the circles this partner counts in (sudo), of all sizes.

        For a person those they are a member of, and above; for a group or role what
        is around it, never itself. Guests count nowhere.

        :rtype: wezer.group
        """
        self.ensure_one()
        group = self.env["wezer.group"]
        rows = self.env.execute_query(
            SQL(
                """SELECT g.id FROM (
                       SELECT c.ancestor_id FROM wezer_group_membership m
                         JOIN wezer_group_closure c ON c.descendant_id = m.group_id
                        WHERE m.partner_id = %(me)s AND %(counted)s
                        UNION
                       SELECT c.ancestor_id FROM wezer_group own
                         JOIN wezer_group_closure c ON c.descendant_id = own.id
                        WHERE own.partner_id = %(me)s AND c.distance > 0
                   ) around JOIN wezer_group g ON g.id = around.ancestor_id
                    WHERE g.kind = 'circle' AND g.active""",
                me=self.id,
                counted=is_counted(self.env),
                to_flush=tuple(
                    group._fields[name]
                    for name in ("partner_id", "parent_id", "kind", "active")
                ),
            )
        )
        return group.sudo().browse([row[0] for row in rows])

    def _wezer_actor_partners(self, right):
        """For a group's partner: the persons whose roles carry ``right`` to it."""
        self.ensure_one()
        group = self.env["wezer.group"]._of_partner(self)
        if not group:
            return super()._wezer_actor_partners(right)
        if group.kind == "role":
            fillers = group._direct_members()
            if fillers:
                return fillers
        circle = group._circle()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT m.partner_id FROM wezer_group_membership m
                     JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                      AND r.active AND %s
                     JOIN wezer_group_closure c ON c.ancestor_id = r.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE d.id = %s AND c.distance <= d.rights_reach AND %s""",
                SQL.identifier("r", f"right_{right}"),
                circle.id,
                is_running(self.env),
            )
        )
        return self.browse([row[0] for row in rows])

    def _wezer_correspondents(self):
        """For a role: those who fill it, and nobody else."""
        group = self.env["wezer.group"]._of_partner(self)
        if group.kind == "role":
            return group._direct_members()
        return super()._wezer_correspondents()

    @api.model
    def _wezer_invalidate_acting(self):
        """Drop what is cached of groups and their visibility, too."""
        self.env["res.users"].invalidate_model(["wezer_groups_seen"], flush=False)
        return super()._wezer_invalidate_acting()

    def _wezer_read_together(self):
        result = super()._wezer_read_together()
        self.sudo().mapped("wezer_group_ids")
        return result

    @api.model
    def _wezer_tie_selects(self):
        """Add persons who filled a role with rights over money, market or group."""
        filled = SQL(
            """SELECT m.partner_id, r.partner_id AS own, r.parent_id,
                      m.date_from::timestamp AS since,
                      coalesce(m.date_to + interval '1 day',
                               CASE WHEN m.state = 'left' THEN m.write_date END,
                               'infinity'::timestamp) AS until,
                      coalesce(m.write_date, m.create_date) AS recorded
                 FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id AND r.kind = 'role'
                WHERE m.state IN ('active', 'left')
                  AND (r.right_wallet OR r.right_market OR r.right_manage)"""
        )
        return [
            *super()._wezer_tie_selects(),
            SQL("SELECT partner_id, own, since, until, recorded FROM (%s) own", filled),
            SQL(
                """SELECT f.partner_id, d.partner_id, f.since, f.until, f.recorded
                     FROM (%s) f
                     JOIN wezer_group_closure c ON c.ancestor_id = f.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE d.kind = 'circle' AND c.distance <= d.rights_reach""",
                filled,
            ),
        ]

    def _wezer_keep_following(self):
        """Keep these persons in step with the projects of all their groups (sudo)."""
        followers = self.env["wezer.group.follower.sync"].sudo()
        places = self._wezer_memberships().filtered("is_live")
        followers._keep_groups_in_step(followers._records_of(places.group_id), self.ids)

    def _wezer_memberships(self):
        """Return all memberships (sudo) of these persons, ended ones too."""
        return (
            self.env["wezer.group.membership"]
            .sudo()
            .search([("partner_id", "in", self.ids)], order="id")
        )

    def _wezer_file_names(self):
        """Return ``{id: the word for this person in a file}`` that an import finds.

        The login or address where there is one, else the name, else (two of one name)
        the address of the profile.
        """
        partners = self.sudo()
        seen = {}
        for partner in partners:
            seen.setdefault(partner.name, []).append(partner.id)
        return {
            partner.id: partner.user_ids[:1].login
            or partner.email
            or (
                partner.name
                if len(seen[partner.name]) == 1
                else partner._wezer_profile().slug or str(partner.id)
            )
            for partner in partners
        }

    # === LEAVING, AND TWO ACCOUNTS OF ONE PERSON (tools/member_departure) === #

    def _wezer_personal_data(self):
        data = super()._wezer_personal_data()
        data.update(member_departure.personal_data(self))
        return data

    def _wezer_leave_obstacles(self):
        return super()._wezer_leave_obstacles() + member_departure.leave_hints(self)

    def _wezer_anonymise(self):
        member_departure.end_everything(self)
        return super()._wezer_anonymise()

    def _wezer_merge_obstacles(self, target):
        obstacles = super()._wezer_merge_obstacles(target)
        groups = self.env["wezer.group"].sudo().with_context(active_test=False)
        if groups.search_count([("partner_id", "in", (self | target).ids)], limit=1):
            obstacles.append(self.env._("A group cannot be merged with an account."))
        return obstacles

    def _wezer_merge_into(self, target):
        member_departure.prepare_merge(self, target)
        result = super()._wezer_merge_into(target)
        if self._wezer_memberships().filtered(
            lambda place: place.state in MEMBERSHIP.unfinished
        ):
            raise Refusal(
                self.env._(
                    "A group membership could not be moved to the other account."
                ),
                rule="merge",
            )
        self.env["wezer.group.membership"]._invalidate_access()
        target._wezer_keep_following()
        return result
