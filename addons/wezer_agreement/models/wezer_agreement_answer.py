from odoo import fields, models

from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerAgreementAnswer(models.Model):
    """What a member said at a review; others read it once the round is over."""

    _name = "wezer.agreement.answer"
    _description = "Answer at a review"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id"
    _rec_name = "id"
    _written = {"written_lang": Written(("reason",), ("person_id",))}

    agreement_id = fields.Many2one(
        "wezer.agreement", required=True, index=True, ondelete="cascade"
    )
    review_round = fields.Integer(required=True, aggregator=None)
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    answer = fields.Selection(
        [("keep", "Keep it"), ("change", "Change it"), ("drop", "Drop it")],
        required=True,
    )
    reason = fields.Text(help="Has it helped? What would be better?")
    is_shown = fields.Boolean(
        readonly=True, help="The round is over: members of the circle read it."
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, precompute=True, index=True
    )

    _once_uniq = models.UniqueIndex(
        "(agreement_id, review_round, person_id)", "A person answers once in a round."
    )
