from odoo import models

TURN_STATES = ("open", "accepted", "delivered", "approved", "confirming", "paid")


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_todo(self):
        """Add the deals: what waits for this user and for others."""
        rows = super()._wezer_todo()
        mine = self._acting_ids("market")
        deals = self.env["wezer.proposition"].search(
            [
                ("state", "in", TURN_STATES),
                "|",
                ("author_id", "in", mine),
                ("replier_id", "in", mine),
            ]
        )
        for deal in deals:
            main = [button for button in deal._allowed_actions() if button["main"]]
            if deal.state == "paid" and not main:
                continue
            party = deal._my_party()
            section = "waiting"
            if main:
                section = "soon" if deal.state in ("accepted", "paid") else "now"
            rows.append(
                {
                    "section": section,
                    "partner": deal.sudo()._other(party),
                    "text": f"{deal.title}: {deal._turn_line()}",
                    "url": f"/my/deals/{deal.id}",
                    "button": main[0]["label"] if main else False,
                    "due": deal.date_due.date() if deal.date_due and deal.state == "accepted" else False,
                }
            )
        return rows
