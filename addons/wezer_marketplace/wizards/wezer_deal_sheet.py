from odoo import fields, models


class WezerDealSheet(models.AbstractModel):
    """A sheet about a deal that its user may read (see ``_wezer_check_referred``)."""

    _name = "wezer.deal.sheet"
    _description = "Sheet about a deal"

    proposition_id = fields.Many2one(
        "wezer.proposition",
        string="Deal",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
