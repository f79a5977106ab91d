from odoo import models

# Entries of the bar: words that the template has labels and icons for.
MEMBER = ("market", "deals", "post", "wallet", "me")
# Those who wait to be accepted, or may only read.
READER = ("market", "groups", "notices", "me")
VISITOR = ("market", "groups", "join", "login")


class ResUsers(models.Model):
    _inherit = "res.users"

    def _wezer_bar(self):
        """Return the entries of the phone's bar for this user.

        :return: stable words, as the template ``wezer_website.bar`` has labels and
            icons for them
        :rtype: tuple[str, ...]
        """
        self.ensure_one()
        if self._is_public():
            open_to_all = self._get_signup_invitation_scope() == "b2c"
            return VISITOR if open_to_all else tuple(w for w in VISITOR if w != "join")
        return MEMBER if self._wezer_standing() == "active" else READER

    def _wezer_notice_counts(self):
        """Add the numbers beside entries of the phone's bar.

        ``deals``: how many deals have something unread; ``me``: unread notices about
        anything else. Both come from what the bell has asked already.
        """
        counts = super()._wezer_notice_counts()
        waiting = self.env["wezer.notice"]._waiting_by_model()
        about_deals, deals = waiting.get("wezer.deal", (0, 0))
        # "notices" is the bar's of people without deals.
        return {**counts, "deals": deals, "me": counts["notices"] - about_deals}

    def _wezer_main_wallet(self):
        """Return the open wallet that the bar leads to, or an empty one.

        The first one, by the order of currencies, of the party acted for now.
        """
        self.ensure_one()
        wallets = self.env["wezer.wallet"].search(
            [
                ("partner_id", "=", self._wezer_act_as("wallet").id),
                ("state", "!=", "closed"),
            ]
        )
        return wallets.sorted(
            lambda wallet: (
                wallet.sudo().wezer_currency_id.external,
                wallet.sudo().wezer_currency_id.sequence,
                wallet.id,
            )
        )[:1]
