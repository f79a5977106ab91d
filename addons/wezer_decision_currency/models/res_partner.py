from odoo import models

from odoo.addons.wezer_currency.tools import refusals

from ..tools import spending


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _wezer_check_spend(
        self, currency, minor, origin=None, payee=None, but=0, purpose=""
    ):
        """Refuse what the payer's circle decides together; see the addon's tools.

        Only who pays for the circle, or counts in it, learns the reason.
        """
        super()._wezer_check_spend(
            currency, minor, origin, payee=payee, but=but, purpose=purpose
        )
        payer = self.sudo()
        if origin is not None and origin._name == spending.DECIDED:
            return
        error = spending.why_not(
            payer, currency.sudo(), minor, payee, but, purpose=purpose
        )
        if not error:
            return
        group = self.env["wezer.group"]._of_partner(payer)
        user = self.env.user
        if not (group.with_user(user).is_user_member or user._acts_for(self, "wallet")):
            raise refusals.other_side(self.env, pays=True)
        raise error
