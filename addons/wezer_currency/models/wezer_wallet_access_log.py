from odoo import fields, models

from odoo.addons.wezer_base.exceptions import NotAllowed


class WezerWalletAccessLog(models.Model):
    """Access to somebody's statement by a moderator, a treasurer or an auditor.

    A moderator's has the reason that was given.
    """

    _name = "wezer.wallet.access.log"
    _inherit = ["wezer.record.mixin"]
    _description = "Access to a wallet"
    _order = "date desc, id desc"
    _rec_name = "reason"

    wallet_id = fields.Many2one(
        "wezer.wallet", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    role = fields.Selection(
        [
            ("moderator", "Moderator"),
            ("treasurer", "Treasurer"),
            ("auditor", "Auditor"),
        ],
        required=True,
        default="moderator",
    )
    reason = fields.Char(help="Moderators need a reason.")
    date = fields.Datetime(required=True)
    company_id = fields.Many2one(related="wallet_id.company_id")

    def write(self, vals):
        raise NotAllowed(
            self.env._("Entries in this log cannot be changed or deleted."),
            rule="immutable",
        )
