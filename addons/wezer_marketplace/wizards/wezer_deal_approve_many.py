from odoo import api, fields, models

from ..tools import deal_page


class WezerDealApproveMany(models.TransientModel):
    """A summary of what approving many deals would pay; the actions check and do."""

    _name = "wezer.deal.approve.many"
    _description = "Approve and pay several deals"
    _inherit = ["wezer.record.mixin"]

    line_ids = fields.One2many("wezer.deal.approve.many.line", "wizard_id")
    summary = fields.Char(compute="_compute_summary")
    count = fields.Integer(compute="_compute_summary")

    @api.depends("line_ids.reason")
    def _compute_summary(self):
        for wizard in self:
            deals = wizard._ready()
            wizard.count = len(deals)
            money = deal_page.total_text(deals) or self.env._("no money moves")
            wizard.summary = (
                self.env._("One deal: %(money)s", money=money)
                if len(deals) == 1
                else self.env._(
                    "%(count)s deals: %(money)s", count=len(deals), money=money
                )
            )

    def _ready(self):
        """Return the deals that nothing refuses, as the caller may read them."""
        deals = self.line_ids.filtered(lambda line: not line.reason).deal_id
        return deals._filtered_access("read")

    def action_confirm(self) -> dict:
        """Approve and pay those that nothing refuses."""
        self.ensure_one()
        return self._ready().action_approve_many()


class WezerDealApproveManyLine(models.TransientModel):
    _name = "wezer.deal.approve.many.line"
    _description = "Deal to approve with others"
    _inherit = ["wezer.deal.wizard.mixin", "wezer.record.mixin"]

    wizard_id = fields.Many2one(
        "wezer.deal.approve.many", required=True, ondelete="cascade"
    )
    text = fields.Char(string="Effect", readonly=True)
    reason = fields.Char(string="Reason for refusal", readonly=True)
