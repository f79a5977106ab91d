from odoo import fields, models


class GamificationBadge(models.Model):
    """With Odoo's default every member could award himself any badge."""

    _inherit = "gamification.badge"

    rule_auth = fields.Selection(default="nobody")
