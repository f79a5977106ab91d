from odoo import Command, api, fields, models

from ..exceptions import Refusal
from ..tools.repoint import word_uses

WORDS = {"wezer.category": "category_ids", "wezer.skill": "skill_ids"}


class WezerWordMerge(models.TransientModel):
    """The administrator's form for making one word of several."""

    _name = "wezer.word.merge"
    _description = "Merge words"
    _inherit = ["wezer.record.mixin"]

    kind = fields.Selection(
        [("wezer.category", "Categories"), ("wezer.skill", "Skills")], required=True
    )
    category_ids = fields.Many2many("wezer.category", string="Categories")
    skill_ids = fields.Many2many("wezer.skill", string="Skills")
    target_category_id = fields.Many2one(
        "wezer.category",
        string="Category to keep",
        domain="[('id', 'in', category_ids)]",
    )
    target_skill_id = fields.Many2one(
        "wezer.skill", string="Skill to keep", domain="[('id', 'in', skill_ids)]"
    )
    preview = fields.Text(compute="_compute_preview")

    @api.model
    def default_get(self, fields_list):
        """Take what was ticked in the list; the most used word stays."""
        values = super().default_get(fields_list)
        kind = self.env.context.get("active_model")
        if kind in WORDS:
            words = self.env[kind].browse(self.env.context.get("active_ids", []))
            target = max(
                words, key=lambda word: sum(word_uses(word).values()), default=words
            )
            values["kind"] = kind
            values[WORDS[kind]] = [Command.set(words.ids)]
            values[self._target_name(kind)] = target.id
        return values

    @api.model
    def _target_name(self, kind):
        return "target_" + WORDS[kind].replace("_ids", "_id")

    def _words(self):
        """Return ``(the words that go, the one that stays)``."""
        self.ensure_one()
        target = self[self._target_name(self.kind)]
        return self[WORDS[self.kind]]._origin - target, target

    @api.depends("category_ids", "skill_ids", "target_category_id", "target_skill_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = False
            if not wizard.kind:
                continue
            words, target = wizard._words()
            if not words or not target:
                continue
            lines = [
                self.env._("%(count)s × %(what)s", count=count, what=what)
                for what, count in sorted(word_uses(words).items())
            ]
            wizard.preview = "\n".join(lines) or self.env._(
                "These words are not used yet."
            )

    def action_merge(self) -> dict:
        """Merge, and show the word that stays."""
        self.ensure_one()
        words, target = self._words()
        if not target:
            raise Refusal(self.env._("Choose the word to keep."), rule="merge")
        words.action_merge_into(target.id)
        return {
            "type": "ir.actions.act_window",
            "res_model": self.kind,
            "res_id": target.id,
            "view_mode": "form",
        }
