from odoo import fields, models


class WezerDealWizardMixin(models.AbstractModel):
    """A sheet about a deal that its user may read (see ``_wezer_check_referred``)."""

    _name = "wezer.deal.wizard.mixin"
    _description = "Deal form"

    deal_id = fields.Many2one(
        "wezer.deal",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
