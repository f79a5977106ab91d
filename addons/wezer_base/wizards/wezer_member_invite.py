from odoo import fields, models


class WezerMemberInvite(models.TransientModel):
    """The administrator's form for inviting people by letter."""

    _name = "wezer.member.invite"
    _description = "Invite people"
    _inherit = ["wezer.record.mixin"]

    emails = fields.Text(string="E-mail addresses", required=True)
    message = fields.Text(string="Your message")
    can_send = fields.Boolean(default=lambda self: self.env.company._wezer_can_send())

    def action_invite(self) -> dict:
        """Write to them; who has an account already is passed over silently."""
        self.ensure_one()
        invitations = self.env["wezer.invitation"]
        count = invitations.action_invite(self.emails, self.message)
        return invitations._invited_action(count)
