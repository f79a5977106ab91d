from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools.parts import format_points, shares


class WezerTermsShare(models.Model):
    """A co-worker's share of the price; they sign the round that names it.

    0 points: the co-worker had a share and would have none.
    """

    _name = "wezer.terms.share"
    _description = "Share of a co-worker"
    _inherit = ["wezer.record.mixin"]
    _order = "terms_id, id"
    _rec_name = "partner_id"

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="restrict"
    )
    points = fields.Integer(
        required=True, help="Part of the price, in hundredths of a percent."
    )
    percent_text = fields.Char(
        string="Part of the price", compute="_compute_percent_text"
    )
    company_id = fields.Many2one(
        related="terms_id.company_id", store=True, precompute=True
    )

    _points_in_range = models.Constraint(
        "CHECK (points >= 0 AND points < 10000)",
        "A share must be a part of the price, above zero.",
    )
    _partner_uniq = models.UniqueIndex(
        "(terms_id, partner_id)", "Each person can have only one share."
    )

    @api.depends("points")
    def _compute_percent_text(self):
        for share in self:
            share.percent_text = format_points(share.points)

    def _format(self):
        return f"{self.sudo().partner_id.name} {format_points(self.points)}"

    def _format_share(self):
        """Return the share in percent and in money, in words."""
        sums = [
            line.wezer_currency_id._format(shares(line.total_minor, [self.points])[1])
            for line in self.terms_id.price_line_ids
        ]
        return " = ".join(
            [format_points(self.points), *[" + ".join(sums)][: len(sums)]]
        )

    def _is_agreed(self):
        """Return whether the co-worker has agreed to this share."""
        self.ensure_one()
        return self.sudo().partner_id in self.sudo().terms_id._signed()

    def write(self, vals):
        raise Refusal(
            self.env._(
                "Terms cannot be changed once they are proposed."
                " Propose other terms instead."
            ),
            rule="immutable",
        )
