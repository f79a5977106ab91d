from odoo import models

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import home, todo
from .wezer_currency_office import ROLES


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

    # === ROLES IN CURRENCIES === #

    def _wezer_standing_selects(self):
        """Add the currencies in which this user is treasurer or auditor today."""
        offices = self.env["wezer.currency.office"]
        return [*super()._wezer_standing_selects(), offices._in_force_select(self)]

    def _wezer_office_ids(self, *roles):
        """Return the ids of the currencies in which this user has one of ``roles``.

        Asked once in a transaction; a role that has ended counts no more.

        :param roles: ``treasurer``, ``auditor``; both where left out
        :rtype: frozenset
        """
        self.ensure_one()
        user = self.sudo()
        if not user.active or not user._wezer_may_act():
            return frozenset()
        kept = user.wezer_acting_parties
        found = (kept.get(role) or () for role in roles or ROLES)
        return frozenset().union(*found)

    def _wezer_is_treasurer(self, currency) -> bool:
        """Return whether this user is a treasurer of ``currency`` today."""
        return currency.id in self._wezer_office_ids("treasurer")

    def _wezer_is_auditor(self, currency) -> bool:
        """Return whether this user is an auditor of ``currency`` today."""
        return currency.id in self._wezer_office_ids("auditor")

    def _wezer_reads_books(self, currency) -> bool:
        """Return whether this user reads the books of ``currency`` today."""
        return currency.id in self._wezer_office_ids()

    def _wezer_office_refusal(self, currency_ids):
        """Return why this user changes no payments of these currencies alone, or None.

        Administrators and moderators too: what treasurers do goes by the four-eyes rule
        of ``wezer.treasury.act``, and auditors only read.

        :param currency_ids: ids of ``wezer.currency``
        """
        if not self._wezer_office_ids("treasurer").isdisjoint(currency_ids):
            return NotAllowed(
                self.env._(
                    "You are a treasurer of this currency. Propose this on its books,"
                    " so that a second person can decide."
                ),
                rule="four_eyes",
            )
        if not self._wezer_office_ids("auditor").isdisjoint(currency_ids):
            return NotAllowed(
                self.env._(
                    "You are an auditor of this currency and only read its books."
                    " Somebody else has to do this."
                ),
                rule="four_eyes",
            )
        return None

    # === HOME === #

    def _wezer_dashboard(self):
        """Add ``wallets``, the balances of the party that the user acts for."""
        board = super()._wezer_dashboard()
        return {**board, "wallets": home.wallets(self, board["party"])}
