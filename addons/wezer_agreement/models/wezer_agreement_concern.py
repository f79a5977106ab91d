from odoo import fields, models

from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerAgreementConcern(models.Model):
    """A worry that was said when an agreement was adopted; asked at its review."""

    _name = "wezer.agreement.concern"
    _description = "Concern about an agreement"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "version_id, id"
    _rec_name = "id"
    _written = {"written_lang": Written(("text",), ("person_id",))}

    version_id = fields.Many2one(
        "wezer.agreement.version", required=True, index=True, ondelete="cascade"
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    text = fields.Text(required=True)
    company_id = fields.Many2one(
        related="version_id.company_id", store=True, precompute=True, index=True
    )
