from odoo import api, fields, models

from ..exceptions import NotAllowed


class WezerTermsAcceptance(models.Model):
    """Who agreed to which version of the terms, when and in which language."""

    _name = "wezer.terms.acceptance"
    _description = "Acceptance of the terms of use"
    _inherit = ["wezer.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "terms_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="cascade"
    )
    terms_id = fields.Many2one(
        "wezer.terms.of.use", required=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True)
    lang = fields.Char(string="Language")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )

    _once_uniq = models.UniqueIndex(
        "(partner_id, terms_id)", "Each version can be accepted only once."
    )

    def write(self, vals):
        # A merge of doubles gives them to the one who stays.
        if vals.keys() - {"partner_id"}:
            raise NotAllowed(
                self.env._("An acceptance of the terms of use cannot be changed."),
                rule="immutable",
            )
        return super().write(vals)

    @api.model
    def _personal_data(self, partner):
        """Return the rows of ``partner`` for the download of personal data (sudo)."""
        selves = partner._wezer_selves()
        return [
            {
                "date": str(acceptance.date),
                "version": acceptance.terms_id.version,
            }
            for acceptance in self.sudo().search([("partner_id", "in", selves.ids)])
        ]
