from odoo import fields, models

TURN_STATES = ("open", "accepted", "delivered", "approved", "confirming")


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
                    self.env["wezer.proposition"].sudo().search_count(answered, limit=1)
                    or self.env["wezer.announcement"].sudo().search_count(mine, limit=1)
                ),
            }
        ]

    def _wezer_todo(self):
        """Add the deals: what waits for this user and for others."""
        rows = super()._wezer_todo()
        mine = self._acting_ids("market")
        deals = self.env["wezer.proposition"].search(
            [
                "|",
                ("state", "in", TURN_STATES),
                "&",
                ("state", "=", "paid"),
                ("paid_until", ">", fields.Datetime.now()),
                "|",
                ("author_id", "in", mine),
                ("replier_id", "in", mine),
            ],
            limit=100,
        )
        for deal in deals:
            main = [button for button in deal._allowed_actions() if button["main"]]
            if deal.state == "paid" and not main:
                continue
            section = "waiting"
            if main:
                section = "soon" if deal.state in ("accepted", "paid") else "now"
            due = deal.date_due if deal.state == "accepted" else False
            rows.append(
                {
                    "section": section,
                    "partner": deal.sudo()._other(deal._my_party()),
                    "text": f"{deal.title}: {deal._turn_line()}",
                    "url": f"/my/deals/{deal.id}",
                    "button": main[0]["label"] if main else False,
                    "due": due and due.date(),
                }
            )
        return rows + self._wezer_disputes_to_decide()

    def _wezer_disputes_to_decide(self):
        """Return the disputes that wait for this user as a moderator."""
        disputed = self.env["wezer.proposition"].search(
            [("i_moderate", "=", True)], order="dispute_holder_since, id", limit=50
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
