from odoo import Command, api, fields, models

from ..exceptions import NotAllowed, Refusal

ROLES = [
    ("member", "Member"),
    ("coordinator", "Coordinator"),
    ("moderator", "Moderator"),
    ("administrator", "Administrator"),
]


class WezerProfile(models.Model):
    """Roles of the back office: administrators give and take them here."""

    _inherit = "wezer.profile"

    role = fields.Selection(
        ROLES,
        compute="_compute_role",
        compute_sudo=True,
        groups="wezer_base.group_administrator",
        help="The highest one; who coordinates may moderate too.",
    )

    @api.depends("partner_id.user_ids.group_ids", "partner_id.user_ids.active")
    def _compute_role(self):
        for profile in self:
            user = profile.partner_id.user_ids[:1]
            profile.role = user and next(
                (
                    role
                    for role, _name in reversed(ROLES[1:])
                    if user.has_group(f"wezer_base.group_{role}")
                ),
                "member",
            )

    def _role_users(self):
        """Return the users whose role the caller changes, checked."""
        self._check_administrator()
        users = self.env["res.users"]
        for profile in self:
            # Who may log in is not the administrator's to read elsewhere.
            user = profile.sudo().partner_id.user_ids[:1]
            if not user:
                raise Refusal(
                    self.env._("%(name)s cannot log in.", name=profile.name),
                    rule="login",
                )
            if user == self.env.user or user.has_group(
                "wezer_base.group_administrator"
            ):
                raise NotAllowed(
                    self.env._(
                        "%(name)s administers the community: that role is given and"
                        " taken in Settings → Users.",
                        name=profile.name,
                    ),
                    rule="role",
                )
            if profile.sudo().state != "active":
                raise Refusal(
                    self.env._(
                        "%(name)s is not in the right state.", name=profile.name
                    ),
                    rule="state",
                    value=profile.sudo().state,
                )
            users |= user
        return users.sudo()

    def _give_role(self, role):
        group = self.env.ref(f"wezer_base.group_{role}")
        portal = self.env.ref("base.group_portal")
        for user in self._role_users():
            # Checked by _role_users(); nobody becomes an administrator here.
            user.group_ids = [Command.unlink(portal.id), Command.link(group.id)]
        return True

    def action_make_coordinator(self):
        """Let these members run projects, approve work and pay for it."""
        return self._give_role("coordinator")

    def action_make_moderator(self):
        """Let these members settle disputes and limits."""
        return self._give_role("moderator")

    def action_take_role(self):
        """Make these people plain members again, who use the website only."""
        portal = self.env.ref("base.group_portal")
        for user in self._role_users():
            # Checked by _role_users(): no administrator among them.
            user.group_ids = [Command.set(portal.ids)]
        return True
