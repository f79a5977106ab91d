from odoo import api, fields, models


class WezerCriterion(models.Model):
    _name = "wezer.criterion"
    _description = "Criterion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    side = fields.Selection(
        [
            ("worker", "Of who did the work"),
            ("payer", "Of who asked for it"),
            ("both", "Of both"),
        ],
        required=True,
        default="worker",
        help="Whom it assesses.",
    )
    category_ids = fields.Many2many(
        "wezer.category", help="Only there and below; empty: everywhere."
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )

    @api.model
    def _for(self, category, side):
        """Return the criteria that assess the ``side`` of a deal in ``category``."""
        # Members read criteria anyway; categories may be closed to the caller.
        criteria = self.sudo().search(
            [
                ("side", "in", (side, "both")),
                ("company_id", "in", [self.env.company.id, False]),
            ]
        )
        chain = self.env["wezer.category"].sudo()
        while category:
            chain |= category.sudo()
            category = category.sudo().parent_id
        return criteria.filtered(
            lambda criterion: (
                not criterion.category_ids or criterion.category_ids & chain
            )
        )
