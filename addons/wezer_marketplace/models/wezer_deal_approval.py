from odoo import fields, models


class WezerDealApproval(models.Model):
    """A person's approval of what was delivered: of which step, for whom, and when.

    Kept when it counts no longer, because the work was sent back, delivered anew or
    changed. The deal says how many are needed, and who may give one.
    """

    _name = "wezer.deal.approval"
    _description = "Approval in a deal"
    _inherit = ["wezer.record.mixin"]
    _order = "id"
    _rec_name = "person_id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    milestone = fields.Integer(help="The step, counted from 1; 0: paid at once.")
    partner_id = fields.Many2one(
        "res.partner", string="On behalf of", required=True, ondelete="restrict"
    )
    person_id = fields.Many2one(
        "res.partner", string="By", required=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True)
    is_void = fields.Boolean(help="It counts no longer.")
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )
