from odoo import models

# So many rows has the list of what is to do, of one kind.
ROWS_MAX = 80


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_todo(self):
        """Add the payments of decisions whose receipt the user confirms."""
        rows = super()._wezer_todo()
        # sudo: what a party receives is for people who act for it.
        waiting = (
            self.env["wezer.transfer"]
            .sudo()
            .search(
                [
                    ("origin_model", "=", "wezer.decision"),
                    ("state", "=", "pending"),
                    ("payee_id", "in", self._acting_ids("wallet")),
                ],
                limit=ROWS_MAX,
            )
        )
        for transfer in waiting:
            rows.append(
                {
                    "section": "now",
                    "partner": transfer.payer_id,
                    "text": self.env._(
                        "Did you receive %(amount)s from %(name)s? %(purpose)s",
                        amount=transfer.amount_display,
                        name=transfer.payer_id.name,
                        purpose=transfer.purpose or "",
                    ),
                    "url": f"/my/transfers/{transfer.id}",
                    "button": self.env._("Answer"),
                    "due": False,
                }
            )
        return rows
