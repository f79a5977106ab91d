from odoo import models

from ..tools import home, todo


class ResUsers(models.Model):
    """What a user does about money, where the base layer asks for it."""

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
        return super()._wezer_todo() + todo.rows(self)

    # === HOME === #

    def _wezer_dashboard(self):
        """Add ``wallets``, the balances of the party that the user acts for."""
        board = super()._wezer_dashboard()
        return {**board, "wallets": home.wallets(self, board["party"])}
