from odoo import fields, models


class WezerMemberInvite(models.TransientModel):
    """The administrator's form for inviting people by letter."""

    _name = "wezer.member.invite"
    _description = "Invite people"
    _inherit = ["wezer.record.mixin"]

    emails = fields.Text(string="E-mail addresses", required=True)
    message = fields.Text(string="Your message")

    def action_invite(self) -> dict:
        """Write to them; who has an account already is passed over silently."""
        self.ensure_one()
        count = self.env["wezer.invitation"].action_invite(self.emails, self.message)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Invitations sent: %(count)s.", count=count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
