from odoo import api, fields, models

#: The code of what members tell about their own account.
MEMBER_REPORT = "member_report"


class WezerMoveinProblem(models.Model):
    """Something in the files that is told, or that an administrator decides."""

    _name = "wezer.movein.problem"
    _inherit = ["wezer.record.mixin"]
    _description = "Problem of a move"
    _order = "movein_id, asks desc, code, id"
    _rec_name = "code"
    _wezer_raw = ("key",)

    movein_id = fields.Many2one(
        "wezer.movein", string="Move", required=True, index=True, ondelete="cascade"
    )
    key = fields.Char(
        readonly=True,
        index=True,
        help="Names the problem in files of decisions and in later checks.",
    )
    code = fields.Char(string="Problem", required=True, readonly=True, index=True)
    sentence = fields.Char(string="In words", readonly=True)
    file = fields.Char(readonly=True)
    row = fields.Integer(readonly=True, aggregator=None)
    old_id = fields.Char(string="Old number", readonly=True)
    accounts = fields.Char(readonly=True)
    amount = fields.Char(readonly=True)
    details = fields.Json(readonly=True)
    # What happens unless somebody decides; empty where somebody has to.
    default = fields.Char(readonly=True)
    choices = fields.Char(readonly=True, help="The possible decisions.")
    asks = fields.Boolean(
        string="Needs a decision",
        readonly=True,
        help="The import waits until an administrator has decided.",
    )
    choice = fields.Char(string="Decision", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    person_id = fields.Many2one(
        "res.partner", string="Decided by", readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Decided on", readonly=True)
    is_undecided = fields.Boolean(
        string="To decide", compute="_compute_is_undecided", store=True, index=True
    )
    account_id = fields.Many2one(
        "wezer.movein.account",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The account that a member reported.",
    )
    company_id = fields.Many2one(related="movein_id.company_id", store=True, index=True)

    @api.depends("asks", "choice")
    def _compute_is_undecided(self):
        for problem in self:
            problem.is_undecided = problem.asks and not problem.choice

    def action_decide(self) -> dict:
        """Open the form to decide about these problems."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "wezer.movein.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_problem_ids": self.ids},
        }
