from odoo import fields, models


class WezerInvitationBlock(models.Model):
    """An address that gets no more letters, kept as a fingerprint that nobody reads."""

    _name = "wezer.invitation.block"
    _description = "Blocked invitations"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "id"

    address_key = fields.Char(required=True, index=True)
    inviter_id = fields.Many2one(
        "res.partner",
        string="Invited by",
        ondelete="cascade",
        help="If empty, nobody can send an invitation to this address.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
