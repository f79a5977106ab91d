from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerDealEvent(models.Model):
    """What happened to a deal: kept, shown, never changed."""

    _name = "wezer.deal.event"
    _description = "What happened to a deal"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)
    action = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner", string="For", ondelete="restrict")
    person_id = fields.Many2one("res.partner", string="By", ondelete="restrict")
    note = fields.Text()
    sentence = fields.Char(compute="_compute_sentence")
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    def _compute_sentence(self):
        for event in self:
            event.sentence = event._sentence()

    def write(self, vals):
        raise Refusal(self.env._("What happened stays."), rule="immutable")

    def _sentence(self):
        """Return this event as people say it."""
        self.ensure_one()
        words = {
            "claim": self.env._("%(who)s took it"),
            "propose": self.env._("%(who)s proposed terms"),
            "counter": self.env._("%(who)s proposed other terms"),
            "accept": self.env._("%(who)s accepted"),
            "decline": self.env._("%(who)s declined"),
            "withdraw": self.env._("%(who)s withdrew"),
            "deliver": self.env._("%(who)s delivered"),
            "send_back": self.env._("%(who)s sent it back"),
            "approve": self.env._("%(who)s approved"),
            "self_approve": self.env._("%(who)s approved own work: nobody else could"),
            "pay": self.env._("%(who)s paid"),
            "confirm": self.env._("%(who)s received the outside money"),
            "deny": self.env._("%(who)s did not receive the outside money"),
            "release": self.env._("%(who)s gave it back"),
            "refund": self.env._("%(who)s gave the money back"),
            "consent": self.env._("%(who)s agrees to cancel"),
            "cancel": self.env._("It was cancelled"),
            "dispute": self.env._("%(who)s called a moderator"),
            "withdraw_dispute": self.env._("%(who)s took the call back"),
            "resolve": self.env._("%(who)s decided the dispute"),
            "evidence": self.env._("%(who)s showed a file"),
            "evidence_back": self.env._("%(who)s took a file back"),
            "share": self.env._("%(who)s works along"),
            "step": self.env._("The next step begins"),
            "place": self.env._("A place came free"),
            "clock": self.env._("The time was over"),
            "amend_propose": self.env._("%(who)s proposed to change what was agreed"),
            "amend": self.env._("%(who)s agreed to the change"),
            "hand_over_propose": self.env._("%(who)s named somebody to stand in"),
            "hand_over_sign": self.env._("%(who)s agreed that somebody stands in"),
            "hand_over": self.env._("Somebody stands in"),
            "attendance_came": self.env._("%(who)s noted: came"),
            "attendance_late": self.env._("%(who)s noted: came late"),
            "attendance_absent": self.env._("%(who)s noted: did not come"),
            "attendance_excused": self.env._("%(who)s noted: was excused"),
        }
        return words.get(self.action, self.action) % {
            "who": self.sudo().partner_id.name or ""
        }
