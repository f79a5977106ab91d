from odoo import fields, models


class WezerConversationParty(models.Model):
    """One side of a conversation: the decisions of that party, for its own eyes."""

    _name = "wezer.conversation.party"
    _description = "Party of a conversation"
    _inherit = ["wezer.record.mixin"]
    _order = "date_last desc, id desc"
    _rec_name = "id"

    conversation_id = fields.Many2one(
        "wezer.conversation", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Party", required=True, index=True, ondelete="cascade"
    )
    date_last = fields.Datetime(
        string="Newest message", help="Of the messages that this party reads."
    )
    left_date = fields.Datetime(
        string="Left on", help="The conversation is no longer in the party's list."
    )
    blocked = fields.Boolean(
        help="This party takes no messages from the other, which is not told."
    )
    company_id = fields.Many2one(
        related="conversation_id.company_id", store=True, precompute=True
    )

    _one_each = models.UniqueIndex(
        "(conversation_id, partner_id)", "This party already takes part."
    )
    _inbox_idx = models.Index("(partner_id, date_last) WHERE left_date IS NULL")
