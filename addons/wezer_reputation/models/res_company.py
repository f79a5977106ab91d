from odoo import fields, models

# People count in full from this percentile of trust upwards.
PERCENTILES = {"open": 90.0, "closed": 50.0}


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_trust = fields.Selection(
        [
            ("closed", "Someone here knew each member"),
            ("open", "Anyone may sign up"),
        ],
        string="Admission of members",
        default="closed",
        required=True,
        help="If anyone can sign up, only a few people are trusted in full, so"
        " that invented accounts do not change scores. If members are known,"
        " most people are.",
    )
    wezer_reputation_seen = fields.Selection(
        [
            ("nobody", "Members see only their own"),
            ("members", "Members"),
            ("everyone", "Visitors too"),
        ],
        string="Visibility of scores",
        default="members",
        required=True,
        help="This covers what others wrote and the score made of it. A member can"
        " still hide their own.",
    )
