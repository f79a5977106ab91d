from odoo import fields, models


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    has_credit = fields.Boolean(
        string="Credit of a member",
        default=True,
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
        help="Off for who signed up uninvited: wallets then start without credit.",
    )

    def action_approve(self):
        """Who is approved has a member's credit in wallets opened from now on."""
        result = super().action_approve()
        # The approval was checked just above.
        self.sudo().has_credit = True
        return result

    def _wezer_party_values(self):
        """Add the balances that the currency shows to members."""
        values = super()._wezer_party_values()
        if self.env.user._is_public():
            return values
        # Wallets are closed to others; here only what a currency makes public,
        # or a group shows to its members.
        wallets = (
            self.env["wezer.wallet"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("wezer_currency_id.external", "=", False),
                ]
            )
        )
        user = self.env.user
        books = wallets.filtered(lambda wallet: wallet._seen_by(user))
        values["open_books"] = books
        values["public_wallets"] = books | wallets.filtered(
            "wezer_currency_id.balances_public"
        )
        values["moderated_wallets"] = (
            wallets - books if user._moderates(self.sudo().partner_id) else []
        )
        currencies = self.env["wezer.currency"].sudo().search_count([], limit=1)
        partner = self.sudo().partner_id
        values["wezer_can_be_paid"] = bool(
            currencies
            and partner._wezer_is_party()
            and partner not in self.env.user._acts_for(partner, "wallet")
        )
        return values
