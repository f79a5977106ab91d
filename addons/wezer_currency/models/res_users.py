from datetime import timedelta

from odoo import fields, models

from odoo.addons.wezer_base.tools import days

# Days a payee has to confirm outside money, before moderators may.
RECEIPT_DAYS = 14


class ResUsers(models.Model):
    _inherit = "res.users"

    def _create_user_from_template(self, values):
        """Let sign-ups start without credit, until a moderator grants it.

        Else a person with a hundred addresses would have a hundred credits.
        """
        fresh = not values.get("partner_id")
        user = super()._create_user_from_template(values)
        if fresh:
            # A sign-up of one's own gives no member's credit.
            user.sudo().partner_id._wezer_profile().has_credit = False
        return user

    def _wezer_todo(self):
        """Add what waits for an answer about money: requests and receipts."""
        rows = super()._wezer_todo()
        acts = self._acting_ids("wallet")
        # sudo: the domain is what the rules let this user see.
        transfers = (
            self.env["wezer.transfer"]
            .sudo()
            .search(
                [
                    ("origin_model", "=", False),
                    "|",
                    "&",
                    "&",
                    ("state", "=", "requested"),
                    ("kind", "!=", "redeem"),
                    ("payer_id", "in", acts),
                    "&",
                    "|",
                    ("state", "=", "pending"),
                    "&",
                    ("state", "=", "requested"),
                    ("kind", "=", "redeem"),
                    ("payee_id", "in", acts),
                    ("company_id", "in", self.env.companies.ids),
                ],
                limit=50,
            )
        )
        for transfer in transfers:
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
                text = self.env._(
                    "Did you receive %(amount)s from %(name)s? %(purpose)s"
                )
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
                    "due": days.day_of(self.env, transfer.end_deadline),
                }
            )
        return rows + self._wezer_todo_unconfirmed()

    def _wezer_todo_unconfirmed(self):
        """Return what moderators settle: promises nobody confirmed for 14 days."""
        if not self.has_group("wezer_base.group_moderator"):
            return []
        late = fields.Datetime.now() - timedelta(days=RECEIPT_DAYS)
        # The transfers that moderators may read, and no party to it decides.
        waiting = (
            self.env["wezer.transfer"]
            .with_user(self)
            .search(
                [
                    ("state", "=", "pending"),
                    ("origin_model", "=", False),
                    ("date", "<", late),
                ],
                limit=50,
            )
            .sudo()
            .filtered(
                lambda transfer: self._moderates(transfer.payer_id | transfer.payee_id)
            )
        )
        return [
            {
                "section": "now",
                "partner": transfer.payer_id,
                "text": self.env._(
                    "%(payer)s says that they paid %(payee)s %(amount)s. Nobody"
                    " has confirmed that it was received: %(purpose)s",
                    payer=transfer.payer_id.name,
                    payee=transfer.payee_id.name,
                    amount=transfer.amount_display,
                    purpose=transfer.purpose or "",
                ),
                "url": f"/odoo/wezer-transfers/{transfer.id}",
                "button": self.env._("Decide"),
                "due": days.day_of(
                    self.env, transfer.date + timedelta(days=RECEIPT_DAYS)
                ),
            }
            for transfer in waiting
        ]
