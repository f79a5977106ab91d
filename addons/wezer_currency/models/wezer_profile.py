from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed


class WezerProfile(models.Model):
    _inherit = "wezer.profile"

    has_credit = fields.Boolean(
        string="Member credit",
        default=True,
        groups="wezer_base.group_administrator,wezer_base.group_moderator",
        help="This is off for people who signed up without an invitation. Their"
        " wallets start without credit.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Let a contact that got its profile from the suite start without credit.

        Administrators take members without a login in: by their own form, or by an
        import, see :meth:`_taken_in`. Any other profile is nobody's word for credit.
        """
        profiles = super().create(vals_list)
        if self.env.su:
            for profile, vals in zip(profiles, vals_list, strict=True):
                if profile.on_paper and "has_credit" not in vals:
                    profile.has_credit = False
        return profiles

    def _taken_in(self):
        """Give those whom an administrator took in the credit of a member."""
        result = super()._taken_in()
        self.sudo()._give_credit()
        return result

    def action_approve(self):
        """Give approved members the credit of a member."""
        result = super().action_approve()
        # The approval was checked just above.
        self.sudo()._give_credit()
        return result

    def action_give_credit(self) -> bool:
        """Give these members the credit of a member; community moderators."""
        for profile in self:
            if not self.env.user._moderates(profile.sudo().partner_id):
                raise NotAllowed(
                    self.env._("Only community moderators can decide about limits."),
                    rule="moderate",
                )
        self.sudo()._give_credit()
        return True

    def _give_credit(self):
        """Give a member's credit, in wallets that started without it too."""
        persons = self.filtered("is_person")
        persons.has_credit = True
        wallets = self.env["wezer.wallet"].search(
            [
                ("partner_id", "in", persons.partner_id.ids),
                ("own_limits", "=", True),
                ("has_lower", "=", True),
                ("lower_limit", "=", 0),
                ("is_system", "=", False),
            ]
        )
        wallets.own_limits = False

    def _wezer_party_values(self, **known):
        """Add the balances that the currency shows to members."""
        values = super()._wezer_party_values(**known)
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
        books = wallets.filtered(lambda wallet: wallet._visible_as(user))
        values["open_books"] = books
        values["public_wallets"] = books | wallets.filtered(
            "wezer_currency_id.balances_public"
        )
        values["moderated_wallets"] = (
            wallets - books if user._moderates(self.sudo().partner_id) else []
        )
        currencies = wallets or self.env["wezer.currency"].sudo().search_count(
            [], limit=1
        )
        partner = self.sudo().partner_id
        values["wezer_can_be_paid"] = bool(
            currencies
            and partner._wezer_is_party()
            and partner not in self.env.user._acts_for(partner, "wallet")
        )
        return values
