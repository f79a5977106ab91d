from odoo import fields, models

from odoo.addons.wezer_base.tools.file_rows import Kind, own_columns

from ..tools import group_columns

# The kind of file → the part of an import of groups.
PARTS = {"circles": "groups", "memberships": "members"}
SHAPES = {
    kind: Kind(own_columns(group_columns.MAP, part), **group_columns.FIELDS[part])
    for kind, part in PARTS.items()
}


class WezerFileImport(models.TransientModel):
    """Circles, and who is in them, are kinds of files."""

    _inherit = "wezer.file.import"

    kind = fields.Selection(
        selection_add=[
            ("circles", "Circles and roles"),
            ("memberships", "Members of circles"),
        ],
        ondelete={"circles": "cascade", "memberships": "cascade"},
    )
    household = fields.Selection(
        selection_add=[
            (
                "circle",
                "The same, and all of them are in one circle. Each may pay from its"
                " wallet",
            )
        ],
        ondelete={"circle": "set default"},
    )

    def _shape(self):
        return SHAPES.get(self.kind) or super()._shape()

    def _labels(self):
        if self.kind == "circles":
            return {
                "group": self.env._("Reference"),
                "parent": self.env._("Inside the circle (reference)"),
                "name": self.env._("Name"),
                "kind": self.env._("Circle or role"),
                "visibility": self.env._("Visibility"),
                "purpose": self.env._("Purpose"),
                "domains": self.env._("Domains"),
                "accountabilities": self.env._("Accountabilities"),
                "organisation": self.env._("Organisation"),
            }
        if self.kind == "memberships":
            return {
                "group": self.env._("Circle (reference)"),
                "person": self.env._("Person (e-mail address or name)"),
                "relation": self.env._("Relation or role"),
                "name": self.env._("Name"),
                "focus": self.env._("Focus"),
                "since": self.env._("Since"),
                "until": self.env._("Until"),
            }
        return super()._labels()

    def _take(self, rows, dry_run):
        if self.kind not in PARTS:
            return super()._take(rows, dry_run)
        part = {"groups": [], PARTS[self.kind]: rows}
        report = self.env["wezer.group"]._wezer_import(dry_run=dry_run, **part)
        return self._report(report, dry_run)
