"""Nobody gets credit by an update: members without a login had none in new wallets."""

from odoo.tools import SQL


def migrate(cr, version):
    """Keep credit from new wallets of those who cannot log in, and had none so far.

    Whom an import of balances gave a member's credit keeps it; moderators grant it to
    the others.
    """
    cr.execute(
        SQL(
            """UPDATE wezer_profile profile SET has_credit = FALSE
                WHERE profile.on_paper AND profile.has_credit
                  AND profile.state <> 'left'
                  AND NOT EXISTS (
                      SELECT FROM wezer_wallet wallet
                       WHERE wallet.partner_id = profile.partner_id
                         AND wallet.own_limits IS NOT TRUE
                         AND wallet.is_system IS NOT TRUE)"""
        )
    )
