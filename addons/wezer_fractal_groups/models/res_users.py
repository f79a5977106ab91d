from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.memo_field import Memo

# Rights over a role that come from its circle, and from above.
GOVERNING = ("invite", "manage")
# Of more groups that are shown to one user each question goes to the database.
GROUPS_KEPT = 1000


class ResUsers(models.Model):
    _inherit = "res.users"

    # Asked once in a transaction: record rules ask for it at each search.
    wezer_groups_kept = Memo(
        compute="_compute_wezer_groups_kept",
        groups=fields.NO_ACCESS,
        help="The ids of the groups where this user is counted, and is invited.",
    )
    wezer_groups_seen = Memo(
        compute="_compute_wezer_groups_seen",
        groups=fields.NO_ACCESS,
        help="The ids of the groups shown to this user in particular, if not too many.",
    )

    def _compute_wezer_groups_kept(self):
        """Ask where a user is counted and invited: ``{word: frozenset of ids}``."""
        for user in self:
            groups = self.env["wezer.group"].with_user(user)
            query = SQL(
                "SELECT 'counted', id FROM (%s) counted(id)"
                " UNION ALL SELECT 'invited', id FROM (%s) invited(id)",
                groups._in_sql(),
                groups._invited_sql(),
            )
            found = {"counted": [], "invited": []}
            if not user.has_group("base.group_public"):
                for word, group_id in self.env.execute_query(query):
                    found[word].append(group_id)
            user.wezer_groups_kept = {
                word: frozenset(ids) for word, ids in found.items()
            }

    def _compute_wezer_groups_seen(self):
        """Ask for the groups shown to a user in particular; None where too many."""
        for user in self:
            groups = self.env["wezer.group"].with_user(user)
            query = SQL(
                "SELECT id FROM (%s) seen (id) WHERE id IS NOT NULL LIMIT %s",
                groups._seen_sql(),
                GROUPS_KEPT + 1,
            )
            ids = [row[0] for row in self.env.execute_query(query)]
            user.wezer_groups_seen = frozenset(ids) if len(ids) <= GROUPS_KEPT else None

    def _acting_selects(self, right):
        """Add the groups this user acts for through the roles he fills.

        Rights flow down: a role's rights hold on its circle and all below, as
        far as ``rights_reach`` lets them. For a role's own partner act those
        who fill it, with the rights that the role carries.
        """
        selects = super()._acting_selects(right)
        group = self.env["wezer.group"]
        membership = self.env["wezer.group.membership"]
        flush = [
            membership._fields[name]
            for name in ("group_id", "partner_id", "state", "date_to")
        ]
        flush += [
            group._fields[name]
            for name in (
                "kind",
                "active",
                "parent_id",
                "partner_id",
                "refuse_rights",
                f"right_{right}",
            )
        ]
        right_column = SQL.identifier("r", f"right_{right}")
        roles = SQL(
            """SELECT r.id, r.parent_id, r.partner_id FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id
                WHERE m.partner_id = %s AND m.state = 'active'
                  AND (m.date_to IS NULL OR m.date_to >= %s)
                  AND r.kind = 'role' AND r.active AND %s""",
            self.partner_id.id,
            days.today(self.env),
            right_column,
            to_flush=flush,
        )
        selects.append(
            SQL(
                """SELECT d.partner_id FROM (%s) filled
                     JOIN wezer_group_closure c ON c.ancestor_id = filled.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE c.distance <= d.rights_reach AND %s""",
                roles,
                # A role is looked after from its circle; its purse and its word
                # are theirs who fill it.
                SQL("TRUE") if right in GOVERNING else SQL("d.kind = 'circle'"),
            )
        )
        selects.append(SQL("SELECT filled.partner_id FROM (%s) filled", roles))
        return selects

    # === JOINING THE COMMUNITY === #

    def _wezer_joinable_groups(self):
        """Offer the public circles that one may join or ask to join."""
        groups = (
            self.env["wezer.group"]
            .sudo()
            .search(
                [
                    ("kind", "=", "circle"),
                    ("visibility", "=", "public"),
                    ("join_policy", "in", ("open", "request")),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=12,
            )
        )
        return super()._wezer_joinable_groups() + [
            {"id": group.id, "name": group.name, "purpose": group.purpose or ""}
            for group in groups
        ]

    def _wezer_join_groups(self, group_ids):
        """Join those that are open, ask the others; who cannot is passed over."""
        result = super()._wezer_join_groups(group_ids)
        offered = {group["id"] for group in self._wezer_joinable_groups()}
        chosen = [one for one in group_ids if type(one) is int and one in offered]
        for group in self.env["wezer.group"].with_user(self).browse(chosen):
            if not group._live(self.partner_id):
                group.action_join()
        return result

    def _wezer_first_steps(self):
        """Add a circle of one's own choice."""
        joined = self.env["wezer.group.membership"].sudo()
        mine = [("partner_id", "=", self.partner_id.id), ("state", "!=", "left")]
        return super()._wezer_first_steps() + [
            {
                "text": self.env._("Join a circle"),
                "url": "/groups",
                "done": bool(joined.search_count(mine, limit=1)),
            }
        ]

    def _wezer_todo(self):
        """Add invitations, and requests to groups where this user may answer."""
        rows = super()._wezer_todo()
        memberships = self.env["wezer.group.membership"].sudo()
        for invited in memberships.search(
            [("partner_id", "=", self.partner_id.id), ("state", "=", "invited")]
        ):
            rows.append(
                {
                    "section": "now",
                    "partner": invited.group_id.partner_id,
                    "text": self.env._(
                        "You are invited to %(group)s.", group=invited.group_id.name
                    ),
                    "url": f"/groups/{invited.group_id.slug}",
                    "button": self.env._("Answer"),
                    "due": False,
                }
            )
        looked_after = set(self._acting_ids("invite")) | set(self._acting_ids("manage"))
        requests = memberships.search(
            [
                ("state", "=", "requested"),
                ("group_id.partner_id", "in", list(looked_after)),
            ]
        )
        for asked in requests:
            group = asked.group_id
            if not group.with_user(self)._may_fill(asked.partner_id):
                continue
            rows.append(
                {
                    "section": "now",
                    "partner": asked.partner_id,
                    "text": self.env._(
                        "%(name)s would join %(group)s.",
                        name=asked.partner_id.name,
                        group=group.name,
                    ),
                    "url": f"/groups/{group.slug}",
                    "button": self.env._("Answer"),
                    "due": False,
                }
            )
        return rows
