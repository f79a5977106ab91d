from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerDecisionVersion(models.Model):
    """The text of a decision; it never changes once somebody answered it."""

    _name = "wezer.decision.version"
    _description = "Version of a decision"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "decision_id, number desc"
    _rec_name = "number"
    _written = {"written_lang": Written(("body", "change"), ("author_id",))}

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, default=1, aggregator=None)
    body = fields.Text(required=True)
    change = fields.Text(help="The changes since the version before.")
    author_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    date = fields.Datetime(required=True, default=lambda self: self.env.cr.now())
    answered_ids = fields.One2many("wezer.objection", "answered_by_id")
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, precompute=True, index=True
    )

    _number_uniq = models.UniqueIndex(
        "(decision_id, number)", "A decision has each version only once."
    )

    def write(self, vals):
        """Keep the text of what was announced, for every writer."""
        if {"body", "change", "number", "decision_id"} & vals.keys():
            for version in self:
                if version.sudo().decision_id.state != "draft":
                    raise Refusal(
                        self.env._(
                            "The text of what was announced stays. Propose a new"
                            " version instead."
                        ),
                        rule="version",
                    )
        return super().write(vals)
