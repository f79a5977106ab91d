from odoo import fields, models


class WezerMemberDecline(models.TransientModel):
    """The administrator's form for declining a person who wants to join."""

    _name = "wezer.member.decline"
    _description = "Decline a person"
    _inherit = ["wezer.record.mixin"]

    profile_id = fields.Many2one(
        "wezer.profile",
        string="Person",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    reason = fields.Text(required=True, help="The person receives this text.")
    can_send = fields.Boolean(default=lambda self: self.env.company._wezer_can_send())

    def action_decline(self) -> dict:
        """Decline; the profile checks who may, and in which state."""
        self.ensure_one()
        self.profile_id.action_decline(self.reason)
        return {"type": "ir.actions.act_window_close"}
