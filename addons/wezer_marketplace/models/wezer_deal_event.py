from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerDealEvent(models.Model):
    """What happened to a deal: kept, shown, never changed."""

    _name = "wezer.deal.event"
    _description = "Event of a deal"
    _inherit = ["wezer.record.mixin"]
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)
    action = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="On behalf of", ondelete="restrict"
    )
    person_id = fields.Many2one("res.partner", ondelete="restrict")
    note = fields.Text(string="Remark")
    # An approval by one account of a person whose other account had been at the
    # worker's side: in order when it was given, before the two were merged.
    before_merge = fields.Boolean(groups="base.group_system")
    sentence = fields.Char(compute="_compute_sentence")
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    def _compute_sentence(self):
        for event in self:
            event.sentence = event._sentence()

    def write(self, vals):
        raise Refusal(self.env._("Past events cannot be changed."), rule="immutable")

    def _sentence(self):
        """Return this event as people say it."""
        self.ensure_one()
        words = {
            "claim": self.env._("%(who)s took it on"),
            "propose": self.env._("%(who)s proposed terms"),
            "counter": self.env._("%(who)s proposed other terms"),
            "accept": self.env._("%(who)s accepted"),
            "decline": self.env._("%(who)s declined"),
            "withdraw": self.env._("%(who)s withdrew"),
            "deliver": self.env._("%(who)s delivered"),
            "send_back": self.env._("%(who)s sent it back"),
            "approve": self.env._("%(who)s approved"),
            "self_approve": self.env._(
                "%(who)s approved their own work, because nobody else could"
            ),
            "pay": self.env._("%(who)s paid"),
            "confirm": self.env._("%(who)s received the outside payment"),
            "deny": self.env._("%(who)s did not receive the outside payment"),
            "release": self.env._("%(who)s gave the work back"),
            "refund": self.env._("%(who)s gave the money back"),
            "consent": self.env._("%(who)s agreed to cancel"),
            "cancel": self.env._("The deal was cancelled"),
            "dispute": self.env._("%(who)s called a moderator"),
            "withdraw_dispute": self.env._("%(who)s withdrew the call for a moderator"),
            "resolve": self.env._("%(who)s decided the dispute"),
            "evidence": self.env._("%(who)s added a file"),
            "evidence_confirmed": self.env._(
                "%(who)s confirmed a file that came by e-mail"
            ),
            "evidence_back": self.env._("%(who)s deleted a file"),
            "share": self.env._("%(who)s joined the team"),
            "step": self.env._("The next step begins"),
            "place": self.env._("A place became free"),
            "clock": self.env._("The deadline passed"),
            "amend_propose": self.env._("%(who)s proposed to change what was agreed"),
            "amend": self.env._("%(who)s agreed to the change"),
            "hand_over_propose": self.env._("%(who)s named someone to stand in"),
            "hand_over_sign": self.env._("%(who)s agreed that someone stands in"),
            "hand_over": self.env._("Someone stands in"),
            "attendance_came": self.env._("%(who)s noted: attended"),
            "attendance_late": self.env._("%(who)s noted: attended late"),
            "attendance_absent": self.env._("%(who)s noted: did not attend"),
            "attendance_excused": self.env._("%(who)s noted: excused"),
        }
        return words.get(self.action, self.action) % {
            "who": self.sudo().partner_id.name or ""
        }
