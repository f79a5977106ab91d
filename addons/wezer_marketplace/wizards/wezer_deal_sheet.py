from odoo import api, fields, models


class WezerDealSheet(models.AbstractModel):
    """A sheet shows its deal's name: only to who may read the deal.

    A many2one says its target's name whatever the target's rules, so a sheet that was
    pointed at a foreign deal, at first or later, would tell it.
    """

    _name = "wezer.deal.sheet"
    _description = "Sheet about a deal"

    proposition_id = fields.Many2one(
        "wezer.proposition",
        string="Deal",
        required=True,
        readonly=True,
        ondelete="cascade",
    )

    @api.model_create_multi
    def create(self, vals_list):
        sheets = super().create(vals_list)
        sheets._check_shown()
        return sheets

    def write(self, vals):
        result = super().write(vals)
        self._check_shown()
        return result

    def _check_shown(self):
        self.proposition_id.check_access("read")
