from odoo import fields, models

# People count in full from this percentile of trust upwards.
PERCENTILES = {"open": 90.0, "closed": 50.0}


class ResCompany(models.Model):
    _inherit = "res.company"

    wezer_trust = fields.Selection(
        [
            ("closed", "Somebody here knew each of them"),
            ("open", "Anybody may sign up"),
        ],
        string="How members came",
        default="closed",
        required=True,
        help="Where anybody may sign up, few are trusted in full, so that invented"
        " accounts move no score; where members are known, most are.",
    )
    wezer_reputation_seen = fields.Selection(
        [
            ("nobody", "Each sees only his own"),
            ("members", "Members"),
            ("everyone", "Visitors too"),
        ],
        string="Who sees scores",
        default="members",
        required=True,
        help="What was said, and the number made of it. A member may still keep his"
        " own to himself.",
    )
