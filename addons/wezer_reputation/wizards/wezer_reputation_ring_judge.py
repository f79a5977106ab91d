from odoo import fields, models


class WezerReputationRingJudge(models.TransientModel):
    """Asks a moderator for the reasons of a decision about a ring."""

    _name = "wezer.reputation.ring.judge"
    _description = "Reputation: decide about a ring"
    _inherit = ["wezer.record.mixin"]

    ring_id = fields.Many2one("wezer.reputation.ring", required=True)
    verdict = fields.Selection(
        [("cleared", "Not a ring: counts in full"), ("confirmed", "A ring")],
        string="Decision",
        required=True,
    )
    reason = fields.Text(required=True)

    def action_judge(self) -> dict:
        """Decide; the ring checks permission and reasons."""
        self.ensure_one()
        if self.verdict == "cleared":
            self.ring_id.action_clear(self.reason)
        else:
            self.ring_id.action_confirm(self.reason)
        return {"type": "ir.actions.act_window_close"}
