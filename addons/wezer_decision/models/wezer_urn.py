from odoo import fields, models


class WezerUrn(models.Model):
    """The secret ballots: nothing here points at a person, and nothing points here.

    Nobody has access, administrators neither; the counting code reads it by SQL.
    """

    _name = "wezer.urn"
    _description = "Secret ballot"
    _log_access = False
    _rec_name = "id"

    key = fields.Char(required=True, help="A random identifier.")
    decision_id = fields.Many2one(
        "wezer.decision", required=True, index=True, ondelete="cascade"
    )
    choice = fields.Char()
    receipt_hash = fields.Char(required=True)
