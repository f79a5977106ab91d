from odoo import fields, models


class WezerReputationRingJudge(models.TransientModel):
    """The reasons for a moderator's word on a ring."""

    _name = "wezer.reputation.ring.judge"
    _description = "Reputation: judge a ring"
    _inherit = ["wezer.record.mixin"]

    ring_id = fields.Many2one("wezer.reputation.ring", required=True)
    verdict = fields.Selection(
        [("cleared", "No ring: counts in full"), ("confirmed", "A ring")],
        required=True,
    )
    reason = fields.Text(required=True)

    def action_judge(self):
        """Say it; the ring checks who and why."""
        self.ensure_one()
        if self.verdict == "cleared":
            self.ring_id.action_clear(self.reason)
        else:
            self.ring_id.action_confirm(self.reason)
        return {"type": "ir.actions.act_window_close"}
