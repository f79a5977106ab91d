from datetime import timedelta

from odoo import api, fields, models

from ..tools import days


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    welcomed = fields.Boolean(
        default=True,
        groups="wezer_base.group_administrator",
        help="The second step of joining is done.",
    )
    applied_date = fields.Datetime(
        string="Asked to join on", groups="wezer_base.group_administrator"
    )
    wanted_groups = fields.Json(groups="wezer_base.group_administrator")

    @api.model
    def _prepare_profile_vals(self, partner, slug):
        vals = super()._prepare_profile_vals(partner, slug)
        # Set by the sign-up; claimed by anybody else it only takes rights away.
        if self.env.context.get("wezer_signup"):
            vals.update(state="pending", welcomed=False)
        return vals

    def _wezer_admit(self):
        """Make a pending person a member, unless somebody has to say so first."""
        self.ensure_one()
        if self.state != "pending":
            return
        approval = self.company_id.sudo().wezer_approval
        if approval == "nobody" or (approval == "uninvited" and self.admitted_by_id):
            self.state = "active"
            self.joined_date = days.today(self.env)
            return
        self.applied_date = fields.Datetime.now()
        self.company_id.partner_id._wezer_notify(
            "application",
            lambda env: env._("%(name)s would like to join.", name=self.name),
            url=f"/odoo/action-wezer_base.wezer_profile_action/{self.id}",
            record=self,
            right="invite",
        )

    def action_approve(self):
        """Accept a person who waits for approval, and tell him."""
        result = super().action_approve()
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo():
            profile.joined_date = days.today(self.env)
            self.env["wezer.notice"]._settle(profile, ["application"])
            profile.partner_id._wezer_notify(
                "approved",
                lambda env: env._("Welcome: you are a member now."),
                url="/my",
            )
            user = profile.partner_id.user_ids[:1]
            if user and profile.wanted_groups:
                user.with_user(user)._wezer_join_groups(profile.wanted_groups)
                profile.wanted_groups = False
        return result

    def _wezer_is_new_here(self, count):
        """Say whether this person joined in the last ``count`` days."""
        if not self or not self.sudo().joined_date:
            return False
        return self.sudo().joined_date > days.today(self.env) - timedelta(days=count)
