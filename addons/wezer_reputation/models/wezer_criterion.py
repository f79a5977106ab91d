from odoo import api, fields, models


class WezerCriterion(models.Model):
    _name = "wezer.criterion"
    _description = "Criterion"
    _inherit = ["wezer.record.mixin"]
    _wezer_private_name = False
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    side = fields.Selection(
        [
            ("worker", "The worker"),
            ("payer", "The payer"),
            ("both", "Both"),
        ],
        required=True,
        default="worker",
        help="The side that is assessed.",
    )
    category_ids = fields.Many2many(
        "wezer.category",
        string="Asked in",
        help="This is asked only in these categories and below. Leave empty to ask"
        " it everywhere.",
    )
    removed_category_ids = fields.Many2many(
        "wezer.category",
        "wezer_criterion_removed_category_rel",
        "criterion_id",
        "category_id",
        string="Not asked in",
        help="This is not asked in these categories and below, unless a category"
        " further down asks it again.",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )

    @api.model
    def _for(self, category, side):
        """Return the criteria that assess the ``side`` of a deal in ``category``.

        From the widest category down, each adds the criteria that are asked in it and
        removes those that are not.
        """
        # Members read criteria anyway; categories may be closed to the caller.
        criteria = self.sudo().search_fetch(
            [
                ("side", "in", (side, "both")),
                ("company_id", "in", [self.env.company.id, False]),
            ]
        )
        chain = []
        category = category and category.sudo()
        while category:
            category._wezer_take_kept()
            chain.insert(0, category)
            category = category.parent_id
        asked = criteria.filtered(lambda criterion: not criterion.category_ids)
        for step in chain:
            asked -= criteria.filtered(
                lambda criterion, step=step: step in criterion.removed_category_ids
            )
            asked |= criteria.filtered(
                lambda criterion, step=step: step in criterion.category_ids
            )
        return criteria & asked
