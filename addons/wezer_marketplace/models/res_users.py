from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.wezer_base.tools import days

from .wezer_deal import ASKING


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_first_steps(self):
        """Add the first answer, or the first post."""
        mine = [("author_id", "=", self.partner_id.id)]
        answered = [("replier_id", "=", self.partner_id.id)]
        return super()._wezer_first_steps() + [
            {
                "text": self.env._("See how you can help, or post what you need"),
                "url": "/market",
                "done": bool(
                    self.env["wezer.deal"].sudo().search_count(answered, limit=1)
                    or self.env["wezer.announcement"].sudo().search_count(mine, limit=1)
                ),
            }
        ]

    def _wezer_todo(self):
        """Add the deals: what waits for this user and for others."""
        rows = super()._wezer_todo()
        deals = self.env["wezer.deal"]
        recent = Domain("state", "=", "paid") & Domain(
            "paid_until", ">", fields.Datetime.now()
        )
        in_hand = Domain("state", "in", ASKING) | recent
        for deal in deals.search(deals._mine_domain() & in_hand, limit=100):
            row = self._wezer_deal_row(deal)
            if row:
                rows.append(row)
        rows += self._wezer_stand_in_rows()
        return rows + self._wezer_disputes_to_decide()

    def _wezer_deal_row(self, deal):
        """Return the row of ``deal``: what it asks of this user, or who is awaited."""
        asked = deal._asked_of_me()
        actions = deal._allowed_actions()
        buttons = [one for one in actions if one["main"]]
        if "cancel" in asked:
            buttons = [one for one in actions if one["action"] == "cancel"]
        if deal.state == "paid" and not buttons:
            return None
        section = "waiting"
        if buttons:
            later = deal.state == "paid" or not asked.keys() - {"work"}
            section = "soon" if later else "now"
        due = deal.date_due if deal.state == "accepted" else False
        return {
            "section": section,
            "partner": deal.sudo()._other(deal._my_party()),
            "text": f"{deal.title}: {deal._turn_line()}",
            "url": f"/my/deals/{deal.id}",
            "button": buttons[0]["label"] if buttons else False,
            "due": days.day_of(self.env, due),
        }

    def _wezer_stand_in_rows(self):
        """Return what this user is asked to do instead of somebody else."""
        return [
            {
                "section": "now",
                "partner": deal.payee_id,
                "text": self.env._(
                    "%(title)s: %(name)s asks you to stand in",
                    title=deal.title,
                    name=deal.payee_id.name,
                ),
                "url": f"/my/stand-in/{deal.id}",
                "button": self.env._("Read what it is"),
                "due": days.day_of(self.env, deal.date_due),
            }
            for deal in self.env["wezer.deal"]._asked_to_stand_in()
        ]

    def _wezer_disputes_to_decide(self):
        """Return the disputes that wait for this user as a moderator."""
        disputed = self.env["wezer.deal"].search(
            [("is_user_moderator", "=", True)],
            order="dispute_holder_since, id",
            limit=50,
        )
        return [
            {
                "section": "now",
                "partner": deal.sudo().author_id,
                "text": self.env._(
                    "%(title)s: a decision is waited for", title=deal.title
                ),
                "url": f"/my/deals/{deal.id}",
                "button": self.env._("Decide"),
                "due": deal._decide_by(),
            }
            for deal in disputed
        ]
