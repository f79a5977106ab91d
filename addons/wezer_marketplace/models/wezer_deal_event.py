from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerDealEvent(models.Model):
    """What happened to a deal: kept, shown, never changed."""

    _name = "wezer.deal.event"
    _description = "What happened to a deal"
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
    company_id = fields.Many2one(related="deal_id.company_id", store=True)

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
        }
        return words.get(self.action, self.action) % {
            "who": self.sudo().partner_id.name or ""
        }


class WezerDealMessage(models.Model):
    """Chat beside a deal. No followers, no mail; it cannot be edited."""

    _name = "wezer.deal.message"
    _description = "Message in a deal"
    _order = "id"

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    body = fields.Text(required=True)
    company_id = fields.Many2one(related="deal_id.company_id", store=True)

    def write(self, vals):
        raise Refusal(self.env._("What was said stays."), rule="immutable")


class WezerDeal(models.Model):
    _inherit = "wezer.deal"

    event_ids = fields.One2many("wezer.deal.event", "deal_id")
    message_line_ids = fields.One2many("wezer.deal.message", "deal_id")

    def _log(self, action, partner, note=""):
        """Keep what happened (sudo: the arrow has checked)."""
        self.env["wezer.deal.event"].sudo().create(
            [
                {
                    "deal_id": deal.id,
                    "date": fields.Datetime.now(),
                    "action": action,
                    "partner_id": partner.id if partner else False,
                    "person_id": self.env.user.partner_id.id,
                    "note": self.env["wezer.typed"]._words(note, 2000),
                }
                for deal in self
            ]
        )
        self._settle_answered()

    def action_say(self, body, acting_partner_id=None):
        """Say something to the other side."""
        self.check_access("read")
        self.ensure_one()
        deal = self.sudo()
        speaker = self._speaker(acting_partner_id)
        body = self.env["wezer.typed"]._words(body, 4000)
        if not body:
            raise Refusal(self.env._("Write something first."), rule="empty")
        key = f"say:{self._name}:{deal.id}:{speaker.id}:{self.env.uid}"
        if not self.env["wezer.idempotency.key"].sudo()._is_first_text(key, body):
            # The same words within seconds are one message: a second tap.
            return True
        self.env["wezer.deal.message"].sudo().create(
            {
                "deal_id": deal.id,
                "date": fields.Datetime.now(),
                "partner_id": speaker.id,
                "person_id": self.env.user.partner_id.id,
                "body": body,
            }
        )
        deal._notify_all(
            "message",
            lambda env: env._(
                "%(name)s wrote: %(title)s", name=speaker.name, title=deal.title
            ),
            but=speaker,
            subject="message",
        )
        return True

    @api.model
    def _both(self, deal):
        return deal.author_id | deal.replier_id

    def _speaker(self, acting_partner_id):
        """Return the party the caller speaks for; of two, the one he answered for."""
        both = self._both(self.sudo())
        user = self.env.user
        if not acting_partner_id:
            mine = user._acts_for(both, "market")
            if len(mine) > 1:
                acting_partner_id = (user.partner_id & both or self.sudo().author_id).id
        return user._resolve_acting(acting_partner_id, both, "market")
