from odoo import models
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.member_leaving import replace_name

from ..tools import account_merge, departure


class ResPartner(models.Model):
    """The money of a party, where the base layer asks for it."""

    _inherit = "res.partner"

    def _wezer_wallet(self, currency, create=True):
        """Return this partner's wallet in ``currency`` (sudo).

        :param currency: wezer.currency
        :param bool create: make it where it is missing
        """
        self.ensure_one()
        wallets = self.env["wezer.wallet"]
        return wallets._get(self, currency) if create else wallets._find(self, currency)

    def _wezer_check_spend(
        self, currency, minor, origin=None, payee=None, but=0, purpose=""
    ) -> None:
        """Refuse what this party may not spend without being asked together.

        Called with every payment, gift and reservation before money moves. Extension
        point: a circle may decide together about what it spends. It asks nothing here.

        :param currency: ``wezer.currency``
        :param int minor: minor units; of a batch, all that it pays to ``payee``
        :param origin: the record for which it is spent (a deal), None: a payment
        :param payee: ``res.partner``
        :param int but: id of the transfer, where it exists already
        :param str purpose: what was written as its purpose
        :raise Refusal: rule ``decision``
        """

    # === JOINING AND LEAVING === #

    def _wezer_joined(self, invitation, name):
        """Give a member's credit to those whom the community itself invited."""
        result = super()._wezer_joined(invitation, name)
        company = invitation.company_id or self.env.company
        if invitation.inviter_id.user_ids & company._wezer_actor_users("invite"):
            # The sign-up's own step; the inviter may decide about members.
            self.sudo()._wezer_profile()._give_credit()
        return result

    def _wezer_personal_data(self):
        return {**super()._wezer_personal_data(), **departure.personal_data(self)}

    def _wezer_leave_obstacles(self):
        return super()._wezer_leave_obstacles() + departure.obstacles(self)

    def _wezer_leave_release(self, reason):
        """Free what is set aside, and give up what cannot be given back."""
        result = super()._wezer_leave_release(reason)
        departure.release(self)
        return result

    def _wezer_anonymise(self):
        """End what is open, close the wallets; the ledger keeps its lines."""
        departure.end_requests(self)
        departure.wallets(self)._close_on_leaving()
        departure.payment_links(self).unlink()
        departure.acceptances(self).unlink()
        self.env["wezer.currency.office"]._end_of(self)
        old = self.name
        result = super()._wezer_anonymise()
        replace_name(
            self.env,
            "wezer.transfer",
            ["purpose"],
            old,
            self.name,
            SQL("(payer_id = %s OR payee_id = %s)", self.id, self.id),
        )
        return result

    def _wezer_return(self):
        profile = super()._wezer_return()
        departure.wallets(self)._open_on_return()
        return profile

    # === TWO ACCOUNTS OF ONE PERSON === #

    def _wezer_merge_keeps(self):
        # A wallet stays with its part of the ledger; what was in it moves.
        return super()._wezer_merge_keeps() | {"wezer.wallet.partner_id"}

    def _wezer_merge_preview(self, target):
        return super()._wezer_merge_preview(target) + account_merge.preview(self)

    def _wezer_merge_obstacles(self, target):
        obstacles = super()._wezer_merge_obstacles(target)
        if any(wallet.is_system for wallet in departure.wallets(self | target)):
            obstacles.append(
                self.env._("A treasury cannot be merged with another account.")
            )
        offices = self.env["wezer.currency.office"]
        return obstacles + offices._merge_obstacles(self, target)

    def _wezer_merge_into(self, target):
        account_merge.merge(self.sudo(), target.sudo())
        return super()._wezer_merge_into(target)
