from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed, Refusal

MEMBERS_SHOWN = 60


class WezerGroup(models.Model):
    """What the pages show of a group, as far as the caller may see it."""

    _inherit = "wezer.group"

    my_rights = fields.Text(
        string="What I may do here, and why", compute="_compute_my_rights"
    )

    @api.depends_context("uid", "lang")
    def _compute_my_rights(self):
        """Say it of the caller only, a sentence a line, as the page does."""
        for group in self:
            sentences = group._explain_rights(self.env.user) if group.id else []
            group.my_rights = "\n".join(sentences)

    @api.model
    def _map_tree(self):
        """Return the visible circles as nested dicts; each once."""
        circles = self.search([("kind", "=", "circle")])
        nodes = {
            circle.id: {
                "id": circle.id,
                "parent": circle.sudo().parent_id.id or "",
                "name": circle.name,
                "slug": circle.slug,
                "size": circle.member_count,
                "children": [],
            }
            for circle in circles
        }
        tops = []
        for circle in circles:
            parent = nodes.get(circle.sudo().parent_id.id)
            (parent["children"] if parent else tops).append(nodes[circle.id])
        return tops

    def _profiles_of(self, partners):
        """Return the profiles of ``partners`` that the caller may see."""
        return self.env["wezer.profile"].search([("partner_id", "in", partners.ids)])

    def _role_rows(self, roles):
        """Return for each role who fills it, who asks for it, and what I may do."""
        rows = []
        for role in roles:
            # Seen by whoever sees the role; visitors learn no names, because
            # the profiles are read as the caller.
            fillers = role._direct_members()
            rows.append(
                {
                    "role": role,
                    "vacant": not fillers,
                    "fillers": self._profiles_of(fillers),
                    "mine": self._live_state(role),
                    "may_fill": role._may_fill(self.env["res.partner"]),
                }
            )
        return rows

    @api.model
    def _live_state(self, group):
        if self.env.user._is_public():
            return False
        return group._live(self.env.user.partner_id).state

    def _request_rows(self):
        """Return who asks to be let in here or into a role, where I may answer."""
        self.ensure_one()
        groups = self | self.search(
            [("parent_id", "=", self.id), ("kind", "=", "role")]
        )
        requests = (
            self.env["wezer.group.membership"]
            .sudo()
            .search([("group_id", "in", groups.ids), ("state", "=", "requested")])
        )
        rows = []
        for asked in requests:
            group = asked.group_id.with_env(self.env)
            if group._may_fill(asked.partner_id):
                rows.append(
                    {"group": group, "profile": asked.partner_id._wezer_profile()}
                )
        return rows

    def _may_manage(self):
        """Say whether the caller looks after this group."""
        try:
            self._check_may_manage()
        except (NotAllowed, Refusal):
            return False
        return True

    def _talk_values(self):
        """Return the talk of this circle as its part of the page shows it."""
        messages = self._talk()
        return {
            "messages": messages,
            "profiles": self._talk_names(messages),
            "stamp": f"{messages[-1:].id}-{len(messages.filtered('removed_by_id'))}",
        }

    def _project_rows(self):
        """Return the projects this circle runs that the caller may know of."""
        if self.env.user._is_public() or not self.is_user_member:
            return self.env["project.project"]
        # Members of the circle know what it works on; the tasks stay Odoo's.
        return (
            self.env["project.project"]
            .sudo()
            .search([("team_id", "=", self.id), ("is_template", "=", False)], limit=50)
        )

    def _page_values(self):
        """Return what the page of this group shows; the caller sees the group."""
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        roles = self.search([("parent_id", "=", self.id), ("kind", "=", "role")])
        circle = self.kind == "circle"
        members = self.effective_members()
        profiles = self._profiles_of(members)
        direct = self._profiles_of(self._direct_members())
        return {
            "group": self,
            "group_parent": self.search([("id", "=", self.sudo().parent_id.id)]),
            "group_circles": self.search(
                [("parent_id", "=", self.id), ("kind", "=", "circle")]
            ),
            "group_roles": self._role_rows(roles if circle else self),
            "group_members": profiles[:MEMBERS_SHOWN],
            "group_own": (profiles & direct)[:MEMBERS_SHOWN],
            "group_from_below": (profiles - direct)[:MEMBERS_SHOWN],
            "group_member_count": len(members),
            "group_state": self._live_state(self),
            "group_rights": self._explain_rights(user),
            "group_requests": self._request_rows(),
            "group_may_invite": circle and self._may_fill(self.env["res.partner"]),
            "group_login": user._is_public(),
            "group_linked": self._linked(),
            "group_manages": not user._is_public() and self._may_manage(),
            "group_talks": circle and self._may_talk(),
            "group_talk": self._talk_values()
            if circle and not user._is_public()
            else {},
            "group_projects": self._project_rows(),
        }
