from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..exceptions import Refusal
from ..tools import days
from ..tools.text import free_slug, slugify

REASON_LENGTH = 2000


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
    decline_reason = fields.Text(
        string="Why the person was not accepted",
        readonly=True,
        copy=False,
        groups="wezer_base.group_administrator",
    )
    wanted_groups = fields.Json(groups="wezer_base.group_administrator")

    @api.model
    def _prepare_profile_vals(self, partner, slug):
        vals = super()._prepare_profile_vals(partner, slug)
        # Set by the sign-up; claimed by anybody else it only takes rights away.
        if self.env.context.get("wezer_signup"):
            vals.update(state="pending", welcomed=False)
        return vals

    @api.model
    def _is_hidden_at_first(self, partner):
        """People who wait to be accepted are known to administrators only."""
        waits = bool(self.env.context.get("wezer_signup"))
        return waits or super()._is_hidden_at_first(partner)

    def write(self, vals):
        accepted = self.browse()
        if vals.get("state") == "active":
            waiting = ("pending", "declined")
            accepted = self.filtered(lambda profile: profile.state in waiting)
        result = super().write(vals)
        for profile in accepted.sudo():
            # From now on members may know of them.
            slug = slugify(profile.name, "member")
            profile.slug = free_slug(slug, self._slugs_like(slug) - {profile.slug})
        return result

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
            profile.decline_reason = False
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

    def action_decline(self, reason):
        """Decline people who wait for approval, and tell each of them why.

        They can still log in, read the reason and delete their account; an
        administrator can accept them later.

        :param str reason: the text that the person receives
        :raise NotAllowed: rule ``role``
        :raise Refusal: rules ``state``, ``note`` where the reason is missing
        """
        self._check_administrator()
        reason = str(reason or "").strip()[:REASON_LENGTH]
        if not reason:
            raise Refusal(
                self.env._("Write why: the person receives your text."), rule="note"
            )
        self._set_state(("pending",), "declined")
        # Checked by what was just called: administrators decide about membership.
        for profile in self.sudo():
            profile.write({"decline_reason": reason, "wanted_groups": False})
            self.env["wezer.notice"]._settle(profile, ["application"])
            profile.partner_id._wezer_notify(
                "declined",
                lambda env: env._("Your request to join was declined."),
                url="/welcome",
            )
            profile._send_decline()
        return True

    def _send_decline(self):
        """Send the reason by mail: whoever was declined may not look here again."""
        self.ensure_one()
        partner, company = self.partner_id, self.company_id
        user = partner.user_ids[:1]
        letter = self.with_context(lang=partner.lang or company.partner_id.lang)
        body = letter.env["ir.qweb"]._render(
            "wezer_base.letter_declined",
            {"company": company, "profile": letter, "url": self.get_base_url()},
        )
        self.env["mail.mail"].create(
            {
                "subject": letter.env._(
                    "Your request to join %(name)s", name=company.name
                ),
                "email_from": company.email_formatted
                or self.env.ref("base.user_root").email_formatted,
                # The address of the login is the one that was proven.
                "email_to": email_normalize(user.login) or partner.email,
                "body_html": body,
                "auto_delete": True,
            }
        ).send_after_commit()

    def _wezer_is_new_here(self, count):
        """Say whether this person joined in the last ``count`` days."""
        if not self or not self.sudo().joined_date:
            return False
        return self.sudo().joined_date > days.today(self.env) - timedelta(days=count)
