from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal

from ..models.wezer_movein_problem import CHOICES_KEY, WITH_VALUE


class WezerMoveinDecide(models.TransientModel):
    """The form by which an administrator decides about problems of one kind."""

    _name = "wezer.movein.decide"
    _inherit = ["wezer.record.mixin"]
    _description = "Decide about problems"

    problem_ids = fields.Many2many("wezer.movein.problem", string="Problems")
    words = fields.Text(compute="_compute_problems", compute_sudo=False)
    same_count = fields.Integer(compute="_compute_problems", compute_sudo=False)
    others = fields.Char(compute="_compute_problems", compute_sudo=False)
    choice = fields.Selection("_choices", string="Decision", required=True)
    day = fields.Date(string="Date of the payment")
    value = fields.Char(string="Person or name")
    reason = fields.Char(help="The proof shows it to everybody who may read it.")

    @api.model
    def _choices(self):
        """Return the choices of these problems, which the action names."""
        wanted = self.env.context.get(CHOICES_KEY)
        wanted = wanted.split() if isinstance(wanted, str) else []
        labels = dict(
            self.env["wezer.movein.problem"]
            ._fields["choice"]
            ._description_selection(self.env)
        )
        if not wanted:
            return list(labels.items())
        # As the problem has them: the usual choice first.
        return [(choice, labels[choice]) for choice in wanted if choice in labels]

    @api.depends("problem_ids")
    def _compute_problems(self):
        for wizard in self:
            shown = wizard.problem_ids[:5].mapped("words")
            wizard.words = "\n".join(filter(None, shown))
            wizard.same_count = count = len(wizard._same())
            wizard.others = count and self.env._(
                "More problems of this kind that are not decided yet: %s.", count
            )

    def _same(self):
        """Return the other problems of this kind that nobody has decided."""
        codes = set(self.problem_ids.mapped("code"))
        if len(codes) != 1 or len(self.problem_ids.movein_id) != 1:
            return self.env["wezer.movein.problem"]
        return self.env["wezer.movein.problem"].search(
            [
                ("movein_id", "=", self.problem_ids.movein_id.id),
                ("code", "in", list(codes)),
                ("is_undecided", "=", True),
                ("id", "not in", self.problem_ids.ids),
            ]
        )

    def action_decide(self) -> dict:
        """Decide about these problems."""
        self.ensure_one()
        return self._decide(self.problem_ids)

    def action_decide_all(self) -> dict:
        """Decide the same about all problems of this kind that nobody has decided."""
        self.ensure_one()
        return self._decide(self.problem_ids | self._same())

    def _value(self):
        """Return the date, person or name of a choice that needs one."""
        if self.choice not in WITH_VALUE:
            return None
        if self.choice == "date" and self.day:
            return fields.Date.to_string(self.day)
        return self.value or None

    def _decide(self, problems):
        moves = self.problem_ids.movein_id
        if len(moves) != 1:
            raise Refusal(
                self.env._("Choose problems of one community."), rule="problem"
            )
        moves.action_decide(
            problems.mapped("key"),
            self.choice or "",
            self.reason or "",
            self._value(),
        )
        return {"type": "ir.actions.act_window_close"}
