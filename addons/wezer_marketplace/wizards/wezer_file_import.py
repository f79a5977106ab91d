from odoo import api, fields, models

from odoo.addons.wezer_base.exceptions import Refusal
from odoo.addons.wezer_base.tools.file_rows import Kind, own_columns

from ..tools import task_columns

KIND = Kind(own_columns(task_columns.MAP), **task_columns.FIELDS)


class WezerFileImport(models.TransientModel):
    """Tasks are a kind of file: each row is a task of one project."""

    _inherit = "wezer.file.import"

    kind = fields.Selection(
        selection_add=[("tasks", "Tasks of a project")], ondelete={"tasks": "cascade"}
    )
    project_name = fields.Char(
        string="Project",
        help="The project that gets the tasks. It is made if there is none.",
    )

    @api.onchange("project_name")
    def _onchange_project(self):
        self.checked = False

    def _shape(self):
        return KIND if self.kind == "tasks" else super()._shape()

    def _labels(self):
        if self.kind != "tasks":
            return super()._labels()
        return {
            "title": self.env._("Title"),
            "description": self.env._("Description"),
            "category": self.env._("Category"),
            "organisation": self.env._("Organisation"),
            "places": self.env._("Number of people"),
            "hours": self.env._("Hours"),
            "date_start": self.env._("Begins"),
            "date_end": self.env._("Ends"),
            "street": self.env._("Street"),
            "city": self.env._("City"),
            "latitude": self.env._("Latitude"),
            "longitude": self.env._("Longitude"),
            "url": self.env._("Link"),
            "key": self.env._("Number of the task"),
        }

    def _take(self, rows, dry_run):
        if self.kind != "tasks":
            return super()._take(rows, dry_run)
        name = (self.project_name or "").strip()
        if not name:
            raise Refusal(self.env._("Write the name of the project."), rule="project")
        report = self.env["project.task"]._wezer_import(rows, name, dry_run=dry_run)
        return self._report(report, dry_run)
