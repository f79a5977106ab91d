from odoo import fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.models.wezer_written_mixin import Written


class WezerDealMessage(models.Model):
    """Chat beside a deal. No followers, no mail; it cannot be edited.

    In a dispute, the moderators who have it take part.
    """

    _name = "wezer.deal.message"
    _description = "Message in a deal"
    _inherit = ["wezer.written.mixin", "wezer.record.mixin"]
    _order = "id"
    _written = {"written_lang": Written(("body",), ("person_id",))}

    deal_id = fields.Many2one(
        "wezer.deal", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="restrict"
    )
    person_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    body = fields.Text(required=True)
    by_moderator = fields.Boolean(
        string="Written by a moderator",
        readonly=True,
        help="A moderator who has the dispute wrote this to both sides.",
    )
    company_id = fields.Many2one(
        related="deal_id.company_id", store=True, precompute=True
    )

    def write(self, vals):
        raise Refusal(self.env._("Messages cannot be changed."), rule="immutable")
