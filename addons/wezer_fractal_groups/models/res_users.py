from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools import days
from odoo.addons.wezer_base.tools.memo_field import Memo
from odoo.addons.wezer_base.tools.rights import rights_of

from ..tools import group_cards
from ..tools.membership_sql import is_counted, is_running, pending_groups, user_groups
from ..tools.visibility import visible_to_user
from .wezer_group_membership import MEMBERSHIP

# Rights over a role that come from its circle, and from above.
GOVERNING_RIGHTS = ("invite", "manage")
# Of more groups that are shown to one user each question goes to the database.
GROUPS_KEPT = 1000
# So many of one's tasks the list shows; the rest is in the back office.
TASKS_SHOWN = 50
# So many circles the home of a member shows.
CIRCLES_SHOWN = 8
# So many news of all kinds the home shows.
NEWS_SHOWN = 6


class ResUsers(models.Model):
    """For whom a user acts by roles, and which groups and tasks wait for them."""

    _inherit = "res.users"

    # Asked once in a transaction: record rules ask for it at each search.
    wezer_groups_seen = Memo(
        compute="_compute_wezer_groups_seen",
        groups=fields.NO_ACCESS,
        help="The ids of the groups shown to this user in particular, if not too many.",
    )

    def _wezer_standing_selects(self):
        """Add the groups where this user is counted, and is invited or has asked."""
        env = self.env(user=self.id, su=False)
        return [
            *super()._wezer_standing_selects(),
            SQL("SELECT 'counted', id FROM (%s) counted(id)", user_groups(env)),
            SQL("SELECT 'pending', id FROM (%s) pending(id)", pending_groups(env)),
            self._filled_roles_select(),
        ]

    def _filled_roles_select(self):
        """Return the SELECT of the partners of the roles that this user fills."""
        fields = self.env["wezer.group"]._fields
        return SQL(
            """SELECT 'filled', r.partner_id FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id
                  AND r.kind = 'role' AND r.active
                WHERE m.partner_id = %s AND %s""",
            self.partner_id.id,
            is_counted(self.env),
            to_flush=tuple(fields[name] for name in ("kind", "active", "partner_id")),
        )

    def _corresponds_ids(self, among=None):
        """Add the roles that this user fills, whatever rights they carry.

        What is written to a role reaches those who fill it, nobody else.
        """
        ids = super()._corresponds_ids(among)
        if not self._wezer_may_act():
            return ids
        filled = self.sudo().wezer_acting_parties.get("filled", frozenset())
        return ids | (filled if among is None else filled.intersection(among))

    def _wezer_writing_parties(self, limit=50):
        """Add the roles that the user fills and for which they do not publish."""
        parties = super()._wezer_writing_parties(limit)
        filled = self.sudo().wezer_acting_parties.get("filled", frozenset())
        return parties | parties.browse(sorted(filled)[:limit])

    def _compute_wezer_groups_seen(self):
        """Find the groups shown to a user in particular; None where too many."""
        for user in self:
            query = SQL(
                "SELECT id FROM (%s) visible (id) WHERE id IS NOT NULL LIMIT %s",
                visible_to_user(self.env(user=user.id, su=False)),
                GROUPS_KEPT + 1,
            )
            ids = [row[0] for row in self.env.execute_query(query)]
            user.wezer_groups_seen = frozenset(ids) if len(ids) <= GROUPS_KEPT else None

    def write(self, vals):
        result = super().write(vals)
        if {"active", "group_ids", "partner_id"} & vals.keys():
            self.sudo().partner_id._wezer_keep_following()
        return result

    # === ACTING FOR A GROUP === #

    def _acting_selects(self, rights):
        """Add the groups this user acts for through the roles they fill.

        Rights flow down: a role's rights hold on its circle and all below, as
        far as ``rights_reach`` lets them. For a role's own partner act those
        who fill it, with the rights that the role carries.
        """
        selects = super()._acting_selects(rights)
        group = self.env["wezer.group"]
        names = ("kind", "active", "parent_id", "partner_id", "refuse_rights")
        columns = [f"right_{right}" for right in rights]
        roles = SQL(
            """SELECT r.id, r.parent_id, r.partner_id, carried.name
                 FROM wezer_group_membership m
                 JOIN wezer_group r ON r.id = m.group_id
                CROSS JOIN LATERAL (VALUES %s) carried(name, carries)
                WHERE m.partner_id = %s AND %s
                  AND r.kind = 'role' AND r.active AND carried.carries""",
            rights_of(rights, "r"),
            self.partner_id.id,
            is_running(self.env),
            to_flush=tuple(group._fields[name] for name in (*names, *columns)),
        )
        # A role is looked after from its circle; its purse and its word belong to
        # those who fill it.
        governing = [right for right in rights if right in GOVERNING_RIGHTS]
        selects.append(
            SQL(
                """SELECT filled.name, d.partner_id FROM (%s) filled
                     JOIN wezer_group_closure c ON c.ancestor_id = filled.parent_id
                     JOIN wezer_group d ON d.id = c.descendant_id
                    WHERE c.distance <= d.rights_reach
                      AND (d.kind = 'circle' OR filled.name = ANY(%s::text[]))""",
                roles,
                governing,
            )
        )
        selects.append(
            SQL("SELECT filled.name, filled.partner_id FROM (%s) filled", roles)
        )
        return selects

    # === MODERATING A CIRCLE === #

    def _moderated_sql(self):
        """Return the SELECT of the circles whose own moderator this user is.

        By a role of that very circle: a dispute begins in the smallest circle, and
        those from above have it when it comes to theirs.
        """
        self.ensure_one()
        user = self.sudo()
        # A role that moderates its circle acts for it: most users have none.
        if not user._acting_ids("moderate", limit=1):
            return SQL("SELECT NULL::int WHERE FALSE")
        return SQL(
            "SELECT circle_id FROM (%s) moderators WHERE partner_id = %s",
            self.env["wezer.group"]._moderators_sql(),
            user.partner_id.id,
        )

    def _moderated_circles(self):
        """Return the circles (sudo) whose own moderator this user is."""
        circles = self.env["wezer.group"].sudo()
        if not self._acting_ids("moderate", limit=1):
            return circles
        rows = self.env.execute_query(self._moderated_sql())
        return circles.browse({row[0] for row in rows})

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
                order="depth, name, id",
                limit=12,
            )
        )
        return super()._wezer_joinable_groups() + [
            {
                "id": group.id,
                "name": group.name,
                "purpose": group.purpose or "",
                "level": level,
            }
            for group, level in group_cards.nested(groups)
        ]

    def _wezer_join_groups(self, group_ids):
        """Join those that are open, ask the others; leave out what is refused."""
        result = super()._wezer_join_groups(group_ids)
        offered = {group["id"] for group in self._wezer_joinable_groups()}
        chosen = [
            number for number in group_ids if type(number) is int and number in offered
        ]
        for group in self.env["wezer.group"].with_user(self).browse(chosen):
            if not group._membership_of(self.partner_id):
                group.action_join()
        return result

    def _wezer_first_steps(self):
        """Add a circle of one's own choice."""
        joined = self.env["wezer.group.membership"].sudo()
        mine = [
            ("partner_id", "=", self.partner_id.id),
            ("state", "in", MEMBERSHIP.unfinished),
        ]
        return super()._wezer_first_steps() + [
            {
                "text": self.env._("Join a circle"),
                "url": "/groups",
                "done": bool(joined.search_count(mine, limit=1)),
            }
        ]

    # === TO DO === #

    def _wezer_todo(self):
        """Add invitations, requests that this user may answer, and their tasks."""
        return (
            super()._wezer_todo()
            + self._wezer_invitation_rows()
            + self._wezer_request_rows()
            + self._wezer_proposal_rows()
            + self._wezer_task_rows()
        )

    def _wezer_invitation_rows(self):
        memberships = self.env["wezer.group.membership"].sudo()
        invitations = memberships
        people = self.partner_id | self._wezer_helped()
        pending = self.env["wezer.group"].with_user(self)._pending_group_ids()
        if pending or len(people) > 1:
            invitations = memberships.search(
                [
                    ("partner_id", "in", people.ids),
                    ("state", "in", MEMBERSHIP.sources("accept_invitation")),
                ]
            )
        return [
            {
                "section": "now",
                "partner": place.group_id.partner_id,
                "text": self.env._(
                    "You are invited to %(group)s.", group=place.group_id.name
                )
                if place.partner_id == self.partner_id
                else self.env._(
                    "%(name)s is invited to %(group)s.",
                    name=place.partner_id.name,
                    group=place.group_id.name,
                ),
                "url": f"/groups/{place.group_id.slug}",
                "button": self.env._("Answer"),
                "due": False,
            }
            for place in invitations
        ]

    def _wezer_request_rows(self):
        managed = {*self._acting_ids("invite"), *self._acting_ids("manage")}
        requests = (
            self.env["wezer.group.membership"]
            .sudo()
            .search(
                [
                    ("state", "in", MEMBERSHIP.sources("accept_member")),
                    # Those of a role are answered in its circle.
                    "|",
                    ("group_id.partner_id", "in", list(managed)),
                    ("group_id.parent_id.partner_id", "in", list(managed)),
                ]
            )
        )
        return [
            {
                "section": "now",
                "partner": place.partner_id,
                "text": self.env._(
                    "%(name)s wants to join %(group)s.",
                    name=place.partner_id.name,
                    group=place.group_id.name,
                ),
                "url": f"/groups/{place.group_id.slug}",
                "button": self.env._("Answer"),
                "due": False,
            }
            for place in requests
            if place.with_user(self)._may("accept_member")
        ]

    def _wezer_proposal_rows(self):
        """Return the moves, mergers and links that this user has to agree to."""
        parties = self.env["res.partner"].sudo().browse(self._acting_ids("manage"))
        if self._moderates(parties.browse()):
            # They decide for a side that is no group.
            parties |= self.env.company.sudo().partner_id
        if not parties:
            return []
        asked = Domain("signing_state", "=", "open") & Domain(
            "signature_ids",
            "any",
            [("partner_id", "in", parties.ids), ("date_signed", "=", False)],
        )
        texts = {
            "wezer.group.change": self.env._("%(group)s wants to move. Do you agree?"),
            "wezer.group.link": self.env._(
                "%(group)s wants to work together with %(other)s."
            ),
        }
        return [
            {
                "section": "now",
                "partner": proposal.group_id.partner_id,
                "text": text
                % {
                    "group": proposal.group_id.name,
                    "other": proposal._fields.get("other_id")
                    and proposal.other_id.name,
                },
                "url": f"/groups/{proposal._asked_group(parties).slug}",
                "button": self.env._("Answer"),
                "due": days.day_of(self.env, proposal.signing_deadline),
            }
            for model, text in texts.items()
            for proposal in self.env[model].sudo().search(asked)
            if not proposal.with_user(self)._why_not("agree")
        ]

    def _wezer_task_rows(self):
        """Return the open tasks that are this user's, and that no deal settles."""
        open_tasks = [
            (
                "assignee_partner_id",
                "in",
                SQL("(%s)", self._wezer_duty_sql(("role",))),
            ),
            ("is_closed", "=", False),
            ("project_id", "!=", False),
            ("is_template", "=", False),
        ]
        tasks = self.env["project.task"].sudo()
        found = tasks.search(open_tasks, order="date_deadline, id", limit=TASKS_SHOWN)
        count = len(found)
        if count == TASKS_SHOWN:
            count = tasks.search_count(open_tasks)
        more = [
            {
                "section": "soon",
                "partner": self.partner_id,
                "text": self.env._("You have one more task. Those due first are above.")
                if count - len(found) == 1
                else self.env._(
                    "You have %(count)s more tasks. Those due first are above.",
                    count=count - len(found),
                ),
                "url": "/groups?mine=1",
                "button": False,
                "due": False,
            }
        ]
        return [
            {
                "section": "soon",
                "partner": task.assignee_partner_id,
                "text": f"{task.project_id.name}: {task.name}",
                "url": task._wezer_page(self),
                "button": False,
                "due": days.day_of(self.env, task.date_deadline),
            }
            for task in found
            if not task._has_own_worker()
        ] + (more if count > len(found) else [])

    def _wezer_duty_ids(self, kinds=("role", "circle")):
        """Return the ids of partners whose tasks this user sees as theirs.

        The user, those who authorised the user to act for them, and the groups in
        which the user counts: a role's task is its fillers', a circle's its members'.

        :param kinds: which groups count
        :rtype: list[int]
        """
        return [row[0] for row in self.env.execute_query(self._wezer_duty_sql(kinds))]

    def _wezer_duty_sql(self, kinds):
        """Return the SELECT of :meth:`_wezer_duty_ids`."""
        self.ensure_one()
        user = self.sudo()
        if not user._wezer_may_act():
            return SQL("SELECT NULL::int WHERE FALSE")
        return SQL(
            "SELECT %s::int UNION SELECT giver.id FROM (%s) giver(name, id) UNION"
            " SELECT partner_id FROM wezer_group WHERE kind = ANY(%s) AND id = ANY(%s)",
            user.partner_id.id,
            self.env["wezer.mandate"]._acting_select(user, ("market",)),
            list(kinds),
            list(self.env["wezer.group"].with_user(self)._user_group_ids()),
        )

    def _wezer_review_ids(self):
        """Return the ids of partners in whose name this user reviews tasks.

        The user, those who authorised the user, and the roles the user fills; for a
        circle, those who hold ``project`` there.

        :rtype: list[int]
        """
        self.ensure_one()
        return list({*self._wezer_duty_ids(("role",)), *self._acting_ids("project")})

    # === HOME === #

    def _wezer_dashboard(self):
        """Add the ``circles`` of the user, with their pictures, and their news."""
        groups = self.env["wezer.group"].search_fetch(
            [("kind", "=", "circle"), ("is_user_member", "=", True)],
            order="name, id",
            limit=CIRCLES_SHOWN,
        )
        profiles = {
            profile.sudo().partner_id.id: profile
            for profile in groups.sudo().partner_id.sudo(False)._wezer_profile()
        }
        board = super()._wezer_dashboard()
        # What a notice says already is not said twice.
        told = {row["url"] for row in board["news"]}
        latest = self.env["wezer.news"]._latest(
            NEWS_SHOWN, more=Domain("group_id.is_user_member", "=", True)
        )
        news = board["news"] + [
            {
                "date": one.date,
                "text": one.title,
                "url": one._url(),
                "icon": "fa-bullhorn",
                "from": one.group_id.name,
            }
            for one in latest
            if one._url() not in told
        ]
        news.sort(key=lambda row: row["date"], reverse=True)
        return {
            **board,
            "news": news[:NEWS_SHOWN],
            "circles": [
                {
                    "group": group,
                    "profile": profiles.get(group.sudo().partner_id.id),
                }
                for group in groups
            ],
        }
