from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal


class WezerMoveinDecide(models.TransientModel):
    """The form by which an administrator decides about problems of one kind."""

    _name = "wezer.movein.decide"
    _inherit = ["wezer.record.mixin"]
    _description = "Decide about problems"

    problem_ids = fields.Many2many("wezer.movein.problem", string="Problems")
    choices = fields.Char(compute="_compute_choices")
    choice = fields.Char(string="Decision", required=True)
    value = fields.Char(help="A date, an account or a person, where it is needed.")
    reason = fields.Char()

    @api.depends("problem_ids")
    def _compute_choices(self):
        for wizard in self:
            lists = [(problem.choices or "").split() for problem in wizard.problem_ids]
            common = [
                choice
                for choice in (lists[0] if lists else [])
                if all(choice in others for others in lists)
            ]
            wizard.choices = " ".join(common)

    def action_decide(self) -> dict:
        """Decide about all of these problems."""
        self.ensure_one()
        moves = self.problem_ids.movein_id
        if len(moves) != 1:
            raise Refusal(
                self.env._("Choose problems of one community."), rule="problem"
            )
        moves.action_decide(
            self.problem_ids.mapped("key"),
            (self.choice or "").strip(),
            self.reason or "",
            self.value or None,
        )
        return {"type": "ir.actions.act_window_close"}
