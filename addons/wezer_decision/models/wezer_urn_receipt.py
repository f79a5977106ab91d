from odoo import fields, models


class WezerUrnReceipt(models.Model):
    """The hashes of the receipts of a closed decision, apart from the ballots.

    Nobody has access; the page of the decision shows the list.
    """

    _name = "wezer.urn.receipt"
    _description = "Receipt of a secret ballot"
    _inherit = ["wezer.record.mixin"]
    _log_access = False
    _rec_name = "receipt_hash"
    _order = "receipt_hash"

    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    receipt_hash = fields.Char(required=True)
