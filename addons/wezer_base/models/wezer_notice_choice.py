from odoo import fields, models


class WezerNoticeChoice(models.Model):
    """The choice of one person for one kind of notice."""

    _name = "wezer.notice.choice"
    _description = "Notice preference"
    _inherit = ["wezer.record.mixin"]
    _order = "kind"
    _rec_name = "kind"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(required=True)
    in_digest = fields.Boolean(string="Also by e-mail")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _one_each = models.UniqueIndex(
        "(partner_id, kind)", "A choice for this already exists."
    )
