from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..tools.parts import say_points, shares

SIGNATURE = {"agreed_on", "person_id"}


class WezerTermsShare(models.Model):
    """A co-worker's part of the price; he agrees to the round that names it.

    0 points: he had a part and would have none.
    """

    _name = "wezer.terms.share"
    _description = "Part of who works with somebody"
    _inherit = ["wezer.record.mixin"]
    _order = "terms_id, id"
    _rec_name = "partner_id"

    terms_id = fields.Many2one(
        "wezer.terms", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    points = fields.Integer(required=True, help="Of the price, in 1/100 percent.")
    percent_text = fields.Char(string="Part", compute="_compute_percent_text")
    agreed_on = fields.Datetime()
    person_id = fields.Many2one("res.partner", ondelete="restrict")
    company_id = fields.Many2one(
        related="terms_id.company_id", store=True, precompute=True
    )

    _points_in_range = models.Constraint(
        "CHECK (points >= 0 AND points < 10000)", "A share is a part of the price."
    )
    _partner_uniq = models.UniqueIndex("(terms_id, partner_id)", "Each has one part.")

    @api.depends("points")
    def _compute_percent_text(self):
        for one in self:
            one.percent_text = say_points(one.points)

    def _say(self):
        return f"{self.sudo().partner_id.name} {say_points(self.points)}"

    def _part(self):
        """Return the part in percent and in money, as people say it."""
        its = [
            line.wezer_currency_id._format(shares(line.total_minor, [self.points])[1])
            for line in self.terms_id.price_line_ids
        ]
        return " = ".join([say_points(self.points), *[" + ".join(its)][: len(its)]])

    def write(self, vals):
        if not self.env.su or vals.keys() != SIGNATURE:
            raise Refusal(
                self.env._("A round of terms stays as it is."), rule="immutable"
            )
        return super().write(vals)

    def _sign(self):
        """Keep that the caller agreed (sudo: the arrow has checked who)."""
        self.ensure_one()
        person = self.env.user.partner_id
        signature = {"agreed_on": fields.Datetime.now(), "person_id": person.id}
        return self.sudo().write(signature)
