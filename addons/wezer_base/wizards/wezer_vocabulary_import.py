from base64 import b64decode

from odoo import fields, models

from ..exceptions import Refusal
from ..tools.vocabulary import read_file


class WezerVocabularyImport(models.TransientModel):
    """The administrator's form for taking in a public vocabulary."""

    _name = "wezer.vocabulary.import"
    _description = "Import a vocabulary"
    _inherit = ["wezer.record.mixin"]

    file = fields.Binary(attachment=False)
    filename = fields.Char()
    parent_id = fields.Many2one(
        "wezer.category",
        string="Import into category",
        help="The imported categories are placed inside this one. Leave empty to"
        " place them at the top level.",
    )
    report = fields.Text(readonly=True)

    def action_preview(self) -> dict:
        """Read the file and say what would happen; nothing is changed."""
        return self._run(dry_run=True)

    def action_import(self) -> dict:
        """Import the file and say what happened."""
        return self._run(dry_run=False)

    def _run(self, dry_run):
        self.ensure_one()
        if not self.file:
            raise Refusal(self.env._("Choose a file first."), rule="vocabulary")
        categories = self.env["wezer.category"]
        categories._check_words_administrator()
        rows = read_file(self.env, b64decode(self.file))
        result = categories.import_vocabulary(rows, self.parent_id.id, dry_run)
        self.report = self._in_words(result, dry_run)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _in_words(self, result, dry_run):
        lines = [
            self.env._("This would happen:") if dry_run else self.env._("Done:"),
            self.env._("New categories: %(count)s", count=result["categories"]),
            self.env._("New skills: %(count)s", count=result["skills"]),
            self.env._(
                "Links between a skill and a category: %(count)s", count=result["links"]
            ),
            self.env._(
                "Categories that already existed: %(count)s", count=result["same"]
            ),
        ]
        for refused in result["refused"][:20]:
            lines.append(
                self.env._(
                    "Row %(row)s: %(reason)s",
                    row=refused["row"],
                    reason=refused["reason"],
                )
            )
        return "\n".join(lines)
