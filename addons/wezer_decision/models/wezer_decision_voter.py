from odoo import fields, models


class WezerDecisionVoter(models.Model):
    """The roll: who may vote in a decision, written once when it opens.

    No row says when it was written or changed: a time would join a person to a secret
    ballot. The days of a suspension stand on rows that cast none.
    """

    _name = "wezer.decision.voter"
    _description = "Voter"
    _inherit = ["wezer.record.mixin"]
    _order = "decision_id, id"
    _rec_name = "person_id"
    _log_access = False

    # Found by the index of the voices, below.
    decision_id = fields.Many2one("wezer.decision", required=True, ondelete="cascade")
    party_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        help="Whose voice it is: a person, or a circle that a person represents.",
    )
    person_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict"
    )
    college_id = fields.Many2one("wezer.decision.college", ondelete="restrict")
    state = fields.Selection(
        [("may", "May vote"), ("voted", "Has voted"), ("off", "May not vote")],
        required=True,
        default="may",
    )
    off_reason = fields.Selection(
        [
            ("concerned", "The decision is about this person"),
            ("suspended", "Suspended"),
            ("suspended_later", "Suspended while answers were taken"),
            ("left", "Left the circle"),
            ("merged", "The contact was merged"),
            ("decides", "Decides after the advice of the others"),
            ("short", "Member for too short a time"),
        ]
    )
    suspended_from = fields.Date(readonly=True)
    suspended_until = fields.Date(
        readonly=True, help="The day on which the suspension ended, before closing."
    )
    suspended_by_id = fields.Many2one(
        "res.partner", readonly=True, groups=fields.NO_ACCESS, ondelete="set null"
    )
    wrong_codes = fields.Integer(
        default=0,
        groups=fields.NO_ACCESS,
        help="So many wrong receipt codes were entered.",
    )
    passed_to_id = fields.Many2one(
        "wezer.decision.voter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The voter to whom this voice was delegated; set at closing.",
    )
    carried_by_id = fields.Many2one(
        "wezer.decision.voter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The voter whose ballot counted for this voice; set at closing.",
    )

    _no_times = models.Constraint(
        "CHECK (state = 'off' OR (suspended_from IS NULL AND suspended_until IS NULL"
        " AND suspended_by_id IS NULL))",
        "The days of a suspension stand on voices that are not cast only.",
    )
    _suspended_idx = models.Index("(decision_id) WHERE off_reason = 'suspended'")
    _once = models.UniqueIndex(
        "(decision_id, party_id)", "Each voice is on the roll once."
    )
