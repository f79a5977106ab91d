from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _signup_create_user(self, values):
        """Who comes uninvited starts without credit, until a moderator grants it."""
        uninvited = not values.get("partner_id")
        user = super()._signup_create_user(values)
        if uninvited:
            # His own sign-up may not give him a member's credit.
            user.partner_id._wezer_profile().has_credit = False
        return user

    def _wezer_todo(self):
        """Add what waits for an answer about money: requests and receipts."""
        rows = super()._wezer_todo()
        transfers = (
            self.env["wezer.transfer"]
            .with_user(self)
            .search(
                [
                    ("origin_model", "=", False),
                    "|",
                    "&",
                    "&",
                    ("state", "=", "requested"),
                    ("kind", "!=", "redeem"),
                    ("payer_id.acts_wallet", "=", True),
                    "&",
                    "|",
                    ("state", "=", "pending"),
                    "&",
                    ("state", "=", "requested"),
                    ("kind", "=", "redeem"),
                    ("payee_id.acts_wallet", "=", True),
                ],
                limit=50,
            )
        )
        for transfer in transfers.sudo():
            asked = transfer.state == "requested"
            redeem = asked and transfer.kind == "redeem"
            other = transfer.payee_id if asked and not redeem else transfer.payer_id
            if redeem:
                text = self.env._("%(name)s wants to redeem %(amount)s: %(purpose)s")
            elif asked and transfer.kind == "reversal":
                text = self.env._("You owe %(name)s %(amount)s: %(purpose)s")
            elif asked:
                text = self.env._("%(name)s asks you for %(amount)s: %(purpose)s")
            else:
                text = self.env._("Did you get %(amount)s from %(name)s? %(purpose)s")
            rows.append(
                {
                    "section": "now",
                    "partner": other,
                    "text": text
                    % {
                        "name": other.name,
                        "amount": transfer.amount_display,
                        "purpose": transfer.purpose or "",
                    },
                    "url": "/my/requests",
                    "button": self.env._("Answer"),
                    "due": transfer.until and transfer.until.date(),
                }
            )
        return rows
