import base64

from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerDealEvidence(models.Model):
    """A file that shows the work, for the deal's participants and its moderators.

    Its content is served by a controller that checks the deal; it is never an
    attachment that Odoo's own routes would serve.
    """

    _name = "wezer.deal.evidence"
    _description = "File in a deal"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    date = fields.Datetime(required=True)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    size = fields.Integer(required=True)
    content = fields.Binary(required=True, attachment=False, groups=fields.NO_ACCESS)
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    def write(self, vals):
        raise Refusal(self.env._("Files cannot be changed."), rule="immutable")

    def _bytes(self):
        """Return the content, for all who may read the row."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the column is not readable by ORM; access to the row was just checked.
        raw = self.sudo().with_context(bin_size=False).content
        return base64.b64decode(raw)
