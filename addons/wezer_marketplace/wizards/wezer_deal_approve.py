from odoo import Command, api, fields, models

from ..tools import deal_page, deal_words


class WezerDealApprove(models.TransientModel):
    """Approve, pay, and assess if wanted, at once.

    The wizard only asks; the deal's own action checks and does.
    """

    _name = "wezer.deal.approve"
    _description = "Approve and pay"
    _inherit = ["wezer.deal.wizard.mixin", "wezer.record.mixin"]

    sentence = fields.Char(compute="_compute_sentence")
    # Outside money is not paid here.
    hand_text = fields.Char(compute="_compute_sentence")
    by_hand = fields.Boolean(compute="_compute_sentence")
    delivery_note = fields.Text(
        string="How it went", related="deal_id.delivery_note", related_sudo=False
    )
    assess = fields.Boolean(string="Assess the deal", default=True)
    score_ids = fields.One2many("wezer.deal.approve.score", "wizard_id")
    comment = fields.Text()

    @api.depends("deal_id")
    def _compute_sentence(self):
        for wizard in self:
            wizard.deal_id.check_access("read")
            deal = wizard.deal_id
            wizard.sentence = deal_page.approve_label(deal)
            # The deal was just found to be the reader's.
            here, hand = deal_words.divided(deal, deal_words.left_sums(deal))
            wizard.hand_text = deal_words.hand_text(deal.sudo(), deal._my_party())
            wizard.by_hand = bool(hand and not here)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        deal = self.env["wezer.deal"].browse(values.get("deal_id"))
        if deal:
            criteria = self.env["wezer.criterion"]._for(deal.category_id, "worker")
            values["score_ids"] = [
                Command.create({"criterion_id": criterion.id}) for criterion in criteria
            ]
        return values

    def action_approve(self) -> dict:
        """Call the action of the deal."""
        self.ensure_one()
        scores = {}
        if self.assess:
            # Nothing is preset: what was not chosen is no opinion.
            scores = {
                line.criterion_id.id: int(line.score)
                for line in self.score_ids
                if line.score
            }
        self.deal_id.action_approve(scores=scores, comment=self.comment or "")
        return {"type": "ir.actions.act_window_close"}


class WezerDealApproveScore(models.TransientModel):
    _name = "wezer.deal.approve.score"
    _description = "Approve and pay: one criterion"
    _inherit = ["wezer.record.mixin"]

    wizard_id = fields.Many2one("wezer.deal.approve", required=True, ondelete="cascade")
    criterion_id = fields.Many2one("wezer.criterion", required=True, ondelete="cascade")
    score = fields.Selection(
        [
            ("-2", "Very bad"),
            ("-1", "Bad"),
            ("0", "So-so"),
            ("1", "Good"),
            ("2", "Very good"),
        ],
    )
