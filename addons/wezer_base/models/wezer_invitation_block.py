from odoo import fields, models


class WezerInvitationBlock(models.Model):
    """An address that gets no more letters, kept as a fingerprint that nobody reads."""

    _name = "wezer.invitation.block"
    _description = "Invitation: blocked"
    _inherit = ["wezer.record.mixin"]
    _rec_name = "id"

    address_key = fields.Char(required=True, index=True)
    inviter_id = fields.Many2one(
        "res.partner", ondelete="cascade", help="Empty: nobody writes to it."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
