from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

COLUMNS = {
    "open": "choose",
    "waiting": "waiting",
    "accepted": "doing",
    "delivered": "approve",
    "approved": "approve",
    "confirming": "receipt",
    "disputed": "disputed",
    "paid": "done",
    "ended": "past",
}


class DryRun(Exception):
    """What was tried is taken back."""


class WezerDeal(models.Model):
    """The coordinators' board: what is waited for, how old it is, and figures."""

    _inherit = "wezer.deal"

    board = fields.Selection(
        [
            ("choose", "To choose"),
            ("sign", "To sign"),
            ("waiting", "On the waiting list"),
            ("doing", "Being done"),
            ("approve", "To approve"),
            ("receipt", "Money on its way"),
            ("disputed", "Disputed"),
            ("done", "Done"),
            ("past", "Past"),
        ],
        string="Waited for",
        compute="_compute_board",
        store=True,
        index=True,
        group_expand="_board_columns",
    )
    age_text = fields.Char(string="Age", compute="_compute_age")
    is_late = fields.Boolean(compute="_compute_age")
    days_to_claim = fields.Float(
        string="Days from posting to claim",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    days_to_deliver = fields.Float(
        string="Days from agreement to delivery",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    days_to_pay = fields.Float(
        string="Days from delivery to payment",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    completed = fields.Float(
        string="Completed of 100",
        compute="_compute_figures",
        store=True,
        aggregator="avg",
        help="Of what was agreed and is over: paid in the end.",
    )

    @api.depends("state", "turn")
    def _compute_board(self):
        for deal in self:
            column = COLUMNS[deal.state]
            if deal.state == "open" and deal.turn == "replier":
                column = "sign"
            deal.board = column

    @api.model
    def _board_columns(self, _values, _domain):
        """Show what is to do even where there is nothing of it."""
        return ["choose", "sign", "doing", "approve", "disputed", "done"]

    @api.depends("state", "date_state", "date_due")
    def _compute_age(self):
        now = fields.Datetime.now()
        for deal in self:
            due = deal.date_due
            deal.is_late = bool(deal.state == "accepted" and due and due < now)
            since = due if deal.is_late else deal.date_state
            days = (now - since).days if since else 0
            if deal.is_late:
                deal.age_text = self.env._("%(days)s days late", days=days)
            elif days:
                deal.age_text = self.env._("for %(days)s days", days=days)
            else:
                deal.age_text = self.env._("today")

    @api.depends(
        "state", "date_accepted", "date_delivered", "date_paid", "terms_ids.date"
    )
    def _compute_figures(self):
        for deal in self:
            posted = deal.announcement_id.date_publish
            answered = deal.terms_ids.sorted("round")[:1].date
            steps = (
                ("days_to_claim", posted, answered),
                ("days_to_deliver", deal.date_accepted, deal.date_delivered),
                ("days_to_pay", deal.date_delivered, deal.date_paid),
            )
            for name, begin, end in steps:
                over = begin and end and end >= begin
                deal[name] = (end - begin) / timedelta(days=1) if over else 0
            deal.completed = 100.0 if deal.state == "paid" else 0.0

    # === APPROVING MANY === #

    def action_open_approve_many(self):
        """Open one sheet that says what approving these would move, and what not.

        Everything is tried and taken back: the sheet says what the arrows say.
        """
        self.check_access("read")
        rows = self._try_to_approve()
        wizard = self.env["wezer.deal.approve.many"].create(
            {"line_ids": [(0, 0, row) for row in rows]}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve and pay"),
            "res_model": "wezer.deal.approve.many",
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _try_to_approve(self):
        """Return a row for each deal: what is paid to whom, or why it is refused."""
        rows = [
            {"deal_id": deal.id, "text": deal._approve_label(), "reason": ""}
            for deal in self
        ]
        try:
            with self.env.cr.savepoint():
                for deal, row in zip(self, rows, strict=True):
                    try:
                        with self.env.cr.savepoint():
                            deal.action_approve()
                    except UserError as error:
                        row["reason"] = error.args[0]
                raise DryRun
        except DryRun:
            return rows
